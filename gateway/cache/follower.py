"""One who listens to a flight: a source of its frames, at its own pace."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from gateway.cache.recording import Recording
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameSink


class Shared(Protocol):
    """What one who listens sees of a flight."""

    recording: Recording
    is_over: bool
    failure: Exception | None

    def leave(self, follower: "Follower") -> None:
        """Let one go."""

    def moved(self) -> None:
        """Hear that someone has read."""


class Follower:
    """
    A cursor over the frames of a flight.

    While `pour` waits, what comes is handed to its sink in the same turn of
    the event loop, as a `BufferedReply` does it: no task wakes up for a token.
    """

    __slots__ = ("_flight", "_objection", "_sink", "_waiter", "failure", "position", "read_bytes")

    def __init__(self, flight: Shared) -> None:
        self.position = 0
        self.read_bytes = 0
        self.failure: Refusal | None = None
        self._flight = flight
        self._sink: FrameSink | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._objection: BaseException | None = None

    async def begun(self) -> None:
        """Return once the answer has begun; raise why it never will."""
        flight = self._flight
        while not flight.recording.end:
            if flight.is_over:
                self._raise_failure()
                return
            # As `_wait` does, without a coroutine more.
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    async def pour(self, sink: FrameSink) -> None:
        """Hand every frame to the sink; see `FrameSource.pour`."""
        while True:
            if self.failure is not None:
                raise self.failure
            if frames := self._unread():
                sink.take(frames)
                self._flight.moved()
            elif self._flight.is_over:
                self._raise_failure()
                return
            else:
                await self._flow_into(sink)
            if not await sink.ready():
                return

    def close(self) -> None:
        """Listen no more; never waits, may be repeated."""
        self._flight.leave(self)

    def offer(self, frames: Sequence[Frame], size_bytes: int) -> bool:
        """Hand on frames that came now; return whether the next ones can come the same way."""
        sink = self._sink
        if sink is not None:
            self.position += len(frames)
            self.read_bytes += size_bytes
            try:
                if sink.take(frames):
                    return True
            except BaseException as objection:  # noqa: BLE001 - raised again in `pour`, where it belongs
                self._objection = objection
            self._sink = None
        self.wake()
        return False

    def wake(self) -> None:
        """Look again."""
        self._sink = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _unread(self) -> list[Frame]:
        frames = self._flight.recording.since(self.position)
        self._advance(frames)
        return frames

    def _advance(self, frames: Sequence[Frame]) -> None:
        self.position += len(frames)
        for frame in frames:
            self.read_bytes += len(frame.raw)

    async def _flow_into(self, sink: FrameSink) -> None:
        self._sink = sink
        try:
            await self._wait()
        finally:
            self._sink = None
        if self._objection is not None:
            raise self._objection

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _raise_failure(self) -> None:
        failure = self._flight.failure
        if failure is not None:
            # Many raise it; none should see the others' way in its traceback.
            raise failure.with_traceback(None)
