"""What siting says: tables, shapes and lines of a rating, in both languages.

Floor 3, part of schemes: knows ratings and words; must not know files or how
values were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from eppv_atlas.area import area_m2
from eppv_atlas.model import Name
from eppv_atlas.model.schemes.siting import Criterion
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.siting.layers import Floats, Units
from eppv_atlas.schemes.siting.rating import Ints, Sensitivity, best_of
from eppv_atlas.schemes.trial import Column, Layer, Line, Mark, Table, Value

RATED: Final = Name(zh="已评分", en="rated")
EXCLUDED: Final = Name(zh="排除", en="excluded")
NOT_RATED: Final = Name(zh="未评分", en="not rated")
BEST_ROWS: Final = 20
Row = tuple[Value | Name, ...]


@dataclass(frozen=True)
class Rating:
    """All that came out of a rating.

    Attributes
    ----------
    units
        The candidates.
    criteria
        Criteria in the order of the scheme.
    values, worths
        Measured values and what they are worth. Shape (n, k).
    weights
        Shape (k,).
    scores
        NaN where not rated or excluded. Shape (n,).
    ranks
        0 where there is none. Shape (n,).
    excluded, missing
        Labels of what excludes a unit, and of what is missing for it to be rated.
    sensitivity
        Of the rated units, in their order.
    """

    units: Units
    criteria: Sequence[Criterion]
    values: Floats
    worths: Floats
    weights: Floats
    scores: Floats
    ranks: Ints
    excluded: Sequence[tuple[Name, ...]]
    missing: Sequence[tuple[Name, ...]]
    sensitivity: Sensitivity

    @property
    def rated(self) -> Ints:
        """Places of the rated units."""
        return np.flatnonzero(self.ranks > 0)


def columns(rating: Rating) -> tuple[Column, ...]:
    """Columns of a table of units."""
    own = [
        Column("unit", Name(zh="单元", en="Unit")),
        Column("state", Name(zh="状态", en="State")),
        Column("rank", Name(zh="名次", en="Rank")),
        Column("score", Name(zh="得分（0–1）", en="Score (0–1)")),
        Column("rank-low", Name(zh="名次下限（抽样 5%）", en="Rank, low end (5 % of samples)")),
        Column("rank-high", Name(zh="名次上限（抽样 95%）", en="Rank, high end (95 % of samples)")),
        Column("best-share", Name(zh="入前一成的抽样占比", en="Samples among the best tenth"), "percent"),
        Column("reason", Name(zh="原因", en="Reason")),
        Column("area", Name(zh="面积", en="Area"), "ha"),
    ]
    return (*own, *(Column(f"v-{one.id}", _measured(one)) for one in rating.criteria))


def rows(rating: Rating) -> list[Row]:
    """A row for each unit."""
    place = {int(unit): at for at, unit in enumerate(rating.rated)}
    sizes = np.asarray(area_m2(rating.units.shapes, "lonlat")) / 1e4
    found = rating.sensitivity
    out: list[Row] = []
    for n, name in enumerate(rating.units.names):
        at = place.get(n)
        rank: Row = (None, None, None, None, None)
        if at is not None:
            best = round(float(found.among_best[at]) * 100, 2)
            ends = float(found.low[at]), float(found.high[at])
            rank = (float(rating.ranks[n]), round(float(rating.scores[n]), 6), *ends, best)
        values = [_rounded(value) for value in rating.values[n]]
        out.append((name, _state(rating, n), *rank, _reason(rating, n), round(float(sizes[n]), 4), *values))
    return out


def layer(rating: Rating, every_row: Sequence[Row], label: Name, *, light: bool = False) -> Layer:
    """Shapes of the units, coloured by their score."""
    every = columns(rating)
    told = {"state", "rank", "score", "reason", "best-share"}
    kept = [n for n, column in enumerate(every) if column.id in told or (not light and column.id != "unit")]
    marks = tuple(
        Mark(
            str(n + 1),
            Name(zh=rating.units.names[n], en=rating.units.names[n]),
            rating.units.shapes[n],
            None if np.isnan(rating.scores[n]) else float(rating.scores[n]),
            {every[at].id: row[at] for at in kept if row[at] is not None},
        )
        for n, row in enumerate(every_row)
    )
    return Layer("units", label, rating.units.confidence, marks, tuple(every[at] for at in kept))


def best(rating: Rating, every_row: Sequence[Row]) -> Table:
    """The best units."""
    found = sorted((row for row in every_row if row[2] is not None), key=lambda row: (row[2], str(row[0])))
    label = said(zh=f"得分最高的 {BEST_ROWS} 个单元", en=f"The {BEST_ROWS} units with the highest scores")
    kept = [n for n, column in enumerate(columns(rating)) if column.id not in {"state", "reason"}]
    shown = tuple(tuple(row[n] for n in kept) for row in found[:BEST_ROWS])
    return Table("best", label, tuple(columns(rating)[n] for n in kept), shown)


def weights(rating: Rating) -> Table:
    """Weights, and what a change of each does."""
    own = (
        Column("criterion", Name(zh="评分项", en="Criterion")),
        Column("weight", Name(zh="权重", en="Weight")),
        Column("share", Name(zh="占比", en="Share"), "percent"),
        Column("stay", Name(zh="单独增减此权重，前一成中至少保留", en="Best tenth that stays with this weight changed"), "percent"),
    )  # fmt: skip
    total = float(rating.weights.sum())
    body = tuple(
        (one.label, float(weight), round(float(weight) / total * 100, 2), round(stay * 100, 2))
        for one, weight, stay in zip(rating.criteria, rating.weights, rating.sensitivity.stay, strict=True)
    )
    return Table("weights", Name(zh="权重与敏感性", en="Weights and sensitivity"), own, body)


def reasons(rating: Rating) -> Table:
    """Why units are excluded or not rated, and how many each reason meets."""
    own = (
        Column("state", Name(zh="状态", en="State")),
        Column("reason", Name(zh="原因", en="Reason")),
        Column("units", Name(zh="单元数", en="Units")),
    )
    counts: dict[tuple[str, str], list[Value | Name]] = {}
    for n in range(len(rating.units)):
        state, why = (EXCLUDED, rating.excluded[n]) if rating.excluded[n] else (NOT_RATED, rating.missing[n])
        for one in why:
            row = counts.setdefault((state.en, one.en), [state, one, 0.0])
            row[2] = float(row[2]) + 1.0 if isinstance(row[2], float) else 1.0
    body = tuple(tuple(counts[key]) for key in sorted(counts))
    return Table(
        "reasons", Name(zh="排除与未评分的原因", en="Why units are excluded or not rated"), own, body
    )


def lines(rating: Rating) -> tuple[Line, ...]:
    """How many units there are of each state, and how firm the best are."""
    excluded = sum(bool(one) for one in rating.excluded)
    rated = len(rating.rated)
    found = rating.sensitivity
    firm = int((found.among_best >= 0.9).sum()) if found.samples else 0
    return (
        Line("units", Name(zh="候选单元", en="Candidate units"), float(len(rating.units))),
        Line("rated", Name(zh="已评分", en="Rated"), float(rated)),
        Line("excluded", Name(zh="被排除", en="Excluded"), float(excluded)),
        Line("not-rated", Name(zh="资料不足，未评分", en="Not rated for want of data"), float(len(rating.units) - excluded - rated)),
        Line("best", Name(zh="前一成的单元数", en="Units in the best tenth"), float(best_of(rated))),
        Line("firm", Name(zh="九成以上抽样中都在前一成的单元", en="Units among the best tenth in nine of ten samples"), float(firm)),
        Line("samples", Name(zh="权重抽样次数", en="Samples of weights"), float(found.samples), role="step"),
    )  # fmt: skip


def _state(rating: Rating, n: int) -> Name:
    if rating.excluded[n]:
        return EXCLUDED
    return RATED if rating.ranks[n] else NOT_RATED


def _reason(rating: Rating, n: int) -> Name | None:
    if rating.excluded[n]:
        return _joined(rating.excluded[n], "", "")
    return _joined(rating.missing[n], "缺少：", "missing: ") if rating.missing[n] else None


def _joined(names: Sequence[Name], zh: str, en: str) -> Name:
    return said(zh + "、".join(one.zh for one in names), en + ", ".join(one.en for one in names))


def _measured(one: Criterion) -> Name:
    zh, en = {"mean": ("", ""), "share": ("占比", "share"), "distance": ("米", "m"), "class": ("0–1", "0–1")}[
        one.measure
    ]
    zh, en = one.symbol or zh, one.symbol or en
    return said(
        zh=f"{one.label.zh}（{zh}）" if zh else one.label.zh,
        en=f"{one.label.en} ({en})" if en else one.label.en,
    )


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else float(f"{value:.6g}")
