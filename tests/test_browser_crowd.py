"""The national page of a large atlas in a real browser: it says and finds what the small page does, and is quick."""

import itertools
import random
import re
from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe

import eppv_atlas as ea
from browsing import card, hash_of, overflow, until, usable, visit
from conftest import ROOT
from eppv_atlas import cards as records
from eppv_atlas import measure, render
from eppv_atlas.render import crowd, views, words
from large_samples import case, cases

pytestmark = pytest.mark.browser
COUNT = 3000
STORE = "eppv.last('crowd')"
LAYER = "Object.values(map_main._layers).find(l => l.marks)"
HELD = f"Array.from({STORE}.visible).map((v, i) => v ? {STORE}.id(i) : '').filter(Boolean)"


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


@pytest.fixture(scope="module")
def large(atlas, tmp_path_factory):
    """Three thousand cases of which the first ten have a page."""
    some = cases(COUNT)
    path = tmp_path_factory.mktemp("large") / "index.html"
    path.write_bytes(render.crowd_page(some, atlas.settings, linked={r.id for r in some[:10]}))
    return path, crowd.in_order(some)


@pytest.fixture(scope="module")
def real(atlas, tmp_path_factory):
    """The bundled cases as if they were many."""
    path = tmp_path_factory.mktemp("real") / "index.html"
    rows = [records.case_record(p, measure.case(p)) for p in atlas]
    path.write_bytes(render.crowd_page(rows, atlas.settings))
    return path


def unfold(tab):
    if tab.size == "phone":
        tab.evaluate("eppv.sheet.set('full')")


def count(tab):
    return int(tab.locator(".result-count").inner_text().split(" ")[0].replace(",", ""))


def type_in(tab, query):
    tab.locator("input[type=search]").fill(query)
    tab.wait_for_timeout(30)


def test_a_card_says_all_that_the_small_page_says(tab, real, atlas):
    visit(tab, real)
    usable(tab)
    for placed in atlas:
        want = views.card_data(placed, measure.case(placed))
        got = tab.evaluate(f"id => {STORE}.card({STORE}.row(id))", placed.case.id)
        assert {key: got[key] for key in want if key not in {"at", "abroad"}} == {
            key: value for key, value in want.items() if key not in {"at", "abroad"}
        }
        at = tab.evaluate(f"id => {{ const s = {STORE}; const i = s.row(id); return eppv.store.lonlat(s.xs[i], s.ys[i]); }}", placed.case.id)  # fmt: skip
        assert at == pytest.approx(want["at"], abs=2e-5)
    assert tab.evaluate(f"{STORE}.row('no-such-case')") == -1


def queries(atlas):
    """What readers type: words, parts of words, pinyin, initials, several at once, nonsense."""
    dice = random.Random(8)
    said = [
        "西溪",
        "xixishidi",
        "xi xi shi",
        "xxsd",
        "XIXI wetland",
        "六堡茶",
        "liubaocha",
        "lavender",
        "ｓｈｉｍｏ",
        "cha",
    ]
    said += [
        "tea",
        "NSW",
        "lüxin",
        "lvxin",
        "盐湖 青海",
        "zhejiang",
        "zj",
        "qh",
        "石漠化 治理",
        "karst-area",
        "x",
        "湿",
    ]
    said += [
        "西溪湿地保",
        "shidi",
        "wetl",
        "eco-agri",
        "zzzz",
        "，",
        "空间",
        "hangzhou-xixi",
        "h",
        "an",
        "ang",
        "2",
    ]
    for placed in atlas:
        held = words.case_words(placed)
        for word in dice.sample(held["text"].split(" "), 4):
            start = dice.randrange(len(word))
            said.append(word[start : start + dice.randint(1, 6)])
        for name in held["pinyin"][:1]:
            syllables = name.split(" ")
            start = dice.randrange(len(syllables))
            said.append("".join(syllables[start : start + 3]))
            said.append("".join(s[0] for s in syllables[start:]))
            said.append(name.replace(" ", "")[: dice.randint(2, 12)])
    return said


