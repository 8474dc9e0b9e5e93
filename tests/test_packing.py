"""Packed shapes read back as they were; columns, orders and refusals of the vector layers."""

import base64
import json
import re
import zlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from eppv_atlas import boundaries, render
from eppv_atlas.errors import RenderError
from eppv_atlas.render import basemap, features, packing


def numbers(raw):
    """Read varints the plain way."""
    out, value, shift = [], 0, 0
    for byte in raw:
        value |= (byte & 127) << shift
        if byte & 128:
            shift += 7
        else:
            out.append(value)
            value, shift = 0, 0
    return out


def signed(value):
    return -(value + 1) // 2 if value % 2 else value // 2


@given(arrays.arrays(np.uint64, st.integers(0, 200), elements=st.integers(0, 2**62)))
def test_varints_read_back(values):
    assert numbers(packing.varints(values)) == values.tolist()


@given(arrays.arrays(np.int64, 50, elements=st.integers(-(2**40), 2**40)))
def test_zigzag_reads_back_and_is_small_near_nought(values):
    coded = packing.zigzag(values)
    assert [signed(int(v)) for v in coded] == values.tolist()
    assert packing.zigzag(np.array([0, -1, 1, -2])).tolist() == [0, 1, 2, 3]


def line(stream, scale):
    """Read a run of points."""
    x = y = 0
    points = []
    for _ in range(next(stream)):
        x, y = x + signed(next(stream)), y + signed(next(stream))
        points.append((x / scale, y / scale))
    return points


def unpacked(text, scale):
    """Read a packed shape the plain way."""
    stream = iter(numbers(base64.b64decode(text)))
    polygons = []
    for _ in range(next(stream)):
        rings = [line(stream, scale) for _ in range(next(stream))]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.MultiPolygon(polygons)


@given(st.floats(-179, 178), st.floats(-80, 79), st.floats(1e-3, 1), st.integers(3, 40), st.booleans())
def test_a_shape_reads_back_to_the_grid(lon, lat, size, count, holed):
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    ring = np.column_stack([lon + size * np.cos(turns), lat + size * np.sin(turns)])
    hole = np.column_stack([lon + size / 4 * np.cos(turns), lat + size / 4 * np.sin(turns)])
    shape = shapely.Polygon(ring, [hole] if holed else [])
    back = unpacked(packing.pack_shape(shape, packing.FINE), packing.FINE)
    assert shapely.hausdorff_distance(back, shape) < 1e-6
    assert len(shapely.get_parts(back)[0].interiors) == holed


def test_a_ring_that_shrinks_away_is_left_out():
    speck = shapely.box(1, 1, 1.000001, 1.000001)
    assert unpacked(packing.pack_shape(speck, 1000), 1000).is_empty
    holed = shapely.Polygon(
        shapely.box(0, 0, 1, 1).exterior, [shapely.box(0.5, 0.5, 0.500001, 0.500001).exterior]
    )
    (part,) = shapely.get_parts(unpacked(packing.pack_shape(holed, 1000), 1000))
    assert len(part.interiors) == 0


def streams(shapes):
    rings, points, steps = (numbers(raw) for raw in packing.pack_many(np.array(shapes, dtype=object)))
    grid = np.cumsum(np.array([signed(v) for v in steps]).reshape(-1, 2), axis=0)
    return rings, points, grid


def test_many_shapes_read_back_with_holes_parts_and_gaps():
    holed = shapely.Polygon(
        shapely.box(100, 30, 101, 31).exterior, [shapely.box(100.2, 30.2, 100.4, 30.4).exterior]
    )
    parts = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(3, 3, 4, 4)])
    cells = shapely.GeometryCollection([shapely.box(5, 5, 6, 6), shapely.box(6, 5, 7, 6)])
    speck = shapely.box(8, 8, 8.000001, 8.000001)
    rings, points, grid = streams([holed, None, parts, shapely.Polygon(), cells, speck])
    assert rings == [2, 0, 2, 0, 2, 1]
    assert points[:6] == [4] * 6
    assert points[6] >= 3  # what is smaller than the grid is still there to be found
    ring = grid[:4] / packing.PACKED
    hole = grid[4:8] / packing.PACKED
    assert shapely.Polygon(ring).equals(shapely.box(100, 30, 101, 31))
    assert shapely.LinearRing(ring).is_ccw != shapely.LinearRing(hole).is_ccw  # for the nonzero rule
    assert (grid[-1] == [800000, 800000]).all()


def test_neighbours_on_the_curve_are_near():
    random = np.random.default_rng(5)
    points = random.uniform([70, 15], [135, 55], (4000, 2))
    order = packing.hilbert_order(np.column_stack([points, points]))
    assert sorted(order.tolist()) == list(range(4000))
    steps = np.linalg.norm(np.diff(points[order], axis=0), axis=1)
    assert steps.mean() < np.linalg.norm(np.diff(points, axis=0), axis=1).mean() / 15


