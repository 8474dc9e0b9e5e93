"""Numbers of a scheme taken from where they come from, each with what a reader is told of it.

Floor 3, part of schemes: knows records, measures and units; must not know files, maps or formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eppv_atlas.errors import DataError, Problem
from eppv_atlas.model import Fact, Mechanism, Name, Zone
from eppv_atlas.model.schemes import From, Part
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.trial import Input
from eppv_atlas.units import UNITS, from_m2
from eppv_atlas.vocabulary import CONFIDENCES

ABSENT = Name(zh="文件未给出；请自行填入", en="not in the document; to be filled in")


@dataclass(frozen=True)
class Taken:
    """A number with its origin.

    Attributes
    ----------
    value
        In `unit`; None where it is not known.
    unit
        A unit of ``units.UNITS``, or empty.
    whence
        Printed figure with its page, measured area with its confidence, or assumption with its reason.
    confidence
        Of the shape that an area was measured on; empty where none was.
    label
        The fact's label or the zone's name; None where it is assumed.
    """

    value: float | None
    unit: str
    whence: Name
    confidence: str = ""
    label: Name | None = None


class Sources:
    """What a scheme of a case may take numbers from.

    Parameters
    ----------
    placed, mechanism, measures
        The case, the mechanism whose scheme it is, and the case's measures.
    """

    def __init__(self, placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> None:
        self.case, self.mechanism = placed.case, mechanism
        self.facts: Mapping[str, Fact] = {fact.id: fact for fact in placed.case.facts}
        self.zones: Mapping[str, Zone] = {zone.id: zone for zone in placed.case.zones}
        self.measures: Mapping[str, Measure] = {one.zone: one for one in measures}

    def taken(self, source: From | None, unit: str = "") -> Taken:
        """Take the number of a source.

        Parameters
        ----------
        source
            Where it comes from; None where the document gives none.
        unit
            Unit of a number without one, and in which a measured area is given (m² if empty).
        """
        if source is None:
            return Taken(None, unit, ABSENT)
        if source.fact is not None:
            return self.fact(source.fact)
        if source.zone is not None:
            return self._measured(source.zone, unit or "m2")
        assert source.assumed is not None
        assert source.why is not None
        why = said(f"设定：{source.why.zh}", f"assumed: {source.why.en}")
        return Taken(source.assumed, source.unit or unit, why)

    def fact(self, fact_id: str) -> Taken:
        """Take a printed figure."""
        fact = self.facts[fact_id]
        whence = said(
            f"文件第 {fact.page} 页“{fact.printed}”（数据 {fact.id}）",
            f"p. {fact.page} of the document: {fact_text(fact, 'en')} (fact {fact.id})",
        )
        return Taken(fact.value, fact.unit, whence, label=fact.label)

    def _measured(self, zone_id: str, unit: str) -> Taken:
        zone, measure = self.zones[zone_id], self.measures[zone_id]
        if measure.area_m2 is None or measure.confidence is None:
            return Taken(
                None,
                unit,
                Name(zh="该分区没有几何，无法量算", en="the zone has no shape to measure"),
                label=zone.name,
            )
        term = CONFIDENCES[measure.confidence]
        made = measure.made_from_stated
        whence = Name(
            zh=f"分区 {zone_id} 的量算面积，几何可信度：{term.zh}"
            + ("；几何按文件面积生成，量算不能佐证" if made else ""),
            en=f"measured area of zone {zone_id}, confidence of its shape: {term.en}"
            + ("; the shape was made to have a stated area, so measuring confirms nothing" if made else ""),
        )
        return Taken(from_m2(measure.area_m2, unit), unit, whence, measure.confidence, zone.name)

    def entered(
        self,
        name: str,
        part: Part,
        *,
        low: float | None = 0.0,
        high: float | None = None,
        step: float | None = None,
        bare: bool = False,
    ) -> Input:
        """Make an input of a part of the scheme.

        Parameters
        ----------
        name
            Id of the input.
        part
            What it is and where its number comes from.
        low, high, step
            Bounds and step.
        bare
            Whether it enters formulas as a plain number whatever its unit (years, days).
        """
        found = self.taken(part.source, part.unit or "")
        label = part.label or found.label
        assert label is not None
        unit = "" if bare else found.unit
        return Input(
            name, label, "number", found.value, unit, low, high, step, (), found.whence, found.confidence
        )

    def unfit(self, place: str, en: str, zh: str) -> DataError:
        """Say that the data of the scheme do not fit together."""
        where = f"mechanism {self.mechanism.id}: scheme.{place}"
        return DataError([Problem(f"cases/{self.case.id}.yaml", 0, where, "scheme", en, zh)])


def quantity(one: Input) -> str:
    """What an input measures; ``count`` for a bare number."""
    return UNITS[one.unit].quantity if one.unit else "count"
