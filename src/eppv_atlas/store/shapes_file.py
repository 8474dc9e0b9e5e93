"""geodata/<id>.geojson: drawn shapes, and the stored results of recipes.

RFC 7946 GeoJSON, longitude before latitude, one feature a line. A drawn
feature has one property, ``id``; the result of a recipe also has ``digest``
(which binds it to its recipe and inputs) and what was solved for.

Floor 3, part of the store: knows GeoJSON and shapes; must not know YAML,
measures or maps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import geometry
from eppv_atlas.errors import Problem
from eppv_atlas.recipes import Stored, untouched
from eppv_atlas.results import ZoneShape
from eppv_atlas.store.yaml_text import decode

_SAME_AS_CRS84 = re.compile(r"(OGC:(1\.3:)?|::|:)CRS84$|EPSG:{1,2}(4326|4490)$")
_POLYGONAL = {"Polygon", "MultiPolygon"}
EDITED: Final = (
    "edited-result",
    (
        "this shape was made by a recipe and has been changed since; remove the feature "
        "('eppv-atlas tidy' makes it anew), or keep it as drawn: type: drawn, and no digest here"
    ),
    (
        "此图形由做法生成，之后被改动；请删去该要素（eppv-atlas tidy 会重新生成），"
        "或改作手绘：写 type: drawn 并删去此处的 digest"
    ),
)
"""What is said of a recipe's result that somebody has changed."""
_REASONS_ZH = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "洞在外环之外",
    "Nested holes": "洞相互嵌套",
    "Nested shells": "多边形相互嵌套",
    "Duplicate Rings": "环重复",
    "Interior is disconnected": "内部不连通",
    "Too few points in geometry component": "点数太少",
    "Invalid Coordinate": "坐标无效",
}


@dataclass
class ShapesFile:
    """Content of one geodata file.

    Attributes
    ----------
    drawn
        Drawn shapes by zone id, OGC:CRS84.
    stored
        Stored results of recipes by zone id.
    lines
        Line of each feature, by id.
    extras
        Further attributes of drawn features, kept as they are.
    unreadable
        True where the file as a whole could not be read.
    broken
        Ids that stand in the file but whose geometry was refused.
    problems
        Everything that was refused.
    """

    drawn: dict[str, BaseGeometry] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    extras: dict[str, dict[str, Any]] = field(default_factory=dict)
    unreadable: bool = False
    problems: list[Problem] = field(default_factory=list)


def read(raw: bytes, file: str) -> ShapesFile:
    """Read a geodata file; problems stand in the result.

    Parameters
    ----------
    raw
        Content of the file.
    file
        Name used in messages.
    """
    out = ShapesFile(unreadable=True)
    text, out.problems = decode(raw, file)
    if text is None:
        return out
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        out.problems.append(
            Problem(
                file,
                error.lineno,
                "",
                "json-syntax",
                f"not valid JSON: {error.msg}",
                f"不是合法的 JSON：{error.msg}",
            )
        )
        return out
    except (ValueError, RecursionError) as error:
        out.problems.append(
            Problem(file, 0, "", "json-syntax", f"not valid JSON: {error}", f"不是合法的 JSON：{error}")
        )
        return out
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        out.problems.append(
            Problem(
                file,
                1,
                "",
                "not-a-feature-collection",
                "a GeoJSON FeatureCollection is expected",
                "应为 GeoJSON FeatureCollection",
            )
        )
        return out
    if "crs" in data and not _crs84(data["crs"]):
        out.problems.append(
            Problem(
                file,
                _line(text, "crs"),
                "crs",
                "unknown-crs",
                "the file names another CRS; export it again in WGS 84 or CGCS2000 longitude and latitude",
                "文件标注了其他坐标系；请以 WGS 84 或 CGCS2000 经纬度重新导出",
            )
        )
        return out
    out.unreadable = False
    for index, feature in enumerate(features):
        _feature(out, feature, index, text, file)
    return out


