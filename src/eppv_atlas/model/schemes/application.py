"""The record of a scheme that runs on engine `application`: the steps from a proposal to a settled obligation.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import FactRef, Part
from eppv_atlas.scalars import Page, Slug


class Condition(Record):
    """Something that must hold for a way of settling to be open."""

    id: Slug
    """在本试算内唯一。 Unique within the scheme."""
    name: Name
    """条件内容。 What must hold."""


class Way(Record):
    """A way of settling an obligation, with all that it needs."""

    id: Slug
    """在本试算内唯一。 Unique within the scheme."""
    name: Name
    """名称。 Name."""
    matched: Literal["like-for-like", "variation"] | None = None
    """所用信用须符合哪种匹配规则；不写则不要求匹配。 Rule that its credits must meet; left out where it asks for none."""
    conditions: Annotated[tuple[Condition, ...], Field(max_length=8)] = ()
    """须具备的条件。 Conditions that must hold."""
    after_search: bool = False
    """是否须先走完规定的合理步骤。 Whether it is open only after the reasonable steps."""
    approval: bool = False
    """是否须另行批准。 Whether its use must be approved first."""
    page: Page | None = None
    """所载页码。 Page on which it is written."""
    facts: tuple[FactRef, ...] = ()
    """所依据的数据。 Facts that it rests on."""
    source: Name | None = None
    """文件未载时的依据。 Where it is written, if not in the document."""

    @model_validator(mode="after")
    def _written(self) -> Way:
        if self.page is None and self.source is None:
            raise PydanticCustomError("no_source", "a way says where it is written: give page or source")
        if self.after_search and not self.approval:
            raise PydanticCustomError(
                "no_approval",
                "a way that is open after the reasonable steps needs an approval; write approval: true",
            )
        return self


class ApplicationScheme(Record):
    """The steps of an application, from a proposal to an obligation that is settled."""

    engine: Literal["application"]
    """试算引擎。 The engine that runs it."""
    serious_refused: bool
    """影响严重且不可逆时是否只能不予批准。 Whether an impact that is serious and irreversible can only be refused."""
    serious_page: Page | None = None
    """此项规定所载页码。 Page on which that is written."""
    proposed: Part
    """评估报告提出的信用数。 Credits that the assessor's report proposes."""
    obligation: Part
    """审批机构确定的信用数。 Credits that the authority sets."""
    ways: Annotated[tuple[Way, ...], Field(min_length=1, max_length=12)]
    """清偿信用义务的途径。 Ways of settling the obligation."""
    rules: Slug | None = None
    """本案例中载有匹配规则的机制 id；没有则不写。 Mechanism of the case that has the rules of matching; left out where none has."""
    notes: tuple[Name, ...] = ()
    """须随结果说明的话。 What must be said with it."""

    @model_validator(mode="after")
    def _distinct(self) -> ApplicationScheme:
        ids = [way.id for way in self.ways] + [one.id for way in self.ways for one in way.conditions]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise PydanticCustomError(
                "twice", "{value} stands twice among ways and conditions", {"value": repr(twice[0])}
            )
        if self.serious_refused and self.serious_page is None:
            raise PydanticCustomError("no_page", "a refusal says on which page it is written")
        return self
