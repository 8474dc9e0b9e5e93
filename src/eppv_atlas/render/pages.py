"""The two kinds of page: the national map, and the map of one case.

Floor 3, part of render: knows views, base map and Folium base; must not know
files or compute measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import shapely
from branca.element import CssLink, JavascriptLink
from markupsafe import Markup

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.model import Settings
from eppv_atlas.render import basemap, style, views
from eppv_atlas.render.base import ATLAS_CSS, ATLAS_JS, JINJA, AtlasMap, DataLayer, Page
from eppv_atlas.render.case_view import case_view
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.results import Finding, Measure, PlacedCase, Total

CHINA: Final = (73.4, 3.2, 135.2, 53.7)
"""First view: the whole country with the islands of the South China Sea, degrees."""
NATIONAL: Final = "index.html"
GLOSSARY: Final = "glossary.html"


def national_page(
    cases: Sequence[PlacedCase], measures: Mapping[str, Sequence[Measure]], settings: Settings
) -> bytes:
    """HTML of the national map.

    Parameters
    ----------
    cases
        Cases in their order.
    measures
        Measures of every case, by case id.
    settings
        Title of the atlas.
    """
    cards = [views.card(placed) for placed in cases]
    features = [_feature(placed, measures[placed.case.id], 250) for placed in cases]
    families = sorted(
        {view["family"] for feature in features for view in feature["zones"]},
        key=list(vocabulary.FAMILIES).index,
    )
    body = _body(
        "national.html.j2",
        title=views.both(settings.title),
        groups=_groups(cards),
        cards=cards,
        families=[vocabulary.FAMILIES[name] for name in families],
        confidences=_confidences(view for feature in features for view in feature["zones"]),
    )
    page = Page(f"{settings.title.zh} · {settings.title.en}", body)
    atlas_map = AtlasMap(CHINA, views.both(settings.title))
    atlas_map.add_child(DataLayer("base", {**basemap.national(), "detail": False, "ui": _ui()}))
    atlas_map.add_child(DataLayer("zones", {"cases": features, "fromZoom": 7, "ui": _ui()}))
    atlas_map.add_child(DataLayer("cases", {"cases": cards, "styles": _marker_styles(), "ui": _ui()}))
    page.add_child(atlas_map)
    return _bytes(page)


def case_page(
    placed: PlacedCase,
    measures: Sequence[Measure],
    totals: Sequence[Total],
    findings: Sequence[Finding],
    settings: Settings,
) -> bytes:
    """HTML of the map of one case."""
    view = case_view(placed, measures, totals, findings, settings)
    feature = _feature(placed, measures, 1500)
    bounds = _bounds(placed)
    families = [name for name in vocabulary.FAMILIES if name in {z["family"] for z in feature["zones"]}]
    body = _body(
        "case.html.j2",
        title=view["short"],
        case=view,
        locator=basemap.locator(
            boundaries.place(placed.case.places[0]).province, placed.anchor.x, placed.anchor.y
        ),
        families=[vocabulary.FAMILIES[name] for name in families],
        confidences=_confidences(feature["zones"]),
    )
    page = Page(f"{placed.case.short.zh} · {placed.case.short.en}", body)
    atlas_map = AtlasMap(_padded(bounds, 0.18), view["title"])
    atlas_map.add_child(DataLayer("base", {**basemap.local(bounds), "detail": True, "ui": _ui()}))
    atlas_map.add_child(DataLayer("zones", {"cases": [feature], "fromZoom": 0, "ui": _ui()}))
    drawn = [site for site in view["sites"] if site["drawn"]]
    if drawn:
        atlas_map.add_child(DataLayer("sites", {"sites": drawn, "anchor": placed.case.anchor, "ui": _ui()}))
    page.add_child(atlas_map)
    return _bytes(page)


def glossary_page(
    groups: Sequence[tuple[str, tuple[str, str], Sequence[vocabulary.Term]]], settings: Settings
) -> bytes:
    """HTML of the glossary: every term with its one translation.

    Parameters
    ----------
    groups
        Vocabularies: id, name in Chinese and English, terms.
    settings
        Title of the atlas.
    """
    body = _body(
        "glossary.html.j2",
        title=views.both(settings.title),
        groups=[
            {"id": name, "name": {"zh": zh, "en": en}, "terms": terms} for name, (zh, en), terms in groups
        ],
    )
    page = Page(f"{PHRASES['glossary']['zh']} · {PHRASES['glossary']['en']}", body)
    page.header.add_child(CssLink(ATLAS_CSS), name=ATLAS_CSS)
    page.header.add_child(JavascriptLink(ATLAS_JS), name=ATLAS_JS)
    return _bytes(page)


def _body(template: str, **values: Any) -> Markup:
    text = JINJA.get_template(template).render(
        ui=PHRASES,
        glyphs=style.MODE_GLYPHS,
        path_styles=style.PATH_STYLES,
        confidence_styles=style.CONFIDENCE_STYLES,
        paths=vocabulary.PATHS,
        modes=vocabulary.MODES,
        **values,
    )
    return Markup(text)  # noqa: S704 - output of an autoescaping template


def _feature(placed: PlacedCase, measures: Sequence[Measure], fineness: float) -> dict[str, Any]:
    """Zones of a case for drawing: largest first, so that small ones stay on top."""
    facts = {fact.id: fact for fact in placed.case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    zones = []
    for zone in placed.case.zones:
        shape = placed.shapes.get(zone.id)
        if shape is None:
            continue
        west, south, east, north = shape.geometry.bounds
        tolerance = max(east - west, north - south) / fineness
        view = views.zone_view(zone, shape, by_zone[zone.id], facts)
        zones.append({**view, **views.shape_view(zone, shape, tolerance)})
    zones.sort(key=lambda view: -(by_zone[view["id"]].area_m2 or 0.0))
    return {"case": placed.case.id, "short": views.both(placed.case.short), "zones": zones}


def _groups(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Path → mode → case, in the order of the vocabulary."""
    groups = []
    for path in vocabulary.PATHS.values():
        of_path = [card for card in cards if card["path"]["id"] == path.id]
        modes = [
            {"mode": mode, "cards": of_mode}
            for mode in vocabulary.MODES.values()
            if (of_mode := [card for card in of_path if card["mode"]["id"] == mode.id])
        ]
        if modes:
            groups.append({"path": path, "modes": modes, "count": len(of_path)})
    return groups


