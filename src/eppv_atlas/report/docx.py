"""A report as a Word document.

Contents, captions and page numbers are fields whose results are stored, so the
document reads right before anybody updates it.

Floor 3¾, part of report: knows blocks; must not know how their texts, figures
or tables come about, or where the file goes.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docx.oxml.ns import qn
from docx.shared import Cm, Emu

from eppv_atlas.report import docx_styles, docx_template
from eppv_atlas.report.blocks import (
    Block,
    Bullets,
    Heading,
    Item,
    Paragraph,
    Picture,
    Report,
    Table,
    contents_depth,
)
from eppv_atlas.report.docx_parts import (
    Xml,
    bookmark,
    closed,
    el,
    following,
    link,
    opened,
    paragraph,
    runs,
    turned,
)
from eppv_atlas.report.docx_parts import field as field_of
from eppv_atlas.report.docx_tables import table
from eppv_atlas.report.fitting import Fit, face, fitted, sideways
from eppv_atlas.report.words import LANGUAGES, WORDS, gap, remarks
from eppv_atlas.report.zipped import clean, in_line, steady

if TYPE_CHECKING:
    from docx.document import Document

AUTHOR: Final = "EPPV Atlas"
DATE: Final = dt.datetime(2023, 9, 1)  # noqa: DTZ001 - a fixed date: the same report gives the same bytes
_CM: Final = 1440 / 2.54  # twentieths of a point
_CAPTION_CM: Final = 2.2  # room below a figure for its caption
_FEW: Final = 3
"""So many entries of a list stay on one page."""
_UNKNOWN: Final = 1.12
"""How much wider the letters of a template's fonts may be than those of ours."""
_LOOKS: Final = {"body": "Normal", "note": "Atlas Note", "lead": "Atlas Lead"}
_SEQUENCES: Final = {"figure": "Figure", "table": "Table"}


@dataclass
class _Draft:
    """A document on the way."""

    document: Document
    styles: dict[str, str]
    lang: str
    section: Xml
    text_cm: tuple[float, float]
    height_cm: float
    sideways: bool = False
    sections: int = 0
    parts: int = 0
    fresh: bool = False
    top: bool = False
    numbers: dict[str, int] = field(default_factory=lambda: {"figure": 0, "table": 0})
    marks: list[tuple[int, str, str]] = field(default_factory=list)

    def put(self, *elements: Xml) -> None:
        for element in elements:
            self.section.addprevious(element)


def written(report: Report, template: bytes | None = None) -> bytes:
    """A report as DOCX.

    Parameters
    ----------
    report
        What it says.
    template
        A Word document whose styles, fonts, margins, headers and footers are
        kept and whose text is replaced; ours if none is given.

    Returns
    -------
    bytes
        The file; the same for the same report and template.

    Raises
    ------
    UsageError
        If the template is no Word document, or lacks a style that is needed.
    """
    import docx

    if template is None:
        document = docx.Document()
        styles = docx_styles.own(document, report.lang, in_line(report.title))
    else:
        document = docx_template.opened(template)
        styles = docx_template.styles_of(document)
        docx_template.checked(styles)
        docx_styles.complete(document, styles)
    draft = _begun(document, styles, report.lang)
    faces = {i: face(block.sheet) for i, block in enumerate(report.blocks) if isinstance(block, Table)}
    wider = 1.0 if template is None else _UNKNOWN
    fits = {i: fitted(shown, draft.text_cm, wider=wider) for i, shown in faces.items()}
    turns = sideways(report.blocks, fits)
    _front(draft, report)
    for i, block in enumerate(report.blocks):
        _turn(draft, sideways=turns[i])
        if isinstance(block, Table):
            _table(draft, block, faces[i], fits[i])
        else:
            _block(draft, block)
    if draft.sideways:  # the last section is the body's own
        body = document.element.body
        body.replace(draft.section, turned(draft.section))
    _properties(document, report)
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue())


