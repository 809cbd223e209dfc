"""Requests of nobody: some are written down, all are counted."""

from gateway.audit.strangers import BURST, EACH_SECOND, Strangers
from gateway.foundation.clock import FakeClock


def test_so_many_at_once_and_then_so_many_a_second() -> None:
    """
    What is beyond is counted, and told once.
    """
    clock = FakeClock()
    strangers = Strangers(clock.monotonic)

    at_first = sum(strangers.has_room() for _ in range(BURST + 500))
    clock.advance(2.0)
    later = sum(strangers.has_room() for _ in range(100))

    assert (BURST, 2 * EACH_SECOND) == (at_first, later)
    assert (560, 0, 560) == (strangers.news(), strangers.news(), strangers.passed_over)


def test_a_quiet_night_saves_up_no_more_than_the_bucket_holds() -> None:
    """
    Or a flood in the morning would be as long as the night.
    """
    clock = FakeClock()
    strangers = Strangers(clock.monotonic)
    clock.advance(100_000.0)

    assert BURST == sum(strangers.has_room() for _ in range(2 * BURST))
