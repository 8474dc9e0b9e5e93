"""What all commands share: the application, its options, how an atlas is loaded and cases chosen.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from eppv_atlas import console
from eppv_atlas.errors import UsageError

if TYPE_CHECKING:
    from eppv_atlas.compiled import Compiled
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.store import Atlas

R = TypeVar("R")

app = typer.Typer(
    name="eppv-atlas",
    help="The atlas of ecological product value cases (生态产品价值实现案例图集).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Lang(StrEnum):
    """Language of what is printed."""

    zh = "zh"
    en = "en"


class Format(StrEnum):
    """Form of a listing."""

    table = "table"
    csv = "csv"
    json = "json"


class AreaUnit(StrEnum):
    """Unit of area at the edge."""

    m2 = "m2"
    ha = "ha"
    km2 = "km2"
    mu = "mu"


class Verdict(StrEnum):
    """What became of a claim."""

    agrees = "agrees"
    disagrees = "disagrees"
    care = "care"
    derived = "derived"


class Subject(StrEnum):
    """What to export: the whole atlas as a store, or one ledger."""

    atlas = "atlas"
    facts = "facts"
    zones = "zones"
    mechanisms = "mechanisms"
    claims = "claims"
    glossary = "glossary"


class ExportFormat(StrEnum):
    """Form of an export."""

    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"
    gpkg = "gpkg"
    geojson = "geojson"
    flatgeobuf = "flatgeobuf"
    kml = "kml"
    postgis = "postgis"
    folder = "folder"
    datapackage = "datapackage"


LEDGER_FORMS = ("csv", "json", "parquet", "xlsx")


Language = Annotated[
    Lang | None, typer.Option("--lang", help="Language of what is made; that before the command if left out.")
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of cases; all if left out.")]


def speak(lang: Lang | None) -> str:
    """Take the language of a command's own option, if it has one; return the language in use."""
    if lang is not None:
        console.CHOICE.lang = lang.value
    return console.CHOICE.lang


def say_if_bundled() -> None:
    """Say so where somebody stands in an atlas of their own but has not named it."""
    here = Path()
    if console.CHOICE.atlas is not None or not (here / "cases").is_dir():
        return
    from eppv_atlas.store import bundled

    if here.resolve() != bundled().resolve():
        console.say(
            "note: these are the bundled cases; for the atlas in this folder say --atlas .",
            "注意：以下是随包案例；要用当前文件夹的图集，请加 --atlas .",
            err=True,
        )


def load() -> Atlas:
    """Read the atlas that the user named, or the bundled one."""
    from eppv_atlas.store import load

    say_if_bundled()
    with console.busy("reading the atlas", "读取图集"):
        return load(console.CHOICE.atlas)


def large() -> bool:
    """Whether the atlas that the user named is so large that reading it is kept."""
    from eppv_atlas import compiled

    return console.CHOICE.folder is not None and compiled.wanted(console.CHOICE.folder)


def kept(question: Callable[[Compiled], R], *, ahead: bool = False) -> R:
    """Answer a question about a large atlas, of which only what changed is read; see ``reader.asked``."""
    from eppv_atlas.compiled import reader

    assert console.CHOICE.folder is not None
    return reader.asked(
        console.CHOICE.folder, lambda en, zh: console.say(en, zh, err=True), question, ahead=ahead
    )


def some(ids: Sequence[str]) -> Iterable[PlacedCase]:
    """Cases of the given ids, all where none is given; of a large atlas only these are read, one after the other.

    Raises
    ------
    UsageError
        If there is no such case.
    """
    if not large():
        return select(load(), ids)
    from eppv_atlas.compiled import cases

    assert console.CHOICE.folder is not None
    say_if_bundled()
    with console.busy("reading the atlas", "读取图集"):
        known = kept(_sound_ids)
    _known(ids, known)
    return cases.placed(console.CHOICE.folder, ids or known)


def one_case(case_id: str) -> PlacedCase:
    """A case by its id.

    Raises
    ------
    UsageError
        If there is no such case.
    """
    if not large():
        return load()[case_id]
    return next(iter(some([case_id])))


def _sound_ids(held: Compiled) -> list[str]:
    held.sound()
    return held.ids()


def select(atlas: Atlas, ids: Sequence[str] | None) -> list[PlacedCase]:
    """Cases of the given ids, all where none is given.

    Raises
    ------
    UsageError
        If there is no such case.
    """
    _known(ids or (), [placed.case.id for placed in atlas])
    return [atlas[case_id] for case_id in ids] if ids else list(atlas)


def _known(ids: Sequence[str], known: Sequence[str]) -> None:
    held = set(known)
    unknown = [case_id for case_id in ids if case_id not in held]
    if unknown:
        raise UsageError(
            f"there is no case {', '.join(map(repr, unknown))}; known: {_few(known)}",
            f"没有案例 {'、'.join(map(repr, unknown))}；现有：{_few(known)}",
        )


def _few(names: Iterable[str]) -> str:
    """Names in one line that can still be read."""
    held = sorted(names)
    return ", ".join(held[:200]) + (", …" if len(held) > 200 else "")


def by_suffix(asked: StrEnum | None, out: Path | None, known: Iterable[str], otherwise: str) -> str:
    """The format asked for, or that of the file's suffix.

    Raises
    ------
    UsageError
        If the two disagree, the suffix is that of no format that is known and
        none is asked for, or the file has no name.
    """
    suffix = out.suffix.lower().lstrip(".") if out is not None else ""
    names = set(known)
    if out is not None and not out.name:
        raise UsageError("--out names no file", "--out 没有写文件名")
    if asked is None:
        if out is not None and suffix and suffix not in names and str(out) != "-" and not out.is_dir():
            raise UsageError(
                f"{out}: .{suffix} is no format of this command; known: {', '.join(sorted(names))} (or say --to)",
                f"{out}：本命令不支持 .{suffix}；可用：{'、'.join(sorted(names))}（或用 --to 指定）",
            )
        return suffix if suffix in names else otherwise
    if suffix in names - {asked.value}:
        raise UsageError(
            f"{out} ends in .{suffix} but --to says {asked.value}; change one of them",
            f"{out} 的后缀是 .{suffix}，而 --to 为 {asked.value}；请改其一",
        )
    return str(asked.value)
