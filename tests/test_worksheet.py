"""Formulas of schemes: read, worked out with three answers, written, set and handed over as plain data."""

import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from eppv_atlas.errors import UsageError
from eppv_atlas.model import Name
from eppv_atlas.schemes.figures import figure, value_text
from eppv_atlas.schemes.formulas import DEEPEST, NESTED, OPERATIONS, FormulaError, names, shown, tree
from eppv_atlas.schemes.plain import as_json, ran_json
from eppv_atlas.schemes.settings import checked
from eppv_atlas.schemes.trial import (
    Cell,
    Column,
    Input,
    Layer,
    Line,
    Mark,
    Option,
    Progression,
    Ran,
    Table,
    Trial,
)
from eppv_atlas.schemes.worksheet import AREA_RANGE, evaluate, rows, spread, work
from eppv_atlas.vocabulary import CONFIDENCES


def name(text):
    return Name(zh=f"{text}（中）", en=text)


def value(formula, **values):
    return evaluate(tree(formula), values)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("2 ^ -1", 0.5),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 2", 3),
        ("1e3 + 0.5", 1000.5),
        ("min(3, 1, 2) + max(4, 5)", 6),
        ("abs(-3)", 3),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1234.565, 2)", 1234.57),  # 1234.565 is 1234.56500000000005 as a double
        ("if(1 < 2, 10, 20)", 10),
        ("1 + 1 == 2 and not 3 < 2", True),
        ('"a" == "a"', True),
        ('"2025-03-06" < "2025-03-07"', True),
        ('1 == "1"', False),
        ("true == 1", False),
        ("true != false", True),
        ("not true or true", True),
    ],
)
def test_known_values(formula, expected):
    found = value(formula)
    assert found == expected
    assert type(found) is (bool if isinstance(expected, bool) else float)


@pytest.mark.parametrize(
    "formula",
    [
        "1 / 0",
        "0 ^ -1",
        "(-8) ^ 0.5",
        "10 ^ 400",
        "1e308 * 10",
        "1e308 + 1e308",
        "x + 1",
        "null == null",
        "x < 1",
        '"a" + 1',
        "true + 1",
        '"a" < 1',
        "true < false",
        "min(1, x)",
        "abs(null)",
        "if(x, 1, 2)",
        "if(1, 1, 2)",
        "round(1, 1.5)",
        "round(1, 13)",
        "round(1, -1)",
        "round(1e300, 12)",
    ],
)
def test_what_is_not_known(formula):
    assert value(formula, x=None) is None


def test_kleene():
    answers = (True, False, None)
    for one in answers:
        for other in answers:
            both = value("a and b", a=one, b=other)
            either = value("a or b", a=one, b=other)
            assert both is (False if False in (one, other) else None if None in (one, other) else True)
            assert either is (True if True in (one, other) else None if None in (one, other) else False)
            assert value("not (a and b)", a=one, b=other) is value("not a or not b", a=one, b=other)
    assert value("false and 3") is False
    assert value("true and 3") is None


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "1 +",
        "(1",
        "1)",
        "a b",
        "1 < 2 < 3",
        "if(1, 2)",
        "min()",
        "abs 1",
        "and",
        "1e999",
        '"x',
        "a.b",
        "a[0]",
        "__import__('os')",
        "a = 1",
        "1 if true else 2",
        "9" * 5000,
        "(" * 60 + "1" + ")" * 60,
        "-" * 60 + "1",
        "not " * 60 + "true",
        "2 ^ " * 60 + "1",
        "1" + " + 1" * (DEEPEST + 5),
        "面积 + 1",
        "round(1, 2, 3)",
        "open(1)",
    ],
)
def test_unreadable(formula):
    with pytest.raises(FormulaError) as found:
        tree(formula)
    assert found.value.zh != found.value.en
    assert len(found.value.en) < 200


def test_as_deep_and_as_long_as_it_may_be():
    deep = tree("(" * NESTED + "1" + ")" * NESTED)
    assert deep == 1
    long = tree("x" + " + x" * (DEEPEST - 2))
    assert evaluate(long, {"x": 1.0}) == DEEPEST - 1
    assert shown(long, {}, "en").count("x") == len(list(names(long))) == DEEPEST - 1


