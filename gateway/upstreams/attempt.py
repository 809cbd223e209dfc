"""One try at one upstream, from the first byte sent to the last frame read."""

import asyncio
from collections.abc import Mapping, Sequence

from gateway.foundation.frames import let_go_of_frames
from gateway.foundation.last_tasks import LastTasks
from gateway.upstreams.kind import Diagnosis, Garbled, Kind, KindCall, Truncated
from gateway.upstreams.refusals import UpstreamBroke, UpstreamRefused, UpstreamTimedOut, refusal_of
from gateway.upstreams.target import Target
from gateway.upstreams.transport import ByteSink, TransportError, UpstreamReply
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameKind, FrameSink
from gateway.wire.sse import data_of

_LINGER_SECONDS = 1.0
_ERROR_BODY_SECONDS = 5.0
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA


class _NoReply:
    """What stands for a reply before it is here: nothing to read, nothing to close."""

    status = 0
    headers: Mapping[bytes, bytes] = {}

    async def read(self) -> bytes:
        """Return the end."""
        return b""

    async def pour(self, sink: ByteSink) -> bool:  # noqa: ARG002 - nothing comes
        """Hand over nothing, which is no answer."""
        return False

    def close(self) -> None:
        """Do nothing."""


class _NoSink:
    """What stands for a sink before frames are poured."""

    def take(self, frames: Sequence[Frame]) -> bool:
        """Let them fall."""
        return bool(frames)

    async def ready(self) -> bool:
        """Want nothing."""
        return False


_NO_REPLY = _NoReply()
_NO_SINK = _NoSink()


class LiveAnswer:
    """
    The frames of one upstream answer: the first of them awaited, the rest poured.

    Every failure comes out as a `Refusal`; an error that the upstream reports
    inside its stream is one too, so no ERROR frame ever leaves here.
    """

    __slots__ = (
        "_ended", "_failure", "_first", "_is_done", "_kind", "_reader",
        "_reply", "_sink", "_tasks", "target", "too_late",
    )  # fmt: skip

    def __init__(self, target: Target, kind: Kind, call: KindCall, tasks: LastTasks) -> None:
        self.target = target
        self.too_late = False
        self._kind = kind
        self._reader = call.reader
        self._reply: UpstreamReply = _NO_REPLY
        self._first: Sequence[Frame] = ()
        self._sink: FrameSink = _NO_SINK
        self._tasks = tasks
        self._ended = False
        self._is_done = False
        self._failure: UpstreamRefused | None = None

    async def open(self, reply: UpstreamReply) -> None:
        """Wait for the first frames of this reply, so that the answer has begun when this returns."""
        self._reply = reply
        if self.too_late:
            reply.close()
        frames: Sequence[Frame] = ()
        try:
            while not (frames or self._ended):
                data = await reply.read()
                frames = self._reader.feed(data) if data else self._finish()
            if frames:
                self._first = self._without_error(frames)
        except (TransportError, Truncated, Garbled) as error:
            self.close()
            raise self._refusal(error) from error
        except BaseException:
            self.close()
            raise
        if self._failure is not None:
            # The caller has nothing yet: another upstream may still do better.
            self.close()
            raise self._failure

    async def pour(self, sink: FrameSink) -> None:
        """Hand every frame to the sink; see `FrameSource.pour`."""
        self._sink = sink
        try:
            if self._first and not sink.take(self._first) and not await self.ready():
                return
            if not self._ended and await self._reply.pour(self):
                self._hand_on(self._finish())
        except (TransportError, Truncated, Garbled) as error:
            raise self._refusal(error) from error
        finally:
            # The sink's owner holds this answer: left so, only the garbage collector could free them.
            self._sink = _NO_SINK

    def take(self, data: bytes) -> bool:
        """Hand on the frames in these bytes; called while the answer is poured (`ByteSink`)."""
        frames = self._reader.feed(data)
        if frames and frames[-1].kind is _DELTA:
            return self._sink.take(frames)
        return self._hand_on(frames)

    async def ready(self) -> bool:
        """Return when the sink has room (`ByteSink`); raise an error that the upstream reported."""
        if not await self._sink.ready():
            return False
        if self._failure is not None:
            raise self._failure
        return True

    def close(self) -> None:
        """Cut the upstream off, or give its connection back when it was read to the end."""
        if self._ended:
            return
        if self._is_done:
            self._ended = True
            self._tasks.start(self._linger())
        else:
            self._reply.close()

    def ring(self) -> None:
        """End the wait for the first token: it took too long."""
        self.too_late = True
        self._reply.close()

    def _finish(self) -> Sequence[Frame]:
        self._ended = True
        self._reply.close()
        return self._reader.finish()

    def _hand_on(self, frames: Sequence[Frame]) -> bool:
        if not frames:
            return True
        frames = self._without_error(frames)
        return self._sink.take(frames) and self._failure is None

    def _refusal(self, error: TransportError | Truncated | Garbled) -> Refusal:
        name = self.target.upstream.name
        if isinstance(error, Truncated):
            return UpstreamBroke(f"The upstream {name!r} ended its answer half-way. Try again.")
        if isinstance(error, Garbled):
            return UpstreamBroke(f"The upstream {name!r} sent something that is no answer. Try again.")
        if self.too_late:
            return UpstreamTimedOut(
                f"The upstream {name!r} sent no first token in time. Try again, or ask for less."
            )
        return refusal_of(error, name)

    def _without_error(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        """Return the frames but for an error, which ends the answer as DONE and WHOLE do."""
        last = frames[-1]
        if last.kind is not FrameKind.ERROR:
            self._is_done = last.kind is FrameKind.DONE
            return frames
        self._failure = UpstreamRefused(self._diagnose(last))
        if len(frames) == 1:
            raise self._failure
        # What came before the error goes first.
        return frames[:-1]

    async def _linger(self) -> None:
        # The end of the body mostly follows [DONE] at once; with it read, the
        # connection can be used again.
        timer = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._reply.close)
        try:
            while await self._reply.read():
                pass
        except TransportError as error:
            let_go_of_frames(error)
        finally:
            timer.cancel()
            self._reply.close()

    def _diagnose(self, frame: Frame) -> Diagnosis:
        self._reply.close()
        body = data_of(frame.raw) if frame.raw.startswith(b"data:") else frame.raw
        return self._kind.diagnose(200, self._reply.headers, body, self.target)


async def read_bounded(reply: UpstreamReply, limit_bytes: int) -> bytes:
    """
    Return the body of a failed answer as far as the limit; a body that breaks off is what it is.

    The status is known already: nobody waits long for the words, which may not come.
    """
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS):
            while size < limit_bytes and (piece := await reply.read()):
                pieces.append(piece)
                size += len(piece)
    except (TransportError, TimeoutError) as error:
        let_go_of_frames(error)
    finally:
        reply.close()
    return b"".join(pieces)[:limit_bytes]
