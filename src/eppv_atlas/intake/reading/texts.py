"""Shapes written as text: GeoJSON and WKT.

Alone in its process; imports nothing of the rest of the package.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely

from . import Read, Refused, text_of


def decoded(spec: dict[str, Any]) -> str:
    """Text of a file in its encoding."""
    raw = Path(spec["path"]).read_bytes()
    encoding = spec["encoding"] or "utf-8"
    try:
        return raw.decode(encoding).removeprefix("\ufeff").replace("\0", "")
    except (UnicodeDecodeError, LookupError):
        en, zh = f"is no text in {encoding}", f"不是 {encoding} 编码的文本"
        raise Refused("encoding", en, zh) from None


def geojson(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """A GeoJSON collection, feature or geometry."""

    def no_constant(name: str) -> float:
        raise Refused("json", f"holds {name}, which is no number of JSON", f"含有 {name}，不是 JSON 的数")

    try:
        data = json.loads(decoded(spec), parse_constant=no_constant)
    except json.JSONDecodeError as error:
        en = f"is no JSON: {error.msg} in line {error.lineno}"
        raise Refused("json", en, f"不是 JSON：第 {error.lineno} 行，{error.msg}") from None
    kind = str(data.get("type")) if isinstance(data, dict) else ""
    if kind == "FeatureCollection" and isinstance(data.get("features"), list):
        features = data["features"]
    elif kind == "Feature":
        features = [data]
    elif kind in shapely.GeometryType.__members__ or kind in {
        "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
    }:  # fmt: skip
        features = [{"type": "Feature", "properties": {}, "geometry": data}]
    else:
        raise Refused("json", "is JSON, but no GeoJSON", "是 JSON，但不是 GeoJSON")
    told |= {"layers": [""], "layer": "", "crs": "OGC:CRS84"}
    if "crs" in data:
        said = data["crs"]
        named = (
            isinstance(said, dict) and said.get("type") == "name" and isinstance(said.get("properties"), dict)
        )
        told["crs_member"] = said["properties"].get("name") if named else json.dumps(said)[:80]
    shapes, rows = [], []
    for index, feature in enumerate(features):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise Refused("json", "is no GeoJSON feature", "不是 GeoJSON 要素", index + 1)
        shapes.append(_shape(feature.get("geometry"), index + 1, told))
        held = feature.get("properties")
        rows.append(held if isinstance(held, dict) else {})
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    return shapes, {
        name: [
            json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else text_of(value)
            for value in (row.get(name) for row in rows)
        ]
        for name in names
    }


def _shape(data: Any, feature: int, told: dict[str, Any]) -> bytes | None:
    """A geometry of GeoJSON as WKB, its rings closed and said so."""
    if data is None:
        return None
    if _open_rings(data):
        told.setdefault("closed", []).append(feature)
    try:
        made = shapely.geometry.shape(_numbers(data))
    except Exception as error:  # noqa: BLE001 - whatever a hostile geometry raises, it is a bad geometry
        why = " ".join(str(error).split())[:160] or type(error).__name__
        raise Refused(
            "geometry", f"has no readable geometry: {why}", f"图形无法读取：{why}", feature
        ) from None
    return bytes(shapely.to_wkb(made, output_dimension=3 if made.has_z else 2))


def _numbers(data: Any) -> Any:
    """The same geometry; a coordinate that is no number is an error, however a library would bend it."""

    def check(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                check(one)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{json.dumps(value, ensure_ascii=False)[:40]} is no coordinate")

    if not isinstance(data, dict):
        raise TypeError("a geometry is an object")
    if data.get("type") == "GeometryCollection":
        for one in data.get("geometries") or []:
            _numbers(one)
    else:
        check(data.get("coordinates"))
    return data


def _open_rings(data: Any) -> bool:
    kind = data.get("type") if isinstance(data, dict) else None
    coordinates = data.get("coordinates") if isinstance(data, dict) else None
    if (
        not isinstance(kind, str)
        or kind not in {"Polygon", "MultiPolygon"}
        or not isinstance(coordinates, list)
    ):
        return False
    rings = coordinates if kind == "Polygon" else [ring for part in coordinates for ring in part or ()]
    return any(isinstance(ring, list) and ring and ring[0] != ring[-1] for ring in rings)


def wkt(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """One geometry a line, or one over several lines."""
    told |= {"layers": [""], "layer": "", "crs": None}
    text = decoded(spec).strip()
    found = [line for line in text.splitlines() if line.strip()]
    starts = all(line.lstrip()[:1].isalpha() for line in found)
    whole = found if starts else [" ".join(found)]  # one geometry over several lines
    return from_wkt(whole, told), {}


def from_wkt(lines: Iterable[str | None], told: dict[str, Any]) -> list[bytes | None]:
    """Shapes of WKT or EWKT as WKB."""
    shapes: list[bytes | None] = []
    for index, line in enumerate(lines):
        if line is None or not line.strip():
            shapes.append(None)
            continue
        srid, _, rest = line.strip().rpartition(";")
        if srid.upper().startswith("SRID="):
            told["crs"] = f"EPSG:{srid[5:].strip()}"
        if rest.count("(") > 1_000_000 or "(" * 60 in rest.replace(" ", ""):
            raise Refused("nesting", "is nested too deeply to be read", "嵌套过深，无法读取", index + 1)
        try:
            shapes.append(bytes(shapely.to_wkb(shapely.from_wkt(rest))))
        except (shapely.errors.GEOSException, ValueError) as error:
            why = " ".join(str(error).split())[:160]
            raise Refused("wkt", f"is no WKT: {why}", f"不是 WKT：{why}", index + 1) from None
    return shapes
