"""EPPV Atlas: cases in which nature's products find their value, and the tools that map them.

>>> import eppv_atlas as ea
>>> atlas = ea.load()
>>> rows = ea.measure.case(atlas["hangzhou-xixi"])
>>> zones = atlas.zones()  # a GeoDataFrame, OGC:CRS84
"""

from importlib.metadata import version as _version

from eppv_atlas import area, measure, units, vocabulary
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
    "load",
    "measure",
    "units",
    "vocabulary",
]
