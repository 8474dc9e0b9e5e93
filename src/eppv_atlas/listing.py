"""Rows and texts for the terminal and for machines: lists, measures, one case.

Floor 3: receives measures, never computes them; must not know files, maps or
the command line's options.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.errors import UsageError, printable
from eppv_atlas.model import Case
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure, PlacedCase, Total
from eppv_atlas.units import area_text, from_m2


def chosen(
    cases: Iterable[PlacedCase],
    path: str | None = None,
    mode: str | None = None,
    category: str | None = None,
    province: str | None = None,
    text: str | None = None,
) -> list[PlacedCase]:
    """Cases that meet every filter given.

    Parameters
    ----------
    cases
        Cases to choose from.
    path, mode, category
        Id, or part of the Chinese or English name.
    province
        Six-digit code, or part of the Chinese or English name.
    text
        Words that all occur somewhere in the case.
    """
    for wanted, table in (
        (path, vocabulary.PATHS),
        (mode, vocabulary.MODES),
        (category, vocabulary.CATEGORIES),
    ):
        if not _meets(wanted, table.values()):
            raise UsageError(
                f"{wanted!r} names nothing; choose from: {', '.join(table)}",
                f"没有叫 {wanted!r} 的；可用：{'、'.join(f'{t.id}（{t.zh}）' for t in table.values())}",
            )
    out = []
    for placed in cases:
        case = placed.case
        modes = [case.mode, *case.further_modes]
        if (
            _meets(path, [vocabulary.PATHS[case.path.id]])
            and _meets(mode, [vocabulary.MODES[item.id] for item in modes])
            and _meets(category, [vocabulary.CATEGORIES[case.category.id]])
            and _in_province(province, case.places)
            and _holds(text, case)
        ):
            out.append(placed)
    return out


def _meets(wanted: str | None, terms: Iterable[vocabulary.Term]) -> bool:
    if wanted is None:
        return True
    key = wanted.strip().casefold()
    return any(key == term.id or key in term.zh or key in term.en.casefold() for term in terms)


def _in_province(wanted: str | None, codes: Sequence[str]) -> bool:
    if wanted is None:
        return True
    key = wanted.strip().casefold()
    for code in codes:
        province = boundaries.place(code).province
        zh, en = vocabulary.PROVINCES.get(province, (boundaries.place(code).province_zh, province))
        coded = key.isdigit() and (code.startswith(key) or province.startswith(key))
        if coded or key in province.casefold() or key in zh or key in en.casefold():
            return True
    return False


def _holds(words: str | None, case: Case) -> bool:
    if words is None:
        return True
    folded = "\n".join(_texts(case.model_dump())).casefold()
    return all(word in folded for word in words.casefold().split())


def _texts(value: Any) -> Iterator[str]:
    """Every text of a record; its keys are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def case_rows(cases: Iterable[PlacedCase], lang: str) -> list[dict[str, Any]]:
    """One row a case for ``list``."""
    rows = []
    for placed in cases:
        case = placed.case
        rows.append(
            {
                "id": case.id,
                "title": getattr(case.short, lang),
                "place": getattr(case.place_name, lang),
                "path": getattr(vocabulary.PATHS[case.path.id], lang),
                "mode": "; ".join(
                    getattr(vocabulary.MODES[item.id], lang) for item in (case.mode, *case.further_modes)
                ),
                "category": getattr(vocabulary.CATEGORIES[case.category.id], lang),
                "zones": len(case.zones),
                "facts": len(case.facts),
            }
        )
    return rows


def measure_rows(measures: Iterable[Measure], unit: str) -> list[dict[str, Any]]:
    """Measures as flat rows in SI, with the areas in `unit` beside them where it is not m²."""
    rows = []
    for measure in measures:
        row: dict[str, Any] = asdict(measure)
        if unit != "m2":
            for key in ("area", "stated"):
                value = row[f"{key}_m2"]
                row[f"{key}_{unit}"] = None if value is None else from_m2(value, unit)
        row["note"] = "shape made from the stated area" if measure.made_from_stated else None
        rows.append(row)
    return rows


def total_rows(totals: Iterable[Total], unit: str) -> list[dict[str, Any]]:
    """Totals as flat rows in SI, with the areas in `unit` beside them where it is not m²."""
    rows = []
    for total in totals:
        row: dict[str, Any] = asdict(total)
        if unit != "m2":
            for key in ("sum", "union", "overlap"):
                row[f"{key}_{unit}"] = from_m2(row[f"{key}_m2"], unit)
        rows.append(row)
    return rows


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
