"""The doctor's findings, each against shapes made to have just that fault; rates over places all over China."""

import random
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas import boundaries
from eppv_atlas.area import area_m2
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.intake import corners, doctor, drawn, placing, settling, shift, sizes, soundness
from eppv_atlas.intake.plane import Way
from eppv_atlas.units import UNITS, to_m2
from intake_samples import CASE, CODE, FIELD, OTHER, feature, frame, geojson, near, plane

FILE = "a.geojson"


@pytest.fixture(scope="module")
def case():
    return ea.load(ROOT)[CASE].case


def column(*shapes):
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    return held


def rules(problems):
    return [one.rule for one in problems]


def outline(chance, code, size_deg=0.02):
    """An outline of a few dozen corners somewhere in a county."""
    point = shapely.point_on_surface(boundaries.outline(code))
    turns = np.sort([chance.uniform(0, 2 * np.pi) for _ in range(chance.randrange(12, 40))])
    far = np.array([chance.uniform(0.5, 1) for _ in turns]) * size_deg
    return shapely.Polygon(np.column_stack([point.x + far * np.cos(turns), point.y + far * np.sin(turns)]))


def counties(seed, count):
    units, _ = boundaries.units("district")
    return [unit.code for unit in random.Random(seed).sample(units, count)]


# --- coordinates ------------------------------------------------------------------------------------------

GRIDS = [
    ("EPSG:4528", "350782"), ("EPSG:4549", "350782"), ("EPSG:4498", "350782"), ("EPSG:4526", "330106"),
    ("EPSG:4490", "350782"), ("OGC:CRS84", "350782"), ("EPSG:32650", "350782"), ("EPSG:3857", "350782"),
]  # fmt: skip


@pytest.mark.parametrize(("crs", "code"), GRIDS)
def test_what_is_declared_and_fits_is_taken(crs, code):
    shape = outline(random.Random(code), code)
    if crs == "EPSG:4526":  # zone 38: Hangzhou lies two zones east of it, and the county says so
        with pytest.raises(DataError):
            settling.settle(FILE, column(plane(shape, "EPSG:4528")), [code], crs)
        return
    found = settling.settle(FILE, column(plane(shape, crs)), [code], crs)
    assert near(found.shapes[0], shape)
    assert not found.doubts


@pytest.mark.parametrize(("crs", "way"), [
    ("EPSG:4528", Way("three", 120, numbered=True)), ("EPSG:4549", Way("three", 120)), ("EPSG:4498", Way("six", 117, numbered=True)),
])  # fmt: skip
@pytest.mark.parametrize("swapped", [False, True])
def test_without_a_declaration_every_datum_is_offered_and_none_taken(crs, way, swapped):
    written = plane(FIELD, crs)
    if swapped:
        written = shapely.transform(written, lambda xy: xy[:, ::-1])
    with pytest.raises(DataError) as caught:
        settling.settle(FILE, column(written), [CODE], None)
    (problem,) = caught.value.problems
    for code in (way.crs(), way.crs("Xian 1980"), way.crs("Beijing 1954")):
        assert f"--crs {code}{' --swap' if swapped else ''} (" in problem.message_en
    asked = settling.asked_for(crs)
    assert near(settling.settle(FILE, column(written), [CODE], None, asked, swap=swapped).shapes[0], FIELD)


def test_a_meridian_that_disagrees_with_the_zone_number_is_refused():
    with pytest.raises(DataError, match=r"central meridian 117°, but its eastings begin with zone 40"):
        settling.settle(FILE, column(plane(FIELD, "EPSG:4528")), [CODE], "EPSG:4548")


def test_utm_and_six_degrees_are_told_apart_by_nobody():
    with pytest.raises(DataError) as caught:
        settling.settle(FILE, column(plane(FIELD, "EPSG:32650")), [CODE], None)
    text = caught.value.problems[0].message_en
    assert "several ways fit" in text
    assert "EPSG:32650" in text
    assert "EPSG:4548" in text  # the same meridian as a 3° zone


