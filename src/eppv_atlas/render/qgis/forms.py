"""Forms of QGIS: columns with their words, choices from the vocabulary, what may be changed.

Floor 3, part of render: knows the vocabulary and units; must not know cases,
files or what the columns are read into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

from eppv_atlas import vocabulary
from eppv_atlas.render.qgis.looks import name
from eppv_atlas.render.qgis.markup import node, words
from eppv_atlas.units import UNITS


@dataclass(frozen=True)
class FieldLook:
    """A column as a form shows it.

    Attributes
    ----------
    name
        Its name.
    label
        Its words, in the language of the form.
    editable
        Whether what is written there counts; what is worked out cannot be changed.
    """

    name: str
    label: str
    editable: bool


@dataclass(frozen=True)
class _Choices:
    """Values of a column; whether it may be left empty."""

    terms: Mapping[str, Any]
    empty: bool = False


_CHOICES: Final[dict[tuple[str, str], _Choices]] = {
    ("cases", "path"): _Choices(vocabulary.PATHS),
    ("cases", "mode"): _Choices(vocabulary.MODES),
    ("cases", "category"): _Choices(vocabulary.CATEGORIES),
    ("cases", "confidence"): _Choices(vocabulary.CONFIDENCES, empty=True),
    ("sites", "kind"): _Choices(vocabulary.SITE_KINDS),
    ("sites", "confidence"): _Choices(vocabulary.CONFIDENCES, empty=True),
    ("zones", "kind"): _Choices(vocabulary.ZONE_KINDS),
    ("zones", "family"): _Choices(vocabulary.FAMILIES, empty=True),
    ("zones", "confidence"): _Choices(vocabulary.CONFIDENCES, empty=True),
    ("zones", "weakest_confidence"): _Choices(vocabulary.CONFIDENCES, empty=True),
    ("facts", "section"): _Choices(vocabulary.SECTIONS),
    ("facts", "unit"): _Choices(UNITS),
    ("facts", "qualifier"): _Choices(vocabulary.QUALIFIERS, empty=True),
    ("mechanisms", "kind"): _Choices(vocabulary.MECHANISM_KINDS),
    ("mechanisms", "path"): _Choices(vocabulary.PATHS, empty=True),
    ("mechanisms", "mode"): _Choices(vocabulary.MODES, empty=True),
    ("mechanisms", "section"): _Choices(vocabulary.SECTIONS, empty=True),
}
_LONG: Final = frozenset(
    f"{stem}_{lang}"
    for stem in ("background", "mechanism", "practice", "outcome", "how", "absent", "about")
    for lang in ("zh", "en")
)
"""Columns of whole sentences."""
_INNER: Final = frozenset({"record", "digest", "made", "extras", "revision"})
"""Columns for programs: on a page of their own, and not in the table."""
_KEYS: Final = frozenset({"case", "id"})
"""Columns without which a row belongs nowhere; QGIS saves no feature that lacks one."""
_TICKED: Final = frozenset({"made_from_stated"})
_NULL: Final = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
"""How QGIS writes an empty value among choices."""

_TABS: Final = (
    ("填写", "To fill in"),
    ("英文", "English"),
    ("算出（只读）", "Worked out (read-only)"),
    ("程序用（只读）", "For programs (read-only)"),
)


def parts(layer: str, fields: Sequence[FieldLook], lang: str) -> list[ET.Element]:
    """Everything that a style says about columns and forms."""
    return [
        node("fieldConfiguration", {}, *(_configured(layer, field, lang) for field in fields)),
        node(
            "aliases",
            {},
            *(
                node("alias", {"field": field.name, "index": i, "name": _alias(layer, field)})
                for i, field in enumerate(fields)
            ),
        ),
        node("constraints", {}, *(_needed(field) for field in fields if field.name in _KEYS)),
        _table(layer, fields),
        words("editorlayout", "tablayout"),
        _form(fields, lang),
        node(
            "editable",
            {},
            *(node("field", {"name": field.name, "editable": field.editable}) for field in fields),
        ),
        node("labelOnTop", {}, *(node("field", {"name": field.name, "labelOnTop": 0}) for field in fields)),
    ]


def _needed(field: FieldLook) -> ET.Element:
    given = {"field": field.name, "constraints": 1, "notnull_strength": 1}
    return node("constraint", {**given, "unique_strength": 0, "exp_strength": 0})


def _alias(layer: str, field: FieldLook) -> str:
    """Words of a column; where words are shown for ids, it does not speak of ids."""
    if (layer, field.name) not in _CHOICES:
        return field.label
    label = field.label.removesuffix(" id").removeprefix("Id of the ")
    return label[:1].upper() + label[1:]


def _configured(layer: str, field: FieldLook, lang: str) -> ET.Element:
    kind, config = _widget(layer, field, lang)
    widget = node("editWidget", {"type": kind}, node("config", {}, config))
    return node("field", {"name": field.name, "configurationFlags": "None"}, widget)


def _widget(layer: str, field: FieldLook, lang: str) -> tuple[str, ET.Element]:
    choices = _CHOICES.get((layer, field.name))
    if choices is not None:
        return "ValueMap", _map(choices, lang)
    if field.name in _TICKED:
        ticked = {"CheckedState": "1", "UncheckedState": "0"}
        return "CheckBox", node("Option", {"type": "Map"}, *(_text(*pair) for pair in ticked.items()))
    many = "true" if field.name in _LONG or field.name in _INNER else "false"
    multiline = node("Option", {"name": "IsMultiline", "type": "bool", "value": many})
    html = node("Option", {"name": "UseHtml", "type": "bool", "value": "false"})
    return "TextEdit", node("Option", {"type": "Map"}, multiline, html)


def _text(key: str, value: str) -> ET.Element:
    return node("Option", {"name": key, "type": "QString", "value": value})


def _map(choices: _Choices, lang: str) -> ET.Element:
    pairs = [(key, name(term, lang)) for key, term in choices.terms.items()]
    seen = [shown for _, shown in pairs]
    # two units may share a word (人次): the id tells them apart
    pairs = [(key, shown if seen.count(shown) == 1 else f"{shown}（{key}）") for key, shown in pairs]
    if choices.empty:
        pairs.insert(0, (_NULL, "（空）" if lang == "zh" else "(empty)"))
    listed = [node("Option", {"type": "Map"}, _text(shown, key)) for key, shown in pairs]
    return node("Option", {"type": "Map"}, node("Option", {"name": "map", "type": "List"}, *listed))


def _table(layer: str, fields: Iterable[FieldLook]) -> ET.Element:
    """The attribute table: in order, without what is for programs and what a choice says already."""
    columns = [
        node(
            "column",
            {"name": field.name, "type": "field", "width": -1, "hidden": _hidden(layer, field.name)},
        )
        for field in fields
    ]
    actions = node("column", {"type": "actions", "width": -1, "hidden": 1})
    given = {"actionWidgetStyle": "dropDown"}
    return node("attributetableconfig", given, node("columns", {}, *columns, actions))


def _hidden(layer: str, column: str) -> bool:
    return column in _INNER or (column[-3:] in {"_zh", "_en"} and (layer, column[:-3]) in _CHOICES)


def _tab(field: FieldLook) -> int:
    if field.name in _INNER:
        return 3
    if not field.editable:
        return 2
    return 1 if field.name.endswith("_en") else 0


def _form(fields: Sequence[FieldLook], lang: str) -> ET.Element:
    tabs = []
    for number, title in enumerate(_TABS):
        held = [
            node("attributeEditorField", {"name": field.name, "index": i, "showLabel": 1})
            for i, field in enumerate(fields)
            if _tab(field) == number
        ]
        if held:
            given: dict[str, object] = {"name": title[lang == "en"], "columnCount": 1, "groupBox": 0}
            given |= {"showLabel": 1, "visibilityExpressionEnabled": 0}
            tabs.append(node("attributeEditorContainer", given, *held))
    return node("attributeEditorForm", {}, *tabs)