def test_search_finds_what_the_small_page_finds(browser, real, maps, atlas):
    context = browser.new_context(locale="zh-CN", offline=True)
    page = context.new_page()
    said = queries(atlas)
    ask = """async (queries) => { const out = []; const box = document.querySelector('input[type=search]');
      for (const query of queries) { box.value = query; box.dispatchEvent(new Event('input'));
        await new Promise(done => setTimeout(done, 2)); out.push(LIST); } return out; }"""
    page.goto((maps / "index.html").as_uri())
    rows = "Array.from(document.querySelectorAll('.cards li[data-case]')).filter(n => !n.hidden).map(n => n.dataset.case)"
    small = page.evaluate(ask.replace("LIST", rows), said)
    page.goto(real.as_uri())
    usable(page)
    big = page.evaluate(ask.replace("LIST", HELD), said)
    common = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "its", "of", "on", "or", "the", "to", "with"}  # fmt: skip
    found = 0
    for query, few, many in zip(said, small, big, strict=True):
        if query.strip().lower() not in common:  # words that the small page leaves out
            assert set(many) == set(few), query
            found += 0 < len(few) < 11
    assert found > 40
    context.close()


def test_the_list_is_whole_though_only_the_seen_part_exists(tab, large):
    path, ordered = large
    visit(tab, path)
    usable(tab)
    unfold(tab)
    assert count(tab) == COUNT
    assert tab.locator(".roll-case").count() < 60
    first = tab.locator(".roll-case .card").first
    assert first.get_attribute("data-case") == ordered[0].id
    tab.evaluate("document.querySelector('.panel').scrollTop = 1e9")
    tab.wait_for_timeout(200)
    assert tab.locator(".roll-case").count() < 60
    last = tab.locator(".roll-case .card").last
    assert last.get_attribute("data-case") == ordered[-1].id
    box = last.bounding_box()
    assert box["y"] + box["height"] <= tab.viewport_size["height"] + 1
    # what is seen in the middle is what should stand there, none on another
    tab.evaluate("document.querySelector('.panel').scrollTop = 60000")
    tab.wait_for_timeout(200)
    seen = tab.evaluate(
        """Array.from(document.querySelectorAll('.roll')).map(n => { const b = n.getBoundingClientRect();
             const c = n.querySelector('.card'); return [b.top, b.bottom, c ? Number(c.dataset.row) : -1]; })"""
    )
    rows = [row for *_, row in seen if row >= 0]
    assert rows == sorted(rows)
    assert rows[-1] - rows[0] == len(rows) - 1
    for a, b in itertools.pairwise(seen):
        assert b[0] == pytest.approx(a[1], abs=0.6)
    assert overflow(tab) <= 0
    assert tab.seen == []


def test_facets_filter_and_count_as_the_records_say(tab, large):
    path, ordered = large
    visit(tab, path)
    usable(tab)
    unfold(tab)
    tab.locator('.facet-tab[aria-controls="facet-mode"]').click()
    tab.locator('#facet-mode input[value="eco-tourism"]').check()
    tab.locator('.facet-tab[aria-controls="facet-ecosystem"]').click()
    tab.locator('#facet-ecosystem input[value="not-named"]').check()
    want = [r for r in ordered if "eco-tourism" in r.filed.modes and not r.filed.ecosystems]
    assert count(tab) == len(want) > 20
    assert tab.evaluate(HELD) == [r.id for r in want]
    shown = tab.evaluate(
        """Object.fromEntries(Array.from(document.querySelectorAll('#facet-province .facet-value')).map(
             row => [row.querySelector('input').value, Number(row.querySelector('.count').textContent)]))"""
    )
    counts = Counter(province for r in want for province in r.filed.provinces)
    assert {code: n for code, n in shown.items() if n} == counts
    own = tab.locator('#facet-mode label:has(input[value="eco-industry"]) .count').inner_text()
    assert int(own) == sum("eco-industry" in r.filed.modes and not r.filed.ecosystems for r in ordered)
    # found by a mode that is not its leading one: the row says so
    other = next(r for r in want if r.filed.modes[0] != "eco-tourism")
    type_in(tab, other.id)
    assert "生态旅游" in tab.locator(f".card[data-case={other.id}] .also").inner_text()
    assert hash_of(tab)["mode"] == "eco-tourism"
    tab.locator(".clear-all").first.click()
    assert count(tab) == COUNT


