"""What is to happen to each case when an atlas meets a database that others write to as well.

Pure decisions: which cases are new, changed here, changed by others, or the
same; and which are refused because both sides changed them.

Floor 3, part of the store: knows records; must not know connections, SQL or the command line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from eppv_atlas.errors import Problem
from eppv_atlas.store.exchange import records
from eppv_atlas.store.exchange.records import AtlasRecords

ATLAS: Final = "atlas.yaml"
"""Key of the settings beside the ids of the cases."""


class Held(NamedTuple):
    """A case as somebody holds it: its version in the database, and the revision of their own copy.

    As JSON it is a list of two; ``Held(*two)`` brings it back.
    """

    version: int
    revision: str


Base = Mapping[str, Held]
"""What was read, by case id; the settings under :data:`ATLAS`."""


def held(versions: Mapping[str, int], copy: AtlasRecords) -> dict[str, Held]:
    """Return what a reader holds after reading: to be kept, and given to ``put`` later.

    Parameters
    ----------
    versions
        As ``get`` gave them.
    copy
        The records as they were unpacked; best those read back from the folder that was written.
    """
    own = {case.id: records.revision(case) for case in copy.cases} | {ATLAS: of_settings(copy.settings)}
    return {key: Held(versions[key], revision) for key, revision in own.items() if key in versions}


def of_settings(settings: Mapping[str, Any]) -> str:
    """SHA-256 of the content of atlas.yaml."""
    text = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Head:
    """A case as the database has it: version, revision if the program wrote it last, who and when."""

    version: int
    revision: str | None
    changed_by: str
    changed_at: datetime


@dataclass
class Plan:
    """Ids by what is to happen to them."""

    add: list[str] = field(default_factory=list)
    change: list[str] = field(default_factory=list)
    settle: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def plan(
    mine: Mapping[str, str],
    heads: Mapping[str, Head],
    base: Base,
    shown: str,
    *,
    worked: Mapping[str, str],
    remove: bool,
) -> Plan:
    """Decide what happens to every case.

    Parameters
    ----------
    mine
        Revisions that are to be written.
    heads
        What the database has.
    base
        What was read before.
    shown
        Name of the database in messages.
    worked
        Revisions worked out of rows that were changed by hand.
    remove
        Whether cases that were read and are no longer there are to go.
    """
    out = Plan()
    for key in sorted(mine):
        _settle(out, key, mine[key], heads.get(key), base.get(key), shown, worked)
    for key in sorted(base) if remove else ():
        head = heads.get(key)
        if key in mine or key == ATLAS or head is None:
            continue
        if head.version == base[key].version:
            out.remove.append(key)
        else:
            out.refused.append(
                _refusal(shown, key, head, "keep it, or read it again", "请保留它，或重新读取")
            )
    return out


def _settle(
    out: Plan,
    key: str,
    mine: str,
    head: Head | None,
    read: Held | None,
    shown: str,
    worked: Mapping[str, str],
) -> None:
    untouched = read is not None and read.revision == mine
    if head is None:
        if read is None:
            out.add.append(key)
        elif untouched:
            out.behind.append(key)
        else:
            out.refused.append(_gone(shown, key))
    elif mine == head.revision:
        out.same.append(key)
    elif mine == worked.get(key):
        out.settle.append(key)
    elif read is None:
        out.refused.append(_unread(shown, key, head))
    elif head.version == read.version:
        out.change.append(key)
    elif untouched:
        out.behind.append(key)
    else:
        out.refused.append(
            _refusal(shown, key, head, "read it again, then change it", "请重新读取，再作修改")
        )


def _who(head: Head) -> tuple[str, str]:
    at = f"{head.changed_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"by {head.changed_by} at {at}", f"{head.changed_by} 于 {at}"


def _refusal(shown: str, key: str, head: Head, en: str, zh: str) -> Problem:
    by_en, by_zh = _who(head)
    return Problem(
        shown,
        0,
        key,
        "changed-meanwhile",
        f"changed {by_en}, since you read it; {en}",
        f"{by_zh} 在你读取之后作了修改；{zh}",
    )


def _unread(shown: str, key: str, head: Head) -> Problem:
    by_en, by_zh = _who(head)
    return Problem(
        shown,
        0,
        key,
        "never-read",
        f"is there already with other content, last changed {by_en}, and you have not read it; read it first",
        f"库中已有此项且内容不同（{by_zh} 最后修改），而你尚未读取；请先读取",
    )


def _gone(shown: str, key: str) -> Problem:
    en = "removed by somebody since you read it, and you have changed it; read again to see what is there"
    zh = "在你读取之后已被他人删除，而你又作了修改；请重新读取后再定"
    return Problem(shown, 0, key, "removed-meanwhile", en, zh)


def wanted(plans: Plan) -> Iterable[str]:
    """Ids of what is there and is to be written, or is at issue."""
    return sorted({*plans.change, *plans.settle, *plans.remove, *(one.place for one in plans.refused)})
