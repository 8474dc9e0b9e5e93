"""Where a database is, and a connection to it whose every failure is one clear line.

A password may stand in an address; it is never printed, stored or put in a message.

Floor 3, part of the store: must not know cases, rows or the command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

import psycopg
from psycopg import conninfo

from eppv_atlas.errors import UsageError, printable

LOCK_WAIT_S: Final = 30
"""How long to wait for another editor's transaction, s."""
OLDEST_SERVER: Final = 130000

_URL: Final = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[^:@/?#\s]*)(?P<secret>:[^:@/?#\s]*)?@)?"
    r"(?P<hosts>(?:\[[0-9A-Fa-f:.%]+\]|[^:@/?#\s,\[\]]*)(?::[0-9]*)?(?:,(?:\[[0-9A-Fa-f:.%]+\]|[^:@/?#\s,\[\]]*)(?::[0-9]*)?)*)"
    r"(?P<base>/[^@/?#\s]*)?(?:\?(?P<query>[^?@#\s]*))?"
)
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,47}")
_SHOWN: Final = ("host", "port", "dbname", "user", "service", "sslmode")
_QUIET: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


@dataclass(frozen=True)
class Address:
    """A schema of a database.

    Attributes
    ----------
    shown
        How messages name it: without password.
    schema
        Schema that holds the atlas.
    parameters
        What libpq is told.
    """

    shown: str
    schema: str
    parameters: Mapping[str, Any] = field(repr=False)


def parse(text: str) -> Address:
    """Read an address such as ``postgresql://user@host:5432/db?schema=eppv``.

    What it leaves out comes from the environment (PGHOST, PGUSER, PGPASSWORD,
    PGSERVICE …) and from ~/.pgpass. Without ``schema`` it is ``eppv``.

    Raises
    ------
    UsageError
        If it is no such address; the message does not repeat it, as it may hold a password.
    """
    found = _URL.fullmatch(text)
    if found is None:
        raise _malformed()
    items = [tuple(item.partition("=")[::2]) for item in (found["query"] or "").split("&") if item]
    schemas = [unquote(value) for key, value in items if unquote(key) == "schema"]
    schema = schemas[-1] if schemas else "eppv"
    if (
        not _SCHEMA.fullmatch(schema)
        or schema.startswith("pg_")
        or schema in {"public", "information_schema"}
    ):
        shown = printable(repr(schema[:60]))
        raise UsageError(
            f"{shown} is no name for the schema of an atlas: a-z, 0-9 and _ only, at most 48; not public, "
            "nor what PostgreSQL keeps for itself",
            f"{shown} 不能用作图集的 schema 名：只用 a-z、0-9 与 _，至多 48 个字符，且不得为 public "
            "或 PostgreSQL 保留的名称",
        )
    kept = "&".join(f"{key}={value}" for key, value in items if unquote(key) != "schema")
    user, secret = found["user"], found["secret"] or ""
    login = "" if user is None else f"{user}{secret}@"
    try:
        given = conninfo.conninfo_to_dict(
            f"postgresql://{login}{found['hosts']}{found['base'] or ''}{'?' if kept else ''}{kept}"
        )
    except psycopg.Error:  # its message may repeat the password
        raise _malformed() from None
    told = "&".join(
        [*(f"{key}={value}" for key, value in items if unquote(key) in _SHOWN), f"schema={schema}"]
    )
    name = "" if user is None else f"{user}@"
    shown = printable(f"postgresql://{name}{found['hosts']}{found['base'] or ''}?{told}")
    return Address(shown, schema, given)


def _malformed() -> UsageError:
    return UsageError(
        "the address of the database cannot be read; write postgresql://USER@HOST:PORT/DATABASE?schema=eppv, "
        "signs such as @ / : ? # in a name or password as %40 and so on, or keep the password in ~/.pgpass",
        "无法识别数据库地址；请写作 postgresql://用户@主机:端口/数据库?schema=eppv，"
        "名称或密码中的 @ / : ? # 等写作 %40 等形式，密码也可放在 ~/.pgpass 中",
    )


def of(address: str | Address) -> Address:
    """Return the address itself, or what its text says."""
    return parse(address) if isinstance(address, str) else address


class Course:
    """How far a piece of work has come: what a failure has left behind depends on it."""

    def __init__(self) -> None:
        self.connected = False
        self.committing = False


@contextmanager
def connected(address: Address, doing: tuple[str, str]) -> Iterator[tuple[psycopg.Connection[Any], Course]]:
    """Open a connection for one piece of work.

    Parameters
    ----------
    address
        The database.
    doing
        What a failure leaves behind, in English and Chinese.

    Raises
    ------
    UsageError
        If the server is not there, refuses, or fails on the way.
    """
    course = Course()
    defaults = {key: value for key, value in _QUIET.items() if key not in address.parameters}
    if "PGCONNECT_TIMEOUT" in os.environ:
        defaults.pop("connect_timeout", None)
    given = (
        {"application_name": "eppv-atlas"} | defaults | dict(address.parameters) | {"client_encoding": "UTF8"}
    )
    try:
        with psycopg.connect(**given, autocommit=True, prepare_threshold=None) as connection:
            course.connected = True
            _settled(connection, address)
            yield connection, course
    except psycopg.Error as error:
        raise _told(error, address, course, doing) from None


