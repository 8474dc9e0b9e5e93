"""A raster that somebody brings: GeoTIFF in any CRS with a known way to longitude and latitude.

The shapes are brought into the raster's CRS, never the raster into theirs, so that
no pixel is resampled. GDAL knows the one driver that reads GeoTIFF here, and
looks for no files beside it.

Floor 3½, part of running: knows files and pixels; must not know schemes, cases or
what a value is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.intake import limits
from eppv_atlas.intake.layer import refused
from eppv_atlas.patches import way_to_lonlat
from eppv_atlas.running.vectors import known_crs

SUFFIXES: Final = (".tif", ".tiff")
MOST_PIXELS: Final = 4_000_000_000
MOST_CELLS: Final = 30_000_000
"""Pixels held at a time."""
BLOCK_BYTES: Final = 256 * 2**20
"""A block of the file, once unpacked."""
MOST_CLASSES: Final = 256
_MAGIC: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_CRUMB: Final = 1e-9
"""A class that covers less of a unit is there by rounding."""
_EDGES: Final = 16
"""Pieces that the edge of a unit is divided into at least, so that it bends as the CRS does."""
_QUIET: Final = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_NUM_THREADS": "1",
}
Floats = NDArray[np.float64]


class Raster:
    """One band of a GeoTIFF; opened anew for every question.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UsageError
        If there is no such file, or the packages that read rasters are not installed.
    DataError
        If it is refused.
    """

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self._path = path
        if not path.is_file():
            raise UsageError(f"there is no file {path}", f"没有文件 {path}")
        with path.open("rb") as file:
            head = file.read(4)
        if head not in _MAGIC:
            raise refused(
                self.file,
                "format",
                "is named as a GeoTIFF but its content is not",
                "后缀为 GeoTIFF，内容却不是",
            )
        if path.stat().st_size > limits.FILE_BYTES:
            size, most = path.stat().st_size // 2**20, limits.FILE_BYTES // 2**20
            raise refused(
                self.file,
                "limit",
                f"is {size} MB; at most {most} MB are taken",
                f"大小 {size} MB，上限 {most} MB",
            )
        with self._open() as band:
            self._crs = _looked_over(band, self.file)

    def means(self, shapes: Sequence[BaseGeometry]) -> tuple[Floats, Floats]:
        """Coverage-weighted mean of the pixels under each shape, and the share of the shape with data."""
        found, sizes = self._asked(shapes, ("mean", "count"))
        mean = np.array([np.nan if row["mean"] is None else row["mean"] for row in found], dtype=np.float64)
        known = np.array([row["count"] for row in found], dtype=np.float64) / sizes
        return mean, np.clip(known, 0.0, 1.0)

    def classes(self, shapes: Sequence[BaseGeometry]) -> list[Mapping[str, float]]:
        """For each shape the share of it that each class covers."""
        found, sizes = self._asked(shapes, ("unique", "frac", "count"))
        out: list[Mapping[str, float]] = []
        seen: set[str] = set()
        for row, size in zip(found, sizes.tolist(), strict=True):
            share = min(row["count"] / size, 1.0) if size else 0.0
            pairs = zip(np.asarray(row["unique"]).tolist(), np.asarray(row["frac"]).tolist(), strict=True)
            one = {f"{code:.10g}": part * share for code, part in pairs if part > _CRUMB}
            seen |= set(one)
            if len(seen) > MOST_CLASSES:
                raise refused(
                    self.file,
                    "classes",
                    f"holds more than {MOST_CLASSES} different values; a raster of classes is wanted",
                    f"不同的值超过 {MOST_CLASSES} 个；此处需要类别栅格",
                )
            out.append(one)
        return out

    def _asked(
        self, shapes: Sequence[BaseGeometry], what: Sequence[str]
    ) -> tuple[list[dict[str, Any]], Floats]:
        """Answers by shape, and how many pixels each shape would fill."""
        exactextract = _exactextract()
        flat = self._moved(shapes)
        with self._open() as band:
            pixel = abs(band.transform.a * band.transform.e)
            try:
                rows = exactextract.exact_extract(
                    exactextract.raster.RasterioRasterSource(band, name="band"),
                    _features(flat, band.crs.to_wkt()),
                    list(what),
                    max_cells_in_memory=MOST_CELLS,
                )
            except (RuntimeError, ValueError, MemoryError, OSError) as error:
                raise self._unreadable(error) from None
        return [row["properties"] for row in rows], shapely.area(flat) / pixel

    def _moved(self, shapes: Sequence[BaseGeometry]) -> NDArray[Any]:
        """Shapes in the raster's CRS, their edges divided first."""
        held = np.empty(len(shapes), dtype=object)
        held[:] = list(shapes)
        _, mover = way_to_lonlat(self._crs)
        if mover is None:
            return held
        boxes = shapely.bounds(held)
        step = np.maximum(np.ptp(boxes.reshape(-1, 2, 2), axis=1).max(axis=1) / _EDGES, 1e-7)
        divided = shapely.segmentize(held, step)
        back = lambda xy: np.column_stack(mover.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))  # noqa: E731
        return np.asarray(shapely.transform(divided, back))

    @contextmanager
    def _open(self) -> Iterator[Any]:
        rasterio = _rasterio()
        try:
            with rasterio.Env(**_QUIET), rasterio.open(self._path, driver="GTiff", sharing=False) as band:
                yield band
        except rasterio.errors.RasterioError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> DataError:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        return refused(self.file, "file", f"cannot be read: {why}", f"无法读取：{why}")


