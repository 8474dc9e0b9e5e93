"""Names of places in Latin letters."""

import re

import pytest

from eppv_atlas import boundaries
from eppv_atlas.render.place_names import romanised


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("连山壮族瑶族自治县", "Lianshan Zhuang and Yao Autonomous County"),
        ("双江拉祜族佤族布朗族傣族自治县", "Shuangjiang Lahu, Va, Blang and Dai Autonomous County"),
        ("积石山保安族东乡族撒拉族自治县", "Jishishan Bonan, Dongxiang and Salar Autonomous County"),
        ("文山壮族苗族自治州", "Wenshan Zhuang and Miao Autonomous Prefecture"),
        ("伊犁哈萨克自治州", "Ili Kazakh Autonomous Prefecture"),
        ("金秀瑶族自治县", "Jinxiu Yao Autonomous County"),
        ("龙胜各族自治县", "Longsheng Various Nationalities Autonomous County"),
        ("东乡族自治县", "Dongxiang Autonomous County"),
        ("莫力达瓦达斡尔族自治旗", "Morin Dawa Daur Autonomous Banner"),
        ("龙圩区", "Longxu District"),
        ("光泽县", "Guangze County"),
        ("西安区", "Xi'an District"),
        ("易县", "Yixian County"),
        ("水城区", "Shuicheng District"),
    ],
)
def test_known_names(zh, en):
    assert romanised(zh) == en


def test_every_county_has_a_name_that_an_english_reader_can_read():
    places, _ = boundaries.units("district")
    autonomous = [place.name_zh for place in places if "自治" in place.name_zh]
    assert len(autonomous) > 110
    for place in places:
        name = romanised(place.name_zh)
        assert re.fullmatch(r"[A-Z][A-Za-zü' ,()-]*", name), (place.name_zh, name)
    for name in autonomous:
        told = romanised(name)
        assert "zu " not in told, (name, told)
        assert told.endswith((" Autonomous County", " Autonomous Banner"))
        assert len(told.split()) >= 3
