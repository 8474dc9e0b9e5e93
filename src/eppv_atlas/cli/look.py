"""Commands that only look: check, show.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import (
    Format,
    Verdict,
    app,
    kept,
    large,
    one_case,
    say_if_bundled,
)
from eppv_atlas.errors import Problem, UsageError, printable

if TYPE_CHECKING:
    from eppv_atlas.model import Case
    from eppv_atlas.store import Loading


@app.command()
def check(
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as problems.")] = False,
    claims: Annotated[
        bool,
        typer.Option(
            "--claims",
            help="Recompute the documents' own figures too: what agrees, disagrees or needs care. "
            "A contradiction of a document is no problem of the files.",
        ),
    ] = False,
    verdict: Annotated[
        Verdict | None, typer.Option(help="With --claims: only claims with this verdict.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="With --claims: form of the list.")] = Format.table,
) -> None:
    """Check every file of the atlas and name every problem with file and line."""
    if not claims and (verdict is not None or form is not Format.table):
        raise UsageError(
            "--verdict and --format go with --claims", "--verdict 与 --format 须与 --claims 同用"
        )
    if large() and not claims and not strict:
        say_if_bundled()
        _check_large()
        return
    from eppv_atlas.store import read, tidy

    say_if_bundled()
    with console.busy("checking the atlas", "检查图集"):
        loading = read(console.CHOICE.atlas)
        problems = [*loading.problems, *_drawn(loading)]
        if strict and not loading.errors and (loading.root / "cases").is_dir():
            problems += tidy.to_tidy(tidy.tidied(loading), loading.root)
    counted = problems if strict else loading.errors
    console.print_problems(problems)
    if counted:
        _count_problems(len(counted))
    if claims:
        _claims([item.case for item in loading.cases], verdict, form)
    if form is Format.table:
        held = [item.case for item in loading.cases]
        _no_problems(
            len(held),
            sum(len(case.zones) for case in held),
            sum(len(case.sites) for case in held),
            sum(len(case.facts) for case in held),
            sum(len(case.mechanisms) for case in held),
        )


def _count_problems(count: int) -> NoReturn:
    console.say(f"{count} problem(s)", f"{count} 个问题", err=True)
    raise typer.Exit(1)


def _no_problems(cases: int, zones: int, sites: int, facts: int, mechanisms: int) -> None:
    console.say(
        f"{cases} cases, {zones} zones, {sites} sites, {facts} facts, {mechanisms} mechanisms: no problems",
        f"{cases} 个案例、{zones} 个分区、{sites} 个地点、{facts} 条数据、{mechanisms} 条机制：没有问题",
    )


def _check_large() -> None:
    """Check an atlas of which only what changed is read."""
    with console.busy("checking the atlas", "检查图集"):
        problems, doubts, counts = kept(lambda held: (*held.problems(), held.counts), ahead=True)
    console.print_problems([*problems, *doubts])
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        _count_problems(errors)
    _no_problems(*counts)


def _drawn(loading: Loading) -> list[Problem]:
    """What is odd about zones drawn by hand, in cases that are otherwise sound."""
    from eppv_atlas.compiled import judging

    return [problem for found in judging.doubts(loading.root, loading.cases) for problem in found]


def _claims(cases: list[Case], verdict: Verdict | None, form: Format) -> None:
    from eppv_atlas import claims, export, ledgers

    cases.sort(key=lambda case: (case.batch, case.order, case.id))
    found = [finding for case in cases for finding in claims.findings(case)]
    shown = [finding for finding in found if verdict is None or finding.verdict == verdict.value]
    ledger = ledgers.claims(shown)
    if form is Format.json:
        console.out(export.to_json(ledger.rows))
    elif form is Format.csv:
        console.out(export.to_csv(ledger.rows, [column.name for column in ledger.columns]))
    else:
        names = {case.id: case.short for case in cases}
        for case_id in dict.fromkeys(finding.case for finding in shown):
            console.heading(names[case_id])
            console.claims_table(finding for finding in shown if finding.case == case_id)
        console.claims_count(found)


@app.command()
def show(case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the case.")]) -> None:
    """Show one case: typology, summary, zones, facts, mechanisms and contradictions with their pages."""
    from rich.text import Text

    from eppv_atlas import claims, measure, vocabulary
    from eppv_atlas.reading_out import fact_text

    placed = one_case(case_id)
    case, lang = placed.case, console.CHOICE.lang
    assert placed.settings is not None
    document = placed.settings.documents[case.source.document]
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
    line()
    found = claims.findings(case)
    open_ones = [finding for finding in found if finding.verdict in {"disagrees", "care"}]
    if found:
        line(console.words("Figures recomputed", "数字核算"), "bold")
        console.claims_count(found)
        console.claims_table(open_ones)
        line()
    facts = {fact.id: fact for fact in case.facts}
    if case.mechanisms:
        line(console.words("Mechanisms", "机制"), "bold")
        for item in case.mechanisms:
            kind = getattr(vocabulary.MECHANISM_KINDS[item.kind], lang)
            line(f"{getattr(item.name, lang)} ({kind}, {console.words('p.', '页')} {item.page})", "italic")
            line(f"  {getattr(item.about, lang)}")
            for rule in item.rules:
                figures = ", ".join(fact_text(facts[name], lang) for name in rule.facts)
                line(f"  · {getattr(rule.text, lang)}" + (f" [{figures}]" if figures else ""))
        line()
    if case.sites:
        heads = console.words(["place", "kind", "p."], ["地点", "类型", "页"])
        console.table(
            heads,
            [
                [
                    getattr(site.name, lang),
                    getattr(vocabulary.SITE_KINDS[site.kind], lang),
                    str(site.page or ""),
                ]
                for site in case.sites
            ],
        )
        line()
    heads = console.words(["section", "fact", "figure", "p."], ["部分", "内容", "数值", "页"])
    rows = [
        [
            getattr(vocabulary.SECTIONS[fact.section], lang),
            getattr(fact.label, lang) + (f" ({fact.period})" if fact.period else ""),
            printable(fact_text(fact, lang)),
            str(fact.page),
        ]
        for fact in case.facts
    ]
    console.table(heads, rows)
