"""The records of an atlas: Case, Site, Zone, Provenance, Fact, and the settings.

Records are small, frozen and closed (an unknown key is an error). They
neither load, draw nor print. Every field carries its description in its
docstring; the JSON Schema that editors use is generated from them.

Scalars arrive as the text that stands in the file and are typed here and
nowhere else: a title ``NO`` is a title, an id ``00123`` keeps its zeros.

Floor 2: knows scalars only; no files, no shapes, no maps, no measures.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from eppv_atlas.scalars import (
    AreaRef,
    BasisId,
    CategoryId,
    ConfidenceId,
    Count,
    FormatVersion,
    Latitude,
    Line,
    Longitude,
    ModeId,
    Number,
    Page,
    PageRange,
    PathId,
    Percent,
    Period,
    PlaceCode,
    Positive,
    Prose,
    QualifierId,
    Ref,
    SectionId,
    Side,
    SiteKindId,
    Slug,
    UnitId,
    ZoneKindId,
)


class Record(BaseModel):
    """Base of every record: frozen, closed, documented field by field."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True
    )


class Name(Record):
    """A short text in both languages."""

    zh: Line
    """中文。 Chinese."""
    en: Line
    """英文。 English."""


class Text(Record):
    """A paragraph in both languages, in our own words."""

    zh: Prose
    """中文。 Chinese."""
    en: Prose
    """英文。 English."""


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


class Location(Record):
    """A point, WGS 84 longitude and latitude in degrees."""

    lon: Longitude
    """经度，东经为正。 Longitude, east positive."""
    lat: Latitude
    """纬度，北纬为正。 Latitude, north positive."""


class Provenance(Record):
    """How a geometry was come by, and how far to trust it."""

    confidence: ConfidenceId
    """可信度，由高到低：surveyed、official、digitised、administrative、schematic。 Best to weakest."""
    how: Name
    """位置与形状的来历。 How the position and the shape were come by."""


class Site(Record):
    """A named place of the case: a park, a village, a lake."""

    id: Slug
    """在本案例内唯一。 Unique within the case."""
    name: Name
    """名称。 Name."""
    kind: SiteKindId
    """类型。 Kind."""
    places: tuple[PlaceCode, ...] = ()
    """所在行政区代码。 Administrative codes of where it lies."""
    location: Location | None = None
    """位置点；来源未给出且无法确知时留空。 A point; left out where it is not known."""
    provenance: Provenance | None = None
    """位置的来历；有位置点时必填。 Needed wherever a location is given."""


class DrawnShape(Record):
    """The shape is a feature of geodata/<id>.geojson."""

    type: Literal["drawn"]
    """手绘或导入的图形。 A drawn or imported shape."""


class PlacesShape(Record):
    """The shape is that of one or more administrative units."""

    type: Literal["places"]
    """行政区。 Administrative units."""
    places: Annotated[tuple[PlaceCode, ...], Field(min_length=1)]
    """行政区代码。 Administrative codes."""


class DiscRecipe(Record):
    """A geodesic disc whose (clipped) area is solved for."""

    type: Literal["disc"]
    """圆：给定中心与面积。 A disc of given centre and area."""
    centre: Location
    """圆心。 Centre."""
    area: AreaRef
    """stated（本区的文件面积）、某条面积数据的 id，或若干 id 之和。 `stated`, an area fact, or a list summed."""
    clip: tuple[Ref, ...] = ()
    """裁切到这些行政区或分区之内。 Clipped to these places or zones."""
    minus: tuple[Ref, ...] = ()
    """挖去这些行政区或分区。 These places or zones are cut out."""


class RingRecipe(Record):
    """A ring around another zone, by distance or by target area."""

    type: Literal["ring"]
    """环：围绕另一分区。 A ring around another zone."""
    around: Ref
    """被围绕的分区。 The zone inside the ring."""
    area: AreaRef | None = None
    """stated 或面积数据 id；与 distance_m 二选一。 `stated` or an area fact; or else distance_m."""
    distance_m: Positive | None = None
    """环宽，米。 Width of the ring in metres."""
    clip: tuple[Ref, ...] = ()
    """裁切到这些行政区或分区之内。 Clipped to these places or zones."""


class PartRecipe(Record):
    """An area-true share of a zone, taken from one side."""

    type: Literal["part"]
    """部分：按面积比例从某一侧取。 A share of a zone, true in area."""
    of: Ref
    """整体。 The whole."""
    share: Percent | None = None
    """所占百分比；与 area 二选一。 Percent of the whole; or else area."""
    area: AreaRef | None = None
    """stated 或面积数据 id。 `stated` or an area fact."""
    side: Side
    """从哪一侧取：west、east、south、north、centre、edge。 The side it is taken from."""
    after: Percent = 0.0
    """同侧已取走的百分比。 Percent already taken from that side."""


class CombineRecipe(Record):
    """Union or intersection of zones and places."""

    type: Literal["union", "intersection"]
    """并集或交集。 Union or intersection."""
    of: Annotated[tuple[Ref, ...], Field(min_length=2)]
    """参与运算的分区或行政区。 The zones or places combined."""


class DifferenceRecipe(Record):
    """A zone without some others."""

    type: Literal["difference"]
    """差集。 Difference."""
    of: Ref
    """被减。 What is cut."""
    minus: Annotated[tuple[Ref, ...], Field(min_length=1)]
    """减去的分区或行政区。 What is cut out."""


class GridRecipe(Record):
    """A zone divided into cells of equal area."""

    type: Literal["grid"]
    """等面积网格。 Cells of equal area."""
    of: Ref
    """被划分的分区。 The zone divided."""
    cells: Count
    """格数。 Number of cells."""


class NoShape(Record):
    """The honest absence of a geometry."""

    type: Literal["none"]
    """无图形。 No geometry."""
    reason: Name
    """为何没有图形。 Why there is none."""


Recipe = DiscRecipe | RingRecipe | PartRecipe | CombineRecipe | DifferenceRecipe | GridRecipe
ShapeSpec = Annotated[
    DrawnShape | PlacesShape | Recipe | NoShape,
    Field(discriminator="type"),
]


class Zone(Record):
    """An area with a role in the case."""

    id: Slug
    """在本案例内唯一。 Unique within the case."""
    name: Name
    """名称。 Name."""
    kind: ZoneKindId
    """分区类型。 Kind of zone."""
    part_of: Slug | None = None
    """所属的上一级分区。 The zone that this one lies in."""
    stated_area: Slug | None = None
    """给出本区面积的数据 id。 Id of the fact that states its area."""
    stated_share: Slug | None = None
    """给出本区占比的数据 id。 Id of the fact that states its share."""
    geometry: ShapeSpec
    """图形如何得来。 Where the shape comes from."""
    provenance: Provenance | None = None
    """图形的来历与可信度；无图形时不写。 Left out where there is no geometry."""


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
    zones: tuple[Zone, ...] = ()
    """分区。 Zones."""
    facts: tuple[Fact, ...] = ()
    """数据台账。 Facts ledger."""


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


class Settings(Record):
    """The atlas as a whole: atlas.yaml."""

    format: FormatVersion
    """文件格式版本，写 1。 Version of this file format: 1."""
    title: Name
    """图集名称。 Title of the atlas."""
    documents: dict[Slug, Document]
    """引用的文件。 Documents that cases are taken from."""
