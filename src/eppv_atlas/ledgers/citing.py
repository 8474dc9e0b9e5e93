"""How to cite what is taken of an atlas.

Floor 3, part of the ledgers: knows cases; must not know files, formats or the command line.
"""

from __future__ import annotations

from collections.abc import Sequence

from eppv_atlas.model import Settings
from eppv_atlas.results import PlacedCase


def cited(cases: Sequence[PlacedCase], settings: Settings, maker: str) -> str:
    """A line for each document that the cases come from, and one for the atlas.

    Parameters
    ----------
    cases
        The cases that are taken.
    settings
        The atlas.
    maker
        Name and version of the software.
    """
    used = {placed.case.source.document for placed in cases}
    lines = [
        f"{document.publisher.zh}：{document.title.zh}，{document.issued}。 "
        f"{document.publisher.en}: {document.title.en}, {document.issued}."
        for name, document in settings.documents.items()
        if name in used
    ]
    return "\n".join([*lines, f"{settings.title.zh} · {settings.title.en}, {maker}, CC BY 4.0."])
