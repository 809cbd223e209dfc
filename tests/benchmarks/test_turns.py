"""Tests of benchmarks/turns.py."""

from benchmarks.load import LoadReport
from benchmarks.turns import Turn, median_micros, round_ratios

_LOAD = LoadReport(1, 0, [], 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


def _turns(**prices: list[float]) -> list[Turn]:
    return [Turn(name, micros, _LOAD) for name, figures in prices.items() for micros in figures]


def test_one_disturbed_round_does_not_move_the_middle() -> None:
    """
    The price of a contestant is the median of its turns alone.
    """
    turns = _turns(gateway=[60.0, 62.0, 500.0], echo=[40.0, 41.0, 39.0])

    assert 62.0 == median_micros(turns, "gateway")
    assert 40.0 == median_micros(turns, "echo")


def test_ratios_compare_turns_of_the_same_round() -> None:
    """
    The first turn of one is compared with the first of the other, and so on.
    """
    turns = _turns(gateway=[60.0, 90.0], echo=[40.0, 45.0])

    assert [1.5, 2.0] == round_ratios(turns, "gateway", "echo")
