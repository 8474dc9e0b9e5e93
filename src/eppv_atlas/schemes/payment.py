"""Engine of payments: base × rate × period, shared and split; the range follows the area's confidence.

One engine for compensation by area, easements, fixed returns, shares of income and daily fees.

Floor 3, part of schemes: knows records, measures and units; must not know files, maps, pages or
how anything is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eppv_atlas.model import Mechanism, Name
from eppv_atlas.model.schemes import PaymentScheme
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.taking import Sources, quantity
from eppv_atlas.schemes.trial import Cell, Input, Progression, Trial

_MONEY: Final = {"money": "CNY", "dollars": "USD", "australian-dollars": "AUD"}
_ABOUT: Final = Name(
    zh="按“基数 × 标准 × 期数”试算应付金额。数字各注出处；文件未给出的由读者填入，或用注明理由的设定值。",
    en="Works out what is to be paid as base × rate × period. Every number says where it comes from; what the document "
    "does not give is for the reader to fill in, or is assumed for a stated reason.",
)


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried of a payment.

    Raises
    ------
    DataError
        If base and rate do not fit together, such as an area and a share.
    """
    scheme = mechanism.scheme
    assert isinstance(scheme, PaymentScheme)
    source = Sources(placed, mechanism, measures)
    inputs = _inputs(scheme, source)
    money = _money(source, inputs)
    return Trial(
        case=placed.case.id,
        mechanism=mechanism.id,
        engine="payment",
        title=mechanism.name,
        about=_ABOUT,
        inputs=tuple(inputs.values()),
        cells=tuple(_cells(scheme, inputs, money)),
        progressions=_progressions(scheme, money),
        notes=scheme.notes,
    )


def _inputs(scheme: PaymentScheme, source: Sources) -> dict[str, Input]:
    out = {"base": source.entered("base", scheme.base)}
    if scheme.rate is not None:
        out["rate"] = source.entered("rate", scheme.rate)
    if scheme.total is not None:
        out["total"] = source.entered("total", scheme.total)
    if scheme.days is not None:
        out["days"] = source.entered("days", scheme.days, low=0, high=366, step=1, bare=True)
    if scheme.share is not None:
        out["share"] = source.entered("share", scheme.share, high=100)
    if scheme.recipients is not None:
        out["recipients"] = source.entered("recipients", scheme.recipients, low=1, step=1)
    if scheme.years is not None:
        out["years"] = source.entered("years", scheme.years, low=1, high=400, step=1, bare=True)
    if scheme.printed_each is not None:
        found = source.fact(scheme.printed_each)
        assert found.label is not None
        out["printed"] = Input("printed", found.label, "number", found.value, found.unit, whence=found.whence)
    return out


def _money(source: Sources, inputs: Mapping[str, Input]) -> str:
    """Unit of the payment."""
    base = quantity(inputs["base"])
    if "total" in inputs:
        money = _MONEY.get(quantity(inputs["total"]))
        if money is None:
            raise source.unfit("total", "the total is no amount of money", "总额不是金额")
        return money
    if "rate" not in inputs:
        money = _MONEY.get(base)
        place, known = "base", base
    else:
        place, known = "rate", quantity(inputs["rate"])
        money = {
            "area": {"money-per-area": "CNY"}.get(known),
            "count": _MONEY.get(known),
        }.get(base, _MONEY.get(base) if known == "share" else None)
    if money is None:
        raise source.unfit(
            place,
            f"a base that is {base} and a rate that is {known} make no amount of money; an area takes money for an area, "
            "an amount a share, a count money",
            f"基数（{base}）与标准（{known}）不能得出金额：面积须配单位面积金额，金额须配比例，数量须配金额",
        )
    if "share" in inputs and quantity(inputs["share"]) != "share":
        raise source.unfit(
            "share", "the share is no share, such as percent", "分出的比例不是比例（如 percent）"
        )
    return money


def _cells(scheme: PaymentScheme, inputs: Mapping[str, Input], money: str) -> list[Cell]:
    once = scheme.period == "once"
    paid = Name(zh="应付金额" if once else "每年应付金额", en="Payment" if once else "Payment a year")
    if scheme.total is not None:
        per_area = quantity(inputs["base"]) == "area" and money == "CNY"
        rate = Name(zh="折合标准", en="Rate that this comes to")
        return [
            Cell("payment", paid, "total", money, "result"),
            Cell("implied", rate, "total / base", "CNY-per-mu" if per_area else money, "result"),
            *_split(scheme, money),
        ]
    cells = []
    if scheme.period == "daily":
        label = Name(zh="单位数额（全年）", en="Amount per unit, whole year")
        cells.append(Cell("each", label, "rate * days", money, "result"))
        if scheme.printed_each is not None:
            label = Name(zh="与文件所载全年数额之差", en="Difference to the yearly amount in the document")
            cells.append(Cell("difference", label, "each - printed", money, "step"))
    full = {"daily": "base * each"}.get(scheme.period, "base * rate") if scheme.rate is not None else "base"
    if scheme.share is None:
        cells.append(Cell("payment", paid, full, money, "result"))
    else:
        if scheme.rate is not None:
            gross = Name(zh="分出之前的金额", en="Amount before it is shared")
            cells.append(Cell("gross", gross, full, money, "step"))
            full = "gross"
        shared = Name(
            zh="分出金额" if once else "每年分出金额",
            en="Amount shared out" if once else "Amount shared out a year",
        )
        cells.append(Cell("payment", shared, f"{full} * share", money, "result"))
        cells.append(Cell("kept", Name(zh="留存金额", en="Amount kept"), f"{full} - payment", money, "step"))
    return [*cells, *_split(scheme, money)]


def _split(scheme: PaymentScheme, money: str) -> list[Cell]:
    out = []
    if scheme.recipients is not None:
        label = Name(zh="每方所得（按均分计算）", en="For each recipient (split equally)")
        out.append(Cell("for_each", label, "payment / recipients", money, "result"))
    if scheme.years is not None and scheme.period != "once":
        label = Name(zh="各年合计（不计利息）", en="All years together (without interest)")
        out.append(Cell("all_years", label, "payment * years", money, "step"))
    return out


def _progressions(scheme: PaymentScheme, money: str) -> tuple[Progression, ...]:
    if scheme.years is None or scheme.period == "once":
        return ()
    return (
        Progression(
            "by_year",
            Name(zh="逐年付款", en="Payments by year"),
            "years",
            (
                Cell("year", Name(zh="年次", en="Year"), "row"),
                Cell("paid", Name(zh="当年付款", en="Paid in the year"), "payment", money),
                Cell("paid_so_far", Name(zh="累计付款", en="Paid so far"), "payment * row", money),
            ),
            ("paid_so_far",),
        ),
    )
