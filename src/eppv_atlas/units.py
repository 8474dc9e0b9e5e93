"""Units: SI inside, the field's units at the edge.

The package computes in m² and m. This module alone knows what a 亩 is
(1 亩 = 2000/3 m², exactly) and how a figure printed in Chinese reads
(``2.3万亩`` is 23000 亩).

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Quantity = Literal["area", "length", "share", "count", "money", "other"]


@dataclass(frozen=True)
class Unit:
    """A unit of the facts ledger.

    Attributes
    ----------
    id
        The word that case files use.
    quantity
        What it measures.
    si
        Factor to the SI unit (m² or m), or 1.0 where there is none.
    zh, en
        Symbol or word shown to readers.
    printed
        Chinese spellings of the unit as documents print it; empty where the
        unit is a bare number.
    """

    id: str
    quantity: Quantity
    si: float
    zh: str
    en: str
    printed: tuple[str, ...] = ()


_ALL = (
    Unit("m2", "area", 1.0, "平方米", "m²", ("平方米", "m2", "㎡")),
    Unit("ha", "area", 1e4, "公顷", "ha", ("公顷",)),
    Unit("km2", "area", 1e6, "平方公里", "km²", ("平方公里", "平方千米")),
    Unit("mu", "area", 2000 / 3, "亩", "mu", ("亩",)),
    Unit("m", "length", 1.0, "米", "m", ("米",)),
    Unit("km", "length", 1e3, "公里", "km", ("公里", "千米")),
    Unit("percent", "share", 0.01, "%", "%", ("%", "％")),
    Unit("permille", "share", 0.001, "‰", "‰", ("‰",)),
    Unit("count", "count", 1.0, "个", ""),
    Unit("species", "count", 1.0, "种", "species", ("种",)),
    Unit("person", "count", 1.0, "人", "people", ("人", "名")),
    Unit("visit", "count", 1.0, "人次", "visits", ("人次",)),
    Unit("household", "count", 1.0, "户", "households", ("户",)),
    Unit("year", "other", 1.0, "年", "years", ("年",)),
    Unit("t", "other", 1.0, "吨", "t", ("吨",)),
    Unit("m3", "other", 1.0, "立方米", "m³", ("立方米", "立方")),
    Unit("MW", "other", 1.0, "兆瓦", "MW", ("兆瓦",)),
    Unit("kWh", "other", 1.0, "千瓦时", "kWh", ("千瓦时", "度")),
    Unit("CNY", "money", 1.0, "元", "CNY", ("元",)),
    Unit("USD", "money", 1.0, "美元", "USD", ("美元",)),
)
UNITS: dict[str, Unit] = {unit.id: unit for unit in _ALL}
AREA_UNITS: tuple[str, ...] = ("m2", "ha", "km2", "mu")


def to_m2(value: float, unit: str) -> float:
    """Convert an area in `unit` (m2, ha, km2, mu) to m².

    Raises
    ------
    KeyError
        If `unit` is no unit of area.
    """
    known = UNITS[unit]
    if known.quantity != "area":
        raise KeyError(unit)
    # 亩 by its exact ratio: 3 亩 are 2000 m² to the last bit
    return value * 2000 / 3 if unit == "mu" else value * known.si


def from_m2(area_m2: float, unit: str) -> float:
    """Convert m² to `unit` (m2, ha, km2, mu)."""
    known = UNITS[unit]
    if known.quantity != "area":
        raise KeyError(unit)
    return area_m2 * 3 / 2000 if unit == "mu" else area_m2 / known.si


def area_text(area_m2: float, unit: str) -> str:
    """Format m² in `unit` for reading: grouped thousands, five digits at least.

    >>> area_text(1001.41e6, "km2")
    '1,001.41'
    """
    value = from_m2(area_m2, unit)
    if abs(area_m2) < 0.5:
        return "0"
    decimals = 0 if abs(value) >= 1e5 else 1 if abs(value) >= 1e4 else 2 if abs(value) >= 1 else 4
    return f"{value:,.{decimals}f}"


def number_text(value: float) -> str:
    """Format a plain number without a trailing ``.0``: 16 -> '16', 23000 -> '23,000'."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 1e4, "亿": 1e8}
_NUMBER = re.compile(
    r"(?P<num>\d[\d,]*(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+|(?=[万亿]))[多余]?(?P<scale>[十百千万亿]*)"
)


def printed_values(printed: str) -> list[float]:
    """Read every number in a figure as printed, with its 万 and 亿.

    Parameters
    ----------
    printed
        The figure as the document prints it, e.g. ``"2.3 万亩"``, ``"近百万"``,
        ``"6‰-8‰"``.

    Returns
    -------
    list of float
        The values in reading order, e.g. ``[23000.0]``, ``[1000000.0]``, ``[6.0, 8.0]``.
    """
    text = printed.replace(" ", "")
    values = []
    for match in _NUMBER.finditer(text):
        number, scale = match["num"], match["scale"]
        if number and number[0].isdigit():
            value = float(number.replace(",", ""))
        else:
            value = _chinese(number) if number else 1.0
            if not number and not scale:
                continue
        for char in scale:
            value *= _SCALES.get(char) or _MYRIADS[char]
        # 4.2 * 1e4 is 42000.0 only after rounding to the digits that were printed
        values.append(round(value, 9))
    return values


def _chinese(text: str) -> float:
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _SCALES[char]
            digit = 0
    return float(total + digit)
