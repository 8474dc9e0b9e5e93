"""Commands that make something of an atlas: build, tidy, new.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import os
import shlex
from contextlib import nullcontext
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
    publish: Annotated[
        bool,
        typer.Option(
            "--publish",
            help="For the public: refuse without a map review number (审图号), or with a key in any page.",
        ),
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            help="Where the pages will be published (https://…/), for the oEmbed files beside them."
        ),
    ] = None,
) -> None:
    """Write the national map and the case maps as self-contained pages.

    With ids, the national map and these cases are made anew; the pages of the
    other cases are kept as they stand, and made only where they are missing.
    """
    from eppv_atlas import claims, embed, framing, ledgers, measure, render
    from eppv_atlas.cli.embed import page_of
    from eppv_atlas.serve import KEY_VARIABLE
    from eppv_atlas.store import files

    lang = console.CHOICE.lang
    address = framing.web_address(url) if url else ""
    target = out or (console.CHOICE.folder / "maps" if console.CHOICE.folder else Path("maps"))
    atlas = load()
    wanted = {placed.case.id for placed in select(atlas, ids)}
    foreign = files.foreign_files(target)
    if foreign:  # said before the work, not after it
        files.swap_in(target, {})
    secrets = [os.environ.get(KEY_VARIABLE, "")]
    settings_file = str((console.CHOICE.folder or atlas.root) / "atlas.yaml")
    if publish and atlas.settings.review_no is None:  # likewise
        raise DataError(render.publish_problems({}, atlas.settings, settings_file))
    kept = {} if publish or not ids else files.generation(target)
    pages: dict[str, bytes] = {}
    with console.progress() as progress:
        task = progress.add_task("build", total=len(atlas) + 1)
        measures = {placed.case.id: measure.case(placed) for placed in atlas}
        pages[render.NATIONAL] = render.national_page(atlas.cases, measures, atlas.settings, publish=publish)
        pages[render.GLOSSARY] = render.glossary_page(list(ledgers.vocabularies()), atlas.settings)
        progress.advance(task)
        ordered = render.reading_order(atlas.cases)
        for before, placed, after in zip((None, *ordered), ordered, (*ordered[1:], None), strict=False):
            case_id = placed.case.id
            name = f"{case_id}.html"
            if case_id not in wanted and name in kept:
                pages[name] = kept[name]
            else:
                pages[name] = render.case_page(
                    placed,
                    measures[case_id],
                    measure.totals(placed),
                    claims.findings(placed.case),
                    atlas.settings,
                    before=before,
                    after=after,
                    publish=publish,
                )
            progress.advance(task)
    if publish:
        found = render.publish_problems(pages, atlas.settings, settings_file, secrets)
        if found:
            raise DataError(found)
    beside = {
        f"{Path(name).stem}.oembed.json": embed.oembed(
            page_of(atlas, "national" if name == render.NATIONAL else Path(name).stem, lang),
            embed.Frame(address=address, lang=lang),
        ).encode("utf-8")
        for name in pages
        if name != render.GLOSSARY
    }
    files.swap_in(target, {**pages, **beside})
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
    from eppv_atlas.store import bundled, opening, read_folder, tidy, transaction

    opening.folder_only(console.CHOICE.atlas)
    root = console.CHOICE.folder or bundled()
    if not check_only and console.CHOICE.atlas is None and root.name == "atlas":
        raise UsageError(
            "the bundled cases are not yours to rewrite; name your folder with --atlas DIR",
            "随包案例不可改写；请用 --atlas 指定你的文件夹",
        )
    writing = (root / "cases").is_dir() and not check_only
    with transaction.locked(root, "tidy") if writing else nullcontext():
        with console.busy("reading the atlas", "读取图集"):
            loading = read_folder(console.CHOICE.folder)
            if loading.errors:
                raise DataError(loading.errors)
            results = tidy.tidied(loading)
        if check_only:
            problems = tidy.to_tidy(results, loading.root)
            console.print_problems(problems)
            if problems:
                raise typer.Exit(1)
        else:
            transaction.commit(loading.root, {item.file: item.content for item in results})
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
    from eppv_atlas.store import opening, template

    opening.folder_only(console.CHOICE.atlas)
    root = console.CHOICE.folder or Path()
    for path in template.new_case(root, case_id):
        typer.echo(path)
    console.say(
        f"fill the file in, then run: eppv-atlas --atlas {shlex.quote(str(root))} check",
        f"填写后运行：eppv-atlas --atlas {shlex.quote(str(root))} check",
    )
