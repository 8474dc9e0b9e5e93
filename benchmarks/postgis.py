"""How long an atlas of many cases takes into a PostGIS database and out of it.

Usage: python benchmarks/postgis.py postgresql://…/scratch?schema=bench [cases]

The bundled cases are multiplied under new ids; the database must be one to throw away.
"""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from eppv_atlas import measure
from eppv_atlas.store import read_folder
from eppv_atlas.store.exchange import postgis, records, rows

T = TypeVar("T")


def multiplied(count: int) -> tuple[dict[str, list[dict[str, Any]]], Mapping[str, Any]]:
    """Rows of so many cases, and the settings."""
    loading = read_folder(Path(__file__).parents[1])
    atlas = records.of(loading)
    placed = {item.case.id: item.placed for item in loading.cases}
    one = rows.of(atlas, placed, {key: measure.case(case) for key, case in placed.items()})
    out: dict[str, list[dict[str, Any]]] = {name: [] for name in one}
    by_case: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in one}
    for name, some in one.items():
        for row in some:
            by_case[name].setdefault(row["case"], []).append(row)
    ids = sorted(by_case["cases"])
    for number in range(count):
        case = ids[number % len(ids)]
        renamed = {"case": f"{case}-{number:06d}"}
        for name, some in by_case.items():
            out[name] += [row | renamed for row in some.get(case, ())]
    return out, atlas.settings


def timed(what: str, work: Callable[[], T]) -> T:
    """Run something; print seconds on the clock and of this process."""
    clock, own = time.perf_counter(), time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}: {time.perf_counter() - clock:.1f} s, of which {time.process_time() - own:.1f} s here; peak {peak:.0f} MiB",
        flush=True,
    )
    return result


def main() -> None:
    """Write, write again, read."""
    url, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    given, settings = multiplied(count)
    print({name: len(some) for name, some in given.items()}, flush=True)
    postgis.migrate(url)
    done = timed("put, all new", lambda: postgis.put(url, given, settings))
    timed("put, nothing changed", lambda: postgis.put(url, given, settings, done.base))
    for row in given["cases"][::100]:
        row["title_zh"], row["revision"] = "改", "0" * 64
    again = timed("put, one in a hundred changed", lambda: postgis.put(url, given, settings, done.base))
    assert len(again.changed) == len(given["cases"][::100])
    given.clear()
    timed("stream", lambda: sum(1 for _ in postgis.stream(url)))
    got = timed("get", lambda: postgis.get(url))
    assert len(got.rows["cases"]) == count


if __name__ == "__main__":
    main()
