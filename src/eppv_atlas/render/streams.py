"""Named runs of bytes that a page holds behind one another: numbers, texts, tables of texts.

Floor 3, part of render: knows bytes and texts only; must not know cases,
shapes, pages or the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from eppv_atlas.render import packing

Pair = tuple[str, str]
_BREAKS = str.maketrans("\t\n\r", "   ")


class Streams:
    """Named runs of bytes, one after the other.

    Attributes
    ----------
    table
        First byte and length of each run, by name.
    raw
        The runs.
    """

    def __init__(self) -> None:
        self.table: dict[str, list[int]] = {}
        self.raw: list[bytes] = []
        self.length = 0

    def add(self, name: str, raw: bytes) -> None:
        """Put a run of bytes behind the others."""
        self.table[name] = [self.length, len(raw)]
        self.raw.append(raw)
        self.length += len(raw)

    def numbers(self, name: str, values: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        """Put whole numbers from 0 as varints."""
        self.add(name, packing.varints(np.asarray(values, np.int64)))

    def steps(self, name: str, values: Sequence[int]) -> None:
        """Put whole numbers as the steps from one to the next."""
        self.add(name, packing.varints(packing.zigzag(np.diff(np.asarray(values, np.int64), prepend=0))))

    def texts(self, name: str, texts: Sequence[str]) -> None:
        """Put texts, with the length of each."""
        raw = [text.encode("utf-8", "replace") for text in texts]
        self.add(f"{name}-lengths", packing.varints(np.array([len(text) for text in raw], np.int64)))
        self.add(name, b"".join(raw))

    def lines(self, name: str, pairs: Iterable[Pair]) -> None:
        """Put texts in two languages, a line each: Chinese, tab, English; one text where both are the same."""
        self.add(name, "\n".join(map(_line, pairs)).encode("utf-8", "replace"))

    def coded(self, name: str, pairs: Sequence[Pair]) -> None:
        """Put texts of which many are the same: each different one as a line, then which line each is."""
        place: dict[Pair, int] = {}
        codes = [place.setdefault(pair, len(place)) for pair in pairs]
        self.lines(name, place)
        self.steps(f"{name}-codes", codes)


def _line(pair: Pair) -> str:
    zh, en = (text.translate(_BREAKS) for text in pair)
    return zh if zh == en else f"{zh}\t{en}"
