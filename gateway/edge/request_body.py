"""The body of a request while it arrives."""

import asyncio
from typing import Protocol

from gateway.edge.chunked_body import ChunkedDecoder, ChunksMalformed
from gateway.edge.request_head import RequestHead
from gateway.vocabulary.refusal import Blame, Refusal

# Kept by itself, a smaller piece would cost more memory than its bytes.
_PIECE_BYTES = 1024


class BodyTooLarge(Refusal):
    """The body exceeds what this caller may send."""

    status, code, kind, blame = 413, "body_too_large", "invalid_request_error", Blame.CALLER
    should_retry = False


class BodyTooSlow(Refusal):
    """The body stopped coming, or comes too slowly."""

    status, code, kind, blame = 408, "body_timeout", "invalid_request_error", Blame.CALLER


class BodyIncomplete(Refusal):
    """The body was cut short, or its chunks are malformed."""

    status, code, kind, blame = 400, "body_incomplete", "invalid_request_error", Blame.CALLER
    should_retry = False


class BodySource(Protocol):
    """Where the bytes of a body come from."""

    def invite_body(self) -> None:
        """Tell a caller who waits for `100 Continue` to send."""

    def pause_body(self) -> None:
        """Take no more bytes for now."""

    def resume_body(self) -> None:
        """Take bytes again."""


class RequestBody:
    """
    Gather a body for `read`, or hand it on in parts.

    Whoever reads whole names a limit and is never given more. Nobody reading,
    at most `ahead_bytes` are kept before the source is paused; a leaver is
    not noticed during that pause.
    """

    __slots__ = (
        "_ahead_bytes",
        "_decoder",
        "_invites",
        "_is_discarding",
        "_is_paused",
        "_left",
        "_limit_bytes",
        "_parts",
        "_source",
        "_unread",
        "_waiter",
        "fault",
        "is_complete",
        "received",
    )

    def __init__(self, source: BodySource, head: RequestHead, ahead_bytes: int) -> None:
        self._source = source
        self._ahead_bytes = ahead_bytes
        length = head.content_length
        self._decoder = ChunkedDecoder() if length is None else None
        self._left = length or 0
        self._invites = head.expects_continue
        self._parts: list[bytes | bytearray] = []
        self._unread = 0
        self._limit_bytes: int | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_discarding = False
        self._is_paused = False
        self.fault: Refusal | None = None
        self.received = 0
        self.is_complete = length == 0

    @property
    def is_expected(self) -> bool:
        """Whether the caller ought to be sending: it does not wait to be invited, nor are we paused."""
        return not (self.is_complete or self._invites or self._is_paused)

    async def read(self, limit_bytes: int) -> bytes:
        """
        Return the whole body; raise `BodyTooLarge`, `BodyTooSlow` or `BodyIncomplete`.

        A length announced above the limit is refused before the caller is
        told to continue.
        """
        self._limit_bytes = limit_bytes
        if self.received + self._left > limit_bytes:
            self.fail(_too_large(limit_bytes))
        if not self.is_complete and self.fault is None:
            self._ask()
        while not self.is_complete and self.fault is None:
            await self._wait()
        if self.fault is not None:
            raise self.fault
        return self._take()

    async def read_part(self) -> tuple[bytes, bool]:
        """Return what has come since the last time, at least something, and whether more follows."""
        if not (self._parts or self.is_complete or self.fault):
            self._ask()
        while not (self._parts or self.is_complete or self.fault):
            await self._wait()
        if self.fault is not None:
            raise self.fault
        part = self._take()
        if self._is_paused:
            self._ask()
        return part, not self.is_complete

    def feed(self, data: bytes) -> bytes:
        """Take in bytes from the caller and return those behind the body's end."""
        if self._invites:
            # The caller did not wait for the invitation (RFC 9110 10.1.1).
            self._invites = False
            self._source.resume_body()
        if self._decoder is not None:
            rest = self._feed_chunks(data)
        elif len(data) == self._left and not self._parts:
            # All of it at once, as small bodies mostly come; a reader's limit was held against the length.
            self.received += self._left
            self._left = 0
            self.is_complete = True
            if not self._is_discarding:
                self._parts.append(data)
            rest = b""
        else:
            rest = self._feed_counted(data)
        if self.is_complete and self._is_paused:
            self._ask()
        if self._waiter is not None and (self.is_complete or self._parts):
            self._wake()
        return rest

    def fail(self, fault: Refusal) -> None:
        """Let every reader fail with this; what still comes is thrown away."""
        if self.fault is None and (not self.is_complete or isinstance(fault, BodyTooLarge)):
            self.fault = fault
            self.discard()
            self._wake()

    def discard(self) -> None:
        """Throw away what came and what comes."""
        self._is_discarding = True
        self._parts.clear()

    def can_be_drained(self, most_bytes: int) -> bool:
        """Return whether the rest is known to come and to be small."""
        if self._decoder is not None or self._invites or isinstance(self.fault, BodyTooSlow):
            return self.is_complete
        return self._left <= most_bytes

    def _feed_counted(self, data: bytes) -> bytes:
        left = self._left
        size = len(data)
        if size <= left:
            self._left = left - size
            self._keep(data)
            rest = b""
        else:
            self._left = 0
            self._keep(data[:left])
            rest = data[left:]
        if not self._left:
            self.is_complete = True
        return rest

    def _feed_chunks(self, data: bytes) -> bytes:
        if self.fault is not None or self._decoder is None:
            return b""
        try:
            pieces, rest = self._decoder.feed(data)
        except ChunksMalformed:
            self.fail(BodyIncomplete("The chunked body is malformed; send it again, or with Content-Length."))
            return b""
        if pieces:
            self._keep(b"".join(pieces))
        self.is_complete = self._decoder.is_complete
        return rest

    def _keep(self, piece: bytes) -> None:
        self.received += len(piece)
        if self._is_discarding:
            return
        limit = self._limit_bytes
        if limit is None:
            self._unread += len(piece)
            if self._unread > self._ahead_bytes and (self._left or self._decoder is not None):
                self._pause()
        elif self.received > limit:
            self.fail(_too_large(limit))
            return
        if self._parts:
            self._store(piece)
        else:
            self._parts.append(piece)

    def _store(self, piece: bytes) -> None:
        parts = self._parts
        if len(piece) >= _PIECE_BYTES:
            parts.append(piece)
        elif isinstance(parts[-1], bytearray):
            parts[-1] += piece
        else:
            parts.append(bytearray(piece))

    def _pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            self._source.pause_body()

    def _ask(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._source.resume_body()
        if self._invites:
            self._invites = False
            self._source.invite_body()

    def _take(self) -> bytes:
        parts = self._parts
        self._unread = 0
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        return bytes(data)

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _too_large(limit_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The request body is larger than {limit_bytes} bytes; send a smaller one.")
