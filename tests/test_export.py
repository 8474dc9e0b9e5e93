"""Exports: every format holds the same rows, its dictionary and its citation."""

import csv
import io
import json
import os
import subprocess
import sys

import geopandas as gpd
import openpyxl
import pyarrow.parquet as pq
import pytest
import shapely

import eppv_atlas as ea
from conftest import ROOT
from eppv_atlas import export, ledgers, measure
from eppv_atlas.store import load

SUBJECTS = ("facts", "zones", "mechanisms", "claims", "glossary")


def write(cli, tmp_path, subject, form, *more):
    out = tmp_path / f"{subject}.{form}"
    code, said, err = cli("--atlas", ROOT, "export", subject, *more, "--to", form, "--out", out)
    assert (code, err) == (0, "")
    assert "cite:" in said
    return out


@pytest.fixture(scope="module")
def rows(atlas):
    measures = {placed.case.id: measure.case(placed) for placed in atlas}
    return {
        "facts": ledgers.facts(atlas, atlas.settings),
        "zones": ledgers.zones(atlas, measures, atlas.settings),
        "mechanisms": ledgers.mechanisms(atlas),
    }


def plain(value):
    """A cell as a reader of CSV or XLSX gets it, for comparing formats."""
    if isinstance(value, list):
        value = "; ".join(value)
    if value in {None, ""}:
        return ""
    return value


@pytest.mark.parametrize("subject", ["facts", "zones", "mechanisms"])
def test_every_format_holds_the_same_rows(cli, tmp_path, rows, subject):
    ledger = rows[subject]
    names = [column.name for column in ledger.columns]
    as_json = json.loads(write(cli, tmp_path, subject, "json").read_text("utf-8"))
    assert as_json == json.loads(json.dumps(ledger.rows))
    as_csv = list(csv.DictReader(io.StringIO(write(cli, tmp_path, subject, "csv").read_text("utf-8"))))
    book = openpyxl.load_workbook(write(cli, tmp_path, subject, "xlsx"))
    head, *lines = book[subject].iter_rows(values_only=True)
    table = pq.read_table(write(cli, tmp_path, subject, "parquet"))
    as_parquet = table.drop_columns([n for n in table.column_names if n not in names]).to_pylist()
    assert list(head) == names == list(as_csv[0]) == [n for n in table.column_names if n != "geometry"]
    assert len(as_json) == len(as_csv) == len(lines) == len(as_parquet)
    for j, c, x, p in zip(as_json, as_csv, lines, as_parquet, strict=True):
        assert p == j
        for column, cell in zip(ledger.columns, x, strict=True):
            want = plain(j[column.name])
            # a spreadsheet keeps 15 digits and more, not always the last bit
            near = pytest.approx(want, rel=1e-14) if isinstance(want, float) else want
            assert (cell if cell is not None else "") == near
            got = c[column.name]
            if column.kind in {"number", "integer"}:
                assert got == "" if want == "" else float(got) == want
            elif column.kind == "boolean":
                assert got == {"": "", True: "true", False: "false"}[want]
            else:
                assert got.lstrip("'") == want.lstrip("'")


def test_facts_have_what_a_researcher_needs(rows):
    need = {
        "case", "id", "section", "label_zh", "label_en", "value", "unit", "qualifier", "period", "page",
        "as_printed", "site_or_zone",
    }  # fmt: skip
    assert need <= {column.name for column in rows["facts"].columns}
    by = {(row["case"], row["id"]): row for row in rows["facts"].rows}
    basic = [r for r in by.values() if r["as_printed"].replace(" ", "").startswith("2.3万亩")]
    assert [(r["value"], r["unit"]) for r in basic] == [(23000.0, "mu")]
    share = by["changzhou-zhenglu", "living-share"]
    assert (share["value"], share["unit"], share["page"], share["share_of"]) == (
        36.14,
        "percent",
        21,
        "zhenglu-town",
    )


def test_size_of_the_dataset(atlas, rows):
    facts, zones = rows["facts"].rows, rows["zones"].rows
    assert len(facts) >= 400
    assert len(zones) >= 260
    assert len(rows["mechanisms"].rows) >= 95
    assert {row["case"] for row in facts} == {placed.case.id for placed in atlas} | {"general"}
    assert len({(row["case"], row["id"]) for row in zones}) == len(zones)
    for row, shape in zip(zones, rows["zones"].geometries, strict=True):
        # a geometry with its confidence and origin, or the honest absence of one
        if shape is None:
            assert row["absent_zh"], (row["case"], row["id"])
            assert row["absent_en"]
            assert row["confidence"] is None
        else:
            assert row["confidence"], (row["case"], row["id"])
            assert (row["how_zh"] and row["how_en"]) or row["geometry_from"] == "outline"


