"""What filters ask of all cases of an atlas in one parcel: each kind of answer once, and numbers that point at them.

Of 100,000 cases there are some thousand ways to be classified and some thousand
places to lie in. A filter looks at these; then it only compares numbers.

Floor 3½, part of compiled: knows keys and filters; imports nothing heavy.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eppv_atlas import choosing, vocabulary
from eppv_atlas.choosing import Wanted
from eppv_atlas.compiled.parcels import Key

_COLUMNS: Final = 4


@dataclass(frozen=True)
class Place:
    """Where a case is kept: its segment, and its number within."""

    segment: int
    index: int


def packed(held: Iterable[tuple[int, int, Sequence[Any]]]) -> bytes:
    """The parcel of an atlas.

    Parameters
    ----------
    held
        Segment, number within the segment and key item of every sound case, in any order.
    """
    rows = sorted(
        ((Key(*item), segment, index) for segment, index, item in held), key=lambda row: row[0].rank
    )
    classes: dict[str, int] = {}
    places: dict[str, int] = {}
    columns = [array("I") for _ in range(_COLUMNS)]
    for key, segment, index in rows:
        filed = json.dumps([key.path, key.mode, key.further_modes, key.category])
        lies = json.dumps([key.places, key.provinces, key.place_zh, key.place_en], ensure_ascii=False)
        numbers = (
            segment,
            index,
            classes.setdefault(filed, len(classes)),
            places.setdefault(lies, len(places)),
        )
        for column, number in zip(columns, numbers, strict=True):
            column.append(number)
    if sys.byteorder == "big":
        for column in columns:
            column.byteswap()
    head = f'{{"cases":{len(rows)},"classes":[{",".join(classes)}],"places":[{",".join(places)}]}}\n'
    return head.encode() + b"".join(column.tobytes() for column in columns)


def chosen(parcel: bytes, wanted: Wanted) -> list[Place]:
    """Cases that meet everything but the words, in the order of the atlas.

    Raises
    ------
    ValueError
        If the parcel is none.
    """
    head, _, rest = parcel.partition(b"\n")
    told = json.loads(head)
    size = 4 * int(told["cases"])
    if len(rest) != _COLUMNS * size:
        raise ValueError("the columns are cut short")
    columns = [array("I", rest[at * size : (at + 1) * size]) for at in range(_COLUMNS)]
    if sys.byteorder == "big":
        for column in columns:
            column.byteswap()
    segments, indices, classes, places = columns
    filed = _met(
        Wanted(wanted.path, wanted.mode, wanted.category), [_class(*item) for item in told["classes"]]
    )
    lies = _met(
        Wanted(province=wanted.province, place=wanted.place), [_place(*item) for item in told["places"]]
    )
    return [
        Place(segment, index)
        for segment, index, one, other in zip(segments, indices, classes, places, strict=True)
        if one in filed and other in lies
    ]


def _met(wanted: Wanted, keys: list[Key]) -> set[int]:
    at = {id(key): number for number, key in enumerate(keys)}
    return {at[id(key)] for key in choosing.meets(wanted, keys)}


def _class(path: str, mode: str, further: list[str], category: str) -> Key:
    return Key("", "", 0, path, mode, further, category, [], [], "", "")


def _place(places: list[str], provinces: list[str], zh: str, en: str) -> Key:
    path, mode, category = (
        next(iter(t)) for t in (vocabulary.PATHS, vocabulary.MODES, vocabulary.CATEGORIES)
    )
    return Key("", "", 0, path, mode, [], category, places, provinces, zh, en)
