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
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eppv_atlas.errors import UsageError
from eppv_atlas.schemes.offsets.records import Allocation, Impact, Matches, Offer, Payment, Purchase, Use
from eppv_atlas.schemes.offsets.shortage import shortages

MOST_CREDITS: Final = 1_000_000
"""Credits of an impact or an offer."""
MOST_CENTS: Final = 1_000_000_000
"""Price of a credit, cents."""
_NODES: Final = 20_000
"""Branches after which the best choice found is handed over with its bound."""


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
    _solver()
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
        found = _Program(kept, market, open_edges).solved()
        if found is not None:
            return replace(found, shortages=tuple(short), lots=tuple(lots))
        # credits enough, but lots do not divide: the impact that owes most without another way is left out
        stuck = max((one for one in kept if one.fund_cents is None), key=lambda one: (one.credits, one.id))
        without.add(stuck.id)
        lots.append(stuck.id)


def _solver() -> Any:
    try:
        import scipy.optimize
    except ImportError:
        raise UsageError(
            'the allocation needs SciPy: pip install "eppv-atlas[schemes]"',
            '求最省的配置需要 SciPy：pip install "eppv-atlas[schemes]"',
        ) from None
    return scipy.optimize


@dataclass(frozen=True)
class _Row:
    """A constraint: low <= sum of parts <= high."""

    parts: tuple[tuple[int, float], ...]
    low: float
    high: float


