"""What the national map of many cases needs of each: a slim record, and how it is made of a whole case.

Whoever holds 100,000 cases in another form than whole ones can make these
records itself and hand them over one after the other.

Floor 3: knows records, receives measures; must not know files, how maps are
drawn, Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.model import Fact
from eppv_atlas.reading_out import fact_text
from eppv_atlas.results import Measure, PlacedCase

Pair = tuple[str, str]
"""A text in Chinese and in English."""
MOST_BARS: Final = 4
"""So many zones stand on a card, the largest first."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What a case is filed under: ids of the values of each facet.

    Attributes
    ----------
    path, category, batch, document
        One each; the document is that of the case's source.
    modes
        The leading mode first.
    provinces
        Codes of provinces, or of states abroad.
    ecosystems
        Those that its zones bear witness to; may be empty.
    confidences
        Of its shapes and its position, best first.
    """

    path: str
    modes: tuple[str, ...]
    category: str
    provinces: tuple[str, ...]
    batch: str
    document: str
    ecosystems: tuple[str, ...]
    confidences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure of a card: label and value in both languages, and its page."""

    label: Pair
    value: Pair
    page: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A zone of a card, by size.

    Attributes
    ----------
    name, family
        Name in both languages, and family of its kind.
    area_m2
        Stated area, or else the measured one.
    confidence
        Of its shape; empty without one.
    value, page
        The stated area as printed, and its page; None where it was measured.
    """

    name: Pair
    family: str
    area_m2: float
    confidence: str
    value: Pair | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as the national map of many cases needs it.

    Attributes
    ----------
    id, short, title, place
        Id, and names in both languages.
    filed
        What it is filed under.
    order
        Number within the batch.
    lon, lat, position
        Point that stands for it (OGC:CRS84, degrees), and how far to trust it.
    headlines
        Three figures.
    bars, more_bars
        Largest zones, and how many more have an area.
    names
        Names of its zones and sites: a search finds it by them.
    """

    id: str
    short: Pair
    title: Pair
    place: Pair
    filed: Filed
    order: int
    lon: float
    lat: float
    position: str
    headlines: tuple[Headline, ...]
    bars: tuple[Bar, ...]
    more_bars: int
    names: tuple[Pair, ...]


_NAMES: Final = {kind: tuple(one.name for one in fields(kind)) for kind in (Filed, Headline, Bar, CaseRecord)}


def provinces(placed: PlacedCase) -> list[str]:
    """Codes of the provinces (or states abroad) that a case lies in."""
    return list(dict.fromkeys(boundaries.place(code).province for code in placed.case.places))


def filed(placed: PlacedCase) -> Filed:
    """What a case is filed under."""
    case = placed.case
    confidences = {shape.confidence for shape in placed.shapes.values()} | {placed.anchor_confidence}
    return Filed(
        case.path.id,
        tuple(dict.fromkeys(mode.id for mode in (case.mode, *case.further_modes))),
        case.category.id,
        tuple(provinces(placed)),
        case.batch,
        case.source.document,
        vocabulary.ecosystems_of(frozenset(zone.kind for zone in case.zones)),
        tuple(sorted(confidences, key=vocabulary.rank)),
    )


def case_record(placed: PlacedCase, measures: Sequence[Measure]) -> CaseRecord:
    """The record of a whole case.

    Parameters
    ----------
    placed
        The case with its shapes.
    measures
        Its measures, one a zone.
    """
    case = placed.case
    facts = {fact.id: fact for fact in case.facts}
    bars = sorted(_bars(placed, measures, facts), key=lambda bar: -bar.area_m2)
    return CaseRecord(
        case.id,
        _pair(case.short),
        _pair(case.title),
        _pair(case.place_name),
        filed(placed),
        case.order,
        placed.anchor.x,
        placed.anchor.y,
        placed.anchor_confidence,
        tuple(
            Headline(_pair(facts[name].label), _told(facts[name]), facts[name].page)
            for name in case.headlines
        ),
        tuple(bars[:MOST_BARS]),
        max(0, len(bars) - MOST_BARS),
        tuple(dict.fromkeys(map(_pair, [*(z.name for z in case.zones), *(s.name for s in case.sites)]))),
    )


def item(record: CaseRecord) -> list[Any]:
    """A record as lists, for keeping."""
    return [_plain(getattr(record, name)) for name in _NAMES[CaseRecord]]


def _plain(value: Any) -> Any:
    """A record, and all in it, as lists; `dataclasses.astuple` would copy every text."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    names = _NAMES.get(type(value))
    return value if names is None else [_plain(getattr(value, name)) for name in names]


def record_of(item: list[Any]) -> CaseRecord:
    """A record as it was kept."""
    held = dict(zip((one.name for one in fields(CaseRecord)), item, strict=True))
    for name in ("short", "title", "place"):
        held[name] = tuple(held[name])
    path, modes, category, codes, batch, document, ecosystems, confidences = held["filed"]
    held["filed"] = Filed(
        path, tuple(modes), category, tuple(codes), batch, document, tuple(ecosystems), tuple(confidences)
    )
    held["headlines"] = tuple(Headline(tuple(a), tuple(b), page) for a, b, page in held["headlines"])
    held["bars"] = tuple(
        Bar(tuple(name), family, area_m2, confidence, None if value is None else tuple(value), page)
        for name, family, area_m2, confidence, value, page in held["bars"]
    )
    held["names"] = tuple(tuple(pair) for pair in held["names"])
    return CaseRecord(**held)


def _bars(placed: PlacedCase, measures: Sequence[Measure], facts: dict[str, Fact]) -> list[Bar]:
    by_zone = {measure.zone: measure for measure in measures}
    bars = []
    for zone in placed.case.zones:
        measure = by_zone[zone.id]
        area_m2 = measure.stated_m2 if measure.stated_m2 is not None else measure.area_m2
        if area_m2:
            stated = facts[zone.stated_area] if measure.stated_m2 and zone.stated_area else None
            bars.append(
                Bar(
                    _pair(zone.name),
                    vocabulary.family(zone.kind).id,
                    area_m2,
                    measure.confidence or "",
                    _told(stated) if stated else None,
                    stated.page if stated else None,
                )
            )
    return bars


def _pair(name: Any) -> Pair:
    return (name.zh, name.en)


def _told(fact: Fact) -> Pair:
    return (fact_text(fact, "zh"), fact_text(fact, "en"))