def test_tree():
    assert tree('if(a <= 2, -b ^ 2, "x")') == [
        "if",
        ["<=", ["name", "a"], 2],
        ["neg", ["^", ["name", "b"], 2]],
        ["text", "x"],
    ]
    assert tree("true and null") == ["and", True, None]
    assert list(names(tree('a + min(b, a) * "c"'))) == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("formula", "zh"),
    [
        ("a - (b - c)", "面积 − (单价 − c)"),
        ("a - b - c", "面积 − 单价 − c"),
        ("(a + b) * c / 2", "(面积 + 单价) × c ÷ 2"),
        ("a / (b * c)", "面积 ÷ (单价 × c)"),
        ("(a ^ b) ^ c", "(面积 ^ 单价) ^ c"),
        ("-(a + b)", "−(面积 + 单价)"),
        ("not (a or b) and c", "非 (面积 或 单价) 且 c"),
        ("a == b", "面积 = 单价"),
        ("if(a >= 1, b, null)", "(若 面积 ≥ 1 则 单价，否则 未知)"),
    ],
)
def test_shown(formula, zh):
    assert shown(formula, {"a": "面积", "b": "单价"}, "zh") == zh


LEAVES = st.one_of(
    st.integers(0, 10**9),
    st.floats(0, 1e12, allow_nan=False).map(lambda x: int(x) if x.is_integer() else x),
    st.sampled_from([True, False, None]),
    st.sampled_from("abc").map(lambda s: ["name", s]),
    st.text("xyz中", max_size=3).map(lambda s: ["text", s]),
)
TREES = st.recursive(
    LEAVES,
    lambda kids: st.one_of(
        st.tuples(
            st.sampled_from(
                ["+", "-", "*", "/", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or", "min", "max"]
            ),
            kids,
            kids,
        ).map(list),
        st.tuples(st.sampled_from(["neg", "not", "abs", "round"]), kids).map(list),
        st.tuples(st.just("if"), kids, kids, kids).map(list),
    ),
    max_leaves=25,
)
VALUES = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.floats(-1e9, 1e9))


def written(of):
    """A tree as a formula with all its parentheses."""
    if of is None or isinstance(of, bool):
        return {None: "null", True: "true", False: "false"}[of]
    if isinstance(of, int | float):
        return f"{of!r}"
    sign, *parts = of
    if sign == "name":
        return parts[0]
    if sign == "text":
        return f'"{parts[0]}"'
    inner = [written(part) for part in parts]
    if sign in {"neg", "not"}:
        return f"({'-' if sign == 'neg' else 'not '}{inner[0]})"
    if sign in {"if", "min", "max", "abs", "round"}:
        return f"{sign}({', '.join(inner)})"
    return f"({f' {sign} '.join(inner)})"


@given(TREES)
def test_what_is_written_reads_back(of):
    text = written(of)
    if len(text) < 3000 and text.count("(") < 30:
        assert tree(text) == of


@given(TREES, st.fixed_dictionaries({"a": VALUES, "b": VALUES, "c": VALUES}))
def test_every_tree_has_an_answer(of, values):
    found = evaluate(of, values)
    assert found is None or isinstance(found, bool | str) or math.isfinite(found)
    assert evaluate(json.loads(json.dumps(of)), values) == found
    assert isinstance(shown(of, {}, "zh"), str)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        made = tree(text)
    except FormulaError:
        return
    assert json.loads(json.dumps(made)) == made


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30), st.randoms())
def test_sums_do_not_depend_on_order(numbers, random):
    mixed = list(numbers)
    random.shuffle(mixed)
    assert value(" + ".join(f"({n})" for n in numbers)) == value(" + ".join(f"({n})" for n in mixed))


def trial(**more):
    return Trial(
        case="some-case",
        mechanism="some-mechanism",
        engine="payment",
        title=name("title"),
        about=name("about"),
        **{
            "inputs": (
                Input("area", name("area"), "number", 1000.0, "mu", low=0, confidence="digitised"),
                Input("rate", name("rate"), "number", 10.0, "CNY-per-mu", low=0, high=1000),
                Input(
                    "way",
                    name("way"),
                    "choice",
                    "plain",
                    options=(Option("plain", name("plain way")), Option("double", name("double way"))),
                ),
                Input("open", name("open"), "flag", value=True),
                Input("day", name("day"), "date", "2025-03-07"),
            ),
            "cells": (
                Cell("twice", name("twice"), 'if(way == "double", 2, 1)'),
                Cell("sum", name("sum"), "area * rate * twice", "CNY", "result"),
                Cell("rest", name("rest"), "-sum", "CNY"),
                Cell("early", name("early"), 'day < "2025-01-01"', role="test"),
            ),
            **more,
        },
    )


