"""The records of an atlas: Case, Site, Zone, Provenance, Fact, Mechanism, and the settings.

Records are small, frozen and closed (an unknown key is an error). They
neither load, draw nor print. Every field carries its description in its
docstring; the JSON Schema that editors use is generated from them.

Scalars arrive as the text that stands in the file and are typed here and
nowhere else: a title ``NO`` is a title, an id ``00123`` keeps its zeros.

Floor 2: knows scalars only; no files, no shapes, no maps, no measures.
"""

from eppv_atlas.model.base import Name, Record, Text
from eppv_atlas.model.case import (
    Case,
    CaseCategory,
    CaseMode,
    CasePath,
    Classified,
    Document,
    Settings,
    Source,
    Summary,
)
from eppv_atlas.model.ledger import Claim, Fact, Mechanism, Party, Rule, Series
from eppv_atlas.model.places import (
    CombineRecipe,
    DifferenceRecipe,
    DiscRecipe,
    DrawnShape,
    GridRecipe,
    Location,
    NoShape,
    PartRecipe,
    PlacesShape,
    Provenance,
    Recipe,
    Relation,
    RingRecipe,
    Site,
    Zone,
)

__all__ = [
    "Case",
    "CaseCategory",
    "CaseMode",
    "CasePath",
    "Claim",
    "Classified",
    "CombineRecipe",
    "DifferenceRecipe",
    "DiscRecipe",
    "Document",
    "DrawnShape",
    "Fact",
    "GridRecipe",
    "Location",
    "Mechanism",
    "Name",
    "NoShape",
    "PartRecipe",
    "Party",
    "PlacesShape",
    "Provenance",
    "Recipe",
    "Record",
    "Relation",
    "RingRecipe",
    "Rule",
    "Series",
    "Settings",
    "Site",
    "Source",
    "Summary",
    "Text",
    "Zone",
]
