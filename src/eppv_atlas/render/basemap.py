"""The local base map: coast, provinces, counties, dashed line, islands.

Vector data from installed packages, simplified so that neighbours still share
their borders, and packed as integers. It is general-purpose data: no standard
map, and it says so on every page.

Floor 3, part of render: knows boundaries only; must not know cases or measures.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.render.packing import pack_coverage, pack_lines, pack_shape
from eppv_atlas.render.place_names import romanised
from eppv_atlas.render.surroundings import beside, polygons, surroundings

NATIONAL_SCALE: Final = 100
LOCAL_SCALE: Final = 10_000
_NATIONAL_TOLERANCE: Final = 0.045
_SMALLEST: Final = 0.002
"""Parts of a province smaller than this (square degrees, some 20 km²) are drawn as dots or left out."""

# names that the standard map gives to groups of islands, with the box that holds each
_ISLAND_GROUPS: Final = (
    ("东沙群岛", "Dongsha Qundao", (116.5, 20.5, 117.0, 20.9)),
    ("西沙群岛", "Xisha Qundao", (110.9, 15.4, 113.0, 17.4)),
    ("中沙群岛", "Zhongsha Qundao", (113.5, 15.3, 115.1, 16.2)),
    ("黄岩岛", "Huangyan Dao", (117.5, 14.9, 118.2, 15.4)),
    ("南沙群岛", "Nansha Qundao", (109.0, 3.0, 118.2, 12.2)),
    ("钓鱼岛", "Diaoyu Dao", (123.3, 25.6, 123.8, 26.0)),
    ("赤尾屿", "Chiwei Yu", (124.4, 25.8, 124.7, 26.1)),
)
_BELOW: Final = {"中沙群岛": 2.3}
"""How far below its islands a name stands, degrees, where another group's name is beside it."""
_LONE: Final = frozenset({"钓鱼岛", "赤尾屿", "东沙群岛", "黄岩岛"})
# islands that a national map must show however small they are
_ISLAND_BOXES: Final = (
    shapely.box(109.0, 3.0, 118.5, 17.5),  # Xisha, Zhongsha and Nansha Qundao
    shapely.box(123.0, 25.4, 125.0, 26.2),  # Diaoyu Dao and its islands
    shapely.box(116.5, 20.5, 117.0, 20.9),  # Dongsha Qundao
)


@cache
def national() -> dict[str, Any]:
    """Base map of the whole country, as ``scripts/derive_base.py`` derived it and the package holds it."""
    text = resources.files("eppv_atlas").joinpath("data", "base-national.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def derive_national() -> dict[str, Any]:
    """Derive the base map of the whole country, with the coasts of the world behind it.

    Returns
    -------
    dict
        ``scale``, ``land``, ``arcs``, ``areas`` (code, name, rings of arcs,
        label point), ``border``, ``dashes``, ``undefined``, ``islands`` and their names,
        ready for JSON.
    """
    places, shapes = boundaries.units("province")
    main = np.array([_without_specks(shape) for shape in shapes], dtype=object)
    simple = shapely.coverage_simplify(main, _NATIONAL_TOLERANCE)
    arcs, coded, frame = pack_coverage(simple, ["China"] * len(simple), NATIONAL_SCALE)
    areas = []
    for place, shape, rings in zip(places, simple, coded, strict=True):
        zh, en = vocabulary.PROVINCES[place.code]
        areas.append(
            {"code": place.code, "name": {"zh": _short(zh), "en": en}, "at": _label(shape), "rings": rings}
        )
    dots = _islands(shapes)
    return {
        "scale": NATIONAL_SCALE,
        "land": pack_shape(_world(), NATIONAL_SCALE),
        "arcs": arcs,
        "areas": areas,
        "border": frame,
        "dashes": _lines(boundaries.dashed_line(), 0.01),
        "undefined": _lines(boundaries.undefined_border(), 0.02),
        "islands": pack_lines([np.array(dots)], NATIONAL_SCALE, least=0),
        "islandNames": _island_names(dots),
    }


def local(bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    """Base map about a case: counties (or states abroad) with their names.

    Parameters
    ----------
    bounds
        West, south, east, north of what the page is about, degrees.
    """
    near = surroundings(bounds)
    held, view = near.units, near.view
    arcs, coded, frame = pack_coverage(
        np.array([shape for _, shape in held], dtype=object),
        [place.province for place, _ in held],
        LOCAL_SCALE,
    )
    areas = []
    for (place, shape), rings in zip(held, coded, strict=True):
        seen = polygons(shapely.clip_by_rect(shape, *view))
        areas.append(
            {
                "code": place.code,
                "name": {"zh": place.name_zh, "en": place.name_en or romanised(place.name_zh)},
                "at": _label(seen) if not seen.is_empty else None,
                "rings": rings,
            }
        )
    empty = pack_lines([], LOCAL_SCALE)
    return {
        "scale": LOCAL_SCALE,
        "land": pack_shape(near.land, LOCAL_SCALE),
        "arcs": arcs,
        "areas": areas,
        "border": frame,
        "dashes": empty,
        "undefined": empty,
        "islands": empty,
        "islandNames": [],
    }


def locator(province: str, lon: float, lat: float) -> dict[str, Any]:
    """Small outline of the country (or of Australia) with a province filled and a point.

    Parameters
    ----------
    province
        Code of the province or state that is filled.
    lon, lat
        The point, degrees.

    Returns
    -------
    dict
        SVG path data ``country``, ``province`` and ``dashes``, the point ``x``,
        ``y`` and the ``width`` and ``height`` of the drawing.
    """
    abroad = not province.isdigit()
    whole, dashes = _locator_outline(abroad)
    west, south, east, north = shapely.total_bounds([whole, dashes])
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    scale = 120 / max((east - west) * squeeze, north - south)

    def path(shape: BaseGeometry) -> str:
        lines = []
        for line in shapely.get_parts(shapely.get_parts(shape)):
            xy = shapely.get_coordinates(line.exterior if line.geom_type == "Polygon" else line)
            points = " ".join(f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y in xy)
            lines.append(f"M{points}" + ("z" if line.geom_type == "Polygon" else ""))
        return "".join(lines)

    return {
        "country": path(whole),
        "province": path(_locator_part(boundaries.outline(province))),
        "dashes": path(dashes),
        "x": round((lon - west) * squeeze * scale, 1),
        "y": round((north - lat) * scale, 1),
        "width": round((east - west) * squeeze * scale, 1),
        "height": round((north - south) * scale, 1),
    }


def _locator_part(shape: BaseGeometry) -> BaseGeometry:
    return shapely.simplify(
        shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.area > 0.02]), 0.12
    )


