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

Quantity = Literal[
    "area",
    "length",
    "volume",
    "mass",
    "time",
    "share",
    "count",
    "money",
    "dollars",
    "australian-dollars",
    "money-per-area",
    "power",
    "energy",
    "concentration",
    "density",
    "content",
    "index",
]
DIMENSIONS: dict[str, dict[str, int]] = {
    "area": {"m": 2},
    "length": {"m": 1},
    "volume": {"m": 3},
    "mass": {"kg": 1},
    "time": {"h": 1},
    "money": {"CNY": 1},
    "dollars": {"USD": 1},
    "australian-dollars": {"AUD": 1},
    "money-per-area": {"CNY": 1, "m": -2},
    "power": {"W": 1},
    "energy": {"W": 1, "h": 1},
    "concentration": {"kg": 1, "m": -3},
    "density": {"m": -3},
}
"""Powers of the base units of each quantity; what is not named here is a bare number."""


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
        Factor to the SI unit (m², m, kg, W ...; hours for time), or 1.0 where there is none.
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
    Unit("times", "count", 1.0, "次", "times", ("次",)),
    Unit("species", "count", 1.0, "种", "species", ("种",)),
    Unit("plant", "count", 1.0, "株", "plants", ("株",)),
    Unit("ticket", "count", 1.0, "张", "tickets", ("张",)),
    Unit("person", "count", 1.0, "人", "people", ("人", "名")),
    Unit("visit", "count", 1.0, "人次", "visits", ("人次",)),
    Unit("turn", "count", 1.0, "人次", "person-turns", ("人次",)),
    Unit("household", "count", 1.0, "户", "households", ("户",)),
    Unit("village", "count", 1.0, "村", "villages", ("村",)),
    Unit("town", "count", 1.0, "乡镇", "towns", ("乡", "镇")),
    Unit("company", "count", 1.0, "家", "companies", ("家",)),
    Unit("item", "count", 1.0, "项", "items", ("项",)),
    Unit("year", "time", 8760.0, "年", "years", ("年",)),
    Unit("day", "time", 24.0, "天", "days", ("天", "日")),
    Unit("minute", "time", 1 / 60, "分钟", "minutes", ("分钟",)),
    Unit("g", "mass", 1e-3, "克", "g", ("克",)),
    Unit("t", "mass", 1e3, "吨", "t", ("吨",)),
    Unit("m3", "volume", 1.0, "立方米", "m³", ("立方米", "立方")),
    Unit("kW", "power", 1e3, "千瓦", "kW", ("千瓦",)),
    Unit("MW", "power", 1e6, "兆瓦", "MW", ("兆瓦",)),
    Unit("kWh", "energy", 1e3, "千瓦时", "kWh", ("千瓦时", "度")),
    Unit("mg-per-l", "concentration", 1e-3, "毫克/升", "mg/L", ("毫克",)),
    Unit("ug-per-m3", "concentration", 1e-9, "微克/立方米", "µg/m³", ("微克",)),
    Unit("per-cm3", "density", 1e6, "个/立方厘米", "per cm³", ("个",)),
    Unit("mg-per-kg", "content", 1e-6, "毫克/千克", "mg/kg", ("毫克",)),
    Unit("grade", "index", 1.0, "类（级）", "grade", ("类", "级")),
    Unit("index", "index", 1.0, "", ""),
    Unit("CNY", "money", 1.0, "元", "CNY", ("元",)),
    Unit("fen", "money", 0.01, "分", "fen", ("分",)),
    Unit("USD", "dollars", 1.0, "美元", "USD", ("美元",)),
    Unit("AUD", "australian-dollars", 1.0, "澳元", "AUD", ("澳元",)),
    Unit("CNY-per-mu", "money-per-area", 3 / 2000, "元/亩", "CNY per mu", ("元/亩", "元")),
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


def round_text(value: float, lang: str, digits: int = 6) -> str:
    """A number of any size to so many digits, with 万 and 亿 or million and billion.

    >>> round_text(1_802_100, "zh"), round_text(1_802_100, "en")
    ('180.21万', '1.8021 million')
    """
    steps = ((1e8, "亿"), (1e4, "万")) if lang == "zh" else ((1e9, " billion"), (1e6, " million"))
    for step, word in steps:
        if abs(value) >= step:
            return number_text(float(f"{value / step:.{digits}g}")) + word
    return number_text(float(f"{value:.{digits}g}"))


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 1e4, "亿": 1e8}
_UNIT_PREFIX = re.compile("千(?=[瓦克米])")  # 10.56亿千瓦 counts kilowatts, not thousands of watts
_SHARED_SCALE = re.compile(r"(\d)([-~～—–至])(\d+(?:\.\d+)?)([百千万亿]+)")  # 6-8千 is 6000 to 8000
_GRADE = re.compile(r"(?<![A-Za-z])[IVX]+(?=[类级])|[\u2160-\u2169]")
_ROMAN = {"I": 1, "V": 5, "X": 10}
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
    return [value for value, _, _ in printed_numbers(printed)]


def printed_numbers(printed: str) -> list[tuple[float, float, float]]:
    """Read every number in a figure as printed, with how finely it is printed.

    Returns
    -------
    list of (value, digit, last)
        The value; the worth of its last printed digit (100 for ``3.51万``); and
        the worth of its last digit that is not zero (100 for ``3200``), which
        is how finely a rounded figure such as ``3200余`` speaks.
    """
    text = _roman(_UNIT_PREFIX.sub("", printed.replace(" ", "")))
    text = _SHARED_SCALE.sub(r"\1\4\2\3\4", text)
    values = []
    for match in _NUMBER.finditer(text):
        number, scale = match["num"], match["scale"]
        if number and number[0].isdigit():
            number = number.replace(",", "")
            value = float(number)
            decimals = len(number.partition(".")[2])
            digit = 10.0**-decimals
            whole = number.replace(".", "")
            zeros = len(whole) - len(whole.rstrip("0")) if whole.strip("0") else 0
        else:
            value = _chinese(number) if number else 1.0
            if not number and not scale:
                continue
            digit = 1.0
            whole = str(int(value))
            zeros = len(whole) - len(whole.rstrip("0")) if value else 0
        factor = 1.0
        for char in scale:
            factor *= _SCALES.get(char) or _MYRIADS[char]
        # 4.2 * 1e4 is 42000.0 only after rounding to the digits that were printed
        values.append((round(value * factor, 9), digit * factor, digit * 10.0**zeros * factor))
    return values


def _roman(text: str) -> str:
    """Write grades such as Ⅲ类 and V类 with digits."""

    def digits(match: re.Match[str]) -> str:
        if ord(match[0][0]) >= 0x2160:
            return str(ord(match[0]) - 0x215F)
        worth = [_ROMAN[char] for char in match[0]]
        total = sum(-a if a < b else a for a, b in zip(worth, [*worth[1:], 0], strict=True))
        return str(total)

    return _GRADE.sub(digits, text)


def _chinese(text: str) -> float:
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _SCALES[char]
            digit = 0
    return float(total + digit)
