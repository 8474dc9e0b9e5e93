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
from eppv_atlas.results import PlacedCase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INSET: Final = 0.175
"""Width of the inset of the South China Sea, as a share of the map's."""
_MARGIN: Final = 2.0
_SEA: Final = (106.3, 2.8, 122.6, 23.8)
"""What the inset of the South China Sea shows, degrees."""


def national(
    cases: Sequence[PlacedCase],
    settings: Settings,
    *,
    lang: str,
    width_cm: float,
    dpi: int,
    form: str,
    address: str = "",
    titled: bool = True,
) -> bytes:
    """The national map as a file.

    Parameters
    ----------
    cases
        Cases in their order.
    settings
        Title of the atlas and its map review number.
    lang
        ``zh`` or ``en``.
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
        projection = ground.albers(*ground.COUNTRY)
        box = _view(projection)
        high = inner * (box[3] - box[1]) / (box[2] - box[0])
        tail = _Tail(cases, settings, lang, address)
        # a first sheet to measure words on, then the one that fits
        _, trial = canvas.sheet(width, high, dpi)
        below = high_of(tail, trial, inner)
        figure, paper = canvas.sheet(width, high + below + (22 if titled else 2), dpi)
        at = (_MARGIN, below, inner, high)
        if titled:
            drawing.words(paper, _MARGIN + 1, below + high + 8, getattr(settings.title, lang), 11)
        axes = ground.map_axes(figure, at, projection, box)
        plate = ground.Plate(figure, paper, axes, at, lang)
        ground.draw_country(axes)
        ground.compass(axes, 0.045, 0.87)
        taken = [_sea(plate), *_abroad(plate, cases)]
        left = (max((one[2] for one in taken[1:]), default=at[0]) - at[0]) / at[2]
        ground.scale_bar(axes, box[2] - box[0], 0.14, left + 0.04, 0.035)
        taken += [(at[0], at[1] + high - 48, at[0] + 36, at[1] + high)]
        taken += [(at[0] + at[2] * (left + 0.03), at[1], at[0] + at[2] * (left + 0.24), at[1] + 24)]
        taken += marking.islands(plate, taken)
        taken += marking.pins(plate, [p for p in cases if p.case.places[0].isdigit()], taken)
        marking.provinces(plate, taken)
        tail.draw(paper, _MARGIN, below - 4, inner)
        return canvas.saved(
            figure, form, title=getattr(settings.title, lang), alt=alt(cases, lang), lang=lang
        )


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


def _view(projection: Any) -> ground.Bounds:
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
    right = max(points[:, 0].max() + pad, left + (east - left + pad) / (1 - INSET))
    return (float(left - pad), float(bottom - pad), float(right), float(top + pad))


def _sea(plate: ground.Plate) -> places.Box:
    """The inset of the South China Sea in the lower right corner; returns where it stands."""
    projection, at = plate.axes.projection, plate.at
    shown = shapely.total_bounds(ground.projected(shapely.box(*_SEA), projection))
    wide = at[2] * INSET
    high = wide * (shown[3] - shown[1]) / (shown[2] - shown[0])
    place = (at[0] + at[2] - wide, at[1], wide, high)
    axes = ground.map_axes(plate.figure, place, projection, tuple(float(v) for v in shown))  # type: ignore[arg-type]
    ground.draw_country(axes, fine=0.75)
    inset = ground.Plate(plate.figure, plate.paper, axes, place, plate.lang)
    marking.islands(inset, marking.dashes(inset), stacked=plate.lang == "en")
    return (place[0], place[1], place[0] + wide, place[1] + high)


def _abroad(plate: ground.Plate, cases: Sequence[PlacedCase]) -> list[places.Box]:
    """An inset for the cases abroad in the lower left corner; returns where it stands."""
    held = [placed for placed in cases if not placed.case.places[0].isdigit()]
    if not held:
        return []
    at = plate.at
    states, shapes = boundaries.states()
    projection, _ = ground.local_albers(ground.AUSTRALIA)
    named = {code for placed in held for code in placed.case.places}
    wide, high = at[2] * 0.19, at[2] * 0.17
    mainland = shapely.total_bounds(ground.projected(shapely.box(*ground.AUSTRALIA), projection))
    box = ground.filling(tuple(float(v) for v in mainland), wide, high, 0.03)  # type: ignore[arg-type]
    place = (at[0], at[1], wide, high)
    axes = ground.map_axes(plate.figure, place, projection, box)
    for state, shape in zip(states, shapes, strict=True):
        moved = ground.projected(shape.simplify(0.15), projection)
        fill = style.GROUND["land"] if state.code in named else style.GROUND["unit"]
        ground.draw(axes, moved, facecolor=fill, edgecolor=style.GROUND["unit-line"], linewidth=0.35)
    marking.pins(ground.Plate(plate.figure, plate.paper, axes, place, plate.lang), held, [])
    return [(place[0], place[1], place[0] + wide, place[1] + high)]


class _Tail:
    """What stands below the map: legend and notes."""

    def __init__(self, cases: Sequence[PlacedCase], settings: Settings, lang: str, address: str) -> None:
        self.cases, self.settings, self.lang, self.address = cases, settings, lang, address
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
        for text in notes(self.cases, self.settings, lang):
            y = drawing.paragraph(paper, x, y, text, room, color=style.GROUND["note"])
        if code:
            drawing.qr(paper, x + width - code, top - code, code, self.address)
            under = drawing.paragraph(
                paper, x + width - code + 2, top - code, PHRASES["scan"][lang], code - 2
            )
            y = min(y, under)
        return y


def notes(cases: Sequence[PlacedCase], settings: Settings, lang: str) -> list[str]:
    """What must be said below a national map: documents, positions, data, map review number."""
    used = {placed.case.source.document for placed in cases}
    out = []
    for name, document in settings.documents.items():
        if name in used:
            out.append(
                f"{PHRASES['source'][lang]}：{document.publisher.zh}：《{document.title.zh}》，{document.issued}。"
                if lang == "zh"
                else f"{PHRASES['source'][lang]}: {document.publisher.en}. {document.title.en}. {document.issued}."
            )
    reviewed = settings.review_no is not None
    base = PHRASES["attribution_reviewed" if reviewed else "attribution"][lang]
    dash = PHRASES["attribution_dash"][lang]
    abroad = [PHRASES["abroad_data"][lang]] if any(not p.case.places[0].isdigit() for p in cases) else []
    space = "" if lang == "zh" else " "
    out.append(space.join([PHRASES["positions_note"][lang], PHRASES["country_projection"][lang]]))
    out.append(space.join([base, dash, *abroad]))
    out.append(
        PHRASES["review"][lang] + settings.review_no if settings.review_no else PHRASES["no_review"][lang]
    )
    return out


def high_of(tail: _Tail, paper: Axes, width: float) -> float:
    """How high legend and notes are, tried on a sheet that is thrown away."""
    return -tail.draw(paper, 0, 0, width) + 10
