"""Maps as figures for print: PNG, SVG, PDF, without a browser.

Floor 3, part of render: receives measures, never computes them; must not know
files or the command line.
"""

from eppv_atlas.render.still.canvas import FORMS
from eppv_atlas.render.still.case import case
from eppv_atlas.render.still.national import alt as national_alt
from eppv_atlas.render.still.national import national
from eppv_atlas.render.still.order import Order
from eppv_atlas.render.still.telling import alt as case_alt

__all__ = ["FORMS", "Order", "case", "case_alt", "national", "national_alt"]
