"""The layers of an atlas in a file for GIS or in a database, and what their columns mean.

Five layers: cases, sites, zones, facts, mechanisms. A column with a path is
read back: who changes a name, a kind or a page there changes the record. The
others are worked out (labels, measures) and never read back. ``record`` holds
the row as it was written down, and ``position`` its order.

Floor 3, part of the store: knows records; must not know formats, how measures
are made, maps or the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["text", "integer", "number", "list"]
Row = dict[str, Any]
CRS: Final = "OGC:CRS84"


@dataclass(frozen=True)
class Field:
    """A column of a layer.

    Attributes
    ----------
    name
        Its name in every format.
    kind
        Type of its values; a list is written as text with ``; `` between its items.
    zh, en
        What it holds, with its unit.
    path
        Keys that lead to it in the record; None where it is worked out.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    path: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Layer:
    """A layer: its name, the key of a case file that it holds, the type of its shapes and its columns."""

    name: str
    zh: str
    en: str
    shapes: Literal["Point", "Unknown"] | None
    fields: tuple[Field, ...]


def _fields(text: str) -> tuple[Field, ...]:
    """Columns from lines of ``name|kind|path or -|Chinese|English``."""
    out = []
    for line in filter(None, text.splitlines()):
        name, kind, path, zh, en = line.split("|")
        keys = None if path == "-" else tuple(path.split("."))
        out.append(Field(name, kind, zh, en, keys))  # type: ignore[arg-type]
    return tuple(out)


_KEPT: Final = """
position|integer|-|在案例中的次序|Order within the case
record|text|-|写出时的原样（JSON），勿手改；有别处以列为准|As written down (JSON), not to be edited; where they differ, columns count
"""

CASES: Final = Layer("cases", "案例", "Cases", "Point", _fields("""
case|text|id|案例 id|Id of the case
batch|text|batch|批次|Batch
order|integer|order|批次内序号|Number within the batch
title_zh|text|title.zh|标题|Title in Chinese
title_en|text|title.en|英文标题|Title in English
short_zh|text|short.zh|短名|Short name in Chinese
short_en|text|short.en|英文短名|Short name in English
place_zh|text|place_name.zh|所在地|Place in Chinese
place_en|text|place_name.en|所在地（英文）|Place in English
places|list|places|行政区代码|Administrative codes
path|text|path.id|路径 id|Id of the path
path_zh|text|-|路径|Path in Chinese
path_en|text|-|路径（英文）|Path in English
mode|text|mode.id|主要模式 id|Id of the leading mode
mode_zh|text|-|主要模式|Leading mode in Chinese
mode_en|text|-|主要模式（英文）|Leading mode in English
category|text|category.id|产品类别 id|Id of the product category
category_zh|text|-|产品类别|Product category in Chinese
category_en|text|-|产品类别（英文）|Product category in English
document|text|source.document|文件 id|Id of the document
pages|text|source.pages|页码|Printed pages
background_zh|text|summary.background.zh|案例背景|Background in Chinese
background_en|text|summary.background.en|案例背景（英文）|Background in English
mechanism_zh|text|summary.mechanism.zh|核心机制|Core mechanism in Chinese
mechanism_en|text|summary.mechanism.en|核心机制（英文）|Core mechanism in English
practice_zh|text|summary.practice.zh|具体做法|Practice in Chinese
practice_en|text|summary.practice.en|具体做法（英文）|Practice in English
outcome_zh|text|summary.outcome.zh|主要成效|Outcome in Chinese
outcome_en|text|summary.outcome.en|主要成效（英文）|Outcome in English
anchor|text|anchor|代表本案例的地点或分区 id|Site or zone that stands for the case
confidence|text|-|代表点的可信度|How far to trust the point
revision|text|-|写出时的版本（SHA-256）|Revision when written (SHA-256)
""" + _KEPT))  # fmt: skip

SITES: Final = Layer("sites", "地点", "Sites", "Point", _fields("""
case|text|-|案例 id|Id of the case
id|text|id|地点 id|Id of the site
name_zh|text|name.zh|名称|Name in Chinese
name_en|text|name.en|英文名称|Name in English
kind|text|kind|类型 id|Id of the kind
kind_zh|text|-|类型|Kind in Chinese
kind_en|text|-|类型（英文）|Kind in English
places|list|places|行政区代码|Administrative codes
as_printed|text|printed|原文写法|As printed
page|integer|page|页码|Page
confidence|text|provenance.confidence|位置的可信度|How far to trust the position
how_zh|text|provenance.how.zh|位置的来历|How the position was come by, in Chinese
how_en|text|provenance.how.en|位置的来历（英文）|How the position was come by, in English
absent_zh|text|no_location.zh|没有位置的原因|Why there is no position, in Chinese
absent_en|text|no_location.en|没有位置的原因（英文）|Why there is no position, in English
""" + _KEPT))  # fmt: skip

