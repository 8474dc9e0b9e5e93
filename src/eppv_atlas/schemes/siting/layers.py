"""What siting measures on: rasters behind a small protocol, vector layers, candidate units.

Floor 3, part of schemes: frozen records; must not know files, cases or how values are judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]


class Ground(Protocol):
    """A raster, wherever it lies and in whatever CRS."""

    @property
    def file(self) -> str:
        """Name for messages."""

    def means(self, shapes: Sequence[BaseGeometry]) -> tuple[Floats, Floats]:
        """Coverage-weighted mean of the pixels under each shape, and the share of the shape with data.

        Shapes are in OGC:CRS84; the mean is NaN where there are no data.
        """

    def classes(self, shapes: Sequence[BaseGeometry]) -> Sequence[Mapping[str, float]]:
        """For each shape the share of it that each class covers; what has no data is in none."""


@dataclass(frozen=True)
class Shapes:
    """A vector layer.

    Attributes
    ----------
    file
        Name for messages.
    shapes
        OGC:CRS84. Shape (n,).
    codes
        Class of each shape, where the layer has a column of classes.
    """

    file: str
    shapes: NDArray[Any]
    codes: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Units:
    """Candidates.

    Attributes
    ----------
    names
        What each is called.
    shapes
        Polygons, OGC:CRS84. Shape (n,).
    confidence
        How far to trust them; empty for parcels of the user's, which are taken as they are.
    """

    names: tuple[str, ...]
    shapes: NDArray[Any]
    confidence: str

    def __len__(self) -> int:
        """Number of units."""
        return len(self.names)


def held(shapes: Sequence[BaseGeometry]) -> NDArray[Any]:
    """Shapes as an array of objects."""
    out = np.empty(len(shapes), dtype=object)
    out[:] = list(shapes)
    return out
