"""The national map in a real browser: filters, search, address, list, layers, printing, keyboard."""

import json
import re
import struct
import zlib

import pytest
from axe_playwright_python.sync_playwright import Axe

import eppv_atlas as ea
from browsing import SIZES, card, hash_of, overflow, reach, until, usable, visit, watch
from conftest import CASES, ROOT
from eppv_atlas import boundaries, measure, render

pytestmark = pytest.mark.browser
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


def listed(tab):
    rows = "Array.from(document.querySelectorAll('.cards li[data-case]')).filter(n => !n.hidden)"
    return set(tab.evaluate(f"{rows}.map(n => n.dataset.case)"))


def on_map(tab):
    found = tab.locator(".case-anchor[data-case]")
    return {found.nth(i).get_attribute("data-case") for i in range(found.count())}


def unfold(tab):
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('full')")


def pick(tab, facet, value):
    tab.locator(f'.facet-tab[aria-controls="facet-{facet}"]').click()
    tab.locator(f'#facet-{facet} input[value="{value}"]').check()


def counts(tab, facet):
    return tab.evaluate(
        """id => Object.fromEntries(Array.from(document.querySelectorAll(`#facet-${id} .facet-value`)).map(
             row => [row.querySelector('input').value, Number(row.querySelector('.count').textContent)]))""",
        facet,
    )


def values_of(placed, facet):
    """What a case has of a facet, worked out anew from its records."""
    case = placed.case
    return {
        "path": {case.path.id},
        "mode": {mode.id for mode in (case.mode, *case.further_modes)},
        "category": {case.category.id},
        "province": {boundaries.place(code).province for code in case.places},
        "batch": {case.batch},
        "confidence": {shape.confidence for shape in placed.shapes.values()} | {placed.anchor_confidence},
    }[facet]


@pytest.mark.parametrize("facet", ["path", "mode", "category", "province", "batch", "confidence"])
def test_a_facet_filters_list_and_map_and_counts_follow_the_others(tab, maps, atlas, facet):
    visit(tab, maps / "index.html")
    unfold(tab)
    every = {value for placed in atlas for value in values_of(placed, facet)}
    assert set(counts(tab, facet)) == every
    for value, count in counts(tab, facet).items():
        assert count == sum(value in values_of(placed, facet) for placed in atlas)
    value = min(every)
    pick(tab, facet, value)
    want = {placed.case.id for placed in atlas if value in values_of(placed, facet)}
    assert listed(tab) == want
    assert on_map(tab) == want
    assert hash_of(tab)[facet] == value
    assert tab.locator(".result-count").inner_text().startswith(f"{len(want)} / 11")
    # the facet's own counts stay, those of every other follow
    assert counts(tab, facet)[value] == len(want)
    other = "category" if facet == "path" else "path"
    for name, count in counts(tab, other).items():
        assert count == sum(name in values_of(placed, other) for placed in atlas if placed.case.id in want)
    tab.locator(".chip-button").click()
    assert len(listed(tab)) == 11
    assert facet not in hash_of(tab)


def test_two_values_of_a_facet_are_either_and_two_facets_are_both(tab, maps, atlas):
    visit(tab, maps / "index.html", "mode=eco-tourism,eco-agriculture&category=commercial")
    want = {
        p.case.id
        for p in atlas
        if values_of(p, "mode") & {"eco-tourism", "eco-agriculture"} and p.case.category.id == "commercial"
    }
    assert 0 < len(want) < 11
    assert listed(tab) == want


def test_ecosystems_are_read_off_the_zones(tab, maps):
    visit(tab, maps / "index.html", "ecosystem=karst")
    assert listed(tab) == {"xichou-karst"}
    visit(tab, maps / "index.html", "ecosystem=not-named")
    assert listed(tab) == {"nsw-biodiversity-offsets"}


