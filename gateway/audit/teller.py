"""The one who makes facts out of what happened; works in the thread that writes."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from gateway.audit.admission import Admission, subject_in
from gateway.audit.catalogue import (
    Content,
    Facts,
    Redaction,
    RequestAdmitted,
    RequestEnded,
    Tokens,
    Try,
    noticed,
)
from gateway.audit.content import ContentStore
from gateway.audit.keeper import Keeper
from gateway.audit.lookup_keys import LookupKeys, period_of
from gateway.audit.subject_keys import ContentKey
from gateway.audit.terms import AuditTerms
from gateway.foundation.keys import GATEWAY
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.usage import Usage

_MICROS = 1_000_000
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_FINISHED, _LEFT = Ending.FINISHED, Ending.CALLER_LEFT
_FAILED = (Ending.UPSTREAM_BROKE, Ending.TIMED_OUT)
_AGENT_CHARACTERS = 120
_LENGTH_DIGITS = 12
_DOLLARS = "USD"
_NO_COSTS: dict[str, int] = {}
_NOTHING = Usage()


class Leaving(msgspec.Struct, frozen=True):
    """A request that leaves: how it was sealed, and the key under which its texts are kept."""

    admission: Admission
    sealed: Mapping[str, Any]
    clearance: str
    key: ContentKey | None


class Running(msgspec.Struct, frozen=True):
    """What is remembered of a request until it ends; `asked` if it was answered without being admitted."""

    terms: AuditTerms
    original: Mapping[str, Any] = {}
    key: ContentKey | None = None
    before: Keeper | None = None
    after: Keeper | None = None
    asked: Leaving | None = None
    is_admitted: bool = True


class Ended(msgspec.Struct, frozen=True):
    """An exchange that is over, with what was remembered if it had been admitted."""

    outcome: Outcome
    running: Running | None


class Teller:
    """
    Tell what happened in the words of the catalogue.

    Personal values become keyed hashes here, and texts go into the content
    store, so nothing of them is ever in a record.
    """

    def __init__(self, lookups: LookupKeys, contents: Callable[[], ContentStore]) -> None:
        self._lookups = lookups
        self._contents = contents

    def admitted(self, leaving: Leaving, time: str) -> tuple[str, Facts]:
        """Tell that a request may leave."""
        admission = leaving.admission
        arrival, caller, terms = admission.arrival, admission.caller, admission.terms
        period = period_of(time)
        hashed = self._lookups.hash
        facts = RequestAdmitted(
            request_id=arrival.request_id,
            tenant=caller.tenant,
            project=caller.project,
            credential=caller.credential_id,
            method=caller.method,
            user=caller.user and hashed(caller.tenant, "user", caller.user, period),
            subject=(named := subject_in(admission.original))
            and hashed(caller.tenant, "subject", named, period),
            address=hashed(caller.tenant, "address", arrival.peer, period),
            path=arrival.path,
            model=admission.model,
            stream=admission.streamed,
            policy=admission.policy_version,
            trace_id=admission.trace_id,
            agent=_agent(arrival.headers),
            level=terms.level,
            clearance=leaving.clearance,
            destinations=admission.destinations,
            redaction=_redaction(admission.protection),
            content=self._requests(leaving),
        )
        return "request.admitted", facts

    def ended(self, ended: Ended, time: str) -> tuple[str, Facts]:
        """Tell how an exchange ended."""
        outcome, running = ended.outcome, ended.running
        arrival, caller = outcome.arrival, outcome.caller
        owner = GATEWAY if caller is None else caller.tenant
        period = period_of(time)
        named = None if running is None else subject_in(running.original)
        was_admitted = running is not None and running.is_admitted
        facts = RequestEnded(
            request_id=arrival.request_id,
            tenant=None if caller is None else caller.tenant,
            project=None if caller is None else caller.project,
            credential=None if caller is None else caller.credential_id,
            method=None if caller is None else caller.method,
            subject=None if named is None else self._lookups.hash(owner, "subject", named, period),
            address=self._lookups.hash(owner, "address", arrival.peer, period),
            path=arrival.path,
            model=outcome.model,
            stream=outcome.streamed,
            policy=outcome.policy_version,
            trace_id=outcome.trace_id or None,
            ending=outcome.ending,
            status=outcome.status,
            code=outcome.code,
            admitted=was_admitted,
            tries=tuple([_try(attempt) for attempt in outcome.attempts]),
            tokens=_tokens(outcome.usage),
            cost_micro_dollars=outcome.costs.get(_DOLLARS),
            other_costs=_other_costs(outcome.costs),
            first_token_micros=_micros(outcome.first_token_seconds),
            total_micros=round(outcome.total_seconds * _MICROS),
            frames=outcome.frames,
            redaction=_redaction(outcome.protection),
            cache=_cache(outcome.cache),
            saved_costs=_NO_COSTS if outcome.cache is None else dict(outcome.cache.saved_costs),
            content=() if running is None else (*self._asked(running), *self._responses(running)),
        )
        return event_of(outcome, was_admitted=was_admitted), facts

    def noticed(self, notice: Notice, time: str) -> tuple[str, Facts]:
        """Tell a fact from outside an exchange; an address in it is hashed."""
        facts: dict[str, Any] = dict(notice.facts)
        if isinstance(address := facts.get("address"), str):
            facts["address"] = self._lookups.hash(GATEWAY, "address", address, period_of(time))
        return noticed(notice.kind, facts)

    def _requests(self, leaving: Leaving) -> tuple[Content, ...]:
        if leaving.key is None:
            return ()
        terms = leaving.admission.terms
        texts = [("request", leaving.sealed)] if terms.keeps_request else []
        if terms.keeps_originals and leaving.admission.original is not leaving.sealed:
            texts.append(("original_request", leaving.admission.original))
        store = self._contents()
        return tuple([store.keep(kind, msgspec.json.encode(body), leaving.key) for kind, body in texts])

    def _asked(self, running: Running) -> tuple[Content, ...]:
        return () if running.asked is None else self._requests(running.asked)

    def _responses(self, running: Running) -> tuple[Content, ...]:
        if running.key is None:
            return ()
        store, found = self._contents(), []
        for kind, keeper in (("response", running.before), ("original_response", running.after)):
            if keeper is not None and keeper.size:
                content = store.keep(kind, keeper.kept, running.key)
                found.append(msgspec.structs.replace(content, is_cut=keeper.is_cut))
        return tuple(found)


def event_of(outcome: Outcome, *, was_admitted: bool) -> str:
    """Name the event of an ending."""
    if outcome.ending is _FINISHED:
        return "request.cached" if _came_from_cache(outcome) else "request.completed"
    if outcome.ending is _LEFT:
        return "request.cancelled"
    # Who shares a call that fails has neither been admitted nor tried anything.
    has_failed = was_admitted or outcome.attempts or outcome.ending in _FAILED
    return "request.failed" if has_failed else "request.blocked"


def _came_from_cache(outcome: Outcome) -> bool:
    # Who took over the call of another one has tried an upstream after all.
    use = outcome.cache
    return use is not None and use.result in ("hit", "collapsed") and not outcome.attempts


def weight_of(running: Running | None) -> int:
    """Return how much of the queue an ending takes: one, and one for each kilobyte that is kept."""
    keepers: Sequence[Keeper | None] = () if running is None else (running.before, running.after)
    asked = None if running is None or running.key is None else running.asked
    body = 0 if asked is None else weight_of_body(asked.admission.arrival)
    return 1 + body + sum(keeper.size for keeper in keepers if keeper is not None) // 1024


def weight_of_body(arrival: Arrival) -> int:
    """Return how much of the queue a request takes whose text is kept: one for each kilobyte announced."""
    announced = arrival.headers.get(b"content-length", b"")
    return 1 + int(announced) // 1024 if announced.isdigit() and len(announced) < _LENGTH_DIGITS else 1


def _agent(headers: Mapping[bytes, bytes]) -> str | None:
    agent = headers.get(b"user-agent")
    return None if agent is None else _shortened(agent)


@lru_cache(maxsize=256)
def _shortened(agent: bytes) -> str:
    return agent[:_AGENT_CHARACTERS].decode("latin-1")


def _try(attempt: Attempt) -> Try:
    return Try(
        upstream=attempt.upstream,
        model=attempt.model,
        residency=attempt.residency,
        status=attempt.status,
        error=attempt.error,
        micros=round(attempt.seconds * _MICROS),
    )


def _redaction(protection: Protection | None) -> Redaction | None:
    if protection is None:
        return None
    return Redaction(
        profile=protection.profile,
        clearance=protection.clearance,
        counts=_by_kind(protection.counts),
        blocked=protection.blocked,
        unreadable=protection.unreadable,
        unreadable_bytes=protection.unreadable_bytes,
        failure=protection.failure,
        restored=protection.restored,
        unknown_tokens=protection.unknown,
        answer_counts=_by_kind(protection.answer_counts),
    )


def _other_costs(costs: Mapping[str, int]) -> dict[str, int]:
    if not costs:
        return _NO_COSTS
    return {currency: micros for currency, micros in costs.items() if currency != _DOLLARS}


def _by_kind(counts: Sequence[tuple[str, str, int]]) -> dict[str, int]:
    return {f"{kind}/{action}": count for kind, action, count in counts}


def _cache(use: CacheUse | None) -> dict[str, str | int]:
    """Return how the cache took part, and the tokens that the answer would have consumed."""
    if use is None:
        return {}
    saved = use.saved or _NOTHING
    facts: dict[str, str | int] = {"result": use.result}
    if use.reason:
        facts["reason"] = use.reason
    if use.result in ("hit", "collapsed"):
        facts |= {
            "age_seconds": use.age_seconds,
            "saved_prompt": saved.prompt_tokens,
            "saved_completion": saved.completion_tokens,
        }
    return facts


def _tokens(usage: Usage) -> Tokens:
    return Tokens(
        prompt=usage.prompt_tokens,
        completion=usage.completion_tokens,
        cache_hit=usage.cache_hit_tokens,
        reasoning=usage.reasoning_tokens,
        measured=usage.measured,
    )


def _micros(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * _MICROS)
