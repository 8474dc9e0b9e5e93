"""How a table fits a page: size of type, width of each column, on its side or in parts.

A table stands upright in 9 points if that is comfortable, else in 8 (with
narrower columns if need be), else on its side in 9 or 8; one that is too wide
even so is cut into parts, each with the first column. Widths are estimates from the text, as no file format tells them before
a reader lays it out; a word or a number that is longer than its column would be
broken there, never clipped.

Floor 3¾, part of report: knows sheets and blocks; must not know file formats.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from eppv_atlas.report.blocks import Block, Heading, Picture, Table
from eppv_atlas.report.zipped import in_line
from eppv_atlas.sheets import Sheet, header, numeric, shown

TEXT_CM: Final = (16.0, 24.7)
"""Width of the text on A4 with margins of 2.5 cm: upright, on its side."""
SIZES: Final = (9.0, 8.0)
"""Type of a table, points: what is good, and the least."""
PADDING_CM: Final = {9.0: 0.14, 8.0: 0.1}
"""Between a column's edge and its text, by size of type."""

_CM: Final = 2.54 / 72
_LONGEST: Final = 14.0  # em: what is longer may break
_SHORT: Final = 18  # lines
_BOLD: Final = 1.08
_EASY: Final = 7.0  # em: words are comfortable in so much, whole sentences in half as much again
_SNUG: Final = 5.0
_TEXT: Final = 40.0
_FEW: Final = 700  # characters between two tables on their side that may stay with them
_BETWEEN: Final = re.compile(r" +|(?<=[-/–])(?=[^\W\d])")
_NARROW: Final = frozenset(".,:;'!|ilI()[] /·-")


