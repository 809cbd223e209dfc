"""What time it is, for everyone."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings: one to measure with, one to write down."""

    def monotonic(self) -> float:
        """Seconds that never go backwards."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC."""


class SystemClock:
    """The machine's clock."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)


class FakeClock:
    """A clock that moves when it is told to."""

    def __init__(self, wall: float = 1_800_000_000.0) -> None:
        self._monotonic = 1000.0
        self._wall = wall

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return self._monotonic

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._wall

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._monotonic += seconds
        self._wall += seconds

    def set_back(self, seconds: float) -> None:
        """Let the wall clock be put back, as an operator or a time server does."""
        self._wall -= seconds
