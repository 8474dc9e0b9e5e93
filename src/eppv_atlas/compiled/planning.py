"""What changed since an atlas was kept: which cases to judge, which turned out the same, which are gone.

Floor 3½, part of compiled: knows prints of files and their content as bytes; must not know the box.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eppv_atlas.compiled import folder
from eppv_atlas.compiled.folder import Look
from eppv_atlas.store import reading
from eppv_atlas.store.reading import Loading

SEGMENT: Final = 64
"""Cases of one segment."""
NONE: Final = "-"
"""Print of a geodata file that is not there."""

Print = list[int] | str | None


@dataclass
class State:
    """What a case's files are: their prints, hashes, and whether to read them always."""

    prints: tuple[Print, Print]
    hashes: tuple[str, str] = ("", "")
    always: bool = False

    @property
    def sure(self) -> bool:
        """Whether its prints can be relied on."""
        return not self.always and None not in self.prints


@dataclass
class Plan:
    """What is to be done: cases to judge, files that turned out the same, cases that are gone."""

    judge: list[str] = field(default_factory=list)
    same: dict[str, State] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


def state_of(look: Look, stem: str) -> State:
    """What a look at the folders tells of a case."""
    case, geodata = f"{stem}.yaml", f"{stem}.geojson"
    shapes: Print = NONE
    if geodata in look.prints["geodata"]:
        shapes = _plain(look.prints["geodata"][geodata])
    always = case in look.links["cases"] or geodata in look.links["geodata"]
    return State((_plain(look.prints["cases"][case]), shapes), always=always)


def _plain(found: folder.Print | None) -> Print:
    return None if found is None else list(found)


def planned(root: Path, known: Mapping[int, list[list[Any]]], states: Mapping[str, State]) -> Plan:
    """What is to be done, by what is known of each segment and what the files are now."""
    plan = Plan()
    items = {item[0]: item for held in known.values() for item in held}
    plan.gone = items.keys() - states.keys()
    for stem, state in states.items():
        item = items.get(stem)
        if item is None or state.always or item[5]:
            plan.judge.append(stem)
        elif state.sure and [item[1], item[2]] == list(state.prints):
            continue
        elif _hashes(root, stem) == (item[3], item[4]):
            if [item[1], item[2]] != list(state.prints):
                plan.same[stem] = state
                state.hashes = (item[3], item[4])
        else:
            plan.judge.append(stem)
    return plan


def _hashes(root: Path, stem: str) -> tuple[str, str]:
    """SHA-256 of the files of a case as they are read; empty for one that is not there."""
    loading = Loading(root)
    case = root / "cases" / f"{stem}.yaml"
    geodata = reading.geodata_of(loading, case)
    found = [reading.content(loading, case), reading.content(loading, geodata) if geodata.is_file() else None]
    one, other = ("" if raw is None else hashlib.sha256(raw).hexdigest() for raw in found)
    return one, other


def ordered(
    plan: Plan, of: Mapping[str, int], known: Mapping[int, list[list[Any]]]
) -> list[tuple[int, list[str]]]:
    """What is to be judged by the segment that it goes to; new cases fill the last one up."""
    orders: dict[int, list[str]] = {}
    last = max(known, default=0)
    room = SEGMENT - len(known.get(last, []))
    for stem in plan.judge:
        if stem in of:
            orders.setdefault(of[stem], []).append(stem)
            continue
        if room <= 0:
            last, room = last + 1, SEGMENT
        orders.setdefault(last, []).append(stem)
        room -= 1
    return sorted(orders.items())
