"""Engine of stewardship funds: the deposit as a present value, the price of a credit, the fund by year.

The deposit is what pays the yearly management of a term and then upkeep without end, at a discount rate
above inflation. A credit is priced by cost with a margin. The calendar follows the fund year by year; its
balance equals the closed form.

Floor 3, part of schemes: knows records and units; must not know files, maps, pages or how anything is
printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eppv_atlas.model import Mechanism, Name
from eppv_atlas.model.schemes import StewardshipScheme
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.taking import Sources, quantity
from eppv_atlas.schemes.trial import Cell, Input, Option, Progression, Trial

YEARS_AFTER: Final = 10
"""Years that the calendar goes on after the term."""
_MONEY: Final = ("payment", "upkeep", "setup")
_SHARES: Final = ("rate", "trigger", "margin", "margin_low", "margin_high")
_ABOUT: Final = Name(
    zh="把协议年限内逐年的管护款和期满后的维护费折成现值，得出缴存资金总额；再按成本加利润算信用价格，并逐年列出基金余额。"
    "只是算术，不含税费和物价变动。",
    en="The yearly payments of the term and the upkeep after it, as a present value, give the total fund deposit; cost and "
    "profit give the price of a credit, and the fund is followed year by year. Arithmetic only: neither taxes nor changes "
    "of prices are in it.",
)
_TIMES: Final = (
    Option("end", Name(zh="年末付款", en="at the end of the year")),
    Option("begin", Name(zh="年初付款", en="at the beginning of the year")),
)


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried of a stewardship fund.

    Raises
    ------
    DataError
        If a sum is no money or a share no share.
    """
    scheme = mechanism.scheme
    assert isinstance(scheme, StewardshipScheme)
    inputs = _inputs(scheme, Sources(placed, mechanism, measures))
    return Trial(
        case=placed.case.id,
        mechanism=mechanism.id,
        engine="stewardship",
        title=mechanism.name,
        about=_ABOUT,
        inputs=inputs,
        cells=_cells(inputs[0].unit),
        progressions=(_calendar(inputs[0].unit),),
        notes=scheme.notes,
    )


def _inputs(scheme: StewardshipScheme, source: Sources) -> tuple[Input, ...]:
    out = (
        source.entered("payment", scheme.payment),
        source.entered("years", scheme.years, low=1, high=390, step=1, bare=True),
        source.entered("upkeep", scheme.upkeep),
        source.entered("rate", scheme.rate, high=30, step=0.1),
        Input(
            "timing",
            Name(zh="付款时点", en="Time of payment"),
            "choice",
            scheme.timing,
            options=_TIMES,
            whence=Name(
                zh="设定：文件未写明付款时点", en="assumed: the document does not say when in the year"
            ),
        ),
        source.entered("trigger", scheme.trigger, high=100, step=1),
        source.entered("setup", scheme.setup),
        source.entered("credits", scheme.credits, step=1),
        source.entered("sold", scheme.sold, step=1),
        source.entered("margin", scheme.margin, high=1000, step=1),
        source.entered("margin_low", scheme.margin_low, high=1000, step=1),
        source.entered("margin_high", scheme.margin_high, high=1000, step=1),
    )
    by_name = {one.id: one for one in out}
    units = {by_name[name].unit for name in _MONEY}
    if len(units) > 1 or quantity(out[0]) not in {"money", "dollars", "australian-dollars"}:
        raise source.unfit(
            "payment",
            "payment, upkeep and setup are money of one currency",
            "管护款、维护费和建设成本须为同一币种的金额",
        )
    for name in _SHARES:
        if quantity(by_name[name]) != "share":
            raise source.unfit(name, "this is a share, such as percent", "此项应为比例（如 percent）")
    return out


def _cells(money: str) -> tuple[Cell, ...]:
    def cell(name: str, zh: str, en: str, formula: str, unit: str = "", role: Any = "step") -> Cell:
        return Cell(name, Name(zh=zh, en=en), formula, unit, role)

    return (
        cell("due", "付款时点系数", "Factor for the time of payment", 'if(timing == "begin", 1 + rate, 1)'),
        cell(
            "annuity",
            "年金现值系数",
            "Present value of one a year",
            "if(rate == 0, years, (1 - (1 + rate) ^ -years) / rate)",
        ),
        cell(
            "term_value",
            "年限内管护款的现值",
            "Present value of the payments of the term",
            "payment * annuity * due",
            money,
            "result",
        ),
        cell(
            "upkeep_value",
            "期满后维护费的现值",
            "Present value of the upkeep after it",
            "if(upkeep == 0, 0, upkeep / rate * due * (1 + rate) ^ -years)",
            money,
        ),
        cell("deposit", "缴存资金总额", "Total fund deposit", "term_value + upkeep_value", money, "result"),
        cell(
            "threshold",
            "开始管护所需的信用收入",
            "Sales that start the payments",
            "deposit * trigger",
            money,
            "result",
        ),
        cell("cost", "成本合计", "Cost", "setup + deposit", money),
        cell(
            "price", "每份信用的价格", "Price of a credit", "cost / credits * (1 + margin)", money, "result"
        ),
        cell(
            "price_low",
            "价格（利润取下限）",
            "Price at the lower margin",
            "cost / credits * (1 + margin_low)",
            money,
        ),
        cell(
            "price_high",
            "价格（利润取上限）",
            "Price at the upper margin",
            "cost / credits * (1 + margin_high)",
            money,
        ),
        cell("income", "已有信用收入", "Sales so far", "sold * price", money),
        cell("missing", "距门槛还差", "Still missing", "max(0, threshold - income)", money),
        cell(
            "needed",
            "达到门槛须售出的信用数",
            "Credits to sell until then",
            "threshold / price",
            "",
            "result",
        ),
        cell(
            "begins",
            "信用收入是否已达门槛",
            "Do sales reach the threshold?",
            "income >= threshold",
            "",
            "test",
        ),
        cell(
            "start_balance",
            "期初基金余额（全额缴存）",
            "Fund at first, deposit paid in full",
            "deposit",
            money,
        ),
        cell(
            "start_short",
            "期初基金余额（只到门槛）",
            "Fund at first, at the threshold only",
            "threshold",
            money,
        ),
    )


def _calendar(money: str) -> Progression:
    def fund(name: str) -> str:
        return f'before_{name} - paid + (before_{name} - if(timing == "begin", paid, 0)) * rate'

    return Progression(
        "calendar",
        Name(zh="逐年付款与基金余额", en="Payments and fund by year"),
        f"years + {YEARS_AFTER}",
        (
            Cell("year", Name(zh="年次", en="Year"), "row"),
            Cell("paid", Name(zh="付款", en="Paid"), "if(row <= years, payment, upkeep)", money),
            Cell(
                "interest",
                Name(zh="收益", en="Return"),
                '(before_balance - if(timing == "begin", paid, 0)) * rate',
                money,
            ),
            Cell("balance", Name(zh="年末余额", en="Fund at the end of the year"), fund("balance"), money),
            Cell(
                "short",
                Name(zh="年末余额（只缴到门槛）", en="Fund, if only the threshold was paid in"),
                fund("short"),
                money,
            ),
        ),
        ("balance", "short"),
    )
