"""The reader that runs in a process of its own, so that a bad file can take down nothing but itself.

Never imported by the package: ``guard`` starts it as a package of its own, with
limits on memory and time, and with GDAL knowing the one driver that the file's
name calls for. What it read goes into an Arrow file; what was wrong into a JSON
beside it.

Floor 3, part of intake, and alone in its process: knows drivers and file formats;
imports nothing of the rest of the package, and must not know cases or what a
shape should be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Read = tuple[list[bytes | None], dict[str, list[str | None]]]
"""Shapes as WKB and columns of texts."""


class Refused(Exception):  # noqa: N818 - it is no error of the program
    """Why a file is not read: a rule, the place, and the sentence in both languages."""

    def __init__(self, rule: str, en: str, zh: str, feature: int = 0) -> None:
        super().__init__(en)
        self.told = {"rule": rule, "en": en, "zh": zh, "feature": feature}


def text_of(value: Any) -> str | None:
    """A value as text; None where there is none."""
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN is not itself
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < 1e15:
        return str(int(value))
    text = str(value)
    return None if text == "NaT" else text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def chosen(names: Sequence[str], wanted: str | None) -> str:
    """The layer wanted, or the only one."""
    have = ", ".join(name[:60] for name in names[:20])
    if not names:
        raise Refused("file", "holds no layer", "不含图层")
    if wanted is None and len(names) > 1:
        raise Refused(
            "layer",
            f"holds several layers; choose with --layer: {have}",
            f"含多个图层；请用 --layer 选择：{have}",
        )
    if wanted is not None and wanted not in names:
        raise Refused(
            "layer", f"has no layer {wanted!r}; it has: {have}", f"没有图层 {wanted!r}；现有：{have}"
        )
    return wanted if wanted is not None else names[0]
