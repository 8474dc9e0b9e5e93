"""The small language of formulas: read, written for readers, handed to browsers as a tree.

Names, numbers, ``"texts"``, ``true false null``, ``+ - * / ^``, ``== != < <= > >=``, ``and or not``,
``if(cond, a, b)``, ``min max abs round``; nothing else, and nothing is ever executed. A tree is plain
JSON: a number, ``true``, ``false``, ``null``, ``["text", s]``, ``["name", id]`` or ``[op, a, b, …]``
with `op` one of :data:`OPERATIONS`.

Floor 3, part of schemes: knows texts only; must not know records, units, cases or files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from eppv_atlas.errors import BilingualError

Tree = Any
"""A formula as plain JSON data."""

OPERATIONS: Final = (
    "+", "-", "*", "/", "^", "neg", "==", "!=", "<", "<=", ">", ">=",
    "and", "or", "not", "if", "min", "max", "abs", "round",
)  # fmt: skip
"""First members of the lists of a tree, besides ``name`` and ``text``."""
LONGEST: Final = 4000
"""Letters that a formula may have."""
DEEPEST: Final = 200
"""How deep a tree may be."""
NESTED: Final = 40
"""How deep parentheses may be nested."""
_FUNCTIONS: Final = {"if": (3, 3), "min": (1, 20), "max": (1, 20), "abs": (1, 1), "round": (1, 2)}
_WORDS: Final = {"true": True, "false": False, "null": None}
_KEPT: Final = {*_FUNCTIONS, *_WORDS, "and", "or", "not"}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\"(?P<text>[^\"]*)\"|(?P<sign>==|!=|<=|>=|[-+*/^<>(),]))"
)
_LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("or",), ("and",), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"),
)  # fmt: skip
_BINDS: Final = {sign: at for at, signs in enumerate(_LEVELS) for sign in signs} | {
    "not": 1.5,
    "neg": 5,
    "^": 6,
}


class FormulaError(BilingualError):
    """A formula that cannot be read."""


@lru_cache(maxsize=4096)
def tree(formula: str) -> Tree:
    """Read a formula.

    Raises
    ------
    FormulaError
        If it cannot be read, or is too long or too deep.
    """
    if len(formula) > LONGEST:
        raise FormulaError(
            f"a formula has at most {LONGEST} letters; this one has {len(formula)}",
            f"算式至多 {LONGEST} 个字符，此式有 {len(formula)} 个",
        )
    return _Reader(list(_tokens(formula))).whole()


def names(of: Tree) -> Iterator[str]:
    """Names in a tree, in reading order; one that stands twice comes twice."""
    if isinstance(of, list):
        if of[0] == "name":
            yield of[1]
        elif of[0] != "text":
            for part in of[1:]:
                yield from names(part)


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(formula.rstrip())
    while at < end:
        found = _TOKEN.match(formula, at, end)
        if found is None:
            raise FormulaError(
                f"the formula cannot be read from {formula[at : at + 20]!r} on",
                f"算式自 {formula[at : at + 20]!r} 起无法识别",
            )
        kind = found.lastgroup or ""
        yield kind, found[kind]
        at = found.end()


class _Reader:
    """Recursive descent; each level of binding strength reads the next."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.inside = 0

    def whole(self) -> Tree:
        made = self._level(0)
        if self.at < len(self.tokens):
            raise self._unexpected()
        if _depth(made) > DEEPEST:
            raise _deep()
        return made

    def _level(self, level: int) -> Tree:
        if level == len(_LEVELS):
            return self._signed()
        part: Callable[[], Tree] = self._denied if level == 1 else lambda: self._level(level + 1)
        left = part()
        signs = _LEVELS[level]
        while (sign := self._next(*signs)) is not None:
            left = [sign, left, part()]
            if level == 2:  # a < b < c says something else than it seems to
                break
        return left

    def _denied(self) -> Tree:
        if self._next("not"):
            return ["not", self._deeper(self._denied)]
        return self._level(2)

    def _signed(self) -> Tree:
        if self._next("-"):
            return ["neg", self._deeper(self._signed)]
        base = self._atom()
        if self._next("^"):
            return ["^", base, self._deeper(self._signed)]
        return base

    def _atom(self) -> Tree:
        if self.at >= len(self.tokens):
            raise FormulaError("the formula breaks off", "算式不完整")
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            value = float(word)
            if not math.isfinite(value):
                raise FormulaError(f"{word} is too large a number", f"数字 {word} 过大")
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        if kind == "text":
            return ["text", word]
        if kind == "sign" and word == "(":
            made = self._deeper(lambda: self._level(0))
            self._close()
            return made
        if kind == "name" and word in _WORDS:
            return _WORDS[word]
        if kind == "name" and word in _FUNCTIONS:
            return self._call(word)
        if kind == "name" and word not in _KEPT:
            return ["name", word]
        self.at -= 1
        raise self._unexpected()

    def _call(self, word: str) -> Tree:
        if not self._next("("):
            raise FormulaError(f"{word} needs parentheses: {word}(…)", f"{word} 后须有括号：{word}(…)")
        made = [word, self._deeper(lambda: self._level(0))]
        while self._next(","):
            made.append(self._deeper(lambda: self._level(0)))
        self._close()
        least, most = _FUNCTIONS[word]
        if not least <= len(made) - 1 <= most:
            much = f"{least}" if least == most else f"{least}-{most}"
            raise FormulaError(
                f"{word} takes {much} values; {len(made) - 1} are given",
                f"{word} 需要 {much} 个值，给了 {len(made) - 1} 个",
            )
        return made

    def _deeper(self, part: Callable[[], Tree]) -> Tree:
        self.inside += 1
        if self.inside > NESTED:
            raise _deep()
        made = part()
        self.inside -= 1
        return made

    def _next(self, *wanted: str) -> str | None:
        if self.at < len(self.tokens):
            kind, word = self.tokens[self.at]
            if kind != "text" and word in wanted:
                self.at += 1
                return word
        return None

    def _close(self) -> None:
        if not self._next(")"):
            if self.at < len(self.tokens):
                raise self._unexpected()
            raise FormulaError("a parenthesis is not closed", "括号没有闭合")

    def _unexpected(self) -> FormulaError:
        word = self.tokens[self.at][1][:40]
        return FormulaError(f"{word!r} is not expected here in the formula", f"算式此处不应有 {word!r}")


