"""The national map as a figure: pins of the cases, their names, legend, insets, notes.

Floor 3, part of render: knows views, legend and ground; must not know files or
compute measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from eppv_atlas import boundaries
from eppv_atlas.model import Settings
from eppv_atlas.render import legend, style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import canvas, drawing, ground, marking, places
from eppv_atlas.render.still.order import Order
from eppv_atlas.results import PlacedCase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INSET: Final = 0.19
"""Width of the inset of the South China Sea, as a share of the map's."""
_INSET_PT: Final = {"zh": 64.0, "en": 84.0}
"""Its least width, points, so that its names have room."""
_MARGIN: Final = 2.0
_SEA: Final = (105.3, 2.8, 122.6, 23.8)
"""What the inset of the South China Sea shows, degrees."""


def national(cases: Sequence[PlacedCase], settings: Settings, order: Order) -> bytes:
    """The national map as a file.

    Parameters
    ----------
    cases
        Cases in their order.
    settings
        Title of the atlas and its map review number.
    order
        How it is wanted.

    Raises
    ------
    UsageError
        If it would have too many pixels, or packages are missing.
    """
    with canvas.settings():
        figure, unnamed = _laid_out(cases, settings, order, 0)
        if unnamed:  # once more, with a line that says so
            figure, _ = _laid_out(cases, settings, order, unnamed)
        title = getattr(settings.title, order.lang)
        return canvas.saved(figure, order.form, title=title, alt=alt(cases, order.lang), lang=order.lang)


def _laid_out(
    cases: Sequence[PlacedCase], settings: Settings, order: Order, unnamed: int
) -> tuple[Figure, int]:
    """The drawing, and how many cases found no room for their names."""
    lang = order.lang
    width = order.width_cm * canvas.PT_PER_CM
    inner = width - 2 * _MARGIN
    projection = ground.albers(*ground.COUNTRY)
    share = max(_INSET, _INSET_PT[lang] / inner)
    box = _view(projection, share)
    high = inner * (box[3] - box[1]) / (box[2] - box[0])
    tail = _Tail(cases, lang, order.address, notes(cases, settings, lang, unnamed))
    _, trial = canvas.sheet(width, high, 72)  # to measure on
    below = 10 - tail.draw(trial, 0, 0, inner)
    title = getattr(settings.title, lang)
    head = drawing.folded(title, 11, inner) if order.titled else []
    total = below + high + 2 + (len(head) * 15 + 5 if head else 0)
    figure, paper = canvas.sheet(width, total, order.drawn_dpi)
    if head:
        drawing.paragraph(paper, _MARGIN + 1, total - 2, title, inner, 11)
    at = (_MARGIN, below, inner, high)
    plate = ground.Plate(figure, paper, ground.map_axes(figure, at, projection, box), at, lang)
    ground.draw_country(plate.axes)
    ground.compass(plate.axes, 0.045, 0.87)
    at_sea = [placed for placed in cases if _at_sea(plate, placed)]
    on_land = [p for p in cases if p.case.places[0].isdigit() and p not in at_sea]
    sea, missed = _sea(plate, at_sea, share)
    abroad, missed_abroad = _abroad(plate, cases)
    taken = [sea, *abroad]
    left = (max((one[2] for one in abroad), default=at[0]) - at[0]) / at[2]
    ground.scale_bar(plate.axes, box[2] - box[0], 0.14, left + 0.04, 0.035)
    taken += [(at[0], at[1] + high - 48, at[0] + 36, at[1] + high)]
    taken += [(at[0] + at[2] * (left + 0.03), at[1], at[0] + at[2] * (left + 0.24), at[1] + 24)]
    taken += marking.islands(plate, taken)
    pinned, missed_land = marking.pins(plate, on_land, taken)
    marking.provinces(plate, [*taken, *pinned])
    tail.draw(paper, _MARGIN, below - 4, inner)
    return figure, missed + missed_abroad + missed_land


