"""The server as one WSGI application: which address leads where.

Floor 3½, part of the server: puts pages, API and downloads together; must not
know how they are made, or which server runs it.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any, Final, Protocol

from eppv_atlas.serve.answers import FAILED, Answer, Kept, Sent, chunks, error, sent
from eppv_atlas.serve.asking import Asked, Refused, asked
from eppv_atlas.serve.pages import Pages

_HELD: Final = 64_000_000
"""Bytes of answers that are kept."""


class Books(Protocol):
    """What answers besides the pages."""

    def answer(self, asked: Asked) -> Answer | None:
        """The answer; None where the address is none of these."""


class Site:
    """Pages, and what else is served; a WSGI application.

    Parameters
    ----------
    pages
        The pages; None where only data are served.
    hosts
        Names under which it may be asked.
    books
        Gives what answers besides the pages, as it stands at the moment.
    """

    def __init__(self, pages: Pages, hosts: Iterable[str], books: Callable[[], Books] | None = None) -> None:
        self.pages, self.hosts, self.books = pages, frozenset(hosts), books

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request; whatever happens, with an answer of ours."""
        request: Asked | None = None
        try:
            request = asked(environ, self.hosts)
            answer = self._answer(request)
        except Refused as refused:
            answer = error(refused)
        except Exception as failure:  # noqa: BLE001 - a reader gets no traceback, the operator one line
            answer = error(FAILED)
            _report(failure)
        if request is None and environ.get("REQUEST_METHOD") == "HEAD":
            request = Asked("HEAD", "", (), {})
        return _wired(sent(request, answer), environ, start_response)

    def _answer(self, request: Asked) -> Answer:
        if self.books is not None:
            answer = self.books().answer(request)
            if answer is not None:
                return answer
        return self.pages.answer(request.path or "index.html")


class Shelf:
    """Answers of one state of an atlas, each made once while it is asked for.

    Parameters
    ----------
    routes
        First part of a path, and what answers below it.
    """

    def __init__(self, routes: dict[str, Callable[[Asked, str], Answer]]) -> None:
        self._routes = routes
        self._kept = Kept(_HELD)

    def answer(self, asked: Asked) -> Answer | None:
        """The answer; None where the address is none of these."""
        first, slash, rest = asked.path.partition("/")
        route = self._routes.get(f"{first}/" if slash else first)
        if route is None:
            return None
        key = (asked.path, asked.query)
        return self._kept.get(key) or self._kept.put(key, route(asked, rest))


def _wired(told: Sent, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response(told.status, told.headers)
    if told.file is None:
        return [told.body] if told.body else []
    file, length = told.file
    wrapper = environ.get("wsgi.file_wrapper")
    if wrapper is not None and environ.get("eppv.wrapper", True):
        return wrapper(file)  # type: ignore[no-any-return] # as long as Content-Length says, and closed
    return chunks(file, length)


def _report(failure: Exception) -> None:
    """One line for the operator: what failed and where in the sources, nothing of the reader's."""
    frames = traceback.extract_tb(failure.__traceback__)
    where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    sys.stderr.write(f"eppv-atlas: an answer failed: {type(failure).__name__} at {where}\n")
    sys.stderr.flush()
