"""What lies in a parcel: one item a case, as JSON or as lines.

Floor 3½, part of compiled: knows slim records and problems; imports nothing heavy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from eppv_atlas.errors import Problem
from eppv_atlas.slim import Headline, SlimCase

_SLIM: Final = tuple(field.name for field in fields(SlimCase))
_NAMES: Final = {name: i for i, name in enumerate(_SLIM)}
_ROOT: Final = "--atlas \0 tidy"
"""Where a message names the folder of the atlas, which may have another name next time."""


class Key(NamedTuple):
    """What filters ask of a case; the names are those of a slim case."""

    id: str
    batch: str
    order: int
    path: str
    mode: str
    further_modes: list[str]
    category: str
    places: list[str]
    provinces: list[str]
    place_zh: str
    place_en: str

    @property
    def rank(self) -> tuple[str, int, str]:
        """Its place in every list."""
        return (self.batch, self.order, self.id)


@dataclass(frozen=True)
class Judged:
    """What was found of a case beside its rows.

    Attributes
    ----------
    problems, doubts
        Problems of its files; what is odd about its drawn zones.
    counts
        Zones, sites, facts and mechanisms; None where the record could not be read.
    """

    problems: list[Problem]
    doubts: list[Problem]
    counts: tuple[int, int, int, int] | None


def packed(kind: str, items: list[Any]) -> bytes:
    """Items of one kind, one a case, as a parcel."""
    if kind == "words":
        return "\n".join(items).encode()
    if kind == "rows":  # a line each, so that one can be read without the others
        return "\n".join(map(_json, items)).encode()
    return _json(items).encode()


def _json(items: Any) -> str:
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


def unpacked(kind: str, parcel: bytes) -> list[Any]:
    """Items of a parcel."""
    if kind == "words":
        return parcel.decode().split("\n")
    if kind == "rows":
        return [json.loads(line) for line in parcel.split(b"\n")] if parcel else []
    items: list[Any] = json.loads(parcel)
    return items


def key_of(case: SlimCase) -> list[Any]:
    """What filters ask of a case, as it is kept."""
    return [getattr(case, name) for name in Key._fields]


def slim_item(case: SlimCase) -> list[Any]:
    """A slim case as it is kept."""
    item = [getattr(case, name) for name in _SLIM]
    item[_NAMES["headlines"]] = [
        [h.fact, h.label_zh, h.label_en, h.value_zh, h.value_en, h.period, h.page] for h in case.headlines
    ]
    return item


def slim_of(item: list[Any]) -> SlimCase:
    """A slim case as it was."""
    held: list[Any] = [tuple(value) if isinstance(value, list) else value for value in item]
    held[_NAMES["headlines"]] = tuple(Headline(*one) for one in item[_NAMES["headlines"]])
    return SlimCase(*held)


def problem_item(problem: Problem, root: Path) -> list[Any]:
    """A problem as it is kept: without the name of the folder of the atlas."""
    en, zh = problem.message_en, problem.message_zh
    if problem.rule == "stale-result":
        named = f"--atlas {root} tidy"
        en, zh = en.replace(named, _ROOT), zh.replace(named, _ROOT)
    file = Path(problem.file).relative_to(root).as_posix()
    return [file, problem.line, problem.place, problem.rule, en, zh, problem.severity]


def problem_of(item: list[Any], root: Path) -> Problem:
    """A problem as it was."""
    file, line, place, rule, en, zh, severity = item
    if rule == "stale-result":
        named = f"--atlas {root} tidy"
        en, zh = en.replace(_ROOT, named), zh.replace(_ROOT, named)
    return Problem(str(root / file), line, place, rule, en, zh, severity)
