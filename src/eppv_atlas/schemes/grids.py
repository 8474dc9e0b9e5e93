"""Grids: a zone cut into cells, each with a name that stays the same for the same cells.

Cells of equal area are those of ``geometry.grid``. Square ones lie on a lattice
of parallels and meridians whose full cells are equal on the ellipsoid.

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
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import UsageError
from eppv_atlas.geometry import grid, part, polygons

TOLERANCE: Final = 1e-4
"""Areas of cells that are to be equal differ from their mean by no more than this share.

Most of it is the six decimals of stored outlines; fresh cells keep to 5e-6."""
MOST_CELLS: Final = 20_000
_CRUMB: Final = 1e-7
"""A piece of a square cell that is smaller than this share of it is rounding."""
_CUTS: Final = (("west", "north"), ("north", "west"))


@dataclass(frozen=True)
class Cell:
    """A cell of a grid.

    Attributes
    ----------
    name
        Letters of its row and its number in it, from the north-west on: ``C07``.
    shape
        OGC:CRS84, degrees; a multipolygon where it lies in several pieces.
    area_m2
        On CGCS2000.
    lon, lat
        A point inside its largest piece.
    """

    name: str
    shape: BaseGeometry
    area_m2: float
    lon: float
    lat: float

    @property
    def pieces(self) -> int:
        """In how many pieces it lies."""
        return len(shapely.get_parts(self.shape))


def equal(shape: BaseGeometry, count: int) -> tuple[Cell, ...]:
    """Cells of equal area, by halving again and again."""
    return named_equal(shapely.get_parts(grid(shape, _bounded(count))).tolist())


def connected(shape: BaseGeometry, count: int) -> tuple[Cell, ...]:
    """Cells of equal area, each cut chosen so that fewer cells lie in several pieces."""
    return named_equal(_halved(shape, _bounded(count)))


def square(shape: BaseGeometry, cell_m2: float) -> tuple[Cell, ...]:
    """Squarish cells on a lattice, clipped to the shape.

    Parameters
    ----------
    shape
        Polygons, OGC:CRS84.
    cell_m2
        Area of a full cell, m². Cells at the edge are smaller.

    Returns
    -------
    tuple of Cell
        Their areas (edges straight in longitude and latitude) add up to that of the shape.

    Raises
    ------
    UsageError
        If there would be more than MOST_CELLS of them.
    """
    if not (np.isfinite(cell_m2) and cell_m2 > 0):
        raise UsageError("a cell must have an area above zero", "单元面积须大于零")
    _bounded(int(min(area_m2(shape, "lonlat") / cell_m2, 1e9)) + 1)
    shape = polygons(shapely.force_2d(shape))
    shapely.prepare(shape)
    boxes, rows = _lattice(shape, cell_m2)
    met = shapely.intersects(shape, boxes)
    boxes, rows = boxes[met], rows[met]
    full = shapely.contains_properly(shape, boxes)
    cells = [
        box if whole else polygons(shapely.intersection(shape, box))
        for box, whole in zip(boxes.tolist(), full.tolist(), strict=True)
    ]
    sizes = np.asarray(area_m2(cells, "lonlat"))
    kept = np.flatnonzero(sizes > _CRUMB * cell_m2).tolist()
    return _named([cells[i] for i in kept], [int(rows[i]) for i in kept], sizes[kept])


def named_equal(shapes: Sequence[BaseGeometry]) -> tuple[Cell, ...]:
    """Name cells of equal area, in whatever order they come.

    A row is as high as a square of a cell's area; a cell belongs to the row of its inner point.
    """
    sizes = np.asarray(area_m2(list(shapes)))
    lat = np.array([_inner(shape)[1] for shape in shapes])
    north = max(float(shape.bounds[3]) for shape in shapes)
    step = float(np.sqrt(sizes.mean())) / _meridian_m(float(lat.mean()))
    return _named(list(shapes), np.floor((north - lat) / step).astype(int).tolist(), sizes)


def _bounded(count: int) -> int:
    if not 1 <= count <= MOST_CELLS:
        raise UsageError(
            f"a grid has from 1 to {MOST_CELLS} cells, not {count}",
            f"网格数须在 1 至 {MOST_CELLS} 之间，而不是 {count}",
        )
    return count


def _halved(shape: BaseGeometry, count: int) -> list[BaseGeometry]:
    if count == 1:
        return [shape]
    west, south, east, north = shape.bounds
    wide = (east - west) * np.cos(np.radians((south + north) / 2)) > north - south
    first = count // 2
    best: tuple[int, list[BaseGeometry]] | None = None
    for side in _CUTS[0 if wide else 1]:
        share = first / count
        pieces = [part(shape, 0.0, share, side), part(shape, share, 1.0, side)]
        scattered = sum(len(shapely.get_parts(piece)) for piece in pieces)
        if best is None or scattered < best[0]:
            best = scattered, pieces
        if scattered == 2:
            break
    assert best is not None
    head, tail = best[1]
    return _halved(head, first) + _halved(tail, count - first)


def _lattice(shape: BaseGeometry, cell_m2: float) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Boxes that cover the bounds of a shape, and the row of each, the northernmost first."""
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    side_m = float(np.sqrt(cell_m2))
    boxes: list[NDArray[Any]] = []
    rows: list[NDArray[np.int64]] = []
    top, row = north, 0
    while top > south:
        bottom = top - side_m / _meridian_m(top)
        sines = np.sin(np.radians([bottom, top]))
        height = float(np.diff(CGCS2000.strip(sines))[0]) * float(
            np.radians(1.0)
        )  # m² for a degree of longitude
        width = cell_m2 / height
        columns = np.arange(np.floor((west - middle) / width), np.ceil((east - middle) / width))
        left = middle + columns * width
        right = middle + (columns + 1) * width
        boxes.append(np.asarray(shapely.box(left, bottom, right, top)))
        rows.append(np.full(len(left), row))
        top, row = bottom, row + 1
    return np.concatenate(boxes), np.concatenate(rows)


def _meridian_m(lat: float) -> float:
    """Metres of a degree of latitude."""
    w = 1.0 - CGCS2000.e2 * float(np.sin(np.radians(lat))) ** 2
    return float(np.radians(1.0) * CGCS2000.a * (1.0 - CGCS2000.e2) / w**1.5)


def _inner(shape: BaseGeometry) -> tuple[float, float]:
    parts = shapely.get_parts(shape)
    point = shapely.point_on_surface(parts[int(np.argmax(shapely.area(parts)))])
    return float(point.x), float(point.y)


def _named(shapes: list[BaseGeometry], rows: list[int], sizes: NDArray[np.float64]) -> tuple[Cell, ...]:
    inner = [_inner(shape) for shape in shapes]
    order = sorted(range(len(shapes)), key=lambda i: (rows[i], inner[i][0], -inner[i][1]))
    filled = {row: place for place, row in enumerate(sorted(set(rows)))}
    counts = np.bincount([filled[row] for row in rows])
    digits = len(str(int(counts.max())))
    out, number, before = [], 0, -1
    for i in order:
        number = number + 1 if rows[i] == before else 1
        before = rows[i]
        name = f"{_letters(filled[rows[i]])}{number:0{digits}d}"
        out.append(Cell(name, shapes[i], float(sizes[i]), *inner[i]))
    return tuple(out)


def _letters(row: int) -> str:
    """Letters of a row: A to Z, then AA, AB and so on.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    row += 1
    while row:
        row, rest = divmod(row - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
