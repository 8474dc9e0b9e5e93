"""What pages are made of, without a browser: facets, words, years, charts, assets."""

import re

import pytest

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas import cards as records
from eppv_atlas import vocabulary
from eppv_atlas.errors import RenderError
from eppv_atlas.render import assets, charts, facets, layers, phrases, timeline, words
from eppv_atlas.units import UNITS


@pytest.fixture(scope="module")
def atlas():
    return ea.load(ROOT)


def coded(cases, settings):
    filings = list(map(records.filed, cases))
    return facets.coded(facets.facets_of(filings, settings), filings)


def test_facets_hold_every_value_that_occurs_and_no_other(atlas):
    table, codes = coded(atlas.cases, atlas.settings)
    assert [facet["id"] for facet in table] == [
        "path",
        "mode",
        "category",
        "province",
        "batch",
        "ecosystem",
        "confidence",
    ]
    for f, facet in enumerate(table):
        held = {code for row in codes for code in row[f]}
        assert held == set(range(len(facet["values"])))
        for value in facet["values"]:
            assert value["name"]["zh"]
            assert value["name"]["en"]
    provinces = {value["id"]: value["name"]["zh"] for value in table[3]["values"]}
    assert provinces["330000"] == "浙江省"
    assert provinces["AU-NSW"] == "澳大利亚新南威尔士州"
    modes = [value["id"] for value in table[1]["values"]]
    assert modes == [name for name in vocabulary.MODES if name in modes]  # in the order of the notice


def test_a_mode_named_twice_counts_once(atlas):
    placed = atlas["hangzhou-xixi"]
    case = placed.case.model_copy(update={"further_modes": (placed.case.mode, placed.case.mode)})
    twice = type(placed)(case, placed.shapes, placed.anchor, placed.anchor_confidence)
    _, codes = coded([twice], atlas.settings)
    assert codes[0][1] == [0]


def test_ecosystems_have_a_witness(atlas):
    kinds = {name for term in vocabulary.ECOSYSTEMS.values() for name in term.zones}
    assert kinds <= set(vocabulary.ZONE_KINDS)
    assert vocabulary.ecosystems_of(frozenset({"tea-garden", "karst-area"})) == ("farmland", "karst")
    assert vocabulary.ecosystems_of(frozenset()) == ()
    wetland = {
        p.case.id
        for p in atlas
        if "wetland" in vocabulary.ecosystems_of(frozenset(z.kind for z in p.case.zones))
    }
    assert {"hangzhou-xixi", "chaka-salt-lake"} <= wetland


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("西溪湿地", "xi xi shi di"),
        ("梧州六堡茶", "wu zhou liu bao cha"),
        ("重庆", "chong qing"),
        ("西畴", "xi chou"),
        ("伊犁哈萨克自治州", "yi li ha sa ke zi zhi zhou"),
        ("绿心", "lv xin"),
        ("NSW 生物", "sheng wu"),
        ("no Chinese", ""),
    ],
)
def test_pinyin(text, spelled):
    assert words.pinyin(text) == spelled


def test_words_are_folded_and_none_lies_in_another():
    assert words.fold("ＸＩＸＩ Wétland") == "xixi wetland"
    found = words.search_words(["西溪湿地", "杭州西溪湿地公园", "Xixi wetland", "the wetlands"], ["西溪"])
    kept = found["text"].split()
    assert "杭州西溪湿地公园" in kept
    assert "西溪湿地" not in kept  # it lies in the longer one
    assert all(not any(a != b and a in b for b in kept) for a in kept)
    for text in ("西溪湿地", "xixi", "wetland", "wetlands"):
        assert any(text in word for word in kept)
    assert found["pinyin"] == ["xi xi"]


@pytest.mark.parametrize(
    ("period", "span"),
    [
        ("2022", (2022, 2022)),
        ("2015-2019", (2015, 2019)),
        ("2022-10-31", (2022, 2022)),
        ("1990s", (1990, 1999)),
        ("2022-", (2022, None)),
        ("2018–", (2018, None)),
        ("yearly", None),
        ("12345", None),
        ("<img>", None),
    ],
)
def test_spans(period, span):
    assert timeline.span(period) == span


