"""Which pieces of words occur in a segment, so that most segments need not be read for a word that is looked for.

A piece is two letters next to each other, one of them at least beyond ASCII, or
four of ASCII: two Chinese characters are rare where two Latin letters are not.
Pieces are hashed into a field of bits, which says *no* or *perhaps*; whoever
asks reads the words where it says *perhaps*.

A piece is a number, so that NumPy finds those of a segment in one step; who asks
needs no NumPy.

Floor 3½, part of compiled: knows words only; imports nothing heavy to answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

_BITS: Final = 8
"""Bits a piece at least: one question in eight or fewer is answered *perhaps* in vain."""
_LEAST: Final = 64
_LATIN: Final = 1 << 63
"""Marks a piece of four letters of ASCII, seven bits each; a pair has twenty-one bits for each."""
_SPREAD: Final = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: neighbouring numbers fall far apart
_WORD: Final = (1 << 64) - 1


def packed(words: bytes) -> bytes:
    """The field of a segment.

    Parameters
    ----------
    words
        Its parcel of words: words with blanks between.
    """
    import numpy as np

    text = " ".join(set(words.decode().split()))
    letters = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.uint64)
    inside, ascii_ = letters != ord(" "), letters < 128
    one, other = letters[:-1], letters[1:]
    pairs = (one << 21 | other)[inside[:-1] & inside[1:] & ~(ascii_[:-1] & ascii_[1:])]
    latin = inside & ascii_
    whole = latin[:-3] & latin[1:-2] & latin[2:-1] & latin[3:]
    fours = (letters[:-3] << 21 | letters[1:-2] << 14 | letters[2:-1] << 7 | letters[3:])[whole]
    found = np.unique(np.concatenate([pairs, fours | np.uint64(_LATIN)]))
    size = _LEAST
    while size * 8 < _BITS * len(found):
        size *= 2
    field = np.zeros(8 * size, bool)
    field[(found * np.uint64(_SPREAD)) >> np.uint64(_shift(size))] = True
    return np.packbits(field, bitorder="little").tobytes()


def pieces(word: str) -> set[int]:
    """Pieces of a word without blanks; none for one that is too short to tell anything."""
    letters = [ord(letter) for letter in word]
    pairs = {one << 21 | other for one, other in itertools.pairwise(letters) if max(one, other) > 127}
    runs = zip(letters, letters[1:], letters[2:], letters[3:], strict=False)
    return pairs | {a << 21 | b << 14 | c << 7 | d | _LATIN for a, b, c, d in runs if max(a, b, c, d) < 128}


def may_hold(field: bytes, pieces: Iterable[int]) -> bool:
    """Whether a segment may have words with all of these pieces.

    Raises
    ------
    ValueError
        If the field is none.
    """
    size = len(field)
    if size < _LEAST or size & (size - 1):
        raise ValueError("no field of bits")
    shift = _shift(size)
    bits = ((piece * _SPREAD & _WORD) >> shift for piece in pieces)
    return all(field[at >> 3] & 1 << (at & 7) for at in bits)


def _shift(size: int) -> int:
    """How many bits of a spread piece are left away, so that it names one bit of a field of `size` bytes."""
    return 64 - (8 * size - 1).bit_length()
