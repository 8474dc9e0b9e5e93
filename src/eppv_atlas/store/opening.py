"""An atlas opened wherever it lies: a folder of case files, a file for GIS, a database.

Floor 3, part of the store: must not know measures, maps or the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eppv_atlas.errors import UsageError
from eppv_atlas.store.reading import Loading, read_folder

SCHEMES: Final = ("postgresql://", "postgres://")
"""How the address of a database begins."""


def is_address(where: str) -> bool:
    """Whether an atlas named so lies in a database."""
    return where.startswith(SCHEMES)


def read(where: str | Path | None = None) -> Loading:
    """Read an atlas and note every problem.

    Parameters
    ----------
    where
        Folder with ``cases/``, a file or folder that ``export --to`` wrote, or
        ``postgresql://…``; the cases that ship with the package if left out.

    Raises
    ------
    UsageError
        If there is no atlas.
    DataError
        If a store is damaged.
    """
    if isinstance(where, str) and "://" in where:
        if not is_address(where):
            raise UsageError(
                f"{where.split('://')[0]}:// is no address of an atlas; known: {', '.join(SCHEMES)}",
                f"不支持 {where.split('://')[0]}:// 地址；可用：{'、'.join(SCHEMES)}",
            )
        from eppv_atlas.store.exchange import database

        return database.read(where)
    if where is None or (Path(where) / "cases").is_dir():
        return read_folder(where)
    from eppv_atlas.store.exchange import stores

    if Path(where).exists() and stores.form_of(Path(where)) is not None:
        return stores.read(Path(where))
    return read_folder(where)


def folder_only(where: str | Path | None) -> None:
    """Refuse what is no folder of case files, where files are to be changed.

    Raises
    ------
    UsageError
        If a store for GIS or a database is named.
    """
    if where is None or (
        isinstance(where, Path) and not where.is_file() and not (where / "atlas.json").is_file()
    ):
        return
    raise UsageError(
        "this atlas is a store to read, not a folder of case files; "
        "unpack it with 'export --to folder --out DIR', and name that with --atlas",
        "此图集是供读取的库，不是案例文件夹；请用 export --to folder --out DIR 展开，再以 --atlas 指定该文件夹",
    )
