"""The diagnosis of what somebody brings: every check in its order, nothing changed.

Floor 3, part of intake: knows records of cases; must not know files of an
atlas, rendering or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas import geometry
from eppv_atlas.area import area_m2
from eppv_atlas.errors import DataError, Problem
from eppv_atlas.intake import corners, limits, mapping, opening, placing, settling, shift, sizes, soundness
from eppv_atlas.intake.layer import Layer, doubt, refusal
from eppv_atlas.model import Case
from eppv_atlas.units import to_m2

_APART = 0.1


@dataclass(frozen=True)
class Order:
    """What somebody asks of an import.

    Attributes
    ----------
    zone
        The zone that all features are; None where columns tell.
    columns
        ``ROLE=COLUMN`` texts.
    layer, crs, encoding
        Layer, CRS and encoding that the user names.
    swap
        Whether the first number is the northing or the latitude.
    mend, close
        Whether invalid outlines are to be made valid, and open lines closed.
    simplify_m
        How far outlines may move to have fewer vertices, m; 0 for not at all.
    """

    zone: str | None = None
    columns: tuple[str, ...] = ()
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    swap: bool = False
    mend: bool = False
    close: bool = False
    simplify_m: float = 0.0


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes
    ----------
    layer
        The layer as its file has it.
    settled
        Its shapes in longitude and latitude; None where they could not be settled.
    shapes
        The same, closed and mended as far as that was asked for.
    areas_m2
        Area of each feature.
    shares
        Shares by county.
    columns, area_columns
        Columns with what they are mapped to, and those that hold areas.
    targets
        Zones that the features become.
    zones, zone_areas_m2
        Shape of each target as it would be stored, and its area, by id.
    mended
        What making valid does, feature by feature; done only where it was asked for.
    problems
        Refusals and doubts, in the order of the checks.
    """

    layer: Layer
    settled: settling.Settled | None = None
    shapes: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=object))
    areas_m2: tuple[float, ...] = ()
    shares: tuple[placing.Share, ...] = ()
    columns: tuple[mapping.Preview, ...] = ()
    area_columns: tuple[sizes.AreaColumn, ...] = ()
    targets: tuple[mapping.Target, ...] = ()
    zones: Mapping[str, BaseGeometry] = field(default_factory=dict)
    zone_areas_m2: Mapping[str, float] = field(default_factory=dict)
    mended: tuple[soundness.Mended, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """What keeps the file from being imported."""
        return tuple(one for one in self.problems if one.severity == "error")

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What somebody should look at."""
        return tuple(one for one in self.problems if one.severity == "warning")


def examined(
    path: Path, case: Case, order: Order | None = None, references: Mapping[str, BaseGeometry] | None = None
) -> Diagnosis:
    """Examine a file for a case.

    Parameters
    ----------
    path
        The file.
    case
        The case that it is for.
    order
        What the user says of it.
    references
        Outlines of the case that are good to 10 m, by zone.

    Returns
    -------
    Diagnosis
        With refusals where it cannot be imported.

    Raises
    ------
    UsageError
        If there is no such file, column or zone.
    DataError
        If the file cannot be read at all.
    """
    order = order or Order()
    asked = settling.asked_for(order.crs) if order.crs else None
    layer = opening.opened(path, layer=order.layer, asked=order.encoding)
    if layer.table:
        layer = corners.outlined(layer)
    file = layer.file
    roles = mapping.roles_of(order.columns, layer)
    if not roles and order.zone is None:
        roles = mapping.guessed(layer, case.zones)
    found, problems = mapping.targets(layer, case.zones, order.zone, roles)
    columns = tuple(mapping.previews(layer, roles))
    held = Diagnosis(layer, columns=columns, targets=tuple(found), problems=(*layer.doubts, *problems))
    if not len(layer) or all(one is None or one.is_empty for one in layer.shapes):
        empty = refusal(file, "empty", "holds no shapes", "没有任何图形", range(1, len(layer) + 1))
        return _with(held, [empty])
    try:
        settled = settling.settle(file, layer.shapes, case.places, layer.crs, asked, swap=order.swap)
    except DataError as error:
        return _with(held, error.problems)
    return _looked_at(held, settled, case, order, references or {})


def _with(held: Diagnosis, more: Sequence[Problem], **changes: Any) -> Diagnosis:
    return Diagnosis(**(vars(held) | changes | {"problems": (*held.problems, *more)}))


def _looked_at(
    held: Diagnosis,
    settled: settling.Settled,
    case: Case,
    order: Order,
    references: Mapping[str, BaseGeometry],
) -> Diagnosis:
    """Shapes in degrees looked at: closed, sound, where they lie, how large they are."""
    file = held.layer.file
    shapes, told = soundness.closed(file, settled.shapes, join=order.close)
    held = _with(held, [*settled.doubts, *told], settled=settled, shapes=shapes)
    if any(one.severity == "error" for one in told):
        return held
    would, mended = soundness.mended(shapes)
    if order.mend and mended:
        shapes = would
        changed = "; ".join(_changed(one) for one in mended[:5])
        held = _with(
            held,
            [
                doubt(
                    file,
                    "mended",
                    f"was made valid; area {changed}",
                    f"已自动修正；面积 {changed}",
                    [m.feature for m in mended],
                )
            ],
        )
    held = _with(held, [], shapes=shapes, mended=tuple(mended))
    faults = soundness.faults(file, shapes)
    if faults:
        return _with(held, faults)
    if order.simplify_m > 0:
        shapes, told = _simplified(file, shapes, order.simplify_m)
        held = _with(held, told, shapes=shapes)
    areas = tuple(np.asarray(area_m2(shapes), dtype=np.float64).tolist())
    shares = placing.shares(shapes, case.places)
    problems = [
        *soundness.oddities(file, shapes),
        *_winding(held.layer),
        *placing.misplaced(file, shapes, case.places, shares),
    ]
    area_columns = sizes.area_columns(held.layer.columns, areas)
    problems += _column_doubts(file, area_columns)
    problems += _shift(file, shapes, settled, references)
    zones = {target.zone: _zone(shapes, target) for target in held.targets}
    sizes_m2 = {zone: 0.0 if shape.is_empty else float(area_m2(shape)) for zone, shape in zones.items()}
    problems += [
        refusal(file, "empty", f"zone {zone!r} would be empty", f"分区 {zone!r} 将为空")
        for zone, size in sizes_m2.items()
        if size == 0
    ]
    problems += _too_fine(file, zones)
    problems += stated(file, case, sizes_m2)
    return _with(
        held,
        problems,
        areas_m2=areas,
        shares=tuple(shares),
        area_columns=tuple(area_columns),
        zones=zones,
        zone_areas_m2=sizes_m2,
    )


def _simplified(file: str, shapes: NDArray[Any], tolerance_m: float) -> tuple[NDArray[Any], list[Problem]]:
    """Fewer vertices, and what that does to the area."""
    made = soundness.simplified(shapes, tolerance_m)
    before, after = (float(np.sum(area_m2(held))) for held in (shapes, made))
    counts = [int(shapely.get_num_coordinates(held).sum()) for held in (shapes, made)]
    change = (after - before) / before * 100
    en = f"was simplified by {tolerance_m:g} m: {counts[0]} → {counts[1]} vertices, area {change:+.4f} %"
    zh = f"按 {tolerance_m:g} 米化简：顶点 {counts[0]} → {counts[1]}，面积变化 {change:+.4f}%"
    return made, [doubt(file, "simplified", en, zh)]


def _too_fine(file: str, zones: Mapping[str, BaseGeometry]) -> list[Problem]:
    """Zones with more vertices than pages and recipes can bear."""
    most, out = limits.ZONE_VERTICES, []
    for zone, shape in zones.items():
        count = int(shapely.get_num_coordinates(shape))
        if count > most:
            en = f"zone {zone!r} would have {count} vertices; at most {most} are taken: --simplify 1 moves it by less than 1 m"
            zh = f"分区 {zone!r} 将有 {count} 个顶点，上限为 {most} 个；可加 --simplify 1（移动不足 1 米）"
            out.append(refusal(file, "limit", en, zh))
    return out


def _winding(layer: Layer) -> list[Problem]:
    """Rings of a GeoJSON that run the other way round than its standard says."""
    if layer.kind != "geojson":
        return []
    wrong = []
    for index, one in enumerate(layer.shapes):
        parts = [part for part in shapely.get_parts(one) if part.geom_type == "Polygon"]
        if any(not part.exterior.is_ccw or any(ring.is_ccw for ring in part.interiors) for part in parts):
            wrong.append(index + 1)
    if not wrong:
        return []
    en = "has rings that run the wrong way round; they are turned on writing"
    return [doubt(layer.file, "winding", en, "环的方向与规范相反；写入时已改正", wrong)]


def _changed(one: soundness.Mended) -> str:
    before = "?" if one.before_m2 is None else f"{one.before_m2:,.0f}"
    return f"{one.feature}: {before} → {one.after_m2:,.0f} m²"


def _zone(shapes: NDArray[Any], target: mapping.Target) -> BaseGeometry:
    return geometry.canonical(geometry.polygons(shapely.union_all(shapes[list(target.features)])))


def _shift(
    file: str, shapes: NDArray[Any], settled: settling.Settled, references: Mapping[str, BaseGeometry]
) -> list[Problem]:
    """What outlines that are good to 10 m say of the shift of a web map."""
    out = []
    for zone, reference in references.items():
        found = shift.compared(shapes, reference).found
        if not found:
            continue
        name = shift.NAMES[found]
        en = f"runs along zone {zone!r} only once the shift of {name} is taken off"
        zh = f"扣除 {name} 偏移后才与分区 {zone!r} 的边界吻合"
        if settled.shift:
            already = shift.NAMES[settled.shift]
            out.append(
                doubt(
                    file,
                    "shift",
                    f"{en}, although {already} was taken off already",
                    f"{zh}，而 {already} 已扣除",
                )
            )
        else:
            code = name.replace("-", "")
            out.append(
                refusal(
                    file,
                    "shift",
                    f"{en}: it was traced on a shifted web map; say --crs {code}",
                    f"{zh}：描自有偏移的网络地图；请用 --crs {code}",
                )
            )
    return out


def _column_doubts(file: str, found: Sequence[sizes.AreaColumn]) -> list[Problem]:
    out = []
    for column in found:
        if column.unit is None:
            out.append(
                doubt(
                    file, "area-column", f"column {column.name!r} agrees with the measured areas in no unit",
                    f"列 {column.name!r} 按任何单位都与量得的面积不符",
                )
            )  # fmt: skip
        for number, slip in column.off:
            en = f": {slip.en}" if slip else ""
            zh = f"：{slip.zh}" if slip else ""
            out.append(
                doubt(
                    file, "area-column", f"column {column.name!r} (in {column.unit}) differs from the measured area{en}",
                    f"列 {column.name!r}（单位 {column.unit}）与量得的面积不符{zh}", [number],
                )
            )  # fmt: skip
    return out


def stated(file: str, case: Case, areas_m2: Mapping[str, float]) -> list[Problem]:
    """Areas that the document states for zones, against what was measured.

    Parameters
    ----------
    file
        Name for messages.
    case
        The case with its facts.
    areas_m2
        Measured area by zone.
    """
    facts = {fact.id: fact for fact in case.facts}
    said = {zone.id: facts[zone.stated_area] for zone in case.zones if zone.stated_area in facts}
    out = []
    for zone, measured in areas_m2.items():
        fact = said.get(zone)
        stated_m2 = to_m2(fact.value, fact.unit) if fact else 0.0
        if fact is None or measured <= 0 or stated_m2 <= 0:
            continue
        found = sizes.slip(stated_m2, measured)
        if found or abs(measured / stated_m2 - 1) > _APART:
            why_en = f"; {found.en} would explain it" if found else ""
            why_zh = f"；可能是{found.zh}" if found else ""
            times = f"{measured / stated_m2:.3g}"
            out.append(
                doubt(
                    file,
                    "stated-area",
                    f"zone {zone!r} measures {times} times what the document states ({fact.printed}, p. {fact.page}){why_en}",
                    f"分区 {zone!r} 量得面积为文件所载（{fact.printed}，第 {fact.page} 页）的 {times} 倍{why_zh}",
                )
            )
    return out
