"""GeoPackage, the file to hand over: five layers, how they belong together, styles for QGIS.

Written by GDAL; what it knows nothing of (relations, styles, notes) is added in
SQL. Read by SQLite alone: a file from elsewhere chooses no driver.

Floor 3, part of the store: must not know cases, maps or the command line.
"""

from __future__ import annotations

import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import drivers
from eppv_atlas.store.exchange import arrow
from eppv_atlas.store.exchange.faults import damaged
from eppv_atlas.store.exchange.layers import LAYERS, PARTS, Layer, Row
from eppv_atlas.store.exchange.rows import Rows

APPLICATION_ID: Final = 0x47504B47
_WRITTEN: Final = "2023-09-01T00:00:00.000Z"
"""A fixed time: the same atlas gives the same bytes."""
_RELATED: Final = "http://www.geopackage.org/18-000.html"
_KINDS: Final = {"Point": "Point", "Unknown": "MultiPolygon"}
TYPE: Final = "shape_type"
"""Column of the zones that keeps what type a shape has in the atlas."""
_WAIT_S: Final = 5.0
_ENVELOPES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def written(
    rows: Rows,
    notes: Mapping[str, str],
    styled: Callable[[sqlite3.Connection], None] | None = None,
) -> bytes:
    """An atlas as a GeoPackage.

    Parameters
    ----------
    rows
        Rows of all layers.
    notes
        What the table ``atlas`` is to hold: settings, citation, licence.
    styled
        Adds the table of styles.

    Returns
    -------
    bytes
        The file's content; the same for the same rows.
    """
    with tempfile.TemporaryDirectory(prefix="eppv-gpkg-") as folder:
        path = Path(folder) / "atlas.gpkg"
        _layers(path, rows)
        with closing(sqlite3.connect(path)) as base, base:
            _notes(base, notes)
            _relations(base)
            if styled is not None:
                styled(base)
        return path.read_bytes()


