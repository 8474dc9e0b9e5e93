"""Cross-tabs of patches and zones: against brute force, pieces against wholes, files against files, bad input."""

import csv
import io
import json
import re
import struct
import warnings

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from eppv_atlas import defects, patches
from eppv_atlas.area import area_m2
from eppv_atlas.errors import AreaError, DataError, UsageError
from eppv_atlas.tally import Tally, Zones

LON, LAT = 119.0, 30.0


def blob(rng, lon, lat, radius, vertices):
    angle = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    far = radius * rng.uniform(0.4, 1.0, vertices)
    shape = shapely.Polygon(np.column_stack([lon + far * np.cos(angle), lat + far * np.sin(angle)]))
    return shape if shape.is_valid else shapely.Point(lon, lat).buffer(radius)


def grid(n, m, lon=LON, lat=LAT, step=0.01, *, wobble=None):
    """Disjoint patches that tile a rectangle; inner corners are moved about."""
    x, y = np.meshgrid(lon + step * np.arange(n + 1), lat + step * np.arange(m + 1), indexing="ij")
    if wobble is not None:
        x[1:-1, 1:-1] += wobble.uniform(-0.4, 0.4, (n - 1, m - 1)) * step
        y[1:-1, 1:-1] += wobble.uniform(-0.4, 0.4, (n - 1, m - 1)) * step
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    xy = [[(x[i + a, j + b], y[i + a, j + b]) for a, b in corners] for i in range(n) for j in range(m)]
    return np.array([shapely.Polygon(ring) for ring in xy])


def counted(shapes, labels, zones, names=None):
    table = Tally(Zones(names or [f"z{k}" for k in range(len(zones))], zones))
    for part in np.array_split(np.arange(len(shapes)), 3):  # three batches
        sound = defects.examined(pa.array(shapely.to_wkb(shapes[part]), type=pa.binary()))
        assert not sound.defects
        words = sorted({labels[k] for k in part})
        codes = np.array([words.index(labels[k]) for k in part], np.int64)
        table.add(sound.rings, codes, words)
    return table.result()


def size(shape):
    """Area in the lonlat model of whatever polygons there are in a shape."""
    return sum((area_m2(p, model="lonlat") for p in flat(shape)), 0.0)


def flat(shape):
    if hasattr(shape, "geoms"):
        return [p for part in shape.geoms for p in flat(part)]
    return [shape] if shape.geom_type == "Polygon" and not shape.is_empty else []


def brute(shapes, labels, zones):
    """Every patch cut by every zone, every count of zones made anew."""
    cells, wholes = {}, {}
    everywhere = shapely.union_all(zones)
    twice = shapely.union_all(
        [shapely.intersection(a, b) for k, a in enumerate(zones) for b in zones[:k]] or [shapely.Polygon()]
    )
    for shape, label in zip(shapes, labels, strict=True):
        for number, zone in enumerate(zones):
            share = size(shapely.intersection(shape, zone))
            if share:
                cells[label, f"z{number}"] = cells.get((label, f"z{number}"), 0.0) + share
        parts = (shape, shapely.intersection(shape, everywhere), shapely.intersection(shape, twice))
        outside = size(shapely.difference(shape, everywhere))
        wholes[label] = np.array([*map(size, parts), outside]) + wholes.get(label, 0.0)
    return cells, wholes


