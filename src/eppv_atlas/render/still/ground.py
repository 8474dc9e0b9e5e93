"""Map axes of a figure: equal-area projections, the ground, scale bar and compass.

Floor 3, part of render: knows boundaries and styles; must not know cases or measures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.errors import RenderError
from eppv_atlas.render import basemap, style, unpacking
from eppv_atlas.render.still.canvas import FAMILY

if TYPE_CHECKING:
    from cartopy.crs import Projection
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees; or left, bottom, right, top in metres of a projection."""

AUSTRALIA: Final = (113.0, -43.7, 153.7, -10.6)
"""What a map of Australia shows, degrees; islands far off are not in it."""


_HALVES: Final = 37.0
"""A scale bar shorter than this, in points, does not name its middle."""


@dataclass(frozen=True)
class Plate:
    """A map on paper.

    Attributes
    ----------
    figure, paper
        The drawing, and its axes in points.
    axes
        Axes of the map, metres of its projection.
    at
        Left, bottom, width and height of the map on paper, points.
    lang
        ``zh`` or ``en``.
    """

    figure: Figure
    paper: Axes
    axes: Any
    at: Bounds
    lang: str


COUNTRY: Final = (105.0, 25.0, 47.0)
"""Albers projection of China: central meridian and standard parallels, degrees."""


@cache
def albers(meridian: float, low: float, high: float, middle: float = 0.0) -> Projection:
    """An Albers equal-area projection on the CGCS2000 ellipsoid."""
    from cartopy.crs import AlbersEqualArea, Globe

    globe = Globe(ellipse=None, semimajor_axis=6378137.0, inverse_flattening=298.257222101)
    return AlbersEqualArea(meridian, middle, standard_parallels=(low, high), globe=globe)


_WIDEST: Final = 120.0
_HIGHEST: Final = 90.0
"""What one figure shows at most, degrees of longitude and of latitude."""


def local_albers(bounds: Bounds) -> tuple[Projection, tuple[float, float, float]]:
    """An Albers projection for a place, north upwards, with its meridian and parallels, degrees.

    Raises
    ------
    RenderError
        If it reaches further over the globe than one map can show.
    """
    west, south, east, north = bounds
    if east - west > _WIDEST or north - south > _HIGHEST:
        raise RenderError(
            f"it reaches over {east - west:.0f}° of longitude and {north - south:.0f}° of latitude; "
            f"a figure shows up to {_WIDEST:.0f}° by {_HIGHEST:.0f}°",
            f"图形跨经度 {east - west:.0f}°、纬度 {north - south:.0f}°；一幅图最多表示 {_WIDEST:.0f}°×{_HIGHEST:.0f}°",
        )
    middle, reach = (south + north) / 2, max((north - south) / 6, 0.02)
    if abs(middle) < 0.5:  # parallels on both sides of the equator would make no cone
        middle = 0.5 if middle >= 0 else -0.5
        reach = min(reach, 0.4)
    numbers = (round((west + east) / 2, 2), round(middle - reach, 2), round(middle + reach, 2))
    return albers(*numbers, middle=round(middle, 2)), numbers


@cache
def transformer(proj: str) -> Any:
    """From longitude and latitude in degrees to metres of a projection, kept as making one takes long."""
    import pyproj

    return pyproj.Transformer.from_crs("OGC:CRS84", proj, always_xy=True)


def projected(shape: BaseGeometry, projection: Projection) -> BaseGeometry:
    """A shape in metres of a projection, its edges straight there.

    Long edges are divided first: a parallel is a curve on this map.
    """
    fine = shapely.segmentize(shape, 0.5)
    across = transformer(projection.proj4_init)

    def move(points: Any) -> Any:
        return np.column_stack(across.transform(points[:, 0], points[:, 1]))

    moved: BaseGeometry = shapely.transform(fine, move)
    return moved


def filling(box: Bounds, width: float, height: float, pad: float) -> Bounds:
    """A box in metres made wide or high enough to fill `width` to `height`, with room about it."""
    left, bottom, right, top = box
    x, y = (left + right) / 2, (bottom + top) / 2
    wide, high = max(right - left, 1.0) * (1 + 2 * pad), max(top - bottom, 1.0) * (1 + 2 * pad)
    scale = max(wide / width, high / height)
    return (x - scale * width / 2, y - scale * height / 2, x + scale * width / 2, y + scale * height / 2)


def map_axes(
    figure: Figure, at: tuple[float, float, float, float], projection: Projection, box: Bounds
) -> Any:
    """Map axes at left, bottom, width, height (points) that show a box (metres)."""
    wide, high = figure.get_size_inches() * 72
    left, bottom, width, height = at
    axes: Any = figure.add_axes(
        (left / wide, bottom / high, width / wide, height / high),
        projection=projection,
        facecolor=style.GROUND["sea"],
    )
    axes.set_xlim(box[0], box[2])
    axes.set_ylim(box[1], box[3])
    axes.spines["geo"].set(zorder=7, linewidth=0.6, edgecolor=style.GROUND["border"])
    return axes


