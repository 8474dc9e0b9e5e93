"""Tables for reports: zone areas, facts, comparisons across cases.

A table is a :class:`Sheet`, in one language; :func:`written` makes a file of it.

Floor 3: receives measures, never computes them; must not know files, maps,
reports or the command line.
"""

from eppv_atlas.sheets.across import comparison, headlines, modes
from eppv_atlas.sheets.build import areas
from eppv_atlas.sheets.cells import header, numeric, shown
from eppv_atlas.sheets.cited import sources
from eppv_atlas.sheets.forms import FORMS, written
from eppv_atlas.sheets.ledger import facts, findings, mechanisms
from eppv_atlas.sheets.record import Kind, Sheet, SheetColumn, Value

__all__ = [
    "FORMS",
    "Kind",
    "Sheet",
    "SheetColumn",
    "Value",
    "areas",
    "comparison",
    "facts",
    "findings",
    "header",
    "headlines",
    "mechanisms",
    "modes",
    "numeric",
    "shown",
    "sources",
    "written",
]
