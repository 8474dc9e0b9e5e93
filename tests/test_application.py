"""The way of an application: one step after another, the page that says the same, files and commands."""

import contextlib
import csv
import pickle
import re
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, call
from eppv_atlas import running, schemes
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.schemes.application.cells import key
from eppv_atlas.schemes.application.flow import StepError, after
from eppv_atlas.schemes.application.following import both
from eppv_atlas.schemes.application.steps import (
    Allowed,
    Assessed,
    Begun,
    Decided,
    Dossier,
    Scoped,
    Searched,
    Settled,
)
from eppv_atlas.schemes.evaluation import evaluate
from eppv_atlas.schemes.formulas import tree
from eppv_atlas.schemes.worksheet import work

CASE, MECHANISM = "nsw-biodiversity-offsets", "scheme-steps"
WHICH = f"{CASE}/{MECHANISM}"
EXAMPLES = ROOT / "docs" / "examples" / "application"


@pytest.fixture(scope="module")
def placed(atlas):
    return atlas[CASE]


@pytest.fixture(scope="module")
def mechanism(placed):
    return next(one for one in placed.case.mechanisms if one.id == MECHANISM)


@pytest.fixture(scope="module")
def scheme(mechanism):
    return mechanism.scheme


@pytest.fixture(scope="module")
def tried(placed, mechanism):
    return schemes.trial(placed, mechanism, ())


# ---- one step after another ----


SCOPED = Scoped("2023-01-01", "letter", applies=True)
ASSESSED = Assessed("2023-02-01", "report", credits={"P": 10, "frog": 3}, serious=False)
DECIDED = Decided("2023-03-01", "consent", approved=True)
BEGUN = Begun("2023-09-01", "notice")
SEARCHED = Searched("2023-04-01", "x", of="P")
ALLOWED = Allowed("2023-04-01", "x", of="P", way="variation", open=True)


def dossier(scheme, *steps):
    made = Dossier()
    for one in steps:
        made = after(made, one, scheme)
    return made


def settled(way, credits_=1, of="P", **more):
    return Settled("2023-04-01", "x", of=of, credits=credits_, way=way, **more)


def test_from_site_to_work(scheme):
    made = dossier(
        scheme,
        SCOPED,
        ASSESSED,
        Decided("2023-03-01", "consent", approved=True, credits={"P": 14, "frog": 3}),
        settled("credits", 4, matched=True),
        SEARCHED,
        ALLOWED,
        settled("variation", 5, matched=True),
        settled("fund", 3),
        settled("mine-rehabilitation", 2, met=frozenset({"large-mine", "mine-rules"})),
        settled("conservation-action", 3, "frog", met=frozenset({"listed-action"})),
        BEGUN,
    )
    assert made.state == "begun"
    assert made.owed == {}
    assert made.settled["P", "variation"] == 5
    assert sum(made.settled.values()) == 17
    assert len(made.steps) == 11


