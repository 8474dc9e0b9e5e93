"""What a layer of any features holds: shapes, titles, columns, legend, confidence.

Floor 3, part of render: knows shapes, columns and the vocabulary; must not
know cases, Folium or how features are packed and drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from eppv_atlas import vocabulary
from eppv_atlas.errors import RenderError
from eppv_atlas.render import style

if TYPE_CHECKING:
    import geopandas as gpd

Both = Mapping[str, str]
Kind = Literal["text", "code", "area", "number"]
MOST_FEATURES: Final = 8_000_000
"""As many as the index in the browser can number."""
_EXACT: Final = 2**53
_LARGEST_M2: Final = 1e15  # twice the earth
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TAKEN: Final = frozenset(["lang", "q", "case", "zone", "view", "base", "layers", "unit", "year", "embed"])
"""Names that the address of a page uses itself."""
MOST_VALUES: Final = 500
"""A facet with more values than this is no help to anybody."""


@dataclass(frozen=True)
class Field:
    """A column of a layer.

    Attributes
    ----------
    id
        Name in the address of the page where the field is a facet: lower-case
        letters, digits and ``-``.
    label
        What readers call it, in both languages.
    values
        One a feature; None where there is none. Texts may be given in both
        languages. An ``area`` is in m².
    kind
        ``text``; ``code``, a text with few different values; ``area``, shown in
        km², ha and 亩; ``number``.
    facet
        Whether readers can filter by it; ``code`` only.
    shown
        Whether the popup shows it.
    """

    id: str
    label: Both
    values: Sequence[Any]
    kind: Kind = "text"
    facet: bool = False
    shown: bool = True


@dataclass(frozen=True)
class Group:
    """Features of one colour: an entry of the legend.

    Attributes
    ----------
    id, name
        Name for machines, and for readers in both languages.
    colour
        ``#rrggbb``.
    fill
        Opacity of the fill where it is not hatched.
    """

    id: str
    name: Both
    colour: str
    fill: float = style.FILL_OTHERS


@dataclass(frozen=True)
class Features:
    """What a layer draws, OGC:CRS84 longitude and latitude in degrees.

    Attributes
    ----------
    shapes
        Polygons, MultiPolygons or collections of them; or points. Shape (n,).
    title
        Name of each feature, a text or a text in both languages.
    fields
        What the popup shows, and what readers can filter by.
    groups, group_of
        Entries of the legend, and the place of each feature's entry in it.
    confidence
        Confidence of each shape, one of the vocabulary, or "" where it is not stated.
    """

    shapes: NDArray[np.object_]
    title: Sequence[str | Both]
    fields: tuple[Field, ...]
    groups: tuple[Group, ...]
    group_of: Sequence[int]
    confidence: Sequence[str]


def from_frame(
    frame: gpd.GeoDataFrame,
    *,
    title: str,
    fields: Sequence[str] = (),
    facets: Sequence[str] = (),
    areas: Sequence[str] = (),
    colour: str | None = None,
    confidence: str = "",
) -> Features:
    """Features of a GeoDataFrame.

    Parameters
    ----------
    frame
        Features in any CRS that has a transformation to OGC:CRS84.
    title
        Column with the name of each feature.
    fields
        Columns that the popup shows, besides `facets` and `areas`.
    facets
        Columns that readers can filter by.
    areas
        Columns with areas in m².
    colour
        Column that gives the colour.
    confidence
        How far to trust the shapes: a word of the vocabulary for all of them,
        a column that holds one for each, or "" if it is not known, which the
        map then says.

    Raises
    ------
    RenderError
        If a column is missing or occurs twice, the frame has no CRS, an area
        is none, or a facet has more than :data:`MOST_VALUES` values.
    """
    asked = [title, *fields, *facets, *areas, *([colour] if colour is not None else [])]
    for column in asked:
        times = list(frame.columns).count(column)
        if times != 1:
            known = ", ".join(map(str, frame.columns))
            what = (
                ("there is no column", "没有列")
                if not times
                else ("more than one column is named", "不止一列叫")
            )
            raise RenderError(f"{what[0]} {column!r}; known: {known}", f"{what[1]} {column!r}；现有：{known}")
    if frame.crs is None:
        raise RenderError("the layer names no CRS; set it first", "图层没有坐标系；请先设定")
    shapes = _finite(np.asarray(frame.geometry.to_crs("OGC:CRS84").array, dtype=object))
    columns = [
        _field(f"f{i}", column, frame[column], facet=column in facets, area=column in areas)
        for i, column in enumerate(dict.fromkeys([*facets, *areas, *fields]))
    ]
    groups, group_of = _groups([None] * len(frame) if colour is None else _texts(frame[colour]))
    held = (
        ["" if value is None else value for value in _texts(frame[confidence])]
        if confidence in frame
        else [confidence] * len(frame)
    )
    titles = [text or "" for text in _texts(frame[title])]
    return Features(shapes, titles, tuple(columns), groups, group_of, held)


def _finite(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes with a coordinate that is no number count as missing."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.unique(owner[~np.isfinite(points).all(axis=1)])
    if len(broken):
        shapes = shapes.copy()
        shapes[broken] = None
    return shapes


def _texts(column: pd.Series) -> list[str | None]:
    """Texts of a column; what is missing or empty is none, half a pair of characters is a question mark."""
    return [
        None if missing else str(value).encode("utf-8", "replace").decode("utf-8") or None
        for value, missing in zip(column, column.isna(), strict=True)
    ]


def _field(name: str, column: Any, values: pd.Series, *, facet: bool, area: bool) -> Field:
    label = {"zh": str(column), "en": str(column)}
    if facet:
        texts = _texts(values)
        count = len({text for text in texts if text is not None})
        if count > MOST_VALUES:
            raise RenderError(
                f"column {column!r} has {count} different values, too many to filter by; name it in fields",
                f"列 {column!r} 有 {count} 个不同的值，太多而无法筛选；请放在 fields 中",
            )
        return Field(name, label, texts, "code", facet=True)
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if area or numeric:
        numbers = _numbers(column, values)
        most = max((abs(number) for number in numbers if number is not None), default=0.0)
        if area or not (pd.api.types.is_integer_dtype(values) and most > _EXACT):
            return Field(name, label, numbers, "area" if area else "number")  # a long number is a name: text
    return Field(name, label, _texts(values))


def _numbers(column: Any, values: pd.Series) -> list[float | None]:
    """Numbers of a column; what is missing or not finite is none."""
    try:
        numbers = [
            None if missing else float(value) for value, missing in zip(values, values.isna(), strict=True)
        ]
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"column {column!r} holds what is no number: {error}", f"列 {column!r} 中有不是数的值：{error}"
        ) from error
    return [number if number is not None and math.isfinite(number) else None for number in numbers]


def _groups(kinds: Sequence[str | None]) -> tuple[tuple[Group, ...], list[int]]:
    """Legend of a column, and each feature's place in it; colours go round where there are many."""
    names = sorted({kind for kind in kinds if kind is not None})
    palette = [*list(style.FAMILY_COLOURS.values())[1:], style.FAMILY_COLOURS["extent"]]
    groups = [
        Group(f"g{i}", {"zh": kind, "en": kind}, palette[i % len(palette)]) for i, kind in enumerate(names)
    ]
    if not groups or None in kinds:
        rest = {"zh": "其他", "en": "Other"} if names else {"zh": "要素", "en": "Features"}
        groups.append(Group("other", rest, style.FAMILY_COLOURS["extent"]))
    place = {kind: i for i, kind in enumerate(names)}
    return tuple(groups), [len(groups) - 1 if kind is None else place[kind] for kind in kinds]


