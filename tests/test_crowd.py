"""The columns of a large atlas: what goes in is there, in order, and the same bytes each time."""

import base64
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas import cards as records
from eppv_atlas import measure, render
from eppv_atlas.render import crowd, packing, streams, views
from eppv_atlas.render.publish import keys_in
from large_samples import case, cases


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


@pytest.fixture(scope="module")
def some():
    return cases(1200)


def test_a_record_says_what_the_card_of_the_small_page_says(atlas):
    for placed in atlas:
        rows = measure.case(placed)
        record, card = records.case_record(placed, rows), views.card_data(placed, rows)
        assert dict(zip(("zh", "en"), record.title, strict=True)) == card["title"]
        assert [bar.name[0] for bar in record.bars] == [bar["name"]["zh"] for bar in card["bars"]]
        assert [round(bar.area_m2) for bar in record.bars] == [bar["area"] for bar in card["bars"]]
        assert [bar.page for bar in record.bars] == [bar.get("page") for bar in card["bars"]]
        assert [line.value[1] for line in record.headlines] == [h["value"]["en"] for h in card["headlines"]]
        assert record.more_bars == card["moreBars"]


def unpacked(cases, settings):
    meta, blob = crowd.packed(crowd.in_order(cases), settings)
    raw = zlib.decompress(blob)
    return meta, {name: raw[at : at + size] for name, (at, size) in meta["streams"].items()}


def test_rows_stand_in_the_order_of_the_list_and_runs_cover_them(atlas, some):
    meta, held = unpacked(some, atlas.settings)
    ordered = crowd.in_order(some)
    assert held["id"].decode().split("\n") == [record.id for record in ordered]
    assert meta["count"] == len(some) == len({record.id for record in ordered})
    starts = [run["from"] for run in meta["runs"]] + [len(some)]
    assert starts[0] == 0
    for run, start, stop in zip(meta["runs"], starts, starts[1:], strict=False):
        filed = {(r.filed.path, r.filed.modes[0]) for r in ordered[start:stop]}
        assert filed == {(run["path"], run["mode"])}
    assert len({(run["path"], run["mode"]) for run in meta["runs"]}) == len(meta["runs"])


def test_the_page_is_the_same_whatever_the_order_and_small(atlas, some):
    page = render.crowd_page(some, atlas.settings)
    assert page == render.crowd_page(reversed(some), atlas.settings)
    few = render.crowd_page(some[:100], atlas.settings)
    assert (len(page) - len(few)) / 1100 < 200  # bytes a case; 100,000 cases may have 250
    assert page.count(b"<li data-case") == 0
    policy = re.search(rb'Security-Policy" content="([^"]*)"', page)[1]
    assert b"connect-src" not in policy
    assert b"default-src &#39;none&#39;" in policy or b"default-src 'none'" in policy


def test_more_than_so_many_cases_make_the_page_of_columns(atlas):
    placed = atlas.cases[0]
    many = [
        type(placed)(
            placed.case.model_copy(update={"id": f"c-{i}"}),
            placed.shapes,
            placed.anchor,
            placed.anchor_confidence,
        )
        for i in range(render.CROWD_FROM + 1)
    ]
    rows = dict.fromkeys((p.case.id for p in many), measure.case(placed))
    assert b'id="crowd_layer-blob"' in render.national_page(many, rows, atlas.settings)
    small = render.national_page(many[:50], rows, atlas.settings, linked={"c-1"})
    assert b"crowd_layer" not in small
    assert small.count(b'href="c-') == 1  # no link to a page that is not there
    assert b'href="c-1.html"' in small


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\x01\x02\t\n0123456789.,万元"), max_size=12)


@given(TEXT, TEXT)
def test_a_figure_comes_back_from_its_parts(zh, en):
    form, number = crowd.parted_value((zh, en))
    whole, _, rest = number.partition(".")
    grouped = re.sub(r"\B(?=(\d{3})+$)", ",", whole) + ("." + rest if rest else "")
    again = [text.replace(crowd.SAME, number).replace(crowd.GROUPED, grouped) for text in form]
    assert again == [re.sub("[\x01\x02]", " ", text) for text in (zh, en)]


@given(TEXT, TEXT, TEXT)
def test_a_name_comes_back_with_the_name_of_its_case(before, short, after):
    short = re.sub("[\x01\x02]", "", short)
    name = (before + short + after, after + before)
    form = crowd.marked_name(name, (short, "Short"))
    again = [text.replace(crowd.SAME, own) for text, own in zip(form, (short, "Short"), strict=True)]
    assert again == [re.sub("[\x01\x02]", " ", text) for text in name]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=20))
def test_lines_keep_their_number_whatever_is_in_them(pairs):
    held = streams.Streams()
    held.lines("x", pairs)
    lines = b"".join(held.raw).decode().split("\n")
    assert len(lines) == len(pairs)
    for line, (zh, en) in zip(lines, pairs, strict=True):
        plain = [re.sub("[\t\n\r]", " ", text) for text in (zh, en)]
        assert line.split("\t") == (plain if plain[0] != plain[1] else plain[:1])


@given(st.lists(st.integers(0, 2**31), max_size=40))
def test_steps_come_back(values):
    held = streams.Streams()
    held.steps("x", values)
    out, at, value = [], 0, 0
    raw = b"".join(held.raw)
    while at < len(raw):
        number, shift = 0, 0
        while True:
            byte = raw[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        value += (number >> 1) ^ -(number & 1)
        out.append(value)
    assert out == values


def test_a_key_in_the_columns_is_found_before_publishing(atlas):
    key = "0123456789abcdef0123456789abcdef"
    odd = [*cases(3), records.CaseRecord(**{**fields(case(9)), "title": (f"案例 tk={key}", "x")})]
    page = render.crowd_page(odd, atlas.settings)
    assert key.encode() not in page  # deflated, and still as good as written
    assert keys_in(page) == ["0123…"]
    assert keys_in(page, ["核心区"]) != []
    assert keys_in(render.crowd_page(cases(50), atlas.settings)) == []


def fields(record):
    return {name: getattr(record, name) for name in records.CaseRecord.__slots__}


def test_bytes_of_the_page_are_read_with_nothing_but_the_standard_library(atlas, some):
    page = render.crowd_page(some, atlas.settings)
    blob = re.search(rb'crowd_layer-blob">([^<]*)<', page)[1]
    raw = zlib.decompress(base64.b64decode(blob))
    assert "第7号案例".encode() in raw
    assert packing.PACKED == 100_000