def assert_like_brute_force(shapes, labels, zones):
    tab = counted(shapes, labels, zones)
    cells, wholes = brute(shapes, labels, zones)
    scale = {label: sums[0] for label, sums in wholes.items()}
    found = {(cell.label, cell.zone): cell.area_m2 for cell in tab.cells}
    for key in found.keys() | cells.keys():
        assert abs(found.get(key, 0.0) - cells.get(key, 0.0)) <= 1e-10 * scale[key[0]]
    for whole in tab.wholes:
        ours = np.array([whole.total_m2, whole.covered_m2, whole.overlap_m2, whole.outside_m2])
        np.testing.assert_allclose(ours, wholes[whole.label], rtol=0, atol=1e-10 * scale[whole.label])
    return tab


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_cells_are_those_of_brute_force(seed, number):
    rng = np.random.default_rng(seed)
    shapes = grid(7, 6, wobble=rng)
    labels = [f"c{k}" for k in rng.integers(0, 3, len(shapes))]
    zones = [
        blob(rng, LON + rng.uniform(0, 0.07), LAT + rng.uniform(0, 0.06), rng.uniform(0.01, 0.05), 40)
        for _ in range(number)
    ]
    assert_like_brute_force(shapes, labels, zones)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_pieces_add_up_to_the_zones(seed):
    rng = np.random.default_rng(seed)
    lat = float(rng.uniform(-70, 70))
    shapes = grid(9, 9, lat=lat, step=0.02, wobble=rng)
    labels = [f"c{k}" for k in rng.integers(0, 4, len(shapes))]
    # zones that lie wholly within what the patches cover
    zones = [
        blob(rng, LON + 0.09, lat + 0.09, 0.085, 30),
        shapely.box(LON + 0.01, lat + 0.03, LON + 0.1, lat + 0.06),
    ]
    tab = counted(shapes, labels, zones)
    for number, zone in enumerate(zones):
        pieces = sum(cell.area_m2 for cell in tab.cells if cell.zone == f"z{number}")
        assert pieces == pytest.approx(size(zone), rel=1e-10)
        assert tab.zone_area_m2[number] == pytest.approx(size(zone), rel=1e-13)
    total = sum(whole.total_m2 for whole in tab.wholes)
    assert total == pytest.approx(size(shapely.box(LON, lat, LON + 0.18, lat + 0.18)), rel=1e-10)
    covered = sum(whole.covered_m2 for whole in tab.wholes)
    assert covered == pytest.approx(size(shapely.union_all(zones)), rel=1e-10)


def test_zones_with_holes_parts_and_touching_outlines():
    rng = np.random.default_rng(5)
    shapes = grid(10, 10)
    labels = [f"c{k}" for k in rng.integers(0, 3, len(shapes))]
    frame = shapely.box(LON, LAT, LON + 0.08, LAT + 0.08) - shapely.box(
        LON + 0.02, LAT + 0.02, LON + 0.045, LAT + 0.04
    )
    islands = shapely.MultiPolygon(
        [shapely.box(LON + d, LAT + d, LON + d + 0.013, LAT + d + 0.004) for d in (0.01, 0.05, 0.08)]
    )
    beside = shapely.box(LON + 0.08, LAT, LON + 0.3, LAT + 0.05)
    speck = shapely.box(LON + 0.0933, LAT + 0.0933, LON + 0.0934, LAT + 0.0934)  # inside one patch
    far = shapely.box(10, 10, 11, 11)
    tab = assert_like_brute_force(shapes, labels, [frame, islands, beside, speck, far])
    assert {pair[:2] for pair in tab.overlaps} == {("z0", "z1")}  # beside only touches
    assert tab.overlaps[0][2] == pytest.approx(size(frame & islands), rel=1e-12)
    assert not [cell for cell in tab.cells if cell.zone == "z4"]


def test_patches_with_holes_and_parts():
    rng = np.random.default_rng(8)
    ring = shapely.Point(LON, LAT).buffer(0.05) - shapely.Point(LON, LAT).buffer(0.02)
    pair = shapely.MultiPolygon(
        [shapely.box(LON + 0.1, LAT, LON + 0.2, LAT + 0.1), shapely.box(LON + 0.3, LAT, LON + 0.4, LAT + 0.1)]
    )
    tall = shapely.force_3d(shapely.box(LON - 0.2, LAT - 0.1, LON - 0.1, LAT + 0.1), 7.0)
    zones = [blob(rng, LON, LAT, 0.25, 200), shapely.box(LON + 0.15, LAT - 1, LON + 0.35, LAT + 1)]
    assert_like_brute_force(np.array([ring, pair, tall]), ["a", "a", "b"], zones)


def test_three_zones_on_the_same_ground_count_once():
    patch = np.array([shapely.box(LON, LAT, LON + 0.1, LAT + 0.1)])
    whole = shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 1)
    west = shapely.box(LON - 1, LAT - 1, LON + 0.05, LAT + 1)
    middle = shapely.box(LON + 0.02, LAT - 1, LON + 0.07, LAT + 1)
    unit = area_m2(patch[0], model="lonlat") / 10
    once = counted(patch, ["a"], [west, middle]).wholes[0]
    assert (once.covered_m2 / unit, once.overlap_m2 / unit) == pytest.approx((7, 3), rel=1e-9)
    assert once.outside_m2 / unit == pytest.approx(3, rel=1e-9)
    under = counted(patch, ["a"], [west, middle, whole]).wholes[0]
    assert (under.covered_m2 / unit, under.overlap_m2 / unit) == pytest.approx((10, 7), rel=1e-9)
    twice = counted(patch, ["a"], [whole, west, whole]).wholes[0]
    assert (twice.overlap_m2 / unit, twice.outside_m2) == (pytest.approx(10, rel=1e-12), 0.0)


