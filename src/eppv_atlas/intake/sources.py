"""A file that somebody brings, laid aside: unpacked within limits, its parts found, its kind settled by its name.

What is read is always a copy of ours under a name of ours; the file itself is
not touched. A file whose content is of another kind than its name says is
refused.

Floor 3, part of intake: knows files and archives; must not know shapes,
coordinates or cases.
"""

from __future__ import annotations

import errno
import lzma
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.intake import limits
from eppv_atlas.intake.layer import refused

KINDS: Final = {
    ".shp": "shapefile", ".dbf": "shapefile", ".shx": "shapefile", ".prj": "shapefile", ".gpkg": "gpkg",
    ".gdb": "filegdb", ".geojson": "geojson", ".json": "geojson", ".kml": "kml", ".gpx": "gpx",
    ".parquet": "parquet", ".geoparquet": "parquet", ".dxf": "dxf", ".csv": "csv", ".tsv": "csv",
    ".xlsx": "sheet", ".xls": "sheet", ".ods": "sheet", ".et": "sheet", ".wkt": "wkt", ".txt": "csv",
}  # fmt: skip
"""Formats by the end of a file's name; ``.zip`` and ``.kmz`` are unpacked first."""
_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_XML: Final = {"kml", "gpx"}
_MAGIC: Final = {
    "gpkg": (b"SQLite format 3\0",),
    "parquet": (b"PAR1",),
    "shapefile": (b"\0\0\x27\x0a",),
}


