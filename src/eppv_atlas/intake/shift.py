"""GCJ-02 and BD-09: the shifts of Chinese web maps, taken off and put on.

A shape traced on such a map lies 41 to 673 m off, nearly everywhere still in its
county, so a county cannot show it. An outline of the same place that is good to
10 m can.

The shifts themselves come from ``prcoords``; its inverses are iterated until
they agree with it to a hundredth of a millimetre.

Floor 3, part of intake: knows shapes in degrees; must not know files or cases.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import prcoords  # type: ignore[import-untyped]
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

SHIFTS: Final = ("gcj02", "bd09")
NAMES: Final = {"gcj02": "GCJ-02", "bd09": "BD-09"}
_EXACT_DEG: Final = 1e-10
_MOST_ROUNDS: Final = 30
REFERENCE_M: Final = 10.0
"""A reference outline is good to this."""
_NEAR_M: Final = 25.0
"""A drawn outline lies this near to the reference that it repeats: the reference and the tracing both err."""
_LOOKED_AT: Final = 400
_ALIKE: Final = 0.5
"""So much of an outline must run along the reference."""
_BETTER: Final = 0.3
"""By so much must one hypothesis be better than the next."""


def put_on(lonlat: Any, shift: str) -> Floats:
    """Shift WGS 84 as a web map does.

    Parameters
    ----------
    lonlat
        Shape (n, 2): longitude and latitude, degrees.
    shift
        ``gcj02`` or ``bd09``.
    """
    forward = {"gcj02": prcoords.wgs_gcj, "bd09": prcoords.wgs_bd}[shift]
    return _each(lonlat, lambda point: forward(point, check_china=False))


def taken_off(lonlat: Any, shift: str) -> Floats:
    """Take the shift of a web map off again, good to less than 0.01 m.

    Parameters
    ----------
    lonlat
        Shape (n, 2): shifted longitude and latitude, degrees.
    shift
        ``gcj02`` or ``bd09``.
    """
    given = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    found = given.copy()
    for _ in range(_MOST_ROUNDS):
        miss = put_on(found, shift) - given
        found -= miss
        if not miss.size or np.abs(miss).max() < _EXACT_DEG:
            break
    return found


def _each(lonlat: Any, change: Callable[[tuple[float, float]], Any]) -> Floats:
    pairs = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        moved = [change((float(lat), float(lon))) for lon, lat in pairs]
    return np.array([(lon, lat) for lat, lon in moved], dtype=np.float64).reshape(-1, 2)


@dataclass(frozen=True)
class Likeness:
    """How much of an outline runs along a reference, by hypothesis.

    Attributes
    ----------
    shares
        Share of its points near the reference: as it is (``""``), and with a shift taken off.
    found
        The shift that it shows; ``""`` for none, None where the reference does not tell.
    """

    shares: dict[str, float]
    found: str | None


def compared(shapes: NDArray[Any], reference: BaseGeometry) -> Likeness:
    """Hold outlines against a reference that is good to 10 m.

    Parameters
    ----------
    shapes
        Polygons in degrees.
    reference
        Polygon of the same place, OGC:CRS84.
    """
    lines = shapely.boundary(shapely.union_all(shapes))
    length = float(shapely.length(lines))
    if length == 0:
        return Likeness({}, None)
    points = shapely.get_coordinates(
        shapely.line_interpolate_point(shapely.line_merge(lines), np.linspace(0, length, _LOOKED_AT))
    )
    points = points[np.isfinite(points).all(axis=1)]
    edge = shapely.boundary(reference)
    lon, lat = shapely.get_coordinates(shapely.centroid(reference))[0]
    scale = np.array([111_320 * np.cos(np.radians(lat)), 110_950.0])

    def local(xy: Floats) -> Floats:
        moved: Floats = (xy - (lon, lat)) * scale
        return moved

    edge_m = shapely.transform(edge, local)
    shapely.prepare(edge_m)
    shares = {}
    for shift in ("", *SHIFTS):
        held = points if not shift else taken_off(points, shift)
        away = shapely.distance(shapely.points(local(held)), edge_m)
        shares[shift] = float((away <= _NEAR_M).mean())
    best = max(shares, key=lambda name: shares[name])
    others = max(share for name, share in shares.items() if name != best)
    clear = shares[best] >= _ALIKE and shares[best] - others >= _BETTER
    return Likeness(shares, best if clear else None)
