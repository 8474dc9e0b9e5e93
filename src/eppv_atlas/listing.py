"""Rows and texts for the terminal and for machines: lists, measures, one case.

Floor 3: receives measures, never computes them; must not know files, maps or
the command line's options.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from eppv_atlas import boundaries, choosing, vocabulary
from eppv_atlas.choosing import Wanted
from eppv_atlas.errors import printable
from eppv_atlas.model import Case, Fact
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure, PlacedCase, Total
from eppv_atlas.slim import Headline, SlimCase
from eppv_atlas.units import area_text, from_m2

_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*":|"((?:[^"\\]|\\.)*)"')
"""A key, or a text, of JSON without blanks."""


def chosen(cases: Iterable[PlacedCase], wanted: Wanted) -> list[SlimCase]:
    """Cases that meet everything asked for, as slim records.

    Parameters
    ----------
    cases
        Cases to choose from.
    wanted
        What is asked for.
    """
    held = {placed.case.id: placed for placed in cases}
    found = choosing.meets(wanted.checked(), map(slim, held.values()))
    words = wanted.words
    return [case for case in found if not words or choosing.holds(words, search_text(held[case.id].case))]


def slim(placed: PlacedCase) -> SlimCase:
    """A case in a few lines."""
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    confidences = {shape.confidence for shape in placed.shapes.values()} | {placed.anchor_confidence}
    return SlimCase(
        id=case.id,
        batch=case.batch,
        order=case.order,
        title_zh=case.title.zh,
        title_en=case.title.en,
        short_zh=case.short.zh,
        short_en=case.short.en,
        place_zh=case.place_name.zh,
        place_en=case.place_name.en,
        places=case.places,
        provinces=tuple(dict.fromkeys(boundaries.place(code).province for code in case.places)),
        path=case.path.id,
        mode=case.mode.id,
        further_modes=tuple(item.id for item in case.further_modes),
        category=case.category.id,
        document=case.source.document,
        pages=case.source.pages,
        lon=placed.anchor.x,
        lat=placed.anchor.y,
        confidence=placed.anchor_confidence,
        kinds=tuple(dict.fromkeys(zone.kind for zone in case.zones)),
        confidences=tuple(sorted(confidences, key=vocabulary.rank)),
        headlines=tuple(_headline(facts[name]) for name in case.headlines),
        zones=len(case.zones),
        shapes=len(placed.shapes),
        sites=len(case.sites),
        facts=len(case.facts),
        mechanisms=len(case.mechanisms),
    )


def _headline(fact: Fact) -> Headline:
    return Headline(
        fact.id,
        fact.label.zh,
        fact.label.en,
        fact_text(fact, "zh"),
        fact_text(fact, "en"),
        fact.period or "",
        fact.page,
    )


def search_text(case: Case) -> str:
    """What words are looked for in: every word of a case once, folded, with blanks between."""
    held = case.model_dump_json()
    texts: Iterable[str]
    if "\\" in held:
        texts = (json.loads(f'"{text}"') for text in _TEXT.findall(held))  # of a key nothing is found
    else:
        parts = held.split('"')
        texts = (text for text, after in zip(parts[1::2], parts[2::2], strict=True) if after[:1] != ":")
    return " ".join(dict.fromkeys("\n".join(texts).casefold().split()))


def measure_rows(measures: Iterable[Measure], unit: str) -> Iterator[dict[str, Any]]:
    """Measures as flat rows in SI, with the areas in `unit` beside them where it is not m²."""
    for measure in measures:
        row: dict[str, Any] = dict(vars(measure))
        if unit != "m2":
            for key in ("area", "stated"):
                value = row[f"{key}_m2"]
                row[f"{key}_{unit}"] = None if value is None else from_m2(value, unit)
        row["note"] = "shape made from the stated area" if measure.made_from_stated else None
        yield row


def total_rows(totals: Iterable[Total], unit: str) -> Iterator[dict[str, Any]]:
    """Totals as flat rows in SI, with the areas in `unit` beside them where it is not m²."""
    for total in totals:
        row: dict[str, Any] = dict(vars(total))
        if unit != "m2":
            for key in ("sum", "union", "overlap"):
                row[f"{key}_{unit}"] = from_m2(row[f"{key}_m2"], unit)
        yield row


def measure_cells(measure: Measure, placed: PlacedCase, unit: str, lang: str) -> list[str]:
    """Cells of one measure for a table on the terminal."""
    zone = next(zone for zone in placed.case.zones if zone.id == measure.zone)
    made = {"zh": "按面积生成", "en": "made to size"}[lang]
    none = {"zh": "无图形", "en": "no geometry"}[lang]
    told = next((f for f in placed.case.facts if f.id == (zone.stated_area or zone.stated_share)), None)
    page = {"zh": "（第{}页）", "en": " (p. {})"}[lang]
    stated = "—" if told is None else printable(fact_text(told, lang)) + page.format(told.page)
    difference = f"{measure.difference_pct:+.2f} %" if measure.difference_pct is not None else "—"
    return [
        printable(getattr(zone.name, lang)),
        getattr(vocabulary.ZONE_KINDS[measure.kind], lang),
        stated,
        "—" if measure.area_m2 is None else area_text(measure.area_m2, unit),
        made if measure.made_from_stated else difference,
        "—" if measure.perimeter_m is None else f"{measure.perimeter_m / 1000:,.2f}",
        none if measure.confidence is None else getattr(vocabulary.CONFIDENCES[measure.confidence], lang),
    ]
