"""A connection over TLS: a protocol to the transport below it, a transport to the protocol above it."""

import asyncio
import ssl
from typing import Any

from gateway.edge.tls.session import TlsSession


class TlsLine(asyncio.Protocol):
    """
    Encrypt what the connection above says, and hand it what its caller says.

    Everything is encrypted at once and kept by the transport below alone, so
    that what a caller has not taken is known as exactly as without TLS; the
    event loops' own TLS hides what lies in their sockets' buffers, cannot
    close one half, and does not tell a server of a running handshake.
    """

    def __init__(self, transport: asyncio.Transport, session: TlsSession, above: asyncio.Protocol) -> None:
        self._transport = transport
        self._session = session
        self._above = above
        self._loop = asyncio.get_running_loop()
        self._is_paused = False
        self._is_closing = False
        self._says_nothing_more = False

    # -- what the transport below calls

    def data_received(self, data: bytes) -> None:
        """Take in bytes of the line."""
        self._session.feed(data)
        self.deliver()

    def eof_received(self) -> bool:
        """Tell the connection above that its caller stops sending; goodbye or not, that is leaving."""
        self.deliver()
        return False if self._is_closing else bool(self._above.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._is_closing = True
        above, self._above = self._above, asyncio.Protocol()
        above.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hold back the connection above."""
        self._above.pause_writing()

    def resume_writing(self) -> None:
        """Let the connection above go on."""
        self._above.resume_writing()

    def deliver(self) -> None:
        """Hand on what can be read, until the connection above wants no more."""
        try:
            while not self._is_paused and not self._is_closing:
                plain = self._session.read()
                if plain is None:
                    break
                if not plain:
                    self._hear_goodbye()
                    return
                self._above.data_received(plain)
        except ssl.SSLError:
            self.abort()
            return
        # The session has words of its own, such as new keys that were asked for.
        if (own := self._session.take()) and not self._is_closing:
            self._transport.write(own)

    # -- what the connection above calls

    def write(self, data: bytes) -> None:
        """Send without waiting."""
        if self._is_closing or self._says_nothing_more:
            return
        try:
            self._transport.write(self._session.encrypt(data))
        except ssl.SSLError:
            self.abort()

    def can_write_eof(self) -> bool:
        """Return True: TLS has a word for it."""
        return True

    def write_eof(self) -> None:
        """Say that nothing follows, and go on reading."""
        self._say_goodbye()
        self._transport.write_eof()

    def is_closing(self) -> bool:
        """Return whether it is closed, or will be once everything is sent."""
        return self._is_closing or self._transport.is_closing()

    def close(self) -> None:
        """Close after what was written, with a goodbye: what was said is all there was."""
        if not self._is_closing:
            self._say_goodbye()
            self._is_closing = True
        self._transport.close()

    def abort(self) -> None:
        """Close now and without a goodbye, which no caller can take for an end."""
        self._is_closing = True
        self._transport.abort()

    def pause_reading(self) -> None:
        """Hand nothing on."""
        self._is_paused = True
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Hand on again, first what is here already."""
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
            self._loop.call_soon(self.deliver)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set how much may be unsent before writers are held back."""
        self._transport.set_write_buffer_limits(high=high, low=low)

    def get_write_buffer_size(self) -> int:
        """Return how much is unsent, as it goes over the line."""
        return self._transport.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the session or of the transport below."""
        if name == "ssl_object":
            return self._session.ssl_object
        if name == "sslcontext":
            return self._session.ssl_object.context
        return self._transport.get_extra_info(name, default)

    def _say_goodbye(self) -> None:
        if not self._says_nothing_more and not self._transport.is_closing():
            self._says_nothing_more = True
            self._transport.write(self._session.say_goodbye())

    def _hear_goodbye(self) -> None:
        if not self._above.eof_received():
            self.close()
