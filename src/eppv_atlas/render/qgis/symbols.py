"""Symbols of QGIS: fills with outline and hatching, markers of cases and sites.

Floor 3, part of render: knows styles; must not know cases or files.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from eppv_atlas.render import style
from eppv_atlas.render.qgis.looks import CELLS, FamilyLook, ZoneLook
from eppv_atlas.render.qgis.markup import column, node, options, quoted, rgba

CASE_PT: Final = 21.0
SITE_PT: Final = 6.5


def symbol(kind: str, name: str, *layers: ET.Element) -> ET.Element:
    """A symbol of kind ``fill``, ``line`` or ``marker``."""
    given = {"type": kind, "name": name, "alpha": 1, "force_rhr": 0, "clip_to_extent": 1}
    return node("symbol", given, *layers)


def layer(kind: str, values: Mapping[str, object], *children: ET.Element) -> ET.Element:
    """A layer of a symbol; its values in both spellings, as readers of different age know one of them."""
    old = [node("prop", {"k": key, "v": value}) for key, value in values.items()]
    given = {"class": kind, "enabled": 1, "locked": 0, "pass": 0}
    return node("layer", given, options(values), *old, *children)


def zone(look: ZoneLook, name: str) -> ET.Element:
    """How a zone looks: fill, hatching, outline; the cells of a grid have thin lines."""
    parts = [_fill("#ffffff", look.veil)] if look.veil else []
    parts.append(_fill(look.colour, look.fill))
    for angle in look.hatch.angles if look.hatch else ():
        assert look.hatch
        lines = {"angle": angle, "distance": look.hatch.distance, "distance_unit": "Point"}
        drawn = {
            "line_color": rgba(look.colour, 0.75),
            "line_width": 0.5,
            "line_width_unit": "Point",
            "capstyle": "flat",
        }
        inner = symbol("line", f"@{name}@{len(parts)}", layer("SimpleLine", drawn))
        parts.append(layer("LinePatternFill", lines, inner))
    thin = _defined("outlineWidth", f"if({CELLS}, 0.5, {look.width:g})")
    parts.append(layer("SimpleLine", _outline(look), thin))
    return symbol("fill", name, *parts)


def family(look: FamilyLook, name: str) -> ET.Element:
    """The swatch of a family in the legend; on the map, where there is a feature, it draws nothing."""
    first = look.rules[0]
    swatch = {
        "color": rgba(first.colour, style.FILL_OPACITY.get(first.family or "", style.FILL_OTHERS)),
        "style": "solid",
        "outline_color": rgba(first.colour),
        "outline_style": "solid",
        "outline_width": 1.0,
        "outline_width_unit": "Point",
    }
    return symbol("fill", name, layer("SimpleFill", swatch, _defined("enabled", "$id IS NULL")))


def _fill(colour: str, opacity: float) -> ET.Element:
    return layer("SimpleFill", {"color": rgba(colour, opacity), "style": "solid", "outline_style": "no"})


def _outline(look: ZoneLook) -> dict[str, object]:
    return {
        "line_color": rgba(look.colour),
        "line_style": "solid",
        "line_width": look.width,
        "line_width_unit": "Point",
        "joinstyle": "round",
        "capstyle": "flat",
        "use_custom_dash": bool(look.dash),
        "customdash": ";".join(f"{step:g}" for step in look.dash or (5.0, 2.0)),
        "customdash_unit": "Point",
    }


def case(path: str | None, name: str) -> ET.Element:
    """The marker of a case: outline of its path in colour, glyph of its mode in white."""
    look = style.PATH_STYLES.get(path or "") or style.PathStyle(style.GROUND["note"], _OTHER_OUTLINE)
    face = svg(
        40, f'<path d="{look.outline}" fill="param(fill) {look.colour}" stroke="#fff" stroke-width="2"/>'
    )
    marker = {"name": face, "color": rgba(look.colour), "size": CASE_PT, "size_unit": "Point"}
    glyphs = {mode: glyph(data) for mode, data in style.MODE_GLYPHS.items()}
    chosen = " ".join(
        f"WHEN {column('mode')} = {quoted(mode)} THEN {quoted(data)}" for mode, data in glyphs.items()
    )
    shown = {"name": glyph(""), "size": CASE_PT * 0.6, "size_unit": "Point"}
    defined = _defined("name", f"CASE {chosen} ELSE {quoted(glyph(''))} END")
    return symbol("marker", name, layer("SvgMarker", marker), layer("SvgMarker", shown, defined))


_OTHER_OUTLINE: Final = "M12 3h16l9 9v16l-9 9H12l-9-9V12z"


def glyph(data: str) -> str:
    """A glyph of a mode in white."""
    return svg(
        24,
        f'<path d="{data or "M0 0"}" fill="none" stroke="#fff" stroke-width="2.1" '
        'stroke-linecap="round" stroke-linejoin="round"/>',
    )


def svg(box: int, content: str) -> str:
    """A drawing that stands in the style itself, so that it needs no file."""
    whole = f'<svg xmlns="http://www.w3.org/2000/svg" width="{box}" height="{box}" viewBox="0 0 {box} {box}">'
    return "base64:" + base64.b64encode(f"{whole}{content}</svg>".encode()).decode("ascii")


def _defined(name: str, expression: str) -> ET.Element:
    """A value of a symbol that an expression gives."""
    own = node(
        "Option",
        {"name": name, "type": "Map"},
        node("Option", {"name": "active", "type": "bool", "value": "true"}),
        node("Option", {"name": "expression", "type": "QString", "value": expression}),
        node("Option", {"name": "type", "type": "int", "value": 3}),
    )
    return node(
        "data_defined_properties",
        {},
        node(
            "Option",
            {"type": "Map"},
            node("Option", {"name": "name", "type": "QString", "value": ""}),
            node("Option", {"name": "properties", "type": "Map"}, own),
            node("Option", {"name": "type", "type": "QString", "value": "collection"}),
        ),
    )


def site(shape: str, name: str, *, schematic: bool) -> ET.Element:
    """The marker of a site: white with a dark line; dotted and half transparent where it is schematic."""
    values: dict[str, object] = {
        "name": shape,
        "color": rgba("#ffffff", 0.55 if schematic else 1.0),
        "outline_color": rgba(style.GROUND["ink"]),
        "outline_style": "dot" if schematic else "solid",
        "outline_width": 1.2,
        "outline_width_unit": "Point",
        "size": SITE_PT,
        "size_unit": "Point",
    }
    return symbol("marker", name, layer("SimpleMarker", values))
