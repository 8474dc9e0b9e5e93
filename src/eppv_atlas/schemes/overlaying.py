"""What the engine `space` does with shapes: a proposal laid over zones, a ring of a given area.

Areas of pieces are measured with edges straight in longitude and latitude on the CGCS2000 ellipsoid, so
that they add up to the whole.

Floor 3, part of schemes: knows shapes, measures and records; must not know files, pages or how anything
is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import area_m2
from eppv_atlas.errors import RecipeError, UsageError
from eppv_atlas.geometry import polygons, sized_ring
from eppv_atlas.model import Name, Zone
from eppv_atlas.model.schemes import SpaceScheme
from eppv_atlas.results import PlacedCase
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.trial import Column, Layer, Line, Mark, Ran, Table, Value
from eppv_atlas.vocabulary import CONFIDENCES

TOUCH_M2: Final = 1.0
"""An overlap up to this is a touch: stored outlines are good to 0.1 m."""
AUDITABLE: Final = ("surveyed", "official", "digitised")
"""Confidences of a red line that a proposal can be held against."""


def size_m2(shape: BaseGeometry) -> float:
    """Area of an overlay piece, m²; 0 where it is empty."""
    return 0.0 if shape.is_empty else float(area_m2(polygons(shape), "lonlat"))


def proposed(scheme: SpaceScheme, placed: PlacedCase, given: Mapping[str, BaseGeometry]) -> Ran:
    """Lay a proposal over the red line and over the zones of the budget.

    Parameters
    ----------
    scheme
        Names the zones.
    placed
        Has their shapes.
    given
        ``proposal``, and ``redline`` where somebody brings a red line of their own.

    Returns
    -------
    Ran
        Lines, a table, layers and notes; no inputs.
    """
    proposal = given["proposal"]
    whole_m2 = size_m2(proposal)
    zones = {zone.id: zone for zone in placed.case.zones}
    lines = [Line("proposal_area", Name(zh="拟用地面积", en="Area of the proposal"), whole_m2, "m2")]
    layers = [_layer("proposal", Name(zh="拟用地", en="Proposal"), "", proposal)]
    notes: list[Name] = []
    line, confidence = _red_line(scheme, placed, given)
    if line is not None:
        inside = polygons(shapely.intersection(proposal, line))
        inside_m2 = size_m2(inside)
        lines += _held(inside_m2, whole_m2, confidence)
        notes.append(_worth(confidence))
        layers.append(_layer("red_line", Name(zh="红线", en="Red line"), confidence, line))
        if not inside.is_empty:
            layers.append(
                _layer("inside", Name(zh="红线内部分", en="Part inside the red line"), confidence, inside)
            )
    rows: list[tuple[Value | Name, ...]] = []
    shaky: list[Name] = []
    for space in scheme.spaces:
        shape = placed.shapes.get(space.zone)
        if shape is None:
            continue
        part_m2 = size_m2(polygons(shapely.intersection(proposal, shape.geometry)))
        term = CONFIDENCES[shape.confidence]
        share = part_m2 / whole_m2 * 100 if whole_m2 else None
        rows.append((zones[space.zone].name, part_m2, share, Name(zh=term.zh, en=term.en)))
        if shape.confidence not in AUDITABLE:
            shaky.append(zones[space.zone].name)
    tables = (_over_zones(rows),) if rows else ()
    if shaky:
        notes.append(
            said(
                f"{'、'.join(name.zh for name in shaky)}：几何不足为据，落在其中的面积仅供参考",
                f"{'; '.join(name.en for name in shaky)}: the shapes cannot be relied on, the areas inside them are only an indication",
            )
        )
    return Ran((), tuple(lines), tables=tables, layers=tuple(layers), notes=tuple(notes))


def _red_line(
    scheme: SpaceScheme, placed: PlacedCase, given: Mapping[str, BaseGeometry]
) -> tuple[BaseGeometry | None, str]:
    """The red line and its confidence; empty where somebody brought it."""
    if "redline" in given:
        return given["redline"], ""
    shape = placed.shapes.get(scheme.red_line or "")
    return (None, "") if shape is None else (shape.geometry, shape.confidence)


def _held(inside_m2: float, whole_m2: float, confidence: str) -> list[Line]:
    share = inside_m2 / whole_m2 * 100 if whole_m2 else None
    kept = inside_m2 <= TOUCH_M2 if confidence in {"", *AUDITABLE} else None
    return [
        Line("inside_area", Name(zh="红线内面积", en="Area inside the red line"), inside_m2, "m2"),
        Line(
            "inside_share", Name(zh="红线内占拟用地", en="Share of the proposal inside it"), share, "percent"
        ),
        Line("kept", Name(zh="是否守住红线", en="Is the red line kept?"), kept, "", "test"),
    ]


def _worth(confidence: str) -> Name:
    if not confidence:
        return Name(
            zh="红线由使用者提供，按其原样比对", en="The red line is the user's own and taken as it stands"
        )
    term = CONFIDENCES[confidence]
    if confidence in AUDITABLE:
        return said(
            f"红线几何的可信度为“{term.zh}”；重叠不超过 {TOUCH_M2:g} 平方米按相接看待",
            f"The red line's shape has confidence “{term.en}”; an overlap up to {TOUCH_M2:g} m² counts as a touch",
        )
    return said(
        f"红线几何的可信度为“{term.zh}”，不能据以判断是否守住；请用 --with redline=文件 提供法定边界",
        f"The red line's shape has confidence “{term.en}”, so nobody can tell from it whether the line is kept; give the "
        "legal boundary with --with redline=FILE",
    )


def _over_zones(rows: Sequence[tuple[Value | Name, ...]]) -> Table:
    return Table(
        "over_zones",
        Name(zh="拟用地落在各类空间的面积", en="Area of the proposal in each space"),
        (
            Column("zone", Name(zh="空间", en="Space")),
            Column("area", Name(zh="面积", en="Area"), "m2"),
            Column("share", Name(zh="占拟用地", en="Share of the proposal"), "percent"),
            Column("confidence", Name(zh="几何可信度", en="Confidence of its shape")),
        ),
        tuple(rows),
    )


def _layer(name: str, label: Name, confidence: str, shape: BaseGeometry) -> Layer:
    return Layer(name, label, confidence, (Mark(name, label, shape),))


def ringed(scheme: SpaceScheme, placed: PlacedCase, target_m2: float | None) -> Ran:
    """The ring of a target area around the zone that a scheme names.

    Parameters
    ----------
    scheme
        Has a ring.
    placed
        Has the shapes.
    target_m2
        Area of the ring; None where it is not known.

    Raises
    ------
    UsageError
        If no ring has that area.
    """
    assert scheme.ring is not None
    width = Name(zh="环宽", en="Width of the ring")
    zone = next(zone for zone in placed.case.zones if zone.id == scheme.ring.around)
    shape = placed.shapes.get(scheme.ring.around)
    if shape is None or target_m2 is None:
        return Ran((), (Line("width", width, None, "m"),), notes=_no_ring(zone, known=shape is not None))
    clip = placed.shapes.get(scheme.ring.clip or "")
    try:
        found = sized_ring(shape.geometry, target_m2, None if clip is None else clip.geometry)
    except RecipeError as error:
        raise UsageError(f"ring: {error.en}", f"环：{error.zh}") from None
    term = CONFIDENCES[shape.confidence]
    label = Name(zh="所求的环", en="The ring that was solved for")
    return Ran(
        (),
        (
            Line("width", width, found.distance_m, "m"),
            Line(
                "ring_made",
                Name(zh="环的量算面积", en="Measured area of the ring"),
                float(area_m2(found.shape)),
                "m2",
                "step",
            ),
        ),
        layers=(_layer("ring", label, "schematic", found.shape),),
        notes=(
            said(
                f"环绕“{zone.name.zh}”，其几何可信度为“{term.zh}”；换成另一形状，环宽随之不同，故此宽度仅供参考",
                f"Around “{zone.name.en}”, whose shape has confidence “{term.en}”; another shape has a ring of another width, so "
                "this one is only an indication",
            ),
        ),
    )


def _no_ring(zone: Zone, *, known: bool) -> tuple[Name, ...]:
    if known:
        return ()
    return (
        said(f"“{zone.name.zh}”没有几何，无法求环", f"“{zone.name.en}” has no shape, so there is no ring"),
    )
