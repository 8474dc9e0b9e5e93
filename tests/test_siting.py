"""Siting: values as others measure them, ratings that behave, layers that are refused."""

import csv
import io
import json
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import Transformer

from conftest import ROOT, call
from eppv_atlas import measure, running, schemes
from eppv_atlas.area import CGCS2000, area_m2
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.model.schemes import SitingScheme
from eppv_atlas.running.rasters import Raster
from eppv_atlas.schemes import plain
from eppv_atlas.schemes.siting import landscape, measuring, rating
from eppv_atlas.schemes.siting.layers import Shapes, Units, held

EXAMPLE = ROOT / "docs" / "examples" / "siting"
KNOTS = [(0.0, 0.6), (5.0, 1.0), (15.0, 1.0), (25.0, 0.2), (35.0, 0.0)]


def example():
    raster = {name: EXAMPLE / f"synthetic-{name}.tif" for name in ("slope", "soil")}
    vector = ("villages", "roads", "red-line", "units")
    return raster | {name: EXAMPLE / f"synthetic-{name}.geojson" for name in vector}


@pytest.fixture(scope="module")
def wuzhou(atlas):
    placed = atlas["wuzhou-liubao-tea"]
    mechanism = next(one for one in schemes.runnable(placed) if one.scheme.engine == "siting")
    measures = measure.case(placed)
    return placed, mechanism, measures, schemes.trial(placed, mechanism, measures)


def ran(wuzhou, chosen=None, layers=None):
    placed, mechanism, measures, trial = wuzhou
    return schemes.engine("siting").run(trial, placed, mechanism, measures, chosen or {}, layers or {})


def by_unit(result):
    return {mark.label.zh: mark for mark in result.layers[0].marks}


def geotiff(path, values, transform, crs, **more):
    about = {
        "driver": "GTiff",
        "width": values.shape[1],
        "height": values.shape[0],
        "count": 1,
        "dtype": values.dtype.name,
    }
    with rasterio.open(path, "w", **about, transform=transform, crs=crs, **more) as out:
        out.write(values, 1)
    return path


# --- rasters


def pixel_sum(shape, values, transform, nodata):
    """Mean and known share by laying every pixel over the shape, one by one."""
    weighted = known = 0.0
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            west, north = transform @ (column, row)
            east, south = transform @ (column + 1, row + 1)
            part = shapely.intersection(shape, shapely.box(west, south, east, north)).area
            if part and values[row, column] != nodata:
                weighted += part * float(values[row, column])
                known += part
    return (weighted / known if known else np.nan), known / shape.area


@pytest.mark.parametrize("kind", ["float32", "int16", "uint8"])
def test_means_are_those_of_pixels_laid_over_one_by_one(tmp_path, kind):
    rng = np.random.default_rng(5)
    values = rng.integers(1, 90, (12, 15)).astype(kind)
    values[3:6, 4:7] = 0
    transform = Affine(0.01, 0, 111.4, 0, -0.01, 23.8)
    path = geotiff(tmp_path / "a.tif", values, transform, "EPSG:4326", nodata=0)
    shapes = [
        shapely.Point(111.46, 23.74).buffer(0.031),
        shapely.box(111.41, 23.7, 111.413, 23.7021),
        shapely.Polygon([(111.4, 23.7), (111.55, 23.79), (111.43, 23.8)]),
        shapely.box(111.442, 23.745, 111.458, 23.765),
        shapely.box(112.0, 23.0, 112.1, 23.1),
    ]
    mean, known = Raster(path).means(shapes)
    for shape, one, share in zip(shapes, mean, known, strict=True):
        wanted, wanted_share = pixel_sum(shape, values, transform, 0)
        assert one == pytest.approx(wanted, rel=1e-6, nan_ok=True)
        assert share == pytest.approx(wanted_share, abs=1e-6)
    found = Raster(path).classes(shapes)
    for shape, shares, share in zip(shapes, found, known, strict=True):
        assert sum(shares.values()) == pytest.approx(share, abs=1e-6)
        worth = {f"{code:g}": float(code) for code in np.unique(values)}
        if share:
            total = sum(worth[code] * part for code, part in shares.items()) / share
            assert total == pytest.approx(pixel_sum(shape, values, transform, 0)[0], rel=1e-6)
    assert np.isnan(mean[3])  # inside the hole
    assert known[4] == 0.0


