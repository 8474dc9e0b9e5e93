"""One style table for every output: colours, shapes, dashes, glyphs.

Colours of paths and families come from palettes made for colour-blind
readers; a path also has its own marker outline, and a mode its own glyph, so
that nothing rests on colour alone.

Floor 3, part of render: knows the vocabulary only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eppv_atlas import vocabulary


@dataclass(frozen=True)
class PathStyle:
    """Colour and marker outline (SVG path in a 40 × 40 box) of a path."""

    colour: str
    outline: str


PATH_STYLES: Final[dict[str, PathStyle]] = {
    "spillover-sharing": PathStyle("#0b62a4", "M20 2a18 18 0 1 0 .01 0z"),
    "empowerment": PathStyle(
        "#b34700", "M8 3h24a5 5 0 0 1 5 5v24a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5V8a5 5 0 0 1 5-5z"
    ),
    "quota-trading": PathStyle("#7a2f8f", "M20 1L39 20 20 39 1 20z"),
}

# stroke paths in a 24 × 24 box, drawn for this atlas
MODE_GLYPHS: Final[dict[str, str]] = {
    "vertical-compensation": "M12 3v16M6 13l6 6 6-6M7 3h10",
    "horizontal-compensation": "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
    "eco-agriculture": "M12 21v-9M12 13c0-4-3-6-8-6 0 4 3 6 8 6zM12 11c0-4 3-6 8-6 0 4-3 6-8 6z",
    "eco-industry": "M3 20V10l6 4v-4l6 4V4h4l2 16z",
    "eco-tourism": "M2 19l7-11 4 6 2-3 7 8zM17 4a2 2 0 1 0 .01 0z",
    "wetland-quota-trading": "M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0",
    "carbon-sink-trading": "M7 18a4 4 0 0 1 0-8 5 5 0 0 1 9.6-1A4.5 4.5 0 0 1 17 18z",
    "concession": "M3 7h18v3.5a1.5 1.5 0 0 0 0 3V17H3v-3.5a1.5 1.5 0 0 0 0-3zM15 7v10",
    "land-consolidation": "M4 4h16v16H4zM4 10h9M13 4v16M13 14h7",
    "mine-restoration": "M5 20L15 9M8 5c6-1 11 4 11 11",
    "park-oriented-development": "M12 22v-6M12 2l6 8h-3l4 6H5l4-6H6z",
}

FAMILY_COLOURS: Final[dict[str, str]] = {
    "extent": "#5b6470",
    "protection": "#1b7837",
    "buffer": "#2a8f9e",
    "restoration": "#c2570c",
    "farming": "#8c6d1f",
    "forest": "#4d8c2b",
    "water": "#1f6fb4",
    "production": "#c28e0e",
    "living": "#c2417c",
    "use": "#6a51a3",
    "corridor": "#0f7f6b",
    "offset": "#8e3b2f",
}


@dataclass(frozen=True)
class ConfidenceStyle:
    """How the outline says how far to trust it: dash pattern and width in px; hatched or not."""

    dash: str
    width: float
    hatched: bool


CONFIDENCE_STYLES: Final[dict[str, ConfidenceStyle]] = {
    "surveyed": ConfidenceStyle("", 3.0, hatched=False),
    "official": ConfidenceStyle("", 2.4, hatched=False),
    "digitised": ConfidenceStyle("", 1.4, hatched=False),
    "administrative": ConfidenceStyle("12 3 2 3", 1.6, hatched=False),
    "schematic": ConfidenceStyle("5 5", 1.6, hatched=True),
}


@dataclass(frozen=True)
class Hatch:
    """Lines that fill a schematic shape on paper: directions in degrees, distance in points."""

    angles: tuple[float, ...]
    distance: float


FAMILY_HATCHES: Final[dict[str, Hatch]] = {
    "extent": Hatch((45,), 9.0),
    "protection": Hatch((45,), 4.2),
    "buffer": Hatch((135,), 4.2),
    "restoration": Hatch((45, 135), 6.5),
    "farming": Hatch((0,), 3.6),
    "forest": Hatch((90,), 3.6),
    "water": Hatch((0,), 7.0),
    "production": Hatch((135,), 7.5),
    "living": Hatch((0, 90), 5.5),
    "use": Hatch((60,), 6.0),
    "corridor": Hatch((90,), 7.0),
    "offset": Hatch((30, 150), 8.5),
}
"""How families stay apart in grey. On a screen one slant serves all, as colours tell them there."""

GROUND: Final = {
    "sea": "#d9e5ec",
    "land": "#e7e3da",
    "unit": "#fcfbf8",
    "unit-line": "#a59f92",
    "border": "#6f6757",
    "ink": "#1d2733",
    "quiet": "#5c5747",
    "note": "#46505c",
}
"""Colours of the ground and of text, in figures as on the pages."""

FILL_OPACITY: Final = {"extent": 0.06}
"""How strongly a shape that is not hatched is filled, by family; 0.22 for the others."""
FILL_OTHERS: Final = 0.22

TILE_HOSTS: Final = {"tianditu": "https://*.tianditu.gov.cn", "osm": "https://tile.openstreetmap.org"}
"""Where a reader's browser may load map tiles from, once the reader asks for them, by layer."""


def looks() -> dict[str, Any]:
    """Names and looks of confidences and families, for the scripts of a page."""
    return {
        "confidences": {
            name: {
                "name": {"zh": term.zh, "en": term.en},
                "about": {"zh": term.about_zh, "en": term.about_en},
                "dash": CONFIDENCE_STYLES[name].dash,
                "width": CONFIDENCE_STYLES[name].width,
                "hatched": CONFIDENCE_STYLES[name].hatched,
            }
            for name, term in vocabulary.CONFIDENCES.items()
        },
        "families": {
            name: {
                "name": {"zh": term.zh, "en": term.en},
                "colour": FAMILY_COLOURS[name],
                "fill": FILL_OPACITY.get(name, FILL_OTHERS),
            }
            for name, term in vocabulary.FAMILIES.items()
        },
    }


def css_variables() -> str:
    """Classes ``path-*`` and ``family-*`` that set ``--c`` to the term's colour."""
    rules = [f".path-{name}{{--c:{style.colour}}}" for name, style in PATH_STYLES.items()]
    rules += [f".family-{name}{{--c:{colour}}}" for name, colour in FAMILY_COLOURS.items()]
    return "\n".join(rules)


assert set(PATH_STYLES) == set(vocabulary.PATHS)
assert set(MODE_GLYPHS) == set(vocabulary.MODES)
assert set(FAMILY_COLOURS) == set(vocabulary.FAMILIES)
assert set(FAMILY_HATCHES) == set(vocabulary.FAMILIES)
assert set(CONFIDENCE_STYLES) == set(vocabulary.CONFIDENCES)
