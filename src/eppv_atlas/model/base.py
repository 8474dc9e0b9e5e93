"""What every record shares: frozen, closed, documented field by field.

Floor 2: knows scalars only; no files, no shapes, no maps, no measures.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from eppv_atlas.scalars import Line, Prose


class Record(BaseModel):
    """Base of every record: frozen, closed, documented field by field."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True
    )


class Name(Record):
    """A short text in both languages."""

    zh: Line
    """中文。 Chinese."""
    en: Line
    """英文。 English."""


class Text(Record):
    """A paragraph in both languages, in our own words."""

    zh: Prose
    """中文。 Chinese."""
    en: Prose
    """英文。 English."""
