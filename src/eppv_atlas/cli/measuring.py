"""The command that measures: zones of cases, or a layer of patches.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import AreaUnit, Format, app, kept, large, say_if_bundled, some
from eppv_atlas.cli.scale import (
    EdgeModel,
    EngineName,
    EngineOption,
    KeepOption,
    Run,
    Scheduler,
    SkipInvalid,
    Workers,
    measure_layer,
    path_of,
)
from eppv_atlas.errors import UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eppv_atlas.compiled import Compiled
    from eppv_atlas.results import Measure, PlacedCase


@app.command(name="measure")
def measure_(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID[/ZONE]]...|[LAYER]",
            help="Ids of cases, or of their zones; all if left out. Or a layer of patches: a vector file, "
            "a folder of GeoParquet or a quoted pattern.",
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.table,
    unit: Annotated[AreaUnit, typer.Option(help="Unit of area in tables, or beside m² in CSV and JSON.")] = (
        AreaUnit.m2
    ),
    totals: Annotated[
        bool, typer.Option("--totals", help="CSV and JSON: sum, union and overlap of each case instead.")
    ] = False,
    certificate: Annotated[
        bool,
        typer.Option(
            "--certificate",
            help="Area certificates: every edge model and plane, why they differ, and the hash of the "
            "coordinates (table or JSON).",
        ),
    ] = False,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="LAYER: column that holds the class.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="LAYER: the layer of a file with several.")] = None,
    model: Annotated[
        EdgeModel | None, typer.Option(help="LAYER: how edges run; geodesic if left out.")
    ] = None,
    skip_invalid: SkipInvalid = False,
    engine: EngineOption = EngineName.local,
    scheduler: Scheduler = None,
    workers: Workers = None,
    keep: KeepOption = None,
) -> None:
    """Measure zones on the CGCS2000 ellipsoid, beside what the document states; or a layer of patches by class."""
    from rich.text import Text

    from eppv_atlas import listing, measure

    run = Run(engine, scheduler, workers, keep, skip=skip_invalid)
    if (path := path_of(ids)) is not None:
        _no_case(totals=totals, certificate=certificate)
        measure_layer(path, by, layer, model or EdgeModel.geodesic, unit, form, run)
        return
    if by or layer or model or skip_invalid or keep or engine is not EngineName.local:
        raise UsageError(
            "--by, --layer, --model, --skip-invalid, --engine and --keep are for a layer of patches, not for cases",
            "--by、--layer、--model、--skip-invalid、--engine 与 --keep 用于图斑图层，不用于案例",
        )
    if large() and not ids and not certificate and not totals and form is not Format.table:
        say_if_bundled()
        kept(lambda held: _measures_of(held, form, unit))
        return
    chosen = _zones(ids)
    if certificate:
        _certificates(chosen, form, unit, totals=totals)
        return
    if totals and any("/" in text for text in ids or ()):
        raise UsageError("totals are of whole cases, not of a zone", "汇总针对整个案例，不针对单个分区")
    if form is Format.table:
        for placed, wanted in chosen:
            console.terminal().print(
                Text(printable(getattr(placed.case.short, console.CHOICE.lang)), style="bold")
            )
            of_zone = [row for row in measure.case(placed) if wanted in {None, row.zone}]
            console.measure_table(placed, of_zone, unit.value)
            if wanted is None:
                console.totals_table(measure.totals(placed), unit.value)
        return
    if totals:
        rows = listing.total_rows((t for placed, _ in chosen for t in measure.totals(placed)), unit.value)
        columns = ["case", "confidence", "zones", "sum_m2", "union_m2", "overlap_m2", "weakest"]
        extra = [f"{key}_{unit.value}" for key in ("sum", "union", "overlap")]
        _print_rows(rows, [*columns, *(extra if unit is not AreaUnit.m2 else [])], form)
        return
    measured = (
        row for placed, wanted in chosen for row in measure.case(placed) if wanted in {None, row.zone}
    )
    _print_measures(measured, form, unit)


def _no_case(*, totals: bool, certificate: bool) -> None:
    """Refuse what only cases have."""
    if totals or certificate:
        raise UsageError(
            "--totals and --certificate are for cases, not for a layer of patches",
            "--totals 与 --certificate 用于案例，不用于图斑图层",
        )


def _measures_of(held: Compiled, form: Format, unit: AreaUnit) -> None:
    """Print the measures of a large atlas; what is damaged shows before anything is printed."""
    held.sound()
    held.verify("keys", "sizes")
    _print_measures(held.measures(), form, unit)


def _print_measures(measured: Iterable[Measure], form: Format, unit: AreaUnit) -> None:
    from eppv_atlas import listing

    columns = ["case", "zone", "kind", "area_m2", "perimeter_m", "stated_m2", "difference_pct"]
    columns += ["confidence", "made_from_stated", "note"]
    extra = [f"{key}_{unit.value}" for key in ("area", "stated")]
    columns += extra if unit is not AreaUnit.m2 else []
    _print_rows(listing.measure_rows(measured, unit.value), columns, form)


def _print_rows(rows: Iterable[dict[str, Any]], columns: Sequence[str], form: Format) -> None:
    from eppv_atlas import export

    for part in export.json_parts(rows) if form is Format.json else export.csv_parts(rows, columns):
        console.out(part)


def _zones(ids: list[str] | None) -> Iterable[tuple[PlacedCase, str | None]]:
    """Cases of the given ids, each with the zone that was named or None; of a large atlas one after the other."""
    asked = [text.partition("/") for text in ids or ()]
    found = some([case_id for case_id, _, _ in asked])
    if not asked:
        return ((placed, None) for placed in found)
    out: list[tuple[PlacedCase, str | None]] = []
    for placed, (_, slash, wanted) in zip(found, asked, strict=True):
        known = [item.id for item in placed.case.zones]
        if slash and wanted not in known:
            raise UsageError(
                f"case {placed.case.id} has no zone {wanted!r}; known: {', '.join(known)}",
                f"案例 {placed.case.id} 没有分区 {wanted!r}；现有：{'、'.join(known)}",
            )
        out.append((placed, wanted if slash else None))
    return out


def _certificates(
    chosen: Iterable[tuple[PlacedCase, str | None]], form: Format, unit: AreaUnit, *, totals: bool
) -> None:
    from eppv_atlas import certificate, export

    if form is Format.csv or totals or unit is not AreaUnit.m2:
        raise UsageError(
            "a certificate is a table or JSON of single zones and gives every unit: "
            "leave out --format csv, --totals and --unit",
            "面积证明为单个分区的表格或 JSON，并给出所有单位：请去掉 --format csv、--totals 和 --unit",
        )
    found = []
    for placed, wanted in chosen:
        found += certificate.case(placed) if wanted is None else [certificate.zone(placed, wanted)]
        without = len(placed.case.zones) - len(placed.shapes) if wanted is None else 0
        if without:
            console.say(
                f"{placed.case.id}: {without} zone(s) without a geometry have no area to certify",
                f"{placed.case.id}：{without} 个分区没有图形，没有可证明的面积",
                err=True,
            )
    if form is Format.json:
        console.out(export.to_json([certificate.as_dict(item) for item in found]))
        return
    for item in found:
        console.area_certificate(item)
