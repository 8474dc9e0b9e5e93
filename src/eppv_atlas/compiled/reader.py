"""A large atlas as its users ask it: problems, lists, measures, slim cases.

Floor 3½, part of compiled: knows the box; imports what is heavy only where
something has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from eppv_atlas import choosing
from eppv_atlas.choosing import Wanted
from eppv_atlas.compiled import folder, parcels, places
from eppv_atlas.compiled.box import Box, Damaged
from eppv_atlas.compiled.parcels import Key
from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.slim import SlimCase
from eppv_atlas.store import transaction

if TYPE_CHECKING:
    from eppv_atlas.cards import CaseRecord
    from eppv_atlas.results import Measure

Say = Callable[[str, str], None]
R = TypeVar("R")
_HELD: Final = 64
"""Segments that are kept unpacked."""


class Compiled:
    """An atlas by what reading it gave.

    Attributes
    ----------
    root
        Folder of the atlas.
    judged, compared
        How many cases were read and judged this time, and of how many more the
        files were read to compare their content.
    """

    def __init__(self, root: Path, box: Box, judged: int = 0, compared: int = 0) -> None:
        self.root, self.box, self.judged, self.compared = root, box, judged, compared
        self._about = box.about()
        self._segments: list[int] = json.loads(self._about["segments"])

    def close(self) -> None:
        """Close the box."""
        self.box.close()

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Cases that could be read, their zones, sites, facts and mechanisms."""
        cases, zones, sites, facts, mechanisms = json.loads(self._about["counts"])
        return cases, zones, sites, facts, mechanisms

    def problems(self) -> tuple[list[Problem], list[Problem]]:
        """Problems of all files in reading order, and what is odd about drawn zones.

        Raises
        ------
        Damaged
            If the box is.
        """
        held = [parcels.problem_of(item, self.root) for item in json.loads(self._about["around"])]
        odd: list[tuple[str, list[Problem]]] = []
        for segment, parcel in self._all("problems"):
            if b'["' not in parcel:  # no problem in any of its cases
                continue
            stems = None
            for index, (found, doubts, _) in enumerate(parcels.unpacked("problems", parcel)):
                held += [parcels.problem_of(item, self.root) for item in found]
                if doubts:
                    stems = stems or parcels.unpacked("prints", self.box.take("prints", segment))
                    odd.append((stems[index][0], [parcels.problem_of(item, self.root) for item in doubts]))
        held.sort(key=lambda p: (p.file, p.line, p.place, p.rule))
        odd.sort(key=lambda pair: f"{pair[0]}.yaml")
        return held, [problem for _, found in odd for problem in found]

    def sound(self) -> None:
        """Return where no file has an error.

        Raises
        ------
        DataError
            With all errors.
        Damaged
            If the box is.
        """
        if self._about["errors"] != "0":
            raise DataError(problem for problem in self.problems()[0] if problem.severity == "error")

    def found(self, wanted: Wanted) -> list[SlimCase]:
        """Cases that meet everything asked for, in the order of the atlas.

        Raises
        ------
        UsageError
            If path, mode or category name nothing.
        Damaged
            If the box is.
        """
        wanted.checked()
        words = wanted.words
        places_of = self._holding(words) if words else None
        code = (wanted.place or "").strip()
        begins = f'"{code}'.encode() if code.isdigit() and len(code) > 2 else b""  # so short is no name
        out: list[SlimCase] = []
        for segment, parcel in self._all("keys"):
            if (places_of is not None and segment not in places_of) or begins not in parcel:
                continue
            items = parcels.unpacked("keys", parcel)
            keys = [Key(*item) if item is not None else None for item in items]
            among = range(len(keys)) if places_of is None else sorted(places_of[segment])
            asked = {id(keys[i]): i for i in among if keys[i] is not None}
            met = list(choosing.meets(wanted, [key for i in among if (key := keys[i]) is not None]))
            if met:
                rows = parcels.unpacked("rows", self.box.take("rows", segment))
                out += [parcels.slim_of(rows[asked[id(key)]]) for key in met]
        return sorted(out, key=lambda case: case.rank)

    def _holding(self, words: list[str]) -> dict[int, set[int]]:
        """Cases in which all words occur: their numbers within each segment."""
        out: dict[int, set[int]] = {}
        raw = [word.encode() for word in words]
        for segment, parcel in self._all("words"):
            if not all(word in parcel for word in raw):
                continue
            lines = parcel.split(b"\n")
            met = {i for i, line in enumerate(lines) if all(word in line for word in raw)}
            if met:
                out[segment] = met
        return out

    def ids(self) -> list[str]:
        """Ids of all sound cases, in the order of the atlas.

        Raises
        ------
        Damaged
            If the box is.
        """
        return [key.id for key, _, _ in self._order()]

    def slim(self) -> Iterator[SlimCase]:
        """All sound cases, in the order of the atlas, a few at a time in memory.

        Raises
        ------
        Damaged
            If the box is.
        """
        for _, item in self._in_order("rows"):
            yield parcels.slim_of(item)

    def cards(self) -> Iterator[CaseRecord]:
        """What the national page needs of all sound cases, in the order of the atlas, a few at a time in memory.

        Raises
        ------
        Damaged
            If the box is.
        """
        from eppv_atlas import cards

        for _, item in self._in_order("cards"):
            yield cards.record_of(item)

    def measures(self) -> Iterator[Measure]:
        """Measures of all zones, in the order of the atlas, a few at a time in memory.

        Raises
        ------
        Damaged
            If the box is.
        """
        from eppv_atlas.results import Measure

        for key, item in self._in_order("sizes"):
            for row in item:
                yield Measure(key.id, *row)

    def verify(self, *kinds: str) -> None:
        """Look at the checksums of all parcels of some kinds.

        Raises
        ------
        Damaged
            If one is wrong.
        """
        for kind in kinds:
            for _ in self._all(kind):
                pass

    def _all(self, kind: str) -> Iterator[tuple[int, bytes]]:
        seen = []
        for segment, parcel in self.box.all(kind):
            seen.append(segment)
            yield segment, parcel
        if seen != self._segments:
            raise Damaged

    def _order(self) -> list[tuple[Key, int, int]]:
        order = [
            (Key(*item), segment, index)
            for segment, parcel in self._all("keys")
            for index, item in enumerate(parcels.unpacked("keys", parcel))
            if item is not None
        ]
        order.sort(key=lambda entry: entry[0].rank)
        return order

    def _in_order(self, kind: str) -> Iterator[tuple[Key, Any]]:
        held: OrderedDict[int, list[Any]] = OrderedDict()
        for key, segment, index in self._order():
            if segment not in held:
                held[segment] = parcels.unpacked(kind, self.box.take(kind, segment))
                if len(held) > _HELD:
                    held.popitem(last=False)
            else:
                held.move_to_end(segment)
            yield key, held[segment][index]


