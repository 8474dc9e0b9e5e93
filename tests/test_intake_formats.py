"""Every format that officers bring: the same outline out of each, and one line for what is broken."""

import shutil
import struct

import pytest
import shapely

from conftest import ROOT
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.intake import doctor, opening
from intake_samples import (
    CASE,
    FIELD,
    FORMATS,
    NAMES,
    OTHER,
    corners,
    dms,
    feature,
    frame,
    geojson,
    kml_text,
    near,
    plane,
    shapefile,
    shp_records,
    write,
    zipped,
)  # fmt: skip


@pytest.fixture(scope="module")
def case():
    import eppv_atlas as ea

    return ea.load(ROOT)[CASE].case


def refusal(path, **more):
    with pytest.raises(DataError) as caught:
        opening.opened(path, **more)
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert "\n" not in problem.text() + problem.text("zh")
    assert problem.message_zh
    return problem


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_outline(tmp_path, case, kind):
    path, say = write(tmp_path, kind)
    found = doctor.examined(path, case, doctor.Order(zone="park-core", **say))
    assert not found.refusals, found.refusals
    assert near(found.shapes[0])
    assert found.shares[0].place.code == "350782"
    assert found.shares[0].share == pytest.approx(1)
    assert set(found.zones) == {"park-core"}


@pytest.mark.parametrize("kind", ["shp", "zip", "gpkg", "gdb", "geojson", "parquet"])
def test_chinese_attributes_come_through(tmp_path, kind):
    path, _ = write(tmp_path, kind)
    assert opening.opened(path).columns == {"名称": (NAMES[0],)}


