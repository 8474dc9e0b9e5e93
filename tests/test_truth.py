"""What the document prints is what readers read, in every output; what is schematic says so, in every output."""

import io
import re
import zipfile
from dataclasses import replace
from unittest import mock

import pytest

import eppv_atlas as ea
import eppv_atlas.exhibits
import pictures
from conftest import CASES
from eppv_atlas import measure, render, report, vocabulary
from eppv_atlas.reading_out import fact_text
from eppv_atlas.render.ledger_views import site_views
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import drawing
from eppv_atlas.report import slides
from eppv_atlas.sheets.words import WORDS
from test_figures import one_line, texts
from test_report import words

LANGS = ("zh", "en")
UNITS_ASKED = ("km2", "ha", "mu")
DRAWN = dict(zip(CASES, (3, 1, 4, 4, 1, 1, 1, 4, 1, 3, 1), strict=True))
"""Zones with a shape."""
PRINTED = {
    "hangzhou-xixi": ["21.88平方公里（第9页）", "近11平方公里（第11页）", "80%（占湿地规划范围，第11页）"],
    "changzhou-zhenglu": ["1039公顷（折合10.39平方公里，第21页）", "3044公顷", "4339公顷"],
    "nanping-wuyishan": ["1001.41平方公里（第28页）", "4252平方公里（第28页）"],
    "chaka-salt-lake": ["112平方公里（第40页）"],
    "beijing-green-heart": ["11.2平方公里（第46页）"],
    "xichou-karst": ["1506平方公里（第59页）"],
    "yining-flower-sea": ["约4.2万亩（折合28平方公里，第65页）", "75平方公里（第65页）"],
}
"""Stated areas of zones with a shape, read off the notice itself: all other cases state none of theirs."""


def page_word(number, lang):
    return f"第{number}页" if lang == "zh" else f"p. {number}"


def told(figure, lang):
    """The dossier of a case, its picture left undrawn."""
    with mock.patch.object(ea.exhibits.Figure, "image", return_value=b""):
        return report.dossier(figure, [], lang)


def stated(placed):
    """Zones with the fact that gives their area, or their share of another."""
    facts = {fact.id: fact for fact in placed.case.facts}
    for zone in placed.case.zones:
        name = zone.stated_area or zone.stated_share
        if name:
            yield zone, facts[name]


@pytest.mark.parametrize("case", CASES)
def test_a_figure_prints_what_the_notice_prints(atlas, case):
    placed = atlas[case]
    assert len(placed.shapes) == DRAWN[case]
    said = one_line(texts(pictures.svg(case))).replace(" ", "").replace("\u00a0", "")
    printed = [text.replace(" ", "") for text in PRINTED.get(case, [])]
    for text in printed:
        assert f"文件所载{text}" in said
    assert said.count("文件所载") == len(printed)
    alt = ea.figure(placed).alt("zh").replace(" ", "").replace("\u00a0", "")
    for text in printed:
        assert text in alt


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_every_stated_area_reads_the_same_in_every_output(atlas, case, lang):
    placed = atlas[case]
    figure = ea.figure(placed)
    page = figure.page().decode("utf-8")
    sheet = figure.table(lang)
    at = {column.id: i for i, column in enumerate(sheet.columns)}
    rows = {row[0]: row for i, row in enumerate(sheet.rows) if i not in sheet.strong}
    dossier = told(figure, lang)
    (brief,) = [
        b.sheet for b in dossier if isinstance(b, report.Table) and b.sheet.id.endswith("-areas")
    ] or [None]
    told_by = {unit: figure.alt(lang, unit) for unit in UNITS_ASKED}  # made of the words of the key
    told_by["picture"] = one_line(texts(pictures.svg(case, lang)))
    for zone, fact in stated(placed):
        words_ = fact_text(fact, lang)
        row = rows[getattr(zone.name, lang)]
        assert (row[at["printed"]], row[at["page"]]) == (words_, fact.page)
        cell = re.search(
            rf'<span class="printed"><span lang="zh">{re.escape(fact_text(fact, "zh"))}</span>'
            rf'<span lang="en">{re.escape(fact_text(fact, "en"))}</span></span>\s*<span class="small">'
            rf'<span class="page"><span lang="zh">第</span><span lang="en">p. </span>{fact.page}<',
            page,
        )
        assert cell, (zone.id, words_)
        if zone.stated_area:
            assert brief is not None
            assert any(words_ in row and fact.page in row for row in brief.rows)
        if zone.id in placed.shapes:
            for (
                unit,
                text,
            ) in told_by.items():  # whatever unit is asked for, the figure as printed comes first
                near = text.replace("\u00a0", "").replace(" ", "")
                start = f"{PHRASES['stated'][lang]}{words_}".replace(" ", "")
                assert start in near, (unit, words_)
                after = near.split(start, 1)[1]
                assert after[0] in "（("
                assert page_word(fact.page, lang).replace(" ", "") in re.split("[）)]", after)[0]
    if brief is not None:  # no note sends readers to a column that is not there
        names = {column.name for column in brief.columns}
        assert WORDS["remark"][lang] not in names
        for word in ("remark", "printed"):
            name = WORDS[word][lang]
            assert name in names or not any(name in note for note in brief.notes)