@pytest.mark.parametrize(
    ("steps", "rule", "said"),
    [
        ((ASSESSED,), "order", "Find out whether the scheme applies"),
        ((Scoped("2023-01-01", "x"),), "unknown", "not said whether"),
        ((Scoped("2023-01-01", "x", applies=False), ASSESSED), "order", "the scheme does not apply"),
        ((SCOPED, Assessed("2023-02-01", "x", {"P": 1}, serious=True), DECIDED), "serious", "can only be a refusal"),
        ((SCOPED, Assessed("2023-02-01", "x", {"P": 1}), DECIDED), "serious", "does not say whether"),
        ((SCOPED, ASSESSED, Decided("2023-03-01", "x")), "unknown", "not said whether"),
        ((SCOPED, ASSESSED, Decided("2023-03-01", "no", approved=False), BEGUN), "order", "was refused"),
        ((SCOPED, ASSESSED, Decided("2023-03-01", "x", approved=True, credits={"P": 1})), "classes", "'frog'"),
        ((SCOPED, ASSESSED, DECIDED, BEGUN), "order", "Settle the obligation"),
        ((SCOPED, ASSESSED, DECIDED, ALLOWED), "search", "only after the reasonable steps"),
        ((SCOPED, ASSESSED, DECIDED, Allowed("2023-04-01", "x", of="P", way="fund", open=True)), "approval", "needs no approval"),
        ((SCOPED, ASSESSED, DECIDED, SEARCHED, Allowed("2025-03-08", "x", of="P", way="variation", open=False)), "day", "do not let"),
        ((SCOPED, ASSESSED, DECIDED, SEARCHED, Allowed("2025-03-08", "x", of="P", way="variation")), "day", "not auditable"),
        ((SCOPED, ASSESSED, DECIDED, settled("credits")), "match", "do not match"),
        ((SCOPED, ASSESSED, DECIDED, settled("fund", 11)), "too-many", "10 credits are owed"),
        ((SCOPED, ASSESSED, DECIDED, settled("fund", 0)), "credits", "0 cannot be settled"),
        ((SCOPED, ASSESSED, DECIDED, settled("fund", of="Q")), "not-owed", "nothing is owed"),
        ((SCOPED, ASSESSED, DECIDED, settled("barter")), "way", "conservation-action"),
        ((SCOPED, ASSESSED, DECIDED, settled("mine-rehabilitation", met=frozenset({"mine-rules"}))), "condition", "large-mine"),
        ((SCOPED, ASSESSED, DECIDED, settled("variation", matched=True)), "approval", "was not approved"),
        ((SCOPED, Assessed("2022-02-01", "x", serious=False)), "earlier", "before the last step"),
        ((Scoped("2023-01-01", " ", applies=True),), "evidence", "needs its evidence"),
        ((Scoped("yesterday", "x", applies=True),), "date", "is no date"),
        ((SCOPED, Assessed("2023-02-01", "x", {"P": -1}, serious=False)), "credits", "whole numbers"),
        ((SCOPED, Assessed("2023-02-01", "x", {"P": 1.5}, serious=False)), "credits", "whole numbers"),
    ],
)  # fmt: skip
def test_a_step_out_of_order_is_refused_with_its_reason(scheme, steps, rule, said):
    before = dossier(scheme, *steps[:-1])
    with pytest.raises(StepError, match=re.escape(said)) as caught:
        after(before, steps[-1], scheme)
    assert caught.value.rule == rule
    assert "下一步" in caught.value.zh or "。" not in caught.value.zh
    assert before == dossier(scheme, *steps[:-1])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.en, again.rule) == (caught.value.en, rule)


def test_nothing_left_to_offset_needs_no_settling(scheme):
    made = dossier(scheme, SCOPED, Assessed("2023-02-01", "x", serious=False), DECIDED)
    assert made.state == "settled"


# ---- the page says the same ----

ANSWERS = st.sampled_from([True, False, None])
CREDITS = st.sampled_from([None, 0.0, 1.0, 2.0, 3.0, 5.0, 2.5])


def random_inputs(tried):
    kinds = {
        "number": lambda one: CREDITS,
        "flag": lambda one: ANSWERS,
        "choice": lambda one: st.sampled_from([None, *(option.id for option in one.options)]),
        "date": lambda one: st.sampled_from(["2016-01-01", "2022-10-31", "2025-03-07", None]),
    }
    return st.fixed_dictionaries({one.id: kinds[one.kind](one) for one in tried.inputs})


def by_way(values, way, day, rule):
    own, steps = key(way.id), []
    if way.after_search and values[f"searched_{own}"]:
        steps.append(Searched(day, "x", of="P"))
    if way.approval and values[f"approved_{own}"]:
        steps.append(Allowed(day, "x", of="P", way=way.id, open=rule))
    number = values[f"settled_{own}"]
    if number is not None:
        met = frozenset(one.id for one in way.conditions if values[f"met_{key(one.id)}"])
        steps.append(Settled(day, "x", "P", number, way.id, values.get(f"matched_{own}"), met))
    return steps


