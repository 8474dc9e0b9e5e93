"""A flat chart of the surroundings of a shape, and what cannot be charted.

Floor 2, part of geometry: knows shapes only; no cases and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from pyproj import Proj
from shapely.geometry.base import BaseGeometry

from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Floats
from eppv_atlas.errors import RecipeError

NEAREST_POLE_DEGREES: Final = 89.0


@dataclass(frozen=True)
class Chart:
    """Azimuthal-equidistant plane about a place: geodesics through its centre are straight and true.

    Attributes
    ----------
    lon, lat
        The centre in degrees.
    """

    lon: float
    lat: float

    @cached_property
    def _plane(self) -> Proj:
        return Proj(proj="aeqd", lat_0=self.lat, lon_0=self.lon, a=CGCS2000.a, rf=CGCS2000.rf)

    def flat(self, lonlat: Floats) -> Floats:
        """Degrees → metres."""
        return np.column_stack(self._plane(lonlat[:, 0], lonlat[:, 1]))

    def globe(self, xy: Floats) -> Floats:
        """Metres → degrees, longitudes within 180° of the centre's."""
        lon, lat = self._plane(xy[:, 0], xy[:, 1], inverse=True)
        return np.column_stack([self.lon + (lon - self.lon + 180.0) % 360.0 - 180.0, lat])

    def shape(self, flat: BaseGeometry) -> BaseGeometry:
        """A shape of the chart in degrees.

        Raises
        ------
        RecipeError
            If it reaches a pole or crosses the 180° meridian.
        """
        found = shapely.transform(flat, self.globe)
        poles = self.flat(np.array([[self.lon, 90.0], [self.lon, -90.0]]))
        if shapely.intersects_xy(flat, *poles.T).any():
            raise off_the_chart()
        on_chart(found)
        return found


def on_chart(shape: BaseGeometry) -> None:
    """Refuse a shape in degrees that reaches a pole or the 180° meridian.

    Raises
    ------
    RecipeError
        Then, and if a coordinate is no number.
    """
    xy = shapely.get_coordinates(shape)
    if not len(xy):
        return
    if not np.isfinite(xy).all():
        raise RecipeError("a coordinate is no number", "坐标不是数")
    lon, lat = xy.T
    if np.abs(lon).max() > 180.0 or np.ptp(lon) > 180.0 or np.abs(lat).max() > NEAREST_POLE_DEGREES:
        raise off_the_chart()


def off_the_chart() -> RecipeError:
    """The error for what reaches a pole or the 180° meridian."""
    return RecipeError(
        "the shape reaches a pole or the 180° meridian, which is not supported",
        "图形触及极点或 180° 经线，暂不支持",
    )
