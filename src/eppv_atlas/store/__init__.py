"""Files to types and back.

Floor 3: must not know measures, maps, reports or the command line.
"""

from typing import TYPE_CHECKING
from typing import Any as _Any

if TYPE_CHECKING:
    from eppv_atlas.store.atlas import Atlas, load
    from eppv_atlas.store.opening import read
    from eppv_atlas.store.reading import Loading, bundled, read_folder

__all__ = ["Atlas", "Loading", "bundled", "load", "read", "read_folder"]


def __getattr__(name: str) -> _Any:
    """Import what is asked for only then: a part of the store that knows bytes only comes at once."""
    if name in {"Atlas", "load"}:
        from eppv_atlas.store import atlas

        return getattr(atlas, name)
    if name == "read":
        from eppv_atlas.store import opening

        return opening.read
    if name in __all__:
        from eppv_atlas.store import reading

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
