"""What must hold inside a case beyond the form of its keys.

Ids that point somewhere, figures that read as printed, geometry where it is
claimed and absent where it is not, shapes near the places that the case names.

Floor 3, part of the store: knows records and shapes; must not know files,
measures or maps.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.errors import UnknownPlace
from eppv_atlas.model import (
    Case,
    DiscRecipe,
    DrawnShape,
    Fact,
    Location,
    Mechanism,
    NoShape,
    Settings,
    Site,
    Zone,
)
from eppv_atlas.store import ledger_rules
from eppv_atlas.store.ledger_rules import Broken, dangling
from eppv_atlas.store.yaml_text import Path
from eppv_atlas.units import UNITS

RESERVED = {
    "index",
    "glossary",
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)),
}
NEAR_DEGREES = 1.0


def broken_rules(
    case: Case, stem: str, settings: Settings | None, drawn_ids: set[str] | None
) -> Iterator[Broken]:
    """Yield every rule that the record breaks, shapes aside.

    Parameters
    ----------
    case
        The case.
    stem
        Name of its file without ``.yaml``.
    settings
        Settings of the atlas; None where they could not be read.
    drawn_ids
        Ids of all features that stand in the case's geodata file; None where it could not be read.
    """
    yield from _identity(case, stem)
    yield from _source(case, settings)
    yield from _ids(case)
    yield from ledger_rules.of_case(case)
    yield from _zones(case, drawn_ids)
    yield from _sites_and_places(case)


def misplaced(case: Case, drawn: Mapping[str, BaseGeometry]) -> Iterator[tuple[str, str, str, str, bool]]:
    """Yield drawn shapes that lie away from the places of the case.

    Yields
    ------
    zone, rule, English, Chinese, warning
    """
    near = _near(case)
    if near is None:
        return
    for zone, shape in drawn.items():
        if shapely.intersects(shapely.box(*shape.bounds), near):
            continue
        west, south, east, north = shape.bounds
        if shapely.intersects(shapely.box(south, west, north, east), near):
            yield (
                zone,
                "swapped-coordinates",
                "longitude and latitude are swapped: the shape lies far away, its mirror image at the case's places",
                "经纬度写反了：图形远离案例所在地，对调后正好落在当地",
                False,
            )
        else:
            yield (
                zone,
                "far-from-places",
                f"the shape ({west:.3f}, {south:.3f}) lies more than {NEAR_DEGREES:g}° from the places that the case names",
                f"图形（{west:.3f}, {south:.3f}）距案例所在行政区超过 {NEAR_DEGREES:g}°",
                True,
            )


def _identity(case: Case, stem: str) -> Iterator[Broken]:
    if case.id != stem:
        yield Broken(
            ("id",),
            "id-is-not-file-name",
            f"the id {case.id!r} must be the file name {stem!r}; rename one of them",
            f"id {case.id!r} 应与文件名 {stem!r} 相同；请改其一",
        )
    if case.id in RESERVED:
        yield Broken(
            ("id",),
            "reserved-id",
            f"{case.id!r} cannot be the name of a page; choose another id",
            f"{case.id!r} 不能用作页面名；请另取 id",
        )


def _source(case: Case, settings: Settings | None) -> Iterator[Broken]:
    if settings is None:
        return
    document = settings.documents.get(case.source.document)
    if document is None:
        known = ", ".join(settings.documents)
        yield Broken(
            ("source", "document"),
            "dangling-id",
            f"{case.source.document!r} is no document of atlas.yaml; known: {known}",
            f"atlas.yaml 中没有文件 {case.source.document!r}；现有：{known}",
        )
        return
    first, _, last = case.source.pages.partition("-")
    if int(last or first) < int(first) or int(last or first) > document.pages:
        yield Broken(
            ("source", "pages"),
            "pages-out-of-range",
            f"pages {case.source.pages} do not fit a document of {document.pages} pages",
            f"页码 {case.source.pages} 与共 {document.pages} 页的文件不符",
        )
        return
    ledgers: tuple[tuple[str, tuple[Fact | Mechanism, ...]], ...] = (
        ("facts", case.facts),
        ("mechanisms", case.mechanisms),
    )
    for group, items in ledgers:
        for index, item in enumerate(items):
            inside = int(first) <= item.page <= int(last or first)
            if not inside and item.section != "general":
                yield Broken(
                    (group, index, "page"),
                    "pages-out-of-range",
                    f"page {item.page} is not among the pages {case.source.pages} of this case",
                    f"第 {item.page} 页不在本案例页码 {case.source.pages} 之内",
                )


def _ids(case: Case) -> Iterator[Broken]:
    seen: dict[str, str] = {}
    groups: tuple[tuple[str, tuple[Site | Zone, ...]], ...] = (("sites", case.sites), ("zones", case.zones))
    for group, items in groups:
        for index, item in enumerate(items):
            if item.id in seen:
                yield Broken(
                    (group, index, "id"),
                    "duplicate-id",
                    f"the id {item.id!r} is already used in {seen[item.id]}; rename one",
                    f"id {item.id!r} 已用于 {seen[item.id]}；请改名",
                )
            seen.setdefault(item.id, f"{group}[{index}]")


def _zones(case: Case, drawn_ids: set[str] | None) -> Iterator[Broken]:
    facts = {fact.id: fact for fact in case.facts}
    zones = {zone.id: zone for zone in case.zones}
    things = set(zones) | {site.id for site in case.sites}
    near = _near(case)
    for index, zone in enumerate(case.zones):
        if isinstance(zone.geometry, DiscRecipe) and near is not None:
            yield from _near_the_places(zone.geometry.centre, near, ("zones", index, "geometry", "centre"))
        if zone.part_of is not None and (zone.part_of not in zones or zone.part_of == zone.id):
            yield dangling(("zones", index, "part_of"), "other zone", "另一分区", zone.part_of)
        for key, quantity in (("stated_area", "area"), ("stated_share", "share")):
            ref = getattr(zone, key)
            if ref is None:
                continue
            fact = facts.get(ref)
            if fact is None:
                yield dangling(("zones", index, key), "fact", "数据", ref)
            elif fact.about is not None and fact.about not in things:
                continue  # named at the fact
            elif UNITS[fact.unit].quantity != quantity or fact.about != zone.id:
                yield Broken(
                    ("zones", index, key),
                    "fact-does-not-fit",
                    f"the fact {ref!r} is not an {quantity} about zone {zone.id!r}; "
                    "check its unit and its 'about'",
                    f"数据 {ref!r} 不是关于分区 {zone.id!r} 的{'面积' if quantity == 'area' else '占比'}；请检查其 unit 与 about",
                )
        yield from _geometry_claims(case.id, zone, index, zones, drawn_ids)
    yield from _part_of_circles(case)


def _geometry_claims(
    case_id: str, zone: Zone, index: int, case_zones: Collection[str], drawn_ids: set[str] | None
) -> Iterator[Broken]:
    absent = isinstance(zone.geometry, NoShape)
    if absent and zone.provenance is not None:
        yield Broken(
            ("zones", index, "provenance"),
            "provenance-without-geometry",
            "a zone without geometry has no provenance; remove it",
            "没有图形的分区不写 provenance；请删去",
        )
    if not absent and zone.provenance is None:
        yield Broken(
            ("zones", index, "provenance"),
            "missing-key",
            "a geometry needs its provenance: confidence and how it was come by",
            "有图形的分区须写 provenance：可信度与来历",
        )
    if isinstance(zone.geometry, DrawnShape) and _lacks_feature(zone.id, case_zones, drawn_ids):
        yield Broken(
            ("zones", index, "geometry"),
            "missing-geometry",
            f"the zone is said to be drawn, but geodata/{case_id}.geojson has no feature with id {zone.id!r}; "
            "draw it, or write type: none with a reason",
            f"本区标为 drawn，但 geodata/{case_id}.geojson 中没有 id 为 {zone.id!r} 的要素；请补画，或改为 type: none 并写明原因",
        )


def _lacks_feature(zone: str, zones: Collection[str], drawn_ids: set[str] | None) -> bool:
    """Whether a drawn zone has no feature; a feature with a misspelt id is named as such instead."""
    if drawn_ids is None or zone in drawn_ids:
        return False
    return not difflib.get_close_matches(zone, drawn_ids - set(zones), 1)


def _part_of_circles(case: Case) -> Iterator[Broken]:
    zones = {zone.id: zone for zone in case.zones}
    for index, zone in enumerate(case.zones):
        above, seen = zone.part_of, {zone.id}
        while above is not None and above in zones:
            if above in seen:
                yield Broken(
                    ("zones", index, "part_of"),
                    "part-of-circle",
                    f"zone {zone.id!r} is part of itself through {zone.part_of!r}",
                    f"分区 {zone.id!r} 经由 {zone.part_of!r} 成了自己的一部分",
                )
                break
            seen.add(above)
            above = zones[above].part_of


def document_rules(settings: Settings) -> Iterator[Broken]:
    """Yield every rule that the general parts of the documents break."""
    for name, document in settings.documents.items():
        path: Path = ("documents", name)
        yield from ledger_rules.of_document(document, path)
        for index, site in enumerate(document.sites):
            yield from _site(site, (*path, "sites", index), None)


def _site(site: Site, path: Path, near: BaseGeometry | None) -> Iterator[Broken]:
    yield from _known(site.places, (*path, "places"))
    outlined = site.kind in vocabulary.ADMINISTRATIVE and site.places
    if site.location is None and site.no_location is None and not outlined:
        yield Broken(
            (*path, "no_location"),
            "missing-key",
            "a site without a location says why in no_location",
            "没有位置的地点须在 no_location 写明原因",
        )
    if site.location is None:
        return
    if site.provenance is None:
        yield Broken(
            (*path, "provenance"),
            "missing-key",
            "a location needs its provenance: confidence and how it was come by",
            "有位置的地点须写 provenance：可信度与来历",
        )
    far = list(_near_the_places(site.location, near, (*path, "location"))) if near is not None else []
    yield from far or _inside_its_places(site, (*path, "location"))


def _sites_and_places(case: Case) -> Iterator[Broken]:
    yield from _known(case.places, ("places",))
    near = _near(case)
    for index, site in enumerate(case.sites):
        yield from _site(site, ("sites", index), near)
    located = {site.id for site in case.sites if site.location is not None}
    shaped = {zone.id for zone in case.zones if not isinstance(zone.geometry, NoShape)}
    if case.anchor not in located | shaped:
        yield Broken(
            ("anchor",),
            "dangling-id",
            f"the anchor {case.anchor!r} is no site with a location and no zone with a geometry",
            f"anchor {case.anchor!r} 既不是有位置的地点，也不是有图形的分区",
        )
    for index, mode in enumerate((case.path, case.mode, case.category, *case.further_modes)):
        names: list[Any] = [("path",), ("mode",), ("category",)]
        path = names[index] if index < 3 else ("further_modes", index - 3)
        if mode.basis == "stated" and mode.page is None:
            yield Broken(
                (*path, "page"),
                "missing-key",
                "basis: stated needs the page that states it",
                "basis: stated 须写明页码",
            )
        if mode.basis == "inferred" and mode.note is None:
            yield Broken(
                (*path, "note"),
                "missing-key",
                "basis: inferred needs a note that says why",
                "basis: inferred 须在 note 写明理由",
            )


def _inside_its_places(site: Site, path: Path) -> Iterator[Broken]:
    """A site lies in one of the administrative units that it names."""
    if site.location is None:
        return
    try:
        outlines = [boundaries.outline(code) for code in site.places]
    except UnknownPlace:
        return  # named elsewhere
    at = site.location
    if outlines and not any(bool(shapely.intersects_xy(one, at.lon, at.lat)) for one in outlines):
        named = ", ".join(site.places)
        yield Broken(
            path,
            "outside-its-places",
            f"the position lies outside {named}; correct the position or the places of the site",
            f"位置不在 {named} 之内；请改正位置或本地点的 places",
        )


def _near_the_places(at: Location, near: BaseGeometry, path: Path) -> Iterator[Broken]:
    if shapely.intersects_xy(near, at.lon, at.lat):
        return
    mirrored = bool(shapely.intersects_xy(near, at.lat, at.lon))
    yield Broken(
        path,
        "swapped-coordinates" if mirrored else "far-from-places",
        "longitude and latitude are swapped"
        if mirrored
        else f"the position lies more than {NEAR_DEGREES:g}° from the places that the case names",
        "经纬度写反了" if mirrored else f"位置距案例所在行政区超过 {NEAR_DEGREES:g}°",
        warning=not mirrored,
    )


def _known(codes: tuple[str, ...], path: Path) -> Iterator[Broken]:
    for index, code in enumerate(codes):
        try:
            boundaries.place(code)
        except UnknownPlace as error:
            yield Broken(
                (*path, index),
                "unknown-place",
                f"{error.en}; look the six-digit code up and correct it",
                f"{error.zh}；请查对六位代码",
            )


def _near(case: Case) -> BaseGeometry | None:
    """Box about the case's places, one degree wider; None where no place is known."""
    return _near_places(case.places)


@lru_cache(maxsize=4096)
def _near_places(places: tuple[str, ...]) -> BaseGeometry | None:
    boxes = []
    for code in places:
        try:
            west, south, east, north = boundaries.outline(code).bounds
        except UnknownPlace:
            continue
        boxes.append(
            shapely.box(west - NEAR_DEGREES, south - NEAR_DEGREES, east + NEAR_DEGREES, north + NEAR_DEGREES)
        )
    return shapely.unary_union(boxes) if boxes else None
