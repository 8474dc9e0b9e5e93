"""Every text that a page can show, with every payload we know: none is run, all are shown as text."""

import base64
import hashlib
import json
import re

import folium
import geopandas as gpd
import pytest
import shapely
from markupsafe import Markup

import eppv_atlas as ea
from browsing import card, usable, visit
from conftest import ROOT
from eppv_atlas import claims, measure, render
from eppv_atlas.errors import RenderError
from eppv_atlas.model import Name

PAYLOADS = [
    "{{ 7**8 }}",
    "{{7*7}}",
    "{% for x in y %}",
    "{%",
    "{{",
    "}} %}",
    "{# comment #}",
    "{{ cycler.__init__.__globals__.os.popen('touch /tmp/eppv-owned').read() }}",
    "{{ self._TemplateReference__context }}",
    "{% import os %}{{ os.system('id') }}",
    "${window.owned=1}",
    "`${window.owned=1}`",
    "#{window.owned=1}",
    "<%= window.owned=1 %>",
    "<img src=x onerror=window.owned=1>",
    "<svg onload=window.owned=1>",
    "<svg><script>window.owned=1</script></svg>",
    "<script>window.owned=1</script>",
    "</script><script>window.owned=1</script>",
    "</ScRiPt ><sCrIpT>window.owned=1</sCrIpT>",
    "<!--<script>",
    "-->",
    "<!--",
    "]]>",
    "</style><style>*{display:none}</style>",
    "</title><script>window.owned=1</script>",
    "</textarea><script>window.owned=1</script>",
    "<iframe src=javascript:window.top.owned=1>",
    "<a href=javascript:window.owned=1>x</a>",
    "<details open ontoggle=window.owned=1>",
    "<meta http-equiv=refresh content=0;url=about:blank>",
    "<base href=//evil.example>",
    "<form action=//evil.example><input name=x>",
    "<object data=data:text/html,x></object>",
    "<math><mtext></mtext></math>",
    '" onmouseover=window.owned=1 x="',
    "' onfocus=window.owned=1 autofocus '",
    '"><img src=x onerror=window.owned=1>',
    "javascript:window.owned=1",
    "data:text/html,<script>window.owned=1</script>",
    '\\"+window.owned+\\"',
    "\\u003cscript\\u003ewindow.owned=1\\u003c/script\\u003e",
    "&lt;img src=x&gt;",
    "&#60;img src=x onerror=window.owned=1&#62;",
    "\u2028window.owned=1\u2029",
    "%3Cscript%3E",
    "url(javascript:window.owned=1)",
    "csp-goes-here",
    "__proto__",
    '=HYPERLINK("http://evil.example")',
]
SHORT = 390  # the schema's longest line is 400 characters


def poisoned(case, payload):
    """A case with the payload in every text that a case file can hold."""

    def walk(value):
        if isinstance(value, Name) or (
            hasattr(value, "zh") and hasattr(value, "en") and hasattr(value, "model_copy")
        ):
            return value.model_copy(update={"zh": f"甲{payload}"[:SHORT], "en": f"a{payload}"[:SHORT]})
        if hasattr(value, "model_fields_set"):
            changes = {name: walk(getattr(value, name)) for name in type(value).model_fields}
            for name in ("printed", "period"):
                if isinstance(changes.get(name), str):
                    changes[name] = payload[:80]
            return value.model_copy(update=changes)
        if isinstance(value, tuple):
            return tuple(walk(item) for item in value)
        return value

    return walk(case)


@pytest.fixture(scope="module")
def real():
    return ea.load(ROOT)


