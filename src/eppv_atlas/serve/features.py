"""A collection of features: properties with their dictionary, geometries, and what touches a box.

Floor 3½, part of the server: must not know cases, HTTP, files or measures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from eppv_atlas.ledgers import Column, Row
from eppv_atlas.serve.answers import as_json

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Collection:
    """Features of one kind.

    Attributes
    ----------
    name
        Name in the address.
    zh, en
        What they are called.
    about
        What they are, in both languages.
    columns
        Their properties, with the dictionary.
    rows
        Properties of each feature.
    shapes
        Geometry of each feature (OGC:CRS84); None where there is none.
    """

    name: str
    zh: str
    en: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    shapes: tuple[BaseGeometry | None, ...]

    def __deepcopy__(self, _memo: object) -> Self:
        """It never changes: libraries that copy their settings get it as it is."""
        return self

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Id of each feature: that of its case, and its own within the case."""
        if self.name == "cases":
            return tuple(str(row["id"]) for row in self.rows)
        return tuple(f"{row['case']}.{row['id']}" for row in self.rows)

    @cached_property
    def at(self) -> dict[str, int]:
        """Where the feature of an id stands."""
        return {feature: index for index, feature in enumerate(self.ids)}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each property."""
        return {column.name: column.kind for column in self.columns}

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(np.array(self.shapes, dtype=object))

    def prepare(self) -> None:
        """Work out beforehand what the first reader would else wait for."""
        self.within([self.bounds])
        assert len(self.at) == len(self.texts) == len(self.rows)

    @cached_property
    def texts(self) -> tuple[bytes, ...]:
        """Each feature whole, as GeoJSON text: made once, sent many times."""
        return tuple(as_json(self.feature(index)).rstrip() for index in range(len(self.rows)))

    @cached_property
    def geometries(self) -> tuple[dict[str, Any] | None, ...]:
        """Each geometry as GeoJSON, outer rings counter-clockwise as RFC 7946 has them."""
        return tuple(
            None if shape is None else mapping(shapely.orient_polygons(shape)) for shape in self.shapes
        )

    @cached_property
    def bounds(self) -> Box:
        """Box around all of them; the whole world where none has a place."""
        there = [shape for shape in self.shapes if shape is not None]
        if not there:
            return (-180.0, -90.0, 180.0, 90.0)
        west, south, east, north = (float(value) for value in shapely.total_bounds(there))
        return (west, south, east, north)

    def within(self, boxes: Iterable[Box]) -> set[int]:
        """Features that touch any of these boxes."""
        found: set[int] = set()
        for box in boxes:
            found |= set(self._tree.query(shapely.box(*box), predicate="intersects").tolist())
        return found

    def feature(self, index: int, names: Iterable[str] = (), *, plain: bool = False) -> dict[str, Any]:
        """One feature as GeoJSON.

        Parameters
        ----------
        index
            Where it stands.
        names
            Properties to give; all if empty.
        plain
            Leave the geometry out.
        """
        row, wanted = self.rows[index], set(names)
        return {
            "type": "Feature",
            "id": self.ids[index],
            "geometry": None if plain else self.geometries[index],
            "properties": {key: value for key, value in row.items() if not wanted or key in wanted},
        }
