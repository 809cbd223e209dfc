"""
How much of a counter is used: the three kinds of window, in memory.

The rules here and those of `reserve.lua` and `settle.lua` are the same rules;
one contract suite holds both to them. Times are whole milliseconds.

A clock that goes back changes nothing until it is further back than a window:
then what was counted moves to the present, so that it is neither forgotten
nor counted for ever.
"""

from typing import Protocol


class Balance(Protocol):
    """
    The use of one counter.

    `empty_ms` is when nothing is used any more if nothing is added; 0 where
    that is not known. It holds from one call of `open` or `take` to the next.
    """

    empty_ms: int

    def open(self, terms: tuple[int, ...], now_ms: int) -> int:
        """Let go of what no longer counts, and return what is used now."""

    def free_at(self, surplus: int) -> int:
        """Return when so much of what is used has come free by itself."""

    def take(self, amount: int, holder: str) -> int:
        """Add to the use and return the stamp under which it can be corrected."""

    def correct(self, stamp: int, change: int, holder: str) -> None:
        """Add a change to what was taken under a stamp, if that still counts."""


class WindowBalance:
    """
    Use by parts of a rolling window.

    `_newest` is the last part that was looked at.
    """

    __slots__ = ("_counts", "_grain_ms", "_newest", "_parts", "_total", "empty_ms")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._total = self._newest = self.empty_ms = 0
        self._grain_ms = self._parts = 1

    def open(self, terms: tuple[int, ...], now_ms: int) -> int:
        """Drop the parts that have left the window."""
        part = now_ms // terms[3]
        if part != self._newest:
            self._grain_ms, self._parts = terms[3], terms[4]
            self._move_to(part)
        return self._total

    def free_at(self, surplus: int) -> int:
        """Return the end of the window of the part with which enough has left."""
        for part in sorted(self._counts):
            surplus -= self._counts[part]
            if surplus <= 0:
                return (part + self._parts + 1) * self._grain_ms
        return (self._newest + self._parts + 1) * self._grain_ms

    def take(self, amount: int, holder: str) -> int:  # noqa: ARG002 - the protocol's signature
        """Add to the present part."""
        part, counts = self._newest, self._counts
        counts[part] = counts.get(part, 0) + amount
        self._total += amount
        self.empty_ms = (part + self._parts + 1) * self._grain_ms
        return part

    def correct(self, stamp: int, change: int, holder: str) -> None:  # noqa: ARG002 - the protocol's
        """Change what was taken in a part, unless that part has left."""
        if not change:
            return
        part = min(stamp, self._newest)
        if part < self._newest - self._parts:
            return
        count = self._counts.get(part, 0)
        change = max(change, -count)
        self._counts[part] = count + change
        self._total += change

    def _move_to(self, part: int) -> None:
        if self._newest - part > self._parts + 1:
            self._counts = {part: self._total}
            self._newest = part
            self.empty_ms = (part + self._parts + 1) * self._grain_ms
        elif part > self._newest:
            for old in [old for old in self._counts if old < part - self._parts]:
                self._total -= self._counts.pop(old)
            self._newest = part


class PeriodBalance:
    """
    Use within one period of a calendar.

    What `open` finds becomes the state when something is taken.
    """

    __slots__ = ("_begin", "_end", "_seen", "_total", "empty_ms")

    def __init__(self) -> None:
        self._begin = self._end = self._total = self.empty_ms = 0
        self._seen = (0, 0, 0)

    def open(self, terms: tuple[int, ...], now_ms: int) -> int:
        """See whether a later period has begun."""
        begin, end = terms[4], terms[5]
        if now_ms < begin:
            begin, end = terms[3], begin
        elif now_ms >= end:
            begin, end = end, terms[6]
        total = self._total
        if begin > self._begin:
            total = 0
        elif begin >= self._begin - (terms[6] - terms[3]):
            begin, end = self._begin, self._end
        self._seen = (begin, end, total)
        self.empty_ms = end
        return total

    def free_at(self, surplus: int) -> int:  # noqa: ARG002 - the protocol's signature
        """Return the end of the period."""
        return self._seen[1]

    def take(self, amount: int, holder: str) -> int:  # noqa: ARG002 - the protocol's signature
        """Add to the period."""
        self._begin, self._end, total = self._seen
        self._total = total + amount
        return self._begin

    def correct(self, stamp: int, change: int, holder: str) -> None:  # noqa: ARG002 - the protocol's
        """Change what was taken in this period."""
        if stamp == self._begin:
            self._total += max(change, -self._total)


class LeaseBalance:
    """
    Who holds a place, and until when.

    Before `_earliest` no lease ends, so nobody looks for one.
    """

    __slots__ = ("_earliest", "_lease_ms", "_now_ms", "_until", "empty_ms")

    def __init__(self) -> None:
        self._until: dict[str, int] = {}
        # A place comes free when an answer ends, which nobody knows.
        self._lease_ms = self._now_ms = self._earliest = self.empty_ms = 0

    def open(self, terms: tuple[int, ...], now_ms: int) -> int:
        """Drop the leases that were not renewed."""
        self._lease_ms, self._now_ms = terms[3], now_ms
        if now_ms >= self._earliest:
            for holder in [holder for holder, until in self._until.items() if until <= now_ms]:
                del self._until[holder]
            self._earliest = min(self._until.values(), default=now_ms + self._lease_ms)
        return len(self._until)

    def free_at(self, surplus: int) -> int:  # noqa: ARG002 - the protocol's signature
        """Return a moment at which it is worth looking again: nobody knows when an answer ends."""
        return self._now_ms + 1000

    def take(self, amount: int, holder: str) -> int:
        """Take a place, or hold it for longer."""
        if amount:
            until = self._until[holder] = self._now_ms + self._lease_ms
            self._earliest = min(self._earliest, until)
        return 0

    def correct(self, stamp: int, change: int, holder: str) -> None:  # noqa: ARG002 - the protocol's
        """Give the place back, however much was used."""
        self._until.pop(holder, None)
