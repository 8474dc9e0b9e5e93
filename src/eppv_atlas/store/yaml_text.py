"""YAML read so that it surprises no one.

Scalars stay the text that was written (``NO``, ``00123``, ``1:30``); the
schema types them later. Duplicate keys, anchors, aliases, tags and a second
document are refused; every value keeps its line.

Floor 3, part of the store: knows YAML only; must not know what a case is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from eppv_atlas.errors import Problem
from eppv_atlas.store import plain_yaml

MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 24

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: some ten times as fast."""

Path = tuple[str | int, ...]


@dataclass
class YamlText:
    """Content of one YAML file.

    Attributes
    ----------
    data
        Nested dicts and lists whose leaves are text; None where nothing could be read.
    problems
        Everything that was refused.
    plain
        The text itself where it was read quickly, without lines.
    """

    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    plain: str | None = None

    @cached_property
    def lines(self) -> dict[Path, int]:
        """Line (from 1) of every key and item, by its path from the root."""
        lines: dict[Path, int] = {}
        if self.plain is not None:
            _Reader("", self.problems, lines).document(yaml.parse(self.plain, Loader=LOADER))
        return lines

    def line(self, path: Path) -> int:
        """Line of a path, or of the nearest thing above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class Unlined(YamlText):
    """Content that stands in a table or a database: it has places, but no lines."""

    @cached_property
    def lines(self) -> dict[Path, int]:
        """No line at all: 0."""
        return {(): 0}


def place_text(path: Path) -> str:
    """Write a path as people do: ``zones[2].kind``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def decode(raw: bytes, file: str) -> tuple[str | None, list[Problem]]:
    """Decode UTF-8 (with or without a byte-order mark), or say what is wrong."""
    if len(raw) > MAX_BYTES:
        return None, [
            Problem(
                file,
                0,
                "",
                "file-too-large",
                f"the file has {len(raw):,} bytes, at most {MAX_BYTES:,} are read",
                f"文件有 {len(raw):,} 字节，最多读取 {MAX_BYTES:,} 字节",
            )
        ]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        try:
            raw.decode("gb18030")
            hint_en, hint_zh = "it looks like GBK; ", "看来是 GBK 编码；"
        except UnicodeDecodeError:
            hint_en = hint_zh = ""
        return None, [
            Problem(
                file,
                line,
                "",
                "not-utf-8",
                f"the file is not UTF-8; {hint_en}save it again as UTF-8",
                f"文件不是 UTF-8 编码；{hint_zh}请另存为 UTF-8",
            )
        ]


def read(raw: bytes, file: str) -> YamlText:
    """Read YAML bytes.

    Parameters
    ----------
    raw
        Content of the file.
    file
        Name used in messages.
    """
    text, problems = decode(raw, file)
    out = YamlText(problems=problems)
    if text is None:
        return out
    out.data = plain_yaml.read(text)
    if out.data is not None:
        out.plain = text
        return out
    return _whole(text, file, out)


def _whole(text: str, file: str, out: YamlText) -> YamlText:
    """Read a text of any kind, event by event."""
    reader = _Reader(file, out.problems, out.lines)
    try:
        out.data = reader.document(yaml.parse(text, Loader=LOADER))
    except _Refused:
        out.data = None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "quoted" in str(error.context) and error.context_mark is not None:
            mark = error.context_mark  # where the quote that is never closed begins
        line = mark.line + 1 if mark else 0
        colon = _bad_colon(text, line)
        if colon:
            reader.refuse(
                colon,
                (),
                "full-width-colon",
                "a key ends with a half-width colon and a space, 'key: value'; here it does not",
                "键后应为半角冒号加空格，即“键: 值”；此处不是（是否用了全角冒号“：”或漏了空格？）",
            )
        else:
            what = " ".join(str(error.problem or error.context or "cannot be read").split())
            reader.refuse(
                line,
                (),
                "yaml-syntax",
                f"YAML cannot be read here: {what}; check indentation, quotes and colons "
                "(a half-width ':' followed by a space)",
                f"此处不是合法的 YAML；请检查缩进、成对的引号与冒号（半角冒号后加空格）（{what}）",
            )
        out.data = None
    except (YAMLError, ValueError) as error:
        reader.refuse(
            0,
            (),
            "yaml-syntax",
            f"YAML cannot be read: {' '.join(str(error).split())}",
            f"YAML 无法读取：{' '.join(str(error).split())}",
        )
        out.data = None
    return out


