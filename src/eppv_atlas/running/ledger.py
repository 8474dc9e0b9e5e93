"""Files of engine ``ledger``: entries that somebody replays instead of those of a case.

Floor 3½, part of running: knows files and entries; must not know cases, pages
or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eppv_atlas.accounts.entries import MAX_PLACES, problems
from eppv_atlas.accounts.state import replayed
from eppv_atlas.errors import DataError
from eppv_atlas.running import entries_file


def read(files: Mapping[str, Path]) -> dict[str, Any]:
    """Read the entries of a file and replay them once.

    Parameters
    ----------
    files
        ``entries``: a CSV or JSON file.

    Raises
    ------
    DataError
        If an entry is wrong by itself or breaks a rule; names every problem with its line.
    UsageError
        If the file cannot be read.
    """
    if "entries" not in files:
        return {}
    brought = entries_file.read(files["entries"])
    _, faults = replayed(brought.entries, MAX_PLACES)
    if faults:
        raise DataError(problems(faults, brought.file, brought.lines))
    numbered = tuple(replace(entry, number=at) for at, entry in enumerate(brought.entries, start=1))
    return {"entries": replace(brought, entries=numbered)}
