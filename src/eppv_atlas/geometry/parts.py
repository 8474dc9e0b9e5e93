"""Parts and grids of equal area.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import area_m2, perimeter_m
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import RecipeError
from eppv_atlas.geometry.buffers import Outline
from eppv_atlas.geometry.chart import on_chart
from eppv_atlas.geometry.overlay import along_geodesics, clipped, polygons
from eppv_atlas.geometry.solving import NEGLIGIBLE, newton, solve_increasing

CUT_STEP_DEGREES: Final = 0.005
"""Longest edge of a cut along a meridian or parallel."""
_DEGREE_M: Final = float(np.radians(1.0)) * CGCS2000.a
_SHARE_A_CUT: Final = 5e-8
"""What cutting an edge may cost of a piece's area: a geodesic is cut off its chord in longitude and latitude."""


def part(shape: BaseGeometry, start: float, end: float, side: str) -> BaseGeometry:
    """Area-true part of a shape, counted from one side.

    Parameters
    ----------
    shape
        The whole.
    start, end
        Fractions of the whole's area, 0 ≤ start < end ≤ 1.
    side
        ``west``, ``east``, ``south``, ``north`` (cut along a meridian or
        parallel), ``centre`` or ``edge`` (cut along an inset outline).

    Raises
    ------
    RecipeError
        If the fractions do not fit into the whole.
    """
    if not 0 <= start < end <= 1 + 1e-12:
        raise RecipeError(
            f"a part from {start:.2%} to {end:.2%} does not fit into the whole",
            f"从 {start:.2%} 到 {end:.2%} 的部分超出整体",
        )
    on_chart(shape)
    whole = area_m2(shape)
    if side == "edge":
        outer = shape if start == 0 else _inset(shape, 1 - start, whole)
        return clipped(outer, None, _inset(shape, 1 - end, whole))
    if side == "centre":
        outer = _inset(shape, end, whole)
        return outer if start == 0 else clipped(outer, None, _inset(shape, start, whole))
    step = _cut_step(shape, whole * (end - start))
    shape = along_geodesics(shape, step * _DEGREE_M)
    near, far = (_offset(shape, share, whole, side, step) for share in (start * whole, end * whole))
    return _strip(shape, near, far, side, step)


def grid(shape: BaseGeometry, cells: int) -> shapely.GeometryCollection:
    """Divide a shape into `cells` parts of equal area, north to south and west to east.

    Returns
    -------
    GeometryCollection
        One polygon or multipolygon a cell.
    """
    on_chart(shape)
    step = _cut_step(shape, area_m2(shape) / cells)
    return shapely.GeometryCollection(_split(along_geodesics(shape, step * _DEGREE_M), cells, step))


def _cut_step(shape: BaseGeometry, piece_m2: float) -> float:
    """Longest edge in degrees whose cut costs a piece no more than a negligible share.

    Along a parallel a chord of length L is off its geodesic by L² tan φ / 8R, at most.
    """
    _, south, _, north = shape.bounds
    slope = np.tan(np.radians(max(abs(south), abs(north), 5.0)))
    longest_m = np.cbrt(12 * CGCS2000.a / slope * _SHARE_A_CUT * piece_m2)
    return float(min(CUT_STEP_DEGREES, longest_m / _DEGREE_M))


def _split(shape: BaseGeometry, cells: int, step: float) -> list[BaseGeometry]:
    if cells == 1:
        return [shape]
    west, south, east, north = shape.bounds
    wide = (east - west) * np.cos(np.radians((south + north) / 2)) > north - south
    side = "west" if wide else "north"
    first = cells // 2
    # by what this piece is, not by what it should be: so the m² that cuts cost are spread over all cells
    whole_m2 = area_m2(shape)
    offset = _offset(shape, whole_m2 * first / cells, whole_m2, side, step)
    width = float(east - west if wide else north - south)
    head, tail = _strip(shape, 0.0, offset, side, step), _strip(shape, offset, width, side, step)
    return _split(head, first, step) + _split(tail, cells - first, step)


def _inset(shape: BaseGeometry, fraction: float, whole_m2: float) -> BaseGeometry:
    """Inner part holding `fraction` of the area, bounded by an inset outline."""
    if fraction >= 1 - NEGLIGIBLE:
        return shape
    if fraction <= NEGLIGIBLE:
        return shapely.Polygon()
    outline = Outline.of(shape)
    last: list[BaseGeometry] = []

    def taken(depth_m: float) -> tuple[float, float]:
        last[:] = [outline.moved(-depth_m)]
        return whole_m2 - area_m2(last[0]), perimeter_m(last[0])

    # no circle inside is larger than the whole; about a disc the first guess is right
    deepest_m = float(np.sqrt(whole_m2 / np.pi)) * 1.01
    around_m = perimeter_m(shape)
    square = max(around_m**2 - 4 * np.pi * whole_m2 * (1 - fraction), 0.0)
    start_m = 2 * whole_m2 * (1 - fraction) / (around_m + np.sqrt(square))
    newton(taken, whole_m2 * (1 - fraction), start_m, deepest_m)
    return polygons(shapely.intersection(last[0], shape))


def _strip(shape: BaseGeometry, near: float, far: float, side: str, step: float) -> BaseGeometry:
    """Part of a shape between two offsets in degrees from its bound on one side.

    The cuts follow meridians or parallels; they get a vertex every `step`
    degrees, so that an area with geodesic edges is that of the cut and pieces add up.
    """
    west, south, east, north = shape.bounds
    box = {
        "west": (west + near, south, west + far, north),
        "east": (east - far, south, east - near, north),
        "south": (west, south + near, east, south + far),
        "north": (west, north - far, east, north - near),
    }[side]
    cutter = shapely.segmentize(shapely.box(*box), step)
    return polygons(shapely.intersection(shape, cutter))


def _offset(shape: BaseGeometry, target_m2: float, whole_m2: float, side: str, step: float) -> float:
    """Offset in degrees from one side at which an area is passed."""
    west, south, east, north = shape.bounds
    width = float(east - west if side in {"west", "east"} else north - south)
    fraction = target_m2 / whole_m2
    if fraction <= NEGLIGIBLE or fraction >= 1 - NEGLIGIBLE:
        return width if fraction > 0.5 else 0.0
    return solve_increasing(
        lambda x: area_m2(_strip(shape, 0.0, x, side, step)), target_m2, width * fraction, width
    )
