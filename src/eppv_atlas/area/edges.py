"""Area and length of flat rings on an ellipsoid, by edge model, with NumPy alone.

Write t for the latitude of a vertex less that of its ring's first vertex, and
Δλ for an edge's difference of longitude. The area between an edge and the
parallel of the first vertex is Δλ times the mean of F(t) along the edge. F is a
power series in t whose coefficients are constants of the ring, so a ring's area
is a handful of *moments* Σ Δλ·(mean of tᵏ) times these coefficients: no
trigonometry a vertex, and nothing lost to cancellation however small the ring.

- ``lonlat``: edges straight in longitude and latitude; the mean of tᵏ along an
  edge is exact.
- ``geodesic``: F is taken as linear along the edge, corrected by
  Δλ·sin φ·[(N cos φ Δλ)² + 3 (M Δφ)²] / 12; good to 2e-11 at 10 km, and better by
  the fourth power of the length below. Longer edges are first divided along
  the geodesic.

Rings of more than 1° or so of latitude take F directly.

Floor 2, part of area: knows rings and ellipsoids; no cases and no files.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from eppv_atlas.area.ellipsoids import ORDER, Ellipsoid
from eppv_atlas.area.rings import Floats, Ints, Rings

LONG_EDGE_M: Final = 5_000.0
SERIES_REACH: Final = 0.02
"""Latitude difference in radians up to which the series is good to 1e-14."""
POLAR_DEGREES: Final = 70.0
POLAR_TURN: Final = 4e-3
"""Beyond POLAR_DEGREES an edge that turns more than this in longitude (radians) is divided too."""
CHUNK: Final = 32_768
_TURN: Final = 2.0 * np.pi
_RADIAN: Final = np.pi / 180.0


def areas(rings: Rings, model: str, body: Ellipsoid) -> Floats:
    """Area of every feature, shells less holes, m²; NaN where missing."""
    per_ring = ring_areas(rings, model, body)
    out = np.bincount(rings.feature, weights=per_ring * rings.sign, minlength=rings.count).astype(np.float64)
    out[rings.missing] = np.nan
    return out


def ring_areas(rings: Rings, model: str, body: Ellipsoid) -> Floats:
    """Area of every ring, m², never negative."""
    out = np.zeros(len(rings.sign))
    first = 0
    while first < len(out):
        # as many whole rings as fit into a chunk that the processor's cache holds
        last = int(np.searchsorted(rings.start, rings.start[first] + CHUNK, side="right")) - 1
        last = min(max(last, first + 1), len(out))
        out[first:last] = _some(rings, first, last, model, body)
        first = last
    return out


def _some(rings: Rings, first: int, last: int, model: str, body: Ellipsoid) -> Floats:
    """Areas of the rings from first to last."""
    start = rings.start[first : last + 1]
    counts = np.diff(start)
    empty = counts < 4
    if empty.any():  # no ring at all, or nothing enclosed
        out = np.zeros(last - first)
        for ring in np.flatnonzero(~empty).tolist():
            out[ring] = _some(rings, first + ring, first + ring + 1, model, body)[0]
        return out
    at = start[:-1] - start[0]
    lon = rings.lon[start[0] : start[-1]]
    lat = rings.lat[start[0] : start[-1]]
    origin = lat[at]
    t = (lat - np.repeat(origin, counts)) * _RADIAN
    dlon = np.empty_like(t)
    np.subtract(lon[1:], lon[:-1], out=dlon[:-1])
    ends = at + counts - 1
    dlon[ends] = 0.0  # from the end of one ring to the next there is no edge
    widest = max(float(dlon.max()), -float(dlon.min()))
    if widest > 180.0:
        dlon[:-1] = wrapped(lon)
        dlon[ends] = 0.0
    dlon *= _RADIAN
    widest *= _RADIAN
    reach = max(float(t.max()), -float(t.min()))
    special = np.zeros(last - first, dtype=np.bool_)
    if reach > SERIES_REACH:
        special |= np.maximum.reduceat(np.abs(t), at) > SERIES_REACH
    if widest > 1e-3:  # some ring may go round a pole
        special |= np.abs(np.add.reduceat(dlon, at)) > 1.0
    if widest > POLAR_TURN and max(float(origin.max()), -float(origin.min())) > POLAR_DEGREES:
        turned = np.maximum.reduceat(np.abs(dlon), at) > POLAR_TURN
        special |= turned & (np.abs(origin) > POLAR_DEGREES)
    if model == "lonlat":
        out = _straight(body.series(np.radians(origin))[0], t, dlon, at)
    else:
        dlat = np.empty_like(t)
        np.subtract(t[1:], t[:-1], out=dlat[:-1])
        dlat[ends] = 0.0
        dlat *= dlat
        wide = dlon * dlon
        limit = (LONG_EDGE_M / body.a) ** 2
        if float(wide.max()) + float(dlat.max()) > limit:
            special |= np.maximum.reduceat(wide + dlat, at) > limit
        out = _geodesic(body.series(np.radians(origin)), t, dlon, (wide, dlat), at, reach)
    for ring in np.flatnonzero(special).tolist():
        some = slice(at[ring], at[ring] + counts[ring])
        out[ring] = directly(lon[some], lat[some], model, body)
    return out


def _geodesic(
    series: tuple[Floats, Floats, Floats],
    t: Floats,
    dlon: Floats,
    squares: tuple[Floats, Floats],
    at: Ints,
    reach: float,
) -> Floats:
    """Areas of small rings with geodesic edges, from their moments."""
    strip, across, along = series
    # what is left beyond these powers: 2e-12 of a ring of 2 km, 1e-12 of one of 12 km, 1e-13 of larger ones
    powers, terms = (3, 2) if reach < 3e-4 else (4, 3) if reach < 2e-3 else (ORDER, 4)
    # a ring takes as many as it needs itself, whatever lies beside it
    own = np.maximum.reduceat(np.abs(t), at) if powers > 3 else np.zeros(len(at))
    middling, large = own >= 3e-4, own >= 2e-3
    out = np.zeros(len(at))
    both = np.empty_like(t)
    power = t.copy()
    for k in range(powers):
        if k:
            power *= t
        np.add(power[:-1], power[1:], out=both[:-1])
        both[-1] = 0.0
        if k == 0:
            middle = 0.5 * both
        both *= dlon
        more = strip[k] * np.add.reduceat(both, at) * 0.5
        out += more if k < 3 else np.where(middling if k == 3 else large, more, 0.0)
    wide, tall = squares
    wide *= dlon
    tall *= dlon
    for k in range(terms):
        if k:
            wide *= middle
            tall *= middle
        more = across[k] * np.add.reduceat(wide, at) + along[k] * np.add.reduceat(tall, at)
        out += more if k < 2 else np.where(middling if k == 2 else large, more, 0.0)
    return np.abs(out)


def _straight(strip: Floats, t: Floats, dlon: Floats, at: Ints) -> Floats:
    """Areas of small rings with edges straight in longitude and latitude, from their moments."""
    out = np.zeros(len(at))
    following = np.empty_like(t)
    following[:-1] = t[1:]
    following[-1] = 0.0
    mean = np.ones_like(t)
    here = np.ones_like(t)
    for k in range(ORDER):
        here *= t
        # t1^k + t1^(k-1) t2 + ... + t2^k, over k + 1, is the mean of t^k along the edge
        mean *= following
        mean += here
        out += strip[k] * np.add.reduceat(dlon * mean, at) / (k + 2.0)
    return np.abs(out)


def wrapped(lon: Floats) -> Floats:
    """Differences of longitude in degrees, the short way round, to the last bit."""
    half = 180.0 * np.round(np.diff(lon) / 360.0)
    return np.asarray((lon[1:] - half) - (lon[:-1] + half), dtype=np.float64)


def directly(lon: Floats, lat: Floats, model: str, body: Ellipsoid) -> float:
    """Area of one ring of any size, m²: round a pole, across the antimeridian, with long edges."""
    if model == "geodesic":
        lon, lat = divided(lon, lat, body)
    dlon = wrapped(lon) * _RADIAN
    turns = float(dlon.sum()) / _TURN
    # F is counted from the first vertex, or from the nearer pole for a ring round it
    polar = abs(turns) > 0.5
    base = np.copysign(90.0, float(lat.sum())) if polar else float(lat[0])
    if model == "geodesic":
        parts = dlon * 0.5 * (_from(lat[1:], base, body) + _from(lat[:-1], base, body))
        phi = lat * _RADIAN
        middle = 0.5 * (phi[1:] + phi[:-1])
        s, c = np.sin(middle), np.cos(middle)
        w = 1.0 - body.e2 * s * s
        across = body.a**2 / 12 * c * c * s / w
        along = (body.a * (1.0 - body.e2)) ** 2 / 4 * s / (w * w * w)
        parts += dlon * (across * dlon**2 + along * np.diff(phi) ** 2)
    else:
        parts = dlon * _mean_strip(lat, base, body)
    total = abs(float(np.sum(parts)))
    # round a pole there is an inside on either side: the smaller one is meant
    return min(total, body.whole_m2 - total) if polar else total


def _from(lat: Floats, base: float, body: Ellipsoid) -> Floats:
    """F(φ) − F(φ₀), latitudes in degrees."""
    phi0 = base * _RADIAN
    if abs(base) == 90.0:
        away = np.sin(0.5 * (90.0 - np.abs(lat)) * _RADIAN) ** 2
        far = np.sign(lat) * base < 0.0  # beyond the equator
        rise = np.where(far, np.sin(lat * _RADIAN) - np.sign(base), -np.sign(base) * 2.0 * away)
    else:
        rise = 2.0 * np.sin(0.5 * (lat - base) * _RADIAN) * np.cos(0.5 * (lat + base) * _RADIAN)
    return np.asarray(body.strip_from(np.sin(lat * _RADIAN), np.sin(phi0), rise), dtype=np.float64)


def _mean_strip(lat: Floats, base: float, body: Ellipsoid) -> Floats:
    """Mean of F along edges straight in longitude and latitude, by Gauss–Legendre on pieces of 5°."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    low, high = lat[:-1], lat[1:]
    pieces = max(1, int(np.ceil(float(np.abs(high - low).max()) / 5.0)))
    out = np.zeros_like(low)
    for k in range(pieces):
        a = low + (high - low) * k / pieces
        b = low + (high - low) * (k + 1) / pieces
        for node, weight in zip(nodes, weights, strict=True):
            out += weight / (2 * pieces) * _from(0.5 * (a + b) + 0.5 * node * (b - a), base, body)
    return out


