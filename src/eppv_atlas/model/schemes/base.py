"""What all schemes share: where a number comes from, and marks for ids that must exist.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.scalars import Number, Slug, UnitId


@dataclass(frozen=True)
class Refers:
    """Mark of a field that holds an id of the same case; a rule of the store looks it up."""

    to: Literal["fact", "zone", "site"]


FactRef = Annotated[Slug, Refers("fact")]
ZoneRef = Annotated[Slug, Refers("zone")]
SiteRef = Annotated[Slug, Refers("site")]


class From(Record):
    """Where a number of a scheme comes from: a fact, the measured area of a zone, or an assumption that says so."""

    fact: FactRef | None = None
    """本案例数据的 id：按原文取值。 A fact of the case: its printed figure."""
    zone: ZoneRef | None = None
    """本案例分区的 id：按测量面积取值。 A zone of the case: its measured area."""
    assumed: Number | None = None
    """设定值：来源未给出，仅供试算。 Assumed: the source gives none; for trying out only."""
    unit: UnitId | None = None
    """设定值的单位。 Unit of an assumed value."""
    why: Name | None = None
    """为何取此设定值，写明出处。 Why this value is assumed, and where it is from."""

    @model_validator(mode="after")
    def _one(self) -> From:
        if sum(given is not None for given in (self.fact, self.zone, self.assumed)) != 1:
            raise PydanticCustomError("one_source", "give exactly one of fact, zone, assumed")
        if self.assumed is not None and self.why is None:
            raise PydanticCustomError("no_reason", "an assumed value says why")
        return self


class Part(Record):
    """One quantity of a scheme: what it is called and where its number comes from."""

    label: Name | None = None
    """名称；不写则用数据的说明或分区名称。 What it is; the fact's label or the zone's name where left out."""
    source: From | None = None
    """数值出处；文件未给出则不写，由使用者填入。 Where its number comes from; left out where the source gives none."""
    unit: UnitId | None = None
    """单位；由数据或设定值给出时不写。 Unit, where neither fact nor assumed value has one, or in which an area is shown."""

    @model_validator(mode="after")
    def _named(self) -> Part:
        given = self.source is not None
        if self.label is None and (self.source is None or self.source.assumed is not None):
            raise PydanticCustomError("no_label", "without a fact or a zone, give a label")
        if not given and self.unit is None:
            raise PydanticCustomError("no_unit", "without a source, give a unit")
        return self
