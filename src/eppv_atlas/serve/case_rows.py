"""Cases as flat rows with the dictionary of their columns.

Floor 3½, part of the server: must not know HTTP, files or measures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.ledgers import Column, Row
from eppv_atlas.results import PlacedCase

COLUMNS: Final = (
    Column("id", "text", "案例 id", "Id of the case"),
    Column("batch", "text", "批次", "Batch"),
    Column("order", "integer", "批次内的序号", "Number within the batch"),
    Column("title_zh", "text", "案例名称（中文）", "Title, Chinese"),
    Column("title_en", "text", "案例名称（英文）", "Title, English"),
    Column("short_zh", "text", "短名（中文）", "Short name, Chinese"),
    Column("short_en", "text", "短名（英文）", "Short name, English"),
    Column("document", "text", "文件 id", "Id of the document"),
    Column("pages", "text", "文件页码范围", "Printed pages of the document"),
    Column("places", "list", "所在行政区代码", "Administrative codes"),
    Column("place_zh", "text", "所在地（中文）", "Where it lies, Chinese"),
    Column("place_en", "text", "所在地（英文）", "Where it lies, English"),
    Column("province", "text", "省级行政区代码", "Code of its province"),
    Column("province_zh", "text", "省级行政区", "Name of its province, Chinese"),
    Column("path", "text", "路径 id", "Id of the path"),
    Column("path_zh", "text", "路径（中文）", "Path, Chinese"),
    Column("path_en", "text", "路径（英文）", "Path, English"),
    Column("mode", "text", "主要模式 id", "Id of the leading mode"),
    Column("mode_zh", "text", "主要模式（中文）", "Leading mode, Chinese"),
    Column("mode_en", "text", "主要模式（英文）", "Leading mode, English"),
    Column("further_modes", "list", "兼有的其他模式 id", "Ids of the further modes"),
    Column("category", "text", "产品类别 id", "Id of the product category"),
    Column("category_zh", "text", "产品类别（中文）", "Product category, Chinese"),
    Column("category_en", "text", "产品类别（英文）", "Product category, English"),
    Column("zones", "integer", "分区数", "Number of zones"),
    Column("zones_with_shape", "integer", "有图形的分区数", "Number of zones that have a geometry"),
    Column("facts", "integer", "数据条数", "Number of facts"),
    Column("mechanisms", "integer", "机制数", "Number of mechanisms"),
    Column("confidence", "text", "代表点的可信度", "How far to trust the point that stands for it"),
)


def rows_of(cases: Iterable[PlacedCase]) -> tuple[Row, ...]:
    """One row a case, with a value for each of the COLUMNS."""
    return tuple(_row(placed) for placed in cases)


def _row(placed: PlacedCase) -> Row:
    case = placed.case
    first = boundaries.place(case.places[0])
    row: Row = {
        "id": case.id,
        "batch": case.batch,
        "order": case.order,
        "title_zh": case.title.zh,
        "title_en": case.title.en,
        "short_zh": case.short.zh,
        "short_en": case.short.en,
        "document": case.source.document,
        "pages": case.source.pages,
        "places": list(case.places),
        "place_zh": case.place_name.zh,
        "place_en": case.place_name.en,
        "province": first.province,
        "province_zh": first.province_zh,
        "further_modes": [mode.id for mode in case.further_modes],
        "zones": len(case.zones),
        "zones_with_shape": len(placed.shapes),
        "facts": len(case.facts),
        "mechanisms": len(case.mechanisms),
        "confidence": placed.anchor_confidence,
    }
    for key, term in (
        ("path", vocabulary.PATHS[case.path.id]),
        ("mode", vocabulary.MODES[case.mode.id]),
        ("category", vocabulary.CATEGORIES[case.category.id]),
    ):
        row |= {key: term.id, f"{key}_zh": term.zh, f"{key}_en": term.en}
    return {column.name: row[column.name] for column in COLUMNS}
