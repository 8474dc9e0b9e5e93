"""Where arcs of two pieces of a buffer meet.

Pieces have chords for arcs, so two of them meet up to 4.7e-6 of the distance
too near to the outline. Such a point is moved to the distance from both.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Floats, Ints
from eppv_atlas.geometry.chart import Chart
from eppv_atlas.geometry.overlay import over_rings
from eppv_atlas.geometry.strips import STEP_DEGREES

_SAGITTA: Final = 1.0 - float(np.cos(np.radians(STEP_DEGREES / 2)))
"""How far a chord of one step is inside its arc, as a share of the radius."""
_ROUNDS: Final = 3
_STILL_M: Final = 1e-4
_APART: Final = float(np.sin(np.radians(STEP_DEGREES / 2)))
"""Sine of the angle from which two directions are two."""
NEAR_M: Final = 1e-3
"""Points nearer than this are one, and distances so near are equal."""


@dataclass(frozen=True)
class Edges:
    """Edges of an outline in a chart.

    Attributes
    ----------
    ends
        x₁, y₁, x₂, y₂ of every edge, shape (n, 4).
    chart
        The chart.
    reach_m
        How far they reach from its centre.
    """

    ends: Floats
    chart: Chart
    reach_m: float

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.linestrings(self.ends.reshape(-1, 2, 2)))

    def settled(self, joined: BaseGeometry, known: Floats, distance_m: float) -> BaseGeometry:
        """Move the points where pieces meet to their distance, and drop what is then too near.

        Parameters
        ----------
        joined
            Polygons of the chart whose arcs are chords.
        known
            Points of the pieces, shape (k, 2): on their arc, not where two meet.
        distance_m
            The distance that all points are to have.
        """
        sure = np.sort(_as_complex(known))

        def settle(ring: Floats) -> Floats:
            xy = ring[:-1].copy()
            key = _as_complex(xy)
            new = sure[np.minimum(np.searchsorted(sure, key), len(sure) - 1)] != key
            for _ in range(_ROUNDS):
                before = xy[new]
                xy[new] = self._between(before, distance_m)
                if np.abs(xy[new] - before).max(initial=0.0) < _STILL_M:
                    break
            kept = xy[new | ~self._too_near(xy, distance_m)]
            return ring if len(kept) < 3 else np.vstack([kept, kept[:1]])

        return over_rings(joined, settle)

    def _near(self, xy: Floats, within_m: float) -> tuple[Ints, Floats, Floats]:
        """Feet of perpendiculars from points of the chart on edges nearby.

        Returns
        -------
        which : ndarray of int64
            Number of the point, rising; the nearest foot first.
        foot : ndarray of float64, shape (k, 2)
            The foot in the chart.
        distance_m : ndarray of float64
            Distance between them, by the chart's curvature: good to a few mm.
        """
        curvature = 1.0 / CGCS2000.b2
        widest = 1.0 + curvature * (self.reach_m + within_m) ** 2 / 5
        which, edge = self._tree.query(shapely.points(xy), predicate="dwithin", distance=within_m * widest)
        begin, along = self.ends[edge, :2], self.ends[edge, 2:] - self.ends[edge, :2]
        square = np.maximum(np.sum(along**2, axis=1), 1e-30)
        share = np.clip(np.sum((xy[which] - begin) * along, axis=1) / square, 0.0, 1.0)
        foot = begin + along * share[:, None]
        leg = xy[which] - foot
        length = np.maximum(np.hypot(*leg.T), 1e-12)
        off_centre = (foot[:, 0] * leg[:, 1] - foot[:, 1] * leg[:, 0]) / length
        found = length * (1.0 - curvature * off_centre**2 / 6)
        order = np.lexsort((edge, found, which))
        return which[order], foot[order], found[order]

    def _geodesic_m(self, xy: Floats, foot: Floats) -> Floats:
        here, there = self.chart.globe(xy), self.chart.globe(foot)
        return np.asarray(CGCS2000.geod.inv(*there.T, *here.T)[2])

    def _too_near(self, xy: Floats, distance_m: float) -> NDArray[np.bool_]:
        """Whether points of the chart are too near to the outline."""
        out = np.zeros(len(xy), dtype=np.bool_)
        which, foot, found = self._near(xy, distance_m)
        suspect = found < distance_m * (1.0 - 1e-8) - NEAR_M
        which, foot = which[suspect], foot[suspect]
        out[which[self._geodesic_m(xy[which], foot) < distance_m - NEAR_M]] = True
        return out

    def _between(self, xy: Floats, distance_m: float) -> Floats:
        """Points moved to the distance from both edges that they are between."""
        if not len(xy):
            return xy
        margin = 4 * _SAGITTA * distance_m + NEAR_M
        which, foot, found = self._near(xy, distance_m + margin)
        points, first = np.unique(which, return_index=True)
        normal = _directions(xy[which] - foot)
        nearest = first[np.searchsorted(points, which)]
        sine = normal[nearest, 0] * normal[:, 1] - normal[nearest, 1] * normal[:, 0]
        # of the feet in another direction the nearest, if it is as near
        other = np.flatnonzero((np.abs(sine) > _APART) & (found < distance_m + margin))
        paired, at = np.unique(which[other], return_index=True)
        second = other[at]
        short = distance_m - self._geodesic_m(xy[points], foot[first])
        gap = distance_m - self._geodesic_m(xy[paired], foot[second])
        moved = normal[first] * short[:, None]
        mine = np.searchsorted(points, paired)
        a, b, short = normal[first][mine], normal[second], short[mine]
        # a·move = short and b·move = gap
        move = np.column_stack([short * b[:, 1] - gap * a[:, 1], gap * a[:, 0] - short * b[:, 0]])
        moved[mine] = move / sine[second][:, None]
        most = np.radians(STEP_DEGREES) * distance_m
        moved *= np.minimum(1.0, most / np.maximum(np.hypot(*moved.T), 1e-12))[:, None]
        out = xy.copy()
        out[points] += moved
        return out


def _directions(legs: Floats) -> Floats:
    return np.asarray(legs / np.maximum(np.hypot(*legs.T), 1e-12)[:, None])


def _as_complex(xy: Floats) -> NDArray[np.complex128]:
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])
