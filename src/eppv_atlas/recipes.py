"""From the zones of a case to their shapes: drawn, administrative or made by recipe.

Recipes refer to each other and to places; they are evaluated in the order in
which they depend on each other. A shape made by a recipe is never more
trustworthy than what it was made from, and no better than schematic where
something was solved for.

Stands between floors 2 and 3: knows the Case record, geometry and
boundaries; knows no files, no maps, no measures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries, geometry, vocabulary
from eppv_atlas.area import area_m2
from eppv_atlas.errors import RecipeError, UnknownPlace
from eppv_atlas.model import (
    Case,
    CombineRecipe,
    DifferenceRecipe,
    DiscRecipe,
    DrawnShape,
    GridRecipe,
    NoShape,
    PartRecipe,
    PlacesShape,
    Recipe,
    RingRecipe,
    Zone,
)
from eppv_atlas.results import Origin, ZoneShape
from eppv_atlas.units import UNITS, to_m2

SCHEMATIC = "schematic"


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the shape of a zone: zone, key inside it, rule and message."""

    zone: str
    key: str
    rule: str
    en: str
    zh: str


@dataclass(frozen=True)
class Stored:
    """A recipe's result as it was stored.

    Attributes
    ----------
    geometry
        The stored shape, OGC:CRS84.
    digest
        Digest of the recipe and its inputs at the time; see :attr:`Resolution.digests`.
    made
        What was solved for.
    """

    geometry: BaseGeometry
    digest: str
    made: Mapping[str, float]


@dataclass
class Resolution:
    """Shapes of a case, and what could not be resolved.

    Attributes
    ----------
    shapes
        Shape of every zone that has one.
    flaws
        One flaw for each root cause; a zone that only depends on a flawed one is not named again.
    digests
        For every recipe zone: digest of the recipe, its inputs and its result.
    stale
        Recipe zones whose stored result is missing or no longer fits.
    """

    shapes: dict[str, ZoneShape] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)


class _Unresolved(Exception):  # noqa: N818 - control flow inside this module only
    """The zone, or one that it depends on, has a flaw that is already noted."""


def resolve(case: Case, drawn: Mapping[str, BaseGeometry], stored: Mapping[str, Stored]) -> Resolution:
    """Resolve the shape of every zone of a case.

    Parameters
    ----------
    case
        The case.
    drawn
        Drawn shapes by zone id, OGC:CRS84, already checked for validity.
    stored
        Stored results of recipes by zone id.

    Returns
    -------
    Resolution
        Shapes in zone order, flaws, digests and stale results.
    """
    work = _Work(case, drawn, stored)
    for zone in case.zones:
        try:
            work.zone(zone.id)
        except _Unresolved:
            continue
    order = [zone.id for zone in case.zones if zone.id in work.out.shapes]
    work.out.shapes = {zone: work.out.shapes[zone] for zone in order}
    return work.out


def result_digest(recipe_digest: str, shape: BaseGeometry) -> str:
    """Digest that binds a recipe with its inputs to the shape that it gave: ``recipe-shape``."""
    return f"{recipe_digest}-{_shape_digest(shape)[:16]}"


def untouched(stored: Stored) -> bool:
    """Whether a stored shape is still the one that its digest was written for."""
    return stored.digest.rpartition("-")[2] == _shape_digest(stored.geometry)[:16]


