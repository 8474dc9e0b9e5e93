"""Cross-tab of 100,000 patches and 50 zones: eppv-atlas beside geopandas, DuckDB and SedonaDB.

All read the same two GeoParquet files and give the area of each class inside
each zone. CPU time of the process over all threads, in one run, the best of three
for each (DuckDB takes 6 or 12 seconds by turns). The others are asked for plain
areas in square degrees, which is the cheapest they can do; ours also checks every
patch and gives areas on the ellipsoid, totals, overlaps and the remainder. Then,
off the clock, their pieces are measured by our area engine and compared cell
by cell.

    python benchmarks/tally.py [PATCHES [ZONES]]

For the others: pip install duckdb-extension-spatial sedonadb
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from eppv_atlas import defects, patches
from eppv_atlas.defects import area_of_polygons
from eppv_atlas.tally import Tally, Zones

SIDE = 9
"""Edges on each of the four sides of a patch."""
STEP_DEG = 0.004
Cells = dict[tuple[str, str], float]


def line(rng: np.random.Generator, a: Any, b: Any, pieces: int, sway: float) -> Any:
    """Vertices of crooked lines from a to b, ends included, shape (n, pieces + 1, 2)."""
    t = np.linspace(0, 1, pieces + 1)[:, None]
    out = a[:, None] * (1 - t) + b[:, None] * t
    out[:, 1:-1] += rng.uniform(-sway, sway, (len(a), pieces - 1, 2))
    return out


def mosaic(rng: np.random.Generator, n: int, m: int, step: float, pieces: int, sway: float) -> Any:
    """Disjoint patches with crooked sides that they share."""
    x, y = np.meshgrid(119 + step * np.arange(n + 1), 29 + step * np.arange(m + 1), indexing="ij")
    node = np.stack([x, y], axis=2) + rng.uniform(-0.2, 0.2, (n + 1, m + 1, 2)) * step
    across = line(rng, node[:-1].reshape(-1, 2), node[1:].reshape(-1, 2), pieces, sway * step)
    along = line(rng, node[:, :-1].reshape(-1, 2), node[:, 1:].reshape(-1, 2), pieces, sway * step)
    across, along = across.reshape(n, m + 1, -1, 2), along.reshape(n + 1, m, -1, 2)
    sides = [across[:, :-1], along[1:], across[:, 1:, ::-1], along[:-1, :, ::-1]]
    ring = np.concatenate([side[:, :, :-1] for side in sides] + [sides[0][:, :, :1]], axis=2)
    return shapely.polygons(ring.reshape(n * m, -1, 2))


def made(folder: Path, count: int, zones: int) -> tuple[Path, Path]:
    """Write patches and zones."""
    rng = np.random.default_rng(4)
    n = round(np.sqrt(count * 1.6))
    shapes = mosaic(rng, n, -(-count // n), STEP_DEG, SIDE, 0.04)[:count]
    shapes = shapes[shapely.is_valid(shapes)]  # DuckDB stops at the first that is not
    frame = gpd.GeoDataFrame(
        {"class": [f"{k:02}" for k in rng.integers(1, 13, len(shapes))]},
        geometry=list(shapes),
        crs="OGC:CRS84",
    )
    width, height = np.ptp(frame.total_bounds.reshape(2, 2), axis=0)
    rows = max(round(np.sqrt(zones / 1.6)), 1)
    wide = -(-zones // rows)
    areas = mosaic(rng, wide, rows, 1.0, 200, 0.002)[:zones]
    scale = np.array([width / wide, height / rows])
    areas = shapely.transform(areas, lambda xy: (xy - [119, 29]) * scale + [119, 29])
    outlines = gpd.GeoDataFrame(
        {"zone": [f"z{k}" for k in range(zones)]}, geometry=list(areas), crs="OGC:CRS84"
    )
    reaching = [k for k in (3, 17, 30) if k < zones]
    # these reach into their neighbours
    outlines.loc[reaching, "geometry"] = shapely.buffer(areas[reaching], 0.01, quad_segs=4)
    frame.to_parquet(folder / "patches.parquet", write_covering_bbox=False)
    outlines.to_parquet(folder / "zones.parquet")
    counts = shapely.get_num_coordinates(shapes).sum(), shapely.get_num_coordinates(areas).sum()
    print(f"{len(shapes):,} patches of {counts[0]:,} vertices, {zones} zones of {counts[1]:,} vertices")
    return folder / "patches.parquet", folder / "zones.parquet"


def ours(patch_file: Path, zone_file: Path) -> Cells:
    """Count as the command tally does, leaving out what is not valid."""
    (batch,) = patches.opened(zone_file, "zone").batches()
    sound = defects.examined(batch.wkb)
    names = [str(batch.labels[code]) for code in batch.codes]
    table = Tally(Zones(names, defects.shapes_of(sound.rings, np.arange(sound.rings.count))))
    for some in patches.opened(patch_file, "class").batches():
        found = defects.examined(some.wkb, some.foreign)
        table.add(found.rings, some.codes[found.kept], some.labels)
    return {(str(cell.label), cell.zone): cell.area_m2 for cell in table.result().cells}


def measured(rows: Iterable[tuple[str, str, bytes]]) -> Cells:
    """Cells of pieces cut elsewhere."""
    keys, wkb = [], []
    for label, zone, piece in rows:
        keys.append((label, zone))
        wkb.append(bytes(piece))
    sums: Cells = defaultdict(float)
    for key, area in zip(
        keys, area_of_polygons(shapely.from_wkb(np.array(wkb, dtype=object))).tolist(), strict=True
    ):
        sums[key] += area
    return sums


def with_geopandas(patch_file: Path, zone_file: Path) -> tuple[Callable[[], Any], Callable[[], Cells]]:
    """geopandas.overlay."""

    def overlay() -> Any:
        return gpd.overlay(
            gpd.read_parquet(patch_file), gpd.read_parquet(zone_file), how="intersection", keep_geom_type=True
        )

    def run() -> Any:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # areas in square degrees, on purpose
            pieces = overlay()
            return pieces.geometry.area.groupby([pieces["class"], pieces["zone"]]).sum()

    def cells() -> Cells:
        pieces = overlay()
        return measured(zip(pieces["class"], pieces["zone"], pieces.geometry.to_wkb(), strict=True))

    return run, cells


SQL = (
    """SELECT p.class, z.zone, {} AS found FROM {} p JOIN {} z ON ST_Intersects(p.geometry, z.geometry) {}"""
)
CUT = "ST_Intersection(p.geometry, z.geometry)"


def with_duckdb(patch_file: Path, zone_file: Path) -> tuple[Callable[[], Any], Callable[[], Cells]]:
    """DuckDB with its spatial extension."""
    import duckdb
    import duckdb_extension_spatial

    (extension,) = Path(duckdb_extension_spatial.__path__[0]).rglob("*.duckdb_extension")
    link = duckdb.connect(config={"allow_unsigned_extensions": True})
    link.execute(f"LOAD '{extension}'")
    files = f"read_parquet('{patch_file}')", f"read_parquet('{zone_file}')"
    by = "GROUP BY ALL"

    def cells() -> Cells:
        return measured(link.execute(SQL.format(f"ST_AsWKB({CUT})", *files, "")).fetchall())

    return lambda: link.execute(SQL.format(f"sum(ST_Area({CUT}))", *files, by)).fetchall(), cells


def with_sedonadb(patch_file: Path, zone_file: Path) -> tuple[Callable[[], Any], Callable[[], Cells]]:
    """Apache SedonaDB."""
    import sedonadb

    link = sedonadb.connect()
    link.read_parquet(str(patch_file)).to_view("patches")
    link.read_parquet(str(zone_file)).to_view("zones")
    by = "GROUP BY p.class, z.zone"

    def table(query: str) -> Any:
        return pa.table(link.sql(query).to_arrow_table())

    def cells() -> Cells:
        found = table(SQL.format(f"ST_AsBinary({CUT})", "patches", "zones", ""))
        return measured(zip(*(found.column(k).to_pylist() for k in range(3)), strict=True))

    return lambda: table(SQL.format(f"sum(ST_Area({CUT}))", "patches", "zones", by)), cells


def cpu(run: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Least CPU seconds of a run, and its result."""
    best, found = np.inf, None
    for _ in range(times):
        start = time.process_time()
        found = run()
        best = min(best, time.process_time() - start)
    return best, found


def main() -> None:
    """Print the ratios."""
    count, zones = (int(value) for value in [*sys.argv[1:3], *("100000", "50")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as folder:
        files = made(Path(folder), count, zones)
        own, cells = cpu(lambda: ours(*files), 3)
        print(f"{'':24}{'CPU s':>8}{'ratio':>8}{'cells':>8}  largest difference of a cell")
        print(f"{'eppv-atlas tally':24}{own:8.2f}{1:8.1f}{len(cells):8}")
        for name, prepared in (
            ("geopandas.overlay", with_geopandas),
            ("DuckDB spatial", with_duckdb),
            ("SedonaDB", with_sedonadb),
        ):
            try:
                run, theirs = prepared(*files)
            except ImportError as error:
                print(f"{name:24}  skipped: {error}")
                continue
            seconds, _ = cpu(run, 3)
            other = {key: area for key, area in theirs().items() if area > 0.0}
            worst = max(
                abs(cells.get(k, 0.0) - other.get(k, 0.0)) / max(other.get(k, 0.0), 1.0)
                for k in cells | other
            )
            print(f"{name:24}{seconds:8.2f}{seconds / own:8.1f}{len(other):8}  {worst:.1e}", flush=True)


if __name__ == "__main__":
    main()
