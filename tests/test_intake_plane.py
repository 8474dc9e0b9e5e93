"""Plane coordinates: which zone, which axis first, found by the county alone; nothing is taken that could be two."""

import random
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Proj

from eppv_atlas import boundaries
from eppv_atlas.errors import UnknownPlace
from eppv_atlas.intake import plane
from eppv_atlas.intake.plane import Way

XICHOU = "532623"
KINDS = ("three", "three-numbered", "six", "six-numbered", "utm", "degrees", "mercator")


def way_of(kind, lon, *, swapped):
    """The way in which somebody at this longitude would write coordinates."""
    if kind in {"degrees", "mercator"}:
        return Way(kind, swapped=swapped)
    numbered = kind.endswith("numbered")
    meridian = round(lon / 3) * 3 if kind.startswith("three") else int(lon // 6) * 6 + 3
    return Way(kind.removesuffix("-numbered"), meridian, numbered, swapped)


@cache
def projection(code):
    """What the database has under a code."""
    return Proj(code)


def written(degrees, way):
    """Points in degrees as a file has them."""
    pairs = degrees
    if way.kind != "degrees":
        pairs = np.column_stack(projection(way.crs())(degrees[:, 0], degrees[:, 1]))
    return pairs[:, ::-1] if way.swapped else pairs


def somewhere(code, chance):
    """Corners of a small field in a county."""
    point = shapely.point_on_surface(boundaries.outline(code))
    size = chance.uniform(0.0005, 0.01)
    turns = np.sort([chance.uniform(0, 2 * np.pi) for _ in range(8)])
    return np.column_stack([point.x + size * np.cos(turns), point.y + size * np.sin(turns)])


def same(found, wanted):
    """Whether two ways give the same numbers: a 6° zone without its number is the 3° zone of its meridian."""
    kinds = {"three", "six"}
    alike = {found.kind, wanted.kind} <= kinds or found.kind == wanted.kind
    return alike and (found.meridian, found.numbered, found.swapped) == (
        wanted.meridian, wanted.numbered, wanted.swapped
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_way_is_found_in_counties_all_over_china(kind):
    chance = random.Random(kind)
    codes = [place.code for place in boundaries.units("district")[0] if place.code.isdigit()]
    alone = tried = 0
    for code in chance.sample(codes, 150):
        degrees = somewhere(code, chance)
        wanted = way_of(kind, degrees[0, 0], swapped=chance.random() < 0.5)
        found = plane.look(written(degrees, wanted), [code])
        fitting = [reading.way for reading in found.readings if reading.fits]
        assert any(same(way, wanted) for way in fitting), (code, wanted, found)
        assert found.way is None or same(found.way, wanted), (code, wanted, found.way)
        tried += 1
        alone += found.way is not None
    # a number or degrees decide; without a number a 6° zone reads as UTM too, some 1.5 km off
    at_least = {"three": 0.4, "six": 0, "utm": 0}.get(kind, 1)
    assert alone >= at_least * tried


def test_the_codes_are_those_of_the_epsg():
    for datum in plane.DATUMS:
        for kind, zones, meridian_of in (
            ("three", range(25, 46), lambda zone: zone * 3),
            ("six", range(13, 24), lambda zone: zone * 6 - 3),
        ):
            for zone in zones:
                for numbered in (False, True):
                    way = Way(kind, meridian_of(zone), numbered)
                    crs = CRS(way.crs(datum))
                    held = {one.name: one.value for one in crs.coordinate_operation.params}
                    assert way.zone == zone
                    assert crs.name.startswith(datum if datum != "Xian 1980" else "Xian 1980")
                    assert held["Longitude of natural origin"] == meridian_of(zone)
                    assert held["False easting"] == 500_000 + zone * 1e6 * numbered
    assert Way("three", 117, numbered=True).crs() == "EPSG:4527"
    assert Way("three", 105, numbered=True).crs() == "EPSG:4523"
    assert Way("utm", 117).crs() == "EPSG:32650"


def test_a_declared_meridian_that_the_number_denies_is_told():
    chance = random.Random(1)
    degrees = somewhere(XICHOU, chance)  # about 104.7° E: 3° zone 35
    points = written(degrees, Way("three", 105, numbered=True))
    wrong = plane.look(points, [XICHOU], "EPSG:4524")  # zone 36
    assert (wrong.declared, wrong.number, wrong.says) == (0.0, 35, 108.0)
    assert wrong.way == Way("three", 105, numbered=True)
    right = plane.look(points, [XICHOU], "EPSG:4523")
    assert (right.declared, right.number, right.says) == (1.0, None, None)
    bare = plane.look(points, [XICHOU], "EPSG:4544")  # the right meridian, without the number
    assert bare.declared == 0.0
    assert bare.way == Way("three", 105, numbered=True)
    assert plane.look(points, [XICHOU], "nonsense").declared == 0.0


def test_a_zone_without_its_number_is_told_beside_utm():
    degrees = somewhere("330106", random.Random(2))  # about 120.1° E: the 3° zone of 120° E
    found = plane.look(written(degrees, Way("three", 120)), ["330106"])
    assert found.way == Way("three", 120)  # UTM has no such meridian
    degrees = somewhere("320402", random.Random(2))
    found = plane.look(written(degrees, Way("utm", 117)), ["320402"])
    assert {reading.way for reading in found.readings} >= {Way("utm", 117), Way("three", 117)}
    assert found.way is None
    assert {reading.place.code for reading in found.readings if reading.fits and reading.place}


def test_what_lies_elsewhere_is_shown_where_it_lies():
    degrees = somewhere("330106", random.Random(3))
    found = plane.look(degrees, [XICHOU])
    assert found.way is None
    (there,) = [one for one in found.readings if not one.way.swapped]
    assert (there.fits, there.place.code) == (False, "330106")
    with pytest.raises(UnknownPlace):
        plane.look(degrees, ["999999"])


def test_no_points_say_nothing():
    assert plane.look(np.empty((0, 2)), [XICHOU]).readings == ()
    assert plane.look(np.full((3, 2), np.nan), [XICHOU]).readings == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True)
        ),
        max_size=8,
    )
)
def test_any_numbers_are_looked_at(points):
    found = plane.look(np.array(points, dtype=float).reshape(-1, 2), [XICHOU], "EPSG:4523")
    for reading in found.readings:
        assert 0 <= reading.share <= 1
