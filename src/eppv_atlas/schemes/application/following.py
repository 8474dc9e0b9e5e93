"""The steps of an application followed one by one, up to where it stands.

Floor 3, part of schemes: knows steps, ways and the matcher; must not know files or how anything is
shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eppv_atlas.errors import DataError
from eppv_atlas.model.schemes.application import ApplicationScheme
from eppv_atlas.schemes.application.flow import StepError, after
from eppv_atlas.schemes.application.lines import Taken
from eppv_atlas.schemes.application.matching import Market, Rules
from eppv_atlas.schemes.application.steps import Allowed, Answer, Decided, Dossier, Settled, Step
from eppv_atlas.schemes.application.words import STATES
from eppv_atlas.schemes.offsets.records import Verdict


@dataclass(frozen=True)
class Followed:
    """A step that was taken.

    Attributes
    ----------
    step
        The step, with what the rules and the matcher added.
    after
        Where the application stands after it.
    verdict
        What the matcher answered; None where it was not asked.
    """

    step: Step
    after: Dossier
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Course:
    """An application, step by step.

    Attributes
    ----------
    steps
        Steps taken, in order.
    dossier
        Where it stands.
    """

    steps: tuple[Followed, ...]
    dossier: Dossier


def follow(
    steps: Sequence[Taken], scheme: ApplicationScheme, rules: Rules | None, market: Market | None
) -> Course:
    """Follow steps.

    Parameters
    ----------
    steps
        Steps in order.
    scheme
        Ways of settling.
    rules
        Dated rules of matching; None where the case has none.
    market
        Impacts and offers that steps name.

    Raises
    ------
    DataError
        If a step cannot be taken: names its line, why, and what is due instead.
    """
    dossier = Dossier()
    out: list[Followed] = []
    used: Counter[str] = Counter()
    for taken in steps:
        step, verdict = taken.step, None
        try:
            if isinstance(step, Allowed):
                step = replace(step, open=_open(step, scheme, rules))
            elif isinstance(step, Settled) and taken.impact is not None and taken.offer is not None:
                verdict = _asked(dossier, step, taken, scheme, market)
                if verdict is not None:
                    step = replace(step, matched=both(step.matched, verdict.answer))
            made = after(dossier, step, scheme)
            if verdict is not None and isinstance(step, Settled):
                _enough(step, verdict.offer, used, market)
        except StepError as error:
            raise _stopped(taken, error, dossier, len(out), verdict) from None
        if verdict is not None and isinstance(step, Settled):
            used[verdict.offer] += int(step.credits)
        dossier = made
        out.append(Followed(step, dossier, verdict))
    return Course(tuple(out), dossier)


def both(stated: Answer, found: Answer) -> Answer:
    """The answer where a file states one and the matcher finds one: a no of either is a no, a yes is the matcher's."""
    return False if stated is False else found


def _open(step: Allowed, scheme: ApplicationScheme, rules: Rules | None) -> Answer:
    way = next((one for one in scheme.ways if one.id == step.way), None)
    if way is None or way.matched != "variation" or rules is None:
        return True
    return rules.open(step.on)


def _asked(
    dossier: Dossier, step: Settled, taken: Taken, scheme: ApplicationScheme, market: Market | None
) -> Verdict | None:
    """What the matcher says; None where the step is not due yet, so that there is no day to ask about."""
    way = next((one for one in scheme.ways if one.id == step.way), None)
    kind = Allowed if way is not None and way.approval else Decided
    days = [
        one.on
        for one in dossier.steps
        if isinstance(one, kind)
        and (not isinstance(one, Allowed) or (one.of == step.of and one.way == step.way))
    ]
    if market is None or way is None or way.matched is None or not days:
        return None
    assert taken.impact is not None
    assert taken.offer is not None
    return market.verdict(
        taken.impact, taken.offer, way.matched, days[-1], searched=step.of in dossier.searched
    )


def _enough(step: Settled, offer: str, used: Counter[str], market: Market | None) -> None:
    assert market is not None
    has = market.offers[offer].credits
    if used[offer] + step.credits > has:
        left = has - used[offer]
        raise StepError(
            f"offer {offer[:60]!r} has {has} credits, of which {left} are left; {step.credits:g} cannot be taken",
            f"供给 {offer[:60]!r} 有 {has} 份信用，尚余 {left} 份，不能取 {step.credits:g} 份",
            "overdrawn",
        )


def _stopped(
    taken: Taken, error: StepError, dossier: Dossier, count: int, verdict: Verdict | None
) -> DataError:
    zh, en = error.zh, error.en
    if error.rule == "match" and verdict is not None:
        failed = next((one for one in verdict.checks if one.answer is not True), None)
        if failed is not None:
            zh, en = (
                f"{zh}（{failed.label.zh}：{failed.words.zh}）",
                f"{en} ({failed.label.en}: {failed.words.en})",
            )
    state = STATES[dossier.state]
    return DataError(
        [
            taken.line.problem(
                "",
                error.rule,
                f"{en}. It stands after {count} steps: {state.en}. Put this line right, or take it and what follows out",
                f"{zh}。前 {count} 步之后的状态：{state.zh}。请改正此行，或删去此行及其后各行",
            )
        ]
    )
