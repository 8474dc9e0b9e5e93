"""Cases read and judged, and what is kept of each.

Runs in the process that asks, or in several of its own; what it hands back is small.

Floor 3½, part of compiled: puts store, intake and measure together; must not
know the box, maps or the command line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eppv_atlas import listing, measure
from eppv_atlas.compiled import parcels
from eppv_atlas.errors import Problem
from eppv_atlas.intake import drawn
from eppv_atlas.model import DrawnShape, Settings
from eppv_atlas.results import Measure
from eppv_atlas.store import reading
from eppv_atlas.store.reading import LoadedCase, Loading

Items = dict[str, list[Any]]
"""For each kind of parcel but ``prints``, and for ``hashes``: one item a case."""


def doubts(root: Path, item: LoadedCase) -> list[Problem]:
    """What is odd about zones drawn by hand, in a case that is otherwise sound.

    Parameters
    ----------
    root
        Folder of the atlas.
    item
        The case as it was read.
    """
    hand = {zone.id for zone in item.case.zones if isinstance(zone.geometry, DrawnShape)}
    shapes = {zone: shape for zone, shape in item.shapes.drawn.items() if zone in hand}
    if not shapes or item.placed is None:
        return []
    return list(drawn.doubts(str(root / "geodata" / f"{item.case.id}.geojson"), item.case, shapes))


def judged(root: Path, settings: Settings | None, stems: Iterable[str]) -> Items:
    """Read and judge cases.

    Parameters
    ----------
    root
        Folder of the atlas.
    settings
        Settings of the atlas; None where they could not be read.
    stems
        Names of their files without ``.yaml``.
    """
    out: Items = {kind: [] for kind in ("hashes", "keys", "rows", "words", "sizes", "problems")}
    folders: dict[Path, Path] = {}
    for stem in stems:
        hashes: dict[str, str] = {}

        def read(loading: Loading, file: Path, hashes: dict[str, str] = hashes) -> bytes | None:
            raw = reading.content(loading, file)
            if raw is not None:
                hashes[file.parent.name] = hashlib.sha256(raw).hexdigest()
            return raw

        loading = Loading(root, settings, folders=folders)
        file = root / "cases" / f"{stem}.yaml"
        reading.one(loading, file, read)
        item = loading.cases[0] if loading.cases else None
        held = [parcels.problem_item(problem, root) for problem in loading.problems]
        odd = [parcels.problem_item(one, root) for one in doubts(root, item)] if item is not None else []
        counts = None
        slim = None
        if item is not None:
            case = item.case
            counts = [len(case.zones), len(case.sites), len(case.facts), len(case.mechanisms)]
            slim = listing.slim(item.placed) if item.placed is not None else None
        placed = item.placed if item is not None else None
        out["hashes"].append([hashes.get("cases", ""), hashes.get("geodata", "")])
        out["keys"].append(None if slim is None else parcels.key_of(slim))
        out["rows"].append(None if slim is None else parcels.slim_item(slim))
        out["words"].append("" if placed is None else listing.search_text(placed.case))
        out["sizes"].append([] if placed is None else [_size(row) for row in measure.case(placed)])
        out["problems"].append([held, odd, counts])
    return out


def _size(row: Measure) -> list[Any]:
    return [
        row.zone,
        row.kind,
        row.area_m2,
        row.perimeter_m,
        row.stated_m2,
        row.difference_pct,
        row.confidence,
        row.made_from_stated,
    ]


def measure_of(case: str, item: list[Any]) -> Measure:
    """A measure as it was."""
    return Measure(case, *item)
