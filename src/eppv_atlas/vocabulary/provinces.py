"""Provinces with their names in both languages, and the regions they are commonly grouped in.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

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

REGIONS: dict[str, tuple[str, str, frozenset[str]]] = {
    "north": ("华北", "North China", frozenset({"110000", "120000", "130000", "140000", "150000"})),
    "northeast": ("东北", "Northeast China", frozenset({"210000", "220000", "230000"})),
    "east": (
        "华东",
        "East China",
        frozenset({"310000", "320000", "330000", "340000", "350000", "360000", "370000", "710000"}),
    ),
    "central": ("华中", "Central China", frozenset({"410000", "420000", "430000"})),
    "south": ("华南", "South China", frozenset({"440000", "450000", "460000", "810000", "820000"})),
    "southwest": ("西南", "Southwest China", frozenset({"500000", "510000", "520000", "530000", "540000"})),
    "northwest": ("西北", "Northwest China", frozenset({"610000", "620000", "630000", "640000", "650000"})),
}
