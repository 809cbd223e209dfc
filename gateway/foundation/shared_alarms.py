"""One timer for all who wait equally long."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Sleeper(Protocol):
    """One who is to be woken when a time is up."""

    def ring(self) -> None:
        """Hear that the time is up; called once."""


class SharedAlarm:
    """
    Ring for each sleeper so many seconds after it was set.

    Who is set later rings later, so only the first in the line is looked at,
    and a timer of the event loop, which costs more than all else about a
    short wait, is armed once for everybody. Setting and clearing are one
    dictionary entry.
    """

    __slots__ = ("_deadlines", "_loop", "_timer", "now", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._deadlines: dict[Sleeper, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.now: Callable[[], float] = self._loop.time

    def set(self, sleeper: Sleeper) -> None:
        """Ring for this one, which is not set yet."""
        self._deadlines[sleeper] = self.now() + self.seconds
        if self._timer is None:
            self._timer = self._loop.call_later(self.seconds, self._look)

    def clear(self, sleeper: Sleeper) -> None:
        """Do not ring for this one; may be repeated."""
        self._deadlines.pop(sleeper, None)

    def _look(self) -> None:
        # The loop may fire a timer by its clock's resolution too early.
        latest = self.now() + 0.001
        self._timer = None
        while self._deadlines:
            sleeper, deadline = next(iter(self._deadlines.items()))
            if deadline > latest:
                self._timer = self._loop.call_at(deadline, self._look)
                return
            del self._deadlines[sleeper]
            sleeper.ring()


class SharedAlarms:
    """The shared alarms by their seconds, of which there are few: policy names them."""

    def __init__(self) -> None:
        self._alarms: dict[float, SharedAlarm] = {}

    def after(self, seconds: float) -> SharedAlarm:
        """Return the alarm for all who wait so long; called in the event loop."""
        alarm = self._alarms.get(seconds)
        if alarm is None:
            alarm = self._alarms[seconds] = SharedAlarm(seconds)
        return alarm