def _at_sea(plate: ground.Plate, placed: PlacedCase) -> bool:
    """Whether a case lies where only the inset of the South China Sea shows it."""
    x, y = ground.on_paper(plate, placed.anchor.x, placed.anchor.y)
    left, bottom, right, top = ground.frame(plate)
    shown = left < x < right and bottom < y < top
    west, south, east, north = _SEA
    return not shown and west < placed.anchor.x < east and south < placed.anchor.y < north


def alt(cases: Sequence[PlacedCase], lang: str) -> str:
    """What the national map shows, for those who do not see it."""
    names = [getattr(placed.case.short, lang) for placed in cases]
    paths, _ = legend.typology(cases)
    if lang == "zh":
        kinds = "，".join(f"{term.zh} {count} 个" for term, count in paths)
        listed = "、".join(names[:30]) + ("等" if len(names) > 30 else "")
        return f"全国地图，标出 {len(cases)} 个案例的位置（{kinds}）：{listed}。"
    kinds = ", ".join(f"{term.en} {count}" for term, count in paths)
    listed = ", ".join(names[:30]) + (" and others" if len(names) > 30 else "")
    return f"Map of China with the places of {len(cases)} cases ({kinds}): {listed}."


def _view(projection: Any, inset: float) -> ground.Bounds:
    """What the main map shows: the mainland with Taiwan and Hainan, and room for the inset in the east."""
    corners = np.array(
        [
            [73.4, 39.5],
            [80, 30],
            [87, 49.2],
            [97, 18.0],
            [109.5, 18.0],
            [121, 21.6],
            [121.5, 53.6],
            [124.8, 25.9],
            [135.2, 48.4],
        ]
    )
    points = shapely.get_coordinates(ground.projected(shapely.MultiPoint(corners), projection))
    left, bottom = points.min(axis=0)
    top = points[:, 1].max()
    pad = (top - bottom) * 0.025
    east = points[7, 0] + pad  # Chiwei Yu stays clear of the inset
    right = max(points[:, 0].max() + pad, left + (east - left + pad) / (1 - inset))
    return (float(left - pad), float(bottom - pad), float(right), float(top + pad))


def _sea(plate: ground.Plate, cases: Sequence[PlacedCase], share: float) -> tuple[places.Box, int]:
    """The inset of the South China Sea in the lower right corner, with the cases that only it shows.

    Returns
    -------
    box, unnamed
        Where it stands, and how many of these found no room for their names.
    """
    projection, at = plate.axes.projection, plate.at
    shown = shapely.total_bounds(ground.projected(shapely.box(*_SEA), projection))
    wide = at[2] * share
    high = wide * (shown[3] - shown[1]) / (shown[2] - shown[0])
    place = (at[0] + at[2] - wide, at[1], wide, high)
    axes = ground.map_axes(plate.figure, place, projection, tuple(float(v) for v in shown))  # type: ignore[arg-type]
    ground.draw_country(axes, fine=0.75)
    inset = ground.Plate(plate.figure, plate.paper, axes, place, plate.lang)
    marking.sea_names(inset)
    _, unnamed = marking.pins(inset, cases, [])
    return (place[0], place[1], place[0] + wide, place[1] + high), unnamed


