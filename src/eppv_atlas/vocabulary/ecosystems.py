"""Ecosystems of a case, read off the kinds of its zones.

The classes follow the first level of the national ecosystem classification
(forest, grassland, wetland, farmland, urban); two degraded grounds that cases
are about, saline-alkali and karst land, stand beside them.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from dataclasses import dataclass

from eppv_atlas.vocabulary.term import Term


@dataclass(frozen=True)
class Ecosystem(Term):
    """An ecosystem with the kinds of zone that bear witness to it.

    Attributes
    ----------
    zones
        Kinds of zone.
    """

    zones: frozenset[str] = frozenset()


def _ecosystem(name: str, zh: str, en: str, zones: str) -> Ecosystem:
    return Ecosystem(name, zh, en, zones=frozenset(zones.split()))


ECOSYSTEMS: dict[str, Ecosystem] = {
    term.id: term
    for term in (
        _ecosystem(
            "forest", "森林", "Forest", "forest bamboo-forest public-benefit-forest forest-farm firebreak"
        ),
        _ecosystem("grassland", "草地", "Grassland", "grassland"),
        _ecosystem("wetland", "湿地与水体", "Wetland and water", "wetland salt-lake pond watershed river"),
        _ecosystem(
            "farmland",
            "农田",
            "Farmland",
            "farmland basic-farmland tea-garden orchard flower-field planting-area reclamation consolidation",
        ),
        _ecosystem("urban", "城镇", "Urban", "urban-park"),
        _ecosystem("saline-alkali", "盐碱地", "Saline-alkali land", "saline-alkali-land"),
        _ecosystem("karst", "岩溶石漠化地", "Karst rocky desert", "karst-area"),
    )
}


def ecosystems_of(zone_kinds: frozenset[str]) -> tuple[str, ...]:
    """Ids of the ecosystems that zones of these kinds bear witness to, in the order of the table."""
    return tuple(name for name, term in ECOSYSTEMS.items() if term.zones & zone_kinds)
