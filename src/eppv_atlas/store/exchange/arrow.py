"""Rows of the layers as Arrow tables, and back.

Floor 3, part of the store: must not know records, files or the command line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from eppv_atlas.store.exchange.layers import LAYERS, Layer, Row

GEOMETRY: Final = "geometry"
_TYPES: Final = {"text": pa.string(), "list": pa.string(), "integer": pa.int64(), "number": pa.float64()}
_GEO: Final = {b"ARROW:extension:name": b"geoarrow.wkb", b"ARROW:extension:metadata": b'{"crs":"OGC:CRS84"}'}


def table(layer: Layer, rows: list[Row]) -> pa.Table:
    """Rows of a layer as a table; the shapes stand in a column of WKB, where the layer has shapes."""
    fields = [
        pa.field(one.name, _TYPES[one.kind], metadata={"zh": one.zh, "en": one.en}) for one in layer.fields
    ]
    arrays = [pa.array([row.get(one.name) for row in rows], type=_TYPES[one.kind]) for one in layer.fields]
    if layer.shapes is not None:
        shapes = np.array([row[GEOMETRY] for row in rows] or [None], dtype=object)[: len(rows)]
        fields.append(pa.field(GEOMETRY, pa.binary(), metadata=_GEO))
        arrays.append(pa.array(shapely.to_wkb(shapes, flavor="iso").tolist(), type=pa.binary()))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def rows(layer: Layer, given: pa.Table) -> list[Row]:
    """Rows of a table that some format gave; columns that the layer does not know are left out.

    Raises
    ------
    ValueError, shapely.errors.GEOSException
        If a geometry cannot be read.
    """
    names = [one.name for one in layer.fields if one.name in given.column_names]
    out: list[Row] = [dict(zip(names, row, strict=True)) for row in _listed(given, names)]
    if layer.shapes is not None and GEOMETRY in given.column_names:
        shapes = shapely.from_wkb(given.column(GEOMETRY).to_pylist())
        for row, shape in zip(out, shapes, strict=True):
            row[GEOMETRY] = shape
    return out


def _listed(given: pa.Table, names: list[str]) -> list[tuple[Any, ...]]:
    columns = [given.column(name).to_pylist() for name in names]
    return list(zip(*columns, strict=True)) if columns else [() for _ in range(given.num_rows)]


def from_json(layer: Layer, item: Mapping[str, Any], shape: Any) -> Row:
    """A row of properties that were read from text: numbers as they stand, what is not known left out."""
    row: Row = {one.name: item.get(one.name) for one in layer.fields if one.name in item}
    return row | {GEOMETRY: shape}


def plain(row: Row) -> dict[str, Any]:
    """A row without its shape, as JSON takes it: no NaN."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
        if key != GEOMETRY
    }


def settings_text(settings: Mapping[str, Any]) -> str:
    """Content of atlas.yaml as JSON."""
    return json.dumps(settings, ensure_ascii=False, separators=(",", ":"))


BY_NAME: Final = {layer.name: layer for layer in LAYERS}
