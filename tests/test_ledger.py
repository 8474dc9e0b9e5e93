"""The ledger of credits and quotas: rules, replay, balances on a day, rows, trials."""

import datetime as dt
import decimal
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import ValidationError

from eppv_atlas import schemes
from eppv_atlas.accounts.entries import EXACT, Brought, Entry, places, plain
from eppv_atlas.accounts.state import Replay, replayed, states
from eppv_atlas.errors import DataError, UsageError, printable
from eppv_atlas.model import Name
from eppv_atlas.model.schemes.ledger import LedgerEntry, LedgerScheme
from eppv_atlas.schemes import ledger
from eppv_atlas.schemes.ledger import dated, rows

D = Decimal
FIRST = [
    Entry(1, "issue", D(114), target="CR-5744"),
    Entry(
        2,
        "transfer",
        D(114),
        "CR-5744",
        "CR-12624",
        price=D("4897.32"),
        currency="AUD",
        total=D("558294.48"),
    ),
    Entry(3, "retire", D(104), "CR-12624", obligation="one of two"),
    Entry(4, "retire", D(10), "CR-12624", obligation="one of two"),
]
SECOND = [
    Entry(1, "issue", D(18), target="CR-7368"),
    Entry(2, "transfer", D(18), "CR-7368", "CR-20712", price=D(5000), currency="AUD"),
    Entry(3, "retire", D(6), "CR-20712"),
    Entry(4, "retire", D(4), "CR-20712"),
    Entry(5, "retire", D(8), "CR-20712"),
]


def refused(entries, decimals=0):
    """Rules that are broken, each with the place of its entry."""
    return [(fault.at, fault.rule) for fault in replayed(entries, decimals)[1]]


# The two chains of the public register


def test_the_chain_of_114_credits_replays_to_nothing_left():
    left = [[h.amount for h in state.holdings.values()] for state in states(FIRST, 0)]
    assert left == [[], [114], [0, 114], [0, 10], [0, 0]]
    final = replayed(FIRST, 0)[0]
    assert (final.issued, final.held, final.retired, final.cancelled) == (114, 0, 114, 0)
    assert EXACT.multiply(D(114), D("4897.32")) == D("558294.48")
    assert final.holdings["CR-12624"].parent == "CR-5744"
    assert final.holdings["CR-12624"].origin == 1


def test_the_chain_of_18_credits_replays_to_nothing_left():
    left = [state.holdings["CR-20712"].amount for state in list(states(SECOND, 0))[2:]]
    assert left == [18, 12, 8, 0]


def test_a_total_that_is_a_cent_off_is_refused():
    wrong = [
        FIRST[0],
        Entry(
            2, "transfer", D(114), "CR-5744", "X", price=D("4897.32"), currency="AUD", total=D("558294.47")
        ),
    ]
    assert refused(wrong) == [(1, "total")]
    assert "558294.48" in replayed(wrong, 0)[1][0].en


