"""Engine of space budgets: shares against a target, a change of one space, a red line, the width of a ring.

Floor 3, part of schemes: knows records, measures and units; must not know files, maps, pages or how
anything is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from eppv_atlas.errors import UsageError
from eppv_atlas.model import Fact, Mechanism, Name
from eppv_atlas.model.schemes import SpaceScheme
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.overlaying import proposed, ringed
from eppv_atlas.schemes.taking import Sources, quantity
from eppv_atlas.schemes.trial import Cell, Input, Option, Ran, Trial, Value
from eppv_atlas.schemes.worksheet import to_si, work
from eppv_atlas.units import UNITS, printed_numbers

PARTS: Final = {"25": 0.25, "50": 0.5, "100": 1.0, "150": 1.5}
"""Shares of a ring's target area that pages are given beforehand, by their option."""
_FILES: Final = {
    "proposal": Name(zh="拟用地：面要素，须标注坐标系", en="The proposal: polygons, in a declared CRS"),
    "redline": Name(
        zh="自备的红线：面要素，替代案例中的红线",
        en="A red line of your own: polygons, instead of the case's",
    ),
}
_NO_MOVE: Final = "none"


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried of a budget of space.

    Raises
    ------
    DataError
        If an area is no area, or a target no share.
    """
    scheme = mechanism.scheme
    assert isinstance(scheme, SpaceScheme)
    sources = Sources(placed, mechanism, measures)
    ring = () if scheme.ring is None else _ring_inputs(scheme, sources)
    made = Trial(
        case=placed.case.id,
        mechanism=mechanism.id,
        engine="space",
        title=mechanism.name,
        about=_about(scheme),
        inputs=(*_inputs(scheme, sources), *ring),
        cells=tuple(_cells(scheme, sources)),
        frames_by="ring" if ring else "",
        files=_FILES if scheme.spaces or scheme.red_line else {},
        notes=scheme.notes,
    )
    if not ring:
        return made
    area_m2 = to_si(ring[0].value, ring[0].unit)
    frames = {name: ringed(scheme, placed, _part_m2(area_m2, name)) for name in PARTS}
    return replace(made, frames=frames)


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],  # noqa: ARG001 - what engines are handed
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Work a budget of space out, with a proposal where one is given.

    Raises
    ------
    UsageError
        If no ring has the area that is asked for, or a red line comes without a proposal.
    """
    scheme = mechanism.scheme
    assert isinstance(scheme, SpaceScheme)
    ran = work(trial, chosen)
    parts = []
    if "redline" in given and "proposal" not in given:
        raise UsageError(
            "a red line is held against a proposal; give --with proposal=FILE too",
            "红线须与拟用地比对；请同时给出 --with proposal=文件",
        )
    if "proposal" in given:
        parts.append(proposed(scheme, placed, given))
    if scheme.ring is not None:
        inputs = {one.id: one for one in ran.inputs}
        area_m2 = to_si(inputs["ring_area"].value, inputs["ring_area"].unit)
        parts.append(ringed(scheme, placed, _part_m2(area_m2, str(inputs["ring"].value))))
    for more in parts:
        ran = replace(
            ran,
            lines=(*ran.lines, *more.lines),
            tables=(*ran.tables, *more.tables),
            layers=(*ran.layers, *more.layers),
            notes=(*ran.notes, *more.notes),
        )
    return ran


def _part_m2(area_m2: Value, part: str) -> float | None:
    return area_m2 * PARTS[part] if isinstance(area_m2, float) and part in PARTS else None


def _about(scheme: SpaceScheme) -> Name:
    zh, en = [], []
    if scheme.spaces:
        zh.append("各类空间的占比与规划目标相比，以及把一部分面积从一类移到另一类后所有占比的变化")
        en.append(
            "the shares of the spaces against their targets, and what moving land from one to another does to all of them"
        )
    if scheme.red_line:
        zh.append("拟用地是否占用红线（在命令行用 --with proposal=文件 提供）")
        en.append(
            "whether a proposal takes land inside the red line (on the command line: --with proposal=FILE)"
        )
    if scheme.ring:
        zh.append("目标面积的环须有多宽")
        en.append("how wide a ring of a target area has to be")
    return said(f"试算：{'；'.join(zh)}。", f"Works out {'; '.join(en)}.")


def _name(zone: str) -> str:
    """A zone's id as formulas take it."""
    return zone.replace("-", "_")


