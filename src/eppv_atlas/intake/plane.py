"""Which coordinates these are: degrees or metres, which zone, which axis first; the county decides.

Plane coordinates of China come in 3° and 6° zones of three datums, with the
number of the zone before the easting or without it, and with north first as
surveyors write them. Each way to read them puts a shape somewhere; where it
lies in the county that its case names, that way fits. Where several fit, all
are told and none is taken.

Floor 3, part of intake: knows projections and outlines of units; must not know
files, zones or cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries

Floats = NDArray[np.float64]

DATUMS: Final = ("CGCS2000", "Xian 1980", "Beijing 1954")
"""Datums of plane coordinates in China, the present one first."""
_FIRST: Final = {  # EPSG code of the first zone: 6° with number, 6° by meridian, 3° with number, 3° by meridian
    "CGCS2000": (4491, 4502, 4513, 4534),
    "Xian 1980": (2327, 2338, 2349, 2370),
    "Beijing 1954": (21413, 21453, 2401, 2422),
}
_SIX: Final = range(13, 24)
_THREE: Final = range(25, 46)
_UTM: Final = range(43, 54)
_NEAR_DEG: Final = 0.03
"""So far outside a county a point may lie: its outline is general-purpose data."""
_FITS: Final = 0.5
_MOST: Final = 400


@dataclass(frozen=True)
class Way:
    """A way to read pairs of numbers.

    Attributes
    ----------
    kind
        ``degrees``, ``three`` and ``six`` (Gauss–Krüger zones), ``utm`` or ``mercator``.
    meridian
        Central meridian, degrees; 0 where there is none.
    numbered
        Whether the number of the zone stands before the easting.
    swapped
        Whether north stands first.
    """

    kind: str
    meridian: int = 0
    numbered: bool = False
    swapped: bool = False

    @property
    def zone(self) -> int:
        """Number of its zone; 0 where there is none."""
        if self.kind == "three":
            return self.meridian // 3
        if self.kind == "six":
            return (self.meridian + 3) // 6
        return (self.meridian + 3) // 6 + 30 if self.kind == "utm" else 0

    def crs(self, datum: str = DATUMS[0]) -> str:
        """Its CRS with a datum, as an authority's code."""
        if self.kind == "degrees":
            return "OGC:CRS84"
        if self.kind == "mercator":
            return "EPSG:3857"
        if self.kind == "utm":
            return f"EPSG:{32600 + self.zone}"
        six, six_by, three, three_by = _FIRST[datum]
        if self.kind == "six":
            return f"EPSG:{(six if self.numbered else six_by) + self.zone - _SIX[0]}"
        return f"EPSG:{(three if self.numbered else three_by) + self.zone - _THREE[0]}"


@dataclass(frozen=True)
class Reading:
    """Where a way puts a shape.

    Attributes
    ----------
    way
        The way.
    share
        Share of the points that lie in the places looked for, or close by.
    middle
        Longitude and latitude of the middle, degrees.
    place
        The unit that the middle lies in; None at sea or abroad.
    """

    way: Way
    share: float
    middle: tuple[float, float]
    place: boundaries.Place | None

    @property
    def fits(self) -> bool:
        """Whether it puts the shape where it is looked for."""
        return self.share >= _FITS


@dataclass(frozen=True)
class Findings:
    """What coordinates say of themselves.

    Attributes
    ----------
    readings
        Ways that fit, the best first; where none does, those that come to lie in China.
    declared
        Share of the points in the places by the CRS that the file declares; None where it declares none.
    number, says
        Zone number before the eastings, and the central meridian that the file
        declares, where the two disagree; else None.
    """

    readings: tuple[Reading, ...]
    declared: float | None = None
    number: int | None = None
    says: float | None = None

    @property
    def way(self) -> Way | None:
        """The only way that fits."""
        fitting = [reading for reading in self.readings if reading.fits]
        return fitting[0].way if len(fitting) == 1 else None


