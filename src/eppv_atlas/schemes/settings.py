"""What somebody sets, as texts, held against the inputs of a trial.

Floor 3, part of schemes: knows the records of trials; must not know the command line.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from collections.abc import Mapping
from typing import Final

from eppv_atlas.errors import UsageError
from eppv_atlas.schemes.figures import figure
from eppv_atlas.schemes.trial import Input, Trial, Value
from eppv_atlas.units import UNITS

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES_NO: Final = {
    "yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False,
}  # fmt: skip
_UNKNOWN: Final = {"", "unknown", "未知"}

Fault = tuple[str, str]


def checked(trial: Trial, settings: Mapping[str, str]) -> dict[str, Value]:
    """Values for the inputs of a trial.

    Parameters
    ----------
    trial
        What can be tried.
    settings
        Texts by the name of their input: a number in the input's unit, ``yes`` or ``no``, an ISO
        date, the id or label of an option; nothing or ``unknown`` where it is not to be known.

    Raises
    ------
    UsageError
        Names everything that is wrong with them.
    """
    inputs = {one.id: one for one in trial.inputs}
    out: dict[str, Value] = {}
    faults: list[Fault] = []
    for name, text in settings.items():
        one = inputs.get(name)
        found = _unknown(name, list(inputs)) if one is None else _value(one, text.strip())
        if isinstance(found, tuple):
            faults.append(found)
        else:
            out[name] = found
    if faults:
        raise UsageError("; ".join(en for en, _ in faults), "；".join(zh for _, zh in faults))
    return out


def _unknown(name: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(name, known, 1, 0.5)
    if near:
        return (
            f"there is no input {name[:60]!r}; did you mean {near[0]!r}?",
            f"没有输入项 {name[:60]!r}；是否指 {near[0]!r}？",
        )
    held = ", ".join(known) or "-"
    return (
        f"there is no input {name[:60]!r}; there are: {held}",
        f"没有输入项 {name[:60]!r}；现有：{held}",
    )


def _value(one: Input, text: str) -> Value | Fault:
    if text.lower() in _UNKNOWN and not any(option.id == text for option in one.options):
        return None
    shown = text[:60]
    if one.kind == "number":
        return _number(one, text)
    if one.kind == "flag":
        if text.lower() in _YES_NO:
            return _YES_NO[text.lower()]
        return f"{one.id} is yes or no, not {shown!r}", f"{one.id} 应为 yes 或 no（是、否），而非 {shown!r}"
    if one.kind == "date":
        try:
            if _DATE.fullmatch(text):
                return dt.date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        return (
            f"{one.id} is a date such as 2025-03-07, not {shown!r}",
            f"{one.id} 应为日期，如 2025-03-07，而非 {shown!r}",
        )
    for option in one.options:
        if text in {option.id, option.label.zh, option.label.en}:
            return option.id
    ids = ", ".join(option.id for option in one.options)
    return f"{one.id} is one of {ids}, not {shown!r}", f"{one.id} 应为 {ids} 之一，而非 {shown!r}"


def _number(one: Input, text: str) -> Value | Fault:
    plain = text
    symbols = {UNITS[one.unit].zh, UNITS[one.unit].en, one.unit} - {""} if one.unit else set()
    for symbol in sorted(symbols, key=len, reverse=True):
        if text.endswith(symbol):
            plain = text.removesuffix(symbol).rstrip()
            break
    plain = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain
    value = float(plain) if _NUMBER.fullmatch(plain) else math.nan
    if not math.isfinite(value):
        unit = (f" in {one.unit}", f"（单位 {one.unit}）") if one.unit else ("", "")
        return (
            f"{one.id} is a number{unit[0]}, not {text[:60]!r}",
            f"{one.id} 应为数字{unit[1]}，而非 {text[:60]!r}",
        )
    low, high = one.low, one.high
    if (low is not None and value < low) or (high is not None and value > high):
        least = "" if low is None else figure(low, "")
        most = "" if high is None else figure(high, "")
        bounds = (
            (f"from {least} to {most}", f"在 {least} 与 {most} 之间")
            if least and most
            else (f"at least {least}", f"不小于 {least}")
            if least
            else (f"at most {most}", f"不大于 {most}")
        )
        return f"{one.id} is {bounds[0]}, not {text[:60]}", f"{one.id} 应{bounds[1]}，而非 {text[:60]}"
    return value
