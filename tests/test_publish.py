"""Publishing and serving: review numbers, keys, and a server that tells nothing else."""

import os
import re
import threading
import urllib.error
import urllib.request
from http.client import HTTPConnection

import pytest

from conftest import ROOT
from eppv_atlas import serve
from eppv_atlas.errors import UsageError
from eppv_atlas.render import publish
from eppv_atlas.store import load

KEY = "0123456789abcdef0123456789abcdef"


def review(folder, number="GS(2026)0001号"):
    path = folder / "atlas.yaml"
    path.write_text(f"{path.read_text('utf-8').rstrip()}\nreview_no: {number}\n", "utf-8")


def test_a_national_map_without_a_review_number_is_not_published(cli, folder, tmp_path):
    out = tmp_path / "public"
    code, _, err = cli("--atlas", folder, "build", "--publish", "--out", out)
    assert code == 1
    assert "atlas.yaml" in err
    assert "review_no" in err
    assert "审图号" in err
    assert not out.exists()


def test_with_a_number_it_is_and_every_map_prints_it(cli, folder, tmp_path):
    review(folder)
    out = tmp_path / "public"
    assert cli("--atlas", folder, "build", "--publish", "--out", out)[0] == 0
    for page in out.glob("*.html"):
        html = page.read_text("utf-8")
        if page.stem != "glossary":
            assert "审图号：GS(2026)0001号" in html
            assert "未经地图审核" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
            assert '"osm"' not in html.split('id="map_main-data">')[1].split("</script>")[0]
    again = tmp_path / "again"
    assert cli("--atlas", folder, "build", "--publish", "--out", again)[0] == 0
    assert all((again / p.name).read_bytes() == p.read_bytes() for p in out.glob("*.html"))


@pytest.mark.parametrize(
    "number", ["GS(2023)2767号", "GS（2023）2767号", "GS京(2024)0123号", "浙S(2023)12号", "GS(2023)2767"]
)
def test_review_numbers_as_they_are_written(folder, number):
    review(folder, number)
    assert load(folder).settings.review_no == number


@pytest.mark.parametrize(
    "number", ["yes", "12345", "GS2023", "<script>", "GS(23)1号", "'审图号：GS(2023)2767号'"]
)
def test_what_is_no_review_number_is_named(cli, folder, number):
    review(folder, number)
    code, _, err = cli("--atlas", folder, "check")
    assert code == 1
    assert "atlas.yaml" in err
    assert "review_no" in err


@pytest.mark.parametrize(
    "text",
    [
        f"https://t0.tianditu.gov.cn/vec_w/wmts?tk={KEY}",
        f"key={KEY}",
        f"ak=AbCdEf{KEY}",
        f"access_token=pk.eyJ1IjoiYSJ9.{KEY}",
        f"见 {KEY} 。",
        f"appkey={KEY}",
        f"https://a.example/{KEY}/tile",
        f"k={KEY}",
        "subscription-key=Ab1" + "x" * 20,
    ],
)
def test_a_key_in_a_case_is_found_before_it_is_published(cli, folder, tmp_path, text):
    review(folder)
    path = folder / "cases" / "chaka-salt-lake.yaml"
    source = path.read_text("utf-8")
    path.write_text(source.replace("zh: 茶卡盐湖\n", f'zh: "茶卡盐湖 {text}"\n', 1), "utf-8")
    out = tmp_path / "public"
    out.mkdir()
    for other in folder.glob("[cg]*/*"):  # one case is enough, and quicker
        if other.stem != "chaka-salt-lake":
            other.unlink()
    code, _, err = cli("--atlas", folder, "build", "--publish", "--out", out)
    assert code == 1
    assert "chaka-salt-lake.html" in err
    assert "index.html" in err
    assert KEY not in err  # not even told in full
    assert list(out.iterdir()) == []  # nothing half-written
    assert cli("--atlas", folder, "build", "--out", out)[0] == 0  # for oneself it may be built


