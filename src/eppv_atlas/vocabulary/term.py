"""What a word of a closed vocabulary is.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word of a closed vocabulary.

    Attributes
    ----------
    id
        The word that case files use (kebab-case).
    zh, en
        The notice's Chinese term and our one fixed English translation.
    about_zh, about_en
        Definition in our own words; empty where the name says it all.
    group
        Id of the wider term it belongs to (the family of a zone kind), or empty.
    """

    id: str
    zh: str
    en: str
    about_zh: str = ""
    about_en: str = ""
    group: str = ""


def table(terms: Iterable[Term]) -> dict[str, Term]:
    """Terms by id, in their order."""
    return {term.id: term for term in terms}
