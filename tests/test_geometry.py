"""Discs, rings, parts and grids: areas true on the ellipsoid."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas import geometry
from eppv_atlas.area import CGCS2000, area_m2
from eppv_atlas.errors import RecipeError

places = st.tuples(st.floats(74, 134), st.floats(4, 53))


@settings(deadline=None, max_examples=40)
@given(places, st.floats(1e4, 5e9))
def test_disc_has_its_area_and_is_round(place, target):
    shape, radius = geometry.disc(*place, target)
    # GeographicLib's own sums are good to about 1e-7 on shapes of a hectare
    assert area_m2(shape) == pytest.approx(target, rel=1e-9 if target > 1e8 else 1e-7)
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
    outer = shapely.get_coordinates(ring.exterior)
    to_inner = [
        min(CGCS2000.inv([x] * 361, [y] * 361, *shapely.get_coordinates(inner).T)[2]) for x, y in outer[::50]
    ]
    assert to_inner == pytest.approx([5_000.0] * len(to_inner), abs=12)
    assert area_m2(geometry.polygons(shapely.intersection(ring, inner))) == pytest.approx(0, abs=1)


@settings(deadline=None, max_examples=15)
@given(places, st.floats(1e6, 1e9), st.floats(0.1, 4))
def test_ring_of_area(place, inner_m2, ratio):
    inner, _ = geometry.disc(*place, inner_m2)
    ring, distance = geometry.ring_of_area(inner, inner_m2 * ratio)
    assert distance > 0
    assert area_m2(ring) == pytest.approx(inner_m2 * ratio, rel=1e-8)


@settings(deadline=None, max_examples=30)
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
        lambda: geometry.part(shapely.box(120, 30, 121, 31), 0.5, 1.2, "west"),
    ],
)
def test_recipes_without_solution_say_so(recipe):
    with pytest.raises(RecipeError):
        recipe()