def write(
    case: str,
    drawn: Mapping[str, BaseGeometry],
    made: Iterable[tuple[ZoneShape, str]],
    extras: Mapping[str, Mapping[str, Any]] | None = None,
) -> bytes:
    """Canonical content of a geodata file.

    Parameters
    ----------
    case
        Id of the case, kept as the name of the layer.
    drawn
        Drawn shapes by zone id, in the order in which they are to stand.
    made
        Shapes made by recipe, each with its digest.
    extras
        Further attributes of drawn features, by zone id.

    Returns
    -------
    bytes
        UTF-8 text; one feature a line, shells counter-clockwise, six decimals.
    """
    features: list[tuple[dict[str, Any], BaseGeometry]] = [
        ({"id": zone, **(extras or {}).get(zone, {})}, geometry.canonical(shape))
        for zone, shape in drawn.items()
    ]
    features += [
        ({"id": shape.zone, "digest": digest, **shape.made}, shape.geometry) for shape, digest in made
    ]
    lines = ",\n".join(
        json.dumps(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": _plain(shapely.geometry.mapping(shape)),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, shape in features
    )
    body = f"\n{lines}\n" if lines else ""
    return f'{{"type":"FeatureCollection","name":{json.dumps(case)},"features":[{body}]}}\n'.encode()


def flaw_of(shape: BaseGeometry) -> tuple[str, str, str] | None:
    """Say what is wrong with a polygon: rule, English, Chinese; None for a sound one."""
    if shape.geom_type not in _POLYGONAL:
        return (
            "wrong-geometry-type",
            f"a zone is a Polygon or MultiPolygon, not a {shape.geom_type}",
            f"分区应为 Polygon 或 MultiPolygon，而不是 {shape.geom_type}",
        )
    if shape.is_empty:
        return (
            "empty-geometry",
            "the polygon is empty; draw it or remove the feature",
            "多边形为空；请补画或删去该要素",
        )
    west, south, east, north = shape.bounds
    if max(-west, east) > 180 or max(-south, north) > 90:
        if max(-west, east) > 1000:
            return (
                "outside-the-globe",
                "these are plane coordinates in metres, not degrees; export longitude and latitude",
                "这是以米为单位的平面坐标，不是经纬度；请导出为经纬度",
            )
        swapped = max(-west, east) <= 90 and max(-south, north) <= 180
        hint_en = "longitude and latitude are swapped" if swapped else "correct the coordinates"
        hint_zh = "经纬度写反了" if swapped else "请改正坐标"
        return (
            "outside-the-globe",
            f"coordinates up to ({east:.4f}, {north:.4f}) lie outside the globe; {hint_en}",
            f"坐标（{east:.4f}, {north:.4f}）超出地球范围；{hint_zh}",
        )
    if not shapely.is_valid(shape):
        reason = shapely.is_valid_reason(shape)
        where = reason[reason.find("[") + 1 : reason.rfind("]")] if "[" in reason else ""
        what = reason.split("[")[0].strip() or "invalid"
        return (
            "invalid-polygon",
            f"{what} at lon lat {where}; mend the outline there (QGIS: Fix geometries)",
            f"经纬度 {where} 处：{_REASONS_ZH.get(what, what)}；请在该处修正边界（QGIS：修正几何图形）",
        )
    return None


def _feature(out: ShapesFile, feature: Any, index: int, text: str, file: str) -> None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    zone = properties.get("id") if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(zone, str) or not zone:
        out.problems.append(
            Problem(
                file,
                0,
                f"features[{index}]",
                "feature-without-id",
                'the feature has no property "id" naming its zone; add it',
                "要素没有指明分区的 id 属性；请补上",
            )
        )
        return
    line, place = _line(text, zone), f"feature {zone}"
    if zone in out.lines:
        out.problems.append(
            Problem(
                file,
                line,
                place,
                "duplicate-id",
                f"the id {zone!r} stands here a second time; make it one MultiPolygon or rename one",
                f"id {zone!r} 重复；请合并为 MultiPolygon 或改名",
            )
        )
        return
    out.lines[zone] = line

    def refuse(rule: str, en: str, zh: str) -> None:
        out.broken.add(zone)
        out.problems.append(Problem(file, line, place, rule, en, zh))

    bad = _unreadable(feature.get("geometry"))
    if bad:
        refuse(*bad)
        return
    try:
        simple = _simple(feature["geometry"])
        shape = (
            simple if simple is not None else shapely.force_2d(shapely.geometry.shape(feature["geometry"]))
        )
    except Exception as error:  # noqa: BLE001 - whatever a hostile geometry raises, it is a bad geometry
        what = " ".join(str(error).split())[:120]
        refuse("unreadable-geometry", f"the geometry cannot be read: {what}", f"图形无法读取：{what}")
        return
    flaw = next(filter(None, (flaw_of(part) for part in _shapes(shape, properties))), None)
    if flaw:
        refuse(*flaw)
        return
    digest = properties.get("digest")
    if isinstance(digest, str):
        made = {k: float(v) for k, v in properties.items() if isinstance(v, int | float)}
        stored = Stored(shape, digest, made)
        if not untouched(stored):
            refuse(*EDITED)
            return
        out.stored[zone] = stored
        return
    unknown = sorted(set(properties) - {"id"})
    if unknown:
        out.problems.append(
            Problem(
                file,
                line,
                place,
                "attributes-in-geodata",
                f"attributes ({', '.join(map(str, unknown[:5]))}) are not read from here; they belong into the case file",
                f"属性（{', '.join(map(str, unknown[:5]))}）不从此处读取；请写入案例文件",
                severity="warning",
            )
        )
        out.extras[zone] = {name: properties[name] for name in unknown}
    out.drawn[zone] = shape


def _simple(geometry_: dict[str, Any]) -> BaseGeometry | None:
    """A polygon of one ring of pairs, made at once; None for all else. Its ring is known to be sound."""
    rings: Any = geometry_.get("coordinates") if geometry_.get("type") == "Polygon" else None
    if not isinstance(rings, list) or len(rings) != 1 or not isinstance(rings[0], list) or len(rings[0]) < 4:
        return None
    if any(len(point) != 2 for point in rings[0]):
        return None
    try:
        return cast("BaseGeometry", shapely.polygons(np.array(rings[0], dtype=np.float64)))
    except (OverflowError, ValueError, TypeError, shapely.errors.ShapelyError):
        return None  # what is wrong with it is said by the other way


def _shapes(shape: BaseGeometry, properties: Mapping[str, Any]) -> list[BaseGeometry]:
    """What must be sound polygons: the shape, or each cell of a stored grid."""
    grid = "digest" in properties and shape.geom_type == "GeometryCollection" and not shape.is_empty
    return list(shape.geoms) if grid else [shape]


def _plain(value: Any) -> Any:
    """Tuples to lists, and 6-decimal floats without a trailing .0 where whole."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def _unreadable(geometry_: Any) -> tuple[str, str, str] | None:
    if geometry_ is None:
        return (
            "missing-geometry",
            "the feature has no geometry; draw it or remove the feature",
            "要素没有图形；请补画或删去",
        )
    if not _sound_rings(geometry_):
        return (
            "unreadable-geometry",
            "the geometry cannot be read: coordinates must be numbers, and each ring must end where it begins",
            "图形无法读取：坐标须为数字，且每个环须首尾闭合",
        )
    return None


def _sound_rings(geometry_: Any) -> bool:
    """Whether every polygon ring consists of numbers and is closed; other types pass."""
    kind = geometry_.get("type") if isinstance(geometry_, dict) else None
    coordinates = geometry_.get("coordinates") if isinstance(geometry_, dict) else None
    if not isinstance(kind, str) or kind not in _POLYGONAL or not isinstance(coordinates, list):
        return True
    try:
        rings = coordinates if kind == "Polygon" else [ring for part in coordinates for ring in part]
        return all(
            ring[0] == ring[-1] and {type(number) for point in ring for number in point} <= {int, float}
            for ring in rings
            if ring
        )
    except TypeError:
        return False


def _crs84(crs: Any) -> bool:
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    return isinstance(name, str) and bool(_SAME_AS_CRS84.search(name))


def _line(text: str, word: str) -> int:
    quoted = re.escape(json.dumps(word, ensure_ascii=False))
    found = re.search(rf'"id"\s*:\s*{quoted}', text) or re.search(quoted, text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
