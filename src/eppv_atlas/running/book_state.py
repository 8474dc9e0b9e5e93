"""Where a book stands, kept beside its entries so that one more can be added without reading them all.

All of it follows from the entries, and is written with them in one transaction.
Each row names the last entry that it goes back to and carries a digest over
itself and the digest of that entry. Whoever relies on a row checks it so, and by
an index that no later entry names the holding. A whole check works all of it out anew.

Floor 3½, part of running: knows SQLite, entries and states; must not know files,
cases or the command line.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from eppv_atlas.accounts.entries import plain
from eppv_atlas.accounts.state import MOST_FAULTS, Holding, Replay
from eppv_atlas.errors import DataError, Problem
from eppv_atlas.running import book_schema as schema

_KEPT: Final = "id, amount, holder, class, parent, origin, made, place, touched, digest"
_INSERT: Final = f"INSERT INTO holding ({_KEPT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own constants
_UPDATE: Final = "UPDATE holding SET amount = ?, holder = ?, touched = ?, digest = ? WHERE id = ?"
_HOLDING: Final = f"SELECT {_KEPT} FROM holding WHERE id = ?"  # noqa: S608 - our own constants
_ALL: Final = f"SELECT {_KEPT} FROM holding ORDER BY id"  # noqa: S608 - our own constants
_STANDING: Final = "SELECT count, last_date, issued, retired, cancelled, digest FROM standing WHERE one = 1"
_NAMED: Final = (
    "SELECT max(number) FROM (SELECT max(number) AS number FROM entry WHERE source = ? AND source <> '' "
    "UNION ALL SELECT max(number) FROM entry WHERE target = ? AND target <> '')"
)
_LAST_IN: Final = (
    "SELECT max(date) FROM entry WHERE date <> '' AND (source IN (SELECT id FROM holding WHERE origin = ?) "
    "OR target IN (SELECT id FROM holding WHERE origin = ?))"
)


class Kept:
    """Where a book stands, by what it keeps; what is asked for is checked first.

    Parameters
    ----------
    held
        The open book, in a transaction.
    file
        Its name, for messages.
    first
        Digest before its first entry.

    Attributes
    ----------
    count, last_date, totals
        As in `accounts.state.Before`.
    seal
        Digest of the last entry.

    Raises
    ------
    DataError
        Here and when a holding is asked for: if that, or the entry it goes back to, is not as it was written.
    """

    def __init__(self, held: sqlite3.Connection, file: str, first: str) -> None:
        self._held, self._file, self._first = held, file, first
        self._asked: dict[str, Holding | None] = {}
        row = held.execute(_STANDING).fetchone()
        last = held.execute("SELECT coalesce(max(number), 0) FROM entry").fetchone()[0]
        given = schema.last_given(held)
        if given != last:
            raise DataError([schema.missing(file, last + 1, given + 1)])
        self.seal = self._line(last)
        if row is None or row[0] != last or not _sound(row, self.seal):
            raise DataError([schema.unlike(file, "standing")])
        self.count: int = row[0]
        self.last_date = dt.date.fromisoformat(row[1]) if row[1] else None
        self.totals: Mapping[str, Decimal] = dict(
            zip(("issue", "retire", "cancel"), map(Decimal, row[2:5]), strict=True)
        )

    def holding(self, name: str) -> Holding | None:
        """A holding by its id, checked."""
        if self.count == 0:
            return None
        if name not in self._asked:
            self._asked[name] = self._looked_up(name)
        return self._asked[name]

    def last_in(self, origin: int) -> dt.date | None:
        """Last day that an entry of an issue names."""
        found = self._held.execute(_LAST_IN, (origin, origin)).fetchone()[0]
        return dt.date.fromisoformat(found) if found else None

    def _looked_up(self, name: str) -> Holding | None:
        row = self._held.execute(_HOLDING, (name,)).fetchone()
        named = self._held.execute(_NAMED, (name, name)).fetchone()[0]
        if row is None and named is None:
            return None
        if row is None or row[8] != named or not _sound(row, self._line(named)):
            raise DataError([schema.unlike(self._file, f"holding {name}")])
        return Holding(row[0], Decimal(row[1]), *row[2:8])

    def _line(self, number: int) -> str:
        """Digest of an entry, once it is found to be as it was written; of number 0 the one before all."""
        if number == 0:
            return self._first
        found = list(self._held.execute(schema.SELECT_TWO, (number - 1, number)))
        before = str(found[0][-1]) if number > 1 else self._first
        if len(found) != (1 if number == 1 else 2):
            raise DataError([schema.missing(self._file, number - 1, number)])
        at, *texts, stored = found[-1]
        if not schema.as_written(before, at, texts, stored):
            raise DataError([schema.changed(self._file, number)])
        return str(stored)


def added(held: sqlite3.Connection, replay: Replay, kept: Kept, digests: Sequence[str]) -> None:
    """Keep where a book stands after some more entries, which are not in it yet.

    Parameters
    ----------
    held
        The open book, in a transaction that writes.
    replay
        Entries taken in after `kept`.
    kept
        Where the book stood.
    digests
        Digest of each entry that was taken in.
    """
    held.execute(
        "UPDATE standing SET count = ?, last_date = ?, issued = ?, retired = ?, cancelled = ?, digest = ?",
        _standing(replay, digests[-1]),
    )
    new, old = [], []
    for row in _rows(replay, lambda number: digests[number - kept.count - 1]):
        if kept.holding(row[0]) is None:
            new.append(row)
        else:
            old.append((row[1], row[2], row[8], row[9], row[0]))
    held.executemany(_UPDATE, old)
    held.executemany(_INSERT, new)


def made_anew(held: sqlite3.Connection, replay: Replay, first: str) -> None:
    """Keep where a book stands, worked out from all of its entries; what was kept before is dropped.

    Parameters
    ----------
    held
        The open book, in a transaction that writes.
    replay
        All entries taken in.
    first
        Digest before the first entry.
    """
    ours = [sql.split()[1:3] for sql in schema.STATE_GUARDS]
    for kind, name in [*ours, *(("TABLE", name) for name in schema.STATE)]:
        held.execute(f"DROP {kind} IF EXISTS {name}")
    for sql in schema.STATE_TABLES:
        held.execute(sql)
    digests = [first, *(str(row[0]) for row in held.execute("SELECT digest FROM entry ORDER BY number"))]
    held.execute("INSERT INTO standing VALUES (1, ?, ?, ?, ?, ?, ?)", _standing(replay, digests[-1]))
    held.executemany(_INSERT, _rows(replay, digests.__getitem__))
    for sql in schema.STATE_GUARDS:
        held.execute(sql)
    held.execute(f"PRAGMA user_version = {schema.VERSION}")


def faults(held: sqlite3.Connection, replay: Replay, file: str, first: str) -> list[Problem]:
    """All that a book keeps and that does not follow from its entries.

    Parameters
    ----------
    held
        The open book, in a transaction.
    replay
        All entries taken in.
    file
        Its name, for messages.
    first
        Digest before the first entry.
    """
    digests = [first, *(str(row[0]) for row in held.execute("SELECT digest FROM entry ORDER BY number"))]
    found = []
    if held.execute(_STANDING).fetchone() != _standing(replay, digests[-1]):
        found.append(schema.unlike(file, "standing"))
    wanted = {row[0]: row for row in _rows(replay, digests.__getitem__)}
    for row in held.execute(_ALL):
        if wanted.pop(row[0], None) != row:
            found.append(schema.unlike(file, f"holding {row[0]}"[:80]))
        if len(found) >= MOST_FAULTS:
            return found
    found += [schema.unlike(file, f"holding {name}") for name in wanted]
    return found[:MOST_FAULTS]


def _standing(replay: Replay, seal: str) -> tuple[Any, ...]:
    day = replay.last_date.isoformat() if replay.last_date else ""
    row = replay.count, day, *(plain(replay.totals[kind]) for kind in ("issue", "retire", "cancel"))
    return *row, schema.digest(seal, row)


def _rows(replay: Replay, digest_of: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of all holdings that were touched."""
    for name, touched in replay.touched.items():
        one = replay.holding(name)
        assert one is not None
        row = name, plain(one.amount), one.holder, one.credit_class, one.parent, one.origin, one.made
        whole = *row, one.place, touched
        yield *whole, schema.digest(digest_of(touched), whole)


def _sound(row: Iterable[Any], seal: str) -> bool:
    """Whether a row is what was written down with the entry of that digest."""
    *cells, stored = row
    return all(isinstance(one, str | int) for one in cells) and schema.digest(seal, cells) == stored
