"""Figures for print: what they show, how they read, that they do not change; and one figure, three outputs."""

import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import numpy as np
import pypdf
import pytest
import shapely
import zxingcpp
from PIL import Image

import eppv_atlas as ea
import pictures
from conftest import CASES
from eppv_atlas import measure, render, vocabulary
from eppv_atlas.errors import RenderError
from eppv_atlas.model import Name
from eppv_atlas.render import still, style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import Order, canvas, drawing, places, zones
from eppv_atlas.results import ZoneShape
from eppv_atlas.units import UNITS

SVG = "{http://www.w3.org/2000/svg}"
ADDRESS = "https://example.org/atlas/"


def texts(svg):
    """Every text of an SVG with its size, in points."""
    found = []
    for node in ET.fromstring(svg).iter(f"{SVG}text"):
        size = re.search(r"font(?:-size)?: ?(?:[a-z0-9]+ )*([\d.]+)px", node.get("style", ""))
        found.append(("".join(node.itertext()), float(size[1])))
    return found


def one_line(found):
    return "".join(text for text, _ in found).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def figures(atlas):
    return {name: ea.figure(atlas[name]) for name in CASES} | {"national": ea.figure(atlas)}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_a_case_says_names_areas_source_and_worth(figures, atlas, case, lang):
    placed = atlas[case]
    found = texts(pictures.svg(case, lang))
    said = one_line(found).replace(" ", "")
    assert min(size for _, size in found) >= 6
    for measured, zone in zip(measure.case(placed), placed.case.zones, strict=True):
        if zone.id not in placed.shapes:
            continue
        assert getattr(zone.name, lang).replace(" ", "") in said
        word = getattr(UNITS["km2"], lang)
        if not measured.made_from_stated:
            assert ea.units.area_text(measured.area_m2, "km2") + word in said
    schematic = any(shape.confidence == "schematic" for shape in placed.shapes.values())
    assert (PHRASES["schematic_print"][lang].replace(" ", "") in said) == schematic
    assert PHRASES["no_review"][lang].replace(" ", "") in said
    assert placed.case.source.pages.replace("-", "–").replace(" ", "") in said
    for name in figures[case].legend(lang):
        assert name in [text for text, _ in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_national_map_names_every_case_and_what_a_standard_map_must(figures, atlas, lang):
    found = texts(pictures.svg("national", lang))
    said = [text for text, _ in found]
    assert min(size for _, size in found) >= 6
    for placed in atlas:
        assert getattr(placed.case.short, lang) in said
    islands = {
        "zh": [
            "钓鱼岛",
            "赤尾屿",
            "南沙群岛",
            "西沙群岛",
            "中沙群岛",
            "东沙群岛",
            "黄岩岛",
            "台湾",
            "南海诸岛",
        ],
        "en": ["Diaoyu Dao", "Chiwei Yu", "Taiwan", "Nansha", "Xisha", "Zhongsha", "Huangyan", "South China"],
    }[lang]
    assert set(islands) <= set(said)
    counts = {term.id: 0 for term in vocabulary.PATHS.values()}
    for placed in atlas:
        counts[placed.case.path.id] += 1
    for name, count in counts.items():
        assert f"{getattr(vocabulary.PATHS[name], lang)} ({count})" in said
    assert PHRASES["no_review"][lang] in said


def test_the_review_number_is_printed(atlas):
    settings = atlas.settings.model_copy(update={"review_no": "GS(2026)0001号"})
    svg = still.national(atlas.cases, settings, Order("svg"))
    assert "审图号：GS(2026)0001号" in one_line(texts(svg))
    placed = atlas["chaka-salt-lake"]
    svg = still.case(placed, measure.case(placed), settings, Order("svg", unit="mu"))
    assert "审图号：GS(2026)0001号" in one_line(texts(svg))
    assert "亩" in one_line(texts(svg))


@pytest.mark.parametrize("name", ["national", "nanping-wuyishan"])
def test_a_pdf_holds_its_text(figures, tmp_path, name):
    (tmp_path / "x.pdf").write_bytes(figures[name].image("pdf"))
    page = pypdf.PdfReader(tmp_path / "x.pdf").pages[0]
    said = page.extract_text().replace(" ", "").replace("\n", "")
    assert figures[name].title().replace(" ", "")[:6] in said
    assert ("茶卡盐湖" if name == "national" else "文件所载1001.41平方公里") in said
    assert float(page.mediabox.width) == pytest.approx(16 * 72 / 2.54, abs=0.1)


def test_a_png_is_as_wide_as_asked(figures, tmp_path):
    (tmp_path / "x.png").write_bytes(figures["chaka-salt-lake"].image("png", width_cm=13, dpi=200))
    with Image.open(tmp_path / "x.png") as picture:
        assert picture.width == pytest.approx(13 / 2.54 * 200, abs=1)
        assert picture.info["dpi"][0] == pytest.approx(200, abs=0.1)


SAME = """
import hashlib, sys
import eppv_atlas as ea
atlas = ea.load()
for thing in (atlas, atlas["changzhou-zhenglu"]):
    for form in ("png", "svg", "pdf"):
        print(form, hashlib.sha256(ea.figure(thing, address="https://example.org/").image(form, dpi=90)).hexdigest())
"""


def test_the_same_figure_has_the_same_bytes():
    runs = [
        subprocess.run(
            [sys.executable, "-c", SAME],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed},
        ).stdout
        for seed in ("1", "77")
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("\n") == 6


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_code_opens_the_live_map(atlas, tmp_path, lang):
    for thing, page in ((atlas, "index"), (atlas["chaka-salt-lake"], "chaka-salt-lake")):
        figure = ea.figure(thing, address="https://example.org/atlas")
        (tmp_path / "x.png").write_bytes(figure.image("png", lang=lang))
        with Image.open(tmp_path / "x.png") as picture:
            (code,) = zxingcpp.read_barcodes(picture.convert("L"))
        assert code.text == f"https://example.org/atlas/{page}.html#lang={lang}" == figure.link(lang)


def test_no_code_without_an_address(figures):
    import io

    with Image.open(io.BytesIO(figures["chaka-salt-lake"].image("png"))) as picture:
        assert zxingcpp.read_barcodes(picture.convert("L")) == []


def drawn(family, confidence, nth=0):
    """A patch of a zone's look in grey, 60 × 60 points."""
    with canvas.settings():
        figure, paper = canvas.sheet(60, 60, 144)
        paper.add_patch(mpl.patches.Rectangle((2, 2), 56, 56, **drawing.look(family, confidence)))
        drawing.fill(paper, shapely.box(2, 2, 58, 58), family, confidence, nth=nth)
        figure.canvas.draw()
        grey = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("L")
    return np.asarray(grey, dtype=float)


def test_families_stay_apart_in_grey():
    looks = {name: drawn(name, "schematic") for name in vocabulary.FAMILIES}
    for (one, a), (other, b) in itertools.combinations(looks.items(), 2):
        assert np.abs(a - b).mean() > 6, (one, other)


@pytest.mark.parametrize("confidence", ["schematic", "administrative"])
def test_zones_of_one_look_stay_apart_in_grey(confidence):
    looks = [drawn("farming", confidence, nth) for nth in range(3)]
    for a, b in itertools.combinations(looks, 2):
        assert np.abs(a - b).mean() > 4


def test_a_schematic_shape_never_passes_for_another():
    for family in vocabulary.FAMILIES:
        schematic = drawn(family, "schematic")
        for confidence in ("surveyed", "official", "digitised", "administrative"):
            trusted = drawn(family, confidence)
            assert trusted[24:96, 24:96].std() < 1e-9 < schematic[24:96, 24:96].std()
    assert style.CONFIDENCE_STYLES["schematic"].dash


# ---- one figure, three outputs ----


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_picture_page_and_table_say_the_same(figures, atlas, case, lang):
    figure = figures[case]
    placed = atlas[case]
    sheet = figure.table(lang, "km2")
    at = {column.id: i for i, column in enumerate(sheet.columns)}
    page = figure.page().decode("utf-8")
    svg = texts(pictures.svg(case, lang))
    said = one_line(svg).replace(" ", "")
    rows = [row for i, row in enumerate(sheet.rows) if i not in sheet.strong]
    assert len(rows) == len(placed.case.zones)
    shown = 0
    for zone, row in zip(placed.case.zones, rows, strict=True):
        assert row[at["zone"]] == getattr(zone.name, lang)
        if zone.id not in placed.shapes:
            assert row[at["measured_km2"]] is None
            continue
        shown += 1
        drawn = next(d for d in zones.drawn(placed, figure.measures[case]) if d.view["id"] == zone.id)
        view = drawn.view
        assert view["name"][lang].replace(" ", "") in said
        for key, column in (("stated", "stated_km2"), ("measured", "measured_km2")):
            number = ea.sheets.shown(sheet.columns[at[column]], row[at[column]], lang)
            assert number == (view[key]["km2"] if view[key] else "—")
            if view[key]:
                assert f">{number}<" in page  # the table of the live page
                if key == "measured" and not view["madeFromStated"]:
                    assert number in said
        told = row[at["printed"]]
        fact = view["statedFact"] or view["share"]
        assert told == (fact["value"][lang] if fact else None)
        if told:
            assert told.replace(" ", "") in said
            assert f'<span lang="{lang}">{told}</span>' in page
        assert row[at["confidence"]] == view["confidence"]["name"][lang]
    assert shown == len(placed.shapes)
    for name in figure.legend(lang):
        assert name in [text for text, _ in svg]
        assert f'<span lang="{lang}">{name}</span>' in page
    assert {row[at["confidence"]] for row in rows if row[at["measured_km2"]] is not None} <= set(
        figure.legend(lang)
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_national_picture_page_and_table_say_the_same(figures, atlas, lang):
    figure = figures["national"]
    svg = [text for text, _ in texts(pictures.svg("national", lang))]
    page = figure.page().decode("utf-8")
    sheet = figure.table(lang)
    first = [row[0] for i, row in enumerate(sheet.rows) if i not in sheet.strong]
    names = [getattr(placed.case.short, lang) for placed in render.reading_order(atlas.cases)]
    assert first == names
    for name in names:
        assert name in svg
        assert f'<span lang="{lang}">{name}</span>' in page
    for name in figure.legend(lang):
        assert any(text.startswith(f"{name} (") for text in svg)
        assert f'<span lang="{lang}">{name}</span>' in page


# ---- what a user does wrong, what a case may hold ----


def test_settings_of_matplotlib_come_back(figures):
    before = dict(mpl.rcParams)
    figures["chaka-salt-lake"].image("svg")
    assert dict(mpl.rcParams) == before


HOSTILE = (
    "$\\frac{1}{0}$ $x",
    "<script>alert(1)</script>",
    "a\x00b\x1bc\u202ed",
    "]]>&amp;\"'",
    "x" * 190,
    "🌊 𠮷",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_text(atlas, text):
    placed = atlas["changzhou-zhenglu"]
    name = Name.model_construct(zh=text, en=text)
    held = tuple(zone.model_copy(update={"name": name}) for zone in placed.case.zones)
    case = placed.case.model_copy(update={"title": name, "short": name, "zones": held})
    odd = type(placed)(case, placed.shapes, placed.anchor, placed.anchor_confidence, placed.settings)
    svg = ea.figure(odd).image("svg")
    said = one_line(texts(svg)).replace(" ", "").replace("\n", "")
    assert said.count(canvas.plain(text).replace(" ", "")) >= 1
    assert {node.tag for node in ET.fromstring(svg).iter()} & {
        f"{SVG}script",
        f"{SVG}a",
        f"{SVG}foreignObject",
    } == set()
    assert ea.figure(odd).image("pdf", dpi=60)[:5] == b"%PDF-"
    ea.figure(odd).image("png", dpi=60)


def test_a_case_without_any_shape_shows_its_place_and_says_so(atlas):
    placed = atlas["beijing-green-heart"]
    bare = type(placed)(placed.case, {}, placed.anchor, placed.anchor_confidence, placed.settings)
    found = [text for text, _ in texts(ea.figure(bare).image("svg"))]
    assert any("案例没有带图形的分区" in text for text in found)
    assert ea.figure(bare).legend() == ()
    assert "案例没有带图形的分区" in ea.figure(bare).alt()


def test_a_crowd_of_cases_is_drawn_as_dots(atlas):
    random = np.random.default_rng(4)
    placed = atlas["chaka-salt-lake"]
    crowd = [
        type(placed)(placed.case, {}, shapely.Point(*random.uniform([80, 25], [120, 45])), "schematic")
        for _ in range(300)
    ]
    svg = still.national(crowd, atlas.settings, Order("svg"))
    assert PHRASES["dots_only"]["zh"] in one_line(texts(svg))
    assert "(300)" in one_line(texts(svg))
    assert "茶卡盐湖" not in [text for text, _ in texts(svg)]


def test_a_missing_package_is_named(monkeypatch, atlas):
    monkeypatch.setitem(sys.modules, "cartopy", None)
    canvas._font_file.cache_clear()
    with pytest.raises(ea.UsageError, match=r"pip install 'eppv-atlas\[report\]'"):
        ea.figure(atlas).image("png")
    canvas._font_file.cache_clear()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"form": "gif"}, "png, svg, pdf"),
        ({"lang": "fr"}, "zh, en"),
        ({"unit": "acre"}, "km2"),
        ({"width_cm": 8}, "12"),
        ({"width_cm": float("nan")}, "12"),
        ({"dpi": 5}, "50"),
    ],
)
def test_a_wrong_choice_is_named(figures, options, word):
    with pytest.raises(ea.UsageError, match=word):
        figures["chaka-salt-lake"].image(**{"form": "png", **options})


