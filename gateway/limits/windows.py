"""
Where use is counted: pure arithmetic of time, in whole milliseconds.

**A rolling window, in parts.** A window of a minute is counted in parts of a
second, an hour in parts of a minute: sixty parts. What was granted in a part
counts until the window has passed since that part's *end*, so in no window,
wherever it begins, is more than the limit ever granted. The price is that a
unit comes free up to one sixtieth late. Why not GCRA, which needs one number:
it lets twice the limit through in a window (a full burst, and what drips in
meanwhile), and what a reservation gives back after part of it has dripped
away cannot be accounted exactly. A whole window's worth may be used at once,
so bursts are welcome.

**A calendar period.** Money is counted by the hour, day or month of a time
zone. The gateway says where the periods begin, because Redis knows no time
zones; which of them is now, the ledger's own clock decides. For that a
request carries the period before, this one and the next.

**A lease.** Who runs now is counted one by one, each until it ends or its
lease does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

_PARTS = 60
LEASE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rolling:
    """A window that ends now: `parts` parts of `grain_ms` each."""

    grain_ms: int
    parts: int

    @classmethod
    def of(cls, seconds: int) -> "Rolling":
        """Return the window of so many seconds."""
        return cls(-(-seconds * 1000 // _PARTS), _PARTS)

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.grain_ms * self.parts // 1000

    @property
    def mark(self) -> str:
        """What tells its counters from those of another length."""
        return f"w{self.grain_ms}"


class Edges(NamedTuple):
    """Where the period before begins, where this one begins and ends, and where the next ends."""

    before: int
    begin: int
    end: int
    after: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hour, day or month of a time zone."""

    period: Literal["hour", "day", "month"]
    time_zone: str

    @property
    def seconds(self) -> int:
        """How long it is at most."""
        return {"hour": 3600, "day": 86_400, "month": 31 * 86_400}[self.period]

    @property
    def mark(self) -> str:
        """What tells its counters from those of another period."""
        return f"{self.period}@{self.time_zone}"

    def edges(self, now_ms: int) -> Edges:
        """Return the edges around this moment."""
        begin = self._begin(now_ms)
        end = self._begin_of_next(begin)
        return Edges(self._begin(begin - 1), begin, end, self._begin_of_next(end))

    def _begin(self, now_ms: int) -> int:
        zone = _zone(self.time_zone)
        now = datetime.fromtimestamp(now_ms / 1000, zone)
        if self.period == "hour":
            # Cut within the hour, so that a clock that is put back does not merge two hours.
            past = timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
            return _since_change(_millis(now.astimezone(UTC) - past), now_ms, zone)
        day = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return _millis(day.replace(day=1) if self.period == "month" else day)

    def _begin_of_next(self, begin_ms: int) -> int:
        longest = {"hour": 3600, "day": 36 * 3600, "month": 32 * 86_400 + 7200}[self.period]
        return self._begin(begin_ms + longest * 1000)


@dataclass(frozen=True, slots=True)
class Lease:
    """A place that is held until it is given back, or not renewed for so long."""

    lease_ms: int

    @property
    def seconds(self) -> int:
        """How long a place is held without renewal."""
        return self.lease_ms // 1000

    @property
    def mark(self) -> str:
        """What tells its counters from others."""
        return "c"


def is_time_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        _zone(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _since_change(begin_ms: int, now_ms: int, zone: ZoneInfo) -> int:
    """Return when the clock was put by half an hour since this beginning of an hour, else the beginning."""
    offset = _offset(now_ms, zone)
    if _offset(begin_ms, zone) == offset:
        return begin_ms
    before, changed = begin_ms // 1000, now_ms // 1000
    while changed - before > 1:
        middle = (before + changed) // 2
        before, changed = (before, middle) if _offset(middle * 1000, zone) == offset else (middle, changed)
    return changed * 1000


def _offset(time_ms: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(time_ms / 1000, zone).utcoffset()


def _millis(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000
