"""Arithmetic with printed figures: what a formula says, and whether it can hold.

A printed figure is an interval: ``12.34%`` lies within half its last digit,
``200余`` begins at 200, ``近4万`` ends at 40,000. Units carry their dimensions,
so that areas in 亩 and km² compare and kilowatts are no kilowatt-hours.

Floor 2: knows the Fact record and the units; must not know cases, files,
shapes or how a result is shown.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from eppv_atlas.errors import BilingualError
from eppv_atlas.model import Fact
from eppv_atlas.units import DIMENSIONS, UNITS, printed_numbers

Relation = Literal["=", "<=", ">=", "in"]
RELATIONS: Final[tuple[Relation, ...]] = ("=", "<=", ">=", "in")
OPEN_ENDED: Final = ("多", "余")
"""Words that keep a figure below its next round number: 200余 is under 300."""


_TYPED: Final = {
    "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "＋": "+", "－": "-", "−": "-", "＝": "=", "（": "(", "）": ")",
    "％": "%",
}  # fmt: skip
"""What people type for the signs of a formula."""
_QUANTITIES: Final = {
    "area": ("面积", "an area"),
    "length": ("长度", "a length"),
    "volume": ("体积", "a volume"),
    "mass": ("质量", "a mass"),
    "time": ("时间", "a time"),
    "money": ("金额（元）", "money (CNY)"),
    "dollars": ("金额（美元）", "money (USD)"),
    "australian-dollars": ("金额（澳元）", "money (AUD)"),
    "money-per-area": ("单位面积金额", "money for an area"),
    "power": ("功率", "power"),
    "energy": ("电量", "energy"),
    "concentration": ("浓度", "a concentration"),
    "density": ("密度", "a density"),
}


class FormulaError(BilingualError):
    """A formula that cannot be read, or that mixes what does not add up."""


@dataclass(frozen=True)
class Quantity:
    """A number with its uncertainty and its dimensions.

    Attributes
    ----------
    value
        In SI units (m², m, kg, W; hours for time; CNY for money).
    low, high
        Ends of the interval that the printed figure allows.
    dimensions
        Powers of the base units, e.g. ``{"m": 2}``; empty for a bare number.
    """

    value: float
    low: float
    high: float
    dimensions: Mapping[str, int]


@dataclass(frozen=True)
class Term:
    """A fact's id or a plain number in a formula."""

    word: str


@dataclass(frozen=True)
class Operation:
    """Two parts of a formula joined by ``+ - * /``."""

    sign: str
    left: Node
    right: Node


Node = Term | Operation


@dataclass(frozen=True)
class Formula:
    """A formula, read.

    Attributes
    ----------
    left
        What is computed.
    relation
        How it ought to compare, or None where something is only derived.
    right
        What it is compared with; a unit id for ``in``.
    """

    left: Node
    relation: Relation | None
    right: Node | None


def quantity(fact: Fact) -> Quantity:
    """What a printed figure allows: its value in SI units and the interval about it."""
    unit = UNITS[fact.unit]
    read = printed_numbers(fact.printed)
    _, digit, last = min(read, key=lambda item: abs(item[0] - fact.value), default=(0.0, 1.0, 1.0))
    counted = unit.quantity == "count" and digit <= 1
    half = 0.0 if counted else digit / 2
    low, high = fact.value - half, fact.value + half
    if fact.qualifier == "about":
        low, high = fact.value - last / 2, fact.value + last / 2
    elif fact.qualifier == "nearly":
        low, high = fact.value - last / 2, fact.value
    elif fact.qualifier == "over" and any(word in fact.printed for word in OPEN_ENDED):
        low, high = fact.value, fact.value + last
    elif fact.qualifier in {"over", "at-least"}:
        low, high = fact.value, math.inf
    elif fact.qualifier == "up-to":
        low, high = min(0.0, fact.value), fact.value
    if unit.id == "percent" and high == math.inf and fact.value <= 100:
        high = 100.0
    return Quantity(
        fact.value * unit.si, low * unit.si, high * unit.si, dict(DIMENSIONS.get(unit.quantity, {}))
    )


