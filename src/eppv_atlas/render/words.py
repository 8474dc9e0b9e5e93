"""What a search finds a case by: its words in both languages, and its names in pinyin.

Floor 3, part of render: knows records, places and the vocabulary; must not
know files, Folium or HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pypinyin import lazy_pinyin

from eppv_atlas import vocabulary
from eppv_atlas.results import PlacedCase

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_COMMON: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "its",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
    ]
)
_SHORT: Final = 3
_LATIN = re.compile(r"[^\s\u3000-\u9fff\uff00-\uffef,;:()“”\"]+")


def fold(text: str) -> str:
    """The same letters for the same word: width, case and accents do not count; search.js folds alike."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    return re.sub(r"[\u0300-\u036f]", "", plain).lower()


@cache
def pinyin(text: str) -> str:
    """Syllables of the Chinese in a text, without tones, one space between them.

    >>> pinyin("西溪湿地")
    'xi xi shi di'
    """
    return " ".join(syllable for run in _CHINESE.findall(text) for syllable in lazy_pinyin(run))


def search_words(texts: Iterable[str], names: Iterable[str]) -> dict[str, Any]:
    """What the search of a page looks through.

    Parameters
    ----------
    texts
        Anything that a reader may type, in either language.
    names
        Names that a reader may spell in pinyin.

    Returns
    -------
    dict
        ``text``, folded; ``pinyin``, a list of spellings.
    """
    spelled = dict.fromkeys(filter(None, map(pinyin, names)))
    folded = fold("\n".join(dict.fromkeys(texts)))
    # a search goes word by word: each Latin word once, each run of Chinese once, none that lies in another
    kept: list[str] = []
    words = {*_CHINESE.findall(folded), *(set(_LATIN.findall(folded)) - _COMMON)}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        # a short Latin word is looked for as a whole, so it stays even where it lies in another
        if (len(word) <= _SHORT and word.isascii()) or not any(word in longer for longer in kept):
            kept.append(word)
    return {"text": " ".join(sorted(kept)), "pinyin": list(spelled)}


def case_words(placed: PlacedCase) -> dict[str, Any]:
    """What a search finds a case by: title, place, path, modes, category, zones and sites.

    Terms and provinces are spelled with the values of the facets, once for all cases.
    """
    case = placed.case
    terms = [
        vocabulary.PATHS[case.path.id],
        vocabulary.CATEGORIES[case.category.id],
        *(vocabulary.MODES[mode.id] for mode in (case.mode, *case.further_modes)),
    ]
    texts = [text for name in (case.title, case.short, case.place_name) for text in (name.zh, name.en)]
    texts += [text for term in terms for text in (term.zh, term.en)]
    texts += [text for zone in case.zones for text in (zone.name.zh, zone.name.en)]
    texts += [text for site in case.sites for text in (site.name.zh, site.name.en)]
    return search_words([case.id, *texts], [case.short.zh, case.place_name.zh])
