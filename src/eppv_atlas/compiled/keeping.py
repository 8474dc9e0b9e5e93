"""What is kept brought up to date: what changed is read, judged and put in its place.

Floor 3½, part of compiled: puts the folder, the judges and the box together.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from eppv_atlas.compiled import crew, folder, grams, index, parcels, places, worker
from eppv_atlas.compiled.box import Box, Damaged, Full
from eppv_atlas.compiled.planning import NONE, SEGMENT, Plan, State, ordered, planned, state_of
from eppv_atlas.compiled.reader import DAMAGED, Compiled, Say, raw_settings
from eppv_atlas.model import Settings
from eppv_atlas.store import files, reading, transaction
from eppv_atlas.store.reading import Loading

_TRIES: Final = 5
_WAIT_S: Final = 900.0


def brought_up(root: Path, say: Say, *, anew: bool = False) -> Compiled:
    """Bring what is kept of an atlas up to date; where nothing can be kept, work in memory.

    Parameters
    ----------
    root
        Folder of the atlas.
    say
        Told what a user should know.
    anew
        Whether to trust nothing that is kept.

    Raises
    ------
    UsageError
        If the folder cannot be read, or what a killed process left cannot be finished.
    """
    transaction.recovered(root)
    existing = places.existing(root)
    goals = places.made(root)
    if existing in goals:
        goals.remove(existing)
        goals.insert(0, existing)
    why = ""
    for path in goals:
        try:
            with _alone(path):
                return _still(root, path, say, anew=anew)
        except (Full, Timeout, OSError) as error:
            why = why or str(error)
    say(
        f"what was read cannot be kept{f' ({why})' if why else ''}; it will be read anew next time",
        f"读取结果无法保存{f'（{why}）' if why else ''}；下次将重新读取",
    )
    return _still(root, None, say, anew=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time makes or changes a box; the others wait and find it done."""
    lock = FileLock(str(path.with_suffix(".lock")))
    lock.acquire(timeout=_WAIT_S)
    try:
        yield
    finally:
        lock.release()


def _still(root: Path, path: Path | None, say: Say, *, anew: bool) -> Compiled:
    """Bring a box up to date with a folder that nobody changes meanwhile, as far as that is to be had."""
    for _ in range(_TRIES):
        transaction.recovered(root)
        before = transaction.stamp(root)
        out = _once(root, path, say, anew=anew)
        if transaction.stamp(root) == before:
            break
        out.close()
        out = _once(root, path, say, anew=False) if path is not None else _once(root, path, say, anew=True)
    return out


def _once(root: Path, path: Path | None, say: Say, *, anew: bool) -> Compiled:
    look = folder.look(root, path.parent if path is not None else None)
    raw = raw_settings(root)
    loading = Loading(root)
    reading.settings(loading)
    stems = reading.stems_of(
        loading, look.prints["cases"], [*look.prints["geodata"], *look.folders["geodata"]]
    )
    states = {stem: state_of(look, stem) for stem in stems}
    about = {
        "identity": places.identity(root),
        "documents": _documents(loading.settings),
        "settings": raw if raw == raw_settings(root) else "",
        "whole": look.whole if all(state.sure for state in states.values()) else "",
        "around": json.dumps([parcels.problem_item(problem, root) for problem in loading.problems]),
    }
    if path is not None and not anew:
        box = None
        try:
            box = Box.opened(path)
            if box is not None:
                done = _changed(root, loading.settings, box, states, about)
                if done is not None:
                    return Compiled(root, box, *done)
        except (Damaged, ValueError, KeyError, IndexError, TypeError):
            say(*DAMAGED)
        except BaseException:
            if box is not None:
                box.close()
            raise
        if box is not None:
            box.close()
    return _anew(root, loading.settings, path, states, about)


def _documents(settings: Settings | None) -> str:
    """What rules ask of atlas.yaml."""
    if settings is None:
        return "none"
    held = [(name, document.pages) for name, document in settings.documents.items()]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def _anew(
    root: Path,
    settings: Settings | None,
    path: Path | None,
    states: Mapping[str, State],
    about: dict[str, str],
) -> Compiled:
    """Judge every case, into a box aside that is then put in place."""
    stems = list(states)
    orders = [(i, stems[at : at + SEGMENT]) for i, at in enumerate(range(0, len(stems), SEGMENT))]
    if path is None:
        box = Box.empty(None)
        _filled(root, settings, box, orders, states, about)
        return Compiled(root, box, judged=len(stems))
    files.clean(path.parent)
    handle, name = tempfile.mkstemp(prefix=files.ASIDE, suffix=".sqlite", dir=path.parent)
    os.close(handle)
    aside = Path(name)
    try:
        with files.claimed(aside):
            box = Box.empty(aside)
            try:
                _filled(root, settings, box, orders, states, about)
                box.finish()
            finally:
                box.close()
            for left in ("-journal", "-wal", "-shm"):  # of a box that is replaced
                path.with_name(path.name + left).unlink(missing_ok=True)
            aside.chmod(0o644)
            aside.replace(path)
        files.sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)
    again = Box.opened(path)
    if again is None:  # somebody has removed it at once
        raise Full(f"{path} vanished")
    return Compiled(root, again, judged=len(stems))


