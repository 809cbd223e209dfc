"""What the product promises about finding private data, it keeps."""

import pytest

from benchmarks.redaction import corpus
from benchmarks.redaction.__main__ import measure
from benchmarks.redaction.finders import gateway
from benchmarks.redaction.result import goals
from benchmarks.redaction.round_trip import RoundTrips
from gateway.redaction.scan import SLICE


@pytest.mark.slow
def test_every_goal_is_met_on_templates_that_rules_were_not_tuned_to() -> None:
    """
    Recall, precision, leaks, over-redaction and what comes back, in plain writing and in disguise.
    """
    result = measure(gateway(), tuning=False, rounds=3, travels=RoundTrips().is_restored)

    assert {} == {goal.what: goal.figure for goal in goals(result) if not goal.is_met}


@pytest.mark.slow
def test_both_engines_find_the_same_in_every_text_of_the_corpus() -> None:
    """
    Which engine is installed makes a difference to speed alone.
    """
    samples = [
        *corpus.positives(tuning=True, rounds=1),
        *corpus.disguised(tuning=True, rounds=1),
        *corpus.negatives(tuning=True, rounds=1),
    ]
    fast, patient = gateway("hyperscan"), gateway("python")

    assert [] == [one.text for one in samples if fast(one.text) != patient(one.text)]


@pytest.mark.slow
def test_a_long_text_holds_what_its_parts_hold_wherever_it_is_sliced() -> None:
    """
    A text of several slices, moved by some characters, gives the same findings moved as far.
    """
    text = "\n".join(sample.text for sample in corpus.positives(tuning=True, rounds=6))
    find = gateway()

    found = find(text)

    assert len(text) > 2 * SLICE
    for shift in (1, 777, SLICE // 2):
        moved = find("\n" * shift + text)
        assert found == [(start - shift, end - shift, entity) for start, end, entity in moved]