# Rules


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (Entry(2, "issue", D(0), target="B"), "amount"),
        (Entry(2, "issue", D("0.5"), target="B"), "decimal-places"),
        (Entry(2, "issue", D(1)), "target"),
        (Entry(2, "issue", D(1), "A", "B"), "source"),
        (Entry(2, "transfer", D(1), target="B"), "source"),
        (Entry(2, "retire", D(1), "A", "B"), "target"),
        (Entry(2, "transfer", D(1), "A", "B", price=D(1)), "price-currency"),
        (Entry(2, "transfer", D(1), "A", "B", total=D(1)), "total"),
        (Entry(3, "issue", D(1), target="B"), "number-order"),
        (Entry(1, "issue", D(1), target="B"), "number-order"),
        (Entry(2, "issue", D(1), target="A"), "target-taken"),
        (Entry(2, "retire", D(1), "B"), "source-missing"),
        (Entry(2, "retire", D(11), "A"), "overdraft"),
        (Entry(2, "retire", D(1), "A", credit_class="other"), "class-kept"),
        (Entry(2, "retire", D(1), "A", giver="Else"), "holder"),
        (Entry(2, "transfer", D(1), "A", "A"), "part-needs-id"),
        (Entry(2, "retire", D(1), "A", date=dt.date(2019, 12, 31)), "before-its-source"),
        (Entry(2, "issue", D(1), target="B", date=dt.date(2019, 12, 31)), "date-order"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_each_rule_is_named(entry, name):
    start = Entry(1, "issue", D(10), target="A", receiver="Me", credit_class="c", date=dt.date(2020, 1, 1))
    assert refused([start, entry]) == [(1, name)]
    fault = replayed([start, entry], 0)[1][0]
    assert fault.en
    assert any("\u4e00" <= char <= "\u9fff" for char in fault.zh)


def test_all_wrong_entries_are_named_in_one_run_and_what_follows_from_them_is_not():
    entries = [
        Entry(1, "issue", D(10), target="A"),
        Entry(2, "transfer", D(11), "A", "B"),  # overdraft
        Entry(3, "retire", D(5), "B"),  # follows from it
        Entry(4, "retire", D(10), "A"),
        Entry(6, "issue", D(1), target="C"),  # a gap
        Entry(7, "retire", D(1), "nowhere"),
    ]
    assert refused(entries) == [(1, "overdraft"), (4, "number-order"), (5, "source-missing")]


def test_a_whole_holding_may_change_hands_under_its_id():
    entries = [
        Entry(1, "issue", D(10), target="A", receiver="one"),
        Entry(2, "transfer", D(10), "A", "A", giver="one", receiver="two"),
        Entry(3, "transfer", D(4), "A", "B", giver="two", receiver="three"),
    ]
    state = replayed(entries, 0)[0]
    assert {h.id: (h.amount, h.holder, h.parent) for h in state.holdings.values()} == {
        "A": (6, "two", ""),
        "B": (4, "three", "A"),
    }


def test_sums_are_exact_whatever_context_the_caller_has_set():
    entries = [Entry(i, "issue", D("123456789.000001"), target=f"H{i}") for i in range(1, 8)]
    with decimal.localcontext(decimal.Context(prec=3)):
        state, faults = replayed(entries, 6)
        assert not faults
        assert state.issued == state.held
        assert state.conserved
    assert state.issued == D("864197523.000007")


# Against a simple model


class LedgerMachine(RuleBasedStateMachine):
    """Random entries, right and wrong, held against a plain dict."""

    def __init__(self):
        super().__init__()
        self.replay = Replay(2)
        self.taken = []
        self.held = {}  # id -> [amount in hundredths, class, origin]
        self.out = {"issue": 0, "retire": 0, "cancel": 0}

    ids = st.sampled_from(["A", "B", "C", "D", "E", "F"])
    cents = st.integers(-50, 2000)

    def _try(self, entry, right):
        faults = self.replay.copy().take(entry)
        assert (not faults) == right, (entry, faults)
        if right:
            assert self.replay.take(entry) == []
            self.taken.append(entry)

    def _next(self):
        return len(self.taken) + 1

    @rule(name=ids, cents=cents, kind=st.sampled_from(["x", "y", ""]))
    def issue(self, name, cents, kind):
        right = cents > 0 and name not in self.held
        entry = Entry(self._next(), "issue", D(cents) / 100, target=name, credit_class=kind)
        self._try(entry, right)
        if right:
            self.held[name] = [cents, kind, entry.number]
            self.out["issue"] += cents

    @rule(source=ids, goal=ids, cents=cents, kind=st.sampled_from(["", "x"]))
    def transfer(self, source, goal, cents, kind):
        have = self.held.get(source)
        right = (
            have is not None
            and 0 < cents <= have[0]
            and kind in {"", have[1]}
            and (goal not in self.held or (goal == source and cents == have[0]))
        )
        self._try(Entry(self._next(), "transfer", D(cents) / 100, source, goal, credit_class=kind), right)
        if right and goal != source:
            have[0] -= cents
            self.held[goal] = [cents, have[1], have[2]]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), kind=st.sampled_from(["retire", "cancel"]))
    def use(self, data, kind):
        source = data.draw(st.sampled_from(sorted(self.held)))
        have = self.held[source]
        cents = data.draw(st.integers(0, have[0] + 1))
        right = 0 < cents <= have[0]
        self._try(Entry(self._next(), kind, D(cents) / 100, source), right)
        if right:
            have[0] -= cents
            self.out[kind] += cents

    @invariant()
    def as_the_model(self):
        state = self.replay.state()
        assert {n: (h.amount * 100, h.credit_class, h.origin) for n, h in state.holdings.items()} == {
            n: tuple(v) for n, v in self.held.items()
        }
        assert state.conserved
        assert all(holding.amount >= 0 for holding in state.holdings.values())
        assert (state.issued * 100, state.retired * 100, state.cancelled * 100) == tuple(self.out.values())

    def teardown(self):
        state, faults = replayed(self.taken, 2)
        assert not faults
        assert state == self.replay.state()
        assert list(states(self.taken, 2))[-1] == state


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase


