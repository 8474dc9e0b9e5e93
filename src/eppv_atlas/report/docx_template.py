"""A user's own Word template: opened with care, its styles found by what they are.

A style is known by its name in English or Chinese or by its id, as Word and
WPS write them. Headings 1 and 2 and Caption must be there, since contents and
numbering rest on them. The others are made from the template's own Normal
where it has none: Title, Subtitle, Heading 3, List Bullet, TOC 1 and 2, and a
table style if there is none but the plain one.

Floor 3¾, part of report: knows Word files; must not know blocks or sheets.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from docx.oxml.ns import qn

from eppv_atlas.errors import UsageError
from eppv_atlas.report.docx_parts import Xml, el

if TYPE_CHECKING:
    from docx.document import Document

MOST_FILES: Final = 2000
MOST_BYTES: Final = 200_000_000
"""What a template may hold unpacked: more is no template."""

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "Title": ("title", "标题"),
    "Subtitle": ("subtitle", "副标题"),
    "Heading 1": ("heading 1", "标题 1", "标题1", "heading1"),
    "Heading 2": ("heading 2", "标题 2", "标题2", "heading2"),
    "Heading 3": ("heading 3", "标题 3", "标题3", "heading3"),
    "Caption": ("caption", "题注"),
    "List Bullet": ("list bullet", "列表项目符号", "listbullet"),
    "TOC 1": ("toc 1", "目录 1", "目录1", "toc1"),
    "TOC 2": ("toc 2", "目录 2", "目录2", "toc2"),
    "TOC Heading": ("toc heading", "目录标题", "tocheading"),
}
"""Names and ids that a paragraph style of Word goes by, in small letters."""

OWN: Final = ("Atlas Lead", "Atlas Note", "Atlas Remark", "Atlas Figure", "Atlas Cell", "Atlas Small Cell")
"""Styles of ours that a template may define in its own way."""

NEEDED: Final = ("Heading 1", "Heading 2", "Caption")
CHINESE: Final = {"Heading 1": "标题 1", "Heading 2": "标题 2", "Caption": "题注"}
TABLES: Final = ("atlas table", "三线表", "table grid", "网格型", "网格表")
"""Table styles in the order in which they are taken."""

A4: Final = (11906, 16838)
MARGIN: Final = 1417
"""A page of A4 and margins of 2.5 cm, in twentieths of a point."""

_MEASURE: Final = re.compile(r"(-?\d+(?:\.\d+)?)(mm|cm|in|pt|pc|pi)?")
_UNITS: Final = {
    "": 1.0,
    "mm": 1440 / 25.4,
    "cm": 1440 / 2.54,
    "in": 1440.0,
    "pt": 20.0,
    "pc": 240.0,
    "pi": 240.0,
}
_WORDS: Final = frozenset(map(qn, ("w:orient", "w:code", "w:equalWidth", "w:sep")))
_REFERENCES: Final = frozenset({qn("w:headerReference"), qn("w:footerReference")})
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHERS: Final = {
    "template.main+xml": ("a Word template (.dotx)", "Word 模板（.dotx）"),
    "macroEnabled": ("a file with macros (.docm or .dotm)", "含宏的文件（.docm、.dotm）"),
    "spreadsheetml": ("a spreadsheet", "电子表格"),
    "presentationml": ("a presentation", "演示文稿"),
}
_HOW: Final = ("open it in Word or WPS and save it as .docx", "请用 Word 或 WPS 打开，另存为 .docx")


def opened(template: bytes) -> Document:
    """A template as a document whose body is empty but for its last section.

    Raises
    ------
    UsageError
        If it is no Word document, is locked, or holds more than a template would.
    """
    import docx

    _looked_at(template)
    try:
        document = docx.Document(io.BytesIO(template))
        body = document.element.body
        sections = body.findall(qn("w:sectPr"))
        last = sections[-1] if sections else el("w:sectPr")
        _inherit(last, list(body.iter(qn("w:sectPr"))))
        _measured(document, last)
    except Exception:  # noqa: BLE001 - a broken file breaks the library in a hundred ways
        raise _no_docx("its parts do not hang together", "其内部结构已损坏") from None
    for element in list(body):
        body.remove(element)
    body.append(last)
    return document


def _inherit(last: Xml, sections: list[Xml]) -> None:
    """Give the last section the headers and footers that it took over from those before it, and a page."""
    held = {(e.tag, e.get(qn("w:type"))) for e in last if e.tag in _REFERENCES}
    for section in reversed(sections):
        for element in section:
            which = (element.tag, element.get(qn("w:type")))
            if element.tag in _REFERENCES and which not in held:
                held.add(which)
                last.insert(0, copy.deepcopy(element))
    margins = last.find(qn("w:pgMar"))
    if last.find(qn("w:pgSz")) is None:
        size = el("w:pgSz", {"w:w": A4[0], "w:h": A4[1]})
        if margins is not None:
            margins.addprevious(size)
        else:
            last.append(size)
    if margins is None:
        edge = dict.fromkeys(("w:top", "w:right", "w:bottom", "w:left"), MARGIN)
        last.find(qn("w:pgSz")).addnext(
            el("w:pgMar", {**edge, "w:header": 851, "w:footer": 851, "w:gutter": 0})
        )


def _measured(document: Document, section: Xml) -> None:
    """See that what is computed with is a number: measures of the page in twips, numbers of lists and styles."""
    for element in section:
        if element.tag in {qn("w:pgSz"), qn("w:pgMar"), qn("w:cols")}:
            for name, value in element.attrib.items():
                if name not in _WORDS:
                    element.set(name, str(_twips(value)))
    for style in document.styles.element.findall(qn("w:style")):
        assert style.find(qn("w:name")) is not None
    for rel in document.part.rels.values():
        if rel.reltype.endswith("/numbering"):
            lists: Xml = rel.target_part.element
            for tag, name in (("w:abstractNum", "w:abstractNumId"), ("w:num", "w:numId")):
                for one in lists.findall(qn(tag)):
                    int(one.get(qn(name)))


def _twips(value: str) -> int:
    found = _MEASURE.fullmatch(value)
    assert found is not None
    return round(float(found[1]) * _UNITS[found[2] or ""])


def _looked_at(template: bytes) -> None:
    """Refuse what is no plain .docx before any of it is read as one."""
    if template[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _no_docx(
            "it is locked with a password, or of the old kind (.doc)", "文件有密码，或为旧格式（.doc）"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as container:
            types = _unpacked(container)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, ValueError, zlib.error):
        raise _no_docx("it is no complete Word file", "不是完整的 Word 文件") from None
    if _MAIN not in types:
        for sign, (en, zh) in _OTHERS.items():
            if sign in types:
                raise _no_docx(f"it is {en}", f"这是{zh}")
        raise _no_docx("it holds no Word document", "其中没有 Word 文档")


def _unpacked(container: zipfile.ZipFile) -> str:
    """Read every part to its end, so that none breaks later; return what they are said to be."""
    held = container.infolist()
    if len(held) > MOST_FILES or sum(info.file_size for info in held) > MOST_BYTES:
        raise _no_docx(
            f"unpacked it has more than {MOST_BYTES // 10**6} MB or {MOST_FILES} parts",
            f"解压后超过 {MOST_BYTES // 10**6} MB 或 {MOST_FILES} 个部件",
        )
    if any(info.flag_bits & 1 for info in held):
        raise _no_docx("it is locked with a password", "文件有密码")
    for info in held:
        with container.open(info) as part:
            while part.read(1 << 20):  # no further than the size it states, and its sum is checked
                pass
    return container.read("[Content_Types].xml").decode("utf-8", "replace")


def _no_docx(en: str, zh: str) -> UsageError:
    return UsageError(
        f"the template cannot be used: {en}; {_HOW[0]}",
        f"模板无法使用：{zh}；{_HOW[1]}",
    )


def styles_of(document: Document) -> dict[str, str]:
    """Ids of the styles of NAMES and OWN that a document has, and of its table style under ``table``."""
    known: dict[str, str] = {}
    tables: dict[str, str] = {}
    for style in document.styles.element.findall(qn("w:style")):
        ident, kind = style.get(qn("w:styleId")), style.get(qn("w:type"))
        words = _called(style)
        if ident is None:
            continue
        if kind == "paragraph":
            for wanted, names in {**NAMES, **{name: (name.lower(),) for name in OWN}}.items():
                if words & set(names):
                    known[wanted] = ident
                elif ident.lower() in names:
                    known.setdefault(wanted, ident)
        elif kind == "table" and style.get(qn("w:default")) not in {"1", "true", "on"}:
            tables |= {word: ident for word in words if word not in tables}
    taken = next((tables[name] for name in (*TABLES, *tables) if name in tables), None)
    return {**known, "table": taken} if taken else known


def _called(style: Xml) -> set[str]:
    """Names of a style in small letters, aliases among them."""
    told = [style.find(qn("w:name")), style.find(qn("w:aliases"))]
    texts = [element.get(qn("w:val"), "") for element in told if element is not None]
    return {word.strip().lower() for text in texts for word in text.split(",")}


def checked(known: dict[str, str]) -> None:
    """Refuse a template that lacks a style which nothing can stand in for.

    Raises
    ------
    UsageError
        Naming the styles and how they come in.
    """
    missing = [name for name in NEEDED if name not in known]
    if missing:
        zh = "、".join(f"“{CHINESE[name]}”（{name}）" for name in missing)
        raise UsageError(
            f"the template lacks the style(s) {', '.join(missing)}: in Word, give each to any paragraph once "
            "(Styles pane, Options, All styles), save, and use the file again; the paragraph may then go",
            f"模板缺少样式 {zh}：请在 Word 或 WPS 中把它们各应用到任一段落一次"
            "（“样式”窗格 → 选项 → 所有样式），保存后再用；该段落随后可删去",
        )
