"""What a ledger stands at: holdings and totals after some entries, and how entries lead there.

Floor 2, part of accounts: knows entries and their rules; must not know files,
books, cases or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from eppv_atlas.accounts import rules
from eppv_atlas.accounts.entries import EXACT, ZERO, Entry, Fault

MOST_FAULTS: Final = 200
"""After so many faults the rest of a file is not examined."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held under one id.

    Attributes
    ----------
    id
        Id of the holding.
    amount
        What is left of it.
    holder
        Who holds it; empty where it is not known.
    credit_class
        Its class; empty where it is not known.
    parent
        Holding that it was made from; empty for one that was issued.
    origin
        Number of the issue that all of it goes back to.
    made
        Number of the entry that made it.
    place
        Where it comes from, as its issue says.
    """

    id: str
    amount: Decimal
    holder: str
    credit_class: str
    parent: str
    origin: int
    made: int
    place: str


@dataclass(frozen=True)
class State:
    """A ledger after some entries.

    Attributes
    ----------
    count
        How many entries led here.
    holdings
        Every holding that ever was, by id, in the order in which they were made.
    issued, retired, cancelled
        Totals.
    """

    count: int
    holdings: Mapping[str, Holding]
    issued: Decimal
    retired: Decimal
    cancelled: Decimal

    @property
    def held(self) -> Decimal:
        """Sum of what is left of all holdings."""
        return total(holding.amount for holding in self.holdings.values())

    @property
    def conserved(self) -> bool:
        """Whether all that was issued is held, retired or cancelled."""
        return self.issued == total((self.held, self.retired, self.cancelled))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Exact sum."""
    found = ZERO
    for amount in amounts:
        found = EXACT.add(found, amount)
    return found


class Replay:
    """Entries taken in one after the other; those that break a rule are left out and named.

    Parameters
    ----------
    decimals
        Decimal places that the book counts in.
    """

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals
        self._holdings: dict[str, Holding] = {}
        self._last_in: dict[int, dt.date] = {}
        self._totals = {"issue": ZERO, "retire": ZERO, "cancel": ZERO}
        self._unsure: set[str] = set()
        self.count = 0
        self.last_date: dt.date | None = None

    def copy(self) -> Replay:
        """Another one that stands where this one does."""
        twin = Replay(self._decimals)
        twin._holdings = dict(self._holdings)
        twin._last_in = dict(self._last_in)
        twin._totals = dict(self._totals)
        twin._unsure = set(self._unsure)
        twin.count, twin.last_date = self.count, self.last_date
        return twin

    def state(self) -> State:
        """Where it stands."""
        totals = self._totals
        return State(
            self.count,
            MappingProxyType(dict(self._holdings)),
            totals["issue"],
            totals["retire"],
            totals["cancel"],
        )

    def holding(self, name: str) -> Holding | None:
        """A holding by its id."""
        return self._holdings.get(name)

    def take(self, entry: Entry, at: int = 0) -> list[Fault]:
        """Take an entry in, or name all rules that it breaks.

        An entry that draws on what a wrong entry would have made is left out without a word.
        """
        faults = list(rules.of_form(entry, self._decimals, at))
        source = self._holdings.get(entry.source)
        doubtful = bool(entry.source) and source is None and entry.source in self._unsure
        if not faults and not doubtful:
            seen = rules.Seen(
                next_number=self.count + 1,
                source=source,
                target=self._holdings.get(entry.target),
                last_date=self.last_date,
                last_in_chain=None if source is None else self._last_in.get(source.origin),
            )
            faults = list(rules.of_order(entry, seen, at))
        if faults or doubtful:
            if entry.target and entry.target not in self._holdings:
                self._unsure.add(entry.target)
            self.count = entry.number or self.count + 1
            return faults
        self._apply(entry, source)
        return []

    def _apply(self, entry: Entry, source: Holding | None) -> None:
        self.count += 1
        number = entry.number or self.count
        if source is not None:
            self._holdings[source.id] = _left(source, EXACT.subtract(source.amount, entry.amount))
        if entry.kind in self._totals:
            self._totals[entry.kind] = EXACT.add(self._totals[entry.kind], entry.amount)
        if entry.target:
            self._holdings[entry.target] = _made(entry, number, source)
        if entry.date is not None:
            self.last_date = entry.date
            self._last_in[number if source is None else source.origin] = entry.date


def replayed(entries: Iterable[Entry], decimals: int) -> tuple[State, tuple[Fault, ...]]:
    """Replay entries from an empty ledger.

    Returns
    -------
    state, faults
        The state is to be relied on only where there are no faults.
    """
    replay, faults = Replay(decimals), []
    for at, entry in enumerate(entries):
        faults += replay.take(entry, at)
        if len(faults) >= MOST_FAULTS:
            break
    return replay.state(), tuple(faults)


def states(entries: Iterable[Entry], decimals: int) -> Iterator[State]:
    """The empty state, and that after each entry; all entries must be sound."""
    replay = Replay(decimals)
    yield replay.state()
    for entry in entries:
        faults = replay.take(entry)
        assert not faults, faults
        yield replay.state()


def _left(holding: Holding, amount: Decimal) -> Holding:
    return Holding(
        holding.id,
        amount,
        holding.holder,
        holding.credit_class,
        holding.parent,
        holding.origin,
        holding.made,
        holding.place,
    )


def _made(entry: Entry, number: int, source: Holding | None) -> Holding:
    if source is None:
        return Holding(
            entry.target, entry.amount, entry.receiver, entry.credit_class, "", number, number, entry.place
        )
    same = entry.target == source.id
    return Holding(
        entry.target,
        entry.amount,
        entry.receiver,
        source.credit_class,
        source.parent if same else source.id,
        source.origin,
        source.made if same else number,
        source.place,
    )
