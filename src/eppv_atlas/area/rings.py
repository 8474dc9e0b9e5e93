"""Shapes as flat rings: what the area engine reads, from geometry objects or from WKB.

A ring is a run of vertices, first repeated as last; it belongs to a feature
and is a shell or a hole by its *position*, whatever its winding. WKB is read
where it lies, without making geometry objects.

Floor 2, part of area: knows no ellipsoid, no cases and no files.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from eppv_atlas.errors import AreaError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7


@dataclass(frozen=True)
class Rings:
    """Rings of n features.

    Attributes
    ----------
    lon, lat
        Vertices of all rings one after another, degrees.
    start
        Index of the first vertex of every ring, and the number of vertices; shape (r + 1,).
    sign
        1.0 for a shell, −1.0 for a hole; shape (r,).
    feature
        Feature of every ring; shape (r,).
    missing
        Whether a feature is missing (null); shape (n,).
    """

    lon: Floats
    lat: Floats
    start: Ints
    sign: Floats
    feature: Ints
    missing: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Number of features."""
        return len(self.missing)


def from_shapes(shapes: Sequence[Any] | NDArray[Any]) -> Rings:
    """Rings of geometry objects.

    Raises
    ------
    AreaError
        If one is not a polygon; it names the feature.
    """
    given = np.empty(len(shapes), dtype=object)
    given[:] = list(shapes)
    missing = shapely.is_missing(given)
    plain = shapely.get_type_id(given) == _POLYGON
    if plain.all() and not shapely.get_num_interior_rings(given).any():
        # the common case by far: a feature is one ring
        xy = shapely.get_coordinates(given)
        start = np.zeros(len(given) + 1, dtype=np.int64)
        np.cumsum(shapely.get_num_coordinates(given), out=start[1:])
        some = np.flatnonzero(np.diff(start) > 0)
        starts = np.append(start[:-1][some], start[-1])
        return Rings(xy[:, 0], xy[:, 1], starts, np.ones(len(some)), some, missing)
    parts, feature = shapely.get_parts(given, return_index=True)
    while np.isin(shapely.get_type_id(parts), (_MULTIPOLYGON, _COLLECTION)).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        feature = feature[index]
    wrong = np.flatnonzero((shapely.get_type_id(parts) != _POLYGON) & ~shapely.is_empty(parts))
    if wrong.size:
        kind = parts[wrong[0]].geom_type
        raise AreaError(
            f"feature {feature[wrong[0]]}: a {kind} has no area",
            f"要素 {feature[wrong[0]]}：{kind} 没有面积",
        )
    rings, part = shapely.get_rings(parts, return_index=True)
    sign = np.where(np.diff(part, prepend=-1) != 0, 1.0, -1.0)
    xy = shapely.get_coordinates(rings)
    start = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum(shapely.get_num_coordinates(rings), out=start[1:])
    return Rings(xy[:, 0], xy[:, 1], start, sign, feature[part].astype(np.int64), missing)


def from_wkb(column: Any) -> Rings:
    """Rings of a column of WKB: a pyarrow array of binaries, or a sequence of bytes (None where null).

    Raises
    ------
    AreaError
        If an entry is no WKB or not a polygon; it names the feature.
    """
    buffer, offsets, missing = bytes_of(column)
    return walk(buffer, offsets, missing)


def bytes_of(column: Any) -> tuple[NDArray[np.uint8], Ints, NDArray[np.bool_]]:
    """Data, offsets and null mask of a column of binaries."""
    if hasattr(column, "chunks"):  # a chunked pyarrow column
        column = column.combine_chunks()
        if hasattr(column, "chunks"):
            column = column.chunk(0) if column.num_chunks else []
    if hasattr(column, "buffers") and hasattr(column, "type"):
        if str(column.type) not in {"binary", "large_binary"}:
            raise AreaError(
                f"a column of {column.type} is no WKB; cast it to binary",
                f"{column.type} 类型的列不是 WKB；请转换为 binary",
            )
        _, offset_buffer, data = column.buffers()
        width = np.int64 if "large" in str(column.type) else np.int32
        offsets = np.frombuffer(offset_buffer, dtype=width)[
            column.offset : column.offset + len(column) + 1
        ].astype(np.int64)
        missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=bool)
        return np.frombuffer(data or b"", dtype=np.uint8), offsets, missing
    items = [item or b"" for item in column]
    missing = np.array([item is None for item in column], dtype=bool)
    offsets = np.zeros(len(items) + 1, dtype=np.int64)
    np.cumsum([len(item) for item in items], out=offsets[1:])
    return np.frombuffer(b"".join(items), dtype=np.uint8), offsets, missing


