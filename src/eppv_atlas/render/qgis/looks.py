"""What is drawn how, before it is XML: rules with their words, filters and looks.

A zone is judged by its kind and by the worse of its two confidences, so that
one edited in QGIS changes its look at once. Where nothing says how far to
trust a shape, it is drawn as schematic.

Floor 3, part of render: knows the vocabulary and styles; must not know XML,
cases or files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eppv_atlas import vocabulary
from eppv_atlas.render import style
from eppv_atlas.render.qgis.markup import among, column, not_among, quoted

PX: Final = 0.75
"""A pixel of the style table in points, as CSS has it."""
OTHER_COLOUR: Final = "#5c5747"
"""What has a kind that the vocabulary does not know."""


def _worst(*columns: str) -> str:
    """Expression: the worst confidence that one of the columns names; schematic where none names one."""
    held = ", ".join(map(column, columns))
    steps = (f"WHEN {quoted(one)} IN ({held}) THEN {quoted(one)}" for one in reversed(vocabulary.CONFIDENCES))
    return f"CASE {' '.join(steps)} ELSE 'schematic' END"


ZONE_TRUST: Final = _worst("weakest_confidence", "confidence")
POINT_TRUST: Final = _worst("confidence")
CELLS: Final = "(num_geometries($geometry) > 12)"
"""Expression: whether a zone is a grid of cells."""
SEEN: Final = f"coalesce(sqrt({column('measured_m2')}) / @map_scale > 0.006, true)"
"""Expression: whether a zone is wider than 6 mm on the map; smaller ones are specks below the marker."""


@dataclass(frozen=True)
class ZoneLook:
    """A rule for zones of one family and confidence.

    Attributes
    ----------
    key
        What the rule goes by.
    label
        Its words in the legend.
    filter
        Expression within its family.
    family, confidence
        Ids; None for a family that is not known.
    colour, fill
        Colour, and opacity of the fill.
    veil
        Opacity of the white below, which keeps the hatching of what it lies in from showing through.
    dash
        Dashes and gaps of the outline in points; empty for a solid one.
    width
        Width of the outline in points.
    hatch
        Hatching; None where there is none.
    """

    key: str
    label: str
    filter: str
    family: str | None
    confidence: str
    colour: str
    fill: float
    veil: float
    dash: tuple[float, ...]
    width: float
    hatch: style.Hatch | None


@dataclass(frozen=True)
class FamilyLook:
    """A family of zones with a rule for every confidence."""

    key: str
    label: str
    filter: str
    rules: tuple[ZoneLook, ...]


@dataclass(frozen=True)
class SiteGroup:
    """Kinds of site that share a marker: words and the name of a shape."""

    zh: str
    en: str
    shape: str
    kinds: tuple[str, ...]


SITE_GROUPS: Final = {
    "unit": SiteGroup("行政区与聚落", "Units and settlements", "square",
        ("country", "region", "province", "state", "city", "county", "town", "village")),
    "nature": SiteGroup("自然地物", "Natural features", "triangle",
        ("wetland", "lake", "mountain", "river", "habitat", "forest-farm")),
    "visited": SiteGroup("公园与景区", "Parks and scenic areas", "circle", ("park", "scenic-area")),
    "works": SiteGroup("设施与项目", "Facilities and projects", "diamond",
        ("facility", "industrial-park", "project", "road", "market")),
}  # fmt: skip
"""Kinds of site by their marker; the shape is one of QGIS's own."""


def name(term: Any, lang: str) -> str:
    """Name of a term or unit in a language; its id where it has none."""
    return str(getattr(term, lang) or term.id)


def zones(lang: str) -> tuple[FamilyLook, ...]:
    """Rules for zones: every family with every confidence, and what is in no family."""
    out = []
    for key, term in vocabulary.FAMILIES.items():
        kinds = [kind.id for kind in vocabulary.ZONE_KINDS.values() if kind.group == key]
        rules = tuple(_zone(key, trust, lang) for trust in vocabulary.CONFIDENCES)
        out.append(FamilyLook(f"zones-{key}", name(term, lang), among("kind", kinds), rules))
    label = "其他类型" if lang == "zh" else "Other kinds"
    hatch = style.Hatch((45, 135), 5.0)
    dash = _dash("schematic")
    unknown = not_among("kind", vocabulary.ZONE_KINDS)
    other = ZoneLook(
        "zones-other-any",
        label,
        f"{unknown} AND {SEEN}",
        None,
        "schematic",
        OTHER_COLOUR,
        0.05,
        VEIL,
        dash,
        _width("schematic"),
        hatch,
    )
    return (*out, FamilyLook("zones-other", label, unknown, (other,)))


def _dash(confidence: str) -> tuple[float, ...]:
    return tuple(float(step) * PX for step in style.CONFIDENCE_STYLES[confidence].dash.split())


def _width(confidence: str) -> float:
    return style.CONFIDENCE_STYLES[confidence].width * PX


def _zone(family: str, confidence: str, lang: str) -> ZoneLook:
    trust = style.CONFIDENCE_STYLES[confidence]
    return ZoneLook(
        key=f"zones-{family}-{confidence}",
        label=f"{name(vocabulary.FAMILIES[family], lang)} · {name(vocabulary.CONFIDENCES[confidence], lang)}",
        filter=f"{SEEN} AND {ZONE_TRUST} = {quoted(confidence)}",
        family=family,
        confidence=confidence,
        colour=style.FAMILY_COLOURS[family],
        fill=style.FILL_OPACITY.get(family, style.FILL_OTHERS) * (HATCHED_FILL if trust.hatched else 1.0),
        veil=0.0 if family == "extent" else VEIL,
        dash=_dash(confidence),
        width=_width(confidence),
        hatch=style.FAMILY_HATCHES[family] if trust.hatched else None,
    )


VEIL: Final = 0.65
HATCHED_FILL: Final = 0.4
"""A hatched shape is filled so much lighter, as its hatching colours it too."""

_grouped = [kind for group in SITE_GROUPS.values() for kind in group.kinds]
assert sorted(_grouped) == sorted(vocabulary.SITE_KINDS)
