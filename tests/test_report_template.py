"""A user's own Word template: kept, completed, or refused in words."""

import io
import zipfile

import docx as library
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from eppv_atlas.errors import UsageError
from eppv_atlas.report import docx, docx_template
from eppv_atlas.report.blocks import Heading, Report, Table
from report_samples import report, sheet, words
from word_reading import W, body, found, named, part, room, said, sections, style, styles


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def house():
    """A template of an institute: its own fonts, margins, header, a table, a section, no footer."""
    document = library.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(3)
    section.header.paragraphs[0].text = "某某研究院"
    document.styles["Normal"].font.name = "FangSong"
    document.styles["Heading 1"].font.size = Pt(22)
    document.add_heading("旧标题", 1)
    document.add_paragraph("旧正文")
    document.add_table(2, 2)
    document.add_section()
    document.add_paragraph("旧第二节")
    return document


def test_a_template_keeps_its_styles_margins_and_header_and_loses_its_text(house):
    template = saved(house)
    content = docx.written(report("zh"), template)
    text = said(part(content))
    assert "旧" not in text
    for one in words(report("zh")):
        assert one in text
    before, after = styles(template), styles(content)
    for ident, one in before.items():
        assert etree.tostring(after[ident], method="c14n") == etree.tostring(one, method="c14n")
    section = sections(content)[0][1]
    assert section.find(f"{W}pgMar").get(f"{W}left") == str(round(3 / 2.54 * 1440))
    (ref,) = found(section, "./w:headerReference/@r:id")  # that of the first section, which is gone
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        rels = etree.fromstring(container.read("word/_rels/document.xml.rels"))
        target = next(rel.get("Target") for rel in rels if rel.get("Id") == ref)
        assert "某某研究院" in said(etree.fromstring(container.read(f"word/{target}")))
    for element, held in sections(content):
        if element.tag == f"{W}tbl":
            widths = [int(v) for v in found(element, "./w:tblGrid/w:gridCol/@w:w")]
            assert sum(widths) <= room(held) + len(widths)
            assert found(element, "./w:tblPr/w:tblStyle/@w:val") == ["TableGrid"]
    assert docx.written(report("zh"), template) == content


def rename(document, changes):
    """Give styles other names and ids, and drop those that get None."""
    root = document.styles.element
    for one in list(root.findall(qn("w:style"))):
        name = one.find(qn("w:name"))
        new = changes.get(name.get(qn("w:val")), ())
        for old in one.findall(qn("w:link")):
            one.remove(old)
        if new is None:
            root.remove(one)
        elif new:
            name.set(qn("w:val"), new[0])
            one.set(qn("w:styleId"), new[1])
    return document


def test_styles_are_known_by_their_chinese_names_too():
    template = rename(
        library.Document(),
        {
            "heading 1": ("标题 1", "2"),
            "heading 2": ("标题 2", "3"),
            "caption": ("题注", "a7"),
            "Title": ("标题", "a8"),
        },
    )
    content = docx.written(report("zh"), saved(template))
    used = {style(p) for p in body(content)}
    assert {"2", "3", "a7", "a8"} <= used
    assert not used & {"Heading1", "Heading2", "Caption", "Title"}


def test_styles_are_known_by_their_ids():
    template = rename(library.Document(), {"heading 1": ("Kapitel", "Heading1")})
    assert "Heading1" in {style(p) for p in body(docx.written(report("en"), saved(template)))}


@pytest.mark.parametrize(
    ("gone", "en", "zh"),
    [
        (("heading 1",), "Heading 1", "标题 1"),
        (("heading 2", "caption"), "Heading 2, Caption", "标题 2"),
    ],
)
def test_a_template_without_the_styles_that_are_needed_is_refused_with_their_names(gone, en, zh):
    template = saved(rename(library.Document(), dict.fromkeys(gone)))
    with pytest.raises(UsageError) as caught:
        docx.written(report("zh"), template)
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert "save" in caught.value.en
    assert "保存" in caught.value.zh


def test_styles_that_nothing_rests_on_are_made():
    """A template as Word saves it: what was never used is not in it, nor any list."""
    kept = {
        "Normal",
        "heading 1",
        "heading 2",
        "caption",
        "Default Paragraph Font",
        "Normal Table",
        "No List",
    }
    document = library.Document()
    names = {s.find(qn("w:name")).get(qn("w:val")) for s in document.styles.element.findall(qn("w:style"))}
    rename(document, dict.fromkeys(names - kept))
    for key, rel in list(document.part.rels.items()):
        if rel.reltype.endswith("/numbering"):
            del document.part.rels[key]
    content = docx.written(report("zh"), saved(document))
    ids = styles(content)
    used = set(found(part(content), "//w:pStyle/@w:val | //w:tblStyle/@w:val"))
    assert used <= set(ids)
    bullet = ids[named(content, "List Bullet")]
    (number,) = found(bullet, "./w:pPr/w:numPr/w:numId/@w:val")
    lists = part(content, "word/numbering.xml")
    (kind,) = found(lists, f"//w:num[@w:numId='{number}']/w:abstractNumId/@w:val")
    assert found(lists, f"//w:abstractNum[@w:abstractNumId='{kind}']/w:lvl/w:numFmt/@w:val") == ["bullet"]
    assert found(ids[named(content, "heading 3")], "./w:pPr/w:outlineLvl/@w:val") == ["2"]