def test_degrees_without_a_declaration_are_taken_with_a_doubt():
    found = settling.settle(FILE, column(FIELD), [CODE], None)
    assert rules(found.doubts) == ["crs"]
    assert "130 m" in found.doubts[0].message_en
    assert near(found.shapes[0], FIELD)


def test_latitude_first_is_refused_and_taken_with_swap():
    turned = shapely.transform(FIELD, lambda xy: xy[:, ::-1])
    with pytest.raises(DataError, match="--swap"):
        settling.settle(FILE, column(turned), [CODE], "OGC:CRS84")
    assert near(settling.settle(FILE, column(turned), [CODE], "OGC:CRS84", swap=True).shapes[0], FIELD)


def test_feet_null_island_and_numbers_that_are_none():
    with pytest.raises(DataError, match="feet"):
        settling.settle(
            FILE, column(shapely.transform(plane(FIELD, "EPSG:4549"), lambda xy: xy / 0.3048)), [CODE], None
        )
    lost = shapely.Polygon([*FIELD.exterior.coords[:2], (0, 0), *FIELD.exterior.coords[2:]])
    with pytest.raises(DataError) as caught:
        settling.settle(FILE, column(OTHER, lost), [CODE], "OGC:CRS84")
    assert caught.value.problems[0].rule == "null-island"
    assert caught.value.problems[0].place == "feature 2"
    bad = shapely.Polygon([*FIELD.exterior.coords[:2], (np.inf, 1), *FIELD.exterior.coords[2:]])
    with pytest.raises(DataError, match="no numbers"):
        settling.settle(FILE, column(bad), [CODE], "OGC:CRS84")


@pytest.mark.parametrize(("crs", "name"), [("EPSG:2364", "Xian 1980"), ("EPSG:2416", "Beijing 1954")])
def test_older_datums_are_taken_with_the_error_to_expect(crs, name):
    written = plane(FIELD, "EPSG:4528")
    found = settling.settle(FILE, column(written), [CODE], crs)
    assert rules(found.doubts) == ["datum"]
    assert name in found.doubts[0].message_en
    assert "130 m" in found.doubts[0].message_en
    assert shapely.hausdorff_distance(found.shapes[0], FIELD) < 0.002


@pytest.mark.parametrize("text", ["", "EPSG:0", "EPSG:99999", "nonsense", "x" * 9000, "4528; rm", "EPSG:"])
def test_what_is_no_crs_is_misuse(text):
    with pytest.raises(UsageError):
        settling.asked_for(text)


@pytest.mark.parametrize(
    "text", ["4528", "EPSG:4528", "epsg:4528", "CGCS2000", "wgs84", "GCJ02", "GCJ-02", "火星", "BD09", "百度"]
)
def test_a_crs_may_be_said_in_many_ways(text):
    assert settling.asked_for(text).crs


