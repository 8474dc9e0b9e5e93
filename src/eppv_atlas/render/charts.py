"""Small charts of series: before and after, years, parts of a whole, ranges.

A chart is lengths in percent of its longest bar, nothing more; the figures
stand beside it as text. A series whose figures cannot be compared has none.

Floor 3, part of render: knows facts and units only; must not know files,
Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eppv_atlas.model import Fact
from eppv_atlas.render import views
from eppv_atlas.units import DIMENSIONS, UNITS

_CONVERT: Final = frozenset({*DIMENSIONS, "share"})


def chart(kind: str, facts: Sequence[Fact]) -> dict[str, Any] | None:
    """Bars of a series.

    Parameters
    ----------
    kind
        Kind of the series: ``change``, ``time``, ``range``, ``parts``; others
        (``group``) compare nothing and have no chart.
    facts
        Facts of the series, in its order.

    Returns
    -------
    dict or None
        ``kind`` and ``bars``: label, value, page, ``start`` and ``size`` in
        percent of the width. Bars begin at zero, so that lengths compare as
        the figures do. None where there is nothing to compare: another kind,
        figures of different quantities, a negative one, or all of them zero.
    """
    if kind not in {"change", "time", "range", "parts"}:
        return None
    units = {fact.unit for fact in facts}
    quantities = {UNITS[unit].quantity for unit in units}
    # figures of one kind, in units that convert: 亩 and hectares do, people and households do not
    if len(quantities) != 1 or "index" in quantities or (len(units) > 1 and not quantities & _CONVERT):
        return None
    values = [fact.value * UNITS[fact.unit].si for fact in facts]
    most = max(values)
    if min(values) < 0 or most <= 0:
        return None
    sizes = [value / most * 100 for value in values]
    bars = []
    for i, fact in enumerate(facts):
        view = views.fact_view(fact)
        start = sum(sizes[1:i]) if kind == "parts" and i > 1 and sum(sizes[1:]) <= 100.5 else 0.0
        bars.append(
            {
                "label": view["label"],
                "period": view["period"],
                "value": view["value"],
                "page": view["page"],
                "start": round(start, 2),
                "size": round(sizes[i], 2),
            }
        )
    return {"kind": kind, "bars": bars}
