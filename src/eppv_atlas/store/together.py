"""Files in a folder of the user's that belong together, written as one: all of them, or none.

They are first put whole into a folder aside, with a list of their names; once
that folder has its own name the change has happened, and the files are moved
into their places one right after the other. Whoever writes there next finishes
what a killed process began.

Floor 3, part of the store: knows bytes and folders only.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from eppv_atlas.errors import UsageError
from eppv_atlas.store import files

_READY: Final = ".eppv-together-"
_NAMES: Final = "names.json"


def write(contents: Mapping[Path, bytes]) -> bool:
    """Write several files of one folder, all or none; links among them are followed, one file at a time.

    Parameters
    ----------
    contents
        Content by path; all paths lie in the same folder.

    Returns
    -------
    bool
        False where every file already held exactly these bytes.

    Raises
    ------
    UsageError
        If the folder cannot be written to, or a path is no ordinary file; what stood there is unchanged.
    """
    folder = _folder_of(contents)
    finish(folder)
    changed = {path.name: content for path, content in contents.items() if _differs(path, content)}
    if len(changed) < 2 or any(path.is_symlink() for path in contents):  # a link may lead to another disk
        return sum(files.write_file(folder / name, content) for name, content in changed.items()) > 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.clean(folder)
        aside = Path(tempfile.mkdtemp(prefix=files.ASIDE, dir=folder))
        try:
            with files.claimed(aside):
                for number, content in enumerate(changed.values()):
                    files.synced(aside / str(number), content)
                    (aside / str(number)).chmod(0o644)
                files.synced(aside / _NAMES, json.dumps(list(changed)).encode())
                files.sync_folder(aside)
                ready = aside.with_name(aside.name.replace(files.ASIDE, _READY))
                aside.rename(ready)  # from here on the change has happened
                _move(ready)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise files.cannot_write(folder, error) from None
    return True


def finish(folder: Path) -> None:
    """Finish what a killed process began in a folder.

    Raises
    ------
    UsageError
        If the folder cannot be written to.
    """
    try:
        left = sorted(path for path in folder.iterdir() if path.name.startswith(_READY) and path.is_dir())
    except OSError:
        return
    for ready in left:
        try:
            with suppress(FileNotFoundError), files.claimed(ready) as ours:
                if ours:
                    _move(ready)
        except OSError as error:
            raise files.cannot_write(folder, error) from None


def _move(ready: Path) -> None:
    """Move the files of a finished folder into their places, and put it away."""
    try:
        names = json.loads((ready / _NAMES).read_text("utf-8"))
    except ValueError:  # none of ours
        return
    goals = {ready / str(number): ready.parent / Path(name).name for number, name in enumerate(names)}
    for path, goal in goals.items():
        if path.exists():  # else it is there already
            path.replace(goal)
    files.sync_folder(ready.parent)
    shutil.rmtree(ready, ignore_errors=True)


def _folder_of(contents: Mapping[Path, bytes]) -> Path:
    (folder,) = {path.parent for path in contents}
    for path in contents:
        if path.exists() and not path.is_file():
            raise UsageError(
                f"{path} is no ordinary file; name another", f"{path} 不是普通文件；请另取文件名"
            )
    return folder


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content
