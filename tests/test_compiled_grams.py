"""Which segments may hold a word: never a no where it does, and mostly a no where it does not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eppv_atlas.compiled import grams

LETTERS = st.sampled_from("九寨沟生态产品价值abcdeé.1\u0301👍İß\u2028\x1c")
WORD = st.text(LETTERS, min_size=1, max_size=12)


@example(["九寨沟", "park"], 1, 3)
@given(st.lists(WORD, min_size=1, max_size=40), st.integers(0, 11), st.integers(1, 12))
def test_what_is_there_is_never_missed(words, start, length):
    held = "\n".join(" ".join(part.split()) for part in words)
    field = grams.packed(held.encode())
    for word in held.split():
        asked = word[start : start + length]
        assert grams.may_hold(field, sorted(grams.pieces(asked))), asked


def test_pieces_are_two_letters_or_four_of_ascii():
    assert len(grams.pieces("九寨沟")) == len(grams.pieces("parks")) == len(grams.pieces("3d图a")) == 2
    assert grams.pieces("九寨沟") == grams.pieces("九寨") | grams.pieces("寨沟")
    assert grams.pieces("parks") == grams.pieces("park") | grams.pieces("arks")
    assert grams.pieces("par") == grams.pieces("九") == grams.pieces("") == set()


def test_the_field_is_the_same_for_the_same_words_in_any_order():
    one, other = (grams.packed(text.encode()) for text in ("生态 park\n产品", "产品\npark 生态 park"))
    assert one == other
    assert grams.packed(b"") == b"\0" * 64


def test_what_is_not_there_is_mostly_seen_not_to_be():
    han = [chr(0x4E00 + number) for number in range(2000)]
    held = " ".join(a + b + c for a, b, c in zip(han[::3], han[1::3], han[2::3], strict=False))
    field = grams.packed(held.encode())
    absent = [a + b for a, b in zip(han, han[700:], strict=False)]
    in_vain = sum(grams.may_hold(field, grams.pieces(word)) for word in absent)
    assert in_vain < len(absent) / 8
    assert len(field) <= 2 * len(held.split()) * 2


@pytest.mark.parametrize("field", [b"", b"\0" * 63, b"\0" * 65, b"\0" * 100])
def test_what_is_no_field_is_refused(field):
    with pytest.raises(ValueError, match="bits"):
        grams.may_hold(field, ["生态"])
