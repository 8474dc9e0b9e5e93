"""The record of a scheme that runs on engine `space`: shares of a place against targets, and a red line.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import FactRef, Part, ZoneRef


class SpaceShare(Record):
    """One kind of space in a budget of space."""

    zone: ZoneRef
    """该类空间的分区。 The zone that is this space."""
    area: Part
    """面积。 Its area."""
    target: FactRef | None = None
    """规划占比。 Share that is planned for it."""


class Ring(Record):
    """A ring around a zone, as wide as a target area asks."""

    around: ZoneRef
    """所围绕的分区。 The zone that it surrounds."""
    area: Part
    """目标面积。 Target area."""
    clip: ZoneRef | None = None
    """环不得超出的分区。 Zone that it stays inside of."""


class SpaceScheme(Record):
    """Shares of a place against targets, and a red line."""

    engine: Literal["space"]
    """试算引擎。 The engine that runs it."""
    spaces: Annotated[tuple[SpaceShare, ...], Field(max_length=12)] = ()
    """各类空间，至少两类，合为整体。 Kinds of space, two at least, that make up the whole."""
    red_line: ZoneRef | None = None
    """不得占用的分区。 Zone that nothing may be built in."""
    ring: Ring | None = None
    """由目标面积求环宽。 Width of a ring from its target area."""
    notes: tuple[Name, ...] = ()
    """须随结果说明的话。 What must be said with it."""

    @model_validator(mode="after")
    def _whole(self) -> SpaceScheme:
        if len(self.spaces) == 1:
            raise PydanticCustomError("two_spaces", "a budget has two spaces at least")
        if len({space.zone for space in self.spaces}) < len(self.spaces):
            raise PydanticCustomError("space_twice", "a zone stands in a budget once")
        if not self.spaces and self.red_line is None and self.ring is None:
            raise PydanticCustomError("no_space", "give spaces, a red line or a ring")
        return self
