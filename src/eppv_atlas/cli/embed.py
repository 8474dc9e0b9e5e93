"""The command that hands pages on to other pages: embed.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Language, app, load, select, speak

if TYPE_CHECKING:
    from eppv_atlas import embed
    from eppv_atlas.model import Settings
    from eppv_atlas.results import PlacedCase
    from eppv_atlas.store import Atlas

NATIONAL = "national"


class Form(StrEnum):
    """What the code is for."""

    iframe = "iframe"
    html = "html"
    markdown = "markdown"
    oembed = "oembed"
    quarto = "quarto"


@app.command(name="embed")
def embed_(
    what: Annotated[
        str, typer.Argument(metavar="national|ID", help="The national map, or the id of a case.")
    ],
    form: Annotated[Form, typer.Option("--as", help="What the code is for.")] = Form.iframe,
    url: Annotated[
        str | None,
        typer.Option(
            help="Where the atlas is published (https://…/); addresses relative to the page if left out."
        ),
    ] = None,
    width: Annotated[str, typer.Option(help="100%, or pixels such as 800.")] = "100%",
    height: Annotated[int, typer.Option(help="Pixels.")] = 560,
    state: Annotated[
        str,
        typer.Option(
            "--hash", help="What the page shows first, as in its address: 'path=empowerment&lang=en'."
        ),
    ] = "",
    image: Annotated[
        str, typer.Option(help="A picture of it, for readers without frames (eppv-atlas figure makes one).")
    ] = "",
    downloads: Annotated[
        bool,
        typer.Option(
            "--downloads", help="Let readers take files out of the frame and open the whole page from it."
        ),
    ] = False,
    language: Language = None,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
) -> None:
    """Print the code that shows a page inside another one.

    The frame can do nothing to the page around it.
    """
    from eppv_atlas import embed, framing
    from eppv_atlas.store import files

    atlas = load()
    frame = embed.Frame(
        address=framing.web_address(url) if url is not None else "",
        state=framing.state(state, _known(atlas, what)),
        width=framing.width(width),
        height=framing.height(height),
        downloads=downloads,
        image=framing.picture(image),
        lang=speak(language),
    )
    text = embed.written(page_of(atlas, what, frame.lang), frame, form.value)
    if out is None:
        console.out(text)
    else:
        files.write_file(out, text.encode("utf-8"))
        console.say(f"written to {out}", f"已写入 {out}")


def _known(atlas: Atlas, name: str) -> dict[str, set[str]]:
    """Values that the address of a page may hold."""
    from eppv_atlas import cards
    from eppv_atlas.render import facets

    cases = {placed.case.id: placed.case for placed in atlas}
    held = {
        facet.id: set(facet.names)
        for facet in facets.facets_of(list(map(cards.filed, atlas)), atlas.settings)
    }
    held["case"] = set(cases)
    if name in cases:
        held["zone"] = {zone.id for zone in cases[name].zones}
    return held


def page_of(atlas: Atlas, name: str, lang: str) -> embed.Page:
    """The page of a case or of the whole atlas, as others need to know it."""
    known = {placed.case.id for placed in atlas}
    placed = None if name == NATIONAL and name not in known else select(atlas, [name])[0]
    return shown_as(placed, atlas.settings, lang)


def shown_as(placed: PlacedCase | None, settings: Settings, lang: str) -> embed.Page:
    """The page of a case, or of the whole atlas where there is none."""
    from eppv_atlas import embed, render

    title, note, source = render.told(placed, settings, lang)
    file = render.NATIONAL if placed is None else f"{placed.case.id}.html"
    return embed.Page(name_of(placed), file, title, note, source, str(getattr(settings.title, lang)))


def name_of(placed: PlacedCase | None) -> str:
    """What a page is called on the command line."""
    return NATIONAL if placed is None else placed.case.id
