r"""Tables for LaTeX: booktabs over several pages, caption and label, Chinese kept as it is.

Meant for XeLaTeX with ctex. No text of a cell is a command: every character
that TeX reads as more than itself is written out.

Floor 3, part of sheets: knows records of tables and pandas.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from eppv_atlas.sheets.cells import header, numeric, plain, shown
from eppv_atlas.sheets.layout import least_widths, widths
from eppv_atlas.sheets.record import Sheet
from eppv_atlas.sheets.words import word

_PACKAGES: Final = r"% XeLaTeX with ctex; \usepackage{array,booktabs,longtable,pdflscape}"
_SPELT: Final = str.maketrans(
    {
        **{char: f"\\{char}" for char in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "'": r"\textquotesingle{}",
        "`": r"\textasciigrave{}",
        # after \\ and \midrule these would begin an argument
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        # signs that Latin text fonts may lack
        "−": "$-$",
        "×": r"$\times$",
        "÷": r"$\div$",
        "≈": r"$\approx$",
        "≠": r"$\neq$",
        "≤": r"$\leq$",
        "≥": r"$\geq$",
        "→": r"$\rightarrow$",
        "²": r"\textsuperscript{2}",
        "³": r"\textsuperscript{3}",
        # roman numerals in one character
        **{chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2160, 0x2180)},
    }
)
_DASHES: Final = re.compile("-(?=-)")
_CONTINUED: Final = "{r}{Continued on next page} \\\\"
_UPRIGHT, _ACROSS = 105, 170  # characters of a line in footnote size, on A4 upright and across
_GAP: Final = 3  # and those that the space between two columns takes


def spelt(text: str) -> str:
    r"""A text of which nothing is a command.

    >>> spelt(r"50% of \input{x}")
    '50\\% of \\textbackslash{}input\\{x\\}'
    """
    # two hyphens would be set as one dash
    return _DASHES.sub("-\0", plain(text)).translate(_SPELT).replace("\0", "{}")


def table(sheet: Sheet) -> str:
    """A table with its notes; across the page where it is too wide to stand upright."""
    import pandas as pd

    cells = [
        [shown(column, value, sheet.lang) for column, value in zip(sheet.columns, row, strict=True)]
        for row in sheet.rows
    ]
    across = sum(least_widths(sheet)) + _GAP * len(sheet.columns) > _UPRIGHT
    frame = pd.DataFrame(
        [[_strong(spelt(text), at in sheet.strong) for text in row] for at, row in enumerate(cells)],
        columns=[spelt(header(column, sheet.lang)) for column in sheet.columns],
    )
    # everything is spelt out above: pandas' own escapes leave the bracket after a line's end
    body = frame.style.hide(axis="index").to_latex(
        column_format=_columns(sheet, across=across),
        hrules=True,
        environment="longtable",
        caption=spelt(sheet.title),
        label=f"tab:{re.sub(r'[^A-Za-z0-9]+', '-', sheet.id)}",
    )
    body = body.replace(_CONTINUED, f"{{r}}{{{word('continued', sheet.lang)}}} \\\\", 1)
    lines = [_PACKAGES, r"\begingroup", r"\footnotesize", body.rstrip()]
    lines += [rf"\noindent {word('note', sheet.lang)}{spelt(note)}\par" for note in sheet.notes]
    if sheet.source:
        lines.append(rf"\noindent {word('source_head', sheet.lang)}{spelt(sheet.source)}\par")
    lines.append(r"\endgroup")
    if across:
        lines = [lines[0], r"\begin{landscape}", *lines[1:], r"\end{landscape}"]
    return "\n".join(lines) + "\n"


def _strong(text: str, strong: bool) -> str:  # noqa: FBT001 - one cell, one question
    return rf"\textbf{{{text}}}" if strong else text


def _columns(sheet: Sheet, *, across: bool) -> str:
    """Columns as shares of the line."""
    line = _ACROSS if across else _UPRIGHT
    room = line - _GAP * len(sheet.columns)
    wide = widths(sheet, room)
    shrunk = min(1.0, room / sum(wide))
    parts = []
    for column, width in zip(sheet.columns, wide, strict=True):
        side = r"\raggedleft" if numeric(column) else r"\raggedright"
        parts.append(rf">{{{side}\arraybackslash}}p{{{width * shrunk / line:.3f}\linewidth}}")
    return "".join(parts)
