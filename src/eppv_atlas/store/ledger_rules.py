"""What must hold among the facts, series, mechanisms and relations of a case.

Floor 3, part of the store: knows records and units; must not know files,
shapes, measures or maps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from eppv_atlas import arithmetic
from eppv_atlas.accounts import of_scheme
from eppv_atlas.arithmetic import FormulaError
from eppv_atlas.model import Case, Document, Fact, Record, Site, Zone
from eppv_atlas.model.schemes import LedgerScheme, Refers
from eppv_atlas.store.yaml_text import Path
from eppv_atlas.units import UNITS, number_text, printed_values

SPELT_OUT = {"area", "length", "share", "volume", "mass", "power", "energy"}
"""Quantities whose unit must stand in the figure as printed."""


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold: where in the case, which rule, what to do."""

    path: Path
    rule: str
    en: str
    zh: str
    warning: bool = False


def dangling(path: Path, what_en: str, what_zh: str, ref: str) -> Broken:
    """An id that points nowhere."""
    return Broken(
        path,
        "dangling-id",
        f"there is no {what_en} {ref!r} in this case; correct the id or add it",
        f"本案例中没有{what_zh} {ref!r}；请改正 id 或补上",
    )


def of_case(case: Case) -> Iterator[Broken]:
    """Yield every rule that the ledgers of a case break."""
    zones = {zone.id for zone in case.zones}
    things = zones | {site.id for site in case.sites}
    facts = {fact.id for fact in case.facts}
    yield from _facts(case.facts, things, zones, ())
    for index, headline in enumerate(case.headlines):
        if headline not in facts:
            yield dangling(("headlines", index), "fact", "数据", headline)
    yield from _series(case, facts)
    yield from _mechanisms(case, facts, things)
    yield from _schemes(case, facts)
    yield from _accounts(case)
    yield from _relations("sites", case.sites, things)
    yield from _relations("zones", case.zones, things)
    yield from _claims(case)
    yield from _once("claims", [claim.id for claim in case.claims], ("claim", "核算式"), ())


def of_document(document: Document, path: Path) -> Iterator[Broken]:
    """Yield every rule that the general part of a document breaks."""
    things = {site.id for site in document.sites}
    yield from _once("sites", [site.id for site in document.sites], ("site", "地点"), path)
    yield from _facts(document.facts, things, set(), path)


def _once(group: str, ids: Sequence[str], what: tuple[str, str], above: Path) -> Iterator[Broken]:
    seen: set[str] = set()
    for index, name in enumerate(ids):
        if name in seen:
            yield Broken(
                (*above, group, index, "id"),
                "duplicate-id",
                f"the id {name!r} is already used by another {what[0]}; rename one",
                f"id {name!r} 已用于另一{what[1]}；请改名",
            )
        seen.add(name)


def _facts(
    facts: Sequence[Fact], things: Collection[str], zones: Collection[str], above: Path
) -> Iterator[Broken]:
    yield from _once("facts", [fact.id for fact in facts], ("fact", "条数据"), above)
    for index, fact in enumerate(facts):
        path: Path = (*above, "facts", index)
        if fact.about is not None and fact.about not in things:
            yield dangling((*path, "about"), "site or zone", "地点或分区", fact.about)
        if fact.of is not None and fact.of not in zones:
            yield dangling((*path, "of"), "zone", "分区", fact.of)
        read = printed_values(fact.printed)
        if not any(abs(value - fact.value) <= 1e-9 * max(1.0, abs(value)) for value in read):
            listed = ", ".join(number_text(value) for value in read) or "no number"
            yield Broken(
                (*path, "value"),
                "value-is-not-as-printed",
                f"{fact.printed!r} reads {listed}, not {number_text(fact.value)}; "
                "write the value in the printed unit (2.3万亩 is 23000 mu)",
                f"{fact.printed!r} 读作 {listed}，而不是 {number_text(fact.value)}；数值按原文单位写（2.3万亩写 23000，单位 mu）",
            )
        unit = UNITS[fact.unit]
        printed = fact.printed.replace(" ", "")
        if unit.quantity in SPELT_OUT and not any(word in printed for word in unit.printed):
            yield Broken(
                (*path, "unit"),
                "unit-is-not-as-printed",
                f"the unit {fact.unit!r} does not stand in {fact.printed!r}; take the printed unit",
                f"{fact.printed!r} 中没有单位 {unit.zh!r}；请用原文的单位",
            )