def test_rate_of_coordinates_all_over_china():
    """400 fields in 400 counties, every grid, numbers swapped or not: offered rightly, and never taken wrongly."""
    chance = random.Random(7)
    right = 0
    for code in counties(11, 400):
        shape = outline(chance, code, 0.004)
        lon = shape.centroid.x
        way = chance.choice([
            Way("three", round(lon / 3) * 3, numbered=True), Way("three", round(lon / 3) * 3),
            Way("six", int(lon // 6) * 6 + 3, numbered=True), Way("utm", int(lon // 6) * 6 + 3),
        ])  # fmt: skip
        way = replace(way, swapped=chance.random() < 0.5)
        from eppv_atlas.intake.plane import _projection

        east, north = _projection(way)(*shapely.get_coordinates(shape).T)
        pairs = np.column_stack([north, east] if way.swapped else [east, north])
        with pytest.raises(DataError) as caught:
            settling.settle(FILE, column(shapely.Polygon(pairs)), [code], None)
        wanted = f"--crs {way.crs()}{' --swap' if way.swapped else ''}"
        right += wanted in caught.value.problems[0].message_en
    assert right == 400


# --- the shift of web maps --------------------------------------------------------------------------------

PUBLISHED = [  # points of the test suite of another implementation (googollee/eviltransform): WGS 84, GCJ-02; lat, lon
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("wgs", "gcj"), PUBLISHED)
def test_gcj02_agrees_with_published_points(wgs, gcj):
    found = shift.put_on([wgs[::-1]], "gcj02")[0]
    assert found == pytest.approx(gcj[::-1], abs=1e-7)
    assert shift.taken_off([gcj[::-1]], "gcj02")[0] == pytest.approx(wgs[::-1], abs=1e-7)


@pytest.mark.parametrize("name", shift.SHIFTS)
@given(lon=st.floats(74, 134), lat=st.floats(18, 53))
@settings(max_examples=300, deadline=None)
def test_shifts_come_off_to_a_hundredth_of_a_metre(name, lon, lat):
    back = shift.taken_off(shift.put_on([(lon, lat)], name), name)[0]
    assert abs(back[0] - lon) * 111_320 < 0.001
    assert abs(back[1] - lat) * 111_320 < 0.001


def test_the_shift_is_as_large_as_it_is_said_to_be():
    points = [boundaries.outline(code).representative_point() for code in counties(5, 300)]
    xy = np.array([(point.x, point.y) for point in points])
    away = (
        (shift.put_on(xy, "gcj02") - xy)
        * [111_320, 110_950]
        * np.column_stack([np.cos(np.radians(xy[:, 1])), np.ones(300)])
    )
    size = np.hypot(*away.T)
    assert size.min() > 35
    assert size.max() < 720


def rough(chance, shape, metres):
    """The same outline as somebody else would draw it."""
    xy = shapely.get_coordinates(shape)[:-1]
    return shapely.Polygon(
        xy + np.array([[chance.gauss(0, metres / 2), chance.gauss(0, metres / 2)] for _ in xy]) / 111_000
    )


@pytest.mark.parametrize("name", ["", "gcj02", "bd09"])
def test_rate_of_shifts_found_against_a_reference(name):
    """150 outlines, a reference good to 10 m: 99 % or more found, and none where there is no shift."""
    chance = random.Random(name)
    right = 0
    for code in counties(name, 150):
        reference = outline(chance, code, chance.choice([0.01, 0.03, 0.08]))
        traced = rough(chance, reference, 10)
        if name:
            traced = shapely.transform(traced, lambda xy: shift.put_on(xy, name))
        found = shift.compared(column(traced), reference).found
        assert found in {name, None}, code
        right += found == name
    assert right >= 149 if name else right >= 140


def test_a_reference_of_another_place_tells_nothing():
    chance = random.Random(1)
    for code in counties(2, 60):
        one, other = outline(chance, code), outline(chance, code)
        assert shift.compared(column(one), other).found is None


def test_the_doctor_asks_for_the_shift_and_takes_it_off(tmp_path, case):
    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(shapely.transform(FIELD, lambda xy: shift.put_on(xy, "gcj02")))), "utf-8")
    found = doctor.examined(path, case, references={"core": FIELD})
    assert rules(found.refusals) == ["shift"]
    assert "--crs GCJ02" in found.refusals[0].message_en
    taken = doctor.examined(path, case, doctor.Order(crs="GCJ02"), references={"core": FIELD})
    assert not taken.refusals
    assert near(taken.shapes[0], FIELD)
    assert "shift" in rules(taken.doubts)
    assert not doctor.examined(path, case).refusals  # invisible without a reference, and so it is asked for


# --- place ------------------------------------------------------------------------------------------------


