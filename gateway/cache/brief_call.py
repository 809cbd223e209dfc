"""Commands of the cache that are worth waiting for only so long."""

import asyncio
from typing import Any

from gateway.foundation.clock import Clock
from gateway.foundation.redis_link.call import Call, Script, Word
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.shared_alarms import SharedAlarm

LOOK_SECONDS = 0.05
# After a command that took too long, nobody waits for the next ones for a while.
REST_SECONDS = 1.0


class Patience:
    """How long anybody waits for the Redis of the cache, if at all; `failures` counts what had no answer."""

    def __init__(self, clock: Clock, seconds: float = LOOK_SECONDS) -> None:
        self.seconds = seconds
        self.failures = 0
        self._clock = clock
        self._rests_until = 0.0
        self._alarm: SharedAlarm | None = None

    @property
    def is_out(self) -> bool:
        """Whether nobody waits for Redis at present."""
        return self._rests_until > 0 and self._clock.monotonic() < self._rests_until

    @property
    def alarm(self) -> SharedAlarm:
        """The alarm for when it is over; a timer of the event loop would cost more than the command."""
        if self._alarm is None:
            self._alarm = SharedAlarm(self.seconds)
        return self._alarm

    def was_late(self) -> None:
        """Take note that Redis did not answer in time."""
        self.failures += 1
        self._rests_until = self._clock.monotonic() + REST_SECONDS


class BriefCall(Call):
    """A command that may be repeated; its future is done in time, with None where nothing is known."""

    __slots__ = ("_alarm", "_patience", "future")

    def __init__(
        self, words: tuple[Word, ...], slot: int, patience: Patience, script: Script | None = None
    ) -> None:
        super().__init__(words, slot, is_repeatable=True, script=script)
        self._patience = patience
        self._alarm: SharedAlarm | None = None
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        return not self.future.done()

    def begin(self, link: RedisLink) -> None:
        """Send it, and wait no longer than patience lasts."""
        if self._patience.is_out:
            self._patience.failures += 1
            self.future.set_result(None)
            return
        self._alarm = self._patience.alarm
        self._alarm.set(self)
        link.send(self)

    def arrived(self, reply: Any) -> None:
        """Hand over what was found."""
        self.tell(reply)

    def failed(self, failure: RedisFailure) -> None:  # noqa: ARG002 - whatever it is, nothing was found
        """Find nothing; of what nobody waits for any more it was counted already."""
        if self.is_wanted:
            self._patience.failures += 1
        self.tell(None)

    def tell(self, found: Any) -> None:
        """Be done, unless that was given up."""
        if self._alarm is not None:
            self._alarm.clear(self)
        if not self.future.done():
            self.future.set_result(found)

    def ring(self) -> None:
        """Wait no longer."""
        if not self.future.done():
            self._patience.was_late()
            self.tell(None)
