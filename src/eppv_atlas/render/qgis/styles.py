"""Styles of QGIS for the layers of an atlas: colours, hatching, labels and forms, ready for ``layer_styles``.

Floor 3, part of render: knows the vocabulary and styles; must not know cases,
files, databases or where the columns come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

from eppv_atlas import vocabulary
from eppv_atlas.render import style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.qgis import forms, looks, sld, symbols
from eppv_atlas.render.qgis.forms import FieldLook
from eppv_atlas.render.qgis.labels import Label, labelling, preview
from eppv_atlas.render.qgis.markup import among, column, node, quoted, text, words

Lang = Literal["zh", "en"]

_QGIS: Final = "3.22.16-Białowieża"
"""The version whose form these styles have; later ones read it."""
_GEOMETRY: Final = {"cases": 0, "sites": 0, "zones": 2, "facts": 4, "mechanisms": 4}
"""How QGIS numbers points, polygons and tables without shapes."""
_CALLED: Final = {"cases": "short", "sites": "name", "zones": "name", "facts": "label", "mechanisms": "name"}
_ZONE_NAMES_TO: Final = 3_000_000
_SITES_TO: Final = 4_000_000
_SITE_NAMES_TO: Final = 600_000


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
    drawn = {"cases": _cases, "sites": _sites, "zones": _zones}.get(layer)
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
    root.append(preview(column(f"{_CALLED[layer]}_{lang}")))
    root.append(words("layerGeometryType", _GEOMETRY[layer]))
    document = sld.document(layer, lang)
    written = "" if document is None else text(document)
    return Style("EPPV 图集" if lang == "zh" else "EPPV Atlas", text(root), written, told)


def _renderer(
    layer: str, rules: list[ET.Element], drawn: list[ET.Element], order: str | None = None
) -> ET.Element:
    given: dict[str, object] = {"type": "RuleRenderer", "symbollevels": 0, "forceraster": 0}
    given |= {"enableorderby": order is not None, "referencescale": -1}
    out = node(
        "renderer-v2",
        given,
        node("rules", {"key": layer}, *rules),
        node("symbols", {}, *drawn),
    )
    if order:
        out.append(node("orderby", {}, words("orderByClause", order, {"asc": 0, "nullsFirst": 0})))
    return out


def _zones(lang: Lang) -> list[ET.Element]:
    rules: list[ET.Element] = []
    drawn: list[ET.Element] = []
    for family in looks.zones(lang):
        inner = []
        for look in family.rules:
            number = str(len(drawn))
            drawn.append(symbols.zone(look, number))
            given = {"key": look.key, "label": look.label, "filter": look.filter, "symbol": number}
            inner.append(node("rule", {key: value for key, value in given.items() if value}))
        if len(inner) == 1:  # one that is in no family
            rules.append(
                node(
                    "rule",
                    {"key": family.key, "label": family.label, "filter": family.filter, "symbol": number},
                )
            )
        else:
            given = {"key": family.key, "label": family.label, "filter": family.filter}
            rules.append(node("rule", dict(given), *inner))
    # the largest first, so that what lies within lies above
    order = f"coalesce({column('measured_m2')}, $area)"
    return [_renderer("zones", rules, drawn, order), labelling("zones", _zone_labels(lang))]


def _zone_labels(lang: Lang) -> tuple[Label, ...]:
    mark = PHRASES["schematic_mark"][lang]
    mark = f"（{mark}）" if lang == "zh" else f" ({mark})"
    name = f"{column(f'name_{lang}')} || if({looks.SCHEMATIC_ZONE}, {quoted(mark)}, '')"
    out = []
    for family in looks.zones(lang):
        extent = family.key == "zones-extent"
        out.append(
            Label(
                key=f"{family.key}-label",
                title=family.label,
                expression=name,
                filter=family.filter,
                size=10.0 if extent else 9.0,
                colour=family.rules[0].colour,
                out_to=_ZONE_NAMES_TO,
                least_mm=14.0 if extent else 6.0,
                bold=not extent,
                priority=4 if extent else 6,
            )
        )
    return tuple(out)


def _cases(lang: Lang) -> list[ET.Element]:
    rules: list[ET.Element] = []
    drawn: list[ET.Element] = []
    for number, (key, term) in enumerate(vocabulary.PATHS.items()):
        drawn.append(symbols.case(key, str(number)))
        given = {"key": f"cases-{key}", "label": looks.name(term, lang), "filter": among("path", [key])}
        rules.append(node("rule", {**given, "symbol": number}))
    label = "其他路径" if lang == "zh" else "Other paths"
    drawn.append(symbols.case(None, str(len(rules))))
    rules.append(node("rule", {"key": "cases-other", "label": label, "filter": "ELSE", "symbol": len(rules)}))
    name = Label(
        key="cases-label",
        title="案例" if lang == "zh" else "Cases",
        expression=column(f"short_{lang}"),
        size=10.0,
        bold=True,
        points=True,
        priority=10,
    )
    return [_renderer("cases", rules, drawn), labelling("cases", (name,))]


def _sites(lang: Lang) -> list[ET.Element]:
    rules: list[ET.Element] = []
    drawn: list[ET.Element] = []
    mark = PHRASES["schematic_mark"][lang]
    groups = [
        (key, getattr(one, lang), one.shape, among("kind", one.kinds))
        for key, one in looks.SITE_GROUPS.items()
    ]
    groups.append(("other", "其他类型" if lang == "zh" else "Other kinds", "pentagon", "ELSE"))
    for key, label, shape, chosen in groups:
        inner = []
        for schematic in (False, True):
            number = len(drawn)
            drawn.append(symbols.site(shape, str(number), schematic=schematic))
            test = looks.SCHEMATIC_POINT if schematic else f"NOT ({looks.SCHEMATIC_POINT})"
            own = f"{label} · {mark}" if schematic else label
            inner.append(
                node(
                    "rule",
                    {
                        "key": f"sites-{key}-{'schematic' if schematic else 'located'}",
                        "label": own,
                        "filter": test,
                        "symbol": number,
                    },
                )
            )
        given = {"key": f"sites-{key}", "label": label, "filter": chosen}
        rules.append(node("rule", {**given, "scalemindenom": 1, "scalemaxdenom": _SITES_TO}, *inner))
    name = Label(
        key="sites-label",
        title="地点" if lang == "zh" else "Sites",
        expression=column(f"name_{lang}"),
        size=8.5,
        colour=style.GROUND["note"],
        out_to=_SITE_NAMES_TO,
        points=True,
        priority=7,
    )
    return [_renderer("sites", rules, drawn), labelling("sites", (name,))]
