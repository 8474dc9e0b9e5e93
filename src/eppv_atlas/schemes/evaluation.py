"""A tree worked out with its values.

Three answers are possible everywhere: a value, or None where it is not known. None spreads through
arithmetic and comparisons; ``and``, ``or`` and ``not`` are Kleene's (``false and unknown`` is false).

Floor 3, part of schemes: knows trees and values; must not know trials, units, cases or files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from eppv_atlas.schemes.formulas import Tree
from eppv_atlas.schemes.trial import Value


def evaluate(of: Tree, values: Mapping[str, Value]) -> Value:
    """Work a tree out.

    Parameters
    ----------
    of
        What ``formulas.tree`` gave.
    values
        Values by name, in SI units; a name without one is not known.

    Returns
    -------
    float, bool, str or None
        None where it is not known, also: division by zero, a power or a result that is no finite
        number, arithmetic on what is no number, an order between a number and a text. Two values
        of different kinds are not equal. ``round(x, n)`` has `n` decimals (0 to 12) and rounds
        halves away from zero: ``floor(|x| * 10^n + 0.5) / 10^n``. Texts are in the order of their
        UTF-16 code units, as browsers have it.
    """
    if not isinstance(of, list):
        return of if of is None or isinstance(of, bool) else float(of)
    sign, *parts = of
    if sign in {"name", "text"}:
        value = values.get(parts[0]) if sign == "name" else str(parts[0])
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if sign == "if":
        asked = evaluate(parts[0], values)
        return evaluate(parts[1] if asked else parts[2], values) if isinstance(asked, bool) else None
    found = [evaluate(part, values) for part in parts]
    if sign in {"and", "or", "not"}:
        return _kleene(sign, found)
    return None if any(value is None for value in found) else _known(sign, found)


def _known(sign: str, found: Sequence[Value]) -> Value:
    """What comes of values that are all known."""
    if sign in {"==", "!="}:
        same = type(found[0]) is type(found[1]) and found[0] == found[1]
        return same if sign == "==" else not same
    if sign in _ORDER:
        return _ordered(sign, found[0], found[1])
    if not all(isinstance(value, float) for value in found):
        return None
    return _number(sign, cast("list[float]", found))


def _kleene(sign: str, found: Sequence[Value]) -> Value:
    known = [value if isinstance(value, bool) else None for value in found]
    if sign == "not":
        return None if known[0] is None else not known[0]
    decides = sign == "or"  # one true decides an or, one false an and
    if decides in known:
        return decides
    return None if None in known else not decides


_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _ordered(sign: str, one: Value, other: Value) -> Value:
    if isinstance(one, str) and isinstance(other, str):
        units = [text.encode("utf-16-be", "surrogatepass") for text in (one, other)]
        return _ORDER[sign](*units)
    if isinstance(one, float) and isinstance(other, float):
        return _ORDER[sign](one, other)
    return None


def _rounded(value: float, decimals: float = 0.0) -> float:
    if decimals not in range(13):
        raise ValueError
    scale = float(10 ** int(decimals))
    away = float(math.floor(abs(value) * scale + 0.5)) / scale
    return -away if value < 0 else away


_ARITHMETIC: Final[Mapping[str, Callable[..., float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    "neg": lambda a: -a,
    "abs": abs,
    "min": lambda *all_: min(all_),
    "max": lambda *all_: max(all_),
    "round": _rounded,
}


def _number(sign: str, found: Sequence[float]) -> Value:
    try:
        made = _ARITHMETIC[sign](*found)
    except (ArithmeticError, ValueError):
        return None
    if isinstance(made, complex) or made - made != 0.0:  # infinite, or no number
        return None
    return made
