"""Shapes and columns as compact bytes that a page can hold and a browser reads fast.

Coordinates are integers, written as steps from the point before, each step as
a zigzag varint (one byte for steps up to 63). ``docs/packed-format.md`` has
the format in full.

Floor 3, part of render: knows shapes and bytes only; must not know cases,
pages, styles or the browser.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

FINE: Final = 1_000_000
"""Steps per degree of outlines as they are stored: 0.11 m."""
PACKED: Final = 100_000
"""Steps per degree of the packed layer: 1.1 m."""

_GROUP: Final = 0x7F
_MORE: Final = 0x80


def varints(values: NDArray[Any]) -> bytes:
    """Whole numbers from 0 to 2⁶³ as varints: seven bits a byte, lowest first."""
    numbers = np.ascontiguousarray(values, np.uint64).ravel()
    if not numbers.size:
        return b""
    width = np.ones(numbers.size, np.int64)
    top = int(numbers.max())
    shift = 7
    while top >> shift:
        width += numbers >= np.uint64(1 << shift)
        shift += 7
    ends = np.cumsum(width)
    out = np.empty(int(ends[-1]), np.uint8)
    starts = ends - width
    for k in range(int(width.max())):
        # most numbers are short: look at those alone that still have bytes left
        left = slice(None) if k == 0 else np.flatnonzero(width > k)
        byte = (numbers[left] >> np.uint64(7 * k)) & np.uint64(_GROUP)
        more = (width[left] > k + 1) * np.uint64(_MORE)
        out[starts[left] + k] = (byte | more).astype(np.uint8)
    return out.tobytes()


def zigzag(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Signed whole numbers as unsigned ones, small where they are near zero: 0, −1, 1, −2 → 0, 1, 2, 3."""
    signed = np.asarray(values, np.int64)
    return ((signed << 1) ^ (signed >> 63)).astype(np.uint64)


def text(raw: bytes) -> str:
    """Bytes as base64, to stand in a page."""
    return base64.b64encode(raw).decode("ascii")


def pack_lines(lines: list[NDArray[Any]], scale: int, least: int = 2) -> str:
    """Lines as packed text.

    Parameters
    ----------
    lines
        Coordinates of each line, shape (n, 2), degrees.
    scale
        Steps per degree.
    least
        A line that shrinks below so many points is left out.
    """
    kept = [points for line in lines if len(points := _grid(line, scale)) >= least]
    head = varints(np.array([len(kept)]))
    return text(head + b"".join(varints(np.array([len(p)])) + _stepped(p) for p in kept))


def pack_shape(shape: BaseGeometry, scale: int) -> str:
    """Polygons as packed text: polygon count, then ring count, then rings without their last point.

    Parameters
    ----------
    shape
        Polygon, MultiPolygon, or a collection of polygons; degrees.
    scale
        Steps per degree. A ring that shrinks below three points is left out,
        a polygon with it where it is the outer one.
    """
    polygons = []
    for polygon in shapely.get_parts(shapely.get_parts(shape)):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        rings = [
            grid[:-1]
            for ring in (polygon.exterior, *polygon.interiors)
            if len(grid := _grid(shapely.get_coordinates(ring), scale)) >= 4 or ring is polygon.exterior
        ]
        if rings and len(rings[0]) >= 3:
            polygons.append(rings)
    out = [varints(np.array([len(polygons)]))]
    for rings in polygons:
        out.append(varints(np.array([len(rings)])))
        out += [varints(np.array([len(ring)])) + _stepped(ring) for ring in rings]
    return text(b"".join(out))


def pack_coverage(
    shapes: NDArray[np.object_], groups: Sequence[Any], scale: int
) -> tuple[str, list[list[list[list[int]]]], list[int]]:
    """Polygons that share their borders, each stretch of border once.

    Parameters
    ----------
    shapes
        Polygons of a coverage: neighbours share their vertices. Degrees.
    groups
        What each shape belongs to.
    scale
        Steps per degree.

    Returns
    -------
    arcs, polygons, frame
        The stretches as packed text; for each shape its polygons, each a list
        of rings, each a list of arcs in order (``~i`` for arc i backwards);
        and the arcs that separate groups, or a group from the outside.
    """
    grids: list[list[list[list[tuple[int, int]]]]] = []
    beside: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for shape in shapes:
        polygons = []
        for polygon in shapely.get_parts(shape):
            rings = [ring for line in shapely.get_rings(polygon) if (ring := _ring(line, scale))]
            if rings:
                polygons.append(rings)
                for ring in rings:
                    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
                        beside.setdefault(a, set()).add(b)
                        beside.setdefault(b, set()).add(a)
        grids.append(polygons)
    arcs: dict[tuple[tuple[int, int], ...], int] = {}
    owners: dict[int, list[Any]] = {}
    coded = []
    for polygons, group in zip(grids, groups, strict=True):
        coded.append([[_as_arcs(ring, beside, arcs, owners, group) for ring in rings] for rings in polygons])
    frame = [arc for arc, held in owners.items() if len(held) == 1 or len(set(held)) > 1]
    lines = [np.array(points, np.int64) for points in arcs]
    head = varints(np.array([len(lines)]))
    raw = head + b"".join(varints(np.array([len(line)])) + _stepped(line) for line in lines)
    return text(raw), coded, frame


def _ring(line: BaseGeometry, scale: int) -> list[tuple[int, int]]:
    """Points of a ring on the grid without its last one; none where it shrinks below three."""
    points = [(int(x), int(y)) for x, y in _grid(shapely.get_coordinates(line), scale)[:-1].tolist()]
    return points if len(points) >= 3 else []


