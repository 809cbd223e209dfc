"""Those who wait for a free connection, first come, first served."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import PoolExhausted, TransportError

Grant = TypeVar("Grant")


class WaitingLine(Generic[Grant]):
    """
    A bounded queue of waiters with a deadline each.

    A waiter who was granted something and cancelled before noticing hands it
    to `give_back`, so nothing that was granted is ever lost.
    """

    __slots__ = ("_give_back", "_waiters")

    def __init__(self, give_back: Callable[[Grant], None]) -> None:
        self._waiters: OrderedDict[asyncio.Future[Grant], None] = OrderedDict()
        self._give_back = give_back

    def __len__(self) -> int:
        return len(self._waiters)

    async def wait(self, upstream: Upstream) -> Grant:
        """Return what is granted to this waiter, or raise `PoolExhausted`."""
        if len(self._waiters) >= upstream.queue:
            raise PoolExhausted(f"the queue of upstream {upstream.name!r} is full")
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Grant] = loop.create_future()
        self._waiters[turn] = None
        timer = loop.call_later(upstream.patience.queue_seconds, self._expire, turn, upstream.name)
        try:
            return await turn
        except BaseException:
            self._waiters.pop(turn, None)
            if not turn.cancelled() and turn.exception() is None:
                self._give_back(turn.result())
            raise
        finally:
            timer.cancel()

    def grant(self, thing: Grant) -> bool:
        """Hand this to whoever waits longest; return whether there was one."""
        while self._waiters:
            turn, _ = self._waiters.popitem(last=False)
            if not turn.done():
                turn.set_result(thing)
                return True
        return False

    def send_away(self, error: TransportError) -> None:
        """Let everyone stop waiting with this error."""
        while self._waiters:
            turn, _ = self._waiters.popitem()
            if not turn.done():
                turn.set_exception(error)

    def _expire(self, turn: "asyncio.Future[Grant]", upstream: str) -> None:
        self._waiters.pop(turn, None)
        if not turn.done():
            turn.set_exception(PoolExhausted(f"no connection to upstream {upstream!r} became free in time"))
