"""What reading a large atlas gave, kept beside it, so that only what changed is read again.

>>> from eppv_atlas import compiled  # doctest: +SKIP
>>> for case in compiled.of(root).slim(): ...

An atlas of fewer than `LEAST` cases is read as it is, and nothing is kept, unless
somebody has kept it already. What is kept is a hint and never the truth: it is
made anew where the package, its libraries, the boundary data or the documents
of atlas.yaml changed, where it was brought from another place, and where it is
damaged. A file counts as unchanged by size, times and inode; where these differ
or cannot be relied on, its SHA-256 decides.

Floor 3½: puts store, intake and measure together; must not know maps, reports
or the command line. What a list needs is imported without shapes or models.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from eppv_atlas.compiled import places
from eppv_atlas.compiled.reader import Compiled
from eppv_atlas.compiled.reader import opened as of

__all__ = ["LEAST", "Compiled", "of", "wanted"]

LEAST: Final = 500
"""So many files in ``cases/`` make an atlas a large one."""


def wanted(root: Path) -> bool:
    """Whether an atlas is so large that reading it is kept, or somebody has kept it already."""
    if places.existing(root) is not None:
        return True
    count = 0
    with suppress(OSError), os.scandir(root / "cases") as entries:
        for count, _ in enumerate(entries, 1):
            if count >= LEAST:
                return True
    return False
