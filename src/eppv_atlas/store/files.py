"""Writing so that nothing already written is lost or half-written.

A file goes aside, is synced and renamed over the old one. A directory of
pages goes aside as a whole generation and is swapped in at the end.

Floor 3, part of the store: knows bytes and folders only.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from eppv_atlas.errors import UsageError

MARK: Final = ".eppv-atlas"
"""Name of the file that marks a directory as one generation of ours."""

ASIDE: Final = ".aside-"
"""How names of files begin that are not yet in their place."""
_YOUNG_S: Final = 1.0
"""What is younger may be between its making and its claim."""
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of linux/fs.h
_AT_FDCWD: Final = -100


def write_file(path: Path, content: bytes) -> bool:
    """Write a file aside and rename it into place.

    Returns
    -------
    bool
        False where the file already held exactly these bytes and was left alone.

    Raises
    ------
    UsageError
        If the folder cannot be written to, or the path is a folder, a device or a pipe.
    """
    if path.exists() and not path.is_file():
        raise UsageError(
            f"{path} is no ordinary file; name another",
            f"{path} 不是普通文件；请另取文件名",
        )
    path = path.resolve()  # what a link points at is written, the link stays
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        clean(path.parent)
        handle, aside = tempfile.mkstemp(prefix=ASIDE, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                _claim(out.fileno())
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
                Path(aside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
                Path(aside).replace(path)
            sync_folder(path.parent)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    return True


def swap_in(directory: Path, pages: Mapping[str, bytes]) -> None:
    """Put a whole generation of files in place of `directory`.

    Parameters
    ----------
    directory
        Where the files go. It may be missing, empty, or a generation written
        by this function before; a folder that holds anything else is refused.
    pages
        Content by file name (no subfolders).

    Raises
    ------
    UsageError
        If the folder is not ours, or cannot be written to; the old state stays.
    """
    with new_generation(directory) as aside:
        for name, content in pages.items():
            aside.put(name, content)


class Aside:
    """A generation of files on its way: one file after the other, none of it seen before all are there.

    Parameters
    ----------
    folder
        Where the files are until then.
    old
        The generation that stands now.
    """

    def __init__(self, folder: Path, old: Path) -> None:
        self._folder, self._old = folder, old
        self.names: dict[str, None] = {}

    def put(self, name: str, content: bytes) -> None:
        """Write a file."""
        synced(self.path(name), content)

    def path(self, name: str) -> Path:
        """Where a file goes that somebody else writes."""
        self.names[name] = None
        return self._folder / name

    def keep(self, name: str) -> bytes:
        """Take a file over from the generation that stands now, and return it."""
        content = (self._old / name).read_bytes()
        self.put(name, content)
        return content


@contextmanager
def new_generation(directory: Path) -> Iterator[Aside]:
    """Write a generation of files one by one; it takes the place of `directory` when all are written.

    Parameters
    ----------
    directory
        As for :func:`swap_in`.

    Raises
    ------
    UsageError
        If the folder is not ours, or cannot be written to; the old state stays,
        as it does where what makes the files fails.
    """
    directory = directory.resolve()  # a link to a folder stays a link
    foreign = foreign_files(directory)
    if foreign:
        raise UsageError(
            f"{directory} holds files that eppv-atlas did not write ({', '.join(foreign[:3])}); "
            "choose an empty folder with --out",
            f"{directory} 中有不是本工具写出的文件（{', '.join(foreign[:3])}）；请用 --out 指定空文件夹",
        )
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        clean(directory.parent, f".{directory.name}-aside-")
        clean(directory.parent, f".{directory.name}-old-")
        folder = Path(tempfile.mkdtemp(prefix=f".{directory.name}-aside-", dir=directory.parent))
        try:
            with claimed(folder):
                aside = Aside(folder, directory)
                yield aside
                names = "".join(f"{name}\n" for name in sorted([*aside.names, MARK]))
                aside.put(MARK, names.encode())
                folder.chmod(0o755)
                sync_folder(folder)
                _swap(folder, directory)
            sync_folder(directory.parent)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise cannot_write(directory, error) from None


def synced(path: Path, content: bytes) -> None:
    """Write a new file through to the disk."""
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def sync_folder(folder: Path) -> None:
    """Write the names in a folder through to the disk, where the system lets us."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clean(folder: Path, prefix: str = ASIDE) -> None:
    """Remove what a killed process left aside; what a living one holds is let alone."""
    try:
        left = [path for path in folder.iterdir() if path.name.startswith(prefix)]
    except OSError:
        return
    for path in left:
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < _YOUNG_S:
                continue
            with claimed(path) as ours:
                if ours and path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif ours:
                    path.unlink(missing_ok=True)


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Hold what lies aside, so that others see that it is in use; False where somebody else holds it."""
    if sys.platform == "win32":  # a file in use cannot be removed there
        yield True
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        yield _claim(handle)
    finally:
        os.close(handle)


def _claim(handle: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def generation_names(directory: Path) -> set[str]:
    """Names of the files of the generation that stands in `directory`."""
    if foreign_files(directory) or not (directory / MARK).is_file():
        return set()
    return {path.name for path in directory.iterdir() if path.name != MARK}


def generation(directory: Path) -> dict[str, bytes]:
    """Files of the generation that stands in `directory`, by name."""
    return {name: (directory / name).read_bytes() for name in generation_names(directory)}


def foreign_files(directory: Path) -> list[str]:
    """Names in `directory` that no generation of ours put there."""
    if not directory.exists():
        return []
    if not directory.is_dir():
        return [directory.name]
    mark = directory / MARK
    ours = set(mark.read_text("utf-8").splitlines()) if mark.is_file() else set()
    return sorted(path.name for path in directory.iterdir() if path.name not in ours)


def _swap(aside: Path, directory: Path) -> None:
    if not directory.exists():
        aside.rename(directory)
        return
    if _exchange(aside, directory):
        return
    # no atomic exchange on this system: two renames, the first undone if the second fails
    old = Path(tempfile.mkdtemp(prefix=f".{directory.name}-old-", dir=directory.parent))
    directory.rename(old / "was")
    try:
        aside.rename(directory)
    except OSError:
        (old / "was").rename(directory)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two directories in one step, where the kernel can (Linux renameat2)."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)
    return bool(done == 0)


def cannot_write(path: Path, error: OSError) -> UsageError:
    """Why something could not be written, in one line that says *space* or *read-only* where that is it."""
    why_en, why_zh = {
        errno.ENOSPC: ("no space left on the disk", "磁盘空间不足"),
        errno.EDQUOT: ("no space left within this user's quota", "超出磁盘配额，空间不足"),
        errno.EROFS: ("the folder is read-only", "文件夹只读"),
        errno.EACCES: ("the folder is read-only for this user", "当前用户无写入权限"),
        errno.EPERM: ("the folder is read-only for this user", "当前用户无写入权限"),
    }.get(error.errno or 0, (error.strerror or "cannot be written", error.strerror or "无法写入"))
    return UsageError(
        f"{path} could not be written: {why_en}; what stood there is unchanged",
        f"{path} 无法写入：{why_zh}；原有内容未变",
    )


_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}
)


def file_name(title: str) -> str:
    """A name that every disk takes, made of a title: letters of any script, digits, ``._-``.

    >>> file_name("Q3/2026: 报告 <final>?"), file_name("CON"), file_name("..")
    ('Q3-2026-报告-final', 'CON-', 'file')
    """
    kept = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", title))
    kept = re.sub(r"\.{2,}", ".", kept).strip("-. _")
    while len(kept.encode("utf-8")) > 150:  # a disk counts bytes, and the suffix needs some
        kept = kept[:-1]
    kept = kept.strip("-. _")
    if kept.split(".")[0].lower() in _RESERVED:
        kept = f"{kept}-"
    return kept or "file"