def lines(ran):
    return {one.id: one for one in ran.lines}


def test_work():
    ran = work(trial(), {})
    found = lines(ran)
    assert found["sum"].value == pytest.approx(10_000)
    assert (found["sum"].low, found["sum"].high) == (pytest.approx(9_000), pytest.approx(11_000))
    assert (found["rest"].low, found["rest"].high) == (pytest.approx(-11_000), pytest.approx(-9_000))
    assert found["twice"].low is None
    assert found["early"].value is False
    assert found["sum"].formula == Name(zh="area（中） × rate（中） × twice（中）", en="area × rate × twice")
    assert found["sum"].numbers.en == "1,000 mu × 10 CNY per mu × 1"
    assert ran.changed == ()
    assert "±10%" in ran.notes[0].en


def test_a_changed_area_is_the_readers_own():
    ran = work(trial(), {"area": 500.0, "way": "double"})
    assert lines(ran)["sum"].value == pytest.approx(10_000)
    assert lines(ran)["sum"].low is None
    assert ran.changed == ("area", "way")
    assert ran.notes == ()
    assert work(trial(), {"area": 1000.0}).changed == ()


@pytest.mark.parametrize("confidence", ["administrative", "schematic"])
def test_a_schematic_area_gives_no_range(confidence):
    shaky = Input("area", name("area"), "number", 1000.0, "mu", confidence=confidence)
    solid = Input("more", name("more"), "number", 100.0, "mu", confidence="surveyed")
    ran = work(
        trial(
            inputs=(shaky, solid),
            cells=(Cell("all", name("all"), "area + more", "ha"), Cell("own", name("own"), "more", "ha")),
        ),
        {},
    )
    assert lines(ran)["all"].low is lines(ran)["all"].high is None
    assert lines(ran)["own"].high == pytest.approx(100 * 1.01 / 15)
    assert "cannot be relied on" in ran.notes[0].en


def test_every_confidence_has_a_range_or_none():
    assert set(AREA_RANGE) == set(CONFIDENCES)
    known = [share for share in AREA_RANGE.values() if share is not None]
    assert known == sorted(known)


def test_ends_of_a_product_that_is_not_monotone():
    one = Input("a", name("a"), "number", 100.0, "m2", confidence="digitised")
    other = Input("b", name("b"), "number", 100.0, "m2", confidence="digitised")
    made = trial(
        inputs=(one, other), cells=(Cell("c", name("c"), "a - b", "m2"), Cell("d", name("d"), "1 / (a - 90)"))
    )
    found = lines(work(made, {}))
    assert (found["c"].low, found["c"].high) == (pytest.approx(-20), pytest.approx(20))
    assert found["d"].low is None  # one end divides by nothing


@given(
    st.floats(0, 1e7, allow_subnormal=False),
    st.floats(0, 1e4, allow_subnormal=False),
    st.floats(0, 1e4, allow_subnormal=False),
)
def test_more_rate_is_never_less(area, rate, more):
    first = lines(work(trial(), {"area": area, "rate": rate}))["sum"].value
    second = lines(work(trial(), {"area": area, "rate": rate + more}))["sum"].value
    assert second >= first


def savings(count="years"):
    return trial(
        inputs=(
            Input("start_balance", name("at first"), "number", 100.0, "CNY"),
            Input("rate", name("rate"), "number", 10.0, "percent"),
            Input("years", name("years"), "number", 3.0),
        ),
        cells=(),
        progressions=(
            Progression(
                "years_table",
                name("by year"),
                count,
                (
                    Cell("year", name("year"), "row"),
                    Cell("interest", name("interest"), "before_balance * rate", "CNY"),
                    Cell("balance", name("balance"), "before_balance + interest", "CNY"),
                ),
                ("balance",),
            ),
        ),
    )


def test_progression():
    ran = work(savings(), {})
    (table,) = ran.tables
    assert [row[0] for row in table.rows] == [1, 2, 3]
    assert [row[2] for row in table.rows] == pytest.approx([110, 121, 133.1])
    assert ran.charts == {"years_table": ("balance",)}
    assert len(work(savings(), {"years": 1e9}).tables[0].rows) == 400
    for nothing in (None, 0.0, -3.0):
        assert work(savings(), {"years": nothing}).tables[0].rows == ()
    assert work(savings(), {"start_balance": None}).tables[0].rows[2] == (3.0, None, None)
    assert rows(savings("years + 0.9").progressions[0], {"years": 1.0, "rate": 0.0})[0]["balance"] is None


