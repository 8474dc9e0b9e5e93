"""Coverage: what of a grid was walked and seen on logged tracks.

Lengths are geodesic, and so is the distance of sight. Tracks are thinned before
they are widened, by a small part of that distance; each on its own, so that a
further track never takes from what was seen before.

Floor 3, part of schemes: knows shapes and areas; must not know files, cases or
how anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import area_m2
from eppv_atlas.area.edges import divided
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import UsageError
from eppv_atlas.geometry import buffer, polygons
from eppv_atlas.geometry.chart import Chart
from eppv_atlas.schemes.grids import Cell

THINNED: Final = 0.02
"""Tracks are thinned by this share of the distance of sight before they are widened."""
MOST_VERTICES: Final = 30_000
_LONGEST_M: Final = 2_000.0
_CHUNK: Final = 150
"""Vertices widened at a time: joining takes longer than in proportion."""
_DEGREE_M: Final = 100_000.0


@dataclass(frozen=True)
class Track:
    """Part of a log, of one date at most.

    Attributes
    ----------
    name
        As the log has it; may be empty.
    shape
        A line or points, OGC:CRS84.
    date
        ISO date; empty where the log gives none.
    """

    name: str
    shape: BaseGeometry
    date: str = ""


@dataclass(frozen=True)
class Walked:
    """What was walked and seen of a cell.

    Attributes
    ----------
    visited
        Whether a track comes into it.
    length_m
        Geodesic length of tracks inside, m.
    seen
        Share of its area within the distance of sight of a track.
    dates
        Dates of the tracks that come into it.
    """

    visited: bool
    length_m: float
    seen: float
    dates: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """What was walked and seen of a grid.

    Attributes
    ----------
    cells
        One for each cell, in their order.
    length_m, outside_m
        Length of all tracks, and of what lies outside the grid, m.
    seen
        Share of the whole area within sight.
    strays
        Names or numbers (from 1) of tracks that never come in.
    undated
        Number of tracks without a date.
    """

    cells: tuple[Walked, ...]
    length_m: float
    outside_m: float
    seen: float
    strays: tuple[str, ...]
    undated: int


def covered(cells: Sequence[Cell], tracks: Sequence[Track], sight_m: float) -> Coverage:
    """Lay tracks over a grid.

    Parameters
    ----------
    cells
        The grid.
    tracks
        Lines and points.
    sight_m
        How far a patrol sees, m; nothing is seen at 0.

    Raises
    ------
    UsageError
        If the tracks are too many to be widened.
    """
    shapes = np.array([cell.shape for cell in cells], dtype=object)
    lines = [_divided(track.shape) for track in tracks]
    seen = _seen(shapes, [line for line in lines if not line.is_empty], sight_m)
    tree, ground = shapely.STRtree(shapes), shapely.union_all(shapes)
    shapely.prepare(shapes)
    shapely.prepare(ground)
    length = np.zeros(len(cells))
    dates: list[set[str]] = [set() for _ in cells]
    visited = np.zeros(len(cells), dtype=bool)
    whole, inside = 0.0, 0.0
    strays = []
    for number, (track, line) in enumerate(zip(tracks, lines, strict=True), start=1):
        # step by step: a line laid over a cell as a whole would be parted wherever it crosses itself
        steps = _steps(line)
        whole += float(_lengths(steps).sum())
        step, cell = tree.query(steps, predicate="intersects")
        if not len(cell):
            strays.append(track.name or str(number))
            continue
        np.add.at(length, cell, _inside(steps[step], shapes[cell]))
        inside += float(_inside(steps, np.full(len(steps), ground)).sum())
        visited[cell] = True
        for index in np.unique(cell).tolist() if track.date else ():
            dates[index].add(track.date)
    sizes = np.asarray(area_m2(shapes, "lonlat"))
    return Coverage(
        tuple(
            Walked(bool(v), float(m), min(float(s / size), 1.0), tuple(sorted(d)))
            for v, m, s, size, d in zip(visited, length, seen, sizes, dates, strict=True)
        ),
        whole,
        max(whole - inside, 0.0),
        min(float(seen.sum() / sizes.sum()), 1.0),
        tuple(strays),
        sum(not track.date for track in tracks),
    )


def _steps(shape: BaseGeometry) -> NDArray[Any]:
    """Lines of two points, and points."""
    out: list[NDArray[Any]] = [np.empty(0, dtype=object)]
    for part in shapely.get_parts(shape).tolist():
        xy = shapely.get_coordinates(part)
        if len(xy) == 1:
            out.append(np.array([part], dtype=object))
        else:
            out.append(np.asarray(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))))
    return np.concatenate(out)


def _inside(steps: NDArray[Any], shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Geodesic length of each step inside its shape, m."""
    out = np.zeros(len(steps))
    whole = shapely.covers(shapes, steps)
    out[whole] = _lengths(steps[whole])
    cut = np.flatnonzero(~whole & shapely.intersects(shapes, steps))
    pieces, owner = shapely.get_parts(shapely.intersection(steps[cut], shapes[cut]), return_index=True)
    np.add.at(out, cut[owner], _lengths(pieces))
    return out


