"""The file of a book: how it is made, told from other files, opened, and what its failures mean.

Floor 3½, part of running: knows SQLite and bytes; must not know entries, cases
or the command line.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from pathlib import Path
from typing import Final

from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.running import book_schema as schema
from eppv_atlas.store import files

BUSY_S: Final = 60.0
"""So long a writer waits for another one."""
FAILED: Final = (sqlite3.Error, UnicodeError)
"""What a damaged file may raise: SQLite's complaint may itself be no text."""


def connected(path: Path) -> sqlite3.Connection:
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
    except FAILED:
        held.close()
        raise
    return held


def examined(path: Path) -> None:
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
    if not schema.FIRST_VERSION <= version <= schema.VERSION:
        raise UsageError(
            f"{path} is a book of form {version}; this version reads form {schema.VERSION}",
            f"{path} 的账簿格式为 {version}，本版本只读格式 {schema.VERSION}",
        )


def _head(path: Path, seen: os.stat_result) -> bytes:
    if not stat.S_ISREG(seen.st_mode):
        return b""
    with path.open("rb") as file:
        return file.read(100)


def placed(path: Path, content: bytes) -> None:
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


def broken(path: Path, error: Exception) -> UsageError | DataError:
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
