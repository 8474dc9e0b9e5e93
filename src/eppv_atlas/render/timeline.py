"""Years that a case's figures and zones are dated by.

Floor 3, part of render: knows records only; must not know files, Folium or HTML.
"""

from __future__ import annotations

import re
from typing import Any

from eppv_atlas.model import Case
from eppv_atlas.render import views

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def span(period: str) -> tuple[int, int | None] | None:
    """First and last year of a period; no last one where it is open, None where it names no year.

    >>> span("2015-2019"), span("2022-10-31"), span("1990s"), span("2022-"), span("yearly")
    ((2015, 2019), (2022, 2022), (1990, 1999), (2022, None), None)
    """
    years = [int(year) for year in _YEAR.findall(period.removesuffix("s"))]
    if not years:
        return None
    if period.endswith("s"):
        return years[0], years[0] + 9
    if period.rstrip().endswith(("-", "–")):
        return years[0], None
    return min(years), max(years)


def timeline(case: Case) -> dict[str, Any]:
    """Dated facts of a case, and the years at which something changes.

    Returns
    -------
    dict
        ``years``, ascending; ``dated``: for each dated fact its id, label,
        value, page, first and last year, and the zone whose size it states.
        Empty years where the case names fewer than two.
    """
    spans = {fact.id: span(fact.period) for fact in case.facts if fact.period}
    ends = [year for found in spans.values() if found for year in found if year is not None]
    last = max(ends, default=0)
    sized = {
        name: zone.id
        for zone in case.zones
        for name in (zone.stated_area, zone.stated_share)
        if name is not None
    }
    dated = []
    for fact in case.facts:
        found = spans.get(fact.id)
        if found is None:
            continue
        view = views.fact_view(fact)
        dated.append(
            {
                "fact": fact.id,
                "label": view["label"],
                "value": view["value"],
                "page": view["page"],
                "period": fact.period,
                "from": found[0],
                "to": last if found[1] is None else found[1],
                "zone": sized.get(fact.id, ""),
            }
        )
    years = sorted({year for item in dated for year in (item["from"], item["to"])})
    return {"years": years if len(years) > 1 else [], "dated": dated if len(years) > 1 else []}
