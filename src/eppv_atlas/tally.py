"""Areas of patches by class and zone: a cross-tab whose pieces add up.

Edges are straight in longitude and latitude (model ``lonlat``), as the planar
overlay that cuts them takes them; geodesic pieces would not add up to the whole.

A patch whose box meets no box of a zone's outline lies wholly inside or
wholly outside, and one vertex tells which. Of the others, those that the zone
contains are taken whole; only what is left is cut.

Floor 3: knows shapes and areas; must not know files, cases or the command line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from eppv_atlas import sums
from eppv_atlas.area import CGCS2000, edges
from eppv_atlas.area.ellipsoids import ellipsoid
from eppv_atlas.area.rings import Floats, Ints, Rings
from eppv_atlas.defects import area_of_polygons, shapes_of
from eppv_atlas.errors import AreaError

MODEL: Final = "lonlat"
MOST_CLASSES: Final = 10_000
_BODY: Final = ellipsoid(CGCS2000)
_RUN: Final = 8
"""Edges of an outline that share a box."""
_MARGIN_DEG: Final = 1e-9

Parts = dict[str, list[list[Any]]]
"""Sums of a tally as plain data."""


class Zones:
    """Zones, made ready for many patches.

    Parameters
    ----------
    names
        One a zone.
    shapes
        Valid polygons or multipolygons in longitude and latitude.
    """

    def __init__(self, names: Sequence[str], shapes: Sequence[Any] | NDArray[Any]) -> None:
        self.names = tuple(names)
        self.shapes = np.empty(len(self.names), dtype=object)
        self.shapes[:] = list(shapes)
        shapely.prepare(self.shapes)
        self.area_m2: Floats = area_of_polygons(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        boxes = [_outline_boxes(shape) for shape in self.shapes]
        self.outline_zone: Ints = np.repeat(np.arange(len(boxes)), [len(some) for some in boxes])
        bounds = np.concatenate([np.zeros((0, 4)), *boxes])
        self.outline = shapely.STRtree(shapely.box(*bounds.T))

    @cached_property
    def overlaps(self) -> tuple[tuple[int, int, float], ...]:
        """Pairs of zones that have ground in common, and how much, m²."""
        a, b = self.tree.query(self.shapes, predicate="intersects")
        a, b = a[a < b], b[a < b]
        common = area_of_polygons(shapely.intersection(self.shapes[a], self.shapes[b]))
        found = [(int(i), int(j), float(m2)) for i, j, m2 in zip(a, b, common, strict=True) if m2 > 0.0]
        return tuple(sorted(found))

    @cached_property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """Pairs of zones that have ground in common, the lower number first."""
        return frozenset((i, j) for i, j, _ in self.overlaps)


@dataclass(frozen=True)
class Cell:
    """What a class has inside a zone.

    Attributes
    ----------
    label, zone
        Class (None where a patch has none) and name of the zone.
    area_m2
        Area.
    patches, cut
        Patches that have a share in it, and how many of them were cut.
    """

    label: str | None
    zone: str
    area_m2: float
    patches: int
    cut: int


@dataclass(frozen=True)
class Whole:
    """What a class has altogether.

    Attributes
    ----------
    label
        Class; None where a patch has none.
    patches
        Number of patches.
    total_m2
        Area of all patches.
    covered_m2, overlap_m2
        Area inside any zone, counted once; and inside more than one.
    outside_m2
        The remainder, outside all zones.
    """

    label: str | None
    patches: int
    total_m2: float
    covered_m2: float
    overlap_m2: float

    @property
    def outside_m2(self) -> float:
        """Area outside all zones."""
        return max(self.total_m2 - self.covered_m2, 0.0)


@dataclass(frozen=True)
class CrossTab:
    """A finished cross-tab; classes in order of their text, the one without a class last.

    Attributes
    ----------
    zones, zone_area_m2
        Names of the zones and the areas of the zones themselves.
    overlaps
        Pairs of zones and the area they have in common, m².
    cells
        Class by class, zone by zone; only where there is something.
    wholes
        One a class.
    """

    zones: tuple[str, ...]
    zone_area_m2: tuple[float, ...]
    overlaps: tuple[tuple[str, str, float], ...]
    cells: tuple[Cell, ...]
    wholes: tuple[Whole, ...]


class Tally:
    """Takes patches batch by batch and keeps nothing but sums.

    Areas are added without rounding (:mod:`eppv_atlas.sums`), and every patch is
    cut alike whatever is counted with it: the result does not depend on how the
    patches are divided into batches, nor on the order of these.
    """

    def __init__(self, zones: Zones) -> None:
        self.zones = zones
        self._cells: dict[tuple[str | None, int], list[int]] = {}
        self._wholes: dict[str | None, list[int]] = {}

    def add(self, rings: Rings, codes: Ints, labels: Sequence[str | None]) -> None:
        """Count sound patches.

        Parameters
        ----------
        rings
            Rings of valid polygons, longitude and latitude.
        codes, labels
            The class of patch i is ``labels[codes[i]]``.

        Raises
        ------
        AreaError
            If there are more classes than a cross-tab can have.
        """
        if not rings.count:
            return
        area = edges.areas(rings, MODEL, _BODY)
        patch, zone, share, cut, pieces = _shares(rings, area, self.zones)
        covered, overlap = _once(area, patch, zone, share, pieces, self.zones)
        number = np.bincount(codes, minlength=len(labels))
        per_class = [sums.by_group(codes, m2, len(labels)) for m2 in (area, covered, overlap)]
        for code in np.flatnonzero(number).tolist():
            _put(self._wholes, labels[code], [int(number[code]), *(m2[code] for m2 in per_class)])
        few_classes(self._wholes)
        some = share > 0.0
        key, index = np.unique(codes[patch[some]] * len(self.zones.names) + zone[some], return_inverse=True)
        m2 = sums.by_group(index, share[some], len(key))
        counts = [np.bincount(index, weights=w, minlength=len(key)) for w in (None, cut[some])]
        for place, where in enumerate(key.tolist()):
            code, named = divmod(where, len(self.zones.names))
            _put(self._cells, (labels[code], named), [m2[place], *(int(count[place]) for count in counts)])

    def parts(self) -> Parts:
        """Return the sums so far as plain data: text, whole numbers and lists of them."""
        return {
            "wholes": [[label, number, *map(sums.text, m2)] for label, (number, *m2) in self._wholes.items()],
            "cells": [
                [label, zone, sums.text(m2), *counts] for (label, zone), (m2, *counts) in self._cells.items()
            ],
        }

    def take(self, parts: Parts) -> None:
        """Add the sums of another tally of the same zones.

        Raises
        ------
        AreaError
            If there are more classes than a cross-tab can have.
        """
        for label, number, *m2 in parts["wholes"]:
            _put(self._wholes, label, [number, *map(sums.from_text, m2)])
        few_classes(self._wholes)
        for label, zone, m2, *counts in parts["cells"]:
            _put(self._cells, (label, zone), [sums.from_text(m2), *counts])

    def result(self) -> CrossTab:
        """Return the sums so far."""
        names = self.zones.names
        cells = sorted(self._cells.items(), key=lambda item: (class_order(item[0][0]), item[0][1]))
        wholes = sorted(self._wholes.items(), key=lambda item: class_order(item[0]))
        return CrossTab(
            zones=names,
            zone_area_m2=tuple(map(float, self.zones.area_m2)),
            overlaps=tuple((names[i], names[j], m2) for i, j, m2 in self.zones.overlaps),
            cells=tuple(
                Cell(label, names[zone], sums.rounded(m2), *counts) for (label, zone), (m2, *counts) in cells
            ),
            wholes=tuple(Whole(label, number, *map(sums.rounded, m2)) for label, (number, *m2) in wholes),
        )


def _put(into: dict[Any, list[int]], key: Any, more: list[int]) -> None:
    """Add numbers to those that stand under a key."""
    have = into.get(key)
    into[key] = more if have is None else [a + b for a, b in zip(have, more, strict=True)]


def class_order(label: str | None) -> tuple[bool, str]:
    """Classes in order of their text, the one without a class last."""
    return label is None, label or ""


def few_classes(found: Sized) -> None:
    """Refuse a column that holds no classes.

    Raises
    ------
    AreaError
        If there are more classes than a table can have.
    """
    if len(found) > MOST_CLASSES:
        raise AreaError(
            f"the column has more than {MOST_CLASSES:,} values; choose one that holds classes",
            f"该列有超过 {MOST_CLASSES:,} 个不同的值；请选择表示类别的列",
        )


def _outline_boxes(shape: Any) -> Floats:
    """Boxes that together hold the outline of a zone, shape (n, 4)."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    extent = np.ptp(np.asarray(shapely.bounds(shape)).reshape(2, 2), axis=0).max()
    fine = shapely.segmentize(rings, max(float(extent) / 256, _MARGIN_DEG))
    boxes = []
    for ring in fine:
        xy = shapely.get_coordinates(ring)
        at = np.arange(0, len(xy) - 1, _RUN)
        # each run ends on the vertex that the next one begins with
        ends = xy[np.minimum(at + _RUN, len(xy) - 1)]
        low = np.minimum(np.minimum.reduceat(xy[:-1], at), ends) - _MARGIN_DEG
        high = np.maximum(np.maximum.reduceat(xy[:-1], at), ends) + _MARGIN_DEG
        boxes.append(np.column_stack([low, high]))
    return np.concatenate(boxes)


