"""What is made of a case: its shapes, its measures, its totals.

Small frozen records, as those of the model; they hold geometries and numbers
and know no functions.

Floor 2: knows the Case record; no files, no maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shapely import Point
from shapely.geometry.base import BaseGeometry

from eppv_atlas.model import Case, Name, Settings

Origin = Literal["drawn", "administrative", "recipe"]


@dataclass(frozen=True)
class ZoneShape:
    """The geometry of a zone, resolved.

    Attributes
    ----------
    zone
        Id of the zone.
    geometry
        Shape in WGS 84 longitude and latitude (OGC:CRS84), degrees.
    confidence
        How far to trust it.
    origin
        ``drawn``, ``administrative`` or ``recipe``.
    solved
        True where the shape was *made* to have a given area, so that its
        measured area confirms nothing.
    made
        What the recipe solved for, e.g. ``{"radius_m": 5970.8}``.
    """

    zone: str
    geometry: BaseGeometry
    confidence: str
    origin: Origin
    solved: bool = False
    made: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class PlacedCase:
    """A case together with its shapes.

    Attributes
    ----------
    case
        The record.
    shapes
        Resolved shape of every zone that has one, by zone id, in zone order.
    anchor
        Point that stands for the case on a national map (OGC:CRS84).
    anchor_confidence
        How far to trust that point.
    settings
        The atlas that it was read with: documents and map review number; None
        where a case was put together without one.
    """

    case: Case
    shapes: Mapping[str, ZoneShape]
    anchor: Point
    anchor_confidence: str
    settings: Settings | None = None

    def __repr__(self) -> str:
        """Name it, in one line."""
        return f"<PlacedCase {self.case.id}: {len(self.case.zones)} zones, {len(self.shapes)} with a shape>"


@dataclass(frozen=True)
class Measure:
    """What was measured of one zone.

    Attributes
    ----------
    case, zone, kind
        Ids of case and zone, and the zone's kind.
    area_m2, perimeter_m
        Ellipsoidal (CGCS2000) area and perimeter; None without a geometry.
    stated_m2
        Area that the document states; None where it states none.
    difference_pct
        Signed difference of measured from stated area in percent; None where
        either is missing or the shape was made from the stated area.
    confidence
        Confidence of the geometry; None without a geometry.
    made_from_stated
        True where the shape was made to have a given area.
    """

    case: str
    zone: str
    kind: str
    area_m2: float | None
    perimeter_m: float | None
    stated_m2: float | None
    difference_pct: float | None
    confidence: str | None
    made_from_stated: bool


@dataclass(frozen=True)
class Total:
    """Areas of several zones taken together.

    Attributes
    ----------
    case
        Id of the case.
    confidence
        The one confidence of the zones counted here, or ``all``.
    zones
        Number of zones with a geometry.
    sum_m2, union_m2, overlap_m2
        Sum of the areas, area covered at all, and the part counted more than once.
    weakest
        Weakest confidence among them.
    """

    case: str
    confidence: str
    zones: int
    sum_m2: float
    union_m2: float
    overlap_m2: float
    weakest: str


@dataclass(frozen=True)
class Finding:
    """What became of a claim: figures of a case recomputed from each other.

    Attributes
    ----------
    case, claim, kind
        Ids of the case and the claim, and the claim's kind.
    label
        What is compared.
    says
        The formula.
    verdict
        ``disagrees``, ``care``, ``agrees`` or ``derived`` (worked out, compared with nothing).
    arithmetic
        The formula with its numbers, in both languages.
    remark
        Why it needs care, or what else is to be said; None where nothing is.
    left, right
        Both sides in SI units; `right` is None where nothing is compared.
    difference_pct
        Signed difference of left from right in percent; None without a right side.
    facts
        Ids of the facts used.
    pages
        Pages that these facts stand on.
    automatic
        True where the claim follows from the records (a share and its areas,
        a part and its whole) and nobody wrote it down.
    """

    case: str
    claim: str
    kind: str
    label: Name
    says: str
    verdict: str
    arithmetic: Name
    remark: Name | None
    left: float
    right: float | None
    difference_pct: float | None
    facts: tuple[str, ...]
    pages: tuple[int, ...]
    automatic: bool
