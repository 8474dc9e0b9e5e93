"""The map of a case as a figure: zones with names and areas, places, locators, legend, notes.

Floor 3, part of render: knows views, legend and ground; receives measures,
never computes them; must not know files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.model import Settings
from eppv_atlas.render import legend, style
from eppv_atlas.render.case_view import source_line
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import canvas, drawing, ground, locators, naming
from eppv_atlas.render.surroundings import Surroundings, surroundings
from eppv_atlas.results import Measure, PlacedCase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE: Final = 0.255
"""Width of the column with locators and legend, as a share of the figure's."""
_GAP: Final = 6.0
_MARGIN: Final = 2.0
_MANY: Final = 12
"""With more zones than this some names may find no room, and the figure says so."""
_FINENESS: Final = 900
"""Outlines are simplified to one part in so many of the map: a third of a point."""


def case(
    placed: PlacedCase,
    measures: Sequence[Measure],
    settings: Settings | None,
    *,
    lang: str,
    unit: str,
    width_cm: float,
    dpi: int,
    form: str,
    address: str = "",
    titled: bool = True,
) -> bytes:
    """The map of a case as a file.

    Parameters
    ----------
    placed, measures
        The case and the measures of its zones.
    settings
        The atlas: documents and map review number; None where there is none.
    lang
        ``zh`` or ``en``.
    unit
        Unit of the areas that stand with the names: ``km2``, ``ha``, ``mu``, ``m2``.
    width_cm, dpi
        Width of the figure, and how finely a PNG is drawn.
    form
        ``png``, ``svg`` or ``pdf``.
    address
        Where the live map is published; drawn as a QR code.
    titled
        Whether the title stands above the map; where a caption says it, it need not.
    """
    with canvas.settings():
        width = width_cm * canvas.PT_PER_CM
        inner = width - 2 * _MARGIN
        side = inner * _SIDE
        wide = inner - side - _GAP
        high = wide * 0.9
        bounds = legend.bounds(placed)
        projection, numbers = ground.local_albers(bounds)
        told = notes(placed, settings, lang, numbers)
        _, trial = canvas.sheet(width, high, dpi)
        room = inner - (58 + _GAP if address else 0)
        tail = max(-_notes(trial, 0, 0, room, told), 70.0 if address else 0.0)
        column = side * 0.86 + side * 0.86 + 3 * 9 - _key(trial, 0, 0, side, placed, lang)
        high = max(high, column)
        title = getattr(placed.case.title, lang)
        head = drawing.folded(trial, title, 10, inner) if titled else []
        total = tail + 8 + high + 6 + len(head) * 13.5 + 2
        figure, paper = canvas.sheet(width, total, dpi)
        if titled:
            drawing.paragraph(paper, _MARGIN, total - 1, title, inner, 10)
        at = (_MARGIN, tail + 8, wide, high)
        box = ground.filling(_metres(bounds, placed, projection), wide, high, 0.1)
        axes = ground.map_axes(figure, at, projection, box)
        plate = ground.Plate(figure, paper, axes, at, lang)
        near = surroundings(bounds, _FINENESS)
        _ground(axes, near, projection, box)
        ground.compass(axes, 0.05, 0.9)
        ground.scale_bar(axes, box[2] - box[0], 0.22, 0.05, 0.035)
        _draw_zones(axes, placed, projection)
        taken = [
            (at[0], at[1], at[0] + 0.36 * wide, at[1] + 23),
            (at[0], at[1] + high - 34, at[0] + 34, at[1] + high),
        ]
        naming.names(plate, placed, measures, near, unit, taken)
        left, top = _MARGIN + wide + _GAP, at[1] + high
        for words in ("in_country", "in_county"):
            drawing.words(
                paper, left, top - 6.5, PHRASES[words][lang], drawing.SMALL, color=style.GROUND["note"]
            )
            small = (left, top - 9 - side * 0.8, side, side * 0.8)
            if words == "in_country":
                locators.in_country(figure, paper, small, placed)
            else:
                locators.in_county(figure, paper, small, placed, projection, box)
            top -= 9 + side * 0.86
        _key(paper, left, top, side, placed, lang)
        _notes(paper, _MARGIN, tail + 3, room, told)
        if address:
            drawing.qr(paper, _MARGIN + inner - 58, tail + 3 - 58, 58, address)
            drawing.words(
                paper,
                _MARGIN + inner,
                tail - 62,
                PHRASES["scan"][lang],
                drawing.SMALL,
                ha="right",
                color=style.GROUND["note"],
            )
        return canvas.saved(figure, form, title=title, alt=alt(placed, measures, unit, lang), lang=lang)


def alt(placed: PlacedCase, measures: Sequence[Measure], unit: str, lang: str) -> str:
    """What the map of a case shows, for those who do not see it."""
    named = []
    zh = lang == "zh"
    for view in naming.zone_views(placed, measures):
        areas = naming.area_words(view, unit, lang)
        trust = view["confidence"]["name"][lang]
        inner = "，".join([trust, *areas]) if zh else ", ".join([trust.lower(), *areas])
        named.append(f"{view['name'][lang]}（{inner}）" if zh else f"{view['name'][lang]} ({inner})")
    place = getattr(placed.case.place_name, lang)
    if not named:
        return (
            f"{place}的位置图；{PHRASES['place_only'][lang]}"
            if zh
            else f"Map of {place}. {PHRASES['place_only'][lang]}"
        )
    if zh:
        return f"{place}的分区图，共 {len(named)} 个分区：{'、'.join(named)}。"
    return f"Map of {place} with {len(named)} zone{'s' if len(named) > 1 else ''}: {'; '.join(named)}."


