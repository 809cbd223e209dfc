"""
The frames of an answer while it comes, so that whoever joins later gets it from the start.

A delta of a few letters takes a third of a kilobyte, most of which it has in
common with the one before. So what has come is packed block by block, and
unpacked for the few who were not there. The blocks are what is kept in the
end: nothing is packed twice.
"""

from collections.abc import Sequence

import msgspec

from gateway.cache.entry import NotAnEntry, join, kept, pack, unpack
from gateway.cache.retention import telling_in
from gateway.wire.frames import Frame, FrameKind

BLOCK_BYTES = 16 * 1024
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA


class Block(msgspec.Struct, frozen=True):
    """Some packed frames: the numbers of the first one, and of the one after the last."""

    first: int
    end: int
    packed: bytes


class Recording(msgspec.Struct, eq=False):
    """Frames in their order, from `first` to before `end`."""

    first: int = 0
    _blocks: list[Block] = []
    _tail: list[Frame] = []
    _tail_first: int = 0
    # The tail is a block's worth when so many bytes have come.
    _full_at_bytes: int = BLOCK_BYTES
    _telling: list[Frame] = []

    @property
    def end(self) -> int:
        """The number of the frame that comes next."""
        return self._tail_first + len(self._tail)

    def add(self, frames: Sequence[Frame], so_far_bytes: int) -> None:
        """Take these frames at the end; so many bytes came before them."""
        # The last batch stays as it is: those who keep up a little late still want it.
        if so_far_bytes >= self._full_at_bytes:
            self._close_block(so_far_bytes)
        self._tail.extend(frames)

    def since(self, position: int) -> list[Frame]:
        """Return frames from this number on: at least one if there is one, but not always all."""
        if position >= self._tail_first:
            return self._tail[position - self._tail_first :]
        for block in self._blocks:
            if position < block.end:
                return unpack(block.packed).frames()[position - block.first :]
        raise NotAnEntry("it was forgotten")

    def forget(self, before: int) -> None:
        """Let go of the frames before this number."""
        self.first = max(self.first, before)
        self._blocks = [block for block in self._blocks if block.end > before]
        gone = min(len(self._tail), max(0, before - self._tail_first))
        del self._tail[:gone]
        self._tail_first += gone

    def telling(self) -> Sequence[Frame]:
        """Return all frames that may say how the answer ended, and the last one, unless it is forgotten."""
        return [*self._telling, *self._tail] if self._telling else self._tail

    def content(self) -> bytes:
        """Return everything, packed, as an entry keeps it."""
        last = pack(kept(self._tail))
        return join([*(block.packed for block in self._blocks), last]) if self._blocks else last

    def _close_block(self, so_far_bytes: int) -> None:
        tail, first = self._tail, self._tail_first
        self._blocks.append(Block(first, first + len(tail), pack(kept(tail))))
        self._telling += telling_in(tail)
        self._tail, self._tail_first = [], first + len(tail)
        self._full_at_bytes = so_far_bytes + BLOCK_BYTES
