"""The systems of the notice, running: few general engines; a case's scheme is data for them.

A mechanism with a ``scheme`` names its engine. ``trial`` makes of it what can be tried
(inputs, formulas, results worked out beforehand), ``run`` works it out with other inputs.

Floor 3: knows records, measures, shapes and units; must not know files, maps, pages or
how anything is printed. What comes from files is read by ``running`` and handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final, Protocol, cast

from eppv_atlas.model import Mechanism
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.trial import Ran, Trial, Value
from eppv_atlas.schemes.worksheet import work

ENGINES: Final = ("application", "ledger", "offsets", "patrol", "payment", "siting", "space", "stewardship")
"""Engines, as ``scheme.engine`` names them; each is a module of this room with the functions of Engine."""


class Engine(Protocol):
    """What a module of an engine offers."""

    def trial(self, placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
        """What can be tried of a mechanism."""

    def run(
        self,
        trial: Trial,
        placed: PlacedCase,
        mechanism: Mechanism,
        measures: Sequence[Measure],
        chosen: Mapping[str, Value],
        given: Mapping[str, Any],
    ) -> Ran:
        """Work a trial out.

        Parameters
        ----------
        chosen
            Values for inputs, checked against them already.
        given
            What ``running`` read from files, by the names in ``trial.files``.
        """


def engine(name: str) -> Engine:
    """The module of an engine; imported when it is asked for."""
    return cast("Engine", import_module(f"eppv_atlas.schemes.{name}"))


def runnable(placed: PlacedCase) -> list[Mechanism]:
    """Mechanisms of a case that can be tried."""
    return [mechanism for mechanism in placed.case.mechanisms if mechanism.scheme is not None]


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:
    """What can be tried of a mechanism that has a scheme."""
    assert mechanism.scheme is not None
    return engine(mechanism.scheme.engine).trial(placed, mechanism, measures)


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Work a trial out with other inputs and with what was read from files, see :class:`Engine`.

    An engine of formulas alone has no ``run``: the worksheet has all that it needs.
    """
    module = engine(trial.engine)
    if not hasattr(module, "run"):
        return work(trial, chosen)
    return module.run(trial, placed, mechanism, measures, chosen, given)
