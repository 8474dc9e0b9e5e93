"""Suggestions: every score is the sum of reasons that can be looked up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from eppv_atlas import suggest, vocabulary
from eppv_atlas.errors import UnknownPlace, UsageError


def best(atlas, **asked):
    wanted = suggest.wish(**asked)
    return suggest.modes(atlas, wanted), suggest.cases(atlas, wanted)


@pytest.mark.parametrize(
    ("resource", "case"),
    [
        ("karst", "xichou-karst"),
        ("tea", "wuzhou-liubao-tea"),
        ("salt-lake", "chaka-salt-lake"),
        ("saline-alkali", "dongying-saline-alkali"),
        ("flowers", "yining-flower-sea"),
        ("biodiversity", "nsw-biodiversity-offsets"),
        ("wetland", "hangzhou-xixi"),
        ("urban-green", "beijing-green-heart"),
        ("protected-area", "nanping-wuyishan"),
        ("farmland", "anji-land-consolidation"),
    ],
)
def test_a_resource_finds_its_case(atlas, resource, case):
    _, cases = best(atlas, resources=[resource])
    assert cases[0].id == case
    assert cases[0].reasons[0].kind == "resource"


def test_the_notice_advice_for_forests(atlas):
    modes, _ = best(atlas, resources=["forest"])
    advised = {item.id for item in modes if any(reason.kind == "advice" for reason in item.reasons)}
    assert {"vertical-compensation", "carbon-sink-trading", "eco-agriculture"} <= advised


def test_place_brings_distance_province_and_region(atlas):
    _, cases = best(atlas, place="330106", resources=["wetland"])
    by = {item.id: item for item in cases}
    assert cases[0].id == "hangzhou-xixi"
    assert {reason.kind for reason in by["hangzhou-xixi"].reasons} >= {"resource", "province", "distance"}
    assert "region" in {reason.kind for reason in by["changzhou-zhenglu"].reasons}
    near = next(reason for reason in by["anji-land-consolidation"].reasons if reason.kind == "distance")
    assert "km away" in near.en
    # 800 km and more apart: West Lake District and Dongying
    assert any(reason.kind == "distance" for reason in by["dongying-saline-alkali"].reasons)
    assert all(
        reason.kind != "distance"
        for item in cases
        if item.id == "nsw-biodiversity-offsets"
        for reason in item.reasons
    )


def test_position_and_code_agree_on_the_province(atlas):
    code, point = suggest.wish(place="330106"), suggest.wish(at=(120.06, 30.27))
    assert code.province == point.province == "330000"


words = st.sets(st.sampled_from(sorted(vocabulary.RESOURCES)), max_size=4)
aims = st.sets(st.sampled_from(sorted(vocabulary.AIMS)), max_size=3)
place = st.sampled_from([None, "330106", "532623", "630000", "AU-NSW"])


@given(words, aims, place)
def test_every_score_is_the_sum_of_its_reasons(atlas, resources, wanted, code):
    if not (resources or wanted or code):
        return
    for found in best(atlas, resources=sorted(resources), aims=sorted(wanted), place=code):
        assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
        for item in found:
            assert item.score == pytest.approx(sum(reason.points for reason in item.reasons), abs=0.01)
            assert all(reason.points > 0 and reason.zh and reason.en for reason in item.reasons)


def test_every_witness_is_in_the_case(atlas):
    """A reason names records that the case really has, with their page."""
    _, cases = best(atlas, resources=["wetland", "river"], aims=["restoration"])
    held = {placed.case.id: placed.case for placed in atlas}
    for item in cases:
        case = held[item.id]
        names = {thing.name.en for thing in (*case.zones, *case.sites, *case.mechanisms)}
        for reason in item.reasons:
            if reason.kind in {"resource", "heart", "aim"}:
                assert any(name in reason.en for name in names) or "mode " in reason.en, reason


def test_vocabulary_of_matching_points_at_real_kinds():
    for table in (vocabulary.RESOURCES, vocabulary.AIMS):
        for term in table.values():
            assert term.zones <= set(vocabulary.ZONE_KINDS), term.id
            assert term.sites <= set(vocabulary.SITE_KINDS), term.id
            assert term.mechanisms <= set(vocabulary.MECHANISM_KINDS), term.id
            assert term.modes <= set(vocabulary.MODES), term.id
    for advice in vocabulary.ADVICE:
        assert advice.resource in vocabulary.RESOURCES
        assert advice.mode in vocabulary.MODES


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"resources": ["gold"]},
        {"aims": ["war"]},
        {"place": "330106", "at": (120.0, 30.0)},
        {"at": (30.0, 120.0)},
    ],
)
def test_what_cannot_be_meant_is_refused(asked):
    with pytest.raises(UsageError) as caught:
        suggest.wish(**asked)
    assert caught.value.en
    assert caught.value.zh


def test_unknown_place():
    with pytest.raises(UnknownPlace):
        suggest.wish(place="999999")


def test_command_line(cli):
    code, out, _ = cli(
        "--atlas",
        ROOT,
        "suggest",
        "--at",
        "105.0,23.5",
        "--resource",
        "karst,forest",
        "--aim",
        "restoration",
        "--format",
        "json",
    )
    rows = json.loads(out)
    assert code == 0
    assert next(row["id"] for row in rows if row["kind"] == "case") == "xichou-karst"
    assert all(
        row["score"] == pytest.approx(sum(r["points"] for r in row["reasons"]), abs=0.01) for row in rows
    )
    code, out, _ = cli("--atlas", ROOT, "suggest", "--resource", "湿地，茶园", "--aim", "生态修复")
    assert code == 0
    assert "Xixi" in out
    for wrong in (
        ("--at", "30"),
        ("--at", "x,y"),
        ("--resource", "gold"),
        ("--place", "1"),
        ("--at", "nan,nan"),
        (),
    ):
        code, _, err = cli("--atlas", ROOT, "suggest", *wrong)
        assert code in {1, 2}, wrong
        assert err, wrong
