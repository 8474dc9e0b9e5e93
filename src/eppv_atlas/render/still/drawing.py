"""What figures are drawn with: words, swatches, pins, lines of text, a code to scan.

Everything is placed on the paper in points from its lower left corner.

Floor 3, part of render: knows styles; must not know cases, maps or files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.render import style
from eppv_atlas.render.still import hatching
from eppv_atlas.render.still.canvas import plain, text_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

SMALL: Final = 6.2
"""Smallest type, points."""
BODY: Final = 7.0
INK: Final = style.GROUND["ink"]
SWATCH: Final = 18.0
_LOOKS: Final = 4
"""So many ways to hatch or dot zones of one look; then they begin anew, or they would be black."""
_WORDS: Final = re.compile(
    r"（示意）[：；，。]*|第\s?\d+(?:[-–]\d+)?\s?页[）；，。]*|\d[\d,.]*(?:平方公里|平方米|公顷|万?亩)[）；，。]*|["
    r"⺀-￿][，。；：、）》”？！」』]*|[^ \t\n⺀-￿]+[ \t\n]*|[ \t\n]+"
)
_PX: Final = 0.62
"""Points for a pixel of the pages: lines are finer on paper."""


def words(paper: Axes, x: float, y: float, text: str, size: float = BODY, **more: Any) -> None:
    """A line of text; `y` is its baseline unless said otherwise."""
    options = {"color": INK, "va": "baseline", "ha": "left", "zorder": 6, **more}
    paper.text(x, y, plain(text), fontsize=size, **options)


def label(paper: Axes, x: float, y: float, text: str, size: float, *, quiet: bool = False) -> None:
    """A name with its middle at x, y on a pale ground, or quiet and with a paler one."""
    ground = {
        "boxstyle": "square,pad=0.02" if quiet else "square,pad=0.1",
        "facecolor": "white",
        "edgecolor": "none",
        "alpha": 0.6 if quiet else 0.78,
    }
    paper.text(
        x,
        y,
        plain(text),
        fontsize=size,
        ha="center",
        va="center",
        linespacing=1.2,
        zorder=5.5 if quiet else 5.6,
        color=style.GROUND["quiet"] if quiet else INK,
        bbox=ground,
    )


def folded(text: str, size: float, width: float) -> list[str]:
    """A text in lines no wider than `width`: Chinese breaks anywhere but before its stops, English at spaces.

    A word that is wider than a line is cut.
    """
    out, line = [], ""
    for word in _WORDS.findall(text):
        for piece in _cut(word, size, width):
            if line and text_size((line + piece).rstrip(), size)[0] > width:
                out.append(line.rstrip())
                line = piece.lstrip(" ")
            else:
                line += piece
    return [*out, line.rstrip()] if line.strip() else out


def _cut(word: str, size: float, width: float) -> list[str]:
    """A word in pieces that fit a line each."""
    if text_size(word.rstrip(), size)[0] <= width:
        return [word]
    pieces, piece = [], ""
    for char in word:
        if piece and text_size(piece + char, size)[0] > width:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


def paragraph(
    paper: Axes, x: float, top: float, text: str, width: float, size: float = SMALL, **more: Any
) -> float:
    """A folded text below `top`; returns where it ends."""
    for line in folded(text, size, width):
        top -= size * 1.38
        words(paper, x, top + size * 0.2, line, size, **more)
    return top


def flow(
    paper: Axes,
    x: float,
    top: float,
    width: float,
    entries: Sequence[tuple[Callable[[float, float], None], float, str]],
    size: float = BODY,
    pitch: float = 13.0,
) -> float:
    """Entries of a legend in as few rows as they take; returns where they end.

    Parameters
    ----------
    entries
        What draws the sign at its left middle, how wide the sign is, and the words.
    """
    at, y = x, top - pitch / 2
    for draw, wide, text in entries:
        need = wide + 4 + text_size(text, size)[0] + 12
        if at > x and at + need - 12 > x + width:
            at, y = x, y - pitch
        draw(at, y)
        words(paper, at + wide + 4, y, text, size, va="center_baseline")
        at += need
    return y - pitch / 2 if entries else top


@cache
def outline(data: str) -> Path:
    """The path of an SVG ``d`` attribute, with y upwards."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path
    from matplotlib.path import Path

    pen = RecordingPen()
    parse_path(data, pen)
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    kinds = {
        "moveTo": (Path.MOVETO,),
        "lineTo": (Path.LINETO,),
        "qCurveTo": (Path.CURVE3,) * 2,
        "curveTo": (Path.CURVE4,) * 3,
    }
    for name, given in pen.value:
        if name == "closePath":
            points.append(points[-1])
            codes.append(int(Path.CLOSEPOLY))
        elif name in kinds:
            points += [(px, -py) for px, py in given]
            codes += [int(code) for code in kinds[name]]
    return Path(points, codes)


