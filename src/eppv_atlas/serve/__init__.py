"""Pages and data over HTTP, for reading: this machine's browser, QGIS, a reverse proxy.

The pages need nothing but the standard library. The data (cases as JSON, OGC
API - Features, downloads) need the extra ``server``: pygeoapi for the protocol,
waitress to run it. A map key from the environment is put into the answer, never
into a file.

Floor 3½: puts pages, ledgers and exports together for HTTP; receives measures;
must not know files of cases, how pages are made, or the command line.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.serve.pages import Pages, with_key
from eppv_atlas.serve.plain import PlainServer
from eppv_atlas.serve.site import Shelf, Site

if TYPE_CHECKING:
    from eppv_atlas.serve.holding import Holding

__all__ = [
    "KEY_VARIABLE",
    "LOOPBACK",
    "Site",
    "bound",
    "is_loopback",
    "names_of",
    "needed",
    "pages_of",
    "plain",
    "running",
    "server",
    "shelf",
    "with_key",
]
KEY_VARIABLE: Final = "EPPV_TIANDITU_KEY"
"""Name of the environment variable with the reader's key for Tianditu."""
LOOPBACK: Final = "127.0.0.1"
_KEY: Final = re.compile(r"[0-9a-fA-F]{32}")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")


def pages_of(folder: Path, key: str = "") -> Pages:
    """The pages in a folder.

    Parameters
    ----------
    folder
        Folder that ``build`` wrote.
    key
        Tianditu key that goes into each page; none if empty.

    Raises
    ------
    UsageError
        If the folder holds no pages, or the key is no key.
    """
    if not (folder / "index.html").is_file():
        raise UsageError(f"{folder} holds no pages; run build first", f"{folder} 中没有页面；请先运行 build")
    if key and not _KEY.fullmatch(key):
        raise UsageError(
            f"{KEY_VARIABLE} is no Tianditu key (32 digits and letters a-f)",
            f"{KEY_VARIABLE} 不是天地图密钥（32 位数字和字母 a–f）",
        )
    return Pages(folder, key)


def server(folder: Path, port: int, key: str = "") -> PlainServer:
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
    return plain(pages_of(folder, key), port, names_of(LOOPBACK))


def plain(pages: Pages, port: int, hosts: Iterable[str]) -> PlainServer:
    """A server of pages alone, on the loopback address, of the standard library; asked under these names.

    Raises
    ------
    UsageError
        If the port is taken.
    """
    try:
        return PlainServer((LOOPBACK, port), Site(pages, hosts))
    except (OSError, OverflowError) as error:
        raise _taken(LOOPBACK, port, error) from error


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    if host.lower() == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return False


def names_of(host: str, further: Iterable[str] = ()) -> frozenset[str]:
    """Names under which a server at an address may be asked.

    Parameters
    ----------
    host
        The address that it listens on.
    further
        Names that its operator gives it.

    Raises
    ------
    UsageError
        If one of them is no name of a host.
    """
    names = {LOOPBACK, "localhost"}
    for name in (host, *further):
        plain = name.strip("[]").lower()
        if not _HOST.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name of a host; write it without scheme, port and path",
                f"{name!r} 不是主机名；请不要写协议、端口和路径",
            )
        names.add(f"[{plain}]" if ":" in plain else plain)
    return frozenset(names - {"0.0.0.0", "[::]"})  # noqa: S104 - these are no names


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens at an address.

    Raises
    ------
    UsageError
        If the address is none of this machine's, or the port is taken.
    """
    if not 0 <= port <= 65535:
        raise _taken(host, port, OverflowError("ports go from 0 to 65535"))
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server((str(address[0]), port), family=family, backlog=128)
    except (OSError, OverflowError, UnicodeError) as error:
        raise _taken(host, port, error) from error


def _taken(host: str, port: int, error: Exception) -> UsageError:
    return UsageError(
        f"port {port} of {host} cannot be used: {error}; name another with --port",
        f"{host} 的端口 {port} 不可用：{error}；请用 --port 另选",
    )


def needed() -> str:
    """The package that the data need and that is not there; empty if all are."""
    import importlib.util

    for name in ("pygeoapi", "waitress"):
        if importlib.util.find_spec(name) is None:
            return name
    return ""


def shelf(holding: Holding, base: str) -> Shelf:
    """What is served of one state of an atlas.

    Parameters
    ----------
    holding
        That state.
    base
        Address of the server, without a slash at its end.
    """
    from eppv_atlas.serve import data
    from eppv_atlas.serve.api import Api

    for collection in holding.collections.values():
        collection.prepare()
    api = Api(holding, base)
    return Shelf(
        {
            "api": api.answer,
            "api/": api.answer,
            "cases.json": lambda asked, _rest: data.cases(holding, asked),
            "cases/": lambda asked, rest: data.case(holding, asked, rest),
            "download/": lambda asked, rest: data.download(holding, asked, rest),
        }
    )


def running(application: Callable[..., Any], held: socket.socket) -> Any:
    """A server for many readers, on a bound socket; see :mod:`eppv_atlas.serve.many`."""
    from eppv_atlas.serve import many

    return many.running(application, held)
