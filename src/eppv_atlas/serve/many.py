"""The server for data and for others than this machine's owner: waitress, kept within limits.

waitress reads and writes in one loop and answers in a few threads, so that a
slow reader holds a connection but no thread; it is pure Python and needs nothing.

Floor 3½, part of the server: knows sockets and waitress; must not know what is served.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import Any, Final

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from eppv_atlas.serve.answers import ALWAYS, error
from eppv_atlas.serve.asking import Refused

AT_A_TIME: Final = 8
CONNECTIONS: Final = 100
IDLE_S: Final = 10
"""A connection on which nothing happens for so long is closed, s."""
REQUEST_S: Final = 10.0
"""A request whose head takes longer to arrive is dropped, s."""
HEAD_BYTES: Final = 16384
_NO_BODY: Final = 1024
_IN_MEMORY: Final = 8_000_000
"""What of an answer is not yet sent waits in memory up to so many bytes, beyond that in a file."""


class _Refusal(ErrorTask):  # type: ignore[misc]
    """What could not be read is refused in our own form; waitress would name itself."""

    def execute(self) -> None:
        """Send the refusal."""
        status = int(self.request.error.code)
        answer = error(Refused(status, "BadRequest", "the request could not be read"))
        self.status = f"{status} {self.request.error.reason}"
        self.response_headers += [*ALWAYS, ("Content-Type", answer.type)]
        self.response_headers.append(("Content-Length", str(len(answer.body))))
        self.set_close_on_finish()
        self.content_length = len(answer.body)
        self.write(answer.body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that gives each request only so long to arrive."""

    error_task_class = _Refusal
    begun = 0.0

    def received(self, data: bytes) -> bool:
        """Take what arrived, unless the request is at it for too long."""
        now = time.monotonic()
        if self.request is None:
            self.begun = now
        elif now - self.begun > REQUEST_S:
            with self.requests_lock:
                self.will_close = True
            return False
        return bool(super().received(data))


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """A server whose connections keep the limits."""

    channel_class = _Channel


def running(application: Callable[..., Any], held: socket.socket) -> Any:
    """A waitress server on a bound socket; ``run`` it, ``close`` it."""
    logging.getLogger("waitress").setLevel(logging.CRITICAL + 1)
    limits = Adjustments(
        sockets=[held],
        threads=AT_A_TIME,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=2,
        max_request_header_size=HEAD_BYTES,
        max_request_body_size=_NO_BODY,
        outbuf_overflow=_IN_MEMORY,
        ident="eppv-atlas",
        expose_tracebacks=False,
        clear_untrusted_proxy_headers=True,
        asyncore_use_poll=True,
    )
    threads = ThreadedTaskDispatcher()
    threads.set_thread_count(limits.threads)
    where = (held.family, held.type, held.proto, held.getsockname())
    return _Server(
        application,
        {},
        _sock=held,
        dispatcher=threads,
        adj=limits,
        bind_socket=False,
        sockinfo=where,
    )
