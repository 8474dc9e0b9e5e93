"""Measures of zones: ellipsoidal area beside what the document states.

Floor 3: knows records, shapes and the area engine; must not know files, maps,
reports or the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.area import area_m2, perimeter_m
from eppv_atlas.geometry import polygons
from eppv_atlas.results import Measure, PlacedCase, Total, ZoneShape
from eppv_atlas.units import to_m2


def case(placed: PlacedCase) -> list[Measure]:
    """Measure every zone of a case.

    Parameters
    ----------
    placed
        A case with its shapes, e.g. ``atlas["hangzhou-xixi"]``.

    Returns
    -------
    list of Measure
        One a zone, in zone order; areas in m² and perimeters in m on the
        CGCS2000 ellipsoid. A zone without a geometry has its stated area only.
        A shape made to have a given area has no difference: it would only
        confirm itself. Nor has an administrative unit that stands for a zone in it.
    """
    return each([placed])[0]


def each(placed: Sequence[PlacedCase]) -> list[list[Measure]]:
    """Measure every zone of several cases, all shapes in one step; for each what :func:`case` gives."""
    sizes = _sizes([one.shapes for one in placed])
    return [_rows(one, *found) for one, found in zip(placed, sizes, strict=True)]


def _rows(
    placed: PlacedCase, areas_m2: Mapping[str, float], perimeters_m: Mapping[str, float]
) -> list[Measure]:
    facts = {fact.id: fact for fact in placed.case.facts}
    rows = []
    for zone in placed.case.zones:
        shape = placed.shapes.get(zone.id)
        fact = facts.get(zone.stated_area or "")
        stated_m2 = to_m2(fact.value, fact.unit) if fact is not None else None
        measured_m2 = areas_m2.get(zone.id)
        solved = shape is not None and shape.solved
        difference_pct = None
        unit = shape is not None and vocabulary.stands_for_unit(zone.kind, shape.confidence)
        if measured_m2 is not None and stated_m2 and not solved and not unit:
            difference_pct = (measured_m2 - stated_m2) / stated_m2 * 100
        rows.append(
            Measure(
                case=placed.case.id,
                zone=zone.id,
                kind=zone.kind,
                area_m2=measured_m2,
                perimeter_m=perimeters_m.get(zone.id),
                stated_m2=stated_m2,
                difference_pct=difference_pct,
                confidence=shape.confidence if shape is not None else None,
                made_from_stated=solved,
            )
        )
    return rows


def _sizes(of_cases: Sequence[Mapping[str, ZoneShape]]) -> list[tuple[dict[str, float], dict[str, float]]]:
    """For each case area (m²) and perimeter (m) by zone; those of outlines of units are remembered."""
    own = [
        (index, zone, shape.geometry)
        for index, shapes in enumerate(of_cases)
        for zone, shape in shapes.items()
        if shape.origin != "administrative"
    ]
    out: list[tuple[dict[str, float], dict[str, float]]] = [({}, {}) for _ in of_cases]
    if own:
        held = [geometry for _, _, geometry in own]
        found = zip(own, area_m2(held).tolist(), perimeter_m(held).tolist(), strict=True)
        for (index, zone, _), size_m2, length_m in found:
            out[index][0][zone], out[index][1][zone] = size_m2, length_m
    for (areas_m2, perimeters_m), shapes in zip(out, of_cases, strict=True):
        for zone, shape in shapes.items():
            if zone not in areas_m2:
                areas_m2[zone], perimeters_m[zone] = _unit_sizes(shape.geometry)
    return out


@lru_cache(maxsize=4096)
def _unit_sizes(outline: BaseGeometry) -> tuple[float, float]:
    return float(area_m2(outline)), float(perimeter_m(outline))


def cases(placed: Iterable[PlacedCase]) -> list[Measure]:
    """Measure every zone of several cases, see :func:`case`."""
    return [row for rows in each(list(placed)) for row in rows]


def totals(placed: PlacedCase) -> list[Total]:
    """Sum, union and overlap of a case's zones, for each confidence and over all.

    Zones that lie in each other (a reserve inside its park) are counted each
    in the sum; the overlap is what the sum counts more than once. Shapes of
    different confidence are never added up without saying so: each confidence
    has its own total, and the total over all names the weakest.

    Returns
    -------
    list of Total
        Best confidence first, then ``all``; empty where no zone has a geometry.
    """
    shapes = list(placed.shapes.values())
    present = sorted({shape.confidence for shape in shapes}, key=vocabulary.rank)
    groups = [(name, [s for s in shapes if s.confidence == name]) for name in present]
    if shapes:
        groups.append(("all", shapes))
    out = []
    for name, members in groups:
        sum_m2 = float(sum(area_m2([shape.geometry for shape in members])))
        union_m2 = (
            area_m2(members[0].geometry)
            if len(members) == 1 and members[0].geometry.geom_type != "GeometryCollection"
            else area_m2(polygons(shapely.unary_union([shape.geometry for shape in members])))
        )
        weakest = max((shape.confidence for shape in members), key=vocabulary.rank)
        out.append(
            Total(
                case=placed.case.id,
                confidence=name,
                zones=len(members),
                sum_m2=sum_m2,
                union_m2=union_m2,
                overlap_m2=max(sum_m2 - union_m2, 0.0),
                weakest=weakest,
            )
        )
    return out
