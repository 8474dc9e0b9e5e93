"""What somebody asks of a frame: address, state and size, each checked.

Floor 3: knows what the address of a page may hold; must not know files, pages
or how frames are written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from eppv_atlas.errors import UsageError

STATE: Final = (
    *("lang", "q", "path", "mode", "category", "province", "batch", "ecosystem", "confidence"),
    *("case", "zone", "view", "base", "layers", "unit", "year"),
)
"""What the address of a page may hold, in the order in which the pages write it."""
_VALUES: Final = {
    "lang": ("zh", "en"),
    "unit": ("km2", "ha", "mu", "m2"),
    "base": ("local", "tianditu-vec", "tianditu-img", "osm"),
    "layers": ("zones", "cases", "sites", "names", "border", "tint"),
}
_VIEW: Final = re.compile(r"\d{1,2}(\.\d+)?/-?\d{1,2}(\.\d+)?/-?\d{1,3}(\.\d+)?")
_HEX: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)
_SIZE: Final = re.compile(r"(\d{1,4})(px|%)?")


def web_address(text: str) -> str:
    """An address of the web that ends in a slash.

    Raises
    ------
    UsageError
        If it is none, or carries a name and password, a query or a state.
    """
    word = text.strip()
    try:
        parts = urlsplit(word)
        host = parts.hostname
        _ = parts.port  # an impossible one is told here
    except ValueError:
        host, parts = None, urlsplit("")
    odd = parts.username or parts.password or parts.query or parts.fragment
    if (
        parts.scheme not in {"http", "https"}
        or not host
        or odd
        or not re.fullmatch(r"[!-~\u00a1-\ud7ff\uf900-\uffff]+", word)
    ):
        raise UsageError(
            f"{text!r} is no address of a published atlas; write https://example.org/atlas/",
            f"{text!r} 不是已发布图集的网址；请写成 https://example.org/atlas/",
        )
    return quote(parts.geturl().rstrip("/") + "/", safe="/:%~!$&'()*+,;=@[]")


def picture(text: str) -> str:
    """Address of a picture, or its name beside the page.

    Raises
    ------
    UsageError
        If it holds what no text may hold.
    """
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise UsageError(
            "--image is no text (a byte of it is no UTF-8)", "--image 不是有效文本（含非 UTF-8 字节）"
        )
    return text


def state(text: str, known: Mapping[str, Collection[str]] | None = None) -> str:
    """What a page shows first, as the part of its address after ``#``.

    Parameters
    ----------
    text
        ``case=chaka-salt-lake&lang=en``, with or without ``#``; copied from the
        address of a page or written by hand.
    known
        Values that a key may have, where there is a list of them.

    Raises
    ------
    UsageError
        If a key or a value is none that the pages know, or a map key stands in it.
    """
    try:
        pairs = parse_qsl(text.strip().lstrip("#"), keep_blank_values=True, errors="strict")
        text.encode()
    except UnicodeError:
        raise UsageError(
            "--hash is no text (a byte of it is no UTF-8)", "--hash 不是有效文本（含非 UTF-8 字节）"
        ) from None
    given = [(key, value) for key, value in pairs if key not in {"embed", "from"}]
    unknown = [key for key, _ in given if key not in STATE]
    if unknown or (text.strip("# ") and not pairs):
        raise UsageError(
            f"--hash: {', '.join(unknown) or text!r} is nothing that a page can show; known: {', '.join(STATE)}",
            f"--hash：页面不认识 {'、'.join(unknown) or text!r}；可用：{'、'.join(STATE)}",
        )
    if _HEX.search(text):
        raise UsageError(
            "--hash holds what looks like a key of a map service; whoever opens the page could use it",
            "--hash 中有疑似地图服务密钥；任何读者都能使用它",
        )
    held = dict(given)
    for key, values in {**_VALUES, **(known or {})}.items():
        odd = [one for one in held.get(key, "").split(",") if one and one not in values]
        if odd:
            raise UsageError(
                f"--hash: {key}={','.join(odd)} is nothing that this page can show; known: {_few(values)}",
                f"--hash：本页没有 {key}={','.join(odd)}；可用：{_few(values)}",
            )
    if held.get("view") and not _VIEW.fullmatch(held["view"]):
        raise UsageError(
            f"--hash: view={held['view']} is none; write zoom/latitude/longitude, such as view=7/30.2/120.1",
            f"--hash：view={held['view']} 无效；请写 缩放级别/纬度/经度，如 view=7/30.2/120.1",
        )
    return "&".join(f"{key}={quote(held[key], safe=',/')}" for key in STATE if held.get(key))


def _few(values: Collection[str]) -> str:
    named = sorted(values)
    return ", ".join(named[:20]) + (", …" if len(named) > 20 else "")


def width(text: str) -> str:
    """A width for a frame: ``100%``, ``800`` or ``800px``.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    found = _SIZE.fullmatch(text.strip())
    number, unit = (int(found[1]), found[2] or "px") if found else (0, "")
    least, most = {"%": (10, 100), "px": (200, 4000)}.get(unit, (1, 0))
    if not least <= number <= most:
        raise UsageError(
            f"--width {text!r}: write a share such as 100% (10 to 100) or pixels such as 800 (200 to 4000)",
            f"--width {text!r}：请写百分比如 100%（10 到 100）或像素如 800（200 到 4000）",
        )
    return f"{number}{unit}"


def height(value: int) -> int:
    """A height for a frame, pixels.

    Raises
    ------
    UsageError
        If nothing could be read in it, or no screen is so high.
    """
    if not 200 <= value <= 4000:
        raise UsageError(
            f"--height {value}: write pixels from 200 to 4000", f"--height {value}：请写 200 到 4000 的像素数"
        )
    return value
