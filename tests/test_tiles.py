"""Zones in tiles: every one there at the largest zoom by independent readers, and a page that reads them by ranges."""

import gzip
import http.server
import threading
from http.client import HTTPConnection

import numpy as np
import pyogrio
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

import eppv_atlas as ea
from browsing import until, watch
from conftest import ROOT, call
from eppv_atlas import measure, render, serve
from eppv_atlas.errors import UsageError
from eppv_atlas.model import Name
from eppv_atlas.render import tiles
from eppv_atlas.results import PlacedCase, ZoneShape

ODD = '</script><b onclick=x>&"\t湿地𠮷\u2028'


def made(atlas):
    """A real case, and one with hostile names, a hole, two parts, a grid of cells and a zone of a few metres."""
    origin = atlas["hangzhou-xixi"]
    first = next(zone for zone in origin.case.zones if zone.id in origin.shapes)
    x, y = 104.0, 31.0
    shapes = {
        "hole": shapely.box(x, y, x + 0.04, y + 0.04).difference(
            shapely.box(x + 0.01, y + 0.01, x + 0.02, y + 0.02)
        ),
        "parts": shapely.MultiPolygon(
            [shapely.box(x + 0.06, y, x + 0.08, y + 0.02), shapely.box(x + 0.1, y, x + 0.12, y + 0.02)]
        ),
        "cells": shapely.GeometryCollection(
            [shapely.box(x + i * 0.01, y + 0.06, x + (i + 1) * 0.01, y + 0.07) for i in range(3)]
        ),
        "small": shapely.box(x + 0.2, y, x + 0.20005, y + 0.00005),
    }
    zones, held = [], {}
    for n, (name, shape) in enumerate(shapes.items()):
        text = Name.model_construct(zh=f"{ODD}{name}", en=f"{ODD}{name}")
        zones.append(first.model_copy(update={"id": name, "name": text, "stated_area": None}))
        held[name] = ZoneShape(name, shape, ("schematic", "official", "digitised", "surveyed")[n], "drawn")
    case = origin.case.model_copy(update={"id": "odd", "zones": tuple(zones)})
    return [origin, PlacedCase(case, held, shapely.Point(x + 0.05, y + 0.03), "digitised", origin.settings)]


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


@pytest.fixture(scope="module")
def archive(atlas, tmp_path_factory):
    path = tmp_path_factory.mktemp("tiles") / tiles.ARCHIVE
    held = [(placed, measure.case(placed)) for placed in made(atlas)]
    count = render.write_tiles(held, path)
    return path, held, count


def decoded(path, folder, zoom):
    """Features of a zoom as GDAL reads them, by layer: attributes, and shapes in Web Mercator."""
    out = {"zones": [], "cases": []}
    with path.open("rb") as opened:
        for (z, x, y), raw in all_tiles(MmapSource(opened)):
            if z == zoom:
                one = folder / f"{z}-{x}-{y}.mvt"
                one.write_bytes(gzip.decompress(raw))
                for layer in pyogrio.list_layers(one)[:, 0]:
                    frame = pyogrio.read_dataframe(one, layer=layer, X=x, Y=y, Z=z)
                    out[layer] += [(row, (z, x, y)) for row in frame.to_dict("records")]
                one.unlink()
    return out


def test_every_zone_is_there_at_the_largest_zoom_and_says_what_was_measured(archive, tmp_path):
    path, held, count = archive
    rows = decoded(path, tmp_path, tiles.HIGH)
    want = {(p.case.id, zone) for p, _ in held for zone in p.shapes}
    assert {(row["case"], row["zone"]) for row, _ in rows["zones"]} == want
    assert count == len(want)
    assert {row["case"] for row, _ in rows["cases"]} == {"hangzhou-xixi", "odd"}
    measures = {(m.case, m.zone): m for _, of_case in held for m in of_case}
    names = {(p.case.id, z.id): z.name.zh for p, _ in held for z in p.case.zones}
    for row, _ in rows["zones"]:
        key = (row["case"], row["zone"])
        assert row["name_zh"] == names[key]  # Chinese and hostile characters as they are
        assert row["measured"] == pytest.approx(measures[key].area_m2, abs=0.01)
        assert row["confidence"] == measures[key].confidence


def test_shapes_come_back_where_they_were(archive, tmp_path):
    """Pieces of the tiles put together cover what went in; compared in the plane of the tiles, not measured."""
    path, held, _ = archive
    rows = decoded(path, tmp_path, tiles.HIGH)
    side = 2 * np.pi * 6378137
    for name, shape in held[1][0].shapes.items():
        pieces = []
        for row, (z, x, y) in rows["zones"]:
            if row["zone"] == name:
                west, north = x / 2**z * side - side / 2, side / 2 - y / 2**z * side
                tile = shapely.box(west, north - side / 2**z, west + side / 2**z, north)
                pieces.append(shapely.intersection(shapely.make_valid(row["geometry"]), tile))
        union = shapely.union_all(pieces)
        plane = shapely.transform(
            shapely.union_all(shapely.get_parts(shape.geometry)),
            lambda p: np.column_stack(
                [p[:, 0] / 360 * side, np.log(np.tan(np.pi / 4 + np.radians(p[:, 1]) / 2)) * 6378137]
            ),
        )
        off = shapely.area(shapely.symmetric_difference(union, plane))
        assert off < 4 * shapely.length(plane), name  # m: two steps of the grid on either side


