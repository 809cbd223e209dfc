"""What the cache has to know of an exchange."""

from gateway.cache.key import Question
from gateway.cache.narrowing import terms_for
from gateway.policy.terms import Terms
from gateway.redaction.placeholders import Scope
from gateway.vocabulary.caller import Caller
from gateway.wire.chat import ChatRequest, end_user_of
from gateway.wire.sealed_request import SealedRequest


def question_of(caller: Caller, terms: Terms, request: ChatRequest, sealed: SealedRequest) -> Question | None:
    """Return the question of a sealed request, or None where policy keeps no answers."""
    keeping = terms.cache
    if keeping is not None and caller.cache:
        keeping = terms_for(keeping, caller.cache)
    if keeping is None:
        return None
    profile = terms.redaction
    return Question(
        caller,
        keeping,
        sealed.request.body,
        sealed.clearance.value,
        sealed.request.stream,
        end_user_of(request) or caller.user,
        profile is not None and profile.scope is Scope.REQUEST and _has_placeholders(request, sealed),
    )


def _has_placeholders(request: ChatRequest, sealed: SealedRequest) -> bool:
    """Whether any field is not the one that the caller sent."""
    given = request.body
    return any(value is not given.get(name) for name, value in sealed.request.body.items())