def test_dictionary_and_citation_go_with_every_format(cli, tmp_path, rows):
    for form in ("csv", "json"):
        out = write(cli, tmp_path, "facts", form)
        described = json.loads(out.with_name(f"{out.name}-metadata.json").read_text("utf-8"))
        assert described["url"] == out.name
        assert "生态产品价值实现典型案例（第四批）" in described["dc:bibliographicCitation"]
        columns = described["tableSchema"]["columns"]
        assert [c["name"] for c in columns] == [c.name for c in rows["facts"].columns]
        assert all(c["dc:description"]["zh"] and c["dc:description"]["en"] for c in columns)
    book = openpyxl.load_workbook(write(cli, tmp_path, "facts", "xlsx"))
    assert book.sheetnames == ["facts", "dictionary", "citation"]
    assert book["facts"].freeze_panes == "A2"
    assert "第四批" in book["citation"]["A1"].value
    schema = pq.read_schema(write(cli, tmp_path, "facts", "parquet"))
    assert "第四批" in schema.metadata[b"citation"].decode()
    assert len(json.loads(schema.metadata[b"dictionary"])) == len(rows["facts"].columns)
    assert schema.field("value").metadata[b"en"].decode().startswith("Plain number")


def test_zones_in_parquet_are_geoparquet(cli, tmp_path, rows):
    frame = gpd.read_parquet(write(cli, tmp_path, "zones", "parquet"))
    assert frame.crs.to_string() == "OGC:CRS84"
    assert len(frame) == len(rows["zones"].rows)
    made = dict(zip(zip(frame["case"], frame["id"], strict=True), frame.geometry, strict=True))
    county = made["xichou-karst", "xichou-county"]
    assert shapely.contains_xy(county, 104.67, 23.44)


HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "http://example.org", "＝1")


@pytest.fixture
def hostile():
    columns = (ledgers.Column("name", "text", "名", "name"), ledgers.Column("n", "number", "数", "number"))
    return ledgers.Ledger("facts", columns, tuple({"name": text, "n": -1.5} for text in HOSTILE))


def test_formulas_stay_text(hostile):
    book = openpyxl.load_workbook(io.BytesIO(export.written(hostile, "xlsx", "cite")))
    for line, text in enumerate(HOSTILE, start=2):
        cell = book["facts"].cell(line, 1)
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
        assert (book["facts"].cell(line, 2).value, book["facts"].cell(line, 2).data_type) == (-1.5, "n")
    for row, text in zip(
        csv.DictReader(io.StringIO(export.written(hostile, "csv", "").decode())), HOSTILE, strict=True
    ):
        assert row["name"] == (text if text.startswith("http") else f"'{text}")
        assert row["n"] == "-1.5"
    assert [row["name"] for row in json.loads(export.written(hostile, "json", ""))] == list(HOSTILE)
    assert pq.read_table(io.BytesIO(export.written(hostile, "parquet", "")))["name"].to_pylist() == list(
        HOSTILE
    )


@pytest.mark.parametrize("form", export.FORMATS)
def test_same_rows_same_bytes(tmp_path, form):
    """Two processes with different hash seeds and clocks write the same file."""
    written = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.{form}"
        subprocess.run(
            [
                sys.executable,
                "-c",
                "from eppv_atlas.cli import run; run()",
                "--atlas",
                ROOT,
                "export",
                "zones",
                "chaka-salt-lake",
                "--to",
                form,
                "--out",
                out,
            ],
            env={"PYTHONHASHSEED": seed, "PATH": "", "TZ": f"UTC{seed}"},
            check=True,
            capture_output=True,
        )
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_cases_may_be_named(cli, tmp_path):
    out = write(cli, tmp_path, "facts", "json", "xichou-karst")
    assert {row["case"] for row in json.loads(out.read_text("utf-8"))} == {"general", "xichou-karst"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_ledger_goes_to_standard_output(cli, subject):
    code, out, _ = cli("--atlas", ROOT, "export", subject, "--to", "csv")
    assert code == 0
    assert len(list(csv.reader(io.StringIO(out)))) > 60


def test_misuse_is_named(cli, tmp_path):
    code, _, err = cli("--atlas", ROOT, "export", "facts", "no-such-case")
    assert code == 2
    assert "no-such-case" in err
    code, _, err = cli("--atlas", ROOT, "export", "facts", "--out", tmp_path)
    assert code == 2
    assert err


def test_an_atlas_of_ones_own_exports_too(folder):
    held = load(folder)
    assert len(ledgers.mechanisms(held).rows) == sum(len(p.case.mechanisms) for p in ea.load(ROOT))


def test_only_ordinary_files_are_replaced(cli, tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    code, _, err = cli("--atlas", ROOT, "export", "glossary", "--out", pipe)
    assert code == 2
    assert "no ordinary file" in err
    assert pipe.is_fifo()
    target = tmp_path / "target.csv"
    target.write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    assert cli("--atlas", ROOT, "export", "glossary", "--out", link)[0] == 0
    assert link.is_symlink()
    assert target.read_text("utf-8").startswith("group,")


def test_the_suffix_names_the_format(cli, tmp_path):
    out = tmp_path / "facts.xlsx"
    assert cli("--atlas", ROOT, "export", "facts", "--out", out)[0] == 0
    assert openpyxl.load_workbook(out).sheetnames[0] == "facts"
    code, _, err = cli("--atlas", ROOT, "export", "facts", "--to", "csv", "--out", tmp_path / "facts.json")
    assert code == 2
    assert ".json" in err


def test_data_stay_where_the_dictionary_cannot_be_written(cli, tmp_path):
    out = tmp_path / "facts.csv"
    out.write_text("old")
    (tmp_path / "facts.csv-metadata.json").mkdir()
    assert cli("--atlas", ROOT, "export", "facts", "--out", out)[0] == 2
    assert out.read_text() == "old"
