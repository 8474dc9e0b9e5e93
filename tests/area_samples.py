"""Rings that the area engine is held against, and what the reference makes of them.

Run as a script it writes ``tests/data/area_reference.json`` anew, in a minute::

    python tests/area_samples.py

The seed is fixed, and coordinates stand in the file, so that no later edition of
the boundary data changes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

import area_reference as reference
from area_reference import Vertices
from eppv_atlas import boundaries

SEED = 20080032
COUNTIES = ("330106", "330523", "532623", "350781", "540123", "652301", "632801", "230722", "460400")
PROVINCES = ("330000", "650000", "540000", "230000", "460000")
FILE = Path(__file__).parent / "data" / "area_reference.json"
# QGIS issue 40888, and the Antarctica of GeographicLib's documentation
QGIS_40888: Vertices = [
    (20.13293641, 59.95688345),
    (26.94617837, 60.47397663),
    (29.74782155, 62.56499443),
    (27.45254202, 68.70650340),
    (23.75771765, 68.24937206),
    (25.42698984, 65.27444593),
    (21.51545237, 63.10353609),
    (21.40562760, 61.12318104),
    (19.41123592, 60.40477513),
    (20.13293641, 59.95688345),
]
ANTARCTICA: Vertices = [
    *((-58, -63.1), (-74, -72.9), (-102, -71.9), (-102, -74.9), (-131, -74.3), (-163, -77.5), (163, -77.4)),
    *((172, -71.7), (140, -65.9), (113, -65.7), (88, -66.6), (59, -66.9), (25, -69.8), (-4, -70.0)),
    *((-14, -71.0), (-33, -77.3), (-46, -77.9), (-61, -74.7), (-58, -63.1)),
]


def around(lon: float, lat: float, east_m: Any, north_m: Any) -> Vertices:
    """A closed ring by offsets from a place."""
    n = len(east_m)
    azimuth, far = np.degrees(np.arctan2(east_m, north_m)), np.hypot(east_m, north_m)
    x, y, _ = Geod(ellps="GRS80").fwd(np.full(n, lon), np.full(n, lat), azimuth, far)
    if abs(lon) > 179:  # antimeridian, as some files have it: on beyond 180°
        x = np.where(x < 0, x + 360.0, x) if lon > 0 else x
    points = [(round(float(a), 10), round(float(b), 10)) for a, b in zip(x, y, strict=True)]
    return [*points, points[0]]


def star(rng: Any, lon: float, lat: float, longest_m: float) -> Vertices:
    """A ring of irregular form whose longest edge is about as long as said."""
    n = int(rng.integers(5, 21))
    angle = 2 * np.pi * (np.arange(n) + rng.uniform(0, 0.8, n)) / n
    radius = rng.uniform(0.5, 1.0, n)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    scale = longest_m / np.hypot(x - np.roll(x, 1), y - np.roll(y, 1)).max()
    return around(lon, lat, x * scale, y * scale)


def strip(rng: Any, lon: float, lat: float) -> Vertices:
    """A road: 5 m broad, 500 m long, at any angle."""
    along = np.linspace(0, 500, 8)
    bend = 20 * np.sin(along / rng.uniform(60, 200))
    x, y = np.append(along, along[::-1]), np.append(bend, bend[::-1] + 5)
    turn = rng.uniform(0, 2 * np.pi)
    return around(lon, lat, x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn))


def thinned(shape: Any, most: int) -> Vertices:
    """The largest ring of an outline by some of its vertices."""
    ring = max(shapely.get_parts(shape), key=lambda part: part.area).exterior
    points = np.asarray(ring.coords)[:-1, :2]
    some = points[:: max(1, -(-len(points) // most))].tolist()
    return [(a, b) for a, b in [*some, some[0]]]


def patch(rng: Any, lon: float, lat: float, radius_m: float, edge_m: float) -> Vertices:
    """A ring of many short edges."""
    n = int(2 * np.pi * radius_m / edge_m)
    angle = 2 * np.pi * np.arange(n) / n
    radius = radius_m * (1 + 0.2 * np.sin(3 * angle)) + rng.uniform(-0.3, 0.3, n) * edge_m
    return around(lon, lat, radius * np.cos(angle), radius * np.sin(angle))


def samples() -> Iterator[tuple[str, str, Vertices]]:
    """Class, ellipsoid and ring."""
    rng = np.random.default_rng(SEED)

    def china() -> tuple[float, float]:
        return float(rng.uniform(73.5, 134.8)), float(rng.uniform(3.8, 53.4))

    def length(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    own = [("parcel", star(rng, *china(), length(5, 500))) for _ in range(100)]
    for _ in range(25):
        east = 85.0 + float(rng.uniform(-0.002, 0.002)), float(rng.uniform(28, 47))
        own.append(("parcel", star(rng, *east, length(5, 500))))
    own += [("strip", strip(rng, *china())) for _ in range(25)]
    own += [("tiny", star(rng, *china(), length(0.3, 2))) for _ in range(15)]
    own += [("to 10 km", star(rng, *china(), length(500, 9_900))) for _ in range(70)]
    own += [("10 to 1000 km", star(rng, *china(), length(10_000, 900_000))) for _ in range(12)]
    for radius, edge in ((1_500, 200), (1_900, 300), (10_000, 900), (12_500, 1_500), (60_000, 2_900)):
        own += [("many edges", patch(rng, *china(), radius, edge)) for _ in range(2)]
    own.append(("many edges", patch(rng, *china(), 105_000, 2_900)))
    own += _abroad(rng)
    own += [("county", thinned(boundaries.outline(code), 70)) for code in COUNTIES]
    own += [("province", thinned(boundaries.outline(code), 60)) for code in PROVINCES]
    own.append(("New South Wales", thinned(boundaries.outline("AU-NSW"), 120)))
    own.append(("published", QGIS_40888))
    yield from ((kind, "CGCS2000", vertices) for kind, vertices in own)
    yield "published", "WGS84", QGIS_40888
    yield "published", "WGS84", ANTARCTICA
    for body in ("WGS84", "Krassovsky", "sphere", "flat"):
        for far in (50.0, 400.0, 5_000.0, 9_500.0, 300_000.0):
            yield "other ellipsoids", body, star(rng, *china(), far)


def _abroad(rng: Any) -> list[tuple[str, Vertices]]:
    """Where a formula may fail: equator, Greenwich, antimeridian, poles."""
    own = []
    for lon, lat in ((0.0, 0.0), (0.0, 51.4779), (-75.0, 0.001), (102.0, -0.0005), (32.5, 0.0)):
        own += [("equator", star(rng, lon, lat, far)) for far in (400.0, 9_000.0)]
    for lat in (66.0, -72.5, 80.0, 85.0, -88.0, 89.0):
        own.append(("high latitude", star(rng, float(rng.uniform(-170, 170)), lat, 400.0)))
    for lon in (180.0, 179.9999, -180.0):
        for lat, far in ((66.0, 300.0), (-17.0, 8_000.0), (52.0, 60_000.0)):
            own.append(("antimeridian", star(rng, lon, lat, far)))
    for pole in (90.0, -90.0):
        for far in (300.0, 9_000.0, 200_000.0, 900_000.0):
            own.append(("round a pole", star(rng, 0.0, pole, far)))
        for far in (400.0, 9_000.0, 200_000.0):
            own.append(("near a pole", star(rng, 30.0, pole * (1 - far / 5e6), far)))
    own.append(("round a pole", [*((float(lon), -60.0) for lon in range(-180, 180, 20)), (-180.0, -60.0)]))
    return own


def entry(kind: str, body: str, vertices: Vertices) -> dict[str, Any]:
    """One line of the file: what the two models make of a ring."""
    out: dict[str, Any] = {"class": kind, "ellipsoid": body, "ring": vertices}
    for model in ("geodesic", "lonlat"):
        found = reference.ring(reference.BODIES[body], model, vertices)
        out[model] = [reference.mp.nstr(found.area_m2, 30), reference.mp.nstr(found.length_m, 30)]
    return out


if __name__ == "__main__":
    lines = [json.dumps(entry(*sample)) for sample in samples()]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
