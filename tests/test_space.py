"""Budgets of space: shares, changes, a red line, a ring."""

import dataclasses
import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from eppv_atlas import measure, running, schemes
from eppv_atlas.area import area_m2
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.model import Name
from eppv_atlas.model.schemes import SpaceScheme
from eppv_atlas.schemes.overlaying import TOUCH_M2
from eppv_atlas.schemes.plain import as_json, ran_json
from eppv_atlas.schemes.worksheet import work

NAMES = ("production_space", "living_space", "ecological_space")
ZONES = tuple(name.replace("_", "-") for name in NAMES)


def found(atlas, case="changzhou-zhenglu", mechanism="special-plan"):
    placed = atlas[case]
    return placed, next(one for one in placed.case.mechanisms if one.id == mechanism)


@pytest.fixture(scope="module")
def plan(atlas):
    placed, mechanism = found(atlas)
    return schemes.trial(placed, mechanism, measure.case(placed))


def lines(ran):
    return {line.id: line for line in ran.lines}


def values(ran):
    return {line.id: line.value for line in ran.lines}


def test_the_plan_is_what_it_says(plan):
    got = values(work(plan, {}))
    assert got["total"] == pytest.approx(8422)
    assert [round(got[f"share_{name}"], 2) for name in NAMES] == [12.34, 36.14, 51.52]
    assert all(got[f"meets_{name}"] is True for name in NAMES)
    assert got["possible"] is True


def test_what_moves_changes_all_it_should(plan):
    got = values(work(plan, {"moved_from": "living-space", "moved_to": "ecological-space", "moved": 84.22}))
    assert got["change_living_space"] == pytest.approx(-1)
    assert got["change_ecological_space"] == pytest.approx(1)
    assert got["change_production_space"] == pytest.approx(0, abs=1e-12)
    assert got["meets_living_space"] is got["meets_ecological_space"] is False
    assert got["meets_production_space"] is True


def test_more_than_there_is_cannot_move(plan):
    got = values(work(plan, {"moved_from": "production-space", "moved": 1039.5}))
    assert got["possible"] is False
    assert got["share_production_space"] is got["all_shares"] is None
    assert got["share_living_space"] == pytest.approx(36.14, abs=0.005)
    got = values(work(plan, {"moved_from": "production-space", "moved": None}))
    assert got["possible"] is None


@given(
    st.tuples(*[st.floats(1, 1e5)] * 3),
    st.sampled_from(["none", *ZONES]),
    st.sampled_from(ZONES),
    st.floats(0, 1),
)
def test_shares_are_always_the_whole(plan, areas, one, other, part):
    chosen = {f"area_{name}": area for name, area in zip(NAMES, areas, strict=True)}
    most = dict(zip(ZONES, areas, strict=True)).get(one, 0.0)
    got = values(work(plan, chosen | {"moved_from": one, "moved_to": other, "moved": most * part}))
    assert got["all_shares"] == pytest.approx(100)
    assert sum(got[f"after_{name}"] for name in NAMES) == pytest.approx(sum(areas))
    assert sum(got[f"change_{name}"] for name in NAMES) == pytest.approx(0, abs=1e-9)
    assert all(got[f"after_{name}"] >= -1e-9 for name in NAMES)


def proposed(atlas, **shapes):
    placed, mechanism = found(atlas)
    measures = measure.case(placed)
    trial = schemes.trial(placed, mechanism, measures)
    return schemes.run(trial, placed, mechanism, measures, {}, shapes)


def test_a_schematic_red_line_is_never_said_to_be_kept(atlas):
    line = atlas["changzhou-zhenglu"].shapes["ecological-space"].geometry
    inside = shapely.box(120.09, 31.81, 120.11, 31.83)
    got = values(proposed(atlas, proposal=inside))
    assert got["kept"] is None
    assert got["inside_area"] == pytest.approx(area_m2(shapely.intersection(inside, line), "lonlat"))
    far = shapely.box(121.0, 31.81, 121.01, 31.83)
    ran = proposed(atlas, proposal=far)
    assert values(ran)["kept"] is None
    assert values(ran)["inside_area"] == 0
    assert any("--with redline=FILE" in note.en for note in ran.notes)


def test_a_red_line_of_the_user_is_judged(atlas):
    line = shapely.box(120.0, 31.8, 120.1, 31.9)
    for proposal, kept in (
        (shapely.box(120.05, 31.82, 120.15, 31.84), False),
        (shapely.box(120.1, 31.8, 120.2, 31.9), True),  # touches
        (shapely.box(120.0999999, 31.8, 120.2, 31.8001), True),  # a strip of a centimetre
    ):
        ran = proposed(atlas, proposal=proposal, redline=line)
        assert values(ran)["kept"] is kept
        assert (values(ran)["inside_area"] > TOUCH_M2) is not kept
    assert [layer.id for layer in ran.layers][:2] == ["proposal", "red_line"]
    json.dumps(ran_json(ran), allow_nan=False)


@settings(max_examples=25)
@given(st.floats(119.9, 120.3), st.floats(31.7, 31.9), st.floats(0.001, 0.2), st.floats(0.001, 0.1))
def test_pieces_of_a_proposal_add_up(atlas, lon, lat, width, height):
    proposal = shapely.box(lon, lat, lon + width, lat + height)
    line = shapely.box(120.0, 31.75, 120.15, 31.85)
    got = values(proposed(atlas, proposal=proposal, redline=line))
    outside = shapely.difference(proposal, line)
    rest = 0.0 if outside.is_empty else area_m2(outside, "lonlat")
    assert got["inside_area"] + rest == pytest.approx(got["proposal_area"], rel=1e-8, abs=1e-3)
    assert 0 <= got["inside_share"] <= 100 + 1e-6


