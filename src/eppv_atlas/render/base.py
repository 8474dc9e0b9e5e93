"""Folium without its three faults: a second Jinja pass, raw HTML, and a CDN.

Stock branca compiles the *output* of a macro as a template again, so text
from data would be evaluated while the page is built. The elements here write
their output verbatim. Data go into the page as inert JSON; the page's own
script builds every popup from it with ``textContent``. A :class:`Page` inlines
each asset it is asked for from installed packages, refuses any other, and
allows by Content-Security-Policy only its own scripts and styles.

Floor 3, part of render: knows Folium and assets; must not know cases.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any, Final

import folium
import jinja2
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.map import Layer
from markupsafe import Markup

from eppv_atlas.errors import RenderError
from eppv_atlas.render import style

JINJA: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("eppv_atlas.render", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CSP_TOKEN: Final = "csp-goes-here"  # noqa: S105 - a place in a template, no secret
LEAFLET_JS: Final = "leaflet.js"
LEAFLET_CSS: Final = "leaflet.css"
ATLAS_JS: Final = "atlas.js"
ATLAS_CSS: Final = "atlas.css"


class Verbatim(Element):
    """An element that renders to exactly its text, never through a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        """Return the text."""
        return self.text


def asset(name: str) -> str:
    """Text of a script or style sheet that pages may hold.

    Raises
    ------
    RenderError
        If the asset is not one that comes with installed packages.
    """
    found = _assets().get(name)
    if found is None:
        raise RenderError(
            f"the page asks for {name!r}, which no installed package provides; "
            "a self-contained page cannot hold it",
            f"页面需要 {name!r}，但已安装的软件包中没有；自足页面不能包含它",
        )
    return found


@cache
def _assets() -> dict[str, str]:
    leaflet = Path(str(resources.files("xstatic.pkg.leaflet"))) / "data"
    own = resources.files("eppv_atlas.render").joinpath("static")
    css = (leaflet / "leaflet.css").read_text("utf-8")

    def inline(match: re.Match[str]) -> str:
        raw = (leaflet / match[1]).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(raw).decode()})"

    css = re.sub(r"url\(([\w/.-]+\.png)\)", inline, css)
    return {
        LEAFLET_JS: re.sub(r"\n//# sourceMappingURL=.*", "", (leaflet / "leaflet.js").read_text("utf-8")),
        LEAFLET_CSS: css,
        ATLAS_JS: own.joinpath("atlas.js").read_text("utf-8"),
        ATLAS_CSS: own.joinpath("atlas.css").read_text("utf-8") + "\n" + style.css_variables(),
    }


