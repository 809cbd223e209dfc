"""The one who sends a request to an upstream, and to the next one if that fails."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import msgspec
from msgspec import structs

from gateway.foundation.clock import Clock
from gateway.foundation.frames import let_go_of_frames
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.shared_alarms import SharedAlarms
from gateway.upstreams.attempt import LiveAnswer, read_bounded
from gateway.upstreams.breaker import Breaker
from gateway.upstreams.credentials.keeper import CredentialKeeper
from gateway.upstreams.itinerary import Leg, Retry, Setback, next_leg, permitted
from gateway.upstreams.kind import Diagnosis, Kind
from gateway.upstreams.refusals import UpstreamFailure, UpstreamRefused, refusal_of
from gateway.upstreams.target import Target, Upstream, for_whole_answers
from gateway.upstreams.trace_fields import trace_fields
from gateway.upstreams.transport import Transport, TransportError, UpstreamCall
from gateway.vocabulary.admitted import Admitted
from gateway.vocabulary.notice import Listener, Notice
from gateway.vocabulary.refusal import Refusal
from gateway.wire.defaults import without_our_bound
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.sealed_request import SealedRequest
from gateway.wire.trace_context import Trace

_ERROR_BODY_BYTES = 64 * 1024
_TOO_LONG = "context_length_exceeded"


class Journey(msgspec.Struct, frozen=True):
    """How a request may travel: its targets in order, the patience of the route, and the trace it leaves."""

    targets: Sequence[Target]
    retry: Retry
    trace: Trace | None = None


class AttemptLog(Protocol):
    """One who notes every try."""

    def began(self, target: Target) -> None:
        """Note that a try at this target begins now."""

    def connected(self) -> None:
        """Note that the try that began last has a connection."""

    def answered(self) -> None:
        """Note that the first frames of the answer are here."""

    def repeated(self) -> None:
        """Note that the try lost its connection unanswered, and that the transport tries once more."""

    def failed(self, refusal: Refusal) -> None:
        """Note why the try that began last gave no answer."""

    def withheld(self) -> None:
        """Note that in the try that began last nothing was sent."""


class Dispatcher:
    """
    Find an upstream that answers.

    Fail-over ends when content begins: `dispatch` returns an answer whose
    first frames are here, and what fails later is not repeated.
    """

    def __init__(
        self,
        transports: Mapping[str, Transport],
        kinds: Mapping[str, Kind],
        clock: Clock,
        tasks: LastTasks,
        jitter: Callable[[], float] = random.random,
        *,
        keeper: CredentialKeeper | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._transports = transports
        self._kinds = kinds
        self._clock = clock
        self._tasks = tasks
        self._jitter = jitter
        self._keeper = keeper
        self._alarms = SharedAlarms()
        self._breaker = Breaker()
        self._listeners = listeners

    async def dispatch(
        self, admitted: Admitted[SealedRequest], journey: Journey, log: AttemptLog
    ) -> LiveAnswer:
        """Return the first answer that begins, or raise the refusal of the last attempt."""
        sealed = admitted.sealed
        started = self._clock.monotonic()
        targets = self._breaker.order(permitted(journey.targets, sealed.clearance), started)
        setbacks: list[Setback] = []
        last: Refusal | None = None
        leg = next_leg(targets, setbacks, journey.retry, elapsed_seconds=0.0, jitter=0.0)
        while leg is not None:
            if leg.delay_seconds:
                await asyncio.sleep(leg.delay_seconds)
            log.began(leg.target)
            try:
                answer = await self._open(sealed, leg.target, journey.trace, log)
            except _Withheld as withheld:
                # No other server may see these bytes either.
                log.withheld()
                raise withheld.refusal from withheld
            except Refusal as refusal:
                let_go_of_frames(refusal)
                if isinstance(refusal, InvalidRequest):
                    # This kind cannot say it, so its server heard nothing of it.
                    log.withheld()
                else:
                    log.failed(refusal)
                last = refusal
                if refusal.code == _TOO_LONG and sealed.request.bound_is_ours:
                    # Less room is left than the bound that the plan put in, or none: the same
                    # target may fill it, and never uses more than was granted.
                    sealed = structs.replace(sealed, request=without_our_bound(sealed.request))
                    # What the target had asked to be waited for was waited for.
                    leg = structs.replace(leg, delay_seconds=0.0)
                    continue
                setbacks.append(_setback(leg, refusal))
                elapsed, tried = self._clock.monotonic() - started, leg
                leg = next_leg(
                    targets, setbacks, journey.retry, elapsed_seconds=elapsed, jitter=self._jitter()
                )
                if leg is not None and leg.position != tried.position:
                    # Another may have more room than was granted: it is told the bound again.
                    sealed = admitted.sealed
            else:
                log.answered()
                return answer
        raise last or AssertionError("a journey has at least one permitted target")

    async def _open(
        self, sealed: SealedRequest, target: Target, trace: Trace | None, log: AttemptLog
    ) -> LiveAnswer:
        upstream = target.upstream
        if upstream.credential_source is not None and self._keeper is not None:
            target = await self._keeper.equip(target)
            upstream = target.upstream
        kind = self._kinds[upstream.kind]
        call = kind.call(sealed, target)
        if sealed.inspect is not None:
            try:
                await sealed.inspect(call.body)
            except Refusal as refusal:
                raise _Withheld(refusal) from refusal
        path = call.path if call.from_root else upstream.base_path + call.path
        patience = upstream.patience if sealed.request.stream else for_whole_answers(upstream.patience)
        wire_call = UpstreamCall(
            upstream,
            "POST",
            path,
            call.headers,
            call.body,
            patience,
            log.repeated,
            trace_fields(trace, upstream),
            partial(self._connected, upstream, log),
        )
        answer = LiveAnswer(target, kind, call, self._tasks)
        alarm = self._alarms.after(patience.first_token_seconds)
        alarm.set(answer)
        try:
            reply = await self._transports[upstream.transport].send(wire_call)
            if reply.status != 200:
                body = await read_bounded(reply, _ERROR_BODY_BYTES)
                raise self._refused(kind.diagnose(reply.status, reply.headers, body, target), target)
            await answer.open(reply)
        except TransportError as error:
            if not error.connected and self._breaker.not_reached(upstream, self._clock.monotonic()):
                self._tell("upstream.unreachable", {"upstream": upstream.name, "trouble": str(error)})
            raise refusal_of(error, upstream.name) from error
        finally:
            alarm.clear(answer)
        return answer

    def _connected(self, upstream: Upstream, log: AttemptLog) -> None:
        if self._breaker.reached(upstream):
            self._tell("upstream.reachable", {"upstream": upstream.name})
        log.connected()

    def _tell(self, kind: str, facts: Mapping[str, str]) -> None:
        for listener in self._listeners:
            listener.noticed(Notice(kind, facts))

    def _refused(self, diagnosis: Diagnosis, target: Target) -> UpstreamRefused:
        """Return the refusal; with a token that may be replaced, the same target is worth another try."""
        is_rejected = diagnosis.code == "upstream_credential_rejected"
        if is_rejected and self._keeper is not None and self._keeper.reject(target):
            diagnosis = replace(diagnosis, retry_here=True)
        return UpstreamRefused(diagnosis)


class _Withheld(Exception):
    """What was about to be sent may not leave."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def _setback(leg: Leg, refusal: Refusal) -> Setback:
    if isinstance(refusal, UpstreamFailure):
        return Setback(leg.position, refusal.retry_here, refusal.try_next, refusal.retry_after)
    # What one kind cannot express (an image by URL, say), another may.
    return Setback(leg.position, retry_here=False, try_next=True, retry_after=None)
