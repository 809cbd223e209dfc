"""The way back: frames through stages to the caller."""

from collections.abc import Sequence

from gateway.pipeline.answer_head import answer_head
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import BEING_WRITTEN, Heartbeat
from gateway.vocabulary.arrival import Reply
from gateway.wire.frames import Frame, FrameKind, FrameSource, Stage


class ResponsePath:
    """
    Carry one answer to its caller, whatever its source.

    Frames that came together leave together, in one write; frames that came
    alone leave alone. Nothing is awaited per frame except that write.
    """

    __slots__ = ("_heartbeat", "_log", "_reply", "_stages")

    def __init__(self, stages: Sequence[Stage], reply: Reply, log: ExchangeLog, heartbeat: Heartbeat) -> None:
        self._stages = stages
        self._reply = reply
        self._log = log
        self._heartbeat = heartbeat

    async def carry(self, source: FrameSource) -> None:
        """Send every frame and end the body; raise a `Refusal` if the source breaks."""
        log, reply, heartbeat = self._log, self._reply, self._heartbeat
        while frames := await source.next():
            is_last = frames[-1].kind is not FrameKind.DELTA
            if passing := self._through_stages(frames):
                log.passed(len(passing))
                data = passing[0].raw if len(passing) == 1 else b"".join([frame.raw for frame in passing])
                if is_last:
                    self._end(data)
                    return
                if log.status is None:
                    log.status = 200
                    reply.begin(200, answer_head(log))
                heartbeat.heard_at = BEING_WRITTEN
                await reply.write(data)
                heartbeat.heard_at = heartbeat.now()
        self._end(b"")

    def _through_stages(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        for stage in self._stages:
            # A token mostly comes alone, and needs no list.
            if len(frames) == 1 and frames[0].kind is FrameKind.DELTA:
                frames = stage.feed(frames[0])
                continue
            passed: list[Frame] = []
            for frame in frames:
                # What a stage held back belongs before the end of the stream.
                if frame.kind is not FrameKind.DELTA:
                    passed.extend(stage.finish())
                passed.extend(stage.feed(frame))
            frames = passed
        return frames

    def _end(self, data: bytes) -> None:
        self._heartbeat.stop()
        if not self._log.has_begun:
            self._log.status = 200
            self._reply.begin(200, answer_head(self._log, None if self._log.streamed else len(data)))
        self._reply.end(data)
