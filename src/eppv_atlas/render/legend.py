"""What a map of cases shows and its legend must explain, whichever form the map has.

Floor 3, part of render: knows records and the vocabulary; must not know
Folium, Matplotlib or files.
"""

from __future__ import annotations

from collections.abc import Iterable

import shapely

from eppv_atlas import vocabulary
from eppv_atlas.model import Settings
from eppv_atlas.render.case_view import source_line
from eppv_atlas.render.ledger_views import site_views
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.results import PlacedCase
from eppv_atlas.vocabulary import Term


def present(cases: Iterable[PlacedCase]) -> tuple[list[Term], list[Term]]:
    """Families and confidences of the shapes that a map shows, in the order of the vocabulary."""
    pairs = [
        (vocabulary.family(zone.kind).id, placed.shapes[zone.id].confidence)
        for placed in cases
        for zone in placed.case.zones
        if zone.id in placed.shapes
    ]
    families, confidences = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    return (
        [term for name, term in vocabulary.FAMILIES.items() if name in families],
        [term for name, term in vocabulary.CONFIDENCES.items() if name in confidences],
    )


def typology(cases: Iterable[PlacedCase]) -> tuple[list[tuple[Term, int]], list[tuple[Term, int]]]:
    """Paths and leading modes that occur, each with its number of cases, in the order of the vocabulary."""
    held = [placed.case for placed in cases]
    paths = [(term, sum(case.path.id == name for case in held)) for name, term in vocabulary.PATHS.items()]
    modes = [(term, sum(case.mode.id == name for case in held)) for name, term in vocabulary.MODES.items()]
    return [pair for pair in paths if pair[1]], [pair for pair in modes if pair[1]]


def bounds(placed: PlacedCase) -> tuple[float, float, float, float]:
    """What the map of a case shows first: west, south, east, north of its zones, degrees.

    Half a degree about its point where no zone has a shape.
    """
    shapes = [shape.geometry for shape in placed.shapes.values()]
    if not shapes:
        x, y = placed.anchor.x, placed.anchor.y
        return (x - 0.25, y - 0.25, x + 0.25, y + 0.25)
    west, south, east, north = shapely.total_bounds(shapes)
    return (float(west), float(south), float(east), float(north))


def told(placed: PlacedCase | None, settings: Settings, lang: str) -> tuple[str, str, str]:
    """What must be said of a map wherever it is shown: title, how far to trust it, where it is from.

    Parameters
    ----------
    placed
        A case; None for the national map.
    settings
        The atlas.
    lang
        ``zh`` or ``en``.
    """
    space = "" if lang == "zh" else " "
    review = (
        PHRASES["review"][lang] + settings.review_no if settings.review_no else PHRASES["no_review"][lang]
    )
    if placed is None:
        documents = [getattr(document.title, lang) for document in settings.documents.values()]
        source = ("《" + "》《".join(documents) + "》") if lang == "zh" else "; ".join(documents) + "."
        return (
            str(getattr(settings.title, lang)),
            space.join([PHRASES["positions_note"][lang], review]),
            PHRASES["source"][lang] + ("：" if lang == "zh" else ": ") + source,
        )
    _, confidences = present([placed])
    worth = [PHRASES["schematic_note"][lang]] if any(term.id == "schematic" for term in confidences) else []
    if any(site["drawn"] and site["confidence"]["id"] == "schematic" for site in site_views(placed.case)):
        worth.append(PHRASES["schematic_places"][lang])
    if not placed.shapes:
        worth.insert(0, PHRASES["place_only"][lang])
    abroad = not placed.case.places[0].isdigit()
    return (
        str(getattr(placed.case.title, lang)),
        space.join([*worth, *([PHRASES["abroad_data"][lang]] if abroad else []), review]),
        PHRASES["source"][lang] + ("：" if lang == "zh" else ": ") + source_line(placed.case, settings)[lang],
    )
