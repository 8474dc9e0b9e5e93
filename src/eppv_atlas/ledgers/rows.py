"""The ledgers as flat rows: facts, zones and sites, mechanisms, claims, glossary.

Each ledger says what its columns mean, in both languages: the columns are the
data dictionary of every export.

Floor 3, part of the ledgers: receives measures and findings, never computes them; must not know
files, formats, maps or the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.ledgers.columns import CLAIMS, FACTS, GLOSSARY, MECHANISMS, ZONES, Column, Ledger, Row
from eppv_atlas.model import Case, Fact, Relation, Settings, Site, Zone
from eppv_atlas.results import Finding, Measure, PlacedCase
from eppv_atlas.units import UNITS, from_m2, to_m2
from eppv_atlas.vocabulary import Term

GENERAL: Final = "general"
"""Stands for the case in rows from a document's general part."""


def facts(cases: Iterable[PlacedCase], settings: Settings) -> Ledger:
    """Every fact of the cases, and those of the general part of their documents."""
    placed = list(cases)
    rows: list[Row] = []
    for name, document in settings.documents.items():
        if any(item.case.source.document == name for item in placed):
            named: dict[str, Site | Zone] = {site.id: site for site in document.sites}
            head = {"case": GENERAL, "case_zh": "总体情况", "case_en": "General part", "document": name}
            rows += [{**head, **_fact(fact, named, {})} for fact in document.facts]
    for item in placed:
        case = item.case
        things: dict[str, Site | Zone] = {site.id: site for site in case.sites}
        things |= {zone.id: zone for zone in case.zones}
        member: dict[str, list[str]] = {}
        for series in case.series:
            for ref in series.facts:
                member.setdefault(ref, []).append(series.id)
        head = {**_head(case), "document": case.source.document}
        rows += [{**head, **_fact(fact, things, member)} for fact in case.facts]
    return Ledger("facts", FACTS, _in_order(rows, FACTS))


def _head(case: Case) -> Row:
    return {"case": case.id, "case_zh": case.short.zh, "case_en": case.short.en}


def _in_order(rows: Iterable[Row], columns: Sequence[Column]) -> tuple[Row, ...]:
    return tuple({column.name: row.get(column.name) for column in columns} for row in rows)


def _fact(fact: Fact, things: Mapping[str, Site | Zone], member: Mapping[str, list[str]]) -> Row:
    unit = UNITS[fact.unit]
    thing = things.get(fact.about or "")
    return {
        "id": fact.id,
        "section": fact.section,
        "label_zh": fact.label.zh,
        "label_en": fact.label.en,
        "value": int(fact.value) if fact.value.is_integer() else fact.value,
        "unit": unit.id,
        "unit_zh": unit.zh,
        "unit_en": unit.en,
        "quantity": unit.quantity,
        "area_m2": to_m2(fact.value, unit.id) if unit.quantity == "area" else None,
        "qualifier": fact.qualifier,
        "period": fact.period,
        "page": fact.page,
        "as_printed": fact.printed,
        "site_or_zone": fact.about,
        "site_or_zone_zh": thing.name.zh if thing else None,
        "site_or_zone_en": thing.name.en if thing else None,
        "share_of": fact.of,
        "series": member.get(fact.id, []),
    }


def zones(
    cases: Iterable[PlacedCase], measures: Mapping[str, Sequence[Measure]], settings: Settings
) -> Ledger:
    """Every zone and site of the cases, with stated and measured areas.

    Parameters
    ----------
    cases
        The cases.
    measures
        Measures of every case, by case id.
    settings
        The documents, whose general parts name sites of their own.
    """
    placed = list(cases)
    rows: list[Row] = []
    shapes: list[BaseGeometry | None] = []
    for name, document in settings.documents.items():
        if any(item.case.source.document == name for item in placed):
            for site in document.sites:
                shapes.append(site_shape(site))
                head = {"case": GENERAL, "case_zh": "总体情况", "case_en": "General part"}
                rows.append({**head, **_site(site, shapes[-1])})
    for item in placed:
        by_zone = {measure.zone: measure for measure in measures[item.case.id]}
        stated = {fact.id: fact for fact in item.case.facts}
        for zone in item.case.zones:
            shape = item.shapes.get(zone.id)
            shapes.append(shape.geometry if shape else None)
            rows.append({**_head(item.case), **_zone(zone, by_zone[zone.id], stated, shapes[-1])})
        for site in item.case.sites:
            shapes.append(site_shape(site))
            rows.append({**_head(item.case), **_site(site, shapes[-1])})
    return Ledger("zones", ZONES, _in_order(rows, ZONES), tuple(shapes))


