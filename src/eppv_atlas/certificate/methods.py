"""The area by every method, and why each differs from the geodesic one.

Floor 3, part of certificate: knows shapes and the area engine; no cases, no files.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyproj
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import ELLIPSOIDS, area_m2
from eppv_atlas.area.edges import divided, edge_lengths
from eppv_atlas.area.rings import Floats, Rings
from eppv_atlas.area.survey import SurveyRule
from eppv_atlas.certificate.record import AreaBy
from eppv_atlas.model import Name
from eppv_atlas.units import number_text

BODY: Final = ELLIPSOIDS["CGCS2000"]
DENSE_M: Final = 10.0
"""Edges are divided along the geodesic until none is longer, for the equal-area check ..."""
DENSE_PIECES: Final = 100_000
"""... or longer than the perimeter by this, where that is more."""
WIDEST: Final = 60.0
"""Degrees of longitude beyond which no plane value is given."""

_WHY_SURVEY: Final = Name(
    en="Each edge is straight in the 3° Gauss–Krüger plane of its polygon, with a point every 70 m; plane "
    "coordinates are rounded to 0.1 mm, latitude and longitude to 0.000001″ and the result to 0.01 m².",
    zh="各边在其多边形所在 3° 带高斯—克吕格平面上为直线，每 70 米内插一点；平面坐标取至 0.1 毫米，"
    "经纬度取至 0.000001″，结果取至 0.01 平方米。",
)


def values(geometry: BaseGeometry, found: Rings, base: float) -> tuple[AreaBy, ...]:
    """The area by every method, with its difference from the geodesic one."""
    west, _, east, _ = geometry.bounds
    wide = east - west > WIDEST
    step_m = max(DENSE_M, float(np.ceil(lengths(found).sum() / DENSE_PIECES)))
    middle = (west + east) / 2
    meridian = float(SurveyRule().meridian(np.array([middle]))[0])
    shape = f"+a={BODY.a!r} +rf={BODY.rf!r}"
    kruger = f"+proj=tmerc +lat_0=0 +lon_0={meridian:g} +k=1 +x_0=500000 +y_0=0 {shape}"
    equal = f"+proj=cea +lat_ts=30 +lon_0={middle!r} +x_0=0 +y_0=0 {shape}"
    none = Name(
        en=f"none: the shape spans more than {WIDEST:g}° of longitude",
        zh=f"无：图形跨越的经度超过 {WIDEST:g}°",
    )

    def row(
        method: str,
        name: Name,
        value: float | None,
        why: Name,
        crs: str | None = None,
        proj: str | None = None,
    ) -> AreaBy:
        difference = None if value is None else value - base
        share = None if difference is None else difference / base * 1e6
        return AreaBy(method, name, crs, proj, value, difference, share, why if value is not None else none)

    return (
        row(
            "geodesic",
            Name(en="geodesic edges", zh="测地线边"),
            base,
            Name(en="The value that the others are compared with.", zh="其余各值与之比较。"),
        ),
        row(
            "lonlat",
            Name(en="edges straight in longitude and latitude", zh="经纬度直线边"),
            area_m2(geometry, "lonlat"),
            _why_lonlat(found),
        ),
        row(
            "survey",
            Name(en="land survey's rule (ellipsoidal area of a patch)", zh="国土调查规则（图斑椭球面积）"),
            None if wide else area_m2(geometry, "survey"),
            _WHY_SURVEY,
        ),
        row(
            "gauss-kruger",
            Name(
                en=f"3° Gauss–Krüger plane, central meridian {meridian:g}°",
                zh=f"3° 带高斯—克吕格平面，中央经线 {meridian:g}°",
            ),
            None if wide else _plane_m2(found, kruger),
            _why_kruger(found, kruger, meridian),
            # 4534 (75° E) to 4554 (135° E): CGCS2000 / 3-degree Gauss-Kruger CM ...
            f"EPSG:{4534 + round((meridian - 75) / 3)}" if 75 <= meridian <= 135 else None,
            kruger,
        ),
        row(
            "equal-area",
            Name(
                en="cylindrical equal-area plane as EPSG:6933, vertices as they are",
                zh="等积圆柱平面（同 EPSG:6933），顶点不加密",
            ),
            None if wide else _plane_m2(found, equal),
            Name(
                en="The plane keeps areas, but edges are its chords instead of geodesics; EPSG:6933 itself stands on "
                "the WGS 84 ellipsoid, this one on that of CGCS2000.",
                zh="该平面保持面积，但各边是平面上的弦而非测地线；EPSG:6933 用 WGS 84 椭球，此处用 CGCS2000 椭球。",
            ),
            proj=equal,
        ),
        row(
            "equal-area-dense",
            Name(
                en=f"the same plane, edges divided along the geodesic every {step_m:g} m",
                zh=f"同一平面，各边沿测地线每 {step_m:g} 米加密",
            ),
            None if wide else _plane_m2(_dense(found, step_m), equal),
            Name(
                en="What is left is the chords of the short pieces and the rounding of numbers: it confirms the "
                "geodesic value by another way.",
                zh="只剩短弦与数值舍入之差：以另一途径印证测地线值。",
            ),
            proj=equal,
        ),
    )


def _why_lonlat(found: Rings) -> Name:
    """How far edges straight in longitude and latitude bow from geodesics."""
    turn = np.diff(found.lon)
    turn = np.abs(np.radians(turn - 360.0 * np.round(turn / 360.0)))
    middle = np.radians(found.lat[:-1] + found.lat[1:]) / 2
    bow = float(np.max(lengths(found)[:-1] * turn * np.abs(np.sin(middle)) / 8))
    most = number_text(float(f"{bow:.2g}"))
    return Name(
        en=f"An edge straight in longitude and latitude bows from the geodesic, here by up to about {most} m; "
        "only in this model do the pieces of a planar overlay add up.",
        zh=f"经纬度直线边偏离测地线，此处最多约 {most} 米；只有此模型下平面叠加的各块面积之和等于整体。",
    )


def _why_kruger(found: Rings, proj: str, meridian: float) -> Name:
    """How much the plane enlarges areas over the shape."""
    away = found.lon - meridian
    scale = (np.asarray(pyproj.Proj(proj).get_factors(found.lon, found.lat).areal_scale) - 1.0) * 1e6
    across = bool(away.min() <= 0.0 <= away.max())
    low, high = 0.0 if across else float(scale.min()), float(scale.max())
    beyond = float(np.abs(away).max()) > 1.5
    return Name(
        en=f"The plane enlarges areas with the distance from its central meridian, over this shape by {low:.1f} to "
        f"{high:.1f} millionths; edges are chords of the plane"
        + ("; the shape reaches beyond the 3° zone." if beyond else "."),
        zh=f"离中央经线越远，平面上的面积越大，在本图形范围内大百万分之 {low:.1f} 至 {high:.1f}；各边为平面上的弦"
        + ("；图形超出该 3° 带。" if beyond else "。"),
    )


def lengths(found: Rings) -> Floats:
    """Geodesic length of every edge, m; 0 between one ring and the next."""
    out = np.append(edge_lengths(found.lon, found.lat, "geodesic", BODY), 0.0)
    out[found.start[1:] - 1] = 0.0
    return out


def _plane_m2(found: Rings, proj: str) -> float:
    """Area in a plane, shells less holes; each ring relative to its first vertex."""
    x, y = pyproj.Proj(proj)(found.lon, found.lat)
    counts = np.diff(found.start)
    x = x - np.repeat(x[found.start[:-1]], counts)
    y = y - np.repeat(y[found.start[:-1]], counts)
    twice = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    twice[found.start[1:] - 1] = 0.0  # from the end of one ring to the next
    return float(np.sum(np.abs(np.add.reduceat(twice, found.start[:-1])) * found.sign) / 2)


def _dense(found: Rings, step_m: float) -> Rings:
    """The same rings with edges divided along the geodesic."""
    rings = [
        divided(found.lon[a:b], found.lat[a:b], BODY, step_m)
        for a, b in zip(found.start[:-1], found.start[1:], strict=True)
    ]
    start = np.cumsum([0, *(len(lon) for lon, _ in rings)], dtype=np.int64)
    lon, lat = (np.concatenate(part) for part in zip(*rings, strict=True))
    return Rings(lon, lat, start, found.sign, found.feature, found.missing)


def web_mercator(geometry: BaseGeometry) -> float:
    """Areal scale of EPSG:3857 at the middle of the shape."""
    _, south, _, north = geometry.bounds
    sine = float(np.sin(np.radians((south + north) / 2)))
    across = BODY.b2 / (1.0 - BODY.e2 * sine * sine) ** 2  # M N
    return BODY.a**2 / (across * (1.0 - sine * sine))