def opened(root: str | Path, say: Say | None = None, *, anew: bool = False) -> Compiled:
    """A large atlas, with what changed read again.

    Parameters
    ----------
    root
        Folder of the atlas.
    say
        Told, in both languages, what a user should know: that what was kept is
        damaged, or cannot be kept.
    anew
        Whether to trust nothing that is kept.

    Raises
    ------
    UsageError
        If the folder is no atlas.
    """
    root = Path(root)
    if not (root / "cases").is_dir():
        raise UsageError(
            f"{root} is no atlas: it has no folder cases/; 'eppv-atlas --atlas {root} new ID' begins one",
            f"{root} 不是图集：没有 cases/ 文件夹；可用 eppv-atlas --atlas {root} new ID 新建",
        )
    if not anew:
        found = _unchanged(root)
        if found is not None:
            return found
    from eppv_atlas.compiled import keeping

    return keeping.brought_up(root, say or (lambda _en, _zh: None), anew=anew)


def asked(root: str | Path, say: Say | None, question: Callable[[Compiled], R]) -> R:
    """Answer a question about a large atlas; where what is kept turns out damaged, make it anew and ask again.

    Parameters
    ----------
    root
        Folder of the atlas.
    say
        As in :func:`opened`.
    question
        What is asked; it has no effect until it returns.

    Raises
    ------
    UsageError
        If the folder is no atlas.
    DataError
        If the question wants a sound atlas and it is none.
    """
    held = opened(root, say)
    try:
        with held.box.snapshot():
            return question(held)
    except Damaged:
        pass
    finally:
        held.close()
    if say is not None:
        say(*DAMAGED)
    held = opened(root, say, anew=True)
    try:
        with held.box.snapshot():
            return question(held)
    finally:
        held.close()


DAMAGED: Final = (
    "what was kept of this atlas is damaged; it is read anew",
    "所存的图集读取结果已损坏；将重新读取",
)


def raw_settings(root: Path) -> str:
    """SHA-256 of atlas.yaml; empty where it cannot be read."""
    try:
        return hashlib.sha256((root / "atlas.yaml").read_bytes()).hexdigest()
    except OSError:
        return ""


def _unchanged(root: Path) -> Compiled | None:
    """The box as it is, where nothing has changed since; None where it has to be looked at closely."""
    path = places.existing(root)
    if path is None or transaction.stamp(root)[0]:
        return None
    box = None
    with suppress(Damaged, OSError, ValueError, KeyError):
        box = Box.opened(path)
        if box is None:
            return None
        about = box.about()
        if (
            about.get("identity") == places.identity(root)
            and about["settings"] == raw_settings(root) != ""
            and about["whole"] == folder.quick(root)
        ):
            return Compiled(root, box)
    if box is not None:
        box.close()
    return None
