"""A look at a large atlas that begins before the command line is imported.

Whether anything changed in 200,000 files takes as long as everything else that
``list`` does. Where the command names an atlas that is kept, processes begin to
look while the rest is still imported; ``compiled.folder`` asks for what they saw.
They tell sums over names and times only; a look that nobody asks for is ended.

Floor 1: knows the words of a command line and names of files; imports nothing
but the standard library.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

COMMANDS = frozenset({"check", "list", "measure", "show"})
"""Commands that ask what is kept."""
FOLDERS = ("cases", "geodata")
KEPT = ".eppv-state/compiled.sqlite"
LEAST_BYTES = 1_000_000
"""A folder as large as this (the folder itself, not its files) has some ten thousand files."""
_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compiled", "glance.py")  # noqa: PTH100, PTH118, PTH120
_begun: dict[str, subprocess.Popen[bytes]] = {}


def begin(arguments: list[str]) -> None:
    """Begin to look where a command names a large atlas that is kept beside itself."""
    root, command = named(arguments)
    if root is None or command not in COMMANDS or (os.cpu_count() or 1) < 2:
        return
    with suppress(OSError, ValueError):
        os.stat(os.path.join(root, KEPT))  # noqa: PTH116, PTH118 - pathlib is not imported yet
        for folder in (os.path.join(root, name) for name in FOLDERS):  # noqa: PTH118
            if os.stat(folder).st_size >= LEAST_BYTES:  # noqa: PTH116
                _start(folder)


def seen(folder: str) -> int | None:
    """The sum over a folder's files, looked at by a process of its own; None where none did.

    Parameters
    ----------
    folder
        Absolute name.
    """
    process = _begun.pop(os.path.realpath(folder), None)
    if process is None:
        return None
    told, _ = process.communicate()
    with suppress(ValueError):
        return int(told, 16) if process.returncode == 0 else None
    return None


def start(folder: str) -> None:
    """Begin to look at a folder, unless somebody does already."""
    if os.path.realpath(folder) not in _begun:
        with suppress(OSError, ValueError):
            _start(folder)


def _start(folder: str) -> None:
    if not _begun:
        atexit.register(_end)
    _begun[os.path.realpath(folder)] = subprocess.Popen(  # noqa: S603 - this interpreter, our file
        [sys.executable, "-I", "-S", _SCRIPT, os.path.abspath(folder)],  # noqa: PTH100
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _end() -> None:
    """End looks that nobody asked for."""
    for process in _begun.values():
        with suppress(OSError):
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    _begun.clear()


def named(arguments: Iterable[str]) -> tuple[str | None, str]:
    """What ``--atlas`` names, and the command; None and empty where there is none."""
    root, words = None, iter(arguments)
    for word in words:
        if word in {"--atlas", "--lang"}:
            value = next(words, None)
            root = value if word == "--atlas" else root
        elif word.startswith("--atlas="):
            root = word.removeprefix("--atlas=")
        elif not word.startswith("-"):
            return root, word
    return root, ""
