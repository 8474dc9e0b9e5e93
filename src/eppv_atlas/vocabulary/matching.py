"""Words for finding like cases: resources, aims, and what the notice advises for a resource.

A resource or an aim names the kinds of record that bear witness to it, so that
a case need not be tagged by hand: whoever has a zone of kind ``tea-garden``
has the resource ``tea``.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from dataclasses import dataclass

from eppv_atlas.vocabulary.term import Term


@dataclass(frozen=True)
class Matched(Term):
    """A term with the kinds of record that show it.

    Attributes
    ----------
    zones, sites, mechanisms, modes
        Kinds of zone, site and mechanism, and modes, that bear witness to it.
    """

    zones: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    mechanisms: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Advice:
    """What the notice's general part says of a resource and a mode.

    Attributes
    ----------
    resource, mode
        Ids of the two.
    page
        Page of the notice.
    zh, en
        The ground of it, in our own words.
    """

    resource: str
    mode: str
    page: int
    zh: str
    en: str


def _resource(name: str, zh: str, en: str, zones: str, sites: str = "") -> Matched:
    return Matched(name, zh, en, zones=frozenset(zones.split()), sites=frozenset(sites.split()))


def _aim(name: str, zh: str, en: str, mechanisms: str, modes: str = "", zones: str = "") -> Matched:
    return Matched(
        name,
        zh,
        en,
        mechanisms=frozenset(mechanisms.split()),
        modes=frozenset(modes.split()),
        zones=frozenset(zones.split()),
    )


RESOURCES: dict[str, Matched] = {
    term.id: term
    for term in (
        _resource("wetland", "湿地", "Wetland", "wetland pond", "wetland"),
        _resource("lake", "湖泊", "Lake", "salt-lake", "lake"),
        _resource("salt-lake", "盐湖", "Salt lake", "salt-lake"),
        _resource("river", "河流与流域", "River and watershed", "river watershed", "river"),
        _resource(
            "forest",
            "森林",
            "Forest",
            "forest bamboo-forest public-benefit-forest forest-farm",
            "forest-farm",
        ),
        _resource("bamboo", "竹林", "Bamboo", "bamboo-forest"),
        _resource("tea", "茶园", "Tea", "tea-garden"),
        _resource("karst", "岩溶（喀斯特）石漠化地", "Karst and rocky desert", "karst-area"),
        _resource("saline-alkali", "盐碱地", "Saline-alkali land", "saline-alkali-land"),
        _resource("farmland", "耕地", "Farmland", "farmland basic-farmland reclamation consolidation"),
        _resource("orchard", "林果", "Fruit", "orchard"),
        _resource("flowers", "香料花卉", "Flowers and aromatic plants", "flower-field"),
        _resource("grassland", "草地", "Grassland", "grassland"),
        _resource("mine", "矿山", "Mine", "mine-restoration mining"),
        _resource("urban-green", "城市绿地", "Urban green space", "urban-park greening"),
        _resource(
            "protected-area",
            "自然保护地",
            "Protected area",
            "core-protection protected-area conservation",
        ),
        _resource("biodiversity", "生物多样性", "Biodiversity", "offset-site habitat", "habitat"),
        _resource("village", "乡村", "Village", "settlement housing reserved-land", "village"),
        _resource("culture", "历史文化", "Culture and heritage", "cultural-protection"),
        _resource("wind-and-sun", "风光能源", "Wind and sun", "energy-base"),
    )
}

ECOSYSTEMS: dict[str, Matched] = {
    term.id: term
    for term in (
        _resource(
            "forest", "森林", "Forest", "forest bamboo-forest public-benefit-forest forest-farm firebreak"
        ),
        _resource("grassland", "草地", "Grassland", "grassland"),
        _resource("wetland", "湿地与水体", "Wetland and water", "wetland salt-lake pond watershed river"),
        _resource(
            "farmland",
            "农田",
            "Farmland",
            "farmland basic-farmland tea-garden orchard flower-field planting-area reclamation consolidation",
        ),
        _resource("urban", "城镇", "Urban", "urban-park"),
        _resource("saline-alkali", "盐碱地", "Saline-alkali land", "saline-alkali-land"),
        _resource("karst", "岩溶石漠化地", "Karst rocky desert", "karst-area"),
    )
}
"""Ecosystems of a case, read off the kinds of its zones.