def test_a_red_line_alone_is_misuse(atlas):
    with pytest.raises(UsageError, match="proposal"):
        proposed(atlas, redline=shapely.box(0, 0, 1, 1))


def test_ring(atlas):
    placed, mechanism = found(atlas, "nanping-wuyishan", "outer-ring-protects-inner")
    measures = measure.case(placed)
    trial = schemes.trial(placed, mechanism, measures)
    assert set(trial.frames) == {option.id for one in trial.inputs for option in one.options}
    widths = [values(trial.frames[name])["width"] for name in ("25", "50", "100", "150")]
    assert widths == sorted(widths)
    ring = trial.frames["100"].layers[0]
    assert ring.confidence == "schematic"
    assert area_m2(ring.marks[0].geometry) / 1e6 == pytest.approx(4252, rel=1e-6)
    stored = placed.shapes["buffer-ring"]
    assert widths[2] == pytest.approx(stored.made["distance_m"], rel=1e-4)
    assert len(json.dumps(as_json(trial))) < 400_000
    ran = schemes.run(trial, placed, mechanism, measures, {"ring_area": 2126.0, "ring": "100"}, {})
    assert values(ran)["width"] == pytest.approx(widths[1])
    ran = schemes.run(trial, placed, mechanism, measures, {"ring_area": None}, {})
    assert values(ran)["width"] is None
    with pytest.raises(UsageError, match="ring"):
        schemes.run(trial, placed, mechanism, measures, {"ring_area": 1e9}, {})


@pytest.mark.parametrize(
    "scheme",
    [
        {},
        {"spaces": [{"zone": "a", "area": {"source": {"fact": "a"}}}]},
        {"spaces": [{"zone": "a", "area": {"source": {"fact": "a"}}}] * 2},
        {"ring": {"around": "a"}},
    ],
)
def test_records_that_say_too_little(scheme):
    with pytest.raises(ValidationError):
        SpaceScheme.model_validate({"engine": "space", **scheme})


def test_what_is_no_area_or_no_share(atlas):
    placed, mechanism = found(atlas)
    scheme = mechanism.scheme
    first = scheme.spaces[0]
    share = first.area.model_copy(
        update={"source": first.area.source.model_copy(update={"fact": first.target})}
    )
    for change in ({"area": share}, {"target": "production-area"}):
        spaces = (first.model_copy(update=change), *scheme.spaces[1:])
        broken = mechanism.model_copy(update={"scheme": scheme.model_copy(update={"spaces": spaces})})
        with pytest.raises(DataError):
            schemes.trial(placed, broken, measure.case(placed))


def feature(*rings, kind="Polygon"):
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": ring}}
            for ring in rings
        ],
    }


SQUARE = [[[120.0, 31.8], [120.1, 31.8], [120.1, 31.9], [120.0, 31.9], [120.0, 31.8]]]


def test_files_are_read_together(tmp_path):
    path = tmp_path / "p.geojson"
    other = np.add(SQUARE, [0.05, 0]).tolist()
    path.write_text(json.dumps(feature(SQUARE, other)), "utf-8")
    shape = running.read("space", {"proposal": path})["proposal"]
    assert shape.geom_type == "Polygon"
    assert shape.bounds == pytest.approx((120.0, 31.8, 120.15, 31.9))


def test_every_file_that_is_refused_is_named(tmp_path):
    contents = {
        "empty": json.dumps(feature()),
        "point": json.dumps(feature([120.0, 31.8], kind="Point")),
        "bow": json.dumps(feature([[[120, 31], [121, 32], [121, 31], [120, 32], [120, 31]]])),
        "junk": "not json at all",
    }
    paths = {}
    for name, text in contents.items():
        paths[name] = tmp_path / f"{name}.geojson"
        paths[name].write_text(text, "utf-8")
    with pytest.raises(DataError) as refused:
        running.read("space", paths)
    named = {problem.file for problem in refused.value.problems}
    assert named == {str(path) for path in paths.values()}


def test_engines_without_files_say_so(tmp_path):
    with pytest.raises(UsageError, match="takes no files"):
        running.read("payment", {"x": tmp_path})
    assert running.read("payment", {}) == {}


def test_names_as_long_as_they_may_be(atlas):
    placed, mechanism = found(atlas)
    long = Name(zh="长" * 400, en="x" * 400)
    zones = tuple(zone.model_copy(update={"name": long}) for zone in placed.case.zones)
    facts = tuple(fact.model_copy(update={"label": long}) for fact in placed.case.facts)
    placed = dataclasses.replace(placed, case=placed.case.model_copy(update={"zones": zones, "facts": facts}))
    trial = schemes.trial(placed, mechanism, measure.case(placed))
    shapes = {"proposal": shapely.box(120.09, 31.81, 120.11, 31.83)}
    ran = schemes.run(trial, placed, mechanism, (), {}, shapes)
    assert max(len(line.label.zh) for line in ran.lines) == 400
    json.dumps(as_json(trial), allow_nan=False)
