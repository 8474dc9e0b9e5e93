"""The text format in which parcels are reported to the ministry: a head of properties, then corners.

::

    [属性描述]
    坐标系=2000国家大地坐标系
    几度分带=3
    带号=40
    [地块坐标]
    4,1.25,1,某地块,面,,,,@
    J1,1,3066000.12,40450000.34

North is the first number. Alone in its process; imports nothing of the rest of the package.
"""

from __future__ import annotations

from typing import Any, Final

import shapely

from . import Read, Refused

HEAD: Final = "[属性描述]"
_CORNERS: Final = "[地块坐标]"
_NAMES: Final = ("点数", "面积", "地块编号", "地块名称", "几何类型", "图幅号", "地块用途", "地类编码")
_FIRST: Final = {"2000": (4513, 4491), "80": (2349, 2327), "54": (2401, 21413)}
"""EPSG code of the first 3° and 6° zone with number, by what the name of the datum holds."""


def parcels(text: str, told: dict[str, Any]) -> Read:
    """Parcels of such a text; east before north, as the CRS that its head names wants it."""
    told |= {"layers": [""], "layer": "", "crs": None}
    head, _, body = text.partition(_CORNERS)
    properties = dict(line.split("=", 1) for line in head.splitlines() if "=" in line)
    shapes: list[bytes | None] = []
    rows: list[list[str]] = []
    rings: dict[str, list[tuple[float, float]]] = {}

    def done() -> None:
        if rows and len(rows) > len(shapes):
            said, held = rows[-1][0], sum(map(len, rings.values()))
            if said.isdigit() and int(said) != held:
                en, zh = f"promises {said} corners, {held} are there", f"称有 {said} 个点，实有 {held} 个"
                raise Refused("corners", en, zh, len(rows))
            shapes.append(_polygon(rings, len(rows)))
            rings.clear()

    for number, line in enumerate((one.strip() for one in body.splitlines()), 1):
        cells = [cell.strip() for cell in line.split(",")]
        if line.endswith("@"):
            done()
            rows.append(cells[: len(_NAMES)])
        elif line:
            if not rows or len(cells) < 4:
                raise Refused(
                    "corners",
                    f"line {number} after {_CORNERS} is no corner",
                    f"{_CORNERS} 后第 {number} 行不是界址点",
                )
            try:
                north, east = float(cells[2]), float(cells[3])
            except ValueError:
                en = f"line {number} after {_CORNERS} has no coordinates: {line[:40]!r}"
                raise Refused(
                    "corners", en, f"{_CORNERS} 后第 {number} 行没有坐标：{line[:40]!r}", len(rows)
                ) from None
            rings.setdefault(cells[1], []).append((east, north))
    done()
    if not shapes:
        raise Refused("corners", "holds no parcel", "没有地块")
    told["crs"] = _crs(properties, rings_east=shapely.from_wkb(shapes[0]).bounds[0])
    columns = {
        name: [(row[i] or None) if i < len(row) else None for row in rows] for i, name in enumerate(_NAMES)
    }
    return shapes, columns


def _polygon(rings: dict[str, list[tuple[float, float]]], number: int) -> bytes:
    if not rings or any(len(set(ring)) < 3 for ring in rings.values()):
        raise Refused("corners", "has an outline of fewer than three corners", "有图形不足三个点", number)
    shell, *holes = rings.values()
    return bytes(shapely.to_wkb(shapely.Polygon(shell, holes)))


def _crs(properties: dict[str, str], rings_east: float) -> str | None:
    """The CRS that the head names, where it names one wholly."""
    datum = properties.get("坐标系", "")
    first = next((codes for mark, codes in _FIRST.items() if mark in datum), None)
    try:
        width, zone = int(properties.get("几度分带", "")), int(properties.get("带号", ""))
    except ValueError:
        return None
    if first is None or not ((width == 3 and 25 <= zone <= 45) or (width == 6 and 13 <= zone <= 23)):
        return None
    numbered = rings_east >= 1e7
    if width == 3:
        return f"EPSG:{first[0] + zone - 25 + (0 if numbered else 21)}"
    step = {4491: 11, 2327: 11, 21413: 40}[first[1]]
    return f"EPSG:{first[1] + zone - 13 + (0 if numbered else step)}"
