"""The table of areas as reports print it: zones of which something is known, without long remarks.

Floor 3¾, part of report: knows sheets; must not know formats or how areas come about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.sheets import Sheet, Value, shown
from eppv_atlas.sheets.words import word

_SHORT: Final = (
    (("made_from_stated", "made_from_figures"), "made_short"),
    (("unit_outline",), "unit_short"),
)
"""Remarks that say why an area has no difference, and how a brief table says so."""


def brief(sheet: Sheet, columns: Sequence[str] = ()) -> tuple[Sheet, tuple[str, ...]]:
    """The brief form of a table of zone areas.

    Parameters
    ----------
    sheet
        Of :func:`eppv_atlas.sheets.areas`.
    columns
        Ids of the columns to keep, in this order; all but the remarks if none are named.

    Returns
    -------
    sheet, left_out
        Zones with an area or a share, stated or measured, and the totals; where a shape was
        made from its stated area, or a unit stands for a zone, the difference says
        so, as on the pages. And the names of the zones that have neither.
    """
    wanted = list(columns) or [column.id for column in sheet.columns if column.id != "remark"]
    at = [i for name in wanted for i, column in enumerate(sheet.columns) if column.id == name]
    sizes = [i for i, column in enumerate(sheet.columns) if column.kind == "area" or column.id == "printed"]
    rows: list[tuple[Value, ...]] = []
    strong, left_out = [], []
    for number, row in enumerate(sheet.rows):
        if number not in sheet.strong and all(row[i] is None for i in sizes):  # a share is a figure, too
            left_out.append(str(row[0]))
            continue
        if number in sheet.strong:
            strong.append(len(rows))
        rows.append(tuple(_told(sheet, row, i, total=number in sheet.strong) for i in at))
    kept = tuple(
        replace(column, kind="text") if column.kind == "percent" else column
        for column in (sheet.columns[i] for i in at)
    )
    notes = sheet.notes
    if not any(column.id.startswith("stated_") for column in kept):  # nothing is converted
        notes = tuple(note for note in notes if note != word("note_conversion", sheet.lang))
    return replace(sheet, columns=kept, rows=tuple(rows), strong=frozenset(strong), notes=notes), tuple(
        left_out
    )


def _told(sheet: Sheet, row: tuple[Value, ...], i: int, *, total: bool) -> Value:
    column = sheet.columns[i]
    if column.kind != "percent":
        return row[i]
    cells = {one.id: value for one, value in zip(sheet.columns, row, strict=True)}
    measured = any(value is not None for name, value in cells.items() if name.startswith("measured_"))
    if not total and measured and row[i] is None:  # without a shape the remark is the case's own text
        remark = str(cells["remark"])
        for names, short in _SHORT:
            if any(word(name, sheet.lang) in remark for name in names):
                return PHRASES[short][sheet.lang]
    return None if row[i] is None else shown(column, row[i], sheet.lang)
