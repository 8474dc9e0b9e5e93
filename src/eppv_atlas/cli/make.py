"""Commands that write into an atlas: build, tidy, new.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Ids, app, load, select
from eppv_atlas.errors import DataError, UsageError


@app.command()
def build(
    ids: Ids = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the pages; maps/ of the atlas folder if left out.")
    ] = None,
) -> None:
    """Write the national map and the case maps as self-contained pages.

    With ids, the national map and these cases are made anew; the pages of the
    other cases are kept as they stand, and made only where they are missing.
    """
    from eppv_atlas import claims, ledgers, measure, render
    from eppv_atlas.store import files

    target = out or (console.CHOICE.atlas / "maps" if console.CHOICE.atlas else Path("maps"))
    atlas = load()
    wanted = {placed.case.id for placed in select(atlas, ids)}
    foreign = files.foreign_files(target)
    if foreign:  # said before the work, not after it
        files.swap_in(target, {})
    kept = files.generation(target) if ids else {}
    pages: dict[str, bytes] = {}
    with console.progress() as progress:
        task = progress.add_task("build", total=len(atlas) + 1)
        measures = {placed.case.id: measure.case(placed) for placed in atlas}
        pages[render.NATIONAL] = render.national_page(atlas.cases, measures, atlas.settings)
        pages[render.GLOSSARY] = render.glossary_page(list(ledgers.vocabularies()), atlas.settings)
        progress.advance(task)
        for placed in atlas:
            case_id = placed.case.id
            name = f"{case_id}.html"
            if case_id not in wanted and name in kept:
                pages[name] = kept[name]
            else:
                totals = measure.totals(placed)
                found = claims.findings(placed.case)
                pages[name] = render.case_page(placed, measures[case_id], totals, found, atlas.settings)
            progress.advance(task)
    files.swap_in(target, pages)
    size = sum(len(page) for page in pages.values()) / 1e6
    console.say(
        f"{len(pages)} pages ({size:.1f} MB) in {target}; open {target / render.NATIONAL}",
        f"已在 {target} 写出 {len(pages)} 个页面（{size:.1f} MB）；请打开 {target / render.NATIONAL}",
    )


@app.command(name="tidy")
def tidy_(
    check_only: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file is not tidy.")
    ] = False,
) -> None:
    """Put case files and geodata into canonical form; comments are kept."""
    from eppv_atlas.store import bundled, files, read_folder, tidy

    with console.busy("reading the atlas", "读取图集"):
        loading = read_folder(console.CHOICE.atlas)
        if loading.errors:
            raise DataError(loading.errors)
        results = tidy.tidied(loading)
    if check_only:
        problems = tidy.to_tidy(results, loading.root)
        console.print_problems(problems)
        if problems:
            raise typer.Exit(1)
    else:
        if console.CHOICE.atlas is None and loading.root == bundled() and loading.root.name == "atlas":
            raise UsageError(
                "the bundled cases are not yours to rewrite; name your folder with --atlas DIR",
                "随包案例不可改写；请用 --atlas 指定你的文件夹",
            )
        for item in results:
            files.write_file(item.file, item.content)
    changed = sum(item.changed for item in results) if check_only else 0
    console.say(
        f"{len(results)} files, {changed} to tidy" if check_only else f"{len(results)} files are tidy",
        f"{len(results)} 个文件，{changed} 个待整理" if check_only else f"{len(results)} 个文件已规范",
    )


@app.command()
def new(
    case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the new case, e.g. my-case.")],
) -> None:
    """Write a commented template of a case, to be filled in and checked.

    It goes into the folder given with --atlas, or else into the current one.
    """
    from eppv_atlas.store import template

    root = console.CHOICE.atlas or Path()
    for path in template.new_case(root, case_id):
        typer.echo(path)
    console.say(
        f"fill the file in, then run: eppv-atlas --atlas {shlex.quote(str(root))} check",
        f"填写后运行：eppv-atlas --atlas {shlex.quote(str(root))} check",
    )
