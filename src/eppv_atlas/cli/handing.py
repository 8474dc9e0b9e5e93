"""An atlas handed on as a store: to a file for GIS, a folder, a database; and taken in from one.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eppv_atlas import console
from eppv_atlas.cli.options import ExportFormat, by_suffix, say_if_bundled
from eppv_atlas.errors import DataError, UsageError

if TYPE_CHECKING:
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.store import Atlas, Loading
    from eppv_atlas.store.exchange.records import AtlasRecords
    from eppv_atlas.store.exchange.rows import Rows
    from eppv_atlas.store.exchange.stores import Look

STORE_FORMS: Final = ("gpkg", "parquet", "geojson", "flatgeobuf", "kml", "postgis", "folder", "datapackage")


def store(
    ids: Sequence[str] | None, to: ExportFormat | None, out: str | None, *, migrate: bool = False
) -> None:
    """Write an atlas, or some of its cases, as a store."""
    from eppv_atlas.store import opening

    if to is not None and to.value not in STORE_FORMS:
        raise UsageError(
            f"an atlas is written as {', '.join(STORE_FORMS)}; {to.value} holds one ledger: name it, "
            f"such as 'export facts --to {to.value}'",
            f"图集可写为 {'、'.join(STORE_FORMS)}；{to.value} 只容一份台账：请指明，如 export facts --to {to.value}",
        )
    to_base = out is not None and opening.is_address(out)
    if to_base and to not in {None, ExportFormat.postgis}:
        raise UsageError(f"--out names a database but --to says {to}", f"--out 为数据库地址，而 --to 为 {to}")
    path = None if out is None or to_base or out == "-" else Path(out)
    form = "postgis" if to_base else by_suffix(to, path, STORE_FORMS, "")
    if not form:
        raise UsageError(
            f"say which store: --to {'|'.join(STORE_FORMS)}, and --out",
            f"请指定库的形式：--to {'|'.join(STORE_FORMS)}，以及 --out",
        )
    loading, versions = _chosen(ids)
    if form == "postgis":
        _database(loading, out, migrate=migrate)
    elif form == "folder":
        _folder(loading, path, versions)
    elif form == "datapackage":
        _package(loading, path)
    else:
        _file(loading, form, path)


def _chosen(ids: Sequence[str] | None) -> tuple[Loading, dict[str, int]]:
    """The atlas that the user named, with the cases asked for.

    Raises
    ------
    DataError
        If it has problems.
    UsageError
        If there is no such case.
    """
    say_if_bundled()
    loading, versions = _read(console.CHOICE.atlas)
    if loading.errors:
        raise DataError(loading.errors)
    known = {item.case.id for item in loading.cases}
    unknown = [case_id for case_id in ids or () if case_id not in known]
    if unknown:
        raise UsageError(
            f"there is no case {', '.join(map(repr, unknown))}; known: {', '.join(sorted(known))}",
            f"没有案例 {'、'.join(map(repr, unknown))}；现有：{'、'.join(sorted(known))}",
        )
    if ids:
        loading.cases = [item for item in loading.cases if item.case.id in ids]
    return loading, versions


def _read(where: str | Path | None) -> tuple[Loading, dict[str, int]]:
    """An atlas; with the versions of its cases, where it lies in a database."""
    from eppv_atlas.store import opening, read

    with console.busy("reading the atlas", "读取图集"):
        if isinstance(where, str) and opening.is_address(where):
            from eppv_atlas.store.exchange import database

            return database.read_with_versions(where)
        return read(where), {}


def rows_of(loading: Loading) -> tuple[AtlasRecords, Rows]:
    """Records of an atlas, and its rows with measures."""
    from eppv_atlas import measure
    from eppv_atlas.store.exchange import records, rows

    held = records.of(loading)
    placed = {item.case.id: item.placed for item in loading.cases if item.placed is not None}
    measures = {case_id: measure.case(one) for case_id, one in placed.items()}
    return held, rows.of(held, placed, measures)


def _file(loading: Loading, form: str, path: Path | None) -> None:
    from eppv_atlas.store.exchange import stores

    if path is None and form in stores.FOLDERS:
        raise UsageError(
            f"{form} is a folder of files; name it with --out FOLDER",
            f"{form} 是一个文件夹；请用 --out 指定",
        )
    if path is None and form == "gpkg":
        no_terminal(form)
    held, made = rows_of(loading)
    contents = stores.written(form, made, held.settings, _told(loading), _look())
    if path is None:
        put_out(contents[""])
        return
    stores.put(path, contents)
    _said(len(loading.cases), str(path))


def _said(cases: int, where: str) -> None:
    console.say(
        f"{cases} cases in {where}; 'eppv-atlas --atlas {where} check' reads them back",
        f"{cases} 个案例写入 {where}；可用 eppv-atlas --atlas {where} check 读回",
    )


def _look() -> Look:
    from eppv_atlas.render import qgis, style
    from eppv_atlas.store.exchange import gpkg, gpkg_styles, stores
    from eppv_atlas.store.exchange.layers import LAYERS

    looks = {
        layer.name: [
            qgis.FieldLook(one.name, one.zh, editable=one.path is not None or one.name == "case")
            for one in layer.fields
        ]
        for layer in LAYERS
    }
    looks["zones"].append(qgis.FieldLook(gpkg.TYPE, "图形写出时的类型", editable=False))
    made = qgis.styles(looks)
    return stores.Look(lambda base: gpkg_styles.add(base, made), style.FAMILY_COLOURS)


def _folder(loading: Loading, path: Path | None, versions: Mapping[str, int]) -> None:
    from eppv_atlas.store.exchange import folder, records

    if path is None:
        raise UsageError("name the folder with --out FOLDER", "请用 --out 指定文件夹")
    folder.unpack(path, records.of(loading))
    if isinstance(console.CHOICE.atlas, str):
        from eppv_atlas.store.exchange import database

        database.unpacked(path, console.CHOICE.atlas, versions)
    _said(len(loading.cases), str(path))


def _package(loading: Loading, path: Path | None) -> None:
    from eppv_atlas import __version__, interchange, ledgers, measure
    from eppv_atlas import claims as claiming
    from eppv_atlas.store import files

    if path is None:
        raise UsageError("name the folder with --out FOLDER", "请用 --out 指定文件夹")
    assert loading.settings is not None
    placed = [item.placed for item in loading.cases if item.placed is not None]
    measures = {one.case.id: measure.case(one) for one in placed}
    tables = [
        ledgers.facts(placed, loading.settings),
        ledgers.zones(placed, measures, loading.settings),
        ledgers.mechanisms(placed),
        ledgers.claims(finding for one in placed for finding in claiming.findings(one.case)),
        ledgers.glossary(),
    ]
    title = (loading.settings.title.zh, loading.settings.title.en)
    contents = interchange.datapackage.written(tables, title, _citation(loading), __version__)
    files.swap_in(path, contents)
    console.say(
        f"{len(contents)} files in {path}; {interchange.datapackage.NAME} says what their columns mean",
        f"{len(contents)} 个文件写入 {path}；各列含义见 {interchange.datapackage.NAME}",
    )


def _database(loading: Loading, out: str | None, *, migrate: bool) -> None:
    from eppv_atlas.store.exchange import database

    if out is None:
        raise UsageError(
            "name the database with --out postgresql://HOST/NAME",
            "请用 --out postgresql://主机/库名 指定数据库",
        )
    held, made = rows_of(loading)
    outcome = database.write(out, made, held.settings, console.CHOICE.folder, may_migrate=migrate)
    where = database.shown(out)
    for ids, en, zh in (
        (outcome.added, "added", "新增"),
        (outcome.changed, "changed", "改动"),
        (outcome.settled, "worked out anew", "重新推算"),
        (
            outcome.behind,
            "changed there since, left alone; 'import' takes them in",
            "库中另有改动，未动；可用 import 取回",
        ),
    ):
        if ids:
            _listed(ids, en, zh)
    console.say(
        f"{len(outcome.added) + len(outcome.changed)} of {len(loading.cases)} cases written to {where}",
        f"{len(loading.cases)} 个案例中 {len(outcome.added) + len(outcome.changed)} 个写入 {where}",
    )


def _listed(ids: Sequence[str], en: str, zh: str) -> None:
    more = f" … ({len(ids)})" if len(ids) > 20 else ""
    console.say(f"{en}: {', '.join(ids[:20])}{more}", f"{zh}：{'、'.join(ids[:20])}{more}")


def take_in(root: Path, file: str | Path, *, apply: bool, replace: bool, quiet: bool) -> None:
    """Take the cases of another atlas into a folder; without `apply` only say what that would change."""
    from eppv_atlas.store import files, read_folder, transaction
    from eppv_atlas.store.exchange import folder, records

    loading, versions = _read(file)
    other, known = records.of(loading), {}
    if isinstance(file, str):
        from eppv_atlas.store.exchange import database

        known = database.known(root, file)
    if apply:
        with transaction.locked(root, "import"):
            found = folder.adopted(root, read_folder(root), other, replace=replace, known=known)
            transaction.commit(root, found.contents)
            if isinstance(file, str):
                taken = {*found.new, *found.changed, *found.same}
                remembered = database.taken_in(root, file, versions, taken)
                files.write_file(root / transaction.STATE / database.REMEMBERED, remembered)
    else:
        found = folder.adopted(root, read_folder(root), other, replace=replace, known=known)
    if quiet:
        return
    for ids, en, zh in (
        (found.new, "new", "新增"),
        (found.changed, "replaced", "替换"),
        (found.same, "there already", "已有"),
        (found.documents, "documents added to atlas.yaml", "atlas.yaml 新增文件"),
    ):
        if ids:
            _listed(ids, en, zh)
    if apply:
        console.say("written; 'import --undo' takes it back", "已写入；import --undo 可撤销")
    else:
        console.say("nothing was changed; --apply writes it", "尚未改动任何文件；加 --apply 写入")


def _told(loading: Loading) -> dict[str, str]:
    """How to cite a store, and what may be done with it."""
    from eppv_atlas.interchange import licences

    names = f"{licences.RECORDS['name']}; {licences.OUTLINES['title']}"
    return {"citation": _citation(loading), "licence": names, "note": licences.NOT_STANDARD}


def _citation(loading: Loading) -> str:
    from eppv_atlas.store import Atlas

    assert loading.settings is not None
    placed = tuple(item.placed for item in loading.cases if item.placed is not None)
    return cited(Atlas(loading.root, loading.settings, placed), placed)


def no_terminal(form: str) -> None:
    """Refuse to print what is no text.

    Raises
    ------
    UsageError
        If standard output is a terminal.
    """
    if sys.stdout.isatty():
        raise UsageError(
            f"{form} is no text for a terminal; name a file with --out FILE",
            f"{form} 不能显示在终端；请用 --out 指定文件",
        )


def put_out(content: bytes) -> None:
    """Write bytes to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def cited(atlas: Atlas, chosen: Sequence[PlacedCase]) -> str:
    """How to cite what is handed on."""
    from eppv_atlas import __version__, ledgers

    return ledgers.cited(chosen, atlas.settings, f"eppv-atlas {__version__}")
