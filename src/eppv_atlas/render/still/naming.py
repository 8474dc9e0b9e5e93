"""Names on the map of a case: zones with their areas, places, counties; none covers another.

Floor 3, part of render: knows views and places on paper; must not know files
or compute measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely

from eppv_atlas.render import style, views
from eppv_atlas.render.ledger_views import site_views
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import canvas, drawing, ground, places
from eppv_atlas.render.surroundings import Surroundings
from eppv_atlas.render.words import romanised
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.units import UNITS

_SMALL_ZONE: Final = 90.0
"""A zone smaller than this (points) is not covered by names."""
_FOLD: Final = 110.0


@dataclass(frozen=True)
class Wish:
    """A text that wants a place on the map; quiet ones stand without a ground of their own."""

    name: places.Name
    text: str
    size: float
    quiet: bool = False


def area_words(view: Mapping[str, Any], unit: str, lang: str) -> tuple[str, ...]:
    """Areas of a zone as on the pages: stated by the document, measured on the map; none where it has none.

    A shape made from its stated area is not measured against it.
    """
    word = getattr(UNITS[unit], lang)
    space = "" if lang == "zh" else " "
    out = []
    if view["stated"]:
        out.append(f"{PHRASES['stated'][lang]} {view['stated'][unit]}{space}{word}")
    if view["measured"] and not view["madeFromStated"]:
        out.append(f"{PHRASES['measured'][lang]} {view['measured'][unit]}{space}{word}")
    return tuple(out)


def zone_views(placed: PlacedCase, measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Views of the zones that have a shape, largest first, as the live map draws them."""
    by_zone = {measure.zone: measure for measure in measures}
    facts = {fact.id: fact for fact in placed.case.facts}
    held = [zone for zone in placed.case.zones if zone.id in placed.shapes]
    held.sort(key=lambda zone: -(by_zone[zone.id].area_m2 or 0.0))
    return [views.zone_view(zone, placed.shapes[zone.id], by_zone[zone.id], facts) for zone in held]


def names(
    plate: ground.Plate,
    placed: PlacedCase,
    measures: Sequence[Measure],
    near: Surroundings,
    unit: str,
    taken: Sequence[places.Box],
) -> None:
    """Write names of zones with their areas, then of places, then of counties.

    Parameters
    ----------
    plate
        The map.
    placed, measures, near
        The case, measures of its zones, and what lies about it.
    unit
        Unit of the areas.
    taken
        What is there already, points.
    """
    zones, small = _zones(plate, placed, measures, unit)
    sites, dots = _sites(plate, placed)
    wishes = [*zones, *sites, *_counties(plate, near)]
    found = places.placed([wish.name for wish in wishes], [*taken, *small, *dots], ground.frame(plate, 1.5))
    for wish, spot in zip(wishes, found, strict=True):
        if spot is not None:
            _write(plate, wish, spot)


def _zones(
    plate: ground.Plate, placed: PlacedCase, measures: Sequence[Measure], unit: str
) -> tuple[list[Wish], list[places.Box]]:
    """Names of zones, the smallest first, and zones so small that a name would hide them."""
    wishes, small = [], []
    zones = {zone.id: zone for zone in placed.case.zones}
    for view in reversed(zone_views(placed, measures)):
        shape = placed.shapes[view["id"]].geometry
        x, y = ground.on_paper(plate, *views.label_point(zones[view["id"]], shape))
        text = "\n".join([*_marked(plate, view), *area_words(view, unit, plate.lang)])
        wide, high = canvas.text_size(plate.paper, text, drawing.BODY)
        left, bottom, right, top = shapely.bounds(ground.projected(shape, plate.axes.projection))
        low = ground.to_paper(plate.axes, plate.at, left, bottom)
        up = ground.to_paper(plate.axes, plate.at, right, top)
        room = (up[0] - low[0], up[1] - low[1])
        fits = room[0] > 0.8 * wide and room[1] > 1.5 * high
        if not fits and max(room) < _SMALL_ZONE:
            small.append((low[0] - 1, low[1] - 1, up[0] + 1, up[1] + 1))
        gap = 2.0 if fits else max(2.0, min(room) / 2 + 1)
        wishes.append(Wish(places.Name(x, y, wide + 3, high + 2, gap=gap, inside=fits), text, drawing.BODY))
    return wishes, small


