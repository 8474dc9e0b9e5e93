"""Records of a large atlas, the same each time, made without whole cases."""

import functools
import itertools

from eppv_atlas import boundaries, vocabulary
from eppv_atlas import cards as records

_A, _B = "青云白石大小东西南北金银龙凤清明", "溪山湾坪塘岭坝沟源渡桥岩"
_KINDS = [("湿地", "wetland"), ("茶园", "tea garden"), ("林场", "forest farm"), ("盐湖", "salt lake")]
_PARTS = [("核心区", "Core of {}"), ("修复区", "Restored part of {}"), ("游客中心", "Visitor centre of {}")]


@functools.cache
def _units():
    return boundaries.units("district")[0]


def case(i):
    """Record number i."""
    units = _units()
    place = units[i * 37 % len(units)]
    paths, modes = list(vocabulary.PATHS), list(vocabulary.MODES)
    zh, en = _KINDS[i % 4]
    a, b = _A[i % 16], _B[i // 16 % 12]
    short = (f"{a}{b}{zh}", f"The {en} no. {i}")
    families = list(vocabulary.FAMILIES)
    bars = tuple(
        records.Bar(
            (short[0] + part[0], part[1].format(short[1])),
            families[(i + n) % len(families)],
            1e5 * (9 - n) + i,
            ("schematic", "", "digitised")[n % 3],
            (f"{i + n}.5公顷", f"{i + n}.5 ha") if n == 0 else None,
            i % 70 + 1 if n == 0 else None,
        )
        for n, part in enumerate(_PARTS)
    )
    return records.CaseRecord(
        f"case-{i:05d}",
        short,
        (f"{short[0]}：第{i}号案例", f"{short[1]}: a case"),
        (f"{place.province_zh}{place.name_zh}", f"County {place.code}"),
        records.Filed(
            paths[i % 3],
            (modes[i % 11], modes[(i + 4) % 11]) if i % 5 == 0 else (modes[i % 11],),
            list(vocabulary.CATEGORIES)[i % 3],
            (place.province,),
            "mnr-4",
            "mnr-epv-cases-4",
            tuple(itertools.islice(vocabulary.ECOSYSTEMS, i % 3)),
            ("digitised", "schematic") if i % 2 else ("schematic",),
        ),
        i,
        80 + (i * 0.7919) % 45,
        21 + (i * 0.3571) % 27,
        "schematic",
        tuple(
            records.Headline(
                (f"数据{n}", f"Figure {n}"), (f"{i * n + 1000}万元", f"{i * n + 1000:,} CNY"), n + 1
            )
            for n in range(3)
        ),
        bars,
        i % 4,
        tuple(bar.name for bar in bars),
    )


def cases(count):
    """So many records."""
    return [case(i) for i in range(count)]
