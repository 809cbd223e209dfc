"""Rooms that remember what they were told."""

import asyncio

from gateway.vocabulary.demand import Demand, Reservation
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.usage import Usage


class SpyLedger:
    """A ledger that grants everything (or refuses, or never answers) and remembers it."""

    def __init__(self, refusal: Refusal | None = None, *, answers: bool = True) -> None:
        self.reserved: list[Reservation] = []
        self.settled: list[tuple[Reservation, Usage]] = []
        self._refusal = refusal
        self._answers = answers

    async def reserve(self, reservation_id: str, demand: Demand) -> Reservation:
        """Grant."""
        if not self._answers:
            await asyncio.get_running_loop().create_future()
        if self._refusal is not None:
            raise self._refusal
        self.reserved.append(Reservation(reservation_id, demand))
        return self.reserved[-1]

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Remember."""
        self.settled.append((reservation, usage))


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
