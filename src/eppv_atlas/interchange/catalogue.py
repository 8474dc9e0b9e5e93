"""The cases as a catalogue of the form STAC 1.1: one JSON for all, and an item for each case.

An item's place is the point that stands for its case, with its confidence: no
outline is made up for what has none.

Floor 3, part of interchange: knows cases; must not know files, pages or the command line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from eppv_atlas import vocabulary
from eppv_atlas.interchange import licences
from eppv_atlas.model import Settings
from eppv_atlas.results import PlacedCase

NAME: Final = "catalog.json"
_VERSION: Final = "1.1.0"
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def written(cases: Sequence[PlacedCase], settings: Settings, address: str = "") -> dict[str, bytes]:
    """Files of the catalogue by name.

    Parameters
    ----------
    cases
        The cases whose pages stand beside it.
    settings
        The atlas.
    address
        Where the pages will stand on the web; links are relative without it.
    """
    items = {
        f"{placed.case.id}.stac.json": item
        for placed in cases
        if (item := _item(placed, settings, address)) is not None
    }
    catalog = {
        "type": "Catalog",
        "stac_version": _VERSION,
        "id": "eppv-atlas",
        "title": f"{settings.title.zh} · {settings.title.en}",
        "description": f"{len(cases)} cases. Licence of the records: CC BY 4.0. {licences.NOT_STANDARD}",
        "links": [
            {"rel": "root", "href": f"./{NAME}", "type": "application/json"},
            *_self(address, NAME, "application/json"),
            *(
                {
                    "rel": "item",
                    "href": f"./{name}",
                    "type": "application/geo+json",
                    "title": item["properties"]["title"],
                }
                for name, item in items.items()
            ),
        ],
    }
    return {NAME: _json(catalog)} | {name: _json(item) for name, item in items.items()}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _self(address: str, name: str, kind: str) -> list[dict[str, str]]:
    return [{"rel": "self", "href": f"{address}{name}", "type": kind}] if address else []


def _item(placed: PlacedCase, settings: Settings, address: str) -> dict[str, Any] | None:
    """One case; None where its document gives no date that the form could hold."""
    case = placed.case
    document = settings.documents.get(case.source.document)
    date = _DATE.match(document.issued) if document is not None else None
    if document is None or date is None:
        return None
    lon, lat = round(placed.anchor.x, 6), round(placed.anchor.y, 6)
    name = f"{case.id}.stac.json"
    year, month, day = (part or "01" for part in date.groups())
    return {
        "type": "Feature",
        "stac_version": _VERSION,
        "stac_extensions": [],
        "id": case.id,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "bbox": [lon, lat, lon, lat],
        "properties": {
            "datetime": f"{year}-{month}-{day}T00:00:00Z",
            "title": f"{case.title.zh} · {case.title.en}",
            "description": f"{case.summary.mechanism.zh} {case.summary.mechanism.en}",
            "license": licences.RECORDS["name"],
            "keywords": [
                word
                for term in (
                    vocabulary.PATHS[case.path.id],
                    *(vocabulary.MODES[mode.id] for mode in (case.mode, *case.further_modes)),
                    vocabulary.CATEGORIES[case.category.id],
                )
                for word in (term.zh, term.en)
            ],
            "eppv:place": {"zh": case.place_name.zh, "en": case.place_name.en, "codes": list(case.places)},
            "eppv:path": case.path.id,
            "eppv:modes": [mode.id for mode in (case.mode, *case.further_modes)],
            "eppv:category": case.category.id,
            "eppv:confidence": placed.anchor_confidence,
            "eppv:source": f"{document.publisher.zh}：{document.title.zh}，{document.issued}，{case.source.pages}",
            "eppv:zones": len(case.zones),
            "eppv:zones_with_shape": len(placed.shapes),
        },
        "links": [
            {"rel": "root", "href": f"./{NAME}", "type": "application/json"},
            {"rel": "parent", "href": f"./{NAME}", "type": "application/json"},
            *_self(address, name, "application/geo+json"),
        ],
        "assets": {
            "page": {
                "href": f"./{case.id}.html",
                "type": "text/html",
                "title": f"{case.short.zh} · {case.short.en}",
                "roles": ["overview"],
            }
        },
    }
