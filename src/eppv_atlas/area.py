"""Ellipsoidal area and perimeter on CGCS2000.

Areas are geodesic polygon areas by GeographicLib (through pyproj), taken ring
by ring: a hole is subtracted whatever its winding. Nothing here computes in
degrees or in a map projection, and a projected layer is refused rather than
measured wrongly.

Floor 2: knows no cases and no files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS, Geod
from shapely.geometry.base import BaseGeometry

from eppv_atlas.errors import AreaError

CGCS2000: Final = Geod(a=6378137.0, rf=298.257222101)
"""The ellipsoid of China Geodetic Coordinate System 2000 (equal to GRS 80)."""


def area_m2(shapes: Any) -> Any:
    """Geodesic area of polygons on the CGCS2000 ellipsoid.

    Parameters
    ----------
    shapes
        One geometry, or n geometries (sequence, array or GeoSeries), in
        longitude and latitude, degrees (CGCS2000 or WGS 84). A GeoSeries must
        say so with its CRS.

    Returns
    -------
    float or ndarray of float64, shape (n,)
        Areas in m², never negative; NaN where a geometry is missing, 0 where
        it is empty.

    Raises
    ------
    AreaError
        If the CRS is projected (EPSG:3857 included), missing or on another
        ellipsoid, if a coordinate is not on the globe, or if a geometry is
        not a polygon.
    """
    return _each(shapes, lambda polygon: _ring_sum(polygon, 0))


def perimeter_m(shapes: Any) -> Any:
    """Geodesic length of all rings, holes included, on the CGCS2000 ellipsoid.

    Parameters
    ----------
    shapes
        As for :func:`area_m2`.

    Returns
    -------
    float or ndarray of float64, shape (n,)
        Perimeters in m.

    Raises
    ------
    AreaError
        As for :func:`area_m2`.
    """
    return _each(shapes, lambda polygon: _ring_sum(polygon, 1))


def _each(shapes: Any, of_polygon: Callable[[shapely.Polygon], float]) -> Any:
    _check_crs(shapes)
    if isinstance(shapes, BaseGeometry):
        return _total(shapes, of_polygon)
    return np.array(
        [np.nan if shape is None else _total(shape, of_polygon) for shape in shapes], dtype=np.float64
    )


def _total(shape: BaseGeometry, of_polygon: Callable[[shapely.Polygon], float]) -> float:
    if shape.is_empty:
        return 0.0
    bounds = shape.bounds
    if not (
        np.isfinite(bounds).all() and max(-bounds[1], bounds[3]) <= 90 and max(-bounds[0], bounds[2]) <= 360
    ):
        raise AreaError(
            f"coordinates {bounds} are not longitude and latitude in degrees",
            f"坐标 {bounds} 不是以度为单位的经纬度",
        )
    parts = shapely.get_parts(np.array([shape]))
    while any(part.geom_type == "GeometryCollection" for part in parts):
        parts = shapely.get_parts(parts)
    wrong = [part.geom_type for part in parts if part.geom_type not in {"Polygon", "MultiPolygon"}]
    if wrong:
        raise AreaError(f"a {wrong[0]} has no area", f"{wrong[0]} 没有面积")
    return float(sum(of_polygon(part) for part in shapely.get_parts(parts)))


def _ring_sum(polygon: shapely.Polygon, which: int) -> float:
    """Shell minus holes for area (0), shell plus holes for perimeter (1)."""
    sign = -1.0 if which == 0 else 1.0
    shell = _ring(polygon.exterior)[which]
    return shell + sign * sum(_ring(hole)[which] for hole in polygon.interiors)


def _ring(ring: shapely.LinearRing) -> tuple[float, float]:
    xy = shapely.get_coordinates(ring)
    area, perimeter = CGCS2000.polygon_area_perimeter(xy[:, 0], xy[:, 1])
    return abs(area), perimeter


def _check_crs(shapes: Any) -> None:
    if isinstance(shapes, BaseGeometry) or not hasattr(shapes, "crs"):
        return
    if shapes.crs is None:
        raise AreaError(
            "the layer has no CRS; set it first, e.g. set_crs('OGC:CRS84')",
            "图层没有坐标系；请先设定，例如 set_crs('OGC:CRS84')",
        )
    crs = CRS.from_user_input(shapes.crs)
    ellipsoid = crs.ellipsoid
    same = ellipsoid is not None and abs(ellipsoid.semi_major_metre - 6378137.0) < 0.5
    if not crs.is_geographic or not same:
        raise AreaError(
            f"{crs.to_string()} is not longitude and latitude on CGCS2000 or WGS 84; "
            "transform first, e.g. to_crs('OGC:CRS84')",
            f"{crs.to_string()} 不是 CGCS2000 或 WGS 84 经纬度；请先转换，例如 to_crs('OGC:CRS84')",
        )
