"""Reports as Markdown and Quarto documents: parsed by another library, nothing in them is markup that was text."""

import json
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from eppv_atlas.report import markdown
from eppv_atlas.report.blocks import Bullets, Heading, Item, Paragraph, Picture, Report, Table
from eppv_atlas.report.zipped import in_line
from eppv_atlas.sheets import shown
from report_samples import CONTROLS, report, sheet, words
from test_hostile import PAYLOADS

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def plain(tokens):
    """Text of inline tokens as a reader sees it."""
    out = []
    for token in tokens:
        if token.type == "inline":
            out.append(plain(token.children))
        elif token.type in {"text", "code_inline", "html_inline", "html_block", "fence", "code_block"}:
            out.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            out.append("\n")
    return "".join(out)


def kinds(tokens):
    for token in tokens:
        yield token.type
        yield from kinds(token.children or [])


def told(content):
    return PARSER.parse(content.decode("utf-8"))


@pytest.fixture(params=["zh", "en"])
def made(request):
    given_ = report(request.param)
    return given_, markdown.written(given_)


def test_headings_and_texts_are_there(made):
    given_, files = made
    tokens = told(files["report.md"])
    got = [(t.tag, plain(tokens[i + 1].children)) for i, t in enumerate(tokens) if t.type == "heading_open"]
    wanted = [(f"h{b.level + 1}", b.text) for b in given_.blocks if isinstance(b, Heading)]
    assert got == [("h1", given_.title), *wanted]
    text = plain(tokens)
    for one in words(given_):
        assert one.strip() in text


def test_tables_are_tables_with_numbers_to_the_right(made):
    given_, files = made
    tokens = told(files["report.md"])
    rows, cells, aligned = [], None, []
    for i, token in enumerate(tokens):
        if token.type == "tr_open":
            cells = []
            rows.append(cells)
        elif token.type in {"td_open", "th_open"}:
            cells.append(plain(tokens[i + 1].children))
            aligned.append((len(cells) - 1, token.attrs.get("style", "")))
    wanted = [
        [shown(column, value, given_.lang) for column, value in zip(b.sheet.columns, row, strict=True)]
        for b in given_.blocks
        if isinstance(b, Table)
        for row in b.sheet.rows
    ]
    heads = sum(isinstance(b, Table) for b in given_.blocks)
    assert len(rows) == len(wanted) + heads
    assert [row for row in rows if row in wanted] == wanted
    assert {style for i, style in aligned if i == 0} == {"text-align:left"}
    assert {style for i, style in aligned if i == 1} == {"text-align:right"}


def test_pictures_lie_beside_it(made):
    given_, files = made
    images = [t for token in told(files["report.md"]) for t in token.children or [] if t.type == "image"]
    pictures = [b for b in given_.blocks if isinstance(b, Picture)]
    assert [plain(image.children) for image in images] == [b.alt for b in pictures]
    for image, block in zip(images, pictures, strict=True):
        assert files[image.attrs["src"]] == block.png
    assert set(files) == {"report.md", *(image.attrs["src"] for image in images)}
    assert all(re.fullmatch(r"report\.md|figures/[a-z0-9-]+\.png", name) for name in files)


def test_totals_are_strong():
    content = markdown.written(Report("t", "", "en", (Table(sheet("en", rows=2)),)))["report.md"].decode()
    lines = [line for line in content.splitlines() if line.startswith("|")]
    assert all(cell.strip().startswith("**") for cell in lines[-1].strip("|").split("|"))
    assert "**" not in lines[-2]


@pytest.mark.parametrize("payload", [*PAYLOADS, CONTROLS])
def test_hostile_texts_are_text(payload):
    bad, good = report("en", f" {payload}"), report("en")
    tokens = told(markdown.written(bad)["report.md"])
    assert set(kinds(tokens)) - {"text"} == set(kinds(told(markdown.written(good)["report.md"]))) - {"text"}
    seen = "".join(plain(tokens).split())
    for one in words(bad):
        assert "".join(in_line(one).split()) in seen or "\x00" in one  # cells show those as escapes


