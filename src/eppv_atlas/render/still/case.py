"""The map of a case as a figure: zones with names and a key, places, locators, legend, notes.

Floor 3, part of render: knows views, legend and ground; receives measures,
never computes them; must not know files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.model import Settings
from eppv_atlas.render import legend, style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import canvas, drawing, ground, locators, naming, telling, zones
from eppv_atlas.render.still.order import Order
from eppv_atlas.render.surroundings import Surroundings, surroundings
from eppv_atlas.results import Measure, PlacedCase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDE: Final = 0.255
"""Width of the column with locators and legend, as a share of the figure's."""
_GAP: Final = 6.0
_MARGIN: Final = 2.0
_CODE: Final = 58.0
"""Size of the QR code, points."""
_FINENESS: Final = 900
"""Outlines are simplified to one part in so many of the map: a third of a point."""


def case(placed: PlacedCase, measures: Sequence[Measure], settings: Settings | None, order: Order) -> bytes:
    """The map of a case as a file.

    Parameters
    ----------
    placed, measures
        The case and the measures of its zones.
    settings
        The atlas: documents and map review number; None where there is none.
    order
        How it is wanted.

    Raises
    ------
    UsageError
        If it would have too many pixels, or packages are missing.
    """
    with canvas.settings():
        possible = naming.possible(placed)
        figure, sites = _laid_out(placed, measures, settings, order, possible)
        if sites != possible:  # once more, with a legend and notes that say so
            figure, _ = _laid_out(placed, measures, settings, order, sites)
        title = getattr(placed.case.title, order.lang)
        told = telling.alt(placed, measures, order.unit, order.lang)
        return canvas.saved(figure, order.form, title=title, alt=told, lang=order.lang)


def _laid_out(
    placed: PlacedCase,
    measures: Sequence[Measure],
    settings: Settings | None,
    order: Order,
    sites: naming.Sites,
) -> tuple[Figure, naming.Sites]:
    """The drawing, and the places that it shows."""
    lang = order.lang
    width = order.width_cm * canvas.PT_PER_CM
    inner = width - 2 * _MARGIN
    side = inner * _SIDE
    wide = inner - side - _GAP
    room = inner - (_CODE + _GAP if order.address else 0)
    held = zones.drawn(placed, measures)
    bounds = legend.bounds(placed)
    projection, numbers = ground.local_albers(bounds)
    told = telling.notes(placed, settings, lang, numbers, sites)
    _, trial = canvas.sheet(width, wide, 72)  # to measure on
    below = -_below(trial, 0, 0, room, held, told, order)
    tail = max(below, _CODE + 12 if order.address else 0.0) + 6
    column = 2 * (9 + side * 0.86) - _legend(trial, 0, 0, side, placed, sites, lang)
    high = max(wide * 0.9, column)
    title = getattr(placed.case.title, lang)
    head = drawing.folded(title, 10, inner) if order.titled else []
    total = tail + high + 6 + len(head) * 13.5 + 2
    figure, paper = canvas.sheet(width, total, order.drawn_dpi)
    if head:
        drawing.paragraph(paper, _MARGIN, total - 1, title, inner, 10)
    at = (_MARGIN, tail, wide, high)
    box = ground.filling(_metres(bounds, placed, projection), wide, high, 0.1)
    plate = ground.Plate(figure, paper, ground.map_axes(figure, at, projection, box), at, lang)
    near = surroundings(bounds, _FINENESS)
    _ground(plate.axes, near, projection, box)
    zones.draw(plate.axes, held)
    shown = naming.names(plate, placed, held, near, _furniture(plate, box))
    _beside(plate, placed, sites, _MARGIN + wide + _GAP, side, box)
    _below(paper, _MARGIN, tail - 4, room, held, told, order)
    if order.address:
        left = _MARGIN + inner - _CODE
        drawing.qr(paper, left, tail - 4 - _CODE, _CODE, order.address)
        drawing.words(
            paper,
            left + _CODE,
            tail - 11 - _CODE,
            PHRASES["scan"][lang],
            drawing.SMALL,
            ha="right",
            color=_NOTE,
        )
    return figure, shown


_NOTE: Final = style.GROUND["note"]


def _furniture(plate: ground.Plate, box: ground.Bounds) -> list[ground.Bounds]:
    """Compass and scale bar on pale grounds; returns what they cover."""
    left, bottom, wide, high = plate.at
    drawing.veil(plate.axes, 0, 0, 0.34, 24 / high)
    drawing.veil(plate.axes, 0, 1 - 34 / high, 32 / wide, 1)
    ground.compass(plate.axes, 0.05, 0.9)
    ground.scale_bar(plate.axes, box[2] - box[0], 0.22, 0.05, 0.035)
    return [
        (left, bottom, left + 0.36 * wide, bottom + 25),
        (left, bottom + high - 35, left + 34, bottom + high),
    ]


