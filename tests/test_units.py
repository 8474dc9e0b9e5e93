"""Units at the edge, and figures as printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eppv_atlas.units import AREA_UNITS, area_text, from_m2, number_text, printed_values, to_m2


def test_one_mu_is_two_thousand_thirds_of_a_square_metre():
    assert to_m2(3, "mu") == 2000
    assert to_m2(15, "mu") == to_m2(1, "ha") == 10_000
    assert from_m2(1e6, "mu") == 1500


@given(st.floats(1e-3, 1e13), st.sampled_from(AREA_UNITS))
def test_there_and_back(value, unit):
    assert from_m2(to_m2(value, unit), unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("printed", "values"),
    [
        ("2.3 万亩", [23000]),
        ("近百万", [1e6]),
        ("6‰-8‰", [6, 8]),
        ("100多万平方米", [1e6]),
        ("150多亿元", [15e9]),
        ("4 万多亩", [40000]),
        ("1500 余万", [15e6]),
        ("四处", [4]),
        ("1001.41 平方公里", [1001.41]),
        ("3 亿多元", [3e8]),
        ("二十五", [25]),
        ("一百零三", [103]),
        ("12.34%", [12.34]),
        ("10 万余亩", [100000]),
        ("no figure", []),
    ],
)
def test_figures_read_as_printed(printed, values):
    assert printed_values(printed) == pytest.approx(values)


def test_texts():
    assert area_text(1001.41e6, "km2") == "1,001.41"
    assert area_text(0.0, "km2") == "0"
    assert number_text(16.0) == "16"
    assert number_text(23000) == "23,000"


@pytest.mark.parametrize("unit", ["km", "percent", "CNY"])
def test_other_units_are_no_area(unit):
    with pytest.raises(KeyError):
        to_m2(1, unit)
