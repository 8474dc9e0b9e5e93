"""Everything that the page of one case shows, as plain data in both languages.

Floor 3, part of render: knows records, measures, findings and vocabulary; must
not know files, Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from eppv_atlas import vocabulary
from eppv_atlas.model import Settings
from eppv_atlas.render import views
from eppv_atlas.render.ledger_views import (
    finding_view,
    mechanism_views,
    names_of,
    relation_views,
    series_views,
    site_views,
)
from eppv_atlas.render.views import both
from eppv_atlas.results import Finding, Measure, PlacedCase, Total


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
            for total in totals
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
