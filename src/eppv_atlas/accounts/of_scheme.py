"""Entries of a case's ledger: from its records, and where they break a rule.

Floor 2, part of accounts: knows records; must not know files, engines or how
anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from eppv_atlas.accounts.entries import ZERO, Entry, Fault
from eppv_atlas.accounts.state import replayed
from eppv_atlas.model import Fact, Name
from eppv_atlas.model.schemes.ledger import LedgerEntry, LedgerScheme

_UNITS: Final = {"mu": ("mu", "亩"), "t-co2e": ("t", "吨"), "credit": ("count", "个")}
"""In which unit a fact must be for its figure to be an amount: its id, and its Chinese name."""
_KEYS: Final = {"class": "credit_class"}
"""Keys of a record where they are not called as the column is."""


def entries(scheme: LedgerScheme, facts: Mapping[str, Fact]) -> tuple[Entry, ...]:
    """Entries of a scheme, numbered.

    Parameters
    ----------
    scheme
        The scheme.
    facts
        Facts of its case by id. An amount whose fact is not among them is 0.
    """
    return tuple(
        _entry(number, record, facts.get(record.fact or ""))
        for number, record in enumerate(scheme.entries, start=1)
    )


def faults(scheme: LedgerScheme, facts: Mapping[str, Fact]) -> tuple[Fault, ...]:
    """All rules that the entries of a scheme break; the field of each is the key that stands in the record.

    What follows only from a fact that does not exist is left out.
    """
    _, found = replayed(entries(scheme, facts), scheme.decimals)
    broken = [
        replace(one, field=_key(one, scheme.entries[one.at]))
        for one in found
        if not _follows(one, scheme.entries[one.at], facts)
    ]
    broken += _other_units(scheme, facts)
    return tuple(sorted(broken, key=lambda one: one.at))


def _other_units(scheme: LedgerScheme, facts: Mapping[str, Fact]) -> Iterator[Fault]:
    """Amounts taken from facts that are in another unit than the ledger counts in."""
    unit, zh = _UNITS[scheme.unit]
    for at, record in enumerate(scheme.entries):
        fact = facts.get(record.fact or "")
        if fact is not None and fact.unit != unit:
            yield Fault(
                at,
                "fact",
                "fact-does-not-fit",
                f"the fact {fact.id!r} is in {fact.unit!r}, but this ledger counts in {scheme.unit!r} "
                f"and takes facts in {unit!r} only; write an amount instead, with its evidence",
                f"数据 {fact.id!r} 的单位是 {fact.unit!r}，本账以 {scheme.unit!r} 计，只取单位为{zh}的数据；"
                "请改写 amount 并注明出处 evidence",
            )


def _key(fault: Fault, record: LedgerEntry) -> str:
    if fault.field == "amount" and record.amount is None:
        return "fact"
    return _KEYS.get(fault.field, fault.field)


def _follows(fault: Fault, record: LedgerEntry, facts: Mapping[str, Fact]) -> bool:
    """Whether a fault means only that the amount is not known."""
    if record.fact is None or record.fact in facts:
        return False
    return fault.field == "amount" or (fault.field == "total" and record.price is not None)


def _entry(number: int, record: LedgerEntry, fact: Fact | None) -> Entry:
    evidence = evidence_of(record, fact)
    return Entry(
        number,
        record.kind,
        _amount(record, fact),
        source=record.source or "",
        target=record.target or "",
        date=dt.date.fromisoformat(record.date) if record.date else None,
        giver=_text(record.giver),
        receiver=_text(record.receiver),
        credit_class=record.credit_class or "",
        place=record.zone or record.site or "",
        price=Decimal(record.price) if record.price else None,
        currency=record.currency or "",
        total=Decimal(record.total) if record.total else None,
        obligation=_text(record.obligation),
        evidence=_text(evidence),
        basis=record.basis,
        note=_text(record.why),
    )


def evidence_of(record: LedgerEntry, fact: Fact | None) -> Name | None:
    """Where an entry stands: what it names itself, else the page of its fact."""
    if record.evidence is not None or fact is None:
        return record.evidence
    return Name(zh=f"第 {fact.page} 页：{fact.printed}", en=f"p. {fact.page}: {fact.printed}")


def _amount(record: LedgerEntry, fact: Fact | None) -> Decimal:
    if record.amount is not None:
        return Decimal(record.amount)
    return ZERO if fact is None else Decimal(repr(fact.value))


def _text(name: Name | None) -> str:
    return "" if name is None else name.en