def _confidences(zones: Any) -> list[Any]:
    present = {zone["confidence"]["id"] for zone in zones}
    return [term for name, term in vocabulary.CONFIDENCES.items() if name in present]


def _bounds(placed: PlacedCase) -> tuple[float, float, float, float]:
    """What the map of a case shows first: its zones, smallest whole picture that holds them all."""
    shapes = [shape.geometry for shape in placed.shapes.values()]
    if not shapes:
        x, y = placed.anchor.x, placed.anchor.y
        return (x - 0.25, y - 0.25, x + 0.25, y + 0.25)
    west, south, east, north = shapely.total_bounds(shapes)
    return (float(west), float(south), float(east), float(north))


def _padded(bounds: tuple[float, float, float, float], share: float) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    dx, dy = (east - west) * share, (north - south) * share
    return tuple(round(v, 5) for v in (west - dx, south - dy, east + dx, north + dy))  # type: ignore[return-value]


def _marker_styles() -> dict[str, Any]:
    return {
        "paths": {name: {"colour": s.colour, "outline": s.outline} for name, s in style.PATH_STYLES.items()},
        "glyphs": style.MODE_GLYPHS,
    }


def _ui() -> dict[str, Any]:
    names = (
        "base_map",
        "boundary",
        "administrative_area",
        "case_zones",
        "cases",
        "confidence",
        "difference",
        "how",
        "kind",
        "made_from_stated",
        "measured",
        "not_stated",
        "open_case",
        "other_language",
        "overseas",
        "page",
        "page_after",
        "path_mode",
        "position",
        "schematic_mark",
        "sites",
        "show_whole_country",
        "stated",
        "zones_on_zoom",
    )
    return {name: PHRASES[name] for name in names}


def _bytes(page: Page) -> bytes:
    return page.render().encode("utf-8")
