"""Tables for reports: what they say, and every form of them read back by a reader that is not ours."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conftest import ROOT
from eppv_atlas import claims, measure, sheets, vocabulary
from eppv_atlas.cli import table  # noqa: F401 - it adds its command
from eppv_atlas.errors import UsageError
from eppv_atlas.reading_out import fact_text
from eppv_atlas.render import case_view, views
from eppv_atlas.sheets import Sheet, SheetColumn, header, numeric, shown, written
from eppv_atlas.sheets.cells import ABSENT, bare, bare_header, plain
from eppv_atlas.sheets.latex import spelt
from eppv_atlas.sheets.layout import cells_wide, lines, widths
from eppv_atlas.sheets.words import WORDS
from eppv_atlas.sheets.workbook import sheet_name
from eppv_atlas.units import AREA_UNITS, from_m2
from test_hostile import PAYLOADS, poisoned

LANGS = ("zh", "en")
BY_CASE = ("areas", "facts", "mechanisms", "findings")
ACROSS = ("comparison", "headlines", "modes")
TRICKS = [
    *(p for p in PAYLOADS if p.strip()),
    *("a | b", "| --- |\n| x |", "a\nb\r\nc", "\\", "\\|", "a\\|b", "`code`", "**b**", "[x](//e)", "![x](//e)"),
    *("http://evil.example", "www.evil.example", "a@b.example", "# h", "- x", "1. x", "> x", "~~s~~", "$x$"),
    *("\\input{/etc/passwd}", "^^5cinput", "\\write18{id}", "100% # ~ {} }{ _^", "[1ex]", "*", "&&&", "\\\\[9cm]"),
    *("\\end{longtable}", "\\begin{verbatim}", "--", "---", "\u2028x\u2029", "a\0b", "\x07", "\ufffe"),
    *("\u202egnp.exe", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", " =1"),
    *("_x0041_", "'=1", "<td>", "</td></tr><tr><td>", "ab2§=§8yz", "{{x}}", "{0}", "{name}", "%s", "\u3000x"),
]  # fmt: skip


def make(topic, placed, lang, **more):
    """The table of a case, or across this one case."""
    if topic == "areas":
        return sheets.areas(placed, measure.case(placed), measure.totals(placed), lang, **more)
    if topic == "findings":
        return sheets.findings(placed, claims.findings(placed.case), lang)
    if topic == "comparison":
        return sheets.comparison([placed], {placed.case.id: measure.case(placed)}, lang, **more)
    if topic in ACROSS:
        return getattr(sheets, topic)([placed], lang)
    return getattr(sheets, topic)(placed, lang, **more)


@pytest.fixture(scope="module")
def measured(atlas):
    return {placed.case.id: measure.case(placed) for placed in atlas}


def at(sheet, name):
    return [column.id for column in sheet.columns].index(name)


def column(sheet, name):
    return [row[at(sheet, name)] for row in sheet.rows]


def cells(sheet):
    """The cells of a table as readers read them."""
    return [
        [shown(c, value, sheet.lang) for c, value in zip(sheet.columns, row, strict=True)]
        for row in sheet.rows
    ]


# what the tables say


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("unit", [None, *AREA_UNITS])
def test_areas_are_the_measures_and_read_as_on_the_map(atlas, measured, unit, lang):
    for placed in atlas:
        rows = measured[placed.case.id]
        sheet = make("areas", placed, lang, unit=unit)
        facts = {fact.id: fact for fact in placed.case.facts}
        units = ("km2", "ha", "mu") if unit is None else (unit,)
        assert [c.unit for c in sheet.columns if c.kind == "area"] == [*units, *units]
        assert len(sheet.rows) - len(sheet.strong) == len(placed.case.zones) == len(rows)
        for zone, held, row in zip(placed.case.zones, rows, sheet.rows, strict=False):
            view = views.zone_view(zone, placed.shapes.get(zone.id), held, facts)
            assert row[0] == getattr(zone.name, lang)
            told = facts.get(zone.stated_area or zone.stated_share or "")
            assert row[at(sheet, "printed")] == (fact_text(told, lang) if told else None)
            assert row[at(sheet, "page")] == (told.page if told else None)
            for what, area_m2 in (("stated", held.stated_m2), ("measured", held.area_m2)):
                for name in units:
                    index = at(sheet, f"{what}_{name}")
                    if area_m2 is None:
                        assert row[index] is None
                        continue
                    assert row[index] == pytest.approx(from_m2(area_m2, name), rel=1e-9)
                    assert shown(sheet.columns[index], row[index], lang) == view[what][name]
            index = at(sheet, "difference")
            assert shown(sheet.columns[index], row[index], lang) == (view["difference"] or ABSENT)
            trust = view["confidence"]["name"] if view["confidence"] else WORDS["no_geometry"]
            assert row[at(sheet, "confidence")] == trust[lang]
            remark = row[at(sheet, "remark")] or ""
            assert (WORDS["made_from_stated"][lang] in remark) == (
                held.made_from_stated and held.stated_m2 is not None
            )
            if held.made_from_stated:
                assert row[index] is None
            if view["reason"]:
                assert view["reason"][lang] in remark
            stands = placed.case.id == "wuzhou-liubao-tea" and held.kind == "planting-area" and held.area_m2
            assert (WORDS["unit_outline"][lang] in remark) == bool(stands)
            assert any(getattr(zone.name, lang) in note for note in sheet.notes) == bool(stands)


def test_known_areas(atlas):
    placed = atlas["hangzhou-xixi"]
    sheet = make("areas", placed, "zh")
    row = sheet.rows[0]
    assert sheet.id == "hangzhou-xixi-areas"
    assert [row[at(sheet, f"stated_{unit}")] for unit in ("km2", "ha", "mu")] == pytest.approx(
        [21.88, 2188, 32820], rel=1e-12
    )
    assert [header(c, "zh") for c in sheet.columns[:6]] == [
        "分区", "类型", "文件原文", "页码", "文件面积（km²）", "文件面积（ha）",
    ]  # fmt: skip
    english = make("areas", placed, "en", unit="mu")
    assert header(english.columns[4], "en") == "Stated area (mu)"
    assert row[at(sheet, "remark")] == "图形按文件面积生成，不作比较"
    assert english.rows[0][at(english, "remark")] == "shape made from the stated area: no comparison"
    # a figure stands as the document has it, a share says of what, and where both stand
    assert [row[at(sheet, "printed")] for row in sheet.rows[:3]] == ["21.88平方公里", "近11平方公里", "80%"]
    assert english.rows[1][at(english, "printed")] == "nearly 11 km²"
    assert [row[at(sheet, "page")] for row in sheet.rows[:3]] == [9, 11, 11]
    assert sheet.rows[2][at(sheet, "remark")].startswith("文件只载占比：80%（占湿地规划范围，第11页）；")
    assert "第9-14页" in sheet.source
    assert "第四批" in sheet.source


@pytest.mark.parametrize("lang", LANGS)
def test_totals_cover_each_place_once_and_name_their_weakest(atlas, lang):
    for placed in atlas:
        totals = measure.totals(placed)
        if len(totals) == 2:  # one confidence: all says what it says
            assert replace(totals.pop(), confidence=totals[0].confidence) == totals[0]
        sheet = make("areas", placed, lang)
        sums = [sheet.rows[i] for i in sorted(sheet.strong)]
        assert len(sums) == len(totals)
        assert sheet.strong == frozenset(range(len(placed.case.zones), len(sheet.rows)))
        for total, row in zip(totals, sums, strict=True):
            for unit in ("km2", "ha", "mu"):
                assert row[at(sheet, f"measured_{unit}")] == pytest.approx(
                    from_m2(total.union_m2, unit), rel=1e-9
                )
                assert row[at(sheet, f"stated_{unit}")] is None
            weakest = getattr(vocabulary.CONFIDENCES[total.weakest], lang).lower()
            assert weakest in row[0]
            assert str(total.zones) in row[0]
            assert weakest in row[at(sheet, "confidence")].lower()
            notes = [note for note in sheet.notes if note.startswith(row[0])]
            if total.overlap_m2 < 0.5:
                assert notes == []
            else:
                assert len(notes) == 1
                for area_m2 in (total.overlap_m2, total.sum_m2):
                    assert f"{views.areas(area_m2)['km2']} km²" in notes[0]


def test_a_small_overlap_is_said_in_square_metres(atlas):
    placed = atlas["hangzhou-xixi"]
    totals = [replace(total, overlap_m2=12.0) for total in measure.totals(placed)]
    sheet = sheets.areas(placed, measure.case(placed), totals, "zh", "km2")
    assert any("12.00 m²" in note for note in sheet.notes)
    totals = [replace(total, overlap_m2=0.4) for total in totals]
    sheet = sheets.areas(placed, measure.case(placed), totals, "zh", "mu")
    assert not any("重复计入" in note for note in sheet.notes)


def test_schematic_is_said_where_it_is_so(atlas):
    for lang in LANGS:
        note = WORDS["note_schematic"][lang]
        for placed in atlas:
            drawn = any(shape.confidence == "schematic" for shape in placed.shapes.values())
            assert (note in make("areas", placed, lang).notes) == drawn


def test_facts_read_as_on_the_pages(atlas):
    for placed in atlas:
        for fact in placed.case.facts:
            view = views.fact_view(fact)["value"]
            assert {lang: fact_text(fact, lang) for lang in LANGS} == view
        sheet = make("facts", placed, "en")
        ordered = [f for name in vocabulary.SECTIONS for f in placed.case.facts if f.section == name]
        for fact, row in zip(ordered, sheet.rows, strict=True):
            section = vocabulary.SECTIONS[fact.section].en
            assert row[:4] == (section, fact.label.en, fact_text(fact, "en"), fact.value)
            assert row[-1] == fact.page


def test_facts_may_be_chosen(atlas):
    placed = atlas["changzhou-zhenglu"]
    sheet = sheets.facts(placed, "zh", section="outcome")
    assert set(column(sheet, "section")) == {"主要成效"}
    assert "主要成效" in sheet.title
    chosen = sheets.facts(placed, "en", only=set(placed.case.headlines))
    assert len(chosen.rows) == 3
    assert "selection" in chosen.title
    with pytest.raises(UsageError, match="background"):
        sheets.facts(placed, "zh", section="no-such")
    with pytest.raises(UsageError, match="km2"):
        make("areas", placed, "zh", unit="acre")
    with pytest.raises(UsageError, match="km2"):
        make("comparison", placed, "zh", unit="kg")


def test_findings_put_contradictions_first(atlas):
    placed = atlas["changzhou-zhenglu"]
    found = claims.findings(placed.case)
    sheet = make("findings", placed, "en")
    order = [term.en for term in vocabulary.VERDICTS.values()]
    ranks = [order.index(name) for name in column(sheet, "verdict")]
    assert ranks == sorted(ranks)
    assert len(sheet.rows) == len(found)
    assert set(column(sheet, "arithmetic")) == {item.arithmetic.en for item in found}
    assert all(column(sheet, "pages"))


def test_mechanisms_carry_path_mode_parties_and_page(atlas):
    placed = atlas["hangzhou-xixi"]
    sheet = make("mechanisms", placed, "zh")
    for item, row in zip(placed.case.mechanisms, sheet.rows, strict=True):
        assert row[0] == item.name.zh
        assert row[2] == f"{vocabulary.PATHS[item.path].zh} → {vocabulary.MODES[item.mode].zh}"
        assert all(party.name.zh in row[3] for party in item.parties)
        assert row[4] == item.page


def test_cases_stand_beside_each_other(atlas, measured):
    sheet = sheets.comparison(atlas, measured, "en", "ha")
    assert sheet.id == "comparison"
    assert len(sheet.rows) == len(list(atlas))
    assert not sheet.strong  # areas of different cases are never added up
    for placed, row in zip(atlas, sheet.rows, strict=True):
        case = placed.case
        assert row[: at(sheet, "place") + 1] == (case.short.en, case.place_name.en)
        counts = row[at(sheet, "zones") : at(sheet, "facts") + 1]
        assert counts == (len(case.zones), len(placed.shapes), len(case.facts))
        for held, name in ((case.path, "path"), (case.category, "category")):
            assert row[at(sheet, name)].endswith("*") == (held.basis == "inferred")
        largest = max(m.stated_m2 for m in measured[case.id] if m.stated_m2)
        assert row[at(sheet, "largest_ha")] == pytest.approx(largest / 1e4, rel=1e-12)
        facts = {fact.id: fact for fact in case.facts}
        for name in case.headlines:
            assert f"{fact_text(facts[name], 'en')} (p. {facts[name].page})" in row[at(sheet, "headlines")]
    dongying = sheet.rows[4]
    assert dongying[at(sheet, "largest_zone")].endswith(": the document says over 3,400,000 mu")
    assert dongying[at(sheet, "page")] == 35


def test_a_case_without_a_stated_area_has_no_largest_zone(atlas):
    placed = atlas["beijing-green-heart"]
    zones = tuple(zone.model_copy(update={"stated_area": None}) for zone in placed.case.zones)
    bare_case = replace(placed, case=placed.case.model_copy(update={"zones": zones}))
    sheet = make("comparison", bare_case, "zh")
    assert sheet.rows[0][at(sheet, "largest_zone") : at(sheet, "page") + 1] == (None, None, None)


def test_modes_count_leading_and_further_apart(atlas):
    sheet = sheets.modes(atlas, "zh")
    cases = [placed.case for placed in atlas]
    assert sheet.rows[-1][:4] == ("合计", None, len(cases), sum(len(case.further_modes) for case in cases))
    assert sheet.strong == {len(sheet.rows) - 1}
    for row in sheet.rows[:-1]:
        path = next(term.id for term in vocabulary.PATHS.values() if term.zh == row[0])
        mode = next(term.id for term in vocabulary.MODES.values() if term.zh == row[1])
        leading = [case for case in cases if (case.path.id, case.mode.id) == (path, mode)]
        further = [
            case for case in cases if case.path.id == path and mode in {m.id for m in case.further_modes}
        ]
        assert row[2:4] == (len(leading), len(further))
        for names, held in ((row[4], leading), (row[5], further)):
            assert [name.rstrip("*") for name in (names or "").split("、") if name] == [
                case.short.zh for case in held
            ]
    consolidation = next(row for row in sheet.rows if row[1] == "全域土地综合整治及增值溢价")
    assert consolidation[2:4] == (3, 0)
    assert len(column(sheets.headlines(atlas, "en"), "page")) == 3 * len(cases)


def test_a_case_without_an_atlas_names_its_document_all_the_same(atlas):
    placed = replace(atlas["chaka-salt-lake"], settings=None)
    name = placed.case.source.document
    assert name in make("areas", placed, "zh").source
    assert make("modes", placed, "en").source == name
    held = make("areas", atlas["chaka-salt-lake"], "en").source
    assert held == case_view.source_line(placed.case, atlas.settings)["en"]


# cells


@pytest.mark.parametrize(
    ("kind", "unit", "value", "text"),
    [
        ("area", "km2", 1001.41, "1,001.41"),
        ("area", "mu", 32820.0, "32,820.0"),
        ("area", "ha", 0.0, "0"),
        ("percent", "", 0.368, "+0.37%"),
        ("percent", "", -12.5, "−12.50%"),
        ("percent", "", float("inf"), "—"),
        ("number", "", -1.5, "−1.5"),
        ("number", "", 23000.0, "23,000"),
        ("number", "", float("nan"), "—"),
        ("integer", "", 12345, "12,345"),
        ("page", "", 1234, "1234"),
        ("text", "", "-1", "-1"),
        ("text", "", " \t ", "—"),
        ("text", "", None, "—"),
        ("area", "km2", "see text", "see text"),
    ],
)
def test_a_cell_reads_as_it_should(kind, unit, value, text):
    for lang in LANGS:
        assert shown(SheetColumn("x", "x", kind, unit), value, lang) == text


@given(st.integers(0, 10**9), st.integers(0, 5), st.sampled_from(AREA_UNITS), st.sampled_from(AREA_UNITS))
def test_an_area_reads_as_the_map_writes_it_in_every_unit(digits, decimals, stated, unit):
    area_m2 = digits / 10**decimals * {"km2": 1e6, "ha": 1e4, "m2": 1.0, "mu": 2000 / 3}[stated]
    held = SheetColumn("x", "x", "area", unit)
    assert shown(held, from_m2(area_m2, unit), "zh") == views.areas(area_m2)[unit]


def test_headings_carry_units():
    for kind, unit, zh, en, bare_zh in (
        ("area", "mu", "面积（亩）", "area (mu)", "面积（亩）"),
        ("area", "m2", "面积（m²）", "area (m²)", "面积（m²）"),
        ("percent", "", "面积", "area", "面积（%）"),
        ("number", "person", "面积（人）", "area (people)", "面积（人）"),
    ):
        assert header(SheetColumn("x", "面积", kind, unit), "zh") == zh
        assert header(SheetColumn("x", "area", kind, unit), "en") == en
        assert bare_header(SheetColumn("x", "面积", kind, unit), "zh") == bare_zh


# every form read back


def read_csv(content):
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return head, rows


def inline(token, *, bold=False):
    """The text of a run of Markdown, which must hold no markup but the bold of a total or a caption."""
    allowed = {"text", "text_special"} | ({"strong_open", "strong_close"} if bold else set())
    kinds = [child.type for child in token.children]
    assert set(kinds) <= allowed, kinds
    assert kinds.count("strong_open") <= 1
    return "".join(child.content for child in token.children)


def read_markdown(text):
    """Caption, heading, alignments, rows and what stands below; by CommonMark with GitHub's extensions."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    kinds = {
        *("paragraph_open", "paragraph_close", "inline", "table_open", "table_close", "thead_open", "thead_close"),
        *("tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close"),
    }  # fmt: skip
    assert {token.type for token in tokens} <= kinds
    assert sum(token.type == "table_open" for token in tokens) == 1
    grid, around, style = [], [], []
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            grid.append([])
        if token.type == "inline" and before.type in {"td_open", "th_open"}:
            grid[-1].append(inline(token, bold=True))
            if before.type == "th_open":
                style.append(before.attrs["style"])
        elif token.type == "inline":
            around.append(inline(token, bold=not around))
    return around[0], grid[0], style, grid[1:], around[1:]


