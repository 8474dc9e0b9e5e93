"""Which features of a column of WKB are surely sound polygons, compiled by numba, straight from the bytes.

One ring, closed, on the globe, and star-shaped about the mean of its vertices:
the angle grows along it and it goes round once, so it cannot meet itself. That
is a proof of what it says yes to; of the others it says nothing, and
:mod:`eppv_atlas.defects` has to look at them.

Optional: needs the extra ``fast``. Floor 2, part of area: knows no cases and no
files.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from eppv_atlas.area.compiled import _uint32, _words
from eppv_atlas.area.rings import Ints


def surely(buffer: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each feature is surely a sound polygon in longitude and latitude.

    Parameters
    ----------
    buffer, offsets, missing
        The column's bytes, where each feature begins, and which are null.
    """
    buffer = buffer.view()
    buffer.flags.writeable = False
    out = np.zeros(len(missing), dtype=np.bool_)
    _look(buffer, tuple(_words(buffer, shift) for shift in range(8)), offsets, missing, out)
    return out


@njit(cache=True)
def _look(b: Any, words: Any, offsets: Any, missing: Any, out: Any) -> None:
    for feature in range(len(missing)):
        at = offsets[feature]
        end = offsets[feature + 1]
        # little-endian, a polygon without Z, M or SRID, of one ring
        if missing[feature] or end - at < 13 or b[at] != 1:
            continue
        if _uint32(b, at + 1) != 3 or _uint32(b, at + 5) != 1:
            continue
        points = _uint32(b, at + 9)
        if points < 4 or end - at != 13 + 16 * points:
            continue
        shift = (at + 13) % 8
        first = (at + 13 - shift) // 8
        out[feature] = _star(words[shift], first, points)


@njit(cache=True)
def _star(w: Any, first: int, points: int) -> bool:
    x0 = w[first]
    y0 = w[first + 1]
    if x0 != w[first + 2 * points - 2] or y0 != w[first + 2 * points - 1]:
        return False
    west = east = x0
    south = north = y0
    sx = 0.0
    sy = 0.0
    for k in range(points - 1):
        x = w[first + 2 * k]
        y = w[first + 2 * k + 1]
        if not (-180.0 <= x <= 180.0 and -90.0 <= y <= 90.0):  # not a number either
            return False
        west = min(west, x)
        east = max(east, x)
        south = min(south, y)
        north = max(north, y)
        sx += x - x0
        sy += y - y0
    if east - west > 180.0:
        return False
    mx = x0 + sx / (points - 1)
    my = y0 + sy / (points - 1)
    # a turn that rounding could have made is none
    tiny = 1e-12 * ((east - west) ** 2 + (north - south) ** 2)
    rounds = 0
    turns = 0
    ax = x0 - mx
    ay = y0 - my
    for k in range(1, points):
        bx = w[first + 2 * k] - mx
        by = w[first + 2 * k + 1] - my
        turn = ax * by - bx * ay
        if turn > tiny:
            turns += 1
        elif turn < -tiny:
            turns -= 1
        if ay < 0.0 <= by:
            rounds += 1
        ax = bx
        ay = by
    return abs(turns) == points - 1 and rounds == 1
