"""Areas of patches by class, where there are no zones.

Floor 3½, part of scale: knows shapes and areas; must not know files, engines or
the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eppv_atlas import sums
from eppv_atlas.area.rings import Floats, Ints
from eppv_atlas.tally import class_order, few_classes


@dataclass(frozen=True)
class ClassArea:
    """What a class has.

    Attributes
    ----------
    label
        Class; None where a patch has none, or where no column was asked for.
    patches
        Number of patches.
    area_m2
        Their area, rounded once.
    """

    label: str | None
    patches: int
    area_m2: float


@dataclass(frozen=True)
class Areas:
    """Areas by class, in order of their text, and altogether."""

    classes: tuple[ClassArea, ...]
    total: ClassArea


class ByClass:
    """Takes areas batch by batch and keeps nothing but exact sums."""

    def __init__(self) -> None:
        self._sums: dict[str | None, tuple[int, int]] = {}

    def add(self, area: Floats, codes: Ints, labels: Sequence[str | None]) -> None:
        """Count areas; the class of patch i is ``labels[codes[i]]``.

        Raises
        ------
        AreaError
            If there are more classes than a table can have.
        """
        number = np.bincount(codes, minlength=len(labels))
        total = sums.by_group(codes, area, len(labels))
        for code in np.flatnonzero(number).tolist():
            self._put(labels[code], int(number[code]), total[code])
        few_classes(self._sums)

    def _put(self, label: str | None, number: int, total: int) -> None:
        had, before = self._sums.get(label, (0, 0))
        self._sums[label] = (had + number, before + total)

    def parts(self) -> dict[str, list[list[Any]]]:
        """Return the sums so far as plain data."""
        return {"classes": [[label, n, sums.text(m2)] for label, (n, m2) in self._sums.items()]}

    def take(self, parts: dict[str, list[list[Any]]]) -> None:
        """Add the sums of another count.

        Raises
        ------
        AreaError
            If there are more classes than a table can have.
        """
        for label, number, m2 in parts["classes"]:
            self._put(label, number, sums.from_text(m2))
        few_classes(self._sums)

    def result(self) -> Areas:
        """Return the sums so far."""
        found = sorted(self._sums.items(), key=lambda item: class_order(item[0]))
        classes = tuple(ClassArea(label, n, sums.rounded(m2)) for label, (n, m2) in found)
        every = sum(n for n, _ in self._sums.values()), sum(m2 for _, m2 in self._sums.values())
        return Areas(classes, ClassArea(None, every[0], sums.rounded(every[1])))
