"""The command line: ``eppv-atlas``.

Floor 4: puts the floors below together; knows no rules and no formulas.
Exit codes: 0 good, 1 problems in the data, 2 misuse.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from eppv_atlas.errors import AtlasError, BilingualError, DataError, Problem, UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eppv_atlas.model import PlacedCase
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


class Choice:
    """What the global options chose."""

    atlas: Path | None = None
    lang: str = "en"


CHOICE: Final = Choice()
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
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,  # noqa: FBT002
) -> None:
    """See, check and measure cases of ecological product value."""
    CHOICE.atlas = atlas
    CHOICE.lang = lang.value if lang else _system_language()
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

    target = out or (CHOICE.atlas / "maps" if CHOICE.atlas else Path("maps"))
    atlas = _load()
    wanted = {placed.case.id for placed in _select(atlas, ids)}
    foreign = files.foreign_files(target)
    if foreign:  # said before the work, not after it
        files.swap_in(target, {})
    kept = files.generation(target) if ids else {}
    pages: dict[str, bytes] = {}
    with _progress() as progress:
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
    _say(
        f"{len(pages)} pages ({size:.1f} MB) in {target}; open {target / render.NATIONAL}",
        f"已在 {target} 写出 {len(pages)} 个页面（{size:.1f} MB）；请打开 {target / render.NATIONAL}",
    )


@app.command()
def check(
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as problems.")] = False,  # noqa: FBT002
) -> None:
    """Check every file of the atlas and name every problem with file and line."""
    from eppv_atlas.store import read_folder, tidy

    loading = read_folder(CHOICE.atlas)
    problems = list(loading.problems)
    if strict and not loading.errors:
        problems += tidy.to_tidy(tidy.tidied(loading), loading.root)
    counted = problems if strict else loading.errors
    _print_problems(problems)
    facts = sum(len(item.case.facts) for item in loading.cases)
    zones = sum(len(item.case.zones) for item in loading.cases)
    if counted:
        _say(f"{len(counted)} problem(s)", f"{len(counted)} 个问题", err=True)
        raise typer.Exit(1)
    _say(
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
    rows = listing.case_rows(found, CHOICE.lang)
    if form is Format.json:
        _out(listing.to_json(rows))
    elif form is Format.csv:
        columns = ["id", "title", "place", "path", "mode", "category", "zones", "facts"]
        _out(listing.to_csv(rows, columns))
    elif rows:
        heads = _words(
            ["id", "case", "place", "path", "mode"], ["id", "案例", "所在地", "路径", "模式"]
        )
        _table(heads, [[row[k] for k in ("id", "title", "place", "path", "mode")] for row in rows])
    else:
        _say("no case meets all filters", "没有符合全部条件的案例")


@app.command()
def show(case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the case.")]) -> None:
    """Show one case: typology, summary, zones and facts with their pages."""
    from eppv_atlas import listing, measure, vocabulary

    atlas = _load()
    placed = atlas[case_id]
    case, lang = placed.case, CHOICE.lang
    document = atlas.settings.documents[case.source.document]
    console = _console()

    def line(text: str = "", style: str = "") -> None:
        console.print(Text(printable(text) if text else "", style=style), soft_wrap=False)

    line(getattr(case.title, lang), "bold")
    line(getattr(case.place_name, lang))
    line(f"{getattr(document.title, lang)}, {_words('pp.', '页码')} {case.source.pages}")
    line()
    for label, entry, table in (
        (_words("path", "路径"), case.path, vocabulary.PATHS),
        (_words("mode", "模式"), case.mode, vocabulary.MODES),
        *((_words("also", "兼有"), item, vocabulary.MODES) for item in case.further_modes),
        (_words("category", "类别"), case.category, vocabulary.CATEGORIES),
    ):
        basis = getattr(vocabulary.BASES[entry.basis], lang)
        page = f", {_words('p.', '页')} {entry.page}" if entry.page else ""
        note = f": {getattr(entry.note, lang)}" if entry.note else ""
        line(f"{label}: {getattr(table[entry.id], lang)} ({basis}{page}{note})")
    for part in ("background", "mechanism", "practice", "outcome"):
        line()
        line(getattr(vocabulary.SECTIONS[part], lang), "bold")
        line(getattr(getattr(case.summary, part), lang))
    line()
    _measure_table(placed, measure.case(placed), AreaUnit.km2)
    heads = _words(["section", "fact", "figure", "p."], ["部分", "内容", "数值", "页"])
    rows = [
        [
            getattr(vocabulary.SECTIONS[fact.section], lang),
            getattr(fact.label, lang) + (f" ({fact.period})" if fact.period else ""),
            listing.fact_text(fact, lang),
            str(fact.page),
        ]
        for fact in case.facts
    ]
    _table(heads, rows)


@app.command(name="measure")
def measure_(
    ids: Ids = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.table,
    unit: Annotated[AreaUnit, typer.Option(help="Unit of area in tables, or beside m² in CSV and JSON.")] = (
        AreaUnit.m2
    ),
    totals: Annotated[
        bool, typer.Option("--totals", help="CSV and JSON: sum, union and overlap of each case instead.")
    ] = False,  # noqa: FBT002
) -> None:
    """Measure zones on the CGCS2000 ellipsoid, beside what the document states."""
    from eppv_atlas import listing, measure

    chosen = _select(_load(), ids)
    if form is Format.table:
        for placed in chosen:
            _console().print(Text(printable(getattr(placed.case.short, CHOICE.lang)), style="bold"))
            _measure_table(placed, measure.case(placed), unit)
            _totals_table(placed, measure.totals(placed), unit)
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
    _out(listing.to_json(rows) if form is Format.json else listing.to_csv(rows, columns))


@app.command(name="tidy")
def tidy_(
    check_only: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file is not tidy.")
    ] = False,  # noqa: FBT002
) -> None:
    """Put case files and geodata into canonical form; comments are kept."""
    from eppv_atlas.store import bundled, files, read_folder, tidy

    loading = read_folder(CHOICE.atlas)
    if loading.errors:
        raise DataError(loading.errors)
    results = tidy.tidied(loading)
    if check_only:
        problems = tidy.to_tidy(results, loading.root)
        _print_problems(problems)
        if problems:
            raise typer.Exit(1)
    else:
        if CHOICE.atlas is None and loading.root == bundled() and loading.root.name == "atlas":
            raise UsageError(
                "the bundled cases are not yours to rewrite; name your folder with --atlas DIR",
                "随包案例不可改写；请用 --atlas 指定你的文件夹",
            )
        for item in results:
            files.write_file(item.file, item.content)
    changed = sum(item.changed for item in results) if check_only else 0
    _say(
        f"{len(results)} files, {changed} to tidy" if check_only else f"{len(results)} files are tidy",
        f"{len(results)} 个文件，{changed} 个待整理" if check_only else f"{len(results)} 个文件已规范",
    )


@app.command()
def new(case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the new case, e.g. my-case.")]) -> None:
    """Write a commented template of a case, to be filled in and checked."""
    from eppv_atlas.store import template

    root = CHOICE.atlas or Path()
    for path in template.new_case(root, case_id):
        typer.echo(path)
    _say(
        f"fill the file in, then run: eppv-atlas --atlas {root} check",
        f"填写后运行：eppv-atlas --atlas {root} check",
    )


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point: run the command line and turn errors into messages and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if stream.encoding.lower() != "utf-8" else "strict")
    try:
        app(args=list(arguments) if arguments is not None else None)
    except DataError as error:
        _print_problems(error.problems)
        _say(f"{len(error.problems)} problem(s)", f"{len(error.problems)} 个问题", err=True)
        sys.exit(1)
    except UsageError as error:
        _complain(error)
        sys.exit(2)
    except AtlasError as error:
        _complain(error)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _load() -> Atlas:
    from eppv_atlas.store import load

    return load(CHOICE.atlas)


def _select(atlas: Atlas, ids: Sequence[str] | None) -> list[PlacedCase]:
    return [atlas[case_id] for case_id in ids] if ids else list(atlas)


def _system_language() -> str:
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((name for name in names if name), "").lower().startswith("zh") else "en"


def _words(en: Any, zh: Any) -> Any:
    return zh if CHOICE.lang == "zh" else en


def _say(en: str, zh: str, *, err: bool = False) -> None:
    typer.echo(printable(_words(en, zh)), err=err)


def _out(text: str) -> None:
    typer.echo(text, nl=False)


def _complain(error: AtlasError) -> None:
    text = _words(error.en, error.zh) if isinstance(error, BilingualError) else str(error)
    typer.echo(printable(text), err=True)


def _print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        mark = "" if problem.severity == "error" else _words("warning: ", "警告：")
        typer.echo(f"{mark}{problem.text(CHOICE.lang)}", err=True)


def _console() -> Console:
    width = None if sys.stdout.isatty() else 160
    return Console(highlight=False, width=width, soft_wrap=False)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Iterable[int] = ()) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    right = set(numbers)
    for index, head in enumerate(heads):
        table.add_column(head, justify="right" if index in right else "left", no_wrap=index == 0 and not right)
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    _console().print(table)


def _measure_table(placed: PlacedCase, measures: Iterable[Any], unit: AreaUnit) -> None:
    from eppv_atlas import listing
    from eppv_atlas.units import UNITS

    name = getattr(UNITS[unit.value], CHOICE.lang)
    heads = _words(
        ["zone", "kind", f"stated {name}", f"measured {name}", "difference", "perimeter km", "confidence"],
        ["分区", "类型", f"文件所载 {name}", f"量算 {name}", "差", "周长 公里", "可信度"],
    )
    cells = [listing.measure_cells(row, placed, unit.value, CHOICE.lang) for row in measures]
    _table(heads, cells, numbers=(2, 3, 4, 5))


def _totals_table(placed: PlacedCase, totals: Iterable[Any], unit: AreaUnit) -> None:
    from eppv_atlas import vocabulary
    from eppv_atlas.units import area_text

    rows = []
    for total in totals:
        term = vocabulary.CONFIDENCES.get(total.confidence)
        weakest = getattr(vocabulary.CONFIDENCES[total.weakest], CHOICE.lang)
        name = getattr(term, CHOICE.lang) if term else _words(f"all (weakest: {weakest})", f"全部（最弱：{weakest}）")
        values = [area_text(v, unit.value) for v in (total.sum_m2, total.union_m2, total.overlap_m2)]
        rows.append([name, str(total.zones), *values])
    if rows:
        heads = _words(
            ["total by confidence", "zones", "sum", "union", "overlap"],
            ["按可信度汇总", "分区数", "合计", "并集", "重叠"],
        )
        _table(heads, rows, numbers=(1, 2, 3, 4))
    typer.echo()