def test_kml_keeps_folder_name_and_chinese_attributes(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(kml_text(), "utf-8")
    columns = opening.opened(path).columns
    assert columns == {"folder": ("分区",), "name": ("核心保护区",), "面积": ("12.5",)}


def test_a_kml_with_an_empty_model_is_read_without_it(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(kml_text(inner="<Model/>"), "utf-8")
    found = opening.opened(path)
    assert near(found.shapes[0])
    assert "3D model" in found.doubts[0].text()


@pytest.mark.parametrize(
    "text", ["", "<kml", "<kml></kml", "<a/>", "\x00\x01", "<kml><Placemark></kml>", "no xml"]
)
def test_damaged_kml_is_refused(tmp_path, text):
    path = tmp_path / "a.kml"
    path.write_text(text, "utf-8")
    refusal(path)


def test_kml_entities_are_refused_before_anything_reads_them(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    path = tmp_path / "a.kml"
    for encoding in ("utf-8", "utf-16"):
        text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]><kml>&x;</kml>'
        path.write_text(text, encoding)
        problem = refusal(path)
        assert problem.rule == "xml"
        assert "geheim" not in problem.text()


@pytest.mark.parametrize(
    "name",
    [
        "zones.geojson",
        "zones.gpkg",
        "zones.kml",
        "zones.shp",
        "zones.gpx",
        "zones.dxf",
        "zones.parquet",
        "zones.csv",
    ],
)
@pytest.mark.parametrize("content", ["vrt", "gdalg", "wfs"])
def test_no_driver_opens_what_its_name_does_not_say(tmp_path, name, content):
    other = tmp_path / "secret.geojson"
    frame().to_file(other, driver="GeoJSON")
    text = {
        "vrt": f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{other}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        "gdalg": f'{{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline read {other} ! reproject"}}',
        "wfs": "<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>",
    }[content]
    path = tmp_path / name
    path.write_text(text, "utf-8")
    refusal(path)


def test_tally_and_areas_of_files_open_no_such_file_either(tmp_path):
    from eppv_atlas import patches

    other = tmp_path / "secret.geojson"
    frame().to_file(other, driver="GeoJSON")
    path = tmp_path / "zones.geojson"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{other}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    with pytest.raises(DataError, match="VRT"):
        patches.opened(path, None)


# --- shapefiles -------------------------------------------------------------------------------------------


def test_a_shapefile_without_its_table_says_so(tmp_path):
    path = shapefile(tmp_path)
    path.with_suffix(".dbf").unlink()
    found = opening.opened(path)
    assert len(found) == 2
    assert [one.rule for one in found.doubts] == ["dbf"]
    assert found.columns == {}


def test_a_table_of_another_length_is_refused(tmp_path):
    path = shapefile(tmp_path)
    shutil.copy(shapefile(tmp_path / "other", shapes=(FIELD,)).with_suffix(".dbf"), path.with_suffix(".dbf"))
    problem = refusal(path)
    assert problem.rule == "dbf"
    assert "2 shapes but its table 1 rows" in problem.message_en


@pytest.mark.parametrize("cut", [1, 7, 40, 150, 250])
def test_a_shp_that_is_cut_off_is_refused_with_its_feature(tmp_path, cut):
    path = shapefile(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    problem = refusal(path)
    assert problem.rule == "shp"
    assert problem.place == f"feature {2 if cut < 150 else 1}"


@pytest.mark.parametrize("what", ["missing", "empty", "short", "zeros", "shifted", "swapped"])
def test_a_wrong_index_is_made_anew_and_said(tmp_path, what):
    path = shapefile(tmp_path)
    shx = path.with_suffix(".shx")
    data = bytearray(shx.read_bytes())
    if what == "missing":
        shx.unlink()
    elif what == "empty":
        shx.write_bytes(b"")
    elif what == "short":
        shx.write_bytes(data[:-8])
    elif what == "zeros":
        shx.write_bytes(data[:100] + bytes(len(data) - 100))
    elif what == "shifted":
        struct.pack_into(">i", data, 108, struct.unpack_from(">i", data, 108)[0] + 2)
        shx.write_bytes(data)
    else:
        data[100:108], data[108:116] = data[108:116], data[100:108]
        shx.write_bytes(data)
    found = opening.opened(path)
    assert "shx" in [one.rule for one in found.doubts]
    assert near(shapely.transform(found.shapes[0], lambda xy: xy), plane(FIELD, "EPSG:4528"), 1e-6)
    assert not shx.exists() or what != "missing"  # the user's own file is let alone


@pytest.mark.parametrize("seed", range(24))
def test_one_damaged_byte_in_a_shp_head_or_record_is_read_right_or_refused(tmp_path, seed):
    import random

    chance = random.Random(seed)
    path = shapefile(tmp_path)
    data = bytearray(path.read_bytes())
    record = chance.choice(shp_records(path))
    at = record + chance.randrange(0, 52)
    data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    try:
        found = opening.opened(path)
    except DataError:
        return
    for shape, wanted in zip(found.shapes, (FIELD, OTHER), strict=True):
        box = plane(wanted, "EPSG:4528")
        # numbers of records and boxes round shapes may be wrong: the shapes themselves may not
        assert shape is not None
        assert shapely.get_num_coordinates(shape) == shapely.get_num_coordinates(box)


def test_orphan_records_that_an_index_leaves_out_are_left_out(tmp_path):
    path = shapefile(tmp_path)
    shx, table = path.with_suffix(".shx"), path.with_suffix(".dbf")
    whole = shx.read_bytes()
    shx.write_bytes(whole[:100] + whole[108:])
    from tables_raw import dbf

    table.write_bytes(dbf([("名称", 30)], [(NAMES[1],)]))
    found = opening.opened(path)
    assert len(found) == 1
    assert found.columns == {"名称": (NAMES[1],)}
    assert near(found.shapes[0], plane(OTHER, "EPSG:4528"), 1e-6)


def test_an_anticlockwise_shapefile_is_named(tmp_path):
    path = shapefile(tmp_path, shapes=(FIELD,))
    data = bytearray(path.read_bytes())
    start = 100 + 8 + 44 + 4
    points = [data[start + 16 * i : start + 16 * i + 16] for i in range((len(data) - start) // 16)]
    data[start:] = b"".join(reversed(points))
    path.write_bytes(data)
    assert "winding" in [one.rule for one in opening.opened(path).doubts]


# --- GeoJSON ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "good"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, True),
        ({"type": "name", "properties": {"name": "EPSG:4490"}}, True),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}, True),
        ({"type": "name", "properties": {"name": "my-own-grid"}}, False),
        ({"type": "name", "properties": {"name": ""}}, False),
        ({"type": "name", "properties": {}}, False),
        ({"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}, False),
        ("EPSG:4490", False),
        (None, False),
        (4490, False),
    ],
)
def test_a_crs_member_is_known_or_refused(tmp_path, crs, good):
    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(FIELD), crs=crs), "utf-8")
    if good:
        assert len(opening.opened(path)) == 1
    else:
        assert refusal(path).rule == "crs"


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}", "null", '"x"', '{"type":"FeatureCollection"}', '{"type":"FeatureCollection","features":[1]}',
        '{"type":"Polygon","coordinates":[[[0,"a"],[1,1],[2,0],[0,0]]]}', '{"type":"Polygon","coordinates":[[[NaN,0],[1,1],[2,0],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[[true,0],[1,1],[2,0],[0,0]]]}', '{"type":"Polygon","coordinates":[[[0],[1],[2],[0]]]}',
        '{"type":"Polygon","coordinates":5}', '{"type":"Polygon"}', '{"type":"Polygon","coordinates":[[[null,0],[1,1],[2,0],[0,0]]]}',
        "[" * 100_000, '{"type":"FeatureCollection","features":' + "[" * 50_000,
    ],
)  # fmt: skip
def test_broken_geojson_is_refused(tmp_path, text):
    path = tmp_path / "a.geojson"
    path.write_text(text, "utf-8")
    refusal(path)


