"""Patches of a vector file or GeoParquet, in batches: WKB, one column, longitude and latitude.

A batch is read, handed on and forgotten, so that memory stays bounded however
many patches there are. Coordinates of another CRS are transformed vertex by
vertex on the way; a layer without a CRS, or one that PROJ cannot place on the
globe, is refused.

Floor 3: knows files; must not know zones, areas, cases or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from eppv_atlas import drivers
from eppv_atlas.defects import heads
from eppv_atlas.errors import DataError, Problem, UsageError

BATCH: Final = 20_000
"""Patches read at a time."""
SAME_DEG: Final = 1e-8
"""A CRS whose coordinates differ by less (1 mm) from longitude and latitude is read as it is."""


@dataclass(frozen=True)
class Batch:
    """Some patches.

    Attributes
    ----------
    first
        Number of the first feature in its file, counted from 1.
    wkb
        pyarrow array of WKB in longitude and latitude, degrees.
    codes, labels
        The column: ``labels[codes[i]]`` is the text of patch i, None where it has none.
    foreign
        SRID of every patch that is written in another CRS than the layer; 0 elsewhere.
    """

    first: int
    wkb: Any
    codes: NDArray[np.int64]
    labels: tuple[str | None, ...]
    foreign: NDArray[np.int64]


@dataclass(frozen=True)
class Layer:
    """A layer that is ready to be read.

    Attributes
    ----------
    file
        Path as the user typed it.
    name
        Name of the layer; None for GeoParquet.
    geometry
        Name of the column of shapes.
    column
        Column to be read beside the shapes, or None.
    columns
        All columns.
    crs
        CRS of the file.
    count
        Number of features; None where the file does not say.
    groups
        Number of features in each row group of GeoParquet; empty for other files.
    path
        Where it is read from; `file` if empty.
    """

    file: str
    name: str | None
    geometry: str
    column: str | None
    columns: tuple[str, ...]
    crs: CRS
    count: int | None
    groups: tuple[int, ...] = ()
    path: str = ""

    def batches(self, size: int = BATCH, groups: range | None = None) -> Iterator[Batch]:
        """Read the layer, `size` patches at a time.

        Parameters
        ----------
        size
            Most patches of a batch.
        groups
            Row groups of GeoParquet to be read; all if left out.

        Raises
        ------
        DataError
            If the file cannot be read to its end.
        """
        mover = _to_lonlat(self.crs, self.file)
        first = 1 + (sum(self.groups[: groups.start]) if groups else 0)
        source = _parquet_batches(self, size, groups) if self.name is None else _vector_batches(self, size)
        for table in source:
            wkb = _binary(table.column(self.geometry))
            codes, labels = _words(table.column(self.column)) if self.column else _none(len(wkb))
            _, srid = heads(wkb)
            epsg = (self.crs.to_epsg() or 0) if srid.any() else 0
            foreign = np.where((srid != epsg) & (epsg > 0), srid, 0)
            yield Batch(first, _moved(wkb, mover), codes, labels, foreign)
            first += len(wkb)


def opened(path: Path, column: str | None, layer: str | None = None) -> Layer:
    """Look a file over and say what will be read from it.

    Parameters
    ----------
    path
        Any vector file that GDAL reads, or GeoParquet.
    column
        Column wanted beside the shapes.
    layer
        Layer of a file that holds several.

    Raises
    ------
    UsageError
        If there is no such file, column or layer.
    DataError
        If the file holds no shapes, or its CRS is missing or cannot be placed on the globe.
    """
    if not path.exists():
        raise UsageError(f"there is no file {path}", f"没有文件 {path}")
    parquet = path.is_file() and _starts_with(path, b"PAR1")
    found = _look_at_parquet(path, column) if parquet else _look_at_vector(path, column, layer)
    if column is not None and column not in found.columns:
        have = ", ".join(found.columns) or "none"
        raise UsageError(
            f"{path} has no column {column!r}; it has: {have}", f"{path} 没有列 {column!r}；现有：{have}"
        )
    _to_lonlat(found.crs, found.file)
    return found


def _starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _refused(file: str, rule: str, en: str, zh: str) -> DataError:
    return DataError([Problem(file, 0, "", rule, en, zh)])


def _no_crs(file: str) -> DataError:
    return _refused(
        file,
        "crs",
        "the layer has no CRS; set it in the file first (a .prj beside a shapefile, or ogr2ogr -a_srs)",
        "图层没有坐标系；请先在文件中设定（shapefile 旁的 .prj，或 ogr2ogr -a_srs）",
    )


def _look_at_parquet(path: Path, column: str | None) -> Layer:
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, count = file.schema_arrow, file.metadata.num_rows
            groups = tuple(file.metadata.row_group(k).num_rows for k in range(file.num_row_groups))
            geo = json.loads((file.metadata.metadata or {}).get(b"geo", b"{}"))
    except (pa.ArrowException, ValueError) as error:
        raise _refused(str(path), "file", f"cannot be read: {error}", f"无法读取：{error}") from None
    geometry = geo.get("primary_column")
    if geometry is None or geometry not in schema.names:
        raise _refused(
            str(path),
            "file",
            "is Parquet without GeoParquet's metadata",
            "是没有 GeoParquet 元数据的 Parquet",
        )
    about = geo.get("columns", {}).get(geometry, {})
    if about.get("encoding") != "WKB" or about.get("edges", "planar") != "planar":
        said = f"{about.get('encoding')}, {about.get('edges', 'planar')}"
        raise _refused(
            str(path),
            "file",
            f"its shapes must be WKB with planar edges, not {said}",
            f"几何须为 WKB、平面边，而不是 {said}",
        )
    written = about.get("crs", "OGC:CRS84")  # GeoParquet: left out means OGC:CRS84, null means unknown
    if written is None:
        raise _no_crs(str(path))
    crs = _crs(json.dumps(written) if isinstance(written, dict) else str(written))
    columns = tuple(name for name in schema.names if name not in geo.get("columns", {}))
    return Layer(str(path), None, geometry, column, columns, crs, count, groups)


@lru_cache(maxsize=8)
def _crs(text: str) -> CRS:
    return CRS.from_user_input(text)


def _look_at_vector(path: Path, column: str | None, layer: str | None) -> Layer:
    pyogrio = drivers.pyogrio()
    from pyogrio.errors import DataSourceError  # type: ignore[import-untyped]

    _no_foreign_driver(path)
    try:
        names = [str(row[0]) for row in pyogrio.list_layers(path)]
        if layer is None and len(names) > 1:
            have = ", ".join(names)
            raise UsageError(
                f"{path} has several layers; choose with --layer: {have}",
                f"{path} 有多个图层；请用 --layer 选择：{have}",
            )
        if layer is not None and layer not in names:
            have = ", ".join(names)
            raise UsageError(
                f"{path} has no layer {layer!r}; it has: {have}", f"{path} 没有图层 {layer!r}；现有：{have}"
            )
        name = layer or (names[0] if names else "")
        info = pyogrio.read_info(path, layer=name, force_feature_count=True)
    except DataSourceError as error:
        raise _refused(str(path), "file", f"cannot be read: {error}", f"无法读取：{error}") from None
    if not info["geometry_type"]:
        raise _refused(str(path), "file", "holds no shapes", "不含几何")
    if not info["crs"]:
        raise _no_crs(str(path))
    try:
        crs = CRS.from_user_input(info["crs"])
    except CRSError:
        raise _no_crs(str(path)) from None
    count = int(info["features"])
    geometry = info.get("geometry_name") or "wkb_geometry"
    columns = tuple(map(str, info["fields"]))
    return Layer(str(path), name, geometry, column, columns, crs, count if count >= 0 else None)


def _no_foreign_driver(path: Path) -> None:
    """Refuse what would read other files, also where another program has loaded GDAL with all its drivers."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        found = drivers.foreign(file.read(65_536))
    if found is not None:
        raise _refused(
            str(path),
            "driver",
            f"its content is that of {found}, which reads other files or the network",
            f"内容属于 {found}，会读取其他文件或网络",
        )