def test_shares_by_county_add_up(case):
    east = boundaries.outline("350782").bounds
    wide = shapely.box(east[0] - 0.05, 27.6, east[0] + 0.4, 27.8)
    found = placing.shares(column(wide), case.places)
    assert sum(one.share for one in found) == pytest.approx(1, abs=0.002)
    assert len(found) > 1
    assert sum(one.area_m2 for one in found) == pytest.approx(area_m2(wide), rel=0.002)


def test_a_shape_elsewhere_is_refused_and_one_that_spills_over_is_doubted(tmp_path, case):
    path = tmp_path / "a.geojson"
    away = shapely.transform(FIELD, lambda xy: xy + np.array([1.9, 2.4]))
    path.write_text(geojson(feature(away)), "utf-8")
    found = doctor.examined(path, case)
    assert rules(found.refusals) == ["crs"] or rules(found.refusals) == ["place"]
    path.write_text(geojson(feature(FIELD), feature(away)), "utf-8")
    found = doctor.examined(path, case)
    (spilt,) = [one for one in found.doubts if one.rule == "place"]
    assert spilt.place == "feature 2"
    assert "% lies outside" in spilt.message_en


# --- shape ------------------------------------------------------------------------------------------------

BOW = shapely.Polygon([(117.7, 27.7), (117.72, 27.72), (117.72, 27.7), (117.7, 27.72)])
SPIKE = shapely.Polygon(
    [
        (117.7, 27.7),
        (117.72, 27.7),
        (117.72, 27.71),
        (117.9, 27.7101),
        (117.72, 27.7102),
        (117.72, 27.72),
        (117.7, 27.72),
    ]
)
TWICE = shapely.Polygon([(117.7, 27.7), (117.72, 27.7), (117.72, 27.7), (117.72, 27.72), (117.7, 27.72)])
SLIVER = shapely.MultiPolygon([FIELD, shapely.box(117.80, 27.70, 117.81, 27.700002)])
OUTSIDE = shapely.Polygon(
    shapely.box(117.7, 27.7, 117.71, 27.71).exterior.coords,
    [shapely.box(117.73, 27.7, 117.74, 27.71).exterior.coords],
)


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        (BOW, "self-intersection"),
        (OUTSIDE, "self-intersection"),
        (shapely.Polygon(), "empty"),
        (None, "null"),
        (shapely.Point(117.7, 27.7), "kind"),
    ],
)
def test_faults_are_refused_with_their_feature(shape, rule):
    found = soundness.faults(FILE, column(FIELD, shape))
    assert rules(found) == [rule]
    assert found[0].place == "feature 2"


def test_a_bow_tie_whose_plane_area_is_nothing_has_its_area_named():
    (found,) = soundness.faults(FILE, column(BOW))
    assert "m²" in found.message_en
    assert shapely.area(BOW) == 0


def test_mending_is_offered_with_the_area_that_it_changes(tmp_path, case):
    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(FIELD), feature(BOW)), "utf-8")
    found = doctor.examined(path, case, doctor.Order(zone="park-core"))
    assert rules(found.refusals) == ["self-intersection"]
    assert [one.feature for one in found.mended] == [2]
    half = area_m2(shapely.Polygon([(117.7, 27.7), (117.71, 27.71), (117.7, 27.72)])) * 2
    assert found.mended[0].after_m2 == pytest.approx(half, rel=1e-4)
    taken = doctor.examined(path, case, doctor.Order(zone="park-core", mend=True))
    assert not taken.refusals
    assert "mended" in rules(taken.doubts)


@pytest.mark.parametrize(
    ("shape", "rule"), [(SPIKE, "spike"), (TWICE, "duplicate-vertices"), (SLIVER, "sliver")]
)
def test_oddities_are_doubts_with_their_feature(shape, rule):
    found = list(soundness.oddities(FILE, column(OTHER, shape)))
    assert rule in rules(found)
    assert found[0].place == "feature 2"


