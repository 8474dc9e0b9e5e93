"""What the document says in figures and rules: facts, series, claims, mechanisms.

Floor 2: knows scalars only; no files, no shapes, no maps, no measures.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from eppv_atlas.model.base import Name, Record, Text
from eppv_atlas.model.schemes import Scheme
from eppv_atlas.scalars import (
    ClaimKindId,
    Line,
    MechanismKindId,
    ModeId,
    Number,
    Page,
    PartyRoleId,
    PathId,
    Period,
    QualifierId,
    SectionId,
    SeriesKindId,
    Slug,
    UnitId,
)


class Fact(Record):
    """One figure of the document, as printed and as a number."""

    id: Slug
    """在本案例内唯一。 Unique within the case."""
    label: Name
    """数字说明什么。 What the figure says."""
    section: SectionId
    """文件中的部分。 Section of the document."""
    page: Page
    """页码。 Printed page."""
    printed: Line
    """原文写法，如 2.3 万亩。 The figure as printed."""
    value: Number
    """以 unit 计的数值：2.3 万亩写 23000。 Plain number in `unit`: 2.3万亩 is 23000."""
    unit: UnitId
    """单位。 Unit."""
    qualifier: QualifierId = "exact"
    """约、近、超过…… about, nearly, over …"""
    period: Period | None = None
    """时间，如 2022 或 2015-2019。 Period, e.g. 2022 or 2015-2019."""
    about: Slug | None = None
    """所指的地点或分区 id；不写即指整个案例。 Site or zone it speaks of; the whole case if left out."""
    of: Slug | None = None
    """占比的分母（分区 id）。 The whole that a share is a share of."""


class Series(Record):
    """Facts that belong together: before and after, the ends of a range, items side by side."""

    id: Slug
    """在本案例内唯一。 Unique within the case."""
    kind: SeriesKindId
    """change 前后、time 逐年、range 区间、group 并列、parts 整体与分项。 How they belong together."""
    label: Name
    """这组数据说明什么。 What the series says."""
    facts: Annotated[tuple[Slug, ...], Field(min_length=2)]
    """数据 id，按次序（先前后后、由低到高、整体在前）。 Ids of its facts in order: earlier first, lower first, the whole first."""


class Claim(Record):
    """A relation between figures that can be recomputed."""

    id: Slug
    """在本案例内唯一。 Unique within the case."""
    kind: ClaimKindId
    """所核对的关系。 Kind of relation."""
    label: Name
    """核对什么。 What is compared."""
    says: Line
    """算式，用数据 id，如 `a + b = c`、`a / b = c`、`a <= b`、`a in kWh`；只写左边则只推算。 A formula of fact ids."""
    caveat: Name | None = None
    """即使不符也未必是错的原因，如口径不同；不符时判为“须留意”。 Why a mismatch need not be an error: it then needs care."""
    beware: Name | None = None
    """即使相符也须留意的原因；写了则判为“须留意”。 Why even agreement needs care."""
    note: Name | None = None
    """其他说明。 What else is to be said."""


class Party(Record):
    """Who takes part in a mechanism, and as what."""

    role: PartyRoleId
    """身份。 Role."""
    name: Name
    """名称。 Name."""


class Rule(Record):
    """A rule of a mechanism, with the facts that hold its numbers."""

    text: Name
    """规则，用自己的话写；数字写在 facts 中。 The rule in our own words."""
    facts: tuple[Slug, ...] = ()
    """规则中数字的数据 id。 Ids of the facts with its numbers."""


class Mechanism(Record):
    """A system, scheme or rule by which the case realises value."""

    id: Slug
    """在本案例内唯一。 Unique within the case."""
    name: Name
    """名称。 Name."""
    kind: MechanismKindId
    """类型。 Kind."""
    section: SectionId
    """文件中的部分。 Section of the document."""
    page: Page
    """页码。 Printed page."""
    about: Text
    """如何运作，用自己的话写。 How it works, in our own words."""
    path: PathId
    """所实现的路径。 The path that it realises."""
    mode: ModeId
    """所实现的模式，须为本案例的模式之一。 The mode that it realises, one of the case's modes."""
    parties: tuple[Party, ...] = ()
    """参与各方。 Parties."""
    rules: tuple[Rule, ...] = ()
    """规则。 Rules."""
    acts_on: tuple[Slug, ...] = ()
    """所作用的分区或地点 id。 Ids of the zones or sites on which it acts."""
    evidence: tuple[Slug, ...] = ()
    """佐证数据的 id。 Ids of the facts that evidence it."""
    scheme: Scheme | None = None
    """试算：用哪个引擎、哪些数据；不写则只有文字。 What runs it, and on which data; only words where left out."""
