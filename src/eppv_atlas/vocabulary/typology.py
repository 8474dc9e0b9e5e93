"""How cases are classified: path, product category, mode, and on which basis.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from eppv_atlas.vocabulary.term import Term, table

PATHS = table(
    (
        Term(
            "spillover-sharing",
            "外溢共享型",
            "Spillover sharing",
            "受益者遍及全社会、无法逐一收费的产品，由政府以补偿、转移支付等公共资金买单，使外溢的价值得到体现。",
            "Benefits reach everyone and cannot be charged one by one, so public money (compensation, transfers) pays for the value that spills over.",
        ),
        Term(
            "empowerment",
            "赋能增值型",
            "Empowerment and value-adding",
            "明确并放活自然资源的使用、经营等权能，或以品牌认证加持，让资源及其产品在市场上实现生态价值。",
            "Clear, tradable rights to use and run natural resources, or a certified brand, let the market pay for the ecological value that the resource carries.",
        ),
        Term(
            "quota-trading",
            "配额交易型",
            "Quota trading",
            "法律或行政手段设定总量，把难以计量的生态服务变成标准化的指标或额度，再由市场买卖。",
            "A cap set by law turns ecosystem services that are hard to count into standard quotas, which are then bought and sold.",
        ),
    )
)

CATEGORIES = table(
    (
        Term(
            "public",
            "公共性生态产品",
            "Public ecological product",
            "人人可享、难以排他的生态产品，主要由政府付费。",
            "Open to all and hard to withhold from anyone; paid for mainly by government.",
        ),
        Term(
            "commercial",
            "经营性生态产品",
            "Commercial ecological product",
            "产权明晰、能在市场上直接出售的产品与服务。",
            "Goods and services with clear owners that sell directly on the market.",
        ),
        Term(
            "quasi-public",
            "准公共性生态产品",
            "Quasi-public ecological product",
            "本为公共产品，经总量管控后可以指标、额度的形式交易。",
            "Public by nature, but tradable as quotas or credits once a total is fixed.",
        ),
    )
)

MODES = table(
    (
        Term(
            "vertical-compensation",
            "纵向生态保护补偿",
            "Vertical ecological compensation",
            "上级财政向承担重要生态功能的地区付费，使其愿意并有能力保护。",
            "Higher levels of government pay areas with key ecological functions to protect them.",
        ),
        Term(
            "horizontal-compensation",
            "横向生态保护补偿",
            "Horizontal ecological compensation",
            "上下游或相邻地区协商定价，受益一方补偿保护一方。",
            "Upstream and downstream, or neighbouring areas, agree on a price: those who gain pay those who protect.",
        ),
        Term(
            "eco-agriculture",
            "生态农业",
            "Ecological agriculture",
            "以当地自然条件为本，用环境友好的方式种养，靠品质在市场上取得溢价。",
            "Crops and livestock raised in ways that suit the place and spare the environment, sold at a premium for their quality.",
        ),
        Term(
            "eco-industry",
            "生态工业",
            "Ecological industry",
            "借洁净的水、空气和适宜气候发展适配产业，既省成本又把环境优势变成产业优势。",
            "Industries that need clean water, clean air or a given climate settle where these are found, cutting cost and turning the setting into an advantage.",
        ),
        Term(
            "eco-tourism",
            "生态旅游",
            "Ecological tourism",
            "少扰动自然和遗存，融合游览、康养、文化，由游客消费实现价值。",
            "Travel, wellness and culture built on nature and heritage with little disturbance; visitors pay for the value.",
        ),
        Term(
            "wetland-quota-trading",
            "湿地指标交易",
            "Wetland quota trading",
            "法律要求占用必须抵补，第三方先行修复并把所得指标卖给占用者。",
            "The law demands that every loss be made good; third parties restore first and sell the credits to those who cause the loss.",
        ),
        Term(
            "carbon-sink-trading",
            "碳汇交易",
            "Carbon sink trading",
            "把生态系统吸收的二氧化碳核证为减排量，在配额或自愿市场出售。",
            "Carbon taken up by ecosystems is certified and sold on quota or voluntary markets.",
        ),
        Term(
            "concession",
            "特许经营",
            "Concession",
            "保护地内的旅游、体验项目授权给特定主体经营，以特许费或分成回馈保护。",
            "Tourism and visitor services inside a protected area are granted to an operator, whose fees or shares flow back to protection.",
        ),
        Term(
            "land-consolidation",
            "全域土地综合整治及增值溢价",
            "Comprehensive land consolidation with value uplift",
            "以整理、复垦、增减挂钩为平台统筹治理田水路林村，增强生态供给，并为生态产业腾出空间。",
            "Consolidating and reclaiming land, and linking urban gains to rural releases, to mend fields, water, roads, woods and villages together and make room for ecological business.",
        ),
        Term(
            "mine-restoration",
            "矿山生态修复及价值提升",
            "Mine restoration with value uplift",
            "修复矿区受损生态，再引入合适的生态产业，使废弃地重新产生价值。",
            "Mined land is healed and given a fitting ecological use, so that waste land earns again.",
        ),
        Term(
            "park-oriented-development",
            "公园导向型开发",
            "Park-oriented development",
            "先造稳定、有吸引力的公园与景观，再由此带动周边产业和土地增值。",
            "A stable, attractive park comes first; business and land value around it follow.",
        ),
    )
)

BASES = table(
    (
        Term("stated", "文件明示", "Stated by the document"),
        Term("inferred", "编者推断", "Inferred by the editors"),
    )
)
