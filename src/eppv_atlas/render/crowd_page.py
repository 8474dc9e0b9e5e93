"""The national page of a large atlas: columns instead of cards, a canvas instead of markers.

Floor 3, part of render: knows case records, base map and Folium layers; must
not know whole cases, files or measures.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from markupsafe import Markup

from eppv_atlas import vocabulary
from eppv_atlas.cards import CaseRecord
from eppv_atlas.model import Settings
from eppv_atlas.render import basemap, style
from eppv_atlas.render.crowd import CrowdLayer
from eppv_atlas.render.layers import AtlasMap, DataLayer
from eppv_atlas.render.page import JINJA, Page
from eppv_atlas.render.phrases import PHRASES

CHINA: Final = (73.4, 3.2, 135.2, 53.7)
"""First view: the whole country with the islands of the South China Sea, degrees."""


def crowd_page(
    cases: Iterable[CaseRecord],
    settings: Settings,
    *,
    linked: Container[str] | None = None,
    publish: bool = False,
    tiles: Mapping[str, Any] | None = None,
) -> bytes:
    """HTML of the national map of many cases.

    Parameters
    ----------
    cases
        Records, in any order; taken one after the other.
    settings
        Title of the atlas, its documents and its map review number.
    linked
        Ids of the cases that have a page of their own; None where all have one.
    publish
        Whether the page is to be published, see :func:`eppv_atlas.render.national_page`.
    tiles
        Tiles with the zones beside the page: ``file`` and zooms ``from`` and ``to``.
    """
    layer = CrowdLayer(cases, settings, linked, tiles)
    filings = [case.filed for case in layer.records]
    paths, modes = {filed.path for filed in filings}, {filed.modes[0] for filed in filings}
    held = {name for filed in filings for name in filed.confidences}
    title = {"zh": settings.title.zh, "en": settings.title.en}
    review = (
        {lang: PHRASES["review"][lang] + settings.review_no for lang in ("zh", "en")}
        if settings.review_no
        else None
    )
    text = JINJA.get_template("crowd.html.j2").render(
        ui=PHRASES,
        title=title,
        review=review,
        abroad=layer.data["abroad"] is not None,
        glyphs=style.MODE_GLYPHS,
        path_styles=style.PATH_STYLES,
        confidence_styles=style.CONFIDENCE_STYLES,
        paths=[term for name, term in vocabulary.PATHS.items() if name in paths],
        modes=[term for name, term in vocabulary.MODES.items() if name in modes],
        families=list(vocabulary.FAMILIES.values()) if tiles else [],
        confidences=[term for name, term in vocabulary.CONFIDENCES.items() if name in held] if tiles else [],
        tiled=bool(tiles),
    )
    offered = ["tianditu"] if publish else ["tianditu", "osm"]
    page = Page(title, Markup(text), tiles=offered, connect=bool(tiles))  # noqa: S704 - autoescaped
    atlas_map = AtlasMap(CHINA, title, tiles=offered, detail=False)
    atlas_map.add_child(DataLayer("base", {**basemap.national(), "detail": False, "tint": True}))
    atlas_map.add_child(layer)
    page.add_child(atlas_map)
    return page.render().encode("utf-8")
