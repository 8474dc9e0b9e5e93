"""Trials in the page of a case: where they are offered, that texts stay texts, and what pages without them hold."""

import json
import re
import sys

import pytest

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas import exhibits, measure, schemes
from eppv_atlas.render.assets import asset
from eppv_atlas.render.layers import KINDS
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.schemes.of_case import plain_trials
from eppv_atlas.schemes.plain import as_json
from trial_samples import fund, page_of, patrol, payment

CASE = "chaka-salt-lake"
HOSTILE = [
    "</script><img src=x onerror=window.owned=1>",
    '" onfocus="window.owned=1" autofocus x="',
    "{{ 7**8 }}",
    "<!--<script>",
    "\u202egnp.exe\u2066\u200f",
    "&#60;img src=x onerror=window.owned=1&#62;",
    "__proto__",
]


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


@pytest.fixture(scope="module")
def mechanisms(atlas):
    return [one.id for one in atlas[CASE].case.mechanisms]


def poisoned(data, payload):
    """Plain data with a payload in every text that is for readers, ids left as they are."""
    if isinstance(data, dict):
        if set(data) == {"zh", "en"}:
            return {"zh": f"甲{payload}", "en": f"a{payload}"}
        return {key: poisoned(value, payload) for key, value in data.items()}
    if isinstance(data, list) and not (data and data[0] in ("name", "text")):
        return [poisoned(value, payload) for value in data]
    return data


def trials_of(mechanisms):
    return [payment(CASE, mechanisms[0]), fund(CASE, mechanisms[1]), patrol(CASE, mechanisms[2])]


def test_mechanisms_with_a_trial_have_a_button_and_others_none(atlas, mechanisms):
    html = page_of(atlas, CASE, trials_of(mechanisms)).decode()
    for mechanism in mechanisms:
        assert html.count(f'data-try="{mechanism}"') == (2 if mechanism in mechanisms[:3] else 0)
    assert 'id="trying"' in html


def test_a_page_without_trials_holds_nothing_of_them(atlas):
    html = page_of(atlas, CASE, []).decode()
    for word in ("trying", "try-it", "data-try", "eppv.worksheet", "eppv.tryForm"):
        assert word not in html


def test_the_data_stand_in_the_page_as_they_were_handed_over(atlas, mechanisms):
    trials = [as_json(trial) for trial in trials_of(mechanisms)]
    html = page_of(atlas, CASE, trials).decode()
    found = re.search(
        r'<script type="application/json" id="trying_layer-data">(.*?)</script>', html, re.DOTALL
    )
    held = json.loads(found[1])
    assert held["scale"] == 1_000_000
    count = 0
    for trial, original in zip(held["trials"], trials, strict=True):
        for option, frame in trial["frames"].items():
            for layer, before in zip(frame["layers"], original["frames"][option]["layers"], strict=True):
                for feature, first in zip(
                    layer["geojson"]["features"], before["geojson"]["features"], strict=True
                ):
                    if first["geometry"]["type"] == "Polygon":
                        feature["geometry"] = first["geometry"]  # tests of the browser hold the outlines
                        count += bool(feature.pop("packed"))
    assert count == 16 + 25 + 36
    assert held["trials"] == trials


def test_the_same_trials_give_the_same_bytes(atlas, mechanisms):
    assert page_of(atlas, CASE, trials_of(mechanisms)) == page_of(atlas, CASE, trials_of(mechanisms))


@pytest.mark.parametrize("payload", HOSTILE)
def test_texts_of_trials_are_no_markup(atlas, mechanisms, payload):
    trials = [poisoned(as_json(trial), payload) for trial in trials_of(mechanisms)]
    html = page_of(atlas, CASE, trials).decode()
    assert "5764801" not in html
    for raw in ("<img", "<!--<script", 'onfocus="window'):
        assert raw not in html
    for data in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL):
        assert not re.search(r"[<>&]", data)
        json.loads(data)


def test_scripts_are_small_and_ask_for_nothing(atlas, mechanisms):
    scripts = [name for name in KINDS["trying"] if name.endswith(".js")]
    size = sum(len(asset(name).encode()) for name in scripts)
    assert size < 40_000
    for name in scripts:
        assert not re.search(
            r"https?://|innerHTML|insertAdjacentHTML|\beval\b|new Function|document\.write",
            asset(name).replace("http://www.w3.org/2000/svg", ""),
        )
    grown = len(page_of(atlas, CASE, [fund(CASE, mechanisms[1])])) - len(page_of(atlas, CASE, []))
    assert grown < 65_000


def test_every_word_is_there_in_both_languages():
    words = {word for name in KINDS["trying"] for word in re.findall(r"eppv\.ui\.([a-z_]+)", asset(name))}
    assert len(words) > 30
    for word in words:
        assert PHRASES[word]["zh"]
        assert PHRASES[word]["en"]


def test_a_case_without_schemes_imports_no_engine(atlas):
    placed = next(p for p in atlas if not schemes.runnable(p))
    before = set(sys.modules)
    assert plain_trials(placed, measure.case(placed)) == []
    assert set(sys.modules) == before


def test_the_page_of_a_figure_has_the_trials_too(atlas, mechanisms, monkeypatch):
    monkeypatch.setattr(
        exhibits, "plain_trials", lambda placed, measures: [as_json(fund(CASE, mechanisms[1]))]
    )
    assert f'data-try="{mechanisms[1]}"' in ea.figure(atlas[CASE]).page().decode()


def test_built_pages_have_the_trials_too(atlas, mechanisms, monkeypatch):
    from eppv_atlas.cli import building

    monkeypatch.setattr(
        building, "plain_trials", lambda placed, measures: [as_json(fund(CASE, mechanisms[1]))]
    )
    page = building.case_page(atlas.settings, (None, atlas[CASE], None), publish=False, address="")
    assert f'data-try="{mechanisms[1]}"' in page.decode()
