"""What other pages need to show one of ours: frames, oEmbed, Markdown, Quarto.

Floor 3: knows names, titles and addresses of pages; must not know files,
measures or how pages are made.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from html import escape
from typing import Final
from urllib.parse import quote

from eppv_atlas import markdown

FORMS: Final = ("iframe", "html", "markdown", "oembed", "quarto")
SANDBOX: Final = "allow-scripts allow-popups"
"""All that our pages need: no access to the page around them, no forms, no way to its top."""
DOWNLOADS: Final = f"{SANDBOX} allow-popups-to-escape-sandbox allow-downloads"
"""What files made in the page, and the link to the whole page, need besides."""
WIDTH_PX: Final = 800
HEIGHT_PX: Final = 560


@dataclass(frozen=True)
class Page:
    """A page of the atlas, as others need to know it.

    Attributes
    ----------
    name
        Id of the case, or ``national``.
    file
        Name of its file.
    title, note
        What it is called, and what must be said below it, in one language.
    source
        Where its contents are from.
    provider
        Title of the atlas.
    """

    name: str
    file: str
    title: str
    note: str
    source: str
    provider: str


@dataclass(frozen=True)
class Frame:
    """How a page is shown inside another.

    Attributes
    ----------
    address
        Where the atlas is published, with a slash at its end; empty for addresses
        relative to the page around.
    state
        What the page shows first, see :func:`eppv_atlas.framing.state`.
    width, height
        ``100%`` or ``800px``; pixels.
    downloads
        Whether files may be taken out of the frame, and the whole page opened from it.
    image
        A picture to show where no frame can be; empty if there is none.
    lang
        ``zh`` or ``en``.
    """

    address: str = ""
    state: str = ""
    width: str = "100%"
    height: int = HEIGHT_PX
    downloads: bool = False
    image: str = ""
    lang: str = "zh"


def written(page: Page, frame: Frame, form: str) -> str:
    """What shows a page inside another one.

    Parameters
    ----------
    page, frame
        The page, and how it is to be shown.
    form
        ``iframe``, ``html``, ``markdown``, ``oembed`` or ``quarto``.
    """
    if form == "iframe":
        return iframe(page, frame) + "\n"
    if form == "html":
        return _figure(page, frame)
    if form == "markdown":
        return _markdown(page, frame)
    return oembed(page, frame) if form == "oembed" else _quarto(page, frame)


def link(page: Page, frame: Frame, *, embedded: bool = False) -> str:
    """Address of a page in a state."""
    held = [frame.state] if frame.state else []
    if "lang=" not in frame.state:
        held.insert(0, f"lang={frame.lang}")
    if embedded:
        held.append("embed=1")
    return f"{frame.address}{quote(page.file)}#{'&'.join(held)}"


def iframe(page: Page, frame: Frame) -> str:
    """A page in a frame that can do nothing to the page around it."""
    wide = frame.width if frame.width.endswith("%") else frame.width.removesuffix("px")
    return (
        f'<iframe src="{escape(link(page, frame, embedded=True))}" title="{_attribute(page.title)}" '
        f'width="{wide}" height="{frame.height}" loading="lazy" '
        f'sandbox="{DOWNLOADS if frame.downloads else SANDBOX}" '
        f'style="border:0;max-width:100%;height:min({frame.height}px,85vh)"></iframe>'
    )


def oembed(page: Page, frame: Frame) -> str:
    """The page in the form of oEmbed 1.0, type ``rich``."""
    wide = int(frame.width.removesuffix("px")) if frame.width.endswith("px") else WIDTH_PX
    held = {
        "version": "1.0",
        "type": "rich",
        "title": page.title,
        "provider_name": page.provider,
        **({"provider_url": frame.address} if frame.address else {}),
        "width": wide,
        "height": frame.height,
        "html": iframe(page, replace(frame, width=f"{wide}px")),
    }
    return json.dumps(held, ensure_ascii=False, indent=1) + "\n"


def srcdoc(page: bytes, title: str, *, lang: str = "", height_px: int = HEIGHT_PX, plain: bool = True) -> str:
    """A whole page inside an attribute: works without files and without a network.

    Parameters
    ----------
    page
        The page as built.
    title
        What it is called.
    lang
        ``zh`` or ``en``: the language it begins in; that of the browser if empty.
    height_px
        Height of the frame.
    plain
        Whether only the map is shown, without the list or text beside it.
    """
    return (
        f'<iframe srcdoc="{escape(alone(page, lang, plain=plain))}" title="{_attribute(title)}" width="100%" '
        f'height="{height_px}" loading="lazy" sandbox="{SANDBOX}" style="border:0;max-width:100%"></iframe>'
    )


def alone(page: bytes, lang: str, *, plain: bool = True) -> str:
    """The markup of a page that has no address and no neighbours: links to other pages are hidden."""
    marks = (
        '<html class="is-alone"'
        + (f' data-start="{lang}"' if lang else "")
        + (' data-embed="1"' if plain else "")
    )
    return page.decode("utf-8").replace("<html", marks, 1)


def _figure(page: Page, frame: Frame) -> str:
    words = {"zh": "打开完整页面", "en": "Open the full page"}[frame.lang]
    inner = iframe(page, replace(frame, width="100%"))
    wide = frame.width if frame.width.endswith("%") else f"min(100%,{frame.width})"
    return (
        f'<figure style="margin:1em 0;width:{wide}">\n{inner}\n'
        '<figcaption style="font-size:0.85em;line-height:1.5">'
        f"<strong>{_text(page.title)}</strong><br>{_text(page.note)}<br>{_text(page.source)} "
        f'<a href="{escape(link(page, frame))}" target="_blank" rel="noopener">{words}</a></figcaption>\n</figure>\n'
    )


def _markdown(page: Page, frame: Frame) -> str:
    words, target = _marked(page.title), link(page, frame)
    shown = f"![{words}]({_target(frame.image)})" if frame.image else words
    return f"[{shown}](<{_target(target)}>)\n\n{_marked(page.note)}\n\n{_marked(page.source)}\n"


def _quarto(page: Page, frame: Frame) -> str:
    label = f"fig-{page.name}"
    caption = f"{_marked(page.title)}\n\n"
    still = (
        f"![]({_target(frame.image)})"
        if frame.image
        else f"[{_marked(page.title)}](<{_target(link(page, frame))}>)"
    )
    return (
        f"::: {{#{label}}}\n\n"
        '::: {.content-visible when-format="html"}\n\n'
        f"```{{=html}}\n{iframe(page, frame)}\n```\n\n:::\n\n"
        '::: {.content-visible unless-format="html"}\n\n'
        f"{still}\n\n:::\n\n{caption}:::\n\n"
        f"{_marked(page.note)} {_marked(page.source)}\n"
    )


def _text(text: str) -> str:
    return escape(_line(text))


def _attribute(text: str) -> str:
    return escape(_line(text))


def _line(text: str) -> str:
    """A text in one line without what cannot be seen."""
    return re.sub(r"\s+", " ", "".join(char if char.isprintable() else " " for char in text)).strip()


def _marked(text: str) -> str:
    """A text in Markdown: every mark is taken as it stands."""
    return markdown.whole_line(_line(text))


def _target(address: str) -> str:
    return quote(address, safe="/:#?&=%,.~-_+@!;")