def _parquet_batches(layer: Layer, size: int, groups: range | None) -> Iterator[Any]:
    import pyarrow.parquet as pq

    wanted = [layer.geometry, *([layer.column] if layer.column else [])]
    some = list(range(len(layer.groups)) if groups is None else groups)
    try:
        # through a small buffer: a row group may be as large as its file
        with pq.ParquetFile(layer.path or layer.file, buffer_size=1 << 20, pre_buffer=False) as file:
            found = file.iter_batches(size, row_groups=some, columns=wanted)
            yield from (batch for batch in found if len(batch))
    except (pa.ArrowException, OSError) as error:
        raise _refused(layer.file, "file", f"cannot be read: {error}", f"无法读取：{error}") from None


def _vector_batches(layer: Layer, size: int) -> Iterator[Any]:
    pyogrio = drivers.pyogrio()
    from pyogrio.errors import DataLayerError, DataSourceError

    wanted = [layer.column] if layer.column else []
    try:
        with pyogrio.open_arrow(
            layer.path or layer.file, layer=layer.name, columns=wanted, batch_size=size, use_pyarrow=True
        ) as (_, reader):
            yield from (batch for batch in reader if len(batch))
    except (pa.ArrowException, DataSourceError, DataLayerError) as error:
        raise _refused(layer.file, "file", f"cannot be read: {error}", f"无法读取：{error}") from None