def _uint32(buffer: NDArray[np.uint8], at: Ints) -> Ints:
    """Little-endian unsigned integers at any byte."""
    b = buffer
    found = b[at].astype(np.int64)
    for k in (1, 2, 3):
        found |= b[at + k].astype(np.int64) << (8 * k)
    return found


def srids(buffer: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_]) -> Ints:
    """The SRIDs that little-endian features carry, each once."""
    at = offsets[:-1][~missing & (np.diff(offsets) >= 9)]
    at = at[(buffer[at] == 1) & ((buffer[at + 4] & 0x20) != 0)]
    return np.unique(_uint32(buffer, at + 5))


class _Broken(Exception):  # noqa: N818 - becomes an AreaError that counts features from the column's first
    """A feature whose bytes cannot be read."""

    def __init__(self, feature: int, en: str, zh: str) -> None:
        super().__init__(en)
        self.feature, self.en, self.zh = feature, en, zh


def walk(buffer: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_], first: int = 0) -> Rings:
    """Walk the WKB of all features side by side, ring by ring.

    Parameters
    ----------
    buffer, offsets, missing
        The column's bytes, where each feature begins, and which to leave out.
    first
        Number of the first feature, for messages.

    Raises
    ------
    AreaError
        If an entry is no WKB of a polygon; it names the feature.
    """
    try:
        return _walked(buffer, offsets, missing)
    except _Broken as error:
        number = first + error.feature
        raise AreaError(f"feature {number}: {error.en}", f"要素 {number}：{error.zh}") from None


def _walked(buffer: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_]) -> Rings:
    """Step through all features side by side, ring by ring."""
    n = len(missing)
    end = offsets[1:]
    at = offsets[:-1].copy()
    alive = np.flatnonzero(~missing)
    heads = [_head(buffer, at, end, alive)]
    at[alive] += heads[0].size
    multi = heads[0].kind == _MULTIPOLYGON
    polygons_left = np.zeros(n, dtype=np.int64)
    polygons_left[alive] = 1
    if multi.any():
        some = alive[multi]
        _within(at[some] + 4, end[some], some)
        polygons_left[some] = _uint32(buffer, at[some])
        at[some] += 4
    stride = np.zeros(n, dtype=np.int64)
    stride[alive] = heads[0].stride
    nested = np.zeros(n, dtype=bool)
    nested[alive] = multi
    rings_left = np.zeros(n, dtype=np.int64)
    first = np.zeros(n, dtype=bool)
    found: list[tuple[Ints, Ints, Ints, Floats]] = []
    work = alive
    while True:
        work = work[(rings_left[work] > 0) | (polygons_left[work] > 0)]
        if not work.size:
            break
        fresh = work[rings_left[work] == 0]
        if fresh.size:
            inner = fresh[nested[fresh]]
            if inner.size:
                head = _head(buffer, at, end, inner)
                at[inner] += head.size
                stride[inner] = head.stride
            _within(at[fresh] + 4, end[fresh], fresh)
            rings_left[fresh] = _uint32(buffer, at[fresh])
            at[fresh] += 4
            polygons_left[fresh] -= 1
            first[fresh] = True
        live = work[rings_left[work] > 0]
        _within(at[live] + 4, end[live], live)
        points = _uint32(buffer, at[live])
        _within(at[live] + 4 + points * stride[live], end[live], live)
        found.append((live, at[live] + 4, points, np.where(first[live], 1.0, -1.0)))
        at[live] += 4 + points * stride[live]
        rings_left[live] -= 1
        first[live] = False
    return _gather(buffer, found, stride, missing)


@dataclass(frozen=True)
class _Head:
    kind: Ints
    stride: Ints
    size: Ints


