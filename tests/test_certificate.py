"""Area certificates, recomputed by an auditor who has the coordinates and nothing of this package."""

import hashlib
import json
import re
import struct
from dataclasses import replace
from functools import cache

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas import certificate
from eppv_atlas.errors import AreaError

METHODS = ["geodesic", "lonlat", "survey", "gauss-kruger", "equal-area", "equal-area-dense"]
QGIS_40888 = (
    "POLYGON ((20.13293641 59.95688345, 26.94617837 60.47397663, 29.74782155 62.56499443, 27.45254202 68.70650340, "
    "23.75771765 68.24937206, 25.42698984 65.27444593, 21.51545237 63.10353609, 21.40562760 61.12318104, "
    "19.41123592 60.40477513, 20.13293641 59.95688345))"
)


PINNED = [
    99982357.89887966,
    99982358.81473295,
    99982332.58,
    99982399.28443977,
    99982358.81476267,
    99982357.89886197,
]


@pytest.fixture(scope="module")
def all_of_them(atlas):
    return [item for placed in atlas for item in certificate.case(placed)]


@cache
def placed_case(case_id):
    return ea.load(ROOT)[case_id]


def certified(geometry, zone="salt-lake"):
    """The certificate of a shape put in the place of a zone's."""
    placed = placed_case("chaka-salt-lake")
    shape = replace(placed.shapes[zone], geometry=geometry)
    return certificate.zone(replace(placed, shapes={zone: shape}), zone)


def by_method(item):
    return {value.method: value for value in item.values}


def wkb(geometry) -> bytes:
    """Well-known binary by the recipe of the certificate, from a GeoJSON geometry."""

    def polygon(rings):
        out = b"\x01" + struct.pack("<II", 3, len(rings))
        for ring in rings:
            out += struct.pack("<I", len(ring)) + b"".join(struct.pack("<dd", *vertex) for vertex in ring)
        return out

    if geometry["type"] == "Polygon":
        return polygon(geometry["coordinates"])
    if geometry["type"] == "MultiPolygon":
        parts = [polygon(part) for part in geometry["coordinates"]]
        return b"\x01" + struct.pack("<II", 6, len(parts)) + b"".join(parts)
    assert geometry["type"] == "GeometryCollection"
    parts = [wkb(part) for part in geometry["geometries"]]
    return b"\x01" + struct.pack("<II", 7, len(parts)) + b"".join(parts)


