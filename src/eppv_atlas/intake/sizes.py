"""Stated areas against measured ones: what slip of unit would explain the ratio.

Floor 3, part of intake: knows numbers and units of area; must not know shapes,
files or cases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from eppv_atlas.units import to_m2

_AREA_WORDS: Final = re.compile(r"面积|mj$|^mj|area|亩|公顷|hectare", re.IGNORECASE)
_UNITS: Final = (("m2", "m²", "平方米"), ("mu", "mu", "亩"), ("ha", "ha", "公顷"), ("km2", "km²", "平方千米"))
_AGREE: Final = 0.05
_SLIPS: Final = (
    (15.0, "亩 and ha taken for each other (×15)", "亩与公顷混淆（15 倍）"),
    (100.0, "ha and km² taken for each other (×100)", "公顷与平方千米混淆（100 倍）"),
    (1500.0, "亩 and km² taken for each other (×1500)", "亩与平方千米混淆（1500 倍）"),
    (
        10_000.0,
        "万 left out or put in (×10,000), or m² and ha taken for each other",
        "漏写或多写“万”（1 万倍），或平方米与公顷混淆",
    ),
    (2000 / 3, "m² and 亩 taken for each other (×667)", "平方米与亩混淆（667 倍）"),
    (1_000_000.0, "m² and km² taken for each other (×1,000,000)", "平方米与平方千米混淆（100 万倍）"),
)


@dataclass(frozen=True)
class Slip:
    """A slip of unit that explains how a stated area differs from a measured one.

    Attributes
    ----------
    factor
        By how much they differ.
    en, zh
        What was taken for what.
    """

    factor: float
    en: str
    zh: str


def slip(stated_m2: float, measured_m2: float) -> Slip | None:
    """The slip of unit that explains a ratio of areas, within 5 %; None where none does.

    >>> slip(15e6, 1e6).factor, slip(1.02e6, 1e6), slip(3e6, 1e6)
    (15.0, None, None)
    """
    if stated_m2 <= 0 or measured_m2 <= 0:
        return None
    ratio = max(stated_m2 / measured_m2, measured_m2 / stated_m2)
    if ratio < 1 + _AGREE:
        return None
    # nearest first: 667 and 1500 are no neighbours, but rounding must not decide by order
    close = sorted((abs(np.log(ratio / factor)), factor, en, zh) for factor, en, zh in _SLIPS)
    away, factor, en, zh = close[0]
    return Slip(factor, en, zh) if away <= np.log1p(_AGREE) else None


@dataclass(frozen=True)
class AreaColumn:
    """A column of areas held against measured ones.

    Attributes
    ----------
    name
        Its name.
    unit
        Unit in which its figures agree with what was measured; None where in none.
    agreeing, figures
        Features whose figure agrees within 5 %, and features with a figure.
    off
        Numbers (from 1) of features whose figure does not agree in that unit, each with the slip that explains it.
    """

    name: str
    unit: str | None
    agreeing: int
    figures: int
    off: tuple[tuple[int, Slip | None], ...] = ()


def area_columns(
    columns: Mapping[str, Sequence[str | None]], measured_m2: Sequence[float]
) -> list[AreaColumn]:
    """Columns that by their name hold areas, and the unit in which they agree with the shapes.

    Parameters
    ----------
    columns
        Texts by name.
    measured_m2
        Area of each feature, m².
    """
    out = []
    size = np.asarray(measured_m2, dtype=np.float64)
    for name, texts in columns.items():
        if not _AREA_WORDS.search(name):
            continue
        values = np.array([_number(text) for text in texts])
        there = np.isfinite(values) & (values > 0) & (size > 0)
        if not there.any():
            continue
        ratios = {unit: values[there] * to_m2(1.0, unit) / size[there] for unit, _, _ in _UNITS}
        agreeing = {unit: int((np.abs(ratio - 1) <= _AGREE).sum()) for unit, ratio in ratios.items()}
        best = max(agreeing, key=lambda unit: agreeing[unit])
        if agreeing[best] == 0:
            out.append(AreaColumn(name, None, 0, int(there.sum())))
            continue
        numbers = np.flatnonzero(there)
        off = tuple(
            (int(numbers[i]) + 1, slip(float(values[numbers[i]]) * to_m2(1.0, best), float(size[numbers[i]])))
            for i in np.flatnonzero(np.abs(ratios[best] - 1) > _AGREE)
        )
        out.append(AreaColumn(name, best, agreeing[best], int(there.sum()), off))
    return out


def _number(text: str | None) -> float:
    try:
        return float((text or "").replace(",", "").replace("，", "").strip() or "nan")
    except ValueError:
        return float("nan")
