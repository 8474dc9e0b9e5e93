"""Columns of WKB: the same areas as from shapes, by either path, and no crash on broken bytes."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from eppv_atlas import boundaries
from eppv_atlas.area import area_m2, columns, edges, rings
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import AreaError

PATHS = [pytest.param(False, id="numpy")]
if columns.COMPILED:
    PATHS.append(pytest.param(True, id="numba"))


def parcel(lon, lat, size=0.003, *, hole=False):
    shell = [(lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size)]
    inner = [
        (lon + size / 4, lat + size / 4),
        (lon + size / 2, lat + size / 4),
        (lon + size / 2, lat + size / 2),
    ]
    return shapely.Polygon(shell, [inner] if hole else None)


SHAPES = [
    parcel(110, 30),
    parcel(85, 45, hole=True),
    shapely.MultiPolygon([parcel(120, 20), parcel(120.1, 20, hole=True), parcel(120.2, 20)]),
    shapely.Polygon(),
    shapely.MultiPolygon(),
    boundaries.outline("532623"),
    boundaries.outline("440000"),
    parcel(179.999, 10),
    shapely.Polygon([(179.5, 60), (-179.5, 60), (-179.5, 61), (179.5, 61)]),
    shapely.Polygon([(0, 80), (90, 80), (180, 80), (-90, 80)]),
    parcel(100, -33),
]


@pytest.fixture(scope="module")
def expected():
    return np.array([area_m2(shape) for shape in SHAPES])


@pytest.mark.parametrize("compiled", PATHS)
@pytest.mark.parametrize("model", ["geodesic", "lonlat"])
def test_wkb_measures_as_the_shapes_do(model, compiled):
    want = [area_m2(shape, model) for shape in SHAPES]
    for form in (
        [shapely.to_wkb(shape) for shape in SHAPES],
        [shapely.to_wkb(shape, byte_order=0) for shape in SHAPES],
        [shapely.to_wkb(shapely.force_3d(shape, 7.0), output_dimension=3) for shape in SHAPES],
        [shapely.to_wkb(shapely.force_3d(shape, 7.0), output_dimension=3, flavor="iso") for shape in SHAPES],
        [shapely.to_wkb(shapely.set_srid(shape, 4490), include_srid=True) for shape in SHAPES],
    ):
        assert columns.areas(form, model, CGCS2000, compiled=compiled) == pytest.approx(want, rel=3e-12)
        for kind in (pa.binary(), pa.large_binary()):
            column = pa.array([None, *form, None], type=kind)
            for arrow in (column[1:-1], pa.chunked_array([column[1:4], column[4:-1]])):
                found = columns.areas(arrow, model, CGCS2000, compiled=compiled)
                assert found == pytest.approx(want, rel=3e-12)
            found = columns.areas(column, model, CGCS2000, compiled=compiled)
            assert np.isnan(found[[0, -1]]).all()
            assert found[1:-1] == pytest.approx(want, rel=3e-12)


def test_both_paths_agree_on_many_parcels():
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(74, 134, 3000), rng.uniform(4, 53, 3000)
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    reach = rng.uniform(0.0001, 0.003, (3000, 16))
    xy = np.stack([lon[:, None] + reach * np.cos(turn), lat[:, None] + reach * np.sin(turn)], -1)
    shapes = shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1))
    wkb = shapely.to_wkb(shapes)
    plain = columns.areas(wkb, "geodesic", CGCS2000, compiled=False)
    assert plain == pytest.approx(area_m2(shapes), rel=1e-15)
    if columns.COMPILED:
        assert columns.areas(wkb, "geodesic", CGCS2000, compiled=True) == pytest.approx(plain, rel=1e-11)


def test_order_and_numbers_of_features_survive_pieces(monkeypatch):
    monkeypatch.setattr(columns, "PIECE_BYTES", 300)
    wkb = [shapely.to_wkb(shape) for shape in SHAPES]
    want = np.array([area_m2(shape) for shape in SHAPES])
    assert columns.areas(wkb, "geodesic", CGCS2000) == pytest.approx(want, rel=3e-12)
    wkb[6] = shapely.to_wkb(shapely.Point(1, 2))
    with pytest.raises(AreaError, match="feature 6"):
        columns.areas(wkb, "geodesic", CGCS2000)


@pytest.mark.parametrize("compiled", PATHS)
@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (shapely.to_wkb(shapely.Point(110, 30)), "not a polygon"),
        (shapely.to_wkb(shapely.LineString([(110, 30), (111, 30)])), "not a polygon"),
        (b"", "breaks off"),
        (b"\x01", "breaks off"),
        (b"\x07" + shapely.to_wkb(parcel(110, 30))[1:], "no WKB"),
        (shapely.to_wkb(parcel(500_000, 3_000_000)), "no longitude and latitude"),
        (shapely.to_wkb(parcel(30, 110)), "no longitude and latitude"),
        (shapely.to_wkb(parcel(110, 30))[:-24] + struct.pack("<d", float("nan")) + bytes(16), "no longitude"),
    ],
)
def test_what_cannot_be_measured_is_named_with_its_number(broken, says, compiled):
    good = shapely.to_wkb(parcel(110, 30))
    with pytest.raises(AreaError, match=f"feature 2: .*{says}"):
        columns.areas([good, good, broken, good], "geodesic", CGCS2000, compiled=compiled)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_cut_or_scrambled_bytes_never_crash(data):
    whole = shapely.to_wkb(data.draw(st.sampled_from(SHAPES[:5])))
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if cut:
            cut[data.draw(st.integers(0, min(len(cut), 40) - 1))] = data.draw(st.integers(0, 255))
    for compiled in {False, columns.COMPILED}:
        try:
            found = columns.areas([bytes(cut)], "geodesic", CGCS2000, compiled=compiled)
        except AreaError as error:
            assert "feature 0" in error.en or "SRID" in error.en  # noqa: PT017 - either outcome is right
        else:
            assert found[0] >= 0 or np.isnan(found[0])


def test_the_walk_reads_what_a_plain_reader_reads():
    wkb = [shapely.to_wkb(shape) for shape in SHAPES if not shape.is_empty]
    read = rings.from_wkb(wkb)
    at = 0
    for feature, item in enumerate(wkb):
        for polygon in rings.one_by_one(item):
            for position, (lon, lat) in enumerate(polygon):
                span = slice(read.start[at], read.start[at + 1])
                assert (read.feature[at], read.sign[at]) == (feature, 1.0 if position == 0 else -1.0)
                assert np.array_equal(read.lon[span], lon)
                assert np.array_equal(read.lat[span], lat)
                at += 1
    assert at == len(read.sign)


def test_an_ellipsoid_by_name_by_crs_and_its_own():
    shape = parcel(110, 30)
    assert area_m2(shape, ellipsoid="EPSG:4490") == area_m2(shape)
    assert area_m2(shape, ellipsoid="WGS84") == pytest.approx(area_m2(shape), rel=1e-9)
    assert area_m2(shape, ellipsoid="Krassovsky") / area_m2(shape) == pytest.approx(
        1 + 2 * 108 / 6378137, rel=1e-5
    )
    with pytest.raises(AreaError):
        area_m2(shape, ellipsoid="potato")
    with pytest.raises(AreaError):
        area_m2(shape, model="flat")


def test_pieces_of_an_overlay_add_up_with_straight_edges_only():
    whole = shapely.Polygon([(110, 30), (110.4, 30.05), (110.35, 30.3), (110.02, 30.33)])
    cut = shapely.box(110.1, 30.1, 110.2, 30.2)
    parts = [shapely.intersection(whole, cut), shapely.difference(whole, cut)]
    left = shapely.intersection(whole, shapely.box(109, 29, 110.17, 31))
    right = shapely.difference(whole, shapely.box(109, 29, 110.17, 31))
    assert sum(area_m2(parts, "lonlat")) == pytest.approx(area_m2(whole, "lonlat"), rel=1e-14)
    assert area_m2(left, "lonlat") + area_m2(right, "lonlat") == pytest.approx(
        area_m2(whole, "lonlat"), rel=1e-13
    )
    apart = area_m2(left) + area_m2(right) - area_m2(whole)
    assert abs(apart) > 1e-3  # geodesic pieces do not


def test_edges_are_divided_until_none_is_long():
    lon, lat = np.array([110.0, 112.0, 112.0, 110.0]), np.array([30.0, 30.0, 31.0, 30.0])
    out_lon, out_lat = edges.divided(lon, lat, CGCS2000, 5000.0)
    assert edges.edge_lengths(out_lon, out_lat, "geodesic", CGCS2000).max() <= 5000.0
    whole = edges.edge_lengths(lon, lat, "geodesic", CGCS2000).sum()
    assert edges.edge_lengths(out_lon, out_lat, "geodesic", CGCS2000).sum() == pytest.approx(whole, rel=1e-12)
