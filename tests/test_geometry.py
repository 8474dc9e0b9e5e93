"""Discs, rings, parts and grids: areas true on the ellipsoid."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas import boundaries, geometry
from eppv_atlas.area import CGCS2000, area_m2
from eppv_atlas.errors import RecipeError

places = st.tuples(st.floats(74, 134), st.floats(4, 53))
WULAN, WUYISHAN = "632821", "350782"
BEND = shapely.Polygon([(110, 30), (111, 30), (111, 30.2), (110.3, 30.2), (110.3, 30.9), (110, 30.9)])
HOLED = shapely.Polygon(
    shapely.box(110, 30, 110.5, 30.5).exterior, [shapely.box(110.1, 30.1, 110.4, 30.35).exterior]
)
TWO = shapely.MultiPolygon([shapely.box(110, 30, 110.1, 30.1), shapely.box(110.6, 30, 110.7, 30.1)])


def sampled(shape, every_m):
    """Points on the geodesic edges of polygons, by GeographicLib and nothing of ours."""
    out = []
    for ring in (r for part in shapely.get_parts(shape) for r in (part.exterior, *part.interiors)):
        xy = shapely.get_coordinates(ring)
        for (x1, y1), (x2, y2) in pairwise(xy):
            out.append([(x1, y1)])
            pieces = int(CGCS2000.inv(x1, y1, x2, y2)[2] // every_m)
            if pieces:
                out.append(CGCS2000.npts(x1, y1, x2, y2, pieces))
    return np.array([point for run in out for point in run])


def distances_m(xy, points):
    """Least geodesic distance of every xy from the points: the nearest few by chord, then by GeographicLib."""

    def ecef(lonlat):
        lon, lat = np.radians(lonlat).T
        n = CGCS2000.a / np.sqrt(1 - CGCS2000.es * np.sin(lat) ** 2)
        flat = n * np.cos(lat)
        return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), n * (1 - CGCS2000.es) * np.sin(lat)])

    there, out = ecef(points), []
    for place, here in zip(xy, ecef(xy), strict=True):
        near = points[np.argpartition(np.sum((there - here) ** 2, axis=1), 4)[:5]]
        out.append(min(CGCS2000.inv(np.full(5, place[0]), np.full(5, place[1]), *near.T)[2]))
    return np.array(out)


@settings(deadline=None, max_examples=40)
@given(places, st.floats(1e4, 5e9))
def test_disc_has_its_area_and_is_round(place, target):
    shape, radius = geometry.disc(*place, target)
    assert area_m2(shape) == pytest.approx(target, rel=1e-9)
    assert len(shape.exterior.coords) == 1025
    xy = shapely.get_coordinates(shape)[:-1]
    distances = CGCS2000.inv([place[0]] * len(xy), [place[1]] * len(xy), xy[:, 0], xy[:, 1])[2]
    assert min(distances) == pytest.approx(radius, rel=1e-6)
    assert max(distances) == pytest.approx(radius, rel=1e-6)


def test_clipped_disc_grows_until_it_has_its_area():
    half = shapely.box(119.0, 29.0, 120.0, 31.0)
    free, free_radius = geometry.disc(120.0, 30.0, 1e8)
    shape, radius = geometry.disc(120.0, 30.0, 1e8, clip=half)
    assert area_m2(shape) == pytest.approx(1e8, rel=1e-9)
    assert radius == pytest.approx(free_radius * 2**0.5, rel=1e-3)
    assert shapely.within(shape, half)
    assert not shapely.within(free, half)


def test_ring_by_distance_is_that_wide_everywhere():
    inner, _ = geometry.disc(103.0, 36.0, 4e8)
    ring = geometry.ring(inner, 5_000.0)
    wide = distances_m(shapely.get_coordinates(ring.exterior)[::20], shapely.get_coordinates(inner))
    assert wide == pytest.approx([5_000.0] * len(wide), abs=0.01)
    assert area_m2(geometry.polygons(shapely.intersection(ring, inner))) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("distance", [30_000.0, 2_000.0, -1_500.0])
@pytest.mark.parametrize(
    "shape",
    [BEND, HOLED, TWO, *map(boundaries.outline, (WULAN, WUYISHAN))],
    ids=["bend", "holed", "two", "wulan", "wuyishan"],
)
def test_every_vertex_of_a_buffer_is_at_its_distance(shape, distance):
    made = geometry.buffer(shape, distance)
    assert made.is_valid
    xy = shapely.get_coordinates(made)
    xy = xy[:: max(1, len(xy) // 80)]
    # the nearest of points 20 m apart is farther than the edge by 100/2d m at most
    found = distances_m(xy, sampled(shape, 20.0)) - abs(distance)
    assert found.min() > -0.005
    assert found.max() < 0.005 + 100 / (2 * abs(distance))


def test_nothing_within_the_distance_is_left_out():
    # points all about the outline: nearer ones are inside the buffer, farther ones outside
    shape = boundaries.outline(WUYISHAN)
    west, south, east, north = geometry.buffer(shape, 6_000.0).bounds
    rng = np.random.default_rng(4)
    xy = np.column_stack([rng.uniform(west, east, 400), rng.uniform(south, north, 400)])
    xy = xy[~shapely.contains_xy(shape, xy)]
    distance = distances_m(xy, sampled(shape, 40.0))
    inside = shapely.contains_xy(geometry.buffer(shape, 5_000.0), xy)
    clear = np.abs(distance - 5_000.0) > 0.1
    assert 20 < inside.sum() < len(xy) - 20
    assert (inside[clear] == (distance[clear] < 5_000.0)).all()


@settings(deadline=None, max_examples=8)
@given(places, st.floats(1e3, 3e4), st.floats(1e3, 3e4))
def test_buffers_of_discs_lines_and_points_have_the_areas_of_discs(place, radius, distance):
    lon, lat = place
    point = geometry.buffer(shapely.Point(place), radius)
    assert area_m2(point) == pytest.approx(area_m2(geometry.geodesic_disc(lon, lat, radius)), rel=1e-10)
    # a disc's polygon and its buffer have arcs of 1/1024: 6.3e-6 less than circles, each
    twice = geometry.buffer(point, distance)
    assert area_m2(twice) == pytest.approx(
        area_m2(geometry.geodesic_disc(lon, lat, radius + distance)), rel=2e-5
    )
    back = geometry.buffer(twice, -distance)
    assert area_m2(back) == pytest.approx(area_m2(point), rel=2e-5 * (1 + distance / radius))
    line = geometry.buffer(shapely.LineString([place, CGCS2000.fwd(lon, lat, 30.0, 1e4)[:2]]), radius)
    # curvature adds 1.2e-14 · area, as a share, at most
    assert area_m2(line) == pytest.approx(np.pi * radius**2 + 2e4 * radius, rel=6e-5)


def test_rings_are_bands_that_fill_what_they_bound():
    distances = (-3_000.0, -1_000.0, 0.0, 2_000.0, 8_000.0)
    bands = geometry.rings(HOLED, distances)
    inner, outer = geometry.buffers(HOLED, (-3_000.0, 8_000.0))
    assert sum(area_m2(bands)) == pytest.approx(area_m2(outer) - area_m2(inner), rel=1e-9)
    for k, a in enumerate(bands):
        for b in bands[:k]:
            assert area_m2(geometry.polygons(shapely.intersection(a, b))) < 1.0
    half = shapely.box(110.2, 29, 112, 31)
    for whole, clipped in zip(bands, geometry.rings(HOLED, distances, clip=half), strict=True):
        assert shapely.within(clipped, shapely.buffer(half, 1e-9))
        assert 0 < area_m2(clipped) < area_m2(whole)
    inside = geometry.ring(HOLED, -1_000.0)
    assert area_m2(inside) == pytest.approx(area_m2(bands[1]), rel=1e-9)


@pytest.mark.parametrize(
    ("shape", "target", "most"),
    [
        (geometry.disc(103, 36, 1e9)[0], 1e9, 3),
        (BEND, 4e9, 4),
        (HOLED, 3e9, 4),
        (boundaries.outline(WULAN), 3e9, 4),
        (boundaries.outline(WUYISHAN), 4e9, 4),
        (TWO, 4e9, 5),  # they grow together
    ],
    ids=["disc", "bend", "holed", "wulan", "wuyishan", "two"],
)
def test_a_ring_of_area_takes_four_evaluations(shape, target, most, monkeypatch):
    made = []
    moved = geometry.Outline.moved
    monkeypatch.setattr(geometry.Outline, "moved", lambda self, d: made.append(d) or moved(self, d))
    found = geometry.sized_ring(shape, target)
    assert len(made) == found.evaluations <= most
    assert area_m2(found.shape) == pytest.approx(target, abs=1.0)
    assert abs(found.residual_m2) <= 1.0


@pytest.mark.parametrize(
    ("clip", "most"),
    [
        (shapely.box(117.2, 27, 118.5, 28.3), 6),
        (shapely.box(117.6, 26, 120, 30), 8),
        (shapely.box(118.3, 26, 120, 30), 25),  # the first guesses do not even touch it
    ],
)
def test_a_clipped_ring_has_its_area_too(clip, most):
    inner, _ = geometry.disc(117.7, 27.7, 1e9)
    found = geometry.sized_ring(inner, 1.5e9, clip)
    assert area_m2(found.shape) == pytest.approx(1.5e9, abs=1.0)
    assert found.evaluations <= most
    assert shapely.within(found.shape, shapely.buffer(clip, 1e-9))


@settings(deadline=None, max_examples=8)
@given(places, st.floats(1e6, 1e9), st.floats(0.1, 4))
def test_ring_of_area(place, inner_m2, ratio):
    inner, _ = geometry.disc(*place, inner_m2)
    ring, distance = geometry.ring_of_area(inner, inner_m2 * ratio)
    assert distance > 0
    assert area_m2(ring) == pytest.approx(inner_m2 * ratio, rel=1e-8)


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from(["west", "east", "south", "north", "centre", "edge"]),
    st.floats(0.05, 0.6),
    st.floats(0, 0.35),
)
def test_part_is_area_true_and_inside(side, share, after):
    whole, _ = geometry.disc(104.0, 30.0, 3e8, clip=shapely.box(103.9, 29.0, 105.0, 31.0))
    part = geometry.part(whole, after, after + share, side)
    assert area_m2(part) == pytest.approx(area_m2(whole) * share, rel=1e-6)
    assert area_m2(geometry.polygons(shapely.difference(part, whole))) < 1e-6 * area_m2(part)


@pytest.mark.parametrize("side", ["west", "north", "centre", "edge"])
@pytest.mark.parametrize("after", [5e-324, 1e-17, 1.2e-16, 1e-13, 1e-11])
def test_a_vanishing_share_ends_the_search(side, after):
    whole, _ = geometry.disc(104.0, 30.0, 3e8)
    part = geometry.part(whole, after, after + 0.5, side)
    assert area_m2(part) == pytest.approx(area_m2(whole) / 2, rel=1e-6)


def test_a_search_finds_its_way_over_kinks_and_flats_and_refuses_leaps():
    flat = geometry.newton(lambda x: (max(x - 50.0, 0.0), float(x > 50)), 10.0, 1.0, 1000.0)
    assert flat.x == pytest.approx(60.0)
    kink = geometry.newton(lambda x: (min(x, 1.0 + 1e-4 * x), 1.0 if x < 1 else 1e-4), 1.01, 0.1, 1000.0)
    assert kink.x == pytest.approx(100.0)
    with pytest.raises(RecipeError, match="leaps"):
        geometry.newton(lambda x: (10.0 * (x > 3) + 1e-6 * x, 1e-6), 5.0, 1.0, 100.0)
    with pytest.raises(RecipeError, match="at most"):
        geometry.newton(lambda x: (x, 1.0), 500.0, 1.0, 100.0)


def test_a_search_may_begin_at_zero():
    assert geometry.solve_increasing(lambda x: x * x, 4.0, 0.0, 10.0) == pytest.approx(2.0)


def test_parts_that_follow_each_other_fill_the_whole():
    whole, _ = geometry.disc(104.0, 30.0, 3e8)
    parts = [geometry.part(whole, a, b, "west") for a, b in ((0, 0.2), (0.2, 0.7), (0.7, 1))]
    assert sum(area_m2(parts)) == pytest.approx(area_m2(whole), rel=1e-8)
    assert parts[0].bounds[2] == pytest.approx(parts[1].bounds[0], abs=1e-9)


@pytest.mark.parametrize("cells", [1, 2, 7, 98])
def test_grid_cells_are_equal(cells):
    whole, _ = geometry.disc(117.7, 27.7, 1e9)
    grid = geometry.grid(whole, cells)
    areas = area_m2(list(grid.geoms))
    assert len(areas) == cells
    assert areas == pytest.approx([1e9 / cells] * cells, rel=1e-6)
    assert area_m2(geometry.polygons(shapely.unary_union(list(grid.geoms)))) == pytest.approx(1e9, rel=1e-8)


@pytest.mark.parametrize(
    ("whole", "cells"),
    [(shapely.box(100, 30, 104, 33), 7), (boundaries.outline(WUYISHAN), 98), (HOLED, 40), (BEND, 31)],
    ids=["long edges", "wuyishan", "holed", "bend"],
)
def test_grid_cells_are_equal_whatever_the_edges(whole, cells):
    areas = np.array(area_m2(list(geometry.grid(whole, cells).geoms)))
    assert areas * cells / area_m2(whole) == pytest.approx(np.ones(cells), abs=1e-6)


def test_small_cells_are_equal():
    whole, _ = geometry.disc(117.7, 47.7, 1e6)
    areas = area_m2(list(geometry.grid(whole, 50).geoms))
    assert areas == pytest.approx([2e4] * 50, rel=1e-6)


def test_canonical_form_is_stable_valid_and_counter_clockwise():
    ring, _ = geometry.ring_of_area(geometry.disc(117.7, 27.7, 1e9)[0], 2e9)
    once = geometry.canonical(ring)
    assert shapely.equals_exact(geometry.canonical(once), once)
    assert once.is_valid
    assert once.exterior.is_ccw
    assert not once.interiors[0].is_ccw
    assert all(round(v, 6) == v for v in shapely.get_coordinates(once).ravel())
    assert area_m2(once) == pytest.approx(2e9, rel=1e-6)


@pytest.mark.parametrize(
    "recipe",
    [
        lambda: geometry.disc(120, 30, 1e12, clip=shapely.box(119, 29, 121, 31)),
        lambda: geometry.disc(
            120, 30, 1e8, clip=shapely.box(119, 29, 121, 31), minus=shapely.box(118, 28, 122, 32)
        ),
        lambda: geometry.disc(179.99, 30, 1e9),
        lambda: geometry.disc(120, 30, 0),
        lambda: geometry.ring_of_area(
            shapely.box(120, 30, 120.1, 30.1), 1e10, shapely.box(119.9, 29.9, 120.2, 30.2)
        ),
        lambda: geometry.ring(shapely.box(110, 30, 118, 38), 1000),
        lambda: geometry.ring_of_area(shapely.box(120, 30, 120.1, 30.1), float("nan")),
        lambda: geometry.part(shapely.box(120, 30, 121, 31), 0.5, 1.2, "west"),
        lambda: geometry.buffer(shapely.box(179.0, 10, 179.9, 11), 20_000),
        lambda: geometry.buffer(
            shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)]), 9
        ),
        lambda: geometry.buffer(shapely.box(179.5, 10, 180.5, 11), -9),
        lambda: geometry.buffer(shapely.box(0, 88, 10, 88.5), 200_000),
        lambda: geometry.buffer(shapely.Point(3, 88.5), 280_000),
        lambda: geometry.buffer(shapely.Polygon([(x, 88.9) for x in range(-180, 180, 20)]), 9),
        lambda: geometry.geodesic_disc(0, 90, 1000),
        lambda: geometry.geodesic_disc(0, 85, 600_000),
        lambda: geometry.geodesic_disc(0, -87, 2_000_000),
        lambda: geometry.buffer(shapely.Polygon(), 9),
        lambda: geometry.buffer(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), 9),
        lambda: geometry.buffer(shapely.box(0, 0, 1, 1), float("nan")),
        lambda: geometry.rings(shapely.box(0, 0, 1, 1), (5, 1)),
        lambda: geometry.grid(shapely.box(170, 0, 190, 1), 5),
    ],
)
def test_recipes_without_solution_say_so(recipe):
    with pytest.raises(RecipeError):
        recipe()
