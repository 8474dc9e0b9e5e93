"""The plainest YAML read quickly: what is in the least unusual is left to the reader of all of it.

Case files are read by the hundred thousand, and making an event of every scalar
takes most of that time. What is read here is a small part of YAML: keys of
letters, block mappings and lists, texts on one line without a colon or a hash,
quotes without escapes, braces and brackets that close on their line. None is
returned for everything else, also for everything that is wrong: ``yaml_text``
then reads it whole and says what it has to say.

Floor 3, part of the store: knows YAML only; must not know what a case is.
"""

from __future__ import annotations

import re
from typing import Any, Final

_ODD: Final = re.compile(
    "[^\n\x20-\x7e\xa0-\u2027\u2030-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML or we refuse, and those that it takes for line breaks; tabs too."""
_KEY: Final = r"[A-Za-z_][A-Za-z0-9_-]{0,63}"
_FIRST: Final = r"(?:[^-?:,\[\]{}#&*!|>'\"%@` ]|-(?=[0-9]))"
_LINE: Final = re.compile(rf"( *)(- )?(?:({_KEY}):(?: +(.*))?|([^ #].*))")
_SKIPPED: Final = re.compile(r" *(?:#.*)?")
_PLAIN: Final = re.compile(rf"{_FIRST}[^:#]*")
_QUOTED: Final = re.compile(r"\"([^\"\\]+)\" *|'([^']+)' *")
_FLOW_KEY: Final = re.compile(rf" *({_KEY}): +")
_FLOW_TEXT: Final = re.compile(rf" *(?:\"([^\"\\]+)\"|'([^']+)'|({_FIRST}[^:#?,\[\]{{}}]*)) *")
_BOTH: Final = re.compile(
    rf"{{zh: (?:\"([^\"\\]+)\"|({_FIRST}[^:#?,\[\]{{}}]*)), en: (?:\"([^\"\\]+)\"|({_FIRST}[^:#?,\[\]{{}}]*))}} *"
)
"""What most braces hold, in one step."""
_DEEP: Final = 12


class _Unusual(Exception):  # noqa: N818 - control flow inside this module only
    """Something that is left to the other reader."""


def read(text: str) -> dict[str, Any] | None:
    """Content of a text in the plainest YAML; None where it is any other, or none at all.

    Parameters
    ----------
    text
        The text, without a byte-order mark.
    """
    if _ODD.search(text):
        return None
    try:
        return _document(text)
    except _Unusual:
        return None


def _document(text: str) -> dict[str, Any] | None:  # noqa: C901 - one loop over lines, as quick as may be
    root: dict[str, Any] = {}
    stack: list[tuple[int, Any]] = [(0, root)]
    waiting: tuple[int, dict[str, Any], str] | None = None  # a key whose value stands below it
    line_of = _LINE.fullmatch
    for line in text.split("\n"):
        found = line_of(line)
        if found is None:
            if _SKIPPED.fullmatch(line):
                continue
            raise _Unusual
        blanks, dash, key, value, other = found.groups()
        at = len(blanks)
        if dash:
            waiting, items = _list_at(stack, waiting, at)
            if other is not None:
                items.append(_value(other))
                continue
            at += 2
            record: dict[str, Any] = {}
            items.append(record)
            stack.append((at, record))
        elif other is not None:
            raise _Unusual
        elif waiting is not None:
            if at <= waiting[0] or len(stack) > _DEEP:
                raise _Unusual
            record = {}
            waiting[1][waiting[2]] = record
            stack.append((at, record))
            waiting = None
        else:
            record = _record_at(stack, at)
        if key in record:
            raise _Unusual
        record[key] = _value(value) if value else None
        if not value:
            waiting = (at, record, key)
    return root if root and waiting is None else None


def _list_at(
    stack: list[tuple[int, Any]], waiting: tuple[int, dict[str, Any], str] | None, at: int
) -> tuple[None, list[Any]]:
    """The list whose next item begins in column `at`."""
    if waiting is not None:
        if at < waiting[0] or len(stack) > _DEEP:
            raise _Unusual
        items: list[Any] = []
        waiting[1][waiting[2]] = items
        stack.append((at, items))
        return None, items
    while stack[-1][0] > at:
        stack.pop()
    column, top = stack[-1]
    if column != at or not isinstance(top, list):
        raise _Unusual
    return None, top


def _record_at(stack: list[tuple[int, Any]], at: int) -> dict[str, Any]:
    """The record whose next key begins in column `at`."""
    while stack[-1][0] > at:
        stack.pop()
    if stack[-1][0] == at and isinstance(stack[-1][1], list):  # a list may stand as far left as its key
        stack.pop()
    column, top = stack[-1]
    if column != at or not isinstance(top, dict):
        raise _Unusual
    return top


def _value(text: str) -> Any:
    """What stands after a key or a dash."""
    if _PLAIN.fullmatch(text):
        return text.rstrip(" ")
    first = text[0]
    if first in "{[":
        if found := _BOTH.fullmatch(text):
            zh, plain_zh, en, plain_en = found.groups()
            return {"zh": zh or plain_zh.rstrip(" "), "en": en or plain_en.rstrip(" ")}
        value, end = _flow(text, 0, 0)
        if text[end:].strip(" "):
            raise _Unusual
        return value
    if first in "\"'":
        found = _QUOTED.fullmatch(text)
        if found is None:
            raise _Unusual
        return found[1] or found[2]
    raise _Unusual


def _flow(text: str, at: int, deep: int) -> tuple[Any, int]:
    """What stands in braces or brackets from `at` on, and where it ends."""
    if deep > 4:
        raise _Unusual
    record: dict[str, Any] = {}
    items: list[Any] = []
    braces = text[at] == "{"
    closing = "}" if braces else "]"
    at += 1
    while True:
        key = ""
        if braces:
            named = _FLOW_KEY.match(text, at)
            if named is None or named[1] in record:
                raise _Unusual
            key, at = named[1], named.end()
        found = _FLOW_TEXT.match(text, at)
        value: Any
        if found is not None:
            value, at = found[1] or found[2] or found[3].rstrip(" "), found.end()
        else:
            at = _after_blanks(text, at)
            if text[at : at + 1] not in {"{", "["}:
                raise _Unusual
            value, at = _flow(text, at, deep + 1)
            at = _after_blanks(text, at)
        if braces:
            record[key] = value
        else:
            items.append(value)
        mark = text[at : at + 1]
        at += 1
        if mark == closing:
            return (record if braces else items), at
        if mark != ",":
            raise _Unusual


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at
