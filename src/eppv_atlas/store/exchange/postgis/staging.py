"""Rows checked and brought into temporary tables of a connection, from which they are written in one go.

Floor 3, part of the store: knows rows and layers; must not know versions of cases or the command line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import numpy as np
import psycopg
import shapely
from psycopg import sql

from eppv_atlas.errors import DataError, Problem
from eppv_atlas.store.exchange.layers import CASES, LAYERS, Field, Layer, Row
from eppv_atlas.store.exchange.rows import Rows

_WIRE_TYPES: Final = {"text": "text", "list": "text", "integer": "int8", "number": "float8"}
_SRID: Final = 4326
_LONG: Final = range(-(2**63), 2**63)


def sorted_out(rows: Rows, shown: str) -> None:
    """See to it that every row belongs to a case and none comes twice.

    Raises
    ------
    DataError
        With every row that does not.
    """
    known = {row.get("case") for row in rows[CASES.name]}
    problems: list[Problem] = []
    for layer in LAYERS:
        seen: set[tuple[Any, ...]] = set()
        for number, row in enumerate(rows.get(layer.name, ()), start=1):
            key = (row.get("case"),) if layer is CASES else (row.get("case"), row.get("id"))
            place = f"{layer.name}[{number}]"
            if not all(map(_name, key)) or row["case"] not in known:
                en = "the row has no id or one that cannot be stored, or names no case that is put"
                zh = "该行没有 id 或其 id 无法保存，或所属案例不在其中"
                problems.append(Problem(shown, 0, place, "orphan-row", en, zh))
            elif key in seen:
                name = "/".join(map(str, key))
                en, zh = f"there is a second {name}; remove one", f"{name} 重复；请删去一个"
                problems.append(Problem(shown, 0, place, "duplicate-id", en, zh))
            seen.add(key)
    if problems:
        raise DataError(problems)


def checked(rows: Rows, ids: Collection[str], settings: str, shown: str) -> None:
    """See to it that rows of some cases, and the text of the settings, can be stored and found again.

    Raises
    ------
    DataError
        With every value that cannot.
    """
    wanted = set(ids)
    problems = [
        problem
        for layer in LAYERS
        for row in rows.get(layer.name, ())
        if row["case"] in wanted
        for problem in _flaws(layer, row, shown)
    ]
    if not _whole(settings):
        en, zh = "the settings hold half a character (a lone surrogate)", "设置中含有残缺字符"
        problems.append(Problem(shown, 0, "atlas.yaml", "not-storable", en, zh))
    if problems:
        raise DataError(problems)


def _flaws(layer: Layer, row: Row, shown: str) -> Iterator[Problem]:
    for field in layer.fields:
        if not _storable(field, row.get(field.name)):
            place = "/".join([layer.name, row["case"], *([] if layer is CASES else [row["id"]])])
            en = f"column {field.name} holds what no database stores there (NUL, half a character, no number)"
            zh = f"{field.name} 列含有数据库无法保存的内容（NUL、残缺字符或非数值）"
            yield Problem(shown, 0, place, "not-storable", en, zh)


def _storable(field: Field, value: Any) -> bool:
    if value is None:
        return True
    if field.kind in {"text", "list"}:
        return isinstance(value, str) and "\0" not in value and _whole(value)
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return False
    return field.kind == "number" or (float(value).is_integer() and int(value) in _LONG)


def _name(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value and _whole(value)


def _whole(text: str) -> bool:
    """Whether a text has no half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def columns(layer: Layer) -> list[str]:
    """Columns of a layer that are written."""
    return [field.name for field in layer.fields] + (["geometry"] if layer.shapes is not None else [])


def table(layer: Layer) -> sql.Identifier:
    """Temporary table of a layer."""
    return sql.Identifier("pg_temp", f"incoming_{layer.name}")


def named(layer: Layer) -> sql.Composed:
    """Columns of a layer that are written, for a statement."""
    return sql.SQL(", ").join(map(sql.Identifier, columns(layer)))


def stage(
    connection: psycopg.Connection[Any], layer: Layer, like: sql.Identifier, rows: Rows, ids: Collection[str]
) -> None:
    """Bring rows of some cases into a temporary table, which lasts as long as the transaction."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table(layer)))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            sql.Identifier(f"incoming_{layer.name}"), named(layer), like
        )
    )
    copy(connection, layer, table(layer), rows, ids)


def copy(
    connection: psycopg.Connection[Any], layer: Layer, into: sql.Identifier, rows: Rows, ids: Collection[str]
) -> None:
    """Bring rows of some cases into a table in bulk."""
    wanted = set(ids)
    some = [row for row in rows.get(layer.name, ()) if row["case"] in wanted]
    types = [_WIRE_TYPES[field.kind] for field in layer.fields]
    types += ["bytea"] if layer.shapes is not None else []  # bytes as PostGIS itself reads them
    order = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(into, named(layer))
    with connection.cursor() as cursor, cursor.copy(order) as stream:
        stream.set_types(types)
        for line in _lines(layer, some):
            stream.write_row(line)


def _lines(layer: Layer, rows: list[Row]) -> Iterator[list[Any]]:
    shapes: Any = None
    if layer.shapes is not None:
        held = np.array([row.get("geometry") for row in rows] or [None], dtype=object)[: len(rows)]
        shapes = shapely.to_wkb(shapely.set_srid(held, _SRID), flavor="extended", include_srid=True)
    for number, row in enumerate(rows):
        line = [_value(field, row.get(field.name)) for field in layer.fields]
        yield line if shapes is None else [*line, shapes[number]]


def _value(field: Field, value: Any) -> Any:
    if value is None or field.kind in {"text", "list"}:
        return value
    return int(value) if field.kind == "integer" else float(value)