def inert_json(data: Any) -> str:
    """JSON that can stand in a script element: no ``<``, ``>``, ``&``, no line separators."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


class Page(Figure):
    """A self-contained HTML page: every asset inlined, nothing else allowed.

    Parameters
    ----------
    title
        Title of the document.
    body
        Markup of the body, made by an autoescaping template; it must hold the
        ``div`` of the map.
    """

    def __init__(self, title: str, body: Markup) -> None:
        super().__init__()
        self.header = Element()
        self.header._parent = self  # noqa: SLF001 - as branca does it itself
        self.title = title
        self.body = body

    def render(self, **kwargs: Any) -> str:
        """Render the page.

        Raises
        ------
        RenderError
            If an element asks for an asset that no installed package provides.
        """
        for child in self._children.values():
            child.render(**kwargs)
        header = "\n".join(_inlined(child, kwargs) for child in self.header._children.values())  # noqa: SLF001
        html = JINJA.get_template("page.html.j2").render(
            title=self.title,
            csp=_CSP_TOKEN,
            header=Markup(header),  # noqa: S704 - assets of installed packages
            body=self.body,
            html=Markup(self.html.render(**kwargs)),  # noqa: S704 - inert JSON
            script=Markup(self.script.render(**kwargs)),  # noqa: S704 - our own calls
        )
        return html.replace(_CSP_TOKEN, _policy(html), 1)


def _inlined(child: Element, kwargs: dict[str, Any]) -> str:
    if isinstance(child, JavascriptLink):
        return f"<script>{asset(child.url)}</script>"
    if isinstance(child, CssLink):
        return f"<style>{asset(child.url)}</style>"
    return str(child.render(**kwargs))


class _Inline(HTMLParser):
    """Collect the text of inline scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: dict[str, list[str]] = {"script": [], "style": []}
        self.open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inert = dict(attrs).get("type") == "application/json"
        self.open = tag if tag in self.found and not inert else None
        if self.open:
            self.found[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.found[self.open][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self.open:
            self.open = None


def _policy(html: str) -> str:
    parser = _Inline()
    parser.feed(html)

    def hashes(texts: list[str]) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in dict.fromkeys(texts)
        )

    return (
        f"default-src 'none'; script-src {hashes(parser.found['script'])}; "
        f"style-src {hashes(parser.found['style'])}; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _contribute(root: Figure, element_id: str, data: Any, call: str) -> None:
    """Put assets, inert data and a call into a figure, ours or a stock one."""
    for name in (ATLAS_CSS, ATLAS_JS):
        if isinstance(root, Page):
            link = CssLink(name) if name.endswith(".css") else JavascriptLink(name)
            root.header.add_child(link, name=name)
        else:
            tag = "style" if name.endswith(".css") else "script"
            root.header.add_child(Verbatim(f"<{tag}>{asset(name)}</{tag}>"), name=name)
    root.html.add_child(
        Verbatim(f'<script type="application/json" id="{element_id}-data">{inert_json(data)}</script>'),
        name=f"{element_id}-data",
    )
    root.script.add_child(Verbatim(call), name=element_id)


class AtlasMap(folium.Map):
    """A Folium map that loads nothing: Leaflet is inlined, there are no tiles.

    Parameters
    ----------
    bounds
        West, south, east, north to show first, degrees.
    label
        What screen readers call the map, in both languages.
    """

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012 - as Folium declares it
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012 - as Folium declares it

    def __init__(self, bounds: tuple[float, float, float, float], label: dict[str, str]) -> None:
        super().__init__(tiles=None)
        self._id = "main"
        self.view = {"bounds": list(bounds), "label": label}

    def render(self, **kwargs: Any) -> str:
        """Write the map's assets, view and layers into its page; the map itself has no text."""
        root = _figure(self)
        for name, link in self.default_css:
            root.header.add_child(CssLink(link), name=name)
        for name, link in self.default_js:
            root.header.add_child(JavascriptLink(link), name=name)
        name = self.get_name()
        _contribute(root, name, self.view, f'var {name} = eppv.map("{name}");\n')
        for child in self._children.values():
            child.render(**kwargs)
        return ""


class DataLayer(Layer):
    """A layer whose data lie in the page as inert JSON and are drawn by our own script.

    Parameters
    ----------
    kind
        Function of ``atlas.js`` that draws it (``base``, ``zones``, ``cases``).
    data
        What it draws, ready for JSON. Any text in it is data: it is shown
        with ``textContent`` and can be neither template nor markup.
    """

    def __init__(self, kind: str, data: Any) -> None:
        super().__init__(name=None, overlay=True, control=False)
        self._name, self._id = kind, "layer"
        self.kind, self.data = kind, data

    def render(self, **_kwargs: Any) -> str:
        """Write the layer's data and the call that draws it into the figure."""
        name, root = self.get_name(), _figure(self)
        parent = self._parent.get_name() if self._parent is not None else ""
        _contribute(root, name, self.data, f'eppv.{self.kind}({parent}, "{name}");\n')
        return ""


def _figure(element: Element) -> Figure:
    root = element.get_root()
    if not isinstance(root, Figure):
        raise RenderError("a map layer needs a figure to be drawn in", "图层须放在图幅中才能绘制")
    return root
