"""What came out of the steps of an application, as lines and tables.

Floor 3, part of schemes: knows steps, ways and the records of trials; must not know files or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eppv_atlas.model import Name
from eppv_atlas.model.schemes.application import ApplicationScheme
from eppv_atlas.schemes.application.following import Course, Followed
from eppv_atlas.schemes.application.steps import (
    Allowed,
    Assessed,
    Decided,
    Dossier,
    Searched,
    Settled,
    State,
)
from eppv_atlas.schemes.application.words import NEXT, STATES, STEPS, name
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.offsets.telling import answer_name
from eppv_atlas.schemes.trial import Column, Line, Ran, Table, Value

Cells = tuple[Value | Name, ...]
_DECIDED: tuple[State, ...] = ("approved", "settled", "begun")
"""States in which an obligation stands."""


def told(course: Course, scheme: ApplicationScheme, notes: Sequence[Name]) -> Ran:
    """What came out of an application.

    Parameters
    ----------
    course
        Its steps.
    scheme
        Ways of settling, for their names.
    notes
        What must be said with it.
    """
    ways = {way.id: way.name for way in scheme.ways}
    tables = [
        _steps(course, ways),
        _classes(course.dossier),
        _settled(course.dossier, ways),
        _matches(course),
    ]
    return Ran(
        inputs=(),
        lines=tuple(_lines(course.dossier)),
        tables=tuple(table for table in tables if table.rows),
        notes=tuple(notes),
    )


def _lines(dossier: Dossier) -> Iterator[Line]:
    yield Line("state", name("申请所处阶段", "Where the application stands"), STATES[dossier.state])
    yield Line("next", name("下一步", "What comes next"), NEXT[dossier.state])
    if dossier.state in _DECIDED:
        yield Line("owed", name("须清偿的信用数", "Credits owed"), float(sum(dossier.obligation.values())))
        yield Line("settled", name("已清偿的信用数", "Credits settled"), float(sum(dossier.settled.values())))
        yield Line("left", name("尚欠的信用数", "Credits still owed"), float(sum(dossier.owed.values())))
    begin = dossier.state in {"settled", "begun"}
    yield Line(
        "begin",
        name("义务已清偿，可以动工", "Settled: work may begin"),
        begin,
        role="test",
    )


def _steps(course: Course, ways: dict[str, Name]) -> Table:
    columns = (
        Column("number", name("步次", "No.")),
        Column("on", name("日期", "Day")),
        Column("step", name("步骤", "Step")),
        Column("class", name("类别", "Class")),
        Column("credits", name("信用数", "Credits")),
        Column("way", name("途径", "Way")),
        Column("evidence", name("证据", "Evidence")),
        Column("state", name("此后状态", "State after it")),
        Column("left", name("此后尚欠", "Owed after it")),
    )
    rows = [row for number, one in enumerate(course.steps, 1) for row in _rows(number, one, ways)]
    return Table("steps", name("各步与其后的状态", "Steps, and the state after each"), columns, tuple(rows))


def _rows(number: int, one: Followed, ways: dict[str, Name]) -> Iterator[Cells]:
    """A row for each class of a step; what a step has none of is left empty."""
    step, dossier = one.step, one.after
    classes: list[tuple[str, float | None]] = [("", None)]
    if isinstance(step, Assessed | Decided) and step.credits:
        classes = list(step.credits.items())
    elif isinstance(step, Decided) and step.approved and dossier.obligation:
        classes = list(dossier.obligation.items())
    elif isinstance(step, Settled):
        classes = [(step.of, step.credits)]
    elif isinstance(step, Searched | Allowed):
        classes = [(step.of, None)]
    way = ways[step.way] if isinstance(step, Allowed | Settled) else ""
    left = float(sum(dossier.owed.values())) if dossier.state in _DECIDED else ""
    for of, credits_ in classes:
        yield (
            float(number),
            step.on,
            STEPS[type(step)][1],
            of,
            "" if credits_ is None else float(credits_),
            way,
            step.evidence,
            STATES[dossier.state],
            left,
        )


def _classes(dossier: Dossier) -> Table:
    columns = (
        Column("class", name("类别", "Class")),
        Column("proposed", name("报告提出", "Proposed")),
        Column("obligation", name("审批确定", "Set")),
        Column("settled", name("已清偿", "Settled")),
        Column("left", name("尚欠", "Still owed")),
    )
    decided = dossier.state in _DECIDED
    rows: list[Cells] = []
    for of in sorted({*dossier.proposed, *dossier.obligation}):
        paid = sum(number for (one, _), number in dossier.settled.items() if one == of)
        after: Cells = ("", "", "")
        if decided:
            after = (float(dossier.obligation.get(of, 0)), float(paid), float(dossier.owed.get(of, 0)))
        rows.append((of, float(dossier.proposed[of]) if of in dossier.proposed else None, *after))
    return Table("classes", name("各类信用", "Credits by class"), columns, tuple(rows))


def _settled(dossier: Dossier, ways: dict[str, Name]) -> Table:
    columns = (
        Column("class", name("类别", "Class")),
        Column("way", name("途径", "Way")),
        Column("settled", name("已清偿", "Settled")),
    )
    order = list(ways)
    found = sorted(dossier.settled.items(), key=lambda one: (one[0][0], order.index(one[0][1])))
    rows: list[Cells] = [(of, ways[way], float(number)) for (of, way), number in found]
    return Table("ways", name("各途径清偿", "Settled by each way"), columns, tuple(rows))


def _matches(course: Course) -> Table:
    columns = (
        Column("number", name("步次", "No.")),
        Column("impact", name("影响", "Impact")),
        Column("offer", name("供给", "Offer")),
        Column("answer", name("匹配结果", "Match")),
        Column("why", name("各项检验", "Tests")),
    )
    rows: list[Cells] = []
    for number, one in enumerate(course.steps, 1):
        if one.verdict is not None:
            zh = "；".join(f"{check.label.zh}：{check.words.zh}" for check in one.verdict.checks)
            en = "; ".join(f"{check.label.en}: {check.words.en}" for check in one.verdict.checks)
            answer = answer_name(one.verdict.answer)
            rows.append((float(number), one.verdict.impact, one.verdict.offer, answer, said(zh, en)))
    return Table("matches", name("匹配核验", "What the matcher answers"), columns, tuple(rows))
