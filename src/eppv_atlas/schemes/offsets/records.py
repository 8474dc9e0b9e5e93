"""Records of the offsets scheme: impacts, offers, subregions, what the tests say, what is bought.

An answer is True, False or None: yes, no, or not auditable because something is missing.
Money is whole cents, credits are whole numbers: neither is ever rounded.

Floor 3, part of schemes: frozen records; must not know files, formulas, solvers or how
anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

from eppv_atlas.model import Name

Answer = bool | None
Kind = Literal["ecosystem", "species"]
Rule = Literal["like-for-like", "variation"]
NO_TEC = ""
"""A threatened ecological community that is known to be none."""


@dataclass(frozen=True)
class Subregion:
    """A biogeographic (IBRA) subregion.

    Attributes
    ----------
    id
        Its name or code, as impacts and offers write it.
    region
        The region that it is part of; None where not known.
    shape
        Outline in OGC:CRS84; None where only its name is known.
    adjoining
        Subregions that adjoin it, where a list states them; None where outlines decide.
    """

    id: str
    region: str | None = None
    shape: BaseGeometry | None = None
    adjoining: frozenset[str] | None = None


@dataclass(frozen=True)
class Nature:
    """What is lost at an impact site, or gained at an offset site; None where it is not known.

    Attributes
    ----------
    kind
        Ecosystem or species credits.
    community
        Threatened ecological community; ``NO_TEC`` where it is none.
    vegetation_class, formation
        Vegetation class and vegetation formation.
    group
        Offset trading group, as an id of the scheme.
    cleared
        Share of the vegetation type that has been cleared, %, which settles the group where none is named.
    hollows
        Whether there are hollow-bearing trees.
    artificial_hollows
        Whether there are artificial hollows.
    species
        Species, for species credits.
    subregion, region
        Where it says that it lies.
    shape
        Where it lies, in OGC:CRS84.
    confidence
        How far to trust the shape; empty where there is none.
    """

    kind: Kind
    community: str | None = None
    vegetation_class: str | None = None
    formation: str | None = None
    group: str | None = None
    cleared: float | None = None
    hollows: Answer = None
    artificial_hollows: Answer = None
    species: str | None = None
    subregion: str | None = None
    region: str | None = None
    shape: BaseGeometry | None = None
    confidence: str = ""


@dataclass(frozen=True)
class Impact:
    """An impact that is to be offset: one line of a credit obligation.

    Attributes
    ----------
    id
        Unique in its file.
    nature
        What is lost.
    credits
        Credits owed, as the approval sets them.
    critical
        Whether the community or species is critically endangered.
    decided
        ISO date on which the rules are chosen.
    buyer
        Who owes it: purchases of one buyer are put together. Empty for one and the same buyer.
    fund_cents
        What the fund asks for a credit, cents; None where paying into it is no option.
    """

    id: str
    nature: Nature
    credits: int
    critical: Answer = None
    decided: str | None = None
    buyer: str = ""
    fund_cents: int | None = None


@dataclass(frozen=True)
class Offer:
    """Credits for sale.

    Attributes
    ----------
    id
        Unique in its file.
    nature
        What they stand for.
    credits
        How many there are.
    price_cents
        Price of a credit, cents; None where it is not known: such an offer is matched, never bought.
    least
        Fewest credits of a sale; equal to `credits` for a lot that is sold whole or not at all.
    """

    id: str
    nature: Nature
    credits: int
    price_cents: int | None = None
    least: int = 1


@dataclass(frozen=True)
class Check:
    """One test of a pair.

    Attributes
    ----------
    id
        The cell that it is.
    label
        What is tested.
    answer
        Yes, no, not auditable.
    words
        Why, with what both sides have.
    """

    id: str
    label: Name
    answer: Answer
    words: Name


@dataclass(frozen=True)
class Verdict:
    """Whether an offer may settle an impact.

    Attributes
    ----------
    impact, offer
        Ids.
    rule
        The rule that it was tested by.
    answer
        Yes, no, not auditable.
    checks
        Every test that applies, with its words.
    missing
        What would have to be known, as ids of inputs; empty unless the answer is None.
    distance_m
        From the outer edge of the impact site to the subregion of the offer; None where not measured.
    """

    impact: str
    offer: str
    rule: Rule
    answer: Answer
    checks: tuple[Check, ...]
    missing: tuple[str, ...] = ()
    distance_m: float | None = None


@dataclass(frozen=True)
class Use:
    """Credits of an offer that are retired for an impact."""

    impact: str
    offer: str
    credits: int


@dataclass(frozen=True)
class Purchase:
    """Credits of an offer bought by a buyer; those that are not retired are left in hand."""

    buyer: str
    offer: str
    credits: int
    retired: int
    price_cents: int


@dataclass(frozen=True)
class Payment:
    """Credits of an impact that are settled by paying into the fund."""

    impact: str
    credits: int
    price_cents: int


@dataclass(frozen=True)
class Shortage:
    """Impacts that compete for too few credits: a proof that not all can be settled.

    Attributes
    ----------
    impacts
        Ids of impacts none of which may pay into the fund.
    offers
        Ids of all offers that may settle any of them.
    owed, offered
        Credits owed by these impacts, and offered by these offers.
    """

    impacts: tuple[str, ...]
    offers: tuple[str, ...]
    owed: int
    offered: int

    @property
    def short(self) -> int:
        """Credits that are missing, whatever is done."""
        return self.owed - self.offered


@dataclass(frozen=True)
class Allocation:
    """What is bought for what.

    Attributes
    ----------
    uses, purchases, payments
        What is retired, bought and paid.
    cost_cents
        Cost of purchases and payments.
    bound_cents
        No choice costs less: the solver's proof. Equal to the cost where that is proved to be the least.
    shortages
        Impacts left out, with the proof for each group.
    lots
        Ids of impacts left out because lots and smallest sales cannot be divided to fit, though
        there would be credits enough.
    """

    uses: tuple[Use, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    payments: tuple[Payment, ...] = ()
    cost_cents: int = 0
    bound_cents: int = 0
    shortages: tuple[Shortage, ...] = ()
    lots: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether no other choice costs less."""
        return self.bound_cents >= self.cost_cents


Matches = Mapping[tuple[str, str], Answer]
"""Answers by impact and offer."""
