"""Reports from the command line: what they hold, one broken case, misuse; the dossier itself."""

import io
import re
import zipfile

import pytest

import eppv_atlas as ea
from conftest import CASES
from eppv_atlas import certificate, report
from eppv_atlas.report import Bullets, Heading, Paragraph, Picture, Table
from eppv_atlas.report.brief import brief
from eppv_atlas.store import files


def words(blocks):
    """All that blocks say."""
    out = []
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            out.append(block.text)
        elif isinstance(block, Bullets):
            for item in block.items:
                out += [item.name, item.text, *item.remarks]
        elif isinstance(block, Picture):
            out += [block.alt, block.caption]
        elif isinstance(block, Table):
            out += [
                block.sheet.title,
                *(str(value) for row in block.sheet.rows for value in row if value is not None),
            ]
    return "\n".join(out)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_a_dossier_tells_everything_with_its_pages(atlas, case, lang):
    placed = atlas[case]
    figure = ea.figure(placed)
    blocks = report.dossier(figure, certificate.case(placed), lang, dpi=60)
    said = words(blocks)
    record = placed.case
    for text in (
        record.title,
        record.place_name,
        record.summary.outcome,
        *(m.name for m in record.mechanisms),
    ):
        assert getattr(text, lang) in said
    for zone in record.zones:
        assert getattr(zone.name, lang) in said  # in the table, or among those without figures
    facts = {fact.id: fact for fact in record.facts}
    for name in record.headlines:
        assert f"{facts[name].page}" in said
    open_ones = [f for f in figure.findings() if f.verdict in {"disagrees", "care"}]
    for finding in open_ones:
        assert getattr(finding.arithmetic, lang) in said
    for item in certificate.case(placed):
        assert item.sha256 in said
        assert getattr(item.statement, lang) in said
    assert record.source.pages in said
    assert isinstance(blocks[0], Heading)
    assert sum(isinstance(block, Picture) for block in blocks) == 1


def test_key_facts_are_fewer_and_all_facts_are_all(atlas):
    placed = atlas["nanping-wuyishan"]
    figure = ea.figure(placed)
    sizes = []
    for every in (False, True):
        blocks = report.dossier(figure, [], "zh", every_fact=every, dpi=60)
        (facts,) = [b.sheet for b in blocks if isinstance(b, Table) and b.sheet.id.endswith("-facts")]
        sizes.append(len(facts.rows))
    assert sizes[0] < sizes[1] == len(placed.case.facts)


def test_a_case_that_no_map_can_show_does_not_stop_the_others(cli, tmp_path, monkeypatch):
    from eppv_atlas.render.still import ground

    monkeypatch.setattr(ground, "_WIDEST", 5.0)  # of these two only New South Wales is wider
    ids = ("chaka-salt-lake", "nsw-biodiversity-offsets")
    code, out, err = cli("report", *ids, "--to", "md", "--out", tmp_path / "x.md")
    assert code == 1
    assert "nsw-biodiversity-offsets" in err
    assert "longitude" in err
    said = (tmp_path / "x.md").read_text("utf-8")
    assert "112 km²" in said
    assert "New South Wales" not in said
    assert str(tmp_path / "figures") in out  # pictures beside it are named
    assert len(list((tmp_path / "figures").iterdir())) == 1


def test_brief_areas_keep_every_figure(atlas):
    for placed in atlas:
        figure = ea.figure(placed)
        full = figure.table("en")
        short, bare = brief(full)
        assert len(short.rows) + len(bare) == len(full.rows)
        names = [column.id for column in full.columns]
        held = {tuple(row[names.index(c.id)] for c in short.columns if c.kind == "area") for row in full.rows}
        at = [i for i, column in enumerate(short.columns) if column.kind == "area"]
        for row in short.rows:
            assert tuple(row[i] for i in at) in held
        for i in short.strong:
            assert any(value is not None for value in (short.rows[i][n] for n in at))
        told = [row for i, row in enumerate(short.rows) if i not in short.strong]
        made = {
            z.name.en
            for z, m in zip(placed.case.zones, figure.measures[placed.case.id], strict=True)
            if m.made_from_stated
        }
        where = [column.id for column in short.columns].index("difference")
        assert {row[0] for row in told if row[where] == "made to size"} == made


def test_the_overview_has_the_map_and_three_tables(atlas):
    blocks = report.overview(ea.figure(atlas), "en", dpi=60)
    assert [type(block).__name__ for block in blocks] == [
        "Heading",
        "Paragraph",
        "Picture",
        "Table",
        "Table",
        "Table",
    ]
    for placed in atlas:
        assert placed.case.short.en in words(blocks)


def test_a_case_without_any_shape_shows_its_table_and_says_so(atlas):
    placed = atlas["xichou-karst"]
    bare = type(placed)(placed.case, {}, placed.anchor, placed.anchor_confidence, placed.settings)
    said = words(report.dossier(ea.figure(bare), [], "en", dpi=60))
    assert "No zone of this case has a shape" in said
    assert "Table" not in said.splitlines()[0]
    assert any(isinstance(b, Table) for b in report.dossier(ea.figure(bare), [], "en", dpi=60))


