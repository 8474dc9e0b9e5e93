"""Maps as self-contained pages.

Floor 3: receives measures and findings, never computes them; must not know
files of cases, reports or the command line.
"""

from eppv_atlas.cards import CaseRecord, case_record
from eppv_atlas.render.crowd import CROWD_FROM
from eppv_atlas.render.crowd_page import crowd_page
from eppv_atlas.render.features import Features, Field, Group
from eppv_atlas.render.layers import AtlasMap, DataLayer
from eppv_atlas.render.legend import told
from eppv_atlas.render.map_page import map_page
from eppv_atlas.render.page import Page, Verbatim, described
from eppv_atlas.render.pages import (
    GLOSSARY,
    NATIONAL,
    TILED,
    case_page,
    glossary_page,
    national_page,
    reading_order,
)
from eppv_atlas.render.publish import page_problems
from eppv_atlas.render.publish import problems as publish_problems
from eppv_atlas.render.tiles import ARCHIVE, LOW, write_tiles, zones_say
from eppv_atlas.render.vectors import PointLayer, PolygonLayer

__all__ = [
    "ARCHIVE",
    "CROWD_FROM",
    "GLOSSARY",
    "LOW",
    "NATIONAL",
    "TILED",
    "AtlasMap",
    "CaseRecord",
    "DataLayer",
    "Features",
    "Field",
    "Group",
    "Page",
    "PointLayer",
    "PolygonLayer",
    "Verbatim",
    "case_page",
    "case_record",
    "crowd_page",
    "described",
    "glossary_page",
    "map_page",
    "national_page",
    "page_problems",
    "publish_problems",
    "reading_order",
    "told",
    "write_tiles",
    "zones_say",
]
