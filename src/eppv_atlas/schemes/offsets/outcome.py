"""What came out of a market: results, tables and layers of the offsets scheme, as a run hands them over.

Floor 3, part of schemes: knows the records of the offsets scheme and of trials; must not know
rules, solvers, files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.schemes.offsets.records import Allocation, Impact, Matches, Nature, Offer, Shortage, Verdict
from eppv_atlas.schemes.offsets.telling import MISSING, answer_name
from eppv_atlas.schemes.trial import Column, Layer, Line, Mark, Table, Value

MOST_PAIRS: Final = 20_000
"""Pairs that are told in full; of more, those that are a plain no are left out."""
_NAMED: Final = 12
Row = tuple[Value | Name, ...]


def _name(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


def listed(ids: Sequence[str]) -> str:
    """Some ids as a text."""
    shown = ", ".join(one[:40] for one in ids[:_NAMED])
    return shown if len(ids) <= _NAMED else f"{shown} … ({len(ids)})"


def lines(impacts: Sequence[Impact], matches: Matches, made: Allocation) -> tuple[Line, ...]:
    """Results in figures."""
    answers = list(matches.values())
    owed = sum(one.credits for one in impacts)
    retired = sum(one.credits for one in made.uses)
    paid = sum(one.credits for one in made.payments)
    left = sum(one.credits - one.retired for one in made.purchases)

    def line(name: str, zh: str, en: str, value: float, unit: str = "") -> Line:
        return Line(name, _name(zh, en), float(value), unit)

    return (
        line("owed", "须清偿的信用", "Credits owed", owed),
        line("retired", "以信用清偿", "Settled by credits", retired),
        line("fund", "向基金付款清偿", "Settled by paying into the fund", paid),
        line("unsettled", "未能清偿", "Not settled", owed - retired - paid),
        line("left_in_hand", "买入而未用的信用", "Credits bought and left in hand", left),
        line("cost", "总费用", "Cost in all", made.cost_cents / 100, "AUD"),
        line("bound", "经证明的费用下限", "Proved lower bound of the cost", made.bound_cents / 100, "AUD"),
        line("pairs_yes", "可用的配对", "Pairs that match", answers.count(True)),
        line("pairs_no", "不可用的配对", "Pairs that do not", answers.count(False)),
        line("pairs_unknown", "无法核验的配对", "Pairs that are not auditable", answers.count(None)),
    )


def tables(
    impacts: Sequence[Impact],
    offers: Sequence[Offer],
    verdicts: Sequence[Verdict],
    made: Allocation,
) -> tuple[Table, ...]:
    """Everything in rows; empty tables are left out."""
    every = (
        _settled(impacts, made),
        _bought(made),
        _used(made),
        _short(made),
        _not_auditable(verdicts),
        _unpriced(offers),
        _pairs(verdicts),
    )
    return tuple(table for table in every if table.rows)


def _column(name: str, zh: str, en: str, unit: str = "") -> Column:
    return Column(name, _name(zh, en), unit)


_IMPACT: Final = _column("impact", "影响", "Impact")
_OFFER: Final = _column("offer", "供给", "Offer")
_CREDITS: Final = _column("credits", "信用数", "Credits")


def _settled(impacts: Sequence[Impact], made: Allocation) -> Table:
    by_credits: dict[str, int] = {}
    for use in made.uses:
        by_credits[use.impact] = by_credits.get(use.impact, 0) + use.credits
    paid = {one.impact: one.credits for one in made.payments}
    without = {one: group for group in made.shortages for one in group.impacts}
    rows: list[Row] = []
    for one in sorted(impacts, key=lambda one: one.id):
        got, fund = by_credits.get(one.id, 0), paid.get(one.id, 0)
        if one.id in without:
            why = _name("信用不足，见“缺口”", "too few credits, see the shortages")
        elif one.id in made.lots:
            why = _name("成批出售的信用无法拆分配齐", "no way was found to divide lots and smallest sales")
        else:
            why = _name("已清偿", "settled")
        rows.append((one.id, one.buyer, one.credits, got, fund, one.credits - got - fund, why))
    columns = (
        _IMPACT,
        _column("buyer", "义务人", "Buyer"),
        _column("owed", "须清偿", "Owed"),
        _column("retired", "以信用清偿", "By credits"),
        _column("fund", "向基金付款", "By the fund"),
        _column("open", "未清偿", "Not settled"),
        _column("state", "结果", "Outcome"),
    )
    return Table(
        "obligations",
        _name("各项信用义务如何清偿", "How each credit obligation is settled"),
        columns,
        tuple(rows),
    )


def _bought(made: Allocation) -> Table:
    rows: list[Row] = [
        (one.buyer, one.offer, one.credits, one.retired, one.credits - one.retired, one.price_cents / 100,
         one.credits * one.price_cents / 100)
        for one in made.purchases
    ]  # fmt: skip
    fund = _name("生物多样性保护基金", "Biodiversity Conservation Fund")
    rows += [
        ("", fund, one.credits, one.credits, 0, one.price_cents / 100, one.credits * one.price_cents / 100)
        for one in made.payments
    ]
    columns = (
        _column("buyer", "义务人", "Buyer"),
        _OFFER,
        _CREDITS,
        _column("retired", "注销", "Retired"),
        _column("left", "留存", "Left in hand"),
        _column("price", "单价", "Price of a credit", "AUD"),
        _column("cost", "费用", "Cost", "AUD"),
    )
    return Table("purchases", _name("买入与付款", "Purchases and payments"), columns, tuple(rows))


def _used(made: Allocation) -> Table:
    rows: tuple[Row, ...] = tuple((one.impact, one.offer, one.credits) for one in made.uses)
    return Table(
        "uses", _name("信用用于何处", "Which credits settle what"), (_IMPACT, _OFFER, _CREDITS), rows
    )


def told(group: Shortage) -> Name:
    """A shortage in words, with its arithmetic."""
    impacts, offers = listed(group.impacts), listed(group.offers)
    return (
        _name(
            f"所列影响共须 {group.owed} 份；能清偿其中任何一项的全部供给只有 {group.offered} 份："
            f"{group.owed} − {group.offered} = {group.short}，无论如何都缺 {group.short} 份",
            f"these impacts owe {group.owed} together; all offers that may settle any of them hold {group.offered}: "
            f"{group.owed} − {group.offered} = {group.short} are short, whatever is done",
        )
        if impacts and offers
        else _name(
            f"没有任何供给可清偿所列影响：{group.owed} − 0 = {group.short}，全部缺少",
            f"no offer may settle these impacts: {group.owed} − 0 = {group.short} are short",
        )
    )


def _short(made: Allocation) -> Table:
    rows: tuple[Row, ...] = tuple(
        (listed(group.impacts), listed(group.offers), group.owed, group.offered, group.short, told(group))
        for group in made.shortages
    )
    columns = (
        _column("impacts", "影响", "Impacts"),
        _column("offers", "它们所争的供给", "Offers that they compete for"),
        _column("owed", "须清偿", "Owed"),
        _column("offered", "供给", "Offered"),
        _column("short", "缺口", "Short"),
        _column("proof", "证明", "Proof"),
    )
    return Table(
        "shortages", _name("缺口：为何不能全部清偿", "Shortages: why not all can be settled"), columns, rows
    )


def _not_auditable(verdicts: Sequence[Verdict]) -> Table:
    rows: list[Row] = []
    for one in verdicts:
        if one.answer is None:
            zh = "、".join(MISSING[name].zh for name in one.missing if name in MISSING)
            en = "; ".join(MISSING[name].en for name in one.missing if name in MISSING)
            known = _name(zh or "变通规则对物种信用的条件不在此核验", en or
                          "what the variation rule asks of species credits is not tested here")  # fmt: skip
            rows.append((one.impact, one.offer, known))
    columns = (_IMPACT, _OFFER, _column("missing", "缺少的资料", "What is missing"))
    return Table(
        "not-auditable",
        _name("无法核验的配对，未予采用", "Pairs that are not auditable, and not used"),
        columns,
        tuple(rows),
    )


def _unpriced(offers: Sequence[Offer]) -> Table:
    rows: tuple[Row, ...] = tuple((one.id, one.credits) for one in offers if one.price_cents is None)
    return Table(
        "unpriced",
        _name("没有价格、未参与配置的供给", "Offers without a price, matched but not bought"),
        (_OFFER, _CREDITS),
        rows,
    )


def _pairs(verdicts: Sequence[Verdict]) -> Table:
    tests = {check.id: check.label for one in verdicts for check in one.checks}
    rows: list[Row] = []
    for one in verdicts:
        said: Mapping[str, Name] = {check.id: check.words for check in one.checks}
        distance = None if one.distance_m is None else round(one.distance_m / 1000, 4)
        rows.append(
            (
                one.impact,
                one.offer,
                answer_name(one.answer),
                distance,
                *(said.get(test, "") for test in tests),
            )
        )
    columns = (
        _IMPACT,
        _OFFER,
        _column("answer", "可否清偿", "May settle"),
        _column("distance", "到亚区的距离", "Distance to the subregion", "km"),
        *(Column(test, label) for test, label in tests.items()),
    )
    return Table("pairs", _name("每一配对的每项检验", "Every test of every pair"), columns, tuple(rows))


def layers(impacts: Sequence[Impact], offers: Sequence[Offer], made: Allocation) -> tuple[Layer, ...]:
    """Sites that have shapes, apart by how far to trust them."""
    used: dict[str, int] = {}
    for one in made.purchases:
        used[one.offer] = used.get(one.offer, 0) + one.credits
    sides: tuple[tuple[str, Name, list[tuple[str, Nature, int, float | None]]], ...] = (
        (
            "impacts",
            _name("受损场地", "Impact sites"),
            [(one.id, one.nature, one.credits, None) for one in impacts],
        ),
        (
            "offers",
            _name("所供场地，颜色示已买比例", "Offered sites, coloured by the share bought"),
            [(one.id, one.nature, one.credits, used.get(one.id, 0) / one.credits) for one in offers],
        ),
    )
    return tuple(layer for name, label, sites in sides for layer in _by_confidence(name, label, sites))


def _by_confidence(
    name: str, label: Name, sites: Sequence[tuple[str, Nature, int, float | None]]
) -> Iterator[Layer]:
    columns = (_CREDITS, _column("kind", "信用种类", "Kind of credit"))
    for confidence in sorted({nature.confidence for _, nature, _, _ in sites if nature.shape is not None}):
        marks = tuple(
            Mark(site, _name(site, site), nature.shape, value, {"credits": credits_, "kind": nature.kind})
            for site, nature, credits_, value in sites
            if nature.shape is not None and nature.confidence == confidence
        )
        yield Layer(f"{name}-{confidence}", label, confidence, marks, columns)


def remarks(made: Allocation) -> tuple[Name, ...]:
    """What must be said of an allocation."""
    out = [
        _name(
            "费用已证明为最低；费用相同时，先取编号在前的供给。"
            if made.proved
            else "未能证明费用最低；下限另列。",
            "The cost is proved to be the least; where choices cost the same, offers that come first by their ids are "
            "taken first."
            if made.proved
            else "The cost is not proved to be the least; its lower bound is given.",
        )
    ]
    if made.shortages:
        out.append(
            _name(
                "有缺口的影响整项未清偿，它们所争的供给也未分给别项。",
                "Impacts in a shortage are left open as a whole, and the offers that they compete for are not given to others.",
            )
        )
    return tuple(out)
