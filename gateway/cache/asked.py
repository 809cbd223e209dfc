"""The inquiry of an exchange that an answer may be there for."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec

from gateway.cache.bill import Bill
from gateway.cache.directives import Directives
from gateway.cache.entry import NotAnEntry, frames_in
from gateway.cache.filing import Filing, filing_of
from gateway.cache.flight import LOST, Fetch, Flight
from gateway.cache.inquiry import Fields, hit_fields, miss_fields
from gateway.cache.kept_answer import KeptAnswer, frames_for
from gateway.cache.key import Question
from gateway.cache.purge import Orders
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.board import Found
from gateway.cache.replicas.claims import Claims
from gateway.cache.replicas.crossing import Boarding, Crossing
from gateway.cache.replicas.receiver import Adrift
from gateway.cache.store import Look, Store
from gateway.cache.strongbox import TenantBox
from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.vocabulary.cache_use import CacheResult, CacheUse
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import FrameSource

# An entry may be this much younger than our clock says: its maker's clock is ahead of ours.
_SKEW_SECONDS = 300.0
_MISS, _HIT, _COLLAPSED = "miss", "hit", "collapsed"


@dataclass(slots=True)
class Shelves:
    """What all inquiries of a process share: store, flights that are under way, and the way to others'."""

    store: Store
    clock: Clock
    tasks: LastTasks
    orders: Orders
    claims: Claims | None = None
    flights: dict[tuple[str, bytes], Flight] = field(default_factory=dict)
    rejected: int = 0


