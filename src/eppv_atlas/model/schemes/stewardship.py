"""The record of a scheme that runs on engine `stewardship`: a fund that pays for the care of a site.

Floor 2, part of model: knows scalars only; no files, no shapes, no formulas.
"""

from __future__ import annotations

from typing import Literal

from eppv_atlas.model.base import Name, Record
from eppv_atlas.model.schemes.base import Part


class StewardshipScheme(Record):
    """A fund that pays for the care of a site."""

    engine: Literal["stewardship"]
    """试算引擎。 The engine that runs it."""
    payment: Part
    """协议年限内每年的管护款。 Yearly payment during the term."""
    years: Part
    """协议年限。 Years of the term."""
    upkeep: Part
    """期满后每年的维护费，没有期限。 Yearly upkeep after the term, without end."""
    rate: Part
    """年折现率（扣除物价上涨）。 Discount rate a year, above inflation."""
    timing: Literal["end", "begin"] = "end"
    """年末付款或年初付款。 Whether a year is paid at its end or at its beginning."""
    trigger: Part
    """全面管护开始时信用收入须达到缴存资金总额的比例。 Share of the deposit that sales must reach before payments begin."""
    setup: Part
    """建设成本。 Cost of setting the agreement up."""
    credits: Part
    """场地产生的信用数。 Credits that the site creates."""
    sold: Part
    """已售出的信用数。 Credits sold so far."""
    margin: Part
    """预期利润占成本的比例。 Expected profit as a share of cost."""
    margin_low: Part
    """预期利润的一般下限。 Usual lower end of the profit."""
    margin_high: Part
    """预期利润的一般上限。 Usual upper end of the profit."""
    notes: tuple[Name, ...] = ()
    """须随结果说明的话。 What must be said with it."""
