"""What must not stand in a page that is to be published.

Floor 3, part of render: knows pages as bytes and settings; must not know
cases, files or where a page is put.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from eppv_atlas.errors import Problem
from eppv_atlas.model import Settings

_KEYED: Final = re.compile(
    rb"(?:key|tk|ak|sk|code|token|secret)(?:=|%3D|&#61;|&#x3d;|\\u003d|[\"']?\s?:\s?[\"'])"
    rb"(?=[A-Za-z0-9_.-]*[0-9])([A-Za-z0-9_.-]{16,})",
    re.IGNORECASE,
)
_HEX: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)


_PACKED: Final = re.compile(
    rb'"(?:shape|land|arcs|dashes|undefined|islands)":"[A-Za-z0-9+/=]*"|-blob">[A-Za-z0-9+/=]*<'
)
"""Our own packed shapes: base64 in which any run of letters may occur."""


_BLOB: Final = re.compile(rb'-blob">([A-Za-z0-9+/=]*)<')


def _inside(blob: bytes) -> bytes:
    """The texts of packed columns, which are as readable as the rest of the page."""
    raw = base64.b64decode(blob)
    with suppress(zlib.error):
        raw = zlib.decompress(raw)
    return raw


def keys_in(page: bytes, secrets: Iterable[str] = ()) -> list[str]:
    """Keys of map services that stand in a page, masked but for their first four characters.

    Parameters
    ----------
    page
        The page as it would be written.
    secrets
        Keys that are known, as of the environment; each is looked for as it stands.
    """
    text = b"\n".join([_PACKED.sub(b"", page), *map(_inside, _BLOB.findall(page))])
    found = [match[1] for match in _KEYED.finditer(text)]
    found += [match[0] for match in _HEX.finditer(text)]
    found += [s.encode() for s in secrets if s and (s.encode() in page or s.encode() in text)]
    masked = (f"{key.decode('ascii', 'replace')[:4]}…" for key in found)
    return list(dict.fromkeys(masked))


def problems(
    pages: Mapping[str, bytes], settings: Settings, settings_file: str, secrets: Iterable[str] = ()
) -> list[Problem]:
    """Why these pages may not be published.

    Parameters
    ----------
    pages
        Content by file name.
    settings, settings_file
        Settings of the atlas, and their file as the user would type it.
    secrets
        Keys that are known, as of the environment.

    Returns
    -------
    list of Problem
        One for a national map without a map review number, and one a page for
        keys in it; empty where nothing stands in the way.
    """
    out = []
    if settings.review_no is None:
        out.append(
            Problem(
                settings_file,
                0,
                "review_no",
                "publish-review",
                "a national map may be published only with a map review number (审图号); have the map "
                "reviewed, then write it as review_no, e.g. review_no: GS(2026)0001号",
                "公开出版的全国地图须有审图号；请先送审，再写入 review_no，如 review_no: GS(2026)0001号",
            )
        )
    for name, page in pages.items():
        out += page_problems(name, page, secrets)
    return out


def page_problems(name: str, page: bytes, secrets: Iterable[str] = ()) -> list[Problem]:
    """Why this page may not be published: keys in it."""
    return [
        Problem(
            name,
            0,
            "",
            "publish-key",
            f"the page holds what looks like a key of a map service ({key}); find it in the case files "
            "or atlas.yaml and take it out: whoever opens the page could use it",
            f"页面中有疑似地图服务密钥（{key}）；请在案例文件或 atlas.yaml 中找到并删去，否则任何读者都能使用它",
        )
        for key in keys_in(page, secrets)
    ]