@dataclass(frozen=True)
class Face:
    """A sheet as text.

    Attributes
    ----------
    heads, rows
        Header and cells, each a line of clean text.
    right
        Which columns hold numbers and stand at their right edge.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


@dataclass(frozen=True)
class Part:
    """Columns of a table that stand side by side, how wide each is, and lines of text in all rows."""

    columns: tuple[int, ...]
    widths_cm: tuple[float, ...]
    lines: int

    @property
    def short(self) -> bool:
        """Whether it stands on one page as a whole."""
        return self.lines <= _SHORT


@dataclass(frozen=True)
class Fit:
    """How a table is set: type in points, on its side or upright, in one part or several."""

    size_pt: float
    sideways: bool
    parts: tuple[Part, ...]


def face(sheet: Sheet) -> Face:
    """A sheet as text."""
    return Face(
        tuple(in_line(header(column, sheet.lang)) for column in sheet.columns),
        tuple(
            tuple(
                in_line(shown(column, value, sheet.lang))
                for column, value in zip(sheet.columns, row, strict=True)
            )
            for row in sheet.rows
        ),
        tuple(numeric(column) for column in sheet.columns),
    )


def fitted(shown_as: Face, text_cm: tuple[float, float] = TEXT_CM, *, wider: float = 1.0) -> Fit:
    """How a sheet fits pages whose text is so wide upright and so wide on their side.

    Parameters
    ----------
    shown_as
        The sheet as text.
    text_cm
        Width of the text: upright, on its side.
    wider
        How much wider than usual letters may be; for fonts that nobody knows.
    """
    text_cm = (text_cm[0] / wider, text_cm[1] / wider)
    fit = _fitted(_all_needs(shown_as), text_cm)
    parts = (replace(part, widths_cm=tuple(wide * wider for wide in part.widths_cm)) for part in fit.parts)
    return replace(fit, parts=tuple(parts))


def _fitted(needs: list[_Need], text_cm: tuple[float, float]) -> Fit:
    every = tuple(range(len(needs)))
    # narrow columns cost less than a page that has to be turned
    ways = [(False, 9.0, "easy"), (False, 8.0, "easy"), (False, 8.0, "snug"), (True, 9.0, "easy")]
    for turned, size, ease in ways:
        if sum(getattr(need, ease) for need in needs) <= _room(text_cm[turned], len(needs), size):
            return Fit(size, turned, (_spread(needs, every, size, text_cm[turned]),))
    size, wide = SIZES[-1], text_cm[True]
    parts = tuple(_spread(needs, group, size, wide) for group in _cut(needs, size, wide))
    return Fit(size, text_cm[True] > text_cm[False], parts)


def easy(shown_as: Face) -> tuple[int, ...]:
    """How wide each column is comfortable on a screen, which has no edge to the right, em."""
    return tuple(min(math.ceil(need.easy), round(_LONGEST)) for need in _all_needs(shown_as))


def _all_needs(shown_as: Face) -> list[_Need]:
    return [
        _needs(head, [row[i] for row in shown_as.rows], right=shown_as.right[i])
        for i, head in enumerate(shown_as.heads)
    ]


def _room(wide: float, columns: int, size: float) -> float:
    """What so many columns leave for text, em."""
    return (wide - 2 * PADDING_CM[size] * columns) / (size * _CM)


def unit_at(head: str) -> int:
    """Where the unit of a heading begins, with the space before it; -1 if it has none."""
    return max(head.rfind("（"), head.rfind(" (")) if head.endswith((")", "）")) else -1


def broken(head: str, width_cm: float, size: float) -> str:
    """A heading with its unit in a line of its own where both do not fit in one."""
    at = unit_at(head)
    if at < 1 or _BOLD * _em(head) <= (width_cm - 2 * PADDING_CM[size]) / (size * _CM):
        return head
    return f"{head[:at]}\n{head[at:].lstrip()}"


def sideways(blocks: Sequence[Block], fits: dict[int, Fit]) -> list[bool]:
    """Which blocks stand on pages on their side: wide tables, and what belongs to them.

    Headings stay with the table that they announce, and a few lines between two
    wide tables or after the last stay with them, so that no page holds next to
    nothing.

    Parameters
    ----------
    blocks
        Of the report.
    fits
        How each table fits, by its place among the blocks.
    """
    turned = [i in fits and fits[i].sideways for i in range(len(blocks))]
    for i in reversed(range(len(blocks) - 1)):
        turned[i] = turned[i] or (isinstance(blocks[i], Heading) and turned[i + 1])
    start: int | None = None  # where text after a wide table begins
    for i in range(len(blocks) + 1):
        wide = i < len(blocks) and turned[i]
        over = i == len(blocks) or _begins(blocks[i])
        if start is not None and (wide or over):
            few = _FEW if wide and not over else _FEW // 2
            if _length(blocks[start:i]) <= few:
                turned[start:i] = [True] * (i - start)
        if wide:
            start = i + 1
        elif over or not _light(blocks[i]):
            start = None
    return turned


def _begins(block: Block) -> bool:
    return isinstance(block, Heading) and block.level <= 1


def _light(block: Block) -> bool:
    return not isinstance(block, Picture | Table)


def _length(blocks: Sequence[Block]) -> int:
    total = 0
    for block in blocks:
        if isinstance(block, Picture | Table):
            continue
        if isinstance(block, Heading) or not hasattr(block, "items"):
            total += len(block.text)
        else:
            total += sum(len(item.name + item.text + "".join(item.remarks)) for item in block.items)
    return total


@dataclass(frozen=True)
class _Need:
    """A column in em: without breaking a word, without a ragged little column, comfortable, and its cells."""

    least: float
    snug: float
    easy: float
    cells: tuple[float, ...]

    def load(self) -> float:
        """How much it has to say: between its usual and its longest cell."""
        return (max(self.cells) + sum(self.cells) / len(self.cells)) / 2


def _needs(head: str, cells: Sequence[str], *, right: bool) -> _Need:
    wide = [_em(cell) for cell in cells]
    longest = max(wide, default=0.0)
    # a heading is bold; it breaks before its unit, and a long one once more
    words = max(
        *(_em(word) for cell in cells for word in _words(cell)),
        *(_BOLD * _em(word) for word in _words(head)),
        0.0,
    )
    at = unit_at(head)
    name = _BOLD * (max(_em(head[:at]), _em(head[at:])) if at > 0 else _em(head))
    least = min(max(words, longest if right else 2.0, name if name <= 5 else name / 2, 1.0), _LONGEST)
    return _Need(
        least,
        max(least, min(longest, _SNUG)),
        max(least, name, min(longest, _EASY if longest < _TEXT else 1.5 * _EASY)),
        (_BOLD * _em(head), *wide),
    )


def _cut(columns: Sequence[_Need], size: float, wide: float) -> list[tuple[int, ...]]:
    """Columns in groups that fit, each with the first column in front."""
    groups: list[tuple[int, ...]] = []
    now: tuple[int, ...] = (0,)
    for i in range(1, len(columns)):
        least = sum(columns[one].least for one in (*now, i))
        if len(now) > 1 and least > _room(wide, len(now) + 1, size):
            groups.append(now)
            now = (0,)
        now = (*now, i)
    return [*groups, now]


def _spread(columns: Sequence[_Need], group: tuple[int, ...], size: float, wide: float) -> Part:
    """Widths that fill the text and let the columns run to as many lines as each other."""
    inner = _room(wide, len(group), size)
    needs = [columns[i] for i in group]

    snug = [need.snug for need in needs]
    floor = snug if sum(snug) <= inner else [need.least for need in needs]

    def at(lines: float) -> list[float]:
        return [max(low, need.load() / lines) for low, need in zip(floor, needs, strict=True)]

    few, many = 1.0, 1000.0
    if sum(at(few)) > inner:
        for _ in range(40):
            middle = (few + many) / 2
            few, many = (few, middle) if sum(at(middle)) <= inner else (middle, many)
        few = many
    ems = at(few)
    scale = inner / (sum(ems) or 1.0)
    ems = [em * scale for em in ems]
    rows = zip(*(need.cells for need in needs), strict=True)
    lines = sum(max(math.ceil(cell / em) for cell, em in zip(row, ems, strict=True)) for row in rows)
    return Part(group, tuple(round(em * size * _CM + 2 * PADDING_CM[size], 3) for em in ems), lines)


def _em(text: str) -> float:
    """Width of a line in em, rather too much than too little."""
    return 1.03 * sum(_one(char) for char in text)


def _one(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF" or "\u2010" < char < "\u2030":
        return 1.0
    if unicodedata.combining(char):
        return 0.0
    if char in _NARROW:
        return 0.36
    return 0.7 if char.isupper() or char in "mwMW%@—" else 0.57


def _words(text: str) -> list[str]:
    """Pieces that do not break: between spaces; between Chinese characters all breaks; dates stay whole."""
    pieces = []
    for piece in _BETWEEN.split(text):
        stretch = ""
        for char in piece:
            if unicodedata.east_asian_width(char) in "WF":
                pieces += [stretch, char]
                stretch = ""
            else:
                stretch += char
        pieces.append(stretch)
    return pieces
