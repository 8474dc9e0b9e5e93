"""The deck: a slide a case with figure and table, read back by another reader of XML."""

import io
import re
import zipfile

import pytest
from lxml import etree
from PIL import Image

import eppv_atlas as ea
from eppv_atlas import render
from eppv_atlas.model import Name
from eppv_atlas.report import slides

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


def parts(deck):
    """Slides of a deck in order, as XML, and the names of its parts."""
    with zipfile.ZipFile(io.BytesIO(deck)) as held:
        names = [n for n in held.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
        names.sort(key=lambda name: int(re.search(r"\d+", name)[0]))
        return [etree.fromstring(held.read(name)) for name in names], held.namelist(), held.infolist()


def said(node):
    return ["".join(text.itertext()) for text in node.iter(f"{A}p") if "".join(text.itertext())]


@pytest.fixture(scope="module")
def figures(atlas):
    return [ea.figure(atlas), *(ea.figure(placed) for placed in render.reading_order(atlas.cases))]


@pytest.fixture(scope="module", params=["zh", "en"])
def deck(request, figures):
    return request.param, slides.written(figures, request.param, "T")


def test_one_slide_a_case_with_figure_and_table(deck, figures):
    lang, made = deck
    pages, names, _ = parts(made)
    assert len(pages) == 1 + len(figures)
    for page, figure in zip(pages[1:], figures, strict=True):
        assert said(page)[0] == figure.title(lang)
        pictures = list(page.iter(f"{P}pic"))
        assert len(pictures) == 1
        assert pictures[0].find(f".//{P}cNvPr").get("descr") == figure.alt(lang)
        assert len(list(page.iter(f"{A}tbl"))) == 1
    assert sum(name.endswith(".png") for name in names) == len(figures)


def test_tables_hold_the_areas_of_the_sheet(deck, figures, atlas):
    lang, made = deck
    pages, _, _ = parts(made)
    for page, figure in zip(pages[2:], figures[1:], strict=True):
        rows = [["".join(c.itertext()) for c in row.iter(f"{A}tc")] for row in page.iter(f"{A}tr")]
        sheet = figure.table(lang)
        at = {column.id: i for i, column in enumerate(sheet.columns)}
        by_name = {row[0]: row for row in sheet.rows}
        for row in rows[1:]:
            for column, cell in zip(("printed", "page", "measured_km2"), row[1:4], strict=True):
                assert cell == ea.sheets.shown(sheet.columns[at[column]], by_name[row[0]][at[column]], lang)
            assert row[5] == by_name[row[0]][at["confidence"]]
        zones = len(sheet.rows) - len(sheet.strong)
        if zones > len(rows) - 1:  # what is not on the slide is counted there
            assert any(str(zones - len(rows) + 1) in text for text in said(page))


def test_nothing_leaves_the_slide(deck):
    _, made = deck
    pages, _, _ = parts(made)
    for page in pages:
        for shape in page.iter(f"{A}off"):
            assert int(shape.get("x")) >= 0
            extent = shape.getnext()
            assert int(shape.get("x")) + int(extent.get("cx")) <= 33.868 * 360000
            assert int(shape.get("y")) + int(extent.get("cy")) <= 19.06 * 360000


def test_the_deck_is_the_same_twice_and_has_fixed_times(figures, atlas):
    one = slides.written(figures[:2], "zh", "T")
    assert one == slides.written(figures[:2], "zh", "T")
    assert {item.date_time for item in parts(one)[2]} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("text", ["<a:t>&x;", "a\x00b\x0b", "=1+1", "\u202ex", "x" * 190])
def test_hostile_texts_are_text(atlas, text):
    placed = atlas["changzhou-zhenglu"]
    name = Name.model_construct(zh=text, en=text)
    zones = tuple(zone.model_copy(update={"name": name}) for zone in placed.case.zones)
    case = placed.case.model_copy(update={"title": name, "short": name, "zones": zones})
    odd = type(placed)(case, placed.shapes, placed.anchor, placed.anchor_confidence, placed.settings)
    pages, names, _ = parts(slides.written([ea.figure(odd)], "en", text))
    for letter in ("<a:t>", "=1+1", "x" * 190):
        if letter in text:
            assert letter in "".join(said(pages[1]))
    with Image.open(
        io.BytesIO(
            zipfile.ZipFile(io.BytesIO(slides.written([ea.figure(odd)], "en", text))).read(
                next(name for name in names if name.endswith(".png"))
            )
        )
    ) as picture:
        assert picture.width > 1000
