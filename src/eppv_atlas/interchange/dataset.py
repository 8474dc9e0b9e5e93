"""What a search engine for data reads in a page: a Dataset of schema.org and DCAT, as JSON-LD.

Floor 3, part of interchange: knows cases; must not know files, how pages are
drawn or the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eppv_atlas import vocabulary
from eppv_atlas.interchange import licences
from eppv_atlas.model import Name, Settings
from eppv_atlas.results import PlacedCase

_CONTEXT: Final = "https://schema.org/"
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_LONGEST: Final = 4900
"""Letters of a description: search engines take 5,000."""


def of_atlas(
    points: Sequence[tuple[float, float]], used: set[str], settings: Settings, address: str = ""
) -> dict[str, Any]:
    """The atlas as a Dataset.

    Parameters
    ----------
    points
        Longitude and latitude of the point that stands for each case.
    used
        Ids of the documents that they are taken from.
    settings
        The atlas.
    address
        Where its pages will stand on the web; nothing is linked without it.
    """
    west, south, east, north = _box(points)
    made = _common() | {
        "name": _both(settings.title),
        "description": f"{len(points)} 个案例的数据、分区与机制。 Figures, zones and mechanisms of {len(points)} cases, with pages.",
        "isBasedOn": _documents(settings, used),
        "spatialCoverage": {
            "@type": "Place",
            "geo": {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"},
        },
    }
    if address:
        made |= {
            "url": address,
            "distribution": [
                {
                    "@type": ["DataDownload", f"{_DCAT}Distribution"],
                    "encodingFormat": "application/json",
                    "contentUrl": f"{address}catalog.json",
                }
            ],
        }
    return made


def of_case(placed: PlacedCase, settings: Settings, address: str = "") -> dict[str, Any]:
    """One case as a Dataset that is part of the atlas."""
    case = placed.case
    summary = case.summary
    text = f"{summary.background.en} {summary.mechanism.en} {summary.practice.en} {summary.outcome.en}"
    made = _common() | {
        "name": _both(case.title),
        "description": text[:_LONGEST],
        "isBasedOn": _documents(settings, {case.source.document}),
        "keywords": [
            word
            for term in (vocabulary.PATHS[case.path.id], vocabulary.MODES[case.mode.id])
            for word in (term.zh, term.en)
        ],
        "spatialCoverage": {
            "@type": "Place",
            "name": _both(case.place_name),
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": round(placed.anchor.y, 6),
                "longitude": round(placed.anchor.x, 6),
            },
        },
        "isPartOf": {"@type": "Dataset", "name": settings.title.en} | ({"url": address} if address else {}),
    }
    return made | ({"url": f"{address}{case.id}.html"} if address else {})


def _common() -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "@type": ["Dataset", f"{_DCAT}Dataset"],
        "license": licences.RECORDS["path"],
        "creator": {"@type": "Organization", "name": "EPPV Atlas"},
        "inLanguage": ["zh", "en"],
    }


def _both(name: Name) -> str:
    return f"{name.zh} · {name.en}"


def _documents(settings: Settings, used: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "@type": "CreativeWork",
            "name": _both(document.title),
            "publisher": {"@type": "Organization", "name": document.publisher.en},
            "datePublished": document.issued,
        }
        for name, document in settings.documents.items()
        if name in used
    ]


def _box(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Smallest box around points, degrees."""
    lons = [lon for lon, _ in points] or [0.0]
    lats = [lat for _, lat in points] or [0.0]
    return (round(min(lons), 2), round(min(lats), 2), round(max(lons), 2), round(max(lats), 2))
