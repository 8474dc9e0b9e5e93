"""Styles of QGIS for the layers of an atlas: colours, hatching, labels and forms, ready for ``layer_styles``.

Floor 3, part of render: knows the vocabulary and styles; must not know cases,
files, databases or where the columns come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from eppv_atlas.render.qgis import forms, rules, sld
from eppv_atlas.render.qgis.forms import FieldLook
from eppv_atlas.render.qgis.markup import column, node, text, words

Lang = Literal["zh", "en"]

_QGIS: Final = "3.22.16-Białowieża"
"""The version whose form these styles have; later ones read it."""
_GEOMETRY: Final = {"cases": 0, "sites": 0, "zones": 2, "facts": 4, "mechanisms": 4}
"""How QGIS numbers points, polygons and tables without shapes."""
_CALLED: Final = {"cases": "short", "sites": "name", "zones": "name", "facts": "label", "mechanisms": "name"}


@dataclass(frozen=True)
class Style:
    """A style of a layer.

    Attributes
    ----------
    name
        What QGIS lists it by.
    qml
        The style in the words of QGIS.
    sld
        The same in those of the OGC; empty for a layer without shapes.
    description
        What a reader should know of it.
    """

    name: str
    qml: str
    sld: str
    description: str


_ABOUT: Final = {
    "cases": (
        "案例：形状与颜色示路径，白色符号示主要模式。",
        "Cases: shape and colour tell the path, the white glyph the leading mode.",
    ),
    "sites": (
        "地点：形状示类别；虚线者位置仅为示意。",
        "Sites: the shape tells the group; a dotted one has a schematic position only.",
    ),
    "zones": (
        "分区：颜色示族，线型示图形可信度；虚线加斜线者为示意，不是真实边界。",
        "Zones: colour tells the family, the line how far to trust it; dashed and hatched is schematic only.",
    ),
    "facts": ("数据：按词表选填。", "Facts: choices come from the vocabulary."),
    "mechanisms": ("机制：按词表选填。", "Mechanisms: choices come from the vocabulary."),
}


def styles(fields: Mapping[str, Sequence[FieldLook]], lang: Lang = "zh") -> dict[str, Style]:
    """Styles by layer.

    Parameters
    ----------
    fields
        Columns by layer, in their order; only layers named here get a style.
    lang
        Language of legend, labels and forms.

    Raises
    ------
    KeyError
        If a layer is none of cases, sites, zones, facts and mechanisms.
    """
    return {layer: _style(layer, columns, lang) for layer, columns in fields.items()}


def _style(layer: str, fields: Sequence[FieldLook], lang: Lang) -> Style:
    told = _ABOUT[layer][lang == "en"]
    drawn = {"cases": rules.cases, "sites": rules.sites, "zones": rules.zones}.get(layer)
    root = node(
        "qgis",
        {
            "version": _QGIS,
            "styleCategories": "AllStyleCategories",
            "labelsEnabled": bool(drawn),
            "readOnly": 0,
            "hasScaleBasedVisibilityFlag": 0,
            "simplifyDrawingHints": 1 if layer == "zones" else 0,
            "simplifyDrawingTol": 1,
            "simplifyLocal": 1,
        },
    )
    if drawn:
        root.extend(drawn(lang))
        root.append(words("blendMode", 0))
        root.append(words("featureBlendMode", 0))
        root.append(words("layerOpacity", 1))
    root.extend(forms.parts(layer, fields, lang))
    root.append(words("previewExpression", column(f"{_CALLED[layer]}_{lang}")))
    root.append(words("layerGeometryType", _GEOMETRY[layer]))
    document = sld.document(layer, lang)
    written = "" if document is None else text(document)
    return Style("EPPV 图集" if lang == "zh" else "EPPV Atlas", text(root), written, told)
