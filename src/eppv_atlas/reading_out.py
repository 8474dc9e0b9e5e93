"""A fact as readers write it, the same on pages, in tables, on the terminal.

Floor 2: knows records, units and words; must not know files, shapes or forms.
"""

from __future__ import annotations

import re
from typing import Final

from eppv_atlas.model import Fact
from eppv_atlas.units import UNITS, number_text
from eppv_atlas.vocabulary import QUALIFIERS

_ONE: Final = {
    "times": "time",
    "plants": "plant",
    "tickets": "ticket",
    "people": "person",
    "visits": "visit",
    "person-turns": "person-turn",
    "households": "household",
    "villages": "village",
    "towns": "town",
    "companies": "company",
    "items": "item",
    "years": "year",
    "days": "day",
    "minutes": "minute",
}
"""Units as they read after a one."""


def period_text(period: str, lang: str) -> str:
    """A period for reading.

    >>> period_text("1990s", "zh"), period_text("2022-", "zh"), period_text("yearly", "en")
    ('20世纪90年代', '2022年以来', 'each year')
    """
    zh = lang == "zh"
    if period == "yearly":
        return "每年" if zh else "each year"
    if re.fullmatch(r"\d{2}\d0s", period):
        return f"{int(period[:2]) + 1}世纪{period[2:4]}年代" if zh else period
    if re.fullmatch(r"\d{4}-", period):
        return f"{period[:4]}年以来" if zh else f"since {period[:4]}"
    return period.replace("-", "–") if re.fullmatch(r"\d{4}-\d{4}", period) else period


def fact_text(fact: Fact, lang: str) -> str:
    """A fact's figure for reading: as printed in Chinese; qualifier, number and unit in English."""
    if lang == "zh":
        return fact.printed.replace(" ", "")
    unit = UNITS[fact.unit]
    value, big = fact.value, ""
    if unit.quantity not in {"area", "length", "share"}:
        if abs(value) >= 1e9:
            value, big = value / 1e9, " billion"
        elif abs(value) >= 1e6:
            value, big = value / 1e6, " million"
    number = number_text(round(value, 6))
    name = _ONE.get(unit.en, unit.en) if number == "1" and not big else unit.en
    space = "" if unit.en in {"%", "‰", ""} else " "
    return f"{QUALIFIERS[fact.qualifier].en} {number}{big}{space}{name}".strip()
