"""Pages and their tiles over HTTP for this machine's browser, with a map key from the environment.

The key is put into the answer, never into a file. Reading only, pages and tiles only, and
only for this machine's own names.

Floor 3: knows pages as files; must not know cases, measures or how pages are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from eppv_atlas.errors import UsageError

KEY_VARIABLE: Final = "EPPV_TIANDITU_KEY"
"""Name of the environment variable with the reader's key for Tianditu."""
_KEY: Final = re.compile(r"[0-9a-fA-F]{32}")
_LONGEST: Final = 100
_AT_A_TIME: Final = 16
_PAGE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.html")
_TILES: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.pmtiles")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_PIECE: Final = 1 << 16


def with_key(page: bytes, key: str) -> bytes:
    """The page with the key as inert data before the end of its body."""
    block = f'<script type="application/json" id="eppv-serve-data">{{"tianditu":"{key}"}}</script>\n'
    head, mark, tail = page.rpartition(b"</body>")
    return head + block.encode() + mark + tail


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a range that is asked for; None where there is no such range.

    >>> span_of("bytes=0-99", 1000), span_of("bytes=990-2000", 1000), span_of("bytes=-10", 1000)
    ((0, 99), (990, 999), (990, 999))
    >>> span_of("bytes=1000-", 1000), span_of("bytes=5-4", 1000), span_of("lines=0-1", 1000)
    (None, None, None)
    """
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not any(match.groups()):
        return None
    if not match[1]:
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    return (first, last) if first <= last else None


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
        return _Server(("127.0.0.1", port), partial(_Pages, folder.resolve(), key))
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"port {port} cannot be used: {error}; name another with --port",
            f"端口 {port} 不可用：{error}；请用 --port 另选",
        ) from error


class _Server(ThreadingHTTPServer):
    """A threaded server that answers so many at a time and lets the rest wait."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self.places = BoundedSemaphore(_AT_A_TIME)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Wait for a place, then answer in a thread."""
        self.places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()


class _Pages(BaseHTTPRequestHandler):
    """Answers for the pages of one folder."""

    server_version = "eppv-atlas"
    sys_version = ""
    timeout = 10

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
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in {"127.0.0.1", "localhost"}:
            # a page elsewhere whose name was pointed at this machine must not read the key
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        name = unquote(urlsplit(self.path).path).removeprefix("/") or "index.html"
        path = self.folder / name
        tiles = bool(_TILES.fullmatch(name))
        known = len(name) <= _LONGEST and (tiles or _PAGE.fullmatch(name))
        if not known or path.is_symlink() or not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        if tiles:
            self._part(path, send)
            return
        page = path.read_bytes()
        if self.key:
            page = with_key(page, self.key)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "strict-origin")  # tile servers ask who shows their tiles
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        send(page)

    def _part(self, path: Path, send: Callable[[bytes], object]) -> None:
        """Send the range of a file of tiles that is asked for, or all of it."""
        with path.open("rb") as held:
            size = held.seek(0, 2)
            asked = self.headers.get("Range")
            span = span_of(asked, size) if asked else (0, size - 1)
            if span is None:
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            first, last = span
            self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
            if asked:
                self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(last - first + 1))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            held.seek(first)
            left = last - first + 1
            while left > 0 and (piece := held.read(min(left, _PIECE))):
                send(piece)
                left -= len(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing: addresses of readers are nobody's business."""
