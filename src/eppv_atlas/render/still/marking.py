"""Pins and names on a national map: cases, island groups, provinces.

Floor 3, part of render: knows cases' places and paths, and places on paper; must
not know files or measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from eppv_atlas.render import basemap
from eppv_atlas.render.still import canvas, drawing, ground, places
from eppv_atlas.results import PlacedCase

CROWD: Final = 60
"""More cases than this are marked without names and glyphs."""
_PIN: Final = 12.5
_DOT: Final = 5.0


def pins(plate: ground.Plate, cases: Sequence[PlacedCase], taken: Sequence[places.Box]) -> list[places.Box]:
    """Pins of the cases, pushed apart where they would cover each other, with names where there is room.

    Returns
    -------
    list of Box
        What they cover.
    """
    if not cases:
        return []
    true = np.array([ground.on_paper(plate, placed.anchor.x, placed.anchor.y) for placed in cases])
    crowd = len(cases) > CROWD
    size = _DOT if crowd else _PIN
    where = true if crowd else places.apart(true, _PIN + 1.5, ground.frame(plate))
    for placed, (x, y), (x0, y0) in zip(cases, where, true, strict=True):
        if np.hypot(x - x0, y - y0) > 0.5:
            plate.paper.plot([x0, x], [y0, y], color=drawing.INK, linewidth=0.5, zorder=4.5)
            plate.paper.plot([x0], [y0], marker="o", markersize=1.6, color=drawing.INK, zorder=4.6)
        drawing.pin(plate.paper, x, y, placed.case.path.id, "" if crowd else placed.case.mode.id, size)
    half = size / 2
    boxes = [(x - half, y - half, x + half, y + half) for x, y in where]
    if crowd:
        return boxes
    texts = [getattr(placed.case.short, plate.lang) for placed in cases]
    wanted = []
    for text, (x, y) in zip(texts, where, strict=True):
        wide, high = canvas.text_size(plate.paper, text, drawing.BODY)
        wanted.append(places.Name(x, y, wide + 2, high + 1, gap=half + 0.5))
    found = places.placed(wanted, [*boxes, *taken], ground.frame(plate))
    for text, (x, y), spot in zip(texts, where, found, strict=True):
        if spot is not None:
            if spot.led:
                plate.paper.plot([x, spot.x], [y, spot.y], color=drawing.INK, linewidth=0.4, zorder=4.4)
            drawing.label(plate.paper, spot.x, spot.y, text, drawing.BODY)
    return [*boxes, *_covered(wanted, found)]


def islands(plate: ground.Plate, taken: Sequence[places.Box], *, stacked: bool = False) -> list[places.Box]:
    """Names of the island groups that a map shows; returns what they cover.

    With `stacked`, the words of a name stand below each other.
    """
    left, bottom, right, top = ground.frame(plate)
    wanted, texts = [], []
    covered = list(taken)
    for item in ground.country(plate.axes.projection)["names"]:
        x, y = ground.on_paper(plate, *item["at"])
        if left < x < right and bottom < y < top:
            text = item["name"][plate.lang].replace(" ", "\n") if stacked else item["name"][plate.lang]
            wide, high = canvas.text_size(plate.paper, text, drawing.SMALL)
            dots = [ground.on_paper(plate, *dot) for dot in item["dots"]]
            covered += [(a - 1, b - 1, a + 1, b + 1) for a, b in dots]
            wanted.append(
                places.Name(x, y, wide, high * 0.85, gap=1.5, inside=not dots, turns=places.EASTWARD)
            )
            texts.append(text)
    return _written(plate, wanted, texts, covered)


def provinces(plate: ground.Plate, taken: Sequence[places.Box]) -> None:
    """Names of provinces, quietly, where there is room; Taiwan first, as on the pages."""
    areas = ground.country(plate.axes.projection)["areas"]
    wishes = []
    for area in basemap.national()["areas"]:
        x, y = ground.on_paper(plate, *area["at"])
        text = area["name"][plate.lang]
        wide, high = canvas.text_size(plate.paper, text, drawing.SMALL)
        name = places.Name(x, y, wide, high * 0.85, gap=0.5, inside=True, needed=False)
        wishes.append((area["code"] != "710000", -areas[area["code"]].area, text, name))
    wishes.sort(key=lambda item: item[:3])
    _written(plate, [name for *_, name in wishes], [text for _, _, text, _ in wishes], taken)


def dashes(plate: ground.Plate) -> list[places.Box]:
    """What the dashes of the South China Sea cover."""
    out = []
    for left, bottom, right, top in shapely.bounds(
        shapely.get_parts(ground.country(plate.axes.projection)["dashes"])
    ):
        low = ground.to_paper(plate.axes, plate.at, left, bottom)
        up = ground.to_paper(plate.axes, plate.at, right, top)
        out.append((low[0] - 0.5, low[1] - 0.5, up[0] + 0.5, up[1] + 0.5))
    return out


def _written(
    plate: ground.Plate, wanted: Sequence[places.Name], texts: Sequence[str], taken: Sequence[places.Box]
) -> list[places.Box]:
    found = places.placed(wanted, taken, ground.frame(plate))
    for text, spot in zip(texts, found, strict=True):
        if spot is not None:
            drawing.label(plate.paper, spot.x, spot.y, text, drawing.SMALL, quiet=True)
    return _covered(wanted, found)


def _covered(wanted: Sequence[places.Name], found: Sequence[places.Place | None]) -> list[places.Box]:
    return [
        (s.x - n.width / 2, s.y - n.height / 2, s.x + n.width / 2, s.y + n.height / 2)
        for n, s in zip(wanted, found, strict=True)
        if s is not None
    ]
