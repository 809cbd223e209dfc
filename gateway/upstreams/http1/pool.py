"""
The connections to one origin, under one upstream's name.

A slot is the right to hold a connection; there are `upstream.connections` of
them. Whoever acquires holds a slot until the connection settles or could not
be made, and then the slot, with the connection if that may serve again, goes
to the one who waits longest. Idle connections are used last in, first out, so
that the rest of them grow old and are closed.
"""

import asyncio
import ssl
from dataclasses import dataclass

from gateway.upstreams.http1.connection import Connection
from gateway.upstreams.http1.dial import dial
from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import ConnectFailed
from gateway.upstreams.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """
    How long connections are kept.

    Idle ones are closed before the servers do it (uvicorn's 5 seconds are
    caught by the one retry); old ones, so that a change of DNS is noticed.
    """

    idle_seconds: float = 15.0
    age_seconds: float = 300.0


class Pool:
    """Lend connections, one exchange each."""

    def __init__(self, upstream: Upstream, context: ssl.SSLContext | None, lifetimes: Lifetimes) -> None:
        self._upstream = upstream
        self._context = context
        self._lifetimes = lifetimes
        self._loop = asyncio.get_running_loop()
        self._line: WaitingLine[Connection | None] = WaitingLine(self._pass_on)
        self._slots_taken = 0
        self._idle: list[Connection] = []
        self._connections: set[Connection] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self.certificate_expires_at: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody holds, keeps or waits for a connection."""
        return not self._slots_taken and not self._line

    def take(self, upstream: Upstream) -> Connection | None:
        """Return an idle connection, if there is one; never waits."""
        if upstream is not self._upstream or self._closed:
            self._obey(upstream)
        return self._take_idle() if self._idle else None

    async def wait(self, upstream: Upstream) -> Connection:
        """Return a connection as soon as one is made or free; raise `TransportError`."""
        connection = await self._wait_for_slot(upstream)
        if connection is not None and connection.is_usable:
            return connection
        return await self._dial(upstream)

    async def wait_for_fresh(self, upstream: Upstream) -> Connection:
        """Return a connection that has served nobody yet; raise `TransportError`."""
        self._obey(upstream)
        connection = self._take_idle() or await self._wait_for_slot(upstream)
        if connection is not None:
            connection.abort()
        return await self._dial(upstream)

    def settle(self, connection: Connection) -> None:
        """Take back a connection whose exchange is over, to be lent again if it may."""
        now = self._loop.time()
        too_old_at = connection.made_at + self._lifetimes.age_seconds
        within = self._slots_taken <= self._upstream.connections
        if connection.is_reusable and now < too_old_at and within and not self._closed:
            connection.stale_at = min(now + self._lifetimes.idle_seconds, too_old_at)
            if not self._line.grant(connection):
                self._keep(connection)
        else:
            connection.abort()
            self._pass_on(None)

    def forget(self, connection: Connection) -> None:
        """Hear that a connection is gone."""
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
            self._slots_taken -= 1

    def close(self) -> None:
        """Cut every connection and send everyone in the line away."""
        self._closed = True
        self._line.send_away(ConnectFailed("the transport is closed"))
        for connection in tuple(self._connections):
            connection.cut()
            connection.abort()
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def _wait_for_slot(self, upstream: Upstream) -> Connection | None:
        if self._slots_taken < upstream.connections:
            self._slots_taken += 1
            return None
        return await self._line.wait(upstream)

    def _obey(self, upstream: Upstream) -> None:
        if self._closed:
            raise ConnectFailed("the transport is closed")
        if upstream is not self._upstream:
            # A policy reload may allow more: those in the line have it first.
            self._upstream = upstream
            while self._slots_taken < upstream.connections and self._line.grant(None):
                self._slots_taken += 1

    async def _dial(self, upstream: Upstream) -> Connection:
        try:
            connection = await dial(upstream, self._context, lambda: Connection(self, self._loop))
        except BaseException:
            self._pass_on(None)
            raise
        if self._closed:
            connection.abort()
            self._pass_on(None)
            raise ConnectFailed("the transport is closed")
        self._connections.add(connection)
        if self._context is not None:
            self.certificate_expires_at = connection.certificate_expires_at
        return connection

    def _take_idle(self) -> Connection | None:
        now = self._loop.time()
        while self._idle:
            connection = self._idle.pop()
            if now < connection.stale_at and connection.is_usable:
                return connection
            connection.abort()
            self._slots_taken -= 1
        return None

    def _pass_on(self, connection: Connection | None) -> None:
        if self._slots_taken <= self._upstream.connections and self._line.grant(connection):
            return
        if connection is None or not connection.is_usable:
            self._slots_taken -= 1
        else:
            self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(self._lifetimes.idle_seconds, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        now = self._loop.time()
        for connection in [one for one in self._idle if one.stale_at <= now]:
            self._idle.remove(connection)
            self._slots_taken -= 1
            connection.abort()
        if self._idle:
            self._sweeper = self._loop.call_at(max(self._idle[0].stale_at, now + 0.01), self._sweep)
