"""An answer that was kept, on its way to one more caller."""

import asyncio
from collections.abc import Sequence

import msgspec
import orjson

from gateway.wire.assembly import Assembler
from gateway.wire.disassembly import disassemble
from gateway.wire.frames import Frame, FrameKind, FrameSink

_BATCH_BYTES = 64 * 1024
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_WHOLE = FrameKind.WHOLE


def frames_for(frames: list[Frame], *, streamed: bool) -> list[Frame] | None:
    """
    Return an answer as a caller wants it: as a stream, or whole.

    None for one that was passed on as it came, but that nobody here can read
    to tell it in the other form (half a character, minus infinity, another shape).
    """
    is_whole = frames[-1].kind is _WHOLE
    if streamed is not is_whole:
        return frames
    try:
        if is_whole:
            return disassemble(frames[-1].raw, frames[-1].usage)
        assembler = Assembler()
        return [whole for frame in frames for whole in assembler.feed(frame)]
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        return None


class KeptAnswer(msgspec.Struct, frozen=True):
    """The frames of a kept answer, at once (0) or so many in a second."""

    frames: list[Frame]
    deltas_per_second: int = 0

    async def pour(self, sink: FrameSink) -> None:
        """Hand every frame to the sink; see `FrameSource.pour`."""
        frames, pace, start = self.frames, self.deltas_per_second, 0
        while start < len(frames):
            end = start + 1 if pace or len(frames) == 1 else _batch_end(frames, start)
            if not sink.take(frames[start:end]) and not await sink.ready():
                return
            start = end
            if pace and start < len(frames):
                await asyncio.sleep(1 / pace)

    def close(self) -> None:
        """Nothing feeds this source."""


def _batch_end(frames: Sequence[Frame], start: int) -> int:
    size = 0
    for place in range(start, len(frames)):
        size += len(frames[place].raw)
        if size >= _BATCH_BYTES:
            return place + 1
    return len(frames)
