"""The trials of a case as plain data, for whoever makes its page.

Floor 3, part of schemes: knows engines and plain data; must not know files, maps or pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eppv_atlas import schemes
from eppv_atlas.results import Measure, PlacedCase


def plain_trials(placed: PlacedCase, measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Every trial of a case as plain data; empty, and no engine imported, where none of its mechanisms has one.

    Parameters
    ----------
    placed, measures
        The case, and the measures of its zones.
    """
    found = schemes.runnable(placed)
    if not found:
        return []
    from eppv_atlas.schemes.plain import as_json

    return [as_json(schemes.trial(placed, mechanism, measures)) for mechanism in found]
