"""Shapes put over each other, their canonical form, and their edges divided along geodesics.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area.edges import divided
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Floats

PRECISION: Final = 1e-6
"""Stored precision in degrees: 0.11 m at most."""


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
    kept = [part for part in flat_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.unary_union(kept) if kept else shapely.Polygon()


def clipped(shape: BaseGeometry, clip: BaseGeometry | None, minus: BaseGeometry | None) -> BaseGeometry:
    """Return `shape` inside `clip` and outside `minus`."""
    if clip is not None:
        shape = polygons(shapely.intersection(shape, clip))
    if minus is not None:
        shape = polygons(shapely.difference(shape, minus))
    return shape


def along_geodesics(shape: BaseGeometry, longest_m: float) -> BaseGeometry:
    """Divide the edges of polygons along their geodesics until none is longer than `longest_m`.

    A shape without longer edges is given back as it is.
    """

    def ring(xy: Floats) -> Floats:
        return np.column_stack(divided(xy[:, 0], xy[:, 1], CGCS2000, longest_m))

    return over_rings(shape, ring)


def over_rings(shape: BaseGeometry, change: Callable[[Floats], Floats]) -> BaseGeometry:
    """Change every ring of polygons by a function of its closed coordinates."""
    made = []
    for part in flat_parts(shape):
        if part.is_empty:
            continue
        rings = [change(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        made.append(shapely.Polygon(rings[0], rings[1:]))
    if len(made) == 1 and shape.geom_type == "Polygon":
        return made[0]
    return shapely.MultiPolygon(made)


def flat_parts(shape: BaseGeometry) -> list[BaseGeometry]:
    """All parts of a geometry, of however many levels."""
    parts = shapely.get_parts(np.array([shape]))
    while any(part.geom_type.startswith(("Multi", "Geom")) for part in parts):
        parts = shapely.get_parts(parts)
    return list(parts)
