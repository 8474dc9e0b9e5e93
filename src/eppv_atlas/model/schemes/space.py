"""The record of a scheme that runs on engine `space`: shares of a place against targets, and a red line.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class SpaceScheme(Record):
    """Shares of a place against targets, and a red line."""

    engine: Literal["space"]
    """试算引擎。 The engine that runs it."""
