"""What the map of a case says in words: its notes, and what it shows for those who do not see it.

Floor 3, part of render: knows views and phrases; receives measures, never
computes them; must not know files or where things stand on paper.
"""

from __future__ import annotations

from collections.abc import Sequence

from eppv_atlas.model import Settings
from eppv_atlas.render import legend
from eppv_atlas.render.case_view import source_line
from eppv_atlas.render.ledger_views import site_views
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.still import naming, zones
from eppv_atlas.results import Measure, PlacedCase


def alt(placed: PlacedCase, measures: Sequence[Measure], unit: str, lang: str) -> str:
    """What the map of a case shows, for those who do not see it."""
    zh = lang == "zh"
    named = []
    for zone in sorted(zones.drawn(placed, measures), key=lambda one: one.number):
        trust = zone.view["confidence"]["name"][lang]
        areas = zones.area_words(zone.view, unit, lang)
        inner = "，".join([trust, *areas]) if zh else ", ".join([trust.lower(), *areas])
        named.append(
            f"{zone.view['name'][lang]}（{inner}）" if zh else f"{zone.view['name'][lang]} ({inner})"
        )
    place = getattr(placed.case.place_name, lang)
    if not named:
        only = PHRASES["place_only"][lang]
        return f"{place}的位置图；{only}" if zh else f"Map of {place}. {only}"
    sites = [site for site in site_views(placed.case) if site["drawn"]]
    where = [f"{site['name'][lang]}（{site['confidence']['name'][lang]}）" for site in sites]
    absent = sum(zone.id not in placed.shapes for zone in placed.case.zones)
    if zh:
        told = f"{place}的分区图，画出 {len(named)} 个分区：{'、'.join(named)}。"
        told += f"地点：{'、'.join(where)}。" if where else ""
    else:
        told = f"Map of {place} with {len(named)} zone{'s' if len(named) > 1 else ''}: {'; '.join(named)}."
        names = [f"{site['name'][lang]} ({site['confidence']['name'][lang].lower()})" for site in sites]
        told += f" Places: {', '.join(names)}." if names else ""
    more = PHRASES["more_without_geometry"][lang].format(n=absent)
    return f"{told}{'' if zh else ' '}{more}" if absent else told


def notes(
    placed: PlacedCase,
    settings: Settings | None,
    lang: str,
    numbers: tuple[float, float, float],
    sites: naming.Sites,
) -> list[str]:
    """What must be said below the map of a case: how far to trust it, projection, source, review number.

    Parameters
    ----------
    numbers
        Central meridian and standard parallels, degrees.
    sites
        The places that it shows.
    """
    _, confidences = legend.present([placed])
    absent = sum(zone.id not in placed.shapes for zone in placed.case.zones)
    first = [] if placed.shapes else [PHRASES["place_only"][lang]]
    if any(term.id == "schematic" for term in confidences):
        first.append(PHRASES["schematic_print"][lang])
    if "schematic" in sites.confidences:
        first.append(PHRASES["schematic_places"][lang])
    if placed.shapes:
        first.append(PHRASES["ellipsoid_note"][lang])
        if absent:
            first.append(PHRASES["more_without_geometry"][lang].format(n=absent))
    if sites.left_out:
        first.append(PHRASES["places_left_out"][lang].format(n=sites.left_out))
    space, colon = ("", "：") if lang == "zh" else (" ", ": ")
    meridian, low, high = numbers
    texts = [_degrees(meridian, "EW"), *(_degrees(value, "NS") for value in sorted((low, high), key=abs))]
    abroad = not placed.case.places[0].isdigit()
    data = PHRASES["abroad_data" if abroad else "attribution_reviewed"][lang]
    out = [space.join(first), space.join([PHRASES["local_projection"][lang].format(*texts), data])]
    if settings is not None:
        pages = placed.case.source.pages
        source = source_line(placed.case, settings)[lang].replace(pages, pages.replace("-", "–"))
        source = source.replace("pp. ", "pp.\u00a0")
        out.append(f"{PHRASES['source'][lang]}{colon}{source}")
    reviewed = settings.review_no if settings is not None else None
    out.append(PHRASES["review"][lang] + reviewed if reviewed else PHRASES["no_review"][lang])
    return [text for text in out if text]


def _degrees(value: float, sides: str) -> str:
    return f"{abs(value):g}°{sides[0] if value >= 0 else sides[1]}"
