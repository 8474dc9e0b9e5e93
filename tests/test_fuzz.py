"""Texts, bytes and shapes that nobody would write: the store names a problem or reads them, and raises nothing else.

What a run finds is kept here as a case of its own.
"""

import json
import time

import pytest
import shapely
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.intake import corners, dbf, settling, shapefile, soundness
from eppv_atlas.store import case_file, importing, read_folder, shapes_file, tidy, yaml_text

CASE = (ROOT / "cases" / "chaka-salt-lake.yaml").read_bytes()
GEO = (ROOT / "geodata" / "chaka-salt-lake.geojson").read_bytes()
quick = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def damaged(draw, sound):
    """Sound bytes with some of them cut out, put in or written over."""
    held = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(held) - 1, 0)))
        held[at : at + draw(st.integers(0, 40))] = draw(
            st.binary(max_size=20)
            | st.sampled_from(
                [
                    b"\n",
                    b"- ",
                    b": ",
                    b"{",
                    b"]",
                    b"&a ",
                    b"*a",
                    b"!!python/x ",
                    b"\t",
                    b"|\n",
                    "：".encode(),
                    b'"',
                ]
            )
        )
    return bytes(held)


@given(damaged(CASE))
@quick
def test_damaged_case_files_are_read_or_named(raw):
    case, text = case_file.read_case(raw, "cases/x.yaml")
    assert case is not None or text.problems
    for problem in text.problems:
        assert "\n" not in problem.text() + problem.text("zh")
    if not text.problems:
        again = tidy.yaml_bytes(raw, case_file.Case)
        assert yaml_text.read(again, "").data == text.data  # tidying changes no datum
        assert tidy.yaml_bytes(again, case_file.Case) == again


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@quick
def test_any_bytes_are_read_or_named(raw):
    case, text = case_file.read_case(raw, "cases/x.yaml")
    assert case is None
    assert text.problems
    found = shapes_file.read(raw, "geodata/x.geojson")
    assert found.unreadable or found.problems or not found.drawn


@given(damaged(GEO))
@quick
def test_damaged_geodata_is_read_or_named(raw):
    found = shapes_file.read(raw, "geodata/x.geojson")
    for problem in found.problems:
        assert "\n" not in problem.text()
    for shape in found.drawn.values():
        assert shapely.is_valid(shape)


nested = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(-(10**20), 10**20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from(["type", "coordinates", "id", "geometry", "properties", "features"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(nested)
@quick
def test_any_json_is_read_or_named(data):
    raw = json.dumps({"type": "FeatureCollection", "features": data}).encode()
    shapes_file.read(raw, "geodata/x.geojson")
    raw = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {"id": "a"}, "geometry": data}],
        }
    ).encode()
    found = shapes_file.read(raw, "geodata/x.geojson")
    assert all(shape.is_valid for shape in found.drawn.values())


@given(nested)
@quick
def test_any_yaml_is_read_or_named(data):
    raw = yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "surrogatepass")
    case, text = case_file.read_case(raw, "cases/x.yaml")
    assert case is None
    assert text.problems


def test_yaml_that_would_explode_is_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    start = time.monotonic()
    case, text = case_file.read_case("\n".join(lines).encode(), "cases/x.yaml")
    assert time.monotonic() - start < 1
    assert case is None
    assert text.problems[0].rule == "yaml-anchor"


def test_depth_and_size_have_limits():
    for raw in (b"[" * 50_000, b"{a: " * 20_000, b"- " * 50_000):
        case, text = case_file.read_case(raw, "cases/x.yaml")
        assert case is None
        assert text.problems
    case, text = case_file.read_case(b"a: " + b"x" * 5_000_000, "cases/x.yaml")
    assert "4,000,000" in text.problems[0].message_en


