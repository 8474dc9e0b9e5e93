"""An answer as a record, and what HTTP makes of it: entity tags, 304, gzip, ranges, HEAD, errors.

Floor 3½, part of the server: knows HTTP; must not know pages, cases or addresses.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import IO, Any, Final

from eppv_atlas.serve.asking import Asked, Refused

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
_SMALL: Final = 1000
"""Bytes below which packing gains nothing."""
_EFFORT: Final = 4
"""Of gzip: three hundredths larger than at 6, in half the time."""
_CHUNK: Final = 64 * 1024
_PACKABLE: Final = re.compile(r"text/.+|application/(.+\+)?(json|xml)(;.*)?|image/svg\+xml")
_CLOSED: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin"),  # tile servers ask who shows their tiles
)


@dataclass(frozen=True)
class Answer:
    """What is to be sent, before HTTP looks at it.

    Attributes
    ----------
    body
        Content; empty where a file is sent.
    type
        Media type.
    status
        HTTP status.
    tag
        Digest of the content; empty where none is told.
    file
        An open file to send instead of `body`, and its size.
    headers
        Further headers.
    policy
        Content-Security-Policy.
    kept
        Cache-Control: readers ask again before they use what they kept.
    ranges
        Whether parts of it may be asked for.
    """

    body: bytes = b""
    type: str = JSON
    status: int = 200
    tag: str = ""
    file: tuple[IO[bytes], int] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    policy: str = _CLOSED
    kept: str = "no-cache"
    ranges: bool = False

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return self.file[1] if self.file else len(self.body)

    @cached_property
    def packed(self) -> bytes | None:
        """Content after gzip, made when first asked for; None where that would gain nothing."""
        if not self.tag or not self.packable or len(self.body) < _SMALL:
            return None
        return gzip.compress(self.body, _EFFORT, mtime=0)

    @property
    def packable(self) -> bool:
        """Whether gzip is offered for this kind of content."""
        return self.file is None and bool(_PACKABLE.fullmatch(self.type))


def made(body: bytes, media_type: str = JSON, **more: Any) -> Answer:
    """An answer with its tag."""
    return Answer(body, media_type, tag=hashlib.sha256(body).hexdigest()[:32], **more)


def as_json(content: Any) -> bytes:
    """Content as JSON in one line; NaN is refused, as JSON has none."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (text + "\n").encode()


def error(refused: Refused) -> Answer:
    """A refusal as a small JSON of code and description."""
    body = as_json({"code": refused.code, "description": refused.description})
    return Answer(body, status=refused.status, headers=refused.headers, kept="no-store")


FAILED: Final = Refused(500, "ServerError", "this could not be answered; the operator's console says more")


