"""The styles of a Word document: our own put in, or a template's completed.

Floor 3½, part of report: knows WordprocessingML; must not know blocks or sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docx.oxml.ns import qn

from eppv_atlas.report import docx_looks as looks
from eppv_atlas.report.docx_parts import Xml, el, field, paragraph, runs, val
from eppv_atlas.report.docx_template import A4, MARGIN, styles_of

if TYPE_CHECKING:
    from docx.document import Document

_KEPT: Final = frozenset({"Normal", "DefaultParagraphFont", "TableNormal", "NoList"})
_DROPPED: Final = ("stylesWithEffects", "fontTable", "customXml", "extended-properties", "thumbnail")
_TRACES: Final = ("w:rsids", "w:proofState", "w:savePreviewPicture", "w14:docId")
_W14: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
_WORD: Final = "15"  # the version whose layout is used; lower ones are shown as "compatibility mode"


def own(document: Document, lang: str, title: str) -> dict[str, str]:
    """Turn the library's blank document into ours; return the ids of its styles by their names."""
    face = looks.FACES[lang]
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in _KEPT:
            styles.remove(style)
    styles.replace(styles.find(qn("w:docDefaults")), looks.defaults())
    normal = next(style for style in styles.findall(qn("w:style")) if style.get(qn("w:styleId")) == "Normal")
    for old in normal.findall(qn("w:pPr")) + normal.findall(qn("w:rPr")):
        normal.remove(old)
    normal.append(looks.normal(face))
    styles.extend([looks.style(look, look.id, "Normal", face) for look in looks.OURS])
    lists = document.part.numbering_part.element
    for old in list(lists):
        lists.remove(old)
    known = styles_of(document)
    complete(document, known)
    _page(document, lang, title)
    _lighter(document)
    return known


def complete(document: Document, known: dict[str, str]) -> None:
    """Make the styles that are not there yet, on the document's own Normal; `known` grows by them."""
    styles = document.styles.element
    held = {style.get(qn("w:styleId")): style for style in styles.findall(qn("w:style"))}
    normal = next(
        (
            str(ident)
            for ident, style in held.items()
            if style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) in {"1", "true", "on"}
        ),
        "",
    )
    known["Normal"] = normal

    def free(ident: str) -> str:
        while ident in held:
            ident += "x"
        held[ident] = None
        return ident

    for look in looks.MADE:
        name = look.name.replace("heading", "Heading").replace("toc", "TOC")
        if name not in known:
            known[name] = free(look.id)
            styles.append(looks.style(look, known[name], normal, None))
    if "table" not in known:
        known["table"] = free("AtlasTable")
        styles.append(looks.table_style(known["table"]))
    if "List Bullet" not in known:
        known["List Bullet"] = free("ListBullet")
        styles.append(looks.bullet_style(known["List Bullet"], normal, _list(document)))


def _list(document: Document) -> int:
    """A new list with dots, in a numbering part that may have to be made; its number."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.parts.numbering import NumberingPart

    part = document.part
    held = [rel.target_part for rel in part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.NUMBERING]
    if held:
        lists: Xml = held[0].element
    else:
        lists = el("w:numbering")
        made = NumberingPart(PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, lists, part.package)
        part.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
    kinds, numbers = lists.findall(qn("w:abstractNum")), lists.findall(qn("w:num"))
    kind = 1 + max((int(one.get(qn("w:abstractNumId"))) for one in kinds), default=-1)
    number = 1 + max((int(one.get(qn("w:numId"))) for one in numbers), default=0)
    pictures = lists.findall(qn("w:numPicBullet"))
    before = kinds or pictures
    lists.insert(lists.index(before[-1]) + 1 if before else 0, looks.bullets(kind))
    last = (numbers or lists.findall(qn("w:abstractNum")))[-1]
    last.addnext(el("w:num", {"w:numId": number}, val("w:abstractNumId", kind)))
    return number


def _page(document: Document, lang: str, title: str) -> None:
    """A4, margins, title in the header, page number in the footer, neither on the first page."""
    section = document.sections[0]
    properties: Xml = section._sectPr  # noqa: SLF001 - the library has no call for the grid
    size, margins = properties.find(qn("w:pgSz")), properties.find(qn("w:pgMar"))
    size.set(qn("w:w"), str(A4[0]))
    size.set(qn("w:h"), str(A4[1]))
    for side in ("top", "right", "bottom", "left"):
        margins.set(qn(f"w:{side}"), str(MARGIN))
    for side in ("header", "footer"):
        margins.set(qn(f"w:{side}"), "794")
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    section.different_first_page_header_footer = True
    inside = {
        section.header: paragraph("Header", *runs(title, lang)),
        section.footer: paragraph("Footer", *field("PAGE", runs("1", lang))),
    }
    for part, line in inside.items():
        part.is_linked_to_previous = False
        held: Xml = part._element  # noqa: SLF001 - the library writes runs only, no fields
        for old in list(held):
            held.remove(old)
        held.append(line)


def _lighter(document: Document) -> None:
    """Leave out what the blank document carries of another program, and say how it is to be read."""
    part = document.part
    assert part.package is not None
    for rels in (part.rels, part.package.rels):
        for name, rel in list(rels.items()):
            if rel.reltype.rpartition("/")[2] in _DROPPED:
                del rels[name]
    settings: Xml = document.settings.element
    for trace in _TRACES:
        prefix, _, name = trace.partition(":")
        for element in settings.findall(f"{{{_W14}}}{name}" if prefix == "w14" else qn(trace)):
            settings.remove(element)
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    for element in settings.iter(qn("w:compatSetting")):
        if element.get(qn("w:name")) == "compatibilityMode":
            element.set(qn("w:val"), _WORD)