def by_steps(values, scheme):
    """The same application through the flow; a step that is refused is not taken."""
    day = "2020-01-01"
    rule = next(
        {"2016-01-01": False, "2022-10-31": True, "2025-03-07": False, None: None}[
            values[f"day_{key(way.id)}"]
        ]
        for way in scheme.ways
        if way.matched == "variation"
    )
    steps = []
    if values["scope"] != "unchecked":
        steps.append(
            Scoped(day, "x", applies=None if values["scope"] is None else values["scope"] == "applies")
        )
    if values["reported"] and values["proposed"] is not None:
        steps.append(Assessed(day, "x", {"P": values["proposed"]}, values["serious"]))
    if values["decision"] in {"approve", "refuse"}:
        approved = values["decision"] == "approve"
        if not approved or values["obligation"] is not None:
            steps.append(Decided(day, "x", approved, {"P": values["obligation"]} if approved else None))
    for way in scheme.ways:
        steps += by_way(values, way, day, rule)
    made = Dossier()
    for step in steps:
        with contextlib.suppress(StepError):
            made = after(made, step, scheme)
    return made


def worked(tried, values):
    known = dict(values)
    for cell in tried.cells:
        known[cell.id] = evaluate(tree(cell.formula), known)
    return known


@settings(max_examples=1500)
@given(data=st.data())
def test_page_and_steps_say_the_same(tried, scheme, data):
    """What the page knows is what the steps give; where all is known, the page knows everything."""
    values = data.draw(random_inputs(tried))
    found, made = worked(tried, values), by_steps(values, scheme)
    if all(value is not None for value in values.values()):
        assert found["state"] is not None
    if found["state"] is not None:
        assert found["state"] == made.state
    if found["left"] is not None:
        assert found["left"] == sum(made.owed.values())
    if found["begin"] is not None:
        assert found["begin"] is (made.state == "settled")


@settings(max_examples=300)
@given(data=st.data())
def test_filling_in_never_turns_an_answer_round(tried, data):
    values = data.draw(random_inputs(tried))
    full = data.draw(random_inputs(tried))
    before = worked(tried, values)
    later = worked(tried, {name: full[name] if value is None else value for name, value in values.items()})
    for cell in tried.cells:
        if before[cell.id] is not None:
            assert later[cell.id] == before[cell.id], cell.id


def line(made, name):
    return next(one.value for one in made.lines if one.id == name)


def test_as_the_page_opens(tried):
    made = work(tried, {})
    assert (line(made, "owed"), line(made, "left"), line(made, "begin")) == (120, 120, False)
    assert line(made, "state").en == "Approved, obligation open"
    assert line(made, "may_credits") is None  # the matcher has not been asked
    made = work(tried, {"settled_credits": 120.0})
    assert line(made, "begin") is None
    assert line(made, "left") is None
    made = work(tried, {"settled_credits": 120.0, "matched_credits": True})
    assert line(made, "begin") is True
    assert line(made, "next").zh == "可以动工"
    assert line(work(tried, {"serious": True}), "begin") is False


def test_where_each_way_is_written(tried, scheme):
    by_name = {one.id: one for one in tried.inputs}
    assert [way.id for way in scheme.ways] == ["credits", "conservation-action", "mine-rehabilitation", "fund", "variation"]  # fmt: skip
    for way in scheme.ways:
        assert "p. 72" in by_name[f"settled_{key(way.id)}"].whence.en
    assert by_name["proposed"].whence.en.startswith("assumed: ")


# ---- files and commands ----


def ran(tried, placed, mechanism, **files):
    read = running.read("application", files)
    return schemes.run(tried, placed, mechanism, (), {}, read)


def rows(made, name):
    return next((table.rows for table in made.tables if table.id == name), ())


