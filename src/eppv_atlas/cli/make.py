"""Commands that make something of an atlas: build, tidy, new.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import os
import shlex
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Ids, app, kept, large, load, say_if_bundled, select
from eppv_atlas.errors import DataError, UsageError

if TYPE_CHECKING:
    from eppv_atlas.cards import CaseRecord
    from eppv_atlas.compiled import Compiled
    from eppv_atlas.model import Settings


class Cases(StrEnum):
    """Which cases get a page of their own."""

    all = "all"
    none = "none"


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
    cases: Annotated[
        Cases | None,
        typer.Option(
            "--cases", help="Pages of cases: all or none; all of up to 500 cases, none of more, if left out."
        ),
    ] = None,
    with_tiles: Annotated[
        bool,
        typer.Option(
            "--tiles", help="Zones also as vector tiles (atlas.pmtiles), with a page that reads them."
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes side by side; as many as cores for many cases."),
    ] = None,
) -> None:
    """Write the national map and the case maps as self-contained pages.

    With ids, the national map and these cases are made anew; the pages of the
    other cases are kept as they stand, and made only where they are missing
    (of up to 500 cases).
    """
    from eppv_atlas import framing, render
    from eppv_atlas.cli import building
    from eppv_atlas.serve import KEY_VARIABLE
    from eppv_atlas.store import files

    if ids and cases is not None:
        raise UsageError("name cases, or say --cases, not both", "请指定案例或用 --cases，不要两者并用")
    address = framing.web_address(url) if url else ""
    target = out or (console.CHOICE.folder / "maps" if console.CHOICE.folder else Path("maps"))
    if files.foreign_files(target):  # said before the work, not after it
        files.swap_in(target, {})
    if not ids and cases is not Cases.all and not with_tiles and large():
        say_if_bundled()
        if (done := _by_what_is_kept(target, address, publish=publish)) is not None:
            _built(target, done)
            _national_only(done[2], asked=cases is Cases.none)
            return
    atlas = load()
    wanted = [placed.case.id for placed in select(atlas, ids)]
    many = len(atlas) > render.CROWD_FROM
    _reviewed(atlas.settings, console.CHOICE.folder or atlas.root, publish=publish)
    if with_tiles:
        render.tiles.maker()  # likewise
    taken = frozenset() if publish or not ids else frozenset(files.generation_names(target))
    none = not ids and (cases is Cases.none or (cases is None and many))
    order = building.Order(
        pages=frozenset() if none else frozenset(wanted),
        kept=taken,
        missing=not none and not (ids and many),
        tiles=with_tiles,
        publish=publish,
        secrets=(os.environ.get(KEY_VARIABLE, ""),),
        address=address,
        lang=console.CHOICE.lang,
        jobs=building.jobs_for(jobs, len(atlas)),
    )
    with console.progress() as progress, files.new_generation(target) as aside:
        task = progress.add_task("build", total=None)
        count, size = building.build(aside, atlas, order, lambda: progress.advance(task))
    _built(target, (count, size, len(atlas)))
    if with_tiles:
        console.say(
            f"zones in tiles: eppv-atlas serve {target}, then {render.TILED} (or any static web host)",
            f"分区切片：运行 eppv-atlas serve {target} 后打开 {render.TILED}（或放到任一静态网站）",
        )
    if none:
        _national_only(len(atlas), asked=cases is not None)


def _reviewed(settings: Settings, root: Path, *, publish: bool) -> None:
    """Refuse to publish without a map review number, before any work is done."""
    from eppv_atlas import render

    if publish and settings.review_no is None:
        raise DataError(render.publish_problems({}, settings, str(root / "atlas.yaml")))


def _built(target: Path, done: tuple[int, int, int]) -> None:
    from eppv_atlas import render

    count, size, _ = done
    console.say(
        f"{count} pages ({size / 1e6:.1f} MB) in {target}; open {target / render.NATIONAL}",
        f"已在 {target} 写出 {count} 个页面（{size / 1e6:.1f} MB）；请打开 {target / render.NATIONAL}",
    )


def _national_only(cases: int, *, asked: bool) -> None:
    if not asked:
        console.say(
            f"{cases:,} cases: the national page only; for their own pages name cases, or say --cases all",
            f"共 {cases:,} 个案例：只写全国页；需要案例页请指定案例，或用 --cases all",
        )


def _by_what_is_kept(target: Path, address: str, *, publish: bool) -> tuple[int, int, int] | None:
    """The national page of a large atlas without its whole cases: pages, bytes, cases; None where it is no large one.

    Raises
    ------
    DataError
        If the atlas has problems, or the page must not be published.
    """
    from eppv_atlas.cli import building
    from eppv_atlas.store import reading

    assert console.CHOICE.folder is not None
    with console.busy("reading the atlas", "读取图集"):
        about = reading.Loading(console.CHOICE.folder)
        reading.settings(about)
        if about.settings is None:
            raise DataError(about.errors)
        _reviewed(about.settings, console.CHOICE.folder, publish=publish)
    with building.keeping_all():
        return _national(about.settings, target, publish=publish, address=address)


def _national(
    settings: Settings, target: Path, *, publish: bool, address: str
) -> tuple[int, int, int] | None:
    """The national page of what is kept; None where there are too few cases for it."""
    from eppv_atlas import render
    from eppv_atlas.cli import building
    from eppv_atlas.serve import KEY_VARIABLE
    from eppv_atlas.store import files

    with console.busy("reading the atlas", "读取图集"):
        records = kept(_cards)
    if len(records) <= render.CROWD_FROM:
        return None
    order = building.Order(
        pages=frozenset(),
        kept=frozenset(),
        missing=False,
        tiles=False,
        publish=publish,
        secrets=(os.environ.get(KEY_VARIABLE, ""),),
        address=address,
        lang=console.CHOICE.lang,
        jobs=1,
    )
    with files.new_generation(target) as aside:
        count, size = building.national_only(aside, records, settings, order)
    return count, size, len(records)


def _cards(held: Compiled) -> list[CaseRecord]:
    held.sound()
    return list(held.cards())


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
