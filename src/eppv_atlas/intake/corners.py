"""Polygons of a table of corner points: which columns are meant, degrees written in any way, rings in order.

Surveyors hand over ``点号, X, Y`` with north as X; what the axes are is not
decided here but by the county (``plane``).

Floor 3, part of intake: knows columns of texts; must not know files, CRS or cases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import shapely

from eppv_atlas.intake.layer import Layer, doubt, refused

_NORTH: Final = (
    "x",
    "x坐标",
    "纵坐标",
    "纵坐标x",
    "x(m)",
    "x（m）",
    "x(米)",
    "n",
    "north",
    "northing",
    "北",
    "北坐标",
)
_EAST: Final = (
    "y",
    "y坐标",
    "横坐标",
    "横坐标y",
    "y(m)",
    "y（m）",
    "y(米)",
    "e",
    "east",
    "easting",
    "东",
    "东坐标",
)
_LATITUDE: Final = ("lat", "latitude", "纬度", "北纬", "b", "纬度(b)")
_LONGITUDE: Final = ("lon", "lng", "long", "longitude", "经度", "东经", "l", "经度(l)")
_NUMBER: Final = (
    "点号",
    "界址点号",
    "拐点编号",
    "拐点",
    "编号",
    "序号",
    "point",
    "no",
    "no.",
    "id",
    "name",
    "点名",
)
_PART: Final = (
    "地块", "地块编号", "地块号", "地块名称", "图斑", "图斑号", "图斑编号", "宗地", "区块", "分区", "范围", "区域",
    "polygon", "parcel", "zone", "area", "part", "shape_id",
)  # fmt: skip
_RING: Final = ("圈号", "环号", "ring")
_DMS: Final = re.compile(
    r"""(?P<before>[NSEW东西南北])?[经纬]?\s*(?P<sign>-)?(?P<d>\d{1,3}(?:\.\d+)?)\s*[°º˚度dD:：]
    \s*(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['′’‘分m:：]?\s*(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:["″”“秒s]|''|′′)?)?)?
    \s*(?P<after>[NSEW东西南北])?""",
    re.VERBOSE,
)
_PLAIN: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")


def value_of(text: str) -> float | None:
    """A coordinate as it may be written; None where it is none.

    >>> value_of("118°30′15″E"), value_of("3 000 000.5"), value_of("27度30分"), value_of("118°75′")
    (118.50416666666666, 3000000.5, 27.5, None)
    """
    line = text.strip().translate({0xFF0C: ",", 0xFF0E: ".", 0x3002: ".", 0x00A0: None, 0x3000: None})
    line = line.replace("\u2212", "-")
    plain = line.replace(" ", "")
    if _PLAIN.fullmatch(plain):
        return float(plain.replace(",", ""))
    found = _DMS.fullmatch(line)
    if found is None:
        return None
    degrees, minutes, seconds = (float(found[name] or 0) for name in ("d", "m", "s"))
    # seconds of 60 are what programs write that round after they have divided
    whole = "." not in found["d"] and (found["m"] is None or "." not in found["m"] or found["s"] is None)
    if minutes >= 60 or seconds > 60 or (not whole and (found["m"] or found["s"])):
        return None
    side = (found["before"] or found["after"] or "").upper()
    value = degrees + minutes / 60 + seconds / 3600
    return -value if found["sign"] or side in {"S", "W", "南", "西"} else value


def outlined(layer: Layer) -> Layer:
    """Make polygons of the corner points of a table.

    Parameters
    ----------
    layer
        A table without shapes, one corner a row.

    Returns
    -------
    Layer
        One feature a parcel; its coordinates first and second as the table has them, east before north
        where the names of the columns say which is which.

    Raises
    ------
    DataError
        If no two columns are coordinates, a cell is none, or a parcel has fewer than three corners.
    """
    pair = _axes(layer.columns)
    if pair is None:
        have = ", ".join(list(layer.columns)[:12])
        raise refused(
            layer.file,
            "columns",
            f"has no columns X and Y (or 经度 and 纬度); it has: {have}",
            f"没有坐标列 X、Y（或经度、纬度）；现有：{have}",
        )
    first, second = (_numbers(layer, name) for name in pair)
    part = _column(layer.columns, _PART)
    ring = _column(layer.columns, _RING)
    parts = layer.columns[part] if part else (None,) * len(layer)
    rings = layer.columns[ring] if ring else (None,) * len(layer)
    groups: dict[str | None, dict[str | None, list[int]]] = {}
    for row, (name, number) in enumerate(zip(parts, rings, strict=True)):
        groups.setdefault(name, {}).setdefault(number, []).append(row)
    xy = np.column_stack([first, second])
    shapes = [_polygon(layer, xy, list(group.values())) for group in groups.values()]
    columns: dict[str, tuple[str | None, ...]] = {part: tuple(groups)} if part else {}
    doubts = [*layer.doubts]
    lone = part is None and len(layer) > 0
    if lone and _breaks(layer):
        doubts.append(
            doubt(
                layer.file,
                "corners",
                "has corner numbers that begin again, but no column that tells parcels apart; all corners were taken as one outline",
                "点号重新从头编号，却没有区分地块的列；全部点按一个图形接收",
            )
        )
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    return replace(layer, shapes=held, columns=columns, table=False, doubts=tuple(doubts))


def _axes(columns: Mapping[str, Sequence[str | None]]) -> tuple[str, str] | None:
    """Names of the two columns: east first where names tell it, else as they stand (X, Y)."""
    lon, lat = _column(columns, _LONGITUDE), _column(columns, _LATITUDE)
    if lon and lat:
        return lon, lat
    x, y = _column(columns, _NORTH), _column(columns, _EAST)
    return (x, y) if x and y else None


def _column(columns: Mapping[str, Sequence[str | None]], known: Sequence[str]) -> str | None:
    by_name = {re.sub(r"\s+", "", name).lower(): name for name in reversed(list(columns))}
    return next((by_name[name] for name in known if name in by_name), None)


def _numbers(layer: Layer, column: str) -> list[float]:
    found, bad = [], []
    for row, text in enumerate(layer.columns[column]):
        value = None if text is None else value_of(text)
        if value is None:
            bad.append(row + 1)
        found.append(value or 0.0)
    if bad:
        text = layer.columns[column][bad[0] - 1]
        raise refused(
            layer.file,
            "corners",
            f"row {bad[0]} below the names has no coordinate in column {column!r}: {(text or '')[:30]!r}",
            f"列名之下第 {bad[0]} 行的 {column!r} 不是坐标：{(text or '')[:30]!r}",
            bad,
        )
    return found


def _polygon(layer: Layer, xy: np.ndarray, rings: Sequence[Sequence[int]]) -> shapely.Polygon:
    for rows in rings:
        distinct = np.unique(xy[list(rows)], axis=0)
        if len(distinct) < 3:
            raise refused(
                layer.file,
                "corners",
                f"has {len(distinct)} different corners for one outline, from row {rows[0] + 1} on; three are needed",
                f"自第 {rows[0] + 1} 行起的图形只有 {len(distinct)} 个不同的点；至少要三个",
                [rows[0] + 1],
            )
    shell, *holes = (xy[list(rows)] for rows in rings)
    return shapely.Polygon(shell, holes)


def _breaks(layer: Layer) -> bool:
    """Whether the number of the first corner comes again before the end."""
    name = _column(layer.columns, _NUMBER)
    if name is None:
        return False
    numbers = [text for text in layer.columns[name] if text is not None]
    return bool(numbers) and numbers[0] in numbers[1:-1]
