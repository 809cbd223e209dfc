"""
One connection to an upstream, and the one answer that runs over it.

States, told by `_reply`: idle (None), or exchanging. An exchange ends in
`_settle` and nowhere else: the answer became whole, the connection or the
upstream failed, a deadline passed, or the reader left. After it the keeper
hears whether the connection may serve again; a byte or an end that comes
while idle kills it.
"""

import asyncio
import ssl
from typing import Protocol, cast

from gateway.upstreams.buffered_reply import UNREAD_LIMIT_BYTES, BufferedReply
from gateway.upstreams.http1.answer_parser import AnswerParser
from gateway.upstreams.http1.deadline import Deadline
from gateway.upstreams.target import Patience
from gateway.upstreams.transport import InvalidAnswer, TransportBroke, TransportError, TransportTimedOut

SLICE_BYTES = 64 * 1024


class Keeper(Protocol):
    """Who lends connections out."""

    def settle(self, connection: "Connection") -> None:
        """Take back a connection whose exchange is over."""

    def forget(self, connection: "Connection") -> None:
        """Hear that a connection is gone."""


class Connection(asyncio.Protocol):
    """A connection that carries one exchange after another."""

    # Set by `connection_made`, before anyone is given this connection.
    _transport: asyncio.Transport

    def __init__(self, keeper: Keeper, loop: asyncio.AbstractEventLoop) -> None:
        self.exchanges = 0
        self.made_at = loop.time()
        # Once it is idle, its keeper says for how long it may be lent again.
        self.stale_at = 0.0
        self.is_reusable = True
        self._keeper = keeper
        self._loop = loop
        self._parser = AnswerParser()
        self._deadline = Deadline(loop, self._run_out_of_time)
        self._reply: BufferedReply | None = None
        self._is_uploading = False
        self._is_writing_paused = False
        self._is_reading_paused = False
        self._write_turn: asyncio.Future[None] | None = None

    @property
    def is_usable(self) -> bool:
        """Whether a new exchange may begin here."""
        return self.is_reusable and not self._transport.is_closing()

    def begin(self, patience: Patience, total_at: float) -> BufferedReply:
        """Begin an exchange: expect an answer to what is written next."""
        reply = self._reply = BufferedReply(self)
        self.exchanges += 1
        self._parser.begin(reply.pieces)
        self._deadline.expect_head(patience, total_at)
        return reply

    def write(self, request: bytes) -> None:
        """Send a request at once; for small ones."""
        self._transport.write(request)

    async def upload(self, head: bytes, body: bytes, reply: BufferedReply) -> None:
        """
        Send a large request as fast as the upstream reads it.

        An answer that comes early is an answer: the rest is not sent, and the
        connection, on which the upstream still expects it, not reused.
        """
        self._is_uploading = True
        self._transport.write(head)
        view = memoryview(body)
        for start in range(0, len(body), SLICE_BYTES):
            while self._is_writing_paused and self._reply is reply and not reply.status:
                await self._writable()
            # A transport that failed says so only in the next turn of the loop.
            if self._reply is not reply or reply.status or self._transport.is_closing():
                return
            self._transport.write(view[start : start + SLICE_BYTES])
        self._is_uploading = False

    def abort(self) -> None:
        """Cut the connection now."""
        self.is_reusable = False
        self._transport.abort()

    # What the reply asks for (`Feeder`).

    def drained(self) -> None:
        """Read on: the reader has caught up."""
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._deadline.expect_body()
            self._transport.resume_reading()

    def cut(self) -> None:
        """End the exchange because its reader left."""
        if self._reply is not None:
            self._break(self._reply, "the answer was cut off by the gateway")

    # What the event loop calls.

    @property
    def certificate_expires_at(self) -> float | None:
        """When the certificate expires that the upstream showed, in Unix time; None without TLS."""
        shown = self._transport.get_extra_info("peercert")
        return ssl.cert_time_to_seconds(shown["notAfter"]) if shown else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop once TCP and TLS stand."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=SLICE_BYTES)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with what the upstream sent."""
        reply = self._reply
        if reply is None:
            self.abort()
            return
        parser = self._parser
        try:
            parser.feed(data)
        except InvalidAnswer as error:
            self._settle(reply, error)
            return
        head = parser.head
        if head is None:
            return
        is_beginning = not reply.status
        if is_beginning:
            reply.begin(head.status, head.headers)
            if self._write_turn is not None:
                self._wake_writer()
        if parser.complete:
            self._settle(reply, None)
            return
        if parser.body_bytes - reply.taken_bytes > UNREAD_LIMIT_BYTES:
            self._pause_reading()
        elif is_beginning:
            self._deadline.expect_body()
        else:
            self._deadline.heard_at = self._loop.time()
        reply.wake()

    def eof_received(self) -> None:
        """Called by the event loop when the upstream will send no more."""
        reply = self._reply
        if reply is None:
            self.abort()
        elif self._parser.ends_here() and _is_meant(self._transport):
            self._settle(reply, None)
        else:
            self._break(reply, "the connection ended before the answer did")

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the connection is gone."""
        self.is_reusable = False
        if self._reply is not None:
            self._break(self._reply, "the connection was lost before the answer was whole", exc)
        self._deadline.close()
        self._parser.close()
        self._keeper.forget(self)

    def pause_writing(self) -> None:
        """Called by the event loop when the upstream reads too slowly."""
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        """Called by the event loop when more may be written."""
        self._is_writing_paused = False
        self._wake_writer()

    async def _writable(self) -> None:
        self._write_turn = self._loop.create_future()
        try:
            await self._write_turn
        finally:
            self._write_turn = None

    def _wake_writer(self) -> None:
        turn = self._write_turn
        if turn is not None and not turn.done():
            turn.set_result(None)

    def _pause_reading(self) -> None:
        # The upstream's silence is our doing from here on.
        self._deadline.expect_nothing()
        if not self._is_reading_paused:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def _settle(self, reply: BufferedReply, error: TransportError | None) -> None:
        self._reply = None
        self._deadline.end()
        transport = self._transport
        self.is_reusable = (
            error is None
            and self._parser.is_clean
            and not (self._is_uploading or transport.is_closing() or transport.get_write_buffer_size())
        )
        if not self.is_reusable:
            transport.abort()
        elif self._is_reading_paused:
            # An idle connection has to hear when the upstream closes it.
            transport.resume_reading()
        self._is_reading_paused = False
        if self._write_turn is not None:
            self._wake_writer()
        reply.finish(error)
        self._keeper.settle(self)

    def _break(self, reply: BufferedReply, what: str, cause: Exception | None = None) -> None:
        error = TransportBroke(what, answered=self._parser.raw_bytes > 0)
        error.__cause__ = cause
        self._settle(reply, error)

    def _run_out_of_time(self, phase: str) -> None:
        if self._reply is not None:
            answered = self._parser.raw_bytes > 0
            message = f"the upstream took too long ({phase})"
            self._settle(self._reply, TransportTimedOut(message, phase=phase, answered=answered))


def _is_meant(transport: asyncio.Transport) -> bool:
    # In TLS only close_notify is an end; without it, anyone on the way may
    # have cut the connection. asyncio, unlike uvloop, reports both alike.
    secured: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    if secured is None:
        return True
    try:
        return not secured.read(1)
    except ssl.SSLZeroReturnError:
        return True
    except ssl.SSLError:
        return False
