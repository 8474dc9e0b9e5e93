"""Shortest geodesics between outlines, against brute force and against what is known."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas.area.edges import divided
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import RecipeError
from eppv_atlas.geometry.nearest import CERTAIN_M, Edge, distance_m

GEOD = CGCS2000.geod


def apart(one, other):
    return distance_m(Edge.of(one), Edge.of(other))


def blob(lon, lat, radius, corners, seed):
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    far = radius * (0.5 + 0.5 * rng.random(corners))
    return shapely.Polygon(
        np.column_stack([lon + far * np.cos(angle) / np.cos(np.radians(lat)), lat + far * np.sin(angle)])
    )


def dots(shape, step_m):
    xy = shapely.get_coordinates(shape.exterior)
    return np.column_stack(divided(xy[:, 0], xy[:, 1], CGCS2000, step_m))


def brute(one, other):
    """Every dot of one outline to every dot of the other, then finer about the nearest."""
    a, b = dots(one, 1500.0), dots(other, 1500.0)
    best, pair = np.inf, None
    for lon, lat in a:
        far = GEOD.inv(np.full(len(b), lon), np.full(len(b), lat), b[:, 0], b[:, 1])[2]
        if far.min() < best:
            best, pair = far.min(), ((lon, lat), b[far.argmin()])

    def near(shape, dot):
        fine = dots(shape, 20.0)
        away = GEOD.inv(np.full(len(fine), dot[0]), np.full(len(fine), dot[1]), fine[:, 0], fine[:, 1])[2]
        return fine[away < 4000.0]

    a, b = near(one, pair[0]), near(other, pair[1])
    for lon, lat in a:
        far = GEOD.inv(np.full(len(b), lon), np.full(len(b), lat), b[:, 0], b[:, 1])[2]
        best = min(best, far.min())
    return best


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_least_of_all_geodesics(seed):
    one = blob(147.0, -33.0, 0.02 + 0.1 * seed, 6 + seed, seed)
    other = blob(148.9 + seed / 7, -31.5 - seed / 5, 0.3, 17, 100 + seed)
    if shapely.intersects(one, other):
        other = shapely.affinity.translate(other, 2.0)
    found, least = apart(one, other), brute(one, other)
    assert found <= least + CERTAIN_M  # dots can only be farther
    assert found == pytest.approx(least, abs=max(CERTAIN_M, 20.0**2 / least))


def test_a_site_as_long_as_a_pipeline():
    """800 km from end to end: the chart bends its ends, the answer does not."""
    line = shapely.Polygon([(143.0, -34.0), (151.0, -30.0), (151.01, -30.01), (143.01, -34.01)])
    other = blob(151.9, -29.4, 0.2, 9, 3)
    assert apart(line, other) == pytest.approx(brute(line, other), abs=CERTAIN_M + 0.02)


def test_points_along_a_meridian_and_the_equator():
    a, b = shapely.Point(150.0, -33.0), shapely.Point(150.0, -34.0)
    assert apart(a, b) == pytest.approx(GEOD.inv(150, -33, 150, -34)[2], abs=1e-6)
    # one degree of the equator: a π / 180
    assert apart(shapely.Point(10, 0), shapely.Point(11, 0)) == pytest.approx(6378137 * np.pi / 180, abs=1e-6)


def test_the_inside_and_holes_are_no_distance():
    whole = shapely.box(149, -34, 151, -32)
    hole = shapely.Polygon(whole.exterior, [shapely.box(149.5, -33.5, 150.5, -32.5).exterior])
    within = shapely.box(149.9, -33.1, 150.1, -32.9)
    assert apart(within, whole) == 0.0
    # a site inside the hole lies within the outer edge: holes of a site do not count
    assert apart(hole, within) == 0.0
    assert apart(shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)) == 0.0


@settings(max_examples=20)
@given(
    lon=st.floats(100, 150),
    lat=st.floats(-45, 45),
    east=st.floats(0.3, 4),
    north=st.floats(-3, 3),
    seed=st.integers(0, 99),
)
def test_both_ways_are_the_same(lon, lat, east, north, seed):
    one, other = blob(lon, lat, 0.1, 7, seed), blob(lon + east, lat + north, 0.15, 11, seed + 1)
    assert apart(one, other) == pytest.approx(apart(other, one), abs=CERTAIN_M)
    point = shapely.Point(other.exterior.coords[0])
    assert apart(one, other) <= apart(one, point) + CERTAIN_M  # more ground is never farther


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.box(179, 0, 181, 1),
        shapely.Point(0, 89.9),
    ],
)
def test_what_has_no_distance_is_refused(shape):
    with pytest.raises(RecipeError):
        Edge.of(shape)


def test_too_far_is_said():
    with pytest.raises(RecipeError, match=r"5,000 km"):
        apart(shapely.Point(0, 0), shapely.Point(100, 0))