@pytest.mark.parametrize(
    ("query", "case"),
    [
        ("西溪", "hangzhou-xixi"),
        ("xixishidi", "hangzhou-xixi"),
        ("xi xi shi", "hangzhou-xixi"),
        ("xxsd", "hangzhou-xixi"),
        ("XIXI wetland", "hangzhou-xixi"),
        ("六堡茶", "wuzhou-liubao-tea"),
        ("liubaocha", "wuzhou-liubao-tea"),
        ("lavender", "yining-flower-sea"),
        ("ｓｈｉｍｏ", "xichou-karst"),
        ("cha", "chaka-salt-lake"),
        ("tea", "wuzhou-liubao-tea"),
        ("NSW", "nsw-biodiversity-offsets"),
        ("lüxin", "beijing-green-heart"),
        ("lvxin", "beijing-green-heart"),
        ("盐湖 青海", "chaka-salt-lake"),
    ],
)
def test_search_takes_chinese_english_and_pinyin(tab, maps, query, case):
    visit(tab, maps / "index.html")
    tab.locator("input[type=search]").fill(query)
    tab.wait_for_timeout(60)
    assert case in listed(tab)
    assert len(listed(tab)) < 11
    assert on_map(tab) == listed(tab)
    assert hash_of(tab)["q"]


def test_nothing_matches_says_so_and_offers_to_clear(tab, maps):
    visit(tab, maps / "index.html", "path=quota-trading")
    tab.locator("input[type=search]").fill("qqqqq")
    tab.wait_for_timeout(60)
    assert listed(tab) == set()
    assert on_map(tab) == set()
    assert "没有符合条件的案例" in tab.locator(".empty").inner_text()
    tab.locator(".empty button").click()
    assert listed(tab) == set(CASES)
    assert not tab.locator(".empty").is_visible()
    assert not {"q", "path"} & set(hash_of(tab))


def test_list_and_map_light_each_other(tab, maps):
    tab.mouse.move(1, 1)  # away from what comes under it
    visit(tab, maps / "index.html")
    if tab.size == "phone":  # nothing hovers on a phone: the focus lights instead
        tab.evaluate("eppv.sheet.set('half')")
        tab.locator(".card[data-case=chaka-salt-lake]").focus()
    else:
        tab.locator(".card[data-case=chaka-salt-lake]").hover()
    assert tab.locator(".case-anchor[data-case=chaka-salt-lake] .case-marker.is-hot").count() == 1
    if tab.size == "phone":
        tab.locator(".case-anchor[data-case=xichou-karst]").focus()
    else:
        tab.locator(".case-anchor[data-case=xichou-karst] .pin").hover()
    assert tab.locator(".cards li.is-hot").get_attribute("data-case") == "xichou-karst"
    assert tab.locator(".case-marker.is-hot").count() == 1


def test_the_address_brings_the_state_back(tab, maps):
    visit(
        tab,
        maps / "index.html",
        "lang=en&path=empowerment&case=chaka-salt-lake&view=6/36.70/99.11&layers=tint",
    )
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert len(listed(tab)) == 8
    assert "Chaka" in card(tab).inner_text()
    assert tab.evaluate("map_main.getZoom()") == 6
    assert abs(tab.evaluate("map_main.getCenter().lng") - 99.11) < 6
    assert tab.evaluate("document.getElementById('tint-legend').hidden") is False
    # changed by hand, or by the back button: the page follows
    tab.evaluate("location.hash = 'path=quota-trading&lang=zh'")
    tab.wait_for_timeout(200)
    assert listed(tab) == {"nsw-biodiversity-offsets"}
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"
    card(tab).wait_for(state="detached")


