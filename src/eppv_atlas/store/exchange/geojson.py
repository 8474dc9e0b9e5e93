"""One GeoJSON file for all layers, a feature a line; text that any program reads.

Floor 3, part of the store: must not know cases, maps or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from eppv_atlas.store.exchange import arrow
from eppv_atlas.store.exchange.faults import damaged
from eppv_atlas.store.exchange.layers import LAYERS
from eppv_atlas.store.exchange.rows import Rows

_NOTES = "eppv_atlas"


def written(rows: Rows, notes: Mapping[str, str]) -> bytes:
    """An atlas as one FeatureCollection; the property ``layer`` says what a feature is."""
    lines = []
    for layer in LAYERS:
        for row in rows[layer.name]:
            geometry = row.get(arrow.GEOMETRY)
            item = {
                "type": "Feature",
                "id": f"{layer.name}/{row['case']}" + (f"/{row['id']}" if "id" in row else ""),
                "properties": {"layer": layer.name} | arrow.plain(row),
                "geometry": None if geometry is None else mapping(geometry),
            }
            lines.append(json.dumps(item, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    head = json.dumps(dict(notes), ensure_ascii=False)
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","{_NOTES}":{head},"features":[\n{body}\n]}}\n'.encode()


def is_atlas(path: Path) -> bool:
    """Whether a file begins as one that holds an atlas."""
    with path.open("rb") as file:
        return f'"{_NOTES}"'.encode() in file.read(4096)


def read(path: Path, shown: str) -> tuple[Rows, dict[str, str]]:
    """Rows and notes of a GeoJSON file that holds an atlas.

    Raises
    ------
    DataError
        If it is damaged or holds no atlas.
    """
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())[:160]
        raise damaged(shown, f"cannot be read as JSON: {why}", f"无法作为 JSON 读取：{why}") from None
    notes = data.get(_NOTES) if isinstance(data, dict) else None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(notes, dict) or not isinstance(features, list):
        raise damaged(
            shown,
            f"is no atlas: a FeatureCollection with {_NOTES!r} is expected, as 'export --to geojson' writes it",
            f"不是图集：应为含 {_NOTES!r} 的 FeatureCollection（export --to geojson 所写）",
        )
    out: Rows = {layer.name: [] for layer in LAYERS}
    for number, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("layer") if isinstance(properties, dict) else None
        layer = arrow.BY_NAME.get(name) if isinstance(name, str) else None
        if layer is None or not isinstance(properties, dict):
            raise damaged(
                shown,
                f"features[{number}] names no layer of an atlas",
                f"features[{number}] 未指明图集的图层",
            )
        out[layer.name].append(
            arrow.from_json(layer, _leaves(properties), _geometry(feature.get("geometry"), shown, number))
        )
    return out, {str(key): str(value) for key, value in notes.items()}


def _leaves(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a feature; a list or an object is no value of a column."""
    return {key: None if isinstance(value, list | dict) else value for key, value in properties.items()}


def _geometry(given: Any, shown: str, number: int) -> Any:
    if given is None:
        return None
    try:
        made = shape(given)
    except Exception as error:  # noqa: BLE001 - whatever a hostile geometry raises, it is a bad geometry
        why = " ".join(str(error).split())[:120]
        raise damaged(
            shown,
            f"features[{number}] has no readable geometry: {why}",
            f"features[{number}] 的图形无法读取：{why}",
        ) from None
    return None if shapely.is_empty(made) else made
