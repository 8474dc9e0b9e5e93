"""Words of the tables, in both languages, and figures as readers write them.

Floor 3, part of sheets: knows facts, units and vocabulary; must not know cases.
"""

from __future__ import annotations

from typing import Final

from eppv_atlas.units import UNITS


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


WORDS: Final[dict[str, dict[str, str]]] = {
    # columns
    "arithmetic": _pair("算式", "Arithmetic"),
    "case": _pair("案例", "Case"),
    "category": _pair("产品类别", "Product category"),
    "claim": _pair("核算内容", "What is compared"),
    "confidence": _pair("可信度", "Confidence"),
    "difference": _pair("相对差", "Difference"),
    "facts": _pair("数据", "Facts"),
    "figure": _pair("原文", "Figure"),
    "further": _pair("兼有", "Further"),
    "further_cases": _pair("兼有此模式的案例", "Cases that also follow it"),
    "headlines": _pair("要点", "Key figures"),
    "kind": _pair("类型", "Kind"),
    "label": _pair("指标", "What it says"),
    "largest_area": _pair("其面积", "Its area"),
    "largest_zone": _pair("文件所载最大分区", "Largest zone by stated area"),
    "leading": _pair("主要", "Leading"),
    "leading_cases": _pair("以此为主的案例", "Cases that lead with it"),
    "measured": _pair("量算面积", "Measured area"),
    "mechanism": _pair("机制", "Mechanism"),
    "mode": _pair("模式", "Mode"),
    "page": _pair("页码", "Page"),
    "pages": _pair("页码", "Pages"),
    "parties": _pair("各方", "Parties"),
    "path": _pair("路径", "Path"),
    "path_mode": _pair("路径 → 模式", "Path → mode"),
    "period": _pair("时间", "Period"),
    "place": _pair("所在地", "Place"),
    "printed": _pair("文件原文", "As stated"),
    "remark": _pair("备注", "Remark"),
    "section": _pair("部分", "Section"),
    "shaped": _pair("有图形", "With shape"),
    "stated": _pair("文件面积", "Stated area"),
    "total": _pair("合计", "Total"),
    "unit": _pair("单位", "Unit"),
    "value": _pair("数值", "Value"),
    "verdict": _pair("结论", "Verdict"),
    "zone": _pair("分区", "Zone"),
    "zones": _pair("分区数", "Zones"),
    # titles
    "title_areas": _pair("{name}：分区面积", "{name}: zone areas"),
    "title_comparison": _pair("案例对比", "Cases compared"),
    "title_facts": _pair("{name}：数据台账", "{name}: facts ledger"),
    "title_facts_chosen": _pair("{name}：数据台账（节选）", "{name}: facts ledger (selection)"),
    "title_facts_section": _pair("{name}：数据台账（{part}）", "{name}: facts ledger ({part})"),
    "title_findings": _pair("{name}：数字核算", "{name}: figures recomputed"),
    "title_headlines": _pair("各案例要点", "Key figures of the cases"),
    "title_mechanisms": _pair("{name}：机制台账", "{name}: mechanisms"),
    "title_modes": _pair("案例的路径与模式", "Cases by path and mode"),
    # cells
    "also": _pair("{first}；兼有{rest}", "{first}; also {rest}"),
    "cited": _pair("{text}（第{page}页）", "{text} (p. {page})"),
    "covered_all": _pair(
        "图形覆盖：全部（{n}个，最弱：{weakest}）", "Covered by all shapes ({n}; weakest: {weakest})"
    ),
    "covered_by": _pair("图形覆盖：{confidence}（{n}个）", "Covered by shapes, {confidence} ({n})"),
    "made_from_figures": _pair(
        "图形按文件数字生成，不作比较", "shape made from figures of the document: no comparison"
    ),
    "made_from_stated": _pair(
        "图形按文件面积生成，不作比较", "shape made from the stated area: no comparison"
    ),
    "no_geometry": _pair("无图形", "No geometry"),
    "reads": _pair("文件写作“{text}”", "the document says {text}"),
    "share_of": _pair(
        "文件只载占比：{text}（占{whole}，第{page}页）",
        "the document states a share only: {text} of {whole} (p. {page})",
    ),
    "share_only": _pair(
        "文件只载占比：{text}（第{page}页）", "the document states a share only: {text} (p. {page})"
    ),
    "unit_outline": _pair(
        "以所在行政区界线表示，量算的是行政区面积",
        "drawn as the administrative unit that it lies in: the measured area is the unit's",
    ),
    "weakest": _pair("最弱：{weakest}", "weakest: {weakest}"),
    # notes
    "note_conversion": _pair(
        "“文件原文”照录文件写法；文件面积由其单位换算（1亩＝2000/3 m²），换算后的位数不表示精度，约、近、余等以原文为准。",
        "As stated gives the figure of the document; stated areas are converted from its unit "
        "(1 mu = 2000/3 m²): their digits are no accuracy, and about, nearly or over stand under As stated.",
    ),
    "note_ellipsoid": _pair(
        "量算面积为CGCS2000椭球面上的面积，边按测地线计。",
        "Measured areas lie on the CGCS2000 ellipsoid, with geodesic edges.",
    ),
    "note_figures": _pair(
        "“原文”照录文件写法；“数值”供计算用，约、近、超过等限定以原文为准。",
        "Value is for computing with; about, nearly, over and the like stand in Figure.",
    ),
    "note_findings": _pair(
        "由文件自身的数字推算；不一致之处两数并存，不作取舍。",
        "Recomputed from the document's own figures; where they contradict each other, both are kept.",
    ),
    "note_inferred": _pair(
        "* 编者推断，文件未明示。", "* Inferred by the editors; the document does not say so."
    ),
    "note_largest": _pair(
        "最大分区只在文件载明面积的分区中选取；面积由原文单位换算。",
        "The largest zone is chosen among those with a stated area, converted from the unit of the document.",
    ),
    "note_modes": _pair(
        "每个案例只有一种主要模式，可兼有多种。", "A case has one leading mode and may follow others too."
    ),
    "note_overlap": _pair(
        "{label}：重叠处只计一次；各图形面积之和为{total}，其中{overlap}为重复计入。",
        "{label}: what overlaps counts once; the areas of the shapes add up to {total}, of which {overlap} is "
        "counted more than once.",
    ),
    "note_unit": _pair(
        "{zones}以所在行政区的界线表示：量算的是行政区面积，不是分区面积。",
        "{zones}: drawn as the administrative units that they lie in; the measured areas are those of the units.",
    ),
    "note_schematic": _pair(
        "“示意”图形只表示大小与大致位置，不是真实边界，其面积不是测量成果。",
        "Schematic shapes show size and rough position only: no real outlines, and their areas are no survey.",
    ),
    "note_shaped": _pair(
        "“有图形”包括示意图形，不等于有实测边界。",
        "Zones with a shape include schematic ones: a shape is no surveyed boundary.",
    ),
    "source": _pair(
        "{publisher}：《{title}》，{issued}，第{pages}页。", "{publisher}. {title}. {issued}, pp. {pages}."
    ),
    "source_all": _pair("{publisher}：《{title}》，{issued}。", "{publisher}. {title}. {issued}."),
    "source_pages": _pair("文件 {document}，第{pages}页。", "Document {document}, pp. {pages}."),
    # what stands before the lines under a table
    "continued": _pair("续下页", "continued on the next page"),
    "note": _pair("注：", "Note: "),
    "source_head": _pair("来源：", "Source: "),
    # between parts
    "and": _pair("、", ", "),
    "colon": _pair("：", ": "),
    "then": _pair("；", "; "),
}


def word(name: str, lang: str, /, **parts: object) -> str:
    """A text of this table, with its parts filled in."""
    text = WORDS[name][lang]
    return text.format(**parts) if parts else text


def unit_text(unit: str, lang: str) -> str:
    """A unit as tables write it: symbols of area in both languages, but 亩."""
    known = UNITS[unit]
    return known.en if known.quantity == "area" and unit != "mu" else str(getattr(known, lang))
