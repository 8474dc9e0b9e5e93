"""Canonical form of case files and geodata: a diff then shows only what changed.

Case files keep every comment: keys are put into the order of the schema by
moving whole blocks of lines, each with the comments above it. Values are not
rewritten. Geodata gets one feature a line, counter-clockwise shells, six
decimals, zone order, and the results of recipes.

Floor 3, part of the store: must not know measures, maps or the command line.
"""

from __future__ import annotations

import itertools
import re
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from eppv_atlas.errors import Problem
from eppv_atlas.model import Case, Settings
from eppv_atlas.store import shapes_file, yaml_text
from eppv_atlas.store.reading import LoadedCase, Loading

_TAGS = ("type", "engine")
"""Keys by which one record of several is told from the others."""
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True)
class Tidied:
    """A file and the content that it should have."""

    file: Path
    content: bytes

    @property
    def changed(self) -> bool:
        """Whether the file does not hold this content yet."""
        return not self.file.is_file() or self.file.read_bytes() != self.content


def tidied(loading: Loading) -> list[Tidied]:
    """Canonical content of every file of an atlas that could be read.

    Parameters
    ----------
    loading
        A pass over the folder without errors in the files to tidy.
    """
    out = []
    settings = loading.root / "atlas.yaml"
    if settings.is_file():
        out.append(Tidied(settings, yaml_bytes(settings.read_bytes(), Settings)))
    for item in loading.cases:
        out.append(Tidied(item.file, yaml_bytes(item.file.read_bytes(), Case)))
        out.append(_geodata(loading.root, item))
    return out


def _geodata(root: Path, item: LoadedCase) -> Tidied:
    file = root / "geodata" / f"{item.case.id}.geojson"
    order = [zone.id for zone in item.case.zones]
    drawn = {zone: item.shapes.drawn[zone] for zone in order if zone in item.shapes.drawn}
    made = [
        (shape, item.resolution.digests[zone])
        for zone, shape in item.resolution.shapes.items()
        if zone in item.resolution.digests
    ]
    return Tidied(file, shapes_file.write(item.case.id, drawn, made, item.shapes.extras))


def yaml_bytes(raw: bytes, record: type[BaseModel]) -> bytes:
    """Canonical form of a YAML file of the given record.

    Keys in the order of the schema, LF line ends, no trailing blanks, one
    final newline; comments and the writing of values untouched. A text whose
    data would change, or that loses a comment, is returned with only its line
    ends mended.
    """
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n") + "\n"
    before = yaml_text.read(text.encode(), "")
    root = yaml.compose(text, Loader=yaml_text.LOADER)
    if before.problems or not isinstance(root, MappingNode) or _OTHER_BREAKS.search(text):
        return text.encode()  # YAML counts its lines otherwise than editors do
    lines = text.split("\n")[:-1]
    start, stop = _first_content_line(lines, root), len(lines)
    while stop > start and (not lines[stop - 1] or lines[stop - 1].startswith("#")):
        stop -= 1  # closing comments stay at the end
    moved = "\n".join(lines[:start] + _block(lines, root, record, start, stop) + lines[stop:]) + "\n"
    after = yaml_text.read(moved.encode(), "")
    same = after.data == before.data and not after.problems
    return moved.encode() if same and _comments(text) == _comments(moved) else text.encode()


def _first_content_line(lines: list[str], root: MappingNode) -> int:
    """First line of the first key's block; the header comment above a blank line stays on top."""
    first = root.value[0][0].start_mark.line if root.value else 0
    start = first
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    # a schema or header line right above the first key belongs to the file, not to the key
    return first if start == 0 else start


def _block(lines: list[str], node: MappingNode, record: Any, start: int, stop: int) -> list[str]:
    """Lines [start, stop) of a block mapping, its entries in schema order."""
    marks = [key.start_mark.line for key, _ in node.value]
    begins = [start]
    for previous, mark in itertools.pairwise(marks):
        begin = mark
        while begin - 1 > previous and _belongs_below(lines[begin - 1], node):
            begin -= 1
        begins.append(begin)
    ends = [*begins[1:], stop]
    entries = []
    fields = _fields(record, node)
    for (key, value), begin, end in zip(node.value, begins, ends, strict=True):
        inner = fields.get(key.value)
        entries.append((key.value, begin, _entry(lines, key, value, inner, begin, end)))
    order = list(fields)
    entries.sort(key=lambda e: (order.index(e[0]) if e[0] in order else len(order), e[1]))
    return [line for _, _, entry in entries for line in entry]


