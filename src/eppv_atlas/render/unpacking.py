"""Packed shapes read back: the stored base map for figures that need no browser.

Floor 3, part of render: must not know cases, styles or the browser.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


def lines(text: str, scale: int) -> list[NDArray[np.float64]]:
    """Lines of :func:`packing.pack_lines`, and arcs of :func:`packing.pack_coverage`.

    Returns
    -------
    list of ndarray
        Longitude and latitude in degrees, shape (n, 2) each.
    """
    stream = _numbers(text)
    return [_line(stream, scale) for _ in range(next(stream))]


def polygons(text: str, scale: int) -> BaseGeometry:
    """The shape of :func:`packing.pack_shape`, degrees."""
    stream = _numbers(text)
    parts = []
    for _ in range(next(stream)):
        rings = [_line(stream, scale) for _ in range(next(stream))]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.MultiPolygon(parts)


def covered(arcs: Sequence[NDArray[np.float64]], parts: Sequence[Any]) -> BaseGeometry:
    """An area of :func:`packing.pack_coverage` out of its arcs; ``~i`` is arc i backwards."""
    return shapely.MultiPolygon(
        [
            shapely.Polygon(_ring(arcs, rings[0]), [_ring(arcs, inner) for inner in rings[1:]])
            for rings in parts
        ]
    )


def _ring(arcs: Sequence[NDArray[np.float64]], numbers: Sequence[int]) -> NDArray[np.float64]:
    """Arcs end to end, each beginning where the one before ended."""
    pieces = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.vstack([piece[1:] for piece in pieces])


def _line(stream: Iterator[int], scale: int) -> NDArray[np.float64]:
    steps = [[_signed(next(stream)), _signed(next(stream))] for _ in range(next(stream))]
    return np.cumsum(np.array(steps, dtype=np.int64).reshape(-1, 2), axis=0) / scale


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for byte in base64.b64decode(text):
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            yield value
            value = shift = 0
