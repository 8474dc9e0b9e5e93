"""EPPV Atlas: cases in which nature's products find their value, and the tools that map them.

>>> import eppv_atlas as ea
>>> atlas = ea.load()
>>> rows = ea.measure.case(atlas["hangzhou-xixi"])
>>> zones = atlas.zones()  # a GeoDataFrame, OGC:CRS84
>>> found = ea.claims.findings(atlas["changzhou-zhenglu"].case)  # figures recomputed
"""

import sys as _sys
from importlib.metadata import version as _version
from typing import TYPE_CHECKING
from typing import Any as _Any

from eppv_atlas import area, certificate, claims, export, ledgers, measure, sheets, suggest, units, vocabulary
from eppv_atlas.errors import AtlasError, DataError, Problem, UsageError
from eppv_atlas.store import Atlas, load

if "IPython" in _sys.modules:  # maps show themselves where a notebook runs
    from eppv_atlas import notebook as _notebook

    _notebook.register_if_running()

if TYPE_CHECKING:
    from eppv_atlas.exhibits import Figure, figure

__version__ = _version("eppv-atlas")

__all__ = [
    "Atlas",
    "AtlasError",
    "DataError",
    "Figure",
    "Problem",
    "UsageError",
    "__version__",
    "area",
    "certificate",
    "claims",
    "export",
    "figure",
    "ledgers",
    "load",
    "measure",
    "sheets",
    "suggest",
    "units",
    "vocabulary",
]


def __getattr__(name: str) -> _Any:
    """Give ``figure`` and ``Figure`` when they are asked for: maps take a while to import."""
    if name in {"Figure", "figure"}:
        from eppv_atlas import exhibits

        return getattr(exhibits, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
