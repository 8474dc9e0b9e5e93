"""Discs, rings, parts and grids whose areas are true on the ellipsoid.

Every size is solved with :func:`eppv_atlas.area.area_m2`; distances are
geodesic or taken in a local azimuthal-equidistant plane about the shape.
Nothing is buffered or measured in degrees or in Web Mercator.

Floor 2: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from pyproj import Proj
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import CGCS2000, area_m2
from eppv_atlas.errors import RecipeError

METHOD: Final = "1"
"""Raised whenever a recipe would give another shape: stored results are then made anew."""

DISC_VERTICES: Final = 360
QUADRANT_SEGMENTS: Final = 256
CUT_STEP_DEGREES: Final = 0.005
PRECISION: Final = 1e-6
"""Stored precision in degrees: 0.11 m at most."""

# Beyond this the azimuthal-equidistant plane stretches a distance by more than 4e-4.
MAX_REACH_M: Final = 300_000.0
_RELATIVE: Final = 1e-10
NEGLIGIBLE: Final = 1e-12
"""Shares below this are none, and above one less this are all."""


def canonical(shape: BaseGeometry) -> BaseGeometry:
    """Snap to six decimals, fixed start and order of rings, shells counter-clockwise (RFC 7946)."""
    snapped = shapely.set_precision(shape, PRECISION)
    if snapped.geom_type == "GeometryCollection" and shape.geom_type != "GeometryCollection":
        snapped = polygons(snapped)
    rounded = shapely.transform(snapped, lambda xy: np.round(xy, 6) + 0.0)
    return shapely.orient_polygons(shapely.normalize(rounded))


def polygons(shape: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of an overlay result, drop its stray points and lines."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    kept = [part for part in _parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.unary_union(kept) if kept else shapely.Polygon()


def clipped(shape: BaseGeometry, clip: BaseGeometry | None, minus: BaseGeometry | None) -> BaseGeometry:
    """Return `shape` inside `clip` and outside `minus`."""
    if clip is not None:
        shape = polygons(shapely.intersection(shape, clip))
    if minus is not None:
        shape = polygons(shapely.difference(shape, minus))
    return shape


def geodesic_disc(lon: float, lat: float, radius_m: float) -> shapely.Polygon:
    """Polygon of 360 points at `radius_m` metres from a centre in degrees.

    Raises
    ------
    RecipeError
        If the disc reaches a pole or crosses the 180° meridian.
    """
    azimuth = -np.arange(DISC_VERTICES) * (360.0 / DISC_VERTICES)
    n = len(azimuth)
    lons, lats, _ = CGCS2000.fwd(np.full(n, lon), np.full(n, lat), azimuth, np.full(n, radius_m))
    if np.ptp(lons) > 180 or np.max(np.abs(lats)) > 89:
        raise RecipeError(
            "the disc reaches a pole or the 180° meridian, which is not supported",
            "圆触及极点或 180° 经线，暂不支持",
        )
    return shapely.Polygon(np.column_stack([lons, lats]))


def disc(
    lon: float,
    lat: float,
    target_m2: float,
    clip: BaseGeometry | None = None,
    minus: BaseGeometry | None = None,
) -> tuple[BaseGeometry, float]:
    """Disc about a centre whose clipped area is `target_m2`.

    Parameters
    ----------
    lon, lat
        Centre in degrees (OGC:CRS84).
    target_m2
        Area in m² that remains after clipping.
    clip, minus
        Shape to stay inside of, shape to stay outside of.

    Returns
    -------
    shape, radius_m
        The clipped disc and the radius solved for, in m.

    Raises
    ------
    RecipeError
        If no radius gives that area.
    """
    room = None if clip is None else area_m2(clipped(clip, None, minus))
    _check_room(target_m2, room)

    def made(radius_m: float) -> BaseGeometry:
        return clipped(geodesic_disc(lon, lat, radius_m), clip, minus)

    start = float(np.sqrt(target_m2 / np.pi))
    radius_m = solve_increasing(lambda r: area_m2(made(r)), target_m2, start, 5_000_000.0)
    return made(radius_m), radius_m


def buffer(shape: BaseGeometry, distance_m: float) -> BaseGeometry:
    """Buffer by a signed distance in m, in the azimuthal-equidistant plane about the shape.

    Raises
    ------
    RecipeError
        If the result would reach more than 300 km from the shape's centre.
    """
    centre = shapely.centroid(shape)
    west, south, east, north = shape.bounds
    corners = [(west, south), (west, north), (east, south), (east, north)]
    reach = max(CGCS2000.inv(centre.x, centre.y, x, y)[2] for x, y in corners) + max(distance_m, 0.0)
    if reach > MAX_REACH_M:
        raise RecipeError(
            f"the buffered shape reaches {reach / 1000:.0f} km from its centre; "
            f"distances are kept true only up to {MAX_REACH_M / 1000:.0f} km",
            f"缓冲结果距中心达 {reach / 1000:.0f} 公里，超出 {MAX_REACH_M / 1000:.0f} 公里的适用范围",
        )
    plane = Proj(proj="aeqd", lat_0=centre.y, lon_0=centre.x, ellps="GRS80")
    flat = shapely.transform(shape, lambda xy: np.column_stack(plane(xy[:, 0], xy[:, 1])))
    grown = shapely.buffer(flat, distance_m, quad_segs=QUADRANT_SEGMENTS)
    return shapely.transform(grown, lambda xy: np.column_stack(plane(xy[:, 0], xy[:, 1], inverse=True)))


def ring(shape: BaseGeometry, distance_m: float, clip: BaseGeometry | None = None) -> BaseGeometry:
    """Ring of `distance_m` metres around a shape, without the shape, clipped."""
    return clipped(buffer(shape, distance_m), clip, shape)


def ring_of_area(
    shape: BaseGeometry, target_m2: float, clip: BaseGeometry | None = None
) -> tuple[BaseGeometry, float]:
    """Ring around a shape whose clipped area is `target_m2`.

    Returns
    -------
    ring, distance_m
        The ring and the width solved for, in m.

    Raises
    ------
    RecipeError
        If no width gives that area.
    """
    room = None if clip is None else area_m2(clipped(clip, None, shape))
    _check_room(target_m2, room)
    start = target_m2 / max(float(np.sqrt(4 * np.pi * (area_m2(shape) + target_m2))), 1.0)
    distance_m = solve_increasing(lambda d: area_m2(ring(shape, d, clip)), target_m2, start, MAX_REACH_M)
    return ring(shape, distance_m, clip), distance_m


def part(shape: BaseGeometry, start: float, end: float, side: str) -> BaseGeometry:
    """Area-true part of a shape, counted from one side.

    Parameters
    ----------
    shape
        The whole.
    start, end
        Fractions of the whole's area, 0 ≤ start < end ≤ 1.
    side
        ``west``, ``east``, ``south``, ``north`` (cut along a meridian or
        parallel), ``centre`` or ``edge`` (cut along an inset outline).

    Raises
    ------
    RecipeError
        If the fractions do not fit into the whole.
    """
    if not 0 <= start < end <= 1 + 1e-12:
        raise RecipeError(
            f"a part from {start:.2%} to {end:.2%} does not fit into the whole",
            f"从 {start:.2%} 到 {end:.2%} 的部分超出整体",
        )
    whole = area_m2(shape)
    if side == "edge":
        return _edge(shape, start, end, whole)
    if side == "centre":
        outer = _inset(shape, end, whole)
        return outer if start == 0 else clipped(outer, None, _inset(shape, start, whole))
    return _strip(shape, _offset(shape, start, whole, side), _offset(shape, end, whole, side), side)


def _edge(shape: BaseGeometry, start: float, end: float, whole: float) -> BaseGeometry:
    inner = _inset(shape, 1 - end, whole)
    outer = shape if start == 0 else _inset(shape, 1 - start, whole)
    return clipped(outer, None, inner)


def _inset(shape: BaseGeometry, fraction: float, whole_m2: float) -> BaseGeometry:
    """Inner part holding `fraction` of the area, bounded by an inset outline."""
    if fraction >= 1 - NEGLIGIBLE:
        return shape
    if fraction <= NEGLIGIBLE:
        return shapely.Polygon()
    west, south, east, north = shape.bounds
    widest = CGCS2000.inv(west, south, east, north)[2]
    distance_m = solve_increasing(
        lambda d: whole_m2 - area_m2(polygons(buffer(shape, -d))),
        whole_m2 * (1 - fraction),
        np.sqrt(whole_m2) * (1 - np.sqrt(fraction)) / 2,
        widest,
    )
    return polygons(shapely.intersection(buffer(shape, -distance_m), shape))


def _strip(shape: BaseGeometry, near: float, far: float, side: str) -> BaseGeometry:
    """Part of a shape between two offsets in degrees from its bound on one side.

    The cuts follow meridians or parallels; they get a vertex every 0.005°, so
    that an area with geodesic edges is that of the cut and pieces add up.
    """
    west, south, east, north = shape.bounds
    box = {
        "west": (west + near, south, west + far, north),
        "east": (east - far, south, east - near, north),
        "south": (west, south + near, east, south + far),
        "north": (west, north - far, east, north - near),
    }[side]
    cutter = shapely.segmentize(shapely.box(*box), CUT_STEP_DEGREES)
    return polygons(shapely.intersection(shape, cutter))


def _offset(shape: BaseGeometry, fraction: float, whole_m2: float, side: str) -> float:
    """Offset in degrees from one side at which `fraction` of the area is passed."""
    west, south, east, north = shape.bounds
    width = float(east - west if side in {"west", "east"} else north - south)
    if fraction <= NEGLIGIBLE or fraction >= 1 - NEGLIGIBLE:
        return width if fraction > 0.5 else 0.0
    return solve_increasing(
        lambda x: area_m2(_strip(shape, 0.0, x, side)), whole_m2 * fraction, width * fraction, width
    )


def grid(shape: BaseGeometry, cells: int) -> shapely.GeometryCollection:
    """Divide a shape into `cells` parts of equal area, north to south and west to east.

    Returns
    -------
    GeometryCollection
        One polygon or multipolygon a cell.
    """
    return shapely.GeometryCollection(_split(shape, cells))


def _split(shape: BaseGeometry, cells: int) -> list[BaseGeometry]:
    if cells == 1:
        return [shape]
    west, south, east, north = shape.bounds
    wide = (east - west) * np.cos(np.radians((south + north) / 2)) > north - south
    side = "west" if wide else "north"
    first = cells // 2
    offset = _offset(shape, first / cells, area_m2(shape), side)
    width = float(east - west if wide else north - south)
    head, tail = _strip(shape, 0.0, offset, side), _strip(shape, offset, width, side)
    return _split(head, first) + _split(tail, cells - first)


def solve_increasing(size: Callable[[float], float], target: float, start: float, limit: float) -> float:
    """Solve ``size(x) = target`` for a function that grows with x (Illinois method).

    Parameters
    ----------
    size
        Non-decreasing function of a positive x.
    target
        Value to reach, to a relative 1e-10.
    start
        First guess.
    limit
        Largest x that makes sense.

    Raises
    ------
    RecipeError
        If the target is not reached at `limit`.
    """
    low, low_value = 0.0, -target
    high = min(max(start * 1.05, limit * NEGLIGIBLE), limit)  # grows from here, so never from zero
    high_value = size(high) - target
    while high_value < 0:
        if high >= limit:
            raise RecipeError(
                f"no solution: at most {(high_value + target) / 1e6:,.4f} km2 can be reached, "
                f"{target / 1e6:,.4f} km2 are wanted",
                f"无解：最多可得 {(high_value + target) / 1e6:,.4f} 平方公里，需要 {target / 1e6:,.4f} 平方公里",
            )
        low, low_value = high, high_value
        high = min(high * 1.5, limit)
        high_value = size(high) - target
    side = 0
    middle = high
    for _ in range(100):
        middle = (low * high_value - high * low_value) / (high_value - low_value)
        value = size(middle) - target
        if abs(value) <= _RELATIVE * target or high - low <= 1e-15 * high:
            break
        if value < 0:
            low, low_value = middle, value
            high_value = high_value / 2 if side == -1 else high_value
            side = -1
        else:
            high, high_value = middle, value
            low_value = low_value / 2 if side == 1 else low_value
            side = 1
    return middle


def _check_room(target_m2: float, room_m2: float | None) -> None:
    if target_m2 <= 0:
        raise RecipeError("an area must be greater than zero", "面积必须大于零")
    if room_m2 is not None and target_m2 > room_m2 * (1 + 1e-9):
        raise RecipeError(
            f"no solution: the clip holds {room_m2 / 1e6:,.4f} km2, {target_m2 / 1e6:,.4f} km2 are wanted",
            f"无解：裁切范围只有 {room_m2 / 1e6:,.4f} 平方公里，需要 {target_m2 / 1e6:,.4f} 平方公里",
        )


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(np.array([shape]))
    while any(part.geom_type.startswith(("Multi", "Geom")) for part in parts):
        parts = shapely.get_parts(parts)
    return list(parts)
