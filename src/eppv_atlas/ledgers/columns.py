"""What a ledger is, and what the columns of each one mean: the data dictionary.

Floor 3, part of the ledgers: must not know records, measures or formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

Kind = Literal["text", "number", "integer", "boolean", "list"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a ledger.

    Attributes
    ----------
    name
        Key in every format.
    kind
        Type of its values; a list is joined with ``; `` where a format has none.
    zh, en
        What it holds, with its unit.
    """

    name: str
    kind: Kind
    zh: str
    en: str


@dataclass(frozen=True)
class Ledger:
    """Rows with their data dictionary.

    Attributes
    ----------
    name
        ``facts``, ``zones``, ``mechanisms``, ``claims`` or ``glossary``.
    columns
        Columns in order.
    rows
        One dict a row, with a value (or None) for every column.
    geometries
        Shape of every row (OGC:CRS84, None where there is none); empty for a
        ledger without places.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    geometries: tuple[BaseGeometry | None, ...] = ()


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from lines of ``name|kind|Chinese|English``."""
    out = []
    for line in text.strip().splitlines():
        name, kind, zh, en = line.split("|")
        out.append(Column(name, kind, zh, en))  # type: ignore[arg-type]
    return tuple(out)


FACTS = _columns("""
case|text|案例 id；总体部分的数据写 general|Id of the case; `general` for the document's general part
case_zh|text|案例短名（中文）|Short name of the case, Chinese
case_en|text|案例短名（英文）|Short name of the case, English
id|text|数据 id，在案例内唯一|Id of the fact, unique within its case
document|text|文件 id|Id of the document
section|text|文件中的部分：general、background、mechanism、practice、outcome|Section of the document
label_zh|text|数字说明什么（中文）|What the figure says, Chinese
label_en|text|数字说明什么（英文）|What the figure says, English
value|number|以 unit 计的数值：2.3万亩为 23000|Plain number in `unit`: 2.3万亩 is 23000
unit|text|单位 id|Id of the unit
unit_zh|text|单位（中文）|Unit in Chinese
unit_en|text|单位（英文）|Unit in English
quantity|text|量的种类：area、length、share、count、money……|Quantity: area, length, share, count, money ...
area_m2|number|面积，平方米（1 亩 = 2000/3 平方米）；非面积留空|Area in m² (1 mu = 2000/3 m²); empty for other quantities
qualifier|text|exact 确数、about 约、nearly 近、over 超过、at-least 不少于、up-to 至多|How the figure is qualified
period|text|时间；文件未给出则留空|Period; empty where the document gives none
page|integer|文件页码|Printed page of the document
as_printed|text|原文写法|The figure as the document prints it
site_or_zone|text|所指地点或分区 id；留空为整个案例|Id of the site or zone it speaks of; empty for the whole case
site_or_zone_zh|text|所指地点或分区（中文）|Its name, Chinese
site_or_zone_en|text|所指地点或分区（英文）|Its name, English
share_of|text|占比的分母（分区 id）|Zone that a share is a share of
series|list|所属数据组的 id|Ids of the series that it belongs to
""")

