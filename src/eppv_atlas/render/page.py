"""A self-contained page: assets inlined, data inert, a policy that allows only its own scripts.

Stock branca compiles the *output* of a macro as a template again, so text
from data would be evaluated while the page is built. A :class:`Page` and the
elements in it write their output verbatim. Data go into the page as inert
JSON; the page's own scripts build what is shown from it with ``textContent``.

Floor 3, part of render: knows Folium's figures and assets; must not know
cases, measures or maps.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any, Final

import jinja2
from branca.element import CssLink, Element, Figure, JavascriptLink
from markupsafe import Markup

from eppv_atlas.render.assets import asset
from eppv_atlas.render.style import TILE_HOSTS

JINJA: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("eppv_atlas.render", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CSP_TOKEN: Final = "csp-goes-here"  # noqa: S105 - a place in a template, no secret


class Verbatim(Element):
    """An element that renders to exactly its text, never through a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        """Return the text."""
        return self.text


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
    tiles
        Whether a reader may switch a tile layer of another host on. The page
        itself never asks for one.
    """

    def __init__(self, title: str, body: Markup, *, tiles: bool = False) -> None:
        super().__init__()
        self.header = Element()
        self.header._parent = self  # noqa: SLF001 - as branca does it itself
        self.title = title
        self.body = body
        self.tiles = tiles

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
        return html.replace(_CSP_TOKEN, _policy(html, tiles=self.tiles), 1)


def _inlined(child: Element, kwargs: dict[str, Any]) -> str:
    if isinstance(child, JavascriptLink):
        return f"<script>{asset(child.url)}</script>"
    if isinstance(child, CssLink):
        return f"<style>{asset(child.url)}</style>"
    return str(child.render(**kwargs))


# scripts and styles that a browser would run: with a type they are data, and data hold no "<"
_RUNS: Final = re.compile(r"<(script|style)((?:\s[^>]*)?)>(.*?)</\1>", re.DOTALL)


def _policy(html: str, *, tiles: bool) -> str:
    found: dict[str, list[str]] = {"script": [], "style": []}
    for match in _RUNS.finditer(html):
        if " type=" not in match[2]:
            found[match[1]].append(match[3])

    def hashes(kind: str) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in dict.fromkeys(found[kind])
        )

    images = " ".join(["data:", *(TILE_HOSTS if tiles else ())])
    return (
        f"default-src 'none'; script-src {hashes('script')}; "
        f"style-src {hashes('style')}; img-src {images}; base-uri 'none'; form-action 'none'"
    )
