"""The national page of a large atlas: build, size, memory, and how quick it is under the hand.

    python benchmarks/national.py                    # 100,000 cases
    python benchmarks/national.py --count 20000 --keep /tmp/page.html

Cases are made of the bundled ones, the same each time: ids, names, places of
all China, modes, paths, figures and ten zones each differ. They are handed
over one after the other, as a compiled store would do. *build* is the page
alone, from records to bytes; *records* is what it costs to make the records
of whole cases. Times in the browser are taken inside the page, from the event
to the frame after it; the median and the worst of all keystrokes and clicks.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

import eppv_atlas as ea
from eppv_atlas import boundaries, render, vocabulary
from eppv_atlas.model import Name
from eppv_atlas.results import PlacedCase, ZoneShape
from eppv_atlas.units import number_text

SIZES = {"1280×800": (1280, 800), "390×844": (390, 844)}
QUERIES = ("湿地", "西溪", "xixi", "xxsd", "wetland restoration", "tea", "浙江 茶园", "zhuhaishi")
_FIRST = "青云白石大小东西南北金银龙凤清明玉泉松竹梅兰长安和平新兴太古天河海江湖"
_SECOND = "溪山湾坪塘岭坝沟源渡桥岩洲岛泉港滩谷峰原"
_THIRD = ["湿地", "茶园", "林场", "矿山", "草原", "盐湖", "水库", "梯田", "竹海", "花海", "渔村", "果园"]
_THIRD_EN = [
    "wetland",
    "tea garden",
    "forest farm",
    "mine",
    "grassland",
    "salt lake",
    "reservoir",
    "terraces",
    "bamboo sea",
    "flower sea",
    "fishing village",
    "orchard",
]
_PARTS = [
    "核心保护区",
    "生态修复区",
    "合理利用区",
    "缓冲带",
    "种植基地",
    "游客中心",
    "安置区",
    "试验田",
    "水源地",
    "管护站",
]
_PARTS_EN = ["core reserve", "restored part", "used part", "buffer", "plots", "visitor centre", "housing"]
_PARTS_EN += ["trial field", "water source", "ranger post"]


def cases(count: int, atlas: ea.Atlas, seed: int = 20261126) -> Iterator[PlacedCase]:
    """So many cases, one after the other; the same for the same seed."""
    random = np.random.default_rng(seed)
    units, shapes = boundaries.units("district")
    points = shapely.point_on_surface(shapes)
    provinces = vocabulary.PROVINCES
    modes, paths = list(vocabulary.MODES), list(vocabulary.PATHS)
    for i in range(count):
        origin = atlas.cases[int(random.integers(0, 10))]
        case = origin.case
        u = int(random.integers(0, len(units)))
        place = units[u]
        spread = random.normal(0, 0.12, 2)
        x, y = points[u].x + spread[0], points[u].y + spread[1]
        a, b = _FIRST[int(random.integers(len(_FIRST)))], _SECOND[int(random.integers(len(_SECOND)))]
        c = _FIRST[int(random.integers(len(_FIRST)))]
        kind = int(random.integers(len(_THIRD)))
        zh = f"{a}{c}{b}{_THIRD[kind]}"
        en = f"{spelled(a + c + b)} {_THIRD_EN[kind]}"
        province = provinces.get(place.province, (place.province_zh, place.province_zh))
        facts = []
        for fact in case.facts:
            told = fact
            if fact.id in case.headlines or any(zone.stated_area == fact.id for zone in case.zones):
                value = float(np.round(fact.value * random.uniform(0.2, 3), 2))
                printed = number_text(value).replace(",", "") + fact.printed.lstrip("0123456789.,近约余多")
                told = fact.model_copy(
                    update={"value": value, "printed": printed, "page": int(random.integers(1, 78))}
                )
            facts.append(told)
        zones, made = [], {}
        drawn = [zone for zone in case.zones if zone.id in origin.shapes] or list(case.zones)
        for n in range(10):
            zone = drawn[n % len(drawn)]
            name = Name(zh=f"{zh}{_PARTS[n]}", en=f"{_PARTS_EN[n].capitalize()} of the {en}")
            zone = zone.model_copy(
                update={
                    "id": f"zone-{n}",
                    "name": name,
                    "part_of": None,
                    "stated_area": zone.stated_area if n < 2 else None,
                }
            )
            far = 0.004 * float(random.uniform(0.5, 2))
            zx, zy = x + (n % 4 - 1.5) * 0.012, y + (n // 4 - 1) * 0.012
            shape = shapely.box(zx - far, zy - far, zx + far, zy + far)
            confidence = ("digitised", "schematic", "administrative")[n % 3]
            made[zone.id] = ZoneShape(zone.id, shape, confidence, "drawn")
            zones.append(zone)
        mode = case.mode.model_copy(update={"id": modes[int(random.integers(len(modes)))]})
        path = case.path.model_copy(update={"id": paths[int(random.choice(3, p=[0.35, 0.5, 0.15]))]})
        yield PlacedCase(
            case.model_copy(
                update={
                    "id": f"case-{i:06d}",
                    "order": i + 1,
                    "short": Name(zh=zh, en=en),
                    "title": Name(
                        zh=f"{place.name_zh}{zh}：以{_PARTS[kind % 10]}和{_PARTS[i % 10]}做成第{i}号示范",
                        en=f"{en}: {_PARTS_EN[kind % 10]} and {_PARTS_EN[i % 10]} make model no. {i}",
                    ),
                    "place_name": Name(
                        zh=f"{place.province_zh}{place.name_zh}",
                        en=f"{spelled(place.name_zh)}, {province[1]}",
                    ),
                    "places": (place.code,),
                    "path": path,
                    "mode": mode,
                    "further_modes": case.further_modes if i % 3 == 0 else (),
                    "facts": tuple(facts),
                    "zones": tuple(zones),
                }
            ),
            made,
            shapely.Point(x, y),
            origin.anchor_confidence,
            atlas.settings,
        )


def spelled(text: str) -> str:
    """A name in Latin letters."""
    from eppv_atlas.render.words import pinyin

    return pinyin(text).replace(" ", "").capitalize()


def quick(placed: PlacedCase) -> list[Any]:
    """Measures of the synthetic zones in one call, as a compiled store would hold them ready."""
    from eppv_atlas.results import Measure
    from eppv_atlas.units import to_m2

    facts = {fact.id: fact for fact in placed.case.facts}
    areas = ea.area.area_m2([shape.geometry for shape in placed.shapes.values()])
    rows = []
    for zone, area in zip(placed.case.zones, areas, strict=True):
        fact = facts.get(zone.stated_area or "")
        stated = to_m2(fact.value, fact.unit) if fact else None
        confidence = placed.shapes[zone.id].confidence
        rows.append(
            Measure(
                placed.case.id,
                zone.id,
                zone.kind,
                float(area),
                None,
                stated,
                None,
                confidence,
                made_from_stated=False,
            )
        )
    return rows


PROBE = """async (given) => {
  const frame = () => new Promise(done => requestAnimationFrame(() => {
    const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
  const keys = [], clicks = [];
  const box = document.querySelector('input[type=search]');
  for (const query of given.queries) {
    for (let n = 1; n <= query.length; n += 1) {
      const start = performance.now();
      box.value = query.slice(0, n);
      box.dispatchEvent(new Event('input', {bubbles: true}));
      await new Promise(done => setTimeout(done, 0));
      await frame();
      keys.push([performance.now() - start, query.slice(0, n), document.querySelector('.result-count').innerText]);
    }
    box.value = '';
    box.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise(done => setTimeout(done, 30));
  }
  for (const input of Array.from(document.querySelectorAll('.facet-value input'))) {
    for (let twice = 0; twice < 2; twice += 1) {
      const start = performance.now();
      input.click();
      await frame();
      clicks.push([performance.now() - start, input.value, document.querySelector('.result-count').innerText]);
    }
  }
  return {keys, clicks};
}"""


def cpu_of_renderers() -> dict[str, float]:
    """Seconds that the main thread of each renderer has run: what a loaded machine does not stretch."""
    found = {}
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and b"--type=renderer" in (path / "cmdline").read_bytes():
                fields = (path / "task" / path.name / "stat").read_text().rpartition(")")[2].split()
                found[path.name] = (int(fields[11]) + int(fields[12])) / 100
        except OSError:
            continue
    return found


def looked_at(page: Path, chromium: str) -> None:
    """Print how the page does in the browser, at the sizes of an office screen and a phone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, height) in SIZES.items():
            tab = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
            tab.set_default_timeout(120_000)
            tab.goto(page.as_uri())
            usable = tab.evaluate(
                """() => new Promise(done => { const look = () => { const mark = performance.getEntriesByName('eppv-usable')[0];
                   if (mark) { done(mark.startTime); } else { setTimeout(look, 5); } }; look(); })"""
            )
            tab.wait_for_timeout(2500)
            before = cpu_of_renderers()
            found = tab.evaluate(PROBE, {"queries": QUERIES})
            after = cpu_of_renderers()
            spent = max(after[pid] - before.get(pid, 0.0) for pid in after)
            acts = len(found["keys"]) + len(found["clicks"])
            heap = tab.evaluate("performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0")
            line = f"{name}: usable {usable / 1000:.2f} s, heap {heap:.0f} MB"
            for what, rows in found.items():
                times = [row[0] for row in rows]
                worst = max(rows)
                line += f"; {what} median {statistics.median(times):.0f} ms, worst {worst[0]:.0f} ms ({worst[1]!r})"
            print(f"{line}; {spent / acts * 1000:.0f} ms CPU each", flush=True)
            tab.close()
        browser.close()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="write the page here as well")
    options = parser.parse_args()
    atlas = ea.load()
    start = time.perf_counter()
    records = []
    made = 0.0
    for placed in cases(options.count, atlas):
        rows = quick(placed)
        begin = time.perf_counter()
        records.append(render.case_record(placed, rows))
        made += time.perf_counter() - begin
    print(
        f"{options.count:,} cases made in {time.perf_counter() - start:.1f} s, their records in {made:.1f} s",
        flush=True,
    )
    begin, cpu = time.perf_counter(), time.process_time()
    page = render.crowd_page(records, atlas.settings)
    print(f"build {time.perf_counter() - begin:.1f} s ({time.process_time() - cpu:.1f} s CPU)")
    print(f"page {len(page) / 1e6:.2f} MB, {len(page) / options.count:.0f} bytes a case")
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name:
        path = options.keep or Path(name) / "index.html"
        path.write_bytes(page)
        if chromium is None:
            print("no Chromium on this machine")
        else:
            looked_at(path.resolve(), chromium)


if __name__ == "__main__":
    main()
