"""Tables: delimited text and spreadsheets, of corner points or with a column of WKT.

Alone in its process; imports nothing of the rest of the package.
"""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from . import Read, Refused, chosen, text_of
from .parcels import HEAD, parcels
from .texts import decoded, from_wkt

_SHAPE_COLUMNS: Final = frozenset({"wkt", "geom", "geometry", "the_geom", "shape", "几何", "图形"})


def delimited(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """Text whose cells are divided by commas, semicolons, tabs or bars."""
    csv.field_size_limit(int(spec["value"]) + 1)
    text = decoded(spec)
    if text.lstrip().startswith(HEAD):
        return parcels(text, told)
    head = text[:4000]
    mark = max(",;\t|，", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error as error:
        if "field larger" in str(error):
            en = f"holds a cell of more than {spec['value']} letters, which is the limit"
            raise Refused("limit", en, f"有单元格超过上限 {spec['value']} 个字符") from None
        raise Refused("file", f"is no table: {error}", f"不是表格：{error}") from None
    told |= {"layers": [""], "layer": "", "crs": None}
    return _table([[cell.strip() for cell in row] for row in rows], told)


def sheet(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """A sheet of a workbook."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(spec["path"]) as book:
        name = chosen(
            book.sheet_names, spec["layer"] or (book.sheet_names[0] if len(book.sheet_names) == 1 else None)
        )
        told |= {"layers": list(book.sheet_names), "layer": name, "crs": None}
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=spec["features"] + 2)
    return _table(
        [[("" if (text := text_of(cell)) is None else text.strip()) for cell in row] for row in rows], told
    )


def _table(rows: list[list[str]], told: dict[str, Any]) -> Read:
    """Rows of cells: its first line are names of columns; a column of WKT becomes shapes."""
    rows = [row for row in rows if any(row)]
    if len(rows) < 2:
        raise Refused("file", "holds no rows below a line of column names", "列名行之下没有数据")
    names: list[str] = []
    for index, cell in enumerate(rows[0]):
        name = cell or f"column {index + 1}"
        names.append(name if name not in names else f"{name} {index + 1}")
    columns: dict[str, list[str | None]] = {
        name: [row[i] if i < len(row) and row[i] else None for row in rows[1:]]
        for i, name in enumerate(names)
    }
    shaped = next((name for name in names if name.lower() in _SHAPE_COLUMNS), None)
    told["table"] = shaped is None
    shapes: list[bytes | None] = [None] * (len(rows) - 1)
    return (from_wkt(columns.pop(shaped), told) if shaped else shapes), columns
