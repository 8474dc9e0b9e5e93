"""How paragraphs of a Word document look: ours, and what a user's template may lack.

Chinese text stands in 宋体 and 黑体, which every Chinese Windows has, Latin text
in Times New Roman and Arial, for which every system has letters of that width:
a table that fits here fits there.

Floor 3½, part of report: knows WordprocessingML; must not know documents, blocks or sheets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml

from eppv_atlas.report.docx_parts import Xml, el, val
from eppv_atlas.report.words import LANGUAGES

INK, ACCENT, SOFT, LINE = "1D2733", "0B62A4", "4D5866", "98A2AD"
NS: Final = nsdecls("w")


@dataclass(frozen=True)
class Look:
    """A style of paragraphs; measures in points.

    Attributes
    ----------
    name, id
        As Word writes them.
    size, colour
        Of its type; None and empty where it is that of the style below.
    head
        Whether it stands in the fonts of headings.
    bold
        Whether it is bold whatever the language.
    before, after, line
        Room above and below; lines by their own height if it is below 10, else exactly.
    left
        Indent.
    align
        ``left``, ``center``, ``both``.
    keep
        ``next`` and ``lines``: what it stays together with.
    outline
        Level in the outline, from 1; 0 for none.
    rule
        Whether a thin line stands below it.
    """

    name: str
    id: str
    size: float | None = None
    colour: str = ""
    head: bool = False
    bold: bool = False
    before: float = 0.0
    after: float = 0.0
    line: float = 1.0
    left: float = 0.0
    align: str = "left"
    keep: tuple[str, ...] = ()
    outline: int = 0
    rule: bool = False


_HEADING: Final = ("next", "lines")
OURS: Final = (
    Look(
        "Title", "Title", 26, INK, head=True, before=210, after=12, line=1.2, align="center", keep=("next",)
    ),
    Look("Subtitle", "Subtitle", 13, SOFT, after=6, line=1.3, align="center"),
    Look("heading 1", "Heading1", 16, INK, head=True, after=10, line=1.1, keep=_HEADING, outline=1),
    Look(
        "heading 2", "Heading2", 13, ACCENT, head=True, before=15, after=6, line=1.1, keep=_HEADING, outline=2
    ),
    Look("heading 3", "Heading3", 11, INK, head=True, before=10, after=4, line=1.1, keep=_HEADING, outline=3),
    Look(
        "caption", "Caption", 9, INK, head=True, before=6, after=4, line=1.1, align="center", keep=("lines",)
    ),
    Look("TOC Heading", "TOCHeading", 16, INK, head=True, after=10, keep=("next",)),
    Look("toc 1", "TOC1", 10.5, INK, head=True, before=6, after=1, line=1.1, keep=("next",)),
    Look("header", "Header", 9, SOFT, align="center", rule=True),
    Look("footer", "Footer", 9, SOFT, align="center"),
)
"""Styles whose look is ours alone; a template has its own."""

MADE: Final = (
    Look("Title", "Title", 22, bold=True, before=120, after=12, align="center", keep=("next",)),
    Look("Subtitle", "Subtitle", 13, after=12, align="center"),
    Look("heading 3", "Heading3", bold=True, before=10, after=4, keep=_HEADING, outline=3),
    Look("TOC Heading", "TOCHeading", 16, bold=True, after=10, keep=("next",)),
    Look("toc 1", "TOC1", before=6, after=1, line=1.1, keep=("next",)),
    Look("toc 2", "TOC2", 9.5, line=1.05, left=21),
    Look("Atlas Lead", "AtlasLead", 11.5, SOFT, after=6, line=1.2),
    Look("Atlas Note", "AtlasNote", 9, SOFT, before=2, after=4, line=1.1),
    Look("Atlas Remark", "AtlasRemark", 9, SOFT, after=2, line=1.1, left=18),
    Look("Atlas Figure", "AtlasFigure", before=8, align="center", keep=("next",)),
    # an exact height: else digits alone stand higher than digits beside Chinese
    Look("Atlas Cell", "AtlasCell", 9, line=12.5),
    Look("Atlas Small Cell", "AtlasSmallCell", 8, line=11),
)
"""Styles that are made where they are missing, in any document, on its own Normal."""


@dataclass(frozen=True)
class Face:
    """Fonts and measures of text in a language: of headings, line, room below, first line, setting."""

    bold: bool
    line: float
    after: float
    first: str
    align: str


_FLAT: Final = {"w:firstLineChars": 0, "w:firstLine": 0}
FACES: Final = {
    # 黑体 is heavy by itself, so Chinese headings are not bold; a paragraph begins two characters in
    "zh": Face(bold=False, line=1.42, after=3, first="200", align="both"),
    "en": Face(bold=True, line=1.2, after=6, first="0", align="left"),
}


def fonts(*, head: bool = False) -> Xml:
    """The fonts of text or of headings, for both scripts."""
    latin, chinese = ("Arial", "黑体") if head else ("Times New Roman", "宋体")
    return el("w:rFonts", {"w:ascii": latin, "w:hAnsi": latin, "w:eastAsia": chinese, "w:cs": latin})


def defaults() -> Xml:
    """What every style begins from: fonts, colour, 五号 (10.5 points), language."""
    # of Latin letters and of Chinese ones; with zh-CN for both, LibreOffice breaks numbers anywhere
    tongue = {"w:val": LANGUAGES["en"], "w:eastAsia": "zh-CN", "w:bidi": "ar-SA"}
    look = el(
        "w:rPr", None, fonts(), val("w:color", INK), val("w:kern", 2), *_sizes(10.5), el("w:lang", tongue)
    )
    return el(
        "w:docDefaults",
        None,
        el("w:rPrDefault", None, look),
        el("w:pPrDefault", None, el("w:pPr")),
    )


def normal(face: Face) -> Xml:
    """Properties of body text."""
    first = {"w:firstLineChars": face.first, "w:firstLine": 420 if face.first != "0" else 0}
    return el(
        "w:pPr",
        None,
        el("w:widowControl"),
        _spacing(0, face.after, face.line),
        el("w:ind", first),
        val("w:jc", face.align),
    )


def style(look: Look, ident: str, based: str, face: Face | None) -> Xml:
    """A style of paragraphs; `face` gives headings their fonts, without it they keep those below."""
    custom = {"w:customStyle": 1} if look.name.startswith("Atlas") else {}
    made = el("w:style", {"w:type": "paragraph", **custom, "w:styleId": ident}, val("w:name", look.name))
    if based:
        made.extend([val("w:basedOn", based), val("w:next", based)])
    made.append(el("w:qFormat"))
    about = el("w:pPr", None, *(el({"next": "w:keepNext", "lines": "w:keepLines"}[one]) for one in look.keep))
    if look.rule:
        thin = {"w:val": "single", "w:sz": 4, "w:space": 4, "w:color": LINE}
        about.append(el("w:pBdr", None, el("w:bottom", thin)))
    about.append(_spacing(look.before, look.after, look.line))
    about.append(el("w:ind", {"w:left": round(look.left * 20), **_FLAT}))
    about.append(val("w:jc", look.align))
    if look.outline:
        about.append(val("w:outlineLvl", look.outline - 1))
    told = el("w:rPr")
    if look.head and face is not None:
        told.append(fonts(head=True))
    if look.bold or (look.head and face is not None and face.bold):
        told.extend([el("w:b"), el("w:bCs")])
    if look.colour:
        told.append(val("w:color", look.colour))
    if look.size is not None:
        told.extend(_sizes(look.size))
    made.extend([about, told])
    return made


def table_style(ident: str) -> Xml:
    """Three lines, as Chinese journals set tables, and a hair between rows."""
    thick, thin = (f'w:val="single" w:sz="{size}" w:space="0" w:color="{INK}"' for size in (12, 6))
    return parse_xml(
        f'<w:style {NS} w:type="table" w:customStyle="1" w:styleId="{ident}"><w:name w:val="Atlas Table"/>'
        f"<w:qFormat/><w:tblPr><w:tblBorders><w:top {thick}/><w:bottom {thick}/>"
        '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="D5D9DE"/></w:tblBorders></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:tcBorders>'
        f"<w:bottom {thin}/></w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
    )


def bullets(kind: int) -> Xml:
    """A list with dots."""
    return el(
        "w:abstractNum",
        {"w:abstractNumId": kind},
        val("w:multiLevelType", "singleLevel"),
        el(
            "w:lvl",
            {"w:ilvl": 0},
            val("w:start", 1),
            val("w:numFmt", "bullet"),
            val("w:lvlText", "•"),
            val("w:lvlJc", "left"),
            el("w:pPr", None, el("w:ind", {"w:left": 360, "w:hanging": 360})),
        ),
    )


def bullet_style(ident: str, based: str, number: int) -> Xml:
    """List Bullet, on a list of its own."""
    made = el("w:style", {"w:type": "paragraph", "w:styleId": ident}, val("w:name", "List Bullet"))
    if based:
        made.append(val("w:basedOn", based))
    made.extend(
        [
            el("w:qFormat"),
            el(
                "w:pPr",
                None,
                el("w:numPr", None, val("w:numId", number)),
                el("w:spacing", {"w:before": 60, "w:after": 20}),
                el("w:ind", {"w:left": 360, "w:hangingChars": 0, "w:hanging": 360}),
                val("w:jc", "left"),
            ),
        ]
    )
    return made


def _spacing(before: float, after: float, line: float) -> Xml:
    exact = line >= 10
    return el(
        "w:spacing",
        {
            "w:before": round(before * 20),
            "w:after": round(after * 20),
            "w:line": round(line * (20 if exact else 240)),
            "w:lineRule": "exact" if exact else "auto",
        },
    )


def _sizes(points: float) -> list[Xml]:
    return [val("w:sz", round(points * 2)), val("w:szCs", round(points * 2))]