@st.composite
def chain(draw, prefix="A", most=8):
    """Sound entries that go back to one issue, without numbers and dates."""
    amount = draw(st.integers(1, 30))
    held = {f"{prefix}0": amount}
    entries = [Entry(0, "issue", D(amount), target=f"{prefix}0")]
    for step in range(1, draw(st.integers(0, most))):
        full = sorted(name for name, left in held.items() if left)
        if not full:
            break
        source = draw(st.sampled_from(full))
        cents = draw(st.integers(1, held[source]))
        kind = draw(st.sampled_from(["transfer", "retire", "cancel"]))
        held[source] -= cents
        target = f"{prefix}{step}" if kind == "transfer" else ""
        if target:
            held[target] = cents
        entries.append(Entry(0, kind, D(cents), source, target))
    return entries


def numbered(entries, dates=None):
    days = dates or [None] * len(entries)
    return [
        Entry(i, e.kind, e.amount, e.source, e.target, day)
        for i, (e, day) in enumerate(zip(entries, days, strict=True), start=1)
    ]


def mixed(one, other, order):
    """Two chains in one order."""
    one, other, out = list(one), list(other), []
    for first in order:
        source = one if (first and one) or not other else other
        if source:
            out.append(source.pop(0))
    return out + one + other


@given(chain("A"), chain("B"), st.lists(st.booleans(), max_size=16), st.lists(st.booleans(), max_size=16))
def test_holdings_that_have_nothing_to_do_with_each_other_may_come_in_any_order(a, b, order, other):
    first, faults = replayed(numbered(mixed(a, b, order)), 0)
    second, more = replayed(numbered(mixed(a, b, other)), 0)
    assert not faults
    assert not more
    assert {n: h.amount for n, h in first.holdings.items()} == {
        n: h.amount for n, h in second.holdings.items()
    }
    assert (first.issued, first.retired, first.cancelled) == (second.issued, second.retired, second.cancelled)


# Balances on a day

DAY = dt.date(2020, 1, 1)


