"""Shapes put into a case: the lines of its zones rewritten, its geodata written anew, both as one change.

Comments and everything else in the case file stay as they are. What was there
before is kept beside the atlas, so that the last import can be undone.

Floor 3, part of the store: knows case files and geodata; must not know where
shapes come from, measures or maps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from shapely.geometry.base import BaseGeometry
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from eppv_atlas import geometry, recipes
from eppv_atlas.errors import DataError, Problem, UsageError, printable
from eppv_atlas.model import Case, Name, Provenance, Settings
from eppv_atlas.store import case_file, rules, shapes_file, tidy, transaction, yaml_text
from eppv_atlas.store.yaml_text import place_text

_UNDO: Final = "undo.json"


@dataclass(frozen=True)
class Incoming:
    """A zone as it is to be.

    Attributes
    ----------
    zone
        Its id.
    shape
        Its outline, OGC:CRS84.
    provenance
        How it was come by.
    name, kind
        Given for a zone that the case does not have yet.
    """

    zone: str
    shape: BaseGeometry
    provenance: Provenance
    name: Name | None = None
    kind: str | None = None


def prepared(root: Path, case_id: str, incoming: Sequence[Incoming]) -> dict[Path, bytes | None]:
    """What the files of a case will hold once shapes are in it.

    Parameters
    ----------
    root
        Folder of the atlas.
    case_id
        Id of the case.
    incoming
        Zones with their shapes.

    Returns
    -------
    dict
        Content of the case file, of its geodata, and of the record that undoes the change.

    Raises
    ------
    DataError
        If the case would break a rule, or grow beyond what is read.
    """
    case_path, geo_path = _paths(root, case_id)
    raw = case_path.read_bytes()
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    try:
        written = _rewritten(text, incoming, str(case_path)).encode()
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())[:200]
        raise DataError(
            [_problem(str(case_path), f"could not be rewritten: {what}", f"无法改写：{what}")]
        ) from None
    case, read = case_file.read_case(written, str(case_path))
    if case is None or read.problems:
        raise DataError(
            read.problems or [_problem(str(case_path), "the case could not be rewritten", "案例无法改写")]
        )
    old = (
        shapes_file.read(transaction.content_of(geo_path) or b"", str(geo_path))
        if geo_path.is_file()
        else None
    )
    if old is not None and (old.unreadable or old.broken):
        raise DataError(old.problems)
    given = {one.zone: geometry.canonical(one.shape) for one in incoming}
    drawn = {**(old.drawn if old else {}), **given}
    drawn = {zone.id: drawn[zone.id] for zone in case.zones if zone.id in drawn}
    stored = {zone: made for zone, made in (old.stored if old else {}).items() if zone not in given}
    extras = {zone: extra for zone, extra in (old.extras if old else {}).items() if zone not in given}
    _hold_to_rules(case, case_path, read, _settings(root), {*drawn, *stored})
    _hold_to_size(shapes_file.write(case_id, drawn, [], extras), geo_path)
    resolution = recipes.resolve(case, drawn, stored)
    if resolution.flaws:
        raise DataError(
            Problem(str(case_path), 0, f"zone {flaw.zone}", flaw.rule, flaw.en, flaw.zh)
            for flaw in resolution.flaws
        )
    made = [
        (shape, resolution.digests[zone])
        for zone, shape in resolution.shapes.items()
        if zone in resolution.digests
    ]
    geo = shapes_file.write(case_id, drawn, made, extras)
    _hold_to_size(geo, geo_path)
    record = {
        "case": case_id,
        "zones": [one.zone for one in incoming],
        "files": {
            path.relative_to(root).as_posix(): {
                "before": None
                if (before := transaction.content_of(path)) is None
                else before.decode("utf-8", "surrogateescape"),
                "after": transaction.digest(after),
            }
            for path, after in ((case_path, written), (geo_path, geo))
        },
    }
    undo = json.dumps(record, ensure_ascii=True, sort_keys=True).encode()
    return {case_path: written, geo_path: geo, root / transaction.STATE / _UNDO: undo}


def undone(root: Path) -> tuple[str, list[str], dict[Path, bytes | None]]:
    """What takes the last import back: id of its case, its zones, and what files held before.

    Raises
    ------
    UsageError
        If there is none, or its files have been changed since.
    """
    path = root / transaction.STATE / _UNDO
    try:
        record = json.loads(path.read_bytes())
        held = {root / name: entry for name, entry in record["files"].items() if _inside(name)}
        case, zones = str(record["case"]), [str(zone) for zone in record["zones"]]
    except OSError:
        raise UsageError(f"{root} has no import to undo", f"{root} 没有可撤销的导入") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"{path} is damaged; the import cannot be undone", f"{path} 已损坏，无法撤销导入"
        ) from None
    changed = [
        str(file)
        for file, entry in held.items()
        if transaction.digest(transaction.content_of(file)) != entry["after"]
    ]
    if changed:
        raise UsageError(
            f"{', '.join(changed)} changed since the import, so it is not undone; take those changes back first",
            f"{'、'.join(changed)} 在导入之后又有改动，未撤销；请先恢复这些改动",
        )
    contents: dict[Path, bytes | None] = {
        file: None if entry["before"] is None else entry["before"].encode("utf-8", "surrogateescape")
        for file, entry in held.items()
    }
    return case, zones, {**contents, path: None}


def _inside(name: str) -> bool:
    return bool(re.fullmatch(r"atlas\.yaml|(cases|geodata)/[a-z0-9-]+\.(yaml|geojson)", name))


def _paths(root: Path, case_id: str) -> tuple[Path, Path]:
    return root / "cases" / f"{case_id}.yaml", root / "geodata" / f"{case_id}.geojson"


def _problem(file: str, en: str, zh: str, rule: str = "import") -> Problem:
    return Problem(file, 0, "", rule, en, zh)


def _settings(root: Path) -> Settings | None:
    raw = transaction.content_of(root / "atlas.yaml")
    return None if raw is None else case_file.read_settings(raw, "atlas.yaml")[0]


def _hold_to_size(geo: bytes, path: Path) -> None:
    most = yaml_text.MAX_BYTES
    if len(geo) > most:
        en = f"the outlines of the case would take {len(geo):,} bytes; at most {most:,} are taken: simplify them first"
        zh = f"案例图形将占 {len(geo):,} 字节，上限 {most:,} 字节；请先化简"
        raise DataError([_problem(str(path), en, zh, "limit")])


def _hold_to_rules(case: Case, path: Path, read: Any, settings: Settings | None, features: set[str]) -> None:
    broken = [one for one in rules.broken_rules(case, path.stem, settings, features) if not one.warning]
    if broken:
        raise DataError(
            Problem(str(path), read.line(one.path), place_text(one.path), one.rule, one.en, one.zh)
            for one in broken
        )


def _rewritten(text: str, incoming: Sequence[Incoming], file: str) -> str:
    """The case file with the geometry and provenance of zones replaced, and new zones at the end of its list."""
    root = yaml.compose(text, Loader=yaml_text.LOADER)
    zones = _value(root, "zones") if isinstance(root, MappingNode) else None
    if zones is None and isinstance(root, MappingNode):
        block = [line for one in incoming for line in _new_zone(one, "  ")]
        return tidy.yaml_bytes(
            f"{text.rstrip()}\n{chr(10).join(['zones:', *block])}\n".encode(), Case
        ).decode()
    if not isinstance(zones, SequenceNode) or zones.flow_style or not zones.value:
        en = "its list of zones is not written one below the other; write it so first"
        raise DataError([_problem(file, en, "zones 列表未逐项分行书写；请先改为分行")])
    nodes = {_scalar(item, "id"): item for item in zones.value if isinstance(item, MappingNode)}
    lines = text.split("\n")
    changes: list[tuple[int, int, list[str]]] = []
    for one in incoming:
        node = nodes.get(one.zone)
        if node is None:
            continue
        if node.flow_style:
            en = f"zone {one.zone!r} is written on one line; write its keys one below the other first"
            raise DataError([_problem(file, en, f"分区 {one.zone!r} 写在一行内；请先逐项分行书写")])
        changes += _zone_changes(lines, node, one)
    added = [one for one in incoming if one.zone not in nodes]
    if added:
        dash = zones.value[0].start_mark.column - 2
        end = _last_content(lines, zones.start_mark.line, _end(zones))
        block = [line for one in added for line in _new_zone(one, " " * max(dash, 0))]
        changes.append((end, end, block))
    for start, stop, block in sorted(changes, key=lambda change: -change[0]):
        lines[start:stop] = block
    return tidy.yaml_bytes("\n".join(lines).encode(), Case).decode()


def _zone_changes(lines: list[str], node: MappingNode, one: Incoming) -> list[tuple[int, int, list[str]]]:
    """Lines of a zone to replace: its geometry, and its provenance or the place where that goes."""
    indent = " " * node.start_mark.column
    spans = {}
    for key, value in node.value:
        start = key.start_mark.line
        stop = _last_content(lines, start, _end(value))
        spans[key.value] = (start, stop)
    begin, end = spans["geometry"]
    head = lines[begin][: node.start_mark.column] if lines[begin].lstrip().startswith("- ") else indent
    block = [f"{head}geometry: {{type: drawn}}"]
    if "provenance" not in spans:
        return [(begin, end, [*block, *_provenance(one, indent)])]
    first, last = spans["provenance"]
    top = lines[first][: node.start_mark.column] if lines[first].lstrip().startswith("- ") else indent
    written = _provenance(one, indent)
    written[0] = top + written[0].lstrip()
    return [(begin, end, block), (first, last, written)]


def _last_content(lines: list[str], start: int, stop: int) -> int:
    """End of an entry without the blank lines and comments that follow it."""
    stop = min(stop, len(lines))
    while stop - 1 > start and (not lines[stop - 1].strip() or lines[stop - 1].lstrip().startswith("#")):
        stop -= 1
    return stop


def _end(node: Any) -> int:
    """Line after a value: a block ends where the next token begins, all else within its last line."""
    block = getattr(node, "flow_style", None) is False or getattr(node, "style", None) in {"|", ">"}
    return int(node.end_mark.line) + (0 if block else 1)


def _provenance(one: Incoming, indent: str) -> list[str]:
    how = one.provenance.how
    return [
        f"{indent}provenance:",
        f"{indent}  confidence: {one.provenance.confidence}",
        f"{indent}  how: {{zh: {quoted(how.zh)}, en: {quoted(how.en)}}}",
    ]


def _new_zone(one: Incoming, indent: str) -> list[str]:
    assert one.name is not None
    assert one.kind is not None
    inner = f"{indent}  "
    return [
        f"{indent}- id: {one.zone}",
        f"{inner}name: {{zh: {quoted(one.name.zh)}, en: {quoted(one.name.en)}}}",
        f"{inner}kind: {one.kind}",
        f"{inner}geometry: {{type: drawn}}",
        *_provenance(one, inner),
    ]


def quoted(text: str) -> str:
    r"""A text as YAML in double quotes, of which nothing is markup.

    >>> print(quoted('a: "b" #c'))
    "a: \"b\" #c"
    """
    return json.dumps(" ".join(printable(text).split()), ensure_ascii=False)


def _value(node: MappingNode, name: str) -> Any:
    return next(
        (value for key, value in node.value if isinstance(key, ScalarNode) and key.value == name), None
    )


def _scalar(node: MappingNode, name: str) -> str:
    value = _value(node, name)
    return str(value.value) if isinstance(value, ScalarNode) else ""
