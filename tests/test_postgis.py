"""PostGIS, on a real server: nothing lost on the way, nobody's work overwritten, no fault that leaves half a state."""

import copy
import dataclasses
import itertools
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from eppv_atlas import measure
from eppv_atlas.errors import AtlasError, DataError, UsageError
from eppv_atlas.store import read_folder
from eppv_atlas.store.exchange import postgis, records, rows
from eppv_atlas.store.exchange.layers import LAYERS
from eppv_atlas.store.exchange.postgis import schema as schemas
from postgis_server import Server, binaries

FEW = ("chaka-salt-lake", "hangzhou-xixi", "xichou-karst")
TABLES = ("atlas", "cases", "sites", "zones", "facts", "mechanisms")
FAULTS = {"tried": 0, "survived": 0}


@pytest.fixture(scope="module")
def server():
    found = binaries()
    if found is None:
        why = "no PostgreSQL with PostGIS on this machine (apt install postgresql postgresql-NN-postgis-3)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PG")}
    one = Server(found)
    try:
        one.start()
        for name in ("alice", "bob", "carol"):
            one.ask(f"CREATE ROLE {name} LOGIN")
        one.ask("CREATE ROLE guarded LOGIN PASSWORD 's3cret%word'")
        one.ask("CREATE DATABASE bare")
        one.ask("CREATE EXTENSION postgis", base="bare")
        one.ask("CREATE EXTENSION pg_trgm", base="bare")
        one.ask("CREATE DATABASE migrated TEMPLATE bare")
        postgis.migrate(one.url("migrated"))
        one.ask("GRANT eppv_editor TO alice, bob, guarded")
        one.ask("GRANT eppv_reader TO carol")
        yield one
    finally:
        one.remove()
        os.environ.update(kept)


@pytest.fixture
def base(server):
    """Name of a database whose tables are made and empty; a test that changes more than rows says so."""
    if server.shared is None or server.dirty:
        server.shared, server.dirty = server.database("migrated"), False
    server.ask(
        "TRUNCATE eppv.cases, eppv.sites, eppv.zones, eppv.facts, eppv.mechanisms, eppv.atlas, eppv.history",
        base=server.shared,
    )
    return server.shared


@pytest.fixture
def url(server, base):
    return server.url(base)


@pytest.fixture(scope="module")
def whole():
    """The bundled atlas: records, cases in place, measures."""
    loading = read_folder(ROOT)
    placed = {item.case.id: item.placed for item in loading.cases}
    return records.of(loading), placed, {key: measure.case(one) for key, one in placed.items()}


class Copy:
    """Somebody's own copy of an atlas, which they change and put."""

    def __init__(self, whole, only=FEW):
        atlas, self.placed, self.measures = whole
        cases = tuple(case for case in atlas.cases if only is None or case.id in only)
        self.records = dataclasses.replace(atlas, cases=cases)
        self.base, self.made = {}, None

    def twin(self):
        return copy.copy(self)

    def retitle(self, case, text):
        cases = []
        for one in self.records.cases:
            data = copy.deepcopy(dict(one.data))
            if one.id == case:
                data["title"]["zh"] = text
            cases.append(dataclasses.replace(one, data=data))
        self.records = dataclasses.replace(self.records, cases=tuple(cases))
        return self

    def without(self, case):
        cases = tuple(one for one in self.records.cases if one.id != case)
        self.records = dataclasses.replace(self.records, cases=cases)
        return self

    @property
    def rows(self):
        if self.made is None or self.made[0] is not self.records:
            self.made = self.records, rows.of(self.records, self.placed, self.measures)
        return {name: [dict(row) for row in some] for name, some in self.made[1].items()}

    def put(self, url, **more):
        done = postgis.put(url, self.rows, self.records.settings, self.base, **more)
        self.base = done.base
        return done

    def get(self, url):
        got = postgis.get(url)
        self.records, problems = rows.back(got.rows, got.settings, "x")
        assert problems == []
        self.base = postgis.held(got.versions, self.records)
        return self

    def title(self, case):
        return next(one.data["title"]["zh"] for one in self.records.cases if one.id == case)


@pytest.fixture
def mine(whole, url):
    """A copy that has been put."""
    one = Copy(whole)
    one.put(url)
    return one


def told(error):
    """The one line of an error, in English; both languages are looked at."""
    one = error.value
    assert isinstance(one, AtlasError)
    problems = one.problems if isinstance(one, DataError) else ()
    texts = [problem.text(lang) for problem in problems for lang in ("en", "zh")] or [one.en, one.zh]
    for text in texts:
        assert "\n" not in text
        assert "Traceback" not in text
    assert any("\u4e00" <= sign <= "\u9fff" for sign in "".join(texts))
    return str(one)


def same(left, right):
    """Two values of a column are the same, type and all; NaN is NaN."""
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    if isinstance(left, shapely.Geometry) and isinstance(right, shapely.Geometry):
        return shapely.to_wkb(left) == shapely.to_wkb(right)
    return type(left) is type(right) and left == right


def assert_same_rows(left, right):
    assert left.keys() == right.keys()
    for name in left:
        assert len(left[name]) == len(right[name]), name
        for one, other in zip(left[name], right[name], strict=True):
            assert one.keys() == other.keys()
            for column in one:
                assert same(one[column], other[column]), (name, column, one[column], other[column])


# ---- there and back


def test_the_bundled_atlas_comes_back_field_by_field(whole, url):
    one = Copy(whole, only=None)
    done = one.put(url)
    assert set(done.added) == {case.id for case in one.records.cases} | {postgis.ATLAS}
    got = postgis.get(url)
    assert_same_rows(one.rows, got.rows)
    assert got.settings == one.records.settings
    back, problems = rows.back(got.rows, got.settings, "x")
    assert problems == []
    assert back == one.records
    assert postgis.held(got.versions, back) == done.base
    again = records.loaded(back, Path("x"), "x")
    assert again.errors == []
    assert [item.case for item in again.cases] == [one.placed[item.case.id].case for item in again.cases]
    assert len(one.rows["zones"]) > 250  # something was compared


def test_putting_the_same_writes_nothing(mine, url, server, base):
    before = server.ask('SELECT "case", version, xmin FROM eppv.cases ORDER BY 1', base=base)
    done = mine.put(url)
    assert (done.added, done.changed, done.removed, done.settled) == ((), (), (), ())
    assert set(done.same) == {*FEW, postgis.ATLAS}
    assert server.ask('SELECT "case", version, xmin FROM eppv.cases ORDER BY 1', base=base) == before
    again = postgis.put(url, mine.rows, mine.records.settings)  # never read, but the same
    assert set(again.same) == {*FEW, postgis.ATLAS}
    assert again.base == done.base


def test_a_stream_gives_the_cases_one_by_one(mine, url):
    got = postgis.get(url)
    cases = list(postgis.stream(url))
    assert [case for case, _, _ in cases] == sorted(FEW)
    assert {case: version for case, version, _ in cases}.items() <= got.versions.items()
    together = {layer.name: [row for _, _, some in cases for row in some[layer.name]] for layer in LAYERS}
    assert_same_rows(together, got.rows)


def test_a_stream_sees_one_moment_whatever_is_written_meanwhile(mine, url):
    before = postgis.get(url)
    going = postgis.stream(url)
    cases = [next(going)]
    everything_anew(mine.retitle(max(FEW), "meanwhile")).put(url)
    cases += going
    assert {case: version for case, version, _ in cases} | {
        postgis.ATLAS: before.versions[postgis.ATLAS]
    } == before.versions
    together = {layer.name: [row for _, _, some in cases for row in some[layer.name]] for layer in LAYERS}
    assert_same_rows(together, before.rows)


