"""The file that compiled cases are kept in: SQLite as a box of checked parcels.

Cases lie in segments of some dozens; each segment has one parcel for each kind
of content, and each parcel its checksum, so that damage is noticed wherever it is.
A box is made aside and renamed into place; small changes are one transaction.

Floor 3½, part of compiled: knows bytes only; imports nothing heavy.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

KINDS: Final = ("prints", "keys", "rows", "words", "grams", "sizes", "cards", "problems", "columns")
"""Parcels of a segment: file prints; what filters ask; slim cases; search words, and which
pieces of words occur at all; measures; cards; problems.

Of ``columns`` there is one parcel for all cases, as segment 0."""
_PAGE: Final = 16_384
_BUSY_S: Final = 60.0
_SCHEMA: Final = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    *(
        f"CREATE TABLE {kind} (segment INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, parcel BLOB NOT NULL)"
        for kind in KINDS
    ),
)


class Damaged(Exception):  # noqa: N818 - the fact it states
    """The box cannot be relied on; it is to be made anew."""


class Full(Exception):  # noqa: N818 - the fact it states
    """The box cannot be written; why is its text."""


class Box:
    """An open box."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._held = connection
        self.path = path

    @classmethod
    def opened(cls, path: Path) -> Box | None:
        """Open a box that exists; None where there is none.

        Raises
        ------
        Damaged
            If it is none of ours, or damaged.
        """
        try:
            seen = path.lstat()
        except OSError:
            return None
        if not stat.S_ISREG(seen.st_mode):
            raise Damaged
        try:
            held = sqlite3.connect(path.absolute().as_uri() + "?mode=rw", uri=True, timeout=_BUSY_S)
        except sqlite3.Error:
            return cls._read_only(path)
        return cls._checked(held, path)

    @classmethod
    def _read_only(cls, path: Path) -> Box:
        try:
            held = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=_BUSY_S)
        except sqlite3.Error as error:
            raise Damaged from error
        return cls._checked(held, path)

    @classmethod
    def _checked(cls, held: sqlite3.Connection, path: Path) -> Box:
        try:
            held.isolation_level = None
            for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
                held.execute(f"PRAGMA {setting}")
            found = [row[0] for row in held.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        except sqlite3.Error as error:
            held.close()
            raise Damaged from error
        if sorted(found) != sorted(_SCHEMA):
            held.close()
            raise Damaged
        return cls(held, path)

    @classmethod
    def empty(cls, path: Path | None) -> Box:
        """An empty box: at a path where nothing is yet, or in memory.

        Raises
        ------
        Full
            If it cannot be made there.
        """
        try:
            held = sqlite3.connect(":memory:" if path is None else str(path), timeout=_BUSY_S)
            held.isolation_level = None
            held.execute(f"PRAGMA page_size = {_PAGE}")
            held.execute("PRAGMA journal_mode = OFF")  # nobody sees it before it is whole
            held.execute("PRAGMA synchronous = OFF")
            held.execute("BEGIN")
            for sql in _SCHEMA:
                held.execute(sql)
        except sqlite3.Error as error:
            raise Full(str(error)) from error
        return cls(held, path)

    def close(self) -> None:
        """Close it; a transaction that is under way is undone."""
        with suppress(sqlite3.Error):
            self._held.close()

    def finish(self) -> None:
        """End the making of an empty box, written through to the disk.

        Raises
        ------
        Full
            If it cannot be written.
        """
        try:
            self._held.execute("COMMIT")
            if self.path is not None:
                self._held.execute("PRAGMA journal_mode = DELETE")
                self._held.close()
                handle = os.open(self.path, os.O_RDWR)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
        except (sqlite3.Error, OSError) as error:
            raise Full(str(error)) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read as of one moment."""
        inside = self._held.in_transaction
        try:
            if not inside:
                self._held.execute("BEGIN")
            yield
        except sqlite3.Error as error:
            raise Damaged from error
        finally:
            if not inside:
                with suppress(sqlite3.Error):
                    self._held.execute("ROLLBACK")

    @contextmanager
    def change(self) -> Iterator[None]:
        """Change it as one.

        Raises
        ------
        Full
            If it cannot be written; it is then as it was.
        """
        try:
            self._held.execute("BEGIN IMMEDIATE")
            yield
            self._held.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._held.execute("ROLLBACK")
            raise Full(str(error)) from error
        except BaseException:
            with suppress(sqlite3.Error):
                self._held.execute("ROLLBACK")
            raise

    def about(self) -> dict[str, str]:
        """What is noted of it as a whole.

        Raises
        ------
        Damaged
            If it cannot be read.
        """
        try:
            held = dict(self._held.execute("SELECT name, value FROM about"))
        except sqlite3.Error as error:
            raise Damaged from error
        if held and held.pop("checksum", "") != _sum_of(held):
            raise Damaged
        return held

    def note(self, about: Mapping[str, str]) -> None:
        """Note what is to be known of it as a whole, instead of what was."""
        self._run("DELETE FROM about", ())
        for name, value in {**about, "checksum": _sum_of(about)}.items():
            self._run("INSERT INTO about VALUES (?, ?)", (name, value))

    def put(self, segment: int, parcels: Mapping[str, bytes]) -> None:
        """Put parcels of a segment in place of what was there.

        Raises
        ------
        Full
            If they cannot be written.
        """
        for kind, parcel in parcels.items():
            self._run(
                f"INSERT OR REPLACE INTO {kind} VALUES (?, ?, ?)",
                (segment, _checksum(kind, segment, parcel), parcel),
            )

    def take(self, kind: str, segment: int) -> bytes:
        """A parcel.

        Raises
        ------
        Damaged
            If it is not there, or not as it was put in.
        """
        try:
            row = self._held.execute(
                f"SELECT checksum, parcel FROM {kind} WHERE segment = ?", (segment,)
            ).fetchone()
        except sqlite3.Error as error:
            raise Damaged from error
        if row is None:
            raise Damaged
        return _sound(kind, segment, *row)

    def all(self, kind: str) -> Iterator[tuple[int, bytes]]:
        """All parcels of a kind, by segment.

        Raises
        ------
        Damaged
            If one is not as it was put in.
        """
        try:
            for segment, checksum, parcel in self._held.execute(
                f"SELECT segment, checksum, parcel FROM {kind} ORDER BY segment"
            ):
                yield segment, _sound(kind, segment, checksum, parcel)
        except sqlite3.Error as error:
            raise Damaged from error

    def drop(self, segments: Iterable[int]) -> None:
        """Remove segments."""
        for segment in segments:
            for kind in KINDS:
                self._run(f"DELETE FROM {kind} WHERE segment = ?", (segment,))

    def _run(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            self._held.execute(sql, values)
        except sqlite3.Error as error:
            raise Full(str(error)) from error


def _checksum(kind: str, segment: int, parcel: bytes) -> int:
    return zlib.crc32(parcel, zlib.crc32(f"{kind} {segment}".encode()))


def _sound(kind: str, segment: int, checksum: object, parcel: object) -> bytes:
    if not isinstance(parcel, bytes) or _checksum(kind, segment, parcel) != checksum:
        raise Damaged
    return parcel


def _sum_of(about: Mapping[str, str]) -> str:
    return f"{zlib.crc32(repr(sorted(about.items())).encode()):08x}"
