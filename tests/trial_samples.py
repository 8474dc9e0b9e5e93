"""Trials built by hand, one of each kind, on mechanisms that a real case has."""

import math

import shapely

from eppv_atlas.model import Name
from eppv_atlas.schemes.plain import as_json
from eppv_atlas.schemes.trial import (
    Cell,
    Column,
    Input,
    Layer,
    Line,
    Mark,
    Option,
    Progression,
    Ran,
    Table,
    Trial,
)


def name(zh, en):
    return Name(zh=zh, en=en)


def payment(case, mechanism, confidence="digitised"):
    """Formulas with a range, a test with three answers, a choice, a flag, a date."""
    return Trial(
        case=case,
        mechanism=mechanism,
        engine="payment",
        title=name(
            "公益林补偿：每亩每年定额", "Payment for public-benefit forest: a fixed sum per mu and year"
        ),
        about=name(
            "按面积乘以标准算出每年补偿，再按份额分给各户。",
            "Area times rate gives the payment of a year, which households share.",
        ),
        inputs=(
            Input(
                "forest",
                name("公益林面积", "Public-benefit forest"),
                "number",
                18000.5,
                "mu",
                0,
                60000,
                100,
                whence=name("量自分区“公益林”", "Measured on the zone “public-benefit forest”"),
                confidence=confidence,
            ),
            Input(
                "rate",
                name("补偿标准", "Rate"),
                "number",
                10.0,
                "CNY-per-mu",
                0,
                100,
                0.5,
                whence=name("第 61 页：“10 元/亩”", "p. 61: “10 元/亩”"),
            ),
            Input(
                "share",
                name("归村民的份额", "Share of villagers"),
                "number",
                60.0,
                "percent",
                0,
                100,
                whence=name("设定：来源未给出", "Assumed: the source gives none"),
            ),
            Input(
                "households",
                name("户数", "Households"),
                "number",
                None,
                "household",
                1,
                whence=name("来源未给出", "The source gives none"),
            ),
            Input(
                "rhythm",
                name("何时付", "When it is paid"),
                "choice",
                "end",
                options=(
                    Option("start", name("年初", "Start of the year")),
                    Option("end", name("年末", "End of the year")),
                ),
            ),
            Input("signed", name("已签协议", "Agreement signed"), "flag", value=True),
            Input("since", name("起始日", "From"), "date", "2020-01-01", whence=name("设定", "Assumed")),
        ),
        cells=(
            Cell("yearly", name("每年补偿", "Payment a year"), "forest * rate", "CNY", "result"),
            Cell("villagers", name("归村民", "To the villagers"), "yearly * share", "CNY", "result"),
            Cell(
                "each", name("每户每年", "Each household a year"), "villagers / households", "CNY", "result"
            ),
            Cell("rest", name("归集体", "To the collective"), "yearly - villagers", "CNY"),
            Cell(
                "fair",
                name("归村民的不少于一半", "Villagers get half or more"),
                "share >= 0.5 and signed",
                role="test",
            ),
            Cell(
                "enough",
                name("每户每年不少于 500 元", "Each household gets 500 CNY or more"),
                "each >= 500",
                role="test",
            ),
            Cell(
                "small", name("不超过 10 万元", "No more than 100,000 CNY"), "yearly <= 100000", role="test"
            ),
        ),
        notes=(name("未计管护成本。", "Costs of upkeep are left out."),),
    )


def fund(case, mechanism):
    """A progression with a chart."""
    return Trial(
        case=case,
        mechanism=mechanism,
        engine="stewardship",
        title=name("缴存资金总额与逐年余额", "Total fund deposit and its balance by year"),
        about=name(
            "管护费用的现值存入基金，逐年付出。",
            "The present value of management payments is placed in a fund and paid out year by year.",
        ),
        inputs=(
            Input(
                "payment",
                name("每年管护费用", "Payment a year"),
                "number",
                100000.0,
                "AUD",
                0,
                None,
                whence=name("设定", "Assumed"),
            ),
            Input(
                "discount",
                name("贴现率", "Discount rate"),
                "number",
                2.6,
                "percent",
                0,
                10,
                0.1,
                whence=name("设定", "Assumed"),
            ),
            Input(
                "term",
                name("年数", "Years"),
                "number",
                20.0,
                "",
                1,
                60,
                1,
                whence=name("第 74 页：“20 年”", "p. 74: “20 年”"),
            ),
            Input("start_interest", name("起始利息", "Interest before"), "number", 0.0, "AUD"),
        ),
        cells=(
            Cell(
                "start_balance",
                name("缴存资金总额", "Total fund deposit"),
                "payment * (1 - (1 + discount) ^ (-term)) / discount",
                "AUD",
                "result",
            ),
        ),
        progressions=(
            Progression(
                "years",
                name("逐年余额", "Balance by year"),
                "term",
                (
                    Cell("year", name("年", "Year"), "row"),
                    Cell("interest", name("利息", "Interest"), "before_balance * discount", "AUD"),
                    Cell("paid", name("付出", "Paid"), "payment", "AUD"),
                    Cell("balance", name("余额", "Balance"), "before_balance + interest - paid", "AUD"),
                ),
                ("balance", "paid"),
            ),
        ),
    )


