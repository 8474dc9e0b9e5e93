"""Files of patrols: logged tracks read, the grid written for field devices.

Floor 3½, part of running: knows files; must not know how a zone is cut or what
coverage is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from eppv_atlas.errors import UsageError
from eppv_atlas.running import handing, vectors
from eppv_atlas.running.vectors import Vectors
from eppv_atlas.schemes.coverage import Track
from eppv_atlas.schemes.patrol import TRACKS
from eppv_atlas.schemes.trial import Ran

_POINTS: Final = ("track_points", "route_points", "waypoints")
"""Layers of a GPX with points, the most telling first."""
_DATE: Final = re.compile(r"\s*((?:19|20)\d\d)[-/.年]?([01]?\d)[-/.月]?([0-3]?\d)")
_DATE_COLUMNS: Final = {"time", "date", "datetime", "timestamp", "日期", "时间", "巡护日期", "begin", "start"}
_NAME_COLUMNS: Final = {"name", "名称", "title", "track", "轨迹"}
_LONGEST: Final = 80


def read(files: Mapping[str, Path]) -> dict[str, Any]:
    """Read logged tracks.

    Parameters
    ----------
    files
        ``tracks``: GPX, GeoJSON, GeoPackage or another vector file with lines or points.

    Raises
    ------
    UsageError, DataError
        If a name is unknown, or the file is refused.
    """
    odd = sorted(set(files) - {TRACKS})
    if odd:
        raise UsageError(
            f"a patrol takes no file {odd[0][:40]!r}; it takes: {TRACKS}",
            f"巡护试算没有名为 {odd[0][:40]!r} 的文件；可用：{TRACKS}",
        )
    path = files[TRACKS]
    found = _gpx(path) if path.suffix.lower() == ".gpx" else list(_layer(vectors.read(path)))
    return {TRACKS: tuple(found)}


def write(ran: Ran, out: Path, lang: str) -> None:
    """Write the grid: ``.gpx`` for field devices, else as :func:`handing.write`."""
    if out.suffix.lower() != ".gpx":
        handing.write(ran, out, lang)
        return
    from eppv_atlas.running import gpx
    from eppv_atlas.store.files import write_file

    write_file(out, gpx.text(ran, lang).encode("utf-8"))


def _gpx(path: Path) -> list[Track]:
    """Tracks of a GPX; fixes have times, so a track is parted by date."""
    for name in _POINTS:
        found = vectors.read(path, name)
        if len(found):
            return list(_fixes(found)) if name == _POINTS[0] else list(_layer(found))
    return []


def _fixes(found: Vectors) -> Iterator[Track]:
    """Runs of fixes of one segment and one date; a run begins where the one before ended."""
    xy = shapely.get_coordinates(found.shapes)
    tracks, segments, times = (
        found.columns.get(name, (None,) * len(found)) for name in ("track_fid", "track_seg_id", "time")
    )
    dates = [_date(time) for time in times]
    first = 0
    for at in range(1, len(xy) + 1):
        same = at < len(xy) and (tracks[at], segments[at]) == (tracks[at - 1], segments[at - 1])
        if same and dates[at] == dates[at - 1]:
            continue
        part = xy[first : at + 1] if same else xy[first:at]  # the way to the first fix of the next date
        shape = shapely.LineString(part) if len(part) > 1 else shapely.Point(part[0])
        yield Track(f"{int(tracks[at - 1] or 0) + 1}", shape, dates[at - 1])
        first = at


def _layer(found: Vectors) -> Iterator[Track]:
    if not len(found):
        return
    kinds = np.unique(shapely.get_type_id(found.shapes))
    if not set(kinds.tolist()) <= {0, 1, 2, 4, 5}:
        from eppv_atlas.intake.layer import refused

        raise refused(
            found.file, "tracks", "has shapes that are neither lines nor points", "含有既非线也非点的图形"
        )
    names = _column(found, _NAME_COLUMNS)
    dates = _column(found, _DATE_COLUMNS)
    for number, shape in enumerate(found.shapes.tolist()):
        yield Track((names[number] or str(number + 1))[:_LONGEST], shape, _date(dates[number]))


def _column(found: Vectors, wanted: set[str]) -> Sequence[str | None]:
    for name, values in found.columns.items():
        if name.strip().lower() in wanted:
            return values
    return (None,) * len(found)


def _date(text: str | None) -> str:
    """The date that a text begins with; empty where it begins with none.

    >>> _date("2024/03/05 08:00:00+00"), _date("2024年3月5日"), _date("spring")
    ('2024-03-05', '2024-03-05', '')
    """
    import datetime as dt

    match = _DATE.match(text or "")
    try:
        return dt.date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""