def to_paper(axes: Any, at: tuple[float, float, float, float], x: float, y: float) -> tuple[float, float]:
    """A place of the map (metres) on the paper (points)."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    return at[0] + (x - left) / (right - left) * at[2], at[1] + (y - bottom) / (top - bottom) * at[3]


def on_paper(plate: Plate, lon: float, lat: float) -> tuple[float, float]:
    """A place in degrees on the paper (points)."""
    moved = shapely.get_coordinates(projected(shapely.Point(lon, lat), plate.axes.projection))[0]
    return to_paper(plate.axes, plate.at, float(moved[0]), float(moved[1]))


def frame(plate: Plate, margin: float = 1.0) -> Bounds:
    """Left, bottom, right, top of a map on paper, inside its edge by a margin."""
    left, bottom, width, height = plate.at
    return (left + margin, bottom + margin, left + width - margin, bottom + height - margin)


def degrees(plate: Plate) -> Bounds:
    """West, south, east, north of what a map shows."""
    left, right = plate.axes.get_xlim()
    bottom, top = plate.axes.get_ylim()
    edge = shapely.get_coordinates(
        shapely.segmentize(shapely.box(left, bottom, right, top), (right - left) / 8)
    )
    lon, lat = transformer(plate.axes.projection.proj4_init).transform(
        edge[:, 0], edge[:, 1], direction="INVERSE"
    )
    return (float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat)))


def draw(axes: Any, shapes: BaseGeometry | Sequence[BaseGeometry], **look: Any) -> None:
    """Shapes in metres of the map, one look for all."""
    from frykit.plot import add_geometries

    held = [shapes] if isinstance(shapes, BaseGeometry) else list(shapes)
    held = [shape for shape in held if not shape.is_empty]
    if held:
        add_geometries(axes, held, crs=axes.projection, **look)


@cache
def country(projection: Projection) -> dict[str, Any]:
    """The stored base map of the country in a projection (metres), as the pages have it."""
    base = basemap.national()
    arcs = unpacking.lines(base["arcs"], base["scale"])

    def many(lines: Sequence[Any]) -> BaseGeometry:
        return projected(shapely.MultiLineString([shapely.LineString(line) for line in lines]), projection)

    dots = np.vstack(unpacking.lines(base["islands"], base["scale"]))
    return {
        "land": projected(_hemisphere(unpacking.polygons(base["land"], base["scale"])), projection),
        "areas": {
            a["code"]: projected(unpacking.covered(arcs, a["rings"]), projection) for a in base["areas"]
        },
        "border": many([arcs[number] for number in base["border"]]),
        "dashes": many(unpacking.lines(base["dashes"], base["scale"])),
        "undefined": many(unpacking.lines(base["undefined"], base["scale"])),
        "islands": projected(shapely.MultiPoint(dots), projection),
        "names": base["islandNames"],
    }


def _hemisphere(land: BaseGeometry) -> BaseGeometry:
    """Land about China: the projection tears what lies on the other side of the earth."""
    return shapely.clip_by_rect(land, 30, -12, 179, 75)


def draw_country(axes: Any, *, fine: float = 1.0) -> None:
    """The country on its ground: land, provinces, border, dashes, islands."""
    base = country(axes.projection)
    ground = style.GROUND
    draw(axes, base["land"], facecolor=ground["land"], edgecolor="none", linewidth=0)
    draw(
        axes,
        list(base["areas"].values()),
        facecolor=ground["unit"],
        edgecolor=ground["unit-line"],
        linewidth=0.35 * fine,
    )
    draw(axes, base["border"], facecolor="none", edgecolor=ground["border"], linewidth=0.8 * fine)
    draw(
        axes,
        base["undefined"],
        facecolor="none",
        edgecolor=ground["unit"],
        linewidth=1.0 * fine,
        linestyle=(0, (2, 2.5)),
    )
    draw(axes, base["dashes"], facecolor="none", edgecolor=ground["border"], linewidth=1.1 * fine)
    dots = shapely.get_coordinates(base["islands"])
    axes.plot(
        dots[:, 0],
        dots[:, 1],
        linestyle="none",
        marker="o",
        markersize=1.1 * fine,
        markerfacecolor=ground["unit"],
        markeredgecolor=ground["border"],
        markeredgewidth=0.3,
        zorder=2,
    )


def scale_bar(axes: Any, metres: float, share: float, x: float, y: float) -> None:
    """A scale bar of a round length, at most `share` of the map's width (`metres`)."""
    from frykit.plot import add_scale_bar

    most = metres * share
    power = 10.0 ** math.floor(math.log10(most))
    length = next(step * power for step in (5, 2, 1) if step * power <= most)
    unit: Literal["m", "km"] = "km" if length >= 1000 else "m"
    number = length / 1000 if unit == "km" else length
    bar = add_scale_bar(axes, x, y, length=number, units=unit)
    bar.set_xticks([0, number / 2, number])
    wide = axes.get_position().width * axes.figure.get_size_inches()[0] * 72 * length / metres
    bar.set_xticklabels(["0", f"{number / 2:g}" if wide > _HALVES else "", f"{number:g} {unit}"])
    bar.set_xlabel("")
    bar.tick_params(labelsize=6.2, length=2.5, width=0.6, pad=1.5)
    for spine in bar.spines.values():
        spine.set_linewidth(0.6)


def compass(axes: Any, x: float, y: float) -> None:
    """An arrow to the north, turned as the map is turned there."""
    from frykit.plot import add_compass

    add_compass(
        axes, x, y, size=15, pc_kwargs={"linewidth": 0.5}, text_kwargs={"fontsize": 7, "fontfamily": FAMILY}
    )