def check(features: Features, *, points: bool) -> None:
    """Refuse what cannot be drawn.

    Raises
    ------
    RenderError
        If columns and shapes differ in number, a confidence is none of the
        vocabulary, a shape is of another kind, or coordinates are no longitude
        and latitude in degrees.
    """
    count = len(features.shapes)
    if count > MOST_FEATURES:
        raise RenderError(
            f"{count} features are more than a page can hold ({MOST_FEATURES})",
            f"{count} 个要素超出一个页面所能容纳的 {MOST_FEATURES} 个",
        )
    for what, column in (
        ("title", features.title),
        ("group_of", features.group_of),
        ("confidence", features.confidence),
        *((field.id, field.values) for field in features.fields),  # noqa: PD011 - ours, not pandas'
    ):
        if len(column) != count:
            raise RenderError(
                f"{what} has {len(column)} values for {count} features",
                f"{what} 有 {len(column)} 个值，要素却有 {count} 个",
            )
    unknown = sorted(set(features.confidence) - {"", *vocabulary.CONFIDENCES})
    if unknown:
        raise RenderError(
            f"{unknown[0]!r} is no confidence; choose from {', '.join(vocabulary.CONFIDENCES)}",
            f"{unknown[0]!r} 不是可信度；可用：{'、'.join(vocabulary.CONFIDENCES)}",
        )
    if count and not all(0 <= place < len(features.groups) for place in features.group_of):
        raise RenderError("group_of names a group that is not there", "group_of 指向不存在的组")
    for field in features.fields:
        _check_field(field)
    kinds = set(shapely.get_type_id(features.shapes).tolist()) - {-1}
    if kinds - ({0} if points else {3, 6, 7}):
        raise RenderError(
            "a PointLayer draws points only" if points else "a PolygonLayer draws polygons only",
            "点图层只能画点" if points else "面图层只能画面",
        )
    if not np.isfinite(shapely.get_coordinates(features.shapes)).all():
        raise RenderError("a coordinate is no number", "有坐标不是数")
    west, south, east, north = bounds(features.shapes)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise RenderError(
            "the coordinates are no longitude and latitude in degrees", "坐标不是以度为单位的经纬度"
        )


def _check_field(field: Field) -> None:
    if not _ID.fullmatch(field.id) or (field.facet and field.id in _TAKEN):
        raise RenderError(f"{field.id!r} cannot be the id of a field", f"{field.id!r} 不能作字段的 id")
    if field.kind == "area" and any(
        value is not None and not 0 <= value <= _LARGEST_M2
        for value in field.values  # noqa: PD011 - ours, not pandas'
    ):
        raise RenderError(
            f"{field.label['en']!r} holds what is no area in m²",
            f"{field.label['zh']!r} 中有不是面积（平方米）的值",
        )


def bounds(shapes: NDArray[np.object_]) -> tuple[float, float, float, float]:
    """West, south, east, north of all shapes; NaN where there is none."""
    if not len(shapes):
        return (np.nan, np.nan, np.nan, np.nan)
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)
