"""The land survey's area of a patch against its printed values, its own pseudocode, and its laws."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from eppv_atlas.area import SurveyRule, area_m2, edges, perimeter_m, survey
from eppv_atlas.area.ellipsoids import CGCS2000, ELLIPSOIDS
from eppv_atlas.area.rings import from_shapes
from eppv_atlas.area.survey import coefficients, ring_areas_plane, rounded
from eppv_atlas.errors import AreaError

BARE = SurveyRule(3, None, None, None, None, None, None)
NORTH = [3_116_900, 3_117_100, 3_117_100, 3_116_900, 3_116_900]
EAST = [640_000, 640_000, 640_300, 640_300, 640_000]
SHEETS = [(28 + 10 / 60, 28_337_967.318), (40.0, 24_684_446.2425), (30.0, 27_847_757.03)]


@pytest.mark.parametrize(("south", "printed_m2"), SHEETS)
def test_sheets_of_the_survey_tables(south, printed_m2):
    # national 1:10,000 sheets, 3'45" by 2'30"
    sheet = shapely.box(120.0, south, 120.0 + 3.75 / 60, south + 2.5 / 60)
    assert area_m2(sheet, "survey", rule=BARE) == pytest.approx(printed_m2, abs=0.005)
    # by all steps: no piece as long as 70 m, so that sides stay meridians and parallels
    fine = shapely.segmentize(sheet, 5e-4)
    assert area_m2(fine, "survey") == pytest.approx(printed_m2, abs=0.05)
    # the four corners alone: the sides are then straight on the plane
    assert 0.04 < abs(area_m2(sheet, "survey") - printed_m2) < 3.0


def test_plane_rectangle_of_the_regulation():
    found = ring_areas_plane(NORTH, EAST, 120.0, CGCS2000, SurveyRule())
    assert found == pytest.approx([59_970.93], abs=0.01)
    with_zone = [40_000_000 + y for y in EAST]
    assert ring_areas_plane(NORTH, with_zone, 120.0, CGCS2000, SurveyRule()) == found
    six = [21_000_000 + y for y in EAST]
    wide = SurveyRule(zone_width=6)
    assert ring_areas_plane(NORTH, six, 123.0, CGCS2000, wide) == pytest.approx(found, abs=0.01)
    two = ring_areas_plane(
        [*NORTH, 1, 1, *NORTH[::-1]], [*EAST, 2, 2, *EAST[::-1]], 120.0, CGCS2000, wide, [0, 5, 7, 12]
    )
    assert two == pytest.approx([found[0], 0.0, found[0]], abs=0.002)


def test_disc_of_ten_kilometres():
    geod = Geod(a=6378137.0, rf=298.257222101)
    lon, lat, _ = geod.fwd(np.full(360, 105.0), np.full(360, 35.0), -np.arange(360.0), np.full(360, 1e4))
    disc = shapely.Polygon(np.column_stack([lon, lat]))
    assert area_m2(disc, "survey") / 1e6 == pytest.approx(314.143251, abs=6e-7)
    assert perimeter_m(disc, "survey") == perimeter_m(disc, "geodesic")


def test_series_reaches_the_whole_ellipsoid():
    # 40° of longitude from pole to pole: a ninth of 510,065,621.7185 km²
    gore = shapely.box(100.0, -90.0, 140.0, 90.0)
    assert area_m2(gore, "survey", rule=BARE) / 1e6 * 9 == pytest.approx(510_065_621.7185, rel=1e-10)


def by_the_notice(north, east, central_meridian, e2):
    """The notice's own computing on the ellipsoid of 1980, with its constants, one point at a time."""
    k0, k1, k2 = 1.57048687472752e-07, 5.05250559291393e-03, 2.98473350966158e-05
    k3, k4 = 2.41627215981336e-07, 2.22241909461273e-09
    c, second_e2, b = 6399596.65198801, 6.73950181947292e-03, 6356755.29
    rho = 206264.8062471

    def inverse(x, y):
        e = k0 * x
        s = math.sin(e)
        bf = e + math.cos(e) * (k1 * s - k2 * s**3 + k3 * s**5 - k4 * s**7)
        t, n2 = math.tan(bf), second_e2 * math.cos(bf) ** 2
        v2 = 1 + n2
        q = (y - 500000) / (c / math.sqrt(v2))
        lat = bf - v2 * t / 2 * q**2 + (5 + 3 * t**2 + n2 - 9 * n2 * t**2) * v2 * t / 24 * q**4
        lat -= (61 + 90 * t**2 + 45 * t**4) * v2 * t / 720 * q**6
        lon = q - (1 + 2 * t**2 + n2) * q**3 / 6
        lon += (5 + 28 * t**2 + 24 * t**4 + 6 * n2 + 8 * n2 * t**2) * q**5 / 120
        lon = lon / math.cos(bf) + math.radians(central_meridian)
        return round(lat * rho, 6) / rho, round(lon * rho, 6) / rho

    points = []
    for i in range(len(north) - 1):
        pieces = int(math.hypot(north[i + 1] - north[i], east[i + 1] - east[i]) / 70) + 1
        for j in range(pieces):
            x = north[i] + (north[i + 1] - north[i]) * j / pieces
            y = east[i] + (east[i + 1] - east[i]) * j / pieces
            points.append(inverse(round(x, 6), round(y, 6)))
    points.append(points[0])
    a_to_e = [
        1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4,
        1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4,
        3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4,
        1 / 112 * e2**3 + 45 / 2304 * e2**4,
        5 / 2304 * e2**4,
    ]
    total = 0.0
    for (b1, l1), (b2, l2) in itertools.pairwise(points):
        series = 0.0
        for k, value in enumerate(a_to_e):
            series += (
                (-1) ** k
                * value
                * math.sin((2 * k + 1) * (b2 - b1) / 2)
                * math.cos((2 * k + 1) * (b1 + b2) / 2)
            )
        total += 2 * b * b * ((l1 + l2) / 2 - math.radians(central_meridian)) * series
    return abs(total)


