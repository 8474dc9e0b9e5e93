"""The pages of an atlas: the national map, the map of one case, the glossary.

Floor 3, part of render: knows views, base map and Folium layers; must not
know files or compute measures.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from eppv_atlas import boundaries, vocabulary
from eppv_atlas import cards as slim_cards
from eppv_atlas.model import Settings
from eppv_atlas.render import basemap, facets, legend, packing, style, views
from eppv_atlas.render.bulk import BULK_FROM, zone_features
from eppv_atlas.render.case_view import case_view, story
from eppv_atlas.render.crowd import CROWD_FROM
from eppv_atlas.render.crowd_page import CHINA, crowd_page
from eppv_atlas.render.layers import AtlasMap, DataLayer, contribute_core
from eppv_atlas.render.page import JINJA, Page
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.trials import packed
from eppv_atlas.render.vectors import PolygonLayer
from eppv_atlas.render.words import case_words
from eppv_atlas.results import Finding, Measure, PlacedCase, Total

NATIONAL: Final = "index.html"
GLOSSARY: Final = "glossary.html"
TILED: Final = "tiles.html"
"""The national page that reads its zones out of tiles beside it."""
CROWD: Final = 40
"""More cases than this are clustered; fewer are pushed apart on the screen."""
_FROM_ZOOM: Final = 7


def national_page(
    cases: Sequence[PlacedCase],
    measures: Mapping[str, Sequence[Measure]],
    settings: Settings,
    *,
    publish: bool = False,
    linked: Container[str] | None = None,
) -> bytes:
    """HTML of the national map; of more than :data:`~eppv_atlas.render.CROWD_FROM` cases as columns.

    Parameters
    ----------
    cases
        Cases in their order.
    measures
        Measures of every case, by case id.
    settings
        Title of the atlas and its map review number.
    publish
        Whether the page is to be published: OpenStreetMap, whose borders are
        not those of the standard map, is then not offered.
    linked
        Ids of the cases that have a page of their own; None where all have one.
    """
    if len(cases) > CROWD_FROM:
        slim = (slim_cards.case_record(placed, measures[placed.case.id]) for placed in cases)
        return crowd_page(slim, settings, linked=linked, publish=publish)
    cards = [views.card(placed) for placed in cases]
    for card in cards:
        if linked is not None and card["id"] not in linked:
            card["page"] = ""
    filings = [slim_cards.filed(placed) for placed in cases]
    table, codes = facets.coded(facets.facets_of(filings, settings), filings)
    scripted = []
    for placed, of_case, filed, card in zip(cases, codes, filings, cards, strict=True):
        scripted.append(
            {
                **_lean(views.card_data(placed, measures[placed.case.id])),
                "page": card["page"],
                "codes": of_case,
                "provinces": list(filed.provinces),
                "words": case_words(placed),
            }
        )
    drawn = sum(len(placed.shapes) for placed in cases)
    bulk = drawn > BULK_FROM
    features = (
        []
        if bulk
        else [
            _feature(placed, measures[placed.case.id], 250, page=bool(card["page"]))
            for placed, card in zip(cases, cards, strict=True)
        ]
    )
    families, confidences = legend.present(cases)
    body = _body(
        "national.html.j2",
        title=views.both(settings.title),
        review=_review(settings),
        groups=_groups(cards),
        cards=cards,
        families=families,
        confidences=confidences,
    )
    page = Page(views.both(settings.title), body, tiles=_tiles(publish=publish))
    label = views.both(settings.title)
    atlas_map = AtlasMap(CHINA, label, tiles=_tiles(publish=publish), detail=False)
    atlas_map.add_child(DataLayer("base", {**basemap.national(), "detail": False, "tint": True}))
    if bulk:
        atlas_map.add_child(PolygonLayer(zone_features(cases, measures), min_zoom=_FROM_ZOOM, by_case=True))
    else:
        data = {"cases": features, "fromZoom": _FROM_ZOOM, "detail": False, "scale": packing.PACKED}
        atlas_map.add_child(DataLayer("zones", data))
    data = {
        "cases": scripted,
        "facets": table,
        "paths": _named(vocabulary.PATHS, {placed.case.path.id for placed in cases}),
        "modes": _named(vocabulary.MODES, {placed.case.mode.id for placed in cases}),
        "styles": _marker_styles(),
    }
    atlas_map.add_child(DataLayer("cases", data, ("clusters",) if len(cases) > CROWD else ()))
    page.add_child(atlas_map)
    return _bytes(page)


def case_page(
    placed: PlacedCase,
    measures: Sequence[Measure],
    totals: Sequence[Total],
    findings: Sequence[Finding],
    settings: Settings,
    *,
    trials: Sequence[Mapping[str, Any]] = (),
    before: PlacedCase | None = None,
    after: PlacedCase | None = None,
    publish: bool = False,
) -> bytes:
    """HTML of the map of one case.

    Parameters
    ----------
    placed, measures, totals, findings
        The case, and what was measured and recomputed of it.
    settings
        Title of the atlas, its documents and its map review number.
    trials
        What can be tried of its mechanisms, as plain data (``schemes.plain``).
    before, after
        Cases before and after this one, which the page leads to.
    publish
        Whether the page is to be published, see :func:`national_page`.
    """
    view = case_view(placed, measures, totals, findings, settings)
    feature = _feature(placed, measures, None)
    bounds = legend.bounds(placed)
    families, confidences = legend.present([placed])
    told = story(placed, measures, settings)
    told["review"] = _review(settings) or PHRASES["no_review"]
    told["note"] = PHRASES["abroad_data" if view["abroad"] else "attribution"]
    body = _body(
        "case.html.j2",
        title=view["short"],
        review=_review(settings),
        case=view,
        years=told["years"],
        citation=told["citation"],
        before=views.card(before) if before else None,
        after=views.card(after) if after else None,
        locator=basemap.locator(
            boundaries.place(placed.case.places[0]).province, placed.anchor.x, placed.anchor.y
        ),
        families=families,
        confidences=confidences,
        trials=frozenset(trial["mechanism"] for trial in trials),
    )
    page = Page(views.both(placed.case.short), body, tiles=_tiles(publish=publish))
    atlas_map = AtlasMap(_padded(bounds, 0.18), view["title"], tiles=_tiles(publish=publish), detail=True)
    atlas_map.add_child(DataLayer("base", {**basemap.local(bounds), "detail": True, "tint": False}))
    data = {"cases": [feature], "fromZoom": 0, "detail": True, "scale": packing.FINE}
    atlas_map.add_child(DataLayer("zones", data))
    drawn = [views.picked(site, _SITE_KEYS) for site in view["sites"] if site["drawn"]]
    if drawn:
        for site in drawn:
            site["confidence"] = site["confidence"]["id"]
        atlas_map.add_child(DataLayer("sites", {"sites": drawn, "anchor": placed.case.anchor}))
    atlas_map.add_child(DataLayer("story", told))
    if trials:
        atlas_map.add_child(DataLayer("trying", packed(trials)))
    page.add_child(atlas_map)
    return _bytes(page)


_SITE_KEYS: Final = ("id", "name", "kind", "page", "relations", "confidence", "how", "at")


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
    page = Page(PHRASES["glossary"], body)
    contribute_core(page)
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


def _tiles(*, publish: bool) -> list[str]:
    return ["tianditu"] if publish else ["tianditu", "osm"]


def _review(settings: Settings) -> dict[str, str] | None:
    if settings.review_no is None:
        return None
    return {lang: PHRASES["review"][lang] + settings.review_no for lang in ("zh", "en")}


def _feature(
    placed: PlacedCase, measures: Sequence[Measure], fineness: float | None, *, page: bool = True
) -> dict[str, Any]:
    """Zones of a case for drawing: largest first, so that small ones stay on top.

    With a fineness, outlines are simplified to so many parts of their size;
    without, they are as they are stored, and may be taken along.
    """
    facts = {fact.id: fact for fact in placed.case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    zones = []
    for zone in placed.case.zones:
        shape = placed.shapes.get(zone.id)
        if shape is None:
            continue
        outline, scale = shape.geometry, packing.FINE
        if fineness is not None:
            west, south, east, north = outline.bounds
            outline, scale = (
                views.for_display(outline, max(east - west, north - south) / fineness),
                packing.PACKED,
            )
        zones.append(views.zone_data(zone, shape, by_zone[zone.id], facts, outline, scale))
    zones.sort(key=lambda data: -data["measured"])
    if fineness is not None:  # of the national page nothing is taken along: what is not so need not be said
        zones = [_lean(zone) for zone in zones]
    card = views.card(placed)
    return {
        "case": placed.case.id,
        "short": card["short"],
        "page": card["page"] if page else "",
        "zones": zones,
    }


def _lean(view: Mapping[str, Any]) -> dict[str, Any]:
    """A view without what is not so."""
    unsaid = {"abroad", "difference", "madeFromStated", "moreBars", "told"}
    return {key: value for key, value in view.items() if value or key not in unsaid}


def _named(table: Mapping[str, vocabulary.Term], present: set[str]) -> dict[str, dict[str, str]]:
    """Names of the terms that occur, by id, in the order of the vocabulary."""
    return {name: views.both(term) for name, term in table.items() if name in present}


def reading_order(cases: Sequence[PlacedCase]) -> list[PlacedCase]:
    """Cases by path, mode and number, as the list beside the national map has them."""
    paths, modes = list(vocabulary.PATHS), list(vocabulary.MODES)
    return sorted(
        cases,
        key=lambda placed: (
            paths.index(placed.case.path.id),
            modes.index(placed.case.mode.id),
            placed.case.batch,
            placed.case.order,
        ),
    )


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


def _padded(bounds: tuple[float, float, float, float], share: float) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    dx, dy = (east - west) * share, (north - south) * share
    return tuple(round(v, 5) for v in (west - dx, south - dy, east + dx, north + dy))  # type: ignore[return-value]


def _marker_styles() -> dict[str, Any]:
    return {
        "paths": {name: {"colour": s.colour, "outline": s.outline} for name, s in style.PATH_STYLES.items()},
        "glyphs": style.MODE_GLYPHS,
    }


def _bytes(page: Page) -> bytes:
    return page.render().encode("utf-8")
