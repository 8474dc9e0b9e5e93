"""Which encoding a table is written in, judged on its bytes and not on what is said of them.

A ``.cpg`` file and byte 29 of the header are hearsay: they are wrong often
enough that drivers who believe them return ``Ë®Ìï`` for 水田. The bytes
themselves tell UTF-8 from Chinese encodings in all but the shortest texts; where
they do not, both readings are shown and none is taken.

Floor 3, part of intake: knows bytes and names of places; must not know files,
shapes or cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from eppv_atlas import boundaries, vocabulary
from eppv_atlas.intake.dbf import RawTable

UTF8: Final = "utf-8"
GB18030: Final = "gb18030"
BIG5: Final = "big5"
LATIN: Final = "cp1252"
_PLAUSIBLE: Final = 0.6
"""Of the letters beyond ASCII so many must be ones that names and land classes use."""
_CLEAR: Final = 0.2
"""By so much a reading must be the better one."""
_SURE: Final = 0.75
"""So plausible a reading needs no comparison."""
_SHOWN: Final = 3
_CLASSES: Final = (
    "水田水浇地旱地耕地果园茶园橡胶园种植园用地乔木林地竹林地红树林地灌木林地森林沼泽灌丛沼泽沼泽草地"
    "天然牧草地人工牧草地其他草地商业服务业设施用地物流仓储用地工业用地采矿用地盐田城镇住宅用地农村宅基地"
    "机关团体新闻出版用地科教文卫用地公用设施用地公园与绿地广场用地特殊用地铁路用地轨道交通用地公路用地"
    "城镇村道路用地交通服务场站用地农村道路机场用地港口码头用地管道运输用地河流水面湖泊水面水库水面坑塘水面"
    "沿海滩涂内陆滩涂沟渠水工建筑用地冰川及永久积雪空闲地设施农用地田坎盐碱地沙地裸土地裸岩石砾地"
    "地类名称编码权属单位坐落名称面积图斑编号行政区代码备注标识码要素村组乡镇街道办事处国有集体姓名面积亩公顷"
    "保护区核心缓冲实验一般控制生态红线修复工程项目区界点号横纵坐标"
)
"""Words of land surveys, as of the national classification of land use."""


@dataclass(frozen=True)
class Reading:
    """What a table says if it is read in an encoding.

    Attributes
    ----------
    encoding
        Python's name of the encoding.
    share
        Share of its letters beyond ASCII that names of places and land classes use.
    samples
        Some of its texts.
    """

    encoding: str
    share: float
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """What the bytes of a table say of its encoding.

    Attributes
    ----------
    encoding
        The encoding; None where the bytes do not decide, or no encoding fits.
    readings
        All that fit, the likeliest first.
    names
        Names of the columns in that encoding; empty where there is none.
    cut
        Places of the columns whose names are cut in the middle of a letter, from 0.
    cut_texts
        How many texts are.
    contradicts
        What is said of the encoding elsewhere and is not so: ``.cpg`` or header.
    damaged
        Whether the texts were damaged before: Chinese bytes once read as Latin
        and stored as UTF-8.
    """

    encoding: str | None
    readings: tuple[Reading, ...]
    names: tuple[str, ...] = ()
    cut: tuple[int, ...] = ()
    cut_texts: int = 0
    contradicts: tuple[str, ...] = ()
    damaged: bool = False


def judge(table: RawTable, cpg: str | None = None, asked: str | None = None) -> Judgement:
    """Judge the encoding of a table.

    Parameters
    ----------
    table
        The table as bytes.
    cpg
        Content of its ``.cpg`` file, if there is one.
    asked
        The encoding that somebody asks for; then only whether it fits is judged.

    Returns
    -------
    Judgement
        Its encoding is None where the bytes allow several readings or none.
    """
    texts = [(column.name, column.full) for column in table.columns] + list(table.texts)
    beyond = [(text, full) for text, full in texts if not text.isascii()]
    if not beyond:
        return Judgement("ascii", (), tuple(column.name.decode("ascii") for column in table.columns))
    known = (asked,) if asked else (UTF8, GB18030, BIG5)
    readings = sorted(
        (reading for name in known if (reading := _reading(beyond, name)) is not None),
        key=lambda one: (-one.share, known.index(one.encoding)),
    )
    chosen = asked if asked and readings else _chosen(beyond, readings)
    damaged = _damaged(beyond, chosen)
    if chosen is None or damaged:
        return Judgement(None, tuple(readings), damaged=damaged)
    names = tuple(_decoded(column.name, chosen, cut=column.full)[0] or "" for column in table.columns)
    cut = tuple(
        i for i, column in enumerate(table.columns) if _decoded(column.name, chosen, cut=column.full)[1]
    )
    cut_texts = sum(_decoded(text, chosen, cut=full)[1] for text, full in table.texts)
    told = tuple(_contradicted(chosen, cpg, table.language))
    return Judgement(chosen, tuple(readings), names, cut, cut_texts, told)


def _chosen(texts: Sequence[tuple[bytes, bool]], readings: Sequence[Reading]) -> str | None:
    """The one reading that the bytes decide for."""
    by_name = {reading.encoding: reading for reading in readings}
    if UTF8 in by_name and any(_has_ideographs(text, full) for text, full in texts):
        return UTF8  # three bytes in step with its rules: other Chinese encodings do not do that by chance
    mainland, other = by_name.get(GB18030), by_name.get(BIG5)
    if UTF8 in by_name:  # letters of two bytes only: Latin or Cyrillic, or Chinese that looks like it
        return UTF8 if mainland is None else None
    if mainland is None or mainland.share < _PLAUSIBLE:
        return None  # Big5 is never guessed: what it writes is also GB 18030, with rarer letters
    return (
        GB18030 if other is None or mainland.share - other.share > _CLEAR or mainland.share > _SURE else None
    )


def _reading(texts: Sequence[tuple[bytes, bool]], encoding: str) -> Reading | None:
    """All texts in an encoding; None where one of them has no reading in it."""
    told = []
    for text, full in texts:
        line, _ = _decoded(text, encoding, cut=full)
        if line is None:
            return None
        told.append(line)
    letters = [char for line in told for char in line if ord(char) > 0x7F]
    common = _common()
    share = sum(_weight(char, common) for char in letters) / len(letters) if letters else 0.0
    return Reading(encoding, share, tuple(dict.fromkeys(told))[:_SHOWN])


def _weight(char: str, common: frozenset[str]) -> float:
    """How usual a letter is: names use it, it is of the first or of the second plane of GB 2312, or of neither."""
    if char in common:
        return 1.0
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 0.0
    return 0.8 if 0xB0 <= lead <= 0xD7 else 0.3


def _decoded(text: bytes, encoding: str, *, cut: bool) -> tuple[str | None, bool]:
    """A text, and whether a letter at its end was cut; None where it has no reading."""
    try:
        return text.decode(encoding), False
    except (UnicodeDecodeError, LookupError):
        pass
    if cut:
        for less in (1, 2, 3):
            try:
                return text[:-less].decode(encoding), True
            except (UnicodeDecodeError, LookupError):
                continue
    return None, False


def _has_ideographs(text: bytes, full: bool) -> bool:  # noqa: FBT001 - a pair as the table has it
    line, _ = _decoded(text, UTF8, cut=full)
    return line is not None and any("\u3400" <= char <= "\u9fff" for char in line)


def _damaged(texts: Sequence[tuple[bytes, bool]], chosen: str | None) -> bool:
    """Whether UTF-8 holds Latin letters that are Chinese bytes misread."""
    if chosen not in {UTF8, None}:
        return False
    told = []
    for text, full in texts:
        line, _ = _decoded(text, UTF8, cut=full)
        if line is None:
            return False
        try:
            told.append((line.encode(LATIN), True))
        except UnicodeEncodeError:
            try:
                told.append((line.encode("latin-1"), True))
            except UnicodeEncodeError:
                return False
    found = _reading(told, GB18030)
    return found is not None and found.share >= _PLAUSIBLE


def _contradicted(chosen: str, cpg: str | None, language: int) -> Iterable[str]:
    """What is said of the encoding elsewhere and is not so."""
    family = _family(chosen)
    if cpg is not None and cpg.strip():
        said = _family(cpg.strip())
        if said != family:
            yield f".cpg {cpg.strip()[:20]}"
    said = {0x4D: GB18030, 0x4F: BIG5, 0x78: BIG5, 0x7A: GB18030}.get(language, "")
    if said and said != family:
        yield f"header 0x{language:02X}"


def _family(name: str) -> str:
    """An encoding by any of its names: ``936``, ``GB2312``, ``ANSI 936`` and ``CP936`` are one."""
    word = (
        name.lower().replace("_", "-").removeprefix("ansi ").removeprefix("cp").removeprefix("oem ").strip()
    )
    if word in {"936", "gbk", "gb2312", "gb-2312", "gb18030", "gb-18030", "gb", "54936", "euc-cn"}:
        return GB18030
    if word in {"utf8", "utf-8", "65001", "utf-8-sig"}:
        return UTF8
    return BIG5 if word in {"950", "big5", "big-5"} else word


@cache
def _common() -> frozenset[str]:
    """Letters of names of places, of land classes and of our own words."""
    letters = set(_CLASSES)
    for level in boundaries.LEVELS:
        letters.update(char for place in boundaries.units(level)[0] for char in place.name_zh)
    for table in (vocabulary.ZONE_KINDS, vocabulary.MODES, vocabulary.PATHS, vocabulary.CATEGORIES):
        letters.update(char for term in table.values() for char in term.zh)
    return frozenset(char for char in letters if "\u3400" <= char <= "\u9fff") | frozenset(
        "（）、，。“”·—：；〇"
    )
