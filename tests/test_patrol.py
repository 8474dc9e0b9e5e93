"""Patrols: cells of equal area with stable names, coverage by tracks, files for the field, hostile logs."""

import io
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import pairwise
from xml.etree import ElementTree as ET

import geopandas as gpd
import gpxpy
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import call
from eppv_atlas import measure, running, schemes
from eppv_atlas.area import CGCS2000, area_m2
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.geometry import buffer, geodesic_disc
from eppv_atlas.schemes import coverage, grids, plain
from eppv_atlas.schemes import settings as chosen_by
from eppv_atlas.schemes.coverage import Track

GPX = "{http://www.topografix.com/GPX/1/1}"
places = st.tuples(st.floats(75, 133), st.floats(5, 52))
BENT = shapely.Polygon([(117, 27), (117.4, 27), (117.4, 27.08), (117.1, 27.08), (117.1, 27.4), (117, 27.4)])


@pytest.fixture(scope="module")
def wuyishan(atlas):
    placed = atlas["nanping-wuyishan"]
    mechanism = next(one for one in schemes.runnable(placed) if one.scheme.engine == "patrol")
    measures = measure.case(placed)
    return placed, mechanism, measures, schemes.trial(placed, mechanism, measures)


def ran(wuyishan, chosen=None, tracks=None):
    placed, mechanism, measures, trial = wuyishan
    given_ = {} if tracks is None else {"tracks": tuple(tracks)}
    return schemes.engine("patrol").run(trial, placed, mechanism, measures, chosen or {}, given_)


def values(result):
    return {line.id: line.value for line in result.lines}


# --- cells


@settings(max_examples=15)
@given(places, st.floats(800, 20_000), st.integers(1, 40))
def test_equal_cells_are_equal_and_fill_the_shape(place, radius_m, count):
    shape = geodesic_disc(*place, radius_m)
    for cells in (grids.equal(shape, count), grids.connected(shape, count)):
        sizes = np.array([cell.area_m2 for cell in cells])
        assert len(cells) == count
        # each cut along a parallel may cost 5e-8 of a piece, and cuts follow each other
        assert sizes.sum() == pytest.approx(area_m2(shape), rel=1e-6)
        assert np.abs(sizes / sizes.mean() - 1).max() < 5e-6 < grids.TOLERANCE
        assert len({cell.name for cell in cells}) == count


@settings(max_examples=15)
@given(places, st.floats(800, 20_000), st.integers(1, 60))
def test_square_cells_are_equal_unless_clipped_and_add_up(place, radius_m, count):
    shape = geodesic_disc(*place, radius_m)
    cell_m2 = area_m2(shape, "lonlat") / count
    cells = grids.square(shape, cell_m2)
    sizes = np.array([cell.area_m2 for cell in cells])
    assert sizes.sum() == pytest.approx(area_m2(shape, "lonlat"), rel=1e-7)
    assert sizes.max() <= cell_m2 * (1 + 1e-9)
    full = [
        cell
        for cell in cells
        if len(shapely.get_coordinates(cell.shape)) == 5 and shape.contains_properly(cell.shape)
    ]
    assert all(cell.area_m2 == pytest.approx(cell_m2, rel=1e-9) for cell in full)
    assert len({cell.name for cell in cells}) == len(cells)


