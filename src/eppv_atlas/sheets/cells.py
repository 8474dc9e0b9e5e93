"""Cells and headings as readers read them.

Floor 3, part of sheets: knows records of tables and units; must not know cases or file formats.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

from eppv_atlas.sheets.record import SheetColumn, Value
from eppv_atlas.sheets.words import unit_text
from eppv_atlas.units import area_text, number_text, to_m2

ABSENT: Final = "—"
"""What stands where the source gives nothing."""
_BREAKS: Final = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_TURNS: Final = frozenset(map(chr, (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def plain(text: str) -> str:
    """A text as one line that every format can hold.

    Line breaks and tabs become a blank. What steers a screen, turns the
    direction of writing or is no character of XML is shown as an escape.
    """
    line = _BREAKS.sub(" ", text).strip()
    return "".join(char if _harmless(char) else char.encode("unicode_escape").decode() for char in line)


def _harmless(char: str) -> bool:
    return (
        unicodedata.category(char) not in {"Cc", "Cs"} and char not in _TURNS and ord(char) & 0xFFFE != 0xFFFE
    )


def numeric(column: SheetColumn) -> bool:
    """Whether a column holds numbers, which are set to the right."""
    return column.kind != "text"


def bare(value: Value) -> Value:
    """A value without its form: one line of text, a finite number, or None."""
    if isinstance(value, str):
        return plain(value)
    return None if value is None or not math.isfinite(value) else value


def shown(column: SheetColumn, value: Value, lang: str) -> str:
    """A value as readers read it.

    Parameters
    ----------
    column
        Its column, which says what the value is.
    value
        The value; None where the source gives nothing.
    lang
        ``zh`` or ``en``; numbers read the same in both.

    Returns
    -------
    str
        Areas as the maps write them, differences with their sign and ``%``,
        pages without grouping; ``—`` for None.
    """
    del lang
    held = bare(value)
    if held is None or held == "":
        return ABSENT
    if isinstance(held, str):
        return held
    if column.kind == "area":
        text = area_text(to_m2(held, column.unit), column.unit)
    elif column.kind == "percent":
        text = f"{held:+.2f}%"
    elif column.kind == "page":
        text = number_text(held).replace(",", "")
    else:
        text = number_text(held)
    return text.replace("-", "−")


def header(column: SheetColumn, lang: str) -> str:
    """The heading of a column: its name, with the unit in brackets.

    >>> header(SheetColumn("stated_mu", "文件面积", "area", "mu"), "zh")
    '文件面积（亩）'
    """
    return _with_unit(column.name, unit_text(column.unit, lang) if column.unit else "", lang)


def bare_header(column: SheetColumn, lang: str) -> str:
    """The heading where cells are bare numbers: a percentage has its sign here."""
    if column.kind == "percent" and not column.unit:
        return _with_unit(column.name, "%", lang)
    return header(column, lang)


def _with_unit(name: str, unit: str, lang: str) -> str:
    if not unit:
        return plain(name)
    return f"{plain(name)}（{unit}）" if lang == "zh" else f"{plain(name)} ({unit})"
