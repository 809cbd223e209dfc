"""An answer between the connection that fills it and the exchange that reads it."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from gateway.upstreams.transport import ByteSink, TransportError

# A reader this far behind makes the connection stop reading.
UNREAD_LIMIT_BYTES = 64 * 1024

_NO_HEADERS: Mapping[bytes, bytes] = {}


class Feeder(Protocol):
    """Who fills a reply."""

    def drained(self) -> None:
        """Hear that the reader has taken everything that was there."""

    def cut(self) -> None:
        """Hear that the reader left before the end; ends in `finish`."""


class _Nobody:
    """Who feeds a reply that is at its end."""

    def drained(self) -> None:
        """Have nothing more to give."""

    def cut(self) -> None:
        """Be over already."""


_NOBODY = _Nobody()


class BufferedReply:
    """
    Pieces go in on one side and are read, joined, on the other.

    One reader at a time. What arrived before a failure is read before the
    failure is raised. A status of 0 means that the head is not here yet.

    While `pour` waits, what arrives goes to its sink within `wake`, in the
    same turn of the event loop: for a token on its way to a caller no task
    has to wake up.
    """

    __slots__ = (
        "_ended", "_error", "_feeder", "_objection", "_sink", "_waiter",
        "headers", "pieces", "status", "taken_bytes",
    )  # fmt: skip

    def __init__(self, feeder: Feeder) -> None:
        self.status = 0
        self.headers = _NO_HEADERS
        self.pieces: list[bytes] = []
        self.taken_bytes = 0
        self._feeder: Feeder = feeder
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._error: TransportError | None = None
        self._sink: ByteSink | None = None
        self._objection: BaseException | None = None

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
        return self._take()

    async def pour(self, sink: ByteSink) -> bool:
        """Hand the rest to the sink as it comes; see `UpstreamReply.pour`."""
        while True:
            if self.pieces:
                sink.take(self._take())
            elif self._ended:
                if self._error is not None:
                    raise self._error
                return True
            else:
                await self._flow_into(sink)
            if not await sink.ready():
                return False

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
        # It knows this reply: left so, only the garbage collector could free them.
        self._feeder = _NOBODY
        self.wake()

    def wake(self) -> None:
        """Hand on what came: to the sink that is waiting for it, or to the reader, who looks again."""
        sink = self._sink
        if sink is not None and self.pieces:
            try:
                wants_more = sink.take(self._take())
            except BaseException as objection:  # noqa: BLE001 - raised again in `pour`, where it belongs
                self._objection = objection
            else:
                if wants_more and not self._ended:
                    return
            self._sink = None
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    async def _flow_into(self, sink: ByteSink) -> None:
        """Return when the flow stands still: at the end, by the sink's wish, or by its objection."""
        self._sink = sink
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._sink = None
        if self._objection is not None:
            raise self._objection

    def _take(self) -> bytes:
        pieces = self.pieces
        if len(pieces) == 1:
            data = pieces.pop()
        else:
            data = b"".join(pieces)
            pieces.clear()
        self.taken_bytes += len(data)
        if not self._ended:
            self._feeder.drained()
        return data
