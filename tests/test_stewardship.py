"""Stewardship funds: deposit, price, calendar."""

import itertools
from decimal import Decimal, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eppv_atlas import measure, schemes
from eppv_atlas.errors import DataError
from eppv_atlas.schemes.plain import as_json
from eppv_atlas.schemes.stewardship import YEARS_AFTER
from eppv_atlas.schemes.worksheet import work

getcontext().prec = 50
CASE, MECHANISM = "nsw-biodiversity-offsets", "total-fund-deposit"


@pytest.fixture(scope="module")
def fund(atlas):
    placed = atlas[CASE]
    mechanism = next(one for one in placed.case.mechanisms if one.id == MECHANISM)
    return schemes.trial(placed, mechanism, measure.case(placed))


def values(fund, **chosen):
    return {line.id: line.value for line in work(fund, chosen).lines}


def rows(fund, **chosen):
    (table,) = work(fund, chosen).tables
    names = [column.id for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


@pytest.mark.parametrize(("rate", "deposit"), [(2.6, 1_544_291.04), (3.2, 1_460_606.25), (3.5, 1_421_240.33)])
def test_known_deposits_to_the_cent(fund, rate, deposit):
    found = values(fund, payment=100_000.0, years=20.0, upkeep=0.0, rate=rate, timing="end")
    assert round(found["deposit"], 2) == deposit


def test_sum_of_the_single_payments(fund):
    """Year by year in 50 digits, without the closed form."""
    for timing, first in (("end", 1), ("begin", 0)):
        rate = Decimal("0.032")
        term = sum(Decimal(100_000) / (1 + rate) ** (first + year) for year in range(20))
        after = sum(Decimal(20_000) / (1 + rate) ** (first + year) for year in range(20, 6000))
        found = values(fund, timing=timing)
        assert found["term_value"] == pytest.approx(float(term), rel=1e-12)
        assert found["upkeep_value"] == pytest.approx(float(after), rel=1e-12)


def test_at_no_interest(fund):
    found = values(fund, rate=0.0, upkeep=0.0)
    assert found["deposit"] == 2_000_000
    assert values(fund, rate=0.0, upkeep=1.0)["deposit"] is None  # nothing pays for ever without interest


def test_what_the_notice_says_stands_in_it(fund):
    by_name = {one.id: one for one in fund.inputs}
    assert (by_name["years"].value, by_name["trigger"].value) == (20, 80)
    assert (by_name["margin_low"].value, by_name["margin_high"].value) == (5, 25)
    assert "sales-threshold" in by_name["trigger"].whence.en
    for name in ("payment", "upkeep", "rate", "setup", "credits", "sold", "margin"):
        assert by_name[name].whence.en.startswith("assumed: "), name
    assert as_json(fund)["progressions"][0]["chart"] == ["balance", "short"]


def test_threshold(fund):
    found = values(fund)
    assert found["threshold"] == pytest.approx(0.8 * found["deposit"])
    assert found["begins"] is False
    assert found["income"] + found["missing"] == pytest.approx(found["threshold"])
    enough = found["threshold"] / found["price"]
    assert values(fund, sold=enough + 1e-6)["begins"] is True
    assert values(fund, sold=None)["begins"] is None
    assert values(fund, trigger=100.0)["threshold"] == pytest.approx(found["deposit"])


def test_price_by_cost(fund):
    found = values(fund)
    assert found["price"] == pytest.approx(found["cost"] / 400 * 1.15)
    assert found["price_low"] < found["price"] < found["price_high"]
    assert found["price_high"] / found["price_low"] == pytest.approx(1.25 / 1.05)
    assert values(fund, credits=0.0)["price"] is None


def test_calendar(fund):
    found = rows(fund)
    assert len(found) == 20 + YEARS_AFTER
    assert [row["paid"] for row in found[18:22]] == [100_000, 100_000, 20_000, 20_000]
    assert found[-1]["balance"] == pytest.approx(20_000 / 0.032)  # it lasts for ever
    assert found[-1]["short"] < 0  # what stops at the threshold does not
    for last, row in itertools.pairwise(found):
        assert row["balance"] == pytest.approx(last["balance"] + row["interest"] - row["paid"])


MONEY = st.floats(0, 1e6, allow_subnormal=False)
RATES = st.floats(0.1, 20)
TIMES = st.sampled_from(["end", "begin"])


@given(MONEY, MONEY, RATES, st.floats(0.01, 10), st.integers(1, 60), TIMES)
def test_a_higher_rate_asks_for_less(fund, payment, upkeep, rate, more, years, timing):
    given_ = {"payment": payment, "upkeep": upkeep, "years": float(years), "timing": timing}
    found = values(fund, rate=rate, **given_)["deposit"]
    less = values(fund, rate=rate + more, **given_)["deposit"]
    assert less <= found * (1 + 1e-12)


@given(MONEY, MONEY, RATES, st.integers(1, 60), TIMES)
def test_the_calendar_is_the_closed_form(fund, payment, upkeep, rate, years, timing):
    chosen = {"payment": payment, "upkeep": upkeep, "rate": rate, "years": float(years), "timing": timing}
    deposit = values(fund, **chosen)["deposit"]
    r, due = rate * 0.01, 1 + rate * 0.01 if timing == "begin" else 1.0
    for row in rows(fund, **chosen)[:years]:
        grown = (1 + r) ** row["year"]
        closed = deposit * grown - payment * due * (grown - 1) / r
        assert row["balance"] == pytest.approx(closed, rel=1e-9, abs=1e-9 * deposit * grown)


@given(MONEY, MONEY, MONEY, RATES)
def test_deposits_add_up(fund, one, other, upkeep, rate):
    together = values(fund, payment=one + other, upkeep=upkeep, rate=rate)["deposit"]
    apart = values(fund, payment=one, upkeep=0.0, rate=rate)["deposit"]
    apart += values(fund, payment=other, upkeep=upkeep, rate=rate)["deposit"]
    assert together == pytest.approx(apart)


def test_currencies_are_not_mixed(atlas):
    placed = atlas[CASE]
    mechanism = next(one for one in placed.case.mechanisms if one.id == MECHANISM)
    scheme = mechanism.scheme
    usd = scheme.setup.model_copy(update={"source": scheme.setup.source.model_copy(update={"unit": "USD"})})
    for change in (
        {"setup": usd},
        {"trigger": scheme.payment},
        dict.fromkeys(("payment", "upkeep", "setup"), scheme.rate),
    ):
        broken = mechanism.model_copy(update={"scheme": scheme.model_copy(update=change)})
        with pytest.raises(DataError):
            schemes.trial(placed, broken, measure.case(placed))
