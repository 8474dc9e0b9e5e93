"""What a reader found in a file: shapes and columns, before anything is thought of them.

Floor 3, part of intake: holds; must not know files, drivers or cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eppv_atlas.errors import DataError, Problem

_NAMED = 8


@dataclass(frozen=True)
class Layer:
    """A layer as its file has it.

    Attributes
    ----------
    file
        Path as the user typed it.
    kind
        Its format: ``shapefile``, ``gpkg``, ``filegdb``, ``geojson``, ``kml``,
        ``gpx``, ``parquet``, ``dxf``, ``csv``, ``sheet`` or ``wkt``.
    name, names
        Name of the layer, and of all layers of the file.
    shapes
        Geometry objects, coordinates as the file has them; None where there is none. Shape (n,).
    columns
        Texts of each column, by its name.
    crs
        CRS that the file declares, as WKT, PROJJSON or an authority's code; None where it declares none.
    table
        Whether it is a table without shapes, whose columns may be corner points.
    encoding
        Encoding of its texts, where that was judged.
    doubts
        What is odd about the file but did not keep it from being read.
    """

    file: str
    kind: str
    name: str
    names: tuple[str, ...]
    shapes: NDArray[Any]
    columns: Mapping[str, tuple[str | None, ...]]
    crs: str | None
    table: bool = False
    encoding: str | None = None
    doubts: tuple[Problem, ...] = field(default=())

    def __len__(self) -> int:
        """Number of features."""
        return len(self.shapes)


def features_text(numbers: Sequence[int]) -> str:
    """Name features by their numbers, counted from 1, as one place of a problem.

    >>> features_text([3]), features_text([1, 2]), features_text([])
    ('feature 3', 'features 1, 2', '')
    """
    if not len(numbers):
        return ""
    shown = ", ".join(str(number) for number in numbers[:_NAMED])
    more = f" … ({len(numbers)} in all)" if len(numbers) > _NAMED else ""
    return f"feature{'s' * (len(numbers) > 1)} {shown}{more}"


def refusal(file: str, rule: str, en: str, zh: str, features: Sequence[int] = ()) -> Problem:
    """Why a file is not taken."""
    return Problem(file, 0, features_text(features), rule, en, zh)


def refused(file: str, rule: str, en: str, zh: str, features: Sequence[int] = ()) -> DataError:
    """The same, to be raised where reading cannot go on."""
    return DataError([refusal(file, rule, en, zh, features)])


def doubt(file: str, rule: str, en: str, zh: str, features: Sequence[int] = ()) -> Problem:
    """What is to be looked at although the file is taken."""
    return Problem(file, 0, features_text(features), rule, en, zh, severity="warning")


def empty(count: int) -> NDArray[Any]:
    """Shapes of a table: none at all."""
    return np.full(count, None, dtype=object)
