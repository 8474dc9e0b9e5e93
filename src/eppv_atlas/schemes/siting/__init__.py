"""Siting: candidate units of a place rated by a weighted overlay of layers.

Criteria are data of the scheme; layers are the user's own. Without files a
synthetic landscape is rated, which says so.

Floor 3, part of schemes: knows records, measures of units and ratings; must not
know files, pages or how anything is printed. Layers are read by ``running`` and
handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import numpy as np
import shapely

from eppv_atlas import vocabulary
from eppv_atlas.area import area_m2
from eppv_atlas.errors import UsageError
from eppv_atlas.geometry import polygons
from eppv_atlas.model import Mechanism, Name
from eppv_atlas.model.schemes import SitingScheme
from eppv_atlas.model.schemes.siting import Criterion, Exclusion
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes import grids
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.frames import Frames
from eppv_atlas.schemes.siting import landscape, measuring, offered, rating, results
from eppv_atlas.schemes.siting.layers import Floats, Shapes, Units, held
from eppv_atlas.schemes.siting.measuring import Measured
from eppv_atlas.schemes.siting.results import Rating
from eppv_atlas.schemes.taking import Sources
from eppv_atlas.schemes.trial import Ran, Trial, Value

UNITS: Final = "units"
CLASSES: Final = "-classes"
"""How names of files with classes end: what each code of a layer is worth."""
_INSIDE: Final = 0.5
_ABOUT: Final = Name(
    zh="在一地之内，把使用者自己的坡度、土壤、红线、村庄、道路等图层叠加，逐个候选单元评分排序，并看权重变动时名次有多稳。"
    "不带文件时用虚构的合成景观示例。评分项与限值为设定，不是规划依据。",
    en="Within a place the user's own layers (slope, soil, red line, villages, roads) are laid over candidate units, which "
    "are rated and ranked, and it is shown how firm ranks are when weights change. Without files an invented, synthetic "
    "landscape is rated. Criteria and limits are assumptions and no basis for planning.",
)
_SYNTHETIC: Final = Name(
    zh="所用图层是虚构的合成景观，不是任何真实的坡度、土壤、红线、村庄或道路；位置仅为便于显示。结果不说明该地适宜与否。",
    en="The layers are a synthetic landscape: invented, no real slopes, soils, red line, villages or roads; it was put "
    "there to be seen on a map. The result says nothing of the fitness of any place.",
)
_OUTSIDE: Final = Name(zh="大部分在所选地之外", en="lies mostly outside the place")


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried: the synthetic landscape under several weightings."""
    scheme = _scheme(mechanism)
    files = {layer: offered.asked(scheme, layer) for layer in offered.layers(scheme)}
    files |= {
        f"{one.layer}{CLASSES}": said(
            zh=f"“{one.label.zh}”的类别表：CSV，列为 code 与 score（0–1）",
            en=f"Classes of {one.label.en}: CSV with the columns code and score (0–1)",
        )
        for one in scheme.criteria
        if one.measure == "class"
    }
    files[UNITS] = Name(
        zh="候选地块（面）；不给则把该地划成等面积网格",
        en="Candidate parcels (polygons); a grid of equal cells of the place if left out",
    )
    out = Trial(
        placed.case.id,
        mechanism.id,
        "siting",
        mechanism.name,
        _ABOUT,
        offered.inputs(scheme, Sources(placed, mechanism, measures)),
        frames_by="weighting",
        files=files,
        notes=(
            Name(
                zh="权重、折线函数和限值都是设定值，理由见各项；文件未给出任何选址标准的数值。",
                en="Weights, functions and limits are assumptions, each with its reason; the document gives no figures "
                "for siting.",
            ),
        ),
    )
    options = next(one for one in out.inputs if one.id == "weighting").options
    measured: list[_Found] = []

    def frame(option: str) -> Ran:
        if not measured:
            measured.append(_measured(scheme, landscape.given(), landscape.units()))
        return _rated(out, scheme, measured[0], {"weighting": option}, light=True)

    return replace(out, frames=Frames([option.id for option in options], frame))


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],  # noqa: ARG001 - engines are called alike
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Rate the candidates by the layers given; the synthetic landscape where there are none."""
    scheme = _scheme(mechanism)
    values = {one.id: chosen.get(one.id, one.value) for one in trial.inputs}
    if not given:
        return _rated(trial, scheme, _measured(scheme, landscape.given(), landscape.units()), chosen)
    _enough(scheme, values, given)
    shape = placed.shapes.get(scheme.place)
    if shape is None:
        raise UsageError(
            f"zone {scheme.place!r} has no shape to look in", f"分区 {scheme.place!r} 没有图形，无从选址"
        )
    units = given.get(UNITS)
    outside = np.zeros(0, dtype=bool)
    if units is None:
        count = float(values["cells"] or scheme.cells)
        made = grids.square(shape.geometry, float(area_m2(shape.geometry, "lonlat")) / count)
        units = Units(
            tuple(cell.name for cell in made), held([cell.shape for cell in made]), shape.confidence
        )
    else:
        outside = _outside(units, shape.geometry)
    return _rated(trial, scheme, _measured(scheme, given, units, outside), chosen)


class _Layers(Protocol):
    def get(self, key: str, /) -> Any: ...


class _Found:
    """Layers measured on units, before anything is judged."""

    def __init__(self, units: Units, outside: Any, *, synthetic: bool) -> None:
        self.units, self.outside, self.synthetic = units, outside, synthetic
        self.criteria: dict[str, Measured] = {}
        self.exclusions: dict[str, Measured] = {}
        self.notes: list[Name] = []


def _measured(scheme: SitingScheme, given: _Layers, units: Units, outside: Any = None) -> _Found:
    out = _Found(units, outside, synthetic=isinstance(given.get("slope"), landscape.Pixels))
    if not len(units):
        raise UsageError("there are no candidate units", "没有候选单元")
    once: dict[tuple[str, str], Measured] = {}
    for criterion in scheme.criteria:
        layer = given.get(criterion.layer)
        if layer is None:
            continue
        if criterion.measure == "class":
            worth = given.get(f"{criterion.layer}{CLASSES}") or {
                one.code: one.score for one in criterion.classes
            }
            out.criteria[criterion.id], strange = measuring.classes(units, layer, worth)
            if strange:
                codes = ", ".join(code or "–" for code in strange)[:150]
                out.notes.append(
                    said(
                        zh=f"“{criterion.label.zh}”中有类别表未列的代码，按无数据处理：{codes}",
                        en=f"{criterion.label.en} has codes that the table of classes lacks, taken as no data: {codes}",
                    )
                )
            continue
        key = (criterion.layer, criterion.measure)
        out.criteria[criterion.id] = once[key] = once[key] if key in once else _one(criterion, layer, units)
    for exclusion in scheme.exclusions:
        layer = given.get(exclusion.layer)
        if layer is not None:
            key = (exclusion.layer, exclusion.measure)
            out.exclusions[exclusion.id] = once[key] if key in once else _one(exclusion, layer, units)
    return out


def _one(what: Criterion | Exclusion, layer: Any, units: Units) -> Measured:
    vector = isinstance(layer, Shapes)
    if (what.measure == "mean") == vector:
        kind = ("a raster (.tif)", "栅格（.tif）") if vector else ("a vector file", "矢量文件")
        raise UsageError(f"{what.layer} has to be {kind[0]}", f"{what.layer} 须为{kind[1]}")
    if what.measure == "mean":
        return measuring.mean(units, layer)
    return measuring.share(units, layer) if what.measure == "share" else measuring.distance(units, layer)


def _rated(
    trial: Trial, scheme: SitingScheme, found: _Found, chosen: Mapping[str, Value], *, light: bool = False
) -> Ran:
    values = {one.id: chosen.get(one.id, one.value) for one in trial.inputs}
    weights = _weights(scheme, values)
    made = _judged(scheme, found, weights, values)
    every = results.rows(made)
    label = Name(zh="候选单元", en="Candidate units")
    if found.synthetic:
        label = Name(zh="候选单元（合成景观，虚构）", en="Candidate units (synthetic landscape, invented)")
    changed = tuple(one.id for one in trial.inputs if values[one.id] != one.value)
    return Ran(
        tuple(replace(one, value=values[one.id]) for one in trial.inputs),
        results.lines(made),
        changed,
        (results.best(made, every), results.weights(made), results.reasons(made)),
        (results.layer(made, every, label, light=light),),
        {},
        (*((_SYNTHETIC,) if found.synthetic else ()), *trial.notes, *_notes(scheme, found, values)),
    )


def _judged(scheme: SitingScheme, found: _Found, weights: Floats, values: Mapping[str, Value]) -> Rating:
    count = len(found.units)
    least = float(values["known"] or 0.0) / 100
    raw = np.full((count, len(scheme.criteria)), np.nan)
    table = raw.copy()
    missing: list[list[Name]] = [[] for _ in range(count)]
    excluded: list[list[Name]] = [[] for _ in range(count)]
    for place, one in enumerate(scheme.criteria):
        measured = found.criteria.get(one.id)
        if measured is None:
            continue
        raw[:, place] = measured.values
        knots = [(knot.at, knot.score) for knot in one.knots]
        table[:, place] = measured.values if one.measure == "class" else rating.worth(measured.values, knots)
        if weights[place]:
            _add(missing, np.isnan(measured.values) | (measured.known < least), one.label)
    for exclusion in scheme.exclusions:
        measured = found.exclusions.get(exclusion.id)
        if not values[f"check-{exclusion.id}"] or measured is None:
            continue
        over = measured.values > float(values[f"limit-{exclusion.id}"] or 0.0)
        _add(excluded, over, exclusion.label)
        _add(missing, ~over & (np.isnan(measured.values) | (measured.known < least)), exclusion.label)
    if found.outside is not None and len(found.outside):
        _add(excluded, found.outside, _OUTSIDE)
    rated = np.array([not (gone or lack) for gone, lack in zip(excluded, missing, strict=True)], dtype=bool)
    # sums and draws go by the ids of the criteria, so that their order in the file does not matter
    order = np.argsort([one.id for one in scheme.criteria], kind="stable")
    ordered, own = table[rated][:, order], weights[order]
    scores, ranks = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    scores[rated] = rating.scores(ordered, own)
    ranks[rated] = rating.ranks(scores[rated])
    firm = rating.sensitivity(
        ordered,
        own,
        float(values["swing"] or 0.0) / 100,
        int(float(values["samples"] or 0)),
        int(float(values["seed"] or 0)),
        float(values["tightness"] or 1.0),
    )
    back = np.argsort(order)
    firm = replace(firm, stay=tuple(firm.stay[at] for at in back.tolist()))
    return Rating(
        found.units, scheme.criteria, raw, table, weights, scores, ranks,
        [tuple(dict.fromkeys(one)) for one in excluded], [tuple(dict.fromkeys(one)) for one in missing], firm,
    )  # fmt: skip


def _add(lists: list[list[Name]], where: Any, label: Name) -> None:
    for n in np.flatnonzero(where).tolist():
        lists[n].append(label)


def _weights(scheme: SitingScheme, values: Mapping[str, Value]) -> Floats:
    wanted = values["weighting"]
    weighting = next((one for one in scheme.weightings if one.id == wanted), None)
    base = [one.weight for one in scheme.criteria] if weighting is None else list(weighting.weights)
    out = np.array(
        [
            weight if values[f"weight-{one.id}"] is None else float(values[f"weight-{one.id}"] or 0.0)
            for one, weight in zip(scheme.criteria, base, strict=True)
        ]
    )
    if not out.sum():
        raise UsageError("all weights are zero; give one criterion a weight", "权重全为零；至少给一项权重")
    return out


def _enough(scheme: SitingScheme, values: Mapping[str, Value], given: Mapping[str, Any]) -> None:
    """Refuse a run for which layers are missing: what is not known is never taken as good."""
    weights = _weights(scheme, values)
    lacking = {
        one.layer: f"--set weight-{one.id}=0"
        for one, weight in zip(scheme.criteria, weights.tolist(), strict=True)
        if weight and one.layer not in given
    }
    lacking |= {
        one.layer: f"--set check-{one.id}=no"
        for one in scheme.exclusions
        if values[f"check-{one.id}"] and one.layer not in given
    }
    if lacking:
        ways = "; ".join(f"--with {layer}=FILE ({way})" for layer, way in lacking.items())
        raise UsageError(
            f"layers are missing; give each, or do without it as in brackets: {ways}",
            f"缺少图层；请逐一给出，或按括号内写法不用：{ways}",
        )


def _outside(units: Units, place: Any) -> Any:
    sizes = np.asarray(area_m2(units.shapes, "lonlat"))
    inner = [polygons(one) for one in shapely.intersection(units.shapes, polygons(place)).tolist()]
    return np.asarray(area_m2(inner, "lonlat")) < _INSIDE * sizes


def _notes(scheme: SitingScheme, found: _Found, values: Mapping[str, Value]) -> list[Name]:
    out = list(found.notes)
    skipped = [one.label for one in scheme.exclusions if not values[f"check-{one.id}"]]
    if skipped:
        out.append(
            said(
                zh="未核查的排除项：" + "、".join(one.zh for one in skipped),
                en="Exclusions that were not checked: " + ", ".join(one.en for one in skipped),
            )
        )
    if not found.units.confidence:
        out.append(
            Name(
                zh="候选地块取自所给文件，照原样使用，未核其边界。",
                en="The candidate parcels are those of the file given, taken as they are; their outlines were not checked.",
            )
        )
    elif not found.synthetic:
        term = vocabulary.CONFIDENCES[found.units.confidence]
        out.append(
            said(zh=f"候选单元的图形可信度：{term.zh}。", en=f"Confidence of the units' shapes: {term.en}.")
        )
    return out


def _scheme(mechanism: Mechanism) -> SitingScheme:
    assert isinstance(mechanism.scheme, SitingScheme)
    return mechanism.scheme
