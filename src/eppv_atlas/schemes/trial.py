"""What can be tried: inputs, formulas and what came out, as plain records.

An engine makes a :class:`Trial` of a mechanism. Two kinds of engine exist.
One writes formulas: its trial has cells and the worksheet works them out, in
Python and in the browser from the same tree. The other works on shapes, files
or a solver: it hands over *frames*, results worked out beforehand for each
option of one choice, and runs anew on the command line.

Floor 3, part of schemes: frozen records; must not know files, maps, cases or
how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shapely.geometry.base import BaseGeometry

from eppv_atlas.model import Name

Value = float | bool | str | None
"""Number, yes or no, word or ISO date; None where it is not known."""


@dataclass(frozen=True)
class Option:
    """One value of a choice."""

    id: str
    label: Name


@dataclass(frozen=True)
class Input:
    """Something that a reader may set.

    Attributes
    ----------
    id
        Name in formulas and in ``--set``.
    label
        What it is.
    kind
        ``number``, ``choice``, ``flag`` or ``date``.
    value
        What it is unless set; None where it is not known.
    unit
        A unit of ``units.UNITS``, in which `value` stands; empty for a bare number or a word.
    low, high, step
        Bounds and step of a number; None where there are none.
    options
        Values of a choice.
    whence
        Where the value comes from: the printed figure with its page, a measured area with its
        confidence, or an assumption with its reason.
    confidence
        Of the geometry that the value was measured on; empty where it was not.
    """

    id: str
    label: Name
    kind: Literal["number", "choice", "flag", "date"]
    value: Value
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    options: tuple[Option, ...] = ()
    whence: Name | None = None
    confidence: str = ""


@dataclass(frozen=True)
class Cell:
    """A formula with its name.

    Attributes
    ----------
    id
        Name in other formulas.
    label
        What it is.
    formula
        See ``schemes.worksheet``; cells may use inputs and the cells before them.
    unit
        Unit of the result; empty for a bare number, a yes or no, or a word.
    role
        ``result``: shown first; ``step``: shown as explanation; ``test``: a yes or no (or not
        known) with its reason in the label.
    options
        Of a result that is a word: what is shown for each.
    """

    id: str
    label: Name
    formula: str
    unit: str = ""
    role: Literal["result", "step", "test"] = "step"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Progression:
    """Rows that follow each other (years): each is worked out from the one before.

    Attributes
    ----------
    id, label
        Name, and what the rows are.
    count
        Formula of how many rows there are; at most 400.
    cells
        Columns. ``row`` is the number of the row from 1 on, ``before_NAME`` the column in the row
        before, ``start_NAME`` must be an input or a cell and is what comes before the first row.
    chart
        Ids of columns that a chart shows over the rows.
    """

    id: str
    label: Name
    count: str
    cells: tuple[Cell, ...]
    chart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    id: str
    label: Name
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of values.

    Attributes
    ----------
    id, label
        Name, and what it shows.
    columns
        Its columns.
    rows
        One value a column; a text that is for readers is a Name.
    """

    id: str
    label: Name
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value | Name, ...], ...]


@dataclass(frozen=True)
class Mark:
    """A shape of a result, with what is to be said of it.

    Attributes
    ----------
    id
        Unique within its layer.
    label
        Its name.
    geometry
        OGC:CRS84, degrees.
    value
        What its colour goes by, 0 to 1; None for the plain look.
    about
        Values by column id, for its popup.
    """

    id: str
    label: Name
    geometry: BaseGeometry
    value: float | None = None
    about: Mapping[str, Value | Name] = field(default_factory=dict)


@dataclass(frozen=True)
class Layer:
    """Shapes of a result, always with how far to trust them."""

    id: str
    label: Name
    confidence: str
    marks: tuple[Mark, ...]
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Line:
    """One value of a result.

    Attributes
    ----------
    id, label, value, unit
        As in its cell.
    role
        As in its cell.
    formula
        The formula with names.
    numbers
        The formula with numbers in place of the names; both are empty where there is none.
    low, high
        Range that the confidence of the inputs implies; None where there is none.
    """

    id: str
    label: Name
    value: Value | Name
    unit: str = ""
    role: str = "result"
    formula: str | Name = ""
    numbers: str | Name = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Ran:
    """What came out of a run.

    Attributes
    ----------
    inputs
        Every input with the value that was used.
    changed
        Ids of the inputs that differ from the case.
    lines
        Results, steps and tests in order.
    tables, layers
        What else came out.
    charts
        For tables: columns to be drawn over the first column.
    notes
        What must be said with it: assumptions, limits, weakest confidence.
    """

    inputs: tuple[Input, ...]
    lines: tuple[Line, ...]
    changed: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    layers: tuple[Layer, ...] = ()
    charts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Name, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A mechanism that can be tried.

    Attributes
    ----------
    case, mechanism, engine
        Ids.
    title
        Name of the mechanism.
    about
        What is worked out here, and what is not.
    inputs
        What may be set.
    cells, progressions
        Formulas; empty for an engine that hands over frames.
    frames_by
        Id of the choice whose options have frames; empty where there are none.
    frames
        For each option the result worked out beforehand.
    files
        Inputs that are files, by the name in ``--with``: what each has to hold.
    notes
        What must be said with every result.
    """

    case: str
    mechanism: str
    engine: str
    title: Name
    about: Name
    inputs: tuple[Input, ...]
    cells: tuple[Cell, ...] = ()
    progressions: tuple[Progression, ...] = ()
    frames_by: str = ""
    frames: Mapping[str, Ran] = field(default_factory=dict)
    files: Mapping[str, Name] = field(default_factory=dict)
    notes: tuple[Name, ...] = ()
