"""What is said of a store that cannot be read.

Floor 3, part of the store: must not know formats or records.
"""

from __future__ import annotations

from eppv_atlas.errors import DataError, Problem


def damaged(shown: str, en: str, zh: str, place: str = "") -> DataError:
    """One problem of a store as a whole, in one line.

    Parameters
    ----------
    shown
        Name of the store.
    en, zh
        What is wrong with it.
    place
        Where in it.
    """
    return DataError([Problem(shown, 0, place, "unreadable-store", f"the store {en}", f"该库{zh}")])