def _lengths(steps: NDArray[Any]) -> NDArray[np.float64]:
    """Geodesic lengths of lines of two points, m; 0 of points."""
    out = np.zeros(len(steps))
    lines = np.flatnonzero(shapely.get_num_points(steps) == 2)
    ends = shapely.get_coordinates(steps[lines])
    one, other = ends[0::2], ends[1::2]
    if len(lines):
        found = CGCS2000.geod.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])[2]
        out[lines] = np.asarray(found, dtype=np.float64)
    return out


def _divided(shape: BaseGeometry) -> BaseGeometry:
    """Lines whose long edges follow their geodesics; points as they are."""
    out = []
    for part in shapely.get_parts(shapely.get_parts(shapely.force_2d(shape))).tolist():
        if part.geom_type in {"LineString", "LinearRing"}:
            xy = shapely.get_coordinates(part)
            xy = xy[np.append(True, (np.diff(xy, axis=0) != 0.0).any(axis=1))]
            if len(xy) > 1:
                longitudes, latitudes = divided(xy[:, 0], xy[:, 1], CGCS2000, _LONGEST_M)
                out.append(shapely.LineString(np.column_stack([longitudes, latitudes])))
            else:
                out.append(shapely.Point(xy[0]))
        elif part.geom_type == "Point" and not part.is_empty:
            out.append(part)
    kinds = {part.geom_type for part in out}
    if len(out) == 1:
        return out[0]
    if kinds == {"LineString"}:
        return shapely.MultiLineString(out)
    return shapely.MultiPoint(out) if kinds == {"Point"} else shapely.GeometryCollection(out)


def _seen(shapes: NDArray[Any], lines: Sequence[BaseGeometry], sight_m: float) -> NDArray[np.float64]:
    """Of each shape the area within sight of the lines, m²."""
    if sight_m <= 0 or not len(lines):
        return np.zeros(len(shapes))
    west, south, east, north = shapely.total_bounds(shapes)
    margin = 2 * sight_m / _DEGREE_M / float(np.cos(np.radians(min(max(abs(south), abs(north)), 85.0))))
    near = (west - margin, south - margin, east + margin, north + margin)
    chart = Chart(float(west + east) / 2, float(south + north) / 2)
    pieces: list[BaseGeometry] = []
    for line in lines:
        pieces += _thinned(line, near, chart, sight_m * THINNED)
    if not pieces:
        return np.zeros(len(shapes))
    if (count := int(shapely.get_num_coordinates(pieces).sum())) > MOST_VERTICES:
        raise UsageError(
            f"the tracks keep {count} vertices even when thinned; at most {MOST_VERTICES} are widened: give them in parts "
            "or set a greater distance of sight",
            f"轨迹抽稀后仍有 {count} 个顶点，上限为 {MOST_VERTICES} 个；请分批给出，或加大可视距离",
        )
    widened = shapely.union_all([buffer(piece, sight_m) for piece in pieces])
    parts = [polygons(one) for one in shapely.intersection(widened, shapes).tolist()]
    return np.asarray(area_m2(parts, "lonlat"), dtype=np.float64)


def _thinned(
    shape: BaseGeometry, near: tuple[float, float, float, float], chart: Chart, by_m: float
) -> list[BaseGeometry]:
    """What of a track is near, in short pieces without needless vertices."""
    out: list[BaseGeometry] = []
    points = []
    for part in shapely.get_parts(shapely.get_parts(shapely.clip_by_rect(shape, *near))).tolist():
        if part.is_empty:
            continue
        flat = shapely.transform(part, chart.flat)
        if part.geom_type == "Point":
            points.append(np.round(shapely.get_coordinates(flat)[0] / by_m) * by_m)
            continue
        xy = shapely.get_coordinates(shapely.simplify(flat, by_m, preserve_topology=False))
        for first in range(0, max(len(xy) - 1, 1), _CHUNK):
            some = chart.globe(xy[first : first + _CHUNK + 1])
            alone = len(np.unique(some, axis=0)) == 1
            out.append(shapely.Point(some[0]) if alone else shapely.LineString(some))
    if points:
        spots = chart.globe(np.unique(np.array(points), axis=0))
        out += [shapely.MultiPoint(spots[first : first + _CHUNK]) for first in range(0, len(spots), _CHUNK)]
    return out
