"""What GDAL and Arrow read: one driver at a time.

Alone in its process; imports nothing of the rest of the package.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from . import Read, Refused, chosen, text_of


def layer(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """What one driver of GDAL reads."""
    import pyogrio  # type: ignore[import-untyped]
    from pyogrio.raw import read  # type: ignore[import-untyped]

    path = spec["path"]
    wanted = None if spec["kind"] == "dxf" else spec["layer"]
    with_shapes = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    # tracks of a GPX are what somebody walked; its other layers are empty or single points
    names = (
        [name for name in with_shapes if name in {"tracks", "routes"}]
        if spec["kind"] == "gpx"
        else with_shapes
    )
    filled = [name for name in names if len(names) == 1 or _count(path, name)] or names[:1]
    told["layers"] = with_shapes
    name = chosen(with_shapes if wanted else filled, wanted)
    options = {"encoding": spec["encoding"]} if spec["encoding"] else {}
    count = _count(path, name)
    if count > spec["features"]:
        raise Refused(
            "limit",
            f"holds {count} features; at most {spec['features']} are taken",
            f"含 {count} 个要素，上限为 {spec['features']} 个",
        )
    more = {"CLOSED_LINE_AS_POLYGON": "YES"} if spec["kind"] == "dxf" else {}
    meta, _, geometry, fields = read(path, layer=name, force_2d=False, **options, **more)
    told |= {"layer": name, "crs": meta["crs"]}
    shapes = list(geometry) if geometry is not None else []
    columns: dict[str, list[str | None]] = {}
    for column, values in zip(meta["fields"], fields, strict=True):
        name = str(column)
        while name in columns:  # two columns of one name are two columns
            name += "_"
        columns[name] = [text_of(value) for value in values]
    return _entities(shapes, columns, spec, told) if spec["kind"] == "dxf" else (shapes, columns)


def table(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """The one layer of a file, with shapes or without."""
    from pyogrio.raw import read

    if (count := _count(spec["path"], None)) > spec["features"]:
        raise Refused(
            "limit",
            f"holds {count} features; at most {spec['features']} are taken",
            f"含 {count} 个要素，上限为 {spec['features']} 个",
        )
    meta, _, geometry, fields = read(spec["path"], force_2d=False)
    told["crs"] = meta["crs"]
    columns = {
        str(name): [text_of(value) for value in values]
        for name, values in zip(meta["fields"], fields, strict=True)
    }
    shapes = list(geometry) if geometry is not None else [None] * count
    return shapes, columns


def _entities(
    shapes: list[bytes | None],
    columns: dict[str, list[str | None]],
    spec: dict[str, Any],
    told: dict[str, Any],
) -> Read:
    """Outlines of one layer of a drawing; its texts and points are no outlines."""
    kinds = shapely.get_type_id(
        shapely.from_wkb(np.array([*shapes, None], dtype=object)[:-1], on_invalid="ignore")
    )
    outlines = [index for index, kind in enumerate(kinds.tolist()) if kind not in {-1, 0, 4}]
    layers = columns.get("Layer", [None] * len(shapes))
    told["layers"] = list(dict.fromkeys(layers[index] or "0" for index in outlines))
    told["layer"] = chosen(told["layers"], spec["layer"])
    kept = [index for index in outlines if (layers[index] or "0") == told["layer"]]
    left = len(shapes) - len(outlines)
    if left:
        told["notes"].append(f"{left} texts and points of the drawing are no outlines and were left out")
    return [shapes[index] for index in kept], {
        name: [values[index] for index in kept]
        for name, values in columns.items()
        if name in {"Layer", "Text"}
    }


def _count(path: str, layer: str | None) -> int:
    import pyogrio

    return int(pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"])


def parquet(spec: dict[str, Any], told: dict[str, Any]) -> Read:
    """A GeoParquet file."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(spec["path"]) as file:
        geo = json.loads((file.metadata.metadata or {}).get(b"geo", b"{}"))
        name = geo.get("primary_column")
        if file.metadata.num_rows > spec["features"]:
            raise Refused(
                "limit",
                f"holds {file.metadata.num_rows} features; at most {spec['features']} are taken",
                f"含 {file.metadata.num_rows} 个要素，上限为 {spec['features']} 个",
            )
        if name is None or name not in file.schema_arrow.names:
            raise Refused(
                "file", "is Parquet without GeoParquet's metadata", "是没有 GeoParquet 元数据的 Parquet"
            )
        about = geo["columns"][name]
        if about.get("encoding") != "WKB" or about.get("edges", "planar") != "planar":
            raise Refused("file", "its shapes are not WKB with planar edges", "几何不是平面边的 WKB")
        crs = about.get("crs", "OGC:CRS84")  # left out means OGC:CRS84, null means unknown
        table = file.read()
    told |= {"layers": [name], "layer": name}
    told["crs"] = json.dumps(crs) if isinstance(crs, dict) else crs
    columns = {
        other: [text_of(value) for value in table.column(other).to_pylist()]
        for other in table.column_names
        if other not in geo["columns"] and not pa.types.is_struct(table.column(other).type)
    }
    return table.column(name).to_pylist(), columns
