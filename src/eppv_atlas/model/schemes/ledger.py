"""The record of a scheme that runs on engine `ledger`: credits or quotas in an append-only ledger.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Record


class LedgerScheme(Record):
    """Credits or quotas in an append-only ledger."""

    engine: Literal["ledger"]
    """试算引擎。 The engine that runs it."""