def _belongs_below(line: str, node: MappingNode | SequenceNode) -> bool:
    """A comment line indented like the keys belongs to the key below it."""
    stripped = line.lstrip()
    if not stripped:
        return False
    indent = len(line) - len(stripped)
    return stripped.startswith("#") and indent <= node.start_mark.column


def _entry(lines: list[str], key: ScalarNode, value: Any, inner: Any, begin: int, end: int) -> list[str]:
    head = lines[begin : value.start_mark.line]
    if isinstance(value, MappingNode) and value.flow_style:
        return _flow(lines, value, inner, begin, end)
    if isinstance(value, MappingNode) and value.start_mark.line > key.start_mark.line:
        first = value.start_mark.line
        return head + _block(lines, value, inner, first, end)
    if isinstance(value, SequenceNode) and not value.flow_style and value.value:
        out = list(head)
        dashes = [item.start_mark.line for item in value.value]
        starts = [dashes[0]]
        for previous, dash in itertools.pairwise(dashes):
            first = dash
            while first - 1 > previous and _belongs_below(lines[first - 1], value):
                first -= 1
            starts.append(first)
        for item, first, dash, last in zip(value.value, starts, dashes, [*starts[1:], end], strict=True):
            out += lines[first:dash] + _item(lines, item, inner, dash, last)
        return out
    return lines[begin:end]


def _item(lines: list[str], item: Any, inner: Any, first: int, last: int) -> list[str]:
    """One '- ' item: its mapping is reordered with the dash kept on its first line."""
    if not isinstance(item, MappingNode) or item.flow_style:
        return lines[first:last]
    column = item.start_mark.column
    dash, rest = lines[first][:column], lines[first][column:]
    if dash.strip() != "-":
        return lines[first:last]
    plain = [*lines[:first], " " * column + rest, *lines[first + 1 :]]
    block = _block(plain, item, inner, first, last)
    top = next((i for i, line in enumerate(block) if line.strip() and not line.lstrip().startswith("#")), 0)
    block[top] = dash + block[top][column:]
    # comments above the new first key go above the dash
    above = [" " * (column - len(dash.lstrip())) + line.lstrip() if line else line for line in block[:top]]
    return above + block[top:]


def _flow(lines: list[str], value: MappingNode, inner: Any, begin: int, end: int) -> list[str]:
    """A one-line {key: value, …} mapping with its entries in schema order."""
    row = value.start_mark.line
    if value.end_mark.line != row or not value.value or "#" in lines[row][value.end_mark.column :]:
        return lines[begin:end]
    line = lines[row]
    fields = list(_fields(inner, value))
    parts = [
        (key.value, line[key.start_mark.column : item.end_mark.column].rstrip()) for key, item in value.value
    ]
    parts.sort(key=lambda p: fields.index(p[0]) if p[0] in fields else len(fields))
    written = "{" + ", ".join(text for _, text in parts) + "}"
    new = line[: value.start_mark.column] + written + line[value.end_mark.column :]
    return [*lines[begin:row], new, *lines[row + 1 : end]]


def _fields(record: Any, node: MappingNode) -> dict[str, Any]:
    """Keys of a record in their order, each with the type of its value."""
    for model in _models(record):
        fields = {name: info.annotation for name, info in model.model_fields.items()}
        if all(_tag(node, key) in get_args(fields[key]) for key in _TAGS if get_args(fields.get(key))):
            return fields
    return {}


def _tag(node: MappingNode, key: str) -> str | None:
    return next((v.value for k, v in node.value if k.value == key and isinstance(v, ScalarNode)), None)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in {Union, types.UnionType, tuple, dict, Annotated}:
        return [model for arg in get_args(annotation) for model in _models(arg)]
    return []


def _comments(text: str) -> list[str]:
    return sorted(line.strip() for line in text.split("\n") if "#" in line)


def to_tidy(files: list[Tidied], root: Path) -> list[Problem]:
    """One problem for every file that is not in canonical form."""
    return [
        Problem(
            str(item.file),
            0,
            "",
            "not-tidy",
            f"not in canonical form; run 'eppv-atlas --atlas {root} tidy'",
            f"不是规范格式；请运行 eppv-atlas --atlas {root} tidy",
        )
        for item in files
        if item.changed
    ]
