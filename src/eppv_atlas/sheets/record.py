"""What a table for a report holds.

Floor 3, part of sheets: records only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Value = str | int | float | None
Kind = Literal["text", "number", "integer", "area", "percent", "page"]


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes
    ----------
    id
        Short name, the same in both languages: ``zone``, ``stated_km2``.
    name
        What readers call it, without the unit.
    kind
        ``text``; ``number`` and ``integer``; ``area``, in `unit`; ``percent``,
        a signed difference (+0.37 is +0.37 %); ``page`` of the document.
    unit
        Id of the unit of its values (see :data:`eppv_atlas.units.UNITS`); empty where it has none.
    """

    id: str
    name: str
    kind: Kind = "text"
    unit: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table for a report, in one language.

    Attributes
    ----------
    id
        Short name, fit for a file: ``changzhou-zhenglu-areas``.
    lang
        ``zh`` or ``en``.
    title
        What it shows; becomes its caption.
    columns
        Its columns.
    rows
        Values in the order of the columns; None where the source gives nothing.
    notes
        What a reader must know of its figures, a sentence each.
    source
        Where the figures are from, in one line.
    strong
        Numbers of rows that are totals, counted from 0.
    """

    id: str
    lang: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    source: str = ""
    strong: frozenset[int] = frozenset()