def _shares(
    rings: Rings, area: Floats, zones: Zones
) -> tuple[Ints, Ints, Floats, NDArray[np.bool_], NDArray[Any]]:
    """Patches and zones that may meet: their common area, whether it was cut, and the piece if so."""
    at, n = rings.start[:-1], rings.count
    first = np.searchsorted(rings.feature, np.arange(n))  # rings come in the order of their features
    bounds = [
        function.reduceat(function.reduceat(values, at), first)
        for function, values in (
            (np.minimum, rings.lon),
            (np.minimum, rings.lat),
            (np.maximum, rings.lon),
            (np.maximum, rings.lat),
        )
    ]
    # a tree asks for boxes only, and a diagonal has the same box as a rectangle, for half the price
    boxes = shapely.linestrings(np.column_stack(bounds).reshape(-1, 2, 2))
    count = len(zones.names)
    patch, box = zones.outline.query(boxes)
    near = np.unique(patch * count + zones.outline_zone[box])
    patch, zone = zones.tree.query(boxes)
    far = np.setdiff1d(patch * count + zone, near)
    patch, zone = np.divmod(far, count)
    vertex = at[first[patch]]
    inside = shapely.contains_xy(zones.shapes[zone], rings.lon[vertex], rings.lat[vertex])
    patch, zone = patch[inside], zone[inside]
    whole_patch, whole_zone, near_patch, near_zone, pieces = _cut(rings, near, zones)
    patch = np.concatenate([patch, whole_patch, near_patch])
    zone = np.concatenate([zone, whole_zone, near_zone])
    cut = np.arange(len(patch)) >= len(patch) - len(near_patch)
    share = area[patch]
    share[cut] = area_of_polygons(pieces)
    return patch, zone, share, cut, pieces


