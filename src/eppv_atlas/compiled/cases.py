"""Whole cases of a large atlas, one at a time.

Floor 3½, part of compiled: puts the store to use; must not know the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from eppv_atlas.errors import DataError
from eppv_atlas.results import PlacedCase
from eppv_atlas.store import reading
from eppv_atlas.store.reading import Loading


def placed(root: Path, ids: Iterable[str]) -> Iterator[PlacedCase]:
    """Read cases of an atlas that is known to be sound, each when it is asked for.

    Parameters
    ----------
    root
        Folder of the atlas.
    ids
        Ids of its cases.

    Raises
    ------
    DataError
        If a case has been changed meanwhile and has a problem now.
    """
    about = Loading(root)
    reading.settings(about)
    for case_id in ids:
        held = Loading(root, about.settings, folders=about.folders)
        reading.one(held, root / "cases" / f"{case_id}.yaml")
        found = held.cases[0].placed if held.cases else None
        if held.errors or found is None:
            raise DataError(held.errors)
        yield found