def test_an_auditor_recomputes_everything_from_the_json(cli, atlas):
    code, out, _ = cli("--atlas", ROOT, "measure", "--certificate", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert len(found) == sum(len(placed.shapes) for placed in atlas)
    kinds = set()
    for row in found:
        kinds.add(row["geometry"]["type"])
        assert hashlib.sha256(wkb(row["geometry"])).hexdigest() == row["sha256"], row["zone"]
        assert row["crs"] == "OGC:CRS84"
        body = row["ellipsoid"]
        geod = pyproj.Geod(a=body["semi_major_m"], rf=body["inverse_flattening"])
        shape = shapely.geometry.shape(row["geometry"])
        parts = shapely.get_parts(shapely.get_parts(shape))
        area = perimeter = 0.0
        for part in parts:
            shell, *holes = shapely.get_rings(part)
            area += abs(geod.geometry_area_perimeter(shell)[0])
            area -= sum(abs(geod.geometry_area_perimeter(hole)[0]) for hole in holes)
            perimeter += sum(geod.geometry_length(ring) for ring in (shell, *holes))
        assert row["area"]["m2"] == pytest.approx(area, rel=2e-9)
        assert row["perimeter_m"] == pytest.approx(perimeter, rel=1e-12)
        assert row["area"]["ha"] == pytest.approx(row["area"]["m2"] / 1e4, rel=1e-15)
        assert row["area"]["km2"] == pytest.approx(row["area"]["m2"] / 1e6, rel=1e-15)
        assert row["area"]["mu"] == pytest.approx(row["area"]["m2"] / 2000 * 3, rel=1e-15)
        values = {value["method"]: value for value in row["values"]}
        for method in ("gauss-kruger", "equal-area"):
            plane = pyproj.Proj(values[method]["proj"])
            flat = shapely.transform(
                shape, lambda xy, plane=plane: np.column_stack(plane(xy[:, 0], xy[:, 1]))
            )
            assert values[method]["area_m2"] == pytest.approx(flat.area, rel=1e-9)
        for value in row["values"]:
            assert value["difference_m2"] == value["area_m2"] - row["area"]["m2"]
            assert value["difference_1e6"] == pytest.approx(value["difference_m2"] / row["area"]["m2"] * 1e6)
    assert kinds == {"Polygon", "MultiPolygon", "GeometryCollection"}


def test_the_hash_is_that_of_the_coordinates_in_the_geojson_file(all_of_them):
    checked = 0
    for item in all_of_them:
        text = (ROOT / "geodata" / f"{item.case}.geojson").read_text("utf-8")
        features = {f["properties"]["id"]: f["geometry"] for f in json.loads(text)["features"]}
        if item.origin == "administrative":
            assert item.zone not in features  # these come from the boundary data
            continue
        assert hashlib.sha256(wkb(features[item.zone])).hexdigest() == item.sha256, item.zone
        checked += 1
    assert checked >= 12


def test_the_recipe_in_python_is_right(all_of_them):
    line = certificate.SHA256_OF[-1].en.removeprefix("In Python: ")
    assert certificate.SHA256_OF[-1].zh.endswith(line)
    item = next(item for item in all_of_them if item.zone == "patrol-grid")
    geometry = json.loads(json.dumps(certificate.as_dict(item)))["geometry"]
    assert eval(line, {"hashlib": hashlib, "shapely": shapely, "geometry": geometry}) == item.sha256


def test_the_equal_area_plane_confirms_every_geodesic_area(all_of_them):
    """An independent way: chords of a true-area plane, short enough to be no different."""
    for item in all_of_them:
        found = by_method(item)
        assert list(found) == METHODS
        assert abs(found["equal-area-dense"].difference_1e6) < 1e-4, item.zone
        assert abs(found["equal-area"].difference_1e6) > abs(found["equal-area-dense"].difference_1e6) or (
            item.longest_edge_m < 60
        )


def test_values_are_those_of_the_area_engine(all_of_them, atlas):
    measured = {(row.case, row.zone): row for row in ea.measure.cases(atlas)}
    for item in all_of_them:
        row, found = measured[item.case, item.zone], by_method(item)
        assert (item.area_m2, item.perimeter_m) == (row.area_m2, row.perimeter_m)
        assert found["geodesic"].area_m2 == row.area_m2
        assert found["lonlat"].area_m2 == ea.area.area_m2(item.geometry, "lonlat")
        assert found["survey"].area_m2 == ea.area.area_m2(item.geometry, "survey")
        assert (item.confidence, item.made_to_size) == (row.confidence, row.made_from_stated)


def test_nine_vertices_of_qgis():
    """Known from outside: the area on both ellipsoids, and 1.16 % less where vertices are projected as they are."""
    geometry = shapely.from_wkt(QGIS_40888)
    item = certified(geometry)
    found = by_method(item)
    assert item.area_m2 == pytest.approx(251_199_344_359.39, abs=0.3)
    assert item.area_m2 * (1 + item.wgs84_relative) == pytest.approx(251_199_344_354.43, abs=0.3)
    assert found["equal-area"].difference_1e6 == pytest.approx(-11_620, abs=1)
    straight = shapely.segmentize(geometry, 0.001)  # vertices close together on straight edges
    area, _ = pyproj.Geod(ellps="GRS80").geometry_area_perimeter(straight)
    assert found["lonlat"].area_m2 == pytest.approx(area, rel=1e-8)


@pytest.mark.parametrize("meridian", range(75, 136, 3))
def test_the_gauss_kruger_zone_is_named_by_its_epsg_code(meridian):
    item = certified(shapely.box(meridian + 0.4, 30.0, meridian + 0.41, 30.01))
    value = by_method(item)["gauss-kruger"]
    crs = pyproj.CRS.from_user_input(value.crs)
    assert crs.name == f"CGCS2000 / 3-degree Gauss-Kruger CM {meridian}E"
    into = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    flat = shapely.transform(item.geometry, lambda xy: np.column_stack(into.transform(xy[:, 0], xy[:, 1])))
    assert value.area_m2 == pytest.approx(flat.area, rel=1e-9)
    assert f"{meridian}°" in value.name.en
    assert f"{meridian}°" in value.name.zh


def test_outside_china_a_zone_has_a_meridian_and_no_code(all_of_them):
    value = by_method(next(item for item in all_of_them if item.zone == "new-south-wales"))["gauss-kruger"]
    assert value.crs is None
    assert "central meridian 147°" in value.name.en
    assert "reaches beyond the 3° zone" in value.why.en


@settings(max_examples=25, deadline=None)
@given(away=st.floats(0.3, 1.4), lat=st.floats(10.0, 52.0), west=st.booleans())
def test_the_plane_enlarges_as_its_reason_says(away, lat, west):
    lon = 117 - away if west else 117 + away
    item = certified(shapely.Point(lon, lat).buffer(0.01))
    value = by_method(item)["gauss-kruger"]
    low, high = map(float, re.findall(r"by ([\d.]+) to ([\d.]+) millionths", value.why.en)[0])
    assert low - 0.1 <= value.difference_1e6 <= high + 0.1
    y_over_r = np.radians(away) * np.cos(np.radians(lat))
    assert value.difference_1e6 == pytest.approx(y_over_r**2 * 1e6, rel=0.02)


def test_a_hole_counts_as_a_hole_whatever_its_winding():
    shell = [(110, 30), (110.1, 30), (110.1, 30.1), (110, 30.1), (110, 30)]
    hole = [(110.02, 30.02), (110.05, 30.02), (110.05, 30.05), (110.02, 30.05), (110.02, 30.02)]
    whole, inner = (certified(shapely.Polygon(ring)) for ring in (shell, hole))
    for wound in (hole, hole[::-1]):
        item = certified(shapely.Polygon(shell, [wound]))
        assert (item.polygons, item.rings, item.holes, item.vertices) == (1, 2, 1, 8)
        for value, of_shell, of_hole in zip(item.values, whole.values, inner.values, strict=True):
            rel = 3e-9 if value.method == "survey" else 1e-11
            assert value.area_m2 == pytest.approx(of_shell.area_m2 - of_hole.area_m2, rel=rel)
        assert item.longest_edge_m == whole.longest_edge_m
        assert item.perimeter_m == pytest.approx(whole.perimeter_m + inner.perimeter_m, rel=1e-12)


def test_a_third_dimension_is_left_out():
    flat = shapely.box(99.0, 36.0, 99.1, 36.1)
    assert certified(shapely.force_3d(flat, 3200.0)).sha256 == certified(flat).sha256


@settings(max_examples=20, deadline=None)
@given(step=st.sampled_from([1e-6, -1e-6, 1e-13]), vertex=st.integers(0, 3), axis=st.integers(0, 1))
def test_the_hash_moves_with_every_vertex(step, vertex, axis):
    at = np.array([(99.0, 36.0), (99.1, 36.0), (99.1, 36.1), (99.0, 36.1)])
    before = certified(shapely.Polygon(at))
    moved = at[vertex, axis] + step
    at[vertex, axis] = round(moved, 6) if abs(step) > 1e-9 else moved
    after = certified(shapely.Polygon(at))
    assert after.sha256 != before.sha256
    assert (before.decimals, after.decimals) == (6, 6 if abs(step) > 1e-9 else None)


def test_what_a_certificate_is_worth_stands_first(all_of_them, cli):
    for item in all_of_them:
        only = item.confidence == "schematic"
        assert ("computation only, not the land" in item.statement.en) is only
        assert ("只证明计算，不证明土地面积" in item.statement.zh) is only
        assert ("made to have a given area" in item.statement.en) is item.made_to_size
        assert next(iter(certificate.as_dict(item))) == "statement"
    assert {item.made_to_size for item in all_of_them} == {True, False}
    for lang, words in (("en", "The shape was made to have a given area"), ("zh", "图形按给定面积生成")):
        _, out, _ = cli(
            "--atlas", ROOT, "--lang", lang, "measure", "chaka-salt-lake/salt-lake", "--certificate"
        )
        assert out.startswith(words)


@pytest.mark.parametrize("confidence", list(ea.vocabulary.CONFIDENCES))
def test_every_confidence_has_its_statement(atlas, confidence):
    placed = atlas["xichou-karst"]
    shape = replace(placed.shapes["xichou-county"], confidence=confidence)
    item = certificate.zone(replace(placed, shapes={"xichou-county": shape}), "xichou-county")
    assert ("computation only" in item.statement.en) is (confidence == "schematic")
    made = replace(shape, solved=True)
    item = certificate.zone(replace(placed, shapes={"xichou-county": made}), "xichou-county")
    assert "computation only" in item.statement.en


def test_both_languages_say_the_same_numbers(all_of_them):
    def numbers(text):
        return sorted(re.findall(r"\d[\d,.]*\d|\d", text.replace("Z, no SRID", "")))

    for item in all_of_them:
        pairs = [item.statement, *(part for value in item.values for part in (value.name, value.why))]
        for pair in (*pairs, *certificate.SHA256_OF):
            assert numbers(pair.en) == numbers(pair.zh), pair
        zh, en = certificate.rows(item, "zh"), certificate.rows(item, "en")
        assert len(zh) == len(en)
        assert dict(zh)["SHA-256"] == dict(en)["SHA-256"] == item.sha256
        assert dict(zh)["面积"].split()[0] == dict(en)["area"].split()[0] == f"{item.area_m2:,.2f}"
        assert [row[1:] for row in certificate.value_rows(item, "zh")] == [
            row[1:] for row in certificate.value_rows(item, "en")
        ]


def test_the_table_in_both_languages(cli):
    expected = {
        "en": ("Area certificate", "Gauss–Krüger", "EPSG:4542", "EPSG:3857", "both are refused", "mu"),
        "zh": ("面积证明", "高斯—克吕格", "EPSG:4542", "EPSG:3857", "一律拒绝", "亩"),
    }
    for lang, words in expected.items():
        code, out, _ = cli(
            "--atlas", ROOT, "--lang", lang, "measure", "chaka-salt-lake/salt-lake", "--certificate"
        )
        assert code == 0
        for word in (*words, "111,999,958.05", "+291.11", "+2.5992", "298.257222101", "OGC:CRS84"):
            assert word in out, (lang, word)
        assert re.search(r"[0-9a-f]{64}", out)


@pytest.mark.parametrize("columns", [40, 80, 100])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_are_never_cut_by_a_narrow_terminal(monkeypatch, cli, columns, lang):
    from rich.console import Console

    from eppv_atlas import console

    monkeypatch.setattr(console, "terminal", lambda: Console(width=columns, highlight=False))
    name = "nanping-wuyishan/nanping-four-counties"  # figures of the greatest width
    _, out, _ = cli("--atlas", ROOT, "--lang", lang, "measure", name, "--certificate")
    item = certificate.zone(placed_case("nanping-wuyishan"), name.split("/")[1])
    for row in certificate.value_rows(item, lang):
        for figure in row[1:]:
            assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d.,])", out), figure


