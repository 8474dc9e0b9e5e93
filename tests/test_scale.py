"""Patches in many files: the same bits however divided, by whichever engine, after whatever was lost on the way."""

import fractions
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import Cluster, until
from conftest import ROOT
from eppv_atlas import defects, patches, sums
from eppv_atlas.area import area_m2, columns, edges, rings
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.errors import DataError, EngineError, Problem, UsageError
from eppv_atlas.scale import Engine, Keep, areas_job, counted, dataset, opened, work
from eppv_atlas.tally import Tally, Zones
from test_reliability import mounted
from test_tally import BAD, LAT, LON, blob, grid

PARTS = 12
TOLD = ("--zones", "zones.gpkg", "--zone-name", "name", "--by", "k")
FAULTS: dict[str, bool] = {}


@contextmanager
def fault(name):
    """A fault that is tried; it is survived where the test comes through."""
    FAULTS[name] = False
    yield
    FAULTS[name] = True


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The same patches as one file and as files in folders, and zones."""
    root = tmp_path_factory.mktemp("patches")
    rng = np.random.default_rng(6)
    shapes = grid(48, 25, wobble=rng)
    frame = gpd.GeoDataFrame(
        {"k": [f"c{k}" for k in rng.integers(0, 5, len(shapes))]}, geometry=list(shapes), crs="OGC:CRS84"
    )
    frame.loc[frame.index % 97 == 5, "k"] = None
    frame.to_parquet(root / "one.parquet", row_group_size=170)
    for number, some in enumerate(np.array_split(np.arange(len(frame)), PARTS)):
        folder = root / "parts" / f"province={33 + number // 6}"
        folder.mkdir(parents=True, exist_ok=True)
        part = frame.iloc[some]
        # uncompressed, so that a byte can be changed without anything else
        part.to_parquet(folder / f"part-{number:02}.parquet", compression="none", row_group_size=60)
    zones = gpd.GeoDataFrame(
        {"name": ["north", "south", "small"]},
        geometry=[blob(rng, LON + 0.24, LAT + d, r, 60) for d, r in ((0.15, 0.15), (0.07, 0.2), (0.1, 0.06))],
        crs="OGC:CRS84",
    )
    zones.to_file(root / "zones.gpkg")
    return root


@pytest.fixture
def here(made, tmp_path, monkeypatch):
    """A copy of the patches that a test may break, as current folder."""
    shutil.copytree(made, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def parts(root="parts"):
    return sorted(Path(root).rglob("*.parquet"))


def rewritten(path, change):
    """Write a part anew with other shapes."""
    frame = gpd.read_parquet(path)
    frame["geometry"] = change(frame.geometry.to_numpy().copy())
    with np.errstate(invalid="ignore"):
        frame.to_parquet(path, compression="none", row_group_size=60)


def numbers(err):
    """How many parts had been kept, and how many were counted."""
    kept, of, now = re.search(r"(\d+) of (\d+) parts had been kept, (\d+) were", err).groups()
    assert int(kept) + int(now) == int(of)
    return int(kept), int(now)


def rows_of(text):
    """Rows of JSON but for what is said of the source."""
    return [row for row in json.loads(text) if row["kind"] != "source"]


# sums


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.floats(-1e18, 1e18) | st.floats(allow_nan=False, allow_infinity=False)
        )
    ),
    st.randoms(use_true_random=False),
)
def test_sums_are_exact_and_know_no_order(items, random):
    group = np.array([number for number, _ in items], np.int64)
    values = np.array([value for _, value in items])
    found = sums.by_group(group, values, 4)
    for number in range(4):
        want = sum((fractions.Fraction(v) for n, v in items if n == number), fractions.Fraction(0))
        assert fractions.Fraction(found[number], 1 << sums.SHIFT) == want
        assert sums.from_text(sums.text(found[number])) == found[number]
        if abs(want) < 1e300:
            assert sums.rounded(found[number]) == float(want)
    order = list(range(len(items)))
    random.shuffle(order)
    assert sums.by_group(group[order], values[order], 4) == found


def test_sums_of_what_is_no_number_are_refused():
    with pytest.raises(ValueError, match="finite"):
        sums.by_group(np.zeros(2, np.int64), np.array([1.0, np.nan]), 1)
    for text in ("", "1", "1p9999999", "xp0", "1p-1127"):
        with pytest.raises(ValueError):  # noqa: PT011 - any of several
            sums.from_text(text)


# the same bits


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_division_into_batches_changes_a_bit(seed):
    rng = np.random.default_rng(seed)
    fine = grid(14, 12, wobble=rng)
    coarse = grid(3, 2, step=0.06, wobble=rng)
    shapes = np.concatenate([fine, coarse, grid(2, 1, step=1.7)])  # beyond the series too
    codes = rng.integers(0, 3, len(shapes))
    zones = Zones(["a", "b"], [blob(rng, LON + 0.07, LAT + 0.05, r, 50) for r in (0.06, 0.03)])
    column = pa.array(shapely.to_wkb(shapes), type=pa.binary())

    def tally(order, cuts):
        whole = Tally(zones)
        for some in np.split(order, cuts):
            part = Tally(zones)
            sound = defects.examined(column.take(pa.array(some)))
            part.add(sound.rings, codes[some][sound.kept], ["x", "y", None])
            whole.take(json.loads(json.dumps(part.parts())))
        return whole.result()

    plain = tally(np.arange(len(shapes)), [])
    cuts = np.sort(rng.choice(len(shapes), 9, replace=False))
    assert tally(rng.permutation(len(shapes)), cuts) == plain


@pytest.mark.parametrize("model", ["geodesic", "lonlat"])
def test_an_area_does_not_depend_on_its_neighbours(model):
    rng = np.random.default_rng(2)
    some = [
        grid(5, 4, step=step, wobble=rng, lat=lat)
        for step in (1e-4, 0.004, 0.03, 0.2, 1.2)
        for lat in (30, 74)
    ]
    shapes = np.concatenate(some)
    read = defects.examined(pa.array(shapely.to_wkb(shapes))).rings
    together = edges.areas(read, model, CGCS2000)
    for number, shape in enumerate(shapes):
        assert area_m2(shape, model) == together[number]


@pytest.mark.skipif(not columns.COMPILED, reason="needs numba; the plain path is tested below")
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_one_pass_calls_sound_is_sound(seed):
    """Of what the compiled look passes, neither GEOS nor the plain look refuses anything."""
    from eppv_atlas.area import simple

    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, (60, 8))
    if seed % 3:
        angle = np.sort(angle, axis=1) * (1 + seed % 3 // 2)  # some go round twice
    far = rng.uniform(0.2, 1.0, (60, 8)) * 10.0 ** rng.integers(-6, 1)
    xy = np.stack([LON + far * np.cos(angle), LAT + far * np.sin(angle)], axis=2)
    shapes = [*shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1)), *BAD.values()]
    wkb = [shapely.to_wkb(shape) for shape in shapes]
    wkb += [wkb[0][:-8], wkb[0][:50], wkb[0] + b"\0", b"\x01", b"", shapely.to_wkb(shapes[0], byte_order=0)]
    wkb.append(wkb[0][:-16] + np.array([LON, LAT]).tobytes())  # not closed
    column = pa.array(wkb, type=pa.binary())[1:]  # its bytes begin elsewhere
    sure = simple.surely(*rings.bytes_of(column))
    kept = defects.examined(column).kept
    assert set(np.flatnonzero(sure)) <= set(kept)
    if seed % 3 == 1:
        assert sure.sum() > 10


def test_measure_is_the_same_without_the_compiled_look(cli, here, bad, monkeypatch):
    told = ["measure", "parts", "--by", "k", "--skip-invalid", "--model", "lonlat", "--format", "json"]
    _, fast, err = cli(*told)
    monkeypatch.setattr(columns, "COMPILED", False)
    _, plain, said = cli(*told)
    assert said == err
    for one, other in zip(rows_of(fast), rows_of(plain), strict=True):
        assert one == other | {"area_m2": one["area_m2"]}
        assert one["area_m2"] == (other["area_m2"] and pytest.approx(other["area_m2"], rel=1e-11))


def test_files_in_folders_give_the_bytes_of_one_file(cli, here):
    code, one, err = cli("tally", "one.parquet", *TOLD, "--format", "csv")
    assert code == 0, err
    for path in ("parts/", "parts/*/part-*.parquet", here / "parts"):
        assert cli("tally", path, *TOLD, "--format", "csv")[1] == one
    code, text, _ = cli("tally", "parts", *TOLD, "--format", "json")
    assert rows_of(text) == json.loads(cli("tally", "one.parquet", *TOLD, "--format", "json")[1])
    source = json.loads(text)[-1]
    assert (source["files"], source["rows"], source["engine"]) == (PARTS, 48 * 25, "local")
    assert source["digest"].startswith("sha256:")
    assert "eppv-atlas 0" in source["software"]
    measured = cli("measure", "one.parquet", "--by", "k", "--format", "csv")[1]
    assert cli("measure", "parts", "--by", "k", "--format", "csv")[1] == measured
    assert cli("measure", "parts", "--format", "table")[1].count("\n") >= 3


def test_measure_is_the_area_of_each_patch(cli, here):
    frame = gpd.read_parquet("one.parquet")
    for model in ("geodesic", "lonlat"):
        rows = json.loads(cli("measure", "parts", "--by", "k", "--model", model, "--format", "json")[1])
        areas = area_m2(frame.geometry.to_numpy(), model)
        for row in rows:
            if row["kind"] == "class":
                some = frame["k"].isna() if row["class"] is None else frame["k"] == row["class"]
                assert row["patches"] == some.sum()
                assert row["area_m2"] == pytest.approx(areas[some].sum(), rel=1e-11)
        total = next(row for row in rows if row["kind"] == "total")
        assert total["area_m2"] == pytest.approx(areas.sum(), rel=1e-11)


def test_names_of_folders_are_a_column(cli, here):
    rows = rows_of(cli("measure", "parts", "--by", "province", "--format", "json")[1])
    assert [(row["class"], row["patches"]) for row in rows if row["kind"] == "class"] == [
        ("33", 600),
        ("34", 600),
    ]
    (here / "parts" / "province=33").rename(here / "parts" / "province=__HIVE_DEFAULT_PARTITION__")
    (here / "parts" / "province=34").rename(here / "parts" / "province=%E6%B5%99%E6%B1%9F")
    rows = rows_of(cli("measure", "parts", "--by", "province", "--format", "json")[1])
    assert [row["class"] for row in rows if row["kind"] == "class"] == ["浙江", None]
    code, _, err = cli("measure", "parts", "--by", "county")
    assert (code, "it has: k, province" in err) == (2, True)


def test_small_row_groups_are_joined_and_large_ones_read_in_batches(cli, here, monkeypatch):
    plain = cli("tally", "one.parquet", *TOLD, "--format", "csv")[1]
    assert len(opened("one.parquet", "k").units) == 1
    assert len(opened("parts", "k").units) == PARTS
    monkeypatch.setattr(dataset, "JOINED", 200)
    units = opened("one.parquet", "k").units
    assert [unit.groups for unit in units] == [*(range(k, k + 1) for k in range(6)), range(6, 8)]
    assert sum(unit.rows for unit in units) == 1200
    assert cli("tally", "one.parquet", *TOLD, "--format", "csv")[1] == plain
    monkeypatch.setattr(patches.Layer.batches, "__defaults__", (7, None))
    assert cli("tally", "one.parquet", *TOLD, "--format", "csv")[1] == plain
    assert cli("tally", "parts", *TOLD, "--format", "csv")[1] == plain


def test_a_measure_of_cases_stays_as_it_was(cli, here):
    (here / "hangzhou-xixi").mkdir()
    code, text, _ = cli("--atlas", ROOT, "measure", "hangzhou-xixi", "--format", "csv")
    assert (code, text.startswith("case,zone,kind,area_m2")) == (0, True)
    for more in (
        ["--by", "k"],
        ["--keep", "kept"],
        ["--engine", "dask"],
        ["--skip-invalid"],
        ["--model", "lonlat"],
    ):
        assert cli("--atlas", ROOT, "measure", "hangzhou-xixi", *more)[0] == 2
    assert cli("measure", "parts", "--certificate")[0] == 2
    assert cli("measure", "parts", "one.parquet")[0] == 2
    assert cli("measure", "parts", "--workers", "2")[0] == 2
    assert (
        cli("measure", "parts", "--engine", "dask", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1")[0]
        == 2
    )
    assert cli("measure", "zones.gpkg", "--keep", "kept")[0] == 2
    assert cli("measure", "zones.gpkg", "--by", "name")[0] == 0


# kept results


def test_a_second_run_counts_only_what_is_missing(cli, here):
    told = ["tally", "parts", *TOLD, "--format", "csv", "--keep", "kept"]
    code, first, err = cli(*told)
    assert (code, numbers(err)) == (0, (0, PARTS))
    code, again, err = cli(*told)
    assert (again, numbers(err)) == (first, (PARTS, 0))
    for path in list(Path("kept").rglob("*.json"))[:3]:
        path.unlink()
    _, again, err = cli(*told)
    assert (again, numbers(err)) == (first, (PARTS - 3, 3))
    # another question is another result
    for other in (["--by", "province"], ["--by", "k", "--zone-layer", "zones"]):
        _, _, err = cli("tally", "parts", "--zones", "zones.gpkg", *other, "--keep", "kept")
        assert numbers(err) == (0, PARTS)  # the zones are numbered, so they are others
    _, _, err = cli("measure", "parts", "--by", "k", "--keep", "kept")
    assert numbers(err) == (0, PARTS)
    _, _, err = cli("measure", "parts", "--by", "k", "--model", "lonlat", "--keep", "kept")
    assert numbers(err) == (0, PARTS)


def test_a_changed_part_is_counted_anew(cli, here):
    told = ["measure", "parts", "--by", "k", "--format", "json", "--keep", "kept"]
    before = rows_of(cli(*told)[1])
    with fault("partition rewritten"):
        rewritten(parts()[4], lambda shapes: shapely.transform(shapes, lambda xy: xy + 0.001))
        _, text, err = cli(*told)
        assert numbers(err) == (PARTS - 1, 1)
        assert rows_of(text) != before
        assert rows_of(text) == rows_of(cli(*told[:-2])[1])
    with fault("partition changed within its bytes, size and footer alike"):
        path = parts()[7]
        size, footer, _ = dataset.identity(path)
        content = path.read_bytes()
        x, y = shapely.get_coordinates(gpd.read_parquet(path).geometry.iloc[3])[1]
        corner = np.array([x, y]).tobytes()
        assert content.count(corner) >= 1
        path.write_bytes(content.replace(corner, np.array([x + 1e-5, y]).tobytes()))
        assert dataset.identity(path)[:2] == (size, footer)
        _, text, err = cli(*told)
        assert numbers(err) == (PARTS - 1, 1)
        assert rows_of(text) == rows_of(cli(*told[:-2])[1])
    with fault("partition removed"):
        parts()[0].unlink()
        _, text, err = cli(*told)
        assert numbers(err) == (PARTS - 1, 0)
        assert rows_of(text) == rows_of(cli(*told[:-2])[1])


def test_changed_zones_never_meet_old_results(cli, here):
    told = ["tally", "parts", *TOLD, "--format", "csv", "--keep", "kept"]
    before = cli(*told)[1]
    with fault("zones changed"):
        zones = gpd.read_file("zones.gpkg")
        zones.loc[1, "geometry"] = shapely.transform(zones.geometry[1], lambda xy: xy + 1e-6)
        zones.to_file("zones.gpkg")
        _, text, err = cli(*told)
        assert numbers(err) == (0, PARTS)
        assert text != before
        assert text == cli(*told[:-2])[1]
    with fault("zone renamed"):
        zones.loc[1, "name"] = "middle"
        zones.to_file("zones.gpkg")
        assert numbers(cli(*told)[2]) == (0, PARTS)


def test_another_kernel_never_meets_old_results(cli, here, monkeypatch):
    told = ["measure", "parts", "--by", "k", "--keep", "kept"]
    cli(*told)
    with fault("kept by another version"):
        monkeypatch.setattr(work, "METHOD", work.METHOD + 1)
        assert numbers(cli(*told)[2]) == (0, PARTS)


def test_damaged_results_are_counted_anew(cli, here):
    told = ["tally", "parts", *TOLD, "--format", "csv", "--keep", "kept"]
    first = cli(*told)[1]
    kept = sorted(Path("kept").rglob("*.json"))
    good = [path.read_bytes() for path in kept]
    content = json.loads(good[0])
    content["outcome"]["sums"] = {"wholes": [["c1"]], "cells": 3}
    del content["sha256"]
    forged = json.dumps(content | {"sha256": dataset.digest_of(content)}).encode()
    digit = good[0].index(b"p-")
    damages = {
        "empty": b"",
        "cut": good[0][: len(good[0]) // 2],
        "zeros": b"\0" * len(good[0]),
        "one digit": good[0][: digit - 1] + (b"1" if good[0][digit - 1 : digit] != b"1" else b"3") + good[0][digit:],
        "that of another part": good[1],
        "no result though its digest fits": forged,
        "deep": b"[" * 100_000,
    }  # fmt: skip
    for name, damage in damages.items():
        with fault(f"kept result: {name}"):
            assert damage != good[0]
            kept[0].write_bytes(damage)
            code, text, err = cli(*told)
            assert (code, text, numbers(err)) == (0, first, (PARTS - 1, 1)), name
            assert "1 kept result(s) could not be trusted" in err
            assert kept[0].read_bytes() == good[0]
    with fault("kept result: a folder in its place"):
        kept[0].unlink()
        kept[0].mkdir()
        code, _, err = cli(*told)
        assert (code, len([x for x in err.splitlines() if "no ordinary file" in x])) == (2, 1)


# files that are not as they should be


def test_every_file_is_looked_over_before_any_work(cli, here):
    told = ["tally", "parts", *TOLD, "--keep", "kept"]
    whole = parts()[9].read_bytes()
    half = len(whole) // 2
    frame = gpd.read_parquet(parts()[9])

    def named(rule, words):
        code, out, err = cli(*told)
        assert (code, out) == (1, "")
        (line,) = [line for line in err.splitlines() if "part-" in line]
        assert line.startswith(str(parts()[9]))
        assert f"[{rule}]" in line
        assert words in line
        assert not Path("kept").exists()

    for name, content in (
        ("truncated", whole[:half]),
        ("without its last byte", whole[:-1]),
        ("empty file", b""),
        ("its middle missing", whole[:1000] + whole[-half:]),
        ("only a footer", b"PAR1" + whole[-half // 8 :]),
        ("no Parquet", b"PAR2" + b"x" * 500),
    ):
        with fault(f"Parquet: {name}"):
            parts()[9].write_bytes(content)
            named("file", "")
    with fault("Parquet: another CRS"):
        frame.to_crs("EPSG:4549").to_parquet(parts()[9])
        named("crs", "EPSG:4549")
    with fault("Parquet: no CRS"):
        frame.set_crs(None, allow_override=True).to_parquet(parts()[9])
        named("crs", "no CRS")
    with fault("Parquet: a column missing"):
        frame[["geometry"]].to_parquet(parts()[9])
        named("columns", "'k' is missing here")
    with fault("Parquet: a column of another type"):
        frame.assign(k=7).to_parquet(parts()[9])
        named("columns", "int64")
    parts()[9].write_bytes(whole)
    assert cli(*told)[0] == 0


def test_bytes_that_are_broken_inside_cost_their_part_only(cli, here):
    told = ["tally", "parts", *TOLD, "--format", "csv", "--keep", "kept"]
    want = cli(*told[:-2])[1]
    path = parts()[8]
    whole = path.read_bytes()
    with fault("Parquet: zeros in its data"):
        path.write_bytes(whole[:4] + bytes(60) + whole[64:])
        code, out, err = cli(*told)
        assert (code, out, str(path) in err) == (1, "", True)
        assert len(list(Path("kept").rglob("*.json"))) == 8
        path.write_bytes(whole)
        code, out, err = cli(*told)
        assert (code, out, numbers(err)) == (0, want, (8, 4))


def test_a_file_that_changes_during_the_run_is_no_result(here):
    layer = opened("parts", "k")
    rewritten(parts()[3], lambda shapes: shapely.transform(shapes, lambda xy: xy + 0.001))
    with fault("partition changed during the run"):
        with pytest.raises(DataError, match=r"part-03.*\[changed\]"):
            counted(
                layer,
                areas_job("lonlat"),
                Engine(),
                Keep(Path("kept")),
                skip=False,
                warn=print,
                advance=print,
            )
        assert len(list(Path("kept").rglob("*.json"))) == 3
    parts()[3].unlink()
    with fault("partition removed during the run"), pytest.raises(DataError, match="changed"):
        counted(layer, areas_job("lonlat"), Engine(), skip=False, warn=print, advance=print)


def test_patterns_and_folders_without_files(cli, here):
    (here / "empty").mkdir()
    for path in ("none-*.parquet", "parts/*/none"):
        code, _, err = cli("tally", path, *TOLD)
        assert (code, len(err.splitlines())) == (2, 1), err
    assert cli("tally", "empty", *TOLD)[0] in {1, 2}
    shutil.copy(parts()[0], "parts/_temporary.parquet")
    shutil.copy(parts()[0], "parts/.hidden.parquet")
    assert len(opened("parts", "k").units) == PARTS


# defects


@pytest.fixture
def bad(here):
    """Parts with shapes that cannot be counted."""
    kinds = list(BAD.values())

    def spoilt(shapes):
        for place in range(40, 40 + len(kinds)):
            shapes[place] = kinds[place - 40]
        return shapes

    for number in (2, 5, 11):
        rewritten(parts()[number], spoilt)


def test_defects_are_named_with_file_and_number(cli, here, bad):
    told = ["tally", "parts", *TOLD]
    code, out, err = cli(*told)
    assert (code, out, "21 problem(s)" in err) == (1, "", True)
    for number in (2, 5, 11):
        for place, rule in enumerate(BAD):
            assert re.search(
                rf"part-{number:02}\.parquet: feature {41 + place}: .*\[{rule}\]$", err, re.MULTILINE
            )
    code, out, err = cli(*told, "--skip-invalid", "--format", "json", "--keep", "kept")
    left = {row["class"]: row for row in json.loads(out) if row["kind"] == "left-out"}
    assert code == 0
    assert {rule: row["patches"] for rule, row in left.items()} == dict.fromkeys(BAD, 3)
    warnings = re.findall(r"^warning: .*$", err, re.MULTILINE)
    assert [
        re.search(r"part-(\d+)\S* feature (\d+)", line.replace(":", "")).groups() for line in warnings
    ] == [(f"{n:02}", str(41 + k)) for n in (2, 5, 11) for k in range(len(BAD))]
    code, again, err = cli(*told, "--skip-invalid", "--format", "json", "--keep", "kept")
    assert (again, numbers(err)) == (out, (PARTS, 0))
    assert re.findall(r"^warning: .*$", err, re.MULTILINE) == warnings
    code, again, err = cli(*told, "--keep", "kept")  # what was kept does not make them sound
    assert (code, again, "21 problem(s)" in err) == (1, "", True)


def test_a_run_that_may_not_skip_stops_after_fifty(cli, here):
    for path in parts()[6:8]:
        rewritten(path, lambda shapes: np.array([BAD["self-intersection"]] * len(shapes)))
    code, _, err = cli("measure", "parts", "--keep", "kept")
    assert (code, err.count("[self-intersection]")) == (1, 50)
    assert "the first 50" in err
    assert err.count("part-06") == 50
    assert len(list(Path("kept").rglob("*.json"))) == 7  # a part that was read to its end is kept, bad or not


def test_errors_travel_between_processes():
    import pickle

    for error in (
        DataError([Problem("f", 0, "p", "r", "en", "zh")]),
        UsageError("en", "zh"),
        EngineError("en", "zh"),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), vars(again)) == (type(error), vars(error))


# disks and processes


def test_a_full_disk_says_space_and_what_was_kept_stays(cli, here, tmp_path, monkeypatch):
    told = ["tally", "parts", *TOLD, "--format", "csv", "--keep"]
    want = cli(*told[:-1])[1]
    with fault("no space, said by the system"):
        real, calls = os.fsync, []

        def full(handle):
            calls.append(handle)
            if len(calls) > 9:  # a file and its folder each
                raise OSError(28, "No space left on device")
            real(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            code, out, err = cli(*told, "kept")
        assert (code, out) == (2, "")
        (line,) = [line for line in err.splitlines() if "space" in line]
        assert "resumes" in line
        had = len(list(Path("kept").rglob("*.json")))
        assert 0 < had < PARTS
        code, out, err = cli(*told, "kept")
        assert (out, numbers(err)) == (want, (had, PARTS - had))
    if os.name != "posix" or os.geteuid() != 0:
        return
    disk = tmp_path / "disk"
    if not mounted(disk, "size=32k"):
        return
    try:
        with fault("a disk that is full"):
            code, out, err = cli(*told, disk / "kept")
            assert (code, out, err.count("no space left")) == (2, "", 1)
            had = len(list(disk.rglob("*.json")))
            assert 0 < had < PARTS
            assert not list(disk.rglob(".aside-*"))
            subprocess.run(["mount", "-o", "remount,size=10m", disk], check=True)
            code, out, err = cli(*told, disk / "kept")
            assert (out, numbers(err)) == (want, (had, PARTS - had))
        with fault("a disk that is read-only"):
            shutil.rmtree(disk / "kept")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            code, out, err = cli(*told, disk / "kept")
            assert (code, out, err.count("read-only")) == (2, "", 1)
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


PROGRAM = """
import time
from eppv_atlas.cli import run
from eppv_atlas.scale import engines, work
engines.CONNECT_S, engines.PATIENCE_S = 2.0, 1.5
if {slow}:
    real = work.count
    def count(*given):
        time.sleep(0.1)
        return real(*given)
    work.count = count
