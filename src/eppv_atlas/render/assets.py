"""Scripts and styles that a page may hold: ours, and Leaflet's from installed packages.

A page inlines each asset it is asked for and refuses any other, so that it
shows the same with the network unplugged.

Floor 3, part of render: knows files of installed packages; must not know
cases, maps or pages.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

import rcssmin
import rjsmin

from eppv_atlas.errors import RenderError
from eppv_atlas.render import style

LEAFLET_JS: Final = "leaflet.js"
LEAFLET_CSS: Final = "leaflet.css"
STOCK_JS: Final = "leaflet-icons.js"
STOCK_CSS: Final = "leaflet-images.css"
"""Looks of Leaflet's own markers and layer switch, which stock layers may ask for and ours never do."""
CLUSTER_JS: Final = "leaflet.markercluster.js"
CLUSTER_CSS: Final = "MarkerCluster.css"
ATLAS_CSS: Final = "atlas.css"

_STOCK_RULE: Final = re.compile(
    r"[^{}]*(?:leaflet-control-layers|leaflet-oldie|lvml)[^{}]*\{[^{}]*\}|[^{}]*\{[^{}]*url\(images/[^{}]*\}"
)
"""Rules of Leaflet's style sheet for its own layer switch, its own marker, and browsers long gone."""
_LEAFLET: Final = ("xstatic.pkg.leaflet", (LEAFLET_JS, LEAFLET_CSS))
_CLUSTER: Final = ("xstatic.pkg.leaflet_markercluster", (CLUSTER_JS, CLUSTER_CSS))


def asset(name: str) -> str:
    """Text of a script or style sheet that pages may hold, without comments and spare white space.

    Raises
    ------
    RenderError
        If the asset is not one that comes with installed packages.
    """
    if name == STOCK_JS:
        return _stock_icons()
    found = _where(LEAFLET_CSS if name == STOCK_CSS else name)
    if found is None:
        raise RenderError(
            f"the page asks for {name!r}, which no installed package provides; "
            "a self-contained page cannot hold it",
            f"页面需要 {name!r}，但已安装的软件包中没有；自足页面不能包含它",
        )
    return _text(name)


@cache
def _text(name: str) -> str:
    path = _where(LEAFLET_CSS if name == STOCK_CSS else name)
    assert path is not None
    text = path.read_text("utf-8")
    if name.endswith(".css"):
        if name == ATLAS_CSS:
            text += "\n" + style.css_variables()
        elif name == LEAFLET_CSS:
            text = _STOCK_RULE.sub("", text)
        elif name == STOCK_CSS:
            text = "\n".join(match[0] for match in _STOCK_RULE.finditer(text))
            text = re.sub(r"url\(images/([\w.-]+)\)", lambda match: f"url({_picture(match[1])})", text)
        return str(rcssmin.cssmin(text))
    text = re.sub(r"\n//# sourceMappingURL=.*", "", text)
    # Leaflet's own files come minified; ours keep their comments in the package only
    return str(rjsmin.jsmin(text)) if name in _own() else text


def _picture(name: str) -> str:
    raw = _packaged(_LEAFLET[0]).joinpath("images", name).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(raw).decode()}"


@cache
def _stock_icons() -> str:
    """Tell Leaflet where the pictures of its default marker are: here."""
    parts = {
        "iconUrl": "marker-icon.png",
        "iconRetinaUrl": "marker-icon-2x.png",
        "shadowUrl": "marker-shadow.png",
    }
    options = ",".join(f'{key}:"{_picture(name)}"' for key, name in parts.items())
    return f"delete L.Icon.Default.prototype._getIconUrl;L.Icon.Default.mergeOptions({{{options}}});"


def _where(name: str) -> Traversable | None:
    for package, names in (_LEAFLET, _CLUSTER):
        if name in names:
            return _packaged(package).joinpath(name)
    return _own().get(name)


def _packaged(package: str) -> Traversable:
    return resources.files(package).joinpath("data")


@cache
def _own() -> dict[str, Traversable]:
    folder = resources.files("eppv_atlas.render").joinpath("static")
    return {path.name: path for path in folder.iterdir() if path.name.endswith((".js", ".css"))}
