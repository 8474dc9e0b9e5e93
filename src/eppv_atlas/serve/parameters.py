"""What a question of OGC API - Features may have in it, held against what this server offers.

Floor 3½, part of the server: knows collections; must not know pygeoapi, files or HTTP.
"""

from __future__ import annotations

import math
import re
from typing import Final

from eppv_atlas.serve.asking import invalid
from eppv_atlas.serve.features import Collection

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MOST_ITEMS: Final = 1000
DEFAULT_ITEMS: Final = 10
OF_ITEMS: Final = (
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "sortby",
    "properties",
    "skipGeometry",
)
"""Parameters of a page of features, besides its properties."""
_COUNT: Final = re.compile(r"[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?([eE][+-]?[0-9]{1,2})?")
_INSTANT: Final = re.compile(
    r"(\.\.|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)|\d{4}-\d\d-\d\d)?"
)


def formatted(given: dict[str, str]) -> dict[str, str]:
    """Parameters with the one format that there is, which pygeoapi would else choose by itself."""
    if given.get("f", "json") not in {"json", "geojson"}:
        raise invalid("the one format is f=json")
    return {**given, "f": "json"}


def crs(given: dict[str, str]) -> None:
    """Take the CRS out of the parameters: there is one, and it is not to be asked of a library."""
    for name in ("crs", "bbox-crs"):
        if given.pop(name, CRS84) != CRS84:
            raise invalid(f"{name}: the one CRS is {CRS84}")


def check(given: dict[str, str], collection: Collection) -> None:
    """Hold the parameters of a page of features against what they may be.

    Raises
    ------
    Refused
        If one cannot be used.
    """
    for name, least in (("limit", 1), ("offset", 0)):
        if name in given and (not _COUNT.fullmatch(given[name]) or int(given[name]) < least):
            raise invalid(f"{name} is a whole number from {least}")
    if "bbox" in given:
        given["bbox"] = ",".join(map(repr, _box(given["bbox"])))
    elif "bbox-crs" in given:
        raise invalid("bbox-crs goes with a bbox")
    crs(given)
    if "datetime" in given:
        parts = given.pop("datetime").split("/")  # features have no time of their own: all of them match
        if len(parts) > 2 or not all(map(_INSTANT.fullmatch, parts)) or not any(parts):
            raise invalid("datetime is an RFC 3339 date or time, or two of them with / between")
    if "sortby" in given:
        given["sortby"] = ",".join(_order(part, collection) for part in given["sortby"].split(","))
    if "properties" in given and not set(given["properties"].split(",")) <= set(collection.kinds):
        raise invalid("properties names what this collection does not have; see its queryables")
    if given.get("skipGeometry", "true") not in {"true", "false"}:
        raise invalid("skipGeometry is true or false")
    _properties(given, collection)


def _properties(given: dict[str, str], collection: Collection) -> None:
    """Hold the values of properties against their kinds."""
    for name in given.keys() & collection.kinds.keys():
        kind = collection.kinds[name]
        if kind in {"number", "integer"} and not _NUMBER.fullmatch(given[name]):
            raise invalid(f"{name} is a number")
        if kind == "boolean" and given[name] not in {"true", "false"}:
            raise invalid(f"{name} is true or false")


def _box(text: str) -> list[float]:
    """A box of two longitudes and two latitudes; west of it may lie beyond the antimeridian."""
    parts = text.split(",")
    if len(parts) != 4 or not all(map(_NUMBER.fullmatch, parts)):
        raise invalid("bbox is four numbers: west,south,east,north in degrees")
    west, south, east, north = found = [float(part) for part in parts]
    sane = all(map(math.isfinite, found)) and max(abs(west), abs(east)) <= 180
    if not sane or not -90 <= south <= north <= 90:
        raise invalid("bbox lies within 180 degrees west and east, 90 south and north, south before north")
    return found


def _order(part: str, collection: Collection) -> str:
    """One part of sortby; a plus sign in an address may have become a blank."""
    name = part.lstrip("+- ")
    if part[: len(part) - len(name)] not in {"", "+", "-", " "} or name not in collection.kinds:
        raise invalid("sortby is properties of this collection, - before those that go down")
    if collection.kinds[name] == "list":
        raise invalid("there is no order of lists to sort by")
    return f"-{name}" if part.startswith("-") else name
