"""A synthetic landscape for trying siting out: slopes, soils, villages, roads and a red line that exist nowhere.

Everything comes from formulas, without a draw, so that it is the same on every
machine. Pixels divide the units evenly, so that a mean over a unit is the mean
of its pixels.

Floor 3, part of schemes: knows shapes and numbers; must not know files or cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.schemes.siting.layers import Floats, Shapes, Units, held

WEST: Final = 111.42
NORTH: Final = 23.84
PIXEL: Final = 0.001
"""Degrees; about 100 m."""
SIDE: Final = 120
"""Pixels along each side."""
UNITS: Final = 12
"""Units along each side."""
NODATA: Final = -9999.0
SOIL_NODATA: Final = 0
_EACH: Final = SIDE // UNITS


def slope() -> NDArray[np.float32]:
    """Slope in degrees, rows from the north; NODATA in one corner."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    hills = np.sin(7.3 * x + 1.1) * np.cos(6.1 * y - 0.4) + 0.6 * np.sin(15.0 * (x + 0.7 * y))
    out = np.round(17.0 + 13.0 * hills + 6.0 * (1.0 - y), 1).clip(0.0, 55.0)
    out[-18:, :14] = NODATA
    return np.asarray(out, dtype=np.float32)


def soil() -> NDArray[np.uint8]:
    """Codes of soils, rows from the north; SOIL_NODATA in one strip."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    wave = np.sin(4.0 * x - 2.5 * y) + 0.5 * np.cos(9.0 * x * y + 1.0)
    out = np.asarray(np.digitize(np.round(wave, 6), (-0.4, 0.35, 0.95)) + 1, dtype=np.uint8)
    out[:7, -25:] = SOIL_NODATA
    return out


def villages() -> Shapes:
    """Points of villages."""
    places = ((0.18, 0.22), (0.43, 0.71), (0.66, 0.31), (0.83, 0.64), (0.06, 0.68))
    return Shapes("villages", held([shapely.Point(*_at(x, y)) for x, y in places]))


def roads() -> Shapes:
    """Lines of roads."""
    ways = (
        ((0.02, 0.25), (0.2, 0.24), (0.45, 0.42), (0.7, 0.34), (0.98, 0.4)),
        ((0.3, 0.98), (0.42, 0.7), (0.45, 0.42)),
    )
    return Shapes("roads", held([shapely.LineString([_at(x, y) for x, y in way]) for way in ways]))


def red_line() -> Shapes:
    """Polygons of a red line."""
    rings = (
        ((0.62, 0.98), (0.7, 0.74), (0.88, 0.7), (0.99, 0.84), (0.98, 0.99)),
        ((0.05, 0.42), (0.17, 0.4), (0.2, 0.52), (0.1, 0.6)),
    )
    return Shapes("red-line", held([shapely.Polygon([_at(x, y) for x, y in ring]) for ring in rings]))


def units() -> Units:
    """Square candidates, named by row and column."""
    names, shapes = [], []
    step = _EACH * PIXEL
    for row in range(UNITS):
        for column in range(UNITS):
            west, north = WEST + column * step, NORTH - row * step
            names.append(f"{chr(ord('A') + row)}{column + 1:02d}")
            shapes.append(shapely.box(*np.round((west, north - step, west + step, north), 6)))
    return Units(tuple(names), held(shapes), "schematic")


class Pixels:
    """A raster of the landscape, for its own units.

    Parameters
    ----------
    name
        Name for messages.
    values
        Rows from the north.
    nodata
        Value of pixels without data.
    """

    def __init__(self, name: str, values: NDArray[Any], nodata: float) -> None:
        self.file = name
        self._values, self._nodata = values, nodata

    def means(self, shapes: Sequence[BaseGeometry]) -> tuple[Floats, Floats]:
        """Mean of the pixels of each unit, and the share of them that has data."""
        out, known = np.full(len(shapes), np.nan), np.zeros(len(shapes))
        for number, shape in enumerate(shapes):
            held_ = self._known(shape)
            known[number] = len(held_) / _EACH**2
            if len(held_):
                out[number] = float(held_.astype(np.float64).mean())
        return out, known

    def classes(self, shapes: Sequence[BaseGeometry]) -> list[Mapping[str, float]]:
        """Share of each unit by code."""
        out: list[Mapping[str, float]] = []
        for shape in shapes:
            codes, counts = np.unique(self._known(shape), return_counts=True)
            found = zip(codes.tolist(), counts.tolist(), strict=True)
            out.append({f"{code:g}": count / _EACH**2 for code, count in found})
        return out

    def _known(self, shape: BaseGeometry) -> NDArray[Any]:
        west, _, _, north = shape.bounds
        column, row = round((west - WEST) / PIXEL), round((NORTH - north) / PIXEL)
        some = self._values[row : row + _EACH, column : column + _EACH]
        assert some.size == _EACH**2, "no unit of this landscape"
        return np.asarray(some[some != self._nodata])


def given() -> dict[str, Any]:
    """All layers, as a run takes them."""
    return {
        "slope": Pixels("slope", slope(), NODATA),
        "soil": Pixels("soil", soil(), SOIL_NODATA),
        "villages": villages(),
        "roads": roads(),
        "red-line": red_line(),
        "units": units(),
    }


def _at(x: float, y: float) -> tuple[float, float]:
    """A place by its shares of the way east and south."""
    span = SIDE * PIXEL
    return round(WEST + x * span, 6), round(NORTH - y * span, 6)
