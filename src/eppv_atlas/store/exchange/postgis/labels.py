"""What tables and columns mean, written into the database in both languages; views with Chinese names.

Floor 3, part of the store: knows layers; must not know rows, cases or the command line.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import errors, sql

from eppv_atlas.store.exchange.layers import CASES, LAYERS, Layer

_MOST_BYTES: Final = 63
"""Longest name that PostgreSQL keeps."""
_OURS: Final = {
    "version": ("版本，改动即增", "Version; grows whenever anything of the case changes"),
    "changed_by": ("最后修改人", "Who changed it last"),
    "changed_at": ("最后修改时间", "When it was last changed"),
    "xact": ("最后修改的事务", "Transaction of the last change"),
}
_SHAPE: Final = (
    "图形，经度在前（OGC:CRS84，库中记为 EPSG:4326）",
    "Shape, longitude first (OGC:CRS84, in the database as EPSG:4326)",
)
_OTHERS: Final = {
    "atlas": ("图集设置（atlas.yaml）与备注", "Settings of the atlas (atlas.yaml), and notes"),
    "history": ("变更历史", "Who changed what, when and with which program"),
    "schema_version": ("表结构版本", "Versions of these tables"),
}


def write(connection: psycopg.Connection[Any], schema: str) -> None:
    """Write comments and views anew; the caller has a transaction under way."""
    for name, (zh, en) in _OTHERS.items():
        _comment(connection, sql.SQL("TABLE {}").format(sql.Identifier(schema, name)), zh, en)
    for layer in LAYERS:
        _comment(
            connection, sql.SQL("TABLE {}").format(sql.Identifier(schema, layer.name)), layer.zh, layer.en
        )
        for name, (zh, en) in _meanings(layer).items():
            target = sql.SQL("COLUMN {}").format(sql.Identifier(schema, layer.name, name))
            _comment(connection, target, zh, en)
        _view(connection, schema, layer)


def _meanings(layer: Layer) -> dict[str, tuple[str, str]]:
    out = {field.name: (field.zh, field.en) for field in layer.fields}
    if layer.shapes is not None:
        out["geometry"] = _SHAPE
    return out | (_OURS if layer is CASES else {})


def _comment(connection: psycopg.Connection[Any], target: sql.Composable, zh: str, en: str) -> None:
    connection.execute(sql.SQL("COMMENT ON {} IS {}").format(target, sql.Literal(f"{zh} · {en}")))


def _view(connection: psycopg.Connection[Any], schema: str, layer: Layer) -> None:
    """A view with Chinese names, for people who open the table and not the documentation.

    One that others have built upon, and that cannot become what it should be, stays as it was.
    """
    view = sql.Identifier(schema, layer.zh)
    columns, used = [], set()
    for name, (zh, _) in _meanings(layer).items():
        if name in {"record", "xact"}:
            continue
        label = _short("图形" if name == "geometry" else zh)
        if label in used:
            label = _short(f"{name} {label}")
        used.add(label)
        columns.append(sql.SQL("{} AS {}").format(sql.Identifier(name), sql.Identifier(label)))
    make = sql.SQL("CREATE OR REPLACE VIEW {} AS SELECT {} FROM {}").format(
        view, sql.SQL(", ").join(columns), sql.Identifier(schema, layer.name)
    )
    try:
        with connection.transaction():
            connection.execute(make)
    except errors.InvalidTableDefinition:
        with suppress(errors.DependentObjectsStillExist), connection.transaction():
            connection.execute(sql.SQL("DROP VIEW {}").format(view))
            connection.execute(make)


def _short(label: str) -> str:
    return label.encode()[:_MOST_BYTES].decode("utf-8", "ignore")