def _deep() -> FormulaError:
    return FormulaError(
        f"a formula is too deep: at most {NESTED} nested parentheses and {DEEPEST} levels",
        f"算式过深：括号至多嵌套 {NESTED} 层，总深至多 {DEEPEST} 层",
    )


def _depth(of: Tree) -> int:
    level, deep = [of], 0
    while level:
        deep += 1
        level = [part for node in level if isinstance(node, list) for part in node[1:]]
    return deep


_SHOWN: Final = {"*": "×", "/": "÷", "-": "−", "==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
_SAID: Final = {
    "zh": {"and": "且", "or": "或", "not": "非", True: "是", False: "否", None: "未知", "if": "若 {0} 则 {1}，否则 {2}"},
    "en": {"and": "and", "or": "or", "not": "not", True: "yes", False: "no", None: "not known", "if": "if {0} then {1}, else {2}"},
}  # fmt: skip


def shown(formula: str | Tree, labels: Mapping[str, str], lang: str) -> str:
    """A formula for reading: labels, or numbers, stand for its names.

    Parameters
    ----------
    formula
        A formula or its tree.
    labels
        What is written for each name; a name that is missing stands as it is. A text, such as the
        id of an option, goes by itself in double quotes.
    lang
        ``zh`` or ``en``.
    """
    return _write(tree(formula) if isinstance(formula, str) else formula, labels, _SAID[lang])[0]


def _write(of: Tree, labels: Mapping[str, str], said: Mapping[Any, str]) -> tuple[str, float]:
    """The text, and how strongly it binds."""
    if of is None or isinstance(of, bool):
        return said[of], 9
    if isinstance(of, int | float):
        return f"{of:,.10f}".rstrip("0").rstrip("."), 9
    sign, *parts = of
    if sign == "name":
        label = labels.get(parts[0], parts[0])
        return label, 2.9 if label.startswith("−") else 9
    if sign == "text":
        return labels.get(f'"{parts[0]}"', f"“{parts[0]}”"), 9
    written = [_write(part, labels, said) for part in parts]
    if sign == "if":
        return f"({said['if'].format(*(text for text, _ in written))})", 9
    if sign in {"min", "max", "round"}:
        return f"{sign}({', '.join(text for text, _ in written)})", 9
    if sign == "abs":
        return f"|{written[0][0]}|", 9
    binds = _BINDS[sign]
    if sign in {"neg", "not"}:
        text = _wrapped(written[0], binds)
        return (f"−{text}" if sign == "neg" else f"{said['not']} {text}"), binds
    after = binds if sign in {"and", "or", "+", "*"} else binds + 0.1  # a - (b - c) keeps its parentheses
    before = binds + 0.1 if sign == "^" or binds == 2 else binds
    word = said.get(sign) or _SHOWN.get(sign, sign)
    return f"{_wrapped(written[0], before)} {word} {_wrapped(written[1], after)}", binds


def _wrapped(part: tuple[str, float], binds: float) -> str:
    return part[0] if part[1] >= binds else f"({part[0]})"
