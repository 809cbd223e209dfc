"""
The line to one caller: opened, held within bounds of time, and closed in one of four ways.

    close           after what was written, if the caller takes it
    close_gently    the same, but first hear out a caller who is still sending
    abort           now
    reset           now, and so that the caller cannot take it for an end
"""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from enum import Enum
from typing import Any

from uvicorn.server import ServerState

from gateway.edge.door_limits import DoorLimits
from gateway.edge.http_scope import Peers, name_end
from gateway.edge.outlet import Outlet
from gateway.foundation.alarm import Alarm


class Phase(Enum):
    """What a connection is about."""

    FIRST = "waiting for the first byte"
    SHAKING = "a TLS handshake is under way"
    IDLE = "waiting for another request"
    HEAD = "a head is arriving"
    SERVING = "an exchange runs"
    DRAINING = "the rest of an answered request is thrown away"
    LINGERING = "everything was said; the caller may still be sending"
    CLOSED = "closing or closed"


class CallerLine(asyncio.Protocol):
    """
    The transport's side of a connection; what is said on it is its subclass's.

    `send` writes to the caller without waiting: the transport's own method,
    because it is called for every token. `is_congested` says whether more than
    the write buffer is unsent.
    """

    send: Callable[[bytes], None]

    def __init__(
        self, server_state: ServerState, loop: asyncio.AbstractEventLoop, limits: DoorLimits
    ) -> None:
        self._server_state = server_state
        self._loop = loop
        self._limits = limits
        self._phase = Phase.FIRST
        self._peers = Peers("http", None, None)
        self._transport: Any = None
        self.is_congested = False
        self._alarm = Alarm(loop, self._run_out_of_patience)
        self._outlet = Outlet(loop, limits, self._leave)
        self._lingered_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: the caller has a bounded time to say something."""
        self._transport = transport
        self.send = self._transport.write
        self._outlet.open(transport)
        self._server_state.connections.add(self)  # type: ignore[arg-type] # uvicorn names its own classes
        self._peers = Peers(
            scheme="https" if transport.get_extra_info("sslcontext") else "http",
            server=name_end(transport.get_extra_info("sockname")),
            client=name_end(transport.get_extra_info("peername")),
        )
        self._alarm.set(self._limits.first_byte_seconds)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Let go of everything."""
        self._server_state.connections.discard(self)
        self._leave()
        self._alarm.cancel()
        self._outlet.shut()

    def eof_received(self) -> bool:
        """Take a caller who stops sending for one who left."""
        self._leave() if self._phase is Phase.SERVING else self._close()
        return False

    def pause_writing(self) -> None:
        """Hold writers back until the caller has read."""
        self.is_congested = True
        self._outlet.watch()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self.is_congested = False
        self._outlet.unwatch()

    @abstractmethod
    def _leave(self) -> None:
        """End everything, because the caller left or the line is lost."""

    @abstractmethod
    def _run_out_of_patience(self) -> None:
        """Act on a deadline that has passed."""

    def _linger(self, data: bytes) -> None:
        """Throw away what a refused caller still sends, up to a bound."""
        self._lingered_bytes += len(data)
        if self._lingered_bytes > self._limits.linger_bytes:
            self._abort()

    def _close_gently(self) -> None:
        """
        Close so that a caller who is still sending can read what was said.

        A plain close would reset its connection and destroy the answer on its way.
        """
        if self._outlet.half_close():
            self._phase = Phase.LINGERING
            self._transport.resume_reading()
            self._alarm.set(self._limits.linger_seconds)
        else:
            self._close()

    def _close(self) -> None:
        self._phase = Phase.CLOSED
        self._alarm.clear()
        self._outlet.close()

    def _abort(self) -> None:
        self._phase = Phase.CLOSED
        self._alarm.clear()
        self._outlet.abort()

    def _reset(self) -> None:
        self._phase = Phase.CLOSED
        self._alarm.clear()
        self._outlet.reset()
