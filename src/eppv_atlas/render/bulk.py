"""The zones of many cases as features of one layer.

Floor 3, part of render: knows records, measures and vector layers; must not
know files or compute measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eppv_atlas import vocabulary
from eppv_atlas.render import style
from eppv_atlas.render.features import Features, Field, Group
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.vectors import BULK_FROM
from eppv_atlas.render.views import both
from eppv_atlas.results import Measure, PlacedCase

__all__ = ["BULK_FROM", "zone_features"]


def zone_features(cases: Sequence[PlacedCase], measures: Mapping[str, Sequence[Measure]]) -> Features:
    """Every zone that has a shape, with what its popup says.

    Parameters
    ----------
    cases
        Cases with their shapes.
    measures
        Measures of every case, by case id.
    """
    rows: list[tuple[PlacedCase, Any, Any, Measure]] = []
    for placed in cases:
        by_zone = {measure.zone: measure for measure in measures[placed.case.id]}
        rows += [
            (placed, zone, placed.shapes[zone.id], by_zone[zone.id])
            for zone in placed.case.zones
            if zone.id in placed.shapes
        ]
    pages = {placed.case.id: {fact.id: fact.page for fact in placed.case.facts} for placed in cases}
    families = list(vocabulary.FAMILIES)

    def stated(placed: PlacedCase, zone: Any) -> dict[str, str] | None:
        page = pages[placed.case.id].get(zone.stated_area or "")
        if page is None:
            return None
        return {lang: f"{PHRASES['page'][lang]}{page}{PHRASES['page_after'][lang]}" for lang in ("zh", "en")}

    def difference(measure: Measure) -> Any:
        if measure.made_from_stated:
            return PHRASES["made_from_stated"]
        return None if measure.difference_pct is None else f"{measure.difference_pct:+.2f}%".replace("-", "−")

    fields = (
        Field("case", PHRASES["cases"], [{**both(p.case.short), "id": p.case.id} for p, *_ in rows], "code"),
        Field("kind", PHRASES["kind"], [both(vocabulary.ZONE_KINDS[z.kind]) for _, z, *_ in rows], "code"),
        Field("stated", PHRASES["stated"], [m.stated_m2 for *_, m in rows], "area"),
        Field("page", PHRASES["source"], [stated(p, z) for p, z, *_ in rows], "code"),
        Field("measured", PHRASES["measured"], [m.area_m2 for *_, m in rows], "area"),
        Field("difference", PHRASES["difference"], [difference(m) for *_, m in rows]),
        Field(
            "how",
            PHRASES["how"],
            [both(z.provenance.how) if z.provenance else None for _, z, *_ in rows],
            "code",
        ),
    )
    return Features(
        np.array([shape.geometry for _, _, shape, _ in rows], dtype=object),
        [both(zone.name) for _, zone, *_ in rows],
        fields,
        tuple(
            Group(
                name, both(term), style.FAMILY_COLOURS[name], style.FILL_OPACITY.get(name, style.FILL_OTHERS)
            )
            for name, term in vocabulary.FAMILIES.items()
        ),
        [families.index(vocabulary.family(zone.kind).id) for _, zone, *_ in rows],
        [shape.confidence for _, _, shape, _ in rows],
    )