def test_open_rings_and_wrong_winding_of_geojson_are_said(tmp_path, case):
    ring = [list(point) for point in FIELD.exterior.coords][:-1]
    path = tmp_path / "a.geojson"
    path.write_text(
        geojson(
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        ),
        "utf-8",
    )
    found = doctor.examined(path, case)
    assert "open-ring" in [one.rule for one in found.doubts]
    path.write_text(geojson(feature(shapely.reverse(FIELD))), "utf-8")
    assert "winding" in [one.rule for one in doctor.examined(path, case).doubts]
    path.write_text(geojson(feature(shapely.orient_polygons(FIELD))), "utf-8")
    assert "winding" not in [one.rule for one in doctor.examined(path, case).doubts]


# --- archives ---------------------------------------------------------------------------------------------


def test_paths_out_of_an_archive_are_refused(tmp_path):
    for name in ("../../evil.kml", "/tmp/evil.kml", "..\\evil.kml", "C:/evil.kml", "a/../../b.kml"):
        path = zipped(tmp_path / "a.zip", {name: kml_text()})
        assert refusal(path).rule == "path", name
    assert not (tmp_path.parent / "evil.kml").exists()


def test_links_in_an_archive_are_refused(tmp_path):
    import zipfile

    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("doc.kml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert refusal(path).rule == "link"


def test_bombs_are_refused_by_a_stated_limit(tmp_path):
    path = zipped(tmp_path / "a.zip", {"doc.kml": b"0" * (60 * 2**20)})
    assert path.stat().st_size < 200_000
    problem = refusal(path)
    assert problem.rule == "limit"
    assert "200 times" in problem.message_en
    path = zipped(tmp_path / "b.zip", {f"{i}.txt": "x" for i in range(2100)})
    assert "at most 2000" in refusal(path).message_en


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path, monkeypatch):
    from eppv_atlas.intake import limits

    path = zipped(tmp_path / "a.zip", {"doc.kml": b"0" * (9 * 2**20)})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.index(mark) + at, 1000)
    path.write_bytes(data)
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 2**20)
    refusal(path)


def test_damage_within_a_compressed_file_is_refused(tmp_path):
    """Found by mutation: the inflater's own error came through."""
    sound = zipped(tmp_path / "a.kmz", {"doc.kml": kml_text() * 3}).read_bytes()
    for at in range(60, 200, 4):
        path = tmp_path / "b.kmz"
        data = bytearray(sound)
        data[at : at + 4] = b"\xff\xff\xff\xff"
        path.write_bytes(data)
        with pytest.raises(DataError):
            opening.opened(path)


def test_an_archive_whose_places_lie_before_its_begin_is_refused(tmp_path):
    """Found by mutation: looking there is an error of the system, not of the archive."""
    path = zipped(tmp_path / "a.kmz", {"doc.kml": kml_text()})
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 16, struct.unpack_from("<I", data, end + 16)[0] + 5000)
    path.write_bytes(data)
    refusal(path)


