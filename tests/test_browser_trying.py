"""Schemes tried in the page of a case, in a real browser: the same answers as in Python, the panel, the map, the address."""

import json
import math
import struct
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import eppv_atlas as ea
from browsing import hash_of, overflow, until, visit
from conftest import ROOT
from eppv_atlas import measure, schemes
from eppv_atlas.schemes.plain import as_json, ran_json
from eppv_atlas.schemes.worksheet import evaluate, work
from test_trying import HOSTILE, poisoned
from trial_samples import fund, page_of, patrol, payment

pytestmark = pytest.mark.browser
CASE = "chaka-salt-lake"
PAY, FUND, PATROL, LONG = "government-led-integration", "lake-zoning", "orderly-mining", "salt-value-chain"
SIZES = ("250", "500", "750", "1000", "2000", "4000")
CALM = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def real():
    return ea.load(ROOT)


@pytest.fixture(scope="module")
def page(real, tmp_path_factory):
    trials = [
        payment(CASE, PAY),
        fund(CASE, FUND),
        patrol(CASE, PATROL),
        patrol(CASE, LONG, sizes=SIZES, marks=1),
    ]
    path = tmp_path_factory.mktemp("try") / "page.html"
    path.write_bytes(page_of(real, CASE, trials))
    return path


@pytest.fixture(scope="module")
def sheet(browser, page):
    """A page to work formulas out in: of one size, as they have none."""
    context = browser.new_context(offline=True)
    held = context.new_page()
    held.goto(page.as_uri())
    yield held
    context.close()


def opened(tab, page, mechanism, more=""):
    visit(tab, page, f"lang=en&try={mechanism}{more}")
    tab.locator("#trying h2").wait_for()
    return tab.locator("#trying")


def result(tab, label):
    return tab.locator(".try-result", has=tab.locator("dt", has_text=label)).locator("dd").inner_text()


def field(tab, name):
    return tab.locator(f"#try-in-{name}")


# ---- the same answers in the page and in Python ----

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-1000, 1000).map(float),
    st.sampled_from([0.0, -0.0, 0.5, 1.5, 2.5, -0.5, 1e308, 5e-324, 0.1, 2**53, 1e15 + 0.5]),
)
VALUES = st.one_of(NUMBERS, st.booleans(), st.none(), st.text("ab甲\U0001f600\uff21", max_size=3))
LEAVES = st.one_of(
    NUMBERS,
    st.booleans(),
    st.none(),
    st.text("ab甲", max_size=2).map(lambda text: ["text", text]),
    st.sampled_from("pqrs").map(lambda name: ["name", name]),
    st.just(["name", "nobody"]),
)
TWO = ("+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or")


def _branches(inner):
    return st.one_of(
        st.tuples(st.sampled_from(TWO), inner, inner).map(list),
        st.tuples(st.sampled_from(("neg", "not", "abs", "round")), inner).map(list),
        st.tuples(st.just("round"), inner, st.one_of(st.integers(-1, 14).map(float), inner)).map(list),
        st.tuples(st.just("if"), inner, inner, inner).map(list),
        st.tuples(st.sampled_from(("min", "max")), st.lists(inner, min_size=1, max_size=3)).map(
            lambda pair: [pair[0], *pair[1]]
        ),
    )


TREES = st.recursive(LEAVES, _branches, max_leaves=12)


