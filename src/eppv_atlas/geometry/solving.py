"""Sizes solved for: Newton's method where the slope is known, Illinois where it is not.

Floor 2, part of geometry: knows numbers only; no shapes, no cases and no files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eppv_atlas.errors import RecipeError

RELATIVE: Final = 1e-10
"""A target is met when it is missed by no more than this share of it."""
_CLOSE_M2: Final = 0.5
"""And, however large it is, by no more than this."""
NEGLIGIBLE: Final = 1e-12
"""Shares below this are none, and above one less this are all."""
FINEST_M: Final = 1e-9
"""Steps below this are lost in the coordinates."""
MOST_EVALUATIONS: Final = 80


@dataclass(frozen=True)
class Root:
    """What a search found.

    Attributes
    ----------
    x
        The solution, m.
    residual
        What the area there is too large, m².
    evaluations
        How often the area was measured.
    """

    x: float
    residual: float
    evaluations: int


def newton(
    measured: Callable[[float], tuple[float, float]], target: float, start: float, limit: float
) -> Root:
    """Solve ``area(x) = target`` for an area that grows with x and whose slope is known.

    Newton's method; where it leaves the bracket or gains too little (clipped
    shapes have kinks and flat stretches), the bracket is halved.

    Parameters
    ----------
    measured
        Area in m² and its derivative (the length of the moving outline, m) for a distance in m.
    target
        Area to reach, m², to a relative 1e-10 and to 0.5 m².
    start
        First guess, m.
    limit
        Largest distance that makes sense, m.

    Raises
    ------
    RecipeError
        If the target is not reached at `limit`, or the area leaps over it.
    """
    low, high = 0.0, None
    close = min(RELATIVE * target, _CLOSE_M2)
    x = min(max(start, limit * NEGLIGIBLE), limit)
    before = float("inf")
    for count in range(1, MOST_EVALUATIONS + 1):
        area, slope = measured(x)
        residual = area - target
        if abs(residual) <= close:
            return Root(x, residual, count)
        if residual < 0 and x >= limit:
            raise no_solution(area, target)
        low, high = (x, high) if residual < 0 else (low, x)
        step = x - residual / slope if slope > 0 else float("inf")
        if high is None:
            following = min(step if step <= 4 * x else 2 * x, limit)
        elif low < step < high and abs(residual) <= before / 2:
            following = step
        else:
            following = (low + high) / 2
        if abs(following - x) <= max(FINEST_M, 1e-15 * x):
            if abs(residual) <= 10 * close or slope * FINEST_M > abs(residual):  # no finer coordinates
                return Root(x, residual, count)
            following = (low + high) / 2 if high is not None else 2 * x
            if high is not None and high - low <= FINEST_M:
                break
        before = abs(residual)
        x = following
    raise RecipeError(
        f"no solution: the area leaps over {target / 1e6:,.4f} km2 near {x:,.3f} m",
        f"无解：面积在 {x:,.3f} 米附近越过 {target / 1e6:,.4f} 平方公里而不经过它",
    )


def solve_increasing(size: Callable[[float], float], target: float, start: float, limit: float) -> float:
    """Solve ``size(x) = target`` for a function that grows with x (Illinois method).

    Parameters
    ----------
    size
        Non-decreasing function of a positive x.
    target
        Value to reach, to a relative 1e-10.
    start
        First guess.
    limit
        Largest x that makes sense.

    Raises
    ------
    RecipeError
        If the target is not reached at `limit`.
    """
    low, low_value = 0.0, -target
    high = min(max(start * 1.05, limit * NEGLIGIBLE), limit)  # grows from here, so never from zero
    high_value = size(high) - target
    while high_value < 0:
        if high >= limit:
            raise no_solution(high_value + target, target)
        low, low_value = high, high_value
        high = min(high * 1.5, limit)
        high_value = size(high) - target
    side = 0
    middle = high
    for _ in range(100):
        middle = (low * high_value - high * low_value) / (high_value - low_value)
        value = size(middle) - target
        if abs(value) <= RELATIVE * target or high - low <= 1e-15 * high:
            break
        if value < 0:
            low, low_value = middle, value
            high_value = high_value / 2 if side == -1 else high_value
            side = -1
        else:
            high, high_value = middle, value
            low_value = low_value / 2 if side == 1 else low_value
            side = 1
    return middle


def no_solution(most_m2: float, target_m2: float) -> RecipeError:
    """The error for an area that is out of reach."""
    return RecipeError(
        f"no solution: at most {most_m2 / 1e6:,.4f} km2 can be reached, {target_m2 / 1e6:,.4f} km2 are wanted",
        f"无解：最多可得 {most_m2 / 1e6:,.4f} 平方公里，需要 {target_m2 / 1e6:,.4f} 平方公里",
    )
