"""Files to types and back.

Floor 3: must not know measures, maps, reports or the command line.
"""

from eppv_atlas.store.atlas import Atlas, load
from eppv_atlas.store.opening import read
from eppv_atlas.store.reading import Loading, bundled, read_folder

__all__ = ["Atlas", "Loading", "bundled", "load", "read", "read_folder"]
