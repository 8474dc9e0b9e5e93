"""An atlas of many synthetic cases, and how long it takes to check, list and measure it.

    python benchmarks/many.py --write FOLDER --cases 100000   # only the atlas
    python benchmarks/many.py                                 # 100,000 cases: made, timed, removed
    python benchmarks/many.py --cases 2000                    # the same, in a minute

The cases are made up: seeded random numbers and the words of the vocabularies.
Title, short name, document and every provenance say so. The same seed gives
the same bytes; the first thousand cases are the same whether there are a
thousand or a hundred thousand. Nine cases in ten have drawn zones, the outline
of a county and zones without geometry; one in ten has a recipe as well.

Memory is the largest sum of the proportional set sizes (Linux: PSS, so that
pages that processes share count once) and of the resident set sizes of a command
and all its workers, looked at every 0.2 s.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from pypinyin import lazy_pinyin

from eppv_atlas import boundaries, geometry, recipes, vocabulary
from eppv_atlas.model import Case
from eppv_atlas.store import shapes_file, yaml_text

SEED = 20261126
DRAWN = 4
HOW = (
    "{zh: 合成数据：按种子随机生成，并非任何真实地块, "
    'en: "Synthetic: drawn from seeded random numbers, no real parcel"}'
)
NONE = "{zh: 合成案例未给出图形, en: The synthetic case gives no shape}"
SETTINGS = """format: 1
title:
  zh: 合成案例图集（非真实数据）
  en: Atlas of synthetic cases (no real data)
documents:
  synthetic:
    title:
      zh: 合成案例集（由 benchmarks/many.py 生成）
      en: Synthetic cases made by benchmarks/many.py
    publisher:
      zh: 无（合成）
      en: Nobody (synthetic)
    issued: 2026-11-26
    pages: 99999
