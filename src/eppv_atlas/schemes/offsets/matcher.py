"""Pairs of impact and offer judged: what describes a pair, every test with its words, and the answer.

The rules themselves are cells (``rules``); here the inputs of these cells are found for a pair, and
the cells are worked out. A test depends on few values, so each is worked out once for each
combination of them.

Floor 3, part of schemes: knows records, geography and formulas; must not know solvers, files or
how anything is shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from eppv_atlas.schemes.evaluation import evaluate
from eppv_atlas.schemes.formulas import names, tree
from eppv_atlas.schemes.offsets.geography import Geography, placing
from eppv_atlas.schemes.offsets.records import (
    NO_TEC,
    Answer,
    Check,
    Impact,
    Nature,
    Offer,
    Rule,
    Verdict,
)
from eppv_atlas.schemes.offsets.rules import TESTS
from eppv_atlas.schemes.offsets.telling import words
from eppv_atlas.schemes.trial import Cell, Value

Values = Mapping[str, Value]
_ASIDE = ("same_class", "impact_group", "offer_group")
"""What does not matter where a threatened ecological community is lost."""
_Subregions = tuple[str, ...] | None
_Lies = tuple[_Subregions, str | None]


class Sheet:
    """Cells, worked out for one pair after another.

    Parameters
    ----------
    cells
        Cells in order; each may use inputs and the cells before it.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = {cell.id: cell for cell in cells}
        self._trees = {cell.id: tree(cell.formula) for cell in cells}
        self.uses = {one: tuple(dict.fromkeys(names(of))) for one, of in self._trees.items()}
        self._known: dict[str, dict[tuple[Value, ...], Value]] = {one: {} for one in self.cells}

    def worked(self, values: Values) -> dict[str, Value]:
        """Every cell, by its id; `values` are in SI units."""
        made: dict[str, Value] = dict(values)
        for cell, of in self._trees.items():
            uses = self.uses[cell]
            key = tuple(made.get(one) for one in uses)
            known = self._known[cell]
            if key not in known:
                known[key] = evaluate(of, dict(zip(uses, key, strict=True)))
            made[cell] = known[key]
        return made

    def leaves(self, cell: str) -> Iterator[str]:
        """Inputs that a cell rests on."""
        for one in self.uses.get(cell, ()):
            if one in self.cells:
                yield from self.leaves(one)
            else:
                yield one