def _series(case: Case, facts: Collection[str]) -> Iterator[Broken]:
    yield from _once("series", [series.id for series in case.series], ("series", "组数据"), ())
    units = {fact.id: UNITS[fact.unit].quantity for fact in case.facts}
    for index, series in enumerate(case.series):
        for at, ref in enumerate(series.facts):
            if ref not in facts:
                yield dangling(("series", index, "facts", at), "fact", "数据", ref)
        known = {units[ref] for ref in series.facts if ref in units}
        if series.kind in {"change", "time", "range"} and len(known) > 1:
            yield Broken(
                ("series", index, "facts"),
                "fact-does-not-fit",
                f"a series of kind {series.kind!r} holds facts of one quantity, not of {', '.join(sorted(known))}",
                "前后、逐年与区间数据须为同一种量",
            )


def _mechanisms(case: Case, facts: Collection[str], things: Collection[str]) -> Iterator[Broken]:
    yield from _once(
        "mechanisms", [mechanism.id for mechanism in case.mechanisms], ("mechanism", "条机制"), ()
    )
    modes = {case.mode.id, *(mode.id for mode in case.further_modes)}
    for index, mechanism in enumerate(case.mechanisms):
        path: Path = ("mechanisms", index)
        if mechanism.mode not in modes:
            yield Broken(
                (*path, "mode"),
                "mode-is-not-of-the-case",
                f"the case does not follow the mode {mechanism.mode!r}; "
                "take one of its modes, or add it to further_modes",
                f"本案例没有模式 {mechanism.mode!r}；请用本案例的模式，或先加入 further_modes",
            )
        for at, ref in enumerate(mechanism.acts_on):
            if ref not in things:
                yield dangling((*path, "acts_on", at), "site or zone", "地点或分区", ref)
        for at, ref in enumerate(mechanism.evidence):
            if ref not in facts:
                yield dangling((*path, "evidence", at), "fact", "数据", ref)
        for number, rule in enumerate(mechanism.rules):
            for at, ref in enumerate(rule.facts):
                if ref not in facts:
                    yield dangling((*path, "rules", number, "facts", at), "fact", "数据", ref)


def _schemes(case: Case, facts: Collection[str]) -> Iterator[Broken]:
    """Ids in the scheme of a mechanism that name nothing of the case."""
    known = {
        "fact": (facts, "fact", "数据"),
        "zone": ({zone.id for zone in case.zones}, "zone", "分区"),
        "site": ({site.id for site in case.sites}, "site", "地点"),
    }
    for index, mechanism in enumerate(case.mechanisms):
        if mechanism.scheme is not None:
            for path, to, name in _references(mechanism.scheme, ("mechanisms", index, "scheme")):
                ids, en, zh = known[to]
                if name not in ids:
                    yield dangling(path, en, zh, name)


def _accounts(case: Case) -> Iterator[Broken]:
    """Entries of a ledger that draw on what is not there, or break another rule of accounts."""
    facts = {fact.id: fact for fact in case.facts}
    for index, mechanism in enumerate(case.mechanisms):
        if isinstance(mechanism.scheme, LedgerScheme):
            for one in of_scheme.faults(mechanism.scheme, facts):
                path: Path = ("mechanisms", index, "scheme", "entries", one.at, one.field)
                yield Broken(path, one.rule, one.en, one.zh)


def _references(record: Record, above: Path) -> Iterator[tuple[Path, str, str]]:
    """Every id in a record whose field says what it refers to."""
    for name, field in type(record).model_fields.items():
        yield from _referred(getattr(record, name), (*above, name), _mark(field.annotation, field.metadata))


def _referred(value: Any, path: Path, to: str) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, Record):
        yield from _references(value, path)
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _referred(one, (*path, index), to)
    elif isinstance(value, str) and to:
        yield path, to, value


def _mark(annotation: Any, metadata: Iterable[Any]) -> str:
    """What a field refers to, however deep the mark stands in its type."""
    for one in metadata:
        if isinstance(one, Refers):
            return one.to
    found = (_mark(part, getattr(part, "__metadata__", ())) for part in get_args(annotation))
    return next(filter(None, found), "")


def _claims(case: Case) -> Iterator[Broken]:
    """Formulas that cannot be read, that name no fact, or that mix what does not add up."""
    known = {fact.id: arithmetic.quantity(fact) for fact in case.facts}
    for index, claim in enumerate(case.claims):
        try:
            arithmetic.holds(arithmetic.parse(claim.says), known)
        except FormulaError as error:
            yield Broken(("claims", index, "says"), "formula-not-understood", error.en, error.zh)


def _relations(group: str, items: Sequence[Site | Zone], things: Collection[str]) -> Iterator[Broken]:
    for index, item in enumerate(items):
        for at, relation in enumerate(item.relations):
            coded = relation.to[0].isdigit() or relation.to[0].isupper()
            if not coded and (relation.to not in things or relation.to == item.id):
                yield dangling(
                    (group, index, "relations", at, "to"), "other site or zone", "另一地点或分区", relation.to
                )
