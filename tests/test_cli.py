"""The commands as their users call them."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

import eppv_atlas as ea
from conftest import CASES, ROOT
from eppv_atlas.store import case_file

KEYS = {"case", "zone", "kind", "area_m2", "perimeter_m", "stated_m2", "difference_pct", "confidence"}


def test_measure_json_is_a_list_of_rows(cli, atlas):
    code, out, _ = cli("--atlas", ROOT, "measure", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert len(found) == sum(len(placed.case.zones) for placed in atlas)
    assert all(set(row) >= KEYS for row in found)
    none = [row for row in found if row["confidence"] is None]
    assert none
    assert all(row["area_m2"] is None and row["perimeter_m"] is None for row in none)
    park = next(row for row in found if row["zone"] == "park-core")
    assert park["stated_m2"] == 1001.41e6
    assert (park["difference_pct"], park["made_from_stated"]) == (None, True)


@pytest.mark.parametrize(("unit", "factor"), [("ha", 1e4), ("km2", 1e6), ("mu", 2000 / 3)])
def test_measure_in_other_units(cli, unit, factor):
    _, out, _ = cli("--atlas", ROOT, "measure", "xichou-karst", "--format", "json", "--unit", unit)
    row = json.loads(out)[0]
    assert row[f"area_{unit}"] * factor == pytest.approx(row["area_m2"], rel=1e-12)
    assert row[f"stated_{unit}"] * factor == pytest.approx(1506e6, rel=1e-12)


def test_measure_csv_equals_json(cli):
    _, text, _ = cli("--atlas", ROOT, "measure", "--format", "csv", "--unit", "mu")
    _, data, _ = cli("--atlas", ROOT, "measure", "--format", "json", "--unit", "mu")
    for line, row in zip(csv.DictReader(io.StringIO(text)), json.loads(data), strict=True):
        assert {k: v or None for k, v in line.items()} == {
            k: None if v is None else str(v) for k, v in row.items()
        }


def test_totals(cli):
    _, out, _ = cli("--atlas", ROOT, "measure", "nanping-wuyishan", "--totals", "--format", "json")
    assert [row["confidence"] for row in json.loads(out)] == ["administrative", "schematic", "all"]
    assert json.loads(out)[-1]["weakest"] == "schematic"
    _, out, _ = cli("--atlas", ROOT, "measure", "nanping-wuyishan", "--unit", "km2")
    assert "1,001.41" in out
    assert "made to size" in out
    assert "1,001.41 km² (p. 28)" in " ".join(out.split())  # as the document has it
    assert "overlap" in out


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], list(CASES)),
        (["--path", "quota-trading"], ["nsw-biodiversity-offsets"]),
        (["--path", "外溢"], ["hangzhou-xixi", "beijing-green-heart"]),
        (["--mode", "concession"], ["nanping-wuyishan"]),
        (["--category", "quasi-public"], ["nsw-biodiversity-offsets"]),
        (["--province", "浙江"], ["hangzhou-xixi", "anji-land-consolidation"]),
        (["--province", "zhejiang", "--path", "empowerment"], ["anji-land-consolidation"]),
        (["--province", "530000"], ["xichou-karst"]),
        (["--text", "石漠化"], None),
        (["--text", "zebras and xylophones"], []),
        (["--text", "stated_area"], []),  # keys of the files are no words of a case
        (["--province", "33"], ["hangzhou-xixi", "anji-land-consolidation"]),
        (["--province", "nsw"], ["nsw-biodiversity-offsets"]),
    ],
)
def test_list_filters(cli, filters, expected):
    code, out, _ = cli("--atlas", ROOT, "list", "--format", "json", *filters)
    found = [row["id"] for row in json.loads(out)]
    assert code == 0
    assert found == expected if expected is not None else "xichou-karst" in found


def test_a_filter_that_names_nothing_says_what_there_is(cli):
    code, _, err = cli("--atlas", ROOT, "list", "--mode", "zzz")
    assert code == 2
    assert "eco-tourism" in err


def test_show_in_both_languages(cli):
    _, out, _ = cli("--atlas", ROOT, "show", "chaka-salt-lake")
    assert "Ecological tourism" in out
    assert "112" in out
    _, out, _ = cli("--atlas", ROOT, "--lang", "zh", "show", "chaka-salt-lake")
    assert "生态旅游" in out
    assert "文件明示" in out


def test_new_template_passes_once_filled_in(tmp_path, cli):
    root = tmp_path / "mine"
    code, out, _ = cli("--atlas", root, "new", "my-park")
    assert code == 0
    assert "my-park.yaml" in out
    path = root / "cases" / "my-park.yaml"
    blank = path.read_text("utf-8")
    code, _, err = cli("--atlas", root, "check")
    assert code == 1
    settings = (root / "atlas.yaml").read_text("utf-8")
    marks = sum(text.count(": <填") + text.count('"<填') for text in (blank, settings))
    assert err.count("to-be-filled-in") == marks  # one each
    assert len(err.splitlines()) == err.count("to-be-filled-in") + 1  # and nothing else but the count
    filled = []
    for line in blank.splitlines():
        for mark, value in {
            "<填路径 / path>": "spillover-sharing",
            "<填模式 / mode>": "eco-tourism",
            "<填类别 / category>": "public",
            "<填页码，如 9-14 / pages>": "3",
            '"<填如 330106>"': "330106",
            '"<填经度>"': "120.1",
            '"<填纬度>"': "30.2",
            '"<填页码>"': "3",
            '"<填数值>"': "23000",
            "<填原文写法，如 2.3 万亩>": "2.3 万亩",
            "<填原文写法>": "2.3 万",
        }.items():
            line = line.replace(mark, value)  # noqa: PLW2901
        while not line.startswith("#") and "<填" in line:
            start = line.index("<填")
            line = line[:start] + "some text" + line[line.index(">", start) + 1 :]  # noqa: PLW2901
        filled.append(line)
    path.write_text("\n".join(filled) + "\n", "utf-8")
    assert cli("--atlas", root, "check")[0] == 1  # the document is still to be named
    settings = settings.replace('"<填页数 / number of pages>"', "100")
    (root / "atlas.yaml").write_text(re.sub(r"<填[^>]*>", "some text", settings), "utf-8")
    assert cli("--atlas", root, "check")[0] == 0, cli("--atlas", root, "check")[2]
    assert cli("--atlas", root, "build")[0] == 0
    assert (root / "maps" / "my-park.html").is_file()
    # the optional parts hold once their "# " is taken away
    head, rest = path.read_text("utf-8").split("## 以下三部分可选", 1)
    rest = rest.split("\n", 1)[1]
    bare = "\n".join(line.removeprefix("# ") for line in rest.split("\n"))
    modes = "mode:\n  id: eco-tourism"
    assert modes in head
    whole = head.replace(modes, "mode:\n  id: vertical-compensation") + bare.replace(
        "fact <= 100", "fact <= 100000"
    )
    path.write_text(whole, "utf-8")
    assert cli("--atlas", root, "check", "--claims")[0] == 0, cli("--atlas", root, "check")[2]
    assert "first-mechanism" in cli("--atlas", root, "export", "mechanisms")[1]
    assert cli("--atlas", root, "check", "--strict")[0] == 0, cli("--atlas", root, "check", "--strict")[2]
    assert (root / "schema" / "case.schema.json").read_text("utf-8") == case_file.json_schema()


@pytest.mark.parametrize("bad", ["My Park", "../up", "index", "con", "a" * 65, "-x", "x--y", "公园", ""])
def test_new_refuses_what_is_no_file_name(tmp_path, cli, bad):
    assert cli("--atlas", tmp_path / "mine", "new", bad)[0] == 2
    assert not (tmp_path / "mine").exists()


def test_new_never_overwrites(folder, cli):
    before = (folder / "cases" / "chaka-salt-lake.yaml").read_bytes()
    assert cli("--atlas", folder, "new", "chaka-salt-lake")[0] == 2
    assert (folder / "cases" / "chaka-salt-lake.yaml").read_bytes() == before


def test_build_keeps_the_other_pages(folder, cli):
    assert cli("--atlas", folder, "build")[0] == 0
    page = folder / "maps" / "chaka-salt-lake.html"
    whole = {p.name: p.read_bytes() for p in (folder / "maps").iterdir()}
    case = folder / "cases" / "chaka-salt-lake.yaml"
    case.write_text(case.read_text("utf-8").replace("一湖多用", "一湖百用"), "utf-8")
    assert cli("--atlas", folder, "build", "chaka-salt-lake")[0] == 0
    assert "一湖百用" in page.read_text("utf-8")
    now = {p.name: p.read_bytes() for p in (folder / "maps").iterdir()}
    assert set(now) == set(whole)
    changed = {name for name in now if now[name] != whole[name]}
    assert changed == {"chaka-salt-lake.html", "index.html", "catalog.json", "chaka-salt-lake.stac.json"}


def test_build_refuses_a_folder_with_other_files(folder, tmp_path, cli):
    out = tmp_path / "precious"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    code, _, err = cli("--atlas", folder, "build", "--out", out)
    assert code == 2
    assert "thesis.docx" in err
    assert [p.name for p in out.iterdir()] == ["thesis.docx"]


def test_build_into_a_linked_folder_keeps_the_link(folder, tmp_path, cli):
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    assert cli("--atlas", folder, "build", "--out", link)[0] == 0
    assert link.is_symlink()
    assert (real / "index.html").is_file()
    assert not [p for p in tmp_path.iterdir() if "aside" in p.name]


@pytest.mark.parametrize("columns", [40, 80])
def test_figures_are_never_cut_by_a_narrow_terminal(monkeypatch, cli, columns):
    from rich.console import Console

    from eppv_atlas import console

    monkeypatch.setattr(console, "terminal", lambda: Console(width=columns, highlight=False))
    _, out, _ = cli("--atlas", ROOT, "measure", "hangzhou-xixi")
    assert "21,880,016" in out
    assert "11,000,000" in out
    assert "…" not in out


def test_notebook_face(atlas):
    zones, facts = atlas.zones(), atlas.facts()
    assert zones.crs.to_string() == facts.crs.to_string() == "OGC:CRS84"
    assert len(zones) == sum(len(p.case.zones) for p in atlas)
    assert {"case", "path", "mode", "title_zh", "confidence", "stated_m2"} <= set(zones.columns)
    assert zones[zones.zone == "salt-lake"].geometry.notna().all()
    assert set(facts[facts.case == "chaka-salt-lake"]["mode"]) == {"eco-tourism"}
    row = next(r for r in ea.measure.case(atlas["chaka-salt-lake"]) if r.zone == "salt-lake")
    measured = ea.area.area_m2(zones[zones.zone == "salt-lake"].geometry)
    assert measured[0] == row.area_m2


def test_public_face():
    assert all(hasattr(ea, name) for name in ea.__all__)
    assert ea.measure.case
    assert callable(ea.load)
    assert {"load", "measure", "area", "AtlasError"} <= set(ea.__all__)


def test_module_runs_as_a_program_without_a_folder(tmp_path):
    """With no folder given, from anywhere: the cases that come with the package."""
    done = subprocess.run(
        [sys.executable, "-c", "from eppv_atlas.cli import run; run(['list', '--format', 'json'])"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LANG": "C", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert [row["id"] for row in json.loads(done.stdout)] == list(CASES)