@dataclass(frozen=True)
class Sent:
    """What goes over the wire."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    file: tuple[IO[bytes], int] | None = None
    """An open file, standing where it is to be read from, and how many bytes of it."""


def sent(asked: Asked | None, answer: Answer) -> Sent:
    """What HTTP makes of an answer to a request (None where the request could not be read)."""
    headers = [*ALWAYS, ("Content-Security-Policy", answer.policy), ("Cache-Control", answer.kept)]
    if not answer.policy:
        headers.remove(("Content-Security-Policy", ""))
    if answer.packable:
        headers.append(("Vary", "Accept-Encoding"))
    if answer.ranges:
        headers.append(("Accept-Ranges", "bytes"))
    headers += answer.headers
    said = asked.headers if asked else {}
    tag = f'"{answer.tag}"' if answer.tag else ""
    zipped = accepts_gzip(said.get("accept-encoding", "")) and answer.packed is not None
    if tag and answer.status == HTTPStatus.OK and _held(said.get("if-none-match", ""), answer.tag):
        _close(answer)
        headers.append(("ETag", _tag(answer.tag, zipped=zipped)))
        return Sent(_line(304), headers)
    head = asked is not None and asked.method == "HEAD"
    if answer.ranges and not head and answer.status == HTTPStatus.OK and "range" in said:
        part = _range(said, tag, answer.size)
        if part is not None:
            return _part(answer, [*headers, ("ETag", tag)], *part)
    body = answer.packed if zipped and answer.packed is not None else answer.body
    headers.append(("Content-Type", answer.type))
    headers.append(("Content-Length", str(answer.file[1] if answer.file else len(body))))
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    if tag:
        headers.append(("ETag", _tag(answer.tag, zipped=zipped)))
    if head:
        _close(answer)
        return Sent(_line(answer.status), headers)
    return Sent(_line(answer.status), headers, body, answer.file)


def _line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _tag(digest: str, *, zipped: bool) -> str:
    """A strong tag names bytes: the packed form has one of its own."""
    return f'"{digest}-gzip"' if zipped else f'"{digest}"'


def _close(answer: Answer) -> None:
    if answer.file:
        answer.file[0].close()


def _held(header: str, digest: str) -> bool:
    """Whether the reader holds this content, in either form."""
    if header.strip() == "*":
        return True
    return bool({digest, f"{digest}-gzip"} & set(re.findall(r'(?:W/)?"([^"]*)"', header)))


def accepts_gzip(header: str) -> bool:
    """Whether a reader takes gzip.

    >>> accepts_gzip("gzip, deflate"), accepts_gzip("br;q=1, gzip;q=0"), accepts_gzip("*")
    (True, False, True)
    """
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, rest = part.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        weights[name.strip()] = float(found[1]) if found else 0.0 if rest else 1.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _range(said: Any, tag: str, size: int) -> tuple[int, int] | None:
    """First and last byte that are asked for; None where the whole is to be sent."""
    if "if-range" in said and said["if-range"].strip() != tag:
        return None  # the reader holds a part of something else
    found = re.fullmatch(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", said["range"])
    if not found or found[1] == found[2] == "":
        return None  # several parts, or what we do not read: the whole is always right
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size - 1) if length else (size, size)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return first, last


def _part(answer: Answer, headers: list[tuple[str, str]], first: int, last: int) -> Sent:
    if first >= answer.size:
        _close(answer)
        refusal = error(Refused(416, "RangeNotSatisfiable", "the content ends before this range"))
        headers += [
            ("Content-Range", f"bytes */{answer.size}"),
            ("Content-Type", refusal.type),
            ("Content-Length", str(len(refusal.body))),
        ]
        return Sent(_line(416), headers, refusal.body)
    length = last - first + 1
    headers += [
        ("Content-Type", answer.type),
        ("Content-Range", f"bytes {first}-{last}/{answer.size}"),
        ("Content-Length", str(length)),
    ]
    if answer.file:
        answer.file[0].seek(first)
        return Sent(_line(206), headers, file=(answer.file[0], length))
    return Sent(_line(206), headers, answer.body[first : last + 1])


def chunks(file: IO[bytes], length: int) -> Iterator[bytes]:
    """So many bytes of a file, a piece at a time; closes it."""
    with file:
        while length > 0 and (piece := file.read(min(_CHUNK, length))):
            length -= len(piece)
            yield piece


@dataclass
class Kept:
    """Answers that were made before, the last used ones, within so many bytes."""

    most_bytes: int
    held: dict[Any, Answer] = field(default_factory=dict)
    size: int = 0
    lock: Any = field(default_factory=Lock)

    def get(self, key: Any) -> Answer | None:
        """The answer kept under a key, if it still is."""
        with self.lock:
            answer = self.held.pop(key, None)
            if answer is not None:
                self.held[key] = answer  # the last used stands last
            return answer

    def put(self, key: Any, answer: Answer) -> Answer:
        """Keep an answer; the longest unused go."""
        weight = _weight(answer)
        if weight > self.most_bytes // 4:
            return answer
        with self.lock:
            self.drop([key])
            self.held[key] = answer
            self.size += weight
            while self.size > self.most_bytes:
                self.drop([next(iter(self.held))])
        return answer

    def drop(self, keys: Iterable[Any]) -> None:
        """Let answers go; the caller holds the lock."""
        for key in keys:
            gone = self.held.pop(key, None)
            if gone is not None:
                self.size -= _weight(gone)


def _weight(answer: Answer) -> int:
    return len(answer.body) * 5 // 4 + 500  # and its packed form
