"""The inquiry of an exchange that an answer may be there for."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.cache.bill import Bill
from gateway.cache.directives import Directives
from gateway.cache.entry import Label, NotAnEntry, frames_in
from gateway.cache.flight import LOST, Fetch, Flight
from gateway.cache.inquiry import Fields, hit_fields, miss_fields
from gateway.cache.kept_answer import KeptAnswer, frames_for
from gateway.cache.key import Question, canonical, preamble
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.claims import Claims, Look
from gateway.cache.replicas.crossing import Boarding, Crossing
from gateway.cache.replicas.receiver import Adrift
from gateway.cache.retention import may_be_kept
from gateway.cache.store import Address, Store
from gateway.cache.strongbox import TenantBox
from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.vocabulary.cache_use import CacheResult, CacheUse
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind, FrameSource

Forbid = Callable[[str, bytes, Label], bool]

# An entry may be this much younger than our clock says: its maker's clock is ahead of ours.
_SKEW_SECONDS = 300.0
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA
_MISS, _HIT, _COLLAPSED = "miss", "hit", "collapsed"


@dataclass(slots=True)
class Shelves:
    """What all inquiries of a process share: store, flights that are under way, and the way to others'."""

    store: Store
    clock: Clock
    tasks: LastTasks
    forbid: Forbid
    claims: Claims | None = None
    flights: dict[tuple[str, bytes], Flight] = field(default_factory=dict)
    rejected: int = 0


