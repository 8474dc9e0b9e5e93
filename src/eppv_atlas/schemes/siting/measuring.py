"""Measures of candidate units on layers: means, shares, distances, classes.

Shares go by areas on the ellipsoid, distances by geodesics. Beside every value
stands the share of the unit that it is known for.

Floor 3, part of schemes: knows shapes and areas; must not know files, cases or
what a value is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from eppv_atlas.area import area_m2
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.geometry import polygons
from eppv_atlas.geometry.chart import Chart
from eppv_atlas.schemes.siting.layers import Floats, Ground, Shapes, Units

SAME: Final = 1e-4
"""Distances keep to this share of themselves: a flat chart finds the nearest points, a geodesic measures between them."""


@dataclass(frozen=True)
class Measured:
    """A value for each unit.

    Attributes
    ----------
    values
        NaN where it is not known. Shape (n,).
    known
        Share of the unit that the value is known for, 0 to 1. Shape (n,).
    """

    values: Floats
    known: Floats


def mean(units: Units, ground: Ground) -> Measured:
    """Coverage-weighted mean of a raster."""
    return Measured(*ground.means(list(units.shapes)))


def share(units: Units, layer: Shapes) -> Measured:
    """Share of each unit that polygons cover, what they cover twice counted once."""
    sizes = np.asarray(area_m2(units.shapes, "lonlat"))
    covered = _covered(units, layer)
    return Measured(np.clip(covered / sizes, 0.0, 1.0), np.ones(len(units)))


def distance(units: Units, layer: Shapes) -> Measured:
    """Geodesic distance from each unit's edge to the nearest feature, m; 0 where they touch."""
    if not len(layer.shapes):
        return Measured(np.full(len(units), np.nan), np.zeros(len(units)))
    west, south, east, north = shapely.total_bounds(units.shapes)
    chart = Chart(float(west + east) / 2, float(south + north) / 2)
    flat_units = shapely.transform(units.shapes, chart.flat)
    flat = shapely.transform(shapely.segmentize(layer.shapes, 0.05), chart.flat)
    index, nearest = shapely.STRtree(flat).query_nearest(flat_units, all_matches=False)
    found = np.empty(len(units), dtype=np.int64)
    found[index] = nearest
    ends = shapely.get_coordinates(shapely.shortest_line(flat_units, flat[found]))
    there = chart.globe(ends)
    one, other = there[0::2], there[1::2]
    away = np.asarray(CGCS2000.geod.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])[2], dtype=np.float64)
    away[shapely.intersects(flat_units, flat[found])] = 0.0
    return Measured(away, np.ones(len(units)))


def classes(
    units: Units, layer: Ground | Shapes, worth: Mapping[str, float]
) -> tuple[Measured, tuple[str, ...]]:
    """Mean worth of the classes of each unit, weighted by area, and the codes that have none.

    What is of no class, or of one without worth, is not known.
    """
    if isinstance(layer, Shapes):
        return _vector_classes(units, layer, worth)
    values, known = np.full(len(units), np.nan), np.zeros(len(units))
    strange: dict[str, None] = {}
    for number, shares in enumerate(layer.classes(list(units.shapes))):
        total = weighted = 0.0
        for code, part in sorted(shares.items()):
            if code in worth:
                total += part
                weighted += part * worth[code]
            else:
                strange[code] = None
        known[number] = min(total, 1.0)
        if total > 0:
            values[number] = weighted / total
    return Measured(values, known), tuple(sorted(strange))


def _vector_classes(
    units: Units, layer: Shapes, worth: Mapping[str, float]
) -> tuple[Measured, tuple[str, ...]]:
    sizes = np.asarray(area_m2(units.shapes, "lonlat"))
    total, weighted = np.zeros(len(units)), np.zeros(len(units))
    strange = sorted({code or "" for code in layer.codes} - set(worth))
    for code in sorted(worth):
        own = [shape for shape, is_of in zip(layer.shapes, layer.codes, strict=True) if is_of == code]
        if own:
            part = _covered(units, Shapes(layer.file, np.array(own, dtype=object)))
            total += part
            weighted += part * worth[code]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(total > 0, weighted / total, np.nan)
    return Measured(np.clip(values, 0.0, 1.0), np.minimum(total / sizes, 1.0)), tuple(strange)


def _covered(units: Units, layer: Shapes) -> Floats:
    """Area of each unit that polygons cover, m²."""
    out = np.zeros(len(units))
    if not len(layer.shapes):
        return out
    tree = shapely.STRtree(layer.shapes)
    pairs = tree.query(units.shapes, predicate="intersects")
    if not pairs.size:
        return out
    order = np.lexsort((pairs[1], pairs[0]))
    unit, other = pairs[0][order], pairs[1][order]
    pieces = shapely.intersection(units.shapes[unit], layer.shapes[other])
    first = np.flatnonzero(np.append(True, np.diff(unit) != 0))
    for start, end in zip(first.tolist(), [*first[1:].tolist(), len(unit)], strict=True):
        some = pieces[start:end]
        whole = polygons(some[0] if len(some) == 1 else shapely.union_all(some))
        out[unit[start]] = 0.0 if whole.is_empty else float(area_m2(whole, "lonlat"))
    return out
