"""KML for globes and phones: a folder a layer, the columns as extended data.

What KML cannot say of a shape (a collection of one part, the cells of a grid)
stands beside it in full, and counts as long as the outline is unchanged.

Floor 3, part of the store: must not know cases, maps or the command line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.intake import guard
from eppv_atlas.store.exchange import arrow
from eppv_atlas.store.exchange.faults import damaged
from eppv_atlas.store.exchange.layers import LAYERS, Row
from eppv_atlas.store.exchange.rows import Rows

LONGEST: Final = 16_000_000
"""Letters of one value: a shape in full may need many."""
_LAYER: Final = "layer"
_EXACT: Final = "exact_shape"
_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANKS: Final = re.compile(r"(?<= ) |[^\S ]")
"""White space that a reader of XML may take for one blank."""
_DOCTYPE: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_SAME_DEG: Final = 1e-9


def written(rows: Rows, notes: Mapping[str, str], colours: Mapping[str, str] | None = None) -> bytes:
    """An atlas as KML.

    Parameters
    ----------
    rows
        Rows of all layers.
    notes
        Settings, citation, licence.
    colours
        Colour (``#rrggbb``) by family of zones.
    """
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = "EPPV Atlas"
    _data(document, {name: _unjoined(value) for name, value in notes.items()})
    for family, colour in (colours or {}).items():
        style = ET.SubElement(document, "Style", id=f"family-{family}")
        _line(style, "LineStyle", f"ff{_bgr(colour)}", width="2")
        _line(style, "PolyStyle", f"38{_bgr(colour)}")
    for layer in LAYERS:
        folder = ET.SubElement(document, "Folder")
        ET.SubElement(folder, "name").text = layer.name
        for row in rows[layer.name]:
            _placemark(folder, layer.name, row, colours or {})
    ET.indent(root, " ")
    out = io.BytesIO()
    ET.ElementTree(root).write(out, encoding="UTF-8", xml_declaration=True)
    return out.getvalue() + b"\n"


def _bgr(colour: str) -> str:
    return colour[5:7] + colour[3:5] + colour[1:3]


def _line(style: ET.Element, kind: str, colour: str, **more: str) -> None:
    made = ET.SubElement(style, kind)
    for name, text in {"color": colour, **more}.items():
        ET.SubElement(made, name).text = text


def _placemark(folder: ET.Element, layer: str, row: Row, colours: Mapping[str, str]) -> None:
    mark = ET.SubElement(folder, "Placemark")
    title = row.get("short_zh") or row.get("name_zh") or row.get("label_zh") or row["case"]
    ET.SubElement(mark, "name").text = _safe(title)
    if row.get("family") in colours:
        ET.SubElement(mark, "styleUrl").text = f"#family-{row['family']}"
    shape = row.get(arrow.GEOMETRY)
    data = {_LAYER: layer} | {key: _text(key, value) for key, value in row.items() if key != arrow.GEOMETRY}
    if shape is not None and _loses(shape):
        data[_EXACT] = shapely.to_wkb(shape, hex=True)
    _data(mark, {key: value for key, value in data.items() if value is not None})
    if shape is not None:
        mark.append(_geometry(shape))


def _loses(shape: BaseGeometry) -> bool:
    kind: str = shape.geom_type
    return kind == "GeometryCollection" or (kind.startswith("Multi") and len(shapely.get_parts(shape)) == 1)


def _data(parent: ET.Element, values: Mapping[str, str]) -> None:
    extended = ET.SubElement(parent, "ExtendedData")
    for name, value in values.items():
        ET.SubElement(ET.SubElement(extended, "Data", name=name), "value").text = value


def _text(key: str, value: Any) -> str | None:
    """A value as text; blanks within JSON are written so that no reader joins them."""
    if value is None:
        return None
    if key in {"record", "made", "extras"}:
        return _unjoined(value)
    return _safe(repr(value) if isinstance(value, float) else str(value))


def _unjoined(text: str) -> str:
    """JSON whose odd white space, and what XML cannot hold, is written as escapes."""
    for pattern in (_NO_XML, _BLANKS):
        text = pattern.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text


def _safe(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _geometry(shape: BaseGeometry) -> ET.Element:
    if shape.geom_type == "Point":
        made = ET.Element("Point")
        ET.SubElement(made, "coordinates").text = _points([shape.coords[0]])
    elif shape.geom_type == "Polygon":
        made = ET.Element("Polygon")
        for name, ring in [
            ("outerBoundaryIs", shape.exterior),
            *(("innerBoundaryIs", one) for one in shape.interiors),
        ]:
            edge = ET.SubElement(ET.SubElement(made, name), "LinearRing")
            ET.SubElement(edge, "coordinates").text = _points(ring.coords)
    else:
        made = ET.Element("MultiGeometry")
        for part in shapely.get_parts(shape):
            made.append(_geometry(part))
    return made


def _points(points: Any) -> str:
    return " ".join(f"{x!r},{y!r}" for x, y in ((float(point[0]), float(point[1])) for point in points))


def is_atlas(path: Path) -> bool:
    """Whether a file begins as one that holds an atlas."""
    with path.open("rb") as file:
        return b"settings" in file.read(4096)


def read(path: Path, shown: str) -> tuple[Rows, dict[str, str]]:
    """Rows and notes of a KML that holds an atlas; read in a guarded process.

    Raises
    ------
    DataError
        If it is damaged or holds no atlas.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise damaged(shown, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from None
    if _DOCTYPE.search(raw):
        raise damaged(
            shown,
            "declares types or entities of its own; these are refused",
            "声明了自定义类型或实体，不予读取",
        )
    found = guard.read(path, "kml", shown, longest=LONGEST)
    notes = {str(name): str(value) for name, value in found.told.get("document", {}).items()}
    if _LAYER not in found.columns or "settings" not in notes:
        raise damaged(
            shown,
            "is KML but no atlas, as 'export --to kml' writes it",
            "是 KML，但不是 export --to kml 所写的图集",
        )
    out: Rows = {layer.name: [] for layer in LAYERS}
    for number, name in enumerate(found.columns[_LAYER]):
        layer = arrow.BY_NAME.get(name or "")
        if layer is None:
            continue  # a mark that somebody added by hand
        item = {key: values[number] for key, values in found.columns.items()}
        out[layer.name].append(arrow.from_json(layer, item, _exact(found.shapes[number], item.get(_EXACT))))
    return out, notes


def _exact(outline: Any, exact: str | None) -> Any:
    """The shape as it was, where its outline is still the same."""
    if exact is None or outline is None:
        return outline
    try:
        shape = shapely.from_wkb(exact)
    except (shapely.errors.GEOSException, ValueError):
        return outline
    parts = list(shapely.get_parts(shapely.get_parts(shape)))
    held = list(shapely.get_parts(outline))
    same = len(parts) == len(held) and all(
        shapely.equals_exact(one, other, _SAME_DEG) for one, other in zip(parts, held, strict=True)
    )
    return shape if same else outline
