"""The record of a scheme that runs on engine `ledger`: credits or quotas in an append-only ledger.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import FactRef, SiteRef, ZoneRef
from eppv_atlas.scalars import Slug


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_EXACT = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$"
Exact = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(pattern=_EXACT),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _EXACT}, {"type": "number", "minimum": 0}]}),
]
"""A number kept as it is written, digit by digit."""
_DAY = r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


def _real_day(value: str) -> str:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("no_day", "there is no such day") from None
    return value


Day = Annotated[str, StringConstraints(pattern=_DAY), AfterValidator(_real_day)]
HoldingId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class LedgerClass(Record):
    """A class of what is counted."""

    id: Slug
    """在本账内唯一。 Unique within the ledger."""
    name: Name
    """名称。 Name."""


class LedgerWords(Record):
    """What the kinds of entries are called in this system."""

    issue: Name | None = None
    """签发。 Issue."""
    transfer: Name | None = None
    """转让。 Transfer."""
    retire: Name | None = None
    """注销（用于抵偿或使用）。 Retire: used up."""
    cancel: Name | None = None
    """作废。 Cancel: made void."""


class LedgerEntry(Record):
    """One entry of the ledger, in the order in which things happened."""

    kind: Literal["issue", "transfer", "retire", "cancel"]
    """issue 签发、transfer 转让、retire 注销、cancel 作废。 Kind."""
    amount: Exact | None = None
    """数量，逐位照录；与 fact 二选一。 Amount, digit by digit; either this or `fact`."""
    fact: FactRef | None = None
    """数量取自本案例的数据。 The amount is that of a fact of the case."""
    source: HoldingId | None = None
    """所动用的凭证编号。 Holding that it draws on."""
    target: HoldingId | None = None
    """新立的凭证编号。 Holding that it makes."""
    date: Day | None = None
    """日期；不详则不写，次序仍按所列。 Day; left out where it is not known, the order then stands."""
    giver: Name | None = None
    """转出方；不详则不写。 Who gives; left out where it is not known."""
    receiver: Name | None = None
    """转入方；不详则不写。 Who receives; left out where it is not known."""
    credit_class: Slug | None = None
    """类别 id；不详则不写。 Id of its class; left out where it is not known."""
    zone: ZoneRef | None = None
    """所在分区。 Zone that it comes from or goes to."""
    site: SiteRef | None = None
    """所在地点。 Site that it comes from or goes to."""
    price: Exact | None = None
    """单价。 Price of one unit."""
    currency: Currency | None = None
    """币种。 Currency of the price."""
    total: Exact | None = None
    """来源所载总价，须等于数量乘单价。 Total as the source prints it; must be amount × price."""
    obligation: Name | None = None
    """注销所履行的义务。 What a retirement is for."""
    evidence: Name | None = None
    """出处：登记簿名称与编号。 Where it stands: a named public register, and the number there."""
    basis: Literal["stated", "planned", "inferred", "assumed"] = "stated"
    """stated 来源所载、planned 规划数、inferred 由他数推出、assumed 设定。 On what ground it stands here."""
    why: Name | None = None
    """推出或设定的理由。 Why it is inferred or assumed."""

    @model_validator(mode="after")
    def _grounded(self) -> LedgerEntry:
        if (self.amount is None) == (self.fact is None):
            raise PydanticCustomError("one_amount", "give exactly one of amount, fact")
        if self.basis in {"inferred", "assumed"} and self.why is None:
            raise PydanticCustomError("no_reason", "an inferred or assumed entry says why")
        if self.basis in {"stated", "planned"} and self.fact is None and self.evidence is None:
            raise PydanticCustomError("no_evidence", "a stated entry names its fact or its evidence")
        if self.zone is not None and self.site is not None:
            raise PydanticCustomError("one_place", "give one of zone, site")
        return self


class LedgerScheme(Record):
    """Credits or quotas in an append-only ledger."""

    engine: Literal["ledger"]
    """试算引擎。 The engine that runs it."""
    unit: Literal["credit", "mu", "t-co2e"]
    """记账单位：credit 信用、mu 亩指标、t-co2e 吨二氧化碳当量。 Unit of account."""
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    """数量的小数位数。 Decimal places of amounts."""
    classes: tuple[LedgerClass, ...] = ()
    """类别；来源未给则不写。 Classes; left out where the source gives none."""
    words: LedgerWords | None = None
    """各类分录在本制度中的叫法。 What the kinds of entries are called here."""
    entries: Annotated[tuple[LedgerEntry, ...], Field(min_length=1, max_length=200)]
    """分录，按次序。 Entries in order."""
    missing: Name | None = None
    """来源没有给出什么。 What the source does not give."""

    @model_validator(mode="after")
    def _classes(self) -> LedgerScheme:
        known = {one.id for one in self.classes}
        for entry in self.entries:
            if entry.credit_class is not None and entry.credit_class not in known:
                raise PydanticCustomError(
                    "no_class", "{value} is no class of this ledger", {"value": repr(entry.credit_class)}
                )
        return self
