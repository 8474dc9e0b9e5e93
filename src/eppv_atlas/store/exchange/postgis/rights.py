"""Roles of a schema: who reads, and who edits rows but no tables.

Group roles ``SCHEMA_reader`` and ``SCHEMA_editor`` without login; an
organisation grants them to its people. What the user may not do is returned as
SQL for an administrator.

Floor 3, part of the store: must not know rows, cases or the command line.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import psycopg
from psycopg import errors, sql

from eppv_atlas.store.exchange.layers import LAYERS

_Power = Literal["roles", "schema", "database"]
_ROWS: Final = tuple(layer.name for layer in LAYERS)


def grant(connection: psycopg.Connection[Any], schema: str) -> tuple[str, ...]:
    """Make roles and rights as far as the user may.

    Returns
    -------
    tuple of str
        SQL that remains to be run, in order; empty where all is as it should be.
    """
    powers = _powers(connection, schema)
    there = {
        row[0]
        for row in connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(names(schema))]
        )
    }
    left: list[str] = []
    for power, statement, role in _statements(connection, schema, there):
        blocked = power not in powers or (role is not None and role not in there)
        if not blocked:
            try:
                with connection.transaction():
                    connection.execute(statement)
            except errors.DuplicateObject:
                pass  # somebody made it at the same moment
            except errors.InsufficientPrivilege:
                blocked = True
        if blocked:
            left.append(statement.as_string(connection) + ";")
        elif power == "roles":
            there |= {name for name in names(schema) if _exists(connection, name)}
    return tuple(left)


def names(schema: str) -> tuple[str, str]:
    """Names of the roles of readers and editors."""
    return f"{schema}_reader", f"{schema}_editor"


def _exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _powers(connection: psycopg.Connection[Any], schema: str) -> set[_Power]:
    row = connection.execute(
        "SELECT r.rolcreaterole OR r.rolsuper, pg_has_role(n.nspowner, 'USAGE'), pg_has_role(d.datdba, 'USAGE') "
        "FROM pg_roles r, pg_namespace n, pg_database d "
        "WHERE r.rolname = current_user AND n.nspname = %s AND d.datname = current_database()",
        [schema],
    ).fetchone()
    order: tuple[_Power, ...] = ("roles", "schema", "database")
    return {power for power, may in zip(order, row or (), strict=False) if may}


def _statements(
    connection: psycopg.Connection[Any], schema: str, there: set[str]
) -> list[tuple[_Power, sql.Composed, str | None]]:
    """Statement, what it needs, and the role that must be there."""
    reader, editor = names(schema)
    out: list[tuple[_Power, sql.Composed, str | None]] = [
        ("roles", sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)), None)
        for role in (reader, editor)
        if role not in there
    ]
    space = sql.Identifier(schema)
    for role in (reader, editor):
        to = sql.Identifier(role)
        out += [
            ("schema", sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(space, to), role),
            ("schema", sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(space, to), role),
        ]
    tables = sql.SQL(", ").join(sql.Identifier(schema, name) for name in _ROWS)
    to = sql.Identifier(editor)
    out += [
        ("schema", sql.SQL("GRANT INSERT, UPDATE, DELETE ON {} TO {}").format(tables, to), editor),
        (
            "schema",
            sql.SQL("GRANT INSERT, UPDATE ON {} TO {}").format(sql.Identifier(schema, "atlas"), to),
            editor,
        ),
    ]
    if not _may_stage(connection, editor, exists=editor in there):
        base = sql.Identifier(connection.info.dbname)
        out.append(("database", sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(base, to), editor))
    return out


def _may_stage(connection: psycopg.Connection[Any], role: str, *, exists: bool) -> bool:
    """Whether a role may have temporary tables, which putting needs; most databases let everybody."""
    row = connection.execute(
        "SELECT has_database_privilege(%s, current_database(), 'TEMP')", [role if exists else "public"]
    ).fetchone()
    return bool(row and row[0])
