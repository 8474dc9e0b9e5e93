"""Guides as a reader follows them: every command they print is run, and what they show of its output is there."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from eppv_atlas import schemes

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
GUIDES = {  # guide: language, folder it runs in
    "tutorial.md": ("en", "docs/examples"),
    "tutorial.zh-CN.md": ("zh", "docs/examples"),
    "schemes.md": ("en", "."),
}


def steps(guide: str) -> Iterator[tuple[list[str], str]]:
    """The commands of each block, and the output that is shown after it."""
    blocks = BLOCK.findall((ROOT / "docs" / guide).read_text("utf-8"))
    for at, (kind, text) in enumerate(blocks):
        if kind == "sh":
            shown = blocks[at + 1][1] if blocks[at + 1 : at + 2] and blocks[at + 1][0] == "text" else ""
            lines = text.replace("\\\n", " ").splitlines()
            yield [line for line in lines if line.strip()], shown


def missing(shown: str, printed: str) -> list[str]:
    """Lines that are shown but were not printed, in this order; runs of blanks count as one."""
    have, out = iter([" ".join(line.split()) for line in printed.splitlines()]), []
    for line in shown.splitlines():
        wanted = " ".join(line.split())
        if wanted not in {"", "…"} and not any(one.startswith(wanted) for one in have):
            out.append(wanted)
    return out


CASES = [
    pytest.param(guide, number, id=f"{guide}-{number}")
    for guide in GUIDES
    for number in range(len(list(steps(guide))))
]


@pytest.mark.parametrize(("guide", "number"), CASES)
def test_commands_do_what_the_guide_shows(guide, number, cli, tmp_path, monkeypatch):
    lang, folder = GUIDES[guide]
    shutil.copytree(ROOT / "docs/examples", tmp_path / "docs/examples")
    monkeypatch.chdir(tmp_path / folder)
    monkeypatch.setenv("COLUMNS", "250")
    lines, shown = list(steps(guide))[number]
    printed = ""
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            continue
        assert words[0] == "eppv-atlas", line
        language = [] if "--lang" in words else ["--lang", lang]
        code, out, err = cli(*language, *words[1:])
        assert code == 0, (line, err)
        printed += out
    assert missing(shown, printed) == []
    assert lines


def test_what_is_missing_is_found():
    """The comparison itself can fail: another number, another order."""
    assert missing("a  1\n…\nb 2\n", "a 1 x\nc\nb  2\n") == []
    assert missing("a 2\n", "a 1\n") == ["a 2"]
    assert missing("b\na\n", "a\nb\n") == ["a"]


def test_both_tutorials_run_the_same_commands():
    english, chinese = ([lines for lines, _ in steps(f"tutorial{end}.md")] for end in ("", ".zh-CN"))
    assert english == chinese
    assert len(english) >= 13


def test_the_tutorial_has_a_lesson_for_every_engine(atlas):
    """Which engine a command runs is asked of the case."""
    run = {
        words[words.index("run") + 1] for lines, _ in steps("tutorial.md") for words in map(str.split, lines)
    }
    engines = {
        mechanism.scheme.engine
        for placed in atlas
        for mechanism in placed.case.mechanisms
        if mechanism.scheme and f"{placed.case.id}/{mechanism.id}" in run
    }
    assert engines == set(schemes.ENGINES)
