"""Results of units put together, in the order of the files.

Units are ready in any order; what is named of them (defects, errors) is named in
theirs, so that every engine says the same. Sums are exact, so that order is
nothing to them.

Floor 3½, part of scale: knows units, engines and kept results; must not know the
command line.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from eppv_atlas import sums
from eppv_atlas.errors import AreaError, AtlasError, DataError, Problem, Severity
from eppv_atlas.scale.areas import ByClass
from eppv_atlas.scale.dataset import Dataset, Unit
from eppv_atlas.scale.engines import Engine
from eppv_atlas.scale.kept import Keep
from eppv_atlas.scale.work import Job, Outcome
from eppv_atlas.tally import Tally

MOST_NAMED: Final = 50
"""Problems named before a run that may not skip any stops."""

Left = dict[str, tuple[int, int, float]]
"""What was left out, by rule: features, how many of them have a size, m²."""


@dataclass
class Count:
    """A finished count.

    Attributes
    ----------
    table
        The sums of all sound patches.
    left
        What was left out.
    rows
        Patches read, sound or not.
    counted, resumed, damaged
        Units counted in this run, taken from kept results, and kept results that
        could not be trusted.
    """

    table: Tally | ByClass
    left: Left
    rows: int = 0
    counted: int = 0
    resumed: int = 0
    damaged: int = 0


@dataclass
class _Left:
    features: int = 0
    sized: int = 0
    size: int = 0


class _Order:
    """Takes outcomes as they are ready, and settles them in the order of the files."""

    def __init__(self, table: Tally | ByClass, warn: Callable[[list[Problem]], Any], *, skip: bool) -> None:
        self.table, self.warn, self.skip = table, warn, skip
        self.waiting: dict[int, tuple[Unit, Outcome | AtlasError]] = {}
        self.next = self.rows = 0
        self.left: dict[str, _Left] = {}
        self.problems: list[Problem] = []

    def take(self, unit: Unit, outcome: Outcome | AtlasError) -> bool:
        """Add an outcome; whether no more are wanted."""
        self.waiting[unit.number] = (unit, outcome)
        while self.next in self.waiting:
            if self._settled(*self.waiting.pop(self.next)):
                return True
            self.next += 1
        return False

    def _settled(self, unit: Unit, found: Outcome | AtlasError) -> bool:
        if isinstance(found, AtlasError):
            if self.problems:  # these come first
                return True
            raise found
        named = [problem(unit.layer.file, *defect, skip=self.skip) for defect in found["defects"]]
        self.rows += found["rows"]
        if self.skip:
            self.warn(named)
            for _, rule, _, _, size in found["defects"]:
                entry = self.left.setdefault(rule, _Left())
                entry.features += 1
                entry.sized += size is not None
                entry.size += sums.exact(size or 0.0)
        else:
            self.problems += named
        if not self.problems:
            _take(self.table, found, unit)
        return len(self.problems) >= MOST_NAMED


def counted(
    dataset: Dataset,
    job: Job,
    engine: Engine,
    keep: Keep | None = None,
    *,
    skip: bool,
    warn: Callable[[list[Problem]], Any],
    advance: Callable[[int], Any],
) -> Count:
    """Count all patches of a layer.

    Parameters
    ----------
    dataset
        The layer, looked over.
    job
        What is counted.
    engine
        Who counts.
    keep
        Where results of units are kept.
    skip
        Whether defects are named and left out; else they are problems.
    warn
        Told the defects that are left out.
    advance
        Told how many patches more have been counted.

    Raises
    ------
    DataError
        If there are defects that may not be left out, or a file cannot be read.
    EngineError, UsageError
        If the engine is lost, or the disk does not take what is to be kept.
    """
    order = _Order(job.table(), warn, skip=skip)
    missing: list[Unit] = []
    resumed = fresh = 0
    enough = False
    for unit in dataset.units:
        kept = keep.read(unit, job) if keep is not None else None
        if kept is None:
            missing.append(unit)
            continue
        resumed += 1
        advance(kept["rows"])
        enough = enough or order.take(unit, kept)
    if missing and not enough:
        most = None if skip else MOST_NAMED
        with closing(engine.results(missing, job, most, advance)) as results:
            for unit, outcome in results:
                if keep is not None and not isinstance(outcome, AtlasError):
                    keep.write(unit, job, outcome)
                fresh += 1
                if order.take(unit, outcome):
                    break
    if order.problems:
        raise DataError(order.problems[:MOST_NAMED])
    left = {rule: (e.features, e.sized, sums.rounded(e.size)) for rule, e in order.left.items()}
    return Count(order.table, left, order.rows, fresh, resumed, keep.damaged if keep is not None else 0)


def problem(
    file: str, feature: int, rule: str, en: str, zh: str, size: float | None, *, skip: bool = False
) -> Problem:
    """A defect with the names of its file and feature, and its size."""
    size_en = "size unknown" if size is None else f"about {size:,.1f} m²"
    size_zh = "大小不详" if size is None else f"约 {size:,.1f} 平方米"
    severity: Severity = "warning" if skip else "error"
    where = f"feature {feature}"
    return Problem(file, 0, where, rule, f"{en} ({size_en})", f"{zh}（{size_zh}）", severity)


def _take(table: Tally | ByClass, found: Outcome, unit: Unit) -> None:
    try:
        table.take(found["sums"])
    except AreaError as error:
        place = f"column {unit.layer.column}" if unit.layer.column else ""
        raise DataError([Problem(unit.layer.file, 0, place, "classes", error.en, error.zh)]) from None
