"""The record of a scheme that runs on engine `patrol`: a zone cut into cells for patrols.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from eppv_atlas.model.base import Record
from eppv_atlas.model.schemes.base import From, ZoneRef
from eppv_atlas.scalars import Count


class PatrolScheme(Record):
    """A zone cut into cells for patrols."""

    engine: Literal["patrol"]
    """试算引擎。 The engine that runs it."""
    zone: ZoneRef
    """被划分的分区。 The zone that is cut."""
    cells: From
    """格数。 Number of cells."""
    others: Annotated[tuple[Count, ...], Field(max_length=6)] = ()
    """另行试算的格数，供比较。 Other numbers of cells to be tried, for comparison."""
    sight: From
    """巡护时能看清的距离（米）。 How far a patrol sees, in metres."""
