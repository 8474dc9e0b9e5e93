"""Counting one unit: the same function in this process and in any other.

A job says all that a process needs to know besides the unit: what is counted,
the zones, and the kernel (this package and what its numbers come from) that must
be the same everywhere, as results are to be the same to the last bit.

Floor 3½, part of scale: knows patches and tallies; must not know engines, kept
results or the command line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from eppv_atlas import defects
from eppv_atlas.area import columns, edges, rings
from eppv_atlas.area.ellipsoids import CGCS2000
from eppv_atlas.area.rings import Ints
from eppv_atlas.errors import AreaError, AtlasError, DataError, EngineError, Problem
from eppv_atlas.patches import Batch
from eppv_atlas.scale.areas import ByClass
from eppv_atlas.scale.dataset import Unit, digest_of, identity
from eppv_atlas.tally import MODEL, Tally, Zones

METHOD: Final = 1
"""To be raised whenever the same patches would give another result than before."""
MODELS: Final = ("geodesic", "lonlat")
"""Edge models in which areas of patches are taken."""

Outcome = dict[str, Any]
"""What became of a unit, as plain data: ``rows``, ``defects``, ``whole`` and ``sums``."""


def kernel() -> str:
    """What the numbers come from, in this process."""
    names = [f"eppv-atlas {version('eppv-atlas')} ({METHOD})", f"NumPy {np.__version__}"]
    names += [f"shapely {shapely.__version__}", f"GEOS {shapely.geos_version_string}"]
    names += [f"PROJ {pyproj.proj_version_str}"]
    if columns.COMPILED:
        names.append(f"numba {version('numba')}")
    return ", ".join(names)


@dataclass(frozen=True)
class Job:
    """What is to be counted.

    Attributes
    ----------
    kind
        ``tally`` for a cross-tab with zones, ``areas`` for areas by class.
    model
        Edge model.
    names, shapes
        Zones: their names, and their shapes as WKB.
    kernel
        What the numbers must come from.
    """

    kind: str
    model: str
    kernel: str
    names: tuple[str, ...] = ()
    shapes: tuple[bytes, ...] = ()

    @cached_property
    def zones_digest(self) -> str:
        """SHA-256 over names and shapes of the zones; empty where there are none."""
        return digest_of([[*self.names], [wkb.hex() for wkb in self.shapes]]) if self.names else ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that the result depends on besides the patches."""
        return digest_of([self.kind, self.model, self.kernel, self.zones_digest])

    def table(self) -> Tally | ByClass:
        """What takes patches, with nothing in it."""
        return Tally(_prepared(self)) if self.kind == "tally" else ByClass()


def tally_job(zones: Zones) -> Job:
    """Cross-tab of patches and zones."""
    job = Job("tally", MODEL, kernel(), zones.names, tuple(shapely.to_wkb(zones.shapes).tolist()))
    _ready[job.digest] = zones
    return job


def areas_job(model: str) -> Job:
    """Areas of patches by class."""
    return Job("areas", model, kernel())


_ready: OrderedDict[str, Zones] = OrderedDict()


def _prepared(job: Job) -> Zones:
    """The zones of a job, made ready once a process."""
    if job.digest not in _ready:
        while len(_ready) > 2:
            _ready.popitem(last=False)
        _ready[job.digest] = Zones(job.names, shapely.from_wkb(np.array(job.shapes, dtype=object)))
    return _ready[job.digest]


