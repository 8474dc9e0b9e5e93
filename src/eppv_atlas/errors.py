"""What can go wrong, as data.

The tree::

    AtlasError
    ├── DataError        problems in case files, shapes or settings (exit code 1)
    ├── UsageError       the call itself is off: unknown id, wrong folder (exit code 2)
    ├── AreaError        a shape or CRS that has no defensible area
    ├── RecipeError      a zone recipe without a solution
    ├── UnknownPlace     an administrative code that does not exist
    ├── EngineError      a count on many processes that could not be finished
    └── RenderError      a page that asks for an asset or text it must not have

All of them can be handed from one process to another.

Floor 1: knows nothing of the rest of the package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake, said so that the person who made it can mend it.

    Attributes
    ----------
    file
        Path of the file as the user would type it.
    line
        Line in that file, counted from 1; 0 where no line can be named.
    place
        Where inside the file, e.g. ``zones[2].kind`` or ``feature xixi-scope``.
    rule
        Short fixed name of the rule that was broken.
    message_en, message_zh
        What is wrong and what to do, in both languages.
    severity
        ``error`` always counts; ``warning`` counts under ``check --strict``.
    """

    file: str
    line: int
    place: str
    rule: str
    message_en: str
    message_zh: str = ""
    severity: Severity = field(default="error", compare=False)

    def text(self, lang: str = "en") -> str:
        """One line: file, line, place, message and rule.

        Control characters are shown as escapes, so that text from a file can
        neither move the cursor nor forge a second message.
        """
        message = self.message_zh if lang == "zh" and self.message_zh else self.message_en
        where = f"{self.file}:{self.line}" if self.line else self.file
        place = f" {self.place}:" if self.place else ""
        return printable(f"{where}:{place} {message} [{self.rule}]")


def printable(text: str) -> str:
    """Return `text` with every control or bidirectional-override character escaped."""
    if text.isprintable():  # those below are not
        return text
    risky = {0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    return "".join(
        c if c.isprintable() and ord(c) not in risky else c.encode("unicode_escape").decode() for c in text
    )


class AtlasError(Exception):
    """Root of every error that this package raises on purpose."""


class DataError(AtlasError):
    """The data are at fault; carries every problem found in one run.

    Parameters
    ----------
    problems
        All problems, in the order in which they should be read.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(p.text() for p in self.problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[Problem, ...]]]:
        """Come home whole from a process of its own."""
        return type(self), (self.problems,)


class BilingualError(AtlasError):
    """An error whose message is kept in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh
        super().__init__(en)

    def __reduce__(self) -> tuple[type[BilingualError], tuple[str, str]]:
        """Come home whole from a process of its own."""
        return type(self), (self.en, self.zh)


class UsageError(BilingualError):
    """The call is off: an unknown id, a folder that is no atlas, a refused option."""


class AreaError(BilingualError):
    """No area can be defended for this input (wrong CRS, wrong geometry type)."""


class RecipeError(BilingualError):
    """A zone recipe that has no solution or no finite shape."""


class UnknownPlace(BilingualError):  # noqa: N818 - reads as the fact it states
    """An administrative code that the boundary data do not hold."""


class EngineError(BilingualError):
    """Work on many processes that could not be finished: a worker lost for good, a scheduler gone."""


class RenderError(BilingualError):
    """A page asked for something that a self-contained page must not hold, or a shape no map can show."""
