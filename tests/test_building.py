"""Building side by side and by the piece: the same bytes, nothing half done, no link to a page that is not there."""

import base64
import json
import pickle
import re
import zlib

import pytest

from conftest import CASES, ROOT
from eppv_atlas import render
from eppv_atlas.cli import building
from eppv_atlas.errors import DataError, Problem, RenderError, UnknownPlace, UsageError
from eppv_atlas.store import files


def names(folder):
    return {path.name for path in folder.iterdir()}


def linked(page):
    """Ids of the cases whose pages a page of columns leads to."""
    meta = json.loads(re.search(rb'crowd_layer-data">(.*?)</script>', page, re.DOTALL)[1])
    raw = zlib.decompress(base64.b64decode(re.search(rb'crowd_layer-blob">([^<]*)<', page)[1]))
    held = {name: raw[at : at + size] for name, (at, size) in meta["streams"].items()}
    ids = held["id"].decode().split("\n")
    return set(ids) if "linked" not in held else {i for i, on in zip(ids, held["linked"], strict=True) if on}


def test_side_by_side_gives_the_same_bytes(maps, tmp_path, cli):
    out = tmp_path / "maps"
    code, said, _ = cli("--atlas", ROOT, "build", "--jobs", 2, "--out", out)
    assert code == 0
    assert "13 pages" in said
    assert names(out) == names(maps)
    for name in names(out):
        assert (out / name).read_bytes() == (maps / name).read_bytes(), name


def test_of_many_cases_only_those_named_get_a_page(tmp_path, cli, monkeypatch):
    monkeypatch.setattr(render, "CROWD_FROM", 5)
    out = tmp_path / "maps"
    code, said, err = cli("--atlas", ROOT, "build", "--jobs", 1, "--out", out)
    assert code == 0
    assert "the national page only" in said + err
    assert names(out) == {files.MARK, "index.html", "index.oembed.json", "glossary.html", "catalog.json"}
    assert linked((out / "index.html").read_bytes()) == set()
    assert cli("--atlas", ROOT, "build", "chaka-salt-lake", "--jobs", 1, "--out", out)[0] == 0
    assert linked((out / "index.html").read_bytes()) == {"chaka-salt-lake"}
    first = (out / "chaka-salt-lake.html").read_bytes()
    for case in set(CASES) - {"chaka-salt-lake"}:
        assert f'href="{case}.html'.encode() not in first
    # another one: the page that stands is kept, and both are linked
    assert cli("--atlas", ROOT, "build", "xichou-karst", "--jobs", 1, "--out", out)[0] == 0
    assert linked((out / "index.html").read_bytes()) == {"chaka-salt-lake", "xichou-karst"}
    assert (out / "chaka-salt-lake.html").read_bytes() == first
    code, _, err = cli("--atlas", ROOT, "build", "xichou-karst", "--cases", "all", "--out", out)
    assert code == 2
    assert "not both" in err


def test_no_pages_of_cases_are_made_where_none_are_wanted(tmp_path, cli):
    out = tmp_path / "maps"
    code, said, _ = cli("--atlas", ROOT, "build", "--cases", "none", "--out", out)
    assert code == 0
    assert "2 pages" in said
    page = (out / "index.html").read_bytes()
    for case in CASES:
        assert f'href="{case}.html"'.encode() not in page
        assert f'"page":"{case}.html"'.encode() not in page


def test_what_fails_on_the_way_leaves_the_old_pages(tmp_path):
    out = tmp_path / "maps"
    files.swap_in(out, {"a.html": b"old"})

    def fail():
        with files.new_generation(out) as aside:
            aside.put("a.html", b"new")
            aside.path("b.pmtiles").write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert files.generation(out) == {"a.html": b"old"}
    assert names(tmp_path) == {"maps"}
    with files.new_generation(out) as aside:
        assert aside.keep("a.html") == b"old"
        aside.path("b.pmtiles").write_bytes(b"tiles")
    assert files.generation(out) == {"a.html": b"old", "b.pmtiles": b"tiles"}


def test_a_key_in_the_tiles_is_found_before_publishing(folder, cli, tmp_path):
    path = folder / "cases" / "hangzhou-xixi.yaml"
    head, mark, zones = path.read_text("utf-8").partition("\nzones:")
    zones = zones.replace("how: {zh: ", "how: {zh: tk=0123456789abcdef0123456789abcdef ", 1)
    path.write_text(head + mark + zones, "utf-8")
    settings = folder / "atlas.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nreview_no: GS(2026)0001号\n", "utf-8")
    out = tmp_path / "maps"
    code, _, err = cli("--atlas", folder, "build", "--publish", "--tiles", "--cases", "none", "--out", out)
    assert code == 1
    assert "atlas.pmtiles" in err
    assert "0123…" in err
    assert not out.exists()


def square(number):
    if number == 13:
        raise UsageError("thirteen", "十三")
    return number * number


def test_work_side_by_side_keeps_its_order_and_its_errors():
    with building.workers(2) as spread:
        assert list(spread(square, range(14, 80))) == [n * n for n in range(14, 80)]
        with pytest.raises(UsageError) as caught:
            list(spread(square, range(40)))
    assert (caught.value.en, caught.value.zh) == ("thirteen", "十三")


@pytest.mark.parametrize(
    "error",
    [
        UsageError("a", "甲"),
        RenderError("b", "乙"),
        UnknownPlace("c", "丙"),
        DataError([Problem("f", 1, "p", "r", "m", "文")]),
    ],
)
def test_errors_come_home_whole(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_few_cases_are_made_by_one_process_and_many_by_as_many_as_there_are_cores():
    assert building.jobs_for(None, 11) == 1
    assert building.jobs_for(3, 11) == 3
    assert 1 <= building.jobs_for(None, 100_000) <= 8
