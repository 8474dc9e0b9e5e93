"""Reports: dossiers of cases and the overview, as DOCX, HTML, PDF, slides and Markdown.

Floor 3¾: puts figures, tables and views together; must not know files, how
maps are drawn or how areas are computed.
"""

from eppv_atlas.report.blocks import Block, Bullets, Heading, Item, Paragraph, Picture, Report, Table
from eppv_atlas.report.dossier import dossier, overview

__all__ = [
    "Block",
    "Bullets",
    "Heading",
    "Item",
    "Paragraph",
    "Picture",
    "Report",
    "Table",
    "dossier",
    "overview",
]