def bits(value):
    """A value to be held against another to the last bit; an int is a float to a browser."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return struct.pack(">d", float(value)).hex()
    return value


def in_page(sheet, pairs):
    return sheet.evaluate(
        "(pairs) => pairs.map(([tree, values]) => eppv.worksheet.evaluate(tree, new Map(Object.entries(values))))",
        pairs,
    )


@given(
    st.lists(st.tuples(TREES, st.fixed_dictionaries(dict.fromkeys("pqrs", VALUES))), min_size=1, max_size=40)
)
@CALM
@example(
    [(["round", 0.5], {}), (["round", -2.5], {}), (["round", 1.005, 2.0], {}), (["round", 1e308, 12.0], {})]
)
@example(
    [
        (["min", 0.0, -0.0], {}),
        (["max", -0.0, 0.0], {}),
        (["==", 1.0, True], {}),
        (["<", ["text", "\uff21"], ["text", "\U0001f600"]], {}),
    ]
)
@example(
    [
        (["/", 1.0, -0.0], {}),
        (["*", 1e308, 10.0], {}),
        (["and", False, None], {}),
        (["or", None, True], {}),
        (["not", None], {}),
    ]
)
def test_formulas_give_the_same_to_the_last_bit(sheet, pairs):
    got = in_page(sheet, pairs)
    for (tree, values), found in zip(pairs, got, strict=True):
        assert bits(found) == bits(evaluate(tree, values)), (tree, values)


@given(st.lists(st.tuples(NUMBERS, st.one_of(NUMBERS, st.floats(-40, 40))), min_size=1, max_size=60))
@CALM
@example([(0.0, -1.0), (-8.0, 1 / 3), (1.026, -20.0), (-2.0, 3.0), (1e200, 2.0), (0.0, 0.0)])
def test_powers_differ_by_one_unit_in_the_last_place_at_most(sheet, pairs):
    trees = [["^", base, power] for base, power in pairs]
    for tree, found in zip(trees, in_page(sheet, [(tree, {}) for tree in trees]), strict=True):
        want = evaluate(tree, {})
        if want is None or found is None:
            top = want if found is None else found
            assert top is None or abs(top) > 1.797e308, tree  # one last place short of an overflow
        else:
            assert abs(found - want) <= math.ulp(want), tree


def worked(sheet, trial, chosen):
    return sheet.evaluate(
        "([trial, chosen]) => { const got = eppv.worksheet.work(trial, new Map(Object.entries(chosen))); return { lines: got.lines.map((l) => [l.value, l.low, l.high]), tables: got.tables.map((t) => t.rows) }; }",
        [as_json(trial), chosen],
    )


@given(
    confidence=st.sampled_from(["surveyed", "official", "digitised", "administrative", "schematic"]),
    chosen=st.fixed_dictionaries(
        {},
        optional={
            "forest": st.floats(0, 6e4),
            "rate": st.floats(0, 100),
            "share": st.floats(0, 100),
            "households": st.integers(1, 500).map(float),
            "signed": st.booleans(),
        },
    ),
)
@CALM
def test_a_whole_trial_gives_the_same_in_the_page(sheet, confidence, chosen):
    trial = payment(CASE, PAY, confidence)
    given_ = {one.id: one.value for one in trial.inputs}
    got = worked(sheet, trial, {key: value for key, value in chosen.items() if value != given_[key]})
    want = ran_json(work(trial, chosen))
    for found, line in zip(got["lines"], want["lines"], strict=True):
        assert [bits(one) for one in found] == [bits(line[key]) for key in ("value", "low", "high")], line[
            "id"
        ]


@given(st.floats(0, 10), st.integers(1, 60), st.floats(0, 1e9))
@CALM
def test_a_progression_gives_the_same_in_the_page(sheet, discount, term, paid):
    trial, chosen = fund(CASE, FUND), {"discount": discount, "term": float(term), "payment": paid}
    got, want = worked(sheet, trial, chosen), work(trial, chosen)
    assert len(got["tables"][0]) == len(want.tables[0].rows) == term
    for found, row in zip(got["tables"][0], want.tables[0].rows, strict=True):
        for a, b in zip(found, row, strict=True):
            assert (a is None) == (b is None)
            assert a is None or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, paid * 60))


@pytest.mark.parametrize("trial", [payment(CASE, PAY), fund(CASE, FUND)], ids=("payment", "fund"))
def test_formulas_with_numbers_read_as_on_the_command_line(tab, page, trial):
    opened(tab, page, trial.mechanism)
    tab.locator("#trying details", has_text="How it is worked out").locator("summary").click()
    for line in work(trial, {}).lines:
        item = tab.locator(".try-steps li", has=tab.locator("p:first-child", has_text=line.label.en)).first
        said = item.locator(".arithmetic")
        assert said.first.inner_text() == line.formula.en
        assert said.nth(1).inner_text() == f"= {line.numbers.en}"


def test_trials_of_the_real_cases_read_as_on_the_command_line(tab, maps, real):
    tried = 0
    for placed in real:
        measures = measure.case(placed)
        for mechanism in schemes.runnable(placed):
            trial = schemes.trial(placed, mechanism, measures)
            opened(tab, maps / f"{placed.case.id}.html", mechanism.id)
            frame = (
                trial.frames[next(one.value for one in trial.inputs if one.id == trial.frames_by)]
                if trial.frames_by
                else None
            )
            lines = [*work(trial, {}).lines, *(frame.lines if frame else ())]
            tab.evaluate(
                "document.querySelectorAll('#trying details').forEach((node) => { node.open = true; })"
            )
            want = []
            for line in lines:
                if line.formula:
                    want.append(getattr(line.formula, "en", line.formula))
                    if getattr(line.numbers, "zh", line.numbers) not in {
                        "",
                        getattr(line.formula, "zh", line.formula),
                    }:
                        want.append("= " + getattr(line.numbers, "en", line.numbers))
            texts = [
                " ".join(text.split()) for text in tab.locator(".try-steps .arithmetic").all_inner_texts()
            ]
            want = [" ".join(text.split()) for text in want]
            assert len(texts) == len(want)
            for text, one in zip(
                texts, want, strict=True
            ):  # a record's text is cut where it is long, the page's is not
                assert text.startswith(one[:-1]) if one.endswith("…") else text == one
            shown = sum(line.role != "step" for line in lines)
            assert tab.locator(".try-result").count() == shown
            assert tab.locator("#trying tbody tr").count() == sum(
                len(table.rows) for table in (*work(trial, {}).tables, *(frame.tables if frame else ()))
            )
            assert overflow(tab) <= 0
            assert tab.seen == []
            tried += 1
    assert tried >= 8


# ---- the panel ----


def test_opened_by_its_button_and_closed_again(tab, page):
    visit(tab, page, "lang=en")
    button = tab.locator(f"#mechanisms .try-it[data-try={PAY}]")
    button.scroll_into_view_if_needed()
    button.click()
    panel = tab.locator("#trying")
    assert panel.is_visible()
    assert tab.evaluate("document.activeElement.tagName") == "H2"  # readers of the screen are taken there
    assert hash_of(tab)["try"] == PAY
    assert not tab.locator("article.panel").is_visible()
    assert "180,005 CNY" in result(tab, "Payment a year")
    assert overflow(tab) <= 0
    tab.keyboard.press("Escape")
    assert not panel.is_visible()
    assert tab.locator("article.panel").is_visible()
    assert "try" not in hash_of(tab)
    assert tab.evaluate("document.activeElement.dataset.try") == PAY
    assert tab.seen == []


def test_a_changed_input_is_marked_stands_in_the_address_and_comes_back(tab, page):
    opened(tab, page, PAY)
    field(tab, "rate").fill("12")
    field(tab, "households").fill("40")
    assert "216,006 CNY" in result(tab, "Payment a year")
    assert "3,240.09 CNY" in result(tab, "Each household a year")
    changed = tab.locator(".try-input.is-changed")
    assert changed.count() == 2
    assert "In the case: 10 CNY per mu" in changed.first.inner_text()
    assert hash_of(tab)["set"] == "rate:12,households:40"
    assert "--set rate=12 --set households=40" in " ".join(tab.locator(".try-command span").all_inner_texts())
    link = tab.evaluate("location.hash").lstrip("#")
    visit(tab, page, link)
    assert "216,006 CNY" in result(tab, "Payment a year")
    assert field(tab, "rate").input_value() == "12"
    tab.locator(".try-input.is-changed").first.get_by_role("button").click()
    assert hash_of(tab)["set"] == "households:40"
    assert "180,005 CNY" in result(tab, "Payment a year")
    tab.get_by_role("button", name="Put all back").click()
    assert "set" not in hash_of(tab)
    assert tab.locator(".try-input.is-changed").count() == 0
    assert tab.get_by_role("button", name="Put all back").is_disabled()


def test_links_to_other_pages_do_not_carry_a_trial(tab, page):
    opened(tab, page, PAY, "&set=rate:12")
    assert "try" not in tab.evaluate("eppv.carried()")


@pytest.mark.parametrize(
    "bad",
    [
        "rate:-1",
        "rate:1e9",
        "rate:abc",
        "rate:0x10",
        "rate",
        "nobody:1",
        "__proto__:1",
        "constructor:1",
        "signed:maybe",
        "since:2020-02-31",
        "turn:90",
        ":",
        ",,,",
        "rate:NaN",
    ],
)
def test_what_the_address_may_not_say_is_dropped(tab, page, bad):
    opened(tab, page, PAY, f"&set={bad},share:50")
    assert hash_of(tab)["set"] == "share:50"
    assert "90,002.50 CNY" in result(tab, "To the villagers")
    assert tab.locator(".try-input.is-changed").count() == 1
    assert tab.seen == []


def test_an_address_that_is_no_text_changes_nothing(tab, page):
    opened(tab, page, PAY, "&set=rate:%E0%A4%A,share:50")
    assert tab.locator(".try-input.is-changed").count() == 0
    assert tab.seen == []


@pytest.mark.parametrize("bad", ["nobody", "__proto__", "constructor", "%3Cimg%20src=x%3E"])
def test_an_unknown_trial_leaves_the_page_as_it_is(tab, page, bad):
    visit(tab, page, f"lang=en&try={bad}&set=rate:1")
    assert not tab.locator("#trying").is_visible()
    assert tab.locator("article.panel").is_visible()
    assert "try" not in hash_of(tab)
    assert "set" not in hash_of(tab)


def test_what_cannot_be_used_is_named_and_results_stay(tab, page):
    opened(tab, page, PAY)
    rate = field(tab, "rate")
    rate.fill("120")
    fault = tab.locator("#try-in-rate-fault")
    assert "0 – 100 CNY per mu" in fault.inner_text()
    assert rate.get_attribute("aria-invalid") == "true"
    assert "try-in-rate-fault" in rate.get_attribute("aria-describedby")
    assert "180,005 CNY" in result(tab, "Payment a year")
    rate.fill("")  # not known, which is an answer
    assert fault.inner_text() == ""
    assert "not known" in result(tab, "Payment a year")
    assert hash_of(tab)["set"] == "rate:"
    rate.fill("20")
    assert "360,010 CNY" in result(tab, "Payment a year")


def test_tests_answer_in_words(tab, page):
    opened(tab, page, PAY)
    assert "yes" in result(tab, "Villagers get half")
    assert "Not auditable" in result(tab, "Each household gets 500")
    assert "no" in result(tab, "No more than 100,000")
    tab.locator("#try-in-signed-1").check()
    assert "no" in result(tab, "Villagers get half")
    assert hash_of(tab)["set"] == "signed:no"


def test_a_flag_may_be_not_known_and_comes_back_so(tab, page):
    opened(tab, page, PAY)
    tab.locator("#try-in-signed-2").check()
    assert "Not auditable" in result(tab, "Villagers get half")
    assert hash_of(tab)["set"] == "signed:"
    assert "--set signed=" in " ".join(tab.locator(".try-command span").all_inner_texts())
    visit(tab, page, tab.evaluate("location.hash").lstrip("#"))
    assert tab.locator("#try-in-signed-2").is_checked()
    assert "Not auditable" in result(tab, "Villagers get half")
    assert tab.seen == []


def test_a_result_that_is_a_word_is_shown_in_words(tab, maps):
    opened(tab, maps / "nsw-biodiversity-offsets.html", "scheme-steps")
    assert "Approved, obligation open" in result(tab, "Where the application stands")
    field(tab, "settled_fund").fill("120")
    assert "Obligation settled" in result(tab, "Where the application stands")
    assert "Work may begin" in result(tab, "What comes next")
    tab.locator("#try-in-serious-2").check()
    assert "not known" in result(tab, "Where the application stands")
    assert "Not auditable" in result(tab, "Settled: work may begin")
    assert overflow(tab) <= 0
    assert tab.seen == []


def test_ranges_go_by_the_confidence_and_end_where_a_reader_sets_the_area(tab, page):
    opened(tab, page, PAY)
    said = result(tab, "Payment a year")
    assert "162,004.50 – 198,005.50 CNY" in said
    assert "Digitised" in said
    assert "not known" in result(tab, "Each household a year")
    field(tab, "forest").fill("18000")
    said = result(tab, "Payment a year")
    assert "Range" not in said
    assert "Digitised" not in said


def test_a_schematic_area_has_no_range_and_says_why(tab, real, tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(page_of(real, CASE, [payment(CASE, PAY, "schematic")]))
    opened(tab, path, PAY)
    said = result(tab, "Payment a year")
    assert "Schematic" in said
    assert "cannot be relied on" in said
    assert "Range" not in said
    assert tab.locator(".try-result .badge-schematic").count() >= 2


def test_the_slider_and_the_field_say_the_same(tab, page):
    opened(tab, page, PAY)
    tab.locator("#try-in-rate-slide").focus()
    tab.keyboard.press("ArrowRight")
    assert field(tab, "rate").input_value() == "10.5"
    assert "189,005.25 CNY" in result(tab, "Payment a year")


def test_results_are_read_out(tab, page):
    opened(tab, page, PAY)
    field(tab, "rate").fill("1")
    until(
        tab,
        "(document.getElementById('eppv-live') || {}).textContent === 'Payment a year: 18,000.50 CNY; To the villagers: 10,800.30 CNY; Each household a year: not known; Villagers get half or more: yes'",
    )


def test_years_are_drawn_told_and_listed(tab, page):
    opened(tab, page, FUND)
    assert "1,544,291.04 AUD" in result(tab, "Total fund deposit")
    chart = tab.locator(".try-chart")
    assert chart.get_attribute("role") == "img"
    told = chart.get_attribute("aria-label")
    assert told.startswith("Balance by year. Balance: first 1,484,442.60 AUD (1), last 0 AUD (20)")
    assert chart.locator("path").count() == 2
    assert chart.locator("path").nth(0).get_attribute("stroke-dasharray") != chart.locator("path").nth(
        1
    ).get_attribute("stroke-dasharray")
    shown = tab.evaluate(
        "Array.from(document.querySelectorAll('.try-chart text')).map((n) => n.querySelector('[lang=en]').textContent)"
    )
    assert {"AUD", "1.5m", "Year", "1", "20"} <= set(shown)
    tab.locator("#trying details", has_text="As a table").locator("summary").click()
    assert tab.locator("#trying tbody tr").count() == 20
    assert tab.locator("#trying tbody tr").last.locator("td").all_inner_texts()[0] == "20"
    field(tab, "term").fill("3")
    assert tab.locator("#trying tbody tr").count() == 3
    assert tab.locator("#trying details", has_text="As a table").get_attribute("open") is not None
    assert chart.locator("rect").count() == 6  # few rows are bars


def test_labels_of_the_axes_do_not_lie_on_each_other(tab, page):
    opened(tab, page, FUND)
    boxes = tab.evaluate(
        "Array.from(document.querySelectorAll('.try-chart text')).map((n) => n.getBoundingClientRect()).filter((b) => b.width).map((b) => [b.left, b.top, b.right, b.bottom])"
    )
    assert len(boxes) > 10
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] - 3 <= b[1] or b[3] - 3 <= a[1]


def drawn(tab):
    return tab.evaluate("document.querySelectorAll('.leaflet-trying-pane path').length")


def test_frames_draw_on_the_map_and_are_gone_when_closed(tab, page):
    opened(tab, page, PATROL)
    assert drawn(tab) == 4 * 4 + 1
    before = tab.evaluate("[map_main.getCenter().lat, map_main.getCenter().lng]")
    assert abs(before[0] - 36.775) < 0.01  # the map went there
    assert "16" in result(tab, "Number of cells")
    assert "Not auditable" in result(tab, "Every place is in a cell")
    tab.locator("#trying .try-radios label", has_text="1,000 m").click()
    assert drawn(tab) == 5 * 5 + 1
    assert "25" in result(tab, "Number of cells")
    assert hash_of(tab)["set"] == "size:1000"
    legend = tab.locator(".try-legend")
    assert legend.locator("li").count() == 2
    assert "Schematic" in legend.locator("li").first.inner_text()
    assert "low" in legend.locator("li").first.inner_text()  # colours have values in this frame
    told = tab.locator(".try-told p")
    assert "Schematic" in told.first.inner_text()  # on the map itself too
    assert told.count() == 2
    legend.locator("input").first.uncheck()
    assert drawn(tab) == 1
    assert told.count() == 1
    legend.locator("input").first.check()
    assert "view" not in hash_of(tab)
    outlines = tab.evaluate(
        "eppv.tryMap.unpacked(eppv.data('trying_layer')).trials[2].frames['1000'].layers[0].geojson.features.map((f) => f.geometry.coordinates[0])"
    )
    for ring, feature in zip(
        outlines,
        as_json(patrol(CASE, PATROL))["frames"]["1000"]["layers"][0]["geojson"]["features"],
        strict=True,
    ):
        assert {tuple(at) for at in ring} == {tuple(at) for at in feature["geometry"]["coordinates"][0]}
    tab.locator(".try-back").click()
    assert drawn(tab) == 0
    assert told.count() == 0
    assert not tab.evaluate("document.querySelector('.is-trying')")
    assert abs(tab.evaluate("map_main.getCenter().lat") - before[0]) > 0.02  # and back
    assert tab.seen == []


def test_the_map_stays_in_view_beside_a_trial_with_layers(tab, page):
    opened(tab, page, PATROL)
    boxes = tab.evaluate(
        """() => { const box = (n) => n.getBoundingClientRect(); const map = box(document.querySelector('.map')), panel = box(document.getElementById('trying'));
        const all = Array.from(document.querySelectorAll('.leaflet-trying-pane path')).map(box);
        return { map: [map.left, map.top, map.right, map.bottom], panel: [panel.left, panel.top], right: Math.max(...all.map((b) => b.right)), bottom: Math.max(...all.map((b) => b.bottom)) }; }"""
    )
    assert boxes["map"][3] - boxes["map"][1] >= 300
    if tab.size == "phone":
        assert boxes["bottom"] <= boxes["panel"][1]
        handle = tab.locator("#trying .sheet-handle")
        handle.click()
        assert handle.get_attribute("aria-expanded") == "true"
        assert tab.locator("#trying").bounding_box()["y"] < 80
    else:
        assert boxes["right"] <= boxes["panel"][0]


def test_a_shape_of_a_result_tells_its_values(tab, page):
    opened(tab, page, PATROL, "&set=size:1000")
    tab.locator(".leaflet-trying-pane path").nth(7).focus()
    tab.keyboard.press("Enter")
    said = tab.locator(".leaflet-popup .popup").inner_text()
    assert "Cell B3" in said
    assert "Schematic" in said
    assert "3 times" in said
    assert "Group A" in said


def test_many_options_are_a_list_with_steps(tab, page):
    opened(tab, page, LONG)
    assert drawn(tab) == 2
    step = tab.get_by_role("button", name="Next", exact=True)
    step.click()
    step.click()
    assert hash_of(tab)["set"] == "size:750"
    assert drawn(tab) == 3 * 3 + 1
    tab.get_by_role("button", name="Previous", exact=True).click()
    assert tab.locator("#trying select").input_value() == "500"
    tab.locator("#trying select").select_option("4000")
    assert drawn(tab) == 6 * 6 + 1


def test_values_that_a_page_cannot_change_say_so(tab, page):
    opened(tab, page, PATROL)
    fold = tab.locator("#trying details", has_text="Values that are set")
    fold.locator("summary").click()
    assert "worked out beforehand" in fold.inner_text()
    assert fold.locator("input, select").count() == 0
    assert "--with tracks=" in tab.locator("#trying").inner_text()


def test_both_languages_live(tab, page):
    opened(tab, page, PAY, "&set=rate:12")
    tab.evaluate("eppv.setLanguage('zh')")
    assert "216,006 元" in result(tab, "每年补偿")
    assert "无法核查" in result(tab, "每户每年不少于")
    assert tab.locator("#try-in-rate-slide").get_attribute("aria-label") == "补偿标准"
    assert hash_of(tab)["set"] == "rate:12"
    assert "Payment a year" not in tab.locator("#trying").inner_text()
    opened(tab, page, LONG)
    tab.evaluate("eppv.setLanguage('zh')")
    assert "500 米" in tab.locator("#trying select").inner_text()


def test_an_embedded_page_shows_the_map_alone(tab, page):
    visit(tab, page, f"lang=en&embed=1&try={PATROL}")
    assert not tab.locator("#trying").is_visible()
    assert drawn(tab) == 0


def test_on_paper(tab, page):
    opened(tab, page, FUND)
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#trying .try-result").is_visible()
    assert tab.locator("#trying tbody tr").last.is_visible()
    assert tab.locator(".try-chart").is_visible()
    assert not tab.locator(".try-back").is_visible()
    assert tab.evaluate("getComputedStyle(document.getElementById('trying')).position") == "static"
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")


@pytest.mark.parametrize("mechanism", [PAY, FUND, PATROL, LONG])
def test_accessible_by_axe(tab, page, mechanism):
    opened(tab, page, mechanism)
    tab.evaluate("document.querySelectorAll('#trying details').forEach((node) => { node.open = true; })")
    tab.wait_for_timeout(100)
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    assert [(item["id"], [node["html"][:200] for node in item["nodes"]]) for item in found] == []


def test_nothing_is_cut_off(tab, page):
    for mechanism in (PAY, FUND, PATROL, LONG):
        for lang in ("zh", "en"):
            opened(tab, page, mechanism)
            tab.evaluate(f"eppv.setLanguage('{lang}')")
            assert (
                tab.evaluate(
                    "(() => { const n = document.getElementById('trying'); return n.scrollWidth - n.clientWidth; })()"
                )
                <= 0
            )
            assert overflow(tab) <= 0


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_texts_are_shown_as_text(tab, real, tmp_path, payload):
    path = tmp_path / "page.html"
    trials = [
        poisoned(as_json(trial), payload)
        for trial in (payment(CASE, PAY), fund(CASE, FUND), patrol(CASE, PATROL))
    ]
    path.write_bytes(page_of(real, CASE, trials))
    for mechanism in (PAY, FUND, PATROL):
        opened(tab, path, mechanism)
        assert f"a{payload}" in tab.evaluate("document.querySelector('#trying h2 [lang=en]').textContent")
        assert tab.evaluate("window.owned") is None
        assert tab.evaluate("document.querySelectorAll('#trying img, #trying script').length") == 0
    tab.locator(".leaflet-trying-pane path").first.focus()
    tab.keyboard.press("Enter")
    assert f"a{payload}" in tab.evaluate("document.querySelector('.leaflet-popup h3 [lang=en]').textContent")
    assert tab.evaluate("window.owned") is None
    assert tab.seen == []


def test_many_shapes_go_to_one_canvas(tab, real, tmp_path):
    trial = patrol(CASE, PATROL, marks=30)
    path = tmp_path / "page.html"
    path.write_bytes(
        page_of(
            real,
            CASE,
            [
                replace(
                    trial,
                    frames={key: replace(ran, layers=ran.layers[:1]) for key, ran in trial.frames.items()},
                )
            ],
        )
    )
    opened(tab, path, PATROL)
    assert drawn(tab) == 0
    assert tab.locator(".leaflet-trying-pane canvas").count() == 1
    assert (
        json.loads(
            tab.evaluate("JSON.stringify(document.querySelectorAll('.leaflet-trying-pane canvas').length)")
        )
        == 1
    )