def site_shape(site: Site) -> BaseGeometry | None:
    """Point of a site, or the outline of an administrative one; None where its place is not known."""
    if site.location is not None:
        return shapely.Point(site.location.lon, site.location.lat)
    if site.kind in vocabulary.ADMINISTRATIVE and site.places:
        return shapely.union_all([boundaries.outline(code) for code in site.places])
    return None


def _point(shape: BaseGeometry | None) -> Row:
    if shape is None:
        return {}
    point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    return {"lon": round(point.x, 6), "lat": round(point.y, 6)}


def _relations(relations: Iterable[Relation]) -> list[str]:
    return [
        f"{item.type} {item.to}" + (f" ({item.direction})" if item.direction else "") for item in relations
    ]


def _zone(zone: Zone, measure: Measure, stated: Mapping[str, Fact], shape: BaseGeometry | None) -> Row:
    kind = vocabulary.ZONE_KINDS[zone.kind]
    area, share = stated.get(zone.stated_area or ""), stated.get(zone.stated_share or "")
    reason = getattr(zone.geometry, "reason", None)
    measured = measure.area_m2
    return {
        "id": zone.id,
        "record": "zone",
        "name_zh": zone.name.zh,
        "name_en": zone.name.en,
        "kind": kind.id,
        "kind_zh": kind.zh,
        "kind_en": kind.en,
        "family": kind.group,
        "as_printed": zone.printed,
        "page": zone.page,
        "part_of": zone.part_of,
        "relations": _relations(zone.relations),
        "places": list(getattr(zone.geometry, "places", ())),
        "stated_value": area.value if area else None,
        "stated_unit": area.unit if area else None,
        "stated_m2": measure.stated_m2,
        "stated_as_printed": area.printed if area else None,
        "stated_page": area.page if area else None,
        "stated_share_percent": share.value if share and share.unit == "percent" else None,
        "measured_m2": measured,
        "measured_ha": None if measured is None else from_m2(measured, "ha"),
        "measured_km2": None if measured is None else from_m2(measured, "km2"),
        "measured_mu": None if measured is None else from_m2(measured, "mu"),
        "perimeter_m": measure.perimeter_m,
        "difference_pct": measure.difference_pct,
        "made_from_stated": measure.made_from_stated if shape is not None else None,
        "geometry_from": zone.geometry.type,
        "confidence": measure.confidence,
        "how_zh": zone.provenance.how.zh if zone.provenance else None,
        "how_en": zone.provenance.how.en if zone.provenance else None,
        "absent_zh": reason.zh if reason else None,
        "absent_en": reason.en if reason else None,
        **_point(shape),
    }


def _site(site: Site, shape: BaseGeometry | None) -> Row:
    kind = vocabulary.SITE_KINDS[site.kind]
    outlined = shape is not None and site.location is None
    confidence = "administrative" if outlined else site.provenance.confidence if site.provenance else None
    return {
        "id": site.id,
        "record": "site",
        "name_zh": site.name.zh,
        "name_en": site.name.en,
        "kind": kind.id,
        "kind_zh": kind.zh,
        "kind_en": kind.en,
        "as_printed": site.printed,
        "page": site.page,
        "relations": _relations(site.relations),
        "places": list(site.places),
        "geometry_from": "none" if shape is None else "outline" if outlined else "point",
        "confidence": confidence,
        "how_zh": site.provenance.how.zh if site.provenance else None,
        "how_en": site.provenance.how.en if site.provenance else None,
        "absent_zh": site.no_location.zh if site.no_location else None,
        "absent_en": site.no_location.en if site.no_location else None,
        **_point(shape),
    }


