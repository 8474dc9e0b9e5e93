"""Facets of the national map: what cases can be filtered by, and which values each case has.

Floor 3, part of render: knows records and the vocabulary; must not know files,
Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.cards import Filed
from eppv_atlas.model import Settings
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.words import pinyin

Both = dict[str, str]
NOT_NAMED = "not-named"
"""Value of a facet for a case that names none."""


@dataclass(frozen=True)
class Facet:
    """Something that cases can be filtered by.

    Attributes
    ----------
    id
        Name in the address of the page.
    name
        What readers call it.
    names
        Names of its possible values, in the order in which they are listed.
    values
        Ids of the values that a case has.
    """

    id: str
    name: Both
    names: Mapping[str, Both]
    values: Callable[[Filed], Iterable[str]]


def _terms(table: Mapping[str, vocabulary.Term]) -> dict[str, Both]:
    return {name: {"zh": term.zh, "en": term.en} for name, term in table.items()}


def province_name(code: str) -> Both:
    """Name of a province, or of a state abroad."""
    if code in vocabulary.PROVINCES:
        zh, en = vocabulary.PROVINCES[code]
        return {"zh": zh, "en": en}
    place = boundaries.place(code)
    return {"zh": place.name_zh, "en": place.name_en or place.name_zh}


def facets_of(filings: Sequence[Filed], settings: Settings) -> list[Facet]:
    """The facets of a national map of cases that are filed so."""
    batches = {filed.batch: filed.document for filed in filings}
    codes = sorted(
        {code for filed in filings for code in filed.provinces}, key=lambda c: (not c.isdigit(), c)
    )
    return [
        Facet("path", PHRASES["path"], _terms(vocabulary.PATHS), lambda f: [f.path]),
        Facet("mode", PHRASES["mode"], _terms(vocabulary.MODES), lambda f: f.modes),
        Facet("category", PHRASES["category"], _terms(vocabulary.CATEGORIES), lambda f: [f.category]),
        Facet(
            "province",
            PHRASES["province"],
            {code: province_name(code) for code in codes},
            lambda f: f.provinces,
        ),
        Facet(
            "batch",
            PHRASES["batch"],
            {
                batch: {"zh": settings.documents[name].title.zh, "en": settings.documents[name].title.en}
                for batch, name in sorted(batches.items())
            },
            lambda f: [f.batch],
        ),
        Facet(
            "ecosystem",
            PHRASES["ecosystem"],
            {**_terms(vocabulary.ECOSYSTEMS), NOT_NAMED: PHRASES["not_named"]},
            lambda f: f.ecosystems or [NOT_NAMED],
        ),
        Facet(
            "confidence",
            PHRASES["geometry_confidence"],
            _terms(vocabulary.CONFIDENCES),
            lambda f: f.confidences,
        ),
    ]


def coded(
    facets: Sequence[Facet], filings: Sequence[Filed]
) -> tuple[list[dict[str, Any]], list[list[list[int]]]]:
    """Facets for a page: values that occur, and codes of each case.

    Returns
    -------
    table, codes
        For each facet its id, name and values; for each case and facet the
        places of its values in that list.
    """
    held = [[list(dict.fromkeys(facet.values(filed))) for facet in facets] for filed in filings]
    table, places = [], []
    for f, facet in enumerate(facets):
        present = {value for row in held for value in row[f]}
        known = [name for name in facet.names if name in present]
        places.append({name: i for i, name in enumerate(known)})
        table.append(
            {
                "id": facet.id,
                "name": facet.name,
                "values": [
                    {"id": name, "name": facet.names[name], "pinyin": pinyin(facet.names[name]["zh"])}
                    for name in known
                ],
            }
        )
    return table, [[[places[f][name] for name in row[f]] for f in range(len(facets))] for row in held]
