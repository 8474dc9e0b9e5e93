"""How far two shapes are from each other: the shortest geodesic between their outlines.

Both outlines are divided along their geodesics and laid on an azimuthal-equidistant
chart about the first shape. On an ellipsoid, whose curvature is positive, such a chart
never shows a distance shorter than it is, and at most ρ / sin ρ longer, ρ being the angle
that the chart's farthest point subtends. So every pair of edges that can be nearest is
found on the chart, and only those are measured, by the geodesic itself.

What is left is how far a divided edge (2 km at most) departs from its geodesic: under
2 cm to 2,000 km from the chart's centre.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area.edges import divided
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Floats
from eppv_atlas.errors import RecipeError
from eppv_atlas.geometry.chart import Chart, on_chart
from eppv_atlas.geometry.overlay import flat_parts

LONGEST_EDGE_M: Final = 2_000.0
CERTAIN_M: Final = 0.05
"""How far a distance may be off: between outlines up to 2,000 km from each other."""
FARTHEST_M: Final = 5_000_000.0
"""Beyond this no chart is made."""
_CURVATURE: Final = CGCS2000.a**2 / CGCS2000.b2**2
"""Largest Gaussian curvature of the ellipsoid, at the poles, per m²."""
_ROUNDS: Final = 9
_SHARES: Final = np.linspace(-1.0, 1.0, 3)
_PAIRS_AT_ONCE: Final = 20_000


@dataclass(frozen=True)
class Edge:
    """The outer edge of a shape, ready to be measured from.

    Attributes
    ----------
    shape
        The shape in degrees (OGC:CRS84).
    line
        Its outer rings, lines and points as one array of edges lon₁, lat₁, lon₂, lat₂, none longer than 2 km.
    """

    shape: BaseGeometry
    line: Floats

    @classmethod
    def of(cls, shape: BaseGeometry) -> Edge:
        """Read a shape: of polygons the outer rings count, holes do not.

        Raises
        ------
        RecipeError
            If it is empty, not valid, or reaches a pole or the 180° meridian.
        """
        flat = shapely.force_2d(shape)
        if flat.is_empty:
            raise RecipeError("an empty shape has no distance", "空图形没有距离")
        on_chart(flat)
        if not flat.is_valid:
            reason = shapely.is_valid_reason(flat)
            raise RecipeError(f"the shape is not valid: {reason}", f"图形无效：{reason}")
        parts = flat_parts(flat)
        filled = [shapely.Polygon(p.exterior) if p.geom_type == "Polygon" else p for p in parts]
        whole = filled[0] if len(filled) == 1 else shapely.GeometryCollection(filled)
        return cls(whole, np.concatenate([_edges(shapely.get_coordinates(part)) for part in filled]))

    @cached_property
    def chart(self) -> Chart:
        """A chart about its middle."""
        low, high = self.line.min(axis=0), self.line.max(axis=0)
        lon = (min(low[0], low[2]) + max(high[0], high[2])) / 2
        lat = (min(low[1], low[3]) + max(high[1], high[3])) / 2
        return Chart(float(lon), float(lat))

    @cached_property
    def drawn(self) -> Floats:
        """Its own edges on its chart."""
        return _drawn(self.line, self.chart)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Its edges on its chart, to be asked."""
        return shapely.STRtree(_lines(self.drawn))

    @cached_property
    def middles(self) -> Floats:
        """Middles of its edges in space, m from the earth's centre, shape (n, 3)."""
        return _in_space((self.line[:, :2] + self.line[:, 2:]) / 2)

    @cached_property
    def reach_m(self) -> float:
        """How far it reaches from its chart's centre."""
        return float(np.hypot(self.drawn[:, 0], self.drawn[:, 1]).max())


def distance_m(one: Edge, other: Edge) -> float:
    """Shortest geodesic between the outer edges of two shapes, m; 0 where they meet or one holds the other.

    Parameters
    ----------
    one, other
        The chart is made about `one`: let it be the smaller.

    Raises
    ------
    RecipeError
        If they are more than 5,000 km from each other.
    """
    if _meet(one.shape, other.shape):
        return 0.0
    there = _drawn(other.line[_maybe(one, other)], one.chart)
    lines = _lines(there)
    found, apart = one.tree.query_nearest(lines, return_distance=True, all_matches=False)
    nearest = float(apart.min())
    reach = one.reach_m + nearest + 2 * LONGEST_EDGE_M
    if reach > FARTHEST_M:
        raise RecipeError("shapes are more than 5,000 km from each other", "图形相距超过 5000 公里")
    angle = reach * float(np.sqrt(_CURVATURE))
    within = nearest * angle / float(np.sin(angle)) + 0.1
    which = found[0][apart <= within]
    there_at, here_at = one.tree.query(lines[which], predicate="dwithin", distance=within)
    pairs = np.column_stack([one.drawn[here_at], there[which][there_at]])
    best = min(
        float(_refined(pairs[at : at + _PAIRS_AT_ONCE], one.chart).min())
        for at in range(0, len(pairs), _PAIRS_AT_ONCE)
    )
    return max(best, 0.0)


