"""Where marks and names stand on a drawing without getting into each other's way.

Plain rectangles and points, in points of paper; nothing is drawn here.

Floor 3, part of render: must not know cases, maps or Matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

TURNS: Final = (0, 180, 45, -45, 135, -135, 90, -90, 22, -22, 158, -158, 67, -67, 113, -113)
EASTWARD: Final = (0, 45, -45, 90, -90, 22, -22, 67, -67, 180, 135, -135)
_PAIR: Final = 4
"""Points with more neighbours than this are a crowd."""
_REACH: Final = (0.0, 5.0, 11.0, 18.0, 26.0, 36.0, 48.0, 62.0)


@dataclass(frozen=True)
class Name:
    """A name that wants a place.

    Attributes
    ----------
    x, y
        What it names.
    width, height
        Its size.
    gap
        How far it keeps from that point.
    inside
        Whether it may stand on the point itself, and does so gladly.
    needed
        Whether it may be moved away, with a line that leads to it; a name that is not
        needed is left out where there is no room close by.
    turns
        Directions in which it looks for room, degrees, the best first.
    """

    x: float
    y: float
    width: float
    height: float
    gap: float = 2.0
    inside: bool = False
    needed: bool = True
    turns: tuple[int, ...] = TURNS


@dataclass(frozen=True)
class Place:
    """Where a name stands: its middle, and whether a line must lead to it."""

    x: float
    y: float
    led: bool


def placed(names: Sequence[Name], taken: Sequence[Box], frame: Box) -> list[Place | None]:
    """Find a place for each name, first come first served.

    Parameters
    ----------
    names
        Names, the most important first.
    taken
        What is there already.
    frame
        What all must stay in.

    Returns
    -------
    list of Place or None
        In the order of the names; None where there is no room. No two boxes
        overlap, and none overlaps what was taken.
    """
    boxes = [list(box) for box in taken]
    out: list[Place | None] = []
    for name in names:
        found = None
        held = np.array(boxes).reshape(-1, 4)
        for at_x, at_y, led in _candidates(name):
            x, y = _slid(name, at_x, at_y, frame)
            box = _box(name, x, y)
            if _within(box, frame) and not _meets(box, held) and _clear(name, box):
                found = Place(x, y, led)
                boxes.append(list(box))
                break
        out.append(found)
    return out


def _candidates(name: Name) -> list[tuple[float, float, bool]]:
    out = [(name.x, name.y, False)] if name.inside else []
    for reach in _REACH if name.needed else _REACH[:1]:
        for turn in name.turns:
            across, up = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            # the middle of a box whose nearest side is so far off
            x = name.x + (name.gap + reach) * across + name.width / 2 * _toward(across)
            y = name.y + (name.gap + reach) * up + name.height / 2 * _toward(up)
            out.append((x, y, reach > 5 or name.gap > 8 or (name.inside and reach > 0)))
    return out


def _slid(name: Name, x: float, y: float, frame: Box) -> tuple[float, float]:
    """A middle moved into the frame, where the name fits into it at all."""
    if name.width <= frame[2] - frame[0]:
        x = min(max(x, frame[0] + name.width / 2), frame[2] - name.width / 2)
    if name.height <= frame[3] - frame[1]:
        y = min(max(y, frame[1] + name.height / 2), frame[3] - name.height / 2)
    return x, y


def _clear(name: Name, box: Box) -> bool:
    """Whether a box leaves free what it names, or may stand on it."""
    if name.inside:
        return True
    across = max(box[0] - name.x, name.x - box[2], 0.0)
    up = max(box[1] - name.y, name.y - box[3], 0.0)
    return max(across, up) >= name.gap * 0.6


def _toward(share: float) -> float:
    return 0.0 if abs(share) < 0.3 else float(np.sign(share))


def _box(name: Name, x: float, y: float) -> Box:
    return (x - name.width / 2, y - name.height / 2, x + name.width / 2, y + name.height / 2)


def _within(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _meets(box: Box, held: NDArray[np.float64]) -> bool:
    return bool(
        ((held[:, 0] < box[2]) & (held[:, 2] > box[0]) & (held[:, 1] < box[3]) & (held[:, 3] > box[1])).any()
    )


def apart(
    points: NDArray[np.float64], distance: float, frame: Box, taken: Sequence[Box] = ()
) -> NDArray[np.float64]:
    """Push points apart until all are so far from each other, as far as the frame lets them.

    Parameters
    ----------
    points
        Shape (n, 2).
    distance
        Least distance of any two.
    frame
        What they stay in.
    taken
        What they keep out of: there they would mean another place.

    Returns
    -------
    ndarray
        Shape (n, 2); points with room about them stay where they are.
    """
    half = distance / 2
    low, high = np.array(frame[:2]) + half, np.array(frame[2:]) - half
    kept_off = [(box[0] - half, box[1] - half, box[2] + half, box[3] + half) for box in taken]
    at = np.clip(np.array(points, dtype=np.float64).reshape(-1, 2), low, high)
    at = _strewn(at, distance)
    at = np.where(
        at < low, 2 * low - at, np.where(at > high, 2 * high - at, at)
    )  # folded back into the frame
    at = _kept(at, low, high, kept_off)
    count = len(at)
    for round_ in range(400):
        gaps = at[:, None, :] - at[None, :, :]
        far = np.hypot(gaps[..., 0], gaps[..., 1])
        np.fill_diagonal(far, np.inf)
        close = far < distance - 1e-6
        if not close.any():
            break
        # two at one place part in a direction that only their numbers decide, another each time: one may be a wall
        turn = np.arange(count) * 2.399963 + round_
        same = far < 1e-9
        gaps = np.where(same[..., None], np.stack([np.cos(turn), np.sin(turn)], -1)[:, None, :], gaps)
        lengths = np.where(same, 1.0, np.maximum(far, 1e-9))
        push = np.where(close, (distance - np.where(same, 0.0, far)) / 2 + 0.01, 0.0)
        at = _kept(at + (gaps / lengths[..., None] * push[..., None]).sum(axis=1), low, high, kept_off)
    return at


def _strewn(at: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Points of a crowd strewn over a disc of the crowd's size: pushed apart along a line they would go far."""
    far = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    near = (far < distance).sum(axis=1) - 1
    number = np.arange(len(at))
    turn, share = number * 2.399963, (number * 0.618034) % 1.0
    reach = np.where(near > _PAIR, 0.55 * distance * np.sqrt(near * share), 0.0)
    moved: NDArray[np.float64] = at + np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]
    return moved


def _kept(
    at: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], off: Sequence[Box]
) -> NDArray[np.float64]:
    """Points brought inside the frame and out of boxes, by the nearest side that leads into the frame."""
    at = np.clip(at, low, high)
    for left, bottom, right, top in off:
        inside = (at[:, 0] > left) & (at[:, 0] < right) & (at[:, 1] > bottom) & (at[:, 1] < top)
        for i in np.flatnonzero(inside):
            x, y = at[i]
            ways = [
                (x - left, (left, y)),
                (right - x, (right, y)),
                (y - bottom, (x, bottom)),
                (top - y, (x, top)),
            ]
            open_ways = [(far, to) for far, to in ways if (low <= to).all() and (to <= high).all()]
            if open_ways:
                at[i] = min(open_ways)[1]
    return at
