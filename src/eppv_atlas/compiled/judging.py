"""Cases read and judged, and what is kept of each.

Runs in the process that asks, or in several of its own; what it hands back is small.

Floor 3½, part of compiled: puts store, intake and measure together; must not
know the box, maps or the command line.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from eppv_atlas import cards, listing, measure
from eppv_atlas.area import area_m2
from eppv_atlas.compiled import parcels
from eppv_atlas.errors import Problem
from eppv_atlas.intake import drawn
from eppv_atlas.model import Case, DrawnShape, Settings
from eppv_atlas.results import Measure
from eppv_atlas.store import reading
from eppv_atlas.store.reading import LoadedCase, Loading

_TOGETHER: Final = 64
"""Cases whose drawn zones are looked at in one step."""
Items = dict[str, list[Any]]
"""For each kind of parcel but ``prints``, and for ``hashes``: one item a case."""


def doubts(root: Path, items: Sequence[LoadedCase]) -> list[list[Problem]]:
    """For each case, what is odd about zones drawn by hand where it is otherwise sound.

    Parameters
    ----------
    root
        Folder of the atlas.
    items
        Cases as they were read.
    """
    drawn_of = [_hand_drawn(item) for item in items]
    shapes = [shape for held in drawn_of for shape in held.values()]
    places = [item.case.places for item, held in zip(items, drawn_of, strict=True) for _ in held]
    known = iter(drawn.plain(shapes, places) if shapes else ())
    said = [drawn.stated(item.case, held) for item, held in zip(items, drawn_of, strict=True)]
    to_measure = [held[zone] for held, zones in zip(drawn_of, said, strict=True) for zone in zones]
    sizes = iter(area_m2(to_measure).tolist() if to_measure else ())
    out = []
    for item, held, zones in zip(items, drawn_of, said, strict=True):
        file = str(root / "geodata" / f"{item.case.id}.geojson")
        plain = list(itertools.islice(known, len(held)))
        areas_m2 = {zone: next(sizes) for zone in zones}
        out.append(list(drawn.doubts(file, item.case, held, plain, areas_m2)) if held else [])
    return out


def _hand_drawn(item: LoadedCase) -> dict[str, BaseGeometry]:
    if item.placed is None:
        return {}
    hand = {zone.id for zone in item.case.zones if isinstance(zone.geometry, DrawnShape)}
    return {zone: shape for zone, shape in item.shapes.drawn.items() if zone in hand}


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
    out: Items = {kind: [] for kind in ("hashes", "keys", "rows", "words", "sizes", "cards", "problems")}
    folders: dict[Path, Path] = {}
    for some in _batched(stems):
        read = [_read(root, settings, stem, folders) for stem in some]
        items = [item for _, item, _ in read if item is not None]
        odd = iter(doubts(root, items))
        measured = iter(measure.each([item.placed for item in items if item.placed is not None]))
        for problems, item, hashes in read:
            held = [parcels.problem_item(problem, root) for problem in problems]
            seen = [parcels.problem_item(one, root) for one in next(odd)] if item is not None else []
            placed = item.placed if item is not None else None
            slim = listing.slim(placed) if placed is not None else None
            out["hashes"].append(hashes)
            out["keys"].append(None if slim is None else parcels.key_of(slim))
            out["rows"].append(None if slim is None else parcels.slim_item(slim))
            out["words"].append("" if placed is None else listing.search_text(placed.case))
            sizes = [] if placed is None else next(measured)
            out["sizes"].append([_size(row) for row in sizes])
            out["cards"].append(None if placed is None else cards.item(cards.case_record(placed, sizes)))
            out["problems"].append([held, seen, None if item is None else _counts(item.case)])
    return out


def _batched(stems: Iterable[str]) -> Iterator[list[str]]:
    left = iter(stems)
    while some := list(itertools.islice(left, _TOGETHER)):
        yield some


def _read(
    root: Path, settings: Settings | None, stem: str, folders: dict[Path, Path]
) -> tuple[list[Problem], LoadedCase | None, list[str]]:
    """Problems of a case, the case, and the SHA-256 of its two files."""
    hashes: dict[str, str] = {}

    def content(loading: Loading, file: Path) -> bytes | None:
        raw = reading.content(loading, file)
        if raw is not None:
            hashes[file.parent.name] = hashlib.sha256(raw).hexdigest()
        return raw

    loading = Loading(root, settings, folders=folders)
    reading.one(loading, root / "cases" / f"{stem}.yaml", content)
    item = loading.cases[0] if loading.cases else None
    return loading.problems, item, [hashes.get("cases", ""), hashes.get("geodata", "")]


def _counts(case: Case) -> list[int]:
    return [len(case.zones), len(case.sites), len(case.facts), len(case.mechanisms)]


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
