"""Maps as self-contained pages.

Floor 3: receives measures, never computes them; must not know files of cases,
reports or the command line.
"""

from eppv_atlas.render.base import AtlasMap, DataLayer, Page, Verbatim
from eppv_atlas.render.pages import NATIONAL, case_page, national_page

__all__ = ["NATIONAL", "AtlasMap", "DataLayer", "Page", "Verbatim", "case_page", "national_page"]
