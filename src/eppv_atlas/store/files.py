"""Writing so that nothing already written is lost or half-written.

A file goes aside, is synced and renamed over the old one. A directory of
pages goes aside as a whole generation and is swapped in at the end.

Floor 3, part of the store: knows bytes and folders only.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from eppv_atlas.errors import UsageError

MARK: Final = ".eppv-atlas"
"""Name of the file that marks a directory as one generation of ours."""

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
        handle, aside = tempfile.mkstemp(prefix=".aside-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            Path(aside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(aside).replace(path)
        finally:
            Path(aside).unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from None
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
    directory = directory.resolve()  # a link to a folder stays a link
    foreign = foreign_files(directory)
    if foreign:
        raise UsageError(
            f"{directory} holds files that eppv-atlas did not write ({', '.join(foreign[:3])}); "
            "choose an empty folder with --out",
            f"{directory} 中有不是本工具写出的文件（{', '.join(foreign[:3])}）；请用 --out 指定空文件夹",
        )
    names = "".join(f"{name}\n" for name in sorted([*pages, MARK]))
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{directory.name}-aside-", dir=directory.parent))
        try:
            for name, content in {**pages, MARK: names.encode()}.items():
                with (aside / name).open("wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
            aside.chmod(0o755)
            _swap(aside, directory)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise _cannot_write(directory, error) from None


def generation(directory: Path) -> dict[str, bytes]:
    """Files of the generation that stands in `directory`, by name."""
    if foreign_files(directory) or not (directory / MARK).is_file():
        return {}
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != MARK}


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
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)
    return bool(done == 0)


def _cannot_write(path: Path, error: OSError) -> UsageError:
    why_en, why_zh = {
        errno.ENOSPC: ("no space left on the disk", "磁盘空间不足"),
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
