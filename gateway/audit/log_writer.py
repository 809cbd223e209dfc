"""
The one who writes a chain to the disk.

A writer is never mended: an error of its file ends it, because after a failed
`fdatasync` nobody knows what is on the disk. Another writer takes its place,
and the file is recovered like one whose process died.
"""

import os

import msgspec

from gateway.audit.catalogue import Facts, LogClosed, LogOpened, LogRotated
from gateway.audit.chain import Chain, Entry
from gateway.audit.checkpoint import Head
from gateway.audit.disk import Disk, HeldLock, try_lock
from gateway.audit.layout import Layout
from gateway.audit.record import tail_of
from gateway.audit.segment import Place, Tally, keep_seal, seal_of

SEGMENT_BYTES = 64 * 1024 * 1024
_DAY = 10
_DAY_MICROS = 86_400_000_000


class Moment(msgspec.Struct, frozen=True):
    """When something happened: as records write it, and on the clock that never goes back."""

    time: str
    mono: int


def entry(event: str, facts: Facts, moment: Moment) -> Entry:
    """Return an event of this moment as a writer takes it."""
    return event, tail_of(facts), moment.time, moment.mono


class LogWriter:
    """
    One writer: a chain over segments, of which one is open.

    `write` only hands lines to the operating system; what `sync` has returned
    is on the disk, and `head` tells of no more than that.
    """

    def __init__(
        self, layout: Layout, writer: str, disk: Disk, *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self.writer = writer
        self.layout = layout
        self._disk = disk
        self._segment_bytes = segment_bytes
        self._chain = Chain(writer)
        disk.make_folder(layout.writers / writer)
        lock = try_lock(layout.lock(writer))
        if lock is None:
            raise FileExistsError(f"the writer {writer} is there already")
        self._lock: HeldLock = lock
        self._descriptor = -1
        self._begun = 0
        self.durable: Head | None = None
        try:
            self._begin_segment(0)
        except BaseException:
            self.abandon()
            raise

    @property
    def size(self) -> int:
        """How many records there are, durable or not."""
        return self._chain.size

    def open(self, facts: LogOpened, moment: Moment) -> None:
        """Write the first record; it is durable on return."""
        self.write([entry("log.opened", facts, moment)])
        self.sync(moment.time)

    def write(self, entries: list[Entry]) -> None:
        """Write these records in one go, beginning another segment first when this one is full or of old."""
        if not entries:
            return
        _, _, time, mono = entries[0]
        if self._is_due(time, mono):
            self._rotate(Moment(time, mono))
        self._hand_over(entries)

    def sync(self, time: str) -> None:
        """Return when all records are on the disk; only then the head tells of them."""
        self._disk.sync(self._descriptor)
        standing = self._chain.standing
        self.durable = Head(
            writer=self.writer,
            records=standing.size,
            root=standing.root().hex(),
            last=standing.last,
            time=time,
        )

    def publish(self) -> None:
        """Tell whoever signs for this host how far this writer has come."""
        if self.durable is not None:
            self._disk.replace(
                self.layout.head(self.writer), msgspec.json.encode(self.durable), lasting=False
            )

    def close(self, reason: str, moment: Moment) -> None:
        """Write the last record, seal the segment and let go."""
        self.write([entry("log.closed", LogClosed(reason=reason), moment)])
        self.sync(moment.time)
        # Before the seal: a chain that is sealed is not looked at again, and its end has to be signed.
        self.publish()
        self._seal(is_final=True)
        self.abandon()

    def abandon(self) -> None:
        """Let go without a word: whatever is in the file is for the recovery."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._lock.release()

    def _hand_over(self, entries: list[Entry]) -> None:
        if not self._tally.first_time:
            self._begun = entries[0][3]
        data = self._chain.extend(entries)
        self._tally.add(data, entries[0][2], entries[-1][2])
        self._disk.write(self._descriptor, data)

    def _is_due(self, time: str, mono: int) -> bool:
        tally = self._tally
        if tally.bytes > self._segment_bytes:
            return True
        # By the other clock, where this one was years ahead when the segment began.
        if tally.first_time and mono - self._begun > _DAY_MICROS:
            return True
        # Only forward: a wall clock that jumps to and fro is no reason for a segment each time.
        return time[:_DAY] > tally.first_time[:_DAY] != ""

    def _rotate(self, moment: Moment) -> None:
        number = self._place.number
        self._hand_over([entry("log.rotated", LogRotated(segment=number), moment)])
        self.sync(moment.time)
        self._seal(is_final=False)
        os.close(self._descriptor)
        self._descriptor = -1
        self._begin_segment(number + 1)

    def _seal(self, *, is_final: bool) -> None:
        keep_seal(
            self.layout,
            self._disk,
            seal_of(self._place, self._chain.standing, self._tally, is_final=is_final),
        )

    def _begin_segment(self, number: int) -> None:
        path = self.layout.segment(self.writer, number)
        self._descriptor = self._disk.open(path, is_new=True)
        self._disk.sync_folder(path.parent)
        self._place = Place(self.writer, number, self._chain.standing)
        self._tally = Tally()