FIRST, SECOND = 6.69438499958795e-03, 6.73950181947292e-03
anywhere = st.tuples(st.integers(2_300_000, 5_500_000), st.integers(390_000, 610_000))
sizes = st.lists(st.floats(15.0, 400.0), min_size=3, max_size=12)


@settings(deadline=None, max_examples=40)
@given(anywhere, sizes)
def test_agrees_with_the_computing_that_the_notice_prints(corner, radii):
    turn = np.linspace(0, 2 * np.pi, len(radii) + 1)
    radii = np.array([*radii, radii[0]])
    north = np.round(corner[0] + radii * np.cos(turn), 4)
    east = np.round(corner[1] + radii * np.sin(turn), 4)
    north[-1], east[-1] = north[0], east[0]
    rule = SurveyRule()
    (found,) = ring_areas_plane(north, east, 114.0, ELLIPSOIDS["Xian80"], rule)
    expected = by_the_notice(north.tolist(), east.tolist(), 114.0, FIRST)
    # seconds to 6 decimals move a point by 3e-5 m: two computings differ by that along the ring
    slack = 3e-5 * np.hypot(np.diff(north), np.diff(east)).sum()
    assert found == pytest.approx(expected, abs=slack)


def test_pseudocode_of_the_notice_slips_to_the_second_eccentricity():
    north = [4_000_000, 4_002_000, 4_002_000, 4_000_000, 4_000_000]
    east = [500_000, 500_000, 502_000, 502_000, 500_000]
    (found,) = ring_areas_plane(north, east, 114.0, ELLIPSOIDS["Xian80"], SurveyRule())
    assert by_the_notice(north, east, 114.0, FIRST) == pytest.approx(found, rel=1e-8)
    assert by_the_notice(north, east, 114.0, SECOND) / found - 1 == pytest.approx(3.1e-5, rel=0.1)
    assert coefficients(FIRST)[0] == pytest.approx(1.003364, abs=1e-6)


parcels = st.tuples(
    st.floats(74, 134),
    st.floats(4, 53),
    st.lists(st.floats(10.0, 300.0), min_size=3, max_size=9),
    st.floats(0, 360),
)