def _begun(document: Document, styles: dict[str, str], lang: str) -> _Draft:
    section = document.element.body.find(qn("w:sectPr"))
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))

    def of(element: Xml, *names: str) -> float:
        return sum(abs(float(element.get(qn(f"w:{name}"), "0"))) for name in names) / _CM

    wide, high = of(size, "w"), of(size, "h")
    across, along = of(margins, "left", "right", "gutter"), of(margins, "top", "bottom")
    columns = section.find(qn("w:cols"))
    many = int(columns.get(qn("w:num"), "1")) if columns is not None else 1
    text = wide - across
    if many > 1 and columns is not None:
        text = (text - (many - 1) * float(columns.get(qn("w:space"), "720")) / _CM) / many
    side = high - across if high > wide and many == 1 else text
    return _Draft(document, styles, lang, section, (max(text, 4.0), max(side, 4.0)), max(high - along, 6.0))


def _front(draft: _Draft, report: Report) -> None:
    """Title page and contents."""
    lang, styles = draft.lang, draft.styles
    draft.put(paragraph(styles["Title"], *runs(in_line(report.title), lang)))
    for line in clean(report.subtitle).split("\n"):
        if line.strip():
            draft.put(paragraph(styles["Subtitle"], *runs(line, lang)))
    draft.fresh = True
    deepest = contents_depth(report.blocks)
    entries: list[tuple[int, str, str]] = []
    for number, block in enumerate(b for b in report.blocks if isinstance(b, Heading)):
        draft.marks.append((number, f"_Toc{700000000 + number}", in_line(block.text)))
        if block.level <= deepest:
            entries.append((block.level, *draft.marks[-1][1:]))
    if len(entries) < 2:
        return
    _fresh(draft, styles["TOC Heading"], runs(WORDS["contents"][lang], lang))
    for i, (level, name, text) in enumerate(entries):
        inside: list[Xml] = [link(name, *runs(text, lang))]
        if i == 0:
            inside = [*opened(f'TOC \\o "1-{deepest}" \\h \\z \\u'), *inside]
        if i == len(entries) - 1:
            inside.append(closed())
        draft.put(paragraph(styles[f"TOC {level}"], *inside))
    draft.fresh = True


def _fresh(draft: _Draft, style: str, inside: Iterable[Xml], first: Iterable[Xml] = ()) -> None:
    """A paragraph; it begins a page if it is time for one and none has just begun."""
    kept = list(first)
    if draft.fresh and not draft.top:
        kept.append(el("w:pageBreakBefore"))
    draft.fresh = draft.top = False
    draft.put(paragraph(style, *inside, first=kept))


def _turn(draft: _Draft, *, sideways: bool) -> None:
    """End the section where the page turns."""
    if sideways == draft.sideways:
        return
    now = turned(draft.section) if draft.sideways else copy.deepcopy(draft.section)
    last = draft.section.getprevious()
    if last.tag != qn("w:p") or last.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
        last = paragraph(draft.styles["Atlas Cell"])
        draft.put(last)
    last.find(qn("w:pPr")).append(now)
    if not draft.sections:  # what comes later takes headers and footers over from the first section
        later = following(draft.section)
        draft.document.element.body.replace(draft.section, later)
        draft.section = later
    draft.sections += 1
    draft.sideways, draft.top = sideways, True


def _block(draft: _Draft, block: Block) -> None:
    if isinstance(block, Heading):
        _heading(draft, block)
    elif isinstance(block, Paragraph):
        _fresh(draft, draft.styles[_LOOKS[block.look]], runs(block.text, draft.lang))
    elif isinstance(block, Bullets):
        for i, item in enumerate(block.items):  # a few stay together
            _item(draft, item, kept=len(block.items) <= _FEW and i < len(block.items) - 1)
    elif isinstance(block, Picture):
        _picture(draft, block)


def _heading(draft: _Draft, block: Heading) -> None:
    number, name, text = draft.marks.pop(0)
    level = min(max(block.level, 1), 3)
    if level == 1:
        draft.fresh = draft.fresh or draft.parts > 0
        draft.parts += 1
    inside = bookmark(number, name, *runs(text, draft.lang))
    _fresh(draft, draft.styles[f"Heading {level}"], inside, [el("w:keepNext")])


