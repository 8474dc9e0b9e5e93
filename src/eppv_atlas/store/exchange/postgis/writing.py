"""An atlas written into a database, case by case, in one transaction: all of it or nothing.

Only cases that differ are written. A case that somebody else changed since it
was read is refused, and with it the whole of what was to be written.

Floor 3, part of the store: knows rows; must not know how measures are made,
maps or the command line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import errors, sql

from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.store.exchange import arrow, records
from eppv_atlas.store.exchange import rows as exchange_rows
from eppv_atlas.store.exchange.layers import CASES, LAYERS, PARTS, Layer
from eppv_atlas.store.exchange.postgis import reading, schema, settling, staging
from eppv_atlas.store.exchange.postgis.address import Address, Course, connected, of
from eppv_atlas.store.exchange.postgis.settling import ATLAS, Base, Head, Held, Plan
from eppv_atlas.store.exchange.rows import Rows

_TRIES: Final = 4
"""How often a transaction is begun anew because others wrote the same at that moment."""
_NOTHING: Final = ("nothing was written", "未写入任何内容")
_AGAIN: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)


@dataclass(frozen=True)
class Outcome:
    """What putting did, by case id; the settings are among them as ``atlas.yaml``.

    Attributes
    ----------
    added, changed, removed
        What was written.
    settled
        Changed by hand in the database and read since: what is worked out (areas,
        labels) was written anew, and the version stays.
    same
        The database had them so already.
    behind
        Not changed here, but by others since they were read; left alone. Read again to have them.
    base
        What the caller holds from now on: to be kept, and given to the next ``put``.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    base: dict[str, Held] = field(default_factory=dict)


def put(
    address: str | Address,
    rows: Rows,
    settings: Mapping[str, Any],
    base: Base | None = None,
    *,
    remove: bool = False,
    may_migrate: bool = False,
) -> Outcome:
    """Write an atlas: new cases and those that were changed, all or none.

    Parameters
    ----------
    address
        The database.
    rows
        Rows of all layers, as ``rows.of`` makes them of an atlas without errors.
    settings
        Content of atlas.yaml.
    base
        What was read of this database before, as ``held`` or the last ``put`` gave it.
    remove
        Whether cases of `base` that `rows` no longer has are removed; others never are.
    may_migrate
        Whether tables may be made or brought to this program's version first.

    Raises
    ------
    DataError
        If cases were changed by others since they were read, or were never
        read: all of them are named, and nothing is written. Also if rows hold
        what cannot be stored.
    UsageError
        If the server is not there, refuses or fails; nothing is written then.
    """
    at = of(address)
    staging.sorted_out(rows, at.shown)
    work = _Work(at, rows, settings, dict(base or {}), remove=remove)
    if may_migrate and schema.pending(at):
        schema.migrate(at)
    with connected(at, _NOTHING) as (connection, course):
        schema.demand_current(connection, at)
        for _ in range(_TRIES - 1):
            try:
                return work.done(connection, course)
            except _AGAIN:
                course.committing = False
        return work.done(connection, course)