def pages_of(real, payload):
    """The national page, a case page, the glossary and a layer page, all poisoned."""
    placed = real["changzhou-zhenglu"]
    bad = type(placed)(poisoned(placed.case, payload), placed.shapes, placed.anchor, placed.anchor_confidence)
    name = Name(zh=f"甲{payload}"[:SHORT], en=f"a{payload}"[:SHORT])
    documents = {
        key: document.model_copy(update={"title": name, "publisher": name, "issued": payload[:80]})
        for key, document in real.settings.documents.items()
    }
    settings = real.settings.model_copy(
        update={"title": name, "documents": documents, "review_no": payload[:80]}
    )
    rows = {bad.case.id: measure.case(bad)}
    national = render.national_page([bad], rows, settings)
    case = render.case_page(
        bad,
        rows[bad.case.id],
        measure.totals(bad),
        claims.findings(bad.case),
        settings,
        before=bad,
        after=bad,
    )
    frame = gpd.GeoDataFrame(
        {f"n{payload}": [f"甲{payload}"], f"c{payload}": [payload or "x"], f"t{payload}": [payload]},
        geometry=[shapely.box(110, 30, 111, 31)],
        crs="OGC:CRS84",
    )
    both = {"zh": f"甲{payload}", "en": f"a{payload}"}
    layers = [
        render.PolygonLayer.from_frame(
            frame,
            title=f"n{payload}",
            facets=[f"c{payload}"],
            fields=[f"t{payload}"],
            colour=f"c{payload}",
            name=both,
            bulk=bulk,
        )
        for bulk in (False, True)
    ]
    page = render.map_page(both, *layers, note=both, review_no=payload[:80] or "x")
    return {"national": national, "changzhou-zhenglu": case, "layers": page}


def ours(html):
    """Scripts that a browser would run, styles, and event attributes."""
    inert = re.sub(
        r'<script type="(application/json|text/plain)"[^>]*>.*?</script>', "", html, flags=re.DOTALL
    )
    return re.findall(r"<script([^>]*)>", inert), re.findall(r"<style([^>]*)>", inert)


@pytest.fixture(scope="module")
def clean(real):
    return {name: ours(page.decode()) for name, page in pages_of(real, "x").items()}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_is_evaluated_or_let_out_while_building(real, clean, payload, tmp_path):
    for name, page in pages_of(real, payload).items():
        html = page.decode("utf-8")
        assert "5764801" not in html
        assert ">49<" not in html
        assert ours(html) == clean[name]  # not a script or style more than of a harmless text
        bare = re.sub(r"<(script|style)\b[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
        tags = re.findall(r"<[a-zA-Z][^>]*>", bare)
        for tag in tags:
            outside = re.sub(r'"[^"]*"', '""', tag)
            assert not re.search(r"\son[a-z]+\s*=", outside), tag
            assert not re.match(r"<(img|iframe|object|base|form|math|details open)\b", tag), tag
        assert not re.findall(r'(?:href|src)="\s*(?:javascript|data|//)', bare)
        for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL):
            assert not re.search(r"[<>&\u2028\u2029]", block)
            json.loads(block)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_stock_map_with_our_layers_evaluates_nothing_either(payload):
    stock = folium.Map([30, 110], tiles=None)
    frame = gpd.GeoDataFrame(
        {"n": [payload], "t": [payload]}, geometry=[shapely.box(110, 30, 111, 31)], crs=4326
    )
    render.PolygonLayer.from_frame(
        frame, title="n", fields=["t"], name={"zh": payload, "en": payload}
    ).add_to(stock)
    html = stock.get_root().render()
    assert "5764801" not in html
    for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL):
        assert not re.search(r"[<>&]", block)
        json.loads(block)


