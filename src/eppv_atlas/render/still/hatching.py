"""Hatching and dots inside a shape, as lines and points: the same in every file format.

Floor 3, part of render: plain geometry; must not know cases, maps or Matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


def lines(shape: BaseGeometry, angles: Sequence[float], distance: float) -> list[NDArray[np.float64]]:
    """Parallel lines in a shape.

    Parameters
    ----------
    shape
        Polygons in a plane.
    angles
        Directions in degrees from the x axis; each gives a set of lines.
    distance
        How far lines are apart. All lie on one grid of the plane, so that
        shapes side by side are hatched as one.

    Returns
    -------
    list of ndarray
        Lines, shape (n, 2) each.
    """
    if shape.is_empty:
        return []
    left, bottom, right, top = shape.bounds
    out: list[NDArray[np.float64]] = []
    for angle in angles:
        along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
        across = np.array([-along[1], along[0]])
        corners = np.array([[left, bottom], [left, top], [right, bottom], [right, top]])
        steps = np.arange(
            math.ceil((corners @ across).min() / distance),
            math.floor((corners @ across).max() / distance) + 1,
        )
        ends = (corners @ along).min(), (corners @ along).max()
        starts = steps[:, None] * distance * across
        both = np.stack([starts + ends[0] * along, starts + ends[1] * along], axis=1)
        cut = shapely.intersection(shapely.linestrings(both), shape)
        parts = shapely.get_parts(shapely.get_parts(cut))
        out += [
            shapely.get_coordinates(part)
            for part in parts
            if part.geom_type == "LineString" and not part.is_empty
        ]
    return out


def dots(shape: BaseGeometry, distance: float) -> NDArray[np.float64]:
    """Points of a grid, every other row moved by half a step, that lie in a shape; shape (n, 2)."""
    if shape.is_empty:
        return np.empty((0, 2))
    left, bottom, right, top = shape.bounds
    high = distance * math.sqrt(3) / 2
    rows = np.arange(math.ceil(bottom / high), math.floor(top / high) + 1)
    columns = np.arange(math.floor(left / distance), math.ceil(right / distance) + 1)
    y, x = np.meshgrid(rows * high, columns * distance, indexing="ij")
    x = x + np.where(rows % 2 == 1, distance / 2, 0.0)[:, None]
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x.ravel(), y.ravel())
    return np.column_stack([x.ravel()[inside], y.ravel()[inside]])
