"""What a certificate holds.

Floor 3, part of certificate: records only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import Ellipsoid
from eppv_atlas.model import Name

METHOD: Final = "1"
"""Raised whenever the area engine or this room would give another number."""
CRS: Final = "OGC:CRS84"


@dataclass(frozen=True)
class AreaBy:
    """The area by one method.

    Attributes
    ----------
    method
        ``geodesic``, ``lonlat``, ``survey``, ``gauss-kruger``, ``equal-area`` or ``equal-area-dense``.
    name
        What it is called.
    crs, proj
        EPSG code where there is one, and PROJ string, of a plane; else None.
    area_m2
        Area; None where the method gives none.
    difference_m2, difference_1e6
        Signed difference from the geodesic area, in m² and in millionths of it.
    why
        Why it differs, or why there is none.
    """

    method: str
    name: Name
    crs: str | None
    proj: str | None
    area_m2: float | None
    difference_m2: float | None
    difference_1e6: float | None
    why: Name


@dataclass(frozen=True)
class Certificate:
    """An area and what it takes to recompute it.

    Attributes
    ----------
    statement
        What the certificate is worth: the first line of every form of it.
    case, zone, name
        Ids of case and zone, name of the zone.
    geometry_type, origin, confidence, made_to_size, made, how
        How the shape was come by, how far to trust it, whether it was made to
        have a given area, what was solved for.
    polygons, rings, holes, vertices
        Counts; the vertex that closes a ring is not counted.
    longest_edge_m
        Longest edge, geodesic.
    decimals
        6 where no coordinate has more decimals of a degree; None where they stand as given.
    ellipsoid
        The ellipsoid of all values.
    wgs84_relative
        Signed difference of the geodesic area on the WGS 84 ellipsoid, as a share of it.
    area_m2, perimeter_m
        Geodesic area and perimeter (of all rings).
    values
        The area by every method, the geodesic first.
    web_mercator_factor
        How many times too large EPSG:3857 would make it.
    package, proj
        Versions of this package and of PROJ.
    sha256
        Of the coordinates, see SHA256_OF.
    geometry
        The coordinates, degrees.
    """

    statement: Name
    case: str
    zone: str
    name: Name
    geometry_type: str
    origin: str
    confidence: str
    made_to_size: bool
    made: Mapping[str, float]
    how: Name | None
    polygons: int
    rings: int
    holes: int
    vertices: int
    longest_edge_m: float
    decimals: int | None
    ellipsoid: Ellipsoid
    wgs84_relative: float
    area_m2: float
    perimeter_m: float
    values: tuple[AreaBy, ...]
    web_mercator_factor: float
    package: str
    proj: str
    sha256: str
    geometry: BaseGeometry
