"""Tables across cases: the cases beside each other, their key figures, paths and modes.

Floor 3, part of sheets: receives measures, never computes them; must not know
files, maps or formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from eppv_atlas import vocabulary
from eppv_atlas.model import Classified, Fact
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.sheets.build import one_unit
from eppv_atlas.sheets.cited import sources
from eppv_atlas.sheets.record import Sheet, SheetColumn, Value
from eppv_atlas.sheets.words import word
from eppv_atlas.units import from_m2
from eppv_atlas.vocabulary import Term

_INFERRED: Final = "*"


def comparison(
    cases: Iterable[PlacedCase],
    measures: Mapping[str, Sequence[Measure]],
    lang: str,
    unit: str = "km2",
) -> Sheet:
    """The cases beside each other, one row each.

    Parameters
    ----------
    cases
        The cases, in the order of the rows.
    measures
        Measures of their zones, by case id.
    lang
        ``zh`` or ``en``.
    unit
        Unit of the largest stated area.
    """
    one_unit(unit)
    held = list(cases)
    return Sheet(
        id="comparison",
        lang=lang,
        title=word("title_comparison", lang),
        columns=(
            SheetColumn("case", word("case", lang)),
            SheetColumn("place", word("place", lang)),
            SheetColumn("path", word("path", lang)),
            SheetColumn("mode", word("mode", lang)),
            SheetColumn("category", word("category", lang)),
            SheetColumn("zones", word("zones", lang), "integer"),
            SheetColumn("shaped", word("shaped", lang), "integer"),
            SheetColumn("facts", word("facts", lang), "integer"),
            SheetColumn("largest_zone", word("largest_zone", lang)),
            SheetColumn(f"largest_{unit}", word("largest_area", lang), "area", unit),
            SheetColumn("page", word("page", lang), "page"),
            SheetColumn("headlines", word("headlines", lang)),
        ),
        rows=tuple(_case_row(placed, measures[placed.case.id], lang, unit) for placed in held),
        notes=(
            word("note_inferred", lang),
            word("note_shaped", lang),
            word("note_largest", lang),
        ),
        source=sources(held, lang),
    )


def _case_row(placed: PlacedCase, measures: Sequence[Measure], lang: str, unit: str) -> tuple[Value, ...]:
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    modes = [_classed(item, vocabulary.MODES, lang) for item in (case.mode, *case.further_modes)]
    mode = modes[0]
    if modes[1:]:
        mode = word("also", lang, first=mode, rest=word("and", lang).join(modes[1:]))
    told = (
        word("cited", lang, text=f"{getattr(fact.label, lang)} {fact_text(fact, lang)}", page=fact.page)
        for fact in (facts[name] for name in case.headlines)
    )
    return (
        getattr(case.short, lang),
        getattr(case.place_name, lang),
        _classed(case.path, vocabulary.PATHS, lang),
        mode,
        _classed(case.category, vocabulary.CATEGORIES, lang),
        len(case.zones),
        sum(zone.id in placed.shapes for zone in case.zones),
        len(case.facts),
        *_largest(placed, measures, facts, lang, unit),
        word("then", lang).join(told),
    )


def _largest(
    placed: PlacedCase, measures: Sequence[Measure], facts: Mapping[str, Fact], lang: str, unit: str
) -> tuple[Value, Value, Value]:
    """Name, stated area and page of the zone with the largest stated area."""
    stated = {measure.zone: measure.stated_m2 for measure in measures if measure.stated_m2 is not None}
    zones = [zone for zone in placed.case.zones if zone.id in stated]
    if not zones:
        return None, None, None
    zone = max(zones, key=lambda zone: stated[zone.id])
    fact = facts[zone.stated_area or ""]
    name = str(getattr(zone.name, lang))
    if fact.qualifier != "exact":  # "over 3,200 mu" is no 2.13 km²
        name = f"{name}{word('colon', lang)}{word('reads', lang, text=fact_text(fact, lang))}"
    return name, from_m2(stated[zone.id], unit), fact.page


def _classed(item: Classified, table: Mapping[str, Term], lang: str) -> str:
    """A term, marked where it is the editors' inference."""
    return f"{getattr(table[item.id], lang)}{_INFERRED if item.basis == 'inferred' else ''}"


def headlines(cases: Iterable[PlacedCase], lang: str) -> Sheet:
    """The three headline facts of each case, with their pages."""
    held = list(cases)
    rows = []
    for placed in held:
        facts = {fact.id: fact for fact in placed.case.facts}
        for fact in (facts[name] for name in placed.case.headlines):
            name = getattr(placed.case.short, lang)
            rows.append((name, getattr(fact.label, lang), fact_text(fact, lang), fact.page))
    return Sheet(
        id="headlines",
        lang=lang,
        title=word("title_headlines", lang),
        columns=(
            SheetColumn("case", word("case", lang)),
            SheetColumn("label", word("label", lang)),
            SheetColumn("figure", word("figure", lang)),
            SheetColumn("page", word("page", lang), "page"),
        ),
        rows=tuple(rows),
        source=sources(held, lang),
    )


def modes(cases: Iterable[PlacedCase], lang: str) -> Sheet:
    """How many cases follow each path and mode, and which.

    Returns
    -------
    Sheet
        One row for each path and mode that a case follows, leading and further
        modes counted apart; the last row adds them up.
    """
    held = list(cases)
    groups: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for placed in held:
        case = placed.case
        for at, mode in enumerate((case.mode, *case.further_modes)):
            inferred = "inferred" in {case.path.basis, mode.basis}
            name = f"{getattr(case.short, lang)}{_INFERRED if inferred else ''}"
            groups.setdefault((case.path.id, mode.id), ([], []))[at > 0].append(name)
    paths, all_modes = list(vocabulary.PATHS), list(vocabulary.MODES)
    rows: list[tuple[Value, ...]] = []
    for path, mode_id in sorted(groups, key=lambda key: (paths.index(key[0]), all_modes.index(key[1]))):
        leading, further = groups[path, mode_id]
        rows.append(
            (
                getattr(vocabulary.PATHS[path], lang),
                getattr(vocabulary.MODES[mode_id], lang),
                len(leading),
                len(further),
                word("and", lang).join(leading) or None,
                word("and", lang).join(further) or None,
            )
        )
    sums = [sum(len(group[at]) for group in groups.values()) for at in (0, 1)]
    return Sheet(
        id="modes",
        lang=lang,
        title=word("title_modes", lang),
        columns=(
            SheetColumn("path", word("path", lang)),
            SheetColumn("mode", word("mode", lang)),
            SheetColumn("leading", word("leading", lang), "integer"),
            SheetColumn("further", word("further", lang), "integer"),
            SheetColumn("leading_cases", word("leading_cases", lang)),
            SheetColumn("further_cases", word("further_cases", lang)),
        ),
        rows=(*rows, (word("total", lang), None, *sums, None, None)),
        notes=(word("note_modes", lang), word("note_inferred", lang)),
        source=sources(held, lang),
        strong=frozenset({len(rows)}),
    )