_BROKEN_ZIP: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A file ready to be read.

    Attributes
    ----------
    kind
        Its format.
    path
        Our copy of it.
    shown
        Its name for messages: as the user typed it, and within an archive.
    """

    kind: str
    path: Path
    shown: str


@contextmanager
def laid_aside(path: Path) -> Iterator[Source]:
    """Lay a file aside for as long as it is read.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If it is of no known format, too large, or an archive that holds what it should not.
    """
    if not path.exists():
        raise UsageError(f"there is no file {path}", f"没有文件 {path}")
    try:
        with tempfile.TemporaryDirectory(prefix="eppv-import-") as made:
            yield _laid(path, Path(made), str(path))
    except PermissionError as error:
        if error.filename is None or not Path(error.filename).is_relative_to(path.parent):
            raise
        raise refused(str(path), "file", "may not be read by this user", "当前用户无权读取") from None


def _laid(path: Path, room: Path, shown: str) -> Source:
    suffix = path.suffix.lower()
    if suffix in {".zip", ".kmz"}:
        inner = room / "unpacked"
        inner.mkdir()
        names = _unpacked(path, inner, shown)
        found, name = _one(inner, names, shown)
        return _laid(found, room, f"{shown}/{name}")
    kind = KINDS.get(suffix)
    if kind is None:
        known = " ".join([*KINDS, ".zip", ".kmz"])
        raise refused(
            shown,
            "format",
            f"is of no format that can be read; known: {known}",
            f"格式无法识别；可用：{known}",
        )
    if kind == "filegdb":
        return Source(kind, _copied_folder(path, room / "data.gdb", shown), shown)
    if not path.is_file():
        raise refused(shown, "format", "is no ordinary file", "不是普通文件")
    if kind == "shapefile":
        return Source(kind, _copied_shapefile(path, room, shown), shown)
    if path.stat().st_size > limits.FILE_BYTES:
        raise _too_large(shown, path.stat().st_size)
    copy = room / f"data{suffix}"
    shutil.copyfile(path, copy)
    _looked_into(copy, kind, shown)
    return Source(kind, copy, shown)


def _too_large(shown: str, size: int) -> Exception:
    most = limits.FILE_BYTES // 2**20
    return refused(
        shown,
        "limit",
        f"is {size // 2**20} MB; at most {most} MB are taken",
        f"大小 {size // 2**20} MB，上限 {most} MB",
    )


def _looked_into(copy: Path, kind: str, shown: str) -> None:
    """Whether the content is what the name says."""
    with copy.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise refused(shown, "format", "is empty", "是空文件")
    if kind in _MAGIC and not head.startswith(_MAGIC[kind]):
        raise refused(
            shown,
            "format",
            f"is named {copy.suffix} but its content is not",
            f"后缀为 {copy.suffix}，内容却不是",
        )
    if kind in _XML:
        _plain_xml(copy, shown)
    if kind == "sheet" and head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(copy) as archive:
                _sizes(archive, shown)
        except _BROKEN_ZIP:
            raise refused(shown, "zip", "is a damaged workbook", "工作簿已损坏") from None


def _plain_xml(copy: Path, shown: str) -> None:
    """Refuse XML that declares a document type: entities can name other files, or explode."""
    raw = copy.read_bytes()
    wide = raw[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in raw[:8]
    text = raw.replace(b"\0", b"") if wide else raw
    if (
        not text.removeprefix(b"\xef\xbb\xbf")
        .removeprefix(b"\xff\xfe")
        .removeprefix(b"\xfe\xff")
        .lstrip()
        .startswith(b"<")
    ):
        raise refused(
            shown, "format", f"is named {copy.suffix} but is no XML", f"后缀为 {copy.suffix}，内容却不是 XML"
        )
    if b"<!doctype" in text.lower() or b"<!entity" in text.lower():
        raise refused(
            shown,
            "xml",
            "declares a document type, with which XML can name other files; remove the <!DOCTYPE …>",
            "含有 <!DOCTYPE> 声明（可引用外部文件）；请删去该声明",
        )


def _copied_shapefile(path: Path, room: Path, shown: str) -> Path:
    """The parts of a shapefile, whatever the case of their suffixes, under one name of ours."""
    parts: dict[str, Path] = {}
    for one in sorted(path.parent.iterdir()):
        if one.stem == path.stem and one.suffix.lower() in _PARTS and one.is_file():
            parts.setdefault(one.suffix.lower(), one)
    if ".shp" not in parts:
        raise refused(
            shown,
            "shp",
            "has no .shp beside it; the shapes are in that file",
            "旁边没有 .shp，图形都在该文件中",
        )
    size = sum(one.stat().st_size for one in parts.values())
    if size > limits.FILE_BYTES:
        raise _too_large(shown, size)
    for suffix, one in parts.items():
        shutil.copyfile(one, room / f"data{suffix}")
    return room / "data.shp"


def _copied_folder(path: Path, goal: Path, shown: str) -> Path:
    """A geodatabase, which is a folder of files."""
    if not path.is_dir():
        raise refused(shown, "format", "is named .gdb but is no folder", "后缀为 .gdb，却不是文件夹")
    entries = list(os.scandir(path))
    if len(entries) > limits.PACKED_FILES:
        raise _too_many(shown, len(entries))
    for entry in entries:
        if entry.is_symlink():
            raise refused(
                shown,
                "link",
                f"holds a link ({entry.name[:60]}); copy the files themselves",
                f"含有链接（{entry.name[:60]}）；请复制文件本身",
            )
    held = [entry for entry in entries if entry.is_file(follow_symlinks=False)]
    size = sum(entry.stat().st_size for entry in held)
    if size > limits.FILE_BYTES:
        raise _too_large(shown, size)
    goal.mkdir()
    for entry in held:
        shutil.copyfile(entry.path, goal / entry.name)
    return goal


def _too_many(shown: str, count: int) -> Exception:
    return refused(
        shown,
        "limit",
        f"holds {count} files; at most {limits.PACKED_FILES} are taken",
        f"含 {count} 个文件，上限 {limits.PACKED_FILES} 个",
    )


def _unpacked(path: Path, room: Path, shown: str) -> dict[str, str]:
    """Unpack an archive; the names that its files have there, by ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            _sizes(archive, shown)
            names: dict[str, str] = {}
            folders: dict[str, str] = {}
            for number, item in enumerate(archive.infolist()):
                if item.is_dir():
                    continue
                name = _name(item)
                inner = PurePosixPath(name.replace("\\", "/"))
                ours = _ours(inner, number, names, folders)
                (room / ours).parent.mkdir(exist_ok=True)
                with archive.open(item) as source, (room / ours).open("wb") as goal:
                    _poured(source, goal, shown)
                names[ours] = name
    except _BROKEN_ZIP as error:
        if isinstance(error, OSError) and error.errno not in {
            None,
            errno.EINVAL,
        }:  # EINVAL: a place before its begin
            raise
        why = " ".join(str(error).split())[:120]
        raise refused(shown, "zip", f"cannot be unpacked: {why}", f"无法解压：{why}") from None
    return names


