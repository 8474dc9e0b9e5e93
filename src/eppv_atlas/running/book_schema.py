"""The tables of a book, what guards them, and how a line is sealed.

Floor 3½, part of running: knows SQLite and texts only; must not know cases,
entries' rules or the command line.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eppv_atlas.accounts.entries import ACCOUNTS, MAX_PLACES
from eppv_atlas.errors import DataError, Problem
from eppv_atlas.schemes.ledger.rows import COLUMNS

APPLICATION: Final = 0x45505642
"""``EPVB``: marks a SQLite file as a book."""
VERSION: Final = 1
_MAGIC: Final = b"SQLite format 3\x00"
_NAMES: Final = tuple(name for name in COLUMNS if name != "number")
_QUOTED: Final = ", ".join(f'"{name}"' for name in _NAMES)
_MARKS: Final = ", ".join("?" * (len(_NAMES) + 2))
INSERT: Final = f"INSERT INTO entry (number, {_QUOTED}, digest) VALUES ({_MARKS})"  # noqa: S608 - our own constants
SELECT: Final = f"SELECT number, {_QUOTED}, digest FROM entry WHERE number > ? ORDER BY number"  # noqa: S608 - our own constants
_ENCODED: Final = json.JSONEncoder(separators=(",", ":")).encode
_REFUSE: Final = "BEGIN SELECT RAISE(ABORT, 'a book is only added to'); END"
_TABLES: Final = (
    "CREATE TABLE about (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)",
    "CREATE TABLE entry (number INTEGER PRIMARY KEY AUTOINCREMENT, "
    + ", ".join(f'"{name}" TEXT NOT NULL' for name in _NAMES)
    + ", digest TEXT NOT NULL)",
)
_IN_TURN: Final = "NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entry)"
_GUARDS: Final = (
    *(
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} {_REFUSE}"
        for table in ("about", "entry")
        for verb in ("UPDATE", "DELETE")
    ),
    f"CREATE TRIGGER about_insert BEFORE INSERT ON about {_REFUSE}",
    # INSERT OR REPLACE would else remove a line without a DELETE that triggers see
    f"CREATE TRIGGER entry_insert BEFORE INSERT ON entry WHEN {_IN_TURN} {_REFUSE}",
)
_SEQUENCE: Final = "CREATE TABLE sqlite_sequence(name,seq)"


def create(made: sqlite3.Connection, about: Mapping[str, str]) -> None:
    """Make the tables of an empty book in an empty database."""
    made.execute(f"PRAGMA application_id = {APPLICATION}")
    made.execute(f"PRAGMA user_version = {VERSION}")
    for sql in _TABLES:
        made.execute(sql)
    made.executemany("INSERT INTO about VALUES (?, ?)", sorted(about.items()))
    for sql in _GUARDS:
        made.execute(sql)


def is_ours(head: bytes) -> bool:
    """Whether the first hundred bytes of a file are those of a book."""
    return head.startswith(_MAGIC) and head[68:72] == APPLICATION.to_bytes(4, "big")


def version(head: bytes) -> int:
    """Form of a book, by its first hundred bytes."""
    return int.from_bytes(head[60:64], "big")


def checked(held: sqlite3.Connection, path: Path) -> dict[str, str]:
    """What is noted of a book as a whole, once its tables and guards are found to be ours.

    Raises
    ------
    DataError
        If tables or guards are others, or the notes make no sense.
    """
    found = [row[0] for row in held.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    if sorted(map(str, found)) != sorted((*_TABLES, *_GUARDS, _SEQUENCE)):
        raise DataError(
            [
                Problem(
                    str(path),
                    0,
                    "",
                    "foreign-tables",
                    "its tables or the guards that keep entries from being changed are not those of a book; "
                    "another program changed it: take the copy that you trust",
                    "其中的表或防改触发器与账簿不符，已被其他程序改动；请改用可信的副本",
                )
            ]
        )
    about = dict(held.execute("SELECT name, value FROM about"))
    sound = (
        set(about) == {"decimals", "title", "unit"}
        and all(isinstance(value, str) for value in about.values())
        and about["unit"] in ACCOUNTS
        and about["decimals"] in map(str, range(MAX_PLACES + 1))
    )
    if not sound:
        raise DataError([damaged(str(path), "about")])
    return about


def digest(before: str, texts: Sequence[Any]) -> str:
    """Digest over some texts and the digest before them."""
    return hashlib.sha256(_ENCODED([before, *texts]).encode("ascii")).hexdigest()


def last_given(held: sqlite3.Connection) -> int:
    """Highest number that was ever given, by SQLite's own count; 0 for an empty book."""
    row = held.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
    return row[0] if row and isinstance(row[0], int) else 0


def missing(file: str, first: int, then: int) -> Problem:
    """Entries that are gone."""
    which = f"{first}" if then - first <= 1 else f"{first}-{then - 1}"
    return Problem(
        file,
        0,
        f"entry {first}",
        "entry-missing",
        f"entries are missing: {which}; another program removed them: take the copy that you trust",
        f"缺少分录 {which}，已被其他程序删去；请改用可信的副本",
    )


def changed(file: str, number: int) -> Problem:
    """An entry that is not as it was written."""
    return Problem(
        file,
        0,
        f"entry {number}",
        "entry-changed",
        "this entry is not as it was written: another program changed it, or the disk did; "
        "take the copy that you trust",
        "这笔分录与写入时不同：被其他程序改动，或磁盘受损；请改用可信的副本",
    )


def damaged(file: str, what: str) -> Problem:
    """A book that SQLite cannot read."""
    return Problem(
        file,
        0,
        "",
        "damaged",
        f"the book is damaged ({what[:120]}); take the copy that you trust",
        f"账簿已损坏（{what[:120]}）；请改用可信的副本",
    )
