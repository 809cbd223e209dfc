"""
A second look at the store before a key is refused as unknown.

A key that was just made may be shown before this process has heard of it. So
a well-formed key that nobody knows has the store asked once, at most every
`every_seconds` whoever shows one: all who come meanwhile share the next look.
"""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf

from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.state_store import StateUnavailable

EVERY_SECONDS = 0.2


class SecondLook:
    """
    The next look at the store, shared by all who wait for it.

    `began_at` is when the last one began, `unanswered` how many the store did
    not answer.
    """

    def __init__(
        self,
        catch_up: Callable[[], Awaitable[None]],
        clock: Clock,
        tasks: LastTasks,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._catch_up = catch_up
        self._clock = clock
        self._tasks = tasks
        self._every_seconds = every_seconds
        self._next: asyncio.Task[None] | None = None
        self.began_at = -inf
        self.unanswered = 0

    async def taken(self) -> None:
        """Return once a look that began after this call is done, whether the store answered or not."""
        if self._next is None:
            self._next = self._tasks.start(self._look())
        # Who leaves does not take the look away from the others.
        await asyncio.wait({self._next})

    async def _look(self) -> None:
        wait = self.began_at + self._every_seconds - self._clock.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._next = None
        self.began_at = self._clock.monotonic()
        try:
            await self._catch_up()
        except StateUnavailable:
            self.unanswered += 1
