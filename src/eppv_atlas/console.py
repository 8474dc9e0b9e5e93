"""What the command line prints: messages, problems, tables, progress.

Floor 4, beside ``cli``: knows rich and the chosen language; no rules, no formulas.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from eppv_atlas.errors import AtlasError, BilingualError, Problem, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress
    from rich.table import Table

    from eppv_atlas.results import PlacedCase


class Choice:
    """What the global options chose."""

    atlas: str | Path | None = None
    """Folder, file or address of the atlas; the bundled one where it is None."""

    @property
    def folder(self) -> Path | None:
        """Folder of the atlas, where it is one of case files."""
        return self.atlas if isinstance(self.atlas, Path) and not self.atlas.is_file() else None

    lang: str = "en"


CHOICE: Final = Choice()
_PIPED: Final = 160
"""Columns of a table that is piped."""
_FEW: Final = 50
"""A table of no more rows is left to rich."""
_MARK: Final = "\ue000"
"""A letter that no cell has, to see where columns begin."""


def system_language() -> str:
    """Language that the environment asks for: ``zh`` or ``en``."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((name for name in names if name), "").lower().startswith("zh") else "en"


def words(en: Any, zh: Any) -> Any:
    """Choose the words of the chosen language."""
    return zh if CHOICE.lang == "zh" else en


def say(en: str, zh: str, *, err: bool = False) -> None:
    """Print one line in the chosen language."""
    typer.echo(printable(words(en, zh)), err=err)


def out(text: str) -> None:
    """Print a text as it is."""
    typer.echo(text, nl=False)


def complain(error: AtlasError) -> None:
    """Print an error as one line on standard error."""
    text = words(error.en, error.zh) if isinstance(error, BilingualError) else str(error)
    typer.echo(printable(text), err=True)


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems on standard error, one a line."""
    for problem in problems:
        mark = "" if problem.severity == "error" else words("warning: ", "警告：")
        typer.echo(f"{mark}{problem.text(CHOICE.lang)}", err=True)


def terminal() -> Console:
    """Console as wide as the terminal, or `_PIPED` columns where output is piped."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPED
    return Console(highlight=False, width=width, soft_wrap=False)


def busy(en: str, zh: str) -> AbstractContextManager[Any]:
    """Show on standard error that something takes a moment, only where that is a terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    shown = Console(stderr=True)
    return shown.status(words(en, zh)) if shown.is_terminal else nullcontext()


def size_text(size: int) -> str:
    """Size of a file as readers write it.

    >>> size_text(5_543_000), size_text(32_100)
    ('5.5 MB', '32 kB')
    """
    return f"{size / 1e6:.1f} MB" if size >= 950_000 else f"{max(1, round(size / 1000))} kB"


def progress() -> Progress:
    """Progress bar on standard error, only where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _unbroken(text: str) -> str:
    """Chinese without blanks beside numbers: a line would break there and nowhere else."""
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%]) (?=[\u4e00-\u9fff])", "", text)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Iterable[int] = ()) -> None:
    """Print a table; the columns named in `numbers` are set to the right."""
    from rich.text import Text

    cells = [[_unbroken(printable(str(cell))) for cell in row] for row in rows]
    right, shown = set(numbers), terminal()
    lines = _lines(heads, cells, right, shown) if len(cells) > _FEW else None
    if lines is None:
        shown.print(_grid(heads, cells, right))
    else:
        shown.print(Text(lines[0], style="bold"))
        out("".join(f"{line}\n" for line in lines[1:]))


def _lines(
    heads: Sequence[str], cells: Sequence[Sequence[str]], right: set[int], shown: Console
) -> list[str] | None:
    """The lines of a table as rich has them, who weighs every cell and takes a second for a thousand rows.

    Rich is asked for the widths of the columns, by their widest cells and longest words, and to
    wrap what is too wide. None where heads wrap or are markup, or where a column is cut that does not wrap.
    """
    from rich.cells import cell_len
    from rich.text import Text

    columns = list(zip(*cells, strict=True))
    widest = [max(column, key=cell_len) for column in columns]
    worded = [max(column, key=lambda cell: max(map(cell_len, cell.split()), default=0)) for column in columns]
    told = _plain(shown, _grid(heads, [widest, worded, [_MARK] * len(heads)], right))
    starts = [at for at, letter in enumerate(told[-1]) if letter == _MARK]
    if right or len(starts) != len(heads) or any("[" in head for head in heads):
        return None
    ends = [start - 2 for start in starts[1:]] + [len(told[-1])]
    widths = [end - start for start, end in zip(starts, ends, strict=True)]
    if cell_len(widest[0]) > widths[0] or any(
        cell_len(head) > width for head, width in zip(heads, widths, strict=True)
    ):
        return None
    lines = []
    for row in (heads, *cells):
        parts = [
            [cell + " " * (width - cell_len(cell))]
            if cell_len(cell) <= width
            else _plain(shown, Text(cell, overflow="fold"), width)
            for cell, width in zip(row, widths, strict=True)
        ]
        for at in range(max(map(len, parts))):
            filled = (
                part[at] if at < len(part) else " " * width for part, width in zip(parts, widths, strict=True)
            )
            lines.append("  ".join(filled))
    return lines


def _plain(shown: Console, what: RenderableType, width: int | None = None) -> list[str]:
    """What rich makes of something, as lines without style."""
    options = shown.options if width is None else shown.options.update(width=width)
    return [
        "".join(part.text for part in line)
        for line in shown.render_lines(what, options, pad=width is not None)
    ]


