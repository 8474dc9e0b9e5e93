"""Lines of a file of steps, put together into steps; every line that is wrong is named.

Consecutive lines of the same assessment or decision, on the same day, are one step with several
classes. Whether a step is due is not asked here.

Floor 3, part of schemes: knows the record of the scheme and the steps; must not know files or how
anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from eppv_atlas.errors import DataError, Problem
from eppv_atlas.model.schemes.application import ApplicationScheme, Way
from eppv_atlas.schemes.application.matching import Market
from eppv_atlas.schemes.application.steps import (
    Allowed,
    Answer,
    Assessed,
    Begun,
    Decided,
    Scoped,
    Searched,
    Settled,
    Step,
)
from eppv_atlas.schemes.offsets.matcher import plain

MOST_NAMED: Final = 200
"""Mistakes named in one run, at most."""


@dataclass(frozen=True)
class StepLine:
    """A line of a file of steps, as it stands; None where it says nothing.

    Attributes
    ----------
    file, line, number
        File as the user typed it, line of it or 0, and number of the row from 1 on.
    names
        Columns as the file names them.
    kind
        Which step: a key of :data:`ALLOWED`.
    on, evidence
        Day and paper.
    of, credits, way
        Class, number of credits, way by id or name.
    applies, serious, approved, matched
        Yes, no or not known.
    conditions
        Conditions that hold, by id or name.
    impact, offer
        Ids in the files of a market.
    """

    file: str
    line: int
    number: int
    names: Mapping[str, str]
    kind: str
    on: str
    evidence: str | None = None
    of: str | None = None
    credits: int | None = None
    way: str | None = None
    applies: Answer = None
    serious: Answer = None
    approved: Answer = None
    matched: Answer = None
    conditions: tuple[str, ...] = ()
    impact: str | None = None
    offer: str | None = None

    def problem(self, column: str, rule: str, en: str, zh: str) -> Problem:
        """A mistake of this line."""
        place = f"row {self.number}" + (f", {self.names.get(column, column)}" if column else "")
        return Problem(self.file, self.line, place, rule, en, zh)


@dataclass(frozen=True)
class Taken:
    """A step, with the line that it begins on.

    Attributes
    ----------
    step, line
        The step, and its first line.
    impact, offer
        Whom the matcher is to be asked about; None where the line names none.
    """

    step: Step
    line: StepLine
    impact: str | None = None
    offer: str | None = None


ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "scope": frozenset({"applies"}),
    "assess": frozenset({"of", "credits", "serious"}),
    "decide": frozenset({"of", "credits", "approved"}),
    "search": frozenset({"of"}),
    "allow": frozenset({"of", "way"}),
    "settle": frozenset({"of", "credits", "way", "matched", "conditions", "impact", "offer"}),
    "begin": frozenset(),
}
"""What a line of each step may say, besides its day and its evidence."""
COLUMNS: Final[Mapping[str, str]] = {
    "of": "class", "credits": "credits", "way": "way", "applies": "applies", "serious": "serious", "approved": "approved",
    "matched": "matched", "conditions": "conditions", "impact": "impact", "offer": "offer",
}  # fmt: skip
"""Column of each field."""


def read_steps(
    lines: Sequence[StepLine],
    scheme: ApplicationScheme,
    market: Market | None,
    problems: Sequence[Problem],
) -> list[Taken]:
    """Put lines together into steps.

    Parameters
    ----------
    lines
        Lines of one file, in order.
    scheme
        Ways and conditions that they may name.
    market
        Impacts and offers that they may name; None where none are given.
    problems
        Mistakes that were found when the files were read.

    Raises
    ------
    DataError
        Names every line that is wrong, also those found before.
    """
    wrong = list(problems)
    out: list[Taken] = []
    for (kind, _, alone), some in groupby(lines, _together):
        group = list(some)
        for line in group:
            wrong += _strange(line)
        if kind in {"assess", "decide"} and not alone:
            out.append(_joined(group, wrong))
        else:
            out += [_single(line, scheme, market, wrong) for line in group]
    if wrong:
        order = {line.file: 0 for line in lines}
        wrong.sort(key=lambda one: (order.get(one.file, 1), one.file, one.line))
        raise DataError(wrong[:MOST_NAMED])
    return out


def _together(line: StepLine) -> tuple[str, str, int]:
    joins = line.kind in {"assess", "decide"}
    return line.kind, line.on, 0 if joins else line.number


def _strange(line: StepLine) -> Iterator[Problem]:
    """Cells that say nothing for such a step."""
    for field, column in COLUMNS.items():
        if field not in ALLOWED[line.kind] and getattr(line, field) not in (None, ()):
            yield line.problem(
                column,
                "not-here",
                f"says nothing for a step {line.kind!r}; leave it empty",
                f"对步骤 {line.kind!r} 没有意义；请留空",
            )


def _needed(line: StepLine, fields: Sequence[str], wrong: list[Problem]) -> None:
    wrong += [
        line.problem(COLUMNS.get(field, field), "missing", "is missing", "缺少")
        for field in fields
        if getattr(line, field) is None
    ]


def _joined(group: Sequence[StepLine], wrong: list[Problem]) -> Taken:
    """An assessment or a decision, with its classes."""
    first = group[0]
    _needed(first, ("evidence",), wrong)
    answer = "serious" if first.kind == "assess" else "approved"
    credits_: dict[str, float] = {}
    for line in group:
        if line.of is not None or line.credits is not None or len(group) > 1:
            _needed(line, ("of", "credits"), wrong)
            if line.of in credits_:
                wrong.append(
                    line.problem("class", "twice", "the class stands twice in this step", "此类在这一步中出现两次")
                )  # fmt: skip
            credits_[line.of or ""] = line.credits or 0
        for field in ("evidence", answer):
            said = getattr(line, field)
            if said is not None and said != getattr(first, field):
                wrong.append(
                    line.problem(
                        field,
                        "disagrees",
                        "says something else than the first line of this step",
                        "与这一步的第一行所写不同",
                    )
                )
    evidence = first.evidence or ""
    if first.kind == "assess":
        return Taken(Assessed(first.on, evidence, credits_, first.serious), first)
    if credits_ and first.approved is False:
        wrong.append(
            first.problem(
                "credits",
                "not-here",
                "a refusal sets no credits; leave class and credits empty",
                "不批准的决定不设信用数；请将类别和信用数留空",
            )
        )
    return Taken(Decided(first.on, evidence, first.approved, credits_ or None), first)


def _single(line: StepLine, scheme: ApplicationScheme, market: Market | None, wrong: list[Problem]) -> Taken:
    """A step of one line."""
    made: Mapping[str, Any] = {"on": line.on, "evidence": line.evidence or ""}
    _needed(line, ("evidence",), wrong)
    if line.kind == "scope":
        return Taken(Scoped(**made, applies=line.applies), line)
    if line.kind == "begin":
        return Taken(Begun(**made), line)
    _needed(line, ("of",), wrong)
    of = line.of or ""
    if line.kind == "search":
        return Taken(Searched(**made, of=of), line)
    if line.kind == "allow":
        ways = [way for way in scheme.ways if way.approval]
        if line.way is None and len(ways) == 1:
            return Taken(Allowed(**made, of=of, way=ways[0].id), line)
        way = _way(line, scheme, wrong)
        return Taken(Allowed(**made, of=of, way=way.id if way else ""), line)
    _needed(line, ("credits",), wrong)
    way = _way(line, scheme, wrong)
    met = frozenset(_conditions(line, way, wrong)) if way else frozenset()
    impact, offer = _pair(line, way, market, wrong)
    step = Settled(
        **made,
        of=of,
        credits=line.credits or 0,
        way=way.id if way else "",
        matched=line.matched,
        met=met,
    )
    return Taken(step, line, impact, offer)


def _way(line: StepLine, scheme: ApplicationScheme, wrong: list[Problem]) -> Way | None:
    if line.way is None:
        wrong.append(line.problem("way", "missing", "is missing", "缺少"))
        return None
    asked = plain(line.way)
    for way in scheme.ways:
        if asked in {way.id, plain(way.name.zh), plain(way.name.en)}:
            return way
    have = ", ".join(way.id for way in scheme.ways)
    wrong.append(
        line.problem("way", "one-of", f"{line.way[:40]!r} is none of {have}", f"{line.way[:40]!r} 不在可用值之内：{have}")
    )  # fmt: skip
    return None


def _conditions(line: StepLine, way: Way, wrong: list[Problem]) -> Iterator[str]:
    """Ids of the conditions that a line says hold."""
    for text in line.conditions:
        asked = plain(text)
        found = next(
            (one.id for one in way.conditions if asked in {one.id, plain(one.name.zh), plain(one.name.en)}),
            None,
        )
        if found is not None:
            yield found
            continue
        have = ", ".join(one.id for one in way.conditions) or "-"
        wrong.append(
            line.problem(
                "conditions",
                "one-of",
                f"{text[:40]!r} is no condition of this way; it has: {have}",
                f"{text[:40]!r} 不是此途径的条件；此途径的条件：{have}",
            )
        )


def _pair(
    line: StepLine, way: Way | None, market: Market | None, wrong: list[Problem]
) -> tuple[str | None, str | None]:
    """Ids that the matcher is to be asked about."""
    if line.impact is None and line.offer is None:
        return None, None
    _needed(line, ("impact", "offer"), wrong)
    if way is not None and way.matched is None:
        wrong.append(
            line.problem("offer", "not-here", "this way takes no credits of an offer", "此途径不使用所供信用")
        )
    if market is None:
        wrong.append(
            line.problem(
                "offer",
                "no-market",
                "names an offer, but no files of impacts and offers are given; add --with impacts=FILE --with offers=FILE",
                "引用了供给，但没有给出影响与供给的文件；请加上 --with impacts=文件 --with offers=文件",
            )
        )
        return None, None
    for column, of, known in (("impact", line.impact, market.impacts), ("offer", line.offer, market.offers)):
        if of is not None and of not in known:
            wrong.append(
                line.problem(
                    column,
                    "unknown",
                    f"{of[:60]!r} is not in the file of {column}s",
                    f"{of[:60]!r} 不在{'影响' if column == 'impact' else '供给'}文件中",
                )
            )
    return line.impact, line.offer
