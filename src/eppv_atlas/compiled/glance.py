"""A sum over the names, sizes, times and inodes of a folder: the loop that every list of a large atlas waits for.

Also a program of its own, so that two folders are looked at side by side.

Floor 3½, part of compiled: knows names and numbers only; imports next to nothing, as it is run alone.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import attrgetter

MASK = (1 << 64) - 1
HIDDEN = ord(".")
PRINT: Callable[[os.stat_result], tuple[int, int, int, int]] = attrgetter(
    "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"
)


def number(name: bytes, found: tuple[int, int, int, int] | None) -> int:
    """What one file adds to the sum."""
    return hash((zlib.crc32(name), found or (0, 0, 0, 0)))


def total(folder: str) -> int:
    """Sum over all of a folder but what is hidden; 0 for a folder that cannot be read."""
    try:
        names = [name for name in os.listdir(os.fsencode(folder)) if name[0] != HIDDEN]  # noqa: PTH208 - as bytes
    except OSError:
        return 0
    with _near(folder) as stat:
        try:  # all in C: a look at one file takes as long as two lines of Python
            pairs = zip(map(zlib.crc32, names), map(PRINT, map(stat, names)), strict=True)
            return sum(map(hash, pairs)) & MASK
        except OSError:  # one leads nowhere, or has just gone
            return sum(number(name, _found(stat, name)) for name in names) & MASK


@contextmanager
def _near(folder: str) -> Iterator[Callable[[bytes], os.stat_result]]:
    """What looks at a file of a folder by its name; by a handle the folder is not walked down to anew."""
    if folder == os.curdir:
        yield os.stat
        return
    if os.stat not in os.supports_dir_fd:
        yield lambda name: os.stat(os.fsencode(folder) + b"/" + name)  # noqa: PTH116
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield partial(os.stat, dir_fd=handle)
    finally:
        os.close(handle)


def _found(stat: Callable[[bytes], os.stat_result], name: bytes) -> tuple[int, int, int, int] | None:
    try:
        return PRINT(stat(name))
    except OSError:
        return None


if __name__ == "__main__":
    try:
        os.chdir(sys.argv[1])  # names are then the shortest
        sys.stdout.write(f"{total(os.curdir):x}\n")
    except OSError:
        sys.stdout.write("0\n")