def test_the_key_of_the_environment_is_written_nowhere(cli, folder, tmp_path, monkeypatch):
    monkeypatch.setenv(serve.KEY_VARIABLE, KEY)
    review(folder)
    out = tmp_path / "public"
    assert cli("--atlas", folder, "build", "--publish", "--out", out)[0] == 0
    assert all(KEY.encode() not in page.read_bytes() for page in out.iterdir())
    assert publish.keys_in(b"abc" + KEY.encode()[:31], [KEY[:31]]) == ["0123…"]


def test_what_only_looks_like_a_key_is_let_through():
    for text in (
        b"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        b"token=short",
        b"turkey=" + b"x" * 8,
        b"0" * 40,
    ):
        assert publish.keys_in(text) == []


@pytest.fixture
def served(maps, socket_enabled):
    """The real pages, served with a key."""
    held = serve.server(maps, 0, KEY)
    thread = threading.Thread(target=held.serve_forever, daemon=True)
    thread.start()
    yield held.server_address
    held.shutdown()
    held.server_close()
    thread.join()


def ask(address, path, method="GET"):
    connection = HTTPConnection(*address, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_pages_are_served_with_the_key_and_the_files_stay_as_they_are(served, maps):
    for path, name in (("/", "index.html"), ("/chaka-salt-lake.html", "chaka-salt-lake.html")):
        answer, body = ask(served, path)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert body == serve.with_key((maps / name).read_bytes(), KEY)
        assert body.count(KEY.encode()) == 1
        assert KEY.encode() not in (maps / name).read_bytes()
    answer, body = ask(served, "/index.html", "HEAD")
    assert answer.status == 200
    assert body == b""
    assert served[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "path",
    [
        "/../atlas.yaml",
        "/%2e%2e/atlas.yaml",
        "/..%2f..%2fetc%2fpasswd",
        "/.eppv-atlas",
        "//etc/passwd",
        "/nothing.html",
        "/index.html/",
        "/%00index.html",
        "/INDEX.HTML",
        "/" + "a" * 300 + ".html",
    ],
)
def test_nothing_else_of_the_folder_is_served(served, maps, path):
    answer, body = ask(served, path)
    assert answer.status == 404
    assert str(maps).encode() not in body
    assert b"Traceback" not in body
    assert "Python" not in answer.headers["Server"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[::1]:1"])
def test_another_name_for_this_machine_gets_no_key(served, host):
    connection = HTTPConnection(*served, timeout=10)
    connection.putrequest("GET", "/index.html", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 421
    assert KEY.encode() not in answer.read()
    connection.close()


def test_other_methods_are_refused(served):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer, _ = ask(served, "/", method)
        assert answer.status == 405


@pytest.mark.browser
def test_a_served_key_reaches_the_map_and_no_link(served, browser, socket_enabled):
    context = browser.new_context(locale="zh-CN")
    asked = []
    context.route(re.compile("^https:"), lambda route: (asked.append(route.request.url), route.abort()))
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{served[1]}/#base=tianditu-img")
    page.wait_for_timeout(500)
    assert asked
    assert all(f"tk={KEY}" in url and re.search("/(img|cia)_w/", url) for url in asked)
    assert KEY not in page.url
    assert KEY not in page.evaluate("eppv.state.address()")
    link = page.evaluate("eppv.state.address()")
    assert link.startswith(f"http://127.0.0.1:{served[1]}/#lang=zh")
    context.close()


def test_what_cannot_be_served_is_said(cli, tmp_path, maps, monkeypatch, socket_enabled):
    with pytest.raises(UsageError, match="run build first"):
        serve.server(tmp_path, 0)
    with pytest.raises(UsageError, match="no Tianditu key"):
        serve.server(maps, 0, "secret")
    taken = serve.server(maps, 0)
    with pytest.raises(UsageError, match="cannot be used"):
        serve.server(maps, taken.server_address[1])
    taken.server_close()
    code, _, err = cli("--atlas", ROOT, "serve", tmp_path)
    assert code == 2
    assert "run build first" in err
    monkeypatch.setenv(serve.KEY_VARIABLE, "oops")
    assert cli("serve", maps)[0] == 2
    assert "oops" not in cli("serve", maps)[2]
    assert os.environ[serve.KEY_VARIABLE] == "oops"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{taken.server_address[1]}/", timeout=1)