def test_a_list_of_the_template_is_not_disturbed(house):
    before = part(saved(house), "word/numbering.xml")
    rename(house, {"List Bullet": None})
    lists = part(docx.written(report("zh"), saved(house)), "word/numbering.xml")
    for tag in ("abstractNum", "num"):
        ids = [e.get(f"{W}{tag}Id") for e in found(lists, f"/w:numbering/w:{tag}")]
        assert len(ids) == len(set(ids)) == len(found(before, f"/w:numbering/w:{tag}")) + 1
    order = [etree.QName(e).localname for e in lists]
    assert order == sorted(order)  # all kinds before all numbers, as the schema wants


def retyped(content, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new) if name == "[Content_Types].xml" else data)
    return out.getvalue()


MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@pytest.mark.parametrize(
    ("spoil", "said_en"),
    [
        (lambda good: b"", "no complete Word file"),
        (lambda good: b"%PDF-1.7", "no complete Word file"),
        (lambda good: good[: len(good) // 2], "no complete Word file"),
        (lambda good: good[:-200], "no complete Word file"),
        (lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + good, "locked with a password"),
        (lambda good: retyped(good, MAIN, MAIN.replace(b".document.", b".template.")), ".dotx"),
        (
            lambda good: retyped(good, MAIN, b"application/vnd.ms-word.document.macroEnabled.main+xml"),
            "macros",
        ),
        (
            lambda good: retyped(
                good, MAIN, MAIN.replace(b"wordprocessingml.document", b"spreadsheetml.sheet")
            ),
            "spreadsheet",
        ),
        (lambda good: retyped(good, MAIN, b"text/plain"), "no Word document"),
        (lambda good: zipped({"[Content_Types].xml": MAIN}), "hang together"),
        (lambda good: zipped({"a": b"b"}), "no complete Word file"),
        (lambda good: swapped(good, "word/document.xml", b"<w:document"), "hang together"),
        (lambda good: swapped(good, "word/styles.xml", b"\x00\x01"), "hang together"),
        (lambda good: swapped(good, "word/document.xml", b"<a/>"), "hang together"),
    ],
)
def test_what_is_no_word_document_is_refused_in_words(spoil, said_en):
    with pytest.raises(UsageError) as caught:
        docx.written(report("en"), spoil(saved(library.Document())))
    assert said_en in caught.value.en
    assert ".docx" in caught.value.en
    assert "模板" in caught.value.zh


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return out.getvalue()


def swapped(content, name, data):
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return zipped({n: data if n == name else source.read(n) for n in source.namelist()})


def test_a_locked_zip_and_a_bomb_are_refused(monkeypatch):
    good = saved(library.Document())
    locked = bytearray(good)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(signature)
        while at >= 0:
            locked[at + offset] |= 1
            at = locked.find(signature, at + 4)
    with pytest.raises(UsageError, match="password"):
        docx.written(report("en"), bytes(locked))
    monkeypatch.setattr(docx_template, "MOST_BYTES", 2_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", MAIN)
        container.writestr("word/document.xml", b"\0" * 2_000_001)
    assert len(out.getvalue()) < 10_000
    with pytest.raises(UsageError, match="more than 2 MB"):
        docx.written(report("en"), out.getvalue())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("word/document.xml", b'w:w="12240"', b'w:w="wide"'),
        ("word/document.xml", b'w:left="1800"', b'w:left=""'),
        ("word/document.xml", b"<w:pgSz", b"<w:pgNo"),
        ("word/numbering.xml", b'w:numId="1"', b'w:numId="one"'),
        ("word/numbering.xml", b"w:abstractNumId=", b"w:a="),
        ("word/styles.xml", b"<w:name ", b"<w:nom "),
    ],
)
def test_a_template_with_odd_values_is_refused_or_used(name, old, new):
    good = saved(rename(library.Document(), {"List Bullet": None}))
    with zipfile.ZipFile(io.BytesIO(good)) as source:
        data = source.read(name)
    assert old in data
    try:
        content = docx.written(report("en"), swapped(good, name, data.replace(old, new)))
    except UsageError as error:
        assert "template" in error.en  # noqa: PT017 - either end will do
        return
    assert words(report("en"))[0] in said(part(content))


def test_measures_with_units_are_understood():
    good = saved(library.Document())
    with zipfile.ZipFile(io.BytesIO(good)) as source:
        data = source.read("word/document.xml")
    data = data.replace(b'w:w="12240" w:h="15840"', b'w:w="21cm" w:h="297mm"').replace(
        b'w:left="1800"', b'w:left="1in"'
    )
    section = sections(docx.written(report("en"), swapped(good, "word/document.xml", data)))[0][1]
    assert room(section) == 11906 - 1440 - 1800


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_damaged_template_is_refused_or_used_but_never_a_traceback(data):
    good = bytearray(saved(library.Document()))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        content = docx.written(Report("a", "b", "en", (Heading(1, "c"), Table(sheet("en")))), bytes(good))
    except UsageError:
        return
    assert "c" in said(part(content))


def test_entities_of_a_template_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden", "utf-8")
    with zipfile.ZipFile(io.BytesIO(saved(library.Document()))) as source:
        names = source.read("word/styles.xml")
    head = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
    at = names.index(b"<w:styles")
    evil = names[:at] + head + names[at:].replace(b'w:val="Normal"', b'w:val="Normal"', 1)
    evil = evil.replace(b"</w:styles>", b"&x;</w:styles>")
    try:
        content = docx.written(report("en"), swapped(saved(library.Document()), "word/styles.xml", evil))
    except UsageError:
        return
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        assert all(b"hidden" not in container.read(name) for name in container.namelist())
