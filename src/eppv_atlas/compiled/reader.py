"""A large atlas as its users ask it: problems, lists, measures, slim cases.

Floor 3½, part of compiled: knows the box; imports what is heavy only where
something has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from eppv_atlas.choosing import Wanted
from eppv_atlas.compiled import folder, grams, index, parcels, places
from eppv_atlas.compiled.box import Box, Damaged
from eppv_atlas.compiled.index import Place
from eppv_atlas.compiled.parcels import Key
from eppv_atlas.errors import AtlasError, DataError, Problem, UsageError
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

    @property
    def whole(self) -> str:
        """Sums over the files of the folders when they were read; empty where some file was uncertain."""
        return self._about["whole"]

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
            for number, (found, doubts, _) in enumerate(parcels.unpacked("problems", parcel)):
                held += [parcels.problem_of(item, self.root) for item in found]
                if doubts:
                    stems = stems or parcels.unpacked("prints", self.box.take("prints", segment))
                    odd.append((stems[number][0], [parcels.problem_of(item, self.root) for item in doubts]))
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
        try:
            met = index.chosen(self.box.take("columns", 0), wanted)
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged from error
        if wanted.words:
            met = self._holding(wanted.words, met)
        rows: dict[int, list[bytes]] = {}
        for segment in sorted({place.segment for place in met}):
            rows[segment] = self.box.take("rows", segment).split(b"\n")
        try:
            return [parcels.slim_of(json.loads(rows[place.segment][place.index])) for place in met]
        except (ValueError, IndexError, TypeError) as error:
            raise Damaged from error

    def _holding(self, words: Sequence[str], among: Sequence[Place]) -> list[Place]:
        """Of some cases those in which all words occur."""
        raw = [word.encode("utf-8", "surrogatepass") for word in words]
        pieces = sorted({piece for word in words for piece in grams.pieces(word)})
        lines: dict[int, list[bytes]] = {}
        for segment in sorted({place.segment for place in among}):
            try:
                if pieces and not grams.may_hold(self.box.take("grams", segment), pieces):
                    continue
            except ValueError as error:
                raise Damaged from error
            parcel = self.box.take("words", segment)
            if all(word in parcel for word in raw):
                lines[segment] = parcel.split(b"\n")
        out = []
        for place in among:
            held = lines.get(place.segment)
            if held is not None:
                if place.index >= len(held):
                    raise Damaged
                if all(word in held[place.index] for word in raw):
                    out.append(place)
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
            (Key(*item), segment, number)
            for segment, parcel in self._all("keys")
            for number, item in enumerate(parcels.unpacked("keys", parcel))
            if item is not None
        ]
        order.sort(key=lambda entry: entry[0].rank)
        return order

    def _in_order(self, kind: str) -> Iterator[tuple[Key, Any]]:
        held: OrderedDict[int, list[Any]] = OrderedDict()
        for key, segment, number in self._order():
            if segment not in held:
                held[segment] = parcels.unpacked(kind, self.box.take(kind, segment))
                if len(held) > _HELD:
                    held.popitem(last=False)
            else:
                held.move_to_end(segment)
            yield key, held[segment][number]


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


def asked(root: str | Path, say: Say | None, question: Callable[[Compiled], R], *, ahead: bool = False) -> R:
    """Answer a question about a large atlas; where what is kept turns out damaged, make it anew and ask again.

    Parameters
    ----------
    root
        Folder of the atlas.
    say
        As in :func:`opened`.
    question
        What is asked; it has no effect until it returns.
    ahead
        Whether to answer from what is kept while processes still look whether anything has
        changed; where it has, the answer is thrown away and the question asked anew.

    Raises
    ------
    UsageError
        If the folder is no atlas.
    DataError
        If the question wants a sound atlas and it is none.
    """
    root = Path(root)
    if ahead:
        folder.begin(root)
        answer = _ahead(root, question)
        if answer is not None:
            return answer()
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


def _ahead(root: Path, question: Callable[[Compiled], R]) -> Callable[[], R] | None:
    """The answer from what is kept, or the error that it is; None where something has changed since."""
    held = _as_kept(root)
    if held is None:
        return None
    answer: Callable[[], R]
    try:
        with held.box.snapshot():
            found = question(held)
        answer = lambda: found  # noqa: E731
    except AtlasError as error:
        answer = _raising(error)
    except Damaged:
        return None
    finally:
        held.close()
    return answer if held.whole == folder.quick(root) else None


def _raising(error: AtlasError) -> Callable[[], NoReturn]:
    def answer() -> NoReturn:
        raise error

    return answer


def _unchanged(root: Path) -> Compiled | None:
    """The box as it is, where nothing has changed since; None where it has to be looked at closely."""
    held = _as_kept(root)
    if held is None or held.whole == folder.quick(root):
        return held
    held.close()
    return None


def _as_kept(root: Path) -> Compiled | None:
    """The box, if it is the right one for this folder and its settings; whether files have changed is not asked."""
    path = places.existing(root)
    if path is None or transaction.stamp(root)[0]:
        return None
    box = None
    with suppress(Damaged, OSError, ValueError, KeyError):
        box = Box.opened(path)
        if box is None:
            return None
        about = box.about()
        same = about.get("identity") == places.identity(root)
        if same and about["settings"] == raw_settings(root) != "":
            return Compiled(root, box)
    if box is not None:
        box.close()
    return None
