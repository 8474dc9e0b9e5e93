"""Elements of XML, and expressions of QGIS: every text is escaped here and nowhere else.

Floor 3, part of render: knows nothing of the rest of the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that no XML document may hold, not even escaped."""


def clean(value: object) -> str:
    """Text as XML can hold it; what it cannot hold becomes U+FFFD."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.6g}"
    return _NOT_XML.sub("\ufffd", str(value))


def node(tag: str, attributes: Mapping[str, object] | None = None, *children: ET.Element) -> ET.Element:
    """An element; its attributes in the order given."""
    element = ET.Element(tag, {key: clean(value) for key, value in (attributes or {}).items()})
    element.extend(children)
    return element


def words(tag: str, text: object, attributes: Mapping[str, object] | None = None) -> ET.Element:
    """An element that holds text."""
    element = node(tag, attributes)
    element.text = clean(text)
    return element


def options(values: Mapping[str, object]) -> ET.Element:
    """Settings as QGIS writes them."""
    return node(
        "Option",
        {"type": "Map"},
        *(
            node("Option", {"name": name, "type": "QString", "value": value})
            for name, value in values.items()
        ),
    )


def text(root: ET.Element) -> str:
    """The document: the same bytes for the same elements."""
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def quoted(value: str) -> str:
    """A text in an expression of QGIS."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def column(name: str) -> str:
    """A column in an expression of QGIS."""
    return '"' + name.replace('"', '""') + '"'


def among(name: str, values: Iterable[str]) -> str:
    """Expression: the column has one of these values; false where it has none."""
    return f"coalesce({column(name)} IN ({', '.join(map(quoted, values))}), false)"


def not_among(name: str, values: Iterable[str]) -> str:
    """Expression: the column has none of these values; true where it has none at all."""
    return f"NOT {among(name, values)}"


def rgba(colour: str, opacity: float = 1.0) -> str:
    """A colour ``#rrggbb`` as QGIS writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
