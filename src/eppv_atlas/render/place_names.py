"""Names of counties and prefectures in Latin letters, where the data have them in Chinese only.

Floor 3, part of render: knows pinyin; must not know cases, files or HTML.
"""

from __future__ import annotations

from typing import Final

from eppv_atlas.render.words import pinyin

_UNITS: Final = (
    ("自治县", " Autonomous County"),
    ("自治旗", " Autonomous Banner"),
    ("自治州", " Autonomous Prefecture"),
    ("地区", " Prefecture"),
    ("林区", " Forestry District"),
    ("新区", " New Area"),
    ("县", " County"),
    ("市", " City"),
    ("区", " District"),
    ("旗", " Banner"),
    ("盟", " League"),
)
_PEOPLES: Final = {
    "保安": "Bonan",
    "布朗": "Blang",
    "布依": "Buyei",
    "朝鲜": "Korean",
    "白": "Bai",
    "傣": "Dai",
    "达斡尔": "Daur",
    "东乡": "Dongxiang",
    "侗": "Dong",
    "独龙": "Derung",
    "鄂伦春": "Oroqen",
    "鄂温克": "Ewenki",
    "仡佬": "Gelao",
    "哈尼": "Hani",
    "哈萨克": "Kazakh",
    "回": "Hui",
    "景颇": "Jingpo",
    "柯尔克孜": "Kyrgyz",
    "拉祜": "Lahu",
    "黎": "Li",
    "傈僳": "Lisu",
    "满": "Manchu",
    "毛南": "Maonan",
    "蒙古": "Mongol",
    "苗": "Miao",
    "仫佬": "Mulao",
    "纳西": "Naxi",
    "怒": "Nu",
    "普米": "Pumi",
    "羌": "Qiang",
    "撒拉": "Salar",
    "畲": "She",
    "水": "Sui",
    "塔吉克": "Tajik",
    "土": "Tu",
    "土家": "Tujia",
    "佤": "Va",
    "锡伯": "Xibe",
    "瑶": "Yao",
    "彝": "Yi",
    "裕固": "Yugur",
    "藏": "Tibetan",
    "壮": "Zhuang",
}
"""Peoples that an autonomous prefecture, county or banner is named after."""
_OWN: Final = {
    "伊犁": "Ili",
    "乌兰": "Ulan",
    "博尔塔拉": "Bortala",
    "巴音郭楞": "Bayingolin",
    "克孜勒苏": "Kizilsu",
    "塔什库尔干": "Taxkorgan",
    "察布查尔": "Qapqal",
    "巴里坤": "Barkol",
    "木垒": "Mori",
    "焉耆": "Yanqi",
    "和布克赛尔": "Hoboksar",
    "莫力达瓦": "Morin Dawa",
    "龙圩": "Longxu",
}
"""Names with a spelling of their own, and one that pinyin by rule reads wrong."""
_MANY: Final = "各族"


def romanised(name: str) -> str:
    """The name of a county or prefecture in Latin letters: its pinyin, its peoples, and what kind of unit it is.

    >>> romanised("光泽县"), romanised("西安区"), romanised("易县")
    ('Guangze County', "Xi'an District", 'Yixian County')
    >>> romanised("连山壮族瑶族自治县"), romanised("鄂伦春自治旗")
    ('Lianshan Zhuang and Yao Autonomous County', 'Oroqen Autonomous Banner')
    """
    stem, kind = next(
        ((name.removesuffix(tail), word) for tail, word in _UNITS if name.endswith(tail) and name != tail),
        (name, ""),
    )
    if "Autonomous" in kind:
        stem, peoples = _parted(stem)
        return " ".join(filter(None, [_spelled(stem), _listed(peoples)])) + kind
    return _spelled(stem if len(stem) > 1 else stem + name.removeprefix(stem)[:1]) + kind or name


def _parted(stem: str) -> tuple[str, list[str]]:
    """The place in a name, and the peoples that follow it, in their order."""
    if stem.endswith(_MANY):
        return stem.removesuffix(_MANY), ["Various Nationalities"]
    found: list[str] = []
    while True:
        # a name of one letter counts only with its 族, as it may belong to the place
        ends = [people + "族" for people in _PEOPLES] + [people for people in _PEOPLES if len(people) > 1]
        end = max((one for one in ends if stem.endswith(one)), key=len, default="")
        if not end:
            return stem, found[::-1]
        found.append(_PEOPLES[end.removesuffix("族")])
        stem = stem.removesuffix(end)


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _spelled(text: str) -> str:
    if text in _OWN:
        return _OWN[text]
    parts = pinyin(text).split()
    joined = "".join(f"'{part}" if i and part[0] in "aeo" else part for i, part in enumerate(parts))
    return joined[:1].upper() + joined[1:] if joined else text
