"""A folder of GeoParquet: one file a layer, in spatial order, with a covering for each shape.

Floor 3, part of the store: must not know cases, maps or the command line.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from eppv_atlas.store.exchange import arrow
from eppv_atlas.store.exchange.faults import damaged
from eppv_atlas.store.exchange.layers import LAYERS, Layer
from eppv_atlas.store.exchange.rows import Rows

NOTES: Final = "atlas.json"
GROUP: Final = 20_000
"""Rows of a row group: what a reader of one place has to load."""


def written(rows: Rows, notes: Mapping[str, str]) -> dict[str, bytes]:
    """An atlas as Parquet files by name; layers with shapes are GeoParquet 1.1.

    Parameters
    ----------
    rows
        Rows of all layers.
    notes
        What ``atlas.json`` is to hold: settings, citation, licence.
    """
    contents = {f"{layer.name}.parquet": _file(layer, rows) for layer in LAYERS}
    contents[NOTES] = (json.dumps(dict(notes), ensure_ascii=False, indent=1) + "\n").encode()
    return contents


def _file(layer: Layer, rows: Rows) -> bytes:
    table = arrow.table(layer, rows[layer.name])
    if layer.shapes is not None:
        table = _geo(table)
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=GROUP)
    return out.getvalue()


def _geo(table: pa.Table) -> pa.Table:
    """The table along a Hilbert curve, with bbox covering and GeoParquet's metadata."""
    import geopandas as gpd

    shapes = gpd.GeoSeries.from_wkb(table.column(arrow.GEOMETRY).to_pylist(), crs="OGC:CRS84")
    order = _along(shapes)
    buffer = io.BytesIO()
    gpd.GeoDataFrame(geometry=shapes.iloc[order]).to_parquet(
        buffer, index=False, write_covering_bbox=True, schema_version="1.1.0"
    )
    made = pq.read_table(buffer)
    table = table.drop_columns([arrow.GEOMETRY]).take(pa.array(order))
    for name in (arrow.GEOMETRY, "bbox"):
        table = table.append_column(made.schema.field(name), made.column(name))
    return table.replace_schema_metadata({b"geo": made.schema.metadata[b"geo"]})


def _along(shapes: object) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Order of shapes along a Hilbert curve over the globe; those that are absent come last."""
    import geopandas as gpd

    assert isinstance(shapes, gpd.GeoSeries)
    there = shapes.notna().to_numpy() & ~shapes.is_empty.to_numpy()
    keys = np.full(len(shapes), np.iinfo(np.int64).max, dtype=np.int64)
    if there.any():
        keys[there] = shapes[there].hilbert_distance(total_bounds=(-180.0, -90.0, 180.0, 90.0)).to_numpy()
    return np.argsort(keys, kind="stable").astype(np.int64)


def read(folder: Path, shown: str) -> tuple[Rows, dict[str, str]]:
    """Rows and notes of a folder of Parquet that holds an atlas.

    Raises
    ------
    DataError
        If a file is missing, cut short or damaged.
    """
    out: Rows = {}
    for layer in LAYERS:
        name = f"{layer.name}.parquet"
        try:
            table = pq.read_table(folder / name)
            out[layer.name] = arrow.rows(layer, table)
        except FileNotFoundError:
            raise damaged(f"{shown}/{name}", "is not there", "缺失") from None
        except (OSError, pa.ArrowException, ValueError, shapely.errors.GEOSException) as error:
            why = " ".join(str(error).split())[:160]
            raise damaged(
                f"{shown}/{name}",
                f"cannot be read as Parquet, it may be cut short: {why}; export it again",
                f"无法作为 Parquet 读取，可能不完整：{why}；请重新导出",
            ) from None
    return out, notes_of(folder, shown)


def notes_of(folder: Path, shown: str) -> dict[str, str]:
    """Notes that stand beside the layers.

    Raises
    ------
    DataError
        If they are missing or damaged.
    """
    try:
        notes = json.loads((folder / NOTES).read_text("utf-8"))
        return {str(key): str(value) for key, value in notes.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        raise damaged(
            f"{shown}/{NOTES}", "is missing or damaged; export it again", "缺失或已损坏；请重新导出"
        ) from None