class Asked(msgspec.Struct, eq=False):
    """
    Ask the store at once, and the flights when it has nothing.

    Lives as long as its exchange, and for as long as a flight that it began.
    """

    _shelves: Shelves
    _filing: Filing
    # A stream and a whole answer are two calls: a whole one says nothing until it is done. And so
    # are those before and after an order to forget.
    _key: tuple[str, bytes]
    _streamed: bool
    _max_age_seconds: int | None
    _result: CacheResult = "miss"
    _forwarded: str = "uri-miss"
    _age_seconds: int = 0
    _ttl_left: int = 0
    _flight: Flight | None = None
    _crossing: Crossing | None = None
    _verdict: bool | None = None
    _look: Look | asyncio.Future[Found] = None
    _claim: asyncio.Future[Found] | None = None
    _found: FrameSource | None = None
    _otherwise: Exception | None = None
    _was_running: bool = False
    _was_elsewhere: bool = False
    _has_looked_in_vain: bool = False

    def begin(self) -> None:
        """Begin to look."""
        if self._max_age_seconds == 0:
            self._forwarded = "request"
        elif self._key in self._shelves.flights and self._running() is not None:
            self._was_running = True
        else:
            self._begin_look()

    async def answer(self, fetch: Fetch, bill: Bill) -> FrameSource:
        """Return a kept answer, a running one, or begin one."""
        look = self._look
        if isinstance(look, bytes):
            # From memory it is there already.
            found = self._opened(look)
        elif look is None and not self._was_running:
            found = self._found
        else:
            found = await self._kept()
        if found is not None:
            return found
        flight = self._running()
        if flight is not None:
            self._result, self._flight = "collapsed", flight
        elif self._otherwise is not None and not self._was_elsewhere:
            raise self._otherwise
        else:
            flight = self._begin_flight(fetch, bill)
        # Who has room for an answer that is free has none for the call: it never becomes theirs.
        follower = flight.join(bill if self._otherwise is None else None)
        try:
            await follower.begun()
        except Adrift:
            follower.close()
            raise self._otherwise or SharedAnswerLost(LOST) from None
        except BaseException:
            follower.close()
            raise
        if self._crossing is not None and self._crossing.is_elsewhere:
            self._result = "collapsed"
        return follower

    async def is_free(self, otherwise: Exception) -> bool:
        """Whether the answer is here, or under way for somebody else; see `Inquiry.is_free`."""
        if await self._kept() is not None:
            return True
        if self._running() is None and not await self._is_elsewhere():
            return False
        self._was_running, self._otherwise = True, otherwise
        return True

    def close(self) -> None:
        """Give up a claim for which no flight has begun."""
        claims, look = self._shelves.claims, self._claim
        if claims is not None and look is not None:
            claims.drop(self._key, self._filing.box, look)

    def fields(self) -> Fields:
        """Return the fields of a hit, or of what else became of it."""
        filing = self._filing
        if self._result == _HIT:
            return hit_fields(filing.name, self._age_seconds, self._ttl_left)
        # Of a stream nobody knows yet whether it will be whole.
        is_kept = not self._streamed and self._result == _MISS and self._is_to_be_kept()
        return miss_fields(
            filing.name,
            self._forwarded,
            is_collapsed=self._result == _COLLAPSED,
            stored_seconds=filing.ttl_seconds if is_kept else None,
        )

    def use(self, reported: Usage | None, costs: Mapping[str, int]) -> CacheUse | None:
        """Return what became of it."""
        if self._result == _MISS:
            return CacheUse("miss", self._forwarded)
        return CacheUse(self._result, "", self._age_seconds, reported, costs)

    def _begin_look(self) -> None:
        shelves, filing = self._shelves, self._filing
        if shelves.claims is not None and self._shares():
            self._look = self._claim = shelves.claims.look(self._key, filing.box, filing.name)
        if self._look is None:
            self._look = shelves.store.look(filing.address)

    async def _kept(self) -> FrameSource | None:
        if self._was_running and self._running() is None:
            # It has landed meanwhile, and may have left its answer.
            self._was_running = False
            self._begin_look()
        look, self._look = self._look, None
        found = look if look is None or isinstance(look, bytes) else await look
        return self._opened(found) if isinstance(found, bytes) else self._found

    def _opened(self, entry: bytes) -> FrameSource | None:
        """Return what was found, if it may be given; it is looked at once."""
        self._look = None
        self._found = self._given(entry)
        self._has_looked_in_vain = self._found is None
        return self._found

    def _running(self) -> Flight | None:
        flight = self._shelves.flights.get(self._key)
        return flight if flight is not None and flight.is_joinable and self._shares() else None

    def _shares(self) -> bool:
        """Whether policy and caller let this call be one with others."""
        return self._filing.terms.rules.share and self._max_age_seconds != 0

    async def _is_elsewhere(self) -> bool:
        crossing = self._crossing = self._crossed()
        self._was_elsewhere = crossing is not None and await crossing.is_under_way()
        return self._was_elsewhere

    def _begin_flight(self, fetch: Fetch, bill: Bill) -> Flight:
        shelves, limit_bytes = self._shelves, self._filing.terms.rules.max_answer_bytes
        flight = self._flight = Flight(bill, limit_bytes, shelves.clock.wall())
        landed = partial(self._landed, flight)
        crossing = self._crossing = self._crossed()
        # Who may not make a call can only listen to one, and nobody shall depend on them.
        may_call = self._otherwise is None
        if crossing is None:
            flight.begin(fetch, shelves.tasks, landed)
        else:
            boarding = Boarding(flight, fetch if may_call else None)
            flight.begin(lambda: crossing.source(boarding, self._given), shelves.tasks, landed)
        if may_call:
            shelves.flights[self._key] = flight
        return flight

    def _crossed(self) -> Crossing | None:
        """Return the way to other processes of a flight that begins now, with what was claimed already."""
        claims = self._shelves.claims
        if claims is None or not self._shares():
            return None
        if self._has_looked_in_vain:
            # What was found and cannot be given is no use to a flight either.
            self.close()
        filing = self._filing
        return claims.way(self._key, filing.box, None if self._has_looked_in_vain else filing.name)

    def _landed(self, flight: Flight) -> None:
        flights, crossing = self._shelves.flights, self._crossing
        if flights.get(self._key) is flight:
            del flights[self._key]
        # What comes from elsewhere is kept there.
        is_ours = crossing is None or not crossing.is_elsewhere
        if is_ours and flight.failure is None and self._is_to_be_kept():
            self._filing.keep(flight, self._shelves.store)
        if crossing is not None:
            # After its answer was kept: whoever finds no owner finds the answer.
            crossing.land()

    def _is_to_be_kept(self) -> bool:
        # Whatever its clock said when it began, it began before an order that was heard meanwhile.
        is_overtaken = self._shelves.orders.era(self._filing.caller.tenant) != self._filing.era
        return not is_overtaken and self._is_worth_keeping()

    def _is_worth_keeping(self) -> bool:
        if self._verdict is None and self._flight is not None:
            self._verdict = self._filing.permits(self._flight)
        return self._verdict is True

    def _given(self, entry: bytes) -> FrameSource | None:
        """Return a kept answer if it may be given to this caller now."""
        shelves, filing = self._shelves, self._filing
        try:
            label, content = filing.box.open(filing.name, entry)
            frames = frames_in(content)
        except NotAnEntry:
            shelves.rejected += 1
            return None
        if shelves.orders.forbid(filing.caller.tenant, filing.name, label):
            return None
        rules, streamed, most = filing.terms.rules, self._streamed, self._max_age_seconds
        age = shelves.clock.wall() - label.made_at
        if age < -_SKEW_SECONDS:
            return None
        left = min(label.ttl_seconds, rules.ttl_seconds) - age
        if left <= 0 or (most is not None and age > most):
            self._forwarded = "stale"
            return None
        wanted = frames_for(frames, streamed=streamed)
        if wanted is None:
            return None
        self._result, self._age_seconds, self._ttl_left = "hit", max(0, int(age)), int(left)
        return KeptAnswer(wanted, rules.replay_deltas_per_second if streamed else 0)


def ask(shelves: Shelves, question: Question, directives: Directives, box: TenantBox) -> Asked:
    """Return an inquiry that has begun to look."""
    tenant, streamed = question.caller.tenant, question.streamed
    era = shelves.orders.era(tenant)
    filing = filing_of(question, directives, box, era)
    key = (tenant, filing.name + (b"s" if streamed else b"w") + era)
    asked = Asked(shelves, filing, key, streamed, directives.max_age_seconds)
    asked.begin()
    return asked