def test_a_backup_put_back_elsewhere_is_the_same_and_goes_on(whole, mine, url, server, base, tmp_path):
    dump = tmp_path / "eppv.dump"
    tools = {
        name: [server.bin / name, "-h", server.folder, "-U", "postgres"] for name in ("pg_dump", "pg_restore")
    }
    subprocess.run([*tools["pg_dump"], "-Fc", "-f", dump, base], check=True)
    name = f"restored_{base}"
    server.ask(f"CREATE DATABASE {name} TEMPLATE template0")
    subprocess.run([*tools["pg_restore"], "-d", name, dump], check=True)
    there = server.url(name)
    assert_same_rows(postgis.get(there).rows, postgis.get(url).rows)
    assert postgis.get(there).versions == postgis.get(url).versions
    assert mine.twin().retitle(FEW[0], "after").put(there).changed == (FEW[0],)
    server.ask("UPDATE eppv.zones SET name_zh = '手改'", base=name, user="alice")
    with pytest.raises(DataError):
        mine.twin().retitle(FEW[0], "late").put(there)
    server.ask(f"DROP DATABASE {name} WITH (FORCE)")


NASTY = (
    "'; DROP TABLE cases; --",
    "\\",
    "\\N",
    "\\.",
    '"',
    "a\tb\r\nc",
    "",
    " ",
    "%s %(x)s {}",
    "𠮷 é",
    "$$",
    "\x01\x7f",
    "NULL",
    "\ufeff",
    "\u202e",
)
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
)
IDS = st.one_of(st.sampled_from([one for one in NASTY if one]), TEXT.filter(bool))
NUMBERS = st.one_of(st.floats(), st.floats(-180, 180))
LONGS = st.integers(-(2**63), 2**63 - 1)
PLACE = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
POINTS = st.one_of(st.none(), PLACE.map(shapely.Point), st.just(shapely.Point()))
SHAPES = st.one_of(
    st.none(),
    st.lists(PLACE, min_size=3, max_size=6).map(shapely.Polygon),
    st.lists(PLACE, min_size=2, max_size=6).map(shapely.LineString),
    st.lists(PLACE.map(shapely.Point), max_size=3).map(shapely.GeometryCollection),
    st.just(shapely.MultiPolygon()),
)
KINDS = {
    "text": st.one_of(st.none(), TEXT),
    "list": st.one_of(st.none(), TEXT),
    "integer": st.one_of(st.none(), LONGS),
    "number": st.one_of(st.none(), NUMBERS),
}
COUNT = itertools.count()


@st.composite
def atlases(draw):
    ids = draw(st.lists(IDS.filter(lambda one: one != postgis.ATLAS), min_size=1, max_size=3, unique=True))
    out = {layer.name: [] for layer in LAYERS}
    for case in sorted(ids):
        for layer in LAYERS:
            keys = [None] if layer.name == "cases" else draw(st.lists(IDS, max_size=2, unique=True))
            items = []
            for key in keys:
                row = draw(st.fixed_dictionaries({field.name: KINDS[field.kind] for field in layer.fields}))
                shape = draw({"Point": POINTS, "Unknown": SHAPES, None: st.none()}[layer.shapes])
                row |= {"case": case, "geometry": shape} | ({} if key is None else {"id": key})
                row |= {"revision": f"{next(COUNT):064x}"} if key is None else {}
                items.append(row)
            items.sort(
                key=lambda row: (math.inf if row["position"] is None else row["position"], row.get("id"))
            )
            out[layer.name] += items
    return out, draw(
        st.dictionaries(TEXT, st.one_of(TEXT, st.dictionaries(TEXT, TEXT, max_size=2)), max_size=3)
    )


@pytest.fixture(scope="module")
def hostile(server):
    return server.url(server.database("migrated")), {}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(atlases())
def test_hostile_texts_numbers_and_shapes_come_back_as_they_were(hostile, atlas):
    url, kept = hostile
    given_rows, content = atlas
    done = postgis.put(url, given_rows, content, kept.get("base"), remove=True)
    kept["base"] = done.base
    got = postgis.get(url)
    assert_same_rows(given_rows, got.rows)
    assert got.settings == content
    assert got.versions == {key: one.version for key, one in done.base.items()}


@pytest.mark.parametrize(
    ("layer", "column", "value"),
    [("cases", "title_zh", "a\0b"), ("facts", "record", "\ud800"), ("zones", "page", 1.5), ("zones", "page", 2**63),
     ("facts", "value", "12"), ("sites", "name_en", 3), ("facts", "page", True)],
)  # fmt: skip
def test_what_no_database_stores_is_refused_by_name_and_nothing_is_written(mine, url, layer, column, value):
    before = postgis.get(url)
    given_rows = mine.retitle(min(FEW), "new").retitle(max(FEW), "new").rows
    given_rows[layer][0][column] = value
    with pytest.raises(DataError) as error:
        postgis.put(url, given_rows, mine.records.settings, mine.base)
    assert f"{layer}/{min(FEW)}" in told(error)
    assert column in told(error)
    assert postgis.get(url).versions == before.versions


def test_settings_that_no_database_stores_are_refused(mine, url):
    with pytest.raises(DataError) as error:
        postgis.put(url, mine.rows, {"title": "\ud800"}, mine.base)
    assert "atlas.yaml" in told(error)


@pytest.mark.parametrize("case", ["a\0b", "\udfff", "", None, 7])
def test_an_id_that_no_database_stores_is_refused(mine, url, case):
    given_rows = mine.rows
    given_rows["cases"].append(dict(given_rows["cases"][0], case=case))
    with pytest.raises(DataError) as error:
        postgis.put(url, given_rows, mine.records.settings, mine.base)
    assert "cases[4]" in told(error)


def test_rows_of_no_case_and_ids_that_come_twice_are_refused(mine, url):
    given_rows = mine.rows
    given_rows["facts"].append(dict(given_rows["facts"][0]))
    given_rows["sites"].append(dict(given_rows["sites"][0], case="nowhere"))
    with pytest.raises(DataError) as error:
        postgis.put(url, given_rows, mine.records.settings, mine.base)
    assert {problem.rule for problem in error.value.problems} == {"duplicate-id", "orphan-row"}


# ---- tables and their versions


def test_columns_are_those_of_the_layers_with_what_they_mean(server, base):
    kinds = {"text": "text", "list": "text", "integer": "bigint", "number": "double precision"}
    for layer in LAYERS:
        found = {
            name: (kind, comment)
            for name, kind, comment in server.ask(
                "SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) "
                "FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
                [f"eppv.{layer.name}"], base,
            )
        }  # fmt: skip
        for field in layer.fields:
            kind, comment = found.pop(field.name)
            assert kind == kinds[field.kind]
            assert field.zh in comment
            assert field.en in comment
        extra = {"version", "changed_by", "changed_at", "xact"} if layer.name == "cases" else set()
        assert found.keys() == extra | ({"geometry"} if layer.shapes else set())
        assert all("·" in comment for _, comment in found.values())