def test_the_unit_is_brought_into_the_crs_of_the_raster(tmp_path):
    """On a plane in metres, and on the survey's own zone, a field that is linear in metres has the centroid's value."""
    shape = shapely.box(111.45, 23.72, 111.47, 23.74)
    for crs in ("EPSG:4546", "EPSG:32649", "EPSG:4525"):
        mover = Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
        flat = shapely.transform(shapely.segmentize(shape, 0.0005), mover.transform, interleaved=False)
        west, _, _, north = flat.buffer(500).bounds
        transform = Affine(20, 0, west, 0, -20, north)
        columns, rows = np.meshgrid(np.arange(200) + 0.5, np.arange(200) + 0.5)
        values = (columns * 20 * 0.01 + rows * 20 * 0.02).astype(np.float32)
        path = geotiff(tmp_path / "p.tif", values, transform, crs)
        mean, known = Raster(path).means([shape])
        wanted = (flat.centroid.x - west) * 0.01 + (north - flat.centroid.y) * 0.02
        assert mean[0] == pytest.approx(wanted, rel=1e-4)
        assert known[0] == pytest.approx(1.0, abs=1e-4)


def test_the_files_of_the_example_are_the_landscape_of_the_page(wuzhou):
    layers = running.read("siting", example())
    own, shapes = landscape.given(), list(landscape.units().shapes)
    for name in ("slope",):
        for one, other in zip(layers[name].means(shapes), own[name].means(shapes), strict=True):
            assert np.allclose(one, other, atol=1e-5, equal_nan=True)
    for one, other in zip(layers["soil"].classes(shapes), own["soil"].classes(shapes), strict=True):
        assert one == pytest.approx(other)
    by_files, by_page = ran(wuzhou, layers=layers), ran(wuzhou)
    assert [(line.id, line.value) for line in by_files.lines] == [
        (line.id, line.value) for line in by_page.lines
    ]
    assert [row[:2] for row in by_files.tables[0].rows] == [row[:2] for row in by_page.tables[0].rows]
    for path in EXAMPLE.iterdir():
        assert path.stat().st_size < 300_000
        assert path.name.startswith("synthetic-")


HOSTILE = {
    "text": lambda path: path.write_text("no raster"),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes((EXAMPLE / "synthetic-slope.tif").read_bytes()[:6000]),
    "head": lambda path: path.write_bytes(b"II*\0" + b"\xff" * 400),
    "vrt": lambda path: path.write_text('<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:4326</SRS></VRTDataset>'),
    "bands": lambda path: bands(path),  # noqa: PLW0108 - defined below
    "no-crs": lambda path: geotiff(path, np.ones((4, 4), "uint8"), Affine(1, 0, 0, 0, -1, 9), None),
    "rotated": lambda path: geotiff(path, np.ones((4, 4), "uint8"), Affine(1, 0.5, 0, 0, -1, 9), "EPSG:4326"),
    "upside-down": lambda path: geotiff(path, np.ones((4, 4), "uint8"), Affine(1, 0, 0, 0, 1, 9), "EPSG:4326"),
    "complex": lambda path: geotiff(path, np.ones((4, 4), "complex64"), Affine(1, 0, 0, 0, -1, 9), "EPSG:4326"),
    "old-datum": lambda path: geotiff(path, np.ones((4, 4), "uint8"), Affine(1, 0, 0, 0, -1, 9), "EPSG:2343"),
    "bomb": lambda path: bomb(path),  # noqa: PLW0108 - defined below
}  # fmt: skip


def bands(path):
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=4, count=2, dtype="uint8", crs="EPSG:4326",
        transform=Affine(1, 0, 0, 0, -1, 9),
    ) as out:  # fmt: skip
        out.write(np.ones((2, 4, 4), "uint8"))