def parcel(values):
    """A ring round a place with given distances, lon and lat."""
    lon, lat, radii, turn = values
    geod = CGCS2000.geod
    azimuth = turn - np.arange(len(radii)) * 360.0 / len(radii)
    x, y, _ = geod.fwd(np.full(len(radii), lon), np.full(len(radii), lat), azimuth, radii)
    return np.append(x, x[0]), np.append(y, y[0])


@settings(deadline=None, max_examples=40)
@given(parcels)
def test_without_roundings_and_with_short_pieces_it_is_the_ellipsoids_area(values):
    lon, lat = parcel(values)
    dense = SurveyRule(3, None, None, 1.0, None, None, None)
    ring = shapely.Polygon(np.column_stack(edges.divided(lon, lat, CGCS2000, 2.0)))
    plain = shapely.Polygon(np.column_stack([lon, lat]))
    ulps = 3e-8 * perimeter_m(plain)  # last digits of degrees, and of the projection
    assert area_m2(ring, "survey", rule=dense) == pytest.approx(area_m2(plain), rel=2e-10, abs=ulps)
    straight = shapely.segmentize(plain, 2e-5)
    assert area_m2(straight, "survey", rule=dense) == pytest.approx(
        area_m2(plain, "lonlat"), rel=2e-10, abs=ulps
    )
    # and as the survey has it, an area differs by its roundings and little else
    slack = 6e-5 * perimeter_m(plain) + 2e-7 * area_m2(plain) + 0.005
    assert area_m2(plain, "survey") == pytest.approx(area_m2(plain), abs=slack)


@settings(deadline=None, max_examples=40)
@given(parcels)
def test_direction_of_a_ring_is_nothing(values):
    lon, lat = parcel(values)
    for rule, within in (
        (SurveyRule(area_decimals=None), 2e-4),
        (SurveyRule(3, None, None, 70.0, None, None, None), 1e-6),
    ):
        there = area_m2(shapely.Polygon(np.column_stack([lon, lat])), "survey", rule=rule)
        back = area_m2(shapely.Polygon(np.column_stack([lon[::-1], lat[::-1]])), "survey", rule=rule)
        assert there > 0
        assert back == pytest.approx(there, abs=within)


def test_hole_is_subtracted_whatever_its_winding_and_lies_in_the_plane_of_its_shell():
    shell = [(118.3, 30), (118.7, 30), (118.7, 30.1), (118.3, 30.1)]  # zones meet at 118.5°
    hole = [(118.32, 30.02), (118.35, 30.02), (118.35, 30.05), (118.32, 30.05)]
    unrounded = SurveyRule(central_meridian=120.0, area_decimals=None)
    sizes = [area_m2(shapely.Polygon(ring), "survey", rule=unrounded) for ring in (shell, hole)]
    assert SurveyRule().meridian(np.array([118.3, 118.5, 118.7])).tolist() == [117.0, 120.0, 120.0]
    for inner in (hole, hole[::-1]):
        for outer in (shell, shell[::-1]):
            found = area_m2(shapely.Polygon(outer, [inner]), "survey")
            assert found == pytest.approx(sizes[0] - sizes[1], abs=0.02)
    in_own_zone = area_m2(shapely.Polygon(hole), "survey", rule=SurveyRule(area_decimals=None))
    assert abs(in_own_zone - sizes[1]) > 0.1


def test_the_area_of_a_patch_is_rounded_once():
    holes = [
        shapely.box(119 + k / 1000, 30, 119.0003 + k / 1000, 30.0003).exterior.coords for k in range(1, 40)
    ]
    rings = from_shapes([shapely.Polygon(shapely.box(119, 29.9, 119.1, 30.1).exterior.coords, holes)])
    per_ring = survey.ring_areas(rings, CGCS2000, SurveyRule())
    (found,) = survey.areas(rings, CGCS2000, SurveyRule())
    assert found == pytest.approx(round(float((per_ring * rings.sign).sum()), 2), abs=1e-9)
    assert abs(found - (np.round(per_ring, 2) * rings.sign).sum()) > 0.005
    assert rounded(np.array([0.125, -0.125, 2.5, 0.1249]), 2).tolist() == [0.13, -0.13, 2.5, 0.12]


