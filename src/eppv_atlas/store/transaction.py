"""Several files of an atlas changed as one: old or new, never half, and one writer at a time.

What is to be written is first put whole into a journal beside the atlas; once
the journal stands, the change has happened. Files are then replaced one by one,
and whoever comes next finishes what a killed process began. Readers look at a
stamp before and after, and read again where it moved.

Floor 3, part of the store: knows bytes and folders only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.store import files

STATE: Final = ".eppv-state"
"""Folder in an atlas for lock, journal and the last import; it is no part of the atlas."""
WAIT_S: Final = 60.0
_JOURNAL: Final = "journal"
_STAMP: Final = "stamp"
_HOLDER: Final = "holder.json"
_OURS: Final = re.compile(r"atlas\.yaml|(cases|geodata|schema|\.eppv-state)/[\w-][\w.-]*")


@contextmanager
def locked(root: Path, doing: str, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the atlas for writing; finish first what a killed process began.

    Parameters
    ----------
    root
        Folder of the atlas.
    doing
        What for, as others will be told.
    wait_s
        How long to wait for another process, s.

    Raises
    ------
    UsageError
        If another process holds it for longer, or the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    state = state_folder(root)
    lock = FileLock(str(state / "lock"))
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise _busy(root, state) from None
    except OSError as error:
        raise files.cannot_write(root, error) from None
    try:
        _say_who(state, doing)
        _finish(root)
        for folder in (root, root / "cases", root / "geodata", root / "schema", state):
            files.clean(folder)
        yield
    finally:
        with suppress(OSError):
            (state / _HOLDER).unlink(missing_ok=True)
        lock.release()


def commit(root: Path, contents: Mapping[Path, bytes | None]) -> int:
    """Change files of an atlas, all or none; the caller holds the lock.

    Parameters
    ----------
    root
        Folder of the atlas.
    contents
        New content by path within it; None where a file is to go.

    Returns
    -------
    int
        How many files were changed.

    Raises
    ------
    UsageError
        If something cannot be written; the atlas is then as it was.
    """
    changed = {path: content for path, content in contents.items() if _differs(path, content)}
    if not changed:
        return 0
    state = state_folder(root)
    try:
        aside = Path(tempfile.mkdtemp(prefix=".aside-", dir=state))
        with files.claimed(aside):
            names = {}
            for index, (path, content) in enumerate(changed.items()):
                names[path.relative_to(root).as_posix()] = None if content is None else str(index)
                if content is not None:
                    files.synced(aside / str(index), content)
            files.synced(aside / "names.json", json.dumps(names).encode())
            _room(changed)
            aside.rename(state / _JOURNAL)  # from here on the change has happened
            files.sync_folder(state)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise files.cannot_write(root, error) from None
    _finish(root)
    return len(changed)


def stamp(root: Path) -> tuple[bool, bytes]:
    """What a reader compares before and after: whether a change is under way, and which was the last."""
    state = root / STATE
    try:
        last = (state / _STAMP).read_bytes()
    except OSError:
        last = b""
    return (state / _JOURNAL).is_dir(), last


def fingerprint(root: Path) -> tuple[object, ...]:
    """What another process looks at to see that files changed, with or without a journal: names, sizes, times."""
    found = []
    patterns = (
        (root, "atlas.*"),
        (root, "*.parquet"),
        (root, "*.fgb"),
        (root / "cases", "*"),
        (root / "geodata", "*"),
    )
    for folder, pattern in patterns:
        for path in [root] if root.is_file() else sorted(folder.glob(pattern)):
            if path.name.startswith("."):
                continue
            with suppress(OSError):
                seen = path.stat()
                found.append((path.name, seen.st_ino, seen.st_size, seen.st_mtime_ns))
    return (stamp(root), *found)


def recovered(root: Path) -> None:
    """Finish what a killed process began, if it left anything.

    Raises
    ------
    UsageError
        If it is left by a process that still runs, or the folder cannot be written to.
    """
    if (root / STATE / _JOURNAL).is_dir():
        with locked(root, "recovery"):
            pass


def digest(content: bytes | None) -> str | None:
    """SHA-256 of a file's content; None for a file that is not there."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def content_of(path: Path) -> bytes | None:
    """Content of a file; None where there is none."""
    return path.read_bytes() if path.is_file() else None


