"""One pass over a folder of cases: every file read, every problem named.

Floor 3, part of the store: must not know measures, maps or the command line.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from eppv_atlas import recipes
from eppv_atlas.errors import Problem, UsageError
from eppv_atlas.model import Case, DrawnShape, NoShape, PlacesShape, Settings
from eppv_atlas.results import PlacedCase, ZoneShape
from eppv_atlas.store import case_file, rules, shapes_file, transaction
from eppv_atlas.store.ledger_rules import Broken
from eppv_atlas.store.shapes_file import ShapesFile
from eppv_atlas.store.yaml_text import MAX_BYTES, YamlText, place_text
from eppv_atlas.store.yaml_text import Path as Steps

_TRIES = 5
"""How often a folder is read anew because somebody changes it meanwhile."""


@dataclass
class LoadedCase:
    """One case file with its geodata, as far as they could be read."""

    file: Path
    case: Case
    text: YamlText
    shapes: ShapesFile
    resolution: recipes.Resolution
    placed: PlacedCase | None


@dataclass
class Loading:
    """Everything that one pass over an atlas folder found.

    Attributes
    ----------
    root
        The folder.
    settings
        Settings; None where atlas.yaml is missing or broken.
    cases
        Every case whose record could be read.
    problems
        All problems and warnings, in the order file, line.
    written
        Content of atlas.yaml as it was written down.
    folders
        Where folders really are, as far as that was looked up.
    """

    root: Path
    settings: Settings | None = None
    written: dict[str, Any] = field(default_factory=dict)
    cases: list[LoadedCase] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    folders: dict[Path, Path] = field(default_factory=dict, repr=False)

    def report(self, file: str, text: YamlText, found: Iterable[Broken]) -> None:
        """Put broken rules among the problems, each with its line."""
        for broken in found:
            severity: Literal["error", "warning"] = "warning" if broken.warning else "error"
            at = place_text(broken.path)
            self.problems.append(
                Problem(file, text.line(broken.path), at, broken.rule, broken.en, broken.zh, severity)
            )

    @property
    def errors(self) -> list[Problem]:
        """The problems that always count."""
        return [problem for problem in self.problems if problem.severity == "error"]


def bundled() -> Path:
    """Folder of the cases that ship with the package."""
    package = Path(str(resources.files("eppv_atlas")))
    shipped = package / "atlas"
    return shipped if (shipped / "cases").is_dir() else package.parents[1]


def read_folder(folder: str | Path | None = None) -> Loading:
    """Read every file of an atlas folder and note every problem.

    Raises
    ------
    UsageError
        If the folder is no atlas.
    """
    root = bundled() if folder is None else Path(folder)
    if not (root / "cases").is_dir():
        raise UsageError(
            f"{root} is no atlas: it has no folder cases/; 'eppv-atlas --atlas {root} new ID' begins one",
            f"{root} 不是图集：没有 cases/ 文件夹；可用 eppv-atlas --atlas {root} new ID 新建",
        )
    for _ in range(_TRIES):
        transaction.recovered(root)
        before = transaction.stamp(root)
        out = _read(root)
        if transaction.stamp(root) == before:  # nobody changed it meanwhile
            break
    return out


def _read(root: Path) -> Loading:
    out = Loading(root)
    settings(out)
    for file in case_files(out):
        one(out, file)
    out.problems.sort(key=reading_order)
    return out


def reading_order(problem: Problem) -> tuple[str, int, str, str]:
    """What problems are sorted by."""
    return (problem.file, problem.line, problem.place, problem.rule)


def case_files(out: Loading) -> list[Path]:
    """Case files of an atlas by name; what is misnamed or has no case is noted."""
    try:
        with os.scandir(out.root / "cases") as entries:
            cases = [entry.name for entry in entries if not Path(entry).is_dir()]
    except OSError as error:
        raise UsageError(
            f"{out.root / 'cases'} cannot be read: {error.strerror}",
            f"{out.root / 'cases'} 无法读取：{error.strerror}",
        ) from None
    folder = out.root / "geodata"
    geodata = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    return [out.root / "cases" / f"{stem}.yaml" for stem in stems_of(out, cases, geodata)]


def stems_of(out: Loading, cases: Iterable[str], geodata: Iterable[str]) -> list[str]:
    """Names of the cases of an atlas, in order; what is misnamed or has no case is noted.

    Parameters
    ----------
    out
        What this pass has found so far; it is added to.
    cases
        Names of all files in ``cases/``.
    geodata
        Names of everything in ``geodata/``.
    """
    found, stems = [], set()
    for name in sorted(cases):
        if name.startswith("."):
            continue
        if name.endswith(".yaml"):
            found.append(name.removesuffix(".yaml"))
        elif re.search(r"\.ya?ml", name, re.IGNORECASE):
            stem = re.split(r"\.ya?ml", name, flags=re.IGNORECASE)[0]
            stems.add(stem)
            out.problems.append(
                Problem(
                    str(out.root / "cases" / name),
                    0,
                    "",
                    "file-name",
                    f"rename the file to {stem}.yaml",
                    f"请把文件改名为 {stem}.yaml",
                )
            )
    _orphans(out, stems.union(found), geodata)
    return found


def settings(out: Loading) -> None:
    """Read atlas.yaml into a loading."""
    file = out.root / "atlas.yaml"
    if not file.is_file():
        out.problems.append(
            Problem(
                str(file),
                0,
                "",
                "missing-file",
                "atlas.yaml is missing; it names the title and the documents of the atlas "
                "('eppv-atlas new' writes one)",
                "缺少 atlas.yaml；其中写图集名称与所引文件（eppv-atlas new 会生成）",
            )
        )
        return
    raw = content(out, file)
    if raw is None:
        return
    out.settings, text = case_file.read_settings(raw, str(file))
    out.written = text.data if isinstance(text.data, dict) else {}
    out.problems.extend(text.problems)
    if out.settings is not None:
        out.report(str(file), text, rules.document_rules(out.settings))


def geodata_of(out: Loading, file: Path) -> Path:
    """Where the shapes of a case file stand, whether or not there are any."""
    return out.root / "geodata" / f"{file.stem}.geojson"


Reader = Callable[[Loading, Path], bytes | None]


def one(out: Loading, file: Path, read: Reader | None = None) -> None:
    """Read a case file with its shapes, judge it, and put it with its problems into the loading.

    Parameters
    ----------
    out
        What this pass has found so far; it is added to.
    file
        The case file.
    read
        How content is come by, where somebody wants to see the bytes too.
    """
    read = read or content
    raw = read(out, file)
    if raw is None:
        return
    case, text = case_file.read_case(raw, str(file))
    geodata = geodata_of(out, file)
    raw = read(out, geodata) if geodata.is_file() else b""
    shapes = shapes_file.read(raw, str(geodata)) if raw else ShapesFile()
    if raw is None or (raw == b"" and geodata.is_file()):
        shapes.unreadable = True
    take(out, case, text, shapes, Whence(file, file.stem, str(geodata)))


@dataclass(frozen=True)
class Whence:
    """Where a case was found: its file, the id that it has there, and the file of its shapes."""

    file: Path
    stem: str
    geodata: str


def take(out: Loading, case: Case | None, text: YamlText, shapes: ShapesFile, whence: Whence) -> None:
    """Judge a case that was read, and put it with its problems into the loading.

    Parameters
    ----------
    out
        What this pass has found so far; it is added to.
    case
        The record; None where it could not be read.
    text
        What it was read from, with the problems of reading.
    shapes
        Its drawn shapes and stored results.
    whence
        Where it was found, for messages.
    """
    file, geodata = str(whence.file), whence.geodata
    out.problems.extend(text.problems)
    out.problems.extend(shapes.problems)
    if case is None:
        return
    before = len(out.problems)
    features = None if shapes.unreadable else set(shapes.lines)
    out.report(file, text, rules.broken_rules(case, whence.stem, out.settings, features))
    for zone, rule, en, zh, warning in rules.misplaced(case, shapes.drawn):
        out.problems.append(
            Problem(
                geodata,
                shapes.lines[zone],
                f"feature {zone}",
                rule,
                en,
                zh,
                "warning" if warning else "error",
            )
        )
    resolution = recipes.resolve(case, shapes.drawn, shapes.stored)
    index = {zone.id: i for i, zone in enumerate(case.zones)}
    for flaw in resolution.flaws:
        path: Steps = ("zones", index[flaw.zone], *flaw.key.split("."))
        out.problems.append(Problem(file, text.line(path), place_text(path), flaw.rule, flaw.en, flaw.zh))
    _features_without_zone(out, case, shapes, geodata)
    _stale(out, resolution, shapes, file, text, index)
    sound = all(problem.severity == "warning" for problem in out.problems[before:])
    placed = _place(case, resolution.shapes, out.settings) if sound and not shapes.broken else None
    out.cases.append(LoadedCase(whence.file, case, text, shapes, resolution, placed))


def content(out: Loading, file: Path) -> bytes | None:
    """Content of a file of the atlas; None, with a problem, where it cannot be read."""
    refused = _unfit(out, file)
    if refused is not None:
        out.problems.append(Problem(str(file), 0, "", *refused))
        return None
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)  # one more than is read shows that there is more
    except OSError as error:
        why = error.strerror or type(error).__name__
        out.problems.append(
            Problem(
                str(file),
                0,
                "",
                "unreadable-file",
                f"the file cannot be read: {why}; check its permissions",
                f"文件无法读取：{why}；请检查权限",
            )
        )
        return None


def _unfit(out: Loading, file: Path) -> tuple[str, str, str] | None:
    """Why a file is not even opened: it is none, or a link that leads out of the atlas."""
    try:
        goal = file.resolve(strict=True) if file.is_symlink() else _resolved(out, file.parent) / file.name
        goal.stat()
    except (OSError, RuntimeError):
        return None  # said when it is opened
    if not goal.is_relative_to(_resolved(out, out.root)):
        return (
            "link-outside",
            "this is a link that leads out of the atlas folder; copy the file itself",
            "这是指向图集文件夹之外的链接；请复制文件本身",
        )
    if not goal.is_file():
        return (
            "unreadable-file",
            "this is no ordinary file; put the file itself here",
            "这不是普通文件；请放入文件本身",
        )
    return None


def _resolved(out: Loading, folder: Path) -> Path:
    """Where a folder really is; looked up once a pass."""
    if folder not in out.folders:
        out.folders[folder] = folder.resolve()
    return out.folders[folder]


def _features_without_zone(out: Loading, case: Case, shapes: ShapesFile, geodata: str) -> None:
    kinds = {zone.id: zone.geometry for zone in case.zones}
    for zone, line in shapes.lines.items():
        if zone not in kinds:
            near = difflib.get_close_matches(zone, list(kinds), 1)
            hint_en = f"did you mean {near[0]!r}?" if near else "add the zone or remove the feature"
            hint_zh = f"是否想写 {near[0]!r}？" if near else "请补上分区或删去要素"
            out.problems.append(
                Problem(
                    geodata,
                    line,
                    f"feature {zone}",
                    "orphan-feature",
                    f"no zone of the case has the id {zone!r}; {hint_en}",
                    f"案例中没有 id 为 {zone!r} 的分区；{hint_zh}",
                )
            )
        elif zone in shapes.drawn and not isinstance(kinds[zone], DrawnShape):
            out.problems.append(
                Problem(
                    geodata,
                    line,
                    f"feature {zone}",
                    "unused-feature",
                    f"zone {zone!r} is not of type drawn, so this shape is not used; "
                    "write type: drawn or remove the feature",
                    f"分区 {zone!r} 不是 drawn 类型，此图形未被使用；请改为 type: drawn 或删去要素",
                )
            )
        elif zone in shapes.stored and isinstance(kinds[zone], DrawnShape | NoShape | PlacesShape):
            out.problems.append(
                Problem(
                    geodata,
                    line,
                    f"feature {zone}",
                    "unused-feature",
                    f"zone {zone!r} has no recipe any more; remove the stored result "
                    "('eppv-atlas tidy' does it), or remove its digest to keep it as drawn",
                    f"分区 {zone!r} 已不用生成做法；请删去存下的结果（eppv-atlas tidy 可代劳），或删去 digest 作为手绘图形",
                    severity="warning",
                )
            )


def _stale(
    out: Loading,
    resolution: recipes.Resolution,
    shapes: ShapesFile,
    file: str,
    text: YamlText,
    index: Mapping[str, int],
) -> None:
    for zone in resolution.stale:
        if zone in shapes.broken or shapes.unreadable:  # named already
            continue
        path = ("zones", index[zone], "geometry")
        what_en = (
            "is stored, but the recipe or what it is made from has changed since"
            if zone in shapes.stored
            else "is not stored yet"
        )
        what_zh = "已存下，但做法或其依据后来有改动" if zone in shapes.stored else "尚未存下"
        out.problems.append(
            Problem(
                file,
                text.line(path),
                place_text(path),
                "stale-result",
                f"the result of this recipe {what_en}; 'eppv-atlas --atlas {out.root} tidy' writes it anew",
                f"此做法的结果{what_zh}；运行 eppv-atlas --atlas {out.root} tidy 重新写入",
                severity="warning",
            )
        )


def _orphans(out: Loading, stems: set[str], names: Iterable[str]) -> None:
    for name in sorted(names):
        if name.endswith(".geojson") and name != ".geojson" and name.removesuffix(".geojson") not in stems:
            stem = name.removesuffix(".geojson")
            out.problems.append(
                Problem(
                    str(out.root / "geodata" / name),
                    0,
                    "",
                    "orphan-file",
                    f"there is no cases/{stem}.yaml for these shapes; add the case or remove the file",
                    f"没有对应的 cases/{stem}.yaml；请补上案例或删去此文件",
                )
            )


def _place(case: Case, shapes: Mapping[str, ZoneShape], settings: Settings | None) -> PlacedCase | None:
    for site in case.sites:
        if site.id == case.anchor and site.location is not None and site.provenance is not None:
            point = Point(site.location.lon, site.location.lat)
            return PlacedCase(case, shapes, point, site.provenance.confidence, settings)
    shape = shapes.get(case.anchor)
    if shape is None:
        return None
    return PlacedCase(case, shapes, _inner_point(shape.geometry), shape.confidence, settings)


def _inner_point(shape: BaseGeometry) -> Point:
    largest: Any = max(shapely.get_parts(shape), key=shapely.area)
    point = shapely.centroid(largest)
    if not shapely.contains(largest, point):
        point = shapely.point_on_surface(largest)
    return shapely.set_precision(point, 1e-6)