def test_an_archive_of_several_files_asks_for_one(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.kml": kml_text(), "b.kml": kml_text()})
    assert "a.kml, b.kml" in refusal(path).message_en
    assert refusal(zipped(tmp_path / "c.zip", {"readme.md": "x"})).rule == "zip"
    (tmp_path / "d.zip").write_bytes(b"PK\x03\x04 no archive")
    assert refusal(tmp_path / "d.zip").rule == "zip"


def test_links_in_a_geodatabase_are_refused(tmp_path):
    path, _ = write(tmp_path, "gdb")
    (path / "a00000099.gdbtable").symlink_to("/etc/passwd")
    assert refusal(path).rule == "link"


# --- tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    ["点号,X,Y", "界址点号,X坐标,Y坐标", "序号,纵坐标,横坐标", "no,N,E", "点名,X(m),Y(m)", "点号, X , Y"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_corner_tables_of_any_head_and_encoding(tmp_path, case, head, encoding):
    path = tmp_path / "a.csv"
    path.write_text(corners(head=head), encoding)
    found = doctor.examined(path, case, doctor.Order(zone="park-core", crs="EPSG:4528", swap=True))
    assert not found.refusals
    assert near(found.shapes[0])


def test_corner_tables_in_degrees_minutes_seconds(tmp_path, case):
    path = tmp_path / "a.csv"
    rows = "\n".join(f"{i},{dms(x)},{dms(y)}" for i, (x, y) in enumerate(FIELD.exterior.coords))
    path.write_text("点号,经度,纬度\n" + rows, "utf-8")
    found = doctor.examined(path, case, doctor.Order(zone="park-core"))
    assert not found.refusals
    assert near(found.shapes[0], most_deg=1e-7)


def test_parcels_and_holes_of_a_corner_table(tmp_path):
    from eppv_atlas.intake import corners as table

    path = tmp_path / "a.csv"
    path.write_text("地块,圈号,点号,经度,纬度\n" + "\n".join(
        f"{part},{ring},{i},{x},{y}"
        for part, ring, box in [("甲", 1, (0, 0, 10, 10)), ("甲", 2, (2, 2, 4, 4)), ("乙", 1, (20, 0, 30, 10))]
        for i, (x, y) in enumerate(shapely.get_coordinates(shapely.box(*box)))
    ), "utf-8")  # fmt: skip
    found = table.outlined(opening.opened(path))
    assert found.columns == {"地块": ("甲", "乙")}
    assert [one.area for one in found.shapes] == [96, 100]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("点号,X,Y\n1,2\n", "corners"), ("点号,X,Y\n1,a,b\n2,3,4\n3,4,5\n", "corners"), ("a,b\n1,2\n", "columns"),
        ("点号,X,Y\n1,3066000,450000\n2,3066100,450000\n", "corners"), ("点号,X,Y\n", "file"), ("只有一行", "file"),
        ("点号,经度,纬度\n1,117°75′0″,27°\n2,118,27\n3,118,28\n", "corners"),
    ],
)  # fmt: skip
def test_broken_tables_are_refused_with_their_row(tmp_path, case, text, rule):
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        doctor.examined(path, case)
    assert caught.value.problems[0].rule == rule


# --- what else can be wrong -------------------------------------------------------------------------------


def test_unknown_suffix_missing_file_and_layers(tmp_path):
    (tmp_path / "a.exe").write_bytes(b"MZ")
    assert refusal(tmp_path / "a.exe").rule == "format"
    with pytest.raises(UsageError):
        opening.opened(tmp_path / "none.shp")
    path = tmp_path / "a.gpkg"
    frame().to_file(path, layer="甲", driver="GPKG")
    frame().to_file(path, layer="乙", driver="GPKG")
    assert "甲, 乙" in refusal(path).message_en
    assert len(opening.opened(path, layer="乙")) == 2
    assert "has no layer" in refusal(path, layer="丙").message_en