def look(points: Floats, places: Sequence[str], declared: str | None = None) -> Findings:
    """Find out which coordinates these are.

    Parameters
    ----------
    points
        Shape (n, 2): first and second numbers as the file has them.
    places
        Codes of the units in which they should lie.
    declared
        CRS that the file declares: WKT, an authority's code, or None.

    Raises
    ------
    UnknownPlace
        If a code is that of no unit.
    """
    held = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    held = held[np.isfinite(held).all(axis=1)]
    held = held[:: max(1, len(held) // _MOST)]
    if not len(held):
        return Findings(())
    area = _looked_for(tuple(places))
    found = [reading for way in ways(held) if (reading := _read(held, way, area)) is not None]
    fitting = [reading for reading in found if reading.fits]
    ranked = sorted(
        fitting or found, key=lambda one: (-one.share, one.way.swapped, one.way.kind, one.way.meridian)
    )
    share, says = _declared(held, declared, area)
    number = _number(held, swapped=_northings(held[:, 0]))
    disagree = number is not None and says is not None and says not in _meridians(number)
    return Findings(tuple(ranked), share, number if disagree else None, says if disagree else None)


def ways(points: Floats) -> Iterator[Way]:
    """Ways in which these numbers can be read at all, by their size alone."""
    for swapped in (False, True):
        east, north = points[:, swapped * 1], points[:, 1 - swapped * 1]
        if np.abs(east).max() <= 180 and np.abs(north).max() <= 90:
            yield Way("degrees", swapped=swapped)
            continue
        if not _northings(north):
            if np.abs(points).max() < 2.1e7 and np.abs(east).min() > 1e6:
                yield Way("mercator", swapped=swapped)
            continue
        number = _number(points, swapped=swapped)
        if number is not None:
            for meridian in _meridians(number):
                yield Way("three" if number in _THREE else "six", meridian, numbered=True, swapped=swapped)
        elif east.min() > 0 and east.max() < 1e6:
            three = {zone * 3 for zone in _THREE}
            yield from (Way("three", meridian, swapped=swapped) for meridian in sorted(three))
            # a 6° zone without its number is the 3° zone of the same meridian, reaching further
            yield from (Way("utm", zone * 6 - 183, swapped=swapped) for zone in _UTM)
        if np.abs(east).min() > 7e6:
            yield Way("mercator", swapped=swapped)


def _number(points: Floats, *, swapped: bool) -> int | None:
    """Zone number before all eastings, if there is one."""
    numbers = np.floor_divide(points[:, swapped * 1], 1e6)
    first = int(numbers[0])
    return first if (numbers == first).all() and (first in _SIX or first in _THREE) else None


def _meridians(number: int) -> tuple[int, ...]:
    """Central meridians that a zone number may mean."""
    return (number * 3,) if number in _THREE else (number * 6 - 3,)


def _northings(values: Floats) -> bool:
    """Whether numbers can be distances from the equator in China, metres."""
    return bool(values.min() > 3e5 and values.max() < 6.2e6)


def _read(points: Floats, way: Way, area: BaseGeometry) -> Reading | None:
    """Where a way puts points; None where it puts them nowhere in or near China."""
    degrees = _degrees(points, way)
    if degrees is None:
        return None
    lon, lat = (float(value) for value in np.median(degrees, axis=0))
    if not (70 < lon < 140 and 0 < lat < 56) and not area.intersects(shapely.Point(lon, lat)):
        return None
    share = float(shapely.contains_xy(area, degrees[:, 0], degrees[:, 1]).mean())
    return Reading(way, share, (lon, lat), _place(lon, lat))


def _degrees(points: Floats, way: Way) -> Floats | None:
    pairs = points[:, ::-1] if way.swapped else points
    if way.kind == "degrees":
        return pairs
    lon, lat = _projection(way)(pairs[:, 0], pairs[:, 1], inverse=True)
    moved = np.column_stack([lon, lat])
    return moved if np.isfinite(moved).all() else None


def _declared(points: Floats, declared: str | None, area: BaseGeometry) -> tuple[float | None, float | None]:
    """Share of points in the area by the declared CRS, and its central meridian."""
    if declared is None:
        return None, None
    try:
        crs, transformer = _stated(declared)
        lon, lat = transformer.transform(points[:, 0], points[:, 1])
    except (CRSError, ProjError):
        return 0.0, None
    share = float(
        shapely.contains_xy(area, np.nan_to_num(lon, posinf=1e9), np.nan_to_num(lat, posinf=1e9)).mean()
    )
    operation = crs.coordinate_operation
    meridians = [
        one.value
        for one in (operation.params if operation else ())
        if one.name == "Longitude of natural origin"
    ]
    return share, float(meridians[0]) if meridians else None


@lru_cache(maxsize=16)
def _stated(declared: str) -> tuple[CRS, Transformer]:
    crs = CRS.from_user_input(declared)
    return crs, Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)


@cache
def _projection(way: Way) -> Proj:
    """The projection of a way; the database of CRS is asked for none of them, as it takes a second for each."""
    if way.kind == "mercator":
        return Proj(proj="webmerc", ellps="WGS84")
    east = 500_000 + (way.zone * 1_000_000 if way.numbered else 0)
    scale = 0.9996 if way.kind == "utm" else 1
    return Proj(proj="tmerc", lon_0=way.meridian, k=scale, x_0=east, ellps="GRS80")


@cache
def _looked_for(places: tuple[str, ...]) -> BaseGeometry:
    """Where points should lie, and a little beyond."""
    area: BaseGeometry = shapely.union_all([boundaries.outline(code) for code in places]).buffer(_NEAR_DEG)
    shapely.prepare(area)
    return area


@cache
def _tree() -> tuple[list[boundaries.Place], shapely.STRtree]:
    places, shapes = boundaries.units("district")
    return places, shapely.STRtree(shapes)


def _place(lon: float, lat: float) -> boundaries.Place | None:
    places, tree = _tree()
    found = tree.query(shapely.Point(lon, lat), predicate="within")
    return places[int(found[0])] if len(found) else None
