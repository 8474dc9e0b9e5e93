"""Small maps beside the map of a case: where in the country, where in its city or province.

Floor 3, part of render: knows boundaries and styles; must not know measures or files.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.errors import UnknownPlace
from eppv_atlas.render import basemap, style
from eppv_atlas.render.place_names import romanised
from eppv_atlas.render.still import ground
from eppv_atlas.results import PlacedCase

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HERE: Final = "#b3261e"
"""Colour of what a locator points out."""
_FILL: Final = "#e9c7c3"


@dataclass(frozen=True)
class About:
    """What a case lies in, as far as a second small map shows it.

    Attributes
    ----------
    name_zh, name_en
        Its name.
    outline
        Its outline, degrees.
    framed
        Whether the frame of the main map is marked in it; else the units of the case are.
    """

    name_zh: str
    name_en: str
    outline: BaseGeometry
    framed: bool


def in_country(figure: Figure, at: ground.Bounds, placed: PlacedCase) -> None:
    """The country with the provinces of the case filled and its place marked."""
    codes = list(dict.fromkeys(boundaries.place(code).province for code in placed.case.places))
    abroad = not codes[0].isdigit()
    whole, dashes = basemap.country_outline(abroad=abroad)
    projection = ground.local_albers(ground.AUSTRALIA)[0] if abroad else ground.albers(*ground.COUNTRY)
    country, lines = ground.projected(whole, projection), ground.projected(dashes, projection)
    axes = ground.map_axes(
        figure, at, projection, ground.filling(_bounds([country, lines]), at[2], at[3], 0.03)
    )
    unit = {"facecolor": style.GROUND["unit"], "edgecolor": style.GROUND["unit-line"], "linewidth": 0.4}
    ground.draw(axes, country, **unit)
    for code in codes:
        part = ground.projected(_main(boundaries.outline(code)).simplify(0.05), projection)
        ground.draw(axes, part, facecolor=_FILL, edgecolor=HERE, linewidth=0.4)
    ground.draw(axes, lines, facecolor="none", edgecolor=style.GROUND["border"], linewidth=0.7)
    point = shapely.get_coordinates(ground.projected(placed.anchor, projection))[0]
    mark: dict[str, Any] = {"color": HERE, "markeredgecolor": "white", "markeredgewidth": 0.5, "zorder": 6}
    axes.plot([point[0]], [point[1]], marker="o", markersize=3.4, **mark)  # cut at the edge of the axes


def about(codes: tuple[str, ...], shown: Any, frame: ground.Bounds) -> About | None:
    """What a second small map shows: the unit of the case, or what that lies in; None where it would say nothing.

    Parameters
    ----------
    codes
        Units that the case names.
    shown, frame
        Projection of the main map and what it shows, metres.
    """
    first = boundaries.place(codes[0])
    if len({boundaries.place(code).province for code in codes}) > 1:
        return None
    units = shapely.union_all([boundaries.outline(code) for code in codes])
    county = ground.projected(units, shown)
    main = shapely.box(*frame)
    if len(codes) == 1 and county.area >= 1.6 * main.area and not main.covers(county):
        return About(first.name_zh, _english(first), units, framed=True)
    if first.level == "state":
        return None  # the country, which stands beside it already
    city = codes[0][:4] + "00"
    if all(code[:4] == codes[0][:4] and code != city for code in codes):
        with suppress(UnknownPlace):  # a municipality has none
            found = boundaries.place(city)
            return About(found.name_zh, _english(found), boundaries.outline(city), framed=False)
    if codes == (first.province,):
        return None
    found = boundaries.place(first.province)
    return About(found.name_zh, _english(found), boundaries.outline(first.province), framed=False)


def in_about(
    figure: Figure, at: ground.Bounds, placed: PlacedCase, what: About, shown: Any, frame: ground.Bounds
) -> None:
    """Draw what a case lies in, with its units filled, or with the frame of the main map."""
    ground_lines = {"facecolor": style.GROUND["unit"], "edgecolor": style.GROUND["border"], "linewidth": 0.6}
    here: dict[str, Any] = {"edgecolor": HERE, "linewidth": 0.7}
    if not what.framed:
        projection, _ = ground.local_albers(_bounds([what.outline]))
        whole = ground.projected(what.outline.simplify(0.02), projection)
        units = shapely.union_all([boundaries.outline(code) for code in placed.case.places])
        axes = ground.map_axes(figure, at, projection, ground.filling(_bounds([whole]), at[2], at[3], 0.05))
        axes.set_facecolor(style.GROUND["land"])
        ground.draw(axes, whole, **ground_lines)
        ground.draw(axes, ground.projected(units, projection), facecolor=_FILL, **here)
        return
    whole, window = ground.projected(what.outline.simplify(0.002), shown), shapely.box(*frame)
    axes = ground.map_axes(figure, at, shown, ground.filling(_bounds([whole, window]), at[2], at[3], 0.05))
    axes.set_facecolor(style.GROUND["land"])
    ground.draw(axes, whole, **ground_lines)
    small = at[2] * (frame[2] - frame[0]) / (axes.get_xlim()[1] - axes.get_xlim()[0]) < 5
    if small:  # too small to be seen as a frame
        middle = window.centroid
        axes.plot(
            [middle.x], [middle.y], marker="s", markersize=4.5, markerfacecolor="none", markeredgecolor=HERE
        )
    else:
        ground.draw(axes, window, facecolor=_FILL, alpha=0.5, edgecolor="none", linewidth=0, zorder=3)
        ground.draw(axes, window, facecolor="none", zorder=3.1, **here)


def _english(place: boundaries.Place) -> str:
    if place.code in vocabulary.PROVINCES:
        return vocabulary.PROVINCES[place.code][1]
    return place.name_en or romanised(place.name_zh)


def _main(shape: BaseGeometry) -> BaseGeometry:
    """A shape without the islands that would look like marks of their own."""
    parts = shapely.get_parts(shape)
    most = max(part.area for part in parts)
    return shapely.MultiPolygon([part for part in parts if part.area > most / 40])


def _bounds(shapes: list[BaseGeometry]) -> ground.Bounds:
    left, bottom, right, top = shapely.total_bounds(shapes)
    return (float(left), float(bottom), float(right), float(top))