def test_every_change_is_kept_in_the_address(tab, maps):
    visit(tab, maps / "index.html")
    assert hash_of(tab) == {}
    before = tab.evaluate("history.length")
    tab.locator(".tools .tool").first.click()
    tab.wait_for_timeout(500)
    assert re.fullmatch(r"[\d.]+/-?[\d.]+/-?[\d.]+", hash_of(tab)["view"])
    tab.locator(".tool.home").click()
    tab.wait_for_timeout(500)
    assert "view" not in hash_of(tab)
    tab.locator("button.language").click()
    assert hash_of(tab)["lang"] == "en"
    reach(tab, "hangzhou-xixi")
    assert hash_of(tab)["case"] == "hangzhou-xixi"
    tab.keyboard.press("Escape")
    assert "case" not in hash_of(tab)
    assert tab.evaluate("history.length") == before  # the back button leaves the page, as readers expect
    state = tab.evaluate("location.hash").lstrip("#")
    visit(tab, maps / "index.html", state)
    assert tab.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize(
    "state",
    [
        "path=nothing&case=../../etc/passwd&view=a/b/c&base=evil&lang=fr",
        "view=99/99/999",
        "view=1e9/1/1",
        "case=%E0%A4%A&q=%",
        "q=%3Cimg%20src%3Dx%20onerror%3Dwindow.owned%3D1%3E",
        "__proto__=1&constructor=2&lang=zh",
        "=&&&a==b",
        "q=" + "x" * 5000,
        "base=javascript:alert(1)",
        "embed=<script>",
    ],
)
def test_a_hostile_address_does_nothing(tab, maps, state):
    visit(tab, maps / "index.html", state)
    assert tab.evaluate("window.owned") is None
    assert tab.locator(".case-anchor").count() in {0, 11}
    zoom = tab.evaluate("map_main.getZoom()")
    assert 2 <= zoom <= 18
    assert tab.seen == []


def test_copy_link_and_embed_code(tab, maps):
    visit(tab, maps / "index.html", "path=empowerment")
    tab.locator("button.share").click()
    dialog = tab.locator("dialog")
    link, code = (dialog.locator("textarea").nth(i).input_value() for i in (0, 1))
    assert link == "index.html#lang=zh&path=empowerment"  # a page on a disk does not tell where it lies
    assert "file:" not in code
    for words in (
        'loading="lazy"',
        'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads"',
        "title=",
        "embed=1",
    ):
        assert words in code
    dialog.locator(".do-copy").first.click()
    until(tab, "document.querySelector('.do-copy').textContent.includes('已复制')")
    assert tab.evaluate("navigator.clipboard.readText()") == link
    tab.keyboard.press("Escape")
    assert tab.locator("dialog").count() == 0
    assert tab.evaluate("document.activeElement.className") == "share"
    reach(tab, "chaka-salt-lake")
    card(tab).locator(".card-links button").click()
    tab.wait_for_selector(".toast")
    assert "case=chaka-salt-lake" in tab.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize(
    "sandbox", ["allow-scripts allow-popups", "allow-scripts allow-popups allow-same-origin"]
)
def test_inside_a_frame(tab, maps, tmp_path, sandbox):
    page = tmp_path / "host.html"
    url = (maps / "index.html").as_uri()
    page.write_text(
        f'<!DOCTYPE html><title>x</title><iframe id="f" sandbox="{sandbox}" width="380" height="500" '
        f'src="{url}#embed=1&lang=en&path=empowerment"></iframe>',
        "utf-8",
    )
    tab.seen.clear()
    tab.goto(page.as_uri())
    tab.wait_for_timeout(700)
    frame = tab.frames[1]
    assert frame.evaluate("document.documentElement.lang") == "en"
    assert frame.locator(".case-anchor[data-case]").count() == 8
    assert not frame.locator(".panel").is_visible()
    assert frame.locator(".full-page").is_visible()
    height = frame.evaluate("document.querySelector('.map').clientHeight")
    assert height > 250
    frame.evaluate("document.querySelector('.case-anchor[data-case=chaka-salt-lake]').click()")
    frame.wait_for_selector(".leaflet-popup-content")  # a small map has popups: there is no sheet in a frame
    assert "case=chaka-salt-lake" in frame.evaluate("location.hash")  # its own address is kept
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if "same-origin" not in sandbox:
        return  # a frame of no origin may not open a file of this disk; on the web it may
    with tab.context.expect_page() as opened:  # out of the frame, into the whole page as it stands
        frame.locator(".full-page").click()
    whole = opened.value
    whole.wait_for_load_state()
    assert "path=empowerment" in whole.url
    assert "embed" not in whole.url
    assert whole.locator(".panel").count() == 1
    whole.close()
    assert tab.seen == []


