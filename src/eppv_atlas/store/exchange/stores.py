"""Which store an address names, how it is written, and how it is read back as an atlas.

Floor 3, part of the store: must not know how measures are made, maps or the command line.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.store import files
from eppv_atlas.store.exchange import flatgeobuf, geojson, gpkg, kml, parquet, records, rows
from eppv_atlas.store.exchange.faults import damaged
from eppv_atlas.store.exchange.rows import Rows
from eppv_atlas.store.reading import Loading

FORMAT: Final = "eppv-atlas 1"
"""What every store says of its own form; the number changes when older programs could misread it."""
SUFFIXES: Final = {".gpkg": "gpkg", ".geojson": "geojson", ".json": "geojson", ".kml": "kml"}
FOLDERS: Final = ("parquet", "flatgeobuf")
"""Stores that are a folder of files."""
FORMS: Final = ("gpkg", "parquet", "geojson", "flatgeobuf", "kml")


@dataclass(frozen=True)
class Look:
    """How a store is to look in programs that show it.

    Attributes
    ----------
    styled
        Adds the table of styles to a GeoPackage.
    colours
        Colour by family of zones, for KML.
    """

    styled: Callable[[sqlite3.Connection], None] | None = None
    colours: Mapping[str, str] = field(default_factory=dict)


def form_of(where: Path) -> str | None:
    """Form of the store at a path, by its suffix or by what a folder holds; None where it is none."""
    if where.is_dir():
        if (where / "cases.parquet").is_file():
            return "parquet"
        return "flatgeobuf" if (where / "cases.fgb").is_file() else None
    return SUFFIXES.get(where.suffix.lower())


def holds_atlas(where: Path) -> bool:
    """Whether a file or folder looks like an atlas that was exported, by its first bytes or its tables."""
    form = form_of(where)
    if form is None or not where.exists():
        return False
    peeks: dict[str, Callable[[Path], bool]] = {
        "gpkg": gpkg.is_atlas,
        "geojson": geojson.is_atlas,
        "kml": kml.is_atlas,
    }
    return form in FOLDERS or peeks[form](where)


def written(
    form: str, made: Rows, settings: Mapping[str, Any], told: Mapping[str, str], look: Look
) -> dict[str, bytes]:
    """An atlas in one of the FORMS: content by file name, under the name ``""`` where it is one file.

    Parameters
    ----------
    form
        One of FORMS.
    made
        Rows of all layers.
    settings
        Content of atlas.yaml.
    told
        What else the store is to say of itself: how to cite it, its licences.
    look
        How it is to look elsewhere.
    """
    notes = notes_of(settings, told)
    if form == "gpkg":
        return {"": gpkg.written(made, notes, look.styled)}
    if form == "geojson":
        return {"": geojson.written(made, notes)}
    if form == "kml":
        return {"": kml.written(made, notes, look.colours)}
    return parquet.written(made, notes) if form == "parquet" else flatgeobuf.written(made, notes)


def notes_of(settings: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, str]:
    """What every store says of itself."""
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    return {"format": FORMAT, "settings": text, **told}


def put(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write a store: one file, or a folder swapped in whole.

    Raises
    ------
    UsageError
        If the folder holds what is not ours, or cannot be written to; what stood there is unchanged.
    """
    if list(contents) == [""]:
        files.write_file(out, contents[""])
    else:
        files.swap_in(out, contents)


def read(where: Path, shown: str | None = None) -> Loading:
    """Read a store back as an atlas, judged as the files of a folder are.

    Raises
    ------
    UsageError
        If there is no such store.
    DataError
        If it cannot be read.
    """
    shown = shown or str(where)
    form = form_of(where)
    if form is None or not where.exists():
        raise UsageError(
            f"{shown} is no atlas: neither a folder with cases/ nor a file that 'export --to' wrote",
            f"{shown} 不是图集：既不是含 cases/ 的文件夹，也不是 export --to 写出的文件",
        )
    reader = {
        "gpkg": gpkg.read,
        "geojson": geojson.read,
        "kml": kml.read,
        "parquet": parquet.read,
        "flatgeobuf": flatgeobuf.read,
    }[form]
    held, notes = reader(where, shown)
    return judged(held, settings_of(notes, shown), where, shown)


def settings_of(notes: Mapping[str, str], shown: str) -> dict[str, Any]:
    """Content of atlas.yaml among the notes of a store.

    Raises
    ------
    DataError
        If they are missing, or of a form that this program does not know.
    """
    form = notes.get("format", "")
    if form != FORMAT:
        raise damaged(
            shown,
            f"has the form {form[:40]!r}; this program reads {FORMAT!r}, a newer one may be needed",
            f"的格式为 {form[:40]!r}；本程序只读 {FORMAT!r}，可能需要更新的版本",
        )
    try:
        settings = json.loads(notes["settings"])
    except (KeyError, ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise damaged(shown, "has no settings, or damaged ones", "缺少设置，或设置已损坏")
    return settings


def judged(held: Rows, settings: Mapping[str, Any], where: Path, shown: str) -> Loading:
    """An atlas of rows, with every problem named."""
    back, problems = rows.back(held, settings, shown)
    return records.loaded(back, where, shown, problems)