def test_the_same_cases_give_the_same_bytes(archive, tmp_path):
    path, held, _ = archive
    render.write_tiles(held, tmp_path / "again.pmtiles")
    assert (tmp_path / "again.pmtiles").read_bytes() == path.read_bytes()
    with path.open("rb") as opened:
        head = Reader(MmapSource(opened)).header()
    assert (head["min_zoom"], head["max_zoom"]) == (tiles.LOW, tiles.HIGH)


def test_without_the_package_one_line_says_what_to_install(monkeypatch, cli, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "freestiler", None)
    with pytest.raises(UsageError, match="pip install"):
        tiles.maker()
    code, _, err = cli("--atlas", ROOT, "build", "--tiles", "--out", tmp_path / "m")
    assert code == 2
    assert "eppv-atlas[tiles]" in err
    assert not (tmp_path / "m").exists()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("tiled") / "maps"
    assert call("--atlas", ROOT, "build", "--tiles", "--cases", "none", "--out", out) == 0
    return out


def test_build_writes_page_and_tiles_and_links_to_no_page_that_is_not_there(built):
    names = {path.name for path in built.iterdir()}
    assert {"index.html", "tiles.html", "glossary.html", "atlas.pmtiles"} <= names
    assert not any(name.startswith("hangzhou") for name in names)
    assert b'href="hangzhou-xixi.html"' not in (built / "index.html").read_bytes()
    page = (built / "tiles.html").read_bytes()
    assert b"connect-src" in page
    assert b"connect-src" not in (built / "index.html").read_bytes()


