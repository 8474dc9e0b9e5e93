"""Area engines side by side on the same parcels: CPU time a vertex, ratios, agreement.

    python benchmarks/area.py [--parcels 100000] [--stream 5000000]

Everything is timed in this one run as CPU time of this process (all threads),
the best of three; ratios are to the pyproj loop over geometry objects.
"""

from __future__ import annotations

import argparse
import io
import math
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import Geod

from eppv_atlas.area import area_m2, columns
from eppv_atlas.area.ellipsoids import CGCS2000

GEOD = Geod(a=6378137.0, rf=298.257222101)


def parcels(count: int, seed: int = 20231) -> Any:
    """Parcels of 36 vertices all over China, edges of 5 to 500 m."""
    rng = np.random.default_rng(seed)
    lon = rng.uniform(74.0, 134.0, count)[:, None]
    lat = rng.uniform(18.0, 53.0, count)[:, None]
    turn = np.linspace(0.0, 2.0 * np.pi, 37)[:-1]
    reach = 10.0 ** rng.uniform(1.6, 3.3, count)[:, None] * rng.uniform(0.7, 1.3, (count, 36)) / 111_000
    x = lon + reach * np.cos(turn) / np.cos(np.radians(lat))
    y = lat + reach * np.sin(turn)
    xy = np.stack([x, y], axis=-1)
    return shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1))


def cpu(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Least CPU seconds of some runs, and the result."""
    best, out = math.inf, None
    for _ in range(times):
        begun = time.process_time()
        out = work()
        best = min(best, time.process_time() - begun)
    return best, out


def geoparquet(shapes: Any, path: Path) -> None:
    """Write shapes as GeoParquet."""
    import geopandas as gpd

    gpd.GeoDataFrame(geometry=shapes, crs="OGC:CRS84").to_parquet(path, index=False)


def streamed(path: Path) -> float:
    """Sum of all areas of a GeoParquet file, batch by batch."""
    total = 0.0
    # pre_buffer would read the whole column ahead of us
    for batch in pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20).iter_batches(
        8192, columns=["geometry"]
    ):
        total += float(np.sum(columns.areas(batch.column(0), "geodesic", CGCS2000)))
    return total


def duck(path: Path) -> tuple[Callable[[], float], str] | None:
    """DuckDB's ellipsoidal area over the same file; it wants latitude first."""
    try:
        import duckdb
    except ImportError:
        return None
    link = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    try:
        import duckdb_extension_spatial as packaged

        (extension,) = Path(packaged.__file__).parent.rglob("spatial.duckdb_extension")
        link.execute(f"LOAD '{extension}'")
    except (ImportError, ValueError, duckdb.Error) as error:
        print(f"DuckDB's spatial extension: {error}")
        return None
    link.execute("SET threads = 1")
    sql = f"SELECT sum(ST_Area_Spheroid(ST_FlipCoordinates(geometry))) FROM '{path}'"
    return (lambda: float(link.execute(sql).fetchone()[0])), duckdb.__version__


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--stream", type=int, default=0, help="patches of the streamed run, e.g. 5000000")
    options = parser.parse_args()
    shapes = parcels(options.parcels)
    wkb = shapely.to_wkb(shapes)
    column = pa.array(wkb.tolist(), type=pa.binary())
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    print(f"{options.parcels:,} parcels, {vertices:,} vertices; Python {platform.python_version()}, "
          f"{platform.machine()}; CPU time, best of three")  # fmt: skip
    few = shapes[: max(1, options.parcels // 20)]
    some = int(shapely.get_num_coordinates(few).sum())
    seconds, exact = cpu(lambda: np.array([abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in few]))
    base = seconds / some
    print(f"{'pyproj, loop over shapes':44s}{base * 1e9:9.1f} ns a vertex      1.0 x")
    found = None
    rows: list[tuple[str, Callable[[], Any]]] = [
        ("geodesic, NumPy, from shapes", lambda: area_m2(shapes)),
        ("geodesic, NumPy, WKB column", lambda: columns.areas(column, "geodesic", CGCS2000, compiled=False)),
        ("geodesic, NumPy, WKB bytes", lambda: columns.areas(wkb, "geodesic", CGCS2000, compiled=False)),
        ("lonlat, NumPy, WKB column", lambda: columns.areas(column, "lonlat", CGCS2000, compiled=False)),
    ]
    if columns.COMPILED:
        columns.areas(column[:10], "geodesic", CGCS2000)  # compiled once, before the clock runs
        rows += [
            ("geodesic, numba, WKB column", lambda: columns.areas(column, "geodesic", CGCS2000)),
            ("geodesic, numba, WKB bytes", lambda: columns.areas(wkb, "geodesic", CGCS2000)),
            ("geodesic, numba, shapes through WKB", lambda: columns.areas(shapely.to_wkb(shapes), "geodesic", CGCS2000)),
            ("lonlat, numba, WKB column", lambda: columns.areas(column, "lonlat", CGCS2000)),
        ]  # fmt: skip
    for name, work in rows:
        seconds, found = cpu(work)
        print(f"{name:44s}{seconds / vertices * 1e9:9.1f} ns a vertex {base / (seconds / vertices):8.1f} x")
    apart = np.abs(np.asarray(found)[: len(few)] / exact - 1).max() if found is not None else math.nan
    print(f"largest relative difference from pyproj (lonlat edges in the last row): {apart:.1e}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcels.parquet"
        geoparquet(shapes, path)
        ours, total = cpu(lambda: streamed(path))
        print(f"{'end to end from GeoParquet':44s}{ours / vertices * 1e9:9.1f} ns a vertex")
        other = duck(path)
        if other is None:
            print("DuckDB with its spatial extension is not installed; not compared")
        else:
            theirs, sum_theirs = cpu(other[0])
            print(f"{'DuckDB ' + other[1] + ', ST_Area_Spheroid':44s}{theirs / vertices * 1e9:9.1f} ns a vertex; "
                  f"ours {theirs / ours:.1f} x faster; sums differ by {abs(sum_theirs / total - 1):.1e}")  # fmt: skip
        if options.stream:
            many = Path(folder) / "many.parquet"
            _many(many, options.stream)
            run = f"from pathlib import Path; import area; area.alone(Path({str(many)!r}))"
            told = subprocess.run(  # noqa: S603
                [sys.executable, "-c", run],
                check=True,
                cwd=Path(__file__).parent,
                capture_output=True,
                text=True,
            )
            print(f"{options.stream:,} patches streamed by a process of its own: {told.stdout.strip()}")


def alone(path: Path) -> None:
    """Stream a file and print what that took, start and imports included."""
    streamed(path)
    # ru_maxrss would count the parent's memory as well
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    print(f"{time.process_time():.1f} CPU seconds, peak {peak / 1e6:.2f} GB")


def _many(path: Path, count: int) -> None:
    """A GeoParquet file of many patches, written in pieces."""
    step = 50_000
    buffer = io.BytesIO()
    import geopandas as gpd

    gpd.GeoDataFrame(geometry=parcels(1), crs="OGC:CRS84").to_parquet(buffer, index=False)
    schema = pq.read_schema(buffer)
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, count, step):
            wkb = shapely.to_wkb(parcels(min(step, count - first), seed=first))
            writer.write_table(pa.table({"geometry": pa.array(wkb.tolist(), pa.binary())}, schema=schema))


if __name__ == "__main__":
    main()
