"""Entries as the scheme of a case has them, with the words that readers see.

Floor 3, part of schemes: knows records of cases and entries; must not know
files, books or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eppv_atlas.accounts import of_scheme
from eppv_atlas.accounts.entries import BASIS_NAMES, KIND_NAMES, Entry
from eppv_atlas.model import Case, Name
from eppv_atlas.model.schemes import LedgerScheme
from eppv_atlas.model.schemes.ledger import LedgerEntry

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
        _told(
            entry,
            record,
            scheme,
            of_scheme.evidence_of(record, facts.get(record.fact or "")),
            places,
            classes,
        )
        for entry, record in zip(of_scheme.entries(scheme, facts), scheme.entries, strict=True)
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
    entry: Entry,
    record: LedgerEntry,
    scheme: LedgerScheme,
    evidence: Name | None,
    places: Mapping[str, Name],
    classes: Mapping[str, Name],
) -> Told:
    words: dict[str, Word] = {
        "giver": record.giver,
        "receiver": record.receiver,
        "class": classes.get(record.credit_class or ""),
        "place": places.get(entry.place),
        "obligation": record.obligation,
        "evidence": evidence,
    }
    return Told(entry, kind_name(scheme, entry), BASIS_NAMES[record.basis], words, record.why)
