"""Reports as Word documents in our own looks, read back as XML."""

import io
import re
import time
import zipfile

import docx as library
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from eppv_atlas.report import docx
from eppv_atlas.report.blocks import Heading, Paragraph, Picture, Report, Table
from eppv_atlas.report.zipped import clean, in_line, steady
from eppv_atlas.sheets import Sheet, SheetColumn, numeric, shown
from report_samples import CONTROLS, png, report, sheet, words
from test_hostile import PAYLOADS
from word_reading import W, body, found, has, named, part, room, said, sections, style, styles


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request):
    content = docx.written(report(request.param))
    return request.param, report(request.param), content


def test_every_part_is_xml_and_hangs_together(made):
    _, _, content = made
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        names = set(container.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(container.read(name))
        types = etree.fromstring(container.read("[Content_Types].xml"))
        known = {e.get("PartName") for e in types} | {e.get("Extension") for e in types}
        for name in names - {"[Content_Types].xml"}:
            assert f"/{name}" in known or name.rpartition(".")[2] in known
        for name in (n for n in names if n.endswith(".rels")):
            folder = name.replace("_rels/", "").rpartition("/")[0]
            for rel in etree.fromstring(container.read(name)):
                assert rel.get("TargetMode") != "External"
                target = rel.get("Target")
                assert (
                    target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
                ) in names
    used = set(found(part(content), "//@r:embed | //@r:id"))
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        rels = etree.fromstring(container.read("word/_rels/document.xml.rels"))
    assert used <= {rel.get("Id") for rel in rels}
    assert library.Document(io.BytesIO(content)).core_properties.author == "EPPV Atlas"
    ids = styles(content)
    names = found(part(content), "//w:pStyle/@w:val | //w:tblStyle/@w:val")
    assert set(names) <= set(ids)
    for one in ids.values():
        assert set(found(one, "./w:basedOn/@w:val | ./w:next/@w:val | ./w:link/@w:val")) <= set(ids)


def test_what_the_report_says_is_there_in_its_order(made):
    _, told, content = made
    text = said(part(content))
    at = 0
    for block in told.blocks:
        if isinstance(block, Heading | Paragraph):
            at = text.index(block.text, at)
    for one in words(told):
        assert one in text


def test_headings_are_headings_and_each_part_begins_a_page(made):
    _, told, content = made
    wanted = [(b.level, b.text) for b in told.blocks if isinstance(b, Heading)]
    ids = {named(content, f"heading {level}"): level for level in (1, 2, 3)}
    got = [(ids[style(p)], said(p), p) for p in body(content) if style(p) in ids]
    assert [(level, text) for level, text, _ in got] == wanted
    for level in (1, 2, 3):
        outline = found(styles(content)[named(content, f"heading {level}")], "./w:pPr/w:outlineLvl/@w:val")
        assert outline == [str(level - 1)]
    for level, _, paragraph in got:
        assert has(paragraph, "keepNext")
        turned = bool(found(paragraph.getprevious(), "./w:pPr/w:sectPr"))
        broken = has(paragraph, "pageBreakBefore")
        assert (broken or turned) if level == 1 else not broken


def test_contents_are_a_field_with_stored_entries_that_lead_to_the_headings(made):
    _, told, content = made
    tree = part(content)
    entries = [p for p in body(content) if style(p) in {named(content, "toc 1"), named(content, "toc 2")}]
    wanted = [b for b in told.blocks if isinstance(b, Heading) and b.level == 1]  # each has the same sections
    assert [said(p) for p in entries] == [b.text for b in wanted]
    assert {style(p) for p in entries} == {named(content, "toc 1")}
    marks = {m.get(f"{W}name"): m.getparent() for m in found(tree, "//w:bookmarkStart")}
    for entry, block in zip(entries, wanted, strict=True):
        (anchor,) = found(entry, ".//w:hyperlink/@w:anchor")
        assert said(marks[anchor]) == block.text
    assert found(entries[0], "string(.//w:instrText)").split() == ["TOC", "\\o", '"1-1"', "\\h", "\\z", "\\u"]
    assert [e.get(f"{W}fldCharType") for e in found(entries[0], ".//w:fldChar")] == ["begin", "separate"]
    assert [e.get(f"{W}fldCharType") for e in found(entries[-1], ".//w:fldChar")] == ["end"]
    ids = [m.get(f"{W}id") for m in found(tree, "//w:bookmarkStart")]
    assert len(ids) == len(set(ids)) == len(found(tree, "//w:bookmarkEnd"))
    assert not found(part(content, "word/settings.xml"), "//w:updateFields")  # no question on opening


def test_contents_of_one_part_lead_to_its_sections(made):
    lang, _, _ = made
    blocks = (Heading(1, "A"), Heading(2, "B"), Heading(3, "C"), Heading(2, "D"))
    content = docx.written(Report("T", "", lang, blocks))
    entries = [p for p in body(content) if style(p) in {named(content, "toc 1"), named(content, "toc 2")}]
    assert [said(p) for p in entries] == ["A", "B", "D"]
    assert found(entries[0], "string(.//w:instrText)").split()[:3] == ["TOC", "\\o", '"1-2"']


def test_captions_number_themselves_and_say_their_number_already(made):
    lang, told, content = made
    words_ = {"zh": ("图 ", "表 "), "en": ("Figure ", "Table ")}[lang]
    captions = [p for p in body(content) if style(p) == named(content, "caption")]
    for kind, word in zip(("Figure", "Table"), words_, strict=True):
        mine = [p for p in captions if f"SEQ {kind}" in found(p, "string(.//w:instrText)")]
        first = [p for p in mine if "\\c" not in found(p, "string(.//w:instrText)")]
        numbers = [int(re.fullmatch(rf"{word}(\d+)\D.*", said(p), re.DOTALL)[1]) for p in first]
        blocks = [b for b in told.blocks if isinstance(b, Picture if kind == "Figure" else Table)]
        assert numbers == list(range(1, len(blocks) + 1))
        for paragraph, block in zip(first, blocks, strict=True):
            assert said(paragraph).endswith(block.caption if kind == "Figure" else block.sheet.title)
        for again in set(mine) - set(first):  # a part of a table says the number of the one before
            before = [p for p in first if captions.index(p) < captions.index(again)]
            assert said(again)[: len(word) + 1] == said(before[-1])[: len(word) + 1]
    for paragraph in captions:
        kinds = [e.get(f"{W}fldCharType") for e in found(paragraph, ".//w:fldChar")]
        assert kinds == ["begin", "separate", "end"]


def test_captions_stay_with_what_they_name(made):
    _, _, content = made
    for element in body(content):
        if style(element) != named(content, "caption"):
            continue
        if "SEQ Table" in found(element, "string(.//w:instrText)"):
            assert has(element, "keepNext")
            assert element.getnext().tag == f"{W}tbl"
        else:
            assert found(element.getprevious(), ".//w:drawing")
            assert has(element.getprevious(), "keepNext")


def test_pictures_say_what_they_show(made):
    _, told, content = made
    drawn = found(part(content), "//wp:docPr")
    pictures = [b for b in told.blocks if isinstance(b, Picture)]
    assert [(d.get("descr"), d.get("title")) for d in drawn] == [(b.alt, b.caption) for b in pictures]
    assert len({d.get("id") for d in drawn}) == len(drawn)
    sizes = [
        (int(e.get("cx")) / 360000, int(e.get("cy")) / 360000) for e in found(part(content), "//wp:extent")
    ]
    assert sizes[0] == (pytest.approx(12.0), pytest.approx(8.0))
    width, height = sizes[1]  # tall: made smaller so that it and its caption have room
    assert height < 24.7
    assert height / width == pytest.approx(4, rel=1e-3)


def test_tables_hold_their_rows_and_fit_their_page(made):
    lang, told, content = made
    tables = [(c, s) for c, s in sections(content) if c.tag == f"{W}tbl"]
    sheets = [b.sheet for b in told.blocks if isinstance(b, Table)]
    at = iter(tables)
    orientations = []
    for one in sheets:
        seen = set()
        while len(seen) < len(one.columns):
            element, section = next(at)
            orientations.append(section.find(f"{W}pgSz").get(f"{W}orient") == "landscape")
            widths = [int(v) for v in found(element, "./w:tblGrid/w:gridCol/@w:w")]
            assert sum(widths) <= room(section) + len(widths)
            assert found(element, "./w:tblPr/w:tblLayout/@w:type") == ["fixed"]
            head, *rows = found(element, "./w:tr")
            columns = heads_of(one, lang, head)
            if seen:
                assert columns[0] == 0  # the first column stands in every part
            seen |= set(columns)
            assert found(head, "./w:trPr/w:tblHeader")
            assert not found(element, "./w:tr[position() > 1]/w:trPr/w:tblHeader")
            assert len(found(element, "./w:tr/w:trPr/w:cantSplit")) == len(rows) + 1
            assert len(rows) == len(one.rows)
            for number, (row, values) in enumerate(zip(rows, one.rows, strict=True)):
                cells = found(row, "./w:tc")
                assert [int(v) for v in found(row, "./w:tc/w:tcPr/w:tcW/@w:w")] == widths
                for cell, i in zip(cells, columns, strict=True):
                    assert said(cell) == shown(one.columns[i], values[i], lang)
                    right = found(cell, "./w:p/w:pPr/w:jc/@w:val") == ["right"]
                    assert right == numeric(one.columns[i])
                    bold = [bool(found(run, "./w:rPr/w:b")) for run in found(cell, ".//w:r")]
                    assert all(bold) == (number in one.strong)
    assert next(at, None) is None
    assert orientations[0] is False
    assert True in orientations
    sizes = {
        found(styles(content)[style(p)], "./w:rPr/w:sz/@w:val")[0]
        for t, _ in tables
        for p in found(t, ".//w:p")
    }
    assert sizes <= {"16", "18"}  # half points: never below 8


def heads_of(one, lang, head):
    from eppv_atlas.sheets import header

    names = [header(column, lang) for column in one.columns]
    return [
        next(i for i, name in enumerate(names) if "".join(name.split()) == "".join(said(cell).split()))
        for cell in found(head, "./w:tc")
    ]


def test_a_wide_table_turns_the_page_and_takes_its_heading_along(made):
    _, told, content = made
    wide = {said(c): s for c, s in sections(content) if c.tag == f"{W}p"}
    turned = lambda text: wide[text].find(f"{W}pgSz").get(f"{W}orient") == "landscape"  # noqa: E731
    heading = next(b.text for b in told.blocks if isinstance(b, Heading) and "wide" in b.text)
    assert turned(heading)
    assert not turned(told.blocks[0].text)
    for section in {id(s): s for _, s in sections(content)}.values():
        size = section.find(f"{W}pgSz")
        pair = (int(size.get(f"{W}w")), int(size.get(f"{W}h")))
        assert pair == ((16838, 11906) if size.get(f"{W}orient") == "landscape" else (11906, 16838))
        assert {
            section.find(f"{W}pgMar").get(f"{W}{side}") for side in ("top", "right", "bottom", "left")
        } == {"1417"}


def test_notes_and_source_stand_below_in_small_print(made):
    lang, _, content = made
    note = {"zh": "注：（1）", "en": "Notes: (1)"}[lang]
    source = {"zh": "来源：", "en": "Source: "}[lang]
    lines = [said(p) for p in body(content) if style(p) == named(content, "Atlas Note")]
    assert sum(line.startswith(note) for line in lines) == 3
    assert sum(line.startswith(source) for line in lines) == 3
    assert found(styles(content)[named(content, "Atlas Note")], "./w:rPr/w:sz/@w:val") == ["18"]


def test_fonts_of_both_scripts_and_the_language_are_set(made):
    lang, _, content = made
    tree = part(content, "word/styles.xml")
    base = found(tree, "/w:styles/w:docDefaults/w:rPrDefault/w:rPr")[0]
    assert found(base, "./w:rFonts/@w:eastAsia") == ["宋体"]
    assert found(base, "./w:rFonts/@w:ascii") == ["Times New Roman"]
    assert not found(tree, "//@w:asciiTheme | //@w:eastAsiaTheme")  # a theme would win over the names
    assert found(base, "./w:lang/@w:val") == ["en-US"]  # of Latin letters and numbers, which stay whole
    assert found(base, "./w:lang/@w:eastAsia") == ["zh-CN"]
    for level in (1, 2, 3):
        assert found(styles(content)[named(content, f"heading {level}")], "./w:rPr/w:rFonts/@w:eastAsia") == [
            "黑体"
        ]
    normal = styles(content)[named(content, "Normal")]
    assert found(normal, "./w:pPr/w:ind/@w:firstLineChars") == ["200" if lang == "zh" else "0"]
    hinted = [said(run) for run in found(part(content), "//w:r[w:rPr/w:rFonts/@w:hint='eastAsia']")]
    assert ("“" in "".join(hinted)) == (lang == "zh")  # Chinese quotes take the width of Chinese
    assert all(re.fullmatch("[“”‘’…—·]+", text) for text in hinted)


def test_header_and_footer(made):
    _, told, content = made
    assert said(part(content, "word/header1.xml")) == told.title
    foot = part(content, "word/footer1.xml")
    assert found(foot, "string(//w:instrText)").strip() == "PAGE"
    section = sections(content)[0][1]
    assert found(section, "./w:titlePg")
    assert len(found(section, "./w:headerReference | ./w:footerReference")) == 2
    later = {id(s): s for _, s in sections(content)}.values()
    assert sum(len(found(s, "./w:titlePg | ./w:headerReference")) for s in later) == 2  # the first alone


def test_properties(made):
    lang, told, content = made
    core = part(content, "docProps/core.xml")
    held = {etree.QName(e).localname: e.text for e in core}
    assert held["title"] == told.title
    assert held["creator"] == "EPPV Atlas"
    assert held["language"] == {"zh": "zh-CN", "en": "en-US"}[lang]
    assert held["created"] == held["modified"] == "2023-09-01T00:00:00Z"
    assert not held.get("description")


def test_the_same_report_gives_the_same_bytes(monkeypatch):
    first = docx.written(report("zh"))
    later = time.time() + 1e6
    monkeypatch.setattr(time, "time", lambda: later)
    assert docx.written(report("zh")) == first
    with zipfile.ZipFile(io.BytesIO(first)) as container:
        assert {info.date_time for info in container.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert container.namelist()[0] == "[Content_Types].xml"


def test_a_container_is_packed_the_same_whatever_packed_it_before():
    packed = []
    for names, when in ((("b", "a", "[Content_Types].xml"), 2001), (("a", "[Content_Types].xml", "b"), 2019)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as container:
            for name in names:
                container.writestr(zipfile.ZipInfo(name, (when, 1, 1, 0, 0, 0)), name * 99)
        packed.append(steady(out.getvalue()))
    assert packed[0] == packed[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_texts_are_text(lang):
    """All payloads in every place: no field, link or relation more than of a harmless text."""
    text = " " + " ".join([*PAYLOADS, ' TOC \\o "1-9" ', "]]><w:p/>", "&#x0;"]).replace("\u2028", " ")
    content, harmless = docx.written(report(lang, text)), docx.written(report(lang))
    seen = in_line(said(part(content)).replace("\n", " "))
    for one in words(report(lang, text)):
        assert in_line(one) in seen
    count = lambda c, path: len(found(part(c), path))  # noqa: E731
    for path in ("//w:hyperlink", "//w:bookmarkStart", "//wp:docPr"):
        assert count(content, path) == count(harmless, path)
    fields = {f.strip().split()[0] for f in found(part(content), "//w:instrText/text()")}
    assert fields == {"TOC", "SEQ"}
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        for name in container.namelist():
            assert b'TargetMode="External"' not in container.read(name)


def test_control_characters_do_not_break_the_file():
    made_ = report("zh", CONTROLS)
    content = docx.written(made_)
    text = said(part(content))
    assert "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf" in text
    assert (
        clean(made_.blocks[6].text if isinstance(made_.blocks[6], Paragraph) else made_.blocks[5].text)
        in text
    )
    assert said(part(content, "word/header1.xml")) == in_line(made_.title)


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=40)
def test_any_text_can_be_written(text):
    blocks = (
        Heading(1, text),
        Paragraph(text),
        Picture(png(), text, text),
        Table(Sheet("a", "zh", text, (SheetColumn("a", text or "a"),), ((text,),), (text,), text)),
    )
    content = docx.written(Report(text, text, "en", blocks))
    assert clean(text).replace("\n", "") in said(part(content)).replace("\n", "")


def test_a_report_of_next_to_nothing():
    content = docx.written(Report("a", "", "en", (Paragraph("b"),)))
    assert [said(p) for p in body(content) if p.tag == f"{W}p"] == ["a", "b"]
    assert not found(part(content), "//w:instrText")


@pytest.mark.parametrize("where", ["first", "last"])
def test_a_wide_table_may_come_first_or_last(where):
    table, text = Table(sheet("zh", numbers=9)), (Heading(1, "甲"), Paragraph("乙" * 2000), Heading(1, "丙"))
    content = docx.written(Report("a", "", "zh", (table, *text) if where == "first" else (*text, table)))
    (section,) = [s for c, s in sections(content) if c.tag == f"{W}tbl"]
    assert section.find(f"{W}pgSz").get(f"{W}orient") == "landscape"
    last = body(content)[-1].find(f"{W}pgSz").get(f"{W}orient")
    assert (last == "landscape") == (where == "last")
    for child in body(content):  # no empty page between
        assert not (has(child, "pageBreakBefore") and found(child.getprevious(), "./w:pPr/w:sectPr"))
