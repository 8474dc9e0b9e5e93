"""The rules of matching as formulas: inputs that describe a pair, cells that judge it.

These cells are the only home of the rules: the page works them out, and so does the matcher,
for every pair of its files.

Floor 3, part of schemes: knows the record of the scheme and the language of formulas; must not
know files, shapes, solvers or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eppv_atlas.model import Fact, Name
from eppv_atlas.model.schemes.base import From
from eppv_atlas.model.schemes.offsets import OffsetRules, OffsetsScheme
from eppv_atlas.schemes.trial import Cell, Input, Option
from eppv_atlas.units import UNITS

PLACES: Final = ("same", "adjoining", "other")
KINDS: Final = ("ecosystem", "species")
RULES: Final = ("like-for-like", "variation")
_ASSUMED: Final = Name(zh="假设：仅供试算", en="Assumed, for trying out only")


def within_m(rules: OffsetRules, facts: Mapping[str, Fact]) -> float:
    """The farthest that a subregion may be, m."""
    value, unit = _number(rules.within, facts)
    return value * UNITS[unit].si


def _number(source: From, facts: Mapping[str, Fact]) -> tuple[float, str]:
    if source.fact is not None:
        return facts[source.fact].value, facts[source.fact].unit
    assert source.assumed is not None
    return source.assumed, source.unit or "km"


def _name(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


def inputs(scheme: OffsetsScheme, decided: str) -> tuple[Input, ...]:
    """What describes a pair of impact and offer.

    Parameters
    ----------
    scheme
        Rules and groups.
    decided
        Day on which the page begins.
    """
    groups = tuple(Option(group.id, group.name) for group in scheme.groups)

    def flag(name: str, zh: str, en: str, *, value: bool) -> Input:
        return Input(name, _name(zh, en), "flag", value, whence=_ASSUMED)

    def choice(name: str, zh: str, en: str, value: str, options: Sequence[Option]) -> Input:
        return Input(name, _name(zh, en), "choice", value, options=tuple(options), whence=_ASSUMED)

    first, second = scheme.groups[0].id, scheme.groups[1].id
    return (
        choice(
            "rule", "所用规则", "Rule asked for", "like-for-like",
            [Option("like-for-like", _name("同类规则", "Like-for-like rule")),
             Option("variation", _name("变通规则", "Variation rule"))],
        ),
        choice(
            "kind", "信用种类", "Kind of credit", "ecosystem",
            [Option("ecosystem", _name("生态系统信用", "Ecosystem credit")),
             Option("species", _name("物种信用", "Species credit"))],
        ),
        flag("same_kind", "双方信用种类相同", "Both are of this kind", value=True),
        Input("decided", _name("批准日期", "Day of the approval"), "date", decided, whence=_name(
            "文件所给数字的截止日期", "Day up to which the document gives figures")),
        flag("impact_tec", "受损的是受威胁生态群落", "What is lost is a threatened ecological community", value=False),
        flag("same_tec", "双方属同一受威胁生态群落", "Both are the same threatened ecological community", value=False),
        flag("critical", "受损者属极危", "What is lost is critically endangered", value=False),
        flag("same_class", "植被类相同", "Same vegetation class", value=True),
        flag("same_formation", "植被群系相同", "Same vegetation formation", value=True),
        choice("impact_group", "受损植被的交易组（按已清除比例）", "Trading group of what is lost, by share cleared", first, groups),
        choice("offer_group", "所供信用的交易组（按已清除比例）", "Trading group of what is offered, by share cleared", second, groups),
        flag("impact_hollows", "受损场地有带树洞的树", "Hollow-bearing trees on the impact site", value=False),
        flag("offer_hollows", "所供场地有带树洞的树", "Hollow-bearing trees on the offered site", value=False),
        flag("offer_artificial", "所供场地有人工树洞", "Artificial hollows on the offered site", value=False),
        choice(
            "place", "所供场地所在亚区", "Subregion of the offered site", "other",
            [Option("same", _name("与受损场地同一亚区", "The same as that of the impact site")),
             Option("adjoining", _name("相邻亚区", "One that adjoins it")),
             Option("other", _name("其他亚区", "Another one"))],
        ),
        flag("same_region", "同一生物地理区", "Same biogeographic region", value=False),
        Input("distance", _name("受损场地外缘到该亚区的距离", "From the outer edge of the impact site to that subregion"),
              "number", 80.0, "km", 0.0, 5000.0, 1.0, whence=_ASSUMED),
        flag("same_species", "物种相同", "Same species", value=False),
        flag("steps", "已走完规定的合理步骤，仍无同类信用", "The reasonable steps were taken and turned up no like credits", value=False),
    )  # fmt: skip


def cells(scheme: OffsetsScheme, facts: Mapping[str, Fact]) -> tuple[Cell, ...]:
    """What judges a pair."""
    rules = scheme.rules
    reach = _by_day(rules, [f"{within_m(one, facts):.10g}" for one in rules], "null")
    opened = _by_day(rules, ["true" if one.variation else "false" for one in rules], "false")
    artificial = _by_day(rules, ["true" if one.artificial_hollows else "false" for one in rules], "false")

    def rank(of: str) -> str:
        out = "null"
        for at, group in reversed(list(enumerate(scheme.groups, 1))):
            out = f'if({of} == "{group.id}", {at}, {out})'
        return out

    def test(name: str, zh: str, en: str, formula: str) -> Cell:
        return Cell(name, _name(zh, en), formula, role="test")

    return (
        test("in_force", "批准时规则已施行", "These rules were in force on the day of the approval",
             f'decided >= "{rules[0].since}"'),
        test("same_kind_", "信用种类相同", "Same kind of credit", "same_kind"),
        Cell("reach", _name("规定的距离", "Distance that the rules name"), reach, "km"),
        Cell("impact_rank", _name("受损植被交易组的序位", "Rank of the group of what is lost"), rank("impact_group")),
        Cell("offer_rank", _name("所供信用交易组的序位", "Rank of the group of what is offered"), rank("offer_group")),
        test("group_enough", "交易组相同或更高", "Same or higher trading group", "offer_rank >= impact_rank"),
        test("alike", "同一受威胁生态群落；若非此类群落，则植被类相同且交易组相同或更高",
             "Same threatened ecological community; where it is none, same class and same or higher group",
             "(impact_tec and same_tec) or (not impact_tec and same_class and group_enough)"),
        test("hollows", "受损场地有带树洞的树时，所供场地也有",
             "Hollow-bearing trees offered where the impact site has them",
             "not impact_hollows or offer_hollows"),
        test("near", "亚区相同、相邻，或在规定距离之内",
             "Same or adjoining subregion, or one within the distance that the rules name",
             'place == "same" or place == "adjoining" or distance <= reach'),
        test("same_species_", "物种相同（全州皆可）", "Same species, anywhere in the state", "same_species"),
        test("not_critical", "受损者不属极危", "What is lost is not critically endangered", "not critical"),
        test("variation_open", "当日仍可批准使用变通规则", "Use of the variation rule could be approved on that day", opened),
        test("steps_taken", "已走完合理步骤", "The reasonable steps were taken", "steps"),
        test("formation", "植被群系相同", "Same vegetation formation", "same_formation"),
        test("hollows_variation", "变通规则：有带树洞的树，或按规则可用人工树洞",
             "Variation rule: hollow-bearing trees, or artificial hollows where the rules take them",
             f"not impact_hollows or offer_hollows or (offer_artificial and {artificial})"),
        test("near_variation", "变通规则：同一生物地理区，或亚区在规定距离之内",
             "Variation rule: same region, or a subregion within the distance that the rules name",
             'same_region or place == "same" or distance <= reach'),
        Cell("like_for_like", _name("符合同类规则", "Meets the like-for-like rule"),
             'in_force and same_kind_ and if(kind == "species", same_species_, alike and hollows and near)',
             role="result"),
        Cell("variation", _name("符合变通规则", "Meets the variation rule"),
             "in_force and same_kind_ and variation_open and not_critical and steps_taken and "
             'if(kind == "species", null, formation and group_enough and hollows_variation and near_variation)',
             role="result"),
        Cell("settles", _name("可用来清偿", "May be used to settle the obligation"),
             'like_for_like or (rule == "variation" and variation)', role="result"),
    )  # fmt: skip


TESTS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("like-for-like", "ecosystem"): ("in_force", "alike", "hollows", "near"),
    ("like-for-like", "species"): ("in_force", "same_species_"),
    ("variation", "ecosystem"): (
        "in_force", "variation_open", "not_critical", "steps_taken", "formation", "group_enough",
        "hollows_variation", "near_variation",
    ),
    ("variation", "species"): ("in_force", "variation_open", "not_critical", "steps_taken"),
}  # fmt: skip
"""Tests that apply, by rule and kind, in the order in which they are told."""


def _by_day(rules: Sequence[OffsetRules], values: Sequence[str], before: str) -> str:
    """A formula that picks the value of the rules in force; equal values in a row are one."""
    out, last = before, before
    for one, value in zip(rules, values, strict=True):
        if value != last:
            out = f'if(decided >= "{one.since}", {value}, {out})'
        last = value
    return out


def sources(scheme: OffsetsScheme) -> tuple[Name, ...]:
    """What must be said of where the rules come from."""
    told = []
    for one in scheme.rules:
        why = one.within.why
        end_zh = f"距离：{why.zh}。" if why else ""
        end_en = f" Distance: {why.en}." if why else ""
        told.append(
            _name(
                f"自 {one.since} 起的规则：{one.source.zh}。{end_zh}",
                f"Rules from {one.since} on: {one.source.en}.{end_en}",
            )
        )
    groups = " · ".join(group.name.zh for group in scheme.groups)
    groups_en = " · ".join(group.name.en for group in scheme.groups)
    told.append(
        _name(
            f"交易组（{groups}）：{scheme.groups_source.zh}。",
            f"Trading groups ({groups_en}): {scheme.groups_source.en}.",
        )
    )
    return tuple(told)