@given(
    chain("A"),
    chain("B"),
    st.lists(st.booleans(), max_size=16),
    st.lists(st.integers(0, 6), min_size=16, max_size=16),
    st.lists(st.booleans(), min_size=16, max_size=16),
    st.integers(-1, 10),
)
def test_what_was_so_lies_within_what_is_said_of_a_day(a, b, order, gaps, known, at):
    entries = mixed(a, b, order)
    days, day = [], DAY
    for gap in gaps[: len(entries)]:
        day += dt.timedelta(gap // 2)
        days.append(day)
    on = DAY + dt.timedelta(at)
    truth = numbered(entries, days)
    exact = dated.standing(truth, 0, on)
    really, faults = replayed([entry for entry in truth if entry.date <= on], 0)
    assert not faults
    assert exact.undated == ()
    assert exact.conserved
    assert {h.id: (s.low, s.high) for h, s in exact.holdings} == {
        n: (h.amount, h.amount) for n, h in really.holdings.items()
    }
    shown = numbered(entries, [d if k else None for d, k in zip(days, known, strict=False)])
    told = dated.standing(shown, 0, on)
    assert told.conserved
    spans = {holding.id: span for holding, span in told.holdings}
    for name, holding in really.holdings.items():
        assert spans[name].low <= holding.amount <= spans[name].high
    for name in dated.TOTALS:
        assert told.totals[name].low <= exact.totals[name].low <= told.totals[name].high
    if not told.undated:
        assert told.totals == exact.totals


def test_an_entry_without_a_day_is_placed_by_its_own_chain_only():
    entries = [
        Entry(1, "issue", D(10), target="A", date=dt.date(2020, 1, 1)),
        Entry(2, "retire", D(4), "A"),
        Entry(3, "retire", D(6), "A", date=dt.date(2022, 1, 1)),
        Entry(4, "issue", D(5), target="B"),
    ]
    before, between, after = (dated.standing(entries, 0, dt.date(y, 6, 1)) for y in (2019, 2020, 2022))
    assert before.undated == (4,)
    assert [h.id for h, _ in before.holdings] == ["B"]
    assert between.undated == (2, 4)
    assert {h.id: (s.low, s.high) for h, s in between.holdings} == {"A": (6, 10), "B": (0, 5)}
    assert after.undated == (4,)
    assert (after.totals["retired"].low, after.totals["retired"].high) == (10, 10)


def test_lineage_leads_from_the_issue_to_all_that_became_of_a_holding():
    entries = [
        *numbered(
            [
                Entry(0, "issue", D(10), target="A"),
                Entry(0, "issue", D(10), target="Z"),
                Entry(0, "transfer", D(6), "A", "B"),
                Entry(0, "retire", D(2), "A"),
                Entry(0, "transfer", D(5), "B", "C"),
                Entry(0, "retire", D(1), "B"),
                Entry(0, "cancel", D(5), "C"),
            ]
        )
    ]
    assert [e.number for e in dated.lineage(entries, "C")] == [1, 3, 5, 7]
    assert [e.number for e in dated.lineage(entries, "B")] == [1, 3, 5, 6, 7]
    assert [e.number for e in dated.lineage(entries, "Z")] == [2]
    assert dated.lineage(entries, "nowhere") == ()
    assert [[e.number for e in one] for one in dated.chains(entries)] == [[1, 3, 4, 5, 6, 7], [2]]


# Rows

words = st.text(max_size=30).map(rows.settled).filter(lambda text: printable(text) == text)
amounts = st.decimals(min_value=0, max_value=10**9, places=6).map(lambda d: D(plain(d)))


@given(
    st.builds(
        Entry,
        number=st.integers(1, 10**6),
        kind=st.sampled_from(["issue", "transfer", "retire", "cancel"]),
        amount=amounts,
        source=words,
        target=words,
        date=st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)),
        giver=words,
        receiver=words,
        credit_class=words,
        place=words,
        price=st.none() | amounts,
        currency=st.sampled_from(["", "AUD", "CNY"]),
        total=st.none() | amounts,
        obligation=words,
        evidence=words,
        basis=st.sampled_from(["stated", "planned", "inferred", "assumed"]),
        note=words,
    )
)
def test_an_entry_as_a_row_comes_back(entry):
    back, faults = rows.entry(rows.row(entry, "mu"), "mu")
    assert faults == []
    assert back == entry


@given(st.text(max_size=60))
def test_the_one_form_of_a_text_is_its_own(text):
    once = rows.settled(text)
    assert rows.settled(once) == once
    guarded = f"'{once}" if once.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) else once
    assert rows.settled(guarded) == once


@given(st.decimals(min_value=0, max_value=10**11, places=6))
def test_amounts_are_written_with_digits_only(value):
    text = plain(value)
    assert D(text) == value
    assert places(value) <= 6
    assert set(text) <= set("0123456789.")


@pytest.mark.parametrize(
    ("column", "text", "name"),
    [
        ("amount", "=1+1", "number-form"),
        ("amount", "-5", "number-form"),
        ("amount", "1e3", "number-form"),
        ("amount", "NaN", "number-form"),
        ("amount", "1,14", "number-form"),
        ("amount", "9" * 70, "number-size"),
        ("amount", "9" * 5000, "number-size"),
        ("amount", "0.1234567", "number-size"),
        ("amount", "", "amount"),
        ("kind", "steal", "kind"),
        ("date", "03/05/2024", "date"),
        ("date", "2024-02-30", "date"),
        ("date", "=TODAY()", "date"),
        ("currency", "A$", "currency"),
        ("unit", "mu", "unit"),
        ("unit", "barrel", "unit"),
        ("basis", "rumour", "basis"),
        ("number", "-1", "number"),
        ("target", "A\u202eB", "control-character"),
        ("target", "A\x1b[2J", "control-character"),
        ("target", "x" * 65, "too-long"),
        ("note", "x" * 1001, "too-long"),
    ],
)
def test_hostile_cells_are_refused_by_name(column, text, name):
    cells = {"kind": "issue", "amount": "1", "target": "A"} | {column: text}
    entry, faults = rows.entry(cells, "credit", 7)
    assert entry is None
    assert [(fault.at, fault.rule) for fault in faults] == [(7, name)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("4,897.32", "4897.32"), ("１１４", "114"), ("1.50", "1.5"), ("000", "0"), ("1,000,000", "1000000")],
)
def test_amounts_as_spreadsheets_write_them(text, value):
    entry, faults = rows.entry({"kind": "签发", "amount": text, "target": "A"}, "credit")
    assert faults == []
    assert plain(entry.amount) == value


