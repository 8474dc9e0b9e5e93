"""The ledgers as flat rows, each with the dictionary of its columns.

Floor 3: receives measures and findings, never computes them; must not know
files, formats, maps or the command line.
"""

from eppv_atlas.ledgers.citing import cited
from eppv_atlas.ledgers.columns import Column, Ledger, Row
from eppv_atlas.ledgers.rows import (
    GENERAL,
    claims,
    facts,
    glossary,
    mechanisms,
    site_shape,
    vocabularies,
    zones,
)

__all__ = [
    "GENERAL",
    "Column",
    "Ledger",
    "Row",
    "cited",
    "claims",
    "facts",
    "glossary",
    "mechanisms",
    "site_shape",
    "vocabularies",
    "zones",
]
