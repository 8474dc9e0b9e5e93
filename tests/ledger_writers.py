"""Books written by several processes at once, and by processes that are killed.

Run as a program, so that what it forks has one thread only. Prints a JSON line.
"""

import json
import os
import random
import signal
import sys
import time
from decimal import Decimal
from pathlib import Path

from eppv_atlas.accounts.entries import Entry
from eppv_atlas.running import book as books


def write(path, name, count, pipe=None):
    """Add entries one by one, and say after each that it is added."""
    for step in range(count):
        with books.Book.opened(path) as held:
            (added,) = held.add([Entry(0, "issue", Decimal(step + 1), target=f"{name}-{step}")])
        if pipe is not None:
            os.write(pipe, f"{added.number} {added.target}\n".encode())


def forked(work):
    """Do work in a process of its own; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is to see it
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def together(path, writers, count):
    """Several processes add to one book."""
    books.begin(path, "credit")
    children = [forked(lambda name=f"w{i}": write(path, name, count)) for i in range(writers)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    with books.Book.opened(path) as held:
        assert held.faults() == []
        entries = held.entries()
    return {
        "codes": codes,
        "numbers": [entry.number for entry in entries],
        "targets": sorted(entry.target for entry in entries),
        "in_turn": all(
            [e.target for e in entries if e.target.startswith(f"w{i}-")]
            == [f"w{i}-{step}" for step in range(count)]
            for i in range(writers)
        ),
    }


def killed(path, trials, seed):
    """Kill a writer at a random moment, again and again, on one book that grows."""
    chance = random.Random(seed)
    books.begin(path, "credit")
    lost = half = added = journals = 0
    for trial in range(trials):
        with books.Book.opened(path) as held:
            before = len(held.entries())
        ours, theirs = os.pipe()
        child = forked(lambda name=f"t{trial}", pipe=theirs: write(path, name, 10_000, pipe))
        os.close(theirs)
        with os.fdopen(ours, "rb") as told:
            if chance.random() < 0.8:
                told.readline()  # it is at work
            time.sleep(chance.uniform(0, 0.02))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            said = told.read().decode().split("\n")[:-1]
        journals += Path(f"{path}-journal").exists()
        with books.Book.opened(path) as held:
            problems = held.faults()
            entries = held.entries()
        names = {f"{entry.number} {entry.target}" for entry in entries}
        half += bool(problems)
        lost += sum(line not in names for line in said) + (len(entries) < before)
        added += len(entries) - before
    return {"lost": lost, "half": half, "added": added, "journals": journals}


if __name__ == "__main__":
    where = Path(sys.argv[2])
    numbers = [int(text) for text in sys.argv[3:]]
    print(json.dumps((together if sys.argv[1] == "together" else killed)(where, *numbers)))
