"""Everything that the page of one case shows, as plain data in both languages.

Floor 3, part of render: knows records, measures, findings and vocabulary; must
not know files, Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eppv_atlas import vocabulary
from eppv_atlas.model import Case, Fact, Settings, Zone
from eppv_atlas.render import views
from eppv_atlas.render.ledger_views import (
    finding_view,
    mechanism_views,
    names_of,
    relation_views,
    series_views,
    site_views,
)
from eppv_atlas.render.timeline import timeline
from eppv_atlas.render.views import Both, both
from eppv_atlas.results import Finding, Measure, PlacedCase, Total
from eppv_atlas.units import from_m2


def case_view(
    placed: PlacedCase,
    measures: Iterable[Measure],
    totals: Iterable[Total],
    findings: Sequence[Finding],
    settings: Settings,
) -> dict[str, Any]:
    """Everything that the page of one case shows."""
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    names = names_of(case)
    document = settings.documents[case.source.document]
    return {
        **views.card(placed),
        "title": both(case.title),
        "order": case.order,
        "category": views.classified(case.category, vocabulary.CATEGORIES),
        "furtherModes": [views.classified(mode, vocabulary.MODES) for mode in case.further_modes],
        "summary": [
            {"name": both(vocabulary.SECTIONS[part]), "text": both(getattr(case.summary, part))}
            for part in ("background", "mechanism", "practice", "outcome")
        ],
        "zones": [
            views.zone_view(
                zone,
                placed.shapes.get(zone.id),
                by_zone[zone.id],
                facts,
                relation_views(zone.relations, names),
            )
            for zone in case.zones
        ],
        "totals": [
            {
                "name": both(vocabulary.CONFIDENCES[total.confidence])
                if total.confidence != "all"
                else {
                    "zh": f"全部（最弱：{vocabulary.CONFIDENCES[total.weakest].zh}）",
                    "en": f"All (weakest: {vocabulary.CONFIDENCES[total.weakest].en.lower()})",
                },
                "zones": total.zones,
                "sum": views.areas(total.sum_m2),
                "union": views.areas(total.union_m2),
                "overlap": views.areas(total.overlap_m2),
            }
            for total in _apart(totals)
        ],
        "facts": [
            {"name": both(vocabulary.SECTIONS[section]), "rows": rows}
            for section in vocabulary.SECTIONS
            if (rows := [views.fact_view(fact) for fact in case.facts if fact.section == section])
        ],
        "sites": site_views(case),
        "series": series_views(case),
        "mechanisms": mechanism_views(case),
        "open": [finding_view(item) for item in findings if item.verdict in {"disagrees", "care"}],
        "agreeing": [finding_view(item) for item in findings if item.verdict in {"agrees", "derived"}],
        "document": {
            "title": both(document.title),
            "publisher": both(document.publisher),
            "issued": document.issued,
            "pages": case.source.pages,
        },
    }


def story(placed: PlacedCase, measures: Iterable[Measure], settings: Settings) -> dict[str, Any]:
    """What the scripts of a case page need: years, and rows of the files that it offers."""
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    return {
        "id": case.id,
        "title": both(case.title),
        "source": source_line(case, settings),
        "citation": citation(case, settings),
        **timeline(case),
        "zones": [_area_row(zone, by_zone[zone.id], facts) for zone in case.zones],
        "facts": [
            {
                "id": fact.id,
                "label_zh": fact.label.zh,
                "label_en": fact.label.en,
                "printed": fact.printed,
                "value": fact.value,
                "unit": fact.unit,
                "qualifier": fact.qualifier,
                "period": fact.period,
                "about": fact.about,
                "section": fact.section,
                "page": fact.page,
            }
            for fact in case.facts
        ],
    }


def _area_row(zone: Zone, measure: Measure, facts: Mapping[str, Fact]) -> dict[str, Any]:
    stated = facts.get(zone.stated_area or "")
    area_m2 = measure.area_m2
    return {
        "id": zone.id,
        "name_zh": zone.name.zh,
        "name_en": zone.name.en,
        "kind": zone.kind,
        "confidence": measure.confidence,
        "stated_m2": measure.stated_m2,
        "stated_printed": stated.printed if stated else None,
        "stated_page": stated.page if stated else None,
        "measured_m2": round(area_m2, 2) if area_m2 is not None else None,
        "measured_ha": round(from_m2(area_m2, "ha"), 6) if area_m2 is not None else None,
        "measured_km2": round(from_m2(area_m2, "km2"), 8) if area_m2 is not None else None,
        "measured_mu": round(from_m2(area_m2, "mu"), 4) if area_m2 is not None else None,
        "difference_pct": round(measure.difference_pct, 4) if measure.difference_pct is not None else None,
        "made_from_stated": "yes" if measure.made_from_stated else "no",
    }


def _apart(totals: Iterable[Total]) -> list[Total]:
    """Totals that say something: with one confidence, that of all says what it says."""
    held = list(totals)
    return held[:1] if len(held) == 2 else held


def source_line(case: Case, settings: Settings) -> Both:
    """The document of a case in one line, with pages."""
    document = settings.documents[case.source.document]
    return {
        "zh": f"{document.publisher.zh}：《{document.title.zh}》，{document.issued}，第{case.source.pages}页。",
        "en": f"{document.publisher.en}. {document.title.en}. {document.issued}, pp. {case.source.pages}.",
    }


def citation(case: Case, settings: Settings) -> Both:
    """How to cite the record of a case: the atlas, and the document that it rests on."""
    source = source_line(case, settings)
    return {
        "zh": f"{case.title.zh}（案例 {case.id}）// {settings.title.zh}（eppv-atlas）。依据：{source['zh']}",
        "en": f"{case.title.en} (case {case.id}). In: {settings.title.en} (eppv-atlas). Based on: {source['en']}",
    }
