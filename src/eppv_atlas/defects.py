"""What is wrong with polygons, feature by feature: named and sized, never mended.

Missing, empty, broken off, not finite, not on the globe, across the
antimeridian, self-intersecting. Most rings are shown to be simple by their
vertices alone (they turn once, and always the same way, round their middle);
the others are put to GEOS.

Floor 2, beside the area engine: must not know files, cases or zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from eppv_atlas.area import CGCS2000, edges
from eppv_atlas.area.ellipsoids import ellipsoid
from eppv_atlas.area.rings import Floats, Ints, Rings, from_shapes, from_wkb
from eppv_atlas.errors import AreaError

_KINDS = {1: "Point", 2: "LineString", 4: "MultiPoint", 5: "MultiLineString", 7: "GeometryCollection"}
_BODY = ellipsoid(CGCS2000)


@dataclass(frozen=True)
class Defect:
    """Why a feature cannot be counted.

    Attributes
    ----------
    feature
        Its place in the column, from 0.
    rule
        Short fixed name: ``null``, ``empty``, ``wkb``, ``kind``, ``crs``,
        ``finite``, ``range``, ``antimeridian``, ``ring`` or ``self-intersection``.
    en, zh
        What is wrong.
    area_m2
        How large it is, as far as its lines enclose anything; None where that
        cannot be said.
    """

    feature: int
    rule: str
    en: str
    zh: str
    area_m2: float | None = None


@dataclass(frozen=True)
class Sound:
    """The features of a column that can be counted.

    Attributes
    ----------
    rings
        Their rings.
    kept
        Their places in the column.
    defects
        What is wrong with the others, in order.
    """

    rings: Rings
    kept: Ints
    defects: tuple[Defect, ...]


def heads(column: Any) -> tuple[Ints, Ints]:
    """Type codes and SRIDs of a pyarrow column of WKB.

    Returns
    -------
    ndarray of int64
        Type code as it is written; −1 where there is none, −2 where the bytes are big-endian.
    ndarray of int64
        SRID; 0 where none is written.
    """
    _, offset_buffer, data_buffer = column.buffers()
    width = np.int64 if "large" in str(column.type) else np.int32
    offsets = np.frombuffer(offset_buffer, width)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(data_buffer or b"", np.uint8)
    length = np.diff(offsets.astype(np.int64))
    at = offsets[:-1].astype(np.int64)
    length[np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)] = 0

    def number(some: NDArray[np.bool_], skip: int) -> Ints:
        where = at[some] + skip
        parts = [data[where + k].astype(np.int64) << (8 * k) for k in range(4)]
        return parts[0] | parts[1] | parts[2] | parts[3]

    code = np.full(len(column), -1, np.int64)
    srid = np.zeros(len(column), np.int64)
    there = length >= 5
    code[there] = number(there, 1)
    code[np.flatnonzero(there)[data[at[there]] == 0]] = -2
    tagged = (code > 0) & ((code & 0x20000000) != 0) & (length >= 9)
    srid[tagged] = number(tagged, 5)
    return code, srid


def examined(column: Any, foreign: Ints | None = None) -> Sound:
    """Sort a column of polygons into those that can be counted and those that cannot.

    Parameters
    ----------
    column
        pyarrow array of WKB in longitude and latitude, degrees.
    foreign
        SRID of every feature that is written in another CRS than its layer; 0 elsewhere.
    """
    found = _by_head(column, foreign)
    kept = _left(np.arange(len(column)), found)
    while True:
        some = column if len(kept) == len(column) else column.take(kept)
        try:
            rings = from_wkb(some)
            break
        except AreaError:  # one of them breaks off: ask for each by itself
            found += _unreadable(some, kept)
            kept = _left(kept, found)
    more = _by_vertices(rings) or _by_lines(rings)
    while more:
        found += [Defect(int(kept[d.feature]), d.rule, d.en, d.zh, d.area_m2) for d in more]
        kept = _left(kept, found)
        rings = from_wkb(column.take(kept))
        more = _by_lines(rings)
    return Sound(rings, kept, tuple(sorted(found, key=lambda defect: defect.feature)))


def shapes_of(rings: Rings, features: Ints) -> NDArray[Any]:
    """Multipolygons of some features, in the order of their numbers.

    Parameters
    ----------
    rings
        Rings of all features, in order.
    features
        Features wanted, ascending.
    """
    wanted = np.zeros(rings.count, bool)
    wanted[features] = True
    ring = wanted[rings.feature]
    counts = np.diff(rings.start)
    vertex = np.repeat(ring, counts)
    xy = np.column_stack([rings.lon[vertex], rings.lat[vertex]])
    ends = np.concatenate([[0], np.cumsum(counts[ring])])
    shell = np.flatnonzero(rings.sign[ring] > 0)
    polygons = np.append(shell, int(ring.sum()))
    parts = np.searchsorted(rings.feature[ring][shell], np.append(features, rings.count))
    kind = shapely.GeometryType.MULTIPOLYGON
    return np.asarray(shapely.from_ragged_array(kind, xy, (ends, polygons, parts)), dtype=object)


def area_of_polygons(shapes: NDArray[Any]) -> Floats:
    """Area of the polygons among the parts of every shape, edges straight in lon/lat, m²."""
    parts, index = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    flat = shapely.get_type_id(parts) == 3
    area = edges.areas(from_shapes(parts[flat]), "lonlat", _BODY) if flat.any() else np.zeros(0)
    return np.bincount(index[flat], weights=area, minlength=len(shapes)).astype(np.float64)


def _left(kept: Ints, found: Sequence[Defect]) -> Ints:
    gone = np.array([defect.feature for defect in found], np.int64)
    return np.asarray(kept[~np.isin(kept, gone)], dtype=np.int64)


def _by_head(column: Any, foreign: Ints | None) -> list[Defect]:
    """What the first bytes of each feature give away."""
    code, _ = heads(column)
    missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)
    kind = np.where(code < 0, code, (code & 0x0FFFFFFF) % 1000)
    wrong = (kind != 3) & (kind != 6)
    found = []
    for index in np.flatnonzero(wrong).tolist():
        if missing[index]:
            found.append(Defect(index, "null", "there is no geometry", "没有几何", 0.0))
        elif kind[index] < 0:
            found.append(Defect(index, "wkb", "the geometry cannot be read", "几何无法读取"))
        else:
            name = _KINDS.get(int(kind[index]), f"geometry of type {kind[index]}")
            found.append(Defect(index, "kind", f"a {name} is no polygon", f"{name} 不是多边形"))
    if foreign is not None:
        for index in np.flatnonzero(~wrong & (foreign > 0)).tolist():
            en = f"its SRID is {foreign[index]}, another CRS than that of its layer"
            zh = f"其 SRID 为 {foreign[index]}，与图层坐标系不同"
            found.append(Defect(index, "crs", en, zh))
    return found


def _unreadable(column: Any, kept: Ints) -> list[Defect]:
    """Features whose bytes break off; all of them where none can be blamed."""
    found = []
    for index in range(len(column)):
        try:
            from_wkb(column.slice(index, 1))
        except AreaError as error:
            en, zh = (text.split(":", 1)[-1].split("：", 1)[-1].strip() for text in (error.en, error.zh))
            found.append(Defect(int(kept[index]), "wkb", en, zh))
    if not found:
        raise AssertionError("a column cannot be read although each of its features can")
    return found


def _by_vertices(rings: Rings) -> list[Defect]:
    """Features with no rings, or with vertices where none can be."""
    counts = np.diff(rings.start)
    found: dict[int, Defect] = {}

    def blame(features: NDArray[Any], rule: str, en: str, zh: str, area: float | None = None) -> None:
        for feature in np.unique(features).tolist():
            found.setdefault(feature, Defect(feature, rule, en, zh, area))

    vertices = np.bincount(rings.feature, weights=counts, minlength=rings.count)
    blame(np.flatnonzero(vertices == 0), "empty", "the geometry is empty", "几何为空", 0.0)
    if not rings.lon.size:
        return list(found.values())
    west, east = float(rings.lon.min()), float(rings.lon.max())  # NaN where there is any
    south, north = float(rings.lat.min()), float(rings.lat.max())
    on_globe = -180.0 <= west <= east <= 180.0 and -90.0 <= south <= north <= 90.0
    easy = on_globe and east - west <= 180.0
    owner = rings.feature[:0] if easy else np.repeat(rings.feature, counts)
    if not on_globe:
        finite = np.isfinite(rings.lon) & np.isfinite(rings.lat)
        blame(owner[~finite], "finite", "a coordinate is NaN or infinite", "坐标为 NaN 或无穷大")
        off = finite & ((np.abs(rings.lat) > 90.0) | (np.abs(rings.lon) > 180.0))
        _, first_off = np.unique(owner[off], return_index=True)
        for vertex in np.flatnonzero(off)[first_off].tolist():
            lon, lat = float(rings.lon[vertex]), float(rings.lat[vertex])
            swapped = abs(lon) <= 90.0 < abs(lat) <= 180.0
            en, zh = f"({lon:g}, {lat:g}) is no longitude and latitude", f"({lon:g}, {lat:g}) 不是经纬度"
            if swapped:
                en, zh = f"{en}; are they swapped?", f"{zh}；是否经纬颠倒？"
            blame(owner[vertex : vertex + 1], "range", en, zh)
    first, last = rings.start[:-1], rings.start[1:] - 1
    lying = counts > 0
    shut = ~lying
    a, b = first[lying], last[lying]
    shut[lying] = (rings.lon[a] == rings.lon[b]) & (rings.lat[a] == rings.lat[b]) & (counts[lying] >= 4)
    blame(rings.feature[~shut], "ring", "a ring is not closed or has too few vertices", "环未闭合或顶点过少")
    if not easy:
        wide = np.zeros(len(rings.lon), bool)
        wide[:-1] = np.abs(np.diff(rings.lon)) > 180.0
        wide[last[lying]] = False
        en = "an edge is longer than 180° of longitude; split it along the antimeridian"
        blame(owner[wide], "antimeridian", en, "有边跨越超过 180° 经度；请沿 180° 经线分割")
    return list(found.values())


def _by_lines(rings: Rings) -> list[Defect]:
    """Features whose rings cross themselves or each other."""
    doubtful = np.flatnonzero(~_turn_once(rings))
    if not doubtful.size:
        return []
    shapes = shapes_of(rings, doubtful)
    wrong = ~shapely.is_valid(shapes)
    if not wrong.any():
        return []
    # made valid for its size alone: the result is measured and thrown away
    sizes = area_of_polygons(shapely.make_valid(shapes[wrong]))
    reasons = shapely.is_valid_reason(shapes[wrong])
    return [
        Defect(
            int(feature),
            "self-intersection",
            f"the geometry is not valid: {reason}",
            f"几何无效：{reason}",
            float(size),
        )
        for feature, reason, size in zip(doubtful[wrong], reasons, sizes, strict=True)
    ]


def _turn_once(rings: Rings) -> NDArray[np.bool_]:
    """Whether a feature is surely simple: one ring, star-shaped about the mean of its vertices.

    Where all triangles of the middle and an edge turn the same way, the angle
    grows along the ring; where the ring also crosses the parallel of the middle
    upwards only once, it goes round once and cannot meet itself.
    """
    out = np.zeros(rings.count, bool)
    if not rings.sign.size:
        return out
    counts = np.diff(rings.start)
    if not counts.all():
        return out  # an empty hole: rare, and GEOS knows what to make of it
    at = rings.start[:-1]
    x = rings.lon - np.repeat(np.add.reduceat(rings.lon, at) / counts, counts)
    y = rings.lat - np.repeat(np.add.reduceat(rings.lat, at) / counts, counts)
    turn = x[:-1] * y[1:] - x[1:] * y[:-1]
    up = ((y[:-1] < 0.0) & (y[1:] >= 0.0)).astype(np.int64)
    join = at[1:] - 1  # from the end of one ring to the next
    up[join] = 0
    highs = turn.copy()
    highs[join] = -np.inf
    lows = turn
    lows[join] = np.inf
    size = np.maximum.reduceat(x * x + y * y, at)
    least = np.minimum.reduceat(np.append(lows, np.inf), at)
    most = np.maximum.reduceat(np.append(highs, -np.inf), at)
    rounds = np.add.reduceat(np.append(up, 0), at)
    # a turn that rounding could have made is none
    anticlockwise = (least > 1e-12 * size) & (rounds == 1)
    clockwise = (most < -1e-12 * size) & (rounds == 1)
    simple = anticlockwise | clockwise
    single = np.bincount(rings.feature, minlength=rings.count) == 1
    out[rings.feature[simple & single[rings.feature]]] = True
    return out
