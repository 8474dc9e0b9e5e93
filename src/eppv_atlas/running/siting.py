"""Files of siting: layers and candidate units read, what came out written.

Floor 3½, part of running: knows files; must not know how units are rated.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.intake.layer import refused
from eppv_atlas.running import handing, rasters, vectors
from eppv_atlas.running.rasters import Raster
from eppv_atlas.running.vectors import Vectors
from eppv_atlas.schemes.siting import CLASSES, UNITS
from eppv_atlas.schemes.siting.layers import Shapes, Units

MOST_UNITS: Final = 50_000
MOST_CLASSES: Final = 1_000
_TABLE_BYTES: Final = 1 << 20
_CODE_COLUMNS: Final = ("class", "code", "类别", "代码", "类型", "土类", "dlbm")
_NAME_COLUMNS: Final = ("name", "名称", "unit", "id", "编号", "地块")
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_LONGEST: Final = 80

write = handing.write


def read(files: Mapping[str, Path]) -> dict[str, Any]:
    """Read layers and candidate units.

    Parameters
    ----------
    files
        ``units``: polygons; a name that ends in ``-classes``: a table of classes; any other
        name: a layer, a raster where it ends in ``.tif``.

    Raises
    ------
    UsageError, DataError
        If files are missing or refused; names every problem.
    """
    out: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, path in files.items():
        try:
            if name == UNITS:
                out[name] = _units(vectors.read(path, areas=True))
            elif name.endswith(CLASSES):
                out[name] = _classes(path)
            elif path.suffix.lower() in rasters.SUFFIXES:
                out[name] = Raster(path)
            else:
                out[name] = _shapes(vectors.read(path))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return out


def _shapes(found: Vectors) -> Shapes:
    if not len(found):
        raise refused(found.file, "empty", "holds no shapes", "没有图形")
    codes = _column(found, _CODE_COLUMNS)
    return Shapes(found.file, found.shapes, tuple(code.strip() if code else None for code in codes))


def _units(found: Vectors) -> Units:
    if not 1 <= len(found) <= MOST_UNITS:
        raise refused(
            found.file,
            "units",
            f"holds {len(found)} units; from 1 to {MOST_UNITS} are taken",
            f"含 {len(found)} 个单元，须在 1 至 {MOST_UNITS} 之间",
        )
    names = _column(found, _NAME_COLUMNS)
    shown = tuple((name or "").strip()[:_LONGEST] or str(n) for n, name in enumerate(names, start=1))
    return Units(shown, found.shapes, "")


def _column(found: Vectors, wanted: Sequence[str]) -> Sequence[str | None]:
    names = {name.strip().lower(): name for name in reversed(list(found.columns))}
    for one in wanted:
        if one in names:
            return found.columns[names[one]]
    return (None,) * len(found)


def _classes(path: Path) -> dict[str, float]:
    """Worths by code, of a CSV."""
    shown = str(path)
    if not path.is_file():
        raise UsageError(f"there is no file {path}", f"没有文件 {path}")
    if path.stat().st_size > _TABLE_BYTES:
        raise refused(shown, "limit", "is larger than 1 MB", "大于 1 MB")
    try:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise refused(shown, "csv", "is no CSV in UTF-8", "不是 UTF-8 编码的 CSV") from None
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "code" not in head or "score" not in head:
        raise refused(shown, "columns", "needs the columns code and score", "须有 code 与 score 两列")
    out: dict[str, float] = {}
    problems = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        code, score = cells.get("code", ""), cells.get("score", "")
        good = _NUMBER.fullmatch(score) and float(score) <= 1
        if not code or not good or code in out:
            en = "needs a code of its own and a score from 0 to 1"
            problems.append(Problem(shown, line, "", "class", en, "须有不重复的 code 和 0 至 1 的 score"))
            continue
        out[code] = float(score)
    if problems:
        raise DataError(problems[:20])
    if not 1 <= len(out) <= MOST_CLASSES:
        raise refused(
            shown,
            "classes",
            f"holds from 1 to {MOST_CLASSES} classes, not {len(out)}",
            f"类别数须在 1 至 {MOST_CLASSES} 之间",
        )
    return out
