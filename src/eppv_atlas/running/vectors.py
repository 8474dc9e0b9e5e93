"""A vector file that somebody brings, in longitude and latitude.

Read in the guarded process of the intake. Its CRS must be declared and its way
to longitude and latitude known; nothing is guessed, as there is no county that
these shapes would have to lie in.

Floor 3½, part of running: knows files and the intake; must not know schemes or cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from eppv_atlas.errors import Problem
from eppv_atlas.intake.layer import refused
from eppv_atlas.intake.opening import opened
from eppv_atlas.intake.settling import Asked, settle
from eppv_atlas.patches import way_to_lonlat


@dataclass(frozen=True)
class Vectors:
    """A layer in longitude and latitude.

    Attributes
    ----------
    file
        Path as the user typed it.
    shapes
        OGC:CRS84, two dimensions, none missing or empty. Shape (n,).
    columns
        Texts by the name of their column, in the order of the shapes.
    doubts
        What somebody should look at.
    """

    file: str
    shapes: NDArray[Any]
    columns: Mapping[str, tuple[str | None, ...]]
    doubts: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        """Number of features."""
        return len(self.shapes)


def read(path: Path, layer: str | None = None, *, areas: bool = False) -> Vectors:
    """Read a vector file.

    Parameters
    ----------
    path
        Any format that the intake reads.
    layer
        Layer wanted, where the file has several.
    areas
        Whether only polygons will do.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If it is refused.
    """
    found = opened(path, layer=layer)
    if found.table:
        raise refused(found.file, "shapes", "is a table without shapes", "是没有图形的表")
    kept = ~(shapely.is_missing(found.shapes) | shapely.is_empty(found.shapes))
    shapes = settle(found.file, found.shapes[kept], (), None, Asked(declared_crs(found.file, found.crs)))
    numbers = np.flatnonzero(kept) + 1
    _on_globe(found.file, shapes.shapes, numbers)
    if areas:
        _areas(found.file, shapes.shapes, numbers)
    columns = {
        name: tuple(value for value, keep in zip(values, kept.tolist(), strict=True) if keep)
        for name, values in found.columns.items()
    }
    return Vectors(found.file, shapes.shapes, columns, (*found.doubts, *shapes.doubts))


def declared_crs(file: str, declared: str | None) -> str:
    """The CRS that a file declares, where its way to longitude and latitude is known.

    Raises
    ------
    DataError
        Where it declares none, or none that is known.
    """
    if declared is None:
        raise refused(
            file,
            "crs",
            "declares no CRS; set it in the file first (a .prj beside a shapefile, or ogr2ogr -a_srs)",
            "没有标注坐标系；请先在文件中设定（shapefile 旁的 .prj，或 ogr2ogr -a_srs）",
        )
    known_crs(file, declared)
    return declared


def known_crs(file: str, declared: str) -> CRS:
    """A CRS from which the way to longitude and latitude is known.

    Raises
    ------
    DataError
        Where it is none.
    """
    try:
        crs = CRS.from_user_input(declared)
    except (CRSError, ValueError):
        raise refused(file, "crs", "declares a CRS that cannot be known", "所标坐标系无法识别") from None
    if not way_to_lonlat(crs)[0]:
        raise refused(
            file,
            "crs",
            f"there is no known way from {crs.name[:60]} to WGS 84 or CGCS2000; transform it first, with your parameters",
            f"没有从 {crs.name[:60]} 到 WGS 84 或 CGCS2000 的已知转换；请先用你的参数转换",
        )
    return crs


def _on_globe(file: str, shapes: NDArray[Any], numbers: NDArray[np.int64]) -> None:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    off = (np.abs(xy[:, 0]) > 180.0) | (np.abs(xy[:, 1]) > 90.0)
    if off.any():
        raise refused(
            file,
            "globe",
            "has coordinates that are no longitude and latitude; is its CRS right, and its axis order?",
            "坐标不是经纬度；请核对坐标系与坐标次序",
            numbers[np.unique(owner[off])].tolist(),
        )


def _areas(file: str, shapes: NDArray[Any], numbers: NDArray[np.int64]) -> None:
    kinds = shapely.get_type_id(shapes)
    other = ~np.isin(kinds, (3, 6))
    if other.any():
        raise refused(
            file, "polygons", "has shapes that are no polygons", "含有不是面的图形", numbers[other].tolist()
        )
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        raise refused(
            file,
            "valid",
            "has polygons that cross themselves; repair them first",
            "含有自相交的面；请先修复",
            numbers[invalid].tolist(),
        )
