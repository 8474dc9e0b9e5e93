"""A case of ecological product value realisation, and the atlas as a whole.

Floor 2: knows scalars only; no files, no shapes, no maps, no measures.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from eppv_atlas.model.base import Name, Record, Text
from eppv_atlas.model.ledger import Claim, Fact, Mechanism, Series
from eppv_atlas.model.places import Site, Zone
from eppv_atlas.scalars import (
    BasisId,
    CategoryId,
    Count,
    FormatVersion,
    Line,
    ModeId,
    Page,
    PageRange,
    PathId,
    PlaceCode,
    ReviewNo,
    Slug,
)

MOST_ZONES: Final = 2000
"""Zones of one case."""


class Source(Record):
    """Where the case is described."""

    document: Slug
    """文件的 id，见 atlas.yaml。 Id of a document in atlas.yaml."""
    pages: PageRange
    """页码范围，如 9-14。 Printed pages, e.g. 9-14."""


class Classified(Record):
    """What every classification carries: the term, and on which ground it stands."""

    id: str
    """词条 id。 Id of the term."""
    basis: BasisId
    """stated：文件明示；inferred：编者推断。 stated by the document, or inferred by the editors."""
    page: Page | None = None
    """文件明示时的页码。 Page, where the document states it."""
    note: Name | None = None
    """依据或推断理由。 The words relied on, or the reason of the inference."""


class CasePath(Classified):
    """The path (典型路径) that the case follows."""

    id: PathId
    """路径。 The path."""


class CaseMode(Classified):
    """A mode (典型模式) that the case follows."""

    id: ModeId
    """模式。 The mode."""


class CaseCategory(Classified):
    """The category of ecological product."""

    id: CategoryId
    """产品类别。 The category."""


class Summary(Record):
    """The case in four parts, in our own words."""

    background: Text
    """案例背景。 Background."""
    mechanism: Text
    """核心机制。 Core mechanism."""
    practice: Text
    """具体做法。 Practice."""
    outcome: Text
    """主要成效。 Outcome."""


class Case(Record):
    """One case of ecological product value realisation."""

    format: FormatVersion
    """文件格式版本，写 1。 Version of this file format: 1."""
    id: Slug
    """与文件名相同。 The same as the file name."""
    batch: Slug
    """批次，如 mnr-4。 Batch, e.g. mnr-4."""
    order: Count
    """批次内的序号。 Number within the batch."""
    title: Name
    """案例名称。 Title."""
    short: Name
    """地图上用的短名。 Short name for maps and lists."""
    source: Source
    """出处。 Where the case is described."""
    places: Annotated[tuple[PlaceCode, ...], Field(min_length=1)]
    """所在行政区代码（六位）或 ISO 3166-2。 National six-digit codes, or ISO 3166-2 abroad."""
    place_name: Name
    """所在地的完整写法。 Where it lies, written out."""
    path: CasePath
    """路径。 Path."""
    mode: CaseMode
    """主要模式。 Leading mode."""
    further_modes: tuple[CaseMode, ...] = ()
    """兼有的其他模式。 Other modes that it also follows."""
    category: CaseCategory
    """产品类别。 Product category."""
    summary: Summary
    """四部分概述，用自己的话写。 Summary in four parts, in our own words."""
    anchor: Slug
    """在全国图上代表本案例的地点或分区 id。 Site or zone that stands for the case on the national map."""
    headlines: Annotated[tuple[Slug, ...], Field(min_length=3, max_length=3)]
    """三条最能说明问题的数据 id。 Ids of the three headline facts."""
    sites: tuple[Site, ...] = ()
    """地点。 Sites."""
    zones: Annotated[tuple[Zone, ...], Field(max_length=MOST_ZONES)] = ()
    """分区，至多 2000 个。 Zones, at most 2000."""
    facts: tuple[Fact, ...] = ()
    """数据台账。 Facts ledger."""
    series: tuple[Series, ...] = ()
    """成组的数据。 Facts that belong together."""
    mechanisms: tuple[Mechanism, ...] = ()
    """机制台账。 Mechanisms."""
    claims: tuple[Claim, ...] = ()
    """可核算的数量关系。 Relations between figures that can be recomputed."""


class Document(Record):
    """A document that cases are taken from."""

    title: Name
    """标题。 Title."""
    publisher: Name
    """发布机构。 Publisher."""
    issued: Line
    """发布日期。 Date of issue."""
    pages: Page
    """正文页数。 Number of pages."""
    sites: tuple[Site, ...] = ()
    """总体部分提到的地点。 Sites that its general part names."""
    facts: tuple[Fact, ...] = ()
    """总体部分的数据。 Figures of its general part."""


class Settings(Record):
    """The atlas as a whole: atlas.yaml."""

    format: FormatVersion
    """文件格式版本，写 1。 Version of this file format: 1."""
    title: Name
    """图集名称。 Title of the atlas."""
    review_no: ReviewNo | None = None
    """审图号，如 GS(2023)2767号；印在地图和图件上。 Map review number, printed on maps and figures."""
    documents: dict[Slug, Document]
    """引用的文件。 Documents that cases are taken from."""
