"""Engine `offsets`: the biodiversity offsets scheme, from an impact to the credits that make it good.

Whether an offer may settle an impact is a worksheet of tests with three answers: the page works it
out for one pair, and a run works it out for every pair of a market, then settles all obligations
at the least cost. How many credits an impact or a site amounts to is said by accredited assessors
and comes in; nothing here works it out.

Floor 3, part of schemes: knows records, measures, shapes and units; must not know files, maps,
pages or how anything is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar, cast

from eppv_atlas.errors import UsageError
from eppv_atlas.model import Mechanism, Name
from eppv_atlas.model.schemes.offsets import OffsetsScheme, TradingGroup
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.offsets import outcome
from eppv_atlas.schemes.offsets.allocation import allocate
from eppv_atlas.schemes.offsets.geography import UNPLACED, Geography
from eppv_atlas.schemes.offsets.matcher import Matcher, plain
from eppv_atlas.schemes.offsets.records import Impact, Offer, Rule, Subregion
from eppv_atlas.schemes.offsets.rules import cells, inputs, sources
from eppv_atlas.schemes.trial import Ran, Trial, Value
from eppv_atlas.schemes.worksheet import work

__all__ = ["Market", "run", "settle", "trial"]

_BEGIN: Final = "2022-10-31"
"""Day on which the page begins: up to it the document gives figures."""
MOST_PAIRS: Final = 2_000_000
"""Pairs of one run."""
_OF_A_MARKET: Final = ("rule", "decided", "steps")
"""Inputs that speak of a whole market; the others describe one pair."""

Side = TypeVar("Side", Impact, Offer)


@dataclass(frozen=True)
class Market:
    """What a run works on, as ``given`` holds it.

    Attributes
    ----------
    impacts, offers
        What is owed and what is for sale.
    subregions
        Subregions, with outlines or lists of neighbours; may be none.
    """

    impacts: Sequence[Impact]
    offers: Sequence[Offer]
    subregions: Sequence[Subregion] = ()


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried: one pair of impact and offer; with files, a market."""
    del measures  # no zone of the case is measured for it
    scheme = _scheme(mechanism)
    facts = {fact.id: fact for fact in placed.case.facts}
    return Trial(
        case=placed.case.id,
        mechanism=mechanism.id,
        engine="offsets",
        title=mechanism.name,
        about=Name(
            zh="核验一笔所供信用能否清偿一项影响：每项检验各有“是”“否”或“无法核验”，缺资料时绝不算“是”。"
            "给出影响与供给的文件时，核验所有配对，并求费用最省的清偿办法。信用数由认证评估师评定，在此只作输入。",
            en="Tests whether credits on offer may settle an impact: each test says yes, no or not auditable, and "
            "what is missing never makes a yes. With files of impacts and offers all pairs are tested and the "
            "cheapest settlement is found. Credits are scored by accredited assessors and only entered here.",
        ),
        inputs=inputs(scheme, _BEGIN),
        cells=cells(scheme, facts),
        files={
            "impacts": Name(
                zh="影响：每行一项信用义务（id、kind、credits 等列），可带图形",
                en="Impacts: a line for each obligation (columns id, kind, credits …), with shapes or without",
            ),
            "offers": Name(
                zh="供给：每行一笔信用（id、kind、credits、price 等列），可带图形",
                en="Offers: a line for each lot of credits (columns id, kind, credits, price …), with shapes or without",
            ),
            "subregions": Name(
                zh="亚区：带图形的 IBRA 亚区图层（须自行下载），或 id、region、adjoining 三列的表",
                en="Subregions: the layer of IBRA subregions (a download of yours), or a table of id, region, adjoining",
            ),
        },
        notes=(
            Name(
                zh="信用数由认证评估师按法定方法评定；文件只列评定因素，未给公式，此处也不推算。",
                en="Credits are scored by accredited assessors by a statutory method. The document names factors "
                "and no formula; none is made up here.",
            ),
            *sources(scheme),
            Name(
                zh="变通规则对物种信用的条件不在此核验；符合同类规则者除外，一律记为无法核验。",
                en="What the variation rule asks of species credits is not tested here: unless the like-for-like rule "
                "is met, the answer is not auditable.",
            ),
        ),
    )


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Work one pair out, or a market where files are given.

    Raises
    ------
    UsageError
        If only one side of a market is given, or inputs of a single pair are set for a market.
    """
    del placed, measures
    if not given:
        return work(trial, chosen)
    missing = [name for name in ("impacts", "offers") if name not in given]
    if missing:
        raise UsageError(
            f"a market needs impacts and offers; add --with {missing[0]}=FILE",
            f"须同时给出影响与供给；请加上 --with {missing[0]}=文件",
        )
    single = [name for name in chosen if name not in _OF_A_MARKET]
    if single:
        raise UsageError(
            f"{', '.join(single)} describe one pair; with files they come from the files",
            f"{'、'.join(single)} 只描述单一配对；给出文件时取自文件",
        )
    groups = _scheme(mechanism).groups
    market = Market(
        grouped(given["impacts"], groups), grouped(given["offers"], groups), given.get("subregions", ())
    )
    pairs = len(market.impacts) * len(market.offers)
    if pairs > MOST_PAIRS:
        raise UsageError(
            f"{pairs:,} pairs of impacts and offers are more than the {MOST_PAIRS:,} of one run; give fewer",
            f"影响与供给共 {pairs:,} 对，超过一次试算的上限 {MOST_PAIRS:,}；请减少",
        )
    return settle(trial, market, chosen, given.get("notes", ()))


def grouped(sides: Sequence[Side], groups: Sequence[TradingGroup]) -> list[Side]:
    """Impacts or offers with their trading group as an id: as named, else by the share cleared.

    Raises
    ------
    UsageError
        If groups are named that do not exist, or that are not those of the share cleared.
    """
    ids = {
        name: group.id for group in groups for name in (group.id, plain(group.name.zh), plain(group.name.en))
    }
    out, wrong = [], []
    for one in sides:
        nature = one.nature
        by_share = None
        if nature.cleared is not None:
            by_share = next(
                g.id for g in reversed(groups) if g.cleared_from <= nature.cleared or g is groups[0]
            )
        named = None if nature.group is None else ids.get(plain(nature.group))
        if nature.group is not None and (named is None or by_share not in {None, named}):
            wrong.append(f"{one.id[:40]}: {nature.group[:40]}")
        out.append(replace(one, nature=replace(nature, group=named or by_share)))
    if wrong:
        have = ", ".join(group.id for group in groups)
        raise UsageError(
            f"these trading groups are not known, or not those of the share cleared: {outcome.listed(wrong)}; known: {have}",
            f"交易组无法识别，或与清除比例不符：{outcome.listed(wrong)}；可用：{have}",
        )
    return out


def settle(trial: Trial, market: Market, chosen: Mapping[str, Value], notes: Sequence[Name] = ()) -> Ran:
    """Test every pair of a market, and settle its obligations at the least cost.

    Parameters
    ----------
    trial
        What :func:`trial` made.
    market
        Impacts, offers, subregions.
    chosen
        ``rule``, ``decided`` (for impacts that name no day), ``steps``; left out means the like-for-like
        rule, and not known.
    notes
        What must be said of the files.
    """
    geography = Geography(market.subregions)
    matcher = Matcher(
        trial.cells,
        geography,
        rule=cast("Rule", chosen.get("rule") or "like-for-like"),
        decided=cast("str | None", chosen.get("decided")),
        steps=cast("bool | None", chosen.get("steps")),
    )
    impacts = sorted(market.impacts, key=lambda one: one.id)
    offers = sorted(market.offers, key=lambda one: one.id)
    matches = {(i.id, o.id): matcher.answer(i, o) for i in impacts for o in offers}
    made = allocate(impacts, offers, matches)
    full = len(matches) <= outcome.MOST_PAIRS
    told = [(i, o) for i in impacts for o in offers if full or matches[i.id, o.id] is not False]
    verdicts = [matcher.verdict(i, o) for i, o in told[: outcome.MOST_PAIRS]]
    used = {"rule": matcher.rule, "decided": matcher.decided, "steps": matcher.steps}
    shown = tuple(
        replace(one, value=used[one.id], whence=one.whence if one.id in chosen else None)
        for one in trial.inputs
        if one.id in used
    )
    return Ran(
        inputs=shown,
        changed=tuple(one.id for one in shown if one.id in chosen),
        lines=outcome.lines(impacts, matches, made),
        tables=outcome.tables(impacts, offers, verdicts, made),
        layers=outcome.layers(impacts, offers, made),
        notes=(
            *notes,
            *_said(market, geography, full=full),
            *outcome.remarks(made),
            *trial.notes,
        ),
    )


def _said(market: Market, geography: Geography, *, full: bool) -> list[Name]:
    """What must be said of the places and of what is left out."""
    out: list[Name] = []
    if not market.subregions:
        out.append(
            Name(
                zh="未给亚区：只能按双方所写的亚区名核对，名称不同即无法核验是否相邻。",
                en="No subregions were given: only the names that both sides state are compared, and whether others "
                "adjoin is not auditable.",
            )
        )
    sites = [(one.id, one.nature) for one in market.impacts]
    sites += [(one.id, one.nature) for one in market.offers]
    wrong = geography.disagreements(sites)
    if wrong:
        told = "; ".join(
            f"{name[:40]}: {stated[:40]} ≠ {', '.join(lies)[:60]}" for name, stated, lies in wrong[:3]
        )
        out.append(
            Name(
                zh=f"有 {len(wrong)} 处场地所写亚区与图形不符，以图形为准（{told}）。"[:400],
                en=f"{len(wrong)} sites state another subregion than their shapes lie in; the shapes count ({told})."[
                    :400
                ],
            )
        )
    vague = [name for name, nature in sites if nature.shape is not None and nature.confidence in UNPLACED]
    if vague:
        out.append(
            Name(
                zh=f"有 {len(vague)} 处场地的图形只是示意或行政界线，不用来判断位置（{outcome.listed(vague)[:200]}）。",
                en=f"{len(vague)} sites have shapes that are schematic or administrative; they place nothing "
                f"({outcome.listed(vague)[:200]}).",
            )
        )
    if not full:
        out.append(
            Name(
                zh=f"配对过多：表中只列可用与无法核验者，至多 {outcome.MOST_PAIRS} 对。",
                en="There are too many pairs to list: those that are a plain no are left out of the tables, which "
                f"hold {outcome.MOST_PAIRS:,} at most.",
            )
        )
    return out


def _scheme(mechanism: Mechanism) -> OffsetsScheme:
    assert isinstance(mechanism.scheme, OffsetsScheme)
    return mechanism.scheme
