"""Text in Markdown of which nothing is markup, in CommonMark and in the dialects of GitHub, Pandoc and Quarto.

Floor 1: knows marks of a language; must not know cases, tables, reports or files.
"""

from __future__ import annotations

import re
from typing import Final

# < > & as entities: every Markdown knows those. The rest is markup in CommonMark, or in a
# dialect (tables, maths, citations, super- and subscripts, attributes).
_MARKUP: Final = str.maketrans(
    {"<": "&lt;", ">": "&gt;", "&": "&amp;", **{char: f"\\{char}" for char in "\\`*_{}[]|~^$#@!\"'"}}
)
_LINKS: Final = re.compile(r"(?<=[A-Za-z])(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where a bare address must be broken, which GitHub would make a link."""
_DASHES: Final = re.compile(r"-(?=-)|\.(?=\.)")
"""Pandoc would set these as a dash and an ellipsis."""
_LEADS: Final = re.compile(r"^(\w{0,9})([.)])(?=\s|$)|^([-+=:])")
"""What makes a list, a heading or a division at the beginning of a line; Pandoc counts by letters too."""


def inside(text: str) -> str:
    r"""A text without line breaks, to stand inside a line.

    >>> inside("<b> & c | d")
    '&lt;b&gt; &amp; c \\| d'
    """
    told = _LINKS.sub(r"\\", text.translate(_MARKUP))
    return _DASHES.sub(lambda found: f"\\{found[0]}", told)


def whole_line(text: str) -> str:
    r"""A text without line breaks, which may stand at the beginning of a line.

    >>> whole_line("1. x"), whole_line("(a) x")
    ('1\\. x', '&#40;a) x')
    """
    told = _LEADS.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", inside(text))
    return f"&#40;{told[1:]}" if told.startswith("(") else told
