"""The command ``import``: a file examined, its diagnosis printed, and on demand put into a case.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console, units
from eppv_atlas.cli.options import app
from eppv_atlas.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from eppv_atlas.intake.doctor import Diagnosis, Order
    from eppv_atlas.store.reading import LoadedCase


@app.command(name="import")
def import_(
    given: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="Shapefile (loose or zipped), GeoPackage, FileGDB, GeoJSON, KML/KMZ, GPX, GeoParquet, DXF, "
            "CSV or spreadsheet of corner points, or WKT.",
        ),
    ] = None,
    case_id: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="Case that the shapes are for.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Zone that all features together are.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="ROLE=COLUMN",
            help="Column whose values name zones (zone=COLUMN), or four that describe new ones (id=, zh=, en=, kind=).",
        ),
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of a file that holds several.")] = None,
    crs: Annotated[
        str | None, typer.Option(help="What the coordinates are: EPSG:4527, CGCS2000, WGS84, GCJ02, BD09 …")
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="The first number is the northing or latitude.")
    ] = False,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the texts: utf-8, gbk, big5 …")] = None,
    mend: Annotated[
        bool,
        typer.Option("--mend", help="Make invalid outlines valid; the diagnosis says what that changes."),
    ] = False,
    close: Annotated[bool, typer.Option("--close", help="Join the ends of open lines.")] = False,
    simplify: Annotated[
        float,
        typer.Option(
            min=0, max=1000, help="Leave out vertices that move an outline by less than so many metres."
        ),
    ] = 0.0,
    confidence: Annotated[
        str,
        typer.Option(
            help="How far to trust the outline: surveyed, official, digitised, administrative or schematic."
        ),
    ] = "digitised",
    how: Annotated[str, typer.Option(help="How the outline was come by, for its provenance.")] = "",
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it; without this nothing is changed.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print a refusal or doubts only.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last import of this atlas back.")] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Of an exported atlas: take its cases where they differ from those here."
        ),
    ] = False,
) -> None:
    """Examine a file that somebody brings, and with --apply put its shapes into a case.

    Without --case, FILE is an atlas that 'export' wrote, or the folder of one:
    its cases are taken into this one.
    """
    from eppv_atlas.intake.doctor import Order

    root = _root(writing=apply or undo)
    if given is not None and "://" in given:
        _database(root, given, case_id, apply=apply, replace=replace, quiet=quiet)
        return
    file = None if given is None else Path(given)
    if undo:
        if file is not None or case_id is not None:
            raise UsageError("--undo stands alone", "--undo 须单独使用")
        _undo(root)
        return
    if file is None:
        raise UsageError("say which FILE, and --case ID", "请写明文件与 --case ID")
    if case_id is None:
        _whole(root, file, apply=apply, replace=replace, quiet=quiet)
        return
    _check_words(confidence, how)
    order = Order(zone, tuple(columns or ()), layer, crs, encoding, swap, mend, close, simplify)
    try:
        if not apply:
            diagnosis, _ = _examined(root, case_id, file, order)
            _show(diagnosis, quiet=quiet, applied=False)
            return
        _apply(root, case_id, file, order, confidence, how, quiet=quiet)
    except DataError as error:
        _refuse(error.problems)


def _database(
    root: Path, address: str, case_id: str | None, *, apply: bool, replace: bool, quiet: bool
) -> None:
    """Take in what a database has."""
    from eppv_atlas.cli import handing
    from eppv_atlas.store import opening

    if not opening.is_address(address) or case_id is not None:
        raise UsageError(
            f"an atlas is taken from {' or '.join(opening.SCHEMES)}, without --case",
            f"可从 {' 或 '.join(opening.SCHEMES)} 取回图集，不加 --case",
        )
    try:
        handing.take_in(root, address, apply=apply, replace=replace, quiet=quiet)
    except DataError as error:
        _refuse(error.problems)


def _whole(root: Path, file: Path, *, apply: bool, replace: bool, quiet: bool) -> None:
    """Take in an atlas that was exported elsewhere."""
    from eppv_atlas.cli import handing
    from eppv_atlas.store.exchange import stores

    if (file / "cases").is_dir() or stores.holds_atlas(file):
        try:
            handing.take_in(root, file, apply=apply, replace=replace, quiet=quiet)
        except DataError as error:
            _refuse(error.problems)
        return
    raise UsageError(
        f"{file} is no exported atlas; say for which case its shapes are: --case ID",
        f"{file} 不是导出的图集；请用 --case ID 指明其图形属于哪个案例",
    )


def _root(*, writing: bool) -> Path:
    from eppv_atlas.store import bundled, opening, read_folder

    opening.folder_only(console.CHOICE.atlas)
    root = console.CHOICE.folder or bundled()
    if writing and console.CHOICE.atlas is None:
        raise UsageError(
            "the bundled cases are not yours to rewrite; name your folder with --atlas DIR",
            "随包案例不可改写；请用 --atlas 指定你的文件夹",
        )
    if not (root / "cases").is_dir():
        read_folder(root)  # says what is no atlas, before anything is made in it
    return root


def _check_words(confidence: str, how: str) -> None:
    from eppv_atlas import vocabulary

    if confidence not in vocabulary.CONFIDENCES:
        known = ", ".join(vocabulary.CONFIDENCES)
        raise UsageError(
            f"{confidence[:40]!r} is no confidence; known: {known}",
            f"{confidence[:40]!r} 不是可信度；可用：{known}",
        )
    if len(how) > 200:
        raise UsageError("--how is longer than 200 letters", "--how 超过 200 个字符")


def _examined(root: Path, case_id: str, file: Path, order: Order) -> tuple[Diagnosis, LoadedCase]:
    from eppv_atlas.intake import doctor
    from eppv_atlas.store import read_folder

    with console.busy("examining the file", "检查文件"):
        loading = read_folder(root)
        held = next((item for item in loading.cases if item.case.id == case_id), None)
        broken = [one for one in loading.errors if Path(one.file).stem == case_id]
        if held is None and not broken:
            known = ", ".join(item.case.id for item in loading.cases)
            raise UsageError(
                f"there is no case {case_id[:60]!r}; known: {known}",
                f"没有案例 {case_id[:60]!r}；现有：{known}",
            )
        if held is None or broken:
            raise DataError(broken)
        references = {
            name: shape.geometry
            for name, shape in held.resolution.shapes.items()
            if shape.confidence in {"surveyed", "official"} and name in held.shapes.drawn
        }
        return doctor.examined(file, held.case, order, references), held


def _apply(
    root: Path, case_id: str, file: Path, order: Order, confidence: str, how: str, *, quiet: bool
) -> None:
    from eppv_atlas.intake import telling
    from eppv_atlas.store import importing, transaction

    with transaction.locked(root, "import"):
        diagnosis, _ = _examined(root, case_id, file, order)
        if diagnosis.refusals:
            _show(diagnosis, quiet=quiet, applied=False)
        if not diagnosis.targets:
            raise UsageError(
                f"say which zone the shapes are: --zone ID, or --map zone=COLUMN; columns: {_names(diagnosis)}",
                f"请指明图形属于哪个分区：--zone ID 或 --map zone=列名；列：{_names(diagnosis)}",
            )
        incoming = [
            importing.Incoming(
                target.zone,
                diagnosis.zones[target.zone],
                telling.provenance(diagnosis, file, target, confidence, how),
                target.new.name if target.new else None,
                target.new.kind if target.new else None,
            )
            for target in diagnosis.targets
        ]
        transaction.commit(root, importing.prepared(root, case_id, incoming))
    _show(diagnosis, quiet=quiet, applied=True)
    if not quiet:
        zones = ", ".join(target.zone for target in diagnosis.targets)
        console.say(
            f"{len(incoming)} zone(s) of {case_id} written: {zones}; 'import --undo' takes them back",
            f"已写入 {case_id} 的 {len(incoming)} 个分区：{zones}；import --undo 可撤销",
        )


def _names(diagnosis: Diagnosis) -> str:
    return ", ".join(column.name for column in diagnosis.columns[:20]) or "-"


def _undo(root: Path) -> None:
    from eppv_atlas.store import importing, transaction

    with transaction.locked(root, "import --undo"):
        case, zones, contents = importing.undone(root)
        transaction.commit(root, contents)
    console.say(
        f"the import of {', '.join(zones)} into {case} was taken back",
        f"已撤销对 {case} 的导入：{'、'.join(zones)}",
    )


def _refuse(problems: Sequence[Problem]) -> None:
    """One line on standard error for a refusal, whatever there is of it, and exit code 1."""
    more = len(problems) - 1
    rest = console.words(f" (and {more} more)", f"（另有 {more} 项）") if more else ""
    console.say(f"{problems[0].text('en')}{rest}", f"{problems[0].text('zh')}{rest}", err=True)
    raise typer.Exit(1)


def _show(diagnosis: Diagnosis, *, quiet: bool, applied: bool) -> None:
    """Print a diagnosis; refusals end the command."""
    if not quiet:
        _print(diagnosis)
        if not applied:
            _print_problems(diagnosis)
    if diagnosis.refusals:
        _refuse(diagnosis.refusals)
    if quiet or applied:
        console.print_problems(diagnosis.doubts)
    elif not diagnosis.targets:
        console.say(
            "to import it, say --zone ID, or --map zone=COLUMN, and --apply",
            "要导入，请加 --zone ID 或 --map zone=列名，以及 --apply",
        )
    else:
        console.say("nothing was changed; --apply writes it", "尚未改动任何文件；加 --apply 写入")


def _print(diagnosis: Diagnosis) -> None:
    layer, settled, words = diagnosis.layer, diagnosis.settled, console.words
    inner = f" · {layer.name}" if layer.name else ""
    encoding = f" · {layer.encoding}" if layer.encoding else ""
    count = words(f"{len(layer)} feature(s)", f"{len(layer)} 个要素")
    console.say(*[f"{layer.file} · {layer.kind}{inner}{encoding} · {count}"] * 2)
    if settled is not None:
        swapped = words(", northing first", "，先北后东") if settled.swapped else ""
        console.say(
            f"coordinates: {settled.name} ({settled.crs}){swapped}",
            f"坐标：{settled.name}（{settled.crs}）{swapped}",
        )
    if diagnosis.shares:
        where = " · ".join(
            f"{one.place.name_zh} {one.place.code} {one.share:.1%}" if one.place else f"— {one.share:.1%}"
            for one in diagnosis.shares[:8]
        )
        console.say(f"by county: {where}", f"所在县：{where}")
    if diagnosis.areas_m2:
        total = _area(sum(diagnosis.areas_m2))
        console.say(f"area of all features: {total}", f"要素面积合计：{total}")
    if diagnosis.columns:
        units_of = {column.name: column for column in diagnosis.area_columns}
        rows = [
            [one.name, one.role or _unit(units_of, one.name), str(one.distinct), " · ".join(one.values)[:60]]
            for one in diagnosis.columns
        ]
        console.table(
            words(["column", "taken as", "values", "such as"], ["列", "用作", "值数", "例如"]), rows, [2]
        )
    if diagnosis.zone_areas_m2:
        zones = [
            [
                target.zone + (words(" (new)", "（新建）") if target.new else ""),
                str(len(target.features)),
                *(
                    units.area_text(diagnosis.zone_areas_m2[target.zone], unit)
                    for unit in ("m2", "ha", "km2", "mu")
                ),
            ]
            for target in diagnosis.targets
        ]
        heads = words(
            ["zone", "features", "m²", "ha", "km²", "mu"],
            ["分区", "要素数", "平方米", "公顷", "平方千米", "亩"],
        )
        console.table(heads, zones, [1, 2, 3, 4, 5])
    for one in diagnosis.mended:
        if not any(problem.rule == "mended" for problem in diagnosis.problems):
            before = "?" if one.before_m2 is None else f"{one.before_m2:,.0f}"
            console.say(
                f"--mend would change feature {one.feature}: {before} → {one.after_m2:,.0f} m²",
                f"--mend 将改动要素 {one.feature}：{before} → {one.after_m2:,.0f} m²",
            )


def _print_problems(diagnosis: Diagnosis) -> None:
    """Doubts, and refusals but the first: that one goes to standard error."""
    for problem in (*diagnosis.refusals[1:], *diagnosis.doubts):
        lead_en, lead_zh = ("refused", "不能导入") if problem.severity == "error" else ("doubt", "存疑")
        console.say(f"{lead_en}: {problem.text('en')}", f"{lead_zh}：{problem.text('zh')}")


def _unit(columns: Mapping[str, object], name: str) -> str:
    found = columns.get(name)
    unit = getattr(found, "unit", None)
    return console.words(f"area in {unit}", f"面积（{unit}）") if unit else ""


def _area(area_m2: float) -> str:
    names = console.words(("m²", "ha", "km²", "mu"), ("平方米", "公顷", "平方千米", "亩"))
    return " = ".join(
        f"{units.area_text(area_m2, unit)} {name}"
        for unit, name in zip(("m2", "ha", "km2", "mu"), names, strict=True)
    )
