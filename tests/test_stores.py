"""Other stores: an atlas goes out and comes back as it was; edits come back too; damage is named."""

import itertools
import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osgeo_utils.samples import validate_gpkg

import eppv_atlas as ea
from conftest import ROOT, call
from eppv_atlas import measure
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.store import read, read_folder
from eppv_atlas.store.exchange import folder as folders
from eppv_atlas.store.exchange import records, rows, stores
from eppv_atlas.store.exchange.layers import LAYERS

SUFFIX = {"gpkg": "a.gpkg", "geojson": "a.geojson", "kml": "a.kml", "parquet": "p", "flatgeobuf": "f"}
LOOK = stores.Look(colours={"extent": "#112233"})


def made(loading):
    held = records.of(loading)
    placed = {item.case.id: item.placed for item in loading.cases}
    return held, rows.of(held, placed, {key: measure.case(one) for key, one in placed.items()})


def put(loading, form, where):
    held, table = made(loading)
    stores.put(where, stores.written(form, table, held.settings, {"citation": "cite"}, LOOK))
    return where


@pytest.fixture(scope="module")
def loading():
    return read_folder(ROOT)


@pytest.fixture(scope="module")
def written(loading, tmp_path_factory):
    out = tmp_path_factory.mktemp("stores")
    return {form: put(loading, form, out / name) for form, name in SUFFIX.items()}


def alike(one, other):
    """Field by field, shape by shape."""
    assert not other.errors, other.errors[:3]
    assert one.settings == other.settings
    theirs = {item.case.id: item for item in other.cases}
    assert set(theirs) == {item.case.id for item in one.cases}
    for item in one.cases:
        back = theirs[item.case.id]
        for name in type(item.case).model_fields:
            assert getattr(back.case, name) == getattr(item.case, name), (item.case.id, name)
        assert back.text.data == item.text.data, item.case.id
        assert back.resolution.digests == item.resolution.digests
        assert back.resolution.stale == []
        assert list(back.resolution.shapes) == list(item.resolution.shapes)
        for zone, shape in item.resolution.shapes.items():
            twin = back.resolution.shapes[zone]
            assert shapely.equals_exact(shape.geometry, twin.geometry, 0.0), (item.case.id, zone)
            assert (shape.confidence, shape.origin, shape.solved, dict(shape.made)) == (
                twin.confidence,
                twin.origin,
                twin.solved,
                dict(twin.made),
            )
        assert records.revision(records.of_case(back)) == records.revision(records.of_case(item))


@pytest.mark.parametrize("form", SUFFIX)
def test_an_atlas_comes_back_as_it_was(loading, written, form):
    alike(loading, stores.read(written[form]))


@pytest.mark.parametrize("form", SUFFIX)
def test_the_same_atlas_gives_the_same_bytes(loading, written, form, tmp_path):
    again = put(loading, form, tmp_path / SUFFIX[form])
    files = sorted(path for path in again.rglob("*") if path.is_file()) if again.is_dir() else [again]
    for path in files:
        twin = written[form] / path.name if again.is_dir() else written[form]
        assert path.read_bytes() == twin.read_bytes(), path.name


@pytest.mark.parametrize("form", SUFFIX)
def test_every_command_reads_a_store(written, form, cli):
    code, out, err = cli("--atlas", written[form], "check")
    assert (code, err) == (0, "")
    assert "11 cases, 298 zones, 169 sites, 407 facts, 133 mechanisms" in out


def test_measures_of_a_store_are_those_of_the_folder(written, cli):
    here = cli("--atlas", ROOT, "measure", "--format", "json")[1]
    for form in ("gpkg", "kml"):
        assert cli("--atlas", written[form], "measure", "--format", "json")[1] == here, form


def test_python_loads_a_store(written):
    atlas = ea.load(written["gpkg"])
    assert len(atlas) == 11
    assert atlas["hangzhou-xixi"].case.short.zh == ea.load(ROOT)["hangzhou-xixi"].case.short.zh


def test_pages_can_be_built_from_a_store(loading, tmp_path, cli):
    part = read_folder(ROOT)
    part.cases = part.cases[:1]
    gpkg = put(part, "gpkg", tmp_path / "one.gpkg")
    assert cli("--atlas", gpkg, "build", "--out", tmp_path / "maps")[0] == 0
    assert (tmp_path / "maps" / f"{part.cases[0].case.id}.html").is_file()