def _inputs(scheme: SpaceScheme, sources: Sources) -> Iterator[Input]:
    if not scheme.spaces:
        return
    options = []
    for at, space in enumerate(scheme.spaces):
        one = sources.entered(f"area_{_name(space.zone)}", space.area)
        if quantity(one) != "area":
            raise sources.unfit(f"spaces[{at}].area", "this is no area", "此项不是面积")
        options.append(Option(space.zone, sources.zones[space.zone].name))
        yield one
    unit = sources.entered("unit", scheme.spaces[0].area).unit
    yield Input(
        "moved_from",
        Name(zh="移出的空间", en="Land moved from"),
        "choice",
        _NO_MOVE,
        options=(Option(_NO_MOVE, Name(zh="不移动", en="none moved")), *options),
        whence=Name(zh="由读者选择", en="for the reader to choose"),
    )
    yield Input(
        "moved_to",
        Name(zh="移入的空间", en="Land moved to"),
        "choice",
        scheme.spaces[-1].zone,
        options=tuple(options),
        whence=Name(zh="由读者选择", en="for the reader to choose"),
    )
    yield Input(
        "moved",
        Name(zh="移动的面积", en="Area moved"),
        "number",
        100.0,
        unit,
        0.0,
        whence=Name(zh="由读者选择；示例值", en="for the reader to choose; an example"),
    )
    for at, space in enumerate(scheme.spaces):
        if space.target is None:
            continue
        found = sources.fact(space.target)
        if UNITS[found.unit].quantity != "share":
            raise sources.unfit(f"spaces[{at}].target", "the target is no share", "目标不是比例")
        assert found.label is not None
        yield Input(
            f"target_{_name(space.zone)}",
            found.label,
            "number",
            found.value,
            found.unit,
            0.0,
            100.0,
            whence=found.whence,
        )


def _ring_inputs(scheme: SpaceScheme, sources: Sources) -> tuple[Input, Input]:
    assert scheme.ring is not None
    area = sources.entered("ring_area", scheme.ring.area)
    if quantity(area) != "area":
        raise sources.unfit("ring.area", "this is no area", "此项不是面积")
    return area, Input(
        "ring",
        Name(zh="取目标面积的几成", en="Part of the target area"),
        "choice",
        "100",
        options=tuple(Option(name, Name(zh=f"{name}%", en=f"{name}%")) for name in PARTS),
        whence=Name(zh="由读者选择", en="for the reader to choose"),
    )


def _cells(scheme: SpaceScheme, sources: Sources) -> Iterator[Cell]:
    names = [(_name(space.zone), sources.zones[space.zone].name, space) for space in scheme.spaces]
    if not names:
        return
    unit = sources.entered("unit", scheme.spaces[0].area).unit
    yield _cell(
        "total", "各类空间合计", "All spaces", " + ".join(f"area_{name}" for name, _, _ in names), unit
    )
    available = "0"
    for name, _, space in reversed(names):
        available = f'if(moved_from == "{space.zone}", area_{name}, {available})'
    yield _cell("available", "移出空间的面积", "Area of the space moved from", available, unit)
    moving = f'moved_from != "{_NO_MOVE}"'
    yield _cell(
        "possible",
        "移出的面积是否不超过该空间",
        "Is no more moved than there is?",
        f'moved_from == "{_NO_MOVE}" or moved <= available',
        role="test",
    )
    yield _cell(
        "shift",
        "实际移动的面积",
        "Area that moves",
        f"if({moving}, if(moved <= available, moved, null), 0)",
        unit,
    )
    for name, title, space in names:
        after = f'area_{name} - if(moved_from == "{space.zone}", shift, 0) + if(moved_to == "{space.zone}", shift, 0)'
        yield _cell(f"after_{name}", f"{title.zh}：移动后面积", f"{title.en}: area afterwards", after, unit)
        yield _cell(
            f"share_{name}",
            f"{title.zh}：占比",
            f"{title.en}: share",
            f"after_{name} / total",
            "percent",
            "result",
        )
        yield _cell(
            f"change_{name}",
            f"{title.zh}：占比变化（百分点）",
            f"{title.en}: change of share (percentage points)",
            f"share_{name} - area_{name} / total",
            "percent",
        )
        if space.target is not None:
            digits = _decimals(sources.facts[space.target])
            yield _cell(
                f"gap_{name}",
                f"{title.zh}：与目标之差（百分点）",
                f"{title.en}: difference to the target (percentage points)",
                f"share_{name} - target_{name}",
                "percent",
            )
            yield _cell(
                f"meets_{name}",
                f"{title.zh}：按所印位数是否与目标一致",
                f"{title.en}: the same as the target, to the digits printed?",
                f"round(share_{name}, {digits}) == round(target_{name}, {digits})",
                role="test",
            )
    shares = " + ".join(f"share_{name}" for name, _, _ in names)
    yield _cell("all_shares", "占比合计", "All shares", shares, "percent")


def _cell(
    name: str,
    zh: str,
    en: str,
    formula: str,
    unit: str = "",
    role: Literal["result", "step", "test"] = "step",
) -> Cell:
    return Cell(name, said(zh, en), formula, unit, role)


def _decimals(fact: Fact) -> int:
    """Decimals of a printed share as formulas have it: 12.34 % is 0.1234, four of them."""
    read = printed_numbers(fact.printed)
    _, digit, _ = min(read, key=lambda item: abs(item[0] - fact.value), default=(0.0, 1.0, 1.0))
    return max(0, min(12, -math.floor(math.log10(digit * UNITS[fact.unit].si) + 1e-9)))
