"""The record of a scheme that runs on engine `siting`: a weighted overlay of layers within a place.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import From, ZoneRef
from eppv_atlas.scalars import Count, Line, Number, Slug, UnitId

Score = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Measure = Literal["mean", "share", "distance", "class"]


class Knot(Record):
    """A point of a piecewise-linear function: what a value is worth."""

    at: Number
    """数值。 The value."""
    score: Score
    """得分，0 至 1。 What it is worth, 0 to 1."""


class Class(Record):
    """What a class of a layer is worth."""

    code: Line
    """类别代码。 Code of the class in the layer."""
    label: Name
    """类别名称。 Name of the class."""
    score: Score
    """得分，0 至 1。 What it is worth, 0 to 1."""


class Criterion(Record):
    """A criterion: what is measured on which layer, and what the result is worth."""

    id: Slug
    """在本方案内唯一。 Unique within the scheme."""
    label: Name
    """名称。 Name."""
    layer: Slug
    """图层名，即 --with 的名称。 Name of the layer, as in --with."""
    measure: Measure
    """mean 栅格均值、share 面积占比、distance 距离、class 类别。 What is measured on it."""
    unit: UnitId | None = None
    """数值的单位。 Unit of the values."""
    symbol: Line | None = None
    """单位表中没有的单位符号，如 °。 Symbol of a unit that the table of units lacks."""
    knots: tuple[Knot, ...] = ()
    """折线函数的结点，数值递增。 Points of its function, values rising."""
    classes: tuple[Class, ...] = ()
    """各类别的得分。 What each class is worth."""
    weight: Weight
    """默认权重。 Weight unless set."""
    why: Name
    """取值理由：来源未给出者为设定。 Why it is judged so; an assumption unless the source says it."""

    @model_validator(mode="after")
    def _one_function(self) -> Criterion:
        if self.measure == "class":
            if not self.classes or self.knots:
                raise PydanticCustomError("classes", "a criterion of classes has classes and no knots")
        elif len(self.knots) < 2 or self.classes:
            raise PydanticCustomError("knots", "a criterion of numbers has two knots at least and no classes")
        if any(after.at <= before.at for before, after in pairwise(self.knots)):
            raise PydanticCustomError("knots", "the values of knots rise")
        _unique(one.code for one in self.classes)
        return self


class Exclusion(Record):
    """A hard limit: beyond it a unit is excluded whatever its score."""

    id: Slug
    """在本方案内唯一。 Unique within the scheme."""
    label: Name
    """名称。 Name."""
    layer: Slug
    """图层名。 Name of the layer."""
    measure: Literal["mean", "share"]
    """mean 栅格均值、share 面积占比。 What is measured on it."""
    above: Number
    """超过此值即排除；占比以 0 至 1 计。 Excluded above this value; a share counts 0 to 1."""
    symbol: Line | None = None
    """数值的单位符号。 Symbol of its unit."""
    why: Name
    """排除理由。 Why it excludes."""


class Weighting(Record):
    """A choice of weights, with a name."""

    id: Slug
    """在本方案内唯一。 Unique within the scheme."""
    label: Name
    """名称。 Name."""
    weights: Annotated[tuple[Weight, ...], Field(min_length=1)]
    """各项权重，按 criteria 的次序。 Weights in the order of the criteria."""


class SitingScheme(Record):
    """A weighted overlay of layers within a place."""

    engine: Literal["siting"]
    """试算引擎。 The engine that runs it."""
    place: ZoneRef
    """候选单元所在的分区。 The zone in which candidates lie."""
    cells: Count
    """未给出候选地块时，把该分区分成约多少格。 About how many cells the zone is cut into where no units are given."""
    known: From
    """单元内有数据的面积至少占多少，才予评分。 Least share of a unit with data for it to be rated."""
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=20)]
    """评分项。 What is judged."""
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=20)] = ()
    """排除项。 What excludes."""
    weightings: Annotated[tuple[Weighting, ...], Field(max_length=8)] = ()
    """可供比较的权重方案。 Choices of weights, for comparison."""

    @model_validator(mode="after")
    def _fits(self) -> SitingScheme:
        _unique(one.id for one in self.criteria)
        _unique(one.id for one in self.exclusions)
        _unique(one.id for one in self.weightings)
        for one in self.weightings:
            if len(one.weights) != len(self.criteria) or not sum(one.weights):
                raise PydanticCustomError(
                    "weights", "a weighting has a weight for each criterion, not all zero"
                )
        if not sum(one.weight for one in self.criteria):
            raise PydanticCustomError("weights", "not all weights are zero")
        kinds: dict[str, set[str]] = {}
        for criterion in self.criteria:
            kinds.setdefault(criterion.layer, set()).add(criterion.measure)
        for exclusion in self.exclusions:
            kinds.setdefault(exclusion.layer, set()).add(exclusion.measure)
        if any("mean" in found and len(found) > 1 for found in kinds.values()):
            raise PydanticCustomError("layers", "a layer of means is a raster and bears no other measure")
        return self


def _unique(ids: Iterable[str]) -> None:
    seen = list(ids)
    if len(set(seen)) != len(seen):
        raise PydanticCustomError("unique", "ids and codes are unique")