class _Work:
    def __init__(self, case: Case, drawn: Mapping[str, BaseGeometry], stored: Mapping[str, Stored]) -> None:
        self.zones = {zone.id: zone for zone in case.zones}
        self.facts = {fact.id: fact for fact in case.facts}
        self.drawn, self.stored = drawn, stored
        self.out = Resolution()
        self.path: list[str] = []
        self.failed: set[str] = set()

    def flaw(self, zone: str, key: str, rule: str, en: str, zh: str) -> _Unresolved:
        self.out.flaws.append(Flaw(zone, key, rule, en, zh))
        self.failed.add(zone)
        return _Unresolved()

    def zone(self, zone_id: str) -> ZoneShape:
        if zone_id in self.out.shapes:
            return self.out.shapes[zone_id]
        if zone_id in self.failed:
            raise _Unresolved
        if zone_id in self.path:
            loop = " → ".join([*self.path[self.path.index(zone_id) :], zone_id])
            raise self.flaw(
                zone_id,
                "geometry",
                "recipe-circle",
                f"the recipes form a circle: {loop}; break it at one of these zones",
                f"分区互相引用成环：{loop}；请在其中一处断开",
            )
        self.path.append(zone_id)
        try:
            shape = self._make(self.zones[zone_id])
        except _Unresolved:
            self.failed.add(zone_id)
            raise
        finally:
            self.path.pop()
        self.out.shapes[zone_id] = shape
        return shape

    def _make(self, zone: Zone) -> ZoneShape:
        spec = zone.geometry
        if isinstance(spec, NoShape):
            raise _Unresolved
        if isinstance(spec, DrawnShape):
            if zone.id not in self.drawn:  # named by the store, with the file to mend
                raise _Unresolved
            return self._shape(zone, self.drawn[zone.id], "drawn", cap=None)
        if isinstance(spec, PlacesShape):
            parts = [self._place(zone, "geometry.places", code) for code in spec.places]
            shape = shapely.unary_union(parts) if len(parts) > 1 else parts[0]
            return self._shape(zone, shape, "administrative", cap="administrative")
        return self._evaluate(zone, spec)

    def _evaluate(self, zone: Zone, spec: Recipe) -> ZoneShape:
        inputs = {
            name: [self._input(zone, f"geometry.{name}", ref) for ref in _refs(spec, name)]
            for name in ("of", "around", "clip", "minus")
        }
        used = [item for items in inputs.values() for item in items]
        target_m2 = self._target(zone, spec)
        digest = _sha(
            geometry.METHOD,
            json.dumps(spec.model_dump(mode="json", exclude_none=True), sort_keys=True),
            repr(target_m2),
            *(_shape_digest(item.geometry) for item in used),
        )
        solved = target_m2 is not None or isinstance(spec, PartRecipe | GridRecipe)
        cap = max((item.confidence for item in used), key=vocabulary.rank, default=SCHEMATIC)
        kept = self.stored.get(zone.id)
        if kept is not None and kept.digest == result_digest(digest, kept.geometry):
            shape, made = kept.geometry, dict(kept.made)
        else:
            try:
                shape, made = _run(spec, {k: [i.geometry for i in v] for k, v in inputs.items()}, target_m2)
            except RecipeError as error:
                raise self.flaw(
                    zone.id,
                    "geometry",
                    "recipe-without-solution",
                    f"{error.en}; change the area, the position or the clip",
                    f"{error.zh}；请改面积、位置或裁切范围",
                ) from None
            shape = geometry.canonical(shape)
            self.out.stale.append(zone.id)
        if shape.is_empty:
            raise self.flaw(
                zone.id,
                "geometry",
                "recipe-empty",
                "the recipe gives an empty shape; check its inputs and clip",
                "按此做法得到空图形；请检查所引用的分区与裁切范围",
            )
        self.out.digests[zone.id] = result_digest(digest, shape)
        return self._shape(
            zone,
            shape,
            "recipe",
            cap=SCHEMATIC if solved else cap,
            solved=solved or any(item.solved for item in used),
            made=made,
        )

    def _shape(
        self,
        zone: Zone,
        shape: BaseGeometry,
        origin: Origin,
        cap: str | None,
        *,
        solved: bool = False,
        made: Mapping[str, float] | None = None,
    ) -> ZoneShape:
        claimed = zone.provenance.confidence if zone.provenance else SCHEMATIC
        if cap is not None and vocabulary.rank(claimed) < vocabulary.rank(cap):
            self.out.flaws.append(
                Flaw(
                    zone.id,
                    "provenance.confidence",
                    "confidence-overclaimed",
                    f"{claimed!r} claims more than this geometry can bear; it is {cap!r} at best",
                    f"可信度“{vocabulary.CONFIDENCES[claimed].zh}”高于此图形所能支持的；"
                    f"最多为 {cap}（{vocabulary.CONFIDENCES[cap].zh}）",
                )
            )
            claimed = cap
        return ZoneShape(zone.id, shape, claimed, origin, solved, made or {})

    def _input(self, zone: Zone, key: str, ref: str) -> ZoneShape:
        if ref[0].isdigit() or ref[0].isupper():
            outline = self._place(zone, key, ref)
            return ZoneShape(ref, outline, "administrative", "administrative")
        if ref not in self.zones:
            raise self.flaw(
                zone.id,
                key,
                "dangling-id",
                f"there is no zone {ref!r} in this case",
                f"本案例中没有分区 {ref!r}",
            )
        if isinstance(self.zones[ref].geometry, NoShape):
            raise self.flaw(
                zone.id,
                key,
                "input-without-geometry",
                f"zone {ref!r} has no geometry, so nothing can be made from it",
                f"分区 {ref!r} 没有图形，无法据以生成",
            )
        return self.zone(ref)

    def _place(self, zone: Zone, key: str, code: str) -> BaseGeometry:
        try:
            return boundaries.outline(code)
        except UnknownPlace as error:
            raise self.flaw(
                zone.id,
                key,
                "unknown-place",
                f"{error.en}; look the six-digit code up and correct it",
                f"{error.zh}；请查对六位代码",
            ) from None

    def _target(self, zone: Zone, spec: Recipe) -> float | None:
        if not isinstance(spec, DiscRecipe | RingRecipe | PartRecipe) or spec.area is None:
            if isinstance(spec, RingRecipe) and spec.distance_m is None:
                raise self.flaw(
                    zone.id,
                    "geometry",
                    "recipe-incomplete",
                    "a ring needs either area or distance_m",
                    "环须给出 area 或 distance_m 之一",
                )
            if isinstance(spec, PartRecipe) and spec.share is None:
                raise self.flaw(
                    zone.id,
                    "geometry",
                    "recipe-incomplete",
                    "a part needs either share or area",
                    "部分须给出 share 或 area 之一",
                )
            return None
        if getattr(spec, "distance_m", None) is not None or getattr(spec, "share", None) is not None:
            other = "distance_m" if isinstance(spec, RingRecipe) else "share"
            raise self.flaw(
                zone.id,
                "geometry",
                "recipe-incomplete",
                f"give either area or {other}, not both",
                f"area 与 {other} 只能给一个",
            )
        names = (spec.area,) if isinstance(spec.area, str) else spec.area
        total = 0.0
        for name in names:
            fact_id = zone.stated_area if name == "stated" else name
            if fact_id is None:
                raise self.flaw(
                    zone.id,
                    "geometry.area",
                    "dangling-id",
                    "area: stated needs the zone's stated_area",
                    "area: stated 需要本区填写 stated_area",
                )
            fact = self.facts.get(fact_id)
            if fact is None and name == "stated":  # named by the store, at stated_area
                raise _Unresolved
            if fact is None or UNITS[fact.unit].quantity != "area":
                raise self.flaw(
                    zone.id,
                    "geometry.area",
                    "dangling-id",
                    f"{fact_id!r} is no area fact of this case",
                    f"{fact_id!r} 不是本案例的面积数据",
                )
            total += to_m2(fact.value, fact.unit)
        return total


