"""How wide the columns of a table are where a line has room for so many characters.

Floor 3, part of sheets: knows records of tables; must not know file formats.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from eppv_atlas.sheets.cells import bare_header, numeric, shown
from eppv_atlas.sheets.record import Sheet

_LEAST: Final = {True: 5, False: 9}
"""Width that a column of numbers has at least, and one of texts."""
_LONGEST_WORD: Final = 14
_BREAK: Final = re.compile(r"[ -]|(?<=[\u2e80-\uffff])")

_PIECE: Final = re.compile(r"[\u2e80-\uffff] *|[^ \u2e80-\uffff]+ *| +")


def cells_wide(text: str) -> int:
    """Width of a text in characters: Chinese counts double."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def least_widths(sheet: Sheet) -> list[int]:
    """Widths below which a number would be cut or a word broken."""
    out = []
    for at, column in enumerate(sheet.columns):
        head = bare_header(column, sheet.lang)
        texts = [shown(column, row[at], sheet.lang) for row in sheet.rows]
        if numeric(column):
            need = max((cells_wide(text) for text in texts), default=0)
            # a heading may break before its unit, or between Chinese characters
            words = re.split(r"[ （]", head)
        else:
            need = 0
            words = [word for text in (head, *texts) for word in _BREAK.split(text)]
        longest = min(_LONGEST_WORD, max(map(cells_wide, words)))
        out.append(max(_LEAST[numeric(column)], need + 1, longest + 1))
    return out


def widths(sheet: Sheet, room: int) -> list[int]:
    """Widths that fill `room` at most: texts share what numbers leave, so that rows stay low."""
    out = least_widths(sheet)
    wanted = [
        0
        if numeric(column)
        else max((cells_wide(shown(column, row[at], sheet.lang)) + 1 for row in sheet.rows), default=0)
        for at, column in enumerate(sheet.columns)
    ]
    for _ in range(room - sum(out)):
        tallest = max(range(len(out)), key=lambda at: wanted[at] / out[at])
        if wanted[tallest] <= out[tallest]:
            break
        out[tallest] += 1
    return out


def lines(text: str, width: float) -> int:
    """Lines that a text takes in a column, broken at blanks and between Chinese characters."""
    count, used = 1, 0.0
    for piece in _PIECE.findall(text):
        # in a spreadsheet a Chinese character is a little wider than two digits
        wide = cells_wide(piece.rstrip()) * (1.07 if ord(piece[0]) >= 0x2E80 else 1.0)
        if used and used + wide > width:
            count, used = count + 1, 0.0
        count += int(max(0.0, wide - 0.01) // width)  # a word longer than the column is cut
        used = used % width + wide % width + len(piece) - len(piece.rstrip())
    return count