def _cut(rings: Rings, near: Ints, zones: Zones) -> tuple[Ints, Ints, Ints, Ints, NDArray[Any]]:
    """Patches near an outline: those wholly inside a zone, and the pieces of those that are not."""
    patch, zone = np.divmod(near, len(zones.names))
    wanted = np.unique(patch)
    shapes = shapes_of(rings, wanted)[np.searchsorted(wanted, patch)]
    whole = np.asarray(shapely.contains_properly(zones.shapes[zone], shapes))
    rest = np.flatnonzero(~whole)
    rest = rest[shapely.intersects(zones.shapes[zone[rest]], shapes[rest])]
    touching = shapely.covers(zones.shapes[zone[rest]], shapes[rest])  # inside, but up to the outline
    whole[rest[touching]] = True
    rest = rest[~touching]
    rest = rest[~shapely.touches(zones.shapes[zone[rest]], shapes[rest])]  # outside, but up to the outline
    nearby = _nearby(shapes[rest], zone[rest], zones)
    pieces = _polygons(shapely.intersection(shapes[rest], nearby))
    return patch[whole], zone[whole], patch[rest], zone[rest], pieces


def _nearby(shapes: NDArray[Any], zone: Ints, zones: Zones) -> NDArray[Any]:
    """For every patch the part of its zone round it: less to cut with than the whole.

    The parts lie on a grid that is fixed once for all and as coarse as the patch
    is large, so that a patch is cut alike whatever others are counted with it.
    """
    if not len(shapes):
        return shapes
    bounds = shapely.bounds(shapes)
    extent = np.maximum((bounds[:, 2:] - bounds[:, :2]).max(axis=1), _MARGIN_DEG)
    power = np.frexp(extent)[1] + 3  # a square of the grid is 8 to 16 times as wide as the patch
    corner = np.floor(np.ldexp(bounds[:, :2], -power[:, None])).astype(np.int64)
    where = np.column_stack([zone, power, corner])
    kinds, index = np.unique(where, axis=0, return_inverse=True)
    side = np.ldexp(1.0, kinds[:, 1])[:, None]
    low = kinds[:, 2:] * side
    boxes = shapely.box(*(low - side / 16).T, *(low + side * 1.1875).T)
    parts = shapely.intersection(zones.shapes[kinds[:, 0]], boxes)
    return np.asarray(_polygons(parts)[index.ravel()], dtype=object)