def _abroad(plate: ground.Plate, cases: Sequence[PlacedCase]) -> tuple[list[places.Box], int]:
    """An inset for the cases abroad in the lower left corner.

    Returns
    -------
    boxes, unnamed
        Where it stands, and how many cases found no room for their names.
    """
    held = [placed for placed in cases if not placed.case.places[0].isdigit()]
    if not held:
        return [], 0
    at = plate.at
    states, shapes = boundaries.states()
    projection, _ = ground.local_albers(ground.AUSTRALIA)
    named = {code for placed in held for code in placed.case.places}
    wide, high = at[2] * 0.235, at[2] * 0.17
    mainland = shapely.total_bounds(ground.projected(shapely.box(*ground.AUSTRALIA), projection))
    box = ground.filling(tuple(float(v) for v in mainland), wide, high, 0.03)  # type: ignore[arg-type]
    place = (at[0], at[1], wide, high)
    axes = ground.map_axes(plate.figure, place, projection, box)
    for state, shape in zip(states, shapes, strict=True):
        moved = ground.projected(shape.simplify(0.15), projection)
        fill = style.GROUND["land"] if state.code in named else style.GROUND["unit"]
        ground.draw(axes, moved, facecolor=fill, edgecolor=style.GROUND["unit-line"], linewidth=0.35)
    inset = ground.Plate(plate.figure, plate.paper, axes, place, plate.lang)
    _, unnamed = marking.pins(inset, held, [])
    return [(place[0], place[1], place[0] + wide, place[1] + high)], unnamed


class _Tail:
    """What stands below the map: legend and notes."""

    def __init__(self, cases: Sequence[PlacedCase], lang: str, address: str, told: Sequence[str]) -> None:
        self.lang, self.address, self.told = lang, address, told
        self.paths, self.modes = legend.typology(cases)

    def draw(self, paper: Axes, x: float, top: float, width: float) -> float:
        """Draw it; returns where it ends."""
        lang = self.lang
        code = 58.0 if self.address else 0.0
        room = width - code - (8 if code else 0)
        entries: list[Any] = []
        for term, count in self.paths:
            entries.append(
                (
                    lambda a, b, t=term: drawing.pin(paper, a + 5, b, t.id, "", 10),
                    10.0,
                    f"{getattr(term, lang)} ({count})",
                )
            )
        y = drawing.flow(paper, x, top, room, entries)
        entries = []
        for term, count in self.modes:
            entries.append(
                (
                    lambda a, b, t=term: drawing.glyph(paper, a + 5, b, t.id, 9, drawing.INK),
                    10.0,
                    f"{getattr(term, lang)} ({count})",
                )
            )
        y = drawing.flow(paper, x, y, room, entries, drawing.SMALL + 0.3, 11.5) - 2
        for text in self.told:
            y = drawing.paragraph(paper, x, y, text, room, color=style.GROUND["note"])
        if code:
            drawing.qr(paper, x + width - code, top - code, code, self.address)
            under = drawing.paragraph(
                paper, x + width - code + 2, top - code, PHRASES["scan"][lang], code - 2
            )
            y = min(y, under)
        return y


def notes(cases: Sequence[PlacedCase], settings: Settings, lang: str, unnamed: int = 0) -> list[str]:
    """What must be said below a national map: documents, positions, data, map review number."""
    used = {placed.case.source.document for placed in cases}
    space, colon = ("", "：") if lang == "zh" else (" ", ": ")
    out = []
    for name, document in settings.documents.items():
        if name in used:
            told = (
                f"{document.publisher.zh}：《{document.title.zh}》，{document.issued}。"
                if lang == "zh"
                else f"{document.publisher.en}. {document.title.en}. {document.issued}."
            )
            out.append(f"{PHRASES['source'][lang]}{colon}{told}")
    more = []
    if len(cases) > marking.CROWD:
        more.append(PHRASES["dots_only"][lang])
    if unnamed:
        more.append(PHRASES["names_left_out"][lang].format(n=unnamed))
    out.append(space.join([PHRASES["positions_note"][lang], *more, PHRASES["country_projection"][lang]]))
    abroad = [PHRASES["abroad_data"][lang]] if any(not p.case.places[0].isdigit() for p in cases) else []
    data = [PHRASES["attribution_reviewed"][lang], PHRASES["attribution_dash"][lang]]
    out.append(space.join([*data, *abroad]))
    out.append(
        PHRASES["review"][lang] + settings.review_no if settings.review_no else PHRASES["no_review"][lang]
    )
    return out
