"""The command tally: areas of patches by class and zone.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import AreaUnit, Format, app, load
from eppv_atlas.cli.scale import EngineName, EngineOption, KeepOption, Run, Scheduler, SkipInvalid, Workers
from eppv_atlas.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from eppv_atlas.scale import Left
    from eppv_atlas.tally import CrossTab, Tally, Zones

MOST_ACROSS: Final = 6
"""Zones that a table has room for side by side."""
COLUMNS: Final = ("kind", "class", "zone", "other_zone", "area_m2", "patches", "cut", "model")


@app.command(name="tally")
def tally_(
    patches: Annotated[
        Path,
        typer.Argument(
            metavar="PATCHES",
            help="Vector file or GeoParquet with the patches; also a folder of GeoParquet or a quoted pattern.",
        ),
    ],
    zones: Annotated[
        str, typer.Option(metavar="ID|FILE", help="Zones: a case, one zone as CASE/ZONE, or a vector file.")
    ],
    by: Annotated[str, typer.Option(metavar="COLUMN", help="Column of PATCHES that holds the class.")],
    zone_name: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Column that names the zones of a FILE; numbered from 1 if left out."
        ),
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of PATCHES, where it has several.")] = None,
    zone_layer: Annotated[str | None, typer.Option(help="Layer of the zones' FILE.")] = None,
    unit: Annotated[AreaUnit, typer.Option(help="Unit of area in tables, or beside m² in CSV and JSON.")] = (
        AreaUnit.m2
    ),
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.table,
    skip_invalid: SkipInvalid = False,
    engine: EngineOption = EngineName.local,
    scheduler: Scheduler = None,
    workers: Workers = None,
    keep: KeepOption = None,
) -> None:
    """Area of each class of patches inside each zone, with totals, overlaps and the remainder.

    Edges are straight in longitude and latitude (model lonlat, CGCS2000), so
    that the pieces of a cut patch add up to the whole. Features are numbered
    from 1 in the order of their file.
    """
    from eppv_atlas import export
    from eppv_atlas.scale import opened, tally_job

    run = Run(engine, scheduler, workers, keep, skip=skip_invalid)
    source = opened(patches, by, layer)
    run.fits(source)
    found = _zones(zones, zone_name, zone_layer)
    job = tally_job(found)
    count = run.counted(source, job)
    tab, left = cast("Tally", count.table).result(), count.left
    if form is Format.table:
        _print(tab, left, unit.value)
        run.say_source(source, job, count)
        return
    rows = list(_rows(tab, left, unit.value))
    if form is Format.json and source.partitioned:
        rows.append(dict.fromkeys(rows[0]) | run.source_row(source, job, count))
    columns = [*COLUMNS, *([f"area_{unit.value}"] if unit is not AreaUnit.m2 else [])]
    console.out(export.to_json(rows) if form is Format.json else export.to_csv(rows, columns))


def _zones(wanted: str, column: str | None, layer: str | None) -> Zones:
    """Zones of a case or of a file."""
    from eppv_atlas.tally import Zones

    path = Path(wanted)
    if path.is_file() or path.suffix or (path.exists() and "/" in wanted):
        names, shapes = _zones_of_file(path, column, layer)
        return Zones(names, shapes)
    if column or layer:
        raise UsageError(
            "--zone-name and --zone-layer are for a FILE of zones; the zones of a case have ids",
            "--zone-name 与 --zone-layer 用于分区文件；案例的分区以 id 命名",
        )
    from eppv_atlas.geometry import polygons

    case_id, _, zone_id = wanted.partition("/")
    placed = load()[case_id]
    shaped = {zone: shape for zone, shape in placed.shapes.items() if zone_id in {"", zone}}
    if not shaped:
        have = ", ".join(placed.shapes) or "none"
        raise UsageError(
            f"case {case_id!r} has no zone {zone_id!r} with a shape; it has: {have}",
            f"案例 {case_id!r} 没有带几何的分区 {zone_id!r}；现有：{have}",
        )
    for zone, shape in shaped.items():
        console.say(
            f"zone {zone}: confidence of its shape {shape.confidence}",
            f"分区 {zone}：几何可信度 {shape.confidence}",
            err=True,
        )
    return Zones(list(shaped), [polygons(shape.geometry) for shape in shaped.values()])


def _zones_of_file(path: Path, column: str | None, layer: str | None) -> tuple[list[str], list[Any]]:
    """Names and shapes of the features of a file, every one of them sound."""
    import numpy as np

    from eppv_atlas import defects
    from eppv_atlas import patches as reading
    from eppv_atlas.scale import MOST_NAMED, problem

    source = reading.opened(path, column, layer)
    names: list[str] = []
    shapes: list[Any] = []
    problems: list[Problem] = []
    for batch in source.batches():
        sound = defects.examined(batch.wkb, batch.foreign)
        problems += [
            problem(source.file, batch.first + d.feature, d.rule, d.en, d.zh, d.area_m2)
            for d in sound.defects
        ]
        shapes += list(defects.shapes_of(sound.rings, np.arange(sound.rings.count)))
        for place in sound.kept.tolist():
            label = batch.labels[batch.codes[place]] if column else str(batch.first + place)
            where = f"feature {batch.first + place}"
            if label is None:
                en, zh = f"the zone has no {column}", f"分区没有 {column}"
                problems.append(Problem(source.file, 0, where, "zone-name", en, zh))
            elif label in names:
                en = f"there is already a zone {label!r}; dissolve them or choose another --zone-name"
                zh = f"已有分区 {label!r}；请先合并，或另选 --zone-name"
                problems.append(Problem(source.file, 0, where, "zone-name", en, zh))
            names.append(label or "")
    if not names and not problems:
        problems = [Problem(source.file, 0, "", "empty", "holds no zones", "没有分区")]
    if problems:
        raise DataError(problems[:MOST_NAMED])
    return names, shapes


def _rows(tab: CrossTab, left: Left, unit: str) -> Iterator[dict[str, Any]]:
    """The cross-tab as flat rows; `kind` says what each of them holds."""
    from eppv_atlas.tally import MODEL
    from eppv_atlas.units import from_m2

    def row(kind: str, area_m2: float | None, **more: Any) -> dict[str, Any]:
        out = dict.fromkeys(COLUMNS) | {"kind": kind, "area_m2": area_m2, "model": MODEL} | more
        if unit != "m2":
            out[f"area_{unit}"] = None if area_m2 is None else from_m2(area_m2, unit)
        return out

    for cell in tab.cells:
        about = {"class": cell.label, "zone": cell.zone, "patches": cell.patches, "cut": cell.cut}
        yield row("cell", cell.area_m2, **about)
    for whole in tab.wholes:
        name = {"class": whole.label}
        yield row("class-total", whole.total_m2, patches=whole.patches, **name)
        yield row("class-in-zones", whole.covered_m2, **name)
        yield row("class-in-several-zones", whole.overlap_m2, **name)
        yield row("class-outside", whole.outside_m2, **name)
    for zone, area_m2 in zip(tab.zones, tab.zone_area_m2, strict=True):
        cells = [cell for cell in tab.cells if cell.zone == zone]
        counts = {"patches": sum(c.patches for c in cells), "cut": sum(c.cut for c in cells)}
        yield row("zone-total", sum(c.area_m2 for c in cells), zone=zone, **counts)
        yield row("zone-itself", area_m2, zone=zone)
    for one, other, area_m2 in tab.overlaps:
        yield row("zone-overlap", area_m2, zone=one, other_zone=other)
    yield row("total", sum(w.total_m2 for w in tab.wholes), patches=sum(w.patches for w in tab.wholes))
    yield row("total-in-zones", sum(w.covered_m2 for w in tab.wholes))
    yield row("total-in-several-zones", sum(w.overlap_m2 for w in tab.wholes))
    yield row("total-outside", sum(w.outside_m2 for w in tab.wholes))
    for rule, (number, sized, size) in left.items():
        yield row("left-out", size if sized else None, patches=number, **{"class": rule})


def _print(tab: CrossTab, left: Left, unit: str) -> None:
    """The cross-tab for reading: zones side by side where there is room, else one line a cell."""
    from eppv_atlas.units import UNITS, area_text

    name = getattr(UNITS[unit], console.CHOICE.lang)
    console.say(
        f"areas in {name}; model lonlat: edges straight in longitude and latitude, CGCS2000; pieces add up",
        f"面积单位：{name}；lonlat 模型：边在经纬度平面为直线，CGCS2000 椭球；分块之和等于整体",
    )
    ends = console.words(
        ["in several zones", "outside", "all patches"], ["在多个分区内", "分区之外", "全部图斑"]
    )
    area = {(cell.label, cell.zone): cell.area_m2 for cell in tab.cells}
    across = len(tab.zones) <= MOST_ACROSS
    head = console.words("class", "类别")

    def margins(*wholes: Any) -> list[str]:
        sums = ((w.overlap_m2, w.outside_m2, w.total_m2) for w in wholes)
        return [area_text(sum(column), unit) for column in zip(*sums, strict=True)] or ["0"] * 3

    totals = [sum(m2 for (_, z), m2 in area.items() if z == zone) for zone in tab.zones]
    every, itself = console.words(["all classes", "zone itself"], ["全部类别", "分区面积"])
    if across:
        rows = [
            [
                _class(whole.label),
                *(area_text(area.get((whole.label, zone), 0.0), unit) for zone in tab.zones),
                *margins(whole),
            ]
            for whole in tab.wholes
        ]
        rows.append([every, *(area_text(m2, unit) for m2 in totals), *margins(*tab.wholes)])
        rows.append([itself, *(area_text(m2, unit) for m2 in tab.zone_area_m2), "", "", ""])
        console.table([head, *tab.zones, *ends], rows, numbers=range(1, len(tab.zones) + 4))
    else:
        heads = console.words(
            ["zone", "class", "area", "patches", "cut"], ["分区", "类别", "面积", "图斑数", "切割"]
        )
        rows = []
        for zone, total, own in zip(tab.zones, totals, tab.zone_area_m2, strict=True):
            cells = [cell for cell in tab.cells if cell.zone == zone]
            rows += [
                [zone, _class(c.label), area_text(c.area_m2, unit), str(c.patches), str(c.cut)] for c in cells
            ]
            rows += [
                [zone, every, area_text(total, unit), "", ""],
                [zone, itself, area_text(own, unit), "", ""],
            ]
        console.table(heads, rows, numbers=(2, 3, 4))
        rows = [[_class(whole.label), *margins(whole)] for whole in tab.wholes]
        console.table([head, *ends], [*rows, [every, *margins(*tab.wholes)]], numbers=(1, 2, 3))
    if tab.overlaps:
        heads = console.words(["zones overlap", "", "area"], ["分区重叠", "", "面积"])
        rows = [[one, other, area_text(m2, unit)] for one, other, m2 in tab.overlaps]
        console.table(heads, rows, numbers=(2,))
    if left:
        heads = console.words(["left out", "features", "about"], ["略去", "要素数", "约"])
        rows = [
            [rule, str(number), area_text(size, unit) if sized else console.words("unknown", "不详")]
            for rule, (number, sized, size) in left.items()
        ]
        console.table(heads, rows, numbers=(1, 2))


def _class(label: str | None) -> str:
    return console.words("(none)", "（无）") if label is None else label
