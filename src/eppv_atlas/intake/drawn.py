"""Zones drawn by hand, held to the same checks as imported ones.

Floor 3, part of intake: knows records of cases; must not know files or CRS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import area_m2
from eppv_atlas.errors import Problem
from eppv_atlas.geometry import polygons
from eppv_atlas.intake import doctor, placing, soundness
from eppv_atlas.intake.layer import doubt
from eppv_atlas.model import Case

_INSIDE: Final = 0.99
_OVERLAP_M2: Final = 1.0


def plain(shapes: Sequence[BaseGeometry], places: Sequence[Sequence[str]]) -> list[bool]:
    """Of which shapes nothing is to be said, each looked at alone; of the others something may be.

    Parameters
    ----------
    shapes
        Drawn zones, valid, OGC:CRS84; of as many cases as one likes.
    places
        For each, the codes that its case names.
    """
    every = np.array(shapes, dtype=object)
    found: list[bool] = (soundness.plain(every) & placing.well_inside(every, places)).tolist()
    return found


def doubts(
    file: str,
    case: Case,
    shapes: Mapping[str, BaseGeometry],
    known: Sequence[bool] | None = None,
    areas_m2: Mapping[str, float] | None = None,
) -> Iterator[Problem]:
    """What somebody should look at in zones drawn by hand.

    Parameters
    ----------
    file
        Name of the geodata file.
    case
        The case.
    shapes
        Drawn zones, valid, OGC:CRS84.
    known
        What `plain` says of them, where it was asked already.
    areas_m2
        Areas of those that have a stated area, where they were measured already.
    """
    every = np.array(list(shapes.values()), dtype=object)
    if known is None:
        known = plain(list(shapes.values()), [case.places] * len(shapes))
    for (zone, shape), nothing in zip(shapes.items(), known, strict=True):
        if nothing:  # most zones: the long look would find nothing either
            continue
        held = np.array([shape], dtype=object)
        named = f"feature {zone}"
        for problem in soundness.oddities(file, held):
            yield replace(problem, place=named)
        found = placing.shares(held, case.places)
        for problem in placing.misplaced(file, held, case.places, found):
            yield replace(problem, place=named, severity="warning")
    for one, other in _touching(every, list(shapes)):
        common = polygons(shapely.intersection(shapes[one], shapes[other]))
        size = 0.0 if common.is_empty else float(area_m2(common))
        least = min(float(area_m2(shapes[zone])) for zone in (one, other)) if size > _OVERLAP_M2 else 0.0
        if least and size < _INSIDE * least:  # a zone inside another one is no mistake
            en = f"zones {one!r} and {other!r} overlap by {size:,.0f} m²; one lies not inside the other"
            yield doubt(file, "overlap", en, f"分区 {one!r} 与 {other!r} 重叠 {size:,.0f} m²，且互不包含")
    if areas_m2 is None:
        areas_m2 = {zone: float(area_m2(shapes[zone])) for zone in stated(case, shapes)}
    yield from doctor.stated(file, case, areas_m2)


def stated(case: Case, shapes: Mapping[str, BaseGeometry]) -> list[str]:
    """Drawn zones whose area the document states, in the order of the shapes."""
    said = {zone.id for zone in case.zones if zone.stated_area is not None}
    return [zone for zone in shapes if zone in said]


def _touching(shapes: NDArray[Any], zones: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of zones that have any point in common, in the order of the zones."""
    one, other = np.triu_indices(len(zones), 1)  # as itertools.combinations has them
    met = shapely.intersects(shapes[one], shapes[other])
    return [(zones[i], zones[j]) for i, j in zip(one[met].tolist(), other[met].tolist(), strict=True)]
