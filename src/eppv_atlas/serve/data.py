"""Cases as JSON, lists of them, and ledgers to take away, filtered.

Floor 3½, part of the server: knows what is served and the formats of exports;
must not know files, pygeoapi or how measures are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from shapely import orient_polygons
from shapely.geometry import mapping

from eppv_atlas import export, vocabulary
from eppv_atlas.ledgers import Ledger
from eppv_atlas.serve.answers import GEOJSON, JSON, Answer, as_json, made
from eppv_atlas.serve.asking import Asked, invalid, missing, shown
from eppv_atlas.serve.case_rows import rows_of
from eppv_atlas.serve.holding import LEDGERS, Holding

FILTERS: Final = ("case", "path", "mode", "category", "place", "q")
MOST_CASES: Final = 1000
_MOST_VALUES: Final = 100
_PLACE: Final = re.compile(r"[1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3}")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_FILE: Final = re.compile(r"([a-z]+)\.(csv|json|xlsx|parquet|geojson)(-metadata\.json)?")
TYPES: Final = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": JSON,
    "geojson": GEOJSON,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def case(holding: Holding, asked: Asked, name: str) -> Answer:
    """A case whole.

    Raises
    ------
    Refused
        If there is no such case, or a parameter is asked that has no meaning.
    """
    asked.single(())
    placed = holding.by_id.get(name.removesuffix(".json"))
    if not name.endswith(".json") or placed is None:
        raise missing("there is no such case")
    return made(as_json(holding.record(placed)))


def cases(holding: Holding, asked: Asked) -> Answer:
    """A list of cases that fit the filters.

    Raises
    ------
    Refused
        If a filter cannot be used.
    """
    chosen = holding.chosen(_wanted(holding, asked, ("limit", "offset")))
    single = {name: value for name, value in asked.query if name in {"limit", "offset"}}
    if not all(map(_COUNT.fullmatch, single.values())) or single.get("limit", "1").strip("0") == "":
        raise invalid("limit is a whole number from 1, offset one from 0")
    limit = min(int(single.get("limit", MOST_CASES)), MOST_CASES)
    offset = int(single.get("offset", 0))
    rows = [
        {**row, "lon": placed.anchor.x, "lat": placed.anchor.y, "record": f"cases/{placed.case.id}.json"}
        for row, placed in zip(rows_of(chosen), chosen, strict=True)
    ]
    page = rows[offset : offset + limit]
    content = {
        "title": holding.settings.title.model_dump(mode="json"),
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "cases": page,
        "citation": holding.citation(chosen),
    }
    return made(as_json(content))


def download(holding: Holding, asked: Asked, name: str) -> Answer:
    """A ledger as a file, of the cases that fit the filters.

    Raises
    ------
    Refused
        If there is no such file, or a filter cannot be used.
    """
    found = _FILE.fullmatch(name)
    if not found or found[1] not in LEDGERS or (found[3] and found[2] not in {"csv", "json"}):
        raise missing("there is no such download; ledgers: " + ", ".join(LEDGERS))
    subject, form = found[1], found[2]
    if subject == "glossary" and asked.query:
        raise invalid("the glossary is one for all cases; it has no filters")
    wanted = _wanted(holding, asked)
    chosen = holding.chosen(wanted)
    ledger, citation = holding.ledger(subject, chosen), holding.citation(chosen)
    only = f"-{chosen[0].case.id}" if len(chosen) == 1 and wanted else ""
    file = f"eppv-{subject}{only}.{form}"
    if found[3]:
        return made(export.metadata(ledger, file, citation), headers=_named(f"{file}-metadata.json"))
    headers = _named(file)
    if form in {"csv", "json"}:
        query = f"?{urlencode(asked.query)}" if asked.query else ""
        told = f"{name}-metadata.json{query}"  # beside it, wherever a proxy put the two
        headers += (("Link", f'<{told}>; rel="describedby"; type="application/csvm+json"'),)
    content = (
        geojson(holding, ledger, citation) if form == "geojson" else export.written(ledger, form, citation)
    )
    return made(content, TYPES[form], headers=headers)


def geojson(holding: Holding, ledger: Ledger, citation: str) -> bytes:
    """A ledger as GeoJSON (OGC:CRS84), with its data dictionary and citation.

    Raises
    ------
    Refused
        If its rows have no places.
    """
    if ledger.name in {"claims", "glossary"}:
        raise missing(f"{ledger.name} have no places; take csv, json, xlsx or parquet")
    features = [
        {
            "type": "Feature",
            "id": f"{row['case']}.{row['id']}",
            "geometry": None if shape is None else mapping(orient_polygons(shape)),
            "properties": row,
        }
        for row, shape in zip(ledger.rows, holding.shapes_of(ledger), strict=True)
    ]
    content = {
        "type": "FeatureCollection",
        "features": features,
        "citation": citation,
        "license": "CC BY 4.0",
        "dictionary": export.dictionary(ledger),
    }
    return as_json(content)


def _named(file: str) -> tuple[tuple[str, str], ...]:
    """The name under which a download is put away: plain letters, and all of them escaped."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file)
    return (
        ("Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file, safe='')}"),
    )


def _wanted(holding: Holding, asked: Asked, further: Sequence[str] = ()) -> dict[str, list[str]]:
    """The filters; several values of one filter, by repetition or commas, widen it.

    Raises
    ------
    Refused
        If one is unknown, or has a value that nothing could ever have.
    """
    known: Mapping[str, Callable[[str], Any]] = {
        "case": holding.by_id.__contains__,
        "path": vocabulary.PATHS.__contains__,
        "mode": vocabulary.MODES.__contains__,
        "category": vocabulary.CATEGORIES.__contains__,
        "place": _PLACE.fullmatch,
    }
    out: dict[str, list[str]] = {}
    seen: set[str] = set()
    for name, value in asked.query:
        if name in further:
            if name in seen:
                raise invalid(f"parameter {name} is given more than once")
            seen.add(name)
            continue
        if name not in FILTERS:
            raise invalid(f"there is no parameter {shown(name)} here; filters: {', '.join(FILTERS)}")
        values = [value] if name == "q" else [part.strip() for part in value.split(",")]
        for part in values:
            if name != "q" and not known[name](part):
                raise invalid(f"{shown(part)} is no {name} of this atlas")
        out.setdefault(name, []).extend(values)
    if any(len(values) > _MOST_VALUES for values in out.values()):
        raise invalid(f"a filter may have {_MOST_VALUES} values")
    return out