def test_a_figure_is_of_a_case_or_an_atlas(atlas):
    with pytest.raises(ea.UsageError, match="atlas"):
        ea.figure("chaka-salt-lake")
    for address in (
        "ftp://x/",
        "example.org",
        "https://u:p@x.org/",
        "javascript:alert(1)",
        "https://x.org/?k=1",
        "https://x y/",
    ):
        with pytest.raises(ea.UsageError, match=r"https://example\.org"):
            ea.figure(atlas, address=address)


def test_the_command_writes_figures(cli, tmp_path):
    code, out, _ = cli("figure", "national", "chaka-salt-lake", "--to", "svg", "--out", tmp_path)
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chaka-salt-lake.svg", "national.svg"]
    assert "national.svg" in out
    assert (
        cli("figure", "chaka-salt-lake", "--out", tmp_path / "x.pdf", "--width", "160mm", "--unit", "mu")[0]
        == 0
    )
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")


def test_the_language_may_stand_after_the_command(cli, tmp_path):
    for lang, word in (("zh", "分区"), ("en", "Zones")):
        path = tmp_path / f"{lang}.svg"
        assert cli("figure", "chaka-salt-lake", "--lang", lang, "--untitled", "--out", path)[0] == 0
        assert word in [text for text, _ in texts(path.read_bytes())]
    code, out, _ = cli("embed", "national", "--lang", "zh")
    assert code == 0
    assert "lang=zh" in out
    assert "Stated area" in cli("table", "areas", "chaka-salt-lake", "--to", "md", "--lang", "en")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["figure", "no-such-case"],
        ["figure", "national", "--width", "wide"],
        ["figure", "national", "--width", "300cm"],
        ["figure", "national", "--dpi", "3"],
        ["figure", "national", "--to", "gif"],
        ["figure", "national", "--to", "png", "--out", "x.svg"],
        ["figure", "national", "--url", "not an address"],
        ["figure", "national", "--url", "https://example.org/" + "x" * 300],
        ["figure", "national", "--url", "https://example.org/\udcff"],
        ["figure", "national", "--out", "x.odg"],
        ["figure", "national", "chaka-salt-lake", "--out", "two.png"],
        ["figure", "national", "--width", "100cm", "--dpi", "1200"],
        ["report", "chaka-salt-lake", "--out", "x.odt"],
        ["report", "chaka-salt-lake", "--title", "  "],
        ["table", "areas", "chaka-salt-lake", "--out", "x.ods"],
        ["figure", "national", "--out", "/proc/nowhere/x.png"],
        ["figure"],
    ],
)
def test_misuse_is_told_and_nothing_is_written(cli, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, _, err = cli(*arguments)
    assert code == 2
    assert err.strip()
    assert list(tmp_path.iterdir()) == []


# ---- in a real browser: names do not meet ----

BOXES = """() => Array.from(document.querySelectorAll('text')).map(node => {
  const box = node.getBoundingClientRect();
  return [node.textContent, box.left, box.top, box.right, box.bottom];
})"""


NARROW = ("national", "nanping-wuyishan", "wuzhou-liubao-tea", "changzhou-zhenglu")


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "width"), [*((name, 16) for name in ("national", *CASES)), *((name, 12) for name in NARROW)]
)
def test_no_text_meets_another_or_leaves_the_sheet(browser, figures, tmp_path, name, width, lang):
    path = tmp_path / "x.svg"
    path.write_bytes(
        ea.figure(figures[name].cases[0] if name != "national" else _all(figures), address=ADDRESS).image(
            "svg", lang=lang, width_cm=width
        )
    )
    context = browser.new_context(viewport={"width": 900, "height": 1000}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_timeout(150)
    found = page.evaluate(BOXES)
    assert page.evaluate("""document.fonts.check('12px "Noto Sans SC"')""")
    right, bottom = page.evaluate(
        "[document.documentElement.width.baseVal.value, document.documentElement.height.baseVal.value]"
    )
    context.close()
    assert len(found) > 10
    for text, x0, y0, x1, y1 in found:
        assert x0 >= -0.5, text
        assert x1 <= right + 0.5, text
        assert y0 >= -0.5, text
        assert y1 <= bottom + 0.5, text
    for (one, a0, b0, a1, b1), (other, c0, d0, c1, d1) in itertools.combinations(found, 2):
        wide = min(a1, c1) - max(a0, c0)
        high = min(b1, d1) - max(b0, d0)
        # boxes of lines hold the room between lines; letters meet from a quarter of their height on
        assert wide <= 1 or high <= 0.3 * min(b1 - b0, d1 - d0), (one, other)


def _all(figures):
    return ea.load()


def test_the_ground_has_the_colours_of_the_pages():
    from conftest import ROOT

    static = ROOT / "src" / "eppv_atlas" / "render" / "static"
    drawn = (static / "base.js").read_text("utf-8") + (static / "figure.js").read_text("utf-8")
    for name in ("sea", "land", "unit", "unit-line", "border", "ink", "note"):
        assert style.GROUND[name] in drawn, name


def test_many_zones_are_drawn_quickly_and_the_key_has_them_all(atlas):
    import time

    placed = atlas["changzhou-zhenglu"]
    first = placed.case.zones[0]
    shapes, held = {}, []
    for i in range(60):
        west, south = 120 + 0.01 * (i % 8), 31.7 + 0.01 * (i // 8)
        held.append(first.model_copy(update={"id": f"z{i}", "name": Name(zh=f"分区{i}", en=f"Zone {i}")}))
        shapes[f"z{i}"] = ZoneShape(
            f"z{i}", shapely.box(west, south, west + 0.009, south + 0.009), "schematic", "drawn"
        )
    case = placed.case.model_copy(update={"zones": tuple(held)})
    many = type(placed)(case, shapes, placed.anchor, placed.anchor_confidence, placed.settings)
    start = time.process_time()
    said = one_line(texts(ea.figure(many).image("svg")))
    assert time.process_time() - start < 20  # hatching must not close up into a million lines
    assert all(f"分区{i}" in said for i in range(60))  # the key has every zone, whatever the map has room for


@pytest.mark.parametrize(
    ("code", "box"),
    [
        ("653101", (75.9, 39.4, 76.1, 39.6)),
        ("460300", (112.3, 16.8, 112.4, 16.9)),
        ("710000", (121.4, 25.0, 121.6, 25.1)),
        ("AU-TAS", (147.0, -42.5, 147.2, -42.3)),
        ("110101", (100, 20, 125, 45)),
    ],
)
def test_any_place_can_be_drawn(atlas, code, box):
    placed = atlas["changzhou-zhenglu"]
    zone = placed.case.zones[0]
    case = placed.case.model_copy(update={"zones": (zone,), "places": (code,), "sites": ()})
    shape = ZoneShape(zone.id, shapely.box(*box), "schematic", "drawn")
    there = type(placed)(
        case, {zone.id: shape}, shapely.centroid(shape.geometry), "schematic", placed.settings
    )
    said = one_line(texts(ea.figure(there).image("svg")))
    assert zone.name.zh in said


# ---- places and sizes that nobody thought of ----


def elsewhere(placed, *boxes, codes=("AU-TAS",)):
    """A case whose zones are these boxes, wherever they lie."""
    zone = placed.case.zones[0]
    held = tuple(zone.model_copy(update={"id": f"z{i}"}) for i in range(len(boxes)))
    case = placed.case.model_copy(update={"zones": held, "places": codes, "sites": ()})
    shapes = {
        f"z{i}": ZoneShape(f"z{i}", shapely.box(*box), "schematic", "drawn") for i, box in enumerate(boxes)
    }
    middle = shapely.centroid(shapely.box(*boxes[0]))
    return type(placed)(case, shapes, middle, "schematic", placed.settings)


@pytest.mark.parametrize(
    "box",
    [
        (113, -0.5, 114, 0.5),  # across the equator, where the two parallels of a local Albers would meet
        (113, -0.001, 113.001, 0.001),
        (179, -18, 180, -17),  # at the antimeridian
        (100, 70, 130, 80),
        (0, 84, 10, 89),
        (-30, -40, 60, 40),
    ],
)
def test_odd_places_are_drawn(atlas, box):
    odd = elsewhere(atlas["changzhou-zhenglu"], box)
    said = one_line(texts(ea.figure(odd).image("svg")))
    assert "①" in said
    assert PHRASES["schematic_print"]["zh"] in said


@pytest.mark.parametrize("box", [(-180, -90, 180, 90), (-179, -60, 179, 60), (-10, 60, 170, 90)])
def test_what_no_map_can_show_is_told(atlas, box):
    odd = elsewhere(atlas["changzhou-zhenglu"], box)
    with pytest.raises(RenderError, match="longitude"):
        ea.figure(odd).image("svg")


def test_a_zone_of_one_square_metre_has_a_size(atlas):
    side = 1 / 111_320
    odd = elsewhere(atlas["changzhou-zhenglu"], (119, 31, 119 + side, 31 + side))
    said = one_line(texts(ea.figure(odd).image("svg"))).replace(" ", "")
    assert re.search(r"图上量算[01]\.\d+平方米", said)
    assert "0.0000" not in said


def test_a_png_that_nobody_can_open_is_refused_and_a_drawing_is_not(figures):
    figure = figures["chaka-salt-lake"]
    with pytest.raises(ea.UsageError, match="svg"):
        figure.image("png", width_cm=100, dpi=1200)
    assert len(figure.image("svg", width_cm=100, dpi=1200)) < 1e6


@pytest.mark.parametrize("name", ["national", "wuzhou-liubao-tea"])
def test_dots_an_inch_are_of_no_matter_to_a_drawing(figures, name):
    svgs = {figures[name].image("svg", lang="en", dpi=dpi) for dpi in (50, 300, 1200)}
    assert len(svgs) == 1


def test_threads_leave_the_settings_of_matplotlib(figures):
    before = dict(mpl.rcParams)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: figures["chaka-salt-lake"].image("svg"), range(6)))
    assert dict(mpl.rcParams) == before
    assert len(set(made)) == 1


