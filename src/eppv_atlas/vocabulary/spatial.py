"""Words for places and shapes: kinds of site and zone, relations, confidence, provinces.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from eppv_atlas.vocabulary.term import Term, table

FAMILIES = table(
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

ZONE_KINDS = table(
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
        Term("habitat", "栖息地", "Habitat", group="protection"),
        Term("cultural-protection", "文化保护区", "Cultural protection area", group="protection"),
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
        Term("breeding-area", "养殖区", "Livestock area", group="farming"),
        Term("demonstration-base", "示范基地", "Demonstration base", group="farming"),
        Term("forest", "森林", "Forest", group="forest"),
        Term("bamboo-forest", "毛竹林", "Bamboo forest", group="forest"),
        Term("public-benefit-forest", "生态公益林", "Public-benefit forest", group="forest"),
        Term("forest-farm", "林场", "Forest farm", group="forest"),
        Term("greening", "绿化区", "Greening area", group="forest"),
        Term("firebreak", "防火阻隔带", "Firebreak", group="forest"),
        Term("grassland", "草地", "Grassland", group="forest"),
        Term("wetland", "湿地", "Wetland", group="water"),
        Term("salt-lake", "盐湖", "Salt lake", group="water"),
        Term("pond", "基塘", "Dyke pond", group="water"),
        Term("watershed", "小流域", "Small watershed", group="water"),
        Term("production", "生产空间", "Production space", group="production"),
        Term("industrial", "产业区", "Industrial area", group="production"),
        Term("mining", "开采生产区", "Mining and production zone", group="production"),
        Term("construction-land", "建设用地", "Construction land", group="production"),
        Term("reserved-land", "留用地", "Reserved village land", group="production"),
        Term("energy-base", "新能源基地", "Renewable-energy base", group="production"),
        Term("functional-cluster", "功能组团", "Functional cluster", group="production"),
        Term("living", "生活空间", "Living space", group="living"),
        Term("housing", "居住区", "Housing", group="living"),
        Term("settlement", "村庄社区", "Village community", group="living"),
        Term("sustainable-use", "合理利用区", "Sustainable-use zone", group="use"),
        Term("tourism", "旅游区", "Tourism area", group="use"),
        Term("urban-park", "城市公园", "Urban park", group="use"),
        Term("public-facility", "公共设施区", "Public facility area", group="use"),
        Term("corridor", "生态廊道", "Ecological corridor", group="corridor"),
        Term("axis", "发展轴带", "Development axis", group="corridor"),
        Term("route", "线路", "Route", group="corridor"),
        Term("river", "河道", "River reach", group="corridor"),
        Term("road", "风景道", "Scenic road", group="corridor"),
        Term("stewardship-land", "管养用地", "Stewardship land", group="offset"),
        Term("offset-site", "补偿场地", "Offset site", group="offset"),
    )
)

SITE_KINDS = table(
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
        Term("province", "省（自治区、直辖市）", "Province"),
        Term("country", "国家", "Country"),
        Term("region", "地理区域", "Region"),
        Term("city", "城市", "City"),
        Term("state", "州", "State"),
        Term("facility", "设施", "Facility"),
        Term("industrial-park", "产业园区", "Industrial park"),
        Term("scenic-area", "景区", "Scenic area"),
        Term("project", "项目", "Project"),
        Term("road", "道路", "Road"),
        Term("habitat", "栖息地", "Habitat"),
        Term("market", "市场", "Market"),
    )
)

ADMINISTRATIVE = frozenset({"county", "city", "province", "state"})
"""Kinds of site whose shape is the outline of its administrative unit."""

RELATIONS = table(
    (
        Term("inside", "位于……内", "inside"),
        Term("outside", "位于……外", "outside"),
        Term("adjacent", "与……相邻", "adjacent to"),
        Term("around", "环绕……", "around"),
        Term("along", "沿……", "along"),
        Term("crosses", "穿过……", "crosses"),
        Term("overlaps", "与……部分重叠", "overlaps"),
        Term("near", "邻近……", "near"),
        Term("connects", "连通……", "connects"),
        Term("made-from", "由……转变而来", "made from"),
    )
)

# the side on which the subject lies, seen from the other
DIRECTIONS = table(
    (
        Term("north", "北", "north"),
        Term("northeast", "东北", "northeast"),
        Term("east", "东", "east"),
        Term("southeast", "东南", "southeast"),
        Term("south", "南", "south"),
        Term("southwest", "西南", "southwest"),
        Term("west", "西", "west"),
        Term("northwest", "西北", "northwest"),
        Term("centre", "中部", "centre"),
    )
)

# best first: an earlier confidence is the better one
CONFIDENCES = table(
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
