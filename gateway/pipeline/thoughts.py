"""What a model thought before it called tools, given back where its caller lost it."""

from gateway.cache.directives import wants_nothing_kept
from gateway.cache.narrowing import key_keeps_nothing
from gateway.cache.thoughts import ThoughtKeeper, Thoughts
from gateway.pipeline.circumstances import circumstances
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.policy.terms import Terms
from gateway.redaction.redactor import Redactor, Sealing
from gateway.usage.meter import Meter
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat import ChatRequest
from gateway.wire.frames import Stage
from gateway.wire.thoughts import thinks, with_thoughts


def thoughts_of(
    keeper: ThoughtKeeper, arrival: Arrival, caller: Caller, terms: Terms, request: ChatRequest
) -> Thoughts | None:
    """Return what is remembered for this caller; None where nothing is, as without tools."""
    if request.is_plain or not terms.thought_seconds:
        return None
    if not request.body.get("tools") or not thinks(request.body):
        return None
    if wants_nothing_kept(arrival.headers) or (caller.cache and key_keeps_nothing(caller.cache)):
        return None
    return keeper.of(caller, terms.model, terms.thought_seconds)


async def sealed_with(
    thoughts: Thoughts | None, redactor: Redactor, request: ChatRequest, terms: Terms, log: ExchangeLog
) -> tuple[ChatRequest, Sealing]:
    """
    Take private data out of a request, with the thoughts that it lost in their places.

    A thought goes the way that it would go had the caller sent it: its words
    become originals, and are sealed anew with all the rest. But it is never
    the reason why a request is refused, or goes elsewhere.
    """
    around = circumstances(log.arrival, terms)
    sealing = await redactor.seal(request, around, log)
    recalled = {} if thoughts is None else await thoughts.recall(sealing.sealed.request.body)
    restored = {place: sealing.restored(text) for place, text in recalled.items()}
    given = {place: text for place, text in restored.items() if text}
    if not given:
        return request, sealing
    protection, whole = log.protection, with_thoughts(request, given)
    try:
        resealed = await redactor.seal(whole, around, log)
    except Refusal:
        log.protection = protection
        return request, sealing
    if resealed.sealed.clearance is not sealing.sealed.clearance:
        log.protection = protection
        return request, sealing
    return whole, resealed


def stages_of(meter: Meter, thoughts: Thoughts | None, sealing: Sealing) -> tuple[Stage, ...]:
    """Return who sees the answer on its way back, in this order: a thought is heard while it is sealed."""
    if thoughts is None:
        return (meter,) if sealing.unsealer is None else (meter, sealing.unsealer)
    heard = (meter, thoughts.listening(sealing.sealed.request.body))
    return heard if sealing.unsealer is None else (*heard, sealing.unsealer)