def test_runs_of_rings_do_not_matter(monkeypatch):
    rng = np.random.default_rng(4)
    shapes = [None, shapely.Polygon()]
    for _ in range(60):
        x, y = rng.uniform(80, 130), rng.uniform(10, 50)
        box = shapely.box(x, y, x + rng.uniform(1e-3, 0.02), y + 0.003)
        shapes.append(box.difference(shapely.box(x + 2e-4, y + 1e-3, x + 5e-4, y + 2e-3)))
        shapes.append(shapely.MultiPolygon([box, shapely.box(x + 1, y, x + 1.001, y + 0.001)]))
    shapes.append(shapely.force_3d(shapes[-1], 100.0))
    whole = area_m2(shapes, "survey")
    assert np.isnan(whole[0])
    assert whole[1] == 0
    assert whole[-1] == whole[-2] > 0
    assert (
        area_m2([None if s is None else s.wkb for s in shapes], "survey").tolist()[1:] == whole.tolist()[1:]
    )
    monkeypatch.setattr(survey, "CHUNK", 12)
    monkeypatch.setattr(survey, "POINTS", 40)
    assert area_m2(shapes, "survey").tolist()[1:] == whole.tolist()[1:]


@pytest.mark.parametrize(
    ("step", "value", "most_m2"),
    [
        ("plane_decimals", 4, 1.0),
        ("inserted_decimals", 6, 0.01),
        ("second_decimals", 6, 1.0),
        ("area_decimals", 2, 0.005),
        ("insert_every_m", None, 3000.0),  # edges of 4 km without points between
    ],
)
def test_each_step_can_be_switched_off(step, value, most_m2):
    shape = shapely.Polygon([(119.1, 30.0), (119.1423, 30.0134), (119.1317, 30.0512)])
    steps = dataclasses.asdict(BARE) | {"insert_every_m": 70.0}
    without = area_m2(shape, "survey", rule=SurveyRule(**steps))
    assert 1e-7 < abs(area_m2(shape, "survey", rule=SurveyRule(**steps | {step: value})) - without) < most_m2


def test_across_the_antimeridian():
    there = shapely.Polygon([(179.99, 60), (-179.99, 60), (-179.99, 60.01), (179.99, 60.01)])
    here = shapely.Polygon([(119.99, 60), (120.01, 60), (120.01, 60.01), (119.99, 60.01)])
    assert area_m2(there, "survey") == pytest.approx(area_m2(here, "survey"), abs=0.1)


def test_a_sphere_has_a_survey_area_too():
    sphere = ELLIPSOIDS["CGCS2000"].__class__("sphere", 6_371_007.0, np.inf)
    box = shapely.segmentize(shapely.box(119.0, 30.0, 119.01, 30.01), 5e-4)
    expected = 6_371_007.0**2 * math.radians(0.01) * (math.sin(math.radians(30.01)) - 0.5)
    assert area_m2(box, "survey", sphere) == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: SurveyRule(zone_width=5), "none of 5°"),
        (lambda: SurveyRule(insert_every_m=0.0), "every 0.0 m"),
        (lambda: area_m2(shapely.box(1, 1, 2, 2), rule=SurveyRule()), "for model 'survey'"),
        (lambda: area_m2([None, shapely.box(0, 1, 100, 2)], "survey"), "feature 1 reaches"),
        (lambda: ring_areas_plane(NORTH[:-1], EAST[:-1], 120.0, CGCS2000, BARE), "not closed"),
        (
            lambda: ring_areas_plane(NORTH, [3.9e7 + y for y in EAST], 120.0, CGCS2000, BARE),
            "central meridian 120°",
        ),
    ],
)
def test_what_has_no_survey_area_is_refused(call, said):
    with pytest.raises(AreaError, match=said) as caught:
        call()
    assert caught.value.zh