def _filled(
    root: Path,
    settings: Settings | None,
    box: Box,
    orders: Sequence[tuple[int, list[str]]],
    states: Mapping[str, State],
    about: dict[str, str],
) -> None:
    tally = _Tally()
    stems_of = dict(orders)
    every = []
    for segment, hashes, packed in crew.segments(root, settings, orders):
        prints = [
            _item(stem, states[stem], (one[0], one[1]))
            for stem, one in zip(stems_of[segment], hashes, strict=True)
        ]
        every.append(prints)
        made = {"prints": parcels.packed("prints", prints), "grams": grams.packed(packed["words"])}
        box.put(segment, packed | made)
        tally.add(parcels.unpacked("problems", packed["problems"]))
    _index(box)
    box.note(_noted(about, sorted(stems_of), tally, every))


def _index(box: Box) -> None:
    """Put the index over all cases anew."""
    held = (
        (segment, number, item)
        for segment, parcel in box.all("keys")
        for number, item in enumerate(parcels.unpacked("keys", parcel))
        if item is not None
    )
    box.put(0, {"columns": index.packed(held)})


class _Tally:
    """Counts over the problem parcels."""

    def __init__(self) -> None:
        self.counts = [0] * 5
        self.errors = 0

    def add(self, items: list[Any]) -> None:
        for problems, _, counts in items:
            self.errors += sum(problem[6] == "error" for problem in problems)
            if counts is not None:
                self.counts = [a + b for a, b in zip(self.counts, [1, *counts], strict=True)]


def _noted(
    about: dict[str, str], segments: list[int], tally: _Tally, prints: Iterable[list[list[Any]]]
) -> dict[str, str]:
    """What is to be known of the box as a whole; without a sum of the folders where some file is uncertain."""
    sure = all(None not in item[1:3] and not item[5] for items in prints for item in items)
    around = sum(problem[6] == "error" for problem in json.loads(about["around"]))
    return about | {
        "whole": about["whole"] if sure else "",
        "segments": json.dumps(segments),
        "counts": json.dumps(tally.counts),
        "errors": str(tally.errors + around),
    }


def _item(stem: str, state: State, hashes: tuple[str, str]) -> list[Any]:
    readable = hashes[0] != "" and (hashes[1] != "" or state.prints[1] == NONE)
    prints = [None, None] if state.always or not readable else list(state.prints)
    return [stem, *prints, *hashes, state.always or not readable]


def _changed(
    root: Path, settings: Settings | None, box: Box, states: Mapping[str, State], about: dict[str, str]
) -> tuple[int, int] | None:
    """Change what changed; how many cases were judged and compared, or None where all are to be judged."""
    held = box.about()
    if any(held.get(name) != about[name] for name in ("identity", "documents")):
        return None
    segments: list[int] = json.loads(held["segments"])
    known: dict[int, list[list[Any]]] = {
        segment: parcels.unpacked("prints", parcel) for segment, parcel in box.all("prints")
    }
    if sorted(known) != segments:
        raise Damaged
    plan = planned(root, known, states)
    if len(plan.judge) > max(len(states) // 2, crew.FEW):
        return None
    of = {item[0]: segment for segment, items in known.items() for item in items}
    orders = ordered(plan, of, known)
    touched = {segment for segment, _ in orders}
    touched |= {of[stem] for stem in (*plan.same, *plan.gone)}
    if not touched and all(held.get(name) == about[name] for name in ("settings", "whole", "around")):
        return 0, len(plan.same)
    judged = {segment: (hashes, packed) for segment, hashes, packed in crew.segments(root, settings, orders)}
    stems_of = dict(orders)
    with box.change():
        for segment in sorted(touched):
            fresh = dict.fromkeys(stems_of.get(segment, []))
            known[segment] = _rewritten(
                box, segment, known.get(segment, []), list(fresh), judged.get(segment), plan, states
            )
        segments = sorted({*segments, *touched})
        if judged or plan.gone:
            _index(box)
        tally = _Tally()
        for _, parcel in box.all("problems"):
            tally.add(parcels.unpacked("problems", parcel))
        box.note(_noted(about, segments, tally, known.values()))
    return len(plan.judge), len(plan.same)


def _rewritten(
    box: Box,
    segment: int,
    known: list[list[Any]],
    fresh: list[str],
    judged: tuple[list[list[str]], dict[str, bytes]] | None,
    plan: Plan,
    states: Mapping[str, State],
) -> list[list[Any]]:
    """Put a segment together anew: what was kept, without what is gone, with what was judged; its prints."""
    old = {item[0]: i for i, item in enumerate(known)}
    stems = [stem for stem in old if stem not in plan.gone]
    stems += [stem for stem in fresh if stem not in old]
    new = {stem: i for i, stem in enumerate(fresh)}
    hashes = judged[0] if judged is not None else []
    prints = []
    for stem in stems:
        if stem in new:
            prints.append(_item(stem, states[stem], (hashes[new[stem]][0], hashes[new[stem]][1])))
        elif stem in plan.same:
            prints.append(_item(stem, plan.same[stem], plan.same[stem].hashes))
        else:
            prints.append(known[old[stem]])
    packed = {"prints": parcels.packed("prints", prints)}
    if judged is not None or any(stem in plan.gone for stem in old):
        for kind in worker.SENT:
            kept = parcels.unpacked(kind, box.take(kind, segment)) if known else []
            made = parcels.unpacked(kind, judged[1][kind]) if judged is not None else []
            if len(kept) != len(known) or len(made) != len(fresh):
                raise Damaged
            packed[kind] = parcels.packed(
                kind, [made[new[stem]] if stem in new else kept[old[stem]] for stem in stems]
            )
        packed["grams"] = grams.packed(packed["words"])
    box.put(segment, packed)
    return prints
