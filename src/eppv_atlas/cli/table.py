"""The command that writes tables for reports: table.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import AreaUnit, Ids, Language, app, by_suffix, load, select, speak
from eppv_atlas.errors import UsageError

if TYPE_CHECKING:
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.sheets import Sheet


class Topic(StrEnum):
    """What a table shows: of one case, or across cases."""

    areas = "areas"
    facts = "facts"
    mechanisms = "mechanisms"
    findings = "findings"
    comparison = "comparison"
    headlines = "headlines"
    modes = "modes"


class TableFormat(StrEnum):
    """File format of a table."""

    csv = "csv"
    xlsx = "xlsx"
    md = "md"
    html = "html"
    tex = "tex"


@app.command()
def table(
    topic: Annotated[Topic, typer.Argument(help="What it shows.")],
    ids: Ids = None,
    to: Annotated[
        TableFormat | None,
        typer.Option("--to", help="File format; by the suffix of --out if left out, else md."),
    ] = None,
    unit: Annotated[
        AreaUnit | None,
        typer.Option(help="One unit of area; without it areas has km², ha and mu, comparison has km²."),
    ] = None,
    language: Language = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; standard output if left out, or '-'.")
    ] = None,
) -> None:
    """Write a table for a report: zone areas, facts, mechanisms, findings, or cases compared.

    areas, facts, mechanisms and findings make one table a case: a worksheet
    each in XLSX, one after another in the other formats, but CSV, which holds
    one.
    """
    from eppv_atlas import sheets
    from eppv_atlas.store import files

    form = by_suffix(to, out, TableFormat, "md")
    if unit is not None and topic not in {Topic.areas, Topic.comparison}:
        raise UsageError(
            f"{topic.value} has no areas to convert; leave --unit out, or take areas or comparison",
            f"{topic.value} 没有可换算的面积；请去掉 --unit，或改用 areas、comparison",
        )
    chosen = select(load(), list(dict.fromkeys(ids or ())))
    made = _sheets(topic, chosen, speak(language), unit.value if unit else None)
    content = sheets.written(made, form)
    if out is None or str(out) == "-":
        if form == "xlsx" and sys.stdout.isatty():
            raise UsageError(
                "xlsx is no text for a terminal; name a file with --out FILE",
                "xlsx 不能显示在终端；请用 --out 指定文件",
            )
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    files.write_file(out, content)
    rows = sum(len(sheet.rows) for sheet in made)
    console.say(f"{len(made)} table(s), {rows} rows in {out}", f"{len(made)} 张表，{rows} 行，写入 {out}")


def _sheets(topic: Topic, chosen: Sequence[PlacedCase], lang: str, unit: str | None) -> list[Sheet]:
    from eppv_atlas import claims, measure, sheets

    if topic is Topic.comparison:
        measures = {placed.case.id: measure.case(placed) for placed in chosen}
        return [sheets.comparison(chosen, measures, lang, unit or "km2")]
    if topic is Topic.headlines:
        return [sheets.headlines(chosen, lang)]
    if topic is Topic.modes:
        return [sheets.modes(chosen, lang)]
    if topic is Topic.areas:
        return [
            sheets.areas(placed, measure.case(placed), measure.totals(placed), lang, unit)
            for placed in chosen
        ]
    if topic is Topic.facts:
        return [sheets.facts(placed, lang) for placed in chosen]
    if topic is Topic.mechanisms:
        return [sheets.mechanisms(placed, lang) for placed in chosen]
    assert topic is Topic.findings, topic
    return [sheets.findings(placed, claims.findings(placed.case), lang) for placed in chosen]
