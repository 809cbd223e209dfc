"""Rooms that remember what they were told."""

import asyncio
from collections.abc import Sequence

from gateway.limits.ledger import Hold
from gateway.limits.sheet import Sheet
from gateway.limits.verdict import Standing, Verdict
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome


class SpyLedger:
    """A ledger that grants everything (or refuses, or never answers) and remembers it."""

    def __init__(self, verdict: Verdict | Exception | None = None, *, answers: bool = True) -> None:
        self.reserved: list[Hold] = []
        self.settled: list[tuple[Hold, list[int]]] = []
        self.renewed: list[Hold] = []
        self.verdict = verdict
        self._answers = answers

    async def reserve(self, hold: Hold) -> Verdict:
        """Say what was ordered, else grant."""
        if not self._answers:
            await asyncio.get_running_loop().create_future()
        if isinstance(self.verdict, Exception):
            raise self.verdict
        if self.verdict is None or self.verdict.is_granted:
            self.reserved.append(hold)
        return self.verdict or _granted(hold.sheet)

    def settle(self, hold: Hold, used: Sequence[int]) -> None:
        """Remember."""
        self.settled.append((hold, list(used)))

    def renew(self, hold: Hold) -> None:
        """Remember."""
        self.renewed.append(hold)

    async def look(self, sheet: Sheet) -> Verdict:
        """Show everything as unused, or fail."""
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return _granted(sheet)


def _granted(sheet: Sheet) -> Verdict:
    return Verdict(
        is_granted=True, standings=tuple([Standing(counter.capacity, 0) for counter in sheet.counters])
    )


class SpyListener:
    """A listener that keeps everything."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.notices: list[Notice] = []
        self.has_heard = asyncio.Event()

    def exchange_ended(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        self.outcomes.append(outcome)
        self.has_heard.set()

    def noticed(self, notice: Notice) -> None:
        """Keep a notice."""
        self.notices.append(notice)
