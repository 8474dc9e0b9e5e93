"""Zones on the map of a case, and the key that names each of them.

A number on the map leads to the key, which has every zone with its look, its
name, how far to trust it and its areas: nothing is lost where names find no room.

Floor 3, part of render: knows views and styles; receives measures, never
computes them; must not know files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from eppv_atlas import vocabulary
from eppv_atlas.render import views
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import drawing, ground
from eppv_atlas.results import Measure, PlacedCase, ZoneShape
from eppv_atlas.units import UNITS, area_text, from_m2, to_m2

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMN: Final = 205.0
"""A column of the key is so wide at least, points."""
_LINE: Final = drawing.SMALL * 1.34


@dataclass(frozen=True)
class Drawn:
    """A zone as a figure has it.

    Attributes
    ----------
    number
        What it goes by on the map and in the key, counted from 1 in the order of the case.
    view
        Its words and areas, see :func:`eppv_atlas.render.views.zone_view`.
    shape
        Its shape.
    family
        Family of its kind.
    nth
        How many zones of the same look are drawn before it.
    at_top
        Whether its name belongs to its northern edge.
    """

    number: int
    view: Mapping[str, Any]
    shape: ZoneShape
    family: str
    nth: int
    at_top: bool

    @property
    def cells(self) -> bool:
        """Whether it is a grid of cells."""
        return bool(self.shape.geometry.geom_type == "GeometryCollection")


def drawn(placed: PlacedCase, measures: Sequence[Measure]) -> list[Drawn]:
    """Zones that have a shape, in the order in which they are drawn: the largest first, grids over all."""
    by_zone = {measure.zone: measure for measure in measures}
    facts = {fact.id: fact for fact in placed.case.facts}
    names = {zone.id: views.both(zone.name) for zone in placed.case.zones}
    held = [zone for zone in placed.case.zones if zone.id in placed.shapes]
    numbers = {zone.id: i for i, zone in enumerate(held, start=1)}
    held.sort(
        key=lambda zone: (
            placed.shapes[zone.id].geometry.geom_type == "GeometryCollection",
            -(by_zone[zone.id].area_m2 or 0.0),
        )
    )
    seen: Counter[tuple[str, str]] = Counter()
    out = []
    for zone in held:
        shape = placed.shapes[zone.id]
        family = vocabulary.family(zone.kind).id
        view = views.zone_view(zone, shape, by_zone[zone.id], facts)
        view["at"] = views.label_point(zone, shape.geometry)
        share = facts.get(zone.stated_share or "")
        view["shareOf"] = names.get(share.of or "") if share else None
        out.append(
            Drawn(
                numbers[zone.id], view, shape, family, seen[family, shape.confidence], views.round_about(zone)
            )
        )
        seen[family, shape.confidence] += shape.geometry.geom_type != "GeometryCollection"
    return out


def circled(number: int) -> str:
    """A number in a circle, as far as there are such letters."""
    for first, last, code in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if first <= number <= last:
            return chr(code + number - first)
    return f"({number})"


def marked(view: Mapping[str, Any], lang: str) -> str:
    """The name of a zone; what is schematic says so."""
    name = str(view["name"][lang])
    if view["confidence"]["id"] != "schematic":
        return name
    mark = PHRASES["schematic_mark"][lang]
    return f"{name}（{mark}）" if lang == "zh" else f"{name} ({mark})"


def area_words(view: Mapping[str, Any], unit: str, lang: str) -> tuple[str, ...]:
    """Areas of a zone: as the document prints it, with its page; measured on the map; none where it has none.

    A printed figure that is in another unit is converted beside it, to no more
    digits than it has. A shape made from its stated area is not measured
    against it, and the area of a unit that stands for a zone is not the zone's.
    """
    zh = lang == "zh"
    out = []
    if view["statedFact"]:
        out.append(_stated(view, unit, lang))
    elif view["share"]:
        share = view["share"]
        page = _page(share["page"], lang)
        told = f"{PHRASES['stated'][lang]} {share['value'][lang]}"
        whole = view["shareOf"]
        of = PHRASES["share_of"][lang].format(whole[lang]) if whole else ""
        out.append(f"{told}（{of and of + '，'}{page}）" if zh else f"{told} ({of and of + ', '}{page})")
    if view["madeFromStated"] and not view["statedFact"]:
        out.append(PHRASES["size_ours"][lang])
    if view["measured"] and not view["madeFromStated"]:
        word = "in_outline" if view["standsForUnit"] else "measured"
        out.append(f"{PHRASES[word][lang]} {_size(view['measuredM2'], unit, lang)}")
    return tuple(out)


def _stated(view: Mapping[str, Any], unit: str, lang: str) -> str:
    fact = view["statedFact"]
    zh = lang == "zh"
    told = f"{PHRASES['stated'][lang]} {fact['value'][lang]}"
    inner = [_page(fact["page"], lang)]
    if fact["unit"] != unit:
        value = from_m2(to_m2(fact["number"], fact["unit"]), unit)
        word = getattr(UNITS[unit], lang)
        inner.insert(0, f"{PHRASES['converted'][lang]} {_rounded(value)}{'' if zh else chr(0xA0)}{word}")
    return f"{told}（{'，'.join(inner)}）" if zh else f"{told} ({', '.join(inner)})"


def _rounded(value: float) -> str:
    """A converted figure to four digits: the document did not print it."""
    return f"{float(f'{value:.4g}'):,.10f}".rstrip("0").rstrip(".")


def _size(area_m2: float, unit: str, lang: str) -> str:
    """An area with its unit; in m² where the unit is too large to show it."""
    text = area_text(area_m2, unit)
    if not text.strip("0."):
        text, unit = area_text(area_m2, "m2"), "m2"
    return f"{text}{'' if lang == 'zh' else chr(0xA0)}{getattr(UNITS[unit], lang)}"


def _page(number: Any, lang: str) -> str:
    return f"{PHRASES['page'][lang]}{number}{PHRASES['page_after'][lang]}".replace(" ", "\u00a0")


def draw(axes: Any, zones: Sequence[Drawn]) -> None:
    """Draw zones, each on a veil that keeps the hatching of what it lies in from showing through."""
    width_pt = axes.get_position().width * axes.figure.get_size_inches()[0] * 72
    point = (axes.get_xlim()[1] - axes.get_xlim()[0]) / width_pt
    for level, zone in enumerate(zones):
        look = drawing.look(zone.family, zone.shape.confidence)
        moved = ground.projected(zone.shape.geometry, axes.projection)
        if zone.cells:  # lines only
            lines = look | {"facecolor": "none", "linewidth": 0.45, "zorder": 3.0}
            ground.draw(axes, list(shapely.get_parts(moved)), **lines)
            continue
        over = 2 + level / 100
        if level:
            veil = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "linewidth": 0}
            ground.draw(axes, moved, **veil, zorder=over)
        ground.draw(axes, moved, **look, zorder=over)
        drawing.fill(axes, moved, zone.family, zone.shape.confidence, point=point, nth=zone.nth, zorder=over)


def key(
    paper: Axes, x: float, top: float, width: float, zones: Sequence[Drawn], unit: str, lang: str
) -> float:
    """The key below the map: number, look, name and areas of every zone; returns where it ends."""
    if not zones:
        return top
    columns = max(1, min(len(zones), int(width // _COLUMN)))
    wide = (width - 10 * (columns - 1)) / columns
    entries = []
    for zone in sorted(zones, key=lambda one: one.number):
        colon, comma = ("：", "；") if lang == "zh" else (": ", "; ")
        areas = comma.join(area_words(zone.view, unit, lang))
        text = f"{circled(zone.number)} {marked(zone.view, lang)}" + (f"{colon}{areas}" if areas else "")
        entries.append((zone, drawing.folded(text, drawing.SMALL, wide - drawing.SWATCH - 5)))
    return _set(paper, x, top, wide, _shared(entries, columns))


def _shared(entries: Sequence[tuple[Drawn, list[str]]], columns: int) -> list[list[tuple[Drawn, list[str]]]]:
    """Entries in columns of about the same height, in reading order downwards."""
    total = sum(len(lines) + 0.4 for _, lines in entries)
    out: list[list[tuple[Drawn, list[str]]]] = [[] for _ in range(columns)]
    at, filled = 0, 0.0
    for entry in entries:
        high = len(entry[1]) + 0.4
        if out[at] and at < columns - 1 and filled + high / 2 > total / columns * (at + 1):
            at += 1
        out[at].append(entry)
        filled += high
    return out


def _set(
    paper: Axes, x: float, top: float, wide: float, columns: Sequence[Sequence[tuple[Drawn, list[str]]]]
) -> float:
    lowest = top
    for i, entries in enumerate(columns):
        left, y = x + i * (wide + 10), top
        for zone, lines in entries:
            drawing.swatch(paper, left, y - _LINE / 2 - 0.5, zone.family, zone.shape.confidence, zone.nth)
            for line in lines:
                y -= _LINE
                drawing.words(paper, left + drawing.SWATCH + 4, y + drawing.SMALL * 0.22, line, drawing.SMALL)
            y -= 2.6
        lowest = min(lowest, y)
    return lowest
