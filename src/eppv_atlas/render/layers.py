"""Folium's map and layers without Folium's faults.

They remain Folium objects: our layers can go on a ``folium.Map``, and stock
layers that need nothing but Leaflet can go on ours. What they draw lies in the
page as inert data; popups and tooltips are built from it with ``textContent``.

Floor 3, part of render: knows Folium, pages and assets; must not know cases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import folium
from branca.element import CssLink, Figure, JavascriptLink
from folium.map import Layer

from eppv_atlas.errors import RenderError
from eppv_atlas.render import style
from eppv_atlas.render.assets import (
    ATLAS_CSS,
    CLUSTER_CSS,
    CLUSTER_JS,
    LEAFLET_CSS,
    LEAFLET_JS,
    STOCK_CSS,
    STOCK_JS,
    asset,
)
from eppv_atlas.render.page import Page, Verbatim, inert_json
from eppv_atlas.render.phrases import PHRASES

CORE: Final = ("core.js", "codec.js", "labels.js", "frame.js", "state.js")
"""Scripts that every layer stands on."""
FRAME: Final = ("tools.css", "map.js", "layers.js", "geodesy.js", "measure.js", "share.js")
"""Scripts of a map of ours: its frame and its tools."""
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "base": ("base.js",),
    "zones": ("zones.js",),
    "cases": (
        "finder.css",
        "search.js",
        "facets.js",
        "cards.js",
        "spread.js",
        "dock.js",
        "cases.js",
        "sheet.js",
    ),
    "clusters": (CLUSTER_CSS, CLUSTER_JS),
    "crowd": (
        "finder.css",
        "crowd.css",
        "search.js",
        "facets.js",
        "cards.js",
        "dock.js",
        "store.js",
        "columns.js",
        "finding.js",
        "rolled.js",
        "bubbles.js",
        "pointing.js",
        "crowd.js",
        "sheet.js",
    ),
    "tiled": ("zones.js", "store.js", "grid.js", "archive.js", "tiled.js"),
    "sites": ("sites.js",),
    "story": ("case.css", "downloads.js", "figure.js", "story.js"),
    "trying": (
        "trying.css",
        "worksheet.js",
        "told.js",
        "chart.js",
        "trying_map.js",
        "trying_form.js",
        "trying_results.js",
        "trying.js",
    ),
    "features": (
        "finder.css",
        "search.js",
        "facets.js",
        "store.js",
        "grid.js",
        "pointing.js",
        "features.js",
        "sheet.js",
    ),
}
"""Scripts and styles that a kind of layer draws with, besides the core."""


_WORD: Final = re.compile(r"\beppv\.ui\.([a-z_]+)")


def contribute(root: Figure, *names: str) -> None:
    """Put scripts and styles into a figure, ours or a stock one, with the words that the scripts use."""
    held: set[str] = vars(root).setdefault("eppv_words", set())
    before = len(held)
    for name in names:
        if isinstance(root, Page):
            link = CssLink(name) if name.endswith(".css") else JavascriptLink(name)
            root.header.add_child(link, name=name)
        else:
            tag = "style" if name.endswith(".css") else "script"
            root.header.add_child(Verbatim(f"<{tag}>{asset(name)}</{tag}>"), name=name)
        held.update(_WORD.findall(asset(name)))
    if len(held) > before:
        words = {word: PHRASES[word] for word in sorted(held)}
        contribute_data(root, "eppv-ui", {"words": words, **style.looks()})


def contribute_data(root: Figure, element_id: str, data: Any) -> None:
    """Put inert data into a figure, where ``eppv.data(element_id)`` finds it."""
    root.html.add_child(
        Verbatim(f'<script type="application/json" id="{element_id}-data">{inert_json(data)}</script>'),
        name=f"{element_id}-data",
    )


def contribute_core(root: Figure) -> None:
    """Put what every page of ours needs into a figure: style, core scripts, their words."""
    contribute(root, ATLAS_CSS, *CORE)


class AtlasMap(folium.Map):
    """A Folium map that loads nothing: Leaflet is inlined, there are no tiles.

    Parameters
    ----------
    bounds
        West, south, east, north to show first, degrees.
    label
        What screen readers call the map, in both languages.
    options
        What else the map is told: ``tiles`` (layers of other hosts that are
        offered), ``detail`` (whether it shows one case only), ``review``
        (审图号, printed on figures).
    """

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012 - as Folium declares it
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012 - as Folium declares it

    def __init__(
        self, bounds: tuple[float, float, float, float], label: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(tiles=None)
        self._id = "main"
        self.view = {"bounds": list(bounds), "label": dict(label), **options}

    def render(self, **kwargs: Any) -> str:
        """Write the map's assets, view and layers into its page; the map itself has no text."""
        root = figure_of(self)
        for name, link in self.default_css:
            root.header.add_child(CssLink(link), name=name)
        for name, link in self.default_js:
            root.header.add_child(JavascriptLink(link), name=name)
        name = self.get_name()
        if not all(isinstance(child, DataLayer) for child in self._children.values()):
            contribute(root, STOCK_CSS, STOCK_JS)
        contribute_core(root)
        contribute(root, *FRAME)
        contribute_data(root, name, self.view)
        root.script.add_child(Verbatim(f'var {name} = eppv.map("{name}");\n'), name=name)
        for child in self._children.values():
            if isinstance(child, DataLayer):
                if child._parent is not self:  # noqa: SLF001 - branca names no other way
                    raise RenderError(
                        "a layer stands on one map only; make another for the second map",
                        "一个图层只能放在一张地图上；请为另一张地图另做一个",
                    )
                child.render(**kwargs)
            else:
                _stock(child, root, kwargs)
        return ""


