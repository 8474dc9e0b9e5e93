"""The records of an atlas: Case, Site, Zone, Fact, Provenance and the shapes made from them.

Records are small, frozen and closed (an unknown key is an error). They
neither load, draw nor print. Every field carries its description in its
docstring; the JSON Schema that editors use is generated from them.

Scalars arrive as the text that stands in the file and are typed here and
nowhere else: a title ``NO`` is a title, an id ``00123`` keeps its zeros.

Floor 2: knows the vocabulary and the units; no files, no maps, no measures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from shapely import Point
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.units import UNITS

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
PLACE_CODE = r"^([1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3})$"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _number(value: Any) -> Any:
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise PydanticCustomError("plain_number", "write a plain number such as 1039 or 12.34")
    return value


def _one_of(table: Mapping[str, Any], what: str) -> Any:
    def check(value: Any) -> Any:
        if value not in table:
            raise PydanticCustomError(
                "one_of", "{value} is no {what}", {"value": repr(value), "what": what, "choices": list(table)}
            )
        return value

    schema = {"type": "string", "enum": list(table)}
    return Annotated[str, BeforeValidator(check), WithJsonSchema(schema)]


FormatVersion = Annotated[Literal["1"], WithJsonSchema({"enum": [1, "1"]})]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_number)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_number)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(_number)]
Count = Annotated[int, Field(ge=1, le=10000), BeforeValidator(_number)]
Page = Annotated[int, Field(ge=1, le=100000), BeforeValidator(_number)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=64)]
PlaceCode = Annotated[
    str,
    StringConstraints(pattern=PLACE_CODE),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": PLACE_CODE}, {"type": "integer", "minimum": 100000, "maximum": 999999}]}
    ),
]
Ref = Annotated[
    str,
    StringConstraints(pattern=r"^([1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3}|[a-z][a-z0-9]*(-[a-z0-9]+)*)$"),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 100000, "maximum": 999999}]}),
]
PageRange = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]*(-[1-9][0-9]*)?$"),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^[1-9][0-9]*(-[1-9][0-9]*)?$"}, {"type": "integer"}]}),
]
Period = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
AreaRef = Slug | Annotated[tuple[Slug, ...], Field(min_length=1)]
PathId = _one_of(vocabulary.PATHS, "path")
ModeId = _one_of(vocabulary.MODES, "mode")
CategoryId = _one_of(vocabulary.CATEGORIES, "product category")
BasisId = _one_of(vocabulary.BASES, "basis")
ZoneKindId = _one_of(vocabulary.ZONE_KINDS, "zone kind")
SiteKindId = _one_of(vocabulary.SITE_KINDS, "site kind")
ConfidenceId = _one_of(vocabulary.CONFIDENCES, "confidence")
SectionId = _one_of(vocabulary.SECTIONS, "section")
QualifierId = _one_of(vocabulary.QUALIFIERS, "qualifier")
UnitId = _one_of(UNITS, "unit")
Side = Literal["west", "east", "south", "north", "centre", "edge"]


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

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), BeforeValidator(_number)]
    """经度，东经为正。 Longitude, east positive."""
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), BeforeValidator(_number)]
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


@dataclass(frozen=True)
class ZoneShape:
    """The geometry of a zone, resolved.

    Attributes
    ----------
    zone
        Id of the zone.
    geometry
        Shape in WGS 84 longitude and latitude (OGC:CRS84), degrees.
    confidence
        How far to trust it.
    origin
        ``drawn``, ``administrative`` or ``recipe``.
    solved
        True where the shape was *made* to have a given area, so that its
        measured area confirms nothing.
    made
        What the recipe solved for, e.g. ``{"radius_m": 5970.8}``.
    """

    zone: str
    geometry: BaseGeometry
    confidence: str
    origin: Literal["drawn", "administrative", "recipe"]
    solved: bool = False
    made: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlacedCase:
    """A case together with its shapes.

    Attributes
    ----------
    case
        The record.
    shapes
        Resolved shape of every zone that has one, by zone id, in zone order.
    anchor
        Point that stands for the case on a national map (OGC:CRS84).
    anchor_confidence
        How far to trust that point.
    """

    case: Case
    shapes: Mapping[str, ZoneShape]
    anchor: Point
    anchor_confidence: str


@dataclass(frozen=True)
class Measure:
    """What was measured of one zone.

    Attributes
    ----------
    case, zone, kind
        Ids of case and zone, and the zone's kind.
    area_m2, perimeter_m
        Ellipsoidal (CGCS2000) area and perimeter; None without a geometry.
    stated_m2
        Area that the document states; None where it states none.
    difference_pct
        Signed difference of measured from stated area in percent; None where
        either is missing or the shape was made from the stated area.
    confidence
        Confidence of the geometry; None without a geometry.
    made_from_stated
        True where the shape was made to have a given area.
    """

    case: str
    zone: str
    kind: str
    area_m2: float | None
    perimeter_m: float | None
    stated_m2: float | None
    difference_pct: float | None
    confidence: str | None
    made_from_stated: bool


@dataclass(frozen=True)
class Total:
    """Areas of several zones taken together.

    Attributes
    ----------
    case
        Id of the case.
    confidence
        The one confidence of the zones counted here, or ``all``.
    zones
        Number of zones with a geometry.
    sum_m2, union_m2, overlap_m2
        Sum of the areas, area covered at all, and the part counted more than once.
    weakest
        Weakest confidence among them.
    """

    case: str
    confidence: str
    zones: int
    sum_m2: float
    union_m2: float
    overlap_m2: float
    weakest: str
