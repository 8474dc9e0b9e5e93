"""Tables as a spreadsheet that Excel, WPS and LibreOffice open: one worksheet each.

Numbers are numbers, shown as the maps show them. Everything else is text: no
formula, no link, whatever it begins with.

Floor 3, part of sheets: knows records of tables and XlsxWriter.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any, Final

from eppv_atlas.sheets.cells import bare, bare_header, numeric, plain, shown
from eppv_atlas.sheets.layout import lines, widths
from eppv_atlas.sheets.record import Sheet, SheetColumn
from eppv_atlas.sheets.words import word

_A4: Final = 9
_LONGEST: Final = 32_767
"""Characters that a cell takes; XlsxWriter drops a longer text without a word."""
_ROOM: Final = 150
"""Characters across A4 on its side, nearly."""
_LINE_PT: Final = 15.0
_FORBIDDEN: Final = str.maketrans("[]:*?/\\", "()     ")
"""What a worksheet's name must not hold."""


def written(sheets: Sequence[Sheet]) -> bytes:
    """Tables as XLSX."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    # a fixed date: the same tables give the same bytes
    book.set_properties(
        {
            "created": dt.datetime(2023, 9, 1),  # noqa: DTZ001 - XlsxWriter wants a bare date
            "title": plain(sheets[0].title),
            "comments": plain(sheets[0].source),
        }
    )
    formats = _Formats(book)
    taken: set[str] = set()
    for sheet in sheets:
        _fill(book.add_worksheet(sheet_name(sheet.title, taken)), sheet, formats)
    book.close()
    return out.getvalue()


class _Formats:
    """Looks of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "top": 1})
        self.head_right = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bottom": 1,
                "top": 1,
                "align": "right",
                "indent": 1,
            }
        )
        self.title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.note = book.add_format({"text_wrap": True, "valign": "top", "font_size": 9})

    def cell(self, number: str, *, strong: bool) -> Any:
        """The look of a cell; `number` is its number format, empty for a text."""
        key = (number, strong)
        if key not in self._made:
            look: dict[str, Any] = {"valign": "top", "bold": strong}
            # the indent keeps a number off the text to its right
            look |= {"num_format": number, "align": "right", "indent": 1} if number else {"text_wrap": True}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes for a worksheet, unlike those taken; it is added to them.

    >>> sheet_name("a/b: [x]?", set()), sheet_name("History", set()), sheet_name("A", {"a"})
    ('a b (x)', 'History-', 'A 2')
    """
    kept = plain(title).translate(_FORBIDDEN)
    kept = " ".join(kept.split()).strip("' ") or "table"
    if kept.casefold() == "history":  # Excel keeps this one for itself
        kept += "-"
    name, count = _cut(kept, 31), 1
    while name.casefold() in taken:
        count += 1
        name = f"{_cut(kept, 30 - len(str(count)))} {count}"
    taken.add(name.casefold())
    return name


def _cut(text: str, most: int) -> str:
    """So much of a text as has `most` UTF-16 units, in which Excel counts."""
    while len(text.encode("utf-16-le")) > 2 * most:
        text = text[:-1]
    return text.strip("' ") or "table"


def _fill(page: Any, sheet: Sheet, formats: _Formats) -> None:
    wide = widths(sheet, _ROOM)
    heads = [bare_header(column, sheet.lang) for column in sheet.columns]
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, wide[at] + 1.5)
        look = formats.head_right if numeric(column) else formats.head
        page.write_string(0, at, heads[at], look)
    page.set_row(0, _height(max(lines(text, width) for text, width in zip(heads, wide, strict=True))))
    for line, row in enumerate(sheet.rows, start=1):
        strong = line - 1 in sheet.strong
        texts = [shown(column, value, sheet.lang) for column, value in zip(sheet.columns, row, strict=True)]
        # LibreOffice does not fit rows to their texts when it opens a file
        page.set_row(line, _height(max(lines(text, width) for text, width in zip(texts, wide, strict=True))))
        for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            held = bare(value)
            if held is None or held == "":
                page.write_blank(line, at, None, formats.cell("", strong=strong))
            elif isinstance(held, str):  # always as text: no formula, no link
                page.write_string(line, at, _short(held), formats.cell("", strong=strong))
            else:
                number = _number_format(column, held, sheet.lang)
                page.write_number(line, at, held, formats.cell(number, strong=strong))
    below = [(plain(sheet.title), formats.title)]
    below += [(word("note", sheet.lang) + plain(note), formats.note) for note in sheet.notes]
    if sheet.source:
        below.append((word("source_head", sheet.lang) + plain(sheet.source), formats.note))
    for line, (text, look) in enumerate(below, start=len(sheet.rows) + 2):
        if len(sheet.columns) > 1:
            page.merge_range(line, 0, line, len(sheet.columns) - 1, "", look)
        page.write_string(line, 0, _short(text), look)
        # merged cells do not grow with their text
        page.set_row(line, _height(lines(text, sum(wide))))
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")


def _height(count: int) -> float:
    """Height of a row of so many lines, in points; Excel takes no more than 409."""
    return min(409.0, _LINE_PT * count)


def _short(text: str) -> str:
    """A text that a cell takes whole."""
    return text if len(text.encode("utf-16-le")) <= 2 * _LONGEST else _cut(text, _LONGEST - 1) + "…"


def _number_format(column: SheetColumn, value: float, lang: str) -> str:
    """A format in which Excel shows what readers of the maps see."""
    text = shown(column, value, lang).rstrip("%")
    decimals = len(text.partition(".")[2])
    digits = "0" if column.kind in {"page", "percent"} else "#,##0"
    form = f"{digits}.{'0' * decimals}" if decimals else digits
    return f'+{form};"−"{form};+{form}' if column.kind == "percent" else f'{form};"−"{form}'
