"""What is served of an atlas, as one unchanging record: cases, measures, ledgers, collections of features.

A holding is made whole before it is shown, so that no answer mixes two states
of an atlas.

Floor 3½, part of the server: receives cases, measures and findings, never
computes them; must not know HTTP, files or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, ledgers, vocabulary
from eppv_atlas.ledgers import Ledger
from eppv_atlas.model import Settings
from eppv_atlas.results import Finding, Measure, PlacedCase, Total
from eppv_atlas.serve.case_rows import COLUMNS, rows_of
from eppv_atlas.serve.features import Collection

LEDGERS: Final = ("facts", "zones", "mechanisms", "claims", "glossary")
TOLD: Final = {
    "cases": (
        "案例",
        "Cases",
        "案例，以代表点表示。 Cases, each as the point that stands for it.",
    ),
    "sites": (
        "地点",
        "Sites",
        "有名称的地点；行政区为其轮廓。 Named places; administrative ones with their outline.",
    ),
    "zones": (
        "分区",
        "Zones",
        (
            "分区，附可信度、图形来历、文件所载面积与量算面积（平方米）。 "
            "Zones with confidence, how their shape was come by, stated and measured areas (m²)."
        ),
    ),
    "facts": (
        "数据",
        "Facts",
        (
            "文件中的数字，附页码与原文；有分区图形者带图形。 "
            "Figures of the documents with page and wording; with the shape of their zone where there is one."
        ),
    ),
    "mechanisms": (
        "机制",
        "Mechanisms",
        (
            "机制：参与方、规则、所作用的分区（无图形）。 "
            "Mechanisms: parties, rules, zones that they act on (no geometry)."
        ),
    ),
}
"""What each collection is called and what it is, in both languages."""


@dataclass(frozen=True, eq=False)
class Holding:
    """An atlas as it is served.

    Attributes
    ----------
    settings
        Title and documents.
    cases
        The cases in reading order.
    measures, totals, findings
        What was measured and recomputed of each case, by its id.
    maker
        Name and version of what made it, for citations.
    """

    settings: Settings
    cases: tuple[PlacedCase, ...]
    measures: Mapping[str, tuple[Measure, ...]]
    totals: Mapping[str, tuple[Total, ...]]
    findings: Mapping[str, tuple[Finding, ...]]
    maker: str

    @cached_property
    def by_id(self) -> dict[str, PlacedCase]:
        """Cases by id."""
        return {placed.case.id: placed for placed in self.cases}

    def ledger(self, name: str, chosen: Sequence[PlacedCase]) -> Ledger:
        """One of the LEDGERS, for these cases."""
        if name == "facts":
            return ledgers.facts(chosen, self.settings)
        if name == "zones":
            return ledgers.zones(chosen, self.measures, self.settings)
        if name == "mechanisms":
            return ledgers.mechanisms(chosen)
        if name == "claims":
            return ledgers.claims(item for placed in chosen for item in self.findings[placed.case.id])
        return ledgers.glossary()

    def citation(self, chosen: Sequence[PlacedCase]) -> str:
        """How to cite what is taken of these cases."""
        return ledgers.cited(chosen, self.settings, self.maker)

    def shapes_of(self, ledger: Ledger) -> tuple[BaseGeometry | None, ...]:
        """Geometry of each row: its own, or that of the zone which a fact speaks of."""
        if ledger.geometries:
            return ledger.geometries
        if ledger.name != "facts":
            return (None,) * len(ledger.rows)
        out: list[BaseGeometry | None] = []
        for row in ledger.rows:
            placed = self.by_id.get(row["case"])
            shape = placed.shapes.get(row["site_or_zone"] or "") if placed else None
            out.append(shape.geometry if shape else None)
        return tuple(out)

    @cached_property
    def collections(self) -> dict[str, Collection]:
        """The collections by name."""
        places = self.ledger("zones", self.cases)
        facts, mechanisms = self.ledger("facts", self.cases), self.ledger("mechanisms", self.cases)
        anchors = tuple(placed.anchor for placed in self.cases)
        found = [Collection("cases", *TOLD["cases"], COLUMNS, rows_of(self.cases), anchors)]
        for record in ("site", "zone"):
            picked = [index for index, row in enumerate(places.rows) if row["record"] == record]
            rows = tuple(places.rows[index] for index in picked)
            shapes = tuple(places.geometries[index] for index in picked)
            name = f"{record}s"
            found.append(Collection(name, *TOLD[name], places.columns, rows, shapes))
        for ledger in (facts, mechanisms):
            shapes = self.shapes_of(ledger)
            found.append(Collection(ledger.name, *TOLD[ledger.name], ledger.columns, ledger.rows, shapes))
        return {collection.name: collection for collection in found}

    def record(self, placed: PlacedCase) -> dict[str, Any]:
        """A case whole: its record, document, measures, totals, claims, citation."""
        case = placed.case
        document = self.settings.documents[case.source.document]
        return {
            "case": case.model_dump(mode="json"),
            "anchor": {
                "lon": placed.anchor.x,
                "lat": placed.anchor.y,
                "confidence": placed.anchor_confidence,
            },
            "document": document.model_dump(mode="json", include={"title", "publisher", "issued", "pages"}),
            "shapes": [
                {
                    "zone": shape.zone,
                    "origin": shape.origin,
                    "confidence": shape.confidence,
                    "solved": shape.solved,
                    "made": dict(shape.made),
                }
                for shape in placed.shapes.values()
            ],
            "measures": [asdict(item) for item in self.measures[case.id]],
            "totals": [asdict(item) for item in self.totals[case.id]],
            "claims": [_finding(item) for item in self.findings[case.id]],
            "units": {"area_m2": "m²", "perimeter_m": "m", "stated_m2": "m²", "difference_pct": "%"},
            "ellipsoid": "CGCS2000",
            "license": "CC BY 4.0",
            "citation": self.citation([placed]),
        }

    def chosen(self, wanted: Mapping[str, Sequence[str]]) -> list[PlacedCase]:
        """Cases that fit all of what is wanted: ``case``, ``path``, ``mode``, ``category``, ``place``, ``q``."""
        return [placed for placed in self.cases if _fits(placed, self._texts[placed.case.id], wanted)]

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {placed.case.id: _text(placed) for placed in self.cases}


def _finding(item: Finding) -> dict[str, Any]:
    out = asdict(item)
    for key in ("label", "arithmetic", "remark"):
        name = getattr(item, key)
        out[key] = name.model_dump(mode="json") if name is not None else None
    return out


def _fits(placed: PlacedCase, text: str, wanted: Mapping[str, Sequence[str]]) -> bool:
    case = placed.case
    modes = {case.mode.id, *(mode.id for mode in case.further_modes)}
    held: dict[str, set[str]] = {
        "case": {case.id},
        "path": {case.path.id},
        "mode": modes,
        "category": {case.category.id},
    }
    for key, values in wanted.items():
        if key == "q":
            if not all(word in text for value in values for word in value.casefold().split()):
                return False
        elif key == "place":
            if not any(_lies(code, value) for code in case.places for value in values):
                return False
        elif not held[key] & set(values):
            return False
    return True


def _lies(code: str, place: str) -> bool:
    """Whether a unit is a place or lies in it: 330106 lies in 330100 and in 330000."""
    if not place.isdigit():
        return code == place
    while place.endswith("00"):
        place = place[:-2]
    return code.isdigit() and code.startswith(place)


def _text(placed: PlacedCase) -> str:
    """All words of a case that a reader may look for."""
    case = placed.case
    names = [case.title, case.short, case.place_name, *(zone.name for zone in case.zones)]
    names += [site.name for site in case.sites]
    words = [case.id, *(text for name in names for text in (name.zh, name.en))]
    for part in (
        case.summary.background,
        case.summary.mechanism,
        case.summary.practice,
        case.summary.outcome,
    ):
        words += [part.zh, part.en]
    words += [boundaries.place(code).name_zh for code in case.places]
    terms = (
        vocabulary.PATHS[case.path.id],
        vocabulary.MODES[case.mode.id],
        vocabulary.CATEGORIES[case.category.id],
    )
    words += [text for term in terms for text in (term.zh, term.en)]
    return "\n".join(words).casefold()
