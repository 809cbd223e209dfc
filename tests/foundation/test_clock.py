"""What time it is."""

from gateway.foundation.clock import FakeClock, SystemClock


def test_the_machines_clock_runs_on() -> None:
    """
    It never goes backwards, and it is later than the day this was written.
    """
    clock = SystemClock()

    first, second = clock.monotonic(), clock.monotonic()

    assert first <= second
    assert clock.wall() > 1_750_000_000


def test_a_fake_clock_moves_when_told() -> None:
    """
    Both readings by the same amount, and not otherwise.
    """
    clock = FakeClock(wall=100.0)
    before = clock.monotonic()

    clock.advance(2.5)

    assert (2.5, 102.5) == (clock.monotonic() - before, clock.wall())