def test_going_back_to_the_plain_address_clears_what_was_filtered(tab, maps):
    visit(tab, maps / "index.html")
    tab.evaluate("location.hash = 'path=empowerment&case=chaka-salt-lake'")
    card(tab).wait_for()
    assert len(listed(tab)) == 8
    tab.go_back()
    card(tab).wait_for(state="detached")
    assert len(listed(tab)) == 11
    assert hash_of(tab) == {}


def test_what_is_not_here_is_not_carried_into_links(tab, maps):
    visit(tab, maps / "index.html", "path=nothing,empowerment&case=gone&mode=nowhere")
    assert hash_of(tab) == {"path": "empowerment"}
    assert tab.evaluate("eppv.state.address()") == "index.html#lang=zh&path=empowerment"


def test_the_language_is_kept_from_page_to_page(tab, maps):
    visit(tab, maps / "index.html")
    tab.locator("button.language").click()
    tab.goto((maps / "glossary.html").as_uri())  # an address that does not name it
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.title() == "Glossary"
    visit(tab, maps / "index.html")
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"


def test_dialogs_and_printing_leave_the_open_case_open(tab, maps):
    visit(tab, maps / "index.html", "case=chaka-salt-lake")
    tab.evaluate("document.querySelector('.share').click()")
    tab.keyboard.press("Escape")
    assert tab.locator("dialog").count() == 0
    assert hash_of(tab)["case"] == "chaka-salt-lake"
    assert card(tab).is_visible()
    tab.emulate_media(media="print")
    tab.evaluate("void dispatchEvent(new Event('beforeprint'))")
    assert not card(tab).is_visible()
    tab.evaluate("void dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")
    assert card(tab).is_visible()
    assert hash_of(tab)["case"] == "chaka-salt-lake"


def test_a_card_leaves_the_country_in_view(tab, maps):
    for case in ("yining-flower-sea", "chaka-salt-lake", "changzhou-zhenglu"):
        visit(tab, maps / "index.html")
        before = tab.evaluate("map_main.getBounds().toBBoxString()")
        reach(tab, case)
        assert tab.evaluate("map_main.getBounds().toBBoxString()") == before
        assert "view" not in hash_of(tab)
        if tab.size == "desktop":
            box, pin = (
                card(tab).bounding_box(),
                tab.locator(f".case-anchor[data-case={case}] .pin").bounding_box(),
            )
            assert (
                pin["x"] > box["x"] + box["width"] or pin["x"] + pin["width"] < box["x"]
            )  # its marker is in sight


@pytest.mark.parametrize("width", [700, 800, 900])
def test_an_embedded_deep_link_shows_its_card(browser, maps, width):
    context = browser.new_context(viewport={"width": width, "height": 480}, locale="zh-CN", offline=True)
    page = watch(context.new_page())
    page.goto((maps / "index.html").as_uri() + "#embed=1&case=hangzhou-xixi")
    page.wait_for_timeout(400)
    found = page.locator(".case-card .popup, .leaflet-popup-content .popup")
    assert found.count() == 1
    assert "西溪" in found.inner_text()
    high = page.evaluate("document.querySelector('.map').clientHeight")
    assert high > 330  # no room is kept for a sheet that is not there
    assert page.seen == []
    context.close()


def test_the_key_can_be_typed_in_our_own_embed_code(tab, maps, tmp_path):
    page = tmp_path / "host.html"
    sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads"
    url = (maps / "index.html").as_uri()
    page.write_text(
        f'<!DOCTYPE html><iframe sandbox="{sandbox}" width="380" height="600" src="{url}#embed=1">', "utf-8"
    )
    tab.goto(page.as_uri())
    tab.wait_for_timeout(600)
    frame = tab.frames[1]
    frame.locator(".layers-toggle").click()
    frame.locator("input[value=tianditu-vec]").check()
    frame.locator(".key-form input").fill("no key")
    frame.locator(".key-form input").press("Enter")
    assert "32" in frame.locator(".layers-note").inner_text()
    frame.locator(".key-form input").fill(KEY)
    frame.locator(".key-form input").press("Enter")
    assert "32" not in frame.locator(".layers-note").inner_text()  # taken; whether the host answers or not
    assert "base=tianditu-vec" in frame.url
    tab.goto("about:blank")
    tab.seen.clear()


