"""Ledgers as CSV, JSON, Parquet and XLSX, each with its data dictionary and citation.

XLSX and Parquet carry both inside (two more sheets; the file's metadata). CSV
and JSON have no room for them: they stand in a file beside, in the form of the
W3C's *CSV on the Web*. A text that begins with ``= + - @`` stays text in every
format.

Floor 3: knows ledgers; must not know cases, shapes' making, maps, where a file
is put or the command line.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

    from eppv_atlas.ledgers import Column, Ledger

FORMATS: Final = ("csv", "json", "parquet", "xlsx")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_W3C_TYPES: Final = {
    "text": "string",
    "number": "double",
    "integer": "integer",
    "boolean": "boolean",
    "list": "string",
}


def written(ledger: Ledger, form: str, citation: str) -> bytes:
    """A ledger in one of the FORMATS.

    Parameters
    ----------
    ledger
        Rows with their columns.
    form
        ``csv``, ``json``, ``parquet`` or ``xlsx``.
    citation
        How to cite the data.

    Returns
    -------
    bytes
        The file's content; the same for the same rows.
    """
    if form == "csv":
        words = {True: "true", False: "false"}
        truths = [column.name for column in ledger.columns if column.kind == "boolean"]
        rows = [row | {name: words.get(row[name]) for name in truths} for row in ledger.rows]
        return to_csv(rows, [column.name for column in ledger.columns]).encode()
    if form == "json":
        return to_json(ledger.rows).encode()
    return _xlsx(ledger, citation) if form == "xlsx" else _parquet(ledger, citation)


def metadata(ledger: Ledger, file_name: str, citation: str) -> bytes:
    """Data dictionary and citation of a CSV or JSON file, in the form of CSV on the Web."""
    columns: list[dict[str, Any]] = []
    for column in ledger.columns:
        entry: dict[str, Any] = {
            "name": column.name,
            "titles": column.name,
            "datatype": _W3C_TYPES[column.kind],
            "dc:description": {"zh": column.zh, "en": column.en},
        }
        if column.kind == "list":
            entry["separator"] = "; "
        columns.append(entry)
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": file_name,
        "dc:bibliographicCitation": citation,
        "dc:license": "https://creativecommons.org/licenses/by/4.0/",
        "tableSchema": {"columns": columns},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def dictionary(ledger: Ledger) -> list[dict[str, str]]:
    """The columns of a ledger as rows."""
    return [
        {"column": column.name, "type": column.kind, "zh": column.zh, "en": column.en}
        for column in ledger.columns
    ]


def to_json(rows: Sequence[Any]) -> str:
    """Rows as a JSON list."""
    return json.dumps(list(rows), ensure_ascii=False, indent=2) + "\n"


def json_parts(rows: Iterable[Any]) -> Iterator[str]:
    """What `to_json` gives, part by part, so that rows need not be in memory together."""
    begun = False
    for some in _batched(rows):
        whole = json.dumps(some, ensure_ascii=False, indent=2)
        yield (",\n" if begun else "[\n") + whole[2:-2]
        begun = True
    yield "\n]\n" if begun else "[]\n"


def to_csv(rows: Sequence[Any], columns: Sequence[str]) -> str:
    """Rows as CSV; a text that a spreadsheet would take for a formula gets a leading apostrophe."""
    return "".join(csv_parts(rows, columns))


def csv_parts(rows: Iterable[Any], columns: Sequence[str]) -> Iterator[str]:
    """What `to_csv` gives, part by part."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for some in _batched(rows):
        writer.writerows([_cell(row.get(key)) for key in columns] for row in some)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _batched(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(itertools.islice(left, 2000)):
        yield some


def _joined(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)) or None
    return value


def _cell(value: Any) -> Any:
    value = _joined(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _xlsx(ledger: Ledger, citation: str) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    # a fixed date: the same rows give the same bytes
    book.set_properties({"created": dt.datetime(2023, 9, 1), "comments": citation})  # noqa: DTZ001
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    _rows_sheet(book.add_worksheet(ledger.name), ledger, head)
    words = book.add_worksheet("dictionary")
    words.freeze_panes(1, 0)
    words.set_column(0, 1, 20)
    words.set_column(2, 3, 60)
    for at, key in enumerate(("column", "type", "zh", "en")):
        words.write_string(0, at, key, head)
        for line, entry in enumerate(dictionary(ledger), start=1):
            words.write_string(line, at, entry[key], wrapped)
    cite = book.add_worksheet("citation")
    cite.set_column(0, 0, 120)
    for line, text in enumerate(citation.splitlines()):
        cite.write_string(line, 0, text, wrapped)
    book.close()
    return out.getvalue()


def _rows_sheet(sheet: Any, ledger: Ledger, head: Any) -> None:
    """Rows under a frozen header; numbers as numbers, everything else as text."""
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(ledger.columns):
        sheet.write_string(0, at, column.name, head)
        sheet.write_comment(0, at, f"{column.zh}\n{column.en}")
        sheet.set_column(at, at, _width(column, ledger.rows))
    for line, row in enumerate(ledger.rows, start=1):
        for at, column in enumerate(ledger.columns):
            value = _joined(row[column.name])
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(line, at, value)
            elif isinstance(value, int | float):
                sheet.write_number(line, at, value)
            else:  # always as text: no formula, no link
                sheet.write_string(line, at, str(value))
    if ledger.rows:
        sheet.autofilter(0, 0, len(ledger.rows), len(ledger.columns) - 1)


def _width(column: Column, rows: Sequence[Any]) -> int:
    if column.kind in {"number", "integer", "boolean"}:
        return max(12, len(column.name) + 2)
    longest = max((len(str(_joined(row[column.name]) or "")) for row in rows), default=0)
    return min(48, max(len(column.name) + 2, longest + 2))


def _parquet(ledger: Ledger, citation: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "number": pa.float64(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "list": pa.list_(pa.string()),
    }
    fields = [
        pa.field(
            column.name,
            types[column.kind],
            metadata={"zh": column.zh, "en": column.en},
        )
        for column in ledger.columns
    ]
    arrays = [pa.array([row[field.name] for row in ledger.rows], type=field.type) for field in fields]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    extra = {
        b"citation": citation.encode(),
        b"dictionary": json.dumps(dictionary(ledger), ensure_ascii=False).encode(),
    }
    if ledger.geometries:
        table, geo = _with_geometry(table, ledger)
        extra[b"geo"] = geo
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(extra), out, compression="zstd")
    return out.getvalue()


def _with_geometry(table: pa.Table, ledger: Ledger) -> tuple[pa.Table, bytes]:
    """The table with a GeoParquet geometry column, and GeoParquet's own metadata."""
    import geopandas as gpd
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    gpd.GeoDataFrame(geometry=list(ledger.geometries), crs="OGC:CRS84").to_parquet(buffer, index=False)
    shapes = pq.read_table(buffer)
    joined = table.append_column(shapes.schema.field("geometry"), shapes.column("geometry"))
    return joined, shapes.schema.metadata[b"geo"]
