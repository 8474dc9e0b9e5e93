"""Ellipsoidal area against values from outside, and by its own laws."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from eppv_atlas import boundaries
from eppv_atlas.area import area_m2, perimeter_m
from eppv_atlas.errors import AreaError

# GeographicLib's documentation: Antarctica, lat lon, WGS 84
ANTARCTICA = [
    (-63.1, -58),
    (-72.9, -74),
    (-71.9, -102),
    (-74.9, -102),
    (-74.3, -131),
    (-77.5, -163),
    (-77.4, 163),
    (-71.7, 172),
    (-65.9, 140),
    (-65.7, 113),
    (-66.6, 88),
    (-66.9, 59),
    (-69.8, 25),
    (-70.0, -4),
    (-71.0, -14),
    (-77.3, -33),
    (-77.9, -46),
    (-74.7, -61),
]


def test_antarctica_as_published_by_geographiclib():
    shape = shapely.Polygon([(lon, lat) for lat, lon in ANTARCTICA])
    # CGCS2000 differs from WGS 84 by 1.05e-4 m in the minor axis: 1e-10 of an area
    assert area_m2(shape) == pytest.approx(13_662_703_680_020.1, rel=1e-9)
    assert perimeter_m(shape) == pytest.approx(16_831_067.893, rel=1e-9)


@pytest.mark.parametrize(
    ("south", "printed_m2"),
    # national 1:10,000 sheets, 3'45" by 2'30", areas of the survey's tables (CGCS2000)
    [(28 + 10 / 60, 28_337_967.318), (40.0, 24_684_446.2425), (30.0, 27_847_757.03)],
)
def test_survey_sheet_areas(south, printed_m2):
    # parallels are no geodesics: their edges are cut into 2000 pieces
    lons = np.linspace(120.0, 120.0 + 3.75 / 60, 2001)
    north = south + 2.5 / 60
    ring = np.concatenate(
        [
            np.column_stack([lons, np.full_like(lons, south)]),
            np.column_stack([lons[::-1], np.full_like(lons, north)]),
        ]
    )
    assert area_m2(shapely.Polygon(ring)) == pytest.approx(printed_m2, abs=0.02)


def test_disc_of_ten_kilometres():
    geod = Geod(a=6378137.0, rf=298.257222101)
    azimuth = -np.arange(360.0)
    lon, lat, _ = geod.fwd(np.full(360, 105.0), np.full(360, 35.0), azimuth, np.full(360, 1e4))
    assert area_m2(shapely.Polygon(np.column_stack([lon, lat]))) / 1e6 == pytest.approx(314.143251, abs=5e-5)


@pytest.mark.parametrize(
    ("code", "published_km2", "within"),
    [
        ("532623", 1506, 0.01),
        ("330523", 1886, 0.01),
        ("350781", 2852, 0.01),
        ("350723", 2240, 0.01),
        ("AU-NSW", 801_150, 0.002),
    ],
)
def test_outlines_measure_what_is_published(code, published_km2, within):
    assert area_m2(boundaries.outline(code)) / 1e6 == pytest.approx(published_km2, rel=within)


def test_hole_is_subtracted_whatever_its_winding():
    shell = [(119, 30), (119.1, 30), (119.1, 30.1), (119, 30.1)]
    hole = [(119.02, 30.02), (119.05, 30.02), (119.05, 30.05), (119.02, 30.05)]
    expected = area_m2(shapely.Polygon(shell)) - area_m2(shapely.Polygon(hole))
    for inner in (hole, hole[::-1]):
        for outer in (shell, shell[::-1]):
            assert area_m2(shapely.Polygon(outer, [inner])) == pytest.approx(expected, rel=1e-12)


triangles = st.tuples(
    st.floats(74, 134), st.floats(4, 53), st.floats(0.001, 0.4), st.floats(0.001, 0.4), st.floats(-0.3, 0.3)
)


@settings(deadline=None, max_examples=60)
@given(triangles, st.floats(-30, 30))
def test_area_ignores_direction_start_and_longitude(values, shift):
    lon, lat, width, height, skew = values
    points = [(lon, lat), (lon + width, lat), (lon + width + skew / 10, lat + height), (lon, lat + height)]
    area = area_m2(shapely.Polygon(points))
    assert area > 0
    assert area_m2(shapely.Polygon(points[::-1])) == pytest.approx(area, rel=1e-9)
    assert area_m2(shapely.Polygon(points[2:] + points[:2])) == pytest.approx(area, rel=1e-7)
    assert area_m2(shapely.Polygon([(x + shift, y) for x, y in points])) == pytest.approx(area, rel=1e-7)


def test_missing_empty_and_many():
    square = shapely.box(110, 30, 110.1, 30.1)
    found = area_m2([square, None, shapely.Polygon(), shapely.MultiPolygon([square])])
    assert found[0] == found[3] > 0
    assert np.isnan(found[1])
    assert found[2] == 0


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4528", None, "EPSG:4214"])
def test_layers_without_defensible_area_are_refused(crs):
    layer = gpd.GeoSeries([shapely.box(110, 30, 110.1, 30.1)], crs=crs)
    with pytest.raises(AreaError):
        area_m2(layer)


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4490", "EPSG:4326"])
def test_geographic_layers_are_measured(crs):
    layer = gpd.GeoSeries([shapely.box(110, 30, 110.1, 30.1)], crs=crs)
    assert area_m2(layer) == pytest.approx([area_m2(shapely.box(110, 30, 110.1, 30.1))], rel=1e-12)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(500_000, 3_000_000, 500_100, 3_000_100),
        shapely.Point(110, 30),
        shapely.box(30, 110, 31, 111),
    ],
)
def test_wrong_shapes_are_refused(shape):
    with pytest.raises(AreaError):
        area_m2(shape)


@pytest.mark.parametrize(
    "crs",
    [
        "+proj=longlat +R=6378137",
        "+proj=longlat +a=6378137.4 +rf=290",
        "+proj=longlat +ellps=GRS80 +pm=paris",
    ],
)
def test_degrees_on_another_figure_of_the_earth_are_refused(crs):
    with pytest.raises(AreaError):
        area_m2(gpd.GeoSeries([shapely.box(110, 30, 110.1, 30.1)], crs=crs))


def test_an_srid_that_is_no_longitude_and_latitude_is_refused():
    box = shapely.box(110, 30, 110.1, 30.1)
    fine = shapely.set_srid(box, 4490)
    assert area_m2([fine, box, None])[0] == area_m2(box)
    for layer in (
        [shapely.set_srid(box, 3857)],
        [fine, shapely.set_srid(box, 4214)],
        [shapely.to_wkb(shapely.set_srid(box, 3857), include_srid=True)],
    ):
        with pytest.raises(AreaError, match="SRID"):
            area_m2(layer)


def test_holes_larger_than_their_shell_are_no_negative_area():
    shell, hole = shapely.box(110, 30, 110.1, 30.1), shapely.box(111, 30, 111.3, 30.3)
    with pytest.raises(AreaError, match="feature 1"):
        area_m2([shell, shapely.Polygon(shell.exterior.coords, [hole.exterior.coords])])


@pytest.mark.parametrize("given", [{"a": 1}, ["POLYGON EMPTY"], [3], iter([])])
def test_what_is_no_geometry_is_named(given):
    with pytest.raises(AreaError, match="areas are taken of"):
        area_m2(given)


def test_a_geodataframe_is_measured_by_its_geometry():
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(110, 30, 110.1, 30.1)], crs="EPSG:4490")
    assert area_m2(frame) == pytest.approx(area_m2(frame.geometry), rel=1e-15)
