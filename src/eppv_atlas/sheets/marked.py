"""Tables as Markdown and as an HTML fragment; whatever a cell says is text there.

Floor 3, part of sheets: knows records of tables.
"""

from __future__ import annotations

from html import escape

from eppv_atlas.markdown import inside
from eppv_atlas.sheets.cells import ABSENT, header, numeric, plain, shown
from eppv_atlas.sheets.record import Sheet
from eppv_atlas.sheets.words import word


def _mark(text: str) -> str:
    """A text of which nothing is markup."""
    return inside(plain(text))


def markdown(sheet: Sheet) -> str:
    """A pipe table under its caption, notes and source below."""
    heads = [_mark(header(column, sheet.lang)) for column in sheet.columns]
    rules = ["---:" if numeric(column) else ":---" for column in sheet.columns]
    lines = [f"**{_mark(sheet.title)}**", "", _line(heads), _line(rules)]
    for at, row in enumerate(sheet.rows):
        cells = [
            _mark(shown(column, value, sheet.lang)) for column, value in zip(sheet.columns, row, strict=True)
        ]
        if at in sheet.strong:
            cells = [cell if cell == ABSENT else f"**{cell}**" for cell in cells]
        lines.append(_line(cells))
    for note in sheet.notes:
        lines += ["", word("note", sheet.lang) + _mark(note)]
    if sheet.source:
        lines += ["", word("source_head", sheet.lang) + _mark(sheet.source)]
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def html(sheet: Sheet) -> str:
    """A table with caption and scopes, notes and source as paragraphs; a fragment without script or style."""
    lang = "zh-CN" if sheet.lang == "zh" else "en"
    out = [
        f'<div class="sheet" lang="{lang}">',
        "<table>",
        f"<caption>{escape(plain(sheet.title))}</caption>",
        "<thead>",
        "<tr>",
    ]
    for column in sheet.columns:
        kind = ' class="num"' if numeric(column) else ""
        out.append(f'<th scope="col"{kind}>{escape(header(column, sheet.lang))}</th>')
    out += ["</tr>", "</thead>", "<tbody>"]
    for at, row in enumerate(sheet.rows):
        out.append('<tr class="total">' if at in sheet.strong else "<tr>")
        for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            text = escape(shown(column, value, sheet.lang))
            kind = ' class="num"' if numeric(column) else ""
            out.append(f'<th scope="row"{kind}>{text}</th>' if number == 0 else f"<td{kind}>{text}</td>")
        out.append("</tr>")
    out += ["</tbody>", "</table>"]
    out += [f'<p class="note">{word("note", sheet.lang)}{escape(plain(note))}</p>' for note in sheet.notes]
    if sheet.source:
        out.append(f'<p class="source">{word("source_head", sheet.lang)}{escape(plain(sheet.source))}</p>')
    return "\n".join([*out, "</div>"]) + "\n"
