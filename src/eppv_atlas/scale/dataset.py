"""A layer that may lie in many files of GeoParquet: found, checked whole, divided into units.

Nothing is counted before every footer has been read: a file that breaks off, has
another CRS or other columns is named first. Folders named ``key=value`` (as Hive
has them) give a column to the files inside.

Floor 3½, part of scale: knows files and layers; must not know zones, engines or
the command line.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from eppv_atlas import patches
from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.patches import Layer

JOINED: Final = 100_000
"""Small row groups of a file are counted together up to so many patches."""
MOST_NAMED: Final = 50
"""Files named before a run is refused."""
_NO_VALUE: Final = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Unit:
    """What is counted at once: some row groups of a file, or a whole file of another format.

    Attributes
    ----------
    number
        Its place in the order of the dataset, from 0.
    layer
        The file.
    groups
        Row groups; None for a file that has none.
    rows
        Number of patches; None where the file does not say.
    label
        The class of all its patches, where a folder's name says it; ``()`` where the file does.
    size, footer, changed
        What the file is known by: bytes, digest of its footer, time of its last change in ns.
    """

    number: int
    layer: Layer
    groups: range | None
    rows: int | None
    label: tuple[str | None, ...] = ()
    size: int = 0
    footer: str = ""
    changed: int = 0


@dataclass(frozen=True)
class Dataset:
    """A layer that is ready to be counted.

    Attributes
    ----------
    shown
        What the user typed.
    column
        Column that holds the class; None where none is wanted.
    units
        All units in order of file and row group.
    files, rows
        Number of files and, where it is known, of patches.
    digest
        SHA-256 over names, sizes and footers of all files; empty for other formats than GeoParquet.
    partitioned
        False where it is one file, named as such.
    """

    shown: str
    column: str | None
    units: tuple[Unit, ...]
    files: int
    rows: int | None
    digest: str
    partitioned: bool

    @property
    def parquet(self) -> bool:
        """Whether its units can be counted apart."""
        return bool(self.digest)


def opened(given: str | Path, column: str | None, layer: str | None = None) -> Dataset:
    """Look a layer over: one file, a folder of GeoParquet, or a pattern.

    Parameters
    ----------
    given
        A vector file; a folder with GeoParquet in it or in its subfolders; or a
        pattern such as ``layer/part-*.parquet``.
    column
        Column wanted beside the shapes.
    layer
        Layer of a file that holds several.

    Raises
    ------
    UsageError
        If there is no such file, column or layer.
    DataError
        If a file cannot be read, has no CRS of use, or does not belong to the others.
    """
    path = Path(given)
    found = parts_of(path)
    if found is None:
        one = patches.opened(path, column, layer)
        if one.name is not None:
            unit = Unit(0, one, None, one.count)
            return Dataset(str(given), column, (unit,), 1, one.count, "", partitioned=False)
        return _divided(str(given), [_known(path, one, ())], column, partitioned=False)
    if layer is not None:
        raise UsageError("files of GeoParquet have no layers", "GeoParquet 文件没有图层")
    base = path if path.is_dir() else _base(path)
    return _divided(str(given), _checked(found, base, column), column, partitioned=True)


def parts_of(path: Path) -> list[Path] | None:
    """Files of a folder or a pattern, in order of their names; None where `path` is to be opened as it is.

    Raises
    ------
    UsageError
        If a pattern fits no file.
    """
    if path.is_dir():
        found = [item for item in path.rglob("*.parquet") if item.is_file() and not _hidden(item, path)]
        return sorted(found, key=lambda item: item.relative_to(path).parts) or None
    if path.exists() or not glob.has_magic(str(path)):
        return None
    base = _base(path)
    matched = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207 - a pattern may be absolute
    found = [item for item in matched if item.is_file() and not _hidden(item, base)]
    if not found:
        raise UsageError(f"no file fits {path}", f"没有符合 {path} 的文件")
    return sorted(found, key=lambda item: item.parts)


def _hidden(item: Path, base: Path) -> bool:
    """Whether other programs keep something of their own under this name."""
    inside = item.relative_to(base).parts if item.is_relative_to(base) else item.parts
    return any(part.startswith((".", "_")) for part in inside)


def _base(pattern: Path) -> Path:
    """The folder of a pattern: the parts before the first that is one."""
    parts = pattern.parts
    first = next((k for k, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:first])


@dataclass(frozen=True)
class _Known:
    """A file and what it is known by."""

    layer: Layer
    size: int
    footer: str
    changed: int
    label: tuple[str | None, ...]


def _known(path: Path, layer: Layer, label: tuple[str | None, ...]) -> _Known:
    size, footer, changed = identity(path)
    return _Known(replace(layer, path=str(path.resolve())), size, footer, changed, label)


def identity(path: Path) -> tuple[int, str, int]:
    """Size, digest of the footer and time of the last change of a Parquet file.

    Raises
    ------
    DataError
        If there is no footer, or it speaks of bytes that the file does not have.
    """
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            file.seek(max(about.st_size - 8, 0))
            tail = file.read(8)
            if len(tail) < 8 or tail[4:] != b"PAR1":
                raise _broken_off(path)
            (length,) = struct.unpack("<I", tail[:4])
            if length + 12 > about.st_size:
                raise _broken_off(path)
            file.seek(about.st_size - 8 - length)
            footer = hashlib.sha256(file.read(length)).hexdigest()
    except OSError as error:
        raise _refused(
            path, "file", f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}"
        ) from None
    return about.st_size, footer, about.st_mtime_ns


def _refused(path: Path | str, rule: str, en: str, zh: str) -> DataError:
    return DataError([Problem(str(path), 0, "", rule, en, zh)])


def _broken_off(path: Path) -> DataError:
    return _refused(
        path,
        "file",
        "is no whole Parquet file: its end is missing; copy or write it again",
        "不是完整的 Parquet 文件：缺少结尾；请重新复制或写出",
    )


def _checked(found: list[Path], base: Path, column: str | None) -> list[_Known]:
    """Every file's footer read, and held against the first."""
    problems: list[Problem] = []
    out: list[_Known] = []
    first: tuple[Layer, dict[str, str], tuple[str, ...]] | None = None
    for path in found:
        try:
            folders = _folders(path, base)
            size, footer, changed = identity(path)
            layer, kinds = _looked_at(path, size)
            if first is None:
                first = layer, kinds, tuple(folders)
            else:
                _alike(path, (layer, kinds, tuple(folders)), first)
                layer = replace(layer, crs=first[0].crs)
        except DataError as error:
            problems += error.problems
            if len(problems) >= MOST_NAMED:
                break
            continue
        label: tuple[str | None, ...] = ()
        if column is not None and column not in layer.columns:
            if column not in folders:
                have = ", ".join([*layer.columns, *folders]) or "none"
                raise UsageError(
                    f"{path} has no column {column!r}; it has: {have}",
                    f"{path} 没有列 {column!r}；现有：{have}",
                )
            label = (folders[column],)
        shown = replace(layer, column=None if label else column, path=str(path.resolve()))
        out.append(_Known(shown, size, footer, changed, label))
    if problems:
        raise DataError(problems[:MOST_NAMED])
    return out


