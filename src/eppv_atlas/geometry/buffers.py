"""Buffers and rings by geodesic distance.

Every edge of the outline (divided along its geodesic) gets the strip to its
side, every corner the sector of a disc; their outer points lie by geodesics at
the distance wanted. The pieces are joined in an azimuthal-equidistant plane
about the shape, which is a chart only: no distance is taken in it.

(A buffer made in such a plane as a whole is wrong by d·h²/6R², h being how far
off the centre a distance is taken: 0.1 m for 30 km about a county; and the
library's own buffer passes over shallow bays: thousands of m² about a county.)

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area.edges import divided
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Floats
from eppv_atlas.errors import RecipeError
from eppv_atlas.geometry.chart import Chart, on_chart
from eppv_atlas.geometry.meeting import NEAR_M, Edges
from eppv_atlas.geometry.overlay import clipped, flat_parts, over_rings, polygons
from eppv_atlas.geometry.strips import discs, strips

MAX_REACH_M: Final = 300_000.0
"""Beyond this a straight line of the chart is no geodesic any more, even over 2 km."""
LONGEST_EDGE_M: Final = 2_000.0
_CRUMB_M2: Final = 1e-2


def buffer(shape: BaseGeometry, distance_m: float) -> BaseGeometry:
    """Buffer by a geodesic distance in m, inwards where it is negative.

    Parameters
    ----------
    shape
        Polygons, lines or points in degrees (OGC:CRS84); edges are geodesics.
    distance_m
        Distance in metres.

    Raises
    ------
    RecipeError
        If the result would reach more than 300 km from the shape's centre,
        a pole or the 180° meridian, or if the shape is empty or not valid.
    """
    return buffers(shape, [distance_m])[0]


def buffers(
    shape: BaseGeometry,
    distances_m: Sequence[float],
    clip: BaseGeometry | None = None,
    minus: BaseGeometry | None = None,
) -> list[BaseGeometry]:
    """Buffers by several distances, each inside `clip` and outside `minus`; see :func:`buffer`."""
    outline = Outline.of(shape)
    return [clipped(outline.moved(distance_m), clip, minus) for distance_m in distances_m]


def ring(shape: BaseGeometry, distance_m: float, clip: BaseGeometry | None = None) -> BaseGeometry:
    """Ring of `distance_m` metres around a shape, or inside it where negative, clipped."""
    return rings(shape, sorted((0.0, distance_m)), clip)[0]


def rings(
    shape: BaseGeometry,
    distances_m: Sequence[float],
    clip: BaseGeometry | None = None,
    minus: BaseGeometry | None = None,
) -> list[BaseGeometry]:
    """Rings between successive distances from a shape's outline.

    Parameters
    ----------
    shape
        Polygons in degrees (OGC:CRS84); edges are geodesics.
    distances_m
        Rising distances in metres, negative inside; 0 is the outline. Two
        of them bound one ring.
    clip, minus
        Shape to stay inside of, shape to stay outside of.

    Raises
    ------
    RecipeError
        As for :func:`buffer`, and if the distances do not rise.
    """
    if any(b < a for a, b in pairwise(distances_m)):
        raise RecipeError("the distances of rings must rise", "各环的距离须由小到大")
    whole = buffers(shape, distances_m)
    return [
        clipped(polygons(shapely.difference(outer, inner)), clip, minus) for inner, outer in pairwise(whole)
    ]


@dataclass(frozen=True)
class Outline:
    """The outline of a shape, ready to be moved outwards or inwards.

    Attributes
    ----------
    shape
        The shape as given.
    paths
        Closed rings of longitudes and latitudes with the shape on their left,
        edges divided along geodesics. A line is a path there and back.
    points
        Isolated points, shape (n, 2).
    whole
        The shape's polygons in the chart.
    edges
        All edges in the chart about the shape.
    """

    shape: BaseGeometry
    paths: tuple[Floats, ...]
    points: Floats
    whole: BaseGeometry
    edges: Edges

    @classmethod
    def of(cls, shape: BaseGeometry) -> Outline:
        """Read a shape, and refuse what has no buffer.

        Raises
        ------
        RecipeError
            If the shape is empty, not valid, or reaches a pole or the 180° meridian.
        """
        on_chart(shape)
        if shape.is_empty:
            raise RecipeError("an empty shape has no buffer", "空图形没有缓冲区")
        if not shape.is_valid:
            reason = shapely.is_valid_reason(shape)
            raise RecipeError(f"the shape is not valid: {reason}", f"图形无效：{reason}")
        paths, points = _paths(shapely.force_2d(shape))
        middle = shapely.centroid(shape)
        chart = Chart(middle.x, middle.y)
        flat = [chart.flat(path) for path in paths]
        ends = [np.hstack([xy[:-1], xy[1:]]) for xy in flat]
        ends.append(np.tile(chart.flat(points), 2))
        areas = [part for part in flat_parts(shape) if part.geom_type == "Polygon"]
        whole = shapely.union_all([over_rings(part, lambda xy: chart.flat(_divided(xy))) for part in areas])
        every = np.concatenate([*paths, points])
        centre = np.full((len(every), 2), (middle.x, middle.y))
        away = CGCS2000.geod.inv(*centre.T, *every.T)[2]
        return cls(
            shape, tuple(paths), points, whole, Edges(np.concatenate(ends), chart, float(np.max(away)))
        )

    def moved(self, distance_m: float) -> BaseGeometry:
        """The shape with its outline moved by `distance_m` metres, as polygons in degrees.

        Raises
        ------
        RecipeError
            If it reaches too far, a pole or the 180° meridian.
        """
        if not np.isfinite(distance_m):
            raise RecipeError("a distance must be a finite number", "距离须为有限数")
        if distance_m == 0.0:
            return polygons(self.shape)
        reach = self.edges.reach_m + max(distance_m, 0.0)
        if reach > MAX_REACH_M:
            raise RecipeError(
                f"the buffered shape reaches {reach / 1000:.0f} km from its centre; "
                f"distances are kept true only up to {MAX_REACH_M / 1000:.0f} km",
                f"缓冲结果距中心达 {reach / 1000:.0f} 公里，超出 {MAX_REACH_M / 1000:.0f} 公里的适用范围",
            )
        chart = self.edges.chart
        if distance_m > 0:
            pieces = [strips(path, distance_m, chart) for path in self.paths]
            pieces.append(discs(self.points, distance_m, chart))
            flat = np.concatenate(pieces)
            joined = shapely.union_all(np.append(flat, self.whole))
        elif self.whole.is_empty:
            return shapely.Polygon()
        else:
            flat = np.concatenate([strips(path[::-1], -distance_m, chart) for path in self.paths])
            joined = shapely.difference(self.whole, shapely.union_all(flat))
        joined = _without_crumbs(polygons(joined))
        settled = self.edges.settled(joined, shapely.get_coordinates(flat), abs(distance_m))
        settled = shapely.remove_repeated_points(settled, NEAR_M)
        return chart.shape(settled if settled.is_valid else joined)


def _paths(shape: BaseGeometry) -> tuple[list[Floats], Floats]:
    """Closed paths with the shape on their left, and isolated points."""
    paths, points = [], [np.empty((0, 2))]
    for part in flat_parts(shapely.orient_polygons(shape)):
        xy = shapely.get_coordinates(part)
        if part.geom_type == "Polygon":
            paths += [_divided(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        elif len(np.unique(xy, axis=0)) == 1:
            points.append(xy[:1])
        else:
            paths.append(_divided(np.concatenate([xy, xy[-2::-1]])))
    return paths, np.concatenate(points)


def _divided(xy: Floats) -> Floats:
    """A path without repeated points, its edges divided along their geodesics."""
    kept = xy[np.append(True, (np.diff(xy, axis=0) != 0.0).any(axis=1))]
    return np.column_stack(divided(kept[:, 0], kept[:, 1], CGCS2000, LONGEST_EDGE_M))


def _without_crumbs(shape: BaseGeometry) -> BaseGeometry:
    """Without parts and holes that are nothing but rounding."""
    kept = []
    for part in flat_parts(shape):
        if part.area > _CRUMB_M2:
            holes = [hole for hole in part.interiors if shapely.Polygon(hole).area > _CRUMB_M2]
            kept.append(shapely.Polygon(part.exterior, holes))
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)
