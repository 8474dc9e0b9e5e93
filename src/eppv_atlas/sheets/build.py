"""The table of areas: every zone of a case, stated beside measured, and totals.

Floor 3, part of sheets: receives measures and totals, never computes them; must
not know files, maps or formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from eppv_atlas import vocabulary
from eppv_atlas.errors import UsageError
from eppv_atlas.model import Fact, Zone
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure, PlacedCase, Total
from eppv_atlas.sheets.cited import source
from eppv_atlas.sheets.record import Sheet, SheetColumn, Value
from eppv_atlas.sheets.words import unit_text, word
from eppv_atlas.units import AREA_UNITS, area_text, from_m2

SIDE_BY_SIDE: Final = ("km2", "ha", "mu")
"""Units that stand beside each other where none is asked for."""


def areas(
    placed: PlacedCase,
    measures: Iterable[Measure],
    totals: Iterable[Total],
    lang: str,
    unit: str | None = None,
) -> Sheet:
    """Stated beside measured area of every zone, and totals.

    Parameters
    ----------
    placed
        The case.
    measures, totals
        Its measures and totals (:func:`eppv_atlas.measure.case`, :func:`eppv_atlas.measure.totals`).
    lang
        ``zh`` or ``en``.
    unit
        ``km2``, ``ha``, ``mu`` or ``m2``; None for the first three beside each other.

    Returns
    -------
    Sheet
        One row a zone, those without geometry too: the figure as the document
        prints it, and converted; then what the shapes of each confidence cover
        together, which counts no place twice and adds up no stated areas.
    """
    units = _units(unit)
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    held = [total for total in totals if total.confidence != "all"]
    if len(held) > 1:  # with one confidence, all say what it says
        held += [total for total in totals if total.confidence == "all"]
    rows = [
        _zone_row(zone, by_zone[zone.id], facts, units, lang, {z.id: z for z in case.zones})
        for zone in case.zones
    ]
    sums = [_total_row(total, units, lang) for total in held]
    notes = []
    if any(measure.confidence == "schematic" for measure in by_zone.values()):
        notes.append(word("note_schematic", lang))
    notes += _units_notes(case.zones, by_zone, lang)
    notes += [word("note_ellipsoid", lang), word("note_conversion", lang)]
    notes += _overlaps(held, units[0], lang)
    return Sheet(
        id=f"{case.id}-areas",
        lang=lang,
        title=word("title_areas", lang, name=getattr(case.short, lang)),
        columns=(
            SheetColumn("zone", word("zone", lang)),
            SheetColumn("kind", word("kind", lang)),
            SheetColumn("printed", word("printed", lang)),
            SheetColumn("page", word("page", lang), "page"),
            *(SheetColumn(f"stated_{name}", word("stated", lang), "area", name) for name in units),
            *(SheetColumn(f"measured_{name}", word("measured", lang), "area", name) for name in units),
            SheetColumn("difference", word("difference", lang), "percent"),
            SheetColumn("confidence", word("confidence", lang)),
            SheetColumn("remark", word("remark", lang)),
        ),
        rows=(*rows, *sums),
        notes=tuple(notes),
        source=source(placed, lang),
        strong=frozenset(range(len(rows), len(rows) + len(sums))),
    )


def _units(unit: str | None) -> tuple[str, ...]:
    return SIDE_BY_SIDE if unit is None else (one_unit(unit),)


def one_unit(unit: str) -> str:
    """A unit of area.

    Raises
    ------
    UsageError
        If it is none.
    """
    if unit not in AREA_UNITS:
        raise UsageError(
            f"{unit!r} is no unit of area; choose from {', '.join(AREA_UNITS)}",
            f"{unit!r} 不是面积单位；可用：{'、'.join(AREA_UNITS)}",
        )
    return unit


def _zone_row(
    zone: Zone,
    measure: Measure,
    facts: Mapping[str, Fact],
    units: Sequence[str],
    lang: str,
    zones: Mapping[str, Zone],
) -> tuple[Value, ...]:
    told = facts.get(zone.stated_area or zone.stated_share or "")
    trust = vocabulary.CONFIDENCES.get(measure.confidence or "")
    remarks = word("then", lang).join(_remarks(zone, measure, facts, zones, lang))
    return (
        getattr(zone.name, lang),
        getattr(vocabulary.ZONE_KINDS[zone.kind], lang),
        fact_text(told, lang) if told else None,
        told.page if told else None,
        *_in(measure.stated_m2, units),
        *_in(measure.area_m2, units),
        measure.difference_pct,
        getattr(trust, lang) if trust else word("no_geometry", lang),
        remarks or None,
    )


def _in(area_m2: float | None, units: Sequence[str]) -> list[float | None]:
    return [None if area_m2 is None else from_m2(area_m2, unit) for unit in units]


def _remarks(
    zone: Zone, measure: Measure, facts: Mapping[str, Fact], zones: Mapping[str, Zone], lang: str
) -> Iterator[str]:
    """What a reader must know of a row: of what it is a share, how the shape was made or why there is none."""
    stated = facts.get(zone.stated_area or "")
    share = facts.get(zone.stated_share or "")
    if stated is None and share is not None:
        whole = zones.get(share.of or "")
        told = fact_text(share, lang)
        if whole is None:
            yield word("share_only", lang, text=told, page=share.page)
        else:
            yield word("share_of", lang, text=told, whole=getattr(whole.name, lang), page=share.page)
    if measure.made_from_stated:
        yield word("made_from_stated" if stated is not None else "made_from_figures", lang)
    if vocabulary.stands_for_unit(zone.kind, measure.confidence):
        yield word("unit_outline", lang)
    reason = getattr(zone.geometry, "reason", None)
    if reason is not None:
        yield str(getattr(reason, lang))


def _total_row(total: Total, units: Sequence[str], lang: str) -> tuple[Value, ...]:
    trust = _confidence(total.weakest, lang)
    mixed = total.confidence == "all"
    return (
        _total_label(total, lang),
        None,
        None,
        None,
        *(None for _ in units),
        *_in(total.union_m2, units),
        None,
        word("weakest", lang, weakest=trust)
        if mixed
        else getattr(vocabulary.CONFIDENCES[total.weakest], lang),
        None,
    )


def _total_label(total: Total, lang: str) -> str:
    """Whose place a total tells; one over several confidences names the weakest."""
    if total.confidence == "all":
        return word("covered_all", lang, n=total.zones, weakest=_confidence(total.weakest, lang))
    return word("covered_by", lang, n=total.zones, confidence=_confidence(total.confidence, lang))


def _confidence(name: str, lang: str) -> str:
    """A confidence inside a sentence."""
    return str(getattr(vocabulary.CONFIDENCES[name], lang)).lower()


def _units_notes(zones: Iterable[Zone], by_zone: Mapping[str, Measure], lang: str) -> Iterator[str]:
    """Zones for which the unit stands in which they lie: its area is not theirs."""
    held = [
        getattr(zone.name, lang)
        for zone in zones
        if vocabulary.stands_for_unit(zone.kind, by_zone[zone.id].confidence)
    ]
    if held:
        yield word("note_unit", lang, zones=word("and", lang).join(held))


def _overlaps(totals: Iterable[Total], unit: str, lang: str) -> Iterator[str]:
    for total in totals:
        if area_text(total.overlap_m2, "m2") != "0":  # less is the rounding of outlines
            yield word(
                "note_overlap",
                lang,
                label=_total_label(total, lang),
                overlap=_area(total.overlap_m2, unit, lang),
                total=_area(total.sum_m2, unit, lang),
            )


def _area(area_m2: float, unit: str, lang: str) -> str:
    """An area with its unit; in m² where the unit asked for is too large to show it."""
    text = area_text(area_m2, unit)
    if not text.strip("0."):
        text, unit = area_text(area_m2, "m2"), "m2"
    space = "" if lang == "zh" and unit == "mu" else " "
    return f"{text}{space}{unit_text(unit, lang)}"