def pinned(monkeypatch):
    """Where pins are drawn, from now on."""
    found = []
    kept = drawing.pin

    def pin(paper, x, y, path, mode, size, **more):
        found.append((x, y, size))
        kept(paper, x, y, path, mode, size, **more)

    monkeypatch.setattr(drawing, "pin", pin)
    return found


def test_a_case_in_the_south_china_sea_stands_in_its_inset(atlas, monkeypatch):
    placed = atlas["chaka-salt-lake"]
    there = type(placed)(placed.case, {}, shapely.Point(112.34, 16.83), "schematic", placed.settings)
    found = pinned(monkeypatch)
    still.national([there], atlas.settings, Order("svg"))
    (x, y, _) = next(one for one in found if one[2] > 10.5)  # the others belong to the legend
    width = 16 * canvas.PT_PER_CM
    assert x > width * 0.81
    assert y < width


def test_pins_of_a_crowded_place_do_not_stand_on_an_inset(atlas, monkeypatch):
    placed = atlas["chaka-salt-lake"]
    crowd = [
        type(placed)(placed.case, {}, shapely.Point(116 + i / 50, 22.8), "schematic", placed.settings)
        for i in range(50)
    ]
    kept, seen = places.apart, []

    def apart(points, distance, frame, taken):
        seen.append((kept(points, distance, frame, taken), points, taken))
        return seen[-1][0]

    monkeypatch.setattr(places, "apart", apart)
    found = pinned(monkeypatch)
    svg = still.national(crowd, atlas.settings, Order("svg"))
    where, true, taken = seen[-1]
    pins = [(x, y) for x, y, size in found if size > 10.5][-50:]
    assert np.allclose(pins, where)
    assert any(box[2] - box[0] > 60 for box in taken)  # the inset
    for box in taken:
        assert not ((where > box[:2]) & (where < box[2:])).all(axis=1).any()
    assert np.hypot(*(where - true).T).max() < 110  # none wanders off: fifty pins fill a disc of 52 points
    said = one_line(texts(svg))
    shown = sum(text == "茶卡盐湖" for text, _ in texts(svg))
    assert shown < 50
    assert PHRASES["names_left_out"]["zh"].format(n=50 - shown) in said


