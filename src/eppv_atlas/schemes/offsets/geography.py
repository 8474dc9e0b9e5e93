"""Where impacts and offers lie: in which subregion, which of them adjoin, how far it is.

Everything has three answers. A shape that is only schematic, or stands for an administrative
unit, places nothing. A site across a border is in several subregions, and an answer counts only
if it is the same for all of them.

Floor 3, part of schemes: knows shapes and the records of the offsets scheme; must not know
rules, files or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import area_m2
from eppv_atlas.geometry.nearest import Edge, distance_m
from eppv_atlas.schemes.offsets.records import Answer, Nature, Subregion

Place = Literal["same", "adjoining", "other"]
CRUMB: Final = 1e-3
"""Share of a site's area up to which it does not count as lying in a subregion, or outside of all."""
GAP_M: Final = 100.0
"""Outlines that are nearer than this but do not touch may be meant to: whether they adjoin is not auditable."""
BORDER_M: Final = 1.0
"""Shortest common border that counts; outlines that meet in a point alone are not auditable."""
UNPLACED: Final = frozenset({"administrative", "schematic"})
"""Confidences of shapes that place nothing."""


def placing(nature: Nature) -> BaseGeometry | None:
    """The shape of a site where it may be relied on to place it."""
    return None if nature.confidence in UNPLACED else nature.shape


