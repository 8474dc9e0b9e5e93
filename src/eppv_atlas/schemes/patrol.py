"""Patrols: a zone cut into named cells, and what logged tracks cover of them.

Floor 3, part of schemes: knows records, grids and coverage; must not know files,
pages or how anything is printed. Tracks are read by ``running`` and handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely

from eppv_atlas import vocabulary
from eppv_atlas.area import area_m2
from eppv_atlas.errors import UsageError
from eppv_atlas.model import Fact, GridRecipe, Mechanism, Name
from eppv_atlas.model.schemes import PatrolScheme
from eppv_atlas.results import Measure, PlacedCase, ZoneShape
from eppv_atlas.schemes import coverage, grids
from eppv_atlas.schemes.coverage import Coverage, Track
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.frames import Frames
from eppv_atlas.schemes.grids import Cell
from eppv_atlas.schemes.taking import Sources
from eppv_atlas.schemes.trial import Column, Input, Layer, Line, Mark, Option, Ran, Table, Trial, Value
from eppv_atlas.units import UNITS, printed_numbers

TRACKS: Final = "tracks"
_PAGE_DEGREES: Final = 2e-5
"""Shapes of a page are simplified by no more than this, some 2 m; most of it are vertices on straight cuts."""
_CUTS: Final = (
    Option("equal", Name(zh="面积严格相等", en="strictly equal areas")),
    Option("connected", Name(zh="面积相等，尽量不分块", en="equal areas, in one piece where possible")),
    Option("square", Name(zh="近方形，沿边界裁切", en="squarish, clipped to the zone")),
)
_ABOUT: Final = Name(
    zh="把分区划成有名称的网格，可导出到野外设备；带上巡护轨迹，则逐格算出是否到过、走了多远、看到多少。网格怎样划、巡护怎样走，以管理方为准。",
    en="The zone is cut into named cells that field devices take; with logged tracks each cell says whether it was "
    "visited, how far was walked in it and how much was seen. How cells and patrols really run is for the authority to say.",
)
_COLUMNS: Final = (
    Column("cell", Name(zh="网格", en="Cell")),
    Column("area", Name(zh="面积", en="Area"), "ha"),
    Column("lon", Name(zh="格内一点经度（°）", en="Longitude of a point inside (°)")),
    Column("lat", Name(zh="格内一点纬度（°）", en="Latitude of a point inside (°)")),
    Column("pieces", Name(zh="块数", en="Pieces")),
)
_WALKED: Final = (
    Column("visited", Name(zh="到过", en="Visited")),
    Column("walked", Name(zh="格内行程", en="Walked inside"), "km"),
    Column("seen", Name(zh="可视面积占比", en="Share seen"), "percent"),
    Column("dates", Name(zh="日期", en="Dates")),
)


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried: the zone cut into several numbers of cells."""
    scheme = _scheme(mechanism)
    zone = _zone(placed, scheme)
    source = Sources(placed, mechanism, measures)
    taken = source.taken(scheme.cells)
    printed = taken.value
    counts = sorted({*scheme.others, *([round(printed)] if printed else [])})
    options = tuple(Option(str(count), _called(count, printed)) for count in counts)
    sight = source.taken(scheme.sight, "m")
    inputs = (
        Input(
            "cells",
            Name(zh="格数", en="Number of cells"),
            "choice",
            str(round(printed)) if printed else options[0].id,
            options=options,
            whence=taken.whence,
        ),
        Input(
            "count",
            Name(zh="其他格数（填写后取代上项）", en="Another number of cells, in its place"),
            "number",
            None,
            low=1,
            high=2000,
            step=1,
        ),
        Input(
            "cell-area",
            Name(zh="按每格面积划分（填写后取代格数）", en="Area of a cell, in place of a number"),
            "number",
            None,
            "ha",
            low=0.01,
        ),
        Input("cut", Name(zh="划法", en="How it is cut"), "choice", "equal", options=_CUTS),
        Input(
            "sight",
            Name(zh="可视距离", en="Distance of sight"),
            "number",
            sight.value,
            sight.unit,
            low=0,
            high=5000,
            whence=sight.whence,
        ),
    )
    out = Trial(
        placed.case.id,
        mechanism.id,
        "patrol",
        mechanism.name,
        _ABOUT,
        inputs,
        frames_by="cells",
        files={
            TRACKS: Name(
                zh="巡护轨迹：GPX、GeoJSON 或 GeoPackage 的线或点",
                en="Logged tracks: lines or points as GPX, GeoJSON or GeoPackage",
            )
        },
        notes=_notes(zone),
    )

    def frame(option: str) -> Ran:
        return _light(_run(out, placed, scheme, {"cells": option}, None))

    return replace(out, frames=Frames([option.id for option in options], frame))


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],  # noqa: ARG001 - engines are called alike
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Cut the zone as chosen, and lay the tracks over it where some are given."""
    tracks = given.get(TRACKS)
    if tracks is not None and not tracks:
        raise UsageError("the file of tracks holds no track", "轨迹文件中没有轨迹")
    return _run(trial, placed, _scheme(mechanism), chosen, tracks)


def cells(
    placed: PlacedCase, scheme: PatrolScheme, cut: str, count: int | None, cell_m2: float | None
) -> tuple[Cell, ...]:
    """Cells of the zone: by number, or by their area.

    The case's own grid is taken where it has one of that number.
    """
    zone = _zone(placed, scheme)
    whole_m2 = float(area_m2(zone.geometry))
    if cut == "square":
        return grids.square(zone.geometry, cell_m2 or whole_m2 / (count or 1))
    if cell_m2:
        count = max(1, round(whole_m2 / cell_m2))
    assert count is not None
    if cut == "connected":
        return grids.connected(zone.geometry, count)
    for other in placed.case.zones:
        recipe = other.geometry
        if (
            isinstance(recipe, GridRecipe)
            and (recipe.of, recipe.cells) == (scheme.zone, count)
            and other.id in placed.shapes
        ):
            return grids.named_equal(list(placed.shapes[other.id].geometry.geoms))
    return grids.equal(zone.geometry, count)


def _run(
    trial: Trial,
    placed: PlacedCase,
    scheme: PatrolScheme,
    chosen: Mapping[str, Value],
    tracks: Sequence[Track] | None,
) -> Ran:
    values = {one.id: chosen.get(one.id, one.value) for one in trial.inputs}
    inputs = tuple(replace(one, value=values[one.id]) for one in trial.inputs)
    count, area_ha = values["count"], values["cell-area"]
    if count is not None and area_ha is not None:
        raise UsageError("give either count or cell-area, not both", "count 与 cell-area 只能给一个")
    number = int(float(count if count is not None else values["cells"] or 1))
    cell_m2 = None if area_ha is None else float(area_ha) * UNITS["ha"].si
    made = cells(placed, scheme, str(values["cut"]), number, cell_m2)
    zone = _zone(placed, scheme)
    found = None if tracks is None else coverage.covered(made, tracks, _sight_m(inputs, values))
    rows = [_row(cell, found, index) for index, cell in enumerate(made)]
    columns = _COLUMNS if found is None else (*_COLUMNS, *_WALKED)
    marks = tuple(
        Mark(
            cell.name,
            Name(zh=cell.name, en=cell.name),
            cell.shape,
            None if found is None else found.cells[index].seen,
            {
                column.id: value
                for column, value in zip(columns, rows[index], strict=True)
                if column.id not in {"cell", "lon", "lat"}
            },
        )
        for index, cell in enumerate(made)
    )
    changed = tuple(one.id for one in trial.inputs if values[one.id] != one.value)
    return Ran(
        inputs,
        (*_lines(placed, scheme, made, str(values["cut"])), *(_walked_lines(found) if found else ())),
        changed,
        (Table("cells", Name(zh="网格", en="Cells"), columns, tuple(rows)),),
        (Layer("cells", Name(zh="巡护网格", en="Patrol grid"), zone.confidence, marks, columns),),
        {},
        (*trial.notes, *(_strays(found) if found else ())),
    )


def _sight_m(inputs: Sequence[Input], values: Mapping[str, Value]) -> float:
    unit = next(one.unit for one in inputs if one.id == "sight")
    return float(values["sight"] or 0.0) * UNITS[unit].si


def _light(ran: Ran) -> Ran:
    """The same for a page, with fewer vertices; what was measured stays."""
    layer = ran.layers[0]
    thin = [shapely.simplify(mark.geometry, _PAGE_DEGREES) for mark in layer.marks]
    marks = tuple(replace(mark, geometry=shape) for mark, shape in zip(layer.marks, thin, strict=True))
    return replace(ran, layers=(replace(layer, marks=marks),))


def _row(cell: Cell, found: Coverage | None, index: int) -> tuple[Value | Name, ...]:
    row: tuple[Value | Name, ...] = (
        cell.name,
        round(cell.area_m2 / UNITS["ha"].si, 4),
        round(cell.lon, 6),
        round(cell.lat, 6),
        float(cell.pieces),
    )
    if found is None:
        return row
    one = found.cells[index]
    return (*row, one.visited, round(one.length_m / 1e3, 4), round(one.seen * 100, 3), ", ".join(one.dates))


def _lines(placed: PlacedCase, scheme: PatrolScheme, made: Sequence[Cell], cut: str) -> tuple[Line, ...]:
    sizes = np.array([cell.area_m2 for cell in made])
    mean_m2 = float(sizes.mean())
    whole_m2 = float(sizes.sum())
    spread = _stated_spread(placed, scheme)
    full = float(np.median(sizes))
    lines = [
        Line("cells-made", Name(zh="格数", en="Cells"), float(len(made))),
        Line(
            "mean-area",
            Name(zh="每格平均面积", en="Mean area of a cell"),
            mean_m2 / 1e4,
            "ha",
            low=mean_m2 / 1e4 * (1 - spread) if spread else None,
            high=mean_m2 / 1e4 * (1 + spread) if spread else None,
        ),
        Line("whole-area", Name(zh="分区面积", en="Area of the zone"), whole_m2 / 1e6, "km2", "step"),
        Line(
            "deviation",
            Name(zh="各格面积与平均值的最大偏差", en="Largest deviation of a cell from the mean"),
            float(np.abs(sizes / mean_m2 - 1).max()) * 100,
            "percent",
            "step",
        ),
        Line(
            "scattered",
            Name(zh="由几块组成的格", en="Cells in several pieces"),
            float(sum(cell.pieces > 1 for cell in made)),
            role="step",
        ),
    ]
    if cut == "square":
        part = sum(cell.area_m2 < full * (1 - grids.TOLERANCE) for cell in made)
        lines.append(
            Line(
                "clipped", Name(zh="被边界裁切的格", en="Cells clipped by the edge"), float(part), role="step"
            )
        )
    return tuple(lines)


def _stated_spread(placed: PlacedCase, scheme: PatrolScheme) -> float | None:
    """Half the last printed digit of the zone's stated area, as a share of it; None where its shape was not made from it."""
    zone = next(one for one in placed.case.zones if one.id == scheme.zone)
    fact: Fact | None = next((one for one in placed.case.facts if one.id == zone.stated_area), None)
    shape = placed.shapes[scheme.zone]
    if fact is None or not shape.solved:
        return None
    numbers = printed_numbers(fact.printed)
    return numbers[0][1] / 2 / fact.value if numbers and fact.value else None


