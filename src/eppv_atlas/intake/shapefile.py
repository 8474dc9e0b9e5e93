"""The parts of a shapefile held against each other before any driver opens it.

A driver gives fewer features, or none, for an index that is wrong or a file that
is cut off, and says nothing. The records of the ``.shp`` are walked here one by
one; the index is made anew from them, and only in our copy.

Floor 3, part of intake: knows bytes of the files of a shapefile; must not know
encodings, coordinates or cases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from eppv_atlas.errors import Problem
from eppv_atlas.intake.layer import doubt, refused

_HEAD: Final = 100
_CODE: Final = 9994
_TYPES: Final = {
    0: 4,
    1: 20,
    3: 44,
    5: 44,
    8: 40,
    11: 36,
    13: 44,
    15: 44,
    18: 40,
    21: 28,
    23: 44,
    25: 44,
    28: 40,
    31: 44,
}
"""Shapes by their number, and how many bytes each has at least."""


@dataclass(frozen=True)
class _Record:
    at: int
    size: int
    number: int
    wrong_way: bool


def mended(shp: Path, shown: str, rows: int | None) -> list[Problem]:
    """Check a shapefile in our copy and write its index anew.

    Parameters
    ----------
    shp
        The ``.shp``; its ``.shx`` stands beside it, or does not.
    shown
        Name for messages.
    rows
        Rows of its table; None where it has none.

    Returns
    -------
    list of Problem
        What is odd: an index that was missing or wrong.

    Raises
    ------
    DataError
        If it is cut off, contradicts itself, or has not as many shapes as rows.
    """
    data = shp.read_bytes()
    records = _walked(data, shown)
    shx = shp.with_suffix(".shx")
    index = _index(shx.read_bytes()) if shx.is_file() else None
    found: list[Problem] = []
    chosen = records
    turned = [i + 1 for i, record in enumerate(records) if record.wrong_way]
    if turned:
        en = "has outlines that run the wrong way round (anticlockwise); they are turned on writing"
        found.append(doubt(shown, "winding", en, "外环方向与规范相反（逆时针）；写入时已改正", turned))
    if index is None:
        found.append(
            doubt(
                shown, "shx", "had no index (.shx), or a broken one; it was made from the shapes",
                "缺少索引（.shx）或索引损坏；已按图形重建",
            )
        )  # fmt: skip
    elif index != [(record.at, record.size) for record in records]:
        by_place = {(record.at, record.size): record for record in records}
        trusted = (
            rows is not None and len(index) == rows != len(records) and all(one in by_place for one in index)
        )
        if trusted:  # records that an editor left behind are in no index
            chosen = [by_place[one] for one in index]
        wrong = [
            i + 1
            for i, one in enumerate(index)
            if i >= len(records) or one != (records[i].at, records[i].size)
        ]
        left = len(records) - len(index)
        what_en = (
            f"lists {len(index)} shapes, the file holds {len(records)}"
            if left
            else "points beside the shapes"
        )
        what_zh = f"列 {len(index)} 个图形，文件实有 {len(records)} 个" if left else "指向错误位置"
        cure_en = "its shapes were taken, others are left-overs" if trusted else "it was made from the shapes"
        cure_zh = "以索引为准，其余为编辑残留" if trusted else "已按图形重建"
        found.append(
            doubt(
                shown,
                "shx",
                f"the index (.shx) {what_en}; {cure_en}",
                f"索引（.shx）{what_zh}；{cure_zh}",
                wrong,
            )
        )
    if rows is not None and rows != len(chosen):
        raise refused(
            shown,
            "dbf",
            f"holds {len(chosen)} shapes but its table {rows} rows, so no row can be told its shape; export it again",
            f"有 {len(chosen)} 个图形，属性表却有 {rows} 行，无法对应；请重新导出",
        )
    _write(shx, data, chosen)
    return found


def _walked(data: bytes, shown: str) -> list[_Record]:
    """All records, one after the other."""
    if len(data) < _HEAD or struct.unpack_from(">i", data)[0] != _CODE:
        raise refused(
            shown, "shp", "is no shapefile: its first bytes are others", "不是 shapefile：文件头不符"
        )
    promised = struct.unpack_from(">i", data, 24)[0] * 2
    records: list[_Record] = []
    at, end = _HEAD, min(promised, len(data)) if promised >= _HEAD else len(data)
    while at < end:
        number = len(records) + 1
        if at + 12 > len(data):
            raise _cut(shown, promised, len(data), number)
        said, words = struct.unpack_from(">ii", data, at)
        kind = struct.unpack_from("<i", data, at + 8)[0]
        size = words * 2
        if kind not in _TYPES or size < _TYPES[kind]:
            raise refused(
                shown,
                "shp",
                "is damaged: here stands no shape; export it again",
                "已损坏：此处不是图形；请重新导出",
                [number],
            )
        if at + 8 + size > len(data):
            raise _cut(shown, promised, len(data), number)
        wrong_way = _counted(data, at + 8, kind, size, shown, number)
        records.append(_Record(at, size, said, wrong_way))
        at += 8 + size
    if promised > len(data):
        raise _cut(shown, promised, len(data), len(records) + 1)
    return records


def _counted(data: bytes, at: int, kind: int, size: int, shown: str, number: int) -> bool:
    """See that the parts and points that a line or polygon promises have room; whether all its rings run anticlockwise."""
    if kind not in {3, 5, 13, 15, 23, 25}:
        return False
    parts, points = struct.unpack_from("<ii", data, at + 36)
    if parts < 0 or points < 0 or 44 + 4 * parts + 16 * points > size:
        raise refused(
            shown,
            "shp",
            f"is damaged: promises {points} points in {parts} parts, for which its record has no room",
            f"已损坏：称有 {parts} 部分 {points} 点，而记录长度不足",
            [number],
        )
    starts = struct.unpack_from(f"<{parts}i", data, at + 44)
    if any(not 0 <= one < max(points, 1) for one in starts) or list(starts) != sorted(starts):
        raise refused(shown, "shp", "is damaged: its parts overlap", "已损坏：各部分起点错乱", [number])
    if kind in {3, 13, 23} or points < 3:
        return False
    xy = np.frombuffer(data, "<f8", 2 * points, at + 44 + 4 * parts).reshape(-1, 2)
    rings = np.split(xy - xy[0], starts[1:])
    with np.errstate(invalid="ignore", over="ignore"):
        turns = [
            np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]) for ring in rings if len(ring) > 2
        ]
    return bool(turns) and all(turn > 0 for turn in turns)


def _cut(shown: str, promised: int, held: int, number: int) -> Exception:
    return refused(
        shown,
        "shp",
        f"is cut off: its header promises {promised} bytes, the file holds {held}; copy or download it again",
        f"不完整：文件头称 {promised} 字节，实有 {held} 字节；请重新复制或下载",
        [number],
    )


def _index(data: bytes) -> list[tuple[int, int]] | None:
    """Place and size of every record by the index; None where it is none."""
    if len(data) < _HEAD or (len(data) - _HEAD) % 8 or struct.unpack_from(">i", data)[0] != _CODE:
        return None
    words = struct.unpack_from(f">{(len(data) - _HEAD) // 4}i", data, _HEAD)
    return [(at * 2, size * 2) for at, size in zip(words[::2], words[1::2], strict=True)]


def _write(shx: Path, data: bytes, records: list[_Record]) -> None:
    head = bytearray(data[:_HEAD])
    struct.pack_into(">i", head, 24, (_HEAD + 8 * len(records)) // 2)
    body = b"".join(struct.pack(">ii", record.at // 2, record.size // 2) for record in records)
    shx.write_bytes(bytes(head) + body)
