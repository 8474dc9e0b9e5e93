"""Commands that only look: check, list, show, measure.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import (
    AreaUnit,
    Format,
    Verdict,
    app,
    kept,
    large,
    one_case,
    say_if_bundled,
    some,
)
from eppv_atlas.cli.scale import (
    EdgeModel,
    EngineName,
    EngineOption,
    KeepOption,
    Run,
    Scheduler,
    SkipInvalid,
    Workers,
    measure_layer,
    path_of,
)
from eppv_atlas.errors import Problem, UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eppv_atlas.compiled import Compiled
    from eppv_atlas.model import Case
    from eppv_atlas.results import Measure, PlacedCase
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


@app.command(name="measure")
def measure_(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID[/ZONE]]...|[LAYER]",
            help="Ids of cases, or of their zones; all if left out. Or a layer of patches: a vector file, "
            "a folder of GeoParquet or a quoted pattern.",
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.table,
    unit: Annotated[AreaUnit, typer.Option(help="Unit of area in tables, or beside m² in CSV and JSON.")] = (
        AreaUnit.m2
    ),
    totals: Annotated[
        bool, typer.Option("--totals", help="CSV and JSON: sum, union and overlap of each case instead.")
    ] = False,
    certificate: Annotated[
        bool,
        typer.Option(
            "--certificate",
            help="Area certificates: every edge model and plane, why they differ, and the hash of the "
            "coordinates (table or JSON).",
        ),
    ] = False,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="LAYER: column that holds the class.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="LAYER: the layer of a file with several.")] = None,
    model: Annotated[
        EdgeModel | None, typer.Option(help="LAYER: how edges run; geodesic if left out.")
    ] = None,
    skip_invalid: SkipInvalid = False,
    engine: EngineOption = EngineName.local,
    scheduler: Scheduler = None,
    workers: Workers = None,
    keep: KeepOption = None,
) -> None:
    """Measure zones on the CGCS2000 ellipsoid, beside what the document states; or a layer of patches by class."""
    from rich.text import Text

    from eppv_atlas import listing, measure

    run = Run(engine, scheduler, workers, keep, skip=skip_invalid)
    if (path := path_of(ids)) is not None:
        _no_case(totals=totals, certificate=certificate)
        measure_layer(path, by, layer, model or EdgeModel.geodesic, unit, form, run)
        return
    if by or layer or model or skip_invalid or keep or engine is not EngineName.local:
        raise UsageError(
            "--by, --layer, --model, --skip-invalid, --engine and --keep are for a layer of patches, not for cases",
            "--by、--layer、--model、--skip-invalid、--engine 与 --keep 用于图斑图层，不用于案例",
        )
    if large() and not ids and not certificate and not totals and form is not Format.table:
        say_if_bundled()
        kept(lambda held: _measures_of(held, form, unit))
        return
    chosen = _zones(ids)
    if certificate:
        _certificates(chosen, form, unit, totals=totals)
        return
    if totals and any("/" in text for text in ids or ()):
        raise UsageError("totals are of whole cases, not of a zone", "汇总针对整个案例，不针对单个分区")
    if form is Format.table:
        for placed, wanted in chosen:
            console.terminal().print(
                Text(printable(getattr(placed.case.short, console.CHOICE.lang)), style="bold")
            )
            of_zone = [row for row in measure.case(placed) if wanted in {None, row.zone}]
            console.measure_table(placed, of_zone, unit.value)
            if wanted is None:
                console.totals_table(measure.totals(placed), unit.value)
        return
    if totals:
        rows = listing.total_rows((t for placed, _ in chosen for t in measure.totals(placed)), unit.value)
        columns = ["case", "confidence", "zones", "sum_m2", "union_m2", "overlap_m2", "weakest"]
        extra = [f"{key}_{unit.value}" for key in ("sum", "union", "overlap")]
        _print_rows(rows, [*columns, *(extra if unit is not AreaUnit.m2 else [])], form)
        return
    measured = (
        row for placed, wanted in chosen for row in measure.case(placed) if wanted in {None, row.zone}
    )
    _print_measures(measured, form, unit)


def _no_case(*, totals: bool, certificate: bool) -> None:
    """Refuse what only cases have."""
    if totals or certificate:
        raise UsageError(
            "--totals and --certificate are for cases, not for a layer of patches",
            "--totals 与 --certificate 用于案例，不用于图斑图层",
        )


def _measures_of(held: Compiled, form: Format, unit: AreaUnit) -> None:
    """Print the measures of a large atlas; what is damaged shows before anything is printed."""
    held.sound()
    held.verify("keys", "sizes")
    _print_measures(held.measures(), form, unit)


def _print_measures(measured: Iterable[Measure], form: Format, unit: AreaUnit) -> None:
    from eppv_atlas import listing

    columns = ["case", "zone", "kind", "area_m2", "perimeter_m", "stated_m2", "difference_pct"]
    columns += ["confidence", "made_from_stated", "note"]
    extra = [f"{key}_{unit.value}" for key in ("area", "stated")]
    columns += extra if unit is not AreaUnit.m2 else []
    _print_rows(listing.measure_rows(measured, unit.value), columns, form)


def _print_rows(rows: Iterable[dict[str, Any]], columns: Sequence[str], form: Format) -> None:
    from eppv_atlas import export

    for part in export.json_parts(rows) if form is Format.json else export.csv_parts(rows, columns):
        console.out(part)


def _zones(ids: list[str] | None) -> Iterable[tuple[PlacedCase, str | None]]:
    """Cases of the given ids, each with the zone that was named or None; of a large atlas one after the other."""
    asked = [text.partition("/") for text in ids or ()]
    found = some([case_id for case_id, _, _ in asked])
    if not asked:
        return ((placed, None) for placed in found)
    out: list[tuple[PlacedCase, str | None]] = []
    for placed, (_, slash, wanted) in zip(found, asked, strict=True):
        known = [item.id for item in placed.case.zones]
        if slash and wanted not in known:
            raise UsageError(
                f"case {placed.case.id} has no zone {wanted!r}; known: {', '.join(known)}",
                f"案例 {placed.case.id} 没有分区 {wanted!r}；现有：{'、'.join(known)}",
            )
        out.append((placed, wanted if slash else None))
    return out


def _certificates(
    chosen: Iterable[tuple[PlacedCase, str | None]], form: Format, unit: AreaUnit, *, totals: bool
) -> None:
    from eppv_atlas import certificate, export

    if form is Format.csv or totals or unit is not AreaUnit.m2:
        raise UsageError(
            "a certificate is a table or JSON of single zones and gives every unit: "
            "leave out --format csv, --totals and --unit",
            "面积证明为单个分区的表格或 JSON，并给出所有单位：请去掉 --format csv、--totals 和 --unit",
        )
    found = []
    for placed, wanted in chosen:
        found += certificate.case(placed) if wanted is None else [certificate.zone(placed, wanted)]
        without = len(placed.case.zones) - len(placed.shapes) if wanted is None else 0
        if without:
            console.say(
                f"{placed.case.id}: {without} zone(s) without a geometry have no area to certify",
                f"{placed.case.id}：{without} 个分区没有图形，没有可证明的面积",
                err=True,
            )
    if form is Format.json:
        console.out(export.to_json([certificate.as_dict(item) for item in found]))
        return
    for item in found:
        console.area_certificate(item)
