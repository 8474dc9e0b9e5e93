"""The field's own words: closed vocabularies, each term with one Chinese and one English name.

The terms are those of the Ministry of Natural Resources' notice; the
definitions are ours. Case files name a term by its `id`.

Floor 1: knows nothing of the rest of the package.
"""

from eppv_atlas.vocabulary.glossary import GLOSSARY
from eppv_atlas.vocabulary.ledger import (
    CLAIM_KINDS,
    MECHANISM_KINDS,
    PARTY_ROLES,
    QUALIFIERS,
    SECTIONS,
    SERIES_KINDS,
    VERDICTS,
)
from eppv_atlas.vocabulary.matching import (
    ADVICE,
    AIMS,
    ECOSYSTEMS,
    RESOURCES,
    Advice,
    ecosystems_of,
)
from eppv_atlas.vocabulary.provinces import PROVINCES, REGIONS
from eppv_atlas.vocabulary.spatial import (
    ADMINISTRATIVE,
    CONFIDENCES,
    DIRECTIONS,
    FAMILIES,
    RELATIONS,
    SITE_KINDS,
    ZONE_KINDS,
)
from eppv_atlas.vocabulary.term import Term
from eppv_atlas.vocabulary.typology import BASES, CATEGORIES, MODES, PATHS

__all__ = [
    "ADMINISTRATIVE",
    "ADVICE",
    "AIMS",
    "BASES",
    "CATEGORIES",
    "CLAIM_KINDS",
    "CONFIDENCES",
    "DIRECTIONS",
    "ECOSYSTEMS",
    "FAMILIES",
    "GLOSSARY",
    "MECHANISM_KINDS",
    "MODES",
    "PARTY_ROLES",
    "PATHS",
    "PROVINCES",
    "QUALIFIERS",
    "REGIONS",
    "RELATIONS",
    "RESOURCES",
    "SECTIONS",
    "SERIES_KINDS",
    "SITE_KINDS",
    "VERDICTS",
    "ZONE_KINDS",
    "Advice",
    "Term",
    "ecosystems_of",
    "family",
    "rank",
    "stands_for_unit",
]


def rank(confidence: str) -> int:
    """Position of a confidence, 0 for the best (`surveyed`)."""
    return list(CONFIDENCES).index(confidence)


def family(zone_kind: str) -> Term:
    """Family of a zone kind: the term that carries its map colour."""
    return FAMILIES[ZONE_KINDS[zone_kind].group]


def stands_for_unit(zone_kind: str, confidence: str | None) -> bool:
    """Whether a shape is the outline of an administrative unit that stands for a zone inside it.

    Its area is that of the unit, not of the zone; where the zone *is* the unit
    (the family ``extent``), it is both.
    """
    return confidence == "administrative" and family(zone_kind).id != "extent"