The classes follow the first level of the national ecosystem classification
(forest, grassland, wetland, farmland, urban); two degraded grounds that cases
are about, saline-alkali and karst land, stand beside them.
"""


def ecosystems_of(zone_kinds: frozenset[str]) -> tuple[str, ...]:
    """Ids of the ecosystems that zones of these kinds bear witness to, in the order of the table."""
    return tuple(name for name, term in ECOSYSTEMS.items() if term.zones & zone_kinds)


AIMS: dict[str, Matched] = {
    term.id: term
    for term in (
        _aim(
            "restoration",
            "生态修复",
            "Restoration",
            "restoration",
            "mine-restoration",
            "restoration mine-restoration soil-improvement water-soil-conservation",
        ),
        _aim("protection", "保护管控", "Protection", "zoning monitoring easement stewardship"),
        _aim("compensation", "保护补偿", "Compensation", "compensation", "vertical-compensation"),
        _aim(
            "land-consolidation",
            "土地整治",
            "Land consolidation",
            "consolidation land-quota land-banking",
            "land-consolidation",
        ),
        _aim("tourism", "生态旅游", "Tourism", "concession operation", "eco-tourism concession", "tourism"),
        _aim("farming", "生态种养", "Farming", "industry", "eco-agriculture", "planting-area tea-garden"),
        _aim("processing", "生态工业", "Processing and industry", "industry", "eco-industry", "industrial"),
        _aim("brand", "品牌增值", "Brand", "brand standards"),
        _aim("trading", "指标交易", "Trading", "offset-credit market-platform land-quota pricing"),
        _aim("livelihood", "群众增收", "Livelihood", "benefit-sharing employment property-rights"),
        _aim("finance", "资金与金融", "Finance", "finance"),
        _aim(
            "urban-renewal",
            "城市更新",
            "Urban renewal",
            "land-banking resettlement",
            "park-oriented-development",
            "urban-park functional-cluster",
        ),
    )
}

ADVICE: tuple[Advice, ...] = (
    Advice(
        "forest",
        "vertical-compensation",
        6,
        "林区可先取森林生态补偿",
        "wooded places are advised to draw on forest compensation",
    ),
    Advice(
        "forest",
        "eco-agriculture",
        6,
        "林区可发展林业经济",
        "wooded places are advised to build a forest economy",
    ),
    Advice(
        "forest",
        "carbon-sink-trading",
        6,
        "林区可参与林业碳汇交易",
        "wooded places are advised to trade forest carbon",
    ),
    Advice(
        "river",
        "horizontal-compensation",
        3,
        "该模式多用于流域上下游之间",
        "this mode is mostly used between upstream and downstream",
    ),
    Advice(
        "protected-area",
        "vertical-compensation",
        3,
        "该模式补偿生态功能重要地区的保护",
        "this mode pays areas with key ecological functions",
    ),
    Advice(
        "protected-area",
        "concession",
        5,
        "该模式用于国家公园等自然保护地的经营项目",
        "this mode serves visitor services in protected areas",
    ),
    Advice(
        "wetland",
        "wetland-quota-trading",
        4,
        "该模式以占用湿地须抵补为前提",
        "this mode rests on the duty to make up for wetland that is taken",
    ),
    Advice(
        "wetland",
        "park-oriented-development",
        6,
        "文件以湿地公园带动片区为例",
        "the notice's example is a wetland park that lifts its surroundings",
    ),
    Advice(
        "biodiversity",
        "wetland-quota-trading",
        4,
        "文件把生物多样性补偿归入该模式",
        "the notice counts biodiversity offsets to this mode",
    ),
    Advice(
        "tea",
        "eco-agriculture",
        3,
        "文件以六堡茶为该模式之例",
        "the notice's example of this mode is Liubao tea",
    ),
    Advice(
        "saline-alkali",
        "eco-agriculture",
        3,
        "文件以盐碱地种养为该模式之例",
        "the notice's example of this mode is farming on saline-alkali land",
    ),
    Advice(
        "flowers",
        "eco-industry",
        4,
        "文件以薰衣草精油加工为该模式之例",
        "the notice's example of this mode is lavender oil",
    ),
    Advice(
        "salt-lake",
        "eco-tourism",
        4,
        "文件以盐湖旅游为该模式之例",
        "the notice's example of this mode is a salt lake",
    ),
    Advice(
        "culture",
        "eco-tourism",
        4,
        "该模式依托风光与历史文化遗存",
        "this mode builds on scenery and heritage",
    ),
    Advice(
        "farmland",
        "land-consolidation",
        5,
        "该模式以土地整理、复垦和增减挂钩为平台",
        "this mode works through consolidation and reclamation",
    ),
    Advice(
        "karst",
        "land-consolidation",
        6,
        "文件以石漠化治理为该模式之例",
        "the notice's example of this mode is a rocky-desert county",
    ),
    Advice(
        "mine",
        "mine-restoration",
        6,
        "该模式修复矿区并引入生态产业",
        "this mode heals mined land and gives it a new use",
    ),
    Advice(
        "urban-green",
        "park-oriented-development",
        6,
        "该模式先造公园景观，再带动产业",
        "this mode makes the park first, business follows",
    ),
)
"""What the notice's general part says of resources and modes (its pages 2 to 7)."""
