"""Rules that each entry must keep: its form, and how it stands to the entries before it.

Floor 2, part of accounts: knows entries only; must not know files, books, cases
or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from eppv_atlas.accounts.entries import EXACT, KIND_NAMES, LARGEST, Entry, Fault, places, plain

_SHOWN: Final = 40
"""Digits of an amount that a message shows at most."""


class Held(Protocol):
    """What the rules ask of a holding."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def amount(self) -> Decimal:
        """What is left of it."""

    @property
    def holder(self) -> str:
        """Who holds it."""

    @property
    def credit_class(self) -> str:
        """Its class."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the entries before one have led to.

    Attributes
    ----------
    next_number
        Number that the entry must have.
    source, target
        Holdings of the ids that it names; None where there is none yet.
    last_date
        Last day that any entry before it names.
    last_in_chain
        Last day that an entry of the same issue names.
    """

    next_number: int
    source: Held | None
    target: Held | None
    last_date: dt.date | None
    last_in_chain: dt.date | None


def of_form(entry: Entry, decimals: int, at: int) -> Iterator[Fault]:
    """Yield what is wrong with an entry by itself."""
    word = KIND_NAMES[entry.kind]
    if entry.amount <= 0:
        yield Fault(at, "amount", "amount", "the amount must be more than 0", "数量须大于 0")
    if entry.amount >= LARGEST:
        yield Fault(
            at,
            "amount",
            "number-size",
            f"the amount must be below {LARGEST:,}",
            f"数量须小于 {LARGEST:,}",
        )
    elif places(entry.amount) > decimals:
        yield Fault(
            at,
            "amount",
            "decimal-places",
            f"{_short(entry.amount)} has more decimal places than the {decimals} that are counted here",
            f"{_short(entry.amount)} 的小数位数超过本账所计的 {decimals} 位",
        )
    draws, makes = entry.kind != "issue", entry.kind in {"issue", "transfer"}
    for field, given, wanted in (("source", entry.source, draws), ("target", entry.target, makes)):
        zh = "来源凭证" if field == "source" else "新凭证"
        if wanted and not given:
            yield Fault(at, field, field, f"{word.en}: {field} is missing", f"{word.zh}：缺少{zh}")
        elif given and not wanted:
            yield Fault(
                at, field, field, f"{word.en} has no {field}; leave it empty", f"{word.zh}不写{zh}；请留空"
            )
    if (entry.price is None) != (not entry.currency):
        yield Fault(
            at,
            "price",
            "price-currency",
            "price and currency stand together; give both or neither",
            "单价与币种须同时写或同时不写",
        )
    if entry.total is not None:
        yield from _total(entry, at)


def _short(amount: Decimal) -> str:
    text = plain(amount)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _total(entry: Entry, at: int) -> Iterator[Fault]:
    if entry.price is None:
        yield Fault(at, "total", "total", "a total needs the price of one unit", "写总价须同时写单价")
        return
    assert entry.total is not None
    worked_out = EXACT.multiply(entry.amount, entry.price)
    if worked_out != entry.total:
        told = f"{plain(entry.amount)} × {plain(entry.price)} = {plain(worked_out)}"
        yield Fault(
            at,
            "total",
            "total",
            f"{told}, not {plain(entry.total)}",
            f"{told}，不是 {plain(entry.total)}",
        )


def of_order(entry: Entry, seen: Seen, at: int) -> Iterator[Fault]:
    """Yield what an entry does that those before it do not allow."""
    if entry.number not in {0, seen.next_number}:
        yield Fault(
            at,
            "number",
            "number-order",
            f"the number is {entry.number}, but the next one is {seen.next_number}; put the entries in order",
            f"编号为 {entry.number}，而下一个应为 {seen.next_number}；请按顺序排列",
        )
    yield from _dates(entry, seen, at)
    if entry.target and seen.target is not None and entry.target != entry.source:
        yield Fault(
            at,
            "target",
            "target-taken",
            f"there is a holding {entry.target!r} already; a new one needs a new id",
            f"凭证 {entry.target!r} 已存在；请另用新编号",
        )
    if entry.kind == "issue":
        return
    if seen.source is None:
        yield Fault(
            at,
            "source",
            "source-missing",
            f"there is no holding {entry.source!r} before this entry; issue it first",
            f"此前没有凭证 {entry.source!r}；请先签发",
        )
        return
    yield from _drawn(entry, seen.source, at)


def _dates(entry: Entry, seen: Seen, at: int) -> Iterator[Fault]:
    if entry.date is None:
        return
    if seen.last_in_chain is not None and entry.date < seen.last_in_chain:
        yield Fault(
            at,
            "date",
            "before-its-source",
            f"{entry.date} is before {seen.last_in_chain}, the day of what it draws on",
            f"日期 {entry.date} 早于其来源的日期 {seen.last_in_chain}",
        )
    elif seen.last_date is not None and entry.date < seen.last_date:
        yield Fault(
            at,
            "date",
            "date-order",
            f"{entry.date} comes after an entry of {seen.last_date}; put the entries in the order of their days",
            f"日期 {entry.date} 排在 {seen.last_date} 之后；请按日期先后排列",
        )


def _drawn(entry: Entry, source: Held, at: int) -> Iterator[Fault]:
    """Faults against the holding that is drawn on."""
    if entry.amount > source.amount:
        yield Fault(
            at,
            "amount",
            "overdraft",
            f"{source.id!r} has {plain(source.amount)} left, not {plain(entry.amount)}",
            f"{source.id!r} 只余 {plain(source.amount)}，不足 {plain(entry.amount)}",
        )
    if entry.credit_class and entry.credit_class != source.credit_class:
        yield Fault(
            at,
            "class",
            "class-kept",
            f"{source.id!r} was issued as {source.credit_class or 'no class'!r}; "
            f"it cannot become {entry.credit_class!r}",
            f"{source.id!r} 签发时的类别为 {source.credit_class or '未写'!r}，不能变成 {entry.credit_class!r}",
        )
    if entry.giver and source.holder and entry.giver != source.holder:
        yield Fault(
            at,
            "giver",
            "holder",
            f"{source.id!r} is held by {source.holder!r}, not by {entry.giver!r}",
            f"{source.id!r} 由 {source.holder!r} 持有，不是 {entry.giver!r}",
        )
    if entry.kind == "transfer" and entry.target == source.id and entry.amount < source.amount:
        yield Fault(
            at,
            "target",
            "part-needs-id",
            f"a part of {source.id!r} is handed on; the part needs an id of its own",
            f"只转让 {source.id!r} 的一部分；这一部分须另立凭证编号",
        )
