"""Small maps beside the map of a case: where in the country, where in the county.

Floor 3, part of render: knows boundaries and styles; must not know measures or files.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries
from eppv_atlas.errors import UnknownPlace
from eppv_atlas.render import basemap, style
from eppv_atlas.render.still import ground
from eppv_atlas.results import PlacedCase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HERE: Final = "#b3261e"
"""Colour of what a locator points out."""
_FILL: Final = "#e9c7c3"


def in_country(
    figure: Figure, paper: Axes, at: tuple[float, float, float, float], placed: PlacedCase
) -> None:
    """The country with the province filled and the place of the case marked."""
    code = boundaries.place(placed.case.places[0]).province
    abroad = not code.isdigit()
    whole, dashes = basemap.country_outline(abroad=abroad)
    projection = ground.local_albers(ground.AUSTRALIA)[0] if abroad else ground.albers(*ground.COUNTRY)
    country = ground.projected(whole, projection)
    box = ground.filling(_bounds([country, ground.projected(dashes, projection)]), at[2], at[3], 0.03)
    axes = ground.map_axes(figure, at, projection, box)
    ground.draw(
        axes, country, facecolor=style.GROUND["unit"], edgecolor=style.GROUND["unit-line"], linewidth=0.4
    )
    part = boundaries.outline(code).simplify(0.05)
    ground.draw(axes, ground.projected(part, projection), facecolor=_FILL, edgecolor=HERE, linewidth=0.4)
    ground.draw(
        axes,
        ground.projected(dashes, projection),
        facecolor="none",
        edgecolor=style.GROUND["border"],
        linewidth=0.7,
    )
    point = shapely.get_coordinates(ground.projected(placed.anchor, projection))[0]
    x, y = ground.to_paper(axes, at, float(point[0]), float(point[1]))
    paper.plot(
        [x],
        [y],
        marker="o",
        markersize=3.4,
        color=HERE,
        markeredgecolor="white",
        markeredgewidth=0.5,
        zorder=6,
    )


def in_county(
    figure: Figure,
    paper: Axes,
    at: tuple[float, float, float, float],
    placed: PlacedCase,
    shown: Any,
    frame: ground.Bounds,
) -> None:
    """The units that the case names, with the frame of the main map; their province, where they fill it.

    Parameters
    ----------
    shown, frame
        Projection of the main map and what it shows, metres.
    """
    units = shapely.union_all([boundaries.outline(code) for code in placed.case.places])
    county = ground.projected(units, shown)
    if shapely.box(*frame).covers(county) or county.area < 1.6 * shapely.box(*frame).area:
        context = _about(placed.case.places)
        projection, _ = ground.local_albers(tuple(float(v) for v in context.bounds))  # type: ignore[arg-type]
        _draw(
            figure,
            at,
            ground.projected(context.simplify(0.02), projection),
            ground.projected(units, projection),
            projection,
        )
        return
    rim = ground.projected(units.simplify(0.002), shown)
    axes = _draw(figure, at, rim, None, shown)
    a = ground.to_paper(axes, at, frame[0], frame[1])
    b = ground.to_paper(axes, at, frame[2], frame[3])
    from matplotlib.patches import Rectangle

    small = min(b[0] - a[0], b[1] - a[1]) < 5
    if small:  # too small to be seen as a frame
        paper.plot(
            [(a[0] + b[0]) / 2],
            [(a[1] + b[1]) / 2],
            marker="s",
            markersize=4.5,
            markerfacecolor="none",
            markeredgecolor=HERE,
            zorder=6,
        )
    else:
        paper.add_patch(
            Rectangle(a, b[0] - a[0], b[1] - a[1], facecolor=_FILL, alpha=0.6, edgecolor="none", zorder=5)
        )
        paper.add_patch(
            Rectangle(a, b[0] - a[0], b[1] - a[1], facecolor="none", edgecolor=HERE, linewidth=0.9, zorder=6)
        )


def _about(codes: tuple[str, ...]) -> BaseGeometry:
    """What units lie in: their city where it holds them and more, else their province, or all states abroad."""
    if boundaries.place(codes[0]).level == "state":
        return shapely.union_all(list(boundaries.states()[1]))
    city = codes[0][:4] + "00"
    if all(code[:4] == codes[0][:4] and code != city for code in codes):
        with suppress(UnknownPlace):  # a municipality has none
            return boundaries.outline(city)
    return boundaries.outline(boundaries.place(codes[0]).province)


def _draw(
    figure: Figure,
    at: tuple[float, float, float, float],
    whole: BaseGeometry,
    part: BaseGeometry | None,
    projection: Any,
) -> Any:
    box = ground.filling(_bounds([whole]), at[2], at[3], 0.05)
    axes = ground.map_axes(figure, at, projection, box)
    axes.set_facecolor(style.GROUND["land"])
    ground.draw(axes, whole, facecolor=style.GROUND["unit"], edgecolor=style.GROUND["border"], linewidth=0.6)
    if part is not None:
        ground.draw(axes, part, facecolor=_FILL, edgecolor=HERE, linewidth=0.6)
    return axes


def _bounds(shapes: list[BaseGeometry]) -> ground.Bounds:
    left, bottom, right, top = shapely.total_bounds(shapes)
    return (float(left), float(bottom), float(right), float(top))
