"""How many answers a second the server gives, asked by another process on loopback.

    python benchmarks/server.py                 # 2000 requests of each kind, 4 at a time
    python benchmarks/server.py --count 500 --at-a-time 1

The server runs in a process of its own; this one asks. Connections are kept
open, as browsers, QGIS and proxies keep them. "Fresh" pages of features each
have an offset of their own, so that none was made before; "held" ones were.
The server's processor time is that of its whole process, per request (Linux).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [
    sys.executable,
    "-c",
    "from eppv_atlas.cli import run; run()",
    "--lang",
    "en",
    "--atlas",
    str(ROOT),
]


def processor_s(process: int) -> float:
    """Processor time that a process has used, s; 0 where the system does not tell."""
    try:
        parts = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def asked(
    port: int, paths: Iterator[str], headers: dict[str, str], expected: int, taken: list[float]
) -> None:
    """Ask for these addresses over one connection; note how long each answer took, s."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for path in paths:
        begin = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - begin)
        if answer.status != expected:
            raise SystemExit(f"{path}: {answer.status}")
    connection.close()


def run(
    name: str,
    server: tuple[int, int],
    path: Callable[[int], str],
    headers: dict[str, str],
    count: int,
    at_a_time: int,
    expected: int = 200,
) -> None:
    """Ask `count` times, so many at a time; print requests a second and how long they took."""
    port, process = server
    taken: list[list[float]] = [[] for _ in range(at_a_time)]
    threads = [
        threading.Thread(
            target=asked,
            args=(port, (path(i) for i in range(n, count, at_a_time)), headers, expected, taken[n]),
        )
        for n in range(at_a_time)
    ]
    before, begin = processor_s(process), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, used = time.perf_counter() - begin, processor_s(process) - before
    times = sorted(value for part in taken for value in part)
    if len(times) != count:
        raise SystemExit(f"{name}: {len(times)} of {count} answered")
    p99 = times[min(count - 1, round(0.99 * count))]
    print(
        f"{name:38} {count / wall:8.0f} /s   p50 {statistics.median(times) * 1e3:7.2f} ms   "
        f"p99 {p99 * 1e3:7.2f} ms   server {used / count * 1e3:6.2f} ms of processor"
    )


def main() -> None:
    """Build pages, start the server, ask."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--at-a-time", type=int, default=4)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {given.at_a_time} at a time")
    with tempfile.TemporaryDirectory() as place:
        maps = Path(place) / "maps"
        subprocess.run([*COMMAND, "build", "--out", str(maps)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        begin = time.perf_counter()
        server = subprocess.Popen(  # noqa: S603
            [*COMMAND, "serve", str(maps), "--port", "0", "--api"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert server.stdout is not None
            lines = iter(server.stdout.readline, "")
            said = next(line for line in lines if line.startswith("data: "))
            port = int(re.search(r":(\d+)/", said)[1])  # type: ignore[index]
            print(f"ready after {time.perf_counter() - begin:.1f} s")
            measure(given, (port, server.pid))
        finally:
            server.terminate()
            server.wait(10)


def measure(given: argparse.Namespace, server: tuple[int, int]) -> None:
    """All kinds of requests, one after the other."""
    count, at_a_time = given.count, given.at_a_time
    zipped = {"Accept-Encoding": "gzip"}
    items = "/api/collections/zones/items?limit=100"
    connection = HTTPConnection("127.0.0.1", server[0], timeout=60)
    connection.request("GET", items)
    answer = connection.getresponse()
    answer.read()
    held = {"If-None-Match": str(answer.headers["ETag"])}
    fresh = max(1, min(count // 10, 150))
    run("page, case, gzip", server, lambda _: "/chaka-salt-lake.html", zipped, count, at_a_time)
    run("page, case, plain", server, lambda _: "/chaka-salt-lake.html", {}, count // 4, at_a_time)
    run("case JSON, gzip", server, lambda _: "/cases/chaka-salt-lake.json", zipped, count, at_a_time)
    run("items?limit=100, fresh, gzip", server, lambda i: f"{items}&offset={i}", zipped, fresh, at_a_time)
    run("items?limit=100, held, gzip", server, lambda _: items, zipped, count, at_a_time)
    run("items?limit=100, held, plain", server, lambda _: items, {}, count, at_a_time)
    run("items?limit=100, not modified (304)", server, lambda _: items, held, count, at_a_time, 304)
    if Path(f"/proc/{server[1]}/status").is_file():
        told = Path(f"/proc/{server[1]}/status").read_text("ascii")
        print("memory of the server:", re.search(r"VmRSS:\s*(\d+) kB", told)[1], "kB")  # type: ignore[index]


if __name__ == "__main__":
    main()
