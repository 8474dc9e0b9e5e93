"""Reports as PDF, read back by another library."""

import builtins
import datetime as dt
import logging
import re
import sys
import time
import unicodedata

import pypdf
import pytest

from eppv_atlas.errors import UsageError
from eppv_atlas.report import pdf
from eppv_atlas.report.blocks import Heading, Paragraph, Picture, Report, Table
from eppv_atlas.report.words import label
from eppv_atlas.sheets import shown
from report_samples import CONTROLS, png, report, sheet, words
from test_hostile import PAYLOADS

A4 = (pytest.approx(595.3, abs=1), pytest.approx(841.9, abs=1))


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request):
    told = report(request.param)
    return told, pdf.written(told)


def read(content):
    import io

    return pypdf.PdfReader(io.BytesIO(content))


def flat(text):
    """Text without spaces and in one form: a PDF knows glyphs, a line may end anywhere."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-")


def text_of(reader):
    return flat("".join(page.extract_text() for page in reader.pages))


def tags(reader):
    """Every element of the structure tree with its kind."""
    out = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, pypdf.generic.ArrayObject):
            for child in node:
                walk(child)
        elif isinstance(node, pypdf.generic.DictionaryObject):
            if "/S" in node:
                out.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return out


def outline(reader):
    def walk(items, level):
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                yield level, item["/Title"]

    return list(walk(reader.outline, 1))


def test_the_pages_are_a4_and_wide_tables_lie_on_their_side(made):
    _, content = made
    sizes = [(float(p.mediabox.width), float(p.mediabox.height)) for p in read(content).pages]
    assert all(size in (A4, A4[::-1]) for size in sizes)
    assert sizes[0] == A4
    assert A4[::-1] in sizes


def test_everything_that_the_report_says_is_in_it(made):
    told, content = made
    text = text_of(read(content))
    for one in words(told):
        assert flat(one) in text
    for block in told.blocks:
        if isinstance(block, Table):
            for row in block.sheet.rows:
                for column, value in zip(block.sheet.columns, row, strict=True):
                    assert flat(shown(column, value, told.lang)) in text
    numbers = {"figure": Picture, "table": Table}
    for kind, cls in numbers.items():
        for i in range(1, 1 + sum(isinstance(block, cls) for block in told.blocks)):
            assert flat(label(kind, i, told.lang)) in text


def test_nothing_reaches_beyond_the_margins(made):
    """Where each run of text begins and, by the widths of its glyphs, ends."""
    _, content = made
    for page in read(content).pages:
        wide = float(page.mediabox.width)

        def look(text, cm, tm, _font, size, wide=wide):
            if text.strip():
                begin = tm[4] * cm[0] + cm[4]
                em = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.3 for c in text.strip())
                assert begin > 70  # 2.5 cm are 70.9 points
                assert begin + 0.95 * em * size * cm[0] < wide - 70, text

        page.extract_text(visitor_text=look)


def test_bookmarks_are_the_headings(made):
    told, content = made
    assert outline(read(content)) == [(b.level, b.text) for b in told.blocks if isinstance(b, Heading)]


def test_contents_give_the_pages_of_the_headings(made):
    told, content = made
    reader = read(content)
    text = flat(reader.pages[1].extract_text())
    at = {
        d["/Title"]: reader.get_destination_page_number(d) + 1
        for d in reader.outline
        if not isinstance(d, list)
    }
    for title, page in at.items():
        assert re.search(rf"{re.escape(flat(title))}[.·…]*{page}(?!\d)", text), title
    assert len(at) == 3
    running = [told.title in page.extract_text().splitlines() for page in reader.pages]
    assert running == [True] * len(running)  # on the first as the title itself


def test_it_is_tagged_with_a_language_and_alternative_texts(made):
    told, content = made
    reader = read(content)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == {"zh": "zh-CN", "en": "en-US"}[told.lang]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    found = tags(reader)
    kinds = [node["/S"] for node in found]
    assert [n["/Alt"] for n in found if n["/S"] == "/Figure" and "/Alt" in n] == [
        b.alt for b in told.blocks if isinstance(b, Picture)
    ]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == sum(isinstance(b, Heading) and b.level == 1 for b in told.blocks)
    assert kinds.count("/Table") >= sum(isinstance(b, Table) for b in told.blocks)
    assert {"/TH", "/TD", "/TR", "/Caption", "/L", "/LI"} <= set(kinds)


def test_its_fonts_are_in_it_and_no_other_is_used(made):
    _, content = made
    names = set()
    for page in read(content).pages:
        for font in page["/Resources"]["/Font"].values():
            held = font.get_object()
            below = held["/DescendantFonts"][0].get_object()
            assert "/FontFile3" in below["/FontDescriptor"].get_object()
            names.add(held["/BaseFont"].partition("+")[2])
    assert names == {"Report-Sans", "Report-Serif"}


def test_the_same_report_gives_the_same_bytes(made, monkeypatch):
    told, content = made
    later = time.time() + 1e8
    monkeypatch.setattr(time, "time", lambda: later)
    assert pdf.written(told) == content
    assert b"/CreationDate" not in content
    reader = read(content)
    assert reader.metadata.title == told.title
    assert reader.metadata.author == "EPPV Atlas"
    assert str(dt.date.today().year).encode() not in reader.trailer["/Root"]["/Metadata"].get_data()  # noqa: DTZ011


def test_nothing_is_complained_of(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf.written(report("zh"))
    assert caplog.records == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_texts_are_text(lang):
    text = " " + " ".join(PAYLOADS) + CONTROLS
    bad = report(lang, text)
    table = Table(sheet(lang, rows=1, numbers=1, text=text))
    blocks = (*(b for b in bad.blocks[:10] if not isinstance(b, Table)), table)
    content = pdf.written(Report(bad.title, bad.subtitle, lang, blocks))
    seen = text_of(read(content))
    for payload in PAYLOADS:
        assert flat(payload.replace("\u2028", " ").replace("\u2029", " ")) in seen
    assert len(outline(read(content))) == sum(isinstance(b, Heading) for b in blocks)
    for page in read(content).pages:
        for note in page.get("/Annots", []):
            action = note.get_object().get("/A")
            assert action is None or action["/S"] == "/GoTo"  # no address, no script
    assert not any(key in content for key in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/URI"))


@pytest.mark.parametrize(
    "rule",
    [
        '.front { list-style: url("http://127.0.0.1:9/x.png"); display: list-item }',
        'main { background: url("file:///etc/hostname") }',
        '@font-face { font-family: X; src: url("http://127.0.0.1:9/x.woff") } body { font-family: X }',
        'main { background: url("data:text/html,x") }',
    ],
)
def test_no_address_is_followed(monkeypatch, rule):
    """Not even if a rule of ours asked for it."""
    asked = []
    real = pdf.asset
    monkeypatch.setattr(pdf, "asset", lambda name: rule + real(name) if name == "report.css" else real(name))
    import urllib.request

    opened = urllib.request.OpenerDirector.open

    def note(self, request, *rest, **more):
        asked.append(request if isinstance(request, str) else request.full_url)
        return opened(self, request, *rest, **more)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", note)
    with pytest.raises(BaseException, match="fetching"):
        pdf.written(Report("a", "", "en", (Paragraph("b"),)))
    assert not [url for url in asked if "127.0.0.1" in url or "hostname" in url]


@pytest.mark.parametrize(
    ("gone", "error", "said"),
    [
        (
            "weasyprint",
            ImportError("No module named 'weasyprint'", name="weasyprint"),
            "weasyprint is not installed",
        ),
        (
            "pylopdf_fonts_zh_cn",
            ImportError("x", name="pylopdf_fonts_zh_cn"),
            "pylopdf_fonts_zh_cn is not installed",
        ),
        ("weasyprint", OSError("cannot load library 'libpango-1.0-0'"), "no Pango"),
    ],
)
def test_what_is_missing_is_said_with_what_to_install(monkeypatch, gone, error, said):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.split(".")[0] == gone:
            raise error
        return real(name, *rest, **more)

    for name in [n for n in sys.modules if n.split(".")[0] == gone]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as caught:
        pdf.written(Report("a", "", "en", (Paragraph("b"),)))
    with pytest.raises(UsageError):
        pdf.required()
    assert said in caught.value.en
    for text in (caught.value.en, caught.value.zh):
        assert "pip install 'eppv-atlas[pdf]'" in text
        assert "libpango" in text
        assert "brew install pango" in text
        assert "DOCX" in text


def test_a_heading_does_not_stand_alone_at_the_foot_of_a_page():
    """Whatever the length of the text before it."""
    for lines in range(27, 45, 3):
        blocks = (
            Heading(1, "甲"),
            Paragraph("\n".join("乙" for _ in range(lines))),
            Heading(2, "标题"),
            Picture(png(80, 60), "丙", "丁", 12.0),
        )
        pages = read(pdf.written(Report("戊", "", "zh", blocks))).pages
        (page,) = [p for p in pages if "标题" in p.extract_text() and "目录" not in p.extract_text()]
        assert "图" in page.extract_text()