def test_shapes_places_and_words_are_indexed(server, base):
    found = " ".join(
        row[0] for row in server.ask("SELECT indexdef FROM pg_indexes WHERE schemaname = 'eppv'", base=base)
    )
    for part in (
        "sites USING gist (geometry)",
        "zones USING gist (geometry)",
        "cases USING gist (geometry)",
        "(path)",
        "(mode)",
        "(category)",
        "string_to_array(places",
        "gin_trgm_ops",
    ):
        assert part in found, part


def test_views_have_chinese_names(mine, server, base):
    found = server.ask('SELECT "案例 id", "标题", "批次内序号" FROM eppv."案例" ORDER BY 1', base=base)
    assert [row[0] for row in found] == sorted(FEW)
    assert found[0][1] == mine.title(FEW[0])
    assert server.ask('SELECT count("图形") FROM eppv."分区"', base=base)[0][0] >= 5


def test_a_database_of_version_1_with_data_is_migrated_and_keeps_them(whole, server):
    name = server.database("migrated")
    full, old = server.url(name), server.url(name, schema="old_one")
    one = Copy(whole, only=None)
    one.put(full)
    assert [step.number for step in postgis.migrate(old, upto=1).steps] == [1]
    for layer in LAYERS:
        names = ", ".join(f'"{field.name}"' for field in layer.fields) + (
            ", geometry" if layer.shapes else ""
        )
        server.ask(
            f"INSERT INTO old_one.{layer.name} ({names}) SELECT {names} FROM eppv.{layer.name}", base=name
        )
    server.ask("INSERT INTO old_one.atlas (settings) SELECT settings FROM eppv.atlas", base=name)
    waiting = postgis.pending(old)
    assert [step.number for step in waiting] == [step.number for step in schemas.steps()[1:]]
    for call in (postgis.get, lambda at: postgis.put(at, one.rows, one.records.settings)):
        with pytest.raises(UsageError) as error:
            call(old)
        assert "version 1" in told(error)
        assert waiting[0].en in told(error)
        assert waiting[0].zh in error.value.zh
    done = postgis.put(old, one.rows, one.records.settings, may_migrate=True)
    assert set(done.settled) == {*done.base}  # revisions were not known there
    assert set(done.base) == {postgis.ATLAS, *(case.id for case in one.records.cases)}
    assert postgis.pending(old) == ()
    assert_same_rows(one.rows, postgis.get(old).rows)
    noted = server.ask("SELECT what, count(*) FROM old_one.history GROUP BY 1", base=name)
    assert noted == [("present", len(one.records.cases))]
    assert [
        row[0] for row in server.ask("SELECT version FROM old_one.schema_version ORDER BY 1", base=name)
    ] == [1, 2, 3]


def test_without_being_asked_put_makes_no_tables(whole, server):
    empty = server.url(server.database())
    one = Copy(whole)
    for call in (lambda: one.put(empty), lambda: postgis.get(empty), lambda: postgis.roles(empty)):
        with pytest.raises(UsageError) as error:
            call()
        assert "there is no atlas in this schema" in told(error)
    one.put(empty, may_migrate=True)
    assert len(postgis.get(empty).rows["cases"]) == len(FEW)


def test_tables_newer_than_the_program_are_left_alone(mine, url, server, base):
    server.dirty = True
    server.ask("INSERT INTO eppv.schema_version (version) VALUES (99)", base=base)
    for call in (postgis.get, postgis.migrate, postgis.pending, mine.put):
        with pytest.raises(UsageError) as error:
            call(url)
        assert "newer than this program knows" in told(error)


def test_a_schema_with_other_tables_is_left_alone(server):
    name = server.database()
    server.ask("CREATE SCHEMA taken", base=name)
    server.ask("CREATE TABLE taken.cases (a int)", base=name)
    with pytest.raises(UsageError) as error:
        postgis.migrate(server.url(name, schema="taken"))
    assert "(cases)" in told(error)


def test_a_migration_that_fails_halfway_leaves_the_version_before(whole, server, monkeypatch):
    name = server.database()
    real = schemas.steps()
    broken = (*real[:2], dataclasses.replace(real[2], sql=real[2].sql + "\nSELECT 1/0;"))
    monkeypatch.setattr(schemas, "steps", lambda: broken)
    with pytest.raises(UsageError) as error:
        postgis.migrate(server.url(name))
    assert "division by zero" in told(error)
    assert server.ask("SELECT max(version) FROM eppv.schema_version", base=name) == [(2,)]
    assert server.ask("SELECT count(*) FROM pg_proc WHERE proname = 'guard_zones'", base=name) == [(0,)]
    monkeypatch.setattr(schemas, "steps", lambda: real)
    assert [step.number for step in postgis.migrate(server.url(name)).steps] == [3]


def test_four_who_migrate_at_once_make_each_table_once(server):
    url = server.url(server.database())
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(postgis.migrate, [url] * 4))
    assert sorted(step.number for one in done for step in one.steps) == [1, 2, 3]


# ---- many editors


def test_a_case_that_somebody_else_changed_is_refused_with_who_and_when(whole, server, base, url):
    Copy(whole).put(url)
    alice, bob = Copy(whole).get(url), Copy(whole).get(url)
    as_alice, as_bob = server.url(base, "alice"), server.url(base, "bob")
    done = alice.retitle(FEW[0], "甲").retitle(FEW[1], "甲").put(as_alice)
    assert done.changed == tuple(sorted(FEW[:2]))
    before = postgis.get(url)
    bob.retitle(FEW[0], "乙").retitle(FEW[1], "乙").retitle(FEW[2], "乙")
    held = bob.base
    with pytest.raises(DataError) as error:
        bob.put(as_bob)
    assert [problem.place for problem in error.value.problems] == sorted(FEW[:2])  # all of them
    assert "changed by alice at 20" in told(error)
    assert "alice 于 20" in error.value.problems[0].message_zh
    after = postgis.get(url)
    assert after.versions == before.versions  # the third was not written either
    assert_same_rows(after.rows, before.rows)
    assert bob.base is held
    bob.get(url).retitle(FEW[0], "乙").put(as_bob)
    assert alice.get(url).title(FEW[0]) == "乙"
    assert alice.title(FEW[1]) == "甲"


def test_two_who_change_different_cases_both_succeed_and_learn_of_each_other(whole, server, base, url):
    Copy(whole).put(url)
    alice, bob = Copy(whole).get(url), Copy(whole).get(url)
    alice.retitle(FEW[0], "甲").put(server.url(base, "alice"))
    done = bob.retitle(FEW[1], "乙").put(server.url(base, "bob"))  # holds the old FEW[0] and puts it along
    assert done.changed == (FEW[1],)
    assert done.behind == (FEW[0],)
    assert bob.put(url).behind == (FEW[0],)
    bob.retitle(FEW[0], "乙")
    with pytest.raises(DataError):
        bob.put(url)
    both = alice.get(url)
    assert (both.title(FEW[0]), both.title(FEW[1])) == ("甲", "乙")


def test_what_was_never_read_is_not_overwritten(whole, mine, url):
    other = Copy(whole).retitle(FEW[0], "other")
    with pytest.raises(DataError) as error:
        other.put(url)
    assert "you have not read it" in told(error)
    assert Copy(whole).get(url).title(FEW[0]) == mine.title(FEW[0])