def test_the_command_writes_one_file(cli, tmp_path):
    code, out, err = cli("report", "chaka-salt-lake", "--out", tmp_path / "x.docx")
    assert (code, err) == (0, "")
    assert "x.docx" in out
    with zipfile.ZipFile(tmp_path / "x.docx") as held:
        text = re.sub("<[^>]+>", "", held.read("word/document.xml").decode())
    assert "Chaka" in text
    first = (tmp_path / "x.docx").read_bytes()
    cli("report", "chaka-salt-lake", "--out", tmp_path / "y.docx")
    assert (tmp_path / "y.docx").read_bytes() == first


def test_a_title_names_the_file_as_far_as_a_disk_allows(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (
        cli("report", "chaka-salt-lake", "--to", "html", "--static", "--title", 'Q3/2026: "报告" <x>?*|')[0]
        == 0
    )
    (made,) = tmp_path.iterdir()
    assert made.name == "Q3-2026-报告-x.html"
    assert "Q3/2026: " in made.read_text("utf-8")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("..", "file"),
        ("CON", "CON-"),
        ("a" * 400, "a" * 150),
        ("案" * 90, "案" * 50),
        ("nul.txt", "nul.txt-"),
        ("a/../b", "a-.-b"),
        ("\x00\n", "file"),
    ],
)
def test_file_names(title, name):
    assert files.file_name(title) == name


def test_each_case_in_a_file_of_its_own(cli, tmp_path):
    code, _, _ = cli(
        "report", "chaka-salt-lake", "xichou-karst", "--to", "md", "--each", "--out", tmp_path / "r"
    )
    assert code == 0
    assert {"chaka-salt-lake.md", "xichou-karst.md"} <= {path.name for path in (tmp_path / "r").iterdir()}


def test_one_broken_case_is_named_and_the_others_are_told(cli, folder, tmp_path):
    file = folder / "cases" / "xichou-karst.yaml"
    file.write_text(file.read_text("utf-8").replace("basis: inferred", "basis: nonsense", 1), "utf-8")
    code, out, err = cli(
        "--atlas",
        folder,
        "report",
        "chaka-salt-lake",
        "xichou-karst",
        "--to",
        "html",
        "--static",
        "--out",
        tmp_path / "x.html",
    )
    assert code == 1
    assert "xichou-karst" in err
    assert "xichou-karst.yaml:" in err  # with its place
    assert "x.html" in out
    page = (tmp_path / "x.html").read_text("utf-8")
    assert "Chaka" in page
    assert "Xichou" not in page
    code, _, err = cli(
        "--atlas", folder, "report", "xichou-karst", "--to", "html", "--out", tmp_path / "y.html"
    )
    assert code == 1
    assert not (tmp_path / "y.html").exists()


def test_a_case_that_cannot_be_drawn_is_named_and_the_others_are_told(cli, tmp_path, monkeypatch):
    from eppv_atlas.render import still

    whole = still.case

    def broken(placed, *args, **more):
        if placed.case.id == "xichou-karst":
            raise ValueError("no such shape")
        return whole(placed, *args, **more)

    monkeypatch.setattr(still, "case", broken)
    for form in ("html", "pptx"):
        code, _, err = cli(
            "report", "chaka-salt-lake", "xichou-karst", "--to", form, "--out", tmp_path / f"x.{form}"
        )
        assert code == 1
        assert "left out: xichou-karst: ValueError: no such shape" in err
        assert (tmp_path / f"x.{form}").exists()


def test_a_template_is_kept_and_a_wrong_one_is_told(cli, tmp_path):
    import docx

    own = docx.Document()
    own.styles["Heading 1"].font.name = "Impact"
    own.save(tmp_path / "own.docx")
    code, _, _ = cli(
        "report", "chaka-salt-lake", "--template", tmp_path / "own.docx", "--out", tmp_path / "x.docx"
    )
    assert code == 0
    with zipfile.ZipFile(tmp_path / "x.docx") as held:
        assert "Impact" in held.read("word/styles.xml").decode()
    (tmp_path / "no.docx").write_bytes(b"PK\x03\x04 no")
    for wrong in ("no.docx", "missing.docx"):
        code, _, err = cli(
            "report", "chaka-salt-lake", "--template", tmp_path / wrong, "--out", tmp_path / "z.docx"
        )
        assert code == 2
        assert wrong in err or "template" in err
        assert not (tmp_path / "z.docx").exists()
    assert cli("report", "chaka-salt-lake", "--to", "html", "--template", tmp_path / "own.docx")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "no-such-case"],
        ["report", "--to", "odt"],
        ["report", "--to", "html", "--out", "x.docx"],
        ["report", "chaka-salt-lake", "--out", "/proc/nowhere/x.docx"],
    ],
)
def test_misuse_is_told_and_nothing_is_written(cli, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, _, err = cli(*arguments)
    assert code == 2
    assert err.strip()
    assert list(tmp_path.iterdir()) == []


def test_the_notebook_of_the_documentation_runs():
    import json

    from IPython.core.interactiveshell import InteractiveShell

    from conftest import ROOT

    shell = InteractiveShell.instance()
    held = json.loads((ROOT / "docs" / "atlas.ipynb").read_text("utf-8"))
    results = []
    for cell in held["cells"]:
        if cell["cell_type"] == "code":
            found = shell.run_cell("".join(cell["source"]))
            assert found.success, cell["source"]
            results.append(found.result)
    assert any(type(result).__name__ == "SVG" for result in results)
    assert io.StringIO(str(results[-1])).read()
