"""A sheet of paper to draw on, and what becomes of it: PNG, SVG, PDF.

Text stays text in SVG and PDF, in a font that comes as a package. The same
drawing gives the same bytes.

Floor 3, part of render: must not know cases, maps or files.
"""

from __future__ import annotations

import base64
import io
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from eppv_atlas.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure

FORMS: Final = ("png", "svg", "pdf")
MOST_PIXELS: Final = 2e8
"""A larger PNG takes gigabytes to draw and no reader opens it."""
_ONE_AT_A_TIME: Final = threading.RLock()
FAMILY: Final = "Noto Sans SC"
_FALLBACKS: Final = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
)
PT_PER_CM: Final = 72 / 2.54
_OUTLINE: Final = re.compile(r' d="[^"]*"')
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")
_FONT: Final = re.compile(r"font-family: ?[^;\"]*")


@cache
def _font_file() -> str:
    """The font's file, made known to Matplotlib."""
    try:
        import cartopy  # noqa: F401 - named here, so that an absence is told in words
        import fontTools  # noqa: F401
        import pylopdf_fonts_zh_cn
        import segno  # noqa: F401
        from matplotlib import font_manager
    except ImportError as error:
        raise UsageError(
            f"figures need more packages ({error.name} is missing): pip install 'eppv-atlas[report]'",
            f"出图需要更多组件（缺少 {error.name}）：pip install 'eppv-atlas[report]'",
        ) from None
    path = str(pylopdf_fonts_zh_cn.sans_path())
    font_manager.fontManager.addfont(path)
    return path


@contextmanager
def settings() -> Iterator[None]:
    """Matplotlib as we need it, for as long as we draw; the user's own settings come back after."""
    _font_file()
    import matplotlib as mpl

    # Matplotlib's settings belong to the whole process: one drawing at a time
    with _ONE_AT_A_TIME, mpl.rc_context(mpl.rcParamsDefault), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # it is drawn as a box
        mpl.rcParams.update(
            {
                "font.family": [FAMILY],
                "font.size": 7.5,
                "axes.unicode_minus": False,
                "svg.fonttype": "none",
                "svg.hashsalt": "eppv-atlas",
                "pdf.fonttype": 3,  # the font has PostScript outlines, which Matplotlib embeds rightly only so
                "lines.scale_dashes": False,
                "hatch.linewidth": 0.5,
                "path.simplify": False,
                "text.hinting": "none",  # words are as wide at any resolution
                "text.parse_math": False,  # a dollar sign is a dollar sign
                "text.usetex": False,
            }
        )
        yield


def sheet(width_pt: float, height_pt: float, dpi: int) -> tuple[Figure, Axes]:
    """A white sheet, and axes over all of it whose coordinates are points from its lower left corner.

    Raises
    ------
    UsageError
        If it would have too many pixels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if width_pt * height_pt * (dpi / 72) ** 2 > MOST_PIXELS:
        raise UsageError(
            f"a picture of {width_pt / 72 * dpi:,.0f} by {height_pt / 72 * dpi:,.0f} pixels is too large to draw; "
            "take fewer --dpi, or svg or pdf, which are sharp at any size",
            f"图片达 {width_pt / 72 * dpi:,.0f} × {height_pt / 72 * dpi:,.0f} 像素，过大；请减小 --dpi，"
            "或改用 svg、pdf（任意放大都清晰）",
        )
    figure = Figure(figsize=(width_pt / 72, height_pt / 72), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    paper = figure.add_axes((0, 0, 1, 1), zorder=10, facecolor="none")
    paper.set_xlim(0, width_pt)
    paper.set_ylim(0, height_pt)
    paper.set_axis_off()
    return figure, paper


def plain(text: str) -> str:
    """Text that any file format can hold: what cannot be seen or would turn its direction is a box."""
    return "".join(char if char.isprintable() or char in "\n\u00a0" else "\u25a1" for char in text)


@cache
def _ruler() -> Figure:
    """A scrap of paper to measure words on: the same for every size and form of figure."""
    return sheet(30, 30, 300)[0]


@lru_cache(maxsize=4096)
def text_size(text: str, size: float) -> tuple[float, float]:
    """Width and height of a text, points; inside :func:`settings`."""
    from matplotlib.text import Text

    figure: Any = _ruler()
    item = Text(0, 0, plain(text), fontsize=size, fontfamily=FAMILY, linespacing=1.25)
    item.set_figure(figure)
    renderer: RendererAgg = figure.canvas.get_renderer()
    box = item.get_window_extent(renderer)
    return box.width * 72 / figure.dpi, box.height * 72 / figure.dpi


def saved(figure: Figure, form: str, *, title: str, alt: str, lang: str) -> bytes:
    """The drawing as a file.

    Parameters
    ----------
    figure
        What was drawn, inside :func:`settings`.
    form
        ``png``, ``svg`` or ``pdf``.
    title, alt
        What it is called, and what it shows for those who do not see it.
    lang
        Language of its texts, ``zh`` or ``en``.
    """
    title, alt = plain(title), plain(alt)
    out = io.BytesIO()
    if form == "png":
        figure.savefig(
            out, format="png", metadata={"Title": _latin(title), "Description": _latin(alt), "Software": None}
        )
        return out.getvalue()
    if form == "pdf":
        named = {
            "Title": title,
            "Subject": alt,
            "Creator": "eppv-atlas",
            "Producer": None,
            "CreationDate": None,
        }
        figure.savefig(out, format="pdf", metadata=named)
        return out.getvalue()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _described(out.getvalue().decode("utf-8"), title, alt, lang).encode("utf-8")


def _latin(text: str) -> str:
    """Text for a PNG: Matplotlib writes it as Latin-1, so anything else is written out."""
    return text.encode("latin-1", "backslashreplace").decode("latin-1")


def _described(svg: str, title: str, alt: str, lang: str) -> str:
    """An SVG with its name, its description, and the letters that it uses."""
    start = svg.index("<svg")
    end = svg.index(">", start)
    tongue = "zh-CN" if lang == "zh" else "en"
    svg = svg[:end] + f' role="img" aria-label={quoteattr(title)} xml:lang="{tongue}"' + svg[end:]
    svg = _OUTLINE.sub(
        lambda found: _LONG.sub(lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), found[0]), svg
    )
    svg = _FONT.sub(f"font-family: {_FALLBACKS}", svg)
    letters = {char for text in re.findall(r"<text[^>]*>([^<]*)", svg) for char in text}
    face = f'@font-face{{font-family:"{FAMILY}";src:url(data:font/woff;base64,{_subset("".join(sorted(letters)))})}}'
    head = f"<title>{escape(title)}</title><desc>{escape(alt)}</desc><style>{face}</style>"
    at = svg.index(">", svg.index("<svg")) + 1
    return svg[:at] + head + svg[at:]


def _subset(letters: str) -> str:
    """The font with these letters only, as base64 of a WOFF file."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        flavor="woff", desubroutinize=True, hinting=False, layout_features=["kern"], notdef_outline=True
    )
    options.recalc_timestamp = False
    options.drop_tables += ["GPOS", "GSUB", "vhea", "vmtx", "VORG", "BASE"]
    with TTFont(_font_file(), recalcTimestamp=False, lazy=True) as font:
        worker = subset.Subsetter(options)
        worker.populate(text=letters)
        worker.subset(font)
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
