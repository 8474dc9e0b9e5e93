"""The command that finds cases: list.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Format, app, kept, large, load, say_if_bundled

if TYPE_CHECKING:
    from eppv_atlas.choosing import Wanted
    from eppv_atlas.compiled import Compiled
    from eppv_atlas.slim import SlimCase

_SHOWN: Final = 1_000
"""So many cases a table on the terminal lists; who wants more takes a file."""


@app.command(name="list")
def list_(
    path: Annotated[str | None, typer.Option(help="Path: id or part of its name.")] = None,
    mode: Annotated[str | None, typer.Option(help="Mode: id or part of its name.")] = None,
    category: Annotated[str | None, typer.Option(help="Product category: id or part of its name.")] = None,
    province: Annotated[str | None, typer.Option(help="Province: code or part of its name.")] = None,
    place: Annotated[
        str | None, typer.Option(help="Place: how its code begins, or part of where the case lies.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", "--find", help="Words that occur in the case.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the list.")] = Format.table,
) -> None:
    """List cases, filtered by path, mode, category, province, place or words."""
    from eppv_atlas import choosing

    wanted = choosing.Wanted(path, mode, category, province, place, text)
    if large():
        say_if_bundled()
        with console.busy("reading the atlas", "读取图集"):
            found = kept(lambda held: _found(held, wanted), ahead=True)
    else:
        from eppv_atlas import listing

        found = listing.chosen(load(), wanted)
    rows = [choosing.row(case, console.CHOICE.lang) for case in found]
    if form is not Format.table:
        from eppv_atlas import export
    if form is Format.json:
        console.out(export.to_json(rows))
    elif form is Format.csv:
        columns = ["id", "title", "place", "path", "mode", "category", "zones", "facts"]
        console.out(export.to_csv(rows, columns))
    elif rows:
        heads = console.words(
            ["id", "case", "place", "path", "mode"], ["id", "案例", "所在地", "路径", "模式"]
        )
        shown = [[row[k] for k in ("id", "title", "place", "path", "mode")] for row in rows[:_SHOWN]]
        console.table(heads, shown)
        if len(rows) > _SHOWN:
            console.say(
                f"{len(rows):,} cases meet all filters, the first {_SHOWN:,} are shown; --format csv lists all",
                f"共 {len(rows):,} 个案例符合条件，此处列出前 {_SHOWN:,} 个；--format csv 可列出全部",
                err=True,
            )
    else:
        console.say("no case meets all filters", "没有符合全部条件的案例")


def _found(held: Compiled, wanted: Wanted) -> list[SlimCase]:
    held.sound()
    return held.found(wanted)