def test_only_border_patches_are_cut(monkeypatch):
    shapes = grid(40, 40)
    cut = []
    plain = shapely.intersection

    def watched(a, b, **more):
        cut.extend(np.atleast_1d(a))
        return plain(a, b, **more)

    zone = shapely.box(LON + 0.105, LAT + 0.105, LON + 0.3, LAT + 0.3)
    monkeypatch.setattr(shapely, "intersection", watched)
    tab = counted(shapes, ["a"] * len(shapes), [zone])
    (cell,) = tab.cells
    assert cell.cut == 20 + 19  # west and south; the north and east edges run along patches
    assert len(cut) <= 80  # of 1,600: these, and those that touch from outside
    assert shapely.intersects(np.array(cut), zone.boundary).all()
    assert cell.patches == 20 * 20


def test_a_column_of_numbers_is_no_class():
    shapes = np.repeat(grid(1, 1), 10_001)
    with pytest.raises(AreaError, match="10,000 values"):
        counted(shapes, [str(k) for k in range(len(shapes))], [shapely.box(0, 0, 1, 1)])


# files


@pytest.fixture
def layers(tmp_path):
    """The same patches as GeoParquet, GeoPackage and shapefile, and a file of zones."""
    rng = np.random.default_rng(3)
    shapes = grid(30, 20, wobble=rng)
    frame = gpd.GeoDataFrame(
        {"dlbm": [f"0{k}" for k in rng.integers(1, 5, len(shapes))], "nr": np.arange(len(shapes)) % 3},
        geometry=list(shapes),
        crs="EPSG:4490",
    )
    zones = gpd.GeoDataFrame(
        {"name": ["north", "south", "small"]},
        geometry=[blob(rng, LON + 0.15, LAT + d, 0.1, 60) for d in (0.12, 0.05, 0.1)],
        crs="EPSG:4326",
    )
    frame.to_parquet(tmp_path / "p.parquet", row_group_size=100)
    for name in ("p.gpkg", "p.shp", "p.geojson"):
        layer = frame.to_crs("OGC:CRS84") if name.endswith("json") else frame
        layer.to_file(tmp_path / name)
    frame.to_crs("EPSG:4549").to_parquet(tmp_path / "plane.parquet")
    frame.to_crs("EPSG:4549").to_file(tmp_path / "plane.gpkg")
    zones.to_file(tmp_path / "zones.gpkg")
    return tmp_path


def tallied(cli, *arguments):
    code, out, err = cli("tally", *arguments, "--format", "json")
    assert code == 0, err
    return [row for row in json.loads(out) if row["model"] == "lonlat"], err


def test_every_format_gives_the_same(cli, layers):
    told = ["--zones", layers / "zones.gpkg", "--zone-name", "name", "--by", "dlbm"]
    first, _ = tallied(cli, layers / "p.parquet", *told)
    assert {row["kind"] for row in first} >= {"cell", "class-outside", "zone-total", "zone-overlap", "total"}
    for name in ("p.gpkg", "p.shp"):
        other, _ = tallied(cli, layers / name, *told)
        assert [row | {"area_m2": 0} for row in other] == [row | {"area_m2": 0} for row in first]
        # a shapefile begins its rings at another vertex, so the last digit may differ
        assert [row["area_m2"] for row in other] == pytest.approx(
            [row["area_m2"] for row in first], rel=1e-12
        )
    total = next(row["area_m2"] for row in first if row["kind"] == "total")
    # written with fewer digits, or in a plane (CM 120°) to fractions of a millimetre
    for name, digits in (("p.geojson", 1e-6), ("plane.parquet", 1e-8), ("plane.gpkg", 1e-8)):
        other, _ = tallied(cli, layers / name, *told)
        assert [row["kind"] for row in other] == [row["kind"] for row in first]
        assert [row["area_m2"] for row in other] == pytest.approx(
            [row["area_m2"] for row in first], abs=digits * total
        )


