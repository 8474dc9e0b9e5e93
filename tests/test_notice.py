"""The ledgers against the notice's text, where the text is on this machine."""

import dataclasses
import re

import pytest

import notice


@pytest.fixture(scope="module")
def text():
    path = notice.source_path()
    if path is None:
        pytest.skip("the notice's text is not on this machine (EPPV_SOURCE names it)")
    return notice.pages(path)


@pytest.fixture(scope="module")
def ledgers():
    return notice.read_ledgers()


def test_every_figure_and_name_stands_on_its_page_as_printed(ledgers, text):
    assert notice.not_as_printed(ledgers, text) == []


def test_no_numeral_of_the_body_is_left_without_a_fact_or_a_reason(ledgers, text):
    assert notice.unaccounted(ledgers, text) == []


def test_every_listed_reason_is_still_needed(ledgers, text):
    assert notice.idle_reasons(ledgers, text) == []


def test_repeats_name_a_fact_that_exists(ledgers):
    for name, _, facts, _ in notice.parts(ledgers):
        known = {fact.id for fact in facts}
        named = {remark.split()[0] for _, reason, remark in notice.reasons(name) if reason == "repeat"}
        assert named <= known, (name, named - known)


def test_the_script_notices_what_is_taken_out(ledgers, text):
    """The check can fail: without any one fact of a case a numeral is left over, or its name is another's."""
    for case in ledgers.cases:
        figures = {(fact.page, fact.printed) for fact in case.facts}
        caught = 0
        for figure in figures:
            kept = tuple(fact for fact in case.facts if (fact.page, fact.printed) != figure)
            less = case.model_copy(update={"facts": kept})
            caught += bool(notice.unaccounted(dataclasses.replace(ledgers, cases=(less,)), text))
        assert caught >= 0.93 * len(figures), (case.id, caught, len(figures))


def test_the_script_notices_a_figure_on_another_page(ledgers, text):
    case = ledgers.cases[0]
    moved = case.facts[0].model_copy(update={"page": case.facts[-1].page})
    other = case.model_copy(update={"facts": (moved, *case.facts[1:])})
    found = notice.not_as_printed(dataclasses.replace(ledgers, cases=(other,)), text)
    assert [item.what for item in found] == [f"fact {moved.id}: {moved.printed!r} is not on this page"]


def test_nothing_is_entered_twice(ledgers):
    for name, _, facts, _ in notice.parts(ledgers):
        seen = [(fact.page, fact.label.zh, fact.printed, fact.value) for fact in facts]
        assert len(seen) == len(set(seen)), name
        labels = [(fact.label.zh, fact.period, fact.about) for fact in facts]
        twice = {label for label in labels if labels.count(label) > 1}
        assert not twice, (name, twice)


def test_our_words_are_our_own(ledgers, text):
    body = "".join(text.values())
    for case in ledgers.cases:
        ours = [getattr(case.summary, part).zh for part in ("background", "mechanism", "practice", "outcome")]
        ours += [mechanism.about.zh for mechanism in case.mechanisms]
        ours += [rule.text.zh for mechanism in case.mechanisms for rule in mechanism.rules]
        ours += [fact.label.zh for fact in case.facts]
        for words in ours:
            for size in range(len(words) - 21):
                piece = re.sub(r"\s", "", words[size : size + 22])
                assert piece not in body, (case.id, piece)
