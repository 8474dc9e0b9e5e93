"""Files of the engine `application`: steps as a table, and the files of a market that they name.

Every line is read before anything is refused. What is wrong with lines of steps is handed on, so that
all of it can be named together with what only the scheme can judge.

Floor 3½, part of running: knows files and the intake; must not know rules of schemes or cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from eppv_atlas.errors import DataError, Problem
from eppv_atlas.model import Name
from eppv_atlas.running import offsets
from eppv_atlas.running.offset_rows import Faults, Row, opened_rows
from eppv_atlas.schemes.application.cells import MOST_CREDITS
from eppv_atlas.schemes.application.lines import StepLine

MOST_LINES: Final = 5_000
"""Lines of a file of steps, at most."""
_COLUMNS: Final = {
    "on": ("日期", "date"),
    "step": ("步骤",),
    "class": ("类别", "信用类别"),
    "credits": ("信用数", "份数"),
    "way": ("途径",),
    "applies": ("适用",),
    "serious": ("严重", "严重且不可逆"),
    "approved": ("批准",),
    "matched": ("匹配", "like-for-like", "like_for_like"),
    "conditions": ("条件", "所具条件"),
    "impact": ("影响",),
    "offer": ("供给",),
    "evidence": ("证据",),
}
_STEPS: Final = {
    "scope": "scope", "确认范围": "scope", "assess": "assess", "评估": "assess", "decide": "decide", "审批": "decide",
    "search": "search", "合理步骤": "search", "allow": "allow", "批准途径": "allow",
    "settle": "settle", "清偿": "settle", "begin": "begin", "动工": "begin",
}  # fmt: skip


def read(files: Mapping[str, Path]) -> dict[str, Any]:
    """Read the files of an application.

    Returns
    -------
    dict
        ``steps`` as lines, ``impacts``, ``offers`` and ``subregions`` as records, ``notes`` on what was
        taken how, and ``problems``: all that is wrong with any line.

    Raises
    ------
    UsageError
        If there is no such file.
    """
    out: dict[str, Any] = {}
    notes: list[Name] = []
    problems: list[Problem] = []
    if "steps" in files:
        try:
            found = opened_rows(files["steps"], _COLUMNS, ("on", "step", "evidence"))
        except DataError as error:
            problems += error.problems
        else:
            out["steps"], wrong = _lines(found.rows)
            problems += wrong
            notes += found.notes
    market = {name: path for name, path in files.items() if name != "steps"}
    if market:
        try:
            given = offsets.read(market)
        except DataError as error:
            problems += error.problems
        else:
            notes += given.pop("notes")
            out |= given
    return out | {"notes": tuple(notes), "problems": tuple(problems)}


def _lines(rows: list[Row]) -> tuple[list[StepLine], list[Problem]]:
    if len(rows) > MOST_LINES:
        last = rows[MOST_LINES]
        return [], [
            Problem(
                last.file,
                last.line,
                "",
                "too-many",
                f"has more than {MOST_LINES:,} lines; one application has fewer",
                f"超过 {MOST_LINES:,} 行；一项申请没有这么多步骤",
            )
        ]
    faults = Faults()
    made = [one for row in rows if (one := _line(row, faults)) is not None]
    return made, faults.problems


def _line(row: Row, faults: Faults) -> StepLine | None:
    kind = row.choice("step", _STEPS, faults)
    row.text("on", faults, needed=True)
    conditions = (row.text("conditions", faults) or "").replace("；", ";").replace("、", ";")
    made = StepLine(
        file=row.file,
        line=row.line,
        number=row.number,
        names=row.names,
        kind=kind or "",
        on=row.day("on", faults) or "",
        evidence=row.text("evidence", faults),
        of=row.text("class", faults),
        credits=row.whole("credits", faults, 0, MOST_CREDITS),
        way=row.text("way", faults),
        applies=row.flag("applies", faults),
        serious=row.flag("serious", faults),
        approved=row.flag("approved", faults),
        matched=row.flag("matched", faults),
        conditions=tuple(filter(None, (one.strip() for one in conditions.split(";")))),
        impact=row.text("impact", faults),
        offer=row.text("offer", faults),
    )
    return None if kind is None else made
