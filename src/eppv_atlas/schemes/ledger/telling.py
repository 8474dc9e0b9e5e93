"""A ledger as readers see it: totals, the test of conservation, balances, entries.

Floor 3, part of schemes: knows entries, states and records of results; must not
know files, books, cases or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from eppv_atlas.accounts.entries import ACCOUNTS, EXACT, Entry, plain
from eppv_atlas.model import Name
from eppv_atlas.model.schemes import LedgerScheme
from eppv_atlas.schemes.ledger.dated import Span, Standing, standing
from eppv_atlas.schemes.ledger.opening import Told, Word
from eppv_atlas.schemes.trial import Column, Input, Line, Ran, Table, Value
from eppv_atlas.units import UNITS

UNIT_OF: Final = {"credit": "", "mu": "mu", "t-co2e": "t"}
"""Unit of ``units.UNITS`` in which a unit of account is shown; credits are bare numbers."""
_TOTALS: Final = {
    "issued": Name(zh="已签发", en="issued"),
    "held": Name(zh="现持有", en="held"),
    "retired": Name(zh="已注销", en="retired"),
    "cancelled": Name(zh="已作废", en="cancelled"),
}


def ran(
    told: Sequence[Told],
    scheme: LedgerScheme,
    inputs: tuple[Input, ...],
    on: dt.date | None = None,
    changed: tuple[str, ...] = (),
    notes: tuple[Name, ...] = (),
) -> Ran:
    """What a ledger comes to after some entries, or at the end of a day.

    Parameters
    ----------
    told
        Sound entries in order, with their words.
    scheme
        The scheme that they belong to.
    inputs, changed
        As in the result.
    on
        The day; None for after all these entries.
    notes
        What else must be said.
    """
    entries = [one.entry for one in told]
    found = standing(entries, scheme.decimals, on)
    unit = UNIT_OF[scheme.unit]
    lines = [
        Line(
            f"{name}-total",
            _of(label, scheme),
            _settled(found.totals[name]),
            unit,
            low=_low(found.totals[name]),
            high=_high(found.totals[name]),
        )
        for name, label in _TOTALS.items()
    ]
    lines.append(_conserved(found))
    if told and on is None:
        lines += _paid(told[-1].entry)
    return Ran(
        inputs,
        tuple(lines),
        changed,
        tables=(_balances(found, told, unit), _entries(told, unit)),
        notes=(*_notes(found, told), *notes),
    )


def number(value: Decimal) -> Value:
    """An amount as a number where a float holds it exactly, else as text."""
    return float(value) if Decimal(repr(float(value))) == value else plain(value)


def _of(label: Name, scheme: LedgerScheme) -> Name:
    account = ACCOUNTS[scheme.unit]
    return Name(zh=f"{label.zh}（{account.zh}）", en=f"{label.en} ({account.en})")


def _settled(span: Span) -> Value:
    return number(span.low) if span.low == span.high else None


def _low(span: Span) -> float | None:
    return None if span.low == span.high else float(span.low)


def _high(span: Span) -> float | None:
    return None if span.low == span.high else float(span.high)


def _conserved(found: Standing) -> Line:
    label = Name(
        zh="守恒：签发等于持有、注销与作废之和",
        en="Conserved: issued equals held, retired and cancelled together",
    )
    formula = "issued = held + retired + cancelled"
    spans = found.totals
    if any(span.low != span.high for span in spans.values()):  # at every moment that may be meant
        return Line("conserved", label, found.conserved, role="test", formula=formula)
    issued, held, retired, cancelled = (plain(spans[name].low) for name in _TOTALS)
    numbers = f"{issued} = {held} + {retired} + {cancelled}"
    return Line("conserved", label, found.conserved, role="test", formula=formula, numbers=numbers)


def _paid(entry: Entry) -> list[Line]:
    """What was paid in an entry that names a price."""
    if entry.price is None:
        return []
    worked_out = EXACT.multiply(entry.amount, entry.price)
    label = Name(zh=f"这一笔的价款（{entry.currency}）", en=f"Paid in this entry ({entry.currency})")
    numbers = f"{plain(entry.amount)} × {plain(entry.price)} = {plain(worked_out)}"
    unit = entry.currency if entry.currency in UNITS else ""
    lines = [
        Line("paid", label, number(worked_out), unit, role="step", formula="amount × price", numbers=numbers)
    ]
    if entry.total is not None:
        test = Name(
            zh="与来源所载总价逐分相符", en="Agrees to the cent with the total that the source prints"
        )
        told = f"{plain(worked_out)} = {plain(entry.total)}"
        lines.append(Line("paid-agrees", test, worked_out == entry.total, role="test", numbers=told))
    return lines


def _balances(found: Standing, told: Sequence[Told], unit: str) -> Table:
    by_number = {one.entry.number: one for one in told}
    holders = _holders(told)
    columns = [
        Column("holding", Name(zh="凭证", en="holding")),
        Column("from", Name(zh="出自", en="made from")),
        Column("class", Name(zh="类别", en="class")),
        Column("place", Name(zh="地点", en="place")),
        Column("holder", Name(zh="持有方", en="holder")),
        Column("balance", Name(zh="余额", en="balance"), unit),
    ]
    ranged = any(span.low != span.high for _, span in found.holdings)
    if ranged:
        columns += [
            Column("low", Name(zh="最低", en="at least"), unit),
            Column("high", Name(zh="最高", en="at most"), unit),
        ]
    rows = []
    for holding, span in found.holdings:
        origin = by_number[holding.origin].words
        row: tuple[Value | Name, ...] = (
            holding.id,
            holding.parent,
            origin.get("class"),
            origin.get("place"),
            holders.get((holding.id, holding.holder)),
            _settled(span),
        )
        rows.append((*row, number(span.low), number(span.high)) if ranged else row)
    return Table("balances", Name(zh="各凭证余额", en="Balance of each holding"), tuple(columns), tuple(rows))


def _holders(told: Iterable[Told]) -> Mapping[tuple[str, str], Word]:
    """Words for who holds what, by holding and party."""
    return {
        (one.entry.target, one.entry.receiver): one.words.get("receiver") for one in told if one.entry.target
    }


def _entries(told: Sequence[Told], unit: str) -> Table:
    names = {
        "number": Name(zh="编号", en="no."),
        "kind": Name(zh="类型", en="kind"),
        "date": Name(zh="日期", en="date"),
        "amount": Name(zh="数量", en="amount"),
        "source": Name(zh="来源凭证", en="from holding"),
        "target": Name(zh="新凭证", en="to holding"),
        "giver": Name(zh="转出方", en="giver"),
        "receiver": Name(zh="转入方", en="receiver"),
        "price": Name(zh="单价", en="unit price"),
        "currency": Name(zh="币种", en="currency"),
        "total": Name(zh="总价", en="total"),
        "obligation": Name(zh="义务", en="obligation"),
        "basis": Name(zh="依据", en="basis"),
        "evidence": Name(zh="出处", en="source"),
    }
    columns = tuple(Column(key, name, unit if key == "amount" else "") for key, name in names.items())
    return Table("entries", Name(zh="分录", en="Entries"), columns, tuple(_cells(one) for one in told))


def _cells(one: Told) -> tuple[Value | Name, ...]:
    """One entry: None where something is not known, an empty text where there is nothing to know."""
    entry, words = one.entry, one.words
    sold = entry.kind == "transfer" and entry.basis != "assumed"
    return (
        float(entry.number),
        one.kind,
        entry.date.isoformat() if entry.date else None,
        number(entry.amount),
        entry.source,
        entry.target,
        words.get("giver") or (None if entry.source else ""),
        words.get("receiver") or (None if entry.target else ""),
        number(entry.price) if entry.price is not None else None if sold else "",
        entry.currency or (None if sold else ""),
        number(entry.total) if entry.total is not None else "",
        words.get("obligation") or (None if entry.kind == "retire" and entry.basis != "assumed" else ""),
        one.basis,
        words.get("evidence") or ("" if entry.basis == "assumed" else None),
    )


def _notes(found: Standing, told: Sequence[Told]) -> tuple[Name, ...]:
    notes = [
        Name(
            zh=f"第 {one.entry.number} 笔（{one.basis.zh}）：{one.why.zh}"[:400],
            en=f"Entry {one.entry.number} ({one.basis.en}): {one.why.en}"[:400],
        )
        for one in told
        if one.why is not None
    ]
    if any(one.entry.basis == "planned" for one in told):
        notes.append(
            Name(
                zh="标为规划数的分录是计划，不是已经发生的事",
                en="Entries marked as planned are plans, not what was done",
            )
        )
    undated = sum(one.entry.date is None for one in told)
    if undated:
        notes.append(
            Name(
                zh=f"没有日期的分录：{undated} 笔；只知先后，不知何日",
                en=f"Entries without a date: {undated}; their order is known, their days are not",
            )
        )
    if found.undated:
        listed = ", ".join(map(str, found.undated[:20])) + (", …" if len(found.undated) > 20 else "")
        notes.append(
            Name(
                zh=f"无法判断在 {found.on} 之前还是之后的分录：{listed}；因此给出范围",
                en=f"Entries of which it cannot be said whether they were before or after {found.on}: "
                f"{listed}; hence the ranges",
            )
        )
    return tuple(notes)
