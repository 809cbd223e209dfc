"""An answer between the connection that fills it and the exchange that reads it."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from gateway.upstreams.transport import TransportError

# A reader this far behind makes the connection stop reading.
UNREAD_LIMIT_BYTES = 64 * 1024

_NO_HEADERS: Mapping[bytes, bytes] = {}


class Feeder(Protocol):
    """Who fills a reply."""

    def drained(self) -> None:
        """Hear that the reader has taken everything that was there."""

    def cut(self) -> None:
        """Hear that the reader left before the end; ends in `finish`."""


class BufferedReply:
    """
    Pieces go in on one side and are read, joined, on the other.

    One reader at a time. What arrived before a failure is read before the
    failure is raised. A status of 0 means that the head is not here yet.
    """

    __slots__ = ("_ended", "_error", "_feeder", "_waiter", "headers", "pieces", "status", "taken_bytes")

    def __init__(self, feeder: Feeder) -> None:
        self.status = 0
        self.headers = _NO_HEADERS
        self.pieces: list[bytes] = []
        self.taken_bytes = 0
        self._feeder = feeder
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._error: TransportError | None = None

    async def wait_for_head(self) -> None:
        """Return when the head is here, or raise why it will never be."""
        while not self.status:
            if self._error is not None:
                raise self._error
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    async def read(self) -> bytes:
        """Return everything that is here; wait only if that is nothing; b"" at the proper end."""
        pieces = self.pieces
        while not pieces:
            if self._ended:
                if self._error is not None:
                    raise self._error
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.taken_bytes += len(data)
        if not self._ended:
            self._feeder.drained()
        return data

    def close(self) -> None:
        """Cut the answer off unless it is already whole; never waits, may be repeated."""
        if not self._ended:
            self._feeder.cut()

    def begin(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """Take in the head."""
        self.status = status
        self.headers = headers

    def finish(self, error: TransportError | None) -> None:
        """Take in the end, a proper one or why it is none; the first one counts."""
        if self._ended:
            return
        self._ended = True
        self._error = error
        self.wake()

    def wake(self) -> None:
        """Let the reader look again."""
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)
