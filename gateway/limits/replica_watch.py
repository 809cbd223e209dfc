"""
One who finds out how many replicas have what was reserved.

WAIT holds up its connection until the replicas have answered, or its time is
over; whatever is sent behind it waits as long. So there is never more than one
on a connection: what comes meanwhile leaves together, with one WAIT behind
all of it. The connection is none that others use.
"""

import asyncio
from typing import Any

from gateway.foundation.redis_link.address import Endpoint
from gateway.foundation.redis_link.call import AwaitedCall, Call
from gateway.foundation.redis_link.failures import RedisBusy
from gateway.foundation.redis_link.link import RedisLink

_WAIT_MS = 250
_MOST_WAITING = 10_000


class Batch:
    """Commands that leave together, and how many replicas have all of them; `slot` is that of the first."""

    __slots__ = ("calls", "reached", "replicas", "slot")

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.calls: list[Call] = []
        self.replicas = 0
        self.reached: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def replicas_reached(self) -> int:
        """Return the number; raise a `RedisFailure`. Who stops waiting disturbs nobody."""
        return await asyncio.shield(self.reached)


class ReplicaWatch:
    """Send commands whose replication has to be known."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        # For each server, what leaves when the WAIT that is under way there is answered.
        self._next: dict[Endpoint | None, Batch] = {}
        self._busy: set[Endpoint | None] = set()

    def send(self, call: Call, replicas: int) -> Batch:
        """Send a command, or let it wait for the next batch."""
        server = self._link.server_of(call.slot)
        batch = self._next.get(server)
        if batch is None:
            batch = self._next[server] = Batch(call.slot)
            if server not in self._busy:
                asyncio.get_running_loop().call_soon(self._leave, server)
        if len(batch.calls) >= _MOST_WAITING:
            call.failed(RedisBusy(f"{_MOST_WAITING} commands wait for replicas already"))
            return batch
        batch.calls.append(call)
        batch.replicas = max(batch.replicas, replicas)
        return batch

    def _leave(self, server: Endpoint | None) -> None:
        batch = self._next.pop(server, None)
        if batch is None:
            self._busy.discard(server)
            return
        self._busy.add(server)
        for call in batch.calls:
            self._link.send(call)
        # Behind them on the same lane, in the same turn.
        waiting = AwaitedCall((b"WAIT", batch.replicas, _WAIT_MS), batch.slot)
        waiting.future.add_done_callback(lambda answered: self._arrived(server, batch, answered))
        self._link.send(waiting)

    def _arrived(self, server: Endpoint | None, batch: Batch, answered: "asyncio.Future[Any]") -> None:
        failure = answered.exception()
        if failure is None:
            batch.reached.set_result(answered.result())
        else:
            batch.reached.set_exception(failure)
            # Looked at once, so that a failure nobody waits for is not logged as a fault.
            batch.reached.exception()
        self._leave(server)
