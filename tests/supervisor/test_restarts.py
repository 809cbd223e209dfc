"""Who dies young again and again is given longer pauses."""

import pytest

from gateway.supervisor.restarts import LONGEST_PAUSE_SECONDS, SETTLED_SECONDS, Record


@pytest.mark.parametrize(
    ("lives", "pause_seconds"),
    [
        ([], 0.0),
        ([0.1], 0.0),
        ([SETTLED_SECONDS], 0.0),
        ([0.1, 0.1], 0.5),
        ([0.1, 0.1, 0.1], 1.0),
        ([0.1] * 5, 4.0),
        ([0.1] * 50, LONGEST_PAUSE_SECONDS),
        ([0.1] * 5 + [SETTLED_SECONDS], 0.0),
        ([0.1] * 5 + [SETTLED_SECONDS, 0.1], 0.0),
        ([0.1] * 5 + [SETTLED_SECONDS, 0.1, 0.1], 0.5),
    ],
)
def test_pauses_grow_with_early_deaths_alone(lives: list[float], pause_seconds: float) -> None:
    """
    A worker that had settled starts the count anew, and is replaced at once.
    """
    record = Record()
    for lived_seconds in lives:
        record = record.after_death(lived_seconds)

    assert pause_seconds == record.pause_seconds