class Fragment(HTMLParser):
    """The tables of a fragment, and every tag and attribute in it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts, self.grid, self.inside = set(), set(), {}, [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside.append(tag)
        if tag == "tr":
            self.grid.append([])
        elif tag in {"td", "th"}:
            self.grid[-1].append(["", dict(attrs)])
        elif tag in {"caption", "p"}:
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_data(self, data):
        if self.inside and self.inside[-1] in {"td", "th"}:
            self.grid[-1][-1][0] += data
        elif self.inside and self.inside[-1] in {"caption", "p"}:
            self.texts[self.inside[-1]][-1] += data
        else:
            assert not data.strip(), data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def read_html(text):
    found = Fragment()
    found.feed(text)
    found.close()
    assert found.inside == []
    assert found.tags <= {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert found.attributes <= {"class", "lang", "scope"}
    return found


SPELT = {
    **{rf"\{char}": char for char in "&%$#_{}"},
    r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", r"\textless{}": "<",
    r"\textgreater{}": ">", r"\textbar{}": "|", r"\textquotedbl{}": '"', r"\textquotesingle{}": "'",
    r"\textasciigrave{}": "`", "{[}": "[", "{]}": "]", "{*}": "*", "$-$": "−", r"$\times$": "×",
    r"$\div$": "÷", r"$\approx$": "≈", r"$\neq$": "≠", r"$\leq$": "≤", r"$\geq$": "≥",
    r"$\rightarrow$": "→", r"\textsuperscript{2}": "²", r"\textsuperscript{3}": "³", "-{}": "-",
}  # fmt: skip
TEX_TOKEN = re.compile("|".join(map(re.escape, SPELT)) + r"|[^\\{}$&#%_~^\[\]*|<>\"`'\n]")


def unspelt(text):
    """What a run of TeX says; it must be made of known spellings and harmless characters only."""
    out, here = [], 0
    while here < len(text):
        found = TEX_TOKEN.match(text, here)
        assert found, text[here : here + 40]
        out.append(SPELT.get(found[0], found[0]))
        here = found.end()
    return "".join(out)


def read_latex(text, columns):
    """Caption and rows of a longtable, and the lines below it."""
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == 1
    for rule, times in ((r"\toprule", 2), (r"\bottomrule", 1), (r"\endlastfoot", 1), (r"\caption{", 1)):
        assert len(re.findall(rf"(?m)^{re.escape(rule)}", text)) == times, rule
    caption = re.search(r"(?m)^\\caption\{(.*)\} \\label\{tab:([a-z0-9-]+)\} \\\\$", text)
    head, body = text.split("\\toprule\n", 1)[1].split(" \\\\\n\\midrule\n\\endfirsthead", 1)
    body, below = body.split("\\endlastfoot\n", 1)[1].split("\\end{longtable}\n", 1)
    rows = body.removesuffix(" \\\\\n").split(" \\\\\n") if body else []
    grid = [[cell.removeprefix(r"\textbf{") for cell in row.split(" & ")] for row in rows]
    for cells_, row in zip(grid, rows, strict=True):
        for i, cell in enumerate(row.split(" & ")):
            if cell.startswith(r"\textbf{"):
                cells_[i] = cells_[i].removesuffix("}")
    assert all(len(row) == columns for row in grid)
    told = re.findall(r"(?m)^\\noindent (.*)\\par$", below)
    return (
        unspelt(caption[1]),
        [unspelt(cell) for cell in head.split(" & ")],
        [[unspelt(cell) for cell in row] for row in grid],
        [unspelt(line) for line in told],
    )


def below(sheet):
    """The lines under a table."""
    lines_ = [WORDS["note"][sheet.lang] + plain(note) for note in sheet.notes]
    return [*lines_, WORDS["source_head"][sheet.lang] + plain(sheet.source)]


def blanks(text):
    """A text without the blanks that Markdown and the cells of a table do not keep."""
    return " ".join(text.split())


def check_every_form(sheet):
    """Every form holds the cells of the table, no more and no fewer, and nothing of them is markup."""
    want, heads = cells(sheet), [header(c, sheet.lang) for c in sheet.columns]
    bare_heads = [bare_header(c, sheet.lang) for c in sheet.columns]
    values = [[bare(value) for value in row] for row in sheet.rows]

    head, rows = read_csv(written(sheet, "csv"))
    assert head == bare_heads
    assert len(rows) == len(values)
    for row, held in zip(rows, values, strict=True):
        for got, value in zip(row, held, strict=True):
            if isinstance(value, str):
                guarded = value.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
                assert got == (f"'{value}" if guarded else value)
            else:
                assert got == "" if value is None else float(got) == value

    page = openpyxl.load_workbook(io.BytesIO(written(sheet, "xlsx"))).active
    lines_ = list(page.iter_rows())
    assert [cell.value for cell in lines_[0]] == bare_heads
    for got, held in zip(lines_[1:], values, strict=False):
        for cell, value in zip(got, held, strict=True):
            assert cell.hyperlink is None
            if isinstance(value, str) and value:
                # the file keeps _x0041_ as _x005F_x0041_, which this reader shows as it stands
                assert (str(cell.value).replace("_x005F_", "_"), cell.data_type) == (value, "s")
            elif value is None or value == "":
                assert cell.value is None
            else:
                assert cell.value == pytest.approx(value, rel=1e-14)
                assert cell.data_type == "n"
    foot = [row[0].value for row in lines_[len(values) + 1 :] if row[0].value is not None]
    assert [str(text).replace("_x005F_", "_") for text in foot] == [plain(sheet.title), *below(sheet)]
    assert all(cell.data_type != "f" for row in lines_ for cell in row)

    caption, head, _, grid, notes = read_markdown(written(sheet, "md").decode())
    assert [caption, *head] == [blanks(plain(sheet.title)), *heads]
    assert [[blanks(cell) for cell in row] for row in grid] == [
        [blanks(cell) for cell in row] for row in want
    ]
    assert [blanks(note) for note in notes] == [blanks(note) for note in below(sheet)]

    found = read_html(written(sheet, "html").decode())
    assert [[cell for cell, _ in row] for row in found.grid] == [heads, *want]
    assert found.texts["caption"] == [plain(sheet.title)]
    assert found.texts["p"] == below(sheet)

    caption, head, grid, notes = read_latex(written(sheet, "tex").decode(), len(sheet.columns))
    roman = str.maketrans({"Ⅴ": "V", "Ⅲ": "III", "Ⅱ": "II", "Ⅳ": "IV", "Ⅰ": "I"})
    assert [caption, *head] == [plain(sheet.title), *heads]
    assert grid == [[cell.translate(roman) for cell in row] for row in want]
    assert notes == below(sheet)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("topic", [*BY_CASE, *ACROSS])
def test_every_form_reads_back(atlas, topic, lang):
    for case_id in ("changzhou-zhenglu", "nsw-biodiversity-offsets"):
        check_every_form(make(topic, atlas[case_id], lang))


def test_every_form_holds_all_cases(atlas, measured):
    for lang in LANGS:
        for sheet in (
            sheets.comparison(atlas, measured, lang),
            sheets.headlines(atlas, lang),
            sheets.modes(atlas, lang),
        ):
            check_every_form(sheet)


def test_a_table_without_rows_is_one_all_the_same(atlas):
    placed = atlas["chaka-salt-lake"]
    check_every_form(sheets.findings(placed, [], "zh"))
    check_every_form(sheets.facts(placed, "en", only=()))


@pytest.mark.parametrize("payload", TRICKS, ids=lambda text: ascii(text)[:40])
def test_hostile_texts_stay_texts(atlas, payload):
    placed = atlas["hangzhou-xixi"]
    name = placed.case.title.model_copy(update={"zh": f"{payload}甲"[:390], "en": f"{payload}a"[:390]})
    documents = {
        key: document.model_copy(update={"title": name, "publisher": name, "issued": payload})
        for key, document in placed.settings.documents.items()
    }
    bad = replace(
        placed,
        case=poisoned(placed.case, payload).model_copy(update={"short": name}),
        settings=placed.settings.model_copy(update={"documents": documents}),
    )
    # claims keep their sides; their words are the poisoned ones
    for lang, topic in (("zh", "areas"), ("en", "comparison"), ("zh", "facts"), ("en", "facts")):
        sheet, sound = make(topic, bad, lang), make(topic, placed, lang)
        assert [len(row) for row in sheet.rows] == [len(row) for row in sound.rows]
        check_every_form(sheet)
    check_every_form(make("mechanisms", bad, "zh"))
    check_every_form(make("findings", bad, "en"))
    check_every_form(make("modes", bad, "zh"))
    check_every_form(make("headlines", bad, "en"))


def one_cell(text, lang="zh"):
    columns = (SheetColumn("a", "名称"), SheetColumn("b", "面积", "area", "km2"))
    return Sheet("x-1", lang, "t", columns, ((text, 1.5), (text, None)), (), "s", frozenset({1}))


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_stays_a_text(text):
    check_every_form(one_cell(text or "x"))


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_latex_spells_every_character_out(text):
    roman = "".join(c for c in plain(text) if not 0x2160 <= ord(c) < 0x2180)
    assert unspelt(spelt(roman)) == roman
    assert spelt(text).count("{") - spelt(text).count(r"\{") == spelt(text).count("}") - spelt(text).count(
        r"\}"
    )


def test_bare_addresses_are_no_links_where_markdown_links_them():
    text = written(one_cell("see http://evil.example or www.evil.example, a@b.example"), "md").decode()
    assert not re.search(r"(?<!\\)://|www\.|\w@", text)


def test_latex_is_for_booktabs_and_xelatex(atlas):
    text = written(make("areas", atlas["chaka-salt-lake"], "zh"), "tex").decode()
    assert text.splitlines()[0].startswith("% XeLaTeX with ctex")
    assert r"\label{tab:chaka-salt-lake-areas}" in text
    assert r"\begin{landscape}" in text  # thirteen columns do not stand upright
    assert "茶卡盐湖" in text
    assert "续下页" in text
    assert "Continued on next page" not in text
    shares = [float(share) for share in re.findall(r"p\{(0\.\d+)\\linewidth\}", text)]
    assert len(shares) == 13
    assert 0.5 < sum(shares) < 0.85  # the rest is the space between columns
    narrow = written(make("modes", atlas["chaka-salt-lake"], "zh"), "tex").decode()
    assert "landscape}" not in narrow.split("\n", 1)[1]


def test_markdown_and_html_set_numbers_to_the_right(atlas):
    sheet = make("areas", atlas["changzhou-zhenglu"], "zh")
    _, _, style, _, _ = read_markdown(written(sheet, "md").decode())
    right = [numeric(c) for c in sheet.columns]
    assert style == [f"text-align:{'right' if number else 'left'}" for number in right]
    found = read_html(written(sheet, "html").decode())
    for line, row in enumerate(found.grid):
        assert [cell[1].get("class") == "num" for cell in row] == right
        scopes = [cell[1].get("scope") for cell in row]
        assert scopes == (["col"] * len(row) if line == 0 else ["row", *[None] * (len(row) - 1)])
    assert written(sheet, "html").decode().count('class="total"') == len(sheet.strong)


def test_the_spreadsheet_prints_well_and_shows_what_the_map_shows(atlas):
    sheet = make("areas", atlas["nanping-wuyishan"], "zh")
    content = written(sheet, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.active
    assert page.freeze_panes == "A2"
    assert page.print_title_rows == "$1:$1"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.page_setup.fitToWidth in {None, 1}  # one page is what is meant where nothing is said
    assert page.page_setup.fitToHeight == 0
    assert book.properties.created.year == 2023
    for row, held in zip(page.iter_rows(min_row=2), sheet.rows, strict=False):
        for cell, c, value in zip(row, sheet.columns, held, strict=True):
            if isinstance(value, int | float):
                shape = cell.number_format.split(";")[0]
                text = f"{value:{',' if ',' in shape else ''}.{len(shape.partition('.')[2])}f}"
                assert text == shown(c, value, "zh").lstrip("+").rstrip("%").replace("−", "-")
                assert cell.alignment.horizontal == "right"
            elif value:
                assert cell.alignment.wrap_text
    assert [page.cell(line + 2, 1).font.bold for line in range(len(sheet.rows))] == [
        line in sheet.strong for line in range(len(sheet.rows))
    ]
    # rows are as high as their longest text needs
    assert page.row_dimensions[2].height >= 15
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {item.date_time[0] for item in packed.infolist()} == {1980}


def test_several_tables_go_into_one_file_but_csv(atlas):
    held = [make("areas", placed, "zh") for placed in atlas]
    book = openpyxl.load_workbook(io.BytesIO(written(held, "xlsx")))
    assert book.sheetnames == [sheet.title[:31] for sheet in held]
    for form, mark in (("md", b"\n| :---"), ("html", b"<caption>"), ("tex", b"\\begin{longtable}")):
        assert written(held, form).count(mark) == len(held)
    with pytest.raises(UsageError, match="xlsx"):
        written(held, "csv")
    with pytest.raises(UsageError, match="no table"):
        written([], "md")
    with pytest.raises(UsageError, match="csv, xlsx"):
        written(held, "docx")


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), max_size=6))
def test_worksheets_have_names_that_excel_takes(titles):
    taken = set()
    names = [sheet_name(title, taken) for title in titles]
    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_a_very_long_text_is_cut_where_a_cell_ends_and_nowhere_else():
    sheet = one_cell("长" * 40_000)
    cell = openpyxl.load_workbook(io.BytesIO(written(sheet, "xlsx"))).active["A2"].value
    assert len(cell) == 32_767
    assert cell.endswith("长…")
    assert read_csv(written(sheet, "csv"))[1][0][0] == "长" * 40_000


def test_columns_share_a_line():
    sheet = one_cell("一段很长的中文说明" * 12)
    wide = widths(sheet, 80)
    assert sum(wide) == 80
    assert wide[0] > wide[1] >= len("1.50")
    assert sum(widths(one_cell("短"), 80)) < 30
    assert cells_wide("面积 km²") == 8
    assert [lines("面积" * 10, 20), lines("word " * 8, 20), lines("x" * 50, 20), lines("", 9)] == [3, 2, 3, 1]


@pytest.mark.parametrize("form", sheets.FORMS)
def test_same_table_same_bytes(tmp_path, form):
    """Two processes with different hash seeds and clocks write the same file."""
    made = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.{form}"
        code = "from eppv_atlas.cli import table, run; run()"
        words = ("--atlas", ROOT, "--lang", "zh", "table", "areas", "changzhou-zhenglu", "--out", out)
        subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            env={"PYTHONHASHSEED": seed, "PATH": "", "TZ": f"UTC{seed}"},
            check=True,
            capture_output=True,
        )
        made.append(out.read_bytes())
    assert made[0] == made[1]


# the command


def call(cli, *words):
    return cli("--atlas", ROOT, "table", *words)


@pytest.mark.parametrize("topic", [*BY_CASE, *ACROSS])
def test_every_topic_goes_to_standard_output_and_to_a_file(cli, tmp_path, topic):
    code, out, err = call(cli, topic, "chaka-salt-lake", "--to", "csv")
    assert (code, err) == (0, "")
    assert len(read_csv(out.encode())[1]) >= (1 if topic == "comparison" else 3)
    path = tmp_path / "deep" / f"{topic}.xlsx"
    code, said, err = call(cli, topic, "chaka-salt-lake", "--out", path)
    assert (code, err) == (0, "")
    assert str(path) in said
    assert openpyxl.load_workbook(path).active["A1"].value


def test_several_cases_are_a_worksheet_each(cli, tmp_path):
    path = tmp_path / "a.xlsx"
    assert call(cli, "areas", "xichou-karst", "chaka-salt-lake", "xichou-karst", "--out", path)[0] == 0
    names = openpyxl.load_workbook(path).sheetnames
    assert [name.split(":")[0] for name in names] == [
        "Xichou rocky desertification",
        "Chaka salt lake  areas",
    ][: len(names)] or len(names) == 2
    assert call(cli, "comparison", "--out", tmp_path / "all.html")[0] == 0
    assert len(read_html((tmp_path / "all.html").read_text("utf-8")).grid) == 12


def test_the_unit_is_that_asked_for(cli):
    code, out, _ = call(cli, "areas", "chaka-salt-lake", "--unit", "mu", "--to", "csv")
    head, rows = read_csv(out.encode())
    assert code == 0
    assert [name for name in head if "area" in name] == ["Stated area (mu)", "Measured area (mu)"]
    assert 168000.0 in [float(row[4]) for row in rows if row[4]]
    assert ["112 km²", "40"] in [row[2:4] for row in rows]
    code, out, _ = call(cli, "comparison", "chaka-salt-lake", "--unit", "ha")
    assert code == 0
    assert "Its area (ha)" in out


def test_the_language_is_that_before_the_command(cli):
    code, out, _ = cli("--atlas", ROOT, "--lang", "zh", "table", "modes")
    assert code == 0
    assert out.startswith("**案例的路径与模式**")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("areas", "no-such-case"), "no-such-case"),
        (("areas", "--to", "csv"), "xlsx"),
        (("facts", "chaka-salt-lake", "xichou-karst", "--out", "{}/x.csv"), "xlsx"),
        (("areas", "chaka-salt-lake", "--to", "md", "--out", "{}/x.tex"), ".tex"),
        (("facts", "chaka-salt-lake", "--unit", "ha"), "--unit"),
        (("areas", "chaka-salt-lake", "--unit", "acre"), "acre"),
        (("areas", "chaka-salt-lake", "--to", "pdf"), "pdf"),
        (("zones",), "zones"),
        (("areas", "chaka-salt-lake", "--out", "{}"), "no ordinary file"),
        (("areas", "chaka-salt-lake", "--out", "{}/taken/x.md"), "could not be written"),
    ],
)
def test_misuse_is_named_and_writes_nothing(cli, tmp_path, words, says):
    (tmp_path / "taken").write_text("a file, no folder")
    code, out, err = call(cli, *(word.format(tmp_path) for word in words))
    assert code == 2
    assert out == ""
    assert says in err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert (tmp_path / "taken").read_text() == "a file, no folder"


def test_only_ordinary_files_are_replaced(cli, tmp_path):
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    assert call(cli, "modes", "--out", pipe)[0] == 2
    assert pipe.is_fifo()


def test_a_broken_atlas_says_what_is_wrong(cli, folder, tmp_path):
    path = folder / "cases" / "chaka-salt-lake.yaml"
    path.write_text(path.read_text("utf-8").replace("format: 1", "format: 9"), "utf-8")
    code, out, err = cli("--atlas", folder, "table", "areas", "--out", tmp_path / "x.md")
    assert (code, out) == (1, "")
    assert "chaka-salt-lake.yaml" in err
    assert not (tmp_path / "x.md").exists()
