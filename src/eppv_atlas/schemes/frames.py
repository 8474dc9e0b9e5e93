"""Frames that are worked out when somebody asks for them.

A page asks for all, a run on the command line for none.

Floor 3, part of schemes: knows the records of trials only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from eppv_atlas.schemes.trial import Ran


class Frames(Mapping[str, Ran]):
    """Results by option.

    Parameters
    ----------
    options
        Ids of the options, in their order.
    made
        Works the result of an option out.
    """

    def __init__(self, options: Sequence[str], made: Callable[[str], Ran]) -> None:
        self._options, self._made = tuple(options), made
        self._kept: dict[str, Ran] = {}

    def __getitem__(self, option: str) -> Ran:
        """The result of an option."""
        if option not in self._options:
            raise KeyError(option)
        if option not in self._kept:
            self._kept[option] = self._made(option)
        return self._kept[option]

    def __iter__(self) -> Iterator[str]:
        """Go through the options."""
        return iter(self._options)

    def __len__(self) -> int:
        """Number of options."""
        return len(self._options)
