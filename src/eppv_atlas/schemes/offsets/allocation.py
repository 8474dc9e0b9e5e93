"""Obligations filled from a market at the least cost, by an integer program (HiGHS, through SciPy).

One buyer's purchases from an offer are one sale, so that smallest sales and lots count once; what
is bought beyond need is left in hand and paid for. Impacts and offers are put in order of their
ids first, so the order in which they come does not matter. Among choices of equal cost, credits
whose offers come first in that order are taken first, as far as a second solve decides it.
What the solver hands back is added up again in whole numbers before it is believed.

Floor 3, part of schemes: knows the records of the offsets scheme and a solver; must not know rules,
shapes, files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eppv_atlas.schemes.offsets.program import Program, solver
from eppv_atlas.schemes.offsets.records import Allocation, Impact, Matches, Offer
from eppv_atlas.schemes.offsets.shortage import shortages

MOST_CREDITS: Final = 1_000_000
"""Credits of an impact or an offer."""
MOST_CENTS: Final = 1_000_000_000
"""Price of a credit, cents."""


def allocate(impacts: Sequence[Impact], offers: Sequence[Offer], matches: Matches) -> Allocation:
    """Settle impacts at the least cost.

    Parameters
    ----------
    impacts, offers
        What is owed and what is for sale; ids are unique.
    matches
        Answers by impact and offer; only a yes is ever used.

    Returns
    -------
    Allocation
        All that can be settled; impacts that cannot are left out whole, with the proof.

    Raises
    ------
    UsageError
        If the solver is not installed.
    """
    solver()
    owing = sorted(impacts, key=lambda one: one.id)
    selling = sorted((one for one in offers if one.price_cents is not None), key=lambda one: one.id)
    edges = [(i.id, o.id) for i in owing for o in selling if matches.get((i.id, o.id)) is True]
    short = shortages(
        {i.id: i.credits for i in owing if i.fund_cents is None}, {o.id: o.credits for o in selling}, edges
    )
    without = {one for group in short for one in group.impacts}
    gone = {one for group in short for one in group.offers}
    lots: list[str] = []
    while True:
        kept = [one for one in owing if one.id not in without]
        here = {one.id for one in kept}
        # what proves a shortage is short for its own impacts: none of it is left for others
        market = [one for one in selling if one.id not in gone]
        open_edges = [(i, o) for i, o in edges if i in here and o not in gone]
        found = Program(kept, market, open_edges).solved()
        if found is not None:
            return replace(found, shortages=tuple(short), lots=tuple(lots))
        # credits enough, but lots do not divide: the impact that owes most without another way is left out
        stuck = max((one for one in kept if one.fund_cents is None), key=lambda one: (one.credits, one.id))
        without.add(stuck.id)
        lots.append(stuck.id)
