"""Parts of a Word document: runs, fields, bookmarks, links, section breaks.

Floor 3¾, part of report: knows WordprocessingML; must not know blocks or styles.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from eppv_atlas.report.zipped import clean

Xml = Any
"""An element; the library's types know only the elements that it has calls for."""

# signs that both scripts use: in Chinese text they have the width and the face of Chinese
_SHARED: Final = re.compile("((?:(?<![A-Za-z])’|’(?![A-Za-z])|[“”‘…—·])+)")
_NAME: Final = 40  # most characters of a bookmark's name


def el(tag: str, attributes: Mapping[str, object] | None = None, *children: Xml) -> Xml:
    """An element with attributes, named as in ``w:val``, and children."""
    element = OxmlElement(tag)
    for name, value in (attributes or {}).items():
        element.set(qn(name) if ":" in name else name, str(value))
    element.extend(children)
    return element


def val(tag: str, value: object) -> Xml:
    """An element that says one thing: ``<w:jc w:val="center"/>``."""
    return el(tag, {"w:val": value})


def paragraph(style: str, *children: Xml, first: Iterable[Xml] = ()) -> Xml:
    """A paragraph in a style, given by id; `first` are properties beyond it, in the order of the schema."""
    return el("w:p", None, el("w:pPr", None, val("w:pStyle", style), *first), *children)


def runs(text: str, lang: str, *, bold: bool = False) -> Iterator[Xml]:
    """A text as runs; breaks in it become breaks of the line."""
    pieces = _SHARED.split(clean(text)) if lang == "zh" else [clean(text)]
    for i, piece in enumerate(pieces):
        if piece:
            yield _run(piece, bold=bold, chinese=i % 2 == 1)


def _run(text: str, *, bold: bool, chinese: bool) -> Xml:
    run = el("w:r")
    if bold or chinese:
        properties = el("w:rPr")
        if chinese:
            properties.append(el("w:rFonts", {"w:hint": "eastAsia"}))
        if bold:
            properties.extend([el("w:b"), el("w:bCs")])
        run.append(properties)
    for i, line in enumerate(text.split("\n")):
        if i:
            run.append(el("w:br"))
        for j, stretch in enumerate(line.split("\t")):
            if j:
                run.append(el("w:tab"))
            if stretch:
                told = el("w:t", {"xml:space": "preserve"})
                told.text = stretch
                run.append(told)
    return run


def field(instruction: str, shown: Iterable[Xml]) -> Iterator[Xml]:
    """A field with its result stored, so that nobody has to update it."""
    yield from opened(instruction)
    yield from shown
    yield closed()


def opened(instruction: str) -> Iterator[Xml]:
    """How a field begins, up to its result."""
    yield el("w:r", None, el("w:fldChar", {"w:fldCharType": "begin"}))
    told = el("w:instrText", {"xml:space": "preserve"})
    told.text = f" {instruction} "
    yield el("w:r", None, told)
    yield el("w:r", None, el("w:fldChar", {"w:fldCharType": "separate"}))


def closed() -> Xml:
    """How a field ends."""
    return el("w:r", None, el("w:fldChar", {"w:fldCharType": "end"}))


def bookmark(number: int, name: str, *inside: Xml) -> Iterator[Xml]:
    """A place in the text that links and fields can name."""
    yield el("w:bookmarkStart", {"w:id": number, "w:name": name[:_NAME]})
    yield from inside
    yield el("w:bookmarkEnd", {"w:id": number})


def link(name: str, *inside: Xml) -> Xml:
    """A link to a bookmark."""
    return el("w:hyperlink", {"w:anchor": name[:_NAME], "w:history": "1"}, *inside)


def turned(section: Xml) -> Xml:
    """A copy of a section's properties with the page on its side (or upright again)."""
    new = copy.deepcopy(section)
    size = new.find(qn("w:pgSz"))
    width, height = size.get(qn("w:w")), size.get(qn("w:h"))
    size.set(qn("w:w"), height)
    size.set(qn("w:h"), width)
    size.set(qn("w:orient"), "landscape" if int(height) > int(width) else "portrait")
    return new


def following(section: Xml) -> Xml:
    """A copy of a section's properties for a later section: headers and first pages as before, a new page."""
    new = copy.deepcopy(section)
    gone = ("w:headerReference", "w:footerReference", "w:titlePg", "w:type")
    for tag in gone:
        for element in new.findall(qn(tag)):
            new.remove(element)
    for numbering in new.findall(qn("w:pgNumType")):
        numbering.attrib.pop(qn("w:start"), None)
    after = [e for e in new if e.tag in {qn("w:footnotePr"), qn("w:endnotePr")}]
    new.insert(new.index(after[-1]) + 1 if after else 0, val("w:type", "nextPage"))
    return new
