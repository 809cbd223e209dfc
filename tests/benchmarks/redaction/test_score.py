"""Counting what was found of what was there."""

from benchmarks.redaction.corpus import Sample, Truth
from benchmarks.redaction.score import evaluate, total

_SAMPLE = Sample("call 13812345678 now", (Truth(5, 16, "PHONE"),), "en")


def test_a_value_that_is_covered_is_found() -> None:
    """
    Nothing leaks, and the claim is right.
    """
    board = evaluate([_SAMPLE], lambda _: [(5, 16, "PHONE")])

    phone = board.by_entity["PHONE"]
    assert (1.0, 1.0, 0.0) == (phone.recall, phone.precision, phone.leak_rate)
    assert 0.0 == board.by_form["plain"].over_redaction


def test_a_value_that_is_half_covered_leaks_and_is_missed() -> None:
    """
    Four of eleven digits stay in sight.
    """
    board = evaluate([_SAMPLE], lambda _: [(5, 12, "PHONE")])

    assert (0.0, 4 / 11) == (board.by_entity["PHONE"].recall, board.by_entity["PHONE"].leak_rate)
    assert 1 == len(board.misses)


def test_what_is_hidden_for_nothing_counts() -> None:
    """
    A finding beside everything private is a false alarm under its name.
    """
    board = evaluate([_SAMPLE], lambda _: [(0, 4, "PERSON")])

    assert 0.0 == board.by_entity["PERSON"].precision
    assert 4 / 7 == board.by_language["en"].over_redaction
    assert 1 == len(board.false_alarms)


def test_a_value_may_be_found_under_another_name() -> None:
    """
    It does not leak; that it was misnamed is counted apart.
    """
    board = evaluate([_SAMPLE], lambda _: [(5, 16, "PAYMENT_CARD")])

    assert (1.0, 0) == (board.by_entity["PHONE"].recall, board.by_entity["PHONE"].named_right)


def test_what_is_not_counted_is_still_no_false_alarm() -> None:
    """
    A name in a text whose numbers are disguised is private, whether or not it counts.
    """
    sample = Sample("Anna", (Truth(0, 4, "?PERSON"),), "en")

    board = evaluate([sample], lambda _: [(0, 4, "PERSON")])

    assert 1.0 == board.by_entity["PERSON"].precision
    assert 0 == total(board.by_form.values()).values


def test_texts_that_come_back_are_counted_by_what_they_hold() -> None:
    """
    Once for each kind of value, form and language.
    """
    sample = Sample("Anna 1 2", (Truth(0, 4, "?PERSON"), Truth(5, 6, "PHONE"), Truth(7, 8, "PHONE")), "en")

    board = evaluate([sample, sample, _SAMPLE], lambda _: [], lambda text: text != _SAMPLE.text)

    phones = board.by_entity["PHONE"]
    assert (3, 2) == (phones.trips, phones.trips_right)
    assert 2 / 3 == board.by_form["plain"].fidelity == board.by_language["en"].fidelity
    assert {"PHONE"} == board.by_entity.keys()
    assert 1 == len(board.changed)
