"""Entries as flat rows of texts, and back: what a table of a spreadsheet holds.

Columns and kinds may be named in English or Chinese. Every text is brought
into one form, so that what was written out and read again is the same.

Floor 3, part of schemes: knows texts and entries; must not know files, books,
cases or how anything is shown.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from eppv_atlas.accounts.entries import (
    ACCOUNTS,
    BASES,
    BASIS_NAMES,
    KIND_NAMES,
    KINDS,
    LARGEST,
    MAX_PLACES,
    Entry,
    Fault,
    places,
    plain,
)
from eppv_atlas.errors import printable

COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "number": ("编号", "Place in the order, from 1 on"),
    "kind": ("类型", "issue, transfer, retire or cancel"),
    "date": ("日期", "Day as YYYY-MM-DD; empty where it is not known"),
    "amount": ("数量", "Amount in units of account"),
    "unit": ("单位", "Unit of account: credit, mu or t-co2e"),
    "source": ("来源凭证", "Holding that is drawn on"),
    "target": ("新凭证", "Holding that is made"),
    "giver": ("转出方", "Who gives"),
    "receiver": ("转入方", "Who receives"),
    "class": ("类别", "Class of what is counted"),
    "place": ("地点", "Zone, site or place"),
    "price": ("单价", "Price of one unit"),
    "currency": ("币种", "Currency of the price, three letters"),
    "total": ("总价", "Price of the amount as printed"),
    "obligation": ("义务", "What a retirement is for"),
    "evidence": ("证据", "Document or address that shows it"),
    "basis": ("依据", "stated, planned, inferred or assumed"),
    "note": ("备注", "What else is to be said"),
}
"""Columns in order: Chinese name, and what they hold."""

TEXTS: Final = ("source", "target", "giver", "receiver", "class", "place", "obligation", "evidence", "note")
_LONGEST: Final = {"source": 64, "target": 64, "evidence": 1000, "note": 1000}
_TEXT: Final = 400
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_KIND_WORDS: Final = {word: kind for kind in KINDS for word in (kind, KIND_NAMES[kind].zh)}
_BASIS_WORDS: Final = {word: one for one in BASES for word in (one, BASIS_NAMES[one].zh)}
_UNIT_WORDS: Final = {word: one for one, name in ACCOUNTS.items() for word in (one, name.zh, name.en)}


def headed(names: Sequence[str]) -> tuple[list[str], list[Fault]]:
    """Columns of a table by the names in its first line; ``""`` for one without a name.

    Returns
    -------
    columns, faults
        Faults for names that are not known, that come twice, and for columns that must be there.
    """
    known = {alias: column for column, (zh, _) in COLUMNS.items() for alias in (column, zh)}
    columns, faults = [], []
    for name in (one.strip().lower() for one in names):
        column = known.get(name, "")
        if name and not column:
            close = difflib.get_close_matches(name[:60], known, 1)
            hint_en = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(COLUMNS)}"
            hint_zh = f"；是否为 {close[0]!r}？" if close else f"；可用：{'、'.join(COLUMNS)}"
            faults.append(
                _fault("", "column", f"no column {name[:60]!r}{hint_en}", f"没有列 {name[:60]!r}{hint_zh}")
            )
        elif column and column in columns:
            faults.append(
                _fault(column, "column", f"the column {column!r} comes twice", f"列 {column!r} 重复")
            )
        columns.append(column)
    for column in ("kind", "amount"):
        if column not in columns:
            zh = COLUMNS[column][0]
            faults.append(
                _fault(column, "column", f"the column {column!r} is missing", f"缺少列 {column!r}（{zh}）")
            )
    return columns, faults


def entry(cells: Mapping[str, str], unit: str, at: int = 0) -> tuple[Entry | None, list[Fault]]:
    """Make an entry of the cells of a row.

    Parameters
    ----------
    cells
        Texts by column; what is missing is empty.
    unit
        Unit of account of the book.
    at
        Place of the row among those examined, for the faults.

    Returns
    -------
    entry, faults
        No entry where there are faults.
    """
    faults: list[Fault] = []

    def took(found: tuple[Any, Fault | None]) -> Any:
        if found[1] is not None:
            faults.append(found[1])
        return found[0]

    texts = {name: took(_text(name, cells.get(name, ""))) for name in TEXTS}
    made = Entry(
        number=took(_whole(cells.get("number", ""))),
        kind=took(_word("kind", cells.get("kind", ""), _KIND_WORDS, KINDS)) or "issue",
        amount=took(_decimal("amount", cells.get("amount", ""))) or Decimal(0),
        source=texts["source"],
        target=texts["target"],
        date=took(_date(cells.get("date", ""))),
        giver=texts["giver"],
        receiver=texts["receiver"],
        credit_class=texts["class"],
        place=texts["place"],
        price=took(_decimal("price", cells.get("price", ""))),
        currency=took(_currency(cells.get("currency", ""))),
        total=took(_decimal("total", cells.get("total", ""))),
        obligation=texts["obligation"],
        evidence=texts["evidence"],
        basis=took(_word("basis", cells.get("basis", "") or "stated", _BASIS_WORDS, BASES)) or "stated",
        note=texts["note"],
    )
    if not cells.get("amount", "").strip():
        faults.append(_fault("amount", "amount", "the amount is missing", "缺少数量"))
    faults += _unit_faults(cells.get("unit", ""), unit)
    here = [Fault(at, one.field, one.rule, one.en, one.zh) for one in faults]
    return (None if here else made), here


def row(entry: Entry, unit: str) -> dict[str, str]:
    """An entry as texts by column; what is not known is empty."""
    return {
        "number": str(entry.number),
        "kind": entry.kind,
        "date": entry.date.isoformat() if entry.date else "",
        "amount": plain(entry.amount),
        "unit": unit,
        "source": entry.source,
        "target": entry.target,
        "giver": entry.giver,
        "receiver": entry.receiver,
        "class": entry.credit_class,
        "place": entry.place,
        "price": "" if entry.price is None else plain(entry.price),
        "currency": entry.currency,
        "total": "" if entry.total is None else plain(entry.total),
        "obligation": entry.obligation,
        "evidence": entry.evidence,
        "basis": entry.basis,
        "note": entry.note,
    }


def unit(word: str) -> str:
    """A unit of account by its id or name; empty where there is none of that name."""
    return _UNIT_WORDS.get(word.strip(), "")


def settled(text: str) -> str:
    """Bring a text into its one form: NFC, single blanks, without the apostrophe that guards a formula.

    >>> settled("  a  b "), settled("'=1+1")
    ('a b', '=1+1')
    """
    joined = " ".join(unicodedata.normalize("NFC", text).split())
    return (
        joined[1:].lstrip() if joined.startswith("'") and joined[1:].lstrip().startswith(_FORMULA) else joined
    )


def _unit_faults(word: str, unit: str) -> list[Fault]:
    said = word.strip()
    if not said or _UNIT_WORDS.get(said) == unit:
        return []
    if said not in _UNIT_WORDS:
        en, zh = f"known: {', '.join(ACCOUNTS)}", f"可用：{'、'.join(ACCOUNTS)}"
        return [_fault("unit", "unit", f"{_short(said)} is no unit; {en}", f"{_short(said)} 不是单位；{zh}")]
    return [
        _fault(
            "unit",
            "unit",
            f"the unit {_short(said)} is not that of the book, {unit}; keep a book for each unit",
            f"单位 {_short(said)} 与账簿单位 {unit} 不同；不同单位请分开记账",
        )
    ]


def _fault(field: str, rule: str, en: str, zh: str) -> Fault:
    return Fault(0, field, rule, en, zh)


def _short(text: str) -> str:
    return repr(text[:40])


def _text(name: str, value: str) -> tuple[str, Fault | None]:
    if not value:
        return "", None
    text, most = settled(value), _LONGEST.get(name, _TEXT)
    if len(text) > most:
        return "", _fault(
            name,
            "too-long",
            f"has {len(text)} letters; at most {most}",
            f"有 {len(text)} 个字符，最多 {most} 个",
        )
    if not text.isprintable():
        odd = next(char for char in text if printable(char) != char)
        return "", _fault(
            name,
            "control-character",
            f"holds the invisible character U+{ord(odd):04X}; remove it",
            f"含不可见字符 U+{ord(odd):04X}；请删去",
        )
    return text, None


def _whole(value: str) -> tuple[int, Fault | None]:
    text = value.strip()
    if not text:
        return 0, None
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        return 0, _fault(
            "number", "number", f"{_short(text)} is no place in an order", f"{_short(text)} 不是序号"
        )
    return int(text), None


def _word(name: str, value: str, words: Mapping[str, Any], known: Sequence[str]) -> tuple[Any, Fault | None]:
    text = value.strip()
    found = words.get(text.lower())
    if found is None:
        zh = COLUMNS[name][0]
        return None, _fault(
            name,
            name,
            f"{_short(text)} is no {name}; known: {', '.join(known)}",
            f"{_short(text)} 不是{zh}；可用：{'、'.join(word for word in words if not word.isascii())}",
        )
    return found, None


def _decimal(name: str, value: str) -> tuple[Decimal | None, Fault | None]:
    text = value and unicodedata.normalize("NFKC", value[:80]).strip()
    if not text:
        return None, None
    if not _NUMBER.fullmatch(text):
        return None, _fault(
            name,
            "number-form",
            f"{_short(text)} is no plain number such as 114 or 4897.32",
            f"{_short(text)} 不是普通数字（如 114 或 4897.32）",
        )
    found = Decimal(text.replace(",", ""))
    if found >= LARGEST or places(found) > MAX_PLACES:
        return None, _fault(
            name,
            "number-size",
            f"{_short(text)} is too large, or has more than {MAX_PLACES} decimal places",
            f"{_short(text)} 过大，或小数超过 {MAX_PLACES} 位",
        )
    return Decimal(plain(found)), None


def _date(value: str) -> tuple[dt.date | None, Fault | None]:
    text = value and unicodedata.normalize("NFKC", value[:80]).strip()
    if not text:
        return None, None
    found = _DATE.fullmatch(text)
    try:
        if found:
            year, month, day = (int(part) for part in found.groups() if part is not None)
            if 1900 <= year <= 2200:
                return dt.date(year, month, day), None
    except ValueError:
        pass
    return None, _fault(
        "date",
        "date",
        f"{_short(text)} is no day; write YYYY-MM-DD, or leave it empty where the day is not known",
        f"{_short(text)} 不是日期；请写作 YYYY-MM-DD，日期不详则留空",
    )


def _currency(value: str) -> tuple[str, Fault | None]:
    text = value.strip()
    if text and not _CURRENCY.fullmatch(text):
        return "", _fault(
            "currency",
            "currency",
            f"{_short(text)} is no currency; three letters such as AUD or CNY",
            f"{_short(text)} 不是币种；请写三个字母，如 AUD、CNY",
        )
    return text, None
