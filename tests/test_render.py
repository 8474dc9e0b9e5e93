"""Pages: self-contained, deterministic, and deaf to what data try to say."""

import json
import re

import folium
import pytest
from branca.element import JavascriptLink
from folium.plugins import MarkerCluster
from markupsafe import Markup

import eppv_atlas as ea
from conftest import CASES, ROOT
from eppv_atlas import claims, measure, render
from eppv_atlas.errors import RenderError
from eppv_atlas.render import page as page_
from eppv_atlas.render import phrases, style

PAYLOADS = [
    "{{ 7**8 }}",
    "{% for x in y %}",
    "{# #}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "${alert(1)}",
    "`+alert(1)+`",
    "'\"><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u2028\u2029",
    "{{ cycler.__init__.__globals__.os.popen('touch /tmp/owned').read() }}",
    "]]>",
    "&lt;b&gt;",
    "\\u003c",
]


@pytest.fixture
def hostile(folder):
    """The Chaka case with a payload in every text that a page shows."""
    payload = " ".join(PAYLOADS)
    quoted = json.dumps(payload, ensure_ascii=False)[:390]
    quoted = quoted if quoted.endswith('"') else quoted.rstrip("\\") + '"'
    path = folder / "cases" / "chaka-salt-lake.yaml"
    text = path.read_text("utf-8")
    text = re.sub(
        r"(?<![\w-])(zh|en): [^,}\n][^\n]*?(?=, en:|}$|}\n|\n)", lambda m: f"{m[1]}: {quoted}", text
    )
    path.write_text(text, "utf-8")
    return ea.load(folder)


def pages_of(atlas, case):
    placed = atlas[case]
    rows = {p.case.id: measure.case(p) for p in atlas}
    national = render.national_page(atlas.cases, rows, atlas.settings)
    found = claims.findings(placed.case)
    return national, render.case_page(placed, rows[case], measure.totals(placed), found, atlas.settings)


def test_hostile_texts_stay_texts(hostile):
    for page in pages_of(hostile, "chaka-salt-lake"):
        html = page.decode("utf-8")
        assert "5764801" not in html
        assert "{{ 7**8 }}" in html
        for raw in ("<img", "<svg onload", "<script>alert", "<!--<script"):
            assert raw not in html
        # script elements: ours and inert data only
        kinds = re.findall(r"<script([^>]*)>", html)
        assert all(re.match(r'$| type="(application/json|text/plain)"', kind) for kind in kinds)
        for data in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL):
            assert not re.search(r"[<>&\u2028\u2029]", data)
            json.loads(data)


def test_pages_ask_for_nothing_from_outside(maps):
    for path in maps.glob("*.html"):
        html = path.read_text("utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
        assert policy.startswith(("default-src &#39;none&#39;", "default-src 'none'"))
        assert "unsafe" not in policy
        hosts = re.findall(r"https?:[^ ;]+", policy)
        assert hosts == (
            [] if path.stem == "glossary" else list(style.TILE_HOSTS.values())
        )  # only if a reader asks
        assert re.search(rf"img-src data:{''.join(f' {re.escape(host)}' for host in hosts)};", policy)
        body = re.sub(r"<(script|style)\b[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
        assert not re.findall(r'(?:src|href)="(?!#|[a-z-]+\.html")[^"]*"', body)
        styles = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
        assert not re.findall(r"url\((?!data:|#)[^)]*\)", styles)
        assert "@import" not in styles


def test_every_page_that_shows_the_dashed_line_says_what_it_lacks(maps):
    for path in maps.glob("*.html"):
        html = path.read_text("utf-8")
        shows = 'class="locator-dashes"' in html and path.stem != "nsw-biodiversity-offsets"
        assert (phrases.PHRASES["attribution_dash"]["zh"] in html) == (shows or path.stem == "index"), (
            path.stem
        )


def test_same_input_same_bytes(maps, tmp_path, cli):
    assert cli("--atlas", ROOT, "build", "--out", tmp_path / "again")[0] == 0
    first = {p.name: p.read_bytes() for p in maps.iterdir()}
    second = {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()}
    assert first == second
    names = ("index", *CASES)
    assert set(first) == {
        "glossary.html",
        ".eppv-atlas",
        "catalog.json",
        *(f"{name}.stac.json" for name in CASES),
        *(f"{name}{suffix}" for name in names for suffix in (".html", ".oembed.json")),
    }


def test_no_path_of_this_machine_in_a_page(maps):
    for path in maps.glob("*.html"):
        assert str(ROOT) not in path.read_text("utf-8")


def test_page_refuses_an_asset_it_does_not_know():
    page = render.Page({"zh": "t", "en": "t"}, Markup("<div id='map_main'></div>"))
    atlas_map = render.AtlasMap((100, 20, 110, 30), {"zh": "图", "en": "map"})
    page.add_child(atlas_map)
    folium.Marker([30, 105]).add_to(atlas_map)  # a stock layer needs only Leaflet
    assert "L.marker(" in page.render()
    page.header.add_child(JavascriptLink("https://cdn.example/x.js"))
    with pytest.raises(RenderError, match="http"):
        page.render()
    MarkerCluster().add_to(atlas_map)  # this one wants files from a CDN, and text in its script
    with pytest.raises(RenderError, match="MarkerCluster"):
        page.render()


def test_our_layer_works_on_a_stock_map(atlas):
    cards = [render.DataLayer("cases", {"cases": [], "styles": {}, "ui": {}})]
    stock = folium.Map([30, 105], tiles=None)
    cards[0].add_to(stock)
    html = stock.get_root().render()
    assert "eppv.cases(" in html
    assert "window.eppv" in html


def test_inert_json_round_trips():
    data = {"a": PAYLOADS, "b": [1.5, None, True]}
    assert json.loads(page_.inert_json(data)) == data


def test_words_and_styles_are_complete():
    for key, pair in phrases.PHRASES.items():
        assert pair["zh"], key
        assert pair["en"] or key == "page_after", key
    assert len(set(style.FAMILY_COLOURS.values())) == len(style.FAMILY_COLOURS)
    assert len({s.outline for s in style.PATH_STYLES.values()}) == 3
    assert len(set(style.MODE_GLYPHS.values())) == 11


def _contrast(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


@pytest.mark.parametrize("colour", [s.colour for s in style.PATH_STYLES.values()])
def test_white_glyphs_are_readable_on_path_colours(colour):
    assert _contrast(colour) >= 4.5


@pytest.mark.parametrize("colour", style.FAMILY_COLOURS.values())
def test_outlines_stand_out_from_the_ground(colour):
    assert _contrast(colour) >= 2.7


def test_a_schematic_shape_never_looks_surveyed(atlas):
    schematic = style.CONFIDENCE_STYLES["schematic"]
    assert schematic.hatched
    assert schematic.dash
    for name, look in style.CONFIDENCE_STYLES.items():
        assert name == "schematic" or not look.hatched
    _, page = pages_of(atlas, "hangzhou-xixi")
    data = re.search(r'id="zones_layer-data">(.*?)</script>', page.decode("utf-8"), re.DOTALL)[1]
    zones = json.loads(data)["cases"][0]["zones"]
    assert zones
    assert all(zone["confidence"] == "schematic" for zone in zones)  # the scripts draw by this word alone
    assert all(zone["madeFromStated"] and zone["difference"] is None for zone in zones)
    shared = json.loads(re.search(r'id="eppv-ui-data">(.*?)</script>', page.decode("utf-8"), re.DOTALL)[1])
    look = shared["confidences"]["schematic"]
    assert look["hatched"]
    assert look["dash"] == schematic.dash