def test_a_zone_is_dated_by_the_fact_that_states_its_size(atlas):
    told = timeline.timeline(atlas["changzhou-zhenglu"].case)
    zones = {item["zone"]: item["from"] for item in told["dated"] if item["zone"]}
    assert {zones[name] for name in ("production-space", "living-space", "ecological-space")} == {2035}
    assert timeline.timeline(atlas["dongying-saline-alkali"].case) == {"years": [], "dated": []}


def test_charts_compare_only_what_compares(atlas):
    made = 0
    for placed in atlas:
        facts = {fact.id: fact for fact in placed.case.facts}
        for series in placed.case.series:
            members = [facts[name] for name in series.facts]
            found = charts.chart(series.kind, members)
            if found is None:
                continue
            made += 1
            values = [fact.value * UNITS[fact.unit].si for fact in members]
            assert len({UNITS[fact.unit].quantity for fact in members}) == 1
            assert max(bar["size"] for bar in found["bars"]) == 100
            for bar, value in zip(found["bars"], values, strict=True):
                assert abs(bar["size"] - value / max(values) * 100) < 0.01
                assert 0 <= bar["start"] + bar["size"] <= 100.6
    assert made >= 12
    xixi = {fact.id: fact for fact in atlas["hangzhou-xixi"].case.facts}
    grades = [fact for fact in xixi.values() if fact.unit == "grade"][:2]
    assert charts.chart("change", grades) is None  # Ⅲ → Ⅱ is better, not smaller


def test_a_chart_is_refused_where_it_would_lie(atlas):
    facts = {fact.id: fact for fact in atlas["changzhou-zhenglu"].case.facts}
    area, money = facts["production-area"], facts["fiscal-revenue"]
    assert charts.chart("change", [area, money]) is None
    assert charts.chart("group", [area, area]) is None
    assert charts.chart("change", [area.model_copy(update={"value": -1.0}), area]) is None
    assert charts.chart("change", [area.model_copy(update={"value": 0.0})] * 2) is None
    hectares = area.model_copy(update={"value": 1.0, "unit": "ha"})
    mu = area.model_copy(update={"value": 15.0, "unit": "mu"})
    assert [bar["size"] for bar in charts.chart("change", [hectares, mu])["bars"]] == [100, 100]


def test_every_word_that_a_script_asks_for_is_there():
    for name in {script for kinds in (layers.CORE, layers.FRAME, *layers.KINDS.values()) for script in kinds}:
        if name.endswith(".js") and not name.startswith("leaflet"):
            for word in re.findall(r"\beppv\.ui\.([a-z_]+)", assets.asset(name)):
                assert word in phrases.PHRASES, (name, word)
            assert "eppv.ui[" not in assets.asset(name)


def test_assets_are_ours_or_leaflets_and_no_other():
    for name in (
        "atlas.css",
        "core.js",
        "leaflet.js",
        "MarkerCluster.css",
        "leaflet-icons.js",
        "leaflet-images.css",
    ):
        text = assets.asset(name)
        assert text
        assert "sourceMappingURL" not in text
        assert not re.findall(r"url\((?!data:|#)[^)]*\)", text) or name == "leaflet.js"
        assert "</script" not in text.lower()
    for name in (
        "https://cdn.example/x.js",
        "../page.py",
        "jquery.js",
        "__init__.py",
        "",
        "images/layers.png",
    ):
        with pytest.raises(RenderError, match="no installed package"):
            assets.asset(name)


def test_our_scripts_make_no_markup_and_ask_for_nothing():
    for path in (ROOT / "src" / "eppv_atlas" / "render" / "static").glob("*.js"):
        text = path.read_text("utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "fetch(",
            "XMLHttpRequest",
            "importScripts",
        ):
            # the tiles beside a page are the one thing that is asked for, in one place
            allowed = int(word == "fetch(" and path.name == "archive.js")
            assert text.count(word) <= allowed, (path.name, word)
        assert "`" not in text, path.name