_PLAIN: Final = (
    folium.Marker,
    folium.Circle,
    folium.CircleMarker,
    folium.PolyLine,
    folium.Polygon,
    folium.Rectangle,
    folium.FeatureGroup,
)
"""Stock layers that put no text into their script."""


def _stock(element: Any, root: Figure, kwargs: dict[str, Any]) -> None:
    """Render a stock layer as it is, without branca's second pass.

    Raises
    ------
    RenderError
        If the layer would put text of its own into the page's script.
    """
    if type(element) not in _PLAIN:
        kind = type(element).__name__
        raise RenderError(
            f"a stock {kind} puts its text into the page's script, where it could run; "
            "use PointLayer or PolygonLayer, which show text as text",
            f"Folium 自带的 {kind} 会把文字写进页面脚本，可能被执行；请改用 PointLayer 或 PolygonLayer",
        )
    module = element._template.module  # noqa: SLF001 - branca names no other way
    for part in ("header", "html", "script"):
        macro = getattr(module, part, None)
        if macro is not None:
            getattr(root, part).add_child(Verbatim(str(macro(element, kwargs))), name=element.get_name())
    for child in element._children.values():  # noqa: SLF001
        _stock(child, root, kwargs)


class DataLayer(Layer):
    """A layer whose data lie in the page as inert JSON and are drawn by our own script.

    Parameters
    ----------
    kind
        One of :data:`KINDS`, the function of our scripts that draws it.
    data
        What it draws, ready for JSON. Any text in it is data: it is shown
        with ``textContent`` and can be neither template nor markup.
    extra
        Further kinds whose scripts it needs.
    """

    def __init__(self, kind: str, data: Any, extra: tuple[str, ...] = ()) -> None:
        super().__init__(name=None, overlay=True, control=False)
        self._name = kind
        self.kind, self.data, self.extra = kind, data, extra

    def place(self) -> str:
        """Name of the layer in its map: its kind and number, not branca's random id."""
        if not isinstance(self._parent, folium.Map):
            raise RenderError(
                "a layer stands on a map itself, not in a group of layers",
                "图层须直接放在地图上，不能放在图层组里",
            )
        siblings = self._parent._children.values()  # noqa: SLF001 - branca names no other way
        alike = [layer for layer in siblings if isinstance(layer, DataLayer) and layer.kind == self.kind]
        number = alike.index(self)
        return f"{self.kind}_layer" + (f"_{number + 1}" if number else "")

    def render(self, **_kwargs: Any) -> str:
        """Write the layer's data and the call that draws it into the figure."""
        name = self.place()
        root, parent = figure_of(self), self._parent
        assert parent is not None
        contribute_core(root)
        for kind in (*self.extra, self.kind):
            contribute(root, *KINDS[kind])
        contribute_data(root, name, self.data)
        root.script.add_child(Verbatim(f'eppv.{self.kind}({parent.get_name()}, "{name}");\n'), name=name)
        return ""


def figure_of(element: Any) -> Figure:
    """The figure that an element stands in.

    Raises
    ------
    RenderError
        If it stands in none.
    """
    root = element.get_root()
    if not isinstance(root, Figure):
        raise RenderError("a map layer needs a figure to be drawn in", "图层须放在图幅中才能绘制")
    return root
