"""Rating: values to 0..1 by piecewise-linear functions, weighted means, ranks, and how far weights matter.

What is not known is never taken as good: a unit without it is not rated.

Floor 3, part of schemes: knows numbers only; must not know shapes, files or cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BEST: Final = 0.1
"""Share of the rated units that count as the best."""
_DIGITS: Final = 12
"""Scores that agree to so many decimals are the same, whatever order they were summed in."""
_MOST: Final = 20_000_000
_LOW, _HIGH = 5.0, 95.0


@dataclass(frozen=True)
class Sensitivity:
    """How far weights matter to each unit.

    Attributes
    ----------
    swing_low, swing_high
        Best and worst rank with any one weight raised or lowered. Shape (n,).
    low, high
        Ranks between which nine in ten of the sampled weights put it. Shape (n,).
    among_best
        Share of the samples in which it is among the best. Shape (n,).
    stay
        For each criterion: of the best units, the least share that stays so with its weight raised or lowered.
    samples
        Number of samples.
    """

    swing_low: Ints
    swing_high: Ints
    low: Floats
    high: Floats
    among_best: Floats
    stay: tuple[float, ...]
    samples: int


def worth(values: Floats, knots: Sequence[tuple[float, float]]) -> Floats:
    """What values are worth, 0 to 1: straight between knots, level beyond them; NaN stays."""
    at, score = zip(*knots, strict=True)
    return np.asarray(np.where(np.isnan(values), np.nan, np.interp(values, at, score)), dtype=np.float64)


def scores(table: Floats, weights: Floats) -> Floats:
    """Weighted means Σ w·x / Σ w, criteria in columns.

    Parameters
    ----------
    table
        Worths, shape (n, k).
    weights
        Shape (k,) or (s, k), not all zero.

    Returns
    -------
    ndarray
        Shape (n,) or (s, n).
    """
    shares = weights / weights.sum(axis=-1, keepdims=True)
    # a criterion without weight has no say, even where its value is not known
    return np.asarray(np.round(shares @ np.nan_to_num(table).T, _DIGITS), dtype=np.float64)


def ranks(found: Floats) -> Ints:
    """Ranks from 1, the highest score first; equal scores share theirs."""
    ordered = np.sort(found)
    return np.asarray(len(found) - np.searchsorted(ordered, found, side="right") + 1, dtype=np.int64)


def best_of(count: int) -> int:
    """How many units count as the best."""
    return max(1, int(np.ceil(BEST * count))) if count else 0


def sensitivity(
    table: Floats, weights: Floats, swing: float, samples: int, seed: int, tightness: float
) -> Sensitivity:
    """How far the ranks depend on the weights.

    Parameters
    ----------
    table
        Worths of the rated units, shape (n, k), criteria in the order of their ids.
    weights
        Shape (k,).
    swing
        By what share one weight after the other is raised and lowered.
    samples, seed
        Number of weights drawn, and what makes the draw the same again.
    tightness
        Sum of the parameters of the Dirichlet distribution: the larger, the closer to the weights.
    """
    count = len(table)
    now = ranks(scores(table, weights))
    top = best_of(count)
    low, high = now.copy(), now.copy()
    stay = []
    for place in range(len(weights)):
        kept = 1.0
        for factor in (1.0 - swing, 1.0 + swing):
            other = weights.copy()
            other[place] *= factor
            if not other.sum():
                continue
            changed = ranks(scores(table, other))
            low, high = np.minimum(low, changed), np.maximum(high, changed)
            kept = min(kept, float(np.mean(changed[now <= top] <= top)) if count else 1.0)
        stay.append(kept)
    samples = min(samples, _MOST // max(count, 1))
    drawn = _drawn(weights, samples, seed, tightness)
    if not (count and samples):
        alone = now.astype(np.float64)
        return Sensitivity(low, high, alone, alone, np.where(now <= top, 1.0, 0.0), tuple(stay), 0)
    every = np.stack([ranks(row) for row in scores(table, drawn)])
    between = np.asarray(np.percentile(every, (_LOW, _HIGH), axis=0, method="nearest"), dtype=np.float64)
    among = np.asarray((every <= top).mean(axis=0), dtype=np.float64)
    return Sensitivity(low, high, between[0], between[1], among, tuple(stay), samples)


def _drawn(weights: Floats, samples: int, seed: int, tightness: float) -> Floats:
    """Weights drawn about the given ones; a weight of zero stays zero."""
    used = np.flatnonzero(weights > 0)
    out = np.zeros((samples, len(weights)))
    alpha = weights[used] / weights.sum() * tightness
    out[:, used] = np.random.default_rng(seed).dirichlet(alpha, samples)
    return out