def _walked_lines(found: Coverage) -> tuple[Line, ...]:
    return (
        Line(
            "visited-cells",
            Name(zh="到过的格", en="Cells visited"),
            float(sum(one.visited for one in found.cells)),
        ),
        Line("seen", Name(zh="可视面积占比", en="Share of the area seen"), found.seen * 100, "percent"),
        Line("walked", Name(zh="轨迹总长", en="Length of all tracks"), found.length_m / 1e3, "km"),
        Line(
            "outside", Name(zh="其中在网格之外", en="Of which outside the grid"), found.outside_m / 1e3, "km"
        ),
    )


def _strays(found: Coverage) -> tuple[Name, ...]:
    out = []
    if found.strays:
        names = ", ".join(found.strays[:5])[:150] + (" …" if len(found.strays) > 5 else "")
        out.append(
            said(
                zh=f"有 {len(found.strays)} 条轨迹完全在网格之外：{names}",
                en=f"{len(found.strays)} of the tracks lie wholly outside the grid: {names}",
            )
        )
    if found.undated:
        out.append(
            said(zh=f"有 {found.undated} 条轨迹没有日期", en=f"{found.undated} of the tracks have no date")
        )
    out.append(
        Name(
            zh="沿格线行走的路段在两侧各计一次，总长只计一次；可视范围按距离推算，未计地形和林木遮挡。",
            en="What is walked along the line between two cells counts in both, once in the total; sight goes by "
            "distance alone, terrain and trees are not reckoned with.",
        )
    )
    return tuple(out)


