"""The command ``import``: a diagnosis changes nothing, an import changes a case whole, and undo brings it back."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import shapely

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas.store import transaction
from intake_samples import CASE, FIELD, OTHER, corners, feature, frame, geojson, near, shapefile

ESCAPES = "\x1b[31m\x1b]0;owned\x07\r\u202e"


def digests(root):
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and transaction.STATE not in path.parts
    }


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "field.geojson"
    path.write_text(geojson(feature(FIELD)), "utf-8")
    return path


def test_a_diagnosis_changes_nothing(folder, cli, sample):
    before = digests(folder)
    code, out, err = cli("--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core")
    assert code == 0
    assert err == ""
    assert "park-core" in out
    assert "武夷山市 350782 100.0%" in out
    assert "nothing was changed" in out
    assert digests(folder) == before
    assert not (folder / transaction.STATE).exists()


def test_an_import_is_written_with_its_provenance_and_undone_to_the_byte(folder, cli, sample):
    before = digests(folder)
    code, out, _ = cli(
        "--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply",
        "--confidence", "official", "--how", "Red line of 2023",
    )  # fmt: skip
    assert code == 0
    changed = {name for name, digest in digests(folder).items() if before[name] != digest}
    assert changed == {f"cases/{CASE}.yaml", f"geodata/{CASE}.geojson"}
    assert "1 zone(s)" in out
    placed = ea.load(folder)[CASE]
    shape = placed.shapes["park-core"]
    assert near(shape.geometry)
    assert shape.confidence == "official"
    zone = next(one for one in placed.case.zones if one.id == "park-core")
    sha = hashlib.sha256(sample.read_bytes()).hexdigest()[:12]
    assert (
        zone.provenance.how.en
        == f"Red line of 2023; imported from field.geojson, feature 1, from WGS 84 (CRS84), OGC:CRS84, SHA-256 {sha}"
    )
    assert sha in zone.provenance.how.zh
    assert cli("--atlas", folder, "tidy", "--check")[0] == 0
    assert cli("--atlas", folder, "check")[0] == 0
    assert cli("--atlas", folder, "import", "--undo")[0] == 0
    assert digests(folder) == before
    code, _, err = cli("--atlas", folder, "import", "--undo")
    assert code == 2
    assert "no import to undo" in err


def test_comments_and_all_else_in_the_case_file_stay(folder, cli, sample):
    path = folder / "cases" / f"{CASE}.yaml"
    text = path.read_text("utf-8")
    commented = text.replace("  - id: park-core\n", "  # above the core\n  - id: park-core\n", 1)
    path.write_text(commented, "utf-8")
    assert cli("--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply")[0] == 0
    was, now = commented.splitlines(), path.read_text("utf-8").splitlines()
    gone = [line for line in was if line not in now]
    assert "  # above the core" in now
    assert len(gone) <= 8
    assert all(word in "".join(gone) for word in ("centre: {lon: 117.70", "以公园公布范围的概略中心为圆心"))


def test_undo_refuses_where_files_changed_since(folder, cli, sample):
    assert cli("--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply")[0] == 0
    path = folder / "cases" / f"{CASE}.yaml"
    path.write_text(path.read_text("utf-8") + "# mine\n", "utf-8")
    before = digests(folder)
    code, _, err = cli("--atlas", folder, "import", "--undo")
    assert code == 2
    assert "changed since" in err
    assert digests(folder) == before


@pytest.mark.parametrize(
    "record",
    ["", "{", "[]", '{"files": {"../../x.yaml": {"before": "x", "after": "y"}}, "case": "a", "zones": []}'],
)
def test_a_damaged_record_of_the_last_import_undoes_nothing(folder, cli, record):
    (folder / transaction.STATE).mkdir()
    (folder / transaction.STATE / "undo.json").write_text(record)
    before = digests(folder)
    cli("--atlas", folder, "import", "--undo")
    assert digests(folder) == before
    assert not (folder.parent.parent / "x.yaml").exists()


def test_a_refusal_is_one_line_and_changes_nothing(folder, cli, tmp_path):
    path = tmp_path / "bow.geojson"
    bow = shapely.Polygon([(117.7, 27.7), (117.72, 27.72), (117.72, 27.7), (117.7, 27.72)])
    path.write_text(geojson(feature(FIELD), feature(bow)), "utf-8")
    before = digests(folder)
    for more in ((), ("--quiet",), ("--apply",), ("--apply", "--quiet")):
        code, out, err = cli("--atlas", folder, "import", path, "--case", CASE, "--zone", "park-core", *more)
        assert code == 1
        assert len(err.splitlines()) == 1
        assert str(path) in err
        assert "feature 2" in err
        assert "[self-intersection]" in err
        assert (out == "") == ("--quiet" in more)
    assert digests(folder) == before


def test_doubts_are_one_line_each_with_their_features(folder, cli, tmp_path):
    path = shapefile(tmp_path, shapes=(FIELD,))
    path.with_suffix(".dbf").unlink()
    path.with_suffix(".shx").unlink()
    code, out, err = cli(
        "--atlas", folder, "import", path, "--case", CASE, "--zone", "park-core", "--apply", "--quiet"
    )
    assert code == 0
    assert out == ""
    lines = err.splitlines()
    assert all(line.startswith("warning: ") and str(path) in line for line in lines)
    assert any("[shx]" in line for line in lines)
    assert any("[dbf]" in line for line in lines)


def test_new_zones_come_from_mapped_columns(folder, cli, tmp_path):
    path = tmp_path / "a.gpkg"
    made = frame()
    made["id"], made["en"], made["类型"] = (
        ["north-core", "south-core"],
        ['North "core": #1', "South"],
        ["core-zone", "buffer-zone"],
    )
    kinds = list(ea.vocabulary.ZONE_KINDS)
    made["类型"] = [kinds[0], ea.vocabulary.ZONE_KINDS[kinds[1]].zh]
    made.to_file(path, driver="GPKG")
    arguments = ["--atlas", folder, "import", path, "--case", CASE]
    arguments += [part for pair in ("id=id", "zh=名称", "en=en", "kind=类型") for part in ("--map", pair)]
    code, out, _ = cli(*arguments)
    assert code == 0
    assert "north-core (new)" in out
    assert cli(*arguments, "--apply")[0] == 0
    placed = ea.load(folder)[CASE]
    zones = {zone.id: zone for zone in placed.case.zones}
    assert zones["north-core"].name.en == 'North "core": #1'
    assert zones["south-core"].kind == kinds[1]
    assert near(placed.shapes["south-core"].geometry, OTHER)
    assert cli("--atlas", folder, "check")[0] == 0
    assert cli("--atlas", folder, "import", "--undo")[0] == 0
    assert "north-core" not in {zone.id for zone in ea.load(folder)[CASE].case.zones}


def test_features_of_one_zone_become_one_outline(folder, cli, tmp_path):
    halves = [
        FIELD.intersection(box)
        for box in (shapely.box(117, 27, 117.72, 28), shapely.box(117.72, 27, 118, 28))
    ]
    path = tmp_path / "a.geojson"
    path.write_text(geojson(*map(feature, halves)), "utf-8")
    assert cli("--atlas", folder, "import", path, "--case", CASE, "--zone", "park-core", "--apply")[0] == 0
    shape = ea.load(folder)[CASE].shapes["park-core"].geometry
    assert shape.geom_type == "Polygon"
    assert shapely.symmetric_difference(shape, FIELD).area < 1e-7


def test_zones_made_of_an_imported_one_follow_it(folder, cli, sample):
    """The buffer is a ring round the core: after the import it is a ring round the new core."""
    assert cli("--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply")[0] == 0
    data = json.loads((folder / "geodata" / f"{CASE}.geojson").read_text("utf-8"))
    made = {one["properties"]["id"]: one for one in data["features"]}
    ring = shapely.geometry.shape(made["park-buffer"]["geometry"]) if "park-buffer" in made else None
    others = [one for zone, one in made.items() if zone != "park-core" and "digest" in one["properties"]]
    assert others
    assert cli("--atlas", folder, "tidy", "--check")[0] == 0  # nothing is stale
    if ring is not None:
        assert shapely.distance(ring, FIELD) < 0.01


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["import"], 2), (["import", "FILE"], 2), (["import", "FILE", "--case", "no-such"], 2),
        (["import", "FILE", "--case", CASE, "--zone", "none"], 2), (["import", "none.shp", "--case", CASE], 2),
        (["import", "FILE", "--case", CASE, "--crs", "x"], 2), (["import", "FILE", "--case", CASE, "--apply"], 2),
        (["import", "FILE", "--case", CASE, "--encoding", "klingon"], 1), (["import", "FILE", "--undo"], 2),
        (["import", "FILE", "--case", CASE, "--confidence", "sure"], 2), (["import", "FILE", "--case", "../../etc/passwd"], 2),
        (["import", "FILE", "--case", CASE, "--zone", "park-core", "--map", "zone=x"], 2),
        (["import", "FILE", "--case", CASE, "--how", "x" * 500], 2), (["import", "FILE", "--case", CASE, "--layer", "x\x1b[31m"], 0),
    ],
)  # fmt: skip
def test_misuse_is_told_in_a_line(folder, cli, sample, arguments, code):
    before = digests(folder)
    found, _, err = cli("--atlas", folder, *(str(sample) if one == "FILE" else one for one in arguments))
    assert found == code
    assert "\x1b" not in err
    assert digests(folder) == before


def test_the_bundled_cases_are_not_written_to(cli, sample):
    code, _, err = cli("import", sample, "--case", CASE, "--zone", "park-core", "--apply")
    assert code == 2
    assert "--atlas" in err


def test_a_broken_case_is_named_and_not_touched(folder, cli, sample):
    path = folder / "cases" / f"{CASE}.yaml"
    path.write_text(path.read_text("utf-8").replace("kind: park", "kind: nonsense", 1), "utf-8")
    before = digests(folder)
    code, _, err = cli("--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply")
    assert code == 1
    assert "cases/nanping-wuyishan.yaml:" in err
    assert digests(folder) == before


def test_outlines_beyond_what_a_case_may_hold_are_refused_and_taken_simplified(folder, cli, tmp_path):
    import numpy as np

    turns = np.linspace(0, 2 * np.pi, 60_000, endpoint=False)
    round_ = shapely.Polygon(np.column_stack([117.72 + 0.02 * np.cos(turns), 27.72 + 0.02 * np.sin(turns)]))
    frame(shapes=(round_,)).to_file(tmp_path / "a.gpkg", driver="GPKG")
    before = digests(folder)
    arguments = [
        "--atlas",
        folder,
        "import",
        tmp_path / "a.gpkg",
        "--case",
        CASE,
        "--zone",
        "park-core",
        "--apply",
    ]
    code, _, err = cli(*arguments)
    assert code == 1
    assert "at most 20000 are taken" in err
    assert digests(folder) == before
    code, _, err = cli(*arguments, "--simplify", "1")
    assert code == 0
    assert "was simplified by 1 m" in err
    placed = ea.load(folder)[CASE]
    assert ea.area.area_m2(placed.shapes["park-core"].geometry) == pytest.approx(
        ea.area.area_m2(round_), rel=1e-3
    )
    zone = next(one for one in placed.case.zones if one.id == "park-core")
    assert "simplified by 1 m" in zone.provenance.how.en


def test_hostile_names_reach_neither_terminal_nor_markup(folder, cli, tmp_path):
    evil = f"{ESCAPES}</script><img src=x onerror=1>: [a, b] #&*!|>'\"%@`"
    path = tmp_path / "ev'il\x1b[31m&<b>\".geojson"
    path.write_text(geojson(feature(FIELD, **{evil: evil})), "utf-8")
    for lang in ("zh", "en"):
        code, out, err = cli(
            "--lang",
            lang,
            "--atlas",
            folder,
            "import",
            path,
            "--case",
            CASE,
            "--zone",
            "park-core",
            "--apply",
            "--how",
            f"{evil}"[:150],
        )
        assert code == 0
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
    text = (folder / "cases" / f"{CASE}.yaml").read_text("utf-8")
    assert "\x1b" not in text
    placed = ea.load(folder)[CASE]
    assert near(placed.shapes["park-core"].geometry)
    from eppv_atlas import claims, measure, render

    page = render.case_page(
        placed,
        measure.case(placed),
        measure.totals(placed),
        claims.findings(placed.case),
        ea.load(folder).settings,
    )
    assert b"<img src=x" not in page


def test_chinese_from_end_to_end(folder, cli, tmp_path):
    path = tmp_path / "界址点.csv"
    path.write_text(corners(), "gb18030")
    code, out, _ = cli(
        "--lang", "zh", "--atlas", folder, "import", path, "--case", CASE, "--zone", "park-core", "--crs", "4528", "--swap", "--apply"
    )  # fmt: skip
    assert code == 0
    assert "亩" in out
    zone = next(one for one in ea.load(folder)[CASE].case.zones if one.id == "park-core")
    assert "界址点.csv" in zone.provenance.how.zh


def test_concurrent_imports_lose_nothing(folder, tmp_path):
    """Four processes at once, each with a zone of its own: all four are there."""
    zones = ["park-core", "park-buffer", "nature-reserve", "scenic-area"]
    known = {zone.id for zone in ea.load(folder)[CASE].case.zones}
    zones = [*(zone for zone in zones if zone in known), *(sorted(known - set(zones)))][:4]
    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(FIELD)), "utf-8")
    program = [
        sys.executable,
        "-c",
        "from eppv_atlas.cli import run; run()",
        "--lang",
        "en",
        "--atlas",
        str(folder),
        "import",
        str(path),
    ]
    running = [
        subprocess.Popen(
            [*program, "--case", CASE, "--zone", zone, "--apply", "--quiet"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for zone in zones
    ]
    ends = [(one.wait(200), one.stderr.read()) for one in running]
    for one in running:
        one.stderr.close()
    assert [code for code, _ in ends] == [0, 0, 0, 0], ends
    placed = ea.load(folder)[CASE]
    assert all(near(placed.shapes[zone].geometry) for zone in zones)


def test_who_holds_the_atlas_is_said(folder, cli, sample, monkeypatch):
    monkeypatch.setattr(transaction, "WAIT_S", 0.1)
    holding = subprocess.Popen(
        [sys.executable, "-c", f"import time; from pathlib import Path; from eppv_atlas.store import transaction\nwith transaction.locked(Path({str(folder)!r}), 'tidy'):\n    print('held', flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holding.stdout.readline() == "held\n"
        import functools

        monkeypatch.setattr(transaction, "locked", functools.partial(transaction.locked, wait_s=0.2))
        code, _, err = cli(
            "--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply"
        )
        assert code == 2
        assert f"process {holding.pid} of" in err
        assert "(tidy)" in err
    finally:
        holding.kill()
        holding.wait()
        holding.stdout.close()


def test_the_same_import_gives_the_same_bytes(tmp_path, cli, sample):
    found = []
    for name in ("one", "two"):
        root = tmp_path / name
        root.mkdir()
        for part in ("cases", "geodata", "schema"):
            shutil.copytree(ROOT / part, root / part)
        shutil.copy(ROOT / "atlas.yaml", root / "atlas.yaml")
        assert (
            cli("--atlas", root, "import", sample, "--case", CASE, "--zone", "park-core", "--apply")[0] == 0
        )
        found.append(digests(root))
    assert found[0] == found[1]


def test_state_of_an_atlas_is_no_part_of_it(folder, cli, sample):
    assert cli("--atlas", folder, "import", sample, "--case", CASE, "--zone", "park-core", "--apply")[0] == 0
    assert (folder / transaction.STATE / ".gitignore").read_text() == "*\n"
    left = [path.name for path in Path(folder).rglob(".aside-*")]
    assert left == []
    assert (folder / transaction.STATE / "stamp").is_file()


def test_check_holds_drawn_zones_to_the_same_rules(folder, cli, tmp_path):
    spike = shapely.Polygon(
        [
            (117.7, 27.7),
            (117.72, 27.7),
            (117.72, 27.71),
            (117.75, 27.7101),
            (117.72, 27.7102),
            (117.72, 27.72),
            (117.7, 27.72),
        ]
    )
    path = tmp_path / "a.geojson"
    path.write_text(geojson(feature(spike)), "utf-8")
    code, _, err = cli(
        "--atlas", folder, "import", path, "--case", CASE, "--zone", "park-core", "--apply", "--quiet"
    )
    assert code == 0
    assert "[spike]" in err
    code, _, err = cli("--atlas", folder, "check")
    assert code == 0
    assert f"warning: {folder / 'geodata' / CASE}.geojson: feature park-core: has spikes" in err
    assert cli("--atlas", folder, "check", "--strict")[0] == 1


def test_reading_goes_on_where_nothing_may_be_written(folder, cli):
    assert cli("--atlas", folder, "check")[0] == 0
    assert not (folder / transaction.STATE).exists()


def test_a_folder_that_is_no_atlas_is_let_alone(tmp_path, cli, sample):
    root = tmp_path / "other"
    root.mkdir()
    for arguments in (
        ["import", "--undo"],
        ["import", sample, "--case", CASE, "--zone", "park-core", "--apply"],
        ["import", sample, "--case", CASE],
    ):
        code, _, err = cli("--atlas", root, *arguments)
        assert code == 2
        assert "is no atlas" in err
    assert list(root.iterdir()) == []