ZONES: Final = Layer("zones", "分区", "Zones", "Unknown", _fields("""
case|text|-|案例 id|Id of the case
id|text|id|分区 id|Id of the zone
name_zh|text|name.zh|名称|Name in Chinese
name_en|text|name.en|英文名称|Name in English
kind|text|kind|类型 id|Id of the kind
kind_zh|text|-|类型|Kind in Chinese
kind_en|text|-|类型（英文）|Kind in English
family|text|-|类型所属的族|Family of the kind
part_of|text|part_of|上一级分区|The zone that it lies in
geometry_from|text|geometry.type|图形由来：drawn、places、做法或 none|Where the shape comes from
confidence|text|provenance.confidence|所写的可信度|How far to trust the shape, as written down
weakest_confidence|text|-|计入其依据后的可信度|The same, no better than what it was made from
how_zh|text|provenance.how.zh|图形的来历|How the shape was come by, in Chinese
how_en|text|provenance.how.en|图形的来历（英文）|How the shape was come by, in English
absent_zh|text|geometry.reason.zh|没有图形的原因|Why there is no shape, in Chinese
absent_en|text|geometry.reason.en|没有图形的原因（英文）|Why there is no shape, in English
as_printed|text|printed|原文写法|As printed
page|integer|page|页码|Page
stated_area|text|stated_area|给出面积的数据 id|Fact that states the area
stated_share|text|stated_share|给出占比的数据 id|Fact that states the share
stated_m2|number|-|文件所述面积，m²|Area stated by the document, m²
measured_m2|number|-|量算面积（椭球，CGCS2000），m²|Measured area (ellipsoid, CGCS2000), m²
measured_ha|number|-|量算面积，公顷|Measured area, ha
measured_km2|number|-|量算面积，km²|Measured area, km²
measured_mu|number|-|量算面积，亩|Measured area, mu
perimeter_m|number|-|周长，m|Perimeter, m
difference_pct|number|-|量算与所述之差，%|Difference of measured from stated area, %
made_from_stated|integer|-|1 表示图形按所述面积画成，量算不能佐证|1: made to have its stated area, so that measuring confirms nothing
digest|text|-|做法结果的校验码|Binds the result of a recipe to its recipe
made|text|-|做法求得的量（JSON）|What the recipe solved for (JSON)
extras|text|-|手绘图形的其他属性（JSON）|Further attributes of a drawn shape (JSON)
""" + _KEPT))  # fmt: skip

FACTS: Final = Layer("facts", "数据", "Facts", None, _fields("""
case|text|-|案例 id|Id of the case
id|text|id|数据 id|Id of the fact
label_zh|text|label.zh|说明|What the figure says, in Chinese
label_en|text|label.en|说明（英文）|What the figure says, in English
section|text|section|文件部分|Section of the document
as_printed|text|printed|原文写法|The figure as printed
value|number|value|数值|Number in its unit
unit|text|unit|单位 id|Id of the unit
unit_zh|text|-|单位|Unit in Chinese
unit_en|text|-|单位（英文）|Unit in English
qualifier|text|qualifier|约、近、超过等|about, nearly, over
period|text|period|时间|Period
page|integer|page|页码|Page
about|text|about|所指的地点或分区|Site or zone that it speaks of
share_of|text|of|占比的分母|The whole of a share
""" + _KEPT))  # fmt: skip

MECHANISMS: Final = Layer("mechanisms", "机制", "Mechanisms", None, _fields("""
case|text|-|案例 id|Id of the case
id|text|id|机制 id|Id of the mechanism
name_zh|text|name.zh|名称|Name in Chinese
name_en|text|name.en|英文名称|Name in English
kind|text|kind|机制类型 id|Id of the kind
kind_zh|text|-|机制类型|Kind in Chinese
kind_en|text|-|机制类型（英文）|Kind in English
path|text|path|路径 id|Id of the path
mode|text|mode|模式 id|Id of the mode
about_zh|text|about.zh|说明|What it is, in Chinese
about_en|text|about.en|说明（英文）|What it is, in English
section|text|section|文件部分|Section of the document
page|integer|page|页码|Page
""" + _KEPT))  # fmt: skip

LAYERS: Final = (CASES, SITES, ZONES, FACTS, MECHANISMS)
PARTS: Final = (SITES, ZONES, FACTS, MECHANISMS)
"""The layers whose rows belong to a case, named as the key of the case file that holds them."""
