"""
Whether the clock may be believed, by what the log itself has lived through.

A clock that is years ahead makes everything old. But then nothing was written
in the years between: a log that is in use begins a segment each day, and what
a segment's seal says of its time stays when its records have expired.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from gateway.audit.layout import Layout
from gateway.audit.record import read_envelope, seconds_of
from gateway.audit.segment import read_seal

_DAY_SECONDS = 86_400.0
MOST_DAYS = 7


class ClockDoubted(Exception):
    """More time has passed, says the clock, than the log has lived through; nothing may be deleted by it."""

    def __init__(self, before: float, after: float) -> None:
        self.days = int((after - before) / _DAY_SECONDS)
        super().__init__(
            f"Nothing was written here from {_date(before)} to {_date(after)} ({self.days} days), says the "
            "clock, so it may be ahead, and too much be taken for old: nothing is deleted. Set it right. "
            "If it is right, as where the gateway was off for so long: "
            "deepseek-gateway audit expire --despite-clock"
        )


def demand_lived_time(layouts: Iterable[Layout], sure_wall: float | None, now_wall: float) -> None:
    """
    Raise `ClockDoubted` where the log lived through no moment of more than `MOST_DAYS` on end until now.

    Looked at is what came after `sure_wall`, when the clock was last found to be right. What is
    still to come was written by a clock that was ahead, and shows nothing.
    """
    begin = sure_wall if sure_wall is not None and sure_wall <= now_wall else 0.0
    lived = sorted({time for layout in layouts for time in _moments(layout) if begin < time < now_wall})
    known = [*([begin] if begin else []), *lived, now_wall]
    for before, after in pairwise(known):
        if after - before > MOST_DAYS * _DAY_SECONDS:
            raise ClockDoubted(before, after)


def _moments(layout: Layout) -> Iterator[float]:
    """Yield times at which something was written: both ends of what is sealed, the first of what is not."""
    for path in layout.writers.glob("*/*.seal"):
        try:
            seal = read_seal(path.read_bytes())
        except msgspec.MsgspecError:
            continue
        yield seconds_of(seal.first_time)
        yield seconds_of(seal.last_time)
    for path in layout.writers.glob("*/*.jsonl"):
        if path.with_suffix(".seal").exists():
            continue
        with path.open("rb") as file:
            first = read_envelope(file.readline().rstrip(b"\n"))
        if first is not None:
            yield seconds_of(first.time)


def _date(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%d")
