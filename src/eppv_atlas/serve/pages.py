"""The built pages and what lies beside them: files of one folder, and nothing else of this machine.

Floor 3½, part of the server: knows pages as files; must not know cases or how pages are made.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import IO, Final

from eppv_atlas.serve.answers import Answer, Kept, made
from eppv_atlas.serve.asking import missing

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".pmtiles": "application/vnd.pmtiles",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
_NAME: Final = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*(\.[a-z]+)")
_LONGEST: Final = 100
_IN_MEMORY: Final = 16_000_000
"""Larger files are sent as they are read, and not packed."""
_HELD: Final = 96_000_000
_PAGE_POLICY: Final = "object-src 'none'; base-uri 'none'; form-action 'none'"
"""The rest is in the page itself, which knows the hashes of its scripts."""
_PICTURE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; sandbox"
)


def with_key(page: bytes, key: str) -> bytes:
    """The page with the key as inert data before the end of its body."""
    block = f'<script type="application/json" id="eppv-serve-data">{{"tianditu":"{key}"}}</script>\n'
    head, mark, tail = page.rpartition(b"</body>")
    return head + block.encode() + mark + tail


class Pages:
    """Answers from the files of one folder.

    Parameters
    ----------
    folder
        The folder.
    key
        Map key that goes into each page; none if empty.
    """

    def __init__(self, folder: Path, key: str = "") -> None:
        self.folder, self.key = folder.resolve(), key
        self._kept = Kept(_HELD)
        self._digests: dict[str, tuple[tuple[int, ...], str]] = {}

    def answer(self, name: str) -> Answer:
        """The file of a name.

        Raises
        ------
        Refused
            If there is none of that name, or it is of no kind that is served.
        """
        found = _NAME.fullmatch(name)
        media_type = TYPES.get(found[1]) if found and len(name) <= _LONGEST else None
        if media_type is None:
            raise missing()
        file, seen = self._opened(name)
        state = (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
        kept = self._kept.get((name, state))
        if kept is not None:
            file.close()
            return kept
        if seen.st_size > _IN_MEMORY or name.endswith(".pmtiles"):
            return Answer(
                type=media_type,
                tag=self._digest(name, state, file),
                file=(file, seen.st_size),
                ranges=True,
                kept="max-age=300" if name.endswith(".pmtiles") else "no-cache",
            )
        with file:
            body = file.read()
        html = name.endswith(".html")
        if html and self.key:  # neither tagged nor kept: it holds a key
            return Answer(with_key(body, self.key), media_type, policy=_PAGE_POLICY, kept="no-store")
        policy = _PAGE_POLICY if html else _PICTURE_POLICY if name.endswith(".svg") else None
        if name.endswith(".pdf"):
            policy = ""  # readers' own viewers work in such a page
        if policy is None:
            return self._kept.put((name, state), made(body, media_type, ranges=True))
        return self._kept.put((name, state), made(body, media_type, ranges=True, policy=policy))

    def _opened(self, name: str) -> tuple[IO[bytes], os.stat_result]:
        """An ordinary file of the folder, opened: no link, pipe or device."""
        flags = os.O_RDONLY
        for more in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
            flags |= getattr(os, more, 0)
        path = self.folder / name
        try:
            if path.is_symlink():  # where the system has no O_NOFOLLOW
                raise missing()
            file = os.fdopen(os.open(path, flags), "rb")
        except OSError:
            raise missing() from None
        seen = os.fstat(file.fileno())
        if not stat.S_ISREG(seen.st_mode):
            file.close()
            raise missing()
        return file, seen

    def _digest(self, name: str, state: tuple[int, ...], file: IO[bytes]) -> str:
        """Digest of an open file, worked out once for each state of it."""
        known = self._digests.get(name)
        if known is None or known[0] != state:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]  # type: ignore[arg-type]
            file.seek(0)
            known = self._digests[name] = (state, digest)
        return known[1]