def covered(arcs_text, polygons, scale):
    """Put shapes together again from arcs."""
    stream = iter(numbers(base64.b64decode(arcs_text)))
    arcs = [line(stream, scale) for _ in range(next(stream))]
    shapes = []
    for parts in polygons:
        rings = [
            [[point for n in ring for point in (arcs[n] if n >= 0 else arcs[~n][::-1])[1:]] for ring in rings]
            for rings in parts
        ]
        shapes.append(shapely.MultiPolygon([shapely.Polygon(r[0], r[1:]) for r in rings]))
    return arcs, np.array(shapes, dtype=object)


def test_a_coverage_reads_back_and_keeps_each_border_once():
    random = np.random.default_rng(2)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(random.uniform(0, 10, (40, 2)))))
    cells = shapely.set_precision(shapely.intersection(cells, shapely.box(0, 0, 10, 10)), 0.001)
    groups = [i % 3 for i in range(len(cells))]
    text, polygons, frame = packing.pack_coverage(cells, groups, 1000)
    arcs, back = covered(text, polygons, 1000)
    assert shapely.equals(shapely.normalize(back), shapely.normalize(cells)).all()
    length = sum(shapely.LineString(arc).length for arc in arcs)
    assert np.isclose(
        length, (shapely.length(cells).sum() + 40) / 2
    )  # inner borders once, the outer square once
    outside = shapely.unary_union([shapely.LineString(arcs[n]) for n in frame])
    unions = [shapely.unary_union(cells[np.array(groups) == g]) for g in range(3)]
    want = shapely.unary_union([u.boundary for u in unions])
    assert np.isclose(outside.length, want.length, rtol=1e-3)


def test_the_stored_base_map_is_what_the_script_derives():
    stored, derived = basemap.national(), basemap.derive_national()
    assert [a["code"] for a in stored["areas"]] == [a["code"] for a in derived["areas"]]
    assert stored["scale"] == derived["scale"]
    _, ours = covered(stored["arcs"], [a["rings"] for a in stored["areas"]], stored["scale"])
    _, anew = covered(derived["arcs"], [a["rings"] for a in derived["areas"]], derived["scale"])
    # the same to a thousandth, whichever release of GEOS simplifies
    assert np.allclose(shapely.area(ours), shapely.area(anew), rtol=1e-3)
    places, full = boundaries.units("province")
    every = []
    for place, shape, whole in zip(places, ours, full, strict=True):
        main = basemap._without_specks(whole)  # the smallest islands are dots
        assert abs(shape.area / main.area - 1) < (0.4 if main.area < 0.2 else 0.05), place.name_zh
        # what docs/standard-map.md says of it: how far the outline of the data lies from the one that is drawn
        points = shapely.points(shapely.get_coordinates(shapely.boundary(main))[::3])
        far = shapely.distance(points, shapely.boundary(shape))
        every.append(far)
    every = np.concatenate(every)
    assert np.median(every) < 0.01
    assert np.percentile(every, 99) < 0.07
    assert every.max() < 0.15


def frame(count=5, **columns):
    return gpd.GeoDataFrame(
        {"name": [f"n{i}" for i in range(count)], **columns},
        geometry=shapely.box(np.arange(count) / 10, 10, np.arange(count) / 10 + 0.05, 11),
        crs="OGC:CRS84",
    )


def layer(data, **options):
    return render.PolygonLayer.from_frame(data, title="name", **options)


