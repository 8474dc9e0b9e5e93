"""Where the figures of a table are from, in one line.

Floor 3, part of sheets: knows cases and their documents; must not know formats.
"""

from __future__ import annotations

from collections.abc import Iterable

from eppv_atlas.results import PlacedCase
from eppv_atlas.sheets.words import word


def source(placed: PlacedCase, lang: str) -> str:
    """The document of a case in one line, with pages."""
    held = placed.case.source
    document = placed.settings.documents.get(held.document) if placed.settings else None
    if document is None:
        return word("source_pages", lang, document=held.document, pages=held.pages)
    return word(
        "source",
        lang,
        publisher=getattr(document.publisher, lang),
        title=getattr(document.title, lang),
        issued=document.issued,
        pages=held.pages,
    )


def sources(cases: Iterable[PlacedCase], lang: str) -> str:
    """The documents of cases in one line, each once."""
    told = {}
    for placed in cases:
        name = placed.case.source.document
        document = placed.settings.documents.get(name) if placed.settings else None
        told[name] = (
            name
            if document is None
            else word(
                "source_all",
                lang,
                publisher=getattr(document.publisher, lang),
                title=getattr(document.title, lang),
                issued=document.issued,
            )
        )
    return ("" if lang == "zh" else " ").join(told.values())
