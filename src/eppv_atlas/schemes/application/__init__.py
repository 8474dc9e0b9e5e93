"""Engine `application`: the way of an application, from a proposal to an obligation that is settled.

The page works out where an application with one class of credits stands; a run with a file of
steps follows them one by one, with as many classes as there are. How many credits an impact
amounts to is said by accredited assessors and comes in; nothing here works it out.

Floor 3, part of schemes: knows records and measures; must not know files, maps, pages or how
anything is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.model import Mechanism, Name
from eppv_atlas.model.schemes import ApplicationScheme, OffsetsScheme
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.application import outcome
from eppv_atlas.schemes.application.cells import cells, inputs
from eppv_atlas.schemes.application.following import follow
from eppv_atlas.schemes.application.lines import read_steps
from eppv_atlas.schemes.application.matching import Market, Rules
from eppv_atlas.schemes.taking import Sources
from eppv_atlas.schemes.trial import Ran, Trial, Value
from eppv_atlas.schemes.worksheet import work

__all__ = ["run", "trial"]

_BEGIN: Final = "2022-10-31"
"""Day on which the page begins: up to it the document gives figures."""
_ABOUT: Final = Name(
    zh="从开发项目到动工：确认范围、评估、审批、清偿，每步何时轮到、欠多少信用、能否动工。页面按一类信用试算；"
    "给出步骤文件时逐步核对，可有多类信用。不知道的绝不算“是”。信用数由认证评估师评定，在此只作输入。",
    en="From a development to work on the ground: scope, assessment, decision, settlement; which step is due, what is "
    "owed, whether work may begin. The page takes one class of credits; a file of steps is followed step by step, with "
    "several. What is not known never makes a yes. Credits are scored by accredited assessors and only entered here.",
)
_FILES: Final[Mapping[str, Name]] = {
    "steps": Name(
        zh="步骤：每行一步（on、step、evidence 等列），一步涉及几类信用时写几行",
        en="Steps: a line each (columns on, step, evidence …), several for a step with several classes",
    ),
    "impacts": Name(
        zh="影响：步骤中以 impact 列引用者，列同匹配规则的试算",
        en="Impacts that steps name in their column impact, as the trial of the matching rules takes them",
    ),
    "offers": Name(
        zh="供给：步骤中以 offer 列引用者，由匹配规则核验",
        en="Offers that steps name in their column offer, tested by the matching rules",
    ),
    "subregions": Name(
        zh="亚区：核验位置时用",
        en="Subregions, for tests of where things lie",
    ),
}  # fmt: skip


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried: one obligation; with a file, the steps of an application.

    Raises
    ------
    DataError
        If the mechanism that is to have the rules of matching does not exist or has none.
    """
    scheme = _scheme(mechanism)
    source = Sources(placed, mechanism, measures)
    rules = _rules(placed, scheme, source)
    return Trial(
        case=placed.case.id,
        mechanism=mechanism.id,
        engine="application",
        title=mechanism.name,
        about=_ABOUT,
        inputs=inputs(scheme, source, _BEGIN if rules else ""),
        cells=cells(scheme, rules.opened if rules else ""),
        files=_FILES if rules else {"steps": _FILES["steps"]},
        notes=scheme.notes,
    )


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Work one obligation out, or follow the steps of a file.

    Raises
    ------
    UsageError
        If a market is given without steps, or inputs of the page are set for a file of steps.
    DataError
        If lines of the files are wrong, all of them named; or the first step that is out of order.
    """
    if not given:
        return work(trial, chosen)
    if "steps" not in given and not given.get("problems"):
        raise UsageError(
            "impacts and offers are for steps that name them; add --with steps=FILE",
            "影响与供给供步骤引用；请加上 --with steps=文件",
        )
    if chosen:
        raise UsageError(
            f"{', '.join(chosen)} describe one obligation; with a file of steps all comes from the file",
            f"{'、'.join(chosen)} 只描述一项义务；给出步骤文件时全部取自文件",
        )
    scheme = _scheme(mechanism)
    rules = _rules(placed, scheme, Sources(placed, mechanism, measures))
    market = None
    if "impacts" in given and "offers" in given and rules is not None:
        market = Market(rules, given["impacts"], given["offers"], given.get("subregions", ()))
    steps = read_steps(given.get("steps", ()), scheme, market, given.get("problems", ()))
    course = follow(steps, scheme, rules, market)
    return outcome.told(course, scheme, (*given.get("notes", ()), *trial.notes))


def _rules(placed: PlacedCase, scheme: ApplicationScheme, source: Sources) -> Rules | None:
    """The rules of matching that the scheme names."""
    if scheme.rules is None:
        return None
    found = next((one for one in placed.case.mechanisms if one.id == scheme.rules), None)
    if found is None or not isinstance(found.scheme, OffsetsScheme):
        raise source.unfit(
            "rules",
            f"{scheme.rules} is no mechanism of this case with a scheme of engine offsets",
            f"{scheme.rules} 不是本案例中使用 offsets 引擎的机制",
        )
    return Rules(found.scheme, {fact.id: fact for fact in placed.case.facts})


def _scheme(mechanism: Mechanism) -> ApplicationScheme:
    assert isinstance(mechanism.scheme, ApplicationScheme)
    return mechanism.scheme
