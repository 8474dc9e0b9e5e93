"""One Chinese term, one English translation, everywhere."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from eppv_atlas import ledgers, vocabulary
from eppv_atlas.model import Name, Text


def pairs(record: BaseModel, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a record in both languages, with where it stands."""
    if isinstance(record, Name | Text):
        yield place, record.zh, record.en
        return
    for key in type(record).model_fields:
        value = getattr(record, key)
        items = value if isinstance(value, tuple) else (value,)
        for item in items:
            if isinstance(item, BaseModel):
                yield from pairs(item, f"{place}.{getattr(item, 'id', key)}")


def said(english: str, text: str) -> bool:
    """Whether a text has the term, in the singular or plural, in small or capital letters."""
    words = english.casefold().split()
    endings = r"(?:s|es|ies)?"
    parts = [
        re.escape(word.removesuffix("y") if word.endswith("y") else word) + r"(?:y|ies|s|es)?"
        for word in words
    ]
    return bool(re.search(r"\b" + r"[\s-]+".join(parts) + endings + r"\b", text.casefold()))


def test_terms_and_translations_are_one_to_one():
    for _, _, terms in ledgers.vocabularies():
        for term in terms:
            assert term.zh or term.id == "exact"
            assert term.en or term.id == "exact"
        assert len({term.zh for term in terms}) == len(terms)
        assert len({term.en for term in terms}) == len(terms)


def test_the_same_word_is_never_translated_in_two_ways():
    known: dict[str, str] = {}
    for group, _, terms in ledgers.vocabularies():
        if group in {"site-kinds", "zone-kinds", "resources", "aims", "mechanism-kinds", "claim-kinds"}:
            continue  # kinds name classes of things; the same Chinese word may class a place and a scheme
        for term in terms:
            english = known.setdefault(term.zh, term.en.casefold())
            assert english == term.en.casefold(), (term.zh, english, term.en)


@pytest.mark.parametrize("term", vocabulary.GLOSSARY.values(), ids=lambda term: term.id)
def test_every_text_of_the_atlas_keeps_to_the_glossary(atlas, term):
    # a longer term that holds this one has its own translation
    longer = [
        other.zh for other in vocabulary.GLOSSARY.values() if term.zh in other.zh and other.zh != term.zh
    ]
    off = []
    for placed in atlas:
        for place, zh, en in pairs(placed.case):
            rest = zh
            for other in longer:
                rest = rest.replace(other, "")
            if term.zh in rest and not said(term.en, en):
                off.append((placed.case.id + place, zh, en))
    assert off == []


def test_every_term_of_the_notice_is_used_or_stands_in_it(atlas):
    """The glossary holds words of the notice, not of ours alone."""
    texts = "\n".join(zh for placed in atlas for _, zh, _ in pairs(placed.case))
    texts += "\n".join(fact.printed for placed in atlas for fact in placed.case.facts)
    texts += "\n".join(thing.printed or "" for p in atlas for thing in (*p.case.zones, *p.case.sites))
    unused = [term.zh for term in vocabulary.GLOSSARY.values() if term.zh not in texts]
    assert len(unused) <= len(vocabulary.GLOSSARY) // 5, unused