def bomb(path):
    """A file of some kB that says it is 90,000 by 90,000 pixels."""
    about = {
        "width": 90_000,
        "height": 90_000,
        "count": 1,
        "dtype": "uint8",
        "crs": "EPSG:4326",
        "sparse_ok": True,
    }
    with rasterio.open(
        path, "w", driver="GTiff", **about, tiled=True, blockxsize=4096, blockysize=4096, compress="deflate",
        transform=Affine(1e-5, 0, 111, 0, -1e-5, 24),
    ):  # fmt: skip
        pass


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_raster_is_refused_in_one_sentence(tmp_path, name):
    path = tmp_path / "a.tif"
    HOSTILE[name](path)
    with pytest.raises(DataError) as caught:
        Raster(path).means([shapely.box(111.42, 23.72, 111.54, 23.84)])
    assert len(caught.value.problems) == 1
    assert "\n" not in caught.value.problems[0].text()
    assert caught.value.problems[0].message_zh


def test_every_bad_file_is_named_in_one_run(tmp_path):
    (tmp_path / "a.tif").write_text("no raster")
    (tmp_path / "b.geojson").write_text("{")
    (tmp_path / "c.csv").write_text("code,score\n1,2\n,0.5\n3,=1\n4,0.5\n4,0.5\n")
    files = {"slope": tmp_path / "a.tif", "roads": tmp_path / "b.geojson", "soil-classes": tmp_path / "c.csv"}
    with pytest.raises(DataError) as caught:
        running.read("siting", files)
    assert [problem.line for problem in caught.value.problems] == [0, 0, 2, 3, 4, 6]
    with pytest.raises(UsageError, match="no file"):
        running.read("siting", {"slope": tmp_path / "none.tif"})


# --- vector layers


@st.composite
def unit_grids(draw):
    lon, lat = draw(st.floats(80, 125)), draw(st.floats(18, 45))
    names, shapes = [], []
    for n in range(4):
        west, south = lon + draw(st.floats(0, 0.5)), lat + draw(st.floats(0, 0.5))
        shapes.append(shapely.box(west, south, west + 0.01, south + 0.01))
        names.append(str(n))
    points = [(lon + draw(st.floats(-0.2, 0.7)), lat + draw(st.floats(-0.2, 0.7))) for _ in range(5)]
    return Units(tuple(names), held(shapes), ""), points


@settings(max_examples=25)
@given(unit_grids())
def test_distances_are_the_least_of_pyproj(drawn):
    units, points = drawn
    found = measuring.distance(units, Shapes("p", held([shapely.Point(*xy) for xy in points]))).values
    for shape, away in zip(units.shapes, found, strict=True):
        ring = shapely.get_coordinates(shapely.segmentize(shape.exterior, 0.0001))
        least = min(
            0.0 if shape.intersects(shapely.Point(xy))
            else CGCS2000.inv(*ring.T, *np.tile(xy, (len(ring), 1)).T)[2].min()
            for xy in points
        )  # fmt: skip
        assert away == pytest.approx(least, rel=2 * measuring.SAME, abs=3.0)


def test_distance_to_lines_and_nothing():
    units = Units(("a",), held([shapely.box(111.4, 23.7, 111.41, 23.71)]), "")
    line = Shapes("l", held([shapely.LineString([(111.45, 23.0), (111.45, 24.5)])]))
    wanted = CGCS2000.inv(111.41, 23.705, 111.45, 23.705)[2]
    assert measuring.distance(units, line).values[0] == pytest.approx(wanted, rel=2e-4)
    none = measuring.distance(units, Shapes("n", held([])))
    assert np.isnan(none.values[0])
    assert none.known[0] == 0.0


def test_shares_count_overlaps_once():
    units = Units(("a",), held([shapely.box(111.4, 23.7, 111.5, 23.8)]), "")
    half = shapely.box(111.4, 23.7, 111.45, 23.8)
    layer = Shapes("r", held([half, half, shapely.box(111.4, 23.7, 111.41, 23.8)]))
    assert measuring.share(units, layer).values[0] == pytest.approx(0.5, rel=1e-9)
    assert measuring.share(units, Shapes("r", held([shapely.box(0, 0, 1, 1)]))).values[0] == 0.0