@pytest.mark.parametrize("text", ["2024-03-05", "2024/3/5", "2024年3月5日", " 2024-3-5 "])
def test_days_as_spreadsheets_write_them(text):
    entry, _ = rows.entry({"kind": "issue", "amount": "1", "target": "A", "date": text}, "credit")
    assert entry.date == dt.date(2024, 3, 5)


# Trials of the cases


CASES = {
    "nsw-biodiversity-offsets": "credit-market",
    "changzhou-zhenglu": "land-shift-route",
    "beijing-green-heart": "carbon-sink-accounting",
}


def of(atlas, case):
    placed = atlas[case]
    mechanism = next(one for one in placed.case.mechanisms if one.id == CASES[case])
    return placed, mechanism, schemes.trial(placed, mechanism, ())


def value(ran, name):
    return next(line.value for line in ran.lines if line.id == name)


@pytest.mark.parametrize("case", CASES)
def test_a_trial_has_a_frame_for_every_entry_and_all_is_conserved_in_each(atlas, case):
    _, mechanism, trial = of(atlas, case)
    options = [option.id for option in trial.inputs[0].options]
    assert trial.frames_by == "entry"
    assert list(trial.frames) == options
    assert len(options) == len(mechanism.scheme.entries) + 1
    assert trial.inputs[0].value in options
    for step, ran in trial.frames.items():
        assert value(ran, "conserved") is True, step
        total = value(ran, "held-total") + value(ran, "retired-total") + value(ran, "cancelled-total")
        assert value(ran, "issued-total") == total
        balances = next(table for table in ran.tables if table.id == "balances")
        assert sum(row[-1] for row in balances.rows) == value(ran, "held-total")


def test_the_register_of_new_south_wales_steps_through_both_chains(atlas):
    _, _, trial = of(atlas, "nsw-biodiversity-offsets")
    held = [value(ran, "held-total") for ran in trial.frames.values()]
    assert held == [0, 114, 114, 10, 0, 18, 18, 12, 8, 0]
    assert value(trial.frames["2"], "paid") == 558294.48
    assert value(trial.frames["2"], "paid-agrees") is True
    assert value(trial.frames["6"], "paid") == 90000
    assert next(line.numbers for line in trial.frames["2"].lines if line.id == "paid") == (
        "114 × 4897.32 = 558294.48"
    )
    assert all(entry.date is None for entry in trial_entries(atlas, "nsw-biodiversity-offsets"))
    said = " ".join(note.en for note in trial.frames["all"].notes)
    assert "Entries without a date: 9" in said
    assert "not from the document" in said


def trial_entries(atlas, case):
    _, mechanism, _ = of(atlas, case)
    return mechanism.scheme.entries


def test_a_day_cannot_be_told_where_no_entry_has_one(atlas):
    placed, mechanism, trial = of(atlas, "nsw-biodiversity-offsets")
    ran = ledger.run(trial, placed, mechanism, (), {"on": "2021-06-30"}, {})
    assert any("not from the document" in note.en for note in ran.notes)
    held = next(line for line in ran.lines if line.id == "held-total")
    assert (held.value, held.low, held.high) == (None, 0, 132)
    assert ran.changed == ("on",)
    assert any("cannot be said" in note.en and "2021-06-30" in note.zh for note in ran.notes)


def test_quota_of_zhenglu_is_the_printed_one_and_the_rest_is_marked_as_assumed(atlas):
    placed, mechanism, trial = of(atlas, "changzhou-zhenglu")
    fact = next(one for one in placed.case.facts if one.id == "freed-quota")
    assert value(trial.frames["1"], "issued-total") == fact.value == 1040
    assert [entry.basis for entry in mechanism.scheme.entries] == ["planned", "assumed", "assumed"]
    assert "2, 3" in trial.notes[0].en
    assert "assumed" in trial.notes[0].en
    assert any("plans" in note.en for note in trial.frames["all"].notes)
    assert trial.frames["all"].tables[0].columns[-1].unit == "mu"