def divided(
    lon: Floats, lat: Floats, body: Ellipsoid, longest_m: float = LONG_EDGE_M
) -> tuple[Floats, Floats]:
    """A ring whose edges are divided along the geodesic until none is longer than `longest_m`.

    Beyond POLAR_DEGREES, where longitude runs fast, they are halved until none
    turns more than POLAR_TURN either.
    """
    azimuth, _, length = map(np.asarray, body.geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:]))
    pieces = np.maximum(1, np.ceil(length / longest_m)).astype(np.int64)
    lon, lat = _split(lon, lat, azimuth, length, pieces, body)
    for _ in range(64):
        turns = np.abs(wrapped(lon)) * _RADIAN > POLAR_TURN
        turns &= np.maximum(np.abs(lat[1:]), np.abs(lat[:-1])) > POLAR_DEGREES
        if not turns.any():
            break
        azimuth, _, length = map(np.asarray, body.geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:]))
        turns &= length > 1e-3
        if not turns.any():
            break
        lon, lat = _split(lon, lat, azimuth, length, np.where(turns, 2, 1), body)
    return lon, lat


def _split(
    lon: Floats, lat: Floats, azimuth: Floats, length: Floats, pieces: Ints, body: Ellipsoid
) -> tuple[Floats, Floats]:
    """Divide every edge into a number of equal pieces along its geodesic."""
    if pieces.max(initial=1) == 1:
        return lon, lat
    edge = np.repeat(np.arange(len(pieces)), pieces)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    out_lon, out_lat = lon[:-1][edge].copy(), lat[:-1][edge].copy()
    new = step > 0
    e = edge[new]
    out_lon[new], out_lat[new], _ = body.geod.fwd(
        lon[:-1][e], lat[:-1][e], azimuth[e], length[e] * step[new] / pieces[e]
    )
    return np.append(out_lon, lon[-1]), np.append(out_lat, lat[-1])


