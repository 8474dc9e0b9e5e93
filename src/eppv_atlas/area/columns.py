"""Areas of a column of WKB as it stands in GeoParquet: piece by piece, no geometry object made.

The compiled path (extra ``fast``) reads the bytes in one pass; what it leaves,
and everything without it, goes through NumPy. A piece is small enough to stay
in the processor's cache, so memory does not grow with the column.

Floor 2, part of area: knows no cases and no files.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from eppv_atlas.area import edges, rings
from eppv_atlas.area.ellipsoids import Ellipsoid
from eppv_atlas.area.rings import Floats, Ints
from eppv_atlas.errors import AreaError

PIECE_BYTES: Final = 2_000_000
COMPILED: Final = find_spec("numba") is not None
"""Whether numba is installed (extra ``fast``)."""

Piece = tuple[NDArray[np.uint8], Ints, NDArray[np.bool_]]


def is_wkb(given: Any) -> bool:
    """Whether this is a column of WKB: pyarrow binaries, or a sequence of bytes."""
    if hasattr(given, "buffers") or hasattr(given, "chunks"):
        return True
    if hasattr(given, "crs"):
        return False
    return any(isinstance(item, bytes) for item in given[:1000])


def areas(column: Any, model: str, body: Ellipsoid, *, compiled: bool | None = None) -> Floats:
    """Areas of a column of WKB, m²; NaN where null.

    Parameters
    ----------
    column
        A pyarrow array of binaries (chunked or not), or a sequence of bytes.
    model
        ``geodesic`` or ``lonlat``.
    body
        The ellipsoid.
    compiled
        Whether to use numba; if it is there, if left out.

    Raises
    ------
    AreaError
        If an entry is no WKB of a polygon in longitude and latitude; it names the feature.
    """
    fast = COMPILED if compiled is None else compiled
    out = []
    first = 0
    for buffer, offsets, missing in pieces(column):
        out.append(_piece(buffer, offsets, missing, first, model, body, fast=fast))
        first += len(missing)
    return np.concatenate(out) if out else np.zeros(0)


def _piece(
    buffer: NDArray[np.uint8],
    offsets: Ints,
    missing: NDArray[np.bool_],
    first: int,
    model: str,
    body: Ellipsoid,
    *,
    fast: bool,
) -> Floats:
    buffer, offsets = _little_endian(buffer, offsets, missing)
    check_srids(rings.srids(buffer, offsets, missing), body)
    left = ~missing
    found = np.zeros(len(missing))
    if fast:
        from eppv_atlas.area import compiled

        found, left = compiled.areas(buffer, offsets, missing, model, body)
        if not left.any():
            return found
    read = rings.walk(buffer, offsets, ~left, first)
    check_globe(read, first)
    slow = edges.areas(read, model, body)
    found[left] = slow[left]
    found[missing] = np.nan
    return found


def _little_endian(
    buffer: NDArray[np.uint8], offsets: Ints, missing: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], Ints]:
    """The piece as it is, or rewritten where some of it is big-endian."""
    begins = offsets[:-1][~missing & (np.diff(offsets) >= 5)]
    if not (buffer[begins] == 0).any():
        return buffer, offsets
    raw = buffer.tobytes()
    items = [raw[a:b] for a, b in itertools.pairwise(offsets.tolist())]
    shapes = shapely.from_wkb(items, on_invalid="ignore")
    little = [
        item if shape is None else shapely.to_wkb(shape, byte_order=1)
        for item, shape in zip(items, shapes, strict=True)
    ]
    again, where, _ = rings.bytes_of(little)
    return again, where


def pieces(column: Any) -> Iterator[Piece]:
    """The bytes of a column in pieces of about PIECE_BYTES: data, offsets, null mask."""
    if not (hasattr(column, "chunks") or hasattr(column, "buffers")):
        yield from _pieces_of_sequence(list(column))
        return
    for chunk in column.chunks if hasattr(column, "chunks") else [column]:
        buffer, offsets, missing = rings.bytes_of(chunk)
        for first, last in _cuts(offsets):
            low, high = int(offsets[first]), int(offsets[last])
            yield buffer[low:high], offsets[first : last + 1] - low, missing[first:last]


def _pieces_of_sequence(items: list[bytes | None]) -> Iterator[Piece]:
    missing = np.array([item is None for item in items], dtype=np.bool_)
    filled = [item or b"" for item in items] if missing.any() else items
    offsets = np.zeros(len(items) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, filled), dtype=np.int64, count=len(items)), out=offsets[1:])  # type: ignore[arg-type]
    for first, last in _cuts(offsets):
        data = b"".join(filled[first:last])  # type: ignore[arg-type]
        yield (
            np.frombuffer(data, dtype=np.uint8),
            offsets[first : last + 1] - offsets[first],
            missing[first:last],
        )


def _cuts(offsets: Ints) -> Iterator[tuple[int, int]]:
    """First and last feature of every piece."""
    first, count = 0, len(offsets) - 1
    while first < count:
        last = int(np.searchsorted(offsets, offsets[first] + PIECE_BYTES, side="right")) - 1
        last = min(max(last, first + 1), count)
        yield first, last
        first = last


def fits(crs: CRS, body: Ellipsoid) -> bool:
    """Whether a CRS is longitude and latitude in degrees from Greenwich on this ellipsoid.

    CGCS2000 and WGS 84 differ by a tenth of a millimetre in the minor axis:
    for coordinates they are the same.
    """
    found = crs.ellipsoid
    if found is None or not crs.is_geographic:
        return False
    alike = abs(found.semi_major_metre - body.a) < 0.5 and abs(found.inverse_flattening - body.rf) < 1e-4
    greenwich = crs.prime_meridian is not None and crs.prime_meridian.longitude == 0.0
    degrees = all(axis.unit_name.startswith("degree") for axis in crs.axis_info[:2])
    return bool(alike and greenwich and degrees)


def check_srids(srids: Ints, body: Ellipsoid) -> None:
    """Refuse coordinates whose SRID says that they are no longitude and latitude on this ellipsoid.

    Raises
    ------
    AreaError
        If an SRID is not known, projected or on another ellipsoid; 0 says nothing.
    """
    for srid in srids.tolist():
        if srid > 0 and not _srid_fits(int(srid), body):
            raise AreaError(
                f"SRID {srid} is not longitude and latitude on {body.name}; transform first",
                f"SRID {srid} 不是 {body.name} 上的经纬度；请先转换",
            )


@lru_cache(maxsize=64)
def _srid_fits(srid: int, body: Ellipsoid) -> bool:
    try:
        return fits(CRS.from_epsg(srid), body)
    except CRSError:
        return False


def check_globe(found: rings.Rings, first: int = 0) -> None:
    """Refuse what is no longitude and latitude; it names the feature.

    Raises
    ------
    AreaError
        If a coordinate is not on the globe, or is no number.
    """
    wrong: NDArray[np.bool_] = ~(np.abs(found.lat) <= 90.0) | ~(np.abs(found.lon) <= 360.0)
    if not wrong.any():
        return
    vertex = int(np.flatnonzero(wrong)[0])
    feature = first + int(found.feature[np.searchsorted(found.start, vertex, side="right") - 1])
    at = f"({found.lon[vertex]:g}, {found.lat[vertex]:g})"
    raise AreaError(
        f"feature {feature}: {at} is no longitude and latitude in degrees",
        f"要素 {feature}：{at} 不是以度为单位的经纬度",
    )
