"""Records of an application: its steps, and where it stands.

Floor 3, part of schemes: frozen records; must not know files, formulas or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["proposed", "out-of-scope", "in-scope", "assessed", "refused", "approved", "settled", "begun"]
Answer = bool | None
"""Yes, no, or not known."""


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

    applies: Answer = None


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

    credits: Mapping[str, float] = field(default_factory=dict)
    serious: Answer = None


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

    approved: Answer = None
    credits: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Searched(Step):
    """The reasonable steps were taken, and turned up no like credits, for a class."""

    of: str = ""


@dataclass(frozen=True)
class Allowed(Step):
    """Use of a way that needs an approval was approved for a class.

    Attributes
    ----------
    of, way
        Class, and id of the way.
    open
        Whether the rules of that day let it be approved.
    """

    of: str = ""
    way: str = ""
    open: Answer = None


@dataclass(frozen=True)
class Settled(Step):
    """Credits of a class were settled.

    Attributes
    ----------
    of, credits
        Class, and how many.
    way
        Id of the way.
    matched
        For a way of matched credits: what the matcher answers; only a yes will do.
    met
        Ids of the conditions of the way that are known to hold.
    """

    of: str = ""
    credits: float = 0
    way: str = ""
    matched: Answer = None
    met: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Begun(Step):
    """The work went ahead."""


@dataclass(frozen=True)
class Dossier:
    """An application and all that happened to it.

    Attributes
    ----------
    state
        Where it stands.
    steps
        Every step with its evidence, earliest first.
    proposed
        Credits by class, as the report proposes them.
    obligation
        Credits by class, as the authority set them; empty before.
    owed
        Credits by class that are still owed.
    settled
        Credits settled, by class and way.
    serious
        Whether the impact is serious and irreversible.
    searched
        Classes for which the reasonable steps were taken.
    allowed
        Classes and ways for which an approval was given.
    """

    state: State = "proposed"
    steps: tuple[Step, ...] = ()
    proposed: Mapping[str, int] = field(default_factory=dict)
    obligation: Mapping[str, int] = field(default_factory=dict)
    owed: Mapping[str, int] = field(default_factory=dict)
    settled: Mapping[tuple[str, str], int] = field(default_factory=dict)
    serious: Answer = None
    searched: frozenset[str] = frozenset()
    allowed: frozenset[tuple[str, str]] = frozenset()
