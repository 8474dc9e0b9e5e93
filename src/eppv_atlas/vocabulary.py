"""The field's own words: closed vocabularies, each term with one Chinese and one English name.

The terms are those of the Ministry of Natural Resources' notice; the
definitions are ours. Case files name a term by its `id`.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word of a closed vocabulary.

    Attributes
    ----------
    id
        The word that case files use (kebab-case).
    zh, en
        The notice's Chinese term and our one fixed English translation.
    about_zh, about_en
        Definition in our own words; empty where the name says it all.
    group
        Id of the wider term it belongs to (the family of a zone kind), or empty.
    """

    id: str
    zh: str
    en: str
    about_zh: str = ""
    about_en: str = ""
    group: str = ""


def _table(terms: Iterable[Term]) -> dict[str, Term]:
    return {term.id: term for term in terms}


PATHS = _table(
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

CATEGORIES = _table(
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

MODES = _table(
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

FAMILIES = _table(
    (
        Term("extent", "范围", "Extent"),
        Term("protection", "保护", "Protection"),
        Term("buffer", "缓冲", "Buffer"),
        Term("restoration", "修复整治", "Restoration"),
        Term("farming", "农业种植", "Farming"),
        Term("forest", "林草绿化", "Forest and greening"),
        Term("water", "水域湿地", "Water and wetland"),
        Term("production", "生产", "Production"),
        Term("living", "生活", "Living"),
        Term("use", "合理利用", "Sustainable use"),
        Term("corridor", "廊道", "Corridor"),
        Term("offset", "补偿", "Offset"),
    )
)

ZONE_KINDS = _table(
    (
        Term("administrative-area", "行政区域", "Administrative area", group="extent"),
        Term("project-area", "项目区", "Project area", group="extent"),
        Term("planning-area", "规划区", "Planning area", group="extent"),
        Term("management-cell", "管护网格", "Management cell", group="extent"),
        Term("karst-area", "岩溶石漠化区", "Karst and rocky-desertification area", group="extent"),
        Term("saline-alkali-land", "盐碱地", "Saline-alkali land", group="extent"),
        Term("core-protection", "核心保护区", "Core protection zone", group="protection"),
        Term("protected-area", "保护范围", "Protected area", group="protection"),
        Term("conservation", "生态保育区", "Conservation zone", group="protection"),
        Term("red-line", "生态保护红线", "Ecological red line", group="protection"),
        Term("ecological", "生态空间", "Ecological space", group="protection"),
        Term("buffer", "缓冲区", "Buffer zone", group="buffer"),
        Term("influence-area", "带动区", "Area of influence", group="buffer"),
        Term("restoration", "修复区", "Restoration zone", group="restoration"),
        Term("consolidation", "土地整治区", "Land consolidation area", group="restoration"),
        Term("reclamation", "复垦区", "Reclaimed land", group="restoration"),
        Term("mine-restoration", "矿山修复区", "Mine restoration area", group="restoration"),
        Term("soil-improvement", "土壤改良区", "Soil improvement area", group="restoration"),
        Term(
            "water-soil-conservation",
            "水土流失治理区",
            "Soil and water conservation area",
            group="restoration",
        ),
        Term("farmland", "耕地", "Farmland", group="farming"),
        Term("basic-farmland", "永久基本农田", "Permanent basic farmland", group="farming"),
        Term("tea-garden", "茶园", "Tea garden", group="farming"),
        Term("orchard", "林果种植区", "Orchard", group="farming"),
        Term("flower-field", "香料花卉种植区", "Flower and aromatic field", group="farming"),
        Term("planting-area", "种植区", "Planting area", group="farming"),
        Term("forest", "森林", "Forest", group="forest"),
        Term("bamboo-forest", "毛竹林", "Bamboo forest", group="forest"),
        Term("public-benefit-forest", "生态公益林", "Public-benefit forest", group="forest"),
        Term("forest-farm", "林场", "Forest farm", group="forest"),
        Term("greening", "绿化区", "Greening area", group="forest"),
        Term("firebreak", "防火阻隔带", "Firebreak", group="forest"),
        Term("grassland", "草地", "Grassland", group="forest"),
        Term("wetland", "湿地", "Wetland", group="water"),
        Term("salt-lake", "盐湖", "Salt lake", group="water"),
        Term("watershed", "小流域", "Small watershed", group="water"),
        Term("production", "生产空间", "Production space", group="production"),
        Term("industrial", "产业区", "Industrial area", group="production"),
        Term("mining", "开采生产区", "Mining and production zone", group="production"),
        Term("construction-land", "建设用地", "Construction land", group="production"),
        Term("living", "生活空间", "Living space", group="living"),
        Term("housing", "居住区", "Housing", group="living"),
        Term("sustainable-use", "合理利用区", "Sustainable-use zone", group="use"),
        Term("tourism", "旅游区", "Tourism area", group="use"),
        Term("urban-park", "城市公园", "Urban park", group="use"),
        Term("public-facility", "公共设施区", "Public facility area", group="use"),
        Term("corridor", "生态廊道", "Ecological corridor", group="corridor"),
        Term("river", "河道", "River reach", group="corridor"),
        Term("road", "风景道", "Scenic road", group="corridor"),
        Term("stewardship-land", "管养用地", "Stewardship land", group="offset"),
        Term("offset-site", "补偿场地", "Offset site", group="offset"),
    )
)

SITE_KINDS = _table(
    (
        Term("park", "公园", "Park"),
        Term("wetland", "湿地", "Wetland"),
        Term("lake", "湖泊", "Lake"),
        Term("mountain", "山体", "Mountain"),
        Term("river", "河流", "River"),
        Term("forest-farm", "林场", "Forest farm"),
        Term("town", "乡镇", "Town"),
        Term("village", "村庄", "Village"),
        Term("county", "县（市、区）", "County"),
        Term("city", "城市", "City"),
        Term("state", "州", "State"),
        Term("facility", "设施", "Facility"),
        Term("industrial-park", "产业园区", "Industrial park"),
        Term("scenic-area", "景区", "Scenic area"),
        Term("project", "项目", "Project"),
    )
)

# best first: an earlier confidence is the better one
CONFIDENCES = _table(
    (
        Term("surveyed", "实测", "Surveyed", "依法定测量成果。", "From a survey of record."),
        Term(
            "official", "官方", "Official", "主管部门公布的边界。", "A boundary published by the authority."
        ),
        Term(
            "digitised",
            "数字化",
            "Digitised",
            "由可靠底图或图件描绘。",
            "Traced from a trustworthy map or image.",
        ),
        Term(
            "administrative",
            "行政界线",
            "Administrative",
            "以行政区划界线表示，界线为通用数据。",
            "Stands for an administrative unit; the outline is general-purpose data.",
        ),
        Term(
            "schematic",
            "示意",
            "Schematic",
            "形状只示意大小与大致位置，不是真实边界。",
            "Shows size and rough position only; the outline is not real.",
        ),
    )
)

BASES = _table(
    (
        Term("stated", "文件明示", "Stated by the document"),
        Term("inferred", "编者推断", "Inferred by the editors"),
    )
)

SECTIONS = _table(
    (
        Term("general", "总体情况", "General part"),
        Term("background", "案例背景", "Background"),
        Term("mechanism", "核心机制", "Core mechanism"),
        Term("practice", "具体做法", "Practice"),
        Term("outcome", "主要成效", "Outcome"),
    )
)

QUALIFIERS = _table(
    (
        Term("exact", "", ""),
        Term("about", "约", "about"),
        Term("nearly", "近", "nearly"),
        Term("over", "超过", "over"),
        Term("at-least", "不少于", "at least"),
        Term("up-to", "可达", "up to"),
    )
)

PROVINCES: dict[str, tuple[str, str]] = {
    "110000": ("北京市", "Beijing"),
    "120000": ("天津市", "Tianjin"),
    "130000": ("河北省", "Hebei"),
    "140000": ("山西省", "Shanxi"),
    "150000": ("内蒙古自治区", "Inner Mongolia"),
    "210000": ("辽宁省", "Liaoning"),
    "220000": ("吉林省", "Jilin"),
    "230000": ("黑龙江省", "Heilongjiang"),
    "310000": ("上海市", "Shanghai"),
    "320000": ("江苏省", "Jiangsu"),
    "330000": ("浙江省", "Zhejiang"),
    "340000": ("安徽省", "Anhui"),
    "350000": ("福建省", "Fujian"),
    "360000": ("江西省", "Jiangxi"),
    "370000": ("山东省", "Shandong"),
    "410000": ("河南省", "Henan"),
    "420000": ("湖北省", "Hubei"),
    "430000": ("湖南省", "Hunan"),
    "440000": ("广东省", "Guangdong"),
    "450000": ("广西壮族自治区", "Guangxi"),
    "460000": ("海南省", "Hainan"),
    "500000": ("重庆市", "Chongqing"),
    "510000": ("四川省", "Sichuan"),
    "520000": ("贵州省", "Guizhou"),
    "530000": ("云南省", "Yunnan"),
    "540000": ("西藏自治区", "Xizang"),
    "610000": ("陕西省", "Shaanxi"),
    "620000": ("甘肃省", "Gansu"),
    "630000": ("青海省", "Qinghai"),
    "640000": ("宁夏回族自治区", "Ningxia"),
    "650000": ("新疆维吾尔自治区", "Xinjiang"),
    "710000": ("台湾省", "Taiwan"),
    "810000": ("香港特别行政区", "Hong Kong"),
    "820000": ("澳门特别行政区", "Macao"),
    "AU-NSW": ("澳大利亚新南威尔士州", "New South Wales, Australia"),
}


def rank(confidence: str) -> int:
    """Position of a confidence, 0 for the best (`surveyed`)."""
    return list(CONFIDENCES).index(confidence)


def family(zone_kind: str) -> Term:
    """Family of a zone kind: the term that carries its map colour."""
    return FAMILIES[ZONE_KINDS[zone_kind].group]