def country_outline(*, abroad: bool) -> tuple[BaseGeometry, BaseGeometry]:
    """Rough outline of the country (or of Australia) and its dashed line, degrees."""
    return _locator_outline(abroad)


@cache
def _locator_outline(abroad: bool) -> tuple[BaseGeometry, BaseGeometry]:  # noqa: FBT001 - two countries, no more
    if abroad:
        return _locator_part(shapely.unary_union(boundaries.states()[1])), shapely.MultiLineString()
    border = _locator_part(shapely.simplify(boundaries.national_border(), 0.05))
    return border, shapely.simplify(boundaries.dashed_line(), 0.05)


def _world() -> BaseGeometry:
    """Land of other countries: finer around Australia, coarse elsewhere, without specks."""
    china = shapely.simplify(boundaries.national_border(), 0.05)
    land = shapely.unary_union(beside(boundaries.foreign_land(), china, 0.15))
    near = (60, -50, 179, 60)
    fine = shapely.simplify(polygons(shapely.clip_by_rect(land, 105, -50, 179, -8)), 0.08)
    middle = shapely.simplify(polygons(shapely.clip_by_rect(land, 60, -8, 179, 60)), 0.16)
    coarse = shapely.simplify(polygons(shapely.difference(land, shapely.box(*near))), 0.8)
    kept = [
        part
        for shape, least in ((fine, 0.02), (middle, 0.05), (coarse, 1.0))
        for part in shapely.get_parts(shape)
        if part.area > least and part.bounds[3] > -60
    ]
    return shapely.MultiPolygon([part for part in kept if part.geom_type == "Polygon"])


def _islands(shapes: NDArray[np.object_]) -> list[list[float]]:
    """Centres of the small islands that a national map must show."""
    dots = []
    for part in shapely.get_parts(shapes):
        centre = shapely.centroid(part)
        if part.area < _SMALLEST and any(shapely.contains(box, centre) for box in _ISLAND_BOXES):
            dots.append([round(centre.x, 2), round(centre.y, 2)])
    return [list(dot) for dot in sorted({(x, y) for x, y in dots})]


def _island_names(dots: list[list[float]]) -> list[dict[str, Any]]:
    """Where the names of island groups stand: south of the dots of the group."""
    out = []
    for zh, en, box in _ISLAND_GROUPS:
        inside = [dot for dot in dots if box[0] <= dot[0] <= box[2] and box[1] <= dot[1] <= box[3]]
        if inside:
            x = sum(dot[0] for dot in inside) / len(inside)
            # where a group is so small that a marker or a name could hide it, its dots are told too
            lone = inside if zh in _LONE else []
            y = (
                sum(d[1] for d in inside) / len(inside)
                if lone
                else min(d[1] for d in inside) - _BELOW.get(zh, 0.35)
            )
            out.append({"name": {"zh": zh, "en": en}, "at": [round(x, 2), round(y, 2)], "dots": lone})
    return out


def _lines(shape: BaseGeometry, tolerance: float) -> str:
    simple = shapely.get_parts(shapely.simplify(shape, tolerance))
    return pack_lines([shapely.get_coordinates(line) for line in simple], NATIONAL_SCALE)


def _without_specks(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    largest = max(part.area for part in parts)
    kept = [part for part in parts if part.area >= min(_SMALLEST, largest)]
    return shapely.MultiPolygon(kept) if len(kept) > 1 else kept[0]


def _label(shape: BaseGeometry) -> list[float]:
    """Where a name stands well: the centre if inside, else a point on the largest part."""
    largest = max(shapely.get_parts(shape), key=shapely.area)
    point = shapely.centroid(largest)
    if not shapely.contains(largest, point):
        point = shapely.point_on_surface(largest)
    return [round(point.x, 4), round(point.y, 4)]


def _short(name: str) -> str:
    for tail in ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"):
        if name.endswith(tail):
            return name.removesuffix(tail)
    return name
