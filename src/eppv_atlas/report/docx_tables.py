"""Sheets as tables of a Word document.

Floor 3¾, part of report: knows WordprocessingML and how sheets fit; must not
know blocks or styles' making.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from eppv_atlas.report.docx_parts import Xml, el, paragraph, runs, val
from eppv_atlas.report.fitting import PADDING_CM, SIZES, Face, Fit, Part, broken
from eppv_atlas.report.zipped import in_line

_TWIPS: Final = 1440 / 2.54


def table(
    face: Face,
    fit: Fit,
    part: Part,
    styles: Mapping[str, str],
    *,
    title: str,
    lang: str,
    strong: Iterable[int] = (),
    noted: bool = False,
) -> Xml:
    """One part of a sheet.

    Parameters
    ----------
    face, fit, part
        The sheet as text, how it fits, and which of its columns to show.
    styles
        Ids of styles by name.
    title
        What it shows, for those who do not see it.
    lang
        ``zh`` or ``en``.
    strong
        Numbers of rows that are totals.
    noted
        Whether a note follows that its last row keeps with.
    """
    widths = [round(width * _TWIPS) for width in part.widths_cm]
    padding = round(PADDING_CM[fit.size_pt] * _TWIPS)
    told = el(
        "w:tbl",
        None,
        el(
            "w:tblPr",
            None,
            val("w:tblStyle", styles["table"]),
            el("w:tblW", {"w:w": sum(widths), "w:type": "dxa"}),
            val("w:jc", "center"),
            el("w:tblLayout", {"w:type": "fixed"}),
            el(
                "w:tblCellMar",
                None,
                *(
                    el(f"w:{side}", {"w:w": room, "w:type": "dxa"})
                    for side, room in (("top", 40), ("left", padding), ("bottom", 40), ("right", padding))
                ),
            ),
            el(
                "w:tblLook",
                {
                    "w:val": "0420",
                    "w:firstRow": "1",
                    "w:lastRow": "0",
                    "w:firstColumn": "0",
                    "w:lastColumn": "0",
                    "w:noHBand": "0",
                    "w:noVBand": "1",
                },
            ),
            val("w:tblCaption", in_line(title)),
        ),
        el("w:tblGrid", None, *(el("w:gridCol", {"w:w": width}) for width in widths)),
    )
    style = styles["Atlas Cell" if fit.size_pt >= SIZES[0] else "Atlas Small Cell"]
    totals, last = frozenset(strong), len(face.rows) - 1

    def row(number: int, cells: tuple[str, ...]) -> Xml:
        """Number -1 is the header; what follows on the same page is kept with the row."""
        head = number < 0
        kept = (part.short or number < 1 or number >= last - 1) and (number < last or noted)
        properties = el("w:trPr", None, el("w:cantSplit"), *([el("w:tblHeader")] if head else []))
        return el(
            "w:tr",
            None,
            properties,
            *(
                _cell(
                    cells[i],
                    width,
                    style,
                    right=face.right[i],
                    bold=head or number in totals,
                    kept=kept,
                    bottom=head,
                    lang=lang,
                )
                for i, width in zip(part.columns, widths, strict=True)
            ),
        )

    wide = dict(zip(part.columns, part.widths_cm, strict=True))
    heads = tuple(
        broken(head, wide[i], fit.size_pt) if i in wide else head for i, head in enumerate(face.heads)
    )
    told.append(row(-1, heads))
    told.extend(row(i, cells) for i, cells in enumerate(face.rows))
    return told


def _cell(
    text: str, width: int, style: str, *, right: bool, bold: bool, kept: bool, bottom: bool, lang: str
) -> Xml:
    first = ([el("w:keepNext")] if kept else []) + ([val("w:jc", "right")] if right else [])
    properties = el("w:tcPr", None, el("w:tcW", {"w:w": width, "w:type": "dxa"}))
    if bottom:
        properties.append(val("w:vAlign", "bottom"))
    return el("w:tc", None, properties, paragraph(style, *runs(text, lang, bold=bold), first=first))