def _as_arcs(
    ring: list[tuple[int, int]],
    beside: Mapping[tuple[int, int], set[tuple[int, int]]],
    arcs: dict[tuple[tuple[int, int], ...], int],
    owners: dict[int, list[Any]],
    group: Any,
) -> list[int]:
    """Cut a ring where borders meet, and name each stretch by its number."""
    ends = [i for i, point in enumerate(ring) if len(beside[point]) != 2]
    start = ends[0] if ends else ring.index(min(ring))
    turned = [*ring[start:], *ring[:start], ring[start]]
    cuts = sorted({0, len(ring), *((i - start) % len(ring) for i in ends)})
    out = []
    for a, b in itertools.pairwise(cuts):
        points = tuple(turned[a : b + 1])
        back = points[::-1]
        forward = points <= back
        number = arcs.setdefault(points if forward else back, len(arcs))
        owners.setdefault(number, []).append(group)
        out.append(number if forward else ~number)
    return out


def _grid(points: NDArray[Any], scale: int) -> NDArray[np.int64]:
    grid = np.rint(np.asarray(points, np.float64)[:, :2] * scale).astype(np.int64)
    keep = np.ones(len(grid), bool)
    keep[1:] = (np.diff(grid, axis=0) != 0).any(axis=1)
    return grid[keep]


def _stepped(grid: NDArray[np.int64]) -> bytes:
    steps = np.vstack([grid[:1], np.diff(grid, axis=0)])
    return varints(zigzag(steps).ravel())


def pack_many(shapes: NDArray[np.object_], scale: int = PACKED) -> tuple[bytes, bytes, bytes]:
    """Many polygons at once, as three streams.

    Outer rings run one way and holes the other, so that a browser fills each
    shape by the nonzero rule, holes and parts alike.

    Parameters
    ----------
    shapes
        Polygons, MultiPolygons or collections of polygons, shape (n,); degrees.
        A missing or empty one has no rings.
    scale
        Steps per degree.

    Returns
    -------
    rings, points, steps
        Rings of each shape; points of each ring, without its last one; steps
        of longitude and latitude from point to point, across rings as well.
    """
    parts, owner = shapely.get_parts(flat(shapes), return_index=True)
    parts = shapely.orient_polygons(parts)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    owner = owner[part_of_ring] if len(rings) else np.zeros(0, np.int64)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(points * scale).astype(np.int64)
    first = np.ones(len(grid), bool)
    first[1:] = ring_of[1:] != ring_of[:-1]
    last = np.ones(len(grid), bool)
    last[:-1] = first[1:]
    same = np.zeros(len(grid), bool)
    same[1:] = (grid[1:] == grid[:-1]).all(axis=1) & ~first[1:]
    count = np.bincount(ring_of[~(same | last)], minlength=len(rings))
    # a shape smaller than the grid keeps its points as they fall: it is still there to be found
    small = count[ring_of] < 3 if len(grid) else same
    keep = ~last & (~same | small)
    grid, ring_of = grid[keep], ring_of[keep]
    steps = np.empty_like(grid)
    steps[:1] = grid[:1]
    steps[1:] = np.diff(grid, axis=0)
    return (
        varints(np.bincount(owner, minlength=len(shapes))),
        varints(np.bincount(ring_of, minlength=len(rings))),
        varints(zigzag(steps)),
    )


def pack_points(shapes: NDArray[np.object_], scale: int = PACKED) -> tuple[bytes, bytes, bytes]:
    """Points as the same three streams as :func:`pack_many`: each is one ring of one point."""
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    grid = np.rint(shapely.get_coordinates(shapes[present]) * scale).astype(np.int64)
    steps = np.empty_like(grid)
    steps[:1] = grid[:1]
    steps[1:] = np.diff(grid, axis=0)
    return varints(present), varints(np.ones(len(grid), np.int64)), varints(zigzag(steps))


def flat(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Collections of polygons as MultiPolygons; anything but polygons is left out."""
    kinds = shapely.get_type_id(shapes)
    if np.isin(kinds, (3, 6, -1)).all():
        return shapes
    flat = shapes.copy()
    for i in np.flatnonzero(~np.isin(kinds, (3, 6, -1))):
        pieces = shapely.get_parts(shapely.get_parts(shapes[i]))
        flat[i] = shapely.MultiPolygon([piece for piece in pieces if piece.geom_type == "Polygon"])
    return flat


def hilbert_order(boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order in which shapes that lie near each other come near each other.

    Parameters
    ----------
    boxes
        West, south, east, north of each shape, shape (n, 4); NaN where empty.

    Returns
    -------
    ndarray of int64, shape (n,)
        Indices along a Hilbert curve of 2¹⁶ cells a side.
    """
    middle = np.nan_to_num((boxes[:, :2] + boxes[:, 2:]) / 2)
    if not len(middle):
        return np.zeros(0, np.int64)
    low = middle.min(axis=0)
    size = max(float((middle.max(axis=0) - low).max()), 1e-12)
    cell = np.minimum((middle - low) / size * 65536, 65535).astype(np.int64)
    x, y = cell[:, 0].copy(), cell[:, 1].copy()
    key = np.zeros(len(x), np.int64)
    for bit in range(15, -1, -1):
        s = 1 << bit
        rx, ry = (x & s) > 0, (y & s) > 0
        key += s * s * ((3 * rx) ^ ry)
        flip = ~ry & rx
        x[flip], y[flip] = 65535 - x[flip], 65535 - y[flip]
        turn = ~ry
        x[turn], y[turn] = y[turn], x[turn].copy()
    return np.argsort(key, kind="stable")