def small(tmp_path, **texts):
    """An atlas of one case whose texts are what a test likes."""
    root = tmp_path / "atlas"
    if not root.exists():
        for name in ("cases", "geodata"):
            (root / name).mkdir(parents=True)
        shutil.copy(ROOT / "atlas.yaml", root)
        shutil.copy(ROOT / "cases" / "hangzhou-xixi.yaml", root / "cases")
        shutil.copy(ROOT / "geodata" / "hangzhou-xixi.geojson", root / "geodata")
    return read_folder(root)


AWKWARD = [
    "'; DROP TABLE zones; --",
    '<script>alert("1")</script>&amp;]]>',
    "two  blanks and\na new line\tand a tab",
    "\u3000全角空格\u00a0不换行\u2028行分隔",
    "=HYPERLINK(1) -1 +2 @x",
    "00123",
    "NULL",
    "nan",
    "true",
    "1e5",
    "“引号” 'single' \"double\" \\ back\\slash \\u0041",
    "\U0001f33f 🌾 𠮷 e\u0301",
    "a;b；c",
    "{json: [1]}",
    "\ufffe\uffff",
    "x" * 399,
]


def renamed(loading, texts):
    """The atlas with other texts in every kind of record."""
    held, _ = made(loading)
    (case,) = held.cases
    data = json.loads(json.dumps(case.data))
    pick = itertools.cycle(texts)
    for key in ("title", "short", "place_name"):
        data[key] = {"zh": next(pick), "en": next(pick)}
    for part in ("sites", "zones", "facts", "mechanisms"):
        for item in data[part]:
            item["label" if part == "facts" else "name"] = {"zh": next(pick), "en": next(pick)}
    data["summary"]["background"]["zh"] = next(pick)
    data["zones"][0]["printed"] = next(pick)
    given = records.AtlasRecords(held.settings, (records.CaseRecord(data, case.shapes),))
    return records.loaded(given, loading.root, "given")


@pytest.mark.parametrize("form", SUFFIX)
def test_awkward_texts_come_back_as_they_were(tmp_path, form):
    given = renamed(small(tmp_path), AWKWARD)
    assert not given.errors, given.errors[:3]
    alike(given, stores.read(put(given, form, tmp_path / SUFFIX[form])))


def test_awkward_texts_survive_a_folder(tmp_path):
    given = renamed(small(tmp_path), [text for text in AWKWARD if "\ufffe" not in text])
    folders.unpack(tmp_path / "unpacked", records.of(given))
    back = read_folder(tmp_path / "unpacked")
    assert not back.errors, back.errors[:3]
    assert [item.case for item in back.cases] == [item.case for item in given.cases]


