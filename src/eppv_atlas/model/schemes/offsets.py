"""The record of a scheme that runs on engine `offsets`: obligations matched with credits of a market.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import From
from eppv_atlas.scalars import Percent, Slug
from eppv_atlas.units import UNITS


def _real(day: str) -> str:
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        raise PydanticCustomError("day", "write a date such as 2025-03-07") from None
    return day


Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_real)]


class TradingGroup(Record):
    """An offset trading group: vegetation types by how much of them has been cleared."""

    id: Slug
    """代号。 Id."""
    name: Name
    """名称。 Name."""
    cleared_from: Percent
    """已被清除的比例，自此值起（%）。 Share cleared, from this value on, %."""


class OffsetRules(Record):
    """Rules of matching from a day on; rules to come are a new record."""

    since: Day
    """自何日起施行。 In force from this day on."""
    within: From
    """受损场地外缘到对方亚区的最大距离。 Farthest that a subregion may be from the outer edge of the impact site."""
    variation: bool
    """是否仍可批准使用变通规则。 Whether use of the variation rule may still be approved."""
    artificial_hollows: bool
    """变通规则下，人工树洞是否可代替树洞。 Whether artificial hollows count under the variation rule."""
    source: Name
    """依据。 Where these rules are written."""

    @model_validator(mode="after")
    def _length(self) -> OffsetRules:
        if self.within.zone is not None:
            raise PydanticCustomError(
                "no_distance", "a distance comes from a fact or an assumption, not from a zone"
            )
        if self.within.assumed is not None:
            unit = UNITS.get(self.within.unit or "")
            if unit is None or unit.quantity != "length" or self.within.assumed < 0:
                raise PydanticCustomError(
                    "no_distance", "an assumed distance has a unit of length, such as km, and is not negative"
                )
        return self


class OffsetsScheme(Record):
    """Obligations matched with credits of a market."""

    engine: Literal["offsets"]
    """试算引擎。 The engine that runs it."""
    groups: Annotated[tuple[TradingGroup, ...], Field(min_length=2, max_length=12)]
    """抵消交易组，清除比例由低到高。 Offset trading groups, least cleared first."""
    groups_source: Name
    """交易组的依据。 Where the groups are written."""
    rules: Annotated[tuple[OffsetRules, ...], Field(min_length=1, max_length=20)]
    """匹配规则，由早到晚。 Rules of matching, earliest first."""

    @model_validator(mode="after")
    def _rising(self) -> OffsetsScheme:
        if any(one.cleared_from >= other.cleared_from for one, other in pairwise(self.groups)):
            raise PydanticCustomError("groups_rise", "groups go from the least cleared to the most cleared")
        if len({group.id for group in self.groups}) < len(self.groups):
            raise PydanticCustomError("groups_twice", "a group stands twice")
        if any(one.since >= other.since for one, other in pairwise(self.rules)):
            raise PydanticCustomError("rules_rise", "rules go from the earliest to the latest")
        return self