if __name__ == "__main__":
    run()
"""


RUNNING = []


@pytest.fixture(autouse=True)
def _ended():
    """No process outlives its test, however that ends."""
    yield
    for process in RUNNING:
        if process.poll() is None:
            process.kill()
            process.communicate()
    RUNNING.clear()


def begun(*arguments, slow=False):
    """The command line in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(slow=slow), "--lang", "en", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    RUNNING.append(process)
    return process


def ended(process):
    out, err = process.communicate(timeout=200)
    assert "Traceback" not in err, err
    return process.returncode, out, "".join(x for x in err.splitlines(keepends=True) if "GDAL_SKIP" not in x)


def kept_so_far(folder="kept"):
    return len(list(Path(folder).rglob("*.json")))


def test_a_killed_run_is_resumed_where_it_was(cli, here):
    told = ["tally", "parts", *TOLD, "--format", "csv", "--keep", "kept"]
    want = cli(*told[:-2])[1]
    with fault("kill -9 of the whole run"):
        process = begun(*told, slow=True)
        until(lambda: kept_so_far() >= 3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        had = kept_so_far()
        assert 3 <= had < PARTS
        code, out, err = cli(*told)
        assert (code, out, numbers(err)) == (0, want, (had, PARTS - had))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler on the loopback address; tests ask for workers."""
    made = Cluster(tmp_path_factory.mktemp("cluster") / "a")
    yield made
    made.close()


def test_a_real_scheduler_and_two_workers_give_the_same_bytes(cli, here, bad, cluster):
    cluster.ensure(2)
    cluster.behave("well")
    told = ["tally", "parts", *TOLD, "--skip-invalid", "--format", "csv"]
    runs = [begun(*told, "--engine", "dask", "--scheduler", cluster.address)]
    runs.append(begun("measure", "parts", "--engine", "dask", "--scheduler", cluster.address))
    _, out, err = cli(*told)
    code, by_dask, said = ended(runs[0])
    assert (code, by_dask, said.splitlines()) == (0, out, [x for x in err.splitlines() if "GDAL" not in x])
    _, _, err = cli("measure", "parts")
    code, _, said = ended(runs[1])
    assert (code, said.splitlines()) == (1, err.splitlines())


def test_a_worker_killed_midway_costs_its_part_only(cli, here, cluster):
    cluster.ensure(2)
    cluster.behave("slow")
    told = ["tally", "parts", *TOLD, "--format", "csv"]
    want = cli(*told)[1]
    with fault("one of two workers killed midway"):
        process = begun(*told, "--keep", "kept", "--engine", "dask", "--scheduler", cluster.address)
        until(lambda: kept_so_far() >= 2)
        cluster.kill(cluster.workers[1])
        assert kept_so_far() < PARTS
        code, out, err = ended(process)
        assert (code, out, numbers(err)) == (0, want, (0, PARTS))
        assert cluster.workers[0].poll() is None
    with fault("the last worker killed, none comes"):
        process = begun(*told, "--keep", "again", "--engine", "dask", "--scheduler", cluster.address)
        until(lambda: kept_so_far("again") >= 2)
        cluster.kill(cluster.workers[0])
        code, out, err = ended(process)
        assert (code, out, len(err.splitlines())) == (1, "", 1), err
        assert "no worker" in err
        had = kept_so_far("again")
        assert 2 <= had < PARTS
        code, out, err = cli(*told, "--keep", "again")  # by another engine
        assert (code, out, numbers(err)) == (0, want, (had, PARTS - had))


def test_what_a_worker_cannot_do_is_one_line(here, tmp_path_factory):
    cluster = Cluster(
        tmp_path_factory.mktemp("cluster") / "b", DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0"
    )
    told = ["measure", "parts", "--engine", "dask", "--scheduler", cluster.address, "--keep"]
    try:
        cluster.ensure(1)
        for mode, words in (
            ("fall", "MemoryError"),
            ("old", "eppv-atlas 0.0.1"),
            ("die", "several workers ended"),
        ):
            with fault(f"worker: {words}"):
                cluster.behave(mode)
                code, out, err = ended(begun(*told, mode))
                assert (code, out, len(err.splitlines())) == (1, "", 1), err
                assert words in err
        cluster.ensure(1)
        cluster.behave("slow")
        with fault("the scheduler killed midway"):
            process = begun(*told, "kept")
            until(lambda: kept_so_far() >= 2)
            cluster.kill(cluster.scheduler)
            code, out, err = ended(process)
            assert (code, out, len(err.splitlines())) == (1, "", 1), err
            assert "scheduler" in err
            assert 2 <= kept_so_far() < PARTS
        with fault("no scheduler at the address"):
            code, out, err = ended(begun(*told, "kept"))
            assert (code, out, len(err.splitlines())) == (2, "", 1), err
            assert "no scheduler" in err
    finally:
        cluster.close()


def test_workers_of_our_own_and_one_of_them_killed(cli, here):
    """Processes that the command starts itself; whoever watches them starts another."""
    psutil = pytest.importorskip("psutil")
    told = ["tally", "parts", *TOLD, "--format", "csv"]
    want = cli(*told)[1]
    with fault("a worker of our own killed"):
        process = begun(*told, "--engine", "dask", "--workers", "2", "--keep", "kept")
        until(lambda: kept_so_far() >= 1)
        children = [
            child for child in psutil.Process(process.pid).children(recursive=True)
            if "spawn_main" in " ".join(child.cmdline())
        ]  # fmt: skip
        assert len(children) == 2
        children[0].kill()
        code, out, err = ended(process)
        assert (code, out, numbers(err)) == (0, want, (0, PARTS))


@pytest.mark.parametrize("address", ["nonsense", "foo://x y", "tcp://host", "tcp://a:b", "tcp://h:1;x"])
def test_an_address_that_is_none(cli, here, address):
    code, _, err = cli("measure", "parts", "--engine", "dask", "--scheduler", address)
    assert (code, len(err.splitlines())) == (2, 1)


def test_dask_that_is_not_there_is_one_line(cli, here, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = cli("measure", "parts", "--engine", "dask")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "pip install 'eppv-atlas[scale]'" in err


def test_faults_are_counted(record_property):
    """Numbers of faults tried and survived, for the report of a run."""
    survived = sum(FAULTS.values())
    record_property("faults_tried", len(FAULTS))
    record_property("faults_survived", survived)
    print(f"faults tried {len(FAULTS)}, survived {survived}")
    assert [name for name, through in FAULTS.items() if not through] == []
