"""The land survey's ellipsoidal area of a patch (图斑椭球面积).

Notice 国土调查办发〔2008〕32号 and TD/T 1055: vertices are taken in the Gauss–Krüger
plane of their zone; an edge gets one point for every full 70 m, evenly *on that
plane*; every point goes back to latitude B and longitude L; each edge then adds
the trapezoid between itself and a meridian L₀,

    S = 2 b² ΔL [ A sin(ΔB/2) cos Bm − B sin(3ΔB/2) cos 3Bm + C sin(5ΔB/2) cos 5Bm
                  − D sin(7ΔB/2) cos 7Bm + E sin(9ΔB/2) cos 9Bm ],

with ΔL the edge's mean longitude less L₀ and A … E series in e², the *first*
eccentricity squared. So says the notice's formula; its pseudocode slips to the
second (``e = ParaE2``), which makes areas 2e-5 too large at 30° N, 6e-5 at 53° N.

L₀ may be any meridian, for a closed ring the trapezoids between two choices
cancel. Here it is that of the ring's first vertex, so that a small parcel is
not the difference of strips of 100 km. The projection is good to 1e-8 m; the
notice's own inverse series ends at y⁶.

Roundings are half up (四舍五入). That of the area applies once, to the whole
patch less its holes, which is how we read a rule for the area *of a patch*;
rounded rings would add up an error for every hole. The later adjustment of
patches to the control area of their sheet or village is no part of this.

Floor 2, part of area: knows rings and ellipsoids; no cases and no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from eppv_atlas.area.ellipsoids import Ellipsoid
from eppv_atlas.area.rings import Floats, Ints, Rings
from eppv_atlas.errors import AreaError

REACH: Final = np.radians(45.0)
"""Difference of longitude from the central meridian beyond which the plane is no use."""
CHUNK: Final = 16_384
POINTS: Final = 524_288
_SECOND: Final = np.pi / 648_000.0


@dataclass(frozen=True)
class SurveyRule:
    """The steps of the land survey's rule; None switches a step off.

    Attributes
    ----------
    zone_width
        Width of the zones in degrees, 3 or 6.
    central_meridian
        Degrees; None for that of the zone in which the middle of the shell
        lies. Holes lie in the plane of their shell.
    plane_decimals, inserted_decimals
        Decimals of plane coordinates in m, of vertices and of inserted points.
    insert_every_m
        An edge gets ⌊length / this⌋ points, evenly on the plane.
    second_decimals, area_decimals
        Decimals of B and L in seconds, and of the area of a patch in m².
    """

    zone_width: int = 3
    central_meridian: float | None = None
    plane_decimals: int | None = 4
    insert_every_m: float | None = 70.0
    inserted_decimals: int | None = 6
    second_decimals: int | None = 6
    area_decimals: int | None = 2

    def __post_init__(self) -> None:
        if self.zone_width not in {3, 6}:
            raise AreaError(
                f"there are Gauss–Krüger zones of 3° and of 6°, none of {self.zone_width}°",
                f"高斯—克吕格投影分 3° 带和 6° 带，没有 {self.zone_width}° 带",
            )
        steps = (self.plane_decimals, self.inserted_decimals, self.second_decimals, self.area_decimals)
        if any(step is not None and (isinstance(step, bool) or step < 0) for step in steps):
            raise AreaError(
                "a number of decimals is 0 or more, or None to switch the step off",
                "小数位数为 0 或正整数；None 表示不取舍",
            )
        if self.insert_every_m is not None and not self.insert_every_m > 0.0:
            raise AreaError(
                f"points cannot be inserted every {self.insert_every_m} m",
                f"无法每 {self.insert_every_m} 米内插一点",
            )

    def meridian(self, lon: Floats) -> Floats:
        """Central meridian of the zones in which longitudes lie, degrees."""
        if self.central_meridian is not None:
            return np.full_like(lon, self.central_meridian)
        shift = 0.5 if self.zone_width == 3 else 0.0  # zone 1 begins at 1.5° E, or at 0°
        zone = np.floor(lon / self.zone_width + shift)
        return np.asarray(zone * self.zone_width + (0.0 if self.zone_width == 3 else 3.0))


def areas(rings: Rings, body: Ellipsoid, rule: SurveyRule) -> Floats:
    """Area of every feature, shells less holes, rounded at the end, m²; NaN where missing.

    Raises
    ------
    AreaError
        If a feature reaches beyond 45° from its central meridian.
    """
    per_ring = ring_areas(rings, body, rule)
    out = np.bincount(rings.feature, weights=per_ring * rings.sign, minlength=rings.count).astype(np.float64)
    out = rounded(out, rule.area_decimals)
    out[rings.missing] = np.nan
    return out


def ring_areas(rings: Rings, body: Ellipsoid, rule: SurveyRule) -> Floats:
    """Area of every ring, m², never negative, not rounded. Raises as :func:`areas` does."""
    out = np.zeros(len(rings.sign))
    for first, last in _batches(rings):
        full, start, (lon, lat) = _enclosing(rings.start[first : last + 1], rings.lon, rings.lat)
        if not full.any():
            continue
        at, counts = start[:-1], np.diff(start)
        from_first = lon - np.repeat(lon[at], counts)
        from_first -= 360.0 * np.round(from_first / 360.0)
        low, high = np.minimum.reduceat(from_first, at), np.maximum.reduceat(from_first, at)
        # a hole lies in the plane of its shell
        shell = np.maximum.accumulate(np.where(rings.sign[first:last][full] > 0, np.arange(len(at)), 0))
        meridian = rule.meridian((lon[at] + 0.5 * (low + high))[shell])
        away = lon - np.repeat(meridian, counts)
        away = np.radians(away - 360.0 * np.round(away / 360.0))
        if (far := np.flatnonzero(np.abs(away) > REACH)).size:
            ring = int(np.searchsorted(start, far[0], side="right")) - 1
            raise _too_far(int(rings.feature[first:last][full][ring]), float(meridian[ring]))
        phi = np.radians(lat)
        if rule.plane_decimals is None and rule.insert_every_m is None:  # no need of the plane
            out[first:last][full] = _trapezoids(phi, away, start, meridian, body, rule)
        else:
            east, north = _gauss_kruger(body).transform(away, phi, radians=True)
            out[first:last][full] = _from_plane(north, east, start, meridian, body, rule)
    return out


def ring_areas_plane(
    northing_m: Floats,
    easting_m: Floats,
    central_meridian: float,
    body: Ellipsoid,
    rule: SurveyRule,
    start: Ints | None = None,
) -> Floats:
    """Area of rings given in the Gauss–Krüger plane, m², never negative, not rounded.

    Parameters
    ----------
    northing_m
        Distance from the equator: the survey's X, GIS software's *second* number.
    easting_m
        Distance from the central meridian and 500 km: the survey's Y, GIS
        software's *first* number. Six digits, or eight with the zone before them.
    central_meridian
        Central meridian in degrees; that of the rule is not looked at.
    body, rule
        Ellipsoid, and steps to be taken.
    start
        Index of the first vertex of every ring and the number of vertices;
        None for a single ring. The first vertex of a ring is repeated as last.

    Raises
    ------
    AreaError
        If a ring is not closed, or its zone not that of the central meridian.
    """
    given_north, given_east = np.asarray(northing_m, np.float64), np.asarray(easting_m, np.float64)
    given = np.array([0, len(given_north)]) if start is None else np.asarray(start, np.int64)
    full, bounds, (north, east) = _enclosing(given, given_north, given_east)
    out = np.zeros(len(full))
    if full.any():
        first, last = bounds[:-1], bounds[1:] - 1
        if (north[first] != north[last]).any() or (east[first] != east[last]).any():
            raise AreaError(
                "a ring in the plane is not closed: repeat its first vertex as last",
                "平面坐标的环没有闭合：请在末尾重复首点",
            )
        east = _without_zone(east, central_meridian, rule)
        meridian = np.full(len(first), float(central_meridian))
        out[full] = _from_plane(north, east, bounds, meridian, body, rule)
    return out


def rounded(values: Floats, decimals: int | None) -> Floats:
    """Values rounded half up, away from zero, as the survey does; None leaves them."""
    if decimals is None:
        return values
    scale = 10.0**decimals
    return np.asarray(np.copysign(np.floor(np.abs(values) * scale + 0.5) / scale, values))


def _from_plane(
    north: Floats, east: Floats, start: Ints, meridian: Floats, body: Ellipsoid, rule: SurveyRule
) -> Floats:
    """Areas of closed rings in the plane; runs of them, so that inserted points need little memory."""
    north, east = rounded(north, rule.plane_decimals), rounded(east, rule.plane_decimals)
    inserted = np.zeros(len(north), dtype=np.int64)
    if rule.insert_every_m is not None:
        length = np.hypot(np.diff(north), np.diff(east))
        inserted[:-1] = np.floor(length / rule.insert_every_m).astype(np.int64)
        inserted[start[1:] - 1] = 0  # from the end of one ring to the next
    points = np.cumsum(np.add.reduceat(inserted + 1, start[:-1]))
    parts = []
    first = 0
    while first < len(points):
        upto = (points[first - 1] if first else 0) + POINTS
        last = max(first + 1, int(np.searchsorted(points, upto, side="right")))
        some = slice(start[first], start[last])
        here = start[first : last + 1] - start[first]
        n, e, here = _with_points(north[some], east[some], here, inserted[some], rule)
        away, phi = _gauss_kruger(body).transform(e, n, radians=True, direction="INVERSE")
        parts.append(_trapezoids(phi, away, here, meridian[first:last], body, rule))
        first = last
    return np.concatenate(parts)


def _with_points(
    north: Floats, east: Floats, start: Ints, inserted: Ints, rule: SurveyRule
) -> tuple[Floats, Floats, Ints]:
    """Rings with points inserted evenly after each vertex, and where the rings then start."""
    if not inserted.any():
        return north, east, start
    total = _starts(inserted + 1)
    edge = np.repeat(np.arange(len(north)), inserted + 1)
    step = np.arange(total[-1]) - total[:-1][edge]
    new = np.flatnonzero(step)
    along = step[new] / (inserted[edge[new]] + 1.0)
    out = []
    for values in (north, east):
        full = values[edge]
        ahead = np.append(np.diff(values), 0.0)[edge[new]]
        full[new] = rounded(full[new] + ahead * along, rule.inserted_decimals)
        out.append(full)
    return out[0], out[1], total[start]


def _trapezoids(
    phi: Floats, away: Floats, start: Ints, meridian: Floats, body: Ellipsoid, rule: SurveyRule
) -> Floats:
    """Areas of closed rings as sums of trapezoids; radians, longitudes from the central meridian."""
    counts = np.diff(start)
    at = start[:-1]
    if rule.second_decimals is not None:
        phi = rounded(phi / _SECOND, rule.second_decimals) * _SECOND
        base = np.repeat(meridian * 3600.0, counts)
        away = (rounded(away / _SECOND + base, rule.second_decimals) - base) * _SECOND
    away = away - np.repeat(away[at], counts)  # L₀: the meridian of the first vertex
    half = 0.5 * np.diff(phi, append=phi[-1])
    half[start[1:] - 1] = 0.0  # from the end of one ring to the next
    middle = phi + half
    following = np.append(away[1:], 0.0)
    # sines and cosines of 1, 3, 5, 7 and 9 times an angle, each from the two before
    sine, cosine = np.sin(half), np.cos(middle)
    sine_turn, cosine_turn = 2.0 - 4.0 * sine * sine, 4.0 * cosine * cosine - 2.0
    sine_before, cosine_before = -sine, cosine
    total = np.zeros_like(half)
    for coefficient in coefficients(body.e2):
        total += coefficient * sine * cosine
        sine, sine_before = sine_turn * sine - sine_before, sine
        cosine, cosine_before = cosine_turn * cosine - cosine_before, cosine
    total *= away + following
    return np.asarray(body.b2 * np.abs(np.add.reduceat(total, at)))


def coefficients(e2: float) -> tuple[float, float, float, float, float]:
    """A, −B, C, −D and E of the notice, by the first eccentricity squared."""
    e4, e6, e8 = e2**2, e2**3, e2**4
    return (
        1.0 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        -(1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8),
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        -(1 / 112 * e6 + 45 / 2304 * e8),
        5 / 2304 * e8,
    )


@lru_cache(maxsize=8)
def _gauss_kruger(body: Ellipsoid) -> Transformer:
    """Longitude from the central meridian and latitude, radians → easting and northing, m."""
    a, rf = float(body.a), float(body.rf)
    shape = f"+a={a!r} +rf={rf!r}" if np.isfinite(rf) else f"+R={a!r}"
    return Transformer.from_pipeline(
        f"+proj=tmerc +algo=poder_engsager +lat_0=0 +lon_0=0 +k=1 +x_0=500000 +y_0=0 {shape}"
    )


def _batches(rings: Rings) -> Iterator[tuple[int, int]]:
    """First and last ring of runs of whole polygons, each run as large as the cache likes."""
    shells = np.append(np.flatnonzero(rings.sign > 0), len(rings.sign))
    first = 0
    while first < len(rings.sign):
        last = int(np.searchsorted(rings.start, rings.start[first] + CHUNK, side="right")) - 1
        shell = int(np.searchsorted(shells, last, side="right")) - 1
        if shells[shell] <= first:  # one polygon is larger than that
            shell += 1
        yield first, int(shells[shell])
        first = int(shells[shell])


def _enclosing(start: Ints, *vertices: Floats) -> tuple[NDArray[np.bool_], Ints, list[Floats]]:
    """Which rings enclose something, where these start, and their vertices."""
    counts = np.diff(start)
    full = counts >= 4
    taken = [values[start[0] : start[-1]] for values in vertices]
    if full.all():
        return full, start - start[0], taken
    of_vertex = np.repeat(full, counts)
    return full, _starts(counts[full]), [values[of_vertex] for values in taken]


def _starts(counts: Ints) -> Ints:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _without_zone(east: Floats, central_meridian: float, rule: SurveyRule) -> Floats:
    """Eastings without the number of the zone before them."""
    zone = np.floor(east / 1e6)
    expected = (central_meridian + (rule.zone_width - 3.0)) / rule.zone_width
    if (wrong := np.flatnonzero((zone != expected) & (zone > 0))).size:
        at = east[wrong[0]]
        raise AreaError(
            f"easting {at:.0f} m is not of the {rule.zone_width}° zone with central meridian {central_meridian:g}°",
            f"横坐标 {at:.0f} 米不在中央子午线 {central_meridian:g}° 的 {rule.zone_width}° 带内",
        )
    return np.asarray(east - zone * 1e6)


def _too_far(feature: int, meridian: float) -> AreaError:
    return AreaError(
        f"feature {feature} reaches beyond 45° from its central meridian {meridian:g}°: "
        "too far for the survey's plane; take model 'geodesic'",
        f"要素 {feature} 距中央子午线 {meridian:g}° 超过 45°，超出国土调查所用平面；请用 geodesic 模型",
    )
