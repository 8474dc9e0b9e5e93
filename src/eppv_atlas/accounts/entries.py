"""Entries of a ledger of credits or quotas: frozen records with exact amounts.

An entry issues an amount into a new holding, hands it from one holding to
another, retires it (used up for an obligation) or cancels it (made void).
Every holding has one parent at most, so that every unit goes back to one issue.

Floor 2, part of accounts: knows texts and numbers only; must not know files,
books, cases or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Rounded
from typing import Final, Literal, get_args

from eppv_atlas.errors import Problem
from eppv_atlas.model import Name

Kind = Literal["issue", "transfer", "retire", "cancel"]
Basis = Literal["stated", "planned", "inferred", "assumed"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
BASES: Final[tuple[Basis, ...]] = get_args(Basis)

KIND_NAMES: Final[dict[Kind, Name]] = {
    "issue": Name(zh="签发", en="issue"),
    "transfer": Name(zh="转让", en="transfer"),
    "retire": Name(zh="注销", en="retire"),
    "cancel": Name(zh="作废", en="cancel"),
}
BASIS_NAMES: Final[dict[Basis, Name]] = {
    "stated": Name(zh="来源所载", en="stated"),
    "planned": Name(zh="规划数", en="planned"),
    "inferred": Name(zh="由他数推出", en="inferred"),
    "assumed": Name(zh="设定", en="assumed"),
}
ACCOUNTS: Final[dict[str, Name]] = {
    "credit": Name(zh="个信用", en="credits"),
    "mu": Name(zh="亩指标", en="mu of quota"),
    "t-co2e": Name(zh="吨二氧化碳当量", en="t of CO₂ equivalent"),
}
"""Units of account by id."""

MAX_PLACES: Final = 6
"""Decimal places that a book may count in at most."""
LARGEST: Final = Decimal(10) ** 12
"""Amounts, prices and totals are below this."""
ZERO: Final = Decimal(0)
EXACT: Final = Context(prec=80, traps=[Inexact, Rounded, InvalidOperation, Overflow])
"""Sums and products without rounding, whatever context the caller has set."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger.

    Attributes
    ----------
    number
        Place in the book, from 1 on: the order in which things happened. 0 where the book is to give it.
    kind
        ``issue``, ``transfer``, ``retire`` or ``cancel``.
    amount
        Units of account, exact.
    source
        Holding that it draws on; empty for an issue.
    target
        Holding that it makes; empty where it retires or cancels. A transfer of all may keep the id of its source.
    date
        Day; None where it is not known. The entry then keeps its place in the order.
    giver, receiver
        Parties; empty where they are not known.
    credit_class
        Class of what is counted; empty where it is not known, or (after the issue) as before.
    place
        Id of a zone or site, or words.
    price, currency
        Price of one unit; None and empty where it is not known.
    total
        Price of the amount as the source prints it; must be amount × price.
    obligation
        What a retirement is for.
    evidence
        Document or address that shows it.
    basis
        ``stated``, ``planned``, ``inferred`` or ``assumed``.
    note
        What else is to be said.
    """

    number: int
    kind: Kind
    amount: Decimal
    source: str = ""
    target: str = ""
    date: dt.date | None = None
    giver: str = ""
    receiver: str = ""
    credit_class: str = ""
    place: str = ""
    price: Decimal | None = None
    currency: str = ""
    total: Decimal | None = None
    obligation: str = ""
    evidence: str = ""
    basis: Basis = "stated"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that an entry breaks.

    Attributes
    ----------
    at
        Place of the entry among those examined, from 0.
    field
        Column that is at fault.
    rule
        Short fixed name of the rule.
    en, zh
        What is wrong and what to do.
    """

    at: int
    field: str
    rule: str
    en: str
    zh: str


def plain(value: Decimal) -> str:
    """Write an amount with its digits only: no exponent, no zeros at the end.

    >>> plain(Decimal("1.50")), plain(Decimal("1E+3"))
    ('1.5', '1000')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def places(value: Decimal) -> int:
    """Decimal places that an amount needs."""
    return len(plain(value).partition(".")[2])


@dataclass(frozen=True)
class Brought:
    """Entries that somebody brings in a file.

    Attributes
    ----------
    file
        Name of the file as the user typed it.
    unit
        Unit of account that its rows name; empty where they name none.
    entries
        Entries in order, numbered.
    lines
        Line of each entry in the file.
    """

    file: str
    unit: str
    entries: tuple[Entry, ...]
    lines: tuple[int, ...]


def problems(faults: Iterable[Fault], file: str, lines: Sequence[int]) -> list[Problem]:
    """Say of faults in which line of a file they stand."""
    return [
        Problem(file, lines[one.at] if one.at < len(lines) else 0, one.field, one.rule, one.en, one.zh)
        for one in faults
    ]