def _binary(column: Any) -> Any:
    """Shapes as a plain array of binaries, little-endian."""
    if isinstance(column.type, pa.ExtensionType | pa.BaseExtensionType):
        column = column.storage
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        column = column.cast(pa.large_binary())
    code, _ = heads(column)
    if not (code == -2).any():
        return column
    raw = column.to_numpy(zero_copy_only=False)
    return _written(_shapes(raw), raw)


def _shapes(raw: NDArray[Any]) -> NDArray[Any]:
    """Geometry objects; None where they cannot be made, NaN left as it is."""
    with np.errstate(invalid="ignore"):
        return np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)


def _written(shapes: NDArray[Any], raw: NDArray[Any]) -> Any:
    """Shapes as WKB; what could not be read stays as it was."""
    wkb = shapely.to_wkb(shapes, output_dimension=2, byte_order=1)
    return pa.array(np.where(shapely.is_missing(shapes), raw, wkb), type=pa.large_binary())


def _none(count: int) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    return np.zeros(count, np.int64), (None,)


def _words(column: Any) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    """A column as codes and their texts."""
    if isinstance(column.type, pa.DictionaryType):
        column = column.dictionary_decode()
    try:
        text = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise UsageError(
            f"a column of type {column.type} holds no classes", f"类型为 {column.type} 的列不能作为类别"
        ) from None
    coded = text.dictionary_encode()
    labels: list[str | None] = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, (*labels, None)


def _to_lonlat(crs: CRS, file: str) -> Transformer | None:
    """What makes longitude and latitude of the coordinates; None where they are.

    To WGS 84 or to CGCS2000, whichever PROJ knows a way to: they differ by
    less than the survey of either. A way that only guesses the shift of the
    datum is none.
    """
    found, mover = way_to_lonlat(crs)
    if found:
        return mover
    name = crs.to_string() if len(crs.to_string()) < 60 else crs.name
    raise _refused(
        file,
        "crs",
        f"there is no known way from {name} to WGS 84 or CGCS2000; transform the layer first, with your parameters",
        f"没有从 {name} 到 WGS 84 或 CGCS2000 的已知转换；请先用你的参数转换图层",
    )


def way_to_lonlat(crs: CRS) -> tuple[bool, Transformer | None]:
    """Whether there is a known way to longitude and latitude, and the way if it changes anything.

    The shift of an older datum (Beijing 1954, Xi'an 1980) is known to those
    who have its local parameters, so here there is none.
    """
    base = crs.geodetic_crs
    axis_m = base.ellipsoid.semi_major_metre if base is not None and base.ellipsoid is not None else 0.0
    return _way(crs) if abs(axis_m - 6378137.0) < 0.5 else (False, None)


@lru_cache(maxsize=8)
def _way(crs: CRS) -> tuple[bool, Transformer | None]:
    """Whether there is a way, and the way if it changes anything."""
    for goal in ("OGC:CRS84", "EPSG:4490"):
        try:
            mover = Transformer.from_crs(crs, goal, always_xy=True, allow_ballpark=False)
        except (ProjError, CRSError):
            continue
        x, y = np.meshgrid([-150.0, -20.0, 90.0, 120.0], [-75.0, -30.0, 30.0, 75.0])
        lon, lat = mover.transform(x, y) if crs.is_geographic else (x + np.inf, y)
        same = np.abs(lon - x).max() < SAME_DEG and np.abs(lat - y).max() < SAME_DEG
        return True, None if same else mover
    return False, None


def _moved(wkb: Any, mover: Transformer | None) -> Any:
    """Shapes in longitude and latitude."""
    if mover is None:
        return wkb
    raw = wkb.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        return _written(shapely.transform(_shapes(raw), mover.transform, interleaved=False), raw)