def test_settings_are_guarded_like_a_case(whole, url):
    Copy(whole).put(url)
    alice, bob = Copy(whole).get(url), Copy(whole).get(url)
    for one, text in ((alice, "甲"), (bob, "乙")):
        one.records = dataclasses.replace(
            one.records, settings={**one.records.settings, "title": {"zh": text, "en": "x"}}
        )
    assert alice.put(url).changed == (postgis.ATLAS,)
    with pytest.raises(DataError) as error:
        bob.put(url)
    assert error.value.problems[0].place == postgis.ATLAS
    assert postgis.get(url).settings["title"]["zh"] == "甲"


def test_cases_are_removed_only_if_asked_and_if_nobody_changed_them(whole, url):
    Copy(whole).put(url)
    alice, bob = Copy(whole).get(url), Copy(whole).get(url)
    assert alice.without(FEW[0]).put(url).removed == ()
    assert len(postgis.get(url).rows["cases"]) == 3
    bob.retitle(FEW[0], "乙").put(url)
    with pytest.raises(DataError) as error:
        alice.put(url, remove=True)
    assert error.value.problems[0].place == FEW[0]
    alice.get(url).without(FEW[0])
    assert alice.put(url, remove=True).removed == (FEW[0],)
    assert bob.put(url).behind == (FEW[0],)  # did not change it since: it is not raised from the dead
    bob.retitle(FEW[0], "丙")
    with pytest.raises(DataError) as error:
        bob.put(url)
    assert error.value.problems[0].rule == "removed-meanwhile"
    assert [row["case"] for row in postgis.get(url).rows["cases"]] == sorted(FEW[1:])
    assert {row["case"] for row in postgis.get(url).rows["zones"]} == set(FEW[1:])


def test_a_case_removed_and_made_again_is_another(whole, url):
    Copy(whole).put(url)
    bob, alice = Copy(whole).get(url), Copy(whole).get(url)
    alice.without(FEW[0]).put(url, remove=True)
    Copy(whole).retitle(FEW[0], "新").put(url)
    with pytest.raises(DataError):
        bob.retitle(FEW[0], "乙").put(url)


def test_of_many_who_write_the_same_case_at_once_exactly_one_wins(whole, url):
    Copy(whole).put(url)
    for number in range(4):
        rivals = [Copy(whole).get(url).retitle(FEW[0], f"{number}-{one}") for one in range(4)]
        gate = threading.Barrier(len(rivals))

        def go(one, gate=gate):
            gate.wait()
            try:
                one.put(url)
            except DataError as error:
                return error.problems[0].rule
            return one.title(FEW[0])

        with ThreadPoolExecutor(len(rivals)) as pool:
            ends = list(pool.map(go, rivals))
        assert sorted(ends)[1:] == ["changed-meanwhile"] * 3, ends
        assert Copy(whole).get(url).title(FEW[0]) == min(ends)


def test_of_many_who_add_the_same_case_at_once_exactly_one_wins(whole, server):
    url = server.url(server.database("migrated"))
    gate = threading.Barrier(4)

    def go(number):
        one = Copy(whole, FEW[:1]).retitle(FEW[0], str(number))
        gate.wait()
        try:
            return one.put(url).added
        except DataError as error:
            return error.problems[0].rule

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(go, range(4)))
    assert sorted(map(str, ends))[1:] == ["never-read"] * 3, ends


EDITOR = """
import json, sys
from eppv_atlas.store.exchange import postgis, records, rows
from eppv_atlas.store.exchange.layers import CASES
url, case, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(times):
    got = postgis.get(url)
    atlas, _ = rows.back(got.rows, got.settings, "x")
    base = postgis.held(got.versions, atlas)
    for row in got.rows["cases"]:
        if row["case"] == case:
            row["title_zh"], row["revision"] = f"{case} {number}", None
    done = postgis.put(url, got.rows, got.settings, base)
    assert done.changed == (case,), done
print("ok")
"""


def test_processes_that_write_different_cases_at_the_same_time_all_succeed(whole, server, base, url):
    Copy(whole).put(url)
    users = dict(zip(FEW, ("alice", "guarded"), strict=False))
    environment = os.environ | {"PGPASSWORD": "s3cret%word", "PYTHONPATH": os.pathsep.join(sys.path)}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", EDITOR, server.url(base, user), case, "3"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for case, user in users.items()
    ]  # fmt: skip
    for child in children:
        out, err = child.communicate(timeout=60)
        assert (child.returncode, out.strip()) == (0, "ok"), err
    end = Copy(whole).get(url)
    assert [end.title(case) for case in users] == [f"{case} 2" for case in users]
    assert users.items() <= dict(server.ask('SELECT "case", changed_by FROM eppv.cases', base=base)).items()
    noted = server.ask(
        "SELECT who, program, count(*) FROM eppv.history WHERE what = 'changed' GROUP BY 1, 2", base=base
    )
    assert sorted(noted) == [(user, "eppv-atlas", 3) for user in sorted(users.values())]


def test_an_edit_by_hand_that_is_under_way_is_waited_for_and_then_refuses(whole, mine, url, server, base):
    with server.connect(base, "alice") as alice:
        alice.execute("BEGIN")
        alice.execute("UPDATE eppv.zones SET name_zh = '手改' WHERE \"case\" = %s", [FEW[0]])
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(mine.retitle(FEW[0], "late").put, url)
            await_waiting(server, base)
            alice.execute("COMMIT")
            with pytest.raises(DataError) as error:
                late.result(30)
    assert "changed by alice" in told(error)
    assert {row["name_zh"] for row in postgis.get(url).rows["zones"] if row["case"] == FEW[0]} == {"手改"}


# ---- by hand, as QGIS writes


def test_edits_by_plain_sql_come_back_and_raise_the_version(whole, mine, url, server, base):
    case = FEW[1]
    before = postgis.get(url)
    zone = (
        next(row for row in before.rows["zones"] if row["case"] == case and row["geometry_from"] == "drawn")
        if any(row["case"] == case and row["geometry_from"] == "drawn" for row in before.rows["zones"])
        else next(row for row in before.rows["zones"] if row["case"] == case and row["geometry"] is not None)
    )
    site = next(row for row in before.rows["sites"] if row["case"] == case)
    with server.connect(base, "alice", application_name="QGIS") as alice:
        alice.execute(
            "UPDATE eppv.zones SET name_zh = '改名', geometry_from = 'drawn', "
            "geometry = public.ST_GeomFromText('POLYGON((120 30, 120.1 30, 120.1 30.1, 120 30))', 4326) "
            'WHERE "case" = %s AND id = %s', [case, zone["id"]],
        )  # fmt: skip
        first = server.ask('SELECT version FROM eppv.cases WHERE "case" = %s', [case], base)[0][0]
        assert first > before.versions[case]
        alice.execute(
            'INSERT INTO eppv.facts ("case", id, label_zh, label_en, section, as_printed, value, unit, page) '
            "VALUES (%s, 'by-hand', '手填', 'By hand', 'outcome', '12.5公顷', 12.5, 'ha', 20)", [case],
        )  # fmt: skip
        second = server.ask('SELECT version FROM eppv.cases WHERE "case" = %s', [case], base)[0][0]
        assert second > first
        alice.execute('DELETE FROM eppv.sites WHERE "case" = %s AND id = %s', [case, site["id"]])
    after = postgis.get(url)
    assert after.versions[case] > second
    assert {key for key in before.versions if before.versions[key] != after.versions[key]} == {case}
    head = next(row for row in after.rows["cases"] if row["case"] == case)
    assert head["revision"] is None
    back, problems = rows.back(after.rows, after.settings, "x")
    assert problems == []
    data = next(one for one in back.cases if one.id == case)
    changed = next(one for one in data.data["zones"] if one["id"] == zone["id"])
    assert changed["name"]["zh"] == "改名"
    assert shapely.equals(
        data.shapes[zone["id"]].geometry, shapely.Polygon([(120, 30), (120.1, 30), (120.1, 30.1)])
    )
    assert data.data["facts"][-1] == {
        "id": "by-hand", "label": {"zh": "手填", "en": "By hand"}, "section": "outcome", "printed": "12.5公顷",
        "value": "12.5", "unit": "ha", "page": "20",
    }  # fmt: skip
    assert site["id"] not in {one["id"] for one in data.data.get("sites", ())}
    untouched = [one for one in back.cases if one.id != case]
    assert untouched == [one for one in mine.records.cases if one.id != case]
    noted = server.ask(
        'SELECT who, program, what FROM eppv.history WHERE "case" = %s ORDER BY id', [case], base
    )
    assert noted == [("postgres", "eppv-atlas", "added")] + [("alice", "QGIS", "changed")] * 3
    with pytest.raises(DataError):
        mine.retitle(case, "over it").put(url)


