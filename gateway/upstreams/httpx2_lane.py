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

    Over HTTP/1.1 all calls share one client, which has a connection for each.
    Over HTTP/2 each call has a client to itself, and a spare one is kept for
    the next. httpx2 closes what is idle only when it is asked for more, so
    that is done here.
    """

    def __init__(
        self, key: LaneKey, context: ssl.SSLContext, tasks: LastTasks, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self.line: WaitingLine[None] = WaitingLine(lambda _: self._free_slot())
        self.certificate_expires_at: float | None = None
        self._key = key
        self._context = context
        self._tasks = tasks
        self._idle_seconds = idle_seconds
        self._loop = asyncio.get_running_loop()
        self._slots_taken = 0
        self._shared: WebClient | None = None
        self._spare: list[tuple[float, WebClient]] = []
        self._used_at = 0.0
        self._looks_again_at = 0.0
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody uses a client or waits for one."""
        return not self._slots_taken and not self.line

    @property
    def clients(self) -> int:
        """How many clients there are besides those that are lent out alone."""
        return len(self._spare) + (self._shared is not None)

    async def enter(self, upstream: Upstream) -> None:
        """Take a slot as soon as one is free; raise `PoolExhausted`."""
        if self._slots_taken < upstream.connections:
            self._slots_taken += 1
        else:
            await self.line.wait(upstream)

    def lend(self) -> WebClient:
        """Return a client to whoever has a slot."""
        if self._key.http2:
            return self._spare.pop()[1] if self._spare else self._make_client(1)
        if self._shared is None:
            self._shared = self._make_client(self._key.connections)
        return self._shared

    def take_back(self, client: WebClient, *, is_clean: bool) -> None:
        """Take back a client whose call is over, and its slot."""
        self._used_at = self._loop.time()
        if self._key.http2:
            if is_clean:
                self._spare.append((self._used_at, client))
            else:
                self._close([client])
        self._free_slot()
        self._sweep_later()

    def look_at(self, answer: WebAnswer) -> None:
        """Note the certificate of whom this answer comes from, if the last look is a while ago."""
        now = self._loop.time()
        if self._key.origin.scheme == "https" and now >= self._looks_again_at:
            self._looks_again_at = now + _LOOK_SECONDS
            self.certificate_expires_at = answer.certificate_ends()

    def retire(self) -> None:
        """Close every client that is not lent out alone."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._close([client for _, client in self._spare])
        self._spare.clear()
        self._let_go_of_shared()

    def _sweep(self) -> None:
        self._sweeper = None
        then = self._loop.time() - self._idle_seconds
        self._close([client for used_at, client in self._spare if used_at <= then])
        self._spare = [(used_at, client) for used_at, client in self._spare if used_at > then]
        if self._used_at <= then and not self._slots_taken:
            self._let_go_of_shared()
        self._sweep_later()

    def _sweep_later(self) -> None:
        if self._sweeper is None and self.clients:
            oldest = self._spare[0][0] if self._spare else self._used_at
            when = max(oldest + self._idle_seconds, self._loop.time() + self._idle_seconds / 10)
            self._sweeper = self._loop.call_at(when, self._sweep)

    def _let_go_of_shared(self) -> None:
        if self._shared is not None:
            self._close([self._shared])
            self._shared = None

    def _close(self, clients: Iterable[WebClient]) -> None:
        for client in clients:
            self._tasks.start(client.close())

    def _free_slot(self) -> None:
        if not self.line.grant(None):
            self._slots_taken -= 1

    def _make_client(self, connections: int) -> WebClient:
        return WebClient(
            self._context,
            http2=self._key.http2,
            forward_proxy=self._key.forward_proxy,
            connections=connections,
            idle_seconds=self._idle_seconds,
        )