def parse(text: str) -> Formula:
    """Read a formula such as ``a + b = c``, ``part / whole = share`` or ``generation in kWh``.

    Parameters
    ----------
    text
        Fact ids, plain numbers (``365``, ``100%``), ``+ - * /`` and
        parentheses, with blanks between; at most one of ``= <= >= in``.

    Raises
    ------
    FormulaError
        If it cannot be read.
    """
    for typed, plain in _TYPED.items():
        text = text.replace(typed, plain)
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    signs = [word for word in words if word in RELATIONS]
    if len(signs) > 1:
        raise FormulaError("a formula compares once only", "一条算式只能有一个比较号")
    if not signs:
        return Formula(_Reader(words).whole(), None, None)
    at = words.index(signs[0])
    relation: Relation = next(sign for sign in RELATIONS if sign == signs[0])
    left = _Reader(words[:at]).whole()
    if relation == "in":
        if len(words[at + 1 :]) != 1 or words[-1] not in UNITS:
            raise FormulaError(
                f"after 'in' one unit is expected, of: {', '.join(UNITS)}",
                f"“in” 之后应为一个单位：{'、'.join(UNITS)}",
            )
        return Formula(left, relation, Term(words[-1]))
    return Formula(left, relation, _Reader(words[at + 1 :]).whole())