def _invisible(char: str) -> bool:
    """Control characters, lone surrogates and marks that turn the reading direction."""
    turns = 0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069
    return turns or (unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t")


def _bad_colon(text: str, line: int) -> int:
    """Line at or just above `line` whose key has a full-width colon, or none after it; 0 if none."""
    lines = text.splitlines()
    for number in range(min(line, len(lines)), max(line - 4, 0), -1):
        if re.match(r"\s*(- )?[A-Za-z_]+(：|:[^\s:/])", lines[number - 1]) or re.search(
            r"[{,]\s*[A-Za-z_]+：", lines[number - 1]
        ):
            return number
    return 0


class _Refused(Exception):  # noqa: N818 - control flow inside this module only
    """Reading stops; the problem is noted."""


class _Reader:
    def __init__(self, file: str, problems: list[Problem], lines: dict[Path, int]) -> None:
        self.file, self.problems, self.lines = file, problems, lines

    def refuse(self, line: int, path: Path, rule: str, en: str, zh: str) -> None:
        self.problems.append(Problem(self.file, line, place_text(path), rule, en, zh))

    def document(self, events: Iterator[Any]) -> Any:
        data, documents = None, 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    mark: Any = event.start_mark
                    self.refuse(
                        mark.line + 1,
                        (),
                        "second-document",
                        "a second document begins with '---'; keep one document a file",
                        "“---”开始了第二个文档；一个文件只放一个文档",
                    )
                    raise _Refused
            elif isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent | AliasEvent):
                data = self.node(event, events, ())
        return data

    def node(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(event, AliasEvent) or event.anchor:
            self.refuse(
                line,
                path,
                "yaml-anchor",
                "anchors (&) and aliases (*) are not used here; write the value out, "
                "or quote a text that begins with & or *",
                "不使用锚点（&）与别名（*）；请写出内容，以 & 或 * 开头的文字请加引号",
            )
            raise _Refused
        if event.tag is not None:
            self.refuse(
                line,
                path,
                "yaml-tag",
                "tags (!) are not used here; remove it, or quote a text that begins with !",
                "不使用标签（!）；请删去，以 ! 开头的文字请加引号",
            )
            raise _Refused
        if isinstance(event, ScalarEvent):
            return self.scalar(str(event.value), line, path)
        if len(path) >= MAX_DEPTH:
            self.refuse(
                line,
                path,
                "yaml-too-deep",
                f"nested deeper than {MAX_DEPTH} levels",
                f"嵌套超过 {MAX_DEPTH} 层",
            )
            raise _Refused
        return (
            self.mapping(events, path, in_braces=bool(event.flow_style))
            if isinstance(event, MappingStartEvent)
            else self.sequence(events, path)
        )

    def scalar(self, value: str, line: int, path: Path) -> str:
        if not value.isprintable() and (odd := next((c for c in value if _invisible(c)), "")):
            self.refuse(
                line,
                path,
                "control-character",
                f"the text holds the invisible character U+{ord(odd):04X}; remove it",
                f"文字中有不可见字符 U+{ord(odd):04X}；请删去",
            )
        return value

    def sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self.node(event, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[Any], path: Path, *, in_braces: bool) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent):
                self.refuse(
                    line,
                    path,
                    "yaml-key",
                    "a key must be a plain word",
                    "键必须是一个普通的词",
                )
                raise _Refused
            key = str(event.value)
            here = (*path, key)
            if "：" in key:
                self.refuse(
                    line,
                    path,
                    "full-width-colon",
                    f"a full-width colon stands in {key!r}; write a half-width colon and a space, 'key: value'",
                    f"{key!r} 中用了全角冒号；请改为半角冒号加空格，即“键: 值”",
                )
                raise _Refused
            first = self.lines.get(here)
            value = self.node(next(events), events, here)
            if first is not None:
                self.refuse(
                    line,
                    here,
                    "duplicate-key",
                    f"the key {key!r} stands here a second time (first in line {first}); remove one",
                    f"键 {key!r} 重复出现（首次在第 {first} 行）；请删去一个",
                )
                continue
            self.lines[here] = line
            if value != "":  # a key without a value counts as left out
                items[key] = value
            elif in_braces:  # {en: farms, fields}: the comma has cut the text
                self.refuse(
                    line,
                    here,
                    "cut-at-comma",
                    f"{key!r} has no value; give it one, or put the text with a comma before it in quotes",
                    f"{key!r} 后没有值；请补上，若前面的文字含半角逗号，请给整段文字加引号",
                )
        return items
