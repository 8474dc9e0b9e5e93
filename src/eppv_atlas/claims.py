"""Claims: figures of a case recomputed from each other, with the arithmetic.

Some claims stand in the case file as formulas; others follow from the records
by themselves: a share and the two areas it speaks of, a zone and the zone it is
part of, a whole and the parts of its series. Where a document contradicts
itself both values stay; nothing is averaged away.

Floor 3: knows records, arithmetic and words; must not know files, shapes, maps
or the command line.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from eppv_atlas import arithmetic
from eppv_atlas.arithmetic import Formula, Node, Operation, Quantity, Term
from eppv_atlas.model import Case, Claim, Fact, Name
from eppv_atlas.results import Finding
from eppv_atlas.units import DIMENSIONS, UNITS, Unit, round_text
from eppv_atlas.vocabulary import QUALIFIERS

_BASE_UNITS: Final = {
    "m": ("米", "m"),
    "h": ("小时", "h"),
    "kg": ("千克", "kg"),
    "CNY": ("元", "CNY"),
    "USD": ("美元", "USD"),
    "AUD": ("澳元", "AUD"),
    "W": ("瓦", "W"),
}
_RAISED: Final = {1: "", 2: "²", 3: "³"}
_METRES_ZH: Final = {2: "平方米", 3: "立方米"}
_SIGNS: Final = {"*": "×", "/": "÷", "-": "−", "+": "+"}


def findings(case: Case) -> list[Finding]:
    """Recompute every claim of a case.

    Parameters
    ----------
    case
        The case; its claims have been checked to be readable.

    Returns
    -------
    list of Finding
        The claims of the case file in their order, then those that follow from
        its records. A claim disagrees where no reading of the printed figures,
        as precise as they are printed, lets it hold; with a caveat it then
        needs care instead. A claim that compares nothing is worked out.
        Whatever says ``beware`` needs care.
    """
    known = {fact.id: arithmetic.quantity(fact) for fact in case.facts}
    facts = {fact.id: fact for fact in case.facts}
    out = [_finding(case.id, claim, facts, known, automatic=False) for claim in case.claims]
    written = {(finding.kind, frozenset(finding.facts)) for finding in out}
    for claim in _implied(case, facts):
        finding = _finding(case.id, claim, facts, known, automatic=True)
        if (finding.kind, frozenset(finding.facts)) not in written:
            out.append(finding)
    return out


def _implied(case: Case, facts: Mapping[str, Fact]) -> Iterator[Claim]:
    zones = {zone.id: zone for zone in case.zones}
    for zone in case.zones:
        share = facts.get(zone.stated_share or "")
        whole = zones.get((share.of or "") if share else "")
        if share and whole and whole.stated_area and zone.stated_area:
            yield Claim(
                id=f"share-of-{zone.id}",
                kind="share",
                label=_label(f"{zone.name.zh}占{whole.name.zh}的比例", f"Share of {zone.name.en}"),
                says=f"{zone.stated_area} / {whole.stated_area} = {share.id}",
            )
        above = zones.get(zone.part_of or "")
        if above and above.stated_area and zone.stated_area:
            yield Claim(
                id=f"part-{zone.id}",
                kind="part-whole",
                label=_label(
                    f"{zone.name.zh}不大于{above.name.zh}", f"{zone.name.en} within {above.name.en}"
                ),
                says=f"{zone.stated_area} <= {above.stated_area}",
            )
    for series in case.series:
        quantities = {tuple(_dimensions(UNITS[facts[ref].unit]).items()) for ref in series.facts}
        if series.kind == "parts" and len(quantities) == 1:
            whole_id, *parts = series.facts
            yield Claim(
                id=f"parts-{series.id}",
                kind="part-whole",
                label=series.label,
                says=f"{' + '.join(parts)} <= {whole_id}",
            )


def _label(zh: str, en: str) -> Name:
    return Name(zh=zh[:400], en=en[:400])


def _finding(
    case_id: str, claim: Claim, facts: Mapping[str, Fact], known: Mapping[str, Quantity], *, automatic: bool
) -> Finding:
    formula = arithmetic.parse(claim.says)
    left = arithmetic.evaluate(formula.left, known)
    right = None
    if formula.right is not None and formula.relation != "in":
        right = arithmetic.evaluate(formula.right, known)
    held = arithmetic.holds(formula, known)
    verdict = "derived" if held is None else "agrees" if held else "disagrees"
    if claim.beware or (held is False and claim.caveat):
        verdict = "care"
    difference = None
    if right is not None and right.value:
        difference = (left.value - right.value) / abs(right.value) * 100
    used = tuple(dict.fromkeys((*arithmetic.names(formula.left), *_right_names(formula))))
    remarks = [claim.beware, claim.caveat if not held else None, claim.note]
    return Finding(
        case=case_id,
        claim=claim.id,
        kind=claim.kind,
        label=claim.label,
        says=claim.says,
        verdict=verdict,
        arithmetic=Name.model_construct(
            zh=_worked(formula, facts, (left, right), held, "zh"),
            en=_worked(formula, facts, (left, right), held, "en"),
        ),
        remark=_joined(remark for remark in remarks if remark),
        left=left.value,
        right=right.value if right else None,
        difference_pct=difference,
        facts=used,
        pages=tuple(sorted({facts[name].page for name in used})),
        automatic=automatic,
    )


def _right_names(formula: Formula) -> Iterator[str]:
    if formula.relation != "in":
        yield from arithmetic.names(formula.right)


def _joined(remarks: Iterable[Name]) -> Name | None:
    found = list(remarks)
    if not found:
        return None
    return Name.model_construct(
        zh="；".join(remark.zh.rstrip("。") for remark in found),
        en="; ".join(remark.en.rstrip(".") for remark in found),
    )


def _worked(
    formula: Formula,
    facts: Mapping[str, Fact],
    sides: tuple[Quantity, Quantity | None],
    held: bool | None,  # noqa: FBT001 - None says that nothing is compared
    lang: str,
) -> str:
    """The formula with its numbers, and how far apart both sides are."""
    left, right = sides
    ours = _written(formula.left, facts, lang)
    if formula.relation == "in":
        assert isinstance(formula.right, Term)
        wanted = getattr(UNITS[formula.right.word], lang)
        if held:
            return f"{ours} → {wanted}"
        return (
            f"{ours}；此量只有以{wanted}计才合理" if lang == "zh" else f"{ours}; makes sense only in {wanted}"
        )
    unit = _unit_for(left, formula, facts)
    alike = unit is None or not left.dimensions or unit == _own_unit(formula.left, facts)
    told = isinstance(formula.left, Term) and alike
    text = ours if told else f"{ours} = {_in_unit(left, unit, lang)}"
    if right is None or formula.right is None:
        return text
    theirs = _written(formula.right, facts, lang)
    if not isinstance(formula.right, Term):
        theirs = f"{theirs} = {_in_unit(right, unit, lang)}"
    used = (*arithmetic.names(formula.left), *arithmetic.names(formula.right))
    plain = all(facts[name].qualifier == "exact" for name in used)
    exact = plain and abs(left.value - right.value) <= 1e-9 * max(abs(left.value), abs(right.value))
    signs = {
        "=": "=" if exact else "≈" if held else "≠",
        "<=": "≤" if held else ">",
        ">=": "≥" if held else "<",
    }
    return f"{text} {signs[formula.relation or '=']} {theirs}{_apart(left, right, exact, formula, lang)}"


def _apart(left: Quantity, right: Quantity, exact: bool, formula: Formula, lang: str) -> str:  # noqa: FBT001
    """How far apart two sides are that ought to be equal."""
    if formula.relation != "=" or not right.value:
        return ""
    if exact:
        return "（恰好相等）" if lang == "zh" else " (exactly equal)"
    percent = (left.value - right.value) / abs(right.value) * 100
    told = f"{percent:+.3g}%".replace("-", "−")
    return f"（相差 {told}）" if lang == "zh" else f" (difference {told})"


def _written(node: Node, facts: Mapping[str, Fact], lang: str, binds: str = "") -> str:
    """A part of a formula in numbers; parenthesised where its sign is one of `binds`."""
    if isinstance(node, Operation):
        left = _written(node.left, facts, lang, binds={"*": "+-", "/": "+-"}.get(node.sign, ""))
        right = _written(
            node.right, facts, lang, binds={"-": "+-", "*": "+-/", "/": "+-*/"}.get(node.sign, "")
        )
        text = f"{left} {_SIGNS[node.sign]} {right}"
        return f"({text})" if node.sign in binds else text
    fact = facts.get(node.word)
    if fact is None:
        return node.word
    qualifier = getattr(QUALIFIERS[fact.qualifier], lang)
    space = " " if qualifier and lang == "en" else ""
    return f"{qualifier}{space}{_with_unit(round_text(fact.value, lang), UNITS[fact.unit], lang)}"


def _with_unit(text: str, unit: Unit, lang: str) -> str:
    word = getattr(unit, lang)
    space = "" if lang == "zh" or word in {"%", "‰", ""} else " "
    return f"{text}{space}{word}"


def _unit_for(value: Quantity, formula: Formula, facts: Mapping[str, Fact]) -> Unit | None:
    """The unit to show a result in: that of the other side, else one of its own that fits."""
    if not value.dimensions and (share := _share_unit(formula, facts)):
        return share
    wanted = list(arithmetic.names(formula.right)) if formula.relation != "in" else []
    own = list(arithmetic.names(formula.left)) if value.dimensions else []
    known = [UNITS[facts[name].unit] for name in (*wanted, *own)]
    if formula.right is None and dict(value.dimensions) == {"m": 2}:
        # an area of its own goes into the unit of its figures unless that makes it tiny
        known = [unit for unit in known if value.value / unit.si >= 0.01 and _dimensions(unit) == {"m": 2}]
        known.append(UNITS["ha" if value.value >= 1e4 else "m2"])
    elif value.dimensions:
        known.append(UNITS["CNY-per-mu"])
    return next((unit for unit in known if _dimensions(unit) == dict(value.dimensions)), None)


def _share_unit(formula: Formula, facts: Mapping[str, Fact]) -> Unit | None:
    """Percent or permille, where a bare number is a sum of shares or stands beside one."""
    if isinstance(formula.right, Term) and formula.right.word.endswith("%"):
        return UNITS["percent"]
    if isinstance(formula.left, Operation) and formula.left.sign in "+-" and formula.right is None:
        units = [UNITS[facts[name].unit] for name in arithmetic.names(formula.left)]
        if units and all(unit.quantity == "share" for unit in units):
            return units[0]
    return None


def _own_unit(node: Node, facts: Mapping[str, Fact]) -> Unit | None:
    return UNITS[facts[node.word].unit] if isinstance(node, Term) and node.word in facts else None


def _dimensions(unit: Unit) -> dict[str, int]:
    return dict(DIMENSIONS.get(unit.quantity, {}))


def _in_unit(value: Quantity, unit: Unit | None, lang: str) -> str:
    digits = _digits(value)
    if unit is not None:
        return _with_unit(round_text(value.value / unit.si, lang, digits), unit, lang)
    if not value.dimensions and abs(value.value) < 1:
        return f"{round_text(value.value * 100, lang, digits)}%"
    return _with_base_units(round_text(value.value, lang, digits), value.dimensions, lang)


def _digits(value: Quantity) -> int:
    """Digits that the printed figures bear out, one to spare: no false precision in a quotient."""
    if value.value == 0 or value.low == value.high:
        return 6
    spread = (value.high - value.low) / (2 * abs(value.value))
    return 4 if not math.isfinite(spread) else max(4, min(6, math.ceil(-math.log10(spread)) + 1))


def _with_base_units(text: str, dimensions: Mapping[str, int], lang: str) -> str:
    """A number with units put together from base units: 505.58 kg/m³."""

    def word(name: str, power: int) -> str:
        if lang == "zh" and name == "m" and power in _METRES_ZH:
            return _METRES_ZH[power]
        return _BASE_UNITS[name][lang == "en"] + _RAISED.get(power, f"^{power}")

    over = "·".join(word(name, power) for name, power in dimensions.items() if power > 0)
    under = "".join(f"/{word(name, -power)}" for name, power in dimensions.items() if power < 0)
    return f"{text}{' ' if over and lang == 'en' else ''}{over}{under}"
