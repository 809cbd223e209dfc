"""A deadline that is cheap to move."""

import asyncio
from collections.abc import Callable
from math import inf


class Alarm:
    """
    Ring once when the deadline has passed.

    Moving the deadline later, or clearing it, is one assignment: the timer
    underneath is left to run out and then armed again. Only a deadline before
    the running timer replaces it.
    """

    __slots__ = ("_deadline", "_fires_at", "_loop", "_ring", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._deadline = inf
        self._fires_at = inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Ring after so many seconds from now, and not at any earlier deadline."""
        self.set_at(self._loop.time() + seconds)

    def set_at(self, deadline: float) -> None:
        """Ring at this time of the loop."""
        self._deadline = deadline
        if deadline < self._fires_at:
            self._arm()

    def clear(self) -> None:
        """Do not ring."""
        self._deadline = inf

    def cancel(self) -> None:
        """Do not ring, and let go of timer and owner: the last thing done to an alarm."""
        self._deadline = inf
        # Owner and alarm hold each other; left so, only the garbage collector could free them.
        self._ring = _stay_silent
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._fires_at = inf

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._fires_at = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._fires_at = inf
        if self._deadline == inf:
            return
        # The loop may fire a timer by its clock's resolution too early.
        if self._loop.time() + 0.001 < self._deadline:
            self._arm()
            return
        self._deadline = inf
        self._ring()


def _stay_silent() -> None:
    """Be the ring of an alarm that is done."""
