"""The moments of :mod:`eppv_atlas.area.edges`, compiled by numba, straight from WKB.

One pass over the bytes: no array a vertex is made. What is out of the ordinary
(rings of more than a degree, long edges, a pole, big-endian or broken WKB,
numbers that are no longitude and latitude) is left to the NumPy path, which
measures it or names what is wrong.

Optional: needs the extra ``fast``. Floor 2, part of area: knows no cases and no
files.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from eppv_atlas.area.edges import LONG_EDGE_M, SERIES_REACH
from eppv_atlas.area.ellipsoids import Ellipsoid
from eppv_atlas.area.rings import Floats, Ints

_RADIAN: Final = math.pi / 180.0
DONE, LEFT = 0, 1


def areas(
    buffer: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_], model: str, body: Ellipsoid
) -> tuple[Floats, NDArray[np.bool_]]:
    """Areas of a column of WKB.

    Parameters
    ----------
    buffer, offsets, missing
        The column's bytes, where each feature begins, and which are null.
    model
        ``geodesic`` or ``lonlat``.
    body
        The ellipsoid.

    Returns
    -------
    ndarray of float64, shape (n,)
        Areas in m².
    ndarray of bool, shape (n,)
        Features left to the NumPy path; their areas do not count.
    """
    buffer = buffer.view()
    buffer.flags.writeable = False
    out = np.zeros(len(missing))
    left = np.zeros(len(missing), dtype=np.bool_)
    words = tuple(_words(buffer, shift) for shift in range(8))
    limit = (LONG_EDGE_M / body.a) ** 2 if model == "geodesic" else math.inf
    _column(
        buffer, words, offsets, missing, model == "geodesic", body.a, body.e2, limit, SERIES_REACH, out, left
    )
    out[missing] = np.nan
    return out, left


def _words(buffer: NDArray[np.uint8], shift: int) -> Floats:
    """The buffer as doubles that begin `shift` bytes into it."""
    count = (len(buffer) - shift) // 8
    if count > 0:
        return np.frombuffer(buffer, dtype=np.float64, offset=shift, count=count)
    none = np.zeros(0)
    none.flags.writeable = False  # numba wants the eight of one type
    return none


@njit(cache=True, inline="always")
def _uint32(b: Any, at: int) -> Any:
    return (
        types.int64(b[at])
        | (types.int64(b[at + 1]) << 8)
        | (types.int64(b[at + 2]) << 16)
        | (types.int64(b[at + 3]) << 24)
    )


@njit(cache=True, fastmath={"contract", "arcp", "nsz"})
def _column(
    b: Any, words: Any, offsets: Any, missing: Any, geodesic: bool, a: float, e2: float, limit: float,
    reach: float, out: Any, left: Any,
) -> None:  # fmt: skip
    strip = np.empty(6)
    across = np.empty(4)
    along = np.empty(4)
    work = np.empty((6, 6))
    for feature in range(len(missing)):
        if missing[feature]:
            continue
        at = offsets[feature]
        end = offsets[feature + 1]
        polygons = 1
        if end - at < 9 or b[at] != 1:
            left[feature] = True
            continue
        code = _uint32(b, at + 1)
        kind = (code & 0x0FFFFFFF) % 1000
        if kind == 6:
            at += 9 if code & 0x20000000 else 5
            if at + 4 > end:
                left[feature] = True
                continue
            polygons = _uint32(b, at)
            at += 4
        elif kind != 3:
            left[feature] = True
            continue
        total = 0.0
        sound = True
        for _ in range(polygons):
            if at + 9 > end or b[at] != 1:
                sound = False
                break
            code = _uint32(b, at + 1)
            plain = code & 0x0FFFFFFF
            if plain % 1000 != 3:
                sound = False
                break
            stride = 2
            if (code & 0x80000000) or (plain // 1000) % 2 == 1:
                stride += 1
            if (code & 0x40000000) or plain // 2000 == 1:
                stride += 1
            at += 9 if code & 0x20000000 else 5
            if at + 4 > end:
                sound = False
                break
            rings = _uint32(b, at)
            at += 4
            for ring in range(rings):
                if at + 4 > end:
                    sound = False
                    break
                points = _uint32(b, at)
                at += 4
                if at + points * stride * 8 > end:
                    sound = False
                    break
                if points >= 4:
                    shift = at % 8
                    area = _ring(
                        words[shift], (at - shift) // 8, points, stride, geodesic, a, e2, limit, reach,
                        strip, across, along, work,
                    )  # fmt: skip
                    if area < 0.0:
                        sound = False
                        break
                    total += area if ring == 0 else -area
                at += points * stride * 8
            if not sound:
                break
        if sound:
            out[feature] = total
        else:
            left[feature] = True


@njit(cache=True, fastmath={"contract", "arcp", "nsz"})
def _ring(
    w: Any, first: int, points: int, stride: int, geodesic: bool, a: float, e2: float, limit: float,
    reach: float, strip: Any, across: Any, along: Any, work: Any,
) -> Any:  # fmt: skip
    """Area of a ring; −1 where it is to be left to the NumPy path."""
    lon0 = w[first]
    lat0 = w[first + 1]
    if not (abs(lat0) <= 90.0 and abs(lon0) <= 360.0):
        return -1.0
    m1 = m2 = m3 = m4 = m5 = m6 = 0.0
    w0 = w1 = w2 = w3 = h0 = h1 = h2 = h3 = 0.0
    longest = farthest = around = 0.0
    x = 0.0
    t = 0.0
    t2 = t3 = t4 = t5 = t6 = 0.0
    at = first
    for _ in range(1, points):
        at += stride
        lon = w[at]
        lat = w[at + 1]
        nx = (lon - lon0) * _RADIAN
        n = (lat - lat0) * _RADIAN
        d = nx - x
        dt = n - t
        size = d * d + dt * dt
        longest = max(longest, size)
        farthest = max(farthest, abs(n))
        around = max(around, abs(nx))
        n2 = n * n
        n3 = n2 * n
        n4 = n2 * n2
        n5 = n3 * n2
        n6 = n3 * n3
        if geodesic:
            mid = 0.5 * (t + n)
            m1 += d * (t + n)
            m2 += d * (t2 + n2)
            m3 += d * (t3 + n3)
            m4 += d * (t4 + n4)
            m5 += d * (t5 + n5)
            m6 += d * (t6 + n6)
            wide = d * d * d
            tall = d * dt * dt
            w0 += wide
            h0 += tall
            wide *= mid
            tall *= mid
            w1 += wide
            h1 += tall
            wide *= mid
            tall *= mid
            w2 += wide
            h2 += tall
            w3 += wide * mid
            h3 += tall * mid
        else:
            s1 = t + n
            s2 = s1 * n + t2
            s3 = s2 * n + t3
            s4 = s3 * n + t4
            s5 = s4 * n + t5
            s6 = s5 * n + t6
            m1 += d * s1
            m2 += d * s2
            m3 += d * s3
            m4 += d * s4
            m5 += d * s5
            m6 += d * s6
        x = nx
        t = n
        t2 = n2
        t3 = n3
        t4 = n4
        t5 = n5
        t6 = n6
    # not a number, off the globe, across the antimeridian or round a pole, too large, or too long an edge
    if not (
        longest <= limit
        and farthest <= reach
        and around <= 1.0
        and (abs(lat0) <= 70.0 or longest <= 1e-5)  # longitude runs fast near a pole
        and abs(lat0) + farthest / _RADIAN <= 90.0
        and abs(lon0) + around / _RADIAN <= 360.0
    ):
        return -1.0
    _series(lat0 * _RADIAN, a, e2, strip, across, along, work)
    if geodesic:
        total = 0.5 * (
            strip[0] * m1 + strip[1] * m2 + strip[2] * m3 + strip[3] * m4 + strip[4] * m5 + strip[5] * m6
        )
        total += across[0] * w0 + across[1] * w1 + across[2] * w2 + across[3] * w3
        total += along[0] * h0 + along[1] * h1 + along[2] * h2 + along[3] * h3
    else:
        total = (
            strip[0] * m1 / 2.0
            + strip[1] * m2 / 3.0
            + strip[2] * m3 / 4.0
            + strip[3] * m4 / 5.0
            + strip[4] * m5 / 6.0
            + strip[5] * m6 / 7.0
        )
    return abs(total)


@njit(cache=True, fastmath={"contract", "arcp", "nsz"})
def _product(x: Any, y: Any, out: Any) -> None:
    for k in range(6):
        total = 0.0
        for i in range(k + 1):
            total += x[i] * y[k - i]
        out[k] = total


@njit(cache=True, fastmath={"contract", "arcp", "nsz"})
def _series(phi0: float, a: float, e2: float, strip: Any, across: Any, along: Any, work: Any) -> None:
    """Coefficients as :meth:`Ellipsoid.series` gives them."""
    s, c, v, p, q, r = work[0], work[1], work[2], work[3], work[4], work[5]
    sine = math.sin(phi0)
    cosine = math.cos(phi0)
    factorial = 1.0
    for k in range(6):
        if k > 1:
            factorial *= k
        if k % 4 == 0:
            s[k], c[k] = sine, cosine
        elif k % 4 == 1:
            s[k], c[k] = cosine, -sine
        elif k % 4 == 2:
            s[k], c[k] = -sine, -cosine
        else:
            s[k], c[k] = -cosine, sine
        s[k] /= factorial
        c[k] /= factorial
    _product(s, s, p)
    for k in range(6):
        p[k] = -e2 * p[k]
    p[0] += 1.0
    v[0] = 1.0 / p[0]  # the reciprocal of 1 − e² sin² φ
    for k in range(1, 6):
        total = 0.0
        for i in range(1, k + 1):
            total += p[i] * v[k - i]
        v[k] = -v[0] * total
    _product(v, v, q)
    _product(c, q, r)
    b2 = a * a * (1.0 - e2)
    for k in range(6):
        strip[k] = b2 * r[k] / (k + 1.0)
    _product(c, c, p)
    _product(s, p, r)
    _product(r, v, p)
    for k in range(4):
        across[k] = a * a / 12.0 * p[k]
    _product(v, q, p)
    _product(s, p, r)
    for k in range(4):
        along[k] = (a * (1.0 - e2)) ** 2 / 4.0 * r[k]