def _sizes(archive: zipfile.ZipFile, shown: str) -> None:
    """Hold an archive to the limits by what it says of itself."""
    items = archive.infolist()
    if len(items) > limits.PACKED_FILES:
        raise _too_many(shown, len(items))
    size, packed = sum(item.file_size for item in items), sum(item.compress_size for item in items)
    if size > limits.UNPACKED_BYTES or size - 10 * 2**20 > limits.RATIO * packed:
        most = limits.UNPACKED_BYTES // 2**20
        raise refused(
            shown,
            "limit",
            f"unpacks to {size // 2**20} MB; at most {most} MB are taken, and at most {limits.RATIO} times its size",
            f"解压后 {size // 2**20} MB，上限 {most} MB，且不超过压缩大小的 {limits.RATIO} 倍",
        )
    for item in items:
        inner = PurePosixPath(_name(item).replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or ":" in inner.parts[0] if inner.parts else False:
            raise refused(
                shown,
                "path",
                f"holds a file that would go outside its folder ({_name(item)[:80]})",
                f"含有指向文件夹之外的路径（{_name(item)[:80]}）",
            )
        if stat.S_ISLNK(item.external_attr >> 16):
            raise refused(
                shown,
                "link",
                f"holds a link ({_name(item)[:80]}); pack the file itself",
                f"含有链接（{_name(item)[:80]}）；请打包文件本身",
            )
        if item.flag_bits & 1:
            raise refused(shown, "zip", "is locked with a password; unpack it first", "带有密码；请先解压")


def _name(item: zipfile.ZipInfo) -> str:
    """Name of a packed file; programs of Chinese desktops write it in GBK and do not say so."""
    if item.flag_bits & 0x800:
        return item.filename
    try:
        return item.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return item.filename


def _ours(inner: PurePosixPath, number: int, names: dict[str, str], folders: dict[str, str]) -> str:
    """A name of ours for a packed file: files of one shapefile stay together, folders of a geodatabase too."""
    suffix = inner.suffix.lower() if inner.suffix.lower() in {*KINDS, ".cpg"} else ".other"
    gdb = next((part for part in inner.parts[:-1] if part.lower().endswith(".gdb")), None)
    if gdb is not None:
        folder = folders.setdefault(
            str(PurePosixPath(*inner.parts[: inner.parts.index(gdb) + 1])), f"f{len(folders)}.gdb"
        )
        return f"{folder}/{inner.name}"
    stem = folders.setdefault(f"{inner.parent}/{inner.stem}", f"s{len(folders)}")
    name = f"{stem}{suffix}"
    return name if name not in names else f"{stem}-{number}.other"


def _poured(source: IO[bytes], goal: IO[bytes], shown: str) -> None:
    held = 0
    while piece := source.read(1 << 20):
        held += len(piece)
        if held > limits.UNPACKED_BYTES:
            most = limits.UNPACKED_BYTES // 2**20
            raise refused(
                shown, "limit", f"unpacks to more than {most} MB, the limit", f"解压后超过上限 {most} MB"
            )
        goal.write(piece)


def _one(room: Path, names: dict[str, str], shown: str) -> tuple[Path, str]:
    """The one file of an archive that can be read."""
    found: dict[Path, str] = {}
    for ours, name in sorted(names.items(), key=lambda pair: pair[1]):
        parent = PurePosixPath(ours).parent
        if parent.suffix == ".gdb":
            whole = PurePosixPath(name.replace("\\", "/"))
            part = next(one for one in whole.parts if one.lower().endswith(".gdb"))
            found[room / parent] = part
        elif ours.endswith(
            (
                ".shp",
                ".gpkg",
                ".geojson",
                ".json",
                ".kml",
                ".gpx",
                ".parquet",
                ".dxf",
                ".csv",
                ".xlsx",
                ".wkt",
            )
        ):
            found[room / ours] = name
    if any(path.suffix == ".shp" for path in found):  # what else lies beside shapefiles are notes on them
        found = {path: name for path, name in found.items() if path.suffix in {".shp", ".gpkg", ".gdb"}}
    if not found:
        raise refused(shown, "zip", "holds no file that can be read", "其中没有可读取的文件")
    if len(found) > 1:
        have = ", ".join(list(found.values())[:10])
        raise refused(
            shown,
            "zip",
            f"holds several files; unpack it and name one: {have}",
            f"含多个文件；请解压后指定其一：{have}",
        )
    return next(iter(found.items()))
