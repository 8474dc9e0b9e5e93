"""A value of a scheme as readers write it.

Floor 3, part of schemes: knows units and words; must not know cases, files or where a text goes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.schemes.trial import Option, Value
from eppv_atlas.units import UNITS, number_text

UNKNOWN: Final = Name(zh="未知", en="not known")
_MONEY: Final = {"money", "dollars", "australian-dollars"}
_LONGEST: Final = 400
_CLOSE: Final = {"percent", "permille"}


def said(zh: str, en: str) -> Name:
    """A text put together of others, cut where it is longer than a Name may be."""
    return Name(zh=_cut(zh), en=_cut(en))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def value_text(value: Value | Name, unit: str, lang: str, options: Sequence[Option] = ()) -> str:
    """A value with its unit.

    Parameters
    ----------
    value
        In `unit`.
    unit
        A unit of ``units.UNITS``, or empty.
    lang
        ``zh`` or ``en``.
    options
        Of a choice: its label is shown.

    >>> value_text(1544291.0412, "AUD", "en"), value_text(None, "mu", "zh"), value_text(0.5, "percent", "en")
    ('1,544,291.04 AUD', '未知', '0.5%')
    """
    if value is None:
        return str(getattr(UNKNOWN, lang))
    if isinstance(value, Name):
        return str(getattr(value, lang))
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[lang]
    if isinstance(value, str):
        return next((str(getattr(one.label, lang)) for one in options if one.id == value), value)
    symbol = getattr(UNITS[unit], lang) if unit else ""
    space = "" if unit in _CLOSE or not symbol else " "
    return f"{figure(value, unit)}{space}{symbol}"


def figure(value: float, unit: str) -> str:
    """A number without its unit: cents for money that is not whole, else some decimals, or digits where it is small."""
    if not math.isfinite(value):
        return UNKNOWN.en
    kind = UNITS[unit].quantity if unit else ""
    if abs(value) >= 1e15:
        text = f"{value:.6g}"
    elif kind in _MONEY:
        text = f"{value:,.2f}".removesuffix(".00")
    elif value and abs(value) < 1:
        text = number_text(float(f"{value:.{4 if kind == 'share' else 6}g}"))
    else:
        text = f"{value:,.{4 if kind == 'share' else 6 if abs(value) < 1e3 else 2}f}".rstrip("0").rstrip(".")
    return "−" + text[1:] if text.startswith("-") and text.strip("-0.,") else text.lstrip("-")