def test_the_example(tried, placed, mechanism):
    made = ran(tried, placed, mechanism, steps=EXAMPLES / "steps.csv")
    assert line(made, "state").en == "Work begun"
    assert [row[-1] for row in rows(made, "steps")] == [
        "",
        "",
        "",
        "",
        66,
        66,
        66,
        54,
        24,
        24,
        24,
        14,
        6,
        0,
        0,
    ]
    assert rows(made, "classes") == (
        ("Forest", 20, 18, 18, 0),
        ("Frog", 12, 12, 12, 0),
        ("Woodland", 30, 36, 36, 0),
    )
    chinese = ran(tried, placed, mechanism, steps=EXAMPLES / "steps-gbk.csv")
    assert (line(chinese, "owed"), line(chinese, "left")) == (42, 10)


MARKET = {name: ROOT / "docs" / "examples" / "offsets" / f"{name}.geojson" for name in ("impacts", "offers", "subregions")}  # fmt: skip


def test_the_matcher_answers_for_steps(tried, placed, mechanism, tmp_path):
    made = ran(tried, placed, mechanism, steps=EXAMPLES / "steps-matched.csv", **MARKET)
    assert [row[1:3] for row in rows(made, "matches")] == [("impact-1", "offer-1"), ("impact-3", "offer-5")]
    text = (EXAMPLES / "steps-matched.csv").read_text("utf-8")
    for change, rule in (
        (("impact-1,offer-1", "impact-1,offer-4"), "match"),  # not auditable: never a yes
        (("impact-1,offer-1", "impact-1,offer-7"), "match"),
        (("impact-3,offer-5", "impact-3,offer-99"), "unknown"),
        (("Frog,12", "Frog,120"), ""),
    ):
        file = tmp_path / "steps.csv"
        file.write_text(text.replace(*change), "utf-8")
        if not rule:
            assert line(ran(tried, placed, mechanism, steps=file, **MARKET), "left") == 112
            continue
        with pytest.raises(DataError) as caught:
            ran(tried, placed, mechanism, steps=file, **MARKET)
        assert [one.rule for one in caught.value.problems] == [rule]
    with pytest.raises(DataError) as caught:
        ran(tried, placed, mechanism, steps=EXAMPLES / "steps-matched.csv")
    assert [(one.line, one.rule) for one in caught.value.problems] == [(6, "no-market"), (7, "no-market")]


def test_an_offer_is_not_used_twice(tried, placed, mechanism, tmp_path):
    file = tmp_path / "steps.csv"
    text = (
        (EXAMPLES / "steps-matched.csv").read_text("utf-8").replace("Woodland,30,,,no", "Woodland,300,,,no")
    )
    last = "2022-11-26,settle,Woodland,30,credits,,,,impact-1,offer-1,Again\n"
    file.write_text(text + last, "utf-8")
    with pytest.raises(DataError, match=r"steps\.csv:8: .*credits, of which 10 are left"):
        ran(tried, placed, mechanism, steps=file, **MARKET)


def test_a_stated_no_stands_and_a_stated_yes_does_not_suffice():
    assert [both(stated, found) for stated in (True, False, None) for found in (True, False, None)] == [
        True, False, None, False, False, False, True, False, None,
    ]  # fmt: skip


def test_the_first_step_out_of_order_ends_it(tried, placed, mechanism, tmp_path):
    file = tmp_path / "steps.csv"
    text = (EXAMPLES / "steps.csv").read_text("utf-8")
    file.write_text(text.replace("2022-12-12,allow", "2025-03-07,allow"), "utf-8")
    with pytest.raises(DataError) as caught:
        ran(tried, placed, mechanism, steps=file)
    (problem,) = caught.value.problems
    assert (problem.line, problem.rule) == (12, "day")
    assert "after 6 steps: Approved" in problem.message_en
    assert "下一步" in problem.message_zh


BROKEN = """on,step,class,credits,way,serious,approved,conditions,evidence
2023-01-01,scope,,,,yes,,,letter
2023-02-30,assess,P,1.5,,maybe,,,report
2023-02-01,dance,,,,,,,x
2023-03-01,decide,P,1,,,no,,x
2023-03-01,decide,P,2,,,yes,,
2023-04-01,settle,P,,barter,,,,
2023-05-01,settle,,1,fund,,,large-mine,x
"""


