"""The page of a case in a real browser: charts, years, neighbours, citation, files of the page's own."""

import csv
import io
import json
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely
from PIL import Image

import eppv_atlas as ea
from browsing import hash_of, visit
from conftest import CASES, ROOT
from eppv_atlas import area, measure, render
from eppv_atlas.render.charts import chart
from eppv_atlas.render.timeline import timeline

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


def take(tab, action):
    with tab.expect_download() as held:
        tab.locator(f'button[data-eppv="{action}"]').click()
    return held.value.suggested_filename, held.value.path().read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_geojson_of_a_page_has_the_measured_areas(tab, maps, atlas, case):
    visit(tab, maps / f"{case}.html")
    name, raw = take(tab, "download-geojson")
    assert name == f"{case}.geojson"
    data = json.loads(raw)
    rows = {row.zone: row for row in measure.case(atlas[case])}
    assert {f["id"] for f in data["features"]} == set(atlas[case].shapes)
    for feature in data["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        row = rows[feature["id"]]
        values = feature["properties"]
        assert math.isclose(values["area_m2"], row.area_m2, rel_tol=1e-9, abs_tol=0.01)
        # six decimals of a degree, as outlines are stored
        parts = shapely.get_parts(shapely.get_parts(shape))
        assert shapely.is_valid(shape) or shape.geom_type == "GeometryCollection"
        assert shapely.is_valid(parts).all()
        assert all(p.exterior.is_ccw and not any(h.is_ccw for h in p.interiors) for p in parts)  # RFC 7946
        assert math.isclose(area.area_m2(parts).sum(), row.area_m2, rel_tol=3e-5)
        assert values["confidence"] == row.confidence
        assert values["made_from_stated"] == row.made_from_stated
        assert values["how_zh"]
        assert values["source"]


def test_csv_of_areas_and_facts(tab, maps, atlas):
    visit(tab, maps / "xichou-karst.html")
    name, raw = take(tab, "download-areas")
    assert name == "xichou-karst-areas.csv"
    assert raw.startswith(b"\xef\xbb\xbf")  # WPS and Excel then read the Chinese
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows) == len(atlas["xichou-karst"].case.zones)
    county = next(row for row in rows if row["id"] == "xichou-county")
    want = next(row for row in measure.case(atlas["xichou-karst"]) if row.zone == "xichou-county")
    assert math.isclose(float(county["measured_m2"]), want.area_m2, rel_tol=1e-9)
    assert math.isclose(float(county["measured_mu"]), want.area_m2 * 3 / 2000, rel_tol=1e-9)
    assert float(county["stated_m2"]) == 1506e6
    assert math.isclose(float(county["difference_pct"]), want.difference_pct, abs_tol=1e-4)
    _, raw = take(tab, "download-facts")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [fact.id for fact in atlas["xichou-karst"].case.facts]
    assert [float(row["value"]) for row in rows] == [fact.value for fact in atlas["xichou-karst"].case.facts]


def test_text_that_a_spreadsheet_would_run_stays_text(tab, maps):
    visit(tab, maps / "xichou-karst.html")
    rows = [{"a": text, "b": -0.22} for text in ("=1+1", "+1", "-1", "@x", "\tx", 'say "hi", you', "plain")]
    got = tab.evaluate("rows => eppv.downloads.csv(rows)", rows)
    cells = [row[0] for row in csv.reader(io.StringIO(got.removeprefix("\ufeff")))][1:]
    assert cells == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", 'say "hi", you', "plain"]
    assert [row[1] for row in csv.reader(io.StringIO(got.removeprefix("\ufeff")))][1:] == ["-0.22"] * 7


def test_figure_as_svg_and_png(tab, maps, atlas):
    visit(tab, maps / "changzhou-zhenglu.html")
    name, raw = take(tab, "download-svg")
    assert name == "changzhou-zhenglu.svg"
    root = ET.fromstring(raw)
    text = " ".join("".join(node.itertext()) for node in root.iter() if node.tag.endswith("text"))
    for words in ("常州郑陆", "保护 · 示意", "无审图号", "第20-26页", "km"):
        assert words in text, words
    zones = [n for n in root.iter() if n.get("fill", "").startswith("url(#h-")]
    assert len(zones) == 8  # four zones, and four entries of the legend: all hatched, as all are schematic
    assert all(n.get("stroke-dasharray") == "5 5" for n in zones)
    assert b"<script" not in raw
    assert b"http" not in raw.replace(b"http://www.w3.org/2000/svg", b"")
    name, raw = take(tab, "download-png")
    picture = Image.open(io.BytesIO(raw))
    assert picture.format == "PNG"
    assert picture.width == 2 * tab.evaluate("map_main.getSize().x")
    colours = np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)
    assert len(colours) > 200
    assert tab.seen == []


@pytest.mark.parametrize("case", CASES)
def test_series_that_compare_have_a_chart(tab, maps, atlas, case):
    visit(tab, maps / f"{case}.html")
    record = atlas[case].case
    facts = {fact.id: fact for fact in record.facts}
    for series in record.series:
        row = tab.locator(f'tr[data-series="{series.id}"]')
        want = chart(series.kind, [facts[name] for name in series.facts])
        bars = row.locator(".series-bar")
        assert bars.count() == (len(want["bars"]) if want else 0)
        for i, name in enumerate(series.facts if want else ()):
            assert facts[name].printed.replace(" ", "") in bars.nth(i).inner_text()


def test_a_bar_is_as_long_as_its_figure(tab, maps):
    visit(tab, maps / "beijing-green-heart.html")
    row = tab.locator(".series tr", has_text="4.1")
    widths = [float(row.locator(".series-fill").nth(i).get_attribute("width")) for i in range(2)]
    assert widths[0] == 100
    assert math.isclose(widths[1], 0.4 / 4.1 * 100, abs_tol=0.01)  # 4.1 → 0.4 µg/m³, page 50


