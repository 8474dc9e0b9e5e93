"""The way of an application: from a development site to an obligation that is settled.

A dossier is in one state; each step is a record with its day and its evidence, and what it does is one
function. A step out of order is refused with a sentence that says why and what comes next; every
step stays in the dossier.

Floor 3, part of schemes: knows the steps that the document tells; must not know files, shapes,
solvers or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from eppv_atlas.errors import UsageError
from eppv_atlas.schemes.offsets.records import Answer

State = Literal["proposed", "out-of-scope", "in-scope", "assessed", "refused", "approved", "settled", "begun"]
Way = Literal["credits", "conservation-action", "mine-rehabilitation", "fund", "variation"]


@dataclass(frozen=True)
class Step:
    """What every step has.

    Attributes
    ----------
    on
        ISO date.
    evidence
        The paper that shows it.
    """

    on: str
    evidence: str


@dataclass(frozen=True)
class Scoped(Step):
    """The developer found out whether the scheme applies."""

    applies: bool = True


@dataclass(frozen=True)
class Assessed(Step):
    """An accredited assessor's report: what credits the impact amounts to, by class.

    Attributes
    ----------
    credits
        Credits by class; empty where nothing is left to be offset.
    serious
        Whether the impact is serious and irreversible.
    """

    credits: Mapping[str, int] = field(default_factory=dict)
    serious: bool = False


@dataclass(frozen=True)
class Decided(Step):
    """What the approving authority decided.

    Attributes
    ----------
    approved
        Whether it approved.
    credits
        Credits by class that it sets, which may be more or fewer than the report proposes; None for those of the report.
    """

    approved: bool = True
    credits: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Searched(Step):
    """The reasonable steps were taken, and turned up no like credits, for a class."""

    of: str = ""


@dataclass(frozen=True)
class Varied(Step):
    """Use of the variation rule was approved for a class.

    Attributes
    ----------
    of
        Class.
    open
        Whether the rules of that day let it be approved, as the matcher answers it.
    """

    of: str = ""
    open: Answer = None


@dataclass(frozen=True)
class Settled(Step):
    """Credits of a class were settled.

    Attributes
    ----------
    of, credits
        Class, and how many.
    way
        One of the four ways that the document lists, or credits under the variation rule.
    matched
        For credits: what the matcher answers; only a yes will do.
    large_mine
        For rehabilitation: whether the project is a large mine.
    """

    of: str = ""
    credits: int = 0
    way: Way = "credits"
    matched: Answer = None
    large_mine: bool = False


@dataclass(frozen=True)
class Begun(Step):
    """The work went ahead."""


@dataclass(frozen=True)
class Dossier:
    """An application and all that happened to it.

    Attributes
    ----------
    site
        Development site.
    state
        Where it stands.
    steps
        Every step with its evidence, earliest first.
    proposed
        Credits by class, as the report proposes them.
    owed
        Credits by class that are still owed.
    serious
        Whether the impact is serious and irreversible.
    searched, varied
        Classes for which the reasonable steps were taken, and for which variation was approved.
    """

    site: str
    state: State = "proposed"
    steps: tuple[Step, ...] = ()
    proposed: Mapping[str, int] = field(default_factory=dict)
    owed: Mapping[str, int] = field(default_factory=dict)
    serious: bool = False
    searched: frozenset[str] = frozenset()
    varied: frozenset[str] = frozenset()


_WANTED: Final[Mapping[type[Step], tuple[tuple[State, ...], str, str]]] = {
    Scoped: (("proposed",), "确认适用范围", "finding out whether the scheme applies"),
    Assessed: (("in-scope",), "评估", "the assessment"),
    Decided: (("assessed",), "审批", "the decision"),
    Searched: (("approved",), "合理步骤", "the reasonable steps"),
    Varied: (("approved",), "批准变通", "approval of a variation"),
    Settled: (("approved",), "清偿", "settling"),
    Begun: (("settled",), "动工", "the work"),
}
_NEXT: Final[Mapping[State, tuple[str, str]]] = {
    "proposed": ("先确认项目是否在计划范围内", "first find out whether the scheme applies"),
    "out-of-scope": ("计划不适用，没有下一步", "the scheme does not apply, and nothing follows"),
    "in-scope": ("接下来由认证评估师评估", "next comes the report of an accredited assessor"),
    "assessed": ("接下来由审批机构决定", "next the authority decides"),
    "refused": ("申请未获批准，到此为止", "the application was refused, and ends here"),
    "approved": ("接下来清偿信用义务", "next the credit obligation is settled"),
    "settled": ("义务已清偿，可以动工", "the obligation is settled, and work may begin"),
    "begun": ("已经动工，没有下一步", "work has begun, and nothing follows"),
}


def after(dossier: Dossier, step: Step) -> Dossier:
    """The dossier after a step.

    Raises
    ------
    UsageError
        If the step is out of order or lacks what it needs; says why and what comes next. The dossier is
        as it was.
    """
    states, zh, en = _WANTED[type(step)]
    if dossier.state not in states:
        raise _refused(dossier, f"{en} is not due", f"还轮不到{zh}")
    if not step.evidence.strip():
        raise _refused(dossier, f"{en} needs its evidence", f"{zh}须附证据")
    _in_time(dossier, step)
    return replace(_done(dossier, step), steps=(*dossier.steps, step))


def _done(dossier: Dossier, step: Step) -> Dossier:
    if isinstance(step, Scoped):
        return replace(dossier, state="in-scope" if step.applies else "out-of-scope")
    if isinstance(step, Assessed):
        _whole(dossier, step.credits)
        return replace(dossier, state="assessed", proposed=dict(step.credits), serious=step.serious)
    if isinstance(step, Decided):
        return _decided(dossier, step)
    if isinstance(step, Searched):
        _owing(dossier, step.of)
        return replace(dossier, searched=dossier.searched | {step.of})
    if isinstance(step, Varied):
        return _varied(dossier, step)
    if isinstance(step, Settled):
        return _settled(dossier, step)
    return replace(dossier, state="begun")


def _decided(dossier: Dossier, step: Decided) -> Dossier:
    if not step.approved:
        return replace(dossier, state="refused")
    if dossier.serious:
        raise _refused(
            dossier,
            "an impact that is serious and irreversible is not approved; the decision can only be a refusal",
            "影响严重且不可逆的开发不予批准，只能作出不批准的决定",
        )
    owed = dossier.proposed if step.credits is None else step.credits
    _whole(dossier, owed)
    open_ = {name: number for name, number in owed.items() if number}
    return replace(dossier, state="approved" if open_ else "settled", owed=open_)


def _varied(dossier: Dossier, step: Varied) -> Dossier:
    _owing(dossier, step.of)
    if step.of not in dossier.searched:
        raise _refused(
            dossier,
            "a variation is approved only after the reasonable steps; take them first",
            "须先走完规定的合理步骤，才可批准变通",
        )
    if step.open is not True:
        raise _refused(
            dossier,
            "the rules of that day do not let a variation be approved, or this is not auditable",
            "按当日规则不能批准变通，或无法核验",
        )
    return replace(dossier, varied=dossier.varied | {step.of})


def _settled(dossier: Dossier, step: Settled) -> Dossier:
    owed = _owing(dossier, step.of)
    if not 0 < step.credits <= owed:
        raise _refused(
            dossier,
            f"of class {step.of} {owed} credits are owed; {step.credits} cannot be settled",
            f"{step.of} 类尚欠 {owed} 份，不能清偿 {step.credits} 份",
        )
    if step.way in {"credits", "variation"} and step.matched is not True:
        raise _refused(
            dossier,
            "these credits do not match the obligation, or this is not auditable",
            "这些信用与义务不匹配，或无法核验",
        )
    if step.way == "variation" and step.of not in dossier.varied:
        raise _refused(
            dossier,
            "use of the variation rule was not approved for this class",
            "此类信用未获准使用变通规则",
        )
    if step.way == "mine-rehabilitation" and not step.large_mine:
        raise _refused(
            dossier,
            "rehabilitation of a mine is a way for large mines only",
            "矿区生态修复只适用于大型采矿项目",
        )
    left = {**dossier.owed, step.of: owed - step.credits}
    left = {name: number for name, number in left.items() if number}
    return replace(dossier, state="approved" if left else "settled", owed=left)


def _owing(dossier: Dossier, of: str) -> int:
    if of not in dossier.owed:
        have = ", ".join(f"{name}: {number}" for name, number in sorted(dossier.owed.items()))
        raise _refused(
            dossier, f"nothing is owed of class {of!r}; owed are {have}", f"{of!r} 类没有欠额；尚欠 {have}"
        )
    return dossier.owed[of]


def _whole(dossier: Dossier, credits_: Mapping[str, int]) -> None:
    if any(
        isinstance(number, bool) or not isinstance(number, int) or number < 0 for number in credits_.values()
    ):
        raise _refused(dossier, "credits are whole numbers from 0 on", "信用数须为不小于 0 的整数")


def _in_time(dossier: Dossier, step: Step) -> None:
    try:
        day = dt.date.fromisoformat(step.on)
    except ValueError:
        raise _refused(
            dossier, f"{step.on!r} is no date such as 2023-05-01", f"{step.on!r} 不是日期，应如 2023-05-01"
        ) from None
    if dossier.steps and day < dt.date.fromisoformat(dossier.steps[-1].on):
        last = dossier.steps[-1].on
        raise _refused(
            dossier, f"{step.on} is before the last step ({last})", f"{step.on} 早于上一步（{last}）"
        )


def _refused(dossier: Dossier, en: str, zh: str) -> UsageError:
    next_zh, next_en = _NEXT[dossier.state]
    return UsageError(f"{dossier.site}: {en}; {next_en}", f"{dossier.site}：{zh}；{next_zh}")
