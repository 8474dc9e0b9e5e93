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
from eppv_atlas.render.qgis.markup import among, column, quoted

PX: Final = 0.75
"""A pixel of the style table in points, as CSS has it."""
OTHER_COLOUR: Final = "#5c5747"
"""What has a kind that the vocabulary does not know."""

_RANKED: Final = f"array({', '.join(quoted(name) for name in vocabulary.CONFIDENCES)})"


def _rank(name: str) -> str:
    return f"coalesce(array_find({_RANKED}, {column(name)}), -1)"


TRUST: Final = f"max({_rank('weakest_confidence')}, {_rank('confidence')})"
"""Expression: rank of the worse of both confidences; -1 where there is none that is known."""
SCHEMATIC_ZONE: Final = f"({TRUST}) NOT BETWEEN 0 AND {vocabulary.rank('schematic') - 1}"
SCHEMATIC_POINT: Final = f"({_rank('confidence')}) NOT BETWEEN 0 AND {vocabulary.rank('schematic') - 1}"


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
    other = ZoneLook(
        "zones-other-any", label, "", None, "schematic", OTHER_COLOUR, 0.05, dash, _width("schematic"), hatch
    )
    return (*out, FamilyLook("zones-other", label, "ELSE", (other,)))


def _dash(confidence: str) -> tuple[float, ...]:
    return tuple(float(step) * PX for step in style.CONFIDENCE_STYLES[confidence].dash.split())


def _width(confidence: str) -> float:
    return style.CONFIDENCE_STYLES[confidence].width * PX


def _zone(family: str, confidence: str, lang: str) -> ZoneLook:
    trust = style.CONFIDENCE_STYLES[confidence]
    own = f"{TRUST} = {vocabulary.rank(confidence)}"
    return ZoneLook(
        key=f"zones-{family}-{confidence}",
        label=f"{name(vocabulary.FAMILIES[family], lang)} · {name(vocabulary.CONFIDENCES[confidence], lang)}",
        filter=SCHEMATIC_ZONE if confidence == "schematic" else own,
        family=family,
        confidence=confidence,
        colour=style.FAMILY_COLOURS[family],
        fill=style.FILL_OPACITY.get(family, style.FILL_OTHERS) * (HATCHED_FILL if trust.hatched else 1.0),
        dash=_dash(confidence),
        width=_width(confidence),
        hatch=style.FAMILY_HATCHES[family] if trust.hatched else None,
    )


HATCHED_FILL: Final = 0.4
"""A hatched shape is filled so much lighter, as its hatching colours it too."""

_grouped = [kind for group in SITE_GROUPS.values() for kind in group.kinds]
assert sorted(_grouped) == sorted(vocabulary.SITE_KINDS)
