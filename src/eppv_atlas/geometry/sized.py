"""Discs and rings of a given area.

The derivative of the area by the distance is the length of the outline that
moves, so Newton's method needs about four evaluations.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import CGCS2000, area_m2, perimeter_m
from eppv_atlas.errors import RecipeError
from eppv_atlas.geometry.buffers import MAX_REACH_M, Outline
from eppv_atlas.geometry.chart import off_the_chart, on_chart
from eppv_atlas.geometry.overlay import clipped, polygons
from eppv_atlas.geometry.solving import newton, no_solution
from eppv_atlas.geometry.strips import QUADRANT_SEGMENTS

DISC_VERTICES: Final = 4 * QUADRANT_SEGMENTS
_FARTHEST_M: Final = 5_000_000.0


@dataclass(frozen=True)
class Sized:
    """A shape made to an area.

    Attributes
    ----------
    shape
        The shape.
    distance_m
        Radius of the disc or width of the ring, m.
    residual_m2
        What its area is too large, m².
    evaluations
        How many shapes were made to find it.
    """

    shape: BaseGeometry
    distance_m: float
    residual_m2: float
    evaluations: int


def geodesic_disc(lon: float, lat: float, radius_m: float, vertices: int = DISC_VERTICES) -> shapely.Polygon:
    """Polygon of points at `radius_m` metres from a centre in degrees.

    Raises
    ------
    RecipeError
        If the disc reaches a pole or crosses the 180° meridian.
    """
    if not (abs(lat) <= 90.0 and abs(lon) <= 360.0 and 0.0 < radius_m < 1e7 and vertices >= 3):
        raise RecipeError(
            f"no disc has its centre at ({lon:g}, {lat:g}) and a radius of {radius_m:g} m",
            f"没有圆心在（{lon:g}, {lat:g}）、半径为 {radius_m:g} 米的圆",
        )
    azimuth = -np.arange(vertices) * (360.0 / vertices)
    lons, lats, _ = CGCS2000.fwd(
        np.full(vertices, lon), np.full(vertices, lat), azimuth, np.full(vertices, radius_m)
    )
    shape = shapely.Polygon(np.column_stack([lons, lats]))
    on_chart(shape)
    if CGCS2000.inv(lon, lat, lon, np.copysign(90.0, lat))[2] <= radius_m:
        raise off_the_chart()
    return shape


def disc(
    lon: float,
    lat: float,
    target_m2: float,
    clip: BaseGeometry | None = None,
    minus: BaseGeometry | None = None,
) -> tuple[BaseGeometry, float]:
    """Disc about a centre whose clipped area is `target_m2`, and its radius in m; see :func:`sized_disc`."""
    found = sized_disc(lon, lat, target_m2, clip, minus)
    return found.shape, found.distance_m


def sized_disc(
    lon: float,
    lat: float,
    target_m2: float,
    clip: BaseGeometry | None = None,
    minus: BaseGeometry | None = None,
) -> Sized:
    """Disc about a centre whose clipped area is `target_m2`.

    Parameters
    ----------
    lon, lat
        Centre in degrees (OGC:CRS84).
    target_m2
        Area in m² that remains after clipping.
    clip, minus
        Shape to stay inside of, shape to stay outside of.

    Raises
    ------
    RecipeError
        If no radius gives that area.
    """
    _check_room(target_m2, clip, minus)
    corner = 2 * np.pi / DISC_VERTICES
    start_m = float(np.sqrt(target_m2 / (DISC_VERTICES / 2 * np.sin(corner))))
    return _sized(
        lambda radius_m: geodesic_disc(lon, lat, radius_m), None, target_m2, start_m, _FARTHEST_M, clip, minus
    )


def ring_of_area(
    shape: BaseGeometry, target_m2: float, clip: BaseGeometry | None = None
) -> tuple[BaseGeometry, float]:
    """Ring around a shape whose clipped area is `target_m2`, and its width in m; see :func:`sized_ring`."""
    found = sized_ring(shape, target_m2, clip)
    return found.shape, found.distance_m


def sized_ring(
    shape: BaseGeometry,
    target_m2: float,
    clip: BaseGeometry | None = None,
    minus: BaseGeometry | None = None,
) -> Sized:
    """Ring around a shape whose clipped area is `target_m2`.

    Parameters
    ----------
    shape
        Polygons in degrees (OGC:CRS84); edges are geodesics.
    target_m2
        Area in m² that remains after clipping.
    clip, minus
        Shape to stay inside of, shape to stay outside of.

    Raises
    ------
    RecipeError
        If no width gives that area.
    """
    _check_room(target_m2, clip, shape if minus is None else shapely.union(shape, minus))
    outline = Outline.of(shape)
    limit_m = MAX_REACH_M - outline.edges.reach_m
    if limit_m <= 0:
        outline.moved(1.0)  # says how far it reaches
    # by Steiner's formula no ring, nor one about the hull, is larger: two widths that are too small
    hull = shapely.convex_hull(shape)
    start_m = max(
        _steiner(perimeter_m(shape), target_m2),
        _steiner(perimeter_m(hull), target_m2 - area_m2(hull) + area_m2(shape)),
    )
    return _sized(outline.moved, shape, target_m2, start_m, limit_m, clip, minus)


def _steiner(perimeter: float, target_m2: float) -> float:
    """Width w for which perimeter·w + π w² is the target, 0 where that is none."""
    if target_m2 <= 0:
        return 0.0
    return float(2 * target_m2 / (perimeter + np.sqrt(perimeter**2 + 4 * np.pi * target_m2)))


def _sized(
    made: Callable[[float], BaseGeometry],
    inner: BaseGeometry | None,
    target_m2: float,
    start_m: float,
    limit_m: float,
    clip: BaseGeometry | None,
    minus: BaseGeometry | None,
) -> Sized:
    """The shape, less `inner`, whose clipped area is the target."""
    last: list[BaseGeometry] = []

    def measured(distance_m: float) -> tuple[float, float]:
        outer = made(distance_m)
        found = clipped(outer if inner is None else polygons(shapely.difference(outer, inner)), clip, minus)
        last[:] = [found]
        if clip is None and minus is None:
            return area_m2(found), perimeter_m(outer)
        moving = outer.boundary
        if clip is not None:
            moving = shapely.intersection(moving, clip)
        if minus is not None:
            moving = shapely.difference(moving, minus)
        return area_m2(found), _length_m(moving)

    root = newton(measured, target_m2, start_m, limit_m)
    return Sized(last[0], root.x, root.residual, root.evaluations)


def _length_m(lines: BaseGeometry) -> float:
    """Length of lines, points among them ignored."""
    kept = [part for part in shapely.get_parts(shapely.get_parts(lines)) if part.geom_type == "LineString"]
    return sum(float(CGCS2000.line_length(*shapely.get_coordinates(part).T)) for part in kept)


def _check_room(target_m2: float, clip: BaseGeometry | None, minus: BaseGeometry | None) -> None:
    if not 0 < target_m2 < np.inf:
        raise RecipeError("an area must be greater than zero", "面积必须大于零")
    if clip is None:
        return
    room_m2 = area_m2(clipped(clip, None, minus))
    if target_m2 > room_m2 * (1 + 1e-9):
        raise no_solution(room_m2, target_m2)
