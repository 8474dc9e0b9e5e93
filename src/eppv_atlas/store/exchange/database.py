"""An atlas in a database and a folder of case files, kept in step: what was read last is remembered in the folder.

Nothing is overwritten unread, on either side: the database refuses a case that
somebody changed since it was read, the folder one that was changed here.

Floor 3, part of the store: must not know how measures are made, maps or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eppv_atlas.errors import UsageError
from eppv_atlas.store import files, transaction
from eppv_atlas.store.exchange import records, stores
from eppv_atlas.store.exchange.rows import Rows
from eppv_atlas.store.reading import Loading, read_folder

if TYPE_CHECKING:
    from eppv_atlas.store.exchange.postgis import Held, Outcome

REMEMBERED: Final = "databases.json"
"""File in the state of a folder: by database and case, the version read and the revision of the copy."""


def read(address: str) -> Loading:
    """Read the atlas of a database.

    Raises
    ------
    UsageError
        If the server is not there, refuses or fails, or holds no atlas.
    """
    loading, _ = read_with_versions(address)
    return loading


def read_with_versions(address: str) -> tuple[Loading, dict[str, int]]:
    """Read the atlas of a database, with the version of each case.

    Raises
    ------
    UsageError
        As :func:`read`.
    """
    from eppv_atlas.store.exchange import postgis

    at = postgis.parse(address)
    got = postgis.get(at)
    return stores.judged(got.rows, got.settings, Path(at.shown), at.shown), dict(got.versions)


def shown(address: str) -> str:
    """How a database is named in messages: without its password."""
    from eppv_atlas.store.exchange import postgis

    return postgis.parse(address).shown


def write(
    address: str, rows: Rows, settings: Mapping[str, Any], root: Path | None, *, may_migrate: bool
) -> Outcome:
    """Write an atlas into a database: new cases and those that differ, all or none.

    Parameters
    ----------
    address
        The database.
    rows
        Rows of all layers.
    settings
        Content of atlas.yaml.
    root
        Folder that remembers what was read; None where the atlas is none of case files.
    may_migrate
        Whether tables may be made or renewed first.

    Raises
    ------
    DataError
        If cases were changed by others since they were read: all are named, nothing is written.
    UsageError
        If the server is not there, refuses or fails; nothing is written then.
    """
    from eppv_atlas.store.exchange import postgis

    at = postgis.parse(address)
    base = _remembered(root).get(at.shown, {})
    outcome = postgis.put(at, rows, settings, base, may_migrate=may_migrate)
    if root is not None:
        files.write_file(root / transaction.STATE / REMEMBERED, _text(root, at.shown, outcome.base))
    return outcome


def unpacked(out: Path, address: str, versions: Mapping[str, int]) -> None:
    """Let a folder remember what it was unpacked from."""
    from eppv_atlas.store.exchange import postgis

    base = postgis.held(versions, records.of(read_folder(out)))
    files.write_file(out / transaction.STATE / REMEMBERED, _text(out, shown(address), base))


def known(root: Path, address: str) -> dict[str, str]:
    """Revision of each case that a folder had when it last took the database's: what differs was changed here."""
    return {case: held.revision for case, held in _remembered(root).get(shown(address), {}).items()}


def taken_in(root: Path, address: str, versions: Mapping[str, int], ids: set[str]) -> bytes:
    """What a folder remembers once it has taken these cases from a database."""
    from eppv_atlas.store.exchange import postgis

    here = records.of(read_folder(root))
    base = postgis.held(
        versions, records.AtlasRecords(here.settings, tuple(c for c in here.cases if c.id in ids))
    )
    return _text(root, shown(address), {**_remembered(root).get(shown(address), {}), **base})


def _text(root: Path, name: str, base: Mapping[str, Held]) -> bytes:
    held = {**_remembered(root), name: base}
    content = {
        key: {case: list(one) for case, one in sorted(cases.items())} for key, cases in sorted(held.items())
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _remembered(root: Path | None) -> dict[str, dict[str, Held]]:
    """What a folder remembers; nothing where it is none, or the file is none of ours."""
    from eppv_atlas.store.exchange import postgis

    if root is None:
        return {}
    path = root / transaction.STATE / REMEMBERED
    try:
        content = json.loads(path.read_bytes())
        return {
            str(name): {str(case): postgis.Held(int(one[0]), str(one[1])) for case, one in cases.items()}
            for name, cases in content.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError, IndexError):
        raise UsageError(
            f"{path} is damaged; remove it, and take the cases of the database in again",
            f"{path} 已损坏；请删除，并重新从数据库取回案例",
        ) from None