def _layers(path: Path, rows: Rows) -> None:
    pyogrio = drivers.pyogrio()
    kept = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
    try:
        for number, layer in enumerate(LAYERS):
            with_shapes = layer.shapes is not None
            several = layer.shapes == "Unknown"
            table = arrow.table(layer, _as_parts(rows[layer.name]) if several else rows[layer.name])
            pyogrio.write_arrow(
                _described(table, _types(rows[layer.name]) if several else None),
                path,
                layer=layer.name,
                driver="GPKG",
                append=number > 0,
                geometry_name=arrow.GEOMETRY if with_shapes else None,
                **({"geometry_type": _KINDS[layer.shapes], "crs": "EPSG:4326"} if layer.shapes else {}),
                dataset_options={"VERSION": "1.2"},  # what QGIS 3.22 knows
                layer_options={"IDENTIFIER": layer.zh, "DESCRIPTION": layer.en},
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": kept})


def _types(rows: list[Row]) -> list[str | None]:
    return [None if row[arrow.GEOMETRY] is None else _type(row[arrow.GEOMETRY]) for row in rows]


def _type(shape: BaseGeometry) -> str:
    """Type of a shape; of a collection with the members that several polygons make up: ``GeometryCollection 1 M2``."""
    kind: str = shape.geom_type
    if kind != "GeometryCollection":
        return kind
    members = [
        f"M{len(shapely.get_parts(one))}" if one.geom_type == "MultiPolygon" else "1"
        for one in shapely.get_parts(shape)
    ]
    return " ".join([kind, *members])


def _as_parts(rows: list[Row]) -> list[Row]:
    """Rows whose shapes are all of one type: QGIS takes a layer of several for several layers."""
    return [
        row | {arrow.GEOMETRY: shapely.MultiPolygon(_polygons(row[arrow.GEOMETRY]))}
        if row[arrow.GEOMETRY] is not None
        else row
        for row in rows
    ]


def _polygons(shape: BaseGeometry) -> list[BaseGeometry]:
    return list(shapely.get_parts(shapely.get_parts(shape)))


def _as_it_was(shape: BaseGeometry | None, kind: str | None) -> BaseGeometry | None:
    """A shape of the type that it had, as far as its parts allow."""
    if shape is None or shape.is_empty:
        return None
    parts = _polygons(shape)
    if kind is not None and kind.startswith("GeometryCollection"):
        return _collected(parts, kind.split()[1:])
    if kind != "MultiPolygon" and len(parts) == 1:
        return parts[0]
    return shape


def _collected(parts: list[BaseGeometry], members: list[str]) -> BaseGeometry:
    """A collection whose members are made of so many parts each; of single ones where the parts have changed."""
    counts = [int(one.removeprefix("M")) if one.removeprefix("M").isdigit() else 0 for one in members]
    if sum(counts) != len(parts):
        return shapely.GeometryCollection(parts)
    rest = iter(parts)
    made = [
        shapely.MultiPolygon(list(islice(rest, count))) if one.startswith("M") else next(rest)
        for one, count in zip(members, counts, strict=True)
    ]
    return shapely.GeometryCollection(made)


def _described(table: pa.Table, types: list[str | None] | None) -> pa.Table:
    """Columns with the names and descriptions that GDAL hands on to other programs."""
    if types is not None:
        meaning = {"zh": "图形写出时的类型", "en": "Type of the shape when written"}
        table = table.append_column(
            pa.field(TYPE, pa.string(), metadata=meaning), pa.array(types, pa.string())
        )
    fields = [
        field
        if field.name == arrow.GEOMETRY
        else field.with_metadata(
            {
                b"GDAL:OGR:alternative_name": field.metadata[b"zh"],
                b"GDAL:OGR:comment": field.metadata[b"en"],
            }
        )
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _notes(base: sqlite3.Connection, notes: Mapping[str, str]) -> None:
    base.execute(
        "CREATE TABLE atlas (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL)"
    )
    base.executemany("INSERT INTO atlas (name, value) VALUES (?, ?)", notes.items())
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES ('atlas', 'attributes', '图集', 'Atlas', ?, 0)",
        (_WRITTEN,),
    )


def _relations(base: sqlite3.Connection) -> None:
    """Say which rows belong to a case; the pairs are a view, so that they are right after every edit."""
    base.execute(
        "CREATE TABLE gpkgext_relations (id INTEGER PRIMARY KEY AUTOINCREMENT, base_table_name TEXT NOT NULL,"
        " base_primary_column TEXT NOT NULL DEFAULT 'id', related_table_name TEXT NOT NULL,"
        " related_primary_column TEXT NOT NULL DEFAULT 'id', relation_name TEXT NOT NULL,"
        " mapping_table_name TEXT NOT NULL UNIQUE)"
    )
    extension = "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_related_tables', ?, 'read-write')"
    base.execute(extension, ("gpkgext_relations", _RELATED))
    for layer in PARTS:
        pairs = f"cases_{layer.name}"
        base.execute(
            f"CREATE VIEW {pairs} AS SELECT c.fid AS base_id, p.fid AS related_id"  # noqa: S608 - names of ours
            f' FROM cases c JOIN {layer.name} p ON p."case" = c."case"'
        )
        base.execute(f'CREATE INDEX {layer.name}_case ON {layer.name} ("case")')
        base.execute(
            "INSERT INTO gpkgext_relations (base_table_name, base_primary_column, related_table_name,"
            " related_primary_column, relation_name, mapping_table_name) VALUES ('cases', 'fid', ?, 'fid', ?, ?)",
            (layer.name, "features" if layer.shapes else "attributes", pairs),
        )
        base.execute(extension, (pairs, _RELATED))


def is_atlas(path: Path) -> bool:
    """Whether a GeoPackage has the table of an atlas; a damaged one counts, so that it is named as such."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            found = base.execute("SELECT 1 FROM sqlite_master WHERE name = 'atlas'").fetchone()
    except sqlite3.Error:
        return True
    return found is not None


def read(path: Path, shown: str) -> tuple[Rows, dict[str, str]]:
    """Rows and notes of a GeoPackage that holds an atlas.

    Raises
    ------
    DataError
        If it is damaged, locked, or holds no atlas.
    """
    with _opened(path, shown) as base:
        if base.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise damaged(shown, "is a SQLite file but no GeoPackage", "是 SQLite 文件，但不是 GeoPackage")
        tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        missing = [name for name in ("atlas", *(layer.name for layer in LAYERS)) if name not in tables]
        if missing:
            raise damaged(
                shown,
                f"is a GeoPackage but holds no atlas: it has no table {', '.join(missing)}",
                f"是 GeoPackage，但不是图集：缺少表 {'、'.join(missing)}",
            )
        notes = dict(base.execute("SELECT name, value FROM atlas").fetchall())
        return {layer.name: _rows(base, layer, shown) for layer in LAYERS}, notes


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[sqlite3.Connection]:
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
        ) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            yield base
    except sqlite3.Error as error:
        why = " ".join(str(error).split())
        if "locked" in why or "busy" in why:
            raise damaged(
                shown,
                "is locked by another program (QGIS?); save and close it there, then run this again",
                "被其他程序（QGIS？）锁定；请在该程序中保存并关闭后重试",
            ) from None
        raise damaged(
            shown, f"cannot be read as a GeoPackage: {why}", f"无法作为 GeoPackage 读取：{why}"
        ) from None
    except (OverflowError, UnicodeDecodeError) as error:
        raise damaged(shown, f"holds text or numbers that are none: {error}", "含有不可读的内容") from None


def _rows(base: sqlite3.Connection, layer: Layer, shown: str) -> list[Row]:
    there = {name for _, name, *_ in base.execute(f"PRAGMA table_info({layer.name})")}
    names = [field.name for field in layer.fields if field.name in there]
    geometry = None
    if layer.shapes is not None:
        found = base.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer.name,)
        ).fetchone()
        geometry = found[0] if found and found[0] in there else None
    names += [TYPE] if TYPE in there else []
    columns = [f'"{name}"' for name in names]
    columns += ['"' + geometry.replace('"', '""') + '"'] if geometry else []
    cursor = base.execute(f"SELECT {', '.join(columns)} FROM {layer.name} ORDER BY rowid")  # noqa: S608 - quoted
    held = cursor.fetchall()
    out: list[Row] = [dict(zip(names, row, strict=False)) for row in held]
    if geometry:
        blobs = [_wkb(row[-1], shown, f"{layer.name}[{n}]") for n, row in enumerate(held, start=1)]
        try:
            shapes = shapely.from_wkb(np.array([*blobs, None], dtype=object)[:-1])
        except shapely.errors.GEOSException as error:
            why = " ".join(str(error).split())[:120]
            raise damaged(
                shown,
                f"layer {layer.name} holds a shape that is none: {why}",
                f"图层 {layer.name} 中有无法读取的图形：{why}",
            ) from None
        for row, shape in zip(out, shapes, strict=True):
            row[arrow.GEOMETRY] = _as_it_was(shape, row.pop(TYPE, "Point"))
    return out


def _wkb(blob: Any, shown: str, place: str) -> bytes | None:
    """WKB within the binary form of a GeoPackage (its clause 2.1.3)."""
    if blob is None:
        return None
    try:
        magic, _, flags, srs = struct.unpack_from("<2sBBi" if blob[3] & 1 else ">2sBBi", blob)
        start = 8 + _ENVELOPES[(flags >> 1) & 7]
    except (struct.error, IndexError, KeyError, TypeError):
        magic, start, srs = b"", 0, 0
    if magic != b"GP":
        raise damaged(shown, f"{place} holds a shape that is none", f"{place} 的图形无法读取")
    if srs not in {4326, 4490, 0, -1}:
        raise damaged(
            shown,
            f"{place} is in CRS {srs}; this store keeps longitude and latitude (EPSG:4326)",
            f"{place} 的坐标系为 {srs}；本库只存经纬度（EPSG:4326）",
        )
    return bytes(blob[start:])
