"""Labels of QGIS: names on white, the larger the place the earlier.

Floor 3, part of render: knows styles; must not know cases or files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from eppv_atlas.render import style
from eppv_atlas.render.qgis.markup import node, rgba

FONTS: Final = (
    "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "SimHei",
)  # fmt: skip
"""The first that a machine has; those of Windows, Linux and macOS."""

_AROUND: Final = 6
_HORIZONTAL: Final = 4
_BOUNDARY: Final = 1


@dataclass(frozen=True)
class Label:
    """A rule for labels.

    Attributes
    ----------
    key, title
        What it goes by, and its words in QGIS.
    expression
        What is written.
    filter
        Expression that chooses features; empty for all.
    size
        Type size in points.
    colour
        Colour of the letters.
    out_to
        The smallest scale at which it is written, as a denominator; 0 for any.
    least_mm
        A shape that looks smaller than this has no label.
    bold
        Whether letters are bold.
    points
        Whether it belongs to points, beside which it stands.
    within
        Expression for the part of a shape in which it is written; empty for the whole.
    weight
        0 to 2: how far other labels keep off the feature.
    priority
        0 to 10: which label gives way.
    """

    key: str
    title: str
    expression: str
    filter: str = ""
    size: float = 9.0
    colour: str = style.GROUND["ink"]
    out_to: int = 0
    least_mm: float = 0.0
    bold: bool = False
    points: bool = False
    within: str = ""
    weight: float = 1.0
    priority: int = 5


def labelling(key: str, labels: tuple[Label, ...]) -> ET.Element:
    """Labels of a layer."""
    rules = node("rules", {"key": f"{key}-labels"}, *map(_rule, labels))
    return node("labeling", {"type": "rule-based"}, rules)


def _rule(label: Label) -> ET.Element:
    given: dict[str, object] = {"key": label.key, "description": label.title}
    if label.filter:
        given["filter"] = label.filter
    if label.out_to:
        given |= {"scalemindenom": 1, "scalemaxdenom": label.out_to}
    return node("rule", given, _settings(label))


def _settings(label: Label) -> ET.Element:
    buffer = node(
        "text-buffer",
        {
            "bufferDraw": 1,
            "bufferSize": 0.9,
            "bufferSizeUnits": "MM",
            "bufferColor": rgba("#ffffff"),
            "bufferOpacity": 0.9,
            "bufferJoinStyle": 128,
            "bufferNoFill": 1,
        },
    )
    text_style = node(
        "text-style",
        {
            "fieldName": label.expression,
            "isExpression": 1,
            "fontFamily": FONTS[0],
            "fontSize": label.size,
            "fontSizeUnit": "Point",
            "fontWeight": 75 if label.bold else 50,
            "fontItalic": 0,
            "textColor": rgba(label.colour),
            "textOpacity": 1,
            "multilineHeight": 1,
        },
        node("families", {}, *(node("family", {"name": font}) for font in FONTS)),
        buffer,
    )
    lines = node("text-format", {"autoWrapLength": 0, "multilineAlign": 3, "plussign": 0})
    placement: dict[str, object] = {
        "placement": _AROUND if label.points else _HORIZONTAL,
        "predefinedPositionOrder": "R,TR,BR,L,TL,BL,TSR,BSR",
        "offsetType": 1,
        "dist": 0.8 if label.points else 0,
        "distUnits": "MM",
        "centroidWhole": 0,
        "centroidInside": 1,
        "priority": label.priority,
        "quadOffset": 4,
    }
    if label.within:
        placement["geometryGeneratorEnabled"] = 1
        placement["geometryGeneratorType"] = "PolygonGeometry"
        placement["geometryGenerator"] = label.within
    rendering: dict[str, object] = {
        "drawLabels": 1,
        "obstacle": 1,
        "obstacleFactor": label.weight,
        "obstacleType": _BOUNDARY,
        "minFeatureSize": label.least_mm,
        "labelPerPart": 0,
        "fontMinPixelSize": 3,
        "fontMaxPixelSize": 10000,
        "displayAll": 0,
    }
    return node(
        "settings",
        {"calloutType": "simple"},
        text_style,
        lines,
        node("placement", placement),
        node("rendering", rendering),
    )
