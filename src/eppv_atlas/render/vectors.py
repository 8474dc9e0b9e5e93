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
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from eppv_atlas.render import packing
from eppv_atlas.render.features import Both, Features, Field, bounds, check, from_frame
from eppv_atlas.render.layers import DataLayer, figure_of
from eppv_atlas.render.page import Verbatim
from eppv_atlas.render.streams import Streams
from eppv_atlas.render.words import pinyin

if TYPE_CHECKING:
    import geopandas as gpd

BULK_FROM: Final = 800
"""More features than this are packed and drawn on a grid."""
_SPELLED: Final = 5000
"""Up to so many features are found by pinyin as well."""
_LEVEL: Final = 6
"""Deflate level: higher ones cost time and save little on coordinates."""


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
        check(features, points=self.points)
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
        self.bounds = bounds(features.shapes)

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
        name: Both | None = None,
        bulk: bool | None = None,
        **columns: Any,
    ) -> VectorLayer:
        """Make a layer of a GeoDataFrame.

        Parameters
        ----------
        frame
            Features in any CRS that has a transformation to OGC:CRS84.
        name, bulk
            See :class:`VectorLayer`.
        columns
            ``title``, ``fields``, ``facets``, ``areas``, ``colour`` and
            ``confidence``, see :func:`eppv_atlas.render.features.from_frame`.

        Raises
        ------
        RenderError
            If the frame cannot be drawn, see the same function.
        """
        return cls(from_frame(frame, **columns), name, bulk=bulk)


class PolygonLayer(VectorLayer):
    """Polygons of any number, with popups, filters and search."""


class PointLayer(VectorLayer):
    """Points of any number, with popups, filters and search."""

    points = True


def _packed(features: Features, *, points: bool, bulk: bool) -> tuple[dict[str, Any], bytes]:
    """Columns for JSON, and the streams that they point into."""
    shapes = np.asarray(features.shapes, dtype=object)
    boxes = np.asarray(shapely.bounds(shapes))
    order = packing.hilbert_order(boxes)
    streams = Streams()
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


def _both(text: str | Both) -> Both:
    return {"zh": text, "en": text} if isinstance(text, str) else text


def _column(streams: Streams, name: str, field: Field, order: NDArray[np.int64]) -> dict[str, Any]:
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
