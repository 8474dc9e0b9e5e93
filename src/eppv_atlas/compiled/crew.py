"""Segments of cases judged by several processes, at most one a core.

Floor 3½, part of compiled: knows processes and orders; must not know the box.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from eppv_atlas.compiled import judging, parcels, worker
from eppv_atlas.model import Settings

FEW: Final = 400
"""So many cases are judged sooner than a process has started."""
_AHEAD: Final = 2
Done = tuple[int, list[list[str]], dict[str, bytes]]
"""Segment, hashes of the files of each case, parcels."""


def segments(
    root: Path, settings: Settings | None, orders: Sequence[tuple[int, list[str]]], cores: int | None = None
) -> Iterator[Done]:
    """Judge segments, in whatever order they are done.

    Parameters
    ----------
    root
        Folder of the atlas.
    settings
        Its settings.
    orders
        Number of each segment, and names of its cases.
    cores
        How many processes; as many as this one may use cores if left out.
    """
    count = sum(len(stems) for _, stems in orders)
    cores = min(cores or _cores(), len(orders))
    if count < FEW or cores < 2:
        for segment, stems in orders:
            yield _here(root, settings, segment, stems)
        return
    waiting: queue.SimpleQueue[tuple[int, list[str]]] = queue.SimpleQueue()
    for order in orders:
        waiting.put(order)
    first = {"root": str(root), "settings": None if settings is None else settings.model_dump(mode="json")}
    with _working(cores, first, waiting) as done:
        running = cores
        while running:
            item = done.get()
            if item is None:
                running -= 1
            else:  # of one whose process died over it there is only the order
                yield _here(root, settings, *item) if len(item) == 2 else item
        while not waiting.empty():  # every process died
            yield _here(root, settings, *waiting.get())


@contextmanager
def _working(
    cores: int, first: dict[str, Any], waiting: queue.SimpleQueue[tuple[int, list[str]]]
) -> Iterator[queue.Queue[Done | tuple[int, list[str]] | None]]:
    """Processes at work, each with a thread that serves it; what they have done, and None from each at its end."""
    done: queue.Queue[Any] = queue.Queue(maxsize=4 * cores)
    stop = threading.Event()
    crew = [_started() for _ in range(cores)]
    threads = [
        threading.Thread(target=_serve, args=(process, first, waiting, done, stop), daemon=True)
        for process in crew
    ]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        stop.set()
        for process in crew:
            with suppress(OSError):
                process.kill()
        while any(thread.is_alive() for thread in threads):  # one may wait for room
            with suppress(queue.Empty):
                done.get(timeout=0.05)
        for process in crew:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _here(root: Path, settings: Settings | None, segment: int, stems: list[str]) -> Done:
    items = judging.judged(root, settings, stems)
    return segment, items["hashes"], {kind: parcels.packed(kind, items[kind]) for kind in worker.SENT}


def _started() -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(path for path in sys.path if path)
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from eppv_atlas.compiled.worker import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | one | {"PYTHONPATH": paths},
    )


def _serve(
    process: subprocess.Popen[bytes],
    first: dict[str, Any],
    waiting: queue.SimpleQueue[tuple[int, list[str]]],
    done: queue.Queue[Any],
    stop: threading.Event,
) -> None:
    """Give one process its orders and take what it sends, a few orders ahead."""
    assert process.stdin is not None
    assert process.stdout is not None
    given: list[tuple[int, list[str]]] = []
    try:
        process.stdin.write(json.dumps(first).encode() + b"\n")
        while not stop.is_set():
            while len(given) < _AHEAD:
                try:
                    order = waiting.get_nowait()
                except queue.Empty:
                    break
                given.append(order)
                line = json.dumps({"segment": order[0], "stems": order[1]})
                process.stdin.write(line.encode() + b"\n")
                process.stdin.flush()
            if not given:
                break
            sent = worker.received(process.stdout)
            if sent is None:
                break
            given = [order for order in given if order[0] != sent[0]]
            done.put(sent)
    except (OSError, ValueError):
        pass
    finally:
        if not stop.is_set():
            for order in given:
                done.put(order)
        done.put(None)