def _item(draft: _Draft, item: Item, *, kept: bool) -> None:
    lang = draft.lang
    name, text = in_line(item.name), item.text
    inside = list(runs(name, lang, bold=True))
    if name and text:
        inside += runs(WORDS["colon"][lang], lang)
    inside += runs(text, lang)
    lines = [("List Bullet", inside), *(("Atlas Remark", list(runs(one, lang))) for one in item.remarks)]
    for i, (style, line) in enumerate(lines):
        next_ = [el("w:keepNext")] if kept or i < len(lines) - 1 else []
        _fresh(draft, draft.styles[style], line, [*next_, el("w:keepLines")])


def _caption(draft: _Draft, kind: str, text: str, *, again: bool = False, above: bool) -> None:
    """A caption that numbers itself; `again` names the same table once more."""
    lang = draft.lang
    draft.numbers[kind] += not again
    number = draft.numbers[kind]
    switch = r"\c" if again else r"\* ARABIC"  # \c: the number of the one before
    sequence = f"SEQ {_SEQUENCES[kind]} {switch}"
    inside = [
        *runs(f"{WORDS[kind][lang]} ", lang),
        *field_of(sequence, runs(str(number), lang)),
        *runs((WORDS["continued"][lang] if again else "") + gap(lang) + in_line(text), lang),
    ]
    _fresh(draft, draft.styles["Caption"], inside, [el("w:keepNext")] if above else [])


def _picture(draft: _Draft, block: Picture) -> None:
    from docx.image.image import Image

    found: Any = Image.from_blob(block.png)
    wide = min(block.width_cm, draft.text_cm[draft.sideways])
    high = wide * found.px_height / found.px_width
    turned_page = draft.sideways and draft.text_cm[1] > draft.text_cm[0]
    most = (draft.text_cm[0] if turned_page else draft.height_cm) - _CAPTION_CM
    if high > most:
        wide, high = wide * most / high, most
    inline: Any = draft.document.part.new_pic_inline(
        io.BytesIO(block.png), width=Emu(Cm(wide)), height=Emu(Cm(high))
    )
    for side in ("distT", "distB", "distL", "distR"):  # some readers keep a distance unless told not to
        inline.set(side, "0")
    described = inline.docPr
    described.set("descr", clean(block.alt))
    described.set("title", in_line(block.caption))
    _fresh(
        draft,
        draft.styles["Atlas Figure"],
        [el("w:r", None, el("w:drawing", None, inline))],
        [el("w:keepNext")],
    )
    _caption(draft, "figure", block.caption, above=False)


def _table(draft: _Draft, block: Table, shown: Any, fit: Fit) -> None:
    sheet = block.sheet
    notes = remarks(sheet.notes, sheet.source, draft.lang)
    for i, part in enumerate(fit.parts):
        _caption(draft, "table", sheet.title, again=i > 0, above=True)
        end = i == len(fit.parts) - 1
        draft.put(
            table(
                shown,
                fit,
                part,
                draft.styles,
                title=sheet.title,
                lang=draft.lang,
                strong=sheet.strong,
                noted=end and bool(notes),
            )
        )
        if not end:  # two tables in a row would run into one
            draft.put(paragraph(draft.styles["Atlas Cell"]))
    for line in notes:
        _fresh(draft, draft.styles["Atlas Note"], runs(line, draft.lang))
    if not notes:
        draft.put(paragraph(draft.styles["Atlas Cell"]))


def _properties(document: Document, report: Report) -> None:
    core = document.core_properties
    core.title, core.subject = in_line(report.title)[:255], in_line(report.subtitle)[:255]
    core.author = core.last_modified_by = AUTHOR
    core.language = LANGUAGES[report.lang]
    core.created = core.modified = DATE
    core.comments = core.keywords = core.category = core.version = ""
    core.revision = 1
