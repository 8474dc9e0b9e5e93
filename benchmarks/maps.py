"""Maps of many zones side by side: ours, stock Folium, and GeoDataFrame.explore(), in one run.

    python benchmarks/maps.py            # up to 10,000 zones for the others, 100,000 for ours
    python benchmarks/maps.py --all      # 100,000 for the others too: takes minutes and 2 GB

A page is opened in headless Chromium with the network cut; what the stock
pages ask of a CDN is answered from installed packages, so that no waiting for
a network counts against them. "Usable" is the time from the start of loading
until everything stands on the screen. Memory is what the page's renderer
process holds for itself (Linux: private pages of /proc/PID/smaps_rollup).
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import sync_playwright

import eppv_atlas as ea
from eppv_atlas import measure, render

FIELDS = ["class", "area_m2"]
SHOWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
MARK = """() => new Promise(done => { const look = () => {
  const mark = performance.getEntriesByName('eppv-usable')[0];
  if (mark) { done(mark.startTime); } else { setTimeout(look, 5); } }; look(); })"""


def zones(count: int, vertices: int = 30) -> gpd.GeoDataFrame:
    """Zones of some 40 hectares all over the country, each a ragged ring."""
    random = np.random.default_rng(20261126)
    middle = random.uniform([80, 22], [125, 45], (count, 2))
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    far = (
        0.003
        * (0.6 + 0.8 * random.random((count, 1)))
        * (1 + 0.12 * random.standard_normal((count, vertices)))
    )
    rings = np.stack([middle[:, :1] + far * np.cos(turn), middle[:, 1:] + far * np.sin(turn)], axis=-1)
    shapes = shapely.polygons(rings)
    kinds = ["水田", "旱地", "林地", "草地", "湿地", "建设用地"]
    return gpd.GeoDataFrame(
        {
            "name": [f"图斑 {i}" for i in range(count)],
            "class": random.choice(kinds, count),
            "area_m2": ea.area.area_m2(shapes),
        },
        geometry=shapes,
        crs="OGC:CRS84",
    )


def ours(frame: gpd.GeoDataFrame) -> bytes:
    """Our page."""
    layer = render.PolygonLayer.from_frame(
        frame, title="name", facets=["class"], areas=["area_m2"], colour="class", confidence="digitised"
    )
    return render.map_page({"zh": "图斑", "en": "Patches"}, layer)


def stock(frame: gpd.GeoDataFrame) -> bytes:
    """Stock Folium with the same popup and tooltip."""
    page = folium.Map([35, 104], zoom_start=4, tiles=None)
    folium.GeoJson(
        frame.to_json(),
        tooltip=folium.GeoJsonTooltip(["name"]),
        popup=folium.GeoJsonPopup(["name", *FIELDS]),
    ).add_to(page)
    return page.get_root().render().encode()


def explore(frame: gpd.GeoDataFrame) -> bytes:
    """GeoPandas' own."""
    page = frame.explore("class", tooltip="name", popup=["name", *FIELDS], tiles=None, legend=False)
    return page.get_root().render().encode()


def national() -> Callable[[], bytes]:
    """The national page of the eleven cases."""
    atlas = ea.load()
    rows = {placed.case.id: measure.case(placed) for placed in atlas}
    return lambda: render.national_page(atlas.cases, rows, atlas.settings)


def renderers() -> dict[int, float]:
    """Private memory of every renderer process, MB."""
    found = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                if b"--type=renderer" not in (path / "cmdline").read_bytes():
                    continue
                text = (path / "smaps_rollup").read_text()
            except OSError:
                continue
            kept = [int(n) for n in re.findall(r"^Private_\w+:\s+(\d+)", text, re.MULTILINE)]
            found[int(path.name)] = sum(kept) / 1024
    return found


def answer(route: Any) -> None:
    """What a stock page asks of a CDN, from installed packages; anything else fails at once."""
    name = route.request.url.rsplit("/", 1)[-1].partition("?")[0]
    path = resources.files("xstatic.pkg.leaflet").joinpath("data", name)
    if path.is_file():
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        route.fulfill(body=path.read_bytes(), content_type=kind)
    else:
        route.abort()


def opened(chromium: str, page: Path, mark: str) -> tuple[float, float]:
    """Seconds until a page is usable, and the memory of its renderer in MB."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.set_default_timeout(600_000)
        tab.route(re.compile("^https?:"), answer)
        time.sleep(1.5)  # until the browser's own processes stand
        before = renderers()
        tab.goto(page.as_uri(), wait_until="load", timeout=600_000)
        usable = tab.evaluate(mark) / 1000
        time.sleep(1.0)
        after = renderers()
        # the page's own process is the one that grew most: it may be new, or one that stood ready
        grown = {pid: mb - before.get(pid, 0) for pid, mb in after.items()}
        memory = after[max(grown, key=lambda pid: grown[pid])] if grown else 0.0
        browser.close()
    return usable, memory


def row(name: str, make: Callable[[], bytes], chromium: str, folder: Path, runs: int, mark: str) -> None:
    """Print a line: size of the page, build, usable, memory; medians of so many runs."""
    times, page = [], b""
    for _ in range(runs):
        start = time.perf_counter()
        page = make()
        times.append(time.perf_counter() - start)
    path = folder / "page.html"
    path.write_bytes(page)
    seen = [opened(chromium, path, mark) for _ in range(runs)]
    usable = statistics.median(s[0] for s in seen)
    memory = statistics.median(s[1] for s in seen)
    print(
        f"{name:34s} {len(page) / 1e6:8.2f} MB {usable:8.2f} s {statistics.median(times):8.2f} s {memory:8.0f} MB",
        flush=True,
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="100,000 zones for stock Folium and explore() too")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium on this machine")
    print(f"{'':34s} {'page':>11s} {'usable':>10s} {'build':>10s} {'memory':>11s}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        row(
            "an empty page", lambda: b"<!DOCTYPE html><title>x</title>", chromium, folder, options.runs, SHOWN
        )
        row("11 cases, national", national(), chromium, folder, options.runs, MARK)
        for count in (1_000, 10_000, 100_000):
            frame = zones(count)
            row(
                f"{count:,} zones, ours",
                lambda frame=frame: ours(frame),
                chromium,
                folder,
                options.runs,
                MARK,
            )
            if count < 100_000 or options.all:
                for label, make in (("stock Folium", stock), ("GeoDataFrame.explore()", explore)):
                    row(
                        f"{count:,} zones, {label}",
                        lambda make=make, frame=frame: make(frame),
                        chromium,
                        folder,
                        1 if count > 1_000 else options.runs,
                        SHOWN,
                    )


if __name__ == "__main__":
    main()
