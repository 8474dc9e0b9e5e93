"""Obligations settled at the least cost: against brute force, with proofs that are added up again."""

import itertools
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas.errors import UsageError
from eppv_atlas.schemes.offsets.allocation import allocate
from eppv_atlas.schemes.offsets.records import Impact, Nature, Offer

NATURE = Nature("ecosystem")


def impact(name, credits_, fund=None, buyer=""):
    return Impact(name, NATURE, credits_, buyer=buyer, fund_cents=fund)


def offer(name, credits_, price, least=1):
    return Offer(name, NATURE, credits_, price, least)


def all_match(impacts, offers):
    return {(i.id, o.id): True for i in impacts for o in offers}


@st.composite
def markets(draw, fund="some", *, lots=True, most=3):
    impacts = [
        impact(
            f"i{at}",
            draw(st.integers(1, 4)),
            draw(st.integers(100, 900))
            if fund == "all" or (fund == "some" and draw(st.booleans()))
            else None,
            draw(st.sampled_from(["", "b"])),
        )
        for at in range(draw(st.integers(1, most)))
    ]
    offers = []
    for at in range(draw(st.integers(0, most))):
        size = draw(st.integers(1, 5))
        offers.append(
            offer(
                f"o{at}",
                size,
                draw(st.integers(1, 900)),
                draw(st.sampled_from([1, 1, 2, size]) if lots else st.just(1)),
            )
        )
    offers = [o if o.least <= o.credits else offer(o.id, o.credits, o.price_cents) for o in offers]
    answers = {
        (i.id, o.id): draw(st.sampled_from([True, True, False, None])) for i in impacts for o in offers
    }
    return impacts, offers, answers


def splits(total, bins):
    """Every way to write total as whole numbers in bins."""
    if not bins:
        return [()] if total == 0 else []
    return [(first, *rest) for first in range(total + 1) for rest in splits(total - first, bins[1:])]


def least_cost(impacts, offers, answers):
    """The least cost by trying everything; None where not all can be settled."""
    best = None
    ways = []
    for one in impacts:
        open_ = [o.id for o in offers if answers.get((one.id, o.id)) is True]
        bins = [*open_, *(["fund"] if one.fund_cents is not None else [])]
        ways.append([dict(zip(bins, counts, strict=True)) for counts in splits(one.credits, bins)])
    for choice in itertools.product(*ways):
        sales, cost = {}, 0
        for one, taken in zip(impacts, choice, strict=True):
            for where, number in taken.items():
                if where == "fund":
                    cost += number * one.fund_cents
                elif number:
                    sales[one.buyer, where] = sales.get((one.buyer, where), 0) + number
        held = {o.id: o for o in offers}
        sold = {}
        for (_, where), number in sales.items():
            bought = max(number, held[where].least)
            sold[where] = sold.get(where, 0) + bought
            cost += bought * held[where].price_cents
        if all(number <= held[where].credits for where, number in sold.items()):
            best = cost if best is None else min(best, cost)
    return best


def held(impacts, offers, answers, made):
    """What must hold of any allocation."""
    left_out = {one for group in made.shortages for one in group.impacts} | set(made.lots)
    for one in impacts:
        got = sum(u.credits for u in made.uses if u.impact == one.id)
        got += sum(p.credits for p in made.payments if p.impact == one.id)
        assert got == (0 if one.id in left_out else one.credits)
    for one in offers:
        bought = [p for p in made.purchases if p.offer == one.id]
        assert sum(p.credits for p in bought) <= one.credits
        assert all(p.credits >= one.least and p.retired <= p.credits for p in bought)
        assert sum(p.retired for p in bought) == sum(u.credits for u in made.uses if u.offer == one.id)
    assert all(answers[u.impact, u.offer] is True for u in made.uses)
    assert made.cost_cents == sum(p.credits * p.price_cents for p in (*made.purchases, *made.payments))


@settings(max_examples=120)
@given(markets())
def test_no_choice_costs_less(market):
    impacts, offers, answers = market
    made = allocate(impacts, offers, answers)
    held(impacts, offers, answers, made)
    best = least_cost(impacts, offers, answers)
    if best is None:
        assert made.shortages or made.lots
    else:
        assert made.cost_cents == best
        assert made.proved


@settings(max_examples=60)
@given(markets(), st.randoms())
def test_the_order_in_which_they_come_does_not_matter(market, random):
    impacts, offers, answers = market
    made = allocate(impacts, offers, answers)
    again_impacts, again_offers = list(impacts), list(offers)
    random.shuffle(again_impacts)
    random.shuffle(again_offers)
    pairs = list(answers.items())
    random.shuffle(pairs)
    assert allocate(again_impacts, again_offers, dict(pairs)) == made


@settings(max_examples=60)
@given(markets(fund="all"), st.integers(1, 5), st.integers(1, 900))
def test_another_offer_never_raises_the_cost(market, credits_, price):
    impacts, offers, answers = market
    more = [*offers, offer("one more", credits_, price)]
    wider = answers | {(i.id, "one more"): True for i in impacts}
    assert allocate(impacts, more, wider).cost_cents <= allocate(impacts, offers, answers).cost_cents