def test_the_carbon_sink_is_not_passed_off_as_traded(atlas):
    _, mechanism, trial = of(atlas, "beijing-green-heart")
    assert value(trial.frames["all"], "issued-total") == 5028
    assert {entry.basis for entry in mechanism.scheme.entries} == {"assumed"}
    assert "no source states them" in trial.notes[0].en
    assert any("no trade" in note.en for note in trial.frames["all"].notes)


def test_entries_of_ones_own_are_replayed_instead(atlas):
    placed, mechanism, trial = of(atlas, "nsw-biodiversity-offsets")
    brought = Brought("mine.csv", "credit", tuple(SECOND), (2, 3, 4, 5, 6))
    ran = ledger.run(trial, placed, mechanism, (), {}, {"entries": brought})
    assert value(ran, "issued-total") == 18
    assert ran.changed == ("entries",)
    assert [option.id for option in ran.inputs[0].options] == ["start", "1", "2", "3", "4", "all"]
    assert not any("register" in note.en for note in ran.notes)
    ran = ledger.run(trial, placed, mechanism, (), {"entry": "3"}, {"entries": brought})
    assert value(ran, "held-total") == 12
    with pytest.raises(UsageError, match="5 entries"):
        ledger.run(trial, placed, mechanism, (), {"entry": "8"}, {"entries": brought})
    with pytest.raises(UsageError, match="mu of quota"):
        ledger.run(trial, placed, mechanism, (), {}, {"entries": Brought("m.csv", "mu", (), ())})
    wrong = Brought("mine.csv", "", (*SECOND[:2], Entry(3, "retire", D(19), "CR-20712")), (2, 3, 4))
    with pytest.raises(DataError) as error:
        ledger.run(trial, placed, mechanism, (), {}, {"entries": wrong})
    assert [(p.file, p.line, p.rule) for p in error.value.problems] == [("mine.csv", 4, "overdraft")]


def test_a_case_whose_entries_break_a_rule_is_named(atlas):
    placed, mechanism, _ = of(atlas, "nsw-biodiversity-offsets")
    wrong = mechanism.scheme.model_copy(update={"entries": mechanism.scheme.entries[1:]})
    with pytest.raises(DataError) as error:
        schemes.trial(placed, mechanism.model_copy(update={"scheme": wrong}), ())
    assert "credit-market" in error.value.problems[0].place


# The record


WHY = Name(zh="因", en="reason")


@pytest.mark.parametrize(
    "broken",
    [
        {"amount": None},
        {"fact": "some-fact"},
        {"amount": "1e5"},
        {"amount": "-1"},
        {"evidence": None},
        {"basis": "inferred"},
        {"zone": "a", "site": "b"},
        {"date": "2020-13-01"},
        {"date": "2021-02-29"},
        {"currency": "dollars"},
        {"credit_class": "unknown"},
        {"surprise": "1"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_record_says_on_what_ground_it_stands(broken):
    sound = {"kind": "issue", "amount": "1", "target": "A", "evidence": WHY}
    assert LedgerScheme(engine="ledger", unit="credit", entries=(LedgerEntry(**sound),)).decimals == 0
    with pytest.raises(ValidationError):
        LedgerScheme(engine="ledger", unit="credit", entries=[sound | broken])


def test_a_record_keeps_its_digits():
    entry = LedgerEntry(kind="issue", amount="4897.320000", target="A", evidence=WHY)
    assert entry.amount == "4897.320000"


# Size


def test_a_hundred_thousand_entries_replay_in_seconds(capsys):
    many = []
    for i in range(25_000):
        many += [
            Entry(4 * i + 1, "issue", D(10), target=f"H{i}"),
            Entry(4 * i + 2, "transfer", D(6), f"H{i}", f"T{i}"),
            Entry(4 * i + 3, "retire", D(4), f"H{i}"),
            Entry(4 * i + 4, "cancel", D(1), f"T{i}"),
        ]
    start = time.process_time()
    state, faults = replayed(many, 0)
    took = time.process_time() - start
    with capsys.disabled():
        print(f"\n100,000 entries replayed in {took:.2f} s of one core")
    assert not faults
    assert state.conserved
    assert (state.issued, state.held) == (250_000, 125_000)
    assert took < 30
