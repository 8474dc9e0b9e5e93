"""In which counties shapes lie, by shares of their area.

Floor 3, part of intake: knows shapes in OGC:CRS84 and outlines of units; must
not know files, CRS or cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries
from eppv_atlas.area import area_m2
from eppv_atlas.errors import Problem
from eppv_atlas.geometry import polygons
from eppv_atlas.intake.layer import doubt, refusal

_LEAST: Final = 0.001
_NEAR_DEG: Final = 0.02
"""Outlines of units are general-purpose data: this near their border a shape is in doubt, not outside."""
_SPILLS: Final = 0.02


@dataclass(frozen=True)
class Share:
    """How much of the shapes lies in a unit.

    Attributes
    ----------
    place
        The unit; None for what lies in none of China and none that the case names.
    share
        Share of the area, 0 to 1.
    area_m2
        The area itself.
    named
        Whether the case names this unit, or one that it lies in.
    """

    place: boundaries.Place | None
    share: float
    area_m2: float
    named: bool


def shares(shapes: NDArray[Any], places: Sequence[str]) -> list[Share]:
    """Shares of all shapes together by county, the largest first.

    Parameters
    ----------
    shapes
        Valid polygons, OGC:CRS84.
    places
        Codes that the case names.

    Raises
    ------
    UnknownPlace
        If a code is that of no unit.
    """
    whole = polygons(shapely.union_all(shapes))
    if whole.is_empty:
        return []
    total = float(area_m2(whole))
    named = shapely.union_all([boundaries.outline(code) for code in places]) if places else shapely.Polygon()
    units, outlines, tree = _tree()
    found, rest = [], whole
    states = [code for code in places if not code.isdigit()]
    for place, outline in [
        *((units[i], outlines[i]) for i in tree.query(whole, predicate="intersects").tolist()),
        *((boundaries.place(code), boundaries.outline(code)) for code in states),
    ]:
        piece = polygons(shapely.intersection(whole, outline))
        if piece.is_empty:
            continue
        rest = polygons(shapely.difference(rest, outline))
        size = float(area_m2(piece))
        inside = place.code in places or _within(outline, named)
        if size / total >= _LEAST:
            found.append(Share(place, size / total, size, inside))
    left = 0.0 if rest.is_empty else float(area_m2(rest))
    if left / total >= _LEAST:
        found.append(Share(None, left / total, left, named=False))
    return sorted(found, key=lambda one: -one.share)


def misplaced(
    file: str, shapes: NDArray[Any], places: Sequence[str], found: Sequence[Share]
) -> Iterator[Problem]:
    """What lies outside the units that the case names: all of it is refused, some of it is doubted.

    Parameters
    ----------
    file
        Name for messages.
    shapes, places
        As in `shares`.
    found
        Its result.
    """
    if not places:
        return
    where_en = ", ".join(f"{_label(one)} {one.share:.1%}" for one in found[:5])
    area = shapely.union_all([boundaries.outline(code) for code in places])
    near = area.buffer(_NEAR_DEG)
    shapely.prepare(near)
    away = [i + 1 for i, one in enumerate(shapes) if not shapely.intersects(near, one)]
    named = ", ".join(f"{boundaries.place(code).name_zh} {code}" for code in places[:6])
    if len(away) == len(shapes):
        yield refusal(
            file,
            "place",
            f"lies outside the places of the case ({named}); it lies in: {where_en}. "
            "Correct the case's places, or say which coordinates these are with --crs",
            f"不在案例所在行政区（{named}）内；实际位于：{where_en}。请改正案例的 places，或用 --crs 指明坐标系",
            away,
        )
        return
    spilt = sum(one.share for one in found if not one.named)
    outside = [i + 1 for i, one in enumerate(shapes) if not shapely.covers(near, one)]
    if spilt >= _SPILLS or away:
        yield doubt(
            file,
            "place",
            f"{spilt:.1%} lies outside the places of the case ({named}); by county: {where_en}",
            f"有 {spilt:.1%} 在案例所在行政区（{named}）之外；按县：{where_en}",
            outside or away,
        )


def well_inside(shapes: NDArray[Any], places: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
    """Which shapes lie inside one county that their case names, and touch no other: of these nothing is to be said.

    Quick, and on the safe side: what is False has to be looked at.

    Parameters
    ----------
    shapes
        Valid polygons, OGC:CRS84; shape (n,).
    places
        For each shape, the codes that its case names.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    units, outlines, tree = _tree()
    shape, unit = tree.query(shapes)
    for number in set(unit.tolist()):
        shapely.prepare(outlines[number])
    met = shapely.intersects(outlines[unit], shapes[shape])
    shape, unit = shape[met], unit[met]
    inside = shapely.contains_properly(outlines[unit], shapes[shape])
    pairs = zip(shape.tolist(), unit.tolist(), strict=True)
    inside &= np.array([units[u].code in places[i] for i, u in pairs], dtype=np.bool_)
    alone = np.bincount(shape, minlength=len(shapes)) == 1
    return np.asarray(alone & (np.bincount(shape, weights=inside, minlength=len(shapes)) == 1))


def _label(one: Share) -> str:
    return f"{one.place.name_zh} {one.place.code}" if one.place else "境外或海上 / abroad or at sea"


def _within(outline: BaseGeometry, named: BaseGeometry) -> bool:
    return bool(not named.is_empty and shapely.covers(named, shapely.point_on_surface(outline)))


@cache
def _tree() -> tuple[list[boundaries.Place], NDArray[np.object_], shapely.STRtree]:
    units, outlines = boundaries.units("district")
    return units, outlines, shapely.STRtree(outlines)