class _Reader:
    """Recursive descent over the words of one side of a formula."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0

    def whole(self) -> Node:
        node = self._sum()
        if self.at < len(self.words):
            raise FormulaError(
                f"{self.words[self.at]!r} is not expected here; put blanks around + - * / and between terms",
                f"此处不应有 {self.words[self.at]!r}；+ - * / 两侧须留空格",
            )
        return node

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._term)

    def _chain(self, signs: tuple[str, str], part: Callable[[], Node]) -> Node:
        node = part()
        while self.at < len(self.words) and self.words[self.at] in signs:
            sign = self.words[self.at]
            self.at += 1
            node = Operation(sign, node, part())
        return node

    def _term(self) -> Node:
        if self.at >= len(self.words):
            raise FormulaError("the formula breaks off", "算式不完整")
        word = self.words[self.at]
        self.at += 1
        if word == "(":
            node = self._sum()
            if self.at >= len(self.words) or self.words[self.at] != ")":
                raise FormulaError("a parenthesis is not closed", "括号没有闭合")
            self.at += 1
            return node
        if word in {")", "+", "-", "*", "/", *RELATIONS}:
            raise FormulaError(
                f"{word!r} is not expected here; a fact id or a number is",
                f"此处不应有 {word!r}，应为数据 id 或数字",
            )
        if any(sign in word for sign in "+*/<>="):
            raise FormulaError(
                f"put blanks around the signs in {word!r}: a + b <= c",
                f"{word!r} 中的运算符两侧须留空格，如 a + b <= c",
            )
        return Term(word)


def names(node: Node | None) -> Iterator[str]:
    """Ids of the facts in a part of a formula, in reading order."""
    if isinstance(node, Operation):
        yield from names(node.left)
        yield from names(node.right)
    elif isinstance(node, Term) and number(node.word) is None:
        yield node.word


def number(word: str) -> float | None:
    """A plain number or percentage, or None where the word is an id."""
    share = word.endswith("%")
    text = word.removesuffix("%")
    if not text.replace(".", "", 1).isdigit() or not text.isascii():
        return None
    # 7.5% is 7.5 / 100, the nearest number to it
    return float(text) / 100 if share else float(text)


def evaluate(node: Node, known: Mapping[str, Quantity]) -> Quantity:
    """Value, interval and dimensions of a part of a formula.

    Raises
    ------
    FormulaError
        If a fact is not known, unlike quantities are added, or something is
        divided by what may be nothing.
    """
    if isinstance(node, Term):
        plain = number(node.word)
        if plain is not None:
            return Quantity(plain, plain, plain, {})
        if node.word not in known:
            raise _no_fact(node.word, known)
        return known[node.word]
    left, right = evaluate(node.left, known), evaluate(node.right, known)
    if node.sign in {"+", "-"}:
        _same(left, right)
        if node.sign == "-":
            right = replace(right, value=-right.value, low=-right.high, high=-right.low)
        return Quantity(
            left.value + right.value, left.low + right.low, left.high + right.high, left.dimensions
        )
    power = 1 if node.sign == "*" else -1
    if power < 0:
        if right.low <= 0 <= right.high:
            divisor = " ".join(names(node.right)) or "0"
            raise FormulaError(
                f"the formula divides by what may be nothing ({divisor}); write it as a product",
                f"算式的除数（{divisor}）可能为零；请改写成乘积",
            )
        right = replace(right, value=1 / right.value, low=1 / right.high, high=1 / right.low)
    ends = [_times(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    dimensions = {
        unit: total
        for unit in sorted({*left.dimensions, *right.dimensions})
        if (total := left.dimensions.get(unit, 0) + power * right.dimensions.get(unit, 0))
    }
    return Quantity(left.value * right.value, min(ends), max(ends), dimensions)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b  # not 0 times infinity


def _same(left: Quantity, right: Quantity) -> None:
    if dict(left.dimensions) != dict(right.dimensions):
        ours, theirs = _called(left, 1), _called(right, 1)
        ours_zh, theirs_zh = _called(left, 0), _called(right, 0)
        raise FormulaError(
            f"the formula adds or compares unlike quantities: {ours} and {theirs}; check the units",
            f"算式把不同的量相加或比较：{ours_zh}与{theirs_zh}；请检查单位",
        )


def _called(value: Quantity, lang: int) -> str:
    """What kind of quantity this is, in Chinese (0) or English (1)."""
    for name, dimensions in DIMENSIONS.items():
        if dimensions == dict(value.dimensions):
            return _QUANTITIES[name][lang]
    return ("无量纲的数", "a bare number")[lang] if not value.dimensions else ("组合量", "a compound")[lang]


def _no_fact(word: str, known: Mapping[str, Quantity]) -> FormulaError:
    near = difflib.get_close_matches(word, list(known), 1)
    for cut in (at for at, char in enumerate(word) if char == "-"):
        if word[:cut] in known and word[cut + 1 :] in known:
            return FormulaError(
                f"there is no fact {word!r}; to subtract, put blanks around the minus: "
                f"{word[:cut]} - {word[cut + 1 :]}",
                f"没有数据 {word!r}；若要相减，减号两侧须留空格：{word[:cut]} - {word[cut + 1 :]}",
            )
    hint_en = f"did you mean {near[0]!r}?" if near else "correct the id or add it"
    hint_zh = f"是否想写 {near[0]!r}？" if near else "请改正 id 或补上"
    return FormulaError(
        f"there is no fact {word!r} in this case; {hint_en}", f"本案例中没有数据 {word!r}；{hint_zh}"
    )


def holds(formula: Formula, known: Mapping[str, Quantity]) -> bool | None:
    """Whether the relation can hold within what the printed figures allow.

    Returns
    -------
    bool or None
        None where the formula compares nothing.

    Raises
    ------
    FormulaError
        As :func:`evaluate`.
    """
    left = evaluate(formula.left, known)
    if formula.relation is None or formula.right is None:
        return None
    if formula.relation == "in":
        assert isinstance(formula.right, Term)
        wanted = DIMENSIONS.get(UNITS[formula.right.word].quantity, {})
        return dict(left.dimensions) == wanted
    right = evaluate(formula.right, known)
    _same(left, right)
    # a hair of room for the rounding of binary numbers
    hair = 1e-9 * max(abs(left.value), abs(right.value))
    if formula.relation == "=":
        return left.low <= right.high + hair and right.low <= left.high + hair
    if formula.relation == "<=":
        return left.low <= right.high + hair
    return left.high >= right.low - hair
