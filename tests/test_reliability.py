"""Nothing already written is lost or half-written: kills, full and read-only disks, damaged leftovers."""

import errno
import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import ROOT, call
from eppv_atlas.errors import UsageError
from eppv_atlas.store import files, read_folder, together, transaction
from intake_samples import CASE, FIELD, feature, geojson
from kill_trials import state

TRIALS = 50
"""Kills of each of four commands."""


@pytest.fixture
def small(tmp_path):
    """An atlas of one case, and a file to import."""
    root = tmp_path / "pristine" / "atlas"
    for name in ("cases", "geodata", "schema"):
        (root / name).mkdir(parents=True)
    shutil.copy(ROOT / "atlas.yaml", root / "atlas.yaml")
    shutil.copy(ROOT / "cases" / f"{CASE}.yaml", root / "cases")
    shutil.copy(ROOT / "geodata" / f"{CASE}.geojson", root / "geodata")
    sample = tmp_path / "field.geojson"
    sample.write_text(geojson(feature(FIELD)), "utf-8")
    return root, sample


def untidied(root):
    """The same atlas written another way: tidy has several files to rewrite."""
    for path in [root / "atlas.yaml", *root.glob("cases/*.yaml")]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"  \r\n", 40))
    for path in root.glob("geodata/*.geojson"):
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False), "utf-8")


def test_two_hundred_kills_leave_the_old_state_or_the_new(small, tmp_path):
    root, sample = small
    assert call("--atlas", root, "build", "--out", root.parent / "maps") == 0
    page = root.parent / "maps" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"<title>", b"<title>old "))
    (root.parent / "facts.csv").write_text("old")
    untidied(root)
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("kill_trials.py"), root.parent, work, sample, str(TRIALS), "1"],
        capture_output=True, text=True, check=False, timeout=1500, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    print(told)
    for name, counts in told.items():
        assert counts["other"] == 0, (name, counts)
        assert counts["old"] + counts["new"] == TRIALS
        assert counts["left"] == [], name
    assert sum(counts["old"] for counts in told.values()) > 0
    assert sum(counts["new"] for counts in told.values()) > 0


STEPS = ("replace", "rename", "mkdir", "unlink", "fsync", "write")


def test_two_files_that_belong_together_are_both_old_or_both_new(tmp_path):
    """A table and its dictionary: the process ends at its nth call to the disk, for every n there is."""
    program = f"""
import os, sys
from pathlib import Path
from eppv_atlas.store import together
n, seen = int(sys.argv[1]), 0
def dying(real):
    def step(*given, **more):
        global seen
        seen += 1
        if seen == n:
            os._exit(9)
        return real(*given, **more)
    return step
for name in {STEPS!r}:
    setattr(os, name, dying(getattr(os, name)))
folder = Path({str(tmp_path)!r})
together.write({{folder / "facts.csv": b"new", folder / "facts.csv-metadata.json": b"new too"}})
"""
    ends = set()
    for n in range(1, 100):
        (tmp_path / "facts.csv").write_bytes(b"old")
        (tmp_path / "facts.csv-metadata.json").unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-c", program, str(n)], capture_output=True, text=True, check=False
        )
        together.finish(tmp_path)
        found = state(tmp_path)
        ends.add(tuple(sorted(found)))
        old = {"facts.csv": sha256(b"old").hexdigest()}
        new = {
            "facts.csv": sha256(b"new").hexdigest(),
            "facts.csv-metadata.json": sha256(b"new too").hexdigest(),
        }
        assert found in (old, new), n
        assert not list(tmp_path.glob(".eppv-together-*")), n
        if done.returncode == 0:
            break
        assert done.returncode == 9, done.stderr
    assert len(ends) == 2
    assert n > 8


def test_a_death_at_every_single_step_of_a_change_leaves_old_or_new(small, tmp_path):
    """The process ends at its nth call to the disk, for every n there is."""
    root, _ = small
    program = f"""
import os, sys
from pathlib import Path
from eppv_atlas.store import transaction
root, n = Path({str(root)!r}), int(sys.argv[1])
seen = 0
def dying(real):
    def step(*given, **more):
        global seen
        seen += 1
        if seen == n:
            os._exit(9)
        return real(*given, **more)
    return step
for name in {STEPS!r}:
    setattr(os, name, dying(getattr(os, name)))
with transaction.locked(root, "test"):
    transaction.commit(root, {{root / "cases" / "a.yaml": b"new a", root / "geodata" / "a.geojson": b"new b", root / "atlas.yaml": None}})
print(seen)
"""
    pristine = tmp_path / "kept"
    shutil.copytree(root, pristine)
    steps = None
    ends = []
    for n in range(1, 200):
        shutil.rmtree(root)
        shutil.copytree(pristine, root)
        done = subprocess.run(
            [sys.executable, "-c", program, str(n)], capture_output=True, text=True, check=False
        )
        transaction.recovered(root)
        found = state(root)
        if done.returncode == 0:
            steps = n
            new = found
            break
        assert done.returncode == 9, done.stderr
        ends.append(found)
    assert steps is not None
    assert steps > 10
    old = state(pristine)
    assert all(found in (old, new) for found in ends), [
        i + 1 for i, found in enumerate(ends) if found not in (old, new)
    ]
    assert old in ends
    assert new in ends


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("step", ["fsync", "mkdir", "replace"])
def test_an_error_of_the_disk_is_one_line_and_the_old_state(small, cli, monkeypatch, number, step):
    root, sample = small
    before = state(root)
    real = getattr(os, step)

    def failing(*given, **more):
        if step == "replace" and str(given[1]).endswith("lock"):
            return real(*given, **more)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, failing)
    try:
        code, _, err = cli(
            "--atlas", root, "import", sample, "--case", CASE, "--zone", "park-core", "--apply", "--quiet"
        )
    finally:
        monkeypatch.undo()
    lines = [line for line in err.splitlines() if not line.startswith("warning")]
    if code == 0:  # a step that this command did not need
        return
    assert code == 2
    assert len(lines) == 1
    assert ("space" if number in {errno.ENOSPC, errno.EDQUOT} else "read-only") in lines[0]
    transaction.recovered(root)
    assert state(root) == before or step == "replace"


