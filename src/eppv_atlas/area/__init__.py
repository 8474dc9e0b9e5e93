"""Area and perimeter on an ellipsoid, by three named edge models.

Areas are taken ring by ring: a hole is subtracted whatever its winding.
Nothing here takes an area in degrees or in a map projection, and a projected
layer is refused rather than measured wrongly. (The survey's rule goes by the
Gauss–Krüger plane for the points of its edges; the area is of the ellipsoid.)

Floor 2: knows no cases and no files.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area import columns, edges, survey
from eppv_atlas.area import rings as _rings
from eppv_atlas.area.ellipsoids import CGCS2000 as _CGCS2000
from eppv_atlas.area.ellipsoids import ELLIPSOIDS, Ellipsoid, ellipsoid
from eppv_atlas.area.rings import Rings
from eppv_atlas.area.survey import SurveyRule
from eppv_atlas.errors import AreaError

__all__ = [
    "CGCS2000",
    "ELLIPSOIDS",
    "MODELS",
    "Ellipsoid",
    "Rings",
    "SurveyRule",
    "area_m2",
    "perimeter_m",
]

MODELS: Final = ("geodesic", "lonlat", "survey")
CGCS2000: Final = _CGCS2000.geod
"""Geodesics on the ellipsoid of China Geodetic Coordinate System 2000 (equal to GRS 80)."""


def area_m2(
    shapes: Any,
    model: str = "geodesic",
    ellipsoid: str | Ellipsoid = "CGCS2000",
    *,
    rule: SurveyRule | None = None,
) -> Any:
    """Area of polygons on an ellipsoid.

    Parameters
    ----------
    shapes
        One geometry; n geometries (sequence, array or GeoSeries); or a column
        of WKB (pyarrow binary array, or a sequence of bytes) as it stands in
        GeoParquet. Longitude and latitude, degrees. A GeoSeries must say so
        with its CRS.
    model
        ``geodesic``: edges are geodesics. ``lonlat``: edges are straight in
        longitude and latitude; pieces of a planar overlay then add up.
        ``survey``: the land survey's rule for the area of a patch.
    ellipsoid
        Name of one of ELLIPSOIDS, a CRS that stands on it, or an Ellipsoid.
    rule
        Steps of model ``survey``; None for all of them as the survey has them.

    Returns
    -------
    float or ndarray of float64, shape (n,)
        Areas in m², never negative; NaN where a geometry is missing, 0 where
        it is empty.

    Notes
    -----
    Geometries are taken as valid: whether a ring crosses itself is not looked
    into here (``tally`` and ``check`` do). An edge goes the short way round the
    globe, so a shape wider than 180° needs vertices in between.

    Raises
    ------
    AreaError
        If the CRS is projected (EPSG:3857 included), missing or on another
        ellipsoid, if a coordinate is not on the globe, if a geometry is not a
        polygon, if model or ellipsoid is not known, or if a rule is given to
        another model than ``survey``.
    """
    if rule is not None and model != "survey":
        raise AreaError(
            f"a survey rule is for model 'survey', not for {model!r}",
            f"国土调查规则只用于 survey 模型，不用于 {model!r}",
        )
    body = _body(ellipsoid)
    shapes = _layer(shapes)
    single = _single(shapes)
    given = [shapes] if single else shapes
    _check(shapes, model, body)
    if model != "survey" and _is_wkb(given):
        out = columns.areas(given, model, body)
    else:
        found = _read(given, body)
        out = (
            survey.areas(found, body, rule or SurveyRule())
            if model == "survey"
            else edges.areas(found, model, body)
        )
    if (negative := np.flatnonzero(out < -1e-6)).size:
        raise AreaError(
            f"feature {negative[0]}: its holes are larger than its shells; the geometry is not valid",
            f"要素 {negative[0]}：洞比外环还大，图形无效",
        )
    out = np.maximum(out, 0.0)  # NaN stays
    return float(out[0]) if single else out


def perimeter_m(shapes: Any, model: str = "geodesic", ellipsoid: str | Ellipsoid = "CGCS2000") -> Any:
    """Length of all rings, holes included, on an ellipsoid.

    Parameters
    ----------
    shapes, model, ellipsoid
        As for :func:`area_m2`. The survey has no rule for perimeters: under
        ``survey`` they are geodesic perimeters of the same rings.

    Returns
    -------
    float or ndarray of float64, shape (n,)
        Perimeters in m.

    Raises
    ------
    AreaError
        As for :func:`area_m2`.
    """
    body = _body(ellipsoid)
    shapes = _layer(shapes)
    single = _single(shapes)
    _check(shapes, model, body)
    found = _read([shapes] if single else shapes, body)
    out = edges.perimeters(found, "geodesic" if model == "survey" else model, body)
    return float(out[0]) if single else out


_body = ellipsoid


def _layer(shapes: Any) -> Any:
    """The geometry of a GeoDataFrame; anything else as it is."""
    return shapes.geometry if hasattr(shapes, "crs") and hasattr(shapes, "columns") else shapes


def _is_wkb(given: Any) -> bool:
    try:
        return columns.is_wkb(given)
    except (TypeError, KeyError):
        raise _unreadable(given) from None


def _unreadable(given: Any) -> AreaError:
    kind = type(given).__name__
    return AreaError(
        f"areas are taken of shapely geometries, a GeoSeries, or WKB as bytes or a pyarrow binary array, not of {kind}",
        f"可量算的是 shapely 图形、GeoSeries，或以 bytes、pyarrow 二进制数组表示的 WKB，而不是 {kind}",
    )


def _single(shapes: Any) -> bool:
    return isinstance(shapes, BaseGeometry | bytes)


def _check(shapes: Any, model: str, body: Ellipsoid) -> None:
    if model not in MODELS:
        raise AreaError(
            f"there is no edge model {model!r}; choose from: {', '.join(MODELS)}",
            f"没有边线模型 {model!r}；可用：{'、'.join(MODELS)}",
        )
    _check_crs(shapes, body)


def _read(given: Any, body: Ellipsoid) -> Rings:
    """Rings of whatever was given."""
    if _is_wkb(given):
        found = _rings.from_wkb(given)
    else:
        try:
            columns.check_srids(np.unique(shapely.get_srid(np.asarray(list(given), dtype=object))), body)
            found = _rings.from_shapes(given)
        except (TypeError, ValueError, IndexError):
            raise _unreadable(given) from None
    columns.check_globe(found)
    return found


def _check_crs(shapes: Any, body: Ellipsoid) -> None:
    if isinstance(shapes, BaseGeometry | bytes) or not hasattr(shapes, "crs"):
        return
    if shapes.crs is None:
        raise AreaError(
            "the layer has no CRS; set it first, e.g. set_crs('OGC:CRS84')",
            "图层没有坐标系；请先设定，例如 set_crs('OGC:CRS84')",
        )
    crs = CRS.from_user_input(shapes.crs)
    if not columns.fits(crs, body):
        raise AreaError(
            f"{crs.to_string()} is not longitude and latitude on {body.name}; "
            "transform first, e.g. to_crs('OGC:CRS84')",
            f"{crs.to_string()} 不是 {body.name} 上的经纬度；请先转换，例如 to_crs('OGC:CRS84')",
        )
