"""The one who makes facts out of what happened; works in the thread that writes."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.audit.catalogue import (
    Aside,
    Content,
    Destination,
    Redaction,
    RequestAdmitted,
    RequestEnded,
    Tokens,
    Try,
    noticed,
)
from gateway.audit.content import ContentStore
from gateway.audit.lookup_keys import LookupKeys, period_of
from gateway.audit.openings import Openings, Whence, peer_of, rest_of
from gateway.audit.record import tail_of
from gateway.audit.running import Ended, Running
from gateway.foundation.keys import GATEWAY
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.usage import Usage

_MICROS = 1_000_000
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_FINISHED, _LEFT = Ending.FINISHED, Ending.CALLER_LEFT
_FAILED = (Ending.UPSTREAM_BROKE, Ending.TIMED_OUT)
_LOST = ("shared_answer_lost", "fell_behind")
_AGENT_CHARACTERS = 120
_MOST_KEPT = 4_096
_DOLLARS = "USD"
_NO_COSTS: dict[str, int] = {}
_NOTHING = Usage()


class Teller:
    """
    Tell what happened in the words of the catalogue.

    Personal values become keyed hashes here, and texts go into the content
    store, so nothing of them is ever in a record.
    """

    def __init__(
        self, lookups: LookupKeys, contents: Callable[[], ContentStore], whence: Whence = peer_of
    ) -> None:
        self._lookups = lookups
        self._contents = contents
        self._openings = Openings(lookups, whence)

    def admitted(self, running: Running, time: str) -> tuple[str, bytes]:
        """Tell that a request may leave."""
        admission, period = running.admission, period_of(time)
        caller, agent = admission.caller, admission.arrival.headers.get(b"user-agent")
        opening = self._openings.of_request(running, period)
        user = self._user(caller, period)
        permit = _permit(agent, admission.terms.level, running.clearance, admission.destinations)
        if running.key is not None:
            aside = Aside(redaction=_redaction(admission.protection), content=self._requests(running))
            permit += tail_of(aside)[:-1]
        elif admission.protection is not None:
            permit += _protected(admission.protection)
        return "request.admitted", b"".join((opening.who, user, opening.what, permit, b"}"))

    def ended(self, ended: Ended, time: str) -> tuple[str, bytes]:
        """Tell how an exchange ended."""
        outcome, running, period = ended.outcome, ended.running, period_of(time)
        if running is None:
            was_admitted = False
            opening = self._openings.write(outcome, outcome.end_user, period)
        else:
            was_admitted = running.is_admitted
            opening = self._openings.of_request(running, period)
        costs, began = outcome.costs, outcome.first_token_seconds
        tries: tuple[Try, ...] = ()
        for attempt in outcome.attempts:
            tries += (_try(attempt),)
        facts = RequestEnded(
            request_id="",
            ending=outcome.ending,
            status=outcome.status,
            code=outcome.code,
            admitted=was_admitted,
            tries=tries,
            tokens=_tokens(outcome.usage),
            cost_micro_dollars=costs.get(_DOLLARS),
            other_costs=_other_costs(costs) if costs else _NO_COSTS,
            first_token_micros=None if began is None else round(began * _MICROS),
            total_micros=round(outcome.total_seconds * _MICROS),
            frames=outcome.frames,
        )
        # Apart: most have none, and Python 3.11 gives more than fifteen named arguments by a dictionary.
        if outcome.protection or outcome.cache or (running is not None and running.key):
            facts = replace(
                facts,
                redaction=_redaction(outcome.protection),
                cache=_cache(outcome.cache),
                saved_costs={} if outcome.cache is None else dict(outcome.cache.saved_costs),
                content=() if running is None else self._texts(running),
            )
        event = event_of(outcome, was_admitted=was_admitted)
        # The record of the permit names the person; without one, this record is the only one.
        user = b"" if was_admitted else self._user(outcome.caller, period)
        return event, b"".join((opening.who, user, opening.what, rest_of(facts)))

    def noticed(self, notice: Notice, time: str) -> tuple[str, bytes]:
        """Tell a fact from outside an exchange; an address in it is hashed."""
        facts: dict[str, Any] = dict(notice.facts)
        if isinstance(address := facts.get("address"), str):
            facts["address"] = self._lookups.hash(GATEWAY, "address", address, period_of(time))
        event, told = noticed(notice.kind, facts)
        return event, tail_of(told)

    def _user(self, caller: Caller | None, period: str) -> bytes:
        if caller is None or caller.user is None:
            return b""
        return self._lookups.field(caller.tenant, "user", caller.user, period)

    def _requests(self, running: Running) -> tuple[Content, ...]:
        if running.key is None:
            return ()
        terms = running.admission.terms
        texts = [("request", running.sealed)] if terms.keeps_request else []
        if terms.keeps_originals and running.admission.original is not running.sealed:
            texts.append(("original_request", running.admission.original))
        store = self._contents()
        return tuple([store.keep(kind, msgspec.json.encode(body), running.key) for kind, body in texts])

    def _texts(self, running: Running) -> tuple[Content, ...]:
        if running.key is None:
            return ()
        found = [] if running.is_admitted else list(self._requests(running))
        store = self._contents()
        for kind, keeper in (("response", running.before), ("original_response", running.after)):
            if keeper is not None and keeper.size:
                content = store.keep(kind, keeper.kept, running.key)
                found.append(replace(content, is_cut=keeper.is_cut))
        return tuple(found)


def event_of(outcome: Outcome, *, was_admitted: bool) -> str:
    """Name the event of an ending."""
    if outcome.ending is _FINISHED:
        return "request.cached" if _came_from_cache(outcome) else "request.completed"
    if outcome.ending is _LEFT:
        return "request.cancelled"
    # Who shares a call that fails, or is lost, has neither been admitted nor tried anything.
    has_failed = was_admitted or outcome.attempts or outcome.ending in _FAILED
    was_lost = outcome.code in _LOST or (outcome.frames and _came_from_cache(outcome))
    return "request.failed" if has_failed or was_lost else "request.blocked"


def _came_from_cache(outcome: Outcome) -> bool:
    # Who took over the call of another one has tried an upstream after all.
    use = outcome.cache
    return use is not None and use.result in ("hit", "collapsed") and not outcome.attempts


@lru_cache(maxsize=_MOST_KEPT)
def _permit(agent: bytes | None, level: str, clearance: str, destinations: tuple[Destination, ...]) -> bytes:
    # Much the same for many requests, and a fifth of what their record takes to write.
    facts = RequestAdmitted(
        request_id="",
        agent=None if agent is None else agent[:_AGENT_CHARACTERS].decode("latin-1"),
        level=level,
        clearance=clearance,
        destinations=destinations,
    )
    return rest_of(facts)[:-1]


def _try(attempt: Attempt) -> Try:
    return Try(
        upstream=attempt.upstream,
        model=attempt.model,
        residency=attempt.residency,
        status=attempt.status,
        error=attempt.error,
        micros=round(attempt.seconds * _MICROS),
    )


@lru_cache(maxsize=_MOST_KEPT)
def _protected(protection: Protection) -> bytes:
    return tail_of(Aside(redaction=_redaction(protection)))[:-1]


# In most requests the same is found: nothing.
@lru_cache(maxsize=_MOST_KEPT)
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
