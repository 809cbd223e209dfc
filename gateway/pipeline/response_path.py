"""The way back: frames through stages to the caller."""

from collections.abc import Sequence

from gateway.pipeline.answer_head import answer_head
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import BEING_WRITTEN, Heartbeat
from gateway.vocabulary.arrival import Reply
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameKind, FrameSource, Stage, is_patient

# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA
# What is longer is set aside where a stage may take long over it.
_LONG_FRAME, _LONG_BATCH = 1_024, 2_048


class ResponsePath:
    """
    Carry one answer to its caller, whatever its source.

    Frames that came together leave together, in one write; frames that came
    alone leave alone, and in the same turn of the event loop in which they
    came. Only a caller who reads too slowly is waited for, and a stage that
    has much to look at: long frames are set aside until the source asks
    whether there is room for more.
    """

    __slots__ = ("_aside", "_heartbeat", "_is_over", "_log", "_reply", "_stages", "_unsent")

    def __init__(self, stages: Sequence[Stage], reply: Reply, log: ExchangeLog, heartbeat: Heartbeat) -> None:
        self._stages = stages
        self._reply = reply
        self._log = log
        self._heartbeat = heartbeat
        self._unsent: bytes | None = None
        self._aside: Sequence[Frame] = ()
        self._is_over = False

    async def carry(self, source: FrameSource) -> None:
        """Send every frame and end the body; raise a `Refusal` if the source breaks."""
        try:
            await source.pour(self)
            if self._aside:
                await self._pass_slowly()
        except Refusal:
            await self._say_what_was_held()
            raise
        if not self._is_over:
            self._end(b"")

    def take(self, frames: Sequence[Frame]) -> bool:
        """Send these frames, the last of which may end the body (`FrameSink`)."""
        if (len(frames) > 1 or len(frames[0].raw) > _LONG_FRAME) and self._takes_long(frames):
            self._aside = frames
            return False
        is_last = frames[-1].kind is not _DELTA
        for stage in self._stages:
            # A token mostly comes alone, and needs no list.
            frames = _through(stage, frames) if is_last or len(frames) > 1 else stage.feed(frames[0])
            if not frames:
                return True
        return self._send(frames, is_last=is_last)

    async def ready(self) -> bool:
        """Return when the caller has read enough, with whether the answer goes on (`FrameSink`)."""
        if self._aside:
            await self._pass_slowly()
        if (data := self._unsent) is not None:
            self._unsent = None
            await self._reply.write(data)
            self._heartbeat.heard_at = self._heartbeat.now()
        return not self._is_over

    def _takes_long(self, frames: Sequence[Frame]) -> bool:
        """Return whether these are more than a stage should look at in one turn."""
        sizes = [len(frame.raw) for frame in frames]
        is_long = max(sizes) > _LONG_FRAME or sum(sizes) > _LONG_BATCH
        return is_long and any(map(is_patient, self._stages))

    async def _pass_slowly(self) -> None:
        """Send what was set aside."""
        frames, self._aside = self._aside, ()
        is_last = frames[-1].kind is not _DELTA
        for stage in self._stages:
            frames = await _through_slowly(stage, frames)
            if not frames:
                return
        self._send(frames, is_last=is_last)

    def _send(self, frames: Sequence[Frame], *, is_last: bool) -> bool:
        """Send what passed all stages; return whether more may come at once."""
        log = self._log
        if not log.frames:
            log.content_began()
        log.frames += len(frames)
        data = frames[0].raw if len(frames) == 1 else b"".join([frame.raw for frame in frames])
        if is_last:
            self._end(data)
            return False
        if log.status is None:
            log.status = 200
            self._reply.begin(200, answer_head(log))
        if self._reply.send_now(data):
            self._heartbeat.heard_at = self._heartbeat.now()
            return True
        self._heartbeat.heard_at = BEING_WRITTEN
        self._unsent = data
        return False

    async def _say_what_was_held(self) -> None:
        """Let a stream that breaks off say first what it had said."""
        frames: Sequence[Frame] = ()
        for stage in self._stages:
            frames = [*(passed for frame in frames for passed in stage.feed(frame)), *stage.finish()]
        if frames and self._log.status is not None:
            await self._reply.write(b"".join([frame.raw for frame in frames]))

    def _end(self, data: bytes) -> None:
        self._is_over = True
        self._heartbeat.stop()
        if not self._log.has_begun:
            self._log.status = 200
            self._reply.begin(200, answer_head(self._log, None if self._log.streamed else len(data)))
        self._reply.end(data)


def _through(stage: Stage, frames: Sequence[Frame]) -> Sequence[Frame]:
    passed: list[Frame] = []
    for frame in frames:
        # What a stage held back belongs before the end of the stream.
        if frame.kind is not _DELTA:
            passed.extend(stage.finish())
        passed.extend(stage.feed(frame))
    return passed


async def _through_slowly(stage: Stage, frames: Sequence[Frame]) -> Sequence[Frame]:
    if not is_patient(stage):
        return _through(stage, frames)
    passed: list[Frame] = []
    for frame in frames:
        if frame.kind is not _DELTA:
            passed.extend(stage.finish())
        passed.extend(await stage.feed_slowly(frame))
    return passed
