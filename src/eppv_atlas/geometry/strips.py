"""Pieces of a buffer: the strip beside every edge, and the sector of a disc at every corner.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Floats, Ints
from eppv_atlas.geometry.chart import Chart

QUADRANT_SEGMENTS: Final = 256
STEP_DEGREES: Final = 90.0 / QUADRANT_SEGMENTS
_STRAIGHT_DEGREES: Final = 1e-6
"""A turn that is none: 0.5 mm at 30 km."""

Pieces = NDArray[np.object_]


def strips(path: Floats, distance_m: float, chart: Chart) -> Pieces:
    """To the right of every edge the strip, with the sector at its end.

    Parameters
    ----------
    path
        Closed ring of longitudes and latitudes without repeated points, shape (n, 2).
    distance_m
        Width; every outer point lies at this geodesic distance from its edge or corner.
    chart
        Where the pieces are wanted.

    Returns
    -------
    ndarray of Polygon, shape (n − 1,)
        Pieces in the chart; neighbours share their seam to the last bit.
    """
    lon, lat = path[:-1].T
    ahead, back, _ = CGCS2000.geod.inv(lon, lat, path[1:, 0], path[1:, 1])
    first = np.asarray(ahead) + 90.0  # normal at the beginning of an edge
    last = np.roll(np.asarray(back) - 90.0, 1)  # and at the end of the edge before
    gap = (last - first + 180.0) % 360.0 - 180.0  # what the sector between them fills, if positive
    gap[gap <= -180.0 + _STRAIGHT_DEGREES] = 180.0  # the end of a line
    straight = np.abs(gap) <= _STRAIGHT_DEGREES
    gap[straight] = 0.0
    last[straight] = first[straight]
    steps = np.maximum(0, np.ceil(gap / STEP_DEGREES - 1e-9)).astype(np.int64)

    # piece i: its edge, the arc at its end from the next edge's normal back to its own, its first normal
    corner = np.roll(np.arange(len(lon)), -1)
    on_arc = steps[corner] + 1
    vertex = np.repeat(corner, on_arc)
    place = _places(on_arc)
    share = place / np.maximum(steps[vertex], 1)
    azimuth = np.where(share == 0.0, first[vertex], first[vertex] + gap[vertex] * share)
    azimuth = np.where(place == steps[vertex], last[vertex], azimuth)
    counts = on_arc + 4
    start = np.cumsum(counts) - counts
    flat = chart.flat(path)
    out = np.empty((int(counts.sum()), 2))
    out[start], out[start + 1] = flat[:-1], flat[1:]
    out[np.repeat(start + 2, on_arc) + place] = _away(lon[vertex], lat[vertex], azimuth, distance_m, chart)
    out[start + counts - 2] = _away(lon, lat, first, distance_m, chart)
    out[start + counts - 1] = flat[:-1]
    return _polygons(out, np.append(start, len(out)))


def discs(points: Floats, distance_m: float, chart: Chart) -> Pieces:
    """Discs about points in degrees."""
    each = 4 * QUADRANT_SEGMENTS
    azimuth = np.tile(-np.arange(each + 1) % each * STEP_DEGREES, len(points))
    lon, lat = np.repeat(points, each + 1, axis=0).T
    out = _away(lon, lat, azimuth, distance_m, chart)
    return _polygons(out, np.arange(len(points) + 1) * (each + 1))


def _away(lon: Floats, lat: Floats, azimuth: Floats, distance_m: float, chart: Chart) -> Floats:
    there = CGCS2000.geod.fwd(lon, lat, azimuth, np.full(len(lon), distance_m))
    return chart.flat(np.column_stack(there[:2]))


def _polygons(xy: Floats, offsets: Ints) -> Pieces:
    each = np.arange(len(offsets))
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (offsets, each)))


def _places(counts: Ints) -> Ints:
    """0, 1, … within every run of the given lengths."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