def test_circles_hold_every_case_and_follow_the_filters(tab, large):
    path, ordered = large
    visit(tab, path)
    usable(tab)
    total = f"{LAYER}.marks.reduce((sum, mark) => sum + mark.count, 0)"
    assert tab.evaluate(total) == COUNT
    shares = f"{LAYER}.marks.every(m => m.shares.reduce((a, b) => a + b) === m.count)"
    assert tab.evaluate(shares)
    apart = f"""(() => {{ const m = {LAYER}.marks.filter(mark => mark.count > 1); return m.every((a, i) => m.every((b, j) =>
      i === j || Math.hypot(a.x - b.x, a.y - b.y) >= a.radius + b.radius)); }})()"""
    assert tab.evaluate(apart)
    tab.evaluate("location.hash = 'path=quota-trading'")
    until(tab, f"{total} < {COUNT}")
    assert tab.evaluate(total) == sum(r.filed.path == "quota-trading" for r in ordered)
    assert tab.locator(".case-anchor").count() == 0  # nothing of the page is a node for each case
    assert tab.evaluate("document.querySelectorAll('*').length") < 2500


def screen(tab, which):
    """Where a circle of many cases, or a pin of one, stands well inside the map."""
    return tab.evaluate(
        f"""which => {{ const l = {LAYER}; const size = map_main.getSize(); const f = map_main.getContainer().getBoundingClientRect();
            const seen = l.marks.map(m => [m, map_main.latLngToContainerPoint(l.where(m))]).filter(([m, p]) =>
              (which === 'one' ? m.count === 1 : m.count > 20) && p.x > 80 && p.x < size.x - 60 && p.y > 40 && p.y < size.y - 90);
            const [m, p] = seen[0]; return [p.x + f.left, p.y + f.top, m.count, m.first]; }}""",
        which,
    )


def test_a_circle_leads_nearer_and_a_pin_opens_its_case(tab, large):
    path, _ = large
    visit(tab, path)
    usable(tab)
    zoom = tab.evaluate("map_main.getZoom()")
    x, y, *_ = screen(tab, "many")
    tab.mouse.click(x, y)
    until(tab, f"map_main.getZoom() > {zoom + 0.3} && !map_main._animatingZoom")
    tab.evaluate("void map_main.setView([31.2, 104.9], 8, {animate: false})")
    tab.wait_for_timeout(100)
    x, y, number, row = screen(tab, "one")
    assert number == 1
    tab.mouse.click(x, y)
    card(tab).wait_for()
    title = tab.evaluate(f"row => {STORE}.card(row).title.zh", row)
    assert title in card(tab).inner_text()
    name = tab.evaluate(f"row => {STORE}.id(row)", row)
    assert hash_of(tab)["case"] == name
    # no link to a page that was not built; one where it was
    built = int(name.removeprefix("case-")) < 10
    assert card(tab).locator(".open-case").count() == built
    visit(tab, path, "case=case-00003")
    usable(tab)
    card(tab).wait_for()
    assert card(tab).locator(".open-case").get_attribute("href") == "case-00003.html"
    assert tab.seen == []


def test_cases_at_one_place_are_named(tab, atlas, tmp_path):
    held = fields(case(1))
    some = [
        records.CaseRecord(
            **{**held, "id": f"c-{i}", "short": (f"案例{i}", f"Case {i}"), "lon": 105.0, "lat": 33.0}
        )
        for i in range(40)
    ]
    path = tmp_path / "index.html"
    path.write_bytes(render.crowd_page(some, atlas.settings, linked=set()))
    visit(tab, path)
    usable(tab)
    x, y, *_ = screen(tab, "many")
    tab.mouse.click(x, y)
    tab.locator(".here-list").wait_for()
    assert tab.locator(".here-list button").count() == 30
    assert "40" in tab.locator(".leaflet-popup-content h3").inner_text()
    tab.locator(".here-list button").nth(2).click()
    card(tab).wait_for()
    assert card(tab).locator("a").count() == 0


def fields(record):
    return {name: getattr(record, name) for name in records.CaseRecord.__slots__}