@pytest.mark.parametrize("form", ["table", "json"])
def test_the_same_bytes_every_time(cli, form):
    asked = ("--atlas", ROOT, "measure", "nanping-wuyishan", "--certificate", "--format", form)
    assert cli(*asked)[1] == cli(*asked)[1]


def test_too_wide_for_a_plane():
    item = certified(shapely.segmentize(shapely.box(60.0, 10.0, 130.0, 50.0), 0.5))
    found = by_method(item)
    assert [value.method for value in item.values if value.area_m2 is None] == METHODS[2:]
    assert found["lonlat"].area_m2 > 0
    assert "spans more than 60°" in found["survey"].why.en
    text = json.dumps(certificate.as_dict(item), allow_nan=False)
    assert json.loads(text)["values"][3]["area_m2"] is None
    assert certificate.value_rows(item, "en")[3][1:] == ["—", "—", "—"]


def test_web_mercator_is_named_with_its_error(all_of_them):
    into = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
    for item in all_of_them:
        if item.area_m2 < 1e8:  # small enough to have one scale
            flat = shapely.transform(
                item.geometry, lambda xy: np.column_stack(into.transform(xy[:, 0], xy[:, 1]))
            )
            assert flat.area / item.area_m2 == pytest.approx(item.web_mercator_factor, rel=2e-3)