def test_figures_that_an_edit_outdates_are_emptied_and_cannot_be_written_by_hand(whole, url, server, base):
    Copy(whole, only=None).put(url)

    def one(query, *given):
        return server.ask(query, list(given), base)[0]

    key = 'WHERE "case" = %s AND id = %s'
    case, zone, fact = one(
        'SELECT "case", id, stated_area FROM eppv.zones WHERE difference_pct IS NOT NULL ORDER BY 1, 2 LIMIT 1'
    )
    columns = "measured_m2, perimeter_m, stated_m2, difference_pct, kind_zh, family"
    held = one(f"SELECT {columns} FROM eppv.zones {key}", case, zone)
    assert None not in held
    server.ask(
        f"UPDATE eppv.zones SET measured_m2 = 1, kind_zh = 'x', family = 'y', name_en = 'n' {key}",
        [case, zone],
        base,
    )
    assert one(f"SELECT {columns} FROM eppv.zones {key}", case, zone) == held
    server.ask(f"UPDATE eppv.facts SET value = value * 2 {key}", [case, fact], base)
    assert one(f"SELECT {columns} FROM eppv.zones {key}", case, zone) == (*held[:2], None, None, *held[4:])
    server.ask(
        f"UPDATE eppv.zones SET geometry = public.ST_Translate(geometry, 0.001, 0), kind = 'other' {key}",
        [case, zone],
        base,
    )
    assert one(f"SELECT {columns} FROM eppv.zones {key}", case, zone) == (None,) * 6
    anchor = one('SELECT anchor FROM eppv.cases WHERE "case" = %s', case)[0]
    assert one('SELECT geometry IS NULL FROM eppv.cases WHERE "case" = %s', case)[0] == (anchor == zone)
    server.ask(
        "INSERT INTO eppv.zones (\"case\", id, measured_m2, kind_zh) VALUES (%s, 'by-hand', 1, 'x')",
        [case],
        base,
    )
    assert one(f"SELECT {columns} FROM eppv.zones {key}", case, "by-hand") == (None,) * 6


def test_what_was_edited_by_hand_is_worked_out_anew_without_a_new_version(whole, url, server, base):
    one = Copy(whole)
    one.put(url)
    server.ask(
        "UPDATE eppv.facts SET value = value, label_en = label_en || '!' WHERE \"case\" = %s", [FEW[0]], base
    )
    server.ask(
        "UPDATE eppv.zones SET kind_zh = 'x', name_zh = name_zh || '!' WHERE \"case\" = %s", [FEW[0]], base
    )
    other = Copy(whole).get(url)
    one.get(url)
    version = one.base[FEW[0]].version
    done = one.put(url)
    assert done.settled == (FEW[0],)
    assert done.changed == ()
    got = postgis.get(url)
    assert got.versions[FEW[0]] == version
    assert_same_rows(got.rows, one.rows)
    assert server.ask("SELECT count(*) FROM eppv.history WHERE what = 'changed'", base=base) == [(2,)]
    assert other.retitle(FEW[0], "乙").put(url).changed == (FEW[0],)  # and nobody else is refused for it


def test_renaming_a_case_or_moving_a_part_changes_both_sides(mine, url, server, base):
    before = postgis.get(url).versions
    server.ask(
        'UPDATE eppv.facts SET "case" = %s, id = \'moved\' WHERE ("case", id) = (SELECT "case", id FROM eppv.facts WHERE "case" = %s LIMIT 1)',
        [FEW[1], FEW[0]],
        base,
    )
    after = postgis.get(url).versions
    assert {key for key in before if before[key] != after[key]} == set(FEW[:2])
    server.ask('UPDATE eppv.cases SET "case" = \'renamed\' WHERE "case" = %s', [FEW[2]], base)
    got = postgis.get(url)
    assert "renamed" in got.versions
    assert {row["case"] for row in got.rows["zones"]} == {*FEW[:2], "renamed"}
    noted = server.ask('SELECT what, "case" FROM eppv.history ORDER BY id DESC LIMIT 2', base=base)
    assert noted == [("added", "renamed"), ("removed", FEW[2])]


@pytest.mark.parametrize(
    ("layer", "shape"),
    [("zones", "CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0))"), ("zones", "TIN(((0 0, 0 1, 1 0, 0 0)))"),
     ("zones", "POLYGON Z((0 0 1, 0 1 1, 1 0 1, 0 0 1))"), ("sites", "LINESTRING(0 0, 1 1)")],
)  # fmt: skip
def test_shapes_that_no_atlas_holds_are_refused_when_they_are_saved(mine, server, base, layer, shape):
    with pytest.raises(psycopg.Error):
        server.ask(f"UPDATE eppv.{layer} SET geometry = public.ST_GeomFromText('{shape}', 4326)", base=base)


def test_a_shape_that_cannot_be_read_is_named(mine, url, server, base):
    server.dirty = True
    server.ask("ALTER TABLE eppv.zones DROP CONSTRAINT plain_geometry", base=base)
    server.ask(
        "UPDATE eppv.zones SET geometry = public.ST_GeomFromText('TRIANGLE((0 0, 0 1, 1 0, 0 0))', 4326)",
        base=base,
    )
    with pytest.raises(UsageError) as error:
        postgis.get(url)
    assert f"the shape of {min(FEW)}/" in told(error)


def test_settings_damaged_by_hand_are_said(mine, url, server, base):
    server.ask("UPDATE eppv.atlas SET settings = '[1'", base=base)
    with pytest.raises(UsageError) as error:
        postgis.get(url)
    assert "holds no JSON" in told(error)


def test_saving_without_a_change_is_none(mine, url, server, base):
    server.ask("UPDATE eppv.cases SET title_zh = title_zh, version = version", base=base)
    assert {key: one.version for key, one in mine.base.items()} == postgis.get(url).versions


def test_what_hangs_on_a_zone_elsewhere_stays_when_the_zone_is_written(mine, url, server, base):
    server.dirty = True
    server.ask(
        "CREATE TABLE parcels (c text, z text, FOREIGN KEY (c, z) REFERENCES eppv.zones ON DELETE CASCADE)",
        base=base,
    )
    server.ask('INSERT INTO parcels SELECT "case", id FROM eppv.zones WHERE "case" = %s', [FEW[0]], base)
    count = server.ask("SELECT count(*) FROM parcels", base=base)
    mine.retitle(FEW[0], "new").put(url)
    assert server.ask("SELECT count(*) FROM parcels", base=base) == count
    assert count[0][0] > 0