class Geography:
    """Subregions, asked again and again; what was measured once is kept.

    Parameters
    ----------
    subregions
        Subregions with their outlines, or with lists of those that adjoin; may be none.
    """

    def __init__(self, subregions: Iterable[Subregion] = ()) -> None:
        self.subregions: Mapping[str, Subregion] = {one.id: one for one in subregions}
        self._edges: dict[str, Edge] = {}
        self._sites: dict[str, Edge] = {}
        self._adjoining: dict[tuple[str, str], Answer] = {}
        self._far: dict[tuple[str, str], float] = {}
        self._within: dict[bytes, tuple[str, ...] | None] = {}

    @cached_property
    def _shaped(self) -> list[Subregion]:
        return [one for one in self.subregions.values() if one.shape is not None]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([one.shape for one in self._shaped])

    def lying(self, nature: Nature) -> tuple[str, ...] | None:
        """Subregions in which a site lies: by its shape where there are outlines, else as stated.

        Returns
        -------
        tuple of str or None
            None where it is not known: neither shape nor statement, or a part of it lies outside all outlines.
        """
        shape = placing(nature)
        if shape is not None and self._shaped:
            key = bytes(shapely.to_wkb(shape))
            if key not in self._within:
                self._within[key] = self._covered(shape)
            return self._within[key]
        return (nature.subregion,) if nature.subregion else None

    def _covered(self, shape: BaseGeometry) -> tuple[str, ...] | None:
        near = sorted(self._tree.query(shape, predicate="intersects").tolist())
        if shapely.get_dimensions(shape) < 2:
            within = [at for at in near if shapely.covers(self._shaped[at].shape, shape)]
            # a point on a border is in both; a line across one is in neither
            return tuple(sorted(self._shaped[at].id for at in within)) or None
        pieces = [shapely.intersection(self._shaped[at].shape, shape) for at in near]
        flat = np.array([_polygons(one) for one in (*pieces, shape)], dtype=object)
        *shares, whole = area_m2(flat, "lonlat").tolist()
        counted = [at for at, share in zip(near, shares, strict=True) if share > CRUMB * whole]
        if not counted:
            return None
        outside = shapely.difference(shape, shapely.union_all(pieces))
        left = 0.0 if outside.is_empty else float(area_m2(np.array([_polygons(outside)]), "lonlat")[0])
        return tuple(sorted(self._shaped[at].id for at in counted)) if left <= CRUMB * whole else None

    def region(self, nature: Nature) -> str | None:
        """Region in which a site lies; None where it is not known, or lies in several."""
        subregions = self.lying(nature)
        found = {self._region(one) for one in subregions or ()}
        if len(found) == 1 and None not in found:
            return found.pop()
        return nature.region if subregions is None or found == {None} else None

    def _region(self, subregion: str) -> str | None:
        one = self.subregions.get(subregion)
        return one.region if one else None

    def place(self, here: tuple[str, ...] | None, there: tuple[str, ...] | None) -> Place | None:
        """What the subregions of an offer are to those of an impact."""
        if not here or not there:
            return None
        found = {self._pair(one, other) for one in here for other in there}
        return found.pop() if len(found) == 1 else None

    def _pair(self, one: str, other: str) -> Place | None:
        if one == other:
            return "same"
        answer = self.adjoins(one, other)
        return None if answer is None else "adjoining" if answer else "other"

    def adjoins(self, one: str, other: str) -> Answer:
        """Whether two subregions adjoin: as a list states it, else by their outlines."""
        key = (min(one, other), max(one, other))
        if key not in self._adjoining:
            self._adjoining[key] = self._adjoin(*key)
        return self._adjoining[key]

    def _adjoin(self, one: str, other: str) -> Answer:
        a, b = self.subregions.get(one), self.subregions.get(other)
        if a is None or b is None:
            return None
        if a.adjoining is not None or b.adjoining is not None:
            return other in (a.adjoining or ()) or one in (b.adjoining or ())
        if a.shape is None or b.shape is None:
            return None
        if not shapely.intersects(a.shape, b.shape):
            near = shapely.dwithin(a.shape, b.shape, 0.01)  # degrees: over 700 m anywhere a subregion may be
            return None if near and self._between(one, other) <= GAP_M else False
        common = shapely.intersection(shapely.boundary(a.shape), shapely.boundary(b.shape))
        overlap = shapely.intersection(a.shape, b.shape)
        border = _length_m(common)
        return True if border > BORDER_M or shapely.area(overlap) > 0.0 else None

    def _between(self, one: str, other: str) -> float:
        return distance_m(self._edge(one), self._edge(other))

    def _edge(self, subregion: str) -> Edge:
        if subregion not in self._edges:
            self._edges[subregion] = Edge.of(self.subregions[subregion].shape)
        return self._edges[subregion]

    def site(self, name: str, shape: BaseGeometry) -> Edge:
        """The outer edge of a site, by a name of its own."""
        if name not in self._sites:
            self._sites[name] = Edge.of(shape)
        return self._sites[name]

    def away_m(self, site: Edge, name: str, subregion: str) -> float | None:
        """From the outer edge of a site to a subregion, m; None where it has no outline."""
        known = self.subregions.get(subregion)
        if known is None or known.shape is None:
            return None
        key = (name, f"subregion {subregion}")
        if key not in self._far:
            self._far[key] = distance_m(site, self._edge(subregion))
        return self._far[key]

    def outlined(self, subregion: str) -> bool:
        """Whether a subregion has an outline."""
        one = self.subregions.get(subregion)
        return one is not None and one.shape is not None

    def between_m(self, site: Edge, name: str, other: str, shape: BaseGeometry) -> float:
        """From the outer edge of a site to an offered site, m."""
        key = (name, f"offer {other}")
        if key not in self._far:
            self._far[key] = distance_m(site, self.site(f"offer {other}", shape))
        return self._far[key]

    def disagreements(self, sites: Iterable[tuple[str, Nature]]) -> list[tuple[str, str, tuple[str, ...]]]:
        """Sites whose stated subregion is not the one that they lie in: id, as stated, as they lie."""
        out = []
        for name, nature in sites:
            lies = self.lying(nature)
            if nature.subregion and lies is not None and nature.subregion not in lies:
                out.append((name, nature.subregion, lies))
        return out


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]
    flat = [inner for part in parts for inner in shapely.get_parts(part)]
    return shapely.multipolygons(flat) if flat else shapely.Polygon()


def _length_m(lines: BaseGeometry) -> float:
    from eppv_atlas.area.ellipsoids import CGCS2000

    return float(
        sum(
            CGCS2000.geod.geometry_length(part)
            for part in shapely.get_parts(lines)
            if shapely.get_dimensions(part) == 1
        )
    )