class _Work:
    """One atlas on its way into one schema."""

    def __init__(
        self, at: Address, rows: Rows, settings: Mapping[str, Any], base: dict[str, Held], *, remove: bool
    ) -> None:
        self.at, self.rows, self.settings, self.base, self.remove = at, dict(rows), settings, base, remove
        self.mine = {row["case"]: row.get("revision") or "" for row in rows[CASES.name]}
        unrevised = {case for case, revision in self.mine.items() if not revision}
        if unrevised:
            self.mine |= _revisions(_only(rows, unrevised), settings)
            self.rows[CASES.name] = [row | {"revision": self.mine[row["case"]]} for row in rows[CASES.name]]
        self.mine[ATLAS] = settling.of_settings(settings)

    def done(self, connection: psycopg.Connection[Any], course: Course) -> Outcome:
        """Write all of it in one transaction."""
        with connection.transaction():
            _writing(connection, "put")
            plan = self._plan(connection)
            if plan.refused:
                raise DataError(plan.refused)
            written = {*plan.add, *plan.change, *plan.settle}
            staging.checked(self.rows, written, arrow.settings_text(self.settings), self.at.shown)
            self._remove(connection, plan.remove)
            self._cases(connection, plan.add, plan.change)
            _writing(connection, "settle")
            self._cases(connection, [], plan.settle)
            outcome = self._outcome(connection, plan)
            course.committing = True
        return outcome

    def _plan(self, connection: psycopg.Connection[Any]) -> Plan:
        """Decide twice: on a look, then with what is to be written held fast."""
        keys = sorted({*self.mine, *(self.base if self.remove else ())})
        heads = self._heads(connection, keys)
        first = self._decided(heads, {})
        held = list(settling.wanted(first))
        if not held:
            return first
        for layer in PARTS:  # parts first: so do edits by hand, and nobody waits in a ring
            connection.execute(
                sql.SQL(
                    'SELECT count(*) FROM (SELECT FROM {} WHERE "case" = ANY (%s) '
                    'ORDER BY "case", id FOR UPDATE) AS held'
                ).format(self._table(layer.name)),
                [held],
            )
        for key in held:
            heads.pop(key, None)
        heads |= self._heads(connection, held, lock=True)
        by_hand = [key for key in held if key in heads and heads[key].revision is None and key in self.mine]
        return self._decided(heads, self._worked(connection, by_hand))

    def _decided(self, heads: Mapping[str, Head], worked: Mapping[str, str]) -> Plan:
        return settling.plan(self.mine, heads, self.base, self.at.shown, worked=worked, remove=self.remove)

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.at.schema, name)

    def _heads(
        self, connection: psycopg.Connection[Any], keys: list[str], *, lock: bool = False
    ) -> dict[str, Head]:
        out = {}
        for name in (CASES.name, "atlas"):
            query = sql.SQL(
                'SELECT "case", version, revision, changed_by, changed_at FROM {} WHERE "case" = ANY (%s) '
                'ORDER BY "case" {}'
            ).format(self._table(name), sql.SQL("FOR UPDATE" if lock else ""))
            for key, *rest in connection.execute(query, [keys]):
                out[key] = Head(*rest)
        return out

    def _worked(self, connection: psycopg.Connection[Any], ids: list[str]) -> dict[str, str]:
        """Revisions of cases as they stand in the database, worked out of their rows."""
        out: dict[str, str] = {}
        if ATLAS in ids:
            with suppress(UsageError):  # what is damaged is not what was read
                out[ATLAS] = settling.of_settings(reading.settings(connection, self.at)[0])
        if ids:
            for case, _, rows in reading.cases(connection, self.at, ids):
                out[case] = _revisions(rows, self.settings).get(case, "")
        return out

    def _remove(self, connection: psycopg.Connection[Any], ids: list[str]) -> None:
        if ids:
            query = sql.SQL('DELETE FROM {} WHERE "case" = ANY (%s)').format(self._table(CASES.name))
            connection.execute(query, [ids])

    def _cases(self, connection: psycopg.Connection[Any], add: list[str], change: list[str]) -> None:
        self._write_settings(connection, add=ATLAS in add, change=ATLAS in change)
        add, change = ([key for key in keys if key != ATLAS] for keys in (add, change))
        if not (add or change):
            return
        for layer in LAYERS if add else ():
            staging.copy(connection, layer, self._table(layer.name), self.rows, add)
        if not change:
            return
        for layer in LAYERS:
            staging.stage(connection, layer, self._table(layer.name), self.rows, change)
        self._update(connection)
        for layer in PARTS:
            self._prune(connection, layer, change)
            self._upsert(connection, layer)

    def _write_settings(self, connection: psycopg.Connection[Any], *, add: bool, change: bool) -> None:
        order = (
            "INSERT INTO {} (settings, revision) VALUES (%s, %s)"
            if add
            else "UPDATE {} SET settings = %s, revision = %s"
        )
        if add or change:
            text = arrow.settings_text(self.settings)
            connection.execute(sql.SQL(order).format(self._table("atlas")), [text, self.mine[ATLAS]])

    def _update(self, connection: psycopg.Connection[Any]) -> None:
        query = sql.SQL('UPDATE {} AS t SET ({}) = ROW ({}) FROM {} AS i WHERE t."case" = i."case"').format(
            self._table(CASES.name),
            staging.named(CASES),
            sql.SQL(", ").join(
                sql.SQL("i.{}").format(sql.Identifier(name)) for name in staging.columns(CASES)
            ),
            staging.table(CASES),
        )
        connection.execute(query)

    def _upsert(self, connection: psycopg.Connection[Any], layer: Layer) -> None:
        """Parts are updated in place, so that what others hang on them stays."""
        query = sql.SQL(
            'INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT ("case", id) DO UPDATE SET {3}'
        ).format(
            self._table(layer.name),
            staging.named(layer),
            staging.table(layer),
            sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
                for name in staging.columns(layer)
                if name not in {"case", "id"}
            ),
        )
        connection.execute(query)

    def _prune(self, connection: psycopg.Connection[Any], layer: Layer, ids: Collection[str]) -> None:
        query = sql.SQL(
            'DELETE FROM {} AS t WHERE t."case" = ANY (%s) AND NOT EXISTS '
            '(SELECT FROM {} AS i WHERE i."case" = t."case" AND i.id = t.id)'
        ).format(self._table(layer.name), staging.table(layer))
        connection.execute(query, [list(ids)])

    def _outcome(self, connection: psycopg.Connection[Any], plan: Plan) -> Outcome:
        here = [*plan.add, *plan.change, *plan.settle, *plan.same]
        base = {
            key: Held(head.version, self.mine[key]) for key, head in self._heads(connection, here).items()
        }
        base |= {key: self.base[key] for key in plan.behind}
        kept = {key: held for key, held in self.base.items() if key not in base and not self.remove}
        return Outcome(
            tuple(plan.add),
            tuple(plan.change),
            tuple(plan.remove),
            tuple(plan.settle),
            tuple(plan.same),
            tuple(plan.behind),
            dict(sorted((base | kept).items())),
        )


def _writing(connection: psycopg.Connection[Any], how: str) -> None:
    """Tell the triggers of the tables, for the rest of the transaction, that the program writes."""
    connection.execute("SELECT set_config('eppv.writing', %s, true)", [how])


def _only(rows: Rows, ids: Collection[str]) -> Rows:
    return {name: [row for row in some if row["case"] in ids] for name, some in rows.items()}


def _revisions(rows: Rows, settings: Mapping[str, Any]) -> dict[str, str]:
    atlas, problems = exchange_rows.back(rows, settings, "")
    return {} if problems else {case.id: records.revision(case) for case in atlas.cases}
