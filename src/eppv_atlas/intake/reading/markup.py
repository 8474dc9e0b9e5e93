"""KML, read as what it is: XML with outlines in longitude and latitude.

GDAL's driver for it can crash on damaged files and gives Chinese names of
attributes as underscores, so it is not used.

Alone in its process; imports nothing of the rest of the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

import shapely

from . import Read, Refused

_POLYGONS: Final = {"Polygon", "LineString", "LinearRing", "Point", "Track"}
_GROUPS: Final = {"MultiGeometry", "MultiTrack", "MultiPolygon", "MultiLineString", "MultiPoint"}
"""The last three are in no standard; some programs write them."""
_DEEPEST: Final = 100


def kml(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """Every placemark of a KML, its folder among the columns."""
    told |= {"layers": [""], "layer": "", "crs": "OGC:CRS84"}
    try:
        with open(spec["path"], "rb") as file:  # noqa: PTH123 - the parser wants the bytes
            root = ET.parse(file).getroot()  # noqa: S314 - declarations of types were refused before
    except ET.ParseError as error:
        line, _ = error.position
        en = f"is no well-formed XML: {error.msg.split(':')[0]} in line {line}"
        raise Refused("xml", en, f"不是合法的 XML：第 {line} 行，{error.msg.split(':')[0]}") from None
    if _name(root) != "kml":
        raise Refused("xml", f"is XML, but no KML: it begins with {_name(root)[:40]!r}", "是 XML，但不是 KML")
    document = next((one for one in root if _name(one) == "Document"), None)
    told["document"] = {} if document is None else _attributes(document)
    shapes: list[bytes | None] = []
    rows: list[dict[str, str]] = []
    for folder, mark in _placemarks(root, "", 0):
        number = len(shapes) + 1
        held = [part for child in mark for part in _parts(child, number, 0, told)]
        made = held[0] if len(held) == 1 else shapely.GeometryCollection(held) if held else None
        if made is not None and len({part.geom_type for part in held}) == 1 and len(held) > 1:
            made = shapely.from_wkb(shapely.to_wkb(_multi(held)))
        shapes.append(None if made is None else bytes(shapely.to_wkb(made)))
        rows.append(({"folder": folder} if folder else {}) | _attributes(mark))
    names = list(dict.fromkeys(name for row in rows for name in row))
    return shapes, {name: [row.get(name) for row in rows] for name in names}


def _multi(parts: list[Any]) -> Any:
    kinds = {
        "Polygon": shapely.MultiPolygon,
        "LineString": shapely.MultiLineString,
        "Point": shapely.MultiPoint,
    }
    return kinds[parts[0].geom_type](parts)


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _placemarks(element: ET.Element, folder: str, depth: int) -> Iterator[tuple[str, ET.Element]]:
    if depth > _DEEPEST:
        raise Refused("nesting", "is nested too deeply to be read", "嵌套过深，无法读取")
    for child in element:
        name = _name(child)
        if name == "Placemark":
            yield folder, child
        elif name in {"Document", "Folder"}:
            inner = next((_said(one) for one in child if _name(one) == "name"), "")
            yield from _placemarks(child, inner if name == "Folder" else folder, depth + 1)


def _said(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _attributes(mark: ET.Element) -> dict[str, str]:
    row: dict[str, str] = {}
    for child in mark:
        name = _name(child)
        if name in {"name", "description"}:
            row[name] = _said(child)
        elif name == "ExtendedData":
            for one in child.iter():
                if _name(one) in {"Data", "SimpleData"} and one.get("name"):
                    row[str(one.get("name"))] = _said(one)
    return row


def _parts(element: ET.Element, number: int, depth: int, told: dict[str, Any]) -> Iterator[Any]:
    """Simple geometries within an element."""
    name = _name(element)
    if depth > _DEEPEST:
        raise Refused("nesting", "is nested too deeply to be read", "嵌套过深，无法读取", number)
    if name in _GROUPS:
        for child in element:
            yield from _parts(child, number, depth + 1, told)
    elif name == "Model":
        told["notes"].append(f"feature {number}: a 3D model is no outline and was left out")
    elif name in _POLYGONS:
        yield _simple(element, name, number, told)


def _simple(element: ET.Element, name: str, number: int, told: dict[str, Any]) -> Any:
    try:
        if name == "Polygon":
            outer = [_ring(one, number, told) for one in element if _name(one) == "outerBoundaryIs"]
            inner = [_ring(one, number, told) for one in element if _name(one) == "innerBoundaryIs"]
            return (
                shapely.Polygon(*outer, inner)
                if len(outer) == 1
                else _none("a polygon has one outer boundary")
            )
        points = _points(element)
        if name == "Point":
            return shapely.Point(points[0])
        return shapely.LineString(points)
    except (ValueError, IndexError, shapely.errors.GEOSException) as error:
        why = " ".join(str(error).split())[:120]
        raise Refused(
            "geometry", f"has no readable geometry: {why}", f"图形无法读取：{why}", number
        ) from None


def _none(why: str) -> Any:
    raise ValueError(why)


def _ring(boundary: ET.Element, number: int, told: dict[str, Any]) -> list[tuple[float, ...]]:
    rings = [one for one in boundary.iter() if _name(one) == "LinearRing"]
    if len(rings) != 1:
        raise ValueError("a boundary has one ring")
    points = _points(rings[0])
    if points and points[0] != points[-1]:
        told.setdefault("closed", []).append(number)
    return points


def _points(element: ET.Element) -> list[tuple[float, ...]]:
    """Longitude, latitude and height, as far as they are given."""
    points = []
    for one in element:
        text = one.text or ""
        if _name(one) == "coordinates":
            points += [tuple(float(number) for number in point.split(",")) for point in text.split()]
        elif _name(one) == "coord":  # of a track: blanks instead of commas
            points.append(tuple(float(number) for number in text.split()))
    if any(not 2 <= len(point) <= 3 for point in points):
        raise ValueError("a point has a longitude, a latitude and at most a height")
    flat = {len(point) for point in points}
    return [point[:2] for point in points] if len(flat) > 1 else points
