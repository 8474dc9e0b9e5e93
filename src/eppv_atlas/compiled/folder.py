"""What a look at the folders of an atlas tells without opening a file: size, times and inode of each.

A file whose times are not clearly older than the look is *uncertain*: it may be
changed again within the same tick of the clock, as git's index has it. So is a
link. What is uncertain is read again next time and compared by its SHA-256.

Floor 3½, part of compiled: knows names and numbers only; imports nothing heavy.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from eppv_atlas import early
from eppv_atlas.compiled import glance

TICK_NS: Final = 2_000_000_000
"""How coarse the times of a file system may be (FAT: 2 s)."""
FOLDERS: Final = ("cases", "geodata")
Print = tuple[int, int, int, int]
"""Size, times of content and of inode (ns), inode."""


@dataclass
class Look:
    """What was seen.

    Attributes
    ----------
    prints
        For each folder: print by file name; None for what is uncertain.
    links
        For each folder: names that are links or no ordinary files, or whose print could not be taken.
    folders
        For each folder: names that are folders themselves; they have no print.
    sums
        For each folder: a sum over names and prints, whatever their order.
    taken_ns
        When, by the clock of the file system where that could be asked.
    """

    prints: dict[str, dict[str, Print | None]] = field(default_factory=dict)
    links: dict[str, set[str]] = field(default_factory=dict)
    folders: dict[str, set[str]] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    taken_ns: int = 0

    @property
    def certain(self) -> bool:
        """Whether every print can be relied on."""
        return all(None not in held.values() for held in self.prints.values())

    @property
    def whole(self) -> str:
        """The sums of all folders as a text."""
        return " ".join(f"{self.sums[name]:016x}" for name in FOLDERS)


def look(root: Path, state: Path | None) -> Look:
    """Look at every file of an atlas.

    Parameters
    ----------
    root
        Folder of the atlas.
    state
        Folder on the same file system that can be written to, to ask its clock; None where there is none.
    """
    out = Look(taken_ns=_now_ns(state))
    for name in FOLDERS:
        prints: dict[str, Print | None] = {}
        links: set[str] = set()
        inner: set[str] = set()
        total = 0
        for file, found, mode, link in _entries(root / name):
            total += glance.number(os.fsencode(file), found)
            if stat.S_ISDIR(mode):
                inner.add(file)
                continue
            sure = found is not None and not link and max(found[1], found[2]) < out.taken_ns - TICK_NS
            prints[file] = found if sure else None
            if link or found is None or not stat.S_ISREG(mode):
                links.add(file)
        out.prints[name], out.links[name], out.folders[name] = prints, links, inner
        out.sums[name] = total & glance.MASK
    return out


def begin(root: Path) -> None:
    """Let a process of its own begin to look at each folder of a large atlas."""
    with suppress(OSError):
        if (os.cpu_count() or 1) > 1 and (root / "geodata").stat().st_size > early.LEAST_BYTES:
            for name in FOLDERS:
                early.start(str(root / name))


def quick(root: Path) -> str:
    """The sums alone, as :attr:`Look.whole` has them; where somebody looks already, what they see."""
    found = [early.seen(str(root / name)) for name in FOLDERS]
    sums = [
        glance.total(str(root / name)) if one is None else one
        for name, one in zip(FOLDERS, found, strict=True)
    ]
    return " ".join(f"{one:016x}" for one in sums)


def _entries(folder: Path) -> list[tuple[str, Print | None, int, bool]]:
    """Name, print, mode and whether it is a link, of everything in a folder but what is hidden."""
    out: list[tuple[str, Print | None, int, bool]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    continue
                try:
                    seen = entry.stat()
                except OSError:
                    out.append((name, None, 0, True))
                    continue
                found = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
                out.append((name, found, seen.st_mode, entry.is_symlink()))
    except OSError:
        return out
    return out


def _now_ns(state: Path | None) -> int:
    """The time by the clock of the file system, or by ours where that is earlier."""
    now = time.time_ns()
    if state is not None:
        with suppress(OSError), tempfile.NamedTemporaryFile(dir=state, prefix=".aside-") as probe:
            now = min(now, os.fstat(probe.fileno()).st_mtime_ns)
    return now