TEXT = st.text(
    st.characters(
        blacklist_categories=("Cs", "Cc"),
        blacklist_characters="".join(map(chr, range(0x202A, 0x202F)))
        + "".join(map(chr, range(0x2066, 0x206A))),
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() and not text.startswith("<填"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXT, min_size=3, max_size=8), form=st.sampled_from(["gpkg", "parquet", "geojson", "kml"])
)
def test_any_text_comes_back_as_it_was(tmp_path_factory, texts, form):
    folder = tmp_path_factory.mktemp("any")
    given = renamed(small(folder), texts)
    if given.errors:  # a rule of the atlas forbids it, not a store
        return
    alike(given, stores.read(put(given, form, folder / SUFFIX[form])))


# ── edits made elsewhere ──


@pytest.fixture
def edited(tmp_path):
    """Change a GeoPackage by SQL, as QGIS does, and read it back."""
    path = put(small(tmp_path), "gpkg", tmp_path / "e.gpkg")

    def go(*statements):
        with closing(sqlite3.connect(path)) as base, base:
            for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # what its triggers call
                base.create_function(name, 1, lambda _: 0)
            for sql, values in statements:
                base.execute(sql, values)
        loading = stores.read(path)
        return loading, next((item.case for item in loading.cases), None)

    return go


def test_an_edit_in_a_column_changes_the_record(edited):
    _, case = edited(
        ("UPDATE zones SET name_zh = '新名', page = 12, as_printed = NULL WHERE id = (SELECT id FROM zones WHERE position = 1)", ()),
        ("UPDATE facts SET value = 123.5, unit = 'ha' WHERE position = 1", ()),
        ("UPDATE cases SET short_en = 'New', places = '330106; 330110', mode = 'eco-tourism'", ()),
    )  # fmt: skip
    assert case.zones[0].name.zh == "新名"
    assert (case.zones[0].page, case.zones[0].printed) == (12, None)
    assert (case.facts[0].value, case.facts[0].unit) == (123.5, "ha")
    assert case.short.en == "New"
    assert case.places == ("330106", "330110")
    assert case.mode.id == "eco-tourism"


def test_what_is_worked_out_is_not_read_back(edited):
    loading, case = edited(("UPDATE zones SET measured_m2 = 1, kind_zh = 'x', stated_m2 = 2", ()))
    assert not loading.problems
    assert case == next(item.case for item in read_folder(ROOT).cases if item.case.id == case.id)


def test_a_new_row_is_a_new_record_and_a_deleted_one_is_gone(edited):
    loading, case = edited(
        (
            'INSERT INTO facts ("case", id, label_zh, label_en, section, as_printed, value, unit, page) '
            "VALUES ('hangzhou-xixi', 'new-fact', '新', 'new', 'outcome', '5 公顷', 5, 'ha', 9)",
            (),
        ),
        ("DELETE FROM mechanisms WHERE position = 1", ()),
    )
    before = next(item.case for item in read_folder(ROOT).cases if item.case.id == case.id)
    assert not loading.errors, loading.errors
    assert case.facts[-1].id == "new-fact"
    assert case.facts[-1].value == 5.0
    assert len(case.mechanisms) == len(before.mechanisms) - 1


def test_a_mistake_in_a_column_is_named_with_store_case_and_place(edited):
    loading, _ = edited(
        ("UPDATE zones SET kind = 'wetlnd' WHERE position = 1", ()),
        ("UPDATE facts SET record = '{' WHERE position = 2", ()),
        ("UPDATE sites SET \"case\" = 'nowhere' WHERE position = 1", ()),
    )
    told = {problem.rule: problem for problem in loading.problems}
    assert "hangzhou-xixi" in told["unknown-zone-kind"].file
    assert told["unknown-zone-kind"].place == "zones[0].kind"
    assert "record" in told["damaged-record"].message_en
    assert "orphan-row" in told


def blob(shape):
    return b"GP\x00\x01" + (4326).to_bytes(4, "little") + shapely.to_wkb(shape)


def test_a_shape_that_a_recipe_made_and_somebody_changed_is_named(edited):
    loading, _ = edited(
        ("UPDATE zones SET geom = ? WHERE digest IS NOT NULL AND position = (SELECT min(position) FROM zones WHERE digest IS NOT NULL)",
         (blob(shapely.box(120.0, 30.2, 120.1, 30.3)),)),
    )  # fmt: skip
    assert "edited-result" in {problem.rule for problem in loading.errors}


def test_a_zone_drawn_in_qgis_comes_in(edited):
    shape = shapely.box(120.05, 30.25, 120.06, 30.26)
    loading, case = edited(
        ('INSERT INTO zones ("case", id, name_zh, name_en, kind, confidence, how_zh, how_en, geom) '
         "VALUES ('hangzhou-xixi', 'drawn-here', '新画', 'drawn', 'core-protection', 'digitised', '在 QGIS 中画', 'drawn in QGIS', ?)",
         (blob(shape),)),
    )  # fmt: skip
    assert not loading.errors, loading.errors
    assert case.zones[-1].geometry.type == "drawn"
    assert shapely.equals(loading.cases[0].resolution.shapes["drawn-here"].geometry, shape)


def test_an_administrative_outline_that_was_edited_does_not_pass_unseen(tmp_path):
    part = read_folder(ROOT)
    part.cases = [
        item for item in part.cases if any(zone.geometry.type == "places" for zone in item.case.zones)
    ][:1]
    path = put(part, "gpkg", tmp_path / "e.gpkg")
    with closing(sqlite3.connect(path)) as base, base:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0)
        base.execute(
            "UPDATE zones SET geom = ? WHERE geometry_from = 'places'", (blob(shapely.box(100, 30, 101, 31)),)
        )
    assert "unused-feature" in {problem.rule for problem in stores.read(path).errors}


# ── what the formats promise ──