"""


@dataclass(frozen=True)
class County:
    """A county with room for zones: its widest inner circle, degrees."""

    code: str
    zh: str
    en: str
    province_zh: str
    province_en: str
    lon: float
    lat: float
    radius: float


def counties() -> list[County]:
    """All counties of the boundary data, in the order of their codes."""
    found, outlines = boundaries.units("district")
    out = []
    for place, outline in zip(found, outlines, strict=True):
        largest = max(shapely.get_parts(outline), key=shapely.area)
        line = shapely.maximum_inscribed_circle(largest, tolerance=0.0005)
        (lon, lat), (x, y) = shapely.get_coordinates(line).tolist()
        zh, en = vocabulary.PROVINCES.get(place.province, (place.province_zh, place.province))
        name = "".join(lazy_pinyin(place.name_zh)).capitalize()
        out.append(County(place.code, place.name_zh, name, zh, en, lon, lat, math.hypot(x - lon, y - lat)))
    return sorted(out, key=lambda county: county.code)


def quoted(text: str) -> str:
    """A text as a YAML scalar that stands in braces too."""
    return json.dumps(text, ensure_ascii=False) if any(c in text for c in ",:{}[]#'\"&*!|>%@`-") else text


def pair(zh: str, en: str) -> str:
    """Both languages in braces."""
    return f"{{zh: {quoted(zh)}, en: {quoted(en)}}}"


class Maker:
    """Makes cases from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.counties = counties()
        self.modes = list(vocabulary.MODES.values())
        self.paths = list(vocabulary.PATHS.values())
        self.categories = list(vocabulary.CATEGORIES.values())
        self.kinds = [term for term in vocabulary.ZONE_KINDS.values() if term.group != "extent"]
        self.mechanisms = list(vocabulary.MECHANISM_KINDS.values())

    def case(self, number: int) -> tuple[str, bytes, bytes]:
        """Id, case file and geodata file of a case."""
        rng = random.Random(f"{self.seed}-{number}")  # noqa: S311 - made-up cases, no secret
        county = self.counties[(number * 769 + 13) % len(self.counties)]
        case_id = f"synthetic-{number:06d}"
        rings = list(_rings(rng, county))
        recipe = number % 10 == 7
        text = self._text(rng, number, case_id, county, rings, recipe=recipe)
        drawn = ",\n".join(
            f'{{"type":"Feature","properties":{{"id":"zone-{at + 2}"}},'
            f'"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}'
            for at, ring in enumerate(_written(ring) for ring in rings)
        )
        geodata = (
            f'{{"type":"FeatureCollection","name":"{case_id}","features":[\n{drawn}\n]}}\n'.encode()
            if not recipe
            else _with_results(case_id, text.encode(), rings)
        )
        return case_id, text.encode(), geodata

    def _text(
        self,
        rng: random.Random,
        number: int,
        case_id: str,
        county: County,
        rings: Sequence[Sequence[tuple[float, float]]],
        *,
        recipe: bool,
    ) -> str:
        mode, also = rng.sample(self.modes, 2)
        path, category = rng.choice(self.paths), rng.choice(self.categories)
        kinds = rng.sample(self.kinds, 9)
        one, other = rng.sample(self.mechanisms, 2)
        page = number % 90000 + 1
        where_zh, where_en = county.province_zh + county.zh, f"{county.en}, {county.province_en}"
        households, visitors = rng.randrange(120, 9000), rng.randrange(20, 900) / 10
        money, share = rng.randrange(300, 99000), rng.randrange(5, 60)
        areas_ha = [round(_area_ha(ring) * rng.uniform(0.97, 1.03), 2) for ring in rings]
        further = (
            f"further_modes:\n  - id: {also.id}\n    basis: inferred\n"
            f"    note: {pair(f'合成：兼有{also.zh}', f'Synthetic: {also.en} as well')}\n"
            if number % 3 == 0
            else ""
        )
        sites = (
            f"  - id: county\n    name: {pair(county.zh, county.en)}\n    kind: county\n"
            f"    places: [{county.code}]\n    printed: {county.zh}\n    page: {page}\n"
            f"  - id: seat\n    name: {pair(f'{county.zh}示例村', f'Example village of {county.en}')}\n"
            f"    kind: village\n    places: [{county.code}]\n"
            f"    location: {{lon: {rings[0][0][0]}, lat: {rings[0][0][1]}}}\n"
            f"    provenance:\n      confidence: schematic\n      how: {HOW}\n    page: {page}\n"
        )
        whole = (
            f"  - id: zone-1\n    name: {pair(f'{county.zh}全域', f'The whole of {county.en}')}\n"
            f"    kind: administrative-area\n    geometry:\n      type: places\n      places: [{county.code}]\n"
            f"    provenance:\n      confidence: administrative\n      how: {HOW}\n"
        )
        zones = [whole]
        for at in range(9):
            kind = kinds[at]
            head = (
                f"  - id: zone-{at + 2}\n"
                f"    name: {pair(f'{county.zh}{kind.zh}第{at + 1}片', f'{kind.en} {at + 1} of {county.en}')}\n"
                f"    kind: {kind.id}\n    part_of: zone-1\n"
            )
            if at < DRAWN:
                stated = "    stated_area: area-2\n" if at == 0 else ""
                shape = f"{stated}    geometry:\n      type: drawn\n"
            elif at == DRAWN and recipe:
                shape = "    geometry:\n" + (
                    "      type: ring\n      around: zone-2\n      distance_m: 150\n"
                    if number % 20 == 7
                    else "      type: part\n      of: zone-2\n      share: 40\n      side: west\n"
                )
            else:
                zones.append(
                    f"{head}    geometry:\n      type: none\n      reason: {NONE}\n    page: {page}\n"
                )
                continue
            zones.append(
                f"{head}{shape}    provenance:\n      confidence: schematic\n      how: {HOW}\n    page: {page}\n"
            )
        facts = "".join(
            f"  - id: {name}\n    label: {pair(zh, en)}\n    section: {section}\n    page: {page}\n"
            f"    printed: {printed}\n    value: {value}\n    unit: {unit}\n{more}"
            for name, zh, en, section, printed, value, unit, more in (
                (
                    "area-2", f"{kinds[0].zh}面积", f"Area of the zone: {kinds[0].en}", "background",
                    f"{areas_ha[0]} 公顷", areas_ha[0], "ha", "    about: zone-2\n",
                ),
                (
                    "households", "参与农户", "Households taking part", "practice",
                    f"{households} 户", households, "household", "",
                ),
                (
                    "income", "年收入", "Income a year", "outcome", f"{money} 万元", money * 10000, "CNY",
                    "    qualifier: about\n    period: 2025\n",
                ),
                (
                    "visitors", "游客", "Visitors", "outcome", f"{visitors} 万人次",
                    round(visitors * 10000), "visit", "    period: 2025\n",
                ),
                ("forest-share", "林地占比", "Share of forest", "background", f"{share}%", share, "percent", ""),
            )
        )  # fmt: skip
        mechanisms = "".join(
            f"  - id: mechanism-{at}\n    name: {pair(f'{county.zh}{term.zh}', f'{term.en} in {county.en}')}\n"
            f"    kind: {term.id}\n    section: mechanism\n    page: {page}\n    about:\n"
            f"      zh: 合成文字。以“{term.zh}”为例，说明{where_zh}可能如何组织，与任何真实做法无关。\n"
            f"      en: Synthetic text. It uses {term.en.lower()}"
            f" as an example of what {county.en} might arrange and describes no real scheme.\n"
            f"    path: {path.id}\n    mode: {mode.id}\n    parties:\n"
            f"      - {{role: authority, name: {pair(f'{county.zh}示例部门', f'Example office of {county.en}')}}}\n"
            f"    acts_on: [zone-{at + 1}]\n    evidence: [income]\n"
            for at, term in enumerate((one, other), 1)
        )
        return (
            f"# synthetic case, made by benchmarks/many.py\nformat: 1\nid: {case_id}\n"
            f"batch: synthetic-{number // 10000 + 1}\norder: {number % 10000 + 1}\n"
            f"title:\n  zh: 合成案例 {number}：{county.zh}的{mode.zh}\n"
            f'  en: "Synthetic case {number}: {mode.en.lower()} in {county.en}"\n'
            f"short:\n  zh: 合成·{county.zh}\n  en: Synthetic {county.en}\n"
            f"source:\n  document: synthetic\n  pages: {page}\n"
            f"places: [{county.code}]\nplace_name:\n  zh: {where_zh}\n  en: {quoted(where_en)}\n"
            f"path:\n  id: {path.id}\n  basis: inferred\n  note: {pair('合成：随机指定', 'Synthetic: drawn at random')}\n"
            f"mode:\n  id: {mode.id}\n  basis: inferred\n  note: {pair('合成：随机指定', 'Synthetic: drawn at random')}\n"
            f"{further}"
            f"category:\n  id: {category.id}\n  basis: stated\n  page: {page}\n"
            f"summary:\n"
            f"  background:\n    zh: 合成文字。{where_zh}以{kinds[0].zh}与{kinds[1].zh}为主，示例编号 {number}，林地约占 {share}%。\n"
            f"    en: Synthetic text. {county.en} is imagined with {kinds[0].en.lower()} and {kinds[1].en.lower()}; example {number}, forest about {share} percent.\n"
            f"  mechanism:\n    zh: 合成文字。通过{one.zh}与{other.zh}把{kinds[2].zh}的价值变为收入，属{path.zh}。\n"
            f"    en: Synthetic text. {one.en} and {other.en.lower()} turn the value of the {kinds[2].en.lower()} into income, a case of {path.en.lower()}.\n"
            f"  practice:\n    zh: 合成文字。分区管理{kinds[3].zh}、{kinds[4].zh}与{kinds[5].zh}，{households} 户农户参与。\n"
            f"    en: Synthetic text. The {kinds[3].en.lower()}, the {kinds[4].en.lower()} and the {kinds[5].en.lower()} are run apart, with {households} households.\n"
            f"  outcome:\n    zh: 合成文字。年收入约 {money} 万元，游客 {visitors} 万人次，产品类别为{category.zh}。\n"
            f"    en: Synthetic text. Some {money} times ten thousand yuan a year and {visitors} times ten thousand visits, with {category.en.lower()} products.\n"
            f"anchor: seat\nheadlines: [area-2, income, visitors]\n"
            f"sites:\n{sites}zones:\n{''.join(zones)}facts:\n{facts}mechanisms:\n{mechanisms}"
        )


