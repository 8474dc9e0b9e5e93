"""Files of the engine `space`: polygons that are proposed, and a red line of one's own.

Floor 3½, part of running: knows files and the intake; must not know rules of schemes or cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from eppv_atlas.errors import DataError, Problem
from eppv_atlas.geometry import polygons
from eppv_atlas.running import vectors


def read(files: Mapping[str, Path]) -> dict[str, Any]:
    """Read polygons, each file's together as one shape in OGC:CRS84.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        Names every file that is refused.
    """
    out: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, path in files.items():
        try:
            found = vectors.read(path, areas=True)
        except DataError as error:
            problems += error.problems
            continue
        if not len(found):
            problems.append(Problem(found.file, 0, "", "empty", "holds no polygons", "没有面"))
        else:
            out[name] = polygons(shapely.union_all(found.shapes))
    if problems:
        raise DataError(problems)
    return out