def _marked(plate: ground.Plate, view: Mapping[str, Any]) -> list[str]:
    """The name of a zone in lines; what is schematic says so."""
    lang = plate.lang
    lines = drawing.folded(plate.paper, view["name"][lang], drawing.BODY, _FOLD)
    if view["confidence"]["id"] == "schematic":
        mark = PHRASES["schematic_mark"][lang]
        mark = f"（{mark}）" if lang == "zh" else f" ({mark})"
        if canvas.text_size(plate.paper, lines[-1] + mark, drawing.BODY)[0] > _FOLD + 10:
            lines.append("")
        lines[-1] = (lines[-1] + mark).lstrip()
    return lines


def _sites(plate: ground.Plate, placed: PlacedCase) -> tuple[list[Wish], list[places.Box]]:
    """Draw the dots of places; their names, and what the dots cover."""
    wishes, boxes = [], []
    left, bottom, right, top = ground.frame(plate, 1.5)
    for site in site_views(placed.case):
        if not site["drawn"]:
            continue
        x, y = ground.on_paper(plate, *site["at"])
        if not (left < x < right and bottom < y < top):
            continue
        ring: dict[str, Any] = {
            "markerfacecolor": "white",
            "markeredgecolor": drawing.INK,
            "markeredgewidth": 0.8,
        }
        plate.paper.plot([x], [y], marker="o", markersize=4, zorder=6, **ring)
        if not style.CONFIDENCE_STYLES[site["confidence"]["id"]].hatched:  # an open ring is schematic
            plate.paper.plot([x], [y], marker="o", markersize=1.4, color=drawing.INK, zorder=6.1)
        boxes.append((x - 2.6, y - 2.6, x + 2.6, y + 2.6))
        text = site["name"][plate.lang]
        wide, high = canvas.text_size(plate.paper, text, drawing.SMALL)
        wishes.append(Wish(places.Name(x, y, wide + 1, high, gap=3.5, needed=False), text, drawing.SMALL))
    return wishes, boxes


def _counties(plate: ground.Plate, near: Surroundings) -> list[Wish]:
    """Names of the counties that the map shows, the largest first."""
    window = shapely.box(*ground.degrees(plate))
    found = []
    for place, outline in near.units:
        seen = shapely.intersection(outline, window)
        if seen.is_empty:
            continue
        point = shapely.point_on_surface(seen)
        x, y = ground.on_paper(plate, point.x, point.y)
        text = place.name_zh if plate.lang == "zh" else place.name_en or romanised(place.name_zh)
        wide, high = canvas.text_size(plate.paper, text, drawing.SMALL)
        name = places.Name(x, y, wide + 1, high, gap=1, inside=True, needed=False)
        found.append((-seen.area, Wish(name, text, drawing.SMALL, quiet=True)))
    return [wish for _, wish in sorted(found, key=lambda item: (item[0], item[1].text))]


def _write(plate: ground.Plate, wish: Wish, spot: places.Place) -> None:
    name = wish.name
    if spot.led:
        x = min(max(name.x, spot.x - name.width / 2), spot.x + name.width / 2)
        y = min(max(name.y, spot.y - name.height / 2), spot.y + name.height / 2)
        plate.paper.plot([name.x, x], [name.y, y], color=drawing.INK, linewidth=0.5, zorder=5.4)
        plate.paper.plot([name.x], [name.y], marker="o", markersize=1.6, color=drawing.INK, zorder=5.4)
    drawing.label(plate.paper, spot.x, spot.y, wish.text, wish.size, quiet=wish.quiet)
