"""Files of the engine `offsets`: impacts, offers and subregions, as vector layers or as tables.

Every line is read before anything is refused, and every mistake is named with its line.

Floor 3½, part of running: knows files and the intake; must not know rules of schemes or cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.model import Name
from eppv_atlas.running.offset_rows import Faults, Row, opened_rows
from eppv_atlas.schemes.offsets.allocation import MOST_CENTS, MOST_CREDITS
from eppv_atlas.schemes.offsets.records import Impact, Nature, Offer, Subregion

_NATURE: Final = {
    "id": ("编号",),
    "kind": ("种类", "信用种类"),
    "credits": ("信用数", "份数"),
    "community": ("tec", "受威胁生态群落", "群落"),
    "class": ("vegetation_class", "植被类"),
    "formation": ("植被群系",),
    "group": ("交易组",),
    "cleared": ("清除比例",),
    "hollows": ("带树洞的树", "树洞"),
    "species": ("物种",),
    "subregion": ("亚区",),
    "region": ("生物地理区",),
    "confidence": ("可信度",),
}
_IMPACT: Final = _NATURE | {
    "critical": ("极危",),
    "decided": ("批准日期",),
    "buyer": ("义务人",),
    "fund_price": ("基金单价",),
}
_OFFER: Final = _NATURE | {
    "artificial_hollows": ("人工树洞",),
    "price": ("单价",),
    "least": ("最少份数",),
    "whole": ("整批",),
}
_SUBREGION: Final = {
    "id": ("编号", "subregion", "亚区", "sub_name_7", "sub_name"),
    "region": ("生物地理区", "reg_name_7", "reg_name"),
    "adjoining": ("相邻", "相邻亚区"),
}
_NONE: Final = {"none", "no", "无", "非", "not a tec"}
Made = TypeVar("Made", Impact, Offer, Subregion)


def read(files: Mapping[str, Path]) -> dict[str, Any]:
    """Read the files of a market.

    Returns
    -------
    dict
        ``impacts``, ``offers`` and ``subregions`` as records, ``notes`` on what was taken how.

    Raises
    ------
    UsageError
        If there is no such file, or a name is none of these three.
    DataError
        Names every mistake of every file.
    """
    makers: Mapping[str, _Kind] = {
        "impacts": _Kind(_IMPACT, ("id", "kind", "credits"), _impact),
        "offers": _Kind(_OFFER, ("id", "kind", "credits"), _offer),
        "subregions": _Kind(_SUBREGION, ("id",), _subregion),
    }
    strange = sorted(set(files) - set(makers))
    if strange:
        raise UsageError(
            f"there is no file {strange[0]!r} here; known: {', '.join(makers)}",
            f"没有名为 {strange[0]!r} 的文件；可用：{'、'.join(makers)}",
        )
    out: dict[str, Any] = {}
    notes: list[Name] = []
    problems: list[Problem] = []
    for name, kind in makers.items():
        if name not in files:
            continue
        try:
            found = opened_rows(files[name], kind.columns, kind.needed)
        except DataError as error:
            problems += error.problems
            continue
        faults = Faults()
        made = [one for row in found.rows if (one := kind.make(row, faults)) is not None]
        _twice(made, found.rows, faults)
        problems += faults.problems
        notes += found.notes
        out[name] = made
    if problems:
        raise DataError(problems)
    return out | {"notes": tuple(notes)}


@dataclass(frozen=True)
class _Kind:
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    make: Callable[[Row, Faults], Any]


def _twice(made: list[Any], rows: list[Row], faults: Faults) -> None:
    seen: dict[str, Row] = {}
    for one, row in zip(made, rows, strict=False):
        if one.id in seen:
            faults.add(row, "id", "twice", f"{one.id[:60]!r} stands twice", f"{one.id[:60]!r} 出现两次")
        seen[one.id] = row


def _nature(row: Row, faults: Faults) -> Nature:
    kinds = {"ecosystem": "ecosystem", "生态系统信用": "ecosystem", "生态系统": "ecosystem",
             "species": "species", "物种信用": "species", "物种": "species"}  # fmt: skip
    kind = row.choice("kind", kinds, faults) or "ecosystem"
    community = row.text("community", faults)
    if community is not None and community.casefold() in _NONE:
        community = ""
    return Nature(
        kind="species" if kind == "species" else "ecosystem",
        community=community,
        vegetation_class=row.text("class", faults),
        formation=row.text("formation", faults),
        group=row.text("group", faults),
        cleared=row.figure("cleared", faults, 0.0, 100.0),
        hollows=row.flag("hollows", faults),
        artificial_hollows=row.flag("artificial_hollows", faults),
        species=row.text("species", faults),
        subregion=row.text("subregion", faults),
        region=row.text("region", faults),
        shape=row.shape,
        confidence="" if row.shape is None else row.confidence(faults),
    )


def _impact(row: Row, faults: Faults) -> Impact:
    return Impact(
        id=row.text("id", faults, needed=True) or "",
        nature=_nature(row, faults),
        credits=row.whole("credits", faults, 1, MOST_CREDITS, needed=True) or 1,
        critical=row.flag("critical", faults),
        decided=row.day("decided", faults),
        buyer=row.text("buyer", faults) or "",
        fund_cents=row.cents("fund_price", faults, MOST_CENTS),
    )


def _offer(row: Row, faults: Faults) -> Offer:
    credits_ = row.whole("credits", faults, 1, MOST_CREDITS, needed=True) or 1
    least = row.whole("least", faults, 1, credits_) or 1
    return Offer(
        id=row.text("id", faults, needed=True) or "",
        nature=_nature(row, faults),
        credits=credits_,
        price_cents=row.cents("price", faults, MOST_CENTS),
        least=credits_ if row.flag("whole", faults) else least,
    )


def _subregion(row: Row, faults: Faults) -> Subregion:
    return Subregion(
        id=row.text("id", faults, needed=True) or "",
        region=row.text("region", faults),
        shape=row.shape,
        adjoining=frozenset(_names(row.cells["adjoining"] or "")) if "adjoining" in row.names else None,
    )


def _names(text: str) -> Iterator[str]:
    for mark in "；、|":
        text = text.replace(mark, ";")
    yield from filter(None, (one.strip() for one in text.split(";")))
