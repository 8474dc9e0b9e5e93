"""Layers of any polygons or points, a handful or hundreds of thousands.

Up to :data:`BULK_FROM` features a layer is drawn shape by shape; beyond that
it travels packed and deflated and is drawn on a grid of tiles from typed
arrays. Popups, hover, filters, search and keyboard are the same for both.
``docs/packed-format.md`` has the format.

Floor 3, part of render: knows shapes, columns and Folium layers; must not
know cases or compute measures.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from eppv_atlas import vocabulary
from eppv_atlas.errors import RenderError
from eppv_atlas.render import packing, style
from eppv_atlas.render.layers import DataLayer, figure_of
from eppv_atlas.render.page import Verbatim
from eppv_atlas.render.words import pinyin

if TYPE_CHECKING:
    import geopandas as gpd

Both = Mapping[str, str]
Kind = Literal["text", "code", "area", "number"]
BULK_FROM: Final = 800
"""More features than this are packed and drawn on a grid."""
_SPELLED: Final = 5000
"""Up to so many features are found by pinyin as well."""
_LEVEL: Final = 6
"""Deflate level: higher ones cost time and save little on coordinates."""


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


class VectorLayer(DataLayer):
    """Base of :class:`PolygonLayer` and :class:`PointLayer`.

    Parameters
    ----------
    features
        What to draw.
    name
        What readers call the layer; used where several are shown.
    min_zoom
        Zoom from which the layer is drawn.
    by_case
        Whether the layer follows the filters of cases: its field ``case`` then
        holds their ids.
    bulk
        Whether it is packed; by number of features if None.

    Raises
    ------
    RenderError
        If columns and shapes differ in number, coordinates are no longitude
        and latitude, or a confidence is none of the vocabulary.
    """

    points = False

    def __init__(
        self,
        features: Features,
        name: Both | None = None,
        *,
        min_zoom: float = 0,
        by_case: bool = False,
        bulk: bool | None = None,
    ) -> None:
        _check(features, points=self.points)
        bulky = len(features.shapes) > BULK_FROM if bulk is None else bulk
        meta, self.blob = _packed(features, points=self.points, bulk=bulky)
        meta.update(
            name=dict(name) if name else None,
            minZoom=min_zoom,
            byCase=by_case,
            bulk=bulky,
            points=self.points,
        )
        super().__init__("features", meta)
        self.bounds = _bounds(features.shapes)

    def render(self, **kwargs: Any) -> str:
        """Write the layer's columns, its packed bytes and the call that draws it into the figure."""
        name = self.place()
        figure_of(self).html.add_child(
            Verbatim(f'<script type="text/plain" id="{name}-blob">{packing.text(self.blob)}</script>'),
            name=f"{name}-blob",
        )
        return super().render(**kwargs)

    @classmethod
    def from_frame(
        cls,
        frame: gpd.GeoDataFrame,
        *,
        title: str,
        fields: Sequence[str] = (),
        facets: Sequence[str] = (),
        areas: Sequence[str] = (),
        colour: str | None = None,
        confidence: str = "",
        name: Both | None = None,
        bulk: bool | None = None,
    ) -> VectorLayer:
        """Make a layer of a GeoDataFrame.

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
            How far to trust the shapes: a word of the vocabulary for all of
            them, a column that holds one for each, or "" if it is not known,
            which the map then says.
        name, bulk
            See :class:`VectorLayer`.

        Raises
        ------
        RenderError
            If a column is missing, the frame has no CRS, or a confidence is
            none of the vocabulary.
        """
        asked = [title, *fields, *facets, *areas, *([colour] if colour else [])]
        missing = [column for column in asked if column not in frame]
        if missing:
            known = ", ".join(map(str, frame.columns))
            raise RenderError(
                f"there is no column {missing[0]!r}; known: {known}", f"没有列 {missing[0]!r}；现有：{known}"
            )
        if frame.crs is None:
            raise RenderError("the layer names no CRS; set it first", "图层没有坐标系；请先设定")
        shapes = np.asarray(frame.geometry.to_crs("OGC:CRS84").array, dtype=object)

        def texts(column: str) -> list[str | None]:
            return [None if _missing(value) else str(value) for value in frame[column]]

        columns: list[Field] = []
        for i, column in enumerate(dict.fromkeys([*facets, *areas, *fields])):
            label = {"zh": str(column), "en": str(column)}
            if column in facets:
                columns.append(Field(f"f{i}", label, texts(column), "code", facet=True))
            elif column in areas:
                columns.append(
                    Field(f"f{i}", label, [None if _missing(v) else float(v) for v in frame[column]], "area")
                )
            elif frame[column].dtype.kind in "iuf":
                columns.append(
                    Field(
                        f"f{i}", label, [None if _missing(v) else float(v) for v in frame[column]], "number"
                    )
                )
            else:
                columns.append(Field(f"f{i}", label, texts(column)))
        kinds = texts(colour) if colour else [None] * len(frame)
        names = sorted({kind for kind in kinds if kind is not None})
        palette = [*list(style.FAMILY_COLOURS.values())[1:], style.FAMILY_COLOURS["extent"]]
        groups = [
            Group(f"g{i}", {"zh": kind, "en": kind}, palette[i % len(palette)])
            for i, kind in enumerate(names)
        ]
        if None in kinds or not groups:
            groups.append(
                Group(
                    "other",
                    {"zh": "其他", "en": "Other"} if names else {"zh": "要素", "en": "Features"},
                    "#5b6470",
                )
            )
        place = {kind: i for i, kind in enumerate(names)}
        held = [str(v) for v in frame[confidence]] if confidence in frame else [confidence] * len(frame)
        features = Features(
            shapes,
            [text or "" for text in texts(title)],
            tuple(columns),
            tuple(groups),
            [place[kind] if kind is not None else len(groups) - 1 for kind in kinds],
            held,
        )
        return cls(features, name, bulk=bulk)


