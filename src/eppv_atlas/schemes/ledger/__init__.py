"""Engine ``ledger``: credits and quotas, entry by entry.

One engine for biodiversity credits, land quotas and carbon credits: what is
issued is held, retired or cancelled, never more; every holding goes back to
one issue; entries are only ever added.

Floor 3, part of schemes: knows records and results; must not know files, books,
pages or how anything is printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from eppv_atlas.accounts import of_scheme
from eppv_atlas.accounts.entries import ACCOUNTS, Brought, plain, problems
from eppv_atlas.accounts.state import replayed
from eppv_atlas.errors import DataError, Problem, UsageError
from eppv_atlas.model import Mechanism, Name
from eppv_atlas.model.schemes import LedgerScheme
from eppv_atlas.results import Measure, PlacedCase
from eppv_atlas.schemes.ledger import opening, telling
from eppv_atlas.schemes.ledger.opening import Told
from eppv_atlas.schemes.trial import Input, Option, Ran, Trial, Value

ALL: Final = "all"
START: Final = "start"
"""Options of the choice ``entry`` besides the numbers of entries."""


def trial(placed: PlacedCase, mechanism: Mechanism, measures: Sequence[Measure]) -> Trial:  # noqa: ARG001 - the contract of engines
    """What can be tried of a ledger: its entries one by one, and its balances on a day.

    Raises
    ------
    DataError
        If the entries of the case break a rule of the ledger.
    """
    scheme = _scheme(mechanism)
    faults = of_scheme.faults(scheme, {fact.id: fact for fact in placed.case.facts})
    if faults:
        place = f"mechanisms.{mechanism.id}.scheme.entries"
        raise DataError(
            Problem(placed.case.id, 0, f"{place}[{one.at}].{one.field}", one.rule, one.en, one.zh)
            for one in faults
        )
    told = opening.of_case(placed.case, scheme)
    inputs = _inputs(told)
    steps = {option.id: _first(told, option.id) for option in inputs[0].options}
    return Trial(
        placed.case.id,
        mechanism.id,
        "ledger",
        mechanism.name,
        about=_ABOUT,
        inputs=inputs,
        frames_by="entry",
        frames={
            step: telling.ran(some, scheme, (_set(inputs[0], step), inputs[1]), notes=_missing(scheme))
            for step, some in steps.items()
        },
        files={"entries": _FILE},
        notes=_grounds(told),
    )


def run(
    trial: Trial,
    placed: PlacedCase,
    mechanism: Mechanism,
    measures: Sequence[Measure],  # noqa: ARG001 - the contract of engines
    chosen: Mapping[str, Value],
    given: Mapping[str, Any],
) -> Ran:
    """Replay the entries of the case, or those of a file, up to an entry or to a day.

    Parameters
    ----------
    trial, placed, mechanism, measures
        What `trial` made, and of what.
    chosen
        ``entry``: after which entry; ``on``: at the end of which day.
    given
        ``entries``: what somebody brings instead of the entries of the case.

    Raises
    ------
    DataError
        If an entry of the file breaks a rule; nothing of it is then counted.
    UsageError
        If the file counts in another unit, or has no such entry.
    """
    scheme = _scheme(mechanism)
    brought = given.get("entries")
    told = opening.of_case(placed.case, scheme) if brought is None else _brought(brought, scheme)
    step, on = str(chosen.get("entry") or ALL), chosen.get("on")
    if step not in {ALL, START} and int(step) > len(told):
        raise UsageError(
            f"there are {len(told)} entries, so there is none after the {step}th",
            f"共 {len(told)} 笔分录，没有第 {step} 笔",
        )
    entry, day_input = trial.inputs if brought is None else _inputs(told)
    inputs = (_set(entry, step), _set(day_input, on))
    changed = [name for name, value in (("entry", step != ALL), ("on", on)) if value]
    if brought is not None:
        changed.append("entries")
    day = dt.date.fromisoformat(str(on)) if on else None
    notes = () if brought is not None else (*_grounds(told), *_missing(scheme))
    return telling.ran(_first(told, step), scheme, inputs, day, tuple(changed), notes)


_ABOUT: Final = Name(
    zh="逐笔重放分录：每一笔之后谁持有多少、签发的是否都有着落。不估值，也不判断能否抵偿",
    en="Entries are replayed one by one: who holds how much after each, and whether all that was issued is "
    "accounted for. Nothing is valued, and whether a credit fits an obligation is not judged",
)
_FILE: Final = Name(
    zh="分录表：UTF-8 或 GBK 的 CSV，或 JSON；列名为 kind、amount、source、target、date 等（中文列名亦可）",
    en="Entries as CSV (UTF-8 or GBK) or JSON, with columns kind, amount, source, target, date and others",
)


def _scheme(mechanism: Mechanism) -> LedgerScheme:
    assert isinstance(mechanism.scheme, LedgerScheme)
    return mechanism.scheme


def _brought(brought: Brought, scheme: LedgerScheme) -> tuple[Told, ...]:
    if brought.unit and brought.unit != scheme.unit:
        mine, theirs = ACCOUNTS[scheme.unit], ACCOUNTS[brought.unit]
        raise UsageError(
            f"{brought.file} counts in {theirs.en}, this ledger in {mine.en}",
            f"{brought.file} 的单位是{theirs.zh}，本账的单位是{mine.zh}",
        )
    _, faults = replayed(brought.entries, scheme.decimals)
    if faults:
        raise DataError(problems(faults, brought.file, brought.lines))
    return opening.of_file(brought.entries, scheme)


def _inputs(told: Sequence[Told]) -> tuple[Input, Input]:
    options = [Option(START, Name(zh="尚无分录", en="before the first entry"))]
    options += [_option(one, one.entry.number == len(told)) for one in told]
    return (
        Input(
            "entry", Name(zh="看到第几笔之后", en="After which entry"), "choice", ALL, options=tuple(options)
        ),
        Input(
            "on",
            Name(zh="看某日终了时（可不填）", en="At the end of which day (may be left open)"),
            "date",
            None,
        ),
    )


def _option(told: Told, last: bool) -> Option:  # noqa: FBT001 - a yes or no of one line
    entry = told.entry
    route = " → ".join(filter(None, (entry.source, entry.target)))
    what = f"{plain(entry.amount)} · {route}"
    return Option(
        ALL if last else str(entry.number),
        Name(
            zh=f"{entry.number}. {told.kind.zh} {what}"[:400],
            en=f"{entry.number}. {told.kind.en} {what}"[:400],
        ),
    )


def _first(told: Sequence[Told], step: str) -> Sequence[Told]:
    return told if step == ALL else told[: 0 if step == START else int(step)]


def _missing(scheme: LedgerScheme) -> tuple[Name, ...]:
    return () if scheme.missing is None else (scheme.missing,)


def _set(one: Input, value: Value) -> Input:
    return Input(one.id, one.label, one.kind, value, options=one.options)


def _grounds(told: Sequence[Told]) -> tuple[Name, ...]:
    """What must be said where entries are not what a source states."""
    assumed = [str(one.entry.number) for one in told if one.entry.basis == "assumed"]
    if not assumed:
        return ()
    listed = ", ".join(assumed)
    return (
        Name(
            zh=f"第 {listed} 笔为设定，只为演示账目如何记，并非来源所载",
            en=f"Entries {listed} are assumed, to show how the ledger works; no source states them",
        ),
    )
