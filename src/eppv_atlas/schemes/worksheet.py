"""The cells and rows of a trial worked out, with the ranges of measured areas.

Floor 3, part of schemes: knows trials, formulas and units; must not know cases, files, shapes or
how anything is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.schemes.evaluation import evaluate
from eppv_atlas.schemes.figures import said, value_text
from eppv_atlas.schemes.formulas import names, shown, tree
from eppv_atlas.schemes.trial import Cell, Column, Input, Line, Option, Progression, Ran, Table, Trial, Value
from eppv_atlas.units import UNITS
from eppv_atlas.vocabulary import CONFIDENCES

__all__ = ["AREA_RANGE", "MOST_ROWS", "evaluate", "from_si", "measured", "rows", "spread", "to_si", "work"]

AREA_RANGE: Final[Mapping[str, float | None]] = {
    "surveyed": 0.01,
    "official": 0.05,
    "digitised": 0.10,
    "administrative": None,
    "schematic": None,
}
"""Share by which an area measured on a shape of each confidence may be off, either way.

Set by the editors, no statistics: a legal survey, a published boundary at map scale, a boundary traced
from one. None: the shape stands for something else, so its area cannot be relied on at all."""
MOST_ROWS: Final = 400
"""Rows of a progression, at most."""
_CORNERS: Final = 8
"""Uncertain inputs of which all combinations of ends are tried; of more, both ends of all together."""


def to_si(value: Value, unit: str) -> Value:
    """A value in its unit as formulas take it."""
    return _scaled(value, unit, lambda number, si: number * si)


def from_si(value: Value, unit: str) -> Value:
    """A value of a formula in the unit of its cell."""
    return _scaled(value, unit, lambda number, si: number / si)


def _scaled(value: Value, unit: str, by: Callable[[float, float], float]) -> Value:
    if not unit or isinstance(value, bool | str) or value is None:
        return value
    made = by(float(value), UNITS[unit].si)
    return made if made - made == 0.0 else None


def work(trial: Trial, chosen: Mapping[str, Value]) -> Ran:
    """Work cells and progressions of a trial out.

    Parameters
    ----------
    trial
        What can be tried.
    chosen
        Values for some of its inputs, each in its unit, checked already.

    Returns
    -------
    Ran
        Lines in the order of the cells, a table for each progression. A line has a range where it
        rests on areas measured on shapes, see :data:`AREA_RANGE`; none where one of them cannot be
        relied on, and a note says so.
    """
    inputs = tuple(
        replace(one, value=chosen[one.id], confidence="")
        if one.id in chosen and chosen[one.id] != one.value
        else one
        for one in trial.inputs
    )
    before = {one.id: one.value for one in trial.inputs}
    values = {one.id: to_si(one.value, one.unit) for one in inputs}
    ends = _ends(inputs)
    shaky = {one.id for one in inputs if spread(one) is None and measured(one)}
    known = _cells(trial.cells, values)
    corners = [_cells(trial.cells, values | corner) for corner in _corners(ends)]
    leans = _leaning(trial.cells)
    lines = []
    labels = _written(trial, inputs, known)
    for cell in trial.cells:
        low, high = None, None
        if leans[cell.id] & ends.keys() and not leans[cell.id] & shaky:
            low, high = _range([from_si(corner[cell.id], cell.unit) for corner in (known, *corners)])
        lines.append(
            Line(
                cell.id,
                cell.label,
                _worded(from_si(known[cell.id], cell.unit), cell.options),
                cell.unit,
                cell.role,
                _both(cell.formula, labels["names"]),
                _both(cell.formula, labels["numbers"]),
                low,
                high,
            )
        )
    return Ran(
        inputs=inputs,
        lines=tuple(lines),
        changed=tuple(one.id for one in inputs if one.value != before[one.id]),
        tables=tuple(_table(one, known) for one in trial.progressions),
        charts={one.id: one.chart for one in trial.progressions if one.chart},
        notes=(*trial.notes, *_trust(inputs)),
    )


def measured(one: Input) -> bool:
    """Whether an input is an area that was measured on a shape."""
    return bool(one.confidence and one.unit and UNITS[one.unit].quantity == "area")


def spread(one: Input) -> float | None:
    """Share by which an input may be off, either way; None where it has no range."""
    return AREA_RANGE[one.confidence] if measured(one) else None


def _ends(inputs: Sequence[Input]) -> dict[str, tuple[float, float]]:
    """Both ends of every input that has a range, in SI units."""
    out = {}
    for one in inputs:
        share, value = spread(one), to_si(one.value, one.unit)
        if share is not None and isinstance(value, float):
            out[one.id] = (value * (1 - share), value * (1 + share))
    return out


def _corners(ends: Mapping[str, tuple[float, float]]) -> Iterator[dict[str, Value]]:
    if not ends:
        return
    if len(ends) > _CORNERS:
        yield {name: low for name, (low, _) in ends.items()}
        yield {name: high for name, (_, high) in ends.items()}
        return
    for corner in itertools.product(*ends.values()):
        yield dict(zip(ends, corner, strict=True))


def _range(found: Sequence[Value]) -> tuple[float | None, float | None]:
    numbers = [value for value in found if isinstance(value, float)]
    if len(numbers) < len(found):
        return None, None
    return min(numbers), max(numbers)


def _worded(value: Value, options: Sequence[Option]) -> Value | Name:
    """A word as it is shown."""
    return next((one.label for one in options if isinstance(value, str) and one.id == value), value)


def _cells(cells: Sequence[Cell], values: Mapping[str, Value]) -> dict[str, Value]:
    """Values of inputs and cells, in SI units."""
    known = dict(values)
    for cell in cells:
        known[cell.id] = evaluate(tree(cell.formula), known)
    return known


def _leaning(cells: Sequence[Cell]) -> dict[str, set[str]]:
    """All names that each cell rests on, directly or through other cells."""
    out: dict[str, set[str]] = {}
    for cell in cells:
        direct = set(names(tree(cell.formula)))
        out[cell.id] = direct.union(*(out.get(name, set()) for name in direct))
    return out


def rows(one: Progression, known: Mapping[str, Value]) -> list[dict[str, Value]]:
    """Rows of a progression, in SI units; none where their number is not known."""
    count = evaluate(tree(one.count), known)
    if not isinstance(count, float) or count < 1:
        return []
    made: list[dict[str, Value]] = []
    last = {cell.id: known.get(f"start_{cell.id}") for cell in one.cells}
    trees = [(cell.id, tree(cell.formula)) for cell in one.cells]
    for number in range(1, min(int(count), MOST_ROWS) + 1):
        values = dict(known) | {f"before_{name}": value for name, value in last.items()}
        values["row"] = float(number)
        for name, of in trees:
            values[name] = evaluate(of, values)
        last = {name: values[name] for name, _ in trees}
        made.append(last)
    return made


def _table(one: Progression, known: Mapping[str, Value]) -> Table:
    columns = tuple(Column(cell.id, cell.label, cell.unit) for cell in one.cells)
    body = tuple(
        tuple(from_si(row[column.id], column.unit) for column in columns) for row in rows(one, known)
    )
    return Table(one.id, one.label, columns, body)


def _written(
    trial: Trial, inputs: Sequence[Input], known: Mapping[str, Value]
) -> dict[str, dict[str, dict[str, str]]]:
    """What formulas show for names: labels, and figures with their units; each by language."""
    out: dict[str, dict[str, dict[str, str]]] = {"names": {}, "numbers": {}}
    for lang in ("zh", "en"):
        labels = {one.id: getattr(one.label, lang) for one in inputs}
        figures = {one.id: value_text(one.value, one.unit, lang, one.options) for one in inputs}
        told = [option for one in reversed(trial.cells) for option in one.options]
        told += [option for one in inputs for option in one.options]
        texts = {f'"{option.id}"': getattr(option.label, lang) for option in told}
        labels |= texts
        figures |= texts
        for cell in trial.cells:
            labels[cell.id] = getattr(cell.label, lang)
            figures[cell.id] = value_text(from_si(known[cell.id], cell.unit), cell.unit, lang, cell.options)
        out["names"][lang], out["numbers"][lang] = labels, figures
    return out


def _both(formula: str, words: Mapping[str, Mapping[str, str]]) -> Name:
    return said(shown(formula, words["zh"], "zh"), shown(formula, words["en"], "en"))


def _trust(inputs: Sequence[Input]) -> Iterator[Name]:
    """What must be said of areas measured on shapes."""
    for one in inputs:
        if not measured(one):
            continue
        share, term = spread(one), CONFIDENCES[one.confidence]
        if share is None:
            yield said(
                f"“{one.label.zh}”量自“{term.zh}”几何，不能作为依据，故不给区间",
                f"“{one.label.en}” is measured on a shape of confidence “{term.en}”: it cannot be relied on, "
                "so no range is given",
            )
        else:
            yield said(
                f"“{one.label.zh}”量自“{term.zh}”几何，区间按面积上下浮动 {share:.0%} 计算（编者设定）",
                f"“{one.label.en}” is measured on a shape of confidence “{term.en}”; ranges take it as good to "
                f"±{share:.0%}, which the editors set",
            )