def test_every_line_that_is_wrong_is_named(tried, placed, mechanism, tmp_path):
    file = tmp_path / "steps.csv"
    file.write_text(BROKEN, "utf-8")
    with pytest.raises(DataError) as caught:
        ran(tried, placed, mechanism, steps=file)
    assert {(one.line, one.rule) for one in caught.value.problems} >= {
        (2, "not-here"), (3, "date"), (3, "whole"), (3, "yes-no"), (4, "one-of"), (5, "not-here"), (6, "twice"),
        (6, "disagrees"), (7, "missing"), (7, "one-of"), (8, "missing"), (8, "one-of"),
    }  # fmt: skip
    assert [one.line for one in caught.value.problems] == sorted(one.line for one in caught.value.problems)


@pytest.mark.parametrize(
    "content",
    [b"", b"on,step,evidence\n", b"a,b\n1,2\n", b"on,step,evidence\n" + b"2023-01-01,scope,x\n" * 5001],
)
def test_files_that_are_wrong_are_refused(tmp_path, capsys, content):
    file = tmp_path / "steps.csv"
    file.write_bytes(content)
    assert call("--atlas", ROOT, "scheme", "run", WHICH, f"--with=steps={file}") == 1
    said = capsys.readouterr().err
    assert "steps.csv" in said
    assert "Traceback" not in said


def test_text_of_files_is_only_text(tmp_path, capsys):
    file, out = tmp_path / "steps.csv", tmp_path / "out.csv"
    file.write_text(
        "on,step,class,credits,applies,serious,evidence\n2023-01-01,scope,,,yes,,\x1b[31m<b>\n"
        '2023-02-01,assess,"=HYPERLINK(""x"")",1,,no,=1+1\n', "utf-8",
    )  # fmt: skip
    assert call("--atlas", ROOT, "scheme", "run", WHICH, f"--with=steps={file}", "--out", out) == 0
    assert "\x1b[31m" not in capsys.readouterr().out
    with (tmp_path / "out-steps.csv").open(encoding="utf-8-sig") as text:
        cells = [cell for row in csv.reader(text) for cell in row]
    assert "'=1+1" in cells
    assert not any(cell.startswith("=") for cell in cells)


def test_inputs_of_the_page_do_not_go_with_a_file(tried, placed, mechanism):
    given_ = running.read("application", {"steps": EXAMPLES / "steps.csv"})
    with pytest.raises(UsageError, match="serious"):
        schemes.run(tried, placed, mechanism, (), {"serious": True}, given_)
    with pytest.raises(UsageError, match="--with steps"):
        schemes.run(
            tried, placed, mechanism, (), {}, running.read("application", {"impacts": MARKET["impacts"]})
        )


def test_a_record_that_is_wrong_is_named(folder, capsys):
    file = folder / "cases" / f"{CASE}.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("- id: fund\n", "- id: large-mine\n"), "utf-8")
    assert call("--atlas", folder, "check") == 1
    assert "stands twice among ways and conditions" in capsys.readouterr().err
    file.write_text(text.replace("rules: like-for-like-and-variation", "rules: offset-law"), "utf-8")
    assert call("--atlas", folder, "scheme", "run", WHICH) == 1
    assert "no mechanism of this case" in capsys.readouterr().err


def commands():
    text = (
        (ROOT / "docs" / "schemes.md")
        .read_text("utf-8")
        .partition("## An application")[2]
        .partition("\n## ")[0]
    )
    block = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1].replace("\\\n", " ")
    return [shlex.split(one, comments=True)[1:] for one in block.splitlines()]


def test_the_guide_runs_as_it_stands(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    said = []
    for command in commands():
        assert call("--atlas", ROOT, *command) == 0
        said.append(" ".join(capsys.readouterr().out.split()))
    assert len(said) == 4
    assert "Settled: work may begin yes" in said[0]
    assert "Where the application stands Assessed, to be decided" in said[1]
    assert "Where the application stands Work begun" in said[2]
    assert "Credits still owed 4" in said[3]
