"""A long table is put together without rich, and is the same as by rich."""

import contextlib
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas import console

PIECES = st.sampled_from(
    [
        "a",
        "synthetic-000001",
        "九寨沟",
        "生态产品",
        "Park",
        "with-hyphens",
        "x" * 30,
        "，",
        "(b)",
        "3.5",
        "[bold]",
    ]
)
CELL = st.lists(PIECES, max_size=5).map(" ".join)
HEAD = st.sampled_from(["id", "case", "path of it", "所在地", "[b]"])


@st.composite
def tables(draw):
    width = draw(st.integers(1, 6))
    heads = draw(st.lists(HEAD, min_size=width, max_size=width))
    some = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=4))
    return heads, [some[at % len(some)] for at in range(52)]


def printed(few, heads, rows, *, isatty=False):
    held = io.StringIO()
    held.isatty = lambda: isatty
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(held):
        patch.setattr(console, "_FEW", few)
        console.table(heads, rows)
    return held.getvalue()


@settings(max_examples=60, deadline=None)
@given(tables())
def test_a_long_table_is_as_rich_prints_it(drawn):
    assert printed(50, *drawn) == printed(1000, *drawn)


@pytest.mark.parametrize("name", ["Park", "西湖" * 40, "words that wrap " * 12, "x" * 170])
def test_tables_that_fit_and_that_wrap(name):
    heads, rows = ["id", "case", "mode"], [[f"case-{at}", name, "Park"] for at in range(60)]
    assert console._lines(heads, rows, set(), console.terminal()) is not None
    quick = printed(50, heads, rows)
    assert quick == printed(1000, heads, rows)
    assert quick.count("case-") == 60


def test_a_terminal_has_the_same_lines_and_a_bold_head(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    rows = [[f"case-{at}", "words that wrap " * 5] for at in range(60)]
    quick, slow = (printed(few, ["id", "case"], rows, isatty=True) for few in (50, 1000))
    assert quick.startswith("\x1b[1mid")
    assert [re.sub(r"\x1b\[\d*m", "", text) for text in (quick,)] == [re.sub(r"\x1b\[\d*m", "", slow)]
