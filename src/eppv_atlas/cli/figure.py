"""The command that draws figures: figure.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import AreaUnit, Language, app, by_suffix, load, select, speak
from eppv_atlas.errors import UsageError

if TYPE_CHECKING:
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.store import Atlas

NATIONAL = "national"


class Picture(StrEnum):
    """File format of a figure."""

    png = "png"
    svg = "svg"
    pdf = "pdf"


def centimetres(text: str) -> float:
    """A width such as ``16cm``, ``160mm``, ``6.3in`` or ``16``, in centimetres.

    Raises
    ------
    UsageError
        If it is none.
    """
    units = {"mm": 0.1, "cm": 1.0, "in": 2.54, "": 1.0}
    word = text.strip().lower().replace(" ", "")
    unit = next((name for name in ("mm", "cm", "in") if word.endswith(name)), "")
    try:
        return float(word.removesuffix(unit)) * units[unit]
    except ValueError:
        raise UsageError(
            f"{text!r} is no width; write --width 16cm, 160mm or 6.3in",
            f"{text!r} 不是宽度；请写 --width 16cm、160mm 或 6.3in",
        ) from None


@app.command()
def figure(
    what: Annotated[
        list[str], typer.Argument(metavar="national|ID...", help="The national map, or ids of cases.")
    ],
    to: Annotated[
        Picture | None, typer.Option("--to", help="Format; by the suffix of --out if left out, else png.")
    ] = None,
    width: Annotated[str, typer.Option(help="Width on paper, 12 cm or more: 16cm, 160mm, 6.3in.")] = "16cm",
    dpi: Annotated[int, typer.Option(help="Dots an inch of a PNG.")] = 300,
    unit: Annotated[
        AreaUnit, typer.Option(help="Unit of the areas beside the names of zones.")
    ] = AreaUnit.km2,
    url: Annotated[
        str | None,
        typer.Option(
            help="Where the atlas is published (https://…/): the figure gets a QR code of its live map."
        ),
    ] = None,
    untitled: Annotated[
        bool, typer.Option("--untitled", help="Without the title above the map, as a caption says it.")
    ] = False,
    language: Language = None,
    out: Annotated[
        Path | None, typer.Option(help="File, or a folder for several; <name>.<format> here if left out.")
    ] = None,
) -> None:
    """Draw the national map or the map of a case for print, without a browser.

    Text stays text in SVG and PDF. The same figure gives the same bytes.
    """
    from eppv_atlas import exhibits
    from eppv_atlas.store import files

    lang = speak(language)
    atlas = load()
    things = [_thing(atlas, name) for name in dict.fromkeys(what)]
    several = len(things) > 1
    if several and out is not None and not out.is_dir() and out.suffix.lower().lstrip(".") in set(Picture):
        raise UsageError(
            f"{len(things)} figures do not go into one file; let --out name a folder",
            f"{len(things)} 幅图不能写入同一文件；请让 --out 指向文件夹",
        )
    folder = out if out is not None and (several or out.is_dir()) else None
    form = by_suffix(to, None if folder else out, Picture, "png")
    wide = centimetres(width)
    made = []
    try:
        with console.progress() as progress:
            task = progress.add_task("figure", total=len(things))
            for thing in things:
                item = exhibits.figure(thing, address=url or "")
                content = item.image(
                    form, lang=lang, unit=unit.value, width_cm=wide, dpi=dpi, titled=not untitled
                )
                name = f"{item.name}.{form}"
                path = folder / name if folder else out or Path(name)
                files.write_file(path, content)
                made.append((path, console.size_text(len(content))))
                progress.advance(task)
    finally:  # what is written stays and is named, whatever came after
        for path, size in made:
            console.say(f"{path} ({size})", f"{path}（{size}）")


def _thing(atlas: Atlas, name: str) -> PlacedCase | Atlas:
    if name == NATIONAL and NATIONAL not in {placed.case.id for placed in atlas}:
        return atlas
    return select(atlas, [name])[0]
