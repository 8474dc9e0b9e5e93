"""The way of an application: from a proposal to an obligation that is settled.

A dossier is in one state; what a step does is one function. A step out of order is refused with a
sentence that says why and what comes next. Which ways of settling exist, and what each needs, is
data of the scheme.

Floor 3, part of schemes: knows the record of the scheme and the steps; must not know files, shapes,
solvers or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.model.schemes.application import ApplicationScheme, Way
from eppv_atlas.schemes.application.steps import (
    Allowed,
    Assessed,
    Begun,
    Decided,
    Dossier,
    Scoped,
    Searched,
    Settled,
    State,
    Step,
)
from eppv_atlas.schemes.application.words import NEXT, SHORT


class StepError(UsageError):
    """A step that cannot be taken.

    Attributes
    ----------
    rule
        Short fixed name of the rule that it breaks.
    """

    def __init__(self, en: str, zh: str, rule: str) -> None:
        super().__init__(en, zh)
        self.rule = rule

    def __reduce__(self) -> tuple[type[StepError], tuple[str, str, str]]:  # type: ignore[override]
        """Come home whole from a process of its own."""
        return type(self), (self.en, self.zh, self.rule)


_DUE: Final[Mapping[type[Step], tuple[State, str, str]]] = {
    Scoped: ("proposed", "确认适用范围", "finding out whether the scheme applies"),
    Assessed: ("in-scope", "评估", "the assessment"),
    Decided: ("assessed", "审批", "the decision"),
    Searched: ("approved", "合理步骤", "the record of the reasonable steps"),
    Allowed: ("approved", "批准使用某一途径", "approval of a way"),
    Settled: ("approved", "清偿", "settling"),
    Begun: ("settled", "动工", "the work"),
}


def after(dossier: Dossier, step: Step, scheme: ApplicationScheme) -> Dossier:
    """The dossier after a step.

    Parameters
    ----------
    dossier, step
        What stands so far, and what is to be added.
    scheme
        Ways of settling, and whether a serious impact is refused.

    Raises
    ------
    StepError
        If the step is out of order or lacks what it needs; says why and what comes next. The dossier is
        as it was.
    """
    state, zh, en = _DUE[type(step)]
    if dossier.state != state:
        raise _refused(dossier, "order", f"{en} is not due", f"还轮不到{zh}")
    if not step.evidence.strip():
        raise _refused(dossier, "evidence", f"{en} needs its evidence", f"{zh}须附证据")
    _in_time(dossier, step)
    done = _DONE[type(step)](dossier, step, scheme)
    return replace(done, steps=(*dossier.steps, step))


def _scoped(dossier: Dossier, step: Scoped, scheme: ApplicationScheme) -> Dossier:
    del scheme
    if step.applies is None:
        raise _refused(
            dossier, "unknown", "it is not said whether the scheme applies", "没有说明计划是否适用"
        )
    return replace(dossier, state="in-scope" if step.applies else "out-of-scope")


def _assessed(dossier: Dossier, step: Assessed, scheme: ApplicationScheme) -> Dossier:
    del scheme
    proposed = _whole(dossier, step.credits)
    return replace(dossier, state="assessed", proposed=proposed, serious=step.serious)


def _decided(dossier: Dossier, step: Decided, scheme: ApplicationScheme) -> Dossier:
    if step.approved is None:
        raise _refused(
            dossier, "unknown", "it is not said whether the authority approved", "没有说明审批机构是否批准"
        )
    if not step.approved:
        return replace(dossier, state="refused")
    if scheme.serious_refused and dossier.serious is not False:
        raise _serious(dossier)
    ordered = _whole(dossier, dossier.proposed if step.credits is None else step.credits)
    unsaid = sorted(dossier.proposed.keys() - ordered.keys())
    if unsaid:
        raise _refused(
            dossier,
            "classes",
            f"the report proposes credits of class {_cut(unsaid[0])!r}, of which the decision says nothing; "
            "name every class, with 0 where nothing is owed",
            f"评估报告提出了 {_cut(unsaid[0])!r} 类信用，决定中没有写；请写明每一类，无须清偿的写 0",
        )
    owed = {name: number for name, number in ordered.items() if number}
    return replace(dossier, state="approved" if owed else "settled", obligation=ordered, owed=owed)


def _serious(dossier: Dossier) -> StepError:
    if dossier.serious is None:
        return _refused(
            dossier,
            "serious",
            "the report does not say whether the impact is serious and irreversible, so it cannot be approved",
            "评估报告没有说明影响是否严重且不可逆，不能批准",
        )
    return _refused(
        dossier,
        "serious",
        "an impact that is serious and irreversible is not approved; the decision can only be a refusal",
        "影响严重且不可逆的开发不予批准，只能作出不批准的决定",
    )


def _searched(dossier: Dossier, step: Searched, scheme: ApplicationScheme) -> Dossier:
    del scheme
    _owing(dossier, step.of)
    return replace(dossier, searched=dossier.searched | {step.of})


def _allowed(dossier: Dossier, step: Allowed, scheme: ApplicationScheme) -> Dossier:
    _owing(dossier, step.of)
    way = _way(dossier, step.way, scheme)
    if not way.approval:
        raise _refused(
            dossier,
            "approval",
            f"{way.name.en}: this way needs no approval of its own",
            f"{way.name.zh}：此途径无须另行批准",
        )
    if way.after_search and step.of not in dossier.searched:
        raise _refused(
            dossier,
            "search",
            f"{way.name.en}: approved only after the reasonable steps; take them first",
            f"{way.name.zh}：须先走完规定的合理步骤，才可批准",
        )
    if step.open is not True:
        raise _refused(
            dossier,
            "day",
            f"{way.name.en}: the rules of that day do not let it be approved, or this is not auditable",
            f"{way.name.zh}：按当日规则不能批准，或无法核验",
        )
    return replace(dossier, allowed=dossier.allowed | {(step.of, way.id)})


def _settled(dossier: Dossier, step: Settled, scheme: ApplicationScheme) -> Dossier:
    owed = _owing(dossier, step.of)
    way = _way(dossier, step.way, scheme)
    number = _whole(dossier, {step.of: step.credits})[step.of]
    if not 0 < number <= owed:
        raise _refused(
            dossier,
            "too-many" if number else "credits",
            f"of class {_cut(step.of)} {owed} credits are owed; {number} cannot be settled",
            f"{_cut(step.of)} 类尚欠 {owed} 份，不能清偿 {number} 份",
        )
    if way.approval and (step.of, way.id) not in dossier.allowed:
        raise _refused(
            dossier,
            "approval",
            f"{way.name.en}: its use was not approved for this class",
            f"{way.name.zh}：此类信用未获准使用这一途径",
        )
    if way.matched is not None and step.matched is not True:
        raise _refused(
            dossier,
            "match",
            f"{way.name.en}: these credits do not match the obligation, or this is not auditable",
            f"{way.name.zh}：这些信用与义务不匹配，或无法核验",
        )
    open_ = next((one for one in way.conditions if one.id not in step.met), None)
    if open_ is not None:
        raise _refused(
            dossier,
            "condition",
            f"{way.name.en}: it is not shown that this holds: {open_.name.en} ({open_.id})",
            f"{way.name.zh}：未证明符合条件“{open_.name.zh}”（{open_.id}）",
        )
    left = {name: n for name, n in {**dossier.owed, step.of: owed - number}.items() if n}
    so_far = dossier.settled.get((step.of, way.id), 0)
    return replace(
        dossier,
        state="approved" if left else "settled",
        owed=left,
        settled={**dossier.settled, (step.of, way.id): so_far + number},
    )


def _begun(dossier: Dossier, step: Begun, scheme: ApplicationScheme) -> Dossier:
    del step, scheme
    return replace(dossier, state="begun")


_DONE: Final[Mapping[type[Step], Callable[[Dossier, Any, ApplicationScheme], Dossier]]] = {
    Scoped: _scoped,
    Assessed: _assessed,
    Decided: _decided,
    Searched: _searched,
    Allowed: _allowed,
    Settled: _settled,
    Begun: _begun,
}


def _way(dossier: Dossier, name: str, scheme: ApplicationScheme) -> Way:
    found = next((way for way in scheme.ways if way.id == name), None)
    if found is None:
        have = ", ".join(way.id for way in scheme.ways)
        raise _refused(
            dossier, "way", f"there is no way {_cut(name)!r}; there are: {have}", f"没有途径 {_cut(name)!r}；可用：{have}"
        )  # fmt: skip
    return found


def _owing(dossier: Dossier, of: str) -> int:
    if of not in dossier.owed:
        some = sorted(dossier.owed.items())
        have = ", ".join(f"{_cut(name)}: {number}" for name, number in some[:SHORT])
        more = ", …" if len(some) > SHORT else ""
        raise _refused(
            dossier,
            "not-owed",
            f"nothing is owed of class {_cut(of)!r}; owed are {have}{more}",
            f"{_cut(of)!r} 类没有欠额；尚欠 {have}{more}",
        )
    return dossier.owed[of]


def _whole(dossier: Dossier, credits_: Mapping[str, float]) -> dict[str, int]:
    for number in credits_.values():
        if isinstance(number, bool) or number < 0 or number != int(number):
            raise _refused(
                dossier, "credits", "credits are whole numbers from 0 on", "信用数须为不小于 0 的整数"
            )
    return {name: int(number) for name, number in credits_.items()}


def _in_time(dossier: Dossier, step: Step) -> None:
    try:
        day = dt.date.fromisoformat(step.on)
    except ValueError:
        raise _refused(
            dossier,
            "date",
            f"{_cut(step.on)!r} is no date such as 2023-05-01",
            f"{_cut(step.on)!r} 不是日期，应如 2023-05-01",
        ) from None
    if dossier.steps and day < dt.date.fromisoformat(dossier.steps[-1].on):
        last = dossier.steps[-1].on
        raise _refused(
            dossier,
            "earlier",
            f"{step.on} is before the last step ({last})",
            f"{step.on} 早于上一步（{last}）",
        )


def _refused(dossier: Dossier, rule: str, en: str, zh: str) -> StepError:
    told = NEXT[dossier.state]
    return StepError(f"{en}; what comes next: {told.en}", f"{zh}；下一步：{told.zh}", rule)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
