"""Pages in a real browser with the network cut: desktop and phone."""

import json

import pytest

import eppv_atlas as ea
from browsing import card, overflow, reach, visit
from conftest import CASES, ROOT
from eppv_atlas import claims, measure, render

pytestmark = pytest.mark.browser


def test_national_map(tab, maps):
    visit(tab, maps / "index.html")
    assert tab.locator(".case-anchor").count() == 11
    assert {tab.locator(".case-anchor").nth(i).get_attribute("data-case") for i in range(11)} == set(CASES)
    shown = tab.locator(".case-face .pin")
    boxes = [shown.nth(i).bounding_box() for i in range(11)]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert abs(a["x"] - b["x"]) + abs(a["y"] - b["y"]) > 20  # no marker hides another
    assert tab.locator(".leaflet-control-scale").is_visible()
    assert tab.locator(".layers-toggle").is_visible()
    assert "审图号" in tab.locator(".map-note").inner_text()
    assert tab.locator("details.legend").count() == 1
    assert overflow(tab) <= 0


def test_popup_and_link_to_the_case(tab, maps):
    visit(tab, maps / "index.html")
    reach(tab, "chaka-salt-lake")
    popup = card(tab)
    text = popup.inner_text()
    for words in ("茶卡盐湖", "青海省", "赋能增值型", "生态旅游", "112平方公里", "第40页", "示意"):
        assert words in text
    assert popup.locator(".popup-facts li").count() == 3
    popup.locator("a.open-case").click()
    tab.wait_for_url("**/chaka-salt-lake.html")
    tab.wait_for_timeout(250)
    assert tab.seen == []
    assert tab.locator("h1").inner_text() == "茶卡盐湖"


def test_marker_opens_its_popup(tab, maps):
    visit(tab, maps / "index.html")
    tab.locator(".case-anchor[data-case=yining-flower-sea] .pin").click()
    assert "伊宁县" in card(tab).inner_text()
    tab.keyboard.press("Escape")
    card(tab).wait_for(state="detached")
    tab.locator(".case-anchor[data-case=chaka-salt-lake]").focus()
    tab.keyboard.press("Enter")
    assert "茶卡镇" in card(tab).inner_text()


def test_zones_appear_as_one_zooms_in(tab, maps):
    visit(tab, maps / "index.html")
    assert tab.locator("path.leaflet-interactive").count() == 0
    tab.evaluate("void map_main.setView([27.6, 117.7], 8, {animate: false})")
    tab.wait_for_timeout(250)
    assert tab.locator("path.leaflet-interactive").count() > 3
    tab.evaluate("void map_main.setView([33, 105], 4, {animate: false})")
    tab.wait_for_timeout(250)
    assert tab.locator("path.leaflet-interactive").count() == 0


def test_the_case_abroad_can_be_reached(tab, maps):
    visit(tab, maps / "index.html")
    tab.locator(".abroad").click()
    assert "澳大利亚" in card(tab).inner_text()
    center = tab.evaluate("[map_main.getCenter().lng, map_main.getCenter().lat]")
    assert 135 < center[0] < 160
    assert -45 < center[1] < -15


def test_language_switch(tab, maps):
    visit(tab, maps / "hangzhou-xixi.html")
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"
    tab.locator("button.language").click()
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.locator("h1").inner_text() == "Xixi wetland"
    assert tab.title() == "Xixi wetland"
    body = tab.locator("article.panel").inner_text()
    assert "Zone areas" in body
    assert not [c for c in body if "\u4e00" <= c <= "\u9fff"]
    tab.locator("button.language").click()
    assert tab.locator("h1").inner_text() == "西溪湿地"


def test_map_knows_its_size_in_either_language(tab, maps):
    right = "map_main.getSize().y === map_main.getContainer().clientHeight"
    visit(tab, maps / "index.html")
    assert tab.evaluate(right)
    tab.locator("button.language").click()
    assert tab.evaluate(right)
    visit(tab, maps / "index.html", "lang=en")  # opened in English from the start
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.evaluate(right)
    # the whole country is in view, with the islands of the South China Sea
    south, north = tab.evaluate("[map_main.getBounds().getSouth(), map_main.getBounds().getNorth()]")
    assert south < 3.4
    assert north > 53.6
    reach(tab, "changzhou-zhenglu")
    link = tab.locator("a.open-case")
    tab.wait_for_timeout(500)
    link.click(trial=True)  # nothing lies on top of it
    tab.locator("button.language").click()


