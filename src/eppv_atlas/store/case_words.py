"""What is wanted where a value of a case file has not the right form, in words with an example.

Floor 3, part of the store: knows forms of scalars and what records say of
themselves; must not know files, shapes or how a problem is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FORMS: Final[dict[str, tuple[str, str]]] = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": (
        "small letters, digits and single hyphens, beginning with a letter, such as core-zone",
        "小写字母、数字与单个连字符，以字母开头，如 core-zone",
    ),
    r"^([1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3})$": (
        "a six-digit administrative code such as 330106, or ISO 3166-2 such as AU-NSW",
        "六位行政区代码如 330106，或 ISO 3166-2 代码如 AU-NSW",
    ),
    r"^([1-9][0-9]{5}|[A-Z]{2}-[A-Z0-9]{1,3}|[a-z][a-z0-9]*(-[a-z0-9]+)*)$": (
        "the id of a zone or an administrative code, such as core-zone or 330106",
        "分区 id 或行政区代码，如 core-zone 或 330106",
    ),
    r"^[1-9][0-9]*(-[1-9][0-9]*)?$": ("pages such as 9 or 9-14", "页码如 9 或 9-14"),
    r"^(GS|GS[\u4e00-\u9fff]|[\u4e00-\u9fff]{1,3}S) ?[(（][0-9]{4}[)）] ?[0-9]{1,6} ?号?$": (
        "the number of a map review such as GS(2024)0650号",
        "审图号，如 GS(2024)0650号",
    ),
    r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$": (
        (
            "a number in digits, not negative, with at most twelve digits before the point and six after it, "
            "such as 114 or 4897.32"
        ),
        "用数字写的非负数，小数点前至多十二位、后至多六位，如 114 或 4897.32",
    ),
    r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": (
        "a day as year, month and day, such as 2024-03-05; leave the key out where the day is not known",
        "日期，写作年-月-日，如 2024-03-05；日期不详则不写此项",
    ),
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": (
        "a day as year, month and day, such as 2025-03-07",
        "日期，写作年-月-日，如 2025-03-07",
    ),
    r"^[A-Z]{3}$": (
        "a currency as three capital letters, such as CNY or AUD",
        "币种，三个大写字母，如 CNY 或 AUD",
    ),
}
"""What each pattern of a record wants."""

REASONS: Final[dict[str, str]] = {
    "there is no such day": "没有这一天",
    "a way says where it is written: give page or source": "途径须写明出处：page 或 source",
    "a way that is open after the reasonable steps needs an approval; write approval: true": (
        "走完合理步骤后才可用的途径须经批准；请写 approval: true"
    ),
    "{value} stands twice among ways and conditions": "{value} 在途径与条件中出现两次；请改名",
    "a refusal says on which page it is written": "不予批准须写明页码 serious_page",
    "write a date such as 2025-03-07": "请写日期，如 2025-03-07",
    "give exactly one of fact, zone, assumed": "fact、zone、assumed 须写且只写一项",
    "an assumed value says why": "设定值须写明理由 why",
    "without a fact or a zone, give a label": "没有数据或分区时，须写名称 label",
    "without a source, give a unit": "没有数值出处时，须写单位 unit",
    "give exactly one of amount, fact": "amount 与 fact 须写且只写一项",
    "an inferred or assumed entry says why": "推出或设定的分录须写明理由 why",
    "a stated entry names its fact or its evidence": "来源所载或规划的分录须写数据 fact 或出处 evidence",
    "give one of zone, site": "zone 与 site 只写一项",
    "{value} is no class of this ledger": "本账没有类别 {value}；请改正，或补入 classes",
    "a distance comes from a fact or an assumption, not from a zone": "距离取自数据或设定值，不取自分区",
    "an assumed distance has a unit of length, such as km, and is not negative": (
        "设定的距离须有长度单位（如 km），且不为负"
    ),
    "groups go from the least cleared to the most cleared": "各组按清除比例由低到高排列",
    "a group stands twice": "有一组重复",
    "rules go from the earliest to the latest": "各条规则按日期先后排列",
    "give a rate or a total, not both": "单价 rate 与总额 total 只写一项",
    "give a rate, a total or a share": "须写单价 rate、总额 total 或比例 share",
    "days go with a daily rate, and only with one": "天数 days 与按日计的单价须同写或同不写",
    "printed_each goes with a daily rate": "printed_each 只用于按日计的单价",
    "a total has neither a share nor a daily rate": "写总额 total 时，不写比例，也不按日计",
    "a criterion of classes has classes and no knots": "分类评价项写 classes，不写 knots",
    "a criterion of numbers has two knots at least and no classes": "数值评价项至少写两个 knots，不写 classes",
    "the values of knots rise": "knots 的取值须由小到大",
    "a weighting has a weight for each criterion, not all zero": "每个评价项都须有权重，且不全为零",
    "not all weights are zero": "权重不能全为零",
    "a layer of means is a raster and bears no other measure": "取平均值的图层须为栅格，不作他用",
    "ids and codes are unique": "id 与代码不得重复",
    "a budget has two spaces at least": "空间结构至少有两类空间",
    "a zone stands in a budget once": "同一分区在空间结构中只写一次",
    "give spaces, a red line or a ring": "须写 spaces、red_line 或 ring",
}
"""What a record of a scheme says of itself where its parts do not go together, in Chinese."""


def form(pattern: str) -> tuple[str, str]:
    """What a pattern wants, in English and Chinese."""
    return FORMS.get(pattern, (f"it must match {pattern}", f"须合于 {pattern}"))


def reason(message: str, context: Mapping[str, Any]) -> str:
    """What a record says of itself, in Chinese; empty where that is not known."""
    value = str(context.get("value", ""))
    template = message.replace(value, "{value}") if value else message
    return REASONS.get(template, "").replace("{value}", value)
