"""An atlas apart from its files: every case as it was written down, with its drawn shapes.

A record holds what a case file holds, word for word, so that an atlas can pass
through a database or a file for GIS and come back as it was.

Floor 3, part of the store: must not know measures, maps, formats or the command line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from eppv_atlas import boundaries
from eppv_atlas.errors import DataError, Problem, UnknownPlace
from eppv_atlas.model import Case, PlacesShape, Settings
from eppv_atlas.recipes import Stored, untouched
from eppv_atlas.store import case_file, rules, shapes_file
from eppv_atlas.store.reading import LoadedCase, Loading, Whence, take
from eppv_atlas.store.shapes_file import ShapesFile
from eppv_atlas.store.yaml_text import Unlined

_SAME_DEG = 1e-7
"""Outlines that differ by less (1 cm) are the same: some formats round."""


@dataclass(frozen=True)
class ShapeRecord:
    """A shape of a zone as an atlas keeps it.

    Attributes
    ----------
    geometry
        OGC:CRS84.
    digest
        What binds the result of a recipe to its recipe; None for a drawn shape.
    made
        What the recipe solved for.
    extras
        Further attributes of a drawn shape.
    """

    geometry: BaseGeometry
    digest: str | None = None
    made: Mapping[str, float] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseRecord:
    """A case as it was written down.

    Attributes
    ----------
    data
        Content of the case file: dicts and lists, every leaf a text.
    shapes
        Shape of every zone that has one, by zone id; those of administrative units with it.
    """

    data: Mapping[str, Any]
    shapes: Mapping[str, ShapeRecord] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Id of the case."""
        return str(self.data.get("id", ""))


@dataclass(frozen=True)
class AtlasRecords:
    """An atlas as it was written down: content of atlas.yaml, and the cases."""

    settings: Mapping[str, Any]
    cases: tuple[CaseRecord, ...]


def of(loading: Loading) -> AtlasRecords:
    """Records of an atlas that was read, each with the shapes of all its zones.

    Raises
    ------
    DataError
        If the atlas has problems: what is wrong is not handed on.
    """
    if loading.errors:
        raise DataError(loading.errors)
    return AtlasRecords(loading.written, tuple(map(of_case, loading.cases)))


def of_case(item: LoadedCase) -> CaseRecord:
    """Record of one case with the shapes of its zones."""
    digests, extras = item.resolution.digests, item.shapes.extras
    shapes = {
        zone: ShapeRecord(shape.geometry, digests.get(zone), shape.made, extras.get(zone, {}))
        for zone, shape in item.resolution.shapes.items()
    }
    return CaseRecord(item.text.data, shapes)


def revision(case: CaseRecord) -> str:
    """SHA-256 of a case with its shapes: two are the same if and only if nothing differs."""
    shapes = {
        zone: [shapely.to_wkb(one.geometry).hex(), one.digest, dict(one.made), dict(one.extras)]
        for zone, one in sorted(case.shapes.items())
    }
    text = json.dumps([case.data, shapes], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def loaded(records: AtlasRecords, where: Path, shown: str, noted: Iterable[Problem] = ()) -> Loading:
    """Judge records as the files of a folder are judged.

    Parameters
    ----------
    records
        What was read from a file or a database.
    where
        What stands for the folder of the atlas.
    shown
        Name of the store in messages.
    noted
        Problems that were found on the way.
    """
    out = Loading(where, written=dict(records.settings))
    out.problems.extend(noted)
    text = Unlined(dict(records.settings))
    out.settings = case_file.typed(Settings, text, f"{shown}: atlas")
    out.problems.extend(text.problems)
    if out.settings is not None:
        out.report(f"{shown}: atlas", text, rules.document_rules(out.settings))
    seen: set[str] = set()
    for case in records.cases:
        name = f"{shown}: {case.id}"
        if case.id in seen:
            en, zh = "there is a second case of this id; remove one", "此 id 的案例重复；请删去一个"
            out.problems.append(Problem(name, 0, "", "duplicate-id", en, zh))
            continue
        seen.add(case.id)
        text = Unlined(dict(case.data))
        typed = case_file.typed(Case, text, name)
        shapes = ShapesFile(problems=[])
        for zone, shape in case.shapes.items():
            _put(shapes, zone, shape, typed, name)
        take(out, typed, text, shapes, Whence(Path(name), case.id, name))
    out.problems.sort(key=lambda p: (p.file, p.line, p.place, p.rule))
    return out


def _put(out: ShapesFile, zone: str, shape: ShapeRecord, case: Case | None, name: str) -> None:
    """Sort a shape in as those of a geodata file are."""
    spec = next((one.geometry for one in case.zones if one.id == zone), None) if case else None
    if isinstance(spec, PlacesShape) and _is_outline(shape.geometry, spec):
        return
    out.lines[zone] = 0
    flaw = next(filter(None, (shapes_file.flaw_of(part) for part in _parts(shape))), None)
    stored = Stored(shape.geometry, shape.digest or "", shape.made)
    if flaw is None and shape.digest is not None and not untouched(stored):
        flaw = shapes_file.EDITED
    if flaw is not None:
        out.broken.add(zone)
        out.problems.append(Problem(name, 0, f"feature {zone}", *flaw))
    elif shape.digest is not None:
        out.stored[zone] = stored
    else:
        out.drawn[zone] = shape.geometry
        out.extras |= {zone: dict(shape.extras)} if shape.extras else {}


def _parts(shape: ShapeRecord) -> list[BaseGeometry]:
    grid = shape.digest is not None and shape.geometry.geom_type == "GeometryCollection"
    return list(shapely.get_parts(shape.geometry)) if grid else [shape.geometry]


def _is_outline(shape: BaseGeometry, spec: PlacesShape) -> bool:
    """Whether a shape is still that of the administrative units, so that it need not be kept."""
    try:
        outline = shapely.unary_union([boundaries.outline(code) for code in spec.places])
    except UnknownPlace:
        return True  # said elsewhere
    return bool(
        shapely.equals_exact(shape, outline, _SAME_DEG)
        or shapely.equals_exact(shapely.normalize(shape), shapely.normalize(outline), _SAME_DEG)
    )
