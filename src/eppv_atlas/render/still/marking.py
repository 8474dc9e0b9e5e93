"""Pins and names on a national map: cases, island groups, provinces.

Floor 3, part of render: knows cases' places and paths, and places on paper; must
not know files or measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from eppv_atlas.render import basemap, style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import canvas, drawing, ground, places
from eppv_atlas.results import PlacedCase

CROWD: Final = 60
"""More cases than this are marked without names and glyphs."""
_FOLD: Final = 95.0
_PIN: Final = 12.5
_DOT: Final = 5.0
_SEA_NAMES: Final = {
    "东沙群岛": ((114.1, 20.3), (113.9, 20.1)),
    "西沙群岛": ((109.9, 14.5), (110.6, 13.6)),
    "中沙群岛": ((115.4, 17.4), (116.4, 16.5)),
    "黄岩岛": ((116.9, 13.9), (116.9, 12.9)),
    "南沙群岛": ((108.5, 9.2), (108.4, 9.2)),
}
"""Middles of the names in the inset, degrees: in Chinese in one line, in English in two."""
_TURNS: Final = {
    "钓鱼岛": ((180, 135, 90), (90, 67, 45)),
    "赤尾屿": ((90, 67, 45), (90, 67, 45)),
}
"""Where these names look for room, so that each stands by its own islands; in Chinese, in English."""


def pins(
    plate: ground.Plate, cases: Sequence[PlacedCase], taken: Sequence[places.Box]
) -> tuple[list[places.Box], int]:
    """Pins of the cases, pushed apart where they would cover each other, with names where there is room.

    Returns
    -------
    boxes, unnamed
        What they cover, and how many found no room for their names; none in a
        crowd, which has no names at all.
    """
    if not cases:
        return [], 0
    true = np.array([ground.on_paper(plate, placed.anchor.x, placed.anchor.y) for placed in cases])
    crowd = len(cases) > CROWD
    size = _DOT if crowd else _PIN
    where = true if crowd else places.apart(true, _PIN + 1.5, ground.frame(plate), taken)
    for placed, (x, y), (x0, y0) in zip(cases, where, true, strict=True):
        if np.hypot(x - x0, y - y0) > 0.5:
            plate.paper.plot([x0, x], [y0, y], color=drawing.INK, linewidth=0.5, zorder=4.5)
            plate.paper.plot([x0], [y0], marker="o", markersize=1.6, color=drawing.INK, zorder=4.6)
        drawing.pin(plate.paper, x, y, placed.case.path.id, "" if crowd else placed.case.mode.id, size)
    half = size / 2
    boxes = [(x - half, y - half, x + half, y + half) for x, y in where]
    if crowd:
        return boxes, 0
    texts = [getattr(placed.case.short, plate.lang) for placed in cases]
    wanted = []
    for i, (text, (x, y)) in enumerate(zip(texts, where, strict=True)):
        texts[i] = "\n".join(drawing.folded(text, drawing.BODY, min(_FOLD, plate.at[2] * 0.9)))
        wide, high = canvas.text_size(texts[i], drawing.BODY)
        wanted.append(places.Name(x, y, wide + 2, high + 1, gap=half + 0.5))
    found = places.placed(wanted, [*boxes, *taken], ground.frame(plate))
    for text, (x, y), spot in zip(texts, where, found, strict=True):
        if spot is not None:
            if spot.led:
                plate.paper.plot([x, spot.x], [y, spot.y], color=drawing.INK, linewidth=0.4, zorder=4.4)
            drawing.label(plate.paper, spot.x, spot.y, text, drawing.BODY)
    return [*boxes, *_covered(wanted, found)], sum(spot is None for spot in found)


def sea_names(plate: ground.Plate) -> None:
    """Names of the island groups in the inset of the South China Sea, set by hand: each beside its islands."""
    names = {item["name"]["zh"]: item["name"] for item in ground.country(plate.axes.projection)["names"]}
    for group, spots in _SEA_NAMES.items():
        text = names[group][plate.lang].replace(" ", "\n")
        x, y = ground.on_paper(plate, *spots[plate.lang == "en"])
        middle = {"ha": "center", "va": "center", "linespacing": 1.15, "color": style.GROUND["quiet"]}
        drawing.words(plate.paper, x, y, text, drawing.SMALL, **middle)
    title = PHRASES["sea_islands"][plate.lang]
    wide, high = canvas.text_size(title, drawing.SMALL + 0.3)
    _, bottom, right, _ = ground.frame(plate)
    drawing.label(plate.paper, right - wide / 2 - 3, bottom + high / 2 + 3, title, drawing.SMALL + 0.3)


def islands(plate: ground.Plate, taken: Sequence[places.Box]) -> list[places.Box]:
    """Names of the island groups that a map shows; returns what they cover."""
    left, bottom, right, top = ground.frame(plate)
    wanted, texts = [], []
    covered = list(taken)
    for item in ground.country(plate.axes.projection)["names"]:
        x, y = ground.on_paper(plate, *item["at"])
        if left < x < right and bottom < y < top:
            text = item["name"][plate.lang]
            wide, high = canvas.text_size(text, drawing.SMALL)
            dots = [ground.on_paper(plate, *dot) for dot in item["dots"]]
            covered += [(a - 1, b - 1, a + 1, b + 1) for a, b in dots]
            own = _TURNS.get(item["name"]["zh"])
            turns = own[plate.lang == "en"] if own else places.EASTWARD
            wanted.append(places.Name(x, y, wide, high * 0.85, gap=1.5, inside=not dots, turns=turns))
            texts.append(text)
    return _written(plate, wanted, texts, covered)


def provinces(plate: ground.Plate, taken: Sequence[places.Box]) -> None:
    """Names of provinces, quietly, where there is room; Taiwan first, as on the pages."""
    areas = ground.country(plate.axes.projection)["areas"]
    wishes = []
    for area in basemap.national()["areas"]:
        x, y = ground.on_paper(plate, *area["at"])
        text = area["name"][plate.lang]
        wide, high = canvas.text_size(text, drawing.SMALL)
        name = places.Name(x, y, wide, high * 0.85, gap=0.5, inside=True, needed=False)
        wishes.append((area["code"] != "710000", -areas[area["code"]].area, text, name))
    wishes.sort(key=lambda item: item[:3])
    _written(plate, [name for *_, name in wishes], [text for _, _, text, _ in wishes], taken)


def _written(
    plate: ground.Plate, wanted: Sequence[places.Name], texts: Sequence[str], taken: Sequence[places.Box]
) -> list[places.Box]:
    found = places.placed(wanted, taken, ground.frame(plate))
    for text, name, spot in zip(texts, wanted, found, strict=True):
        if spot is not None:
            if spot.led and not name.inside:
                plate.paper.plot(
                    [name.x, spot.x], [name.y, spot.y], color=drawing.INK, linewidth=0.4, zorder=4.4
                )
            drawing.label(plate.paper, spot.x, spot.y, text, drawing.SMALL, quiet=True)
    return _covered(wanted, found)


def _covered(wanted: Sequence[places.Name], found: Sequence[places.Place | None]) -> list[places.Box]:
    return [
        (s.x - n.width / 2, s.y - n.height / 2, s.x + n.width / 2, s.y + n.height / 2)
        for n, s in zip(wanted, found, strict=True)
        if s is not None
    ]