@pytest.mark.browser
def test_nothing_runs_in_the_reader_and_all_is_text(tab, real, tmp_path):
    """All payloads, six to a page, in every place of every page, with everything opened."""
    tab.emulate_media(reduced_motion="reduce")  # quicker; what moves is tested elsewhere
    groups = [PAYLOADS[i : i + 6] for i in range(0, len(PAYLOADS), 6)]
    for group in groups:
        payload = " ".join(group)
        for name, page in pages_of(real, payload[:380]).items():
            path = tmp_path / f"{name}.html"
            path.write_bytes(page)
        shown = payload[:80].split("\u2028")[0].strip()
        visit(tab, tmp_path / "national.html")
        if tab.size == "phone":
            tab.evaluate("eppv.sheet.set('full')")
        tab.locator(".card").click()
        tab.wait_for_timeout(120)
        text = card(tab).inner_text()
        assert "".join(shown.split()) in "".join(text.split())
        for facet in tab.locator(".facet-tab").all():
            facet.click() if tab.size == "desktop" else None
        tab.evaluate("document.querySelector('.share').click()")
        assert "<iframe src=" in tab.locator("dialog textarea").last.input_value()
        held(tab)
        visit(tab, tmp_path / "changzhou-zhenglu.html", "year=2035")
        for opener in tab.locator(".zone-table button.plain, .sites button.plain").all()[:8]:
            opener.click()
        for fold in tab.locator("details.fold summary").all()[:3]:
            fold.click()
        assert "".join(shown.split()) in "".join(tab.locator("article.panel").inner_text().split())
        svg = tab.evaluate(
            """eppv.figure.draw(map_main, (() => { const g = eppv.data('story_layer');
                 return { title: g.title, source: g.source, note: g.note, review: g.review }; })()).text"""
        )
        assert tab.evaluate(
            """text => { const d = new DOMParser().parseFromString(text, 'image/svg+xml');
                 return !d.querySelector('parsererror') && !d.querySelector('script, img, iframe, [onload], [onerror]'); }""",
            svg,
        )
        held(tab)
        visit(tab, tmp_path / "layers.html")
        usable(tab)
        tab.locator("path.leaflet-interactive").first.focus()
        tab.keyboard.press("Enter")
        assert "".join(shown.split()) in "".join(tab.locator(".leaflet-popup-content").inner_text().split())
        tab.keyboard.press("Escape")
        tab.locator(".layers-toggle").click()
        held(tab)
    tab.emulate_media(reduced_motion="no-preference")


def held(tab):
    """Nothing ran, nothing was asked for, the page still stands."""
    assert tab.evaluate("window.owned") is None
    assert tab.evaluate("document.querySelector('.bar').checkVisibility()")
    odd = "Array.from(document.querySelectorAll('iframe, object, base, form[action], img:not(.leaflet-tile)')).length"
    assert tab.evaluate(odd) == 0
    assert tab.seen == []


