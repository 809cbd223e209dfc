"""The one who writes down what happened, and who alone lets a request leave."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from gateway.audit.admission import Admission
from gateway.audit.catalogue import Destination, Heartbeat
from gateway.audit.keeper import Keeper
from gateway.audit.lookup_keys import period_of
from gateway.audit.record import time_text
from gateway.audit.refusals import AuditUnavailable
from gateway.audit.running import Ended, Running, weight_of, weight_of_body
from gateway.audit.scribe import Scribe
from gateway.audit.slips import NotWritten, heartbeat
from gateway.audit.strangers import Strangers
from gateway.audit.subject_keys import ContentKey, SubjectKeys, person
from gateway.audit.teller import Teller
from gateway.audit.terms import AuditTerms
from gateway.foundation.clock import Clock
from gateway.foundation.keys import NoDataKey
from gateway.foundation.state_store import StateUnavailable
from gateway.vocabulary.admitted import Admitted
from gateway.vocabulary.admitting import admit
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.wire.frames import Stage
from gateway.wire.sealed_request import SealedRequest

PATIENCE_SECONDS = 5.0
_MOST_KEPT = 1_024
_NO_TEXT: Mapping[str, Any] = {}


class Trail:
    """
    Let a request leave once it is written down, and write down how it ended.

    The record of an admission is on its way to the disk when `admit` returns, and
    on the disk where the tenant's terms are strict. Everything else is only
    put into a queue, so no ending ever waits. `degraded` counts what was decided
    where the state store had no answer for the key of a text: `refused`, or `no_text`
    where the tenant's terms let the request leave without one. `strangers` says who
    is refused without a record of their own.
    """

    def __init__(
        self,
        scribe: Scribe,
        teller: Teller,
        subjects: SubjectKeys,
        clock: Clock,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._scribe = scribe
        # Bound once: each of them is asked for with every request.
        self._admitted, self._ended, self._noticed = teller.admitted, teller.ended, teller.noticed
        self._subjects = subjects
        self._clock = clock
        self._patience_seconds = patience_seconds
        self.degraded = {"refused": 0, "no_text": 0}
        self.strangers = Strangers(clock.monotonic)
        self._running: dict[str, Running | None] = {}
        self._admitting: dict[str, Outcome | None] = {}

    async def admit(self, sealed: SealedRequest, admission: Admission) -> Admitted[SealedRequest]:
        """
        Permit a sealed request to leave, or raise `AuditUnavailable`.

        Its exchange may end meanwhile, where others wait for the same call:
        that is written down once the admission is, or has failed.
        """
        request_id = admission.arrival.request_id
        if admission.terms.may_wait:
            self._admitting[request_id] = None
            try:
                await self._wait(sealed, admission)
            finally:
                outcome = self._admitting.pop(request_id)
                if outcome is not None:
                    self.exchange_ended(outcome)
        else:
            self._put(sealed, admission)
        return admit(request_id, sealed, _names(admission.destinations))

    async def note(self, sealed: SealedRequest, admission: Admission) -> None:
        """
        Take in an exchange that is answered without being admitted, because nothing leaves for it.

        It gets one record, when it has ended. Raises `AuditUnavailable`; does
        nothing for one that was admitted.
        """
        request_id, terms = admission.arrival.request_id, admission.terms
        if request_id in self._running:
            return
        if not terms.is_recorded:
            self._running[request_id] = None
            return
        self._look_for_trouble(terms)
        key = await self._key(admission) if terms.keeps_request else None
        body, clearance = sealed.request.body, sealed.clearance
        self._running[request_id] = Running(admission, body, clearance, key, is_admitted=False)

    def around(self, arrival: Arrival, stages: Sequence[Stage]) -> Sequence[Stage]:
        """Put keepers around the stages of an answer, where policy wants its text kept."""
        running = self._running.get(arrival.request_id)
        if running is None or running.key is None or not running.admission.terms.keeps_response:
            return stages
        before = running.before = Keeper()
        if len(stages) == 1 or not running.admission.terms.keeps_originals:
            # Without a stage that changes the answer, the caller sees what came.
            return (stages[0], before)
        after = running.after = Keeper()
        return (stages[0], before, *stages[1:], after)

    def exchange_ended(self, outcome: Outcome) -> None:
        """Write down how an exchange ended; never waits."""
        request_id = outcome.arrival.request_id
        if request_id in self._admitting:
            self._admitting[request_id] = outcome
            return
        running, is_lazy = None, False
        if request_id in self._running:
            running = self._running.pop(request_id)
            if running is None:  # Its tenant wants nothing written down.
                return
            is_lazy = running.admission.terms.is_lazy
        elif outcome.caller is None and not self.strangers.has_room():
            return
        # Most weigh one, and need no call to say so.
        weight = 1 if running is None or running.key is None else weight_of(running)
        self._scribe.put(self._ended, Ended(outcome, running), weight=weight, is_lazy=is_lazy)

    def close(self) -> None:
        """Write down what was counted since the last heartbeat."""
        if strangers := self.strangers.news():
            self._scribe.put(heartbeat, Heartbeat(lost=self._scribe.lost, strangers=strangers))

    def noticed(self, notice: Notice) -> None:
        """Write down a fact from outside an exchange."""
        self._scribe.put(self._noticed, notice)

    async def _wait(self, sealed: SealedRequest, admission: Admission) -> None:
        terms = admission.terms
        self._look_for_trouble(terms)
        key = await self._key(admission) if terms.keeps_request else None
        if not terms.is_strict:
            self._put(sealed, admission, key)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(sealed, admission, key, waiter)
        try:
            async with asyncio.timeout(self._patience_seconds):
                await waiter
        except (NotWritten, TimeoutError) as error:
            if not terms.fails_open:
                self._running.pop(admission.arrival.request_id, None)
                raise AuditUnavailable.now() from error

    def _put(
        self,
        sealed: SealedRequest,
        admission: Admission,
        key: ContentKey | None = None,
        waiter: "asyncio.Future[None] | None" = None,
    ) -> None:
        terms, arrival = admission.terms, admission.arrival
        if not terms.is_recorded:
            self._running[arrival.request_id] = None
            return
        # `_look_for_trouble`, without the call: every request comes here.
        if self._scribe.is_closed and not terms.fails_open:
            raise AuditUnavailable.now()
        # What is not kept is not held on to either until the request has ended.
        body = _NO_TEXT if key is None else sealed.request.body
        running = self._running[arrival.request_id] = Running(admission, body, sealed.clearance, key)
        weight = 1 if key is None else weight_of_body(arrival)
        self._scribe.put(self._admitted, running, weight=weight, waiter=waiter, is_lazy=terms.is_lazy)

    def _look_for_trouble(self, terms: AuditTerms) -> None:
        if self._scribe.is_closed and not terms.fails_open:
            raise AuditUnavailable.now()

    async def _key(self, admission: Admission) -> ContentKey | None:
        try:
            return await self._subjects.of(admission.caller.tenant, self._owner_of(admission))
        except (StateUnavailable, NoDataKey) as error:
            if isinstance(error, StateUnavailable):
                self.degraded["no_text" if admission.terms.fails_open else "refused"] += 1
            if admission.terms.fails_open:
                return None
            raise AuditUnavailable.now() from error

    def _owner_of(self, admission: Admission) -> str:
        # Who is named nowhere in a request is known by the token, if it has one for a person.
        if (named := admission.subject or admission.caller.user) is not None:
            return person(named)
        return f"month:{period_of(time_text(self._clock.wall()))}"


@lru_cache(maxsize=_MOST_KEPT)
def _names(destinations: tuple[Destination, ...]) -> tuple[str, ...]:
    return tuple([destination.upstream for destination in destinations])
