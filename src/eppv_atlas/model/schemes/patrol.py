"""The record of a scheme that runs on engine `patrol`: a zone cut into cells for patrols.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class PatrolScheme(Record):
    """A zone cut into cells for patrols."""

    engine: Literal["patrol"]
    """试算引擎。 The engine that runs it."""
