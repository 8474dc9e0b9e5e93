"""The local base map: coast, provinces, counties, dashed line, islands.

Vector data from installed packages, simplified so that neighbours still share
their borders, and packed as integers. It is general-purpose data: no standard
map, and it says so on every page.

Floor 3, part of render: knows boundaries only; must not know cases or measures.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, vocabulary

NATIONAL_SCALE: Final = 100
LOCAL_SCALE: Final = 10_000
_NATIONAL_TOLERANCE: Final = 0.03
_SMALLEST: Final = 0.002
"""Parts of a province smaller than this (square degrees, some 20 km²) are drawn as dots or left out."""

# islands that a national map must show however small they are
_ISLAND_BOXES: Final = (
    shapely.box(109.0, 3.0, 118.5, 17.5),  # Xisha, Zhongsha and Nansha Qundao
    shapely.box(123.0, 25.4, 125.0, 26.2),  # Diaoyu Dao and its islands
    shapely.box(116.5, 20.5, 117.0, 20.9),  # Dongsha Qundao
)


def encode(shape: BaseGeometry, scale: int) -> list[list[list[int]]]:
    """Pack polygons as integer rings: first point, then steps.

    Parameters
    ----------
    shape
        Polygon or MultiPolygon in degrees.
    scale
        Steps per degree.

    Returns
    -------
    list
        Polygons, each a list of rings ``[x0, y0, dx, dy, …]``; a ring that
        shrinks below three points is left out with its holes.
    """
    out = []
    for polygon in shapely.get_parts(shape):
        rings = [_steps(ring, scale) for ring in (polygon.exterior, *polygon.interiors)]
        if rings and rings[0]:
            out.append([ring for ring in rings if ring])
    return out


def _steps(line: BaseGeometry, scale: int, least: int = 3) -> list[int]:
    points = np.rint(shapely.get_coordinates(line) * scale).astype(int)
    keep = np.ones(len(points), bool)
    keep[1:] = np.any(np.diff(points, axis=0) != 0, axis=1)
    points = points[keep]
    if len(points) <= least:
        return []
    steps = np.vstack([points[:1], np.diff(points, axis=0)])
    return [int(value) for value in steps.ravel()]


@cache
def national() -> dict[str, Any]:
    """Base map of the whole country, with the coasts of the world behind it.

    Returns
    -------
    dict
        ``scale``, ``land``, ``areas`` (name, shape, label point), ``border``,
        ``dashes`` and ``islands``, ready for JSON.
    """
    places, shapes = boundaries.units("province")
    main = np.array([_without_specks(shape) for shape in shapes], dtype=object)
    simple = shapely.coverage_simplify(main, _NATIONAL_TOLERANCE)
    areas = []
    for place, shape in zip(places, simple, strict=True):
        zh, en = vocabulary.PROVINCES[place.code]
        areas.append(
            {
                "name": {"zh": _short(zh), "en": en},
                "at": _label(shape),
                "rings": encode(shape, NATIONAL_SCALE),
            }
        )
    border = shapely.unary_union(simple)
    return {
        "scale": NATIONAL_SCALE,
        "land": encode(_world(), NATIONAL_SCALE),
        "areas": areas,
        "border": encode(_without_specks(border), NATIONAL_SCALE),
        "dashes": _dashes(NATIONAL_SCALE),
        "islands": _islands(shapes),
    }


def local(bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    """Base map about a case: counties (or states abroad) with their names.

    Parameters
    ----------
    bounds
        West, south, east, north of what the page is about, degrees.
    """
    west, south, east, north = bounds
    size = max(east - west, north - south, 0.5)
    view = shapely.box(west - size, south - size, east + size, north + size)
    places, shapes = boundaries.states() if west > 100 and north < 0 else _districts()
    near = [i for i in range(len(shapes)) if shapely.intersects(view, shapely.box(*shapes[i].bounds))]
    # cut first, wider than the view, so that simplifying does not work on what nobody sees
    wide = shapely.buffer(view, size / 2, join_style="mitre")
    cut = np.array([_polygons(shapely.intersection(shapes[i], wide)) for i in near], dtype=object)
    simple = shapely.coverage_simplify(cut, size / 700)
    areas: list[dict[str, Any]] = []
    provinces: dict[str, list[BaseGeometry]] = {}
    for i, shape in zip(near, simple, strict=True):
        if shape.is_empty:
            continue
        place = places[i]
        seen = _polygons(shapely.intersection(shape, view))
        areas.append(
            {
                "name": {"zh": place.name_zh, "en": place.name_en or place.name_zh},
                "at": _label(seen) if not seen.is_empty else None,
                "rings": encode(shape, LOCAL_SCALE),
            }
        )
        provinces.setdefault(place.province, []).append(shape)
    return {
        "scale": LOCAL_SCALE,
        "land": encode(_polygons(shapely.intersection(boundaries.land(), wide)), LOCAL_SCALE),
        "areas": areas,
        "border": [
            ring for group in provinces.values() for ring in encode(shapely.unary_union(group), LOCAL_SCALE)
        ],
        "dashes": [],
        "islands": [],
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


@cache
def _locator_outline(abroad: bool) -> tuple[BaseGeometry, BaseGeometry]:  # noqa: FBT001 - two countries, no more
    if abroad:
        return _locator_part(shapely.unary_union(boundaries.states()[1])), shapely.MultiLineString()
    border = _locator_part(shapely.simplify(boundaries.national_border(), 0.05))
    return border, shapely.simplify(boundaries.dashed_line(), 0.05)


@cache
def _districts() -> tuple[list[boundaries.Place], NDArray[np.object_]]:
    return boundaries.units("district")


@cache
def _world() -> BaseGeometry:
    """World coast: finer around East Asia and Australia, coarse elsewhere, without specks."""
    land = boundaries.land()
    near = shapely.box(60, -50, 179, 60)
    fine = shapely.simplify(_polygons(shapely.intersection(land, near)), 0.06)
    coarse = shapely.simplify(_polygons(shapely.difference(land, near)), 0.5)
    kept = [
        part
        for shape, least in ((fine, 0.02), (coarse, 0.5))
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


def _dashes(scale: int) -> list[list[int]]:
    return [
        steps
        for dash in shapely.get_parts(shapely.simplify(boundaries.dashed_line(), 0.01))
        if (steps := _steps(dash, scale, least=1))
    ]


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


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def _short(name: str) -> str:
    for tail in ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"):
        if name.endswith(tail):
            return name.removesuffix(tail)
    return name
