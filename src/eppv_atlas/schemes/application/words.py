"""Words of an application: its states, what comes next, its steps.

Floor 3, part of schemes: knows texts only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.schemes.application.steps import (
    Allowed,
    Assessed,
    Begun,
    Decided,
    Scoped,
    Searched,
    Settled,
    State,
    Step,
)

SHORT: Final = 6
"""Things that a sentence lists at most."""


def name(zh: str, en: str) -> Name:
    """A text in both languages."""
    return Name(zh=zh, en=en)


STATES: Final[Mapping[State, Name]] = {
    "proposed": name("尚未确认是否适用", "Proposed, scope not checked"),
    "out-of-scope": name("不在计划范围内", "Out of scope"),
    "in-scope": name("适用，待评估", "In scope, to be assessed"),
    "assessed": name("已评估，待审批", "Assessed, to be decided"),
    "refused": name("未获批准", "Refused"),
    "approved": name("已批准，义务未清偿", "Approved, obligation open"),
    "settled": name("义务已清偿", "Obligation settled"),
    "begun": name("已动工", "Work begun"),
}
NEXT: Final[Mapping[State, Name]] = {
    "proposed": name("先确认计划是否适用", "Find out whether the scheme applies"),
    "out-of-scope": name("计划不适用，没有下一步", "Nothing: the scheme does not apply"),
    "in-scope": name("由认证评估师评估", "An accredited assessor reports"),
    "assessed": name("由审批机构决定", "The authority decides"),
    "refused": name("未获批准，到此为止", "Nothing: it was refused"),
    "approved": name("清偿信用义务", "Settle the obligation"),
    "settled": name("可以动工", "Work may begin"),
    "begun": name("已经动工，没有下一步", "Nothing: work has begun"),
}
STEPS: Final[Mapping[type[Step], tuple[str, Name]]] = {
    Scoped: ("scope", name("确认范围", "Scope")),
    Assessed: ("assess", name("评估", "Assessment")),
    Decided: ("decide", name("审批", "Decision")),
    Searched: ("search", name("合理步骤", "Reasonable steps")),
    Allowed: ("allow", name("批准途径", "Approval of a way")),
    Settled: ("settle", name("清偿", "Settlement")),
    Begun: ("begin", name("动工", "Work begins")),
}
"""What a step is called in files, and for readers."""
