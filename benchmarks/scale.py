"""Patches by the million in partitioned GeoParquet: CPU, memory and growth, in one process and by Dask.

Seeded patches of 24 to 40 vertices, 525 bytes each, in 25 files of a band each. A smaller
run takes every fifth band, so that both meet the same 50 zones alike; all five fifths are run, and the
whole is held against their mean. Each measurement is a process of its own: `tally` and
`measure` by either engine, with the memory that it and its workers took at most.
Beside them, in the same run, DuckDB spatial, geopandas and dask-geopandas take a
sample, asked for less than ours: plain areas in square degrees by class.

    python benchmarks/scale.py [--patches 5000000] [--folder FOLDER] [--sample 200000] [--no-others]

For the others: pip install duckdb==1.5.5 duckdb-extension-spatial==1.5.5 dask-geopandas
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FILES = 25
ROWS = 50_000
"""Patches of a row group."""
STEP_DEG = 0.002
WEST, SOUTH = 116.0, 28.0
TINY = 8
"""Files of 50 patches that tell what the start takes."""
EVERY = 295_000_000
"""Patches to reckon for: about 154 GB, 520 bytes each."""
GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}},
}


def rings(rng: np.random.Generator, row: np.ndarray, column: np.ndarray) -> pa.Array:
    """WKB of crooked patches, one in each square of a grid; none meets another."""
    n = len(row)
    count = rng.integers(23, 40, n)  # 397 to 653 bytes, closed
    first = np.concatenate([[0], np.cumsum(count)])
    owner = np.repeat(np.arange(n), count)
    place = np.arange(first[-1]) - first[owner]
    angle = 2 * np.pi * (place + rng.uniform(0.1, 0.9, first[-1])) / count[owner]
    reach = STEP_DEG * rng.uniform(0.36, 0.49, first[-1])
    lon = WEST + STEP_DEG * (column[owner] + 0.5) + reach * np.cos(angle)
    lat = SOUTH + STEP_DEG * (row[owner] + 0.5) + reach * np.sin(angle)
    size = 13 + 16 * (count + 1)
    at = np.concatenate([[0], np.cumsum(size)])
    data = np.zeros(at[-1], np.uint8)
    head = np.frombuffer(b"\x01\x03\x00\x00\x00\x01\x00\x00\x00", np.uint8)
    data[(at[:-1, None] + np.arange(9)).ravel()] = np.tile(head, n)
    data[(at[:-1, None] + np.arange(9, 13)).ravel()] = (count + 1).astype("<u4").view(np.uint8)
    xy = np.stack([lon, lat], axis=1).astype("<f8").view(np.uint8).reshape(-1, 16)
    data[((at[owner] + 13 + 16 * place)[:, None] + np.arange(16)).ravel()] = xy.ravel()
    data[((at[1:] - 16)[:, None] + np.arange(16)).ravel()] = xy[first[:-1]].ravel()
    return pa.Array.from_buffers(
        pa.binary(), n, [None, pa.py_buffer(at.astype(np.int32).tobytes()), pa.py_buffer(data.tobytes())]
    )


def write(folder: Path, patches: int) -> tuple[int, float]:
    """Write the files, row group by row group; the bytes of WKB a patch and the CPU seconds that took."""
    start = time.process_time()
    wide = round(np.sqrt(patches * 1.6))
    schema = pa.schema([("class", pa.string()), ("geometry", pa.binary())], metadata={"geo": json.dumps(GEO)})
    labels = np.array([f"{k:02}" for k in range(1, 13)])
    total = 0
    bounds = np.linspace(0, patches, FILES + 1).astype(int)
    for number in range(FILES):
        rng = np.random.default_rng([8, number])
        with pq.ParquetWriter(folder / f"part-{number:03}.parquet", schema, compression="zstd") as out:
            for first in range(bounds[number], bounds[number + 1], ROWS):
                some = np.arange(first, min(first + ROWS, bounds[number + 1]))
                wkb = rings(rng, some // wide, some % wide)
                total += wkb.nbytes
                words = pa.array(labels[rng.integers(0, 12, len(some))])
                out.write_table(pa.table([words, wkb], schema=schema), row_group_size=ROWS)
    return total // patches, time.process_time() - start


def zones(folder: Path, patches: int, number: int = 50) -> Path:
    """Write zones that share crooked borders and cover all patches, three of them reaching over."""
    import geopandas as gpd
    import shapely

    sys.path.insert(0, str(Path(__file__).parent))
    from tally import mosaic

    wide = round(np.sqrt(patches * 1.6))
    width, height = STEP_DEG * wide, STEP_DEG * -(-patches // wide)
    rng = np.random.default_rng(5)
    shapes = mosaic(rng, 10, number // 10, 1.0, 200, 0.001)
    scale = np.array([width / 10, height / (number // 10)])
    shapes = shapely.transform(shapes, lambda xy: (xy - [119, 29]) * scale + [WEST, SOUTH])
    shapes[[3, 17, 30]] = shapely.buffer(shapes[[3, 17, 30]], 0.01, quad_segs=4)
    frame = gpd.GeoDataFrame(
        {"zone": [f"z{k}" for k in range(number)]}, geometry=list(shapes), crs="OGC:CRS84"
    )
    frame.to_parquet(folder / "zones.parquet")
    return folder / "zones.parquet"


def measured(command: list[str]) -> tuple[float, float, list[float], str]:
    """CPU and wall seconds of a command with its children, most memory of each process (MB), and its output."""
    import psutil

    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    most: dict[int, float] = {}
    with tempfile.TemporaryFile("w+") as out:
        process = psutil.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True)

        def watch() -> None:
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                for one in [process, *process.children(recursive=True)]:
                    try:
                        most[one.pid] = max(most.get(one.pid, 0.0), one.memory_info().rss / 1e6)
                    except psutil.Error:
                        continue
                time.sleep(0.05)

        thread = threading.Thread(target=lambda: _quiet(watch, psutil.Error))
        thread.start()
        _, err = process.communicate()
        thread.join()
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        out.seek(0)
        text = out.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {err[-1000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, sorted(most.values(), reverse=True), text


def _quiet(run: Callable[[], Any], error: type[Exception]) -> None:
    try:
        run()
    except error:
        return


RUN = "from eppv_atlas.cli import run\nif __name__ == '__main__':\n    run()\n"


def ours(folder: Path, patches: int) -> tuple[float, float]:
    """Print CPU, memory and growth of both commands by both engines; CPU seconds a million for tally and measure."""
    script = folder / "eppv.py"
    script.write_text(RUN)
    some = pq.ParquetFile(folder / "part-000.parquet").read_row_group(0)
    for number in range(TINY):  # several, so that every worker begins
        pq.write_table(some.slice(50 * number, 50), folder / f"tiny-{number}.parquet")
    tally = ["tally", "--zones", str(folder / "zones.parquet"), "--zone-name", "zone", "--by", "class"]
    runs = [("start", "tiny-?.parquet", 50 * TINY)]
    runs += [(f"fifth {k + 1}", f"part-??[{k}{k + 5}].parquet", patches // 5) for k in range(5)]
    runs += [("all", "part-*.parquet", patches)]
    out: dict[str, float] = {}
    print(f"{'':34}{'patches':>10}{'CPU s':>8}{'a million':>10}{'wall s':>8}  most memory, MB")
    for name, command in (("tally", tally), ("measure", ["measure", "--by", "class"])):
        texts: dict[str, str] = {}
        for engine in (["local"], ["dask", "--workers", "2"]):
            spent: dict[str, float] = {}
            per: dict[str, float] = {}
            for which, pattern, number in runs:
                where = [
                    command[0],
                    str(folder / pattern),
                    *command[1:],
                    "--format",
                    "csv",
                    "--engine",
                    *engine,
                ]
                run = [sys.executable, str(script), "--lang", "en", *where]
                if which == "start":
                    measured(run)  # the first compiles what later ones find compiled
                cpu, wall, most, text = measured(run)
                spent[which] = cpu
                per[which] = (cpu - spent["start"]) / number * 1e6
                shown = ", ".join(f"{mb:.0f}" for mb in most[:3])
                label = f"{name}, {engine[0]}" + (" with 2 workers" if engine[0] == "dask" else "")
                each = "" if which == "start" else f"{per[which]:.2f}"
                print(f"{label:34}{number:10,}{cpu:8.1f}{each:>10}{wall:8.1f}  {shown}", flush=True)
                texts[engine[0]] = text
            fifths = [each for which, each in per.items() if which.startswith("fifth")]
            growth = per["all"] * 5 / sum(fifths) - 1
            print(
                f"{'':34}CPU a patch, {patches:,} beside {patches // 5:,} (mean of 5, {min(fifths):.2f} to "
                f"{max(fifths):.2f}): {growth:+.1%}"
            )
            out[name] = max(out.get(name, 0.0), per["all"])
        print(f"{'':34}both engines gave the same bytes: {texts['local'] == texts['dask']}", flush=True)
    return out["tally"], out["measure"]


def others(folder: Path, sample: int) -> None:
    """Print what others take for a sample."""
    file = folder / "sample.parquet"
    table = pa.concat_tables(
        [
            pq.ParquetFile(path).read()
            for path in sorted(folder.glob("part-*.parquet"))[: 1 + 3 * FILES * sample // 10**7]
        ]
    ).slice(0, sample)
    pq.write_table(table, file, row_group_size=ROWS)
    for name, code in OTHERS.items():
        try:
            cpu, wall, most, _ = measured(
                [sys.executable, "-W", "ignore", "-c", code, str(file), str(folder / "zones.parquet")]
            )
        except SystemExit as error:
            print(f"{name:34}  skipped: {str(error).strip().splitlines()[-1]}")
            continue
        base, _, _, _ = measured([sys.executable, "-W", "ignore", "-c", code.split("# begin")[0], str(file)])
        print(
            f"{name:34}{sample:10,}{cpu:8.1f}{(cpu - base) / sample * 1e6:10.2f}{wall:8.1f}  {most[0]:.0f}",
            flush=True,
        )


DUCK = """
import sys, duckdb, duckdb_extension_spatial
from pathlib import Path
(extension,) = Path(duckdb_extension_spatial.__path__[0]).rglob("*.duckdb_extension")
link = duckdb.connect(config={"allow_unsigned_extensions": True, "memory_limit": "1GB"})
link.execute(f"LOAD '{extension}'")
# begin
"""
OTHERS = {
    "this package, tally": "import sys\nfrom eppv_atlas.cli import run\n# begin\n"
    "run(['tally', sys.argv[1], '--zones', sys.argv[2], '--zone-name', 'zone', '--by', 'class'])",
    "this package, measure": "import sys\nfrom eppv_atlas.cli import run\n# begin\nrun(['measure', sys.argv[1], '--by', 'class'])",
    "DuckDB: zones cut, by class": DUCK
    + 'link.execute(f"SELECT p.class, z.zone, sum(ST_Area(ST_Intersection(p.geometry, z.geometry))) FROM '
    "read_parquet('{sys.argv[1]}') p JOIN read_parquet('{sys.argv[2]}') z "
    'ON ST_Intersects(p.geometry, z.geometry) GROUP BY ALL").fetchall()',
    "DuckDB: areas by class": DUCK
    + "link.execute(f\"SELECT class, sum(ST_Area(geometry)) FROM read_parquet('{sys.argv[1]}') GROUP BY ALL\").fetchall()",
    "geopandas: overlay, by class": "import sys, geopandas as gpd\n# begin\n"
    "f = gpd.overlay(gpd.read_parquet(sys.argv[1]), gpd.read_parquet(sys.argv[2]), keep_geom_type=True)\n"
    "f.geometry.area.groupby([f['class'], f['zone']]).sum()",
    "geopandas: areas by class": "import sys, geopandas as gpd\n# begin\n"
    "f = gpd.read_parquet(sys.argv[1])\nf.geometry.area.groupby(f['class']).sum()",
    "dask-geopandas: areas by class": "import sys, dask, dask_geopandas\n# begin\n"
    "f = dask_geopandas.read_parquet(sys.argv[1], split_row_groups=True)\n"
    "f.map_partitions(lambda d: d.geometry.area.groupby(d['class']).sum(), meta=('area', 'f8')).compute(scheduler='sync')",
}


def main() -> None:
    """Write patches, run everything, reckon what all of them would take."""
    options = argparse.ArgumentParser()
    options.add_argument("--patches", type=int, default=5_000_000)
    options.add_argument("--sample", type=int, default=200_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--data", type=Path, help="a folder that an earlier run wrote, let alone afterwards")
    options.add_argument("--no-others", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = asked.data or Path(name)
        if asked.data is None:
            each, cpu = write(folder, asked.patches)
            zones(folder, asked.patches)
            print(f"made in {cpu:.0f} CPU s, {each} bytes of WKB a patch")
        files = sorted(folder.glob("part-*.parquet"))
        count = sum(pq.ParquetFile(path).metadata.num_rows for path in files)
        disk = sum(path.stat().st_size for path in files)
        print(f"{count:,} patches in {len(files)} files, {disk / 1e9:.2f} GB on disk")
        print(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} at the beginning", flush=True)
        tally, measure = ours(folder, count)
        for what, per in (("tally", tally), ("measure", measure)):
            hours = per * EVERY / 1e6 / 3600
            print(
                f"{what}: {EVERY / 1e6:.0f} million would take {hours:.2f} CPU hours at {per:.2f} s a million"
            )
        if not asked.no_others:
            others(folder, asked.sample)


if __name__ == "__main__":
    main()
