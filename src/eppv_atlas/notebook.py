"""An atlas, a case or a zone as it shows itself in a notebook.

The types know nothing of it: their looks are registered with IPython where it
runs, and IPython is never imported for it. A map is a whole page inside the
output, some 0.4 MB, and works with the network unplugged.

Floor 3¾: knows figures, pages and frames; must not know files or formulas.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, Final

from eppv_atlas import vocabulary
from eppv_atlas.model import NoShape, Zone
from eppv_atlas.results import PlacedCase, ZoneShape
from eppv_atlas.store import Atlas

if TYPE_CHECKING:
    from eppv_atlas.exhibits import Figure

HEIGHTS_PX: Final = {"atlas": 620, "case": 520, "zone": 360}
"""Heights of the frames: a screen of a notebook holds each."""


def html_of(thing: Atlas | PlacedCase | Figure | ZoneShape | Zone) -> str:
    """A thing as HTML for the output of a cell.

    Parameters
    ----------
    thing
        An atlas (its national map), a case or a figure of one (its map), the
        shape of a zone (its outline), or the record of a zone (its attributes).
    """
    if isinstance(thing, Zone):
        return _record(thing)
    if isinstance(thing, ZoneShape):
        return _outline(thing)
    from eppv_atlas import embed, exhibits

    figure = thing if isinstance(thing, exhibits.Figure) else exhibits.figure(thing)
    kind = "atlas" if figure.whole else "case"
    title = f"{figure.title('zh')} · {figure.title('en')}"
    return embed.srcdoc(figure.page(), title, height_px=HEIGHTS_PX[kind], plain=not figure.whole)


def register(shell: Any) -> None:
    """Make a shell of IPython show these things as HTML."""
    formatter = shell.display_formatter.formatters["text/html"]
    for kind in (Atlas, PlacedCase, ZoneShape, Zone):
        formatter.for_type(kind, html_of)
    formatter.for_type_by_name(
        "eppv_atlas.exhibits", "Figure", html_of
    )  # it is imported when first asked for


def register_if_running() -> None:
    """Do so where a shell of IPython runs already; nothing is imported where none does."""
    module = sys.modules.get("IPython")
    find: Callable[[], Any] | None = getattr(module, "get_ipython", None)
    shell = find() if find is not None else None
    if shell is not None and getattr(shell, "display_formatter", None) is not None:
        register(shell)


def _outline(shape: ZoneShape) -> str:
    import geopandas as gpd

    from eppv_atlas import embed, render
    from eppv_atlas.area import area_m2

    trust = vocabulary.CONFIDENCES[shape.confidence]
    frame = gpd.GeoDataFrame(
        {"zone": [shape.zone], "area_m2": [area_m2(shape.geometry)]},
        geometry=[shape.geometry],
        crs="OGC:CRS84",
    )
    layer = render.PolygonLayer.from_frame(
        frame, title="zone", areas=["area_m2"], confidence=shape.confidence
    )
    page = render.map_page(
        {"zh": f"{shape.zone}（{trust.zh}）", "en": f"{shape.zone} ({trust.en.lower()})"}, layer
    )
    return embed.srcdoc(page, f"{shape.zone} · {trust.zh} · {trust.en}", height_px=HEIGHTS_PX["zone"])


def _record(zone: Zone) -> str:
    kind = vocabulary.ZONE_KINDS[zone.kind]
    rows = [
        ("id", zone.id),
        ("分区 zone", f"{zone.name.zh} · {zone.name.en}"),
        ("类型 kind", f"{kind.zh} · {kind.en}"),
    ]
    if zone.printed:
        rows.append(("原文 as printed", zone.printed + (f" (p. {zone.page})" if zone.page else "")))
    if zone.provenance:
        trust = vocabulary.CONFIDENCES[zone.provenance.confidence]
        rows.append(("可信度 confidence", f"{trust.zh} · {trust.en}"))
        rows.append(("来历 how made", f"{zone.provenance.how.zh} {zone.provenance.how.en}"))
    if isinstance(zone.geometry, NoShape):
        rows.append(("无图形 no geometry", f"{zone.geometry.reason.zh} {zone.geometry.reason.en}"))
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in rows
    )
    return f"<table>{cells}</table>"