def test_batches_do_not_change_the_numbers(layers):
    layer = patches.opened(layers / "p.parquet", "dlbm")
    assert [batch.first for batch in layer.batches(250)] == [1, 251, 501]
    assert layer.count == 600
    whole = next(layer.batches(600))
    texts = [b.labels[c] for b in layer.batches(70) for c in b.codes]
    assert texts == [whole.labels[c] for c in whole.codes]


def test_table_csv_and_units(cli, layers):
    told = [layers / "p.gpkg", "--zones", layers / "zones.gpkg", "--zone-name", "name", "--by", "nr"]
    code, text, err = cli("tally", *told, "--unit", "mu")
    assert (code, err) == (0, "")
    assert "lonlat" in text
    for word in (
        "north",
        "south",
        "small",
        "in several zones",
        "outside",
        "zone itself",
        "zones overlap",
        "mu",
    ):
        assert word in text
    _, text, _ = cli("tally", *told, "--unit", "mu", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    cells = [row for row in rows if row["kind"] == "cell"]
    assert {row["class"] for row in cells} == {"0", "1", "2"}
    for row in cells:
        assert float(row["area_mu"]) * 2000 / 3 == pytest.approx(float(row["area_m2"]), rel=1e-12)
    shown = sum(float(row["area_m2"]) for row in rows if row["kind"] in {"total-in-zones", "total-outside"})
    assert shown == pytest.approx(next(float(r["area_m2"]) for r in rows if r["kind"] == "total"), rel=1e-12)


def test_many_zones_are_listed_line_by_line(cli, tmp_path):
    gpd.GeoDataFrame({"k": ["a", None, "b", "a"]}, geometry=list(grid(2, 2)), crs=4326).to_file(
        tmp_path / "p.gpkg"
    )
    gpd.GeoDataFrame(geometry=list(grid(4, 2, step=0.005)), crs=4326).to_file(tmp_path / "z.gpkg")
    code, text, _ = cli("tally", tmp_path / "p.gpkg", "--zones", tmp_path / "z.gpkg", "--by", "k")
    assert code == 0
    assert len(re.findall("zone itself", text)) == 8
    assert "(none)" in text


def test_zones_of_a_case(cli, atlas, tmp_path):
    placed = atlas["nanping-wuyishan"]
    shape = placed.shapes["park-core"].geometry
    west, south, east, north = shape.bounds
    step = (east - west) / 12
    shapes = grid(14, int((north - south) / step) + 3, west - step, south - step, step)
    gpd.GeoDataFrame({"k": ["x"] * len(shapes)}, geometry=list(shapes), crs=4326).to_parquet(
        tmp_path / "p.parquet"
    )
    told = ["--atlas", ROOT, "tally", tmp_path / "p.parquet", "--by", "k", "--format", "json", "--zones"]
    code, out, err = cli(*told, "nanping-wuyishan/park-core")
    (cell,) = [row for row in json.loads(out) if row["kind"] == "cell"]
    assert (code, cell["zone"]) == (0, "park-core")
    assert cell["area_m2"] == pytest.approx(area_m2(shape, model="lonlat"), rel=1e-10)
    assert placed.shapes["park-core"].confidence in err
    code, out, _ = cli(*told, "nanping-wuyishan")
    assert {row["zone"] for row in json.loads(out) if row["kind"] == "zone-itself"} == set(placed.shapes)
    assert cli(*told, "nanping-wuyishan/nowhere")[0] == 2
    assert cli(*told, "no-such-case")[0] == 2


# bad input

NAN_WKB = shapely.to_wkb(shapely.Polygon([(119, 30), (119.1, 30.2), (119.1, 30.1)])).replace(
    struct.pack("<d", 30.2), struct.pack("<d", np.nan)
)
with np.errstate(invalid="ignore"):
    NAN = shapely.from_wkb(NAN_WKB)
BAD = {
    "self-intersection": shapely.Polygon([(119, 30), (119.1, 30.1), (119.1, 30), (119, 30.1)]),
    "empty": shapely.Polygon(),
    "null": None,
    "finite": NAN,
    "range": shapely.box(30.0, 119.0, 30.1, 119.1),
    "antimeridian": shapely.Polygon([(179, 30), (-179, 30), (-179, 31), (179, 31)]),
    "kind": shapely.LineString([(119, 30), (119.1, 30)]),
}


@pytest.fixture
def bad(tmp_path):
    shapes = [*grid(2, 2), *BAD.values()]
    frame = gpd.GeoDataFrame({"k": ["a"] * len(shapes)}, geometry=shapes, crs=4326)
    with np.errstate(invalid="ignore"):
        frame.to_parquet(tmp_path / "bad.parquet")
    return tmp_path / "bad.parquet"


ZONE = ["--zones", "zone.gpkg", "--by", "k"]


@pytest.fixture(autouse=True)
def _zone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    box = shapely.box(LON + 0.005, LAT + 0.005, LON + 0.3, LAT + 0.3)
    gpd.GeoDataFrame({"name": ["z"]}, geometry=[box], crs=4326).to_file("zone.gpkg")


def test_every_bad_feature_is_named(cli, bad):
    code, out, err = cli("tally", bad.name, *ZONE)
    assert (code, out) == (1, "")
    for place, rule in enumerate(BAD):
        assert re.search(rf"^bad\.parquet: feature {place + 5}: .*\[{rule}\]$", err, re.MULTILINE), rule
    assert "7 problem(s)" in err
    assert "swapped" in err
    assert "Self-intersection" in err


def test_skip_invalid_counts_lists_and_sizes(cli, bad):
    code, out, err = cli("tally", bad.name, *ZONE, "--skip-invalid", "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert len(re.findall(r"^warning: bad\.parquet: feature \d+:", err, re.MULTILINE)) == len(BAD)
    left = {row["class"]: (row["patches"], row["area_m2"]) for row in rows if row["kind"] == "left-out"}
    assert left.keys() == BAD.keys()
    bow = size(shapely.make_valid(BAD["self-intersection"]))
    assert bow > 5e7  # half of 9.6 km by 11.1 km
    assert left["self-intersection"] == (1, pytest.approx(bow, rel=1e-9))
    assert left["empty"] == (1, 0.0)
    assert left["range"] == (1, None)
    total = next(row for row in rows if row["kind"] == "total")
    assert total["patches"] == 4
    assert total["area_m2"] == pytest.approx(size(shapely.box(LON, LAT, LON + 0.02, LAT + 0.02)), rel=1e-11)
    assert cli("tally", bad.name, *ZONE, "--skip-invalid")[1].count("left out") == 1


def test_a_run_without_skip_stops_after_fifty(cli):
    shapes = [BAD["self-intersection"]] * 60
    gpd.GeoDataFrame({"k": ["a"] * 60}, geometry=shapes, crs=4326).to_parquet("many.parquet")
    code, _, err = cli("tally", "many.parquet", *ZONE)
    assert (code, err.count("[self-intersection]")) == (1, 50)
    assert "the first 50" in err


def test_broken_bytes_and_another_srid():
    box = shapely.box(119, 30, 119.1, 30.1)
    good = shapely.to_wkb(box)
    tagged = shapely.to_wkb(shapely.set_srid(box, 4549), include_srid=True)
    open_ring = good[:-16] + struct.pack("<dd", 119.05, 30.05)
    column = pa.array([good, good[:40], b"\x01", tagged, open_ring, good])
    _, srid = defects.heads(column)
    assert srid.tolist() == [0, 0, 0, 4549, 0, 0]
    sound = defects.examined(column, srid)
    assert [(d.feature, d.rule) for d in sound.defects] == [(1, "wkb"), (2, "wkb"), (3, "crs"), (4, "ring")]
    assert sound.kept.tolist() == [0, 5]
    assert sound.rings.count == 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_is_called_simple_is_valid(seed):
    """The quick look at vertices passes nothing that GEOS refuses."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, (40, 8))
    if seed % 3:
        angle = np.sort(angle, axis=1) * (1 + seed % 3 // 2)  # some go round twice
    far = rng.uniform(0.2, 1.0, (40, 8))
    xy = np.stack([LON + far * np.cos(angle), LAT + far * np.sin(angle)], axis=2)
    shapes = shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1))
    sound = defects.examined(pa.array(shapely.to_wkb(shapes)))
    assert sound.kept.tolist() == np.flatnonzero(shapely.is_valid(shapes)).tolist()


def test_big_endian_wkb_is_read(cli):
    shapes = grid(2, 2)
    frame = gpd.GeoDataFrame({"k": list("abab")}, geometry=list(shapes), crs=4326)
    frame.to_parquet("little.parquet")
    import pyarrow.parquet as pq

    table = pq.read_table("little.parquet")
    big = pa.array(shapely.to_wkb(shapes, byte_order=0), type=pa.binary())
    pq.write_table(
        table.set_column(1, "geometry", big).replace_schema_metadata(table.schema.metadata), "big.parquet"
    )
    assert tallied(cli, "big.parquet", *ZONE) == tallied(cli, "little.parquet", *ZONE)


@pytest.mark.parametrize("name", ["p.parquet", "p.gpkg", "p.shp"])
def test_a_layer_without_crs_is_refused(cli, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = gpd.GeoDataFrame({"k": ["a"]}, geometry=[shapely.box(119, 30, 119.1, 30.1)])
        (frame.to_parquet if name.endswith("parquet") else frame.to_file)(name)
    code, _, err = cli("tally", name, *ZONE)
    assert code == 1
    assert re.search(rf"{name}: the layer has no CRS.*\[crs\]", err)


def test_a_crs_without_a_place_on_the_globe_is_refused(cli):
    local = 'LOCAL_CS["site grid",UNIT["metre",1]]'
    gpd.GeoDataFrame({"k": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=local).to_file("local.gpkg")
    code, _, err = cli("tally", "local.gpkg", *ZONE)
    assert (code, "[crs]" in err) == (1, True)


def test_misuse(cli, layers):
    assert cli("tally", "nothing.gpkg", *ZONE)[0] == 2
    code, _, err = cli("tally", layers / "p.gpkg", *ZONE)
    assert code == 2
    assert "dlbm" in err  # the columns that there are
    assert (
        cli("tally", layers / "p.gpkg", "--zones", "hangzhou-xixi", "--zone-name", "x", "--by", "dlbm")[0]
        == 2
    )
    gpd.read_file(layers / "p.gpkg").to_file(layers / "p.gpkg", layer="other")
    code, _, err = cli("tally", layers / "p.gpkg", "--zones", "zone.gpkg", "--by", "dlbm")
    assert (code, "--layer" in err) == (2, True)
    assert cli("tally", layers / "p.gpkg", "--zones", "zone.gpkg", "--by", "dlbm", "--layer", "other")[0] == 0
    with pytest.raises(UsageError, match="no layer"):
        patches.opened(layers / "p.gpkg", None, "third")


def test_bad_files_are_data_problems(cli, tmp_path):
    (tmp_path / "text.gpkg").write_text("no geopackage")
    (tmp_path / "short.parquet").write_bytes(b"PAR1 and no more")
    import pandas as pd

    pd.DataFrame({"k": ["a"]}).to_parquet("plain.parquet")
    for name in ("text.gpkg", "short.parquet", "plain.parquet"):
        code, _, err = cli("tally", name, *ZONE)
        assert (code, f"{name}: " in err, "[file]" in err) == (1, True, True), err


def test_bad_zones_are_never_skipped(cli, layers):
    told = ["--by", "dlbm", "--skip-invalid", "--zone-name", "n", "--zones", "bad.gpkg"]
    shapes = [BAD["self-intersection"], shapely.box(119, 30, 120, 31), shapely.box(118, 30, 119, 31)]
    gpd.GeoDataFrame({"n": ["a", "b", "b"]}, geometry=shapes, crs=4326).to_file("bad.gpkg")
    code, out, err = cli("tally", layers / "p.parquet", *told)
    assert (code, out) == (1, "")
    assert re.search(r"bad\.gpkg: feature 1: .*\[self-intersection\]", err)
    assert re.search(r"bad\.gpkg: feature 3: there is already a zone 'b'.*\[zone-name\]", err)


def test_a_file_that_breaks_off_is_no_smaller_file(layers):
    layer = patches.opened(layers / "p.parquet", "dlbm")
    content = (layers / "p.parquet").read_bytes()
    half = bytearray(content)
    half[2000:6000] = b"\0" * 4000
    (layers / "p.parquet").write_bytes(bytes(half))
    with pytest.raises(DataError):
        list(layer.batches(100))