@pytest.mark.parametrize("case", CASES)
def test_schematic_places_say_so_wherever_they_stand(atlas, case, monkeypatch):
    placed = atlas[case]
    rings = []
    kept = drawing.ring

    def ring(paper, x, y, *, schematic):
        rings.append(schematic)
        kept(paper, x, y, schematic=schematic)

    monkeypatch.setattr(drawing, "ring", ring)
    svg = texts(ea.figure(placed).image("svg"))
    said = one_line(svg)
    names = [text for text, _ in svg]
    sites = [site for site in site_views(placed.case) if site["drawn"]]
    shown = [site for site in sites if site["name"]["zh"] in said]
    rough = [site for site in shown if site["confidence"]["id"] == "schematic"]
    for site in rough:
        assert f"{site['name']['zh']}（示意）" in said.replace("\n", "")
    if rough:
        assert PHRASES["schematic_places"]["zh"].replace(" ", "") in said.replace(" ", "")
        assert PHRASES["sites"]["zh"] in names
    assert any(rings) == bool(rough)
    assert (PHRASES["sites"]["zh"] in names) == bool(rings)


def test_the_figure_of_anji_shows_its_six_schematic_places(atlas):
    placed = atlas["anji-land-consolidation"]
    sites = [site for site in site_views(placed.case) if site["drawn"]]
    assert [site["confidence"]["id"] for site in sites] == ["schematic"] * 6
    said = one_line(texts(pictures.svg("anji-land-consolidation")))
    shown = said.count("（示意）")
    left = re.search(r"另有 ?(\d+) ?个地点", said)
    assert shown + (int(left[1]) if left else 0) == 6


@pytest.mark.parametrize("lang", LANGS)
def test_a_unit_that_stands_for_a_zone_is_not_its_size(atlas, lang):
    placed = atlas["wuzhou-liubao-tea"]
    figure = ea.figure(placed)
    tea = [zone for zone in placed.case.zones if zone.kind == "planting-area" and zone.id in placed.shapes]
    assert len(tea) == 3
    assert all(vocabulary.stands_for_unit(zone.kind, placed.shapes[zone.id].confidence) for zone in tea)
    said = one_line(texts(pictures.svg("wuzhou-liubao-tea", lang))).replace(" ", "")
    assert said.count(PHRASES["in_outline"][lang].replace(" ", "")) == 3
    assert said.count(PHRASES["measured"][lang].replace(" ", "")) == 1  # of the city alone
    page = figure.page().decode("utf-8")
    assert page.count(PHRASES["unit_short"][lang]) == 3
    dossier = told(figure, lang)
    (notes,) = [
        b.sheet.notes for b in dossier if isinstance(b, report.Table) and b.sheet.id.endswith("-areas")
    ]
    end = WORDS["note_unit"][lang].split("}")[1]
    assert any(note.endswith(end) for note in notes)
    (table,) = [b.sheet for b in dossier if isinstance(b, report.Table) and b.sheet.id.endswith("-areas")]
    at = [column.id for column in table.columns].index("difference")
    assert [row[at] for row in table.rows].count(PHRASES["unit_short"][lang]) == 3
    assert any(note.endswith(end) for note in slides._sheet(figure, lang).notes)


def test_a_unit_that_stands_for_a_zone_has_no_difference(atlas):
    placed = atlas["wuzhou-liubao-tea"]
    fact = next(fact for fact in placed.case.facts if fact.unit.endswith("mu"))
    zones = tuple(
        zone.model_copy(update={"stated_area": fact.id}) if zone.kind == "planting-area" else zone
        for zone in placed.case.zones
    )
    odd = replace(placed, case=placed.case.model_copy(update={"zones": zones}))
    for row in measure.case(odd):
        if row.kind == "planting-area":
            assert row.stated_m2
            assert row.difference_pct is None


@pytest.mark.parametrize("lang", LANGS)
def test_a_shape_made_to_size_says_so_in_reports(atlas, lang):
    figure = ea.figure(atlas["hangzhou-xixi"])
    (table,) = [
        b.sheet for b in told(figure, lang) if isinstance(b, report.Table) and b.sheet.id.endswith("-areas")
    ]
    at = [column.id for column in table.columns].index("difference")
    assert [row[at] for row in table.rows] == [PHRASES["made_short"][lang]] * 3 + [None, None]


def test_totals_never_count_a_place_twice(atlas):
    covered = {"hangzhou-xixi": 21.88, "changzhou-zhenglu": 84.22, "wuzhou-liubao-tea": 12555.25}
    for case, km2 in covered.items():
        sheet = ea.figure(atlas[case]).table("zh", "km2")
        (total,) = [sheet.rows[i] for i in sheet.strong]
        at = [column.id for column in sheet.columns].index("measured_km2")
        assert total[at] == pytest.approx(km2, abs=0.01)


@pytest.mark.parametrize("lang", LANGS)
def test_cards_and_popups_hold_figures_as_printed(atlas, lang):
    rows = {placed.case.id: measure.case(placed) for placed in atlas}
    page = render.national_page(atlas.cases, rows, atlas.settings).decode("utf-8")
    for placed in atlas:
        for zone, fact in stated(placed):
            if zone.id in placed.shapes:
                assert page.count(f'"{lang}":"{fact_text(fact, lang)}"') >= 1, zone.id


def test_a_dossier_tells_documents_and_pages(atlas):
    blocks = told(ea.figure(atlas["chaka-salt-lake"]), "zh")
    headlines = [item for b in blocks if isinstance(b, report.Bullets) for item in b.items]
    facts = {fact.id: fact for fact in atlas["chaka-salt-lake"].case.facts}
    for name in atlas["chaka-salt-lake"].case.headlines:
        (item,) = [one for one in headlines if one.name == fact_text(facts[name], "zh")]
        assert item.text.replace(" ", "").endswith(f"（第{facts[name].page}页）")
    assert "第40-45页" in words(blocks)


def test_slides_say_printed_figures_with_their_pages(atlas):
    made = slides.written([ea.figure(atlas["yining-flower-sea"])], "zh", "T")
    with zipfile.ZipFile(io.BytesIO(made)) as held:
        text = held.read("ppt/slides/slide2.xml").decode("utf-8")
    assert "约4.2万亩" in text
    assert ">65<" in text
