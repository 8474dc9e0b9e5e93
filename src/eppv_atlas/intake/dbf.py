"""A DBF table as raw bytes: names of its columns and texts of its rows, before anybody has guessed an encoding.

Floor 3, part of intake: knows bytes of one file; must not know encodings, shapes or cases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eppv_atlas.errors import DataError, Problem

_HEAD: Final = 32
_FIELD: Final = 32
_END: Final = 0x0D
_DELETED: Final = 0x2A
MOST_VALUES: Final = 200_000
"""Texts that are looked at; an encoding shows in far fewer."""


@dataclass(frozen=True)
class Column:
    """A column of a DBF.

    Attributes
    ----------
    name
        Its name as it is written, without padding.
    full
        Whether the name fills all ten bytes, so that something may be cut off.
    kind
        ``C`` for text, ``N``, ``F``, ``D``, ``L`` or another letter.
    at, width
        Where it begins in a row, and how wide it is, bytes.
    """

    name: bytes
    full: bool
    kind: str
    at: int
    width: int


@dataclass(frozen=True)
class RawTable:
    """A DBF before it is decoded.

    Attributes
    ----------
    columns
        Its columns.
    rows
        Number of rows that its header promises.
    language
        Byte 29 of the header, which may name a code page; often 0 or wrong.
    texts
        Texts of its rows, without padding, with whether each fills its column:
        then its last letter may be cut.
    """

    columns: tuple[Column, ...]
    rows: int
    language: int
    texts: tuple[tuple[bytes, bool], ...]


def read(path: Path, shown: str = "") -> RawTable:
    """Read a DBF as bytes.

    Parameters
    ----------
    path
        The file.
    shown
        Its name for messages; its own if left out.

    Raises
    ------
    DataError
        If it is none, or shorter than its header says.
    """
    shown = shown or path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _bad(shown, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from None
    if len(data) < _HEAD + 1:
        raise _bad(shown, "is none: it is too short for a header", "无效：长度不足一个文件头")
    rows, head, width = struct.unpack_from("<IHH", data, 4)
    columns = _columns(shown, data, head)
    if 1 + sum(column.width for column in columns) != width:
        raise _bad(
            shown,
            "contradicts itself: its columns are not as wide as its rows",
            "前后矛盾：各列宽度之和不等于行宽",
        )
    if head + rows * width > len(data):
        held = max(len(data) - head, 0) // width
        raise _bad(
            shown,
            f"is cut off: its header promises {rows} rows, the file holds {held}",
            f"不完整：文件头称有 {rows} 行，实有 {held} 行",
        )
    return RawTable(columns, rows, data[29], tuple(_texts(data, columns, rows, head, width)))


def _columns(shown: str, data: bytes, head: int) -> tuple[Column, ...]:
    found = []
    at, place = _HEAD, 1
    while at < min(head, len(data)) and data[at] != _END:
        if at + _FIELD > len(data):
            raise _bad(shown, "is cut off within its header", "文件头不完整")
        name, _, rest = data[at : at + 11].partition(b"\0")
        del rest
        width = data[at + 16]
        found.append(Column(name, len(name) >= 10, chr(data[at + 11]), place, width))
        at, place = at + _FIELD, place + width
    if not found:
        raise _bad(shown, "has no columns", "没有任何列")
    return tuple(found)


def _texts(
    data: bytes, columns: tuple[Column, ...], rows: int, head: int, width: int
) -> list[tuple[bytes, bool]]:
    texts = [column for column in columns if column.kind == "C"]
    step = max(1, rows * len(texts) // MOST_VALUES + 1) if texts else 1
    found = []
    for row in range(0, rows, step):
        start = head + row * width
        if data[start] == _DELETED:
            continue
        for column in texts:
            cell = data[start + column.at : start + column.at + column.width]
            text = cell.rstrip(b" \0")
            if text:
                found.append((text, len(text) == len(cell)))
    return found


def _bad(shown: str, en: str, zh: str) -> DataError:
    return DataError([Problem(shown, 0, "", "table", f"the table {en}", f"属性表{zh}")])