def test_a_zone_without_a_geometry_says_why(cli, atlas):
    code, out, err = cli("--atlas", ROOT, "measure", "chaka-salt-lake/touring-zone", "--certificate")
    assert (code, out) == (1, "")
    zone = next(zone for zone in atlas["chaka-salt-lake"].case.zones if zone.id == "touring-zone")
    assert zone.geometry.reason.en in err
    with pytest.raises(AreaError, match="no zone 'nowhere'"):
        certificate.zone(atlas["chaka-salt-lake"], "nowhere")
    _, _, err = cli("--atlas", ROOT, "measure", "chaka-salt-lake", "--certificate", "--format", "json")
    assert "19 zone(s) without a geometry" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chaka-salt-lake/nowhere", "--certificate"], "salt-lake"),
        (["chaka-salt-lake/"], "salt-lake"),
        (["nowhere/salt-lake", "--certificate"], "chaka-salt-lake"),
        (["chaka-salt-lake", "--certificate", "--format", "csv"], "--format csv"),
        (["chaka-salt-lake", "--certificate", "--totals"], "--totals"),
        (["chaka-salt-lake", "--certificate", "--unit", "mu"], "--unit"),
        (["chaka-salt-lake/salt-lake", "--totals", "--format", "json"], "totals"),
    ],
)
def test_what_is_refused(cli, arguments, words):
    code, out, err = cli("--atlas", ROOT, "measure", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_one_zone_can_be_measured_without_a_certificate(cli):
    _, out, _ = cli(
        "--atlas", ROOT, "measure", "chaka-salt-lake/salt-lake", "xichou-karst", "--format", "json"
    )
    found = [(row["case"], row["zone"]) for row in json.loads(out)]
    assert found[:2] == [("chaka-salt-lake", "salt-lake"), ("xichou-karst", "xichou-county")]
    assert len(found) > 20
    _, out, _ = cli("--atlas", ROOT, "measure", "nanping-wuyishan/park-core", "--unit", "km2")
    assert "1,001.41" in out
    assert "overlap" not in out


def test_method_is_raised_when_a_number_moves():
    """Should this fail because the engine gives other numbers, raise certificate.METHOD and pin anew."""
    item = certified(shapely.box(99.0, 36.0, 99.1, 36.1))
    assert certificate.METHOD == "1"
    pinned = dict(zip(METHODS, PINNED, strict=True))
    for value in item.values:
        assert value.area_m2 == pytest.approx(pinned[value.method], rel=1e-12), value.method
