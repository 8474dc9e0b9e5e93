"""What the pages show of a case, as plain data in both languages.

Measures come in ready; nothing is computed here but the form of numbers.

Floor 3, part of render: knows records, measures and vocabulary; must not know
files, Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.model import Fact, Zone
from eppv_atlas.render import style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.results import Measure, PlacedCase, ZoneShape
from eppv_atlas.units import AREA_UNITS, UNITS, area_text, number_text
from eppv_atlas.vocabulary import Term

Both = dict[str, str]
_DISPLAY_DIGITS: Final = 5


def both(record: Any) -> Both:
    """A record with `zh` and `en` as a dict."""
    return {"zh": record.zh, "en": record.en}


def same(text: str) -> Both:
    """One text for both languages."""
    return {"zh": text, "en": text}


def term(entry: Term) -> dict[str, Any]:
    """A vocabulary term with its definition."""
    return {
        "id": entry.id,
        "name": both(entry),
        "about": {"zh": entry.about_zh, "en": entry.about_en},
    }


def areas(area_m2: float | None) -> dict[str, str] | None:
    """An area written in every unit of area, without the unit."""
    if area_m2 is None:
        return None
    return {unit: area_text(area_m2, unit) for unit in AREA_UNITS}


def fact_view(fact: Fact) -> dict[str, Any]:
    """A fact: label, value as readers write it, page."""
    return {
        "id": fact.id,
        "label": both(fact.label),
        "value": {"zh": fact.printed.replace(" ", ""), "en": _english(fact)},
        "page": fact.page,
        "period": fact.period or "",
        "section": both(vocabulary.SECTIONS[fact.section]),
        "about": fact.about or "",
    }


def _english(fact: Fact) -> str:
    unit = UNITS[fact.unit]
    value, big = fact.value, ""
    if unit.quantity not in {"area", "length", "share"} and abs(value) >= 1e9:
        value, big = value / 1e9, " billion"
    elif unit.quantity not in {"area", "length", "share"} and abs(value) >= 1e6:
        value, big = value / 1e6, " million"
    number = number_text(round(value, 6))
    qualifier = vocabulary.QUALIFIERS[fact.qualifier].en
    space = "" if unit.en in {"%", "‰", ""} else " "
    return f"{qualifier} {number}{big}{space}{unit.en}".strip()


def classified(entry: Any, table: Mapping[str, Term]) -> dict[str, Any]:
    """Path, mode or category of a case with the ground it stands on."""
    return {
        **term(table[entry.id]),
        "basis": PHRASES[f"basis_{entry.basis}"],
        "stated": entry.basis == "stated",
        "page": entry.page or "",
        "note": both(entry.note) if entry.note else None,
    }


def zone_view(
    zone: Zone,
    shape: ZoneShape | None,
    measure: Measure,
    facts: Mapping[str, Fact],
    relations: Sequence[Both] = (),
) -> dict[str, Any]:
    """A zone: words, confidence, stated and measured area, how it lies to others."""
    family = vocabulary.family(zone.kind)
    stated = facts.get(zone.stated_area or "")
    share = facts.get(zone.stated_share or "")
    reason = getattr(zone.geometry, "reason", None)
    return {
        "id": zone.id,
        "name": both(zone.name),
        "kind": both(vocabulary.ZONE_KINDS[zone.kind]),
        "family": family.id,
        "familyName": both(family),
        "partOf": zone.part_of or "",
        "confidence": confidence(shape.confidence) if shape else None,
        "how": both(zone.provenance.how) if zone.provenance else None,
        "reason": both(reason) if reason else None,
        "relations": list(relations),
        "stated": areas(measure.stated_m2),
        "statedFact": fact_view(stated) if stated else None,
        "share": fact_view(share) if share else None,
        "measured": areas(measure.area_m2),
        "difference": f"{measure.difference_pct:+.2f}%".replace("-", "−")
        if measure.difference_pct is not None
        else None,
        "madeFromStated": measure.made_from_stated,
    }


def confidence(name: str) -> dict[str, Any]:
    """A confidence with its definition and look."""
    return {**term(vocabulary.CONFIDENCES[name]), "hatched": style.CONFIDENCE_STYLES[name].hatched}


def shape_view(zone: Zone, shape: ZoneShape, tolerance: float) -> dict[str, Any]:
    """The outline of a zone for drawing, with its style and label point. Never measured from."""
    family = vocabulary.family(zone.kind).id
    round_about = zone.geometry.type in {"disc", "ring"} or getattr(zone.geometry, "side", "") in {
        "centre",
        "edge",
    }
    look = style.CONFIDENCE_STYLES[shape.confidence]
    drawn = for_display(shape.geometry, tolerance)
    return {
        "family": family,
        "colour": style.FAMILY_COLOURS[family],
        "dash": look.dash,
        "width": look.width,
        "hatched": look.hatched,
        "at": _label_point(shape.geometry, top=round_about),
        "atTop": round_about,
        "cells": shape.geometry.geom_type == "GeometryCollection",
        "geometry": _geojson(drawn),
    }


def for_display(shape: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Simplify an outline for the screen (degrees); keeps its topology."""
    if shape.geom_type == "GeometryCollection":
        cells = shapely.simplify(shapely.get_parts(shape), tolerance / 4, preserve_topology=True)
        return shapely.GeometryCollection(list(cells))
    return shapely.simplify(shape, tolerance, preserve_topology=True)


def _label_point(shape: BaseGeometry, *, top: bool) -> list[float]:
    """Where the name goes: the northern edge of round shapes, which may lie in each other; else inside."""
    if top:
        points = shapely.get_coordinates(shape)
        x, y = points[np.argmax(points[:, 1])]
    else:
        largest = max(shapely.get_parts(shape), key=shapely.area)
        point = shapely.centroid(largest)
        if not shapely.contains(largest, point):
            point = shapely.point_on_surface(largest)
        x, y = point.x, point.y
    return [round(float(x), _DISPLAY_DIGITS), round(float(y), _DISPLAY_DIGITS)]


def _geojson(shape: BaseGeometry) -> Any:
    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, _DISPLAY_DIGITS)
        return [rounded(item) for item in value]

    if shape.geom_type == "GeometryCollection":
        return {
            "type": "GeometryCollection",
            "geometries": [_geojson(part) for part in shapely.get_parts(shape)],
        }
    plain = shapely.geometry.mapping(shape)
    return {"type": plain["type"], "coordinates": rounded(plain["coordinates"])}


def card(placed: PlacedCase) -> dict[str, Any]:
    """What the national map shows of a case."""
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    return {
        "id": case.id,
        "short": both(case.short),
        "title": both(case.title),
        "place": both(case.place_name),
        "path": classified(case.path, vocabulary.PATHS),
        "mode": classified(case.mode, vocabulary.MODES),
        "headlines": [fact_view(facts[name]) for name in case.headlines],
        "at": [round(placed.anchor.x, 6), round(placed.anchor.y, 6)],
        "position": confidence(placed.anchor_confidence),
        "abroad": not case.places[0].isdigit(),
        "page": f"{case.id}.html",
    }
