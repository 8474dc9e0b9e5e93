"""What is wrong with the outlines of a layer, feature by feature, and between them.

Nothing is mended here unasked: ``mended`` does what GEOS calls making valid and
says by how much the area changed.

Floor 3, part of intake: knows shapes in OGC:CRS84; must not know files, CRS or cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from eppv_atlas import defects
from eppv_atlas.area import area_m2
from eppv_atlas.errors import Problem
from eppv_atlas.geometry import polygons
from eppv_atlas.intake.layer import doubt, refusal

_SPIKE_DEG: Final = 1.0
"""An angle below this, with both legs longer than `_SPIKE_M`, is a spike."""
_SPIKE_M: Final = 1.0
_SAME_M: Final = 0.01
"""Vertices nearer than this are one written twice."""
_THIN: Final = 0.02
"""A part whose area is this little of that of a circle as long round is a sliver …"""
_SLIVER_M2: Final = 10_000.0
"""… where it is also smaller than this."""
_OVERLAP_M2: Final = 1.0
_GAP_SHARE: Final = 0.01
_PAIRS: Final = 200_000
_NAMED: Final = 5


@dataclass(frozen=True)
class Mended:
    """What making valid would do to a feature.

    Attributes
    ----------
    feature
        Its number, from 1.
    before_m2, after_m2
        Area of what its lines enclose, before (None where that cannot be said) and after.
    """

    feature: int
    before_m2: float | None
    after_m2: float


def faults(file: str, shapes: NDArray[Any]) -> list[Problem]:
    """What keeps a layer from being taken, every feature named, one problem a rule.

    Parameters
    ----------
    file
        Name for messages.
    shapes
        Shape (n,), OGC:CRS84; None where there is none.
    """
    column = pa.array([None if one is None else shapely.to_wkb(one) for one in shapes], pa.large_binary())
    found: dict[str, list[defects.Defect]] = {}
    for defect in defects.examined(column).defects:
        found.setdefault(defect.rule, []).append(defect)
    out = []
    for rule, held in found.items():
        numbers = [defect.feature + 1 for defect in held]
        first = held[0]
        size = f" ({first.area_m2:,.0f} m²)" if first.area_m2 and rule == "self-intersection" else ""
        hint_en, hint_zh = "", ""
        if rule in {"self-intersection", "ring"}:
            hint_en = "; correct the outline, or see what --mend would make of it"
            hint_zh = "；请修正边界，或用 --mend 看看自动修正的结果"
        out.append(refusal(file, rule, f"{first.en}{size}{hint_en}", f"{first.zh}{size}{hint_zh}", numbers))
    return out


def mended(shapes: NDArray[Any]) -> tuple[NDArray[Any], list[Mended]]:
    """Make what is invalid valid, and say what that does to its area.

    Parameters
    ----------
    shapes
        Polygons, OGC:CRS84.
    """
    out = shapes.copy()
    told = []
    for index, one in enumerate(shapes):
        if one is None or one.is_empty or shapely.is_valid(one):
            continue
        made = polygons(shapely.make_valid(one, method="structure", keep_collapsed=False))
        if not shapely.is_valid(made):  # GEOS can leave shells with a common edge
            made = polygons(shapely.union_all(shapely.get_parts(made)))
        before = (
            float(defects.area_of_polygons(np.array([one], dtype=object))[0])
            if "olygon" in one.geom_type
            else None
        )
        out[index] = made
        told.append(Mended(index + 1, before, 0.0 if made.is_empty else float(area_m2(made))))
    return out, told


def simplified(shapes: NDArray[Any], tolerance_m: float) -> NDArray[Any]:
    """Outlines with fewer vertices, none further than about `tolerance_m` from where it was; shared edges stay shared.

    Parameters
    ----------
    shapes
        Valid polygons, OGC:CRS84.
    tolerance_m
        How far an outline may move, m.
    """
    lon, lat = shapely.get_coordinates(shapely.centroid(shapely.box(*shapely.total_bounds(shapes))))[0]
    scale = np.array([111_320 * np.cos(np.radians(lat)), 110_950.0])
    flat = shapely.transform(shapes, lambda xy: (xy - (lon, lat)) * scale)
    if len(flat) > 1 and shapely.coverage_is_valid(flat):
        made = shapely.coverage_simplify(flat, tolerance_m)
    else:
        made = shapely.simplify(flat, tolerance_m, preserve_topology=True)
    return np.asarray(shapely.transform(made, lambda xy: xy / scale + (lon, lat)), dtype=object)


def closed(file: str, shapes: NDArray[Any], *, join: bool) -> tuple[NDArray[Any], list[Problem]]:
    """Outlines that came as closed lines made polygons; open lines only where `join` asks for it.

    Parameters
    ----------
    file
        Name for messages.
    shapes
        Shape (n,), OGC:CRS84.
    join
        Whether the ends of an open line are to be joined.
    """
    out = shapes.copy()
    made: list[int] = []
    joined: list[int] = []
    left: list[tuple[int, float]] = []
    for index, one in enumerate(shapes):
        if (
            one is None
            or one.geom_type not in {"LineString", "MultiLineString", "LinearRing"}
            or one.is_empty
        ):
            continue
        lines = shapely.get_parts(shapely.line_merge(one) if one.geom_type == "MultiLineString" else one)
        ends = [np.abs(np.ptp(shapely.get_coordinates(line)[[0, -1]], axis=0)).max() for line in lines]
        shut = all(end <= _SAME_M / 111_000 for end in ends)
        if any(len(np.unique(shapely.get_coordinates(line), axis=0)) < 3 for line in lines) or not (
            shut or join
        ):
            left.append((index + 1, max(ends) * 111_000))
            continue
        parts = [shapely.Polygon(shapely.get_coordinates(line)) for line in lines]
        out[index] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
        (made if shut else joined).append(index + 1)
    told = []
    if made:
        told.append(
            doubt(
                file,
                "lines",
                "is a closed line; it was taken as the outline it draws",
                "是闭合线，按其围成的面接收",
                made,
            )
        )
    if joined:
        told.append(
            doubt(file, "lines", "is a line whose ends were joined", "是未闭合的线，首尾已连接", joined)
        )
    if left:
        far = max(gap for _, gap in left)
        told.append(
            refusal(
                file, "lines", f"is an open line (its ends lie up to {far:,.0f} m apart); --close joins them",
                f"是未闭合的线（首尾相距可达 {far:,.0f} 米）；--close 可将其连接", [number for number, _ in left],
            )
        )  # fmt: skip
    return out, told


def oddities(file: str, shapes: NDArray[Any]) -> Iterator[Problem]:
    """What a layer can be taken with, but somebody should look at.

    Parameters
    ----------
    file
        Name for messages.
    shapes
        Valid polygons, OGC:CRS84.
    """
    kinds = sorted({one.geom_type.removeprefix("Multi") for one in shapes if one is not None})
    if len(kinds) > 1:
        yield doubt(file, "types", f"mixes {', '.join(kinds)}", f"混有 {'、'.join(kinds)}")
    scaled = _scaled(shapes)
    feature, back, on = _corners(scaled)
    spikes = _spikes(feature, back, on)
    if spikes:
        yield doubt(
            file,
            "spike",
            f"has spikes (angles under {_SPIKE_DEG:g}°)",
            f"有尖刺（夹角小于 {_SPIKE_DEG:g}°）",
            spikes,
        )
    twice = (np.unique(feature[np.hypot(*on.T) < _SAME_M]) + 1).tolist()
    if twice:
        yield doubt(file, "duplicate-vertices", "has vertices written twice", "有重复顶点", twice)
    slivers = _slivers(scaled)
    if slivers:
        yield doubt(file, "sliver", "has long thin parts (slivers)", "有狭长碎面", slivers)
    yield from _between(file, shapes)


def plain(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Which shapes, each looked at alone, have clearly none of the `oddities`.

    Quick, and on the safe side: what is False has to be looked at.

    Parameters
    ----------
    shapes
        Valid polygons, OGC:CRS84; shape (n,).

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    xy, feature = shapely.get_coordinates(shapes, return_index=True)
    bounds = shapely.bounds(shapes)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    scale = np.stack([111_320 * np.cos(np.radians(middle[:, 1])), np.full(len(shapes), 110_950.0)], axis=1)
    scaled = shapely.set_coordinates(shapely.force_2d(shapes), (xy - middle[feature]) * scale[feature])
    odd = np.zeros(len(shapes), dtype=np.bool_)
    feature, back, on = _corners(scaled)
    a, b = np.hypot(*back.T), np.hypot(*on.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        blunt = (back * on).sum(axis=1) / (a * b) < np.cos(np.radians(2 * _SPIKE_DEG))
    odd[feature[~blunt | (b < 2 * _SAME_M)]] = True
    parts, feature = shapely.get_parts(scaled, return_index=True)
    area, length = shapely.area(parts), shapely.length(parts)
    odd[feature[(4 * np.pi * area < 2 * _THIN * length**2) & (area < 2 * _SLIVER_M2)]] = True
    return ~odd


def _scaled(shapes: NDArray[Any]) -> NDArray[Any]:
    """Shapes in metres about their common middle, for angles and distances only."""
    west, south, east, north = shapely.total_bounds(shapes)
    lon, lat = (west + east) / 2, (south + north) / 2
    scale = np.array([111_320 * np.cos(np.radians(lat)), 110_950.0])
    return np.asarray(shapely.transform(shapes, lambda xy: (xy - (lon, lat)) * scale), dtype=object)


def _corners(shapes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Every corner of every ring: its feature, and the ways back to the last and on to the next one, m."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.zeros(0, bool)  # it repeats the first
    xy, ring = xy[~last], ring[~last]
    first = np.append(True, ring[1:] != ring[:-1]) if len(ring) else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(xy)) - 1
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    before[starts], after[ends] = ends, starts
    return of_part[of_ring[ring]], xy[before] - xy, xy[after] - xy


def _spikes(feature: NDArray[np.int64], back: NDArray[np.float64], on: NDArray[np.float64]) -> list[int]:
    """Features with an angle so sharp that nobody drew it, from 1."""
    a, b = np.hypot(*back.T), np.hypot(*on.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (back * on).sum(axis=1) / (a * b)
    sharp = (a > _SPIKE_M) & (b > _SPIKE_M) & (cosine > np.cos(np.radians(_SPIKE_DEG)))
    return [int(one) + 1 for one in np.unique(feature[sharp])]


def _slivers(scaled: NDArray[Any]) -> list[int]:
    """Features with a part that is long and thin, from 1."""
    parts, feature = shapely.get_parts(scaled, return_index=True)
    area, length = shapely.area(parts), shapely.length(parts)
    thin = (4 * np.pi * area < _THIN * length**2) & (area < _SLIVER_M2)
    return [int(one) + 1 for one in np.unique(feature[thin])]


def _between(file: str, shapes: NDArray[Any]) -> Iterator[Problem]:
    """Overlaps of features, and narrow gaps that their union encloses."""
    if len(shapes) < 2:
        return
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    ahead = one < other
    one, other = one[ahead][:_PAIRS], other[ahead][:_PAIRS]
    common = shapely.intersection(shapes[one], shapes[other])
    over = []
    for index in np.flatnonzero(shapely.area(common) > 0).tolist():
        size = float(area_m2(polygons(common[index])))
        if size > _OVERLAP_M2:
            over.append((int(one[index]) + 1, int(other[index]) + 1, size))
    if over:
        total = sum(size for _, _, size in over)
        named = ", ".join(f"{a}+{b}" for a, b, _ in over[:_NAMED])
        yield doubt(
            file, "overlap", f"features overlap by {total:,.0f} m² in {len(over)} pair(s): {named}",
            f"要素相互重叠 {total:,.0f} m²，共 {len(over)} 对：{named}", sorted({n for a, b, _ in over for n in (a, b)}),
        )  # fmt: skip
    gaps = _gaps(shapes)
    if gaps:
        yield doubt(
            file, "gap", f"encloses {len(gaps)} small gap(s) between features, {sum(gaps):,.0f} m² in all",
            f"要素之间有 {len(gaps)} 处小缝隙，共 {sum(gaps):,.0f} m²",
        )  # fmt: skip


def _gaps(shapes: Sequence[Any] | NDArray[Any]) -> list[float]:
    """Areas of holes of the union that no single feature has, small against the whole."""
    union = shapely.union_all(np.asarray(shapes, dtype=object))
    own = shapely.union_all(
        [
            shapely.Polygon(ring)
            for one in shapes
            for part in shapely.get_parts(one)
            for ring in part.interiors
        ]
    )
    holes = [
        shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in getattr(part, "interiors", ())
    ]
    whole = float(shapely.area(union))
    small = [hole for hole in holes if hole.area < _GAP_SHARE * whole and not shapely.covers(own, hole)]
    return [float(area_m2(hole)) for hole in small]