def test_odd_columns_are_read_as_a_reader_would():
    data = frame(4)
    data["whole"] = pd.array([1, None, 3, 330106001001000123], dtype="Int64")
    data["yes"] = pd.array([True, None, False, True], dtype="boolean")
    data["kind"] = pd.Categorical(["b", None, "a", ""])
    data["when"] = pd.to_datetime(["2022-01-01", None, "2023-05-06", "2024-01-01"])
    data["size"] = [1.0, np.inf, np.nan, 5.0]
    data["sure"] = ["digitised", None, "schematic", ""]
    found = features.from_frame(
        data,
        title="kind",
        facets=["kind"],
        areas=["size"],
        fields=["whole", "yes", "when"],
        confidence="sure",
    )
    values = {field.label["zh"]: list(field.values) for field in found.fields}
    assert values["whole"] == ["1", None, "3", "330106001001000123"]  # digit by digit
    assert values["yes"] == ["True", None, "False", "True"]
    assert values["kind"] == ["b", None, "a", None]
    assert values["when"][0].startswith("2022-01-01")
    assert values["size"] == [1.0, None, None, 5.0]
    assert list(found.confidence) == ["digitised", "", "schematic", ""]
    points = gpd.GeoDataFrame(
        {"n": list("abc")}, geometry=gpd.points_from_xy([np.nan, 110, 111], [np.nan, 30, 31]), crs=4326
    )
    made = render.PointLayer.from_frame(points, title="n")
    assert made.bounds == (110, 30, 111, 31)  # one broken point moves no other


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layer(frame(), fields=["nope"]), "no column 'nope'"),
        (lambda: layer(frame().set_crs(None, allow_override=True)), "no CRS"),
        (lambda: layer(frame(), confidence="certain"), "no confidence"),
        (lambda: layer(frame(size=[1, 2, -3, 4, 5]), areas=["size"]), "no area"),
        (lambda: layer(frame(size=[1, 2, 1e18, 4, 5]), areas=["size"]), "no area"),
        (lambda: layer(frame(size=["a"] * 5), areas=["size"]), "no number"),
        (lambda: layer(frame(900, code=range(900)), facets=["code"]), "too many to filter by"),
        (lambda: render.PointLayer.from_frame(frame(), title="name"), "points only"),
        (
            lambda: layer(gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(1, 1)], crs=4326)),
            "polygons only",
        ),
        (
            lambda: layer(
                frame()
                .set_crs(4326, allow_override=True)
                .set_geometry(shapely.box(np.arange(5) * 1e5, 1e6, 1e5 + np.arange(5), 2e6))
                .set_crs(4326)
            ),
            "longitude and latitude",
        ),
        (lambda: render.map_page({"zh": "空", "en": "none"}), "nothing to draw"),
        (lambda: render.map_page({"zh": "空", "en": "none"}, layer(frame(0))), "nothing to draw"),
        (
            lambda: render.PolygonLayer(
                render.Features(np.array([shapely.box(0, 0, 1, 1)]), ["a", "b"], (), (), [0], [""])
            ),
            "2 values for 1 features",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(make, words):
    with pytest.raises(RenderError, match=re.escape(words)):
        make()


def test_a_projected_layer_is_brought_to_longitude_and_latitude():
    plane = frame().to_crs(4527)
    assert np.allclose(layer(plane).bounds, layer(frame()).bounds, atol=1e-6)


def test_missing_values_and_missing_shapes_travel():
    data = frame(
        5, kind=["a", None, "b", "a", None], size=[1.5, None, 0.0, 2e12, 3], number=[1, 2, None, 4, 5]
    )
    data.loc[3, "geometry"] = None
    made = layer(data, facets=["kind"], areas=["size"], fields=["number"], bulk=True)
    meta, raw = made.data, zlib.decompress(made.blob)
    take = lambda name: raw[meta["streams"][name][0] :][: meta["streams"][name][1]]  # noqa: E731
    place = numbers(take("place"))
    assert sorted(place) == [0, 1, 2, 3, 4]
    kinds = [meta["fields"][0]["values"][v - 1]["zh"] if v else None for v in numbers(take("field-0"))]
    assert kinds == [["a", None, "b", "a", None][i] for i in place]
    cents = [None if v == 0 else (v - 1) / 100 for v in numbers(take("field-1"))]
    assert cents == [None if data["size"].isna().iloc[i] else data["size"].iloc[i] for i in place]
    counts = np.frombuffer(take("field-2"), "<f8")
    assert np.array_equal(counts, data["number"].to_numpy()[place], equal_nan=True)
    assert numbers(take("rings"))[place.index(3)] == 0


def test_beyond_the_limit_a_layer_is_packed_and_the_same_each_time():
    few, many = layer(frame(800)), layer(frame(801))
    assert not few.data["bulk"]
    assert many.data["bulk"]
    page = render.map_page({"zh": "图", "en": "map"}, layer(frame(801)))
    assert page == render.map_page({"zh": "图", "en": "map"}, layer(frame(801)))
    blob = re.search(rb'id="features_layer-blob">([^<]*)<', page)[1]
    assert zlib.decompress(base64.b64decode(blob))
    json.loads(re.search(rb'id="features_layer-data">(.*?)</script>', page, re.DOTALL)[1])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_any_titles_travel(titles):
    data = frame(len(titles))
    data["name"] = titles
    made = layer(data)
    meta = made.data
    at, size = meta["streams"]["title-zh"]
    lengths = numbers(
        made.blob[meta["streams"]["title-zh-lengths"][0] :][: meta["streams"]["title-zh-lengths"][1]]
    )
    raw, got = made.blob[at : at + size], []
    for length in lengths:
        got.append(raw[:length].decode("utf-8"))
        raw = raw[length:]
    assert sorted(got) == sorted(titles)
