"""Coordinates settled: read in the one way that is declared or asked for and fits, or refused with all that could be meant.

Floor 3, part of intake: knows CRS, shifts and counties; must not know files, zones or cases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.intake import plane, shift
from eppv_atlas.intake.layer import doubt, refusal, refused
from eppv_atlas.patches import way_to_lonlat

_FITS: Final = 0.5
_OLD_M: Final = 130
"""What an older datum may be off by without its local parameters, m.

The surveying administration's guide for the change to CGCS2000 (2008) gives
plane differences within China of up to 62 and 84 m for Beijing 54, and of up to
43 and 119 m for Xi'an 80.
"""
_EDGE_M: Final = 5000.0
_FOOT_M: Final = 0.3048
_SHIFTED: Final = {
    "gcj02": "gcj02", "gcj-02": "gcj02", "gcj": "gcj02", "火星": "gcj02", "高德": "gcj02",
    "bd09": "bd09", "bd-09": "bd09", "bd09ll": "bd09", "百度": "bd09",
}  # fmt: skip
_DEGREES: Final = {
    "wgs84": "OGC:CRS84",
    "wgs-84": "OGC:CRS84",
    "crs84": "OGC:CRS84",
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
}


@dataclass(frozen=True)
class Asked:
    """What somebody says the coordinates are.

    Attributes
    ----------
    crs
        CRS, as an authority's code or a definition.
    shift
        ``gcj02`` or ``bd09`` where they are those of a web map, else empty.
    """

    crs: str
    shift: str = ""


@dataclass(frozen=True)
class Settled:
    """Shapes in longitude and latitude, and how they came to be there.

    Attributes
    ----------
    shapes
        In OGC:CRS84, two dimensions, shape (n,).
    crs, name
        CRS that they were read in, as a code where there is one, and its name.
    swapped
        Whether the first number was the northing or the latitude.
    shift
        Shift of a web map that was taken off.
    doubts
        What is to be looked at.
    """

    shapes: NDArray[Any]
    crs: str
    name: str
    swapped: bool = False
    shift: str = ""
    doubts: tuple[Problem, ...] = ()


def asked_for(text: str) -> Asked:
    """What ``--crs`` says.

    Raises
    ------
    UsageError
        If it is no CRS.
    """
    word = text.strip().lower().replace("_", "-")
    if word in _SHIFTED:
        return Asked("OGC:CRS84", _SHIFTED[word])
    code = _DEGREES.get(word) or (f"EPSG:{word}" if re.fullmatch(r"\d{4,6}", word) else text.strip())
    if len(code) > 5000 or _known(code) is None:
        raise UsageError(
            f"{text[:60]!r} is no CRS; say a code such as EPSG:4527, CGCS2000, WGS84, GCJ02 or BD09",
            f"{text[:60]!r} 不是坐标系；请写代码，如 EPSG:4527、CGCS2000、WGS84、GCJ02 或 BD09",
        )
    return Asked(code)


def settle(
    file: str,
    shapes: NDArray[Any],
    places: Sequence[str],
    declared: str | None,
    asked: Asked | None = None,
    *,
    swap: bool = False,
) -> Settled:
    """Bring shapes into longitude and latitude.

    Parameters
    ----------
    file
        Name for messages.
    shapes
        As the file has them, shape (n,).
    places
        Codes of the units in which they should lie.
    declared
        CRS that the file declares.
    asked
        CRS that the user says; it counts for more.
    swap
        Whether the user says that the first number is the northing or the latitude.

    Raises
    ------
    DataError
        If the coordinates can be read in several ways, or in none that fits; one problem names them all.
    """
    flat = shapely.force_2d(shapes)
    points = shapely.get_coordinates(flat)
    _finite(file, flat)
    if asked is None and not swap:
        return _declared(file, flat, points, places, declared)
    taken = asked or Asked(declared or "OGC:CRS84")
    return _moved(file, flat, taken, swap=swap)


def _declared(
    file: str, flat: NDArray[Any], points: NDArray[np.float64], places: Sequence[str], declared: str | None
) -> Settled:
    """Take what the file declares where it fits; else say what would."""
    known = _known(declared)
    odd = declared is not None and known is None
    found = plane.look(points, places, known)
    fitting = [one for one in found.readings if one.fits]
    if known is not None and found.declared is not None and found.declared >= _FITS:
        return _moved(file, flat, Asked(known), swap=False)
    way = found.way
    if declared is None and way is not None and way.kind == "degrees" and not way.swapped:
        settled = _moved(file, flat, Asked("OGC:CRS84"), swap=False)
        unsaid = doubt(
            file,
            "crs",
            "declares no CRS; its degrees were taken as WGS 84 or CGCS2000 (the same within a metre). On an older datum "
            f"they would be off by up to {_OLD_M} m, from a web map by up to 700 m: say --crs",
            "没有标注坐标系；经纬度按 WGS 84 或 CGCS2000 接收（两者相差不到 1 米）。若为旧坐标系，偏差可达 "
            f"{_OLD_M} 米；若描自网络地图，可达 700 米：请用 --crs 指定",
        )
        return Settled(settled.shapes, settled.crs, settled.name, doubts=(*settled.doubts, unsaid))
    raise DataError([_unsettled(file, found, fitting, points, places, declared, odd=odd)])


def _known(declared: str | None) -> str | None:
    if declared is None:
        return None
    try:
        CRS.from_user_input(declared)
    except (CRSError, ProjError, ValueError):
        return None
    return declared


def _unsettled(
    file: str,
    found: plane.Findings,
    fitting: Sequence[plane.Reading],
    points: NDArray[np.float64],
    places: Sequence[str],
    declared: str | None,
    *,
    odd: bool,
) -> Problem:
    """Why coordinates are not taken, and how they could be meant."""
    if declared is None:
        said_en, said_zh = "declares no CRS", "没有标注坐标系"
    elif odd:
        said_en, said_zh = "declares a CRS that cannot be known", "所标坐标系无法识别"
    elif found.number is not None and found.says is not None:
        said_en = (
            f"declares the central meridian {found.says:g}°, but its eastings begin with zone {found.number}"
        )
        said_zh = f"标注中央经线 {found.says:g}°，而横坐标带号为 {found.number}"
    else:
        name = _name(declared)
        said_en = f"declares {name}, by which it lies outside the places of the case"
        said_zh = f"标注为 {name}，按此不在案例所在行政区内"
    if fitting:
        ways = _ways(fitting)
        one = len(fitting) == 1 and len(ways) == 1
        en = f"{said_en}; {'it fits as' if one else 'several ways fit, choose one'}: "
        zh = f"{said_zh}；{'可读作' if one else '有几种读法，请选其一'}："
        return refusal(file, "crs", en + "; ".join(e for e, _ in ways), zh + "；".join(z for _, z in ways))
    feet = [
        one for one in plane.look(points * _FOOT_M, places).readings if one.fits and one.way.kind != "degrees"
    ]
    if feet:
        return refusal(
            file,
            "feet",
            f"{said_en}; its numbers fit if they are feet; export it in metres",
            f"{said_zh}；若单位为英尺则相符；请以米为单位重新导出",
        )
    where = list(
        dict.fromkeys(f"{one.place.name_zh} {one.place.code}" for one in found.readings if one.place)
    )[:4]
    near_en = f"; read otherwise it lies in {', '.join(where)}" if where else ""
    near_zh = f"；换一种读法则位于{'、'.join(where)}" if where else ""
    return refusal(
        file,
        "place",
        f"{said_en}; in no way that we know does it lie in {', '.join(places)}{near_en}; correct the case's places or say --crs",
        f"{said_zh}；任何已知读法都不在 {'、'.join(places)} 内{near_zh}；请改正案例的 places 或用 --crs 指定",
    )


def _ways(fitting: Sequence[plane.Reading]) -> list[tuple[str, str]]:
    """How a user says each way that fits, and where it puts the shapes."""
    out = []
    for one in fitting[:6]:
        where = f" → {one.place.name_zh} {one.share:.0%}" if one.place else f" → {one.share:.0%}"
        swap = " --swap" if one.way.swapped else ""
        datums = plane.DATUMS if one.way.kind in {"three", "six"} else plane.DATUMS[:1]
        codes = [f"--crs {one.way.crs(datum)}{swap} ({datum}{_zone(one.way)})" for datum in datums]
        if one.way.kind not in {"three", "six"}:
            codes = [f"--crs {one.way.crs()}{swap}"]
        out.append((" or ".join(codes) + where, " 或 ".join(codes) + where))
    return out


def _zone(way: plane.Way) -> str:
    degrees = 3 if way.kind == "three" else 6
    return f", {degrees}°, {way.meridian}°E"


def _moved(file: str, flat: NDArray[Any], taken: Asked, *, swap: bool) -> Settled:
    """Shapes in degrees, read as `taken` says."""
    doubts: list[Problem] = []
    crs = CRS.from_user_input(taken.crs)
    shapes = shapely.transform(flat, lambda xy: xy[:, ::-1]) if swap else flat
    if crs.is_projected:
        shapes = shapely.segmentize(shapes, _EDGE_M / _metre(crs))
    if not taken.shift:
        mover, old = _mover(taken.crs)
        if old:
            doubts.append(
                doubt(
                    file,
                    "datum",
                    f"is in {crs.name}, whose shift to CGCS2000 needs local parameters; without them it is off by up to "
                    f"about {_OLD_M} m. Transform it first where that matters",
                    f"为 {crs.name}，转到 CGCS2000 须用本地参数；未用参数时偏差可达约 {_OLD_M} 米，要求精确时请先自行转换",
                )
            )
        if mover is not None:
            shapes = shapely.transform(
                shapes, lambda xy: np.column_stack(mover.transform(xy[:, 0], xy[:, 1]))
            )
    else:
        shapes = shapely.transform(shapes, lambda xy: shift.taken_off(xy, taken.shift))
        name = shift.NAMES[taken.shift]
        doubts.append(
            doubt(
                file,
                "shift",
                f"was taken as {name} and moved back to WGS 84",
                f"按 {name} 接收，已改回 WGS 84",
            )
        )
    _finite(file, shapes)
    name = shift.NAMES[taken.shift] if taken.shift else crs.name
    return Settled(shapes, _code(crs, taken.crs), name, swap, taken.shift, tuple(doubts))


def _code(crs: CRS, text: str) -> str:
    code = crs.to_authority(min_confidence=70)
    return ":".join(code) if code else (text if len(text) < 40 else crs.name)


def _name(declared: str) -> str:
    crs = CRS.from_user_input(declared)
    return f"{crs.name}"[:80]


def _metre(crs: CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0


@lru_cache(maxsize=8)
def _mover(code: str) -> tuple[Transformer | None, bool]:
    """What makes degrees of a CRS, and whether its datum stays the old one."""
    crs = CRS.from_user_input(code)
    known, mover = way_to_lonlat(crs)
    if known:
        return mover, False
    base = crs.geodetic_crs
    assert base is not None
    return (None if crs.is_geographic else Transformer.from_crs(crs, base, always_xy=True)), True


def _finite(file: str, shapes: NDArray[Any]) -> None:
    """Refuse numbers that are none, and points at 0°, 0°."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        raise refused(
            file,
            "finite",
            "has coordinates that are no numbers",
            "坐标不是有限的数",
            (np.unique(owner[lost]) + 1).tolist(),
        )
    null = (np.abs(xy) < 1e-6).all(axis=1)
    if null.any():
        raise refused(
            file,
            "null-island",
            "has a vertex at 0, 0, where no case lies: a missing coordinate was written as zero",
            "有顶点位于 0, 0：缺失的坐标被写成了零",
            (np.unique(owner[null]) + 1).tolist(),
        )
