r"""
The first moments of a connection at a door that speaks TLS.

    FIRST --handshake record--> SHAKING --whole--> a `Connection` over a `TlsLine`
      |                            \-- refused, given up, too slow --> CLOSED
      \-- anything else: told in plain HTTP to speak TLS --> LINGERING --> CLOSED

The server knows of the connection from its first moment, so that a stop waits
for a handshake that runs as it does for a first request.
"""

import asyncio
import ssl
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.server import ServerState

from gateway.edge.caller_line import CallerLine, Phase
from gateway.edge.connection import Connection
from gateway.edge.door_answers import render_answer
from gateway.edge.refusals import TlsRequired
from gateway.edge.tls.entrance import DONE, GIVEN_UP, PLAIN_HTTP, SLOW, Entrance, result_of
from gateway.edge.tls.line import TlsLine
from gateway.edge.tls.session import TlsSession

_HANDSHAKE_RECORD = 0x16
_SPEAK_TLS = TlsRequired("This port speaks TLS. Write https:// in place of http:// in the base URL.")


class Doorstep(CallerLine):
    """
    Shake hands with one caller, then leave the connection to its `Connection`.

    Given to uvicorn as `Config(http=...)`; `doorstep_class` makes one.
    """

    connection: ClassVar[type[Connection]]
    entrance: ClassVar[Entrance]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(server_state, _loop or asyncio.get_running_loop(), self.connection.limits)
        self._arguments = (config, server_state, app_state, self._loop)
        self._session: TlsSession | None = None
        self._is_stopping = False

    # -- what the transport and uvicorn call

    def data_received(self, data: bytes) -> None:
        """Take in bytes, whatever they belong to."""
        if self._phase is Phase.FIRST:
            self._begin(data)
        elif self._session is not None:
            self._shake(self._session, data)
        elif self._phase is Phase.LINGERING:
            self._linger(data)

    def eof_received(self) -> bool:
        """Close; a caller who gives up in mid-handshake is counted."""
        if self._phase is Phase.SHAKING:
            self._fail(GIVEN_UP)
        return super().eof_received()

    def shutdown(self) -> None:
        """Let who is about to come in ask once, but not wait long for that; close on everyone else."""
        self._is_stopping = True
        if self._phase in (Phase.FIRST, Phase.SHAKING):
            self._alarm.set(self._limits.last_call_seconds)
        else:
            self._close()

    # -- the handshake

    def _begin(self, data: bytes) -> None:
        if data[0] != _HANDSHAKE_RECORD:
            self._refuse_plain()
            return
        self._phase = Phase.SHAKING
        self._session = TlsSession(self.entrance.context)
        if not self._is_stopping:
            self._alarm.set(self._limits.handshake_seconds)
        self._shake(self._session, data)

    def _shake(self, session: TlsSession, data: bytes) -> None:
        session.feed(data)
        try:
            is_done = session.shake_hands()
        except ssl.SSLError as error:
            # The alert says why, to whoever looks at the other end.
            self.send(session.take())
            self._fail(result_of(error))
            self._close_gently()
            return
        if answer := session.take():
            self.send(answer)
        if is_done:
            self._let_in(session)

    def _let_in(self, session: TlsSession) -> None:
        self.entrance.count(DONE)
        self._step_aside()
        connection = self.connection(*self._arguments)
        line = TlsLine(self._transport, session, connection)
        self._transport.set_protocol(line)
        connection.connection_made(line)  # type: ignore[arg-type] # a transport by what it can do
        if self._is_stopping:
            connection.shutdown()
        line.deliver()

    # -- endings

    def _refuse_plain(self) -> None:
        self._fail(PLAIN_HTTP)
        self.send(render_answer(_SPEAK_TLS, self.connection.date.render()))
        self._close_gently()

    def _fail(self, result: str) -> None:
        self._session = None
        self.entrance.count(result)

    def _leave(self) -> None:
        """Count who was lost in mid-handshake."""
        if self._phase is Phase.SHAKING:
            self._fail(GIVEN_UP)
            self._abort()

    def _run_out_of_patience(self) -> None:
        if self._phase is Phase.SHAKING:
            self._fail(SLOW)
        self._abort()

    def _step_aside(self) -> None:
        self._phase = Phase.CLOSED
        self._session = None
        self._server_state.connections.discard(self)
        self._alarm.cancel()
        self._outlet.shut()


def doorstep_class(connection: type[Connection], entrance: Entrance) -> type[Doorstep]:
    """Return the protocol class for uvicorn's `Config(http=...)`, with this connection behind it."""
    return type("Doorstep", (Doorstep,), {"connection": connection, "entrance": entrance})