def test_the_geopackage_says_what_belongs_together(written):
    with closing(sqlite3.connect(written["gpkg"])) as base:
        assert base.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        contents = dict(base.execute("SELECT table_name, data_type FROM gpkg_contents"))
        assert contents == dict.fromkeys(("cases", "sites", "zones"), "features") | dict.fromkeys(
            ("facts", "mechanisms", "atlas"), "attributes"
        ) | ({"layer_styles": "attributes"} if "layer_styles" in contents else {})
        for layer in ("sites", "zones", "facts", "mechanisms"):
            pairs, count = (
                base.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in (f"cases_{layer}", layer)
            )
            assert pairs == count > 0
        assert base.execute("SELECT count(*) FROM gpkgext_relations").fetchone() == (4,)
        named = dict(
            base.execute("SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'zones'")
        )
        assert named["measured_mu"] == "量算面积，亩"
    with_gdal = gpd.read_file(written["gpkg"], layer="zones")
    assert with_gdal.crs.to_epsg() == 4326
    assert len(with_gdal) == 298


def test_the_geopackage_with_its_styles_passes_the_checks_of_the_ogc(tmp_path, loading):
    path = tmp_path / "styled.gpkg"
    assert call("--atlas", ROOT, "export", "--out", path) == 0
    assert validate_gpkg.check(str(path)) == []
    with closing(sqlite3.connect(path)) as base:
        styled = {
            name for (name,) in base.execute("SELECT f_table_name FROM layer_styles WHERE useAsDefault")
        }
        assert styled == {layer.name for layer in LAYERS}
        kinds = dict(base.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        assert kinds == {"cases": "POINT", "sites": "POINT", "zones": "MULTIPOLYGON"}
    alike(loading, stores.read(path))
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'MULTIPOLYGONE'")
    with pytest.raises(validate_gpkg.GPKGCheckException, match="Req 31"):
        validate_gpkg.check(str(path))


def test_the_parquet_has_a_covering_and_lies_in_spatial_order(written):
    file = pq.ParquetFile(written["parquet"] / "zones.parquet")
    geo = json.loads(file.metadata.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    table = gpd.read_parquet(written["parquet"] / "zones.parquet")
    there = table.geometry.notna().to_numpy()
    assert there[: there.sum()].all()  # those without a shape come last
    keys = table.geometry[there].hilbert_distance(total_bounds=(-180, -90, 180, 90)).to_numpy()
    assert (keys[1:] >= keys[:-1]).all()
    box = gpd.read_parquet(written["parquet"] / "zones.parquet", bbox=(119.9, 30.1, 120.2, 30.4))
    assert 0 < len(box) < len(table)


def test_every_schematic_zone_says_so_in_every_store(written, loading):
    for form, name in (("gpkg", None), ("parquet", "zones.parquet"), ("flatgeobuf", "zones.fgb")):
        path = written[form] / name if name else written[form]
        table = gpd.read_parquet(path) if form == "parquet" else gpd.read_file(path, layer="zones")
        shown = {(row.case, row.id): row.weakest_confidence for row in table.itertuples()}
        for item in loading.cases:
            for zone, shape in item.resolution.shapes.items():
                assert shown[item.case.id, zone] == shape.confidence


# ── one atlas taken into another ──


@pytest.fixture
def mine(tmp_path):
    """An atlas of another office: two of the cases, and a document of its own."""
    root = tmp_path / "mine"
    for name in ("cases", "geodata"):
        (root / name).mkdir(parents=True)
    text = (ROOT / "atlas.yaml").read_text("utf-8")
    (root / "atlas.yaml").write_text(
        f"# ours\n{text}".replace("documents:\n", "documents:\n  # ours first\n"), "utf-8"
    )
    for name in ("hangzhou-xixi", "chaka-salt-lake"):
        shutil.copy(ROOT / "cases" / f"{name}.yaml", root / "cases")
        shutil.copy(ROOT / "geodata" / f"{name}.geojson", root / "geodata")
    return root


@pytest.mark.parametrize("form", ["gpkg", "kml", "parquet"])
def test_cases_of_an_exported_atlas_are_taken_in(mine, written, form, cli):
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    code, out, _ = cli("--atlas", mine, "import", written[form])
    assert code == 0
    assert "new: anji-land-consolidation" in out
    assert "there already: chaka-salt-lake, hangzhou-xixi" in out
    assert {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()} == before
    assert cli("--atlas", mine, "import", written[form], "--apply")[0] == 0
    code, out, err = cli("--atlas", mine, "check", "--strict")
    assert (code, err) == (0, "")
    assert "11 cases" in out
    for path, content in before.items():
        assert path.read_bytes() == content, path
    assert cli("--atlas", mine, "import", "--undo")[0] == 0
    after = {path for path in mine.rglob("*") if path.is_file() and ".eppv-state" not in path.parts}
    assert after == set(before)


def test_a_case_that_differs_is_refused_and_replaced_only_on_demand(mine, written, cli):
    file = mine / "cases" / "hangzhou-xixi.yaml"
    file.write_bytes(file.read_bytes().replace("西溪".encode(), "东溪".encode(), 1))
    kept = file.read_bytes()
    code, _, err = cli("--atlas", mine, "import", written["gpkg"], "--apply")
    assert code == 1
    assert "hangzhou-xixi.yaml" in err
    assert "--replace" in err
    assert file.read_bytes() == kept
    assert len(list((mine / "cases").glob("*.yaml"))) == 2
    assert cli("--atlas", mine, "import", written["gpkg"], "--apply", "--replace")[0] == 0
    assert "东溪".encode() not in file.read_bytes()
    assert cli("--atlas", mine, "import", "--undo")[0] == 0
    assert file.read_bytes() == kept


def test_documents_that_are_missing_are_added_and_comments_stay(mine, written, cli):
    settings_file = mine / "atlas.yaml"
    settings_file.write_text(
        settings_file.read_text("utf-8").replace("mnr-epv-cases-4", "another-document"), "utf-8"
    )
    for path in (mine / "cases").glob("*.yaml"):
        path.unlink()
    for path in (mine / "geodata").glob("*"):
        path.unlink()
    kept = settings_file.read_bytes()
    assert cli("--atlas", mine, "import", written["gpkg"], "--apply")[0] == 0
    text = settings_file.read_text("utf-8")
    assert "# ours\n" in text
    assert "# ours first" in text
    assert set(read_folder(mine).settings.documents) == {"another-document", "mnr-epv-cases-4"}
    assert cli("--atlas", mine, "check")[0] == 0
    assert cli("--atlas", mine, "import", "--undo")[0] == 0
    assert settings_file.read_bytes() == kept


def test_an_atlas_is_unpacked_only_into_an_empty_folder(written, tmp_path, cli):
    assert cli("--atlas", written["gpkg"], "export", "--to", "folder", "--out", tmp_path / "new")[0] == 0
    alike(read_folder(ROOT), read_folder(tmp_path / "new"))
    assert cli("--atlas", tmp_path / "new", "check", "--strict")[0] == 0
    code, _, err = cli("export", "--to", "folder", "--out", tmp_path / "new")
    assert code == 2
    assert "import" in err


def test_commands_that_change_files_refuse_a_store(written, cli):
    for words in (("tidy",), ("new", "my-case"), ("import", written["kml"], "--apply")):
        code, _, err = cli("--atlas", written["gpkg"], *words)
        assert code == 2
        assert "export --to folder" in err


def test_misuse_is_said_in_one_line(tmp_path, cli, written):
    (tmp_path / "x.gpkg").write_bytes(b"")
    for words in (
        ("export", "--to", "csv"),
        ("export", "facts", "--to", "gpkg"),
        ("export",),
        ("export", "--out", tmp_path / "a.docx"),
        ("export", "--out", tmp_path / "a.gpkg", "--to", "kml"),
        ("export", "--to", "parquet"),
        ("export", "atlas", "no-such-case", "--out", tmp_path / "a.gpkg"),
        ("--atlas", "mysql://x/y", "check"),
        ("--atlas", tmp_path / "none.gpkg", "check"),
        ("import", ROOT / "README.md"),
    ):
        code, _, err = cli(*words)
        assert code == 2, words
        assert len(err.strip().splitlines()) == 1 or "Usage" in err, (words, err)
    assert list(tmp_path.iterdir()) == [tmp_path / "x.gpkg"]


# ── faults ──


def survives(path, cli):
    """A damaged store gives one line that names it, never a traceback; what can still be read is an atlas."""
    told = ""
    try:
        loading = stores.read(path)
    except (DataError, UsageError) as error:
        told = str(error)
    assert not told or path.name in told
    return "refused" if told else "problems" if loading.errors else "read"


def test_stores_cut_short_or_damaged_anywhere_are_refused_or_read(written, tmp_path, cli):
    chance = random.Random(8)
    counts = {}
    for form, trials in (("gpkg", 24), ("parquet", 30), ("geojson", 12), ("flatgeobuf", 3), ("kml", 4)):
        for trial in range(trials):
            copy = tmp_path / SUFFIX[form]
            shutil.copytree(written[form], copy) if written[form].is_dir() else shutil.copy(
                written[form], copy
            )
            victim = copy if copy.is_file() else chance.choice(sorted(copy.glob("*.*")))
            raw = bytearray(victim.read_bytes())
            if trial % 2:
                raw = raw[: chance.randrange(len(raw))]
            else:
                for _ in range(20):
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
            victim.write_bytes(raw)
            key = (form, survives(copy, cli))
            counts[key] = counts.get(key, 0) + 1
            shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
    print(f"faults of stores: {sum(counts.values())} tried, none with a traceback: {counts}")
    assert sum(counts.values()) == 73
    assert counts["parquet", "refused"] > 15
    assert counts["gpkg", "refused"] > 10


def test_a_locked_geopackage_is_said_to_be_locked(written, tmp_path, cli, monkeypatch):
    path = shutil.copy(written["gpkg"], tmp_path / "locked.gpkg")
    monkeypatch.setattr("eppv_atlas.store.exchange.gpkg._WAIT_S", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("BEGIN EXCLUSIVE")
        code, _, err = cli("--atlas", path, "check")
        assert code == 1
        assert "locked" in err
        base.execute("ROLLBACK")
    assert cli("--atlas", path, "check")[0] == 0


def test_a_newer_form_and_a_foreign_file_are_told_apart(written, tmp_path, cli):
    path = Path(shutil.copy(written["gpkg"], tmp_path / "new.gpkg"))
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE atlas SET value = 'eppv-atlas 2' WHERE name = 'format'")
    assert "newer" in cli("--atlas", path, "check")[2]
    foreign = tmp_path / "foreign.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=4326).to_file(foreign, layer="x")
    code, _, err = cli("--atlas", foreign, "check")
    assert code == 1
    assert "no atlas" in err
    assert "--case" in cli("--atlas", ROOT, "import", foreign)[2]


def test_a_table_that_is_really_a_view_is_not_read(written, tmp_path, cli):
    path = Path(shutil.copy(written["gpkg"], tmp_path / "view.gpkg"))
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("ALTER TABLE facts RENAME TO hidden")
        base.execute(
            "CREATE VIEW facts AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
        )
    code, _, err = cli("--atlas", path, "check")
    assert code == 1
    assert "facts" in err


def test_kml_with_entities_of_its_own_is_refused(written, tmp_path, cli):
    path = tmp_path / "bomb.kml"
    text = written["kml"].read_text("utf-8")
    path.write_text(text.replace("<kml", '<!DOCTYPE k [<!ENTITY a "aaaa">]><kml', 1), "utf-8")
    code, _, err = cli("--atlas", path, "check")
    assert code == 1
    assert "entities" in err


def test_a_failed_export_leaves_the_old_store(written, tmp_path, cli, monkeypatch):
    out = tmp_path / "a.gpkg"
    shutil.copy(written["gpkg"], out)
    kept = out.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, _, err = cli("export", "atlas", "hangzhou-xixi", "--out", out)
    assert code == 2
    assert "space" in err
    assert out.read_bytes() == kept
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine.txt").write_text("keep")
    assert cli("export", "--to", "parquet", "--out", tmp_path / "p")[0] == 2
    assert (tmp_path / "p" / "mine.txt").read_text() == "keep"


def test_every_column_is_described_in_both_languages():
    for layer in LAYERS:
        names = [field.name for field in layer.fields]
        assert len(set(names)) == len(names)
        assert all(field.zh and field.en for field in layer.fields), layer.name


def test_reading_a_store_names_the_store_as_typed(tmp_path):
    with pytest.raises(UsageError, match="no atlas"):
        read(tmp_path / "nothing.gpkg")


def test_a_folder_is_handed_on_with_python(tmp_path):
    assert call("--atlas", ROOT, "export", "--out", tmp_path / "a.geojson") == 0
    data = json.loads((tmp_path / "a.geojson").read_bytes())
    assert {feature["properties"]["layer"] for feature in data["features"]} == {
        layer.name for layer in LAYERS
    }
