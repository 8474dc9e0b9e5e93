"""The record of a scheme that runs on engine `siting`: a weighted overlay of layers within a place.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class SitingScheme(Record):
    """A weighted overlay of layers within a place."""

    engine: Literal["siting"]
    """试算引擎。 The engine that runs it."""
