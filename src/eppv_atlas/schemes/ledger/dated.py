"""Balances on a day, and the lineage of a holding.

An entry without a date keeps its place among the entries that go back to the
same issue: it came after those before it and before those after it. Against
entries of other issues nothing is concluded. So a balance on a day is one
number where the entries settle it, else the range of what it may have been.

Floor 3, part of schemes: knows entries and states only; must not know files,
books, cases or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from eppv_atlas.accounts.entries import EXACT, ZERO, Entry
from eppv_atlas.accounts.state import Holding, Replay, State

TOTALS: Final = ("issued", "held", "retired", "cancelled")


@dataclass(frozen=True, slots=True)
class Span:
    """What an amount may have been; both ends are the same where it is settled."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Standing:
    """A ledger on a day.

    Attributes
    ----------
    on
        The day; None for after all entries.
    totals
        ``issued``, ``held``, ``retired`` and ``cancelled``.
    holdings
        Every holding that may have been there by then, with what may have been left of it and who held it
        last.
    undated
        Numbers of entries of which it cannot be said whether they were before or after that day.
    conserved
        Whether all that was issued is held, retired or cancelled, at every moment that may be meant.
    """

    on: dt.date | None
    totals: dict[str, Span]
    holdings: tuple[tuple[Holding, Span], ...]
    undated: tuple[int, ...]
    conserved: bool


def standing(entries: Sequence[Entry], decimals: int, on: dt.date | None) -> Standing:
    """How sound entries stand at the end of a day.

    Parameters
    ----------
    entries
        Sound entries in order.
    decimals
        Decimal places of the book.
    on
        The day; None for after all entries.
    """
    totals = dict.fromkeys(TOTALS, Span(ZERO, ZERO))
    held: list[tuple[Holding, Span]] = []
    undated: list[int] = []
    conserved = True
    for chain in chains(entries):
        sure, open_ = (chain, []) if on is None else _settled(chain, on)
        replay = Replay(decimals)
        _run(replay, sure)
        spans, found, sound = _ranges(replay, open_)
        conserved &= sound
        totals = {name: _plus(totals[name], spans[name]) for name in TOTALS}
        held += found
        undated += [entry.number for entry in open_]
    held.sort(key=lambda one: one[0].made)
    return Standing(on, totals, tuple(held), tuple(sorted(undated)), conserved)


def chains(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Entries by the issue that they go back to; sound entries only."""
    found: list[list[Entry]] = []
    chain_of: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.kind == "issue":
            found.append([])
            chain_of[entry.target] = found[-1]
        chain = chain_of[entry.source or entry.target]
        if entry.target:
            chain_of[entry.target] = chain
        chain.append(entry)
    return found


def lineage(entries: Iterable[Entry], name: str) -> tuple[Entry, ...]:
    """All entries that a holding goes back to or that draw on it, the issue first.

    Parameters
    ----------
    entries
        Sound entries in order.
    name
        Id of the holding.

    Returns
    -------
    tuple of Entry
        Empty where there is no such holding.
    """
    chain = next((one for one in chains(entries) if any(name in (e.source, e.target) for e in one)), [])
    kept: set[int] = set()
    above, below = {name}, {name}
    for at in reversed(range(len(chain))):  # what made it, and what made that
        if chain[at].target in above:
            kept.add(at)
            above |= {chain[at].source} - {""}
    for at, entry in enumerate(chain):  # what draws on it, and on what was made of it
        if entry.source in below:
            kept.add(at)
            below |= {entry.target} - {""}
    return tuple(chain[at] for at in sorted(kept))


def by_holder(holdings: Iterable[tuple[Holding, Span]]) -> dict[tuple[str, str], Span]:
    """What each party holds of each class; the party is empty where it is not known."""
    found: dict[tuple[str, str], Span] = {}
    for holding, span in holdings:
        key = holding.holder, holding.credit_class
        found[key] = _plus(found.get(key, Span(ZERO, ZERO)), span)
    return found


def _settled(chain: Sequence[Entry], on: dt.date) -> tuple[list[Entry], list[Entry]]:
    """Entries of a chain that are surely of that day or before it, and those that may be."""
    sure = max((i + 1 for i, e in enumerate(chain) if e.date is not None and e.date <= on), default=0)
    end = next((i for i, e in enumerate(chain) if e.date is not None and e.date > on), len(chain))
    return list(chain[:sure]), list(chain[sure:end])


def _run(replay: Replay, entries: Iterable[Entry]) -> None:
    for entry in entries:
        replay.count = entry.number - 1
        faults = replay.take(entry)
        assert not faults, faults


def _ranges(
    replay: Replay, open_: Sequence[Entry]
) -> tuple[dict[str, Span], list[tuple[Holding, Span]], bool]:
    """What totals and holdings may have been while these entries came one by one, and whether all was conserved."""
    state = replay.state()
    sound = state.conserved
    totals = {name: Span(value, value) for name, value in _totals(state).items()}
    spans = {name: Span(one.amount, one.amount) for name, one in state.holdings.items()}
    for entry in open_:
        _run(replay, [entry])
        for name in {entry.source, entry.target} - {""}:
            one = replay.holding(name)
            assert one is not None
            before = spans.get(name, Span(ZERO, ZERO))
            spans[name] = Span(min(before.low, one.amount), max(before.high, one.amount))
    if open_:
        state = replay.state()
        sound &= state.conserved
    held = [(holding, spans[name]) for name, holding in state.holdings.items()]
    return _moved(totals, open_), held, sound


def _moved(totals: dict[str, Span], open_: Sequence[Entry]) -> dict[str, Span]:
    """Totals with the least and the most that they were while entries came."""
    now = {name: span.low for name, span in totals.items()}
    found = dict(totals)
    for entry in open_:
        kind = {"issue": "issued", "retire": "retired", "cancel": "cancelled"}.get(entry.kind)
        if kind is None:
            continue
        now[kind] = EXACT.add(now[kind], entry.amount)
        now["held"] = EXACT.add(now["held"], entry.amount if kind == "issued" else -entry.amount)
        for name in {kind, "held"}:
            found[name] = Span(min(found[name].low, now[name]), max(found[name].high, now[name]))
    return found


def _totals(state: State) -> dict[str, Decimal]:
    return {
        "issued": state.issued,
        "held": state.held,
        "retired": state.retired,
        "cancelled": state.cancelled,
    }


def _plus(one: Span, other: Span) -> Span:
    return Span(EXACT.add(one.low, other.low), EXACT.add(one.high, other.high))