def _notes(zone: ZoneShape) -> tuple[Name, ...]:
    term = vocabulary.CONFIDENCES[zone.confidence]
    if zone.confidence in {"schematic", "administrative"}:
        return (
            said(
                zh=f"分区图形为“{term.zh}”，不是真实边界：格网只示意划法与大小，不能用于实地；"
                "请以管理方的边界替换后再导出使用。",
                en=f"The zone's shape is {term.en.lower()}, not its real boundary: the grid shows how it is cut and how "
                "large cells are, and is of no use in the field until the authority's boundary takes its place.",
            ),
        )
    return (said(zh=f"分区图形可信度：{term.zh}。", en=f"Confidence of the zone's shape: {term.en}."),)


def _called(count: int, printed: float | None) -> Name:
    if printed is not None and count == round(printed):
        return said(zh=f"{count} 格（文件所印）", en=f"{count} cells (as printed)")
    return said(zh=f"{count} 格", en=f"{count} cells")


def _scheme(mechanism: Mechanism) -> PatrolScheme:
    assert isinstance(mechanism.scheme, PatrolScheme)
    return mechanism.scheme


def _zone(placed: PlacedCase, scheme: PatrolScheme) -> ZoneShape:
    shape = placed.shapes.get(scheme.zone)
    if shape is None:
        raise UsageError(
            f"zone {scheme.zone!r} has no shape that could be cut", f"分区 {scheme.zone!r} 没有可划分的图形"
        )
    return shape
