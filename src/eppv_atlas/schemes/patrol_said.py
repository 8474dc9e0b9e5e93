"""What is said of a grid and of patrols in it: lines and notes, in both languages.

Floor 3, part of schemes: knows grids and coverage; must not know files, or how cells are cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eppv_atlas import vocabulary
from eppv_atlas.model import Fact, Name
from eppv_atlas.model.schemes import PatrolScheme
from eppv_atlas.results import PlacedCase, ZoneShape
from eppv_atlas.schemes import grids
from eppv_atlas.schemes.coverage import Coverage
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.grids import Cell
from eppv_atlas.schemes.trial import Line
from eppv_atlas.units import printed_numbers


def lines(placed: PlacedCase, scheme: PatrolScheme, made: Sequence[Cell], cut: str) -> tuple[Line, ...]:
    """What a grid amounts to, with the range that the printed area implies."""
    sizes = np.array([cell.area_m2 for cell in made])
    mean_m2 = float(sizes.mean())
    whole_m2 = float(sizes.sum())
    spread = _stated_spread(placed, scheme)
    full = float(np.median(sizes))
    lines = [
        Line("cells-made", Name(zh="格数", en="Cells"), float(len(made))),
        Line(
            "mean-area",
            Name(zh="每格平均面积", en="Mean area of a cell"),
            mean_m2 / 1e4,
            "ha",
            low=mean_m2 / 1e4 * (1 - spread) if spread else None,
            high=mean_m2 / 1e4 * (1 + spread) if spread else None,
        ),
        Line("whole-area", Name(zh="分区面积", en="Area of the zone"), whole_m2 / 1e6, "km2", "step"),
        Line(
            "deviation",
            Name(zh="各格面积与平均值的最大偏差", en="Largest deviation of a cell from the mean"),
            float(np.abs(sizes / mean_m2 - 1).max()) * 100,
            "percent",
            "step",
        ),
        Line(
            "scattered",
            Name(zh="由几块组成的格", en="Cells in several pieces"),
            float(sum(cell.pieces > 1 for cell in made)),
            role="step",
        ),
    ]
    if cut == "square":
        part = sum(cell.area_m2 < full * (1 - grids.TOLERANCE) for cell in made)
        lines.append(
            Line(
                "clipped", Name(zh="被边界裁切的格", en="Cells clipped by the edge"), float(part), role="step"
            )
        )
    return tuple(lines)


def _stated_spread(placed: PlacedCase, scheme: PatrolScheme) -> float | None:
    """Half the last printed digit of the zone's stated area, as a share of it; None where its shape was not made from it."""
    zone = next(one for one in placed.case.zones if one.id == scheme.zone)
    fact: Fact | None = next((one for one in placed.case.facts if one.id == zone.stated_area), None)
    shape = placed.shapes[scheme.zone]
    if fact is None or not shape.solved:
        return None
    numbers = printed_numbers(fact.printed)
    return numbers[0][1] / 2 / fact.value if numbers and fact.value else None


def walked(found: Coverage) -> tuple[Line, ...]:
    """How much was visited, walked and seen."""
    return (
        Line(
            "visited-cells",
            Name(zh="到过的格", en="Cells visited"),
            float(sum(one.visited for one in found.cells)),
        ),
        Line("seen", Name(zh="可视面积占比", en="Share of the area seen"), found.seen * 100, "percent"),
        Line("walked", Name(zh="轨迹总长", en="Length of all tracks"), found.length_m / 1e3, "km"),
        Line(
            "outside", Name(zh="其中在网格之外", en="Of which outside the grid"), found.outside_m / 1e3, "km"
        ),
    )


def strays(found: Coverage) -> tuple[Name, ...]:
    """What must be said of the tracks."""
    out = []
    if found.strays:
        names = ", ".join(found.strays[:5])[:150] + (" …" if len(found.strays) > 5 else "")
        out.append(
            said(
                zh=f"有 {len(found.strays)} 条轨迹完全在网格之外：{names}",
                en=f"{len(found.strays)} of the tracks lie wholly outside the grid: {names}",
            )
        )
    if found.undated:
        out.append(
            said(zh=f"有 {found.undated} 条轨迹没有日期", en=f"{found.undated} of the tracks have no date")
        )
    out.append(
        Name(
            zh="沿格线行走的路段在两侧各计一次，总长只计一次；可视范围按距离推算，未计地形和林木遮挡。",
            en="What is walked along the line between two cells counts in both, once in the total; sight goes by "
            "distance alone, terrain and trees are not reckoned with.",
        )
    )
    return tuple(out)


def notes(zone: ZoneShape) -> tuple[Name, ...]:
    """How far the zone's shape, and so the grid, is to be trusted."""
    term = vocabulary.CONFIDENCES[zone.confidence]
    if zone.confidence in {"schematic", "administrative"}:
        return (
            said(
                zh=f"分区图形为“{term.zh}”，不是真实边界：格网只示意划法与大小，不能用于实地；"
                "请以管理方的边界替换后再导出使用。",
                en=f"The zone's shape is {term.en.lower()}, not its real boundary: the grid shows how it is cut and how "
                "large cells are, and is of no use in the field until the authority's boundary takes its place.",
            ),
        )
    return (said(zh=f"分区图形可信度：{term.zh}。", en=f"Confidence of the zone's shape: {term.en}."),)
