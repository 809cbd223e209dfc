"""One upstream's clients of the transport `httpx2`, and the slots of those who may use them at a time."""

import asyncio
import ssl
from collections.abc import Iterable
from typing import NamedTuple

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.web_client import WebAnswer, WebClient
from gateway.upstreams.target import Origin, Upstream
from gateway.upstreams.waiting_line import WaitingLine

# Connections that nobody used for so long are closed, before the servers do it.
IDLE_SECONDS = 15.0
# So old connections serve no more calls, so that a change of DNS is noticed.
AGE_SECONDS = 300.0
# Who shows a new certificate is seen within this time; to read one takes as long as a small call.
_LOOK_SECONDS = 60.0


class LaneKey(NamedTuple):
    """What makes the clients of one upstream different from those of another."""

    name: str
    origin: Origin
    http2: bool
    forward_proxy: str | None
    connections: int


def lane_key(upstream: Upstream) -> LaneKey:
    """Return the key of this upstream's lane."""
    return LaneKey(
        upstream.name, upstream.origin, upstream.http2, upstream.forward_proxy, upstream.connections
    )


class Lane:
    """
    Lend clients, a slot with each.

    Each call has a client of one connection to itself, and the one used last
    is lent first, so that the rest grow old. httpx2 closes what is idle only
    when it is asked for more, and knows no age, so both are done here.
    """

    def __init__(self, key: LaneKey, context: ssl.SSLContext, tasks: LastTasks) -> None:
        self.line: WaitingLine[None] = WaitingLine(lambda _: self._free_slot())
        self.certificate_expires_at: float | None = None
        self._key = key
        self._context = context
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._slots_taken = 0
        self._made_at: dict[WebClient, float] = {}
        self._spare: list[tuple[float, WebClient]] = []
        self._looks_again_at = 0.0
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody uses a client or waits for one."""
        return not self._slots_taken and not self.line

    @property
    def spare_clients(self) -> int:
        """How many clients wait for a call."""
        return len(self._spare)

    async def enter(self, upstream: Upstream) -> None:
        """Take a slot as soon as one is free; raise `PoolExhausted`."""
        if self._slots_taken < upstream.connections:
            self._slots_taken += 1
        else:
            await self.line.wait(upstream)

    def lend(self, *, fresh: bool = False) -> WebClient:
        """Return a client to whoever has a slot; a fresh one has no connection yet."""
        if self._spare and not fresh:
            return self._spare.pop()[1]
        client = WebClient(
            self._context,
            http2=self._key.http2,
            forward_proxy=self._key.forward_proxy,
            connections=1,
            idle_seconds=IDLE_SECONDS,
        )
        self._made_at[client] = self._loop.time()
        return client

    def take_back(self, client: WebClient, *, is_clean: bool) -> None:
        """Take back a client whose call is over, and its slot."""
        now = self._loop.time()
        if is_clean and now - self._made_at[client] < AGE_SECONDS:
            self._spare.append((now, client))
            self._sweep_later()
        else:
            self._close([client])
        self._free_slot()

    def look_at(self, answer: WebAnswer) -> None:
        """Note the certificate of whom this answer comes from, if the last look is a while ago."""
        now = self._loop.time()
        if self._key.origin.scheme == "https" and now >= self._looks_again_at:
            self._looks_again_at = now + _LOOK_SECONDS
            self.certificate_expires_at = answer.certificate_ends()

    def retire(self) -> None:
        """Close every client that is not lent out."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._close([client for _, client in self._spare])
        self._spare.clear()

    def _sweep(self) -> None:
        self._sweeper = None
        then = self._loop.time() - IDLE_SECONDS
        self._close([client for used_at, client in self._spare if used_at <= then])
        self._spare = [(used_at, client) for used_at, client in self._spare if used_at > then]
        self._sweep_later()

    def _sweep_later(self) -> None:
        if self._sweeper is None and self._spare:
            when = max(self._spare[0][0] + IDLE_SECONDS, self._loop.time() + 1.0)
            self._sweeper = self._loop.call_at(when, self._sweep)

    def _close(self, clients: Iterable[WebClient]) -> None:
        for client in clients:
            del self._made_at[client]
            self._tasks.start(client.close())

    def _free_slot(self) -> None:
        if not self.line.grant(None):
            self._slots_taken -= 1