def _differs(path: Path, content: bytes | None) -> bool:
    return content_of(path) != content


def _room(changed: Mapping[Path, bytes | None]) -> None:
    """Try the folders before the change happens: after that there is no way back."""
    for folder in {path.parent for path in changed}:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".aside-", dir=folder)
        try:
            needed = sum(len(content or b"") for path, content in changed.items() if path.parent == folder)
            if hasattr(os, "posix_fallocate") and needed:
                os.posix_fallocate(handle, 0, needed)
        finally:
            os.close(handle)
            Path(name).unlink(missing_ok=True)


def _finish(root: Path) -> None:
    """Replace the files that the journal names, then put it away."""
    state = root / STATE
    journal = state / _JOURNAL
    if not journal.is_dir():
        return
    try:
        for name, content in _journaled(journal).items():
            path = root / name
            if content is None:
                path.unlink(missing_ok=True)
            else:
                files.write_file(path, content)
        whole = hashlib.sha256((journal / "names.json").read_bytes() + (stamp(root)[1])).hexdigest()
        files.write_file(state / _STAMP, whole.encode())
        gone = Path(tempfile.mkdtemp(prefix=".aside-", dir=state))
        journal.rename(gone / "done")
        shutil.rmtree(gone, ignore_errors=True)
    except OSError as error:
        raise files.cannot_write(root, error) from None


def _journaled(journal: Path) -> dict[str, bytes | None]:
    """Content by name that a journal holds; one that is none of ours is refused whole.

    Raises
    ------
    UsageError
        If it is damaged, or names what is no part of an atlas.
    """
    try:
        names = json.loads((journal / "names.json").read_text("utf-8"))
        sound = isinstance(names, dict) and all(
            _OURS.fullmatch(name) and (held is None or str(held).isdigit()) for name, held in names.items()
        )
        if sound:
            return {
                name: None if held is None else (journal / str(held)).read_bytes()
                for name, held in names.items()
            }
    except (ValueError, FileNotFoundError):
        pass
    raise UsageError(
        f"{journal} is damaged and was left alone; the atlas is as it was. Remove that folder to go on",
        f"{journal} 已损坏，未作处理；图集保持原状。删除该文件夹后可继续",
    )


def state_folder(root: Path) -> Path:
    """The folder for what is no part of the atlas, made where there is none yet.

    Raises
    ------
    UsageError
        If it cannot be made.
    """
    state = root / STATE
    try:
        if not state.is_dir():
            state.mkdir(parents=True, exist_ok=True)
        if not (state / ".gitignore").exists():
            (state / ".gitignore").write_text("*\n", "utf-8")
    except OSError as error:
        raise files.cannot_write(root, error) from None
    return state


def _say_who(state: Path, doing: str) -> None:
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "?"
    who: dict[str, Any] = {"doing": doing, "pid": os.getpid(), "user": user, "host": socket.gethostname()}
    with suppress(OSError):
        (state / _HOLDER).write_text(json.dumps(who), "utf-8")


def _busy(root: Path, state: Path) -> UsageError:
    try:
        who = json.loads((state / _HOLDER).read_text("utf-8"))
        en = f"process {who['pid']} of {who['user']} on {who['host']} ({who['doing']})"
        zh = f"{who['host']} 上 {who['user']} 的进程 {who['pid']}（{who['doing']}）"
    except (OSError, ValueError, KeyError, TypeError):
        en, zh = "another process", "另一进程"
    return UsageError(
        f"{root} is being written to by {en}; try again when it is done",
        f"{root} 正由{zh}写入；请待其完成后再试",
    )
