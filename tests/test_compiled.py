"""What is kept of a large atlas: the same answers as reading it whole, whatever happens to what is kept."""

import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import test_bad_input
from conftest import ROOT, call
from eppv_atlas import cards, choosing, compiled, early, listing, measure, render, vocabulary
from eppv_atlas.choosing import Wanted
from eppv_atlas.cli import find, make
from eppv_atlas.cli.look import _drawn
from eppv_atlas.compiled import box as boxes
from eppv_atlas.compiled import crew, index, parcels, places, reader
from eppv_atlas.compiled import folder as folders
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.store import load, plain_yaml, read_folder, reading, transaction, yaml_text

sys.path.insert(0, str(ROOT / "benchmarks"))
import many

STATE = transaction.STATE


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A cache folder of the test's own; and every atlas is a large one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "LEAST", 1)
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A synthetic atlas of 70 cases, written some time ago."""
    root = tmp_path_factory.mktemp("many") / "atlas"
    many.write(root, 70)
    return root


@pytest.fixture
def many_cases(made, tmp_path):
    root = tmp_path / "atlas"
    shutil.copytree(made, root)
    return root


def aged(monkeypatch):
    """Take times of files for certain at once, so that tests need not wait for the clock."""
    monkeypatch.setattr(folders, "TICK_NS", -10_000_000_000)


def answers(root):
    """What reading an atlas whole says of it: problems, doubts."""
    loading = read_folder(root)
    return loading.problems, _drawn(loading)


def opened(root, **more):
    said = []
    held = compiled.of(root, lambda en, zh: said.append((en, zh)), **more)
    held.said = said
    return held


def fewer(root, count):
    """Leave only the first cases of an atlas."""
    for path in sorted((root / "cases").iterdir())[count:]:
        path.unlink()
        (root / "geodata" / f"{path.stem}.geojson").unlink()


def kept(root, **more):
    """The same from what is kept, and how many cases were judged for it."""
    held = opened(root, **more)
    try:
        return held.problems(), held.judged
    finally:
        held.close()


def same(root):
    found, judged = kept(root)
    assert found == answers(root)
    return judged


# the plainest YAML


@pytest.mark.parametrize("path", sorted((ROOT / "cases").glob("*.yaml")), ids=lambda p: p.stem)
def test_plain_yaml_is_read_as_all_of_yaml_is(path):
    text = path.read_text("utf-8")
    whole = yaml_text._whole(text, "", yaml_text.YamlText())
    assert not whole.problems
    assert plain_yaml.read(text) in (None, whole.data)
    again = yaml_text.read(text.encode(), "")
    assert again.data == whole.data
    assert again.lines == whole.lines


def test_most_cases_are_plain():
    texts = [path.read_text("utf-8") for path in (ROOT / "cases").glob("*.yaml")]
    assert sum(plain_yaml.read(text) is not None for text in texts) >= len(texts) - 2


PIECES = [*" \n:#-,{}[]\"'&*!|>%@?\\\t\r~", "：", "  ", "- ", ": ", " #", "key", "a: b", "\n  ", "\n- ", "\ufeff", "\x85", "\u2028", "\u202e", "\x00", "1.50", "yes", "null", "''", '""', "{}", "[]", "---", "...", "<<", "\u00a0", "中", "\n\n", "? "]  # fmt: skip


def agrees(text):
    """Where plain YAML reads a text, all of YAML reads the same and has nothing to say."""
    found = plain_yaml.read(text)
    if found is None:
        return False
    whole = yaml_text._whole(text, "", yaml_text.YamlText())
    assert whole.problems == [], text
    assert whole.data == found, text
    base = yaml.load(text, Loader=yaml.BaseLoader)
    assert base == found, text
    return True


def test_mutated_cases_are_read_as_all_of_yaml_reads_them():
    rng = random.Random(8)
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "cases").glob("*.yaml"))]
    read = 0
    for _ in range(1000):
        lines = rng.choice(texts).split("\n")
        start = rng.randrange(len(lines))
        text = "\n".join(["top:", *(f"  {line}" for line in lines[start : start + rng.randrange(2, 12)])])
        if rng.random() < 0.5:
            indent = len(lines[start]) - len(lines[start].lstrip(" "))
            text = "\n".join(line[indent:] for line in lines[start : start + rng.randrange(2, 12)])
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(text) + 1)
            gone = rng.choice((0, 0, 1, 2, 5))
            text = text[:at] + rng.choice([*PIECES, ""]) + text[at + gone :]
        read += agrees(text)
    assert read > 100


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from([*PIECES, "a", "b", "en: ", "zh: ", "{zh: x, en: y}", "\n  a: ", "\nb: "]),
        max_size=14,
    )
)
def test_any_pieces_are_read_as_all_of_yaml_reads_them(pieces):
    agrees("".join(pieces))
    agrees("a: " + "".join(pieces))


# the same problems


def short(root):
    """Leave two cases of the real atlas."""
    for path in [*(root / "cases").iterdir(), *(root / "geodata").iterdir()]:
        if path.stem not in {"hangzhou-xixi", "chaka-salt-lake"}:
            path.unlink()


def edits():
    (mark,) = test_bad_input.test_one_mistake_gives_one_message.pytestmark
    return [(old, new) for old, new, _, _ in mark.args[1]]


def test_every_bad_input_has_the_same_problems_whole_and_kept(folder, monkeypatch):
    aged(monkeypatch)
    path = folder / test_bad_input.XIXI
    good = path.read_text("utf-8")
    short(folder)
    assert same(folder) == 2
    for old, new in edits():
        path.write_text(good.replace(old, new, 1), "utf-8")
        assert same(folder) == 1, (old, new)  # the other one is not read again
    path.write_text(good, "utf-8")
    assert same(folder) == 1


def test_every_bad_shape_has_the_same_problems_whole_and_kept(folder, monkeypatch):
    aged(monkeypatch)
    short(folder)
    (mark,) = test_bad_input.test_bad_shapes_are_named.pytestmark
    text = (folder / test_bad_input.XIXI).read_text("utf-8")
    for geometry, _, _ in mark.args[1]:
        (folder / test_bad_input.XIXI).write_text(text, "utf-8")
        test_bad_input.drawn(folder, geometry)
        same(folder)
    (folder / "geodata" / "hangzhou-xixi.geojson").write_bytes(b"\xff\xfe{")
    same(folder)
    (folder / "geodata" / "hangzhou-xixi.geojson").unlink()
    same(folder)


def test_mutated_cases_have_the_same_problems_whole_and_kept(many_cases, monkeypatch):
    aged(monkeypatch)
    rng = random.Random(9)
    fewer(many_cases, 20)
    same(many_cases)
    for _ in range(12):
        changed = set()
        for _ in range(8):
            path = rng.choice(sorted((many_cases / rng.choice(("cases", "geodata"))).iterdir()))
            raw = path.read_bytes()
            at = rng.randrange(len(raw))
            path.write_bytes(
                raw[:at]
                + rng.choice((b"", b"x", b"9", b":", b"\n", b"\xff", b"-1", b"]"))
                + raw[at + rng.randrange(3) :]
            )
            changed.add(path.stem)
        assert same(many_cases) <= len(changed)


def test_folder_rules_are_the_same(folder, monkeypatch):
    aged(monkeypatch)
    same(folder)
    (folder / "cases" / "other.yml").write_text("format: 1\n", "utf-8")
    (folder / "cases" / "x.YAML").write_text("", "utf-8")
    (folder / "cases" / ".hidden.yaml").write_text("", "utf-8")
    (folder / "cases" / "inner.yaml").mkdir()
    (folder / "geodata" / "nobody.geojson").write_text("{}", "utf-8")
    assert same(folder) == 0
    shutil.copy(folder / test_bad_input.XIXI, folder / "cases" / "copy.yaml")
    assert same(folder) == 1
    (folder / "cases" / "copy.yaml").rename(folder / "cases" / "again.yaml")
    assert same(folder) == 1
    (folder / "cases" / "again.yaml").unlink()
    (folder / "cases" / "xichou-karst.yaml").unlink()
    assert same(folder) == 0


def test_links_are_judged_each_time(folder, tmp_path, monkeypatch):
    aged(monkeypatch)
    same(folder)
    path = folder / test_bad_input.XIXI
    path.rename(tmp_path / "outside.yaml")
    path.symlink_to(tmp_path / "outside.yaml")
    assert same(folder) == 1
    assert same(folder) == 1
    assert any(problem.rule == "link-outside" for problem in kept(folder)[0][0])


@pytest.mark.parametrize("text", ["", "format: 1\n", "title: [\n"])
def test_a_broken_atlas_yaml_is_named(folder, text):
    same(folder)
    (folder / "atlas.yaml").write_text(text, "utf-8")
    same(folder)
    (folder / "atlas.yaml").unlink()
    same(folder)


def test_only_documents_of_atlas_yaml_make_all_cases_anew(folder, monkeypatch):
    aged(monkeypatch)
    same(folder)
    path = folder / "atlas.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("生态产品价值实现案例图集", "另一图集", 1), "utf-8")
    assert same(folder) == 0
    path.write_text(text.replace("pages: 77", "pages: 20", 1), "utf-8")
    assert same(folder) == 11
    assert any(problem.rule == "pages-out-of-range" for problem in kept(folder)[0][0])


def test_a_message_names_the_folder_as_it_is_called_now(folder, tmp_path, monkeypatch):
    aged(monkeypatch)
    (folder / "geodata" / "hangzhou-xixi.geojson").unlink()
    same(folder)
    monkeypatch.chdir(folder)
    assert same(Path()) == 0
    monkeypatch.chdir(tmp_path)
    assert same(Path("atlas")) == 0


# the same output


COMMANDS = [
    ["check"],
    ["list"],
    ["list", "--format", "csv"],
    ["list", "--format", "json", "--mode", "tourism"],
    ["list", "--path", "quota-trading", "--category", "commercial"],
    ["list", "--province", "610000", "--format", "csv"],
    ["list", "--place", "33", "--format", "csv"],
    ["list", "--place", "陕西", "--format", "csv"],
    ["list", "--find", "forest 栖息地", "--format", "csv"],
    ["list", "--text", "nothing-has-this"],
    ["list", "--path", "nonsense"],
    ["measure", "--format", "csv"],
    ["measure", "--format", "json", "--unit", "mu"],
    ["measure", "synthetic-000007", "synthetic-000003/zone-2", "--format", "csv"],
    ["measure", "synthetic-000007"],
    ["measure", "nobody"],
    ["measure", "--totals", "--format", "csv", "synthetic-000017"],
    ["show", "synthetic-000012"],
]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_output_is_the_same_byte_for_byte(many_cases, capfd, monkeypatch, lang):
    fewer(many_cases, 20)

    def outputs(least):
        monkeypatch.setattr(compiled, "LEAST", least)
        found = []
        for command in COMMANDS:
            capfd.readouterr()
            code = call("--lang", lang, "--atlas", many_cases, *command)
            found.append((command, code, *capfd.readouterr()))
        return found

    small = outputs(10**9)
    assert not (many_cases / STATE).exists()
    large = outputs(1)
    assert (many_cases / STATE / places.NAME).is_file()
    assert large == small
    assert any(code == 2 for _, code, _, _ in small)
    (many_cases / "cases" / "synthetic-000005.yaml").write_text("id: x\n", "utf-8")
    (many_cases / "geodata" / "nobody.geojson").write_text("{}", "utf-8")
    large = outputs(1)
    shutil.rmtree(many_cases / STATE)
    assert large == outputs(10**9)
    assert {code for command, code, _, _ in large if "nonsense" not in command} == {1}


def test_slim_cases_and_measures_are_those_of_the_whole_atlas(folder):
    atlas = load(folder)
    held = opened(folder)
    assert list(held.slim()) == [listing.slim(placed) for placed in atlas]
    assert list(held.measures()) == measure.cases(atlas)
    assert held.ids() == [placed.case.id for placed in atlas]
    for text in ("wetland", "湿地", "西溪 park", "a"):
        wanted = Wanted(text=text)
        assert held.found(wanted) == listing.chosen(atlas, wanted)
    held.close()


def test_cards_are_those_of_the_whole_atlas(folder):
    with kept_open(folder) as held:
        assert list(held.cards()) == [cards.case_record(p, measure.case(p)) for p in load(folder)]


@contextmanager
def kept_open(root):
    held = opened(root)
    try:
        yield held
    finally:
        held.close()


def test_the_national_page_is_the_same_whole_and_kept(many_cases, tmp_path, monkeypatch, cli):
    monkeypatch.setattr(render, "CROWD_FROM", 50)
    built = {}
    for name, is_large in (("kept", True), ("whole", False)):
        monkeypatch.setattr(make, "large", lambda answer=is_large: answer)
        code, out, err = cli("--atlas", many_cases, "build", "--out", tmp_path / name)
        assert (code, err) == (0, "")
        assert "70 cases: the national page only" in out
        built[name] = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
    assert set(built["kept"]) == {
        ".eppv-atlas",
        "index.html",
        "index.oembed.json",
        "glossary.html",
        "catalog.json",
    }
    assert built["kept"] == built["whole"]


def test_a_large_atlas_with_problems_is_not_built(many_cases, tmp_path, monkeypatch, cli):
    monkeypatch.setattr(render, "CROWD_FROM", 50)
    file = next((many_cases / "cases").iterdir())
    file.write_text("format: 1\n", "utf-8")
    code, _, err = cli("--atlas", many_cases, "build", "--out", tmp_path / "maps")
    assert code == 1
    assert file.name in err
    assert not (tmp_path / "maps").exists()


def test_processes_judge_as_one_does(many_cases, monkeypatch):
    one = opened(many_cases)
    expected = one.problems(), list(one.slim()), list(one.measures()), one.counts
    one.close()
    shutil.rmtree(many_cases / STATE)
    monkeypatch.setattr(crew, "FEW", 0)
    monkeypatch.setattr(crew, "_cores", lambda: 2)
    several = opened(many_cases)
    assert (several.problems(), list(several.slim()), list(several.measures()), several.counts) == expected
    several.close()


def test_a_process_that_dies_costs_nothing(many_cases, monkeypatch):
    monkeypatch.setattr(crew, "FEW", 0)
    monkeypatch.setattr(crew, "_cores", lambda: 2)
    started = crew._started
    seen = []

    def doomed():
        process = started()
        seen.append(process)
        if len(seen) == 1:
            threading.Timer(0.2, process.kill).start()
        return process

    monkeypatch.setattr(crew, "_started", doomed)
    assert same(many_cases) == 70
    monkeypatch.setattr(
        crew, "_started", lambda: subprocess.Popen([sys.executable, "-c", ""], stdin=-1, stdout=-1)
    )
    shutil.rmtree(many_cases / STATE)
    assert same(many_cases) == 70


# small atlases


def test_a_small_atlas_is_read_as_it_is_and_nothing_is_kept(folder, monkeypatch):
    monkeypatch.setattr(compiled, "LEAST", 500)
    for command in (["check"], ["list"], ["measure", "--format", "csv"], ["show", "hangzhou-xixi"]):
        assert call("--atlas", folder, *command) == 0
    assert not (folder / STATE).exists()
    opened(folder).close()  # somebody wants it kept
    assert compiled.wanted(folder)


# what is read again


def test_touching_reads_one_and_editing_judges_one(many_cases, monkeypatch):
    aged(monkeypatch)
    assert kept(many_cases)[1] == 70
    assert kept(many_cases)[1] == 0
    path = many_cases / "cases" / "synthetic-000011.yaml"
    read = []
    content = reading.content
    monkeypatch.setattr(reading, "content", lambda out, file: read.append(file.name) or content(out, file))
    path.touch()
    held = opened(many_cases)
    assert (held.judged, held.compared) == (0, 1)
    assert read == ["atlas.yaml", path.name, "synthetic-000011.geojson"]
    held.close()
    read.clear()
    held = opened(many_cases)
    assert (held.judged, held.compared, read) == (0, 0, [])
    held.close()
    path.write_text(path.read_text("utf-8").replace("order: 12", "order: 13"), "utf-8")
    held = opened(many_cases)
    assert (held.judged, held.compared) == (1, 0)
    assert set(read) == {"atlas.yaml", path.name, "synthetic-000011.geojson"}
    assert next(case.order for case in held.slim() if case.id == path.stem) == 13
    held.close()


def test_a_change_within_a_tick_of_the_clock_is_seen(many_cases):
    """The same size, times and inode: what is as young as the look is compared by its content."""
    path = many_cases / "cases" / "synthetic-000011.yaml"
    path.write_text(path.read_text("utf-8"), "utf-8")
    kept(many_cases)
    before = path.stat()
    real = folders._entries

    def as_before(place):
        return [
            (
                name,
                (before.st_size, before.st_mtime_ns, before.st_ctime_ns, before.st_ino)
                if name == path.name
                else found,
                mode,
                link,
            )
            for name, found, mode, link in real(place)
        ]

    folders._entries = as_before
    try:
        path.write_text(path.read_text("utf-8").replace("order: 12", "order: 99"), "utf-8")
        held = opened(many_cases)
    finally:
        folders._entries = real
    assert next(case.order for case in held.slim() if case.id == path.stem) == 99
    assert held.judged == 1
    held.close()


def test_a_change_with_its_time_put_back_is_seen(many_cases, monkeypatch):
    aged(monkeypatch)
    path = many_cases / "cases" / "synthetic-000011.yaml"
    kept(many_cases)
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace("order: 12", "order: 99"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert same(many_cases) == 1


def test_files_from_the_future_are_compared_each_time(many_cases):
    path = many_cases / "cases" / "synthetic-000011.yaml"
    ahead = time.time_ns() + 3600 * 10**9
    os.utime(path, ns=(ahead, ahead))
    kept(many_cases)
    path.write_text(path.read_text("utf-8").replace("order: 12", "order: 99"), "utf-8")
    os.utime(path, ns=(ahead, ahead))
    assert same(many_cases) == 1


def test_a_file_that_vanishes_midway_is_named_and_then_gone(many_cases, monkeypatch):
    gone = many_cases / "cases" / "synthetic-000011.yaml"
    real = reading.content

    def vanishing(out, file):
        if file == gone:
            gone.unlink(missing_ok=True)
        return real(out, file)

    monkeypatch.setattr(reading, "content", vanishing)
    problems, _ = kept(many_cases)
    assert [(p.rule, Path(p.file).name) for p in problems[0]] == [("unreadable-file", gone.name)]
    monkeypatch.setattr(reading, "content", real)
    same(many_cases)
    assert any(p.rule == "orphan-file" for p in kept(many_cases)[0][0])


# what is kept is never the truth


def test_damage_is_noticed_wherever_it_is(many_cases, monkeypatch):
    aged(monkeypatch)
    fewer(many_cases, 30)
    expected = kept(many_cases)[0]
    whole = opened(many_cases)
    slim, sizes = list(whole.slim()), list(whole.measures())
    whole.close()
    path = many_cases / STATE / places.NAME
    good = path.read_bytes()
    rng = random.Random(3)
    damages = [good[: rng.randrange(len(good))] for _ in range(6)] + [b"", b"nonsense", os.urandom(5000)]
    for _ in range(40):
        raw = bytearray(good)
        for _ in range(rng.choice((1, 1, 30))):
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        damages.append(bytes(raw))
    said = noticed = 0
    for raw in damages:
        path.write_bytes(raw)
        told = []

        def question(held):
            return (
                held.problems(),
                list(held.slim()),
                list(held.measures()),
                held.found(Wanted(text="forest")),
            )

        found = reader.asked(many_cases, lambda en, zh, told=told: told.append(en), question)
        assert found[:3] == (expected, slim, sizes)
        assert found[3]
        said += len(told) > 0
        noticed += path.read_bytes() != raw
        assert len(told) <= 1
    assert said >= 30
    assert noticed >= said - 3


def test_another_database_in_its_place_is_refused(many_cases):
    expected, _ = kept(many_cases)
    path = many_cases / STATE / places.NAME
    other = sqlite3.connect(path)
    other.execute("CREATE TRIGGER bad AFTER INSERT ON about BEGIN DELETE FROM keys; END")
    other.commit()
    other.close()
    found = opened(many_cases)
    assert found.said == [reader.DAMAGED]
    assert found.problems() == expected
    found.close()
    path.unlink()
    path.symlink_to("/dev/zero")
    assert kept(many_cases)[0] == expected


def test_a_copied_atlas_is_judged_anew(many_cases, tmp_path):
    kept(many_cases)
    shutil.copytree(many_cases, tmp_path / "copy")
    assert kept(tmp_path / "copy")[1] == 70


def test_another_package_judges_anew(many_cases, monkeypatch):
    kept(many_cases)
    assert kept(many_cases)[1] == 0
    monkeypatch.setattr(places, "_signature", lambda: "another version")
    assert kept(many_cases)[1] == 70


def test_a_folder_that_cannot_be_written_to_is_kept_in_the_cache(many_cases, home, monkeypatch):
    access = os.access
    monkeypatch.setattr(
        places.os, "access", lambda path, mode: Path(path) != many_cases and access(path, mode)
    )
    assert kept(many_cases)[1] == 70
    assert not (many_cases / STATE).exists()
    assert places.cached(many_cases).is_file()
    assert kept(many_cases)[1] == 0
    home.chmod(0o755)


def test_where_nothing_can_be_kept_it_is_read_and_said(many_cases, monkeypatch):
    monkeypatch.setattr(places, "made", lambda root: [])
    held = opened(many_cases)
    assert len(held.said) == 1
    assert "cannot be kept" in held.said[0][0]
    assert held.problems() == answers(many_cases)
    assert not (many_cases / STATE).exists()
    held.close()


FULL = """
import resource, sys
from pathlib import Path
from eppv_atlas import compiled
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
held = compiled.of(Path(sys.argv[1]), lambda en, zh: print("said:", en))
print(len(held.ids()), held.judged)
held.close()
"""


@pytest.mark.parametrize("room", [0, 100_000])
def test_a_full_disk_loses_nothing(many_cases, room):
    done = subprocess.run(
        [sys.executable, "-c", FULL, many_cases, str(room)], capture_output=True, text=True, check=True
    )
    assert "70 70" in done.stdout
    assert done.stdout.count("said:") == 1
    assert not (many_cases / STATE / places.NAME).exists()
    same(many_cases)
    path = many_cases / "cases" / "synthetic-000011.yaml"
    path.write_text(path.read_text("utf-8").replace("order: 12", "order: 13"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FULL, many_cases, str(room)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1].startswith("70 ")
    same(many_cases)


KEEP = "import sys; from eppv_atlas import compiled; print(compiled.of(sys.argv[1]).judged)"


def test_killed_at_any_moment_the_next_run_is_right(many_cases):
    rng = random.Random(5)
    expected = answers(many_cases)
    for trial in range(6):
        if trial % 2 == 0:
            shutil.rmtree(many_cases / STATE, ignore_errors=True)
        else:
            path = rng.choice(sorted((many_cases / "cases").iterdir()))
            path.write_text(path.read_text("utf-8") + "# once more\n", "utf-8")
        process = subprocess.Popen([sys.executable, "-c", KEEP, many_cases], stdout=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 3.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert kept(many_cases)[0] == expected
    time.sleep(1.1)
    shutil.rmtree(many_cases / STATE / "x", ignore_errors=True)
    kept(many_cases, anew=True)
    assert not list((many_cases / STATE).glob(".aside-*"))


def test_several_processes_at_once_agree(many_cases):
    crowd = [
        subprocess.Popen([sys.executable, "-c", KEEP, many_cases], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    judged = []
    for process in crowd:
        out, _ = process.communicate()
        assert process.returncode == 0
        judged.append(int(out))
    assert sorted(judged) == [0, 0, 70]  # the others wait and find it done
    same(many_cases)


def test_readers_while_somebody_edits_see_one_state_or_the_other(many_cases, monkeypatch):
    path = many_cases / "cases" / "synthetic-000011.yaml"
    text = path.read_text("utf-8")
    kept(many_cases)
    stop = threading.Event()

    def edit():
        for number in itertools.cycle((12, 13, 14)):
            if stop.is_set():
                return
            aside = path.with_name(".edit")
            aside.write_text(text.replace("order: 12", f"order: {number}"), "utf-8")
            aside.replace(path)
            time.sleep(0.01)

    thread = threading.Thread(target=edit)
    thread.start()
    try:
        for _ in range(8):
            held = opened(many_cases)
            assert {case.order for case in held.slim() if case.id == path.stem} <= {12, 13, 14}
            assert held.problems() == ([], [])
            held.close()
    finally:
        stop.set()
        thread.join()
    same(many_cases)


def test_a_box_is_checked_parcel_by_parcel(tmp_path):
    path = tmp_path / "box"
    box = boxes.Box.empty(path)
    for segment in range(3):
        box.put(segment, {kind: f"{kind} {segment}".encode() for kind in boxes.KINDS})
    box.note({"segments": "[0, 1, 2]"})
    box.finish()
    other = sqlite3.connect(path)
    other.execute(
        "UPDATE keys SET parcel = (SELECT parcel FROM keys WHERE segment = 1), checksum = (SELECT checksum FROM keys WHERE segment = 1) WHERE segment = 0"
    )
    other.commit()
    other.close()
    box = boxes.Box.opened(path)
    assert box.take("rows", 0) == b"rows 0"
    with pytest.raises(boxes.Damaged):
        box.take("keys", 0)  # sound, but of another segment
    box.close()


def test_no_atlas_is_said(tmp_path):
    with pytest.raises(UsageError, match="no atlas"):
        compiled.of(tmp_path)


def test_errors_are_raised_with_all_problems(folder):
    test_bad_input.edit(folder, "kind: planning-area", "kind: planing-area")
    held = opened(folder)
    with pytest.raises(DataError) as raised:
        held.sound()
    assert list(raised.value.problems) == read_folder(folder).errors
    held.close()


# the generator


def test_the_generator_is_deterministic_and_sound(made, tmp_path):
    many.write(tmp_path / "again", 12)
    for path in (tmp_path / "again").rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (made / path.relative_to(tmp_path / "again")).read_bytes()
    loading = read_folder(made)
    assert loading.problems == []
    assert _drawn(loading) == []
    assert {len(item.case.zones) for item in loading.cases} == {10}
    for item in loading.cases:
        assert "合成" in item.case.title.zh
        assert "Synthetic" in item.case.title.en
        for thing in (*item.case.zones, *item.case.sites):
            assert thing.provenance is None or "Synthetic" in thing.provenance.how.en
    assert len({case.places for case in (item.case for item in loading.cases)}) > 65


def test_light_imports():
    """A list from what is kept needs no shapes, tables or models of cases."""
    code = "import sys; import eppv_atlas.cli, eppv_atlas.compiled; print([m for m in ('shapely', 'pandas', 'numpy', 'eppv_atlas.model') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_words_are_found_as_in_the_record_itself():
    """The quick way to the texts of a record, which splits at quotation marks, and the sure one agree."""
    for placed in load():
        held = json.loads(placed.case.model_dump_json())
        texts = []

        def walk(value, texts=texts):
            if isinstance(value, dict):
                for one in value.values():
                    walk(one)
            elif isinstance(value, list):
                for one in value:
                    walk(one)
            elif isinstance(value, str):
                texts.append(value)

        walk(held)
        words = dict.fromkeys("\n".join(texts).casefold().split())
        assert listing.search_text(placed.case).split() == list(words)


PARTS = st.sampled_from(["forest-park", "110000", "北京市", "Beijing", "330000", "x", '"', "\\n", "浙江省"])
KEYS = st.builds(
    parcels.Key,
    id=st.text("abc-12", min_size=1, max_size=5),
    batch=st.sampled_from(["b-1", "b-2"]),
    order=st.integers(0, 5),
    path=st.sampled_from(list(vocabulary.PATHS)),
    mode=st.sampled_from(list(vocabulary.MODES)),
    further_modes=st.lists(st.sampled_from(list(vocabulary.MODES)), max_size=2),
    category=st.sampled_from(list(vocabulary.CATEGORIES)),
    places=st.lists(st.sampled_from(["110101", "330682", "AU-NSW"]), max_size=2),
    provinces=st.lists(st.sampled_from(["110000", "330000"]), max_size=2),
    place_zh=PARTS,
    place_en=PARTS,
)
WANTED = st.builds(
    Wanted,
    path=st.none() | st.sampled_from(list(vocabulary.PATHS)),
    mode=st.none() | st.sampled_from(list(vocabulary.MODES)),
    category=st.none() | st.sampled_from(list(vocabulary.CATEGORIES)),
    province=st.none() | st.sampled_from(["110000", "11", "浙江", "bei"]),
    place=st.none() | st.sampled_from(["330", "AU", "北京", "x", '"']),
)


@given(st.lists(KEYS, max_size=30), WANTED)
def test_the_index_chooses_as_the_filters_do(keys, wanted):
    held = [(number // 4, number % 4, list(key)) for number, key in enumerate(keys)]
    found = [(place.segment, place.index) for place in index.chosen(index.packed(held), wanted)]
    ranked = sorted(range(len(keys)), key=lambda number: (keys[number].rank, number))
    at = {id(keys[number]): (number // 4, number % 4) for number in ranked}
    assert found == [at[id(key)] for key in choosing.meets(wanted, [keys[number] for number in ranked])]


def test_a_damaged_index_is_refused():
    whole = index.packed([(0, 0, ["a", "b", 1, *["x"] * 2, [], "y", [], [], "", ""])])
    for cut in range(len(whole)):
        with pytest.raises((ValueError, KeyError)):
            index.chosen(whole[:cut], Wanted())


def test_an_answer_given_ahead_is_thrown_away_where_something_changed_meanwhile(many_cases, monkeypatch):
    aged(monkeypatch)
    opened(many_cases).close()
    monkeypatch.setattr(early, "LEAST_BYTES", 0)  # processes look
    looked = []

    def question(held):
        looked.append(held.counts[0])
        if len(looked) == 1:
            (many_cases / "cases" / "synthetic-000003.yaml").unlink()
            (many_cases / "geodata" / "synthetic-000003.geojson").unlink(missing_ok=True)
            early._end()  # what they saw may be from before
        return held.counts[0]

    assert reader.asked(many_cases, None, question, ahead=True) == 69
    assert looked == [70, 69]
    assert reader.asked(many_cases, None, question, ahead=True) == 69
    assert looked == [70, 69, 69]


def test_an_error_found_ahead_is_raised_only_if_it_still_holds(many_cases, monkeypatch):
    aged(monkeypatch)
    file = many_cases / "cases" / "synthetic-000002.yaml"
    good = file.read_bytes()
    file.write_bytes(good.replace(b"order:", b"oder:"))
    opened(many_cases).close()
    with pytest.raises(DataError):
        reader.asked(many_cases, None, lambda held: held.sound(), ahead=True)
    file.write_bytes(good)
    reader.asked(many_cases, None, lambda held: held.sound(), ahead=True)


def test_a_look_begun_early_is_the_look(many_cases, monkeypatch):
    monkeypatch.setattr(early, "LEAST_BYTES", 0)
    opened(many_cases).close()
    for arguments in (
        ["--lang", "zh", "--atlas", str(many_cases), "list"],
        [f"--atlas={many_cases}", "check"],
    ):
        early.begin(arguments)
        assert set(early._begun) == {os.path.realpath(many_cases / name) for name in folders.FOLDERS}
        begun = folders.quick(many_cases)
        assert not early._begun
        assert begun == folders.quick(many_cases) == folders.look(many_cases, None).whole
    for arguments in (
        [],
        ["list"],
        ["--atlas"],
        ["--atlas", str(many_cases)],
        ["--atlas", str(many_cases), "build"],
        ["--atlas", "postgresql://x/y", "list"],
        ["--atlas", "a\0b", "list"],
    ):
        early.begin(arguments)
        assert not early._begun
    early.begin(["--atlas", str(many_cases), "list"])
    early._end()
    assert not early._begun
    assert early.seen(str(many_cases / "cases")) is None


def test_one_name_for_what_is_kept():
    assert Path(transaction.STATE, places.NAME).as_posix() == early.KEPT
    assert early.FOLDERS == folders.FOLDERS


def test_the_front_door_runs_the_command_line(many_cases):
    done = subprocess.run(
        [sys.executable, "-m", "eppv_atlas", "--lang", "en", "--atlas", str(many_cases), "check"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "70 cases" in done.stdout


def test_a_long_table_is_cut_and_says_so(many_cases, capfd, monkeypatch):
    monkeypatch.setattr(find, "_SHOWN", 10)
    assert call("--lang", "en", "--atlas", many_cases, "list") == 0
    told = capfd.readouterr()
    assert told.out.count("synthetic-") == 10
    assert "70 cases" in told.err
    assert call("--lang", "en", "--atlas", many_cases, "list", "--format", "csv") == 0
    assert capfd.readouterr().out.count("synthetic-") == 70
