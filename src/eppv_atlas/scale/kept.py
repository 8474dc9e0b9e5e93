"""Results of units, kept so that a run can be resumed.

One small file a unit, named by a digest over all that its result depends on:
the file (name, size, footer, time of change), row groups, column, zones, model
and kernel. A file is written aside, synced and renamed; it carries a digest of
its own content, and what does not fit it is counted anew.

Floor 3½, part of scale: knows units and files; must not know engines or the
command line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from eppv_atlas.errors import AreaError, UsageError
from eppv_atlas.scale.dataset import Unit, digest_of
from eppv_atlas.scale.work import Job, Outcome
from eppv_atlas.store.files import write_file

FORM: Final = "eppv-atlas unit 1"


class Keep:
    """A folder of results.

    Parameters
    ----------
    folder
        Where they lie; it is made where it is missing.

    Raises
    ------
    UsageError
        If it is no folder.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is no folder", f"{folder} 不是文件夹")
        self.folder = folder
        self.damaged = 0

    def path(self, unit: Unit, job: Job) -> Path:
        """Where the result of a unit lies."""
        name = key(unit, job)
        return self.folder / name[:2] / f"{name[2:40]}.json"

    def read(self, unit: Unit, job: Job) -> Outcome | None:
        """The kept result of a unit; None where there is none to be trusted."""
        path = self.path(unit, job)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            self.damaged += 1
            return None
        outcome = _sound(content, unit, job)
        self.damaged += outcome is None
        return outcome

    def write(self, unit: Unit, job: Job, outcome: Outcome) -> None:
        """Keep the result of a unit, where all of it was counted.

        Raises
        ------
        UsageError
            If the disk does not take it; what was kept before stays.
        """
        if not outcome["whole"]:
            return
        content = {"form": FORM, "key": key(unit, job), "outcome": outcome}
        text = json.dumps(content | {"sha256": digest_of(content)}, ensure_ascii=True, sort_keys=True)
        try:
            write_file(self.path(unit, job), text.encode())
        except UsageError as error:
            raise UsageError(
                f"{error.en}; results kept so far stay, and the same command resumes",
                f"{error.zh}；已保存的结果不变，再次运行同一命令即可继续",
            ) from None


def key(unit: Unit, job: Job) -> str:
    """Digest of all that the result of a unit depends on."""
    groups = [unit.groups.start, unit.groups.stop] if unit.groups is not None else None
    file = [Path(unit.layer.file).name, unit.size, unit.footer, unit.changed]
    return digest_of([file, groups, unit.layer.geometry, unit.layer.column, list(unit.label), job.digest])


def _sound(content: bytes, unit: Unit, job: Job) -> Outcome | None:
    """The outcome in a kept file, if it is whole and belongs to this unit."""
    try:
        found: dict[str, Any] = json.loads(content)
        digest = found.pop("sha256")
        outcome: Outcome = found["outcome"]
        if digest != digest_of(found) or found["form"] != FORM or found["key"] != key(unit, job):
            return None
        if outcome["rows"] != unit.rows or not outcome["whole"]:
            return None
        for feature, rule, en, zh, size in outcome["defects"]:
            if not (isinstance(feature, int) and all(isinstance(text, str) for text in (rule, en, zh))):
                return None
            if not (size is None or isinstance(size, float)):
                return None
        job.table().take(outcome["sums"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, AreaError):
        return None
    return outcome
