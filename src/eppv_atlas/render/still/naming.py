"""Names on the map of a case: zones, places, counties; none covers another.

Floor 3, part of render: knows views and places on paper; must not know files
or compute measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from eppv_atlas.render import style
from eppv_atlas.render.ledger_views import site_views
from eppv_atlas.render.place_names import romanised
from eppv_atlas.render.still import canvas, drawing, ground, places
from eppv_atlas.render.still.zones import Drawn, circled, marked
from eppv_atlas.render.surroundings import Surroundings
from eppv_atlas.results import PlacedCase

_FOLD: Final = 110.0
_TRIES: Final = 11
"""Across and up a zone so many places are tried for its name."""
_INSIDE: Final = 0.7
"""So much of a name must lie in its zone for it to stand there."""


@dataclass(frozen=True)
class Sites:
    """What a map says of places.

    Attributes
    ----------
    confidences
        Confidences of those that it shows, the best first.
    left_out
        How many found no room for their names: a ring without a name would say nothing.
    """

    confidences: tuple[str, ...]
    left_out: int


@dataclass(frozen=True)
class Wish:
    """A text that wants a place on the map; quiet ones stand back."""

    name: places.Name
    text: str
    size: float
    quiet: bool = False


def names(
    plate: ground.Plate,
    placed: PlacedCase,
    zones: Sequence[Drawn],
    near: Surroundings,
    taken: Sequence[places.Box],
) -> Sites:
    """Write names of zones, places and counties, and draw the places.

    A zone whose name finds no room in it has its number only; the key has all.

    Parameters
    ----------
    plate
        The map.
    placed, zones, near
        The case, its zones as they are drawn, and what lies about it.
    taken
        What is there already, points.

    Returns
    -------
    Sites
        Which places it shows.
    """
    frame = ground.frame(plate, 1.5)
    sites = _sites(plate, placed)
    boxes = [*taken, *((s.x - 2.8, s.y - 2.8, s.x + 2.8, s.y + 2.8) for s in sites)]
    bare = _bare(plate, zones)
    for zone in sorted(zones, key=lambda one: (len(str(one.view["name"][plate.lang])), one.number)):
        boxes.append(_zone(plate, zone, bare[zone.number], boxes, frame))
    found = places.placed([site.wish.name for site in sites], boxes, frame)
    shown = set()
    for site, spot in zip(sites, found, strict=True):
        if spot is not None:
            drawing.ring(plate.paper, site.x, site.y, schematic=_hatched(site.confidence))
            boxes.append(_write(plate, site.wish, spot))
            shown.add(site.confidence)
    said = {zone.view["name"][plate.lang] for zone in zones}
    counties = [wish for wish in _counties(plate, near) if wish.text not in said]
    for wish, spot in zip(counties, places.placed([w.name for w in counties], boxes, frame), strict=True):
        if spot is not None:
            _write(plate, wish, spot)
    return Sites(_ranked(shown), sum(spot is None for spot in found))


def possible(placed: PlacedCase) -> Sites:
    """What a map of a case may say of places, before there is one."""
    return Sites(_ranked({site["confidence"]["id"] for site in site_views(placed.case) if site["drawn"]}), 0)


def _ranked(names: Iterable[str]) -> tuple[str, ...]:
    held = set(names)
    return tuple(name for name in style.CONFIDENCE_STYLES if name in held)


def _hatched(confidence: str) -> bool:
    return style.CONFIDENCE_STYLES[confidence].hatched


def _bare(plate: ground.Plate, zones: Sequence[Drawn]) -> dict[int, shapely.Geometry]:
    """What of each zone no other covers, on the paper, by its number; a grid covers nothing."""
    over: shapely.Geometry = shapely.MultiPolygon()
    found = {}
    for zone in reversed(zones):  # the last lies on top
        shape = _on_paper(plate, zone.shape.geometry)
        found[zone.number] = shape if zone.cells else shapely.difference(shape, over)
        if not zone.cells:
            over = shapely.union(over, shape)
    return found


def _zone(
    plate: ground.Plate,
    zone: Drawn,
    bare: shapely.Geometry,
    boxes: Sequence[places.Box],
    frame: places.Box,
) -> places.Box:
    """Write the name of a zone into it where it fits, else its number; returns what that covers."""
    lines = drawing.folded(
        f"{circled(zone.number)}\u00a0{marked(zone.view, plate.lang)}", drawing.BODY, _FOLD
    )
    wide, high = canvas.text_size("\n".join(lines), drawing.BODY)
    if bare.area < 1 or zone.cells:  # a grid says where it is at its edge: what it lies on has its middle
        shape, at_top = _on_paper(plate, zone.shape.geometry), zone.at_top or zone.cells
        x, y = ground.on_paper(plate, *zone.view["at"])
        wanted = [(x, y - (high / 2 + 4) * at_top)]
    else:
        shape, at_top = bare, False
        wanted = _inside(bare)
        x, y = wanted[0]
    for at_x, at_y in wanted:
        name = places.Name(at_x, at_y, wide + 3, high + 2, gap=1.5, inside=True, needed=False)
        (spot,) = places.placed([name], boxes, frame)
        if spot is not None and not spot.led and _stands_in(shape, name, spot):
            return _write(plate, Wish(name, "\n".join(lines), drawing.BODY), spot)
    mark = circled(zone.number)
    wide, high = canvas.text_size(mark, drawing.BODY)
    name = places.Name(x, y - (high / 2 + 2) * at_top, wide + 2, high, gap=1.5, inside=True)
    (spot,) = places.placed([name], boxes, frame)
    if spot is None:  # covered on all sides: it stands on its zone all the same
        spot = places.Place(x, y, led=False)
    return _write(plate, Wish(name, mark, drawing.BODY), spot)


def _inside(shape: shapely.Geometry) -> list[tuple[float, float]]:
    """Points of a shape: where it is widest, then others, the nearest to it first."""
    largest = max(shapely.get_parts(shape), key=shapely.area)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=0.5), 0)
    left, bottom, right, top = largest.bounds
    across, up = np.meshgrid(np.linspace(left, right, _TRIES)[1:-1], np.linspace(bottom, top, _TRIES)[1:-1])
    held = shapely.contains_xy(largest, across.ravel(), up.ravel())
    points = np.column_stack([across.ravel(), up.ravel()])[held]
    far = np.hypot(points[:, 0] - middle.x, points[:, 1] - middle.y)
    return [(middle.x, middle.y), *((float(x), float(y)) for x, y in points[np.argsort(far, kind="stable")])]


def _stands_in(zone: shapely.Geometry, name: places.Name, spot: places.Place) -> bool:
    box = shapely.box(
        spot.x - name.width / 2, spot.y - name.height / 2, spot.x + name.width / 2, spot.y + name.height / 2
    )
    return bool(shapely.intersection(zone, box).area >= _INSIDE * box.area)


def _on_paper(plate: ground.Plate, shape: shapely.Geometry) -> shapely.Geometry:
    """A shape on the paper, points; of a grid the whole that its cells make."""
    moved = ground.projected(shape, plate.axes.projection)
    whole = (
        shapely.unary_union(shapely.get_parts(moved)) if shape.geom_type == "GeometryCollection" else moved
    )
    left, right = plate.axes.get_xlim()
    bottom, top = plate.axes.get_ylim()
    at = plate.at
    across, up = at[2] / (right - left), at[3] / (top - bottom)
    return shapely.transform(
        shapely.make_valid(whole), lambda xy: (xy - [left, bottom]) * [across, up] + [at[0], at[1]]
    )


@dataclass(frozen=True)
class _Site:
    """A place that the map shows, and its name."""

    x: float
    y: float
    confidence: str
    wish: Wish


def _sites(plate: ground.Plate, placed: PlacedCase) -> list[_Site]:
    """Places that lie on the map; the names of schematic ones say so."""
    out = []
    left, bottom, right, top = ground.frame(plate, 1.5)
    for site in site_views(placed.case):
        if not site["drawn"]:
            continue
        x, y = ground.on_paper(plate, *site["at"])
        if not (left < x < right and bottom < y < top):
            continue
        text = "\n".join(drawing.folded(marked(site, plate.lang), drawing.SMALL, _FOLD))
        wide, high = canvas.text_size(text, drawing.SMALL)
        wish = Wish(places.Name(x, y, wide + 1, high, gap=3.5), text, drawing.SMALL)
        out.append(_Site(x, y, site["confidence"]["id"], wish))
    return out


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
        wide, high = canvas.text_size(text, drawing.SMALL)
        name = places.Name(x, y, wide + 1, high, gap=1, inside=True, needed=False)
        found.append((-seen.area, Wish(name, text, drawing.SMALL, quiet=True)))
    return [wish for _, wish in sorted(found, key=lambda item: (item[0], item[1].text))]


def _write(plate: ground.Plate, wish: Wish, spot: places.Place) -> places.Box:
    name = wish.name
    box = (
        spot.x - name.width / 2,
        spot.y - name.height / 2,
        spot.x + name.width / 2,
        spot.y + name.height / 2,
    )
    if spot.led:
        x, y = min(max(name.x, box[0]), box[2]), min(max(name.y, box[1]), box[3])
        thin: dict[str, Any] = {"color": drawing.INK, "zorder": 5.4}
        plate.paper.plot([name.x, x], [name.y, y], linewidth=0.5, **thin)
        plate.paper.plot([name.x], [name.y], marker="o", markersize=1.6, **thin)
    drawing.label(plate.paper, spot.x, spot.y, wish.text, wish.size, quiet=wish.quiet)
    return box
