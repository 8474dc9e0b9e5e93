"""Styles of QGIS, and of the OGC, for the layers of an atlas.

Floor 3, part of render: knows the vocabulary and styles; must not know cases,
files or databases.
"""

from eppv_atlas.render.qgis.forms import FieldLook
from eppv_atlas.render.qgis.styles import Style, styles

__all__ = ["FieldLook", "Style", "styles"]
