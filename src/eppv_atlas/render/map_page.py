"""A page of any layers: the map, a search, filters and a list, in one file.

Floor 3, part of render: knows vector layers and the base map; must not know
cases or compute measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from eppv_atlas import vocabulary
from eppv_atlas.errors import RenderError
from eppv_atlas.render import basemap, style
from eppv_atlas.render.layers import AtlasMap, DataLayer
from eppv_atlas.render.page import JINJA, Page
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.vectors import VectorLayer

LISTED: Final = 100
"""So many results are listed; features.js holds the same number."""


def map_page(
    title: Mapping[str, str],
    *layers: VectorLayer,
    note: Mapping[str, str] | None = None,
    review_no: str | None = None,
) -> bytes:
    """HTML of a map of any layers, self-contained.

    Parameters
    ----------
    title
        Title of the page, in both languages.
    layers
        Layers, lowest first; search and filters are those of the first one.
    note
        A word on the data, under the map.
    review_no
        Map review number (审图号), where the map has one.

    Returns
    -------
    bytes
        The page, UTF-8.

    Raises
    ------
    RenderError
        If no layer is given, or none has a shape.
    """
    boxes = [layer.bounds for layer in layers if layer.bounds[0] == layer.bounds[0]]
    if not boxes:
        raise RenderError("there is nothing to draw", "没有可画的图形")
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    pad = max(east - west, north - south, 0.01) * 0.04
    held = {name for layer in layers for name in layer.data["confidences"]}
    groups = {
        (*group["name"].values(), group["colour"]): group
        for layer in layers
        for group in layer.data["groups"]
    }
    review = {lang: PHRASES["review"][lang] + review_no for lang in ("zh", "en")} if review_no else None
    text = JINJA.get_template("layers.html.j2").render(
        ui=PHRASES,
        title=title,
        note=note,
        review=review,
        china=True,
        groups=list(groups.values()),
        confidences=[term for name, term in vocabulary.CONFIDENCES.items() if name in held],
        unknown="" in held,
        confidence_styles=style.CONFIDENCE_STYLES,
        rest={lang: PHRASES["bulk_rest"][lang].replace("{n}", str(LISTED)) for lang in ("zh", "en")},
    )
    offered = ["tianditu", "osm"]
    page = Page(title, Markup(text), tiles=offered)  # noqa: S704 - autoescaped
    bounds = (west - pad, south - pad, east + pad, north + pad)
    rounded: Any = tuple(round(v, 5) for v in bounds)
    atlas_map = AtlasMap(rounded, title, tiles=offered, detail=False)
    atlas_map.add_child(DataLayer("base", {**basemap.national(), "detail": False, "tint": False}))
    for layer in layers:
        atlas_map.add_child(layer)
    page.add_child(atlas_map)
    return page.render().encode("utf-8")