def test_years(tab, maps, atlas):
    visit(tab, maps / "changzhou-zhenglu.html")
    told = timeline(atlas["changzhou-zhenglu"].case)
    assert told["years"] == [2022, 2025, 2035]
    slider = tab.locator("#year-slider")
    slider.focus()
    tab.keyboard.press("ArrowRight")
    assert tab.locator(".years output").inner_text() == "2022"
    assert hash_of(tab)["year"] == "2022"
    rows = tab.evaluate("Array.from(document.querySelectorAll('tr.of-year')).map(n => n.dataset.fact)")
    assert set(rows) == {d["fact"] for d in told["dated"] if d["from"] <= 2022 <= d["to"]}
    listed = tab.locator(".year-facts li")
    assert listed.count() == len(rows)
    # the three spaces are planned for 2035: in 2022 they are pale
    pale = (
        "Array.from(document.querySelectorAll('.zone-name-label.not-yet [lang=zh]')).map(n => n.textContent)"
    )
    assert len({name for name in tab.evaluate(pale) if "空间" in name}) == 3
    tab.keyboard.press("End")
    assert tab.locator(".years output").inner_text() == "2035"
    assert tab.evaluate(pale) == []
    assert tab.locator(".zone-name-label.of-year").count() == 3
    visit(tab, maps / "changzhou-zhenglu.html", "year=2025")
    assert tab.locator(".years output").inner_text() == "2025"
    slider.focus()
    tab.keyboard.press("Home")
    assert "全部" in tab.locator(".years output").inner_text()
    assert tab.locator("tr.off-year").count() == 0
    visit(tab, maps / "dongying-saline-alkali.html")
    assert tab.locator("#years").count() == 0  # the notice dates nothing there


def test_neighbours(tab, maps):
    # by path and mode, as the list beside the national map
    order = [placed.case.id for placed in render.reading_order(ea.load(ROOT).cases)]
    visit(tab, maps / "index.html")
    listed = tab.evaluate("Array.from(document.querySelectorAll('.cards li')).map(n => n.dataset.case)")
    assert listed == order
    visit(tab, maps / f"{order[0]}.html", "from=mode%3Deco-tourism")
    for case in order:
        assert tab.url.partition("#")[0].endswith(f"{case}.html")
        after = tab.locator('.turn a[rel="next"]')
        if after.count():
            after.click()
            tab.wait_for_load_state()
    assert tab.locator('.turn a[rel="next"]').count() == 0
    tab.locator('.turn a[rel="prev"]').click()
    tab.wait_for_load_state()
    assert tab.url.partition("#")[0].endswith(f"{order[-2]}.html")
    tab.locator("a.back").click()  # and back to the filters that one came from
    tab.wait_for_load_state()
    tab.wait_for_timeout(200)
    assert hash_of(tab)["mode"] == "eco-tourism"


def test_citation_is_copied_in_the_language_of_the_page(tab, maps):
    visit(tab, maps / "nanping-wuyishan.html")
    copy = tab.locator('button[data-from="citation"]')
    copy.click()
    tab.wait_for_selector(".toast")
    text = tab.evaluate("navigator.clipboard.readText()")
    assert "武夷山" in text
    assert "第27-34页" in text
    tab.locator("button.language").click()
    copy.click()
    tab.wait_for_timeout(200)
    text = tab.evaluate("navigator.clipboard.readText()")
    assert "pp. 27-34" in text
    assert "第" not in text


def test_a_zone_is_zoomed_to_and_named_in_the_address(tab, maps):
    visit(tab, maps / "nanping-wuyishan.html")
    before = tab.evaluate("map_main.getZoom()")
    tab.locator('.zone-table button[data-zone="park-core"]').click()
    tab.wait_for_timeout(300)
    assert hash_of(tab)["zone"] == "park-core"
    assert tab.evaluate("map_main.getZoom()") >= before
    assert "内圈" in tab.locator(".leaflet-popup-content h3").inner_text()
    visit(tab, maps / "nanping-wuyishan.html", "zone=buffer-ring&unit=mu")
    assert "外圈" in tab.locator(".leaflet-popup-content h3").inner_text()
    assert tab.locator("button[data-unit=mu]").get_attribute("aria-pressed") == "true"


def test_words_in_the_area_table_are_not_stacked_letter_by_letter(tab, maps):
    visit(tab, maps / "hangzhou-xixi.html")
    heights = tab.locator(".zone-table .made").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert len(heights) == 3
    assert max(heights) < 60  # three lines at most
    table, box = (tab.locator(name).first.bounding_box() for name in (".zone-table", ".areas .scroll"))
    assert table["width"] <= box["width"] + 1


def test_every_zone_says_stated_measured_and_difference(tab, maps, atlas):
    visit(tab, maps / "xichou-karst.html")
    rows = {row.zone: row for row in measure.case(atlas["xichou-karst"])}
    cells = tab.locator('tr[data-zone="xichou-county"] td')
    assert cells.nth(0).inner_text().split() == ["1506平方公里", "第59页"]  # as printed, with its page
    assert ea.units.area_text(rows["xichou-county"].area_m2, "km2") in cells.nth(1).inner_text()
    assert cells.nth(2).inner_text() == f"{rows['xichou-county'].difference_pct:+.2f}%".replace("-", "−")
    tab.locator('.units button[data-unit="mu"]').click()
    assert cells.nth(0).inner_text().split() == ["1506平方公里", "第59页", "折合", "2,259,000"]
    tab.locator('.units button[data-unit="km2"]').click()
