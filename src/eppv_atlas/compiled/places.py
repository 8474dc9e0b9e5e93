"""Where the box of an atlas is, and by what it is known to be the right one.

Floor 3½, part of compiled: knows names and versions only; imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from eppv_atlas.store import transaction

NAME: Final = "compiled.sqlite"
FORMAT: Final = 3
_LIBRARIES: Final = ("frykit", "numpy", "pydantic", "pyproj", "pyyaml", "shapely")
"""Libraries whose versions can change what reading gives."""


def beside(root: Path) -> Path:
    """The box inside the atlas."""
    return root / transaction.STATE / NAME


def cached(root: Path) -> Path:
    """The box in the user's cache folder, for an atlas that cannot be written to."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    folder = Path(base) if base.startswith("/") else Path.home() / ".cache"
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]
    return folder / "eppv-atlas" / f"{name}.sqlite"


def existing(root: Path) -> Path | None:
    """The box that an atlas has; None where there is none."""
    for path in (beside(root), cached(root)):
        with suppress(OSError, RuntimeError):
            if path.is_file():
                return path
    return None


def made(root: Path) -> list[Path]:
    """Where a box can be made, the better place first; its folder exists."""
    out = []
    with suppress(Exception):
        if os.access(root, os.W_OK):
            out.append(transaction.state_folder(root) / NAME)
    with suppress(OSError, RuntimeError):
        path = cached(root)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        out.append(path)
    return [path for path in out if os.access(path.parent, os.W_OK)]


def identity(root: Path) -> str:
    """What tells this folder from a copy of it."""
    parts = [str(FORMAT), _signature()]
    for name in ("", "cases", "geodata"):
        folder = root / name
        with suppress(OSError):
            parts.append(f"{name} {folder.stat().st_ino}")
            if folder.is_symlink():
                parts.append(str(folder.resolve().is_relative_to(root.resolve())))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _signature() -> str:
    """What the rules, the words and the boundary data are, by the files that they stand in."""
    package = Path(__file__).parents[1]
    found = [sys.version, *_files(package)]
    for folder in dict.fromkeys(sys.path):
        with suppress(OSError):
            names = [path.name for path in Path(folder or ".").iterdir()]
            found += sorted(
                name
                for name in names
                if name.endswith((".dist-info", ".egg-info")) and name.lower().startswith(_LIBRARIES)
            )
    return f"{zlib.crc32(repr(found).encode()):08x}{len(found)}"


def _files(folder: Path) -> list[tuple[str, int, int]]:
    out: list[tuple[str, int, int]] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name in {"__pycache__", "static"}:
                continue
            if entry.is_dir():
                out += [(f"{entry.name}/{name}", size, time) for name, size, time in _files(Path(entry.path))]
            else:
                seen = entry.stat()
                out.append((entry.name, seen.st_size, seen.st_mtime_ns))
    return out
