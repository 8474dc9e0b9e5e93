"""Schemes: what makes a mechanism run, as data; each names the engine that runs it.

One module for each engine's record; the union is put together here.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from eppv_atlas.model.schemes.application import ApplicationScheme
from eppv_atlas.model.schemes.base import FactRef, From, Part, Refers, SiteRef, ZoneRef
from eppv_atlas.model.schemes.ledger import LedgerScheme
from eppv_atlas.model.schemes.offsets import OffsetsScheme
from eppv_atlas.model.schemes.patrol import PatrolScheme
from eppv_atlas.model.schemes.payment import PaymentScheme
from eppv_atlas.model.schemes.siting import SitingScheme
from eppv_atlas.model.schemes.space import SpaceScheme
from eppv_atlas.model.schemes.stewardship import StewardshipScheme

Scheme = Annotated[
    LedgerScheme
    | OffsetsScheme
    | PatrolScheme
    | PaymentScheme
    | SitingScheme
    | SpaceScheme
    | StewardshipScheme
    | ApplicationScheme,  # tidy orders keys by all of these, so a new one comes last
    Field(discriminator="engine"),
]

__all__ = [
    "ApplicationScheme",
    "FactRef",
    "From",
    "LedgerScheme",
    "OffsetsScheme",
    "Part",
    "PatrolScheme",
    "PaymentScheme",
    "Refers",
    "Scheme",
    "SiteRef",
    "SitingScheme",
    "SpaceScheme",
    "StewardshipScheme",
    "ZoneRef",
]
