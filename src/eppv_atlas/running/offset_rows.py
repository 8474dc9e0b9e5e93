"""Rows of a market's files: cells by the name of their column, each read as what it should be.

Floor 3½, part of running: knows files and the intake; must not know rules of schemes or cases.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.errors import DataError, Problem
from eppv_atlas.intake.layer import Layer, refused
from eppv_atlas.intake.opening import opened
from eppv_atlas.intake.settling import Asked, settle
from eppv_atlas.model import Name
from eppv_atlas.running.vectors import declared_crs
from eppv_atlas.vocabulary import CONFIDENCES

_LONGEST: Final = 200
_UNKNOWN: Final = {"unknown", "?", "未知", "不详", "n/a"}
_FLAGS: Final = {
    "yes": True, "y": True, "true": True, "1": True, "是": True, "有": True,
    "no": False, "n": False, "false": False, "0": False, "否": False, "无": False,
}  # fmt: skip
_PLAIN: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_MOST_NAMED: Final = 200


@dataclass
class Faults:
    """What is wrong with a file."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, row: Row, column: str, rule: str, en: str, zh: str) -> None:
        """Note a mistake of a row."""
        if len(self.problems) < _MOST_NAMED:
            place = f"row {row.number}, {row.names.get(column, column)}"
            self.problems.append(Problem(row.file, row.line, place, rule, en, zh))


@dataclass(frozen=True)
class Row:
    """A line of a file.

    Attributes
    ----------
    file, number, line
        File as the user typed it, number of the row from 1 on, line of the file where it is known.
    cells
        Texts by column; None where there is nothing, or what stands for it.
    names
        Columns as the file names them.
    shape
        OGC:CRS84, or None.
    """

    file: str
    number: int
    line: int
    cells: Mapping[str, str | None]
    names: Mapping[str, str]
    shape: BaseGeometry | None

    def text(self, column: str, faults: Faults, *, needed: bool = False) -> str | None:
        """A cell as text."""
        found = self.cells.get(column)
        if found is None and needed:
            faults.add(self, column, "missing", "is missing", "缺少")
        if found is not None and len(found) > _LONGEST:
            faults.add(self, column, "long", f"has more than {_LONGEST} letters", f"超过 {_LONGEST} 个字符")
            return None
        return found

    def flag(self, column: str, faults: Faults) -> bool | None:
        """A cell as yes or no."""
        found = self.cells.get(column)
        if found is None:
            return None
        known = _FLAGS.get(found.casefold())
        if known is None:
            faults.add(
                self,
                column,
                "yes-no",
                f"{found[:40]!r} is neither yes nor no",
                f"{found[:40]!r} 既非“是”也非“否”",
            )
        return known

    def choice(self, column: str, options: Mapping[str, str], faults: Faults) -> str | None:
        """A cell as one of some words; it must be there."""
        found = self.text(column, faults, needed=True)
        if found is None:
            return None
        known = options.get(found.casefold())
        if known is None:
            have = ", ".join(options)
            faults.add(
                self,
                column,
                "one-of",
                f"{found[:40]!r} is none of {have}",
                f"{found[:40]!r} 不在可用值之内：{have}",
            )
        return known

    def figure(self, column: str, faults: Faults, low: float, high: float) -> float | None:
        """A cell as a number within bounds."""
        found = self._decimal(column, faults)
        if found is None:
            return None
        if not low <= float(found) <= high:
            faults.add(
                self,
                column,
                "bounds",
                f"{found} is not between {low:g} and {high:g}",
                f"{found} 不在 {low:g} 至 {high:g} 之间",
            )
            return None
        return float(found)

    def whole(self, column: str, faults: Faults, low: int, high: int, *, needed: bool = False) -> int | None:
        """A cell as a whole number within bounds."""
        if needed and self.text(column, faults, needed=True) is None:
            return None
        found = self._decimal(column, faults)
        if found is None:
            return None
        if found != int(found) or not low <= found <= high:
            faults.add(
                self,
                column,
                "whole",
                f"{found} is no whole number from {low} to {high}",
                f"{found} 不是 {low} 至 {high} 的整数",
            )
            return None
        return int(found)

    def cents(self, column: str, faults: Faults, most: int) -> int | None:
        """A cell of dollars as whole cents."""
        found = self._decimal(column, faults)
        if found is None:
            return None
        cents = found * 100
        if cents != int(cents) or cents > most:
            faults.add(
                self, column, "money", f"{found} is no price in dollars and cents up to {most // 100:,}",
                f"{found} 不是以元和分计、不超过 {most // 100:,} 的价格",
            )  # fmt: skip
            return None
        return int(cents)

    def _decimal(self, column: str, faults: Faults) -> Decimal | None:
        found = self.cells.get(column)
        if found is None:
            return None
        plain = found.replace(",", "").removeprefix("A$").removeprefix("$").strip()
        if not _PLAIN.fullmatch(plain):
            faults.add(
                self, column, "number", f"{found[:40]!r} is no plain number", f"{found[:40]!r} 不是普通数字"
            )
            return None
        return Decimal(plain)

    def day(self, column: str, faults: Faults) -> str | None:
        """A cell as an ISO date."""
        found = self.cells.get(column)
        if found is None:
            return None
        try:
            return dt.date.fromisoformat(found[:10] if found[10:11] in {"T", " "} else found).isoformat()
        except ValueError:
            faults.add(
                self,
                column,
                "date",
                f"{found[:40]!r} is no date such as 2023-05-01",
                f"{found[:40]!r} 不是日期，应如 2023-05-01",
            )
            return None

    def confidence(self, faults: Faults) -> str:
        """How far to trust its shape."""
        found = self.cells.get("confidence")
        if found is None:
            return "digitised"
        for one in CONFIDENCES.values():
            if found.casefold() in {one.id, one.zh, one.en.casefold()}:
                return one.id
        have = ", ".join(CONFIDENCES)
        faults.add(
            self,
            "confidence",
            "one-of",
            f"{found[:40]!r} is none of {have}",
            f"{found[:40]!r} 不在可用值之内：{have}",
        )
        return "schematic"


