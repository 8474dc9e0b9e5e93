"""Words of the records: sections, qualifiers, series, mechanisms, claims.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from eppv_atlas.vocabulary.term import Term, table

SECTIONS = table(
    (
        Term("general", "总体情况", "General part"),
        Term("background", "案例背景", "Background"),
        Term("mechanism", "核心机制", "Core mechanism"),
        Term("practice", "具体做法", "Practice"),
        Term("outcome", "主要成效", "Outcome"),
    )
)

QUALIFIERS = table(
    (
        Term("exact", "", ""),
        Term("about", "约", "about"),
        Term("nearly", "近", "nearly"),
        Term("over", "超过", "over"),
        Term("at-least", "不少于", "at least"),
        Term("up-to", "可达", "up to"),
    )
)

SERIES_KINDS = table(
    (
        Term("change", "前后变化", "Before and after"),
        Term("time", "时间序列", "Over time"),
        Term("range", "区间", "Range"),
        Term("group", "并列分项", "Items side by side"),
        Term("parts", "整体与分项", "Whole and parts"),
    )
)

MECHANISM_KINDS = table(
    (
        Term("planning", "规划统筹", "Planning"),
        Term("zoning", "分区管控", "Zoning"),
        Term("governance", "管理体制", "Governance"),
        Term("legislation", "法规制度", "Law and rules"),
        Term("standards", "标准规范", "Standards"),
        Term("property-rights", "产权与经营权流转", "Property rights and transfer of land-management rights"),
        Term("land-banking", "土地收储", "Land banking"),
        Term("land-quota", "用地指标腾挪", "Land-quota transfer"),
        Term("land-supply", "用地保障", "Land supply guarantee"),
        Term("stewardship", "生态管养协议", "Stewardship agreement"),
        Term("easement", "地役权", "Conservation easement"),
        Term("compensation", "生态保护补偿", "Ecological compensation"),
        Term("concession", "特许经营", "Concession"),
        Term("operation", "授权运营", "Authorised operation"),
        Term("restoration", "生态修复工程", "Restoration programme"),
        Term("consolidation", "土地综合整治", "Land consolidation"),
        Term("resource-use", "资源利用与循环", "Resource use and recycling"),
        Term("industry", "产业融合", "Industry integration"),
        Term("brand", "品牌与认证", "Brand and certification"),
        Term("benefit-sharing", "利益分配", "Benefit sharing"),
        Term("employment", "就业与公益岗位", "Jobs and public-benefit posts"),
        Term("resettlement", "搬迁安置", "Resettlement"),
        Term("participation", "社区共建共享", "Community participation"),
        Term("technology", "科技支撑", "Science and technology support"),
        Term("monitoring", "监测监管", "Monitoring"),
        Term("finance", "绿色金融与资金", "Green finance and funds"),
        Term("user-fee", "使用者与村民缴费", "User and villager fees"),
        Term("market-platform", "交易平台", "Market platform"),
        Term("offset-credit", "生态信用", "Biodiversity credit"),
        Term("assessment", "评估审批", "Assessment and approval"),
        Term("pricing", "定价", "Pricing"),
    )
)

PARTY_ROLES = table(
    (
        Term("authority", "主管政府", "Authority"),
        Term("manager", "管理机构", "Manager"),
        Term("regulator", "审批监管方", "Regulator"),
        Term("operator", "运营主体", "Operator"),
        Term("investor", "投资方", "Investor"),
        Term("payer", "付费方", "Payer"),
        Term("provider", "提供方", "Provider"),
        Term("owner", "权利人", "Right holder"),
        Term("beneficiary", "受益方", "Beneficiary"),
        Term("intermediary", "中介方", "Intermediary"),
        Term("participant", "参与方", "Participant"),
        Term("expert", "专业支撑方", "Expert"),
    )
)

CLAIM_KINDS = table(
    (
        Term("sum", "合计", "Sum"),
        Term("share", "占比", "Share"),
        Term("ratio", "倍比", "Ratio"),
        Term("product", "乘积", "Product"),
        Term("repeat", "同一数的两处写法", "Two statements of one figure"),
        Term("part-whole", "部分不大于整体", "Part and whole"),
        Term("change", "前后变化", "Before and after"),
        Term("unit", "单位", "Unit"),
        Term("base", "占比的基数", "Base of a share"),
        Term("overlap", "范围重叠", "Overlap"),
    )
)

VERDICTS = table(
    (
        Term("disagrees", "不符", "disagrees"),
        Term("care", "须留意", "needs care"),
        Term("agrees", "相符", "agrees"),
        Term("derived", "推算", "worked out"),
    )
)
