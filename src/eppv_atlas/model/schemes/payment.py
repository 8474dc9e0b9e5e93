"""The record of a scheme that runs on engine `payment`: payments: base × rate × period.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class PaymentScheme(Record):
    """Payments: base × rate × period."""

    engine: Literal["payment"]
    """试算引擎。 The engine that runs it."""