ZONES = _columns("""
case|text|案例 id；总体部分的地点写 general|Id of the case; `general` for the document's general part
case_zh|text|案例短名（中文）|Short name of the case, Chinese
case_en|text|案例短名（英文）|Short name of the case, English
id|text|地点或分区 id，在案例内唯一|Id of the site or zone, unique within its case
record|text|zone 分区；site 地点|`zone` (an area with a role) or `site` (a named place)
name_zh|text|名称（中文）|Name, Chinese
name_en|text|名称（英文）|Name, English
kind|text|类型 id|Id of its kind
kind_zh|text|类型（中文）|Kind in Chinese
kind_en|text|类型（英文）|Kind in English
family|text|分区大类 id；地点留空|Family of the zone kind; empty for sites
as_printed|text|原文写法；编者所加者留空|Name as printed; empty where the editors added it
page|integer|首次出现的页码|Page that names it first
part_of|text|所属的上一级分区 id|Zone that it lies in
relations|list|与其他地点、分区的关系：关系 另一方 (方位)|How it lies to others: relation other (side)
places|list|所在行政区代码|Administrative codes
stated_value|number|文件所载面积，以 stated_unit 计|Area that the document states, in `stated_unit`
stated_unit|text|文件所载面积的单位 id|Unit of the stated area
stated_m2|number|文件所载面积，平方米|Stated area in m²
stated_as_printed|text|文件所载面积的原文写法|Stated area as printed
stated_page|integer|文件所载面积的页码|Page of the stated area
stated_share_percent|number|文件所载占比，%|Stated share in percent
measured_m2|number|量算面积（CGCS2000 椭球面），平方米|Measured area on the CGCS2000 ellipsoid, m²
measured_ha|number|量算面积，公顷|Measured area, ha
measured_km2|number|量算面积，平方公里|Measured area, km²
measured_mu|number|量算面积，亩|Measured area, mu
perimeter_m|number|周长，米|Perimeter, m
difference_pct|number|量算减文件所载，%；按面积生成者留空|Measured minus stated in percent; empty where the shape was made from the stated area
made_from_stated|boolean|图形是否按面积生成|Whether the shape was made to have a given area
geometry_from|text|图形来源：drawn、places、disc、ring、part、union、intersection、difference、grid、point、outline、none|Where the geometry comes from
confidence|text|可信度：surveyed、official、digitised、administrative、schematic；无图形留空|How far to trust the geometry; empty without one
how_zh|text|图形来历（中文）|How the geometry was come by, Chinese
how_en|text|图形来历（英文）|How the geometry was come by, English
absent_zh|text|无图形的原因（中文）|Why there is no geometry, Chinese
absent_en|text|无图形的原因（英文）|Why there is no geometry, English
lon|number|位置点经度，度（WGS 84）|Longitude of a point in it, degrees (WGS 84)
lat|number|位置点纬度，度（WGS 84）|Latitude of a point in it, degrees (WGS 84)
""")

MECHANISMS = _columns("""
case|text|案例 id|Id of the case
case_zh|text|案例短名（中文）|Short name of the case, Chinese
case_en|text|案例短名（英文）|Short name of the case, English
id|text|机制 id，在案例内唯一|Id of the mechanism, unique within its case
name_zh|text|名称（中文）|Name, Chinese
name_en|text|名称（英文）|Name, English
kind|text|类型 id|Id of its kind
kind_zh|text|类型（中文）|Kind in Chinese
kind_en|text|类型（英文）|Kind in English
section|text|文件中的部分|Section of the document
page|integer|文件页码|Printed page of the document
about_zh|text|如何运作（中文）|How it works, Chinese
about_en|text|如何运作（英文）|How it works, English
path|text|所实现的路径 id|Id of the path that it realises
path_zh|text|路径（中文）|Path in Chinese
path_en|text|路径（英文）|Path in English
mode|text|所实现的模式 id|Id of the mode that it realises
mode_zh|text|模式（中文）|Mode in Chinese
mode_en|text|模式（英文）|Mode in English
parties_zh|list|参与各方：身份：名称（中文）|Parties as role: name, Chinese
parties_en|list|参与各方：身份：名称（英文）|Parties as role: name, English
rules_zh|list|规则（中文）|Rules, Chinese
rules_en|list|规则（英文）|Rules, English
rule_facts|list|规则中数字的数据 id|Ids of the facts that hold the rules' numbers
acts_on|list|所作用的分区或地点 id|Ids of the zones or sites on which it acts
evidence|list|佐证数据的 id|Ids of the facts that evidence it
""")

CLAIMS = _columns("""
case|text|案例 id|Id of the case
id|text|核算式 id|Id of the claim
kind|text|核对的关系|Kind of relation
label_zh|text|核对什么（中文）|What is compared, Chinese
label_en|text|核对什么（英文）|What is compared, English
verdict|text|disagrees 不符、care 须留意、agrees 相符、derived 推算|Verdict: disagrees, care, agrees, derived
says|text|算式（数据 id）|Formula of fact ids
arithmetic_zh|text|代入数字的算式（中文）|The formula with its numbers, Chinese
arithmetic_en|text|代入数字的算式（英文）|The formula with its numbers, English
left|number|左边，国际单位制|Left side in SI units
right|number|右边，国际单位制|Right side in SI units
difference_pct|number|左边减右边，%|Left minus right in percent
remark_zh|text|须留意处（中文）|What to look out for, Chinese
remark_en|text|须留意处（英文）|What to look out for, English
facts|list|所用数据的 id|Ids of the facts used
pages|list|所用数据的页码|Pages of these facts
automatic|boolean|是否由记录自动推出|Whether it follows from the records by itself
""")

GLOSSARY = _columns("""
group|text|词表|Vocabulary that the term belongs to
id|text|词条 id|Id of the term
zh|text|中文|Chinese
en|text|英文（固定译法）|English, the one fixed translation
about_zh|text|释义（中文）|Definition, Chinese
about_en|text|释义（英文）|Definition, English
""")