def _features(shapes: NDArray[Any], crs: str) -> Any:
    """Shapes as the library takes them, handed over as WKB; its own sources write each out as text."""
    from exactextract.feature import FeatureSource, JSONFeature

    class Shape(JSONFeature):  # type: ignore[misc]
        def __init__(self, wkb: bytes) -> None:
            super().__init__()
            self.wkb = wkb

        def geometry(self) -> bytes:
            return self.wkb

    class Layer(FeatureSource):  # type: ignore[misc]
        def count(self) -> int:
            return len(shapes)

        def srs_wkt(self) -> str:
            return crs

        def __iter__(self) -> Iterator[Shape]:
            return (Shape(wkb) for wkb in shapely.to_wkb(shapes).tolist())

    return Layer()


def _looked_over(band: Any, file: str) -> CRS:
    """Hold a raster to what is taken; its CRS."""
    if band.count != 1:
        raise refused(
            file,
            "bands",
            f"has {band.count} bands; give a file of one",
            f"有 {band.count} 个波段；请给出单波段文件",
        )
    if np.dtype(band.dtypes[0]).kind not in "iuf":
        raise refused(
            file, "values", f"holds values of type {band.dtypes[0]}", f"像元类型为 {band.dtypes[0]}，不能使用"
        )
    rows, columns = band.block_shapes[0]
    if band.width * band.height > MOST_PIXELS or rows * columns * 8 > BLOCK_BYTES:
        raise refused(
            file,
            "limit",
            f"is {band.width} by {band.height} pixels in blocks of {columns} by {rows}, which is too much; tile it first",
            f"为 {band.width}×{band.height} 像元、分块 {columns}×{rows}，过大；请先分块",
        )
    matrix = band.transform
    if matrix.b or matrix.d or matrix.a <= 0 or matrix.e >= 0:
        raise refused(
            file,
            "rotated",
            "is rotated or upside down; warp it north-up first",
            "已旋转或上下颠倒；请先校正为正北朝上",
        )
    if band.crs is None:
        raise refused(
            file,
            "crs",
            "declares no CRS; set it first (gdal_edit.py -a_srs)",
            "没有标注坐标系；请先设定（gdal_edit.py -a_srs）",
        )
    return known_crs(file, band.crs.to_wkt())


def _rasterio() -> Any:
    try:
        import rasterio
        import rasterio.errors
    except ImportError:
        raise _missing() from None
    return rasterio


def _exactextract() -> Any:
    try:
        import exactextract
        import exactextract.feature
        import exactextract.raster
    except ImportError:
        raise _missing() from None
    return exactextract


def _missing() -> UsageError:
    return UsageError(
        "rasters need two more packages: pip install 'eppv-atlas[siting]'",
        "读取栅格需另装：pip install 'eppv-atlas[siting]'",
    )