def perimeters(rings: Rings, model: str, body: Ellipsoid) -> Floats:
    """Length of all rings of every feature, holes included, m; NaN where missing."""
    lengths = np.zeros(len(rings.lon))
    if len(lengths) > 1:
        lengths[:-1] = edge_lengths(rings.lon, rings.lat, model, body)
    lengths[rings.start[1:] - 1] = 0.0  # from the end of one ring to the next
    ring = np.repeat(np.arange(len(rings.sign)), np.diff(rings.start))
    per_ring = np.bincount(ring, weights=lengths, minlength=len(rings.sign))
    out = np.bincount(rings.feature, weights=per_ring, minlength=rings.count).astype(np.float64)
    out[rings.missing] = np.nan
    return out


def edge_lengths(lon: Floats, lat: Floats, model: str, body: Ellipsoid) -> Floats:
    """Length of the edges between consecutive vertices, m.

    Geodesic edges by GeographicLib. Edges straight in longitude and latitude
    by Gauss–Legendre along the edge.
    """
    if model == "geodesic":
        return np.asarray(body.geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], dtype=np.float64)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    phi = np.radians(lat)
    dlon = wrapped(lon) * _RADIAN
    dphi = np.diff(phi)
    out = np.zeros_like(dlon)
    for node, weight in zip(nodes, weights, strict=True):
        at = phi[:-1] + dphi * (1.0 + node) / 2
        w = 1.0 - body.e2 * np.sin(at) ** 2
        across = body.a / np.sqrt(w) * np.cos(at) * dlon
        along = body.a * (1.0 - body.e2) / w**1.5 * dphi
        out += weight / 2 * np.hypot(across, along)
    return out