def _head(buffer: NDArray[np.uint8], at: Ints, end: Ints, some: Ints) -> _Head:
    """Kind, bytes a vertex and length of the headers of some features."""
    _within(at[some] + 5, end[some], some)
    if some.size and (big := some[buffer[at[some]] != 1]).size:
        raise _Broken(int(big[0]), "no WKB", "不是 WKB")
    code = _uint32(buffer, at[some] + 1)
    plain = code & 0x0FFFFFFF
    z = ((code & 0x80000000) != 0) | (plain // 1000 % 2 == 1)
    m = ((code & 0x40000000) != 0) | (plain // 2000 % 2 == 1)
    kind = plain % 1000
    wrong = (kind != _POLYGON) & (kind != _MULTIPOLYGON)
    if wrong.any():
        raise _Broken(int(some[wrong][0]), "not a polygon", "不是多边形")
    size = np.where((code & 0x20000000) != 0, 9, 5)
    return _Head(kind, 8 * (2 + z.astype(np.int64) + m.astype(np.int64)), size)


def _within(upto: Ints, end: Ints, some: Ints) -> None:
    if (short := np.flatnonzero(upto > end)).size:
        raise _Broken(int(some[short[0]]), "the WKB breaks off", "WKB 不完整")


def _gather(
    buffer: NDArray[np.uint8],
    found: list[tuple[Ints, Ints, Ints, Floats]],
    stride: Ints,
    missing: NDArray[np.bool_],
) -> Rings:
    """Put the rings into the order of their features and read their vertices."""
    if not found:
        none = np.zeros(0)
        return Rings(none, none, np.zeros(1, np.int64), none, np.zeros(0, np.int64), missing)
    feature = np.concatenate([item[0] for item in found])
    order = np.argsort(feature, kind="stable")  # rounds came in ring order
    feature = feature[order]
    at = np.concatenate([item[1] for item in found])[order]
    points = np.concatenate([item[2] for item in found])[order]
    sign = np.concatenate([item[3] for item in found])[order]
    start = np.zeros(len(points) + 1, dtype=np.int64)
    np.cumsum(points, out=start[1:])
    step = stride[feature]
    data = buffer.tobytes()
    runs = zip(at.tolist(), (at + points * step).tolist(), strict=True)
    doubles = np.frombuffer(b"".join([data[a:b] for a, b in runs]), dtype="<f8")
    if (step == 16).all():
        return Rings(doubles[0::2], doubles[1::2], start, sign, feature, missing)
    # vertices with Z or M: only the first two numbers of each count
    width = step // 8
    first = np.zeros(len(points), dtype=np.int64)
    np.cumsum((points * width)[:-1], out=first[1:])
    along = np.arange(start[-1]) - np.repeat(start[:-1], points)
    source = np.repeat(first, points) + along * np.repeat(width, points)
    return Rings(doubles[source], doubles[source + 1], start, sign, feature, missing)


def one_by_one(wkb: bytes) -> list[list[tuple[Floats, Floats]]]:
    """Polygons of one WKB as rings, read plainly; the walk above is tested against it."""

    def ring(at: int, stride: int) -> tuple[tuple[Floats, Floats], int]:
        (count,) = struct.unpack_from("<I", wkb, at)
        values = np.frombuffer(wkb, "<f8", count * stride // 8, at + 4).reshape(count, stride // 8)
        return (values[:, 0].copy(), values[:, 1].copy()), at + 4 + count * stride

    def polygon(at: int) -> tuple[list[tuple[Floats, Floats]], int]:
        (code,) = struct.unpack_from("<I", wkb, at + 1)
        plain = code & 0x0FFFFFFF
        extra = bool(code & 0x80000000 or plain // 1000 % 2) + bool(code & 0x40000000 or plain // 2000 % 2)
        at += 9 if code & 0x20000000 else 5
        (rings,) = struct.unpack_from("<I", wkb, at)
        at, out = at + 4, []
        for _ in range(rings):
            found, at = ring(at, 8 * (2 + extra))
            out.append(found)
        return out, at

    (code,) = struct.unpack_from("<I", wkb, 1)
    if (code & 0x0FFFFFFF) % 1000 == _POLYGON:
        return [polygon(0)[0]]
    at = 9 if code & 0x20000000 else 5
    (count,) = struct.unpack_from("<I", wkb, at)
    at, polygons = at + 4, []
    for _ in range(count):
        found, at = polygon(at)
        polygons.append(found)
    return polygons
