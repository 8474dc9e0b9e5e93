"""Layers of any features in a real browser: one by one, packed on a grid, and on a stock Folium map."""

import io
import re
from importlib import resources

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from markupsafe import Markup
from PIL import Image

import eppv_atlas as ea
from browsing import hash_of, usable, visit
from conftest import ROOT
from eppv_atlas import measure, render

pytestmark = pytest.mark.browser


def patches(count, seed=3):
    """Patches with holes and parts among them, a class and an area each."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    i = np.arange(count)
    x, y = 110 + (i % side) * 0.02, 30 + (i // side) * 0.02
    shapes = shapely.box(x, y, x + 0.012, y + 0.012)
    holes = shapely.box(x + 0.004, y + 0.004, x + 0.008, y + 0.008)
    shapes[::7] = shapely.difference(shapes[::7], holes[::7])
    far = shapely.box(x + 0.014, y + 0.002, x + 0.018, y + 0.006)
    shapes[1::7] = shapely.union(shapes[1::7], far[1::7])
    return gpd.GeoDataFrame(
        {
            "name": [f"图斑{n}" for n in range(count)],
            "class": random.choice(["水田", "旱地", "林地"], count),
            "size": random.uniform(1, 1e6, count).round(2),
            "note": [f"note {n}" for n in range(count)],
        },
        geometry=shapes,
        crs="OGC:CRS84",
    )


def layer_page(tmp_path, frame, **options):
    layer = render.PolygonLayer.from_frame(
        frame, title="name", facets=["class"], areas=["size"], fields=["note"], colour="class", **options
    )
    path = tmp_path / "layers.html"
    path.write_bytes(render.map_page({"zh": "图斑图", "en": "Patches"}, layer))
    return path


@pytest.fixture(params=[False, True], ids=["one-by-one", "packed"])
def bulk(request):
    return request.param


@pytest.fixture
def page(tab, tmp_path, bulk):
    frame = patches(400)
    path = layer_page(tmp_path, frame, confidence="schematic", bulk=bulk)
    visit(tab, path, "view=13/30.06/110.06")
    usable(tab)
    return frame


def at(tab, lon, lat):
    """Where a place stands on the screen."""
    return tab.evaluate(
        """([lon, lat]) => { const p = map_main.latLngToContainerPoint([lat, lon]);
             const f = map_main.getContainer().getBoundingClientRect(); return [p.x + f.left, p.y + f.top]; }""",
        [lon, lat],
    )


def popup(tab):
    return tab.locator(".leaflet-popup-content")


def ink(tab, lon, lat):
    """Whether something is drawn at a place, and in which colour."""
    x, y = at(tab, lon, lat)
    shot = tab.screenshot(clip={"x": round(x) - 1, "y": round(y) - 1, "width": 3, "height": 3})
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).reshape(-1, 3).astype(int).mean(axis=0)


def test_a_popup_says_what_the_columns_hold(tab, page):
    tab.mouse.click(*at(tab, 110.062, 30.062))  # patch 3 + 3 * 20 = 63: with a hole, this is its rim
    text = popup(tab).inner_text()
    row = page.iloc[63]
    assert row["name"] in text
    assert row["class"] in text
    assert row["note"] in text
    assert tab.evaluate("v => eppv.areaText(v, 'ha')", row["size"]) in text
    assert "示意" in text
    assert tab.seen == []


def test_a_hole_is_no_part_and_a_part_is(tab, page):
    tab.mouse.click(*at(tab, 110.066, 30.066))  # the hole of patch 63
    tab.wait_for_timeout(100)
    assert popup(tab).count() == 0
    tab.mouse.click(*at(tab, 110.076 - 0.002, 30.063))  # between patches: nothing
    tab.wait_for_timeout(100)
    assert popup(tab).count() == 0
    part = page.index[(page.index % 7 == 1) & (page.index < 70)][-1]
    x, y = 110 + part % 20 * 0.02, 30 + part // 20 * 0.02
    tab.evaluate("([x, y]) => void map_main.setView([y, x], 13, {animate: false})", [x + 0.01, y + 0.01])
    tab.wait_for_timeout(300)
    tab.mouse.click(*at(tab, x + 0.016, y + 0.004))
    assert page.iloc[part]["name"] in popup(tab).inner_text()


@pytest.mark.parametrize("zoom", [11, 12, 13, 15])
def test_holes_are_empty_at_every_zoom(tab, page, zoom):
    tab.evaluate("z => void map_main.setView([30.066, 110.066], z, {animate: false})", zoom)
    tab.wait_for_timeout(600)
    ground, hole, rim = ink(tab, 110.0735, 30.0735), ink(tab, 110.066, 30.066), ink(tab, 110.062, 30.0665)
    if zoom > 11:
        assert np.abs(ground - hole).max() < 12
    assert np.abs(ground - rim).max() > 5


def test_hover_names_and_lights(tab, page):
    tab.mouse.move(*at(tab, 110.062, 30.062))
    tab.wait_for_timeout(100)
    assert tab.locator(".feature-tip").inner_text() == "图斑63"
    tab.mouse.move(*at(tab, 110.0745, 30.0745))
    tab.locator(".feature-tip").wait_for(state="detached")


def test_filters_search_and_list(tab, page, bulk):
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('full')")
    want = page[page["class"] == "水田"]
    tab.locator(".facet-tab").click()
    tab.locator('.facet-value:has-text("水田") input').check()
    assert tab.locator(".result-count").inner_text().startswith(f"{len(want)} / 400")
    names = tab.locator(".feature-list li").all_inner_texts()
    assert names == list(want["name"][:100])
    assert hash_of(tab)["f0"] == "水田".encode().hex(" ").upper().replace(" ", "%").join(["%", ""])
    tab.locator("input[type=search]").fill("图斑1")
    tab.wait_for_timeout(200)
    both = want[want["name"].str.contains("图斑1")]
    assert tab.locator(".result-count").inner_text().startswith(f"{len(both)} / 400")
    tab.locator("input[type=search]").fill("tuban")
    tab.wait_for_timeout(200)
    assert tab.locator(".result-count").inner_text().startswith(f"{len(want)} / 400")
    # what is filtered away is neither drawn nor hit
    gone = page.index[(page["class"] != "水田") & (page.index % 7 > 1)][0]
    x, y = 110 + gone % 20 * 0.02, 30 + gone // 20 * 0.02
    tab.evaluate("([x, y]) => void map_main.setView([y, x], 14, {animate: false})", [x + 0.006, y + 0.006])
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('peek')")
    tab.wait_for_timeout(500)
    tab.mouse.click(*at(tab, x + 0.006, y + 0.006))
    tab.wait_for_timeout(150)
    assert popup(tab).count() == 0


def test_a_row_of_the_list_leads_to_its_feature(tab, page):
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('full')")
    tab.locator(".feature-list button").nth(80).click()
    tab.wait_for_timeout(300)
    assert page.iloc[80]["name"] in popup(tab).inner_text()
    centre = tab.evaluate("[map_main.getCenter().lng, map_main.getCenter().lat]")
    assert abs(centre[0] - page.geometry.iloc[80].centroid.x) < 0.05


def test_the_keyboard_steps_from_feature_to_feature(tab, page, bulk):
    tab.locator(".step").focus()
    seen = []
    for _ in range(4):
        tab.keyboard.press("ArrowRight")
        seen.append(tab.locator("#eppv-live").inner_text())
    assert len(set(seen)) == 4
    tab.keyboard.press("ArrowLeft")
    assert tab.locator("#eppv-live").inner_text() == seen[2]
    tab.keyboard.press("Enter")
    assert seen[2] in popup(tab).inner_text()
    if not bulk:
        assert tab.locator("path.leaflet-interactive[role=button]").count() == 400


def test_stepping_keeps_to_what_is_shown(tab, page):
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('full')")
    tab.locator(".facet-tab").click()
    tab.locator('.facet-value:has-text("旱地") input').check()
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('peek')")
    kinds = dict(zip(page["name"], page["class"], strict=True))
    tab.locator(".step").focus()
    for _ in range(6):
        tab.keyboard.press("ArrowRight")
        assert kinds[tab.locator("#eppv-live").inner_text()] == "旱地"


ODD = ["", "-", "none", "a,b", "a_b", "a%2Cb", "空", None]


def test_odd_values_of_a_facet_come_back_from_the_address(tab, tmp_path, bulk):
    frame = patches(80)
    frame["class"] = [ODD[i % len(ODD)] for i in range(80)]
    path = layer_page(tmp_path, frame, confidence="digitised", bulk=bulk)
    visit(tab, path)
    usable(tab)
    assert tab.locator(".result-count").inner_text().startswith("80 / 80")  # an empty value filters nothing
    names = tab.evaluate(
        "Array.from(document.querySelectorAll('.facet-value .facet-name [lang=zh]')).map(n => n.textContent)"
    )
    assert sorted(names) == sorted({v for v in ODD if v} | {"未注明"})
    for n, name in enumerate(names):
        visit(tab, path)
        usable(tab)
        tab.evaluate("n => document.querySelectorAll('.facet-value input')[n].click()", n)
        want = 20 if name == "未注明" else 10
        assert tab.locator(".result-count").inner_text().startswith(f"{want} / 80")
        state = tab.evaluate("location.hash").lstrip("#")
        visit(tab, path, state)
        usable(tab)
        assert tab.locator(".result-count").inner_text().startswith(f"{want} / 80"), name
        picked = tab.evaluate(
            "Array.from(document.querySelectorAll('.facet-value input')).findIndex(x => x.checked)"
        )
        assert picked == n, name


def test_a_feature_without_a_shape_is_listed_and_drawn_nowhere(tab, tmp_path, bulk):
    frame = patches(12)
    frame.loc[3, "geometry"] = None
    visit(tab, layer_page(tmp_path, frame, confidence="digitised", bulk=bulk))
    usable(tab)
    before = tab.evaluate("map_main.getBounds().toBBoxString()")
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('full')")
    tab.locator(".feature-list button").nth(3).click()
    assert "无图形" in tab.locator(".toast").inner_text()
    assert popup(tab).count() == 0
    assert tab.evaluate("map_main.getBounds().toBBoxString()") == before
    if not bulk:
        assert tab.locator("path.leaflet-interactive[role=button]").count() == 11
    assert tab.seen == []


def test_a_link_with_a_layer_off_is_kept_however_late_the_layer_comes(tab, tmp_path, bulk):
    path = layer_page(tmp_path, patches(60), confidence="digitised", bulk=bulk)
    visit(tab, path, "layers=features&view=13/30.06/110.06")
    tab.wait_for_timeout(300)
    assert tab.locator("canvas.leaflet-tile, path.leaflet-interactive[role=button]").count() == 0
    assert hash_of(tab)["layers"] == "features"
    tab.locator(".layers-toggle").click()
    tab.locator(".layers-panel label", has_text="要素").locator("input").check()
    tab.wait_for_timeout(300)
    assert tab.locator("canvas.leaflet-tile, path.leaflet-interactive[role=button]").count() > 0


def test_a_dot_can_be_hit_and_the_topmost_of_equals_wins(tab, tmp_path):
    frame = patches(4)
    frame.loc[3, "geometry"] = frame.geometry[2]  # the same shape twice
    frame.loc[3, "name"] = "top"
    path = layer_page(tmp_path, frame, confidence="digitised", bulk=True)
    visit(tab, path, "view=5/30.006/110.03")
    usable(tab)
    tab.mouse.click(*at(tab, 110.006, 30.006))
    assert "图斑" in popup(tab).inner_text() or "top" in popup(tab).inner_text()
    visit(tab, path, "view=14/30.026/110.006")
    usable(tab)
    shape = frame.geometry[2].representative_point()
    tab.mouse.click(*at(tab, shape.x, shape.y))
    assert "top" in popup(tab).inner_text()
    # the same place, once round the earth
    tab.evaluate("void map_main.setView([30.026, 470.006], 14, {animate: false})")
    tab.wait_for_timeout(500)
    tab.mouse.click(*at(tab, shape.x + 360, shape.y))
    assert "top" in popup(tab).last.inner_text()


def test_parts_that_overlap_are_inside_as_they_are_filled(tab, tmp_path):
    both = shapely.GeometryCollection(
        [shapely.box(110, 30, 110.02, 30.02), shapely.box(110.01, 30, 110.03, 30.02)]
    )
    frame = gpd.GeoDataFrame(
        {"name": ["x"], "class": ["a"], "size": [1.0], "note": ["n"]}, geometry=[both], crs=4326
    )
    visit(tab, layer_page(tmp_path, frame, confidence="digitised", bulk=True), "view=14/30.01/110.015")
    usable(tab)
    for lon in (110.005, 110.015, 110.025):
        tab.mouse.click(*at(tab, lon, 30.008))
        assert "n" in popup(tab).last.inner_text()
        tab.keyboard.press("Escape")
        popup(tab).wait_for(state="detached")


def test_more_than_a_million_features_have_a_rank_each(tab, tmp_path):
    visit(tab, layer_page(tmp_path, patches(9), confidence="digitised"))
    assert tab.evaluate(
        """() => { const n = 1100000; const box = new Int32Array(4 * n);
             for (let i = 0; i < n; i += 1) { box[4 * i + 2] = i % 997; box[4 * i + 3] = 1; }
             const { at, rank } = eppv.store.ranks(box, n); const seen = new Uint8Array(n);
             for (let r = 0; r < n; r += 1) { if (rank[at[r]] !== r) return false; seen[at[r]] = 1; }
             return seen.every(x => x === 1); }"""
    )


def test_confidence_is_seen_on_the_grid(tab, tmp_path):
    colours = {}
    for confidence in ("digitised", "schematic"):
        path = layer_page(tmp_path, patches(9), confidence=confidence, bulk=True)
        visit(tab, path, "view=15/30.006/110.026")
        usable(tab)
        x, y = at(tab, 110.022, 30.003)
        shot = tab.screenshot(clip={"x": x, "y": y - 40, "width": 60, "height": 40})
        colours[confidence] = len(
            {tuple(p) for p in np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).reshape(-1, 3)}
        )
    assert colours["digitised"] == 1  # plain fill
    assert colours["schematic"] > 5  # hatched
    visit(tab, layer_page(tmp_path, patches(9), bulk=True), "view=15/30.006/110.026")
    usable(tab)
    tab.mouse.click(*at(tab, 110.026, 30.006))
    assert "可信度未说明" in popup(tab).inner_text()  # never taken for a surveyed one


def test_an_old_browser_gets_a_clear_message(browser, tmp_path):
    path = layer_page(tmp_path, patches(1200))
    context = browser.new_context(locale="zh-CN", offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(path.as_uri())
    page.wait_for_selector(".nothing-drawn")
    assert "Chrome" in page.locator(".nothing-drawn").inner_text()
    assert page.locator(".nothing-drawn").get_attribute("role") == "alert"
    assert errors == []
    context.close()


def test_points(tab, tmp_path, bulk):
    frame = gpd.GeoDataFrame(
        {"name": [f"监测点{n}" for n in range(30)], "kind": ["水质", "空气", "土壤"] * 10},
        geometry=gpd.points_from_xy(100 + np.arange(30) * 0.1, [30.0] * 30),
        crs=4490,
    )
    layer = render.PointLayer.from_frame(
        frame, title="name", facets=["kind"], colour="kind", confidence="digitised", bulk=bulk
    )
    path = tmp_path / "points.html"
    path.write_bytes(render.map_page({"zh": "点", "en": "Points"}, layer))
    visit(tab, path, "view=9/30/101")
    usable(tab)
    tab.mouse.click(*at(tab, 101.0, 30.0))
    assert "监测点10" in popup(tab).inner_text()
    assert "空气" in popup(tab).inner_text()
    assert tab.seen == []


def test_several_layers_on_one_map(tab, tmp_path):
    one = render.PolygonLayer.from_frame(patches(50), title="name", colour="class", confidence="digitised")
    frame = gpd.GeoDataFrame(
        {"name": ["甲"]}, geometry=gpd.points_from_xy([110.05], [30.05]), crs="OGC:CRS84"
    )
    two = render.PointLayer.from_frame(
        frame, title="name", name={"zh": "站点", "en": "Stations"}, confidence="digitised"
    )
    first = render.map_page({"zh": "两层", "en": "Two"}, one, two)
    path = tmp_path / "two.html"
    path.write_bytes(first)
    visit(tab, path)
    usable(tab)
    tab.locator(".layers-toggle").click()
    assert "站点" in tab.locator(".layers-panel").inner_text()
    assert tab.locator("path.leaflet-interactive").count() == 51
    # search, filters and list are the first layer's; the legend holds both
    assert tab.locator(".result-count").inner_text().startswith("50 / 50")
    assert tab.locator(".feature-list li").count() == 50
    legend = tab.locator("details.legend").inner_text() if tab.size == "desktop" else "水田 要素"
    assert "水田" in legend
    assert "要素" in legend
    visit(tab, path, "layers=features-2")  # a link with the second one off
    usable(tab)
    tab.wait_for_timeout(100)
    assert tab.locator("path.leaflet-interactive").count() == 50
    again = render.map_page(
        {"zh": "两层", "en": "Two"},
        render.PolygonLayer.from_frame(patches(50), title="name", colour="class", confidence="digitised"),
        render.PointLayer.from_frame(
            frame, title="name", name={"zh": "站点", "en": "Stations"}, confidence="digitised"
        ),
    )
    assert first == again  # same input, same bytes


def served(context):
    """Answer what a stock Folium page asks of its CDNs from installed packages, and nothing else."""
    leaflet = resources.files("xstatic.pkg.leaflet").joinpath("data")

    def answer(route):
        name = route.request.url.rsplit("/", 1)[-1].partition("?")[0]
        path = leaflet.joinpath(name)
        if path.is_file():
            kind = "text/css" if name.endswith(".css") else "text/javascript"
            route.fulfill(body=path.read_bytes(), content_type=kind)
        else:
            route.abort()

    context.route(re.compile("^https?:"), answer)


def test_our_layers_on_a_stock_map(browser, tmp_path, atlas):
    stock = folium.Map([30.04, 110.04], zoom_start=13, tiles=None)
    render.PolygonLayer.from_frame(patches(60), title="name", fields=["note"], colour="class").add_to(stock)
    frame = gpd.GeoDataFrame(
        {"name": ["<b>甲</b>{{ 7*7 }}"]}, geometry=gpd.points_from_xy([110.05], [30.035]), crs=4326
    )
    render.PointLayer.from_frame(frame, title="name", confidence="surveyed").add_to(stock)
    path = tmp_path / "stock.html"
    stock.save(str(path))
    context = browser.new_context(viewport={"width": 900, "height": 700}, locale="zh-CN")
    served(context)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(path.as_uri())
    page.wait_for_timeout(600)
    shapes = page.locator("path.leaflet-interactive[role=button]")
    assert shapes.count() == 61
    page.locator("path.leaflet-interactive[aria-label='图斑9']").focus()
    page.keyboard.press("Enter")
    assert "note 9" in page.locator(".leaflet-popup-content").inner_text()
    shapes.last.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert "<b>甲</b>{{ 7*7 }}" in page.locator(".leaflet-popup-content").last.inner_text()
    # what a stock page wants of jQuery and Bootstrap is not to be had here; nothing else may fail
    assert [e for e in errors if "$" not in e and "bootstrap" not in e] == []
    context.close()


def test_stock_layers_on_our_map(tab, tmp_path):
    page = render.Page({"zh": "t", "en": "t"}, Markup('<div id="map_main" class="map"></div>'))
    atlas_map = render.AtlasMap((100, 20, 110, 30), {"zh": "图", "en": "map"})
    page.add_child(atlas_map)
    folium.Marker([25, 105]).add_to(atlas_map)
    folium.Polygon([[24, 104], [26, 104], [26, 106]], color="#aa0000").add_to(atlas_map)
    folium.CircleMarker([22, 103]).add_to(atlas_map)
    path = tmp_path / "ours.html"
    path.write_text(page.render(), "utf-8")
    visit(tab, path)
    assert tab.locator("path.leaflet-interactive").count() == 2
    marker = tab.locator("img.leaflet-marker-icon")
    assert marker.evaluate("n => n.complete && n.naturalWidth") == 25  # Leaflet's own pin, out of the page
    assert tab.seen == []


@pytest.fixture(scope="module")
def many(atlas, tmp_path_factory):
    """A national map of real cases with 1,200 zones between them."""
    cases, rows = [], {}
    for i, placed in enumerate(atlas.cases[:4] * 10):
        zones, shapes = list(placed.case.zones), dict(placed.shapes)
        origin = next(zone for zone in placed.case.zones if zone.id in placed.shapes)
        for n in range(30):
            zone = origin.model_copy(update={"id": f"extra-{n}", "stated_area": None})
            x, y = placed.anchor.x + (n % 6) * 0.02 + i * 0.001, placed.anchor.y + (n // 6) * 0.02
            shapes[zone.id] = type(shapes[origin.id])(
                **{
                    **vars(shapes[origin.id]),
                    "zone": zone.id,
                    "geometry": shapely.box(x, y, x + 0.015, y + 0.015),
                }
            )
            zones.append(zone)
        case = placed.case.model_copy(update={"id": f"case-{i}", "zones": tuple(zones)})
        copy = type(placed)(case, shapes, placed.anchor, placed.anchor_confidence)
        cases.append(copy)
        rows[case.id] = measure.case(copy)
    path = tmp_path_factory.mktemp("many") / "index.html"
    path.write_bytes(render.national_page(cases, rows, atlas.settings))
    return path, cases


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


def test_a_national_map_of_many_zones_is_packed(tab, many):
    path, cases = many
    visit(tab, path)
    usable(tab)
    assert tab.evaluate("eppv.data('features_layer').bulk")
    assert tab.locator("canvas.leaflet-tile").count() == 0  # zones appear on zooming in
    anchor = cases[0].anchor
    tab.evaluate(
        "([x, y]) => void map_main.setView([y, x], 13, {animate: false})", [anchor.x + 0.03, anchor.y + 0.03]
    )
    tab.wait_for_timeout(700)
    assert tab.locator("canvas.leaflet-tile").count() > 0
    tab.mouse.click(*at(tab, anchor.x + 0.0475, anchor.y + 0.0475))
    text = popup(tab).inner_text()
    assert "图上量算" in text
    assert "示意" in text
    # the filters of cases reach the zones
    tab.keyboard.press("Escape")
    popup(tab).wait_for(state="detached")
    tab.evaluate("location.hash = 'path=empowerment&' + location.hash.slice(1)")
    tab.wait_for_timeout(400)
    tab.mouse.click(*at(tab, anchor.x + 0.0475, anchor.y + 0.0475))
    tab.wait_for_timeout(200)
    assert popup(tab).count() == 0
    assert tab.seen == []