def test_classes_of_polygons_and_codes_without_worth():
    units = Units(
        ("a", "b"), held([shapely.box(111.4, 23.7, 111.5, 23.8), shapely.box(112, 23, 112.1, 23.1)]), ""
    )
    shapes = held(
        [
            shapely.box(111.4, 23.7, 111.45, 23.8),
            shapely.box(111.45, 23.7, 111.475, 23.8),
            shapely.box(111.475, 23.7, 111.6, 23.8),
        ]
    )
    found, strange = measuring.classes(units, Shapes("s", shapes, ("1", "2", "9")), {"1": 1.0, "2": 0.4})
    assert strange == ("9",)
    assert found.values[0] == pytest.approx((0.5 * 1.0 + 0.25 * 0.4) / 0.75, rel=1e-6)
    assert found.known[0] == pytest.approx(0.75, rel=1e-6)
    assert np.isnan(found.values[1])
    assert found.known[1] == 0.0


# --- ratings

tables = st.integers(1, 6).flatmap(
    lambda k: st.lists(st.lists(st.floats(0, 1), min_size=k, max_size=k), min_size=1, max_size=25)
).map(lambda rows: np.array(rows, dtype=float))  # fmt: skip


@st.composite
def rated(draw):
    table = draw(tables)
    weights = np.array(draw(st.lists(st.floats(0.1, 10), min_size=table.shape[1], max_size=table.shape[1])))
    return table, weights


@given(rated(), st.floats(1e-3, 1e3))
def test_weights_count_by_their_proportions(drawn, factor):
    table, weights = drawn
    one, other = rating.scores(table, weights), rating.scores(table, weights * factor)
    assert np.allclose(one, other, atol=2e-12)


@given(rated(), st.data())
def test_scores_rise_with_each_criterion(drawn, data):
    table, weights = drawn
    row, place = data.draw(st.integers(0, len(table) - 1)), data.draw(st.integers(0, len(weights) - 1))
    better = table.copy()
    better[row, place] = data.draw(st.floats(table[row, place], 1))
    one, other = rating.scores(table, weights), rating.scores(better, weights)
    assert other[row] >= one[row]
    assert rating.ranks(other)[row] <= rating.ranks(one)[row]
    assert (one >= 0).all()
    assert (one <= 1 + 1e-12).all()


@given(rated(), st.randoms(use_true_random=False))
def test_the_order_of_units_and_criteria_does_not_matter(drawn, random):
    table, weights = drawn
    rows, columns = list(range(len(table))), list(range(len(weights)))
    random.shuffle(rows)
    random.shuffle(columns)
    one = rating.ranks(rating.scores(table, weights))
    other = rating.ranks(rating.scores(table[rows][:, columns], weights[columns]))
    assert one[rows].tolist() == other.tolist()


@settings(max_examples=25)
@given(rated(), st.integers(0, 5))
def test_sensitivity_is_bounded_and_the_same_again(drawn, seed):
    table, weights = drawn
    found = rating.sensitivity(table, weights, 0.25, 40, seed, 20.0)
    again = rating.sensitivity(table, weights, 0.25, 40, seed, 20.0)
    assert np.array_equal(found.among_best, again.among_best)
    now = rating.ranks(rating.scores(table, weights))
    assert (found.swing_low <= now).all()
    assert (now <= found.swing_high).all()
    assert ((found.low >= 1) & (found.low <= found.high) & (found.high <= len(table))).all()
    assert ((found.among_best >= 0) & (found.among_best <= 1)).all()
    assert all(0 <= one <= 1 for one in found.stay)


def test_one_criterion_leaves_nothing_to_be_unsure_of():
    found = rating.sensitivity(np.linspace(0, 1, 30)[:, None], np.array([2.0]), 0.5, 50, 1, 20.0)
    assert found.low.tolist() == found.high.tolist() == list(range(30, 0, -1))
    assert found.among_best.sum() == 3


