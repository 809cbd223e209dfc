"""How long a body has been coming."""

import asyncio

from gateway.edge.door_limits import DoorLimits
from gateway.foundation.alarm import Alarm


class BodyClock:
    """
    Judge whether a body is too slow, at the price of one clock reading per packet.

    The alarm is not moved with every packet: when it rings, the deadline is
    worked out and, if it lies ahead, set again.
    """

    __slots__ = ("_alarm", "_limits", "_loop", "_progressed", "_started")

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: DoorLimits, alarm: Alarm) -> None:
        self._loop = loop
        self._limits = limits
        self._alarm = alarm
        self._started = 0.0
        self._progressed = 0.0

    def start(self) -> None:
        """The caller ought to be sending from now on."""
        self._started = self._progressed = self._loop.time()
        self._alarm.set(self._limits.body_seconds)

    def progress(self) -> None:
        """Take note that something came."""
        self._progressed = self._loop.time()

    def has_run_out(self, received: int) -> bool:
        """Return whether the body is too slow; if not, the alarm is set for the next look."""
        deadline = self._limits.body_deadline(
            started=self._started, progressed=self._progressed, received=received
        )
        if self._loop.time() >= deadline:
            return True
        self._alarm.set_at(deadline)
        return False
