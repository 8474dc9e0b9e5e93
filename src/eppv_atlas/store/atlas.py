"""The atlas as its users hold it: cases with their shapes, loaded from a folder.

Floor 3, part of the store: must not know measures, maps or the command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from eppv_atlas import tables
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.model import Settings
from eppv_atlas.results import PlacedCase
from eppv_atlas.store.opening import read

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Atlas:
    """Cases with their shapes, in the order of their batch.

    Attributes
    ----------
    root
        Folder, or store, that they were read from.
    settings
        Title and documents (atlas.yaml).
    cases
        The cases.
    """

    root: Path
    settings: Settings
    cases: tuple[PlacedCase, ...]

    def __repr__(self) -> str:
        """Name it, in one line."""
        return f"<Atlas {self.settings.title.zh}: {len(self.cases)} cases>"

    def __getitem__(self, case_id: str) -> PlacedCase:
        """Return a case by its id.

        Raises
        ------
        UsageError
            If there is no such case.
        """
        if case_id not in self._by_id:
            known = ", ".join(self._by_id)
            raise UsageError(
                f"there is no case {case_id!r}; known: {known}", f"没有案例 {case_id!r}；现有：{known}"
            )
        return self._by_id[case_id]

    def __iter__(self) -> Iterator[PlacedCase]:
        """Iterate over the cases."""
        return iter(self.cases)

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)

    @cached_property
    def _by_id(self) -> dict[str, PlacedCase]:
        return {placed.case.id: placed for placed in self.cases}

    def zones(self) -> gpd.GeoDataFrame:
        """All zones as a GeoDataFrame (OGC:CRS84) joined to the attributes of their case."""
        return tables.zones(self.cases)

    def facts(self) -> gpd.GeoDataFrame:
        """All facts as a GeoDataFrame (OGC:CRS84) joined to the attributes of their case.

        The geometry is the shape of the zone that a fact speaks of, where it has one.
        """
        return tables.facts(self.cases)

    def mechanisms(self) -> pd.DataFrame:
        """All mechanisms as a DataFrame."""
        return tables.mechanisms(self.cases)


def load(folder: str | Path | None = None) -> Atlas:
    """Load an atlas.

    Parameters
    ----------
    folder
        Folder with ``atlas.yaml``, ``cases/`` and ``geodata/``, a store that
        ``export --to`` wrote, or ``postgresql://…``; the cases that ship with
        the package if left out.

    Raises
    ------
    UsageError
        If the folder is no atlas.
    DataError
        If any file has a problem; it carries all of them.
    """
    loading = read(folder)
    if loading.errors or loading.settings is None:
        raise DataError(loading.errors)
    placed = [item.placed for item in loading.cases if item.placed is not None]
    placed.sort(key=lambda p: (p.case.batch, p.case.order, p.case.id))
    return Atlas(loading.root, loading.settings, tuple(placed))
