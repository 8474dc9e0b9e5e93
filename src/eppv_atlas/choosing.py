"""Which cases somebody asks for: the filters of ``list``, over slim records.

Floor 3: knows slim records and the vocabulary; must not know files, whole
cases, maps or the command line's options. It imports nothing heavy, so that a
list comes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

from eppv_atlas import vocabulary
from eppv_atlas.errors import UsageError
from eppv_atlas.slim import SlimCase


class Traits(Protocol):
    """What filters look at; a slim case has it, and so has less than one."""

    @property
    def path(self) -> str: ...  # noqa: D102 - as in SlimCase
    @property
    def mode(self) -> str: ...  # noqa: D102
    @property
    def further_modes(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def places(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def provinces(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def place_zh(self) -> str: ...  # noqa: D102
    @property
    def place_en(self) -> str: ...  # noqa: D102


T = TypeVar("T", bound=Traits)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for; None where they do not care.

    Attributes
    ----------
    path, mode, category
        Id, or part of the Chinese or English name.
    province
        Six-digit code, or part of the Chinese or English name.
    place
        How the code of a unit begins, or part of where the case lies, as written out.
    text
        Words that all occur somewhere in the case.
    """

    path: str | None = None
    mode: str | None = None
    category: str | None = None
    province: str | None = None
    place: str | None = None
    text: str | None = None

    def checked(self) -> Wanted:
        """Itself.

        Raises
        ------
        UsageError
            If path, mode or category name nothing.
        """
        for wanted, table in (
            (self.path, vocabulary.PATHS),
            (self.mode, vocabulary.MODES),
            (self.category, vocabulary.CATEGORIES),
        ):
            if wanted is not None and not named(wanted, table):
                raise UsageError(
                    f"{wanted!r} names nothing; choose from: {', '.join(table)}",
                    f"没有叫 {wanted!r} 的；可用：{'、'.join(f'{t.id}（{t.zh}）' for t in table.values())}",
                )
        return self

    @property
    def words(self) -> list[str]:
        """The words looked for, folded."""
        return (self.text or "").casefold().split()


def named(wanted: str | None, table: Mapping[str, vocabulary.Term]) -> frozenset[str]:
    """Ids of the terms that are meant; all where nothing is asked for."""
    if wanted is None:
        return frozenset(table)
    key = wanted.strip().casefold()
    return frozenset(
        name for name, term in table.items() if key == term.id or key in term.zh or key in term.en.casefold()
    )


def meets(wanted: Wanted, cases: Iterable[T]) -> Iterator[T]:
    """Cases that meet everything but the words.

    Parameters
    ----------
    wanted
        What is asked for.
    cases
        Cases to choose from.
    """
    paths = named(wanted.path, vocabulary.PATHS)
    modes = named(wanted.mode, vocabulary.MODES)
    categories = named(wanted.category, vocabulary.CATEGORIES)
    for case in cases:
        if (
            case.path in paths
            and case.category in categories
            and (case.mode in modes or not modes.isdisjoint(case.further_modes))
            and _in_province(wanted.province, case.places, case.provinces)
            and _at_place(wanted.place, case)
        ):
            yield case


def _in_province(wanted: str | None, codes: Sequence[str], provinces: Sequence[str]) -> bool:
    if wanted is None:
        return True
    key = wanted.strip().casefold()
    if key.isdigit() and any(code.startswith(key) for code in codes):
        return True
    for province in provinces:
        zh, en = vocabulary.PROVINCES.get(province) or _state(province)
        coded = key.isdigit() and province.startswith(key)
        if coded or key in province.casefold() or key in zh or key in en.casefold():
            return True
    return False


@cache
def _state(code: str) -> tuple[str, str]:
    """Names of a unit abroad, for which the boundary data have to be asked."""
    from eppv_atlas import boundaries

    return boundaries.place(code).province_zh, code


def _at_place(wanted: str | None, case: Traits) -> bool:
    if wanted is None:
        return True
    key = wanted.strip().casefold()
    return (
        any(code.casefold().startswith(key) for code in case.places)
        or key in case.place_zh.casefold()
        or key in case.place_en.casefold()
    )


def holds(words: Sequence[str], folded: str) -> bool:
    """Whether all words occur in a folded text."""
    return all(word in folded for word in words)


def row(case: SlimCase, lang: str) -> dict[str, Any]:
    """A case as a row of ``list``."""
    return {
        "id": case.id,
        "title": case.short_zh if lang == "zh" else case.short_en,
        "place": case.place_zh if lang == "zh" else case.place_en,
        "path": getattr(vocabulary.PATHS[case.path], lang),
        "mode": "; ".join(getattr(vocabulary.MODES[name], lang) for name in (case.mode, *case.further_modes)),
        "category": getattr(vocabulary.CATEGORIES[case.category], lang),
        "zones": case.zones,
        "facts": case.facts,
    }