class _Program:
    """The integer program of one allocation.

    Variables, in order: credits retired for each edge; credits paid into the fund for each impact
    that may; for each buyer and offer with a smallest sale, what is bought and whether anything is.
    """

    def __init__(
        self, impacts: Sequence[Impact], offers: Sequence[Offer], edges: Sequence[tuple[str, str]]
    ) -> None:
        self.impacts = {one.id: one for one in impacts}
        self.offers = {one.id: one for one in offers}
        self.edges = list(edges)
        self.funded = [one.id for one in impacts if one.fund_cents is not None]
        self.sales = sorted({(self.impacts[i].buyer, o) for i, o in edges if self.offers[o].least > 1})
        self.cost: list[float] = []
        self.high: list[float] = []
        self.rows: list[_Row] = []
        self._variables()
        self._constraints()

    def _variables(self) -> None:
        for impact, offer in self.edges:
            one = self.offers[offer]
            assert one.price_cents is not None
            self.cost.append(0.0 if one.least > 1 else float(one.price_cents))
            self.high.append(float(min(one.credits, self.impacts[impact].credits)))
        for impact in self.funded:
            one_impact = self.impacts[impact]
            assert one_impact.fund_cents is not None
            self.cost.append(float(one_impact.fund_cents))
            self.high.append(float(one_impact.credits))
        for sale in self.sales:
            one = self.offers[sale[1]]
            assert one.price_cents is not None
            self.cost += [float(one.price_cents), 0.0]
            self.high += [float(self._most(sale)), 1.0]

    def _most(self, sale: tuple[str, str]) -> int:
        """Most credits that a buyer can have use for, of an offer."""
        buyer, offer = sale
        one = self.offers[offer]
        owed = sum(i.credits for i in self.impacts.values() if i.buyer == buyer)
        return min(one.credits, max(one.least, owed))

    def _constraints(self) -> None:
        by_impact: dict[str, list[tuple[int, float]]] = {one: [] for one in self.impacts}
        by_offer: dict[str, list[tuple[int, float]]] = {one: [] for one in self.offers}
        by_sale: dict[tuple[str, str], list[tuple[int, float]]] = {one: [] for one in self.sales}
        for at, (impact, offer) in enumerate(self.edges):
            by_impact[impact].append((at, 1.0))
            if self.offers[offer].least > 1:
                by_sale[self.impacts[impact].buyer, offer].append((at, 1.0))
            else:
                by_offer[offer].append((at, 1.0))
        for at, impact in enumerate(self.funded, len(self.edges)):
            by_impact[impact].append((at, 1.0))
        first = len(self.edges) + len(self.funded)
        for number, (buyer, offer) in enumerate(self.sales):
            bought, whether = first + 2 * number, first + 2 * number + 1
            one = self.offers[offer]
            by_offer[offer].append((bought, 1.0))
            self.rows += [
                _Row((*by_sale[buyer, offer], (bought, -1.0)), -np.inf, 0.0),
                _Row(((bought, 1.0), (whether, -float(one.least))), 0.0, np.inf),
                _Row(((bought, 1.0), (whether, -float(self._most((buyer, offer))))), -np.inf, 0.0),
            ]
        for impact, parts in by_impact.items():
            owed = float(self.impacts[impact].credits)
            self.rows.append(_Row(tuple(parts), owed, owed))
        for offer, parts in by_offer.items():
            if parts:
                self.rows.append(_Row(tuple(parts), -np.inf, float(self.offers[offer].credits)))

    def solved(self) -> Allocation | None:
        """The choice of the least cost; None where there is none at all."""
        if not self.impacts:
            return Allocation()
        if any(not row.parts and row.low > 0 for row in self.rows):
            return None
        found = self._solve(np.array(self.cost), self.rows)
        if found is None:
            return None
        values, bound = found
        first = self._told(values, bound)
        cost = _Row(tuple((at, c) for at, c in enumerate(self.cost) if c), -np.inf, float(first.cost_cents))
        again = self._solve(self._order(), [*self.rows, cost])
        if again is None:
            return first
        second = self._told(again[0], bound)
        return second if second.cost_cents == first.cost_cents else first

    def _order(self) -> NDArray[np.float64]:
        """What the second solve makes least: earlier impacts take from earlier offers; the fund comes last."""
        late = {one: at for at, one in enumerate(self.offers, 1)}
        early = {one: len(self.impacts) - at for at, one in enumerate(self.impacts)}
        weights = [float(early[i] * late[o]) for i, o in self.edges]
        weights += [float(early[i] * (len(late) + 1)) for i in self.funded]
        for _, offer in self.sales:
            weights += [float(late[offer]), 0.0]
        return np.array(weights)

    def _solve(
        self, cost: NDArray[np.float64], rows: Sequence[_Row]
    ) -> tuple[NDArray[np.int64], float] | None:
        from scipy.sparse import csr_array

        optimize = _solver()
        starts = np.cumsum([0, *(len(row.parts) for row in rows)])
        columns = [at for row in rows for at, _ in row.parts]
        values = [share for row in rows for _, share in row.parts]
        matrix = csr_array((values, columns, starts), shape=(len(rows), len(cost)))
        result = optimize.milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=optimize.Bounds(np.zeros(len(cost)), np.array(self.high)),
            constraints=optimize.LinearConstraint(
                matrix, np.array([row.low for row in rows]), np.array([row.high for row in rows])
            ),
            options={"mip_rel_gap": 0.0, "node_limit": _NODES},
        )
        if result.x is None:
            return None
        bound = result.mip_dual_bound
        return np.rint(result.x).astype(np.int64), float(result.fun if bound is None else bound)

    def _told(self, values: NDArray[np.int64], bound: float) -> Allocation:
        """What the numbers mean; added up again, in whole numbers."""
        uses = [Use(i, o, int(n)) for (i, o), n in zip(self.edges, values, strict=False) if n > 0]
        paid = values[len(self.edges) :]
        payments = []
        for impact, credits_ in zip(self.funded, paid, strict=False):
            price = self.impacts[impact].fund_cents
            assert price is not None
            if credits_ > 0:
                payments.append(Payment(impact, int(credits_), price))
        retired: dict[tuple[str, str], int] = {}
        for use in uses:
            sale = (self.impacts[use.impact].buyer, use.offer)
            retired[sale] = retired.get(sale, 0) + use.credits
        purchases = []
        for (buyer, offer), used in sorted(retired.items()):
            one = self.offers[offer]
            assert one.price_cents is not None
            purchases.append(Purchase(buyer, offer, max(used, one.least), used, one.price_cents))
        cost = sum(one.credits * one.price_cents for one in purchases)
        cost += sum(one.credits * one.price_cents for one in payments)
        made = Allocation(tuple(uses), tuple(purchases), tuple(payments), cost, min(cost, _up(bound)))
        self._believed(made)
        return made

    def _believed(self, made: Allocation) -> None:
        """Hold it against what was asked for."""
        settled = dict.fromkeys(self.impacts, 0)
        sold = dict.fromkeys(self.offers, 0)
        allowed = set(self.edges)
        for use in made.uses:
            assert (use.impact, use.offer) in allowed
            settled[use.impact] += use.credits
        for payment in made.payments:
            settled[payment.impact] += payment.credits
        for purchase in made.purchases:
            assert purchase.credits >= self.offers[purchase.offer].least
            sold[purchase.offer] += purchase.credits
        assert all(settled[one.id] == one.credits for one in self.impacts.values())
        assert all(sold[one.id] <= one.credits for one in self.offers.values())


def _up(bound: float) -> int:
    """The least whole number of cents that is no less than a bound that may be off by a hair."""
    return int(np.ceil(bound - max(1e-6, abs(bound) * 1e-12) - 1e-3))