def notes(
    placed: PlacedCase, settings: Settings | None, lang: str, numbers: tuple[float, float, float]
) -> list[str]:
    """What must be said below the map of a case."""
    out = []
    _, confidences = legend.present([placed])
    absent = sum(zone.id not in placed.shapes for zone in placed.case.zones)
    space = "" if lang == "zh" else " "
    first = []
    if not placed.shapes:
        first.append(PHRASES["place_only"][lang])
    if any(term.id == "schematic" for term in confidences):
        first.append(PHRASES["schematic_note"][lang])
    if placed.shapes:
        first.append(PHRASES["ellipsoid_note"][lang])
        if absent:
            first.append(PHRASES["more_without_geometry"][lang].format(n=absent))
    if len(placed.shapes) > _MANY:
        first.append(PHRASES["names_where_room"][lang])
    out.append(space.join(first))
    meridian, low, high = numbers
    texts = [_degrees(meridian, "EW"), *(_degrees(value, "NS") for value in sorted((low, high), key=abs))]
    abroad = not placed.case.places[0].isdigit()
    reviewed = settings is not None and settings.review_no is not None
    data = PHRASES["abroad_data" if abroad else "attribution_reviewed" if reviewed else "attribution"][lang]
    out.append(space.join([PHRASES["local_projection"][lang].format(*texts), data]))
    if settings is not None:
        source = source_line(placed.case, settings)[lang]
        out.append(
            f"{PHRASES['source'][lang]}：{source}" if lang == "zh" else f"{PHRASES['source'][lang]}: {source}"
        )
    if settings is not None and settings.review_no:
        out.append(PHRASES["review"][lang] + settings.review_no)
    elif not abroad:
        out.append(PHRASES["no_review"][lang])
    return out


def _degrees(value: float, sides: str) -> str:
    return f"{abs(value):g}°{sides[0] if value >= 0 else sides[1]}"


def _notes(paper: Axes, x: float, top: float, width: float, told: Sequence[str]) -> float:
    for text in told:
        top = drawing.paragraph(paper, x, top, text, width, color=style.GROUND["note"])
    return top


def _key(paper: Axes, x: float, top: float, width: float, placed: PlacedCase, lang: str) -> float:
    """The legend, as on the page: families, then confidences; returns where it ends."""
    families, confidences = legend.present([placed])
    if not families:
        return top
    for head, terms in (("case_zones", families), ("confidence", confidences)):
        drawing.words(paper, x, top - 7, PHRASES[head][lang], drawing.SMALL, color=style.GROUND["note"])
        top -= 10
        entries = []
        for term in terms:
            kind, trust = (
                ("extent", term.id) if head == "confidence" else (term.id, _best_trust(placed, term.id))
            )
            sign = partial(drawing.swatch, paper, family=kind, confidence=trust)
            entries.append((sign, drawing.SWATCH, getattr(term, lang)))
        for entry in entries:
            top = drawing.flow(paper, x, top, width, [entry], drawing.SMALL + 0.4, 12.0)
        top -= 3
    return top


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
    ground.draw(
        axes,
        ground.projected(near.land, projection),
        facecolor=colours["land"],
        edgecolor="none",
        linewidth=0,
    )
    frame = shapely.box(*box).buffer(box[2] - box[0])
    provinces: dict[str, list[BaseGeometry]] = {}
    for place, shape in near.units:
        moved = ground.projected(shape, projection)
        if shapely.intersects(moved, frame):
            ground.draw(axes, moved, facecolor=colours["unit"], edgecolor=colours["unit-line"], linewidth=0.5)
            provinces.setdefault(place.province, []).append(moved)
    for held in provinces.values():  # their borders and the country's are heavier, as on the pages
        whole = shapely.union_all(held)
        ground.draw(axes, whole, facecolor="none", edgecolor=colours["border"], linewidth=0.9)


def _draw_zones(axes: Any, placed: PlacedCase, projection: Any) -> None:
    """Zones, the largest first, each on a veil that keeps the hatching of what it lies in from showing through."""
    kinds = {zone.id: vocabulary.family(zone.kind).id for zone in placed.case.zones}
    seen: Counter[tuple[str, str]] = Counter()
    # a grid of cells goes over all: its lines must be seen
    order = sorted(
        placed.shapes.values(),
        key=lambda shape: (shape.geometry.geom_type == "GeometryCollection", -shapely.area(shape.geometry)),
    )
    point = (axes.get_xlim()[1] - axes.get_xlim()[0]) / (
        axes.get_position().width * axes.figure.get_size_inches()[0] * 72
    )
    for level, shape in enumerate(order):
        moved = ground.projected(shape.geometry, projection)
        key = (kinds[shape.zone], shape.confidence)
        cells = shape.geometry.geom_type == "GeometryCollection"
        if cells:  # a grid: lines only
            ground.draw(
                axes,
                list(shapely.get_parts(moved)),
                **drawing.look(*key) | {"facecolor": "none", "linewidth": 0.45, "zorder": 3.0},
            )
            continue
        if level:
            ground.draw(
                axes,
                moved,
                facecolor="white",
                alpha=0.85,
                edgecolor="none",
                linewidth=0,
                zorder=2 + level / 100,
            )
        ground.draw(axes, moved, **drawing.look(*key), zorder=2 + level / 100)
        drawing.fill(axes, moved, *key, point=point, nth=seen[key], zorder=2 + level / 100)
        seen[key] += 1