def _settled(connection: psycopg.Connection[Any], address: Address) -> None:
    """Bring a session into a state that does not hang on how the server is set up."""
    server = connection.info.server_version
    if server < OLDEST_SERVER:
        raise UsageError(
            f"{address.shown}: PostgreSQL {server // 10000} is too old; 13 or newer is needed",
            f"{address.shown}：PostgreSQL {server // 10000} 版本过旧，需 13 或更新版本",
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise UsageError(
            f"{address.shown}: the database is encoded in {encoding} and cannot hold Chinese; make one with "
            "createdb -T template0 -E UTF8",
            f"{address.shown}：数据库编码为 {encoding}，不能保存中文；请用 createdb -T template0 -E UTF8 新建",
        )
    connection.execute(
        "SELECT set_config('search_path', 'pg_catalog', false), set_config('row_security', 'off', false), "
        "set_config('lock_timeout', %s, false)",
        [f"{LOCK_WAIT_S}s"],
    )


_RETRY: Final = ("run the same command again", "重新运行同一命令即可")
_KNOWN: Final[dict[str, tuple[str, str]]] = {
    "28P01": ("wrong password", "密码错误"),
    "28000": ("the server does not let this user in", "服务器不允许该用户登录"),
    "3D000": ("there is no such database", "没有这个数据库"),
    "42501": (
        "the user has no right to this; ask for the role {schema}_reader or {schema}_editor; only the owner migrates",
        "该用户无此权限；请申请角色 {schema}_reader 或 {schema}_editor；升级表结构须由所有者进行",
    ),
    "53100": ("the disk of the server is full; make room", "服务器磁盘已满；请腾出空间"),
    "53200": ("the server is out of memory", "服务器内存不足"),
    "53300": ("the server has too many connections", "服务器连接数已满"),
    "57014": (
        "the server stopped it for taking too long (statement_timeout); have the limit raised",
        "服务器因超时而中止（statement_timeout）；请调高时限",
    ),
    "25P04": ("the server stopped it for taking too long", "服务器因超时而中止"),
    "55P03": (
        f"another editor has held what is to be written for more than {LOCK_WAIT_S} s",
        f"另一编辑者占用所要写入的内容已超过 {LOCK_WAIT_S} 秒",
    ),
    "40P01": ("other editors were writing the same at that moment", "其他编辑者正在写入相同内容"),
    "40001": ("other editors were writing the same at that moment", "其他编辑者正在写入相同内容"),
    "25006": ("the server is read-only", "服务器为只读"),
    "22003": ("a number is too large for its column", "有数值超出该列的范围"),
}


def _told(error: psycopg.Error, address: Address, course: Course, doing: tuple[str, str]) -> UsageError:
    """Say in one line what went wrong, what it left behind and what to do."""
    state = error.sqlstate or ""
    said = printable(" ".join((error.diag.message_primary or str(error)).split()))
    if not course.connected:
        return _refused(error, address, said)
    en, zh = doing
    lost = state[:2] in {"08", "57"} or (
        not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    )
    if course.committing and lost:
        en = "whether it was written is not known; running it again finds out, and writes nothing twice"
        zh = "是否已写入尚不可知；重新运行即可查明，且不会重复写入"
    if state in _KNOWN:
        what = tuple(text.format(schema=address.schema) for text in _KNOWN[state])
    elif lost:
        what = ("the connection was lost", "连接中断")
    else:
        what = ("the server refuses", "服务器拒绝")
    detail_en = f" ({said})" if said else ""
    detail_zh = f"（{said}）" if said else ""
    return UsageError(
        f"{address.shown}: {what[0]}{detail_en}; {en}; then {_RETRY[0]}",
        f"{address.shown}：{what[1]}{detail_zh}；{zh}；其后{_RETRY[1]}",
    )


def _refused(error: psycopg.Error, address: Address, said: str) -> UsageError:
    """Say why there is no connection; libpq gives no code there, so that its state and words count."""
    pq = error.pgconn
    en, zh = "the server does not answer or refuses", "服务器无应答或拒绝连接"
    if pq is not None and pq.needs_password:
        en = "the server wants a password; give it by ~/.pgpass or PGPASSWORD"
        zh = "服务器要求密码；请放在 ~/.pgpass 或 PGPASSWORD 中"
    elif pq is not None and pq.used_password and "password" in said:
        en, zh = _KNOWN["28P01"]
    return UsageError(f"{address.shown}: {en} ({said})", f"{address.shown}：{zh}（{said}）")