@dataclass(frozen=True)
class Rows:
    """Rows of a file, and what must be said of it."""

    rows: list[Row]
    notes: tuple[Name, ...]


def opened_rows(path: Path, columns: Mapping[str, tuple[str, ...]], needed: Sequence[str]) -> Rows:
    """Rows of a vector layer or a table.

    Parameters
    ----------
    path
        Any format that the intake reads.
    columns
        Names of columns, with other names for each; letter case does not count. Others are left alone.
    needed
        Columns that must be there.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If it is refused, or lacks a column.
    """
    layer = opened(path)
    names = _named(layer, columns)
    lacking = [one for one in needed if one not in names]
    if lacking:
        have = ", ".join(layer.columns)[:200]
        raise DataError(
            [
                Problem(layer.file, 1 if layer.kind == "csv" else 0, one, "column",
                        f"has no column {one}; it has: {have}", f"没有列 {one}；现有：{have}")
                for one in lacking
            ]
        )  # fmt: skip
    shapes, notes = _shapes(layer)
    first = _first_line(path, layer)
    rows = [
        Row(
            layer.file,
            at + 1,
            first + at if first else 0,
            {one: _cell(layer.columns[name][at]) for one, name in names.items()},
            names,
            shapes[at],
        )
        for at in range(len(layer))
    ]
    unsaid = [row for row in rows if row.shape is not None and row.cells.get("confidence") is None]
    if unsaid and "credits" in names:
        notes = (
            *notes,
            Name(
                zh=f"{layer.file[:100]}：有 {len(unsaid)} 个图形未注明可信度，按“数字化”对待。",
                en=f"{layer.file[:100]}: {len(unsaid)} shapes do not say how far to trust them; taken as digitised.",
            ),
        )
    return Rows(rows, notes)


def _named(layer: Layer, columns: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Columns by our names."""
    known = {name.strip().casefold(): name for name in reversed(list(layer.columns))}
    found = {}
    for one, others in columns.items():
        for name in (one, *others):
            if name in known:
                found[one] = known[name]
                break
    return found


def _cell(text: str | None) -> str | None:
    plain = (text or "").strip()
    return None if not plain or plain.casefold() in _UNKNOWN else plain


def _shapes(layer: Layer) -> tuple[list[BaseGeometry | None], tuple[Name, ...]]:
    """Shapes in longitude and latitude, None where there is none; polygons must be sound."""
    kept = ~(shapely.is_missing(layer.shapes) | shapely.is_empty(layer.shapes))
    out: list[BaseGeometry | None] = [None] * len(layer)
    if not kept.any():
        return out, ()
    notes: tuple[Name, ...] = ()
    numbers = np.flatnonzero(kept)
    if layer.crs is None and layer.kind in {"csv", "sheet", "wkt"}:
        _degrees(layer, numbers)
        crs = "OGC:CRS84"
        notes = (
            Name(
                zh=f"{layer.file[:100]}：未标坐标系，按 WGS 84 经纬度读取。",
                en=f"{layer.file[:100]}: declares no CRS; read as longitude and latitude of WGS 84.",
            ),
        )
    else:
        crs = declared_crs(layer.file, layer.crs)
    moved = settle(layer.file, layer.shapes[kept], (), None, Asked(crs)).shapes
    invalid = ~shapely.is_valid(moved)
    if invalid.any():
        wrong = (numbers[invalid] + 1).tolist()
        raise refused(
            layer.file,
            "valid",
            "has shapes that cross themselves; repair them first",
            "含有自相交的图形；请先修复",
            wrong,
        )
    for at, shape in zip(numbers.tolist(), moved, strict=True):
        out[at] = shape
    return out, notes


def _degrees(layer: Layer, numbers: NDArray[np.int64]) -> None:
    bounds = shapely.bounds(layer.shapes[numbers])
    off = (np.abs(bounds[:, [0, 2]]) > 180.0).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90.0).any(axis=1)
    if off.any():
        wrong = (numbers[off] + 1).tolist()
        raise refused(
            layer.file,
            "crs",
            "has plane coordinates but no CRS; use a format that holds one",
            "坐标不是经纬度，又没有坐标系；请改用能存坐标系的格式",
            wrong,
        )


def _first_line(path: Path, layer: Layer) -> int:
    """Line of the first row of delimited text whose rows are lines; 0 where lines cannot be told."""
    if layer.kind != "csv":
        return 0
    lines = path.read_bytes().rstrip().splitlines()
    return 2 if len(lines) == len(layer) + 1 and all(line.strip() for line in lines) else 0
