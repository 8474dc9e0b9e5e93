"""Words of the reports, in both languages.

Floor 3¾, part of report: texts only.
"""

from __future__ import annotations

from typing import Final


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


WORDS: Final[dict[str, dict[str, str]]] = {
    # of every report
    "figure": _pair("图", "Figure"),
    "table": _pair("表", "Table"),
    "contents": _pair("目录", "Contents"),
    "source": _pair("来源", "Source"),
    "note": _pair("注", "Note"),
    "notes": _pair("注", "Notes"),
    "continued": _pair("（续）", " (continued)"),
    "colon": _pair("：", ": "),
    "to_contents": _pair("跳到目录", "Skip to contents"),
    "live": _pair(
        "屏幕上为交互地图，可缩放、点选；打印时以静态图代替。",
        "On screen this is the live map, to zoom and to ask; a print shows the still figure in its place.",
    ),
    "live_title": _pair("交互地图：{0}", "Live map: {0}"),
    "scroll": _pair("{0}（可左右滚动）", "{0} (scrolls sideways)"),
    # of dossiers and the overview
    "overview": _pair("总览", "Overview"),
    "overview_text": _pair(
        "本报告汇总 {cases} 个案例。下图示其位置，各表按模式和要点汇总。",
        "This report covers {cases} cases. The figure shows where they lie; the tables compare their modes and "
        "key figures.",
    ),
    "overview_left_out": _pair(
        "图集中另有 {n} 个案例因文件有误，未列入。",
        "{n} more cases of the atlas are left out, as their files have errors.",
    ),
    "national_caption": _pair("{name}：案例分布", "{name}: where the cases lie"),
    "case_caption": _pair("{name}：分区", "{name}: zones"),
    "facts": _pair("数据台账", "Facts ledger"),
    "key_facts": _pair("主要数据", "Main figures"),
    "contradictions": _pair("数字核算", "Figures recomputed"),
    "contradictions_text": _pair(
        "由文件自身的数字推算 {of} 项，其中 {count} 项不一致或须留意；两数并存，不作取舍。",
        "Of {of} relations recomputed from the document's own figures, {count} contradict each other or ask for "
        "care; both figures are kept.",
    ),
    "no_contradictions": _pair(
        "由文件自身的数字推算 {of} 项，未见不一致。",
        "{of} relations were recomputed from the document's own figures; none contradicts another.",
    ),
    "certificates": _pair("面积证明", "Area certificates"),
    "certificates_note": _pair(
        "证明全文（坐标、椭球、各种方法的面积）由 eppv-atlas --atlas 图集文件夹 measure {id} --certificate 给出。",
        "eppv-atlas --atlas FOLDER measure {id} --certificate gives them in full: coordinates, ellipsoid, area by every method.",
    ),
    "slide_note": _pair(
        "标记只表示案例的大致位置；非标准地图。", "Markers show roughly where the cases lie; no standard map."
    ),
    "bare_zones": _pair(
        "文件还提到 {n} 个分区，但既未给面积，也未给可定位的范围：{names}。",
        "The document names {n} more zones without an area and without a place that can be found: {names}.",
    ),
    "more_zones": _pair("另有 {n} 个分区未列。", "{n} more zones are not listed here."),
}
"""Words by name and language."""

LANGUAGES: Final = {"zh": "zh-CN", "en": "en-US"}
"""Tag of each language, for readers of files and screens."""


def label(kind: str, number: int, lang: str) -> str:
    """What a figure or table goes by.

    >>> label("figure", 1, "zh"), label("table", 2, "en")
    ('图 1', 'Table 2')
    """
    return f"{WORDS[kind][lang]} {number}"


def gap(lang: str) -> str:
    """What stands between a label and its caption."""
    return "\u3000" if lang == "zh" else ". "


def remarks(notes: tuple[str, ...], source: str, lang: str) -> list[str]:
    """Small print below a table: its notes, numbered if there are several, and its source.

    >>> remarks(("甲。", "乙。"), "丙", "zh")
    ['注：（1）甲。（2）乙。', '来源：丙']
    """
    zh, colon = lang == "zh", WORDS["colon"][lang]
    lines = []
    if len(notes) == 1:
        lines.append(f"{WORDS['note'][lang]}{colon}{notes[0]}")
    elif notes:
        told = [f"（{i}）{note}" if zh else f"({i}) {note}" for i, note in enumerate(notes, start=1)]
        lines.append(f"{WORDS['notes'][lang]}{colon}{('' if zh else ' ').join(told)}")
    if source:
        lines.append(f"{WORDS['source'][lang]}{colon}{source}")
    return lines