def _rings(rng: random.Random, county: County) -> Iterator[list[tuple[float, float]]]:
    """Four ragged rings inside the county, apart from each other."""
    room = min(county.radius * 0.9, 0.12)
    away = (county.radius * 0.9 - room) * rng.random()
    turn = rng.uniform(0, math.tau)
    lon, lat = county.lon + away * math.cos(turn), county.lat + away * math.sin(turn)
    for at in range(DRAWN):
        x = lon + room * 0.5 * math.cos(math.tau * (at + 0.5) / DRAWN)
        y = lat + room * 0.5 * math.sin(math.tau * (at + 0.5) / DRAWN)
        most = room * 0.33 * rng.uniform(0.4, 1)
        count = rng.randrange(10, 25)
        ring = [
            (
                round(x + most * far * math.cos(math.tau * i / count), 6),
                round(y + most * far * math.sin(math.tau * i / count), 6),
            )
            for i, far in enumerate(rng.uniform(0.75, 1) for _ in range(count))
        ]
        yield [*ring, ring[0]]


def _written(ring: Sequence[tuple[float, float]]) -> str:
    return ",".join(f"[{x!r},{y!r}]" for x, y in ring)


def _area_ha(ring: Sequence[tuple[float, float]]) -> float:
    """About how large a ring is; only a figure to be stated, with some error on purpose."""
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
    return abs(twice) / 2 * 111.32 * 110.95 * math.cos(math.radians(ring[0][1])) * 100