# ---- who may what


def test_readers_read_and_editors_write_rows_but_no_tables(whole, mine, url, server, base):
    reader, editor = server.url(base, "carol"), server.url(base, "alice")
    assert_same_rows(postgis.get(reader).rows, postgis.get(url).rows)
    changed = mine.twin().retitle(FEW[0], "甲")
    with pytest.raises(UsageError) as error:
        changed.put(reader)
    assert "eppv_editor" in told(error)
    assert changed.put(editor).changed == (FEW[0],)
    for user, statement in (
        ("carol", "UPDATE eppv.cases SET title_zh = 'x'"),
        ("carol", "DELETE FROM eppv.zones"),
        ("carol", "INSERT INTO eppv.atlas (settings) VALUES ('{}')"),
        ("alice", "DROP TABLE eppv.facts"),
        ("alice", "ALTER TABLE eppv.facts ADD COLUMN x int"),
        ("alice", "CREATE TABLE eppv.mine (a int)"),
        ("alice", "TRUNCATE eppv.facts"),
        ("alice", "ALTER TABLE eppv.zones DISABLE TRIGGER ALL"),
        ("alice", "UPDATE eppv.history SET who = 'bob'"),
        ("alice", "DELETE FROM eppv.history"),
        ("alice", "INSERT INTO eppv.schema_version (version) VALUES (99)"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.ask(statement, base=base, user=user)
    server.ask("UPDATE eppv.zones SET name_zh = 'x' WHERE \"case\" = %s", [FEW[0]], base, "alice")
    server.ask("CREATE ROLE dave LOGIN")
    with pytest.raises(UsageError) as error:
        postgis.get(server.url(base, "dave"))
    assert "no right" in told(error)
    with pytest.raises(UsageError) as error:
        postgis.migrate(server.url(base, "alice", schema="another"))
    assert "no right" in told(error)


def test_who_may_not_make_roles_is_given_the_sql_for_who_may(server):
    name = server.database("bare")
    server.ask("CREATE ROLE owner1 LOGIN")
    server.ask(f"GRANT CREATE ON DATABASE {name} TO owner1")
    url = server.url(name, "owner1", "org")
    left = postgis.migrate(url).handed_over
    assert left[:2] == ('CREATE ROLE "org_reader" NOLOGIN;', 'CREATE ROLE "org_editor" NOLOGIN;')
    assert postgis.roles(url) == left
    for statement in left:
        server.ask(statement, base=name)
    assert postgis.roles(url) == ()
    server.ask("GRANT org_editor TO bob")
    assert postgis.get(server.url(name, "bob", "org")).rows["cases"] == []


# ---- addresses


SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "text",
    [f"postgresql://u:{SECRET}@@host/db", f"postgresql://u:{SECRET}/x@host/db", f"postgresql://u:{SECRET}?x@host/db",
     f"postgresql://u:{SECRET}#@host/db", f"postgresql://u:{SECRET}", f"postgresql://u@h/db?passwort={SECRET}",
     f"postgresql://u:%zz{SECRET}@h/db", f"postgresql://u:{SECRET}@h:port/db", f"mysql://u:{SECRET}@h/db", f"postgresql://u:{SECRET} @h/db",
     f"postgresql://u:{SECRET}@h/db?schema=x'; DROP", f"postgresql://u:{SECRET}@h/db?schema=public", f"postgresql://u:{SECRET}@h/db?schema=pg_x",
     f"postgresql://u:{SECRET}@h/db?schema=A", f"postgresql://u:{SECRET}@h/db?schema=", f"postgresql://u:{SECRET}@h/db?x\n=1", ""],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_refused_without_repeating_a_password(text):
    with pytest.raises(UsageError) as error:
        postgis.parse(text)
    assert SECRET not in told(error) + error.value.zh + repr(error.value)


def test_an_address_names_schema_and_server_and_hides_the_password():
    one = postgis.parse(
        f"postgres://al%20ice:{SECRET}@[::1]:5433/db%C3%A9?sslmode=require&password={SECRET}&schema=org_2"
    )
    assert one.schema == "org_2"
    assert one.shown == "postgresql://al%20ice@[::1]:5433/db%C3%A9?sslmode=require&schema=org_2"
    assert one.parameters["user"] == "al ice"
    assert one.parameters["host"] == "::1"
    assert SECRET not in repr(one) + str(one)
    assert postgis.parse("postgresql://").schema == "eppv"
    assert postgis.parse("postgresql://a,b:5433/x?schema=s").parameters["host"] == "a,b"


def test_passwords_come_from_address_environment_or_file_and_are_not_told(
    whole, mine, server, base, monkeypatch, tmp_path
):
    bare = server.url(base, "guarded")
    with pytest.raises(UsageError) as error:
        postgis.get(bare)
    assert "pgpass" in told(error)
    monkeypatch.setenv("PGPASSWORD", f"{SECRET}")
    with pytest.raises(UsageError) as error:
        postgis.get(bare)
    assert "wrong password" in told(error)
    assert SECRET not in told(error)
    monkeypatch.setenv("PGPASSWORD", "s3cret%word")
    assert postgis.get(bare).rows["cases"]
    monkeypatch.delenv("PGPASSWORD")
    inside = bare.replace("guarded@", "guarded:s3cret%25word@")
    assert postgis.get(inside).rows["cases"]
    server.ask("UPDATE eppv.cases SET title_zh = 'x'", base=base)
    with pytest.raises(DataError) as error:
        mine.retitle(FEW[0], "y").put(inside)
    assert "s3cret" not in told(error)
    passes = tmp_path / "pass"
    passes.write_text("*:*:*:guarded:s3cret%word\n")
    passes.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passes))
    assert postgis.get(bare).rows["cases"]


def test_without_psycopg_one_line_says_what_to_install():
    program = """
import sys
sys.modules["psycopg"] = None
from eppv_atlas.errors import UsageError
try:
    from eppv_atlas.store.exchange import postgis
except UsageError as error:
    print(error.en, error.zh)
"""
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.count("pip install 'eppv-atlas[postgis]'") == 2


# ---- faults