def _meet(one: BaseGeometry, other: BaseGeometry) -> bool:
    return bool(shapely.intersects(one, other))


def _maybe(one: Edge, other: Edge) -> NDArray[np.bool_]:
    """Edges of the other shape that can be nearest, by chords through the earth: none is longer than its arc."""
    centre = _in_space(np.array([[one.chart.lon, one.chart.lat]]))
    chord = np.linalg.norm(other.middles - centre, axis=1)
    least = float(chord.min())
    arc = least * (1.0 + 1.2 * (least / CGCS2000.a) ** 2 / 24)  # never less than the arc, up to 5,000 km
    return np.asarray(chord - one.reach_m - LONGEST_EDGE_M <= arc + one.reach_m)


def _in_space(lonlat: Floats) -> Floats:
    lon, lat = np.radians(lonlat).T
    across = CGCS2000.a / np.sqrt(1.0 - CGCS2000.e2 * np.sin(lat) ** 2)
    return np.column_stack(
        [
            across * np.cos(lat) * np.cos(lon),
            across * np.cos(lat) * np.sin(lon),
            across * (1.0 - CGCS2000.e2) * np.sin(lat),
        ]
    )


def _edges(xy: Floats) -> Floats:
    """Edges of a path, divided along their geodesics; a point is an edge of no length."""
    kept = xy[np.append(True, (np.diff(xy, axis=0) != 0.0).any(axis=1))]
    if len(kept) == 1:
        return np.hstack([kept, kept])
    path = np.column_stack(divided(kept[:, 0], kept[:, 1], CGCS2000, LONGEST_EDGE_M))
    return np.hstack([path[:-1], path[1:]])


def _drawn(edges: Floats, chart: Chart) -> Floats:
    return np.hstack([chart.flat(edges[:, :2]), chart.flat(edges[:, 2:])])


def _lines(edges: Floats) -> NDArray[Any]:
    """Edges of a chart as lines; those of no length as points."""
    lines = np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2)))
    none = (edges[:, :2] == edges[:, 2:]).all(axis=1)
    lines[none] = shapely.points(edges[none, :2])
    return lines


def _refined(pairs: Floats, chart: Chart) -> Floats:
    """Shortest geodesic of each pair of edges of the chart, by halving a grid of points on both."""
    a, b = pairs[:, None, 0:2], pairs[:, None, 2:4]
    c, d = pairs[:, None, 4:6], pairs[:, None, 6:8]
    s, t = _first(pairs)
    width = np.full(len(pairs), 0.25)
    s_shares, t_shares = (grid.ravel() for grid in np.meshgrid(_SHARES, _SHARES))
    best = np.full(len(pairs), np.inf)
    rows = np.arange(len(pairs))
    for _ in range(_ROUNDS):
        on_one = np.clip(s[:, None] + width[:, None] * s_shares, 0.0, 1.0)[..., None]
        on_other = np.clip(t[:, None] + width[:, None] * t_shares, 0.0, 1.0)[..., None]
        here = chart.globe((a + (b - a) * on_one).reshape(-1, 2))
        there = chart.globe((c + (d - c) * on_other).reshape(-1, 2))
        length = np.asarray(CGCS2000.geod.inv(*here.T, *there.T)[2]).reshape(len(pairs), -1)
        at = length.argmin(axis=1)
        best = np.minimum(best, length[rows, at])
        s, t = on_one[rows, at, 0], on_other[rows, at, 0]
        width = width / 2
    return best


def _first(pairs: Floats) -> tuple[Floats, Floats]:
    """Where the nearest points of each pair are on the chart, as shares of both edges."""
    one = _lines(pairs[:, :4])
    other = _lines(pairs[:, 4:])
    ends = shapely.get_coordinates(shapely.shortest_line(one, other)).reshape(-1, 2, 2)

    def share(point: Floats, begin: Floats, end: Floats) -> Floats:
        along = end - begin
        square = np.maximum(np.sum(along**2, axis=1), 1e-30)
        return np.asarray(np.clip(np.sum((point - begin) * along, axis=1) / square, 0.0, 1.0))

    return share(ends[:, 0], pairs[:, 0:2], pairs[:, 2:4]), share(ends[:, 1], pairs[:, 4:6], pairs[:, 6:8])
