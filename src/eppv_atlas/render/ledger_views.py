"""What the pages show of the ledgers: sites, series, mechanisms, recomputed figures.

Findings come in ready; nothing is computed here but the form of numbers.

Floor 3, part of render: knows records, findings and vocabulary; must not know
files, Folium or HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.errors import UnknownPlace
from eppv_atlas.model import Case, Fact, Mechanism, Relation, Site
from eppv_atlas.render import views
from eppv_atlas.render.charts import chart
from eppv_atlas.render.views import Both, both
from eppv_atlas.results import Finding

_ARROWS: Final = {"change": " → ", "time": " → ", "range": "–", "group": " · ", "parts": ": "}
_FAR: Final = frozenset({"country", "region", "market"}) | vocabulary.ADMINISTRATIVE
"""Kinds of site that are named on the page but not drawn on the map of a case."""


def names_of(case: Case) -> dict[str, Both]:
    """Names of a case's sites and zones by id."""
    return {
        **{site.id: both(site.name) for site in case.sites},
        **{zone.id: both(zone.name) for zone in case.zones},
    }


def relation_views(relations: Iterable[Relation], names: Mapping[str, Both]) -> list[Both]:
    """How a site or zone lies to others, in words."""
    out = []
    for item in relations:
        word = vocabulary.RELATIONS[item.type]
        other = names.get(item.to) or _place_name(item.to)
        side_zh = side_en = ""
        if item.direction:
            side = vocabulary.DIRECTIONS[item.direction]
            side_zh, side_en = f"（{side.zh}侧）" if side.id != "centre" else "（中部）", f" ({side.en} side)"
        note_zh = f"，{item.note.zh}" if item.note else ""
        note_en = f": {item.note.en}" if item.note else ""
        out.append(
            {
                "zh": f"{word.zh.replace('……', other['zh'])}{side_zh}{note_zh}",
                "en": f"{word.en} {other['en']}{side_en}{note_en}",
            }
        )
    return out


def _place_name(code: str) -> Both:
    try:
        place = boundaries.place(code)
    except UnknownPlace:
        return {"zh": code, "en": code}
    return {"zh": place.name_zh, "en": place.name_en or place.name_zh}


def site_views(case: Case) -> list[dict[str, Any]]:
    """The sites of a case: name, kind, how they lie, where they are or why that is not known."""
    names = names_of(case)
    out = []
    for site in case.sites:
        outlined = site.location is None and site.kind in vocabulary.ADMINISTRATIVE and bool(site.places)
        confidence = "administrative" if outlined else site.provenance.confidence if site.provenance else ""
        out.append(
            {
                "id": site.id,
                "name": both(site.name),
                "kind": both(vocabulary.SITE_KINDS[site.kind]),
                "page": site.page or "",
                "relations": relation_views(site.relations, names),
                "confidence": views.confidence(confidence) if confidence else None,
                "how": both(site.provenance.how) if site.provenance else None,
                "absent": both(site.no_location) if site.no_location else None,
                "at": _at(site),
                "drawn": site.location is not None and site.kind not in _FAR,
            }
        )
    return out


def _at(site: Site) -> list[float] | None:
    return [round(site.location.lon, 6), round(site.location.lat, 6)] if site.location else None


def series_views(case: Case) -> list[dict[str, Any]]:
    """Facts that belong together, in one line each."""
    facts = {fact.id: fact for fact in case.facts}
    out = []
    for series in case.series:
        members = [facts[name] for name in series.facts]
        arrow = _ARROWS[series.kind]
        out.append(
            {
                "id": series.id,
                "chart": chart(series.kind, members),
                "kind": both(vocabulary.SERIES_KINDS[series.kind]),
                "label": both(series.label),
                "value": _line(series.kind, members, arrow),
                "pages": sorted({fact.page for fact in members}),
            }
        )
    return out


def _line(kind: str, facts: Sequence[Fact], arrow: str) -> Both:
    told = [views.fact_view(fact) for fact in facts]
    if kind == "range":  # both ends may stand in one printed figure
        printed = list(dict.fromkeys(item["value"]["zh"] for item in told))
        return {"zh": "–".join(printed), "en": "–".join(item["value"]["en"] for item in told)}

    def text(item: Mapping[str, Any], lang: str) -> str:
        if kind in {"group", "parts"}:
            label = item["label"][lang]
            return f"{label} {item['value'][lang]}"
        period = f" ({item['period']})" if item["period"] and kind == "time" else ""
        return f"{item['value'][lang]}{period}"

    if kind == "parts":
        return {
            lang: f"{text(told[0], lang)}{arrow}" + " · ".join(text(item, lang) for item in told[1:])
            for lang in ("zh", "en")
        }
    return {lang: arrow.join(text(item, lang) for item in told) for lang in ("zh", "en")}


def mechanism_views(case: Case) -> list[dict[str, Any]]:
    """The mechanisms of a case."""
    facts = {fact.id: fact for fact in case.facts}
    names = names_of(case)
    shaped = {zone.id for zone in case.zones if zone.geometry.type != "none"}
    return [_mechanism(item, facts, names, shaped) for item in case.mechanisms]


def _mechanism(
    item: Mechanism, facts: Mapping[str, Fact], names: Mapping[str, Both], shaped: set[str]
) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": both(item.name),
        "kind": both(vocabulary.MECHANISM_KINDS[item.kind]),
        "page": item.page,
        "about": both(item.about),
        "path": both(vocabulary.PATHS[item.path]),
        "mode": both(vocabulary.MODES[item.mode]),
        "parties": [
            {"role": both(vocabulary.PARTY_ROLES[party.role]), "name": both(party.name)}
            for party in item.parties
        ],
        "rules": [
            {"text": both(rule.text), "facts": [views.fact_view(facts[name]) for name in rule.facts]}
            for rule in item.rules
        ],
        "actsOn": [{"id": name, "name": names[name], "shaped": name in shaped} for name in item.acts_on],
        "evidence": [views.fact_view(facts[name]) for name in item.evidence],
    }


def finding_view(finding: Finding) -> dict[str, Any]:
    """A recomputed claim with its verdict and arithmetic."""
    return {
        "id": finding.claim,
        "verdict": finding.verdict,
        "verdictName": both(vocabulary.VERDICTS[finding.verdict]),
        "kind": both(vocabulary.CLAIM_KINDS[finding.kind]),
        "label": both(finding.label),
        "arithmetic": both(finding.arithmetic),
        "remark": both(finding.remark) if finding.remark else None,
        "pages": list(finding.pages),
    }
