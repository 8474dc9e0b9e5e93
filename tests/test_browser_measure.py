"""Drawing to measure in a real browser: the page's own geodesy against the area engine and GeographicLib."""

import json
import math

import numpy as np
import pytest
import shapely
from pyproj import Geod

from browsing import visit
from eppv_atlas import area

pytestmark = pytest.mark.browser
GRS80 = Geod(ellps="GRS80")


def rings():
    """Star-shaped rings from a garden to a subcontinent, all over the country and beyond."""
    random = np.random.default_rng(20261126)
    out = []
    for size_m in (5, 60, 800, 9_000, 80_000, 600_000, 2_500_000):
        for lon, lat in (
            (116.4, 39.9),
            (87.6, 43.8),
            (112.0, 3.9),
            (123.5, 53.4),
            (147.0, -32.0),
            (99.1, 36.7),
        ):
            count = int(random.integers(3, 12))
            turns = np.sort(random.uniform(0, 360, count))
            if np.diff(np.append(turns, turns[0] + 360)).max() > 170:
                turns = np.linspace(0, 360, count, endpoint=False) + 3
            far = size_m * random.uniform(0.4, 1.0, count)
            x, y, _ = GRS80.fwd(np.full(count, lon), np.full(count, lat), turns, far)
            out.append([[round(a, 9), round(b, 9)] for a, b in zip(x, y, strict=True)])
    return out


def test_areas_and_lengths_agree_with_the_engine(tab, maps):
    visit(tab, maps / "glossary.html")
    visit(tab, maps / "index.html")
    worst_area = worst_length = 0.0
    for ring in rings():
        got = tab.evaluate("ring => [eppv.geodesy.area(ring), eppv.geodesy.length(ring, true)]", ring)
        shape = shapely.Polygon(ring)
        assert not tab.evaluate("ring => eppv.geodesy.crosses(ring)", ring) or not shape.is_valid
        want = area.area_m2(shape)
        oracle = abs(GRS80.geometry_area_perimeter(shape)[0])
        length = GRS80.geometry_length(shapely.LinearRing(ring))
        worst_area = max(worst_area, abs(got[0] / want - 1))
        if want > 1e6:  # of gardens the oracle itself keeps six digits only
            worst_area = max(worst_area, abs(got[0] / oracle - 1))
        worst_length = max(worst_length, abs(got[1] / length - 1))
    assert worst_area < 1e-9
    assert worst_length < 1e-7


def test_known_areas(tab, maps):
    visit(tab, maps / "index.html")
    # one degree by one degree on the equator and at 60° N, by GeographicLib on GRS 80
    for lat in (0, 60, -35):
        ring = [[110, lat], [111, lat], [111, lat + 1], [110, lat + 1]]
        want = abs(GRS80.polygon_area_perimeter(*zip(*ring, strict=True))[0])
        assert math.isclose(tab.evaluate("r => eppv.geodesy.area(r)", ring), want, rel_tol=1e-9)
    # across the antimeridian, and the other way round
    ring = [[179, 10], [-179, 10], [-179, 11], [179, 11]]
    want = abs(GRS80.polygon_area_perimeter(*zip(*ring, strict=True))[0])
    assert math.isclose(tab.evaluate("r => eppv.geodesy.area(r)", ring), want, rel_tol=1e-9)
    assert math.isclose(tab.evaluate("r => eppv.geodesy.area(r.reverse())", ring), want, rel_tol=1e-9)
    assert tab.evaluate("eppv.geodesy.area([[1, 1], [1, 1], [1, 1]])") == 0
    assert tab.evaluate("eppv.geodesy.area([[1, 1], [2, 2]])") == 0
    assert tab.evaluate("eppv.geodesy.length([[5, 5], [5, 5]], false)") == 0
    assert math.isnan(
        tab.evaluate("eppv.geodesy.length([[0, 0], [180, 0.0001]], false)")
    )  # antipodes: said, not guessed
    for lat in (80, -75):  # once round a pole
        ring = [[lon, lat] for lon in range(0, 360, 30)]
        want = abs(GRS80.polygon_area_perimeter(*zip(*ring, strict=True))[0])
        assert math.isclose(tab.evaluate("r => eppv.geodesy.area(r)", ring), want, rel_tol=1e-9)
    bow_tie = [[110, 30], [111, 31], [111, 30], [110, 31]]
    assert tab.evaluate("r => eppv.geodesy.crosses(r)", bow_tie)
    assert not tab.evaluate("eppv.geodesy.crosses([[110, 30], [111, 30], [111, 31], [110, 31]])")