@pytest.mark.parametrize("case", CASES)
def test_every_case_page(tab, maps, case):
    visit(tab, maps / f"{case}.html")
    assert overflow(tab) <= 0
    assert tab.locator("path.leaflet-interactive").count() >= 1
    assert tab.locator("a.back").get_attribute("href") == "index.html"
    rows = tab.locator(".zone-table tbody tr[data-zone]")
    assert rows.count() >= 1
    for index in range(rows.count()):
        rows.nth(index).locator("button.plain").click()
        popup = tab.locator(".leaflet-popup-content").last  # the one before it may still be fading out
        popup.wait_for()
        assert "图上量算" in popup.inner_text()
        assert "平方公里" in popup.inner_text()
        assert "undefined" not in popup.inner_text()
    assert tab.seen == []


def test_schematic_shapes_look_schematic(tab, maps):
    visit(tab, maps / "chaka-salt-lake.html")
    lake = tab.locator("path.leaflet-interactive[aria-label*='茶卡盐湖']").first
    assert lake.get_attribute("fill").startswith("url(#hatch-")
    assert lake.get_attribute("stroke-dasharray")
    assert tab.locator("#hatch-water").count() == 1
    assert "示意" in tab.locator(".zone-name-label").first.inner_text()
    visit(tab, maps / "xichou-karst.html")
    county = tab.locator("path.leaflet-interactive").first
    assert county.get_attribute("fill") == "#5b6470"


def test_units_of_the_area_table(tab, maps):
    visit(tab, maps / "xichou-karst.html")
    cell = tab.locator("tr[data-zone=xichou-county] td").first
    assert cell.inner_text().split() == ["1506平方公里", "第59页"]  # as printed: nothing to convert
    tab.locator("button[data-unit=mu]").click()
    assert "2,259,000" in cell.inner_text()
    tab.locator("button[data-unit=ha]").click()
    assert "150,600" in cell.inner_text()


def test_hostile_data_do_nothing_in_the_reader(tab, tmp_path, folder):
    evil = '"<img src=x onerror=window.owned=1></script><script>window.owned=1</script>{{ 7*7 }}${window.owned=1}"'
    path = folder / "cases" / "chaka-salt-lake.yaml"
    text = path.read_text("utf-8").split("\n")
    text = [
        f"{line.split(': ')[0]}: {evil}" if line.strip().startswith(("zh: ", "en: ")) else line
        for line in text
    ]
    text = [line.replace("name: {zh: 茶卡盐湖, en: ", f"name: {{zh: {evil}, en: ") for line in text]
    path.write_text("\n".join(text), "utf-8")
    atlas = ea.load(folder)
    rows = {p.case.id: measure.case(p) for p in atlas}
    national = tmp_path / "index.html"
    national.write_bytes(render.national_page(atlas.cases, rows, atlas.settings))
    placed = atlas["chaka-salt-lake"]
    case = tmp_path / "chaka-salt-lake.html"
    case.write_bytes(
        render.case_page(
            placed,
            rows[placed.case.id],
            measure.totals(placed),
            claims.findings(placed.case),
            atlas.settings,
        )
    )
    visit(tab, national)
    reach(tab, "chaka-salt-lake")
    assert "{{ 7*7 }}${window.owned=1}" in card(tab).inner_text()
    visit(tab, case)
    tab.locator(".zone-table button.plain").first.click()
    assert tab.locator(".leaflet-popup-content").count() == 1
    assert tab.evaluate("window.owned") is None
    assert tab.seen == []


def test_an_injected_script_is_stopped_by_the_policy(tab, maps, tmp_path):
    html = (maps / "chaka-salt-lake.html").read_text("utf-8")
    broken = tmp_path / "injected.html"
    broken.write_text(html.replace("</main>", "<script>window.owned = 1</script></main>"), "utf-8")
    tab.goto(broken.as_uri())
    assert tab.evaluate("window.owned") is None
    tab.seen.clear()


