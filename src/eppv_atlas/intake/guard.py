"""Starts the reader in a process of its own, with limits, and takes back what it read.

GDAL chooses its driver by a file's content, so that text named ``zones.geojson``
can make it read another file or call the network. Here the process that reads
knows the one driver that the file's name calls for.

Floor 3, part of intake: knows processes; must not know file formats, shapes or cases.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from eppv_atlas import drivers
from eppv_atlas.intake import limits
from eppv_atlas.intake.layer import refused

DRIVERS: Final[dict[str, tuple[str, ...]]] = {
    "shapefile": ("ESRI Shapefile",),
    "gpkg": ("GPKG",),
    "filegdb": ("OpenFileGDB",),
    "gpx": ("GPX",),
    "dxf": ("DXF",),
    "flatgeobuf": ("FlatGeobuf",),
}
"""The one driver that reads each format; the formats not named here are read without GDAL."""
_START_S: Final = 30.0
_START: Final = "import sys, json; sys.path.insert(0, sys.argv[1]); from reading.run import main; main(json.loads(sys.argv[2]))"


@dataclass(frozen=True)
class Found:
    """What the reader brought back.

    Attributes
    ----------
    shapes
        Geometry objects, shape (n,); None where a feature has none.
    columns
        Texts by name of the column.
    told
        What else it said: ``layers``, ``layer``, ``crs``, ``notes`` and more by format.
    """

    shapes: NDArray[Any]
    columns: dict[str, tuple[str | None, ...]]
    told: dict[str, Any]


def read(
    path: Path,
    kind: str,
    shown: str,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    most: int | None = None,
    longest: int | None = None,
) -> Found:
    """Read a file in a guarded process.

    Parameters
    ----------
    path
        The file, laid aside under a name of ours.
    kind
        Its format.
    shown
        Its name as messages are to show it.
    layer, encoding
        Layer wanted; encoding of its texts.
    most, longest
        How many features are taken, and how many letters of one value; as `limits` says if left out.

    Raises
    ------
    DataError
        If it is refused, takes too long or too much memory, or takes the reader down.
    """
    allowed = DRIVERS.get(kind, ())
    seconds = limits.SECONDS + _size(path) // limits.BYTES_PER_SECOND
    with tempfile.TemporaryDirectory(prefix="eppv-read-") as out:
        spec = {
            "path": str(path), "kind": kind, "layer": layer, "encoding": encoding, "out": out,
            "drivers": list(allowed), "memory": limits.MEMORY_BYTES, "seconds": seconds,
            "features": limits.FEATURES if most is None else most, "value": limits.VALUE if longest is None else longest,
        }  # fmt: skip
        code, slow = _run(spec, _environment(allowed), seconds + 1.0)
        told = _told(Path(out))
        if slow or code == -24:  # SIGXCPU
            raise refused(
                shown,
                "limit",
                f"could not be read within {seconds} s, which is the limit for a file of its size",
                f"未能在 {seconds} 秒（此大小文件的上限）内读完",
            )
        if code != 0 or told is None:
            raise refused(
                shown,
                "crash",
                "is damaged so that it takes the reader down; repair it in the program it comes from",
                "已损坏，会使读取程序崩溃；请用生成它的软件修复后重新导出",
            )
        if "error" in told:
            error = told["error"]
            raise refused(
                shown, error["rule"], error["en"], error["zh"], [error["feature"]] if error["feature"] else []
            )
        return _brought(Path(out), told, shown)


def _run(spec: dict[str, Any], environment: dict[str, str], seconds: float) -> tuple[int, bool]:
    """Run the reader; its exit code, and whether its time ran out."""
    process = subprocess.Popen(  # noqa: S603 - this interpreter, our own files
        [sys.executable, "-I", "-c", _START, str(Path(__file__).parent), json.dumps(spec)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=spec["out"],
    )
    with process:
        stopped: list[bool] = []

        def stop() -> None:
            stopped.append(True)
            process.kill()

        start = Timer(
            _START_S, stop
        )  # a busy machine takes its time to load libraries; that is not the file's fault
        start.start()
        try:
            assert process.stdout is not None
            process.stdout.readline()
            start.cancel()
            watch = Timer(seconds, stop)
            watch.start()
            try:
                code = process.wait()
            finally:
                watch.cancel()
        except BaseException:
            process.kill()
            raise
        finally:
            start.cancel()
    return code, bool(stopped)


def _environment(allowed: tuple[str, ...]) -> dict[str, str]:
    """Environment of the reader: of ours only what programs need to start, and GDAL's drivers put aside."""
    kept = ("PATH", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "HOME")
    skipped = drivers.all_but(allowed)
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "OGR_SKIP": skipped,
        "GDAL_SKIP": skipped,
        "GDAL_DRIVER_PATH": "disable",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_NUM_THREADS": "1",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "PYTHONUTF8": "1",
    }


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.iterdir()) if path.is_dir() else path.stat().st_size


def _told(out: Path) -> dict[str, Any] | None:
    try:
        told = json.loads((out / "told.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _brought(out: Path, told: dict[str, Any], shown: str) -> Found:
    with pa.OSFile(str(out / "read.arrow"), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    names = json.loads(table.schema.metadata[b"columns"])
    if len(names) > limits.COLUMNS:
        raise refused(
            shown,
            "limit",
            f"has {len(names)} columns; at most {limits.COLUMNS} are taken",
            f"有 {len(names)} 列，上限为 {limits.COLUMNS} 列",
        )
    columns = {name: tuple(table.column(i + 1).to_pylist()) for i, name in enumerate(names)}
    return Found(_shapes(table.column("wkb").to_pylist(), shown), columns, told)


def _shapes(wkb: list[bytes | None], shown: str) -> NDArray[Any]:
    """Geometry objects of WKB; what no library can make one of is named."""
    raw = np.array([*wkb, None], dtype=object)[:-1]
    with np.errstate(invalid="ignore"):
        shapes = np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)
    bad = [
        index + 1
        for index, (one, made) in enumerate(zip(wkb, shapes, strict=True))
        if one is not None and made is None
    ]
    if bad:
        raise refused(shown, "geometry", "has no readable geometry", "图形无法读取", bad)
    count = int(shapely.get_num_coordinates(shapes).sum()) if len(shapes) else 0
    if count > limits.VERTICES:
        raise refused(
            shown,
            "limit",
            f"holds {count} vertices; at most {limits.VERTICES} are taken",
            f"含 {count} 个顶点，上限为 {limits.VERTICES} 个",
        )
    return shapes
