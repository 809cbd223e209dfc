"""The one factory of `SealedRequest`; only `gateway.redaction` may import this file."""

from collections.abc import Awaitable, Callable

from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import Isolation, SealedRequest


def seal(
    request: ChatRequest,
    clearance: Clearance,
    *,
    isolation: Isolation | None = None,
    inspect: Callable[[bytes], Awaitable[None]] | None = None,
) -> SealedRequest:
    """Vouch for a request: what it holds may go as far as `clearance` permits."""
    return SealedRequest(request, clearance, isolation, inspect)
