"""Fixtures: the real atlas, a copy of it to break, and a headless browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import eppv_atlas as ea
from eppv_atlas.cli import run

pytest.register_assert_rewrite("browsing")
settings.register_profile("calm", deadline=None)  # a busy machine, or a first import, is no fault
settings.load_profile("calm")
ROOT = Path(__file__).parents[1]
CASES = (
    "hangzhou-xixi",
    "anji-land-consolidation",
    "changzhou-zhenglu",
    "nanping-wuyishan",
    "dongying-saline-alkali",
    "chaka-salt-lake",
    "beijing-green-heart",
    "wuzhou-liubao-tea",
    "xichou-karst",
    "yining-flower-sea",
    "nsw-biodiversity-offsets",
)


@pytest.fixture(scope="session")
def atlas() -> ea.Atlas:
    return ea.load(ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real atlas that a test may break."""
    root = tmp_path / "atlas"
    for name in ("cases", "geodata", "schema"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "atlas.yaml", root / "atlas.yaml")
    return root


@pytest.fixture(scope="session")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages of the real atlas."""
    out = tmp_path_factory.mktemp("built") / "maps"
    assert call("--atlas", ROOT, "build", "--out", out) == 0
    return out


def call(*arguments: object) -> int:
    """Run the command line as a user would; return its exit code."""
    try:
        run(["--lang", "en", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line; return exit code, standard output and standard error."""

    def go(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = call(*arguments)
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return go


def _chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    path = os.environ.get("EPPV_CHROMIUM") or _chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no Chromium; .ci/run installs it")
        pytest.skip("no Chromium on this machine (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield found
        found.close()


@pytest.fixture(params=("desktop", "phone"), scope="module")
def tab(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A page of a desktop or a phone, with the network cut."""
    from browsing import SIZES, watch

    width, height = SIZES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        offline=True,
        has_touch=request.param == "phone",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = watch(context.new_page())
    page.set_default_timeout(8000)
    page.size = request.param
    yield page
    context.close()