def test_overlaps_and_gaps_between_features():
    left, right = shapely.box(117.7, 27.7, 117.75, 27.75), shapely.box(117.74, 27.7, 117.8, 27.75)
    found = {one.rule: one for one in soundness.oddities(FILE, column(left, right))}
    common = area_m2(shapely.box(117.74, 27.7, 117.75, 27.75))
    assert f"{common:,.0f} m²" in found["overlap"].message_en
    assert "1+2" in found["overlap"].message_en
    ring = shapely.box(117.7, 27.7, 117.8, 27.8).difference(shapely.box(117.75, 27.75, 117.751, 27.751))
    parts = [
        ring.intersection(half)
        for half in (shapely.box(117, 27, 117.7505, 28), shapely.box(117.7505, 27, 118, 28))
    ]
    assert "gap" in rules(soundness.oddities(FILE, column(*parts)))
    assert not list(soundness.oddities(FILE, column(FIELD, OTHER)))


def test_a_hole_of_one_feature_is_no_gap():
    ring = shapely.box(117.7, 27.7, 117.8, 27.8).difference(shapely.box(117.75, 27.75, 117.751, 27.751))
    assert "gap" not in rules(soundness.oddities(FILE, column(ring, OTHER)))


def test_lines_are_closed_where_they_close_and_else_on_demand(tmp_path, case):
    ring = shapely.LineString(FIELD.exterior.coords)
    open_ = shapely.LineString(FIELD.exterior.coords[:-1])
    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(ring)), "utf-8")
    found = doctor.examined(path, case)
    assert near(found.shapes[0], FIELD)
    assert "lines" in rules(found.doubts)
    path.write_text(geojson(feature(open_)), "utf-8")
    assert rules(doctor.examined(path, case).refusals) == ["lines"]
    assert near(doctor.examined(path, case, doctor.Order(close=True)).shapes[0], FIELD)


# --- size -------------------------------------------------------------------------------------------------


@given(
    st.floats(1e3, 1e10),
    st.sampled_from([15.0, 100.0, 1500.0, 10_000.0, 2000 / 3, 1e6]),
    st.booleans(),
    st.floats(-0.03, 0.03),
)
@settings(max_examples=200, deadline=None)
def test_slips_of_unit_are_found_either_way(area, factor, up, error):
    stated = area * (factor if up else 1 / factor) * (1 + error)
    assert sizes.slip(stated, area).factor == pytest.approx(factor)


@given(st.floats(1e3, 1e10), st.floats(0.2, 5))
def test_what_no_slip_explains_is_none(area, ratio):
    assert sizes.slip(area * ratio, area) is None


@pytest.mark.parametrize("unit", ["m2", "mu", "ha", "km2"])
def test_a_column_of_areas_has_its_unit_found(tmp_path, case, unit):
    third = shapely.box(117.85, 27.70, 117.86, 27.71)
    figures = [area_m2(shape) / to_m2(1, unit) for shape in (FIELD, third, OTHER)]
    path = tmp_path / "a.geojson"
    path.write_text(
        geojson(
            feature(FIELD, 面积=figures[0]),
            feature(third, 面积=figures[1]),
            feature(OTHER, 面积=figures[2] * 15),
        ),
        "utf-8",
    )
    (found,) = doctor.examined(path, case).area_columns
    assert found.unit == unit
    assert found.agreeing == 2
    ((number, slip),) = found.off
    assert number == 3
    assert slip.factor == 15


def test_the_area_that_the_document_states_is_compared(tmp_path, case):
    path = tmp_path / "a.geojson"
    zone = next(one for one in case.zones if one.id == "park-core")
    fact = next(one for one in case.facts if one.id == zone.stated_area)
    stated_m2 = to_m2(fact.value, UNITS[fact.unit].id)
    wide = shapely.transform(
        FIELD, lambda xy: (xy - (117.72, 27.72)) * np.sqrt(stated_m2 / 15 / area_m2(FIELD)) + (117.72, 27.72)
    )
    path.write_text(geojson(feature(wide)), "utf-8")
    found = doctor.examined(path, case, doctor.Order(zone="park-core"))
    (doubt,) = [one for one in found.doubts if one.rule == "stated-area"]
    assert "×15" in doubt.message_en
    assert fact.printed in doubt.message_en