@settings(max_examples=80)
@given(markets(fund="none", lots=False, most=4))
def test_a_shortage_is_proved_by_arithmetic(market):
    impacts, offers, answers = market
    made = allocate(impacts, offers, answers)
    held(impacts, offers, answers, made)
    owed, room = {i.id: i.credits for i in impacts}, {o.id: o.credits for o in offers}
    for group in made.shortages:
        near = {o for (i, o), yes in answers.items() if i in group.impacts and yes is True}
        assert set(group.offers) == near
        assert group.owed == sum(owed[one] for one in group.impacts)
        assert group.offered == sum(room[one] for one in near)
        assert group.short > 0
    # Hall: no set of impacts owes more than its offers hold, exactly where there is no shortage
    worst = 0
    for size in range(1, len(impacts) + 1):
        for some in itertools.combinations(owed, size):
            near = {o for (i, o), yes in answers.items() if i in some and yes is True}
            worst = max(worst, sum(owed[one] for one in some) - sum(room[one] for one in near))
    assert sum(group.short for group in made.shortages) == worst
    assert not made.lots


def test_a_lot_is_bought_whole_and_shared_by_one_buyer():
    """As on the public register: 18 credits bought together, then 6, 4 and 8 retired for three obligations."""
    impacts = [impact("a", 6), impact("b", 4), impact("c", 8)]
    lot = [offer("CR-20712", 18, 500_000, least=18)]
    made = allocate(impacts, lot, all_match(impacts, lot))
    assert [(p.credits, p.retired) for p in made.purchases] == [(18, 18)]
    assert sorted(u.credits for u in made.uses) == [4, 6, 8]
    assert made.cost_cents == 18 * 500_000
    one = [impact("a", 10)]
    made = allocate(one, lot, all_match(one, lot))
    assert [(p.credits, p.retired) for p in made.purchases] == [(18, 10)]  # 8 are left in hand


def test_two_buyers_cannot_share_a_lot():
    impacts = [impact("a", 4, buyer="x"), impact("b", 6, buyer="y")]
    lot = [offer("lot", 10, 100, least=10)]
    made = allocate(impacts, lot, all_match(impacts, lot))
    assert made.lots == ("b",)
    assert made.shortages == ()  # ten are owed, ten are offered
    held(impacts, lot, all_match(impacts, lot), made)


def test_the_public_chain_costs_what_the_register_says():
    impacts = [impact("first", 104), impact("second", 10)]
    offers = [offer("CR-5744", 114, 489_732), offer("dearer", 500, 489_733)]
    made = allocate(impacts, offers, all_match(impacts, offers))
    assert made.cost_cents == 55_829_448  # A$558,294.48
    assert made.proved


def test_equal_costs_are_settled_by_the_ids():
    impacts = [impact("a", 3), impact("b", 3)]
    offers = [offer(name, 3, 100) for name in ("z", "y", "x")]
    made = allocate(impacts, offers, all_match(impacts, offers))
    assert [(u.impact, u.offer, u.credits) for u in made.uses] == [("a", "x", 3), ("b", "y", 3)]


def test_what_is_not_auditable_or_has_no_price_is_never_bought():
    impacts, offers = (
        [impact("a", 1)],
        [offer("cheap", 1, 1), Offer("unpriced", NATURE, 1), offer("dear", 1, 900)],
    )
    answers = {("a", "cheap"): None, ("a", "unpriced"): True, ("a", "dear"): True}
    assert [u.offer for u in allocate(impacts, offers, answers).uses] == ["dear"]


def test_nothing_owed_costs_nothing():
    assert allocate([], [offer("o", 1, 1)], {}).cost_cents == 0
    made = allocate([impact("a", 5)], [], {})
    assert made.shortages[0].short == 5


def test_without_the_solver_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(UsageError, match=r"eppv-atlas\[schemes\]"):
        allocate([impact("a", 1)], [offer("o", 1, 1)], {("a", "o"): True})


def test_a_market_of_some_size_is_settled_in_seconds(capsys):
    import random

    draw = random.Random(3)
    impacts = [
        impact(f"i{at:04}", draw.randint(1, 60), draw.randint(500_000, 900_000), f"b{at % 20}")
        for at in range(200)
    ]
    offers = []
    for at in range(2000):
        size = draw.randint(1, 120)
        offers.append(
            offer(f"o{at:04}", size, draw.randint(100_000, 900_000), size if draw.random() < 0.05 else 1)
        )
    answers = {(i.id, o.id): draw.random() < 0.05 for i in impacts for o in offers}
    begun = time.perf_counter()
    made = allocate(impacts, offers, answers)
    took = time.perf_counter() - begun
    with capsys.disabled():
        print(f"\n200 obligations x 2,000 offers: {took:.1f} s, A${made.cost_cents / 100:,.2f}")
    held(impacts, offers, answers, made)
    assert made.proved
