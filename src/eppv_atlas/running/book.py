"""A ledger kept as a book: one SQLite file to which entries are only ever added.

Triggers refuse to change or remove a line. Each line carries a digest over
itself and the one before, so that what another program changed is noticed and
named; the last digest is the *seal*, which tells whoever noted it that nothing
before was changed since. A digest is no signature: it keeps nobody from
writing a new book.

The journal is SQLite's rollback journal, not its write-ahead log: a book is
one file at rest, can be copied and lie on a shared drive, and is written
rarely. Whoever writes holds the one write lock from reading to committing.

Floor 3½, part of running: knows SQLite, bytes and entries; must not know cases,
pages or the command line.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.running import book_schema as schema
from eppv_atlas.schemes.ledger import rows
from eppv_atlas.schemes.ledger.entries import ACCOUNTS, MAX_PLACES, Entry, problems
from eppv_atlas.schemes.ledger.state import MOST_FAULTS, Replay, State
from eppv_atlas.store import files

BUSY_S: Final = 60.0
"""So long a writer waits for another one."""
_FAILED: Final = (sqlite3.Error, UnicodeError)
"""What a damaged file may raise: SQLite's complaint may itself be no text."""


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
    _placed(path, content)


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
        _is_book(path)
        try:
            held = _connected(path)
        except _FAILED as error:
            raise _broken(path, error) from None
        try:
            return cls(path, held, schema.checked(held, path))
        except _FAILED as error:
            held.close()
            raise _broken(path, error) from None
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
        except _FAILED as error:
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
        except _FAILED as error:
            self._undo()
            raise _broken(self.path, error) from None
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            if self._held.in_transaction:
                self._held.execute("ROLLBACK")


def _connected(path: Path) -> sqlite3.Connection:
    """Open for writing, so that what a killed writer left is undone; for reading where writing is not allowed."""
    address = path.absolute().as_uri()
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    held = sqlite3.connect(f"{address}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        held.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)
        for setting in (
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "mmap_size = 0",
            "synchronous = EXTRA",
        ):
            held.execute(f"PRAGMA {setting}")
    except _FAILED:
        held.close()
        raise
    return held


def _is_book(path: Path) -> None:
    """Refuse what is no book before SQLite looks at it."""
    try:
        seen = path.stat()
        head = _head(path, seen)
    except FileNotFoundError:
        raise UsageError(
            f"there is no book {path}; make one with 'ledger begin'",
            f"没有账簿 {path}；请用 ledger begin 新建",
        ) from None
    except OSError as error:
        why = error.strerror or "?"
        raise UsageError(f"{path} cannot be read: {why}", f"{path} 无法读取：{why}") from None
    if not schema.is_ours(head):
        raise UsageError(f"{path} is no ledger book", f"{path} 不是账簿文件")
    version = schema.version(head)
    if version != schema.VERSION:
        raise UsageError(
            f"{path} is a book of form {version}; this version reads form {schema.VERSION}",
            f"{path} 的账簿格式为 {version}，本版本只读格式 {schema.VERSION}",
        )


def _head(path: Path, seen: os.stat_result) -> bytes:
    if not stat.S_ISREG(seen.st_mode):
        return b""
    with path.open("rb") as file:
        return file.read(100)


def _placed(path: Path, content: bytes) -> None:
    """Put a new file where nothing is, in one step."""
    taken = UsageError(
        f"{path} is there already; a book is never overwritten", f"{path} 已存在；账簿不会被覆盖"
    )
    if path.exists() or path.is_symlink():
        raise taken
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=files.ASIDE, dir=path.parent)
        os.close(handle)
        try:
            files.synced(Path(aside), content)
            Path(aside).chmod(0o644)
            try:
                _linked(Path(aside), path)
            except FileExistsError:
                raise taken from None
            files.sync_folder(path.parent)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise files.cannot_write(path, error) from None


def _linked(aside: Path, path: Path) -> None:
    """Give a file its name, if nothing has it."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links: the name is taken first, then filled
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        aside.replace(path)


def _broken(path: Path, error: Exception) -> UsageError | DataError:
    """What an error of SQLite means to the person at the keyboard."""
    name, text = getattr(error, "sqlite_errorname", ""), str(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return UsageError(
            f"{path} is being written by somebody else; try again", f"{path} 正由他人写入；请稍后再试"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM")):
        return UsageError(
            f"{path} could not be read or written: {text}; what stood there is unchanged",
            f"{path} 无法读写：{text}；原有内容未变",
        )
    return DataError([schema.damaged(str(path), text)])