def test_places_without_room_are_counted(atlas):
    placed = atlas["anji-land-consolidation"]
    site = next(one for one in placed.case.sites if one.location is not None)
    sites = tuple(site.model_copy(update={"id": f"s{i}"}) for i in range(400))
    case = placed.case.model_copy(update={"sites": sites})
    odd = type(placed)(case, placed.shapes, placed.anchor, placed.anchor_confidence, placed.settings)
    svg = ea.figure(odd).image("svg")
    shown = sum(text.startswith(site.name.zh) for text, _ in texts(svg))
    assert 0 < shown < 400
    assert PHRASES["places_left_out"]["zh"].format(n=400 - shown) in one_line(texts(svg))


def test_a_long_title_without_a_blank_is_broken(atlas):
    placed = atlas["chaka-salt-lake"]
    name = Name.model_construct(zh="长" * 5 + "x" * 380, en="y" * 380)
    case = placed.case.model_copy(update={"title": name})
    odd = type(placed)(case, placed.shapes, placed.anchor, placed.anchor_confidence, placed.settings)
    for lang in ("zh", "en"):
        for text, size in texts(ea.figure(odd).image("svg", lang=lang)):
            assert canvas.text_size(text, size)[0] <= 16 * canvas.PT_PER_CM


def test_things_name_themselves_in_one_line(atlas, figures):
    assert repr(figures["chaka-salt-lake"]) == "<Figure chaka-salt-lake: .page(), .image(), .table()>"
    assert repr(atlas) == "<Atlas 生态产品价值实现案例图集: 11 cases>"
    assert repr(atlas["xichou-karst"]) == "<PlacedCase xichou-karst: 33 zones, 1 with a shape>"


def test_what_is_written_is_named_though_the_next_fails(cli, tmp_path, monkeypatch):
    kept = still.case

    def case(placed, *rest):
        if placed.case.id == "xichou-karst":
            raise RenderError("it is too odd", "过于奇特")
        return kept(placed, *rest)

    monkeypatch.setattr(still, "case", case)
    code, out, err = cli("figure", "chaka-salt-lake", "xichou-karst", "--to", "svg", "--out", tmp_path)
    assert code == 1
    assert "chaka-salt-lake.svg" in out
    assert "too odd" in err
    assert [path.name for path in tmp_path.iterdir()] == ["chaka-salt-lake.svg"]
