"""Facets of the national map: what cases can be filtered by, and which values each case has.

Floor 3, part of render: knows records and the vocabulary; must not know files,
Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.model import Settings
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.words import pinyin
from eppv_atlas.results import PlacedCase

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
    values: Callable[[PlacedCase], Iterable[str]]


def _terms(table: Mapping[str, vocabulary.Term]) -> dict[str, Both]:
    return {name: {"zh": term.zh, "en": term.en} for name, term in table.items()}


def provinces(placed: PlacedCase) -> list[str]:
    """Codes of the provinces (or states abroad) that a case lies in."""
    return list(dict.fromkeys(boundaries.place(code).province for code in placed.case.places))


def province_name(code: str) -> Both:
    """Name of a province, or of a state abroad."""
    if code in vocabulary.PROVINCES:
        zh, en = vocabulary.PROVINCES[code]
        return {"zh": zh, "en": en}
    place = boundaries.place(code)
    return {"zh": place.name_zh, "en": place.name_en or place.name_zh}


def _confidences(placed: PlacedCase) -> list[str]:
    found = {shape.confidence for shape in placed.shapes.values()} | {placed.anchor_confidence}
    return sorted(found, key=vocabulary.rank)


def facets_of(cases: Sequence[PlacedCase], settings: Settings) -> list[Facet]:
    """The facets of a national map of these cases."""
    batches = {placed.case.batch: placed.case.source.document for placed in cases}
    codes = sorted(
        {code for placed in cases for code in provinces(placed)}, key=lambda c: (not c.isdigit(), c)
    )
    return [
        Facet("path", PHRASES["path"], _terms(vocabulary.PATHS), lambda p: [p.case.path.id]),
        Facet(
            "mode",
            PHRASES["mode"],
            _terms(vocabulary.MODES),
            lambda p: [mode.id for mode in (p.case.mode, *p.case.further_modes)],
        ),
        Facet("category", PHRASES["category"], _terms(vocabulary.CATEGORIES), lambda p: [p.case.category.id]),
        Facet("province", PHRASES["province"], {code: province_name(code) for code in codes}, provinces),
        Facet(
            "batch",
            PHRASES["batch"],
            {
                batch: {"zh": settings.documents[name].title.zh, "en": settings.documents[name].title.en}
                for batch, name in sorted(batches.items())
            },
            lambda p: [p.case.batch],
        ),
        Facet(
            "ecosystem",
            PHRASES["ecosystem"],
            {**_terms(vocabulary.ECOSYSTEMS), NOT_NAMED: PHRASES["not_named"]},
            lambda p: vocabulary.ecosystems_of(frozenset(z.kind for z in p.case.zones)) or [NOT_NAMED],
        ),
        Facet("confidence", PHRASES["geometry_confidence"], _terms(vocabulary.CONFIDENCES), _confidences),
    ]


def coded(
    facets: Sequence[Facet], cases: Sequence[PlacedCase]
) -> tuple[list[dict[str, Any]], list[list[list[int]]]]:
    """Facets for a page: values that occur, and codes of each case.

    Returns
    -------
    table, codes
        For each facet its id, name and values; for each case and facet the
        places of its values in that list.
    """
    held = [[list(dict.fromkeys(facet.values(placed))) for facet in facets] for placed in cases]
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