@pytest.mark.browser
def test_a_file_made_in_the_page_has_a_harmless_name(tab, maps):
    visit(tab, maps / "chaka-salt-lake.html")
    for payload in (*PAYLOADS, "../../etc/passwd", "con", "a" * 500, "..", ""):
        name = tab.evaluate("name => eppv.share.fileName(name + '.csv')", payload)
        assert re.fullmatch(r"[\w-][\w.-]{0,99}", name), name
        assert ".." not in name
        assert name.endswith("csv")
    with tab.expect_download() as made:
        tab.evaluate("eppv.share.save('<img src=x onerror=window.owned=1>.csv', 'text/csv', 'a')")
    assert made.value.suggested_filename == "img-src-x-onerror-window.owned-1-.csv"
    assert tab.evaluate("window.owned") is None


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "/" not in p and "\0" not in p][:12])
def test_a_case_file_with_a_hostile_name_is_named_and_not_built(cli, folder, tmp_path, payload):
    source = folder / "cases" / "chaka-salt-lake.yaml"
    (folder / "cases" / f"{payload[:60]}.yaml").write_bytes(source.read_bytes())
    code, _, err = cli("--atlas", folder, "build", "--out", tmp_path / "maps")
    assert code == 1
    assert "yaml" in err
    assert not (tmp_path / "maps").exists()


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if p.strip()])
@pytest.mark.parametrize(
    "make",
    [
        lambda text: folium.Marker([25, 105], tooltip=text),
        lambda text: folium.Marker([25, 105], popup=text),
        lambda text: folium.Marker([25, 105], icon=folium.DivIcon(html=text)),
        lambda text: folium.GeoJson({"type": "Point", "coordinates": [1, 1], "name": text}),
        lambda text: folium.CircleMarker([25, 105], popup=folium.Popup(text)),
    ],
)
def test_a_stock_layer_with_text_is_refused_on_our_map(make, payload):
    page = render.Page({"zh": "t", "en": "t"}, Markup("<div id='map_main'></div>"))
    atlas_map = render.AtlasMap((100, 20, 110, 30), {"zh": "图", "en": "map"})
    page.add_child(atlas_map)
    make(payload).add_to(atlas_map)
    with pytest.raises(RenderError, match="PointLayer"):
        page.render()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_options_of_a_plain_stock_layer_are_no_template_and_end_no_script(payload):
    page = render.Page({"zh": payload, "en": payload}, Markup("<div id='map_main'></div>"))
    atlas_map = render.AtlasMap((100, 20, 110, 30), {"zh": payload, "en": payload})
    page.add_child(atlas_map)
    folium.CircleMarker([25, 105], color=payload).add_to(atlas_map)
    html = page.render()
    assert "5764801" not in html
    assert html.count("<title>") == 1
    hashes = re.search(r"script-src ([^;]*);", html)[1].replace("&#39;", "'")
    for script in re.findall(r"<script>(.*?)</script>", html, re.DOTALL):
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in hashes


@pytest.mark.parametrize("text", ["</script>", "</SCRIPT ><b>", "<!--"])
def test_a_script_that_would_end_itself_is_refused(text):
    page = render.Page({"zh": "t", "en": "t"}, Markup("<div id='map_main'></div>"))
    page.script.add_child(render.Verbatim(f'var a = "{text}";'))
    with pytest.raises(RenderError, match="would end it"):
        page.render()


def test_markup_from_outside_is_shown_and_may_not_run():
    page = render.Page({"zh": "t", "en": "t"}, Markup("<div id='map_main'></div>"))
    page.html.add_child(render.Verbatim("<script>window.owned=1</script>"))
    page.header.add_child(render.Verbatim("<script>window.owned=2</script><style>*{color:red}</style>"))
    html = page.render()
    policy = re.search(r"Content-Security-Policy\" content=\"([^\"]*)", html)[1]
    for text in ("window.owned=1", "window.owned=2", "*{color:red}"):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() not in policy


def one(name="a"):
    frame = gpd.GeoDataFrame({"n": [name]}, geometry=[shapely.box(1, 1, 2, 2)], crs=4326)
    return render.PolygonLayer.from_frame(frame, title="n")


def test_our_layer_stands_on_one_map_itself():
    layer = one()
    maps_ = [render.AtlasMap((0, 0, 3, 3), {"zh": "图", "en": "map"}) for _ in range(2)]
    pages = [render.Page({"zh": "t", "en": "t"}, Markup("<div id='map_main'></div>")) for _ in range(2)]
    for page, held_ in zip(pages, maps_, strict=True):
        page.add_child(held_)
        layer.add_to(held_)
    with pytest.raises(RenderError, match="one map only"):
        pages[0].render()
    group = folium.FeatureGroup()
    one().add_to(group)
    stock = folium.Map([1, 1], tiles=None)
    group.add_to(stock)
    with pytest.raises(RenderError, match="map itself"):
        stock.get_root().render()


def test_a_page_renders_the_same_twice():
    page = render.Page({"zh": "t", "en": "t"}, Markup("<div id='map_main'></div>"))
    atlas_map = render.AtlasMap((0, 0, 3, 3), {"zh": "图", "en": "map"})
    page.add_child(atlas_map)
    one("{{ 7**8 }}").add_to(atlas_map)
    assert page.render() == page.render()