def _beside(
    plate: ground.Plate, placed: PlacedCase, sites: naming.Sites, left: float, side: float, box: ground.Bounds
) -> None:
    """The column beside the map: where it lies, and the legend."""
    lang, top = plate.lang, plate.at[1] + plate.at[3]

    def head(text: str) -> tuple[float, float, float, float]:
        for line in drawing.folded(text, drawing.SMALL, side)[:1]:
            drawing.words(plate.paper, left, top - 6.5, line, drawing.SMALL, color=_NOTE)
        return (left, top - 9 - side * 0.8, side, side * 0.8)

    locators.in_country(plate.figure, head(PHRASES["in_country"][lang]), placed)
    top -= 9 + side * 0.86
    about = locators.about(placed.case.places, plate.axes.projection, box)
    if about is not None:
        name = about.name_zh if lang == "zh" else about.name_en
        place = head(PHRASES["in_place"][lang].format(name))
        locators.in_about(plate.figure, place, placed, about, plate.axes.projection, box)
        top -= 9 + side * 0.86
    _legend(plate.paper, left, top, side, placed, sites, lang)


def _below(
    paper: Axes,
    x: float,
    top: float,
    width: float,
    held: Sequence[zones.Drawn],
    told: Sequence[str],
    order: Order,
) -> float:
    """Key of the zones, then the notes; returns where they end."""
    top = zones.key(paper, x, top, width, held, order.unit, order.lang) - 1
    for text in told:
        top = drawing.paragraph(paper, x, top, text, width, color=_NOTE)
    return top


def _legend(
    paper: Axes, x: float, top: float, width: float, placed: PlacedCase, sites: naming.Sites, lang: str
) -> float:
    """The legend, as on the page: families, confidences, then places; returns where it ends."""
    families, confidences = legend.present([placed])
    parts: list[tuple[str, list[tuple[Callable[[float, float], None], str]]]] = []
    if families:
        signs = [
            (partial(drawing.swatch, paper, family=term.id, confidence=_best_trust(placed, term.id)), term)
            for term in families
        ]
        parts.append(("case_zones", [(sign, getattr(term, lang)) for sign, term in signs]))
        parts.append(
            (
                "confidence",
                [
                    (partial(drawing.swatch, paper, family="extent", confidence=term.id), getattr(term, lang))
                    for term in confidences
                ],
            )
        )
    if sites.confidences:
        parts.append(
            (
                "sites",
                [
                    (partial(_site_sign, paper, name), getattr(vocabulary.CONFIDENCES[name], lang))
                    for name in sites.confidences
                ],
            )
        )
    for head, entries in parts:
        drawing.words(paper, x, top - 7, PHRASES[head][lang], drawing.SMALL, color=_NOTE)
        top -= 10
        for sign, text in entries:
            top = drawing.flow(
                paper, x, top, width, [(sign, drawing.SWATCH, text)], drawing.SMALL + 0.4, 11.0
            )
        top -= 3
    return top


def _site_sign(paper: Axes, confidence: str, x: float, y: float) -> None:
    schematic = style.CONFIDENCE_STYLES[confidence].hatched
    drawing.ring(paper, x + drawing.SWATCH / 2, y, schematic=schematic)


def _best_trust(placed: PlacedCase, family: str) -> str:
    """The confidence that most zones of a family have: its swatch looks as they do."""
    found = Counter(
        placed.shapes[zone.id].confidence
        for zone in placed.case.zones
        if zone.id in placed.shapes and vocabulary.family(zone.kind).id == family
    )
    return max(found, key=lambda name: (found[name], -vocabulary.rank(name)))


def _metres(bounds: ground.Bounds, placed: PlacedCase, projection: Any) -> ground.Bounds:
    shapes = [shape.geometry for shape in placed.shapes.values()] or [shapely.box(*bounds)]
    left, bottom, right, top = shapely.total_bounds([ground.projected(shape, projection) for shape in shapes])
    return (float(left), float(bottom), float(right), float(top))


def _ground(axes: Any, near: Surroundings, projection: Any, box: ground.Bounds) -> None:
    """Counties about the case, and land beyond them."""
    colours = style.GROUND
    plain = {"edgecolor": "none", "linewidth": 0}
    ground.draw(axes, ground.projected(near.land, projection), facecolor=colours["land"], **plain)
    frame = shapely.box(*box).buffer(box[2] - box[0])
    provinces: dict[str, list[BaseGeometry]] = {}
    for place, shape in near.units:
        moved = shapely.make_valid(ground.projected(shape, projection))
        if shapely.intersects(moved, frame):
            ground.draw(axes, moved, facecolor=colours["unit"], edgecolor=colours["unit-line"], linewidth=0.5)
            provinces.setdefault(place.province, []).append(shape)
    for held in provinces.values():  # their borders and the country's are heavier, as on the pages
        whole = ground.projected(shapely.coverage_union_all(held), projection)
        ground.draw(axes, whole, facecolor="none", edgecolor=colours["border"], linewidth=0.9)
