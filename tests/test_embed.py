"""Code that shows our pages in others: parsed by other readers, harmless whatever a case holds."""

import html.parser
import json
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eppv_atlas as ea
from conftest import ROOT, call
from eppv_atlas import embed, framing, notebook

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "](javascript:alert(1)) [x](",
    "a\n\n::: {.x}\n```{=html}\n<b>",
    "1. # `code` $x$ {{< include x >}} @ref ~~~",
    "\u202e\x00\x1b[31m",
    "--- title: x",
)


class Reader(html.parser.HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.said = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said.append(data)


def page(text="T"):
    return embed.Page("chaka-salt-lake", "chaka-salt-lake.html", text, text, text, text)


@pytest.mark.parametrize("form", ["iframe", "html"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_stay_text(form, text):
    found = Reader(embed.written(page(text), embed.Frame(address="https://x.org/"), form))
    allowed = {"iframe": ["iframe"], "html": ["figure", "iframe", "figcaption", "strong", "br", "br", "a"]}[
        form
    ]
    assert [tag for tag, _ in found.tags] == allowed
    frame = next(attrs for tag, attrs in found.tags if tag == "iframe")
    assert set(frame) == {"src", "title", "width", "height", "loading", "sandbox", "style"}
    assert frame["sandbox"] == "allow-scripts allow-popups"
    assert frame["loading"] == "lazy"
    assert frame["src"].startswith("https://x.org/chaka-salt-lake.html#lang=zh&embed=1")
    visible = "".join(char if char.isprintable() else " " for char in text)
    assert frame["title"] == re.sub(r"\s+", " ", visible).strip()


@pytest.mark.parametrize("form", ["markdown", "quarto"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_make_no_markup(form, text):
    plain = embed.written(page("T"), embed.Frame(image="a b.png"), form)
    made = embed.written(page(text), embed.Frame(image="a b.png"), form)
    assert made.count("\n") == plain.count("\n")  # no line of its own
    for line in made.splitlines():
        bare = re.sub(r"\\.", "", line)  # what is escaped is text
        bare = re.sub(r'title="[^"]*"', "", bare)
        assert "<script" not in bare
        assert "](javascript" not in bare
        assert "{{<" not in bare
        assert "@" not in bare
        assert bare.count("`") in {0, 3}
    assert [line for line in made.splitlines() if line.startswith(":::")] == [
        line for line in plain.splitlines() if line.startswith(":::")
    ]


@given(st.text(max_size=80))
def test_any_text_is_one_attribute(text):
    found = Reader(embed.iframe(page(text), embed.Frame()))
    assert len(found.tags) == 1
    assert len(found.tags[0][1]) == 7


@pytest.mark.parametrize("text", HOSTILE)
def test_oembed_is_json_with_one_frame(text):
    held = json.loads(embed.written(page(text), embed.Frame(width="640px", height=400), "oembed"))
    assert (held["version"], held["type"], held["width"], held["height"]) == ("1.0", "rich", 640, 400)
    assert held["title"] == text
    (tag,) = Reader(held["html"]).tags
    assert tag[0] == "iframe"
    assert tag[1]["width"] == "640"
    assert json.loads(embed.oembed(page(), embed.Frame()))["width"] == 800


def test_a_state_is_checked_and_put_in_order():
    assert framing.state("#unit=mu&lang=en") == "lang=en&unit=mu"
    assert framing.state("q=茶卡 湖&embed=1&from=x%3Dy") == "q=%E8%8C%B6%E5%8D%A1%20%E6%B9%96"
    assert framing.state("view=5/36.7/99.1&path=a,b") == "path=a,b&view=5/36.7/99.1"
    assert framing.state("") == ""
    wrongs = [
        "lang=fr",
        "unit=acre",
        "base=google",
        "layers=zones,odd",
        "view=here",
        "view=5/36.7",
        "q=\udcff",
    ]
    for wrong in ("foo=1", "nonsense", "case=x&key=1", "q=" + "0a" * 16, "q=%ff", *wrongs):
        with pytest.raises(ea.UsageError):
            framing.state(wrong)


@pytest.mark.parametrize(
    ("what", "state", "word"),
    [
        ("national", "path=no-such", "empowerment"),
        ("national", "mode=concession,no-such", "no-such"),
        ("national", "case=no-such", "chaka-salt-lake"),
        ("national", "province=99", "province=99"),
        ("national", "confidence=sure", "schematic"),
        ("chaka-salt-lake", "zone=no-such", "salt-lake"),
    ],
)
def test_a_state_that_the_page_cannot_show_is_refused(cli, what, state, word):
    code, out, err = cli("embed", what, "--hash", state)
    assert (code, out) == (2, "")
    assert word in err


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (
            "national",
            "path=empowerment&mode=concession,park-oriented-development&province=350000&confidence=schematic",
        ),
        ("national", "case=chaka-salt-lake&batch=mnr-4&q=湖&view=5/36.7/99.1&layers=tint,names&unit=mu"),
        ("chaka-salt-lake", "zone=salt-lake&unit=mu&base=osm&lang=en"),
    ],
)
def test_a_state_that_the_page_can_show_is_taken(cli, what, state):
    code, out, _ = cli("embed", what, "--hash", state)
    assert code == 0
    assert "sandbox" in out


@pytest.mark.parametrize("option", ["--url", "--hash", "--image"])
def test_bytes_that_are_no_text_are_refused(cli, option):
    value = {"--url": "https://x.org/\udcff", "--hash": "q=\udcff", "--image": "\udcff.png"}[option]
    code, _, err = cli("embed", "national", "--as", "markdown", option, value)
    assert code == 2
    assert err.strip()
    assert "Traceback" not in err


def test_every_key_of_the_pages_is_known():
    keys = set()
    for script in (ROOT / "src/eppv_atlas/render/static").glob("*.js"):
        keys |= set(re.findall(r'(?:state\.)?define\("([a-z]+)"', script.read_text("utf-8")))
    assert keys - {"embed", "from", "try", "set"} <= set(framing.STATE)  # a frame shows the map alone
    script = (ROOT / "src/eppv_atlas/render/static/state.js").read_text("utf-8")
    order = re.search(r'ORDER = "([^"]*)"\.split', script)
    assert set(order[1].split()) - {"embed", "from", "try", "set"} == set(framing.STATE)


@pytest.mark.parametrize("text", ["https://x.org", "http://x.org:8000/a/", "https://例子.cn/图集"])
def test_addresses_of_the_web(text):
    made = framing.web_address(text)
    assert made.endswith("/")
    assert urlsplit(made).scheme in {"http", "https"}


@pytest.mark.parametrize(
    "text",
    [
        "x.org",
        "ftp://x.org/",
        "https://u:p@x.org/",
        "javascript:alert(1)",
        "https://x.org/?k=1",
        "https://x.org/#a",
        "https://x y/",
        "https://x.org:abc/",
        "https://[x/",
        "",
        "https://x.org/\x00",
    ],
)
def test_other_addresses_are_refused(text):
    with pytest.raises(ea.UsageError):
        framing.web_address(text)


@pytest.mark.parametrize(
    ("text", "made"),
    [("100%", "100%"), ("50 %".replace(" ", ""), "50%"), ("800", "800px"), ("640px", "640px")],
)
def test_widths(text, made):
    assert framing.width(text) == made


@pytest.mark.parametrize("text", ["0", "5%", "200%", "9999", "wide", "1e3", "-5", "100%%", ""])
def test_other_widths_are_refused(text):
    with pytest.raises(ea.UsageError):
        framing.width(text)


def test_the_command_prints_and_writes(cli, tmp_path):
    code, out, _ = cli("embed", "chaka-salt-lake", "--url", "https://x.org/a", "--hash", "unit=mu")
    assert code == 0
    (tag,) = Reader(out).tags
    where = urlsplit(tag[1]["src"])
    assert (where.netloc, where.path) == ("x.org", "/a/chaka-salt-lake.html")
    assert parse_qs(where.fragment) == {"lang": ["en"], "unit": ["mu"], "embed": ["1"]}
    code, out, _ = cli("embed", "national", "--as", "html", "--out", tmp_path / "x.html")
    assert code == 0
    text = (tmp_path / "x.html").read_text("utf-8")
    assert "not for publication" in text
    assert 'src="index.html#' in text
    assert cli("embed", "national", "--downloads")[1].count("allow-downloads") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["embed", "no-such-case"],
        ["embed", "national", "--hash", "foo=1"],
        ["embed", "national", "--width", "7"],
        ["embed", "national", "--height", "7"],
        ["embed", "national", "--url", "nowhere"],
        ["embed", "national", "--as", "gif"],
        ["embed", "national", "--out", "/proc/nowhere/x"],
        ["build", "--url", "nowhere"],
    ],
)
def test_misuse_is_told(cli, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, _, err = cli(*arguments)
    assert code == 2
    assert err.strip()
    assert list(tmp_path.iterdir()) == []


def test_an_oembed_file_lies_beside_each_page(maps, tmp_path):
    pages = {path.stem for path in maps.glob("*.html")} - {"glossary"}
    held = {
        path.name.removesuffix(".oembed.json"): json.loads(path.read_text("utf-8"))
        for path in maps.glob("*.oembed.json")
    }
    assert set(held) == pages
    for name, item in held.items():
        (tag,) = Reader(item["html"]).tags
        assert tag[1]["src"].startswith(f"{name}.html#")
    assert (
        call("--atlas", ROOT, "build", "chaka-salt-lake", "--url", "https://x.org/a", "--out", tmp_path / "m")
        == 0
    )
    item = json.loads((tmp_path / "m" / "chaka-salt-lake.oembed.json").read_text("utf-8"))
    assert item["provider_url"] == "https://x.org/a/"
    assert "https://x.org/a/chaka-salt-lake.html#" in item["html"]


# ---- in a notebook ----


def test_things_show_themselves_in_a_shell(atlas):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    notebook.register(shell)
    placed = atlas["changzhou-zhenglu"]
    zone = placed.case.zones[0]
    for thing in (atlas, placed, placed.shapes[zone.id]):
        bundle, _ = shell.display_formatter.format(thing)
        (tag,) = Reader(bundle["text/html"]).tags
        assert tag[0] == "iframe"
        assert tag[1]["sandbox"] == "allow-scripts allow-popups"
        assert tag[1]["srcdoc"].startswith("<!DOCTYPE html>")
        assert len(bundle["text/html"]) < 1_500_000
    bundle, _ = shell.display_formatter.format(zone)
    assert zone.name.zh in "".join(Reader(bundle["text/html"]).said)


def test_hostile_zones_show_as_text(atlas):
    placed = atlas["changzhou-zhenglu"]
    zone = placed.case.zones[0].model_copy(update={"printed": HOSTILE[0]})
    found = Reader(notebook.html_of(zone))
    assert {tag for tag, _ in found.tags} == {"table", "tr", "th", "td"}
    assert HOSTILE[0] in "".join(found.said)


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_ipython_is_never_imported_for_it_and_served_where_it_runs():
    assert run("import sys, eppv_atlas; print('IPython' in sys.modules)") == "False"
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import eppv_atlas as ea
print('<iframe' in shell.display_formatter.format(ea.load()['chaka-salt-lake'])[0]['text/html'])
"""
    assert run(code) == "True"