def _with_results(case_id: str, raw: bytes, rings: Sequence[Sequence[tuple[float, float]]]) -> bytes:
    """Geodata with the stored results of recipes, as ``tidy`` writes them."""
    case = Case.model_validate(yaml_text.read(raw, "").data)
    drawn = {f"zone-{at + 2}": geometry.canonical(shapely.Polygon(ring)) for at, ring in enumerate(rings)}
    found = recipes.resolve(case, drawn, {})
    made = [(found.shapes[zone], digest) for zone, digest in found.digests.items()]
    return shapes_file.write(case_id, drawn, made)


def write(folder: Path, count: int, seed: int = SEED, first: int = 0) -> None:
    """Write an atlas of so many cases, or, from `first` on, more of them into it."""
    maker = Maker(seed)
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    (folder / "geodata").mkdir(exist_ok=True)
    (folder / "atlas.yaml").write_text(SETTINGS, "utf-8")
    for number in range(first, first + count):
        case_id, text, geodata = maker.case(number)
        (folder / "cases" / f"{case_id}.yaml").write_bytes(text)
        (folder / "geodata" / f"{case_id}.geojson").write_bytes(geodata)


def made(folder: Path, count: int, seed: int, cores: int) -> None:
    """Write an atlas with several processes."""
    each = -(-count // cores)
    code = "import sys; sys.path.insert(0, sys.argv[1]); import many; many.write(many.Path(sys.argv[2]), *map(int, sys.argv[3:]))"
    crew = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                code,
                Path(__file__).parent,
                folder,
                *map(str, (min(each, count - at), seed, at)),
            ]
        )
        for at in range(0, count, each)
    ]
    if any(process.wait() for process in crew):
        raise SystemExit("the atlas could not be written")


def _tree(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))
    except OSError:
        return