def test_functions_go_straight_between_knots():
    values = np.array([-5.0, 0.0, 2.5, 10.0, 20.0, 35.0, 90.0, np.nan])
    wanted = [0.6, 0.6, 0.8, 1.0, 0.6, 0.0, 0.0, np.nan]
    assert np.allclose(rating.worth(values, KNOTS), wanted, equal_nan=True)


def test_equal_scores_share_a_rank():
    assert rating.ranks(np.array([0.5, 0.9, 0.5, 0.1])).tolist() == [2, 1, 2, 4]


# --- the case


def test_the_page_says_that_it_is_synthetic(wuzhou, atlas):
    trial = wuzhou[3]
    assert list(trial.frames) == ["own", "slope-first", "near-first", "red-line-first"]
    assert len(json.dumps(plain.as_json(trial), ensure_ascii=False)) < 400_000
    for frame in trial.frames.values():
        assert "合成" in frame.notes[0].zh
        assert "synthetic" in frame.layers[0].label.en
        assert frame.layers[0].confidence == "schematic"
    core = atlas["wuzhou-liubao-tea"].shapes["core-area"].geometry
    assert all(core.contains(shape) for shape in landscape.units().shapes)


def test_what_is_excluded_or_unknown_never_ranks(wuzhou):
    marks = by_unit(ran(wuzhou))
    states = {name: mark.about["state"].en for name, mark in marks.items()}
    assert set(states.values()) == {"rated", "excluded", "not rated"}
    for name, mark in marks.items():
        assert (mark.value is None) == (states[name] != "rated")
        assert ("rank" in mark.about) == (states[name] == "rated")
        assert ("reason" in mark.about) == (states[name] != "rated")
    # the corner without slopes is not rated, whatever else it has
    assert states["L01"] == "not rated"
    assert "Slope" in marks["L01"].about["reason"].en


def test_reasons_are_those_of_the_shapes(wuzhou):
    marks = by_unit(ran(wuzhou))
    for mark in marks.values():
        inside = sum(
            area_m2(shapely.intersection(mark.geometry, shape), "lonlat")
            for shape in landscape.red_line().shapes
            if mark.geometry.intersection(shape).area
        )
        over = inside / area_m2(mark.geometry, "lonlat") > 0.01
        said = "red line" in getattr(mark.about.get("reason"), "en", "")
        assert over == said


def test_a_score_is_the_weighted_mean_of_what_values_are_worth(wuzhou):
    result = ran(wuzhou, {"weight-slope": 3.0, "weight-soil": 0.0})
    scheme = wuzhou[1].scheme
    for mark in result.layers[0].marks:
        if mark.value is None:
            continue
        total = 0.0
        for one in scheme.criteria:
            weight = {"slope": 3.0, "soil": 0.0}.get(one.id, 1.0)
            value = mark.about[f"v-{one.id}"]
            knots = [(knot.at, knot.score) for knot in one.knots]
            total += weight * (
                value if one.measure == "class" else np.interp(value, *zip(*knots, strict=True))
            )
        assert mark.value == pytest.approx(total / 6, abs=1e-5)
    assert result.changed == ("weight-slope", "weight-soil")


def test_weights_by_name_are_scale_free(wuzhou):
    ids = [one.id for one in wuzhou[1].scheme.criteria]
    one, other = (ran(wuzhou, {f"weight-{name}": w for name in ids}) for w in (1.0, 7.0))
    assert [mark.value for mark in one.layers[0].marks] == [mark.value for mark in other.layers[0].marks]
    with pytest.raises(UsageError, match="zero"):
        ran(wuzhou, {f"weight-{name}": 0.0 for name in ids})