def mechanisms(cases: Iterable[PlacedCase]) -> Ledger:
    """Every mechanism of the cases."""
    rows: list[Row] = []
    for placed in cases:
        for item in placed.case.mechanisms:
            row: Row = {
                **_head(placed.case),
                "id": item.id,
                "section": item.section,
                "page": item.page,
                "rule_facts": list(dict.fromkeys(ref for rule in item.rules for ref in rule.facts)),
                "acts_on": list(item.acts_on),
                "evidence": list(item.evidence),
            }
            terms = (
                ("kind", vocabulary.MECHANISM_KINDS[item.kind]),
                ("path", vocabulary.PATHS[item.path]),
                ("mode", vocabulary.MODES[item.mode]),
            )
            for key, term in terms:
                row |= {key: term.id, f"{key}_zh": term.zh, f"{key}_en": term.en}
            for lang, colon in (("zh", "："), ("en", ": ")):
                row[f"name_{lang}"] = getattr(item.name, lang)
                row[f"about_{lang}"] = getattr(item.about, lang)
                row[f"parties_{lang}"] = [
                    f"{getattr(vocabulary.PARTY_ROLES[party.role], lang)}{colon}{getattr(party.name, lang)}"
                    for party in item.parties
                ]
                row[f"rules_{lang}"] = [getattr(rule.text, lang) for rule in item.rules]
            rows.append(row)
    return Ledger("mechanisms", MECHANISMS, _in_order(rows, MECHANISMS))


def claims(findings: Iterable[Finding]) -> Ledger:
    """Every claim with its verdict."""
    rows = [
        {
            "case": item.case,
            "id": item.claim,
            "kind": item.kind,
            "label_zh": item.label.zh,
            "label_en": item.label.en,
            "verdict": item.verdict,
            "says": item.says,
            "arithmetic_zh": item.arithmetic.zh,
            "arithmetic_en": item.arithmetic.en,
            "left": item.left,
            "right": item.right,
            "difference_pct": item.difference_pct,
            "remark_zh": item.remark.zh if item.remark else None,
            "remark_en": item.remark.en if item.remark else None,
            "facts": list(item.facts),
            "pages": [str(page) for page in item.pages],
            "automatic": item.automatic,
        }
        for item in findings
    ]
    return Ledger("claims", CLAIMS, _in_order(rows, CLAIMS))


def glossary() -> Ledger:
    """Every term of every vocabulary with its one translation."""
    rows = [
        {
            "group": group,
            "id": term.id,
            "zh": term.zh,
            "en": term.en,
            "about_zh": term.about_zh or None,
            "about_en": term.about_en or None,
        }
        for group, _, terms in vocabularies()
        for term in terms
    ]
    return Ledger("glossary", GLOSSARY, _in_order(rows, GLOSSARY))


def vocabularies() -> Iterator[tuple[str, tuple[str, str], list[Term]]]:
    """Every vocabulary: its id, its name in Chinese and English, its terms."""
    tables: tuple[tuple[str, tuple[str, str], Mapping[str, Term]], ...] = (
        ("terms", ("文件用语", "Terms of the notice"), vocabulary.GLOSSARY),
        ("paths", ("路径", "Paths"), vocabulary.PATHS),
        ("modes", ("模式", "Modes"), vocabulary.MODES),
        ("categories", ("产品类别", "Product categories"), vocabulary.CATEGORIES),
        ("mechanism-kinds", ("机制类型", "Kinds of mechanism"), vocabulary.MECHANISM_KINDS),
        ("party-roles", ("参与方身份", "Roles of parties"), vocabulary.PARTY_ROLES),
        ("zone-kinds", ("分区类型", "Kinds of zone"), vocabulary.ZONE_KINDS),
        ("site-kinds", ("地点类型", "Kinds of site"), vocabulary.SITE_KINDS),
        ("relations", ("空间关系", "Relations"), vocabulary.RELATIONS),
        ("confidence", ("可信度", "Confidence"), vocabulary.CONFIDENCES),
        ("sections", ("文件部分", "Sections"), vocabulary.SECTIONS),
        ("claim-kinds", ("核算关系", "Kinds of claim"), vocabulary.CLAIM_KINDS),
        ("verdicts", ("核算结论", "Verdicts"), vocabulary.VERDICTS),
        ("ecosystems", ("生态系统", "Ecosystems"), vocabulary.ECOSYSTEMS),
        ("resources", ("资源", "Resources"), vocabulary.RESOURCES),
        ("aims", ("目标", "Aims"), vocabulary.AIMS),
    )
    for name, heading, terms in tables:
        yield name, heading, list(terms.values())