def test_two_thousand_zones_are_the_limit_and_it_is_said_quickly():
    zone = "  - id: z{0}\n    name: {{zh: 区, en: Zone}}\n    kind: core-protection\n    geometry: {{type: none, reason: {{zh: 无, en: none}}}}\n"
    head = CASE.decode().split("\nzones:\n")[0]
    raw = (head + "\nzones:\n" + "".join(zone.format(i) for i in range(20_000))).encode()
    assert len(raw) < yaml_text.MAX_BYTES
    start = time.monotonic()
    case, text = case_file.read_case(raw, "cases/x.yaml")
    assert time.monotonic() - start < 60
    assert case is None
    assert any("at most 2000" in problem.message_en for problem in text.problems)


def test_a_huge_case_file_is_not_read_into_memory(folder):
    path = folder / "cases" / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)  # a hole: no disk is used
    found = read_folder(folder)
    (problem,) = [one for one in found.problems if one.file == str(path)]
    assert problem.rule == "file-too-large"


def test_links_out_of_the_atlas_and_pipes_are_refused(folder, tmp_path):
    import os

    secret = tmp_path / "secret.yaml"
    secret.write_text("password: 1")
    (folder / "cases" / "link.yaml").symlink_to(secret)
    (folder / "cases" / "zero.yaml").symlink_to("/dev/zero")
    os.mkfifo(folder / "cases" / "pipe.yaml")
    (folder / "geodata" / "chaka-salt-lake.geojson").unlink()
    (folder / "geodata" / "chaka-salt-lake.geojson").symlink_to(secret)
    found = {problem.file.rsplit("/", 1)[1]: problem.rule for problem in read_folder(folder).problems}
    assert found["link.yaml"] == "link-outside"
    assert found["zero.yaml"] in {"link-outside", "unreadable-file"}
    assert found["pipe.yaml"] == "unreadable-file"
    assert found["chaka-salt-lake.geojson"] == "link-outside"
    assert "password" not in " ".join(problem.text() for problem in read_folder(folder).problems)


# --- importers --------------------------------------------------------------------------------------------


@given(st.binary(max_size=400))
@quick
def test_any_bytes_as_a_table_or_shapefile_are_refused(tmp_path_factory, raw):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "a.dbf").write_bytes(raw)
    (folder / "a.shp").write_bytes(raw)
    with pytest.raises(DataError):
        dbf.read(folder / "a.dbf", "a.dbf")
    with pytest.raises(DataError):
        shapefile.mended(folder / "a.shp", "a.shp", None)


@given(st.text(max_size=40))
@quick
def test_any_text_is_a_coordinate_or_none(text):
    found = corners.value_of(text)
    assert found is None or isinstance(found, float)


@given(st.text(max_size=60))
@quick
def test_any_text_is_a_crs_or_misuse(text):
    try:
        settling.asked_for(text)
    except UsageError as error:
        assert len(error.en) < 300  # noqa: PT017


@given(st.text(max_size=120))
@quick
def test_any_text_in_a_case_file_is_one_text(text):
    written = importing.quoted(text)
    assert "\n" not in written
    assert isinstance(yaml.safe_load(f"a: {{b: {written}}}")["a"]["b"], str)


@given(st.lists(st.tuples(st.floats(117, 118), st.floats(27, 28)), min_size=4, max_size=12))
@quick
def test_any_ring_is_taken_or_faulted_and_can_be_mended(ring):
    import numpy as np

    held = np.array([shapely.Polygon(ring)], dtype=object)
    faults = soundness.faults("x", held)
    assert bool(faults) == (not held[0].is_valid or held[0].is_empty)
    made, told = soundness.mended(held)
    assert made[0].is_empty or made[0].is_valid
    assert bool(told) == (not held[0].is_valid)


def test_an_empty_hole_is_no_fault():
    """Found in the tests of GEOS: a ring without vertices."""
    import numpy as np

    square = shapely.from_wkt("POLYGON ((117 27, 117.1 27, 117.1 27.1, 117 27), EMPTY)")
    bow = shapely.from_wkt("POLYGON ((117 27, 117.1 27.1, 117.1 27, 117 27.1, 117 27), EMPTY)")
    assert soundness.faults("x", np.array([square], dtype=object)) == []
    assert [one.rule for one in soundness.faults("x", np.array([square, bow], dtype=object))] == [
        "self-intersection"
    ]
