"""Places of a case: sites, zones, how their shapes come about and how far to trust them.

Floor 2: knows scalars only; no files, no shapes, no maps, no measures.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from eppv_atlas.model.base import Name, Record
from eppv_atlas.scalars import (
    AreaRef,
    ConfidenceId,
    Count,
    DirectionId,
    Latitude,
    Line,
    Longitude,
    Page,
    Percent,
    PlaceCode,
    Positive,
    Ref,
    RelationId,
    Side,
    SiteKindId,
    Slug,
    ZoneKindId,
)


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


class Relation(Record):
    """How a site or zone lies to another one, as the document says."""

    type: RelationId
    """关系：inside、outside、adjacent、around、along、crosses、near…… How it lies."""
    to: Ref
    """另一方：本案例的地点或分区 id，或行政区代码。 The other one: a site, a zone or an administrative code."""
    direction: DirectionId | None = None
    """本方在另一方的哪一侧。 The side on which this one lies, seen from the other."""
    note: Name | None = None
    """补充说明，如距离。 What else is said of it."""


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
    no_location: Name | None = None
    """没有位置点的原因；无位置点时必填。 Why there is no location; needed where there is none."""
    provenance: Provenance | None = None
    """位置的来历；有位置点时必填。 Needed wherever a location is given."""
    printed: Line | None = None
    """原文写法；编者所加者不写。 As the document prints its name; left out where the editors added it."""
    page: Page | None = None
    """首次出现的页码。 Page that names it first."""
    relations: tuple[Relation, ...] = ()
    """与其他地点、分区的关系。 How it lies to others."""


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
    printed: Line | None = None
    """原文写法；编者所加者不写。 As the document prints its name; left out where the editors added it."""
    page: Page | None = None
    """首次出现的页码。 Page that names it first."""
    relations: tuple[Relation, ...] = ()
    """与其他地点、分区的关系。 How it lies to others."""
