"""The cells of a grid as GPX 1.1: a waypoint inside each, and its outline as a track.

Floor 3½, part of running: knows what came out of a run; must not know how it was
worked out or where the text goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas.errors import UsageError
from eppv_atlas.running import looks
from eppv_atlas.schemes.figures import value_text
from eppv_atlas.schemes.trial import Column, Mark, Ran


def text(ran: Ran, lang: str) -> str:
    """GPX of the first layer of a run.

    Raises
    ------
    UsageError
        If the package that writes GPX is not installed.
    """
    try:
        from gpxpy import gpx
    except ImportError:
        raise UsageError(
            "GPX needs one more package: pip install 'eppv-atlas[field]'",
            "导出 GPX 需另装：pip install 'eppv-atlas[field]'",
        ) from None
    layer = ran.layers[0]
    trust = looks.trust(layer.confidence, lang)
    label = getattr(layer.label, lang)
    notes = " ".join(str(getattr(note, lang)) for note in ran.notes)
    out = gpx.GPX()
    out.creator = "eppv-atlas"
    out.name, out.description = f"{label} · {trust}", notes
    for mark in layer.marks:
        name = getattr(mark.label, lang)
        point = _inner(mark.geometry)
        about = _about(mark, layer.columns, lang, trust)
        out.waypoints.append(gpx.GPXWaypoint(point.y, point.x, name=name, description=about))
        track = gpx.GPXTrack(name=name, description=about)
        for ring in _rings(mark.geometry):
            points = [gpx.GPXTrackPoint(round(lat, 6), round(lon, 6)) for lon, lat in ring]
            track.segments.append(gpx.GPXTrackSegment(points))
        out.tracks.append(track)
    written: str = out.to_xml(version="1.1")
    return written


def _inner(shape: BaseGeometry) -> shapely.Point:
    parts = shapely.get_parts(shape).tolist()
    point = shapely.point_on_surface(max(parts, key=lambda part: part.area))
    return shapely.Point(round(point.x, 6), round(point.y, 6))


def _rings(shape: BaseGeometry) -> Iterator[list[tuple[float, float]]]:
    for part in shapely.get_parts(shape).tolist():
        for ring in (part.exterior, *part.interiors):
            yield shapely.get_coordinates(ring).tolist()


def _about(mark: Mark, columns: Sequence[Column], lang: str, trust: str) -> str:
    said = [
        f"{getattr(column.label, lang)} {value_text(mark.about[column.id], column.unit, lang)}"
        for column in columns
        if column.id in mark.about
    ]
    return " · ".join([*said, trust])
