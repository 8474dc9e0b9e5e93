"""What a report is made of, whatever file it becomes.

Floor 3¾, part of report: records only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eppv_atlas.sheets import Sheet


@dataclass(frozen=True)
class Heading:
    """A heading; `level` counts from 1, `anchor` is its id inside the report."""

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: body text, a note in small print, or the place a case lies in."""

    text: str
    look: Literal["body", "note", "lead"] = "body"


@dataclass(frozen=True)
class Item:
    """An entry of a list: what it is called, what is said of it, and remarks in small print."""

    name: str
    text: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bullets:
    """A list of entries."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes
    ----------
    png
        The picture.
    alt
        What it shows, for those who do not see it.
    caption
        Its caption, without a number.
    width_cm
        How wide it stands on the page.
    live
        The page of the live map that may stand in its place on a screen; empty where there is none.
    """

    png: bytes
    alt: str
    caption: str
    width_cm: float = 16.0
    live: bytes = b""


@dataclass(frozen=True)
class Table:
    """A sheet as a table; its title is the caption."""

    sheet: Sheet


Block = Heading | Paragraph | Bullets | Picture | Table


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    title, subtitle
        Of the whole.
    lang
        ``zh`` or ``en``.
    blocks
        What it says, in order; each heading of level 1 begins a part of its own.
    """

    title: str
    subtitle: str
    lang: str
    blocks: tuple[Block, ...]


def contents_depth(blocks: Sequence[Block]) -> int:
    """Down to which level contents list headings: of several parts the parts, as each has the same sections."""
    return 1 if sum(isinstance(block, Heading) and block.level <= 1 for block in blocks) > 1 else 2