def test_square_cells_are_about_as_high_as_wide():
    cells = grids.square(geodesic_disc(117.7, 27.7, 20_000), 4e6)
    west, south, east, north = cells[len(cells) // 2].shape.bounds
    middle = (south + north) / 2
    wide, high = CGCS2000.inv(west, middle, east, middle)[2], CGCS2000.inv(west, south, west, north)[2]
    assert wide == pytest.approx(2000, rel=1e-3)
    assert high == pytest.approx(2000, rel=1e-3)


def test_names_do_not_depend_on_the_order_and_run_from_the_north_west():
    cells = grids.equal(geodesic_disc(117.7, 27.7, 15_000), 30)
    again = grids.named_equal([cell.shape for cell in reversed(cells)])
    assert {cell.name: cell.shape.wkb for cell in cells} == {cell.name: cell.shape.wkb for cell in again}
    assert [cell.name for cell in cells] == sorted(cell.name for cell in cells)
    rows = {}
    for cell in cells:
        rows.setdefault(cell.name[0], []).append(cell)
    assert list(rows) == [chr(ord("A") + n) for n in range(len(rows))]
    for row in rows.values():
        assert [cell.lon for cell in row] == sorted(cell.lon for cell in row)
    for above, below in pairwise(rows.values()):
        assert min(cell.lat for cell in above) > max(cell.lat for cell in below)


def test_rows_beyond_z_have_two_letters():
    assert [grids._letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


def test_cells_of_a_bent_zone_are_kept_in_one_piece_where_possible():
    plain_, better = grids.equal(BENT, 7), grids.connected(BENT, 7)
    assert sum(cell.pieces for cell in better) <= sum(cell.pieces for cell in plain_)
    assert all(cell.pieces == 1 for cell in better)


@pytest.mark.parametrize("size", [0.0, -5.0, float("nan"), float("inf")])
def test_a_cell_without_size_is_refused(size):
    with pytest.raises(UsageError):
        grids.square(BENT, size)


def test_too_many_cells_are_refused_before_any_is_made():
    with pytest.raises(UsageError, match="20000 cells"):
        grids.square(BENT, 1.0)
    with pytest.raises(UsageError, match="20000 cells"):
        grids.equal(BENT, 0)


# --- coverage


def square_cells():
    return grids.square(geodesic_disc(117.7, 27.7, 6_000), 4e6)


@st.composite
def walks(draw):
    count = draw(st.integers(1, 4))
    out = []
    for _ in range(count):
        points = draw(
            st.lists(st.tuples(st.floats(117.6, 117.8), st.floats(27.6, 27.8)), min_size=2, max_size=6)
        )
        out.append(
            Track("", shapely.LineString(points), draw(st.sampled_from(["", "2024-05-01", "2024-06-01"])))
        )
    return out


@settings(max_examples=20)
@given(walks(), st.floats(20, 900))
def test_more_tracks_never_cover_less(tracks, sight_m):
    cells = square_cells()
    less, more = coverage.covered(cells, tracks[:-1], sight_m), coverage.covered(cells, tracks, sight_m)
    for one, other in zip(less.cells, more.cells, strict=True):
        assert one.visited <= other.visited
        assert one.length_m <= other.length_m + 1e-6
        assert one.seen <= other.seen + 1e-9
        assert set(one.dates) <= set(other.dates)
    assert less.seen <= more.seen + 1e-9
    assert 0 <= more.outside_m <= more.length_m + 1e-6
    whole = sum(CGCS2000.geometry_length(track.shape) for track in tracks)
    assert more.length_m == pytest.approx(whole, rel=1e-6, abs=1e-6)


@settings(max_examples=10)
@given(walks(), st.randoms(use_true_random=False))
def test_the_order_of_tracks_does_not_matter(tracks, random):
    cells = square_cells()
    mixed = random.sample(tracks, len(tracks))
    one, other = (coverage.covered(cells, some, 150.0) for some in (tracks, mixed))
    for a, b in zip(one.cells, other.cells, strict=True):
        assert (a.visited, a.dates) == (b.visited, b.dates)
        assert a.length_m == pytest.approx(b.length_m, abs=1e-6)
        assert a.seen == pytest.approx(b.seen, abs=1e-9)


def test_lengths_are_those_of_pyproj_and_pieces_add_up():
    cells = square_cells()
    line = shapely.LineString([(117.66, 27.69), (117.7, 27.71), (117.74, 27.7)])
    found = coverage.covered(cells, [Track("a", line)], 0.0)
    assert found.length_m == pytest.approx(CGCS2000.geometry_length(line), rel=1e-12)
    assert sum(one.length_m for one in found.cells) == pytest.approx(found.length_m, rel=1e-6)
    assert found.outside_m == pytest.approx(0.0, abs=0.1)


def test_what_is_seen_is_the_buffer_of_the_track():
    cells = square_cells()
    line = shapely.LineString([(117.66, 27.69), (117.7, 27.71), (117.74, 27.7)])
    found = coverage.covered(cells, [Track("a", line)], 300.0)
    whole = shapely.union_all([cell.shape for cell in cells])
    seen = area_m2(shapely.intersection(buffer(line, 300.0), whole), "lonlat")
    assert found.seen * sum(cell.area_m2 for cell in cells) == pytest.approx(seen, rel=2e-3)
    # by an independent way: points of the cell nearest to the track, by GeographicLib
    at = next(n for n, one in enumerate(found.cells) if 0.2 < one.seen < 0.8)
    rng = np.random.default_rng(3)
    west, south, east, north = cells[at].shape.bounds
    points = np.column_stack([rng.uniform(west, east, 4000), rng.uniform(south, north, 4000)])
    points = points[shapely.contains_xy(cells[at].shape, *points.T)]
    steps = np.array([(117.66, 27.69), *CGCS2000.npts(117.66, 27.69, 117.7, 27.71, 400), (117.7, 27.71),
                      *CGCS2000.npts(117.7, 27.71, 117.74, 27.7, 400), (117.74, 27.7)])  # fmt: skip
    near = [CGCS2000.inv(*np.tile(point, (len(steps), 1)).T, *steps.T)[2].min() <= 300.0 for point in points]
    assert found.cells[at].seen == pytest.approx(np.mean(near), abs=0.03)


def test_points_count_and_strays_are_named():
    cells = square_cells()
    inside, far = shapely.MultiPoint([(117.7, 27.7), (117.7001, 27.7)]), shapely.Point(100.0, 20.0)
    found = coverage.covered(cells, [Track("", inside, "2024-05-01"), Track("远处", far)], 100.0)
    assert found.strays == ("远处",)
    assert found.undated == 1
    assert sum(one.visited for one in found.cells) >= 1
    assert found.length_m == 0.0
    assert found.seen > 0


def test_a_walk_that_stands_still_is_a_point():
    still = shapely.LineString([(117.7, 27.7), (117.7, 27.7)])
    found = coverage.covered(square_cells(), [Track("", still)], 100.0)
    assert any(one.visited for one in found.cells)
    assert found.length_m == 0.0


def test_too_much_to_widen_is_refused_in_one_sentence():
    rng = np.random.default_rng(0)
    line = shapely.LineString(rng.uniform((117.65, 27.65), (117.75, 27.75), (40_000, 2)))
    with pytest.raises(UsageError, match="vertices"):
        coverage.covered(square_cells(), [Track("", line)], 20.0)


# --- the case


def test_the_printed_number_of_cells_is_the_zone_of_the_case(wuyishan, atlas):
    result = ran(wuyishan)
    placed = wuyishan[0]
    assert values(result)["cells-made"] == 98
    stored = {shape.wkb for shape in placed.shapes["patrol-grid"].geometry.geoms}
    assert {mark.geometry.wkb for mark in result.layers[0].marks} == stored
    whole_m2 = area_m2(placed.shapes["park-core"].geometry)
    line = next(one for one in result.lines if one.id == "mean-area")
    assert line.value == pytest.approx(whole_m2 / 98 / 1e4, rel=1e-6)
    assert line.value == pytest.approx(100_141 / 98, rel=1e-5)  # 1001.41 km² as printed
    assert line.low < line.value < line.high
    assert values(result)["deviation"] / 100 < grids.TOLERANCE
    cells = next(one for one in result.inputs if one.id == "cells")
    assert "30" in cells.whence.zh
    assert "98" in cells.whence.zh


def test_what_is_schematic_says_so(wuyishan):
    trial = wuyishan[3]
    assert "示意" in trial.notes[0].zh
    assert ran(wuyishan).layers[0].confidence == "schematic"


def test_frames_of_the_page(wuyishan):
    trial = wuyishan[3]
    held = plain.as_json(trial)
    assert list(held["frames"]) == ["49", "98", "196"]
    for option, frame in trial.frames.items():
        assert values(frame)["cells-made"] == int(option)
        assert all(mark.geometry.is_valid for mark in frame.layers[0].marks)


def test_other_numbers_sizes_and_cuts(wuyishan):
    assert values(ran(wuyishan, {"count": 12.0}))["cells-made"] == 12
    by_area = ran(wuyishan, {"cell-area": 5000.0})
    assert values(by_area)["cells-made"] == 20
    assert by_area.changed == ("cell-area",)
    better = ran(wuyishan, {"cut": "connected", "count": 12.0})
    assert values(better)["scattered"] == 0
    square = ran(wuyishan, {"cut": "square", "cell-area": 2000.0})
    assert values(square)["clipped"] > 0
    assert max(mark.about["area"] for mark in square.layers[0].marks) == pytest.approx(2000.0)
    with pytest.raises(UsageError, match="not both"):
        ran(wuyishan, {"count": 3.0, "cell-area": 100.0})


def test_settings_are_held_to_the_inputs(wuyishan):
    found = chosen_by.checked(wuyishan[3], {"cut": "square", "sight": "350 m", "cell-area": "12.5"})
    assert found == {"cut": "square", "sight": 350.0, "cell-area": 12.5}
    with pytest.raises(UsageError, match="sight"):
        chosen_by.checked(wuyishan[3], {"sight": "-1"})


def test_tracks_over_the_case(wuyishan):
    line = shapely.LineString([(117.6, 27.7), (117.8, 27.74)])
    result = ran(wuyishan, tracks=[Track("甲", line, "2024-05-01")])
    found = values(result)
    assert found["walked"] == pytest.approx(CGCS2000.geometry_length(line) / 1e3)
    assert 0 < found["seen"] < 100
    assert found["visited-cells"] == sum(mark.about["visited"] for mark in result.layers[0].marks)
    assert all(0 <= mark.value <= 1 for mark in result.layers[0].marks)
    with pytest.raises(UsageError, match="no track"):
        ran(wuyishan, tracks=[])


# --- files for the field


@pytest.fixture(scope="module")
def written(wuyishan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("field")
    result = ran(
        wuyishan, {"count": 12.0}, [Track("甲", shapely.LineString([(117.6, 27.7), (117.8, 27.74)]))]
    )
    for suffix in ("gpx", "gpkg", "geojson", "csv", "html", "json", "xlsx"):
        running.write("patrol", result, folder / f"grid.{suffix}", "zh")
        running.write("patrol", result, folder / f"again.{suffix}", "zh")
    return result, folder


@pytest.mark.parametrize("suffix", ["gpx", "gpkg", "geojson", "csv", "html", "json", "xlsx"])
def test_the_same_run_gives_the_same_bytes(written, suffix):
    assert (written[1] / f"grid.{suffix}").read_bytes() == (written[1] / f"again.{suffix}").read_bytes()


def test_gpx_read_back_by_gpxpy_and_gdal(written):
    result, folder = written
    held = gpxpy.parse(io.StringIO((folder / "grid.gpx").read_text("utf-8")))
    names = [mark.label.zh for mark in result.layers[0].marks]
    assert [point.name for point in held.waypoints] == names == [track.name for track in held.tracks]
    assert "示意" in held.description
    for mark, point, track in zip(result.layers[0].marks, held.waypoints, held.tracks, strict=True):
        assert mark.geometry.contains(shapely.Point(point.longitude, point.latitude))
        rings = [shapely.Polygon([(p.longitude, p.latitude) for p in part.points]) for part in track.segments]
        size = sum(area_m2(ring) for ring in rings)
        assert size == pytest.approx(mark.about["area"] * 1e4, rel=1e-5)
    layers = dict(pyogrio.list_layers(folder / "grid.gpx"))
    assert {"waypoints", "tracks"} <= set(layers)
    by_gdal = pyogrio.read_dataframe(folder / "grid.gpx", layer="waypoints")
    assert list(by_gdal["name"]) == names


def test_gpx_keeps_to_the_schema(written):
    """Order and content as gpx.xsd 1.1 has them; that file comes with no package that would fit here."""
    root = ET.fromstring((written[1] / "grid.gpx").read_bytes())
    assert root.tag == f"{GPX}gpx"
    assert root.attrib["version"] == "1.1"
    assert root.attrib["creator"]
    order = [child.tag.removeprefix(GPX) for child in root]
    assert order == sorted(order, key=["metadata", "wpt", "rte", "trk", "extensions"].index)
    allowed = {
        "metadata": [
            "name",
            "desc",
            "author",
            "copyright",
            "link",
            "time",
            "keywords",
            "bounds",
            "extensions",
        ],
        "wpt": ["ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type"],
        "trk": ["name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"],
        "trkseg": ["trkpt", "extensions"],
        "trkpt": ["ele", "time"],
    }
    for element in root.iter():
        kind = element.tag.removeprefix(GPX)
        if kind in allowed:
            inside = [child.tag.removeprefix(GPX) for child in element]
            assert inside == sorted(inside, key=allowed[kind].index)
        if kind in {"wpt", "trkpt"}:
            assert set(element.attrib) == {"lat", "lon"}
            assert -90 <= float(element.attrib["lat"]) <= 90
            assert -180 <= float(element.attrib["lon"]) < 180


def test_geopackage_has_names_notes_and_a_style(written):
    result, folder = written
    frame = pyogrio.read_dataframe(folder / "grid.gpkg", layer="cells")
    assert list(frame["name"]) == [mark.label.zh for mark in result.layers[0].marks]
    assert set(frame["confidence"]) == {"schematic"}
    assert set(frame["trust"]) == {"示意"}
    assert frame.crs.to_epsg() == 4326
    with closing(sqlite3.connect(folder / "grid.gpkg")) as base:
        (qml,) = base.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'cells'").fetchone()
        notes = [row[0] for row in base.execute("SELECT zh FROM notes")]
        told = dict(
            base.execute("SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'cells'")
        )
    assert ET.fromstring(qml).tag == "qgis"
    assert 'use_custom_dash" value="1"' in qml or "customdash" in qml
    assert any("示意" in note for note in notes)
    assert told["area"].startswith("面积")


def test_nothing_is_run_by_a_spreadsheet_or_a_page(wuyishan, tmp_path):
    track = Track("<script>alert(1)</script>", shapely.Point(1, 1))
    result = ran(wuyishan, {"count": 4.0}, [track])
    running.write("patrol", result, tmp_path / "a.html", "zh")
    assert b"<script>alert(1)" not in (tmp_path / "a.html").read_bytes()
    running.write("patrol", result, tmp_path / "a.gpx", "zh")
    assert gpxpy.parse(io.StringIO((tmp_path / "a.gpx").read_text("utf-8"))).tracks


def test_an_unknown_form_is_refused(wuyishan, tmp_path):
    with pytest.raises(UsageError, match="form"):
        running.write("patrol", ran(wuyishan, {"count": 2.0}), tmp_path / "a.exe", "en")
    assert not list(tmp_path.iterdir())


# --- logs


LOG = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>巡</name><trkseg>{}</trkseg></trk></gpx>"""
FIXES = "".join(
    f'<trkpt lat="{27.70 + n / 1000}" lon="{117.70 + n / 1000}"><time>2024-05-0{1 + n // 3}T08:0{n}:00Z</time></trkpt>'
    for n in range(6)
)


def read(path):
    return running.read("patrol", {"tracks": path})["tracks"]


def test_fixes_of_a_gpx_are_parted_by_date(tmp_path):
    (tmp_path / "log.gpx").write_text(LOG.format(FIXES), "utf-8")
    tracks = read(tmp_path / "log.gpx")
    assert [track.date for track in tracks] == ["2024-05-01", "2024-05-02"]
    whole = shapely.LineString([(117.70 + n / 1000, 27.70 + n / 1000) for n in range(6)])
    length = sum(CGCS2000.geometry_length(track.shape) for track in tracks)
    assert length == pytest.approx(CGCS2000.geometry_length(whole))


def test_routes_waypoints_and_other_formats(tmp_path):
    route = '<rte><rtept lat="27.7" lon="117.7"/><rtept lat="27.71" lon="117.7"/></rte>'
    way = '<wpt lat="27.7" lon="117.7"><name>a</name></wpt>'
    for name, inside in (("r", route), ("w", way)):
        text = f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>'
        (tmp_path / f"{name}.gpx").write_text(text, "utf-8")
        assert len(read(tmp_path / f"{name}.gpx")) >= 1
    frame = gpd.GeoDataFrame(
        {"名称": ["甲", "乙"], "日期": ["2024年5月1日", None]},
        geometry=[
            shapely.LineString([(117.7, 27.7), (117.71, 27.7)]),
            shapely.LineString([(117.7, 27.7), (117.7, 27.71)]),
        ],
        crs="OGC:CRS84",
    )
    frame.to_file(tmp_path / "t.geojson")
    frame.to_crs("EPSG:4509").to_file(tmp_path / "t.gpkg")
    found = [read(tmp_path / "t.geojson"), read(tmp_path / "t.gpkg")]
    for tracks in found:
        assert [(track.name, track.date) for track in tracks] == [("甲", "2024-05-01"), ("乙", "")]
    for one, other in zip(*found, strict=True):
        assert one.shape.equals_exact(other.shape, 1e-7)


XXE = '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BILLION = '<!DOCTYPE g [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        LOG.format(FIXES).replace("<gpx", f"{XXE}<gpx").replace("巡", "&x;"),
        LOG.format(FIXES).replace("<gpx", f"{BILLION}<gpx").replace("巡", "&b;"),
        LOG.format(FIXES)[:-40],
        "not xml at all",
        "",
        LOG.format('<trkpt lat="inf" lon="117.7"/><trkpt lat="27.7" lon="nan"/>'),
        LOG.format('<trkpt lat="0" lon="0"/><trkpt lat="27.7" lon="117.7"/>'),
    ],
    ids=["entity", "billion", "cut", "text", "empty", "no-number", "null-island"],
)
def test_a_bad_log_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "log.gpx").write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        read(tmp_path / "log.gpx")
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert problem.message_en
    assert problem.message_zh
    assert "\n" not in problem.text()


def test_coordinates_off_the_globe_are_refused_when_laid_over(wuyishan, tmp_path):
    (tmp_path / "log.gpx").write_text(
        LOG.format('<trkpt lat="127.7" lon="117.7"/><trkpt lat="27" lon="917"/>'), "utf-8"
    )
    with pytest.raises(DataError):
        read(tmp_path / "log.gpx")


def test_shapes_without_crs_polygons_and_strange_names_are_refused(tmp_path):
    shape = [shapely.box(117, 27, 118, 28)]
    gpd.GeoDataFrame(geometry=shape, crs="OGC:CRS84").to_file(tmp_path / "area.geojson")
    with pytest.raises(DataError, match="neither lines nor points"):
        read(tmp_path / "area.geojson")
    with pytest.raises(UsageError, match="tracks"):
        running.read("patrol", {"log": tmp_path / "area.geojson"})
    with pytest.raises(UsageError, match="no file"):
        read(tmp_path / "none.gpx")


def test_on_the_command_line(tmp_path, capsys):
    (tmp_path / "log.gpx").write_text(LOG.format(FIXES), "utf-8")
    out = tmp_path / "grid.gpx"
    code = call(
        "scheme", "run", "nanping-wuyishan/smart-monitoring", "--set", "count=9", "--with",
        f"tracks={tmp_path / 'log.gpx'}", "--out", out,
    )  # fmt: skip
    assert code == 0
    assert len(gpxpy.parse(io.StringIO(out.read_text("utf-8"))).waypoints) == 9
    (tmp_path / "bad.gpx").write_text("nothing", "utf-8")
    code = call(
        "scheme", "run", "nanping-wuyishan/smart-monitoring", "--with", f"tracks={tmp_path / 'bad.gpx'}"
    )
    assert code == 1
    assert Counter(capsys.readouterr().err)["Traceback"] == 0
