"""Commands that hand results on: export, suggest.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli import handing
from eppv_atlas.cli.handing import cited, no_terminal, put_out
from eppv_atlas.cli.options import (
    LEDGER_FORMS,
    ExportFormat,
    Format,
    Ids,
    Subject,
    app,
    by_suffix,
    load,
    select,
)
from eppv_atlas.errors import UsageError

if TYPE_CHECKING:
    from eppv_atlas.ledgers import Ledger
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.store import Atlas


@app.command(name="export")
def export_(
    subject: Annotated[
        Subject, typer.Argument(help="The whole atlas as a store, or one ledger of it.")
    ] = Subject.atlas,
    ids: Ids = None,
    to: Annotated[
        ExportFormat | None,
        typer.Option(
            "--to",
            help="Of an atlas: gpkg, parquet, geojson, flatgeobuf, kml, postgis, folder or datapackage; of a ledger: csv, json, "
            "parquet or xlsx. By the suffix of --out if left out.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH|ADDRESS",
            help="File or folder to write, or postgresql://…; standard output if left out, or '-'.",
        ),
    ] = None,
    migrate: Annotated[
        bool,
        typer.Option(
            "--migrate", help="Of a database: make its tables, or bring them to this version, first."
        ),
    ] = False,
) -> None:
    """Hand the atlas on as a store that --atlas reads back, or one ledger of it as a table.

    A store holds everything: cases, sites, zones, facts and mechanisms, with
    the shapes; GeoPackage opens in QGIS with colours and Chinese labels. Of the
    tables, XLSX and Parquet hold dictionary and citation inside; beside a CSV
    or JSON file they are written as FILE-metadata.json (CSV on the Web). Zones
    in Parquet are GeoParquet. For Excel take xlsx: it does not mistake the
    Chinese text.
    """
    if subject is Subject.atlas:
        handing.store(ids, to, out, migrate=migrate)
    else:
        _table(subject, ids, to, None if out is None else Path(out))


def _table(subject: Subject, ids: Sequence[str] | None, to: ExportFormat | None, out: Path | None) -> None:
    from eppv_atlas import export
    from eppv_atlas.store import together

    if to is not None and to.value not in LEDGER_FORMS:
        raise UsageError(
            f"a ledger is written as {', '.join(LEDGER_FORMS)}; {to.value} holds a whole atlas: leave {subject.value} out",
            f"台账可写为 {'、'.join(LEDGER_FORMS)}；{to.value} 用于整部图集：请去掉 {subject.value}",
        )
    form = by_suffix(to, out, LEDGER_FORMS, "csv")
    atlas = _load_and_select(ids)
    ledger = _ledger(subject, atlas[1], atlas[0])
    citation = cited(*atlas)
    content = export.written(ledger, form, citation)
    if out is None or str(out) == "-":
        if form in {"parquet", "xlsx"}:
            no_terminal(form)
        put_out(content)
        return
    beside = ""
    contents = {out: content}
    if form in {"csv", "json"}:
        described = out.with_name(f"{out.name}-metadata.json")
        contents[described] = export.metadata(ledger, out.name, citation)
        beside = f", {described}"
    together.write(contents)
    console.say(
        f"{len(ledger.rows)} rows in {out}{beside}; cite: {citation.splitlines()[0]}",
        f"{len(ledger.rows)} 行，写入 {out}{beside}；引用：{citation.splitlines()[0]}",
    )


def _load_and_select(ids: Sequence[str] | None) -> tuple[Atlas, list[PlacedCase]]:
    atlas = load()
    return atlas, select(atlas, ids)


def _ledger(subject: Subject, chosen: Sequence[PlacedCase], atlas: Atlas) -> Ledger:
    from eppv_atlas import claims, ledgers, measure

    if subject is Subject.facts:
        return ledgers.facts(chosen, atlas.settings)
    if subject is Subject.zones:
        measures = {placed.case.id: measure.case(placed) for placed in chosen}
        return ledgers.zones(chosen, measures, atlas.settings)
    if subject is Subject.mechanisms:
        return ledgers.mechanisms(chosen)
    if subject is Subject.claims:
        return ledgers.claims(finding for placed in chosen for finding in claims.findings(placed.case))
    return ledgers.glossary()


@app.command()
def suggest(
    place: Annotated[str | None, typer.Option(help="Administrative code of the place, e.g. 330106.")] = None,
    at: Annotated[str | None, typer.Option(metavar="LON,LAT", help="Position instead, in degrees.")] = None,
    resource: Annotated[
        list[str] | None,
        typer.Option(help="Resources of the place, comma-separated: wetland,karst,tea ... (ids or names)."),
    ] = None,
    aim: Annotated[
        list[str] | None, typer.Option(help="Aims, comma-separated: restoration,tourism ... (ids or names).")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.table,
) -> None:
    """Rank modes and cases for a place; every score is a sum of named reasons."""
    from eppv_atlas import export, suggest

    atlas = load()
    wanted = suggest.wish(place, _position(at), _words(resource), _words(aim))
    found = [*suggest.modes(atlas, wanted), *suggest.cases(atlas, wanted)]
    if form is Format.table:
        if not found:
            console.say("nothing in the atlas has anything in common with this", "图集中没有与此相近的内容")
        console.suggestions(found)
        return
    lang = console.CHOICE.lang
    if form is Format.json:
        console.out(export.to_json([asdict(item) for item in found]))
        return
    rows = [
        {
            "kind": item.kind,
            "id": item.id,
            "name": getattr(item, lang),
            "score": item.score,
            "reason_kind": reason.kind,
            "points": reason.points,
            "reason": getattr(reason, lang),
        }
        for item in found
        for reason in item.reasons
    ]
    console.out(export.to_csv(rows, ["kind", "id", "name", "score", "reason_kind", "points", "reason"]))


def _words(options: Sequence[str] | None) -> list[str]:
    """Comma-separated words of one or more options; full-width commas count too."""
    joined = ",".join(options or ()).replace("，", ",").replace("、", ",")
    return [word.strip() for word in joined.split(",") if word.strip()]


def _position(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise UsageError(
            f"{text!r} is no position; write --at LON,LAT, such as 120.1,30.3",
            f"{text!r} 不是位置；请写 --at 经度,纬度，如 120.1,30.3",
        ) from None
    return lon, lat