def test_a_layer_that_is_missing_is_asked_for_not_taken_as_good(wuzhou):
    layers = running.read("siting", example())
    del layers["soil"], layers["red-line"]
    with pytest.raises(UsageError) as caught:
        ran(wuzhou, layers=layers)
    for word in ("soil", "red-line", "weight-soil=0", "check-red-line=no"):
        assert word in caught.value.en
    chosen = {"weight-soil": 0.0, "weight-red-line-distance": 0.0, "check-red-line": False}
    result = ran(wuzhou, chosen, layers)
    assert any("not checked" in note.en for note in result.notes)
    assert {line.id: line.value for line in result.lines}["rated"] > 0


def test_a_layer_of_the_wrong_kind_is_refused(wuzhou):
    layers = running.read("siting", example())
    for name in ("slope", "villages"):
        other = layers["roads"] if name == "slope" else layers["slope"]
        with pytest.raises(UsageError, match=name):
            ran(wuzhou, layers=layers | {name: other})


def test_units_outside_the_place_are_excluded(wuzhou):
    layers = running.read("siting", example())
    units = Units(
        ("near", "far"), held([landscape.units().shapes[20], shapely.box(100, 30, 100.01, 30.01)]), ""
    )
    marks = by_unit(ran(wuzhou, layers=layers | {"units": units}))
    assert "outside" in marks["far"].about["reason"].en
    assert marks["near"].about.get("reason") is None or "outside" not in marks["near"].about["reason"].en


def test_a_table_of_classes_takes_the_place_of_ours(wuzhou, tmp_path):
    (tmp_path / "c.csv").write_text("code,score\n1,0\n2,0\n3,1\n", "utf-8")
    layers = running.read("siting", example() | {"soil-classes": tmp_path / "c.csv"})
    only = {f"weight-{one.id}": float(one.id == "soil") for one in wuzhou[1].scheme.criteria}
    result = ran(wuzhou, only, layers)
    assert any("lacks" in note.en for note in result.notes)  # code 4
    for mark in result.layers[0].marks:
        if mark.value is not None:
            codes = landscape.given()["soil"].classes([mark.geometry])[0]
            known = sum(part for code, part in codes.items() if code != "4")
            assert mark.value == pytest.approx(codes.get("3", 0.0) / known, abs=1e-5)


def test_a_grid_of_the_place_fills_it(wuzhou):
    layers = running.read("siting", {name: path for name, path in example().items() if name != "units"})
    result = ran(wuzhou, {"cells": 60.0, "samples": 10.0}, layers)
    shape = wuzhou[0].shapes["core-area"].geometry
    total = sum(mark.about["area"] for mark in result.layers[0].marks) * 1e4
    assert total == pytest.approx(area_m2(shape, "lonlat"), rel=1e-6)
    assert result.layers[0].confidence == "administrative"


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": [{"knots": []}]},
        {"criteria": [{"knots": [{"at": 3, "score": 1}, {"at": 1, "score": 0}]}]},
        {"criteria": [{"weight": 0}]},
        {"weightings": [{"id": "w", "label": {"zh": "一", "en": "a"}, "weights": [1, 2]}]},
        {"criteria": [{"measure": "class"}]},
        {
            "exclusions": [
                {
                    "id": "x",
                    "label": {"zh": "一", "en": "a"},
                    "layer": "l",
                    "measure": "share",
                    "above": 0,
                    "why": {"zh": "一", "en": "a"},
                }
            ]
        },
    ],
)
def test_a_scheme_that_does_not_fit_together_is_refused(change):
    whole = {
        "engine": "siting", "place": "p", "cells": 10,
        "known": {"assumed": 90, "unit": "percent", "why": {"zh": "一", "en": "a"}},
        "criteria": [{"id": "c", "label": {"zh": "一", "en": "a"}, "layer": "l", "measure": "mean", "weight": 1,
                      "knots": [{"at": 0, "score": 0}, {"at": 1, "score": 1}], "why": {"zh": "一", "en": "a"}}],
    }  # fmt: skip
    SitingScheme.model_validate(whole)
    if "criteria" in change:
        change = {"criteria": [whole["criteria"][0] | change["criteria"][0]]}
    with pytest.raises(ValidationError):
        SitingScheme.model_validate(whole | change)


# --- written


