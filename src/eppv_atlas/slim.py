"""A case in a few lines: what a list, a filter and the national page need of it, without the case itself.

Floor 2: plain frozen records of texts and numbers; must not know records of
cases, shapes, files or the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the three figures that tell most of a case.

    Attributes
    ----------
    fact
        Id of the fact.
    label_zh, label_en
        What the figure says.
    value_zh, value_en
        The figure as readers write it.
    period
        Its period, or empty.
    page
        Page that it stands on.
    """

    fact: str
    label_zh: str
    label_en: str
    value_zh: str
    value_en: str
    period: str
    page: int


@dataclass(frozen=True, slots=True)
class SlimCase:
    """A case without its texts, zones and facts.

    Attributes
    ----------
    id, batch, order
        Id, batch and number within the batch; cases are listed by batch, order, id.
    title_zh, title_en, short_zh, short_en, place_zh, place_en
        Names, and where it lies, written out.
    places, provinces
        Administrative codes, and those of their provinces or states.
    path, mode, further_modes, category
        Ids of its classification.
    document, pages
        Where it is described.
    lon, lat, confidence
        Point that stands for it on a national map (OGC:CRS84, degrees), and how far to trust it.
    kinds
        Kinds of its zones, each once, in their order.
    confidences
        Confidences of its shapes and of its point, the best first.
    headlines
        Its three headline figures.
    zones, shapes, sites, facts, mechanisms
        How many it has; `shapes` counts zones with a geometry.
    """

    id: str
    batch: str
    order: int
    title_zh: str
    title_en: str
    short_zh: str
    short_en: str
    place_zh: str
    place_en: str
    places: tuple[str, ...]
    provinces: tuple[str, ...]
    path: str
    mode: str
    further_modes: tuple[str, ...]
    category: str
    document: str
    pages: str
    lon: float
    lat: float
    confidence: str
    kinds: tuple[str, ...]
    confidences: tuple[str, ...]
    headlines: tuple[Headline, ...]
    zones: int
    shapes: int
    sites: int
    facts: int
    mechanisms: int

    @property
    def rank(self) -> tuple[str, int, str]:
        """Its place in every list."""
        return (self.batch, self.order, self.id)
