"""Tables of an atlas in a database: versioned migrations, their state, what they need of the server.

A migration is a file of SQL whose first two lines say in English and Chinese
what it does. Each runs in one transaction, under a lock that keeps others off.

Floor 3, part of the store: knows layers; must not know rows, cases or the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import psycopg
from psycopg import errors, sql

from eppv_atlas.errors import UsageError
from eppv_atlas.store.exchange.layers import LAYERS
from eppv_atlas.store.exchange.postgis import labels, rights
from eppv_atlas.store.exchange.postgis.address import Address, connected, of

_NOTHING: Final = ("nothing was changed that is not whole", "未留下不完整的改动")
_UNCHANGED: Final = ("nothing was changed", "未作任何改动")
_EXTENSIONS: Final = ("postgis", "pg_trgm")


@dataclass(frozen=True)
class Step:
    """A migration: its number, what it does in both languages, its SQL."""

    number: int
    en: str
    zh: str
    sql: str


@dataclass(frozen=True)
class Migrated:
    """What migrating did, and what SQL an administrator has to run because the user may not."""

    steps: tuple[Step, ...]
    handed_over: tuple[str, ...]


@cache
def steps() -> tuple[Step, ...]:
    """All migrations that this program knows, in order."""
    folder = resources.files("eppv_atlas.store.exchange.postgis") / "migrations"
    out = []
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".sql"):
            text = file.read_text("utf-8")
            en, zh = (line.removeprefix("-- ") for line in text.splitlines()[:2])
            out.append(Step(int(file.name[:4]), en, zh, text))
    return tuple(out)


def pending(address: str | Address) -> tuple[Step, ...]:
    """Migrations that a database still lacks; all of them where there is no atlas yet.

    Raises
    ------
    UsageError
        If the server cannot be asked, or its tables are newer than this program.
    """
    at = of(address)
    with connected(at, _UNCHANGED) as (connection, _):
        return _lacking(at, _version(connection, at))


def migrate(address: str | Address, upto: int | None = None) -> Migrated:
    """Bring the tables to the version of this program; rows stay.

    Makes the schema, the tables, labels in both languages and the roles, as
    far as the user may; an extension PostGIS that is missing too.

    Parameters
    ----------
    address
        The database.
    upto
        Last migration to run; all of them without it.

    Raises
    ------
    UsageError
        If the user may not, the server has no PostGIS, the schema holds other
        tables, or the tables are newer than this program.
    """
    at = of(address)
    done: list[Step] = []
    with connected(at, _NOTHING) as (connection, _):
        _lacking(at, _version(connection, at))
        _provide(connection, at)
        for step in steps():
            if upto is not None and step.number > upto:
                break
            with connection.transaction():
                _ready(connection, at)
                if step in _lacking(at, _version(connection, at)):
                    connection.execute(step.sql.encode())
                    connection.execute(
                        sql.SQL("INSERT INTO {} (version) VALUES (%s)").format(_registry(at)), [step.number]
                    )
                    done.append(step)
        if upto is None:
            with connection.transaction():
                _ready(connection, at)
                labels.write(connection, at.schema)
        return Migrated(tuple(done), rights.grant(connection, at.schema))


def roles(address: str | Address) -> tuple[str, ...]:
    """Make the roles of readers and editors and their rights; return the SQL that the user may not run.

    Raises
    ------
    UsageError
        If the server cannot be asked, or there is no atlas in the schema.
    """
    at = of(address)
    with connected(at, _NOTHING) as (connection, _):
        demand_current(connection, at)
        return rights.grant(connection, at.schema)


def demand_current(connection: psycopg.Connection[Any], at: Address) -> None:
    """See to it that the tables are those that this program knows.

    Raises
    ------
    UsageError
        If there are none, or they are older or newer.
    """
    version = _version(connection, at)
    lacking = _lacking(at, version)
    if not lacking:
        return
    en = "; ".join(f"{step.number}. {step.en}" for step in lacking)
    zh = "；".join(f"{step.number}. {step.zh}" for step in lacking)
    if version == 0:
        raise UsageError(
            f"{at.shown}: there is no atlas in this schema; migrating makes: {en}",
            f"{at.shown}：此 schema 中没有图集；建表将新增：{zh}",
        )
    raise UsageError(
        f"{at.shown}: its tables have version {version}, this program needs {steps()[-1].number}; its owner is to "
        f"migrate it (rows stay; back up first), which adds: {en}",
        f"{at.shown}：表结构为版本 {version}，本程序需要版本 {steps()[-1].number}；请由所有者升级"
        f"（各行保留，请先备份），将新增：{zh}",
    )


def _lacking(at: Address, version: int) -> tuple[Step, ...]:
    newest = steps()[-1].number
    if version > newest:
        raise UsageError(
            f"{at.shown}: its tables have version {version}, newer than this program knows ({newest}); "
            "update eppv-atlas",
            f"{at.shown}：表结构为版本 {version}，新于本程序所知（{newest}）；请更新 eppv-atlas",
        )
    return tuple(step for step in steps() if step.number > version)


def _registry(at: Address) -> sql.Identifier:
    return sql.Identifier(at.schema, "schema_version")


def _version(connection: psycopg.Connection[Any], at: Address) -> int:
    """Version of the tables; 0 where there are none."""
    found = connection.execute(
        "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = 'schema_version'",
        [at.schema],
    ).fetchone()
    if found is None:
        return 0
    row = connection.execute(sql.SQL("SELECT max(version) FROM {}").format(_registry(at))).fetchone()
    return int(row[0] or 0) if row else 0


def _provide(connection: psycopg.Connection[Any], at: Address) -> None:
    """See to the extension, the schema and the table of versions."""
    lock = "SELECT pg_advisory_xact_lock(hashtextextended('eppv-atlas ' || %s, 0))"
    with connection.transaction():
        connection.execute(lock, [at.schema])
        _postgis(connection, at)
        if connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", [at.schema]).fetchone() is None:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(at.schema)))
        if _version(connection, at):
            return
        others = connection.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE nspname = %s AND relname <> 'schema_version' AND relkind IN ('r', 'v', 'm', 'f', 'p') "
            "ORDER BY relname LIMIT 3",
            [at.schema],
        ).fetchall()
        if others:
            names = ", ".join(str(row[0]) for row in others)
            raise UsageError(
                f"{at.shown}: the schema holds other tables ({names}) and was left alone; name another",
                f"{at.shown}：该 schema 中已有其他表（{names}），未作改动；请换一个名称",
            )
        connection.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} (version integer PRIMARY KEY, "
                "applied_at timestamptz NOT NULL DEFAULT now(), applied_by text NOT NULL DEFAULT session_user)"
            ).format(_registry(at))
        )


def _postgis(connection: psycopg.Connection[Any], at: Address) -> None:
    if postgis_schema(connection) is not None:
        return
    order = "CREATE EXTENSION postgis"
    offered = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'postgis'").fetchone()
    if offered is None:
        raise UsageError(
            f"{at.shown}: the server has no PostGIS; its administrator is to install it "
            "(Debian: postgresql-NN-postgis-3) and to run in this database: " + order,
            f"{at.shown}：服务器没有 PostGIS；请管理员安装（Debian：postgresql-NN-postgis-3）"
            f"并在此数据库中运行：{order}",
        )
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION postgis SCHEMA public")
    except errors.InsufficientPrivilege:
        raise UsageError(
            f"{at.shown}: the database lacks the extension PostGIS; an administrator is to run in it: {order}",
            f"{at.shown}：此数据库缺少 PostGIS 扩展；请管理员在其中运行：{order}",
        ) from None


def postgis_schema(connection: psycopg.Connection[Any]) -> str | None:
    """Schema in which the functions of PostGIS live; None where the database has none."""
    row = connection.execute(
        "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE extname = 'postgis'"
    ).fetchone()
    return None if row is None else str(row[0])


def _ready(connection: psycopg.Connection[Any], at: Address) -> None:
    """Keep other migrations off, and let names in SQL mean this schema."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('eppv-atlas ' || %s, 0))", [at.schema])
    found = connection.execute(
        "SELECT DISTINCT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE extname = ANY (%s) ORDER BY nspname",
        [list(_EXTENSIONS)],
    ).fetchall()
    path = [sql.Identifier(at.schema), *(sql.Identifier(str(row[0])) for row in found), sql.SQL("pg_temp")]
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.SQL(", ").join(path)))


TABLES: Final = tuple(layer.name for layer in LAYERS)