def await_waiting(server, base, wait="Lock"):
    """Wait until the program's own connection waits for something; return its process."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = server.ask(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name = 'eppv-atlas' "
            "AND (wait_event_type = %s OR wait_event = %s)", [base, wait, wait],
        )  # fmt: skip
        if found:
            return found[0][0]
        time.sleep(0.01)
    raise AssertionError("the program does not wait")


def survived(work, fault, url, says, *, mended=lambda: None, kind=UsageError, before=None):
    """Something goes wrong while `work` puts: one line is told, the old state stands, and once more succeeds."""
    FAULTS["tried"] += 1
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work.put, url)
        try:
            fault()
        finally:
            with pytest.raises(kind) as error:
                running.result(60)
    line = told(error)
    assert says in line, line
    mended()
    if before is not None:
        after = postgis.get(url)
        assert after.versions == before.versions
        assert_same_rows(after.rows, before.rows)
    work.put(url)
    assert_same_rows(work.rows, postgis.get(url).rows)
    FAULTS["survived"] += 1
    return line


@contextmanager
def blocked(server, base, table):
    """Keep writers off a table, so that a put stops in the middle."""
    holder = server.connect(base)
    try:
        holder.execute("BEGIN")
        holder.execute(f"LOCK TABLE eppv.{table} IN SHARE MODE")
        yield holder
    finally:
        holder.close()


def everything_anew(one):
    """Change settings, a case and add another, so that every table is written."""
    one.records = dataclasses.replace(
        one.records, settings={**one.records.settings, "note": str(random.random())}
    )
    return one.retitle(FEW[0], str(random.random()))


@pytest.mark.parametrize("table", TABLES)
def test_a_connection_dropped_in_the_middle_leaves_the_old_state(mine, url, server, base, table):
    everything_anew(mine)
    before = postgis.get(url)
    with blocked(server, base, table) as holder:

        def fault():
            server.ask("SELECT pg_terminate_backend(%s)", [await_waiting(server, base)])

        survived(
            mine,
            fault,
            url,
            "the connection was lost",
            mended=lambda: holder.execute("ROLLBACK"),
            before=before,
        )


def test_connections_dropped_at_any_moment_leave_the_old_state_or_the_new(mine, url, server, base):
    chance = random.Random(8)
    ends = {"old": 0, "new": 0}
    started = time.monotonic()
    everything_anew(mine).put(url)
    took = time.monotonic() - started
    for _ in range(12):
        FAULTS["tried"] += 1
        everything_anew(mine)
        before = postgis.get(url)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(postgis.put, url, mine.rows, mine.records.settings, mine.base)
            time.sleep(chance.uniform(0, took))
            server.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'eppv-atlas' AND datname = %s",
                [base],
            )
            error = running.exception(30)
        assert error is None or isinstance(error, UsageError)
        after = postgis.get(url)
        if after.versions == before.versions:
            ends["old"] += 1
            assert_same_rows(after.rows, before.rows)
        else:
            ends["new"] += 1
            assert_same_rows(after.rows, mine.rows)
        mine.put(url)
        assert_same_rows(mine.rows, postgis.get(url).rows)
        FAULTS["survived"] += 1
    assert ends["old"] > 0


@pytest.mark.parametrize("table", ["cases", "zones", "mechanisms"])
def test_a_server_killed_in_the_middle_leaves_the_old_state(mine, url, server, base, table):
    everything_anew(mine)
    before = postgis.get(url)
    with blocked(server, base, table):

        def fault():
            await_waiting(server, base)
            server.kill()

        survived(mine, fault, url, "the connection was lost", mended=server.start, before=before)


def test_a_backend_that_crashes_leaves_the_old_state(mine, url, server, base):
    everything_anew(mine)
    before = postgis.get(url)
    with blocked(server, base, "facts") as holder:

        def fault():
            os.kill(await_waiting(server, base), signal.SIGKILL)

        def mended():
            with suppress(psycopg.OperationalError):
                while True:  # the server ends every session once it notices
                    holder.execute("SELECT 1")
                    time.sleep(0.01)
            server.await_up()

        survived(mine, fault, url, "the connection was lost", mended=mended, before=before)


def test_a_program_killed_in_the_middle_leaves_the_old_state(whole, mine, url, server, base):
    FAULTS["tried"] += 1
    before = postgis.get(url)
    with blocked(server, base, "facts") as holder:
        child = subprocess.Popen(
            [sys.executable, "-c", EDITOR, url, FEW[0], "1"], stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        await_waiting(server, base)
        child.kill()
        child.wait()
        holder.execute("ROLLBACK")
    everything_anew(mine).put(url)  # waits until the server has noticed
    after = postgis.get(url)
    assert_same_rows(mine.rows, after.rows)
    assert before.versions != after.versions
    FAULTS["survived"] += 1


def test_a_server_that_dies_at_the_commit_leaves_one_state_and_once_more_settles_it(mine, url, server, base):
    """Committed, but the answer never came: putting again finds that all is there."""
    FAULTS["tried"] += 1
    server.ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.ask("SELECT pg_reload_conf()")
    try:
        everything_anew(mine)
        waits = url + "&options=-csynchronous_commit%3Don"
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(mine.twin().put, waits)
            server.ask("SELECT pg_terminate_backend(%s)", [await_waiting(server, base, "SyncRep")])
            with pytest.raises(UsageError) as error:
                running.result(30)
        assert "whether it was written is not known" in told(error)
        assert_same_rows(mine.rows, postgis.get(url).rows)
        done = mine.put(url)
        assert (done.changed, done.added) == ((), ())
    finally:
        server.ask("ALTER SYSTEM RESET synchronous_standby_names")
        server.ask("SELECT pg_reload_conf()")
    FAULTS["survived"] += 1


def test_a_commit_that_fails_leaves_the_old_state(mine, url, server, base):
    server.dirty = True
    everything_anew(mine)
    before = postgis.get(url)
    server.ask(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        base=base,
    )
    server.ask(
        "CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON eppv.cases DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()",
        base=base,
    )
    survived(mine, lambda: None, url, "whether it was written is not known", before=before,
             mended=lambda: server.ask("DROP FUNCTION die() CASCADE", base=base))  # fmt: skip


def test_a_server_that_is_down_is_said_and_once_up_again_all_is_there(mine, url, server):
    everything_anew(mine)
    before = postgis.get(url)
    server.stop()
    for call in (postgis.get, postgis.migrate, lambda at: list(postgis.stream(at))):
        with pytest.raises(UsageError) as error:
            call(url)
        assert "does not answer" in told(error)
    survived(mine, lambda: None, url, "does not answer", mended=server.start, before=before)


def test_a_statement_that_takes_too_long_leaves_the_old_state(mine, url, server, base):
    server.dirty = True
    everything_anew(mine)
    before = postgis.get(url)
    server.ask(f"ALTER DATABASE {base} SET statement_timeout = '150ms'")
    with blocked(server, base, "facts") as holder:

        def mended():
            holder.execute("ROLLBACK")
            server.ask(f"ALTER DATABASE {base} RESET statement_timeout")

        survived(mine, lambda: None, url, "statement_timeout", mended=mended, before=before)


def test_a_lock_that_is_never_given_up_is_not_waited_for_without_end(mine, url, server, base, monkeypatch):
    from eppv_atlas.store.exchange.postgis import address

    monkeypatch.setattr(address, "LOCK_WAIT_S", 0.2)
    everything_anew(mine)
    before = postgis.get(url)
    with blocked(server, base, "facts") as holder:
        survived(
            mine,
            lambda: None,
            url,
            "another editor has held",
            mended=lambda: holder.execute("ROLLBACK"),
            before=before,
        )


def test_a_server_that_only_reads_is_said(mine, url, server, base):
    server.dirty = True
    everything_anew(mine)
    before = postgis.get(url)
    server.ask(f"ALTER DATABASE {base} SET default_transaction_read_only = on")
    survived(mine, lambda: None, url, "read-only", before=before,
             mended=lambda: server.ask(f"ALTER DATABASE {base} RESET default_transaction_read_only"))  # fmt: skip


def test_rights_taken_away_leave_the_old_state(mine, server, base):
    server.dirty = True
    url = server.url(base, "alice")
    everything_anew(mine)
    before = postgis.get(url)
    server.ask("REVOKE INSERT, UPDATE ON eppv.mechanisms FROM eppv_editor", base=base)
    survived(mine, lambda: None, url, "no right", before=before,
             mended=lambda: server.ask("GRANT INSERT, UPDATE ON eppv.mechanisms TO eppv_editor", base=base))  # fmt: skip


def test_a_rule_of_the_organisation_that_refuses_leaves_the_old_state(mine, url, server, base):
    server.dirty = True
    everything_anew(mine)
    before = postgis.get(url)
    server.ask("ALTER TABLE eppv.cases ADD CONSTRAINT ours CHECK (title_zh !~ '^0') NOT VALID", base=base)
    line = survived(mine, lambda: None, url, "the server refuses", before=before,
                    mended=lambda: server.ask("ALTER TABLE eppv.cases DROP CONSTRAINT ours", base=base))  # fmt: skip
    assert "ours" in line


def test_a_database_without_postgis_is_said_with_what_to_run(whole, server):
    FAULTS["tried"] += 1
    server.ask("CREATE DATABASE plain")
    server.ask("GRANT CREATE ON DATABASE plain TO alice")
    with pytest.raises(UsageError) as error:
        postgis.migrate(server.url("plain", "alice"))
    assert "CREATE EXTENSION postgis" in told(error)
    assert server.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'eppv'", base="plain") == [(0,)]
    postgis.migrate(server.url("plain"))  # whoever may makes it
    assert Copy(whole).put(server.url("plain")).added
    FAULTS["survived"] += 1


def test_a_database_that_cannot_hold_chinese_or_is_not_there_is_said(server):
    FAULTS["tried"] += 2
    server.ask("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'")
    with pytest.raises(UsageError) as error:
        postgis.migrate(server.url("latin"))
    assert "LATIN1" in told(error)
    with pytest.raises(UsageError) as error:
        postgis.get(server.url("nowhere"))
    assert "nowhere" in told(error)
    FAULTS["survived"] += 2


def test_a_full_disk_leaves_the_old_state(whole, server):
    """A tablespace on a file system of 8 MB; where none may be mounted, files that may not grow beyond that."""
    name = server.database("bare")
    url = server.url(name)
    small = server.folder / "small"
    small.mkdir()
    size = 8 * 2**20
    mounted = os.getuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", small], check=False, capture_output=True
        ).returncode
        == 0
    )
    try:
        if mounted:
            shutil.chown(small, server.user)
            server.ask(f"CREATE TABLESPACE small LOCATION '{small}'")
            server.ask(f"ALTER DATABASE {name} SET default_tablespace = small")
        one = Copy(whole)
        one.put(url, may_migrate=True)
        if not mounted:
            server.stop()
            server.start(blocks=size // 512 + 1)
        before = postgis.get(url)
        big = one.rows
        noise = random.Random(1)
        for row in big["facts"][:40]:
            row["as_printed"] = noise.randbytes(200_000).hex()
        for row in big["cases"]:
            row["revision"] = "f" * 64
        FAULTS["tried"] += 1
        with pytest.raises(UsageError) as error:
            postgis.put(url, big, one.records.settings, one.base)
        assert "the disk of the server is full" in told(error)
        after = postgis.get(url)
        assert after.versions == before.versions
        assert_same_rows(after.rows, before.rows)
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=400m", small], check=True)
        else:
            server.stop()
            server.start()
        postgis.put(url, big, one.records.settings, one.base)
        assert_same_rows(postgis.get(url).rows, big)
        FAULTS["survived"] += 1
    finally:
        if mounted:
            server.ask(f"DROP DATABASE {name} WITH (FORCE)")
            server.ask("DROP TABLESPACE small")
            subprocess.run(["umount", small], check=True)


def test_all_faults_were_survived(capfd, record_property):
    """Stands last: what was tried above, for the report."""
    for what, count in FAULTS.items():
        record_property(f"faults {what}", count)
    with capfd.disabled():
        print(f"\nPostGIS: {FAULTS['tried']} faults tried, {FAULTS['survived']} survived")
    assert FAULTS["survived"] == FAULTS["tried"]


# ── the command line ──


def zone_name(root, case, text):
    """Give the case another short name in its file."""
    file = root / "cases" / f"{case}.yaml"
    data = file.read_text("utf-8")
    start = data.index("short:\n  zh: ") + len("short:\n  zh: ")
    file.write_text(data[:start] + text + data[data.index("\n", start) :], "utf-8")


def test_two_offices_work_on_one_database_from_folders_of_their_own(server, base, url, folder, tmp_path, cli):
    """Put, unpack, edit on both sides, be refused, take in, and put again: nothing is overwritten unread."""
    assert cli("--atlas", folder, "export", "--out", url)[0] == 0
    assert "11 of 11 cases written" not in cli("--atlas", folder, "export", "--out", url)[1]  # they are there
    code, out, err = cli("--atlas", url, "check")
    assert (code, err) == (0, "")
    assert "11 cases" in out
    other = tmp_path / "other"
    assert cli("--atlas", url, "export", "--to", "folder", "--out", other)[0] == 0
    assert cli("--atlas", other, "check", "--strict")[0] == 0

    zone_name(other, "chaka-salt-lake", "茶卡甲")
    zone_name(other, "hangzhou-xixi", "西溪甲")
    code, out, _ = cli("--atlas", other, "export", "--out", url)
    assert code == 0
    assert "2 of 11 cases written" in out

    zone_name(folder, "hangzhou-xixi", "西溪乙")  # the first office has not seen that
    code, _, err = cli("--atlas", folder, "export", "--out", url)
    assert code == 1
    assert "hangzhou-xixi" in err
    names = "SELECT short_zh FROM eppv.cases WHERE \"case\" IN ('hangzhou-xixi', 'chaka-salt-lake') ORDER BY \"case\""
    assert [row[0] for row in server.ask(names, base=base)] == ["茶卡甲", "西溪甲"]

    code, _, err = cli("--atlas", folder, "import", url, "--apply")  # changed on both sides: not silently
    assert code == 1
    assert "hangzhou-xixi" in err
    zone_name(folder, "hangzhou-xixi", "西溪湿地")  # as it was read: gives way
    assert cli("--atlas", folder, "import", url, "--apply")[0] == 0
    held = {item.case.id: item.case.short.zh for item in read_folder(folder).cases}
    assert (held["hangzhou-xixi"], held["chaka-salt-lake"]) == ("西溪甲", "茶卡甲")
    zone_name(folder, "hangzhou-xixi", "西溪丙")
    assert cli("--atlas", folder, "export", "--out", url)[0] == 0
    assert [row[0] for row in server.ask(names, base=base)] == ["茶卡甲", "西溪丙"]


def test_a_database_without_tables_is_not_touched_unasked(server, folder, cli):
    name = server.database("bare")
    code, _, err = cli("--atlas", folder, "export", "atlas", "chaka-salt-lake", "--out", server.url(name))
    assert code == 2
    assert "migrat" in err
    assert server.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'eppv'", base=name) == [(0,)]
    assert (
        cli("--atlas", folder, "export", "atlas", "chaka-salt-lake", "--migrate", "--out", server.url(name))[
            0
        ]
        == 0
    )
    code, out, _ = cli("--atlas", server.url(name), "list", "--format", "json")
    assert code == 0
    assert "chaka-salt-lake" in out


def test_a_server_that_is_down_is_one_line(folder, tmp_path, cli):
    address = f"postgresql:///atlas?host={tmp_path}&port=1"
    for words in (("--atlas", address, "check"), ("--atlas", folder, "export", "--out", address)):
        code, _, err = cli(*words)
        assert code == 2
        assert len(err.strip().splitlines()) == 1, err
