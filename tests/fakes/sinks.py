"""Where bodies and frames are poured in a test."""

import asyncio
from collections.abc import Sequence

from gateway.wire.frames import Frame


class FrameBasin:
    """A sink for frames that keeps them in the batches they came in, and wants so many of those."""

    def __init__(self, wanted: int | None = None) -> None:
        self.batches: list[list[Frame]] = []
        self._wanted = wanted

    @property
    def frames(self) -> list[Frame]:
        """All frames so far."""
        return [frame for batch in self.batches for frame in batch]

    @property
    def events(self) -> list[bytes]:
        """The bytes of all frames so far."""
        return [frame.raw for frame in self.frames]

    def take(self, frames: Sequence[Frame]) -> bool:
        """Keep a batch."""
        self.batches.append(list(frames))
        return self._wants_more

    async def ready(self) -> bool:
        """There is always room; return whether more is wanted."""
        return self._wants_more

    @property
    def _wants_more(self) -> bool:
        return self._wanted is None or len(self.batches) < self._wanted


class ByteBasin:
    """A sink for bytes that keeps the pieces, and wants so many of those."""

    def __init__(self, wanted: int | None = None) -> None:
        self.pieces: list[bytes] = []
        self._arrived = asyncio.Event()
        self._wanted = wanted

    def take(self, data: bytes) -> bool:
        """Keep a piece."""
        self.pieces.append(data)
        self._arrived.set()
        return self._wants_more

    async def ready(self) -> bool:
        """There is always room; return whether more is wanted."""
        return self._wants_more

    async def until(self, count: int) -> None:
        """Return when so many pieces are here, soon."""
        async with asyncio.timeout(5):
            while len(self.pieces) < count:
                self._arrived.clear()
                await self._arrived.wait()

    @property
    def _wants_more(self) -> bool:
        return self._wanted is None or len(self.pieces) < self._wanted
