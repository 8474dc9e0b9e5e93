"""The commands scheme list and scheme run."""

import csv
import io
import json

import openpyxl
import pytest

from conftest import ROOT, call
from eppv_atlas import schemes

FIVE_FEN = "xichou-karst/five-fen"
PLAN = "changzhou-zhenglu/special-plan"


@pytest.fixture(name="cli")
def _cli(cli):
    """What a command prints, where all is well."""

    def go(*arguments):
        code, out, err = cli(*arguments)
        assert code == 0, err
        return out

    return go


def test_list(cli, atlas):
    rows = json.loads(cli("scheme", "list", "--format", "json"))
    every = [f"{placed.case.id}/{one.id}" for placed in atlas for one in schemes.runnable(placed)]
    assert [row["id"] for row in rows] == every
    assert {row["engine"] for row in rows} >= {"payment", "space", "stewardship"}
    table = cli("scheme", "list", "xichou-karst")
    assert FIVE_FEN in table
    assert "chaka" not in table
    assert len(list(csv.DictReader(io.StringIO(cli("scheme", "list", "--format", "csv"))))) == len(every)


def test_every_scheme_runs_in_both_languages(cli):
    for row in json.loads(cli("scheme", "list", "--format", "json")):
        for lang in ("zh", "en"):
            text = cli("scheme", "run", row["id"], "--lang", lang)
            assert "None" not in text
            assert "nan" not in text.lower().replace("finan", "").replace("nanping", "")


def test_run(cli):
    text = cli("scheme", "run", FIVE_FEN, "--set", "days=360", "--lang", "zh")
    assert "360（已改）" in text
    assert "由使用者给出" in text
    assert "18,000元" in text.replace(" ", "")
    assert "文件第61页" in text
    text = cli("scheme", "run", FIVE_FEN)
    assert "p. 61 of the document" in text
    assert "18.25 CNY" in text


def test_inputs(cli):
    text = cli("scheme", "run", PLAN, "--inputs")
    for word in ("moved_from", "production-space", "proposal", "redline", "≥ 0"):
        assert word in text
    assert "share_production_space" not in text


def test_json_and_csv_say_the_same(cli):
    lines = json.loads(cli("scheme", "run", FIVE_FEN, "--format", "json"))["lines"]
    rows = list(csv.DictReader(io.StringIO(cli("scheme", "run", FIVE_FEN, "--format", "csv"))))
    assert [float(row["Value"]) for row in rows] == [line["value"] for line in lines]
    assert [row["What it is"] for row in rows] == [line["label"]["en"] for line in lines]


def test_what_is_not_known_is_said_in_words(cli):
    assert "not known" in cli("scheme", "run", "nanping-wuyishan/bamboo-easement-contracts")
    assert "未知" in cli("scheme", "run", "nanping-wuyishan/bamboo-easement-contracts", "--lang", "zh")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere/five-fen"], ["no case", "xichou-karst"]),
        (["xichou-karst"], ["no scheme", FIVE_FEN]),
        (["xichou-karst/five-fan"], ["no scheme", FIVE_FEN]),
        (["wuzhou-liubao-tea/no-such"], []),
        (
            [FIVE_FEN, "--set", "dasy=3", "--set", "rate=-1", "--set", "x", "--with", "a=b", "--with", "=c"],
            ["'days'", "at least 0", "NAME=", "takes no file 'a'"],
        ),
        ([FIVE_FEN, "--set", "days=1", "--set", "days=2"], ["twice"]),
        ([PLAN, "--with", "proposal=/no/such/file.geojson"], ["there is no file"]),
        ([FIVE_FEN, "--out", "x.docx"], [".docx", "json"]),
        ([FIVE_FEN, "--out", "x.geojson"], ["shape"]),
        (["nanping-wuyishan/outer-ring-protects-inner", "--set", "ring_area=1e9"], ["ring"]),
    ],
)
def test_misuse_is_one_message(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert call("--atlas", ROOT, "scheme", "run", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_refused_file_is_a_problem_in_the_data(capsys, tmp_path):
    path = tmp_path / "p.geojson"
    path.write_text('{"type":"FeatureCollection","features":[]}', "utf-8")
    assert call("--atlas", ROOT, "scheme", "run", PLAN, "--with", f"proposal={path}") == 1
    assert "[empty]" in capsys.readouterr().err


def test_text_of_the_atlas_is_printed_as_it_is(folder, cli, tmp_path):
    path = folder / "cases" / "xichou-karst.yaml"
    hostile = "=[bold]People</script>[/] {who} pay"
    path.write_text(path.read_text("utf-8").replace("en: People who pay", f'en: "{hostile}"'), "utf-8")
    assert hostile in cli("--atlas", folder, "scheme", "run", FIVE_FEN)
    out = tmp_path / "a.xlsx"
    rows = cli("--atlas", folder, "scheme", "run", FIVE_FEN, "--format", "csv", "--out", out)
    assert f"'{hostile} ×" in rows  # no formula for a spreadsheet
    cell = openpyxl.load_workbook(out)["Inputs"]["B2"]
    assert (cell.value, cell.data_type) == (hostile, "s")


def test_invisible_characters_are_refused_before_anything_is_printed(folder, capsys):
    path = folder / "cases" / "xichou-karst.yaml"
    path.write_text(
        path.read_text("utf-8").replace("en: People who pay", r'en: "\e[31mPeople\u202e"'), "utf-8"
    )
    assert call("--atlas", folder, "scheme", "run", FIVE_FEN) == 1
    said = capsys.readouterr()
    assert "[control-character]" in said.err
    assert "\x1b" not in said.out + said.err


def test_files(cli, tmp_path):
    which = ("scheme", "run", "chaka-salt-lake/poverty-park-dividend")
    for name in ("a.json", "a.csv", "a.xlsx"):
        cli(*which, "--out", tmp_path / name)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(first) == {"a.json", "a.csv", "a-by_year.csv", "a.xlsx"}
    for name in ("a.json", "a.csv", "a.xlsx"):
        cli(*which, "--out", tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Inputs", "Results", "Payments by year"]
    assert book["Payments by year"]["C11"].value == 600_000
    ran = json.loads(first["a.json"])
    assert ran["tables"][0]["rows"][-1] == [10, 60_000, 600_000]


def test_what_stood_there_stays_when_writing_fails(tmp_path, capsys):
    target = tmp_path / "a.json"
    target.mkdir()
    (target / "kept").write_text("x", "utf-8")
    assert call("--atlas", ROOT, "scheme", "run", FIVE_FEN, "--out", target) == 2
    assert (target / "kept").read_text("utf-8") == "x"
    assert "Traceback" not in capsys.readouterr().err


def test_a_scheme_that_names_nothing_is_a_problem_of_the_case(folder, capsys):
    path = folder / "cases" / "xichou-karst.yaml"
    path.write_text(
        path.read_text("utf-8").replace("source: {fact: fee-per-day}", "source: {fact: no-such-fact}"),
        "utf-8",
    )
    assert call("--atlas", folder, "check") == 1
    assert "no-such-fact" in capsys.readouterr().err