def served(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def address(built, socket_enabled):
    held = serve.server(built, 0)
    thread = threading.Thread(target=held.serve_forever, daemon=True)
    thread.start()
    yield held.server_address
    held.shutdown()
    held.server_close()
    thread.join()


def asked(address, span, method="GET", name="/atlas.pmtiles"):
    connection = HTTPConnection(*address, timeout=10)
    connection.request(method, name, headers={"Range": span} if span else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_our_server_answers_ranges_of_the_tiles_and_of_nothing_else(address, built):
    whole = (built / "atlas.pmtiles").read_bytes()
    size = len(whole)
    for span, want in (
        ("bytes=0-126", whole[:127]),
        ("bytes=100-", whole[100:]),
        ("bytes=-50", whole[-50:]),
        (f"bytes={size - 5}-{size + 99}", whole[-5:]),
    ):
        answer, body = asked(address, span)
        assert answer.status == 206
        assert body == want
        assert answer.headers["Content-Range"].endswith(f"/{size}")
    answer, body = asked(address, "")
    assert (answer.status, body) == (200, whole)
    answer, body = asked(address, "", "HEAD")
    assert (answer.status, body, answer.headers["Content-Length"]) == (200, b"", str(size))
    for span in (f"bytes={size}-", "bytes=-0"):
        assert asked(address, span)[0].status == 416, span
    for span in (
        "bytes=9-2",
        "bytes=-",
        "bytes=0-1,5-9",
        "lines=1-2",
        "bytes=٣-٤",
    ):  # the whole is always right
        answer, body = asked(address, span.encode().decode("latin-1"))
        assert (answer.status, body) == (200, whole), span
    for name in ("/..%2fatlas.pmtiles", "/atlas.yaml", "/x.pmtiles", "/.eppv-atlas"):
        assert asked(address, "bytes=0-9", name=name)[0].status == 404


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    held = watch(context.new_page())
    held.set_default_timeout(15000)
    held.home = f"http://127.0.0.1:{address[1]}/tiles.html"
    yield held
    context.close()


def spot(page, lon, lat):
    return page.evaluate(
        """([lon, lat]) => { const p = map_main.latLngToContainerPoint([lat, lon]);
             const f = map_main.getContainer().getBoundingClientRect(); return [p.x + f.left, p.y + f.top]; }""",
        [lon, lat],
    )


def colours(page, lon, lat, reach=24):
    """Different colours drawn about a place, on the tiles alone."""
    return page.evaluate(
        """([x, y, reach]) => { const seen = new Set();
             document.querySelectorAll('canvas.leaflet-tile').forEach(tile => { const b = tile.getBoundingClientRect();
               if (x >= b.left && x < b.right && y >= b.top && y < b.bottom) { const k = tile.width / b.width;
                 const d = tile.getContext('2d').getImageData((x - b.left) * k, (y - b.top) * k, reach, reach).data;
                 for (let i = 0; i < d.length; i += 4) { seen.add(d.slice(i, i + 4).join()); } } });
             return Array.from(seen); }""",
        [*spot(page, lon, lat), reach],
    )


@pytest.mark.browser
def test_the_page_reads_zones_by_ranges_and_shows_what_they_say(page, atlas):
    page.goto(f"{page.home}#view=13/30.27/120.06")
    until(page, "Boolean(eppv.last('tiled'))")
    until(page, "document.querySelectorAll('canvas.leaflet-tile-loaded').length > 3")
    spans = [url for url in page.seen if url.endswith("atlas.pmtiles")]
    assert spans
    assert [seen for seen in page.seen if not seen.startswith("http://127.0.0.1")] == []
    # schematic: hatched, so that many colours stand about any place inside
    assert len(colours(page, 120.05, 30.25)) > 5
    x, y = spot(page, 120.06, 30.245)
    page.mouse.click(x, y)
    box = page.locator(".leaflet-popup-content")
    box.wait_for()
    text = box.inner_text()
    assert "西溪湿地" in text
    assert "示意" in text
    assert "图上量算" in text
    placed = atlas["hangzhou-xixi"]
    name = box.locator("h3").inner_text()
    zone = next(z for z in placed.case.zones if z.name.zh == name)
    assert zone.provenance.how.zh in text
    fact = next(f for f in placed.case.facts if f.id == zone.stated_area)
    assert f"第{fact.page}页" in text.replace(" ", "")
    assert box.locator("a").count() == 0  # no page of its own was built
    # the filters of cases reach the zones
    page.keyboard.press("Escape")
    page.evaluate("location.hash = 'path=quota-trading&' + location.hash.slice(1)")
    until(page, "document.querySelectorAll('canvas.leaflet-tile-loaded').length > 3")
    page.wait_for_timeout(400)
    assert colours(page, 120.05, 30.25) == ["0,0,0,0"]
    page.mouse.click(x, y)
    page.wait_for_timeout(300)
    assert box.count() == 0


@pytest.mark.browser
def test_nearer_than_the_tiles_zones_are_enlarged(page):
    for zoom in (9, 12, 14, 16):
        page.goto("about:blank")
        page.goto(f"{page.home}#view={zoom}/30.262/120.05")
        until(page, "Boolean(eppv.last('tiled'))")
        until(page, "document.querySelectorAll('canvas.leaflet-tile-loaded').length > 3")
        page.wait_for_timeout(200)
        assert colours(page, 120.05, 30.262) != ["0,0,0,0"], zoom


@pytest.mark.browser
def test_the_small_reader_finds_every_tile_that_another_reader_has(page, built):
    page.goto(page.home)
    until(page, "Boolean(eppv.last('tiled'))")
    with (built / "atlas.pmtiles").open("rb") as opened:
        every = [at for at, _ in all_tiles(MmapSource(opened))]
    some = every[:: max(1, len(every) // 150)]
    found = page.evaluate(
        """async (some) => { const a = eppv.last('tiled'); const out = [];
             for (const [z, x, y] of some) { const t = await a.get(z, x, y); out.push(Object.keys(t).length); } return out; }""",
        some,
    )
    assert all(found)
    held = set(every)
    empty = [(12, x, 7) for x in range(9) if (12, x, 7) not in held]
    for z, x, y in empty:
        assert page.evaluate(f"eppv.last('tiled').get({z}, {x}, {y}).then(t => Object.keys(t).length)") == 0


@pytest.mark.browser
def test_where_ranges_or_tiles_are_missing_one_line_says_so(browser, built, tmp_path, socket_enabled):
    class Whole(http.server.SimpleHTTPRequestHandler):
        """A static host that knows no ranges."""

        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(built))

        def log_message(self, *_):
            """Say nothing."""

    plain = served(Whole)
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    note = page.locator(".serve-note")
    page.goto(f"http://127.0.0.1:{plain.server_address[1]}/tiles.html")
    note.wait_for()
    assert "按范围读取" in note.inner_text()
    assert page.locator(".roll-case").count() == 11  # all but the zones is there
    page.goto((built / "tiles.html").as_uri())
    note.wait_for()
    assert "eppv-atlas serve" in note.inner_text()
    assert page.locator(".roll-case").count() == 11
    broken = tmp_path / "b"
    broken.mkdir()
    for name in ("tiles.html", "index.html"):
        (broken / name).write_bytes((built / name).read_bytes())
    (broken / "atlas.pmtiles").write_bytes(b"PMTiles\x03" + bytes(200))
    ours = serve.server(broken, 0)
    threading.Thread(target=ours.serve_forever, daemon=True).start()
    page.goto(f"http://127.0.0.1:{ours.server_address[1]}/tiles.html")
    note.wait_for()
    assert "atlas.pmtiles" in note.inner_text()
    assert errors == []
    context.close()
    for held in (plain, ours):
        held.shutdown()
        held.server_close()