class PolygonLayer(VectorLayer):
    """Polygons of any number, with popups, filters and search."""


class PointLayer(VectorLayer):
    """Points of any number, with popups, filters and search."""

    points = True


def _missing(value: Any) -> bool:
    return value is None or value != value or str(value) in {"<NA>", "NaT"}  # noqa: PLR0124 - NaN differs from itself


def _check(features: Features, *, points: bool) -> None:
    count = len(features.shapes)
    for what, column in (
        ("title", features.title),
        ("group_of", features.group_of),
        ("confidence", features.confidence),
        *((field.id, field.values) for field in features.fields),
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
    kinds = set(shapely.get_type_id(features.shapes).tolist()) - {-1}
    if kinds - ({0} if points else {3, 6, 7}):
        raise RenderError(
            "a PointLayer draws points only" if points else "a PolygonLayer draws polygons only",
            "点图层只能画点" if points else "面图层只能画面",
        )
    west, south, east, north = _bounds(features.shapes)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise RenderError(
            "the coordinates are no longitude and latitude in degrees", "坐标不是以度为单位的经纬度"
        )


def _bounds(shapes: NDArray[np.object_]) -> tuple[float, float, float, float]:
    """West, south, east, north of all shapes; NaN where there is none."""
    if not len(shapes):
        return (np.nan, np.nan, np.nan, np.nan)
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)


def _packed(features: Features, *, points: bool, bulk: bool) -> tuple[dict[str, Any], bytes]:
    """Columns for JSON, and the streams that they point into."""
    shapes = np.asarray(features.shapes, dtype=object)
    boxes = np.asarray(shapely.bounds(shapes))
    order = packing.hilbert_order(boxes)
    streams = _Streams()
    flat = packing.pack_points(shapes[order]) if points else packing.pack_many(shapes[order])
    for name, raw in zip(("rings", "points", "steps"), flat, strict=True):
        streams.add(name, raw)
    streams.add("group", packing.varints(np.asarray(features.group_of)[order]))
    held = list(dict.fromkeys(features.confidence))
    place = {name: i for i, name in enumerate(held)}
    streams.add("confidence", packing.varints(np.array([place[c] for c in features.confidence])[order]))
    titles = [_both(title) for title in features.title]
    one = all(title["zh"] == title["en"] for title in titles)
    streams.texts("title-zh", [titles[i]["zh"] for i in order])
    if not one:
        streams.texts("title-en", [titles[i]["en"] for i in order])
    if len(shapes) <= _SPELLED:
        streams.texts("pinyin", [pinyin(titles[i]["zh"]) for i in order])
        streams.add("place", packing.varints(order))
    fields = [_column(streams, f"field-{n}", field, order) for n, field in enumerate(features.fields)]
    raw = b"".join(streams.raw)
    meta = {
        "count": len(shapes),
        "scale": packing.PACKED,
        "deflated": bulk,
        "streams": streams.table,
        "groups": [
            {"id": g.id, "name": dict(g.name), "colour": g.colour, "fill": g.fill} for g in features.groups
        ],
        "confidences": held,
        "fields": fields,
    }
    return meta, zlib.compress(raw, _LEVEL) if bulk else raw


class _Streams:
    """Named runs of bytes, one after the other."""

    def __init__(self) -> None:
        self.table: dict[str, list[int]] = {}
        self.raw: list[bytes] = []
        self.length = 0

    def add(self, name: str, raw: bytes) -> None:
        self.table[name] = [self.length, len(raw)]
        self.raw.append(raw)
        self.length += len(raw)

    def texts(self, name: str, texts: Sequence[str]) -> None:
        raw = [text.encode("utf-8") for text in texts]
        self.add(f"{name}-lengths", packing.varints(np.array([len(text) for text in raw], np.int64)))
        self.add(name, b"".join(raw))


def _both(text: str | Both) -> Both:
    return {"zh": text, "en": text} if isinstance(text, str) else text


def _column(streams: _Streams, name: str, field: Field, order: NDArray[np.int64]) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "id": field.id,
        "label": dict(field.label),
        "kind": field.kind,
        "facet": field.facet,
        "shown": field.shown,
        "stream": name,
    }
    values = [field.values[i] for i in order]
    if field.kind == "code":
        keys = [None if value is None else tuple(sorted(_both(value).items())) for value in values]
        known = sorted(
            {key for key in keys if key is not None}, key=lambda key: dict(key).get("id", dict(key)["zh"])
        )
        place = {key: i + 1 for i, key in enumerate(known)}
        meta["values"] = [dict(key) for key in known]
        streams.add(
            name, packing.varints(np.array([place[key] if key is not None else 0 for key in keys], np.int64))
        )
    elif field.kind == "area":  # hundredths of a square metre, one more, so that nought says missing
        cents = [0 if value is None else round(value * 100) + 1 for value in values]
        streams.add(name, packing.varints(np.array(cents, np.int64)))
    elif field.kind == "number":
        numbers = [np.nan if value is None else value for value in values]
        streams.add(name, np.array(numbers, "<f8").tobytes())
    else:
        meta["both"] = any(value is not None and not isinstance(value, str) for value in values)
        streams.texts(name, ["" if value is None else _both(value)["zh"] for value in values])
        if meta["both"]:
            streams.texts(f"{name}-en", ["" if value is None else _both(value)["en"] for value in values])
    return meta
