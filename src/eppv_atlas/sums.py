"""Sums of floats that do not depend on the order in which they were added.

A float is a whole number times a power of two. Sums are kept as whole numbers
in units of the smallest such power, so that nothing is rounded until the sum is
asked for; then it is rounded once. Parts may be counted anywhere, in any order,
and put together: the result is the same to the last bit.

Floor 1: knows numbers only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHIFT: Final = 1126
"""Sums are kept in units of 2^-1126, which every finite float is a multiple of."""
_LOW: Final = 26
_RUN: Final = 1 << 25
"""As many halves of 27 bits as a float adds up without rounding."""


def by_group(group: NDArray[np.int64], values: NDArray[np.float64], count: int) -> list[int]:
    """Exact sum of the values of every group.

    Parameters
    ----------
    group
        Group of each value, from 0.
    values
        Finite numbers.
    count
        Number of groups.

    Returns
    -------
    list of int
        Sums in units of 2^-SHIFT.

    Raises
    ------
    ValueError
        If a value is not finite.
    """
    out = [0] * count
    for first in range(0, len(values), _RUN):
        _add(out, group[first : first + _RUN], values[first : first + _RUN])
    return out


def _add(out: list[int], group: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    if not np.isfinite(values).all():
        raise ValueError("only finite numbers have a sum")
    there = values != 0.0
    if not there.all():
        group, values = group[there], values[there]
    if not len(values):
        return
    part, power = np.frexp(values)
    whole = np.ldexp(part, 53).astype(np.int64)
    least = int(power.min())
    span = int(power.max()) - least + 1
    key = group * span + (power - least)
    places = len(out) * span
    if places > 8 * len(values):  # few values for many groups: only the keys that occur
        kept, key = np.unique(key, return_inverse=True)
        places = len(kept)
    else:
        kept = np.arange(places)
    # the halves of the mantissa are so short that floats add them without rounding
    high = np.bincount(key, weights=whole >> _LOW, minlength=places)
    low = np.bincount(key, weights=whole & ((1 << _LOW) - 1), minlength=places)
    some = np.flatnonzero((high != 0.0) | (low != 0.0))
    up = least - 53 + SHIFT
    for where, a, b in zip(kept[some].tolist(), high[some].tolist(), low[some].tolist(), strict=True):
        number, power_of = divmod(where, span)
        out[number] += ((int(a) << _LOW) + int(b)) << (up + power_of)


def exact(value: float) -> int:
    """One number in units of 2^-SHIFT."""
    above, below = value.as_integer_ratio()
    return (above << SHIFT) // below


def rounded(total: int) -> float:
    """The float nearest to an exact sum."""
    return total / (1 << SHIFT)


def text(total: int) -> str:
    """An exact sum as text: a whole number and the power of two that it is to be taken by.

    >>> text(exact(1.5)), text(exact(-3.0)), text(0)
    ('3p-1', '-3p0', '0p0')
    """
    if not total:
        return "0p0"
    zeros = (total & -total).bit_length() - 1
    return f"{total >> zeros:x}p{zeros - SHIFT}"


def from_text(written: str) -> int:
    """The exact sum that a text of :func:`text` stands for.

    Raises
    ------
    ValueError
        If it is no such text.
    """
    whole, _, power = written.partition("p")
    up = int(power) + SHIFT
    if not 0 <= up <= 4 * SHIFT:
        raise ValueError(f"{written!r} is no exact sum")
    return int(whole, 16) << up
