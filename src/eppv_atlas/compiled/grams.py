"""Which pieces of words occur in a segment, so that most segments need not be read for a word that is looked for.

A piece is two letters next to each other, one of them at least beyond ASCII, or
four of ASCII: two Chinese characters are rare where two Latin letters are not.
Pieces are hashed into a field of bits, which says *no* or *perhaps*; whoever
asks reads the words where it says *perhaps*.

Floor 3½, part of compiled: knows words only; imports nothing heavy.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Sequence
from typing import Final

_BITS: Final = 8
"""Bits a piece at least: one question in eight or fewer is answered *perhaps* in vain."""
_LEAST: Final = 64
_LATIN: Final = 4


def packed(words: bytes) -> bytes:
    """The field of a segment.

    Parameters
    ----------
    words
        Its parcel of words: words with blanks between.
    """
    text = " ".join(set(words.decode().split()))
    found = pieces(text)
    size = _LEAST
    while size * 8 < _BITS * len(found):
        size *= 2
    field = bytearray(size)
    for at in _bits(found, size):
        field[at >> 3] |= 1 << (at & 7)
    return bytes(field)


def pieces(text: str) -> set[str]:
    """Pieces of a text or word; none reaches over a blank."""
    pairs = map("".join, set(itertools.pairwise(text)))
    fours = map("".join, set(zip(*(text[at:] for at in range(_LATIN)), strict=False)))
    found = {piece for piece in pairs if not piece.isascii()} | {piece for piece in fours if piece.isascii()}
    return {piece for piece in found if " " not in piece}


def may_hold(field: bytes, pieces: Sequence[str]) -> bool:
    """Whether a segment may have words with all of these pieces.

    Raises
    ------
    ValueError
        If the field is none.
    """
    size = len(field)
    if size < _LEAST or size & (size - 1):
        raise ValueError("no field of bits")
    return all(field[at >> 3] & 1 << (at & 7) for at in _bits(pieces, size))


def _bits(pieces: Iterable[str], size: int) -> Iterable[int]:
    last = 8 * size - 1
    return (zlib.crc32(piece.encode("utf-8", "surrogatepass")) & last for piece in pieces)