def patrol(case, mechanism, at=(99.1, 36.75), sizes=("500", "1000", "2000"), marks=4):
    """Frames with layers and tables, and an input that only the command line may set."""
    option_names = {
        "500": name("500 米", "500 m"),
        "1000": name("1000 米", "1,000 m"),
        "2000": name("2000 米", "2,000 m"),
    }

    def label(size):
        return option_names.get(size, name(size, size))

    def frame(number, size):
        n = marks + number
        side = 0.05 / n
        cells = tuple(
            Mark(
                f"c{i}-{j}",
                name(f"{chr(65 + i % 26)}{j + 1} 网格", f"Cell {chr(65 + i % 26)}{j + 1}"),
                shapely.box(
                    at[0] + i * side, at[1] + j * side, at[0] + (i + 1) * side, at[1] + (j + 1) * side
                ),
                ((i * n + j) / (n * n)) if number else None,
                {"visits": float(i + j), "who": name("甲组", "Group A")},
            )
            for i in range(n)
            for j in range(n)
        )
        return Ran(
            inputs=(),
            lines=(
                Line("cells", name("网格数", "Number of cells"), float(n * n), "count"),
                Line("covered", name("已巡护", "Covered"), 62.5 + number, "percent", low=60.0, high=70.0),
                Line("whole", name("全区都有网格", "Every place is in a cell"), None, role="test"),
                Line(
                    "side",
                    name("网格边长", "Side of a cell"),
                    math.sqrt(n) * 100,
                    "m",
                    "step",
                    name("√面积", "√area"),
                    name("√1 平方公里", "√1 km²"),
                ),
            ),
            tables=(
                Table(
                    "teams",
                    name("各组巡护", "Patrols by team"),
                    (Column("team", name("组", "Team")), Column("length", name("里程", "Distance"), "km")),
                    (
                        (name("甲组", "Group A"), 12.5),
                        (name("乙组", "Group B"), 8.25 + number),
                        (name("丙组", "Group C"), None),
                    ),
                ),
            ),
            layers=(
                Layer(
                    "grid",
                    name("巡护网格", "Patrol grid"),
                    "schematic",
                    cells,
                    (Column("visits", name("次数", "Visits"), "times"), Column("who", name("谁", "Who"))),
                ),
                Layer(
                    "posts",
                    name("驿站", "Posts"),
                    "digitised",
                    (Mark("p", name("一号站", "Post 1"), shapely.Point(at)),),
                ),
            ),
            charts={"teams": ("length",)},
            notes=(name("网格按示意范围划出。", "Cells were cut from a schematic outline."),),
        )

    return Trial(
        case=case,
        mechanism=mechanism,
        engine="patrol",
        title=name("巡护网格", "Patrol grid"),
        about=name("把保护地划成面积相等的网格。", "The protected area is cut into cells of equal area."),
        inputs=(
            Input(
                "size",
                name("网格大小", "Size of cells"),
                "choice",
                sizes[0],
                options=tuple(Option(size, label(size)) for size in sizes),
            ),
            Input("turn", name("方向", "Direction"), "number", 45.0, whence=name("设定", "Assumed")),
        ),
        frames_by="size",
        frames={size: frame(number, size) for number, size in enumerate(sizes)},
        files={"tracks": name("巡护轨迹（GPX）", "Tracks of patrols (GPX)")},
        notes=(name("仅供试算。", "For trying out only."),),
    )


def page_of(atlas, case, trials):
    """The page of a real case with these trials."""
    from eppv_atlas import claims, measure, render

    placed = atlas[case]
    return render.case_page(
        placed,
        measure.case(placed),
        measure.totals(placed),
        claims.findings(placed.case),
        atlas.settings,
        trials=[trial if isinstance(trial, dict) else as_json(trial) for trial in trials],
    )