def _memory(pid: int) -> tuple[int, int]:
    """Proportional and resident set size of a process and all that it started, bytes."""
    pss = rss = 0
    for one in _tree(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in text.splitlines()[1:]}
        pss, rss = pss + found.get("Pss", 0), rss + found.get("Rss", 0)
    return pss, rss


def run(name: str, folder: Path, *arguments: str) -> str:
    """Run a command on an atlas; print how long it took and the memory of all its processes."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from eppv_atlas.cli import run; run()",
                "--lang",
                "en",
                "--atlas",
                folder,
                *arguments,
            ],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        pss = rss = 0
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            now = _memory(process.pid)
            pss, rss = max(pss, now[0]), max(rss, now[1])
            time.sleep(0.01 if time.perf_counter() - start < 2 else 0.2)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        size = out.tell()
        out.seek(max(0, size - 300))
        last = out.read().decode(errors="replace").strip().splitlines()
        out.seek(0)
        lines = sum(block.count(b"\n") for block in iter(lambda: out.read(1 << 20), b""))
    cpu = used.ru_utime + used.ru_stime
    print(
        f"{name:34} {wall:8.2f} s  {cpu:8.2f} s CPU  {pss / 1e6:7.0f} MB PSS  {rss / 1e6:7.0f} MB RSS  "
        f"{lines:8} lines  exit {process.returncode}",
        flush=True,
    )
    return last[-1] if last else ""


def timed(folder: Path) -> None:
    """Time every command on an atlas of many cases."""
    cases = sorted((folder / "cases").iterdir())
    print(run("check, nothing kept (cold)", folder, "check"))
    store = folder / ".eppv-state" / "compiled.sqlite"
    print(f"{'kept':34} {store.stat().st_size / 1e6:8.0f} MB")
    time.sleep(2.5)  # the last files are no longer as young as the look at them
    run("check, once more", folder, "check")
    run("check, nothing changed (warm)", folder, "check")
    cases[len(cases) // 2].touch()
    run("check, one file touched", folder, "check")
    edited = cases[len(cases) // 3]
    edited.write_text(edited.read_text("utf-8") + "# edited\n", "utf-8")
    run("check, one case edited", folder, "check")
    time.sleep(2.5)
    run("check, once more", folder, "check")
    for filters in (
        ("--place", "330106"),
        ("--province", "青海", "--mode", "concession"),
        ("--path", "quota-trading", "--place", "5301"),
        ("--find", "旬邑 湿地指标交易"),
        ("--find", "nothing-has-this"),
    ):
        run(f"list {' '.join(filters)}"[:34], folder, "list", *filters)
    run("list --format csv (all)", folder, "list", "--format", "csv")
    run("show ID", folder, "show", cases[7].stem)
    run("measure ID --format csv", folder, "measure", cases[7].stem, "--format", "csv")
    run("measure --format csv (all)", folder, "measure", "--format", "csv")
    run("measure --format json (all)", folder, "measure", "--format", "json")


def main() -> None:
    """Write an atlas, or write one, time it and remove it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cores", type=int, default=2, help="processes that write the atlas")
    parser.add_argument("--write", type=Path, help="only write the atlas into this folder")
    parser.add_argument("--time", type=Path, help="only time the atlas in this folder; it is changed")
    chosen = parser.parse_args()
    if chosen.time:
        timed(chosen.time)
        return
    if chosen.write:
        made(chosen.write, chosen.cases, chosen.seed, chosen.cores)
        return
    folder = Path(tempfile.mkdtemp(prefix="many-"))
    try:
        start = time.perf_counter()
        made(folder, chosen.cases, chosen.seed, chosen.cores)
        sizes = [
            sum(entry.stat().st_size for entry in os.scandir(folder / name)) / 1e6
            for name in ("cases", "geodata")
        ]
        print(f"{'made':34} {time.perf_counter() - start:8.2f} s  {sizes[0]:.0f} + {sizes[1]:.0f} MB")
        timed(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
