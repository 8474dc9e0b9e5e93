"""Payments: base × rate × period, on the figures of the notice."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from eppv_atlas import measure, schemes
from eppv_atlas.errors import DataError
from eppv_atlas.model import Name
from eppv_atlas.model.schemes import PaymentScheme
from eppv_atlas.schemes.worksheet import work

WHY = {"zh": "示例", "en": "an example"}
LABEL = {"zh": "名称", "en": "name"}


def assumed(value, unit):
    return {"label": LABEL, "source": {"assumed": value, "unit": unit, "why": WHY}}


def tried(atlas, case, mechanism, **chosen):
    placed = atlas[case]
    found = next(one for one in placed.case.mechanisms if one.id == mechanism)
    measures = measure.case(placed)
    trial = schemes.trial(placed, found, measures)
    return trial, schemes.run(trial, placed, found, measures, chosen, {})


def made(atlas, scheme, case="xichou-karst", **chosen):
    """What comes of a scheme that a test writes."""
    placed = atlas[case]
    found = placed.case.mechanisms[0].model_copy(
        update={"scheme": PaymentScheme.model_validate({"engine": "payment", **scheme})}
    )
    trial = schemes.trial(placed, found, measure.case(placed))
    return trial, work(trial, chosen)


def values(ran):
    return {line.id: line.value for line in ran.lines}


def whence(trial, name):
    return next(one.whence for one in trial.inputs if one.id == name)


def test_ten_yuan_a_mu(atlas):
    trial, ran = tried(atlas, "xichou-karst", "ecological-compensation", base=23_000.0)
    assert values(ran)["payment"] == pytest.approx(230_000)
    assert "每亩 10 元" in whence(trial, "rate").zh
    assert "forest-compensation" in whence(trial, "rate").en
    assert "p. 61" in whence(trial, "rate").en
    assert whence(trial, "base").en.startswith("assumed: ")


def test_five_fen_a_day_is_a_quarter_yuan_more_than_printed(atlas):
    _, ran = tried(atlas, "xichou-karst", "five-fen")
    assert values(ran)["each"] == pytest.approx(18.25)
    assert values(ran)["difference"] == pytest.approx(0.25)
    assert values(ran)["payment"] == pytest.approx(18_250)
    _, ran = tried(atlas, "xichou-karst", "five-fen", days=360.0)
    assert values(ran)["difference"] == pytest.approx(0, abs=1e-12)


def test_six_percent_a_year(atlas):
    _, ran = tried(atlas, "chaka-salt-lake", "poverty-park-dividend", base=2_500_000.0, years=3.0)
    assert values(ran)["payment"] == pytest.approx(150_000)
    (table,) = ran.tables
    assert [row[2] for row in table.rows] == pytest.approx([150_000, 300_000, 450_000])
    assert values(ran)["all_years"] == pytest.approx(table.rows[-1][2])
    assert ran.charts == {"by_year": ("paid_so_far",)}


def test_sixty_percent_to_six_villages(atlas):
    trial, ran = tried(atlas, "chaka-salt-lake", "shop-rent-sharing", base=120_000.0)
    found = values(ran)
    assert (found["payment"], found["kept"], found["for_each"]) == pytest.approx((72_000, 48_000, 12_000))
    assert any("equal split" in note.en for note in ran.notes)
    assert "60%" in whence(trial, "share").zh.replace(" ", "")


def test_a_rate_that_the_notice_does_not_give_is_not_made_up(atlas):
    trial, ran = tried(atlas, "nanping-wuyishan", "bamboo-easement-contracts")
    assert values(ran)["payment"] is None
    assert "not in the document" in whence(trial, "rate").en
    _, ran = tried(atlas, "nanping-wuyishan", "bamboo-easement-contracts", rate=100.0)
    assert values(ran)["payment"] == pytest.approx(4_390_000)


def test_seventy_percent_for_local_people(atlas):
    _, ran = tried(atlas, "nsw-biodiversity-offsets", "local-employment")
    assert ran.lines[0].unit == "USD"
    assert values(ran)["payment"] == pytest.approx(7_000_000)
    assert any("rough figure" in note.en for note in ran.notes)


def test_a_total_gives_the_rate(atlas):
    _, ran = tried(atlas, "nanping-wuyishan", "collective-forest-dividend")
    assert values(ran)["implied"] == pytest.approx(3_000_000 / 77_600)
    assert values(ran)["payment"] == pytest.approx(3_000_000)


def test_every_number_of_a_scheme_says_where_it_comes_from(atlas):
    for placed in atlas:
        for mechanism in schemes.runnable(placed):
            if isinstance(mechanism.scheme, PaymentScheme):
                trial = schemes.trial(placed, mechanism, measure.case(placed))
                for one in trial.inputs:
                    assert one.whence is not None, (placed.case.id, one.id)
                    assert one.whence.zh.startswith(("文件", "设定：", "分区")), one.whence.zh


def test_measured_areas_carry_their_confidence(atlas):
    scheme = {"base": {"source": {"zone": "xichou-county"}, "unit": "mu"}, "rate": assumed(10, "CNY-per-mu")}
    trial, ran = made(atlas, scheme)
    row = next(one for one in measure.case(atlas["xichou-karst"]) if one.zone == "xichou-county")
    assert trial.inputs[0].confidence == "administrative"
    assert values(ran)["payment"] == pytest.approx(row.area_m2 * 3 / 2000 * 10)
    assert ran.lines[0].low is None
    assert any("cannot be relied on" in note.en for note in ran.notes)
    solid = dataclasses.replace(
        trial, inputs=(dataclasses.replace(trial.inputs[0], confidence="official"), *trial.inputs[1:])
    )
    line = work(solid, {}).lines[0]
    assert (line.low / line.value, line.high / line.value) == (pytest.approx(0.95), pytest.approx(1.05))
    trial, _ = made(
        atlas,
        {"base": {"source": {"zone": "park-core"}, "unit": "km2"}, "rate": assumed(1, "CNY-per-mu")},
        "nanping-wuyishan",
    )
    assert "measuring confirms nothing" in trial.inputs[0].whence.en


def test_a_zone_without_a_shape_is_not_known(atlas):
    scheme = {
        "base": {"source": {"zone": "public-benefit-forest"}, "unit": "mu"},
        "rate": assumed(10, "CNY-per-mu"),
    }
    trial, ran = made(atlas, scheme)
    assert trial.inputs[0].value is None
    assert values(ran)["payment"] is None


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ({"base": assumed(1, "mu"), "rate": assumed(6, "percent")}, "area"),
        ({"base": assumed(1, "CNY"), "rate": assumed(6, "CNY")}, "money"),
        ({"base": assumed(1, "person"), "rate": assumed(6, "percent")}, "count"),
        ({"base": assumed(1, "km"), "rate": assumed(6, "CNY")}, "length"),
        ({"base": assumed(1, "person"), "share": assumed(6, "percent")}, "no amount of money"),
        ({"base": assumed(1, "mu"), "total": assumed(6, "mu")}, "no amount of money"),
        ({"base": assumed(1, "CNY"), "share": assumed(6, "CNY")}, "no share"),
    ],
)
def test_units_that_do_not_fit_are_named(atlas, scheme, words):
    with pytest.raises(DataError, match=words) as found:
        made(atlas, scheme)
    (problem,) = found.value.problems
    assert problem.file == "cases/xichou-karst.yaml"
    assert problem.message_zh


@pytest.mark.parametrize(
    "scheme",
    [
        {"base": assumed(1, "mu")},
        {"base": assumed(1, "mu"), "rate": assumed(1, "CNY-per-mu"), "total": assumed(1, "CNY")},
        {"base": assumed(1, "person"), "rate": assumed(1, "fen"), "period": "daily"},
        {"base": assumed(1, "person"), "rate": assumed(1, "fen"), "days": assumed(1, "day")},
        {"base": {"unit": "mu"}, "rate": assumed(1, "CNY-per-mu")},
        {"base": {"label": LABEL}, "rate": assumed(1, "CNY-per-mu")},
        {"base": {"label": LABEL, "source": {"assumed": 1}}, "rate": assumed(1, "CNY-per-mu")},
        {"base": {"source": {"fact": "a", "zone": "b"}}, "rate": assumed(1, "CNY-per-mu")},
        {"base": assumed(1, "CNY"), "rate": assumed(1, "percent"), "printed_each": "a"},
        {"base": assumed(1, "CNY"), "total": assumed(1, "CNY"), "share": assumed(1, "percent")},
    ],
)
def test_records_that_say_too_little_or_too_much(scheme):
    with pytest.raises(ValidationError):
        PaymentScheme.model_validate({"engine": "payment", **scheme})


NUMBERS = st.floats(0, 1e7, allow_subnormal=False)


@given(NUMBERS, NUMBERS, st.floats(0, 1e4), st.floats(0, 1e4))
def test_monotone_in_base_and_rate(atlas, base, more_base, rate, more_rate):
    def paid(base, rate):
        return values(made(atlas, SCHEME, base=base, rate=rate)[1])["payment"]

    assert paid(base + more_base, rate) >= paid(base, rate)
    assert paid(base, rate + more_rate) >= paid(base, rate)


SCHEME = {"base": assumed(1, "mu"), "rate": assumed(10, "CNY-per-mu")}


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.randoms())
def test_parts_of_an_area_are_paid_what_the_whole_is(atlas, parts, random):
    mixed = list(parts)
    random.shuffle(mixed)
    whole = values(made(atlas, SCHEME, base=float(sum(parts)))[1])["payment"]
    assert sum(
        values(made(atlas, SCHEME, base=float(part))[1])["payment"] for part in mixed
    ) == pytest.approx(whole)


@given(NUMBERS, st.floats(0, 100), st.integers(1, 50))
def test_what_is_shared_and_kept_is_all(atlas, base, share, recipients):
    scheme = {
        "base": assumed(1, "CNY"),
        "share": assumed(1, "percent"),
        "recipients": assumed(1, "village"),
        "notes": (Name(zh="甲", en="a"),),
    }
    found = values(made(atlas, scheme, base=base, share=share, recipients=float(recipients))[1])
    assert found["payment"] + found["kept"] == pytest.approx(base)
    assert found["for_each"] * recipients == pytest.approx(found["payment"])
