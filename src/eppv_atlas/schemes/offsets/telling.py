"""Words for every yes, no and "not auditable" of a test, with what both sides have.

Floor 3, part of schemes: knows the records of the offsets scheme; must not know rules, files,
shapes or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.schemes.offsets.records import NO_TEC, Impact, Nature, Offer
from eppv_atlas.schemes.trial import Value

NOT_AUDITABLE: Final = Name(zh="无法核验", en="not auditable")
YES: Final = Name(zh="是", en="yes")
NO: Final = Name(zh="否", en="no")
_UNKNOWN: Final = Name(zh="未给出", en="not given")
MISSING: Final[Mapping[str, Name]] = {
    "decided": Name(zh="批准日期", en="day of the approval"),
    "impact_tec": Name(zh="受损的是否受威胁生态群落", en="whether what is lost is a threatened ecological community"),
    "same_tec": Name(zh="一方的受威胁生态群落", en="threatened ecological community of one side"),
    "critical": Name(zh="受损者是否极危", en="whether what is lost is critically endangered"),
    "same_class": Name(zh="一方的植被类", en="vegetation class of one side"),
    "same_formation": Name(zh="一方的植被群系", en="vegetation formation of one side"),
    "impact_group": Name(zh="受损植被的交易组", en="trading group of what is lost"),
    "offer_group": Name(zh="所供信用的交易组", en="trading group of what is offered"),
    "impact_hollows": Name(zh="受损场地有无带树洞的树", en="hollow-bearing trees on the impact site"),
    "offer_hollows": Name(zh="所供场地有无带树洞的树", en="hollow-bearing trees on the offered site"),
    "offer_artificial": Name(zh="所供场地有无人工树洞", en="artificial hollows on the offered site"),
    "place": Name(zh="双方亚区是否相同或相邻", en="whether the subregions are the same or adjoin"),
    "same_region": Name(zh="双方是否同一生物地理区", en="whether both lie in one region"),
    "distance": Name(zh="受损场地外缘到该亚区的距离", en="distance from the impact site to that subregion"),
    "same_species": Name(zh="一方的物种", en="species of one side"),
    "steps": Name(zh="是否走完合理步骤", en="whether the reasonable steps were taken"),
}  # fmt: skip
"""What has to be known, by input."""
_PLACES: Final[Mapping[Value, Name]] = {
    "same": Name(zh="同一亚区", en="the same subregion"),
    "adjoining": Name(zh="相邻亚区", en="an adjoining subregion"),
    "other": Name(zh="既不相同也不相邻的亚区", en="a subregion neither the same nor adjoining"),
    None: Name(zh="亚区关系不明", en="subregions whose relation is not known"),
}


def answer_name(answer: Value) -> Name:
    """Yes, no or not auditable."""
    return YES if answer is True else NO if answer is False else NOT_AUDITABLE


def words(test: str, made: Mapping[str, Value], impact: Impact, offer: Offer) -> Name:
    """Why a test has its answer.

    Parameters
    ----------
    test
        Id of its cell.
    made
        Inputs and cells of the pair.
    impact, offer
        Both sides.
    """
    zh, en = _told(test, made, impact, offer)
    head = answer_name(made.get(test))
    return Name(zh=f"{head.zh}：{zh}", en=f"{head.en}: {en}")


def _told(test: str, made: Mapping[str, Value], impact: Impact, offer: Offer) -> tuple[str, str]:
    lost, gained = impact.nature, offer.nature
    if test in _BOTH:
        zh, en, field = _BOTH[test]
        return _both(zh, en, getattr(lost, field), getattr(gained, field))
    if test == "alike":
        return _alike(made, impact, offer)
    if test in {"hollows", "hollows_variation"}:
        return _hollows(lost, gained, artificial=test == "hollows_variation")
    if test in {"near", "near_variation"}:
        return _near(made, region=test == "near_variation")
    if test == "not_critical":
        critical = answered(impact.critical)
        return f"极危：{critical.zh}", f"critically endangered: {critical.en}"
    if test == "steps_taken":
        taken = answered(made.get("steps"))
        return f"合理步骤已走完：{taken.zh}", f"reasonable steps taken: {taken.en}"
    day = _text(made.get("decided"))  # in_force, variation_open
    return f"批准日期 {day.zh}", f"day of the approval {day.en}"


_BOTH: Final = {
    "same_species_": ("物种", "species", "species"),
    "formation": ("植被群系", "formation", "formation"),
    "group_enough": ("交易组", "trading group", "group"),
    "same_kind_": ("信用种类", "kind of credit", "kind"),
}
"""Tests that hold one thing of both sides against each other: its words, and where it stands."""


def _hollows(lost: Nature, gained: Nature, *, artificial: bool) -> tuple[str, str]:
    mine, theirs = _flag(lost.hollows), _flag(gained.hollows)
    zh = f"带树洞的树：受损场地{mine.zh}，所供场地{theirs.zh}"
    en = f"hollow-bearing trees: impact site {mine.en}, offered site {theirs.en}"
    if artificial:
        made = _flag(gained.artificial_hollows)
        zh, en = f"{zh}；人工树洞{made.zh}", f"{en}; artificial hollows {made.en}"
    return zh, en


def _alike(made: Mapping[str, Value], impact: Impact, offer: Offer) -> tuple[str, str]:
    lost, gained = impact.nature, offer.nature
    on = made.get("impact_tec")
    if on is None:
        return (
            "未说明受损的是否受威胁生态群落",
            "it is not said whether what is lost is a threatened ecological community",
        )
    if on is True:
        return _both("受威胁生态群落", "threatened ecological community", lost.community, gained.community)
    class_zh, class_en = _both("植被类", "class", lost.vegetation_class, gained.vegetation_class)
    group_zh, group_en = _both("交易组", "trading group", lost.group, gained.group)
    return f"{class_zh}；{group_zh}", f"{class_en}; {group_en}"


def _near(made: Mapping[str, Value], *, region: bool) -> tuple[str, str]:
    place = _PLACES[made.get("place")]
    zh, en = place.zh, place.en
    distance, reach = made.get("distance"), made.get("reach")
    if isinstance(distance, float):
        zh, en = f"{zh}，相距 {distance / 1000:.3f} 公里", f"{en}, {distance / 1000:.3f} km away"
    else:
        zh, en = f"{zh}，距离未量得", f"{en}, distance not measured"
    if isinstance(reach, float):
        zh, en = f"{zh}（规定 {reach / 1000:g} 公里）", f"{en} ({reach / 1000:g} km allowed)"
    if region:
        same = answered(made.get("same_region"))
        zh, en = f"{zh}；同一生物地理区：{same.zh}", f"{en}; same region: {same.en}"
    return zh, en


def _both(zh: str, en: str, one: str | None, other: str | None) -> tuple[str, str]:
    a, b = _text(one), _text(other)
    return f"{zh}：受损“{a.zh}”，所供“{b.zh}”", f"{en}: lost “{a.en}”, offered “{b.en}”"


def _text(value: Value) -> Name:
    if value is None:
        return _UNKNOWN
    if value == NO_TEC:
        return Name(zh="非此类群落", en="none")
    text = str(value)[:80]
    return Name(zh=text, en=text)


def answered(value: Value) -> Name:
    """Yes, no or not given."""
    return _UNKNOWN if value is None else YES if value else NO


def _flag(value: Value) -> Name:
    if value is None:
        return _UNKNOWN
    return Name(zh="有" if value else "无", en="yes" if value else "no")
