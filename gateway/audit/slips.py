"""What waits to be written, who waits for it, and what was lost."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from gateway.audit.catalogue import Facts, Heartbeat, LogGap, Noticed
from gateway.audit.chain import Entry
from gateway.audit.notices import OTHER_NOTICE
from gateway.audit.record import tail_of, time_text

Make = Callable[[Any, str], tuple[str, bytes]]
"""Turns what was put, and its time, into an event and what follows its envelope; runs in the thread."""
UNWRITABLE = "record.unwritable"
PIECE_RECORDS = 256


class Slip(msgspec.Struct, gc=False):
    """One thing to be written, and who waits for it."""

    make: Make
    subject: Any
    wall: float
    mono: float
    weight: int = 1
    waiter: "asyncio.Future[None] | None" = None
    is_lazy: bool = False
    made: Entry | None = None


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


def entries_of(slips: Sequence[Slip]) -> list[Entry]:
    """Make the records of slips, each once: what is written again is the same."""
    entries: list[Entry] = []
    for slip in slips:
        made = slip.made
        if made is None:
            time = time_text(slip.wall)
            try:
                event, tail = slip.make(slip.subject, time)
            except (TypeError, ValueError, msgspec.MsgspecError) as error:
                # Such as a text that is no Unicode. One odd request must not end the log of all others.
                event = OTHER_NOTICE
                tail = tail_of(Noticed(kind=UNWRITABLE, facts={"error": type(error).__name__}))
            made = slip.made = (event, tail, time, int(slip.mono * 1_000_000))
            slip.subject = None
        entries.append(made)
    return entries


def pieces_of(slips: Sequence[Slip]) -> Iterator[Sequence[Slip]]:
    """Yield a crowd in parts that are still near at hand when, made and hashed, they are written."""
    for first in range(0, len(slips), PIECE_RECORDS):
        yield slips[first : first + PIECE_RECORDS]


def answer(slips: Sequence[Slip], error: NotWritten | None) -> None:
    """Tell those who wait, in their event loop, that it was written or why not."""
    waiting = [slip for slip in slips if slip.waiter is not None]
    waiters = [slip.waiter for slip in waiting if slip.waiter is not None]
    for slip in waiting:
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


def heartbeat(facts: Heartbeat, _time: str) -> tuple[str, bytes]:
    """Tell that the writer lives."""
    return "log.heartbeat", tail_of(facts)


def given(told: tuple[str, Facts], _time: str) -> tuple[str, bytes]:
    """Tell what is made already."""
    event, facts = told
    return event, tail_of(facts)
