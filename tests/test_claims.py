"""What the notice lets one recompute, and where it contradicts itself."""

import json

import pytest

from conftest import ROOT
from eppv_atlas import claims


@pytest.fixture(scope="module")
def found(atlas):
    return {
        placed.case.id: {finding.claim: finding for finding in claims.findings(placed.case)}
        for placed in atlas
    }


def about(found, case, *facts):
    """Claims of a case that use all of these facts."""
    return [finding for finding in found[case].values() if set(facts) <= set(finding.facts)]


def test_zhenglu_mountain_is_printed_twice_and_differently(found):
    (finding,) = [
        f
        for f in about(found, "changzhou-zhenglu", "slope-area-practice", "slope-area-outcome")
        if f.kind == "repeat"
    ]
    assert (finding.verdict, finding.left, finding.right) == ("disagrees", 50000, 40000)
    assert finding.pages == (23, 25)


@pytest.mark.parametrize(
    ("part", "whole"),
    [("slope-greening-area", "town-greening-area"), ("corridor-woodland-area", "town-woodland-area")],
)
def test_zhenglu_greening_and_forest_may_differ_in_scope(found, part, whole):
    verdicts = {f.kind: f.verdict for f in about(found, "changzhou-zhenglu", part, whole)}
    assert verdicts["repeat"] == "care"


def test_zhenglu_shares_follow_from_the_areas(found):
    for zone in ("production", "living", "ecological"):
        assert [
            f.verdict
            for f in about(found, "changzhou-zhenglu", f"{zone}-area", f"{zone}-share")
            if f.kind == "share"
        ] == ["agrees"]


def test_wuyishan_visitors_are_exactly_the_tickets(found):
    sums = [f for f in found["nanping-wuyishan"].values() if f.kind == "sum" and len(f.facts) == 4]
    (finding,) = [f for f in sums if f.right == 1802100]
    assert (finding.verdict, finding.difference_pct) == ("care", pytest.approx(0, abs=1e-9))
    assert "恰好相等" in finding.arithmetic.zh


def test_wuyishan_area_is_the_part_in_nanping(found):
    derived = [
        f
        for f in found["nanping-wuyishan"].values()
        if f.right is None and f.left == pytest.approx(1280.6e6, rel=1e-4)
    ]
    assert [f.verdict for f in derived] == ["care"]


def test_xixi_share_has_one_possible_base(found):
    (finding,) = [f for f in found["hangzhou-xixi"].values() if f.verdict == "care" and f.kind == "base"]
    assert finding.left == pytest.approx(0.8 * 21.88e6)
    assert finding.right == 11e6


def test_chaka_generation_makes_sense_in_kilowatt_hours_only(found):
    wrong = [f for f in found["chaka-salt-lake"].values() if f.verdict == "disagrees"]
    assert any(f.says.endswith("in kWh") for f in wrong)
    assert any(f.right == pytest.approx(770e6) and f.left == pytest.approx(1.056e12) for f in wrong)


def test_flower_sea_lavender(found):
    values = {
        (round(f.left * 3 / 2000), round(f.right * 3 / 2000)): f.verdict
        for f in found["yining-flower-sea"].values()
        if f.right and "lavender" in f.says
    }
    assert values[18000, 20000] == "disagrees"
    assert values[18000, 22000] in {"disagrees", "care"}


def test_xichou_treated_shares_overlap(found):
    overlap = [f for f in found["xichou-karst"].values() if f.kind == "overlap"]
    treated = [f for f in overlap if f.left == pytest.approx(1.156, abs=0.001)]
    assert [(f.verdict, f.right) for f in treated] == [("care", 1)]


def test_wuzhou_gardens_under_construction_exceed_the_new_ones(found):
    bigger = [
        f
        for f in found["wuzhou-liubao-tea"].values()
        if f.right == pytest.approx(100000 * 2000 / 3) and f.left == pytest.approx(121000 * 2000 / 3)
    ]
    assert [f.verdict for f in bigger] == ["care"]


def test_every_case_is_recomputed_and_both_values_are_kept(atlas, found):
    for placed in atlas:
        facts = {fact.id for fact in placed.case.facts}
        assert len(found[placed.case.id]) >= 4, placed.case.id
        for finding in found[placed.case.id].values():
            assert set(finding.facts) <= facts
            assert finding.arithmetic.zh
            assert finding.arithmetic.en
            if finding.verdict in {"care", "disagrees"}:
                assert finding.remark or finding.verdict == "disagrees", finding
            if finding.verdict == "disagrees":
                assert finding.right is None or finding.left != finding.right


def test_what_follows_from_the_records_is_checked_by_itself(found):
    automatic = [finding for case in found.values() for finding in case.values() if finding.automatic]
    assert len(automatic) >= 10
    assert {finding.kind for finding in automatic} <= {"share", "part-whole"}


def test_check_claims_lists_them_and_is_no_failure(cli):
    code, out, _ = cli("--atlas", ROOT, "check", "--claims")
    assert code == 0
    for word in ("disagrees", "needs care", "agrees", "worked out", "11 cases"):
        assert word in out
    code, out, _ = cli("--atlas", ROOT, "check", "--claims", "--format", "json", "--verdict", "disagrees")
    rows = json.loads(out)
    assert code == 0
    assert {row["verdict"] for row in rows} == {"disagrees"}
    assert {"case", "says", "arithmetic_zh", "arithmetic_en", "pages"} <= set(rows[0])


def test_show_displays_contradictions_and_mechanisms(cli):
    code, out, _ = cli("--atlas", ROOT, "show", "changzhou-zhenglu")
    assert code == 0
    assert "disagrees" in out
    assert "Mechanisms" in out


def test_a_claim_that_cannot_be_reckoned_is_named_with_its_line(folder, cli):
    file = folder / "cases" / "changzhou-zhenglu.yaml"
    text = file.read_text("utf-8")
    at = text.index("claims:\n") + len("claims:\n")
    added = (
        "  - id: broken-one\n    kind: sum\n    label: {zh: 试, en: Try}\n"
        "    says: living-area + total-gain = production-area\n"
        "  - id: broken-two\n    kind: sum\n    label: {zh: 试, en: Try}\n    says: living-aera = living-area\n"
    )
    file.write_text(text[:at] + added + text[at:], "utf-8")
    code, _, err = cli("--atlas", folder, "check")
    line = text[:at].count("\n") + 4
    assert code == 1
    assert f"{line}: claims[0].says: the formula adds or compares unlike quantities" in err
    assert "claims[1].says: there is no fact 'living-aera'" in err
    assert "2 problem(s)" in err


def test_formulas_are_written_as_they_are_reckoned(found):
    density = found["chaka-salt-lake"]["salt-bed-density"]
    assert "÷ (112 km² × about 8 m)" in density.arithmetic.en
    shares = next(f for f in found["changzhou-zhenglu"].values() if f.says.endswith("100%"))
    assert "= 100%" in shares.arithmetic.en


def test_rounded_figures_are_never_exactly_equal(found):
    visitors = found["beijing-green-heart"]["visitors-stated-twice"]
    assert "exactly" not in visitors.arithmetic.en
    assert visitors.verdict == "agrees"
