"""The chain of one writer: each record names the one before it, and is a leaf of the writer's tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from gateway.audit.merkle import Frontier
from gateway.audit.record import NO_RECORD, hash_of, read_envelope, tail_of

Entry = tuple[str, bytes, str, int]
"""An event, its facts as they follow the envelope, its time, and its monotonic microseconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a chain stands: how many records, the last one's hash, the peaks of the tree over them."""

    size: int = 0
    last: str = NO_RECORD
    peaks: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Return the root of the tree."""
        return Frontier(self.size, self.peaks).root()


class Chain:
    """
    Make lines out of facts, one after the other.

    `mono` is microseconds on a clock that never goes backwards, so that a wall
    clock which does is seen. Whoever links one record vouches for its own.
    """

    def __init__(self, writer: str, standing: Standing | None = None) -> None:
        standing = standing or Standing()
        self.writer = writer
        self._begin = f'{{"v":1,"writer":"{writer}","seq":'
        self._last = standing.last
        self._mono = 0
        self._tree = Frontier(standing.size, standing.peaks)

    @property
    def size(self) -> int:
        """How many records there are."""
        return self._tree.size

    @property
    def standing(self) -> Standing:
        """Where the chain stands now."""
        return Standing(self._tree.size, self._last, self._tree.peaks)

    def link(self, event: str, facts: msgspec.Struct, *, time: str, mono: int) -> bytes:
        """Return the next record as its line, with the line feed."""
        self._mono = mono
        return self.extend([(event, tail_of(facts), time, mono)])

    def extend(self, entries: Iterable[Entry]) -> bytes:
        """Return the next records as their lines, each with its line feed; `mono` is made never to fall."""
        begin, seq, last, latest = self._begin, self._tree.size, self._last, self._mono
        lines: list[bytes] = []
        leaves: list[bytes] = []
        for event, tail, time, mono in entries:
            if mono > latest:  # noqa: PLR1730 - this loop is a third of what a record costs
                latest = mono
            head = f'{begin}{seq},"time":"{time}","mono":{latest},"prev":"{last}","event":"{event}"'
            line = head.encode() + tail
            leaf = sha256(b"\x00" + line).digest()
            last = leaf.hex()
            seq += 1
            lines.append(line)
            leaves.append(leaf)
        self._tree.extend(leaves)
        self._last, self._mono = last, latest
        lines.append(b"")
        return b"\n".join(lines)

    def follow(self, line: bytes) -> bool:
        """Take in a line that was read, without its line feed; False if it is not the next record."""
        envelope = read_envelope(line)
        if envelope is None or (envelope.writer, envelope.seq, envelope.prev) != (
            self.writer,
            self._tree.size,
            self._last,
        ):
            return False
        self._take(line)
        return True

    def _take(self, line: bytes) -> None:
        leaf = hash_of(line)
        self._tree.append(leaf)
        self._last = leaf.hex()
