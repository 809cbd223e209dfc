"""One try at one upstream, from the first byte sent to the last frame read."""

import asyncio
from collections.abc import Mapping, Sequence

from gateway.foundation.last_tasks import LastTasks
from gateway.upstreams.kind import Diagnosis, Garbled, Kind, KindCall, Truncated
from gateway.upstreams.refusals import UpstreamBroke, UpstreamRefused, UpstreamTimedOut, refusal_of
from gateway.upstreams.target import Target
from gateway.upstreams.transport import TransportError, UpstreamReply
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sse import data_of

_LINGER_SECONDS = 1.0


class _NoReply:
    """What stands for a reply before it is here: nothing to read, nothing to close."""

    status = 0
    headers: Mapping[bytes, bytes] = {}

    async def read(self) -> bytes:
        """Return the end."""
        return b""

    def close(self) -> None:
        """Do nothing."""


_NO_REPLY = _NoReply()


class LiveAnswer:
    """
    The frames of one upstream answer, read as they are wanted.

    Every failure comes out as a `Refusal`; an error that the upstream reports
    inside its stream is one too, so no ERROR frame ever leaves here.
    """

    __slots__ = (
        "_ended", "_failure", "_is_done", "_kind", "_reader",
        "_ready", "_reply", "_tasks", "target", "too_late",
    )  # fmt: skip

    def __init__(self, target: Target, kind: Kind, call: KindCall, tasks: LastTasks) -> None:
        self.target = target
        self.too_late = False
        self._kind = kind
        self._reader = call.reader
        self._reply: UpstreamReply = _NO_REPLY
        self._ready: Sequence[Frame] = ()
        self._tasks = tasks
        self._ended = False
        self._is_done = False
        self._failure: UpstreamRefused | None = None

    async def open(self, reply: UpstreamReply) -> None:
        """Wait for the first frames of this reply, so that the answer has begun when this returns."""
        self._reply = reply
        if self.too_late:
            reply.close()
        try:
            self._ready = await self.next()
        except BaseException:
            self.close()
            raise
        if self._failure is not None:
            # The caller has nothing yet: another upstream may still do better.
            self.close()
            raise self._failure

    async def next(self) -> Sequence[Frame]:
        """Return the next frames, none at the proper end."""
        if self._ready:
            frames, self._ready = self._ready, ()
            return frames
        if self._failure is not None:
            raise self._failure
        frames = ()
        try:
            while not (frames or self._ended):
                data = await self._reply.read()
                if data:
                    frames = self._reader.feed(data)
                else:
                    self._ended = True
                    self._reply.close()
                    frames = self._reader.finish()
        except (TransportError, Truncated, Garbled) as error:
            raise self._refusal(error) from error
        if frames and frames[-1].kind is not FrameKind.DELTA:
            return self._without_error(frames)
        return frames

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
        """Return the frames of an answer that ends here, in DONE, WHOLE or an error."""
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
        except TransportError:
            return
        finally:
            timer.cancel()
            self._reply.close()

    def _diagnose(self, frame: Frame) -> Diagnosis:
        self._reply.close()
        body = data_of(frame.raw) if frame.raw.startswith(b"data:") else frame.raw
        return self._kind.diagnose(200, self._reply.headers, body, self.target)


async def read_bounded(reply: UpstreamReply, limit_bytes: int) -> bytes:
    """Return the body of a failed answer as far as the limit; a body that breaks off is what it is."""
    pieces: list[bytes] = []
    size = 0
    try:
        while size < limit_bytes and (piece := await reply.read()):
            pieces.append(piece)
            size += len(piece)
    except TransportError:
        pass
    finally:
        reply.close()
    return b"".join(pieces)[:limit_bytes]
