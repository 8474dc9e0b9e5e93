"""An atlas read out of a database: one moment of it, whole or case by case.

Floor 3, part of the store: knows rows; must not know measures, maps or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
import psycopg
import shapely
from psycopg import IsolationLevel, sql

from eppv_atlas.errors import UsageError
from eppv_atlas.store.exchange.layers import CASES, LAYERS, PARTS, Layer, Row
from eppv_atlas.store.exchange.postgis import schema
from eppv_atlas.store.exchange.postgis.address import Address, connected, of
from eppv_atlas.store.exchange.postgis.settling import ATLAS
from eppv_atlas.store.exchange.rows import Rows

_AT_A_TIME: Final = 2000
_UNCHANGED: Final = ("reading changes nothing", "读取不作任何改动")


class Got(NamedTuple):
    """What a database held at one moment.

    Attributes
    ----------
    rows
        Rows of all layers, by case and order.
    settings
        Content of atlas.yaml; empty where none was put.
    versions
        Version of every case by id, and of the settings under ``atlas.yaml``.
    """

    rows: Rows
    settings: dict[str, Any]
    versions: dict[str, int]


def get(address: str | Address) -> Got:
    """Read an atlas as it stands at one moment, whatever others write meanwhile.

    Raises
    ------
    UsageError
        If the server is not there, refuses or fails, or holds no atlas that this program knows.
    """
    out: Rows = {layer.name: [] for layer in LAYERS}
    versions: dict[str, int] = {}
    at = of(address)
    with connected(at, _UNCHANGED) as (connection, _), _moment(connection):
        schema.demand_current(connection, at)
        content, version = settings(connection, at)
        for case, number, rows in cases(connection, at):
            versions[case] = number
            for name, some in rows.items():
                out[name] += some
    return Got(out, content, versions | ({ATLAS: version} if version is not None else {}))


def stream(address: str | Address) -> Iterator[tuple[str, int, Rows]]:
    """Read an atlas case by case: id, version and rows of each, all as of one moment.

    Holds no more than a few thousand rows at a time, however many there are.

    Raises
    ------
    UsageError
        As :func:`get`.
    """
    at = of(address)
    with connected(at, _UNCHANGED) as (connection, _), _moment(connection):
        schema.demand_current(connection, at)
        yield from cases(connection, at)


def _moment(connection: psycopg.Connection[Any]) -> Any:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection.transaction()


def settings(connection: psycopg.Connection[Any], at: Address) -> tuple[dict[str, Any], int | None]:
    """Content of atlas.yaml and its version; nothing and None where none was put.

    Raises
    ------
    UsageError
        If somebody damaged it.
    """
    row = connection.execute(
        sql.SQL("SELECT settings, version FROM {}").format(sql.Identifier(at.schema, "atlas"))
    ).fetchone()
    if row is None:
        return {}, None
    try:
        content = json.loads(row[0])
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise UsageError(
            f"{at.shown}: column settings of the table atlas holds no JSON; put back what was there",
            f"{at.shown}：表 atlas 的 settings 列不是 JSON；请恢复原内容",
        )
    return content, int(row[1])


def cases(
    connection: psycopg.Connection[Any], at: Address, only: Collection[str] | None = None
) -> Iterator[tuple[str, int, Rows]]:
    """Id, version and rows of every case, in order of id; within a transaction that is under way.

    Parameters
    ----------
    connection
        In a transaction.
    at
        Which schema.
    only
        Ids to read; all without it.
    """
    parts = {layer.name: groupby(_rows(connection, at, layer, only), _case_of) for layer in PARTS}
    waiting: dict[str, tuple[str, Iterator[Row]] | None] = {
        name: next(it, None) for name, it in parts.items()
    }
    for row in _rows(connection, at, CASES, only):
        case = str(row["case"])
        version = int(row.pop("version"))
        rows: Rows = {CASES.name: [row]}
        for name, it in parts.items():
            group = waiting[name]
            rows[name] = []
            if group is not None and group[0] == case:
                rows[name] = list(group[1])
                waiting[name] = next(it, None)
        yield case, version, rows


def _case_of(row: Row) -> str:
    return str(row["case"])


def _rows(
    connection: psycopg.Connection[Any], at: Address, layer: Layer, only: Collection[str] | None
) -> Iterator[Row]:
    """Rows of a layer, some thousand at a time from a cursor of the server."""
    names = [field.name for field in layer.fields] + (["version"] if layer is CASES else [])
    columns: list[sql.Composable] = [sql.Identifier(name) for name in names]
    if layer.shapes is not None:
        to_wkb = sql.Identifier(schema.postgis_schema(connection) or "public", "st_asbinary")
        columns.append(sql.SQL("{}(geometry)").format(to_wkb))
    order = [] if layer is CASES else [sql.SQL('"position" NULLS LAST'), sql.SQL('id COLLATE "C"')]
    query = sql.SQL("SELECT {} FROM {} {} ORDER BY {}").format(
        sql.SQL(", ").join(columns),
        sql.Identifier(at.schema, layer.name),
        sql.SQL("") if only is None else sql.SQL('WHERE "case" = ANY (%s)'),
        sql.SQL(", ").join([sql.SQL('"case" COLLATE "C"'), *order]),
    )
    with connection.cursor(f"eppv_{layer.name}", binary=True) as cursor:
        cursor.execute(query, None if only is None else [list(only)])
        while some := cursor.fetchmany(_AT_A_TIME):
            shapes: Any = [None] * len(some)
            if layer.shapes is not None:
                shapes = _shapes([one[-1] for one in some], [one[:2] for one in some], at, layer)
            for one, shape in zip(some, shapes, strict=True):
                yield dict(zip(names, one, strict=False)) | {"geometry": shape}


def _shapes(wkb: list[bytes | None], keys: list[tuple[Any, ...]], at: Address, layer: Layer) -> Any:
    try:
        return shapely.from_wkb(np.array(wkb, dtype=object))
    except shapely.errors.GEOSException:
        found = shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore")
        bad = next(key for key, held, shape in zip(keys, wkb, found, strict=True) if held and shape is None)
        name = "/".join(map(str, bad if layer is not CASES else bad[:1]))
        raise UsageError(
            f"{at.shown}: the shape of {name} in table {layer.name} is of a kind that is not read (curve, surface); "
            "make it a polygon",
            f"{at.shown}：表 {layer.name} 中 {name} 的图形属不支持的类型（曲线、曲面）；请改为多边形",
        ) from None
