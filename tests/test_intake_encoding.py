"""Encodings of tables, judged on their bytes: right or refused, never wrong."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import CASES, ROOT
from eppv_atlas import boundaries
from eppv_atlas.errors import DataError
from eppv_atlas.intake import dbf as raw
from eppv_atlas.intake import encoding
from tables_raw import dbf

WRITTEN = ("gbk", "gb18030", "utf-8", "big5")
SAID = (None, "", "UTF-8", "GBK", "936", "ANSI 936", "GB2312", "GB18030", "ISO-8859-1", "1252", "OEM")
HEADERS = (0x00, 0x4D, 0x57)
SIMPLE = [("水田", "西湖区"), ("农村宅基地", "余杭区"), ("河流水面", "")]
OLD = [("農業用地", "臺北市"), ("森林", "新竹縣"), ("水利用地", "")]


def judged(tmp_path, columns, rows, *, cpg=None, asked=None, **how):
    path = tmp_path / "x.dbf"
    path.write_bytes(dbf(columns, rows, **how))
    return encoding.judge(raw.read(path), cpg, asked)


def family(name):
    return {"gbk": "gb18030"}.get(name, name)


@pytest.mark.parametrize(
    ("written", "said", "header"), list(itertools.product(WRITTEN, SAID, HEADERS)), ids=repr
)
def test_each_of_132_combinations_is_read_right_or_refused(tmp_path, written, said, header):
    rows = OLD if written == "big5" else SIMPLE
    columns = [("DLMC", 30), ("XZQMC", 30)]
    found = judged(tmp_path, columns, rows, cpg=said, encoding=written, language=header)
    if written == "big5":  # its bytes are GB 18030 as well, of rarer letters
        assert found.encoding is None
        assert judged(tmp_path, columns, rows, encoding=written, asked="big5").encoding == "big5"
        return
    assert found.encoding == family(written)
    wrong = {
        "gb18030": {"UTF-8", "ISO-8859-1", "1252", "OEM"},
        "utf-8": set(SAID) - {None, "", "UTF-8"},
    }[found.encoding]
    told = [f".cpg {said}"] if said in wrong else []
    told += ["header 0x4D"] if header == 0x4D and found.encoding == "utf-8" else []
    assert list(found.contradicts) == told


@pytest.mark.parametrize("written", ["gbk", "gb18030", "utf-8"])
@pytest.mark.parametrize("rows", [1, 2, 10])
def test_texts_of_any_county_are_never_read_wrong(tmp_path, written, rows):
    chance = random.Random(f"{written}{rows}")
    names = [place.name_zh for level in boundaries.LEVELS for place in boundaries.units(level)[0]]
    held = [(chance.choice(names), chance.choice(names)) for _ in range(rows * 200)]
    for i in range(0, len(held), rows):
        # columns of an odd width cut letters in the middle
        found = judged(
            tmp_path, [("MC", chance.choice([7, 9, 30])), ("XZ", 31)], held[i : i + rows], encoding=written
        )
        assert found.encoding == family(written), held[i : i + rows]


def test_snippets_of_running_text_are_never_read_wrong(tmp_path):
    text = "".join((ROOT / "cases" / f"{case}.yaml").read_text("utf-8") for case in CASES)
    letters = "".join(char for char in text if "\u4e00" <= char <= "\u9fff")
    chance = random.Random(11)
    told = {"right": 0, "refused": 0}
    for _ in range(1500):
        at, long = chance.randrange(len(letters) - 8), chance.randint(1, 8)
        written = chance.choice(["gbk", "gb18030", "utf-8"])
        found = judged(
            tmp_path, [("MC", chance.choice([7, 20]))], [(letters[at : at + long],)], encoding=written
        )
        assert found.encoding in {family(written), None}, letters[at : at + long]
        told["right" if found.encoding else "refused"] += 1
    assert told["right"] > 1400  # what is refused is a letter or two that could be either


def test_names_cut_within_a_letter_are_named_and_lose_that_letter_only(tmp_path):
    columns = [("地类名称编码", 20), ("权属单位名", 20), ("ID", 5)]
    found = judged(tmp_path, columns, [("水田", "西湖区", "1")], encoding="utf-8")
    assert found.names == ("地类名", "权属单", "ID")
    assert found.cut == (0, 1)
    found = judged(tmp_path, [("A地类名称编码", 20)], [("水田",)], encoding="gbk")
    assert found.names == ("A地类名称",)
    assert found.cut == (0,)
    found = judged(tmp_path, [("地类名称编", 5)], [("水田地",)], encoding="gbk")
    assert (found.names, found.cut, found.cut_texts) == (("地类名称编",), (), 1)


def test_texts_damaged_before_are_named(tmp_path):
    hurt = "水田".encode("gbk").decode("latin-1")
    assert hurt == "Ë®Ìï"
    found = judged(
        tmp_path, [("DLMC", 30)], [(hurt,), ("旱地".encode("gbk").decode("latin-1"),)], encoding="utf-8"
    )
    assert found.damaged
    assert found.encoding is None


def test_what_could_be_either_is_shown_both_ways(tmp_path):
    found = judged(tmp_path, [("MC", 10)], [("一",)], encoding="gbk")
    assert found.encoding is None
    assert {one.encoding: one.samples for one in found.readings}["gb18030"] == ("一",)
    assert "utf-8" in {one.encoding for one in found.readings}
    assert judged(tmp_path, [("MC", 10)], [("一",)], encoding="gbk", asked="gbk").encoding == "gbk"
    assert judged(tmp_path, [("MC", 30)], [("水田",)], encoding="gbk", asked="utf-8").encoding is None
    assert judged(tmp_path, [("MC", 30)], [("水田",)], encoding="gbk", asked="no-such").encoding is None


def test_plain_letters_need_no_encoding(tmp_path):
    found = judged(tmp_path, [("NAME", 10)], [("abc",)], cpg="nonsense", language=0x4D)
    assert (found.encoding, found.names, found.contradicts) == ("ascii", ("NAME",), ())


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "too short"),
        (b"\x03" + bytes(31), "too short"),
        (dbf([("A", 5)], [("x",)] * 9, short=20), "promises 9 rows"),
        (dbf([("A", 5)], [("x",)])[:40], "cut off"),
        (b"\x03" + bytes(7) + b"\x21\0" + bytes(21) + b"\r\r", "no columns"),
        (dbf([("A", 5)], [("x",)]).replace(b"C\0\0\0\0\x05", b"C\0\0\0\0\x09"), "contradicts"),
    ],
)
def test_a_table_that_is_none_is_told(tmp_path, data, word):
    path = tmp_path / "x.dbf"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        raw.read(path)
    (problem,) = caught.value.problems
    assert problem.file == "x.dbf"
    assert word in problem.message_en
    assert problem.message_zh


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        raw.read(tmp_path / "no.dbf")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_end_in_a_traceback(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("dbf") / "x.dbf"
    path.write_bytes(data)
    try:
        table = raw.read(path)
    except DataError:
        return
    encoding.judge(table)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=6), st.sampled_from(SAID))
def test_any_texts_are_judged(texts, said):
    table = raw.RawTable(
        (raw.Column(name=b"A", full=False, kind="C", at=1, width=12),),
        len(texts),
        0,
        tuple((t, True) for t in texts),
    )
    found = encoding.judge(table, said)
    if found.encoding not in {None, "ascii"}:
        for text in texts:
            text.decode(found.encoding, errors="ignore")