def test_memory_time_and_attributes_have_limits(tmp_path, monkeypatch):
    from eppv_atlas.intake import limits

    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(FIELD, x="y" * 150_000)), "utf-8")
    problem = refusal(path)
    assert problem.rule == "limit"
    assert problem.place == "feature 1"
    assert "100000" in problem.message_en
    monkeypatch.setattr(limits, "FEATURES", 1)
    path.write_text(geojson(feature(FIELD), feature(OTHER)), "utf-8")
    assert "at most 1 are taken" in refusal(path).message_en
    monkeypatch.setattr(limits, "FILE_BYTES", 100)
    assert "limit" in refusal(path).rule


def test_a_reader_that_dies_or_hangs_costs_one_line(tmp_path, monkeypatch):
    from eppv_atlas.intake import guard, limits

    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(FIELD)), "utf-8")
    start = guard._START
    monkeypatch.setattr(guard, "_START", "import os; print('ready', flush=True); os.abort()")
    assert refusal(path).rule == "crash"
    monkeypatch.setattr(limits, "SECONDS", 1)
    monkeypatch.setattr(guard, "_START", "import time; print('ready', flush=True); time.sleep(60)")
    assert "within 1 s" in refusal(path).message_en
    monkeypatch.setattr(guard, "_START", start)
    monkeypatch.setattr(limits, "MEMORY_BYTES", 700 * 2**20)
    path.write_text(
        '{"type":"FeatureCollection","features":[' + ",".join(["[[[[[[]]]]]]"] * 6_000_000) + "]}", "utf-8"
    )
    monkeypatch.setattr(limits, "SECONDS", 30)
    problem = refusal(path)
    assert problem.rule == "limit"
    assert "700 MB" in problem.message_en


def test_kml_as_some_programs_write_it(tmp_path):
    """Groups that are in no standard, tracks without times, empty coordinates, folders in folders."""
    points = " ".join(f"{x},{y}" for x, y in FIELD.exterior.coords)
    ring = f"<outerBoundaryIs><LinearRing><coordinates>{points}</coordinates></LinearRing></outerBoundaryIs>"
    track = "".join(f"<gx:coord>{x} {y} 5</gx:coord>" for x, y in FIELD.exterior.coords)
    path = tmp_path / "a.kml"
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Folder><name>外</name>'
        f"<Folder/><Placemark/><Placemark><MultiPolygon><Polygon>{ring}</Polygon></MultiPolygon></Placemark>"
        f"<Folder><name>内</name><Placemark><gx:Track>{track}</gx:Track></Placemark></Folder>"
        "<Placemark><LineString><coordinates>\n\t</coordinates></LineString></Placemark></Folder></kml>",
        "utf-8",
    )
    found = opening.opened(path)
    kinds = [None if one is None else one.geom_type for one in found.shapes]
    assert kinds == [None, "Polygon", "LineString", "LineString"]
    assert near(found.shapes[1])
    assert found.columns["folder"] == ("外", "外", "内", "外")


def dxf_text(*entities):
    body = "".join(f"0\n{one}" for one in entities)
    return f"0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n"


def polyline(layer, shape, closed=1):
    points = shapely.get_coordinates(shape)[:-1]
    rows = "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)
    return f"LWPOLYLINE\n8\n{layer}\n90\n{len(points)}\n70\n{closed}\n{rows}"


def test_a_drawing_gives_the_outlines_of_the_layer_that_is_named(tmp_path, case):
    outline = polyline("REDLINE", plane(FIELD, "EPSG:4528"))
    road = polyline("ROAD", plane(OTHER, "EPSG:4528"), closed=0)
    text = "TEXT\n8\nNOTES\n10\n40450000\n20\n3066000\n40\n5\n1\nnote\n"
    path = tmp_path / "a.dxf"
    path.write_text(dxf_text(outline, road, text), "ascii")
    assert "REDLINE, ROAD" in refusal(path).message_en
    found = doctor.examined(path, case, doctor.Order(zone="park-core", layer="REDLINE", crs="EPSG:4528"))
    assert not found.refusals, found.refusals
    assert near(found.shapes[0], most_deg=1e-7)
    assert any("1 texts and points" in one.message_en for one in found.doubts)
    with pytest.raises(DataError, match="has no layer"):
        opening.opened(path, layer="NONE")