def test_the_card_says_what_it_should(tab, maps, atlas):
    visit(tab, maps / "index.html", "view=5/36.7/99.1")
    for case in ("chaka-salt-lake", "changzhou-zhenglu", "nsw-biodiversity-offsets"):
        reach(tab, case)
        text = card(tab).inner_text()
        record = atlas[case].case
        assert record.title.zh in text
        assert record.place_name.zh in text
        assert ea.vocabulary.PATHS[record.path.id].zh in text
        facts = {fact.id: fact for fact in record.facts}
        for name in record.headlines:
            assert facts[name].label.zh in text
            assert f"第{facts[name].page}页" in text
        bars = card(tab).locator(".bars li")
        sized = [m for m in measure.case(atlas[case]) if m.stated_m2 or m.area_m2]
        assert bars.count() == min(4, len(sized))
        widths = [float(bars.nth(i).locator("rect").get_attribute("width")) for i in range(bars.count())]
        assert widths == sorted(widths, reverse=True)
        if tab.size == "phone":
            assert tab.locator(f".case-anchor[data-case={case}] .case-marker.is-hot").count() == 1
            tab.locator(".back-to-list").click()
    assert tab.seen == []


def test_provinces_are_tinted_by_the_cases_that_the_filters_leave(tab, maps):
    visit(tab, maps / "index.html", "layers=tint")
    tint = "code => map_main.eppvDrawing.drawn.find(a => a.code === code).shape.options.fillColor"
    assert tab.evaluate(tint, "330000") != tab.evaluate(tint, "320000") != tab.evaluate(tint, "340000")
    assert tab.locator("#tint-legend li").all_inner_texts() == ["0", "1", "2"]
    tab.evaluate("location.hash = 'layers=tint&path=quota-trading'")
    tab.wait_for_timeout(150)
    assert tab.evaluate(tint, "330000") == tab.evaluate(tint, "340000")
    tab.evaluate("location.hash = 'path='")
    tab.wait_for_timeout(150)
    assert tab.locator("#tint-legend").is_hidden()


