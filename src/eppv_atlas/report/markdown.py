"""A report as Markdown (CommonMark with pipe tables) or as a Quarto document, pictures beside it.

Whatever a text says is text there: what is markup in CommonMark or in the
dialects of GitHub, Pandoc and Quarto is escaped.

Floor 3½, part of report: knows blocks; must not know how their texts, figures
or tables come about, or where the files go.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Final

from eppv_atlas.markdown import whole_line
from eppv_atlas.report.blocks import Bullets, Heading, Paragraph, Picture, Report, Table
from eppv_atlas.report.fitting import easy, face
from eppv_atlas.report.words import WORDS, gap, label, remarks
from eppv_atlas.report.zipped import clean, in_line

_VALUE: Final = {ord(char): f"&#{ord(char)};" for char in '\\"{}<>&`'}
"""What would end a value of an attribute, or begin one of Quarto's shortcodes."""
_ANCHOR: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")


def written(report: Report, *, quarto: bool = False) -> dict[str, bytes]:
    """A report as Markdown.

    Parameters
    ----------
    report
        What it says.
    quarto
        Whether it is a Quarto document: a header in YAML, figures and tables
        that Quarto numbers and that can be referred to (``@fig-1``, ``@tbl-1``).

    Returns
    -------
    dict of str to bytes
        Content by name: ``report.md`` or ``report.qmd``, and ``figures/….png``.
    """
    pictures: dict[str, bytes] = {}
    parts = [*_front(report, quarto=quarto), *_body(report, pictures, quarto=quarto)]
    name = "report.qmd" if quarto else "report.md"
    return {name: ("\n\n".join(parts) + "\n").encode(), **pictures}


def mark(text: str) -> str:
    """A line of text of which nothing is markup.

    >>> mark("<b> & c")
    '&lt;b&gt; &amp; c'
    """
    return whole_line(in_line(text))


def _lines(text: str, indent: str = "") -> str:
    """A text of several lines, with its breaks."""
    told = [mark(line) for line in clean(text).split("\n")]
    return f"\\\n{indent}".join(line for line in told if line)


def _front(report: Report, *, quarto: bool) -> Iterator[str]:
    if not quarto:
        yield f"# {mark(report.title)}"
        if report.subtitle.strip():
            yield _lines(report.subtitle)
        return
    # Pandoc reads the texts of a header as Markdown; JSON is YAML too
    yield "\n".join(
        [
            "---",
            f"title: {json.dumps(mark(report.title), ensure_ascii=False)}",
            f"subtitle: {json.dumps(mark(report.subtitle), ensure_ascii=False)}",
            f"lang: {report.lang}",
            "format:",
            "  html:",
            "    toc: true",
            "    embed-resources: true",
            "  docx:",
            "    toc: true",
            "---",
        ]
    )


def _body(report: Report, pictures: dict[str, bytes], *, quarto: bool) -> Iterator[str]:
    lang = report.lang
    ids: set[str] = set()
    figures = tables = 0
    for block in report.blocks:
        if isinstance(block, Heading):
            yield _heading(block, ids, quarto=quarto)
        elif isinstance(block, Paragraph):
            if block.text.strip():
                yield _lines(block.text)
        elif isinstance(block, Bullets):
            if block.items:
                yield "\n".join(
                    line for item in block.items for line in _item(item.name, item.text, item.remarks, lang)
                )
        elif isinstance(block, Picture):
            figures += 1
            name = f"figures/figure-{figures}-{hashlib.sha256(block.png).hexdigest()[:8]}.png"
            pictures[name] = block.png
            yield from _picture(block, name, figures, lang, quarto=quarto)
        else:
            tables += 1
            yield from _table(block, tables, quarto=quarto)


def _heading(block: Heading, ids: set[str], *, quarto: bool) -> str:
    level = min(max(block.level, 1), 3)
    if not quarto:
        return f"{'#' * (level + 1)} {mark(block.text)}"
    named = bool(_ANCHOR.fullmatch(block.anchor)) and block.anchor not in ids
    ids.add(block.anchor)
    return f"{'#' * level} {mark(block.text)}{f' {{#sec-{block.anchor}}}' if named else ''}"


def _item(name: str, text: str, below: tuple[str, ...], lang: str) -> Iterator[str]:
    head = f"**{mark(name)}**" if in_line(name) else ""
    told = _lines(text, "  ")
    yield f"- {head}{WORDS['colon'][lang] if head and told else ''}{told}"
    for remark in below:
        yield f"  - {_lines(remark, '    ')}"


def _picture(block: Picture, name: str, number: int, lang: str, *, quarto: bool) -> Iterator[str]:
    if quarto:
        alt = in_line(block.alt).translate(_VALUE)
        yield f'![{mark(block.caption)}]({name}){{#fig-{number} fig-alt="{alt}" width="{block.width_cm:g}cm"}}'
        return
    yield f"![{mark(block.alt)}]({name})"
    yield f"**{label('figure', number, lang)}**{gap(lang)}{mark(block.caption)}"


def _table(block: Table, number: int, *, quarto: bool) -> Iterator[str]:
    sheet, lang = block.sheet, block.sheet.lang
    shown = face(sheet)
    title = mark(sheet.title)
    if not quarto:
        yield f"**{label('table', number, lang)}**{gap(lang)}{title}"
    rules = [
        f"{'' if right else ':'}{'-' * max(3, wide)}{':' if right else ''}"
        for right, wide in zip(shown.right, easy(shown), strict=True)
    ]
    lines = [_row([mark(head) for head in shown.heads]), _row(rules)]
    for i, row in enumerate(shown.rows):
        cells = [mark(cell) for cell in row]
        lines.append(_row([f"**{cell}**" if cell and i in sheet.strong else cell for cell in cells]))
    yield "\n".join(lines)
    if quarto:
        yield f": {title} {{#tbl-{number}}}"
    referred = ("（@tbl-{}）" if lang == "zh" else " (@tbl-{})").format(number) if quarto else ""
    for line in remarks(sheet.notes, sheet.source, lang):
        yield f"{mark(line)}{referred}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
