"""Records to the rows of the layers, and rows back to records.

A row that somebody changed in QGIS comes back changed; one without ``record``
is new and made of its columns; one that is gone is gone.

Floor 3, part of the store: receives measures, never computes them; must not
know formats, maps or the command line.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.errors import Problem
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.store.exchange import records
from eppv_atlas.store.exchange.layers import CASES, LAYERS, PARTS, SITES, ZONES, Field, Layer, Row
from eppv_atlas.store.exchange.records import AtlasRecords, CaseRecord, ShapeRecord
from eppv_atlas.units import UNITS, from_m2

Rows = dict[str, list[Row]]
"""Rows by layer; the key ``geometry`` holds a shape or None."""

_SAME_DEG: Final = 1e-9


def of(
    atlas: AtlasRecords, placed: Mapping[str, PlacedCase], measures: Mapping[str, Sequence[Measure]]
) -> Rows:
    """Rows of all layers.

    Parameters
    ----------
    atlas
        What was written down.
    placed
        The cases with their shapes, by id.
    measures
        Measures of every case, by its id.
    """
    out: Rows = {layer.name: [] for layer in LAYERS}
    for case in atlas.cases:
        own = placed[case.id]
        out["cases"].append(
            _row(CASES, case.data, case.id, 0)
            | _case_terms(own)
            | {"revision": records.revision(case), "geometry": own.anchor}
            | {"record": _json({key: value for key, value in case.data.items() if key not in _PART_KEYS})}
        )
        by_zone = {measure.zone: measure for measure in measures[case.id]}
        for layer in PARTS:
            for position, item in enumerate(case.data.get(layer.name, ()), start=1):
                row = _row(layer, item, case.id, position) | _TERMS[layer.name](item)
                if layer is ZONES:
                    row |= _zone(case.shapes.get(item["id"]), by_zone[item["id"]])
                elif layer is SITES:
                    row["geometry"] = _point(item)
                out[layer.name].append(row)
    return out


_PART_KEYS: Final = frozenset(layer.name for layer in PARTS)


def _row(layer: Layer, item: Mapping[str, Any], case: str, position: int) -> Row:
    row: Row = {field.name: _value(field, _get(item, field.path)) for field in layer.fields}
    row |= {"case": case, "position": position, "record": _json(item), "geometry": None}
    return row


def _value(field: Field, written: Any) -> Any:
    """A leaf of a record as a value of a column."""
    if written is None or written == "":
        return None
    if field.kind == "list":
        return "; ".join(map(str, written))
    return {"integer": int, "number": float}.get(field.kind, str)(written)


def _get(item: Any, path: tuple[str, ...] | None) -> Any:
    for key in path or ():
        item = item.get(key) if isinstance(item, Mapping) else None
    return item if path else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _case_terms(placed: PlacedCase) -> Row:
    case = placed.case
    terms = (
        ("path", vocabulary.PATHS[case.path.id]),
        ("mode", vocabulary.MODES[case.mode.id]),
        ("category", vocabulary.CATEGORIES[case.category.id]),
    )
    row = {f"{key}_{lang}": getattr(term, lang) for key, term in terms for lang in ("zh", "en")}
    return row | {"confidence": placed.anchor_confidence}


def _kind_terms(table: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Row]:
    return lambda item: {f"kind_{lang}": getattr(table[item["kind"]], lang) for lang in ("zh", "en")}


_TERMS: Final[dict[str, Callable[[Mapping[str, Any]], Row]]] = {
    "sites": _kind_terms(vocabulary.SITE_KINDS),
    "zones": lambda item: (
        _kind_terms(vocabulary.ZONE_KINDS)(item) | {"family": vocabulary.family(item["kind"]).id}
    ),
    "mechanisms": _kind_terms(vocabulary.MECHANISM_KINDS),
    "facts": lambda item: {f"unit_{lang}": getattr(UNITS[item["unit"]], lang) for lang in ("zh", "en")},
}


def _zone(shape: ShapeRecord | None, measure: Measure) -> Row:
    m2 = measure.area_m2
    return {
        "geometry": shape.geometry if shape else None,
        "weakest_confidence": measure.confidence,
        "stated_m2": measure.stated_m2,
        "measured_m2": m2,
        **{f"measured_{unit}": None if m2 is None else from_m2(m2, unit) for unit in ("ha", "km2", "mu")},
        "perimeter_m": measure.perimeter_m,
        "difference_pct": measure.difference_pct,
        "made_from_stated": int(measure.made_from_stated) if shape else None,
        "digest": shape.digest if shape else None,
        "made": _json(dict(shape.made)) if shape and shape.made else None,
        "extras": _json(dict(shape.extras)) if shape and shape.extras else None,
    }


def _point(item: Mapping[str, Any]) -> BaseGeometry | None:
    location = item.get("location")
    return shapely.Point(float(location["lon"]), float(location["lat"])) if location else None


def back(rows: Rows, settings: Mapping[str, Any], shown: str) -> tuple[AtlasRecords, list[Problem]]:
    """Records of the rows of all layers, and what cannot be one.

    Parameters
    ----------
    rows
        Rows by layer, as a format gave them.
    settings
        Content of atlas.yaml.
    shown
        Name of the store in messages.
    """
    problems: list[Problem] = []
    parts: dict[str, dict[str, list[Row]]] = {layer.name: defaultdict(list) for layer in PARTS}
    known = {row.get("case") for row in rows["cases"]}
    for layer in PARTS:
        for number, row in enumerate(rows.get(layer.name, ()), start=1):
            if row.get("case") in known and row.get("id"):
                parts[layer.name][str(row["case"])].append(row)
                continue
            en, zh = "the row names no case of this store, or has no id", "该行未指明本库中的案例，或没有 id"
            problems.append(_broken(shown, f"{layer.name}[{number}]", "orphan-row", en, zh))
    cases = []
    for number, row in enumerate(sorted(rows["cases"], key=lambda row: str(row.get("case"))), start=1):
        case_id = str(row.get("case"))
        data = _item(CASES, row, shown, f"cases[{number}]", problems)
        shapes: dict[str, ShapeRecord] = {}
        for layer in PARTS:
            items = []
            for one in sorted(parts[layer.name][case_id], key=_order):
                where = f"{case_id}/{one['id']}"
                item = _item(layer, one, shown, where, problems)
                if layer is SITES:
                    _place(item, one.get("geometry"))
                elif layer is ZONES and one.get("geometry") is not None:
                    item.setdefault("geometry", {"type": "drawn"})  # new, and drawn in a program for GIS
                    drawn = item["geometry"].get("type") == "drawn"
                    shapes[str(one["id"])] = _shape(one, shown, where, problems, drawn=drawn)
                items.append(item)
            if items:
                data[layer.name] = items
        cases.append(CaseRecord(data, shapes))
    return AtlasRecords(settings, tuple(cases)), problems


def _order(row: Row) -> tuple[float, str]:
    position = row.get("position")
    return (math.inf if position is None or _absent(position) else float(position), str(row["id"]))


def _absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _broken(shown: str, place: str, rule: str, en: str, zh: str) -> Problem:
    return Problem(shown, 0, place, rule, en, zh)


def _decoded(row: Row, name: str, shown: str, where: str, problems: list[Problem]) -> dict[str, Any]:
    """Content of a column of JSON; empty where there is none."""
    text = row.get(name)
    if _absent(text):
        return {}
    try:
        value = json.loads(str(text))
        if isinstance(value, dict):
            return value
    except (ValueError, RecursionError):
        pass
    en, zh = f"column {name} holds no JSON; do not edit it", f"{name} 列不是 JSON；此列请勿手改"
    problems.append(_broken(shown, where, "damaged-record", en, zh))
    return {}


def _item(layer: Layer, row: Row, shown: str, where: str, problems: list[Problem]) -> dict[str, Any]:
    """A record of a row: as it was written down, with what was changed in columns."""
    item: dict[str, Any] = _texts(_decoded(row, "record", shown, where, problems))
    if layer is CASES:
        item = {"format": "1"} | item
    for field in layer.fields:
        if field.path is None or field.name not in row:
            continue
        given = None if _absent(row[field.name]) else row[field.name]
        if not _same(field, given, _get(item, field.path)):
            _set(item, field, given)
    return item


def _texts(value: Any) -> Any:
    """Leaves as text, as a case file has them."""
    if isinstance(value, dict):
        return {str(key): _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value if isinstance(value, str) else _number(value)


def _number(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _same(field: Field, given: Any, written: Any) -> bool:
    if given is None or written is None or written == "":
        return given is None and (written is None or written == "")
    try:
        held = _value(field, written)
        if field.kind in {"integer", "number"}:
            return math.isclose(float(given), held, rel_tol=1e-14, abs_tol=0.0)
    except (TypeError, ValueError):
        return False
    return _comparable(given) == _comparable(held)


def _comparable(text: Any) -> list[str]:
    """Words of a text; formats join white space, and XML knows no noncharacters."""
    return str(text).translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}).split()


def _set(item: dict[str, Any], field: Field, given: Any) -> None:
    *above, last = field.path or ()
    if field.name == "geometry_from" and given is not None:
        item["geometry"] = {"type": str(given)}  # another way in which a shape comes about begins anew
        return
    for key in above:
        inner = item.get(key)
        if not isinstance(inner, dict):
            if given is None:
                return
            inner = item[key] = {}
        item = inner
    if given is None:
        item.pop(last, None)
    elif field.kind == "list":
        item[last] = [part.strip() for part in str(given).replace("；", ";").split(";") if part.strip()]
    else:
        item[last] = _number(given) if field.kind in {"integer", "number"} else str(given)


def _place(item: dict[str, Any], point: BaseGeometry | None) -> None:
    """Position of a site, where its point was moved, added or removed."""
    held = _point(item)
    if point is None:
        if held is not None:
            del item["location"]
        return
    if held is None or not shapely.equals_exact(point, held, _SAME_DEG):
        item["location"] = {"lon": _number(round(point.x, 6)), "lat": _number(round(point.y, 6))}


def _shape(row: Row, shown: str, where: str, problems: list[Problem], *, drawn: bool) -> ShapeRecord:
    made = _decoded(row, "made", shown, where, problems)
    numbers = {key: float(value) for key, value in made.items() if isinstance(value, int | float)}
    digest = None if drawn or _absent(row.get("digest")) else str(row["digest"])
    extras = _decoded(row, "extras", shown, where, problems)
    return ShapeRecord(shapely.force_2d(row["geometry"]), digest, numbers if digest else {}, extras)
