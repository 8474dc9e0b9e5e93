"""Which features are which zones: named by the user, or by a column whose values name zones.

Floor 3, part of intake: knows columns of texts and records of zones; must not
know shapes, files or CRS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eppv_atlas import vocabulary
from eppv_atlas.errors import Problem, UsageError
from eppv_atlas.intake.layer import Layer, refusal
from eppv_atlas.model import Name, Zone
from eppv_atlas.scalars import SLUG

ROLES: Final = ("zone", "id", "zh", "en", "kind")
"""What a column can be mapped to: ``zone`` names zones of the case; the others describe new ones."""
_SHOWN: Final = 3


@dataclass(frozen=True)
class NewZone:
    """A zone that the case does not have yet."""

    id: str
    name: Name
    kind: str


@dataclass(frozen=True)
class Target:
    """A zone and the features that make it up.

    Attributes
    ----------
    zone
        Its id.
    features
        Places of its features in the layer, from 0.
    new
        The zone itself, where the case does not have it yet.
    """

    zone: str
    features: tuple[int, ...]
    new: NewZone | None = None


@dataclass(frozen=True)
class Preview:
    """A column, its first values, and what it is mapped to.

    Attributes
    ----------
    name
        Its name.
    values
        Some of its values.
    distinct
        How many different values it has.
    role
        One of `ROLES`, or empty.
    """

    name: str
    values: tuple[str, ...]
    distinct: int
    role: str = ""


def roles_of(given: Sequence[str], layer: Layer) -> dict[str, str]:
    """Columns by role, of texts such as ``zone=名称``.

    Raises
    ------
    UsageError
        If a role or a column is unknown.
    """
    out: dict[str, str] = {}
    for text in given:
        role, mark, column = text.partition("=")
        if not mark or role not in ROLES:
            raise UsageError(
                f"--map {text[:60]!r}: write ROLE=COLUMN with one of {', '.join(ROLES)}",
                f"--map {text[:60]!r}：请写 角色=列名，角色为 {'、'.join(ROLES)} 之一",
            )
        if column not in layer.columns:
            have = ", ".join(list(layer.columns)[:20]) or "none"
            raise UsageError(
                f"there is no column {column[:60]!r}; there are: {have}",
                f"没有列 {column[:60]!r}；现有：{have}",
            )
        out[role] = column
    return out


def guessed(layer: Layer, zones: Sequence[Zone]) -> dict[str, str]:
    """The one column all of whose values name zones of the case."""
    known = _known(zones)
    fitting = [
        name
        for name, values in layer.columns.items()
        if any(values) and all(value is not None and _word(value) in known for value in values)
    ]
    return {"zone": fitting[0]} if len(fitting) == 1 else {}


def previews(layer: Layer, roles: Mapping[str, str]) -> list[Preview]:
    """All columns with their first values."""
    by_column = {column: role for role, column in roles.items()}
    out = []
    for name, values in layer.columns.items():
        distinct = list(dict.fromkeys(value for value in values if value is not None))
        out.append(Preview(name, tuple(distinct[:_SHOWN]), len(distinct), by_column.get(name, "")))
    return out


def targets(
    layer: Layer, zones: Sequence[Zone], zone: str | None, roles: Mapping[str, str]
) -> tuple[list[Target], list[Problem]]:
    """Zones that a layer becomes.

    Parameters
    ----------
    layer
        The layer.
    zones
        Zones of the case.
    zone
        Id of the one zone that all features together are; None where a column tells.
    roles
        Columns by role.

    Returns
    -------
    list of Target, list of Problem
        What becomes what, and features that cannot be told.

    Raises
    ------
    UsageError
        If there is no such zone, or both a zone and columns are given.
    """
    if zone is not None:
        if roles:
            raise UsageError("give --zone or --map, not both", "--zone 与 --map 只能用其一")
        if zone not in {one.id for one in zones}:
            have = ", ".join(one.id for one in zones)
            raise UsageError(
                f"the case has no zone {zone[:60]!r}; it has: {have}",
                f"案例没有分区 {zone[:60]!r}；现有：{have}",
            )
        return [Target(zone, tuple(range(len(layer))))], []
    if not roles:
        return [], []
    if "zone" in roles:
        return _by_name(layer, zones, roles["zone"])
    return _described(layer, zones, roles)


def _by_name(layer: Layer, zones: Sequence[Zone], column: str) -> tuple[list[Target], list[Problem]]:
    known = _known(zones)
    held: dict[str, list[int]] = {}
    lost: dict[str, list[int]] = {}
    for index, value in enumerate(layer.columns[column]):
        found = known.get(_word(value or ""))
        (held if found else lost).setdefault(found or (value or ""), []).append(index)
    problems = [
        refusal(
            layer.file,
            "zone",
            f"column {column!r} says {value[:40]!r}, which names no zone of the case; add the zone to the case file, "
            "or map id, zh, en and kind to make it",
            f"列 {column!r} 的值 {value[:40]!r} 不是案例的分区；请在案例文件中补上，或映射 id、zh、en、kind 四列新建",
            [index + 1 for index in numbers],
        )
        for value, numbers in lost.items()
    ]
    return [Target(zone, tuple(numbers)) for zone, numbers in held.items()], problems


def _described(
    layer: Layer, zones: Sequence[Zone], roles: Mapping[str, str]
) -> tuple[list[Target], list[Problem]]:
    missing = [role for role in ("id", "zh", "en", "kind") if role not in roles]
    if missing:
        raise UsageError(
            f"to make zones, --map names columns for id, zh, en and kind; missing: {', '.join(missing)}",
            f"新建分区须用 --map 指定 id、zh、en、kind 四列；缺少：{'、'.join(missing)}",
        )
    there = {zone.id for zone in zones}
    kinds = {
        word: term.id
        for term in vocabulary.ZONE_KINDS.values()
        for word in map(_word, (term.id, term.zh, term.en))
    }
    held: dict[str, tuple[list[int], NewZone | None]] = {}
    problems = []
    for index in range(len(layer)):
        row = {role: (layer.columns[column][index] or "").strip() for role, column in roles.items()}
        kind = kinds.get(_word(row["kind"]))
        flaw = _flaw(row, kind)
        if flaw:
            problems.append(refusal(layer.file, "zone", *flaw, [index + 1]))
            continue
        assert kind is not None
        new = None if row["id"] in there else NewZone(row["id"], Name(zh=row["zh"], en=row["en"]), kind)
        if row["id"] in held and held[row["id"]][1] != new:
            problems.append(
                refusal(
                    layer.file,
                    "zone",
                    f"zone {row['id']!r} is described in two ways",
                    f"分区 {row['id']!r} 有两种说法",
                    [index + 1],
                )
            )
            continue
        held.setdefault(row["id"], ([], new))[0].append(index)
    return [Target(zone, tuple(numbers), new) for zone, (numbers, new) in held.items()], problems


def _flaw(row: Mapping[str, str], kind: str | None) -> tuple[str, str] | None:
    """Why a row describes no zone."""
    if not re.fullmatch(SLUG, row["id"]) or len(row["id"]) > 64:
        return (
            f"{row['id'][:40]!r} is no id: small letters, digits and single hyphens, such as core-zone",
            f"{row['id'][:40]!r} 不能作 id：请用小写字母、数字与单个连字符，如 core-zone",
        )
    if kind is None:
        have = ", ".join(f"{term.id} {term.zh}" for term in vocabulary.ZONE_KINDS.values())
        return (
            f"{row['kind'][:40]!r} is no kind of zone; there are: {have}",
            f"{row['kind'][:40]!r} 不是分区类型；可用：{have}",
        )
    for role in ("zh", "en"):
        if not row[role] or len(row[role]) > 400:
            return (f"the name in column {role!r} is empty or too long", f"{role} 列的名称为空或过长")
    return None


def _known(zones: Sequence[Zone]) -> dict[str, str]:
    """Ids of zones by what may name them; a name that two zones share names none."""
    seen: dict[str, set[str]] = {}
    for zone in zones:
        for word in {
            _word(zone.id),
            _word(zone.name.zh),
            _word(zone.name.en),
            _word(zone.printed or zone.id),
        }:
            seen.setdefault(word, set()).add(zone.id)
    return {word: next(iter(ids)) for word, ids in seen.items() if len(ids) == 1}


def _word(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()