def test_settings():
    assert checked(
        trial(),
        {"area": "1,234.5 mu", "rate": " 3e2 ", "way": "double way", "open": "否", "day": "2024-02-29"},
    ) == {"area": 1234.5, "rate": 300.0, "way": "double", "open": False, "day": "2024-02-29"}
    assert checked(trial(), {"area": "unknown", "day": ""}) == {"area": None, "day": None}


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(UsageError) as found:
        checked(
            trial(),
            {
                "aera": "1",
                "area": "-1",
                "rate": "1001",
                "way": "triple",
                "open": "maybe",
                "day": "2025-02-30",
            },
        )
    for part in (
        "'aera'; did you mean 'area'",
        "at least 0",
        "from 0 to 1,000",
        "plain, double",
        "yes or no",
        "2025-03-07",
    ):
        assert part in found.value.en
    assert "是否指" in found.value.zh
    for hostile in ("nan", "inf", "1e999", "1_000", "１２", "0x10", "--1", "1;2", "\x1b[31m"):
        with pytest.raises(UsageError):
            checked(trial(), {"rate": hostile})


@given(st.text(max_size=30), st.sampled_from(["area", "rate", "way", "open", "day"]))
def test_any_setting_is_taken_or_refused(text, which):
    try:
        found = checked(trial(), {which: text})
    except UsageError:
        return
    work(trial(), found)


def test_plain_data():
    frame = Ran(
        inputs=(),
        lines=(Line("a", name("a"), name("text"), formula="x + y"), Line("b", name("b"), 1.5, "ha", low=1.0)),
        tables=(Table("t", name("t"), (Column("c", name("c"), "ha"),), ((1.0,), (name("r"),))),),
        layers=(
            Layer(
                "l",
                name("l"),
                "schematic",
                (Mark("m", name("m"), shapely.Point(1.23456789, 2).buffer(1), 0.5, {"c": name("x")}),),
            ),
        ),
        charts={"t": ("c",)},
        notes=(name("note"),),
    )
    made = as_json(trial(frames_by="way", frames={"plain": frame}, files={"proposal": name("polygons")}))
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert made["id"] == "some-case/some-mechanism"
    assert made["inputs"][0]["unit"] == {"id": "mu", "zh": "亩", "en": "mu", "si": 2000 / 3}
    assert made["inputs"][0]["spread"] == spread(trial().inputs[0]) == 0.1
    assert made["inputs"][2]["options"][1] == {
        "id": "double",
        "label": {"zh": "double way（中）", "en": "double way"},
    }
    cell = made["cells"][1]
    assert cell["tree"] == ["*", ["*", ["name", "area"], ["name", "rate"]], ["name", "twice"]]
    assert cell["text"]["en"] == "area × rate × twice"
    plain = made["frames"]["plain"]
    assert plain["lines"][0]["value"] == {"zh": "text（中）", "en": "text"}
    assert plain["lines"][0]["formula"] == {"zh": "x + y", "en": "x + y"}
    feature = plain["layers"][0]["geojson"]["features"][0]
    assert feature["properties"]["value"] == 0.5
    assert all(
        round(x, 6) == x for ring in feature["geometry"]["coordinates"] for point in ring for x in point
    )
    progression = as_json(savings())["progressions"][0]
    assert progression["count"] == ["name", "years"]
    assert progression["cells"][1]["text"]["en"] == "balance (row before) × rate"
    ran = ran_json(work(trial(), {"rate": 20.0}))
    assert ran["changed"] == ["rate"]
    assert json.loads(json.dumps(ran, allow_nan=False)) == ran


def test_operations_are_those_of_the_trees():
    for sign in OPERATIONS:
        parts = 3 if sign == "if" else 1 if sign in {"neg", "not", "abs", "round"} else 2
        evaluate([sign, *[1.0] * parts], {})
        assert shown([sign, *[1.0] * parts], {}, "en")


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (1544291.0412, "AUD", "1,544,291.04 AUD"),
        (0.05, "percent", "0.05%"),
        (-3.0, "", "−3"),
        (-0.0, "", "0"),
        (123456.789, "ha", "123,456.79 ha"),
        (1e300, "CNY", "1e+300 CNY"),
        (None, "ha", "not known"),
        (True, "", "yes"),
    ],
)
def test_figures(number, unit, text):
    assert value_text(number, unit, "en") == text


def test_a_figure_that_is_none():
    assert figure(math.inf, "") == "not known"
