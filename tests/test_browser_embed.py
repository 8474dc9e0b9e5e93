"""Our pages inside other pages: in the sandbox we recommend, and as srcdoc without any address."""

import html

import pytest

import eppv_atlas as ea
from browsing import watch
from eppv_atlas import embed, framing, notebook

pytestmark = pytest.mark.browser


def host(tmp_path, inner, style=""):
    path = tmp_path / "host.html"
    path.write_text(
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>host</title><style>body{{margin:8px}}{style}</style><body><p>before</p>{inner}<p>after</p></body></html>",
        "utf-8",
    )
    return path


def opened(tab, path):
    tab.goto("about:blank")
    tab.seen.clear()
    tab.goto(path.as_uri())
    tab.wait_for_timeout(900)
    assert len(tab.frames) == 2
    return tab.frames[1]


@pytest.mark.parametrize("name", ["national", "changzhou-zhenglu"])
@pytest.mark.parametrize("form", ["iframe", "html"])
def test_a_page_works_in_the_sandbox(tab, maps, tmp_path, atlas, name, form):
    from eppv_atlas.cli.embed import page_of

    frame = embed.Frame(address=maps.as_uri() + "/", state=framing.state("lang=en"), lang="en")
    inner = opened(tab, host(tmp_path, embed.written(page_of(atlas, name, "en"), frame, form)))
    assert inner.evaluate("document.documentElement.lang") == "en"
    assert inner.evaluate("document.documentElement.classList.contains('is-embedded')")
    assert inner.evaluate("document.querySelector('.map').clientHeight") > 200
    assert inner.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if name == "national":
        inner.locator(".case-anchor[data-case=chaka-salt-lake]").focus()
        tab.keyboard.press("Enter")
        inner.locator(".popup").first.wait_for()
        assert "case=chaka-salt-lake" in inner.url
    assert tab.seen == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_frame_fits_any_width(browser, maps, tmp_path, atlas, width):
    from eppv_atlas.cli.embed import page_of

    context = browser.new_context(viewport={"width": width, "height": 700}, offline=True, locale="zh-CN")
    page = watch(context.new_page())
    frame = embed.Frame(address=maps.as_uri() + "/", width="900px")
    for form in ("iframe", "html"):
        path = host(tmp_path, embed.written(page_of(atlas, "national", "zh"), frame, form))
        page.goto(path.as_uri())
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("iframe").bounding_box()
        assert box["width"] > min(900, width - 17) * 0.9
        assert box["height"] <= 0.86 * 700
        assert page.seen == []
    context.close()


def test_an_atlas_in_a_notebook_works_without_an_address(tab, tmp_path, atlas):
    inner = opened(tab, host(tmp_path, notebook.html_of(atlas)))
    before = inner.evaluate("document.documentElement.lang")
    inner.locator("button.language").click()
    assert inner.evaluate("document.documentElement.lang") != before
    inner.locator(".case-anchor[data-case=chaka-salt-lake]").focus()
    tab.keyboard.press("Enter")
    inner.locator(".popup").first.wait_for()
    assert inner.url == "about:srcdoc"  # the page around is never taken for its address
    assert inner.locator('a[href*=".html"]:visible').count() == 0
    assert inner.locator(".share:visible").count() == 0
    assert tab.seen == []


@pytest.mark.parametrize("kind", ["case", "zone"])
def test_a_case_and_a_zone_in_a_notebook(tab, tmp_path, atlas, kind):
    placed = atlas["changzhou-zhenglu"]
    thing = placed if kind == "case" else placed.shapes["ecological-space"]
    inner = opened(tab, host(tmp_path, notebook.html_of(thing)))
    assert inner.evaluate("document.querySelector('.map').clientHeight") > 200
    assert inner.evaluate("document.querySelectorAll('path.leaflet-interactive').length") >= 1
    assert inner.locator('a[href*=".html"]:visible').count() == 0
    inner.locator("path.leaflet-interactive").last.focus()
    tab.keyboard.press("Enter")
    inner.locator(".popup, .leaflet-popup-content").first.wait_for()
    assert inner.url == "about:srcdoc"
    assert tab.seen == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_one_who_shows_it_chooses_the_language(tab, tmp_path, atlas, lang):
    page = ea.figure(atlas["chaka-salt-lake"]).page()
    inner = opened(tab, host(tmp_path, embed.srcdoc(page, 'a "title" <b>', lang=lang, height_px=400)))
    assert inner.evaluate("document.documentElement.dataset.lang") == lang
    assert tab.locator("iframe").get_attribute("title") == 'a "title" <b>'
    assert inner.evaluate("document.documentElement.classList.contains('is-embedded')")
    assert html.unescape("&lt;") == "<"