def count(
    unit: Unit, job: Job, most: int | None = None, advance: Callable[[int], Any] | None = None
) -> Outcome:
    """Count a unit.

    Parameters
    ----------
    unit
        What is counted.
    job
        How.
    most
        Stop after so many defects; the outcome then is not ``whole``.
    advance
        Told how many patches have been read.

    Returns
    -------
    dict
        ``rows``, number of patches read; ``defects``, as lists of feature (numbered
        from 1 in its file), rule, what is wrong in both languages, and size or None;
        ``whole``, whether all of the unit was read; ``sums``, of the sound patches.

    Raises
    ------
    AtlasError
        If the file cannot be read, has changed, or holds no classes in its column.
    EngineError
        If this process has other versions than the job was given with.
    """
    if job.kernel != kernel():
        raise EngineError(
            f"a worker would count with {kernel()}, but {job.kernel} is asked for; install the same versions there",
            f"某个工作进程使用 {kernel()}，而要求的是 {job.kernel}；请安装相同版本",
        )
    _same_file(unit)
    table = job.table()
    found: list[list[Any]] = []
    rows = 0
    for batch in unit.layer.batches(groups=unit.groups):
        labels = unit.label or batch.labels
        codes = np.zeros(len(batch.wkb), np.int64) if unit.label else batch.codes
        try:
            bad = _added(table, batch, codes, labels, job.model)
        except AreaError as error:
            place = f"column {unit.layer.column}" if unit.layer.column else ""
            raise DataError([Problem(unit.layer.file, 0, place, "classes", error.en, error.zh)]) from None
        found += [[batch.first + d.feature, d.rule, d.en, d.zh, d.area_m2] for d in bad]
        rows += len(batch.wkb)
        if advance is not None:
            advance(len(batch.wkb))
        if most is not None and len(found) >= most:
            break
    whole = unit.rows is None or rows == unit.rows
    if not whole and (most is None or len(found) < most):
        en = f"holds {rows} patches in row groups where its footer says {unit.rows}"
        zh = f"行组中有 {rows} 个图斑，而文件尾记为 {unit.rows}"
        raise DataError([Problem(unit.layer.file, 0, "", "file", en, zh)])
    _same_file(unit)
    return {"rows": rows, "defects": found, "whole": whole, "sums": table.parts()}


def attempt(unit: Unit, job: Job, most: int | None = None) -> Outcome | AtlasError:
    """Count a unit in another process: what it says on purpose is an outcome, no accident to be tried again."""
    try:
        return count(unit, job, most)
    except AtlasError as error:
        return error


def _added(
    table: Tally | ByClass, batch: Batch, codes: Ints, labels: Sequence[str | None], model: str
) -> Sequence[defects.Defect]:
    """Add the sound patches of a batch; return what is wrong with the others."""
    if isinstance(table, Tally) or not columns.COMPILED:
        sound = defects.examined(batch.wkb, batch.foreign)
        if isinstance(table, Tally):
            table.add(sound.rings, codes[sound.kept], labels)
        else:
            table.add(edges.areas(sound.rings, model, CGCS2000), codes[sound.kept], labels)
        return sound.defects
    from eppv_atlas.area import simple

    # most features are shown to be sound in one pass over their bytes; the others are looked at closely
    good = simple.surely(*rings.bytes_of(batch.wkb))
    bad: list[defects.Defect] = []
    rest = np.flatnonzero(~good)
    if rest.size:
        sound = defects.examined(batch.wkb.take(pa.array(rest)), batch.foreign[rest])
        good[rest[sound.kept]] = True
        bad = [replace(defect, feature=int(rest[defect.feature])) for defect in sound.defects]
    kept = batch.wkb if good.all() else batch.wkb.filter(pa.array(good))
    table.add(np.maximum(columns.areas(kept, model, CGCS2000), 0.0), codes[good], labels)
    return bad


def _same_file(unit: Unit) -> None:
    """Refuse a file that is not the one that was looked over."""
    if not unit.footer:
        return
    try:
        size, footer, _ = identity(Path(unit.layer.path))
    except DataError:
        size, footer = -1, ""
    if (size, footer) != (unit.size, unit.footer):
        raise DataError(
            [
                Problem(
                    unit.layer.file,
                    0,
                    "",
                    "changed",
                    "is not there any more, or has changed since the run began; run again",
                    "在运行期间已不存在或被改动；请重新运行",
                )
            ]
        )
