"""A ledger kept as a book: one SQLite file to which entries are only ever added.

Triggers refuse to change or remove a line. Each line carries a digest over
itself and the one before, so that what another program changed is noticed and
named; the last digest is the *seal*, which tells whoever noted it that nothing
before was changed since. A digest is no signature: it keeps nobody from
writing a new book. Where the book stands is kept beside the entries (`book_state`),
so that adding one does not read them all; only a whole check does.

The journal is SQLite's rollback journal, not its write-ahead log: a book is
one file at rest, can be copied, may lie on a shared drive whose locks are sound, and is written
rarely. Whoever writes holds the one write lock from reading to committing.

Floor 3½, part of running: knows SQLite, bytes and entries; must not know cases,
pages or the command line.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from eppv_atlas.accounts.entries import ACCOUNTS, MAX_PLACES, Entry, problems
from eppv_atlas.accounts.state import MOST_FAULTS, Before, Replay, State
from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.running import book_file, book_state
from eppv_atlas.running import book_schema as schema
from eppv_atlas.schemes.ledger import rows


def begin(path: Path, unit: str, decimals: int = 0, title: str = "") -> None:
    """Make an empty book where nothing is yet.

    Parameters
    ----------
    path
        Where it is to be.
    unit
        Unit of account, one of ``ACCOUNTS``.
    decimals
        Decimal places that it counts in.
    title
        What the book is about.

    Raises
    ------
    UsageError
        If something stands there already, the unit is unknown, or it cannot be written.
    """
    if unit not in ACCOUNTS or not 0 <= decimals <= MAX_PLACES:
        raise UsageError(
            f"a book counts in {', '.join(ACCOUNTS)}, with 0 to {MAX_PLACES} decimal places",
            f"账簿单位为 {'、'.join(ACCOUNTS)}，小数 0 至 {MAX_PLACES} 位",
        )
    about = {"decimals": str(decimals), "title": rows.settled(title)[:400], "unit": unit}
    with sqlite3.connect(":memory:") as made:
        schema.create(made, about)
        book_state.made_anew(made, Replay(decimals), _first(about))
        made.commit()
        content = made.serialize()
    made.close()
    book_file.placed(path, content)


def _first(about: Mapping[str, str]) -> str:
    """Digest before the first entry."""
    return schema.digest("", sorted(about.items()))


class Book:
    """An open book.

    Attributes
    ----------
    path
        Its file.
    unit, decimals, title
        What it counts, to how many places, and what it is about.
    sealed
        Digest of the last entry that was added or read through this object.
    """

    def __init__(self, path: Path, held: sqlite3.Connection, about: Mapping[str, str]) -> None:
        self.path = path
        self.unit, self.decimals, self.title = about["unit"], int(about["decimals"]), about["title"]
        self._held = held
        self._first = self._seal = self.sealed = _first(about)
        self._doubted = False
        self._entries: list[Entry] = []
        self._replay = Replay(self.decimals)

    @classmethod
    def opened(cls, path: Path) -> Book:
        """Open a book.

        Raises
        ------
        UsageError
            If there is none, or the file is something else.
        DataError
            If it is damaged.
        """
        book_file.examined(path)
        try:
            held = book_file.connected(path)
        except book_file.FAILED as error:
            raise book_file.broken(path, error) from None
        try:
            return cls(path, held, schema.checked(held, path))
        except book_file.FAILED as error:
            held.close()
            raise book_file.broken(path, error) from None
        except DataError:
            held.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        with suppress(sqlite3.Error):
            self._held.close()

    def entries(self) -> tuple[Entry, ...]:
        """All entries, each checked.

        Raises
        ------
        DataError
            If one is not as it was written, or breaks a rule.
        """
        with self._reading():
            self._catch_up()
        return tuple(self._entries)

    def state(self) -> State:
        """Where it stands after all entries."""
        self.entries()
        return self._replay.state()

    def seal(self) -> str:
        """Digest over all entries."""
        self.entries()
        return self._seal

    def add(
        self, drafts: Sequence[Entry], file: str = "", lines: Sequence[int] = (), *, dry: bool = False
    ) -> tuple[Entry, ...]:
        """Add entries, all or none.

        Parameters
        ----------
        drafts
            Entries; those with number 0 get the next one.
        file, lines
            Where they come from, for messages.
        dry
            Only examine them.

        Returns
        -------
        tuple of Entry
            The entries with their numbers; they are on the disk, unless it was dry.

        Raises
        ------
        DataError
            If one breaks a rule; the book is then as it was.
        UsageError
            If the book cannot be written.
        """
        with self._reading() if dry else self._writing():
            kept = self._kept(dry=dry)
            replay, faults, numbered = Replay(self.decimals, kept), [], []
            for at, draft in enumerate(drafts):
                entry = draft if draft.number else replace(draft, number=replay.count + 1)
                faults += replay.take(entry, at)
                numbered.append(entry)
                if len(faults) >= MOST_FAULTS:
                    break
            if faults:
                raise DataError(problems(faults, file or str(self.path), lines))
            if not dry and numbered:
                assert isinstance(kept, book_state.Kept)
                seal = self._written(numbered, replay, kept)
        if not dry and numbered:
            self.sealed = seal
        return tuple(numbered)

    def _kept(self, *, dry: bool) -> Before:
        """Where it stands: by what it keeps, or by all entries where it keeps nothing yet or was found wrong."""
        old = schema.version_now(self._held) == schema.FIRST_VERSION
        if old or self._doubted:
            self._catch_up()
        if old and dry:
            return self._replay
        if old:
            book_state.made_anew(self._held, self._replay, self._first)
        return book_state.Kept(self._held, str(self.path), self._first)

    def _written(self, entries: Sequence[Entry], replay: Replay, kept: book_state.Kept) -> str:
        """Write entries and where the book then stands; return the new seal."""
        seal, lines = kept.seal, []
        for entry in entries:
            texts = list(rows.row(entry, self.unit).values())
            seal = schema.digest(seal, texts)
            lines.append((entry.number, *texts[1:], seal))
        book_state.added(self._held, replay, kept, [str(line[-1]) for line in lines])
        self._held.executemany(schema.INSERT, lines)
        return seal

    def restate(self) -> None:
        """Work out anew, from the entries, what the book keeps of where it stands.

        Raises
        ------
        DataError
            If an entry is not as it was written, or breaks a rule.
        UsageError
            If the book cannot be written.
        """
        with self._writing():
            self._catch_up()
            book_state.made_anew(self._held, self._replay, self._first)

    def faults(self, seal: str = "") -> list[Problem]:
        """All that is wrong with the book: its pages, its digests, its rules.

        Parameters
        ----------
        seal
            A seal that somebody noted earlier; the book must still hold it.
        """
        file = str(self.path)
        try:
            told = [str(row[0]) for row in self._held.execute("PRAGMA integrity_check(20)")]
            if told != ["ok"]:
                return [
                    Problem(file, 0, "", "damaged", f"SQLite says: {one}"[:300], f"SQLite 报告：{one}"[:300])
                    for one in told
                ]
            with self._reading():
                self._catch_up()
                found = self._unlike()
        except book_file.FAILED as error:
            return [schema.damaged(file, str(error))]
        except DataError as error:
            return list(error.problems)
        if found:
            return found
        if seal and seal not in self._seals():
            return [
                Problem(
                    file,
                    0,
                    "",
                    "seal",
                    f"the seal {seal[:64]!r} is not in this book: entries before it were changed or removed, "
                    "or it is another book's",
                    f"账簿中没有封印 {seal[:64]!r}：此前的分录被改动或删除，或封印属于另一账簿",
                )
            ]
        return []

    def _unlike(self) -> list[Problem]:
        if schema.version_now(self._held) == schema.FIRST_VERSION:
            return []
        return book_state.faults(self._held, self._replay, str(self.path), self._first)

    def _seals(self) -> set[str]:
        return {self._first, *(str(row[0]) for row in self._held.execute("SELECT digest FROM entry"))}

    def _catch_up(self) -> None:
        """Read what was added since this book was last looked at, and check it."""
        file, count = str(self.path), len(self._entries)
        found: list[Problem] = []
        seal = self._seal
        for number, *texts, stored in self._held.execute(schema.SELECT, (count,)):
            count += 1
            if number != count:
                found.append(schema.missing(file, count, number))
                count = number
            cells = [str(number), *texts]
            if not schema.as_written(seal, number, texts, stored):
                found.append(schema.changed(file, number))
            elif not found:  # rules mean nothing after a line that is not as it was
                found += self._taken(number, cells)
            seal = str(stored)
            if len(found) >= MOST_FAULTS:
                break
        if not found and (last := schema.last_given(self._held)) != count:
            found.append(schema.missing(file, count + 1, last + 1))
        if found:
            self._forget()
            raise DataError(found)
        self._seal = self.sealed = seal
        self._doubted = False

    def _taken(self, number: int, cells: Sequence[str]) -> list[Problem]:
        entry, faults = rows.entry(dict(zip(rows.COLUMNS, cells, strict=True)), self.unit)
        if entry is not None:
            faults = self._replay.take(entry)
            self._entries.append(entry)
        return [
            Problem(str(self.path), 0, f"entry {number}: {one.field}", one.rule, one.en, one.zh)
            for one in faults
        ]

    def _forget(self) -> None:
        """Begin again with the next look, and look at all of it before anything is added."""
        self._doubted = True
        self._entries, self._replay, self._seal = [], Replay(self.decimals), self._first

    @contextmanager
    def _reading(self) -> Iterator[None]:
        yield from self._inside("BEGIN", "ROLLBACK")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        yield from self._inside("BEGIN IMMEDIATE", "COMMIT")

    def _inside(self, start: str, end: str) -> Iterator[None]:
        try:
            self._held.execute(start)
            yield
            self._held.execute(end)
        except book_file.FAILED as error:
            self._undo()
            raise book_file.broken(self.path, error) from None
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            if self._held.in_transaction:
                self._held.execute("ROLLBACK")