def png():
    """A picture of one pixel."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(bytes(4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def asked_tiles(tab):
    return [url for url in tab.seen if url.startswith("http")]


def test_tiles_are_asked_for_only_when_the_reader_chooses_them(tab, maps):
    picture = png()
    tab.context.set_offline(False)  # nothing leaves all the same: every request is answered here
    tab.route(re.compile("^https:"), lambda route: route.fulfill(body=picture, content_type="image/png"))
    try:
        visit(tab, maps / "index.html")
        tab.locator(".layers-toggle").click()
        assert tab.locator("input[name=eppv-base]").count() == 4
        assert "GCJ" not in tab.locator(".layers-panel").inner_text()
        assert tab.locator(".layers-panel").inner_text().count("需联网") == 3
        tab.locator("input[value=tianditu-vec]").check()
        assert "密钥" in tab.locator(".layers-note").inner_text()
        assert asked_tiles(tab) == []
        assert hash_of(tab)["base"] == "tianditu-vec"
        tab.locator(".key-form input").fill("short")
        tab.locator(".key-form button").click()
        assert "32" in tab.locator(".layers-note").inner_text()
        assert asked_tiles(tab) == []
        tab.locator(".key-form input").fill(KEY)
        tab.locator(".key-form button").click()
        tab.wait_for_timeout(400)
        asked = asked_tiles(tab)
        assert asked
        assert all(re.match(r"https://t[0-7]\.tianditu\.gov\.cn/(vec|cva)_w/wmts\?", url) for url in asked)
        assert all(f"tk={KEY}" in url for url in asked)
        # the key is nowhere that could be handed on
        assert KEY not in tab.evaluate("location.href")
        assert KEY not in tab.evaluate("eppv.state.address()")
        assert KEY not in tab.evaluate("document.documentElement.outerHTML.replace(/<img[^>]*>/g, '')")
        assert tab.evaluate("Object.values(localStorage).join()").find(KEY) == -1
        tab.seen.clear()
        tab.locator("input[value=osm]").check()
        tab.wait_for_timeout(400)
        assert all(url.startswith("https://tile.openstreetmap.org/") for url in asked_tiles(tab))
        assert asked_tiles(tab)
        assert "国界" in tab.locator(".layers-note").inner_text()
        tab.locator("input[value=local]").check()
        assert "base" not in hash_of(tab)
    finally:
        tab.context.set_offline(True)
        tab.unroute(re.compile("^https:"))
        tab.seen.clear()


def test_tiles_that_do_not_come_leave_the_local_base(tab, maps):
    tab.route(re.compile("^https:"), lambda route: route.abort())
    try:
        visit(tab, maps / "index.html")
        tab.locator(".layers-toggle").click()
        tab.locator("input[value=osm]").check()
        until(tab, "document.querySelector('.layers-note').textContent.includes('没有响应')")
        assert tab.evaluate("map_main.eppvDrawing.land.options.fillOpacity") == 1
    finally:
        tab.unroute(re.compile("^https:"))
        tab.seen.clear()


def test_china_is_drawn_as_far_as_the_data_go(tab, maps):
    visit(tab, maps / "index.html")
    names = tab.evaluate(
        "Array.from(document.querySelectorAll('.area-name:not(.crowded) [lang=zh]')).map(n => n.textContent)"
    )
    assert "台湾" in names
    assert {"南沙群岛", "西沙群岛"} <= set(names)
    assert (
        "钓鱼岛" in names
    )  # on a phone as well; there 赤尾屿 lies ten pixels off and is a dot without its name
    assert "赤尾屿" in names or tab.size == "phone"
    dashes = tab.evaluate("eppv.codec.lines(eppv.data('base_layer').dashes, 100).length")
    assert dashes == 9
    assert (
        "缺台湾岛以东一段" in tab.locator(".map-note").inner_text()
    )  # the tenth, on the standard map since 2013
    dots = tab.evaluate("eppv.codec.lines(eppv.data('base_layer').islands, 100)[0]")
    assert any(123.3 < x < 123.8 and 25.6 < y < 26 for y, x in dots)  # Diaoyu Dao
    assert any(124.4 < x < 124.7 for _, x in dots)  # Chiwei Yu
    inside = tab.evaluate(
        """[[123.5,25.74],[121,24],[112,4],[108,8]].every(
             at => map_main.getBounds().contains([at[1], at[0]]))"""
    )
    assert inside


def test_a_printed_page_is_one_page(browser, maps):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", offline=True)
    page = watch(context.new_page())
    for state in (
        "lang=zh",
        "lang=en",
        "view=8/27.6/117.7&lang=en",
        "view=8/27.6/117.7&lang=zh",
        "path=empowerment&lang=zh",
    ):
        page.goto("about:blank")
        page.goto((maps / "index.html").as_uri() + "#" + state)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.lang") == ("en" if "lang=en" in state else "zh-CN")
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1, state
        # the screen is as it was
        assert page.evaluate("map_main.getSize().x") == page.evaluate("map_main.getContainer().clientWidth")
    assert page.seen == []
    context.close()


def test_keyboard_reaches_every_control_marker_and_card(tab, maps):
    visit(tab, maps / "index.html")
    unfold(tab)
    seen = set()
    for _ in range(140):
        tab.keyboard.press("Tab")
        seen.add(
            tab.evaluate(
                """(() => { const n = document.activeElement; const c = n.closest('[data-case]');
                   if (n.matches('.card-link')) return 'link ' + c.dataset.case;
                   if (n.matches('.card')) return 'card ' + n.dataset.case;
                   if (n.matches('.case-anchor')) return 'marker ' + n.dataset.case;
                   return String(n.getAttribute('class') || n.id || n.tagName); })()"""
            )
        )
    for case in CASES:
        assert {f"marker {case}", f"card {case}", f"link {case}"} <= seen
    for control in (
        "tool",
        "tool home",
        "tool measure-polygon",
        "tool layers-toggle",
        "language",
        "share",
        "facet-tab",
    ):
        assert control in seen, control
    assert "abroad" in seen


def test_a_card_opened_by_key_takes_the_focus_and_gives_it_back(tab, maps):
    visit(tab, maps / "index.html")
    marker = tab.locator(".case-anchor[data-case=chaka-salt-lake]")
    marker.focus()
    tab.keyboard.press("Enter")
    card(tab).wait_for()
    holder = "document.activeElement.closest('.case-card, .leaflet-popup, .sheet-card') !== null"
    assert tab.evaluate(holder)
    tab.keyboard.press("Tab")
    assert tab.evaluate(holder)
    tab.keyboard.press("Escape")
    tab.wait_for_timeout(100)
    assert tab.evaluate("document.activeElement.dataset.case") == "chaka-salt-lake"


def test_names_for_screen_readers_follow_the_language(tab, maps):
    visit(tab, maps / "index.html")
    marker = tab.locator(".case-anchor[data-case=chaka-salt-lake]")
    assert marker.get_attribute("aria-label") == "茶卡盐湖"
    assert tab.locator(".tool.home").get_attribute("aria-label") == "全国"
    tab.locator("button.language").click()
    assert marker.get_attribute("aria-label") == "Chaka salt lake"
    assert tab.locator(".tool.home").get_attribute("aria-label") == "Whole country"
    assert tab.locator("input[type=search]").get_attribute("placeholder").startswith("Search")
    unnamed = tab.evaluate(
        """Array.from(document.querySelectorAll('button, a[href], input')).filter(n => n.checkVisibility() &&
             !(n.getAttribute('aria-label') || n.textContent.trim() || (n.labels && n.labels.length))).map(n => n.outerHTML)"""
    )
    assert unnamed == []


def axe(tab):
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response
    return [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found["violations"]]


@pytest.mark.parametrize("state", ["", "lang=en", "case=hangzhou-xixi", "q=qqqq", "embed=1"])
def test_accessible_by_axe(tab, maps, state):
    visit(tab, maps / "index.html", state)
    unfold(tab) if "case" not in state and "embed" not in state else None
    if not state:
        tab.locator(".facet-tab").first.click()
        tab.locator(".layers-toggle").click() if tab.size == "desktop" else None
    tab.wait_for_timeout(300)
    assert axe(tab) == []


@pytest.mark.parametrize("name", ["changzhou-zhenglu", "nsw-biodiversity-offsets", "glossary"])
def test_other_pages_accessible_by_axe(tab, maps, name):
    visit(tab, maps / f"{name}.html")
    for fold in tab.locator("details.fold summary").all()[:3]:
        fold.click()
    assert axe(tab) == []


def test_calm_where_readers_ask_for_it(browser, maps):
    context = browser.new_context(reduced_motion="reduce", offline=True, locale="zh-CN")
    page = watch(context.new_page())
    page.goto((maps / "index.html").as_uri())
    assert page.evaluate("eppv.calm")
    assert page.evaluate("[map_main.options.zoomAnimation, map_main.options.fadeAnimation]") == [False, False]
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).transitionDuration") == "0s"
    context.close()


def test_the_sheet_of_a_phone(tab, maps):
    visit(tab, maps / "index.html")
    if tab.size == "desktop":
        assert not tab.locator(".sheet-handle").is_visible()
        return
    panel = tab.locator(".panel")
    height = lambda: panel.bounding_box()["height"]  # noqa: E731
    peek = height()
    assert peek < 160
    assert tab.locator("input[type=search]").is_visible()
    tab.locator(".sheet-handle").click()
    until(tab, "document.querySelector('.panel').clientHeight > 350")
    box = tab.locator(".sheet-handle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, y - 120, steps=5)
    tab.mouse.up()
    until(tab, "document.querySelector('.panel').clientHeight > 650")
    tab.locator(".card[data-case=xichou-karst]").scroll_into_view_if_needed()
    tab.locator(".card[data-case=xichou-karst]").click()
    tab.wait_for_timeout(300)
    assert panel.get_attribute("data-sheet") == "half"
    assert "西畴" in card(tab).inner_text()
    tab.locator(".back-to-list").click()
    assert card(tab).count() == 0
    assert overflow(tab) <= 0


@pytest.fixture(scope="module")
def crowd(atlas, tmp_path_factory):
    """A national map of a hundred and fifty cases, spread about the real ones."""
    cases, rows = [], {}
    for i in range(150):
        placed = atlas.cases[i % 10]
        case = placed.case.model_copy(update={"id": f"case-{i}"})
        anchor = type(placed.anchor)(
            placed.anchor.x + (i // 10) * 0.31 % 2.5, placed.anchor.y + (i // 10) * 0.17 % 2
        )
        copy = type(placed)(case, placed.shapes, anchor, placed.anchor_confidence)
        cases.append(copy)
        rows[case.id] = measure.case(copy)
    path = tmp_path_factory.mktemp("crowd") / "index.html"
    path.write_bytes(render.national_page(cases, rows, atlas.settings))
    return path


def test_crowded_cases_are_clustered_by_path(tab, crowd):
    visit(tab, crowd)
    usable(tab)
    clusters = tab.locator(".case-cluster")
    assert clusters.count() >= 2
    paths = {
        clusters.nth(i).locator(".pin").get_attribute("class").split("path-")[1]
        for i in range(clusters.count())
    }
    assert paths == {"spillover-sharing", "empowerment"}  # a cluster holds one path only
    total = sum(int(n) for n in tab.locator(".cluster-count").all_inner_texts())
    assert total + tab.locator(".case-anchor[data-case]").count() == 150
    label = clusters.first.get_attribute("aria-label")
    assert re.search(r"(外溢共享型|赋能增值型)：\d+ 个案例", label)
    boxes = [clusters.nth(i).locator(".pin").bounding_box() for i in range(clusters.count())]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert abs(a["x"] - b["x"]) + abs(a["y"] - b["y"]) > 20
    zoom = tab.evaluate("map_main.getZoom()")
    clusters.first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(800)
    assert tab.evaluate("map_main.getZoom()") > zoom
    visit(tab, crowd, "path=spillover-sharing")
    assert tab.locator(".case-cluster .path-empowerment").count() == 0
    assert tab.seen == []


def test_names_find_room_or_give_way(tab, maps):
    for state in ("", "lang=en", "view=5/30/115"):
        visit(tab, maps / "index.html", state)
        boxes = tab.evaluate(
            """const f = document.querySelector('.map').getBoundingClientRect();
               const inView = n => { const b = n.getBoundingClientRect();
                 return b.right > f.left && b.left < f.right && b.bottom > f.top && b.top < f.bottom; };
               Array.from(document.querySelectorAll('.case-name, .area-name')).filter(
                 n => !n.classList.contains('crowded') && n.checkVisibility() && inView(n)).map(n => {
                 const b = n.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"""
        )
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_review_number_is_printed(tab, atlas, tmp_path):
    settings = atlas.settings.model_copy(update={"review_no": "GS(2026)0001号"})
    rows = {p.case.id: measure.case(p) for p in atlas}
    path = tmp_path / "index.html"
    path.write_bytes(render.national_page(atlas.cases, rows, settings))
    visit(tab, path)
    note = tab.locator(".map-note").inner_text()
    assert "审图号：GS(2026)0001号" in note
    assert "无审图号" not in note
    assert "非标准地图" not in note


def test_the_page_is_small_and_its_data_are_inert(maps):
    page = (maps / "index.html").read_bytes()
    assert len(page) <= 400_000
    for block in re.findall(rb'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL):
        json.loads(block)


@pytest.mark.parametrize("size", SIZES)
def test_no_page_is_wider_than_its_screen(browser, maps, size):
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True, locale="zh-CN")
    page = watch(context.new_page())
    for path in sorted(maps.glob("*.html")):
        for lang in ("zh", "en"):
            page.goto("about:blank")
            page.goto(f"{path.as_uri()}#lang={lang}")
            page.wait_for_timeout(120)
            assert overflow(page) <= 0, (path.stem, lang)
            wide = page.evaluate(
                "document.querySelector('.bar').scrollWidth - document.querySelector('.bar').clientWidth"
            )
            assert wide <= 0, (path.stem, lang)
    assert page.seen == []
    context.close()