class Matcher:
    """Pairs judged by the cells of a scheme.

    Parameters
    ----------
    cells
        Cells of the scheme, as ``rules.cells`` writes them.
    geography
        Subregions.
    rule
        Rule asked for.
    decided
        Day of approval for impacts that name none; None where it is not known.
    steps
        Whether the reasonable steps were taken.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        geography: Geography,
        *,
        rule: Rule = "like-for-like",
        decided: str | None = None,
        steps: Answer = None,
    ) -> None:
        self.sheet = Sheet(cells)
        self.geography = geography
        self.rule: Rule = rule
        self.decided = decided
        self.steps = steps
        self._sites: dict[tuple[str, str], _Lies] = {}
        self._places: dict[tuple[_Subregions, _Subregions], Value] = {}
        self._reach: dict[str | None, Value] = {}
        self._known: dict[tuple[Value, ...], Answer] = {}
        self._answers: dict[tuple[str, int], Answer] = {}
        self._kinds: dict[str, int] = {}
        self._numbers: dict[tuple[Nature, _Subregions, str | None], int] = {}

    def _where(self, side: str, name: str, nature: Nature) -> _Lies:
        if (side, name) not in self._sites:
            self._sites[side, name] = self.geography.lying(nature), self.geography.region(nature)
        return self._sites[side, name]

    def pair(self, impact: Impact, offer: Offer) -> dict[str, Value]:
        """What describes a pair: inputs of the cells, in SI units."""
        made = self._unmeasured(impact, offer)
        (there, _), decided = self._where("offer", offer.id, offer.nature), impact.decided or self.decided
        return made | {"distance": self._distance(impact, offer, there, decided)}

    def _unmeasured(self, impact: Impact, offer: Offer) -> dict[str, Value]:
        """The same, as if the distance were not known."""
        lost, gained = impact.nature, offer.nature
        (here, region), (there, other) = (
            self._where("impact", impact.id, lost),
            self._where("offer", offer.id, gained),
        )
        if (here, there) not in self._places:
            self._places[here, there] = self.geography.place(here, there)
        place = self._places[here, there]
        return {
            "rule": self.rule,
            "kind": lost.kind,
            "same_kind": lost.kind == gained.kind,
            "decided": impact.decided or self.decided,
            "impact_tec": None if lost.community is None else lost.community != NO_TEC,
            "same_tec": _same_community(lost, gained),
            "critical": impact.critical,
            "same_class": same(lost.vegetation_class, gained.vegetation_class),
            "same_formation": same(lost.formation, gained.formation),
            "impact_group": lost.group,
            "offer_group": gained.group,
            "impact_hollows": lost.hollows,
            "offer_hollows": gained.hollows,
            "offer_artificial": gained.artificial_hollows,
            "place": place,
            "same_region": same(region, other),
            "distance": None,
            "same_species": same(lost.species, gained.species),
            "steps": self.steps,
        }

    def _distance(
        self, impact: Impact, offer: Offer, there: tuple[str, ...] | None, decided: str | None
    ) -> float | None:
        """From the outer edge of the impact site to the offer's subregion, m, where an answer follows from it."""
        shape = placing(impact.nature)
        if shape is None or impact.nature.kind != "ecosystem" or offer.nature.kind != "ecosystem":
            return None
        site = self.geography.site(f"impact {impact.id}", shape)
        found = [self.geography.away_m(site, impact.id, one) for one in there or ()]
        known = [one for one in found if one is not None]
        if decided not in self._reach:
            self._reach[decided] = self.sheet.worked({"decided": decided})["reach"]
        reach = self._reach[decided]
        if found and len(known) == len(found):
            if len(known) == 1:
                return known[0]
            if not isinstance(reach, float):
                return None
            return max(known) if max(known) <= reach else min(known) if min(known) > reach else None
        # no outline of the subregion: it is no farther than the offered site in it
        inside = placing(offer.nature)
        if inside is None or not isinstance(reach, float):
            return None
        away = self.geography.between_m(site, impact.id, offer.id, inside)
        return away if away <= reach else None

    def answer(self, impact: Impact, offer: Offer) -> Answer:
        """Whether an offer may settle an impact; nothing else is told."""
        key = impact.id, self._alike(offer)
        if key not in self._answers:
            found = self._settles(self._unmeasured(impact, offer))
            # three answers are sound: what is decided without the distance is not changed by it
            self._answers[key] = self._settles(self.pair(impact, offer)) if found is None else found
        return self._answers[key]

    def _alike(self, offer: Offer) -> int:
        """A number that offers share which are alike and lie alike: they have one answer."""
        if offer.id not in self._kinds:
            there, region = self._where("offer", offer.id, offer.nature)
            alike = replace(offer.nature, subregion=None, region=region, shape=None, confidence="")
            outlined = bool(there) and all(self.geography.outlined(one) for one in there or ())
            key = alike, there, None if outlined else offer.id
            self._kinds[offer.id] = self._numbers.setdefault(key, len(self._numbers))
        return self._kinds[offer.id]

    def _settles(self, pair: Values) -> Answer:
        key = tuple(pair.values())
        if key not in self._known:
            self._known[key] = _answer(self.sheet.worked(pair)["settles"])
        return self._known[key]

    def verdict(self, impact: Impact, offer: Offer) -> Verdict:
        """Whether an offer may settle an impact, with every test and its words."""
        pair = self.pair(impact, offer)
        made = self.sheet.worked(pair)
        answer = _answer(made["settles"])
        checks = tuple(
            Check(one, self.sheet.cells[one].label, _answer(made[one]), words(one, made, impact, offer))
            for one in self._tests(impact, offer)
        )
        missing: dict[str, None] = {}
        if answer is None:
            for check in checks:
                if check.answer is None:
                    leaves = self.sheet.leaves(check.id)
                    aside = _ASIDE if check.id == "alike" and pair["impact_tec"] else ()
                    missing |= dict.fromkeys(
                        one for one in leaves if pair.get(one) is None and one not in aside
                    )
        distance = pair["distance"]
        return Verdict(
            impact.id,
            offer.id,
            self.rule,
            answer,
            checks,
            tuple(missing),
            distance if isinstance(distance, float) else None,
        )

    def _tests(self, impact: Impact, offer: Offer) -> tuple[str, ...]:
        if impact.nature.kind != offer.nature.kind:
            return ("in_force", "same_kind_")
        like = TESTS["like-for-like", impact.nature.kind]
        return like if self.rule == "like-for-like" else (*like, *TESTS["variation", impact.nature.kind][1:])


def same(one: str | None, other: str | None) -> Answer:
    """Whether two names are the same: letter case, width and spacing aside; None where one is not known."""
    if one is None or other is None:
        return None
    return plain(one) == plain(other)


@lru_cache(maxsize=65_536)
def plain(name: str) -> str:
    """A name as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _same_community(lost: Nature, gained: Nature) -> Answer:
    if NO_TEC in {lost.community, gained.community}:
        return False
    return same(lost.community, gained.community)


def _answer(value: Value) -> Answer:
    return value if isinstance(value, bool) else None
