"""The record of a scheme that runs on engine `payment`: payments: base × rate × period.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import FactRef, Part


class PaymentScheme(Record):
    """Payments: base × rate × period."""

    engine: Literal["payment"]
    """试算引擎。 The engine that runs it."""
    base: Part
    """计算基数：面积、金额或数量。 What is paid on: an area, an amount or a count."""
    rate: Part | None = None
    """单位面积金额、比例或每单位金额；只分出收入时不写。 Money for an area, a share, or money for one; none where income is shared."""
    total: Part | None = None
    """所载总额，由此反推标准；与 rate 只写其一。 A total that is stated, from which the rate is worked out; instead of a rate."""
    period: Literal["once", "yearly", "daily"] = "yearly"
    """once 一次、yearly 每年、daily 每天。 How often the rate is paid."""
    days: Part | None = None
    """按天计付时一年的天数。 Days of a year on which a daily rate is paid."""
    share: Part | None = None
    """分出的比例。 Share that is handed on."""
    recipients: Part | None = None
    """受款方数目，这里按均分计算。 How many receive it; split equally here."""
    years: Part | None = None
    """逐年列出的年数。 How many years are listed."""
    printed_each: FactRef | None = None
    """用来比对“单位数额（全年）”的数据。 Fact to compare the amount per unit and year with."""
    notes: tuple[Name, ...] = ()
    """须随结果说明的话：文件未给出什么。 What must be said with it: what the source does not give."""

    @model_validator(mode="after")
    def _whole(self) -> PaymentScheme:
        if self.rate is not None and self.total is not None:
            raise PydanticCustomError("rate_or_total", "give a rate or a total, not both")
        if self.rate is None and self.total is None and self.share is None:
            raise PydanticCustomError("no_rate", "give a rate, a total or a share")
        if (self.period == "daily") != (self.days is not None):
            raise PydanticCustomError("daily_days", "days go with a daily rate, and only with one")
        if self.printed_each is not None and self.period != "daily":
            raise PydanticCustomError("printed_daily", "printed_each goes with a daily rate")
        if self.total is not None and (self.share is not None or self.period == "daily"):
            raise PydanticCustomError("plain_total", "a total has neither a share nor a daily rate")
        return self
