"""Commands killed at random moments: what stands afterwards is the old state or the new one.

Run as a program: it warms up once, then forks a process for every trial, so that
200 trials take minutes and not hours. Prints a JSON line with the counts.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from eppv_atlas.cli import run
from eppv_atlas.store import read_folder, together, transaction

CASE = "nanping-wuyishan"


def state(folder):
    """All files of an atlas or of built pages, but not what lies aside."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") and part != ".eppv-atlas" for part in path.relative_to(folder).parts)
    }


def renewed(work, pristine):
    for path in work.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(pristine, work, dirs_exist_ok=True)


def quietly(arguments):
    """Run a command in this process without a word."""
    null = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1), os.dup(2)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        run(arguments)
    except SystemExit as stop:
        return stop.code or 0
    finally:
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for handle in (null, *kept):
            os.close(handle)
    return 0


def trial(arguments, seconds):
    """Fork a process for the command and kill it, and all that it started, after so long."""
    child = os.fork()
    if child == 0:
        os.setsid()
        code = quietly(arguments)
        os._exit(int(code))
    time.sleep(seconds)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(pristine, work, sample, count, seed):
    chance = random.Random(seed)
    atlas = work / "atlas"
    commands = {
        "import": [
            "--atlas",
            str(atlas),
            "import",
            str(sample),
            "--case",
            CASE,
            "--zone",
            "park-core",
            "--apply",
        ],
        "tidy": ["--atlas", str(atlas), "tidy"],
        "build": ["--atlas", str(atlas), "build", "--out", str(work / "maps")],
        "export": ["--atlas", str(atlas), "export", "facts", "--out", str(work / "facts.csv")],
    }
    told = {}
    for name, arguments in commands.items():
        renewed(work, pristine)
        old = state(work)
        quietly(arguments)  # warm
        renewed(work, pristine)
        start = time.monotonic()
        code = quietly(arguments)
        took = time.monotonic() - start
        new = state(work)
        assert code == 0, (name, code)
        assert new != old, name
        counts = {"old": 0, "new": 0, "other": 0, "seconds": round(took, 2)}
        for _ in range(count):
            renewed(work, pristine)
            trial(arguments, chance.uniform(0, took * 1.8))
            read_folder(atlas)  # whoever comes next
            together.finish(work)  # so does the next export into this folder
            found = state(work)
            counts["old" if found == old else "new" if found == new else "other"] += 1
            if found not in (old, new):
                counts["which"] = sorted(
                    key
                    for key in {*found, *old}
                    if found.get(key) not in (old.get(key), new.get(key)) or key not in new
                )[:5]
        time.sleep(1.1)
        assert quietly(arguments) == 0
        left = [
            str(path)
            for path in work.rglob(".*")
            if path.name.startswith((".aside", ".maps-aside", ".maps-old", ".eppv-together"))
        ]
        counts["left"] = left
        told[name] = counts
    assert not (atlas / transaction.STATE / "journal").exists()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