def test_files_hold_what_came_out(wuzhou, tmp_path):
    result = ran(wuzhou)
    for suffix in ("gpkg", "geojson", "csv", "html"):
        running.write("siting", result, tmp_path / f"a.{suffix}", "zh")
        running.write("siting", result, tmp_path / f"b.{suffix}", "zh")
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    frame = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="units")
    assert frame["value"].isna().tolist() == [mark.value is None for mark in result.layers[0].marks]
    assert set(frame["confidence"]) == {"schematic"}
    held_ = json.loads((tmp_path / "a.geojson").read_text("utf-8"))
    assert len(held_["features"]) == 144
    assert any("合成" in note for note in held_["notes"])
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"))))
    assert len(rows) == 145
    assert "合成".encode() in (tmp_path / "a.html").read_bytes()


def test_names_of_units_cannot_run_anything(wuzhou, tmp_path):
    shape = landscape.units().shapes[40]
    gpd.GeoDataFrame(
        {"name": ["=cmd|' /C calc'!A0<script>x</script>"]}, geometry=[shape], crs="OGC:CRS84"
    ).to_file(tmp_path / "u.gpkg")
    layers = running.read("siting", example() | {"units": tmp_path / "u.gpkg"})
    result = ran(wuzhou, layers=layers)
    running.write("siting", result, tmp_path / "a.csv", "en")
    running.write("siting", result, tmp_path / "a.html", "en")
    assert "\n=cmd" not in (tmp_path / "a.csv").read_text("utf-8-sig")
    assert b"<script>x" not in (tmp_path / "a.html").read_bytes()


def test_on_the_command_line(tmp_path, capsys):
    files = [part for name, path in example().items() for part in ("--with", f"{name}={path}")]
    out = tmp_path / "a.gpkg"
    code = call(
        "scheme", "run", "wuzhou-liubao-tea/smart-siting", *files, "--set", "weight-slope=3", "--out", out
    )
    assert code == 0
    assert pyogrio.read_info(out, layer="units")["features"] == 144
    assert call("scheme", "run", "wuzhou-liubao-tea/smart-siting", "--set", "weight-slop=3") == 2
    assert "weight-slope" in capsys.readouterr().err


def test_ten_thousand_units_and_five_layers(wuzhou, tmp_path, capsys):
    rng = np.random.default_rng(2)
    side, west, north = 100, landscape.WEST, landscape.NORTH
    step = 0.12 / side
    boxes = [
        shapely.box(west + x * step, north - (y + 1) * step, west + (x + 1) * step, north - y * step)
        for y in range(side)
        for x in range(side)
    ]
    transform = Affine(0.0001, 0, west, 0, -0.0001, north)
    slope = rng.uniform(0, 30, (1200, 1200)).astype(np.float32)
    layers = running.read(
        "siting", {name: path for name, path in example().items() if name not in {"slope", "units"}}
    )
    layers["slope"] = Raster(geotiff(tmp_path / "s.tif", slope, transform, "EPSG:4326", tiled=True))
    layers["units"] = Units(tuple(map(str, range(len(boxes)))), held(boxes), "")
    start = time.process_time()
    result = ran(wuzhou, layers=layers)
    spent = time.process_time() - start
    with capsys.disabled():
        print(f"\n10,000 units x 5 layers, 300 samples of weights: {spent:.1f} s of the processor")
    assert len(result.layers[0].marks) == 10_000
    assert Path(tmp_path / "s.tif").stat().st_size > 5_000_000


def test_labels_of_any_length_that_a_file_may_hold(wuzhou):
    placed, mechanism, measures, _ = wuzhou
    long = {"zh": "长" * 400, "en": "x" * 400}
    scheme = mechanism.scheme.model_dump()
    for part in (*scheme["criteria"], *scheme["exclusions"]):
        part |= {"label": long, "why": long}
    odd = mechanism.model_copy(update={"scheme": SitingScheme.model_validate(scheme)})
    trial = schemes.trial(placed, odd, measures)
    assert plain.as_json(trial)["frames"]
