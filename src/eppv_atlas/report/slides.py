"""A slide deck: one slide a case, with its figure and the areas of its zones.

Floor 3¾, part of report: knows figures and sheets; must not know files, how
maps are drawn or how areas are computed.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from eppv_atlas.errors import AtlasError, UsageError
from eppv_atlas.exhibits import Figure
from eppv_atlas.render.case_view import source_line
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.report.brief import brief
from eppv_atlas.report.words import WORDS
from eppv_atlas.report.zipped import clean, steady
from eppv_atlas.sheets import Sheet, SheetColumn, header, shown

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_WIDE, _HIGH, _EDGE = 33.867, 19.05, 1.1  # a 16:9 slide and its margin, cm
_SIZE: Final = 10.5
_TABLE_CM: Final = 12.4
"""How high a table may be; zones for which there is no room are counted."""
_COLUMNS: Final = ("zone", "printed", "page", "measured_km2", "difference", "confidence")
_FONT: Final = {"zh": "Microsoft YaHei", "en": "Calibri"}


def written(
    figures: Sequence[Figure],
    lang: str,
    title: str,
    progress: Callable[[], None] = lambda: None,
    broken: Callable[[Figure, Exception], None] | None = None,
) -> bytes:
    """A deck of these figures as PPTX.

    Parameters
    ----------
    figures
        The national map, cases, in their order.
    lang
        ``zh`` or ``en``.
    title
        Title of the deck.
    progress
        Called after each slide.
    broken
        Called with a figure that cannot be drawn, which is then left out; without it the error is raised.
    """
    from pptx import Presentation
    from pptx.util import Cm

    deck = Presentation()
    deck.slide_width, deck.slide_height = Cm(_WIDE), Cm(_HIGH)
    _cover(deck, title, figures, lang)
    for figure in figures:
        try:
            picture, table = figure.image("png", lang=lang, dpi=220, titled=False), _sheet(figure, lang)
        except UsageError:  # a package is missing: every other figure would say the same
            raise
        except (AtlasError, ValueError, ArithmeticError, LookupError) as error:
            if broken is None:
                raise
            broken(figure, error)
        else:
            _slide(deck, figure, picture, table, lang)
        progress()
    core = deck.core_properties
    core.title, core.author = clean(title)[:255], "EPPV Atlas"
    core.language = "zh-CN" if lang == "zh" else "en"
    out = io.BytesIO()
    deck.save(out)
    return steady(out.getvalue())


def _sheet(figure: Figure, lang: str) -> Sheet:
    return _counts(figure, lang) if figure.whole else figure.table(lang)


def _cover(deck: Presentation, title: str, figures: Sequence[Figure], lang: str) -> None:
    from pptx.util import Cm

    slide = deck.slides.add_slide(deck.slide_layouts[0])
    head, below = slide.shapes.title, slide.placeholders[1]
    for shape, top, high in ((head, 5.6, 3.6), (below, 9.6, 4.0)):
        shape.left, shape.top, shape.width, shape.height = Cm(2.5), Cm(top), Cm(_WIDE - 5), Cm(high)
    _say(head.text_frame, title, 36, lang, bold=True)
    settings = next((figure.settings for figure in figures if figure.settings is not None), None)
    lines = []
    if settings is not None:
        used = {placed.case.source.document for figure in figures for placed in figure.cases}
        lines = [
            f"{getattr(d.publisher, lang)} · {getattr(d.title, lang)} · {d.issued}"
            for name, d in settings.documents.items()
            if name in used
        ]
        lines.append(
            PHRASES["review"][lang] + settings.review_no if settings.review_no else PHRASES["no_review"][lang]
        )
    _say(below.text_frame, "\n".join(lines), 16, lang)


def _slide(deck: Presentation, figure: Figure, png: bytes, table: Sheet, lang: str) -> None:
    from pptx.util import Cm

    slide = deck.slides.add_slide(deck.slide_layouts[5])
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = Cm(_EDGE), Cm(0.5), Cm(_WIDE - 2 * _EDGE), Cm(1.9)
    _say(head.text_frame, figure.title(lang), 24, lang, bold=True)
    picture = slide.shapes.add_picture(io.BytesIO(png), Cm(_EDGE), Cm(2.6))
    most_wide, most_high = Cm(17.6 if not figure.whole else 19.0), Cm(_HIGH - 3.6)
    scale = min(most_wide / picture.width, most_high / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    described = picture._element.nvPicPr.cNvPr  # noqa: SLF001 - the library has no call for the alt text
    described.set("descr", clean(figure.alt(lang)))
    left = picture.left + picture.width + Cm(0.6)
    width = Cm(_WIDE - _EDGE) - left
    sheet = table if figure.whole else _chosen(table, lang, width / Cm(1))
    _table(slide, sheet, left, Cm(2.7), width, lang)
    note = slide.shapes.add_textbox(left, Cm(_HIGH - 3.6), width, Cm(2.5))
    _say(note.text_frame, "\n".join(sheet.notes[:3]), 10, lang)
    foot = slide.shapes.add_textbox(Cm(_EDGE), Cm(_HIGH - 0.95), Cm(_WIDE - 2 * _EDGE), Cm(0.7))
    if figure.whole or figure.settings is None:
        text = WORDS["slide_note"][lang]
    else:
        text = source_line(figure.cases[0].case, figure.settings)[lang]
    _say(foot.text_frame, text, 10, lang)
    slide.notes_slide.notes_text_frame.text = clean("\n".join([figure.alt(lang), *sheet.notes, sheet.source]))


def _chosen(sheet: Sheet, lang: str, width_cm: float) -> Sheet:
    """The columns that a slide has room for, and as many zones; those with a figure come first."""
    short, left_out = brief(sheet, _COLUMNS)
    columns = short.columns
    widths = [width_cm * share for share in _shares(columns)]
    room = _TABLE_CM - _height([header(column, lang) for column in columns], widths)
    rows = []
    for i, row in enumerate(short.rows):
        if i in short.strong:
            continue
        room -= _height(
            [shown(column, value, lang) for column, value in zip(columns, row, strict=True)], widths
        )
        if room < 0:
            break
        rows.append(row)
    more = len(short.rows) - len(short.strong) - len(rows) + len(left_out)
    notes = (WORDS["more_zones"][lang].format(n=more), *sheet.notes) if more else sheet.notes
    return Sheet(sheet.id, lang, sheet.title, columns, tuple(rows), notes, sheet.source)


def _shares(columns: Sequence[SheetColumn]) -> list[float]:
    """How wide columns are, as shares of the table."""
    wide = [{"area": 1.35, "integer": 0.9, "page": 0.85}.get(column.kind, 1.6) for column in columns]
    wide[0] = 2.3
    return [one / sum(wide) for one in wide]


def _height(cells: Sequence[str], widths_cm: Sequence[float]) -> float:
    """How high a row will be, cm: Chinese letters are as wide as high, others about half."""
    lines = []
    for text, width in zip(cells, widths_cm, strict=True):
        letters = sum(1.0 if ord(char) > 0x2E80 else 0.58 for char in text)
        lines.append(math.ceil(letters * _SIZE * 0.0353 / max(width - 0.26, 0.5)))
    return 0.16 + max(lines, default=1) * _SIZE * 0.0353 * 1.36


def _counts(figure: Figure, lang: str) -> Sheet:
    from eppv_atlas import sheets

    sheet = sheets.modes(figure.cases, lang)
    keep = [i for i, column in enumerate(sheet.columns) if column.kind in {"text", "integer"}][:3]
    count = keep[-1]
    rows = tuple(
        tuple(row[i] for i in keep)
        for i, row in enumerate(sheet.rows)
        if i not in sheet.strong and row[count]
    )
    return Sheet(
        sheet.id, lang, sheet.title, tuple(sheet.columns[i] for i in keep), rows, sheet.notes, sheet.source
    )


def _table(slide: Any, sheet: Sheet, left: int, top: int, width: int, lang: str) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Cm

    frame = slide.shapes.add_table(
        len(sheet.rows) + 1, len(sheet.columns), left, top, width, Cm(0.67 * (len(sheet.rows) + 1))
    )
    frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(sheet.title))  # noqa: SLF001 - as above
    grid = frame.table
    words = [column.kind == "text" for column in sheet.columns]
    for i, share in enumerate(_shares(sheet.columns)):
        grid.columns[i].width = int(width * share)
    for i, column in enumerate(sheet.columns):
        _say(grid.cell(0, i).text_frame, header(column, lang), _SIZE, lang, bold=True, colour="FFFFFF")
    for y, row in enumerate(sheet.rows, start=1):
        for i, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            cell = grid.cell(y, i)
            _say(cell.text_frame, shown(column, value, lang), _SIZE, lang)
            if not words[i]:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
    for line in grid.rows:
        for cell in line.cells:
            cell.margin_left = cell.margin_right = Cm(0.12)
            cell.margin_top = cell.margin_bottom = Cm(0.06)


def _say(
    frame: Any, text: str, size: float, lang: str, *, bold: bool = False, colour: str = "1D2733"
) -> None:
    """Text in a frame, in a font that every Chinese Windows has; nothing of it is markup."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    frame.word_wrap = True
    lines = clean(text).split("\n")
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT[lang]
        run.font.color.rgb = RGBColor(*bytes.fromhex(colour))  # type: ignore[no-untyped-call]
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 - the library sets the Latin font only
        properties.set("lang", "zh-CN" if lang == "zh" else "en-GB")
        for name in ("a:ea", "a:cs"):
            element = properties.makeelement(qn(name), {"typeface": _FONT["zh"]})
            properties.append(element)
