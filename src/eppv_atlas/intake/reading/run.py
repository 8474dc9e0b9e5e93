"""Reads one file within its limits and writes down what was found.

Alone in its process; imports nothing of the rest of the package.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from . import Read, Refused, markup, tables, texts, vector

_OWN: Final = frozenset({"MEM", "Memory"})
_READERS: Final[dict[str, Callable[[dict[str, Any], dict[str, Any]], Read]]] = {
    **dict.fromkeys(("shapefile", "gpkg", "filegdb", "gpx", "dxf"), vector.layer),
    "flatgeobuf": vector.table,
    "kml": markup.kml,
    "parquet": vector.parquet,
    "geojson": texts.geojson,
    "wkt": texts.wkt,
    "csv": tables.delimited,
    "sheet": tables.sheet,
}


def main(spec: dict[str, Any]) -> None:
    """Read one file as `spec` says and write what was found."""
    _bound(int(spec["memory"]), int(spec["seconds"]))
    out = Path(spec["out"])
    told: dict[str, Any] = {"notes": []}
    shapes: list[bytes | None] = []
    columns: dict[str, list[str | None]] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            _let_in_only(spec["drivers"])
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            shapes, columns = _READERS[spec["kind"]](spec, told)
            _within(shapes, columns, spec)
        except Refused as refused:
            told["error"] = refused.told
        except MemoryError:
            told["error"] = _memory(spec)
        except RecursionError:
            en, zh = "is nested too deeply to be read", "嵌套过深，无法读取"
            told["error"] = Refused("nesting", en, zh).told
        except Exception as error:  # noqa: BLE001 - whatever a library makes of a bad file, it is a bad file
            why = " ".join(str(error).split())[:300] or type(error).__name__
            full = "out of memory" in why.lower() or "cannot allocate" in why.lower()
            en, zh = f"cannot be read: {why}", f"无法读取：{why}"
            told["error"] = _memory(spec) if full else Refused("file", en, zh).told
    told["notes"] += [" ".join(str(one.message).split())[:300] for one in caught][:50]
    if "error" not in told:
        _write(out, shapes, columns)
    (out / "told.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def _memory(spec: dict[str, Any]) -> dict[str, Any]:
    size = int(spec["memory"]) // 2**20
    en, zh = f"needs more than the {size} MB that reading may take", f"读取所需内存超过上限 {size} MB"
    return Refused("limit", en, zh).told


def _bound(memory: int, seconds: int) -> None:
    """Limits that the kernel keeps, where it is one that can."""
    try:
        import resource
    except ImportError:  # Windows: `guard` still keeps the time
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _let_in_only(drivers: Sequence[str]) -> None:
    """See to it that GDAL knows the named drivers and no other; start again where it knows more."""
    if not drivers:
        return
    import pyogrio  # type: ignore[import-untyped]

    others = sorted(set(pyogrio.list_drivers()) - set(drivers) - _OWN)
    if not others:
        return
    if os.environ.get("EPPV_READER_AGAIN"):
        raise Refused("driver", f"GDAL would not put aside {others[0]}", f"GDAL 未能停用 {others[0]}")
    skipped = ",".join([name for name in (os.environ.get("OGR_SKIP"),) if name] + others)
    os.environ |= {"OGR_SKIP": skipped, "GDAL_SKIP": skipped, "EPPV_READER_AGAIN": "1"}
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very program


def _within(
    shapes: Sequence[bytes | None], columns: dict[str, list[str | None]], spec: dict[str, Any]
) -> None:
    """Hold what was read to the limits."""
    if len(shapes) > spec["features"]:
        raise Refused(
            "limit",
            f"holds {len(shapes)} features; at most {spec['features']} are taken",
            f"含 {len(shapes)} 个要素，上限为 {spec['features']} 个",
        )
    most = spec["value"]
    for name, values in columns.items():
        for index, value in enumerate(values):
            if value is not None and len(value) > most:
                raise Refused(
                    "limit",
                    f"holds {len(value)} letters in column {name[:40]!r}; at most {most} are taken",
                    f"列 {name[:40]!r} 中有 {len(value)} 个字符，上限为 {most} 个",
                    index + 1,
                )


def _write(out: Path, shapes: Sequence[bytes | None], columns: dict[str, list[str | None]]) -> None:
    names = ["wkb", *(f"c{i}" for i in range(len(columns)))]
    arrays = [pa.array(shapes, pa.large_binary())]
    arrays += [pa.array(values, pa.large_string()) for values in columns.values()]
    table = pa.table(dict(zip(names, arrays, strict=True)))
    table = table.replace_schema_metadata({"columns": json.dumps(list(columns))})
    with pa.OSFile(str(out / "read.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