def _folders(path: Path, base: Path) -> dict[str, str | None]:
    """Columns that the names of folders give."""
    inside = path.relative_to(base).parts[:-1] if path.is_relative_to(base) else ()
    pairs = [part.partition("=") for part in inside if "=" in part]
    return {unquote(key): None if value == _NO_VALUE else unquote(value) for key, _, value in pairs if key}


def _looked_at(path: Path, size: int) -> tuple[Layer, dict[str, str]]:
    """A file of GeoParquet and the types of its columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    layer = patches.opened(path, None)
    if layer.name is not None:
        raise _refused(path, "file", "is no Parquet", "不是 Parquet 文件")
    try:
        with pq.ParquetFile(path) as file:
            about, schema = file.metadata, file.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _refused(path, "file", f"cannot be read: {error}", f"无法读取：{error}") from None
    for group in range(about.num_row_groups):
        for number in range(about.num_columns):
            chunk = about.row_group(group).column(number)
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            if start < 4 or start + chunk.total_compressed_size > size - 8:
                raise _broken_off(path)
    return layer, {field.name: str(field.type) for field in schema}


def _alike(
    path: Path,
    one: tuple[Layer, dict[str, str], tuple[str, ...]],
    first: tuple[Layer, dict[str, str], tuple[str, ...]],
) -> None:
    """Refuse a file that does not belong to the first."""
    (layer, kinds, folders), (other, others, at_first) = one, first
    if layer.crs != other.crs:
        here, there = layer.crs.to_string()[:60], other.crs.to_string()[:60]
        raise _refused(
            path,
            "crs",
            f"its CRS is {here}, that of {other.file} is {there}",
            f"坐标系为 {here}，而 {other.file} 为 {there}",
        )
    differing = sorted(name for name in kinds.keys() | others.keys() if kinds.get(name) != others.get(name))
    if differing or layer.geometry != other.geometry:
        name = differing[0] if differing else layer.geometry
        here, there = kinds.get(name, "missing"), others.get(name, "missing")
        raise _refused(
            path,
            "columns",
            f"its columns are not those of {other.file}: {name!r} is {here} here and {there} there",
            f"列与 {other.file} 不一致：{name!r} 在此为 {here}，在彼为 {there}",
        )
    if folders != at_first:
        raise _refused(
            path,
            "columns",
            f"its folders give {', '.join(folders) or 'no column'}, those of {other.file} "
            f"{', '.join(at_first) or 'none'}",
            f"其文件夹给出的列为 {'、'.join(folders) or '无'}，而 {other.file} 为 {'、'.join(at_first) or '无'}",
        )


def _divided(shown: str, files: list[_Known], column: str | None, *, partitioned: bool) -> Dataset:
    """Cut files into units."""
    units: list[Unit] = []
    for file in files:
        for groups in _joined(file.layer.groups):
            rows = sum(file.layer.groups[groups.start : groups.stop])
            known = (file.label, file.size, file.footer, file.changed)
            units.append(Unit(len(units), file.layer, groups, rows, *known))
    names = [[Path(file.layer.file).name, file.size, file.footer, list(file.label)] for file in files]
    return Dataset(
        shown,
        column,
        tuple(units),
        len(files),
        sum(sum(file.layer.groups) for file in files),
        digest_of(names),
        partitioned,
    )


def _joined(groups: tuple[int, ...]) -> Iterator[range]:
    """Runs of row groups that are counted together."""
    first, rows = 0, 0
    for number, count in enumerate(groups):
        if number > first and rows + count > JOINED:
            yield range(first, number)
            first, rows = number, 0
        rows += count
    if rows:
        yield range(first, len(groups))


def digest_of(content: Any) -> str:
    """SHA-256 of plain data."""
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
