"""What waits to be written, who waits for it, and what was lost."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.audit.catalogue import Facts, LogGap
from gateway.audit.log_writer import Moment
from gateway.audit.record import time_text

Make = Callable[[Any], tuple[str, Facts] | None]
"""Turns what was put into the queue into an event and its facts; runs in the thread that writes."""


@dataclass(slots=True)
class Slip:
    """One thing to be written, and who waits for it."""

    make: Make
    subject: Any
    wall: float
    mono: float
    weight: int
    waiter: "asyncio.Future[None] | None" = None
    is_lazy: bool = False
    made: tuple[str, Facts, Moment] | None = None


class NotWritten(Exception):
    """What somebody waited for could not be written."""


class Gap:
    """What was lost since a gap began, until it can be told."""

    def __init__(self) -> None:
        self.total = 0
        self._told = 0
        self._since: str | None = None

    def add(self, count: int, time: str) -> None:
        """Note that no device works, and that so many records fell beyond the bound."""
        self._since = self._since or time
        self.total += count

    def close(self, dropped: int) -> LogGap | None:
        """Return what to tell of a gap that is over, if anything was lost in it."""
        since, self._since = self._since or "", None
        lost, self._told = self.total + dropped - self._told, self.total + dropped
        return LogGap(lost=lost, reason="no device could be written to", since=since) if lost else None


def entry_of(slip: Slip) -> tuple[str, Facts, Moment] | None:
    """Make the record of a slip, once: what is written again is the same."""
    if slip.made is None and (told := slip.make(slip.subject)) is not None:
        slip.made = (*told, Moment(time_text(slip.wall), int(slip.mono * 1_000_000)))
        slip.subject = None
    return slip.made


def answer(slips: Sequence[Slip], error: NotWritten | None) -> None:
    """Tell those who wait, in their event loop, that it was written or why not."""
    waiters = [slip.waiter for slip in slips if slip.waiter is not None]
    for slip in slips:
        slip.waiter = None
    if waiters:
        waiters[0].get_loop().call_soon_threadsafe(_release, waiters, error)


def _release(waiters: "Sequence[asyncio.Future[None]]", error: NotWritten | None) -> None:
    for waiter in waiters:
        if waiter.done():
            continue
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)
