"""Records to the files of an atlas folder: a whole atlas unpacked, or cases of one taken into another.

Floor 3, part of the store: must not know formats of stores, measures, maps or the command line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.model import Case, Settings
from eppv_atlas.results import ZoneShape
from eppv_atlas.store import case_file, shapes_file, tidy, transaction
from eppv_atlas.store.exchange import records
from eppv_atlas.store.exchange.records import AtlasRecords, CaseRecord
from eppv_atlas.store.reading import Loading

_HEAD: Final = "# yaml-language-server: $schema=../schema/case.schema.json\n"
_UNDO: Final = "undo.json"
_BREAKS: Final = re.compile("[\n\r\x85\u2028\u2029\ufeff]")


class _Dumper(yaml.SafeDumper):
    """Writes texts plainly; numbers among them too, as a case file has them."""


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text with line breaks of any kind goes into quotes, with escapes."""
    style = '"' if _BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)
_Dumper.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in found
        if tag not in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
    ]
    for first, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Adoption:
    """What taking cases into an atlas changes.

    Attributes
    ----------
    new, changed, same
        Ids of cases: not there yet, there but different, there already.
    documents
        Ids of documents that atlas.yaml gains.
    contents
        Content of the files by path.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    documents: tuple[str, ...]
    contents: dict[Path, bytes | None]


def contents(atlas: AtlasRecords) -> dict[str, bytes]:
    """Files of an atlas folder, by their path in it."""
    out = {
        "atlas.yaml": _yaml(atlas.settings, Settings, ""),
        "schema/case.schema.json": case_file.json_schema().encode(),
    }
    for case in atlas.cases:
        out |= _case(case)
    return out


def _case(case: CaseRecord) -> dict[str, bytes]:
    kinds = {zone["id"]: zone["geometry"]["type"] for zone in case.data.get("zones", ())}
    drawn = {
        zone: case.shapes[zone].geometry
        for zone, kind in kinds.items()
        if kind == "drawn" and zone in case.shapes
    }
    made = [
        (ZoneShape(zone, shape.geometry, "", "recipe", made=shape.made), shape.digest)
        for zone in kinds
        if (shape := case.shapes.get(zone)) is not None and shape.digest is not None
    ]
    extras = {zone: case.shapes[zone].extras for zone in drawn}
    return {
        f"cases/{case.id}.yaml": _yaml(case.data, Case, _HEAD),
        f"geodata/{case.id}.geojson": shapes_file.write(case.id, drawn, made, extras),
    }


def _yaml(data: Mapping[str, Any], record: type[Case | Settings], head: str) -> bytes:
    text = yaml.dump(
        dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=False
    )
    return tidy.yaml_bytes((head + text).encode(), record)


def unpack(out: Path, atlas: AtlasRecords, state: Mapping[str, bytes] | None = None) -> int:
    """Write an atlas into a folder that holds none yet.

    Parameters
    ----------
    out
        The folder; made where it is missing.
    atlas
        What is written.
    state
        What the folder is to remember, by file name.

    Returns
    -------
    int
        How many files were written.

    Raises
    ------
    UsageError
        If the folder holds anything, or cannot be written to.
    """
    there = out.exists() and (
        not out.is_dir() or any(path.name != transaction.STATE for path in out.iterdir())
    )
    if there:
        raise UsageError(
            f"{out} is there already; name an empty folder, or take the cases in with 'eppv-atlas --atlas {out} import'",
            f"{out} 已存在；请指定空文件夹，或用 eppv-atlas --atlas {out} import 并入其案例",
        )
    given: dict[Path, bytes | None] = {out / name: content for name, content in contents(atlas).items()}
    given |= {out / transaction.STATE / name: content for name, content in (state or {}).items()}
    with transaction.locked(out, "export"):
        (out / "cases").mkdir(exist_ok=True)
        return transaction.commit(out, given)


def adopted(
    root: Path,
    here: Loading,
    atlas: AtlasRecords,
    *,
    replace: bool,
    known: Mapping[str, str] | None = None,
) -> Adoption:
    """What the files of an atlas hold once the cases of another are in it.

    Parameters
    ----------
    root
        Folder of the atlas.
    here
        A pass over it.
    atlas
        The other atlas.
    replace
        Whether cases that are there already, but different, are replaced.
    known
        Revision of cases when they were last taken from there; one that has it
        still was not changed here, and gives way.

    Raises
    ------
    DataError
        If cases or documents of the same id differ, and are not to be replaced.
    """
    held = {item.case.id: records.of_case(item) for item in here.cases}
    files = {path.stem for path in (root / "cases").glob("*.yaml")}
    new = tuple(case.id for case in atlas.cases if case.id not in files)
    differs = tuple(
        case.id
        for case in atlas.cases
        if case.id in files and (case.id not in held or not _equal(case, held[case.id]))
    )
    yielding = {name for name, case in held.items() if records.revision(case) == (known or {}).get(name)}
    problems = [
        _differing(root / "cases" / f"{name}.yaml")
        for name in differs
        if not replace and name not in yielding
    ]
    wanted = {name: case for case in atlas.cases if (name := case.id) in {*new, *differs}}
    documents = {case.data["source"]["document"] for case in wanted.values()}
    settings, gained = _with_documents(root, here, atlas, documents, problems)
    if problems:
        raise DataError(problems)
    out: dict[Path, bytes | None] = {}
    for case in wanted.values():
        out |= {root / name: content for name, content in _case(case).items()}
    if settings is not None:
        out[root / "atlas.yaml"] = settings
    undo = {
        "case": "atlas",
        "zones": [*new, *differs],
        "files": {
            path.relative_to(root).as_posix(): {"before": _text(path), "after": transaction.digest(after)}
            for path, after in out.items()
        },
    }
    if out:
        out[root / transaction.STATE / _UNDO] = json.dumps(undo, ensure_ascii=True, sort_keys=True).encode()
    same = tuple(case.id for case in atlas.cases if case.id not in wanted)
    return Adoption(new, differs, same, tuple(gained), out)


def _equal(one: CaseRecord, other: CaseRecord) -> bool:
    return one.data == other.data and records.revision(one) == records.revision(other)


def _text(path: Path) -> str | None:
    before = transaction.content_of(path)
    return None if before is None else before.decode("utf-8", "surrogateescape")


def _differing(file: Path) -> Problem:
    return Problem(
        str(file),
        0,
        "",
        "case-differs",
        "this case is here already and differs from the one that comes; --replace takes that one, or rename one",
        "此案例已存在且与导入者不同；--replace 以导入者为准，或改其一的 id",
    )


def _with_documents(
    root: Path, here: Loading, atlas: AtlasRecords, wanted: set[str], problems: list[Problem]
) -> tuple[bytes | None, list[str]]:
    """atlas.yaml with the documents that it lacks, added below the others."""
    held: Mapping[str, Any] = here.written.get("documents") or {}
    theirs: Mapping[str, Any] = atlas.settings.get("documents") or {}
    gained = sorted(name for name in wanted if name not in held and name in theirs)
    file = root / "atlas.yaml"
    for name in sorted(wanted & set(held) & set(theirs)):
        if held[name] != theirs[name]:
            en = f"the document {name!r} is described differently in the atlas that comes; make them the same"
            zh = f"文件 {name!r} 在导入的图集中写法不同；请先统一"
            problems.append(Problem(str(file), 0, f"documents.{name}", "document-differs", en, zh))
    if not gained:
        return None, []
    added = {name: theirs[name] for name in gained}
    raw = file.read_text("utf-8-sig").replace("\r\n", "\n")
    node = yaml.compose(raw, Loader=yaml.CSafeLoader)
    found = [
        value
        for key, value in getattr(node, "value", ())
        if key.value == "documents" and isinstance(value, yaml.MappingNode) and not value.flow_style
    ]
    text = yaml.dump(added, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    lines = raw.rstrip("\n").split("\n")
    if not found:
        en = "add the documents by hand first: " + ", ".join(gained)
        problems.append(
            Problem(
                str(file), 0, "documents", "document-missing", en, "请先手工补上文件：" + "、".join(gained)
            )
        )
        return None, []
    indent = " " * found[0].start_mark.column
    last = found[0].end_mark.line
    while last > 0 and (last > len(lines) or not lines[last - 1].strip()):
        last -= 1
    lines[last:last] = [indent + line for line in text.rstrip("\n").split("\n")]
    return tidy.yaml_bytes(("\n".join(lines) + "\n").encode(), Settings), gained
