"""Patrols: a zone cut into named cells, and what logged tracks cover of them.

Floor 3, part of schemes: knows records, grids and coverage; must not know files,
pages or how anything is printed. Tracks are read by ``running`` and handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import shapely

from eppv_atlas.area import area_m2
from eppv_atlas.errors import UsageError
from eppv_atlas.model import GridRecipe, Mechanism, Name
from eppv_atlas.model.schemes import PatrolScheme
from eppv_atlas.results import Measure, PlacedCase, ZoneShape
from eppv_atlas.schemes import coverage, grids, patrol_said
from eppv_atlas.schemes.coverage import Coverage, Track
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.frames import Frames
from eppv_atlas.schemes.grids import Cell
from eppv_atlas.schemes.taking import Sources
from eppv_atlas.schemes.trial import Column, Input, Layer, Mark, Option, Ran, Table, Trial, Value
from eppv_atlas.units import UNITS

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
        notes=patrol_said.notes(zone),
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
        (
            *patrol_said.lines(placed, scheme, made, str(values["cut"])),
            *(patrol_said.walked(found) if found else ()),
        ),
        changed,
        (Table("cells", Name(zh="网格", en="Cells"), columns, tuple(rows)),),
        (Layer("cells", Name(zh="巡护网格", en="Patrol grid"), zone.confidence, marks, columns),),
        {},
        (*trial.notes, *(patrol_said.strays(found) if found else ())),
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
