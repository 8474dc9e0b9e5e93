"""The record of a scheme that runs on engine `stewardship`: a fund that pays for the care of a site.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class StewardshipScheme(Record):
    """A fund that pays for the care of a site."""

    engine: Literal["stewardship"]
    """试算引擎。 The engine that runs it."""
