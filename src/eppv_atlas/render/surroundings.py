"""What lies about a case: counties or states, and the land of the neighbours.

Floor 3, part of render: knows boundaries only; must not know cases or measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries

_LEVELS: Final = (("province", 12.0), ("city", 5.0), ("district", 0.0))
"""Which units are shown about a case that is so many degrees wide or high: no map names 2,000 counties."""


@dataclass(frozen=True)
class Surroundings:
    """What lies about a case, degrees.

    Attributes
    ----------
    units
        Counties, or states abroad, with their outlines as far as they are near.
    land
        Land beyond them.
    view
        West, south, east, north of what may come into view.
    """

    units: tuple[tuple[boundaries.Place, BaseGeometry], ...]
    land: BaseGeometry
    view: tuple[float, float, float, float]


def surroundings(bounds: tuple[float, float, float, float], fineness: float = 700) -> Surroundings:
    """Counties about a case, cities or provinces about a wide one, states abroad.

    Parameters
    ----------
    bounds
        West, south, east, north of what is shown, degrees.
    fineness
        Outlines are simplified to one part in so many of its size.
    """
    west, south, east, north = bounds
    size = max(east - west, north - south, 0.5)
    view = (west - size, south - size, east + size, north + size)
    abroad = west > 100 and north < 0
    level = "state" if abroad else next(name for name, least in _LEVELS if size >= least)
    places, shapes = _units(level)
    boxes = _boxes(level)
    near = np.flatnonzero(
        (boxes[:, 0] <= view[2])
        & (boxes[:, 2] >= view[0])
        & (boxes[:, 1] <= view[3])
        & (boxes[:, 3] >= view[1])
    )
    # cut first, wider than the view, so that simplifying does not work on what nobody sees
    wide = (view[0] - size / 2, view[1] - size / 2, view[2] + size / 2, view[3] + size / 2)
    cut = np.array([polygons(shapely.clip_by_rect(shapes[i], *wide)) for i in near], dtype=object)
    simple = shapely.coverage_simplify(cut, size / fineness)
    held = tuple((places[i], shape) for i, shape in zip(near, simple, strict=True) if not shape.is_empty)
    return Surroundings(held, _land(wide, simple, abroad=abroad), view)


def _land(
    wide: tuple[float, float, float, float], counties: NDArray[np.object_], *, abroad: bool
) -> BaseGeometry:
    """Land that lies about the units of a local map."""
    if abroad:
        return polygons(shapely.clip_by_rect(boundaries.land(), *wide))
    others = shapely.clip_by_rect(boundaries.foreign_land(), *wide)
    others = others[~shapely.is_empty(others)]
    if not others.size:
        return shapely.MultiPolygon()
    reach = 0.06
    whole = shapely.union_all(others)
    shapely.prepare(whole)
    facing = counties[shapely.dwithin(whole, counties, 2 * reach)]  # the others have no seam
    return polygons(shapely.unary_union(beside(others, shapely.coverage_union_all(facing), reach)))


@cache
def _boxes(level: str) -> NDArray[np.float64]:
    return np.asarray(shapely.bounds(_units(level)[1]))


@cache
def _units(level: str) -> tuple[list[boundaries.Place], NDArray[np.object_]]:
    return boundaries.states() if level == "state" else boundaries.units(cast("boundaries.Level", level))


def beside(countries: NDArray[np.object_], ours: BaseGeometry, reach: float) -> list[BaseGeometry]:
    """Countries, reaching a little under ours where they meet, so that no gap shows between two data sets."""
    whole = [shape for shape in countries if not shape.is_empty]
    edge = shapely.buffer(ours, reach)
    seams = [
        shapely.intersection(shapely.buffer(shapely.intersection(shape, edge), reach), edge)
        for shape in whole
        if shapely.intersects(shape, edge)
    ]
    return [*whole, *seams]


def polygons(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape, without the lines and points that cutting leaves."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)
