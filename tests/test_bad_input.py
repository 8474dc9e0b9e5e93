"""Broken files: one message for each mistake, with file, line, place and what to do."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import call
from eppv_atlas.errors import AtlasError, Problem, printable
from eppv_atlas.store import case_file, read_folder, shapes_file, yaml_text

XIXI = "cases/hangzhou-xixi.yaml"


def edit(folder, old, new, file=XIXI):
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path.read_text("utf-8")


def only_problem(folder):
    errors = read_folder(folder).errors
    assert len(errors) == 1, [p.text() for p in errors]
    return errors[0]


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("batch: mnr-4", "bacth: mnr-4\nbatch: mnr-4", "unknown-key", "bacth"),
        ("order: 1", "order: one", "wrong-type", "order"),
        (
            "kind: planning-area",
            "kind: planning-area\n    relations:\n      - {type: beside, to: 330106}",
            "unknown-relation",
            "zones[0].relations[0].type",
        ),
        (
            "kind: planning-area",
            "kind: planning-area\n    relations:\n      - {type: near, to: nowhere}",
            "dangling-id",
            "zones[0].relations[0].to",
        ),
        (
            "series:\n",
            "series:\n  - id: bad\n    kind: change\n    label: {zh: 试, en: Try}\n    facts: [district-area, visitors-total]\n",
            "fact-does-not-fit",
            "series[0].facts",
        ),
        (
            "series:\n",
            "series:\n  - id: bad\n    kind: group\n    label: {zh: 试, en: Try}\n    facts: [district-area, nothing]\n",
            "dangling-id",
            "series[0].facts[1]",
        ),
        (
            "mechanisms:\n",
            "mechanisms:\n  - id: bad\n    name: {zh: 试, en: Try}\n    kind: planning\n    section: practice\n    page: 10\n    about: {zh: 试, en: Try}\n    path: empowerment\n    mode: mine-restoration\n",
            "mode-is-not-of-the-case",
            "mechanisms[0].mode",
        ),
        (
            "mechanisms:\n",
            "mechanisms:\n  - id: bad\n    name: {zh: 试, en: Try}\n    kind: magic\n    section: practice\n    page: 10\n    about: {zh: 试, en: Try}\n    path: empowerment\n    mode: park-oriented-development\n",
            "unknown-mechanism-kind",
            "mechanisms[0].kind",
        ),
        (
            "mechanisms:\n",
            "mechanisms:\n  - id: bad\n    name: {zh: 试, en: Try}\n    kind: planning\n    section: practice\n    page: 10\n    about: {zh: 试, en: Try}\n    path: empowerment\n    mode: park-oriented-development\n    acts_on: [nowhere]\n",
            "dangling-id",
            "mechanisms[0].acts_on[0]",
        ),
        (
            "claims:\n",
            "claims:\n  - id: bad\n    kind: sum\n    label: {zh: 试, en: Try}\n    says: district-area + = 3\n",
            "formula-not-understood",
            "claims[0].says",
        ),
        (
            "short:\n  zh: 西溪湿地\n  en: Xixi wetland",
            "short: {zh: 西溪湿地, en: Xixi, a wetland}",
            "cut-at-comma",
            "short.a wetland",
        ),
        ("order: 1", "order: 1\norder: 2", "duplicate-key", "order"),
        ("kind: planning-area", "kind: planing-area", "unknown-zone-kind", "zones[0].kind"),
        ("confidence: schematic", "confidence: sure", "unknown-confidence", "sites[0].provenance.confidence"),
        ("unit: km2", "unit: sqkm", "unknown-unit", "facts[0].unit"),
        ("section: background", "section: foreword", "unknown-section", "facts[0].section"),
        ("type: disc", "type: circle", "unknown-geometry-type", "zones[0].geometry.type"),
        ("places: [330106]\nplace_name", "places: [339999]\nplace_name", "unknown-place", "places[0]"),
        ("clip: [330106]", "clip: [339999]", "unknown-place", "zones[0].geometry.clip"),
        ("clip: [xixi-district]", "clip: [xixi-distrit]", "dangling-id", "zones[1].geometry.clip"),
        ("part_of: protected-scope", "part_of: nowhere", "dangling-id", "zones[2].part_of"),
        ("stated_area: scope-area", "stated_area: no-fact", "dangling-id", None),
        ("about: xixi-wetland-park", "about: nobody", "dangling-id", "facts[3].about"),
        ("anchor: xixi-wetland-park", "anchor: xixi-paradise", "dangling-id", "anchor"),
        ("visitors-total, upfront", "visitor-total, upfront", "dangling-id", "headlines[1]"),
        ("document: mnr-epv-cases-4", "document: mnr-5", "dangling-id", "source.document"),
        ("pages: 9-14", "pages: 9-140", "pages-out-of-range", "source.pages"),
        ("id: hangzhou-xixi", "id: hangzhou", "id-is-not-file-name", "id"),
        ("value: 21.88", "value: 218.8", "value-is-not-as-printed", "facts[0].value"),
        ("unit: km2", "unit: ha", "unit-is-not-as-printed", "facts[0].unit"),
        ("lon: 120.06, lat: 30.27", "lon: 30.27, lat: 120.06", "out-of-range", "sites[0].location.lat"),
        ("share: 80", "share: 180", "out-of-range", "zones[2].geometry.share"),
        ("      share: 80\n", "", "recipe-incomplete", "zones[2].geometry"),
        (
            "of: protected-scope\n      share",
            "of: wetland-reserve\n      share",
            "recipe-circle",
            "zones[2].geometry",
        ),
        (
            "of: protected-scope\n      share",
            "of: xixi-paradise\n      share",
            "input-without-geometry",
            "zones[2].geometry.of",
        ),
        (
            "confidence: schematic\n      how: {zh: 保护",
            "confidence: surveyed\n      how: {zh: 保护",
            "confidence-overclaimed",
            None,
        ),
        ("basis: stated\n  page: 10", "basis: stated", "missing-key", "path.page"),
        ("title:\n", "title: &a\n", "yaml-anchor", "title"),
        ("batch: mnr-4", "batch: *a", "yaml-anchor", "batch"),
        ("batch: mnr-4", "batch: !!python/name:os.system mnr-4", "yaml-tag", "batch"),
        ("batch: mnr-4", "batch： mnr-4", "full-width-colon", ""),
        ("batch: mnr-4", 'batch: "mnr\\x1b[31m"', "control-character", "batch"),
    ],
)
def test_one_mistake_gives_one_message(folder, old, new, rule, place):
    text = edit(folder, old, new)
    errors = [p for p in read_folder(folder).errors if p.rule == rule]
    assert len(errors) == 1, [p.text() for p in read_folder(folder).errors]
    problem = errors[0]
    assert problem.file.endswith(XIXI)
    if place is not None:
        assert problem.place == place
    # the line named is the line of the mistake, or of the thing that lacks something
    if rule not in {
        "missing-key",
        "recipe-incomplete",
        "recipe-circle",
        "dangling-id",
        "unknown-value",
        "unknown-place",
    }:
        line = text.splitlines()[problem.line - 1]
        assert problem.place.split(".")[-1].split("[")[0] in line or rule == "full-width-colon"
    assert problem.line > 0
    assert re.search("[\u4e00-\u9fff]", problem.message_zh)


def test_a_disc_that_does_not_fit_has_no_solution(folder):
    edit(folder, "printed: 21.88 平方公里", "printed: 2188 平方公里")
    edit(folder, "value: 21.88", "value: 2188")
    problem = only_problem(folder)
    assert problem.rule == "recipe-without-solution"
    assert "311.9" in problem.message_en  # what the district holds


SQUARE = [[[120.0, 30.2], [120.1, 30.2], [120.1, 30.3], [120.0, 30.3], [120.0, 30.2]]]


def drawn(folder, geometry, **properties):
    """Make the first zone of Xixi a drawn one with this geometry."""
    text = (folder / XIXI).read_text("utf-8")
    start = text.index("      type: disc")
    end = text.index("    provenance:", start)
    (folder / XIXI).write_text(text[:start] + "      type: drawn\n" + text[end:], "utf-8")
    feature = {"type": "Feature", "properties": {"id": "xixi-district", **properties}, "geometry": geometry}
    layer = {"type": "FeatureCollection", "features": [feature]}
    (folder / "geodata" / "hangzhou-xixi.geojson").write_text(json.dumps(layer), "utf-8")


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_drawn_zone_is_read(folder):
    drawn(folder, polygon(*SQUARE))
    loading = read_folder(folder)
    assert not loading.errors, [p.text() for p in loading.errors]


@pytest.mark.parametrize(
    ("geometry", "rule", "words"),
    [
        (
            polygon([[120, 30.2], [120.1, 30.3], [120.1, 30.2], [120, 30.3], [120, 30.2]]),
            "invalid-polygon",
            "Self-intersection",
        ),
        (polygon(), "empty-geometry", "empty"),
        ({"type": "MultiPolygon", "coordinates": []}, "empty-geometry", "empty"),
        (None, "missing-geometry", "no geometry"),
        ({"type": "Point", "coordinates": [120, 30]}, "wrong-geometry-type", "Point"),
        (polygon([[30.2, 120], [30.2, 120.1], [30.3, 120.1], [30.2, 120]]), "outside-the-globe", "swapped"),
        (
            polygon([[520000, 3350000], [521000, 3350000], [521000, 3351000], [520000, 3350000]]),
            "outside-the-globe",
            "metres",
        ),
        (polygon([[120, 30.2], [1e999, 30.2], [120.1, 30.3], [120, 30.2]]), "json-syntax", "Infinity"),
        (polygon([["a", 30.2], [120, 30.2], [120.1, 30.3], ["a", 30.2]]), "unreadable-geometry", "read"),
        ({"type": "Curve", "coordinates": [1]}, "unreadable-geometry", "read"),
        ({"type": "Polygon"}, "unreadable-geometry", "read"),
        (polygon([[120, 30.2], [120.1, 30.3]]), "unreadable-geometry", "read"),
        (polygon([[120, 30.2], [120.1, 30.2], [120.1, 30.3]]), "unreadable-geometry", "end where"),
        (
            polygon([["120", "30.2"], ["120.1", "30.2"], ["120.1", "30.3"], ["120", "30.2"]]),
            "unreadable-geometry",
            "numbers",
        ),
    ],
)
def test_bad_shapes_are_named(folder, geometry, rule, words):
    drawn(folder, geometry)
    errors = [p for p in read_folder(folder).errors if "geodata" in p.file]
    assert [p.rule for p in errors] == [rule]
    assert words in errors[0].message_en
    assert rule == "json-syntax" or (errors[0].line > 0 and "xixi-district" in errors[0].place)


def test_swapped_coordinates_inside_the_globe_are_noticed(folder):
    loading = read_folder(folder)
    case = next(item.case for item in loading.cases if item.case.id == "yining-flower-sea")
    ring = [[43.9, 81.6], [44.0, 81.6], [44.0, 81.7], [43.9, 81.6]]
    shapes = shapes_file.read(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": {"id": "flower-sea"}, "geometry": polygon(ring)}
                ],
            }
        ).encode(),
        "x",
    )
    from eppv_atlas.store.rules import misplaced

    assert [found[1] for found in misplaced(case, shapes.drawn)] == ["swapped-coordinates"]


def test_missing_and_orphan_features(folder):
    drawn(folder, polygon(*SQUARE))
    path = folder / "geodata" / "hangzhou-xixi.geojson"
    path.write_text(path.read_text().replace("xixi-district", "somewhere-else"))
    (folder / "geodata" / "no-case.geojson").write_text("{}")
    rules = {p.rule for p in read_folder(folder).errors}
    assert {"missing-geometry", "orphan-feature", "orphan-file"} <= rules


def test_an_edited_recipe_result_is_noticed(folder, cli):
    path = folder / "geodata" / "chaka-salt-lake.geojson"
    text = path.read_text("utf-8")
    first = re.search(r"\[99\.\d+,", text)[0]
    path.write_text(text.replace(first, f"[{float(first[1:-1]) + 1e-5:.6f},"), "utf-8")
    code, _, err = cli("--atlas", folder, "check")
    assert code == 1
    assert "edited-result" in err
    path.unlink()  # what the message advises: without the feature, tidy makes it anew
    assert cli("--atlas", folder, "check")[0] == 0
    assert cli("--atlas", folder, "check", "--strict")[0] == 1
    assert cli("--atlas", folder, "tidy")[0] == 0
    assert path.read_text("utf-8") == text


def test_a_changed_recipe_is_made_anew(folder, cli):
    edit(folder, "lon: 99.11, lat: 36.7", "lon: 99.12, lat: 36.7", "cases/chaka-salt-lake.yaml")
    edit(folder, "lon: 99.11, lat: 36.7", "lon: 99.12, lat: 36.7", "cases/chaka-salt-lake.yaml")
    path = folder / "geodata" / "chaka-salt-lake.geojson"
    before = path.read_bytes()
    code, _, err = cli("--atlas", folder, "check", "--strict")
    assert (code, "stale-result" in err) == (1, True)
    _, out, _ = cli("--atlas", folder, "measure", "chaka-salt-lake", "--format", "json")
    assert json.loads(out)[0]["area_m2"] == pytest.approx(112e6, rel=1e-5)
    assert path.read_bytes() == before  # measuring writes nothing
    assert cli("--atlas", folder, "tidy")[0] == 0
    assert cli("--atlas", folder, "check", "--strict")[0] == 0
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    ("ring", "rule"),
    [
        ([[99, 36.6], [99.2, 36.8], [99.2, 36.6], [99, 36.8], [99, 36.6]], "invalid-polygon"),
        ([], "empty-geometry"),
        ([[36.6, 99], [36.8, 99], [36.8, 99.2], [36.6, 99]], "outside-the-globe"),
    ],
)
def test_a_stored_result_must_be_a_sound_polygon_too(folder, ring, rule):
    path = folder / "geodata" / "chaka-salt-lake.geojson"
    data = json.loads(path.read_text("utf-8"))
    data["features"][0]["geometry"]["coordinates"] = [ring] if ring else []
    path.write_text(json.dumps(data), "utf-8")
    assert [p.rule for p in read_folder(folder).errors] == [rule]


def test_a_ring_without_a_solution(folder):
    path = "cases/nanping-wuyishan.yaml"
    edit(folder, "printed: 4252 平方公里", "printed: 42520 平方公里", path)
    edit(folder, "value: 4252", "value: 42520", path)
    problem = only_problem(folder)
    assert (problem.rule, problem.place) == ("recipe-without-solution", "zones[2].geometry")
    assert "10,285" in problem.message_en  # the four counties less the park


def test_another_crs_is_refused(folder):
    path = folder / "geodata" / "chaka-salt-lake.geojson"
    data = json.loads(path.read_text("utf-8"))
    data["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}}
    path.write_text(json.dumps(data), "utf-8")
    assert "unknown-crs" in {p.rule for p in read_folder(folder).errors}


def test_gbk_file_is_named_not_crashed_on(folder):
    path = folder / XIXI
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    problem = next(p for p in read_folder(folder).errors if p.file.endswith(XIXI))
    assert problem.rule == "not-utf-8"
    assert "GBK" in problem.message_en


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("batch: mnr-4", "batch：mnr-4", 4),
        ("batch: mnr-4", "batch:mnr-4", 4),
        ("  zh: 西溪湿地\n", "  zh：西溪湿地\n", 10),
        ("name: {zh: 西溪国家湿地公园, en", "name: {zh：西溪国家湿地公园, en", None),
    ],
)
def test_full_width_colons_are_named_where_they_stand(folder, old, new, line):
    text = edit(folder, old, new)
    problem = only_problem(folder)
    assert problem.rule == "full-width-colon"
    assert problem.line == (line or text[: text.index(new)].count("\n") + 1)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("place_name:", "placename:", "unknown-key"),
        ("places: [330106]\nplace", "places: [33010]\nplace", "wrong-form"),
        ("about: xixi-district", "about: xixi-distrikt", "dangling-id"),
        ("pages: 9-14", "pages: 14-9", "pages-out-of-range"),
        ("  zh: 西溪湿地\n", '  zh: "西溪\u202e湿地"\n', "control-character"),
    ],
)
def test_one_mistake_is_not_named_twice(folder, old, new, rule):
    edit(folder, old, new)
    assert only_problem(folder).rule == rule


def test_a_misspelt_feature_id_is_named_once(folder):
    drawn(folder, polygon(*SQUARE))
    path = folder / "geodata" / "hangzhou-xixi.geojson"
    path.write_text(path.read_text().replace("xixi-district", "xixi-distric"), "utf-8")
    problem = only_problem(folder)
    assert problem.rule == "orphan-feature"
    assert "xixi-district" in problem.message_en


def test_an_unreadable_layer_is_named_once(folder):
    drawn(folder, polygon(*SQUARE))
    (folder / "geodata" / "hangzhou-xixi.geojson").write_text("{", "utf-8")
    assert only_problem(folder).rule == "json-syntax"


@pytest.mark.parametrize("name", ["hangzhou-xixi.yml", "hangzhou-xixi.yaml.txt", "hangzhou-xixi.YAML"])
def test_wrong_file_names_are_named(folder, name):
    (folder / XIXI).rename(folder / "cases" / name)
    assert only_problem(folder).rule == "file-name"


def test_a_file_that_cannot_be_read_is_named(folder):
    (folder / XIXI).unlink()
    (folder / XIXI).symlink_to(folder / XIXI)
    assert only_problem(folder).rule == "unreadable-file"


def test_a_disc_far_away_is_noticed(folder):
    edit(
        folder,
        "centre: {lon: 99.11, lat: 36.7",
        "centre: {lon: 19.11, lat: 36.7",
        "cases/chaka-salt-lake.yaml",
    )
    rules = {p.rule for p in read_folder(folder).problems}
    assert "far-from-places" in rules
    assert "recipe-without-solution" in rules or "recipe-empty" in rules


def test_attributes_of_drawn_features_are_kept(folder, cli):
    drawn(folder, polygon(*SQUARE), surveyor="张三")
    assert cli("--atlas", folder, "tidy")[0] == 0
    data = json.loads((folder / "geodata" / "hangzhou-xixi.geojson").read_text("utf-8"))
    assert data["features"][0]["properties"] == {"id": "xixi-district", "surveyor": "张三"}


def test_all_mistakes_in_one_run_and_the_old_maps_stay(folder, cli):
    assert cli("--atlas", folder, "build")[0] == 0
    before = {p.name: p.read_bytes() for p in (folder / "maps").iterdir()}
    edit(folder, "batch: mnr-4", "bacth: mnr-4")
    edit(folder, "unit: km2", "unit: leagues", "cases/chaka-salt-lake.yaml")
    edit(folder, "places: [532623]", "places: [532699]", "cases/xichou-karst.yaml")
    (folder / "geodata" / "beijing-green-heart.geojson").write_text("{", "utf-8")
    code, out, err = cli("--atlas", folder, "build")
    assert code == 1
    assert out == ""
    for words in (
        "hangzhou-xixi.yaml:",
        "chaka-salt-lake.yaml:",
        "xichou-karst.yaml:",
        "beijing-green-heart.geojson:1:",
    ):
        assert words in err
    assert re.search(r"unknown-key\]", err)
    assert re.search(r"unknown-unit\]", err)
    assert re.search(r"unknown-place\]", err)
    assert {p.name: p.read_bytes() for p in (folder / "maps").iterdir()} == before
    assert not [p for p in folder.iterdir() if "aside" in p.name]


def test_exit_codes(folder, tmp_path, cli):
    assert cli("--atlas", folder, "check")[0] == 0
    assert cli("--atlas", tmp_path / "nowhere", "check")[0] == 2
    assert cli("--atlas", folder, "show", "no-such-case")[0] == 2
    assert cli("--atlas", folder, "measure", "--unit", "acre")[0] == 2
    assert cli("--atlas", folder, "frobnicate")[0] == 2
    assert cli()[0] in {0, 2}
    edit(folder, "order: 1", "order: x")
    assert cli("--atlas", folder, "check")[0] == 1
    assert cli("--atlas", folder, "measure")[0] == 1


def test_messages_cannot_move_the_cursor():
    problem = Problem("a\x1b[2J.yaml", 1, "x", "r", "bad\nfile: forged \u202e")
    assert printable("a\x1b") == "a\\x1b"
    assert "\n" not in problem.text()
    assert "\x1b" not in problem.text()
    assert "\u202e" not in problem.text()


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_no_bytes_crash_the_readers(raw):
    yaml_text.read(raw, "x.yaml")
    case_file.read_case(raw, "x.yaml")
    shapes_file.read(raw, "x.geojson")


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 250),
    st.sampled_from(["", "  ", "- ", "x: [", "{", "&a ", "'", "id: 1", "\t", "：", "zones: {}"]),
)
def test_no_mangled_case_crashes_the_store(folder, line, junk):
    path = folder / XIXI
    good = path.read_text("utf-8")
    lines = good.splitlines()
    lines[line % len(lines)] = junk + lines[line % len(lines)][2:]
    path.write_text("\n".join(lines), "utf-8")
    try:
        assert call("--atlas", folder, "list") in {0, 1}
    except AtlasError as error:  # pragma: no cover - the command line must have caught it
        pytest.fail(f"escaped: {error}")
    finally:
        path.write_text(good, "utf-8")


def test_a_wrong_figure_of_the_general_part_is_named_too(folder):
    path = folder / "atlas.yaml"
    text = path.read_text("utf-8")
    at = text.index("    facts:\n")
    assert "value: 3" in text[at:]
    path.write_text(text[:at] + text[at:].replace("value: 3", "value: 4", 1), "utf-8")
    problem = only_problem(folder)
    assert problem.rule == "value-is-not-as-printed"
    assert problem.file.endswith("atlas.yaml")
    assert problem.place == "documents.mnr-epv-cases-4.facts[0].value"
    assert problem.line == text[:at].count("\n") + 1 + text[at:].split("value: 3")[0].count("\n")
