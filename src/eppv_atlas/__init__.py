"""EPPV Atlas: cases in which nature's products find their value, and the tools that map them.

>>> import eppv_atlas as ea
>>> atlas = ea.load()
>>> rows = ea.measure.case(atlas["hangzhou-xixi"])
>>> zones = atlas.zones()  # a GeoDataFrame, OGC:CRS84
>>> found = ea.claims.findings(atlas["changzhou-zhenglu"].case)  # figures recomputed
"""

from importlib.metadata import version as _version

from eppv_atlas import area, certificate, claims, export, ledgers, measure, suggest, units, vocabulary
from eppv_atlas.errors import AtlasError, DataError, Problem, UsageError
from eppv_atlas.store import Atlas, load

__version__ = _version("eppv-atlas")

__all__ = [
    "Atlas",
    "AtlasError",
    "DataError",
    "Problem",
    "UsageError",
    "__version__",
    "area",
    "certificate",
    "claims",
    "export",
    "ledgers",
    "load",
    "measure",
    "suggest",
    "units",
    "vocabulary",
]
