"""Maps as self-contained pages.

Floor 3: receives measures and findings, never computes them; must not know
files of cases, reports or the command line.
"""

from eppv_atlas.render.base import AtlasMap, DataLayer, Page, Verbatim
from eppv_atlas.render.pages import GLOSSARY, NATIONAL, case_page, glossary_page, national_page

__all__ = [
    "GLOSSARY",
    "NATIONAL",
    "AtlasMap",
    "DataLayer",
    "Page",
    "Verbatim",
    "case_page",
    "glossary_page",
    "national_page",
]
