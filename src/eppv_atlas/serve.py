"""Pages over HTTP for this machine's browser, with a map key from the environment.

The key is put into the answer, never into a file. Reading only, and only the
pages that were built: nothing else of the folder can be asked for.

Floor 3: knows pages as files; must not know cases, measures or how pages are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from eppv_atlas.errors import UsageError

KEY_VARIABLE: Final = "EPPV_TIANDITU_KEY"
"""Name of the environment variable with the reader's key for Tianditu."""
_KEY: Final = re.compile(r"[0-9a-fA-F]{32}")
_PAGE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.html")


def with_key(page: bytes, key: str) -> bytes:
    """The page with the key as inert data before the end of its body."""
    block = f'<script type="application/json" id="eppv-serve-data">{{"tianditu":"{key}"}}</script>\n'
    head, mark, tail = page.rpartition(b"</body>")
    return head + block.encode() + mark + tail


def server(folder: Path, port: int, key: str = "") -> ThreadingHTTPServer:
    """A server of the pages in a folder, on the loopback address only.

    Parameters
    ----------
    folder
        Folder that ``build`` wrote.
    port
        Port; 0 for any free one.
    key
        Tianditu key that goes into each answer; none if empty.

    Raises
    ------
    UsageError
        If the folder holds no pages, the key is no key, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise UsageError(f"{folder} holds no pages; run build first", f"{folder} 中没有页面；请先运行 build")
    if key and not _KEY.fullmatch(key):
        raise UsageError(
            f"{KEY_VARIABLE} is no Tianditu key (32 digits and letters a-f)",
            f"{KEY_VARIABLE} 不是天地图密钥（32 位数字和字母 a–f）",
        )
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Pages, folder.resolve(), key))
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"port {port} cannot be used: {error}; name another with --port",
            f"端口 {port} 不可用：{error}；请用 --port 另选",
        ) from error


class _Pages(BaseHTTPRequestHandler):
    """Answers for the pages of one folder."""

    server_version = "eppv-atlas"
    sys_version = ""
    timeout = 30

    def __init__(self, folder: Path, key: str, *args: object) -> None:
        self.folder, self.key = folder, key
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a page."""
        self._answer(self.wfile.write)

    def do_HEAD(self) -> None:
        """Send the head of a page."""
        self._answer(lambda _page: None)

    def _answer(self, send: Callable[[bytes], object]) -> None:
        name = unquote(urlsplit(self.path).path).removeprefix("/") or "index.html"
        path = self.folder / name
        if not _PAGE.fullmatch(name) or not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        page = path.read_bytes()
        if self.key:
            page = with_key(page, self.key)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        send(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing: addresses of readers are nobody's business."""
