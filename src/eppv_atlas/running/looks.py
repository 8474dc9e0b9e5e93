"""How shapes of a run look: classes of value for maps, and a style that QGIS takes from a GeoPackage.

Floor 3½, part of running: knows colours and words of QGIS; must not know files or
how values were worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from eppv_atlas import vocabulary
from eppv_atlas.model import Name
from eppv_atlas.render.features import Group
from eppv_atlas.render.qgis.labels import Label, labelling
from eppv_atlas.render.qgis.markup import column, node, rgba, text, words
from eppv_atlas.render.qgis.styles import Style
from eppv_atlas.render.qgis.symbols import layer as drawn
from eppv_atlas.render.qgis.symbols import symbol
from eppv_atlas.schemes.trial import Layer

COLOURS: Final = ("#d8e6c3", "#a9cf9b", "#6fb384", "#3a8d73", "#1c5f5a")
"""From least to most."""
PLAIN: Final = "#4a7a9c"
NONE: Final = "#b3aea6"
_STEPS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_QGIS: Final = "3.22.16-Białowieża"
_SOFT: Final = {"schematic", "administrative"}


def classes() -> list[tuple[Name, str]]:
    """Classes of value with their colours, and what has none."""
    out = [
        (Name(zh=f"{a:.1f}–{b:.1f}", en=f"{a:.1f}–{b:.1f}"), c)
        for (a, b), c in zip(pairwise(_STEPS), COLOURS, strict=True)
    ]
    return [*out, (Name(zh="无值（排除或未评分）", en="No value (excluded or not rated)"), NONE)]


def class_of(value: float | None) -> int:
    """Place of a value among the classes."""
    return len(COLOURS) if value is None else min(int(value * len(COLOURS)), len(COLOURS) - 1)


def groups(layer: Layer) -> tuple[tuple[Group, ...], list[int]]:
    """Legend of a layer, and the place of each shape in it."""
    if all(mark.value is None for mark in layer.marks):
        return (Group("all", {"zh": layer.label.zh, "en": layer.label.en}, PLAIN, 0.15),), [0] * len(
            layer.marks
        )
    legend = tuple(
        Group(f"v{n}", {"zh": name.zh, "en": name.en}, colour, 0.6)
        for n, (name, colour) in enumerate(classes())
    )
    return legend, [class_of(mark.value) for mark in layer.marks]


def style(layer: Layer, lang: str) -> Style:
    """A style of QGIS for a layer of polygons."""
    symbols, rules = node("symbols"), node("rules", {"key": layer.id})
    valued = any(mark.value is not None for mark in layer.marks)
    soft = layer.confidence in _SOFT
    looks = _rules() if valued else [("", layer.label, PLAIN)]
    for number, (chosen, label, colour) in enumerate(looks):
        given: dict[str, object] = {
            "key": f"{layer.id}-{number}",
            "label": getattr(label, lang),
            "symbol": number,
        }
        if chosen:
            given["filter"] = chosen
        rules.append(node("rule", given))
        symbols.append(_fill(str(number), colour, 0.55 if valued else 0.12, soft=soft))
    root = node(
        "qgis",
        {"version": _QGIS, "styleCategories": "Symbology|Labeling", "labelsEnabled": True},
        node(
            "renderer-v2",
            {"type": "RuleRenderer", "symbollevels": 0, "forceraster": 0, "referencescale": -1},
            rules,
            symbols,
        ),
        labelling(
            layer.id, (Label(f"{layer.id}-names", getattr(layer.label, lang), column("name"), least_mm=8.0),)
        ),
        words("layerOpacity", 1),
        words("previewExpression", column("name")),
        words("layerGeometryType", 2),
    )
    told = {
        "zh": "虚线为示意图形，不是真实边界。" if soft else "",
        "en": "Dashed shapes are schematic, no real boundaries." if soft else "",
    }
    return Style("EPPV 试算" if lang == "zh" else "EPPV run", text(root), "", told[lang])


def trust(confidence: str, lang: str) -> str:
    """How far to trust shapes, in words."""
    if not confidence:
        return {"zh": "未说明", "en": "not stated"}[lang]
    return str(getattr(vocabulary.CONFIDENCES[confidence], lang))


def held(shapes: Sequence[BaseGeometry]) -> NDArray[Any]:
    """Shapes as an array of objects."""
    out = np.empty(len(shapes), dtype=object)
    out[:] = list(shapes)
    return out


def _rules() -> list[tuple[str, Name, str]]:
    value = column("value")
    out = []
    for number, (name, colour) in enumerate(classes()):
        if number == len(COLOURS):
            out.append((f"{value} IS NULL", name, colour))
            continue
        top = "<=" if number == len(COLOURS) - 1 else "<"
        out.append((f"{value} >= {_STEPS[number]:g} AND {value} {top} {_STEPS[number + 1]:g}", name, colour))
    return out


def _fill(name: str, colour: str, opacity: float, *, soft: bool) -> ET.Element:
    inside = drawn("SimpleFill", {"color": rgba(colour, opacity), "style": "solid", "outline_style": "no"})
    line = {
        "line_color": rgba("#33424d"),
        "line_style": "solid",
        "line_width": 0.7,
        "line_width_unit": "Point",
        "joinstyle": "round",
        "use_custom_dash": soft,
        "customdash": "5;3",
        "customdash_unit": "Point",
    }
    return symbol("fill", name, inside, drawn("SimpleLine", line))
