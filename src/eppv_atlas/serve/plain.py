"""The server of the standard library: for pages on this machine, with nothing to install.

Floor 3½, part of the server: knows sockets; must not know what is served.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import IO, Any, Final, cast
from urllib.parse import unquote_to_bytes
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import WSGIRequestHandler

from eppv_atlas.serve.answers import ALWAYS, error
from eppv_atlas.serve.asking import Refused

NAME: Final = "eppv-atlas"
_AT_A_TIME: Final = 16
_LINE: Final = 16384


class PlainServer(ThreadingHTTPServer):
    """A threaded server that answers so many at a time and lets the rest wait."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], application: Callable[..., Any]) -> None:
        self.places = BoundedSemaphore(_AT_A_TIME)
        self.application = application
        super().__init__(address, _Handler)

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

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of readers who went away."""


class _Run(SimpleHandler):
    """Runs the application for one request."""

    server_software = NAME
    http_version = "1.0"
    os_environ = {}  # noqa: RUF012 - variables of this machine are no part of a request

    def log_exception(self, exc_info: Any) -> None:
        """Say nothing: the application says what failed."""

    def error_output(self, environ: Any, start_response: Any) -> list[bytes]:  # noqa: ARG002
        """What is left to say if even the application failed."""
        start_response("500 Internal Server Error", [("Content-Type", "application/json")], sys.exc_info())
        return [b'{"code":"ServerError","description":"this could not be answered"}\n']


class _Handler(WSGIRequestHandler):
    """Reads a request and hands it to the application."""

    server: PlainServer
    server_version = NAME
    sys_version = ""
    timeout = 10

    def get_environ(self) -> dict[str, Any]:
        """The request as WSGI has it, without looking up who asks."""
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": self.request_version,
            "SERVER_NAME": NAME,
            "SERVER_PORT": str(self.server.server_address[1]),
            "SCRIPT_NAME": "",
            "eppv.wrapper": False,
        }
        for name, value in self.headers.items():
            environ.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value.strip())
        if len(self.headers.get_all("Host", [])) != 1:
            environ["HTTP_HOST"] = ""  # two names are none
        return environ

    def handle(self) -> None:
        """Answer one request."""
        self.raw_requestline = self.rfile.readline(_LINE + 1)
        if len(self.raw_requestline) > _LINE:
            self.requestline = self.request_version = self.command = ""
            self.send_error(414)
            return
        if not self.parse_request():
            return
        run = _Run(
            cast("IO[bytes]", self.rfile),
            cast("IO[bytes]", self.wfile),
            sys.stderr,
            self.get_environ(),
            multithread=True,
        )
        run.run(self.server.application)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what could not be read, as the application refuses."""
        answer = error(Refused(code, "BadRequest", "the request could not be read"))
        self.send_response(code)
        for name, value in (
            *ALWAYS,
            ("Content-Type", answer.type),
            ("Content-Length", str(len(answer.body))),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing: addresses of readers are nobody's business."""
