"""A report as one HTML file that opens from a disk, on a screen or printed.

A live map waits in an inert template until a reader comes near its picture;
without scripts, and on paper, the picture stays. The page's policy allows what
the policies of its live maps allow, since a frame inherits it.

Floor 3¾, part of report: knows blocks; must not know how their texts, figures
or tables come about, or where the file goes.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, Final

import jinja2
from markupsafe import Markup, escape

from eppv_atlas import embed
from eppv_atlas.report.blocks import Bullets, Heading, Paragraph, Picture, Report, Table, contents_depth
from eppv_atlas.report.fitting import SIZES, Face, Fit, easy, face, fitted, sideways, unit_at
from eppv_atlas.report.policies import digest, merged, policy_of
from eppv_atlas.report.words import LANGUAGES, WORDS, gap, label, remarks
from eppv_atlas.report.zipped import clean, in_line

AUTHOR: Final = "EPPV Atlas"
_TAGS: Final = {1: "h2", 2: "h3", 3: "h4"}
_ANCHOR: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
_TAKEN: Final = re.compile(r"(?:part|figure|table|contents)(?:-|$)")
_MOST_CM: Final = (16.0, 21.0)
_JINJA: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("eppv_atlas.report", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def written(report: Report) -> bytes:
    """A report as one HTML file.

    Returns
    -------
    bytes
        The page; the same for the same report.

    Raises
    ------
    RenderError
        If a live map has no policy of its own that could be taken over.
    """
    style = asset("report.css") + asset("screen.css")
    lives = [block.live for block in report.blocks if isinstance(block, Picture) and block.live]
    script = asset("live.js") if lives else ""
    own = {
        "default-src": ["'none'"],
        "img-src": ["data:"],
        "style-src": [digest(style)],
        **({"script-src": [digest(script)]} if script else {}),
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    policy = merged([own, *(policy_of(live) for live in lives)])
    return page(report, style=style, script=script, policy=policy, paged=False).encode()


def asset(name: str) -> str:
    """A script or style sheet of the reports."""
    return (resources.files("eppv_atlas.report") / "static" / name).read_text("utf-8")


def page(report: Report, *, style: str, script: str, policy: str, paged: bool) -> str:
    """The markup of a report, for screens or (`paged`) to be laid out on pages."""
    faces = {i: face(block.sheet) for i, block in enumerate(report.blocks) if isinstance(block, Table)}
    fits = {i: fitted(shown) for i, shown in faces.items()}
    blocks = list(_blocks(report, faces, fits, paged=paged))
    _turned(blocks, sideways(report.blocks, fits))
    deepest = contents_depth(report.blocks) if paged else 2
    entries = _entries(
        [block for block in blocks if block["kind"] == "heading" and block["level"] <= deepest]
    )
    return _JINJA.get_template("report.html.j2").render(
        tag=LANGUAGES[report.lang],
        policy=policy,
        author=AUTHOR,
        sandbox=embed.SANDBOX,
        title=in_line(report.title),
        subtitle=_lines(report.subtitle),
        style=Markup(style),  # noqa: S704 - our own style sheet
        script=Markup(script),  # noqa: S704 - our own script
        words={name: pair[report.lang] for name, pair in WORDS.items()},
        entries=entries,
        blocks=blocks,
        paged=paged,
    )


def _lines(text: str) -> Markup:
    """A text that may have several lines."""
    return Markup("<br>").join(escape(line) for line in clean(text).split("\n"))


def _blocks(
    report: Report, faces: Mapping[int, Face], fits: Mapping[int, Fit], *, paged: bool
) -> Iterator[dict[str, Any]]:
    lang = report.lang
    ids: set[str] = set()
    figures = tables = headings = parts = 0
    for i, block in enumerate(report.blocks):
        if isinstance(block, Heading):
            headings += 1
            yield _heading(block, headings, ids, first=parts == 0)
            parts += block.level <= 1
        elif isinstance(block, Paragraph):
            yield {"kind": "paragraph", "look": block.look, "text": _lines(block.text)}
        elif isinstance(block, Bullets):
            yield {
                "kind": "bullets",
                "entries": [
                    {
                        "name": in_line(item.name),
                        "text": _lines(item.text),
                        "remarks": [_lines(remark) for remark in item.remarks],
                    }
                    for item in block.items
                ],
            }
        elif isinstance(block, Picture):
            figures += 1
            yield _picture(block, figures, lang, live=not paged)
        else:
            tables += 1
            yield _table(block, faces[i], fits[i], tables, paged=paged)


def _heading(block: Heading, number: int, ids: set[str], *, first: bool) -> dict[str, Any]:
    """A heading with an id that no other has and that a link can name."""
    level = min(max(block.level, 1), 3)
    own = _ANCHOR.fullmatch(block.anchor) and block.anchor not in ids and not _TAKEN.match(block.anchor)
    name = block.anchor if own else f"part-{number}"
    ids.add(name)
    look = "first" if first and level == 1 else ""
    return {
        "kind": "heading",
        "level": level,
        "tag": _TAGS[level],
        "id": name,
        "look": look,
        "text": in_line(block.text),
    }


def _picture(block: Picture, number: int, lang: str, *, live: bool) -> dict[str, Any]:
    caption = in_line(block.caption)
    width, height = size_of(block.png)
    return {
        "kind": "picture",
        "id": f"figure-{number}",
        "source": f"data:image/png;base64,{base64.b64encode(block.png).decode()}",
        "alt": in_line(block.alt),
        "width": width,
        "height": height,
        "width_cm": round(min(block.width_cm, _MOST_CM[0], _MOST_CM[1] * width / height), 2),
        "live": embed.alone(block.live, lang) if live and block.live else "",
        "frame_title": WORDS["live_title"][lang].format(caption),
        "label": label("figure", number, lang),
        "gap": gap(lang),
        "caption": caption,
    }


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, px."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _table(block: Table, shown: Face, fit: Fit, number: int, *, paged: bool) -> dict[str, Any]:
    sheet, lang = block.sheet, block.sheet.lang
    looks = _looks(shown)
    every = tuple(range(len(shown.heads)))
    parts = [(part.columns, part.widths_cm) for part in fit.parts] if paged else [(every, ())]

    def cells(texts: Sequence[str], columns: Iterable[int]) -> list[dict[str, str]]:
        return [{"text": texts[i], "look": looks[i]} for i in columns]

    caption = in_line(sheet.title)
    named = f"{label('table', number, lang)}{gap(lang)}{caption}"
    return {
        "kind": "table",
        "id": f"table-{number}",
        "label": label("table", number, lang),
        "gap": gap(lang),
        "caption": caption,
        "region": WORDS["scroll"][lang].format(named),
        "look": " ".join(
            word
            for word, true in (
                ("small", fit.size_pt < SIZES[0]),
                ("short", all(part.short for part in fit.parts)),
            )
            if true
        ),
        "remarks": [in_line(line) for line in remarks(sheet.notes, sheet.source, lang)],
        "parts": [
            {
                "again": WORDS["continued"][lang] if at else "",
                "widths": widths,
                "heads": cells([_head(head) for head in shown.heads], columns),
                "rows": [
                    {"strong": i in sheet.strong, "cells": cells(row, columns)}
                    for i, row in enumerate(shown.rows)
                ],
            }
            for at, (columns, widths) in enumerate(parts)
        ],
    }


def _looks(shown: Face) -> list[str]:
    """What a column is set as: room for its words, numbers to the right."""
    return [
        f"w{wide} num" if right else f"w{wide}" for right, wide in zip(shown.right, easy(shown), strict=True)
    ]


def _head(text: str) -> Markup:
    """A heading whose unit stays in one piece."""
    at = unit_at(text)
    return (
        escape(text)
        if at < 1
        else escape(text[:at]) + Markup('<span class="unit">{}</span>').format(text[at:])
    )


def _turned(blocks: Sequence[dict[str, Any]], turns: Sequence[bool]) -> None:
    """Put what stands on pages on their side into one box each time."""
    for i, block in enumerate(blocks):
        block["turns"] = "sideways" if turns[i] and (i == 0 or not turns[i - 1]) else ""
        block["ends"] = turns[i] and (i == len(blocks) - 1 or not turns[i + 1])


def _entries(headings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Contents: headings of the first level with those of the second below them."""
    parts: list[dict[str, Any]] = []
    for heading in headings:
        entry = {"id": heading["id"], "text": heading["text"], "below": []}
        if heading["level"] == 1 or (heading["level"] == 2 and not parts):
            parts.append(entry)
        elif heading["level"] == 2:
            parts[-1]["below"].append(entry)
    return parts if sum(1 + len(part["below"]) for part in parts) > 1 else []