class Asked:
    """
    Ask the store at once, and the flights when it has nothing.

    Lives as long as its exchange, and for as long as a flight that it began.
    """

    __slots__ = (
        "_age_seconds", "_box", "_caller", "_choices", "_claim", "_crossing", "_directives", "_flight",
        "_forwarded", "_found", "_has_looked_in_vain", "_key", "_look", "_model", "_name", "_otherwise",
        "_result", "_rules", "_shelves", "_streamed", "_ttl_left", "_verdict", "_was_elsewhere",
        "_was_running",
    )  # fmt: skip

    def __init__(self, shelves: Shelves, question: Question, directives: Directives, box: TenantBox) -> None:
        self._shelves = shelves
        # Not the question itself: a flight may outlive by long whoever asked, and its text.
        self._caller, self._streamed = question.caller, question.streamed
        self._model, self._rules = question.terms.model, question.terms.rules
        wanted = question.body.get("n")
        self._choices = wanted if isinstance(wanted, int) else 1
        self._directives = directives
        self._box = box
        self._name = box.name(preamble(question, directives), canonical(question.body))
        # A stream and a whole answer are two calls: a whole one says nothing until it is done.
        self._key = (question.caller.tenant, self._name + (b"s" if question.streamed else b"w"))
        self._result: CacheResult = "miss"
        self._forwarded = "uri-miss"
        self._age_seconds = self._ttl_left = 0
        self._flight: Flight | None = None
        self._crossing: Crossing | None = None
        self._verdict: bool | None = None
        self._look: asyncio.Future[bytes | None] | Look | None = None
        self._claim: Look | None = None
        self._found: FrameSource | None = None
        self._otherwise: Exception | None = None
        self._was_running = self._was_elsewhere = self._has_looked_in_vain = False
        if directives.max_age_seconds == 0:
            self._forwarded = "request"
        elif self._running() is None:
            self._begin_look()
        else:
            self._was_running = True

    async def answer(self, fetch: Fetch, bill: Bill) -> FrameSource:
        """Return a kept answer, a running one, or begin one."""
        if (found := await self._kept()) is not None:
            return found
        running = self._joinable()
        if running is not None:
            self._result = "collapsed"
        elif self._otherwise is not None and not self._was_elsewhere:
            raise self._otherwise
        flight = self._flight = running or self._begin(fetch, bill)
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
        if self._joinable() is None and not await self._is_elsewhere():
            return False
        self._was_running, self._otherwise = True, otherwise
        return True

    def close(self) -> None:
        """Give up a claim for which no flight has begun."""
        claims, look = self._shelves.claims, self._claim
        if claims is not None and look is not None:
            claims.drop(self._key, self._box, look)

    def fields(self) -> Fields:
        """Return the fields of a hit, or of what else became of it."""
        if self._result == _HIT:
            return hit_fields(self._name, self._age_seconds, self._ttl_left)
        # Of a stream nobody knows yet whether it will be whole.
        is_kept = not self._streamed and self._result == _MISS and self._is_worth_keeping()
        return miss_fields(
            self._name,
            self._forwarded,
            is_collapsed=self._result == _COLLAPSED,
            stored_seconds=self._ttl() if is_kept else None,
        )

    def use(self, reported: Usage | None, costs: Mapping[str, int]) -> CacheUse | None:
        """Return what became of it."""
        if self._result == _MISS:
            return CacheUse("miss", self._forwarded)
        return CacheUse(self._result, "", self._age_seconds, reported, costs)

    def _begin_look(self) -> None:
        claims = self._claims()
        if claims is not None:
            self._look = self._claim = claims.look(self._key, self._box, self._name)
        if self._look is None:
            self._look = self._shelves.store.look(Address(self._box.tag, self._name))

    async def _kept(self) -> FrameSource | None:
        if self._was_running and self._running() is None:
            # It has landed meanwhile, and may have left its answer.
            self._was_running = False
            self._begin_look()
        look = self._look
        if look is not None:
            self._look = None
            # From memory it is there already.
            found = look.result() if look.done() else await look
            if isinstance(found, bytes):
                self._found = self._given(found)
                self._has_looked_in_vain = self._found is None
        return self._found

    def _joinable(self) -> Flight | None:
        return None if self._directives.max_age_seconds == 0 else self._running()

    def _running(self) -> Flight | None:
        if not self._rules.share:
            return None
        flight = self._shelves.flights.get(self._key)
        return flight if flight is not None and flight.is_joinable else None

    async def _is_elsewhere(self) -> bool:
        crossing = self._crossing = self._crossed()
        self._was_elsewhere = crossing is not None and await crossing.is_under_way()
        return self._was_elsewhere

    def _begin(self, fetch: Fetch, bill: Bill) -> Flight:
        shelves, limit_bytes = self._shelves, self._rules.max_answer_bytes
        flight = Flight(bill, limit_bytes, shelves.clock.wall())
        crossing = self._crossing = self._crossed()
        # Who may not make a call can only listen to one, and nobody shall depend on them.
        may_call = self._otherwise is None
        if crossing is None:
            flight.begin(fetch, shelves.tasks, self._landed)
        else:
            boarding = Boarding(flight, fetch if may_call else None)
            flight.begin(lambda: crossing.source(boarding, self._given), shelves.tasks, self._landed)
        if may_call:
            shelves.flights[self._key] = flight
        return flight

    def _claims(self) -> Claims | None:
        """Return the way to other processes, if this call may be theirs too."""
        claims = self._shelves.claims
        if claims is None or not self._rules.share or self._directives.max_age_seconds == 0:
            return None
        return claims

    def _crossed(self) -> Crossing | None:
        """Return the way of a flight that begins now, with what was claimed already."""
        claims = self._claims()
        if claims is None:
            return None
        if self._has_looked_in_vain:
            # What was found and cannot be given is no use to a flight either.
            self.close()
        return claims.way(self._key, self._box, None if self._has_looked_in_vain else self._name)

    def _landed(self) -> None:
        key, flights = self._key, self._shelves.flights
        if flights.get(key) is self._flight:
            del flights[key]
        crossing = self._crossing
        if self._flight is not None and self._is_worth_keeping() and not (crossing and crossing.is_elsewhere):
            self._keep(self._flight)
        if crossing is not None:
            # After its answer was kept: whoever finds no owner finds the answer.
            crossing.land()

    def _keep(self, flight: Flight) -> None:
        box, caller = self._box, self._caller
        label = box.label(flight.began_at, self._ttl(), caller.project, self._model, caller.credential_id)
        entry = box.lock(self._name, label, flight.recording.content())
        self._shelves.store.keep(Address(box.tag, self._name), entry, label.ttl_seconds)

    def _is_worth_keeping(self) -> bool:
        flight = self._flight
        if flight is None or flight.failure is not None or not flight.is_whole:
            return False
        last = flight.recording.last
        if last is None or last.kind is _DELTA:
            # Nobody knows yet: a head may have to be written before the answer is there.
            return False
        if self._verdict is None:
            self._verdict = may_be_kept(flight.recording.telling(), self._rules.finish_reasons, self._choices)
        return self._verdict

    def _ttl(self) -> int:
        wished, most = self._directives.ttl_seconds, self._rules.ttl_seconds
        return most if wished is None else min(wished, most)

    def _given(self, entry: bytes) -> FrameSource | None:
        """Return a kept answer if it may be given to this caller now."""
        try:
            label, content = self._box.open(self._name, entry)
            frames = frames_in(content)
        except NotAnEntry:
            self._shelves.rejected += 1
            return None
        if self._shelves.forbid(self._caller.tenant, self._name, label):
            return None
        age = self._shelves.clock.wall() - label.made_at
        if age < -_SKEW_SECONDS:
            return None
        if self._is_stale(label, age):
            self._forwarded = "stale"
            return None
        self._result = "hit"
        self._age_seconds = max(0, int(age))
        return self._replayed(frames)

    def _is_stale(self, label: Label, age: float) -> bool:
        rules, max_age = self._rules, self._directives.max_age_seconds
        left = min(label.ttl_seconds, rules.ttl_seconds) - age
        self._ttl_left = int(left)
        return left <= 0 or (max_age is not None and age > max_age)

    def _replayed(self, frames: list[Frame]) -> FrameSource:
        streamed = self._streamed
        pace = self._rules.replay_deltas_per_second if streamed else 0
        return KeptAnswer(frames_for(frames, streamed=streamed), pace)