def test_the_keyboard_reaches_list_and_map(tab, large):
    path, ordered = large
    visit(tab, path)
    usable(tab)
    unfold(tab)
    tab.locator(".roll-case .card").first.focus()
    for _ in range(30):
        tab.keyboard.press("ArrowDown")
    focused = "document.activeElement.dataset.case"
    assert tab.evaluate(focused) == ordered[30].id
    box = tab.evaluate("(b => [b.top, b.bottom])(document.activeElement.getBoundingClientRect())")
    assert box[0] >= 0
    assert box[1] <= tab.viewport_size["height"]
    tab.keyboard.press("End")
    assert tab.evaluate(focused) == ordered[-1].id
    tab.keyboard.press("Home")
    assert tab.evaluate(focused) == ordered[0].id
    tab.keyboard.press("Enter")
    card(tab).wait_for()
    assert ordered[0].title[0] in card(tab).inner_text()
    tab.keyboard.press("Escape")
    tab.locator(".step").focus()
    said = []
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
        said.append(tab.locator("#eppv-live").inner_text())
    assert len(set(said)) >= 2
    assert all(re.search(r"个案例|[湿茶林盐]", text) for text in said)
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(200)
    assert tab.seen == []


def test_a_link_brings_back_what_was_chosen(tab, large):
    path, ordered = large
    want = [r for r in ordered if r.filed.category == ordered[0].filed.category and "盐湖" in r.short[0]]
    visit(tab, path, f"q=盐湖&category={ordered[0].filed.category}&lang=en")
    usable(tab)
    assert count(tab) == len(want) > 0
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert hash_of(tab)["category"] == ordered[0].filed.category
    visit(tab, path, "case=nobody&province=999999")
    usable(tab)
    assert count(tab) == COUNT
    assert "case" not in hash_of(tab)


ODD = "</script><img src=x onerror=alert(1)>\t&quot;\u2028{{7*7}}\x01\x02𠮷"


def test_hostile_texts_stay_texts(tab, atlas, tmp_path):
    held = fields(case(5))
    text = (ODD, ODD + "'")
    bars = (records.Bar(text, "water", 5.0, "schematic", (f"12.5{ODD}", f"12.5{ODD}"), 3),)
    held.update(short=text, title=text, place=text, names=(text,), bars=bars, id="odd")
    path = tmp_path / "index.html"
    path.write_bytes(render.crowd_page([records.CaseRecord(**held), *cases(5)], atlas.settings))
    visit(tab, path, "case=odd")
    usable(tab)
    card(tab).wait_for()
    said = card(tab).inner_text()
    assert "<img src=x onerror=alert(1)>" in said
    assert "{{7*7}}" in said
    assert "12.5</script>" in said
    assert tab.locator("img").count() == 0
    tab.evaluate("eppv.sheet.hide()")
    unfold(tab)
    type_in(tab, "onerror=alert")
    assert tab.evaluate(HELD) == ["odd"]
    type_in(tab, "𠮷")
    assert tab.evaluate(HELD) == ["odd"]
    assert tab.seen == []


def test_an_old_browser_gets_a_clear_message(browser, large):
    context = browser.new_context(locale="zh-CN", offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(large[0].as_uri())
    page.wait_for_selector(".nothing-drawn")
    assert "Chrome" in page.locator(".nothing-drawn").inner_text()
    assert errors == []
    context.close()


def test_keys_and_clicks_are_answered_at_once(tab, large):
    visit(tab, large[0])
    usable(tab)
    tab.wait_for_timeout(600)
    spent = tab.evaluate(
        """async () => { const box = document.querySelector('input[type=search]'); const out = [];
          const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
          for (const query of ['湿', '湿地', 'w', 'we', 'wetland', 'qxsd', '']) { const start = performance.now();
            box.value = query; box.dispatchEvent(new Event('input')); await new Promise(d => setTimeout(d, 0)); await frame();
            out.push(performance.now() - start); }
          for (const input of document.querySelectorAll('#facet-path input')) { const start = performance.now();
            input.click(); await frame(); out.push(performance.now() - start); }
          return out.sort((a, b) => a - b); }"""
    )
    assert spent[len(spent) // 2] < 250  # ms; on a quiet machine a tenth of it


def test_nothing_of_it_is_out_of_reach(tab, large):
    visit(tab, large[0])
    usable(tab)
    tab.wait_for_timeout(300)
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    bad = [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found.response["violations"]]
    assert bad == []
