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
from eppv_atlas.reading_out import fact_text
from eppv_atlas.render import packing, style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.results import Measure, PlacedCase, ZoneShape
from eppv_atlas.units import AREA_UNITS, area_text
from eppv_atlas.vocabulary import Term

Both = dict[str, str]
_DISPLAY_DIGITS: Final = 5
_MOST_BARS: Final = 4


def both(record: Any) -> Both:
    """A record with `zh` and `en` as a dict."""
    return {"zh": record.zh, "en": record.en}


def picked(view: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """These keys of a view, in this order."""
    return {key: view[key] for key in keys}


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
        "value": {lang: fact_text(fact, lang) for lang in ("zh", "en")},
        "number": fact.value,
        "unit": fact.unit,
        "page": fact.page,
        "period": fact.period or "",
        "section": both(vocabulary.SECTIONS[fact.section]),
        "about": fact.about or "",
    }


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
        "measuredM2": measure.area_m2,
        "difference": f"{measure.difference_pct:+.2f}%".replace("-", "−")
        if measure.difference_pct is not None
        else None,
        "madeFromStated": measure.made_from_stated,
        "standsForUnit": vocabulary.stands_for_unit(zone.kind, measure.confidence),
    }


def confidence(name: str) -> dict[str, Any]:
    """A confidence with its definition and look."""
    return {**term(vocabulary.CONFIDENCES[name]), "hatched": style.CONFIDENCE_STYLES[name].hatched}


def zone_data(
    zone: Zone,
    shape: ZoneShape,
    measure: Measure,
    facts: Mapping[str, Fact],
    outline: BaseGeometry,
    scale: int,
) -> dict[str, Any]:
    """A zone for the scripts of a page: words, areas in m², and the outline that is drawn.

    Parameters
    ----------
    zone, shape, measure, facts
        The zone, its shape and measure, and the facts of its case by id.
    outline
        What to draw, degrees; never measured from.
    scale
        Steps per degree of the packed outline.
    """
    view = zone_view(zone, shape, measure, facts)
    marks = {
        "unit": view["standsForUnit"],
        "atTop": round_about(zone),
        "cells": shape.geometry.geom_type == "GeometryCollection",
    }
    return {
        "id": zone.id,
        "name": view["name"],
        "kind": view["kind"],
        "family": view["family"],
        "confidence": shape.confidence,
        "how": view["how"],
        "stated": measure.stated_m2,
        "told": picked(told, ("value", "page")) if (told := view["statedFact"] or view["share"]) else None,
        "measured": round(measure.area_m2 or 0.0, 2),
        "difference": view["difference"],
        "madeFromStated": view["madeFromStated"],
        "at": label_point(zone, shape.geometry),
        **{name: True for name, held in marks.items() if held},
        "shape": packing.pack_shape(outline, scale),
    }


def for_display(shape: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Simplify an outline for the screen (degrees); keeps its topology."""
    if shape.geom_type == "GeometryCollection":
        cells = shapely.simplify(shapely.get_parts(shape), tolerance / 4, preserve_topology=True)
        return shapely.GeometryCollection(list(cells))
    return shapely.simplify(shape, tolerance, preserve_topology=True)


def round_about(zone: Zone) -> bool:
    """Whether a shape is round, so that others may lie in its middle."""
    side = getattr(zone.geometry, "side", "")
    return zone.geometry.type in {"disc", "ring"} or side in {"centre", "edge"}


def label_point(zone: Zone, shape: BaseGeometry) -> list[float]:
    """Where a zone's name goes: the northern edge of round shapes, which may lie in each other; else inside."""
    if round_about(zone):
        points = shapely.get_coordinates(shape)
        x, y = points[np.argmax(points[:, 1])]
    else:
        largest = max(shapely.get_parts(shape), key=shapely.area)
        point = shapely.centroid(largest)
        if not shapely.contains(largest, point):
            point = shapely.point_on_surface(largest)
        x, y = point.x, point.y
    return [round(float(x), _DISPLAY_DIGITS), round(float(y), _DISPLAY_DIGITS)]


def card(placed: PlacedCase) -> dict[str, Any]:
    """What lists and pages show of a case."""
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


def card_data(placed: PlacedCase, measures: Sequence[Measure]) -> dict[str, Any]:
    """A case for the scripts of the national map: its card, with the sizes of its zones."""
    view = card(placed)
    sizes = _bars(placed, measures)
    return {
        **{name: view[name] for name in ("id", "short", "title", "place", "at", "abroad", "page")},
        "path": view["path"]["id"],
        "mode": view["mode"]["id"],
        "position": placed.anchor_confidence,
        "headlines": [
            {name: fact[name] for name in ("label", "value", "page")} for fact in view["headlines"]
        ],
        "bars": sizes[:_MOST_BARS],
        "moreBars": max(0, len(sizes) - _MOST_BARS),
    }


def _bars(placed: PlacedCase, measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Zones by area, largest first: the stated area as printed, with its page, or else the measured one."""
    facts = {fact.id: fact for fact in placed.case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    bars = []
    for zone in placed.case.zones:
        measure = by_zone[zone.id]
        area_m2 = measure.stated_m2 if measure.stated_m2 is not None else measure.area_m2
        if area_m2:
            stated = facts[zone.stated_area] if measure.stated_m2 and zone.stated_area else None
            told = picked(fact_view(stated), ("value", "page")) if stated else {}
            bars.append(
                {
                    "name": both(zone.name),
                    "family": vocabulary.family(zone.kind).id,
                    "area": round(area_m2),
                    "confidence": measure.confidence or "",
                    **told,
                }
            )
    return sorted(bars, key=lambda bar: -float(bar["area"]))
