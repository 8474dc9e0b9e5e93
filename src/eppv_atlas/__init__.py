"""EPPV Atlas: cases in which nature's products find their value, and the tools that map them.

>>> import eppv_atlas as ea
>>> atlas = ea.load()
>>> rows = ea.measure.case(atlas["hangzhou-xixi"])
>>> zones = atlas.zones()  # a GeoDataFrame, OGC:CRS84
>>> found = ea.claims.findings(atlas["changzhou-zhenglu"].case)  # figures recomputed
"""

import sys as _sys
from importlib import import_module as _import_module
from typing import TYPE_CHECKING
from typing import Any as _Any

from eppv_atlas.errors import AtlasError, DataError, Problem, UsageError

if "IPython" in _sys.modules:  # maps show themselves where a notebook runs
    from eppv_atlas import notebook as _notebook

    _notebook.register_if_running()

if TYPE_CHECKING:
    from eppv_atlas import (
        area,
        certificate,
        claims,
        export,
        ledgers,
        measure,
        sheets,
        suggest,
        units,
        vocabulary,
    )
    from eppv_atlas.exhibits import Figure, figure
    from eppv_atlas.store import Atlas, load

    __version__: str

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
    """Import what is asked for only then: shapes, tables and maps take a while to import."""
    if name == "__version__":
        from importlib.metadata import version

        return version("eppv-atlas")
    if name in {"Figure", "figure"}:
        return getattr(_import_module("eppv_atlas.exhibits"), name)
    if name in {"Atlas", "load"}:
        return getattr(_import_module("eppv_atlas.store"), name)
    if not name.startswith("_"):  # a room, whether or not somebody has imported it
        try:
            return _import_module(f"eppv_atlas.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"eppv_atlas.{name}":
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Names for those who look around."""
    return sorted({*globals(), *__all__})
