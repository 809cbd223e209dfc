"""What the cache has to know of an exchange."""

from gateway.cache.key import Question
from gateway.cache.narrowing import terms_for
from gateway.policy.terms import Terms
from gateway.redaction.placeholders import Scope
from gateway.vocabulary.caller import Caller
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import SealedRequest

_USER_FIELDS = ("user", "user_id")


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
        _named_user(request) or caller.user,
        profile is not None and profile.scope is Scope.REQUEST and _has_placeholders(request, sealed),
    )


def _named_user(request: ChatRequest) -> str | None:
    for field in _USER_FIELDS:
        named = request.body.get(field)
        if isinstance(named, str) and named:
            return named
    return None


def _has_placeholders(request: ChatRequest, sealed: SealedRequest) -> bool:
    """Whether any field is not the one that the caller sent."""
    given = request.body
    return any(value is not given.get(name) for name, value in sealed.request.body.items())
