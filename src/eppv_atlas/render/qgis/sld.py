"""Styles of the OGC (SLD 1.1) for programs that read no styles of QGIS: the same colours, lines and hatching.

Floor 3, part of render: knows styles; must not know cases or files.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from eppv_atlas import vocabulary
from eppv_atlas.render import style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.qgis import looks
from eppv_atlas.render.qgis.markup import clean, node, words

_SPACES: Final = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.1.0",
}
_PT: Final = "http://www.opengeospatial.org/se/units/pixel"
_MARKS: Final = {"square": ("square", 0), "triangle": ("triangle", 0), "circle": ("circle", 0),
    "diamond": ("square", 45)}  # fmt: skip
_PATH_MARKS: Final = {"spillover-sharing": ("circle", 0), "empowerment": ("square", 0),
    "quota-trading": ("square", 45)}  # fmt: skip


def document(layer: str, lang: str) -> ET.Element | None:
    """The style of a layer; None for one without shapes."""
    rules = {"cases": _cases, "sites": _sites, "zones": _zones}.get(layer)
    if rules is None:
        return None
    kind = node("se:FeatureTypeStyle", {}, *rules(lang))
    named = node(
        "NamedLayer", {}, words("se:Name", layer), node("UserStyle", {}, words("se:Name", layer), kind)
    )
    return node("StyledLayerDescriptor", dict(_SPACES), named)


def _rule(key: str, label: str, test: ET.Element | None, *drawn: ET.Element) -> ET.Element:
    title = node("se:Description", {}, words("se:Title", label))
    chosen = node("se:ElseFilter") if test is None else node("ogc:Filter", {}, test)
    return node("se:Rule", {}, words("se:Name", key), title, chosen, *drawn)


def _equal(column: str, value: str) -> ET.Element:
    return node("ogc:PropertyIsEqualTo", {}, words("ogc:PropertyName", column), words("ogc:Literal", value))


def _any(column: str, values: tuple[str, ...]) -> ET.Element:
    tests = [_equal(column, value) for value in values]
    return node("ogc:Or", {}, *tests) if len(tests) > 1 else tests[0]


def _parameters(values: dict[str, object]) -> list[ET.Element]:
    return [words("se:SvgParameter", clean(value), {"name": key}) for key, value in values.items()]


def _stroke(look: looks.ZoneLook) -> ET.Element:
    values: dict[str, object] = {"stroke": look.colour, "stroke-width": look.width / looks.PX}
    if look.dash:
        values["stroke-dasharray"] = " ".join(f"{step / looks.PX:g}" for step in look.dash)
    return node("se:Stroke", {}, *_parameters(values))


def _polygon(look: looks.ZoneLook) -> list[ET.Element]:
    fill = node("se:Fill", {}, *_parameters({"fill": look.colour, "fill-opacity": look.fill}))
    out = [node("se:PolygonSymbolizer", {"uom": _PT}, fill)]
    for angle in look.hatch.angles if look.hatch else ():
        assert look.hatch
        pen = node("se:Stroke", {}, *_parameters({"stroke": look.colour, "stroke-width": 0.7}))
        mark = node("se:Mark", {}, words("se:WellKnownName", "horline"), pen)
        size = words("se:Size", clean(look.hatch.distance / looks.PX))
        turned = node("se:Rotation", {}, words("ogc:Literal", clean(-angle)))
        graphic = node("se:Graphic", {}, mark, size, turned)
        hatch = node("se:Fill", {}, node("se:GraphicFill", {}, graphic))
        out.append(node("se:PolygonSymbolizer", {"uom": _PT}, hatch))
    out.append(node("se:LineSymbolizer", {"uom": _PT}, _stroke(look)))
    return out


def _zones(lang: str) -> list[ET.Element]:
    out = []
    for family in looks.zones(lang):
        for look in family.rules:
            test = None
            if look.family:
                both = _equal("family", look.family), _equal("weakest_confidence", look.confidence)
                test = node("ogc:And", {}, *both)
            out.append(_rule(look.key, look.label, test, *_polygon(look)))
    return out


def _point(
    mark: tuple[str, int], fill: str, line: str, width: float, size: float, *, schematic: bool = False
) -> ET.Element:
    shape, turn = mark
    stroke: dict[str, object] = {"stroke": line, "stroke-width": width}
    drawn = [
        words("se:WellKnownName", shape),
        node("se:Fill", {}, *_parameters({"fill": fill, "fill-opacity": 0.55 if schematic else 1.0})),
        node("se:Stroke", {}, *_parameters(stroke | ({"stroke-dasharray": "2 2"} if schematic else {}))),
    ]
    graphic = [node("se:Mark", {}, *drawn), words("se:Size", clean(size))]
    if turn:
        graphic.append(node("se:Rotation", {}, words("ogc:Literal", turn)))
    return node("se:PointSymbolizer", {"uom": _PT}, node("se:Graphic", {}, *graphic))


def _cases(lang: str) -> list[ET.Element]:
    out = []
    for key, look in style.PATH_STYLES.items():
        point = _point(_PATH_MARKS[key], look.colour, "#ffffff", 2.0, 20.0)
        label = looks.name(vocabulary.PATHS[key], lang)
        out.append(_rule(f"cases-{key}", label, _equal("path", key), point))
    other = _point(("circle", 0), style.GROUND["note"], "#ffffff", 2.0, 14.0)
    out.append(_rule("cases-other", "其他路径" if lang == "zh" else "Other paths", None, other))
    return out


def _sites(lang: str) -> list[ET.Element]:
    """Groups of kinds; what is not known to be placed looks schematic."""
    mark = PHRASES["schematic_mark"][lang]
    placed = _any("confidence", tuple(key for key in vocabulary.CONFIDENCES if key != "schematic"))
    unsure = node(
        "ogc:Or",
        {},
        _equal("confidence", "schematic"),
        node("ogc:PropertyIsNull", {}, words("ogc:PropertyName", "confidence")),
    )
    out = []
    for key, group in looks.SITE_GROUPS.items():
        label = str(getattr(group, lang))
        for end, told, test in (("placed", label, placed), ("schematic", f"{label} · {mark}", unsure)):
            both = node("ogc:And", {}, _any("kind", group.kinds), test)
            out.append(_rule(f"sites-{key}-{end}", told, both, _site(_MARKS[group.shape], end)))
    other = "其他类型" if lang == "zh" else "Other kinds"
    out.append(_rule("sites-other", other, None, _site(("x", 0), "schematic")))
    return out


def _site(mark: tuple[str, int], end: str) -> ET.Element:
    return _point(mark, "#ffffff", style.GROUND["ink"], 1.6, 8.0, schematic=end == "schematic")


assert set(_PATH_MARKS) == set(style.PATH_STYLES)
