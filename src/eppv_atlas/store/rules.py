"""What must hold inside a case beyond the form of its keys.

Ids that point somewhere, figures that read as printed, geometry where it is
claimed and absent where it is not, shapes near the places that the case names.

Floor 3, part of the store: knows records and shapes; must not know files,
measures or maps.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries
from eppv_atlas.errors import UnknownPlace
from eppv_atlas.model import Case, DiscRecipe, DrawnShape, Location, NoShape, Settings, Site, Zone
from eppv_atlas.store.yaml_text import Path
from eppv_atlas.units import UNITS, number_text, printed_values

RESERVED = {"index", "con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
NEAR_DEGREES = 1.0


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold: where in the case, which rule, what to do."""

    path: Path
    rule: str
    en: str
    zh: str
    warning: bool = False


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
    yield from _facts(case)
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
    general = {"general"}
    for index, fact in enumerate(case.facts):
        inside = int(first) <= fact.page <= int(last or first)
        if not inside and fact.section not in general:
            yield Broken(
                ("facts", index, "page"),
                "pages-out-of-range",
                f"page {fact.page} is not among the pages {case.source.pages} of this case",
                f"第 {fact.page} 页不在本案例页码 {case.source.pages} 之内",
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
    facts: set[str] = set()
    for index, fact in enumerate(case.facts):
        if fact.id in facts:
            yield Broken(
                ("facts", index, "id"),
                "duplicate-id",
                f"the id {fact.id!r} is already used by another fact; rename one",
                f"id {fact.id!r} 已用于另一条数据；请改名",
            )
        facts.add(fact.id)


def _dangling(path: Path, what_en: str, what_zh: str, ref: str) -> Broken:
    return Broken(
        path,
        "dangling-id",
        f"there is no {what_en} {ref!r} in this case; correct the id or add it",
        f"本案例中没有{what_zh} {ref!r}；请改正 id 或补上",
    )


def _facts(case: Case) -> Iterator[Broken]:
    zones = {zone.id for zone in case.zones}
    things = zones | {site.id for site in case.sites}
    for index, fact in enumerate(case.facts):
        if fact.about is not None and fact.about not in things:
            yield _dangling(("facts", index, "about"), "site or zone", "地点或分区", fact.about)
        if fact.of is not None and fact.of not in zones:
            yield _dangling(("facts", index, "of"), "zone", "分区", fact.of)
        read = printed_values(fact.printed)
        if not any(abs(value - fact.value) <= 1e-9 * max(1.0, abs(value)) for value in read):
            listed = ", ".join(number_text(value) for value in read) or "no number"
            yield Broken(
                ("facts", index, "value"),
                "value-is-not-as-printed",
                f"{fact.printed!r} reads {listed}, not {number_text(fact.value)}; "
                "write the value in the printed unit (2.3万亩 is 23000 mu)",
                f"{fact.printed!r} 读作 {listed}，而不是 {number_text(fact.value)}；数值按原文单位写（2.3万亩写 23000，单位 mu）",
            )
        unit = UNITS[fact.unit]
        printed = fact.printed.replace(" ", "")
        if unit.quantity in {"area", "length", "share"} and not any(word in printed for word in unit.printed):
            yield Broken(
                ("facts", index, "unit"),
                "unit-is-not-as-printed",
                f"the unit {fact.unit!r} does not stand in {fact.printed!r}; take the printed unit",
                f"{fact.printed!r} 中没有单位 {unit.zh!r}；请用原文的单位",
            )
    known = {fact.id for fact in case.facts}
    for index, headline in enumerate(case.headlines):
        if headline not in known:
            yield _dangling(("headlines", index), "fact", "数据", headline)


def _zones(case: Case, drawn_ids: set[str] | None) -> Iterator[Broken]:
    facts = {fact.id: fact for fact in case.facts}
    zones = {zone.id: zone for zone in case.zones}
    things = set(zones) | {site.id for site in case.sites}
    near = _near(case)
    for index, zone in enumerate(case.zones):
        if isinstance(zone.geometry, DiscRecipe) and near is not None:
            yield from _near_the_places(zone.geometry.centre, near, ("zones", index, "geometry", "centre"))
        if zone.part_of is not None and (zone.part_of not in zones or zone.part_of == zone.id):
            yield _dangling(("zones", index, "part_of"), "other zone", "另一分区", zone.part_of)
        for key, quantity in (("stated_area", "area"), ("stated_share", "share")):
            ref = getattr(zone, key)
            if ref is None:
                continue
            fact = facts.get(ref)
            if fact is None:
                yield _dangling(("zones", index, key), "fact", "数据", ref)
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


def _sites_and_places(case: Case) -> Iterator[Broken]:
    yield from _known(case.places, ("places",))
    near = _near(case)
    for index, site in enumerate(case.sites):
        yield from _known(site.places, ("sites", index, "places"))
        if site.location is not None and site.provenance is None:
            yield Broken(
                ("sites", index, "provenance"),
                "missing-key",
                "a location needs its provenance: confidence and how it was come by",
                "有位置的地点须写 provenance：可信度与来历",
            )
        if site.location is not None and near is not None:
            yield from _near_the_places(site.location, near, ("sites", index, "location"))
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
    boxes = []
    for code in case.places:
        try:
            west, south, east, north = boundaries.outline(code).bounds
        except UnknownPlace:
            continue
        boxes.append(
            shapely.box(west - NEAR_DEGREES, south - NEAR_DEGREES, east + NEAR_DEGREES, north + NEAR_DEGREES)
        )
    return shapely.unary_union(boxes) if boxes else None