def mounted(folder, *options):
    """A small disk of its own, where this user may have one."""
    folder.mkdir(exist_ok=True)
    return (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", folder],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0,
    reason="only root may mount; errors of the disk are also tested without one",
)
def test_a_full_disk_says_space_and_keeps_the_old_state(small, cli, tmp_path):
    root, sample = small
    disk = tmp_path / "disk"
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    if not mounted(disk, f"size={(size * 5 // 4) // 1024 + 64}k"):
        pytest.skip("no mounts in this container; errors of the disk are also tested without one")
    try:
        shutil.copytree(root, disk / "atlas")
        before = state(disk / "atlas")
        for command in (
            ["import", sample, "--case", CASE, "--zone", "park-core", "--apply", "--quiet"],
            ["build", "--out", disk / "maps"],
            ["export", "facts", "--out", disk / "facts.xlsx"],
        ):
            (disk / "ballast").write_bytes(b"")
            with (disk / "ballast").open("wb", buffering=0) as ballast:
                try:
                    while ballast.write(b"\0" * 4096):
                        pass
                except OSError:
                    pass
            code, _, err = cli("--atlas", disk / "atlas", *command)
            lines = [line for line in err.splitlines() if not line.startswith("warning")]
            assert code == 2, (command, err)
            assert len(lines) == 1
            assert "space" in lines[0]
            (disk / "ballast").unlink()
            assert state(disk / "atlas") == before
            assert not (disk / "maps").exists()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        code, _, err = cli(
            "--atlas",
            disk / "atlas",
            "import",
            sample,
            "--case",
            CASE,
            "--zone",
            "park-core",
            "--apply",
            "--quiet",
        )
        assert code == 2
        assert "read-only" in err
        assert len(err.splitlines()) == 1
        assert call("--atlas", disk / "atlas", "list") == 0  # and reading goes on
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def test_leftovers_of_a_killed_process_are_cleaned_and_those_of_a_living_one_kept(tmp_path):
    dead, alive = tmp_path / ".aside-dead", tmp_path / ".aside-alive"
    dead.write_text("x")
    alive.write_text("y")
    for path in (dead, alive):
        os.utime(path, (1, 1))
    with files.claimed(alive):
        files.write_file(tmp_path / "new", b"content")
        assert alive.exists()
    assert not dead.exists()
    old = tmp_path / ".maps-aside-x"
    old.mkdir()
    (old / "page").write_text("z")
    os.utime(old, (1, 1))
    files.swap_in(tmp_path / "maps", {"index.html": b"page"})
    assert not old.exists()


def test_a_reader_never_sees_half_of_a_change(small):
    """While one process changes two files over and over, another reads: the two always belong together."""
    root, _ = small
    case, geo = root / "cases" / f"{CASE}.yaml", root / "geodata" / f"{CASE}.geojson"
    one = {case: case.read_bytes(), geo: geo.read_bytes()}
    two = {
        case: one[case].replace(b"order: 4", b"order: 5", 1),
        geo: one[geo].replace(b'"name"', b'"NAME"', 1),
    }
    program = f"""
from pathlib import Path
from eppv_atlas.store import transaction
root = Path({str(root)!r}); case, geo = Path({str(case)!r}), Path({str(geo)!r})
a = {{case: case.read_bytes(), geo: geo.read_bytes()}}
b = {{case: a[case].replace(b"order: 4", b"order: 5", 1), geo: a[geo].replace(b'"name"', b'"NAME"', 1)}}
print("ready", flush=True)
for i in range(100000):
    with transaction.locked(root, "test"):
        transaction.commit(root, b if i % 2 == 0 else a)
"""
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        writer.stdout.readline()
        seen = set()
        for _ in range(12):
            before = transaction.stamp(root)
            held = (case.read_bytes(), geo.read_bytes())
            if transaction.stamp(root) == before and not before[0]:
                assert held in {tuple(one.values()), tuple(two.values())}
            seen.add(read_folder(root).cases[0].case.order)
        assert seen <= {4, 5}
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


def test_a_damaged_journal_is_named_and_harms_nothing(small, cli):
    root, _ = small
    before = state(root)
    journal = root / transaction.STATE / "journal"
    for content in ("", "{", "[]", '{"../../outside.yaml": "0"}', '{"cases/x.yaml": "9"}'):
        journal.mkdir(parents=True, exist_ok=True)
        (journal / "names.json").write_text(content)
        (journal / "0").write_text("evil")
        code, _, err = cli("--atlas", root, "check")
        assert code == 2, content
        assert state(root) == before
        assert not (root.parent.parent / "outside.yaml").exists()
        if code:
            assert len(err.splitlines()) >= 1
        shutil.rmtree(journal, ignore_errors=True)


def test_a_folder_of_others_is_never_written_over(tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "thesis.docx").write_text("mine")
    with pytest.raises(UsageError, match="did not write"):
        files.swap_in(tmp_path / "maps", {"index.html": b"page"})
    assert (tmp_path / "maps" / "thesis.docx").read_text() == "mine"
