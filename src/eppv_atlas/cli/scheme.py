"""The commands scheme list and scheme run: schemes of mechanisms, tried.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Format, Ids, Language, app, one_case, some, speak
from eppv_atlas.errors import UsageError

if TYPE_CHECKING:
    from eppv_atlas.model import Mechanism
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.schemes.trial import Input, Line, Ran, Table, Trial

MOST_ROWS = 60
"""Rows of a table that a terminal is given."""
scheme = typer.Typer(
    name="scheme", help="Schemes of mechanisms: see which can be tried, and try them.", no_args_is_help=True
)
app.add_typer(scheme)


@scheme.command(name="list")
def list_(
    ids: Ids = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the list.")] = Format.table,
    language: Language = None,
) -> None:
    """List the mechanisms that can be tried."""
    from eppv_atlas import export, schemes

    lang = speak(language)
    rows = [
        {
            "id": f"{placed.case.id}/{mechanism.id}",
            "engine": mechanism.scheme.engine if mechanism.scheme else "",
            "title": getattr(mechanism.name, lang),
        }
        for placed in some(list(dict.fromkeys(ids or ())))
        for mechanism in schemes.runnable(placed)
    ]
    if form is Format.json:
        console.out(export.to_json(rows))
    elif form is Format.csv:
        console.out(export.to_csv(rows, ("id", "engine", "title")))
    else:
        console.table(
            console.words(["id", "engine", "mechanism"], ["编号", "引擎", "机制"]),
            [[row["id"], row["engine"], row["title"]] for row in rows],
        )


@scheme.command()
def run(
    which: Annotated[str, typer.Argument(metavar="ID/MECHANISM", help="As 'scheme list' names it.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value for an input; may be repeated."),
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=FILE", help="A file that the scheme takes; may be repeated."),
    ] = None,
    inputs: Annotated[
        bool, typer.Option("--inputs", help="Only show what can be set, and which files it takes.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="Form of what is printed.")] = Format.table,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write: .json, .csv, .xlsx, .geojson, or what the scheme knows."),
    ] = None,
    language: Language = None,
) -> None:
    """Try a scheme: work it out with the case's numbers, or with your own.

    An empty VALUE means that it is not known.
    """
    from eppv_atlas import measure, running, schemes

    lang = speak(language)
    placed, mechanism = _found(which)
    measures = measure.case(placed)
    trial = schemes.trial(placed, mechanism, measures)
    if inputs:
        _about(trial)
        _inputs(trial.inputs, (), lang, bounds=True)
        _files(trial, lang)
        return
    chosen, paths = _wanted(trial, settings or (), files or ())
    given = running.read(trial.engine, paths)
    ran = schemes.run(trial, placed, mechanism, measures, chosen, given)
    if out is not None:
        running.write(trial.engine, ran, out, lang)
        console.say(f"written to {out}", f"已写入 {out}", err=form is not Format.table)
    if form is Format.table:
        _about(trial)
        _print(ran, lang)
    elif form is Format.json:
        from eppv_atlas.running import results

        console.out(results.as_text(ran).decode())
    else:
        from eppv_atlas import sheets
        from eppv_atlas.running import results

        _, values, *_ = results.result_sheets(ran, lang)
        console.out(sheets.written(values, "csv").decode("utf-8-sig"))


def _found(which: str) -> tuple[PlacedCase, Mechanism]:
    """The mechanism that is named."""
    from eppv_atlas import schemes

    case_id, _, name = which.partition("/")
    placed = one_case(case_id)
    known = {mechanism.id: mechanism for mechanism in schemes.runnable(placed)}
    if name in known:
        return placed, known[name]
    held = ", ".join(f"{case_id}/{one}" for one in known)
    if not held:
        raise UsageError(
            f"no mechanism of {case_id} can be tried; see 'eppv-atlas scheme list'",
            f"{case_id} 没有可试算的机制；见 eppv-atlas scheme list",
        )
    raise UsageError(
        f"there is no scheme {which[:120]!r}; there are: {held}", f"没有试算 {which[:120]!r}；现有：{held}"
    )


def _wanted(
    trial: Trial, settings: Sequence[str], files: Sequence[str]
) -> tuple[dict[str, float | bool | str | None], dict[str, Path]]:
    """Values and files that were given, checked together."""
    from eppv_atlas.schemes.settings import checked

    faults: list[UsageError] = []
    texts = _pairs("--set", settings, faults)
    paths = {name: Path(file) for name, file in _pairs("--with", files, faults).items()}
    known = ", ".join(trial.files) or console.words("none", "无")
    for name, path in paths.items():
        if name not in trial.files:
            faults.append(
                UsageError(
                    f"the scheme takes no file {name[:60]!r}; it takes: {known}",
                    f"此项试算不使用文件 {name[:60]!r}；可用：{known}",
                )
            )
        elif not path.exists():
            faults.append(UsageError(f"there is no file {path}", f"没有文件 {path}"))
    try:
        chosen = checked(trial, texts)
    except UsageError as error:
        faults.append(error)
    if faults:
        raise UsageError("; ".join(one.en for one in faults), "；".join(one.zh for one in faults))
    return chosen, paths


def _pairs(option: str, given: Sequence[str], faults: list[UsageError]) -> dict[str, str]:
    out: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            faults.append(
                UsageError(
                    f"{option} takes NAME=…, not {text[:60]!r}", f"{option} 应写作 NAME=…，而非 {text[:60]!r}"
                )
            )
        elif name in out:
            faults.append(
                UsageError(f"{option} {name[:60]} is given twice", f"{option} {name[:60]} 给了两次")
            )
        else:
            out[name] = value
    return out


def _about(trial: Trial) -> None:
    console.heading(trial.title)
    console.say(trial.about.en, trial.about.zh)
    typer.echo()


def _inputs(inputs: Sequence[Input], changed: Sequence[str], lang: str, *, bounds: bool) -> None:
    from eppv_atlas.schemes.figures import figure, value_text

    rows = []
    for one in inputs:
        mark = console.words(" (changed)", "（已改）") if one.id in changed else ""
        whence = getattr(one.whence, lang) if one.whence is not None else ""
        row = [
            one.id,
            getattr(one.label, lang),
            value_text(one.value, one.unit, lang, one.options) + mark,
            console.words("set by you", "由使用者给出") if mark else whence,
        ]
        if bounds:
            least, most = ("" if end is None else figure(end, "") for end in (one.low, one.high))
            may = (
                f"{least} – {most}"
                if least and most
                else f"≥ {least}"
                if least
                else f"≤ {most}"
                if most
                else ""
            )
            if one.options:
                may = ", ".join(option.id for option in one.options)
            row.insert(3, may)
        rows.append(row)
    heads = console.words(
        ["input", "what it is", "value", "where it comes from"], ["输入项", "名称", "取值", "来源"]
    )
    if bounds:
        heads.insert(3, console.words("may be", "可取"))
    if rows:
        console.table(heads, rows)
        typer.echo()


def _files(trial: Trial, lang: str) -> None:
    if trial.files:
        heads = console.words(["file", "what it has to hold"], ["文件", "须含内容"])
        console.table(heads, [[name, getattr(what, lang)] for name, what in trial.files.items()])


def _print(ran: Ran, lang: str) -> None:
    """What came out, for reading."""
    from eppv_atlas.running.results import range_text

    _inputs(ran.inputs, ran.changed, lang, bounds=False)
    lines = [
        [getattr(one.label, lang), _answer(one, lang), range_text(one, lang)]
        for one in ran.lines
        if one.role != "step"
    ]
    if lines:
        console.table(console.words(["result", "value", "range"], ["结果", "数值", "区间"]), lines)
        typer.echo()
    steps = [
        [
            getattr(one.label, lang),
            text if isinstance(text := one.formula, str) else getattr(text, lang),
            text if isinstance(text := one.numbers, str) else getattr(text, lang),
            _answer(one, lang),
        ]
        for one in ran.lines
        if one.formula or one.role == "step"
    ]
    if steps:
        heads = console.words(["step", "formula", "with numbers", "value"], ["步骤", "算式", "代入", "数值"])
        console.table(heads, steps)
        typer.echo()
    for table in ran.tables:
        _table(table, lang)
    for layer in ran.layers:
        _said_of_layer(layer.label, len(layer.marks), layer.confidence)
    for note in ran.notes:
        console.say(f"note: {note.en}", f"说明：{note.zh}")


def _answer(one: Line, lang: str) -> str:
    """A value for reading; of a test that it cannot be told where it is not known."""
    from eppv_atlas.schemes.figures import value_text

    if one.role == "test" and one.value is None:
        return str(console.words("cannot be told", "无法判断"))
    return value_text(one.value, one.unit, lang)


def _table(table: Table, lang: str) -> None:
    from eppv_atlas.running.results import table_cells

    heads, cells, figures = table_cells(table, lang)
    console.heading(table.label)
    console.table(heads, cells[:MOST_ROWS], numbers=figures)
    if len(cells) > MOST_ROWS:
        more = len(cells) - MOST_ROWS
        console.say(
            f"… {more} more rows; --out FILE has them all", f"……另有 {more} 行；用 --out 文件 可得全部"
        )
    typer.echo()


def _said_of_layer(label: object, count: int, confidence: str) -> None:
    from eppv_atlas.vocabulary import CONFIDENCES

    term = CONFIDENCES.get(confidence)
    name = getattr(label, console.CHOICE.lang)
    worth = "" if term is None else console.words(f", confidence {term.en}", f"，可信度：{term.zh}")
    console.say(f"shapes: {name} ({count}){worth}", f"图形：{name}（{count}）{worth}")
