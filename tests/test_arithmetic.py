"""Arithmetic with printed figures: reading formulas, intervals, units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eppv_atlas import arithmetic
from eppv_atlas.arithmetic import FormulaError
from eppv_atlas.model import Fact


def fact(printed, value, unit, qualifier="exact", name="a"):
    return Fact.model_validate(
        {
            "id": name,
            "label": {"zh": "甲", "en": "A"},
            "section": "outcome",
            "page": "1",
            "printed": printed,
            "value": value,
            "unit": unit,
            "qualifier": qualifier,
        }
    )


@pytest.mark.parametrize(
    ("printed", "value", "unit", "qualifier", "low", "high"),
    [
        ("1039公顷", "1039", "ha", "exact", 1038.5e4, 1039.5e4),
        ("12.34%", "12.34", "percent", "exact", 0.12335, 0.12345),
        ("2.3万亩", "23000", "mu", "exact", 22500 * 2000 / 3, 23500 * 2000 / 3),
        ("5万多平方米", "50000", "m2", "over", 50000, 60000),
        ("近4万平方米", "40000", "m2", "nearly", 35000, 40000),
        ("200余亩", "200", "mu", "over", 200 * 2000 / 3, 300 * 2000 / 3),
        ("约6万亩", "60000", "mu", "about", 55000 * 2000 / 3, 65000 * 2000 / 3),
        ("90%以上", "90", "percent", "over", 0.9, 1.0),
        ("4条", "4", "count", "exact", 4, 4),
        ("不超10亩", "10", "mu", "up-to", 0, 10 * 2000 / 3),
        ("10.56亿千瓦", "1056000000", "kW", "exact", 1.0555e12, 1.0565e12),
    ],
)
def test_a_printed_figure_is_an_interval(printed, value, unit, qualifier, low, high):
    found = arithmetic.quantity(fact(printed, value, unit, qualifier))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.low <= found.value <= found.high


def known(**facts):
    return {name.replace("_", "-"): arithmetic.quantity(item) for name, item in facts.items()}


@pytest.mark.parametrize(
    ("says", "value"),
    [
        ("2 + 3 * 4", 14),
        ("( 2 + 3 ) * 4", 20),
        ("(2 + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("100 / 5 / 4", 5),
        ("50% * 8", 4),
        ("2 * ( 3 - 1 ) / 4", 1),
    ],
)
def test_formulas_read_as_in_school(says, value):
    formula = arithmetic.parse(says)
    assert formula.relation is None
    assert arithmetic.evaluate(formula.left, {}).value == pytest.approx(value)


@pytest.mark.parametrize(
    "says",
    [
        "",
        "a +",
        "+ a",
        "a b",
        "( a",
        "a )",
        "a = b = c",
        "a in",
        "a in parsec",
        "a+b",
        "=",
        "a = ",
        "* a",
        "a <= <= b",
    ],
)
def test_what_is_no_formula_is_refused_in_words(says):
    data = known(a=fact("3条", "3", "count"), b=fact("4条", "4", "count"))
    with pytest.raises(FormulaError) as caught:
        arithmetic.holds(arithmetic.parse(says), data)
    assert caught.value.en
    assert caught.value.zh


def test_units_must_agree():
    data = known(
        land=fact("3亩", "3", "mu"), plot=fact("2000平方米", "2000", "m2"), money=fact("3元", "3", "CNY")
    )
    assert arithmetic.holds(arithmetic.parse("land = plot"), data) is True
    for says in ("land + money", "land = money", "land + 1"):
        with pytest.raises(FormulaError):
            arithmetic.holds(arithmetic.parse(says), data)
    assert dict(arithmetic.evaluate(arithmetic.parse("money / land").left, data).dimensions) == {
        "CNY": 1,
        "m": -2,
    }
    assert arithmetic.evaluate(arithmetic.parse("land / plot").left, data).dimensions == {}


def test_kilowatts_are_no_kilowatt_hours():
    data = known(power=fact("10.56亿千瓦", "1056000000", "kW"), energy=fact("5千瓦时", "5", "kWh"))
    assert arithmetic.holds(arithmetic.parse("power in kWh"), data) is False
    assert arithmetic.holds(arithmetic.parse("energy in kWh"), data) is True
    assert arithmetic.holds(arithmetic.parse("power in MW"), data) is True


def test_dividing_by_what_may_be_nothing_is_refused():
    data = known(some=fact("3条", "3", "count"), rest=fact("不超3条", "3", "count", "up-to"))
    with pytest.raises(FormulaError):
        arithmetic.holds(arithmetic.parse("some / rest"), data)


decimals = st.integers(1, 10**7).map(lambda n: Fraction(n, 100))


@given(st.lists(decimals, min_size=2, max_size=6))
def test_a_sum_printed_to_the_last_digit_agrees_and_a_wrong_one_does_not(parts):
    data = {
        f"p{i}": arithmetic.quantity(
            fact(f"{float(part):.2f}万张", repr(round(float(part) * 1e4, 6)), "ticket")
        )
        for i, part in enumerate(parts)
    }
    total = sum(parts)
    says = " + ".join(data) + " = total"
    right = fact(f"{float(total):.2f}万人次", repr(round(float(total) * 1e4, 6)), "visit")
    assert arithmetic.holds(arithmetic.parse(says), {**data, "total": arithmetic.quantity(right)})
    off = total + Fraction(len(parts) + 3, 100)
    wrong = fact(f"{float(off):.2f}万人次", repr(round(float(off) * 1e4, 6)), "visit")
    assert not arithmetic.holds(arithmetic.parse(says), {**data, "total": arithmetic.quantity(wrong)})


@given(decimals, decimals, st.sampled_from("+-*/"))
def test_intervals_hold_every_combination_of_their_ends(a, b, sign):
    one, two = (fact(f"{float(x):.2f}公里", repr(float(x)), "km") for x in (a, b))
    left, right = arithmetic.quantity(one), arithmetic.quantity(two)
    if sign == "/" and right.low <= 0:
        return
    found = arithmetic.evaluate(arithmetic.parse(f"a {sign} b").left, {"a": left, "b": right})
    for x in (left.low, left.value, left.high):
        for y in (right.low, right.value, right.high):
            result = {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else 0}[sign]
            assert found.low - 1e-6 * abs(result) <= result <= found.high + 1e-6 * abs(result)


@pytest.mark.parametrize(
    ("says", "hint"),
    [
        ("a+b = c", "blanks"),
        ("a-b = 3", "blanks around the minus"),
        ("aa = b", "did you mean 'a'?"),
        ("a = money", "money (CNY)"),
    ],
)
def test_messages_say_what_to_do(says, hint):
    data = known(a=fact("3亩", "3", "mu"), b=fact("3亩", "3", "mu"), money=fact("3元", "3", "CNY"))
    with pytest.raises(FormulaError) as caught:
        arithmetic.holds(arithmetic.parse(says), data)
    assert hint in caught.value.en


def test_signs_as_people_type_them():
    data = known(a=fact("3条", "3", "count"), b=fact("6条", "6", "count"))
    assert arithmetic.holds(arithmetic.parse("a × 2 ＝ b"), data)
    assert arithmetic.holds(arithmetic.parse("（ a ＋ a ）≤ b ÷ 1"), data)
