"""Sources that a test drives by hand, and callers who share them."""

import asyncio
from collections.abc import Sequence

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameSink


class HandSource:
    """A source whose frames come when the test gives them."""

    def __init__(self) -> None:
        self.is_closed = False
        self._waiting: asyncio.Future[None] | None = None
        self._frames: list[Frame] = []
        self._end: BaseException | None = None
        self._is_over = False
        self.is_held = False

    def give(self, *frames: Frame) -> None:
        """Let frames come."""
        self._frames.extend(frames)
        self._wake()

    def finish(self, error: BaseException | None = None) -> None:
        """Let the answer end, or break."""
        self._is_over, self._end = True, error
        self._wake()

    async def pour(self, sink: FrameSink) -> None:
        """Hand on what was given; `is_held` while the sink takes nothing."""
        while True:
            if self._frames:
                frames, self._frames = self._frames, []
                wants = sink.take(frames)
                self.is_held = not wants
                if not wants and not await sink.ready():
                    return
                self.is_held = False
            elif self._is_over:
                if self._end is not None:
                    raise self._end
                return
            else:
                self._waiting = asyncio.get_running_loop().create_future()
                await self._waiting

    def close(self) -> None:
        """Take note."""
        self.is_closed = True

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class SpyBill:
    """A bill that keeps who paid in turn, and what each of them heard that it cost."""

    def __init__(self) -> None:
        self.heirs: list[SpyBill] = []
        self.usage: Usage | None = None
        self.stays = self.is_over = False
        self.deltas = 0

    def pass_on(self, heir: "SpyBill") -> None:
        """Take note."""
        self.heirs.append(heir)

    @property
    def payer(self) -> "SpyBill":
        """Who pays now."""
        return (self.heirs or [self])[-1]

    def stay(self) -> None:
        """Take note, in the name of the one who pays now."""
        self.payer.stays = True

    def reported(self, usage: Usage) -> None:
        """Take note, in the name of the one who pays now."""
        self.payer.usage = usage

    def counted(self, deltas: int) -> None:
        """Take note, in the name of the one who pays now."""
        self.payer.deltas = deltas

    def over(self) -> None:
        """Take note, in the name of the one who pays now."""
        assert not self.payer.is_over, "a call ends once"
        self.payer.is_over = True


class ReadingSink:
    """A sink that keeps frames, and reads only while it may."""

    def __init__(self, *, reads: bool = True) -> None:
        self.frames: list[Frame] = []
        self.may_read = asyncio.Event()
        if reads:
            self.may_read.set()

    @property
    def events(self) -> list[bytes]:
        """The bytes of all frames so far."""
        return [frame.raw for frame in self.frames]

    def take(self, frames: Sequence[Frame]) -> bool:
        """Keep a batch."""
        self.frames.extend(frames)
        return self.may_read.is_set()

    async def ready(self) -> bool:
        """Wait until reading is allowed."""
        await self.may_read.wait()
        return True