def pin(paper: Axes, x: float, y: float, path: str, mode: str, size: float, zorder: float = 5.0) -> None:
    """The marker of a case: the outline of its path in colour, the glyph of its mode in white."""
    from matplotlib.patches import PathPatch
    from matplotlib.transforms import Affine2D

    look = style.PATH_STYLES[path]
    scale = size / 40
    move = Affine2D().translate(-20, 20).scale(scale).translate(x, y)
    paper.add_patch(
        PathPatch(
            move.transform_path(outline(look.outline)),
            facecolor=look.colour,
            edgecolor="white",
            linewidth=0.6,
            zorder=zorder,
        )
    )
    if mode:
        glyph(paper, x, y, mode, size * 0.6, "white", zorder + 0.1)


def glyph(paper: Axes, x: float, y: float, mode: str, size: float, colour: str, zorder: float = 5.0) -> None:
    """The glyph of a mode."""
    from matplotlib.patches import PathPatch
    from matplotlib.transforms import Affine2D

    move = Affine2D().translate(-12, 12).scale(size / 24).translate(x, y)
    shape = move.transform_path(outline(style.MODE_GLYPHS[mode]))
    paper.add_patch(
        PathPatch(
            shape,
            facecolor="none",
            edgecolor=colour,
            linewidth=size / 24 * 2.1,
            capstyle="round",
            joinstyle="round",
            zorder=zorder,
        )
    )


def look(family: str, confidence: str) -> dict[str, Any]:
    """How a zone is drawn but for its hatching: colour by family, line by confidence, as on the pages."""
    from matplotlib.colors import to_rgba

    colour = style.FAMILY_COLOURS[family]
    trust = style.CONFIDENCE_STYLES[confidence]
    fill = 0.1 if trust.hatched else style.FILL_OPACITY.get(family, style.FILL_OTHERS)
    return {
        "facecolor": to_rgba(colour, fill),
        "edgecolor": colour,
        "linewidth": trust.width * _PX,
        "linestyle": (0, tuple(float(step) * _PX for step in trust.dash.split())) if trust.dash else "solid",
    }


def fill(
    axes: Any,
    shape: BaseGeometry,
    family: str,
    confidence: str,
    point: float = 1.0,
    nth: int = 0,
    zorder: float = 5.1,
) -> None:
    """Hatch a shape that is schematic.

    Parameters
    ----------
    axes
        Where to draw.
    shape
        The shape in units of the axes.
    point
        How many of these units a point of paper is.
    nth
        How many zones of the same look a figure has already. They are hatched
        closer, or dotted where they are not schematic, and so stay apart in grey.
    zorder
        How far up it lies.
    """
    from matplotlib.collections import LineCollection

    colour = style.FAMILY_COLOURS[family]
    if style.CONFIDENCE_STYLES[confidence].hatched:
        given = style.FAMILY_HATCHES[family]
        found = hatching.lines(shape, given.angles, given.distance * 0.68 ** (nth % _LOOKS) * point)
        axes.add_collection(LineCollection(found, colors=colour, linewidths=0.5, alpha=0.75, zorder=zorder))
    elif nth:
        at = hatching.dots(shape, 9.0 * 0.62 ** ((nth - 1) % _LOOKS) * point)
        axes.plot(
            at[:, 0],
            at[:, 1],
            linestyle="none",
            marker="o",
            markersize=1.2,
            color=colour,
            zorder=zorder,
        )


def swatch(paper: Axes, x: float, y: float, family: str, confidence: str, nth: int = 0) -> None:
    """A patch of a zone's look, see :func:`fill`; `x` is its left side, `y` its middle."""
    from matplotlib.patches import Rectangle

    high = 3.6
    paper.add_patch(Rectangle((x, y - high), SWATCH, 2 * high, zorder=5, **look(family, confidence)))
    fill(paper, shapely.box(x, y - high, x + SWATCH, y + high), family, confidence, nth=nth)


def ring(paper: Axes, x: float, y: float, *, schematic: bool) -> None:
    """A place: dashed where it is schematic, with a dot in its middle where it is not, as on the pages."""
    from matplotlib.patches import Circle

    dashes = (0, (1.6, 1.3)) if schematic else "solid"
    paper.add_patch(
        Circle((x, y), 2.4, facecolor="white", edgecolor=INK, linewidth=0.8, linestyle=dashes, zorder=6)
    )
    if not schematic:
        paper.add_patch(Circle((x, y), 0.8, facecolor=INK, edgecolor="none", zorder=6.1))


def veil(axes: Any, left: float, bottom: float, right: float, top: float) -> None:
    """A pale ground under what must be read over any map, in shares of the axes."""
    from matplotlib.patches import Rectangle

    pale: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "zorder": 4.5}
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, transform=axes.transAxes, **pale))


def qr(paper: Axes, x: float, y: float, size: float, address: str) -> None:
    """A QR code of an address, its lower left corner at x, y, with the quiet border that readers need."""
    import segno
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    step = size / len(rows)
    paper.add_patch(Rectangle((x, y), size, size, facecolor="white", edgecolor="none", zorder=5))
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for i, row in enumerate(rows):
        top = y + size - i * step
        for j, dark in enumerate(row):
            if dark:
                left = x + j * step
                points += [
                    (left, top),
                    (left + step, top),
                    (left + step, top - step),
                    (left, top - step),
                    (left, top),
                ]
                codes += [1, 2, 2, 2, 79]
    paper.add_patch(
        PathPatch(Path(points, codes), facecolor="black", edgecolor="none", linewidth=0, zorder=6, snap=False)
    )
