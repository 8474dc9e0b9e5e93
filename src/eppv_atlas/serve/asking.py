"""What was asked, as one plain record; what is out of bounds is refused here, before anything looks at it.

Floor 3½, part of the server: knows HTTP; must not know pages, cases or how an answer is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

LONGEST: Final = 4096
"""Bytes of path and query string together."""
LONGEST_PATH: Final = 400
MOST_PARAMETERS: Final = 50
METHODS: Final = ("GET", "HEAD")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Refused(Exception):  # noqa: N818 - reads as the fact it states
    """A request that gets an error for an answer.

    Parameters
    ----------
    status
        HTTP status.
    code
        Short fixed name of the error.
    description
        What is wrong, in words of ours: nothing of this machine stands in it.
    headers
        Further headers of the answer.
    """

    def __init__(
        self, status: int, code: str, description: str, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.status, self.code, self.description, self.headers = status, code, description, tuple(headers)
        super().__init__(description)


@dataclass(frozen=True)
class Asked:
    """A request within bounds.

    Attributes
    ----------
    method
        ``GET`` or ``HEAD``.
    path
        Decoded path, without its first slash.
    query
        Parameters in their order, decoded.
    headers
        The headers that an answer may depend on, names in lower case.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    def single(self, known: Iterable[str]) -> dict[str, str]:
        """Parameters as a dict, each known and each given once.

        Raises
        ------
        Refused
            If one is unknown or repeated.
        """
        allowed = set(known)
        out: dict[str, str] = {}
        for name, value in self.query:
            if name not in allowed:
                raise invalid(f"there is no parameter {shown(name)} here")
            if name in out:
                raise invalid(f"parameter {name} is given more than once")
            out[name] = value
        return out


def invalid(description: str) -> Refused:
    """A parameter that cannot be used."""
    return Refused(400, "InvalidParameterValue", description)


def missing(description: str = "there is nothing at this address") -> Refused:
    """An address that leads nowhere."""
    return Refused(404, "NotFound", description)


def shown(text: str) -> str:
    """A foreign word as it may stand in an answer: short, and of letters that do no harm."""
    return "'" + re.sub(r"[^\w .:+-]", "?", text[:40]) + "'"


def asked(environ: Mapping[str, Any], hosts: frozenset[str]) -> Asked:
    """A WSGI request as a record.

    Parameters
    ----------
    environ
        The WSGI environment.
    hosts
        Names under which this server may be asked. A page elsewhere whose name was
        pointed at this machine must not read what is meant for its owner.

    Raises
    ------
    Refused
        If the request is out of bounds.
    """
    if _name(str(environ.get("HTTP_HOST", ""))) not in hosts:
        raise Refused(421, "MisdirectedRequest", "this server does not go by that name (--allow-host)")
    method = str(environ.get("REQUEST_METHOD", ""))
    if method not in METHODS:
        raise Refused(405, "MethodNotAllowed", "reading only: GET and HEAD", [("Allow", ", ".join(METHODS))])
    path, query = str(environ.get("PATH_INFO", "")), str(environ.get("QUERY_STRING", ""))
    if len(path) + len(query) > LONGEST:
        raise Refused(414, "UriTooLong", f"path and query may have {LONGEST} bytes")
    try:
        decoded = path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise missing() from None
    if len(decoded) > LONGEST_PATH or _CONTROL.search(decoded) or not decoded.startswith("/"):
        raise missing()
    headers = {
        name: str(environ[key])
        for name, key in (
            ("accept-encoding", "HTTP_ACCEPT_ENCODING"),
            ("if-none-match", "HTTP_IF_NONE_MATCH"),
            ("if-range", "HTTP_IF_RANGE"),
            ("range", "HTTP_RANGE"),
        )
        if key in environ
    }
    return Asked(method, decoded[1:], _parameters(query), headers)


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::\d{0,5})?", host.lower())
    return found[1] if found else ""


def _parameters(query: str) -> tuple[tuple[str, str], ...]:
    try:
        found = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS, encoding="utf-8"
        )
    except ValueError:
        raise invalid(
            f"the query string is no UTF-8, or has more than {MOST_PARAMETERS} parameters"
        ) from None
    if any(_CONTROL.search(name + value) for name, value in found):
        raise invalid("control characters have no meaning in a query")
    return tuple(found)
