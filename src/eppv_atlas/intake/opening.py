"""A file opened: laid aside, its encoding judged, read in the guarded process.

Floor 3, part of intake: knows files; must not know where shapes should lie or
which case they are for.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from eppv_atlas.errors import Problem
from eppv_atlas.intake import dbf, encoding, guard, shapefile, sources
from eppv_atlas.intake.layer import Layer, doubt, refused

_BYTES: Final = "ISO-8859-1"
"""Read so, every byte of a text comes through as it stands."""
_GEOMETRY: Final = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION|CURVEPOLYGON|SURFACE)\b",
    re.IGNORECASE,
)
_CRS_NAME: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?(OGC|EPSG|CRS)(?::[\d.]*)?:{1,2}(\w+)$", re.IGNORECASE
)


def opened(path: Path, *, layer: str | None = None, asked: str | None = None) -> Layer:
    """Open a file that somebody brings.

    Parameters
    ----------
    path
        The file.
    layer
        Layer wanted, where the file has several.
    asked
        Encoding that the user asks for.

    Returns
    -------
    Layer
        Shapes and columns; what is odd stands among its doubts.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If it is refused; the problem names file, feature and reason.
    """
    if asked is not None:
        asked = _encoding(asked, str(path))
    with sources.laid_aside(path) as source:
        if source.kind == "shapefile":
            return _shapefile(source, layer, asked)
        kind = source.kind
        judged = None
        if kind in {"csv", "geojson", "wkt"}:
            judged = _text_encoding(source, asked)
            text = source.path.read_bytes()[:4000].decode(judged, "ignore")
            if kind == "csv" and _GEOMETRY.match(text.lstrip("\ufeff")):
                kind = "wkt"
        found = guard.read(source.path, kind, source.shown, layer=layer, encoding=judged)
        doubts = _said(source.shown, found)
        crs = found.told.get("crs")
        if "crs_member" in found.told:
            crs = _named_crs(found.told["crs_member"], source.shown)
        return _layer(source, kind, found, crs, judged, doubts)


def _layer(
    source: sources.Source,
    kind: str,
    found: guard.Found,
    crs: str | None,
    judged: str | None,
    doubts: list[Problem],
) -> Layer:
    return Layer(
        source.shown,
        kind,
        str(found.told.get("layer") or ""),
        tuple(found.told.get("layers") or ()),
        found.shapes,
        found.columns,
        crs or None,
        bool(found.told.get("table")),
        judged,
        tuple(doubts),
    )


def _shapefile(source: sources.Source, layer: str | None, asked: str | None) -> Layer:
    """A shapefile: parts held against each other, texts decoded here and not by the driver."""
    shown, doubts = source.shown, []
    if layer is not None and layer not in {"data", Path(shown).stem}:
        name = Path(shown).stem
        raise refused(
            shown, "layer", f"has no layer {layer!r}; it has: {name}", f"没有图层 {layer!r}；现有：{name}"
        )
    table_file = source.path.with_suffix(".dbf")
    judged = None
    rows = None
    if table_file.is_file():
        table = dbf.read(table_file, shown)
        rows = table.rows
        cpg_file = source.path.with_suffix(".cpg")
        cpg = cpg_file.read_bytes()[:40].decode("ascii", "replace") if cpg_file.is_file() else None
        judged = encoding.judge(table, cpg, asked)
        if judged.encoding is None:
            raise _undecided(judged, shown, asked)
        doubts += _encoding_doubts(judged, shown)
    else:
        doubts.append(
            doubt(
                shown, "dbf", "has no table (.dbf) beside it; shapes only", "旁边没有属性表（.dbf），只有图形"
            )
        )
    doubts += shapefile.mended(source.path, shown, rows)
    prj = source.path.with_suffix(".prj")
    said = _plain(prj.read_bytes()) if prj.is_file() else ""
    prj.unlink(missing_ok=True)  # what it says is judged here; the driver is not asked
    source.path.with_suffix(".cpg").unlink(missing_ok=True)
    found = guard.read(source.path, "shapefile", shown, encoding=_BYTES if judged else None)
    if judged is not None and judged.encoding not in {None, "ascii"}:
        assert judged.encoding is not None
        name = judged.encoding
        columns = {_decoded(key, name): _column(values, name) for key, values in found.columns.items()}
        found = guard.Found(found.shapes, columns, found.told)
    if rows is None:
        found = guard.Found(found.shapes, {}, found.told)
    doubts += _said(shown, found)
    found.told["layer"] = Path(shown).stem
    found.told["layers"] = [Path(shown).stem]
    return _layer(source, "shapefile", found, said or None, judged.encoding if judged else None, doubts)


def _plain(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").lstrip("\ufeff").replace("\0", "").strip()[:10_000]


def _decoded(text: str, name: str) -> str:
    """A text that came through byte by byte, in its encoding; a letter cut at its end is left out."""
    raw = text.encode("latin-1")
    for less in range(4):
        try:
            return raw[: len(raw) - less].decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode(name, "replace")


def _column(values: tuple[str | None, ...], name: str) -> tuple[str | None, ...]:
    return tuple(None if value is None else _decoded(value, name) for value in values)


def _undecided(judged: encoding.Judgement, shown: str, asked: str | None) -> Exception:
    if judged.damaged:
        return refused(
            shown,
            "encoding",
            "its texts were damaged before: Chinese read as Latin letters and stored so; export it again from the "
            "original, or take it as it is with --encoding utf-8",
            "文字此前已损坏：中文曾被当作拉丁字母读取并存回；请从原始数据重新导出，或用 --encoding utf-8 照原样接收",
        )
    if asked is not None:
        return refused(shown, "encoding", f"its texts are not in {asked}", f"文字不是 {asked} 编码")
    if not judged.readings:
        return refused(
            shown,
            "encoding",
            "its texts are in none of UTF-8, GB 18030 and Big5; say which with --encoding",
            "文字不是 UTF-8、GB 18030 或 Big5；请用 --encoding 指定",
        )
    ways = " · ".join(f"{one.encoding}: {', '.join(one.samples)[:40]}" for one in judged.readings)
    return refused(
        shown,
        "encoding",
        f"its texts can be read in several ways; choose with --encoding: {ways}",
        f"文字有多种读法；请用 --encoding 选择：{ways}",
    )


def _encoding_doubts(judged: encoding.Judgement, shown: str) -> list[Problem]:
    found = []
    if judged.contradicts:
        what = ", ".join(judged.contradicts)
        found.append(
            doubt(
                shown,
                "encoding",
                f"says {what}, but its bytes are {judged.encoding}; they were believed",
                f"标注为 {what}，而字节实为 {judged.encoding}；以字节为准",
            )
        )
    if judged.cut:
        names = ", ".join(judged.names[index] for index in judged.cut)
        found.append(
            doubt(
                shown,
                "column-names",
                f"names of columns are cut within a letter, which was left out: {names}",
                f"列名在半个汉字处被截断，残缺的字已略去：{names}",
            )
        )
    if judged.cut_texts:
        found.append(
            doubt(
                shown,
                "texts",
                f"{judged.cut_texts} texts are cut within a letter, which was left out",
                f"{judged.cut_texts} 处文字在半个汉字处被截断，残缺的字已略去",
            )
        )
    return found


def _encoding(name: str, shown: str) -> str:
    known = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "936": "gb18030"}
    word = known.get(name.lower(), name)
    try:
        found = codecs.lookup(word)
    except (LookupError, ValueError):
        found = None
    if found is None or not found._is_text_encoding:  # noqa: SLF001 - there is no public way to ask
        raise refused(shown, "encoding", f"{name[:40]!r} is no encoding", f"{name[:40]!r} 不是编码名称")
    return found.name


def _text_encoding(source: sources.Source, asked: str | None) -> str:
    """Encoding of a text file, by its first bytes or by its letters."""
    raw = source.path.read_bytes()
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return name
    lines = tuple((line, False) for line in raw.splitlines()[:20_000] if not line.isascii())
    judged = encoding.judge(dbf.RawTable((), len(lines), 0, lines), None, asked)
    if judged.encoding == "ascii":
        return asked or "utf-8"
    if judged.encoding is None:
        raise _undecided(judged, source.shown, asked)
    return judged.encoding


def _named_crs(said: object, shown: str) -> str:
    """The CRS that a GeoJSON names; unlike a driver we do not take WGS 84 for what we do not know."""
    found = _CRS_NAME.fullmatch(said.strip()) if isinstance(said, str) else None
    if found is None:
        raise refused(
            shown,
            "crs",
            f"names a CRS that cannot be known ({str(said)[:60]!r}); say which with --crs after removing its crs member",
            f"标注的坐标系无法识别（{str(said)[:60]!r}）；请删去 crs 成员并用 --crs 指定",
        )
    authority = "OGC" if found[1].upper() == "CRS" else found[1].upper()
    return f"{authority}:{found[2]}"


def _said(shown: str, found: guard.Found) -> list[Problem]:
    """What the reader itself remarked."""
    doubts = [
        doubt(shown, "reader", f"the reader remarked: {note}", f"读取程序提示：{note}")
        for note in dict.fromkeys(found.told.get("notes") or ())
    ]
    closed = sorted(set(found.told.get("closed") or ()))
    if closed:
        doubts.append(
            doubt(
                shown,
                "open-ring",
                "has rings that do not end where they begin; they were closed",
                "有未闭合的环；已闭合",
                closed,
            )
        )
    flat = shapely.get_coordinate_dimension(found.shapes) if len(found.shapes) else np.zeros(0)
    high = (np.flatnonzero(flat > 2) + 1).tolist()
    if high:
        doubts.append(
            doubt(
                shown,
                "height",
                "has heights (Z) or measures (M); they are left out",
                "带有高程（Z）或量测值（M）；已略去",
                high,
            )
        )
    return doubts