def _grid(heads: Sequence[str], cells: Sequence[Sequence[str]], right: set[int]) -> Table:
    """A table for a terminal, in which words wrap."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, head in enumerate(heads):
        # a figure is never cut, however narrow the terminal; words wrap instead
        least = max((cell_len(row[index]) for row in cells), default=0) if index in right else None
        grid.add_column(
            head,
            justify="right" if index in right else "left",
            no_wrap=index == 0 and not right,
            min_width=least,
            overflow="fold",
        )
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def measure_table(placed: PlacedCase, measures: Iterable[Any], unit: str) -> None:
    """Print the measures of a case, areas in `unit`."""
    from eppv_atlas import listing
    from eppv_atlas.units import UNITS

    name = getattr(UNITS[unit], CHOICE.lang)
    heads = words(
        ["zone", "kind", "stated", f"measured {name}", "difference", "perimeter km", "confidence"],
        ["分区", "类型", "文件所载", f"量算 {name}", "差", "周长 公里", "可信度"],
    )
    cells = [listing.measure_cells(row, placed, unit, CHOICE.lang) for row in measures]
    table(heads, cells, numbers=(3, 4, 5))


def totals_table(totals: Iterable[Any], unit: str) -> None:
    """Print sum, union and overlap of a case by confidence, areas in `unit`."""
    from eppv_atlas import vocabulary
    from eppv_atlas.units import area_text

    rows = []
    for total in totals:
        term = vocabulary.CONFIDENCES.get(total.confidence)
        weakest = getattr(vocabulary.CONFIDENCES[total.weakest], CHOICE.lang)
        name = (
            getattr(term, CHOICE.lang)
            if term
            else words(f"all (weakest: {weakest})", f"全部（最弱：{weakest}）")
        )
        values = [area_text(v, unit) for v in (total.sum_m2, total.union_m2, total.overlap_m2)]
        rows.append([name, str(total.zones), *values])
    if rows:
        heads = words(
            ["total by confidence", "zones", "sum", "union", "overlap"],
            ["按可信度汇总", "分区数", "合计", "并集", "重叠"],
        )
        table(heads, rows, numbers=(1, 2, 3, 4))
    typer.echo()


def area_certificate(item: Any) -> None:
    """Print an area certificate: what it is worth first, then areas, reasons and how to recompute it."""
    from rich.text import Text

    from eppv_atlas import certificate

    lang, shown = CHOICE.lang, terminal()
    shown.print(Text(printable(getattr(item.statement, lang)), style="bold"))
    title = words(f"Area certificate: {item.name.en}", f"面积证明：{item.name.zh}")
    shown.print(Text(printable(title), style="bold"))
    table(["", ""], certificate.rows(item, lang))
    heads = words(
        ["area by", "m²", "difference m²", "difference 1e-6"], ["方法", "平方米", "差 平方米", "差 1e-6"]
    )
    if shown.width >= 80:
        table(heads, certificate.value_rows(item, lang), numbers=(1, 2, 3))
    else:  # too narrow for three columns of figures
        for name, *figures in certificate.value_rows(item, lang):
            shown.print(Text(printable(name)))
            for head, figure in zip(heads[1:], figures, strict=True):
                shown.print(Text(f"  {head}: {figure}"))
    typer.echo()
    for name, why in certificate.reasons(item, lang):
        shown.print(Text(printable(words(f"{name}: {why}", f"{name}：{why}"))))
    typer.echo()


def heading(name: Any) -> None:
    """Print a name in bold."""
    from rich.text import Text

    terminal().print(Text(printable(getattr(name, CHOICE.lang)), style="bold"))


def claims_table(findings: Iterable[Any]) -> None:
    """Print claims with their arithmetic and what to look out for."""
    from eppv_atlas import vocabulary

    rows = [
        [
            getattr(vocabulary.VERDICTS[item.verdict], CHOICE.lang),
            getattr(item.label, CHOICE.lang),
            getattr(item.arithmetic, CHOICE.lang),
            getattr(item.remark, CHOICE.lang) if item.remark else "",
            ", ".join(map(str, item.pages)),
        ]
        for item in findings
    ]
    if rows:
        table(
            words(["verdict", "claim", "arithmetic", "remark", "p."], ["结论", "核对", "算式", "说明", "页"]),
            rows,
        )


def claims_count(findings: Iterable[Any]) -> None:
    """Print how many claims agree, disagree and need care."""
    from eppv_atlas import vocabulary

    verdicts = [item.verdict for item in findings]
    typer.echo(
        words(", ", "，").join(
            f"{getattr(term, CHOICE.lang)} {verdicts.count(term.id)}" for term in vocabulary.VERDICTS.values()
        )
    )


def suggestions(found: Iterable[Any]) -> None:
    """Print modes and cases with their scores and the reasons that make them up."""
    from rich.text import Text

    kinds = {"mode": words("mode", "模式"), "case": words("case", "案例")}
    for item in found:
        name = printable(getattr(item, CHOICE.lang))
        terminal().print(Text(f"{item.score:6.2f}  {kinds[item.kind]}  {name}", style="bold"))
        for reason in item.reasons:
            terminal().print(Text(f"  +{reason.points:5.2f}  {printable(getattr(reason, CHOICE.lang))}"))
