"""What came out of a run, as files: JSON with everything, XLSX a worksheet a table, CSV a file a table.

Floor 3½, part of running: knows results of schemes, tables and safe writing; must not know rules of
schemes, pages or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from eppv_atlas import sheets
from eppv_atlas.errors import UsageError
from eppv_atlas.model import Name
from eppv_atlas.schemes.figures import UNKNOWN, figure, value_text
from eppv_atlas.schemes.plain import layer_features, ran_json
from eppv_atlas.schemes.trial import Column, Line, Ran, Table, Value
from eppv_atlas.sheets import Sheet, SheetColumn
from eppv_atlas.store import together
from eppv_atlas.units import UNITS

FORMS: Final = ("csv", "geojson", "json", "xlsx")
"""Suffixes of files that any result can be written to."""


def write(ran: Ran, out: Path, lang: str) -> None:
    """Write what came out of a run; all files of it or none.

    Parameters
    ----------
    ran
        What came out.
    out
        ``.json``: everything, both languages. ``.xlsx``: inputs, values and tables. ``.csv``: the values,
        and each table beside as ``NAME-TABLE.csv``. ``.geojson``: the shapes.
    lang
        Language of the tables.

    Raises
    ------
    UsageError
        If the suffix is another one, or there are no shapes to write.
    """
    form = out.suffix.lower().lstrip(".")
    if form not in FORMS:
        raise UsageError(
            f"{out}: results are written as {', '.join(FORMS)}; give the file one of these suffixes",
            f"{out}：结果可写为 {'、'.join(FORMS)}；请用其中一种后缀",
        )
    if form == "geojson" and not ran.layers:
        raise UsageError(
            f"{out}: nothing came out of this run that has a shape", f"{out}：此次试算没有得出图形"
        )
    together.write(dict(_files(ran, out, form, lang)))


def _files(ran: Ran, out: Path, form: str, lang: str) -> Iterator[tuple[Path, bytes]]:
    if form == "xlsx":
        yield out, sheets.written(list(result_sheets(ran, lang)), "xlsx")
    elif form == "csv":
        _, values, *tables = result_sheets(ran, lang)
        yield out, sheets.written(values, "csv")
        for table in tables:
            yield out.with_name(f"{out.stem}-{table.id}.csv"), sheets.written(table, "csv")
    elif form == "geojson":
        yield out, _json({"type": "FeatureCollection", "features": layer_features(ran.layers)})
    else:
        yield out, as_text(ran)


def as_text(ran: Ran) -> bytes:
    """What came out of a run as JSON."""
    return _json(ran_json(ran))


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def result_sheets(ran: Ran, lang: str) -> Iterator[Sheet]:
    """Tables of a run: inputs, values, and the tables that came out."""
    zh = lang == "zh"
    notes = tuple(str(getattr(note, lang)) for note in ran.notes)
    heads = (
        ("输入项", "名称", "取值", "单位", "是否改动", "来源")
        if zh
        else ("Input", "What it is", "Value", "Unit", "Changed", "Where it comes from")
    )
    yield Sheet(
        "inputs",
        lang,
        "输入" if zh else "Inputs",
        _columns(("input", "label", "value", "unit", "changed", "whence"), heads),
        tuple(
            (
                one.id,
                getattr(one.label, lang),
                _cell(one.value, lang)
                if one.kind == "number"
                else value_text(one.value, "", lang, one.options),
                getattr(UNITS[one.unit], lang) if one.unit else "",
                value_text(one.id in ran.changed, "", lang),
                getattr(one.whence, lang) if one.whence else "",
            )
            for one in ran.inputs
        ),
    )
    names = (
        ("项目", "名称", "取值", "单位", "下限", "上限", "算式", "代入")
        if zh
        else ("Line", "What it is", "Value", "Unit", "Low", "High", "Formula", "With numbers")
    )
    yield Sheet(
        "values",
        lang,
        "结果" if zh else "Results",
        _columns(("line", "label", "value", "unit", "low", "high", "formula", "numbers"), names),
        tuple(_line(one, lang) for one in ran.lines),
        notes,
    )
    for table in ran.tables:
        yield Sheet(
            table.id,
            lang,
            getattr(table.label, lang),
            tuple(_column(at, column, table, lang) for at, column in enumerate(table.columns)),
            tuple(tuple(_cell(value, lang) for value in row) for row in table.rows),
        )


def _columns(ids: tuple[str, ...], heads: tuple[str, ...]) -> tuple[SheetColumn, ...]:
    return tuple(SheetColumn(name, head) for name, head in zip(ids, heads, strict=True))


def _line(one: Line, lang: str) -> tuple[sheets.Value, ...]:
    return (
        one.id,
        getattr(one.label, lang),
        _cell(one.value, lang),
        getattr(UNITS[one.unit], lang) if one.unit else "",
        one.low,
        one.high,
        _text(one.formula, lang),
        _text(one.numbers, lang),
    )


def _column(at: int, column: Column, table: Table, lang: str) -> SheetColumn:
    said = [row[at] for row in table.rows if row[at] != ""]  # an empty text: there is none
    numbers = all(isinstance(value, int | float | None) and not isinstance(value, bool) for value in said)
    numbers = numbers and (bool(said) or not table.rows)
    return SheetColumn(column.id, getattr(column.label, lang), "number" if numbers else "text", column.unit)


def _cell(value: Value | Name, lang: str) -> sheets.Value:
    """A value of a table: numbers stay numbers, everything else is text."""
    if value == "":
        return None
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return value_text(value, "", lang)


def _text(text: str | Name, lang: str) -> str:
    return str(getattr(text, lang)) if isinstance(text, Name) else text


def range_text(one: Line, lang: str) -> str:
    """The range of a line for reading; empty where it has none."""
    if one.low is None or one.high is None:
        return ""
    symbol = str(getattr(UNITS[one.unit], lang)) if one.unit else ""
    return f"{figure(one.low, one.unit)} – {figure(one.high, one.unit)} {symbol}".strip()


def table_cells(table: Table, lang: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Heads, cells and numbers of the columns of figures of a table, for reading."""
    heads, figures = [], []
    for at, column in enumerate(table.columns):
        symbol = str(getattr(UNITS[column.unit], lang)) if column.unit else ""
        label = str(getattr(column.label, lang))
        heads.append(
            label if not symbol else f"{label}（{symbol}）" if lang == "zh" else f"{label} ({symbol})"
        )
        if _column(at, column, table, lang).kind == "number":
            figures.append(at)
    cells = [
        [
            figure(value, column.unit)
            if isinstance(value, int | float) and not isinstance(value, bool)
            else str(getattr(UNKNOWN, lang))
            if value is None
            else value_text(value, "", lang)
            for column, value in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]
    return heads, cells, figures
