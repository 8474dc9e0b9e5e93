"""Places of names and pins, hatching and dots: plain geometry, held by properties."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas.render import style
from eppv_atlas.render.still import hatching, places

FRAME = (0.0, 0.0, 300.0, 200.0)
inside = st.tuples(st.floats(0, 300), st.floats(0, 200))
size = st.tuples(st.floats(1, 90), st.floats(5, 25))
names = st.builds(
    lambda at, wide, gap, within, needed: places.Name(*at, *wide, gap=gap, inside=within, needed=needed),
    inside,
    size,
    st.floats(0, 20),
    st.booleans(),
    st.booleans(),
)
boxes = st.builds(lambda at, wide: (at[0], at[1], at[0] + wide[0], at[1] + wide[1]), inside, size)


def box(name, spot):
    return shapely.box(
        spot.x - name.width / 2, spot.y - name.height / 2, spot.x + name.width / 2, spot.y + name.height / 2
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(names, max_size=25), st.lists(boxes, max_size=8))
def test_names_never_meet_and_stay_in_the_frame(wanted, taken):
    found = places.placed(wanted, taken, FRAME)
    stood = [box(name, spot) for name, spot in zip(wanted, found, strict=True) if spot is not None]
    assert len(found) == len(wanted)
    for one, other in itertools.combinations(stood, 2):
        assert shapely.intersection(one, other).area < 1e-6
    for one in stood:
        assert shapely.box(*FRAME).buffer(1e-6).covers(one)
        for other in taken:
            assert shapely.intersection(one, shapely.box(*other)).area < 1e-6


def test_a_name_alone_stands_where_it_likes_best():
    free = places.Name(150, 100, 40, 10, gap=3)
    (spot,) = places.placed([free], [], FRAME)
    assert (spot.x, spot.y, spot.led) == (150 + 3 + 20, 100, False)
    (spot,) = places.placed([places.Name(150, 100, 40, 10, inside=True)], [], FRAME)
    assert (spot.x, spot.y, spot.led) == (150, 100, False)


def test_a_needed_name_goes_far_with_a_line_and_another_is_left_out():
    around = [(110.0, 70.0, 190.0, 130.0)]
    needed, other = places.placed(
        [places.Name(150, 100, 40, 10), places.Name(150, 100, 40, 10, needed=False)], around, FRAME
    )
    assert needed is not None
    assert needed.led
    assert other is None


def test_a_name_does_not_cover_what_it_names():
    name = places.Name(2, 100, 60, 10, gap=6)  # at the edge: no room to the west
    (spot,) = places.placed([name], [], FRAME)
    assert not box(name, spot).intersects(shapely.Point(2, 100))


@settings(max_examples=80, deadline=None)
@given(st.lists(inside, min_size=1, max_size=25), st.floats(4, 14))
def test_pins_come_apart(points, distance):
    moved = places.apart(np.array(points), distance, FRAME)
    gaps = [np.hypot(*(a - b)) for a, b in itertools.combinations(moved, 2)]
    assert all(gap >= distance - 0.05 for gap in gaps)
    assert (moved >= 0).all()
    assert (moved[:, 0] <= 300).all()
    assert (moved[:, 1] <= 200).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(inside, max_size=12))
def test_pins_keep_out_of_what_would_change_their_meaning(points):
    inset = (200.0, 0.0, 300.0, 90.0)
    moved = places.apart(np.array(points), 14, FRAME, [inset])
    for x, y in moved:
        assert not (inset[0] - 7 + 1e-6 < x and y < inset[3] + 7 - 1e-6)


def test_a_crowd_in_a_line_becomes_a_disc():
    points = np.column_stack([np.linspace(140, 160, 50), np.full(50, 100.0)])
    moved = places.apart(points, 14, (0, 0, 600, 400))
    assert np.hypot(*(moved - points).T).max() < 80
    gaps = [np.hypot(*(a - b)) for a, b in itertools.combinations(moved, 2)]
    assert min(gaps) >= 14 - 0.05


def test_pins_with_room_stay():
    points = np.array([[50.0, 50.0], [100.0, 50.0]])
    assert (places.apart(points, 14, FRAME) == points).all()
    same = places.apart(np.array([[50.0, 50.0], [50.0, 50.0]]), 14, FRAME)
    assert np.hypot(*(same[0] - same[1])) >= 14 - 0.05


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 180), st.floats(2, 9), st.integers(3, 9))
def test_hatching_covers_a_shape_evenly(angle, distance, corners):
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False) + 0.3
    shape = shapely.Polygon(np.column_stack([200 + 90 * np.cos(turns), 90 + 80 * np.sin(turns)]))
    shape = shape.difference(shapely.Point(200, 90).buffer(20))
    found = hatching.lines(shape, [angle], distance)
    rim = shape.buffer(1e-6)
    assert all(rim.covers(shapely.LineString(line)) for line in found)
    length = sum(shapely.LineString(line).length for line in found)
    assert length * distance == pytest.approx(shape.area, rel=0.13)


def test_hatching_of_neighbours_is_one():
    left, right = shapely.box(0, 0, 50, 40), shapely.box(50, 0, 100, 40)
    whole = hatching.lines(shapely.union(left, right), [45], 6)
    halves = hatching.lines(left, [45], 6) + hatching.lines(right, [45], 6)
    assert sum(shapely.LineString(x).length for x in whole) == pytest.approx(
        sum(shapely.LineString(x).length for x in halves)
    )
    one = shapely.union_all([shapely.LineString(x) for x in whole])
    assert one.buffer(1e-6).covers(shapely.union_all([shapely.LineString(x) for x in halves]))


def test_dots_lie_inside_and_are_as_many_as_there_is_room():
    shape = shapely.Point(50, 50).buffer(40).difference(shapely.box(40, 40, 60, 60))
    at = hatching.dots(shape, 4)
    assert shapely.contains_xy(shape, at[:, 0], at[:, 1]).all()
    assert len(at) == pytest.approx(shape.area / (4 * 4 * np.sqrt(3) / 2), rel=0.05)
    assert len(hatching.dots(shapely.Polygon(), 4)) == 0
    assert hatching.lines(shapely.Polygon(), [0], 4) == []


def test_no_two_families_are_hatched_alike():
    looks = [(hatch.angles, hatch.distance) for hatch in style.FAMILY_HATCHES.values()]
    assert len(set(looks)) == len(looks)
