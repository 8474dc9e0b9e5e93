"""A folder of FlatGeobuf: one file a layer, each readable over the network by place.

Floor 3, part of the store: must not know cases, maps or the command line.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from eppv_atlas import drivers
from eppv_atlas.intake import guard
from eppv_atlas.store.exchange import arrow
from eppv_atlas.store.exchange.faults import damaged
from eppv_atlas.store.exchange.layers import LAYERS, Layer, Row
from eppv_atlas.store.exchange.parquet import NOTES, notes_of
from eppv_atlas.store.exchange.rows import Rows

MOST: Final = 5_000_000
"""Features of one layer that are read back."""
LONGEST: Final = 16_000_000
"""Letters of one value."""


def written(rows: Rows, notes: Mapping[str, str]) -> dict[str, bytes]:
    """An atlas as FlatGeobuf files by name."""
    contents = {}
    pyogrio = drivers.pyogrio()
    with tempfile.TemporaryDirectory(prefix="eppv-fgb-") as folder:
        for layer in LAYERS:
            path = Path(folder) / f"{layer.name}.fgb"
            with_shapes = layer.shapes is not None
            # an index leaves out features without a shape, and none may be lost
            indexed = with_shapes and all(row[arrow.GEOMETRY] is not None for row in rows[layer.name])
            pyogrio.write_arrow(
                arrow.table(layer, rows[layer.name]),
                path,
                layer=layer.name,
                driver="FlatGeobuf",
                geometry_name=arrow.GEOMETRY if with_shapes else None,
                **({"geometry_type": layer.shapes, "crs": "EPSG:4326"} if with_shapes else {}),
                layer_options={"SPATIAL_INDEX": "YES" if indexed else "NO"},
            )
            contents[path.name] = path.read_bytes()
    contents[NOTES] = (json.dumps(dict(notes), ensure_ascii=False, indent=1) + "\n").encode()
    return contents


def read(folder: Path, shown: str) -> tuple[Rows, dict[str, str]]:
    """Rows and notes of a folder of FlatGeobuf that holds an atlas; each file in a guarded process.

    Raises
    ------
    DataError
        If a file is missing, cut short or damaged.
    """
    notes = notes_of(folder, shown)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        held = pool.map(lambda layer: _rows(folder, layer, shown), LAYERS)
        return dict(zip((layer.name for layer in LAYERS), held, strict=True)), notes


def _rows(folder: Path, layer: Layer, shown: str) -> list[Row]:
    name = f"{layer.name}.fgb"
    path = folder / name
    if not path.is_file():
        raise damaged(f"{shown}/{name}", "is not there", "缺失")
    found = guard.read(path, "flatgeobuf", f"{shown}/{name}", most=MOST, longest=LONGEST)
    count = max([len(found.shapes), *(len(values) for values in found.columns.values())], default=0)
    out: list[Row] = []
    for number in range(count):
        item: dict[str, Any] = {key: values[number] for key, values in found.columns.items()}
        out.append(arrow.from_json(layer, item, found.shapes[number] if len(found.shapes) else None))
    return out
