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
from collections.abc import Iterable, Mapping
from typing import Any, Final

import jinja2
from branca.element import CssLink, Element, Figure, JavascriptLink
from markupsafe import Markup

from eppv_atlas.errors import RenderError
from eppv_atlas.render.assets import asset
from eppv_atlas.render.style import TILE_HOSTS

JINJA: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("eppv_atlas.render", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


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
    text = text.encode("utf-8", "replace").decode("utf-8")  # half of a pair is no character
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def described(page: bytes, dataset: Mapping[str, Any]) -> bytes:
    """A page with metadata for search engines (JSON-LD) in its head; they are data, and run nowhere."""
    head, mark, rest = page.partition(b"</head>")
    return head + f'<script type="application/ld+json">{inert_json(dataset)}</script>'.encode() + mark + rest


class Page(Figure):
    """A self-contained HTML page: every asset inlined, nothing else allowed.

    Parameters
    ----------
    title
        Title of the document, in both languages.
    body
        Markup of the body, made by an autoescaping template; it must hold the
        ``div`` of the map.
    tiles
        Tile layers that a reader may switch on, names of ``style.TILE_HOSTS``.
        The page itself never asks for one.
    connect
        Whether the page may read files that lie beside it.
    """

    def __init__(
        self, title: Mapping[str, str], body: Markup, *, tiles: Iterable[str] = (), connect: bool = False
    ) -> None:
        super().__init__()
        self.header = Element()
        self.header._parent = self  # noqa: SLF001 - as branca does it itself
        self.names = dict(title)
        self.body = body
        self.tiles = tuple(tiles)
        self.connect = connect

    def render(self, **kwargs: Any) -> str:
        """Render the page.

        Raises
        ------
        RenderError
            If an element asks for an asset that no installed package provides,
            or its script would end the script element.
        """
        for child in self._children.values():
            child.render(**kwargs)
        parts = [_inlined(child, kwargs) for child in self.header._children.values()]  # noqa: SLF001
        script = f"\n{self.script.render(**kwargs)}\n"
        if _ENDS.search(script):
            raise RenderError(
                "a layer's script holds text that would end it; use a layer of ours, which keeps text apart",
                "某图层的脚本含有会使其提前结束的文字；请改用本包的图层，文字与脚本分开",
            )
        # a place that no text of the page can name: it is made of all of them
        place = hashlib.sha256(
            repr((self.names, self.body, parts, script)).encode("utf-8", "replace")
        ).hexdigest()
        html = JINJA.get_template("page.html.j2").render(
            title=self.names,
            csp=place,
            header=Markup("\n".join(text for _, text in parts)),  # noqa: S704 - assets of installed packages
            body=self.body,
            html=Markup(self.html.render(**kwargs)),  # noqa: S704 - inert data
            script=Markup(script),  # noqa: S704 - our own calls
        )
        return html.replace(place, _policy([*parts, ("script", script)], self.tiles, connect=self.connect), 1)


_ENDS: Final = re.compile(r"</script|<!--", re.IGNORECASE)
_ONE: Final = re.compile(r"<(script|style)>(.*)</\1>", re.DOTALL)


def _inlined(child: Element, kwargs: dict[str, Any]) -> tuple[str, str]:
    """Kind of a part of the head, and its text."""
    if isinstance(child, JavascriptLink):
        return "script", f"<script>{asset(child.url)}</script>"
    if isinstance(child, CssLink):
        return "style", f"<style>{asset(child.url)}</style>"
    return "", str(child.render(**kwargs))  # not ours: shown, but nothing in it may run


def _policy(parts: Iterable[tuple[str, str]], tiles: Iterable[str], *, connect: bool) -> str:
    """Content-Security-Policy that allows the scripts and styles which the page itself put in."""
    found: dict[str, dict[str, None]] = {"script": {}, "style": {}}
    for kind, text in parts:
        if kind:
            one = _ONE.fullmatch(text)
            found[kind][one[2] if one else text] = None

    def hashes(kind: str) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in found[kind]
        )

    images = " ".join(["data:", *(TILE_HOSTS[name] for name in tiles)])
    beside = "connect-src 'self'; " if connect else ""
    return (
        f"default-src 'none'; {beside}script-src {hashes('script')}; "
        f"style-src {hashes('style')}; img-src {images}; base-uri 'none'; form-action 'none'"
    )
