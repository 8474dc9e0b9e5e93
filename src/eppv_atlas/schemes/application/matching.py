"""The matcher asked on behalf of a step: whether credits of an offer may settle an impact on that day.

Floor 3, part of schemes: knows the engine `offsets`; must not know files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eppv_atlas.model import Fact
from eppv_atlas.model.schemes.offsets import OffsetsScheme
from eppv_atlas.schemes.application.steps import Answer
from eppv_atlas.schemes.evaluation import evaluate
from eppv_atlas.schemes.formulas import tree
from eppv_atlas.schemes.offsets import grouped
from eppv_atlas.schemes.offsets.geography import Geography
from eppv_atlas.schemes.offsets.matcher import Matcher
from eppv_atlas.schemes.offsets.records import Impact, Offer, Rule, Subregion, Verdict
from eppv_atlas.schemes.offsets.rules import cells


class Rules:
    """Dated rules of matching.

    Parameters
    ----------
    scheme
        Record of the mechanism that has them.
    facts
        Facts of the case.
    """

    def __init__(self, scheme: OffsetsScheme, facts: Mapping[str, Fact]) -> None:
        self.scheme = scheme
        self.cells = cells(scheme, facts)
        self.opened = next(cell.formula for cell in self.cells if cell.id == "variation_open")

    def open(self, day: str) -> Answer:
        """Whether the variation rule could be approved on a day."""
        found = evaluate(tree(self.opened), {"decided": day})
        return found if isinstance(found, bool) else None


class Market:
    """Impacts and offers that steps name.

    Parameters
    ----------
    rules
        Rules of matching.
    impacts, offers, subregions
        As the files have them.

    Raises
    ------
    UsageError
        If trading groups are named that do not exist.
    """

    def __init__(
        self,
        rules: Rules,
        impacts: Sequence[Impact],
        offers: Sequence[Offer],
        subregions: Sequence[Subregion],
    ) -> None:
        self.rules = rules
        self.impacts = {one.id: one for one in grouped(impacts, rules.scheme.groups)}
        self.offers = {one.id: one for one in grouped(offers, rules.scheme.groups)}
        self.geography = Geography(subregions)

    def verdict(self, impact: str, offer: str, rule: Rule, day: str, *, searched: bool) -> Verdict:
        """Whether an offer may settle an impact.

        Parameters
        ----------
        impact, offer
            Ids that are known.
        rule
            Rule that the way asks for.
        day
            Day whose rules apply.
        searched
            Whether the reasonable steps were taken.
        """
        matcher = Matcher(self.rules.cells, self.geography, rule=rule, decided=day, steps=searched)
        return matcher.verdict(replace(self.impacts[impact], decided=day), self.offers[offer])
