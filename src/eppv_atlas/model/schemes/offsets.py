"""The record of a scheme that runs on engine `offsets`: obligations matched with credits of a market.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class OffsetsScheme(Record):
    """Obligations matched with credits of a market."""

    engine: Literal["offsets"]
    """试算引擎。 The engine that runs it."""