def _polygons(shapes: NDArray[Any]) -> NDArray[Any]:
    """The same without the lines and points where a patch only touches a zone."""
    for place in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapes[place])
        shapes[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def _once(
    area: Floats, patch: Ints, zone: Ints, share: Floats, pieces: NDArray[Any], zones: Zones
) -> tuple[Floats, Floats]:
    """Area of every patch that lies inside any zone, and inside more than one."""
    n, wholes = len(area), len(patch) - len(pieces)
    times = np.bincount(patch[:wholes], minlength=n)  # zones that hold the whole patch
    covered = np.where(times > 0, area, np.bincount(patch, weights=share, minlength=n))
    overlap = np.where(times > 1, area, 0.0)
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(share[wholes:] > 0.0).tolist():
        parts[int(patch[wholes + place])].append(place)
    doubled: dict[int, Any] = {}  # ground in more than one zone, and in any, where it takes geometry
    joined: dict[int, Any] = {}
    for one, places in parts.items():
        if times[one] > 1 or (times[one] == 0 and len(places) == 1):
            continue
        if times[one] == 1:  # every piece lies in a second zone
            doubled[one] = pieces[places[0]] if len(places) == 1 else shapely.union_all(pieces[places])
            continue
        own = [int(zone[wholes + place]) for place in places]
        both = [
            shapely.intersection(pieces[p], pieces[q])
            for k, p in enumerate(places)
            for m, q in enumerate(places[:k])
            if (min(own[k], own[m]), max(own[k], own[m])) in zones.pairs
        ]
        if both:
            doubled[one] = shapely.union_all(_polygons(np.array(both, dtype=object)))
            joined[one] = shapely.union_all(pieces[places])
    for found, shapes in ((overlap, doubled), (covered, joined)):
        if shapes:
            found[list(shapes)] = area_of_polygons(np.array(list(shapes.values()), dtype=object))
    return np.minimum(covered, area), np.minimum(overlap, area)
