"""Reports as one HTML file: read by a parser, then in a browser with live maps in it."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe

import eppv_atlas as ea
from browsing import SIZES, overflow, until, visit, watch
from eppv_atlas.errors import RenderError
from eppv_atlas.report import html
from eppv_atlas.report.blocks import Heading, Paragraph, Picture, Report, Table
from eppv_atlas.report.policies import digest, merged, policy_of
from eppv_atlas.report.zipped import in_line
from eppv_atlas.sheets import header, shown
from report_samples import CONTROLS, png, report, words
from test_hostile import PAYLOADS

VOID = {"meta", "img", "br", "col", "link", "input", "hr"}
LIVE = b"<!DOCTYPE html><html><head><meta http-equiv='Content-Security-Policy' content=\"%s\"></head></html>"


class Node:
    def __init__(self, tag, attrs, parent):
        self.tag, self.attrs, self.parent, self.inside = tag, dict(attrs), parent, []

    def all(self, tag=None, cls=None):
        for child in self.inside:
            if isinstance(child, Node):
                classes = (child.attrs.get("class") or "").split()
                if (tag is None or child.tag == tag) and (cls is None or cls in classes):
                    yield child
                yield from child.all(tag, cls)

    def text(self):
        told = "".join(child if isinstance(child, str) else child.text() for child in self.inside)
        return "\n" if self.tag == "br" else told


class Tree(HTMLParser):
    """A strict tree: every tag is closed where it was opened."""

    def __init__(self, content):
        super().__init__(convert_charrefs=True)
        self.root = self.now = Node("", [], None)
        self.feed(content.decode("utf-8"))
        assert self.now is self.root, f"{self.now.tag} is not closed"

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), tag
        node = Node(tag, attrs, self.now)
        self.now.inside.append(node)
        if tag not in VOID:
            self.now = node

    def handle_endtag(self, tag):
        assert self.now.tag == tag, f"</{tag}> closes <{self.now.tag}>"
        self.now = self.now.parent

    def handle_data(self, data):
        self.now.inside.append(data)


def tree(content):
    return Tree(content).root


def flat(text):
    return "".join(text.split())


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request):
    told = report(request.param)
    return told, tree(html.written(told))


def test_the_page_holds_what_the_report_says(made):
    told, root = made
    (main,), (title,) = root.all("main"), root.all("h1")
    assert title.text() == told.title
    (page,) = root.all("html")
    assert page.attrs["lang"] == {"zh": "zh-CN", "en": "en-US"}[told.lang]
    got = [(node.tag, node.text()) for node in main.all() if re.fullmatch("h[1-6]", node.tag)]
    assert got == [(f"h{b.level + 1}", b.text) for b in told.blocks if isinstance(b, Heading)]
    seen = flat(root.text())
    for one in words(told):
        assert flat(one) in seen


def test_contents_lead_to_every_heading_of_two_levels(made):
    told, root = made
    ids = [node.attrs["id"] for node in root.all() if "id" in node.attrs]
    assert len(ids) == len(set(ids))
    (nav,) = root.all("nav")
    by_id = {node.attrs["id"]: node for node in root.all() if "id" in node.attrs}
    links = list(nav.all("a"))
    wanted = [b for b in told.blocks if isinstance(b, Heading) and b.level <= 2]
    assert [link.text() for link in links] == [b.text for b in wanted]
    for link in links:
        assert by_id[link.attrs["href"][1:]].text() == link.text()
    assert by_id[nav.attrs["aria-labelledby"]].text()


def test_tables_are_tables(made):
    told, root = made
    sheets = [b.sheet for b in told.blocks if isinstance(b, Table)]
    tables = list(root.all("table"))
    assert len(tables) == len(sheets)  # whole on a screen, however wide
    for number, (table, sheet) in enumerate(zip(tables, sheets, strict=True), start=1):
        (caption,) = table.all("caption")
        assert caption.text().startswith(f"{'表' if told.lang == 'zh' else 'Table'} {number}")
        assert caption.text().endswith(sheet.title)
        (head,) = table.all("thead")
        assert [th.attrs["scope"] for th in head.all("th")] == ["col"] * len(sheet.columns)
        assert [th.text() for th in head.all("th")] == [header(c, told.lang) for c in sheet.columns]
        (inside,) = table.all("tbody")
        rows = list(inside.all("tr"))
        for i, (row, values) in enumerate(zip(rows, sheet.rows, strict=True)):
            cells = [node for node in row.all() if node.tag in {"th", "td"}]
            assert [c.text() for c in cells] == [
                shown(column, value, told.lang) for column, value in zip(sheet.columns, values, strict=True)
            ]
            assert cells[0].attrs["scope"] == "row"
            assert ("total" in (row.attrs.get("class") or "")) == (i in sheet.strong)
        box = table.parent
        assert (box.attrs["tabindex"], box.attrs["role"]) == ("0", "region")
        assert sheet.title in box.attrs["aria-label"]


def test_pictures_stand_in_the_page_with_what_they_show(made):
    told, root = made
    pictures = [b for b in told.blocks if isinstance(b, Picture)]
    figures = list(root.all("figure"))
    for figure, block in zip(figures, pictures, strict=True):
        (image,), (caption,) = figure.all("img"), figure.all("figcaption")
        assert image.attrs["alt"] == block.alt
        kind, _, data = image.attrs["src"].partition(",")
        assert kind == "data:image/png;base64"
        assert base64.b64decode(data) == block.png
        assert caption.text().endswith(block.caption)


def test_nothing_outside_the_file_is_named_and_nothing_runs(made):
    _, root = made
    for node in root.all():
        for name, value in node.attrs.items():
            assert not name.startswith("on")
            assert name != "style"  # the policy would not let it through
            if name in {"src", "href", "srcdoc", "action"}:
                assert value.startswith(("#", "data:image/png;base64,"))
    assert not list(root.all("script"))
    (meta,) = [n for n in root.all("meta") if n.attrs.get("http-equiv") == "Content-Security-Policy"]
    (style,) = root.all("style")
    assert meta.attrs["content"] == (
        f"default-src 'none'; img-src data:; style-src {digest(style.text())}; base-uri 'none'; form-action 'none'"
    )


def test_the_same_report_gives_the_same_bytes():
    assert html.written(report("zh")) == html.written(report("zh"))


@pytest.mark.parametrize("payload", [*PAYLOADS, CONTROLS])
def test_hostile_texts_are_text(payload):
    told = report("en", f" {payload}")
    root = tree(html.written(told))
    clean = tree(html.written(report("en")))
    tags = lambda top: [node.tag for node in top.all() if node.tag not in {"br", "span", "div"}]  # noqa: E731
    assert tags(root) == tags(clean)
    seen = flat(root.text())
    for one in words(told):
        assert flat(in_line(one)) in seen or "\x00" in one  # cells show control characters as escapes
    for node in root.all():
        assert not any(name.startswith("on") for name in node.attrs)


def test_ids_are_ours_alone():
    anchors = ["figure-1", "table-1", "contents", "contents-head", "part-2", "a b", '"x', "ok", "ok", ""]
    blocks = (*(Heading(1, f"h{i}", anchor) for i, anchor in enumerate(anchors)), Picture(png(), "a", "b"))
    root = tree(html.written(Report("t", "", "en", blocks)))
    ids = [node.attrs["id"] for node in root.all() if "id" in node.attrs]
    assert len(ids) == len(set(ids))
    assert "ok" in ids
    assert all(re.fullmatch(r"[a-z0-9-]+", one) for one in ids)


def test_a_report_of_next_to_nothing_has_no_contents():
    root = tree(html.written(Report("a", "", "en", (Paragraph("b"),))))
    assert not list(root.all("nav"))
    assert [node.text() for node in root.all("p")] == ["b"]


# ---- policies ----


def test_policies_are_joined():
    one = {"default-src": ["'none'"], "script-src": ["'sha256-a'"], "img-src": ["data:"]}
    two = {
        "default-src": ["'none'"],
        "script-src": ["'sha256-b'", "'sha256-a'"],
        "connect-src": ["https://x.org"],
    }
    assert merged([one, two]) == (
        "default-src 'none'; script-src 'sha256-a' 'sha256-b'; img-src data:; connect-src https://x.org"
    )
    assert merged([{"default-src": ["data:"]}, {"img-src": ["https://x.org"]}]).endswith(
        "img-src data: https://x.org"
    )


def test_the_policy_of_a_live_map_is_read_off_it():
    page = LIVE % b"Script-Src 'sha256-x' ; script-src 'none';; img-src data: https://*.example.org"
    assert policy_of(page) == {"script-src": ["'sha256-x'"], "img-src": ["data:", "https://*.example.org"]}
    with pytest.raises(RenderError) as caught:
        html.written(report("en", live=(b"<html><p>no policy</p></html>", b"")))
    assert "Content-Security-Policy" in caught.value.en


def test_a_live_map_waits_in_an_inert_template():
    live = (
        LIVE.replace(b"</html>", b'<p title="a&quot;b">"quoted" & <b>bold</b></p></html>')
        % b"script-src 'sha256-x'"
    )
    root = tree(html.written(report("zh", live=(live, b""))))
    (slot,) = root.all("template")
    assert slot.parent.tag == "figure"
    (frame,) = slot.all("iframe")
    assert frame.attrs["sandbox"] == "allow-scripts allow-popups"
    assert frame.attrs["loading"] == "lazy"
    assert "map 1" in frame.attrs["title"]
    assert frame.attrs["srcdoc"].endswith('<p title="a&quot;b">"quoted" & <b>bold</b></p></html>')
    assert 'data-start="zh"' in frame.attrs["srcdoc"][:200]
    (script,) = root.all("script")
    (meta,) = [n for n in root.all("meta") if n.attrs.get("http-equiv") == "Content-Security-Policy"]
    hashed = base64.b64encode(hashlib.sha256(script.text().encode()).digest()).decode()
    assert f"script-src 'sha256-{hashed}' 'sha256-x';" in meta.attrs["content"]


# ---- in a browser ----


@pytest.fixture(scope="module")
def lively(tmp_path_factory, maps):
    """A report with two real live maps, far from each other."""
    live = tuple((maps / f"{name}.html").read_bytes() for name in ("changzhou-zhenglu", "hangzhou-xixi"))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(html.written(report("zh", live=live)))
    return path


def frames(tab):
    return [frame for frame in tab.frames if frame.parent_frame is not None]


@pytest.mark.browser
def test_live_maps_work_in_the_page_and_come_when_a_reader_comes_near(tab, lively):
    visit(tab, lively)
    tab.locator("#figure-1").scroll_into_view_if_needed()
    until(tab, "document.querySelectorAll('iframe').length === 1")
    assert tab.locator("#figure-2 iframe").count() == 0  # not yet asked for
    frame = frames(tab)[0]
    frame.locator("path.leaflet-interactive").first.wait_for()
    assert frame.evaluate("document.documentElement.dataset.lang") == "zh"
    frame.locator(".tool").first.click()  # closer
    tab.wait_for_timeout(400)
    frame.locator("path.leaflet-interactive").first.focus()
    frame.locator("path.leaflet-interactive").first.press("Enter")
    frame.locator(".leaflet-popup-content").first.wait_for()
    assert not tab.locator("#figure-1 img").is_visible()
    assert tab.locator("#figure-1 .live-note").is_visible()
    tab.locator("#figure-2").scroll_into_view_if_needed()
    until(tab, "document.querySelectorAll('iframe').length === 2")
    frames(tab)[1].locator("path.leaflet-interactive").first.wait_for()
    tab.wait_for_timeout(300)
    assert tab.seen == []  # no error, no warning, nothing asked of the network
    with pytest.raises(Exception, match=r"SecurityError|Blocked"):
        frame.evaluate("window.parent.document.title")


@pytest.mark.browser
def test_the_page_fits_the_screen_and_wide_tables_scroll_in_their_own_box(tab, lively):
    visit(tab, lively)
    assert overflow(tab) == 0
    box = tab.locator("#table-3 .scroll")
    assert box.evaluate("node => node.scrollWidth > node.clientWidth")
    box.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    until(tab, "document.querySelector('#table-3 .scroll').scrollLeft > 0")
    assert overflow(tab) == 0
    clipped = """() => Array.from(document.querySelectorAll('h1, h2, h3, h4, p, li, figcaption, td, th'))
        .filter(n => n.scrollWidth > n.clientWidth + 1 && n.clientWidth > 0).map(n => n.textContent)"""
    assert tab.evaluate(clipped) == []


@pytest.mark.browser
def test_a_machine_finds_nothing_that_shuts_readers_out(tab, lively):
    visit(tab, lively)
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


@pytest.mark.browser
def test_a_print_shows_the_pictures(tab, lively):
    visit(tab, lively)
    tab.locator("#figure-1").scroll_into_view_if_needed()
    until(tab, "document.querySelectorAll('iframe').length === 1")
    tab.emulate_media(media="print")
    assert tab.locator("#figure-1 img").is_visible()
    assert not tab.locator("#figure-1 iframe").is_visible()
    assert not tab.locator("#figure-1 .live-note").is_visible()
    repeated = "getComputedStyle(document.querySelector('#table-1 thead')).display"
    assert tab.evaluate(repeated) == "table-header-group"
    tab.emulate_media(media="screen")


@pytest.mark.browser
def test_without_scripts_the_pictures_stay(browser, lively):
    width, height = SIZES["desktop"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False, offline=True
    )
    page = watch(context.new_page())
    page.goto(lively.as_uri())
    page.wait_for_timeout(300)
    assert page.locator("#figure-1 img").is_visible()
    assert page.locator("iframe").count() == 0
    assert page.seen == []
    context.close()


@pytest.mark.browser
def test_nothing_hostile_runs_in_a_browser(tab, tmp_path):
    for at in range(0, len(PAYLOADS), 10):
        path = tmp_path / "hostile.html"
        path.write_bytes(html.written(report("en", " " + " ".join(PAYLOADS[at : at + 10]))))
        visit(tab, path)
        assert tab.evaluate("window.owned") is None
        assert tab.locator("iframe, object, base, form, script").count() == 0
        assert overflow(tab) == 0


@pytest.mark.browser
def test_a_real_dossier_keeps_the_browser_silent(tab, tmp_path, atlas):
    from eppv_atlas import certificate
    from eppv_atlas import report as reports

    placed = atlas["hangzhou-xixi"]
    blocks = reports.dossier(ea.figure(placed), certificate.case(placed), "en", live=True, dpi=60)
    path = tmp_path / "dossier.html"
    path.write_bytes(html.written(Report("Xixi", "", "en", blocks)))
    visit(tab, path)
    tab.locator("figure").first.scroll_into_view_if_needed()
    until(tab, "document.querySelectorAll('iframe').length === 1")
    frames(tab)[0].locator("path.leaflet-interactive").first.wait_for()
    assert frames(tab)[0].evaluate("document.documentElement.dataset.lang") == "en"
    assert overflow(tab) == 0
    assert tab.seen == []
