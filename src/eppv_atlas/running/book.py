"""A ledger kept as a book: one SQLite file to which entries are only ever added.

Triggers refuse to change or remove a line. Each line carries a digest over
itself and the one before, so that what another program changed is noticed and
named; the last digest is the *seal*, which tells whoever noted it that nothing
before was changed since. A digest is no signature: it keeps nobody from
writing a new book.

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
from eppv_atlas.accounts.state import MOST_FAULTS, Replay, State
from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.running import book_file
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
        made.commit()
        content = made.serialize()
    made.close()
    book_file.placed(path, content)


class Book:
    """An open book.

    Attributes
    ----------
    path
        Its file.
    unit, decimals, title
        What it counts, to how many places, and what it is about.
    """

    def __init__(self, path: Path, held: sqlite3.Connection, about: Mapping[str, str]) -> None:
        self.path = path
        self.unit, self.decimals, self.title = about["unit"], int(about["decimals"]), about["title"]
        self._held = held
        self._first = schema.digest("", sorted(about.items()))
        self._seal = self._first
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
            self._catch_up()
            replay, faults, numbered = self._replay.copy(), [], []
            for at, draft in enumerate(drafts):
                entry = draft if draft.number else replace(draft, number=replay.count + 1)
                faults += replay.take(entry, at)
                numbered.append(entry)
                if len(faults) >= MOST_FAULTS:
                    break
            if faults:
                raise DataError(problems(faults, file or str(self.path), lines))
            if dry:
                return tuple(numbered)
            seal = self._seal
            for entry in numbered:
                texts = list(rows.row(entry, self.unit).values())
                seal = schema.digest(seal, texts)
                self._held.execute(schema.INSERT, (entry.number, *texts[1:], seal))
        self._entries += numbered
        self._replay, self._seal = replay, seal
        return tuple(numbered)

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
            self.entries()
        except book_file.FAILED as error:
            return [schema.damaged(file, str(error))]
        except DataError as error:
            return list(error.problems)
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
            if (
                not all(isinstance(one, str) for one in (*texts, stored))
                or schema.digest(seal, cells) != stored
            ):
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
        self._seal = seal

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
        """Begin again with the next look."""
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
