"""
The caller's side of an exchange, as endpoints see it.

    begin -> (write)* -> end        a proper end
    begin -> (write)* -> abort      cut: no end of body is ever sent

The head waits for the first `write` or `end` and leaves in the same transport
write. Once the caller has left, `write` raises `CallerGone`, so that nobody
streams into nothing; `end` and `abort`, which an ending calls, do nothing.
"""

import asyncio
from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol

from gateway.edge.request_head import RequestHead
from gateway.edge.response_head import (
    DateLine,
    Framing,
    ResponseHead,
    choose_framing,
    prepare_head,
    render_head,
)


class CallerGone(ConnectionError):
    """The caller left before the answer was complete."""

    @classmethod
    def explains(cls, error: BaseException | None) -> bool:
        """Return whether this is behind an error, as it is behind Starlette's `ClientDisconnect`."""
        while error is not None and not isinstance(error, cls):
            error = error.__cause__ or error.__context__
        return error is not None


class Line(Protocol):
    """What a reply needs of the connection under it."""

    @property
    def is_congested(self) -> bool:
        """Whether more than the write buffer is unsent."""

    def may_keep_alive(self) -> bool:
        """Return whether the connection can serve another request after this one."""

    def send(self, data: bytes) -> None:
        """Write to the caller without waiting."""

    def finish(self, *, keep_alive: bool) -> None:
        """Take note that the answer is complete."""

    def cut(self, *, hard: bool) -> None:
        """Close without a proper end; a hard cut is a reset."""


class _Phase(IntEnum):
    WAITING = 0
    BEGUN = 1
    SENDING = 2
    OVER = 3


# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_WAITING, _BEGUN, _SENDING, _OVER = _Phase
_LENGTH, _CHUNKED, _UNTIL_CLOSE, _NO_BODY = Framing


class CallerReply:
    """Answer one request; implements `gateway.vocabulary.arrival.Reply`."""

    __slots__ = (
        "_date",
        "_drained",
        "_framing",
        "_head",
        "_is_head_request",
        "_is_http_1_0",
        "_keep_alive",
        "_left",
        "_line",
        "_phase",
        "is_gone",
    )

    def __init__(self, line: Line, request: RequestHead, date: DateLine) -> None:
        self._line = line
        self._date = date
        self._is_head_request = request.method == "HEAD"
        self._is_http_1_0 = request.is_http_1_0
        self._phase = _WAITING
        self._head: ResponseHead | None = None
        self._framing = _CHUNKED
        self._left = 0
        self._keep_alive = False
        self._drained: asyncio.Future[None] | None = None
        self.is_gone = False

    @property
    def has_sent(self) -> bool:
        """Whether any byte of the answer was written."""
        return self._phase >= _SENDING

    @property
    def is_over(self) -> bool:
        """Whether the answer has ended or was cut."""
        return self._phase is _OVER

    def begin(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Fix status and fields; `ValueError` for CR, LF or NUL in one. Nothing is sent yet."""
        if self._phase is not _WAITING:
            if self.is_gone:
                return
            raise RuntimeError("the reply was begun before")
        self._head = prepare_head(status, headers)
        self._phase = _BEGUN

    async def write(self, data: bytes) -> None:
        """Send at once; wait while more than the write buffer is unsent. Raises `CallerGone`."""
        if self.is_gone:
            raise CallerGone("the caller left")
        framed = self._frame(data)
        if framed:
            self._line.send(framed)
        if self._line.is_congested:
            await self._wait_until_drained()

    def send_now(self, data: bytes) -> bool:
        """Send unless the caller left or more than the write buffer is unsent; return whether it was sent."""
        line = self._line
        if self.is_gone or line.is_congested:
            return False
        if self._framing is _CHUNKED and self._phase is _SENDING and data:
            # A token, as nearly always.
            line.send(b"%x\r\n%b\r\n" % (len(data), data))
        elif framed := self._frame(data):
            line.send(framed)
        return True

    def end(self, data: bytes = b"") -> None:
        """Send the rest and the proper end of the body in one write."""
        if self.is_gone:
            return
        framed = self._frame(data)
        if self._framing is _CHUNKED:
            framed += b"0\r\n\r\n"
        elif self._framing is _LENGTH and self._left:
            self.abort()
            raise RuntimeError("the body is shorter than its content-length")
        self._phase = _OVER
        if framed:
            self._line.send(framed)
        self._line.finish(keep_alive=self._keep_alive)

    def abort(self) -> None:
        """
        Cut the connection: what was written may still arrive, an end never does.

        A body that only the close delimits (HTTP/1.0) is cut with a reset,
        because a plain close would be its proper end.
        """
        if self._phase is not _OVER:
            hard = self._phase is _SENDING and self._framing is _UNTIL_CLOSE
            self._phase = _OVER
            self._line.cut(hard=hard)

    def leave(self) -> None:
        """Take note that the caller left; called by the connection."""
        self.is_gone = True
        self._phase = _OVER
        if self._drained is not None and not self._drained.done():
            self._drained.set_exception(CallerGone("the caller left"))

    def resume(self) -> None:
        """Let a waiting `write` go on; called by the connection."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def _frame(self, data: bytes) -> bytes:
        """Return what goes over the wire for this piece, with the head if that is still to be sent."""
        opening = b""
        if self._phase is not _SENDING:
            opening = self._open()
        framing = self._framing
        if framing is _CHUNKED:
            return b"%b%x\r\n%b\r\n" % (opening, len(data), data) if data else opening
        if framing is _NO_BODY:
            return opening
        if framing is _LENGTH:
            self._left -= len(data)
            if self._left < 0:
                self.abort()
                raise RuntimeError("the body is longer than its content-length")
        return opening + data if opening else data

    def _open(self) -> bytes:
        head = self._head
        if head is None or self._phase is not _BEGUN:
            raise RuntimeError("the reply has not begun, or is over")
        self._phase = _SENDING
        is_1_0 = self._is_http_1_0
        framing = choose_framing(head, is_head_request=self._is_head_request, is_http_1_0=is_1_0)
        self._framing = framing
        self._left = head.content_length or 0
        self._keep_alive = (
            framing is not _UNTIL_CLOSE and not head.wants_close and self._line.may_keep_alive()
        )
        return render_head(
            head,
            framing,
            keep_alive=self._keep_alive,
            is_http_1_0=is_1_0,
            date_line=self._date.render(),
        )

    async def _wait_until_drained(self) -> None:
        self._drained = asyncio.get_running_loop().create_future()
        try:
            await self._drained
        finally:
            self._drained = None
