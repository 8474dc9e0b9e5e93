"""The program of one allocation, and what the solver's numbers mean.

Floor 3, part of schemes: knows the records of the offsets scheme and a solver; must not know rules,
shapes, files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eppv_atlas.errors import UsageError
from eppv_atlas.schemes.offsets.records import Allocation, Impact, Offer, Payment, Purchase, Use

Floats = NDArray[np.float64]
_NODES: Final = 20_000
"""Branches after which the best choice found is handed over with its bound."""


def solver() -> Any:
    """SciPy's programs.

    Raises
    ------
    UsageError
        Where SciPy is not installed.
    """
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


class Program:
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
        # only whether a sale is made need be called whole: all else is then a flow, whole by itself
        whole = np.zeros(len(self.cost))
        whole[self._whethers()] = 1.0
        found = self._solve(whole)
        if found is not None and not _is_whole(found[0]):
            found = self._solve(np.ones(len(self.cost)))
        if found is None:
            return None
        values, bound = found
        first = self._told(values, bound)
        ordered = self._ordered(values)
        second = first if ordered is None else self._told(ordered, bound)
        return second if second.cost_cents == first.cost_cents else first

    def _whethers(self) -> list[int]:
        first = len(self.edges) + len(self.funded)
        return [first + 2 * number + 1 for number in range(len(self.sales))]

    def _order(self) -> Floats:
        """What the second solve makes least: earlier impacts take from earlier offers; the fund comes last."""
        late = {one: at for at, one in enumerate(self.offers, 1)}
        early = {one: len(self.impacts) - at for at, one in enumerate(self.impacts)}
        weights = [float(early[i] * late[o]) for i, o in self.edges]
        weights += [float(early[i] * (len(late) + 1)) for i in self.funded]
        for _, offer in self.sales:
            weights += [float(late[offer]), 0.0]
        return np.array(weights)

    def _matrix(self) -> Any:
        from scipy.sparse import csr_array

        starts = np.cumsum([0, *(len(row.parts) for row in self.rows)])
        columns = [at for row in self.rows for at, _ in row.parts]
        values = [share for row in self.rows for _, share in row.parts]
        return csr_array((values, columns, starts), shape=(len(self.rows), len(self.cost)))

    def _solve(self, whole: Floats) -> tuple[Floats, float] | None:
        """Values of the least cost, and the bound that proves it; None where there are none."""
        optimize = solver()
        low, high = np.array([row.low for row in self.rows]), np.array([row.high for row in self.rows])
        result = optimize.milp(
            np.array(self.cost),
            integrality=whole,
            bounds=optimize.Bounds(np.zeros(len(self.cost)), np.array(self.high)),
            constraints=optimize.LinearConstraint(self._matrix(), low, high),
            options={"mip_rel_gap": 0.0, "node_limit": _NODES},
        )
        if result.x is None:
            return None
        bound = result.mip_dual_bound
        return np.asarray(result.x), float(result.fun if bound is None else bound)

    def _ordered(self, values: Floats) -> Floats | None:
        """Of all choices that make the same sales at the same cost, the one that comes first.

        The multipliers of the first program tell which variables and rows every such choice shares
        (complementary slackness); what is left of it is a flow again, so the answer is whole.
        """
        fixed = np.rint(values[self._whethers()])
        low, high = np.zeros(len(self.cost)), np.array(self.high)
        low[self._whethers()] = high[self._whethers()] = fixed
        equal = np.array([row.low == row.high for row in self.rows])
        upper = np.isfinite([row.high for row in self.rows]) & ~equal
        lower = ~equal & ~upper
        matrix = self._matrix()
        at_most = _stacked(matrix[upper], -matrix[lower])
        most = np.array(
            [row.high for row, yes in zip(self.rows, upper, strict=True) if yes]
            + [-row.low for row, yes in zip(self.rows, lower, strict=True) if yes]
        )
        exact = matrix[equal]
        exactly = np.array([row.high for row, yes in zip(self.rows, equal, strict=True) if yes])
        first = _linear(np.array(self.cost), (at_most, most), (exact, exactly), (low, high))
        if first is None:
            return None
        # costs are whole cents, so are the multipliers
        stay_low, stay_high = first.lower.marginals > 0.5, first.upper.marginals < -0.5
        high, low = np.where(stay_low, low, high), np.where(stay_high, high, low)
        tight = first.ineqlin.marginals < -0.5
        second = _linear(
            self._order(),
            (at_most[~tight], most[~tight]),
            (_stacked(exact, at_most[tight]), np.concatenate([exactly, most[tight]])),
            (low, high),
        )
        found = None if second is None else np.asarray(second.x)
        return found if found is not None and _is_whole(found) else None

    def _told(self, found: Floats, bound: float) -> Allocation:
        """What the numbers mean; added up again, in whole numbers."""
        values = np.rint(found).astype(np.int64)
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


def _is_whole(values: Floats) -> bool:
    return bool(np.abs(values - np.rint(values)).max(initial=0.0) < 1e-4)


def _stacked(one: Any, other: Any) -> Any:
    from scipy.sparse import vstack

    return vstack([one, other], format="csr")


def _linear(
    cost: Floats, at_most: tuple[Any, Floats], exact: tuple[Any, Floats], bounds: tuple[Floats, Floats]
) -> Any:
    """Solve a linear program at a corner of what is allowed; None where that fails."""
    result = solver().linprog(
        cost,
        A_ub=at_most[0] if len(at_most[1]) else None,
        b_ub=at_most[1] if len(at_most[1]) else None,
        A_eq=exact[0] if len(exact[1]) else None,
        b_eq=exact[1] if len(exact[1]) else None,
        bounds=np.column_stack(bounds),
        method="highs-ds",
    )
    return result if result.status == 0 else None