LEADS = [
    "# a",
    "- a",
    "+ a",
    "* a",
    "1. a",
    "1) a",
    "iv. a",
    "> a",
    "    a",
    "\ta",
    "```",
    "~~~",
    "===",
    "---",
    "***",
]
MORE = [
    "| a | b |",
    "[a]: http://b",
    "<b>",
    "&amp;",
    "a\\",
    "`a`",
    "~~a~~",
    "$a$",
    "[^1]",
    "@a",
    "!\\[a](b)",
    "(1) a",
    ": a",
    "a  ",
]


@pytest.mark.parametrize("line", [*LEADS, *MORE])
@pytest.mark.parametrize("make", [Paragraph, lambda t: Bullets((Item(t, t, (t,)),)), lambda t: Heading(2, t)])
def test_a_line_is_no_markup_whatever_it_begins_with(line, make):
    tokens = told(markdown.written(Report("t", "", "en", (make(line), Paragraph("end"))))["report.md"])
    found = set(kinds(tokens))
    assert not found & {
        "code_block",
        "fence",
        "blockquote_open",
        "ordered_list_open",
        "html_block",
        "html_inline",
    }
    assert not found & {"hr", "code_inline", "link_open", "image", "s_open", "em_open", "table_open"}
    assert in_line(line) in plain(tokens)


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=300)
def test_any_line_comes_back_as_it_was(text):
    tokens = told(markdown.mark(text).encode("utf-8"))
    assert plain(tokens) == in_line(text)
    assert set(kinds(tokens)) <= {"paragraph_open", "inline", "text", "paragraph_close", "text_special"}


# ---- Quarto ----


def header_and_body(content):
    text = content.decode("utf-8")
    assert text.startswith("---\n")
    head, _, rest = text[4:].partition("\n---\n")
    return yaml.safe_load(head), rest


def test_a_quarto_document_has_a_header_numbered_things_and_references(made):
    given_, _ = made
    files = markdown.written(given_, quarto=True)
    head, rest = header_and_body(files["report.qmd"])
    assert head["lang"] == given_.lang
    assert set(head["format"]) == {"html", "docx"}
    assert head["title"] == markdown.mark(given_.title)
    figures = [b for b in given_.blocks if isinstance(b, Picture)]
    tables = [b for b in given_.blocks if isinstance(b, Table)]
    for i, block in enumerate(figures, start=1):
        (line,) = [line for line in rest.splitlines() if f"{{#fig-{i} " in line]
        name = re.search(r"\]\((figures/[^)]+)\)", line)[1]
        assert files[name] == block.png
        assert f'fig-alt="{block.alt}"' in line
        assert line.startswith(f"![{markdown.mark(block.caption)}](")
    for i, block in enumerate(tables, start=1):
        assert f"\n: {markdown.mark(block.sheet.title)} {{#tbl-{i}}}\n" in rest
        assert rest.count(f"@tbl-{i}{'）' if given_.lang == 'zh' else ')'}") == 2
    assert "# " + markdown.mark(given_.blocks[0].text) + " {#sec-first}" in rest
    assert rest.count("{#sec-first}") == 1  # an anchor that comes twice is given once


@pytest.mark.parametrize(
    "payload", [*PAYLOADS, "{{< include /etc/passwd >}}", "{{< env HOME >}}", 'a" onload="b', "---\nx: y"]
)
def test_nothing_hostile_is_evaluated_by_quarto(payload):
    bad = report("en", f" {payload}")
    head, rest = header_and_body(markdown.written(bad, quarto=True)["report.qmd"])
    assert set(head) == {"title", "subtitle", "lang", "format"}
    assert "{{<" not in rest + json.dumps(head)  # shortcodes
    for line in rest.splitlines():
        for inside in re.findall(r"(?<!\\)\{[^}]*\}", line):
            assert re.fullmatch(
                r'\{#(fig-\d+ fig-alt="[^"\\]*" width="[\d.]+cm"|tbl-\d+|sec-[\w-]+)\}', inside
            ), inside
    assert not re.findall(r"(?<![\\`])`", rest)  # no code, so none is run
