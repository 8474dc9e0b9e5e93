"""The command that serves: pages, and the data of an atlas where its extra is installed.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import app, say_if_bundled
from eppv_atlas.errors import DataError, UsageError

if TYPE_CHECKING:
    from eppv_atlas.serve.holding import Holding
    from eppv_atlas.serve.live import Live
    from eppv_atlas.serve.pages import Pages
    from eppv_atlas.serve.site import Shelf


@app.command()
def serve(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with the pages; maps/ of the atlas folder if left out.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; this machine only if left out.")
    ] = "127.0.0.1",
    api: Annotated[
        bool | None,
        typer.Option(
            "--api/--no-api",
            help="Serve the data too: OGC API - Features, case JSON, downloads; if its extra is there, if left out.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Name under which readers may ask (Host), e.g. atlas.example.org."),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Address that readers see, for the links in the data; behind a proxy.")
    ] = None,
) -> None:
    """Serve the built pages, and the data, at http://127.0.0.1:8000/; for reading only.

    A Tianditu key in the environment variable EPPV_TIANDITU_KEY goes along with
    each page, so that readers need not type it; it is written into no file.
    """
    from eppv_atlas import serve as serving
    from eppv_atlas.framing import web_address

    target = folder or (console.CHOICE.folder / "maps" if console.CHOICE.folder else Path("maps"))
    pages = serving.pages_of(target, os.environ.get(serving.KEY_VARIABLE, ""))
    public = web_address(url).rstrip("/") if url else ""
    hosts = serving.names_of(host, [*(allow_host or []), *([_name_in(public)] if public else [])])
    here = host in {serving.LOOPBACK, "localhost"}
    lacking = serving.needed()
    if lacking and (api or not here):
        raise UsageError(
            f"serving data, or at another address, needs more packages ({lacking} is missing): "
            "pip install 'eppv-atlas[server]'",
            f"提供数据或使用其他地址需要更多组件（缺少 {lacking}）：pip install 'eppv-atlas[server]'",
        )
    if lacking or (api is False and here):
        _pages_only(pages, target, port, hosts, told=api is None)
    else:
        _everything(pages, target, (host, port), hosts, public, data=api is not False)


def _pages_only(pages: Pages, target: Path, port: int, hosts: frozenset[str], *, told: bool) -> None:
    """Serve the pages with the standard library alone."""
    from eppv_atlas import serve as serving

    with serving.plain(pages, port, hosts) as held:
        _say_where(target, f"http://{serving.LOOPBACK}:{held.server_address[1]}/")
        if told:
            console.say(
                "pages only; for the data: pip install 'eppv-atlas[server]'",
                "仅提供页面；如需数据接口：pip install 'eppv-atlas[server]'",
            )
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            held.serve_forever()


def _everything(
    pages: Pages, target: Path, address: tuple[str, int], hosts: frozenset[str], public: str, *, data: bool
) -> None:
    """Serve pages, and data if wanted, with waitress."""
    from eppv_atlas import serve as serving

    host, port = address
    with serving.bound(host, port) as held:
        shown = f"[{host.strip('[]')}]" if ":" in host else host
        here = f"http://{shown}:{held.getsockname()[1]}"
        live = _living(public or here) if data else None
        site = serving.Site(pages, hosts, (lambda: live.state) if live else None)
        server = serving.running(site, held)
        _say_where(target, f"{here}/")
        if live:
            live.start()
            console.say(
                f"data: {public or here}/api/ (OGC API - Features), /cases.json, /download/zones.csv",
                f"数据：{public or here}/api/（OGC API - Features）、/cases.json、/download/zones.csv",
            )
        if not serving.is_loopback(host):
            names = ", ".join(sorted(hosts))
            console.say(
                f"note: {host} can be reached from other machines, unencrypted and without passwords, "
                f"under the names {names}",
                f"注意：其他机器可访问 {host}，不加密、无密码；可用名称：{names}",
                err=True,
            )
        sys.stdout.flush()
        try:
            with suppress(KeyboardInterrupt):
                server.run()
        finally:
            server.close()
            if live:
                live.stop()


def _name_in(address: str) -> str:
    """The name of the host in an address."""
    return urlsplit(address).hostname or ""


def _say_where(target: Path, address: str) -> None:
    console.say(
        f"pages of {target} at {address} (stop with Ctrl+C)",
        f"{target} 的页面：{address}（按 Ctrl+C 停止）",
    )


def _living(base: str) -> Live[Shelf]:
    """The atlas as it is served, following its files."""
    from eppv_atlas import serve as serving
    from eppv_atlas.serve.live import Live
    from eppv_atlas.store import bundled, transaction

    root = console.CHOICE.atlas or bundled()
    looked_at = Path(root) if isinstance(root, Path) else None  # a database is read once
    say_if_bundled()

    def told(outcome: object) -> None:
        if isinstance(outcome, DataError):
            console.print_problems(outcome.problems)
        if isinstance(outcome, Exception):
            why = "" if isinstance(outcome, DataError) else f": {type(outcome).__name__}"
            console.say(
                f"the atlas has changed but cannot be read{why}; it is served as it was",
                f"图集已改动但无法读取{why}；仍按原状提供",
                err=True,
            )
        else:
            console.say("the atlas has changed and was read anew", "图集已改动，已重新读取")
        sys.stdout.flush()

    with console.busy("reading the atlas", "读取图集"):
        return Live(
            lambda: serving.shelf(_holding(), base),
            lambda: transaction.fingerprint(looked_at) if looked_at else (),
            told,
        )


def _holding() -> Holding:
    """The atlas with its measures, whole."""
    from eppv_atlas import __version__, claims, measure
    from eppv_atlas.serve.holding import Holding
    from eppv_atlas.store import load

    atlas = load(console.CHOICE.atlas)
    cases = atlas.cases
    return Holding(
        settings=atlas.settings,
        cases=cases,
        measures={placed.case.id: tuple(measure.case(placed)) for placed in cases},
        totals={placed.case.id: tuple(measure.totals(placed)) for placed in cases},
        findings={placed.case.id: tuple(claims.findings(placed.case)) for placed in cases},
        maker=f"eppv-atlas {__version__}",
    )
