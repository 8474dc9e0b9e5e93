"""Which modes and cases fit a place: a score that is the sum of named reasons.

The notice advises places to choose a mode by their resources. Here every point
has a reason that the reader can look up: a record of a case (a zone, a site, a
mechanism, with its page), a sentence of the notice, a distance on the
ellipsoid, a region. No reason, no point.

Floor 3: knows records, vocabulary and boundaries; must not know files, maps or
the command line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import shapely

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.area import CGCS2000
from eppv_atlas.errors import UsageError
from eppv_atlas.model import Case, Name
from eppv_atlas.results import PlacedCase
from eppv_atlas.vocabulary.matching import Matched

RESOURCE_POINTS: Final = 6.0
AIM_POINTS: Final = 4.0
RECORD_POINTS: Final = 0.5
"""For each further record that shows a resource or an aim."""
RECORDS: Final = 6
"""Further records that count at most."""
HEART_POINTS: Final = 4.0
ADVICE_POINTS: Final = 8.0
PROVINCE_POINTS: Final = 4.0
REGION_POINTS: Final = 2.0
NEAR_POINTS: Final = 3.0
NEAR_KM: Final = 1000.0
PATH_POINTS: Final = 1.0
SHOWN: Final = 3
"""Records that a reason names before it only counts them."""
CASE_SHARE: Final = 0.5
"""What a mode gets of the points that its best case earned by resource and aim."""


@dataclass(frozen=True)
class Reason:
    """One summand of a score.

    Attributes
    ----------
    kind
        ``resource``, ``heart``, ``aim``, ``advice``, ``province``, ``region``, ``distance``, ``path`` or ``case``.
    points
        What it adds.
    zh, en
        The reason in words, with page or distance.
    """

    kind: str
    points: float
    zh: str
    en: str


@dataclass(frozen=True)
class Suggestion:
    """A case or a mode with its reasons.

    Attributes
    ----------
    kind
        ``case`` or ``mode``.
    id
        Id of the case or mode.
    zh, en
        Its name.
    score
        Sum of the points of the reasons.
    reasons
        The reasons, weightiest first.
    """

    kind: str
    id: str
    zh: str
    en: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Wish:
    """What is looked for.

    Attributes
    ----------
    resources, aims
        Ids of vocabulary RESOURCES and AIMS.
    lon, lat
        The place, degrees (OGC:CRS84); None where none is given.
    province
        Code of its province; None abroad or where no place is given.
    """

    resources: tuple[str, ...] = ()
    aims: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    province: str | None = None


def wish(
    place: str | None = None,
    at: tuple[float, float] | None = None,
    resources: Sequence[str] = (),
    aims: Sequence[str] = (),
) -> Wish:
    """Put a wish together.

    Parameters
    ----------
    place
        Administrative code of the place.
    at
        Its longitude and latitude instead, degrees.
    resources, aims
        Ids, or names in Chinese or English, of vocabulary RESOURCES and AIMS.

    Raises
    ------
    UsageError
        If nothing is asked for, both a code and a position are given, or a word is unknown.
    UnknownPlace
        If no unit has this code.
    """
    if place and at:
        raise UsageError("give either --place or --at, not both", "--place 与 --at 只能给一个")
    found_resources = tuple(_named(word, vocabulary.RESOURCES, "resource") for word in resources)
    found_aims = tuple(_named(word, vocabulary.AIMS, "aim") for word in aims)
    if not (place or at or found_resources or found_aims):
        raise UsageError(
            "say what you look for: --place or --at, --resource, --aim",
            "请说明要找什么：--place 或 --at、--resource、--aim",
        )
    if place:
        if not place.isascii():
            raise UsageError(
                f"{place!r} is no administrative code; give six digits such as 330106",
                f"{place!r} 不是行政区代码；请写六位数字，如 330106",
            )
        unit = boundaries.place(place)
        point = shapely.point_on_surface(boundaries.outline(place))
        return Wish(found_resources, found_aims, point.x, point.y, unit.province)
    if at:
        lon, lat = at
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise UsageError(
                f"{lon:g},{lat:g} is no longitude and latitude; write --at LON,LAT, such as 120.1,30.3",
                f"{lon:g},{lat:g} 不是经纬度；请写 --at 经度,纬度，如 120.1,30.3",
            )
        return Wish(found_resources, found_aims, lon, lat, _province_at(lon, lat))
    return Wish(found_resources, found_aims)


def _named(word: str, table: dict[str, Matched], what: str) -> str:
    key = word.strip().casefold()
    for term in table.values():
        if key in {term.id, term.zh, term.en.casefold()}:
            return term.id
    for term in table.values():
        if key and (key in term.zh or key in term.en.casefold()):
            return term.id
    near = difflib.get_close_matches(key, list(table), 1)
    hint_en = f"did you mean {near[0]!r}? " if near else ""
    hint_zh = f"是否想写 {near[0]!r}？" if near else ""
    listed = ", ".join(f"{term.id}" for term in table.values())
    listed_zh = "、".join(f"{term.id}（{term.zh}）" for term in table.values())
    what_zh = {"resource": "资源", "aim": "目标"}[what]
    raise UsageError(
        f"{word!r} is no {what} of the vocabulary; {hint_en}choose from: {listed}",
        f"词表中没有{what_zh} {word!r}；{hint_zh}可用：{listed_zh}",
    )


def _province_at(lon: float, lat: float) -> str | None:
    places, outlines = boundaries.units("province")
    inside = shapely.intersects_xy(outlines, lon, lat)
    return next((unit.code for unit, hit in zip(places, inside, strict=True) if hit), None)


def cases(atlas: Iterable[PlacedCase], wanted: Wish) -> list[Suggestion]:
    """Cases that have anything in common with the wish, best first.

    Parameters
    ----------
    atlas
        Cases to choose from.
    wanted
        What is looked for, see :func:`wish`.

    Returns
    -------
    list of Suggestion
        The score of each is the sum of its reasons' points.
    """
    held = list(atlas)
    found = []
    for placed in held:
        case = placed.case
        reasons = [*_alike(case, wanted), *_nearby(placed, wanted)]
        if reasons:
            found.append(_suggestion("case", case.id, case.short.zh, case.short.en, reasons))
    best = {placed.case.id: sum(r.points for r in _alike(placed.case, wanted)) for placed in held}
    return _ranked(_with_path(held, found, best))


def modes(atlas: Iterable[PlacedCase], wanted: Wish) -> list[Suggestion]:
    """Modes that the notice or its cases recommend for the wish, best first.

    A mode earns points by what the notice's general part says of a resource
    asked for, by an aim that it serves by its nature, and by half of what its
    most alike case earned by resource and aim.
    """
    held = list(atlas)
    found = []
    for mode in vocabulary.MODES.values():
        reasons = [
            Reason(
                "advice",
                ADVICE_POINTS,
                f"文件第 {advice.page} 页（{vocabulary.RESOURCES[advice.resource].zh}）：{advice.zh}",
                f"the notice, p. {advice.page} ({vocabulary.RESOURCES[advice.resource].en.lower()}): {advice.en}",
            )
            for advice in vocabulary.ADVICE
            if advice.mode == mode.id and advice.resource in wanted.resources
        ]
        for name in wanted.aims:
            aim = vocabulary.AIMS[name]
            if mode.id in aim.modes:
                reasons.append(
                    Reason(
                        "aim",
                        AIM_POINTS,
                        f"该模式本身即为“{aim.zh}”",
                        f"the mode by its nature serves: {aim.en.lower()}",
                    )
                )
        reasons += _by_case(held, mode.id, wanted)
        if reasons:
            found.append(_suggestion("mode", mode.id, mode.zh, mode.en, reasons))
    return _ranked(found)


def _by_case(held: Sequence[PlacedCase], mode: str, wanted: Wish) -> Iterator[Reason]:
    scored = [
        (sum(reason.points for reason in _alike(placed.case, wanted)), placed.case)
        for placed in held
        if mode in {placed.case.mode.id, *(further.id for further in placed.case.further_modes)}
    ]
    points, case = max(
        scored, key=lambda item: (item[0], item[1].mode.id == mode, -item[1].order), default=(0, None)
    )
    if case is not None and points > 0:
        leading = case.mode.id == mode
        yield Reason(
            "case",
            round(points * CASE_SHARE * (1.0 if leading else 0.5), 2),
            f"{'以此为主要模式' if leading else '兼有此模式'}的案例中，“{case.short.zh}”最相近",
            f"of the cases that {'lead with' if leading else 'also follow'} it, {case.short.en} is most alike",
        )


def _alike(case: Case, wanted: Wish) -> Iterator[Reason]:
    """Reasons from the typology and the records of a case."""
    for name in wanted.resources:
        resource = vocabulary.RESOURCES[name]
        if witness := _witness(case, resource):
            zh, en, count = witness
            yield Reason(
                "resource",
                RESOURCE_POINTS + RECORD_POINTS * min(count - 1, RECORDS),
                f"同类资源“{resource.zh}”：{zh}",
                f"shares the resource {resource.en.lower()}: {en}",
            )
            if heart := _at_heart(case, resource):
                zh, en = heart.zh, heart.en
                yield Reason(
                    "heart",
                    HEART_POINTS,
                    f"“{resource.zh}”是案例的核心：{zh}",
                    f"{resource.en.lower()} is at the heart of the case: {en}",
                )
    for name in wanted.aims:
        aim = vocabulary.AIMS[name]
        if witness := _witness(case, aim):
            zh, en, count = witness
            yield Reason(
                "aim",
                AIM_POINTS + RECORD_POINTS * min(count - 1, RECORDS),
                f"同样的目标“{aim.zh}”：{zh}",
                f"shares the aim {aim.en.lower()}: {en}",
            )


def _at_heart(case: Case, resource: Matched) -> Name | None:
    """The anchor, or what a headline figure speaks of, where that is of the resource."""
    facts = {fact.id: fact for fact in case.facts}
    central = {case.anchor, *(facts[name].about for name in case.headlines)}
    for site in case.sites:
        if site.id in central and site.kind in resource.sites:
            return site.name
    for zone in case.zones:
        if zone.id in central and zone.kind in resource.zones:
            return zone.name
    return None


def _witness(case: Case, term: Matched) -> tuple[str, str, int] | None:
    """The records of a case that show a resource or an aim, and how many; None where none does."""
    zh: list[str] = []
    en: list[str] = []
    for mode in (case.mode, *case.further_modes):
        if mode.id in term.modes:
            zh.append(f"模式“{vocabulary.MODES[mode.id].zh}”")
            en.append(f"mode {vocabulary.MODES[mode.id].en.lower()}")
    records: list[tuple[str, str, Name, int | None]] = [
        *(("机制", "mechanism", m.name, m.page) for m in case.mechanisms if m.kind in term.mechanisms),
        *(("分区", "zone", z.name, z.page) for z in case.zones if z.kind in term.zones),
        *(("地点", "site", p.name, p.page) for p in case.sites if p.kind in term.sites),
    ]
    for what_zh, what_en, name, page in records[:SHOWN]:
        zh.append(f"{what_zh}“{name.zh}”" + (f"（第 {page} 页）" if page else ""))
        en.append(f"{what_en} {name.en}" + (f" (p. {page})" if page else ""))
    if len(records) > SHOWN:
        zh.append(f"共 {len(records)} 条记录")
        en.append(f"{len(records)} records in all")
    count = len(records) + sum(mode.id in term.modes for mode in (case.mode, *case.further_modes))
    return ("、".join(zh), ", ".join(en), count) if zh else None


def _nearby(placed: PlacedCase, wanted: Wish) -> Iterator[Reason]:
    """Reasons from where a case lies."""
    if wanted.lon is None or wanted.lat is None:
        return
    province = boundaries.place(placed.case.places[0]).province
    if wanted.province is not None:
        if province == wanted.province:
            zh, en = vocabulary.PROVINCES[province]
            yield Reason("province", PROVINCE_POINTS, f"同在{zh}", f"in the same province, {en}")
        else:
            for zh, en, members in vocabulary.REGIONS.values():
                if {province, wanted.province} <= members:
                    yield Reason("region", REGION_POINTS, f"同属{zh}", f"in the same region, {en}")
    km = float(CGCS2000.inv(wanted.lon, wanted.lat, placed.anchor.x, placed.anchor.y)[2]) / 1000
    points = round(NEAR_POINTS * max(0.0, 1 - km / NEAR_KM), 2)
    if points > 0:
        yield Reason("distance", points, f"相距约 {km:,.0f} 公里", f"about {km:,.0f} km away")


def _with_path(
    atlas: Iterable[PlacedCase], found: Sequence[Suggestion], best: dict[str, float]
) -> list[Suggestion]:
    """Add a point to cases on the same path as the case most alike by resource and aim."""
    held = {placed.case.id: placed.case for placed in atlas}
    leader = max(best, key=lambda name: (best[name], -held[name].order), default=None)
    if leader is None or best[leader] <= 0:
        return list(found)
    path = vocabulary.PATHS[held[leader].path.id]
    out = []
    for item in found:
        if item.id != leader and held[item.id].path.id == path.id:
            reason = Reason(
                "path",
                PATH_POINTS,
                f"与最相近的案例“{held[leader].short.zh}”同为“{path.zh}”",
                f"same path as the most alike case, {held[leader].short.en}: {path.en.lower()}",
            )
            out.append(_suggestion("case", item.id, item.zh, item.en, [*item.reasons, reason]))
        else:
            out.append(item)
    return out


def _suggestion(kind: str, name: str, zh: str, en: str, reasons: Iterable[Reason]) -> Suggestion:
    ordered = tuple(sorted(reasons, key=lambda reason: -reason.points))
    return Suggestion(kind, name, zh, en, round(sum(reason.points for reason in ordered), 2), ordered)


def _ranked(found: Iterable[Suggestion]) -> list[Suggestion]:
    return sorted(found, key=lambda item: -item.score)  # stable: ties keep the order of the notice