def box(tab):
    return tab.locator("#map_main").bounding_box()


def downloaded(tab):
    with tab.expect_download() as held:
        tab.locator(".measure-buttons .primary").click()
    return held.value.suggested_filename, json.loads(held.value.path().read_text("utf-8"))


def test_a_polygon_drawn_with_the_mouse(tab, maps):
    visit(tab, maps / "index.html", "view=9/30.6/119.7")
    tab.locator(".measure-polygon").click()
    frame = box(tab)
    x, y = frame["x"] + frame["width"] * 0.62, frame["y"] + 60
    for dx, dy in ((0, 0), (70, 10), (60, 90)):
        tab.mouse.click(x + dx, y + dy)
    tab.mouse.dblclick(x - 40, y + 70)
    text = tab.locator(".measure-bar").inner_text()
    for unit in ("平方米", "公顷", "平方公里", "亩", "周长"):
        assert unit in text
    assert tab.locator(".leaflet-popup").count() == 0  # drawing opens nothing
    name, data = downloaded(tab)
    assert name == "measure.geojson"
    (feature,) = data["features"]
    shape = shapely.geometry.shape(feature["geometry"])
    assert len(shape.exterior.coords) == 5
    assert shape.exterior.is_ccw
    assert shape.is_valid
    want = area.area_m2(shape)
    values = feature["properties"]
    assert math.isclose(values["area_m2"], want, rel_tol=1e-6)
    assert math.isclose(values["area_mu"], want * 3 / 2000, rel_tol=1e-6)
    assert math.isclose(values["area_ha"], want / 1e4, rel_tol=1e-6)
    assert math.isclose(values["area_km2"], want / 1e6, rel_tol=1e-6)
    assert math.isclose(values["perimeter_m"], GRS80.geometry_length(shape.exterior), rel_tol=1e-6)
    assert "不是测量成果" in values["how"]  # what a reader draws never passes for a survey
    shown = tab.evaluate("v => eppv.areaText(v, 'ha')", want)
    assert f"{shown} 公顷" in text
    tab.locator(".measure-buttons button").last.click()
    assert not tab.locator(".measure-bar").is_visible()
    assert tab.seen == []


def test_a_polygon_drawn_with_the_keyboard(tab, maps):
    visit(tab, maps / "index.html", "view=8/30.6/119.7")
    tab.locator(".measure-polygon").focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".crosshair").is_visible()
    assert tab.evaluate("document.activeElement.id") == "map_main"
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", None):
        tab.keyboard.press("Space")
        if key:
            tab.keyboard.press(key)
            tab.wait_for_timeout(450)
    tab.keyboard.press("Backspace")  # the fourth point is taken back
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".measure-bar .measure-values")
    _, data = downloaded(tab)
    shape = shapely.geometry.shape(data["features"][0]["geometry"])
    assert len(shape.exterior.coords) == 4
    assert math.isclose(data["features"][0]["properties"]["area_m2"], area.area_m2(shape), rel_tol=1e-6)
    tab.keyboard.press("Escape")


def test_a_line_and_a_crossing_polygon(tab, maps):
    visit(tab, maps / "changzhou-zhenglu.html")
    frame = box(tab)
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + 60
    tab.locator(".measure-line").click()
    tab.mouse.click(x, y)
    tab.mouse.click(x + 80, y + 40)
    tab.locator(".measure-buttons .primary").click()
    assert (
        tab.evaluate("document.querySelectorAll('path[fill=\"#b3261e\"]').length") == 0
    )  # a line stays a line
    _, data = downloaded(tab)
    shape = shapely.geometry.shape(data["features"][0]["geometry"])
    assert math.isclose(
        data["features"][0]["properties"]["length_m"], GRS80.geometry_length(shape), rel_tol=1e-6
    )
    tab.locator(".measure-polygon").click()
    for dx, dy in ((0, 0), (80, 60), (80, 0), (0, 60)):
        tab.mouse.click(x + dx, y + dy)
    tab.locator(".measure-buttons .primary").click()
    assert "自相交" in tab.locator(".measure-bar").inner_text()
    tab.locator(".measure-polygon").click()  # begins anew
    tab.keyboard.press("Escape")
    assert not tab.locator(".measure-bar").is_visible()
    assert tab.evaluate("map_main.doubleClickZoom.enabled()")
    assert tab.seen == []