# --- which features are which zones -----------------------------------------------------------------------


def test_a_column_whose_values_name_zones_is_found_by_itself(tmp_path, case):
    names = [zone.name.zh for zone in case.zones[:2]]
    path = tmp_path / "a.gpkg"
    made = frame()
    made["名称"], made["备注"] = names, ["a", "b"]
    made.to_file(path, driver="GPKG")
    found = doctor.examined(path, case)
    assert [target.zone for target in found.targets] == [zone.id for zone in case.zones[:2]]
    assert [one.role for one in found.columns] == ["zone", ""]


@pytest.mark.parametrize("columns", [("zone=无",), ("nonsense",), ("name=名称",), ("id=名称",), ("zone",)])
def test_a_wrong_mapping_is_misuse(tmp_path, case, columns):
    path = tmp_path / "a.gpkg"
    frame().to_file(path, driver="GPKG")
    with pytest.raises(UsageError):
        doctor.examined(path, case, doctor.Order(columns=columns))


def test_values_that_name_no_zone_and_rows_that_describe_none_are_named(tmp_path, case):
    path = tmp_path / "a.gpkg"
    frame().to_file(path, driver="GPKG")
    found = doctor.examined(path, case, doctor.Order(columns=("zone=名称",)))
    assert {one.place for one in found.refusals if one.rule == "zone"} == {"feature 1", "feature 2"}
    made = frame()
    made["id"], made["en"], made["kind"] = ["Bad Id", "fine"], ["One", "Two"], ["核心", "没有这种"]
    made.to_file(path, driver="GPKG")
    found = doctor.examined(path, case, doctor.Order(columns=("id=id", "zh=名称", "en=en", "kind=kind")))
    assert len([one for one in found.refusals if one.rule == "zone"]) == 2


# --- drawn by hand ----------------------------------------------------------------------------------------


def test_zones_drawn_by_hand_get_the_same_checks(case):
    shapes = {"one": SPIKE, "two": shapely.box(117.71, 27.71, 117.9, 27.8)}
    found = list(drawn.doubts("geodata/x.geojson", case, shapes))
    assert {"spike", "overlap"} <= set(rules(found))
    assert all(one.severity == "warning" for one in found)
    assert found[0].place == "feature one"
    nested = {"one": shapely.box(117.7, 27.7, 117.8, 27.8), "two": shapely.box(117.72, 27.72, 117.75, 27.75)}
    assert not list(drawn.doubts("geodata/x.geojson", case, nested))


# --- numbers as they are written --------------------------------------------------------------------------


@given(st.floats(-179, 179), st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_degrees_minutes_and_seconds_in_any_writing(value, style):
    size = abs(value)
    d = int(size)
    m = int((size - d) * 60)
    s = round((size - d - m / 60) * 3600, 6)
    signs = [("°", "′", "″"), ("°", "'", '"'), ("度", "分", "秒"), (":", ":", ""), ("d ", "m ", "s")]
    first, second, third = signs[style]
    text = f"{'-' if value < 0 else ''}{d}{first}{m:02d}{second}{s:09.6f}{third}"
    assert corners.value_of(text) == pytest.approx(value, abs=1e-8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1,2,3",
        "12°60′",
        "12°10′61″",
        "1e",
        "--1",
        "12.5°30′",
        "NaN",
        "inf",
        "0x10",
        "１２",
        "12;30",
    ],
)
def test_what_is_no_coordinate_is_none(text):
    found = corners.value_of(text)
    assert found is None or text == "１２"