def _refs(spec: Recipe, name: str) -> tuple[str, ...]:
    value = getattr(spec, name, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _run(
    spec: Recipe, inputs: Mapping[str, list[BaseGeometry]], target_m2: float | None
) -> tuple[BaseGeometry, dict[str, float]]:
    def joined(name: str) -> BaseGeometry | None:
        return shapely.unary_union(inputs[name]) if inputs[name] else None

    if isinstance(spec, DiscRecipe):
        assert target_m2 is not None
        shape, radius_m = geometry.disc(
            spec.centre.lon, spec.centre.lat, target_m2, joined("clip"), joined("minus")
        )
        return shape, {"radius_m": round(radius_m, 2)}
    if isinstance(spec, RingRecipe):
        inner = inputs["around"][0]
        if target_m2 is None:
            distance_m = float(spec.distance_m or 0.0)
            return geometry.ring(inner, distance_m, joined("clip")), {"distance_m": distance_m}
        shape, distance_m = geometry.ring_of_area(inner, target_m2, joined("clip"))
        return shape, {"distance_m": round(distance_m, 2)}
    if isinstance(spec, PartRecipe):
        whole = inputs["of"][0]
        share = (spec.share or 0.0) / 100
        if target_m2 is not None:
            share = target_m2 / area_m2(whole)
        start = spec.after / 100
        return geometry.part(whole, start, start + share, spec.side), {}
    if isinstance(spec, CombineRecipe):
        if spec.type == "union":
            return shapely.unary_union(inputs["of"]), {}
        return geometry.polygons(shapely.intersection_all(inputs["of"])), {}
    if isinstance(spec, DifferenceRecipe):
        return geometry.clipped(inputs["of"][0], None, joined("minus")), {}
    return geometry.grid(inputs["of"][0], spec.cells), {"cells": float(spec.cells)}


def _shape_digest(shape: BaseGeometry) -> str:
    return hashlib.sha256(shapely.to_wkb(shape, byte_order=1)).hexdigest()


def _sha(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
