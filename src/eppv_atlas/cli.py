"""The command line: ``eppv-atlas``.

Floor 4: puts the floors below together; knows no rules and no formulas.
Exit codes: 0 good, 1 problems in the data, 2 misuse.
"""

from __future__ import annotations

import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from eppv_atlas import console
from eppv_atlas.errors import AtlasError, DataError, UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eppv_atlas.results import PlacedCase
    from eppv_atlas.store import Atlas

app = typer.Typer(
    name="eppv-atlas",
    help="The atlas of ecological product value cases (生态产品价值实现案例图集).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Lang(StrEnum):
    """Language of what is printed."""

    zh = "zh"
    en = "en"


class Format(StrEnum):
    """Form of a listing."""

    table = "table"
    csv = "csv"
    json = "json"


class AreaUnit(StrEnum):
    """Unit of area at the edge."""

    m2 = "m2"
    ha = "ha"
    km2 = "km2"
    mu = "mu"


Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of cases; all if left out.")]


@app.callback()
def main(
    atlas: Annotated[
        Path | None,
        typer.Option(help="Folder with atlas.yaml, cases/ and geodata/; the bundled cases if left out."),
    ] = None,
    lang: Annotated[
        Lang | None, typer.Option(help="Language of messages and tables; that of the system if left out.")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """See, check and measure cases of ecological product value."""
    console.CHOICE.atlas = atlas
    console.CHOICE.lang = lang.value if lang else console.system_language()
    if version:
        from eppv_atlas import __version__

        typer.echo(f"eppv-atlas {__version__}")
        raise typer.Exit


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
    from eppv_atlas import measure, render
    from eppv_atlas.store import files

    target = out or (console.CHOICE.atlas / "maps" if console.CHOICE.atlas else Path("maps"))
    atlas = _load()
    wanted = {placed.case.id for placed in _select(atlas, ids)}
    foreign = files.foreign_files(target)
    if foreign:  # said before the work, not after it
        files.swap_in(target, {})
    kept = files.generation(target) if ids else {}
    pages: dict[str, bytes] = {}
    with console.progress() as progress:
        task = progress.add_task("build", total=len(atlas) + 1)
        measures = {placed.case.id: measure.case(placed) for placed in atlas}
        pages[render.NATIONAL] = render.national_page(atlas.cases, measures, atlas.settings)
        progress.advance(task)
        for placed in atlas:
            case_id = placed.case.id
            name = f"{case_id}.html"
            if case_id not in wanted and name in kept:
                pages[name] = kept[name]
            else:
                totals = measure.totals(placed)
                pages[name] = render.case_page(placed, measures[case_id], totals, atlas.settings)
            progress.advance(task)
    files.swap_in(target, pages)
    size = sum(len(page) for page in pages.values()) / 1e6
    console.say(
        f"{len(pages)} pages ({size:.1f} MB) in {target}; open {target / render.NATIONAL}",
        f"已在 {target} 写出 {len(pages)} 个页面（{size:.1f} MB）；请打开 {target / render.NATIONAL}",
    )


@app.command()
def check(
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as problems.")] = False,
) -> None:
    """Check every file of the atlas and name every problem with file and line."""
    from eppv_atlas.store import read_folder, tidy

    _say_if_bundled()
    with console.busy("checking the atlas", "检查图集"):
        loading = read_folder(console.CHOICE.atlas)
        problems = list(loading.problems)
        if strict and not loading.errors:
            problems += tidy.to_tidy(tidy.tidied(loading), loading.root)
    counted = problems if strict else loading.errors
    console.print_problems(problems)
    facts = sum(len(item.case.facts) for item in loading.cases)
    zones = sum(len(item.case.zones) for item in loading.cases)
    if counted:
        console.say(f"{len(counted)} problem(s)", f"{len(counted)} 个问题", err=True)
        raise typer.Exit(1)
    console.say(
        f"{len(loading.cases)} cases, {zones} zones, {facts} facts: no problems",
        f"{len(loading.cases)} 个案例、{zones} 个分区、{facts} 条数据：没有问题",
    )


@app.command(name="list")
def list_(
    path: Annotated[str | None, typer.Option(help="Path: id or part of its name.")] = None,
    mode: Annotated[str | None, typer.Option(help="Mode: id or part of its name.")] = None,
    category: Annotated[str | None, typer.Option(help="Product category: id or part of its name.")] = None,
    province: Annotated[str | None, typer.Option(help="Province: code or part of its name.")] = None,
    text: Annotated[str | None, typer.Option(help="Words that occur in the case.")] = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the list.")] = Format.table,
) -> None:
    """List cases, filtered by path, mode, category, province or words."""
    from eppv_atlas import listing

    found = listing.chosen(_load(), path, mode, category, province, text)
    rows = listing.case_rows(found, console.CHOICE.lang)
    if form is Format.json:
        console.out(listing.to_json(rows))
    elif form is Format.csv:
        columns = ["id", "title", "place", "path", "mode", "category", "zones", "facts"]
        console.out(listing.to_csv(rows, columns))
    elif rows:
        heads = console.words(
            ["id", "case", "place", "path", "mode"], ["id", "案例", "所在地", "路径", "模式"]
        )
        console.table(heads, [[row[k] for k in ("id", "title", "place", "path", "mode")] for row in rows])
    else:
        console.say("no case meets all filters", "没有符合全部条件的案例")


@app.command()
def show(case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the case.")]) -> None:
    """Show one case: typology, summary, zones and facts with their pages."""
    from eppv_atlas import listing, measure, vocabulary

    atlas = _load()
    placed = atlas[case_id]
    case, lang = placed.case, console.CHOICE.lang
    document = atlas.settings.documents[case.source.document]
    terminal = console.terminal()

    def line(text: str = "", style: str = "") -> None:
        terminal.print(Text(printable(text) if text else "", style=style), soft_wrap=False)

    line(getattr(case.title, lang), "bold")
    line(getattr(case.place_name, lang))
    line(f"{getattr(document.title, lang)}, {console.words('pp.', '页码')} {case.source.pages}")
    line()
    for label, entry, table in (
        (console.words("path", "路径"), case.path, vocabulary.PATHS),
        (console.words("mode", "模式"), case.mode, vocabulary.MODES),
        *((console.words("also", "兼有"), item, vocabulary.MODES) for item in case.further_modes),
        (console.words("category", "类别"), case.category, vocabulary.CATEGORIES),
    ):
        basis = getattr(vocabulary.BASES[entry.basis], lang)
        page = f", {console.words('p.', '页')} {entry.page}" if entry.page else ""
        note = f": {getattr(entry.note, lang)}" if entry.note else ""
        line(f"{label}: {getattr(table[entry.id], lang)} ({basis}{page}{note})")
    for part in ("background", "mechanism", "practice", "outcome"):
        line()
        line(getattr(vocabulary.SECTIONS[part], lang), "bold")
        line(getattr(getattr(case.summary, part), lang))
    line()
    console.measure_table(placed, measure.case(placed), "km2")
    heads = console.words(["section", "fact", "figure", "p."], ["部分", "内容", "数值", "页"])
    rows = [
        [
            getattr(vocabulary.SECTIONS[fact.section], lang),
            getattr(fact.label, lang) + (f" ({fact.period})" if fact.period else ""),
            listing.fact_text(fact, lang),
            str(fact.page),
        ]
        for fact in case.facts
    ]
    console.table(heads, rows)


@app.command(name="measure")
def measure_(
    ids: Ids = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.table,
    unit: Annotated[AreaUnit, typer.Option(help="Unit of area in tables, or beside m² in CSV and JSON.")] = (
        AreaUnit.m2
    ),
    totals: Annotated[
        bool, typer.Option("--totals", help="CSV and JSON: sum, union and overlap of each case instead.")
    ] = False,
) -> None:
    """Measure zones on the CGCS2000 ellipsoid, beside what the document states."""
    from eppv_atlas import listing, measure

    chosen = _select(_load(), ids)
    if form is Format.table:
        for placed in chosen:
            console.terminal().print(
                Text(printable(getattr(placed.case.short, console.CHOICE.lang)), style="bold")
            )
            console.measure_table(placed, measure.case(placed), unit.value)
            console.totals_table(measure.totals(placed), unit.value)
        return
    if totals:
        rows = listing.total_rows((t for placed in chosen for t in measure.totals(placed)), unit.value)
        columns = ["case", "confidence", "zones", "sum_m2", "union_m2", "overlap_m2", "weakest"]
        extra = [f"{key}_{unit.value}" for key in ("sum", "union", "overlap")]
    else:
        rows = listing.measure_rows(measure.cases(chosen), unit.value)
        columns = ["case", "zone", "kind", "area_m2", "perimeter_m", "stated_m2", "difference_pct"]
        columns += ["confidence", "made_from_stated", "note"]
        extra = [f"{key}_{unit.value}" for key in ("area", "stated")]
    columns += extra if unit is not AreaUnit.m2 else []
    console.out(listing.to_json(rows) if form is Format.json else listing.to_csv(rows, columns))


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


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point: run the command line and turn errors into messages and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if stream.encoding.lower() != "utf-8" else "strict")
    try:
        app(args=list(arguments) if arguments is not None else None)
    except DataError as error:
        console.print_problems(error.problems)
        console.say(f"{len(error.problems)} problem(s)", f"{len(error.problems)} 个问题", err=True)
        sys.exit(1)
    except UsageError as error:
        console.complain(error)
        sys.exit(2)
    except AtlasError as error:
        console.complain(error)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"eppv-atlas: {error.strerror or error}\n")
        sys.exit(2)


def _say_if_bundled() -> None:
    """Say so where somebody stands in an atlas of their own but has not named it."""
    from eppv_atlas.store import bundled

    here = Path()
    if console.CHOICE.atlas is None and (here / "cases").is_dir() and here.resolve() != bundled().resolve():
        console.say(
            "note: these are the bundled cases; for the atlas in this folder say --atlas .",
            "注意：以下是随包案例；要用当前文件夹的图集，请加 --atlas .",
            err=True,
        )


def _load() -> Atlas:
    from eppv_atlas.store import load

    _say_if_bundled()
    with console.busy("reading the atlas", "读取图集"):
        return load(console.CHOICE.atlas)


def _select(atlas: Atlas, ids: Sequence[str] | None) -> list[PlacedCase]:
    known = {placed.case.id for placed in atlas}
    unknown = [case_id for case_id in ids or () if case_id not in known]
    if unknown:
        raise UsageError(
            f"there is no case {', '.join(map(repr, unknown))}; known: {', '.join(sorted(known))}",
            f"没有案例 {'、'.join(map(repr, unknown))}；现有：{'、'.join(sorted(known))}",
        )
    return [atlas[case_id] for case_id in ids] if ids else list(atlas)
