"""Entries as the scheme of a case has them, with the words that readers see.

Floor 3, part of schemes: knows records of cases and entries; must not know
files, books or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from eppv_atlas.model import Case, Fact, Name
from eppv_atlas.model.schemes import LedgerScheme
from eppv_atlas.model.schemes.ledger import LedgerEntry
from eppv_atlas.schemes.ledger.entries import BASIS_NAMES, KIND_NAMES, Entry

Word = Name | str | None


@dataclass(frozen=True)
class Told:
    """An entry with what is said of it to readers.

    Attributes
    ----------
    entry
        The entry.
    kind, basis
        Names.
    words
        Texts by column, in both languages where the case has them; None where nothing is known.
    why
        Reason of an inferred or assumed entry.
    """

    entry: Entry
    kind: Name
    basis: Name
    words: Mapping[str, Word] = field(default_factory=dict)
    why: Name | None = None


def of_case(case: Case, scheme: LedgerScheme) -> tuple[Told, ...]:
    """Entries of a scheme, numbered."""
    facts = {fact.id: fact for fact in case.facts}
    places = {zone.id: zone.name for zone in case.zones} | {site.id: site.name for site in case.sites}
    classes = {one.id: one.name for one in scheme.classes}
    return tuple(
        _told(number, record, scheme, facts.get(record.fact or ""), places, classes)
        for number, record in enumerate(scheme.entries, start=1)
    )


def of_file(entries: Sequence[Entry], scheme: LedgerScheme) -> tuple[Told, ...]:
    """Entries that somebody brings, in the words of a scheme."""
    return tuple(
        Told(
            entry,
            kind_name(scheme, entry),
            BASIS_NAMES[entry.basis],
            {
                "giver": entry.giver or None,
                "receiver": entry.receiver or None,
                "class": entry.credit_class or None,
                "place": entry.place or None,
                "obligation": entry.obligation or None,
                "evidence": entry.evidence or None,
            },
        )
        for entry in entries
    )


def kind_name(scheme: LedgerScheme, entry: Entry) -> Name:
    """What a kind of entry is called in a scheme."""
    own = getattr(scheme.words, entry.kind, None) if scheme.words else None
    return own or KIND_NAMES[entry.kind]


def _told(
    number: int,
    record: LedgerEntry,
    scheme: LedgerScheme,
    fact: Fact | None,
    places: Mapping[str, Name],
    classes: Mapping[str, Name],
) -> Told:
    place = record.zone or record.site or ""
    evidence = record.evidence
    if evidence is None and fact is not None:
        evidence = Name(zh=f"第 {fact.page} 页：{fact.printed}", en=f"p. {fact.page}: {fact.printed}")
    entry = Entry(
        number,
        record.kind,
        Decimal(record.amount) if record.amount is not None else Decimal(repr(fact.value if fact else 0.0)),
        source=record.source or "",
        target=record.target or "",
        date=dt.date.fromisoformat(record.date) if record.date else None,
        giver=_text(record.giver),
        receiver=_text(record.receiver),
        credit_class=record.credit_class or "",
        place=place,
        price=Decimal(record.price) if record.price else None,
        currency=record.currency or "",
        total=Decimal(record.total) if record.total else None,
        obligation=_text(record.obligation),
        evidence=_text(evidence),
        basis=record.basis,
        note=_text(record.why),
    )
    words: dict[str, Word] = {
        "giver": record.giver,
        "receiver": record.receiver,
        "class": classes.get(record.credit_class or ""),
        "place": places.get(place),
        "obligation": record.obligation,
        "evidence": evidence,
    }
    return Told(entry, kind_name(scheme, entry), BASIS_NAMES[record.basis], words, record.why)


def _text(name: Name | None) -> str:
    return "" if name is None else name.en
