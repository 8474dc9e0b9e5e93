"""A number of a scheme and where it comes from, in a sentence.

Floor 3, part of schemes: knows records and measures; must not know files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from eppv_atlas import vocabulary
from eppv_atlas.model import Case, Name
from eppv_atlas.model.schemes import From
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure
from eppv_atlas.units import UNITS


def si(source: From, case: Case, measures: Sequence[Measure]) -> float | None:
    """A number in SI units; None where it was not measured."""
    if source.assumed is not None:
        return source.assumed * (UNITS[source.unit].si if source.unit else 1.0)
    if source.fact is not None:
        fact = next(one for one in case.facts if one.id == source.fact)
        return fact.value * UNITS[fact.unit].si
    return next((one.area_m2 for one in measures if one.zone == source.zone), None)


def told(source: From, case: Case, measures: Sequence[Measure]) -> Name:
    """Where the number comes from."""
    if source.fact is not None:
        fact = next(one for one in case.facts if one.id == source.fact)
        return Name(
            zh=f"文件第 {fact.page} 页“{fact.printed}”（数据 {fact.id}）"[:400],
            en=f"p. {fact.page} of the document: {fact_text(fact, 'en')} (fact {fact.id})"[:400],
        )
    if source.why is not None:
        return Name(zh=f"设定：{source.why.zh}"[:400], en=f"assumed: {source.why.en}"[:400])
    found = next((one.confidence for one in measures if one.zone == source.zone), None)
    term = vocabulary.CONFIDENCES[found or "schematic"]
    return Name(
        zh=f"分区 {source.zone} 的量算面积，几何可信度：{term.zh}",
        en=f"measured area of zone {source.zone}, confidence of its shape: {term.en}",
    )