def test_data_of_the_page_agree_with_the_measures(tab, maps):
    visit(tab, maps / "changzhou-zhenglu.html")
    shown = tab.evaluate("JSON.parse(document.getElementById('zones_layer-data').textContent).cases[0].zones")
    placed = ea.load(ROOT)["changzhou-zhenglu"]
    rows = {row.zone: row for row in measure.case(placed)}
    assert {zone["id"] for zone in shown} == {zone for zone, row in rows.items() if row.area_m2 is not None}
    for zone in shown:
        shown_ha = tab.evaluate("value => eppv.areaText(value, 'ha')", zone["measured"])
        assert shown_ha == ea.units.area_text(rows[zone["id"]].area_m2, "ha")
    assert json.dumps(shown)


def test_glossary_page(tab, maps):
    visit(tab, maps / "glossary.html")
    assert "三区三线" in tab.locator("#terms").inner_text()
    assert overflow(tab) <= 0
    assert tab.locator("#terms tbody tr").count() >= 60
    tab.locator("button.language").click()
    assert tab.locator("h1").inner_text() == "Glossary"
    assert "Modes" in tab.locator(".toc").inner_text()
    tab.locator("button.language").click()
    assert tab.seen == []


@pytest.mark.parametrize("case", CASES)
def test_ledgers_of_a_case(tab, maps, case):
    visit(tab, maps / f"{case}.html")
    record = next(p.case for p in ea.load(ROOT) if p.case.id == case)
    folds = tab.locator("#mechanisms details.fold")
    assert folds.count() == len(record.mechanisms)
    folds.first.locator("summary").click()
    assert record.mechanisms[0].about.zh in folds.first.inner_text()
    open_ones = [f for f in claims.findings(record) if f.verdict in {"disagrees", "care"}]
    shown = tab.locator("#recomputed > .finding")
    assert [shown.nth(i).get_attribute("data-claim") for i in range(shown.count())] == [
        f.claim for f in open_ones
    ]
    for finding in open_ones:
        assert finding.arithmetic.zh in tab.locator(f'[data-claim="{finding.claim}"]').inner_text()
    assert tab.locator(".sites tr").count() == len(record.sites)
    assert overflow(tab) <= 0
    for section in ("#mechanisms", "#recomputed", "#sites"):
        if tab.locator(section).count():
            assert "None" not in tab.locator(section).inner_text()


def test_a_place_on_the_map_tells_how_far_to_trust_it(tab, maps):
    visit(tab, maps / "nanping-wuyishan.html")
    tab.locator(".sites button.plain").first.click()
    text = tab.locator(".leaflet-popup-content").inner_text()
    assert "示意" in text
    assert "来历" in text
    assert tab.locator(".site-name").count() >= 3
    assert tab.seen == []


def test_a_mechanism_leads_to_its_zone(tab, maps):
    visit(tab, maps / "changzhou-zhenglu.html")
    fold = tab.locator(
        "#mechanisms details.fold", has=tab.locator('button[data-zone="production-space"]')
    ).first
    fold.locator("summary").click()
    fold.locator('button[data-zone="production-space"]').click()
    assert "郑陆镇生产空间" in tab.locator(".leaflet-popup-content h3").inner_text()


def test_our_style_sheets_say_only_what_the_browser_knows(tab, maps):
    """A linter of style sheets: every declaration is one that Chromium supports, and every rule is kept."""
    visit(tab, maps / "index.html")
    for path in sorted((ROOT / "src" / "eppv_atlas" / "render" / "static").glob("*.css")):
        found = tab.evaluate(
            """text => {
                 const plain = text.replace(/\\/\\*[\\s\\S]*?\\*\\//g, "");
                 const unknown = [];
                 for (const match of plain.matchAll(/([{;]\\s*)([a-z-]+)\\s*:\\s*([^;{}]+)(?=[;}])/g)) {
                   const value = match[3].replace(/!important/, "").trim();
                   const known = match[2].startsWith("--") || value.includes("var(") || CSS.supports(match[2], value);
                   if (!known && match[2] !== "size") unknown.push(match[2] + ": " + value);
                 }
                 const sheet = new CSSStyleSheet();
                 sheet.replaceSync(plain);
                 const count = rules => Array.from(rules).reduce((n, r) => n + 1 + (r.cssRules ? count(r.cssRules) : 0), 0);
                 return [unknown, count(sheet.cssRules), (plain.match(/{/g) || []).length, (plain.match(/}/g) || []).length];
               }""",
            path.read_text("utf-8"),
        )
        assert found[0] == [], path.name
        assert found[1] == found[2] == found[3], path.name
