"""One who listens to a flight: a source of its frames, at its own pace."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from gateway.cache.recording import Recording
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameSink


class Shared(Protocol):
    """What one who listens sees of a flight."""

    recording: Recording
    size_bytes: int
    is_over: bool
    failure: Exception | None

    @property
    def is_whole(self) -> bool:
        """Whether everything that came is still here."""

    def admit(self, follower: "Follower") -> None:
        """Let this one listen, who pays for nothing."""

    def leave(self, follower: "Follower") -> None:
        """Let one go."""

    def moved(self) -> None:
        """Hear that someone has read."""


class Follower(msgspec.Struct, eq=False):
    """
    A cursor over the frames of a flight.

    While `pour` waits, what comes is handed to its sink in the same turn of
    the event loop, as a `BufferedReply` does it: no task wakes up for a token.
    """

    _flight: Shared
    failure: Refusal | None = None
    _position: int = 0
    _read_bytes: int = 0
    _sink: FrameSink | None = None
    _waiter: asyncio.Future[None] | None = None
    _objection: BaseException | None = None

    @property
    def position(self) -> int:
        """The number of the frame that is read next; to whom they flow, nothing is unread."""
        return self._position if self._sink is None else self._flight.recording.end

    @property
    def read_bytes(self) -> int:
        """How many bytes were read."""
        return self._read_bytes if self._sink is None else self._flight.size_bytes

    async def begun(self) -> None:
        """Return once the answer has begun; raise why it never will."""
        flight = self._flight
        while not flight.size_bytes:
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

    def offer(self, frames: Sequence[Frame]) -> bool:
        """Hand on frames that came now; return whether the next ones can come the same way."""
        sink = self._sink
        if sink is not None:
            try:
                if sink.take(frames):
                    return True
            except BaseException as objection:  # noqa: BLE001 - raised again in `pour`, where it belongs
                self._objection = objection
        self.wake()
        return False

    def wake(self) -> None:
        """Look again."""
        if self._sink is not None:
            self._stop_flowing()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _unread(self) -> list[Frame]:
        frames = self._flight.recording.since(self._position)
        self._advance(frames)
        return frames

    def _advance(self, frames: Sequence[Frame]) -> None:
        self._position += len(frames)
        for frame in frames:
            self._read_bytes += len(frame.raw)

    def _stop_flowing(self) -> None:
        self._position, self._read_bytes = self.position, self.read_bytes
        self._sink = None

    async def _flow_into(self, sink: FrameSink) -> None:
        self._sink = sink
        try:
            await self._wait()
        finally:
            self._stop_flowing()
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
